//! Contacts: vCard (2.1, 3.0, 4.0) read, 3.0 written, which every address book reads. Its lines are those of iCalendar.
//!
//! | file | job |
//! | --- | --- |
//! | `read.rs`, `write.rs` | the operations |

pub mod read;
pub mod write;

use std::borrow::Cow;

use chassis::{Short, Shorthand};
use garde::Validate;
use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::{Deserialize, Serialize};

/// A contact.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, Validate, JsonSchema)]
#[serde(rename_all = "camelCase", default)]
#[garde(allow_unvalidated)]
pub struct Contact {
    /// Id that stays the same when the contact changes.
    #[garde(length(chars, max = 500))]
    pub uid: Option<String>,
    /// Name as it is shown.
    #[garde(length(chars, max = 1_000))]
    pub name: Option<String>,
    /// Given name.
    #[garde(length(chars, max = 500))]
    #[serde(alias = "firstName")]
    pub given_name: Option<String>,
    /// Further given names.
    #[garde(length(chars, max = 500))]
    pub additional_name: Option<String>,
    /// Family name.
    #[garde(length(chars, max = 500))]
    #[serde(alias = "lastName")]
    pub family_name: Option<String>,
    /// What stands before the name, such as Dr.
    #[garde(length(chars, max = 200))]
    pub prefix: Option<String>,
    /// What stands behind the name, such as Jr.
    #[garde(length(chars, max = 200))]
    pub suffix: Option<String>,
    /// Nickname.
    #[garde(length(chars, max = 500))]
    pub nickname: Option<String>,
    /// Organization.
    #[garde(length(chars, max = 1_000))]
    #[serde(alias = "company")]
    pub organization: Option<String>,
    /// Department of the organization.
    #[garde(length(chars, max = 1_000))]
    pub department: Option<String>,
    /// Job title.
    #[garde(length(chars, max = 1_000))]
    pub job_title: Option<String>,
    /// E-mail addresses.
    #[garde(length(max = 100), dive)]
    #[serde(alias = "email", deserialize_with = "chassis::shorts")]
    pub emails: Vec<Labeled>,
    /// Phone numbers.
    #[garde(length(max = 100), dive)]
    #[serde(alias = "phone", deserialize_with = "chassis::shorts")]
    pub phones: Vec<Labeled>,
    /// Postal addresses.
    #[garde(length(max = 50), dive)]
    pub postal_addresses: Vec<PostalAddress>,
    /// Pages.
    #[garde(length(max = 100))]
    pub urls: Vec<String>,
    /// Birthday: a date, or `--03-05` without a year.
    #[garde(length(chars, max = 40))]
    pub birthday: Option<String>,
    /// Note.
    #[garde(length(chars, max = 100_000))]
    pub note: Option<String>,
    /// Groups it belongs to.
    #[garde(length(max = 100))]
    pub groups: Vec<String>,
    /// When it was last changed.
    #[garde(length(chars, max = 64))]
    pub revised: Option<String>,
}

/// A value with its kind.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, Validate, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(inline)]
#[garde(allow_unvalidated)]
pub struct Labeled {
    /// Value.
    #[garde(length(chars, max = 1_000))]
    pub value: String,
    /// Kind, such as work, home, mobile.
    #[serde(default, rename = "type", skip_serializing_if = "Option::is_none")]
    #[garde(length(chars, max = 100))]
    pub kind: Option<String>,
}

impl Shorthand for Labeled {
    fn of(short: Short) -> Option<Self> {
        short.text().map(|value| Self { value, ..Self::default() })
    }
}

/// A postal address.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, Validate, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(inline)]
#[garde(allow_unvalidated)]
pub struct PostalAddress {
    /// Street and number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[garde(length(chars, max = 1_000))]
    pub street: Option<String>,
    /// City.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[garde(length(chars, max = 500))]
    pub city: Option<String>,
    /// State or region.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[garde(length(chars, max = 500))]
    pub region: Option<String>,
    /// Postal code.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[garde(length(chars, max = 100))]
    pub postal_code: Option<String>,
    /// Country.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[garde(length(chars, max = 500))]
    pub country: Option<String>,
    /// Kind, such as work, home, mobile.
    #[serde(default, rename = "type", skip_serializing_if = "Option::is_none")]
    #[garde(length(chars, max = 100))]
    pub kind: Option<String>,
}

/// A contact in an answer: the same, with every field there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct ContactRow(pub Contact);

impl JsonSchema for ContactRow {
    fn schema_name() -> Cow<'static, str> {
        "ContactRow".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        Contact::json_schema(generator)
    }
}
