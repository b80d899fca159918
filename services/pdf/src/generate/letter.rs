//! Letters, with the address where the window of an envelope is (DIN 5008 form B, also ISO 11180).

use chassis::{Call, Error};
use garde::Validate;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::party::{Party, PartyView};
use super::view::{breakable, paragraphs};
use super::{Letterhead, Shown};

/// The data of a letter.
#[derive(Debug, Serialize, Deserialize, Validate, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[garde(allow_unvalidated)]
pub struct Letter {
    /// Who writes.
    #[serde(alias = "from", alias = "company")]
    #[garde(dive)]
    pub sender: Party,
    /// Who is written to.
    #[serde(alias = "to", alias = "customer")]
    #[garde(dive)]
    pub recipient: Party,
    /// Date (`2026-11-30`, written as the locale has it; other text stays as it is).
    #[serde(default)]
    #[garde(length(chars, max = 100))]
    pub date: Option<String>,
    /// Place, written before the date.
    #[serde(default)]
    #[garde(length(chars, max = 100))]
    pub place: Option<String>,
    /// Subject.
    #[serde(default)]
    #[garde(length(chars, max = 300))]
    pub subject: Option<String>,
    /// Reference of the sender, such as a file number.
    #[serde(default)]
    #[garde(length(chars, max = 100))]
    pub reference: Option<String>,
    /// Salutation: `Dear Ms. Doe,`.
    #[serde(default, alias = "greeting")]
    #[garde(length(chars, max = 300))]
    pub salutation: Option<String>,
    /// Text; an empty line separates paragraphs.
    #[serde(alias = "text", alias = "message")]
    #[garde(length(chars, min = 1, max = 200_000))]
    pub body: String,
    /// Closing: `Kind regards`.
    #[serde(default, alias = "signOff")]
    #[garde(length(chars, max = 300))]
    pub closing: Option<String>,
    /// Name below the signature; lines separated by line breaks.
    #[serde(default, alias = "signature")]
    #[garde(length(chars, max = 300))]
    pub signatory: Option<String>,
    /// Enclosures.
    #[serde(default)]
    #[garde(length(max = 50), inner(length(chars, max = 300)))]
    pub enclosures: Vec<String>,
}

/// A letter as its template shows it.
#[derive(Debug, Serialize)]
pub(crate) struct LetterView {
    sender: PartyView,
    recipient: PartyView,
    dateline: String,
    subject: String,
    facts: Vec<(String, String)>,
    salutation: String,
    body: Vec<String>,
    closing: String,
    signatory: String,
    enclosures: Vec<String>,
}

impl Letter {
    pub(crate) fn show(&self, head: &Letterhead, _: &Call) -> Result<Shown<LetterView>, Error> {
        let (locale, words) = (&head.locale, &head.words);
        let text = |text: &Option<String>| breakable(text.as_deref().unwrap_or_default().trim());
        let date = self.date.as_deref().map(|date| locale.date(date));
        let dateline = [self.place.clone(), date].into_iter().flatten().filter(|part| !part.trim().is_empty());
        let subject = text(&self.subject);
        let content = LetterView {
            sender: self.sender.view(locale, &words["taxId"]),
            recipient: self.recipient.view(locale, &words["taxId"]),
            dateline: breakable(&dateline.collect::<Vec<_>>().join(", ")),
            facts: head.facts([("reference", self.reference.clone())]),
            salutation: text(&self.salutation),
            body: paragraphs(Some(&self.body)),
            closing: text(&self.closing),
            signatory: text(&self.signatory),
            enclosures: self.enclosures.iter().map(|name| breakable(name.trim())).collect(),
            subject,
        };
        let title = self.subject.clone().unwrap_or_else(|| self.recipient.name.clone());
        Ok(Shown { title, author: self.sender.name.clone(), total: None, content })
    }
}
