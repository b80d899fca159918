//! What kind of document something is, by the words in it.

use std::sync::Arc;

use chassis::{Call, Cost, Error, File, Operation, Secret, Short, Shorthand};
use garde::Validate;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::document::{self, Wanted};
use crate::engine::Readers;
use crate::page::rounded;
use crate::reading::Manner;
use crate::recognize::{english, example_picture};

/// What the document says.
const DESCRIPTION: &str = "\
Reads a picture or a PDF and tells what kind of document it is by the keywords in it. Send `classes` with keywords of your own, or leave \
them out for invoice, receipt, contract, bank statement, delivery note, order, payslip, identity document and letter, in English, German, French, \
Spanish and Italian. A keyword counts once, longer ones more; `class` is null when nothing speaks for any.";

/// A document, and the classes it may belong to.
#[derive(Debug, Serialize, Deserialize, Validate, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[garde(allow_unvalidated)]
pub struct ClassifyRequest {
    /// The picture or PDF.
    #[serde(alias = "url", alias = "image")]
    pub file: File,
    /// Classes with their keywords; common documents by default. A name alone is its own keyword.
    #[serde(default, deserialize_with = "chassis::shorts")]
    #[garde(length(max = 100), dive)]
    pub classes: Vec<Class>,
    /// Languages of the text, the main one first: `en`, `pt-BR`, `German`, or codes of Tesseract such as `deu` and `chi_sim`.
    #[serde(default = "english", deserialize_with = "crate::languages::read", alias = "language", alias = "lang")]
    #[garde(length(min = 1, max = 8), inner(length(chars, min = 2, max = 40)))]
    pub languages: Vec<String>,
    /// Pages of a PDF or TIFF, such as `1-2`; the first two by default. Of an animation, the frame to read.
    #[serde(default, deserialize_with = "chassis::joined")]
    #[garde(length(chars, max = 200))]
    pub pages: Option<String>,
    /// Password of an encrypted PDF.
    #[serde(default)]
    pub password: Option<Secret<String>>,
}

/// A class of documents.
#[derive(Debug, Clone, Serialize, Deserialize, Validate, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[garde(allow_unvalidated)]
pub struct Class {
    /// Name.
    #[garde(length(chars, min = 1, max = 100))]
    pub name: String,
    /// Words and phrases that speak for it; case and marks do not matter.
    #[garde(length(min = 1, max = 100), inner(length(chars, min = 1, max = 100)))]
    pub keywords: Vec<String>,
}

impl Shorthand for Class {
    fn of(short: Short) -> Option<Self> {
        short.text().map(|name| Self { keywords: vec![name.clone()], name })
    }
}

/// What kind of document it is.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ClassifyResponse {
    /// Name of the likeliest class; null when no keyword was found.
    pub class: Option<String>,
    /// Its share of all that was found, 0 to 1; 0 when there is nothing.
    pub confidence: f64,
    /// Classes with at least one keyword found, the likeliest first.
    pub rows: Vec<ClassScore>,
}

/// What speaks for a class.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ClassScore {
    /// Name of the class.
    pub name: String,
    /// Its share of all that was found, 0 to 1.
    pub score: f64,
    /// Keywords that were found.
    pub keywords: Vec<String>,
}

/// Classes of common documents.
const COMMON: [(&str, &[&str]); 9] = [
    (
        "invoice",
        &[
            "invoice",
            "invoice number",
            "bill to",
            "due date",
            "amount due",
            "rechnung",
            "rechnungsnummer",
            "zahlbar bis",
            "facture",
            "factura",
            "fattura",
            "payment terms",
            "vat number",
        ],
    ),
    (
        "receipt",
        &[
            "receipt",
            "cash",
            "change",
            "subtotal",
            "cashier",
            "quittung",
            "kassenbon",
            "bon",
            "bar",
            "rückgeld",
            "gegeben",
            "ticket",
            "tendered",
            "thank you",
        ],
    ),
    (
        "contract",
        &[
            "contract",
            "agreement",
            "the parties",
            "hereby",
            "party",
            "vertrag",
            "vereinbarung",
            "vertragspartner",
            "contrat",
            "contrato",
            "contratto",
            "terms and conditions",
            "in witness whereof",
        ],
    ),
    (
        "bank-statement",
        &[
            "account statement",
            "bank statement",
            "statement of account",
            "opening balance",
            "closing balance",
            "kontoauszug",
            "kontostand",
            "relevé de compte",
            "extracto",
            "estratto conto",
        ],
    ),
    (
        "delivery-note",
        &[
            "delivery note",
            "packing slip",
            "packing list",
            "lieferschein",
            "bon de livraison",
            "albarán",
            "shipped",
            "tracking number",
        ],
    ),
    (
        "order",
        &[
            "purchase order",
            "order confirmation",
            "order number",
            "bestellung",
            "auftragsbestätigung",
            "bon de commande",
            "pedido",
        ],
    ),
    (
        "payslip",
        &[
            "payslip",
            "pay slip",
            "gross pay",
            "net pay",
            "gehaltsabrechnung",
            "entgeltabrechnung",
            "bulletin de paie",
            "nómina",
        ],
    ),
    (
        "identity-document",
        &[
            "passport",
            "identity card",
            "date of birth",
            "nationality",
            "reisepass",
            "personalausweis",
            "passeport",
            "carte d'identité",
            "driving licence",
        ],
    ),
    (
        "letter",
        &[
            "dear",
            "yours sincerely",
            "kind regards",
            "sehr geehrte",
            "mit freundlichen grüßen",
            "cordialement",
            "estimado",
            "gentile",
        ],
    ),
];

/// A request that works.
#[must_use]
pub fn example() -> ClassifyRequest {
    ClassifyRequest { file: example_picture(), classes: Vec::new(), languages: english(), pages: None, password: None }
}

/// What the document says of the operation, and how it runs.
#[must_use]
pub fn about(op: Operation) -> Operation {
    op.summary("Tell what kind of document something is, by its words").description(DESCRIPTION).example(example)
}

/// Pages of a PDF that are read unless more are asked for.
const PAGES: &str = "1-2";

/// Bytes of text that are looked at: a thousand pages.
const MOST_TEXT: usize = 2_000_000;

/// Tells what kind of document something is.
///
/// # Errors
/// When the file cannot be read, a language is not installed, or Tesseract is not there.
pub async fn classify(
    request: ClassifyRequest,
    call: Arc<Call>,
    readers: Arc<Readers>,
) -> Result<ClassifyResponse, Error> {
    let wanted = Wanted {
        languages: &request.languages,
        pages: request.pages.as_deref(),
        default_pages: PAGES,
        password: request.password.as_ref(),
        manner: Manner::default(),
    };
    let read = document::read(&readers, &call, &request.file, wanted).await?;
    let common = |(name, keywords): &(&str, &[&str])| Class {
        name: (*name).to_owned(),
        keywords: keywords.iter().map(|keyword| (*keyword).to_owned()).collect(),
    };
    let classes = if request.classes.is_empty() { COMMON.iter().map(common).collect() } else { request.classes };
    let score = move || {
        let mut text = read.iter().map(|read| read.page.text()).collect::<Vec<_>>().join(" ");
        text.truncate(text.floor_char_boundary(MOST_TEXT));
        Ok(scores(&text, &classes))
    };
    call.compute(Cost::Light, score).await
}

/// What speaks for each class in a text.
fn scores(text: &str, classes: &[Class]) -> ClassifyResponse {
    let text = plain(text);
    let weight = |keyword: &str| 1.0 + 0.5 * keyword.split(' ').count().saturating_sub(1) as f64;
    let found = classes.iter().map(|class| {
        let there = |keyword: &&String| {
            let plain = plain(keyword);
            plain.trim().chars().count() > 0 && text.contains(&plain)
        };
        let keywords: Vec<String> = class.keywords.iter().filter(there).cloned().collect();
        let score = keywords.iter().map(|keyword| weight(keyword)).sum::<f64>();
        ClassScore { name: class.name.clone(), score, keywords }
    });
    let mut rows: Vec<ClassScore> = found.filter(|class| class.score > 0.0).collect();
    let all: f64 = rows.iter().map(|class| class.score).sum();
    for class in &mut rows {
        class.score = rounded(class.score / all);
    }
    rows.sort_by(|a, b| b.score.total_cmp(&a.score));
    let first = rows.first();
    ClassifyResponse {
        class: first.map(|class| class.name.clone()),
        confidence: first.map_or(0.0, |class| class.score),
        rows,
    }
}

/// Small words with one space around each, so that a keyword is found as whole words.
fn plain(text: &str) -> String {
    let words = text.split(|letter: char| !letter.is_alphanumeric()).filter(|word| !word.is_empty());
    format!(" {} ", words.map(crate::extract::plain_word).collect::<Vec<_>>().join(" "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keywords_are_whole_words_without_marks() {
        let class = |name: &str, keywords: &[&str]| Class {
            name: name.into(),
            keywords: keywords.iter().map(|keyword| (*keyword).to_owned()).collect(),
        };
        let classes = [class("bar", &["bar", "Rückgeld"]), class("note", &["delivery note", "missing"])];
        let found = scores("DELIVERY\nNOTE 2071, barrel", &classes);
        assert_eq!((found.class.as_deref(), found.confidence), (Some("note"), 1.0));
        let found = scores("RUCKGELD 3,20 delivery-note", &classes);
        assert_eq!(found.rows.iter().map(|row| row.score).collect::<Vec<_>>(), [0.6, 0.4]);
        assert_eq!(scores("nothing", &classes).class, None);
    }
}
