//! From the lowest N x N coefficients of a block to its N x N samples.
//!
//! The 8 x 8 transform's lowest coefficients are, but for a factor, those of an N x N transform of the same block with
//! its finer detail left away. With N = 1 this is the mean, and exactly what libjpeg computes.
//!
//! Blocks are transformed 16 at a time. The first coefficients of 16 neighbours lie side by side, then their second
//! ones, and so on: in this order plain loops compile to vector instructions, and nothing has to be shuffled.

/// Row and column (as `8 * row + column`) of the first 25 coefficients in zigzag order (T.81, figure A.6): all that lie
/// in the lowest 4 x 4.
const ZIGZAG: [u8; 25] = [0, 1, 8, 16, 9, 2, 3, 10, 17, 24, 32, 25, 18, 11, 4, 5, 12, 19, 26, 33, 40, 48, 41, 34, 27];

/// Blocks side by side.
const LANES: usize = 16;

/// One past the last coefficient in zigzag order that lies in the lowest N x N.
pub(crate) const fn limit<const N: usize>() -> u32 {
    match N {
        1 => 1,
        2 => 5,
        _ => 25,
    }
}

/// Places of a block: its lowest N x N coefficients row by row, and one for what nobody reads.
const fn places_of<const N: usize>() -> usize {
    if N == 1 { 1 } else { N * N + 1 }
}

/// How much room a row of blocks needs.
pub(crate) const fn row_length<const N: usize>(blocks: usize) -> usize {
    blocks.div_ceil(LANES) * LANES * places_of::<N>()
}

/// Where the DC value of a block lies in its row.
#[inline(always)]
pub(crate) const fn block_start<const N: usize>(block: usize) -> usize {
    block / LANES * LANES * places_of::<N>() + block % LANES
}

/// How far from its DC value each coefficient of a block lies, by its place in zigzag order. Longer than a block, so
/// that 7 bits are always an index.
pub(crate) const fn places<const N: usize>() -> [u16; 128] {
    let mut places = [((places_of::<N>() - 1) * LANES) as u16; 128];
    let mut k = 0;
    while k < ZIGZAG.len() {
        let (row, column) = (ZIGZAG[k] as usize / 8, ZIGZAG[k] as usize % 8);
        if row < N && column < N {
            places[k] = ((row * N + column) * LANES) as u16;
        }
        k += 1;
    }
    places
}

/// The inverse transform for one quantisation table.
pub(crate) struct Inverse<const N: usize> {
    /// Of the DC value.
    quantum: i32,
    /// Of each coefficient of each of 16 blocks, with the factors of the transform.
    quanta: Vec<f32>,
}

/// cos(pi/8), sin(pi/8).
const C: f32 = 0.923_879_5;
const S: f32 = 0.382_683_43;

/// One value of each of 16 blocks.
type Values = [f32; LANES];
/// Up to four samples beside each other of each of 16 blocks, the first in the lowest bits.
type Words = [u32; LANES];

impl<const N: usize> Inverse<N> {
    /// From a table in zigzag order.
    pub fn new(table: &[u16; 64]) -> Self {
        // In one dimension a sample is F0/sqrt(8) + 1/2 sum of Fk cos((2x + 1) k pi / 2N). Whatever is the same for all
        // samples is here.
        let factor = |index: usize| match (N, index) {
            (_, 0) => 0.125_f64.sqrt(),
            (2, 1) | (4, 2) => 0.5 * 0.5_f64.sqrt(),
            _ => 0.5,
        };
        let mut quanta = vec![0.0; N * N * LANES];
        for (k, &place) in ZIGZAG.iter().enumerate() {
            let (row, column) = (usize::from(place) / 8, usize::from(place) % 8);
            if row < N && column < N {
                let quantum = (f64::from(table[k]) * factor(row) * factor(column)) as f32;
                quanta[(row * N + column) * LANES..][..LANES].fill(quantum);
            }
        }
        Self { quantum: table[0].into(), quanta }
    }

    /// Writes the samples of a row of blocks to N rows of `strip`, which are `stride` long.
    pub fn row(&self, row: &[i16], strip: &mut [u8], stride: usize) {
        for (index, group) in row.chunks_exact(LANES * places_of::<N>()).enumerate() {
            let lines = match N {
                1 => self.one(group),
                2 => self.two(group),
                _ => self.four(group),
            };
            for (y, words) in lines.iter().enumerate().take(N) {
                let from = y * stride + index * LANES * N;
                let Some(out) = strip.get_mut(from..from + LANES * N) else { continue };
                write::<N>(words, out);
            }
        }
    }

    /// (DC + 4) / 8 + 128, as in libjpeg's `jpeg_idct_1x1`.
    fn one(&self, group: &[i16]) -> [Words; 4] {
        let mut out = [[0; LANES]; 4];
        if let Some(group) = group.first_chunk::<LANES>() {
            for lane in 0..LANES {
                // 16 bits times 16 bits are at most 31.
                let value = (i32::from(group[lane]).wrapping_mul(self.quantum).wrapping_add(4) >> 3) + 128;
                out[0][lane] = value.clamp(0, 255) as u32;
            }
        }
        out
    }

    fn two(&self, group: &[i16]) -> [Words; 4] {
        let values = self.values(group);
        let mut out = [[0; LANES]; 4];
        for lane in 0..LANES {
            let (a, b, c, d) = (values[0][lane], values[1][lane], values[2][lane], values[3][lane]);
            let (upper, lower) = ([a + c, b + d], [a - c, b - d]);
            out[0][lane] = sample(upper[0] + upper[1]) | sample(upper[0] - upper[1]) << 8;
            out[1][lane] = sample(lower[0] + lower[1]) | sample(lower[0] - lower[1]) << 8;
        }
        out
    }

    fn four(&self, group: &[i16]) -> [Words; 4] {
        let values = self.values(group);
        let mut columns = [[[0.0; LANES]; 4]; 4];
        for (x, column) in columns.iter_mut().enumerate() {
            *column = four_points(&values[x], &values[4 + x], &values[8 + x], &values[12 + x]);
        }
        let mut out = [[0; LANES]; 4];
        for y in 0..4 {
            let [p, q, r, s] = four_points(&columns[0][y], &columns[1][y], &columns[2][y], &columns[3][y]);
            out[y] = words(&p, &q, &r, &s);
        }
        out
    }

    /// What the coefficients stand for.
    fn values(&self, group: &[i16]) -> [Values; 16] {
        let mut values = [[0.0; LANES]; 16];
        let places = values.as_flattened_mut().iter_mut().zip(&self.quanta);
        // One long loop: short ones are unrolled before they are seen to be vectors.
        for ((value, quantum), &coefficient) in places.zip(group) {
            *value = f32::from(coefficient) * quantum;
        }
        values
    }
}

/// The transform of four points, but for the factors.
fn four_points(a: &Values, b: &Values, c: &Values, d: &Values) -> [Values; 4] {
    let mut out = [[0.0; LANES]; 4];
    for lane in 0..LANES {
        let (sum, difference) = (a[lane] + c[lane], a[lane] - c[lane]);
        let (outer, inner) = (b[lane] * C + d[lane] * S, b[lane] * S - d[lane] * C);
        out[0][lane] = sum + outer;
        out[1][lane] = difference + inner;
        out[2][lane] = difference - inner;
        out[3][lane] = sum - outer;
    }
    out
}

/// Puts four neighbours together.
fn words(a: &Values, b: &Values, c: &Values, d: &Values) -> Words {
    let mut out = [0; LANES];
    for lane in 0..LANES {
        out[lane] = sample(a[lane]) | sample(b[lane]) << 8 | sample(c[lane]) << 16 | sample(d[lane]) << 24;
    }
    out
}

/// Rounds to the nearest sample.
#[inline(always)]
#[expect(clippy::manual_clamp, reason = "no NaN comes here, and this is two instructions for four values")]
fn sample(value: f32) -> u32 {
    // Adding 1.5 * 2^23 leaves the integer in the lowest bits.
    ((value + 128.0).max(0.0).min(255.0) + 12_582_912.0).to_bits() & 255
}

/// Writes the first N samples of each block.
fn write<const N: usize>(words: &Words, out: &mut [u8]) {
    let (out, _) = out.as_chunks_mut::<N>();
    for lane in 0..LANES.min(out.len()) {
        if let Some(samples) = words[lane].to_le_bytes().first_chunk() {
            out[lane] = *samples;
        }
    }
}
