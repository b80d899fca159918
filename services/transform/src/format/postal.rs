//! Postal codes by country.

use std::collections::HashMap;
use std::sync::{LazyLock, OnceLock};

use regex::{Regex, RegexBuilder};

use super::outcome::{Bad, Good, Outcome};
use super::{Input, Settings};

const LINES: &str = include_str!("data/postcodes.tsv");

struct Codes {
    pattern: &'static str,
    compiled: OnceLock<Regex>,
    /// A code as it is written there.
    example: &'static str,
}

static COUNTRIES: LazyLock<HashMap<&'static str, Codes>> = LazyLock::new(|| {
    let codes = |line: &'static str| {
        let mut fields = line.split('\t');
        let country = fields.next()?;
        let (pattern, example) = (fields.next()?, fields.next().unwrap_or_default());
        Some((country, Codes { pattern, compiled: OnceLock::new(), example }))
    };
    LINES.lines().filter_map(codes).collect()
});

/// How codes are written where the example does not show it.
const GROUPED: [(&str, &str); 4] = [("SE", "000 00"), ("GR", "000 00"), ("CZ", "000 00"), ("SK", "000 00")];

impl Codes {
    fn is_match(&self, text: &str) -> bool {
        let compiled = self.compiled.get_or_init(|| {
            let anchored = format!("^(?:{})$", self.pattern);
            RegexBuilder::new(&anchored).unicode(false).build().expect("the table's patterns are well-formed")
        });
        compiled.is_match(text)
    }
}

/// A postal code of a country.
pub(super) fn check(input: Input<'_>, settings: &Settings) -> Outcome {
    let Some(country) = settings.country else {
        return Err("cannot be checked without its country: send country, such as US".into());
    };
    let Some(codes) = COUNTRIES.get(country) else {
        return Err(format!("cannot be checked: {country} has no postal codes, or none that are known").into());
    };
    let text = input.text.trim();
    if text.len() > 40 {
        return Err("is no postal code: it is too long".into());
    }
    let text: String = text.chars().map(|c| crate::phone::digit(c).unwrap_or(c)).collect::<String>().to_uppercase();
    let alone: String = text.chars().filter(char::is_ascii_alphanumeric).collect();
    let example_alone: String = codes.example.chars().filter(char::is_ascii_alphanumeric).collect();
    let digits_alone = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    // The letters of the country before it, as on envelopes.
    let without_country = text.split_once(['-', ' ']).filter(|(before, _)| {
        *before == country
            || matches!(
                (*before, country),
                ("D", "DE") | ("F", "FR") | ("A", "AT") | ("B", "BE") | ("I", "IT") | ("L", "LU")
            )
    });
    let mut tries = vec![text.clone(), alone.clone()];
    tries.extend(without_country.map(|(_, code)| code.trim().to_owned()));
    if !example_alone.starts_with(country) || alone.starts_with(country) {
        tries.extend((alone.len() == example_alone.len()).then(|| grouped(&alone, codes.example)));
    } else if alone.len() + country.len() == example_alone.len() {
        tries.push(grouped(&format!("{country}{alone}"), codes.example));
    }
    if country == "US" && alone.len() == 9 {
        tries.push(format!("{}-{}", &alone[..5], &alone[5..]));
    }
    if input.is_number && digits_alone(&alone) && digits_alone(&example_alone) && alone.len() < example_alone.len() {
        // A number has lost the zeros it began with.
        tries.push(format!("{alone:0>width$}", width = example_alone.len()));
    }
    let Some(found) = tries.iter().find(|code| codes.is_match(code)) else {
        let lost =
            digits_alone(&alone) && alone.len() + 1 == example_alone.len() && codes.is_match(&format!("0{alone}"));
        let hint = if lost { "; has it lost a zero at its front?" } else { "" };
        let example = if codes.example.is_empty() { String::new() } else { format!(", such as {}", codes.example) };
        return Err(Bad::from(format!("is no postal code of {country}{example}{hint}")).with("country", country));
    };
    let alone: String = found.chars().filter(char::is_ascii_alphanumeric).collect();
    let formatted = match country {
        "GB" if alone.starts_with("BFPO") => format!("BFPO {}", &alone[4..]),
        "GB" | "GG" | "JE" | "IM" if alone.len() > 4 => {
            let (outward, inward) = alone.split_at(alone.len() - 3);
            format!("{outward} {inward}")
        }
        "US" if alone.len() == 9 => format!("{}-{}", &alone[..5], &alone[5..]),
        _ => match GROUPED.iter().find(|(known, _)| *known == country) {
            Some((_, shape)) if alone.len() == 5 => grouped(&alone, shape),
            _ if alone.len() == example_alone.len() => grouped(&alone, codes.example),
            _ => found.clone(),
        },
    };
    Ok(Good::new(formatted).with("country", country).with("code", alone))
}

/// Letters and digits with what stands between those of the example.
fn grouped(alone: &str, example: &str) -> String {
    let mut rest = alone.chars();
    let grouped = example.chars().filter_map(|c| if c.is_ascii_alphanumeric() { rest.next() } else { Some(c) });
    grouped.collect()
}
