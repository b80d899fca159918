//! Net present value.

use chassis::{Call, Operation};
use garde::Validate;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::irr::{periods, years};
use super::percent::Rate;
use crate::date::Date;
use crate::dd::Dd;
use crate::decimal::{Decimal, Rounding};
use crate::error::{Error, conflict, overflow};

const DESCRIPTION: &str = "\
The present value of a series of cash flows at a discount rate: NPV for cash flows one period apart, XNPV (actual \
days over 365) with `dates`. The first cash flow is taken as made today; with `firstPayment=next-period` it is \
discounted by one period, as in NPV of spreadsheets.";

/// Cash flows, their dates and a discount rate.
#[derive(Debug, Serialize, Deserialize, Validate, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[garde(allow_unvalidated)]
pub struct FinanceNpvRequest {
    /// Discount rate per period, or per year with dates, as a fraction or percentage: 0.05 or "5 %".
    pub rate: Rate,
    /// Cash flows in order: negative for payments made, positive for payments received.
    #[serde(alias = "values", alias = "cashflows")]
    #[garde(length(min = 1, max = 10_000))]
    pub amounts: Vec<Decimal>,
    /// Date of each cash flow; without dates, cash flows are one period apart. The value is as of the first date.
    #[serde(default)]
    #[garde(length(max = 10_000))]
    pub dates: Vec<Date>,
    /// Time of the first cash flow, for cash flows without dates.
    #[serde(default)]
    pub first_payment: FirstPayment,
    /// Decimal places that amounts are rounded to, 2 for cents.
    #[serde(default = "cents")]
    #[garde(range(max = 10))]
    pub decimals: u8,
    /// Rounding mode of the results.
    #[serde(default)]
    pub rounding: Rounding,
}

/// Two: what money is rounded to.
pub(crate) fn cents() -> u8 {
    2
}

/// Time of the first cash flow.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum FirstPayment {
    /// Today: not discounted.
    #[default]
    Now,
    /// At the end of the first period, as in NPV of spreadsheets.
    NextPeriod,
}

/// Net present value.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct FinanceNpvResponse {
    /// Net present value, rounded.
    pub npv: Decimal,
    /// Net present value, unrounded.
    pub value: f64,
    /// Sum of the cash flows, not discounted.
    pub total: Decimal,
    /// Method used: `npv`, or `xnpv` with dates.
    pub method: &'static str,
    /// Rounding mode of the results.
    pub rounding: Rounding,
    /// Result in words.
    pub sentence: String,
}

fn example() -> FinanceNpvRequest {
    FinanceNpvRequest {
        rate: Rate::of(Decimal::new(8, 2)),
        amounts: [-40_000, 8_000, 9_200, 10_000, 12_000, 14_500].map(|amount| Decimal::new(amount, 0)).to_vec(),
        dates: Vec::new(),
        first_payment: FirstPayment::Now,
        decimals: 2,
        rounding: Rounding::HalfUp,
    }
}

/// What the documents say.
#[must_use]
pub fn about(op: Operation) -> Operation {
    op.summary("Compute the net present value (NPV, XNPV)").description(DESCRIPTION).example(example).inline(1024)
}

/// Discounts payments.
///
/// # Errors
/// When dates and amounts differ in number, or the rate is -100 % or less.
pub fn npv(request: FinanceNpvRequest, call: &Call) -> Result<FinanceNpvResponse, Error> {
    let growth = request.rate.dd() + Dd::ONE;
    if growth.hi() <= 0.0 {
        return Err(conflict("rate", "must be above -1 (-100 %)"));
    }
    request.rate.warn("rate", call);
    let dated = !request.dates.is_empty();
    let mut times = if dated { years(&request.dates, request.amounts.len())? } else { periods(request.amounts.len()) };
    if request.first_payment == FirstPayment::NextPeriod {
        if dated {
            return Err(conflict("firstPayment", "does not go with dates: they say when payments are made"));
        }
        times.iter_mut().for_each(|time| *time += 1.0);
    }
    let logarithm = growth.ln();
    let terms = request.amounts.iter().zip(&times);
    let value: Dd = terms.map(|(amount, time)| amount.dd() * (-(logarithm * *time)).exp()).sum();
    let npv = Decimal::of_dd(value, request.decimals, request.rounding).ok_or_else(|| overflow("rate"))?;
    let total = request.amounts.iter().try_fold(Decimal::ZERO, |sum, amount| sum.plus(*amount));
    Ok(FinanceNpvResponse {
        npv,
        value: value.value(),
        total: total.ok_or_else(|| overflow("amounts"))?,
        method: if dated { "xnpv" } else { "npv" },
        rounding: request.rounding,
        sentence: format!("At a rate of {} the payments are worth {npv}.", request.rate),
    })
}
