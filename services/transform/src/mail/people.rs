//! Names with addresses, in requests and answers.

use std::borrow::Cow;
use std::fmt;

use mail_parser::parsers::MessageStream;
use mail_parser::{Addr, Address};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::{Deserializer, Error as _};
use serde::{Deserialize, Serialize, Serializer};

use crate::tree::Tree;

/// People of one field.
const MAX_PEOPLE: usize = 1_000;

/// A name with an address.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Person {
    /// Name, if there is one.
    pub name: Option<String>,
    /// Address.
    pub email: String,
}

impl fmt::Display for Person {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.name {
            Some(name) => write!(f, "{name} <{}>", self.email),
            None => f.write_str(&self.email),
        }
    }
}

/// The people of a field of a message.
pub(super) fn people(list: Option<&Address<'_>>) -> Vec<Person> {
    let Some(list) = list else { return Vec::new() };
    let person = |mailbox: &Addr<'_>| {
        let name = mailbox.name().map(str::trim).filter(|name| !name.is_empty()).map(str::to_owned);
        let email = mailbox.address().unwrap_or_default().trim().to_owned();
        (name.is_some() || !email.is_empty()).then_some(Person { name, email })
    };
    list.iter().take(MAX_PEOPLE).filter_map(person).collect()
}

/// People as a request names them: `Ada <ada@example.com>, bo@example.com`, a list of such texts, or objects with `email` and
/// `name`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct People(pub Vec<Person>);

impl People {
    fn of(tree: &Tree, found: &mut Vec<Person>) -> Result<(), String> {
        match tree {
            Tree::Null => {}
            Tree::Text(text) => found.extend(of_text(text)?),
            Tree::List(list) => list.iter().try_for_each(|one| match one {
                Tree::List(_) => Err("must be an address, a list of them, or objects with email and name".to_owned()),
                one => Self::of(one, found),
            })?,
            Tree::Object(object) => {
                let mut person = Person::default();
                for (key, value) in object.iter() {
                    match (&**key, value) {
                        ("email" | "address", Tree::Text(text)) => text.trim().clone_into(&mut person.email),
                        ("name", Tree::Text(text)) => person.name = Some(text.trim().to_owned()),
                        ("name", Tree::Null) => {}
                        _ => return Err(format!("has {key}: use email and name")),
                    }
                }
                person.name = person.name.filter(|name| !name.is_empty());
                found.push(person);
            }
            other => {
                return Err(format!(
                    "must be an address, a list of them, or objects with email and name, not {}",
                    other.kind()
                ));
            }
        }
        if found.len() > MAX_PEOPLE {
            return Err(format!("names more than {MAX_PEOPLE} people"));
        }
        match found.iter().find(|person| !is_address(&person.email)) {
            None => Ok(()),
            Some(person) if person.email.is_empty() => Err("has someone without an address".to_owned()),
            Some(person) => Err(format!("{} is no address", crate::rows::cell::shown(&person.email))),
        }
    }
}

fn of_text(text: &str) -> Result<Vec<Person>, String> {
    if text.contains(['\r', '\n', '\0']) {
        return Err("must be on one line".to_owned());
    }
    // A field ends with its line.
    let line = format!("{text}\r\n");
    let parsed = MessageStream::new(line.as_bytes()).parse_address();
    Ok(people(parsed.as_address()))
}

/// Whether a text may stand where an address does: with one part before the last `@` and one behind, on one line.
pub(crate) fn is_address(text: &str) -> bool {
    let Some((local, host)) = text.rsplit_once('@') else { return false };
    let plain = |c: char| !c.is_control() && !c.is_whitespace() && !"<>(),;:\"[]\\".contains(c);
    let quoted = local.len() > 1 && local.starts_with('"') && local.ends_with('"') && !local.contains(char::is_control);
    !local.is_empty()
        && text.len() <= 320
        && (quoted || local.chars().all(plain) && !local.contains('@'))
        && !host.is_empty()
        && (host.chars().all(plain)
            || host.starts_with('[') && host.ends_with(']') && !host.contains(char::is_whitespace))
}

impl<'de> Deserialize<'de> for People {
    fn deserialize<D: Deserializer<'de>>(source: D) -> Result<Self, D::Error> {
        let mut tree = Tree::deserialize(source)?;
        // A form has lists as JSON text.
        if let Tree::Text(text) = &tree
            && text.trim_start().starts_with(['[', '{'])
            && let Ok(read) = crate::tree::read(text)
        {
            tree = read;
        }
        let mut people = Vec::new();
        Self::of(&tree, &mut people).map_err(D::Error::custom)?;
        Ok(Self(people))
    }
}

impl Serialize for People {
    fn serialize<S: Serializer>(&self, target: S) -> Result<S::Ok, S::Error> {
        self.0.serialize(target)
    }
}

impl JsonSchema for People {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "People".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        let person = json_schema!({
            "type": "object",
            "required": ["email"],
            "additionalProperties": false,
            "properties": {
                "email": { "type": "string", "minLength": 3, "pattern": "^[^\\s<>(),;:@\"\\[\\]\\\\]+@[A-Za-z0-9.-]+$" },
                "name": { "type": ["string", "null"], "pattern": "^[^\\x00-\\x1f]*$" }
            }
        });
        let address = json_schema!({ "type": "string", "pattern": "^[A-Za-z0-9._+-]+@[A-Za-z0-9.-]+$" });
        json_schema!({
            "anyOf": [
                { "type": "string" },
                person,
                { "type": "array", "maxItems": 1000, "items": { "anyOf": [address, person] } }
            ]
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn people_in_every_form() {
        let read = |json: &str| {
            serde_json::from_str::<People>(json)
                .map(|people| people.0.iter().map(ToString::to_string).collect::<Vec<_>>())
                .map_err(|error| error.to_string())
        };
        let two = Ok(vec!["Ada Low <ada@example.com>".to_owned(), "bo@example.com".to_owned()]);
        for json in [
            r#""Ada Low <ada@example.com>, bo@example.com""#,
            r#"["Ada Low <ada@example.com>", "bo@example.com"]"#,
            r#"[{"name": "Ada Low", "email": "ada@example.com"}, {"email": "bo@example.com", "name": null}]"#,
            r#""[\"Ada Low <ada@example.com>\", \"bo@example.com\"]""#,
        ] {
            assert_eq!(read(json), two, "{json}");
        }
        for json in [
            r#""nobody""#,
            r#"["a@b\nBcc: c@d"]"#,
            r#"[{"email": "a b@c"}]"#,
            "7",
            r#"[{"mail": "a@b"}]"#,
            r#"[["a@b"]]"#,
        ] {
            assert!(read(json).is_err(), "{json}: {:?}", read(json));
        }
        assert_eq!(read("[]"), Ok(Vec::new()));
    }
}
