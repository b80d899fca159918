//! The picture of a request: upright, gray or in color, without transparency.

use std::time::Instant;

use chassis::{Call, Code, Error, File};
use pictures::image::{DynamicImage, GrayImage, RgbImage, RgbaImage};
use pictures::{DecodeOptions, Frames, Limits};

use crate::document::is_pdf;
use crate::error::of_picture;
use crate::layer::{PicturePage, Tones};
use crate::page::Step;

/// Pixels that are read at most; larger pictures are made smaller.
const MOST_PIXELS: f64 = 40_000_000.0;
/// Pictures with more pixels are read in gray: color takes four times the memory.
const MOST_IN_COLOR: u64 = 20_000_000;
/// Pixels that are more opaque than this are part of the picture.
const OPAQUE: u8 = 128;
/// Mean brightness of the ink from which it is called light.
const LIGHT: u64 = 144;

/// A picture to read.
pub(crate) struct Sheet {
    /// Gray, or red, green and blue; of eight bits.
    pub(crate) pixels: DynamicImage,
    /// How the transparent parts were filled.
    pub(crate) ground: Option<Step>,
    /// Width and height, upright.
    pub(crate) size: (u32, u32),
    /// Pages of the file.
    pub(crate) pages: u32,
}

/// Looks at a picture before a worker is asked.
pub(crate) fn admit(file: &File) -> Result<pictures::Head, Error> {
    if is_pdf(file) {
        let message = "is a PDF: send it to /api/v1/ocr/pdf, which reads its pages";
        return Err(Error::field(Code::UnsupportedMediaType, "image", message));
    }
    pictures::head(file.bytes()).map_err(of_picture("image"))
}

/// Warns when there are more pages than the one that is read.
pub(crate) fn warn_of_pages(pages: u32, page: Option<u32>, call: &Call) {
    if pages > 1 && page.is_none() {
        let message = format!("this file has {pages} pages and the first was read: send page to read another");
        call.warn("more-pages", Some("page"), message);
    }
}

/// Decodes a page of a picture, counted from 1.
pub(crate) fn sheet(file: &File, page: u32, until: Instant) -> Result<Sheet, Error> {
    let head = admit(file)?;
    let cancelled = || Instant::now() > until;
    let (width, height) = head.upright();
    let scale = (MOST_PIXELS / (f64::from(width) * f64::from(height)).max(1.0)).sqrt();
    let side = |length: u32| ((f64::from(length) * scale).ceil() as u32).max(1);
    let at_least = (scale < 1.0 && head.pages == 1).then(|| (side(width), side(height)));
    let frames = Frames::One(page.saturating_sub(1));
    let options = DecodeOptions {
        at_least,
        frames,
        upright: true,
        by_profile: false,
        limits: Limits::DEFAULT,
        cancelled: &cancelled,
    };
    let picture = pictures::decode(file.bytes(), &options).map_err(of_picture("image"))?;
    let size = picture.size;
    let (pixels, ground) = opaque(picture.into_raster());
    let pixels = match f64::from(pixels.width()) * f64::from(pixels.height()) {
        many if many > MOST_PIXELS => {
            let scale = (MOST_PIXELS / many).sqrt();
            let side = |length: u32| ((f64::from(length) * scale) as u32).max(1);
            let (width, height) = (side(pixels.width()), side(pixels.height()));
            pixels.resize_exact(width, height, pictures::image::imageops::FilterType::Triangle)
        }
        _ => pixels,
    };
    Ok(Sheet { pixels, ground, size, pages: head.pages })
}

/// A page of a picture as one of a PDF, and the file it is there: the JPEG it is, when it is upright and has no other page; black
/// and white without loss; else a new JPEG.
pub(crate) fn as_page(file: &File, page: u32, scale: f64, until: Instant) -> Result<(PicturePage, File), Error> {
    const QUALITY: u8 = 90;
    let head = admit(file)?;
    let plain = head.format == pictures::Format::Jpeg && head.upright() == head.stored && head.depth == 8;
    let is_upright = head.orientation == pictures::image::metadata::Orientation::NoTransforms;
    if plain && is_upright && head.colors != pictures::Colors::Cmyk {
        let tones = if head.colors == pictures::Colors::Gray { Tones::Gray } else { Tones::Color };
        return Ok((PicturePage { size: head.stored, tones, scale }, file.clone()));
    }
    let part = |bytes: Vec<u8>| File::new("page", "application/octet-stream", bytes);
    let sheet = sheet(file, page, until)?;
    let size = (sheet.pixels.width(), sheet.pixels.height());
    // The page has the size of the picture as it was sent.
    let scale = scale * f64::from(sheet.size.0) / f64::from(size.0);
    if let Some(bits) = sheet.pixels.as_luma8().and_then(black_and_white) {
        return Ok((PicturePage { size, tones: Tones::BlackAndWhite, scale }, part(bits)));
    }
    let tones = if sheet.pixels.color().has_color() { Tones::Color } else { Tones::Gray };
    let picture = pictures::Picture::still(pictures::Format::Jpeg, sheet.pixels);
    let encoding = pictures::Encoding { quality: QUALITY, ..pictures::Encoding::of(pictures::Format::Jpeg) };
    let jpeg = pictures::encode(&picture, &encoding, &|| Instant::now() > until).map_err(of_picture("file"))?;
    Ok((PicturePage { size, tones, scale }, part(jpeg)))
}

/// The pixels of a page that is black and white alone: a bit each, rows from whole bytes, the first leftmost, 1 for white.
fn black_and_white(gray: &GrayImage) -> Option<Vec<u8>> {
    if gray.as_raw().iter().any(|pixel| !matches!(*pixel, 0 | u8::MAX)) {
        return None;
    }
    let byte = |eight: &[u8]| eight.iter().zip(0..).fold(0, |byte, (pixel, bit)| byte | (pixel & 0x80) >> bit);
    let rows = gray.as_raw().chunks_exact(gray.width().max(1) as usize);
    Some(rows.flat_map(|row| row.chunks(8).map(byte)).collect())
}

/// Gray or in color, on white or black where it was transparent.
fn opaque(raster: DynamicImage) -> (DynamicImage, Option<Step>) {
    let (raster, ground) = if raster.color().has_alpha() {
        let rgba = raster.into_rgba8();
        if rgba.pixels().all(|pixel| pixel[3] == u8::MAX) {
            (DynamicImage::ImageRgba8(rgba), None)
        } else {
            let (laid, ground) = laid(&rgba);
            (DynamicImage::ImageRgb8(laid), Some(ground))
        }
    } else {
        (raster, None)
    };
    let many = u64::from(raster.width()) * u64::from(raster.height()) > MOST_IN_COLOR;
    if many || !raster.color().has_color() {
        return (DynamicImage::ImageLuma8(raster.into_luma8()), ground);
    }
    let rgb = raster.into_rgb8();
    let pixels = match gray(&rgb) {
        Some(gray) => DynamicImage::ImageLuma8(gray),
        None => DynamicImage::ImageRgb8(rgb),
    };
    (pixels, ground)
}

/// The picture in gray, when it has no color.
fn gray(rgb: &RgbImage) -> Option<GrayImage> {
    let pixels = rgb.as_raw().as_chunks::<3>().0;
    let is_gray = pixels.iter().all(|[red, green, blue]| red == green && green == blue);
    let samples = || pixels.iter().map(|[red, _, _]| *red).collect();
    is_gray.then(|| GrayImage::from_raw(rgb.width(), rgb.height(), samples()))?
}

/// A picture on a ground by its ink: white, unless what there is of it is light and less than half of the picture.
fn laid(rgba: &RgbaImage) -> (RgbImage, Step) {
    let (mut brightness, mut count) = (0u64, 0u64);
    for pixel in rgba.pixels().filter(|pixel| pixel[3] > OPAQUE) {
        brightness += (u64::from(pixel[0]) * 299 + u64::from(pixel[1]) * 587 + u64::from(pixel[2]) * 114) / 1000;
        count += 1;
    }
    let all = u64::from(rgba.width()) * u64::from(rgba.height());
    let is_light = count > 0 && brightness / count >= LIGHT && count * 2 < all;
    let (ground, step) = if is_light { (0, Step::OnBlack) } else { (255, Step::OnWhite) };
    let mix = |value: u8, alpha: u8| {
        let alpha = u32::from(alpha);
        ((u32::from(value) * alpha + ground * (255 - alpha) + 127) / 255) as u8
    };
    let mut made = RgbImage::new(rgba.width(), rgba.height());
    for (to, from) in made.pixels_mut().zip(rgba.pixels()) {
        *to = [mix(from[0], from[3]), mix(from[1], from[3]), mix(from[2], from[3])].into();
    }
    (made, step)
}
