//! Fields of receipts and invoices, by rules: what rows say of themselves, and what arithmetic and check digits prove.
//!
//! | file | job |
//! | --- | --- |
//! | `mod.rs` | the operation |
//! | `label.rs` | what a row says it is |
//! | `money.rs`, `date.rs`, `identifier.rs` | amounts, dates, bank accounts and VAT numbers in a row |
//! | `amounts.rs` | which amount is the total |
//! | `field.rs` | what stands beside or below a label |

mod amounts;
mod date;
mod field;
mod identifier;
mod label;
mod money;
#[cfg(test)]
mod tests;

use std::sync::Arc;

use chassis::{Call, Cost, Error, File, Operation};
use garde::Validate;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

pub use amounts::{Check, CheckKind};
pub use date::{Date, DateOrder};
use field::Named;
pub use field::{ExtractedField, FieldType, WantedField};
pub use identifier::Found;
pub(crate) use label::plain as plain_word;
pub use money::Money;

use crate::document::{self, Wanted};
use crate::engine::Readers;
use crate::page::{confidence, rounded};
use crate::reading::{Layout, Manner};
use crate::recognize::{english, example_picture};
use crate::rows::{Row, rows};

/// What the document says.
const DESCRIPTION: &str = "\
Reads a receipt or an invoice (a picture or a PDF) and finds its total, subtotal, tax, date, number, currency, IBAN and VAT numbers, by \
rules. Each comes with its box, a confidence and, where there is doubt, the other candidates; `checks` says which sums come out. \
`currency` is null when no sign or code tells it. A date whose day and month may be the other way round is `ambiguous` and lists both. \
An IBAN is given only when its check digits are right. With `fields` any labeled value is found: it is what stands to the right of the \
label, or below it. Rules are a draft, not an accountant: look at `confidence`, `checks` and `totalCandidates`.";

/// A document to take fields from.
#[derive(Debug, Serialize, Deserialize, Validate, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[garde(allow_unvalidated)]
pub struct ExtractRequest {
    /// The picture or PDF.
    #[serde(alias = "url", alias = "image")]
    pub file: File,
    /// What it is.
    #[serde(default, rename = "type")]
    pub kind: DocumentType,
    /// Languages of the text, the main one first: `en`, `pt-BR`, `German`, or codes of Tesseract such as `deu` and `chi_sim`.
    #[serde(default = "english", deserialize_with = "crate::languages::read", alias = "language", alias = "lang")]
    #[garde(length(min = 1, max = 8), inner(length(chars, min = 2, max = 40)))]
    pub languages: Vec<String>,
    /// Other values to find, by their labels.
    #[serde(default)]
    #[garde(length(max = 50), dive)]
    pub fields: Vec<WantedField>,
    /// Which number of a date such as 07/04/2025 is the day.
    #[serde(default)]
    pub date_order: DateOrder,
    /// Pages of a PDF or TIFF, such as `1-2,5`; the first five by default. Of an animation, the frame to read.
    #[serde(default, deserialize_with = "chassis::joined")]
    #[garde(length(chars, max = 200))]
    pub pages: Option<String>,
    /// Password of an encrypted PDF.
    #[serde(default)]
    pub password: Option<chassis::Secret<String>>,
}

/// What a document is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum DocumentType {
    /// As its words say.
    #[default]
    Auto,
    /// A receipt.
    Receipt,
    /// An invoice.
    Invoice,
}

/// What was found.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ExtractResponse {
    /// What it is: `receipt` or `invoice`.
    #[serde(rename = "type")]
    pub kind: DocumentType,
    /// Seller: the first line that looks like a name.
    pub seller: Option<Found>,
    /// Number of the invoice or receipt.
    pub number: Option<Found>,
    /// Date of the document.
    pub date: Option<Date>,
    /// Every date found, in order.
    pub dates: Vec<Date>,
    /// Currency of all amounts (ISO 4217), if there is one sign or code and no other.
    pub currency: Option<String>,
    /// Total to pay.
    pub total: Option<Money>,
    /// What else may be the total, the likeliest first.
    pub total_candidates: Vec<Money>,
    /// Sum before tax and tips, as the document calls it.
    pub subtotal: Option<Money>,
    /// Net amount.
    pub net: Option<Money>,
    /// Tax; of several rates the sum, where that makes the total.
    pub tax: Option<Money>,
    /// Each tax of the document.
    pub taxes: Vec<Money>,
    /// What was given or paid.
    pub cash: Option<Money>,
    /// Change.
    pub change: Option<Money>,
    /// Sums that should come out.
    pub checks: Vec<Check>,
    /// IBANs whose check digits are right.
    pub ibans: Vec<Found>,
    /// VAT numbers, by their form.
    pub vat_ids: Vec<Found>,
    /// Values of the labels that were asked for, in that order.
    pub fields: Vec<ExtractedField>,
    /// The text, row by row.
    pub text: String,
    /// Mean confidence of the words, 0 to 1; null when nothing was read.
    pub confidence: Option<f64>,
}

/// A request that works.
#[must_use]
pub fn example() -> ExtractRequest {
    ExtractRequest {
        file: example_picture(),
        kind: DocumentType::Auto,
        languages: english(),
        fields: vec![WantedField { name: "sandwich".into(), label: "Sandwich".into(), kind: FieldType::Money }],
        date_order: DateOrder::Auto,
        pages: None,
        password: None,
    }
}

/// What the document says of the operation, and how it runs.
#[must_use]
pub fn about(op: Operation) -> Operation {
    op.summary("Find total, date, tax and other fields of a receipt or an invoice")
        .description(DESCRIPTION)
        .example(example)
}

/// Words less sure than this are noise: receipts have logos, folds and shadows.
const NOISE: f64 = 0.45;
/// Pages of a PDF that are read unless more are asked for.
const PAGES: &str = "1-5";
/// Words that are looked at: those of some four hundred pages.
const MOST_WORDS: usize = 200_000;
/// Dates that may be that of the document: the first ones.
const MOST_DATES: usize = 1_000;

/// Finds the fields of a receipt or an invoice.
///
/// # Errors
/// When the file cannot be read, a language is not installed, or Tesseract is not there.
pub async fn extract(
    request: ExtractRequest,
    call: Arc<Call>,
    readers: Arc<Readers>,
) -> Result<ExtractResponse, Error> {
    let manner = Manner { layout: Layout::Block, min_confidence: NOISE, ..Manner::default() };
    let wanted = Wanted {
        languages: &request.languages,
        pages: request.pages.as_deref(),
        default_pages: PAGES,
        password: request.password.as_ref(),
        manner,
    };
    let read = document::read(&readers, &call, &request.file, wanted).await?;
    let year = call.now().to_zoned(jiff::tz::TimeZone::UTC).year();
    let ExtractRequest { kind, date_order: order, fields, .. } = request;
    let extract = move || {
        let mut left = MOST_WORDS;
        let is_within = |row: &Row| {
            left = left.saturating_sub(row.words.len());
            left > 0
        };
        let rows = read.iter().flat_map(|read| rows(&read.page, read.number));
        let rows: Vec<Row> = rows.take_while(is_within).collect();
        let confidence = confidence(read.iter().flat_map(|read| read.page.words()));
        Ok(of_rows(&rows, kind, order, year, &fields, confidence))
    };
    call.compute(Cost::Light, extract).await
}

/// The fields of rows; `year` is this year.
fn of_rows<'a>(
    rows: &'a [Row],
    kind: DocumentType,
    order: DateOrder,
    year: i16,
    wanted: &[WantedField],
    confidence: Option<f64>,
) -> ExtractResponse {
    let named: Vec<Named<'_>> = rows.iter().map(Named::of).collect();
    let text = rows.iter().map(Row::text).collect::<Vec<_>>().join("\n");
    let plain = text.to_lowercase();
    let month_first = match order {
        DateOrder::Auto => {
            let words = rows.iter().flat_map(|row| &row.words).map(|word| word.text.as_str());
            date::proven_order(words).unwrap_or_else(|| looks_american(&plain))
        }
        DateOrder::DayFirst => false,
        DateOrder::MonthFirst => true,
    };
    let dates_of =
        |row: &'a Row| date::dates(&row.words, row.page, month_first).into_iter().map(move |date| (row, date));
    let dates: Vec<(&Row, Date)> = rows.iter().flat_map(dates_of).collect();
    let amounts = amounts::resolve(rows);
    let kind = match kind {
        DocumentType::Auto if looks_like_invoice(&plain) && (amounts.cash.is_none() || is_to_be_paid(&plain)) => {
            DocumentType::Invoice
        }
        DocumentType::Auto => DocumentType::Receipt,
        said => said,
    };
    let mut totals = amounts.totals.into_iter();
    ExtractResponse {
        kind,
        seller: seller(rows),
        number: field::number(&named),
        date: date_of(&dates, year),
        dates: dates.into_iter().map(|(_, date)| date).collect(),
        currency: amounts.currency,
        total: totals.next(),
        total_candidates: totals.collect(),
        subtotal: amounts.subtotal,
        net: amounts.net,
        tax: amounts.tax,
        taxes: amounts.taxes,
        cash: amounts.cash,
        change: amounts.change,
        checks: amounts.checks,
        ibans: rows.iter().flat_map(identifier::ibans).collect(),
        vat_ids: rows.iter().flat_map(identifier::vat_ids).collect(),
        fields: field::find_all(&named, wanted, month_first),
        text,
        confidence,
    }
}

/// Whether the month is likely written first: it has the words of American receipts, and none of others.
fn looks_american(text: &str) -> bool {
    let has =
        |words: &[&str]| words.iter().any(|word| text.split(|c: char| !c.is_alphabetic()).any(|part| part == *word));
    let american = has(&["tax"]) && (text.contains("subtotal") || text.contains("sub total"));
    let other = has(&["gst", "vat", "rm", "sdn", "bhd", "mwst", "tva", "iva", "eur", "gbp", "jalan", "abn"]);
    american && !other && !text.contains(['€', '£'])
}

fn looks_like_invoice(text: &str) -> bool {
    ["invoice", "rechnung", "facture", "factura", "fattura", "factuur"].iter().any(|word| text.contains(word))
}

/// Whether it says by when and by whom it is to be paid, which a receipt does not.
fn is_to_be_paid(text: &str) -> bool {
    let says = ["bill to", "balance due", "due date", "payment terms", "zahlbar", "fällig", "échéance", "vencimiento"];
    says.iter().any(|says| text.contains(says))
}

/// The first row that looks like a name: mostly letters, none of the words that head a document, no date and no amount.
fn seller(rows: &[Row]) -> Option<Found> {
    const HEADS: [&str; 3] = ["tax invoice", "cash bill", "bill"];
    const FIRST: [&str; 15] = [
        "receipt", "invoice", "rechnung", "quittung", "facture", "factura", "fattura", "factuur", "faktura", "page",
        "seite", "tel", "phone", "telefon", "fax",
    ];
    let is_name = |row: &&Row| {
        let text = row.text();
        let letters = text.chars().filter(|letter| letter.is_alphabetic()).count();
        let first = text.split(|letter: char| !letter.is_alphanumeric()).find(|word| !word.is_empty());
        letters >= 4
            && letters * 2 > text.chars().count()
            && !HEADS.contains(&text.to_lowercase().trim())
            && !first.is_some_and(|first| FIRST.contains(&label::plain(first).as_str()))
            && date::dates(&row.words, row.page, false).is_empty()
            && money::amounts(&row.words).is_empty()
    };
    let row = rows.iter().take(8).find(is_name)?;
    let mut found = Found::of(row.text(), &row.words, row.page);
    // Position alone is a weak reason.
    found.confidence = rounded(found.confidence * 0.6);
    Some(found)
}

/// What says that a date is not that of the document.
const DUE: [&str; 13] = [
    "due",
    "fallig",
    "expiry",
    "exp",
    "valid",
    "delivery",
    "until",
    "before",
    "zahlbar",
    "bis",
    "scadenza",
    "vencimiento",
    "echeance",
];
const DUE_COMPOUNDS: [&str; 5] = ["leistungs", "liefer", "falligkeits", "ablauf", "verval"];

/// The date of the document: one with a label, else one with a time beside it, else the first; none in years to come, where there
/// is another. Each date comes with its row.
fn date_of(dates: &[(&Row, Date)], year: i16) -> Option<Date> {
    let is_to_come = |date: &Date| date.date[..4].parse::<i16>().is_ok_and(|of_date| of_date > year + 1);
    let score = |row: &Row, date: &Date| {
        let words: Vec<String> = row.words.iter().map(|word| label::plain(&word.text)).collect();
        let says = |phrases: &[&str]| phrases.iter().any(|phrase| label::contains(&words, phrase));
        let is_datum = words.iter().any(|word| word.ends_with("datum"));
        let labeled = is_datum || says(&["date", "fecha", "data", "dated", "invoice date", "rechnung vom"]);
        let due = says(&DUE) || words.iter().any(|word| DUE_COMPOUNDS.iter().any(|start| word.starts_with(start)));
        let called = says(&["tel", "phone", "telefon", "fax", "mobile", "mobil"]);
        let timed = row.words.iter().any(|word| is_time(&word.text));
        let is = |yes: bool| f64::from(u8::from(yes));
        2.0 * is(labeled) + 1.5 * is(timed) - 3.0 * is(due) - 3.0 * is(called) - 4.0 * is(is_to_come(date))
            + date.confidence * 0.5
    };
    let scored = dates.iter().take(MOST_DATES).map(|(row, date)| (score(row, date), date));
    // Of equals the first.
    let best = scored.reduce(|best, other| if other.0 > best.0 { other } else { best });
    let (_, best) = best?;
    let sure = match best {
        best if is_to_come(best) => 0.3,
        best if best.ambiguous => 0.7,
        _ => 0.9,
    };
    Some(Date { confidence: rounded(best.confidence * sure), ..best.clone() })
}

fn is_time(word: &str) -> bool {
    let parts: Vec<&str> = word.split(':').collect();
    (2..=3).contains(&parts.len())
        && parts[0].parse::<u8>().is_ok_and(|hour| hour < 24)
        && parts[1].get(..2).and_then(|minute| minute.parse::<u8>().ok()).is_some_and(|minute| minute < 60)
}
