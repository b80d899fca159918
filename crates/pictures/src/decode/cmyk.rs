//! A JPEG of inks, to sRGB: through its own profile, else as screens do.

use image::RgbImage;
use moxcms::{ColorProfile, DataColorSpace, Layout, TransformOptions};
use zune_jpeg::JpegDecoder;
use zune_jpeg::zune_core::bytestream::ZCursor;
use zune_jpeg::zune_core::colorspace::ColorSpace;
use zune_jpeg::zune_core::options::DecoderOptions;

use crate::color::SRGB;
use crate::container::jpeg::segments;

/// The pixels of a JPEG with four components.
pub(super) fn decode(
    bytes: &[u8],
    profile: Option<&[u8]>,
    (width, height): (u32, u32),
    options: DecoderOptions,
) -> Result<Option<RgbImage>, zune_jpeg::errors::DecodeErrors> {
    let colors = if is_ycck(bytes) { ColorSpace::YCCK } else { ColorSpace::CMYK };
    let options = options.jpeg_set_out_colorspace(colors);
    let mut inks = JpegDecoder::new_with_options(ZCursor::new(bytes), options).decode()?;
    for pixel in inks.as_chunks_mut::<4>().0 {
        if colors == ColorSpace::YCCK {
            let [red, green, blue] = crate::planes::rgb_of(pixel[0], pixel[1], pixel[2]);
            *pixel = [red, green, blue, 255 - pixel[3]];
        } else {
            // Adobe writes inks the other way round, and so has everybody since.
            *pixel = pixel.map(|ink| 255 - ink);
        }
    }
    Ok(RgbImage::from_raw(width, height, to_rgb(&inks, profile)))
}

/// Whether the Adobe segment says that the inks are stored as luma, chroma and black (Adobe Technical Note 5116).
fn is_ycck(bytes: &[u8]) -> bool {
    let (segments, _) = segments(bytes);
    let adobe = segments.iter().find(|segment| segment.marker == 0xee && segment.data.starts_with(b"Adobe"));
    adobe.is_some_and(|segment| segment.data.get(11) == Some(&2))
}

fn to_rgb(inks: &[u8], profile: Option<&[u8]>) -> Vec<u8> {
    by_profile(inks, profile).unwrap_or_else(|| {
        let pixels = inks.as_chunks::<4>().0.iter();
        pixels
            .flat_map(|[cyan, magenta, yellow, black]| {
                let light = |ink: u8| {
                    let product = u32::from(255 - ink) * u32::from(255 - *black);
                    ((product + 127) / 255) as u8
                };
                [light(*cyan), light(*magenta), light(*yellow)]
            })
            .collect()
    })
}

fn by_profile(inks: &[u8], profile: Option<&[u8]>) -> Option<Vec<u8>> {
    let profile = ColorProfile::new_from_slice(profile?).ok()?;
    if profile.color_space != DataColorSpace::Cmyk {
        return None;
    }
    // Four channels are called RGBA, whatever they are.
    let options = TransformOptions::default();
    let transform = profile.create_transform_8bit(Layout::Rgba, &SRGB, Layout::Rgb, options).ok()?;
    let mut rgb = vec![0; inks.len() / 4 * 3];
    transform.transform(inks, &mut rgb).ok()?;
    Some(rgb)
}
