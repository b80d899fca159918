//! JSON in what a model wrote: plain, in a code fence, between sentences; as it is, or with something around it.

use serde_json::{Deserializer, Value};

use super::schema::Shape;

/// Places at which JSON may begin that are tried.
const PLACES: usize = 200;

/// What was found.
#[derive(Debug, PartialEq)]
pub(crate) enum Found {
    /// Data that fits.
    Fits {
        /// The data.
        data: Value,
        /// Whether something around it was taken off.
        unwrapped: bool,
    },
    /// JSON that does not fit.
    Misfits {
        /// What is wrong with it.
        problems: Vec<String>,
    },
    /// No JSON.
    Nothing,
}

/// Finds data that fits a schema.
pub(crate) fn find(text: &str, shape: &Shape) -> Found {
    let found = candidates(text);
    for data in &found {
        if shape.fits(data) {
            return Found::Fits { data: data.clone(), unwrapped: false };
        }
    }
    for data in &found {
        if let Some(inner) = unwrapped(data).filter(|inner| shape.fits(inner)) {
            return Found::Fits { data: inner.clone(), unwrapped: true };
        }
    }
    match found.first() {
        Some(first) => Found::Misfits { problems: shape.problems(first) },
        None => Found::Nothing,
    }
}

/// The JSON of a text, what is likeliest first: the whole, what stands in fences, the largest between sentences.
fn candidates(text: &str) -> Vec<Value> {
    let text = text.trim().trim_start_matches('\u{feff}');
    if let Ok(whole) = serde_json::from_str(text) {
        return vec![whole];
    }
    let mut found: Vec<Value> = fences(text).filter_map(|inside| Some(first_of(inside).ok()?.0)).collect();
    let mut loose: Vec<(Value, usize)> = Vec::new();
    let mut at = 0;
    for _ in 0..PLACES {
        let Some(next) = text[at..].find(['{', '[']) else { break };
        match first_of(&text[at + next..]) {
            Ok((value, length)) => {
                loose.push((value, length));
                at += next + length;
            }
            // Cut off: what is whole within it is a part, not the data.
            Err(NoJson::CutOff) => break,
            Err(NoJson::Another) => at += next + 1,
        }
    }
    loose.sort_by_key(|(_, length)| std::cmp::Reverse(*length));
    found.extend(loose.into_iter().map(|(value, _)| value));
    found
}

/// What follows each fence and the name of its language; JSON itself says where it ends, as its texts may hold fences.
fn fences(text: &str) -> impl Iterator<Item = &str> {
    text.match_indices("```").map(|(at, fence)| {
        let inside = &text[at + fence.len()..];
        inside.trim_start_matches(|letter: char| letter.is_ascii_alphanumeric()).trim_start()
    })
}

/// Why a text does not begin with JSON.
enum NoJson {
    /// It does, and ends before that.
    CutOff,
    /// It is something else.
    Another,
}

/// The JSON a text begins with, and its length.
fn first_of(text: &str) -> Result<(Value, usize), NoJson> {
    if !text.starts_with(['{', '[']) {
        return Err(NoJson::Another);
    }
    let mut values = Deserializer::from_str(text).into_iter::<Value>();
    match values.next() {
        Some(Ok(value)) => Ok((value, values.byte_offset())),
        Some(Err(error)) if error.is_eof() => Err(NoJson::CutOff),
        _ => Err(NoJson::Another),
    }
}

/// What is within a list of one, or an object of one field.
fn unwrapped(data: &Value) -> Option<&Value> {
    match data {
        Value::Array(items) if items.len() == 1 => items.first(),
        Value::Object(fields) if fields.len() == 1 => fields.values().next(),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn shape() -> Shape {
        let schema = json!({
            "type": "object", "required": ["name"], "additionalProperties": false,
            "properties": { "name": { "type": "string" }, "age": { "type": "integer" } },
        });
        Shape::of(&schema).unwrap()
    }

    #[test]
    fn json_is_found_where_it_is() {
        let ada = json!({ "name": "Ada" });
        for (text, unwrapped) in [
            (r#"{"name":"Ada"}"#, false),
            ("\u{feff} {\"name\":\"Ada\"} \n", false),
            ("```json\n{\"name\":\"Ada\"}\n```", false),
            ("Here it is:\n\n```JSON\n{\"name\": \"Ada\"}\n```\nAnything else?", false),
            ("```{\"name\":\"Ada\"}```", false),
            ("```\n{\"name\":\"Ada\"}", false),
            ("Sure! {\"name\":\"Ada\"} is what I found.", false),
            ("As {asked}, [1]: {\"name\":\"Ada\"}", false),
            (r#"[{"name":"Ada"}]"#, true),
            (r#"{"output":{"name":"Ada"}}"#, true),
            ("```json\n{\"result\":{\"name\":\"Ada\"}}\n```", true),
        ] {
            assert_eq!(find(text, &shape()), Found::Fits { data: ada.clone(), unwrapped }, "{text}");
        }
        let fenced = r#"{"name":"a ```fence``` within"}"#;
        let data = json!({ "name": "a ```fence``` within" });
        for text in [fenced.to_owned(), format!("```json\n{fenced}\n```")] {
            assert_eq!(find(&text, &shape()), Found::Fits { data: data.clone(), unwrapped: false });
        }
    }

    #[test]
    fn nothing_is_unwrapped_that_does_not_fit_then() {
        for text in
            [r#"[{"name":"a"},{"name":"b"}]"#, r#"{"output":{"name":1}}"#, r#"[[{"name":"a"}]]"#, r#"{"name":1}"#]
        {
            assert!(matches!(find(text, &shape()), Found::Misfits { .. }), "{text}");
        }
        // A schema that wants the list gets it.
        let list = Shape::of(&json!({ "type": "array" })).unwrap();
        assert_eq!(find("[1]", &list), Found::Fits { data: json!([1]), unwrapped: false });
        let loose = Shape::of(&json!({ "type": "object" })).unwrap();
        assert_eq!(find(r#"{"items":[{"name":"a"},{"name":"b"#, &loose), Found::Nothing);
        for text in ["", "I cannot do that.", "{\"name\":\"Ada", "```json\n```", "{{{{"] {
            assert_eq!(find(text, &shape()), Found::Nothing, "{text}");
        }
        assert_eq!(find(&"{".repeat(100_000), &shape()), Found::Nothing);
        assert_eq!(find(&"[".repeat(100_000), &shape()), Found::Nothing);
    }
}
