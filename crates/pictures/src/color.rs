//! Colours as every screen shows them: what has a profile of its own becomes sRGB.

use image::{DynamicImage, RgbImage, RgbaImage};
use moxcms::{ColorProfile, DataColorSpace, Layout, TransformOptions};

/// How far a colour of a profile may be from that of sRGB to count as the same.
const SAME: f64 = 0.002;

/// A picture in sRGB. A profile that cannot be read counts as none, as browsers do.
pub(crate) fn to_srgb(picture: DynamicImage, profile: Option<&[u8]>) -> DynamicImage {
    let Some(profile) = profile.and_then(|bytes| ColorProfile::new_from_slice(bytes).ok()) else { return picture };
    if profile.color_space != DataColorSpace::Rgb || is_srgb(&profile) {
        return picture;
    }
    let layout = if picture.color().has_alpha() { Layout::Rgba } else { Layout::Rgb };
    let srgb = ColorProfile::new_srgb();
    let Ok(transform) = profile.create_transform_8bit(layout, &srgb, layout, TransformOptions::default()) else {
        return picture;
    };
    let (width, height) = (picture.width(), picture.height());
    let source = if layout == Layout::Rgba { picture.to_rgba8().into_raw() } else { picture.to_rgb8().into_raw() };
    let mut target = vec![0; source.len()];
    if transform.transform(&source, &mut target).is_err() {
        return picture;
    }
    let converted = match layout {
        Layout::Rgba => RgbaImage::from_raw(width, height, target).map(DynamicImage::ImageRgba8),
        _ => RgbImage::from_raw(width, height, target).map(DynamicImage::ImageRgb8),
    };
    converted.unwrap_or(picture)
}

/// Whether a profile is that of sRGB, or one so near that nobody sees a difference.
fn is_srgb(profile: &ColorProfile) -> bool {
    let srgb = ColorProfile::new_srgb();
    let near = |a: f64, b: f64| (a - b).abs() < SAME;
    let (ours, theirs) = (srgb.colorant_matrix(), profile.colorant_matrix());
    let primaries = ours.v.iter().flatten().zip(theirs.v.iter().flatten()).all(|(a, b)| near(*a, *b));
    primaries && profile.red_trc == srgb.red_trc
}
