//! Names of whom certificates are about (RFC 4514, RFC 5280, section 4.1.2.4).

use der::Tagged;
use der::asn1::AnyRef;
use schemars::JsonSchema;
use serde::Serialize;
use x509_cert::name::Name;

use crate::encoding::BinaryEncoding;

/// A name as certificates have it.
#[derive(Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct DistinguishedName {
    /// As text (RFC 4514), the most special part first.
    pub text: String,
    /// Its parts, the most general first.
    pub attributes: Vec<NameAttribute>,
}

/// A part of a name.
#[derive(Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct NameAttribute {
    /// What it is, such as CN or O; what has no name here is a number with dots.
    pub name: String,
    /// Its value.
    pub value: String,
}

impl DistinguishedName {
    /// What a name says.
    pub(super) fn of(name: &Name) -> Self {
        let attributes: Vec<NameAttribute> =
            name.iter().map(|part| NameAttribute::of(part.oid.to_string(), (&part.value).into())).collect();
        // RFC 4514, section 2.1: the last first; parts that stand together are joined by a plus.
        let mut rest = attributes.as_slice();
        let mut parts = Vec::new();
        for together in name.iter_rdn() {
            let (these, others) = rest.split_at(together.len());
            parts.push(these.iter().rev().map(NameAttribute::text).collect::<Vec<_>>().join("+"));
            rest = others;
        }
        parts.reverse();
        Self { text: parts.join(","), attributes }
    }
}

impl NameAttribute {
    fn of(oid: String, value: AnyRef<'_>) -> Self {
        // RFC 4514, section 3, and what else is common.
        let name = match oid.as_str() {
            "2.5.4.3" => "CN",
            "2.5.4.4" => "SN",
            "2.5.4.5" => "serialNumber",
            "2.5.4.6" => "C",
            "2.5.4.7" => "L",
            "2.5.4.8" => "ST",
            "2.5.4.9" => "STREET",
            "2.5.4.10" => "O",
            "2.5.4.11" => "OU",
            "2.5.4.12" => "title",
            "2.5.4.42" => "GN",
            "2.5.4.97" => "organizationIdentifier",
            "0.9.2342.19200300.100.1.1" => "UID",
            "0.9.2342.19200300.100.1.25" => "DC",
            "1.2.840.113549.1.9.1" => "emailAddress",
            _ => "",
        };
        let name = if name.is_empty() { oid } else { name.to_owned() };
        Self { name, value: text(value).unwrap_or_else(|| format!("#{}", BinaryEncoding::Hex.encode(value.value()))) }
    }

    /// As RFC 4514, section 2.4, writes it.
    fn text(&self) -> String {
        let last = self.value.chars().count().saturating_sub(1);
        let mut text = format!("{}=", self.name);
        for (place, character) in self.value.chars().enumerate() {
            match character {
                ' ' if place == 0 || place == last => text.push_str("\\ "),
                '"' | '+' | ',' | ';' | '<' | '>' | '\\' => text.extend(['\\', character]),
                '\0'..='\x1f' | '\x7f' => text.push_str(&format!("\\{:02x}", u32::from(character))),
                other => text.push(other),
            }
        }
        text
    }
}

/// The text of a string of ASN.1.
fn text(value: AnyRef<'_>) -> Option<String> {
    let bytes = value.value();
    match value.tag() {
        der::Tag::Utf8String | der::Tag::PrintableString | der::Tag::Ia5String | der::Tag::NumericString => {
            str::from_utf8(bytes).ok().map(str::to_owned)
        }
        // What it has been used for is Latin-1.
        der::Tag::TeletexString => Some(bytes.iter().copied().map(char::from).collect()),
        der::Tag::BmpString => {
            let (units, rest) = bytes.as_chunks::<2>();
            let units: Vec<_> = units.iter().copied().map(u16::from_be_bytes).collect();
            String::from_utf16(&units).ok().filter(|_| rest.is_empty())
        }
        _ => None,
    }
}
