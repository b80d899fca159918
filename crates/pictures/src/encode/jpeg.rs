//! JPEG by jpeg-encoder: from planes as they are, or from RGB.

use image::DynamicImage;
use jpeg_encoder::{ColorType, Encoder, ImageBuffer, JpegColorType, SamplingFactor};

use super::{Encoding, on_background};
use crate::error::Error;
use crate::picture::{Pixels, Plane, Planes};

/// Above this quality colours keep every pixel, as people expect of "best".
const FULL_COLOR_FROM: u8 = 91;

pub(super) fn encode(pixels: &Pixels, encoding: &Encoding) -> Result<Vec<u8>, Error> {
    let (width, height) = pixels.size();
    let (Ok(width), Ok(height)) = (u16::try_from(width), u16::try_from(height)) else {
        return Err(Error::Impossible("JPEG has at most 65,535 pixels along a side".into()));
    };
    let mut bytes = Vec::with_capacity(usize::from(width) * usize::from(height) / 4);
    let mut encoder = Encoder::new(&mut bytes, encoding.quality.clamp(1, 100));
    encoder.set_optimized_huffman_tables(true);
    encoder.set_progressive(encoding.progressive);
    encoder.set_sampling_factor(match encoding.quality {
        FULL_COLOR_FROM.. => SamplingFactor::F_1_1,
        _ => SamplingFactor::F_2_2,
    });
    let written = match pixels {
        Pixels::Planes(planes) => encoder.encode_image(PlanesBuffer(planes)),
        Pixels::Raster(raster) => match on_background(raster, encoding.background) {
            DynamicImage::ImageLuma8(grey) => encoder.encode(&grey, width, height, ColorType::Luma),
            DynamicImage::ImageLuma16(_) => encoder.encode(&raster.to_luma8(), width, height, ColorType::Luma),
            other => encoder.encode(&other.into_rgb8(), width, height, ColorType::Rgb),
        },
    };
    written.map_err(|error| Error::Impossible(format!("this cannot be written as JPEG: {error}")))?;
    Ok(bytes)
}

/// Planes of one size, row by row.
struct PlanesBuffer<'a>(&'a Planes);

impl ImageBuffer for PlanesBuffer<'_> {
    fn get_jpeg_color_type(&self) -> JpegColorType {
        if self.0.chroma.is_some() { JpegColorType::Ycbcr } else { JpegColorType::Luma }
    }

    fn width(&self) -> u16 {
        u16::try_from(self.0.luma.samples.width()).expect("it was asked before")
    }

    fn height(&self) -> u16 {
        u16::try_from(self.0.luma.samples.height()).expect("it was asked before")
    }

    fn fill_buffers(&self, y: u16, buffers: &mut [Vec<u8>; 4]) {
        let width = self.0.luma.samples.width() as usize;
        let start = usize::from(y) * width;
        let row = |plane: &'_ Plane| plane.samples.as_raw()[start..start + width].to_vec();
        buffers[0].extend_from_slice(&row(&self.0.luma));
        if let Some(chroma) = &self.0.chroma {
            buffers[1].extend_from_slice(&row(&chroma[0]));
            buffers[2].extend_from_slice(&row(&chroma[1]));
        }
    }
}
