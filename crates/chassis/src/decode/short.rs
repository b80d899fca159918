//! Objects that may be said shortly: `{"split": ","}` for `{"split": {"by": ","}}`.
//!
//! A field reads its object by [`short`]; the type of the object says what a text, a number or a list stands for. `true` stands
//! for an object with its defaults, here as for every object. Documents show the object alone.

use std::fmt;
use std::marker::PhantomData;

use serde::de::value::{MapAccessDeserializer, MapDeserializer};
use serde::de::{Deserialize, Deserializer, Error, MapAccess, SeqAccess, Visitor};

use super::layout::fields_of;

/// The name by which such an object asks to be handed whatever was sent.
pub(super) const SHORT: &str = "$flowforge::short";

/// What was sent instead of an object.
#[derive(Debug, Clone, PartialEq)]
pub enum Short {
    /// A text.
    Text(String),
    /// A number.
    Number(f64),
    /// A list of texts.
    List(Vec<String>),
}

impl Short {
    /// It as a text; none of a list.
    #[must_use]
    pub fn text(self) -> Option<String> {
        match self {
            Self::Text(text) => Some(text),
            Self::Number(number) => Some(number.to_string()),
            Self::List(_) => None,
        }
    }

    /// It as a whole number.
    #[must_use]
    pub fn whole(self) -> Option<usize> {
        self.text()?.trim().parse().ok()
    }

    /// It as a list of texts: one text is a list of one.
    #[must_use]
    pub fn list(self) -> Option<Vec<String>> {
        match self {
            Self::List(list) => Some(list),
            other => other.text().map(|text| vec![text]),
        }
    }
}

/// An object that may be said shortly.
pub trait Shorthand: for<'de> Deserialize<'de> {
    /// The object that something else stands for, if it does.
    fn of(short: Short) -> Option<Self>;
}

/// Reads an optional object, or what stands for it: `#[serde(default, deserialize_with = "chassis::short")]`.
///
/// # Errors
/// When it is neither.
pub fn short<'de, D: Deserializer<'de>, T: Shorthand>(source: D) -> Result<Option<T>, D::Error> {
    source.deserialize_struct(SHORT, fields_of::<T>(), ShortVisitor(PhantomData))
}

/// Reads a list of objects, or of what stands for each: `#[serde(default, deserialize_with = "chassis::shorts")]`.
///
/// # Errors
/// When one is neither.
pub fn shorts<'de, D: Deserializer<'de>, T: Shorthand>(source: D) -> Result<Vec<T>, D::Error> {
    struct Each<T>(T);
    impl<'de, T: Shorthand> Deserialize<'de> for Each<T> {
        fn deserialize<D: Deserializer<'de>>(source: D) -> Result<Self, D::Error> {
            short(source)?.map(Self).ok_or_else(|| D::Error::custom("must be an object"))
        }
    }
    Ok(Vec::<Each<T>>::deserialize(source)?.into_iter().map(|Each(object)| object).collect())
}

struct ShortVisitor<T>(PhantomData<T>);

impl<T: Shorthand> ShortVisitor<T> {
    fn of<E: Error>(short: Short, sent: &str) -> Result<Option<T>, E> {
        T::of(short).map(Some).ok_or_else(|| E::custom(format!("must be an object (you sent {sent})")))
    }
}

impl<'de, T: Shorthand> Visitor<'de> for ShortVisitor<T> {
    type Value = Option<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_unit<E: Error>(self) -> Result<Option<T>, E> {
        Ok(None)
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<Option<T>, E> {
        match value {
            // It is not asked for.
            false => Ok(None),
            true => T::deserialize(MapDeserializer::new(std::iter::empty::<((), ())>())).map(Some),
        }
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<Option<T>, E> {
        #[expect(clippy::cast_precision_loss, reason = "what stands for an object is a small number")]
        Self::of(Short::Number(value as f64), "a number")
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<Option<T>, E> {
        #[expect(clippy::cast_precision_loss, reason = "what stands for an object is a small number")]
        Self::of(Short::Number(value as f64), "a number")
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<Option<T>, E> {
        Self::of(Short::Number(value), "a number")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Option<T>, E> {
        Self::of(Short::Text(text.to_owned()), "text")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Option<T>, A::Error> {
        let mut texts = Vec::new();
        while let Some(text) = list.next_element()? {
            texts.push(text);
        }
        Self::of(Short::List(texts), "a list")
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Option<T>, A::Error> {
        T::deserialize(MapAccessDeserializer::new(map)).map(Some)
    }
}
