//! JPEG: whole by zune-jpeg.

use image::{GrayImage, RgbImage};
use zune_jpeg::JpegDecoder;
use zune_jpeg::errors::DecodeErrors;
use zune_jpeg::zune_core::bytestream::ZCursor;
use zune_jpeg::zune_core::colorspace::ColorSpace;
use zune_jpeg::zune_core::options::DecoderOptions;

use super::Wish;
use crate::error::Error;
use crate::format::Format;
use crate::head::{Colors, Head};
use crate::picture::Pixels;

/// Scans of a progressive picture; encoders make about ten.
const SCANS: usize = 100;

/// Decodes a JPEG: smaller than it is, where that is enough for a picture of `at_least`.
pub(super) fn decode(
    bytes: &[u8],
    head: &Head,
    at_least: Option<(u32, u32)>,
    wish: &Wish<'_>,
) -> Result<Pixels, Error> {
    let _ = at_least;
    wish.limits.admit(Format::Jpeg, head.stored, false)?;
    whole(bytes, head)
}

fn whole(bytes: &[u8], head: &Head) -> Result<Pixels, Error> {
    let (width, height) = head.stored;
    let grey = head.colors == Colors::Grey;
    let options = DecoderOptions::new_fast()
        .set_max_width(width as usize)
        .set_max_height(height as usize)
        .jpeg_set_max_scans(SCANS)
        .set_strict_mode(true)
        .jpeg_set_out_colorspace(if grey { ColorSpace::Luma } else { ColorSpace::RGB });
    let failed = |error: DecodeErrors| match error {
        DecodeErrors::Unsupported(_) => {
            Error::Unreadable("this kind of JPEG (arithmetic, lossless or 12 bit) is not read: save it again".into())
        }
        _ => Error::Damaged(Format::Jpeg, "it ends early or its data is wrong".into()),
    };
    if head.colors == Colors::Cmyk {
        let raster = super::cmyk::decode(bytes, head.profile.as_deref(), head.stored, options).map_err(failed)?;
        return raster
            .map(|raster| Pixels::Raster(raster.into()))
            .ok_or_else(|| Error::Damaged(Format::Jpeg, "its data has the wrong length".into()));
    }
    let pixels = JpegDecoder::new_with_options(ZCursor::new(bytes), options).decode().map_err(failed)?;
    let raster = match grey {
        true => GrayImage::from_raw(width, height, pixels).map(Into::into),
        false => RgbImage::from_raw(width, height, pixels).map(Into::into),
    };
    raster.map(Pixels::Raster).ok_or_else(|| Error::Damaged(Format::Jpeg, "its data has the wrong length".into()))
}
