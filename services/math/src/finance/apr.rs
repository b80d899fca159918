//! What a loan costs in a year, with its fees: the annual percentage rate.
//!
//! Two laws, two figures. The actuarial method of the United States (Regulation Z, Appendix J) finds the rate of a period
//! and multiplies it by the periods of a year; a part of a period before the first payment bears simple interest. The
//! European one (Directive 2008/48/EC, Annex I) compounds throughout, also in that part. In both the value of what is paid
//! falls as the rate rises, so there is one rate, and halving finds it.

use chassis::{Call, Operation};
use garde::Validate;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::decimal::Decimal;
use crate::error::{Error, conflict, overflow};

const DESCRIPTION: &str = "\
The annual percentage rate (APR) of a loan from what is paid out, its fees and its payments: as a nominal rate (actuarial \
method of Regulation Z, Appendix J) and as an effective rate with compounding (EU Directive 2008/48/EC, Annex I). Send \
`payment` and the number of payments, or the `amounts` repaid and the `years` after which each is. With an interest rate and \
fees instead of the payment, use `finance/loan`.";

/// A loan, its fees and what is paid back.
#[derive(Debug, Serialize, Deserialize, Validate, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[garde(allow_unvalidated)]
pub struct FinanceAprRequest {
    /// Amount of the loan.
    #[serde(alias = "principal", alias = "presentValue")]
    pub amount: Decimal,
    /// Fees paid at the start or kept from the loan.
    #[serde(default = "nothing")]
    pub fees: Decimal,
    /// Regular payment.
    #[serde(default)]
    pub payment: Option<Decimal>,
    /// Number of regular payments, with `payment`.
    #[serde(default, alias = "payments", alias = "periods", alias = "term")]
    #[garde(range(min = 1, max = 1200))]
    pub count: Option<u32>,
    /// Last payment, when it differs from the others.
    #[serde(default)]
    pub last_payment: Option<Decimal>,
    /// Payments per year.
    #[serde(default = "monthly")]
    #[garde(range(min = 1, max = 365))]
    pub payments_per_year: u32,
    /// Time from the start to the first payment, in periods: 1.5 for six weeks of a monthly loan.
    #[serde(default = "one_period")]
    #[garde(range(min = 0.0, max = 1200.0))]
    pub first_period: f64,
    /// Amounts repaid, when they are not regular; with `years`.
    #[serde(default)]
    #[garde(length(max = 1200))]
    pub amounts: Vec<Decimal>,
    /// Time of each of the `amounts`, in years from the start.
    #[serde(default)]
    #[garde(length(max = 1200), inner(range(min = 0.0, max = 200.0)))]
    pub years: Vec<f64>,
}

fn nothing() -> Decimal {
    Decimal::ZERO
}

fn monthly() -> u32 {
    12
}

fn one_period() -> f64 {
    1.0
}

/// Annual percentage rates.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct FinanceAprResponse {
    /// Nominal annual percentage rate with fees, as a fraction: the rate per period times the payments per year; null
    /// when there is none.
    pub apr: Option<f64>,
    /// Effective annual percentage rate with fees and compounding, as a fraction.
    pub effective_apr: f64,
    /// Amount financed: the loan less its fees.
    pub amount_financed: Decimal,
    /// Total of all payments.
    pub total_paid: Decimal,
    /// Cost of the loan: the total of all payments less the amount financed.
    pub total_cost: Decimal,
    /// Result in words.
    pub sentence: String,
}

fn example() -> FinanceAprRequest {
    FinanceAprRequest {
        amount: Decimal::new(10_000, 0),
        fees: Decimal::new(250, 0),
        payment: Some(Decimal::new(30_422, 2)),
        count: Some(36),
        last_payment: None,
        payments_per_year: 12,
        first_period: 1.0,
        amounts: Vec::new(),
        years: Vec::new(),
    }
}

/// What the documents say.
#[must_use]
pub fn about(op: Operation) -> Operation {
    op.summary("Compute the annual percentage rate (APR) of a loan with fees")
        .description(DESCRIPTION)
        .example(example)
        .inline(4096)
}

/// Payments at whole periods from the first one on, which is `first` periods after the start.
pub(super) struct Repaid<'a> {
    pub(super) financed: f64,
    pub(super) payments: &'a [f64],
    pub(super) first: f64,
}

impl Repaid<'_> {
    /// The value at the start of all payments, at a rate of a period as ln(1 + rate).
    fn value(&self, s: f64, simple: bool) -> f64 {
        let factor = (-s).exp();
        let later = self.payments.iter().rev().fold(0.0, |sum, payment| sum * factor + payment);
        let (whole, part) = (self.first.floor(), self.first.fract());
        let odd = if simple { 1.0 / (1.0 + part * s.exp_m1()) } else { (-part * s).exp() };
        later * (-whole * s).exp() * odd
    }

    /// The rate of a period, by the simple or the compound interest of a part of one.
    pub(super) fn rate(&self, simple: bool) -> Option<f64> {
        if (self.payments.iter().sum::<f64>() - self.financed).abs() <= 1e-12 * self.financed {
            return Some(0.0);
        }
        falling(|s| self.value(s, simple) - self.financed)
    }
}

/// The rate at which a function that falls with it is zero, its argument being ln(1 + rate).
fn falling(function: impl Fn(f64) -> f64) -> Option<f64> {
    let (mut low, mut high) = (-20.0, 20.0);
    if !(function(low) > 0.0 && function(high) < 0.0) {
        return None;
    }
    for _ in 0..120 {
        let middle = f64::midpoint(low, high);
        if function(middle) > 0.0 { low = middle } else { high = middle }
    }
    Some(f64::midpoint(low, high).exp_m1())
}

/// Finds the annual percentage rate.
///
/// # Errors
/// When payments are missing or negative, or nothing is left of the loan after its fees.
pub fn apr(request: FinanceAprRequest, call: &Call) -> Result<FinanceAprResponse, Error> {
    if request.fees.signum() < 0 {
        return Err(conflict("fees", "must not be negative"));
    }
    let amount_financed = request.amount.minus(request.fees).ok_or_else(|| overflow("amount"))?;
    if amount_financed.signum() <= 0 {
        return Err(conflict("fees", "must be less than the amount of the loan"));
    }
    let regular = request.payment.is_some() || request.count.is_some() || request.last_payment.is_some();
    let paid = paid(&request, regular)?;
    if let Some(index) = paid.iter().position(|amount| amount.signum() < 0) {
        let field = if regular { "payment".to_owned() } else { format!("amounts[{index}]") };
        return Err(conflict(field, "must not be negative: what is paid back is positive here"));
    }
    let total = paid.iter().try_fold(Decimal::ZERO, |sum, amount| sum.plus(*amount));
    let total_paid = total.ok_or_else(|| overflow("payment"))?;
    let values: Vec<f64> = paid.iter().map(|amount| amount.value()).collect();
    let financed = amount_financed.value();
    let per_year = f64::from(request.payments_per_year);
    let (nominal, effective) = if regular {
        let repaid = Repaid { financed, payments: &values, first: request.first_period };
        let yearly = |rate: f64| (rate.ln_1p() * per_year).exp_m1();
        (repaid.rate(true).map(|rate| rate * per_year), repaid.rate(false).map(yearly))
    } else {
        let value = |s: f64| {
            let terms = values.iter().zip(&request.years);
            terms.map(|(amount, time)| amount * (-s * time).exp()).sum::<f64>() - financed
        };
        (None, falling(value))
    };
    let field = if regular { "payment" } else { "amounts" };
    let impossible = "and the amount of the loan give no rate: check that some payment is above 0 and after the start";
    let effective_apr = effective.filter(|rate| rate.is_finite()).ok_or_else(|| conflict(field, impossible))?;
    if effective_apr < 0.0 {
        call.warn("negative-rate", Some(field), "less is paid back than the loan and its fees: check the payments");
    }
    let percent = |rate: f64| format!("{:.2} %", rate * 100.0);
    let total_cost = total_paid.minus(amount_financed).ok_or_else(|| overflow("payment"))?;
    let sentence = match nominal {
        Some(nominal) => {
            format!("The loan costs {} a year, {} with compounding.", percent(nominal), percent(effective_apr))
        }
        None => format!("The loan costs {} a year, with compounding.", percent(effective_apr)),
    };
    Ok(FinanceAprResponse { apr: nominal, effective_apr, amount_financed, total_paid, total_cost, sentence })
}

/// What is paid back, payment by payment.
fn paid(request: &FinanceAprRequest, regular: bool) -> Result<Vec<Decimal>, Error> {
    if !regular {
        if request.amounts.is_empty() {
            return Err(conflict("payment", "is missing: send payment and count, or amounts and years"));
        }
        if request.amounts.len() != request.years.len() {
            let (years, amounts) = (request.years.len(), request.amounts.len());
            return Err(conflict("years", format!("has {years} times for {amounts} amounts: send one for each")));
        }
        return Ok(request.amounts.clone());
    }
    if !(request.amounts.is_empty() && request.years.is_empty()) {
        return Err(conflict("amounts", "are there together with regular payments: send one of the two"));
    }
    let payment = request.payment.ok_or_else(|| conflict("payment", "is missing: send the regular payment"))?;
    let count = request.count.ok_or_else(|| conflict("count", "is missing: send the number of payments"))?;
    let mut paid = vec![payment; count as usize];
    if let (Some(last), Some(place)) = (request.last_payment, paid.last_mut()) {
        *place = last;
    }
    Ok(paid)
}
