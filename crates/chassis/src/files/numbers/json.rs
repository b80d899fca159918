//! Numbers from JSON in a file: one value a line (NDJSON), or one list of them.
//!
//! A value is a number, a list of numbers (a row), or an object (a row with named columns). One list around all of them
//! is the same as none; a list of numbers alone is a row by itself, and the numbers of the one row there is are a column
//! when a column is asked for. Values go from the text into their row; no tree is made.

use std::borrow::Cow;
use std::collections::HashMap;
use std::fmt;

use serde::Deserializer;
use serde::de::{DeserializeSeed, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;

use super::csv::{Number, number};
use super::table::{Builder, Fault, Gathered, SHOWN_CHARS, counted, find_columns};
use super::{MAX_COLUMNS, NumbersOptions};
use crate::error::clip;

/// Names of columns nobody asked for that are remembered, to name them when the one that was asked for is not there.
const MAX_OTHERS: usize = 10;

/// Reads the numbers; `single` when only one column is of use.
pub(super) fn read(bytes: &[u8], options: &NumbersOptions<'_>, single: bool) -> Result<Gathered, Fault> {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    // The text of each value first: asking one deserializer again and again whether more follows looks for the line it
    // is in, from the start.
    let values = serde_json::Deserializer::from_slice(bytes).into_iter::<&RawValue>();
    let builder = Builder::new(options.missing);
    let mut reading = Reading { options, single, builder, row: 1, columns: Columns::Unknown, fault: None };
    for value in values {
        let text = value.map_err(|error| broken(&error))?.get();
        let row = reading.row;
        let value = Value { reading: &mut reading, spot: Spot::Top };
        let read = value.deserialize(&mut serde_json::Deserializer::from_str(text));
        let read = read.and_then(|found| if found == Found::Number { reading.end_list(1) } else { Ok(()) });
        if let Err(error) = read {
            return Err(reading.fault.take().unwrap_or_else(|| unreadable(row, &error)));
        }
    }
    let Reading { builder, columns, .. } = reading;
    match columns {
        Columns::Named(named) => {
            named.check_found(options)?;
            Ok(builder.finish(named.names))
        }
        Columns::Unknown | Columns::Numbered { .. } => Ok(builder.finish(Vec::new())),
    }
}

fn broken(error: &serde_json::Error) -> Fault {
    let (line, character) = (error.line(), error.column());
    Fault::new(format!("line {line}, character {character}: is not valid JSON: {}", words(error)))
}

/// A value that is JSON, but cannot be read.
fn unreadable(row: usize, error: &serde_json::Error) -> Fault {
    Fault::new(match words(error).as_str() {
        "number out of range" => format!("row {row} holds a number too large for 64 bits"),
        words => format!("row {row} is not valid JSON: {words}"),
    })
}

/// serde_json's words without the place.
fn words(error: &serde_json::Error) -> String {
    error.to_string().split(" at line ").next().unwrap_or_default().to_owned()
}

/// Which columns there are, as the first row has them.
enum Columns {
    Unknown,
    Numbered {
        /// For each element of a row its place in the result; empty when all are wanted as they come.
        places: Vec<Option<usize>>,
        /// Elements of a row.
        length: Option<usize>,
    },
    Named(Named),
}

/// The columns of the result by name.
#[derive(Default)]
struct Named {
    names: Vec<String>,
    places: HashMap<String, usize>,
    /// Whether any row had them.
    found: Vec<bool>,
    /// Other names of the first row.
    others: Vec<String>,
}

impl Named {
    fn add(&mut self, name: &str) {
        self.places.insert(name.to_owned(), self.names.len());
        self.names.push(name.to_owned());
        self.found.push(false);
    }

    /// A column that was asked for must be somewhere.
    fn check_found(&self, options: &NumbersOptions<'_>) -> Result<(), Fault> {
        match self.found.iter().position(|found| !found) {
            Some(at) if !options.columns.is_empty() => Err(Fault::no_column(&self.names[at], &self.others, 0)),
            _ => Ok(()),
        }
    }
}

/// What is known while values are read. Our own errors travel through serde_json's as `fault`.
struct Reading<'a> {
    options: &'a NumbersOptions<'a>,
    single: bool,
    builder: Builder,
    /// The row at hand, from 1.
    row: usize,
    columns: Columns,
    fault: Option<Fault>,
}

impl Reading<'_> {
    fn fail<E: Error>(&mut self, fault: Fault) -> E {
        self.fault = Some(fault);
        E::custom("")
    }

    fn wrong<E: Error>(&mut self, message: &str) -> E {
        let row = self.row;
        self.fail(Fault::new(format!("row {row} {message}")))
    }

    /// Puts an element of a list into the row at hand.
    fn put_element<E: Error>(&mut self, at: usize, value: Number, shown: &str) -> Result<(), E> {
        if let Columns::Unknown = self.columns {
            let found = find_columns(self.options.columns, &[], MAX_COLUMNS).map_err(|fault| self.fail(fault))?;
            let mut places = vec![None; found.iter().max().map_or(0, |last| last + 1)];
            found.iter().enumerate().for_each(|(place, column)| places[*column] = Some(place));
            self.columns = Columns::Numbered { places, length: None };
        }
        let place = match &self.columns {
            Columns::Numbered { places, .. } if places.is_empty() => at,
            Columns::Numbered { places, .. } => match places.get(at) {
                Some(Some(place)) => *place,
                _ => return Ok(()),
            },
            Columns::Unknown | Columns::Named(_) => {
                return Err(self.wrong("is a list or a number, those before are objects"));
            }
        };
        let row = self.row;
        let place_text = || format!("row {row}, number {}", at + 1);
        put(&mut self.builder, place, value, shown, place_text).map_err(|fault| self.fail(fault))
    }

    /// Ends a row that was a list of so many numbers.
    fn end_list<E: Error>(&mut self, count: usize) -> Result<(), E> {
        let Columns::Numbered { places, length } = &mut self.columns else { return Ok(()) };
        match *length {
            None if count < places.len() => {
                let wanted = places.len().to_string();
                return Err(self.fail(Fault::no_column(&wanted, &[], count)));
            }
            None => *length = Some(count),
            Some(before) if before != count => {
                return Err(self.wrong(&format!("has {}, the rows before have {before}", counted(count, "number"))));
            }
            Some(_) => {}
        }
        self.end_row()
    }

    fn end_row<E: Error>(&mut self) -> Result<(), E> {
        let row = self.row;
        self.row += 1;
        self.builder.end_row(|| format!("row {row}")).map_err(|fault| self.fail(fault))
    }

    /// The place of a column of an object; nothing when it is not wanted.
    fn place_of<E: Error>(&mut self, name: &str) -> Result<Option<usize>, E> {
        let (is_first, wanted) = (self.row == 1, self.options.columns);
        let Columns::Named(named) = &mut self.columns else {
            return Err(self.wrong("is an object, those before are not"));
        };
        let mut place = named.places.get(name).copied();
        if place.is_none() && wanted.is_empty() {
            if !is_first {
                let message = format!("has a column {}, which the first row has not", clip(name, SHOWN_CHARS));
                return Err(self.wrong(&message));
            }
            if named.names.len() == MAX_COLUMNS {
                return Err(self.fail(Fault::too_wide()));
            }
            place = Some(named.names.len());
            named.add(name);
        }
        match place {
            Some(place) => named.found[place] = true,
            None if is_first && named.others.len() < MAX_OTHERS => named.others.push(name.to_owned()),
            None => {}
        }
        Ok(place)
    }

    fn begin_object(&mut self) {
        if let Columns::Unknown = self.columns {
            let mut named = Named::default();
            self.options.columns.iter().for_each(|name| named.add(name));
            self.columns = Columns::Named(named);
        }
    }

    /// Ends a row that was an object: what it has not is missing.
    fn end_object<E: Error>(&mut self) -> Result<(), E> {
        let Columns::Named(named) = &self.columns else { return Err(self.wrong("is an object, those before are not")) };
        let width = named.names.len();
        if width == 0 {
            return Err(self.wrong("is an object without columns"));
        }
        if self.single && width > 1 {
            let fault = Fault::choose(&named.names, width);
            return Err(self.fail(fault));
        }
        let unset: Vec<usize> = self.builder.unset(width).collect();
        if let (1, Some(at)) = (self.row, unset.iter().find(|at| !named.found[**at]))
            && !named.others.is_empty()
        {
            let fault = Fault::no_column(&named.names[*at], &named.others, 0);
            return Err(self.fail(fault));
        }
        for at in unset {
            self.put_member(at, Number::Missing, "")?;
        }
        self.end_row()
    }

    fn put_member<E: Error>(&mut self, place: usize, value: Number, shown: &str) -> Result<(), E> {
        let Self { builder, columns, row, .. } = &mut *self;
        let (columns, row) = (&*columns, *row);
        let place_text = || match columns {
            Columns::Named(Named { names, .. }) => format!("row {row}, column {}", clip(&names[place], SHOWN_CHARS)),
            Columns::Unknown | Columns::Numbered { .. } => format!("row {row}"),
        };
        put(builder, place, value, shown, place_text).map_err(|fault| self.fail(fault))
    }
}

/// Puts a value into its place of the row at hand.
fn put(
    builder: &mut Builder,
    place: usize,
    value: Number,
    shown: &str,
    place_text: impl Fn() -> String,
) -> Result<(), Fault> {
    match value.checked(shown) {
        Ok(number) => builder.set(place, number, place_text),
        Err(what) => Err(Fault::new(format!("{}: {what}", place_text()))),
    }
}

/// What was read.
#[derive(Clone, Copy, PartialEq)]
enum Found {
    /// A number, now in the row at hand.
    Number,
    /// A row, or several.
    Row,
}

/// Where a value stands.
#[derive(Clone, Copy)]
enum Spot {
    /// In the file itself.
    Top,
    /// In a list of the file: a number of the row that this list is, or a row.
    List(usize),
    /// In a row that is a list.
    Element(usize),
    /// In a row that is an object; its place in the result.
    Member(usize),
}

/// A value at its spot.
struct Value<'r, 'a> {
    reading: &'r mut Reading<'a>,
    spot: Spot,
}

impl Value<'_, '_> {
    fn number<E: Error>(self, value: Number, shown: &str) -> Result<Found, E> {
        match self.spot {
            Spot::Top => self.reading.put_element(0, value, shown)?,
            Spot::List(at) | Spot::Element(at) => self.reading.put_element(at, value, shown)?,
            Spot::Member(place) => self.reading.put_member(place, value, shown)?,
        }
        Ok(Found::Number)
    }
}

impl<'de> DeserializeSeed<'de> for Value<'_, '_> {
    type Value = Found;

    fn deserialize<D: Deserializer<'de>>(self, source: D) -> Result<Found, D::Error> {
        source.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Value<'_, '_> {
    type Value = Found;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a number, a list of numbers or an object")
    }

    fn visit_f64<E: Error>(self, number: f64) -> Result<Found, E> {
        self.number(Number::Finite(number), "")
    }

    #[expect(clippy::cast_precision_loss, reason = "what is asked for is a double")]
    fn visit_i64<E: Error>(self, number: i64) -> Result<Found, E> {
        self.number(Number::Finite(number as f64), "")
    }

    #[expect(clippy::cast_precision_loss, reason = "what is asked for is a double")]
    fn visit_u64<E: Error>(self, number: u64) -> Result<Found, E> {
        self.number(Number::Finite(number as f64), "")
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<Found, E> {
        self.number(Number::None, if value { "true" } else { "false" })
    }

    fn visit_unit<E: Error>(self) -> Result<Found, E> {
        self.number(Number::Missing, "")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Found, E> {
        let value = number(text.trim().as_bytes(), self.reading.options.decimal_comma);
        self.number(value, text)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Found, A::Error> {
        let Self { reading, spot } = self;
        let within: fn(usize) -> Spot = match spot {
            Spot::Top => Spot::List,
            Spot::List(_) => Spot::Element,
            Spot::Element(_) | Spot::Member(_) => return Err(reading.wrong("holds a list where a number is wanted")),
        };
        let mut kind = None;
        let mut count = 0;
        while let Some(found) = list.next_element_seed(Value { reading: &mut *reading, spot: within(count) })? {
            if kind.is_some_and(|kind| kind != found) {
                return Err(reading.fail(Fault::new("mixes numbers and rows in one list")));
            }
            kind = Some(found);
            count += 1;
        }
        match (kind, spot) {
            (Some(Found::Number), _) => reading.end_list(count)?,
            (None, Spot::List(_)) => return Err(reading.wrong("is an empty list")),
            _ => {}
        }
        Ok(Found::Row)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Found, A::Error> {
        let Self { reading, spot } = self;
        if let Spot::Element(_) | Spot::Member(_) = spot {
            return Err(reading.wrong("holds an object where a number is wanted"));
        }
        reading.begin_object();
        while let Some(name) = map.next_key::<Cow<'_, str>>()? {
            match reading.place_of(&name)? {
                Some(place) => {
                    map.next_value_seed(Value { reading: &mut *reading, spot: Spot::Member(place) }).map(drop)?;
                }
                None => map.next_value::<IgnoredAny>().map(drop)?,
            }
        }
        reading.end_object()?;
        Ok(Found::Row)
    }
}
