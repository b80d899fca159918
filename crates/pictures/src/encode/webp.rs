//! WebP by libwebp, still or moving.

use std::borrow::Cow;

use image::DynamicImage;
use webpx::{AnimationEncoder, At, Encoder, EncoderConfig, Stop, StopReason};

use super::{Cancelled, Encoding, raster_of};
use crate::error::Error;
use crate::picture::{Picture, Pixels};

/// libwebp's own limit.
const SIDE: u32 = 16_383;

struct Watch<'a>(Cancelled<'a>);

impl Stop for Watch<'_> {
    fn check(&self) -> Result<(), StopReason> {
        if (self.0)() { Err(StopReason::Cancelled) } else { Ok(()) }
    }
}

pub(super) fn encode(picture: &Picture, encoding: &Encoding, cancelled: Cancelled<'_>) -> Result<Vec<u8>, Error> {
    let (width, height) = picture.frame_size();
    if width.max(height) > SIDE {
        return Err(Error::Impossible(format!("WebP allows at most {SIDE} pixels a side")));
    }
    let written = match picture.frames.as_slice() {
        [one] => still(&one.pixels, encoding, cancelled),
        _ => moving(picture, encoding, cancelled),
    };
    written.map_err(|error| match cancelled() {
        true => Error::Cancelled,
        false => Error::Impossible(format!("this cannot be written as WebP: {error}")),
    })
}

fn still(pixels: &Pixels, encoding: &Encoding, cancelled: Cancelled<'_>) -> Result<Vec<u8>, At<webpx::Error>> {
    let (width, height) = pixels.size();
    let config = EncoderConfig::new().quality(f32::from(encoding.quality)).lossless(encoding.lossless);
    let raster = raster_of(pixels);
    if raster.color().has_alpha() {
        let rgba = rgba(&raster);
        Encoder::new_rgba(&rgba, width, height).config(config.exact(encoding.lossless)).encode(Watch(cancelled))
    } else {
        let rgb = rgb(&raster);
        Encoder::new_rgb(&rgb, width, height).config(config).encode(Watch(cancelled))
    }
}

fn moving(picture: &Picture, encoding: &Encoding, cancelled: Cancelled<'_>) -> Result<Vec<u8>, At<webpx::Error>> {
    let (width, height) = picture.frame_size();
    let mut encoder = AnimationEncoder::with_options(width, height, false, u32::from(picture.loops))?;
    encoder.set_quality(f32::from(encoding.quality));
    encoder.set_lossless(encoding.lossless);
    let mut millis = 0u128;
    let at = |millis: u128| i32::try_from(millis).unwrap_or(i32::MAX);
    for frame in &picture.frames {
        if cancelled() {
            break;
        }
        let raster = raster_of(&frame.pixels);
        match raster.color().has_alpha() {
            true => encoder.add_frame_rgba(&rgba(&raster), at(millis))?,
            false => encoder.add_frame_rgb(&rgb(&raster), at(millis))?,
        }
        millis += frame.delay.as_millis();
    }
    encoder.finish(at(millis))
}

fn rgb(raster: &DynamicImage) -> Cow<'_, [u8]> {
    match raster {
        DynamicImage::ImageRgb8(rgb) => Cow::Borrowed(rgb.as_raw()),
        other => Cow::Owned(other.to_rgb8().into_raw()),
    }
}

fn rgba(raster: &DynamicImage) -> Cow<'_, [u8]> {
    match raster {
        DynamicImage::ImageRgba8(rgba) => Cow::Borrowed(rgba.as_raw()),
        other => Cow::Owned(other.to_rgba8().into_raw()),
    }
}
