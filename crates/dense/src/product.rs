//! The product of rows and panels.

use crate::level::Level;
use crate::panels::{PANEL, Panels};
use crate::rows::{Rows, RowsMut};
use crate::tile;

/// Rows multiplied before the next panel is taken: with 1,536 numbers each they stay in the second cache.
const BLOCK: usize = 96;

/// `output = input * panels`. Columns of the output beyond those of the panels, up to the next multiple of 32, become zero.
///
/// # Panics
/// When the shapes do not fit.
pub fn product(level: Level, input: Rows<'_>, panels: &Panels, output: &mut RowsMut<'_>) {
    assert_eq!(input.width, panels.rows(), "the inner dimensions differ");
    assert!(output.count == input.count && output.width >= panels.columns(), "the output has another shape");
    for start in (0..input.count).step_by(BLOCK) {
        let rows = BLOCK.min(input.count - start);
        for (index, panel) in panels.iter().enumerate() {
            let column = index * PANEL;
            let room = output.width - column;
            let from = Rows::part(&input.data[start * input.stride..], rows, input.width, input.stride);
            let to = &mut output.data[start * output.stride + column..];
            let panel = Rows::new(panel.as_flattened_numbers(), PANEL);
            if room >= PANEL {
                tile::strip(level, from, panel, &mut RowsMut::part(to, rows, PANEL, output.stride));
            } else {
                let mut whole = vec![0.0; rows * PANEL];
                tile::strip(level, from, panel, &mut RowsMut::new(&mut whole, PANEL));
                for (row, whole) in whole.chunks_exact(PANEL).enumerate() {
                    to[row * output.stride..][..room].copy_from_slice(&whole[..room]);
                }
            }
        }
    }
}

/// `output = left * right`, where the right side is rows as they lie; their width is a multiple of 32.
///
/// # Panics
/// When the shapes do not fit.
pub fn product_of_rows(level: Level, left: Rows<'_>, right: Rows<'_>, output: &mut RowsMut<'_>) {
    assert_eq!(left.width, right.count, "the inner dimensions differ");
    assert!(right.width.is_multiple_of(PANEL), "{} columns are no multiple of {PANEL}", right.width);
    assert!(output.count == left.count && output.width == right.width, "the output has another shape");
    if left.count == 0 || left.width == 0 {
        return;
    }
    for column in (0..right.width).step_by(PANEL) {
        let panel = Rows::part(&right.data[column..], right.count, PANEL, right.stride);
        let to = &mut output.data[column..];
        tile::strip(level, left, panel, &mut RowsMut::part(to, left.count, PANEL, output.stride));
    }
}

/// Lanes as the numbers they are.
trait Flat {
    fn as_flattened_numbers(&self) -> &[f32];
}

impl Flat for [crate::panels::Lane] {
    fn as_flattened_numbers(&self) -> &[f32] {
        // SAFETY: a lane is 32 numbers in C's layout, 128 bytes, which is a multiple of its alignment: no gaps.
        unsafe { std::slice::from_raw_parts(self.as_ptr().cast(), self.len() * PANEL) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn numbers(count: usize, seed: u32) -> Vec<f32> {
        let mut state = seed;
        let next = || {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (state >> 8) as f32 / 16_777_216.0 - 0.5
        };
        std::iter::repeat_with(next).take(count).collect()
    }

    /// The definition, in double precision.
    fn slow(input: &[f32], weights: &[f32], inputs: usize, outputs: usize) -> Vec<f64> {
        let rows = input.chunks_exact(inputs);
        let dot = |a: &[f32], b: &[f32]| a.iter().zip(b).map(|(a, b)| f64::from(*a) * f64::from(*b)).sum();
        rows.flat_map(|row| weights.chunks_exact(inputs).take(outputs).map(move |weights| dot(row, weights))).collect()
    }

    #[test]
    fn products_are_right_on_every_level() {
        for (rows, inputs, outputs) in
            [(1, 32, 32), (13, 384, 96), (97, 7, 33), (200, 64, 1), (25, 1536, 64), (3, 1, 5)]
        {
            let (input, weights) = (numbers(rows * inputs, 1), numbers(inputs * outputs, 2));
            let panels = Panels::pack(&weights, outputs, inputs);
            let right = slow(&input, &weights, inputs, outputs);
            for level in Level::all() {
                let mut output = vec![f32::NAN; rows * outputs];
                product(level, Rows::new(&input, inputs), &panels, &mut RowsMut::new(&mut output, outputs));
                for (found, right) in output.iter().zip(&right) {
                    assert!((f64::from(*found) - right).abs() < 1e-4, "{level:?} {rows} {inputs} {outputs}");
                }
            }
        }
    }

    #[test]
    fn a_row_is_the_same_to_the_bit_alone_and_among_others() {
        let (rows, inputs, outputs) = (37, 384, 64);
        let (input, weights) = (numbers(rows * inputs, 3), numbers(inputs * outputs, 4));
        let panels = Panels::pack(&weights, outputs, inputs);
        for level in Level::all() {
            let mut together = vec![0.0; rows * outputs];
            product(level, Rows::new(&input, inputs), &panels, &mut RowsMut::new(&mut together, outputs));
            for (row, among) in input.chunks_exact(inputs).zip(together.chunks_exact(outputs)) {
                let mut alone = vec![0.0; outputs];
                product(level, Rows::new(row, inputs), &panels, &mut RowsMut::new(&mut alone, outputs));
                assert_eq!(alone, among, "{level:?}");
            }
        }
    }

    #[test]
    fn rows_may_be_multiplied_where_they_lie() {
        let (count, inner, width, stride) = (14, 17, 64, 100);
        let (left, right) = (numbers(count * inner, 5), numbers(inner * stride, 6));
        for level in Level::all() {
            let mut output = vec![0.0; count * stride];
            let part = Rows::part(&right, inner, width, stride);
            product_of_rows(
                level,
                Rows::new(&left, inner),
                part,
                &mut RowsMut::part(&mut output, count, width, stride),
            );
            for row in 0..count {
                for column in 0..width {
                    let terms =
                        (0..inner).map(|k| f64::from(left[row * inner + k]) * f64::from(right[k * stride + column]));
                    assert!((f64::from(output[row * stride + column]) - terms.sum::<f64>()).abs() < 1e-5);
                }
                assert!(output[row * stride + width..(row + 1) * stride].iter().all(|beyond| *beyond == 0.0));
            }
        }
    }
}
