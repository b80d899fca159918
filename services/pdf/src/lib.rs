//! Make, join, read, fill and protect documents.

use chassis::Service;

/// The port the service has when it runs alone.
pub const PORT: u16 = 3003;

/// The service: every operation in one list.
#[must_use]
pub fn service() -> Service {
    Service::new("pdf", "Generate, merge, split, convert, extract, protect")
}
