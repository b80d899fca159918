//! Which amount is the total, which the tax: candidates by the words of their rows, decided by arithmetic.

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

/// Candidates for the total in an answer.
const CANDIDATES: usize = 5;
/// The score that is as good as certain.
const CERTAIN: f64 = 14.0;
/// What arithmetic adds.
const PROVEN: f64 = 4.0;

/// The amounts of rows.
pub(crate) fn resolve(rows: &[Row]) -> Amounts {
    let candidates = candidates(rows);
    let of = |wanted: Label| candidates.iter().filter(move |candidate| candidate.label == Some(wanted));
    let known: Vec<&str> = candidates.iter().filter_map(|candidate| candidate.amount.currency).collect();
    let only = known.first().filter(|first| known.iter().all(|other| other == *first)).copied();
    let sums = |one: Label, other: Label, sign: i64| -> Vec<i64> {
        let pairs = of(one).flat_map(|one| of(other).map(move |other| (one, other)));
        pairs.map(|(one, other)| one.amount.cents + sign * other.amount.cents).collect()
    };
    let given = sums(Label::Cash, Label::Change, -1);
    let made = [sums(Label::Subtotal, Label::Tax, 1), sums(Label::Net, Label::Tax, 1)].concat();
    let rounded_sums = sums(Label::Subtotal, Label::Rounding, 1);
    let largest = candidates
        .iter()
        .filter(|candidate| !matches!(candidate.label, Some(Label::Cash | Label::Discount | Label::Tip)))
        .map(|candidate| candidate.amount.cents)
        .max();

    let mut totals: Vec<Candidate> = Vec::new();
    for candidate in candidates.iter().filter(|candidate| matches!(candidate.label, Some(Label::Total) | None)) {
        let cents = candidate.amount.cents;
        let again = of(Label::Total).filter(|other| other.amount.cents == cents).count();
        let mut score = candidate.score;
        score += if given.contains(&cents) { PROVEN } else { 0.0 };
        score += if made.contains(&cents) { PROVEN } else { 0.0 };
        score += if rounded_sums.contains(&cents) { 1.0 } else { 0.0 };
        score += again.saturating_sub(1).min(2) as f64;
        score += if Some(cents) == largest { 1.5 } else { 0.0 };
        score -= if cents <= 0 { 7.0 } else { 0.0 };
        match totals.iter_mut().find(|known| known.amount.cents == cents) {
            Some(known) if known.score >= score => {}
            Some(known) => *known = Candidate { score, ..candidate.clone() },
            None => totals.push(Candidate { score, ..candidate.clone() }),
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
        found.extend(amounts.into_iter().map(|amount| Candidate { label: None, amount, page, score: 0.0 }));
        found.extend(last.map(|amount| Candidate { label, amount, page, score }));
    }
    found
}
