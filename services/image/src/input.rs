//! The pictures of a request.

use chassis::{Call, File};
use pictures::{Format, Frames, Head, Limits, Picture, Wish};

use crate::error::{Error, about};

/// Whether a picture is of a format whose decoder is not safe Rust, or can be made to do much with little: those are
/// decoded in a process of their own.
#[must_use]
pub fn is_risky(file: &File) -> bool {
    matches!(Format::of(file.bytes()), Ok(Format::Avif | Format::Svg | Format::Tiff))
}

/// What a picture of the request says of itself.
pub(crate) fn head(field: &'static str, file: &File) -> Result<Head, Error> {
    pictures::head(file.bytes()).map_err(about(field))
}

/// A picture of the request, upright; no smaller than `at_least` when it is to be shrunk to that.
pub(crate) fn picture(
    field: &'static str,
    file: &File,
    at_least: Option<(u32, u32)>,
    frames: Frames,
    call: &Call,
) -> Result<Picture, Error> {
    let cancelled = || call.cancelled();
    let wish = Wish { at_least, frames, upright: true, limits: Limits::DEFAULT, cancelled: &cancelled };
    pictures::decode(file.bytes(), &wish).map_err(about(field))
}

/// A small picture for examples: the sky over a hill.
pub(crate) fn example() -> File {
    File::new("hill.png", "image/png", &include_bytes!("../data/hill.png")[..])
}
