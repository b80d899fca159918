//! Pictures of a page, as they are in the file.

use std::collections::HashSet;

use hayro_interpret::kurbo::{Affine, BezPath, Rect};
use hayro_interpret::{
    BlendMode, ClipPath, Context, Device, DrawMode, DrawProps, Image, ImageData, ImageDrawProps, InterpreterCache,
    InterpreterSettings, LumaData, RasterImage, SoftMask, interpret_page,
};
use hayro_syntax::Filter;

use crate::open::{Document, PageError};
use crate::render::{Colors, Pixels};

/// A picture as it is in the file.
#[derive(Debug, Clone, PartialEq)]
pub struct PageImage {
    /// Number and generation of its object.
    pub object: (u32, i32),
    /// Width and height in pixels.
    pub size: (u32, u32),
    /// Its content.
    pub content: ImageContent,
}

/// The content of a picture.
#[derive(Debug, Clone, PartialEq)]
pub enum ImageContent {
    /// A JPEG file, as it was embedded.
    Jpeg(Vec<u8>),
    /// A JPEG 2000 file, as it was embedded.
    Jpeg2000(Vec<u8>),
    /// Samples, decoded.
    Pixels(Pixels),
}

impl Document {
    /// The pictures a page draws, each once, without those in `seen`, to which they are added. Stencils, which are shapes in
    /// a color, are none.
    ///
    /// # Errors
    /// When there is no such page, or it is too large in some way.
    pub fn images(&self, index: usize, seen: &mut HashSet<(u32, i32)>) -> Result<Vec<PageImage>, PageError> {
        let facts = self.page(index)?;
        let Some(page) = self.pdf().pages().get(index) else {
            return Err(PageError::OutOfRange(self.page_count()));
        };
        let cache = InterpreterCache::new();
        let bounds = Rect::new(0.0, 0.0, facts.width, facts.height);
        let mut context = Context::new(Affine::IDENTITY, bounds, &cache, page.xref(), InterpreterSettings::default());
        let mut collector = Collector { seen, found: Vec::new() };
        interpret_page(page, &mut context, &mut collector);
        Ok(collector.found)
    }
}

/// Keeps pictures, and nothing else.
struct Collector<'s> {
    seen: &'s mut HashSet<(u32, i32)>,
    found: Vec<PageImage>,
}

impl<'a> Device<'a> for Collector<'_> {
    fn draw_path(&mut self, _: &BezPath, _: DrawProps<'a>, _: &DrawMode) {}

    fn push_clip_path(&mut self, _: &ClipPath) {}

    fn push_transparency_group(&mut self, _: f32, _: Option<SoftMask<'a>>, _: BlendMode) {}

    fn draw_glyph_run(&mut self, _: &hayro_interpret::font::GlyphRun<'_, 'a>, _: DrawProps<'a>, _: &DrawMode) {}

    fn draw_image(&mut self, image: Image<'a, '_>, _: ImageDrawProps<'a>) {
        let Image::Raster(raster) = image else { return };
        let id = raster.stream().obj_id();
        let object = (id.obj_number, id.gen_number);
        if !self.seen.insert(object) {
            return;
        }
        let size = (raster.width(), raster.height());
        if let Some(content) = content(&raster) {
            self.found.push(PageImage { object, size, content });
        }
    }

    fn pop_clip(&mut self) {}

    fn pop_transparency_group(&mut self) {}
}

fn content(raster: &RasterImage<'_>) -> Option<ImageContent> {
    let stream = raster.stream();
    let masked = ["SMask", "Mask"].iter().any(|key| stream.dict().contains_key(key));
    match stream.filters().as_slice() {
        [Filter::DctDecode] if !masked => return Some(ImageContent::Jpeg(stream.raw_data().into_owned())),
        [Filter::JpxDecode] if !masked => return Some(ImageContent::Jpeg2000(stream.raw_data().into_owned())),
        _ => {}
    }
    let mut pixels = None;
    raster.with_rgba(|data, alpha| pixels = Some(with_alpha(data, alpha)), None);
    pixels.map(ImageContent::Pixels)
}

fn with_alpha(data: ImageData, alpha: Option<LumaData>) -> Pixels {
    let (width, height) = (data.width(), data.height());
    let Some(alpha) = alpha.filter(|alpha| alpha.width > 0 && alpha.height > 0) else {
        return match data {
            ImageData::Rgb(rgb) => Pixels { width, height, colors: Colors::Rgb, data: rgb.data },
            ImageData::Luma(luma) => Pixels { width, height, colors: Colors::Gray, data: luma.data },
        };
    };
    // A mask may have another size: the nearest of its samples counts.
    let mask = |x: u32, y: u32| {
        let (u, v) = (u64::from(x) * u64::from(alpha.width), u64::from(y) * u64::from(alpha.height));
        let (u, v) = (u / u64::from(width), v / u64::from(height));
        alpha.data[(v * u64::from(alpha.width) + u) as usize]
    };
    let mut rgba = Vec::with_capacity(width as usize * height as usize * 4);
    for y in 0..height {
        for x in 0..width {
            let at = y as usize * width as usize + x as usize;
            match &data {
                ImageData::Rgb(rgb) => rgba.extend_from_slice(&rgb.data[at * 3..at * 3 + 3]),
                ImageData::Luma(luma) => rgba.extend_from_slice(&[luma.data[at]; 3]),
            }
            rgba.push(mask(x, y));
        }
    }
    Pixels { width, height, colors: Colors::Rgba, data: rgba }
}
