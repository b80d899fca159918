//! Internal rate of return, with all its solutions.

use chassis::{Call, Operation};
use garde::Validate;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::flows::Flows;
use super::percent::Rate;
use crate::date::Date;
use crate::dd::Dd;
use crate::decimal::Decimal;
use crate::error::{Error, conflict};

const DESCRIPTION: &str = "\
The rate at which a series of cash flows has a net present value of 0: IRR for cash flows one period apart, XIRR \
(actual days over 365) with `dates`. No guess is needed: every rate above -100 % is found. Cash flows with several \
sign changes can have several rates, or none; then `rate` is null, `rates` holds them all and a warning says so. With \
`financeRate` and `reinvestRate`, also the modified rate (MIRR), which is always unique.";

/// Cash flows and their dates.
#[derive(Debug, Serialize, Deserialize, Validate, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[garde(allow_unvalidated)]
pub struct FinanceIrrRequest {
    /// Cash flows in order: negative for payments made, positive for payments received.
    #[serde(alias = "values", alias = "cashflows")]
    #[garde(length(min = 2, max = 10_000))]
    pub amounts: Vec<Decimal>,
    /// Date of each cash flow, in any order; without dates, cash flows are one period apart, the first at the start.
    #[serde(default)]
    #[garde(length(max = 10_000))]
    pub dates: Vec<Date>,
    /// Finance rate per period, for MIRR: the interest paid on money borrowed, as a fraction or percentage: 0.05 or "5
    /// %".
    #[serde(default)]
    pub finance_rate: Option<Rate>,
    /// Reinvestment rate per period, for MIRR: the interest earned on money received, as a fraction or percentage: 0.05
    /// or "5 %".
    #[serde(default)]
    pub reinvest_rate: Option<Rate>,
}

/// Internal rates of return.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct FinanceIrrResponse {
    /// Internal rate of return per period as a fraction, or per year with dates; null when there is none or more than
    /// one.
    pub rate: Option<f64>,
    /// All internal rates of return as fractions, in ascending order.
    pub rates: Vec<f64>,
    /// Net present value at each of `rates`: 0 but for rounding errors.
    pub residuals: Vec<f64>,
    /// Number of sign changes of the cash flows; there are at most as many rates.
    pub sign_changes: usize,
    /// Modified internal rate of return (MIRR) as a fraction; null unless `financeRate` and `reinvestRate` are given.
    pub modified_rate: Option<f64>,
    /// Method used: `irr`, or `xirr` with dates.
    pub method: &'static str,
    /// Result in words.
    pub sentence: String,
}

/// A request that works.
fn example() -> FinanceIrrRequest {
    FinanceIrrRequest {
        amounts: [-1000, 300, 420, 680].map(|amount| Decimal::new(amount, 0)).to_vec(),
        dates: Vec::new(),
        finance_rate: None,
        reinvest_rate: None,
    }
}

/// What the documents say.
#[must_use]
pub fn about(op: Operation) -> Operation {
    op.summary("Find the internal rate of return (IRR, XIRR, MIRR)")
        .description(DESCRIPTION)
        .example(example)
        .inline(1024)
}

/// Years from the first date to each.
pub(super) fn years(dates: &[Date], amounts: usize) -> Result<Vec<f64>, Error> {
    if dates.len() != amounts {
        let message = format!("there are {} dates for {amounts} amounts: send one date for each", dates.len());
        return Err(conflict("dates", message));
    }
    let first = dates.iter().min().copied().unwrap_or(dates[0]);
    #[expect(clippy::cast_precision_loss, reason = "days between two dates are below 2^23")]
    Ok(dates.iter().map(|date| date.days_since(first) as f64 / 365.0).collect())
}

/// Whole periods from the first payment.
pub(super) fn periods(count: usize) -> Vec<f64> {
    (0..count).map(|period| u32::try_from(period).map_or(0.0, f64::from)).collect()
}

/// Finds every rate of return.
///
/// # Errors
/// When all payments have one sign, dates and amounts differ in number, or only one rate of MIRR is there.
pub fn irr(request: FinanceIrrRequest, call: &Call) -> Result<FinanceIrrResponse, Error> {
    let dated = !request.dates.is_empty();
    let times = if dated { years(&request.dates, request.amounts.len())? } else { periods(request.amounts.len()) };
    let amounts: Vec<Dd> = request.amounts.iter().map(|amount| amount.dd()).collect();
    let flows = Flows::new(&amounts, &times);
    let rates = flows.rates("amounts", call)?;
    let modified_rate = match (request.finance_rate, request.reinvest_rate) {
        (None, None) => None,
        (Some(finance), Some(reinvest)) => {
            finance.warn("financeRate", call);
            reinvest.warn("reinvestRate", call);
            modified(&amounts, &times, finance, reinvest)
        }
        (Some(_), None) => return Err(conflict("reinvestRate", "is missing: MIRR needs it beside financeRate")),
        (None, Some(_)) => return Err(conflict("financeRate", "is missing: MIRR needs it beside reinvestRate")),
    };
    let per = if dated { "a year" } else { "a period" };
    let percent = |rate: &f64| format!("{:.4} %", rate * 100.0);
    let (rate, sentence) = match rates.as_slice() {
        [] => {
            call.warn("no-rate", Some("amounts"), "there is no rate at which the net present value is 0");
            (None, "No rate makes these payments worth 0.".to_owned())
        }
        [only] => (Some(*only), format!("The payments return {} {per}.", percent(only))),
        several => {
            let all = several.iter().map(percent).collect::<Vec<_>>().join(", ");
            let message = format!(
                "the net present value is 0 at {} rates ({all}): judge by the net present value at your own rate, or use MIRR",
                several.len()
            );
            call.warn("several-rates", Some("amounts"), message);
            (None, format!("The payments have {} rates of return: {all} {per}.", several.len()))
        }
    };
    Ok(FinanceIrrResponse {
        rate,
        residuals: rates.iter().map(|rate| flows.value_at(*rate)).collect(),
        rates,
        sign_changes: flows.sign_changes(),
        modified_rate,
        method: if dated { "xirr" } else { "irr" },
        sentence,
    })
}

/// What is paid is discounted to the first time, what is received grows to the last.
fn modified(amounts: &[Dd], times: &[f64], finance: Rate, reinvest: Rate) -> Option<f64> {
    let end = times.iter().copied().fold(0.0, f64::max);
    let (finance, reinvest) = (finance.dd() + Dd::ONE, reinvest.dd() + Dd::ONE);
    let (mut paid, mut received) = (Dd::ZERO, Dd::ZERO);
    for (amount, time) in amounts.iter().zip(times) {
        if amount.hi() < 0.0 {
            paid -= *amount * finance.powd(Dd::of(-time));
        } else {
            received += *amount * reinvest.powd(Dd::of(end - time));
        }
    }
    let rate = (received / paid).powd(Dd::ONE / end) - Dd::ONE;
    Some(rate.value()).filter(|rate| rate.is_finite())
}
