//! The inner loop: a few rows times one panel, the sums in registers.

use crate::level::{Level, Set};
use crate::panels::PANEL;
use crate::rows::{Rows, RowsMut};

/// `output = input * panel`, for a panel of 32 columns.
pub(crate) fn strip(level: Level, input: Rows<'_>, panel: Rows<'_>, output: &mut RowsMut<'_>) {
    assert!(panel.width == PANEL && output.width == PANEL, "a panel has {PANEL} columns");
    assert!(input.width == panel.count && output.count == input.count, "the shapes differ");
    match level.0 {
        Set::Portable => portable(input, panel, output),
        // SAFETY: a level is made only where its instructions were found. The assertions above and those that made the rows
        // say that every number the tiles touch is within the slices.
        #[cfg(target_arch = "x86_64")]
        Set::Avx2 => unsafe { x86::strip_avx2(input, panel, output) },
        // SAFETY: the same.
        #[cfg(target_arch = "x86_64")]
        Set::Avx512 => unsafe { x86::strip_avx512(input, panel, output) },
    }
}

/// Plain code, for machines without these registers.
fn portable(input: Rows<'_>, panel: Rows<'_>, output: &mut RowsMut<'_>) {
    for row in 0..input.count {
        let mut sums = [0.0_f32; PANEL];
        for k in 0..input.width {
            let value = input.data[row * input.stride + k];
            let lane = &panel.data[k * panel.stride..k * panel.stride + PANEL];
            for (sum, weight) in sums.iter_mut().zip(lane) {
                *sum += value * weight;
            }
        }
        output.data[row * output.stride..][..PANEL].copy_from_slice(&sums);
    }
}

#[cfg(target_arch = "x86_64")]
mod x86 {
    use std::arch::x86_64::{
        __m256, __m512, _mm256_fmadd_ps, _mm256_loadu_ps, _mm256_set1_ps, _mm256_setzero_ps, _mm256_storeu_ps,
        _mm512_fmadd_ps, _mm512_loadu_ps, _mm512_set1_ps, _mm512_setzero_ps, _mm512_storeu_ps,
    };

    use super::{PANEL, Rows, RowsMut};

    /// Rows of a tile: 24 sums, 2 weights and a number in 32 registers.
    const TILE_512: usize = 12;
    /// Rows of a tile, half a panel wide: 12 sums, 2 weights and a number in 16 registers.
    const TILE_256: usize = 6;

    /// A function for each number of rows, and the one for so many.
    macro_rules! by_rows {
        ($rows:expr, $function:ident $arguments:tt, $($count:literal)*) => {
            match $rows {
                $($count => by_rows!($function, $count, $arguments),)*
                _ => unreachable!("a tile has no more rows"),
            }
        };
        ($function:ident, $count:literal, ($($argument:expr),*)) => {
            $function::<$count>($($argument),*)
        };
    }

    /// # Safety
    /// The machine has AVX-512F. The shapes fit, as the caller has seen.
    #[target_feature(enable = "avx512f")]
    pub(super) unsafe fn strip_avx512(input: Rows<'_>, panel: Rows<'_>, output: &mut RowsMut<'_>) {
        let mut row = 0;
        while row < input.count {
            let rows = TILE_512.min(input.count - row);
            // SAFETY: the tile's rows are within input and output, the panel has as many rows as they have numbers.
            unsafe {
                let from = input.data.as_ptr().add(row * input.stride);
                let to = output.data.as_mut_ptr().add(row * output.stride);
                let weights = panel.data.as_ptr();
                by_rows!(rows, tile_512(from, input.stride, weights, panel.stride, input.width, to, output.stride),
                    1 2 3 4 5 6 7 8 9 10 11 12);
            }
            row += rows;
        }
    }

    /// # Safety
    /// `R` rows of `inner` numbers can be read and of 32 written, `inner` rows of 32 weights read, at these strides.
    #[target_feature(enable = "avx512f")]
    unsafe fn tile_512<const R: usize>(
        from: *const f32,
        from_stride: usize,
        weights: *const f32,
        weights_stride: usize,
        inner: usize,
        to: *mut f32,
        to_stride: usize,
    ) {
        let mut sums: [[__m512; 2]; R] = [[_mm512_setzero_ps(); 2]; R];
        let mut weights = weights;
        for k in 0..inner {
            // SAFETY: row k of the weights, and number k of each row, are there.
            unsafe {
                let (low, high) = (_mm512_loadu_ps(weights), _mm512_loadu_ps(weights.add(16)));
                for (row, sum) in sums.iter_mut().enumerate() {
                    let value = _mm512_set1_ps(*from.add(row * from_stride + k));
                    sum[0] = _mm512_fmadd_ps(value, low, sum[0]);
                    sum[1] = _mm512_fmadd_ps(value, high, sum[1]);
                }
                weights = weights.wrapping_add(weights_stride);
            }
        }
        for (row, sum) in sums.iter().enumerate() {
            // SAFETY: 32 numbers of each row of the output can be written.
            unsafe {
                _mm512_storeu_ps(to.add(row * to_stride), sum[0]);
                _mm512_storeu_ps(to.add(row * to_stride + 16), sum[1]);
            }
        }
    }

    /// # Safety
    /// The machine has AVX2 and FMA. The shapes fit, as the caller has seen.
    #[target_feature(enable = "avx2,fma")]
    pub(super) unsafe fn strip_avx2(input: Rows<'_>, panel: Rows<'_>, output: &mut RowsMut<'_>) {
        let mut row = 0;
        while row < input.count {
            let rows = TILE_256.min(input.count - row);
            for column in [0, PANEL / 2] {
                // SAFETY: the tile's rows are within input and output, the panel has as many rows as they have numbers.
                unsafe {
                    let from = input.data.as_ptr().add(row * input.stride);
                    let to = output.data.as_mut_ptr().add(row * output.stride + column);
                    let weights = panel.data.as_ptr().add(column);
                    by_rows!(rows, tile_256(from, input.stride, weights, panel.stride, input.width, to, output.stride),
                        1 2 3 4 5 6);
                }
            }
            row += rows;
        }
    }

    /// # Safety
    /// `R` rows of `inner` numbers can be read and of 16 written, `inner` rows of 16 weights read, at these strides.
    #[target_feature(enable = "avx2,fma")]
    unsafe fn tile_256<const R: usize>(
        from: *const f32,
        from_stride: usize,
        weights: *const f32,
        weights_stride: usize,
        inner: usize,
        to: *mut f32,
        to_stride: usize,
    ) {
        let mut sums: [[__m256; 2]; R] = [[_mm256_setzero_ps(); 2]; R];
        let mut weights = weights;
        for k in 0..inner {
            // SAFETY: row k of the weights, and number k of each row, are there.
            unsafe {
                let (low, high) = (_mm256_loadu_ps(weights), _mm256_loadu_ps(weights.add(8)));
                for (row, sum) in sums.iter_mut().enumerate() {
                    let value = _mm256_set1_ps(*from.add(row * from_stride + k));
                    sum[0] = _mm256_fmadd_ps(value, low, sum[0]);
                    sum[1] = _mm256_fmadd_ps(value, high, sum[1]);
                }
                weights = weights.wrapping_add(weights_stride);
            }
        }
        for (row, sum) in sums.iter().enumerate() {
            // SAFETY: 16 numbers of each row of the output can be written.
            unsafe {
                _mm256_storeu_ps(to.add(row * to_stride), sum[0]);
                _mm256_storeu_ps(to.add(row * to_stride + 8), sum[1]);
            }
        }
    }
}
