//! XML to a tree and back.
//!
//! The handy shape: an element is an object of its attributes (`@id`), its children by name, and its text (`#text`); an element
//! of text alone is that text, one of nothing is `""`. Children of one name are a list; whether one child is a list of one is
//! the caller's choice (`arrays`), because whoever reads the data must know. The exact shape keeps the order of everything:
//! `{"name", "attributes", "children"}`, comments and instructions among the children.
//!
//! A document type is refused where it declares anything: nothing is expanded, nothing is fetched.
//!
//! | file | what it is for |
//! | --- | --- |
//! | `read.rs` | XML to a tree, element by element |
//! | `write.rs` | a tree as XML, whole or bit by bit |

mod read;
mod write;

use std::borrow::Cow;
use std::fmt;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::{Deserializer, Error as _, SeqAccess, Visitor};
use serde::{Deserialize, Serialize, Serializer};

pub use self::read::read;
pub use self::write::{Writer, Writing, write};

/// What stands before the name of an attribute in the handy shape.
const ATTRIBUTE: &str = "@";
/// The key of the text of an element there.
const TEXT: &str = "#text";

/// When children of one name are a list.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Arrays {
    /// When there are two or more.
    #[default]
    Auto,
    /// Always.
    Always,
    /// At these paths always: `order.items.item`; elsewhere when there are two or more.
    Paths(Vec<String>),
}

impl<'de> Deserialize<'de> for Arrays {
    fn deserialize<D: Deserializer<'de>>(source: D) -> Result<Self, D::Error> {
        struct Given;
        impl<'de> Visitor<'de> for Given {
            type Value = Arrays;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("auto, always, or a list of paths such as [\"order.item\"]")
            }

            fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<Arrays, E> {
                match text.trim() {
                    "auto" | "" => Ok(Arrays::Auto),
                    "always" => Ok(Arrays::Always),
                    list if list.starts_with('[') => serde_json::from_str(list)
                        .map(Arrays::Paths)
                        .map_err(|_| E::custom("must be a list of paths such as [\"order.item\"]")),
                    paths => Ok(Arrays::Paths(paths.split(',').map(|path| path.trim().to_owned()).collect())),
                }
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Arrays, A::Error> {
                let mut paths = Vec::new();
                while let Some(path) = list.next_element::<String>()? {
                    if paths.len() >= 1_000 {
                        return Err(A::Error::custom("names more than 1,000 paths"));
                    }
                    paths.push(path);
                }
                Ok(Arrays::Paths(paths))
            }
        }
        source.deserialize_any(Given)
    }
}

impl Serialize for Arrays {
    fn serialize<S: Serializer>(&self, target: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Auto => target.serialize_str("auto"),
            Self::Always => target.serialize_str("always"),
            Self::Paths(paths) => paths.serialize(target),
        }
    }
}

impl JsonSchema for Arrays {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "Arrays".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "anyOf": [
                { "type": "string", "enum": ["auto", "always"] },
                { "type": "array", "items": { "type": "string" } }
            ]
        })
    }
}

/// How XML stands in a tree.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
#[schemars(rename = "XmlShape")]
pub enum Shape {
    /// Attributes as `@name`, text as `#text`, children by their name; comments are left out.
    #[default]
    Handy,
    /// Everything in its order: `name`, `attributes`, `children`. XML comes back from it as it was, save that CDATA is text.
    Exact,
}

#[cfg(test)]
mod tests {
    use chassis::Call;

    use super::*;
    use crate::tree::read as json;

    const ONE: &str = r#"<o xmlns:a="urn:a"><i id="1">x</i></o>"#;
    const THREE: &str = r#"<o xmlns:a="urn:a"><i id="1">x</i><i id="2" a:k="v"><![CDATA[b & c]]></i><i/></o>"#;

    fn read_json(text: &str, arrays: &Arrays) -> String {
        read(text, Shape::Handy, arrays).unwrap().to_json()
    }

    #[test]
    fn one_child_is_a_list_when_it_is_asked_for() {
        let paths = Arrays::Paths(vec!["o.i".to_owned()]);
        for arrays in [&Arrays::Always, &paths] {
            assert_eq!(read_json(ONE, arrays), r##"{"o":{"@xmlns:a":"urn:a","i":[{"@id":"1","#text":"x"}]}}"##);
            let three = r##"{"o":{"@xmlns:a":"urn:a","i":[{"@id":"1","#text":"x"},{"@id":"2","@a:k":"v","#text":"b & c"},""]}}"##;
            assert_eq!(read_json(THREE, arrays), three);
        }
        assert_eq!(read_json(ONE, &Arrays::Auto), r##"{"o":{"@xmlns:a":"urn:a","i":{"@id":"1","#text":"x"}}}"##);
        assert_eq!(
            read_json("<a>\n  <b>01730</b>\n  <c> x </c>\n</a>", &Arrays::Auto),
            r#"{"a":{"b":"01730","c":" x "}}"#
        );
    }

    #[test]
    fn the_exact_shape_goes_there_and_back() {
        let call = Call::detached();
        let writing = Writing { shape: Shape::Exact, ..Writing::default() };
        for text in [ONE, r#"<o a="1&#10;&quot;">x &amp; <b>y</b> z<!-- c --><?p q?><e/> &#13;</o>"#] {
            let tree = read(text, Shape::Exact, &Arrays::Auto).unwrap();
            let written = write(&json(&tree.to_json()).unwrap(), &writing, &call).unwrap();
            assert_eq!(written, format!("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n{text}\n"));
        }
    }

    #[test]
    fn the_handy_shape_is_written_too() {
        let call = Call::detached();
        let tree = read(THREE, Shape::Handy, &Arrays::Auto).unwrap();
        let written = write(&tree, &Writing::default(), &call).unwrap();
        assert_eq!(read(&written, Shape::Handy, &Arrays::Auto).unwrap(), tree);
        let rows = json(r#"[{"a b":1.10,"1":null,"c":["x<y",true]}]"#).unwrap();
        let written = write(&rows, &Writing::default(), &call).unwrap();
        assert!(
            written.ends_with("<root><item><a_b>1.10</a_b><_1/><c>x&lt;y</c><c>true</c></item></root>\n"),
            "{written}"
        );
        assert_eq!(call.warnings()[0].code, "renamed-elements");
        assert!(write(&json(r#""\u0001""#).unwrap(), &Writing::default(), &call).is_err());
    }

    #[test]
    fn what_is_hostile_is_refused() {
        let bomb = "<!DOCTYPE l [<!ENTITY a \"aa\"><!ENTITY b \"&a;&a;\">]><l>&b;</l>";
        let outside = "<!DOCTYPE l [<!ENTITY x SYSTEM \"file:///etc/passwd\">]><l>&x;</l>";
        for (text, said) in [
            (bomb, "DOCTYPE"),
            (outside, "DOCTYPE"),
            ("<a>&x;</a>", "&x;"),
            ("<a><b></a>", "line 1"),
            ("<a>", "never closed"),
            ("", "no element"),
            ("<a/><b/>", "second"),
            ("<a b=\"1\" b=\"2\"/>", "attribute"),
            ("x<a/>", "outside"),
            ("<a b=\"&x;\"/>", "attribute"),
        ] {
            let error = read(text, Shape::Handy, &Arrays::Auto).unwrap_err().message();
            assert!(error.contains(said), "{text}: {error}");
        }
        let deep = "<a>".repeat(2_000_000);
        assert!(read(&deep, Shape::Handy, &Arrays::Auto).unwrap_err().message().contains("64 deep"));
        assert!(read("<!DOCTYPE html><html/>", Shape::Handy, &Arrays::Auto).is_ok());
    }
}
