//! Pages as pictures.

use chassis::{Call, Code, Error, File, Operation, Secret, WithFiles};
use documents::{Colors, RenderOptions, Scale};
use garde::Validate;
use pictures::image::{DynamicImage, GrayImage, RgbImage, RgbaImage};
use pictures::{Encoding, Format, Picture};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::document::Selection;
use crate::input;
use crate::separators::{open, unpainted};

/// Maximum number of pages at once.
const MAX_PAGES: usize = 200;
/// Pixels of all pages together.
const MAX_PIXELS: u64 = 400_000_000;
/// Resolution by default.
const DPI: f64 = 150.0;

/// What the document says.
const DESCRIPTION: &str = "\
Paints pages as PNG, JPEG or WebP, with their annotations and form fields, cropped and turned as a viewer shows them. Say how large \
with `dpi` or `width`. One page comes as a picture, several as a zip archive. At most 200 pages, 40 megapixels each.";

/// A document and how to paint its pages.
#[derive(Debug, Serialize, Deserialize, Validate, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[garde(allow_unvalidated)]
pub struct RenderRequest {
    /// The document.
    #[serde(alias = "url", alias = "pdf")]
    pub file: File,
    /// Password that opens it, if it needs one.
    #[serde(default)]
    pub password: Option<Secret<String>>,
    /// Pages, such as `1-3,5,-1`; all by default.
    #[serde(default, deserialize_with = "chassis::joined", alias = "page")]
    #[garde(length(chars, max = 2000))]
    pub pages: Option<String>,
    /// Resolution in pixels per inch; 150 by default.
    #[serde(default)]
    #[garde(range(min = 10.0, max = 1200.0))]
    pub dpi: Option<f64>,
    /// Width of each picture in pixels, instead of `dpi`.
    #[serde(default)]
    #[garde(range(min = 8, max = 16_384))]
    pub width: Option<u32>,
    /// Output format.
    #[serde(default)]
    pub format: RenderFormat,
    /// Quality of JPEG and WebP, 1 to 100; 85 by default.
    #[serde(default)]
    #[garde(range(min = 1, max = 100))]
    pub quality: Option<u8>,
    /// Colors of the pictures.
    #[serde(default)]
    pub colors: RenderColors,
    /// Whether the paper is transparent; PNG and WebP only.
    #[serde(default)]
    pub transparent: bool,
    /// Whether annotations and form fields are painted.
    #[serde(default = "yes")]
    pub annotations: bool,
}

fn yes() -> bool {
    true
}

/// Output format of a page.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum RenderFormat {
    /// PNG: sharp text, lossless.
    #[default]
    Png,
    /// JPEG: smaller for scans and photos.
    #[serde(alias = "jpg")]
    Jpeg,
    /// WebP: the smallest.
    Webp,
}

/// Colors of a picture.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum RenderColors {
    /// Red, green and blue.
    #[default]
    Rgb,
    /// Shades of gray.
    #[serde(alias = "grey", alias = "grayscale")]
    Gray,
}

/// The pictures.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct RenderFacts {
    /// Number of pictures.
    pub count: usize,
    /// Pictures, in the order of the pages that were asked for.
    pub rows: Vec<RenderedPage>,
}

/// A page as a picture.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct RenderedPage {
    /// Page, counted from 1.
    pub page: usize,
    /// Width in pixels.
    pub width: u32,
    /// Height in pixels.
    pub height: u32,
    /// Size in bytes.
    pub bytes: usize,
}

/// A request that works.
#[must_use]
pub fn example() -> RenderRequest {
    RenderRequest {
        file: input::example(),
        password: None,
        pages: Some("1".to_owned()),
        dpi: Some(72.0),
        width: None,
        format: RenderFormat::Png,
        quality: None,
        colors: RenderColors::Rgb,
        transparent: false,
        annotations: true,
    }
}

/// What the document says of the operation, and how it runs.
#[must_use]
pub fn about(op: Operation) -> Operation {
    input::reads_document(op)
        .answers(&["image/png", "image/jpeg", "image/webp", "application/zip"])
        .summary("Paint pages of a PDF as PNG, JPEG or WebP")
        .description(DESCRIPTION)
        .example(example)
}

/// Paints pages.
///
/// # Errors
/// When the document cannot be opened, has not these pages, or the pictures would be too large.
pub fn render(request: RenderRequest, call: &Call) -> Result<WithFiles<RenderFacts>, Error> {
    let scale = match (request.dpi, request.width) {
        (Some(_), Some(_)) => return Err(Error::impossible("width", "does not go with dpi: send one of them")),
        (_, Some(width)) => Scale::Width(width),
        (dpi, None) => Scale::Dpi(dpi.unwrap_or(DPI)),
    };
    let transparent = request.transparent && request.format != RenderFormat::Jpeg;
    if request.transparent && !transparent {
        call.warn("no-effect", Some("transparent"), "has no effect on JPEG, only on PNG and WebP");
    }
    if request.quality.is_some() && request.format == RenderFormat::Png {
        call.warn("no-effect", Some("quality"), "has no effect on PNG, only on JPEG and WebP");
    }
    let document = open(&request.file, request.password.as_ref())?;
    let selection = Selection::read("pages", request.pages.as_deref(), document.page_count())?;
    if selection.0.len() > MAX_PAGES {
        let message =
            format!("are {}; at most {MAX_PAGES} are painted at once: ask for some with pages", selection.0.len());
        return Err(Error::field(Code::PayloadTooLarge, "pages", message));
    }
    let options = RenderOptions {
        scale,
        colors: match (transparent, request.colors) {
            (true, _) => Colors::Rgba,
            (false, RenderColors::Gray) => Colors::Gray,
            (false, RenderColors::Rgb) => Colors::Rgb,
        },
        background: if transparent { [255, 255, 255, 0] } else { [255; 4] },
        annotations: request.annotations,
        ..RenderOptions::dpi(DPI)
    };
    let renderer = document.renderer();
    let mut pixels = 0;
    for page in &selection.0 {
        let (width, height) = renderer.size(*page, &options).map_err(|error| unpainted(*page, error))?;
        pixels += u64::from(width) * u64::from(height);
    }
    if pixels > MAX_PIXELS {
        let message =
            format!("makes {} megapixels together; the limit is {}", pixels / 1_000_000, MAX_PIXELS / 1_000_000);
        return Err(Error::field(Code::PayloadTooLarge, "dpi", message));
    }
    let (format, extension, media_type) = match request.format {
        RenderFormat::Png => (Format::Png, "png", "image/png"),
        RenderFormat::Jpeg => (Format::Jpeg, "jpg", "image/jpeg"),
        RenderFormat::Webp => (Format::Webp, "webp", "image/webp"),
    };
    let mut encoding = Encoding::of(format);
    encoding.quality = request.quality.unwrap_or(85);
    let stem = input::stem(&request.file, "page");
    let digits = document.page_count().to_string().len();
    let (mut files, mut rows) = (Vec::new(), Vec::new());
    for page in selection.0 {
        call.check()?;
        let painted = renderer.render(page, &options).map_err(|error| unpainted(page, error))?;
        let (width, height) = (painted.width, painted.height);
        let raster = raster(painted).ok_or_else(Error::internal)?;
        let bytes = pictures::encode(&Picture::still(format, raster), &encoding, &|| call.cancelled())
            .map_err(|problem| crate::document::picture::refused("format", &problem))?;
        rows.push(RenderedPage { page: page + 1, width, height, bytes: bytes.len() });
        files.push(File::new(format!("{stem}-{:0digits$}.{extension}", page + 1), media_type, bytes));
    }
    Ok(WithFiles { files, facts: RenderFacts { count: rows.len(), rows } })
}

/// Pixels as a picture that can be written.
pub(crate) fn raster(pixels: documents::Pixels) -> Option<DynamicImage> {
    let (width, height) = (pixels.width, pixels.height);
    match pixels.colors {
        Colors::Gray => GrayImage::from_raw(width, height, pixels.data).map(DynamicImage::ImageLuma8),
        Colors::Rgb => RgbImage::from_raw(width, height, pixels.data).map(DynamicImage::ImageRgb8),
        Colors::Rgba => RgbaImage::from_raw(width, height, pixels.data).map(DynamicImage::ImageRgba8),
    }
}
