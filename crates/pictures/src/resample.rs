//! Another size, or a part of a picture at another size.

use fast_image_resize::images::Image;
use fast_image_resize::{FilterType, PixelType, ResizeAlg, ResizeOptions, Resizer};
use image::{DynamicImage, GrayImage};

use crate::error::Error;
use crate::limits::Limits;
use crate::picture::{Frame, Picture, Pixels};
use crate::planes::{Plane, Planes};

/// How pixels between pixels are found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Kernel {
    /// The pixel that is nearest: for pixel art and codes.
    Nearest,
    /// Linear.
    Linear,
    /// Catmull-Rom.
    Cubic,
    /// Mitchell-Netravali.
    Mitchell,
    /// Lanczos with three lobes.
    #[default]
    Lanczos3,
}

impl Kernel {
    fn algorithm(self) -> ResizeAlg {
        match self {
            Self::Nearest => ResizeAlg::Nearest,
            Self::Linear => ResizeAlg::Convolution(FilterType::Bilinear),
            Self::Cubic => ResizeAlg::Convolution(FilterType::CatmullRom),
            Self::Mitchell => ResizeAlg::Convolution(FilterType::Mitchell),
            Self::Lanczos3 => ResizeAlg::Convolution(FilterType::Lanczos3),
        }
    }
}

/// A part of a picture, in fractions of its width and height: it is the same part of every plane.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Region {
    /// From the left.
    pub x: f64,
    /// From the top.
    pub y: f64,
    /// Width.
    pub width: f64,
    /// Height.
    pub height: f64,
}

/// A part of some samples, in pixels.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Part {
    /// From the left.
    pub x: f64,
    /// From the top.
    pub y: f64,
    /// Width.
    pub width: f64,
    /// Height.
    pub height: f64,
}

impl Part {
    /// All of a picture.
    pub(crate) fn all((width, height): (u32, u32)) -> Self {
        Self { x: 0.0, y: 0.0, width: f64::from(width), height: f64::from(height) }
    }

    /// A region of this part; it stays inside whatever rounding did to it.
    fn region(self, region: Region) -> Self {
        let x = (region.x * self.width).clamp(0.0, self.width);
        let y = (region.y * self.height).clamp(0.0, self.height);
        Self {
            x: self.x + x,
            y: self.y + y,
            width: (region.width * self.width).min(self.width - x),
            height: (region.height * self.height).min(self.height - y),
        }
    }
}

/// A picture, or a part of it, at another size. Alpha is multiplied in while pixels are mixed.
///
/// # Errors
/// When its frames would have too many pixels, or nobody waits for it any more.
pub fn resample(
    picture: &Picture,
    region: Option<Region>,
    size: (u32, u32),
    kernel: Kernel,
    cancelled: &dyn Fn() -> bool,
) -> Result<Picture, Error> {
    Limits::DEFAULT.admit_output_frames(picture.frames.len(), size)?;
    let mut change = Change { resizer: Resizer::new(), region, size, kernel };
    let mut frames = Vec::with_capacity(picture.frames.len());
    for frame in &picture.frames {
        if cancelled() {
            return Err(Error::Cancelled);
        }
        let pixels = match &frame.pixels {
            Pixels::Raster(raster) => Pixels::Raster(change.raster(raster)),
            Pixels::Planes(Planes { luma, chroma }) => {
                let mut at = |plane: &Plane| change.plane(&plane.samples, plane.part).unwrap_or_else(|| plane.clone());
                let luma = at(luma);
                Pixels::Planes(Planes { luma, chroma: chroma.as_ref().map(|[blue, red]| [at(blue), at(red)]) })
            }
        };
        frames.push(Frame { pixels, delay: frame.delay });
    }
    Ok(Picture { frames, ..*picture })
}

/// What is done to each frame.
struct Change {
    resizer: Resizer,
    region: Option<Region>,
    size: (u32, u32),
    kernel: Kernel,
}

impl Change {
    fn raster(&mut self, raster: &DynamicImage) -> DynamicImage {
        let all = Part::all((raster.width(), raster.height()));
        let Some(options) = self.options((raster.width(), raster.height()), all) else { return raster.clone() };
        let mut target = DynamicImage::new(self.size.0, self.size.1, raster.color());
        self.resizer.resize(raster, &mut target, &options).expect("pixels of one type, and the part lies inside");
        target
    }

    /// Nothing when it is what is there.
    fn plane(&mut self, samples: &GrayImage, part: Part) -> Option<Plane> {
        let options = self.options(samples.dimensions(), part)?;
        let (width, height) = self.size;
        let mut target = Image::new(width, height, PixelType::U8);
        self.resizer.resize(samples, &mut target, &options).expect("bytes both, and the part lies inside");
        Some(Plane::whole(GrayImage::from_raw(width, height, target.into_vec()).expect("a byte a pixel")))
    }

    /// How to make it of a part of so many pixels; nothing when it is what is there.
    fn options(&self, from: (u32, u32), part: Part) -> Option<ResizeOptions> {
        if self.region.is_none() && from == self.size && part == Part::all(from) {
            return None;
        }
        let part = self.region.map_or(part, |region| part.region(region));
        Some(ResizeOptions::new().resize_alg(self.kernel.algorithm()).crop(part.x, part.y, part.width, part.height))
    }
}

/// A part of some samples at another size.
pub(crate) fn plane(samples: &GrayImage, part: Part, size: (u32, u32)) -> GrayImage {
    let mut change = Change { resizer: Resizer::new(), region: None, size, kernel: Kernel::Linear };
    change.plane(samples, part).map_or_else(|| samples.clone(), |plane| plane.samples)
}
