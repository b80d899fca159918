//! What takes the place of a finding.

use std::collections::HashMap;

use chassis::Error;
use patterns::{Kind, Pseudonyms, plain};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::required;
use super::spots::Spot;
use crate::tree::{Object, Tree};

/// Tokens of a request.
const MAX_TOKENS: usize = 100_000;

/// What takes the place of a finding.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum MaskMode {
    /// Its kind: `[EMAIL]`.
    #[default]
    #[serde(alias = "label")]
    Redact,
    /// Itself with its middle hidden: `j***@example.com`.
    #[serde(alias = "mask")]
    Partial,
    /// Its kind and a keyed hash: `[EMAIL:1f3a5c7e90b2]`.
    Hash,
    /// Its kind and a number: `EMAIL_1`; `tokens` has the originals.
    #[serde(alias = "tokenize")]
    Token,
    /// One that is reserved for examples: `person@example.com`.
    Fake,
    /// Nothing.
    Remove,
}

/// What takes the place of findings, the same of the same.
pub(super) struct StandIns {
    mode: MaskMode,
    pseudonyms: Option<Pseudonyms>,
    /// Tokens by kind and data, however it is written.
    tokens: HashMap<(String, String), String>,
    /// Tokens given out by kind.
    given: HashMap<String, usize>,
    originals: Object<Tree>,
}

impl StandIns {
    pub(super) fn of(mode: MaskMode, key: Option<&str>) -> Result<Self, Error> {
        let pseudonyms = match (mode, key) {
            (MaskMode::Hash, Some(key)) if key.chars().count() >= 16 => Some(Pseudonyms::new(key)),
            (MaskMode::Hash, Some(_)) => return Err(required("key", "must have 16 characters at least")),
            (MaskMode::Hash, None) => {
                let message =
                    "is required with hash: without a secret, hashes of numbers are undone by trying them all";
                return Err(required("key", message));
            }
            (_, Some(_)) => return Err(Error::impossible("key", "is for mode hash")),
            (_, None) => None,
        };
        Ok(Self { mode, pseudonyms, tokens: HashMap::new(), given: HashMap::new(), originals: Object::default() })
    }

    /// What takes the place of a finding.
    pub(super) fn of_finding(&mut self, found: &str, spot: &Spot) -> Result<String, String> {
        let label = &spot.label;
        Ok(match self.mode {
            MaskMode::Redact => format!("[{label}]"),
            MaskMode::Remove => String::new(),
            MaskMode::Partial => match spot.kind {
                Some(kind) => patterns::mask(found, kind),
                None => initials(found),
            },
            MaskMode::Hash => {
                let pseudonym = self.pseudonyms.as_ref().map(|names| names.of(found)).unwrap_or_default();
                format!("[{label}:{pseudonym}]")
            }
            MaskMode::Token => self.token(found, label)?,
            MaskMode::Fake => fake(spot).to_owned(),
        })
    }

    fn token(&mut self, found: &str, label: &str) -> Result<String, String> {
        let data = (label.to_owned(), plain(found));
        if let Some(token) = self.tokens.get(&data) {
            return Ok(token.clone());
        }
        if self.tokens.len() >= MAX_TOKENS {
            return Err(format!("has more than {MAX_TOKENS} different findings for tokens: send fewer values"));
        }
        let number = self.given.entry(label.to_owned()).or_insert(0);
        *number += 1;
        let token = format!("{label}_{number}");
        self.originals.insert(token.as_str(), Tree::from(found));
        self.tokens.insert(data, token.clone());
        Ok(token)
    }

    /// The originals by their tokens.
    pub(super) fn tokens(self) -> Tree {
        if self.mode == MaskMode::Token { self.originals.into() } else { Tree::Null }
    }
}

/// The first letter of each word.
fn initials(text: &str) -> String {
    let mut within = false;
    let hidden = |c: char| {
        let first = !within;
        within = c.is_alphanumeric();
        if !within || (first && c.is_alphabetic()) { c } else { '*' }
    };
    text.chars().map(hidden).collect()
}

/// Data that is nobody's: RFC 2606 and 5737 and 7042, the number range for fiction, the test card of payment providers, the IBAN of the
/// registry's example, a social security number that is never given out.
fn fake(spot: &Spot) -> &'static str {
    match spot.kind {
        Some(Kind::Email) => "person@example.com",
        Some(Kind::Phone) => "+1 202-555-0143",
        Some(Kind::Card) => "4242 4242 4242 4242",
        Some(Kind::Iban) => "DE89 3704 0044 0532 0130 00",
        Some(Kind::IpAddress) => "192.0.2.1",
        Some(Kind::MacAddress) => "00:00:5E:00:53:01",
        Some(Kind::NationalId) => "000-00-0000",
        None if spot.label == "VALUE" => "Example",
        None => "example",
    }
}
