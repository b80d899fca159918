//! The values of a request that is made up, one for each that its type asks for.

use std::fmt::{self, Display};

use serde::de::value::StrDeserializer;
use serde::de::{self, DeserializeSeed, Deserializer, IntoDeserializer, MapAccess, SeqAccess, Visitor};

use super::trial::{Change, Kind, Step, TEXTS, Trial};
use super::value::RAW_VALUE;

/// A value is not taken; where, the path says.
#[derive(Debug)]
pub(super) struct Refusal;

impl Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("not taken")
    }
}

impl std::error::Error for Refusal {}

impl de::Error for Refusal {
    fn custom<M: Display>(_: M) -> Self {
        Self
    }
}

/// Makes up the value at the place.
pub(super) struct Maker<'t, 'k>(pub(super) &'t Trial<'k>);

macro_rules! whole_numbers {
    ($($method:ident $visit:ident $type:ty,)*) => {$(
        fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Refusal> {
            self.0.note(Kind::Whole(i128::from(<$type>::MIN), i128::from(<$type>::MAX)))?;
            let number = match self.0.change() {
                Some(Change::Whole(number)) => <$type>::try_from(number).map_err(|_| Refusal)?,
                _ => 1,
            };
            visitor.$visit(number)
        }
    )*};
}

impl<'de> Deserializer<'de> for Maker<'_, '_> {
    type Error = Refusal;

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

    fn deserialize_f64<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Refusal> {
        self.0.note(Kind::Float)?;
        match self.0.change() {
            Some(Change::Float(number)) => visitor.visit_f64(number),
            _ => visitor.visit_f64(1.0),
        }
    }

    fn deserialize_f32<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Refusal> {
        self.deserialize_f64(visitor)
    }

    fn deserialize_bool<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Refusal> {
        self.0.note(Kind::Choice(2))?;
        visitor.visit_bool(self.0.change() == Some(Change::Choice(1)))
    }

    fn deserialize_str<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Refusal> {
        self.0.note(Kind::Text)?;
        visitor.visit_string(self.0.text())
    }

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Refusal> {
        match self.0.refused().checked_sub(TEXTS.len()) {
            None => {
                self.0.note(Kind::Other)?;
                visitor.visit_string(self.0.text())
            }
            Some(0) => visitor.visit_u64(1),
            Some(1) => visitor.visit_bool(true),
            Some(2) => visitor.visit_seq(Elements { trial: self.0, left: 1 }),
            Some(_) => visitor.visit_map(Entries { trial: self.0, left: 1 }),
        }
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Refusal> {
        visitor.visit_some(self)
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(self, name: &'static str, visitor: V) -> Result<V::Value, Refusal> {
        if name == RAW_VALUE {
            let mut number = serde_json::Deserializer::from_str("1");
            return number.deserialize_newtype_struct(name, visitor).map_err(|_| Refusal);
        }
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Refusal> {
        self.0.note(Kind::List)?;
        visitor.visit_seq(Elements { trial: self.0, left: self.0.length() })
    }

    fn deserialize_tuple<V: Visitor<'de>>(self, length: usize, visitor: V) -> Result<V::Value, Refusal> {
        self.0.note(Kind::List)?;
        visitor.visit_seq(Elements { trial: self.0, left: length })
    }

    fn deserialize_tuple_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        length: usize,
        visitor: V,
    ) -> Result<V::Value, Refusal> {
        self.deserialize_tuple(length, visitor)
    }

    fn deserialize_map<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Refusal> {
        self.0.note(Kind::Map)?;
        visitor.visit_map(Entries { trial: self.0, left: self.0.length() })
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Refusal> {
        let Self(trial) = self;
        trial.note(Kind::Struct((name, fields)))?;
        // Once inside itself, so that the field it stands in can be told, and no further.
        if trial.around.borrow().iter().filter(|around| **around == (name, fields)).count() > 1 {
            trial.recursive.set(true);
            return Err(Refusal);
        }
        trial.around.borrow_mut().push((name, fields));
        let value = visitor.visit_map(Fields { trial, fields: fields.iter() })?;
        trial.around.borrow_mut().pop();
        Ok(value)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Refusal> {
        self.0.note(Kind::Choice(variants.len()))?;
        let number = match self.0.change() {
            Some(Change::Choice(number)) => number,
            _ => 0,
        };
        let variant: StrDeserializer<'_, Refusal> = (*variants.get(number).ok_or(Refusal)?).into_deserializer();
        visitor.visit_enum(variant)
    }

    fn deserialize_unit<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Refusal> {
        visitor.visit_unit()
    }

    serde::forward_to_deserialize_any! { i128 u128 unit_struct identifier ignored_any }

    fn deserialize_char<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Refusal> {
        visitor.visit_char('a')
    }

    fn deserialize_string<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Refusal> {
        self.deserialize_str(visitor)
    }

    fn deserialize_bytes<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Refusal> {
        self.deserialize_str(visitor)
    }

    fn deserialize_byte_buf<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Refusal> {
        self.deserialize_str(visitor)
    }
}

/// The fields of a struct.
struct Fields<'t, 'k> {
    trial: &'t Trial<'k>,
    fields: std::slice::Iter<'static, &'static str>,
}

impl<'de> MapAccess<'de> for Fields<'_, '_> {
    type Error = Refusal;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, Refusal> {
        let Some(field) = self.fields.find(|field| self.trial.enter(Step::Field(field))) else { return Ok(None) };
        let name: StrDeserializer<'_, Refusal> = (*field).into_deserializer();
        seed.deserialize(name).map(Some)
    }

    fn next_value_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<S::Value, Refusal> {
        let value = seed.deserialize(Maker(self.trial))?;
        self.trial.leave();
        Ok(value)
    }
}

/// The elements of a list.
struct Elements<'t, 'k> {
    trial: &'t Trial<'k>,
    left: usize,
}

impl<'de> SeqAccess<'de> for Elements<'_, '_> {
    type Error = Refusal;

    fn next_element_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<Option<S::Value>, Refusal> {
        if self.left == 0 || !self.trial.enter(Step::Index) {
            return Ok(None);
        }
        self.left -= 1;
        let element = seed.deserialize(Maker(self.trial))?;
        self.trial.leave();
        Ok(Some(element))
    }
}

/// The entries of an object whose names are data.
struct Entries<'t, 'k> {
    trial: &'t Trial<'k>,
    left: usize,
}

impl<'de> MapAccess<'de> for Entries<'_, '_> {
    type Error = Refusal;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, Refusal> {
        if self.left == 0 || !self.trial.enter(Step::Key) {
            return Ok(None);
        }
        self.left -= 1;
        seed.deserialize(Key(self.left)).map(Some)
    }

    fn next_value_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<S::Value, Refusal> {
        let value = seed.deserialize(Maker(self.trial))?;
        self.trial.leave();
        Ok(value)
    }
}

/// The name of an entry, each another.
struct Key(usize);

macro_rules! numbers {
    ($($method:ident)*) => {$(
        fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Refusal> {
            self.deserialize_u64(visitor)
        }
    )*};
}

impl<'de> Deserializer<'de> for Key {
    type Error = Refusal;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Refusal> {
        visitor.visit_string(self.0.to_string())
    }

    fn deserialize_u64<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Refusal> {
        visitor.visit_u64(self.0 as u64)
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(self, _: &'static str, visitor: V) -> Result<V::Value, Refusal> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Refusal> {
        let variant: StrDeserializer<'_, Refusal> = (*variants.get(self.0).ok_or(Refusal)?).into_deserializer();
        visitor.visit_enum(variant)
    }

    numbers! { deserialize_i8 deserialize_i16 deserialize_i32 deserialize_i64 deserialize_u8 deserialize_u16 deserialize_u32 }

    serde::forward_to_deserialize_any! {
        bool i128 u128 f32 f64 char str string bytes byte_buf option unit unit_struct seq tuple tuple_struct map struct
        identifier ignored_any
    }
}
