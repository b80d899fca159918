//! Which amount is the total, which the tax: candidates by the words of their rows, decided by arithmetic.

use std::collections::{HashMap, HashSet};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::label::{Label, label};
use super::money::{Amount, Money, amounts, written};
use crate::page::rounded;
use crate::rows::Row;

/// A sum that should come out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Check {
    /// What should be so.
    pub check: CheckKind,
    /// Whether it is.
    pub passed: bool,
    /// By how much it is not: left side minus right side.
    pub difference: String,
}

/// What should be so.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum CheckKind {
    /// Subtotal and tax make the total.
    SubtotalPlusTaxIsTotal,
    /// Net amount and tax make the total.
    NetPlusTaxIsTotal,
    /// What was given minus the change is the total.
    CashMinusChangeIsTotal,
}

/// An amount that may be what its label says, and how likely.
#[derive(Debug, Clone)]
struct Candidate {
    label: Option<Label>,
    amount: Amount,
    page: u32,
    score: f64,
}

/// The amounts of a document.
#[derive(Debug, Default)]
pub(crate) struct Amounts {
    pub(crate) currency: Option<String>,
    pub(crate) totals: Vec<Money>,
    pub(crate) subtotal: Option<Money>,
    pub(crate) net: Option<Money>,
    pub(crate) tax: Option<Money>,
    pub(crate) cash: Option<Money>,
    pub(crate) change: Option<Money>,
    pub(crate) checks: Vec<Check>,
}

/// Amounts with one label that are looked at.
const MOST_OF_A_LABEL: usize = 60;
/// Candidates for the total in an answer.
const CANDIDATES: usize = 5;
/// The score that is as good as certain.
const CERTAIN: f64 = 14.0;
/// What arithmetic adds.
const PROVEN: f64 = 4.0;
/// What is added when it is a total with what is rounded away.
const ROUNDED: f64 = 2.0;
/// Score of what may be the total where nothing is called so.
const STAND_IN: f64 = 3.0;
/// Score of what was paid, when it is the sum of subtotal and tax.
const AGREED: f64 = 6.0;
/// What is rounded away at most, in hundredths.
const LARGEST_ROUNDING: i64 = 10;

/// The amounts of rows.
pub(crate) fn resolve(rows: &[Row]) -> Amounts {
    let candidates = candidates(rows);
    let mut labeled: HashMap<Label, Vec<&Candidate>> = HashMap::new();
    // The sums of a document stand at its end.
    for candidate in candidates.iter().rev() {
        if let Some(label) = candidate.label {
            let known = labeled.entry(label).or_default();
            if known.len() < MOST_OF_A_LABEL {
                known.insert(0, candidate);
            }
        }
    }
    let of = |wanted: Label| labeled.get(&wanted).into_iter().flatten().copied();
    let known: Vec<&str> = candidates.iter().filter_map(|candidate| candidate.amount.currency).collect();
    let only = known.first().filter(|first| known.iter().all(|other| other == *first)).copied();
    let sums = |one: Label, other: Label, sign: i64| -> HashSet<i64> {
        let pairs = of(one).flat_map(|one| of(other).map(move |other| (one, other)));
        pairs.map(|(one, other)| one.amount.cents + sign * other.amount.cents).collect()
    };
    let given = sums(Label::Cash, Label::Change, -1);
    let mut made = sums(Label::Subtotal, Label::Tax, 1);
    made.extend(sums(Label::Net, Label::Tax, 1));
    // What is rounded away; its sign is often lost.
    let adjustments: HashSet<i64> = of(Label::Rounding)
        .map(|candidate| candidate.amount.cents.abs())
        .filter(|cents| (1..=LARGEST_ROUNDING).contains(cents))
        .collect();
    let rounded_from = |cents: i64, sums: &dyn Fn(i64) -> bool| {
        adjustments.iter().any(|adjustment| sums(cents - adjustment) || sums(cents + adjustment))
    };
    let is = |wanted: Label, cents: i64| of(wanted).any(|candidate| candidate.amount.cents == cents);
    let names_total = of(Label::Total).any(|candidate| candidate.amount.cents > 0);
    let gives_change = of(Label::Change).any(|candidate| candidate.amount.cents > 0);
    let largest = candidates
        .iter()
        .filter(|candidate| !matches!(candidate.label, Some(Label::Cash | Label::Discount | Label::Tip)))
        .map(|candidate| candidate.amount.cents)
        .max();

    let mut totals: Vec<Candidate> = Vec::new();
    let mut places: HashMap<i64, usize> = HashMap::new();
    for candidate in &candidates {
        let cents = candidate.amount.cents;
        let is_made = made.contains(&cents) || rounded_from(cents, &|cents| made.contains(&cents));
        let is_given = given.contains(&cents);
        let base = match candidate.label {
            Some(Label::Total) | None => candidate.score,
            // `Rounding 72.75` below `Total 72.74`.
            Some(Label::Rounding) if cents > LARGEST_ROUNDING => candidate.score,
            // What was paid is the total where nothing was given back.
            Some(Label::Cash) if !gives_change && is_made => AGREED,
            Some(Label::Cash) if !gives_change && !names_total => STAND_IN,
            Some(Label::Subtotal) if !names_total => STAND_IN,
            _ => continue,
        };
        let again = of(Label::Total).filter(|other| other.amount.cents == cents).count();
        let mut score = base;
        score += if is_given { PROVEN } else { 0.0 };
        score += if is_made { PROVEN } else { 0.0 };
        score += if rounded_from(cents, &|cents| is(Label::Total, cents)) { ROUNDED } else { 0.0 };
        score += if rounded_from(cents, &|cents| is(Label::Subtotal, cents)) { 1.0 } else { 0.0 };
        score += again.saturating_sub(1).min(2) as f64;
        score += if Some(cents) == largest { 1.5 } else { 0.0 };
        score -= if cents <= 0 { 7.0 } else { 0.0 };
        score -= if is(Label::Tax, cents) && !is_given && !is_made { 2.0 } else { 0.0 };
        let candidate = Candidate { score, ..candidate.clone() };
        match places.get(&cents) {
            Some(place) if totals[*place].score >= score => {}
            Some(place) => totals[*place] = candidate,
            None => {
                places.insert(cents, totals.len());
                totals.push(candidate);
            }
        }
    }
    // Of equals the lower on the page: what comes after is the sum of what comes before.
    totals.reverse();
    totals.sort_by(|a, b| b.score.total_cmp(&a.score));
    totals.truncate(CANDIDATES);
    let total = totals.first().map(|candidate| candidate.amount.cents);

    let best = |wanted: Label, proof: &dyn Fn(i64) -> bool| {
        let scored = of(wanted).map(|candidate| {
            let proven = if proof(candidate.amount.cents) { PROVEN } else { 0.0 };
            Candidate { score: candidate.score + proven, ..candidate.clone() }
        });
        scored.max_by(|a, b| a.score.total_cmp(&b.score))
    };
    let makes_total = |one: i64, others: &[Label]| {
        others.iter().any(|label| of(*label).any(|other| total == Some(one + other.amount.cents)))
    };
    let tax = best(Label::Tax, &|cents| makes_total(cents, &[Label::Subtotal, Label::Net]));
    let subtotal = best(Label::Subtotal, &|cents| makes_total(cents, &[Label::Tax]));
    let net = best(Label::Net, &|cents| makes_total(cents, &[Label::Tax]));
    let cash = best(Label::Cash, &|cents| of(Label::Change).any(|other| total == Some(cents - other.amount.cents)));
    let change = best(Label::Change, &|cents| of(Label::Cash).any(|other| total == Some(other.amount.cents - cents)));

    let mut checks = Vec::new();
    let mut check = |check: CheckKind, one: &Option<Candidate>, other: &Option<Candidate>, sign: i64| {
        if let (Some(one), Some(other), Some(total)) = (one, other, total) {
            let difference = one.amount.cents + sign * other.amount.cents - total;
            checks.push(Check { check, passed: difference == 0, difference: written(difference) });
        }
    };
    check(CheckKind::SubtotalPlusTaxIsTotal, &subtotal, &tax, 1);
    check(CheckKind::NetPlusTaxIsTotal, &net, &tax, 1);
    check(CheckKind::CashMinusChangeIsTotal, &cash, &change, -1);

    let money = |candidate: Candidate| candidate.money(only);
    Amounts {
        currency: only.map(str::to_owned),
        totals: totals.into_iter().map(money).collect(),
        subtotal: subtotal.map(money),
        net: net.map(money),
        tax: tax.map(money),
        cash: cash.map(money),
        change: change.map(money),
        checks,
    }
}

impl Candidate {
    fn money(self, only: Option<&str>) -> Money {
        let likely = (self.score / CERTAIN).clamp(0.05, 0.98);
        Money {
            amount: written(self.amount.cents),
            currency: self.amount.currency.or(only).map(str::to_owned),
            text: self.amount.text,
            confidence: rounded(likely * f64::midpoint(1.0, self.amount.confidence)),
            area: self.amount.area,
            page: self.page,
        }
    }
}

/// Every amount with what its row says, or the row above when that has a label and no amount.
fn candidates(rows: &[Row]) -> Vec<Candidate> {
    let mut found = Vec::new();
    let mut waiting: Option<(Label, f64, &Row)> = None;
    for row in rows {
        let mut amounts = amounts(&row.words);
        let own = label(row);
        // The label of a row without an amount is for the next row, if that is near and says nothing itself.
        let near = |above: &Row| {
            let gap = f64::from(row.area.y.saturating_sub(above.area.bottom()));
            above.page == row.page && gap <= 1.5 * f64::from(above.area.height)
        };
        let (label, score) = match (own, waiting.take()) {
            (Some((label, sure)), _) => (Some(label), sure),
            (None, Some((label, sure, above))) if near(above) && !amounts.is_empty() => (Some(label), sure - 1.0),
            _ => (None, 0.5),
        };
        if amounts.is_empty() {
            waiting = own.map(|(label, sure)| (label, sure, row));
            continue;
        }
        let last = amounts.pop();
        let page = row.page;
        // A total of several columns, of which the last is smaller, ends a table of taxes.
        let is_table = label == Some(Label::Total)
            && last.as_ref().is_some_and(|last| amounts.iter().any(|other| other.cents > last.cents));
        let (label, score) = if is_table { (None, 0.0) } else { (label, score) };
        found.extend(amounts.into_iter().map(|amount| Candidate { label: None, amount, page, score: 0.0 }));
        found.extend(last.map(|amount| Candidate { label, amount, page, score }));
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::page::{Area, Word};

    /// Rows of a receipt, as text.
    fn resolved(text: &str) -> Amounts {
        let row = |(at, line): (usize, &str)| {
            let word = |(column, text): (usize, &str)| {
                let area = Area { x: column as u32 * 100, y: at as u32 * 30, width: 90, height: 20 };
                Word { text: text.into(), area, confidence: 0.9 }
            };
            let words: Vec<Word> = line.split_whitespace().enumerate().map(word).collect();
            let area = Area::around(words.iter().map(|word| word.area));
            Row { words, area, page: 1 }
        };
        resolve(&text.lines().map(str::trim).filter(|line| !line.is_empty()).enumerate().map(row).collect::<Vec<_>>())
    }

    #[test]
    fn the_total_is_what_is_paid() {
        for (receipt, total) in [
            // A table of taxes below, whose last row is called total, and a total that was misread.
            (
                "Laminating film 28.00
                 SUB-TOTAL (EX): 52.00
                 TOTAL TAX: 3.12
                 ROUNDING -0.02
                 TOTAL 2 5.10
                 CASH 55.10
                 SR 6.00 52.00 3.12
                 TOTAL 52.00 3.12",
                Some("55.10"),
            ),
            // Rounded to five cents.
            (
                "Total Sales (Inclusive GST) RM 72.74
                 Rounding Adjustment RM .01
                 Rounding RM 72.75
                 CASH RM 100.00
                 CHANGE RM 27.25",
                Some("72.75"),
            ),
            ("Bread 4.20\nTOTAL <GST INCL) 38.37\nCASH 40.35\nCHANGE DUE 2.00", Some("38.37")),
            ("Bread 4.20\nMilk 1.10\nVISA 5.30", Some("5.30")),
            ("Bread 4.20\nSubtotal 38.37\nCash 50.00\nChange 11.63", Some("38.37")),
            ("Total 9.00\nCash 10.00\nChange 1.00\nTotal qty 3\nYou saved 20.00", Some("9.00")),
            ("Total 19.90\nVISA 19.90", Some("19.90")),
            ("Qty 8 25.15\nDue 29.15\nPay 25.15\nChange 0.00", Some("25.15")),
            ("Total 0.00\nGift card 5.00", Some("5.00")),
            ("nothing", None),
        ] {
            let found = resolved(receipt).totals.first().map(|total| total.amount.clone());
            assert_eq!(found.as_deref(), total, "{receipt}");
        }
    }
}
