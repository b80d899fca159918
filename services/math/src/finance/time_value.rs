//! The time value of money: PV, FV, PMT, NPER and RATE of spreadsheets.

use chassis::{Call, Operation};
use garde::Validate;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::flows::Flows;
use super::npv::cents;
use super::percent::Rate;
use crate::dd::Dd;
use crate::decimal::{Decimal, Rounding};
use crate::error::{Error, conflict, overflow};

const DESCRIPTION: &str = "\
Any of five quantities from the other four: present value (PV), future value (FV), payment (PMT), number of periods \
(NPER) or rate (RATE), by `presentValue (1+r)^n + payment (1+r x due) ((1+r)^n - 1)/r + futureValue = 0`. Signs as in \
spreadsheets: payments made are negative, payments received positive. A quantity that is neither given nor to be \
found counts as 0. RATE needs no guess and gives every solution.";

/// Four of present value, future value, payment, number of periods and rate, and which one to find.
#[derive(Debug, Serialize, Deserialize, Validate, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[garde(allow_unvalidated)]
pub struct FinanceTimeValueRequest {
    /// Quantity to find.
    pub find: TimeValue,
    /// Interest rate per period, as a fraction or percentage: 0.05 or "5 %".
    #[serde(default)]
    pub rate: Option<Rate>,
    /// Number of periods.
    #[serde(default, alias = "nper")]
    #[garde(range(min = 0.0, max = 100_000.0))]
    pub periods: Option<f64>,
    /// Payment of each period.
    #[serde(default, alias = "pmt")]
    pub payment: Option<Decimal>,
    /// Present value, at the start.
    #[serde(default, alias = "pv")]
    pub present_value: Option<Decimal>,
    /// Future value, at the end.
    #[serde(default, alias = "fv")]
    pub future_value: Option<Decimal>,
    /// Due time of the payments.
    #[serde(default, alias = "type")]
    pub due: Due,
    /// Decimal places that amounts are rounded to, 2 for cents.
    #[serde(default = "cents")]
    #[garde(range(max = 10))]
    pub decimals: u8,
    /// Rounding mode of the results.
    #[serde(default)]
    pub rounding: Rounding,
}

/// A quantity of the time value of money.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum TimeValue {
    /// Present value (PV).
    #[serde(alias = "pv")]
    PresentValue,
    /// Future value (FV).
    #[serde(alias = "fv")]
    FutureValue,
    /// Payment of each period (PMT).
    #[serde(alias = "pmt")]
    Payment,
    /// Number of periods (NPER).
    #[serde(alias = "nper")]
    Periods,
    /// Interest rate per period (RATE).
    Rate,
}

/// Due time of payments.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Due {
    /// At the end of each period.
    #[default]
    End,
    /// At the beginning of each period.
    Begin,
}

/// Quantity found.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct FinanceTimeValueResponse {
    /// Quantity to find.
    pub find: TimeValue,
    /// Quantity found, unrounded; null when there is no rate or more than one.
    pub value: Option<f64>,
    /// Quantity found, rounded, when it is an amount of money.
    pub amount: Option<Decimal>,
    /// All rates as fractions, when the rate is to be found.
    pub rates: Vec<f64>,
    /// Rounding mode of the results.
    pub rounding: Rounding,
    /// Result in words.
    pub sentence: String,
}

fn example() -> FinanceTimeValueRequest {
    FinanceTimeValueRequest {
        find: TimeValue::Payment,
        rate: Some(Rate::of(Decimal::new(5, 3))),
        periods: Some(120.0),
        payment: None,
        present_value: Some(Decimal::new(10_000, 0)),
        future_value: None,
        due: Due::End,
        decimals: 2,
        rounding: Rounding::HalfUp,
    }
}

/// What the documents say.
#[must_use]
pub fn about(op: Operation) -> Operation {
    op.summary("Compute the time value of money (PV, FV, PMT, NPER, RATE)")
        .description(DESCRIPTION)
        .example(example)
        .inline(4096)
}

/// Finds one of the five numbers.
///
/// # Errors
/// When one that is needed is missing, or no number solves the equation.
pub fn time_value(request: FinanceTimeValueRequest, call: &Call) -> Result<FinanceTimeValueResponse, Error> {
    given_twice(&request)?;
    let amount = |given: Option<Decimal>| given.map_or(Dd::ZERO, Decimal::dd);
    let (present, future, payment) =
        (amount(request.present_value), amount(request.future_value), amount(request.payment));
    if request.find == TimeValue::Rate {
        return find_rate(&request, call);
    }
    let rate = request.rate.ok_or_else(|| conflict("rate", "is missing: send the rate a period"))?;
    rate.warn("rate", call);
    let growth = rate.dd() + Dd::ONE;
    if growth.hi() <= 0.0 {
        return Err(conflict("rate", "must be above -1 (-100 %)"));
    }
    let rate = rate.dd();
    // What a payment at the beginning earns by its end.
    let early = if request.due == Due::Begin { growth } else { Dd::ONE };
    if request.find == TimeValue::Periods {
        return find_periods(&request, (rate, growth, early), (present, future, payment));
    }
    let periods =
        request.periods.map(Dd::of).ok_or_else(|| conflict("periods", "is missing: send the number of periods"))?;
    let compound = growth.powd(periods);
    // ((1+r)^n - 1) / r, which is n without a rate.
    let annuity = if rate.is_zero() { periods } else { (compound - Dd::ONE) / rate } * early;
    let (value, name) = match request.find {
        TimeValue::PresentValue => (-(payment * annuity + future) / compound, "present value"),
        TimeValue::FutureValue => (-(present * compound + payment * annuity), "future value"),
        _ if annuity.is_zero() => return Err(conflict("periods", "must be above 0 to find a payment")),
        _ => (-(present * compound + future) / annuity, "payment"),
    };
    let amount = Decimal::of_dd(value, request.decimals, request.rounding).ok_or_else(|| overflow("periods"))?;
    Ok(FinanceTimeValueResponse {
        find: request.find,
        value: Some(value.value()),
        amount: Some(amount),
        rates: Vec::new(),
        rounding: request.rounding,
        sentence: format!("The {name} is {amount}."),
    })
}

/// Refuses a number that is given and looked for.
fn given_twice(request: &FinanceTimeValueRequest) -> Result<(), Error> {
    let (given, field) = match request.find {
        TimeValue::PresentValue => (request.present_value.is_some(), "presentValue"),
        TimeValue::FutureValue => (request.future_value.is_some(), "futureValue"),
        TimeValue::Payment => (request.payment.is_some(), "payment"),
        TimeValue::Periods => (request.periods.is_some(), "periods"),
        TimeValue::Rate => (request.rate.is_some(), "rate"),
    };
    if given { Err(conflict(field, "is given and looked for: leave it out, or find another")) } else { Ok(()) }
}

fn find_periods(
    request: &FinanceTimeValueRequest,
    (rate, growth, early): (Dd, Dd, Dd),
    (present, future, payment): (Dd, Dd, Dd),
) -> Result<FinanceTimeValueResponse, Error> {
    let periods = if rate.is_zero() {
        -(present + future) / payment
    } else {
        let paid = payment * early / rate;
        ((paid - future) / (paid + present)).ln() / growth.ln()
    };
    let value = periods.value();
    if !value.is_finite() || value < 0.0 {
        let message = "no number of periods solves this: check the signs (what you pay is negative), and that the \
                       payment is more than the interest";
        return Err(conflict("payment", message));
    }
    Ok(FinanceTimeValueResponse {
        find: request.find,
        value: Some(value),
        amount: None,
        rates: Vec::new(),
        rounding: request.rounding,
        sentence: format!("It takes {value:.4} periods."),
    })
}

fn find_rate(request: &FinanceTimeValueRequest, call: &Call) -> Result<FinanceTimeValueResponse, Error> {
    let periods = request.periods.filter(|periods| *periods > 0.0 && periods.fract() == 0.0 && *periods <= 10_000.0);
    let periods =
        periods.ok_or_else(|| conflict("periods", "must be a whole number from 1 to 10000 to find a rate"))?;
    let amount = |given: Option<Decimal>| given.map_or(Dd::ZERO, Decimal::dd);
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "whole and from 1 to 10,000")]
    let count = periods as usize;
    let mut flows = vec![Dd::ZERO; count + 1];
    flows[0] += amount(request.present_value);
    let shift = usize::from(request.due == Due::End);
    for flow in &mut flows[shift..count + shift] {
        *flow += amount(request.payment);
    }
    flows[count] += amount(request.future_value);
    let rates = Flows::new(&flows, &super::irr::periods(count + 1)).rates("payment", call)?;
    let (value, sentence) = match rates.as_slice() {
        [] => {
            call.warn("no-rate", Some("payment"), "no rate solves this: check the signs of the amounts");
            (None, "No rate solves this.".to_owned())
        }
        [only] => (Some(*only), format!("The rate is {:.6} % a period.", only * 100.0)),
        several => {
            let message = format!("{} rates solve this: see rates", several.len());
            call.warn("several-rates", Some("payment"), message.clone());
            (None, message)
        }
    };
    Ok(FinanceTimeValueResponse {
        find: request.find,
        value,
        amount: None,
        rates,
        rounding: request.rounding,
        sentence,
    })
}
