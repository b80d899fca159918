//! The planes of a JPEG, each of its own size.

use image::metadata::Orientation::{
    self, FlipHorizontal, FlipVertical, NoTransforms, Rotate90, Rotate90FlipH, Rotate180, Rotate270, Rotate270FlipH,
};
use image::{DynamicImage, GrayImage, RgbImage};

use crate::kernel::{Part, plane_at};
use crate::turn::turned;

/// Luma and the two chroma planes, full range BT.601 (JFIF). Each may have a size of its own.
#[derive(Debug, Clone)]
pub struct Planes {
    /// Luma.
    pub luma: Plane,
    /// Cb and Cr; `None` when the picture is grayscale.
    pub chroma: Option<[Plane; 2]>,
}

/// One plane. A JPEG decoded at an eighth of its size ends in a sample that the picture covers only in part.
#[derive(Debug, Clone)]
pub struct Plane {
    /// Its samples.
    pub samples: GrayImage,
    /// The part of them that is the picture.
    pub part: Part,
}

impl Plane {
    /// A plane all of which is the picture.
    pub(crate) fn whole(samples: GrayImage) -> Self {
        let part = Part::all(samples.dimensions());
        Self { samples, part }
    }

    /// Turned as EXIF says.
    pub(crate) fn turned(self, orientation: Orientation) -> Self {
        let (width, height) = (f64::from(self.samples.width()), f64::from(self.samples.height()));
        let mirrored = |part: Part| Part { x: width - part.x - part.width, ..part };
        let upside_down = |part: Part| Part { y: height - part.y - part.height, ..part };
        let swapped = |part: Part| Part { x: part.y, y: part.x, width: part.height, height: part.width };
        let part = match orientation {
            NoTransforms => return self,
            FlipHorizontal => mirrored(self.part),
            FlipVertical => upside_down(self.part),
            Rotate180 => mirrored(upside_down(self.part)),
            Rotate90 => swapped(upside_down(self.part)),
            Rotate270 => swapped(mirrored(self.part)),
            Rotate90FlipH => swapped(self.part),
            Rotate270FlipH => swapped(mirrored(upside_down(self.part))),
        };
        Self { samples: turned(self.samples.into(), orientation).into_luma8(), part }
    }

    /// A part of it, which lies inside; where a sample stands for several pixels, with those beside it, of which the pixels
    /// at the edges are mixed.
    fn cut(&self, part: Part, shared: bool) -> Self {
        let more = f64::from(u8::from(shared));
        let span = |start: f64, length: f64, side: u32| {
            let first = (start.floor() - more).max(0.0);
            let end = ((start + length).ceil() + more).min(f64::from(side));
            (first as usize, (end - first) as usize)
        };
        let (left, width) = span(part.x, part.width, self.samples.width());
        let (top, height) = span(part.y, part.height, self.samples.height());
        let rows = self.samples.chunks_exact(self.samples.width() as usize).skip(top).take(height);
        let mut samples = Vec::with_capacity(width * height);
        rows.for_each(|row| samples.extend_from_slice(&row[left..left + width]));
        let samples = GrayImage::from_raw(width as u32, height as u32, samples).expect("a byte a sample");
        Self { samples, part: Part { x: part.x - left as f64, y: part.y - top as f64, ..part } }
    }

    /// Column and row of the first sample of the picture, if there is one sample for every `across` by `down` pixels from
    /// there on.
    pub(crate) fn divided(&self, (width, height): (u32, u32), across: u32, down: u32) -> Option<(usize, usize)> {
        let part = self.part;
        let covers = |length: f64, side: u32, by: u32| (length * f64::from(by) - f64::from(side)).abs() < 1e-6;
        let divides = covers(part.width, width, across) && covers(part.height, height, down);
        let whole = part.x.fract() == 0.0 && part.y.fract() == 0.0;
        let (left, top) = (part.x as u32, part.y as u32);
        let inside = left + width.div_ceil(across) <= self.samples.width()
            && top + height.div_ceil(down) <= self.samples.height();
        (divides && whole && inside).then_some((left as usize, top as usize))
    }

    /// Whether it has a sample for every pixel, and no others.
    pub(crate) fn is_full(&self, size: (u32, u32)) -> bool {
        self.samples.dimensions() == size && self.divided(size, 1, 1) == Some((0, 0))
    }
}

impl Planes {
    pub(crate) fn turned(self, orientation: Orientation) -> Self {
        self.map(|plane| plane.turned(orientation))
    }

    /// A part of the picture, which lies inside.
    pub(crate) fn cut(self, (x, y): (u32, u32), (width, height): (u32, u32)) -> Self {
        let whole = self.luma.part;
        self.map(|plane| {
            let (across, down) = (plane.part.width / whole.width, plane.part.height / whole.height);
            let part = Part {
                x: plane.part.x + f64::from(x) * across,
                y: plane.part.y + f64::from(y) * down,
                width: f64::from(width) * across,
                height: f64::from(height) * down,
            };
            plane.cut(part, (across, down) != (1.0, 1.0))
        })
    }

    fn map(self, change: impl Fn(Plane) -> Plane) -> Self {
        Self { luma: change(self.luma), chroma: self.chroma.map(|chroma| chroma.map(change)) }
    }

    /// RGB, or gray.
    pub(crate) fn into_raster(self) -> DynamicImage {
        let luma = self.luma.samples;
        let (width, height) = luma.dimensions();
        let Some(chroma) = self.chroma else { return DynamicImage::ImageLuma8(luma) };
        let [blue, red] = chroma.map(|plane| ChromaRows::of(plane, (width, height)));
        let mut rgb = vec![0; luma.len() * 3];
        let mut colors = [vec![0; width as usize], vec![0; width as usize]];
        let rows = luma.chunks_exact(width as usize).zip(rgb.chunks_exact_mut(3 * width as usize));
        for (y, (luma, rgb)) in rows.enumerate() {
            let [blues, reds] = &mut colors;
            let samples = luma.iter().zip(blue.row(y, blues)).zip(red.row(y, reds));
            for (pixel, ((&y, &cb), &cr)) in rgb.as_chunks_mut::<3>().0.iter_mut().zip(samples) {
                *pixel = rgb_of(y, cb, cr);
            }
        }
        RgbImage::from_raw(width, height, rgb).expect("three bytes a pixel").into()
    }
}

/// A plane of color, to be had row by row with a sample for every pixel.
enum ChromaRows {
    /// It has them.
    Full(GrayImage),
    /// It has one for two pixels across, and one for so many rows, 1 or 2, from a column and row on: between them lie three
    /// quarters of the nearer and one of the other, as in libjpeg.
    Half(GrayImage, usize, (usize, usize)),
}

impl ChromaRows {
    fn of(plane: Plane, size: (u32, u32)) -> Self {
        if plane.is_full(size) {
            return Self::Full(plane.samples);
        }
        let half = [2, 1].into_iter().find_map(|rows| Some((rows, plane.divided(size, 2, rows)?)));
        match half {
            Some((rows, first)) => Self::Half(plane.samples, rows as usize, first),
            None => Self::Full(plane_at(&plane.samples, plane.part, size)),
        }
    }

    fn row<'a>(&'a self, y: usize, made: &'a mut [u8]) -> &'a [u8] {
        let at =
            |plane: &'a GrayImage, y: usize| &plane.as_raw()[y * plane.width() as usize..][..plane.width() as usize];
        let (plane, rows, (left, top)) = match self {
            Self::Full(plane) => return at(plane, y),
            Self::Half(plane, rows, first) => (plane, *rows, *first),
        };
        let here = top + y / rows;
        let near = at(plane, here);
        let far = match rows {
            1 => near,
            _ if y.is_multiple_of(2) => at(plane, here.saturating_sub(1)),
            _ => at(plane, (here + 1).min(plane.height() as usize - 1)),
        };
        let mixed = |index: usize| 3 * u16::from(near[index]) + u16::from(far[index]);
        let between = |near: u16, far: u16| ((3 * near + far + 8) >> 4) as u8;
        let (mut before, mut here) = (mixed(left.saturating_sub(1)), mixed(left));
        let ends = made.len() / 2;
        for (index, pair) in made.as_chunks_mut::<2>().0.iter_mut().enumerate() {
            let after = mixed((left + index + 1).min(near.len() - 1));
            *pair = [between(here, before), between(here, after)];
            (before, here) = (here, after);
        }
        if let Some(last) = made.get_mut(2 * ends) {
            *last = between(here, before);
        }
        made
    }
}

/// RGB of a pixel in full-range BT.601, rounded: JFIF 1.02, "Conversion to and from RGB".
pub(crate) fn rgb_of(y: u8, cb: u8, cr: u8) -> [u8; 3] {
    const HALF: i32 = 1 << 15;
    let (y, cb, cr) = (i32::from(y) << 16, i32::from(cb) - 128, i32::from(cr) - 128);
    let clamp = |value: i32| ((value + HALF) >> 16).clamp(0, 255) as u8;
    [clamp(y + 91_881 * cr), clamp(y - 22_554 * cb - 46_802 * cr), clamp(y + 116_130 * cb)]
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The part of a plane goes where its pixels go.
    #[test]
    fn a_part_turns_with_its_plane() {
        for number in 1..=8 {
            let orientation = Orientation::from_exif(number).unwrap();
            let inside = |x: u32, y: u32| x < 3 && y < 2;
            let samples = GrayImage::from_fn(5, 4, |x, y| image::Luma([u8::from(inside(x, y))]));
            let plane = Plane { samples, part: Part { x: 0.0, y: 0.0, width: 3.0, height: 2.0 } };
            let plane = plane.turned(orientation);
            let part = plane.part;
            let (right, bottom) = (part.x + part.width, part.y + part.height);
            for (x, y, pixel) in plane.samples.enumerate_pixels() {
                let (x, y) = (f64::from(x) + 0.5, f64::from(y) + 0.5);
                let inside = (part.x..right).contains(&x) && (part.y..bottom).contains(&y);
                assert_eq!(pixel.0[0], u8::from(inside), "{orientation:?} at {x}, {y}");
            }
        }
    }
    /// Planes of which colors have one sample for so many pixels across and down.
    fn planes((width, height): (u32, u32), across: u32, down: u32) -> Planes {
        let waves = |width: u32, height: u32, speed: f64| {
            GrayImage::from_fn(width, height, |x, y| {
                image::Luma([(128.0 + 100.0 * (f64::from(x) * speed + f64::from(y) * speed * 0.7).sin()) as u8])
            })
        };
        let part = Part {
            x: 0.0,
            y: 0.0,
            width: f64::from(width) / f64::from(across),
            height: f64::from(height) / f64::from(down),
        };
        let color = |speed| Plane { samples: waves(width.div_ceil(across), height.div_ceil(down), speed), part };
        Planes { luma: Plane::whole(waves(width, height, 0.3)), chroma: Some([color(0.4), color(0.25)]) }
    }

    /// Rows of color are what a resize makes of the whole plane.
    #[test]
    fn colors_come_row_by_row_as_they_come_resized() {
        for (across, down) in [(1, 1), (2, 2), (2, 1), (1, 2), (4, 1)] {
            for size in [(1, 1), (2, 1), (1, 2), (3, 3), (16, 8), (17, 9), (40, 31)] {
                let [plane, _] = planes(size, across, down).chroma.unwrap();
                let whole = plane_at(&plane.samples, plane.part, size);
                let colors = ChromaRows::of(plane, size);
                assert_eq!(matches!(colors, ChromaRows::Half(..)), across == 2, "{across} {down} {size:?}");
                let mut made = vec![0; size.0 as usize];
                for (y, row) in whole.chunks_exact(size.0 as usize).enumerate() {
                    for (found, expected) in colors.row(y, &mut made).iter().zip(row) {
                        assert!(found.abs_diff(*expected) <= 1, "row {y} of {size:?}, {across} x {down}");
                    }
                }
            }
        }
    }

    /// A part of the planes shows what that part of the picture shows.
    #[test]
    fn a_part_of_planes_is_that_part_of_the_picture() {
        for (across, down) in [(1, 1), (2, 2), (2, 1), (1, 2), (4, 1)] {
            let whole = planes((61, 45), across, down);
            let picture = whole.clone().into_raster();
            for (at, size) in
                [((0, 0), (61, 45)), ((8, 4), (20, 30)), ((9, 5), (21, 17)), ((60, 44), (1, 1)), ((3, 2), (57, 43))]
            {
                let part = whole.clone().cut(at, size);
                assert_eq!(part.luma.samples.dimensions(), size);
                let expected = picture.crop_imm(at.0, at.1, size.0, size.1).into_rgb8();
                let made = part.into_raster().into_rgb8();
                assert_eq!(made.dimensions(), size);
                for (x, y, pixel) in made.enumerate_pixels() {
                    for (found, expected) in pixel.0.iter().zip(expected.get_pixel(x, y).0) {
                        let place = format!("{x}, {y} of {size:?} at {at:?}, {across} x {down}");
                        assert!(found.abs_diff(expected) <= 3, "{place}: {pixel:?}");
                    }
                }
            }
        }
    }
}
