//! Numerics of points and polynomials.

pub mod interpolate;
pub mod polynomial;
