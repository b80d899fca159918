//! What is sold, and what it comes to: lines, discounts, taxes by their rates, totals that add up to the cent.

use std::collections::BTreeMap;

use chassis::{Error, ExactNumber};
use garde::Validate;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::locale::{Currency, Locale};
use super::money::Decimal;
use super::view::breakable;
use super::words::Words;

/// Places of an amount before it is rounded to its currency.
const WORKING_PLACES: u32 = 8;

/// What one item may come to: sums and products of such amounts are exact.
const LARGEST: Decimal = Decimal::whole(100_000_000_000);

/// One item.
#[derive(Debug, Serialize, Deserialize, Validate, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[garde(allow_unvalidated)]
pub struct Item {
    /// What it is, in a line.
    #[serde(alias = "name", alias = "title")]
    #[garde(length(chars, max = 1000))]
    pub description: String,
    /// More about it, in smaller letters below.
    #[serde(default)]
    #[garde(length(chars, max = 4000))]
    pub details: Option<String>,
    /// Quantity; 1 when not given.
    #[serde(default, alias = "qty")]
    pub quantity: Option<ExactNumber>,
    /// Unit of the quantity, such as `h` or `pcs`.
    #[serde(default)]
    #[garde(length(chars, max = 40))]
    pub unit: Option<String>,
    /// Price of one unit.
    #[serde(alias = "unitPrice", alias = "amount")]
    pub price: ExactNumber,
    /// Discount on this item, in percent.
    #[serde(default)]
    pub discount: Option<ExactNumber>,
    /// Rate of the tax on this item, in percent; that of the document when not given.
    #[serde(default, alias = "taxRate", alias = "vat", alias = "vatRate")]
    pub tax: Option<ExactNumber>,
}

/// What applies to all items.
pub(crate) struct Terms<'a> {
    /// Rate of items that have none of their own, in percent.
    pub(crate) tax: Option<&'a ExactNumber>,
    pub(crate) prices_include_tax: bool,
    pub(crate) discount: Option<&'a ExactNumber>,
    pub(crate) discount_percent: Option<&'a ExactNumber>,
    pub(crate) shipping: Option<&'a ExactNumber>,
    pub(crate) paid: Option<&'a ExactNumber>,
}

/// The table as a template shows it.
#[derive(Debug, Serialize)]
pub(crate) struct Bill {
    /// Whether there are columns for quantity and price, for discounts, for taxes.
    pub(crate) quantities: bool,
    pub(crate) discounts: bool,
    pub(crate) taxes: bool,
    pub(crate) rows: Vec<Row>,
    pub(crate) totals: Vec<Total>,
    #[serde(skip)]
    pub(crate) total: Decimal,
    #[serde(skip)]
    pub(crate) due: Decimal,
}

/// A row of the table.
#[derive(Debug, Serialize)]
pub(crate) struct Row {
    description: String,
    details: String,
    quantity: String,
    price: String,
    discount: String,
    tax: String,
    amount: String,
}

/// A line below the table.
#[derive(Debug, Serialize)]
pub(crate) struct Total {
    label: String,
    value: String,
    /// The last line, or another that is to be seen first.
    strong: bool,
}

/// Computes the table.
pub(crate) fn bill(
    items: &[Item],
    terms: &Terms<'_>,
    locale: &Locale,
    currency: &Currency,
    words: &Words,
) -> Result<Bill, Error> {
    let read =
        |number: Option<&ExactNumber>, field: &str| number.map(|number| Decimal::read(number, field)).transpose();
    let percent = |number: Option<&ExactNumber>, field: &str| {
        let rate = read(number, field)?;
        match rate.is_some_and(|rate| rate.is_negative() || rate.is_more_than(Decimal::HUNDRED)) {
            true => Err(Error::impossible(field, "is a percentage: must be between 0 and 100")),
            false => Ok(rate),
        }
    };
    let default_rate = percent(terms.tax, "data.tax")?;
    let mut rows = Vec::with_capacity(items.len());
    let mut groups: BTreeMap<Option<i128>, (Option<Decimal>, Decimal)> = BTreeMap::new();
    let mut subtotal = Decimal::ZERO;
    let mut add = |rate: Option<Decimal>, amount: Decimal| {
        let group = groups.entry(rate.map(Decimal::millionths)).or_insert((rate, Decimal::ZERO));
        group.1 = group.1.plus(amount);
    };
    let mut discounts = false;
    for (index, item) in items.iter().enumerate() {
        let field = |name: &str| format!("data.items[{index}].{name}");
        let quantity = read(item.quantity.as_ref(), &field("quantity"))?.unwrap_or(Decimal::ONE);
        let price = Decimal::read(&item.price, &field("price"))?;
        let discount = percent(item.discount.as_ref(), &field("discount"))?.filter(|rate| !rate.is_zero());
        let rate = percent(item.tax.as_ref(), &field("tax"))?.or(default_rate);
        let full = quantity.times(price, WORKING_PLACES);
        if full.is_more_than(LARGEST) || LARGEST.negated().is_more_than(full) {
            return Err(Error::impossible(field("price"), "times quantity must be below 100,000,000,000"));
        }
        let less = discount.map_or(Decimal::ZERO, |discount| share(full, discount));
        let amount = full.minus(less).rounded(currency.places);
        discounts |= discount.is_some();
        subtotal = subtotal.plus(amount);
        add(rate, amount);
        let unit = item.unit.as_deref().unwrap_or_default().trim();
        let count = locale.number(quantity, 0);
        rows.push(Row {
            description: breakable(item.description.trim()),
            details: breakable(item.details.as_deref().unwrap_or_default().trim()),
            quantity: if unit.is_empty() { count } else { format!("{count}\u{a0}{unit}") },
            price: price_of(price, locale, currency),
            discount: discount.map_or_else(String::new, |discount| locale.percent(discount)),
            tax: rate.map_or_else(String::new, |rate| locale.percent(rate)),
            amount: locale.money(amount, currency),
        });
    }
    let mut totals = Vec::new();
    let mut line = |label: String, amount: Decimal, strong: bool| {
        totals.push(Total { label, value: locale.money(amount, currency), strong });
    };
    let percentage = percent(terms.discount_percent, "data.discountPercent")?.filter(|rate| !rate.is_zero());
    let discount = match (read(terms.discount, "data.discount")?, percentage) {
        (Some(_), Some(_)) => {
            return Err(Error::impossible("data.discount", "send discount or discountPercent, not both"));
        }
        (Some(discount), None) => discount,
        (None, Some(rate)) => share(subtotal, rate).rounded(currency.places),
        (None, None) => Decimal::ZERO,
    };
    let discount = discount.rounded(currency.places);
    if discount.is_negative() || (!discount.is_zero() && discount.is_more_than(subtotal)) {
        return Err(Error::impossible("data.discount", "must be between 0 and the sum of the items"));
    }
    let shipping = read(terms.shipping, "data.shipping")?.unwrap_or(Decimal::ZERO).rounded(currency.places);
    let parts = groups.len();
    let taxed = groups.values().any(|(rate, _)| rate.is_some());
    if parts > 0 && (!discount.is_zero() || !shipping.is_zero() || (taxed && !terms.prices_include_tax)) {
        line(words["subtotal"].clone(), subtotal, false);
    }
    if !discount.is_zero() {
        let label = match percentage {
            Some(rate) => format!("{} {}", words["discount"], locale.percent(rate)),
            None => words["discount"].clone(),
        };
        line(label, discount.negated(), false);
        spread(&mut groups, discount, subtotal, currency.places);
    }
    if !shipping.is_zero() {
        line(words["shipping"].clone(), shipping, false);
        let group = groups.entry(default_rate.map(Decimal::millionths)).or_insert((default_rate, Decimal::ZERO));
        group.1 = group.1.plus(shipping);
    }
    let mut total = Decimal::ZERO;
    let mut included = Vec::new();
    for (rate, sum) in groups.values() {
        total = total.plus(*sum);
        let Some(rate) = rate else { continue };
        if terms.prices_include_tax {
            let net = sum.times(Decimal::HUNDRED, WORKING_PLACES).over(Decimal::HUNDRED.plus(*rate), currency.places);
            included.push((format!("{} {}", words["includedTax"], locale.percent(*rate)), sum.minus(net)));
        } else {
            let tax = share(*sum, *rate).rounded(currency.places);
            total = total.plus(tax);
            line(format!("{} {}", words["tax"], locale.percent(*rate)), tax, false);
        }
    }
    let paid = read(terms.paid, "data.paid")?.filter(|paid| !paid.is_zero()).map(|paid| paid.rounded(currency.places));
    let due = total.minus(paid.unwrap_or(Decimal::ZERO));
    line(words["total"].clone(), total, true);
    for (label, tax) in included {
        line(label, tax, false);
    }
    if let Some(paid) = paid {
        line(words["paid"].clone(), paid.negated(), false);
        line(words["amountDue"].clone(), due, true);
    }
    let taxes = taxed && (parts > 1 || items.iter().any(|item| item.tax.is_some()));
    let quantities = items.iter().any(|item| item.quantity.is_some() || item.unit.is_some() || item.discount.is_some());
    Ok(Bill { quantities, discounts, taxes, rows, totals, total, due })
}

/// A percentage of a sum.
fn share(sum: Decimal, percent: Decimal) -> Decimal {
    let hundredth = Decimal::ONE.over(Decimal::HUNDRED, 2);
    sum.rounded(WORKING_PLACES).times(percent.times(hundredth, WORKING_PLACES), WORKING_PLACES)
}

/// Takes a discount off the sums of the tax rates in proportion; what rounding leaves goes to the last.
fn spread(
    groups: &mut BTreeMap<Option<i128>, (Option<Decimal>, Decimal)>,
    discount: Decimal,
    subtotal: Decimal,
    places: u32,
) {
    let mut left = discount;
    let last = groups.len().saturating_sub(1);
    for (index, (_, sum)) in groups.values_mut().enumerate() {
        let part = match index == last {
            true => left,
            false => sum.times(discount, WORKING_PLACES).over(subtotal, places),
        };
        left = left.minus(part);
        *sum = sum.minus(part);
    }
}

/// A price, with more places than its currency has where it needs them.
fn price_of(price: Decimal, locale: &Locale, currency: &Currency) -> String {
    let exact = Currency { places: price.digits(currency.places).1.len() as u32, ..currency.clone() };
    locale.money(price, &exact)
}
