//! Lists and objects, streamed from the source into the type, also when they come as text: JSON, or `a,b` for scalars.
//! One number, flag or object is a list of one, as tools send it that make no difference between one and several; not
//! within a list, where it is more likely that a level is missing.

use std::fmt;

use serde::de::value::StringDeserializer;
use serde::de::{self, DeserializeSeed, Deserializer, IgnoredAny, IntoDeserializer, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;

use super::Problem;
use super::object::{Entries, Fields, Gather, Text};
use super::reader::{Reader, Step};
use super::value::Lenient;

/// What is read, where the source decides by what it finds.
#[derive(Clone, Copy)]
pub(super) enum Shape {
    Any,
    Option,
    List,
    Map,
    Struct(&'static [&'static str]),
    /// An object that may be said shortly.
    Short(&'static [&'static str]),
}

/// A visitor of our error type inside a source of serde_json's.
pub(super) struct Bridge<'r, 'de, V> {
    pub(super) reader: &'r Reader<'de>,
    pub(super) visitor: V,
    pub(super) wanted: &'static str,
    pub(super) shape: Shape,
}

impl<'de, V: Visitor<'de>> Bridge<'_, 'de, V> {
    fn scalar<E: de::Error>(
        self,
        sent: &str,
        visit: impl FnOnce(V) -> Result<V::Value, Problem>,
    ) -> Result<V::Value, E> {
        let result = match self.shape {
            Shape::Any | Shape::Option | Shape::Short(_) => visit(self.visitor),
            _ => Err(Problem::wrong_type(self.wanted, sent)),
        };
        result.map_err(|problem| self.reader.carry(problem))
    }

    /// A number or flag, which is a list of one where a list of such is wanted.
    fn number_or_flag<E: de::Error>(
        self,
        sent: &str,
        text: impl FnOnce() -> String,
        visit: impl FnOnce(V) -> Result<V::Value, Problem>,
    ) -> Result<V::Value, E> {
        let reader = self.reader;
        if matches!(self.shape, Shape::List)
            && (reader.is_scalar("[]") || reader.is_alias())
            && !reader.is_within_list()
        {
            let one = Pieces { reader, items: vec![text()].into_iter(), index: 0 };
            return self.visitor.visit_seq(one).map_err(|problem| reader.carry(problem));
        }
        self.scalar(sent, visit)
    }

    /// A list or object that came as text: JSON, or a list of scalars with commas.
    fn spelled_out(self, text: &str) -> Result<V::Value, Problem> {
        let reader = self.reader;
        let trimmed = text.trim();
        let opening = if matches!(self.shape, Shape::List) { '[' } else { '{' };
        // Where a text may stand for the object, or for a list of one text, one that only begins like it is that text.
        let may_be_text = || match self.shape {
            Shape::Short(_) => true,
            Shape::List => reader.is_list_of_texts(),
            _ => false,
        };
        let is_text = || may_be_text() && serde_json::from_str::<IgnoredAny>(trimmed).is_err();
        if trimmed.starts_with(opening) && !is_text() {
            let json = reader.keep(trimmed.to_owned())?;
            let mut source = serde_json::Deserializer::from_str(json);
            let value = Deserializer::deserialize_any(&mut source, self);
            let ended = value.and_then(|value| source.end().map(|()| value));
            return ended.map_err(|error| reader.arrive(&error));
        }
        match self.shape {
            Shape::List if reader.is_scalar("[]") || (reader.is_alias() && trimmed.split(',').all(is_number)) => {
                let items = trimmed.split(',').filter(|item| !item.trim().is_empty());
                let items = items.map(|item| item.trim().to_owned()).collect::<Vec<_>>().into_iter();
                self.visitor.visit_seq(Pieces { reader, items, index: 0 })
            }
            Shape::List => {
                self.visitor.visit_seq(Pieces { reader, items: vec![text.to_owned()].into_iter(), index: 0 })
            }
            Shape::Short(_) => self.visitor.visit_str(text),
            _ => Err(Problem::wrong_type(self.wanted, "text")),
        }
    }

    /// The fields of an object that are there.
    fn fields(self, entries: Entries<'de>) -> Result<V::Value, Problem> {
        self.visitor.visit_map(Fields { reader: self.reader, entries: entries.found.into_iter(), value: None })
    }
}

impl<'de, V: Visitor<'de>> Visitor<'de> for Bridge<'_, 'de, V> {
    type Value = V::Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.wanted)
    }

    fn visit_bool<E: de::Error>(self, value: bool) -> Result<V::Value, E> {
        // An object that is asked for without more has its defaults.
        if let (true, Shape::Struct(fields)) = (value, self.shape) {
            let reader = self.reader;
            return self.fields(Entries::new(fields)).map_err(|problem| reader.carry(problem));
        }
        self.number_or_flag("true or false", || value.to_string(), |visitor| visitor.visit_bool(value))
    }

    fn visit_i64<E: de::Error>(self, value: i64) -> Result<V::Value, E> {
        self.number_or_flag("a number", || value.to_string(), |visitor| visitor.visit_i64(value))
    }

    fn visit_u64<E: de::Error>(self, value: u64) -> Result<V::Value, E> {
        self.number_or_flag("a number", || value.to_string(), |visitor| visitor.visit_u64(value))
    }

    fn visit_f64<E: de::Error>(self, value: f64) -> Result<V::Value, E> {
        self.number_or_flag("a number", || value.to_string(), |visitor| visitor.visit_f64(value))
    }

    fn visit_str<E: de::Error>(self, value: &str) -> Result<V::Value, E> {
        match self.shape {
            Shape::Any | Shape::Option => self.scalar("text", |visitor| visitor.visit_str(value)),
            _ => {
                let reader = self.reader;
                self.spelled_out(value).map_err(|problem| reader.carry(problem))
            }
        }
    }

    fn visit_unit<E: de::Error>(self) -> Result<V::Value, E> {
        self.scalar("null", Visitor::visit_unit)
    }

    fn visit_none<E: de::Error>(self) -> Result<V::Value, E> {
        self.scalar("null", Visitor::visit_none)
    }

    fn visit_some<D: Deserializer<'de>>(self, source: D) -> Result<V::Value, D::Error> {
        let reader = self.reader;
        self.visitor.visit_some(Lenient { reader, source }).map_err(|problem| reader.carry(problem))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, list: A) -> Result<V::Value, A::Error> {
        let reader = self.reader;
        let result = match self.shape {
            Shape::Any | Shape::List | Shape::Short(_) => self.visitor.visit_seq(Elements { reader, list, index: 0 }),
            _ => Err(Problem::wrong_type(self.wanted, "a list")),
        };
        result.map_err(|problem| reader.carry(problem))
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<V::Value, A::Error> {
        let reader = self.reader;
        let result = match self.shape {
            Shape::Any | Shape::Map => self.visitor.visit_map(Members { reader, map }),
            Shape::Struct(fields) | Shape::Short(fields) => {
                let mut entries = Entries::new(fields);
                Gather { reader, entries: &mut entries }.visit_map(map)?;
                self.fields(entries)
            }
            // Who has one object of what may be several sends it alone.
            Shape::List if !reader.is_scalar("[]") && !reader.is_within_list() => {
                let json = json_of(map)?;
                reader.keep(json).and_then(|json| self.visitor.visit_seq(Only { reader, json: Some(json) }))
            }
            Shape::List | Shape::Option => Err(Problem::wrong_type(self.wanted, "an object")),
        };
        result.map_err(|problem| reader.carry(problem))
    }
}

fn is_number(text: &str) -> bool {
    let text = text.trim();
    text.starts_with(|first: char| first.is_ascii_digit() || first == '-') && text.parse::<f64>().is_ok()
}

/// The elements of a list.
struct Elements<'r, 'de, A> {
    reader: &'r Reader<'de>,
    list: A,
    index: usize,
}

impl<'de, A: SeqAccess<'de>> SeqAccess<'de> for Elements<'_, 'de, A> {
    type Error = Problem;

    fn next_element_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<Option<S::Value>, Problem> {
        let reader = self.reader;
        reader.count_value()?;
        reader.step_in(Step::Index(self.index));
        self.index += 1;
        let element = self.list.next_element_seed(Inner { reader, seed }).map_err(|error| reader.arrive(&error))?;
        reader.step_out();
        Ok(element)
    }

    fn size_hint(&self) -> Option<usize> {
        self.list.size_hint()
    }
}

/// A list of one element.
struct Only<'r, 'de> {
    reader: &'r Reader<'de>,
    json: Option<&'de str>,
}

impl<'de> SeqAccess<'de> for Only<'_, 'de> {
    type Error = Problem;

    fn next_element_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<Option<S::Value>, Problem> {
        let Some(json) = self.json.take() else { return Ok(None) };
        self.reader.count_value()?;
        self.reader.step_in(Step::Index(0));
        let mut source = serde_json::Deserializer::from_str(json);
        let element = seed.deserialize(Lenient { reader: self.reader, source: &mut source })?;
        self.reader.step_out();
        Ok(Some(element))
    }
}

/// The JSON of an object that is being read.
fn json_of<'de, A: MapAccess<'de>>(mut map: A) -> Result<String, A::Error> {
    let mut json = String::from("{");
    while let Some(name) = map.next_key_seed(Text)? {
        let value: &'de RawValue = map.next_value()?;
        let name = serde_json::to_string(&name).map_err(de::Error::custom)?;
        let comma = if json.len() > 1 { "," } else { "" };
        json.extend([comma, &name, ":", value.get()]);
    }
    json.push('}');
    Ok(json)
}

/// The members of an object whose names are data.
struct Members<'r, 'de, A> {
    reader: &'r Reader<'de>,
    map: A,
}

impl<'de, A: MapAccess<'de>> MapAccess<'de> for Members<'_, 'de, A> {
    type Error = Problem;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, Problem> {
        self.reader.count_value()?;
        let Some(name) = self.map.next_key_seed(Text).map_err(|error| self.reader.arrive(&error))? else {
            return Ok(None);
        };
        self.reader.step_in(Step::Key(name.clone().into_owned()));
        let name: StringDeserializer<Problem> = name.into_owned().into_deserializer();
        seed.deserialize(name).map(Some)
    }

    fn next_value_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<S::Value, Problem> {
        let reader = self.reader;
        let value = self.map.next_value_seed(Inner { reader, seed }).map_err(|error| reader.arrive(&error))?;
        reader.step_out();
        Ok(value)
    }
}

/// A list written as text, in pieces.
struct Pieces<'r, 'de> {
    reader: &'r Reader<'de>,
    items: std::vec::IntoIter<String>,
    index: usize,
}

impl<'de> SeqAccess<'de> for Pieces<'_, 'de> {
    type Error = Problem;

    fn next_element_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<Option<S::Value>, Problem> {
        let Some(item) = self.items.next() else {
            return Ok(None);
        };
        self.reader.count_value()?;
        self.reader.step_in(Step::Index(self.index));
        self.index += 1;
        let source: StringDeserializer<Problem> = item.into_deserializer();
        let element = seed.deserialize(Lenient { reader: self.reader, source })?;
        self.reader.step_out();
        Ok(Some(element))
    }
}

/// A value inside a list or object, read as leniently as the outer ones.
struct Inner<'r, 'de, S> {
    reader: &'r Reader<'de>,
    seed: S,
}

impl<'de, S: DeserializeSeed<'de>> DeserializeSeed<'de> for Inner<'_, 'de, S> {
    type Value = S::Value;

    fn deserialize<D: Deserializer<'de>>(self, source: D) -> Result<S::Value, D::Error> {
        let reader = self.reader;
        self.seed.deserialize(Lenient { reader, source }).map_err(|problem| reader.carry(problem))
    }
}
