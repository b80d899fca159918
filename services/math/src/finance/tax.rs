//! Value added tax and sales tax.

use chassis::{Call, Operation};
use garde::Validate;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::npv::cents;
use super::percent::Rate;
use crate::decimal::{Decimal, MAX_SCALE, Rounding};
use crate::error::{Error, conflict, overflow};

const DESCRIPTION: &str = "\
Net, tax and gross of an amount or of the lines of an invoice, in exact cents: with `includesTax` the tax is \
extracted from the amounts, without it is added. The totals of each rate are given as an invoice must state them. \
`roundPer` says whether tax is rounded per line or per rate: the two can differ by a cent, and both are common.";

/// Amounts and their tax rates.
#[derive(Debug, Serialize, Deserialize, Validate, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[garde(allow_unvalidated)]
pub struct FinanceTaxRequest {
    /// One amount to tax; or send `lines`.
    #[serde(default)]
    pub amount: Option<Decimal>,
    /// Tax rate, also of lines without their own, as a fraction or percentage: 0.19 or "19 %".
    #[serde(default)]
    pub rate: Option<Rate>,
    /// Lines of an invoice.
    #[serde(default)]
    #[garde(length(max = 10_000), dive)]
    pub lines: Vec<TaxLine>,
    /// Whether the amounts include tax.
    #[serde(default)]
    pub includes_tax: bool,
    /// Level at which tax is rounded.
    #[serde(default)]
    pub round_per: RoundPer,
    /// Decimal places that amounts are rounded to, 2 for cents.
    #[serde(default = "cents")]
    #[garde(range(max = 4))]
    pub decimals: u8,
    /// Rounding mode of the results.
    #[serde(default)]
    pub rounding: Rounding,
}

/// One line of an invoice.
#[derive(Debug, Serialize, Deserialize, Validate, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[garde(allow_unvalidated)]
pub struct TaxLine {
    /// Price of one unit.
    #[serde(alias = "price")]
    pub amount: Decimal,
    /// Number of units.
    #[serde(default = "one")]
    pub quantity: Decimal,
    /// Tax rate of the line, as a fraction or percentage: 0.19 or "19 %"; the rate of the request when omitted.
    #[serde(default)]
    pub rate: Option<Rate>,
}

fn one() -> Decimal {
    Decimal::ONE
}

/// Level at which tax is rounded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum RoundPer {
    /// Per line.
    #[default]
    Line,
    /// Per tax rate: once for all lines of a rate.
    Total,
}

/// Net amount, tax and gross amount.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct FinanceTaxResponse {
    /// Net amount, without tax.
    pub net: Decimal,
    /// Tax amount.
    pub tax: Decimal,
    /// Gross amount, with tax.
    pub gross: Decimal,
    /// Totals of each tax rate, in descending order of the rate.
    pub rates: Vec<TaxRate>,
    /// Taxed lines, when tax is rounded per line.
    pub rows: Vec<TaxedLine>,
    /// Rounding mode of the results.
    pub rounding: Rounding,
}

/// Totals of one tax rate.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct TaxRate {
    /// Tax rate as a fraction.
    pub rate: Decimal,
    /// Net amount, without tax.
    pub net: Decimal,
    /// Tax amount.
    pub tax: Decimal,
    /// Gross amount, with tax.
    pub gross: Decimal,
}

/// One taxed line.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct TaxedLine {
    /// Net amount, without tax.
    pub net: Decimal,
    /// Tax amount.
    pub tax: Decimal,
    /// Gross amount, with tax.
    pub gross: Decimal,
    /// Tax rate as a fraction.
    pub rate: Decimal,
}

fn example() -> FinanceTaxRequest {
    FinanceTaxRequest {
        amount: Some(Decimal::new(119, 0)),
        rate: Some(Rate::of(Decimal::new(19, 2))),
        lines: Vec::new(),
        includes_tax: true,
        round_per: RoundPer::Line,
        decimals: 2,
        rounding: Rounding::HalfUp,
    }
}

/// What the documents say.
#[must_use]
pub fn about(op: Operation) -> Operation {
    op.summary("Add value added tax (VAT) to amounts, or extract it")
        .description(DESCRIPTION)
        .example(example)
        .inline(1024)
}

/// Net, tax and gross of a sum of amounts.
fn taxed(total: Decimal, rate: Decimal, request: &FinanceTaxRequest) -> Option<TaxedLine> {
    let (decimals, rounding) = (request.decimals, request.rounding);
    let (net, tax, gross) = if request.includes_tax {
        let gross = total.rounded(decimals, rounding)?;
        // The tax is what rounds: the gross amount was agreed.
        let tax = total.times(rate)?.over(Decimal::ONE.plus(rate)?, decimals, rounding)?;
        (gross.minus(tax)?, tax, gross)
    } else {
        let net = total.rounded(decimals, rounding)?;
        let tax = total.times(rate)?.rounded(decimals, rounding)?;
        (net, tax, net.plus(tax)?)
    };
    Some(TaxedLine { net, tax, gross, rate })
}

/// Adds tax or takes it out.
///
/// # Errors
/// When a rate is missing or negative, or both an amount and lines are there.
pub fn tax(request: FinanceTaxRequest, call: &Call) -> Result<FinanceTaxResponse, Error> {
    let lines: Vec<(Decimal, Rate)> = match (request.amount, request.lines.as_slice()) {
        (Some(_), [_, ..]) => return Err(conflict("lines", "is there together with amount: send one of the two")),
        (None, []) => return Err(conflict("amount", "is missing: send amount or lines")),
        (Some(amount), []) => {
            vec![(amount, request.rate.ok_or_else(|| conflict("rate", "is missing: send the rate of the tax"))?)]
        }
        (None, lines) => {
            let line = |(index, line): (usize, &TaxLine)| {
                let rate = line.rate.or(request.rate);
                let rate = rate.ok_or_else(|| conflict(format!("lines[{index}].rate"), "is missing: send a rate"))?;
                let total = line.amount.times(line.quantity).filter(|total| total.scale() <= MAX_SCALE);
                Ok((total.ok_or_else(|| conflict(format!("lines[{index}].amount"), "has too many digits"))?, rate))
            };
            lines.iter().enumerate().map(line).collect::<Result<_, Error>>()?
        }
    };
    let mut rows = Vec::new();
    let mut groups: Vec<(Decimal, Decimal)> = Vec::new();
    let mut rates: Vec<TaxRate> = Vec::new();
    for (total, rate) in lines {
        rate.warn("rate", call);
        if rate.fraction.signum() < 0 {
            return Err(conflict("rate", "must not be negative"));
        }
        let fraction = rate.fraction;
        if request.round_per == RoundPer::Total {
            match groups.iter_mut().find(|(known, _)| *known == fraction) {
                Some((_, sum)) => *sum = sum.plus(total).ok_or_else(|| overflow("lines"))?,
                None => groups.push((fraction, total)),
            }
            continue;
        }
        let row = taxed(total, fraction, &request).ok_or_else(|| overflow("amount"))?;
        add(&mut rates, &row).ok_or_else(|| overflow("lines"))?;
        rows.push(row);
    }
    for (fraction, total) in groups {
        let row = taxed(total, fraction, &request).ok_or_else(|| overflow("lines"))?;
        add(&mut rates, &row).ok_or_else(|| overflow("lines"))?;
    }
    rates.sort_by(|a, b| b.rate.partial_cmp(&a.rate).unwrap_or(std::cmp::Ordering::Equal));
    let sum = |part: fn(&TaxRate) -> Decimal| {
        let zero = Decimal::new(0, request.decimals);
        rates.iter().try_fold(zero, |sum, rate| sum.plus(part(rate))).ok_or_else(|| overflow("lines"))
    };
    Ok(FinanceTaxResponse {
        net: sum(|rate| rate.net)?,
        tax: sum(|rate| rate.tax)?,
        gross: sum(|rate| rate.gross)?,
        rates,
        rows,
        rounding: request.rounding,
    })
}

/// Adds a line to the totals of its rate.
fn add(rates: &mut Vec<TaxRate>, row: &TaxedLine) -> Option<()> {
    match rates.iter_mut().find(|known| known.rate == row.rate) {
        Some(known) => {
            known.net = known.net.plus(row.net)?;
            known.tax = known.tax.plus(row.tax)?;
            known.gross = known.gross.plus(row.gross)?;
        }
        None => rates.push(TaxRate { rate: row.rate, net: row.net, tax: row.tax, gross: row.gross }),
    }
    Some(())
}
