//! Products of a quantised matrix with vectors, on one thread.
//!
//! Not candle's own product: it wakes a pool of threads that spin and are pinned to cores, which is for a process that does
//! nothing else, and has no SIMD for Q4_1. What is done with a block is in `block.rs`.
//!
//! The arithmetic is that of ggml (the vector is rounded to eight bits in blocks of 32, scales to half precision), so
//! that tokens are those of other runtimes of the same file.

use candle_core::quantized::{GgmlDType, QTensor};
use candle_core::{Device, Result};
use half::f16;

use super::block::{BLOCK, Bytes, Lanes, Nibbles, Products, ROWS, Values, Work, with_products};

/// Vectors that are multiplied at once: weights are fetched once for all of them.
const AT_ONCE: usize = 8;

/// A matrix of weights; products are with its rows.
pub(super) struct Matrix {
    rows: usize,
    columns: usize,
    blocks: Blocks,
}

/// Blocks of 32 rows and 32 columns, those of a group of rows one after the other.
enum Blocks {
    /// Each weight is `scale * nibble + least`, the nibble from 0 to 15.
    Nibbles(Vec<NibbleBlock>),
    /// Each weight is `scale * byte`.
    Bytes(Vec<ByteBlock>),
}

#[derive(Clone)]
struct NibbleBlock {
    scale: Lanes<u16>,
    least: Lanes<u16>,
    nibbles: Nibbles,
}

#[derive(Clone)]
struct ByteBlock {
    scale: Lanes<u16>,
    bytes: Bytes,
}

/// A vector, rounded to eight bits in blocks that have a scale each.
#[derive(Default)]
struct Rounded {
    values: Vec<Values>,
    scales: Vec<f32>,
    /// Of each block, the sum of its values times its scale.
    sums: Vec<f32>,
}

/// A number of half precision, for numbers that are neither infinite nor none: no branch, so that it vectorises.
#[inline(always)]
fn widened(half: u16) -> f32 {
    let magnitude = f32::from_bits(u32::from(half & 0x7fff) << 13) * f32::from_bits(0x7780_0000);
    f32::from_bits(magnitude.to_bits() | u32::from(half & 0x8000) << 16)
}

/// What a number is in half precision.
fn halved(number: f32) -> f32 {
    f16::from_f32(number).to_f32()
}

impl Matrix {
    /// The matrix a file holds. Q4_1, Q4_0 and Q8_0 stay as they are; every other type is held as Q8_0.
    pub(super) fn of(tensor: &QTensor) -> Result<Self> {
        let (rows, columns) = tensor.shape().dims2()?;
        if columns % BLOCK != 0 {
            candle_core::bail!("a matrix of {columns} columns, which is no multiple of {BLOCK}");
        }
        let blocks = match tensor.dtype() {
            GgmlDType::Q4_1 | GgmlDType::Q4_0 => Blocks::nibbles(&tensor.data()?, tensor.dtype(), rows, columns),
            GgmlDType::Q8_0 => Blocks::bytes(&tensor.data()?, rows, columns),
            _ => {
                let rounded = QTensor::quantize(&tensor.dequantize(&Device::Cpu)?, GgmlDType::Q8_0)?;
                Blocks::bytes(&rounded.data()?, rows, columns)
            }
        };
        Ok(Self { rows, columns, blocks })
    }

    /// One of its rows.
    pub(super) fn row(&self, row: usize) -> Vec<f32> {
        let (first, lane) = (row / ROWS * (self.columns / BLOCK), row % ROWS);
        let blocks = first..first + self.columns / BLOCK;
        let mut values = Vec::with_capacity(self.columns);
        match &self.blocks {
            Blocks::Nibbles(all) => {
                for block in &all[blocks] {
                    let (scale, least) = (widened(block.scale[lane]), widened(block.least[lane]));
                    let pairs = block.nibbles.iter().flat_map(|lanes| [lanes[2 * lane], lanes[2 * lane + 1]]);
                    let (low, high) = (pairs.clone().map(|both| both & 15), pairs.map(|both| both >> 4));
                    values.extend(low.chain(high).map(|nibble| f32::from(nibble) * scale + least));
                }
            }
            Blocks::Bytes(all) => {
                for block in &all[blocks] {
                    let scale = widened(block.scale[lane]);
                    let pairs = block.bytes.iter().flat_map(|lanes| [lanes[2 * lane], lanes[2 * lane + 1]]);
                    values.extend(pairs.map(|weight| f32::from(weight) * scale));
                }
            }
        }
        values
    }

    /// The products with vectors that lie one after the other, each of as many numbers as there are columns; those of a
    /// vector one after the other.
    pub(super) fn times(&self, vectors: &[f32]) -> Vec<f32> {
        let sums = matches!(self.blocks, Blocks::Nibbles(_));
        let rounded: Vec<Rounded> =
            vectors.chunks_exact(self.columns).map(|vector| Rounded::of(vector, sums)).collect();
        let mut products = vec![0.0; rounded.len() * self.rows];
        let mut first = 0;
        for several in rounded.chunks(AT_ONCE) {
            let products = &mut products[first * self.rows..];
            match several {
                [a, b, c, d, e, f, g, h] => self.multiply([a, b, c, d, e, f, g, h], products),
                some => {
                    for (vector, products) in some.iter().zip(products.chunks_mut(self.rows)) {
                        self.multiply([vector], products);
                    }
                }
            }
            first += several.len();
        }
        products
    }

    fn multiply<const N: usize>(&self, vectors: [&Rounded; N], products: &mut [f32]) {
        with_products(Multiplication { matrix: self, vectors, products });
    }
}

/// A matrix times some vectors.
struct Multiplication<'a, const N: usize> {
    matrix: &'a Matrix,
    vectors: [&'a Rounded; N],
    products: &'a mut [f32],
}

impl<const N: usize> Work for Multiplication<'_, N> {
    #[inline(always)]
    fn run(self, with: impl Products) {
        let Matrix { rows, columns, blocks } = self.matrix;
        let of_group = columns / BLOCK;
        for (group, first) in (0..*rows).step_by(ROWS).enumerate() {
            let range = group * of_group..(group + 1) * of_group;
            let sums = match blocks {
                Blocks::Nibbles(all) => nibbles_times(with, &all[range], self.vectors),
                Blocks::Bytes(all) => bytes_times(with, &all[range], self.vectors),
            };
            for (vector, sums) in sums.iter().enumerate() {
                let last = (first + ROWS).min(*rows);
                self.products[vector * rows + first..vector * rows + last].copy_from_slice(&sums[..last - first]);
            }
        }
    }
}

#[inline(always)]
fn nibbles_times<const N: usize>(
    with: impl Products,
    blocks: &[NibbleBlock],
    vectors: [&Rounded; N],
) -> [Lanes<f32>; N] {
    let mut sums = [[0.0; ROWS]; N];
    for (index, block) in blocks.iter().enumerate() {
        for (vector, sums) in vectors.iter().zip(&mut sums) {
            let whole = with.nibbles(&block.nibbles, &vector.values[index]);
            let (scale, sum) = (vector.scales[index], vector.sums[index]);
            for lane in 0..ROWS {
                let scaled = widened(block.scale[lane]) * scale * whole[lane] as f32;
                sums[lane] += scaled + widened(block.least[lane]) * sum;
            }
        }
    }
    sums
}

#[inline(always)]
fn bytes_times<const N: usize>(with: impl Products, blocks: &[ByteBlock], vectors: [&Rounded; N]) -> [Lanes<f32>; N] {
    let mut sums = [[0.0; ROWS]; N];
    for (index, block) in blocks.iter().enumerate() {
        for (vector, sums) in vectors.iter().zip(&mut sums) {
            let whole = with.bytes(&block.bytes, &vector.values[index]);
            let scale = vector.scales[index];
            for lane in 0..ROWS {
                sums[lane] += widened(block.scale[lane]) * scale * whole[lane] as f32;
            }
        }
    }
    sums
}

impl Rounded {
    fn of(vector: &[f32], sums: bool) -> Self {
        let blocks = vector.as_chunks::<BLOCK>().0;
        let mut rounded = Self::default();
        for block in blocks {
            let most = block.iter().fold(0.0_f32, |most, value| most.max(value.abs()));
            let scale = most / 127.0;
            let inverse = if scale == 0.0 { 0.0 } else { 1.0 / scale };
            let values = block.map(|value| (value * inverse).round_ties_even() as i8);
            rounded.values.push(values);
            rounded.scales.push(halved(scale));
            if sums {
                let sum: i32 = values.iter().copied().map(i32::from).sum();
                rounded.sums.push(halved(sum as f32 * scale));
            }
        }
        rounded
    }
}

impl Blocks {
    /// From rows of blocks as ggml writes them: a scale, for Q4_1 the least value, and 16 bytes of two nibbles.
    fn nibbles(data: &[u8], kind: GgmlDType, rows: usize, columns: usize) -> Self {
        let of_row = columns / BLOCK;
        let size = kind.type_size();
        let empty = NibbleBlock { scale: [0; ROWS], least: [0; ROWS], nibbles: [[0; 2 * ROWS]; BLOCK / 4] };
        let mut blocks = vec![empty; rows.div_ceil(ROWS) * of_row];
        for (number, written) in data.chunks_exact(size).enumerate() {
            let (row, column) = (number / of_row, number % of_row);
            let (block, lane) = (&mut blocks[row / ROWS * of_row + column], row % ROWS);
            let half = |at: usize| u16::from_le_bytes([written[at], written[at + 1]]);
            block.scale[lane] = half(0);
            block.least[lane] = match kind {
                GgmlDType::Q4_1 => half(2),
                // Q4_0 counts from the middle.
                _ => f16::from_f32(-8.0 * f16::from_bits(half(0)).to_f32()).to_bits(),
            };
            for (lanes, pair) in block.nibbles.iter_mut().zip(written[size - BLOCK / 2..].as_chunks::<2>().0) {
                [lanes[2 * lane], lanes[2 * lane + 1]] = *pair;
            }
        }
        Self::Nibbles(blocks)
    }

    /// From rows of blocks as ggml writes them: a scale and 32 bytes.
    fn bytes(data: &[u8], rows: usize, columns: usize) -> Self {
        let of_row = columns / BLOCK;
        let empty = ByteBlock { scale: [0; ROWS], bytes: [[0; 2 * ROWS]; BLOCK / 2] };
        let mut blocks = vec![empty; rows.div_ceil(ROWS) * of_row];
        for (number, written) in data.chunks_exact(GgmlDType::Q8_0.type_size()).enumerate() {
            let (row, column) = (number / of_row, number % of_row);
            let (block, lane) = (&mut blocks[row / ROWS * of_row + column], row % ROWS);
            block.scale[lane] = u16::from_le_bytes([written[0], written[1]]);
            for (lanes, pair) in block.bytes.iter_mut().zip(written[2..].as_chunks::<2>().0) {
                [lanes[2 * lane], lanes[2 * lane + 1]] = pair.map(u8::cast_signed);
            }
        }
        Self::Bytes(blocks)
    }
}

/// The sum of the products of two vectors of one length.
#[inline(always)]
pub(super) fn dot(a: &[f32], b: &[f32]) -> f32 {
    let mut lanes = [0.0; 16];
    let (some, rest) = a.as_chunks::<16>();
    let (others, other_rest) = b.as_chunks::<16>();
    for (a, b) in some.iter().zip(others) {
        for lane in 0..16 {
            lanes[lane] += a[lane] * b[lane];
        }
    }
    let rest: f32 = rest.iter().zip(other_rest).map(|(a, b)| a * b).sum();
    lanes.iter().sum::<f32>() + rest
}

#[cfg(test)]
mod tests {
    use candle_core::Tensor;

    use super::*;

    fn numbers(count: usize, seed: u32) -> Vec<f32> {
        let mut state = seed;
        let next = || {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (state >> 8) as f32 / (1 << 23) as f32 - 1.0
        };
        std::iter::repeat_with(next).take(count).collect()
    }

    /// The product with what the file's weights are, and the largest it may be off.
    #[test]
    fn products_are_those_of_the_weights() {
        for (kind, rows) in [
            (GgmlDType::Q4_1, 64),
            (GgmlDType::Q4_0, 64),
            (GgmlDType::Q8_0, 33),
            (GgmlDType::F32, 5),
            (GgmlDType::Q5_0, 40),
        ] {
            let columns = 96;
            let weights = Tensor::from_vec(numbers(rows * columns, 1), (rows, columns), &Device::Cpu).unwrap();
            let tensor = QTensor::quantize(&weights, kind).unwrap();
            let exact: Vec<Vec<f32>> = tensor.dequantize(&Device::Cpu).unwrap().to_vec2().unwrap();
            let matrix = Matrix::of(&tensor).unwrap();
            let vectors = numbers(7 * columns, 2);
            let products = matrix.times(&vectors);
            assert_eq!(products.len(), 7 * rows);
            for (number, vector) in vectors.chunks(columns).enumerate() {
                for row in 0..rows {
                    let right: f64 = exact[row].iter().zip(vector).map(|(a, b)| f64::from(a * b)).sum();
                    let product = f64::from(products[number * rows + row]);
                    // Each value of the vector is off by half a step of 1/127 at most, and the steps do not conspire.
                    assert!((product - right).abs() < 0.08, "{kind:?} {row}: {product} {right}");
                }
            }
            for row in [0, rows - 1] {
                let off = matrix.row(row).iter().zip(&exact[row]).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max);
                assert!(off < 0.005, "{kind:?}: {off}");
            }
        }
    }

    #[test]
    fn halves_are_read() {
        for half in (0..=0x7bff_u16).chain(0x8000..=0xfbff) {
            assert_eq!(widened(half), f16::from_bits(half).to_f32(), "{half:x}");
        }
    }

    #[test]
    fn several_vectors_give_what_each_gives() {
        let weights = Tensor::from_vec(numbers(64 * 64, 3), (64, 64), &Device::Cpu).unwrap();
        for kind in [GgmlDType::Q4_1, GgmlDType::Q8_0] {
            let matrix = Matrix::of(&QTensor::quantize(&weights, kind).unwrap()).unwrap();
            let vectors = numbers(6 * 64, 4);
            let alone: Vec<f32> = vectors.chunks(64).flat_map(|vector| matrix.times(vector)).collect();
            assert_eq!(matrix.times(&vectors), alone);
        }
    }

    #[test]
    fn a_dot_product_takes_every_element() {
        let (a, b) = (numbers(37, 5), numbers(37, 6));
        let right: f64 = a.iter().zip(&b).map(|(a, b)| f64::from(*a) * f64::from(*b)).sum();
        assert!((f64::from(dot(&a, &b)) - right).abs() < 1e-5);
    }
}
