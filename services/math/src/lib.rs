//! math: expressions, units, finance, statistics, regression, time series, matrices and numerics.

mod bulk;
pub mod cell;
pub mod convert;
pub mod date;
pub mod dd;
pub mod decimal;
pub mod distribution;
mod error;
pub mod evaluate;
pub mod finance;
pub mod geo;
mod literal;
pub mod matrix;
pub mod numeric;
pub mod regression;
pub mod signal;
pub mod special;
pub mod statistics;
pub mod tables;
pub mod timeseries;

use chassis::Service;
pub use error::Error;
use finance::{
    apr, backtest, bond, daycount, depreciation, discount, irr, loan, margin, npv, rates, round, split, tax, time_value,
};
use geo::{bounds, distance, geohash, polygon};
use numeric::{integrate, interpolate, minimize, ode, polynomial, root};
use signal::{convolve, fft, filter, peaks};
use statistics::{correlation, describe, test};
use tables::outliers;
use timeseries::{analyze, forecast};

/// The port the service has when it runs alone.
pub const PORT: u16 = 3002;

/// The service: every operation in one list.
#[must_use]
pub fn service() -> Service {
    Service::new("math", "Finance, statistics, regression, time series, matrices and numerics")
        .compute("POST /evaluate", evaluate::evaluate, evaluate::about)
        .compute("POST /convert", convert::convert, convert::about)
        .compute("POST /finance/loan", loan::loan, loan::about)
        .compute("POST /finance/apr", apr::apr, apr::about)
        .compute("POST /finance/time-value", time_value::time_value, time_value::about)
        .compute("POST /finance/npv", npv::npv, npv::about)
        .compute("POST /finance/irr", irr::irr, irr::about)
        .compute("POST /finance/depreciation", depreciation::depreciation, depreciation::about)
        .compute("POST /finance/bond", bond::bond, bond::about)
        .compute("POST /finance/rates", rates::rates, rates::about)
        .compute("POST /finance/daycount", daycount::daycount, daycount::about)
        .compute("POST /finance/tax", tax::tax, tax::about)
        .compute("POST /finance/margin", margin::margin, margin::about)
        .compute("POST /finance/discount", discount::discount, discount::about)
        .compute("POST /finance/split", split::split, split::about)
        .compute("POST /finance/round", round::round, round::about)
        .compute("POST /finance/backtest", backtest::backtest, backtest::about)
        .compute("POST /statistics/describe", describe::describe, describe::about)
        .compute("POST /statistics/test", test::test, test::about)
        .compute("POST /statistics/correlation", correlation::correlation, correlation::about)
        .compute("POST /distribution", distribution::distribution, distribution::about)
        .compute("POST /regression", regression::regression, regression::about)
        .compute("POST /timeseries/analyze", analyze::analyze, analyze::about)
        .compute("POST /timeseries/forecast", forecast::forecast, forecast::about)
        .compute("POST /tables/describe", tables::describe::describe, tables::describe::about)
        .compute("POST /tables/outliers", outliers::outliers, outliers::about)
        .compute("POST /matrix", matrix::compute, matrix::about)
        .compute("POST /numeric/integrate", integrate::integrate, integrate::about)
        .compute("POST /numeric/root", root::root, root::about)
        .compute("POST /numeric/minimize", minimize::minimize, minimize::about)
        .compute("POST /numeric/ode", ode::ode, ode::about)
        .compute("POST /numeric/interpolate", interpolate::interpolate, interpolate::about)
        .compute("POST /numeric/polynomial-roots", polynomial::polynomial, polynomial::about)
        .compute("POST /signal/fft", fft::fft, fft::about)
        .compute("POST /signal/filter", filter::filter, filter::about)
        .compute("POST /signal/convolve", convolve::convolve, convolve::about)
        .compute("POST /signal/peaks", peaks::peaks, peaks::about)
        .compute("POST /geo/distance", distance::distance, distance::about)
        .compute("POST /geo/polygon", polygon::polygon, polygon::about)
        .compute("POST /geo/bounds", bounds::bounds, bounds::about)
        .compute("POST /geo/geohash", geohash::geohash, geohash::about)
}
