//! Units: their names, their sizes, quantities and conversions.
//!
//! Every factor is an exact fraction, with powers of pi kept apart, so `98.6 degF == 37 degC` holds and a conversion is
//! rounded once, at its end. A temperature in degC or degF alone is a point on its scale; inside a product, or as
//! `deltaC` and `deltaF`, it is a difference. A quantity keeps the unit it was written in until asked for another.

mod convert;
pub(crate) mod quantity;
mod rates;
pub(crate) mod registry;
pub(crate) mod table;
mod unit;

pub(crate) use convert::below_zero;
pub use convert::{Conversion, convert};
pub use quantity::Quantity;
pub use rates::Rates;
pub use registry::list;
pub use unit::Unit;
