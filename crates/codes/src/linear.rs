//! Linear barcodes: what each can hold, and its check digit. The patterns are rxing's.

use rxing::common::BitMatrix;
use rxing::{BarcodeFormat, EncodeHints, MultiFormatWriter, Writer};

use crate::gs1::{Elements, SEPARATOR};
use crate::symbol::{CodeType, Symbol};
use crate::{Error, conflict};

/// What rxing takes for FNC1 in the text of a Code 128.
const FNC1: char = '\u{f1}';
/// A longer Code 128 or Code 39 is wider than any scanner sees.
const LONGEST: usize = 80;

/// A code, and its text as it is encoded.
pub struct Linear {
    /// Its modules, one row.
    pub symbol: Symbol,
    /// Its text, with the check digit.
    pub text: String,
}

/// A text as bars; `gs1` for a GS1 element string in Code 128.
///
/// # Errors
/// When the code cannot hold the text.
pub fn encode(text: &str, code: CodeType, gs1: bool) -> Result<Linear, Error> {
    let (format, text, encoded) = match code {
        CodeType::Ean13 => digits(text, code, 13).map(|text| (BarcodeFormat::EAN_13, text.clone(), text))?,
        CodeType::Ean8 => digits(text, code, 8).map(|text| (BarcodeFormat::EAN_8, text.clone(), text))?,
        CodeType::UpcA => digits(text, code, 12).map(|text| (BarcodeFormat::UPC_A, text.clone(), text))?,
        CodeType::Itf => pairs(text).map(|text| (BarcodeFormat::ITF, text.clone(), text))?,
        CodeType::Code39 => {
            only(text, code, |byte| byte.is_ascii_uppercase() || byte.is_ascii_digit() || b"-. $/+%".contains(&byte))?;
            (BarcodeFormat::CODE_39, text.to_owned(), text.to_owned())
        }
        CodeType::Codabar => codabar(text).map(|text| (BarcodeFormat::CODABAR, text.clone(), text))?,
        _ if gs1 => {
            let encoded = Elements::read(text)?.encoded();
            (BarcodeFormat::CODE_128, text.to_owned(), format!("{FNC1}{}", encoded.replace(SEPARATOR, "\u{f1}")))
        }
        _ => {
            only(text, CodeType::Code128, |byte| byte.is_ascii())?;
            (BarcodeFormat::CODE_128, text.to_owned(), text.to_owned())
        }
    };
    if encoded.chars().count() > LONGEST {
        return Err(conflict(
            "text",
            format!("is too long for {}: it holds at most {LONGEST} characters", code.name()),
        ));
    }
    let matrix = write(&encoded, format, &EncodeHints { Code128Compact: Some(true), ..EncodeHints::default() })
        .ok_or_else(|| conflict("text", format!("cannot be written as {}", code.name())))?;
    Ok(Linear { symbol: Symbol::of(&matrix), text })
}

/// A text as the library writes it, without anything around it.
pub(crate) fn write(text: &str, format: BarcodeFormat, hints: &EncodeHints) -> Option<BitMatrix> {
    let hints = EncodeHints { Margin: Some("0".to_owned()), ..hints.clone() };
    MultiFormatWriter.encode_with_hints(text, &format, 0, 0, &hints).ok()
}

/// The digits of a product, with their check digit.
fn digits(text: &str, code: CodeType, length: usize) -> Result<String, Error> {
    let text: String = text.chars().filter(|symbol| !matches!(symbol, ' ' | '-')).collect();
    if !text.bytes().all(|byte| byte.is_ascii_digit()) || !(length - 1..=length).contains(&text.len()) {
        let (name, without) = (code.name(), length - 1);
        let message = format!("must be the {without} digits of {name} without its check digit, or all {length}");
        return Err(conflict("text", message));
    }
    let body = &text[..length - 1];
    let right = check_digit(body);
    match text[length - 1..].chars().next() {
        Some(sent) if sent != right => {
            Err(conflict("text", format!("has a wrong check digit: the last digit must be {right} (you sent {sent})")))
        }
        _ => Ok(format!("{body}{right}")),
    }
}

/// Whether a text that lacks a digit may lack a zero at its start instead of its check digit at the end: a spreadsheet that
/// takes a UPC for a number loses it.
#[must_use]
pub fn may_lack_zero(text: &str, code: CodeType) -> bool {
    let length = match code {
        CodeType::Ean13 => 13,
        CodeType::Ean8 => 8,
        CodeType::UpcA => 12,
        _ => return false,
    };
    let digits: String = text.chars().filter(char::is_ascii_digit).collect();
    let Some((body, last)) = digits.split_at_checked(length - 2) else { return false };
    digits.len() == length - 1 && last.starts_with(check_digit(&format!("0{body}")))
}

/// The check digit of a GTIN or SSCC: GS1 General Specifications, 7.9.1. From the right, every other digit counts three
/// times.
pub(crate) fn check_digit(digits: &str) -> char {
    let weighed = digits.bytes().rev().enumerate();
    let sum: u32 = weighed.map(|(at, digit)| u32::from(digit - b'0') * if at % 2 == 0 { 3 } else { 1 }).sum();
    char::from_digit((10 - sum % 10) % 10, 10).expect("it is less than ten")
}

/// The digits of an ITF.
fn pairs(text: &str) -> Result<String, Error> {
    if text.is_empty() || !text.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(conflict("text", "must be digits only for itf: use code128 or qr for other text"));
    }
    if text.len() % 2 == 1 {
        return Err(conflict("text", "must be an even number of digits for itf: put a 0 in front"));
    }
    Ok(text.to_owned())
}

/// A Codabar with its start and stop letters: A, when it has none.
fn codabar(text: &str) -> Result<String, Error> {
    let capital = text.to_ascii_uppercase();
    let is_end = |byte: Option<&u8>| byte.is_some_and(|byte| (b'A'..=b'D').contains(byte));
    let bytes = capital.as_bytes();
    let inner = match (is_end(bytes.first()), is_end(bytes.last())) {
        (true, true) if bytes.len() > 2 => &capital[1..capital.len() - 1],
        _ => &capital,
    };
    only(inner, CodeType::Codabar, |byte| byte.is_ascii_digit() || b"-$:/.+".contains(&byte))?;
    Ok(if inner.len() == capital.len() { format!("A{inner}A") } else { capital })
}

fn only(text: &str, code: CodeType, allowed: impl Fn(u8) -> bool) -> Result<(), Error> {
    if text.bytes().all(allowed) {
        return Ok(());
    }
    let (allowed, other) = match code {
        CodeType::Code39 => ("capital letters, digits, spaces and - . $ / + %", "code128 or qr"),
        CodeType::Codabar => ("digits and - $ : / . +, between two letters of a to d", "code128 or qr"),
        _ => ("ASCII characters", "qr or data-matrix"),
    };
    Err(conflict("text", format!("may hold only {allowed} in {}: use {other} for other text", code.name())))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// GS1 General Specifications, 7.9.1 and figures of section 5; the SSCC of 2.2.1.
    #[test]
    fn check_digits_of_gs1() {
        for (digits, check) in [
            ("629104150021", '3'),
            ("950110153000", '3'),
            ("7351353", '7'),
            ("61414100003", '6'),
            ("37610425002123456", '9'),
            ("0950600013435", '2'),
        ] {
            assert_eq!(check_digit(digits), check, "{digits}");
        }
    }
}
