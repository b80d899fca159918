//! Depreciation schedules.

use chassis::{Call, Operation};
use garde::Validate;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::npv::cents;
use crate::dd::Dd;
use crate::decimal::{Decimal, Rounding};
use crate::error::{Error, conflict, overflow};

const DESCRIPTION: &str = "\
Depreciation of an asset year by year, in exact cents: straight line (SLN), declining balance (DB, at a rate of three \
decimal places as in spreadsheets), double declining balance (DDB, with any `factor`) or sum of years' digits (SYD). \
The rows of SLN and SYD add up to cost less salvage exactly; DDB never falls below the salvage value, and with \
`switchToStraightLine` reaches it.";

/// An asset and its depreciation method.
#[derive(Debug, Serialize, Deserialize, Validate, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[garde(allow_unvalidated)]
pub struct FinanceDepreciationRequest {
    /// Cost of the asset.
    pub cost: Decimal,
    /// Salvage value at the end of the asset's life.
    #[serde(default = "nothing")]
    pub salvage: Decimal,
    /// Useful life in years.
    #[garde(range(min = 1, max = 200))]
    pub life: u32,
    /// Depreciation method.
    #[serde(default)]
    pub method: DepreciationMethod,
    /// Acceleration factor of `double-declining` over the straight-line rate; 2 when omitted.
    #[serde(default)]
    pub factor: Option<Decimal>,
    /// For `double-declining`: switch to straight-line depreciation as soon as it is larger.
    #[serde(default)]
    pub switch_to_straight_line: bool,
    /// Months of use in the first year, for `straight-line` and `declining-balance`; the remaining months fall into an
    /// additional last year.
    #[serde(default = "whole_year")]
    #[garde(range(min = 1, max = 12))]
    pub first_year_months: u32,
    /// Decimal places that amounts are rounded to, 2 for cents.
    #[serde(default = "cents")]
    #[garde(range(max = 4))]
    pub decimals: u8,
    /// Rounding mode of the results.
    #[serde(default)]
    pub rounding: Rounding,
}

fn nothing() -> Decimal {
    Decimal::ZERO
}

fn whole_year() -> u32 {
    12
}

/// Depreciation method.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum DepreciationMethod {
    /// Straight line: the same amount each year (SLN).
    #[default]
    #[serde(alias = "sln")]
    StraightLine,
    /// Declining balance: a fixed fraction of the book value (DB).
    #[serde(alias = "db")]
    DecliningBalance,
    /// Double declining balance: twice the straight-line fraction of the book value, or `factor` times (DDB).
    #[serde(alias = "ddb")]
    DoubleDeclining,
    /// Sum of years' digits: in proportion to the remaining years (SYD).
    #[serde(alias = "syd")]
    SumOfYears,
}

/// Depreciation schedule.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct FinanceDepreciationResponse {
    /// Depreciation method.
    pub method: DepreciationMethod,
    /// Depreciation rate of `declining-balance` and `double-declining` per year, as a fraction; null for other methods.
    pub rate: Option<f64>,
    /// Total depreciation over all years.
    pub total: Decimal,
    /// Rounding mode of the results.
    pub rounding: Rounding,
    /// Schedule, year by year.
    pub rows: Vec<DepreciationYear>,
}

/// One year of a depreciation schedule.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct DepreciationYear {
    /// Number of the year, from 1.
    pub year: u32,
    /// Depreciation in the year.
    pub depreciation: Decimal,
    /// Accumulated depreciation at the end of the year.
    pub accumulated: Decimal,
    /// Book value at the end of the year.
    pub book_value: Decimal,
}

fn example() -> FinanceDepreciationRequest {
    FinanceDepreciationRequest {
        cost: Decimal::new(30_000, 0),
        salvage: Decimal::new(7_500, 0),
        life: 10,
        method: DepreciationMethod::StraightLine,
        factor: None,
        switch_to_straight_line: false,
        first_year_months: 12,
        decimals: 2,
        rounding: Rounding::HalfUp,
    }
}

/// What the documents say.
#[must_use]
pub fn about(op: Operation) -> Operation {
    op.summary("Compute a depreciation schedule (SLN, DB, DDB, SYD)").description(DESCRIPTION).example(example)
}

/// Makes a schedule.
///
/// # Errors
/// When the salvage value is not between zero and the cost, or fields do not go together.
pub fn depreciation(request: FinanceDepreciationRequest, _: &Call) -> Result<FinanceDepreciationResponse, Error> {
    use DepreciationMethod as Method;
    let FinanceDepreciationRequest { cost, salvage, life, method, .. } = request;
    if cost.signum() <= 0 {
        return Err(conflict("cost", "must be above 0"));
    }
    if salvage.signum() < 0 || salvage > cost {
        return Err(conflict("salvage", "must be from 0 to the cost"));
    }
    if method != Method::DoubleDeclining && (request.factor.is_some() || request.switch_to_straight_line) {
        let field = if request.factor.is_some() { "factor" } else { "switchToStraightLine" };
        return Err(conflict(field, "goes with the method double-declining only"));
    }
    let factor = request.factor.unwrap_or(Decimal::new(2, 0));
    if factor.signum() <= 0 || factor > Decimal::new(100, 0) {
        return Err(conflict("factor", "must be above 0 and at most 100"));
    }
    let months = request.first_year_months;
    if months < 12 && !matches!(method, Method::StraightLine | Method::DecliningBalance) {
        return Err(conflict("firstYearMonths", "goes with the methods straight-line and declining-balance only"));
    }
    let too_large = || overflow("cost");
    let money = |value: Dd| Decimal::of_dd(value, request.decimals, request.rounding).ok_or_else(too_large);
    let years = f64::from(life);
    let rate = match method {
        Method::DecliningBalance => {
            let rate = Dd::ONE - (salvage.dd() / cost.dd()).powd(Dd::ONE / years);
            // Without a salvage value all is lost in the first year.
            let rate = if salvage.signum() == 0 { Dd::ONE } else { rate };
            Decimal::of_dd(rate, 3, Rounding::HalfUp).map(Decimal::dd)
        }
        Method::DoubleDeclining => Some(factor.dd() / years).map(|rate| if rate > Dd::ONE { Dd::ONE } else { rate }),
        _ => None,
    };
    let base = cost.dd() - salvage.dd();
    let part = f64::from(months) / 12.0;
    let count = if months < 12 { life + 1 } else { life };
    let (cost, salvage) = (
        cost.rounded(request.decimals, request.rounding).ok_or_else(too_large)?,
        salvage.rounded(request.decimals, request.rounding).ok_or_else(too_large)?,
    );
    let mut book = cost;
    let mut rows: Vec<DepreciationYear> = Vec::new();
    for year in 1..=count {
        let left = book.minus(salvage).ok_or_else(too_large)?;
        let remaining = f64::from(life - year.min(life) + 1);
        let exact = match (method, rate) {
            (Method::StraightLine, _) => base / years * if year == 1 { part } else { 1.0 },
            (Method::SumOfYears, _) => base * remaining / (years * (years + 1.0) / 2.0),
            (Method::DecliningBalance, Some(rate)) => {
                let share = match year {
                    1 => part,
                    last if last > life => 1.0 - part,
                    _ => 1.0,
                };
                book.dd() * rate * share
            }
            (_, rate) => {
                let declining = book.dd() * rate.unwrap_or(Dd::ZERO);
                let straight = left.dd() / remaining;
                if request.switch_to_straight_line && straight > declining { straight } else { declining }
            }
        };
        let exact_methods = matches!(method, Method::StraightLine | Method::SumOfYears);
        let takes_rest = year == count && (exact_methods || request.switch_to_straight_line);
        let floor_at_salvage = method != Method::DecliningBalance;
        let rounded = money(exact)?;
        let lost = if takes_rest || (floor_at_salvage && rounded > left) { left } else { rounded };
        book = book.minus(lost).ok_or_else(too_large)?;
        let accumulated = cost.minus(book).ok_or_else(too_large)?;
        rows.push(DepreciationYear { year, depreciation: lost, accumulated, book_value: book });
    }
    Ok(FinanceDepreciationResponse {
        method,
        rate: rate.map(Dd::value),
        total: cost.minus(book).ok_or_else(too_large)?,
        rounding: request.rounding,
        rows,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn years(request: FinanceDepreciationRequest) -> Vec<String> {
        let answer = depreciation(request, &Call::detached()).unwrap();
        answer.rows.iter().map(|row| row.depreciation.to_string()).collect()
    }

    #[test]
    fn the_examples_of_the_spreadsheets() {
        // Microsoft's documentation of SLN, SYD, DB and DDB.
        assert_eq!(years(example())[0], "2250.00");
        let syd = years(FinanceDepreciationRequest { method: DepreciationMethod::SumOfYears, ..example() });
        assert_eq!((syd[0].as_str(), syd[9].as_str()), ("4090.91", "409.09"));
        let db = FinanceDepreciationRequest {
            cost: Decimal::new(1_000_000, 0),
            salvage: Decimal::new(100_000, 0),
            life: 6,
            method: DepreciationMethod::DecliningBalance,
            first_year_months: 7,
            ..example()
        };
        let expected = ["186083.33", "259639.42", "176814.44", "120410.64", "81999.64", "55841.76", "15845.10"];
        assert_eq!(years(db), expected);
        let ddb = FinanceDepreciationRequest {
            cost: Decimal::new(2400, 0),
            salvage: Decimal::new(300, 0),
            method: DepreciationMethod::DoubleDeclining,
            ..example()
        };
        let ddb = years(ddb);
        assert_eq!((ddb[0].as_str(), ddb[9].as_str()), ("480.00", "22.12"));
    }

    #[test]
    fn what_adds_up_adds_up() {
        for method in [DepreciationMethod::StraightLine, DepreciationMethod::SumOfYears] {
            let request = FinanceDepreciationRequest {
                cost: Decimal::new(1000, 0),
                salvage: Decimal::ZERO,
                life: 7,
                method,
                ..example()
            };
            assert_eq!(depreciation(request, &Call::detached()).unwrap().total.to_string(), "1000.00");
        }
    }
}
