//! Bytes to a picture: upright, in sRGB, no larger than the caller needs.
//!
//! The head is read and the limits are asked before any decoder runs, and each decoder is checked against the head: what is
//! decoded has the size that was admitted. Decoders that panic on damage are guarded (`error::guarded`).
//!
//! | file | job |
//! | --- | --- |
//! | `jpeg.rs` | JPEG to planes, at 1/8, 1/4 or 1/2 where that is enough |
//! | `cmyk.rs` | a CMYK JPEG to RGB |
//! | `png.rs` | a PNG made smaller while it is read |
//! | `avif.rs` | AVIF |
//! | `webp.rs` | the frames of an animated WebP |
//! | `animation.rs` | the frames of a GIF, a WebP or an APNG |
//! | `still.rs` | every other still picture |

mod animation;
mod avif;
mod cmyk;
mod jpeg;
mod png;
mod still;
mod webp;

use std::time::Duration;

use image::DynamicImage;

use crate::color::{foreign, to_srgb};
use crate::error::{Error, guarded};
use crate::format::Format;
use crate::head::{Head, head};
use crate::limits::Limits;
use crate::pages;
use crate::picture::{Frame, Picture, Pixels};
use crate::svg::Drawing;
use crate::turn::turns;

/// How a picture is to be decoded.
pub struct DecodeOptions<'a> {
    /// The smallest width and height, upright, that the caller will shrink it to: a JPEG or PNG may come smaller than it is,
    /// but never so small that the caller's picture would be worse for it; an SVG comes as large as that. `None` when all
    /// pixels are needed.
    pub at_least: Option<(u32, u32)>,
    /// Which frames of an animation.
    pub frames: Frames,
    /// Whether to turn it upright as its EXIF data says.
    pub upright: bool,
    /// Whether colors become those of sRGB by the picture's profile. Letters are read as well without, and sooner.
    pub by_profile: bool,
    /// The limits.
    pub limits: Limits,
    /// Whether the caller has gone.
    pub cancelled: &'a dyn Fn() -> bool,
}

/// Frames of an animation, or pages of a document.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Frames {
    /// One, counted from 0.
    One(u32),
    /// All frames of an animation; of a document the first page, of an icon the largest.
    All,
}

impl<'a> DecodeOptions<'a> {
    /// All pixels of the first frame, upright, within the usual limits.
    pub fn whole(cancelled: &'a dyn Fn() -> bool) -> Self {
        Self {
            at_least: None,
            frames: Frames::One(0),
            upright: true,
            by_profile: true,
            limits: Limits::DEFAULT,
            cancelled,
        }
    }
}

/// Decodes a picture.
///
/// # Errors
/// When it is not a picture we read, is damaged, or is over a limit.
pub fn decode(bytes: &[u8], options: &DecodeOptions<'_>) -> Result<Picture, Error> {
    let format = Format::of(bytes)?;
    guarded(format, || decode_as(format, bytes, options))
}

fn decode_as(format: Format, bytes: &[u8], options: &DecodeOptions<'_>) -> Result<Picture, Error> {
    if format == Format::Svg {
        return drawing(bytes, options);
    }
    let count = pages::count(format, bytes);
    let (page, frame) = match options.frames {
        Frames::All => (0, 0),
        Frames::One(page) if count > 1 => (page, 0),
        Frames::One(frame) => (0, frame),
    };
    if page >= count {
        return Err(out_of_range(page, count, "pages"));
    }
    let bytes = pages::page(format, bytes, page);
    let bytes = &*bytes.ok_or_else(|| Error::Damaged(format, "its pages cannot be found".into()))?;
    let head = head(bytes)?;
    let motion = head.animation.unwrap_or_default();
    if frame >= motion.frames.max(1) {
        return Err(out_of_range(frame, motion.frames.max(1), "frames"));
    }
    if format == Format::Avif && frame > 0 {
        return Err(Error::Impossible("only the first frame of an animated AVIF is read".into()));
    }
    let turned = options.upright && turns(head.orientation);
    let size = if turned { (head.stored.1, head.stored.0) } else { head.stored };
    if (options.cancelled)() {
        return Err(Error::Cancelled);
    }
    let at_least = options.at_least.map(|(width, height)| if turned { (height, width) } else { (width, height) });
    let still = |pixels| vec![(pixels, Duration::ZERO)];
    let frames = match format {
        Format::Jpeg => still(jpeg::decode(bytes, &head, at_least, options)?),
        Format::Gif | Format::Webp | Format::Png
            if motion.frames > 1 && (options.frames == Frames::All || frame > 0 || format == Format::Webp) =>
        {
            let count = if options.frames == Frames::All { motion.frames } else { 1 };
            options.limits.admit(format, head.stored, false)?;
            options.limits.admit_frames(frame.saturating_add(count), head.stored).map_err(|error| match frame {
                0 => error,
                // Each frame is drawn upon those before it.
                _ => Error::TooLarge(format!(
                    "frame {frame} is drawn upon all frames before it, and together they are over the limit of {} frames and {} megapixels: ask for an earlier frame",
                    options.limits.frames,
                    options.limits.animation_pixels / 1_000_000
                )),
            })?;
            let frames = animation::decode(bytes, &head, frame, count, options)?;
            frames.into_iter().map(|(raster, delay)| (Pixels::Raster(raster), delay)).collect()
        }
        _ => still(Pixels::Raster(raster(format, bytes, &head, at_least, options)?)),
    };
    let profile = head.profile.as_deref().filter(|_| options.by_profile);
    let mut finished = Vec::with_capacity(frames.len());
    for (pixels, delay) in frames {
        if (options.cancelled)() {
            return Err(Error::Cancelled);
        }
        let pixels = match (pixels, profile) {
            (Pixels::Planes(planes), profile) if foreign(profile, planes.chroma.is_none()).is_none() => {
                Pixels::Planes(planes)
            }
            (pixels, profile) => Pixels::Raster(to_srgb(pixels.into_raster(), profile)),
        };
        let pixels = if options.upright { pixels.turned(head.orientation) } else { pixels };
        finished.push(Frame { pixels, delay });
    }
    Ok(Picture { format, size, frames: finished, loops: motion.loops })
}

/// A still picture other than a JPEG, or the first frame of an animation.
fn raster(
    format: Format,
    bytes: &[u8],
    head: &Head,
    at_least: Option<(u32, u32)>,
    options: &DecodeOptions<'_>,
) -> Result<DynamicImage, Error> {
    if format == Format::Png
        && let Some(smaller) = png::decode(bytes, head, at_least, options)?
    {
        return Ok(smaller);
    }
    // Sixteen bits take twice the room.
    let pixels = if head.depth > 8 { options.limits.pixels / 2 } else { options.limits.pixels };
    Limits { pixels, ..options.limits }.admit(format, head.stored, false)?;
    let raster = match format {
        Format::Avif => avif::decode(bytes, head, options.cancelled)?,
        _ => still::decode(format, bytes, head.stored)?,
    };
    // The first frame of a GIF has alpha always, mostly for nothing.
    Ok(if format == Format::Gif && is_opaque(&raster) { raster.into_rgb8().into() } else { raster })
}

fn out_of_range(index: u32, count: u32, what: &str) -> Error {
    let what = if count == 1 { &what[..what.len() - 1] } else { what };
    Error::Impossible(format!("this picture has {count} {what}, counted from 0: there is no number {index}"))
}

/// A drawing at its own size, or as large as it is needed.
fn drawing(bytes: &[u8], options: &DecodeOptions<'_>) -> Result<Picture, Error> {
    if let Frames::One(frame @ 1..) = options.frames {
        return Err(out_of_range(frame, 1, "frames"));
    }
    let drawing = Drawing::read(bytes)?;
    let (width, height) = drawing.size();
    let scale = options.at_least.map_or(1.0, |(needed_width, needed_height)| {
        (f64::from(needed_width) / f64::from(width)).max(f64::from(needed_height) / f64::from(height))
    });
    let side = |side: u32| (f64::from(side) * scale).ceil().max(1.0) as u32;
    let pixels = drawing.draw((side(width), side(height)), &options.limits)?;
    Ok(Picture::of(Format::Svg, (width, height), Pixels::Raster(pixels)))
}

/// Whether every pixel is opaque.
fn is_opaque(raster: &DynamicImage) -> bool {
    match raster {
        DynamicImage::ImageRgba8(pixels) => pixels.pixels().all(|pixel| pixel.0[3] == 255),
        other => !other.color().has_alpha(),
    }
}

/// What a decoder may take for itself: four times 16 bit of the most pixels there may be.
fn memory() -> image::Limits {
    let mut limits = image::Limits::no_limits();
    limits.max_alloc = Some(Limits::DEFAULT.pixels * 8 + (16 << 20));
    limits
}
