//! Which amount is the total, which the tax: candidates by the words of their rows, decided by arithmetic.

use std::collections::{HashMap, HashSet};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::label::{Label, label};
use super::money::{Amount, Money, amounts, written};
use crate::page::{Area, rounded};
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
    /// Subtotal and tax make the total; with shipping and tip, and less the discount, where these belong to the sum.
    SubtotalPlusTaxIsTotal,
    /// Net amount and tax make the total; with the same.
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
    pub(crate) taxes: Vec<Money>,
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
/// Score from which a tip is one that is only suggested.
const SUGGESTED: f64 = 10.0;
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
    let known = candidates.iter().filter_map(|candidate| candidate.amount.currency);
    let known: Vec<&str> = known.filter(|currency| !currency.is_empty()).collect();
    let only = known.first().filter(|first| known.iter().all(|other| other == *first)).copied();
    let sums = |one: Label, other: Label| -> HashSet<i64> {
        let pairs = of(one).flat_map(|one| of(other).map(move |other| (one, other)));
        pairs.map(|(one, other)| one.amount.cents + other.amount.cents).collect()
    };
    let pairs = of(Label::Cash).flat_map(|cash| of(Label::Change).map(move |change| (cash, change)));
    // Some write what is given back with a minus.
    let given: HashSet<i64> = pairs.map(|(cash, change)| cash.amount.cents - change.amount.cents.abs()).collect();
    let extras = extras(&of);
    let taxes = taxes(of(Label::Tax));
    let tax_of_all: i64 = taxes.iter().map(|tax| tax.amount.cents).sum();
    let mut made = sums(Label::Subtotal, Label::Tax);
    made.extend(sums(Label::Net, Label::Tax));
    if !taxes.is_empty() {
        made.extend(of(Label::Subtotal).chain(of(Label::Net)).map(|base| base.amount.cents + tax_of_all));
    }
    let made: HashSet<i64> = made.iter().flat_map(|made| extras.iter().map(move |extra| made + extra)).collect();
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
        .filter(|one| !matches!(one.label, Some(Label::Cash | Label::Discount | Label::Tip | Label::Shipping)))
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
        // Unless it is the total of a credit note.
        score -= if cents == 0 || cents < 0 && names_total { 7.0 } else { 0.0 };
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
    let is_total = |cents: i64| extras.iter().any(|extra| total == Some(cents + extra));
    let makes_total = |one: i64, others: &[Label]| {
        others.iter().any(|label| of(*label).any(|other| is_total(one + other.amount.cents)))
    };
    let bases = [Label::Subtotal, Label::Net];
    // Several rates make the total together, where no one alone does.
    let is_of_all = !of(Label::Tax).any(|tax| makes_total(tax.amount.cents, &bases)) && makes_total(tax_of_all, &bases);
    let tax = match Candidate::of_all(&taxes).filter(|_| is_of_all) {
        Some(all) => Some(all),
        None => best(Label::Tax, &|cents| makes_total(cents, &bases)),
    };
    let proves = |base: i64| makes_total(base, &[Label::Tax]) || is_of_all && is_total(base + tax_of_all);
    let subtotal = best(Label::Subtotal, &proves);
    let net = best(Label::Net, &proves);
    let cash =
        best(Label::Cash, &|cents| of(Label::Change).any(|other| total == Some(cents - other.amount.cents.abs())));
    let change =
        best(Label::Change, &|cents| of(Label::Cash).any(|other| total == Some(other.amount.cents - cents.abs())));

    let mut checks = Vec::new();
    let mut check = |check: CheckKind, one: &Option<Candidate>, other: &Option<Candidate>, extras: &[i64]| {
        if let (Some(one), Some(other), Some(total)) = (one, other, total) {
            let other = match check {
                CheckKind::CashMinusChangeIsTotal => -other.amount.cents.abs(),
                _ => other.amount.cents,
            };
            let difference = one.amount.cents + other - total;
            let extra = extras.iter().find(|extra| difference + **extra == 0).copied().unwrap_or(0);
            let difference = difference + extra;
            checks.push(Check { check, passed: difference == 0, difference: written(difference) });
        }
    };
    check(CheckKind::SubtotalPlusTaxIsTotal, &subtotal, &tax, &extras);
    check(CheckKind::NetPlusTaxIsTotal, &net, &tax, &extras);
    check(CheckKind::CashMinusChangeIsTotal, &cash, &change, &[]);

    let money = |candidate: Candidate| candidate.money(only);
    Amounts {
        currency: only.map(str::to_owned),
        totals: totals.into_iter().map(money).collect(),
        subtotal: subtotal.map(money),
        net: net.map(money),
        tax: tax.map(money),
        taxes: taxes.into_iter().cloned().map(money).collect(),
        cash: cash.map(money),
        change: change.map(money),
        checks,
    }
}

/// The taxes of a document, each once: one that is said twice has the same amount.
fn taxes<'a>(labeled: impl Iterator<Item = &'a Candidate>) -> Vec<&'a Candidate> {
    let mut known = HashSet::new();
    labeled.filter(|tax| tax.amount.cents != 0 && known.insert(tax.amount.cents)).collect()
}

/// What may come on top of base and tax, in hundredths: shipping, a tip, and a discount that is taken off; each or none.
fn extras<'a, I: Iterator<Item = &'a Candidate>>(of: &impl Fn(Label) -> I) -> Vec<i64> {
    const EACH: usize = 4;
    let mut sums = vec![0];
    for (label, sign) in [(Label::Shipping, 1), (Label::Tip, 1), (Label::Discount, -1)] {
        let real = of(label).filter(|one| one.score < SUGGESTED).map(|one| sign * one.amount.cents.abs());
        let real: Vec<i64> = real.collect();
        let more = real.iter().take(EACH).copied().chain([real.iter().sum(), 0]);
        let more: Vec<i64> = more.collect();
        sums = sums.iter().flat_map(|sum| more.iter().map(move |more| sum + more)).collect();
    }
    sums.sort_unstable_by_key(|sum| (sum.abs(), *sum));
    sums.dedup();
    sums
}

impl Candidate {
    /// Several as one: their sum.
    fn of_all(all: &[&Self]) -> Option<Self> {
        let first = all.first().filter(|_| all.len() > 1)?;
        let on_page = all.iter().filter(|one| one.page == first.page);
        let amount = Amount {
            cents: all.iter().map(|one| one.amount.cents).sum(),
            currency: first.amount.currency,
            text: all.iter().map(|one| one.amount.text.as_str()).collect::<Vec<_>>().join(" + "),
            area: Area::around(on_page.map(|one| one.amount.area)),
            confidence: all.iter().map(|one| one.amount.confidence).sum::<f64>() / all.len() as f64,
            from: 0,
        };
        Some(Self { score: first.score + PROVEN, amount, ..(*first).clone() })
    }

    fn money(self, only: Option<&str>) -> Money {
        let likely = (self.score / CERTAIN).clamp(0.05, 0.98);
        Money {
            amount: written(self.amount.cents),
            currency: self.amount.currency.filter(|currency| !currency.is_empty()).or(only).map(str::to_owned),
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
    use crate::rows::rows_of;

    fn resolved(text: &str) -> Amounts {
        resolve(&rows_of(text))
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
            // Two rates; a tip behind a total; one that is only suggested; shipping and a discount; a credit note.
            ("Nettobetrag 150,00\nMwSt 7% 3,50\nMwSt 19% 19,00\nGesamtbetrag 172,50", Some("172.50")),
            ("Subtotal 20.00\nTax 1.60\nTotal 21.60\nTip 4.00\nTotal 25.60", Some("25.60")),
            ("Subtotal 20.00\nTax 1.60\nTotal 21.60\nSuggested tip 20% 4.00\nTotal with tip 25.60", Some("21.60")),
            ("Subtotal 100.00\nDiscount -10.00\nShipping 5.00\nTax 9.50\nTotal 104.50", Some("104.50")),
            ("Gutschrift\nTotal -45.00 EUR", Some("-45.00")),
        ] {
            let found = resolved(receipt).totals.first().map(|total| total.amount.clone());
            assert_eq!(found.as_deref(), total, "{receipt}");
        }
    }

    #[test]
    fn taxes_shipping_tips_and_discounts_are_part_of_the_sum() {
        for (document, tax, taxes, passed) in [
            ("Netto 150,00\nMwSt 7% 3,50\nMwSt 19% 19,00\nGesamt 172,50", "22.50", 2, true),
            ("Subtotal 50.00\nState Tax 4.00\nCity Tax 1.00\nTip 10.00\nTotal 65.00", "5.00", 2, true),
            ("Subtotal 100.00\nDiscount -10.00\nShipping 5.00\nTax 9.50\nTotal 104.50", "9.50", 1, true),
            ("Subtotal 100.00\nTax 9.50\nTotal 104.50", "9.50", 1, false),
            ("Subtotal 10.00\nGST 0.60\nTotal 10.60\nGST 0.60", "0.60", 1, true),
            ("MwSt 2,68\nSumme 16,80\nBar 20,00\nRückgeld -3,20\nSteuernummer 12.34", "2.68", 1, true),
        ] {
            let found = resolved(document);
            let tax_found = found.tax.map(|tax| tax.amount);
            assert_eq!((tax_found.as_deref(), found.taxes.len()), (Some(tax), taxes), "{document}");
            assert_eq!(found.checks.iter().map(|check| check.passed).collect::<Vec<_>>(), [passed], "{document}");
        }
    }
}
