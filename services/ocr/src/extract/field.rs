//! What stands to the right of a label, or below it.

use garde::Validate;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::date::dates;
use super::identifier::Found;
use super::label::{plain, position};
use super::money::{amounts, written};
use crate::page::{Area, Word};
use crate::rows::Row;

/// A value to find by its label.
#[derive(Debug, Clone, Serialize, Deserialize, Validate, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[garde(allow_unvalidated)]
pub struct WantedField {
    /// Name of the value in the answer.
    #[garde(length(chars, min = 1, max = 100))]
    pub name: String,
    /// Label beside or above the value, such as `Order number`; case, marks and a wrong letter do not matter.
    #[garde(length(chars, min = 1, max = 200))]
    pub label: String,
    /// Kind of the value.
    #[serde(default, rename = "type")]
    pub kind: FieldType,
}

/// Kind of a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum FieldType {
    /// Text, up to a wide gap.
    #[default]
    Text,
    /// A number, as it is written.
    Number,
    /// An amount of money; the value is a decimal number with a point.
    Money,
    /// A date; the value is `YYYY-MM-DD`.
    Date,
}

/// A value that was found by its label.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ExtractedField {
    /// Name that was asked for.
    pub name: String,
    /// The value; null when there is none.
    pub value: Option<String>,
    /// As it is written.
    pub text: Option<String>,
    /// Mean confidence of its words, 0 to 1.
    pub confidence: Option<f64>,
    /// Where it is.
    #[serde(rename = "box")]
    pub area: Option<Area>,
    /// Its page, from 1.
    pub page: Option<u32>,
}

/// Labels of the number of an invoice or a receipt.
const NUMBERS: [&str; 46] = [
    "invoice number",
    "invoice no",
    "invoice nr",
    "invoice num",
    "invoice id",
    "tax invoice no",
    "inv no",
    "bill no",
    "bill number",
    "receipt no",
    "receipt number",
    "doc no",
    "document no",
    "document number",
    "rechnungsnummer",
    "rechnungs nr",
    "rechnung nr",
    "rechnung no",
    "belegnummer",
    "beleg nr",
    "quittung nr",
    "bon nr",
    "bon",
    "numero de facture",
    "numero facture",
    "facture no",
    "facture n",
    "facture numero",
    "n facture",
    "no facture",
    "factura no",
    "factura n",
    "factura numero",
    "numero de factura",
    "numero factura",
    "n factura",
    "fattura no",
    "fattura n",
    "fattura numero",
    "numero fattura",
    "factuurnummer",
    "factuur nr",
    "factuur no",
    "fakturanummer",
    "faktura nr",
    "faktura no",
];
/// What heads a document whose number stands beside it, with nothing between: `Invoice 2025-118`.
const HEADS: [&str; 8] = ["invoice", "rechnung", "facture", "factura", "fattura", "factuur", "faktura", "receipt"];

/// Rows below a label that are looked at, and how far, in heights of the label.
const ROWS_BELOW: usize = 3;
const FAR_BELOW: f64 = 4.0;
/// A gap between words, in their heights, that ends a text.
const WIDE: f64 = 3.0;

/// A row whose words are ready to be compared with labels.
pub(crate) struct Named<'a> {
    row: &'a Row,
    /// Words with letters or digits, plain, and which of the row they are: `No. :` is `no`.
    words: Vec<String>,
    places: Vec<usize>,
}

impl<'a> Named<'a> {
    /// Makes a row ready.
    pub(crate) fn of(row: &'a Row) -> Self {
        let named = row.words.iter().map(|word| plain(&word.text)).enumerate().filter(|(_, word)| !word.is_empty());
        let (places, words) = named.unzip();
        Self { row, words, places }
    }
}

/// Finds the values of labels, in their order.
pub(crate) fn find_all(rows: &[Named<'_>], wanted: &[WantedField], month_first: bool) -> Vec<ExtractedField> {
    let labels: Vec<Vec<String>> = wanted.iter().map(|wanted| phrase(&wanted.label)).collect();
    wanted.iter().map(|wanted| find(rows, wanted, &labels, month_first)).collect()
}

/// Finds the value of a label; the first that has one.
fn find(rows: &[Named<'_>], wanted: &WantedField, labels: &[Vec<String>], month_first: bool) -> ExtractedField {
    let found = values(rows, &wanted.label, labels).find_map(|value| read(&value, wanted.kind, month_first));
    match found {
        Some(found) => ExtractedField {
            name: wanted.name.clone(),
            value: Some(found.value),
            text: Some(found.text),
            confidence: Some(found.confidence),
            area: Some(found.area),
            page: Some(found.page),
        },
        None => ExtractedField {
            name: wanted.name.clone(),
            value: None,
            text: None,
            confidence: None,
            area: None,
            page: None,
        },
    }
}

/// The number of the document: a word with a digit beside or below a label that says so, or beside what heads it.
pub(crate) fn number(rows: &[Named<'_>]) -> Option<Found> {
    let labeled = NUMBERS.iter().find_map(|label| values(rows, label, &[]).find_map(|value| number_in(&value, 3)));
    let headed = || {
        HEADS.iter().find_map(|head| {
            values(rows, head, &[]).filter(|value| value.beside).find_map(|value| number_in(&value, 1))
        })
    };
    labeled.or_else(headed)
}

/// Of the first words of a value, the one that is a number and neither money nor a date.
fn number_in(value: &Value, first: usize) -> Option<Found> {
    let bare = |word: &Word| word.text.trim_matches(|letter: char| !letter.is_alphanumeric()).to_owned();
    let is_number =
        |word: &Word| bare(word).chars().filter(char::is_ascii_digit).count() >= 2 && !word.text.contains([':', '%']);
    // What follows at once, save for a sign between.
    let at = value.words.iter().take(first).position(is_number)?;
    let used = &value.words[at..=at];
    let is_other = !dates(used, value.page, false).is_empty() || !amounts(used).is_empty();
    (!is_other).then(|| Found::of(bare(&used[0]), used, value.page))
}

/// What stands at a label.
struct Value {
    words: Vec<Word>,
    page: u32,
    /// Whether to its right, and not below.
    beside: bool,
}

/// The words of a label, plain.
fn phrase(label: &str) -> Vec<String> {
    label.split(|letter: char| !letter.is_alphanumeric()).map(plain).filter(|word| !word.is_empty()).collect()
}

/// Whether a row heads a table: three cells or more, and no digit.
fn is_head(row: &Row) -> bool {
    const CELLS: usize = 3;
    let gaps = row.words.windows(2).filter(|pair| is_wide(&pair[0], &pair[1])).count();
    gaps + 1 >= CELLS && !row.words.iter().any(|word| word.text.contains(|letter: char| letter.is_ascii_digit()))
}

fn is_wide(before: &Word, after: &Word) -> bool {
    f64::from(after.area.x.saturating_sub(before.area.right())) > WIDE * f64::from(after.area.height.max(1))
}

/// Wherever a label stands: the words to its right, then those below it; first those below it, where it heads a column or
/// another label stands to its right.
fn values<'a>(rows: &'a [Named<'a>], label: &str, others: &'a [Vec<String>]) -> impl Iterator<Item = Value> + 'a {
    let phrase = phrase(label);
    rows.iter().enumerate().flat_map(move |(index, Named { row, words, places })| {
        let mut found = Vec::new();
        if let Some(at) = position(words, &phrase) {
            let (first, last) = (places[at], places[at + phrase.len() - 1]);
            let right = &row.words[last + 1..];
            let right: Vec<Word> = right.iter().filter(|word| !is_sign(&word.text)).cloned().collect();
            let label = Area::around(row.words[first..=last].iter().map(|word| word.area));
            let next = words.get(at + phrase.len()..).unwrap_or_default();
            let is_next_a_label = others.iter().any(|other| *other != phrase && position(next, other) == Some(0));
            found.push(Value { words: right, page: row.page, beside: true });
            found.extend(below(rows, index, label).map(|words| Value { words, page: row.page, beside: false }));
            if is_head(row) || is_next_a_label {
                found.reverse();
            }
        }
        found
    })
}

/// The words below a label: of the nearest row that has some in its column.
fn below(rows: &[Named<'_>], index: usize, label: Area) -> Option<Vec<Word>> {
    let page = rows[index].row.page;
    let lower = rows.iter().map(|named| named.row).skip(index + 1).take(ROWS_BELOW).filter(|row| row.page == page);
    let near =
        lower.filter(|row| f64::from(row.area.y.saturating_sub(label.bottom())) <= FAR_BELOW * f64::from(label.height));
    near.map(|row| {
        let start = row.words.iter().position(|word| word.area.x < label.right() && word.area.right() > label.x);
        start.map(|start| row.words[start..].to_vec()).unwrap_or_default()
    })
    .find(|words| !words.is_empty())
}

/// The words as a value.
fn read(Value { words, page, .. }: &Value, kind: FieldType, month_first: bool) -> Option<Found> {
    match kind {
        FieldType::Text => {
            let mut end = 0;
            for (at, word) in words.iter().enumerate() {
                if at.checked_sub(1).is_some_and(|before| is_wide(&words[before], word)) {
                    break;
                }
                end = at + 1;
            }
            let words = words.get(..end).filter(|words| !words.is_empty())?;
            let text = words.iter().map(|word| word.text.as_str()).collect::<Vec<_>>().join(" ");
            Some(Found::of(text.trim_matches([':', ' ']).to_owned(), words, *page))
        }
        FieldType::Number => {
            let is_number = |word: &Word| word.text.contains(|letter: char| letter.is_ascii_digit());
            let at = words.iter().position(is_number)?;
            let value = words[at].text.trim_matches(|letter: char| !letter.is_alphanumeric() && letter != '-');
            Some(Found::of(value.to_owned(), &words[at..=at], *page))
        }
        FieldType::Money => {
            let amount = amounts(words).into_iter().next()?;
            let count = amount.text.split(' ').count();
            Some(Found::of(written(amount.cents), &words[amount.from..amount.from + count], *page))
        }
        FieldType::Date => {
            let date = dates(words, *page, month_first).into_iter().next()?;
            Some(Found { value: date.date, text: date.text, confidence: date.confidence, area: date.area, page: *page })
        }
    }
}

/// Whether a word is only a sign between label and value.
fn is_sign(word: &str) -> bool {
    !word.is_empty() && word.chars().all(|letter| ":.-=–#|".contains(letter))
}
