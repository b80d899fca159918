//! A payload as the scalar values it holds, each with its path.
//!
//! Paths are Qdrant's: names joined by dots, `tags` for the members of a list of scalars, `parts[].color` for those of
//! objects in a list. Text that is a date or time is one too, so that ranges can be about either.

use std::collections::BTreeSet;

use serde_json::Value;

use super::Scalar;
use super::time::micros;

/// Scalar values of a payload at most.
pub const MAX_LEAVES: usize = 4_096;
/// Bytes of a path: a name with the names above it.
pub const MAX_PATH: usize = 1_024;
/// Bytes a value counts for besides its text: its place in the index.
const PLACE: usize = 16;
/// Bytes of a text up to which it is compared as a whole; of a longer one a hash is.
const MAX_TEXT: usize = 256;

/// The kind of a value; a field may have values of several.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// Text.
    Text,
    /// A number.
    Number,
    /// True or false.
    Bool,
    /// A date or time.
    Time,
    /// Null.
    Null,
    /// A text too long to be compared as a whole, by its hash.
    LongText,
}

impl Kind {
    /// As it is stored.
    #[must_use]
    pub const fn letter(self) -> &'static str {
        match self {
            Self::Text => "s",
            Self::Number => "n",
            Self::Bool => "b",
            Self::Time => "t",
            Self::Null => "z",
            Self::LongText => "l",
        }
    }

    /// The kind a letter stands for.
    #[must_use]
    pub fn of_letter(letter: &str) -> Option<Self> {
        let all = [Self::Text, Self::Number, Self::Bool, Self::Time, Self::Null, Self::LongText];
        all.into_iter().find(|kind| kind.letter() == letter)
    }
}

/// A value of a payload as it is compared.
#[derive(Debug, Clone, PartialEq)]
pub enum Leaf {
    /// Text, or the hash of one.
    Text(String),
    /// A whole number, a truth value, a time, or null.
    Whole(i64),
    /// Another number.
    Float(f64),
}

/// A text as it is compared.
#[must_use]
pub fn text_leaf(text: &str) -> (Kind, Leaf) {
    match text.len() <= MAX_TEXT {
        true => (Kind::Text, Leaf::Text(text.to_owned())),
        false => (Kind::LongText, Leaf::Text(blake3::hash(text.as_bytes()).to_hex()[..32].to_owned())),
    }
}

/// A number as it is compared: `1.0` is `1`.
#[must_use]
pub fn number_leaf(number: f64) -> Leaf {
    const EXACT: f64 = 9_007_199_254_740_992.0;
    #[expect(clippy::cast_possible_truncation, reason = "a whole number within 2^53")]
    match number.fract() == 0.0 && number.abs() < EXACT {
        true => Leaf::Whole(number as i64),
        false => Leaf::Float(number),
    }
}

/// A value of a condition as it is compared; nothing for one that nothing equals.
#[must_use]
pub fn leaf_of(value: &Scalar) -> Option<(Kind, Leaf)> {
    Some(match value {
        Scalar::Text(text) => text_leaf(text),
        Scalar::Whole(number) => (Kind::Number, Leaf::Whole(*number)),
        Scalar::Float(number) if number.is_finite() => (Kind::Number, number_leaf(*number)),
        Scalar::Float(_) => return None,
        Scalar::Bool(truth) => (Kind::Bool, Leaf::Whole(i64::from(*truth))),
    })
}

/// A value with its path and kind.
pub type Placed = (String, Kind, Leaf);

/// The values of a payload: path, kind and value, each once.
///
/// # Errors
/// What is too much of it, in words: how many they are, or how long a path is.
pub fn leaves(payload: &Value) -> Result<Vec<Placed>, String> {
    leaves_within(payload, MAX_PATH)
}

/// The same of a payload that was taken in, whatever bounds there were then.
#[must_use]
pub fn leaves_kept(payload: &Value) -> Vec<Placed> {
    leaves_within(payload, usize::MAX).unwrap_or_default()
}

/// Bytes that values count for, as an index has them: each value once, and each path.
#[must_use]
pub fn weight(leaves: &[Placed]) -> usize {
    let text = |leaf: &Leaf| if let Leaf::Text(text) = leaf { text.len() } else { 0 };
    let paths: BTreeSet<&str> = leaves.iter().map(|(path, ..)| path.as_str()).collect();
    let values: usize = leaves.iter().map(|(_, _, leaf)| PLACE + text(leaf)).sum();
    values + paths.into_iter().map(str::len).sum::<usize>()
}

fn leaves_within(payload: &Value, longest: usize) -> Result<Vec<Placed>, String> {
    let mut found = Vec::new();
    let mut seen = BTreeSet::new();
    let mut too_long = None;
    collect(payload, &mut String::new(), &mut |path, kind, leaf| {
        if path.len() > longest {
            too_long = Some(path.len());
            return false;
        }
        let bits = match &leaf {
            Leaf::Text(text) => text.clone(),
            Leaf::Whole(number) => number.to_string(),
            Leaf::Float(number) => format!("{:x}", number.to_bits()),
        };
        if seen.insert((path.to_owned(), kind, bits)) {
            found.push((path.to_owned(), kind, leaf));
        }
        found.len() <= MAX_LEAVES
    });
    match too_long {
        Some(length) => Err(format!(
            "has a name of {length} bytes, with those above it; the limit of a path is {longest}: keep long texts in values"
        )),
        None if found.len() > MAX_LEAVES => Err(format!("has more than {MAX_LEAVES} values")),
        None => Ok(found),
    }
}

fn collect(value: &Value, path: &mut String, put: &mut impl FnMut(&str, Kind, Leaf) -> bool) -> bool {
    match value {
        Value::Object(entries) => entries.iter().all(|(name, value)| {
            let length = path.len();
            if length > 0 {
                path.push('.');
            }
            path.push_str(name);
            let goes_on = collect(value, path, put);
            path.truncate(length);
            goes_on
        }),
        Value::Array(members) => members.iter().all(|member| {
            let length = path.len();
            if matches!(member, Value::Object(_) | Value::Array(_)) {
                path.push_str("[]");
            }
            let goes_on = collect(member, path, put);
            path.truncate(length);
            goes_on
        }),
        Value::Null => put(path, Kind::Null, Leaf::Whole(0)),
        Value::Bool(truth) => put(path, Kind::Bool, Leaf::Whole(i64::from(*truth))),
        Value::Number(number) => {
            let leaf = number.as_i64().map(Leaf::Whole);
            put(path, Kind::Number, leaf.unwrap_or_else(|| number_leaf(number.as_f64().unwrap_or_default())))
        }
        Value::String(text) => {
            let (kind, leaf) = text_leaf(text);
            let time = micros(text);
            put(path, kind, leaf) && time.is_none_or(|micros| put(path, Kind::Time, Leaf::Whole(micros)))
        }
    }
}

/// The path as values have it: `tags[]` is `tags`.
#[must_use]
pub fn path(key: &str) -> &str {
    key.strip_suffix("[]").unwrap_or(key)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn paths_are_those_of_qdrant() {
        let payload = json!({
            "metadata": { "source": "a", "page": 3 }, "tags": ["x", "y", "x"], "parts": [{ "color": "red" }, { "color": null }],
            "on": true, "at": "2024-05-01", "f": 1.0, "g": 0.5, "none": []
        });
        let found = leaves(&payload).unwrap();
        let has =
            |path: &str, kind: Kind, leaf: Leaf| assert!(found.contains(&(path.to_owned(), kind, leaf)), "{path}");
        has("metadata.source", Kind::Text, Leaf::Text("a".into()));
        has("metadata.page", Kind::Number, Leaf::Whole(3));
        has("tags", Kind::Text, Leaf::Text("y".into()));
        has("parts[].color", Kind::Text, Leaf::Text("red".into()));
        has("parts[].color", Kind::Null, Leaf::Whole(0));
        has("on", Kind::Bool, Leaf::Whole(1));
        has("at", Kind::Time, Leaf::Whole(1_714_521_600_000_000));
        has("f", Kind::Number, Leaf::Whole(1));
        has("g", Kind::Number, Leaf::Float(0.5));
        assert_eq!(found.len(), 11, "{found:?}");
    }

    #[test]
    fn too_many_values_are_refused() {
        assert!(leaves(&json!({ "a": (0..MAX_LEAVES).collect::<Vec<_>>() })).is_ok());
        let error = leaves(&json!({ "a": (0..=MAX_LEAVES).collect::<Vec<_>>() })).unwrap_err();
        assert!(error.contains("4096"), "{error}");
    }

    #[test]
    fn paths_are_bounded_and_count() {
        let long = "k".repeat(MAX_PATH - 2);
        let named = |name: &str| json!({ name: { "a": 1, "b": "text", "c": [1, 2] } });
        assert!(leaves(&named(&long)).is_ok());
        let error = leaves(&named(&format!("{long}k"))).unwrap_err();
        assert!(
            error.starts_with("has a name of 1025 bytes") && error.contains("the limit of a path is 1024"),
            "{error}"
        );
        // What was taken in before there was a bound can be taken out.
        assert_eq!(leaves_kept(&named(&"k".repeat(60_000))).len(), 4);
        // Four values, a text of four bytes, three paths.
        assert_eq!(weight(&leaves(&named(&long)).unwrap()), 4 * PLACE + 4 + 3 * MAX_PATH);
    }
}
