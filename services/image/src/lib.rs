//! image: pictures resized, converted, drawn upon and read; codes and charts.

pub mod color;
pub mod convert;
mod error;
pub mod geometry;
pub mod info;
pub mod input;
pub mod metadata;
pub mod optimize;
pub mod output;
pub mod resize;
mod ssim;
pub mod thumbnail;

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
        });
    Ok(service)
}
