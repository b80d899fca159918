//! GS1 element strings: `(01)09506000134352(10)ABC`.

use crate::{Error, conflict};

/// What separates an element of no fixed length from the next: FNC1, read as this.
pub(crate) const SEPARATOR: char = '\u{1d}';

/// Elements, each with its application identifier.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Elements(Vec<(String, String)>);

impl Elements {
    /// Reads elements as people write them, with the identifiers in parentheses.
    pub(crate) fn read(text: &str) -> Result<Self, Error> {
        let shape =
            || conflict("text", "is not a GS1 element string: write it as (01)09506000134352(10)ABC, or leave gs1 out");
        let mut rest = text.strip_prefix('(').ok_or_else(shape)?;
        let mut elements = Vec::new();
        loop {
            let (identifier, after) = rest.split_once(')').ok_or_else(shape)?;
            // A parenthesis may be part of a value; one with an identifier and its end may not.
            let next = after.match_indices('(').find(|(at, _)| is_identifier_at(&after[at + 1..])).map(|(at, _)| at);
            let value = &after[..next.unwrap_or(after.len())];
            check(identifier, value)?;
            elements.push((identifier.to_owned(), value.to_owned()));
            match next {
                Some(at) => rest = &after[at + 1..],
                None => return Ok(Self(elements)),
            }
        }
    }

    /// As they are encoded, after the first FNC1.
    pub(crate) fn encoded(&self) -> String {
        let mut text = String::new();
        for (index, (identifier, value)) in self.0.iter().enumerate() {
            text.push_str(identifier);
            text.push_str(value);
            if index + 1 < self.0.len() && fixed_length(identifier).is_none() {
                text.push(SEPARATOR);
            }
        }
        text
    }
}

fn is_identifier_at(text: &str) -> bool {
    text.split_once(')').is_some_and(|(identifier, _)| is_identifier(identifier))
}

fn is_identifier(text: &str) -> bool {
    (2..=4).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// Characters of a value whose length is fixed, so that nothing need separate it from the next: GS1 General
/// Specifications, figure 7.8.5-2.
fn fixed_length(identifier: &str) -> Option<usize> {
    let whole: usize = match identifier.get(..2)? {
        "00" => 20,
        "01" | "02" | "03" => 16,
        "04" => 18,
        "11" | "12" | "13" | "14" | "15" | "16" | "17" | "18" | "19" => 8,
        "20" => 4,
        "31" | "32" | "33" | "34" | "35" | "36" => 10,
        "41" => 16,
        _ => return None,
    };
    whole.checked_sub(identifier.len())
}

fn check(identifier: &str, value: &str) -> Result<(), Error> {
    if !is_identifier(identifier) {
        return Err(conflict("text", "has a GS1 application identifier that is not 2 to 4 digits, such as (01)"));
    }
    // 7.11: the characters of ISO/IEC 646 that may be in an element string.
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"!\"%&'()*+,-./_:;<=>?".contains(&byte);
    if value.is_empty() || value.len() > 90 || !value.bytes().all(allowed) {
        let message = format!(
            "has a value of ({identifier}) that GS1 does not allow: it takes 1 to 90 letters, digits and punctuation marks"
        );
        return Err(conflict("text", message));
    }
    match fixed_length(identifier) {
        Some(length) if value.len() != length || !value.bytes().all(|byte| byte.is_ascii_digit()) => {
            Err(conflict("text", format!("has a value of ({identifier}) that is not {length} digits")))
        }
        Some(length) if matches!(identifier, "00" | "01" | "02" | "03") => {
            let right = crate::linear::check_digit(&value[..length - 1]);
            match value.ends_with(right) {
                true => Ok(()),
                false => Err(conflict(
                    "text",
                    format!("has a wrong check digit in ({identifier}): the last digit must be {right}"),
                )),
            }
        }
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// GS1 General Specifications, 7.8.6: a fixed length needs no separator, the last element neither.
    #[test]
    fn elements_are_separated_where_they_must_be() {
        let encoded = |text| Elements::read(text).map(|elements| elements.encoded());
        assert_eq!(encoded("(01)09506000134352(10)ABC"), Ok("010950600013435210ABC".into()));
        assert_eq!(encoded("(10)ABC(01)09506000134352"), Ok("10ABC\u{1d}0109506000134352".into()));
        assert_eq!(encoded("(3103)000195(17)271231"), Ok("310300019517271231".into()));
        assert_eq!(encoded("(10)A(B)(21)C"), Ok("10A(B)\u{1d}21C".into()));
        for wrong in
            ["", "01", "(01)", "(01)09506000134351", "(1)2", "(10)", "(10)é", "(17)27123", "(10", "()1", "(01x)"]
        {
            assert!(encoded(wrong).is_err(), "{wrong}");
        }
    }
}
