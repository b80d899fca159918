//! image: pictures resized, converted, drawn upon and read; codes and charts.

pub mod adjust;
pub mod chart;
pub mod codes;
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

use std::time::Duration;

use chassis::{Cost, Operation, OperationRequest, Service, Settings};
use codes::{generate, read};
pub use error::Error;
use input::is_risky;

/// The port the service has when it runs alone.
pub const PORT: u16 = 3005;
/// What is drawn from its request alone is the same tomorrow.
const DRAWN: Duration = Duration::from_secs(24 * 3600);

/// The service: every operation in one list.
///
/// # Errors
/// Never so far.
pub fn service(_: &Settings) -> Result<Service, String> {
    let service = Service::new("image", "Resize, convert, draw, codes, charts")
        .compute("POST /resize", resize::resize, |op| {
            picture(op, "Resize a picture", resize::DESCRIPTION, resize::example())
        })
        .compute("POST /thumbnail", thumbnail::thumbnail, |op| {
            picture(op, "Make several sizes of one picture", thumbnail::DESCRIPTION, thumbnail::example())
        })
        .compute("POST /convert", convert::convert, |op| {
            picture(op, "Convert a picture to another format", convert::DESCRIPTION, convert::example())
        })
        .compute("POST /optimize", optimize::optimize, |op| {
            picture(op, "Make a picture smaller in bytes", optimize::DESCRIPTION, optimize::example())
        })
        .compute("POST /crop", crop::crop, |op| {
            picture(op, "Cut a part out of a picture", crop::DESCRIPTION, crop::example())
        })
        .compute("POST /rotate", rotate::rotate, |op| {
            picture(op, "Turn or mirror a picture", rotate::DESCRIPTION, rotate::example())
        })
        .compute("POST /adjust", adjust::adjust, |op| {
            picture(op, "Change how a picture looks", adjust::DESCRIPTION, adjust::example())
        })
        .compute("POST /overlay", overlay::overlay, |op| {
            picture(op, "Put a picture or text upon a picture", overlay::DESCRIPTION, overlay::example())
        })
        .compute("POST /info", info::info, |op| facts(op, "Say what a picture is", info::DESCRIPTION, info::example()))
        .compute("POST /metadata/read", metadata::read, |op| {
            facts(op, "Read the metadata of a picture", metadata::READ_DESCRIPTION, metadata::read_example())
        })
        .compute("POST /metadata/strip", metadata::strip, |op| {
            facts(op, "Take the metadata out of a picture", metadata::STRIP_DESCRIPTION, metadata::strip_example())
                .answers(metadata::MEDIA_TYPES)
        })
        .compute("POST /colors", colors::colors, |op| {
            facts(op, "Find the colours of a picture", colors::DESCRIPTION, colors::example())
        })
        .compute("POST /hash", hash::hash, |op| {
            facts(op, "Hash what a picture shows, and compare two", hash::DESCRIPTION, hash::example())
        })
        .compute("POST /codes/generate", generate::generate, |op| {
            op.summary("Draw a QR code, bar code or another code")
                .description(generate::DESCRIPTION)
                .example(generate::example())
                .answers(generate::MEDIA_TYPES)
                .cost_of(|request: &generate::CodesGenerateRequest| match request.logo {
                    Some(_) => Cost::Heavy,
                    None => Cost::Light,
                })
                .cache(DRAWN, 1)
                .isolated_with(is_risky)
        })
        .compute("POST /codes/read", read::read, |op| {
            op.summary("Read the codes in a picture")
                .description(read::DESCRIPTION)
                .example(read::example())
                .cost(Cost::Heavy)
                .isolated()
        })
        .compute("POST /chart", chart::chart, |op| {
            op.summary("Draw a chart")
                .description(chart::DESCRIPTION)
                .example(chart::example())
                .answers(chart::MEDIA_TYPES)
                .cost(Cost::Heavy)
                .cache(DRAWN, 1)
        });
    Ok(service)
}

/// An operation that makes pictures of pictures.
fn picture<Q: OperationRequest>(op: Operation, summary: &str, description: &str, example: Q) -> Operation {
    facts(op, summary, description, example).answers(output::MEDIA_TYPES)
}

/// An operation that reads pictures.
fn facts<Q: OperationRequest>(op: Operation, summary: &str, description: &str, example: Q) -> Operation {
    op.summary(summary).description(description).example(example).cost(Cost::Heavy).isolated_with(is_risky)
}
