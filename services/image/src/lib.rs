//! image: pictures resized, converted, drawn upon and read; codes and charts.

pub mod codes;
pub mod color;
mod error;
pub mod geometry;
pub mod input;
pub mod output;
pub mod resize;

use std::time::Duration;

use chassis::{Cost, Service, Settings};
use codes::{generate, read};
pub use error::Error;

/// The port the service has when it runs alone.
pub const PORT: u16 = 3005;

/// The service: every operation in one list.
///
/// # Errors
/// Never so far.
pub fn service(_: &Settings) -> Result<Service, String> {
    let service = Service::new("image", "Resize, convert, draw, codes, charts")
        .compute("POST /resize", resize::resize, |op| {
            op.summary("Resize a picture")
                .description(resize::DESCRIPTION)
                .example(resize::example())
                .answers(output::MEDIA_TYPES)
                .cost(Cost::Heavy)
                .isolated_when(|request: &resize::ResizeRequest| input::is_risky(&request.image))
        })
        .compute("POST /codes/generate", generate::generate, |op| {
            op.summary("Draw a QR code, bar code or another code")
                .description(generate::DESCRIPTION)
                .example(generate::example())
                .answers(generate::MEDIA_TYPES)
                .cache(Duration::from_hours(24), 1)
                .isolated_when(|request: &generate::GenerateRequest| request.logo.as_ref().is_some_and(input::is_risky))
        })
        .compute("POST /codes/read", read::read, |op| {
            op.summary("Read the codes in a picture")
                .description(read::DESCRIPTION)
                .example(read::example())
                .cost(Cost::Heavy)
                // The readers cannot be stopped from outside, and some pictures keep them for long.
                .isolated()
        });
    Ok(service)
}
