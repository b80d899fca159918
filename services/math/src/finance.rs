//! Money: amounts exact in decimals, rates judged by the equation they solve.

pub mod apr;
pub mod backtest;
pub mod bond;
pub mod daycount;
pub mod depreciation;
pub mod discount;
mod flows;
pub mod irr;
pub mod loan;
pub mod margin;
pub mod npv;
pub mod percent;
pub mod rates;
pub mod round;
pub mod split;
pub mod tax;
pub mod time_value;
