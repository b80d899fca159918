//! Convert, query, check and clean data.

pub mod tree;

use chassis::Service;

/// The port the service has when it runs alone.
pub const PORT: u16 = 3008;

/// The service: every operation in one list.
#[must_use]
pub fn service() -> Service {
    Service::new("data", "Convert, query, validate and clean data")
}
