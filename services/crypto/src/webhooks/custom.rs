//! A custom signature scheme.

use garde::Validate;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::scheme::{Address, Event, Place, Proof, Scheme, SecretForm, Stamp, StampPlace, Unit};
use super::{fields, template};
use crate::Error;
use crate::encoding::BinaryEncoding;
use crate::error::conflict;
use crate::hmac::HmacAlgorithm;

/// Signature scheme of a provider that is not listed: an HMAC over parts of the request.
#[derive(Debug, Clone, Serialize, Deserialize, Validate, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[garde(allow_unvalidated)]
#[schemars(rename = "WebhookScheme")]
pub struct Custom {
    /// Header with the signature, or several separated by commas or spaces.
    #[garde(length(chars, min = 1, max = 128))]
    pub signature_header: String,
    /// Prefix of the signature, such as `sha256=` or `v1=`. Signatures with another prefix are ignored.
    #[serde(default)]
    #[garde(length(chars, max = 64))]
    pub signature_prefix: Option<String>,
    /// Encoding of the signature.
    #[serde(default)]
    pub signature_encoding: BinaryEncoding,
    /// Hash function of the HMAC.
    #[serde(default)]
    pub algorithm: HmacAlgorithm,
    /// What is signed: a template of text, `{body}`, `{timestamp}`, `{id}`, `{url}`, `{path}` (the URL from its path
    /// on), `{method}`, `{form}` (form fields sorted by name, names and values concatenated) and up to 4
    /// `{header:X-Name}`, each at most once; `{body}` if absent. At most 1024 characters.
    #[serde(default)]
    #[garde(length(chars, max = 1024))]
    pub template: Option<String>,
    /// Header with the timestamp: seconds or milliseconds since the Unix epoch, or RFC 3339.
    #[serde(default)]
    #[garde(length(chars, min = 1, max = 128))]
    pub timestamp_header: Option<String>,
    /// Prefix of the timestamp, such as `t=`, if it is part of the signature header.
    #[serde(default)]
    #[garde(length(chars, min = 1, max = 64))]
    pub timestamp_prefix: Option<String>,
    /// Format of the timestamp for signing; to verify, all formats are accepted.
    #[serde(default)]
    pub timestamp_format: TimestampFormat,
    /// Header with the message id; the template must contain `{id}`.
    #[serde(default)]
    #[garde(length(chars, min = 1, max = 128))]
    pub id_header: Option<String>,
}

/// Format of a timestamp.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
#[schemars(rename = "WebhookTimestampFormat")]
pub enum TimestampFormat {
    /// Seconds since the Unix epoch.
    #[default]
    Seconds,
    /// Milliseconds since the Unix epoch.
    Milliseconds,
    /// RFC 3339, such as 2026-01-31T12:00:00Z.
    Rfc3339,
}

/// Its names, as the lists a scheme has.
pub(super) struct Names<'c> {
    custom: &'c Custom,
    signature: [&'c str; 1],
    stamp: Option<[&'c str; 1]>,
    id: Option<[&'c str; 1]>,
}

impl Custom {
    pub(super) fn names(&self) -> Names<'_> {
        Names {
            custom: self,
            signature: [&self.signature_header],
            stamp: self.timestamp_header.as_deref().map(|name| [name]),
            id: self.id_header.as_deref().map(|name| [name]),
        }
    }
}

impl Names<'_> {
    /// # Errors
    /// When the template cannot be read, names what no header gives, or leaves out what is to be checked.
    pub(super) fn scheme(&self) -> Result<Scheme<'_>, Error> {
        let custom = self.custom;
        let content = custom.template.as_deref().filter(|text| !text.is_empty()).unwrap_or("{body}");
        template::check(&template::parse(content)?)?;
        for (field, name) in [
            ("generic.signatureHeader", Some(&custom.signature_header)),
            ("generic.timestampHeader", custom.timestamp_header.as_ref()),
            ("generic.idHeader", custom.id_header.as_ref()),
        ] {
            if name.is_some_and(|name| !fields::is_name(name)) {
                return Err(conflict(field, "is not a header name: use letters, digits and '-'"));
            }
        }
        for (field, prefix) in [
            ("generic.signaturePrefix", &custom.signature_prefix),
            ("generic.timestampPrefix", &custom.timestamp_prefix),
        ] {
            if prefix.as_ref().is_some_and(|prefix| !fields::is_value(prefix)) {
                return Err(conflict(field, "may have visible ASCII characters and spaces only"));
            }
        }
        let stamp = match (&self.stamp, &custom.timestamp_prefix) {
            (None, None) => None,
            (Some(names), None) => Some(StampPlace::Headers(names)),
            (None, Some(prefix)) => Some(StampPlace::Item { prefix, divider: ',' }),
            (Some(_), Some(_)) => {
                return Err(conflict(
                    "generic.timestampPrefix",
                    "cannot be combined with timestampHeader: send the one that tells where the timestamp is",
                ));
            }
        };
        let (time, id) = (content.contains("{timestamp}"), content.contains("{id}"));
        for (field, wrong, message) in [
            (
                "generic.timestampHeader",
                time && stamp.is_none(),
                "is missing: the template has {timestamp}, so name its header, or send timestampPrefix",
            ),
            (
                "generic.template",
                !time && stamp.is_some(),
                "has no {timestamp}: anyone can change a timestamp that is not signed, so include it where the sender \
                 does, or leave out the timestamp header",
            ),
            ("generic.idHeader", id && self.id.is_none(), "is missing: the template has {id}, so name its header"),
            (
                "generic.template",
                !id && self.id.is_some(),
                "has no {id}: anyone can change an id that is not signed, so include it where the sender does, or \
                 leave out idHeader",
            ),
        ] {
            if wrong {
                return Err(conflict(field, message));
            }
        }
        let unit = match custom.timestamp_format {
            TimestampFormat::Seconds => Unit::Seconds,
            TimestampFormat::Milliseconds => Unit::Millis,
            TimestampFormat::Rfc3339 => Unit::Rfc3339,
        };
        let id: &[&str] = self.id.as_ref().map_or(&[], |names| names);
        Ok(Scheme {
            name: "generic",
            proof: Proof::Hmac(custom.algorithm),
            secret: SecretForm::Text,
            content,
            headers: &self.signature,
            prefix: custom.signature_prefix.as_deref().unwrap_or_default(),
            encoding: custom.signature_encoding,
            stamp: stamp.map(|place| Stamp { place, unit, any_unit: true }),
            id,
            event: if id.is_empty() { Event::Unknown } else { Event::Id },
            place: Place::Headers,
            address: Address::AsSent,
        })
    }
}
