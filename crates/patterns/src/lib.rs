//! Personal data in texts: patterns with check digits.
