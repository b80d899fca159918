//! Price, yield, duration and accrued interest of a bond.

use chassis::{Call, Operation};
use garde::Validate;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::daycount::DayCount;
use super::percent::Rate;
use crate::date::Date;
use crate::decimal::Decimal;
use crate::error::{Error, conflict, overflow};

const DESCRIPTION: &str = "\
A bond with fixed coupons: its price from the yield or its yield from the price, accrued interest, Macaulay and \
modified duration, convexity and the remaining payments. Prices are clean and per 100 of face value, as in PRICE, \
YIELD and DURATION of spreadsheets; the yield is compounded at the frequency of the coupons.";

/// A bond, and its yield or price.
#[derive(Debug, Serialize, Deserialize, Validate, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[garde(allow_unvalidated)]
pub struct FinanceBondRequest {
    /// Settlement date: the day the bond is bought.
    pub settlement: Date,
    /// Maturity date: the day the bond is redeemed.
    pub maturity: Date,
    /// Coupon rate per year, as a fraction or percentage: 0.05 or "5 %".
    #[serde(alias = "coupon", alias = "rate")]
    pub coupon_rate: Rate,
    /// Yield to maturity per year, to find the price, as a fraction or percentage: 0.05 or "5 %".
    #[serde(default, rename = "yield", alias = "yieldRate")]
    pub yield_rate: Option<Rate>,
    /// Clean price per 100 of face value, to find the yield.
    #[serde(default)]
    pub price: Option<Decimal>,
    /// Redemption value per 100 of face value.
    #[serde(default = "par")]
    pub redemption: Decimal,
    /// Frequency of the coupons.
    #[serde(default)]
    pub frequency: Frequency,
    /// Day count convention.
    #[serde(default, alias = "basis")]
    pub convention: DayCount,
}

fn par() -> Decimal {
    Decimal::new(100, 0)
}

/// Frequency of the coupons.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Frequency {
    /// One coupon per year.
    #[serde(alias = "1")]
    Annual,
    /// Two coupons per year.
    #[default]
    #[serde(alias = "2")]
    SemiAnnual,
    /// Four coupons per year.
    #[serde(alias = "4")]
    Quarterly,
}

impl Frequency {
    const fn coupons(self) -> i32 {
        match self {
            Self::Annual => 1,
            Self::SemiAnnual => 2,
            Self::Quarterly => 4,
        }
    }
}

/// Price, yield, duration and payments of a bond.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct FinanceBondResponse {
    /// Clean price per 100 of face value.
    pub price: f64,
    /// Dirty price per 100 of face value: the clean price and accrued interest.
    pub dirty_price: f64,
    /// Accrued interest since the last coupon, per 100 of face value.
    pub accrued_interest: f64,
    /// Yield to maturity per year, as a fraction.
    #[serde(rename = "yield")]
    pub yield_rate: f64,
    /// Macaulay duration in years.
    pub duration: f64,
    /// Modified duration in years: the percentage by which the price falls when the yield rises by one percentage
    /// point.
    pub modified_duration: f64,
    /// Convexity in years squared.
    pub convexity: f64,
    /// Days of the coupon period before settlement (COUPDAYBS), by the day count convention.
    pub days_accrued: i64,
    /// Days from settlement to the next coupon (COUPDAYSNC), by the day count convention.
    pub days_to_coupon: i64,
    /// Days of the coupon period that contains settlement (COUPDAYS), by the day count convention.
    pub coupon_days: f64,
    /// Number of coupons to come (COUPNUM).
    pub coupons: usize,
    /// Last coupon date before settlement, or on it.
    pub previous_coupon: Date,
    /// Next coupon date after settlement.
    pub next_coupon: Date,
    /// Remaining payments, by date.
    pub rows: Vec<BondPayment>,
}

/// One remaining payment of a bond.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct BondPayment {
    /// Date of the payment.
    pub date: Date,
    /// Amount of the payment per 100 of face value.
    pub amount: f64,
    /// Present value of the payment at settlement, per 100 of face value.
    pub present_value: f64,
}

fn example() -> FinanceBondRequest {
    let date = |year, month, day| Date(jiff::civil::date(year, month, day));
    FinanceBondRequest {
        settlement: date(2008, 2, 15),
        maturity: date(2017, 11, 15),
        coupon_rate: Rate::of(Decimal::new(575, 4)),
        yield_rate: Some(Rate::of(Decimal::new(65, 3))),
        price: None,
        redemption: par(),
        frequency: Frequency::SemiAnnual,
        convention: DayCount::Thirty360Us,
    }
}

/// What the documents say.
#[must_use]
pub fn about(op: Operation) -> Operation {
    op.summary("Price a bond: yield, duration and accrued interest").description(DESCRIPTION).example(example)
}

/// A bond as its payments and their times.
struct Bond {
    /// Coupon days to come.
    days: Vec<Date>,
    previous: Date,
    coupon: f64,
    redemption: f64,
    /// Coupons a year.
    per_year: f64,
    /// The part of a coupon period up to the next coupon.
    first: f64,
    accrued: f64,
    /// Days of the coupon period up to settlement, from there on, and in all.
    days_accrued: i64,
    days_to_coupon: i64,
    coupon_days: f64,
}

impl Bond {
    fn new(request: &FinanceBondRequest) -> Result<Self, Error> {
        let (settlement, maturity) = (request.settlement, request.maturity);
        if settlement >= maturity {
            return Err(conflict("maturity", "must be after settlement"));
        }
        if maturity.days_since(settlement) > 366 * 200 {
            return Err(conflict("maturity", "must be within 200 years of settlement"));
        }
        let step = 12 / request.frequency.coupons();
        let mut days = vec![maturity];
        let previous = loop {
            let months = step * i32::try_from(days.len()).unwrap_or(i32::MAX);
            let mut day = maturity.months_later(-months).ok_or_else(|| overflow("maturity"))?;
            // A bond that ends with a month pays at the ends of months.
            if maturity.is_month_end() {
                day = Date(day.0.last_of_month());
            }
            if day <= settlement {
                break day;
            }
            days.push(day);
        };
        days.reverse();
        let per_year = f64::from(request.frequency.coupons());
        let convention = request.convention;
        let next = days[0];
        #[expect(clippy::cast_precision_loss, reason = "days between two dates are below 2^23")]
        let count = |start: Date, end: Date| convention.days(start, end) as f64;
        let period = match convention {
            DayCount::Actual365 => 365.0 / per_year,
            DayCount::ActualActual | DayCount::ActualActualIsda => count(previous, next),
            _ => 360.0 / per_year,
        };
        let accrued = count(previous, settlement) / period;
        let first = match convention {
            DayCount::Thirty360Us | DayCount::Thirty360European => 1.0 - accrued,
            _ => count(settlement, next) / period,
        };
        let coupon = 100.0 * request.coupon_rate.fraction.value() / per_year;
        let days_to_coupon = match convention {
            // What the whole period of 30-day months has left: the parts add up.
            DayCount::Thirty360Us | DayCount::Thirty360European => {
                convention.days(previous, next) - convention.days(previous, settlement)
            }
            _ => convention.days(settlement, next),
        };
        Ok(Self {
            days_accrued: convention.days(previous, settlement),
            days_to_coupon,
            coupon_days: period,
            days,
            previous,
            coupon,
            redemption: request.redemption.value(),
            per_year,
            first,
            accrued,
        })
    }

    /// Time in coupon periods, amount, and discount factor of each payment.
    fn payments(&self, rate: f64) -> impl Iterator<Item = (f64, f64, f64)> {
        let last = self.days.len() - 1;
        let a_period = rate / self.per_year;
        (0..=last).map(move |index| {
            let time = u32::try_from(index).map_or(0.0, f64::from) + self.first;
            let amount = self.coupon + if index == last { self.redemption } else { 0.0 };
            // Simple interest in the last period, as bonds are quoted.
            let factor = if last == 0 { 1.0 / (1.0 + a_period * self.first) } else { (-time * a_period.ln_1p()).exp() };
            (time, amount, factor)
        })
    }

    fn dirty(&self, rate: f64) -> f64 {
        // A coupon of nothing stays nothing where the factor is infinite.
        self.payments(rate).filter(|(_, amount, _)| *amount != 0.0).map(|(_, amount, factor)| amount * factor).sum()
    }

    /// The yield at which the bond has a price.
    fn yield_at(&self, dirty: f64) -> Option<f64> {
        // The price falls with the yield.
        let (mut low, mut high) = (-self.per_year * 0.999, self.per_year * 1e6);
        if self.days.len() == 1 {
            low = low.max(-self.per_year / self.first * 0.999);
        }
        if !(self.dirty(low) >= dirty && self.dirty(high) <= dirty) {
            return None;
        }
        for _ in 0..2000 {
            // By halves of 1 + rate, which spans many powers of ten.
            let middle = ((1.0 + low / self.per_year) * (1.0 + high / self.per_year)).abs().sqrt();
            let middle = if high - low > 1.0 { (middle - 1.0) * self.per_year } else { f64::midpoint(low, high) };
            if middle <= low || middle >= high {
                break;
            }
            if self.dirty(middle) > dirty { low = middle } else { high = middle }
        }
        Some(f64::midpoint(low, high))
    }
}

/// Finds the figures of a bond.
///
/// # Errors
/// When not exactly one of yield and price is given, or no yield gives the price.
pub fn bond(request: FinanceBondRequest, call: &Call) -> Result<FinanceBondResponse, Error> {
    let bond = Bond::new(&request)?;
    request.coupon_rate.warn("couponRate", call);
    if request.coupon_rate.fraction.signum() < 0 || request.redemption.signum() <= 0 {
        return Err(conflict("couponRate", "must not be negative, and redemption must be above 0"));
    }
    let accrued_interest = bond.coupon * bond.accrued;
    let rate = match (request.yield_rate, request.price) {
        (Some(rate), None) => {
            rate.warn("yield", call);
            let rate = rate.fraction.value();
            if rate <= -bond.per_year {
                return Err(conflict("yield", "must be above -100 % a coupon period"));
            }
            rate
        }
        (None, Some(price)) if price.signum() > 0 => bond
            .yield_at(price.value() + accrued_interest)
            .ok_or_else(|| conflict("price", "is one that no yield gives: check it, it is per 100 of face value"))?,
        (None, Some(_)) => return Err(conflict("price", "must be above 0")),
        _ => return Err(conflict("yield", "or price is needed: send exactly one of the two")),
    };
    let dirty = bond.dirty(rate);
    let years = |time: f64| time / bond.per_year;
    let growth = 1.0 + rate / bond.per_year;
    let weighted = |weight: fn(f64) -> f64| -> f64 {
        bond.payments(rate).map(|(time, amount, factor)| weight(time) * amount * factor).sum::<f64>() / dirty
    };
    let duration = years(weighted(|time| time));
    let convexity = weighted(|time| time * (time + 1.0)) / (growth * bond.per_year).powi(2);
    let rows = bond.days.iter().zip(bond.payments(rate));
    let row = |(date, (_, amount, factor)): (&Date, (f64, f64, f64))| BondPayment {
        date: *date,
        amount,
        present_value: amount * factor,
    };
    Ok(FinanceBondResponse {
        price: dirty - accrued_interest,
        dirty_price: dirty,
        accrued_interest,
        yield_rate: rate,
        duration,
        modified_duration: duration / growth,
        convexity,
        days_accrued: bond.days_accrued,
        days_to_coupon: bond.days_to_coupon,
        coupon_days: bond.coupon_days,
        coupons: bond.days.len(),
        previous_coupon: bond.previous,
        next_coupon: bond.days[0],
        rows: rows.map(row).collect(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn date(text: &str) -> Date {
        Date(text.parse().unwrap())
    }

    #[test]
    fn the_examples_of_the_spreadsheets() {
        // Microsoft's documentation: PRICE = 94.63436162, YIELD = 0.065, DURATION = 5.9937749555, MDURATION = 5.73567.
        let call = Call::detached();
        let price = bond(example(), &call).unwrap();
        assert!((price.price - 94.634_361_62).abs() < 1e-8, "{}", price.price);
        let request = FinanceBondRequest {
            maturity: date("2016-11-15"),
            yield_rate: None,
            price: Some(Decimal::new(9_504_287, 5)),
            ..example()
        };
        let found = bond(request, &call).unwrap();
        assert!((found.yield_rate - 0.065).abs() < 1e-7, "{}", found.yield_rate);
        let request = FinanceBondRequest {
            settlement: date("2008-01-01"),
            maturity: date("2016-01-01"),
            coupon_rate: Rate::of(Decimal::new(8, 2)),
            yield_rate: Some(Rate::of(Decimal::new(9, 2))),
            convention: DayCount::ActualActual,
            ..example()
        };
        let found = bond(request, &call).unwrap();
        assert!((found.duration - 5.993_774_955_545_19).abs() < 1e-12, "{}", found.duration);
        assert!((found.modified_duration - 5.735_67).abs() < 1e-5, "{}", found.modified_duration);
    }

    #[test]
    fn yield_and_price_are_each_others_inverse() {
        for price in [1, 50, 99, 100, 101, 250] {
            let price = Decimal::new(price, 0);
            let request = FinanceBondRequest { yield_rate: None, price: Some(price), ..example() };
            let by_price = bond(request, &Call::detached()).unwrap();
            assert!((by_price.price - price.value()).abs() < 1e-9, "{price:?} {}", by_price.price);
        }
    }

    #[test]
    fn a_bond_without_coupons_has_a_yield() {
        let request = FinanceBondRequest {
            settlement: date("2010-09-14"),
            maturity: date("2051-06-07"),
            coupon_rate: Rate::of(Decimal::ZERO),
            yield_rate: None,
            price: Some(Decimal::new(10, 0)),
            frequency: Frequency::Quarterly,
            ..example()
        };
        let found = bond(request, &Call::detached()).unwrap();
        // 10 grows to 100 in 162 quarters and 83 of 90 days.
        let expected = (10.0_f64.ln() / (162.0 + 83.0 / 90.0)).exp_m1() * 4.0;
        assert!((found.yield_rate - expected).abs() < 1e-12, "{} {expected}", found.yield_rate);
    }

    #[test]
    fn coupons_fall_on_the_ends_of_months() {
        let request = FinanceBondRequest { settlement: date("2023-10-10"), maturity: date("2024-08-31"), ..example() };
        let answer = bond(request, &Call::detached()).unwrap();
        let days: Vec<String> = answer.rows.iter().map(|row| row.date.to_string()).collect();
        assert_eq!(days, ["2024-02-29", "2024-08-31"]);
        assert_eq!(answer.previous_coupon.to_string(), "2023-08-31");
    }
}
