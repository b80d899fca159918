//! Another size, or a part of a picture at another size.

use fast_image_resize::images::Image;
use fast_image_resize::{FilterType, PixelType, ResizeAlg, ResizeOptions, Resizer};
use image::{DynamicImage, GrayImage};

use crate::error::Error;
use crate::picture::{Frame, Picture, Pixels, Planes};

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

/// A picture, or a part of it, at another size. Alpha is multiplied in while pixels are mixed.
///
/// # Errors
/// When nobody waits for it any more.
pub fn resample(
    picture: &Picture,
    region: Option<Region>,
    size: (u32, u32),
    kernel: Kernel,
    cancelled: &dyn Fn() -> bool,
) -> Result<Picture, Error> {
    let mut resizer = Resizer::new();
    let mut frames = Vec::with_capacity(picture.frames.len());
    for frame in &picture.frames {
        if cancelled() {
            return Err(Error::Cancelled);
        }
        let pixels = match &frame.pixels {
            Pixels::Raster(raster) => Pixels::Raster(raster_at(&mut resizer, raster, region, size, kernel)),
            Pixels::Planes(planes) => {
                let mut at = |plane| plane_at(&mut resizer, plane, region, size, kernel);
                let luma = at(&planes.luma);
                let chroma = planes.chroma.as_ref().map(|[blue, red]| [at(blue), at(red)]);
                Pixels::Planes(Planes { luma, chroma })
            }
        };
        frames.push(Frame { pixels, delay: frame.delay });
    }
    Ok(Picture { frames, ..*picture })
}

fn options(region: Option<Region>, (width, height): (u32, u32), kernel: Kernel) -> ResizeOptions {
    let options = ResizeOptions::new().resize_alg(kernel.algorithm());
    let Some(region) = region else { return options };
    let (width, height) = (f64::from(width), f64::from(height));
    // The part stays inside whatever rounding did to it.
    let (x, y) = ((region.x * width).clamp(0.0, width), (region.y * height).clamp(0.0, height));
    let (part_width, part_height) = ((region.width * width).min(width - x), (region.height * height).min(height - y));
    options.crop(x, y, part_width, part_height)
}

fn raster_at(
    resizer: &mut Resizer,
    raster: &DynamicImage,
    region: Option<Region>,
    (width, height): (u32, u32),
    kernel: Kernel,
) -> DynamicImage {
    let from = (raster.width(), raster.height());
    if region.is_none() && from == (width, height) {
        return raster.clone();
    }
    let mut target = DynamicImage::new(width, height, raster.color());
    let options = options(region, from, kernel);
    resizer.resize(raster, &mut target, &options).expect("both have one type of pixels, and the part lies inside");
    target
}

fn plane_at(
    resizer: &mut Resizer,
    plane: &GrayImage,
    region: Option<Region>,
    (width, height): (u32, u32),
    kernel: Kernel,
) -> GrayImage {
    if region.is_none() && plane.dimensions() == (width, height) {
        return plane.clone();
    }
    let mut target = Image::new(width, height, PixelType::U8);
    let options = options(region, plane.dimensions(), kernel);
    resizer.resize(plane, &mut target, &options).expect("both have one type of pixels, and the part lies inside");
    GrayImage::from_raw(width, height, target.into_vec()).expect("a byte a pixel")
}

/// A plane at another size.
pub(crate) fn plane(plane: &GrayImage, region: Option<Region>, size: (u32, u32)) -> GrayImage {
    plane_at(&mut Resizer::new(), plane, region, size, Kernel::Linear)
}
