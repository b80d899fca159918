//! Contacts as vCards.

use chassis::{Call, Error, File, Operation, WithFile};
use garde::Validate;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Contact, Labeled, PostalAddress};
use crate::calendar::lines::{escaped, write as put};

/// Contacts of a file.
const MAX_CONTACTS: usize = 2_000;

const DESCRIPTION: &str = "\
Makes vCards (3.0, .vcf) of contacts, which address books import. A contact needs a name: `name`, or given and family name, or an organization.";

/// Contacts to write.
#[derive(Serialize, Deserialize, Validate, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[garde(allow_unvalidated)]
pub struct ContactsWriteRequest {
    /// Contacts, at most 2,000.
    #[serde(alias = "rows", alias = "contact")]
    #[garde(length(min = 1, max = MAX_CONTACTS), dive)]
    pub contacts: Vec<Contact>,
    /// Name of the file.
    #[serde(default)]
    #[garde(length(chars, max = 200))]
    pub filename: Option<String>,
}

/// What there is to say about the file.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ContactsWriteFacts {
    /// Number of contacts.
    pub row_count: usize,
}

fn example() -> ContactsWriteRequest {
    let contact = Contact {
        given_name: Some("Ada".to_owned()),
        family_name: Some("Löw".to_owned()),
        organization: Some("Lamps, Ltd".to_owned()),
        emails: vec![Labeled { value: "ada@example.com".to_owned(), kind: Some("work".to_owned()) }],
        phones: vec![Labeled { value: "+49 30 123456".to_owned(), kind: Some("mobile".to_owned()) }],
        ..Contact::default()
    };
    ContactsWriteRequest { contacts: vec![contact], filename: None }
}

/// What the documents say.
#[must_use]
pub fn about(op: Operation) -> Operation {
    op.summary("Make vCards (.vcf) of contacts").description(DESCRIPTION).example(example).answers(&["text/vcard"])
}

/// Makes vCards.
///
/// # Errors
/// When a contact has no name.
pub fn write(request: ContactsWriteRequest, call: &Call) -> Result<WithFile<ContactsWriteFacts>, Error> {
    let mut out = String::new();
    for (at, contact) in request.contacts.iter().enumerate() {
        call.check()?;
        card(&mut out, contact, at)?;
    }
    let name = request.filename.filter(|name| !name.trim().is_empty()).unwrap_or_else(|| "contacts.vcf".to_owned());
    let facts = ContactsWriteFacts { row_count: request.contacts.len() };
    Ok(WithFile { file: File::new(name, "text/vcard", out), facts })
}

fn card(out: &mut String, contact: &Contact, at: usize) -> Result<(), Error> {
    let said =
        |text: &Option<String>| text.as_deref().map(str::trim).filter(|text| !text.is_empty()).map(str::to_owned);
    let parts = [&contact.family_name, &contact.given_name, &contact.additional_name, &contact.prefix, &contact.suffix]
        .map(said);
    let shown = [3, 1, 2, 0, 4].into_iter().filter_map(|part| parts[part].clone()).collect::<Vec<_>>().join(" ");
    let name =
        said(&contact.name).or(Some(shown).filter(|name| !name.is_empty())).or_else(|| said(&contact.organization));
    let name = name.ok_or_else(|| {
        Error::impossible(
            format!("contacts[{at}].name"),
            "is missing: give name, or givenName and familyName, or organization",
        )
    })?;
    put(out, "BEGIN:VCARD");
    put(out, "VERSION:3.0");
    put(out, &format!("FN:{}", escaped(&name)));
    let mut structured: Vec<String> = parts.iter().map(|part| escaped(part.as_deref().unwrap_or_default())).collect();
    if structured.iter().all(String::is_empty) {
        structured[0] = escaped(&name);
    }
    put(out, &format!("N:{}", structured.join(";")));
    for (property, text) in [
        ("UID", &contact.uid),
        ("NICKNAME", &contact.nickname),
        ("TITLE", &contact.job_title),
        ("BDAY", &contact.birthday),
        ("NOTE", &contact.note),
        ("REV", &contact.revised),
    ] {
        if let Some(text) = said(text) {
            put(out, &format!("{property}:{}", escaped(&text)));
        }
    }
    match (said(&contact.organization), said(&contact.department)) {
        (None, None) => {}
        (organization, None) => put(out, &format!("ORG:{}", escaped(&organization.unwrap_or_default()))),
        (organization, Some(department)) => {
            put(out, &format!("ORG:{};{}", escaped(&organization.unwrap_or_default()), escaped(&department)));
        }
    }
    for (property, values) in [("EMAIL", &contact.emails), ("TEL", &contact.phones)] {
        for value in values.iter().filter(|value| !value.value.trim().is_empty()) {
            put(out, &format!("{property}{}:{}", types(value.kind.as_deref()), escaped(value.value.trim())));
        }
    }
    for address in &contact.postal_addresses {
        let PostalAddress { street, city, region, postal_code, country, kind } = address;
        let parts =
            [street, city, region, postal_code, country].map(|part| escaped(part.as_deref().unwrap_or_default()));
        put(out, &format!("ADR{}:;;{}", types(kind.as_deref()), parts.join(";")));
    }
    for url in contact.urls.iter().filter(|url| !url.trim().is_empty()) {
        put(out, &format!("URL:{}", escaped(url.trim())));
    }
    if !contact.groups.is_empty() {
        let groups: Vec<String> = contact.groups.iter().map(|group| escaped(group)).collect();
        put(out, &format!("CATEGORIES:{}", groups.join(",")));
    }
    put(out, "END:VCARD");
    Ok(())
}

/// A kind as the parameters of a line.
fn types(kind: Option<&str>) -> String {
    let words = kind
        .unwrap_or_default()
        .split(|c: char| !c.is_ascii_alphanumeric() && c != '-')
        .filter(|word| !word.is_empty());
    words
        .map(|word| match word.to_ascii_lowercase().as_str() {
            "mobile" => ";TYPE=CELL".to_owned(),
            other => format!(";TYPE={}", other.to_ascii_uppercase()),
        })
        .collect()
}
