//! AVIF: items by our own walk, AV1 by rav1d, both within limits that are known before anything is decoded.

use image::{DynamicImage, GrayImage, Rgb, RgbImage, RgbaImage, imageops};
use re_rav1d::dav1d::pixel::{MatrixCoefficients, YUVRange};
use re_rav1d::dav1d::{Decoder, Picture, PixelLayout, PlanarImageComponent, Settings};

use crate::container::bmff::{Items, clean_aperture};
use crate::error::Error;
use crate::format::Format;
use crate::head::Head;
use crate::kernel::{Part, plane_at};

/// A grid may have this many tiles.
const TILES: usize = 256;

fn damaged(reason: &str) -> Error {
    Error::Damaged(Format::Avif, reason.into())
}

/// Decodes the picture, its head being within the limits already.
pub(super) fn decode(bytes: &[u8], head: &Head, cancelled: &dyn Fn() -> bool) -> Result<DynamicImage, Error> {
    let items = Items::of(bytes).ok_or_else(|| damaged("its items cannot be found"))?;
    let primary = items.primary();
    let color = item(&items, primary, cancelled)?;
    let alpha = items.alpha_of(primary).map(|id| item(&items, id, cancelled)).transpose()?;
    let premultiplied = items.referring(b"prem", primary).next().is_some()
        || items.alpha_of(primary).is_some_and(|id| items.referring(b"prem", id).next().is_some());
    let mut picture = match alpha {
        Some(alpha) => with_alpha(color, &alpha.into_luma8(), premultiplied),
        None => color,
    };
    if let Some(crop) = items.property(primary, b"clap") {
        let (width, height) = (picture.width(), picture.height());
        let [x, y, width, height] =
            clean_aperture(crop, width, height).ok_or_else(|| damaged("its crop (clap) is invalid"))?;
        picture = picture.crop_imm(x, y, width, height);
    }
    if (picture.width(), picture.height()) != head.stored {
        return Err(damaged("its size is not the one in its head"));
    }
    Ok(picture)
}

/// An item, or the tiles it is made of.
fn item(items: &Items<'_>, id: u32, cancelled: &dyn Fn() -> bool) -> Result<DynamicImage, Error> {
    if cancelled() {
        return Err(Error::Cancelled);
    }
    let data = || items.data(id).ok_or_else(|| damaged("it ends early"));
    match &items.kind(id).unwrap_or_default() {
        b"av01" => {
            let limit = items.size(id).ok_or_else(|| damaged("it does not state its size"))?;
            frame(data()?, limit)
        }
        b"grid" => grid(items, id, &data()?, cancelled),
        _ => Err(Error::Unreadable("this variant of AVIF is not supported: save it as JPEG, PNG or WebP".into())),
    }
}

fn grid(items: &Items<'_>, id: u32, data: &[u8], cancelled: &dyn Fn() -> bool) -> Result<DynamicImage, Error> {
    let broken = || damaged("its tiles do not fit together");
    let [_, _, rows, columns, ..] = data else { return Err(broken()) };
    let (rows, columns) = (usize::from(*rows) + 1, usize::from(*columns) + 1);
    let (width, height) = items.size(id).ok_or_else(broken)?;
    let tiles = items.made_of(id);
    if tiles.len() != rows * columns || tiles.len() > TILES {
        return Err(broken());
    }
    // All tiles have one size, and the picture ends within the last of a row and of a column.
    let tile = items.size(tiles[0]).ok_or_else(broken)?;
    let covers = |tile: u32, count: usize, side: u32| {
        let (tile, count, side) = (u64::from(tile), count as u64, u64::from(side));
        tile > 0 && tile * count >= side && tile * (count - 1) < side
    };
    let fits = covers(tile.0, columns, width) && covers(tile.1, rows, height);
    if !fits || tiles.iter().any(|id| items.kind(*id) != Some(*b"av01") || items.size(*id) != Some(tile)) {
        return Err(broken());
    }
    let mut canvas: Option<DynamicImage> = None;
    for (index, id) in tiles.iter().enumerate() {
        let part = item(items, *id, cancelled)?;
        let canvas = canvas.get_or_insert_with(|| DynamicImage::new(width, height, part.color()));
        let (x, y) = (i64::from(tile.0) * (index % columns) as i64, i64::from(tile.1) * (index / columns) as i64);
        match (canvas, part) {
            (DynamicImage::ImageRgb8(canvas), part) => imageops::replace(canvas, &part.into_rgb8(), x, y),
            (DynamicImage::ImageLuma8(canvas), part) => imageops::replace(canvas, &part.into_luma8(), x, y),
            _ => return Err(broken()),
        }
    }
    canvas.ok_or_else(broken)
}

/// The first frame of some AV1 data; larger ones than `limit` are refused by the decoder before it makes room for them.
fn frame(data: Vec<u8>, (width, height): (u32, u32)) -> Result<DynamicImage, Error> {
    let mut settings = Settings::new();
    settings.set_n_threads(1);
    settings.set_max_frame_delay(1);
    settings.set_frame_size_limit(width.saturating_mul(height));
    let broken = |_| damaged("its data is invalid");
    let mut decoder = Decoder::with_settings(&settings).map_err(broken)?;
    match decoder.send_data(data, None, None, None) {
        Ok(()) => {}
        Err(error) if error.is_again() => {}
        Err(error) => return Err(broken(error)),
    }
    let picture = decoder.get_picture().map_err(broken)?;
    if (picture.width(), picture.height()) != (width, height) {
        return Err(damaged("its size is not the one in its head"));
    }
    rgb(&picture).ok_or_else(|| {
        Error::Unreadable("the color space of this AVIF is not supported: save it as JPEG or PNG".into())
    })
}

/// Samples of a plane, of 8 bit whatever they were.
struct PlaneSamples {
    samples: Vec<u8>,
    width: usize,
}

fn plane(picture: &Picture, component: PlanarImageComponent, width: u32, height: u32) -> PlaneSamples {
    let (width, height) = (width as usize, height as usize);
    let data = picture.plane(component);
    let stride = picture.stride(component) as usize;
    let deep = picture.bits_per_component().map_or(8, |bits| bits.0);
    let mut samples = Vec::with_capacity(width * height);
    for row in data.chunks(stride).take(height) {
        if deep == 8 {
            samples.extend_from_slice(&row[..width]);
        } else {
            let most = (1u32 << deep) - 1;
            let sample = |pair: &[u8]| (u32::from(u16::from_le_bytes([pair[0], pair[1]])) * 255 + most / 2) / most;
            samples.extend(row.chunks_exact(2).take(width).map(|pair| sample(pair).min(255) as u8));
        }
    }
    PlaneSamples { samples, width }
}

/// RGB or gray of a frame (ITU-T H.273, section 8.3); none for colors that are not as usual.
fn rgb(picture: &Picture) -> Option<DynamicImage> {
    let (width, height) = (picture.width(), picture.height());
    let full = matches!(picture.color_range(), YUVRange::Full);
    let luma = plane(picture, PlanarImageComponent::Y, width, height);
    let level = |sample: u8| if full { f32::from(sample) } else { (f32::from(sample) - 16.0) * (255.0 / 219.0) };
    let clamp = |value: f32| (value + 0.5).clamp(0.0, 255.0) as u8;
    let (across, down) = match picture.pixel_layout() {
        PixelLayout::I400 => {
            let gray = luma.samples.iter().map(|sample| clamp(level(*sample))).collect();
            return GrayImage::from_raw(width, height, gray).map(Into::into);
        }
        PixelLayout::I420 => (2, 2),
        PixelLayout::I422 => (2, 1),
        PixelLayout::I444 => (1, 1),
    };
    let size = (width.div_ceil(across), height.div_ceil(down));
    let blue = plane(picture, PlanarImageComponent::U, size.0, size.1);
    let red = plane(picture, PlanarImageComponent::V, size.0, size.1);
    let (red_part, blue_part) = match picture.matrix_coefficients() {
        MatrixCoefficients::Identity => return identity(&luma, &blue, &red, (width, height), across * down == 1),
        MatrixCoefficients::BT709 => (0.2126, 0.0722),
        MatrixCoefficients::BT2020NonConstantLuminance => (0.2627, 0.0593),
        // What is not said is BT.601, as in libavif.
        MatrixCoefficients::Unspecified | MatrixCoefficients::BT470BG | MatrixCoefficients::ST170M => (0.299, 0.114),
        _ => return None,
    };
    let green_part: f32 = 1.0 - red_part - blue_part;
    let spread = if full { 1.0 } else { 255.0 / 224.0 };
    let mut pixels = RgbImage::new(width, height);
    for (y, row) in pixels.rows_mut().enumerate() {
        let chroma = |plane: &PlaneSamples, x: usize| (between(plane, (x, y), (across, down), size) - 128.0) * spread;
        for (x, pixel) in row.enumerate() {
            let light = level(luma.samples[y * luma.width + x]);
            let (cb, cr) = (chroma(&blue, x), chroma(&red, x));
            let (r, b) = (light + 2.0 * (1.0 - red_part) * cr, light + 2.0 * (1.0 - blue_part) * cb);
            let g = (light - red_part * r - blue_part * b) / green_part;
            *pixel = Rgb([clamp(r), clamp(g), clamp(b)]);
        }
    }
    Some(pixels.into())
}

/// Chroma at a pixel: between the nearest samples, which lie in the middle of the pixels they stand for.
fn between(
    plane: &PlaneSamples,
    (x, y): (usize, usize),
    (across, down): (u32, u32),
    (width, height): (u32, u32),
) -> f32 {
    // Quarters of a sample from the first one: which two it lies between, and how near the second.
    let place = |at: usize, step: u32, count: u32| {
        if step == 1 {
            return (at, at, 0);
        }
        let near = at / 2;
        let other = if at.is_multiple_of(2) { near.saturating_sub(1) } else { (near + 1).min(count as usize - 1) };
        (near, other, 1)
    };
    let ((left, right, h), (top, bottom, v)) = (place(x, across, width), place(y, down, height));
    let at = |x: usize, y: usize| u32::from(plane.samples[y * plane.width + x]);
    let row = |y: usize| at(left, y) * (4 - h) + at(right, y) * h;
    (row(top) * (4 - v) + row(bottom) * v) as f32 / 16.0
}

/// Planes that are green, blue and red already.
fn identity(
    green: &PlaneSamples,
    blue: &PlaneSamples,
    red: &PlaneSamples,
    (width, height): (u32, u32),
    whole: bool,
) -> Option<DynamicImage> {
    if !whole {
        return None;
    }
    let samples = red.samples.iter().zip(&green.samples).zip(&blue.samples);
    let pixels = samples.flat_map(|((red, green), blue)| [*red, *green, *blue]).collect();
    RgbImage::from_raw(width, height, pixels).map(Into::into)
}

/// A picture with its alpha.
fn with_alpha(color: DynamicImage, alpha: &GrayImage, premultiplied: bool) -> DynamicImage {
    let (width, height) = (color.width(), color.height());
    let alpha = match alpha.dimensions() == (width, height) {
        true => std::borrow::Cow::Borrowed(alpha),
        false => std::borrow::Cow::Owned(plane_at(alpha, Part::all(alpha.dimensions()), (width, height))),
    };
    let mut pixels: RgbaImage = color.into_rgba8();
    for (pixel, alpha) in pixels.pixels_mut().zip(alpha.iter()) {
        pixel.0[3] = *alpha;
        if premultiplied && *alpha > 0 {
            for channel in &mut pixel.0[..3] {
                let whole = (u32::from(*channel) * 255 + u32::from(*alpha) / 2) / u32::from(*alpha);
                *channel = whole.min(255) as u8;
            }
        }
    }
    pixels.into()
}
