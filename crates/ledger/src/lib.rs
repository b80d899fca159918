//! Group commit: many small writes to SQLite in one transaction.
