//! One value, read as no-code tools write it: `"1"`, `1.0`, `"true"`, `SHA-256`.

use std::borrow::Cow;
use std::fmt;

use serde::de::{Deserializer, IntoDeserializer, MapAccess, SeqAccess, Visitor};

use super::Problem;
use super::container::{Bridge, Shape};
use super::names::{one_of, resolve};
use super::reader::{ECHO_CHARS, Reader};
use super::short::SHORT;
use crate::error::clip;
use crate::files;

/// The name by which serde_json's `RawValue` asks for a value's text.
pub(super) const RAW_VALUE: &str = "$serde_json::private::RawValue";

/// One value, read leniently.
pub(super) struct Lenient<'r, 'de, D> {
    pub(super) reader: &'r Reader<'de>,
    pub(super) source: D,
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
            // What looks like a number is one to most tools: an article's number, a year. Others may lose digits.
            Scalar::Unsigned(number) => Ok(number.to_string().into()),
            Scalar::Signed(number) => Ok(number.to_string().into()),
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

    fn deserialize_newtype_struct<V: Visitor<'de>>(self, name: &'static str, visitor: V) -> Result<V::Value, Problem> {
        match name {
            files::TOKEN => files::at(|| self.reader.path_to("")),
            // serde_json hands out the text of a value to whoever asks by this name.
            RAW_VALUE => {
                let reader = self.reader;
                return self.source.deserialize_newtype_struct(name, visitor).map_err(|error| reader.arrive(&error));
            }
            _ => {}
        }
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
        name: &'static str,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Problem> {
        let shape = if name == SHORT { Shape::Short(fields) } else { Shape::Struct(fields) };
        self.container("an object", visitor, shape)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Problem> {
        // What is wanted is one of the choices, whatever was sent instead.
        let choices = |sent: &str| {
            let offered: Vec<&str> = variants.iter().copied().filter(|variant| *variant != "true").collect();
            one_of(sent, &offered)
        };
        let wanted = |sent: &str| Problem::here(format!("use {} (you sent {sent})", choices("")));
        let text = match self.scalar("text") {
            Ok(Scalar::Text(text)) => text,
            Ok(Scalar::Unsigned(number)) => Cow::Owned(number.to_string()),
            Ok(Scalar::Signed(number)) => Cow::Owned(number.to_string()),
            // A choice may be what is taken when nothing more is said.
            Ok(Scalar::Bool(true)) if variants.contains(&"true") => Cow::Borrowed("true"),
            Ok(other) => return Err(wanted(other.word())),
            Err(Problem::Field { field, message }) => {
                return Err(match message.split_once(" (you sent ") {
                    Some((_, sent)) => wanted(sent.trim_end_matches(')')),
                    None => Problem::Field { field, message },
                });
            }
            Err(other) => return Err(other),
        };
        match resolve(text.trim(), variants) {
            Some(variant) => visitor.visit_enum(IntoDeserializer::<Problem>::into_deserializer(variant)),
            None => Err(Problem::here(format!("use {} (you sent {})", choices(&text), clip(&text, ECHO_CHARS)))),
        }
    }

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Problem> {
        self.container("a value", visitor, Shape::Any)
    }

    serde::forward_to_deserialize_any! { i128 u128 unit unit_struct identifier ignored_any }
}
