//! A picture: frames of pixels, or the planes of a JPEG as they are.

use std::time::Duration;

use image::metadata::Orientation;
use image::{DynamicImage, GrayImage, RgbImage};

use crate::error::Error;
use crate::format::Format;
use crate::limits::Limits;
use crate::resample::{Part, plane as plane_at};

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
    pub luma: Plane,
    /// Cb and Cr; none when the picture is grey.
    pub chroma: Option<[Plane; 2]>,
}

/// One plane. A JPEG decoded at an eighth of its size ends in a sample that the picture covers only in part.
#[derive(Debug, Clone)]
pub struct Plane {
    /// Its samples.
    pub samples: GrayImage,
    /// The part of them that is the picture.
    pub part: Part,
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

    /// The same picture with every frame changed. Frames that grow are held to the limit of an animation.
    ///
    /// # Errors
    /// The first that is met.
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

    /// As any library takes them.
    #[must_use]
    pub fn into_raster(self) -> DynamicImage {
        match self {
            Self::Raster(raster) => raster,
            Self::Planes(planes) => planes.into_raster(),
        }
    }
}

impl Plane {
    /// A plane all of which is the picture.
    pub(crate) fn whole(samples: GrayImage) -> Self {
        let part = Part::all(samples.dimensions());
        Self { samples, part }
    }

    /// Turned as EXIF says.
    pub(crate) fn turned(self, orientation: Orientation) -> Self {
        use Orientation::{
            FlipHorizontal, FlipVertical, NoTransforms, Rotate90, Rotate90FlipH, Rotate180, Rotate270, Rotate270FlipH,
        };
        let (width, height) = (f64::from(self.samples.width()), f64::from(self.samples.height()));
        let mirrored = |part: Part| Part { x: width - part.x - part.width, ..part };
        let upside_down = |part: Part| Part { y: height - part.y - part.height, ..part };
        let swapped = |part: Part| Part { x: part.y, y: part.x, width: part.height, height: part.width };
        let part = match orientation {
            NoTransforms => return self,
            FlipHorizontal => mirrored(self.part),
            FlipVertical => upside_down(self.part),
            Rotate180 => mirrored(upside_down(self.part)),
            Rotate90 => swapped(upside_down(self.part)),
            Rotate270 => swapped(mirrored(self.part)),
            Rotate90FlipH => swapped(self.part),
            Rotate270FlipH => swapped(mirrored(upside_down(self.part))),
        };
        let mut raster = DynamicImage::ImageLuma8(self.samples);
        raster.apply_orientation(orientation);
        Self { samples: raster.into_luma8(), part }
    }
}

impl Planes {
    /// RGB, or grey.
    pub(crate) fn into_raster(self) -> DynamicImage {
        let luma = self.luma.samples;
        let (width, height) = luma.dimensions();
        let Some(chroma) = self.chroma else { return DynamicImage::ImageLuma8(luma) };
        let [blue, red] = chroma.map(|plane| plane_at(&plane.samples, plane.part, (width, height)));
        let mut rgb = vec![0; luma.len() * 3];
        let samples = luma.iter().zip(blue.iter()).zip(red.iter());
        for (pixel, ((&y, &cb), &cr)) in rgb.as_chunks_mut::<3>().0.iter_mut().zip(samples) {
            *pixel = rgb_of(y, cb, cr);
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

#[cfg(test)]
mod tests {
    use super::*;

    /// The part of a plane goes where its pixels go.
    #[test]
    fn a_part_turns_with_its_plane() {
        for number in 1..=8 {
            let orientation = Orientation::from_exif(number).unwrap();
            let inside = |x: u32, y: u32| x < 3 && y < 2;
            let samples = GrayImage::from_fn(5, 4, |x, y| image::Luma([u8::from(inside(x, y))]));
            let plane = Plane { samples, part: Part { x: 0.0, y: 0.0, width: 3.0, height: 2.0 } };
            let plane = plane.turned(orientation);
            let part = plane.part;
            let (right, bottom) = (part.x + part.width, part.y + part.height);
            for (x, y, pixel) in plane.samples.enumerate_pixels() {
                let (x, y) = (f64::from(x) + 0.5, f64::from(y) + 0.5);
                let inside = (part.x..right).contains(&x) && (part.y..bottom).contains(&y);
                assert_eq!(pixel.0[0], u8::from(inside), "{orientation:?} at {x}, {y}");
            }
        }
    }
}
