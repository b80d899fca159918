//! Compress a picture to as few bytes as it needs.

use chassis::{Call, File, Operation, WithFile};
use garde::Validate;
use pictures::image::{DynamicImage, GenericImage, RgbaImage};
use pictures::{Format, Frames, Keep, Kernel, Limits, Picture};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::error::{Error, conflict, of_field};
use crate::input;
use crate::output::{self, Output, OutputFormat};
use crate::raster::luma;
use crate::ssim::ssim;

/// What the document says.
const DESCRIPTION: &str = "\
Compresses a picture to fewer bytes, never to more. By default it gets the lowest quality at which it still looks the same \
(structural similarity, SSIM, of 0.98 on a sample of the picture). `similarity` sets another SSIM, `quality` a fixed quality, and \
`maxBytes` asks for the best picture within that size: at quality 50 or more, then with fewer pixels (warning `made-smaller`); with \
`shrink=false` at quality 25 or more, in full size. PNG and GIF stay lossless. A picture that cannot be compressed further is \
returned without its metadata and otherwise untouched; `unchanged` says so. A JPEG is progressive or baseline, whichever is smaller.";

/// The similarity to keep unless the request says otherwise.
const SIMILARITY: f64 = 0.98;
/// Qualities that are tried: below, blocks show; above, files grow for nothing.
const QUALITIES: (u8, u8) = (25, 95);
/// A picture that may be made smaller is, rather than have less quality than this.
const QUALITY_TO_SHRINK: u8 = 50;
/// A result this near to `maxBytes` is near enough.
const NEAR: f64 = 0.95;
/// Times a picture is made smaller before giving up.
const SHRINKS: usize = 8;
/// The sample is of four squares of this many pixels: a multiple of what any encoder takes for a block.
const TILE: u32 = 256;

/// A picture and how small to make it.
#[derive(Debug, Serialize, Deserialize, Validate, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[garde(allow_unvalidated)]
pub struct OptimizeRequest {
    /// The picture.
    #[serde(alias = "url", alias = "file")]
    pub image: File,
    /// Output format; by default that of the picture. A format that cannot be written becomes another: SVG and ICO become PNG;
    /// TIFF, BMP, PNM and an AVIF of more than four megapixels become JPEG, or PNG when they have transparency.
    #[serde(default)]
    pub format: Option<OutputFormat>,
    /// Maximum size in bytes. JPEG and WebP get quality 50 or more, 25 or more with `shrink=false`; AVIF keeps quality 60, and
    /// PNG and GIF stay lossless, so that these only lose pixels.
    #[serde(default)]
    #[garde(range(min = 500, max = 50_000_000))]
    pub max_bytes: Option<u64>,
    /// Fixed quality of JPEG, WebP and AVIF, 1 (smallest file) to 100 (best), instead of the lowest that meets `similarity`.
    #[serde(default)]
    #[garde(range(min = 1, max = 100))]
    pub quality: Option<u8>,
    /// Minimum structural similarity (SSIM) to the original: 0.98 by default, 0.95 for smaller files, 0.99 for finer ones.
    #[serde(default)]
    #[garde(range(min = 0.5, max = 0.999))]
    pub similarity: Option<f64>,
    /// Whether to scale the picture down where `maxBytes` cannot be met otherwise.
    #[serde(default = "yes")]
    pub shrink: bool,
}

/// The compressed picture.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct OptimizeFacts {
    /// Width in pixels.
    pub width: u32,
    /// Height in pixels.
    pub height: u32,
    /// Output format.
    pub format: OutputFormat,
    /// Size in bytes.
    pub bytes: usize,
    /// Size of the source in bytes.
    pub source_bytes: usize,
    /// Bytes saved, in percent of the source.
    pub saved_percent: f64,
    /// Quality it was written with; null where the format has none or the picture is unchanged.
    pub quality: Option<u8>,
    /// Whether the pixels are untouched, because the picture cannot be compressed further.
    pub unchanged: bool,
}

fn yes() -> bool {
    true
}

/// A request that works.
#[must_use]
pub fn example() -> OptimizeRequest {
    OptimizeRequest {
        image: input::example(),
        format: Some(OutputFormat::Webp),
        max_bytes: None,
        quality: Some(70),
        similarity: None,
        shrink: true,
    }
}

/// A picture as it was written.
struct Written {
    bytes: Vec<u8>,
    size: (u32, u32),
    quality: Option<u8>,
}

/// What the document says of the operation, and how it runs.
#[must_use]
pub fn about(op: Operation) -> Operation {
    output::makes_picture(op, |request: &OptimizeRequest| input::Load::of(&request.image).slow(true))
        .summary("Compress a picture to fewer bytes")
        .description(DESCRIPTION)
        .example(example)
}

/// Compresses a picture.
///
/// # Errors
/// When the picture cannot be read, `maxBytes` cannot be met, or two goals are given.
pub fn optimize(request: OptimizeRequest, call: &Call) -> Result<WithFile<OptimizeFacts>, Error> {
    let goals = [request.max_bytes.is_some(), request.quality.is_some(), request.similarity.is_some()];
    if goals.iter().filter(|goal| **goal).count() > 1 {
        return Err(conflict("quality", "send one of quality, similarity and maxBytes, not several"));
    }
    let source = request.image.bytes();
    let head = input::head("image", &request.image)?;
    let frames = Output::frames(request.format, &head, call);
    let picture = input::picture("image", &request.image, None, frames, call)?;
    let output = Output { format: request.format, progressive: true, smallest: true, ..Output::default() };
    let format = output.format_for(&picture);
    Limits::DEFAULT.admit_encoding(format.format(), picture.frame_size()).map_err(of_field("format"))?;
    let output = Output { format: Some(format), ..output };
    let writer = Writer { output, call };
    let wished = request.quality.map(|_| "quality").or(request.similarity.map(|_| "similarity"));
    if let Some(field) = wished.filter(|_| matches!(format, OutputFormat::Png | OutputFormat::Gif)) {
        let message =
            format!("has no effect on {}, which is lossless: send format=webp or jpeg", format.format().name());
        call.warn("no-effect", Some(field), message);
    }
    let written = match (request.max_bytes, request.quality) {
        (Some(most), _) => writer.within(&picture, most, request.shrink)?,
        (None, Some(quality)) => writer.least(&picture, Some(quality))?,
        (None, None) => writer.alike(&picture, request.similarity.unwrap_or(SIMILARITY))?,
    };
    let too_large = request.max_bytes.is_some_and(|most| source.len() as u64 > most);
    let wanted = format;
    let (written, format, unchanged) = match written.bytes.len() < source.len() || too_large {
        true => (written, format, false),
        false => as_it_was(&request.image, &picture, format)?,
    };
    if unchanged {
        let (name, other) = (format.format().name(), wanted.format().name());
        let message = match format == wanted {
            true => smaller_still(format).to_owned(),
            false => {
                format!(
                    "it would be larger as {other}, so it stays {name}: use convert to make it {other} all the same"
                )
            }
        };
        call.warn("unchanged", Some("image"), message);
    } else if written.size != picture.frame_size() {
        let ((width, height), (from_width, from_height)) = (written.size, picture.frame_size());
        let advice = match format {
            OutputFormat::Png | OutputFormat::Gif => "format=webp or jpeg keeps the size, or allow more bytes",
            OutputFormat::Jpeg => "allow more bytes, or send format=webp, or shrink=false for less quality instead",
            OutputFormat::Avif => "allow more bytes, or send format=webp",
            OutputFormat::Webp => "allow more bytes, or send shrink=false for less quality instead",
        };
        let message =
            format!("it was scaled down from {from_width}x{from_height} to {width}x{height} pixels: {advice}");
        call.warn("made-smaller", Some("maxBytes"), message);
    }
    let saved = 100.0 * (1.0 - written.bytes.len() as f64 / source.len() as f64);
    let facts = OptimizeFacts {
        width: written.size.0,
        height: written.size.1,
        format,
        bytes: written.bytes.len(),
        source_bytes: source.len(),
        saved_percent: (saved * 10.0).round() / 10.0,
        quality: written.quality.filter(|_| !unchanged),
        unchanged,
    };
    let name = Output::name(&request.image, "", format);
    Ok(WithFile { file: File::new(name, format.format().media_type(), written.bytes), facts })
}

/// The picture that came, without its metadata.
fn as_it_was(file: &File, picture: &Picture, wanted: OutputFormat) -> Result<(Written, OutputFormat, bool), Error> {
    let head = input::head("image", file)?;
    let format = match head.format {
        Format::Jpeg => OutputFormat::Jpeg,
        Format::Png => OutputFormat::Png,
        Format::Webp => OutputFormat::Webp,
        Format::Gif => OutputFormat::Gif,
        other => {
            let (name, wanted) = (other.name(), wanted.format().name());
            let others = match wanted {
                "WebP" => "send format=avif, or a lower quality",
                "JPEG" => "send format=webp, or a lower quality",
                "AVIF" => "send a lower quality, or format=webp",
                _ => "send format=webp or jpeg",
            };
            return Err(conflict(
                "format",
                format!("this {name} is already smaller than it would be as {wanted}: {others}, or keep it as it is"),
            ));
        }
    };
    let keep = Keep { profile: true, rights: false };
    let bytes = pictures::strip(file.bytes(), &head, keep).map_err(of_field("image"))?.bytes;
    Ok((Written { bytes, size: picture.size, quality: None }, format, true))
}

/// What to send for a picture that could not be made smaller as it was asked for.
fn smaller_still(format: OutputFormat) -> &'static str {
    match format {
        OutputFormat::Webp => {
            "it cannot be made smaller and look the same: send a lower quality or similarity, or format=avif"
        }
        OutputFormat::Png | OutputFormat::Gif => "it cannot be made smaller and stay lossless: send format=webp",
        _ => "it cannot be made smaller and look the same: send a lower quality or similarity, or format=webp",
    }
}

/// Writes a picture in one format.
struct Writer<'a> {
    output: Output,
    call: &'a Call,
}

impl Writer<'_> {
    /// Whether the format loses anything.
    fn is_lossy(&self) -> bool {
        !matches!(self.output.format, Some(OutputFormat::Png | OutputFormat::Gif))
    }

    /// Whether whole pictures are written quickly enough to try several qualities.
    fn is_quick(&self) -> bool {
        self.is_lossy() && self.output.format != Some(OutputFormat::Avif)
    }

    /// In whichever form is smaller: a small JPEG may be so without progression.
    fn least(&self, picture: &Picture, quality: Option<u8>) -> Result<Written, Error> {
        let written = self.at(picture, quality)?;
        if self.output.format != Some(OutputFormat::Jpeg) {
            return Ok(written);
        }
        let plain = Self { output: Output { progressive: false, ..self.output }, call: self.call };
        let plain = plain.at(picture, quality)?;
        Ok(if plain.bytes.len() < written.bytes.len() { plain } else { written })
    }

    fn at(&self, picture: &Picture, quality: Option<u8>) -> Result<Written, Error> {
        let quality = quality.filter(|_| self.is_lossy());
        let output = Output { quality, ..self.output };
        let (bytes, facts) = output.write(picture, self.call)?;
        Ok(Written { bytes, size: (facts.width, facts.height), quality })
    }

    /// The lowest quality at which the picture still looks like this.
    fn alike(&self, picture: &Picture, similarity: f64) -> Result<Written, Error> {
        if !self.is_lossy() {
            return self.at(picture, None);
        }
        let sample = sample(picture);
        let original = luma(&sample);
        let (mut low, mut high) = QUALITIES;
        while low < high {
            let quality = low.midpoint(high);
            let written = Output { quality: Some(quality), smallest: false, progressive: false, ..self.output };
            let file = File::new("sample", "", written.write(&sample, self.call)?.0);
            let read = input::picture("image", &file, None, Frames::One(0), self.call)?;
            if ssim(&original, &luma(&read)) < similarity {
                low = quality + 1;
            } else {
                high = quality;
            }
        }
        self.least(picture, Some(high))
    }

    /// The best picture that has so many bytes at most.
    fn within(&self, picture: &Picture, most: u64, shrink: bool) -> Result<Written, Error> {
        let mut smaller;
        let mut picture = picture;
        let mut least = u64::MAX;
        for _ in 0..SHRINKS {
            let lowest = if shrink { QUALITY_TO_SHRINK } else { QUALITIES.0 };
            let smallest = match self.fitting(picture, most, lowest)? {
                Ok(written) if self.output.format == Some(OutputFormat::Jpeg) => {
                    return self.least(picture, written.quality);
                }
                Ok(written) => return Ok(written),
                Err(bytes) => bytes,
            };
            least = least.min(smallest);
            if !shrink {
                break;
            }
            let (width, height) = picture.frame_size();
            let scale = (most as f64 / smallest as f64).sqrt().clamp(0.25, 0.9);
            let side = |side: u32| ((f64::from(side) * scale) as u32).max(1);
            let size = (side(width), side(height));
            if size == (width, height) {
                break;
            }
            smaller = pictures::resample(picture, None, size, Kernel::Lanczos3, &|| self.call.cancelled())
                .map_err(of_field("image"))?;
            picture = &smaller;
        }
        let advice = if shrink { "allow more" } else { "allow more, or send shrink=true" };
        Err(conflict("maxBytes", format!("cannot be met: the smallest result has {least} bytes; {advice}")))
    }

    /// The best quality that fits, or how many bytes the lowest takes.
    fn fitting(&self, picture: &Picture, most: u64, lowest: u8) -> Result<Result<Written, u64>, Error> {
        let fits = |written: &Written| written.bytes.len() as u64 <= most;
        if !self.is_quick() {
            let written = self.at(picture, None)?;
            let bytes = written.bytes.len() as u64;
            return Ok(if fits(&written) { Ok(written) } else { Err(bytes) });
        }
        let (mut low, mut high) = (lowest, QUALITIES.1);
        let mut best = self.at(picture, Some(low))?;
        if !fits(&best) {
            return Ok(Err(best.bytes.len() as u64));
        }
        while low < high {
            let quality = low.midpoint(high + 1);
            let written = self.at(picture, Some(quality))?;
            if !fits(&written) {
                high = quality - 1;
                continue;
            }
            low = quality;
            let near = written.bytes.len() as f64 > most as f64 * NEAR;
            best = written;
            if near {
                break;
            }
        }
        Ok(Ok(best))
    }
}

/// Four squares of a large picture, from the middles of its quarters; a small one whole.
fn sample(picture: &Picture) -> Picture {
    let raster = picture.clone().into_raster();
    let (width, height) = (raster.width(), raster.height());
    if width <= 2 * TILE || height <= 2 * TILE {
        return Picture::still(picture.format, raster);
    }
    let mut sample = RgbaImage::new(2 * TILE, 2 * TILE);
    for (column, row) in [(0, 0), (1, 0), (0, 1), (1, 1)] {
        let middle = |side: u32, half: u32| side / 4 + half * (side / 2) - TILE / 2;
        let tile = raster.crop_imm(middle(width, column), middle(height, row), TILE, TILE).to_rgba8();
        sample.copy_from(&tile, column * TILE, row * TILE).expect("four of them fill it");
    }
    let sample = DynamicImage::ImageRgba8(sample);
    let sample = if raster.color().has_alpha() { sample } else { sample.into_rgb8().into() };
    Picture::still(picture.format, sample)
}
