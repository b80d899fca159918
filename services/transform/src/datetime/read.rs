//! What a value means when nobody says its format: ISO 8601, RFC 2822, dates in digits and in words, Unix times by their size.
//!
//! A date in digits alone (`3/5/2024`) may be two. It is not decided here: [`Reading::Digits`] goes to `order.rs`, which looks at the
//! whole column. Nothing is ever mended: a month 30 is an error, not a day.

use std::sync::LazyLock;

use jiff::civil::{Date, ISOWeekDate};
use jiff::tz::Offset;
use jiff::{Timestamp, Zoned};
use regex::{Captures, Regex};

use super::moment::Moment;
use super::names::{is_weekday, month_of};
use super::parts::{Parts, weekday, year_of};
use super::pattern::shown;
use super::zone;

/// Characters a date may have.
const MAX_CHARS: usize = 200;

/// What a value may mean.
#[derive(Debug, Clone)]
pub(super) enum Reading {
    /// Nothing is there.
    Blank,
    /// A moment.
    Known(Moment),
    /// A moment that was a number, and the unit it was taken to be in.
    Unix(Moment, UnixUnit),
    /// A date in digits, whose order is still to be found.
    Digits(Box<Digits>),
    /// It is none, and why.
    None(String),
}

/// The unit of a Unix time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum UnixUnit {
    Seconds,
    Milliseconds,
    Microseconds,
    Nanoseconds,
}

impl UnixUnit {
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Seconds => "seconds",
            Self::Milliseconds => "milliseconds",
            Self::Microseconds => "microseconds",
            Self::Nanoseconds => "nanoseconds",
        }
    }
}

/// A date of three numbers, with the rest of its parts.
#[derive(Debug, Clone)]
pub(super) struct Digits {
    /// The numbers, as they are written.
    pub(super) numbers: [String; 3],
    /// Whether points stand between them.
    pub(super) points: bool,
    /// Time and zone.
    pub(super) parts: Parts,
}

static ISO: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(
        r"(?xi)^(?P<y>\d{4})-(?P<m>\d{2})-(?P<d>\d{2})
        (?:[T\ ]\s*(?P<h>\d{1,2}):?(?P<mi>\d{2})(?::?(?P<s>\d{2})(?:[.,](?P<f>\d{1,9})\d*)?)?
        \s*(?P<o>Z|UTC|GMT|[+\-−]\d{1,2}(?::?\d{2})?(?::?\d{2})?)?(?:\s*\[(?P<z>[^\]]+)\])?)?$",
    )
    .expect("the pattern is one")
});

static TIME: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(
        r"(?xi)(?:^|[\sT,]) (?: (?P<h>\d{1,2})(?::|h)(?P<mi>\d{2})(?::(?P<s>\d{2})(?:[.,](?P<f>\d{1,9}))?)?\s*(?P<ap>[ap]\.?m\b\.?)?
        | (?P<h2>\d{1,2})\s*(?P<ap2>[ap]\.?m\b\.?) )",
    )
    .expect("the pattern is one")
});

static ZONE: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?xi)^\s*(?P<abbr>UTC|GMT|Z|UT|EST|EDT|CST|CDT|MST|MDT|PST|PDT)?\s*(?P<o>[+\-−]\d{1,2}:?\d{0,2})?(?:\s+|$|\b)(?P<name>[A-Za-z]+/[A-Za-z_/+-]+)?(?:\s*\((?P<note>[^)]*)\))?")
        .expect("the pattern is one")
});

static NUMBERS: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"^(\d{1,4})\s*([-/.])\s*(\d{1,2})\s*([-/.])\s*(\d{1,4})\.?$").expect("the pattern is one")
});

static WEEK: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"^(?i)(\d{4})-?W(\d{2})-?(\d)$").expect("the pattern is one"));

static ORDINAL_DATE: LazyLock<Regex> = LazyLock::new(|| Regex::new(r"^(\d{4})-(\d{3})$").expect("the pattern is one"));

static CJK: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(\d{2,4})\s*[年년]\s*(\d{1,2})\s*[月월]\s*(\d{1,2})\s*[日일]").expect("the pattern is one")
});

/// What a text may mean. `now` is what `now` and `today` are.
pub(super) fn read(text: &str, now: &Zoned) -> Reading {
    let text = text.trim();
    if text.is_empty() {
        return Reading::Blank;
    }
    if text.chars().nth(MAX_CHARS).is_some() {
        return Reading::None(format!("is too long for a date: {}", shown(text)));
    }
    // Digits of other scripts are digits.
    let digits: String;
    let text = if text.is_ascii() {
        text
    } else {
        digits = text.chars().map(ascii_digit).collect();
        digits.as_str()
    };
    match reading(text, now) {
        Ok(reading) => reading,
        Err(why) => Reading::None(format!("{why}: {}", shown(text))),
    }
}

/// The ASCII digit of a digit of another script.
fn ascii_digit(c: char) -> char {
    // Where the zero of the script stands; digits follow it.
    const ZEROS: [u32; 8] = [0x0660, 0x06f0, 0x0966, 0x09e6, 0x0e50, 0x1040, 0x17e0, 0xff10];
    let digit = ZEROS.iter().find_map(|zero| (u32::from(c)).checked_sub(*zero).filter(|digit| *digit < 10));
    match digit {
        Some(digit) => char::from_digit(digit, 10).unwrap_or(c),
        None if c == '\u{a0}' || c == '\u{202f}' => ' ',
        None => c,
    }
}

fn reading(text: &str, now: &Zoned) -> Result<Reading, String> {
    match text.to_ascii_lowercase().as_str() {
        "now" => return Ok(Reading::Known(Moment::Zoned(now.clone()))),
        "today" => return Ok(Reading::Known(Moment::Date(now.date()))),
        "tomorrow" => return day(now.date().tomorrow()),
        "yesterday" => return day(now.date().yesterday()),
        _ => {}
    }
    if let Some(captures) = ISO.captures(text) {
        return iso(&captures).moment().map(Reading::Known);
    }
    let unsigned = text.strip_prefix('-').unwrap_or(text);
    if !unsigned.is_empty()
        && unsigned.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.')
        && unsigned.matches('.').count() <= 1
    {
        return number(text);
    }
    if let Some(captures) = WEEK.captures(text) {
        let part = |at: usize| captures[at].parse::<i16>().unwrap_or(0);
        let narrow = |value: i16| i8::try_from(value).unwrap_or(0);
        if !(1..=7).contains(&part(3)) {
            return Err("is no week date: days are 1 to 7".to_owned());
        }
        let week = ISOWeekDate::new(part(1), narrow(part(2)), weekday(narrow(part(3))));
        let date = week.map_err(|_| format!("is no date: {} has no week {}", part(1), part(2)))?;
        return Ok(Reading::Known(Moment::Date(Date::from_iso_week_date(date))));
    }
    if let Some(captures) = ORDINAL_DATE.captures(text) {
        let parts = Parts { year: captures[1].parse().ok(), day_of_year: captures[2].parse().ok(), ..Parts::default() };
        return parts.moment().map(Reading::Known);
    }
    let (rest, parts) = time_of(text)?;
    date_of(rest.trim(), parts)
}

fn day(date: Result<Date, jiff::Error>) -> Result<Reading, String> {
    date.map(|date| Reading::Known(Moment::Date(date))).map_err(|error| error.to_string())
}

fn iso(captures: &Captures<'_>) -> Parts {
    let text = |name: &str| captures.name(name).map(|part| part.as_str());
    let mut parts = Parts {
        year: text("y").and_then(|part| part.parse().ok()),
        month: text("m").and_then(|part| part.parse().ok()),
        day: text("d").and_then(|part| part.parse().ok()),
        hour: text("h").and_then(|part| part.parse().ok()),
        minute: text("mi").and_then(|part| part.parse().ok()),
        second: text("s").and_then(|part| part.parse().ok()),
        zone: text("z").map(str::to_owned),
        ..Parts::default()
    };
    parts.nanosecond = text("f").and_then(|part| format!("{part:0<9}").parse().ok());
    parts.offset = text("o").and_then(|part| match part.to_ascii_uppercase().as_str() {
        "Z" | "UTC" | "GMT" => Some(Offset::UTC),
        _ => zone::offset(part),
    });
    parts
}

/// A number alone: a date of eight digits, or a Unix time by its size.
fn number(text: &str) -> Result<Reading, String> {
    let whole = text.split('.').next().unwrap_or_default();
    let digits = whole.trim_start_matches('-').len();
    if digits == text.len() && matches!(digits, 8 | 14) {
        let part = |from: usize, to: usize| text[from..to].parse::<i8>().ok();
        let mut parts = Parts { year: text[..4].parse().ok(), month: part(4, 6), day: part(6, 8), ..Parts::default() };
        if digits == 14 {
            (parts.hour, parts.minute, parts.second) = (part(8, 10), part(10, 12), part(12, 14));
        }
        if parts.year.is_some_and(|year| (1_800..2_200).contains(&year)) {
            return parts.moment().map(Reading::Known);
        }
    }
    let unit = match digits {
        9..=11 => UnixUnit::Seconds,
        12..=14 => UnixUnit::Milliseconds,
        15..=17 => UnixUnit::Microseconds,
        18..=19 => UnixUnit::Nanoseconds,
        _ => {
            return Err(format!(
                "is a number of {digits} digits, which may be many things: say in inputFormat which (unix, unix-ms, excel, or a pattern)"
            ));
        }
    };
    unix(text, unit).map(|moment| Reading::Unix(moment, unit))
}

/// A Unix time in a unit; fractions are kept.
pub(super) fn unix(text: &str, unit: UnixUnit) -> Result<Moment, String> {
    let negative = text.starts_with('-');
    let (whole, fraction) = text.trim_start_matches('-').split_once('.').unwrap_or((text.trim_start_matches('-'), ""));
    let scale = match unit {
        UnixUnit::Seconds => 9,
        UnixUnit::Milliseconds => 6,
        UnixUnit::Microseconds => 3,
        UnixUnit::Nanoseconds => 0,
    };
    let wrong = || "is no Unix time".to_owned();
    if whole.is_empty() || !whole.bytes().chain(fraction.bytes()).all(|byte| byte.is_ascii_digit()) || whole.len() > 20
    {
        return Err(wrong());
    }
    let fraction: String = format!("{fraction:0<9}").chars().take(scale).collect();
    let nanoseconds: i128 = format!("{whole}{fraction}").parse().map_err(|_| wrong())?;
    let at = Timestamp::from_nanosecond(if negative { -nanoseconds } else { nanoseconds });
    at.map(|at| Moment::Zoned(at.to_zoned(jiff::tz::TimeZone::UTC)))
        .map_err(|_| "is a Unix time outside of the years -9999 to 9999".to_owned())
}

/// The time of day and the zone of a text, and what is left of it.
fn time_of(text: &str) -> Result<(String, Parts), String> {
    let mut parts = Parts::default();
    let Some(captures) = TIME.captures(text) else { return Ok((text.to_owned(), parts)) };
    let group = |name: &str| captures.name(name).map(|part| part.as_str());
    parts.hour = group("h").or(group("h2")).and_then(|part| part.parse().ok());
    parts.minute = group("mi").and_then(|part| part.parse().ok());
    parts.second = group("s").and_then(|part| part.parse().ok());
    parts.nanosecond = group("f").and_then(|part| format!("{part:0<9}").parse().ok());
    parts.afternoon = group("ap").or(group("ap2")).map(|part| part.to_ascii_lowercase().starts_with('p'));
    let whole = captures.get(0).map_or(0..0, |whole| whole.range());
    let (before, mut after) = (&text[..whole.start], &text[whole.end..]);
    if let Some(zone) = ZONE.captures(after) {
        let group = |name: &str| zone.name(name).map(|part| part.as_str());
        let fixed =
            group("o").map(|offset| zone::offset(offset).ok_or("has an offset that no clock has")).transpose()?;
        // The zones of RFC 2822, with the offsets it gives them.
        let named = group("abbr").map(|abbreviation| match abbreviation.to_ascii_uppercase().as_str() {
            "EDT" => -4,
            "EST" | "CDT" => -5,
            "CST" | "MDT" => -6,
            "MST" | "PDT" => -7,
            "PST" => -8,
            _ => 0,
        });
        parts.offset = fixed.or(named.map(Offset::constant));
        parts.zone = group("name").map(str::to_owned);
        if parts.offset.is_some() || parts.zone.is_some() {
            after = &after[zone.get(0).map_or(0, |whole| whole.end())..];
        }
    }
    // Of what may stand between date and time nothing is left.
    let before = before.trim_end_matches(|c: char| c == ',' || c.is_whitespace());
    let joint = [" at", " um", " à", " a las", " alle", " às", " om"];
    let ends = |word: &&str| before.to_lowercase().ends_with(*word);
    let shorter = match joint.iter().find(|word| ends(word)) {
        Some(word) => before.get(..before.len() - word.len()),
        // The T of ISO 8601 stands behind a digit.
        None => before.strip_suffix(['T', 't']).filter(|before| before.ends_with(|c: char| c.is_ascii_digit())),
    };
    let before = shorter.unwrap_or(before);
    Ok((format!("{before} {after}"), parts))
}

/// Words behind a time of day that say that it is one.
fn is_clock_word(word: &str) -> bool {
    matches!(word.to_lowercase().trim_end_matches('.'), "uhr" | "hrs" | "hours" | "o'clock")
}

/// The date of what is left, with its time.
fn date_of(text: &str, mut parts: Parts) -> Result<Reading, String> {
    let text = text.trim_matches(|c: char| c == ',' || c.is_whitespace());
    let cjk = CJK.captures(text).map(|found| format!("{}-{}-{}", &found[1], &found[2], &found[3]));
    let text = cjk.as_deref().unwrap_or(text);
    let is_month = |word: &str| month_of(word.trim_matches(['.', '\'', '’'])).is_some();
    let mut words: Vec<&str> = text
        .split(|c: char| c.is_whitespace() || c == ',')
        .filter(|word| !word.is_empty() && (!is_weekday(word) || is_month(word)) && !is_clock_word(word))
        .collect();
    // Mar is March, and mardi, martes and martedì: the weekday where another word is the month.
    if words.iter().filter(|word| is_month(word)).count() > 1
        && let Some(day) = words.iter().position(|word| is_weekday(word))
    {
        words.remove(day);
    }
    let joined = words.join(" ");
    if let Some(numbers) = NUMBERS.captures(&joined) {
        if numbers[2] != numbers[4] {
            return Err("is no date: different marks stand between its numbers".to_owned());
        }
        if numbers[1].len() >= 3 {
            if numbers[1].len() == 3 || numbers[5].len() > 2 {
                return Err("is no date".to_owned());
            }
            parts.year = numbers[1].parse().ok();
            (parts.month, parts.day) = (numbers[3].parse().ok(), numbers[5].parse().ok());
            return parts.moment().map(Reading::Known);
        }
        if numbers[5].len() == 3 {
            return Err("is no date".to_owned());
        }
        let numbers_of = [numbers[1].to_owned(), numbers[3].to_owned(), numbers[5].to_owned()];
        let digits = Digits { numbers: numbers_of, points: &numbers[2] == ".", parts };
        return Ok(Reading::Digits(Box::new(digits)));
    }
    // Day, month as a word, year, in any order people have.
    let mut numbers: Vec<&str> = Vec::new();
    let mut month = None;
    for word in joined.split(|c: char| c.is_whitespace() || matches!(c, '-' | '/')).filter(|word| !word.is_empty()) {
        let trimmed = word.trim_matches(|c: char| matches!(c, '.' | '\'' | '’'));
        let ending = trimmed.trim_start_matches(|c: char| c.is_ascii_digit());
        if trimmed.len() > ending.len()
            && matches!(ending.to_lowercase().as_str(), "" | "st" | "nd" | "rd" | "th" | "er" | "e" | "º" | "ª" | ".")
        {
            numbers.push(&trimmed[..trimmed.len() - ending.len()]);
        } else if let Some(found) = month_of(trimmed) {
            if month.replace(found).is_some() {
                return Err("is no date: it names two months".to_owned());
            }
        } else if !matches!(
            trimmed.to_lowercase().as_str(),
            "of" | "the" | "de" | "del" | "den" | "der" | "le" | "el" | "on" | "am" | "do" | "da"
        ) {
            return Err("is no date".to_owned());
        }
    }
    let Some(month) = month else {
        let message = match (parts.hour, joined.is_empty()) {
            (Some(_), true) => "is a time without a date",
            _ => "is no date",
        };
        return Err(message.to_owned());
    };
    let (day, year) = match numbers[..] {
        [year, day] if year.len() == 4 && day.len() <= 2 => (day, year),
        [day, year] if day.len() <= 2 && matches!(year.len(), 2 | 4) => (day, year),
        [one] if one.len() == 4 => return Err("is a month without a day".to_owned()),
        [_] => return Err("is a day without a year".to_owned()),
        _ => return Err("is no date".to_owned()),
    };
    parts.month = Some(month);
    parts.day = day.parse().ok();
    parts.year = year_of(year);
    parts.moment().map(Reading::Known)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn now() -> Zoned {
        "2024-05-03T12:00:00[UTC]".parse().unwrap()
    }

    fn known(text: &str) -> String {
        match read(text, &now()) {
            Reading::Known(moment) => moment.iso(),
            Reading::Unix(moment, unit) => format!("{} {}", moment.iso(), unit.name()),
            Reading::Digits(digits) => format!("{:?}", digits.numbers),
            Reading::None(why) => why,
            Reading::Blank => "blank".to_owned(),
        }
    }

    #[test]
    fn dates_as_people_and_programs_write_them() {
        for (text, right) in [
            ("2024-05-03", "2024-05-03"),
            ("2024-05-03T10:21:42Z", "2024-05-03T10:21:42Z"),
            ("2024-05-03 10:21:42.123456+0200", "2024-05-03T10:21:42.123456+02:00"),
            ("2024-05-03T10:21:42+02:00[Europe/Berlin]", "2024-05-03T10:21:42+02:00"),
            ("2024-05-03T24:00", "2024-05-04T00:00:00"),
            ("2024-W18-5", "2024-05-03"),
            ("2024-124", "2024-05-03"),
            ("2024/5/3", "2024-05-03"),
            ("2024.05.03. 8:05", "2024-05-03T08:05:00"),
            ("20240503", "2024-05-03"),
            ("20240503102142", "2024-05-03T10:21:42"),
            ("1714731702", "2024-05-03T10:21:42Z seconds"),
            ("1714731702.5", "2024-05-03T10:21:42.5Z seconds"),
            ("1714731702123", "2024-05-03T10:21:42.123Z milliseconds"),
            ("-1714731702", "1915-08-31T13:38:18Z seconds"),
            ("Fri, 3 May 2024 10:21:42 -0400", "2024-05-03T10:21:42-04:00"),
            ("Fri, 03 May 2024 10:21:42 GMT", "2024-05-03T10:21:42Z"),
            ("Fri May 03 2024 10:21:42 GMT+0200 (Central European Summer Time)", "2024-05-03T10:21:42+02:00"),
            ("Tue, 05 Mar 2024 10:00:00 GMT", "2024-03-05T10:00:00Z"),
            ("Mar 5, 2024", "2024-03-05"),
            ("mar. 5 mars 2024", "2024-03-05"),
            ("mar 5 mar 2024", "2024-03-05"),
            ("mar 4 giu 2024", "2024-06-04"),
            ("Fri May  3 10:21:42 2024", "2024-05-03T10:21:42"),
            ("May 3, 2024", "2024-05-03"),
            ("May 3rd, 2024 at 2:05 pm", "2024-05-03T14:05:00"),
            ("3 August 2024 at 2pm", "2024-08-03T14:00:00"),
            ("the 3rd of May 2024", "2024-05-03"),
            ("03-May-24", "2024-05-03"),
            ("2024-May-03", "2024-05-03"),
            ("Freitag, 3. Mai 2024, 8:05", "2024-05-03T08:05:00"),
            ("3 de mayo de 2024", "2024-05-03"),
            ("2024/05/03 8:05 Uhr", "2024-05-03T08:05:00"),
            ("May 3, 2024 8:05 Europe/Berlin", "2024-05-03T08:05:00+02:00"),
            ("vendredi 3 mai 2024 à 08h05", "2024-05-03T08:05:00"),
            ("2024年5月3日", "2024-05-03"),
            ("٢٠٢٤-٠٥-٠٣", "2024-05-03"),
            ("3/5/2024", r#"["3", "5", "2024"]"#),
            ("3/5/24 2:05 PM", r#"["3", "5", "24"]"#),
            ("12:00 AM 2024-05-03", "2024-05-03T00:00:00"),
            ("today", "2024-05-03"),
            ("", "blank"),
        ] {
            assert_eq!(known(text), right, "{text}");
        }
    }

    #[test]
    fn what_is_none_is_not_mended() {
        for (text, part) in [
            ("2020-30-09", "there is no month 30"),
            ("2021-02-29", "February 2021 has no day 29"),
            ("31 February 2020", "February 2020 has no day 31"),
            ("2024-05-03T25:00", "25:00:00, which no clock shows"),
            ("13:00 pm 2024-05-03", "an hour 13 with am or pm"),
            ("10:21", "a time without a date"),
            ("May 2024", "a month without a day"),
            ("3 May", "a day without a year"),
            ("2024-W54-1", "2024 has no week 54"),
            ("2023-366", "a day 366, which 2023 has not"),
            ("hello", "is no date"),
            ("42", "may be many things"),
            ("2024", "may be many things"),
            ("1.2/2024", "is no date"),
            ("2024-05-03T10:00[Mars/Base]", "there is no time zone"),
            ("http://127.0.0.1/x", "is no date"),
        ] {
            let said = known(text);
            assert!(said.contains(part), "{text}: {said}");
        }
    }
}
