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
The rate at which a series of payments has a net present value of 0: IRR for payments a period apart, XIRR (actual days \
over 365) when `dates` is given. No guess is needed: every rate above -100 % is found. Payments that change their sign several \
times can have several rates, or none; then `rate` is null, `rates` holds them all and a warning says so. The same payments \
with `financeRate` and `reinvestRate` give the modified rate (MIRR), which is always one.";

/// Payments, and when they are made.
#[derive(Debug, Serialize, Deserialize, Validate, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[garde(allow_unvalidated)]
pub struct FinanceIrrRequest {
    /// The payments in order: what is paid is negative, what is received positive.
    #[serde(alias = "values", alias = "cashflows")]
    #[garde(length(min = 2, max = 10_000))]
    pub amounts: Vec<Decimal>,
    /// The date of each payment, in any order; without dates, payments are a period apart, the first at the start.
    #[serde(default)]
    #[garde(length(max = 10_000))]
    pub dates: Vec<Date>,
    /// For MIRR: the rate paid on what is borrowed, a period.
    #[serde(default)]
    pub finance_rate: Option<Rate>,
    /// For MIRR: the rate earned on what is received, a period.
    #[serde(default)]
    pub reinvest_rate: Option<Rate>,
}

/// The rates.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct FinanceIrrResponse {
    /// The rate a period, or a year when there are dates; null when there is none or more than one.
    pub rate: Option<f64>,
    /// Every rate, the smallest first.
    pub rates: Vec<f64>,
    /// The net present value at each of them: 0 but for rounding.
    pub residuals: Vec<f64>,
    /// How often the payments change their sign: there are at most as many rates.
    pub sign_changes: usize,
    /// The modified rate; null unless `financeRate` and `reinvestRate` are given.
    pub modified_rate: Option<f64>,
    /// `irr`, or `xirr` when there are dates.
    pub method: &'static str,
    /// The result in words.
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
    op.summary("Find the internal rate of return (IRR, XIRR, MIRR)").description(DESCRIPTION).example(example)
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
