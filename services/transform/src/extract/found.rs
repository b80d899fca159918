//! E-mail addresses, URLs, numbers, phone numbers and dates in a text.

use std::sync::LazyLock;

use chassis::Error;
use regex::Regex;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Decimal, ExtractRequest, dates};
use crate::phone::{self, Phone};
use crate::tree::{Number, Object, Tree};

/// Finds of a kind at most.
const MAX_FOUND: usize = 10_000;

/// What is found in a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// E-mail addresses.
    #[serde(alias = "email")]
    Emails,
    /// Addresses of pages, http and https.
    #[serde(alias = "url", alias = "links")]
    Urls,
    /// Numbers.
    #[serde(alias = "number")]
    Numbers,
    /// Phone numbers.
    #[serde(alias = "phone")]
    Phones,
    /// Dates.
    #[serde(alias = "date")]
    Dates,
}

impl Kind {
    fn name(self) -> &'static str {
        match self {
            Self::Emails => "emails",
            Self::Urls => "urls",
            Self::Numbers => "numbers",
            Self::Phones => "phones",
            Self::Dates => "dates",
        }
    }
}

/// Something that was found.
#[derive(Debug, Clone, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Found {
    /// Kind.
    pub kind: Kind,
    /// Value in one form: a number, a date as ISO 8601, a phone number as E.164, else the text; null for a date that may be two.
    pub value: Tree,
    /// Text as it was written.
    pub text: String,
    /// Character at which it begins, from 0.
    pub start: usize,
    /// Character after its last one.
    pub end: usize,
}

/// A find by its place in bytes.
type Place = (std::ops::Range<usize>, Tree);

/// Finds what is asked for; the values by kind beside.
pub(super) fn find(text: &str, request: &ExtractRequest) -> Result<(Vec<Found>, Tree), Error> {
    let mut found: Vec<(Kind, Place)> = Vec::new();
    let mut values = Object::default();
    for (at, kind) in request.find.iter().enumerate() {
        if request.find[..at].contains(kind) {
            continue;
        }
        let mut places = match kind {
            Kind::Emails => emails(text),
            Kind::Urls => urls(text),
            Kind::Numbers => numbers(text, request.decimal),
            Kind::Phones => phones(text, request.region.as_deref())?,
            Kind::Dates => {
                dates::all(text, request.date_order).into_iter().map(|(range, date)| (range, date.into())).collect()
            }
        };
        places.truncate(if request.first { 1 } else { MAX_FOUND });
        let value = match request.first {
            true => places.first().map(|(_, value)| value.clone()).into(),
            false => places.iter().map(|(_, value)| value.clone()).collect(),
        };
        values.insert(kind.name(), value);
        found.extend(places.into_iter().map(|place| (*kind, place)));
    }
    found.sort_by_key(|(_, (range, _))| (range.start, range.end));
    // Characters before a byte, counted on from the last place.
    let mut counted = (0, 0);
    let found = found.into_iter().map(|(kind, (range, value))| {
        let start = counted.1 + text[counted.0..range.start].chars().count();
        counted = (range.start, start);
        let text = text[range].to_owned();
        Found { kind, value, end: start + text.chars().count(), text, start }
    });
    Ok((found.collect(), values.into()))
}

/// What a browser takes for one (the HTML standard's pattern), with a point in its host.
static EMAIL: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*@(?:[\p{L}\p{N}](?:[\p{L}\p{N}-]{0,61}[\p{L}\p{N}])?\.)+(?:\p{L}{2,63}|xn--[A-Za-z0-9-]{2,59})")
        .expect("the pattern is one")
});

fn emails(text: &str) -> Vec<Place> {
    let quotes = ['\'', '`', '/', '=', '{', '|', '}', '?', '&', '*', '!', '#', '$', '%', '^', '~'];
    let found = EMAIL.find_iter(text).filter_map(|found| {
        // A mark before it is one of the sentence.
        let address = found.as_str().trim_start_matches(quotes);
        let local = address.split('@').next().unwrap_or_default();
        (!local.is_empty() && local.len() <= 64 && address.len() <= 254)
            .then(|| (found.end() - address.len()..found.end(), Tree::from(address)))
    });
    found.take(MAX_FOUND).collect()
}

static URL: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r#"(?i)\b(?:https?://|www\.)[^\s<>"\x{201c}\x{201d}\x{ab}\x{bb}]+"#).expect("the pattern is one")
});

fn urls(text: &str) -> Vec<Place> {
    let found = URL.find_iter(text).filter_map(|found| {
        let mut address = found.as_str();
        // Marks at the end are those of the sentence; a bracket is, unless it was opened.
        loop {
            let opened = |open: char, close: char| address.matches(open).count() < address.matches(close).count();
            let shorter = match address.chars().last() {
                Some('.' | ',' | ';' | ':' | '!' | '?' | '\'' | '*' | '_' | '…') => {
                    address.len() - address.chars().last().map_or(0, char::len_utf8)
                }
                Some(')') if opened('(', ')') => address.len() - 1,
                Some(']') if opened('[', ']') => address.len() - 1,
                Some('}') if opened('{', '}') => address.len() - 1,
                _ => break,
            };
            address = &address[..shorter];
        }
        let whole = if address.to_ascii_lowercase().starts_with("www.") {
            format!("https://{address}")
        } else {
            address.to_owned()
        };
        let host = url::Url::parse(&whole).ok()?.host_str()?.to_owned();
        (!host.is_empty() && address.len() > 4)
            .then(|| (found.start()..found.start() + address.len(), Tree::from(whole)))
    });
    found.take(MAX_FOUND).collect()
}

static NUMBERS: LazyLock<[Regex; 2]> = LazyLock::new(|| {
    let pattern = |group: &str, mark: &str| {
        let pattern = format!(
            r"[-+\u{{2212}}]?(?:\d{{1,3}}(?:[{group}]\d{{3}})+|\d+)(?:{mark}\d+)?(?:[eE][-+]?\d{{1,3}})?|[-+\u{{2212}}]?{mark}\d+"
        );
        Regex::new(&pattern).expect("the pattern is one")
    };
    [pattern(r",'\x{2019}\x{a0}\x{202f}", r"\."), pattern(r".'\x{2019}\x{a0}\x{202f}", ",")]
});

fn numbers(text: &str, decimal: Decimal) -> Vec<Place> {
    let (pattern, mark) = match decimal {
        Decimal::Point => (&NUMBERS[0], '.'),
        Decimal::Comma => (&NUMBERS[1], ','),
    };
    let inside = |c: Option<char>| c.is_some_and(|c| c.is_alphanumeric() || c == '_');
    let found = pattern.find_iter(text).filter_map(|found| {
        let mut start = found.start();
        let before = text[..start].chars().next_back();
        let signed = found.as_str().starts_with(['-', '+', '\u{2212}']);
        // A hyphen between words or digits is no sign: 2024-12, B-52.
        if signed && inside(before) {
            start += found.as_str().chars().next().map_or(0, char::len_utf8);
        }
        let written = &text[start..found.end()];
        // Parts of words, versions and addresses are no numbers.
        let (before, after) = (text[..start].chars().next_back(), text[found.end()..].chars().next());
        let joined = |c: Option<char>| inside(c) || c == Some('@');
        if joined(before.filter(|c| *c != '-'))
            || after.is_some_and(char::is_alphabetic) && !is_unit(&text[found.end()..])
        {
            return None;
        }
        if before.is_some_and(|c| {
            (c == '.' || c == ',') && text[..start].chars().rev().nth(1).is_some_and(|c| c.is_ascii_digit())
        }) {
            return None;
        }
        let plain: String = written
            .chars()
            .filter_map(|c| match c {
                '\u{2212}' | '-' => Some('-'),
                '+' => None,
                c if c == mark => Some('.'),
                c if c.is_ascii_digit() || c == 'e' || c == 'E' => Some(c),
                _ => None,
            })
            .collect();
        let (sign, digits) = plain.strip_prefix('-').map_or(("", plain.as_str()), |rest| ("-", rest));
        let (whole, rest) = digits.split_at(digits.find(['.', 'e', 'E']).unwrap_or(digits.len()));
        // An article's number with zeros at its front is a text.
        if whole.len() > 1 && whole.starts_with('0') {
            return None;
        }
        let literal = format!("{sign}{}{rest}", if whole.is_empty() { "0" } else { whole });
        Some((start..found.end(), Number::parse(&literal)?.into()))
    });
    found.take(MAX_FOUND).collect()
}

/// Whether letters right behind a number are a unit and not the rest of a word.
fn is_unit(rest: &str) -> bool {
    let letters: usize = rest.chars().take_while(|c| c.is_alphanumeric()).count();
    let word: String = rest.chars().take(letters).collect();
    matches!(
        word.to_lowercase().as_str(),
        "k" | "m"
            | "km"
            | "cm"
            | "mm"
            | "g"
            | "kg"
            | "mg"
            | "l"
            | "ml"
            | "h"
            | "s"
            | "ms"
            | "min"
            | "eur"
            | "usd"
            | "gbp"
            | "chf"
            | "gb"
            | "mb"
            | "kb"
            | "tb"
            | "w"
            | "kw"
            | "kwh"
            | "v"
            | "x"
            | "px"
            | "pt"
            | "in"
            | "ft"
            | "lb"
            | "oz"
    )
}

static PHONE: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?:\+|\(|\b)\d(?:[ \t\u{a0}().\u{2010}-\u{2015}/-]{0,3}\d){5,16}(?:\s*(?:ext\.?|x|#)\s*\d{1,6}\b)?")
        .expect("the pattern is one")
});

fn phones(text: &str, region: Option<&str>) -> Result<Vec<Place>, Error> {
    let country = region.map(|region| region.trim().to_ascii_uppercase());
    if let Some(country) = country.as_deref().filter(|country| !phone::knows(country)) {
        let message = format!("{country} is no country; use two letters such as US (ISO 3166)");
        return Err(Error::impossible("region", message));
    }
    // Digits of other scripts are digits, one character each, so that places stay.
    let (plain, places) = with_ascii_digits(text);
    let mut found = Vec::new();
    for candidate in PHONE.find_iter(&plain) {
        let written = candidate.as_str();
        let inside = |c: Option<char>| c.is_some_and(|c| c.is_alphanumeric() || c == '_');
        if inside(plain[..candidate.start()].chars().next_back()) || inside(plain[candidate.end()..].chars().next()) {
            continue;
        }
        let Ok(number) = Phone::parse(written, country.as_deref()) else { continue };
        if !number.is_valid() {
            continue;
        }
        let value = number.write(phone::Style::E164);
        found.push((places(candidate.start())..places(candidate.end()), Tree::from(value)));
        if found.len() == MAX_FOUND {
            break;
        }
    }
    Ok(found)
}

/// The text with its digits as 0 to 9, and the byte of the text for each byte of that.
fn with_ascii_digits(text: &str) -> (String, impl Fn(usize) -> usize) {
    let mut plain = String::with_capacity(text.len());
    let mut shifts: Vec<(usize, usize)> = vec![(0, 0)];
    for (at, c) in text.char_indices() {
        match phone::digit(c).filter(|_| !c.is_ascii()) {
            Some(digit) => {
                plain.push(digit);
                shifts.push((plain.len(), at + c.len_utf8()));
            }
            None => plain.push(c),
        }
    }
    let place = move |at: usize| {
        let index = shifts.partition_point(|(known, _)| *known <= at) - 1;
        shifts[index].1 + (at - shifts[index].0)
    };
    (plain, place)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn values(places: Vec<Place>) -> Vec<String> {
        places.into_iter().map(|(_, value)| value.as_text().map_or_else(|| value.to_json(), str::to_owned)).collect()
    }

    #[test]
    fn addresses_without_the_marks_around_them() {
        let text = "Write to <ada@example.com>, 'bob.o+x@mail.example.co.uk' or mailto:c@d.de. Not @home, a@b, x@y..z";
        assert_eq!(values(emails(text)), ["ada@example.com", "bob.o+x@mail.example.co.uk", "c@d.de"]);
        let text = "See https://a.example/b_(c)?x=1&y=2. Or (http://b.example/), www.c.example! ftp://d.example \"https://e.example/ü\"";
        let expected =
            ["https://a.example/b_(c)?x=1&y=2", "http://b.example/", "https://www.c.example", "https://e.example/ü"];
        assert_eq!(values(urls(text)), expected);
    }

    #[test]
    fn numbers_keep_their_digits() {
        let text = "1,234.50 EUR, -3 and 1e3, .5; 9007199254740993 (2.10). v1.2.3 B-52 00123 5kg 2nd";
        assert_eq!(
            values(numbers(text, Decimal::Point)),
            ["1234.50", "-3", "1e3", "0.5", "9007199254740993", "2.10", "52", "5"]
        );
        assert_eq!(values(numbers("1.234,50 und -0,5", Decimal::Comma)), ["1234.50", "-0.5"]);
    }

    #[test]
    fn phone_numbers_that_exist() {
        let found = |text: &str, region| values(phones(text, region).unwrap());
        assert_eq!(found("Call +1 520-878-2491 or +49 30 123456.", None), ["+15208782491", "+4930123456"]);
        assert_eq!(found("06 5685 1242", Some("IT")), ["+390656851242"]);
        assert_eq!(found("٠٦٥٦٨٥١٢٤٢", Some("it")), ["+390656851242"]);
        assert!(found("03432640000", Some("US")).is_empty());
        assert!(found("order 2024-12-31 00:00:00, id 1234567890123456789", None).is_empty());
        assert!(phones("1", Some("Mars")).is_err());
    }
}
