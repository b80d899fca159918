//! A page to pixels.

use hayro::hayro_interpret::{InterpreterSettings, RenderContent};
use hayro::vello_cpu::color::{AlphaColor, Srgb};
use hayro::vello_cpu::peniko::ImageAlphaType;
use hayro::{PixmapSettings, RenderCache, RenderSettings};

use crate::open::{Document, Page, PageError};

/// Maximum width and height in pixels, which the rasterizer counts in 16 bits.
const MAX_SIDE: f64 = 65_000.0;
/// Maximum number of pixels unless the options say less.
const MAX_PIXELS: u64 = 40_000_000;

/// How large a page is painted.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Scale {
    /// Pixels per inch.
    Dpi(f64),
    /// Width of the picture in pixels.
    Width(u32),
    /// Height of the picture in pixels.
    Height(u32),
}

/// What a pixel is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Colors {
    /// Red, green, blue, one byte each.
    Rgb,
    /// Red, green, blue, alpha (not premultiplied), one byte each.
    Rgba,
    /// Luminance (ITU-R BT.601), one byte.
    Gray,
}

impl Colors {
    /// Bytes per pixel.
    #[must_use]
    pub fn channels(self) -> usize {
        match self {
            Self::Gray => 1,
            Self::Rgb => 3,
            Self::Rgba => 4,
        }
    }
}

/// How a page is painted.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct RenderOptions {
    /// How large.
    pub scale: Scale,
    /// What a pixel is. With `Rgba` the background may be transparent.
    pub colors: Colors,
    /// Color behind the page: red, green, blue, alpha.
    pub background: [u8; 4],
    /// Whether comments, stamps and form fields are painted.
    pub annotations: bool,
    /// Maximum number of pixels.
    pub max_pixels: u64,
}

impl RenderOptions {
    /// RGB on white at a resolution, with annotations.
    #[must_use]
    pub fn dpi(dpi: f64) -> Self {
        Self {
            scale: Scale::Dpi(dpi),
            colors: Colors::Rgb,
            background: [255; 4],
            annotations: true,
            max_pixels: MAX_PIXELS,
        }
    }
}

/// A page that was painted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pixels {
    /// Width in pixels.
    pub width: u32,
    /// Height in pixels.
    pub height: u32,
    /// What a pixel is.
    pub colors: Colors,
    /// Rows from the top, without padding.
    pub data: Vec<u8>,
}

/// Why a page cannot be painted.
#[derive(Debug, Clone, Copy, PartialEq, thiserror::Error)]
pub enum RenderError {
    /// The page cannot be read.
    #[error(transparent)]
    Page(#[from] PageError),
    /// The picture would have too many pixels.
    #[error("the picture would be {width} x {height} pixels; the limit is {max} pixels")]
    TooManyPixels {
        /// Width in pixels.
        width: u64,
        /// Height in pixels.
        height: u64,
        /// Maximum number of pixels.
        max: u64,
    },
}

/// Paints the pages of a document; fonts and decoded objects are kept between them.
pub struct Renderer<'a> {
    document: &'a Document,
    cache: RenderCache<'a>,
}

impl<'a> Renderer<'a> {
    pub(crate) fn new(document: &'a Document) -> Self {
        Self { document, cache: RenderCache::new() }
    }

    /// Width and height in pixels a page will have, checked against the limit; pages are counted from 0.
    ///
    /// # Errors
    /// When there is no such page, or it or the picture is too large.
    pub fn size(&self, index: usize, options: &RenderOptions) -> Result<(u32, u32), RenderError> {
        let (width, height) = picture_size(self.document.page(index)?, options.scale);
        if width > MAX_SIDE || height > MAX_SIDE || width * height > options.max_pixels as f64 {
            return Err(RenderError::TooManyPixels {
                width: width as u64,
                height: height as u64,
                max: options.max_pixels,
            });
        }
        Ok((width as u32, height as u32))
    }

    /// Paints a page, counted from 0.
    ///
    /// # Errors
    /// When there is no such page, or it or the picture is too large.
    pub fn render(&self, index: usize, options: &RenderOptions) -> Result<Pixels, RenderError> {
        let (width, height) = self.size(index, options)?;
        let Some(page) = self.document.pdf().pages().get(index) else {
            return Err(PageError::OutOfRange(self.document.page_count()).into());
        };
        let mut settings = InterpreterSettings::default();
        if !options.annotations {
            settings.render_content = RenderContent::PAGE;
        }
        let (page_width, page_height) = page.render_dimensions();
        // The rasterizer cuts a fraction of a pixel off: the scale is the next larger that gives the size.
        let pixmap = hayro::render(
            page,
            &self.cache,
            &settings,
            &RenderSettings::default(),
            &PixmapSettings {
                x_scale: scale_to(width, page_width),
                y_scale: scale_to(height, page_height),
                bg_color: background(options),
            },
        );
        let (width, height) = (u32::from(pixmap.width()), u32::from(pixmap.height()));
        let data = in_colors(pixmap.take_rgba8(ImageAlphaType::Alpha), options.colors);
        Ok(Pixels { width, height, colors: options.colors, data })
    }
}

/// Width and height of the picture, in whole pixels.
fn picture_size(page: Page, scale: Scale) -> (f64, f64) {
    let whole = |side: f64| (side - 1e-3).ceil().max(1.0);
    match scale {
        Scale::Dpi(dpi) => (whole(page.width * dpi / 72.0), whole(page.height * dpi / 72.0)),
        Scale::Width(width) => (f64::from(width), whole(page.height * f64::from(width) / page.width)),
        Scale::Height(height) => (whole(page.width * f64::from(height) / page.height), f64::from(height)),
    }
}

/// The smallest factor that makes `side` points `pixels` pixels when fractions are cut off.
fn scale_to(pixels: u32, side: f32) -> f32 {
    let mut scale = pixels as f32 / side;
    while ((side * scale) as u32) < pixels {
        scale = scale.next_up();
    }
    scale
}

fn background(options: &RenderOptions) -> AlphaColor<Srgb> {
    let [red, green, blue, alpha] = options.background;
    let alpha = if options.colors == Colors::Rgba { alpha } else { 255 };
    AlphaColor::from_rgba8(red, green, blue, alpha)
}

/// RGBA in the colors that were asked for.
fn in_colors(rgba: Vec<u8>, colors: Colors) -> Vec<u8> {
    match colors {
        Colors::Rgba => rgba,
        Colors::Rgb => {
            // Written in place: collecting piece by piece takes a quarter of the time of a page.
            let mut rgb = vec![0; rgba.len() / 4 * 3];
            for (to, from) in rgb.as_chunks_mut::<3>().0.iter_mut().zip(rgba.as_chunks::<4>().0) {
                *to = [from[0], from[1], from[2]];
            }
            rgb
        }
        Colors::Gray => rgba
            .chunks_exact(4)
            .map(|pixel| {
                let [red, green, blue] = [pixel[0], pixel[1], pixel[2]].map(u32::from);
                ((red * 299 + green * 587 + blue * 114 + 500) / 1000) as u8
            })
            .collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_picture_has_the_size_that_was_asked_for() {
        for side in [595.0_f32, 595.276, 841.89, 612.0, 1.0, 0.3, 14_400.0] {
            for pixels in [1_u32, 7, 100, 1241, 9999] {
                assert_eq!((side * scale_to(pixels, side)) as u32, pixels, "{side} points in {pixels} pixels");
            }
        }
        let a4 = Page { width: 595.0, height: 842.0, rotation: 0 };
        assert_eq!(picture_size(a4, Scale::Dpi(72.0)), (595.0, 842.0));
        assert_eq!(picture_size(a4, Scale::Dpi(150.0)), (1240.0, 1755.0));
        assert_eq!(picture_size(a4, Scale::Width(100)), (100.0, 142.0));
    }
}
