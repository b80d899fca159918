//! Receipts: what was bought and that it was paid.

use chassis::{Call, Error, ExactNumber};
use garde::Validate;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::items::{Bill, Item, Terms, bill};
use super::party::{Party, PartyView};
use super::view::paragraphs;
use super::{Letterhead, Shown};

/// The data of a receipt.
#[derive(Debug, Serialize, Deserialize, Validate, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[garde(allow_unvalidated)]
pub struct Receipt {
    /// Title; the word for receipt in the language of the document when not given.
    #[serde(default)]
    #[garde(length(chars, max = 100))]
    pub title: Option<String>,
    /// Number of the receipt.
    #[serde(default, alias = "receiptNumber")]
    #[garde(length(chars, max = 100))]
    pub number: Option<String>,
    /// Date of the payment (`2026-11-30`, written as the locale has it; other text stays as it is).
    #[serde(default, alias = "paidAt")]
    #[garde(length(chars, max = 100))]
    pub date: Option<String>,
    /// Who was paid.
    #[serde(alias = "from", alias = "company", alias = "merchant")]
    #[garde(dive)]
    pub seller: Party,
    /// Who paid.
    #[serde(default, alias = "to", alias = "client", alias = "payer")]
    #[garde(dive)]
    pub customer: Option<Party>,
    /// What was bought, up to 5,000 items.
    #[serde(alias = "lines", alias = "lineItems")]
    #[garde(length(min = 1, max = 5000), dive)]
    pub items: Vec<Item>,
    /// Rate of the tax on items that have none of their own, in percent; no tax when not given.
    #[serde(default, alias = "taxRate", alias = "vat", alias = "vatRate")]
    pub tax: Option<ExactNumber>,
    /// Whether prices include the tax.
    #[serde(default)]
    pub prices_include_tax: bool,
    /// Discount on all items, as an amount.
    #[serde(default)]
    pub discount: Option<ExactNumber>,
    /// Discount on all items, in percent.
    #[serde(default)]
    pub discount_percent: Option<ExactNumber>,
    /// How it was paid, such as `Visa •••• 4242`.
    #[serde(default)]
    #[garde(length(chars, max = 200))]
    pub payment_method: Option<String>,
    /// Text after the totals.
    #[serde(default, alias = "note")]
    #[garde(length(chars, max = 10_000))]
    pub notes: Option<String>,
}

/// A receipt as its template shows it.
#[derive(Debug, Serialize)]
pub(crate) struct ReceiptView {
    heading: String,
    facts: Vec<(String, String)>,
    seller: PartyView,
    customer: Option<PartyView>,
    bill: Bill,
    /// The sum, large.
    sum: String,
    notes: Vec<String>,
}

impl Receipt {
    pub(crate) fn show(&self, head: &Letterhead, _: &Call) -> Result<Shown<ReceiptView>, Error> {
        let (locale, words) = (&head.locale, &head.words);
        let terms = Terms {
            tax: self.tax.as_ref(),
            prices_include_tax: self.prices_include_tax,
            discount: self.discount.as_ref(),
            discount_percent: self.discount_percent.as_ref(),
            shipping: None,
            paid: None,
        };
        let bill = bill(&self.items, &terms, locale, &head.currency, words)?;
        let heading =
            self.title.clone().filter(|title| !title.trim().is_empty()).unwrap_or_else(|| words["receipt"].clone());
        let facts = [
            ("number", self.number.clone()),
            ("date", self.date.as_deref().map(|text| locale.date(text))),
            ("paymentMethod", self.payment_method.clone()),
        ];
        let title = format!("{heading} {}", self.number.as_deref().unwrap_or_default().trim());
        let total = bill.total.plain(head.currency.places);
        let content = ReceiptView {
            facts: head.facts(facts),
            seller: self.seller.view(locale, &words["taxId"]),
            customer: self.customer.as_ref().map(|party| party.view(locale, &words["taxId"])),
            sum: locale.money(bill.total, &head.currency),
            notes: paragraphs(self.notes.as_deref()),
            heading,
            bill,
        };
        Ok(Shown { title: title.trim().to_owned(), author: self.seller.name.clone(), total: Some(total), content })
    }
}
