//! VAT numbers of the European Union, the United Kingdom, Switzerland and Norway, with the check digits of each country.
//! Whether one is registered, only VIES and its like know.
//!
//! | file | job |
//! | --- | --- |
//! | `shapes.rs` | how the numbers of each country look, and which check is theirs |
//! | `checks.rs` | the checks |

mod checks;
mod shapes;

use shapes::COUNTRIES;

use super::outcome::{Bad, Good, Outcome};
use super::{Input, Settings, compact};

/// A VAT number, with its country in front or named beside it.
pub(super) fn check(input: Input<'_>, settings: &Settings) -> Outcome {
    let plain: String = compact(input.text).chars().filter(|c| !matches!(c, '.' | '/' | ',')).collect();
    let said = match settings.country {
        Some("GR") => Some("EL"),
        other => other,
    };
    let of = |country: &str| COUNTRIES.iter().find(|known| known.prefix == country);
    let prefixed = if plain.starts_with("CHE") {
        of("CHE").map(|known| (known, &plain[3..]))
    } else {
        let prefix = plain.get(..2).map(|prefix| if prefix == "GR" { "EL" } else { prefix });
        prefix.and_then(of).map(|known| (known, &plain[2..]))
    };
    // A number may begin with the letters of another country: those of Spain do.
    let named = said.and_then(|country| of(if country == "CH" { "CHE" } else { country }));
    let named = named.map(|known| (known, plain.strip_prefix(known.prefix).unwrap_or(&plain)));
    let Some((known, number)) = named.or(prefixed) else {
        return Err(match said {
            Some(country) => format!("is no VAT number that can be checked: {country} is not in the European Union"),
            None => "is no VAT number: begin it with the letters of its country, or send country".to_owned(),
        }
        .into());
    };
    let number = match known.prefix {
        "BE" if number.len() == 9 => format!("0{number}"),
        "EL" if number.len() == 8 => format!("0{number}"),
        "CHE" => number.trim_end_matches(|c: char| c.is_ascii_alphabetic()).to_owned(),
        "NO" => number.trim_end_matches("MVA").to_owned(),
        "FR" | "IE" | "ES" | "NL" | "CY" | "AT" | "GB" => number.to_owned(),
        _ => number.trim_start_matches(known.prefix).to_owned(),
    };
    let country = if known.prefix == "EL" { "GR" } else { &known.prefix[..2] };
    let bad = |reason: String| Bad::from(reason).with("country", country);
    if !known.fits(&number) {
        return Err(bad(format!("is no VAT number of {}: it has {}", known.name, known.looks)));
    }
    if !(known.check)(&number) {
        return Err(bad("has check digits that do not fit: is there a typo?".to_owned()));
    }
    let formatted = match known.prefix {
        "CHE" => format!("CHE-{}.{}.{} MWST", &number[..3], &number[3..6], &number[6..]),
        "NO" => format!("NO{number}MVA"),
        prefix => format!("{prefix}{number}"),
    };
    Ok(Good::new(formatted)
        .with("country", country)
        .with("prefix", known.prefix)
        .with("number", number)
        .with("europeanUnion", !matches!(known.prefix, "GB" | "CHE" | "NO" | "XI")))
}
