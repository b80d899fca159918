//! Samples described, compared and related.

pub mod correlation;
pub mod describe;
pub mod quantiles;
pub mod test;
