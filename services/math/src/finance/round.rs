//! Round amounts to decimals or to steps such as 0.05.

use chassis::{Call, Operation};
use garde::Validate;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::npv::cents;
use crate::decimal::{Decimal, Rounding};
use crate::error::{Error, conflict, overflow};

const DESCRIPTION: &str = "\
Amounts rounded in decimal arithmetic: 1.005 is 1.01, because it is not converted to binary first. To `decimals` \
places, or to multiples of `step` (0.05 for Swiss cash, 0.25, 100).";

/// Amounts and how to round them.
#[derive(Debug, Serialize, Deserialize, Validate, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[garde(allow_unvalidated)]
pub struct FinanceRoundRequest {
    /// Amounts to round.
    #[serde(alias = "amount")]
    #[garde(length(min = 1, max = 100_000))]
    pub amounts: Vec<Decimal>,
    /// Decimal places to round to; 2 when neither this nor `step` is given.
    #[serde(default)]
    #[garde(range(max = 20))]
    pub decimals: Option<u8>,
    /// Round to multiples of this step instead of decimal places: 0.05 for Swiss cash.
    #[serde(default)]
    pub step: Option<Decimal>,
    /// Rounding mode of the results.
    #[serde(default)]
    pub rounding: Rounding,
}

/// Rounded amounts.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct FinanceRoundResponse {
    /// First amount, rounded.
    pub amount: Decimal,
    /// Rounded amounts, in order.
    pub amounts: Vec<Decimal>,
    /// Sum of the rounded amounts.
    pub total: Decimal,
    /// Rounding difference: the sum of the rounded amounts less the exact sum.
    pub difference: Decimal,
    /// Rounding mode of the results.
    pub rounding: Rounding,
}

fn example() -> FinanceRoundRequest {
    FinanceRoundRequest {
        amounts: vec![Decimal::new(1_005, 3), Decimal::new(12_33, 2)],
        decimals: None,
        step: Some(Decimal::new(5, 2)),
        rounding: Rounding::HalfUp,
    }
}

/// What the documents say.
#[must_use]
pub fn about(op: Operation) -> Operation {
    op.summary("Round amounts to decimal places or to steps such as 0.05")
        .description(DESCRIPTION)
        .example(example)
        .inline(1024)
}

/// Rounds amounts.
///
/// # Errors
/// When the step is not above 0, or both `decimals` and `step` are given.
pub fn round(request: FinanceRoundRequest, _: &Call) -> Result<FinanceRoundResponse, Error> {
    let too_long = || overflow("amounts");
    let rounding = request.rounding;
    let round = |amount: Decimal| match (request.step, request.decimals) {
        (None, decimals) => amount.rounded(decimals.unwrap_or_else(cents), rounding),
        (Some(step), _) => amount.over(step, 0, rounding)?.times(step),
    };
    match (request.step, request.decimals) {
        (Some(_), Some(_)) => return Err(conflict("step", "is there together with decimals: send one of the two")),
        (Some(step), _) if step.signum() <= 0 => return Err(conflict("step", "must be above 0")),
        _ => {}
    }
    let amounts: Option<Vec<Decimal>> = request.amounts.iter().map(|amount| round(*amount)).collect();
    let amounts = amounts.ok_or_else(too_long)?;
    let sum = |amounts: &[Decimal]| amounts.iter().try_fold(Decimal::ZERO, |sum, amount| sum.plus(*amount));
    let total = sum(&amounts).ok_or_else(too_long)?;
    let difference = sum(&request.amounts).and_then(|exact| total.minus(exact)).ok_or_else(too_long)?;
    Ok(FinanceRoundResponse { amount: amounts[0], amounts, total, difference, rounding })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cash_is_rounded_to_five() {
        let answer = round(example(), &Call::detached()).unwrap();
        let amounts: Vec<String> = answer.amounts.iter().map(ToString::to_string).collect();
        assert_eq!(amounts, ["1.00", "12.35"]);
        assert_eq!(answer.difference.to_string(), "0.015");
        let decimals = FinanceRoundRequest { step: None, ..example() };
        assert_eq!(round(decimals, &Call::detached()).unwrap().amount.to_string(), "1.01");
    }
}
