//! JPEG by our own decoder, smaller than it is where that is enough; what that does not read, such as inks, by zune-jpeg.

use image::{GrayImage, RgbImage};
use jpeg::Scale;
use zune_jpeg::JpegDecoder;
use zune_jpeg::errors::DecodeErrors;
use zune_jpeg::zune_core::bytestream::ZCursor;
use zune_jpeg::zune_core::colorspace::ColorSpace;
use zune_jpeg::zune_core::options::DecoderOptions;

use super::DecodeOptions;
use crate::error::Error;
use crate::format::Format;
use crate::head::{Colors, Head};
use crate::kernel::{Part, plane_at};
use crate::picture::Pixels;
use crate::planes::{Plane, Planes};

/// Scans of a progressive picture; encoders make about ten.
const SCANS: usize = 100;

/// Parts of a JPEG's sides that are decoded without the rest, and how many times smaller a picture must be to be made of
/// one: with less to spare, what the decoder left out shows. As sharp has it.
const SCALES: [(Scale, f64); 3] = [(Scale::Eighth, 9.0), (Scale::Quarter, 5.0), (Scale::Half, 3.0)];

/// Decodes a JPEG: smaller than it is, where that is enough for a picture of `at_least`.
pub(super) fn decode(
    bytes: &[u8],
    head: &Head,
    at_least: Option<(u32, u32)>,
    options: &DecodeOptions<'_>,
) -> Result<Pixels, Error> {
    let scale = at_least.map_or(Scale::Full, |size| scale_for(head.stored, size));
    options.limits.admit(Format::Jpeg, head.stored, scale != Scale::Full)?;
    match jpeg::decode(bytes, scale, options.cancelled) {
        Ok(planes) => Ok(Pixels::Planes(planes_of(planes))),
        Err(jpeg::Error::Corrupt(reason)) => Err(Error::Damaged(Format::Jpeg, reason.into())),
        Err(jpeg::Error::Cancelled) => Err(Error::Cancelled),
        Err(jpeg::Error::Unsupported(_)) => {
            options.limits.admit(Format::Jpeg, head.stored, false)?;
            whole(bytes, head)
        }
    }
}

/// The smallest part of a picture from which one of a certain size can be made.
fn scale_for((width, height): (u32, u32), at_least: (u32, u32)) -> Scale {
    let shrink = (f64::from(width) / f64::from(at_least.0)).min(f64::from(height) / f64::from(at_least.1));
    SCALES.iter().find(|(_, enough)| shrink >= *enough).map_or(Scale::Full, |(scale, _)| *scale)
}

fn planes_of(planes: jpeg::Planes) -> Planes {
    let of = |plane: jpeg::Plane| {
        let part = Part { x: 0.0, y: 0.0, width: plane.extent[0], height: plane.extent[1] };
        let samples = GrayImage::from_raw(plane.width, plane.height, plane.samples).expect("a byte a sample");
        Plane { samples, part }
    };
    let size = (planes.width, planes.height);
    let luma = match of(planes.luma) {
        luma if luma.samples.dimensions() == size => luma,
        // Brightness may be coarser than colors, though hardly anybody writes it so.
        luma => Plane::whole(plane_at(&luma.samples, luma.part, size)),
    };
    Planes { luma, chroma: planes.chroma.map(|chroma| chroma.map(of)) }
}

fn whole(bytes: &[u8], head: &Head) -> Result<Pixels, Error> {
    let (width, height) = head.stored;
    let gray = head.colors == Colors::Gray;
    let options = DecoderOptions::new_fast()
        .set_max_width(width as usize)
        .set_max_height(height as usize)
        .jpeg_set_max_scans(SCANS)
        .set_strict_mode(true)
        .jpeg_set_out_colorspace(if gray { ColorSpace::Luma } else { ColorSpace::RGB });
    let failed = |error: DecodeErrors| match error {
        DecodeErrors::Unsupported(_) => Error::Unreadable(
            "this variant of JPEG (arithmetic, lossless or 12-bit) is not supported: save it again".into(),
        ),
        _ => Error::Damaged(Format::Jpeg, "it ends early or its data is invalid".into()),
    };
    if head.colors == Colors::Cmyk {
        let raster = super::cmyk::decode(bytes, head.profile.as_deref(), head.stored, options).map_err(failed)?;
        return raster
            .map(|raster| Pixels::Raster(raster.into()))
            .ok_or_else(|| Error::Damaged(Format::Jpeg, "its data has the wrong length".into()));
    }
    let pixels = JpegDecoder::new_with_options(ZCursor::new(bytes), options).decode().map_err(failed)?;
    let raster = match gray {
        true => GrayImage::from_raw(width, height, pixels).map(Into::into),
        false => RgbImage::from_raw(width, height, pixels).map(Into::into),
    };
    raster.map(Pixels::Raster).ok_or_else(|| Error::Damaged(Format::Jpeg, "its data has the wrong length".into()))
}
