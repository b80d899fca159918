//! Resampling of one raster or one plane of samples: what `resample` does to each frame, and planes of a JPEG to their colors.

use fast_image_resize::images::Image;
use fast_image_resize::{FilterType, PixelType, ResizeAlg, ResizeOptions, Resizer};
use image::{DynamicImage, GrayImage};

/// Resampling filter.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Kernel {
    /// Nearest neighbor: for pixel art and codes.
    Nearest,
    /// Bilinear.
    Linear,
    /// Bicubic (Catmull-Rom).
    Cubic,
    /// Mitchell-Netravali.
    Mitchell,
    /// Lanczos with a radius of 3.
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

/// A part of a picture, in fractions of its width and height: the same part of every plane.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Region {
    /// Left edge.
    pub x: f64,
    /// Top edge.
    pub y: f64,
    /// Width.
    pub width: f64,
    /// Height.
    pub height: f64,
}

/// A part of one raster or plane, in samples.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Part {
    /// Left edge.
    pub x: f64,
    /// Top edge.
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

/// Makes rasters and planes another size, all in the same way.
pub(crate) struct Resampler {
    resizer: Resizer,
    region: Option<Region>,
    size: (u32, u32),
    kernel: Kernel,
}

impl Resampler {
    /// Makes a region, or everything, `size` large.
    pub(crate) fn new(region: Option<Region>, size: (u32, u32), kernel: Kernel) -> Self {
        Self { resizer: Resizer::new(), region, size, kernel }
    }

    pub(crate) fn raster(&mut self, raster: &DynamicImage) -> DynamicImage {
        let all = Part::all((raster.width(), raster.height()));
        let Some(options) = self.options((raster.width(), raster.height()), all) else { return raster.clone() };
        let mut target = DynamicImage::new(self.size.0, self.size.1, raster.color());
        self.resizer.resize(raster, &mut target, &options).expect("pixels of one type, and the part lies inside");
        target
    }

    /// The part of a plane that is the picture; none when the plane is that already.
    pub(crate) fn plane(&mut self, samples: &GrayImage, part: Part) -> Option<GrayImage> {
        let options = self.options(samples.dimensions(), part)?;
        let (width, height) = self.size;
        let mut target = Image::new(width, height, PixelType::U8);
        self.resizer.resize(samples, &mut target, &options).expect("bytes both, and the part lies inside");
        Some(GrayImage::from_raw(width, height, target.into_vec()).expect("a byte a pixel"))
    }

    /// How to make it of a part of so many pixels; none when nothing is to be done.
    fn options(&self, from: (u32, u32), part: Part) -> Option<ResizeOptions> {
        if self.region.is_none() && from == self.size && part == Part::all(from) {
            return None;
        }
        let part = self.region.map_or(part, |region| part.region(region));
        Some(ResizeOptions::new().resize_alg(self.kernel.algorithm()).crop(part.x, part.y, part.width, part.height))
    }
}

/// A part of a plane at another size, bilinear.
pub(crate) fn plane_at(samples: &GrayImage, part: Part, size: (u32, u32)) -> GrayImage {
    Resampler::new(None, size, Kernel::Linear).plane(samples, part).unwrap_or_else(|| samples.clone())
}
