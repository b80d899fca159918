//! A picture: frames of pixels, or the planes of a JPEG as they are.

use std::time::Duration;

use image::DynamicImage;
use image::metadata::Orientation;

use crate::error::Error;
use crate::format::Format;
use crate::limits::Limits;
use crate::planes::Planes;
use crate::turn::{turned, turns};

/// A decoded picture: upright, in sRGB.
#[derive(Debug, Clone)]
pub struct Picture {
    /// The format it was read from.
    pub format: Format,
    /// Width and height of the whole picture, upright. The frames may be smaller, when only a smaller one was asked for; those of a drawing also larger.
    pub size: (u32, u32),
    /// One frame, or those of an animation, all of one size.
    pub frames: Vec<Frame>,
    /// How often an animation is played; 0 is forever.
    pub loops: u16,
}

/// A frame of a picture.
#[derive(Debug, Clone)]
pub struct Frame {
    /// Its pixels.
    pub pixels: Pixels,
    /// How long it is shown.
    pub delay: Duration,
}

/// The pixels of a frame.
#[derive(Debug, Clone)]
pub enum Pixels {
    /// Interleaved samples.
    Raster(DynamicImage),
    /// The planes of a JPEG: never turned into RGB when the result is a JPEG again.
    Planes(Planes),
}

impl Picture {
    /// A picture of one frame.
    #[must_use]
    pub fn still(format: Format, pixels: DynamicImage) -> Self {
        let size = (pixels.width(), pixels.height());
        Self::of(format, size, Pixels::Raster(pixels))
    }

    pub(crate) fn of(format: Format, size: (u32, u32), pixels: Pixels) -> Self {
        Self { format, size, frames: vec![Frame { pixels, delay: Duration::ZERO }], loops: 0 }
    }

    /// Whether it has several frames.
    #[must_use]
    pub fn is_animated(&self) -> bool {
        self.frames.len() > 1
    }

    /// Whether any frame has an alpha channel.
    #[must_use]
    pub fn has_alpha(&self) -> bool {
        self.frames.iter().any(|frame| matches!(&frame.pixels, Pixels::Raster(raster) if raster.color().has_alpha()))
    }

    /// Width and height of its frames.
    #[must_use]
    pub fn frame_size(&self) -> (u32, u32) {
        self.frames.first().map_or((0, 0), |frame| frame.pixels.size())
    }

    /// The first frame as a raster.
    #[must_use]
    pub fn into_raster(self) -> DynamicImage {
        let first = self.frames.into_iter().next().expect("a picture has a frame");
        first.pixels.into_raster()
    }

    /// The picture turned; planes stay planes.
    #[must_use]
    pub fn turned(self, orientation: Orientation) -> Self {
        let (width, height) = self.size;
        let size = if turns(orientation) { (height, width) } else { (width, height) };
        Self { size, ..self.map_pixels(|pixels| pixels.turned(orientation)) }
    }

    /// A part of every frame, which must lie inside; planes stay planes.
    #[must_use]
    pub fn cut(self, (x, y): (u32, u32), size: (u32, u32)) -> Self {
        let part = |pixels: Pixels| match pixels {
            pixels if (x, y) == (0, 0) && size == pixels.size() => pixels,
            Pixels::Raster(raster) => Pixels::Raster(raster.crop_imm(x, y, size.0, size.1)),
            Pixels::Planes(planes) => Pixels::Planes(planes.cut((x, y), size)),
        };
        Self { size, ..self.map_pixels(part) }
    }

    /// The picture with the pixels of every frame changed; their number must stay the same.
    #[must_use]
    pub fn map_pixels(self, change: impl Fn(Pixels) -> Pixels) -> Self {
        let frames = self.frames.into_iter().map(|frame| Frame { pixels: change(frame.pixels), ..frame }).collect();
        Self { frames, ..self }
    }

    /// The picture with every frame changed. Frames that grow are held to the limits of an animation.
    ///
    /// # Errors
    /// The first error of `change`, or when the frames would have too many pixels.
    pub fn map<E: From<Error>>(
        self,
        mut change: impl FnMut(DynamicImage) -> Result<DynamicImage, E>,
    ) -> Result<Self, E> {
        let count = self.frames.len();
        let mut frames = Vec::with_capacity(count);
        for frame in self.frames {
            let pixels = Pixels::Raster(change(frame.pixels.into_raster())?);
            Limits::DEFAULT.admit_output_frames(count, pixels.size())?;
            frames.push(Frame { pixels, delay: frame.delay });
        }
        Ok(Self { frames, ..self })
    }
}

impl Pixels {
    /// Width and height.
    #[must_use]
    pub fn size(&self) -> (u32, u32) {
        match self {
            Self::Raster(raster) => (raster.width(), raster.height()),
            Self::Planes(planes) => planes.luma.samples.dimensions(),
        }
    }

    pub(crate) fn turned(self, orientation: Orientation) -> Self {
        match self {
            Self::Raster(raster) => Self::Raster(turned(raster, orientation)),
            Self::Planes(planes) => Self::Planes(planes.turned(orientation)),
        }
    }

    /// As a raster.
    #[must_use]
    pub fn into_raster(self) -> DynamicImage {
        match self {
            Self::Raster(raster) => raster,
            Self::Planes(planes) => planes.into_raster(),
        }
    }
}
