//! What a value means: a date, a time of day on a date, or an instant in a zone. None becomes another unasked.

use jiff::civil::{Date, DateTime};
use jiff::tz::{AmbiguousOffset, Disambiguation, Offset, TimeZone};
use jiff::{Timestamp, Zoned};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What a local time means that a change of the clocks leaves out or has twice.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Dst {
    /// One that is left out moves on by the change, of one that comes twice the first is taken; with a warning.
    #[default]
    Compatible,
    /// The earlier of the two.
    Earlier,
    /// The later of the two.
    Later,
    /// It is an error.
    Reject,
}

/// A date, a local time, or an instant.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Moment {
    /// A day, without time.
    Date(Date),
    /// A time on a day, without zone.
    Civil(DateTime),
    /// An instant in a zone.
    Zoned(Zoned),
}

/// What was done to a local time that a change of the clocks leaves out or has twice.
pub(super) type ClockChange = Option<String>;

impl Moment {
    pub(super) fn date(&self) -> Date {
        match self {
            Self::Date(date) => *date,
            Self::Civil(civil) => civil.date(),
            Self::Zoned(zoned) => zoned.date(),
        }
    }

    /// Its local time; of a date, its start.
    pub(super) fn civil(&self) -> DateTime {
        match self {
            Self::Date(date) => date.to_datetime(jiff::civil::Time::midnight()),
            Self::Civil(civil) => *civil,
            Self::Zoned(zoned) => zoned.datetime(),
        }
    }

    /// It in a zone: an instant as the clocks there show it, a local time as one of that zone.
    pub(super) fn in_zone(&self, zone: &TimeZone, dst: Dst) -> Result<(Zoned, ClockChange), String> {
        match self {
            Self::Zoned(zoned) => Ok((zoned.with_time_zone(zone.clone()), None)),
            Self::Date(date) => {
                date.to_zoned(zone.clone()).map(|zoned| (zoned, None)).map_err(|_| out_of_range(date.to_string()))
            }
            Self::Civil(civil) => local(*civil, zone, dst),
        }
    }

    /// The instant.
    pub(super) fn timestamp(&self) -> Result<Timestamp, String> {
        match self {
            Self::Zoned(zoned) => Ok(zoned.timestamp()),
            _ => Err("has no time zone: say in zone which one it is in".to_owned()),
        }
    }

    /// As ISO 8601: `2024-05-03`, `2024-05-03T10:00:00`, `2024-05-03T10:00:00+02:00`.
    pub(super) fn iso(&self) -> String {
        match self {
            Self::Date(date) => date.to_string(),
            Self::Civil(civil) => civil.to_string(),
            Self::Zoned(zoned) => format!("{}{}", zoned.datetime(), offset_text(zoned.offset(), true)),
        }
    }
}

/// A local time of a zone.
pub(super) fn local(civil: DateTime, zone: &TimeZone, dst: Dst) -> Result<(Zoned, ClockChange), String> {
    let ambiguous = zone.to_ambiguous_zoned(civil);
    let name = zone.iana_name().unwrap_or("its zone").to_owned();
    let place = match ambiguous.offset() {
        AmbiguousOffset::Unambiguous { .. } => None,
        AmbiguousOffset::Gap { .. } => Some(format!("{civil} is left out in {name}, where clocks go forward")),
        AmbiguousOffset::Fold { .. } => Some(format!("{civil} comes twice in {name}, where clocks go back")),
    };
    let how = match dst {
        Dst::Compatible => Disambiguation::Compatible,
        Dst::Earlier => Disambiguation::Earlier,
        Dst::Later => Disambiguation::Later,
        Dst::Reject => Disambiguation::Reject,
    };
    if let (Some(place), Dst::Reject) = (&place, dst) {
        return Err(format!("{place}: say in dst which is meant"));
    }
    let zoned = ambiguous.disambiguate(how).map_err(|_| out_of_range(civil.to_string()))?;
    let note = place
        .filter(|_| dst == Dst::Compatible)
        .map(|place| format!("{place}: {}{} was taken", zoned.datetime(), offset_text(zoned.offset(), true)));
    Ok((zoned, note))
}

fn out_of_range(text: String) -> String {
    format!("is outside of the years -9999 to 9999: {text}")
}

/// An offset as text: `Z`, `+02:00`; without colon `+0200`.
pub(super) fn offset_text(offset: Offset, iso: bool) -> String {
    let seconds = offset.seconds();
    if seconds == 0 && iso {
        return "Z".to_owned();
    }
    let sign = if seconds < 0 { '-' } else { '+' };
    let minutes = (seconds.abs() + 30) / 60;
    format!("{sign}{:02}:{:02}", minutes / 60, minutes % 60)
}
