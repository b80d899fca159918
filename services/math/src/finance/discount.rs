//! Discounts on a price.

use chassis::{Call, Operation};
use garde::Validate;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::npv::cents;
use super::percent::Rate;
use crate::decimal::{Decimal, Rounding};
use crate::error::{Error, conflict, overflow};

const DESCRIPTION: &str = "\
The price after discounts: several in succession (20 % and then 10 % is 28 %, not 30 %), and an amount off at the \
end. The price is rounded once, at the end, so intermediate rounding loses no cent. With `reverse`, the original \
price from the discounted one.";

/// A price and its discounts.
#[derive(Debug, Serialize, Deserialize, Validate, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[garde(allow_unvalidated)]
pub struct FinanceDiscountRequest {
    /// Price of one unit.
    #[serde(alias = "amount")]
    pub price: Decimal,
    /// Number of units.
    #[serde(default = "one")]
    pub quantity: Decimal,
    /// Discounts, applied one after the other, as fractions or percentages: 0.2 or "20 %".
    #[serde(default, alias = "discount")]
    #[garde(length(max = 20))]
    pub discounts: Vec<Rate>,
    /// Amount taken off the total, after the discounts.
    #[serde(default)]
    pub amount_off: Option<Decimal>,
    /// Whether `price` is the discounted price, and the original price is to be found.
    #[serde(default)]
    pub reverse: bool,
    /// Decimal places that amounts are rounded to, 2 for cents.
    #[serde(default = "cents")]
    #[garde(range(max = 4))]
    pub decimals: u8,
    /// Rounding mode of the results.
    #[serde(default)]
    pub rounding: Rounding,
}

fn one() -> Decimal {
    Decimal::ONE
}

/// Prices before and after the discounts.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct FinanceDiscountResponse {
    /// Total price before the discounts.
    pub before: Decimal,
    /// Total price after the discounts.
    pub after: Decimal,
    /// Amount saved: the price before less the price after the discounts.
    pub saved: Decimal,
    /// Effective discount as a fraction of the price before; null when that price is 0.
    pub discount: Option<f64>,
    /// Rounding mode of the results.
    pub rounding: Rounding,
}

fn example() -> FinanceDiscountRequest {
    FinanceDiscountRequest {
        price: Decimal::new(19_99, 2),
        quantity: Decimal::new(3, 0),
        discounts: vec![Rate::of(Decimal::new(2, 1)), Rate::of(Decimal::new(1, 1))],
        amount_off: None,
        reverse: false,
        decimals: 2,
        rounding: Rounding::HalfUp,
    }
}

/// What the documents say.
#[must_use]
pub fn about(op: Operation) -> Operation {
    op.summary("Apply discounts to a price").description(DESCRIPTION).example(example).inline(4096)
}

/// Takes discounts off.
///
/// # Errors
/// When a discount is not between 0 and 100 %, or more is taken off than there is.
pub fn discount(request: FinanceDiscountRequest, call: &Call) -> Result<FinanceDiscountResponse, Error> {
    let too_long = || overflow("discounts");
    let mut factor = Decimal::ONE;
    for (index, discount) in request.discounts.iter().enumerate() {
        let field = format!("discounts[{index}]");
        let kept = Decimal::ONE.minus(discount.fraction).ok_or_else(too_long)?;
        if kept.signum() < 0 || discount.fraction.signum() < 0 {
            discount.warn(&field, call);
            return Err(conflict(field, "must be from 0 to 1 (100 %); \"20 %\" is twenty percent"));
        }
        factor = factor.times(kept).ok_or_else(too_long)?;
    }
    let total = request.price.times(request.quantity).ok_or_else(|| overflow("price"))?;
    let off = request.amount_off.unwrap_or(Decimal::ZERO);
    let (decimals, rounding) = (request.decimals, request.rounding);
    let (before, after) = if request.reverse {
        if factor.signum() == 0 {
            return Err(conflict("discounts", "of 100 % leave no price to start from"));
        }
        (total.plus(off).and_then(|sum| sum.over(factor, decimals, rounding)), total.rounded(decimals, rounding))
    } else {
        let after = total.times(factor).and_then(|reduced| reduced.minus(off));
        (total.rounded(decimals, rounding), after.and_then(|after| after.rounded(decimals, rounding)))
    };
    let (before, after) = before.zip(after).ok_or_else(|| overflow("price"))?;
    if after.signum() * before.signum() < 0 {
        return Err(conflict("amountOff", "takes off more than the price"));
    }
    let saved = before.minus(after).ok_or_else(|| overflow("price"))?;
    let discount = (before.signum() != 0).then(|| (saved.dd() / before.dd()).value());
    Ok(FinanceDiscountResponse { before, after, saved, discount, rounding })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_rounding_at_the_end() {
        let answer = discount(example(), &Call::detached()).unwrap();
        // 59.97 * 0.72 = 43.1784.
        assert_eq!((answer.before.to_string(), answer.after.to_string()), ("59.97".into(), "43.18".into()));
        assert_eq!(answer.saved.to_string(), "16.79");
        let request = FinanceDiscountRequest {
            price: Decimal::new(80, 0),
            quantity: Decimal::ONE,
            discounts: vec![Rate::of(Decimal::new(20, 2))],
            reverse: true,
            ..example()
        };
        assert_eq!(discount(request, &Call::detached()).unwrap().before.to_string(), "100.00");
        let request = FinanceDiscountRequest { discounts: vec![Rate::of(Decimal::new(20, 0))], ..example() };
        assert!(discount(request, &Call::detached()).unwrap_err().to_string().contains("20 %"));
    }
}
