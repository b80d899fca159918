//! vCards to contacts.

use std::borrow::Cow;

use chassis::{Call, Code, Data, Error, Operation};
use garde::Validate;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Contact, ContactRow, Labeled, PostalAddress};
use crate::calendar::lines::{Line, components, lines, list, unescaped};
use crate::extract::decoded;

/// Bytes of a file.
const MAX_BYTES: usize = 20 << 20;
/// Contacts of a file.
const MAX_CONTACTS: usize = 20_000;
/// Values of one kind of a contact.
const MAX_VALUES: usize = 100;

const DESCRIPTION: &str = "\
Reads contacts (vCard 2.1, 3.0, 4.0; .vcf, one or many) to rows: names, organization, e-mail addresses and phone numbers with their kinds, postal addresses, \
birthday, note, groups. Pictures and keys are left out. What comes out here is what `contacts/write` takes.";

/// vCards.
#[derive(Serialize, Deserialize, Validate, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[garde(allow_unvalidated)]
pub struct ContactsReadRequest {
    /// vCards: their text, a file or a URL.
    #[serde(alias = "file", alias = "data", alias = "vcf", alias = "vcard", alias = "url", alias = "input")]
    pub contacts: Data,
}

/// The contacts.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ContactsReadResponse {
    /// Contacts in the order of the file.
    pub rows: Vec<ContactRow>,
    /// Number of rows.
    pub row_count: usize,
}

fn example() -> ContactsReadRequest {
    let card =
        "BEGIN:VCARD\r\nVERSION:3.0\r\nFN:Ada Low\r\nN:Low;Ada;;;\r\nEMAIL;TYPE=WORK:ada@example.com\r\nEND:VCARD\r\n";
    ContactsReadRequest { contacts: Data::Text(card.to_owned()) }
}

/// What the documents say.
#[must_use]
pub fn about(op: Operation) -> Operation {
    op.summary("Read contacts (vCard, .vcf) to rows").description(DESCRIPTION).example(example).isolated()
}

/// Reads contacts.
///
/// # Errors
/// When there are none, or too many.
pub fn read(request: ContactsReadRequest, _: &Call) -> Result<ContactsReadResponse, Error> {
    let text = match &request.contacts {
        Data::Json(_) => return Err(Error::impossible("contacts", "must be vCards as text, a file or a URL")),
        Data::Text(text) => text.clone(),
        Data::File(file) => decoded(file.bytes()),
    };
    if text.len() > MAX_BYTES {
        return Err(Error::new(Code::PayloadTooLarge, format!("the vCards have more than {} MB", MAX_BYTES >> 20)));
    }
    let text = text.trim_start_matches('\u{feff}').trim_start();
    if !text.get(..11).is_some_and(|start| start.eq_ignore_ascii_case("BEGIN:VCARD")) {
        return Err(Error::impossible("contacts", "is no vCard: it begins with BEGIN:VCARD"));
    }
    let mut rows = Vec::new();
    let mut open: Option<Contact> = None;
    for line in lines(&joined(text)) {
        match (line.name.as_str(), &mut open) {
            ("BEGIN", _) if line.value.trim().eq_ignore_ascii_case("VCARD") => open = Some(Contact::default()),
            ("END", Some(_)) if line.value.trim().eq_ignore_ascii_case("VCARD") => {
                rows.extend(open.take().map(finished).map(ContactRow));
                if rows.len() > MAX_CONTACTS {
                    return Err(Error::new(
                        Code::PayloadTooLarge,
                        format!("the file has more than {MAX_CONTACTS} contacts"),
                    ));
                }
            }
            (_, Some(contact)) => property(contact, &line),
            _ => {}
        }
    }
    Ok(ContactsReadResponse { row_count: rows.len(), rows })
}

/// Lines of vCard 2.1 in quoted-printable that go on behind a `=` as one line.
fn joined(text: &str) -> Cow<'_, str> {
    if !text.to_ascii_uppercase().contains("QUOTED-PRINTABLE") {
        return Cow::Borrowed(text);
    }
    let mut whole = String::with_capacity(text.len());
    let mut quoted = false;
    for line in text.split_inclusive('\n') {
        let plain = line.trim_end_matches(['\r', '\n']);
        quoted = quoted
            || plain.split(':').next().is_some_and(|head| head.to_ascii_uppercase().contains("QUOTED-PRINTABLE"));
        match plain.strip_suffix('=') {
            Some(part) if quoted => whole.push_str(part),
            _ => {
                whole.push_str(line);
                quoted = false;
            }
        }
    }
    Cow::Owned(whole)
}

/// The value of a line, of 2.1 decoded.
fn raw(line: &Line) -> Cow<'_, str> {
    let is_quoted = line.parameters.iter().any(|(_, value)| value.eq_ignore_ascii_case("QUOTED-PRINTABLE"));
    if !is_quoted {
        return Cow::Borrowed(&line.value);
    }
    let bytes = line.value.as_bytes();
    let mut plain = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while let Some(byte) = bytes.get(at) {
        let code = bytes
            .get(at + 1..at + 3)
            .and_then(|code| std::str::from_utf8(code).ok())
            .and_then(|code| u8::from_str_radix(code, 16).ok());
        match (byte, code) {
            (b'=', Some(code)) => {
                plain.push(code);
                at += 3;
            }
            (byte, _) => {
                plain.push(*byte);
                at += 1;
            }
        }
    }
    let encoding = line.parameter("CHARSET").and_then(|label| encoding_rs::Encoding::for_label(label.as_bytes()));
    match (encoding, String::from_utf8(plain)) {
        (None, Ok(text)) => text.into(),
        (encoding, Ok(text)) if encoding == Some(encoding_rs::UTF_8) => text.into(),
        (encoding, text) => {
            let bytes = text.map_or_else(std::string::FromUtf8Error::into_bytes, String::into_bytes);
            encoding.unwrap_or(encoding_rs::WINDOWS_1252).decode(&bytes).0.into_owned().into()
        }
    }
}

/// The kind of a value: what it is said to be, without what is always said.
fn kind(line: &Line) -> Option<String> {
    let types = line.parameters.iter().filter(|(name, _)| name == "TYPE").flat_map(|(_, value)| value.split(','));
    let types: Vec<String> = types.map(|kind| kind.trim().trim_matches('"').to_ascii_lowercase()).collect();
    let known = |names: &[&str]| types.iter().any(|kind| names.contains(&kind.as_str()));
    let phone = [("fax", "fax"), ("cell", "mobile"), ("pager", "pager")]
        .into_iter()
        .find(|(name, _)| known(&[name]))
        .map(|(_, kind)| kind);
    let place = ["work", "home"].into_iter().find(|name| known(&[name]));
    match (place, phone) {
        (Some(place), Some("fax")) => Some(format!("{place} fax")),
        (_, Some(phone)) => Some(phone.to_owned()),
        (Some(place), None) => Some(place.to_owned()),
        (None, None) => types.into_iter().find(|kind| {
            !matches!(
                kind.as_str(),
                "" | "pref"
                    | "internet"
                    | "voice"
                    | "quoted-printable"
                    | "x400"
                    | "text"
                    | "8bit"
                    | "7bit"
                    | "base64"
                    | "dom"
                    | "intl"
                    | "postal"
                    | "parcel"
                    | "msg"
            )
        }),
    }
}

fn property(contact: &mut Contact, line: &Line) {
    let value = raw(line);
    let text = || Some(unescaped(&value).trim().to_owned()).filter(|text| !text.is_empty());
    let labeled = |value: String| Labeled { value, kind: kind(line) };
    match line.name.as_str() {
        "UID" => contact.uid = text(),
        "FN" => contact.name = contact.name.take().or(text()),
        "N" => {
            let [family, given, additional, prefix, suffix] = components(&value);
            (contact.family_name, contact.given_name, contact.additional_name) = (family, given, additional);
            (contact.prefix, contact.suffix) = (prefix, suffix);
        }
        "NICKNAME" => contact.nickname = text(),
        "ORG" => [contact.organization, contact.department] = components(&value),
        "TITLE" => contact.job_title = text(),
        "EMAIL" if contact.emails.len() < MAX_VALUES => contact.emails.extend(text().map(labeled)),
        "TEL" if contact.phones.len() < MAX_VALUES => {
            contact.phones.extend(text().map(|phone| labeled(phone.strip_prefix("tel:").unwrap_or(&phone).to_owned())));
        }
        "URL" if contact.urls.len() < MAX_VALUES => contact.urls.extend(text()),
        "ADR" if contact.postal_addresses.len() < MAX_VALUES => {
            let [box_number, extended, street, city, region, postal_code, country] = components(&value);
            let street: Vec<String> = [box_number, street, extended].into_iter().flatten().collect();
            let address = PostalAddress {
                street: Some(street.join(", ")).filter(|street| !street.is_empty()),
                city,
                region,
                postal_code,
                country,
                kind: None,
            };
            if address != PostalAddress::default() {
                contact.postal_addresses.push(PostalAddress { kind: kind(line), ..address });
            }
        }
        "BDAY" => contact.birthday = text().map(|date| day(&date)),
        "NOTE" => contact.note = text(),
        "CATEGORIES" if contact.groups.len() < MAX_VALUES => {
            contact.groups.extend(list(&value));
            contact.groups.truncate(MAX_VALUES);
        }
        "REV" => contact.revised = text(),
        _ => {}
    }
}

/// A day as ISO 8601: `20240305` is 2024-03-05, `--0305` is --03-05.
fn day(text: &str) -> String {
    let date = text.split('T').next().unwrap_or(text);
    let digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    match date.len() {
        8 if digits(date) => format!("{}-{}-{}", &date[..4], &date[4..6], &date[6..]),
        6 if date.starts_with("--") && digits(&date[2..]) => format!("--{}-{}", &date[2..4], &date[4..]),
        10 if date.is_ascii() => date.to_owned(),
        _ => text.to_owned(),
    }
}

/// A contact with a name to show.
fn finished(mut contact: Contact) -> Contact {
    if contact.name.is_none() {
        let parts =
            [&contact.prefix, &contact.given_name, &contact.additional_name, &contact.family_name, &contact.suffix];
        let name = parts.into_iter().flatten().cloned().collect::<Vec<_>>().join(" ");
        let other = || contact.organization.clone().or_else(|| contact.emails.first().map(|email| email.value.clone()));
        contact.name = Some(name).filter(|name| !name.is_empty()).or_else(other);
    }
    contact
}
