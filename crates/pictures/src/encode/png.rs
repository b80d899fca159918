//! PNG: with the fewest bits that hold every pixel exactly.

use std::time::Duration;

use image::{DynamicImage, GrayImage};
use png::{BitDepth, ColorType, Compression, DeflateCompression, Filter};

use super::raster_of;
use crate::error::Error;
use crate::picture::Pixels;

/// How hard oxipng tries, of 6: beyond, minutes buy a percent.
const EFFORT: u8 = 3;
/// It stops trying after this, and gives the best it found.
const PATIENCE: Duration = Duration::from_secs(3);
/// It tries only on as many pixels: one attempt at more takes longer than that, and cannot be stopped.
const SHRUNK_PIXELS: u64 = 8_000_000;

/// Rows of samples as they are written.
struct Samples {
    color: ColorType,
    depth: BitDepth,
    bytes: Vec<u8>,
    colors: Vec<u8>,
    opacities: Vec<u8>,
}

pub(super) fn encode(pixels: &Pixels, smallest: bool) -> Result<Vec<u8>, Error> {
    let failed = |error: png::EncodingError| Error::Impossible(format!("this cannot be written as PNG: {error}"));
    let (width, height) = pixels.size();
    let samples = samples(&raster_of(pixels));
    let mut bytes = Vec::with_capacity(samples.bytes.len() / 2);
    let mut encoder = png::Encoder::new(&mut bytes, width, height);
    encoder.set_color(samples.color);
    encoder.set_depth(samples.depth);
    if samples.color == ColorType::Indexed {
        encoder.set_palette(samples.colors);
        if !samples.opacities.is_empty() {
            encoder.set_trns(samples.opacities);
        }
    }
    // Neighbors in a palette say nothing of each other, nor do the bits of packed pixels.
    if samples.depth as u8 >= 8 && samples.color != ColorType::Indexed {
        // Photos gain 5 % of size from level 6, which takes seven times as long.
        encoder.set_deflate_compression(DeflateCompression::Level(2));
        encoder.set_filter(Filter::Adaptive);
    } else {
        encoder.set_compression(Compression::Balanced);
        encoder.set_filter(Filter::NoFilter);
    }
    let mut writer = encoder.write_header().map_err(failed)?;
    writer.write_image_data(&samples.bytes).map_err(failed)?;
    writer.finish().map_err(failed)?;
    let small = u64::from(width) * u64::from(height) <= SHRUNK_PIXELS;
    if smallest && small { shrunk(&bytes) } else { Ok(bytes) }
}

/// The same pixels in fewer bytes: other filters, other ways to write colors, more patience.
fn shrunk(bytes: &[u8]) -> Result<Vec<u8>, Error> {
    let mut options = oxipng::Options::from_preset(EFFORT);
    options.strip = oxipng::StripChunks::All;
    options.timeout = Some(PATIENCE);
    oxipng::optimize_from_memory(bytes, &options)
        .map_err(|error| Error::Impossible(format!("this cannot be written as PNG: {error}")))
}

fn samples(raster: &DynamicImage) -> Samples {
    let plain = |color, depth, bytes| Samples { color, depth, bytes, colors: Vec::new(), opacities: Vec::new() };
    let deep = |values: &[u16]| values.iter().flat_map(|value| value.to_be_bytes()).collect();
    match raster {
        DynamicImage::ImageLuma8(gray) => gray_samples(gray),
        DynamicImage::ImageLumaA8(gray) => plain(ColorType::GrayscaleAlpha, BitDepth::Eight, gray.as_raw().clone()),
        DynamicImage::ImageLuma16(gray) => plain(ColorType::Grayscale, BitDepth::Sixteen, deep(gray)),
        DynamicImage::ImageLumaA16(gray) => plain(ColorType::GrayscaleAlpha, BitDepth::Sixteen, deep(gray)),
        DynamicImage::ImageRgb16(rgb) => plain(ColorType::Rgb, BitDepth::Sixteen, deep(rgb)),
        DynamicImage::ImageRgba16(rgba) => plain(ColorType::Rgba, BitDepth::Sixteen, deep(rgba)),
        DynamicImage::ImageRgba8(rgba) => {
            let pixels = || rgba.as_chunks::<4>().0.iter().copied();
            indexed(pixels, rgba.width())
                .unwrap_or_else(|| plain(ColorType::Rgba, BitDepth::Eight, rgba.as_raw().clone()))
        }
        other => {
            let rgb = other.to_rgb8();
            let pixels = || rgb.as_chunks::<3>().0.iter().map(|[red, green, blue]| [*red, *green, *blue, 255]);
            indexed(pixels, rgb.width()).unwrap_or_else(|| plain(ColorType::Rgb, BitDepth::Eight, rgb.into_raw()))
        }
    }
}

/// Gray of one bit when it is black and white.
fn gray_samples(gray: &GrayImage) -> Samples {
    let two = gray.iter().all(|value| matches!(value, 0 | 255));
    let (depth, bytes) = match two {
        true => (BitDepth::One, packed(gray.iter().map(|value| value & 1), gray.width(), 1)),
        false => (BitDepth::Eight, gray.as_raw().clone()),
    };
    Samples { color: ColorType::Grayscale, depth, bytes, colors: Vec::new(), opacities: Vec::new() }
}

/// A palette, when 256 colors are all there are.
fn indexed<I: Iterator<Item = [u8; 4]>>(pixels: impl Fn() -> I, width: u32) -> Option<Samples> {
    // Places of the colors met, by a hash of each: open addressing, never more than half full.
    const SLOTS: usize = 1024;
    let mut slots = [None; SLOTS];
    let mut colors: Vec<[u8; 4]> = Vec::new();
    let mut last = None;
    let mut place_of = |color: [u8; 4], colors: &mut Vec<[u8; 4]>| {
        let mut slot = (u32::from_le_bytes(color).wrapping_mul(0x9e37_79b1) >> 22) as usize;
        loop {
            match slots[slot] {
                Some(place) if colors[usize::from(place)] == color => return Some(place),
                Some(_) => slot = (slot + 1) % SLOTS,
                None => {
                    let place = u8::try_from(colors.len()).ok()?;
                    slots[slot] = Some(place);
                    colors.push(color);
                    return Some(place);
                }
            }
        }
    };
    let mut indices = Vec::new();
    for color in pixels() {
        let place = match last {
            Some((known, place)) if known == color => place,
            _ => place_of(color, &mut colors)?,
        };
        last = Some((color, place));
        indices.push(place);
    }
    // Colors that are not opaque come first, so that the list of opacities ends with them.
    let mut order: Vec<u8> = (0..colors.len()).map(|place| place as u8).collect();
    order.sort_by_key(|place| colors[usize::from(*place)][3] == 255);
    let mut places = [0; 256];
    order.iter().enumerate().for_each(|(place, old)| places[usize::from(*old)] = place as u8);
    let sorted = || order.iter().map(|old| colors[usize::from(*old)]);
    let (depth, bits) = match colors.len() {
        0..=2 => (BitDepth::One, 1),
        3..=4 => (BitDepth::Two, 2),
        5..=16 => (BitDepth::Four, 4),
        _ => (BitDepth::Eight, 8),
    };
    Some(Samples {
        color: ColorType::Indexed,
        depth,
        bytes: packed(indices.into_iter().map(|place| places[usize::from(place)]), width, bits),
        colors: sorted().flat_map(|[red, green, blue, _]| [red, green, blue]).collect(),
        opacities: sorted().map(|color| color[3]).filter(|opacity| *opacity < 255).collect(),
    })
}

/// Samples of a few bits, the first in the highest; each row begins a byte.
fn packed(samples: impl Iterator<Item = u8>, width: u32, bits: u32) -> Vec<u8> {
    let (mut bytes, mut byte, mut filled, mut x) = (Vec::new(), 0u32, 0, 0);
    for sample in samples {
        byte = byte << bits | u32::from(sample);
        filled += bits;
        x += 1;
        if x == width {
            byte <<= 8 - filled;
            filled = 8;
            x = 0;
        }
        if filled == 8 {
            bytes.push(byte as u8);
            (byte, filled) = (0, 0);
        }
    }
    bytes
}
