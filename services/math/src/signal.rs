//! Signals: spectra, convolution, peaks.

pub mod convolve;
pub mod fft;
pub mod peaks;
mod transform;
