//! Uneven light: the brightness of the paper, tile by tile, and a picture with it evened out.

use pictures::image::GrayImage;

/// Tiles along the longer side.
const TILES: u32 = 48;
/// Pixels of a tile at least along a side.
const SMALLEST: u32 = 16;
/// Of the pixels of a tile, so many of a hundred are darker than what is taken for paper.
const PAPER: u32 = 85;
/// The darkest and the lightest paper differ by at least so much.
const UNEVEN: i32 = 60;
/// Between neighboring tiles light changes by at most so much, save for a few.
const SMOOTH: i32 = 22;
const FEW: f64 = 0.03;
/// A change of so much is the edge of a panel, of which there are hardly any: light letters on it would be lost.
const SHARP: i32 = 70;
const HARDLY_ANY: f64 = 0.004;

/// The brightness of the paper.
#[derive(Debug, Clone)]
pub(crate) struct Light {
    tile: u32,
    columns: usize,
    rows: usize,
    paper: Vec<u8>,
}

impl Light {
    /// The light of a picture, when it is uneven and changes smoothly: what has edges is a design, not a shadow.
    pub(crate) fn uneven(gray: &GrayImage) -> Option<Self> {
        let (width, height) = gray.dimensions();
        let tile = (width.max(height) / TILES).max(SMALLEST);
        let (columns, rows) = (width / tile, height / tile);
        if columns < 4 || rows < 4 {
            return None;
        }
        let mut paper = Vec::with_capacity((columns * rows) as usize);
        for row in 0..rows {
            for column in 0..columns {
                paper.push(paper_of(gray, column * tile, row * tile, tile));
            }
        }
        let (columns, rows) = (columns as usize, rows as usize);
        let paper = spread(&paper, columns, rows);
        let mut sorted = paper.clone();
        sorted.sort_unstable();
        let at = |share: usize| i32::from(sorted[(sorted.len() - 1) * share / 100]);
        let steps = |one: usize, other: usize| (i32::from(paper[one]) - i32::from(paper[other])).abs();
        let across = (0..paper.len()).filter(|at| (at + 1) % columns != 0).map(|at| steps(at, at + 1));
        let down = (0..paper.len() - columns).map(|at| steps(at, at + columns));
        let (mut pairs, mut edges, mut sharp) = (0.0, 0.0, 0.0);
        for step in across.chain(down) {
            pairs += 1.0;
            edges += f64::from(u8::from(step > SMOOTH));
            sharp += f64::from(u8::from(step > SHARP));
        }
        let uneven = at(97) - at(3) >= UNEVEN && edges / pairs <= FEW && sharp / pairs <= HARDLY_ANY;
        uneven.then_some(Self { tile, columns, rows, paper })
    }

    /// The picture as if the light were even.
    pub(crate) fn evened(&self, gray: &GrayImage) -> GrayImage {
        let width = gray.width();
        let mut made = gray.clone();
        let centers = |position: u32, count: usize| {
            let place = (f64::from(position) + 0.5) / f64::from(self.tile) - 0.5;
            let place = place.clamp(0.0, (count - 1) as f64);
            let low = (place as usize).min(count.saturating_sub(2));
            (low, ((place - low as f64) * 256.0) as u32)
        };
        let across: Vec<(usize, u32)> = (0..width).map(|x| centers(x, self.columns)).collect();
        let mut light = vec![0; self.columns];
        for (y, row) in made.chunks_exact_mut(width.max(1) as usize).enumerate() {
            let (low, share) = centers(y as u32, self.rows);
            for (column, light) in light.iter_mut().enumerate() {
                let paper = |row: usize| u32::from(self.paper[row * self.columns + column]);
                *light = paper(low) * (256 - share) + paper((low + 1).min(self.rows - 1)) * share;
            }
            for (value, (low, share)) in row.iter_mut().zip(&across) {
                let next = light[(low + 1).min(self.columns - 1)];
                let paper = ((light[*low] * (256 - share) + next * share) >> 16).max(1);
                *value = (u32::from(*value) * 250 / paper).min(255) as u8;
            }
        }
        made
    }
}

/// The brightness that a share of a tile's pixels do not reach.
fn paper_of(gray: &GrayImage, left: u32, top: u32, tile: u32) -> u8 {
    let mut counts = [0u32; 256];
    let width = gray.width() as usize;
    let mut all = 0;
    for y in (top..top + tile).step_by(2) {
        let start = y as usize * width + left as usize;
        for value in gray.as_raw()[start..start + tile as usize].iter().step_by(2) {
            counts[usize::from(*value)] += 1;
            all += 1;
        }
    }
    let mut below = 0;
    for (value, count) in counts.iter().enumerate() {
        below += count;
        if below * 100 > all * PAPER {
            return value as u8;
        }
    }
    255
}

/// Each tile as light as the second lightest of its neighbors, so that one full of ink is not taken for a shadow.
fn spread(paper: &[u8], columns: usize, rows: usize) -> Vec<u8> {
    let mut made = Vec::with_capacity(paper.len());
    for row in 0..rows {
        for column in 0..columns {
            let mut near = Vec::with_capacity(9);
            for y in row.saturating_sub(1)..=(row + 1).min(rows - 1) {
                for x in column.saturating_sub(1)..=(column + 1).min(columns - 1) {
                    near.push(paper[y * columns + x]);
                }
            }
            near.sort_unstable();
            made.push(near[near.len() * 2 / 3]);
        }
    }
    made
}

#[cfg(test)]
mod tests {
    use super::*;

    fn page(light: impl Fn(u32, u32) -> f64) -> GrayImage {
        GrayImage::from_fn(800, 1000, |x, y| {
            let ink = x % 40 < 8 && y % 50 < 20;
            [(light(x, y) * if ink { 0.2 } else { 1.0 }) as u8].into()
        })
    }

    #[test]
    fn a_shadow_is_evened_out_and_a_design_is_not() {
        let shaded = page(|x, _| 250.0 - f64::from(x) * 0.22);
        let evened = Light::uneven(&shaded).unwrap().evened(&shaded);
        let (paper, ink) = (|x: u32| evened.get_pixel(x, 30)[0], |x: u32| evened.get_pixel(x, 10)[0]);
        assert!(paper(20) > 230 && paper(780) > 230, "{} {}", paper(20), paper(780));
        assert!(ink(2) < 80 && ink(762) < 80, "{} {}", ink(2), ink(762));
        assert!(Light::uneven(&page(|_, _| 250.0)).is_none(), "even");
        assert!(Light::uneven(&page(|x, _| if x > 400 { 60.0 } else { 250.0 })).is_none(), "two panels");
        assert!(Light::uneven(&page(|x, y| if (x / 200 + y / 200) % 2 == 0 { 60.0 } else { 250.0 })).is_none());
    }
}
