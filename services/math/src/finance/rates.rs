//! Nominal, effective, periodic and continuous rates.

use chassis::{Call, Operation};
use garde::Validate;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::percent::Rate;
use crate::dd::Dd;
use crate::error::{Error, conflict};

const DESCRIPTION: &str = "\
An interest rate in all its forms: nominal per year, effective per year (EFFECT, APY), per compounding period, and \
continuously compounded. Any one of them and the number of compounding periods per year determine the other three.";

/// An interest rate and its kind.
#[derive(Debug, Serialize, Deserialize, Validate, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[garde(allow_unvalidated)]
pub struct FinanceRatesRequest {
    /// Interest rate to convert, as a fraction or percentage: 0.05 or "5 %".
    pub rate: Rate,
    /// Kind of the interest rate.
    #[serde(default)]
    pub kind: RateKind,
    /// Compounding periods per year.
    #[serde(default = "monthly", alias = "npery")]
    #[garde(range(min = 1, max = 525_600))]
    pub periods_per_year: u32,
}

fn monthly() -> u32 {
    12
}

/// Kind of an interest rate.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum RateKind {
    /// Nominal rate per year: the periodic rate times the periods per year.
    #[default]
    Nominal,
    /// Effective rate per year, with compounding (EFFECT, APY).
    Effective,
    /// Rate per compounding period.
    Periodic,
    /// Continuously compounded rate per year.
    Continuous,
}

/// The interest rate in all its forms.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct FinanceRatesResponse {
    /// Nominal rate per year, as a fraction.
    pub nominal: f64,
    /// Effective rate per year (APY), as a fraction.
    pub effective: f64,
    /// Rate per compounding period, as a fraction.
    pub periodic: f64,
    /// Continuously compounded rate per year, as a fraction.
    pub continuous: f64,
    /// Compounding periods per year.
    pub periods_per_year: u32,
}

fn example() -> FinanceRatesRequest {
    FinanceRatesRequest {
        rate: Rate::of(crate::decimal::Decimal::new(525, 4)),
        kind: RateKind::Nominal,
        periods_per_year: 4,
    }
}

/// What the documents say.
#[must_use]
pub fn about(op: Operation) -> Operation {
    op.summary("Convert nominal, effective, periodic and continuous rates")
        .description(DESCRIPTION)
        .example(example)
        .inline(4096)
}

/// Converts a rate.
///
/// # Errors
/// When the rate takes all there is, or more, in a period.
pub fn rates(request: FinanceRatesRequest, call: &Call) -> Result<FinanceRatesResponse, Error> {
    request.rate.warn("rate", call);
    let periods = f64::from(request.periods_per_year);
    let rate = request.rate.dd();
    let growth = |rate: Dd| Some(rate + Dd::ONE).filter(|growth| growth.hi() > 0.0);
    // The logarithm of what one becomes in a year.
    let continuous = match request.kind {
        RateKind::Nominal => growth(rate / periods).map(|growth| growth.ln() * periods),
        RateKind::Periodic => growth(rate).map(|growth| growth.ln() * periods),
        RateKind::Effective => growth(rate).map(Dd::ln),
        RateKind::Continuous => Some(rate),
    };
    let continuous = continuous.ok_or_else(|| conflict("rate", "must be above -1 (-100 %) a period"))?;
    let effective = continuous.exp() - Dd::ONE;
    let periodic = (continuous / periods).exp() - Dd::ONE;
    if !effective.is_finite() {
        return Err(conflict("rate", "grows beyond all numbers in a year"));
    }
    Ok(FinanceRatesResponse {
        nominal: (periodic * periods).value(),
        effective: effective.value(),
        periodic: periodic.value(),
        continuous: continuous.value(),
        periods_per_year: request.periods_per_year,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::decimal::Decimal;

    #[test]
    fn effect_and_nominal_of_the_spreadsheets() {
        // Microsoft's documentation: EFFECT(0.0525, 4) = 0.0535427, NOMINAL(0.053543, 4) = 0.05250032.
        let answer = rates(example(), &Call::detached()).unwrap();
        assert!((answer.effective - 0.053_542_667_370_758_06).abs() < 1e-16, "{}", answer.effective);
        let rate = Rate::of(Decimal::new(53_543, 6));
        let back = rates(FinanceRatesRequest { rate, kind: RateKind::Effective, ..example() }, &Call::detached());
        assert!((back.unwrap().nominal - 0.052_500_319).abs() < 1e-9);
    }

    #[test]
    fn what_takes_everything_is_refused() {
        let rate = Rate::of(Decimal::new(-1, 0));
        assert!(
            rates(FinanceRatesRequest { rate, kind: RateKind::Effective, ..example() }, &Call::detached()).is_err()
        );
    }
}
