//! Points out of a collection and into one, as lines of JSON.

pub mod export;
pub mod import;
