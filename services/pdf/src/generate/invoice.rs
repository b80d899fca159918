//! Invoices, and what is like them: credit notes, quotes, pro forma invoices, by their title.

use chassis::{Call, Error, ExactNumber};
use garde::Validate;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::items::{Bill, Item, Terms, bill};
use super::party::{Party, PartyView};
use super::payment::{Payment, PaymentView};
use super::view::paragraphs;
use super::{Letterhead, Shown};

/// The data of an invoice.
#[derive(Debug, Serialize, Deserialize, Validate, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[garde(allow_unvalidated)]
pub struct Invoice {
    /// Title, such as `Credit note`; the word for invoice in the language of the document when not given.
    #[serde(default)]
    #[garde(length(chars, max = 100))]
    pub title: Option<String>,
    /// Number of the invoice.
    #[serde(default, alias = "invoiceNumber")]
    #[garde(length(chars, max = 100))]
    pub number: String,
    /// Date of the invoice (`2026-11-30`, written as the locale has it; other text stays as it is).
    #[serde(default, alias = "invoiceDate", alias = "issueDate")]
    #[garde(length(chars, max = 100))]
    pub date: Option<String>,
    /// Date until which to pay.
    #[serde(default)]
    #[garde(length(chars, max = 100))]
    pub due_date: Option<String>,
    /// Date or period of the supply.
    #[serde(default, alias = "serviceDate", alias = "supplyDate")]
    #[garde(length(chars, max = 100))]
    pub delivery_date: Option<String>,
    /// Number of the order.
    #[serde(default, alias = "poNumber")]
    #[garde(length(chars, max = 100))]
    pub order_number: Option<String>,
    /// Number of the customer.
    #[serde(default, alias = "customerId")]
    #[garde(length(chars, max = 100))]
    pub customer_number: Option<String>,
    /// Who sends the invoice.
    #[serde(alias = "from", alias = "company", alias = "sender")]
    #[garde(dive)]
    pub seller: Party,
    /// Who gets it.
    #[serde(alias = "to", alias = "client", alias = "buyer", alias = "recipient")]
    #[garde(dive)]
    pub customer: Party,
    /// Where the goods go, when that is elsewhere.
    #[serde(default)]
    #[garde(dive)]
    pub ship_to: Option<Party>,
    /// What is sold, up to 5,000 items.
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
    /// Cost of shipping, taxed at `tax`.
    #[serde(default)]
    pub shipping: Option<ExactNumber>,
    /// What has been paid already.
    #[serde(default, alias = "amountPaid")]
    pub paid: Option<ExactNumber>,
    /// How to pay.
    #[serde(default)]
    #[garde(dive)]
    pub payment: Option<Payment>,
    /// Text before the items.
    #[serde(default, alias = "intro")]
    #[garde(length(chars, max = 10_000))]
    pub introduction: Option<String>,
    /// Text after the totals; an empty line separates paragraphs.
    #[serde(default, alias = "note")]
    #[garde(length(chars, max = 10_000))]
    pub notes: Option<String>,
    /// Terms, in smaller letters.
    #[serde(default)]
    #[garde(length(chars, max = 20_000))]
    pub terms: Option<String>,
    /// Line at the foot of each page, instead of the details of the seller.
    #[serde(default)]
    #[garde(length(chars, max = 500))]
    pub footer: Option<String>,
}

/// An invoice as its template shows it.
#[derive(Debug, Serialize)]
pub(crate) struct InvoiceView {
    heading: String,
    facts: Vec<(String, String)>,
    seller: PartyView,
    customer: PartyView,
    ship_to: Option<PartyView>,
    introduction: Vec<String>,
    bill: Bill,
    payment: Option<PaymentView>,
    notes: Vec<String>,
    terms: Vec<String>,
    footer: Option<String>,
}

impl Invoice {
    pub(crate) fn show(&self, head: &Letterhead, call: &Call) -> Result<Shown<InvoiceView>, Error> {
        let (locale, words) = (&head.locale, &head.words);
        let terms = Terms {
            tax: self.tax.as_ref(),
            prices_include_tax: self.prices_include_tax,
            discount: self.discount.as_ref(),
            discount_percent: self.discount_percent.as_ref(),
            shipping: self.shipping.as_ref(),
            paid: self.paid.as_ref(),
        };
        let bill = bill(&self.items, &terms, locale, &head.currency, words)?;
        let heading =
            self.title.clone().filter(|title| !title.trim().is_empty()).unwrap_or_else(|| words["invoice"].clone());
        let date =
            |text: &Option<String>| text.as_deref().map(|text| locale.date(text)).filter(|text| !text.is_empty());
        let facts = [
            ("number", Some(self.number.trim().to_owned()).filter(|number| !number.is_empty())),
            ("date", date(&self.date)),
            ("dueDate", date(&self.due_date)),
            ("deliveryDate", date(&self.delivery_date)),
            ("orderNumber", self.order_number.clone()),
            ("customerNumber", self.customer_number.clone()),
        ];
        let payment = self
            .payment
            .as_ref()
            .map(|payment| payment.view(&self.seller.name, &self.number, bill.due, &head.currency, words, call));
        let title = format!("{heading} {}", self.number.trim());
        let total = bill.total.plain(head.currency.places);
        let content = InvoiceView {
            facts: head.facts(facts),
            seller: self.seller.view(locale, &words["taxId"]),
            customer: self.customer.view(locale, &words["taxId"]),
            ship_to: self.ship_to.as_ref().map(|party| party.view(locale, &words["taxId"])),
            introduction: paragraphs(self.introduction.as_deref()),
            payment: payment.transpose()?,
            notes: paragraphs(self.notes.as_deref()),
            terms: paragraphs(self.terms.as_deref()),
            footer: self.footer.clone(),
            heading,
            bill,
        };
        Ok(Shown { title: title.trim().to_owned(), author: self.seller.name.clone(), total: Some(total), content })
    }
}
