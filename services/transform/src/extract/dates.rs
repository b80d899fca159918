//! Dates in a text: in digits and in English words.

use std::sync::LazyLock;

use jiff::civil::Date;
use regex::{Captures, Regex};

use super::DateOrder;

const MONTHS: [&str; 12] = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];

/// Every way a date is written, one after the other: `2024-12-31`, `31.12.2024` and `12/31/24`, `31 December 2024`,
/// `December 31, 2024`.
static PATTERN: LazyLock<Regex> = LazyLock::new(|| {
    const MONTH: &str = "(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)";
    let pattern = format!(
        r"(?ix)
        \b(?P<year>\d{{4}}) [-/.] (?P<month>\d{{1,2}}) [-/.] (?P<day>\d{{1,2}}) (?: \b | T )
        | \b(?P<one>\d{{1,2}}) (?P<mark>[-/.]) (?P<two>\d{{1,2}}) [-/.] (?P<late>\d{{4}}|\d{{2}}) \b
        | \b(?P<day1>\d{{1,2}}) (?:st|nd|rd|th)? \.? \s+ (?:of\s+)? (?P<name1>{MONTH}) \b \.? ,? \s+ (?P<year1>\d{{4}}) \b
        | \b(?P<name2>{MONTH}) \b \.? \s+ (?P<day2>\d{{1,2}}) (?:st|nd|rd|th)? ,? \s+ (?P<year2>\d{{4}}) \b"
    );
    Regex::new(&pattern).expect("the pattern is one")
});

/// Dates with their places in bytes; nothing as the value of one that may be two.
pub(super) fn all(text: &str, order: Option<DateOrder>) -> Vec<(std::ops::Range<usize>, Option<String>)> {
    let mut found = Vec::new();
    for captures in PATTERN.captures_iter(text) {
        let Some(whole) = captures.get(0) else { continue };
        let trimmed = whole.as_str().trim_end_matches(['T', 't']);
        let range = whole.start()..whole.start() + trimmed.len();
        // What no calendar has is no date.
        if let Some(date) = date_of(&captures, order) {
            found.push((range, date));
        }
    }
    found
}

/// The date; nothing for what is none, `Some(None)` for what may be two.
fn date_of(captures: &Captures<'_>, order: Option<DateOrder>) -> Option<Option<String>> {
    let number = |name: &str| captures.name(name).and_then(|part| part.as_str().parse::<i16>().ok());
    let month = |name: &str| {
        let name = captures.name(name)?.as_str().to_ascii_lowercase();
        MONTHS.iter().position(|month| name.starts_with(month)).and_then(|at| i16::try_from(at + 1).ok())
    };
    if let (Some(year), Some(month), Some(day)) = (number("year"), number("month"), number("day")) {
        return written(year, month, day).map(Some);
    }
    for (day, name, year) in [("day1", "name1", "year1"), ("day2", "name2", "year2")] {
        if let (Some(day), Some(month), Some(year)) = (number(day), month(name), number(year)) {
            return written(year, month, day).map(Some);
        }
    }
    let (one, two, year) = (number("one")?, number("two")?, number("late")?);
    // Two digits are a year from 1970 to 2069, as POSIX has it, near enough.
    let year = match year {
        0..70 => year + 2_000,
        70..100 => year + 1_900,
        year => year,
    };
    let (day_first, month_first) = (written(year, two, one), written(year, one, two));
    match (order, day_first, month_first) {
        (Some(DateOrder::Dmy), date, _) | (Some(DateOrder::Mdy), _, date) => date.map(Some),
        (None, Some(one), Some(two)) if one == two => Some(Some(one)),
        // With points the day comes first wherever they are used.
        (None, Some(date), _) if captures.name("mark").is_some_and(|mark| mark.as_str() == ".") => Some(Some(date)),
        (None, Some(_), Some(_)) => Some(None),
        (None, date, None) | (None, None, date) => date.map(Some),
    }
}

fn written(year: i16, month: i16, day: i16) -> Option<String> {
    let date = Date::new(year, i8::try_from(month).ok()?, i8::try_from(day).ok()?).ok()?;
    Some(date.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn values(text: &str, order: Option<DateOrder>) -> Vec<(&str, Option<String>)> {
        all(text, order).into_iter().map(|(range, value)| (&text[range], value)).collect()
    }

    #[test]
    fn dates_as_people_write_them() {
        for (text, order, found, value) in [
            ("on 2024-12-31 at noon", None, "2024-12-31", Some("2024-12-31")),
            ("2024-12-31T23:59:00Z", None, "2024-12-31", Some("2024-12-31")),
            ("17/4/2021", None, "17/4/2021", Some("2021-04-17")),
            ("4/17/2021", None, "4/17/2021", Some("2021-04-17")),
            ("3/5/2021", None, "3/5/2021", None),
            ("3/5/2021", Some(DateOrder::Dmy), "3/5/2021", Some("2021-05-03")),
            ("3/5/2021", Some(DateOrder::Mdy), "3/5/2021", Some("2021-03-05")),
            ("3/3/21", None, "3/3/21", Some("2021-03-03")),
            ("31.12.99", None, "31.12.99", Some("1999-12-31")),
            ("the 5th of March, 2024.", None, "5th of March, 2024", Some("2024-03-05")),
            ("Sept. 1, 2024", None, "Sept. 1, 2024", Some("2024-09-01")),
        ] {
            assert_eq!(values(text, order), [(found, value.map(str::to_owned))], "{text}");
        }
        for text in ["31/02/2020", "2020-30-09", "version 1.2.3", "10.0.0.255", "12345-67-89"] {
            assert!(values(text, None).is_empty(), "{text}: {:?}", values(text, None));
        }
        assert!(values("4/25/2021", Some(DateOrder::Dmy)).is_empty());
    }
}
