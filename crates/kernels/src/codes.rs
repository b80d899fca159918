//! Vectors as rows of int8.

use crate::simd::{LINE, Line, kernels};

/// Rows of int8 codes, all of one length, each with its scale.
#[derive(Debug, Clone, Default)]
pub struct Codes {
    dimensions: usize,
    lines_a_row: usize,
    lines: Vec<Line>,
    marks: Vec<Mark>,
}

/// What is known of a row besides its codes; in one place, because both are wanted at once.
#[derive(Debug, Clone, Copy)]
struct Mark {
    scale: f32,
    /// Sum of the codes: what the kernels add too much, because they take the query's codes 128 higher.
    sum: i32,
}

/// A query, quantized as rows are.
#[derive(Debug, Clone)]
pub struct Query {
    lines: Vec<Line>,
    scale: f32,
}

/// Scale and codes of a vector: the codes are handed out one by one.
fn quantized(vector: &[f32], mut put: impl FnMut(usize, i8)) -> f32 {
    let largest = vector.iter().fold(0.0f32, |largest, value| largest.max(value.abs()));
    let scale = largest / 127.0;
    if scale > 0.0 {
        let inverse = 127.0 / largest;
        for (index, value) in vector.iter().enumerate() {
            #[expect(clippy::cast_possible_truncation, reason = "within ±127")]
            put(index, (value * inverse).round() as i8);
        }
    }
    scale
}

impl Codes {
    /// No rows yet, of vectors with so many dimensions.
    #[must_use]
    pub fn new(dimensions: usize) -> Self {
        Self { dimensions, lines_a_row: dimensions.div_ceil(LINE), ..Self::default() }
    }

    /// Number of rows.
    #[must_use]
    pub fn len(&self) -> usize {
        self.marks.len()
    }

    /// Whether there are no rows.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.marks.is_empty()
    }

    /// Bytes of memory its rows take.
    #[must_use]
    pub fn bytes(&self) -> usize {
        self.lines.capacity() * LINE + self.marks.capacity() * size_of::<Mark>()
    }

    /// Makes room for more rows.
    pub fn reserve(&mut self, rows: usize) {
        self.lines.reserve(rows * self.lines_a_row);
        self.marks.reserve(rows);
    }

    /// Adds a vector as the last row; components beyond the number of dimensions are left out, missing ones are zero.
    pub fn push(&mut self, vector: &[f32]) {
        let start = self.lines.len();
        self.lines.resize(start + self.lines_a_row, Line::ZERO);
        let (lines, mut sum) = (&mut self.lines[start..], 0);
        let vector = &vector[..vector.len().min(self.dimensions)];
        let scale = quantized(vector, |index, code| {
            lines[index / LINE].0[index % LINE] = code.cast_unsigned();
            sum += i32::from(code);
        });
        self.marks.push(Mark { scale, sum });
    }

    fn row(&self, row: usize) -> &[Line] {
        &self.lines[row * self.lines_a_row..(row + 1) * self.lines_a_row]
    }

    /// A query for these rows.
    #[must_use]
    pub fn query(&self, vector: &[f32]) -> Query {
        let mut lines = vec![Line([128; LINE]); self.lines_a_row];
        let vector = &vector[..vector.len().min(self.dimensions)];
        let scale = quantized(vector, |index, code| {
            lines[index / LINE].0[index % LINE] = code.cast_unsigned().wrapping_add(128);
        });
        Query { lines, scale }
    }

    /// A row as a query: what is near to it?
    #[must_use]
    pub fn query_of(&self, row: usize) -> Query {
        let raised = |line: &Line| Line(line.0.map(|code| code.wrapping_add(128)));
        Query { lines: self.row(row).iter().map(raised).collect(), scale: self.marks[row].scale }
    }

    /// Approximate dot product of a query and a row.
    ///
    /// # Panics
    /// When there is no such row, or the query is for other rows.
    #[must_use]
    pub fn dot(&self, query: &Query, row: usize) -> f32 {
        let product = kernels().codes(&query.lines, self.row(row));
        self.scaled(query, row, product)
    }

    /// Approximate dot products of a query and four rows at once, which saves loading the query.
    ///
    /// # Panics
    /// As [`Codes::dot`].
    #[must_use]
    pub fn dot4(&self, query: &Query, rows: [usize; 4]) -> [f32; 4] {
        let products = kernels().codes4(&query.lines, rows.map(|row| self.row(row)));
        std::array::from_fn(|index| self.scaled(query, rows[index], products[index]))
    }

    /// Asks the processor to fetch a row that will be wanted soon.
    pub fn prefetch(&self, row: usize) {
        if row < self.len() {
            kernels().prefetch(self.row(row));
            kernels().prefetch_one(&self.marks[row]);
        }
    }

    #[expect(clippy::cast_precision_loss, reason = "a score")]
    fn scaled(&self, query: &Query, row: usize, product: i32) -> f32 {
        let Mark { scale, sum } = self.marks[row];
        (product - 128 * sum) as f32 * (query.scale * scale)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::simd::Kernels;

    /// Numbers that look random, within ±1.
    fn vector(seed: u32, dimensions: usize) -> Vec<f32> {
        let mut state = seed.wrapping_mul(2_654_435_761).wrapping_add(12345);
        let mut next = || {
            state ^= state << 13;
            state ^= state >> 17;
            state ^= state << 5;
            (state >> 8) as f32 / (1 << 23) as f32 - 1.0
        };
        (0..dimensions).map(|_| next()).collect()
    }

    #[test]
    fn codes_are_near_to_floats() {
        for dimensions in [1, 3, 63, 64, 65, 384, 1_536, 4_096] {
            let mut codes = Codes::new(dimensions);
            let rows: Vec<Vec<f32>> = (0..9).map(|seed| vector(seed + 1, dimensions)).collect();
            rows.iter().for_each(|row| codes.push(row));
            let wanted = vector(77, dimensions);
            let query = codes.query(&wanted);
            let exact: Vec<f64> = rows
                .iter()
                .map(|row| row.iter().zip(&wanted).map(|(a, b)| f64::from(*a) * f64::from(*b)).sum())
                .collect();
            let bound = 0.02 * (dimensions as f64).sqrt();
            for (row, exact) in exact.iter().enumerate() {
                assert!((f64::from(codes.dot(&query, row)) - exact).abs() < bound, "{dimensions} {row}");
                assert!((f64::from(crate::dot(&rows[row], &wanted)) - exact).abs() < 1e-3);
            }
            assert_eq!(codes.dot4(&query, [0, 8, 3, 3]), [0, 8, 3, 3].map(|row| codes.dot(&query, row)));
            let itself = codes.query_of(4);
            assert_eq!(codes.dot(&itself, 5), codes.dot(&codes.query(&rows[4]), 5));
        }
    }

    #[test]
    fn every_kernel_gives_the_same_number() {
        for dimensions in [1, 64, 100, 384, 4_096] {
            let mut codes = Codes::new(dimensions);
            // The largest products there are: every code at its bound.
            codes.push(&vec![1.0; dimensions]);
            codes.push(&vec![-1.0; dimensions]);
            (0..5).for_each(|seed| codes.push(&vector(seed + 5, dimensions)));
            for query in [codes.query(&vec![1.0; dimensions]), codes.query(&vec![-1.0; dimensions]), codes.query_of(3)]
            {
                let plain = |row: usize| {
                    let pairs = codes.row(row).iter().zip(&query.lines);
                    let pairs = pairs.flat_map(|(row, query)| row.0.iter().zip(&query.0));
                    pairs.map(|(row, query)| i32::from(row.cast_signed()) * i32::from(*query)).sum::<i32>()
                };
                for kernels in Kernels::all() {
                    for row in 0..codes.len() {
                        assert_eq!(kernels.codes(&query.lines, codes.row(row)), plain(row), "{}", kernels.name());
                    }
                    let four = kernels.codes4(&query.lines, [0, 1, 2, 6].map(|row| codes.row(row)));
                    assert_eq!(four, [0, 1, 2, 6].map(plain), "{}", kernels.name());
                    let (a, b) = (vector(1, dimensions), vector(2, dimensions));
                    let exact: f64 = a.iter().zip(&b).map(|(a, b)| f64::from(*a) * f64::from(*b)).sum();
                    assert!((f64::from(kernels.float(&a, &b)) - exact).abs() < 1e-3, "{}", kernels.name());
                }
            }
        }
    }

    #[test]
    fn zero_and_short_vectors_are_rows_too() {
        let mut codes = Codes::new(3);
        codes.push(&[0.0; 3]);
        codes.push(&[1.0]);
        codes.push(&[1.0, 2.0, 3.0, 4.0]);
        let query = codes.query(&[1.0, 1.0, 1.0]);
        assert_eq!(codes.dot(&query, 0), 0.0);
        assert!((codes.dot(&query, 1) - 1.0).abs() < 0.02 && (codes.dot(&query, 2) - 6.0).abs() < 0.1);
    }
}
