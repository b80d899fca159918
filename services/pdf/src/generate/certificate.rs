//! Certificates: one page, across.

use chassis::{Call, Error};
use garde::Validate;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::view::breakable;
use super::{Letterhead, Shown};

/// The data of a certificate.
#[derive(Debug, Serialize, Deserialize, Validate, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[garde(allow_unvalidated)]
pub struct Certificate {
    /// Title, such as `Certificate of completion`; the word for certificate in the language of the document when not
    /// given.
    #[serde(default)]
    #[garde(length(chars, max = 100))]
    pub title: Option<String>,
    /// Line above the name; `This certificate is presented to` in the language of the document when not given.
    #[serde(default, alias = "intro")]
    #[garde(length(chars, max = 200))]
    pub introduction: Option<String>,
    /// Name of who gets it.
    #[serde(alias = "name", alias = "awardedTo")]
    #[garde(length(chars, min = 1, max = 200))]
    pub recipient: String,
    /// What for: `for completing the course`.
    #[serde(default, alias = "text", alias = "reason")]
    #[garde(length(chars, max = 2000))]
    pub description: Option<String>,
    /// Name of the course or achievement, in bold.
    #[serde(default, alias = "course")]
    #[garde(length(chars, max = 300))]
    pub achievement: Option<String>,
    /// Organization that issues it.
    #[serde(default, alias = "organization")]
    #[garde(length(chars, max = 200))]
    pub issuer: Option<String>,
    /// Date (`2026-11-30`, written as the locale has it; other text stays as it is).
    #[serde(default)]
    #[garde(length(chars, max = 100))]
    pub date: Option<String>,
    /// Number of the certificate.
    #[serde(default, alias = "certificateNumber", alias = "id")]
    #[garde(length(chars, max = 100))]
    pub number: Option<String>,
    /// Who signs, at most three.
    #[serde(default, alias = "signatures")]
    #[garde(length(max = 3), dive)]
    pub signatories: Vec<Signatory>,
}

/// Who signs.
#[derive(Debug, Serialize, Deserialize, Validate, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Signatory {
    /// Name.
    #[garde(length(chars, min = 1, max = 100))]
    pub name: String,
    /// Role, such as `Head of training`.
    #[serde(default, alias = "title")]
    #[garde(inner(length(chars, max = 100)))]
    pub role: Option<String>,
}

/// A certificate as its template shows it.
#[derive(Debug, Serialize)]
pub(crate) struct CertificateView {
    heading: String,
    introduction: String,
    recipient: String,
    description: String,
    achievement: String,
    issuer: String,
    facts: Vec<(String, String)>,
    signatories: Vec<(String, String)>,
}

impl Certificate {
    pub(crate) fn show(&self, head: &Letterhead, _: &Call) -> Result<Shown<CertificateView>, Error> {
        let text = |text: &Option<String>| breakable(text.as_deref().unwrap_or_default().trim());
        let or = |own: &Option<String>, key: &str| {
            own.clone().filter(|own| !own.trim().is_empty()).unwrap_or_else(|| head.words[key].clone())
        };
        let heading = or(&self.title, "certificate");
        let date = self.date.as_deref().map(|date| head.locale.date(date));
        let role = |signatory: &Signatory| signatory.role.clone().unwrap_or_default();
        let content = CertificateView {
            introduction: or(&self.introduction, "presentedTo"),
            recipient: breakable(self.recipient.trim()),
            description: text(&self.description),
            achievement: text(&self.achievement),
            issuer: text(&self.issuer),
            facts: head.facts([("date", date), ("number", self.number.clone())]),
            signatories: self.signatories.iter().map(|who| (breakable(&who.name), breakable(&role(who)))).collect(),
            heading: heading.clone(),
        };
        let title = format!("{heading}: {}", self.recipient.trim());
        Ok(Shown { title, author: self.issuer.clone().unwrap_or_default(), total: None, content })
    }
}
