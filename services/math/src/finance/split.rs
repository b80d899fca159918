//! An amount in shares that add up to it.

use chassis::{Call, Operation};
use garde::Validate;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::npv::cents;
use crate::decimal::{Decimal, Rounding};
use crate::error::{Error, conflict, overflow};

const DESCRIPTION: &str = "\
An amount divided into equal parts or by weights, in whole cents that add up to it: 100 in three is 33.34, 33.33, \
33.33. The cents left over by rounding go to the largest remainders (Hamilton's method), or to the first or last \
shares. `unit` divides in other steps, such as 0.05.";

/// An amount and how to divide it.
#[derive(Debug, Serialize, Deserialize, Validate, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[garde(allow_unvalidated)]
pub struct FinanceSplitRequest {
    /// Amount to divide; a multiple of `unit`.
    pub amount: Decimal,
    /// Number of equal parts; or send `weights`.
    #[serde(default)]
    #[garde(range(min = 1, max = 100_000))]
    pub parts: Option<u32>,
    /// Weight of each share: percentages, square meters, heads.
    #[serde(default)]
    #[garde(length(max = 100_000))]
    pub weights: Vec<Decimal>,
    /// Allocation of the units left over by rounding.
    #[serde(default)]
    pub remainder: Remainder,
    /// Smallest unit of a share: 0.01 for cents.
    #[serde(default = "cent")]
    pub unit: Decimal,
}

fn cent() -> Decimal {
    Decimal::new(1, cents())
}

/// Allocation of the units left over by rounding.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Remainder {
    /// One each to the shares with the largest remainders (Hamilton's method); the first among equals.
    #[default]
    LargestRemainder,
    /// One each to the first shares.
    First,
    /// One each to the last shares.
    Last,
}

/// Shares of an amount.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct FinanceSplitResponse {
    /// Shares, in the order of the weights.
    pub shares: Vec<Decimal>,
    /// Sum of the shares: the amount.
    pub total: Decimal,
    /// Smallest share.
    pub smallest: Decimal,
    /// Largest share.
    pub largest: Decimal,
}

fn example() -> FinanceSplitRequest {
    FinanceSplitRequest {
        amount: Decimal::new(100, 0),
        parts: Some(3),
        weights: Vec::new(),
        remainder: Remainder::LargestRemainder,
        unit: cent(),
    }
}

/// What the documents say.
#[must_use]
pub fn about(op: Operation) -> Operation {
    op.summary("Split an amount into shares that add up").description(DESCRIPTION).example(example).inline(1024)
}

/// Splits an amount.
///
/// # Errors
/// When the amount is no whole number of units, or the weights give nothing to divide by.
pub fn split(request: FinanceSplitRequest, _: &Call) -> Result<FinanceSplitResponse, Error> {
    if request.unit.signum() <= 0 {
        return Err(conflict("unit", "must be above 0"));
    }
    let units = request.amount.over(request.unit, 0, Rounding::Down).ok_or_else(|| overflow("amount"))?;
    let whole = units.times(request.unit).and_then(|whole| whole.minus(request.amount));
    if whole.is_none_or(|rest| rest.signum() != 0) {
        return Err(conflict("amount", format!("must be a whole number of units of {}", request.unit)));
    }
    let weights: Vec<i128> = match (request.parts, request.weights.as_slice()) {
        (Some(_), [_, ..]) => return Err(conflict("weights", "is there together with parts: send one of the two")),
        (None, []) => return Err(conflict("parts", "is missing: send parts or weights")),
        (Some(parts), []) => vec![1; parts as usize],
        (None, weights) => {
            let scale = weights.iter().map(|weight| weight.scale()).max().unwrap_or(0);
            let weight = |(index, weight): (usize, &Decimal)| match weight.rounded(scale, Rounding::Down) {
                Some(weight) if weight.signum() >= 0 => Ok(weight.mantissa()),
                _ => Err(conflict(format!("weights[{index}]"), "must not be negative, with at most 28 digits")),
            };
            weights.iter().enumerate().map(weight).collect::<Result<_, _>>()?
        }
    };
    let sum = weights.iter().try_fold(0_i128, |sum, weight| sum.checked_add(*weight));
    let sum = sum.ok_or_else(|| overflow("weights"))?;
    if sum == 0 {
        return Err(conflict("weights", "must not all be 0"));
    }
    let units = units.mantissa();
    let mut shares = Vec::with_capacity(weights.len());
    let mut rests = Vec::with_capacity(weights.len());
    for weight in &weights {
        let product = units.abs().checked_mul(*weight).ok_or_else(|| overflow("weights"))?;
        shares.push(product / sum);
        rests.push(product % sum);
    }
    let left = units.abs() - shares.iter().sum::<i128>();
    // Who weighs nothing gets nothing.
    let mut order: Vec<usize> = (0..weights.len()).filter(|index| weights[*index] > 0).collect();
    match request.remainder {
        Remainder::LargestRemainder => order.sort_by_key(|index| std::cmp::Reverse(rests[*index])),
        Remainder::First => {}
        Remainder::Last => order.reverse(),
    }
    for index in order.into_iter().take(usize::try_from(left).unwrap_or(usize::MAX)) {
        shares[index] += 1;
    }
    let scale = request.unit.scale();
    let shares: Option<Vec<Decimal>> = shares
        .into_iter()
        .map(|share| Decimal::new(share * units.signum(), 0).times(request.unit)?.rounded(scale, Rounding::Down))
        .collect();
    let shares = shares.ok_or_else(|| overflow("amount"))?;
    let total = shares.iter().try_fold(Decimal::new(0, scale), |sum, share| sum.plus(*share));
    let extreme = |first: Decimal, larger: bool| {
        shares.iter().fold(first, |known, share| if (*share > known) == larger { *share } else { known })
    };
    Ok(FinanceSplitResponse {
        total: total.ok_or_else(|| overflow("amount"))?,
        smallest: extreme(shares[0], false),
        largest: extreme(shares[0], true),
        shares,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shares(request: FinanceSplitRequest) -> Vec<String> {
        let answer = split(request, &Call::detached()).unwrap();
        answer.shares.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn shares_add_up() {
        assert_eq!(shares(example()), ["33.34", "33.33", "33.33"]);
        let last = FinanceSplitRequest { remainder: Remainder::Last, ..example() };
        assert_eq!(shares(last), ["33.33", "33.33", "33.34"]);
        let weights = vec![Decimal::new(5, 1), Decimal::new(25, 2), Decimal::ZERO, Decimal::new(25, 2)];
        let weighed = FinanceSplitRequest { amount: Decimal::new(-1001, 2), parts: None, weights, ..example() };
        assert_eq!(shares(weighed), ["-5.01", "-2.50", "0.00", "-2.50"]);
        let unit = Decimal::new(5, 2);
        let rappen = FinanceSplitRequest { amount: Decimal::new(10, 0), unit, ..example() };
        assert_eq!(shares(rappen), ["3.35", "3.35", "3.30"]);
    }

    #[test]
    fn what_cannot_be_divided_is_refused() {
        let refused = |request| split(request, &Call::detached()).unwrap_err().to_string();
        assert!(refused(FinanceSplitRequest { amount: Decimal::new(1, 3), ..example() }).contains("0.01"));
        let zeros = FinanceSplitRequest { parts: None, weights: vec![Decimal::ZERO], ..example() };
        assert!(refused(zeros).contains("all be 0"));
    }
}
