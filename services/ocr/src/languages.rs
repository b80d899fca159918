//! The languages that are installed.

use std::sync::Arc;

use chassis::{Call, Error, Operation};
use garde::Validate;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::engine::Readers;

/// Asks for the languages.
#[derive(Debug, Serialize, Deserialize, Validate, JsonSchema)]
pub struct LanguagesRequest {}

/// The languages that text can be read in.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct LanguagesResponse {
    /// Number of languages.
    pub count: usize,
    /// Languages, by code.
    pub rows: Vec<Language>,
    /// Whether orientation and script can be told.
    pub orientation: bool,
}

/// A language.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Language {
    /// Its code in Tesseract, as in `languages` of a request; mostly ISO 639-2/T.
    pub code: String,
    /// Its name in English, if it is one of the common ones.
    pub name: Option<String>,
}

/// Names of the common ones.
const NAMES: [(&str, &str); 46] = [
    ("afr", "Afrikaans"),
    ("ara", "Arabic"),
    ("ben", "Bengali"),
    ("bul", "Bulgarian"),
    ("cat", "Catalan"),
    ("ces", "Czech"),
    ("chi_sim", "Chinese, simplified"),
    ("chi_tra", "Chinese, traditional"),
    ("dan", "Danish"),
    ("deu", "German"),
    ("ell", "Greek"),
    ("eng", "English"),
    ("est", "Estonian"),
    ("eus", "Basque"),
    ("fas", "Persian"),
    ("fin", "Finnish"),
    ("fra", "French"),
    ("heb", "Hebrew"),
    ("hin", "Hindi"),
    ("hrv", "Croatian"),
    ("hun", "Hungarian"),
    ("ind", "Indonesian"),
    ("isl", "Icelandic"),
    ("ita", "Italian"),
    ("jpn", "Japanese"),
    ("kor", "Korean"),
    ("lat", "Latin"),
    ("lav", "Latvian"),
    ("lit", "Lithuanian"),
    ("msa", "Malay"),
    ("nld", "Dutch"),
    ("nor", "Norwegian"),
    ("pol", "Polish"),
    ("por", "Portuguese"),
    ("ron", "Romanian"),
    ("rus", "Russian"),
    ("slk", "Slovak"),
    ("slv", "Slovenian"),
    ("spa", "Spanish"),
    ("sqi", "Albanian"),
    ("srp", "Serbian"),
    ("swe", "Swedish"),
    ("tha", "Thai"),
    ("tur", "Turkish"),
    ("ukr", "Ukrainian"),
    ("vie", "Vietnamese"),
];

/// A request that works.
#[must_use]
pub fn example() -> LanguagesRequest {
    LanguagesRequest {}
}

/// What the document says of the operation, and how it runs.
#[must_use]
pub fn about(op: Operation) -> Operation {
    op.summary("List the languages that text can be read in").example(example)
}

/// Lists the languages that are installed.
///
/// # Errors
/// When Tesseract is not there.
pub async fn languages(_: LanguagesRequest, _: Arc<Call>, readers: Arc<Readers>) -> Result<LanguagesResponse, Error> {
    let installation = readers.installation()?;
    let name = |code: &str| NAMES.iter().find(|(known, _)| *known == code).map(|(_, name)| (*name).to_owned());
    let rows: Vec<Language> =
        installation.languages().into_iter().map(|code| Language { name: name(&code), code }).collect();
    Ok(LanguagesResponse { count: rows.len(), rows, orientation: installation.tells_orientation() })
}
