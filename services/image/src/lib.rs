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

use chassis::{Service, Settings};
pub use error::Error;

/// The port the service has when it runs alone.
pub const PORT: u16 = 3005;

/// The service: every operation in one list.
///
/// # Errors
/// Never so far.
pub fn service(_: &Settings) -> Result<Service, String> {
    let service = Service::new("image", "Resize, convert, draw, codes, charts")
        .compute("POST /resize", resize::resize, resize::about)
        .compute("POST /thumbnail", thumbnail::thumbnail, thumbnail::about)
        .compute("POST /convert", convert::convert, convert::about)
        .compute("POST /optimize", optimize::optimize, optimize::about)
        .compute("POST /crop", crop::crop, crop::about)
        .compute("POST /rotate", rotate::rotate, rotate::about)
        .compute("POST /adjust", adjust::adjust, adjust::about)
        .compute("POST /overlay", overlay::overlay, overlay::about)
        .compute("POST /info", info::info, info::about)
        .compute("POST /metadata/read", metadata::read, metadata::read_about)
        .compute("POST /metadata/strip", metadata::strip, metadata::strip_about)
        .compute("POST /colors", colors::colors, colors::about)
        .compute("POST /hash", hash::hash, hash::about)
        .compute("POST /codes/generate", codes::generate::generate, codes::generate::about)
        .compute("POST /codes/read", codes::read::read, codes::read::about)
        .compute("POST /chart", chart::chart, chart::about);
    Ok(service)
}
