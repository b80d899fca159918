//! Query strings and urlencoded forms as options.

use std::borrow::Cow;

use percent_encoding::percent_decode_str;

use super::Pair;
use crate::error::{Code, Error, clip};

/// Options a query string or form may hold.
const MAX_OPTIONS: usize = 1_000;

/// Reads `name=value&name=value` into options: a repeated name becomes a list, `name[]` is `name`.
pub(crate) fn options_of(encoded: &str) -> Result<Vec<Pair>, Error> {
    let mut grouped: Vec<(String, Vec<String>)> = Vec::new();
    for (count, pair) in encoded.split('&').filter(|pair| !pair.is_empty()).enumerate() {
        if count == MAX_OPTIONS {
            return Err(Error::new(Code::ValidationError, format!("more than {MAX_OPTIONS} options")));
        }
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        let name = text_of(name).ok_or_else(|| Error::new(Code::MalformedRequest, "a name is not valid UTF-8"))?;
        let name = name.strip_suffix("[]").unwrap_or(&name).to_owned();
        let value = text_of(value).ok_or_else(|| {
            Error::field(Code::ValidationError, clip(&name, 40), "is not valid UTF-8 (percent-encoded)")
        })?;
        match grouped.iter_mut().find(|(known, _)| *known == name) {
            Some((_, values)) => values.push(value),
            None => grouped.push((name, vec![value])),
        }
    }
    Ok(grouped.into_iter().map(|(name, values)| Pair::of(name, &values)).collect())
}

/// Percent-encoded text; nothing when the bytes are no UTF-8, because a replacement would be hashed or signed.
fn text_of(encoded: &str) -> Option<String> {
    let spaced = encoded.replace('+', " ");
    percent_decode_str(&spaced).decode_utf8().ok().map(Cow::into_owned)
}

impl Pair {
    /// An option with all its values: one is text, several are a list.
    pub(crate) fn of(name: String, values: &[String]) -> Self {
        let json = match values {
            [only] => serde_json::to_string(only),
            several => serde_json::to_string(several),
        };
        Self { name, json: json.expect("strings always serialise") }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn repeated_names_are_lists_and_percent_is_decoded() {
        let options = options_of("a=1&b=x%20y+z&a=2&c[]=3").unwrap();
        let shown: Vec<(&str, &str)> = options.iter().map(|o| (o.name.as_str(), o.json.as_str())).collect();
        assert_eq!(shown, [("a", r#"["1","2"]"#), ("b", r#""x y z""#), ("c", r#""3""#)]);
    }

    #[test]
    fn bytes_that_are_no_text_are_refused() {
        assert_eq!(options_of("text=%FF").err().unwrap().message(), "text: is not valid UTF-8 (percent-encoded)");
        assert!(options_of("%FF=a").is_err());
        assert_eq!(options_of("a=%zz%4&&b").unwrap()[0].json, "\"%zz%4\"", "what is no escape is text");
    }

    #[test]
    fn too_many_options_are_refused() {
        let flood: Vec<String> = (0..100_000).map(|number| format!("f{number}=1")).collect();
        assert!(options_of(&flood.join("&")).is_err());
    }
}
