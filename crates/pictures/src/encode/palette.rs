//! A few colors that stand for many: exact where there are few, else chosen to be wrong by as little as possible.
//!
//! Colors are counted in cubes of 8 x 8 x 8. The cubes are split where their colors differ most (Heckbert 1982, with the
//! variance of Wu 1991), then each chosen color moves to the middle of those it stands for (Lloyd 1982).

use image::{Rgba, RgbaImage};

/// Bits of a channel that are counted apart.
const BITS: u32 = 5;
const CUBES: usize = 1 << (3 * BITS);
/// How often chosen colors move.
const ROUNDS: usize = 3;

/// Colors counted over pictures.
pub(super) struct Histogram {
    cubes: Vec<[u64; 4]>,
}

/// Chosen colors, and which of them is nearest to each cube.
pub(super) struct Palette {
    pub(super) colors: Vec<[u8; 3]>,
    nearest: Vec<u8>,
}

fn cube([red, green, blue]: [u8; 3]) -> usize {
    let part = |value: u8| usize::from(value >> (8 - BITS));
    part(red) << (2 * BITS) | part(green) << BITS | part(blue)
}

fn distance(a: [i32; 3], b: [i32; 3]) -> i32 {
    // Eyes see green best: weights near those of luma.
    let [red, green, blue] = [a[0] - b[0], a[1] - b[1], a[2] - b[2]];
    3 * red * red + 6 * green * green + blue * blue
}

impl Histogram {
    pub(super) fn new() -> Self {
        Self { cubes: vec![[0; 4]; CUBES] }
    }

    /// Counts a picture's colors; what cannot be seen is left out.
    pub(super) fn count(&mut self, pixels: &RgbaImage) {
        for Rgba([red, green, blue, alpha]) in pixels.pixels() {
            if *alpha >= super::gif::VISIBLE {
                let cube = &mut self.cubes[cube([*red, *green, *blue])];
                for (sum, value) in cube.iter_mut().zip([1, *red, *green, *blue]) {
                    *sum += u64::from(value);
                }
            }
        }
    }

    /// At most so many colors.
    pub(super) fn palette(&self, most: usize) -> Palette {
        let mut found: Vec<([i32; 3], u64)> = Vec::new();
        for [count, sums @ ..] in self.cubes.iter().filter(|cube| cube[0] > 0) {
            found.push((sums.map(|sum| (sum / count) as i32), *count));
        }
        let mut colors = split(&mut found, most);
        for _ in 0..ROUNDS {
            let mut sums = vec![[0u64; 4]; colors.len()];
            for (color, count) in &found {
                let sum = &mut sums[nearest(&colors, *color)];
                sum[0] += count;
                for (sum, value) in sum[1..].iter_mut().zip(color) {
                    *sum += count * *value as u64;
                }
            }
            for (color, [count, sums @ ..]) in colors.iter_mut().zip(sums).filter(|(_, sums)| sums[0] > 0) {
                *color = sums.map(|sum| (sum / count) as i32);
            }
        }
        let middle = |index: usize, shift: u32| ((index >> shift & ((1 << BITS) - 1)) << (8 - BITS) | 4) as i32;
        let nearest = (0..CUBES)
            .map(|index| nearest(&colors, [middle(index, 2 * BITS), middle(index, BITS), middle(index, 0)]) as u8)
            .collect();
        Palette { colors: colors.into_iter().map(|color| color.map(|value| value as u8)).collect(), nearest }
    }
}

fn nearest(colors: &[[i32; 3]], color: [i32; 3]) -> usize {
    let distances = colors.iter().enumerate().map(|(index, known)| (distance(*known, color), index));
    distances.min().map_or(0, |(_, index)| index)
}

/// The means of boxes that are split until there are enough of them.
fn split(colors: &mut [([i32; 3], u64)], most: usize) -> Vec<[i32; 3]> {
    let mut boxes = vec![(spread(colors), 0..colors.len())];
    while boxes.len() < most {
        let widest = boxes.iter().enumerate().max_by(|(_, a), (_, b)| a.0.1.total_cmp(&b.0.1));
        let Some((place, ((axis, _), range))) = widest.map(|(place, found)| (place, found.clone())) else { break };
        if range.len() < 2 {
            break;
        }
        let part = &mut colors[range.clone()];
        part.sort_unstable_by_key(|(color, _)| color[axis]);
        let mean = mean(part)[axis];
        // At the mean, but never with nothing on one side.
        let cut = part.partition_point(|(color, _)| color[axis] <= mean).clamp(1, part.len() - 1);
        let (low, high) = (range.start..range.start + cut, range.start + cut..range.end);
        boxes[place] = (spread(&colors[low.clone()]), low);
        boxes.push((spread(&colors[high.clone()]), high));
    }
    boxes.into_iter().filter(|(_, range)| !range.is_empty()).map(|(_, range)| mean(&colors[range])).collect()
}

fn mean(colors: &[([i32; 3], u64)]) -> [i32; 3] {
    let all: u64 = colors.iter().map(|(_, count)| count).sum();
    [0, 1, 2].map(|axis| {
        let sum: u64 = colors.iter().map(|(color, count)| color[axis] as u64 * count).sum();
        (sum / all.max(1)) as i32
    })
}

/// The axis along which colors differ most, and by how much in all.
fn spread(colors: &[([i32; 3], u64)]) -> (usize, f64) {
    if colors.len() < 2 {
        return (0, 0.0);
    }
    let mean = mean(colors);
    let along = |axis: usize| {
        let weight = [3.0, 6.0, 1.0][axis];
        let squares = colors.iter().map(|(color, count)| f64::from(color[axis] - mean[axis]).powi(2) * *count as f64);
        weight * squares.sum::<f64>()
    };
    [0, 1, 2].map(|axis| (axis, along(axis))).into_iter().max_by(|a, b| a.1.total_cmp(&b.1)).unwrap_or((0, 0.0))
}

impl Palette {
    /// Colors that are few enough to be kept as they are.
    pub(super) fn exact(colors: Vec<[u8; 3]>) -> Self {
        Self { colors, nearest: Vec::new() }
    }

    pub(super) fn is_exact(&self) -> bool {
        self.nearest.is_empty()
    }

    /// The place of the nearest color.
    pub(super) fn nearest(&self, color: [u8; 3]) -> u8 {
        match self.is_exact() {
            true => self.colors.binary_search(&color).map_or(0, |place| place as u8),
            false => self.nearest[cube(color)],
        }
    }
}
