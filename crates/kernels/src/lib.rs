//! Dot products of int8 vectors, with SIMD found at run time.
