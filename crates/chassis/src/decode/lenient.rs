//! The wrapping deserializer: serde_json underneath, and on top of it paths, bounds, closed objects with hints, and
//! the leniency that no-code tools need (`"1"`, `1.0`, `"true"`, `SHA-256`, lists with commas, JSON written as text).
//!
//! A struct is read in two steps: its entries as unread slices, matched against its field names; then each value. So
//! `null` and blank scalars can be treated as absent before serde sees them, and a wrong name costs nothing.

use std::borrow::Cow;
use std::cell::{Cell, RefCell};
use std::fmt::{self, Display};

use serde::de::value::{StrDeserializer, StringDeserializer};
use serde::de::{self, DeserializeSeed, Deserializer, IntoDeserializer, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;

use super::names::{nearest, one_of, resolve};
use super::{MAX_DEPTH, MAX_VALUES, Pair, Problem, ScalarPaths, Texts};
use crate::call::Warning;
use crate::error::{Error, clip};

/// Characters of a wrong choice or name that are shown back.
const ECHO_CHARS: usize = 40;
/// Characters of a path that are shown.
const PATH_CHARS: usize = 120;

enum Step {
    Field(&'static str),
    Key(String),
    Index(usize),
}

/// What is known while one request is read.
pub(super) struct Reader<'de> {
    scalars: &'de ScalarPaths,
    texts: &'de Texts,
    lenient: bool,
    path: RefCell<Vec<Step>>,
    depth: Cell<u32>,
    values: Cell<u32>,
    /// Our own error while it travels through serde_json's error type.
    carried: RefCell<Option<Problem>>,
    warnings: RefCell<Vec<Warning>>,
}

impl<'de> Reader<'de> {
    pub(super) fn new(scalars: &'de ScalarPaths, texts: &'de Texts, lenient: bool) -> Self {
        Self {
            scalars,
            texts,
            lenient,
            path: RefCell::default(),
            depth: Cell::new(0),
            values: Cell::new(0),
            carried: RefCell::default(),
            warnings: RefCell::default(),
        }
    }

    pub(super) fn into_warnings(self) -> Vec<Warning> {
        self.warnings.into_inner()
    }

    /// Says where a problem stands. The path still shows it: steps are taken back only after success.
    pub(super) fn locate(&self, problem: Problem) -> Error {
        match problem {
            Problem::Field { field, message } => {
                let field = self.path_to(&field);
                if field.is_empty() {
                    Problem::Request { message }.into()
                } else {
                    Problem::Field { field, message }.into()
                }
            }
            other => other.into(),
        }
    }

    fn path_to(&self, leaf: &str) -> String {
        let mut text = String::new();
        let mut push = |name: &str| {
            if !text.is_empty() {
                text.push('.');
            }
            text.push_str(name);
        };
        for step in self.path.borrow().iter() {
            match step {
                Step::Field(name) => push(name),
                Step::Key(name) => push(&clip(name, ECHO_CHARS)),
                Step::Index(index) => push(&format!("[{index}]")),
            }
        }
        if !leaf.is_empty() {
            push(leaf);
        }
        clip(&text.replace(".[", "["), PATH_CHARS).into_owned()
    }

    /// Whether the schema says the value at the path (and `leaf` below it) is a number, boolean or enum.
    fn is_scalar(&self, leaf: &str) -> bool {
        let mut text = String::new();
        for step in self.path.borrow().iter() {
            match step {
                Step::Field(name) if text.is_empty() => text.push_str(name),
                Step::Field(name) => {
                    text.push('.');
                    text.push_str(name);
                }
                Step::Key(_) => return false,
                Step::Index(_) => text.push_str("[]"),
            }
        }
        if !text.is_empty() && leaf != "[]" {
            text.push('.');
        }
        text.push_str(leaf);
        self.scalars.contains(&text)
    }

    fn step_in(&self, step: Step) {
        self.path.borrow_mut().push(step);
    }

    fn step_out(&self) {
        self.path.borrow_mut().pop();
    }

    fn count_value(&self) -> Result<(), Problem> {
        self.values.set(self.values.get() + 1);
        if self.values.get() > MAX_VALUES {
            return Err(Problem::Request { message: format!("the body holds more than {MAX_VALUES} values") });
        }
        Ok(())
    }

    /// Runs something one level deeper.
    fn nested<T>(&self, read: impl FnOnce() -> Result<T, Problem>) -> Result<T, Problem> {
        if self.depth.get() == MAX_DEPTH {
            return Err(Problem::too_deep());
        }
        self.depth.set(self.depth.get() + 1);
        let result = read();
        self.depth.set(self.depth.get() - 1);
        result
    }

    /// Hands a problem to serde_json, which only knows its own error type.
    fn carry<E: de::Error>(&self, problem: Problem) -> E {
        *self.carried.borrow_mut() = Some(problem);
        E::custom("")
    }

    /// Takes the problem back, or reads the source's own.
    fn arrive<E: Display>(&self, error: &E) -> Problem {
        self.carried.borrow_mut().take().unwrap_or_else(|| Problem::from_source(error))
    }

    fn keep(&self, text: String) -> Result<&'de str, Problem> {
        self.texts.keep(text).ok_or_else(|| Problem::here("too many values are JSON written as text: send plain JSON"))
    }

    /// The field an entry belongs to; nothing when it is unknown and may be.
    fn field(&self, name: &str, fields: &'static [&'static str]) -> Result<Option<&'static str>, Problem> {
        if let Some(field) = resolve(name, fields) {
            return Ok(Some(field));
        }
        let hint = match (nearest(name, fields), fields) {
            (Some(near), _) => format!("; did you mean {near}?"),
            (None, []) => "; there are none".to_owned(),
            (None, _) => format!("; use {}", one_of(name, fields)),
        };
        let shown = clip(name, ECHO_CHARS);
        if self.lenient {
            let mut warnings = self.warnings.borrow_mut();
            if warnings.len() < 20 {
                warnings.push(Warning {
                    code: "unknown-field".to_owned(),
                    message: format!("this field is not known and was ignored{hint}"),
                    field: Some(self.path_to(&shown)),
                });
            }
            return Ok(None);
        }
        Err(Problem::Field { field: shown.into_owned(), message: format!("is not a field here{hint}") })
    }
}

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
            if let Some(field) = self.reader.field(&option.name, fields)? {
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
struct Entries<'de> {
    fields: &'static [&'static str],
    found: Vec<(&'static str, &'de str)>,
}

impl<'de> Entries<'de> {
    fn new(fields: &'static [&'static str]) -> Self {
        Self { fields, found: Vec::with_capacity(fields.len()) }
    }

    fn add(&mut self, reader: &Reader<'de>, field: &'static str, json: &'de str) -> Result<(), Problem> {
        if self.found.iter().any(|(known, _)| *known == field) {
            return Err(Problem::Field { field: field.to_owned(), message: "is there twice: send it once".to_owned() });
        }
        let absent = json == "null" || (json == "\"\"" && reader.is_scalar(field));
        if !absent {
            self.found.push((field, json));
        }
        Ok(())
    }
}

/// Collects an object's entries without reading the values.
struct Gather<'a, 'r, 'de> {
    reader: &'r Reader<'de>,
    entries: &'a mut Entries<'de>,
}

impl<'de> Visitor<'de> for Gather<'_, '_, 'de> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        while let Some(name) = map.next_key_seed(Text)? {
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
struct Text;

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
struct Fields<'r, 'de> {
    reader: &'r Reader<'de>,
    entries: std::vec::IntoIter<(&'static str, &'de str)>,
    value: Option<(&'static str, &'de str)>,
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
        self.reader.count_value()?;
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

/// One value, read leniently.
struct Lenient<'r, 'de, D> {
    reader: &'r Reader<'de>,
    source: D,
}

/// A value that is not a list or an object.
enum Scalar<'de> {
    Null,
    Bool(bool),
    Unsigned(u64),
    Signed(i64),
    Float(f64),
    Text(Cow<'de, str>),
}

impl Scalar<'_> {
    fn word(&self) -> &'static str {
        match self {
            Self::Null => "null",
            Self::Bool(true) => "true",
            Self::Bool(false) => "false",
            Self::Unsigned(_) | Self::Signed(_) | Self::Float(_) => "a number",
            Self::Text(_) => "text",
        }
    }
}

struct ScalarVisitor<'r, 'de> {
    reader: &'r Reader<'de>,
    wanted: &'static str,
}

impl<'de> Visitor<'de> for ScalarVisitor<'_, 'de> {
    type Value = Scalar<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.wanted)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Scalar<'de>, E> {
        Ok(Scalar::Bool(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Scalar<'de>, E> {
        Ok(Scalar::Signed(value))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Scalar<'de>, E> {
        Ok(Scalar::Unsigned(value))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Scalar<'de>, E> {
        Ok(Scalar::Float(value))
    }

    fn visit_borrowed_str<E>(self, value: &'de str) -> Result<Scalar<'de>, E> {
        Ok(Scalar::Text(Cow::Borrowed(value)))
    }

    fn visit_str<E>(self, value: &str) -> Result<Scalar<'de>, E> {
        Ok(Scalar::Text(Cow::Owned(value.to_owned())))
    }

    fn visit_string<E>(self, value: String) -> Result<Scalar<'de>, E> {
        Ok(Scalar::Text(Cow::Owned(value)))
    }

    fn visit_unit<E>(self) -> Result<Scalar<'de>, E> {
        Ok(Scalar::Null)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, _: A) -> Result<Scalar<'de>, A::Error> {
        Err(self.reader.carry(Problem::wrong_type(self.wanted, "a list")))
    }

    fn visit_map<A: MapAccess<'de>>(self, _: A) -> Result<Scalar<'de>, A::Error> {
        Err(self.reader.carry(Problem::wrong_type(self.wanted, "an object")))
    }
}

const WHOLE: &str = "a whole number";

impl<'de, D: Deserializer<'de>> Lenient<'_, 'de, D> {
    fn scalar(self, wanted: &'static str) -> Result<Scalar<'de>, Problem> {
        let reader = self.reader;
        self.source.deserialize_any(ScalarVisitor { reader, wanted }).map_err(|error| reader.arrive(&error))
    }

    /// A whole number between two bounds: `3`, `3.0`, `"3"`.
    fn whole(self, min: i128, max: i128) -> Result<i128, Problem> {
        let number = match self.scalar(WHOLE)? {
            Scalar::Unsigned(value) => i128::from(value),
            Scalar::Signed(value) => i128::from(value),
            Scalar::Float(value) => exact(value).ok_or_else(|| Problem::here("must be a whole number"))?,
            Scalar::Text(text) => {
                let text = text.trim();
                let float = || text.parse().ok().and_then(exact);
                text.parse().ok().or_else(float).ok_or_else(|| Problem::wrong_type(WHOLE, "text"))?
            }
            other => return Err(Problem::wrong_type(WHOLE, other.word())),
        };
        if number < min || number > max {
            return Err(Problem::here(format!("must be a whole number from {min} to {max}")));
        }
        Ok(number)
    }

    fn float(self) -> Result<f64, Problem> {
        const WANTED: &str = "a number";
        match self.scalar(WANTED)? {
            #[expect(clippy::cast_precision_loss, reason = "what the caller asked for is a double")]
            Scalar::Unsigned(value) => Ok(value as f64),
            #[expect(clippy::cast_precision_loss, reason = "what the caller asked for is a double")]
            Scalar::Signed(value) => Ok(value as f64),
            Scalar::Float(value) => Ok(value),
            Scalar::Text(text) => match text.trim().parse::<f64>() {
                Ok(value) if value.is_finite() => Ok(value),
                _ => Err(Problem::wrong_type(WANTED, "text")),
            },
            other => Err(Problem::wrong_type(WANTED, other.word())),
        }
    }

    fn text(self) -> Result<Cow<'de, str>, Problem> {
        match self.scalar("text")? {
            Scalar::Text(text) => Ok(text),
            other => Err(Problem::wrong_type("text", other.word())),
        }
    }

    /// Reads a list or object with a visitor that speaks our error type.
    fn container<V: Visitor<'de>>(self, wanted: &'static str, visitor: V, shape: Shape) -> Result<V::Value, Problem> {
        let reader = self.reader;
        let bridge = Bridge { reader, visitor, wanted, shape };
        reader.nested(|| self.source.deserialize_any(bridge).map_err(|error| reader.arrive(&error)))
    }
}

fn exact(value: f64) -> Option<i128> {
    #[expect(clippy::cast_possible_truncation, reason = "checked to be whole; a larger one saturates and is refused")]
    (value.fract() == 0.0).then_some(value as i128)
}

macro_rules! whole_numbers {
    ($($method:ident $visit:ident $type:ty,)*) => {$(
        fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Problem> {
            let number = self.whole(i128::from(<$type>::MIN), i128::from(<$type>::MAX))?;
            visitor.$visit(<$type>::try_from(number).expect("it is within the bounds"))
        }
    )*};
}

impl<'de, D: Deserializer<'de>> Deserializer<'de> for Lenient<'_, 'de, D> {
    type Error = Problem;

    whole_numbers! {
        deserialize_i8 visit_i8 i8,
        deserialize_i16 visit_i16 i16,
        deserialize_i32 visit_i32 i32,
        deserialize_i64 visit_i64 i64,
        deserialize_u8 visit_u8 u8,
        deserialize_u16 visit_u16 u16,
        deserialize_u32 visit_u32 u32,
        deserialize_u64 visit_u64 u64,
    }

    fn deserialize_f32<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Problem> {
        self.deserialize_f64(visitor)
    }

    fn deserialize_f64<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Problem> {
        visitor.visit_f64(self.float()?)
    }

    fn deserialize_bool<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Problem> {
        const WANTED: &str = "true or false";
        match self.scalar(WANTED)? {
            Scalar::Bool(value) => visitor.visit_bool(value),
            Scalar::Text(text) if text.trim().eq_ignore_ascii_case("true") => visitor.visit_bool(true),
            Scalar::Text(text) if text.trim().eq_ignore_ascii_case("false") => visitor.visit_bool(false),
            other => Err(Problem::wrong_type(WANTED, other.word())),
        }
    }

    fn deserialize_char<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Problem> {
        self.deserialize_str(visitor)
    }

    fn deserialize_str<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Problem> {
        match self.text()? {
            Cow::Borrowed(text) => visitor.visit_borrowed_str(text),
            Cow::Owned(text) => visitor.visit_string(text),
        }
    }

    fn deserialize_string<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Problem> {
        self.deserialize_str(visitor)
    }

    fn deserialize_bytes<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Problem> {
        self.deserialize_str(visitor)
    }

    fn deserialize_byte_buf<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Problem> {
        self.deserialize_str(visitor)
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Problem> {
        let reader = self.reader;
        let bridge = Bridge { reader, visitor, wanted: "a value", shape: Shape::Option };
        self.source.deserialize_option(bridge).map_err(|error| reader.arrive(&error))
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(self, _: &'static str, visitor: V) -> Result<V::Value, Problem> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Problem> {
        self.container("a list", visitor, Shape::List)
    }

    fn deserialize_tuple<V: Visitor<'de>>(self, _: usize, visitor: V) -> Result<V::Value, Problem> {
        self.deserialize_seq(visitor)
    }

    fn deserialize_tuple_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: usize,
        visitor: V,
    ) -> Result<V::Value, Problem> {
        self.deserialize_seq(visitor)
    }

    fn deserialize_map<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Problem> {
        self.container("an object", visitor, Shape::Map)
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Problem> {
        self.container("an object", visitor, Shape::Struct(fields))
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Problem> {
        let text = self.text()?;
        match resolve(text.trim(), variants) {
            Some(variant) => visitor.visit_enum(IntoDeserializer::<Problem>::into_deserializer(variant)),
            None => {
                let choices = one_of(&text, variants);
                Err(Problem::here(format!("use {choices} (you sent {})", clip(&text, ECHO_CHARS))))
            }
        }
    }

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Problem> {
        self.container("a value", visitor, Shape::Any)
    }

    serde::forward_to_deserialize_any! { i128 u128 unit unit_struct identifier ignored_any }
}

/// What is read, where the source decides by what it finds.
#[derive(Clone, Copy)]
enum Shape {
    Any,
    Option,
    List,
    Map,
    Struct(&'static [&'static str]),
}

/// A visitor of our error type inside a source of serde_json's.
struct Bridge<'r, 'de, V> {
    reader: &'r Reader<'de>,
    visitor: V,
    wanted: &'static str,
    shape: Shape,
}

impl<'de, V: Visitor<'de>> Bridge<'_, 'de, V> {
    fn scalar<E: de::Error>(
        self,
        sent: &str,
        visit: impl FnOnce(V) -> Result<V::Value, Problem>,
    ) -> Result<V::Value, E> {
        let result = match self.shape {
            Shape::Any | Shape::Option => visit(self.visitor),
            _ => Err(Problem::wrong_type(self.wanted, sent)),
        };
        result.map_err(|problem| self.reader.carry(problem))
    }

    /// A list or object that came as text: JSON, or a list of scalars with commas.
    fn spelled_out(self, text: &str) -> Result<V::Value, Problem> {
        let reader = self.reader;
        let trimmed = text.trim();
        let opening = if matches!(self.shape, Shape::List) { '[' } else { '{' };
        if trimmed.starts_with(opening) {
            let json = reader.keep(trimmed.to_owned())?;
            let mut source = serde_json::Deserializer::from_str(json);
            let value = Deserializer::deserialize_any(&mut source, self);
            let ended = value.and_then(|value| source.end().map(|()| value));
            return ended.map_err(|error| reader.arrive(&error));
        }
        match self.shape {
            Shape::List if reader.is_scalar("[]") => {
                let items = trimmed.split(',').filter(|item| !item.trim().is_empty());
                let items = items.map(|item| item.trim().to_owned()).collect::<Vec<_>>().into_iter();
                self.visitor.visit_seq(Pieces { reader, items, index: 0 })
            }
            Shape::List => {
                self.visitor.visit_seq(Pieces { reader, items: vec![text.to_owned()].into_iter(), index: 0 })
            }
            _ => Err(Problem::wrong_type(self.wanted, "text")),
        }
    }
}

impl<'de, V: Visitor<'de>> Visitor<'de> for Bridge<'_, 'de, V> {
    type Value = V::Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.wanted)
    }

    fn visit_bool<E: de::Error>(self, value: bool) -> Result<V::Value, E> {
        self.scalar("true or false", |visitor| visitor.visit_bool(value))
    }

    fn visit_i64<E: de::Error>(self, value: i64) -> Result<V::Value, E> {
        self.scalar("a number", |visitor| visitor.visit_i64(value))
    }

    fn visit_u64<E: de::Error>(self, value: u64) -> Result<V::Value, E> {
        self.scalar("a number", |visitor| visitor.visit_u64(value))
    }

    fn visit_f64<E: de::Error>(self, value: f64) -> Result<V::Value, E> {
        self.scalar("a number", |visitor| visitor.visit_f64(value))
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
            Shape::Any | Shape::List => self.visitor.visit_seq(Elements { reader, list, index: 0 }),
            _ => Err(Problem::wrong_type(self.wanted, "a list")),
        };
        result.map_err(|problem| reader.carry(problem))
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<V::Value, A::Error> {
        let reader = self.reader;
        let result = match self.shape {
            Shape::Any | Shape::Map => self.visitor.visit_map(Members { reader, map }),
            Shape::Struct(fields) => {
                let mut entries = Entries::new(fields);
                Gather { reader, entries: &mut entries }.visit_map(map)?;
                self.visitor.visit_map(Fields { reader, entries: entries.found.into_iter(), value: None })
            }
            Shape::List | Shape::Option => Err(Problem::wrong_type(self.wanted, "an object")),
        };
        result.map_err(|problem| reader.carry(problem))
    }
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
