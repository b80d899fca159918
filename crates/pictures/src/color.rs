//! Colors as every screen shows them: what has a profile of its own becomes sRGB.

use std::sync::{Arc, LazyLock};

use image::{DynamicImage, ImageBuffer, Luma, LumaA, Pixel, Primitive, Rgb, Rgba};
use moxcms::{CmsError, ColorProfile, DataColorSpace, Layout, ToneReprCurve, TransformExecutor, TransformOptions};

/// How far a color of a profile may be from that of sRGB to count as the same.
const SAME: f64 = 0.002;

/// sRGB.
pub(crate) static SRGB: LazyLock<ColorProfile> = LazyLock::new(ColorProfile::new_srgb);

/// The profile a picture must be brought to sRGB from. One that cannot be read, or is for other colors than the picture
/// has, counts as none, as in browsers.
pub(crate) fn foreign(profile: Option<&[u8]>, gray: bool) -> Option<ColorProfile> {
    let profile = ColorProfile::new_from_slice(profile?).ok()?;
    let foreign = match profile.color_space {
        DataColorSpace::Rgb => !gray && !is_srgb(&profile),
        DataColorSpace::Gray => gray && !profile.gray_trc.as_ref().is_some_and(is_srgb_curve),
        _ => false,
    };
    foreign.then_some(profile)
}

/// A picture in sRGB.
pub(crate) fn to_srgb(picture: DynamicImage, profile: Option<&[u8]>) -> DynamicImage {
    let Some(profile) = foreign(profile, !picture.color().has_color()) else { return picture };
    let eight = |from, to| profile.create_transform_8bit(from, &SRGB, to, TransformOptions::default());
    let sixteen = |from, to| profile.create_transform_16bit(from, &SRGB, to, TransformOptions::default());
    use DynamicImage as Is;
    match picture {
        Is::ImageRgb8(pixels) => in_place(pixels, eight(Layout::Rgb, Layout::Rgb)).into(),
        Is::ImageRgba8(pixels) => in_place(pixels, eight(Layout::Rgba, Layout::Rgba)).into(),
        Is::ImageRgb16(pixels) => in_place(pixels, sixteen(Layout::Rgb, Layout::Rgb)).into(),
        Is::ImageRgba16(pixels) => in_place(pixels, sixteen(Layout::Rgba, Layout::Rgba)).into(),
        Is::ImageLuma8(pixels) => grays::<_, Luma<u8>, Rgb<u8>>(pixels, eight(Layout::Gray, Layout::Rgb)).into(),
        Is::ImageLumaA8(pixels) => {
            grays::<_, LumaA<u8>, Rgba<u8>>(pixels, eight(Layout::GrayAlpha, Layout::Rgba)).into()
        }
        Is::ImageLuma16(pixels) => grays::<_, Luma<u16>, Rgb<u16>>(pixels, sixteen(Layout::Gray, Layout::Rgb)).into(),
        Is::ImageLumaA16(pixels) => {
            grays::<_, LumaA<u16>, Rgba<u16>>(pixels, sixteen(Layout::GrayAlpha, Layout::Rgba)).into()
        }
        other => other,
    }
}

type Transform<S> = Result<Arc<dyn TransformExecutor<S> + Send + Sync>, CmsError>;
type Pixels<P> = ImageBuffer<P, Vec<<P as Pixel>::Subpixel>>;

/// Row by row, so that no second picture is made.
fn in_place<S, P>(mut pixels: Pixels<P>, transform: Transform<S>) -> Pixels<P>
where
    S: Primitive + Default,
    P: Pixel<Subpixel = S>,
{
    let Ok(transform) = transform else { return pixels };
    let row = pixels.width() as usize * usize::from(P::CHANNEL_COUNT);
    let mut target = vec![S::default(); row];
    for source in pixels.chunks_exact_mut(row.max(1)) {
        if transform.transform(source, &mut target).is_err() {
            break;
        }
        source.copy_from_slice(&target);
    }
    pixels
}

/// Grays, which stay gray: of the red, green and blue they become, all are the same.
fn grays<S, P, C>(mut pixels: Pixels<P>, transform: Transform<S>) -> Pixels<P>
where
    S: Primitive + Default,
    P: Pixel<Subpixel = S>,
    C: Pixel<Subpixel = S>,
{
    let Ok(transform) = transform else { return pixels };
    let (from, to) = (usize::from(P::CHANNEL_COUNT), usize::from(C::CHANNEL_COUNT));
    let width = pixels.width() as usize;
    let mut target = vec![S::default(); width * to];
    for source in pixels.chunks_exact_mut((width * from).max(1)) {
        if transform.transform(source, &mut target).is_err() {
            break;
        }
        for (gray, color) in source.chunks_exact_mut(from).zip(target.chunks_exact(to)) {
            gray[0] = color[0];
        }
    }
    pixels
}

/// Whether a profile is that of sRGB, or one so near that nobody sees a difference: most are, and need no work.
fn is_srgb(profile: &ColorProfile) -> bool {
    let near = |a: f64, b: f64| (a - b).abs() < SAME;
    let (ours, theirs) = (SRGB.colorant_matrix(), profile.colorant_matrix());
    let primaries = ours.v.iter().flatten().zip(theirs.v.iter().flatten()).all(|(a, b)| near(*a, *b));
    // Tables of colors say more than the primaries.
    primaries
        && profile.lut_a_to_b_perceptual.is_none()
        && [&profile.red_trc, &profile.green_trc, &profile.blue_trc]
            .into_iter()
            .all(|curve| curve.as_ref().is_some_and(is_srgb_curve))
}

/// Whether a curve is that of IEC 61966-2-1, at a few points.
fn is_srgb_curve(curve: &ToneReprCurve) -> bool {
    (0..=32).map(|step| f64::from(step) / 32.0).all(|x| {
        let linear = if x <= 0.04045 { x / 12.92 } else { ((x + 0.055) / 1.055).powf(2.4) };
        value_of(curve, x).is_some_and(|value| (value - linear).abs() < SAME)
    })
}

/// What a curve makes of a value (ICC.1:2022, sections 10.6 and 10.18).
fn value_of(curve: &ToneReprCurve, x: f64) -> Option<f64> {
    match curve {
        ToneReprCurve::Lut(points) => match points.as_slice() {
            [] => Some(x),
            [gamma] => Some(x.powf(f64::from(*gamma) / 256.0)),
            points => {
                let place = x * (points.len() - 1) as f64;
                let (below, part) = (place as usize, place.fract());
                let at = |index: usize| f64::from(points[index.min(points.len() - 1)]) / 65535.0;
                Some(at(below) * (1.0 - part) + at(below + 1) * part)
            }
        },
        ToneReprCurve::Parametric(numbers) => {
            let numbers: Vec<f64> = numbers.iter().copied().map(f64::from).collect();
            match *numbers.as_slice() {
                [g] => Some(x.powf(g)),
                [g, a, b, c, d] => Some(if x >= d { (a * x + b).powf(g) } else { c * x }),
                [g, a, b, c, d, e, f] => Some(if x >= d { (a * x + b).powf(g) + e } else { c * x + f }),
                _ => None,
            }
        }
    }
}
