//! What people write, read as the number they mean: prefixes, extensions, letters, digits of other scripts.
//!
//! The steps and their order are those of libphonenumber, so that its answers are ours.

use std::borrow::Cow;
use std::sync::LazyLock;

use regex::Regex;

use super::metadata::{self, Anchor, Region, Shape, is_whole, pattern};
use super::{Phone, Problem};

/// Characters a number may be written in.
const MAX_TEXT: usize = 250;
const MAX_DIGITS: usize = 17;
const MIN_DIGITS: usize = 2;

/// What stands between digits.
pub(super) const PUNCTUATION: &str = r"\-x\x{2010}-\x{2015}\x{2212}\x{30fc}\x{ff0d}-\x{ff0f} \x{a0}\x{ad}\x{200b}\x{2060}\x{3000}()\x{ff08}\x{ff09}\x{ff3b}\x{ff3d}.\[\]/~\x{2053}\x{223c}\x{ff5e}";
/// Extensions, as people write them.
const EXTENSION: &str = r"(?i);ext=([0-9]{1,20})|[ \x{a0}\t,]*(?:e?xt(?:ensi(?:o\x{301}?|\x{f3}))?n?|\x{ff45}?\x{ff58}\x{ff54}\x{ff4e}?|\x{434}\x{43e}\x{431}|anexo)[:.\x{ff0e}]?[ \x{a0}\t,-]*([0-9]{1,20})#?|[ \x{a0}\t,]*(?:[x\x{ff58}#\x{ff03}~\x{ff5e}]|int|\x{ff49}\x{ff4e}\x{ff54})[:.\x{ff0e}]?[ \x{a0}\t,-]*([0-9]{1,9})#?|[- ]+([0-9]{1,6})#|[ \x{a0}\t]*(?:,{2}|;)[:.\x{ff0e}]?[ \x{a0}\t,-]*([0-9]{1,15})#?|[ \x{a0}\t]*(?:,)+[:.\x{ff0e}]?[ \x{a0}\t,-]*([0-9]{1,9})#?";

fn compiled(source: &str) -> Regex {
    Regex::new(source).expect("the pattern is well-formed")
}

static VIABLE: LazyLock<Regex> = LazyLock::new(|| {
    compiled(&format!(
        r"^(?:[0-9]{{2}}|[+\x{{ff0b}}]*(?:[{PUNCTUATION}*]*[0-9]){{3,}}[{PUNCTUATION}*A-Za-z0-9]*(?:{EXTENSION})?)$"
    ))
});
static ENDS_WITH_EXTENSION: LazyLock<Regex> = LazyLock::new(|| compiled(&format!("(?:{EXTENSION})$")));
static UNWANTED_END: LazyLock<Regex> = LazyLock::new(|| compiled(r"(?:_|[^#\w])+$"));
static SECOND_NUMBER: LazyLock<Regex> = LazyLock::new(|| compiled(r"[\\/] *x"));

/// Reads a number; `country` (ISO 3166, capitals) is where those without a calling code are dialed.
pub(super) fn parse(text: &str, country: Option<&str>) -> Result<Phone, Problem> {
    if text.chars().count() > MAX_TEXT {
        return Err(Problem::TooLong);
    }
    let text = with_ascii_digits(text);
    let mut number = possible(&text);
    if !is_viable(&number) {
        return Err(Problem::NotANumber);
    }
    let region = country.and_then(metadata::region);
    let has_plus = number.starts_with(['+', '\u{ff0b}']);
    if region.is_none() && !has_plus {
        return Err(Problem::NoCountry);
    }
    let extension = take_extension(&mut number);
    let (code, mut national) = match calling_code(&number, region) {
        Err(Problem::UnknownCode) if has_plus => {
            // A plus sign that should not be there.
            let plain = number.trim_start_matches(['+', '\u{ff0b}']);
            match calling_code(plain, region)? {
                (0, _) => return Err(Problem::UnknownCode),
                found => found,
            }
        }
        other => other?,
    };
    let (code, of) = match (code, region) {
        (0, Some(region)) => {
            national = normalized(&number);
            (region.code, Some(region))
        }
        (0, None) => return Err(Problem::UnknownCode),
        (code, _) => (code, metadata::regions_of(code).next()),
    };
    if national.len() < MIN_DIGITS {
        return Err(Problem::TooShort);
    }
    if let Some(region) = of {
        let shorter = without_national_prefix(&national, region);
        if matches!(length(&shorter, region), Length::Possible | Length::TooLong) {
            national = shorter.into_owned();
        }
    }
    match national.len() {
        ..MIN_DIGITS => Err(Problem::TooShort),
        MIN_DIGITS..=MAX_DIGITS => Ok(Phone { code, national, extension }),
        _ => Err(Problem::TooLong),
    }
}

/// The text with digits of other scripts as 0 to 9.
fn with_ascii_digits(text: &str) -> Cow<'_, str> {
    if text.is_ascii() {
        return Cow::Borrowed(text);
    }
    text.chars().map(|c| super::digit(c).unwrap_or(c)).collect()
}

/// The part of a text that may be a number.
fn possible(text: &str) -> String {
    if let Some((before, after)) = text.split_once(";phone-context=") {
        let context = after.split(';').next().unwrap_or_default();
        let before = before.split_once("tel:").map_or(before, |(_, rest)| rest);
        let before = before.split(";isub=").next().unwrap_or_default();
        return format!("{}{before}", if context.starts_with('+') { context } else { "" });
    }
    let Some(start) = text.find(|c: char| c == '+' || c == '\u{ff0b}' || c.is_ascii_digit()) else {
        return String::new();
    };
    let mut number = &text[start..];
    if let Some(end) = UNWANTED_END.find(number) {
        number = &number[..end.start()];
    }
    if let Some(second) = SECOND_NUMBER.find(number) {
        number = &number[..second.start()];
    }
    match number.find(";isub=") {
        Some(place) if place > 0 => number[..place].to_owned(),
        _ => number.to_owned(),
    }
}

fn is_viable(number: &str) -> bool {
    number.chars().count() >= MIN_DIGITS && VIABLE.is_match(number)
}

fn take_extension(number: &mut String) -> Option<String> {
    let found = ENDS_WITH_EXTENSION.captures(number)?;
    let start = found.get(0)?.start();
    let extension = (1..found.len()).find_map(|group| found.get(group))?.as_str().to_owned();
    if !is_viable(&number[..start]) {
        return None;
    }
    number.truncate(start);
    Some(extension)
}

/// Only digits; letters as they stand on the keys, where a number is written in letters.
fn normalized(number: &str) -> String {
    let letters = number.chars().filter(char::is_ascii_alphabetic).count();
    let digit = |c: char| match c {
        '0'..='9' => Some(c),
        _ if letters < 3 => None,
        'a'..='c' | 'A'..='C' => Some('2'),
        'd'..='f' | 'D'..='F' => Some('3'),
        'g'..='i' | 'G'..='I' => Some('4'),
        'j'..='l' | 'J'..='L' => Some('5'),
        'm'..='o' | 'M'..='O' => Some('6'),
        'p'..='s' | 'P'..='S' => Some('7'),
        't'..='v' | 'T'..='V' => Some('8'),
        'w'..='z' | 'W'..='Z' => Some('9'),
        _ => None,
    };
    number.chars().filter_map(digit).collect()
}

/// The calling code of a number and what follows it; 0 where there is none.
fn calling_code(number: &str, region: Option<&'static Region>) -> Result<(u16, String), Problem> {
    let plus = number.starts_with(['+', '\u{ff0b}']);
    let mut digits = normalized(number.trim_start_matches(['+', '\u{ff0b}']));
    let abroad = match region {
        Some(region) if !plus && !region.abroad.is_empty() => after_prefix(&region.abroad, &digits).map(str::to_owned),
        _ => None,
    };
    let from_abroad = abroad.is_some();
    digits = abroad.unwrap_or(digits);
    if plus || from_abroad {
        if digits.len() <= MIN_DIGITS {
            return Err(Problem::TooShort);
        }
        let code = (1..=3).filter(|_| !digits.starts_with('0')).find_map(|many| {
            let code = digits.get(..many)?.parse().ok()?;
            metadata::regions_of(code).next().map(|_| (code, digits[many..].to_owned()))
        });
        return code.ok_or(Problem::UnknownCode);
    }
    if let Some(region) = region
        && let Some(rest) = digits.strip_prefix(&region.code.to_string())
        && let Some(general) = region.general()
    {
        // The code of the country without a plus sign.
        let rest = without_national_prefix(rest, region);
        let better = !is_whole(&general.0, &digits) && is_whole(&general.0, &rest);
        if better || length(&digits, region) == Length::TooLong {
            return Ok((region.code, rest.into_owned()));
        }
    }
    Ok((0, String::new()))
}

/// What follows the prefix of a call abroad.
fn after_prefix<'n>(abroad: &'static str, digits: &'n str) -> Option<&'n str> {
    let end = pattern(abroad, Anchor::Start).find(digits)?.end();
    let rest = &digits[end..];
    // No calling code begins with a zero.
    (!rest.starts_with('0')).then_some(rest)
}

fn without_national_prefix<'n>(number: &'n str, region: &'static Region) -> Cow<'n, str> {
    let number_as_it_is = Cow::Borrowed(number);
    if number.is_empty() || region.prefix.is_empty() {
        return number_as_it_is;
    }
    let prefix = pattern(&region.prefix, Anchor::Start);
    let Some(found) = prefix.captures(number) else { return number_as_it_is };
    let Some(Shape(general, ..)) = region.general() else { return number_as_it_is };
    let end = found.get(0).map_or(0, |whole| whole.end());
    let last_group = found.len() > 1 && found.get(found.len() - 1).is_some();
    let shorter: Cow<'_, str> = if region.transform.is_empty() || !last_group {
        Cow::Borrowed(&number[end..])
    } else {
        let mut transformed = String::new();
        found.expand(&region.transform, &mut transformed);
        transformed.push_str(&number[end..]);
        Cow::Owned(transformed)
    };
    if is_whole(general, number) && !is_whole(general, &shorter) { number_as_it_is } else { shorter }
}

/// Whether a number has as many digits as those of its region.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Length {
    Possible,
    LocalOnly,
    TooShort,
    TooLong,
    Invalid,
}

pub(super) fn length(number: &str, region: &Region) -> Length {
    let Some(Shape(_, lengths, local)) = region.general() else { return Length::Invalid };
    let (Some(least), Some(most)) = (lengths.first(), lengths.last()) else { return Length::Invalid };
    match number.len() {
        many if local.contains(&many) => Length::LocalOnly,
        many if many < *least => Length::TooShort,
        many if many > *most => Length::TooLong,
        many if lengths.contains(&many) => Length::Possible,
        _ => Length::Invalid,
    }
}
