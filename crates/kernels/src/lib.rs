//! Dot products of int8 and float vectors, with SIMD found at run time.
//!
//! Vectors are compared twice in a search: all candidates by rows of int8, a quarter of the memory and what AVX-512 VNNI
//! multiplies 64 at a time; the best of those again in float. A row is quantized by its own largest component: `x[i]` is
//! about `scale * code[i]` with codes within ±127. Rows begin at cache lines, since a 64-byte load across two lines costs
//! a fifth of a scan.
//!
//! `simd.rs` is the only unsafe code: three kernels (AVX-512 VNNI, AVX2, portable) behind a safe face, chosen once.

mod codes;
mod simd;

pub use codes::{Codes, Query};

/// Dot product of two float vectors of the same length; what is longer than the other is left out.
#[must_use]
pub fn dot(a: &[f32], b: &[f32]) -> f32 {
    simd::kernels().float(a, b)
}

/// Asks the processor to fetch four-byte values, such as a float vector, that will be wanted soon.
pub fn prefetch<T: Copy>(values: &[T]) {
    values.iter().step_by(16).for_each(|value| simd::kernels().prefetch_one(value));
}

/// Which kernels this machine runs: `avx512-vnni`, `avx2` or `portable`.
#[must_use]
pub fn name() -> &'static str {
    simd::kernels().name()
}
