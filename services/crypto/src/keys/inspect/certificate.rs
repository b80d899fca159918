//! X.509 certificates and certificate signing requests (RFC 5280, RFC 2986).

use std::net::{Ipv4Addr, Ipv6Addr};

use chassis::Call;
use der::asn1::AnyRef;
use der::{Decode, Tag, Tagged};
use jiff::Timestamp;
use schemars::JsonSchema;
use serde::Serialize;
use sha1::Sha1;
use sha2::{Digest, Sha256};
use spki::ObjectIdentifier;
use x509_cert::certificate::{CertificateInner, Raw};
use x509_cert::ext::Extension;
use x509_cert::ext::pkix::{BasicConstraints, ExtendedKeyUsage, KeyUsage};
use x509_cert::name::Name;
use x509_cert::request::{CertReq, ExtensionReq};
use x509_cert::time::Time;

use super::name::DistinguishedName;
use super::signed::Signed;
use crate::Error;
use crate::encoding::BinaryEncoding;
use crate::error::conflict;
use crate::keys::Key;
use crate::keys::der::Form;

/// RFC 5280, section 4.2.1: 6, 3, 12 and 9; RFC 2985, section 5.4.2.
const ALTERNATIVE_NAMES: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.29.17");
const KEY_USAGE: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.29.15");
const EXTENDED_KEY_USAGE: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.29.37");
const BASIC_CONSTRAINTS: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.29.19");
const EXTENSION_REQUEST: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.9.14");
/// How many days a server's certificate may be valid when it is made from some second of Unix on (CA/Browser Forum, ballots SC31
/// and SC-081v3): from September 2020, March 2026, March 2027 and March 2029.
const SERVER_DAYS: [(i64, i64); 4] =
    [(1_598_918_400, 398), (1_773_532_800, 200), (1_805_068_800, 100), (1_868_227_200, 47)];
const DAY: i64 = 86_400;

/// An X.509 certificate.
#[derive(Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Certificate {
    /// Subject name.
    pub subject: DistinguishedName,
    /// Issuer name.
    pub issuer: DistinguishedName,
    /// Serial number, in hex.
    pub serial: String,
    /// Start of the validity period.
    pub not_before: String,
    /// End of the validity period.
    pub not_after: String,
    /// Whether the validity period has ended.
    pub expired: bool,
    /// Whole days until the certificate expires; negative if it has.
    pub days_left: i64,
    /// Subject alternative names, such as the host names of a server.
    pub alternative_names: Vec<AlternativeName>,
    /// Key usages.
    pub key_usages: Vec<&'static str>,
    /// Extended key usages; unknown ones as object identifiers.
    pub extended_key_usages: Vec<String>,
    /// Whether it is a certificate authority (CA), which may issue certificates.
    pub ca: bool,
    /// Signature algorithm.
    pub signature_algorithm: String,
    /// SHA-1 fingerprint of the certificate, in hex.
    pub sha1: String,
    /// SHA-256 fingerprint of the certificate, in hex.
    pub sha256: String,
    /// Whether it is signed with its own key.
    pub self_signed: bool,
    /// Whether it is signed with the key of the next certificate in the chain; null for the last.
    pub signed_by_next: Option<bool>,
    /// Whether it belongs to the private key that was sent with it; null if none was.
    pub matches_key: Option<bool>,
}

/// A certificate signing request (CSR).
#[derive(Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct CertificateRequest {
    /// Subject name.
    pub subject: DistinguishedName,
    /// Subject alternative names, such as the host names of a server.
    pub alternative_names: Vec<AlternativeName>,
    /// Signature algorithm.
    pub signature_algorithm: String,
    /// Whether the signature is valid, which proves possession of the private key; null if the algorithm is not
    /// supported.
    pub signature_valid: Option<bool>,
}

/// A subject alternative name.
#[derive(Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct AlternativeName {
    /// Type of the name.
    #[serde(rename = "type")]
    pub kind: NameType,
    /// The value.
    pub value: String,
}

/// Type of an alternative name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum NameType {
    /// DNS name.
    Dns,
    /// IP address.
    Ip,
    /// Email address.
    Email,
    /// URI.
    Uri,
    /// Distinguished name.
    Directory,
    /// Any other type; the value is DER in hex.
    Other,
}

impl Certificate {
    /// What each of a chain says; warns of what is weak or past.
    pub(super) fn chain(ders: &[&[u8]], private: Option<&Key>, call: &Call) -> Result<Vec<Self>, Error> {
        let decoded: Result<Vec<_>, _> = ders.iter().map(|der| CertificateInner::<Raw>::from_der(der)).collect();
        let decoded = decoded.map_err(|_| conflict("key", "contains a damaged certificate"))?;
        let spki = private.and_then(Key::spki_der);
        // A key we do not work with has signed nothing we can check.
        let keys: Vec<_> = ders.iter().map(|der| Form::Certificate.key("key", der, None).ok()).collect();
        let each = decoded.iter().zip(ders).enumerate().map(|(place, (certificate, der))| {
            let own = keys[place].as_ref();
            let signed = Signed::of(der, certificate.signature_algorithm(), certificate.signature());
            let signed_by = |key: Option<&Key>| key.is_some_and(|key| signed.by(key) == Some(true));
            let facts = Self {
                signature_algorithm: signed.algorithm(),
                self_signed: signed_by(own),
                signed_by_next: keys.get(place + 1).map(|key| signed_by(key.as_ref())),
                matches_key: spki.as_ref().map(|spki| own.and_then(Key::spki_der).as_ref() == Some(spki)),
                ..Self::of(certificate, der, call.now())
            };
            facts.warn(validity(certificate), call);
            facts
        });
        Ok(each.collect())
    }

    fn of(certificate: &CertificateInner<Raw>, der: &[u8], now: Timestamp) -> Self {
        let said = certificate.tbs_certificate();
        let extensions = said.extensions().map_or(&[][..], Vec::as_slice);
        let (from, until) = validity(certificate);
        let left = until - now.as_second();
        Self {
            subject: DistinguishedName::of(said.subject()),
            issuer: DistinguishedName::of(said.issuer()),
            serial: BinaryEncoding::Hex.encode(magnitude(said.serial_number().as_bytes())),
            not_before: rfc_3339(from),
            not_after: rfc_3339(until),
            expired: left < 0,
            days_left: left.div_euclid(DAY),
            alternative_names: alternative_names(extensions),
            key_usages: extension(extensions, KEY_USAGE).map_or_else(Vec::new, |usage| key_usages(&usage)),
            extended_key_usages: extension(extensions, EXTENDED_KEY_USAGE)
                .map_or_else(Vec::new, |ExtendedKeyUsage(usages)| usages.iter().map(purpose).collect()),
            ca: extension(extensions, BASIC_CONSTRAINTS).is_some_and(|constraints: BasicConstraints| constraints.ca),
            signature_algorithm: String::new(),
            sha1: BinaryEncoding::Hex.encode(&Sha1::digest(der)),
            sha256: BinaryEncoding::Hex.encode(&Sha256::digest(der)),
            self_signed: false,
            signed_by_next: None,
            matches_key: None,
        }
    }

    fn warn(&self, (from, until): (i64, i64), call: &Call) {
        let name = &self.subject.text;
        let server = self.alternative_names.iter().any(|name| name.kind == NameType::Dns);
        let most = SERVER_DAYS.iter().rfind(|(start, _)| *start <= from).map(|(_, days)| *days);
        if let Some(most) = most.filter(|most| server && !self.ca && until - from > most * DAY) {
            let message = format!(
                "the certificate {name} is valid for more than the {most} days that public certificate authorities may \
                 issue"
            );
            call.warn("long-validity", Some("key"), message);
        }
        if self.expired {
            call.warn("expired", Some("key"), format!("the certificate {name} has expired on {}", self.not_after));
        }
        if from > call.now().as_second() {
            call.warn(
                "not-yet-valid",
                Some("key"),
                format!("the certificate {name} is valid from {}", self.not_before),
            );
        }
        // What a self-signed certificate is signed with proves nothing to anybody.
        if !self.self_signed && self.signature_algorithm.to_ascii_lowercase().contains("sha1") {
            call.warn(
                "weak-signature",
                Some("key"),
                format!("the certificate {name} is signed with SHA-1, which is broken"),
            );
        }
    }
}

impl CertificateRequest {
    /// What a request says.
    pub(super) fn of(der: &[u8], key: &Key) -> Result<Self, Error> {
        let request = CertReq::from_der(der).map_err(|_| conflict("key", "is a damaged CERTIFICATE REQUEST"))?;
        let asked = request.info.attributes.iter().find(|attribute| attribute.oid == EXTENSION_REQUEST);
        let asked = asked.and_then(|attribute| attribute.values.get(0));
        let extensions = asked.and_then(|value| value.decode_as::<ExtensionReq>().ok()).unwrap_or_default();
        let signed = Signed::of(der, &request.algorithm, &request.signature);
        Ok(Self {
            subject: DistinguishedName::of(&request.info.subject),
            alternative_names: alternative_names(&extensions.0),
            signature_algorithm: signed.algorithm(),
            signature_valid: signed.by(key),
        })
    }
}

/// A positive number without the zero that only says it is none below zero (X.690, 8.3).
fn magnitude(number: &[u8]) -> &[u8] {
    match number {
        [0, rest @ ..] if rest.first().is_some_and(|byte| *byte >= 0x80) => rest,
        _ => number,
    }
}

/// The extension of this number, when it is there once and can be read.
fn extension<'e, T: Decode<'e>>(extensions: &'e [Extension], oid: ObjectIdentifier) -> Option<T> {
    let mut all = extensions.iter().filter(|extension| extension.extn_id == oid);
    let one = all.next().filter(|_| all.next().is_none())?;
    T::from_der(one.extn_value.as_bytes()).ok()
}

fn alternative_names(extensions: &[Extension]) -> Vec<AlternativeName> {
    // Not the crate's own type: one name it does not know would hide all others.
    let names: Vec<AnyRef<'_>> = extension(extensions, ALTERNATIVE_NAMES).unwrap_or_default();
    names.into_iter().map(AlternativeName::of).collect()
}

impl AlternativeName {
    /// RFC 5280, section 4.2.1.6.
    fn of(name: AnyRef<'_>) -> Self {
        let bytes = name.value();
        let ascii = || str::from_utf8(bytes).ok().filter(|text| text.is_ascii()).map(str::to_owned);
        let number = match name.tag() {
            Tag::ContextSpecific { number, .. } => number.value(),
            _ => u32::MAX,
        };
        let known = match number {
            1 => ascii().map(|value| (NameType::Email, value)),
            2 => ascii().map(|value| (NameType::Dns, value)),
            4 => Name::from_der(bytes).ok().map(|name| (NameType::Directory, DistinguishedName::of(&name).text)),
            6 => ascii().map(|value| (NameType::Uri, value)),
            7 => address(bytes).map(|value| (NameType::Ip, value)),
            _ => None,
        };
        let (kind, value) = known.unwrap_or_else(|| (NameType::Other, BinaryEncoding::Hex.encode(bytes)));
        Self { kind, value }
    }
}

fn address(bytes: &[u8]) -> Option<String> {
    let v4 = <[u8; 4]>::try_from(bytes).map(|bytes| Ipv4Addr::from(bytes).to_string());
    v4.ok().or_else(|| <[u8; 16]>::try_from(bytes).ok().map(|bytes| Ipv6Addr::from(bytes).to_string()))
}

/// In the words of RFC 5280, section 4.2.1.3.
fn key_usages(usage: &KeyUsage) -> Vec<&'static str> {
    let all = [
        ("digitalSignature", usage.digital_signature()),
        ("nonRepudiation", usage.non_repudiation()),
        ("keyEncipherment", usage.key_encipherment()),
        ("dataEncipherment", usage.data_encipherment()),
        ("keyAgreement", usage.key_agreement()),
        ("keyCertSign", usage.key_cert_sign()),
        ("cRLSign", usage.crl_sign()),
        ("encipherOnly", usage.encipher_only()),
        ("decipherOnly", usage.decipher_only()),
    ];
    all.into_iter().filter(|(_, set)| *set).map(|(name, _)| name).collect()
}

/// In the words of RFC 5280, section 4.2.1.12.
fn purpose(oid: &ObjectIdentifier) -> String {
    let oid = oid.to_string();
    match oid.as_str() {
        "1.3.6.1.5.5.7.3.1" => "serverAuth".to_owned(),
        "1.3.6.1.5.5.7.3.2" => "clientAuth".to_owned(),
        "1.3.6.1.5.5.7.3.3" => "codeSigning".to_owned(),
        "1.3.6.1.5.5.7.3.4" => "emailProtection".to_owned(),
        "1.3.6.1.5.5.7.3.8" => "timeStamping".to_owned(),
        "1.3.6.1.5.5.7.3.9" => "OCSPSigning".to_owned(),
        "2.5.29.37.0" => "anyExtendedKeyUsage".to_owned(),
        _ => oid,
    }
}

/// From and until when it is valid, in seconds of Unix.
fn validity(certificate: &CertificateInner<Raw>) -> (i64, i64) {
    let seconds = |time: Time| i64::try_from(time.to_unix_duration().as_secs()).unwrap_or(i64::MAX);
    let validity = certificate.tbs_certificate().validity();
    (seconds(validity.not_before), seconds(validity.not_after))
}

fn rfc_3339(seconds: i64) -> String {
    Timestamp::from_second(seconds).unwrap_or(Timestamp::MAX).to_string()
}
