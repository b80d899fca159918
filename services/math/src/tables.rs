//! Tables: what their columns hold, and what stands out.

pub mod describe;
pub mod outliers;
