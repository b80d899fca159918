//! Numbers as people write them.

use std::sync::Arc;

use dashu_int::IBig;

use crate::decimal::Decimal;
use crate::number::Number;
use crate::options::{NumberStyle, Options};
use crate::units::{Quantity, Unit, table};
use crate::value::Value;

/// Longer text is no number.
const MAX_TEXT: usize = 30_000;

/// Spaces that people and programs put between groups of digits.
pub(crate) fn is_group_space(character: char) -> bool {
    matches!(character, '\u{a0}' | '\u{202f}' | '\u{2009}' | '\'' | '’')
}

/// The length of the number at the start of a text, in characters, and its digits as programs write them. None when
/// there is no number; an error is a sentence on how it is written.
pub(crate) fn scan(characters: &[char], style: NumberStyle, spaces: bool) -> Result<Option<(usize, String)>, String> {
    let (point, group) = match style {
        NumberStyle::Plain => ('.', None),
        NumberStyle::Point => ('.', Some(',')),
        NumberStyle::Comma => (',', Some('.')),
    };
    let digit = |at: usize| characters.get(at).is_some_and(char::is_ascii_digit);
    let triple = |at: usize| digit(at) && digit(at + 1) && digit(at + 2) && !digit(at + 3);
    let mut text = String::new();
    let mut at = 0;
    let mut grouped = None;
    while let Some(character) = characters.get(at) {
        let is_group = Some(*character) == group
            || (group.is_some() && (is_group_space(*character) || (spaces && *character == ' ')));
        if character.is_ascii_digit() {
            text.push(*character);
        } else if is_group && !text.is_empty() && triple(at + 1) && grouped.is_none_or(|known| known == *character) {
            // The first group has one to three digits.
            if grouped.is_none() && text.len() > 3 {
                break;
            }
            grouped = Some(*character);
        } else {
            break;
        }
        at += 1;
    }
    let whole = text.len();
    if characters.get(at) == Some(&point) && (digit(at + 1) || (whole > 0 && style != NumberStyle::Comma)) {
        text.push('.');
        at += 1;
        while digit(at) {
            text.push(characters[at]);
            at += 1;
        }
    }
    if text.is_empty() || text == "." {
        return Ok(None);
    }
    if matches!(characters.get(at), Some('e' | 'E')) {
        let sign = usize::from(matches!(characters.get(at + 1), Some('+' | '-')));
        if digit(at + 1 + sign) {
            text.push('e');
            text.extend(&characters[at + 1..=at + sign]);
            at += 1 + sign;
            while digit(at) {
                text.push(characters[at]);
                at += 1;
            }
        }
    }
    // `1.5` with a decimal comma is neither grouped nor a fraction.
    if style == NumberStyle::Comma && characters.get(at) == Some(&'.') && digit(at + 1) {
        let shown: String = characters.iter().take(24).take_while(|c| c.is_ascii_digit() || **c == '.').collect();
        let fixed = shown.replace('.', ",");
        return Err(format!("{shown} is no number with a decimal comma: write {fixed}"));
    }
    Ok(Some((at, text)))
}

/// Reads a whole text as a number with what people put around it: a currency before or after, a percent sign, brackets
/// for negative ones.
pub(crate) fn read(text: &str, options: &Options) -> Option<Value> {
    let text = text.trim();
    if text.is_empty() || text.len() > MAX_TEXT {
        return None;
    }
    let (mut negative, inner) = match text.strip_prefix('(').and_then(|rest| rest.strip_suffix(')')) {
        Some(inner) if options.style != NumberStyle::Plain => (true, inner.trim()),
        _ => (false, text),
    };
    let mut rest = inner;
    let mut unit = None;
    let sign = |rest: &mut &str, negative: &mut bool| {
        for minus in ["-", "−"] {
            if let Some(after) = rest.strip_prefix(minus) {
                (*rest, *negative) = (after.trim_start(), !*negative);
                return;
            }
        }
        *rest = rest.strip_prefix('+').unwrap_or(rest);
    };
    sign(&mut rest, &mut negative);
    if let Some((found, after)) = currency_before(rest, options) {
        (unit, rest) = (Some(found), after);
        sign(&mut rest, &mut negative);
    }
    let characters: Vec<char> = rest.chars().collect();
    let (length, digits) = scan(&characters, options.style, true).ok()??;
    let after: String = characters[length..].iter().collect();
    let mut after = after.trim_matches(|c: char| c.is_whitespace());
    if let Some(before) = after.strip_suffix('-').filter(|_| !negative && options.style != NumberStyle::Plain) {
        (after, negative) = (before.trim_end(), true);
    }
    let mut value = Decimal::parse(&digits)?;
    if negative {
        value = value.negated();
    }
    match after {
        "" => {}
        "%" => value = value.multiply(&Decimal::new(IBig::ONE, -2), options.context()).ok()?,
        "‰" => value = value.multiply(&Decimal::new(IBig::ONE, -3), options.context()).ok()?,
        name if unit.is_none() && (options.units || options.style != NumberStyle::Plain) => {
            unit = Some(Unit::find(name, options.rates.as_deref())?);
        }
        _ => return None,
    }
    let number = Number::of(value, options.mode).ok()?;
    Some(match unit {
        Some(unit) => Value::Quantity(Arc::new(Quantity { number, unit: Arc::new(unit) })),
        None => Value::Number(number),
    })
}

fn currency_before<'a>(text: &'a str, options: &Options) -> Option<(Unit, &'a str)> {
    if let Some((sign, code)) = table::SIGNS.iter().find(|(sign, _)| text.starts_with(sign)) {
        return Some((Unit::find(code, None)?, text[sign.len()..].trim_start()));
    }
    let length = text.bytes().take_while(u8::is_ascii_uppercase).count();
    let unit = Unit::find(&text[..length], options.rates.as_deref())?;
    unit.is_currency().then(|| (unit, text[length..].trim_start()))
}
