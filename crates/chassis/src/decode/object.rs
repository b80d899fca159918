//! Objects of known fields, read in two steps: the entries as unread slices, matched against the field names; then each
//! value. So `null` and blank scalars can be treated as absent before serde sees them, and a wrong name costs nothing.

use std::borrow::Cow;
use std::fmt;

use serde::de::value::StrDeserializer;
use serde::de::{DeserializeSeed, Deserializer, IntoDeserializer, MapAccess, Visitor};
use serde_json::value::RawValue;

use super::reader::{Reader, Step};
use super::value::Lenient;
use super::{Pair, Problem};

/// The request itself: an object, made of the body's entries and the options beside it.
pub(super) struct Root<'r, 'de> {
    pub(super) reader: &'r Reader<'de>,
    pub(super) body: &'de str,
    pub(super) options: &'de [Pair],
}

impl<'de> Root<'_, 'de> {
    fn entries(&self, fields: &'static [&'static str]) -> Result<Entries<'de>, Problem> {
        let mut entries = Entries::new(fields);
        let body = self.body.trim_ascii_start();
        match body.as_bytes().first() {
            None => {}
            Some(b'{') => {
                let mut json = serde_json::Deserializer::from_str(body);
                let read = (&mut json).deserialize_map(Gather { reader: self.reader, entries: &mut entries });
                read.and_then(|()| json.end()).map_err(|error| {
                    let carried = self.reader.carried.borrow_mut().take();
                    carried.unwrap_or_else(|| Problem::not_json(&error))
                })?;
            }
            Some(b'[') => {
                let message = "send one JSON object, not a list: {\"name\": value}".to_owned();
                return Err(Problem::Request { message });
            }
            Some(_) => {
                let message = match serde_json::from_str::<&RawValue>(body) {
                    Ok(_) => "send a JSON object: {\"name\": value}".to_owned(),
                    Err(error) => return Err(Problem::not_json(&error)),
                };
                return Err(Problem::Request { message });
            }
        }
        for option in self.options {
            if self.reader.reserves(&option.name) {
                self.reader.reserve(&option.json)?;
            } else if let Some(field) = self.reader.option(&option.name, fields)? {
                entries.add(self.reader, field, &option.json)?;
            }
        }
        Ok(entries)
    }
}

impl<'de> Deserializer<'de> for Root<'_, 'de> {
    type Error = Problem;

    fn deserialize_any<V: Visitor<'de>>(self, _: V) -> Result<V::Value, Problem> {
        Err(Problem::Request { message: "the request type is not an object".to_owned() })
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Problem> {
        let entries = self.entries(fields)?;
        visitor.visit_map(Fields { reader: self.reader, entries: entries.found.into_iter(), value: None })
    }

    serde::forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf option unit unit_struct
        newtype_struct seq tuple tuple_struct map enum identifier ignored_any
    }
}

/// The entries of one object, each matched to a field and not yet read.
pub(super) struct Entries<'de> {
    pub(super) fields: &'static [&'static str],
    pub(super) found: Vec<(&'static str, &'de str)>,
}

impl<'de> Entries<'de> {
    pub(super) fn new(fields: &'static [&'static str]) -> Self {
        Self { fields, found: Vec::with_capacity(fields.len()) }
    }

    pub(super) fn add(&mut self, reader: &Reader<'de>, field: &'static str, json: &'de str) -> Result<(), Problem> {
        if self.found.iter().any(|(known, _)| *known == field) {
            return Err(Problem::twice(field));
        }
        let absent = json == "null" || (json == "\"\"" && reader.is_scalar(field));
        if !absent {
            self.found.push((field, json));
        }
        Ok(())
    }
}

/// Collects an object's entries without reading the values.
pub(super) struct Gather<'a, 'r, 'de> {
    pub(super) reader: &'r Reader<'de>,
    pub(super) entries: &'a mut Entries<'de>,
}

impl<'de> Visitor<'de> for Gather<'_, '_, 'de> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        while let Some(name) = map.next_key_seed(Text)? {
            self.reader.count_value().map_err(|problem| self.reader.carry(problem))?;
            if self.reader.reserves(&name) {
                let value: &'de RawValue = map.next_value()?;
                self.reader.reserve(value.get()).map_err(|problem| self.reader.carry(problem))?;
                continue;
            }
            let field = self.reader.field(&name, self.entries.fields).map_err(|problem| self.reader.carry(problem))?;
            let value: &'de RawValue = map.next_value()?;
            if let Some(field) = field {
                self.entries.add(self.reader, field, value.get()).map_err(|problem| self.reader.carry(problem))?;
            }
        }
        Ok(())
    }
}

/// A string, borrowed where it can be.
pub(super) struct Text;

impl<'de> DeserializeSeed<'de> for Text {
    type Value = Cow<'de, str>;

    fn deserialize<D: Deserializer<'de>>(self, source: D) -> Result<Cow<'de, str>, D::Error> {
        source.deserialize_str(self)
    }
}

impl<'de> Visitor<'de> for Text {
    type Value = Cow<'de, str>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("text")
    }

    fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Cow<'de, str>, E> {
        Ok(Cow::Borrowed(text))
    }

    fn visit_str<E>(self, text: &str) -> Result<Cow<'de, str>, E> {
        Ok(Cow::Owned(text.to_owned()))
    }
}

/// The entries of a struct, handed to serde.
pub(super) struct Fields<'r, 'de> {
    pub(super) reader: &'r Reader<'de>,
    pub(super) entries: std::vec::IntoIter<(&'static str, &'de str)>,
    pub(super) value: Option<(&'static str, &'de str)>,
}

impl<'de> MapAccess<'de> for Fields<'_, 'de> {
    type Error = Problem;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, Problem> {
        self.value = self.entries.next();
        match self.value {
            None => Ok(None),
            Some((field, _)) => {
                let name: StrDeserializer<'_, Problem> = field.into_deserializer();
                seed.deserialize(name).map(Some)
            }
        }
    }

    fn next_value_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<S::Value, Problem> {
        let (field, json) = self.value.take().expect("serde asks for a key before its value");
        self.reader.step_in(Step::Field(field));
        let mut source = serde_json::Deserializer::from_str(json);
        let value = seed.deserialize(Lenient { reader: self.reader, source: &mut source })?;
        self.reader.step_out();
        Ok(value)
    }

    fn size_hint(&self) -> Option<usize> {
        Some(self.entries.len())
    }
}
