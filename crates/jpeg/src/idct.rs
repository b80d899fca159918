//! From the lowest N x N coefficients of a block to its N x N samples.
//!
//! The 8 x 8 transform's lowest coefficients are, but for a factor, those of an N x N transform of the same block with
//! its finer detail left away. With N = 1 this is the mean, and exactly what libjpeg computes.

/// Row and column (as `8 * row + column`) of the first 25 coefficients in zigzag order (T.81, figure A.6): all that lie
/// in the lowest 4 x 4.
const ZIGZAG: [u8; 25] = [0, 1, 8, 16, 9, 2, 3, 10, 17, 24, 32, 25, 18, 11, 4, 5, 12, 19, 26, 33, 40, 48, 41, 34, 27];

/// A place of a block nobody reads.
pub(crate) const NOWHERE: u8 = 31;

/// Coefficients of one block: the lowest N x N row by row, and places nobody reads.
pub(crate) type Block = [i32; 32];

/// One past the last coefficient in zigzag order that lies in the lowest N x N.
pub(crate) const fn limit<const N: usize>() -> u32 {
    match N {
        1 => 1,
        2 => 5,
        3 => 13,
        _ => 25,
    }
}

/// Where in a `Block` each coefficient goes, by its place in zigzag order. Longer than a block, so that 7 bits are always an index.
pub(crate) const fn places<const N: usize>() -> [u8; 128] {
    let mut places = [NOWHERE; 128];
    let mut k = 0;
    while k < ZIGZAG.len() {
        let (row, column) = (ZIGZAG[k] as usize / 8, ZIGZAG[k] as usize % 8);
        if row < N && column < N {
            places[k] = (row * N + column) as u8;
        }
        k += 1;
    }
    places
}

/// The inverse transform for one quantisation table.
pub(crate) struct Inverse<const N: usize> {
    /// Of the DC value.
    quantum: i32,
    /// Of each coefficient, with the factors of the transform.
    quanta: [f32; 16],
}

/// cos(pi/8), sin(pi/8).
const C: f32 = 0.923_879_5;
const S: f32 = 0.382_683_43;

impl<const N: usize> Inverse<N> {
    /// From a table in zigzag order.
    pub fn new(table: &[u16; 64]) -> Self {
        // In one dimension a sample is F0/sqrt(8) + 1/2 sum of Fk cos((2x + 1) k pi / 2N). Whatever is the same for all samples is here.
        let factor = |index: usize| match (N, index) {
            (_, 0) => 0.125_f64.sqrt(),
            (2, 1) | (4, 2) => 0.5 * 0.5_f64.sqrt(),
            (3, 1) => 0.5 * 0.75_f64.sqrt(),
            _ => 0.5,
        };
        let mut quanta = [0.0; 16];
        for (k, &place) in places::<N>().iter().enumerate().take(25).filter(|&(_, &place)| place != NOWHERE) {
            let (row, column) = (usize::from(place) / N, usize::from(place) % N);
            quanta[usize::from(place)] = (f64::from(table[k]) * factor(row) * factor(column)) as f32;
        }
        Self { quantum: table[0].into(), quanta }
    }

    /// Writes the samples of a block to `out`, whose rows are `stride` long.
    #[inline(always)]
    pub fn write(&self, block: &Block, out: &mut [u8], stride: usize) {
        match N {
            1 => {
                if let Some(sample) = out.first_mut() {
                    *sample = self.mean(block[0]);
                }
            }
            2 => put(out, stride, self.two(block)),
            3 => put(out, stride, self.three(block)),
            _ => put(out, stride, self.four(block)),
        }
    }

    /// Writes a block of which there is but the DC value.
    #[inline(always)]
    pub fn fill(&self, dc: i32, out: &mut [u8], stride: usize) {
        let sample = self.mean(dc);
        put(out, stride, [[sample; N]; N]);
    }

    /// (DC + 4) / 8 + 128, as in libjpeg's `jpeg_idct_1x1`. A DC value is taken as the 16 bits it must fit.
    #[inline(always)]
    fn mean(&self, dc: i32) -> u8 {
        let value = (i32::from(dc as i16).wrapping_mul(self.quantum).wrapping_add(4) >> 3).saturating_add(128);
        value.clamp(0, 255) as u8
    }

    #[inline(always)]
    fn two(&self, block: &Block) -> [[u8; 2]; 2] {
        let value = |place: usize| block[place] as f32 * self.quanta[place];
        let (a, b, c, d) = (value(0), value(1), value(2), value(3));
        let (sum, difference, sums, differences) = (a + b, a - b, c + d, c - d);
        [[sample(sum + sums), sample(difference + differences)], [sample(sum - sums), sample(difference - differences)]]
    }

    #[inline(always)]
    fn three(&self, block: &Block) -> [[u8; 3]; 3] {
        let mut rows = [[0.0; 4]; 3];
        for (row, values) in rows.iter_mut().enumerate() {
            for (column, value) in values.iter_mut().enumerate() {
                *value = block[3 * row + column] as f32 * self.quanta[3 * row + column];
            }
        }
        let mut lines = [[0.0; 4]; 3];
        for x in 0..4 {
            let even = rows[0][x] + 0.5 * rows[2][x];
            lines[0][x] = even + rows[1][x];
            lines[1][x] = rows[0][x] - rows[2][x];
            lines[2][x] = even - rows[1][x];
        }
        let mut samples = [[0; 3]; 3];
        for (samples, [a, b, c, _]) in samples.iter_mut().zip(lines) {
            let even = a + 0.5 * c;
            *samples = [sample(even + b), sample(a - c), sample(even - b)];
        }
        samples
    }

    #[inline(always)]
    fn four(&self, block: &Block) -> [[u8; 4]; 4] {
        // Four columns side by side, then four samples: these loops compile to vector instructions.
        let mut rows = [[0.0; 4]; 4];
        for (row, values) in rows.iter_mut().enumerate() {
            for (column, value) in values.iter_mut().enumerate() {
                *value = block[4 * row + column] as f32 * self.quanta[4 * row + column];
            }
        }
        let mut lines = [[0.0; 4]; 4];
        for x in 0..4 {
            let (sum, difference) = (rows[0][x] + rows[2][x], rows[0][x] - rows[2][x]);
            let (outer, inner) = (rows[1][x] * C + rows[3][x] * S, rows[1][x] * S - rows[3][x] * C);
            lines[0][x] = sum + outer;
            lines[1][x] = difference + inner;
            lines[2][x] = difference - inner;
            lines[3][x] = sum - outer;
        }
        let mut samples = [[0; 4]; 4];
        for (samples, [a, b, c, d]) in samples.iter_mut().zip(lines) {
            for (x, to) in samples.iter_mut().enumerate() {
                *to = sample(a + b * [C, S, -S, -C][x] + c * [1.0, -1.0, -1.0, 1.0][x] + d * [S, -C, C, -S][x]);
            }
        }
        samples
    }
}

/// Rounds to the nearest sample. Never given a NaN: all that goes into it is bounded by far.
#[inline(always)]
fn sample(value: f32) -> u8 {
    // Adding 1.5 * 2^23 leaves the integer in the lowest bits; the plain comparisons are single instructions.
    let value = value + 128.0;
    let value = if value < 0.0 { 0.0 } else { value };
    let value = if value > 255.0 { 255.0 } else { value };
    (value + 12_582_912.0).to_bits() as u8
}

#[inline(always)]
fn put<const N: usize>(out: &mut [u8], stride: usize, samples: [[u8; N]; N]) {
    for (row, samples) in samples.iter().enumerate() {
        if let Some(row) = out.get_mut(row * stride..).and_then(<[u8]>::first_chunk_mut) {
            *row = *samples;
        }
    }
}
