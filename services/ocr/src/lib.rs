//! Text, layout and fields from pictures and scans.

use chassis::Service;

/// The port the service has when it runs alone.
pub const PORT: u16 = 3004;

/// The service: every operation in one list.
#[must_use]
pub fn service() -> Service {
    Service::new("ocr", "Text, layout and fields from images and scans")
}
