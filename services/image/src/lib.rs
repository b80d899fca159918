//! image: pictures resized, converted, drawn upon and read; codes and charts.

pub mod adjust;
pub mod color;
pub mod colors;
pub mod convert;
pub mod crop;
mod error;
pub mod geometry;
pub mod hash;
pub mod info;
pub mod input;
pub mod metadata;
mod oklab;
pub mod optimize;
pub mod output;
pub mod overlay;
mod raster;
pub mod resize;
pub mod rotate;
mod saliency;
mod ssim;
pub mod thumbnail;
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
        .compute("POST /info", info::info, |op| {
            op.summary("Say what a picture is")
                .description(info::DESCRIPTION)
                .example(info::example())
                .isolated_when(|request: &info::InfoRequest| input::is_risky(&request.image))
        })
        .compute("POST /metadata/read", metadata::read, |op| {
            op.summary("Read the metadata of a picture")
                .description(metadata::READ_DESCRIPTION)
                .example(metadata::read_example())
                .isolated_when(|request: &metadata::ReadRequest| input::is_risky(&request.image))
        })
        .compute("POST /metadata/strip", metadata::strip, |op| {
            op.summary("Take the metadata out of a picture")
                .description(metadata::STRIP_DESCRIPTION)
                .example(metadata::strip_example())
                .answers(metadata::MEDIA_TYPES)
        })
        .compute("POST /thumbnail", thumbnail::thumbnail, |op| {
            op.summary("Make several sizes of one picture")
                .description(thumbnail::DESCRIPTION)
                .example(thumbnail::example())
                .answers(output::MEDIA_TYPES)
                .cost(Cost::Heavy)
                .isolated_when(|request: &thumbnail::ThumbnailRequest| input::is_risky(&request.image))
        })
        .compute("POST /optimize", optimize::optimize, |op| {
            op.summary("Make a picture smaller in bytes")
                .description(optimize::DESCRIPTION)
                .example(optimize::example())
                .answers(output::MEDIA_TYPES)
                .cost(Cost::Heavy)
                .isolated_when(|request: &optimize::OptimizeRequest| input::is_risky(&request.image))
        })
        .compute("POST /convert", convert::convert, |op| {
            op.summary("Convert a picture to another format")
                .description(convert::DESCRIPTION)
                .example(convert::example())
                .answers(output::MEDIA_TYPES)
                .cost(Cost::Heavy)
                .isolated_when(|request: &convert::ConvertRequest| input::is_risky(&request.image))
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
