//! Signals: spectra, filters, convolution, peaks.

pub mod convolve;
pub mod fft;
pub mod filter;
pub mod peaks;
mod transform;
