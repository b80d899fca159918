//! image: pictures resized, converted, drawn upon and read; codes and charts.

pub mod adjust;
pub mod color;
pub mod colors;
pub mod crop;
mod error;
pub mod geometry;
pub mod hash;
pub mod input;
mod oklab;
pub mod output;
pub mod overlay;
mod raster;
pub mod resize;
pub mod rotate;
mod saliency;
mod trim;

use chassis::{Cost, Service, Settings};
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
        .compute("POST /crop", crop::crop, |op| {
            op.summary("Cut a part out of a picture")
                .description(crop::DESCRIPTION)
                .example(crop::example())
                .answers(output::MEDIA_TYPES)
                .cost(Cost::Heavy)
                .isolated_when(|request: &crop::CropRequest| input::is_risky(&request.image))
        })
        .compute("POST /rotate", rotate::rotate, |op| {
            op.summary("Turn or mirror a picture")
                .description(rotate::DESCRIPTION)
                .example(rotate::example())
                .answers(output::MEDIA_TYPES)
                .cost(Cost::Heavy)
                .isolated_when(|request: &rotate::RotateRequest| input::is_risky(&request.image))
        })
        .compute("POST /adjust", adjust::adjust, |op| {
            op.summary("Change how a picture looks")
                .description(adjust::DESCRIPTION)
                .example(adjust::example())
                .answers(output::MEDIA_TYPES)
                .cost(Cost::Heavy)
                .isolated_when(|request: &adjust::AdjustRequest| input::is_risky(&request.image))
        })
        .compute("POST /overlay", overlay::overlay, |op| {
            op.summary("Put a picture or text upon a picture")
                .description(overlay::DESCRIPTION)
                .example(overlay::example())
                .answers(output::MEDIA_TYPES)
                .cost(Cost::Heavy)
                .isolated_when(|request: &overlay::OverlayRequest| {
                    input::is_risky(&request.image) || request.overlay.as_ref().is_some_and(input::is_risky)
                })
        })
        .compute("POST /colors", colors::colors, |op| {
            op.summary("Find the colours of a picture")
                .description(colors::DESCRIPTION)
                .example(colors::example())
                .cost(Cost::Heavy)
                .isolated_when(|request: &colors::ColorsRequest| input::is_risky(&request.image))
        })
        .compute("POST /hash", hash::hash, |op| {
            op.summary("Hash what a picture shows, and compare two")
                .description(hash::DESCRIPTION)
                .example(hash::example())
                .cost(Cost::Heavy)
                .isolated_when(|request: &hash::HashRequest| {
                    input::is_risky(&request.image) || request.other.as_ref().is_some_and(input::is_risky)
                })
        });
    Ok(service)
}
