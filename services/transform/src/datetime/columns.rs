//! Columns of dates, read: every value by itself, then all of a column in one order.

use chassis::{Call, Error};

use super::moment::Moment;
use super::order::{self, Found, PartOrder};
use super::pattern::{self, Format, shown};
use super::read::{self, Reading, UnixUnit};
use super::{Context, DetectedDates};
use crate::values::{Value, text_of};

/// Reads columns of dates.
pub(super) struct Columns<'c> {
    pub(super) context: &'c Context,
    pub(super) format: Option<&'c Format>,
    pub(super) call: &'c Call,
    /// What was done to local times that a change of the clocks leaves out or has twice.
    pub(super) changed: Vec<String>,
    /// Where a value stands, in words.
    pub(super) place: &'c dyn Fn(&Value<'_>) -> String,
}

/// What the values of a column mean; nothing for blanks.
pub(super) type Moments = Vec<Result<Option<Moment>, String>>;

impl Columns<'_> {
    /// What the values of a column mean, and what was found out about them.
    pub(super) fn read(&mut self, column: &[Value<'_>]) -> Result<(Moments, Option<DetectedDates>), Error> {
        let mut readings = Vec::with_capacity(column.len());
        for value in column {
            self.call.check()?;
            readings.push(match (text_of(value.tree), self.format) {
                (Err(why), _) => Reading::None(why),
                (Ok(text), None) => read::read(&text, &self.context.now),
                (Ok(text), Some(format)) => in_format(&text, format),
            });
        }
        let digits: Vec<_> = readings
            .iter()
            .enumerate()
            .filter_map(|(place, reading)| match reading {
                Reading::Digits(digits) => Some((place, &**digits)),
                _ => None,
            })
            .collect();
        let text = |place: usize| text_of(column[place].tree).map(|text| shown(&text)).unwrap_or_default();
        let order = match (self.context.order, order::of_column(&digits)) {
            (Some(order), _) => order,
            (None, Found::Order(order, by_points)) => {
                if by_points {
                    let message = "dates with points were read with the day first; say order to be sure";
                    self.call.warn("assumed-order", Some("order"), message);
                }
                order
            }
            (None, Found::Any) => PartOrder::Dmy,
            (None, Found::Conflict(one, two)) => {
                let message = format!(
                    "has dates of two orders: {} of {} and {} of {}: one begins with the day, the other with the month",
                    text(one),
                    (self.place)(&column[one]),
                    text(two),
                    (self.place)(&column[two])
                );
                return Err(Error::impossible("input", message));
            }
            (None, Found::Open(place)) => {
                let message = format!(
                    "is needed: {} of {} may be two dates, and no value decides; say dmy (day first) or mdy (month first)",
                    text(place),
                    (self.place)(&column[place])
                );
                return Err(Error::impossible("order", message));
            }
        };
        let mut units: Vec<UnixUnit> = Vec::new();
        let any_digits = !digits.is_empty();
        let mut moments = Vec::with_capacity(readings.len());
        for reading in readings {
            let moment = match reading {
                Reading::Blank => Ok(None),
                Reading::Known(moment) => Ok(Some(moment)),
                Reading::Unix(moment, unit) => {
                    if !units.contains(&unit) {
                        units.push(unit);
                    }
                    Ok(Some(match (&self.context.zone, moment) {
                        (Some(zone), Moment::Zoned(zoned)) => Moment::Zoned(zoned.with_time_zone(zone.clone())),
                        (_, moment) => moment,
                    }))
                }
                Reading::Digits(digits) => digits.moment(order).map(Some),
                Reading::None(why) => Err(why),
            };
            moments.push(match moment {
                Ok(Some(moment)) => self.context.placed(moment).map(|(moment, change)| {
                    self.changed.extend(change);
                    Some(moment)
                }),
                other => other,
            });
        }
        if units.len() > 1 {
            let names: Vec<&str> = units.iter().map(|unit| unit.name()).collect();
            let message =
                format!("numbers were read as Unix times in several units, by their size: {}", names.join(", "));
            self.call.warn("mixed-units", Some("input"), message);
        }
        let detected = (any_digits || !units.is_empty()).then(|| DetectedDates {
            column: column.first().and_then(|value| value.column).map(str::to_owned),
            order: any_digits.then_some(order),
            unix_units: units.into_iter().map(|unit| unit.name().to_owned()).collect(),
        });
        Ok((moments, detected))
    }

    /// Says what was done to local times.
    pub(super) fn say(&self) {
        let Some(first) = self.changed.first() else { return };
        let more = match self.changed.len() {
            1 => String::new(),
            many => format!(" (and {} more)", many - 1),
        };
        self.call.warn("clock-change", Some("input"), format!("{first}{more}"));
    }
}

/// What a text means in a format of the request.
fn in_format(text: &str, format: &Format) -> Reading {
    let text = text.trim();
    if text.is_empty() {
        return Reading::Blank;
    }
    let moment = match format {
        Format::Iso => return Reading::None("is in no format".to_owned()),
        Format::Unix => read::unix(text, UnixUnit::Seconds).map_err(|why| format!("{why}: {}", shown(text))),
        Format::UnixMilliseconds => {
            read::unix(text, UnixUnit::Milliseconds).map_err(|why| format!("{why}: {}", shown(text)))
        }
        Format::Excel => pattern::of_serial(text),
        Format::Pattern(pattern) => pattern.read(text),
    };
    match (moment, format) {
        (Ok(moment), Format::Unix) => Reading::Unix(moment, UnixUnit::Seconds),
        (Ok(moment), Format::UnixMilliseconds) => Reading::Unix(moment, UnixUnit::Milliseconds),
        (Ok(moment), _) => Reading::Known(moment),
        (Err(why), _) => Reading::None(why),
    }
}
