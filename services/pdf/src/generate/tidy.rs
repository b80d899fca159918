//! Data as people have it, made what a template reads: numbers as they are printed, a name where a party is asked for, one
//! item instead of a list. What is not understood stays as it is, and is told by whoever reads it.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use serde_json::value::RawValue;

use super::Template;

/// An object whose values are still text.
type Object = BTreeMap<String, Box<RawValue>>;

/// Fields that are numbers, in items and beside them.
const NUMBERS: [&str; 16] = [
    "price",
    "unitPrice",
    "unit_price",
    "amount",
    "quantity",
    "qty",
    "discount",
    "discountPercent",
    "discount_percent",
    "tax",
    "taxRate",
    "vat",
    "vatRate",
    "shipping",
    "paid",
    "tax_rate",
];
/// Those of a bill as a whole that are amounts.
const AMOUNTS: [&str; 3] = ["discount", "shipping", "paid"];
/// Fields that are a person or company.
const PARTIES: [&str; 11] =
    ["seller", "company", "from", "merchant", "customer", "client", "payer", "to", "sender", "recipient", "buyer"];
const ITEMS: [&str; 4] = ["items", "lineItems", "line_items", "lines"];

/// The data of a template as it reads it; `decimal` is the decimal sign of its language.
pub(crate) fn tidy(template: Template, json: &str, decimal: char) -> Cow<'_, str> {
    let Ok(mut object) = serde_json::from_str::<Object>(json) else { return Cow::Borrowed(json) };
    let bills = matches!(template, Template::Invoice | Template::Receipt);
    let mut changed = false;
    let names: Option<Vec<String>> = object.get("columns").and_then(|columns| serde_json::from_str(columns.get()).ok());
    for (key, value) in &mut object {
        let key = key.as_str();
        let new = match template {
            // What is taken off a bill is an amount: a percentage is refused by who reads it.
            _ if bills && AMOUNTS.contains(&key) && value.get().contains('%') => None,
            _ if bills && NUMBERS.contains(&key) => number_value(value.get(), decimal),
            _ if bills && ITEMS.contains(&key) => items(value.get(), decimal),
            Template::Invoice | Template::Receipt | Template::Letter if PARTIES.contains(&key) => party(value.get()),
            Template::Certificate if matches!(key, "signatories" | "signatures") => signatories(value.get()),
            Template::Letter if key == "body" => lines(value.get(), "\n\n"),
            Template::ReportTable if key == "rows" => rows(value.get(), names.as_deref()),
            _ => None,
        };
        if let Some(raw) = new.and_then(|text| RawValue::from_string(text).ok()) {
            *value = raw;
            changed = true;
        }
    }
    match serde_json::to_string(&object) {
        Ok(text) if changed => Cow::Owned(text),
        _ => Cow::Borrowed(json),
    }
}

/// A text in the JSON of a value.
fn text(json: &str) -> Option<String> {
    serde_json::from_str(json).ok()
}

fn quoted(text: &str) -> Option<String> {
    serde_json::to_string(text).ok()
}

/// Texts of a list as one.
fn lines(json: &str, between: &str) -> Option<String> {
    let parts: Vec<String> = serde_json::from_str(json).ok()?;
    quoted(&parts.join(between))
}

fn items(json: &str, decimal: char) -> Option<String> {
    let mut changed = json.starts_with('{');
    let mut list: Vec<Object> =
        if changed { vec![serde_json::from_str(json).ok()?] } else { serde_json::from_str(json).ok()? };
    for item in &mut list {
        for (_, value) in item.iter_mut().filter(|(key, _)| NUMBERS.contains(&key.as_str())) {
            if let Some(raw) = number_value(value.get(), decimal).and_then(|text| RawValue::from_string(text).ok()) {
                *value = raw;
                changed = true;
            }
        }
    }
    if changed { serde_json::to_string(&list).ok() } else { None }
}

/// `"Jane Doe\n5 Garden Road"` as a party; in one that is there the lines of an address as one text.
fn party(json: &str) -> Option<String> {
    if let Some(text) = text(json) {
        let (name, address) = text.trim().split_once('\n').unwrap_or((text.trim(), ""));
        let mut made: BTreeMap<&str, &str> = BTreeMap::from([("name", name.trim())]);
        if !address.trim().is_empty() {
            made.insert("address", address.trim());
        }
        return serde_json::to_string(&made).ok();
    }
    let mut object: Object = serde_json::from_str(json).ok()?;
    let address = object.get_mut("address")?;
    *address = RawValue::from_string(lines(address.get(), "\n")?).ok()?;
    serde_json::to_string(&object).ok()
}

/// Names as those who sign.
fn signatories(json: &str) -> Option<String> {
    let names = match text(json) {
        Some(name) => vec![name],
        None => serde_json::from_str::<Vec<String>>(json).ok()?,
    };
    let made: Vec<BTreeMap<&str, &str>> = names.iter().map(|name| BTreeMap::from([("name", name.as_str())])).collect();
    serde_json::to_string(&made).ok()
}

/// Rows that are lists, by the names of the columns that were sent, or else those in the first row.
fn rows(json: &str, names: Option<&[String]>) -> Option<String> {
    let list: Vec<Vec<Box<RawValue>>> = serde_json::from_str(json).ok()?;
    let (names, body) = match names {
        Some(names) => (names.to_vec(), list.as_slice()),
        None => {
            let (head, body) = list.split_first()?;
            (head.iter().map(|name| text(name.get())).collect::<Option<Vec<String>>>()?, body)
        }
    };
    let different: BTreeSet<&String> = names.iter().collect();
    if different.len() < names.len() || body.iter().any(|row| row.len() > names.len()) {
        return None;
    }
    let mut out = String::from("[");
    for (index, row) in body.iter().enumerate() {
        let cells: Vec<String> = names
            .iter()
            .zip(row)
            .map(|(name, cell)| Some(format!("{}:{}", quoted(name)?, cell.get())))
            .collect::<Option<_>>()?;
        out.push_str(if index == 0 { "{" } else { ",{" });
        out.push_str(&cells.join(","));
        out.push('}');
    }
    out.push(']');
    Some(out)
}

fn number_value(json: &str, decimal: char) -> Option<String> {
    quoted(&number(&text(json)?, decimal)?)
}

/// `$1,200.00`, `1.200,00 €`, `19 %`, `(20.00)` as plain decimals; nothing for what is one, or is no number.
fn number(text: &str, decimal: char) -> Option<String> {
    let text = text.trim();
    let (text, bracketed) = match text.strip_prefix('(').and_then(|rest| rest.strip_suffix(')')) {
        Some(inner) => (inner, true),
        None => (text, false),
    };
    let minus = |letter: char| matches!(letter, '-' | '−' | '–');
    let start = text.find(|letter: char| letter.is_ascii_digit())?;
    let end = text.rfind(|letter: char| letter.is_ascii_digit())? + 1;
    let (before, digits, after) = (&text[..start], &text[start..end], &text[end..]);
    // What stands around is a sign, a currency or a percent sign, and not a thousand or a million.
    let around = |part: &str| {
        let part = part.trim();
        let multiple = matches!(part.to_ascii_lowercase().as_str(), "k" | "m" | "b" | "t" | "q" | "mn" | "bn");
        part.chars().filter(|letter| !letter.is_whitespace()).count() <= 4 && !part.contains(['.', ',']) && !multiple
    };
    if !around(before) || !around(after) {
        return None;
    }
    let priced = [before, after]
        .iter()
        .any(|part| part.chars().any(|letter| !letter.is_whitespace() && !minus(letter) && letter != '%'));
    let space = |letter: char| matches!(letter, ' ' | '\u{a0}' | '\u{202f}' | '\'' | '’' | '_');
    let threes = |part: &str| part.chars().take_while(char::is_ascii_digit).count() == 3;
    if !digits.split(space).skip(1).all(threes) {
        return None;
    }
    let negative = bracketed || before.contains(minus) || after.contains(minus);
    let digits: String = digits.chars().filter(|letter| !space(*letter)).collect();
    if !digits.chars().all(|letter| letter.is_ascii_digit() || matches!(letter, '.' | ',')) {
        return None;
    }
    let (points, commas) = (digits.matches('.').count(), digits.matches(',').count());
    let behind = |sign: char| digits.rsplit(sign).next().map_or(0, str::len);
    let sign = match (points, commas) {
        (0, 0) => None,
        // With a currency it is written by a person: 1.200 € are twelve hundred where the comma is the decimal sign. Without one
        // it comes from a program.
        (1, 0) if priced && decimal == ',' && behind('.') == 3 => None,
        (1, 0) => Some('.'),
        (0, 1) if behind(',') != 3 || decimal == ',' => Some(','),
        (0, _) | (_, 0) => None,
        _ => digits.chars().rfind(|letter| matches!(letter, '.' | ',')),
    };
    let (whole, fraction) = match sign {
        Some(sign) => digits.rsplit_once(sign)?,
        None => (digits.as_str(), ""),
    };
    let groups: Vec<&str> = whole.split(['.', ',']).collect();
    let grouped = groups.len() == 1 || groups.iter().skip(1).all(|group| group.len() == 3);
    if !grouped || fraction.contains(['.', ',']) {
        return None;
    }
    let sign = if negative { "-" } else { "" };
    let plain = match fraction.is_empty() {
        true => format!("{sign}{}", groups.concat()),
        false => format!("{sign}{}.{fraction}", groups.concat()),
    };
    (plain != text).then_some(plain)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_read_as_they_are_printed() {
        for (text, decimal, plain) in [
            ("$1,200.00", '.', Some("1200.00")),
            ("1.200,00 €", ',', Some("1200.00")),
            ("10,50", '.', Some("10.50")),
            ("1,234", '.', Some("1234")),
            ("1,234", ',', Some("1.234")),
            ("1 234,5", '.', Some("1234.5")),
            ("CHF 1'234.50", '.', Some("1234.50")),
            ("19 %", '.', Some("19")),
            ("(20.00)", '.', Some("-20.00")),
            ("-€5", '.', Some("-5")),
            ("1.234.567", '.', Some("1234567")),
            ("1.200 €", ',', Some("1200")),
            ("$1.200", '.', Some("1.200")),
            ("1.200", ',', None),
            ("1.5 kg", ',', Some("1.5")),
            ("$2M", '.', None),
            ("10k", '.', None),
            ("Q4 2025", '.', None),
            ("1.50", '.', None),
            ("12e3", '.', None),
            ("1,2,3", '.', None),
            ("10 to 20", '.', None),
            ("abc", '.', None),
        ] {
            assert_eq!(number(text, decimal).as_deref(), plain, "{text}");
        }
    }

    #[test]
    fn data_is_made_what_templates_read() {
        for (template, sent, read) in [
            (Template::Invoice, r#"{"items":{"price":"1,50"}}"#, r#"{"items":[{"price":"1.50"}]}"#),
            (Template::Invoice, r#"{"seller":"Acme"}"#, r#"{"seller":{"name":"Acme"}}"#),
            (Template::Receipt, r#"{"to":{"address":["a","b"]}}"#, r#"{"to":{"address":"a\nb"}}"#),
            (
                Template::Letter,
                r#"{"body":["a","b"],"recipient":"J\n1 Road"}"#,
                r#"{"body":"a\n\nb","recipient":{"address":"1 Road","name":"J"}}"#,
            ),
            (Template::Certificate, r#"{"signatories":"Dr. X"}"#, r#"{"signatories":[{"name":"Dr. X"}]}"#),
            (Template::ReportTable, r#"{"rows":[["a","b"],[1,2.50]]}"#, r#"{"rows":[{"a":1,"b":2.50}]}"#),
            (
                Template::ReportTable,
                r#"{"columns":["a","b"],"rows":[["Ann",3],["Bob",4]]}"#,
                r#"{"columns":["a","b"],"rows":[{"a":"Ann","b":3},{"a":"Bob","b":4}]}"#,
            ),
            (Template::ReportTable, r#"{"rows":[["a"],[1,2]]}"#, r#"{"rows":[["a"],[1,2]]}"#),
            (Template::Invoice, r#"{"discount":"10 %"}"#, r#"{"discount":"10 %"}"#),
            (Template::Invoice, r#"{"seller" : {"name":"A"}, "tax":1.10}"#, r#"{"seller" : {"name":"A"}, "tax":1.10}"#),
        ] {
            assert_eq!(tidy(template, sent, '.'), read);
        }
    }
}
