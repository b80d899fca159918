//! image: pictures resized, converted, drawn upon and read; codes and charts.
//!
//! An operation is a file (or a folder with its file); operations never name each other, and meet in these:
//!
//! | file | job |
//! | --- | --- |
//! | `input.rs` | the pictures of a request, decoded no larger than needed |
//! | `output.rs` | the picture of an answer: format, quality, background, name |
//! | `source.rs` | format and GPS location of a file that was sent |
//! | `geometry.rs`, `canvas.rs` | fit and position: from one size to another, and a box around it |
//! | `turn.rs` | a picture turned by any angle |
//! | `raster.rs` | pixels of eight bits a sample, for operations that change them |
//! | `color.rs`, `oklab.rs` | CSS colors; how different two colors look |
//! | `saliency.rs`, `trim.rs`, `ssim.rs` | where to crop; where borders end; how similar two pictures look |
//! | `error.rs` | what is refused, and its code |

pub mod adjust;
mod canvas;
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
pub mod source;
mod ssim;
pub mod thumbnail;
mod trim;
mod turn;

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
