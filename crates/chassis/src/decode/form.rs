//! Query strings and urlencoded forms as options.

use super::Pair;
use crate::error::{Code, Error};

/// Options a query string or form may hold.
const MAX_OPTIONS: usize = 1_000;

/// Reads `name=value&name=value` into options: a repeated name becomes a list, `name[]` is `name`.
pub(crate) fn options_of(encoded: &str) -> Result<Vec<Pair>, Error> {
    let mut grouped: Vec<(String, Vec<String>)> = Vec::new();
    for (count, (name, value)) in form_urlencoded::parse(encoded.as_bytes()).enumerate() {
        if count == MAX_OPTIONS {
            return Err(Error::new(Code::ValidationError, format!("more than {MAX_OPTIONS} options")));
        }
        let name = name.strip_suffix("[]").unwrap_or(&name);
        match grouped.iter_mut().find(|(known, _)| known == name) {
            Some((_, values)) => values.push(value.into_owned()),
            None => grouped.push((name.to_owned(), vec![value.into_owned()])),
        }
    }
    Ok(grouped.into_iter().map(|(name, values)| Pair { name, json: json_of(&values) }).collect())
}

fn json_of(values: &[String]) -> String {
    let json = match values {
        [only] => serde_json::to_string(only),
        several => serde_json::to_string(several),
    };
    json.expect("strings always serialise")
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
    fn too_many_options_are_refused() {
        let flood: Vec<String> = (0..100_000).map(|number| format!("f{number}=1")).collect();
        assert!(options_of(&flood.join("&")).is_err());
    }
}
