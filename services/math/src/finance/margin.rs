//! Margin and markup.

use chassis::{Call, Operation};
use garde::Validate;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::npv::cents;
use super::percent::Rate;
use crate::decimal::{Decimal, Rounding};
use crate::error::{Error, conflict, overflow};

const DESCRIPTION: &str = "\
Cost, price, profit, margin (as a fraction of the price) and markup (as a fraction of the cost), from any two that \
determine the rest: cost and price, or one of them with profit, margin or markup. The price or cost is rounded to \
cents; margin and markup are those of the rounded amounts.";

/// Two of cost, price, profit, margin and markup.
#[derive(Debug, Serialize, Deserialize, Validate, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[garde(allow_unvalidated)]
pub struct FinanceMarginRequest {
    /// Cost of the product.
    #[serde(default)]
    pub cost: Option<Decimal>,
    /// Selling price, without tax.
    #[serde(default)]
    pub price: Option<Decimal>,
    /// Profit: price less cost.
    #[serde(default)]
    pub profit: Option<Decimal>,
    /// Profit margin: profit as a fraction or percentage of the price, 0.2 or "20 %".
    #[serde(default)]
    pub margin: Option<Rate>,
    /// Markup: profit as a fraction or percentage of the cost, 0.25 or "25 %".
    #[serde(default)]
    pub markup: Option<Rate>,
    /// Decimal places that amounts are rounded to, 2 for cents.
    #[serde(default = "cents")]
    #[garde(range(max = 4))]
    pub decimals: u8,
    /// Rounding mode of the results.
    #[serde(default)]
    pub rounding: Rounding,
}

/// Cost, price, profit, margin and markup.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct FinanceMarginResponse {
    /// Cost of the product.
    pub cost: Decimal,
    /// Selling price, without tax.
    pub price: Decimal,
    /// Profit: price less cost.
    pub profit: Decimal,
    /// Profit margin: profit as a fraction of the price; null for a price of 0.
    pub margin: Option<f64>,
    /// Markup: profit as a fraction of the cost; null for a cost of 0.
    pub markup: Option<f64>,
    /// Rounding mode of the results.
    pub rounding: Rounding,
}

fn example() -> FinanceMarginRequest {
    FinanceMarginRequest {
        cost: Some(Decimal::new(80, 0)),
        price: None,
        profit: None,
        margin: Some(Rate::of(Decimal::new(2, 1))),
        markup: None,
        decimals: 2,
        rounding: Rounding::HalfUp,
    }
}

/// What the documents say.
#[must_use]
pub fn about(op: Operation) -> Operation {
    op.summary("Compute price, cost, margin and markup").description(DESCRIPTION).example(example).inline(4096)
}

/// Finds the other three.
///
/// # Errors
/// When not exactly two that say it all are given.
pub fn margin(request: FinanceMarginRequest, call: &Call) -> Result<FinanceMarginResponse, Error> {
    let FinanceMarginRequest { decimals, rounding, .. } = request;
    for (rate, field) in [(request.margin, "margin"), (request.markup, "markup")] {
        if let Some(rate) = rate {
            rate.warn(field, call);
        }
    }
    let rest = |rate: Rate| Decimal::ONE.minus(rate.fraction).filter(|rest| rest.signum() > 0);
    let grown = |rate: Rate| Decimal::ONE.plus(rate.fraction).filter(|grown| grown.signum() > 0);
    let round = |value: Option<Decimal>| value.and_then(|value| value.rounded(decimals, rounding));
    let parts = (request.cost, request.price, request.profit, request.margin, request.markup);
    let found = match parts {
        (Some(cost), Some(price), None, None, None) => round(Some(cost)).zip(round(Some(price))),
        (Some(cost), None, Some(profit), None, None) => round(Some(cost)).zip(round(cost.plus(profit))),
        (None, Some(price), Some(profit), None, None) => round(price.minus(profit)).zip(round(Some(price))),
        (Some(cost), None, None, Some(margin), None) => {
            let rest = rest(margin).ok_or_else(|| conflict("margin", "must be below 1 (100 %) of the price"))?;
            round(Some(cost)).zip(cost.over(rest, decimals, rounding))
        }
        (None, Some(price), None, Some(margin), None) => {
            let kept = Decimal::ONE.minus(margin.fraction).and_then(|rest| price.times(rest));
            round(kept).zip(round(Some(price)))
        }
        (Some(cost), None, None, None, Some(markup)) => {
            let grown = Decimal::ONE.plus(markup.fraction);
            round(Some(cost)).zip(round(grown.and_then(|grown| cost.times(grown))))
        }
        (None, Some(price), None, None, Some(markup)) => {
            let grown = grown(markup).ok_or_else(|| conflict("markup", "must be above -1 (-100 %)"))?;
            price.over(grown, decimals, rounding).zip(round(Some(price)))
        }
        _ => {
            let message = "send exactly two: cost and price, or one of them with profit, margin or markup";
            return Err(conflict("cost", message));
        }
    };
    let (cost, price) = found.ok_or_else(|| overflow("cost"))?;
    let profit = price.minus(cost).ok_or_else(|| overflow("cost"))?;
    let part = |of: Decimal| (of.signum() != 0).then(|| (profit.dd() / of.dd()).value());
    Ok(FinanceMarginResponse { cost, price, profit, margin: part(price), markup: part(cost), rounding })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_pair_leads_to_the_same() {
        let none =
            || FinanceMarginRequest { cost: None, price: None, profit: None, margin: None, markup: None, ..example() };
        let (cost, price) = (Some(Decimal::new(80, 0)), Some(Decimal::new(100, 0)));
        let profit = Some(Decimal::new(20, 0));
        let margin_rate = Some(Rate::of(Decimal::new(20, 2)));
        let markup = Some(Rate::of(Decimal::new(25, 2)));
        for request in [
            FinanceMarginRequest { cost, price, ..none() },
            FinanceMarginRequest { cost, profit, ..none() },
            FinanceMarginRequest { price, profit, ..none() },
            FinanceMarginRequest { cost, margin: margin_rate, ..none() },
            FinanceMarginRequest { price, margin: margin_rate, ..none() },
            FinanceMarginRequest { cost, markup, ..none() },
            FinanceMarginRequest { price, markup, ..none() },
        ] {
            let answer = margin(request, &Call::detached()).unwrap();
            assert_eq!((answer.cost.to_string(), answer.price.to_string()), ("80.00".into(), "100.00".into()));
            assert_eq!((answer.margin, answer.markup), (Some(0.2), Some(0.25)));
        }
        assert!(margin(FinanceMarginRequest { cost, ..none() }, &Call::detached()).is_err());
    }
}
