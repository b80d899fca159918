//! The median, smoothing, rotation, a border.

use pictures::image::{GrayImage, imageops};

use super::transform::Transform;

/// What lies outside a picture.
const PAPER: u8 = 255;

/// Each pixel the median of itself and its eight neighbors; the outermost stay.
pub(crate) fn median(gray: &GrayImage) -> GrayImage {
    let (width, height) = (gray.width() as usize, gray.height() as usize);
    let mut made = gray.clone();
    if width < 3 || height < 3 {
        return made;
    }
    let source = gray.as_raw();
    for (y, row) in made.chunks_exact_mut(width).enumerate().take(height - 1).skip(1) {
        let above = &source[(y - 1) * width..y * width];
        let here = &source[y * width..(y + 1) * width];
        let below = &source[(y + 1) * width..(y + 2) * width];
        for (x, value) in row.iter_mut().enumerate().take(width - 1).skip(1) {
            // Of each column its lowest, middle and highest: the median of nine is that of the highest of the lowest, the
            // middle of the middles and the lowest of the highest.
            let column = |x: usize| sorted(above[x], here[x], below[x]);
            let [left, center, right] = [column(x - 1), column(x), column(x + 1)];
            let lowest = left.0.max(center.0).max(right.0);
            let middle = sorted(left.1, center.1, right.1).1;
            let highest = left.2.min(center.2).min(right.2);
            *value = sorted(lowest, middle, highest).1;
        }
    }
    made
}

fn sorted(a: u8, b: u8, c: u8) -> (u8, u8, u8) {
    let (low, high) = (a.min(b), a.max(b));
    (low.min(c), low.max(high.min(c)), high.max(c))
}

/// The picture smoothed by a Gaussian of one pixel: the weights 1, 4, 6, 4, 1 across and down have its variance.
pub(crate) fn smoothed(gray: &GrayImage) -> GrayImage {
    let (width, height) = (gray.width() as usize, gray.height() as usize);
    let mut made = gray.clone();
    if width < 5 || height < 5 {
        return made;
    }
    let source = gray.as_raw();
    let mut column = vec![0u16; width];
    for (y, line) in made.chunks_exact_mut(width).enumerate() {
        // Beyond the edge lies what is at the edge.
        let row = |from: isize| {
            let y = y.saturating_add_signed(from).min(height - 1);
            &source[y * width..(y + 1) * width]
        };
        let rows = [row(-2), row(-1), row(0), row(1), row(2)];
        for (x, sum) in column.iter_mut().enumerate() {
            let [a, b, c, d, e] = rows.map(|row| u16::from(row[x]));
            *sum = a + e + 4 * (b + d) + 6 * c;
        }
        for (x, value) in line.iter_mut().enumerate() {
            let at = |from: isize| u32::from(column[x.saturating_add_signed(from).min(width - 1)]);
            *value = ((at(-2) + at(2) + 4 * (at(-1) + at(1)) + 6 * at(0) + 128) >> 8) as u8;
        }
    }
    made
}

/// The picture turned clockwise by some degrees, in a larger one, and how its pixels lie in the one before: lines that rose by as
/// much are level then.
pub(crate) fn rotated(gray: &GrayImage, degrees: f64) -> (GrayImage, Transform) {
    let (sine, cosine) = degrees.to_radians().sin_cos();
    let (width, height) = (f64::from(gray.width()), f64::from(gray.height()));
    let across = (width * cosine.abs() + height * sine.abs()).ceil();
    let down = (width * sine.abs() + height * cosine.abs()).ceil();
    // From the turned picture back: counterclockwise, in coordinates that run down.
    let (x, y) = ((cosine, -sine), (sine, cosine));
    let origin =
        (width / 2.0 - x.0 * across / 2.0 - y.0 * down / 2.0, height / 2.0 - x.1 * across / 2.0 - y.1 * down / 2.0);
    let back = Transform::of(x, y, origin);
    let mut made = GrayImage::from_pixel(across as u32, down as u32, [PAPER].into());
    let (columns, rows) = (gray.width() as usize, gray.height() as usize);
    let source = gray.as_raw();
    for (row, line) in made.chunks_exact_mut((across as usize).max(1)).enumerate() {
        let (mut from_x, mut from_y) = back.point(0.5, row as f64 + 0.5);
        (from_x, from_y) = (from_x - 0.5, from_y - 0.5);
        for value in line {
            if from_x >= 0.0 && from_y >= 0.0 {
                let (left, top) = (from_x as usize, from_y as usize);
                if left + 1 < columns && top + 1 < rows {
                    let at = top * columns + left;
                    let (share, below) =
                        (((from_x - left as f64) * 256.0) as u32, ((from_y - top as f64) * 256.0) as u32);
                    let mixed = |at: usize| u32::from(source[at]) * (256 - share) + u32::from(source[at + 1]) * share;
                    *value = ((mixed(at) * (256 - below) + mixed(at + columns) * below) >> 16) as u8;
                }
            }
            from_x += x.0;
            from_y += x.1;
        }
    }
    (made, back)
}

/// The picture with so many white pixels around it.
pub(crate) fn bordered(gray: &GrayImage, border: u32) -> (GrayImage, Transform) {
    let mut made = GrayImage::from_pixel(gray.width() + 2 * border, gray.height() + 2 * border, [PAPER].into());
    imageops::replace(&mut made, gray, i64::from(border), i64::from(border));
    (made, Transform::shift(-f64::from(border), -f64::from(border)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_median_is_that_of_nine() {
        let gray = GrayImage::from_fn(7, 6, |x, y| [((x * 37 + y * 101) % 251) as u8].into());
        let made = median(&gray);
        for (x, y) in (1..6).flat_map(|x| (1..5).map(move |y| (x, y))) {
            let mut near: Vec<u8> = (0..9).map(|at| gray.get_pixel(x + at % 3 - 1, y + at / 3 - 1)[0]).collect();
            near.sort_unstable();
            assert_eq!(made.get_pixel(x, y)[0], near[4], "{x} {y}");
        }
    }

    #[test]
    fn smoothing_spreads_a_point_and_keeps_what_is_even() {
        let even = GrayImage::from_pixel(9, 7, [201].into());
        assert_eq!(smoothed(&even), even);
        let point = GrayImage::from_fn(9, 7, |x, y| [if (x, y) == (4, 3) { 255 } else { 0 }].into());
        let made = smoothed(&point);
        let row = |y: u32| (2..7).map(|x| made.get_pixel(x, y)[0]).collect::<Vec<u8>>();
        assert_eq!((row(1), row(3)), (vec![1, 4, 6, 4, 1], vec![6, 24, 36, 24, 6]));
    }

    #[test]
    fn a_turned_picture_knows_where_its_pixels_were() {
        let gray =
            GrayImage::from_fn(200, 100, |x, y| [if x > 150 && x < 160 && y > 20 && y < 30 { 0 } else { 255 }].into());
        let (made, back) = rotated(&gray, 10.0);
        let dark = made.enumerate_pixels().filter(|(_, _, value)| value[0] < 100);
        let places: Vec<(f64, f64)> =
            dark.map(|(x, y, _)| back.point(f64::from(x) + 0.5, f64::from(y) + 0.5)).collect();
        assert!(places.len() > 50, "{}", places.len());
        assert!(places.iter().all(|(x, y)| (150.0..161.0).contains(x) && (20.0..31.0).contains(y)), "{places:?}");
        // Clockwise: what was on the right goes down.
        let (_, y, _) = made.enumerate_pixels().find(|(_, _, value)| value[0] < 100).unwrap();
        assert!(y > 40, "{y}");
    }
}
