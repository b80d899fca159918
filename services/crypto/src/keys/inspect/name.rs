//! Distinguished names (RFC 4514; RFC 5280, section 4.1.2.4).

use der::asn1::AnyRef;
use der::{Encode, Tagged};
use schemars::JsonSchema;
use serde::Serialize;
use x509_cert::attr::AttributeTypeAndValue;
use x509_cert::name::{Name, RelativeDistinguishedName};

use crate::encoding::BinaryEncoding;

/// A distinguished name (X.501).
#[derive(Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct DistinguishedName {
    /// The name as a string (RFC 4514), most specific attribute first.
    pub text: String,
    /// The attributes, most general first.
    pub attributes: Vec<NameAttribute>,
}

/// An attribute of a distinguished name.
#[derive(Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct NameAttribute {
    /// Attribute type, such as CN or O; unknown ones as object identifiers.
    pub name: String,
    /// The value.
    pub value: String,
}

impl DistinguishedName {
    /// What a name says.
    pub(super) fn of(name: &Name) -> Self {
        let attributes: Vec<_> = name.iter().map(NameAttribute::of).collect();
        // RFC 4514, section 2.1: the last first; parts that stand together are joined by a plus.
        let mut text = String::new();
        let mut rest = attributes.as_slice();
        for together in name.iter_rdn().map(RelativeDistinguishedName::len) {
            let (these, others) = rest.split_at(together);
            let part: Vec<_> = these.iter().rev().map(|(_, text)| text.as_str()).collect();
            let comma = if text.is_empty() { "" } else { "," };
            text = format!("{}{comma}{text}", part.join("+"));
            rest = others;
        }
        Self { text, attributes: attributes.into_iter().map(|(attribute, _)| attribute).collect() }
    }
}

impl NameAttribute {
    /// The part, and how RFC 4514 writes it.
    fn of(part: &AttributeTypeAndValue) -> (Self, String) {
        let oid = part.oid.to_string();
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
            other => other,
        };
        let (value, written) = match text((&part.value).into()) {
            Some(value) => (value.clone(), escaped(&value)),
            None => {
                let der = part.value.to_der().unwrap_or_default();
                let hex = format!("#{}", BinaryEncoding::Hex.encode(&der));
                (hex.clone(), hex)
            }
        };
        (Self { name: name.to_owned(), value }, format!("{name}={written}"))
    }
}

/// A value as RFC 4514, section 2.4, writes it.
fn escaped(value: &str) -> String {
    let last = value.chars().count().saturating_sub(1);
    let mut text = String::new();
    for (place, character) in value.chars().enumerate() {
        match character {
            ' ' if place == 0 || place == last => text.push_str("\\ "),
            '#' if place == 0 => text.push_str("\\#"),
            '"' | '+' | ',' | ';' | '<' | '>' | '\\' => text.extend(['\\', character]),
            '\0'..='\x1f' | '\x7f' => text.push_str(&format!("\\{:02X}", u32::from(character))),
            other => text.push(other),
        }
    }
    text
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

#[cfg(test)]
mod tests {
    use der::Tag;

    use super::*;

    /// RFC 4514, section 4; of parts that stand together in the order DER puts them.
    #[test]
    fn names_of_rfc_4514() {
        for (written, values) in [
            ("UID=jsmith,DC=example,DC=net", vec!["net", "example", "jsmith"]),
            ("CN=J.  Smith+OU=Sales,DC=example,DC=net", vec!["net", "example", "Sales", "J.  Smith"]),
            (r#"CN=James \"Jim\" Smith\, III,DC=example,DC=net"#, vec!["net", "example", r#"James "Jim" Smith, III"#]),
            (r"CN=Before\0DAfter,DC=example,DC=net", vec!["net", "example", "Before\rAfter"]),
            ("1.3.6.1.4.1.1466.0=#04024869", vec!["#04024869"]),
            ("CN=Lučić", vec!["Lučić"]),
        ] {
            let name: Name = written.parse().unwrap();
            let told = DistinguishedName::of(&name);
            let found: Vec<_> = told.attributes.iter().map(|attribute| attribute.value.as_str()).collect();
            assert_eq!(found, values, "{written}");
            assert_eq!(told.text, written);
        }
        assert_eq!((escaped(" # ").as_str(), escaped("#a").as_str()), (r"\ #\ ", r"\#a"));
    }

    #[test]
    fn old_strings_are_read() {
        let read = |tag, bytes: &[u8]| text(AnyRef::new(tag, bytes).unwrap());
        assert_eq!(read(Tag::TeletexString, b"B\xfccher").unwrap(), "Bücher");
        assert_eq!(read(Tag::BmpString, b"\0B\0\xfc\x20\xac").unwrap(), "Bü€");
        assert_eq!(read(Tag::BmpString, b"\0B\0"), None);
        assert_eq!(read(Tag::Utf8String, b"\xff"), None);
        assert_eq!(read(Tag::Integer, b"\x01"), None);
    }
}
