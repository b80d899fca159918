//! Calendars: iCalendar (RFC 5545) read to events and written from them.
//!
//! An event is one type in requests and answers, so that what was read can be changed and written again. Own reader and writer:
//! the crates for it (rrule, icalendar) bring chrono and its copy of the time zone database, and neither settles times in zones that a calendar
//! defines itself, which those of Outlook do.
//!
//! | file | job |
//! | --- | --- |
//! | `read.rs`, `write.rs` | the operations |
//! | `rule.rs`, `repeat.rs`, `series.rs` | rules of recurrence: read, the times they give, with exceptions |
//! | `expand.rs` | repeating events as a row for each time |
//! | `lines.rs` | the lines of a file: folded, parameters, escapes |
//! | `zone.rs` | time zones: by name, and as a calendar defines them |

mod expand;
pub(crate) mod lines;
pub mod read;
pub(crate) mod repeat;
pub(crate) mod rule;
pub(crate) mod series;
pub mod write;
pub(crate) mod zone;

use std::borrow::Cow;

use chassis::{Short, Shorthand};
use garde::Validate;
use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::{Deserialize, Serialize};

/// An event of a calendar.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, Validate, JsonSchema)]
#[serde(rename_all = "camelCase", default)]
#[garde(allow_unvalidated)]
pub struct CalendarEvent {
    /// Id that stays the same when the event changes.
    #[garde(length(chars, max = 500))]
    pub uid: Option<String>,
    /// Title.
    #[garde(length(chars, max = 10_000))]
    #[serde(alias = "title")]
    pub summary: Option<String>,
    /// Description.
    #[garde(length(chars, max = 100_000))]
    pub description: Option<String>,
    /// Place.
    #[garde(length(chars, max = 10_000))]
    pub location: Option<String>,
    /// Begin: a date for a whole day, else a time in ISO 8601, with its offset unless it is the same hour everywhere.
    #[garde(length(chars, max = 64))]
    pub start: Option<String>,
    /// End, as the begin; of whole days the day after the last.
    #[garde(length(chars, max = 64))]
    pub end: Option<String>,
    /// Whether it lasts whole days.
    pub all_day: bool,
    /// Time zone of begin and end: `Europe/Berlin`.
    #[garde(length(chars, max = 100))]
    pub time_zone: Option<String>,
    /// How it repeats: `FREQ=WEEKLY;BYDAY=TU;COUNT=10` (RFC 5545).
    #[garde(length(chars, max = 1_000))]
    pub recurrence: Option<String>,
    /// Further times at which it happens.
    #[garde(length(max = 1_000))]
    pub recurrence_dates: Vec<String>,
    /// Times at which it does not happen.
    #[garde(length(max = 1_000))]
    pub exception_dates: Vec<String>,
    /// Begin of the one repetition that this event replaces.
    #[garde(length(chars, max = 64))]
    pub recurrence_id: Option<String>,
    /// State: confirmed, tentative or cancelled.
    #[garde(length(chars, max = 40))]
    pub status: Option<String>,
    /// Who invites.
    #[garde(dive)]
    #[serde(deserialize_with = "chassis::short")]
    pub organizer: Option<Attendee>,
    /// Who is invited.
    #[garde(length(max = 1_000), dive)]
    #[serde(deserialize_with = "chassis::shorts")]
    pub attendees: Vec<Attendee>,
    /// Categories.
    #[garde(length(max = 100))]
    pub categories: Vec<String>,
    /// Page.
    #[garde(length(chars, max = 4_000))]
    pub url: Option<String>,
    /// Whether the time counts as free.
    pub free: bool,
    /// Minutes before the begin at which to remind.
    #[garde(length(max = 20))]
    pub reminders: Vec<i64>,
    /// When it was made (RFC 3339).
    #[garde(length(chars, max = 64))]
    pub created: Option<String>,
    /// When it was last changed (RFC 3339).
    #[garde(length(chars, max = 64))]
    pub updated: Option<String>,
    /// Number of changes that mattered; an invitation replaces one with a lower number.
    pub sequence: u32,
}

/// An event in an answer: the same, with every field there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct CalendarRow(pub CalendarEvent);

impl JsonSchema for CalendarRow {
    fn schema_name() -> Cow<'static, str> {
        "CalendarRow".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        CalendarEvent::json_schema(generator)
    }
}

/// Somebody who invites or is invited.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, Validate, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(inline)]
#[garde(allow_unvalidated)]
pub struct Attendee {
    /// Address.
    #[garde(length(chars, max = 320))]
    pub email: String,
    /// Name, if there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[garde(length(chars, max = 500))]
    pub name: Option<String>,
    /// Role: required, optional, chair or non-participant.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[garde(length(chars, max = 40))]
    pub role: Option<String>,
    /// Answer: needs-action, accepted, declined, tentative or delegated.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[garde(length(chars, max = 40))]
    pub response: Option<String>,
}

impl Shorthand for Attendee {
    /// An address, or `Ada <ada@example.com>`.
    fn of(short: Short) -> Option<Self> {
        let text = short.text()?;
        let (name, email) = match text.trim().strip_suffix('>').and_then(|text| text.rsplit_once('<')) {
            Some((name, email)) => (Some(name.trim().trim_matches('"').to_owned()), email.trim().to_owned()),
            None => (None, text.trim().to_owned()),
        };
        Some(Self { email, name: name.filter(|name| !name.is_empty()), ..Self::default() })
    }
}
