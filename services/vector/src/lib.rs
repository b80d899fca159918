//! Search by meaning, answers with sources.

use chassis::Service;

/// The port the service has when it runs alone.
pub const PORT: u16 = 3007;

/// The service: every operation in one list.
#[must_use]
pub fn service() -> Service {
    Service::new("vector", "Collections, semantic search, retrieval for answers")
}
