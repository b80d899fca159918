//! Pixels turned and mirrored.

use std::cmp::Ordering;
use std::ops::Range;

use crate::color::Color;
use crate::raster::Raster;

/// Parts of a pixel in which places between pixels are counted.
const ONE: i64 = 1 << 16;
/// Parts of a pixel by which pixels are mixed.
const WEIGHT: u32 = 8;
const ALL: u32 = 1 << WEIGHT;

/// Quarter turns, where an angle is nothing else.
pub(crate) fn quarters(angle: f64) -> Option<u8> {
    let quarters = angle.rem_euclid(360.0) / 90.0;
    let whole = quarters.round();
    ((quarters - whole).abs() < 1e-9).then_some(whole as u8 % 4)
}

/// Width and height of a picture that was turned.
pub(crate) fn turned_size((width, height): (u32, u32), angle: f64) -> (u32, u32) {
    match quarters(angle) {
        Some(0 | 2) => (width, height),
        Some(_) => (height, width),
        None => {
            let (sin, cos) = angle.to_radians().sin_cos();
            let (width, height) = (f64::from(width), f64::from(height));
            // A hair less, so that what is whole but for rounding does not grow by a pixel.
            let side = |length: f64| (length - 1e-6).ceil().max(1.0) as u32;
            (side(width * cos.abs() + height * sin.abs()), side(width * sin.abs() + height * cos.abs()))
        }
    }
}

/// A picture turned clockwise about its middle; what was not part of it is of a color.
pub(crate) fn turned(raster: Raster, angle: f64, corners: Color) -> Raster {
    if let Some(quarters) = quarters(angle) {
        return Raster::of(pictures::turned(raster.into_image(), pictures::orientation(false, false, quarters)));
    }
    let raster = raster.holding(corners);
    match raster.channels {
        1 => slanted::<1>(&raster, angle, corners),
        2 => slanted::<2>(&raster, angle, corners),
        3 => slanted::<3>(&raster, angle, corners),
        _ => slanted::<4>(&raster, angle, corners),
    }
}

/// Any angle: each pixel of the result is mixed of the four around its place in the source.
fn slanted<const N: usize>(raster: &Raster, angle: f64, corners: Color) -> Raster {
    let (width, height) = turned_size((raster.width as u32, raster.height as u32), angle);
    let corner: [u8; N] = corners.samples(N).try_into().expect("as many samples as channels");
    let mut result = Raster::filled(width, height, &corner);
    let source = raster.samples.as_chunks::<N>().0;
    let (columns, rows) = (raster.width as i64, raster.height as i64);
    let (sin, cos) = angle.to_radians().sin_cos();
    let fixed = |value: f64| (value * ONE as f64).round() as i64;
    let (step_x, step_y) = (fixed(cos), fixed(-sin));
    let pixel_at = |x: i64, y: i64| {
        let inside = (0..columns).contains(&x) && (0..rows).contains(&y);
        if inside { source[(y * columns + x) as usize] } else { corner }
    };
    for (y, row) in result.samples.chunks_exact_mut(width as usize * N).enumerate() {
        // The middle of the row's first pixel, seen from the middle of the result, turned back.
        let (from_x, from_y) = (0.5 - f64::from(width) / 2.0, y as f64 + 0.5 - f64::from(height) / 2.0);
        let start_x = fixed(from_x * cos + from_y * sin + raster.width as f64 / 2.0 - 0.5);
        let start_y = fixed(-from_x * sin + from_y * cos + raster.height as f64 / 2.0 - 0.5);
        let row = row.as_chunks_mut::<N>().0;
        let parts = |at: i64| ((at & (ONE - 1)) >> (16 - WEIGHT)) as u32;
        let place = |index: usize| (start_x + index as i64 * step_x, start_y + index as i64 * step_y);
        // All four pixels are there; or at least one of them.
        let reach = |before: i64, after: i64| {
            let across = within(start_x + before, step_x, (columns - 1 + after) * ONE, row.len());
            let down = within(start_y + before, step_y, (rows - 1 + after) * ONE, row.len());
            let start = across.start.max(down.start);
            start..across.end.min(down.end).max(start)
        };
        let (inside, touched) = (reach(0, 0), reach(ONE, 2));
        let edges = touched.start..inside.start.min(touched.end);
        for index in edges.chain(inside.end.max(touched.start)..touched.end) {
            let (at_x, at_y) = place(index);
            let (x, y) = (at_x.div_euclid(ONE), at_y.div_euclid(ONE));
            let (above, below) = ([pixel_at(x, y), pixel_at(x + 1, y)], [pixel_at(x, y + 1), pixel_at(x + 1, y + 1)]);
            row[index] = mixed(above.as_flattened(), below.as_flattened(), parts(at_x), parts(at_y));
        }
        let (mut at_x, mut at_y) = place(inside.start);
        for pixel in &mut row[inside] {
            let start = ((at_y >> 16) * columns + (at_x >> 16)) as usize * N;
            let above = &raster.samples[start..start + 2 * N];
            let below = &raster.samples[start + raster.stride()..][..2 * N];
            *pixel = mixed(above, below, parts(at_x), parts(at_y));
            at_x += step_x;
            at_y += step_y;
        }
    }
    result
}

/// Which steps from a start lie between 0 and an end, of so many.
fn within(start: i64, step: i64, end: i64, count: usize) -> Range<usize> {
    // The first step at or beyond a bound, in the direction of the steps.
    let first = |bound: i64| {
        let (distance, step) = if step > 0 { (bound - start, step) } else { (start - bound, -step) };
        distance.div_euclid(step) + i64::from(distance.rem_euclid(step) > 0)
    };
    let steps = match step.cmp(&0) {
        Ordering::Greater => first(0)..first(end),
        Ordering::Less => first(end - 1)..first(-1),
        Ordering::Equal if (0..end).contains(&start) => 0..count as i64,
        Ordering::Equal => 0..0,
    };
    let bound = |step: i64| step.clamp(0, count as i64) as usize;
    bound(steps.start)..bound(steps.end).max(bound(steps.start))
}

/// Two pixels above and two below mixed into one; colors by how opaque they are. In plain loops: what arrays offer
/// instead is not inlined here, and this is done for every pixel.
#[inline(always)]
fn mixed<const N: usize>(above: &[u8], below: &[u8], x: u32, y: u32) -> [u8; N] {
    let (above, below) = (&above[..2 * N], &below[..2 * N]);
    let mut pixel = [0; N];
    if N % 2 == 1 {
        for channel in 0..N {
            let upper = u32::from(above[channel]) * (ALL - x) + u32::from(above[channel + N]) * x;
            let lower = u32::from(below[channel]) * (ALL - x) + u32::from(below[channel + N]) * x;
            pixel[channel] = ((upper * (ALL - y) + lower * y + ALL * ALL / 2) >> (2 * WEIGHT)) as u8;
        }
        return pixel;
    }
    let last = N - 1;
    // How opaque each of the four is, by its weight: less than 2^24 together, so that 32 bits hold it times a sample.
    let e = u32::from(above[last]) * (ALL - x) * (ALL - y);
    let f = u32::from(above[last + N]) * x * (ALL - y);
    let g = u32::from(below[last]) * (ALL - x) * y;
    let h = u32::from(below[last + N]) * x * y;
    let opaque = e + f + g + h;
    if opaque == 0 {
        return pixel;
    }
    for channel in 0..last {
        let upper = u32::from(above[channel]) * e + u32::from(above[channel + N]) * f;
        let lower = u32::from(below[channel]) * g + u32::from(below[channel + N]) * h;
        pixel[channel] = ((upper + lower + opaque / 2) / opaque) as u8;
    }
    pixel[last] = ((opaque + ALL * ALL / 2) >> (2 * WEIGHT)) as u8;
    pixel
}

#[cfg(test)]
mod tests {
    use super::*;

    fn numbered(width: usize, height: usize, channels: usize) -> Raster {
        let samples = (0..width * height * channels).map(|sample| (sample * 7 % 251) as u8).collect();
        Raster { width, height, channels, samples }
    }

    #[test]
    fn four_quarters_are_a_whole_turn() {
        for channels in 1..=4 {
            let raster = numbered(70, 33, channels);
            let quarter = turned(raster.clone(), 90.0, Color::BLACK);
            assert_eq!((quarter.width, quarter.height), (33, 70));
            assert_eq!(quarter.samples[..channels], raster.samples[32 * 70 * channels..][..channels]);
            let back = turned(quarter.clone(), -90.0, Color::BLACK);
            assert_eq!(back, raster);
            assert_eq!(turned(quarter, 90.0, Color::BLACK), turned(raster, 540.0, Color::BLACK));
        }
    }

    #[test]
    fn a_slanted_picture_keeps_its_color_and_gets_corners() {
        let red = Color { red: 255, green: 0, blue: 0, alpha: 255 };
        for channels in [1, 2, 3, 4] {
            let mut raster = Raster::filled(40, 20, &[90, 90, 90, 255][..channels]);
            if channels == 2 {
                raster = Raster::filled(40, 20, &[90, 255]);
            }
            let slanted = turned(raster.clone(), 30.0, red);
            assert_eq!((slanted.width, slanted.height), (45, 38));
            let middle = slanted.samples.chunks_exact(slanted.channels).nth(19 * 45 + 22).unwrap();
            assert_eq!(middle[..3], [90, 90, 90]);
            assert_eq!(slanted.samples[..3], [255, 0, 0]);
            let clear = turned(raster, 30.0, Color::TRANSPARENT);
            assert!(clear.has_alpha() && clear.samples[clear.channels - 1] == 0);
            // No edge is darker than the picture: colors are mixed by how opaque they are.
            assert!(
                clear
                    .samples
                    .chunks_exact(clear.channels)
                    .all(|pixel| pixel[clear.channels - 1] == 0 || pixel[0] == 90)
            );
        }
    }

    #[test]
    fn steps_are_found_as_counting_finds_them() {
        for start in -20..20 {
            for step in -4..=4 {
                for end in -1..9 {
                    let counted: Vec<usize> =
                        (0..12).filter(|index| (0..end).contains(&(start + *index as i64 * step))).collect();
                    assert_eq!(within(start, step, end, 12).collect::<Vec<_>>(), counted, "{start} {step} {end}");
                }
            }
        }
    }

    #[test]
    fn nothing_is_too_small_to_turn() {
        for angle in [0.0, 1.0, 45.0, 89.999_999_999_9, 90.0, 123.456, -0.0, 360.0] {
            let turned = turned(numbered(1, 1, 3), angle, Color::WHITE);
            assert_eq!(turned_size((1, 1), angle), (turned.width as u32, turned.height as u32));
        }
    }
}
