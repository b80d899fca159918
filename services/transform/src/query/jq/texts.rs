//! jq's functions on texts: searching, regular expressions, formats.

use std::cell::RefCell;
use std::collections::HashMap;
use std::fmt::Write;
use std::rc::Rc;

use data_encoding::{BASE32, BASE32_NOPAD, BASE64, BASE64_NOPAD};
use fancy_regex::{Regex, RegexBuilder};
use jaq_core::ValR;
use jaq_core::native::{bome, unary, v};

use super::functions::Function;
use super::val::{Error, Val, fail, split};
use crate::tree::{Object, Tree};

/// Steps back a pattern may take; past it, it is refused.
const BACKTRACKING: usize = 1_000_000;
/// Bytes a compiled pattern may take.
const PATTERN_SIZE: usize = 1 << 20;
/// Patterns that are kept compiled.
const PATTERNS: usize = 64;

pub(super) fn functions() -> Vec<Function> {
    vec![
        ("utf8bytelength", v(0), |cv| {
            bome(match cv.1.0.as_text() {
                Some(text) => Ok(text.len().into()),
                None => fail(format!("{} only strings have UTF-8 byte length", cv.1.shown())),
            })
        }),
        ("explode", v(0), |cv| bome(explode(&cv.1))),
        ("implode", v(0), |cv| bome(implode(&cv.1))),
        ("ascii_downcase", v(0), |cv| bome(cased(&cv.1, "ascii_downcase", str::to_ascii_lowercase))),
        ("ascii_upcase", v(0), |cv| bome(cased(&cv.1, "ascii_upcase", str::to_ascii_uppercase))),
        ("trim", v(0), |cv| bome(trimmed(&cv.1, str::trim))),
        ("ltrim", v(0), |cv| bome(trimmed(&cv.1, str::trim_start))),
        ("rtrim", v(0), |cv| bome(trimmed(&cv.1, str::trim_end))),
        ("startswith", v(1), |cv| {
            unary(cv, |text, part| affix(&text, &part, "startswith", |text, part| text.starts_with(part)))
        }),
        ("endswith", v(1), |cv| {
            unary(cv, |text, part| affix(&text, &part, "endswith", |text, part| text.ends_with(part)))
        }),
        ("ltrimstr", v(1), |cv| unary(cv, |text, part| without(&text, &part, true, false))),
        ("rtrimstr", v(1), |cv| unary(cv, |text, part| without(&text, &part, false, true))),
        ("trimstr", v(1), |cv| unary(cv, |text, part| without(&text, &part, true, true))),
        ("split", v(1), |cv| {
            unary(cv, |text, separator| match (text.0.as_text(), separator.0.as_text()) {
                (Some(text), Some(separator)) => Ok(split(text, separator)),
                _ => fail("split input and separator must be strings"),
            })
        }),
        ("join", v(1), |cv| unary(cv, |list, separator| join(&list, &separator))),
        ("match_all", v(2), |mut cv| {
            let flags = cv.0.pop_var();
            let pattern = cv.0.pop_var();
            bome(matches(&cv.1, &pattern, &flags, false))
        }),
        ("test_all", v(2), |mut cv| {
            let flags = cv.0.pop_var();
            let pattern = cv.0.pop_var();
            bome(matches(&cv.1, &pattern, &flags, true))
        }),
        ("@csv", v(0), |cv| bome(row(&cv.1, "csv", ",", csv_cell))),
        ("@tsv", v(0), |cv| bome(row(&cv.1, "tsv", "\t", tsv_cell))),
        ("@sh", v(0), |cv| bome(shell(&cv.1))),
        ("@html", v(0), |cv| bome(Ok(html(&cv.1.text()).into()))),
        ("@uri", v(0), |cv| bome(Ok(uri(&cv.1.text()).into()))),
        ("@urid", v(0), |cv| bome(uri_decoded(&cv.1))),
        ("@base64", v(0), |cv| bome(Ok(BASE64.encode(cv.1.text().as_bytes()).into()))),
        ("@base64d", v(0), |cv| bome(base64_decoded(&cv.1))),
        ("@base32", v(0), |cv| bome(Ok(BASE32.encode(cv.1.text().as_bytes()).into()))),
        ("@base32d", v(0), |cv| bome(base32_decoded(&cv.1))),
    ]
}

fn explode(value: &Val) -> ValR<Val> {
    match value.0.as_text() {
        Some(text) => Ok(Val::list(text.chars().map(|c| i64::from(u32::from(c)).into()).collect())),
        None => fail(format!("{} cannot be exploded", value.shown())),
    }
}

fn implode(value: &Val) -> ValR<Val> {
    let Tree::List(list) = &value.0 else { return fail("implode input must be an array") };
    let mut text = String::with_capacity(list.len());
    for code in list.iter() {
        let number = match code {
            Tree::Number(number) => number.as_f64(),
            _ => f64::NAN,
        };
        if number.is_nan() {
            let shown = Val(code.clone()).shown();
            return fail(format!("{shown} can't be imploded, unicode codepoint needs to be numeric"));
        }
        #[expect(clippy::cast_possible_truncation, reason = "what is no code is replaced")]
        let code = u32::try_from(number as i64).ok().and_then(char::from_u32);
        text.push(code.unwrap_or(char::REPLACEMENT_CHARACTER));
    }
    Ok(text.into())
}

fn cased(value: &Val, name: &str, change: fn(&str) -> String) -> ValR<Val> {
    match value.0.as_text() {
        Some(text) => Ok(change(text).into()),
        None => fail(format!("{name} input must be a string")),
    }
}

fn trimmed(value: &Val, change: fn(&str) -> &str) -> ValR<Val> {
    match value.0.as_text() {
        Some(text) => Ok(Val(change(text).into())),
        None => fail("trim input must be a string"),
    }
}

fn affix(text: &Val, part: &Val, name: &str, test: fn(&str, &str) -> bool) -> ValR<Val> {
    match (text.0.as_text(), part.0.as_text()) {
        (Some(text), Some(part)) => Ok(test(text, part).into()),
        _ => fail(format!("{name}() requires string inputs")),
    }
}

fn without(value: &Val, part: &Val, left: bool, right: bool) -> ValR<Val> {
    let (Some(text), Some(part)) = (value.0.as_text(), part.0.as_text()) else {
        return fail(format!("{}() requires string inputs", if left { "startswith" } else { "endswith" }));
    };
    let text = if left { text.strip_prefix(part).unwrap_or(text) } else { text };
    let text = if right { text.strip_suffix(part).unwrap_or(text) } else { text };
    Ok(Val(text.into()))
}

/// Where a text is found within another, in characters; the places may overlap.
pub(super) fn places(text: &str, part: &str) -> Val {
    if part.is_empty() {
        return Val::list(Vec::new());
    }
    let bytes = text.as_bytes();
    let found = text.char_indices().enumerate().filter(|(_, (at, _))| bytes[*at..].starts_with(part.as_bytes()));
    Val::list(found.map(|(place, _)| place.into()).collect())
}

fn join(value: &Val, separator: &Val) -> ValR<Val> {
    let values: Vec<Tree> = match &value.0 {
        Tree::List(list) => list.to_vec(),
        Tree::Object(object) => object.values().cloned().collect(),
        _ => return fail(format!("Cannot iterate over {}", value.shown())),
    };
    if values.is_empty() {
        return Ok(String::new().into());
    }
    let Some(between) = separator.0.as_text() else {
        // jq puts "" before the first, and adds: what does not add says so.
        let first = (Val::from(String::new()) + separator.clone()).map(|_| Val::from(String::new()))?;
        return values.into_iter().try_fold(first, |text, value| (text + separator.clone())? + Val(value));
    };
    let mut text = String::new();
    for (at, value) in values.into_iter().enumerate() {
        if at > 0 {
            text.push_str(between);
        }
        match value {
            Tree::Null => {}
            Tree::Text(part) => text.push_str(&part),
            Tree::Bool(_) | Tree::Number(_) => value.write(&mut text),
            other => return Val::from(text) + Val(other),
        }
    }
    Ok(text.into())
}

/// How a pattern is applied.
#[derive(Default, Clone, PartialEq, Eq, Hash)]
struct Flags {
    global: bool,
    ignore_empty: bool,
    ignore_case: bool,
    extended: bool,
    dot_all: bool,
    longest: bool,
}

impl Flags {
    fn of(value: &Val) -> Result<Self, Error> {
        let mut flags = Self::default();
        let text = match &value.0 {
            Tree::Null => return Ok(flags),
            Tree::Text(text) => text,
            _ => return fail(format!("{} is not a string", value.shown())),
        };
        for flag in text.chars() {
            match flag {
                'g' => flags.global = true,
                'n' => flags.ignore_empty = true,
                'i' => flags.ignore_case = true,
                'x' => flags.extended = true,
                's' | 'p' => flags.dot_all = true,
                'l' => flags.longest = true,
                _ => return fail(format!("{text} is not a valid modifier string")),
            }
        }
        Ok(flags)
    }
}

thread_local! {
    static COMPILED: RefCell<HashMap<(String, Flags), Rc<Regex>>> = RefCell::default();
}

fn compiled(pattern: &str, flags: &Flags) -> Result<Rc<Regex>, Error> {
    let key = (pattern.to_owned(), flags.clone());
    if let Some(regex) = COMPILED.with_borrow(|known| known.get(&key).cloned()) {
        return Ok(regex);
    }
    let mut builder = RegexBuilder::new(pattern);
    builder
        .case_insensitive(flags.ignore_case)
        .ignore_whitespace(flags.extended)
        .dot_matches_new_line(flags.dot_all)
        // In Ruby's syntax, which is jq's, ^ and $ are those of lines.
        .multi_line(true)
        .backtrack_limit(BACKTRACKING)
        .delegate_size_limit(PATTERN_SIZE);
    let regex = Rc::new(
        builder.build().or_else(|error| fail(format!("{pattern} (at offset 0) is not a valid regex: {error}")))?,
    );
    COMPILED.with_borrow_mut(|known| {
        if known.len() >= PATTERNS {
            known.clear();
        }
        known.insert(key, regex.clone());
    });
    Ok(regex)
}

/// The matches of a pattern as jq has them; or only whether there is one.
fn matches(value: &Val, pattern: &Val, flags: &Val, test: bool) -> ValR<Val> {
    let Some(text) = value.0.as_text() else {
        return fail(format!("{} cannot be matched, as it is not a string", value.shown()));
    };
    let Some(pattern) = pattern.0.as_text() else {
        return fail(format!("{} cannot be matched, as it is not a string", pattern.shown()));
    };
    let flags = Flags::of(flags)?;
    let regex = compiled(pattern, &flags)?;
    let too_hard =
        |error: fancy_regex::Error| Error::new(format!("the pattern {pattern} takes too long: {error}").into());
    if test && !flags.ignore_empty {
        return Ok(regex.is_match(text).map_err(too_hard)?.into());
    }
    let names: Vec<Option<&str>> = regex.capture_names().collect();
    // Characters before a byte, counted on from the last place.
    let mut counted = (0, 0);
    let mut place = |at: usize| {
        if at < counted.0 {
            counted = (0, 0);
        }
        counted = (at, counted.1 + text[counted.0..at].chars().count());
        counted.1
    };
    let mut found = Vec::new();
    for captures in regex.captures_iter(text) {
        let captures = captures.map_err(too_hard)?;
        let Some(whole) = captures.get(0) else { continue };
        if flags.ignore_empty && whole.as_str().is_empty() {
            continue;
        }
        let mut object = Object::default();
        object.insert("offset", place(whole.start()).into());
        object.insert("length", whole.as_str().chars().count().into());
        object.insert("string", Tree::from(whole.as_str()));
        let mut groups = Vec::new();
        for (index, name) in names.iter().enumerate().skip(1) {
            let mut group = Object::default();
            match captures.get(index) {
                Some(part) => {
                    group.insert("offset", place(part.start()).into());
                    group.insert("length", part.as_str().chars().count().into());
                    group.insert("string", Tree::from(part.as_str()));
                }
                None => {
                    group.insert("offset", Tree::from(-1_i64));
                    group.insert("length", Tree::from(0_i64));
                    group.insert("string", Tree::Null);
                }
            }
            group.insert("name", name.map_or(Tree::Null, Tree::from));
            groups.push(group.into());
        }
        object.insert("captures", Tree::from(groups));
        found.push(object.into());
        if !flags.global {
            break;
        }
    }
    Ok(if test { (!found.is_empty()).into() } else { Val::list(found) })
}

fn row(value: &Val, name: &str, between: &str, cell: fn(&str) -> String) -> ValR<Val> {
    let Tree::List(list) = &value.0 else {
        return fail(format!("{} cannot be {name}-formatted, only an array can be", value.shown()));
    };
    let mut text = String::new();
    for (at, value) in list.iter().enumerate() {
        if at > 0 {
            text.push_str(between);
        }
        match value {
            Tree::Null => {}
            Tree::Bool(_) | Tree::Number(_) => value.write(&mut text),
            Tree::Text(content) => text.push_str(&cell(content)),
            other => return fail(format!("{} is not valid in a {name} row", Val(other.clone()).shown())),
        }
    }
    Ok(text.into())
}

fn csv_cell(text: &str) -> String {
    format!("\"{}\"", text.replace('"', "\"\""))
}

fn tsv_cell(text: &str) -> String {
    text.replace('\\', "\\\\").replace('\t', "\\t").replace('\n', "\\n").replace('\r', "\\r")
}

fn shell(value: &Val) -> ValR<Val> {
    let one = |value: &Tree| match value {
        Tree::Text(text) => Ok(format!("'{}'", text.replace('\'', "'\\''"))),
        Tree::List(_) | Tree::Object(_) => fail(format!("{} can not be escaped for shell", Val(value.clone()).shown())),
        other => Ok(other.to_json()),
    };
    let parts = match &value.0 {
        Tree::List(list) => list.iter().map(one).collect::<Result<Vec<_>, _>>()?,
        other => vec![one(other)?],
    };
    Ok(parts.join(" ").into())
}

fn html(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '&' => escaped.push_str("&amp;"),
            '\'' => escaped.push_str("&apos;"),
            '"' => escaped.push_str("&quot;"),
            c => escaped.push(c),
        }
    }
    escaped
}

fn uri(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for byte in text.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' => escaped.push(char::from(byte)),
            byte => {
                let _ = write!(escaped, "%{byte:02X}");
            }
        }
    }
    escaped
}

fn uri_decoded(value: &Val) -> ValR<Val> {
    let text = value.text();
    let bad = || fail(format!("{} is not a valid uri encoding", value.shown()));
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((byte, after)) = rest.split_first() {
        rest = after;
        if *byte != b'%' {
            bytes.push(*byte);
            continue;
        }
        let digits = rest.get(..2).filter(|digits| digits.iter().all(u8::is_ascii_hexdigit));
        let code = digits.and_then(|digits| std::str::from_utf8(digits).ok());
        let Some(code) = code.and_then(|digits| u8::from_str_radix(digits, 16).ok()) else { return bad() };
        bytes.push(code);
        rest = &rest[2..];
    }
    match String::from_utf8(bytes) {
        Ok(text) => Ok(text.into()),
        Err(_) => bad(),
    }
}

fn base64_decoded(value: &Val) -> ValR<Val> {
    let text = value.text();
    let plain = text.trim_end_matches('=');
    // The last character may hold nothing but the rest of a byte.
    let decoded = BASE64_NOPAD.decode(plain.as_bytes()).or_else(|_| {
        let mut lenient = BASE64_NOPAD.specification();
        lenient.check_trailing_bits = false;
        lenient.encoding().map_err(|_| ()).and_then(|encoding| encoding.decode(plain.as_bytes()).map_err(|_| ()))
    });
    match decoded {
        Ok(bytes) if !bytes.is_empty() || plain.is_empty() => Ok(String::from_utf8_lossy(&bytes).into_owned().into()),
        _ if plain.len() % 4 == 1 && BASE64_NOPAD.decode(&plain.as_bytes()[..plain.len() - 1]).is_ok() => {
            fail(format!("{} trailing base64 byte found", value.shown()))
        }
        _ => fail(format!("{} is not valid base64 data", value.shown())),
    }
}

fn base32_decoded(value: &Val) -> ValR<Val> {
    let text = value.text();
    match BASE32_NOPAD.decode(text.trim_end_matches('=').as_bytes()) {
        Ok(bytes) => Ok(String::from_utf8_lossy(&bytes).into_owned().into()),
        Err(_) => fail(format!("{} is not valid base32 data", value.shown())),
    }
}
