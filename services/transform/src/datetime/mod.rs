//! Dates and times: read, computed with, written, for a value, a list or a column.
//!
//! | file | job |
//! | --- | --- |
//! | `read.rs` | what a value means when nobody says its format |
//! | `order.rs` | one order of day and month for a whole column |
//! | `columns.rs`, `column.rs` | columns of dates, read; one of them, for other operations |
//! | `pattern.rs`, `tokens.rs`, `parts.rs` | formats: the tokens of Moment, Luxon and strftime; what they write and read |
//! | `names.rs` | names of months and weekdays |
//! | `moment.rs` | a date, a local time, or an instant; changes of the clocks |
//! | `zone.rs` | time zones by name or offset |
//! | `step.rs`, `action.rs` | what is done to a moment, as a request says it, and ready to run |
//! | `calendar.rs`, `difference.rs`, `parts_of.rs` | a moment moved, compared, taken apart |
//! | `amount.rs` | amounts of time as people write them |
//! | `business.rs` | business days |
//!
//! A date without a time stays one, and a time without a zone has none until the request names it: nothing is set to midnight in
//! UTC on the way, which is how days get lost.

mod action;
mod amount;
mod business;
mod calendar;
mod column;
mod columns;
mod difference;
mod moment;
mod names;
mod order;
mod parts;
mod parts_of;
mod pattern;
mod read;
mod step;
#[cfg(test)]
mod tests;
mod tokens;
mod zone;

use std::collections::BTreeSet;

use chassis::{Call, Cost, Error, Operation};
use garde::Validate;
use jiff::Zoned;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::tree::Tree;
use crate::values::{Failure, OnError, Value, Values};
use action::{Action, OtherColumns, Outcome};
use business::Calendar;
pub(crate) use column::{DateColumn, column};
use columns::Columns;
pub use moment::Dst;
use moment::Moment;
pub use names::Language;
use order::Found;
pub use order::PartOrder;
use pattern::{Format, shown};
use read::Reading;
pub use step::{DateStep, WeekdayName};

/// Dates of a request at most.
const MAX_DATES: usize = 200_000;

const DESCRIPTION: &str = "\
Reads dates, does things to them, and writes them: `{\"input\": [\"17/4/2021\", \"3/5/2021\"], \"steps\": [{\"add\": \"1 month\"}], \"format\": \"D MMMM YYYY\"}`. The input is a value, \
a list of values, or rows with `columns`.

**Reading.** ISO 8601, RFC 2822, dates in digits and in words (English, German, French, Spanish, Italian, Portuguese, Dutch), what JavaScript prints, \
`now`, `today`, Unix times by their size (10 digits are seconds, 13 milliseconds); or the one `inputFormat`. `3/5/2024` is 3 May or March 5: all values of \
a column decide together, and where none does, the error asks for `order`. Two that contradict each other are an error that names both. \
`detected` says what was found. No day is ever mended: 2020-30-09 is an error.

**Formats** have the tokens of Moment (`YYYY-MM-DD HH:mm`, as in Zapier and Make), of Luxon (`yyyy-MM-dd`, as in n8n), or of strftime (`%Y-%m-%d`); or are one of iso, date, \
time, datetime, sql, rfc2822, http, us, european, german, compact, long, unix, unix-ms, excel. Words stand in [brackets] (Moment) or 'quotes' (Luxon).

**Zones.** A date stays a date, and a time without a zone has none until `zone` names it. Local times that a change of the clocks leaves out or has twice are \
said in a warning (`dst` decides). Days and months are those of the calendar in the zone; hours are hours that pass. The zones are those of the IANA database that came with this version.";

/// Dates, and what is done to them.
#[derive(Debug, Serialize, Deserialize, Validate, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[garde(allow_unvalidated)]
pub struct DatetimeRequest {
    /// A value, a list of values, or rows (a list of objects) with `columns`. Never fetched.
    #[serde(alias = "value", alias = "values", alias = "text", alias = "data", alias = "rows", alias = "date")]
    pub input: Tree,
    /// Format of the values (default auto): a pattern such as DD/MM/YYYY, or unix, unix-ms, excel, rfc2822.
    #[serde(default)]
    #[garde(length(chars, max = 200))]
    pub input_format: Option<String>,
    /// Order of dates in digits: dmy, mdy, ymd; by default found from the whole column.
    #[serde(default)]
    pub order: Option<PartOrder>,
    /// Time zone of values that have none, and of now and today: `Europe/Berlin`, `UTC`, `+02:00`.
    #[serde(default, alias = "timezone", alias = "timeZone", alias = "tz")]
    #[garde(length(chars, max = 100))]
    pub zone: Option<String>,
    /// What a local time means that a change of the clocks leaves out or has twice.
    #[serde(default)]
    pub dst: Dst,
    /// What is done, in this order.
    #[serde(default)]
    #[garde(length(max = 50), dive)]
    pub steps: Vec<DateStep>,
    /// Format of the results (default iso): a pattern such as D MMMM YYYY, or a name.
    #[serde(default, alias = "outputFormat")]
    #[garde(length(chars, max = 200))]
    pub format: Option<String>,
    /// Language of names of months and weekdays in results.
    #[serde(default, alias = "locale")]
    pub language: Language,
    /// Days that are no business days, as ISO dates, at most 10,000.
    #[serde(default)]
    #[garde(length(max = 10_000), inner(length(chars, max = 40)))]
    pub holidays: Vec<String>,
    /// Days of the weekend (default saturday and sunday).
    #[serde(default)]
    #[garde(length(max = 7))]
    pub weekend: Option<Vec<WeekdayName>>,
    /// Columns of the rows to work on.
    #[serde(default, alias = "column")]
    #[garde(length(max = 100))]
    pub columns: Vec<String>,
    /// Column the results go to (default the column of the values).
    #[serde(default)]
    #[garde(length(chars, min = 1, max = 1_000))]
    pub into: Option<String>,
    /// What becomes of a value that cannot be done.
    #[serde(default)]
    pub on_error: OnError,
}

/// What dates became.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct DatetimeResponse {
    /// What the value became; of a list, what its values became; null with rows.
    pub result: Tree,
    /// Rows with their columns changed; null without `columns`.
    pub rows: Option<Vec<Tree>>,
    /// Number of values.
    pub count: usize,
    /// Values that could not be done, the first 100; with `onError` null or keep.
    pub failures: Vec<Failure>,
    /// What was found out about values that may mean several things, for each column.
    pub detected: Vec<DetectedDates>,
}

/// What was found out about the dates of a column.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct DetectedDates {
    /// Column; null without rows.
    pub column: Option<String>,
    /// Order of dates in digits; null where there are none.
    pub order: Option<PartOrder>,
    /// Units in which numbers were read as Unix times: seconds, milliseconds, microseconds, nanoseconds.
    pub unix_units: Vec<String>,
}

fn example() -> DatetimeRequest {
    DatetimeRequest {
        input: Tree::from(vec![Tree::from("17/4/2021"), Tree::from("3/5/2021")]),
        input_format: None,
        order: None,
        zone: None,
        dst: Dst::Compatible,
        steps: vec![DateStep { add: Some("1 month".to_owned()), ..DateStep::default() }],
        format: Some("D MMMM YYYY".to_owned()),
        language: Language::En,
        holidays: Vec::new(),
        weekend: None,
        columns: Vec::new(),
        into: None,
        on_error: OnError::Fail,
    }
}

/// What the documents say.
#[must_use]
pub fn about(op: Operation) -> Operation {
    op.summary("Read, compute with and write dates and times, one order for a whole column")
        .description(DESCRIPTION)
        .cost_of(|request: &DatetimeRequest| match &request.input {
            Tree::List(list) if list.len() > 200 => Cost::Heavy,
            _ => Cost::Light,
        })
        .example(example)
}

/// What steps are done with.
struct Context {
    zone: Option<TimeZone>,
    dst: Dst,
    now: Zoned,
    language: Language,
    calendar: Calendar,
    order: Option<PartOrder>,
}

impl Context {
    fn of(request: &DatetimeRequest, call: &Call) -> Result<Self, Error> {
        let zone = request.zone.as_deref().map(zone::zone).transpose();
        let zone = zone.map_err(|why| Error::impossible("zone", why))?;
        let now = call.now();
        // No clock of a person has nanoseconds.
        let now = jiff::Timestamp::from_millisecond(now.as_millisecond()).unwrap_or(now);
        let now = now.to_zoned(zone.clone().unwrap_or(TimeZone::UTC));
        let mut weekend = [false; 7];
        for day in request.weekend.as_deref().unwrap_or(&[WeekdayName::Saturday, WeekdayName::Sunday]) {
            weekend[usize::try_from(day.weekday().to_monday_zero_offset()).unwrap_or(0)] = true;
        }
        let mut holidays: BTreeSet<Date> = BTreeSet::new();
        for (at, holiday) in request.holidays.iter().enumerate() {
            match read::read(holiday, &now) {
                Reading::Known(moment) => holidays.insert(moment.date()),
                Reading::Blank => continue,
                _ => {
                    let message = format!("must be a date such as 2024-12-25, not {}", shown(holiday));
                    return Err(Error::impossible(format!("holidays[{at}]"), message));
                }
            };
        }
        let calendar = Calendar::of(weekend, holidays)
            .ok_or_else(|| Error::impossible("weekend", "leaves no business day in the week"))?;
        Ok(Self { zone, dst: request.dst, now, language: request.language, calendar, order: request.order })
    }

    /// A date of the request itself.
    fn fixed(&self, text: &str) -> Result<Moment, String> {
        let moment = match (read::read(text, &self.now), self.order) {
            (Reading::Known(moment) | Reading::Unix(moment, _), _) => moment,
            (Reading::Digits(digits), Some(order)) => digits.moment(order)?,
            (Reading::Digits(digits), None) => match order::of_column(&[(0, &digits)]) {
                Found::Order(order, _) => digits.moment(order)?,
                Found::Any => digits.moment(PartOrder::Dmy)?,
                _ => return Err(format!("may be two dates: {}; say order, or write it as 2024-05-03", shown(text))),
            },
            (Reading::Blank, _) => return Err("is no date: it is empty".to_owned()),
            (Reading::None(why), _) => return Err(why),
        };
        self.placed(moment).map(|(moment, _)| moment)
    }

    /// A moment in the zone of the request, if it has a time and no zone.
    fn placed(&self, moment: Moment) -> Result<(Moment, moment::ClockChange), String> {
        match (&moment, &self.zone) {
            (Moment::Civil(_), Some(zone)) => {
                moment.in_zone(zone, self.dst).map(|(zoned, change)| (Moment::Zoned(zoned), change))
            }
            _ => Ok((moment, None)),
        }
    }
}

/// Changes dates.
///
/// # Errors
/// When a value is no date, the order of a column is open, or a format or step is none.
pub fn datetime(request: DatetimeRequest, call: &Call) -> Result<DatetimeResponse, Error> {
    let context = Context::of(&request, call)?;
    let format_of = |text: &Option<String>, field: &str| {
        let format = text.as_deref().map(Format::of).transpose();
        format.map_err(|why| Error::impossible(field, why))
    };
    let input_format = format_of(&request.input_format, "inputFormat")?.filter(|format| *format != Format::Iso);
    let format = format_of(&request.format, "format")?.unwrap_or(Format::Iso);
    let mut steps = Vec::with_capacity(request.steps.len());
    for (at, step) in request.steps.iter().enumerate() {
        if steps.last().is_some_and(Action::ends) {
            return Err(Error::impossible(
                format!("steps[{at}]"),
                "follows a step that ends the steps: it has no date any more",
            ));
        }
        steps.push(Action::of(step, &format!("steps[{at}]"), &context)?);
    }
    let values = Values::of(request.input, &request.columns, request.into.as_deref())?;
    if values.len() > MAX_DATES {
        return Err(Error::impossible("input", format!("has more than {MAX_DATES} dates: send them in parts")));
    }
    let place = |value: &Value<'_>| value.field();
    let mut columns =
        Columns { context: &context, format: input_format.as_ref(), call, changed: Vec::new(), place: &place };
    let mut detected = Vec::new();
    let mut moments = Vec::with_capacity(values.len());
    let all: Vec<Value<'_>> = values.iter().collect();
    for column in all.chunk_by(|one, two| one.column == two.column) {
        let (read, found) = columns.read(column)?;
        moments.extend(read);
        detected.extend(found);
    }
    let mut others = OtherColumns::new();
    let first: Vec<&Value<'_>> = all.iter().take_while(|value| value.column == all[0].column).collect();
    for (at, name) in request.steps.iter().enumerate().filter_map(|(at, step)| Some((at, step.other_column()?))) {
        if !first.is_empty() && !first.iter().any(|value| value.row.is_some_and(|row| row.contains(name))) {
            let message = format!("there is no column {}", shown(name));
            return Err(Error::impossible(format!("steps[{at}].toColumn"), message));
        }
        let column: Vec<Value<'_>> = first
            .iter()
            .map(|value| Value {
                tree: value.row.and_then(|row| row.get(name)).unwrap_or(&Tree::Null),
                column: Some(name),
                ..**value
            })
            .collect();
        let (read, found) = columns.read(&column)?;
        detected.extend(found);
        others.insert(name.to_owned(), read);
    }
    columns.say();
    drop(all);
    let mut moments = moments.into_iter();
    let changed = values.change(request.on_error, call, |value| {
        let Some(mut moment) = moments.next().unwrap_or(Ok(None))? else { return Ok(Tree::Null) };
        let other =
            |name: &str| others.get(name).and_then(|column| column.get(value.index)).cloned().unwrap_or(Ok(None));
        for step in &steps {
            match step.apply(moment, &context, &other)? {
                Outcome::Moment(next) => moment = next,
                Outcome::Value(value) => return Ok(value),
            }
        }
        format.write(&moment, context.language)
    })?;
    let crate::values::ValuesResponse { result, rows, count, failures } = changed;
    Ok(DatetimeResponse { result, rows, count, failures, detected })
}

/// The time zone of a name or an offset.
///
/// # Errors
/// When there is none; the nearest name is named.
pub(crate) fn zone_of(name: &str) -> Result<TimeZone, String> {
    zone::zone(name)
}

/// The instant a text means; without a zone of its own it is in that of `now`.
///
/// # Errors
/// When it is no date, or may be two.
pub(crate) fn moment_of(text: &str, now: &Zoned, dst: Dst) -> Result<Zoned, String> {
    let moment = match read::read(text, now) {
        Reading::Known(moment) | Reading::Unix(moment, _) => moment,
        Reading::Digits(_) => return Err(format!("may be two dates: {}; write it as 2024-05-03", shown(text))),
        Reading::Blank => return Err("is empty".to_owned()),
        Reading::None(why) => return Err(why),
    };
    moment.in_zone(now.time_zone(), dst).map(|(zoned, _)| zoned)
}

/// An instant as ISO 8601 with its offset.
pub(crate) fn iso(zoned: &Zoned) -> String {
    Moment::Zoned(zoned.clone()).iso()
}
