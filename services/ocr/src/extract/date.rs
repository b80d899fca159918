//! Dates in a row of words, with what else they may mean.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::page::{Area, Word, rounded};

/// A date that was found.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Date {
    /// The date (ISO 8601), such as `2025-07-04`.
    #[schemars(extend("format" = "date"))]
    pub date: String,
    /// Whether day and month may be the other way round.
    pub ambiguous: bool,
    /// Other dates it may be.
    pub alternatives: Vec<String>,
    /// As it is written.
    pub text: String,
    /// How sure it is that this is what it is said to be, 0 to 1.
    pub confidence: f64,
    /// Where it is.
    #[serde(rename = "box")]
    pub area: Area,
    /// Its page, from 1.
    pub page: u32,
}

/// Which of two numbers is the day, where nothing tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum DateOrder {
    /// As the rest of the document suggests: month first when it looks American.
    #[default]
    Auto,
    /// Day, month, year.
    DayFirst,
    /// Month, day, year.
    MonthFirst,
}

/// Months by the first letters of their names in English, German, French, Spanish and Italian.
const MONTHS: [&[&str]; 12] = [
    &["jan", "jän", "gen", "ene"],
    &["feb", "fev", "fév"],
    &["mar", "mär", "mrz"],
    &["apr", "avr", "abr"],
    &["may", "mai", "mag", "mei"],
    &["jun", "juin", "giu"],
    &["jul", "juil", "lug"],
    &["aug", "aoû", "aou", "ago"],
    &["sep", "set"],
    &["oct", "okt", "ott"],
    &["nov"],
    &["dec", "dez", "déc", "dic"],
];
/// Words within a date that say nothing: `4 de julio del 2025`.
const PARTICLES: [&str; 8] = ["de", "del", "di", "of", "the", "le", "den", "d"];
/// Years of two digits from here on are of the century before.
const LAST_CENTURY: u32 = 70;
/// Years that are dates of documents.
const YEARS: std::ops::RangeInclusive<u32> = 1970..=2099;

/// Dates in a row; `month_first` says what an ambiguous one is.
pub(crate) fn dates(words: &[Word], page: u32, month_first: bool) -> Vec<Date> {
    let mut found = Vec::new();
    let mut at = 0;
    while at < words.len() {
        let longest = (1..=6.min(words.len() - at)).rev().find_map(|count| {
            let text = words[at..at + count].iter().map(|word| word.text.as_str()).collect::<Vec<_>>().join(" ");
            Some((read(&text, month_first)?, text, count))
        });
        match longest {
            Some((read, text, count)) => {
                let used = &words[at..at + count];
                let confidence = used.iter().map(|word| word.confidence).sum::<f64>() / count as f64;
                found.push(Date {
                    ambiguous: !read.1.is_empty(),
                    date: read.0,
                    alternatives: read.1,
                    text,
                    confidence: rounded(confidence),
                    area: Area::around(used.iter().map(|word| word.area)),
                    page,
                });
                at += count;
            }
            None => at += 1,
        }
    }
    found
}

/// Whether the month comes first in the dates of a document, where one of them can be read in no other way and none
/// contradicts it.
pub(crate) fn proven_order<'a>(words: impl Iterator<Item = &'a str>) -> Option<bool> {
    let mut orders = words.filter_map(|word| {
        let word = word.trim_matches(|letter: char| !letter.is_ascii_digit());
        let parts: Vec<&str> = word.split(['/', '-']).collect();
        let [one, two, three] = parts[..] else { return None };
        let (one, two, _) = (one.parse::<u32>().ok()?, two.parse::<u32>().ok()?, year(three)?);
        let day = 13..=31;
        match (day.contains(&one), day.contains(&two)) {
            (true, false) if (1..=12).contains(&two) => Some(false),
            (false, true) if (1..=12).contains(&one) => Some(true),
            _ => None,
        }
    });
    let first = orders.next()?;
    orders.all(|other| other == first).then_some(first)
}

/// A text as a date, and as others it may be.
fn read(text: &str, month_first: bool) -> Option<(String, Vec<String>)> {
    let text = text.trim_matches(|letter: char| !letter.is_alphanumeric());
    // A label that runs into it does not belong to it: `Date:11/03/18`, also without its colon.
    let digits = text.find(|letter: char| letter.is_ascii_digit()).unwrap_or(0);
    let label = &text[..digits];
    let is_glued = label.ends_with(':') || text.contains('/') && label.chars().all(char::is_alphabetic);
    let text = if is_glued { &text[digits..] } else { text };
    // Nor does a time behind it.
    let text = text.split(['T']).next().filter(|date| date.len() == 10 && date.contains('-')).unwrap_or(text);
    let parts = text.split(|letter: char| !letter.is_alphanumeric()).filter(|part| !part.is_empty());
    let parts: Vec<&str> = parts.filter(|part| !PARTICLES.contains(&part.to_lowercase().as_str())).collect();
    let signs =
        |allowed: &str| text.chars().filter(|letter| !letter.is_alphanumeric()).all(|sign| allowed.contains(sign));
    let [one, two, three] = parts[..] else { return glued(&parts) };
    if !signs("/.-, '’") {
        return None;
    }
    let named = |name: &str| {
        let name = name.to_lowercase();
        let is_name = name.chars().all(char::is_alphabetic) && name.chars().count() >= 3;
        let month = MONTHS.iter().position(|starts| starts.iter().any(|start| name.starts_with(start)));
        month.filter(|_| is_name).map(|month| month as u32 + 1)
    };
    let number =
        |part: &str| part.parse::<u32>().ok().filter(|_| part.len() <= 4 && part.bytes().all(|b| b.is_ascii_digit()));
    let ordinal = |part: &str| {
        let digits = part.trim_end_matches(|letter: char| letter.is_alphabetic());
        (digits.len() <= 2 && ["", "st", "nd", "rd", "th", "er"].contains(&&part[digits.len()..]))
            .then(|| number(digits))?
    };
    if let Some(month) = named(two) {
        return one_date(year(three)?, month, ordinal(one)?);
    }
    if let Some(month) = named(one) {
        return one_date(year(three)?, month, ordinal(two)?);
    }
    // Three numbers are a date only with signs between them, beside which one may have been read apart: `2025 -07-04`.
    let apart = text.matches(' ').count();
    if !signs("/.- ")
        || apart > 1
        || text.chars().filter(|letter| !letter.is_alphanumeric() && *letter != ' ').count() < 2
    {
        return None;
    }
    let (a, b, c) = (number(one)?, number(two)?, number(three)?);
    if one.len() == 4 {
        return one_date(year(one)?, b, c);
    }
    if one.len() > 2 || two.len() > 2 || three.len() == 1 || three.len() == 3 {
        return None;
    }
    let year = year(three)?;
    let (day_first, month_first_date) = (iso(year, b, a), iso(year, a, b));
    // A point is written between day and month, never the other way.
    let dotted = text.contains('.') && !text.contains('/');
    match (day_first, month_first_date) {
        (Some(date), _) if dotted => Some((date, Vec::new())),
        (Some(day_first), Some(month)) if day_first == month => Some((day_first, Vec::new())),
        (Some(day_first), Some(month)) if month_first => Some((month, vec![day_first])),
        (Some(day_first), Some(month)) => Some((day_first, vec![month])),
        (Some(date), None) | (None, Some(date)) => Some((date, Vec::new())),
        (None, None) => None,
    }
}

/// `25DEC2018`, `25Dec18`.
fn glued(parts: &[&str]) -> Option<(String, Vec<String>)> {
    let [text] = parts else { return None };
    let day: String = text.chars().take_while(char::is_ascii_digit).collect();
    let name: String = text.chars().skip(day.len()).take_while(|letter| letter.is_alphabetic()).collect();
    let rest: String = text.chars().skip(day.len() + name.chars().count()).collect();
    if day.is_empty() || name.chars().count() != 3 {
        return None;
    }
    let name = name.to_lowercase();
    let month = MONTHS.iter().position(|starts| starts.contains(&name.as_str()))?;
    one_date(year(&rest)?, month as u32 + 1, day.parse().ok().filter(|_| day.len() <= 2)?)
}

/// A year; of two digits in this century, or in the last from 70 on.
fn year(text: &str) -> Option<u32> {
    let digits = text.trim_start_matches(['\'', '’']);
    let number: u32 = digits.parse().ok().filter(|_| digits.bytes().all(|byte| byte.is_ascii_digit()))?;
    match digits.len() {
        2 if number >= LAST_CENTURY => Some(1900 + number),
        2 => Some(2000 + number),
        4 => Some(number).filter(|year| YEARS.contains(year)),
        _ => None,
    }
}

fn one_date(year: u32, month: u32, day: u32) -> Option<(String, Vec<String>)> {
    Some((iso(year, month, day)?, Vec::new()))
}

/// The date, if there is such a day.
fn iso(year: u32, month: u32, day: u32) -> Option<String> {
    let leap = year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
    let days = match month {
        4 | 6 | 9 | 11 => 30,
        2 if leap => 29,
        2 => 28,
        1..=12 => 31,
        _ => return None,
    };
    (1..=days).contains(&day).then(|| format!("{year:04}-{month:02}-{day:02}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_read_as_people_write_them() {
        for (text, expected) in [
            ("07/04/2025", Some(("2025-04-07", vec!["2025-07-04"]))),
            ("25/12/2018", Some(("2018-12-25", vec![]))),
            ("12/25/2018", Some(("2018-12-25", vec![]))),
            ("03.11.2025", Some(("2025-11-03", vec![]))),
            ("2026-04-15", Some(("2026-04-15", vec![]))),
            ("2026-04-15T10:00:00", Some(("2026-04-15", vec![]))),
            ("4 July 2025", Some(("2025-07-04", vec![]))),
            ("July 4th, 2025", Some(("2025-07-04", vec![]))),
            ("4 de julio de 2025", Some(("2025-07-04", vec![]))),
            ("5 de marzo del 2024", Some(("2024-03-05", vec![]))),
            ("the 4th of July, 2025", Some(("2025-07-04", vec![]))),
            ("1er août 2025", Some(("2025-08-01", vec![]))),
            ("01/02/99", Some(("1999-02-01", vec!["1999-01-02"]))),
            ("9. März 2024", Some(("2024-03-09", vec![]))),
            ("25DEC2018", Some(("2018-12-25", vec![]))),
            ("Date:25-12-2018", Some(("2018-12-25", vec![]))),
            ("Datum:03.11.2025", Some(("2025-11-03", vec![]))),
            ("Dater11/03/18", Some(("2018-03-11", vec!["2018-11-03"]))),
            ("05/05/18", Some(("2018-05-05", vec![]))),
            ("12 mei 2025", Some(("2025-05-12", vec![]))),
            ("12 de maio de 2025", Some(("2025-05-12", vec![]))),
            ("2025 -07-04", Some(("2025-07-04", vec![]))),
            ("03.11. 2025", Some(("2025-11-03", vec![]))),
            ("12-31 45", None),
            ("29/02/2023", None),
            ("31.04.2024", None),
            ("1.20", None),
            ("12 31 45", None),
            ("192.168.10", None),
            ("10-20-3000", None),
            ("12:31:45", None),
            ("Juice 2 2025", None),
        ] {
            let expected =
                expected.map(|(date, other)| (date.to_owned(), other.into_iter().map(String::from).collect()));
            assert_eq!(read(text, false), expected, "{text}");
        }
        assert_eq!(read("07/04/2025", true).unwrap().0, "2025-07-04");
    }

    #[test]
    fn one_date_tells_how_others_are_meant() {
        for (words, month_first) in [
            ("05/06/2025 04/15/2025", Some(true)),
            ("05/06/2025 15-04-2025", Some(false)),
            ("04/15/2025 15/04/2025", None),
            ("05/06/2025 13/13/2025 19.80/12/15 2025-04-15", None),
        ] {
            assert_eq!(proven_order(words.split(' ')), month_first, "{words}");
        }
    }
}
