//! Cron expressions: what they say, and when they are due next.
//!
//! | file | job |
//! | --- | --- |
//! | `expression.rs` | an expression, read: five fields of Unix, six with seconds, seven with years, `cron(...)` of AWS, `@daily` |
//! | `due.rs` | the next times, in a zone whose clocks change |
//! | `words.rs` | the expression in English |

mod due;
mod expression;
mod words;

use chassis::{Call, Error, Operation};
use garde::Validate;
use jiff::Zoned;
use jiff::tz::TimeZone;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::datetime::{self, Dst};
use crate::tree::{Object, Tree};
use crate::values::{OnError, Values, ValuesResponse};
use expression::Cron;

/// Expressions of a request.
const MAX_EXPRESSIONS: usize = 1_000;

const DESCRIPTION: &str = "\
Says in words what a cron expression means, and when it is due next. Five fields (minute, hour, day of the month, month, day of the week) as Unix has them; six with \
seconds in front, as n8n has them; seven with years behind, as Quartz; `cron(...)` as AWS; @hourly, @daily, @weekly, @monthly, @yearly. Fields have *, ?, lists, ranges, steps, names, \
L, W and #.

Days of the week are 0 or 7 for Sunday; where the expression has a ?, or is one of AWS, they are 1 for Sunday, as in Quartz. Where day of the month and day of the week are both given, either \
is enough. A time that a change of the clocks leaves out is due when the clocks have moved on; one that comes twice is due once, but for every hour or minute, twice.

The result of each value is an object: `words`, `next` (times with their offset), `fields` and `dialect`.";

/// Cron expressions, and how many times are wanted.
#[derive(Debug, Serialize, Deserialize, Validate, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[garde(allow_unvalidated)]
pub struct CronRequest {
    /// A value, a list of values, or rows (a list of objects) with `columns`. Never fetched.
    #[serde(
        alias = "value",
        alias = "values",
        alias = "text",
        alias = "data",
        alias = "rows",
        alias = "expression",
        alias = "cron"
    )]
    pub input: Tree,
    /// Time zone of values that have none, and of now and today: `Europe/Berlin`, `UTC`, `+02:00`.
    #[serde(default, alias = "timezone", alias = "timeZone", alias = "tz")]
    #[garde(length(chars, max = 100))]
    pub zone: Option<String>,
    /// Moment after which the next times are (default now): 2024-05-03T10:00.
    #[serde(default, alias = "from", alias = "start")]
    #[garde(length(chars, max = 200))]
    pub after: Option<String>,
    /// Number of next times (default 5).
    #[serde(default, alias = "count", alias = "limit")]
    #[garde(range(max = 100))]
    pub times: Option<usize>,
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

fn example() -> CronRequest {
    CronRequest {
        input: Tree::from("30 9 * * MON-FRI"),
        zone: Some("Europe/Berlin".to_owned()),
        after: Some("2024-05-03T12:00".to_owned()),
        times: Some(3),
        columns: Vec::new(),
        into: None,
        on_error: OnError::Fail,
    }
}

/// What the documents say.
#[must_use]
pub fn about(op: Operation) -> Operation {
    op.summary("Say what a cron expression means and when it is due next").description(DESCRIPTION).example(example)
}

/// Explains cron expressions.
///
/// # Errors
/// When one is none, or the zone or the moment is none.
pub fn cron(request: CronRequest, call: &Call) -> Result<ValuesResponse, Error> {
    let zone = match request.zone.as_deref() {
        Some(name) => datetime::zone_of(name).map_err(|why| Error::impossible("zone", why))?,
        None => TimeZone::UTC,
    };
    let now = call.now().to_zoned(zone.clone());
    let after = match request.after.as_deref().filter(|text| !text.trim().is_empty()) {
        Some(text) => {
            datetime::moment_of(text, &now, Dst::Compatible).map_err(|why| Error::impossible("after", why))?
        }
        None => now,
    };
    let values = Values::of(request.input, &request.columns, request.into.as_deref())?;
    if values.len() > MAX_EXPRESSIONS {
        return Err(Error::impossible("input", format!("has more than {MAX_EXPRESSIONS} expressions")));
    }
    let times = request.times.unwrap_or(5);
    values.change(request.on_error, call, |value| {
        if value.is_blank() {
            return Ok(Tree::Null);
        }
        explained(&value.text()?, &after, times)
    })
}

fn explained(text: &str, after: &Zoned, times: usize) -> Result<Tree, String> {
    let cron = Cron::of(text)?;
    let next = due::next(&cron, after, times);
    let next = next.iter().map(|at| Tree::from(datetime::iso(at))).collect::<Tree>();
    let entries = [
        ("words", Tree::from(words::of(&cron))),
        ("next", next),
        (
            "fields",
            cron.fields().map(|(name, text)| (name.to_owned(), Tree::from(text))).collect::<Object<Tree>>().into(),
        ),
        ("dialect", Tree::from(cron.dialect())),
    ];
    Ok(entries.into_iter().map(|(name, value)| (name.to_owned(), value)).collect::<Object<Tree>>().into())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn next(expression: &str, zone: &str, after: &str) -> String {
        let request = format!(r#"{{"input":"{expression}","zone":"{zone}","after":"{after}","times":3}}"#);
        let response = cron(serde_json::from_str(&request).unwrap(), &Call::detached());
        let tree = response.unwrap_or_else(|error| panic!("{expression}: {}", error.message())).result;
        tree.get("next").unwrap().to_json().replace('"', "")
    }

    #[test]
    fn next_times() {
        for (expression, right) in [
            ("*/15 * * * *", "[2024-05-03T10:15:00Z,2024-05-03T10:30:00Z,2024-05-03T10:45:00Z]"),
            ("30 9 * * MON-FRI", "[2024-05-06T09:30:00Z,2024-05-07T09:30:00Z,2024-05-08T09:30:00Z]"),
            ("0 0 1 * 1", "[2024-05-06T00:00:00Z,2024-05-13T00:00:00Z,2024-05-20T00:00:00Z]"),
            ("0 0 */2 * 1", "[2024-05-13T00:00:00Z,2024-05-27T00:00:00Z,2024-06-03T00:00:00Z]"),
            ("0 0 29 2 *", "[2028-02-29T00:00:00Z,2032-02-29T00:00:00Z,2036-02-29T00:00:00Z]"),
            ("0 0 L * *", "[2024-05-31T00:00:00Z,2024-06-30T00:00:00Z,2024-07-31T00:00:00Z]"),
            ("0 0 15W * *", "[2024-05-15T00:00:00Z,2024-06-14T00:00:00Z,2024-07-15T00:00:00Z]"),
            ("0 0 * * 5L", "[2024-05-31T00:00:00Z,2024-06-28T00:00:00Z,2024-07-26T00:00:00Z]"),
            ("0 0 * * MON#2", "[2024-05-13T00:00:00Z,2024-06-10T00:00:00Z,2024-07-08T00:00:00Z]"),
            ("10 0 12 * * *", "[2024-05-03T12:00:10Z,2024-05-04T12:00:10Z,2024-05-05T12:00:10Z]"),
            ("0 0 12 ? * 2 2025", "[2025-01-06T12:00:00Z,2025-01-13T12:00:00Z,2025-01-20T12:00:00Z]"),
            ("cron(0 12 ? * MON-TUE 2025)", "[2025-01-06T12:00:00Z,2025-01-07T12:00:00Z,2025-01-13T12:00:00Z]"),
            ("0 22-2/2 * * *", "[2024-05-03T22:00:00Z,2024-05-04T00:00:00Z,2024-05-04T02:00:00Z]"),
            ("@weekly", "[2024-05-05T00:00:00Z,2024-05-12T00:00:00Z,2024-05-19T00:00:00Z]"),
            ("0 0 30 2 *", "[]"),
        ] {
            assert_eq!(next(expression, "UTC", "2024-05-03T10:00"), right, "{expression}");
        }
    }

    #[test]
    fn clocks_that_change() {
        for (expression, after, right) in [
            (
                "30 2 * * *",
                "2024-03-30T12:00",
                "[2024-03-31T03:30:00+02:00,2024-04-01T02:30:00+02:00,2024-04-02T02:30:00+02:00]",
            ),
            (
                "30 2 * * *",
                "2024-10-26T12:00",
                "[2024-10-27T02:30:00+02:00,2024-10-28T02:30:00+01:00,2024-10-29T02:30:00+01:00]",
            ),
            (
                "0 * * * *",
                "2024-03-31T00:30",
                "[2024-03-31T01:00:00+01:00,2024-03-31T03:00:00+02:00,2024-03-31T04:00:00+02:00]",
            ),
            (
                "0 * * * *",
                "2024-10-27T01:30",
                "[2024-10-27T02:00:00+02:00,2024-10-27T02:00:00+01:00,2024-10-27T03:00:00+01:00]",
            ),
            (
                "*/30 * * * *",
                "2024-10-27T02:00+02:00",
                "[2024-10-27T02:30:00+02:00,2024-10-27T02:00:00+01:00,2024-10-27T02:30:00+01:00]",
            ),
        ] {
            assert_eq!(next(expression, "Europe/Berlin", after), right, "{expression} {after}");
        }
    }

    #[test]
    fn what_is_none_says_why() {
        for (expression, part) in [
            ("* * *", "has 3 fields"),
            ("60 * * * *", "minute: 60 is not from 0 to 59"),
            ("* * * FOO *", "month: FOO"),
            ("*/0 * * * *", "minute: a step must be 1 or more"),
            ("@reboot", "@reboot"),
            ("* * * * 8", "day of the week: 8 is not from 0 to 7"),
            ("1-2-3 * * * *", "minute"),
            ("* * 32 * *", "day of the month: 32"),
            ("5L * * * *", "minute"),
        ] {
            let request = serde_json::from_value(serde_json::json!({"input": expression})).unwrap();
            let message = cron(request, &Call::detached()).unwrap_err().message();
            assert!(message.contains(part), "{expression}: {message}");
        }
    }
}
