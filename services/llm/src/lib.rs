//! Embeddings, text tasks, chat through any provider.

use chassis::Service;

/// The port the service has when it runs alone.
pub const PORT: u16 = 3006;

/// The service: every operation in one list.
#[must_use]
pub fn service() -> Service {
    Service::new("llm", "Embeddings, text tasks, chat, provider routing")
}
