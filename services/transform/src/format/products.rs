//! Numbers of things that are sold: GTIN (EAN, UPC), ISBN, ISSN, ISIN, VIN.

use patterns::{digits, luhn};

use super::bank::wrong_digit;
use super::countries::Country;
use super::outcome::{Bad, Good, Outcome};
use super::{Input, Settings, Style, compact};

/// The check digit of GS1: from the right, every other digit counts three times.
fn gs1(body: &[u32]) -> u32 {
    let sum: u32 =
        body.iter().rev().enumerate().map(|(place, digit)| if place % 2 == 0 { 3 * digit } else { *digit }).sum();
    (10 - sum % 10) % 10
}

/// A GTIN: EAN-8, UPC-A, EAN-13, GTIN-14.
pub(super) fn gtin(input: Input<'_>) -> Outcome {
    let mut plain = compact(input.text);
    if input.is_number {
        // A number has lost the zeros it began with.
        let length = [8, 12, 13, 14].into_iter().find(|length| plain.len() <= *length).unwrap_or_default();
        plain = format!("{plain:0>length$}");
    }
    let name = match plain.len() {
        8 => "EAN-8",
        12 => "UPC-A",
        13 => "EAN-13",
        14 => "GTIN-14",
        _ => return Err("is no EAN or UPC: these have 8, 12, 13 or 14 digits".into()),
    };
    if !plain.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err("is no EAN or UPC: these have digits alone".into());
    }
    let all = digits(&plain);
    let (check, body) = (all[all.len() - 1], &all[..all.len() - 1]);
    let right = gs1(body);
    if check != right {
        return Err(wrong_digit(check, right).with("type", name));
    }
    Ok(Good::new(plain.clone())
        .with("type", name)
        .with("gtin14", format!("{plain:0>14}"))
        .with("checkDigit", right as usize))
}

/// The check character of an ISBN-10 or ISSN: weights fall to 2, 10 is X.
fn mod_11(body: &[u32]) -> char {
    let sum: u32 = body.iter().rev().zip(2..).map(|(digit, weight)| digit * weight).sum();
    char::from_digit((11 - sum % 11) % 11, 10).unwrap_or('X')
}

fn is_digits_and_x(plain: &str) -> bool {
    let (body, last) = plain.split_at(plain.len().saturating_sub(1));
    body.bytes().all(|byte| byte.is_ascii_digit()) && last.bytes().all(|byte| byte.is_ascii_digit() || byte == b'X')
}

/// An ISBN of 10 or 13 digits.
pub(super) fn isbn(input: Input<'_>, settings: &Settings) -> Outcome {
    let plain = compact(input.text);
    let plain =
        ["ISBN13:", "ISBN10:", "ISBN:", "ISBN"].iter().find_map(|prefix| plain.strip_prefix(prefix)).unwrap_or(&plain);
    let mut plain = plain.to_owned();
    if input.is_number && plain.len() == 9 {
        plain.insert(0, '0');
    }
    if !matches!(plain.len(), 10 | 13) || !is_digits_and_x(&plain) {
        return Err("is no ISBN: it has 10 or 13 digits, of which the tenth may be X".into());
    }
    let all = digits(&plain);
    let is_long = plain.len() == 13;
    if is_long && !(plain.starts_with("978") || plain.starts_with("979")) {
        return Err("is no ISBN: one of 13 digits begins with 978 or 979".into());
    }
    let last = plain.chars().next_back().unwrap_or_default();
    let right = if is_long { char::from_digit(gs1(&all[..12]), 10).unwrap_or_default() } else { mod_11(&all[..9]) };
    if last != right {
        return Err(wrong_digit(last, right));
    }
    let body = if is_long { plain[3..12].to_owned() } else { plain[..9].to_owned() };
    let isbn13 = if is_long { plain.clone() } else { format!("978{body}{}", gs1(&digits(&format!("978{body}")))) };
    let isbn10 = isbn13.starts_with("978").then(|| format!("{body}{}", mod_11(&digits(&body))));
    let formatted = match (settings.style, &isbn10) {
        (Some(Style::Isbn10), Some(short)) => short.clone(),
        (Some(Style::Isbn10), None) => {
            return Err(Bad::from("has no form of 10 digits: only those with 978 have one").with("isbn13", isbn13));
        }
        _ => isbn13.clone(),
    };
    Ok(Good::new(formatted).with("isbn13", isbn13).with("isbn10", isbn10))
}

/// An ISSN.
pub(super) fn issn(input: Input<'_>) -> Outcome {
    let plain = compact(input.text);
    let plain = plain.strip_prefix("ISSN").unwrap_or(&plain).trim_start_matches(':').to_owned();
    if plain.len() != 8 || !is_digits_and_x(&plain) {
        return Err("is no ISSN: it has 8 digits, of which the last may be X".into());
    }
    let (last, right) = (plain.chars().next_back().unwrap_or_default(), mod_11(&digits(&plain[..7])));
    if last != right {
        return Err(wrong_digit(last, right));
    }
    let ean = format!("977{}00", &plain[..7]);
    let ean = format!("{ean}{}", gs1(&digits(&ean)));
    Ok(Good::new(format!("{}-{}", &plain[..4], &plain[4..])).with("ean13", ean))
}

/// An ISIN.
pub(super) fn isin(input: Input<'_>) -> Outcome {
    let plain = compact(input.text);
    let fits = plain.len() == 12
        && plain.bytes().all(|byte| byte.is_ascii_alphanumeric())
        && plain[..2].bytes().all(|byte| byte.is_ascii_uppercase())
        && plain.ends_with(|c: char| c.is_ascii_digit());
    if !fits {
        return Err("is no ISIN: it has two letters, nine letters or digits, and a check digit".into());
    }
    let (country, body) = (&plain[..2], &plain[..11]);
    // Letters count as two digits: A is 10.
    let written =
        |text: &str| text.chars().filter_map(|c| c.to_digit(36)).map(|value| value.to_string()).collect::<String>();
    if !luhn(&written(&plain)) {
        let right = (0..10).find(|digit| luhn(&written(&format!("{body}{digit}"))));
        return Err(wrong_digit(&plain[11..], right.unwrap_or_default()));
    }
    let international = ["XS", "XA", "XB", "XC", "XD", "XF", "XK", "EU", "EZ", "QS", "QT"].contains(&country);
    if !international && Country::find(country).is_none_or(|known| known.alpha2 != country) {
        return Err(format!("is no ISIN: {country} is no country").into());
    }
    Ok(Good::new(plain.clone()).with("country", country).with("nsin", &plain[2..11]).with("checkDigit", &plain[11..]))
}

/// A vehicle identification number (ISO 3779).
pub(super) fn vin(input: Input<'_>) -> Outcome {
    const WEIGHTS: [u32; 17] = [8, 7, 6, 5, 4, 3, 2, 10, 0, 9, 8, 7, 6, 5, 4, 3, 2];
    let plain = compact(input.text);
    let value = |c: char| match c {
        '0'..='9' => c.to_digit(10),
        'A'..='H' => Some(c as u32 - 'A' as u32 + 1),
        'J'..='N' => Some(c as u32 - 'J' as u32 + 1),
        'P' => Some(7),
        'R' => Some(9),
        'S'..='Z' => Some(c as u32 - 'S' as u32 + 2),
        _ => None,
    };
    let values: Option<Vec<u32>> = plain.chars().map(value).collect();
    let Some(values) = values.filter(|values| values.len() == 17) else {
        return Err("is no VIN: it has 17 letters and digits, without I, O and Q".into());
    };
    let sum: u32 = values.iter().zip(WEIGHTS).map(|(value, weight)| value * weight).sum();
    let right = char::from_digit(sum % 11, 10).unwrap_or('X');
    let check = plain.chars().nth(8).unwrap_or_default();
    let region = match plain.chars().next().unwrap_or_default() {
        'A'..='H' => "Africa",
        'J'..='R' => "Asia",
        'S'..='Z' => "Europe",
        '1'..='5' => "North America",
        '6' | '7' => "Oceania",
        _ => "South America",
    };
    // Elsewhere the ninth character is the maker's own.
    if check != right && region == "North America" {
        return Err(wrong_digit(check, right).with("region", region));
    }
    Ok(Good::new(plain.clone())
        .with("manufacturer", &plain[..3])
        .with("region", region)
        .with("descriptor", &plain[3..9])
        .with("serial", &plain[9..])
        .with("checkDigitFits", check == right))
}
