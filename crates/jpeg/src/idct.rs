//! From the lowest N x N coefficients of a block to its N x N samples.
//!
//! The 8 x 8 transform's lowest coefficients are, but for a factor, those of an N x N transform of the same block with
//! its finer detail left away. With N = 1 this is the mean, and exactly what libjpeg computes.
//!
//! Blocks are transformed 16 at a time. The first coefficients of 16 neighbors lie side by side, then their second
//! ones, and so on: in this order plain loops compile to vector instructions, and nothing has to be shuffled.

/// Row and column (as `8 * row + column`) of the coefficients in zigzag order (T.81, figure A.6).
const ZIGZAG: [u8; 64] = zigzag();

const fn zigzag() -> [u8; 64] {
    let mut order = [0; 64];
    let (mut row, mut column) = (0_u8, 0_u8);
    let mut k = 0;
    while k < 64 {
        order[k] = 8 * row + column;
        let rising = (row + column) % 2 == 0;
        (row, column) = match (rising, row, column) {
            (true, _, 7) => (row + 1, column),
            (true, 0, _) => (row, column + 1),
            (true, ..) => (row - 1, column + 1),
            (false, 7, _) => (row, column + 1),
            (false, _, 0) => (row + 1, column),
            (false, ..) => (row + 1, column - 1),
        };
        k += 1;
    }
    order
}

/// Blocks side by side.
const LANES: usize = 16;

/// One past the last coefficient in zigzag order that lies in the lowest N x N.
pub(crate) const fn limit<const N: usize>() -> u32 {
    match N {
        1 => 1,
        2 => 5,
        4 => 25,
        _ => 64,
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

/// The inverse transform for one quantization table.
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
            (2, 1) | (4, 2) | (8, 4) => 0.5 * 0.5_f64.sqrt(),
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
            let mut put = |y: usize, x: usize, words: &Words| {
                let from = y * stride + index * LANES * N;
                if let Some(out) = strip.get_mut(from..from + LANES * N) {
                    write::<N>(words, x, out);
                }
            };
            match N {
                1 => put(0, 0, &self.one(group)),
                2 => self.two(group).iter().enumerate().for_each(|(y, words)| put(y, 0, words)),
                4 => self.four(group).iter().enumerate().for_each(|(y, words)| put(y, 0, words)),
                _ => self.eight(group, &mut put),
            }
        }
    }

    /// (DC + 4) / 8 + 128, as in libjpeg's `jpeg_idct_1x1`.
    fn one(&self, group: &[i16]) -> Words {
        let mut out = [0; LANES];
        if let Some(group) = group.first_chunk::<LANES>() {
            for lane in 0..LANES {
                // 16 bits times 16 bits are at most 31.
                let value = (i32::from(group[lane]).wrapping_mul(self.quantum).wrapping_add(4) >> 3) + 128;
                out[lane] = value.clamp(0, 255) as u32;
            }
        }
        out
    }

    fn two(&self, group: &[i16]) -> [Words; 2] {
        let values = self.values::<4>(group);
        let mut out = [[0; LANES]; 2];
        for lane in 0..LANES {
            let (a, b, c, d) = (values[0][lane], values[1][lane], values[2][lane], values[3][lane]);
            let (upper, lower) = ([a + c, b + d], [a - c, b - d]);
            out[0][lane] = sample(upper[0] + upper[1]) | sample(upper[0] - upper[1]) << 8;
            out[1][lane] = sample(lower[0] + lower[1]) | sample(lower[0] - lower[1]) << 8;
        }
        out
    }

    fn four(&self, group: &[i16]) -> [Words; 4] {
        let values = self.values::<16>(group);
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

    /// All samples: eight rows of two times four.
    fn eight(&self, group: &[i16], put: &mut impl FnMut(usize, usize, &Words)) {
        let values = self.values::<64>(group);
        let mut columns = [[[0.0; LANES]; 8]; 8];
        for (x, column) in columns.iter_mut().enumerate() {
            *column = eight_points(std::array::from_fn(|k| &values[8 * k + x]));
        }
        (0..8).for_each(|y| {
            let [a, b, c, d, e, f, g, h] = eight_points(std::array::from_fn(|k| &columns[k][y]));
            put(y, 0, &words(&a, &b, &c, &d));
            put(y, 4, &words(&e, &f, &g, &h));
        });
    }

    /// What the coefficients stand for.
    fn values<const M: usize>(&self, group: &[i16]) -> [Values; M] {
        let mut values = [[0.0; LANES]; M];
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

/// cos(k pi / 16) for k = 1, 3, 5, 7.
const ODD: [f32; 4] = [0.980_785_25, 0.831_469_6, 0.555_570_24, 0.195_090_32];

/// The transform of eight points, but for the factors: its even half is that of four points.
fn eight_points(f: [&Values; 8]) -> [Values; 8] {
    let even = four_points(f[0], f[2], f[4], f[6]);
    let mut out = [[0.0; LANES]; 8];
    for lane in 0..LANES {
        let [a, b, c, d] = [f[1][lane], f[3][lane], f[5][lane], f[7][lane]];
        // cos((2x + 1) k pi / 16) for x = 0 to 3, written with the four values it has.
        let odd = [
            a * ODD[0] + b * ODD[1] + c * ODD[2] + d * ODD[3],
            a * ODD[1] - b * ODD[3] - c * ODD[0] - d * ODD[2],
            a * ODD[2] - b * ODD[0] + c * ODD[3] + d * ODD[1],
            a * ODD[3] - b * ODD[2] + c * ODD[1] - d * ODD[0],
        ];
        for x in 0..4 {
            out[x][lane] = even[x][lane] + odd[x];
            out[7 - x][lane] = even[x][lane] - odd[x];
        }
    }
    out
}

/// Puts four neighbors together.
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

/// Writes up to four samples of each block, from its column `x` on.
fn write<const N: usize>(words: &Words, x: usize, out: &mut [u8]) {
    let (out, _) = out.as_chunks_mut::<N>();
    for lane in 0..LANES.min(out.len()) {
        let samples = words[lane].to_le_bytes();
        let count = N.min(samples.len());
        out[lane][x..x + count].copy_from_slice(&samples[..count]);
    }
}
