//! The pictures of a request.

use chassis::{Call, Confinement, Cost, File, Operation, OperationRequest};
use pictures::{DecodeOptions, Format, Frames, Head, Limits, Picture};

use crate::error::{Error, of_field};
use crate::output::OutputFormat;

/// Whether a picture is of a format whose decoder is not safe Rust, or can be made to do much with little: those are
/// decoded in a process of their own.
fn is_risky(file: &File) -> bool {
    matches!(Format::of(file.bytes()), Ok(Format::Avif | Format::Svg | Format::Tiff))
}

/// Bytes of a decoded pixel.
const PIXEL: u64 = 4;
/// Pixels up to which a picture is read and made in a few milliseconds.
const FEW_PIXELS: u64 = 128 * 1024;

/// What a request asks to be read and made, from which its cost is known before the work.
pub(crate) struct Load<'a> {
    pictures: [Option<&'a File>; 2],
    made: u64,
}

impl<'a> Load<'a> {
    /// Reads a picture; what is made is not larger.
    pub(crate) fn of(picture: &'a File) -> Self {
        Self { pictures: [Some(picture), None], made: 0 }
    }

    /// Reads another one too.
    pub(crate) fn and(mut self, other: Option<&'a File>) -> Self {
        self.pictures[1] = other;
        self
    }

    /// Makes a picture with these sides; one that is not said follows the other.
    pub(crate) fn makes(mut self, width: Option<u32>, height: Option<u32>) -> Self {
        let side = |one: Option<u32>, other: Option<u32>| u64::from(one.or(other).unwrap_or_default());
        self.made += side(width, height) * side(height, width);
        self
    }

    /// Makes it in a format.
    pub(crate) fn format(self, format: Option<OutputFormat>) -> Self {
        self.slow(format == Some(OutputFormat::Avif))
    }

    /// Makes what takes long whatever its size.
    pub(crate) fn slow(mut self, slow: bool) -> Self {
        self.made += if slow { FEW_PIXELS + 1 } else { 0 };
        self
    }

    /// Pixels that are read and made. A picture that cannot be read costs nothing.
    fn pixels(&self) -> u64 {
        let read = self.pictures.iter().flatten().filter_map(|file| pictures::head(file.bytes()).ok());
        let read = read.map(|head| {
            let frames = head.animation.map_or(1, |animation| u64::from(animation.frames));
            (u64::from(head.stored.0) * u64::from(head.stored.1)).min(Limits::DEFAULT.pixels).saturating_mul(frames)
        });
        read.fold(self.made, u64::saturating_add)
    }

    fn cost(&self) -> Cost {
        if self.pixels() > FEW_PIXELS { Cost::Heavy } else { Cost::Light }
    }
}

/// How a request with these pictures is confined.
pub(crate) fn confined(pictures: &[Option<&File>]) -> Option<Confinement> {
    pictures.iter().flatten().any(|file| is_risky(file)).then(Confinement::default)
}

/// An operation that reads the pictures of its request: light or heavy by their pixels, and in a process of its own where
/// a format asks for that.
pub(crate) fn reads_picture<Q: OperationRequest>(
    op: Operation,
    load: impl Fn(&Q) -> Load<'_> + Copy + Send + Sync + 'static,
) -> Operation {
    op.cost_of(move |request: &Q| load(request).cost())
        .decodes(move |request: &Q| load(request).pixels().saturating_mul(PIXEL))
        .isolated_when(move |request: &Q| confined(&load(request).pictures))
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
    let options = DecodeOptions {
        at_least,
        frames,
        upright: true,
        by_profile: true,
        limits: Limits::DEFAULT,
        cancelled: &cancelled,
    };
    pictures::decode(file.bytes(), &options).map_err(of_field(field))
}

/// A small picture for examples: the sky over a hill.
pub(crate) fn example() -> File {
    File::new("hill.png", "image/png", &include_bytes!("../data/hill.png")[..])
}
