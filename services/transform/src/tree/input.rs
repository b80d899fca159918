//! A tree from the field of a request: inline JSON, a text that may be JSON, a file.

use std::borrow::Cow;

use chassis::{Data, Error};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Limits, Tree, read, read_many};

/// What a text or a file holds.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Syntax {
    /// A file: JSON, or JSON values one a line (NDJSON), which are a list then. A text: JSON when it is an object or a list,
    /// else a text.
    #[default]
    Auto,
    /// One JSON value.
    Json,
    /// JSON values one after the other, usually one a line; together a list.
    Ndjson,
    /// A text, whatever it looks like.
    Text,
}

/// The data of a field as a tree. Inline JSON is itself; literals and order are kept on every way.
///
/// # Errors
/// When it is no JSON where it should be, too deep or too much: with line, column and the place.
pub fn tree_of(data: &Data, syntax: Syntax, field: &str) -> Result<Tree, Error> {
    let refused = |error: super::ReadError| Error::impossible(field, error.to_string());
    match data {
        Data::Json(json) => read(json.get()).map_err(refused),
        Data::Text(text) => match syntax {
            Syntax::Auto if !looks_like_json(text) => Ok(text.as_str().into()),
            syntax => of_text(text, syntax).map_err(|error| match syntax {
                Syntax::Auto => {
                    Error::impossible(field, format!("{error}; if it is a plain text, say so: \"syntax\": \"text\""))
                }
                _ => refused(error),
            }),
        },
        Data::File(file) => {
            let text = decoded(file.bytes(), field)?;
            of_text(&text, syntax).map_err(refused)
        }
    }
}

/// An object or a list of a field, which may come as JSON text: forms and addresses have nothing else.
///
/// # Errors
/// When it is a text that is no JSON.
pub fn structure_of(tree: Tree, field: &str) -> Result<Tree, Error> {
    match tree {
        Tree::Text(text) if looks_like_json(&text) => {
            read(&text).map_err(|error| Error::impossible(field, error.to_string()))
        }
        other => Ok(other),
    }
}

/// The text of a file: UTF-8, or UTF-16 as its mark of the byte order says, which Windows writes.
fn decoded<'b>(bytes: &'b [u8], field: &str) -> Result<Cow<'b, str>, Error> {
    match encoding_rs::Encoding::for_bom(bytes) {
        Some((encoding, mark)) if encoding != encoding_rs::UTF_8 => {
            Ok(encoding.decode_without_bom_handling(&bytes[mark..]).0)
        }
        _ => std::str::from_utf8(bytes).map(Cow::Borrowed).map_err(|error| {
            let after = error.valid_up_to();
            Error::impossible(field, format!("is not UTF-8: byte {} is not part of a character", after + 1))
        }),
    }
}

/// Whether a text is an object or a list, or wants to be.
fn looks_like_json(text: &str) -> bool {
    let text = text.trim_start_matches('\u{feff}').trim();
    matches!((text.as_bytes().first(), text.as_bytes().last()), (Some(b'{'), Some(b'}')) | (Some(b'['), Some(b']')))
}

fn of_text(text: &str, syntax: Syntax) -> Result<Tree, super::ReadError> {
    match syntax {
        Syntax::Text => Ok(text.into()),
        Syntax::Json => read(text),
        Syntax::Ndjson => read_many(text, Limits::default()).map(Tree::from),
        Syntax::Auto => match read_many(text, Limits::default()) {
            Ok(mut values) => match values.len() {
                // Which says what is missing.
                0 => read(text),
                1 => Ok(values.remove(0)),
                _ => Ok(values.into()),
            },
            Err(error) => Err(error),
        },
    }
}

#[cfg(test)]
mod tests {
    use chassis::File;

    use super::*;

    fn file(text: &str) -> Data {
        Data::File(File::new("a.json", "application/json", text.as_bytes().to_vec()))
    }

    fn json(data: &Data, syntax: Syntax) -> Result<String, String> {
        tree_of(data, syntax, "data").map(|tree| tree.to_json()).map_err(|error| error.message())
    }

    #[test]
    fn inline_text_and_file_are_one() {
        let inline: Data = serde_json::from_str("{\"b\": 1.10, \"a\": 9224851642388483}").unwrap();
        let text = Data::Text("{\"b\": 1.10, \"a\": 9224851642388483}".to_owned());
        for data in [inline, text, file("\u{feff}{\"b\": 1.10, \"a\": 9224851642388483}\n")] {
            assert_eq!(json(&data, Syntax::Auto).unwrap(), r#"{"b":1.10,"a":9224851642388483}"#);
        }
    }

    #[test]
    fn a_text_is_json_only_when_it_is_a_list_or_an_object() {
        for (text, expected) in [("hello", "\"hello\""), ("007", "\"007\""), ("true", "\"true\""), ("[1]", "[1]")] {
            assert_eq!(json(&Data::Text(text.to_owned()), Syntax::Auto).unwrap(), expected);
        }
        let draft = Data::Text("[draft]".to_owned());
        assert!(json(&draft, Syntax::Auto).unwrap_err().contains("\"syntax\": \"text\""));
        assert_eq!(json(&draft, Syntax::Text).unwrap(), "\"[draft]\"");
        assert_eq!(
            json(&Data::Text("007".to_owned()), Syntax::Ndjson).unwrap_err(),
            "data: line 1, column 1: JSON numbers do not begin with 0: write it as text, at ▸ in: ▸007"
        );
    }

    #[test]
    fn lines_of_json_are_a_list() {
        assert_eq!(json(&file("{\"a\":1}\n{\"a\":2}\n"), Syntax::Auto).unwrap(), r#"[{"a":1},{"a":2}]"#);
        assert_eq!(json(&file("{\"a\":1}\n"), Syntax::Ndjson).unwrap(), r#"[{"a":1}]"#);
        assert!(json(&file("{\"a\":1}\n{\"a\":2}\n"), Syntax::Json).unwrap_err().contains("line 2"));
        assert!(json(&file(""), Syntax::Auto).unwrap_err().contains("there is nothing"));
        let windows: Vec<u8> = "\u{feff}[\"é\"]".encode_utf16().flat_map(u16::to_le_bytes).collect();
        let windows = Data::File(File::new("a.json", "application/json", windows));
        assert_eq!(json(&windows, Syntax::Auto).unwrap(), "[\"é\"]");
        let latin = Data::File(File::new("a", "text/plain", b"[\"\xe9\"]".to_vec()));
        assert!(json(&latin, Syntax::Auto).unwrap_err().contains("byte 3"));
    }
}
