//! A loan's schedule, in exact cents.

use chassis::{Call, Operation};
use garde::Validate;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::apr::Repaid;
use super::npv::cents;
use super::percent::Rate;
use crate::date::Date;
use crate::dd::Dd;
use crate::decimal::{Decimal, Rounding, ten_to};
use crate::error::{Error, conflict, overflow};

const DESCRIPTION: &str = "\
The payment of a loan and its whole amortization schedule. Every payment, interest and balance is rounded to cents as \
banks do, so interest and principal of a row add up to its payment, the principal of all rows to the loan, and the \
last payment absorbs the rounding difference: the last balance is exactly `finalBalance` (0). `annualRate` is the \
nominal rate: 6 % over 12 payments per year is 0.5 % per payment. With `fees`, the answer has the annual percentage rate \
including them.";

/// Terms of a loan.
#[derive(Debug, Serialize, Deserialize, Validate, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[garde(allow_unvalidated)]
pub struct FinanceLoanRequest {
    /// Amount of the loan.
    #[serde(alias = "principal", alias = "presentValue")]
    pub amount: Decimal,
    /// Nominal interest rate per year, as a fraction or percentage: 0.05 or "5 %".
    #[serde(alias = "rate")]
    pub annual_rate: Rate,
    /// Number of payments; may be omitted when `payment` is given.
    #[serde(default, alias = "periods", alias = "term")]
    #[garde(range(min = 1, max = 1200))]
    pub payments: Option<u32>,
    /// Term in years, instead of the number of payments.
    #[serde(default)]
    #[garde(range(min = 1.0 / 365.0, max = 1200.0))]
    pub years: Option<f64>,
    /// Payments per year.
    #[serde(default = "monthly")]
    #[garde(range(min = 1, max = 365))]
    pub payments_per_year: u32,
    /// Repayment method.
    #[serde(default)]
    pub method: Repayment,
    /// Regular payment, when it is agreed, for `annuity`; computed when omitted.
    #[serde(default)]
    pub payment: Option<Decimal>,
    /// Balloon: the balance left after the last payment.
    #[serde(default, alias = "balloon", alias = "residual")]
    pub final_balance: Option<Decimal>,
    /// Fees paid at the start or kept from the loan.
    #[serde(default = "nothing")]
    pub fees: Decimal,
    /// Start date of the loan; dates the rows, for 1, 2, 3, 4, 6 or 12 payments per year.
    #[serde(default)]
    pub start: Option<Date>,
    /// Decimal places that amounts are rounded to, 2 for cents.
    #[serde(default = "cents")]
    #[garde(range(max = 4))]
    pub decimals: u8,
    /// Rounding mode of the results.
    #[serde(default)]
    pub rounding: Rounding,
}

fn monthly() -> u32 {
    12
}

fn nothing() -> Decimal {
    Decimal::ZERO
}

/// Repayment method.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Repayment {
    /// Equal payments.
    #[default]
    Annuity,
    /// Equal principal and decreasing interest.
    Linear,
    /// Interest-only payments, with the whole principal at the end.
    InterestOnly,
}

/// Amortization schedule of a loan.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct FinanceLoanResponse {
    /// Regular payment; the first payment for `linear`.
    pub payment: Decimal,
    /// Last payment.
    pub last_payment: Decimal,
    /// Number of payments.
    pub payments: usize,
    /// Total interest over all payments.
    pub total_interest: Decimal,
    /// Total of all payments.
    pub total_paid: Decimal,
    /// Nominal annual percentage rate with fees, as a fraction: the rate per period times the payments per year; null
    /// when there is none.
    pub apr: Option<f64>,
    /// Effective annual percentage rate with fees and compounding, as a fraction.
    pub effective_apr: Option<f64>,
    /// Rounding mode of the results.
    pub rounding: Rounding,
    /// Amortization schedule, payment by payment.
    pub rows: Vec<Payment>,
    /// Result in words.
    pub sentence: String,
}

/// One payment of a loan.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Payment {
    /// Number of the payment, from 1.
    pub period: u32,
    /// Date of the payment; null without `start`.
    pub date: Option<Date>,
    /// Amount of the payment: interest and principal.
    pub payment: Decimal,
    /// Interest part of the payment.
    pub interest: Decimal,
    /// Principal part of the payment.
    pub principal: Decimal,
    /// Balance of the loan after the payment.
    pub balance: Decimal,
}

fn example() -> FinanceLoanRequest {
    FinanceLoanRequest {
        amount: Decimal::new(200_000, 0),
        annual_rate: Rate::of(Decimal::new(6, 2)),
        payments: Some(360),
        years: None,
        payments_per_year: 12,
        method: Repayment::Annuity,
        payment: None,
        final_balance: None,
        fees: Decimal::ZERO,
        start: None,
        decimals: 2,
        rounding: Rounding::HalfUp,
    }
}

/// What the documents say.
#[must_use]
pub fn about(op: Operation) -> Operation {
    op.summary("Compute the amortization schedule of a loan").description(DESCRIPTION).example(example)
}

/// A loan in the smallest unit of its currency.
struct Terms {
    rate: Rate,
    per_year: u32,
    rounding: Rounding,
    decimals: u8,
}

impl Terms {
    fn units(&self, amount: Decimal, field: &'static str) -> Result<i128, Error> {
        let rounded = amount
            .rounded(self.decimals, Rounding::Down)
            .filter(|rounded| rounded.minus(amount).is_some_and(|rest| rest.signum() == 0));
        let units = rounded.ok_or_else(|| conflict(field, format!("must have at most {} decimals", self.decimals)))?;
        if units.mantissa().abs() > 10_i128.pow(17) {
            return Err(conflict(field, "must be below 1e15"));
        }
        Ok(units.mantissa())
    }

    fn money(&self, units: i128) -> Decimal {
        Decimal::new(units, self.decimals)
    }

    /// The interest of one period, rounded.
    fn interest(&self, balance: i128) -> Option<i128> {
        let product = balance.checked_mul(self.rate.fraction.mantissa())?;
        let denominator = ten_to(self.rate.fraction.scale()) * i128::from(self.per_year);
        Some(self.rounding.divide(product, denominator))
    }

    /// The payment of an annuity, rounded.
    fn annuity(&self, amount: i128, last: i128, count: u32) -> Option<i128> {
        let rate = self.rate.dd() / f64::from(self.per_year);
        let (amount, last) = (Dd::whole(amount), Dd::whole(last));
        let payment = if rate.is_zero() {
            (amount - last) / f64::from(count)
        } else {
            let discount = (rate + Dd::ONE).powi(-i32::try_from(count).ok()?);
            (amount - last * discount) * rate / (Dd::ONE - discount)
        };
        Decimal::of_dd(payment, 0, self.rounding).map(Decimal::mantissa)
    }
}

/// The number of payments, when it is said, or the years.
fn count(request: &FinanceLoanRequest) -> Result<Option<u32>, Error> {
    let Some(years) = request.years else { return Ok(request.payments) };
    if request.payments.is_some() {
        return Err(conflict("years", "is there together with payments: send one of them"));
    }
    let payments = years * f64::from(request.payments_per_year);
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "from 1 to 1200")]
    match payments.round() {
        whole @ 1.0..=1200.0 if (payments - whole).abs() < 1e-6 => Ok(Some(whole as u32)),
        _ => Err(conflict("years", "must be a whole number of payments, from 1 to 1200")),
    }
}

/// Makes a schedule.
///
/// # Errors
/// When the payment does not even cover the interest, or fields do not go together.
pub fn loan(request: FinanceLoanRequest, call: &Call) -> Result<FinanceLoanResponse, Error> {
    let rate = request.annual_rate;
    rate.warn("annualRate", call);
    let too_long = rate.fraction.scale() > 14;
    if rate.fraction.signum() < 0 || rate.fraction >= Decimal::new(1000, 0) || too_long {
        return Err(conflict("annualRate", "must be from 0 to 1000, with at most 12 decimals in percent"));
    }
    let terms =
        Terms { rate, per_year: request.payments_per_year, rounding: request.rounding, decimals: request.decimals };
    let amount = terms.units(request.amount, "amount")?;
    if amount <= 0 {
        return Err(conflict("amount", "must be above 0"));
    }
    let last_balance = request.final_balance.map_or(Ok(0), |balance| terms.units(balance, "finalBalance"))?;
    if !(0..=amount).contains(&last_balance) {
        return Err(conflict("finalBalance", "must be from 0 to the amount of the loan"));
    }
    let step = month_step(&request)?;
    let payments = count(&request)?;
    if request.payment.is_some() && request.method != Repayment::Annuity {
        return Err(conflict("payment", "goes with the method annuity only"));
    }
    let agreed = request.payment.map(|payment| terms.units(payment, "payment")).transpose()?;
    let overflow = || overflow("annualRate");
    let payment = match (agreed, payments) {
        (Some(payment), _) => payment,
        (None, None) => {
            return Err(conflict("payments", "is missing: send the number of payments, the years, or the payment"));
        }
        (None, Some(count)) => terms.annuity(amount, last_balance, count).ok_or_else(overflow)?,
    };
    if agreed.is_some() && payment <= terms.interest(amount).ok_or_else(overflow)? {
        let interest = terms.money(terms.interest(amount).ok_or_else(overflow)?);
        return Err(conflict(
            "payment",
            format!("must be above the interest of the first period, which is {interest}"),
        ));
    }
    let count = payments.unwrap_or(1200);
    let mut rows = Vec::new();
    let (mut balance, mut interest_paid, mut paid) = (amount, 0, 0);
    for period in 1..=count {
        let interest = terms.interest(balance).ok_or_else(overflow)?;
        let open = balance - last_balance;
        let regular = match request.method {
            Repayment::Annuity => payment - interest,
            Repayment::Linear => Rounding::HalfUp.divide(amount - last_balance, i128::from(count)),
            Repayment::InterestOnly => 0,
        };
        let ends = period == count && payments.is_some();
        let principal = if ends { open } else { regular.clamp(0, open) };
        balance -= principal;
        interest_paid += interest;
        paid += interest + principal;
        rows.push(Payment {
            period,
            date: request.start.zip(step).and_then(|(start, step)| start.months_later(step * period.cast_signed())),
            payment: terms.money(interest + principal),
            interest: terms.money(interest),
            principal: terms.money(principal),
            balance: terms.money(balance),
        });
        // Paid back before its time; a balloon goes on bearing interest.
        if balance == 0 || (payments.is_none() && balance == last_balance) {
            break;
        }
    }
    if balance != last_balance {
        return Err(conflict("payment", "does not pay the loan back in 1200 payments: raise it"));
    }
    let (Some(first), Some(last)) = (rows.first(), rows.last()) else { return Err(overflow()) };
    if payments.is_some_and(|count| rows.len() < count as usize) {
        let message = format!("the loan is paid back after {} payments", rows.len());
        call.warn("paid-early", Some("payments"), message);
    }
    let (payment, last_payment) = (first.payment, last.payment);
    let total_interest = terms.money(interest_paid);
    let period_rate = with_fees(&request, &rows)?;
    let per_year = f64::from(request.payments_per_year);
    Ok(FinanceLoanResponse {
        sentence: format!(
            "{} payments of {payment}, the last of {last_payment}, with {total_interest} of interest in all.",
            rows.len()
        ),
        payment,
        last_payment,
        payments: rows.len(),
        total_interest,
        total_paid: terms.money(paid),
        apr: period_rate.map(|rate| rate * per_year),
        effective_apr: period_rate.map(|rate| (rate.ln_1p() * per_year).exp_m1()).filter(|rate| rate.is_finite()),
        rounding: request.rounding,
        rows,
    })
}

/// The rate of a period at which all payments, and the balance that is left, are worth the loan less its fees.
fn with_fees(request: &FinanceLoanRequest, rows: &[Payment]) -> Result<Option<f64>, Error> {
    if request.fees.signum() < 0 || request.fees >= request.amount {
        return Err(conflict("fees", "must be from 0 to less than the amount of the loan"));
    }
    let financed = request.amount.minus(request.fees).ok_or_else(|| overflow("fees"))?.value();
    let mut payments: Vec<f64> = rows.iter().map(|row| row.payment.value()).collect();
    if let (Some(last), Some(row)) = (payments.last_mut(), rows.last()) {
        *last += row.balance.value();
    }
    Ok(Repaid { financed, payments: &payments, first: 1.0 }.rate(true))
}

/// Months from one payment to the next.
fn month_step(request: &FinanceLoanRequest) -> Result<Option<i32>, Error> {
    match (request.start, request.payments_per_year) {
        (None, _) => Ok(None),
        (Some(_), per_year @ (1 | 2 | 3 | 4 | 6 | 12)) => Ok(Some(12 / per_year.cast_signed())),
        (Some(_), _) => {
            Err(conflict("start", "gives dates for 1, 2, 3, 4, 6 or 12 payments a year only: leave it out"))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cents(amount: Decimal) -> i128 {
        amount.rounded(2, Rounding::Down).unwrap().mantissa()
    }

    #[test]
    fn every_row_and_every_sum_is_exact() {
        for method in [Repayment::Annuity, Repayment::Linear, Repayment::InterestOnly] {
            for rounding in [Rounding::HalfUp, Rounding::HalfEven, Rounding::Floor] {
                let answer = loan(FinanceLoanRequest { method, rounding, ..example() }, &Call::detached()).unwrap();
                assert_eq!(answer.rows.len(), 360);
                let mut principal = 0;
                for row in &answer.rows {
                    assert_eq!(cents(row.principal) + cents(row.interest), cents(row.payment), "{method:?} {row:?}");
                    principal += cents(row.principal);
                    assert_eq!(cents(row.balance), 20_000_000 - principal);
                }
                assert_eq!(principal, 20_000_000);
            }
        }
    }

    #[test]
    fn an_agreed_payment_ends_when_all_is_paid() {
        let request = FinanceLoanRequest {
            amount: Decimal::new(1000, 0),
            annual_rate: Rate::of(Decimal::ZERO),
            payments: None,
            payment: Some(Decimal::new(300, 0)),
            ..example()
        };
        let answer = loan(request, &Call::detached()).unwrap();
        let paid: Vec<String> = answer.rows.iter().map(|row| row.payment.to_string()).collect();
        assert_eq!(paid, ["300.00", "300.00", "300.00", "100.00"]);
        let request = FinanceLoanRequest { payment: Some(Decimal::new(1000, 0)), payments: None, ..example() };
        assert!(loan(request, &Call::detached()).unwrap_err().to_string().contains("1000.00"));
    }

    #[test]
    fn dates_stay_at_the_end_of_the_month() {
        let start = Some(Date("2024-01-31".parse().unwrap()));
        let request = FinanceLoanRequest { start, payments: Some(3), ..example() };
        let rows = loan(request, &Call::detached()).unwrap().rows;
        let dates: Vec<String> = rows.iter().filter_map(|row| row.date).map(|date| date.to_string()).collect();
        assert_eq!(dates, ["2024-02-29", "2024-03-31", "2024-04-30"]);
    }
}
