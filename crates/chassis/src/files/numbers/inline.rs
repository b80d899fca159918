//! What a request has where numbers are wanted: a list, a text, or where a file is to come from.
//!
//! A list streams from the decoder into its numbers; rows are laid one behind the other, and the first says how long
//! they are.

use std::fmt;

use serde::de::{Deserialize, DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde::ser::SerializeSeq;
use serde::{Serialize, Serializer};

use super::csv::{self, Number};
use super::table::{Fault, counted};
use super::{Input, List, MAX_NUMBERS, Numbers};
use crate::files::collect::{self, Slot};
use crate::files::file::{File, TOKEN};
use crate::files::object::SourceVisitor;
use crate::files::source::Source;

impl<'de> Deserialize<'de> for Numbers {
    fn deserialize<D: Deserializer<'de>>(source: D) -> Result<Self, D::Error> {
        let sent = source.deserialize_newtype_struct(TOKEN, SentVisitor)?;
        let field = collect::place().unwrap_or_else(|| "numbers".to_owned());
        let input = match sent {
            Sent::List(list) => Input::List(list),
            Sent::Text(text) => Input::Text(text),
            Sent::File(source) => {
                let file = File::awaited();
                collect::note(source, Slot::File(file.clone())).map_err(D::Error::custom)?;
                Input::File(file)
            }
        };
        Ok(Self { field, input })
    }
}

/// What a request has where numbers are wanted.
enum Sent {
    List(List),
    Text(String),
    File(Source),
}

impl Sent {
    fn of_text(text: &str) -> Result<Self, String> {
        if let Some(source) = Source::of_address(text) {
            return source.map(Self::File);
        }
        let trimmed = text.trim();
        if trimmed.is_empty() {
            return Err("is empty: send numbers, or a file".to_owned());
        }
        // One word that is no number is no CSV with numbers in it, but may be base64.
        let one_word = !trimmed.contains([',', ';', '|', '\t', '\n', '\r', ' ', '[', '{']);
        if one_word
            && matches!(csv::number(trimmed.as_bytes(), true), Number::None)
            && matches!(csv::number(trimmed.as_bytes(), false), Number::None)
        {
            return Source::of_text(trimmed).map(Self::File);
        }
        Ok(Self::Text(text.to_owned()))
    }
}

struct SentVisitor;

impl<'de> Visitor<'de> for SentVisitor {
    type Value = Sent;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("numbers")
    }

    fn visit_newtype_struct<D: Deserializer<'de>>(self, source: D) -> Result<Sent, D::Error> {
        source.deserialize_any(self)
    }

    fn visit_f64<E: Error>(self, number: f64) -> Result<Sent, E> {
        Ok(Sent::List(List { values: vec![number], width: None }))
    }

    fn visit_i64<E: Error>(self, number: i64) -> Result<Sent, E> {
        #[expect(clippy::cast_precision_loss, reason = "what is asked for is a double")]
        self.visit_f64(number as f64)
    }

    fn visit_u64<E: Error>(self, number: u64) -> Result<Sent, E> {
        #[expect(clippy::cast_precision_loss, reason = "what is asked for is a double")]
        self.visit_f64(number as f64)
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Sent, E> {
        Sent::of_text(text).map_err(E::custom)
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Sent, A::Error> {
        SourceVisitor.visit_map(map).map(Sent::File)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Sent, A::Error> {
        let mut read = List::default();
        let mut count = 0;
        while list.next_element_seed(Element { list: &mut read, row: count, in_row: false })?.is_some() {
            count += 1;
        }
        Ok(Sent::List(read))
    }
}

/// An element of a list: a number, or a row of them.
struct Element<'l> {
    list: &'l mut List,
    row: usize,
    in_row: bool,
}

impl Element<'_> {
    fn add<E: Error>(self, number: f64) -> Result<(), E> {
        if !self.in_row && self.list.width.is_some() {
            return Err(E::custom("is a number, those before are lists: send numbers, or rows of numbers"));
        }
        if self.list.values.len() == MAX_NUMBERS {
            return Err(E::custom(Fault::too_many().message));
        }
        self.list.values.push(number);
        Ok(())
    }
}

impl<'de> DeserializeSeed<'de> for Element<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, source: D) -> Result<(), D::Error> {
        source.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Element<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a number")
    }

    fn visit_f64<E: Error>(self, number: f64) -> Result<(), E> {
        self.add(number)
    }

    fn visit_i64<E: Error>(self, number: i64) -> Result<(), E> {
        #[expect(clippy::cast_precision_loss, reason = "what is asked for is a double")]
        self.add(number as f64)
    }

    fn visit_u64<E: Error>(self, number: u64) -> Result<(), E> {
        #[expect(clippy::cast_precision_loss, reason = "what is asked for is a double")]
        self.add(number as f64)
    }

    fn visit_unit<E: Error>(self) -> Result<(), E> {
        self.add(f64::NAN)
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<(), E> {
        let number = csv::number(text.trim().as_bytes(), false).checked(text).map_err(E::custom)?;
        self.add(number.unwrap_or(f64::NAN))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut row: A) -> Result<(), A::Error> {
        let Self { list, row: index, in_row } = self;
        if in_row || (index > 0 && list.width.is_none()) {
            return Err(A::Error::custom("is a list where a number is wanted"));
        }
        let before = list.values.len();
        // The first row says how long the others are; until it ends, any length will do.
        list.width.get_or_insert(usize::MAX);
        while row.next_element_seed(Element { list: &mut *list, row: 0, in_row: true })?.is_some() {}
        let length = list.values.len() - before;
        match list.width {
            _ if length == 0 => Err(A::Error::custom("is an empty row")),
            Some(width) if index > 0 && width != length => {
                Err(A::Error::custom(format!("has {}, the rows before have {width}", counted(length, "number"))))
            }
            _ => {
                list.width = Some(length);
                Ok(())
            }
        }
    }
}

impl Serialize for Numbers {
    fn serialize<S: Serializer>(&self, target: S) -> Result<S::Ok, S::Error> {
        match &self.input {
            Input::List(List { values, width: None }) => values.serialize(target),
            Input::List(List { values, width: Some(width) }) => {
                let mut rows = target.serialize_seq(Some(values.len() / width))?;
                values.chunks_exact(*width).try_for_each(|row| rows.serialize_element(row))?;
                rows.end()
            }
            Input::Text(text) => text.serialize(target),
            Input::File(file) => file.serialize(target),
        }
    }
}
