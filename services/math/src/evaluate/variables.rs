//! The variables of a request, by the text of their JSON: 1.005 stays 1.005.
//!
//! Expressions have numbers, texts, conditions and lists. An object becomes names with points (`order.total`), a list of
//! rows becomes a list for each column (`items.price`), so that `sum(items.price * items.quantity)` works on what a
//! workflow has.

use std::borrow::Cow;
use std::collections::HashMap;
use std::fmt;

use expression::{Options, Value};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::{DeserializeSeed, Deserializer, Error as _, MapAccess, SeqAccess, Visitor};
use serde::ser::SerializeMap;
use serde::{Deserialize, Serialize, Serializer};
use serde_json::value::RawValue;

use crate::error::{Error, conflict};

/// Values of all variables together.
pub(crate) const MAX_VALUES: usize = 200_000;
/// Lists and objects inside each other.
const MAX_DEPTH: usize = 16;
/// Bytes of one name; paths are made of them.
const MAX_NAME: usize = 250;
/// Characters of a path that are shown.
const PATH_CHARS: usize = 80;

/// Values by their names, in order, unread.
#[derive(Debug, Clone, Default)]
pub struct Variables(Vec<(String, Box<RawValue>)>);

impl Variables {
    /// One more, of JSON that is known to be some.
    pub(crate) fn with(mut self, name: &str, json: &str) -> Self {
        let json = RawValue::from_string(json.to_owned()).expect("the caller writes JSON");
        self.0.push((name.to_owned(), json));
        self
    }

    /// The values, as the engine computes with them.
    pub(crate) fn values(&self, options: &Options) -> Result<HashMap<String, Value>, Error> {
        let mut reading = Reading { options, left: MAX_VALUES, values: HashMap::with_capacity(self.0.len()) };
        for (name, json) in &self.0 {
            named("", name)?;
            reading.add(name.clone(), json, 0)?;
        }
        Ok(reading.values)
    }
}

struct Reading<'a> {
    options: &'a Options,
    left: usize,
    values: HashMap<String, Value>,
}

fn refused(path: &str, message: impl Into<String>) -> Error {
    let shown: String = path.chars().take(PATH_CHARS).collect();
    conflict(format!("variables.{shown}"), message)
}

/// Refuses a name that is none.
fn named(path: &str, name: &str) -> Result<(), Error> {
    if name.len() > MAX_NAME {
        return Err(refused(
            if path.is_empty() { name } else { path },
            format!("has a name of more than {MAX_NAME} bytes"),
        ));
    }
    Ok(())
}

fn first(json: &RawValue) -> u8 {
    json.get().as_bytes().first().copied().unwrap_or_default()
}

impl Reading<'_> {
    fn count(&mut self, values: usize, path: &str) -> Result<(), Error> {
        self.left = self.left.checked_sub(values).ok_or_else(|| {
            refused(path, format!("goes beyond the {MAX_VALUES} values that all variables may have together"))
        })?;
        Ok(())
    }

    fn deeper(depth: usize, path: &str) -> Result<usize, Error> {
        if depth == MAX_DEPTH {
            return Err(refused(path, format!("is nested more than {MAX_DEPTH} deep")));
        }
        Ok(depth + 1)
    }

    /// A variable, or those that its parts are.
    fn add(&mut self, name: String, json: &RawValue, depth: usize) -> Result<(), Error> {
        match first(json) {
            b'{' => {
                let depth = Self::deeper(depth, &name)?;
                for (key, value) in self.entries(json, &name)? {
                    named(&name, &key)?;
                    self.add(format!("{name}.{key}"), value, depth)?;
                }
                Ok(())
            }
            b'[' => {
                let depth = Self::deeper(depth, &name)?;
                let elements = self.elements(json, &name)?;
                match is_rows(elements.iter().copied()) {
                    true => self.columns(&name, &elements.into_iter().map(Some).collect::<Vec<_>>(), depth),
                    false => {
                        let value = self.list(&elements, &name, depth)?;
                        self.values.insert(name, value);
                        Ok(())
                    }
                }
            }
            _ => {
                self.count(1, &name)?;
                let value = self.value(json, &name, depth)?;
                self.values.insert(name, value);
                Ok(())
            }
        }
    }

    /// Rows as a list for each column; empty where a row has none.
    fn columns(&mut self, name: &str, rows: &[Option<&RawValue>], depth: usize) -> Result<(), Error> {
        let depth = Self::deeper(depth, name)?;
        let mut places: HashMap<String, usize> = HashMap::new();
        let mut columns: Vec<(String, Vec<Option<&RawValue>>)> = Vec::new();
        for (at, row) in rows.iter().enumerate() {
            let Some(row) = row.filter(|row| first(row) == b'{') else { continue };
            for (key, value) in self.entries(row, name)? {
                let place = match places.get(&key) {
                    Some(place) => *place,
                    None => {
                        named(name, &key)?;
                        // A column has a place for every row, whatever the row holds.
                        self.count(rows.len(), name)?;
                        places.insert(key.clone(), columns.len());
                        columns.push((key, vec![None; rows.len()]));
                        columns.len() - 1
                    }
                };
                columns[place].1[at] = Some(value);
            }
        }
        for (key, cells) in columns {
            let name = format!("{name}.{key}");
            if is_rows(cells.iter().flatten().copied()) {
                self.columns(&name, &cells, depth)?;
                continue;
            }
            let value = |(at, cell): (usize, &Option<&RawValue>)| match cell {
                Some(cell) => self.value(cell, &format!("{name}[{at}]"), depth),
                None => Ok(Value::Null),
            };
            let values = cells.iter().enumerate().map(value).collect::<Result<_, _>>()?;
            self.values.insert(name, Value::list(values));
        }
        Ok(())
    }

    fn list(&mut self, elements: &[&RawValue], path: &str, depth: usize) -> Result<Value, Error> {
        let value = |(at, element): (usize, &&RawValue)| self.value(element, &format!("{path}[{at}]"), depth);
        elements.iter().enumerate().map(value).collect::<Result<_, _>>().map(Value::list)
    }

    /// A value that is no object; the caller has counted it.
    fn value(&mut self, json: &RawValue, path: &str, depth: usize) -> Result<Value, Error> {
        let text = json.get();
        match first(json) {
            b'n' => Ok(Value::Null),
            b't' | b'f' => Ok(Value::Bool(text == "true")),
            b'"' => {
                let text: Cow<'_, str> =
                    serde_json::from_str(text).map_err(|_| refused(path, "is a text that is not written as JSON"))?;
                Ok(Value::text_of(&text))
            }
            b'[' => {
                let depth = Self::deeper(depth, path)?;
                let elements = self.elements(json, path)?;
                self.list(&elements, path, depth)
            }
            b'{' => Err(refused(path, "is an object among other values: send values, or rows with the same names")),
            _ => Value::number(text, self.options).map_err(|error| refused(path, error.message)),
        }
    }

    fn elements<'j>(&mut self, json: &'j RawValue, path: &str) -> Result<Vec<&'j RawValue>, Error> {
        let elements = Elements { most: self.left }.deserialize(&mut serde_json::Deserializer::from_str(json.get()));
        let elements = elements.map_err(|_| self.count(usize::MAX, path).err().unwrap_or(Error::Cancelled))?;
        self.count(elements.len(), path)?;
        Ok(elements)
    }

    fn entries<'j>(&mut self, json: &'j RawValue, path: &str) -> Result<Vec<(String, &'j RawValue)>, Error> {
        let entries = Entries { most: self.left }.deserialize(&mut serde_json::Deserializer::from_str(json.get()));
        let entries = entries.map_err(|_| self.count(usize::MAX, path).err().unwrap_or(Error::Cancelled))?;
        self.count(entries.len(), path)?;
        Ok(entries)
    }
}

/// Whether these are rows of a table, empty ones among them.
fn is_rows<'j>(values: impl Iterator<Item = &'j RawValue>) -> bool {
    let mut found = false;
    for value in values {
        match first(value) {
            b'{' => found = true,
            b'n' => {}
            _ => return false,
        }
    }
    found
}

/// The elements of a list, unread, up to a number.
struct Elements {
    most: usize,
}

impl<'j> DeserializeSeed<'j> for Elements {
    type Value = Vec<&'j RawValue>;

    fn deserialize<D: Deserializer<'j>>(self, source: D) -> Result<Self::Value, D::Error> {
        source.deserialize_seq(self)
    }
}

impl<'j> Visitor<'j> for Elements {
    type Value = Vec<&'j RawValue>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list")
    }

    fn visit_seq<A: SeqAccess<'j>>(self, mut list: A) -> Result<Self::Value, A::Error> {
        let mut elements = Vec::new();
        while let Some(element) = list.next_element()? {
            if elements.len() == self.most {
                return Err(A::Error::custom("too long"));
            }
            elements.push(element);
        }
        Ok(elements)
    }
}

/// The entries of an object, unread, up to a number.
struct Entries {
    most: usize,
}

impl<'j> DeserializeSeed<'j> for Entries {
    type Value = Vec<(String, &'j RawValue)>;

    fn deserialize<D: Deserializer<'j>>(self, source: D) -> Result<Self::Value, D::Error> {
        source.deserialize_map(self)
    }
}

impl<'j> Visitor<'j> for Entries {
    type Value = Vec<(String, &'j RawValue)>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'j>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut entries = Vec::new();
        while let Some(entry) = map.next_entry()? {
            if entries.len() == self.most {
                return Err(A::Error::custom("too long"));
            }
            entries.push(entry);
        }
        Ok(entries)
    }
}

impl Serialize for Variables {
    fn serialize<S: Serializer>(&self, target: S) -> Result<S::Ok, S::Error> {
        let mut map = target.serialize_map(Some(self.0.len()))?;
        for (name, value) in &self.0 {
            map.serialize_entry(name, value)?;
        }
        map.end()
    }
}

impl<'de> Deserialize<'de> for Variables {
    fn deserialize<D: Deserializer<'de>>(source: D) -> Result<Self, D::Error> {
        source.deserialize_map(VariablesVisitor)
    }
}

struct VariablesVisitor;

impl<'de> Visitor<'de> for VariablesVisitor {
    type Value = Variables;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object of values by their names")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Variables, A::Error> {
        let mut values = Vec::new();
        while let Some(entry) = map.next_entry()? {
            if values.len() == MAX_VALUES {
                return Err(A::Error::custom(format!("has more than {MAX_VALUES} variables")));
            }
            values.push(entry);
        }
        Ok(Variables(values))
    }
}

impl JsonSchema for Variables {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "Variables".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "type": "object",
            "description": "Values by their names: numbers, texts, true and false, null for empty, lists of these. The parts \
                            of an object have names with points: `order.total`; a list of rows is a list for each column: \
                            `items.price`. At most 200,000 values in all.",
            "additionalProperties": true
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn values(json: &str) -> Result<HashMap<String, String>, Error> {
        let variables: Variables = serde_json::from_str(json).unwrap();
        let options = Options::default();
        let values = variables.values(&options)?;
        Ok(values.into_iter().map(|(name, value)| (name, value.text(&options))).collect())
    }

    #[test]
    fn what_a_workflow_has() {
        let json = r#"{
            "x": 1.005, "long": 0.12345678901234567890123456789, "t": "a\nb", "on": true, "none": null, "list": [1, [2, "3"], null],
            "order": {"total": 5, "customer": {"age": 30}},
            "items": [{"price": 1.10, "tax": {"rate": 0.19}}, null, {"price": 2, "quantity": 3}]
        }"#;
        let values = values(json).unwrap();
        for (name, expected) in [
            ("x", "1.005"),
            ("long", "0.12345678901234567890123456789"),
            ("t", "a\nb"),
            ("on", "true"),
            ("none", "null"),
            ("list", "[1, [2, 3], null]"),
            ("order.total", "5"),
            ("order.customer.age", "30"),
            ("items.price", "[1.1, null, 2]"),
            ("items.quantity", "[null, null, 3]"),
            ("items.tax.rate", "[0.19, null, null]"),
        ] {
            assert_eq!(values.get(name).map(String::as_str), Some(expected), "{name}");
        }
        assert_eq!(values.len(), 11);
    }

    #[test]
    fn what_cannot_be_is_named() {
        let field = |json: &str| match values(json) {
            Err(Error::Conflict { field, .. }) => field.into_owned(),
            other => panic!("{json}: {other:?}"),
        };
        assert_eq!(field(r#"{"a": [1, {"b": 2}]}"#), "variables.a[1]");
        assert_eq!(field(r#"{"a": {"b": [1, [1e9999999]]}}"#), "variables.a.b[1][0]");
        assert_eq!(field(&format!("{{\"a\": [{}1]}}", "1,".repeat(MAX_VALUES))), "variables.a");
        let deep = format!("{{\"a\": {}1{}}}", "[".repeat(10_000), "]".repeat(10_000));
        assert!(field(&deep).starts_with("variables.a[0][0]"));
        let deep = format!("{{\"a\": {}1{}}}", "{\"b\":".repeat(17), "}".repeat(17));
        assert!(field(&deep).starts_with("variables.a.b.b"));
        // Each row has a column of its own.
        let rows: Vec<String> = (0..1_000).map(|n| format!("{{\"c{n}\":1}}")).collect();
        assert_eq!(field(&format!("{{\"a\": [{}]}}", rows.join(","))), "variables.a");
    }
}
