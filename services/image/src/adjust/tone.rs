//! Tone and color: everything a pixel decides alone, in one pass over the picture.
//!
//! Brightness, contrast, saturation, hue, grayscale, sepia and invert are the filter functions of CSS (W3C Filter Effects
//! Module Level 1, section 8), on sRGB samples as CSS has them. What follows another is worked out beforehand: curves
//! become one table, matrices one matrix, and values are rounded and bounded once at the end.

use super::AdjustRequest;
use crate::raster::Raster;

/// Rows and columns red, green, blue.
type Matrix = [[f64; 3]; 3];

/// Brightness of a pixel (Rec. 709, on samples as they are).
const LUMA: [f64; 3] = [0.2126, 0.7152, 0.0722];
const SEPIA: Matrix = [[0.393, 0.769, 0.189], [0.349, 0.686, 0.168], [0.272, 0.534, 0.131]];
/// The part of the pixels at either end that normalizing leaves out.
const OUTLIERS: u64 = 100;
/// Bits behind the point in tables.
const BITS: u32 = 16;

/// What a pixel becomes in the end.
enum End {
    /// Each channel by a table.
    Channels([u8; 256]),
    /// Its brightness, by a table.
    Gray([u8; 256]),
    /// A color, by its brightness.
    Tinted(Box<[[u8; 3]; 256]>),
}

/// A picture with its tones and colors changed.
pub(super) fn applied(raster: Raster, request: &AdjustRequest) -> Raster {
    let mut curve: [f64; 256] = std::array::from_fn(|sample| sample as f64);
    let mut bend = |change: &dyn Fn(f64) -> f64| curve = curve.map(|value| change(value).clamp(0.0, 255.0));
    if request.normalize {
        let (low, high) = ends(&raster);
        if high > low {
            bend(&|value| (value - f64::from(low)) * 255.0 / f64::from(high - low));
        }
    }
    if let Some(gamma) = request.gamma {
        bend(&|value| 255.0 * (value / 255.0).powf(1.0 / gamma));
    }
    if request.brightness != 0.0 {
        bend(&|value| value * (1.0 + request.brightness / 100.0));
    }
    if request.contrast != 0.0 {
        bend(&|value| (value - 127.5) * (1.0 + request.contrast / 100.0) + 127.5);
    }
    let mut matrix: Option<Matrix> = None;
    let mut mix = |next: Matrix| matrix = Some(matrix.map_or(next, |matrix| product(&next, &matrix)));
    let colored = raster.channels > 2;
    if request.saturation != 0.0 && colored {
        mix(saturation(1.0 + request.saturation / 100.0));
    }
    if request.hue.rem_euclid(360.0) != 0.0 && colored {
        mix(hue(request.hue.to_radians()));
    }
    let shades = request.tint.is_some() || request.sepia;
    if request.grayscale && shades && colored {
        mix([LUMA; 3]);
    }
    if request.sepia {
        mix(SEPIA);
    }
    let invert = |value: f64| if request.invert { 255.0 - value } else { value };
    let end = match (request.threshold, request.tint) {
        (Some(threshold), _) => {
            End::Gray(std::array::from_fn(|value| if invert(value as f64) >= f64::from(threshold) { 255 } else { 0 }))
        }
        (None, Some(tint)) => End::Tinted(Box::new(std::array::from_fn(|value| {
            shade(tint.rgb(), value as f64).map(|sample| rounded(invert(sample)))
        }))),
        (None, None) => {
            let table = std::array::from_fn(|value| rounded(invert(value as f64)));
            if request.grayscale && !request.sepia && colored { End::Gray(table) } else { End::Channels(table) }
        }
    };
    finished(raster, &curve, matrix.as_ref(), &end)
}

/// The picture by its curve, its matrix and its end.
fn finished(raster: Raster, curve: &[f64; 256], matrix: Option<&Matrix>, end: &End) -> Raster {
    let brightness = |matrix: Option<&Matrix>| match matrix {
        None => LUMA,
        Some(matrix) => std::array::from_fn(|from| (0..3).map(|to| LUMA[to] * matrix[to][from]).sum()),
    };
    match end {
        End::Channels(table) => match matrix {
            None => by_curve(raster, &curve.map(|value| table[usize::from(rounded(value))])),
            Some(matrix) => by_matrix(raster.colored(), curve, matrix, table),
        },
        // A gray pixel is its own brightness, whatever was mixed.
        End::Gray(table) if raster.channels <= 2 => {
            by_curve(raster, &curve.map(|value| table[usize::from(rounded(value))]))
        }
        End::Gray(table) => by_brightness(&raster, curve, brightness(matrix), &table.map(|sample| [sample])),
        End::Tinted(table) => by_brightness(&raster.colored(), curve, brightness(matrix), table),
    }
}

fn rounded(value: f64) -> u8 {
    value.round().clamp(0.0, 255.0) as u8
}

/// A shade of a color: from black through the color, at its own brightness, to white.
fn shade(color: [u8; 3], value: f64) -> [f64; 3] {
    let color = color.map(f64::from);
    let own = color.iter().zip(LUMA).map(|(sample, weight)| sample * weight).sum::<f64>();
    color.map(|sample| {
        if value < own {
            sample * value / own
        } else if own >= 255.0 {
            sample
        } else {
            sample + (255.0 - sample) * (value - own) / (255.0 - own)
        }
    })
}

fn saturation(s: f64) -> Matrix {
    [
        [0.213 + 0.787 * s, 0.715 - 0.715 * s, 0.072 - 0.072 * s],
        [0.213 - 0.213 * s, 0.715 + 0.285 * s, 0.072 - 0.072 * s],
        [0.213 - 0.213 * s, 0.715 - 0.715 * s, 0.072 + 0.928 * s],
    ]
}

fn hue(angle: f64) -> Matrix {
    let (sin, cos) = angle.sin_cos();
    [
        [0.213 + cos * 0.787 - sin * 0.213, 0.715 - cos * 0.715 - sin * 0.715, 0.072 - cos * 0.072 + sin * 0.928],
        [0.213 - cos * 0.213 + sin * 0.143, 0.715 + cos * 0.285 + sin * 0.140, 0.072 - cos * 0.072 - sin * 0.283],
        [0.213 - cos * 0.213 - sin * 0.787, 0.715 - cos * 0.715 + sin * 0.715, 0.072 + cos * 0.928 + sin * 0.072],
    ]
}

fn product(left: &Matrix, right: &Matrix) -> Matrix {
    std::array::from_fn(|row| {
        std::array::from_fn(|column| (0..3).map(|inner| left[row][inner] * right[inner][column]).sum())
    })
}

/// Darkest and lightest tone that counts.
fn ends(raster: &Raster) -> (u8, u8) {
    let mut counts = [0u64; 256];
    for pixel in raster.samples.chunks_exact(raster.channels) {
        if raster.has_alpha() && pixel[raster.channels - 1] == 0 {
            continue;
        }
        let value = match pixel {
            [gray] | [gray, _] => *gray,
            _ => ((u32::from(pixel[0]) * 2126 + u32::from(pixel[1]) * 7152 + u32::from(pixel[2]) * 722) / 10_000) as u8,
        };
        counts[usize::from(value)] += 1;
    }
    let left_out = counts.iter().sum::<u64>() / OUTLIERS;
    let end = |value: &dyn Fn(u8) -> u8| {
        let mut passed = 0;
        let found = (0..=255).map(value).find(|value| {
            passed += counts[usize::from(*value)];
            passed > left_out
        });
        found.unwrap_or(value(0))
    };
    (end(&|step| step), end(&|step| 255 - step))
}

/// Every color by a table.
fn by_curve(mut raster: Raster, table: &[u8; 256]) -> Raster {
    if table.iter().enumerate().all(|(sample, to)| sample == usize::from(*to)) {
        return raster;
    }
    if raster.has_alpha() {
        let last = raster.channels - 1;
        for pixel in raster.samples.chunks_exact_mut(raster.channels) {
            for sample in &mut pixel[..last] {
                *sample = table[usize::from(*sample)];
            }
        }
    } else {
        for sample in &mut raster.samples {
            *sample = table[usize::from(*sample)];
        }
    }
    raster
}

/// What each sample of a channel adds, with bits behind the point.
fn parts<const N: usize>(curve: &[f64; 256], weights: [f64; N]) -> [[i32; N]; 256] {
    curve.map(|value| weights.map(|weight| (value * weight * f64::from(1u32 << BITS)).round() as i32))
}

fn whole(sum: i32) -> usize {
    ((sum + (1 << (BITS - 1))) >> BITS).clamp(0, 255) as usize
}

fn by_matrix(mut raster: Raster, curve: &[f64; 256], matrix: &Matrix, table: &[u8; 256]) -> Raster {
    let [red, green, blue]: [_; 3] = std::array::from_fn(|from| {
        parts(curve, std::array::from_fn(|to: usize| if to < 3 { matrix[to][from] } else { 0.0 }))
    });
    let mixed = |pixel: &mut [u8]| {
        let (red, green, blue): ([i32; 4], [i32; 4], [i32; 4]) =
            (red[usize::from(pixel[0])], green[usize::from(pixel[1])], blue[usize::from(pixel[2])]);
        for channel in 0..3 {
            pixel[channel] = table[whole(red[channel] + green[channel] + blue[channel])];
        }
    };
    if raster.channels == 3 {
        raster.samples.as_chunks_mut::<3>().0.iter_mut().for_each(|pixel| mixed(pixel));
    } else {
        raster.samples.as_chunks_mut::<4>().0.iter_mut().for_each(|pixel| mixed(pixel));
    }
    raster
}

/// Every pixel by its brightness; alpha stays.
fn by_brightness<const N: usize>(
    raster: &Raster,
    curve: &[f64; 256],
    weights: [f64; 3],
    table: &[[u8; N]; 256],
) -> Raster {
    let [red, green, blue] = weights.map(|weight| parts(curve, [weight]));
    let value = |pixel: &[u8]| {
        let [red, green, blue] =
            [red[usize::from(pixel[0])][0], green[usize::from(pixel[1])][0], blue[usize::from(pixel[2])][0]];
        table[whole(red + green + blue)]
    };
    let (width, height) = (raster.width, raster.height);
    if raster.channels == 3 {
        let samples = raster.samples.as_chunks::<3>().0.iter().flat_map(|pixel| value(pixel)).collect();
        return Raster { width, height, channels: N, samples };
    }
    let mut samples = Vec::with_capacity(width * height * (N + 1));
    for pixel in raster.samples.as_chunks::<4>().0 {
        samples.extend_from_slice(&value(pixel));
        samples.push(pixel[3]);
    }
    Raster { width, height, channels: N + 1, samples }
}

/// A picture with less opacity.
pub(super) fn faded(raster: Raster, opacity: f64) -> Raster {
    let mut raster = raster.transparent();
    let table: [u8; 256] = std::array::from_fn(|alpha| rounded(alpha as f64 * opacity));
    let channels = raster.channels;
    for pixel in raster.samples.chunks_exact_mut(channels) {
        pixel[channels - 1] = table[usize::from(pixel[channels - 1])];
    }
    raster
}
