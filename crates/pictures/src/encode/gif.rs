//! GIF: up to 255 colors for all frames, dithered, and of each frame only what changed.

use std::collections::BTreeSet;
use std::time::Duration;

use gif::{DisposalMethod, Encoder, Frame, Repeat};
use image::{Rgba, RgbaImage};

use super::palette::{Histogram, Palette};
use super::raster_of;
use crate::error::Error;
use crate::picture::Picture;

/// From this opacity on a pixel is seen; there is no half in a GIF.
pub(super) const VISIBLE: u8 = 128;

/// Colors; one place more is for what cannot be seen.
const COLORS: usize = 255;

pub(super) fn encode(picture: &Picture, cancelled: &dyn Fn() -> bool) -> Result<Vec<u8>, Error> {
    let failed = |error: gif::EncodingError| Error::Impossible(format!("this cannot be written as GIF: {error}"));
    let (width, height) = picture.frame_size();
    let (Ok(width), Ok(height)) = (u16::try_from(width), u16::try_from(height)) else {
        return Err(Error::Impossible("GIF allows at most 65,535 pixels a side".into()));
    };
    let palette = palette(picture, cancelled)?;
    let clear = palette.colors.len() as u8;
    let mut table = palette.colors.concat();
    table.extend_from_slice(&[0; 3]);
    let mut bytes = Vec::new();
    let mut encoder = Encoder::new(&mut bytes, width, height, &table).map_err(failed)?;
    if picture.is_animated() {
        let repeat = if picture.loops == 0 { Repeat::Infinite } else { Repeat::Finite(picture.loops) };
        encoder.set_repeat(repeat).map_err(failed)?;
    }
    // What a frame leaves can only stay where nothing has to vanish.
    let opaque = !picture.has_alpha();
    let mut before: Option<RgbaImage> = None;
    let mut late = Duration::ZERO;
    for frame in &picture.frames {
        if cancelled() {
            return Err(Error::Cancelled);
        }
        let pixels = raster_of(&frame.pixels).to_rgba8();
        let changed = before.as_ref().map_or((0, 0, width, height), |before| changed(before, &pixels));
        let (left, top, part_width, part_height) = changed;
        let indices = indices(&pixels, before.as_ref(), changed, &palette, clear);
        // Hundredths of a second; what is cut off is made good by the next frame.
        late += frame.delay;
        let delay = u16::try_from(late.as_millis() / 10).unwrap_or(u16::MAX);
        late = late.saturating_sub(Duration::from_millis(u64::from(delay) * 10));
        let frame = Frame {
            delay,
            dispose: if opaque { DisposalMethod::Keep } else { DisposalMethod::Background },
            transparent: Some(clear),
            left,
            top,
            width: part_width,
            height: part_height,
            buffer: indices.into(),
            ..Frame::default()
        };
        encoder.write_frame(&frame).map_err(failed)?;
        before = opaque.then_some(pixels);
    }
    drop(encoder);
    Ok(bytes)
}

/// The colors of all frames: as they are when they are few.
fn palette(picture: &Picture, cancelled: &dyn Fn() -> bool) -> Result<Palette, Error> {
    let mut histogram = Histogram::new();
    let mut few = Some(BTreeSet::new());
    for frame in &picture.frames {
        if cancelled() {
            return Err(Error::Cancelled);
        }
        let pixels = raster_of(&frame.pixels).to_rgba8();
        histogram.count(&pixels);
        few = few.and_then(|few| colors(&pixels, few));
    }
    Ok(match few {
        Some(few) if few.is_empty() => Palette::exact(vec![[0; 3]]),
        Some(few) => Palette::exact(few.into_iter().collect()),
        None => histogram.palette(COLORS),
    })
}

/// The colors seen, with those known before, while they are few enough.
fn colors(pixels: &RgbaImage, mut known: BTreeSet<[u8; 3]>) -> Option<BTreeSet<[u8; 3]>> {
    let mut last = None;
    for Rgba([red, green, blue, alpha]) in pixels.pixels() {
        let color = [*red, *green, *blue];
        if *alpha >= VISIBLE && last != Some(color) {
            known.insert(color);
            last = Some(color);
            if known.len() > COLORS {
                return None;
            }
        }
    }
    Some(known)
}

/// The part that holds every pixel that changed: left, top, width, height; one pixel when there is none.
fn changed(before: &RgbaImage, now: &RgbaImage) -> (u16, u16, u16, u16) {
    let row_bytes = now.width() as usize * 4;
    let rows = || before.chunks_exact(row_bytes).zip(now.chunks_exact(row_bytes));
    let Some(top) = rows().position(|(before, now)| before != now) else { return (0, 0, 1, 1) };
    let bottom = rows().rposition(|(before, now)| before != now).unwrap_or(top);
    let (mut left, mut right) = (row_bytes, 0);
    for (before, now) in rows().take(bottom + 1).skip(top) {
        let differs = |index: &usize| before[*index] != now[*index];
        left = (0..left).find(differs).unwrap_or(left);
        right = (right..row_bytes).rev().find(differs).unwrap_or(right);
    }
    let (left, right) = (left / 4, right / 4);
    (left as u16, top as u16, (right - left + 1) as u16, (bottom - top + 1) as u16)
}

/// The place of each pixel's color, what is wrong with it given on to its neighbors (Floyd and Steinberg 1976).
fn indices(
    pixels: &RgbaImage,
    before: Option<&RgbaImage>,
    (left, top, width, height): (u16, u16, u16, u16),
    palette: &Palette,
    clear: u8,
) -> Vec<u8> {
    let (left, top, width, height) = (u32::from(left), u32::from(top), usize::from(width), u32::from(height));
    let mut indices = Vec::with_capacity(width * height as usize);
    // Sixteenths of what is wrong, of this row and the next, with a place more at both ends.
    let (mut here, mut next) = (vec![[0i32; 3]; width + 2], vec![[0i32; 3]; width + 2]);
    for y in top..top + height {
        for x in 0..width {
            let at = left + x as u32;
            let pixel = pixels.get_pixel(at, y);
            let [red, green, blue, alpha] = pixel.0;
            if alpha < VISIBLE || before.is_some_and(|before| before.get_pixel(at, y) == pixel) {
                indices.push(clear);
                continue;
            }
            let mut wanted = [i32::from(red), i32::from(green), i32::from(blue)];
            for (value, error) in wanted.iter_mut().zip(here[x + 1]) {
                *value = (*value + (error >> 4)).clamp(0, 255);
            }
            let index = palette.nearest(wanted.map(|value| value as u8));
            indices.push(index);
            if palette.is_exact() {
                continue;
            }
            for channel in 0..3 {
                let error = wanted[channel] - i32::from(palette.colors[usize::from(index)][channel]);
                here[x + 2][channel] += error * 7;
                next[x][channel] += error * 3;
                next[x + 1][channel] += error * 5;
                next[x + 2][channel] += error;
            }
        }
        std::mem::swap(&mut here, &mut next);
        next.fill([0; 3]);
    }
    indices
}
