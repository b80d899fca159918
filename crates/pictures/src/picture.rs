//! A picture: frames of pixels, or the planes of a JPEG as they are.

use std::time::Duration;

use image::{DynamicImage, GrayImage, RgbImage};

use crate::format::Format;

/// A decoded picture: upright, in sRGB.
#[derive(Debug, Clone)]
pub struct Picture {
    /// What it was read from.
    pub format: Format,
    /// Width and height of the whole picture, upright. The frames may be smaller, when only a smaller one was asked for; those of a drawing also larger.
    pub size: (u32, u32),
    /// One frame, or those of an animation, all of one size.
    pub frames: Vec<Frame>,
    /// How often an animation runs; 0 is for ever.
    pub loops: u16,
}

/// A frame of a picture.
#[derive(Debug, Clone)]
pub struct Frame {
    /// What it shows.
    pub pixels: Pixels,
    /// How long it is shown.
    pub delay: Duration,
}

/// The pixels of a frame.
#[derive(Debug, Clone)]
pub enum Pixels {
    /// As any library takes them.
    Raster(DynamicImage),
    /// As a JPEG has them: never turned into RGB when the result is a JPEG again.
    Planes(Planes),
}

/// Luma and the two chroma planes, full range BT.601 (JFIF). Each may have a size of its own.
#[derive(Debug, Clone)]
pub struct Planes {
    /// Brightness.
    pub luma: GrayImage,
    /// Cb and Cr; none when the picture is grey.
    pub chroma: Option<[GrayImage; 2]>,
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

    /// Whether it moves.
    #[must_use]
    pub fn is_animated(&self) -> bool {
        self.frames.len() > 1
    }

    /// Whether any frame can be seen through.
    #[must_use]
    pub fn has_alpha(&self) -> bool {
        self.frames.iter().any(|frame| matches!(&frame.pixels, Pixels::Raster(raster) if raster.color().has_alpha()))
    }

    /// Width and height of its frames.
    #[must_use]
    pub fn frame_size(&self) -> (u32, u32) {
        self.frames.first().map_or((0, 0), |frame| frame.pixels.size())
    }

    /// The first frame, as any library takes it.
    #[must_use]
    pub fn into_raster(self) -> DynamicImage {
        let first = self.frames.into_iter().next().expect("a picture has a frame");
        first.pixels.into_raster()
    }

    /// The same picture with every frame changed.
    ///
    /// # Errors
    /// The first that is met.
    pub fn map<E>(self, mut change: impl FnMut(DynamicImage) -> Result<DynamicImage, E>) -> Result<Self, E> {
        let frames = self.frames.into_iter().map(|frame| {
            let pixels = Pixels::Raster(change(frame.pixels.into_raster())?);
            Ok(Frame { pixels, delay: frame.delay })
        });
        Ok(Self { frames: frames.collect::<Result<_, E>>()?, ..self })
    }
}

impl Pixels {
    /// Width and height.
    #[must_use]
    pub fn size(&self) -> (u32, u32) {
        match self {
            Self::Raster(raster) => (raster.width(), raster.height()),
            Self::Planes(planes) => planes.luma.dimensions(),
        }
    }

    /// As any library takes them.
    #[must_use]
    pub fn into_raster(self) -> DynamicImage {
        match self {
            Self::Raster(raster) => raster,
            Self::Planes(planes) => planes.into_raster(),
        }
    }
}

impl Planes {
    /// RGB, or grey.
    pub(crate) fn into_raster(self) -> DynamicImage {
        let (width, height) = self.luma.dimensions();
        let Some(chroma) = self.chroma else { return DynamicImage::ImageLuma8(self.luma) };
        let [blue, red] = chroma.map(|plane| crate::resample::plane(&plane, None, (width, height)));
        let mut rgb = Vec::with_capacity(self.luma.len() * 3);
        for ((&y, &cb), &cr) in self.luma.iter().zip(blue.iter()).zip(red.iter()) {
            rgb.extend_from_slice(&rgb_of(y, cb, cr));
        }
        RgbImage::from_raw(width, height, rgb).expect("three bytes a pixel").into()
    }
}

/// RGB of a pixel in full-range BT.601, rounded: JFIF 1.02, "Conversion to and from RGB".
pub(crate) fn rgb_of(y: u8, cb: u8, cr: u8) -> [u8; 3] {
    const HALF: i32 = 1 << 15;
    let (y, cb, cr) = (i32::from(y) << 16, i32::from(cb) - 128, i32::from(cr) - 128);
    let clamp = |value: i32| ((value + HALF) >> 16).clamp(0, 255) as u8;
    [clamp(y + 91_881 * cr), clamp(y - 22_554 * cb - 46_802 * cr), clamp(y + 116_130 * cb)]
}
