//! The pictures of a request.

use chassis::{Call, Confinement, Cost, File, Operation, OperationRequest};
use pictures::{DecodeOptions, Format, Frames, Head, Limits, Picture};

use crate::error::{Error, of_field};

/// Whether a picture is of a format whose decoder is not safe Rust, or can be made to do much with little: those are
/// decoded in a process of their own.
fn is_risky(file: &File) -> bool {
    matches!(Format::of(file.bytes()), Ok(Format::Avif | Format::Svg | Format::Tiff))
}

/// How a request with these pictures is confined.
pub(crate) fn confined(pictures: &[Option<&File>]) -> Option<Confinement> {
    pictures.iter().flatten().any(|file| is_risky(file)).then(Confinement::default)
}

/// An operation that reads the pictures of its request: dear, and in a process of its own where a format asks for that.
pub(crate) fn reads_picture<Q: OperationRequest>(
    op: Operation,
    pictures: impl Fn(&Q) -> [Option<&File>; 2] + Send + Sync + 'static,
) -> Operation {
    op.cost(Cost::Heavy).isolated_when(move |request: &Q| confined(&pictures(request)))
}

/// What a picture of the request says of itself.
pub(crate) fn head(field: &'static str, file: &File) -> Result<Head, Error> {
    pictures::head(file.bytes()).map_err(of_field(field))
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
    let options = DecodeOptions { at_least, frames, upright: true, limits: Limits::DEFAULT, cancelled: &cancelled };
    pictures::decode(file.bytes(), &options).map_err(of_field(field))
}

/// A small picture for examples: the sky over a hill.
pub(crate) fn example() -> File {
    File::new("hill.png", "image/png", &include_bytes!("../data/hill.png")[..])
}
