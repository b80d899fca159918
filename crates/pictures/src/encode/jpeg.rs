//! JPEG by jpeg-encoder: from planes as they are, or from RGB.

use std::borrow::Cow;

use image::{DynamicImage, GrayImage};
use jpeg_encoder::{ColorType, Encoder, ImageBuffer, JpegColorType, SamplingFactor};

use super::{Encoding, on_background};
use crate::error::Error;
use crate::kernel::plane_at;
use crate::picture::Pixels;
use crate::planes::{Plane, Planes};

/// Above this quality colors keep every pixel, as people expect of "best".
const FULL_COLOR_FROM: u8 = 91;

pub(super) fn encode(pixels: &Pixels, encoding: &Encoding) -> Result<Vec<u8>, Error> {
    let (width, height) = pixels.size();
    let (Ok(width), Ok(height)) = (u16::try_from(width), u16::try_from(height)) else {
        return Err(Error::Impossible("JPEG allows at most 65,535 pixels a side".into()));
    };
    let mut bytes = Vec::with_capacity(usize::from(width) * usize::from(height) / 4);
    let mut encoder = Encoder::new(&mut bytes, encoding.quality.clamp(1, 100));
    // Without progression, tables of its own cost a scan for each color, which some decoders get wrong.
    encoder.set_optimized_huffman_tables(encoding.progressive);
    encoder.set_progressive(encoding.progressive);
    encoder.set_sampling_factor(match encoding.quality {
        FULL_COLOR_FROM.. => SamplingFactor::F_1_1,
        _ => SamplingFactor::F_2_2,
    });
    let written = match pixels {
        Pixels::Planes(planes) => encoder.encode_image(Rows::of(planes, encoding.quality < FULL_COLOR_FROM)),
        Pixels::Raster(raster) => match on_background(raster, encoding.background).as_ref() {
            DynamicImage::ImageLuma8(gray) => encoder.encode(gray, width, height, ColorType::Luma),
            DynamicImage::ImageLuma16(gray) => {
                encoder.encode(&DynamicImage::ImageLuma16(gray.clone()).into_luma8(), width, height, ColorType::Luma)
            }
            DynamicImage::ImageRgb8(rgb) => encoder.encode(rgb, width, height, ColorType::Rgb),
            other => encoder.encode(&other.to_rgb8(), width, height, ColorType::Rgb),
        },
    };
    written.map_err(|error| Error::Impossible(format!("this cannot be written as JPEG: {error}")))?;
    Ok(bytes)
}

/// The rows of planes.
struct Rows<'a> {
    luma: &'a GrayImage,
    chroma: Option<[Chroma<'a>; 2]>,
}

/// A plane of color.
enum Chroma<'a> {
    /// As large as luma.
    Full(Cow<'a, GrayImage>),
    /// Half as large, as it will be written, from a column and row on: each sample comes four times, of which the encoder
    /// makes one again.
    Half(&'a GrayImage, (usize, usize)),
}

impl<'a> Rows<'a> {
    fn of(planes: &'a Planes, halved: bool) -> Self {
        let luma = &planes.luma.samples;
        let (width, height) = luma.dimensions();
        let of = |plane: &'a Plane| match plane.divided((width, height), 2, 2).filter(|_| halved) {
            Some(first) => Chroma::Half(&plane.samples, first),
            None if plane.is_full((width, height)) => Chroma::Full(Cow::Borrowed(&plane.samples)),
            None => Chroma::Full(Cow::Owned(plane_at(&plane.samples, plane.part, (width, height)))),
        };
        Self { luma, chroma: planes.chroma.as_ref().map(|[blue, red]| [of(blue), of(red)]) }
    }
}

impl ImageBuffer for Rows<'_> {
    fn get_jpeg_color_type(&self) -> JpegColorType {
        if self.chroma.is_some() { JpegColorType::Ycbcr } else { JpegColorType::Luma }
    }

    fn width(&self) -> u16 {
        u16::try_from(self.luma.width()).expect("it was asked before")
    }

    fn height(&self) -> u16 {
        u16::try_from(self.luma.height()).expect("it was asked before")
    }

    fn fill_buffers(&self, y: u16, buffers: &mut [Vec<u8>; 4]) {
        let (y, width) = (usize::from(y), self.luma.width() as usize);
        buffers[0].extend_from_slice(row(self.luma, y));
        for (plane, buffer) in self.chroma.iter().flatten().zip(&mut buffers[1..]) {
            match plane {
                Chroma::Full(plane) => buffer.extend_from_slice(row(plane, y)),
                Chroma::Half(plane, (left, top)) => {
                    buffer.extend(row(plane, top + y / 2)[*left..].iter().flat_map(|v| [*v, *v]).take(width));
                }
            }
        }
    }
}

fn row(plane: &GrayImage, y: usize) -> &[u8] {
    let width = plane.width() as usize;
    &plane.as_raw()[y * width..(y + 1) * width]
}
