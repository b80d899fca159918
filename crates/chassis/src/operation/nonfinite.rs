//! Numbers JSON cannot hold. serde_json writes NaN and infinity as `null` and says nothing.
//!
//! An answer is written as ever, by a formatter that notes whether any `null` was written. Only where one was, a second
//! walk over the answer, which writes nothing, looks for floats that are not finite and remembers where they stand: a
//! `null` may as well be an absent value, and the writer is told no difference. Not chosen: a serializer around
//! serde_json's that knows the path at all times, which every answer would pay for.
//!
//! What was made a [`serde_json::Value`] before is `null` already: answers hold floats in their types.

use std::borrow::Cow;
use std::fmt;
use std::io;

use serde::Serialize;
use serde::ser::{self, Serializer};
use serde_json::ser::Formatter;

use crate::error::clip;
use crate::warning::Warning;

/// Fields that are warned about one by one; the others are counted together.
const MAX_FIELDS: usize = 20;
/// Characters of a name that are shown.
const NAME_CHARS: usize = 40;
/// Characters of a path that are shown.
const PATH_CHARS: usize = 120;

/// Writes compact JSON, and notes whether there was a `null`.
pub(super) struct NoteNull<'a>(pub(super) &'a mut bool);

impl Formatter for NoteNull<'_> {
    fn write_null<W: ?Sized + io::Write>(&mut self, writer: &mut W) -> io::Result<()> {
        *self.0 = true;
        writer.write_all(b"null")
    }
}

/// A warning for each field of an answer that holds numbers JSON cannot hold.
pub(super) fn warnings(answer: &impl Serialize) -> Vec<Warning> {
    let mut search = Search::default();
    // It was written a moment ago; what is found until it fails is true.
    let _ = answer.serialize(&mut search);
    let others = (search.others > 0).then(|| Warning {
        code: CODE.to_owned(),
        message: format!(
            "{} more numbers, in other fields, became null: JSON has no NaN and no infinity",
            search.others
        ),
        field: None,
    });
    search.fields.iter().map(Field::warning).chain(others).collect()
}

/// The word programs branch on.
pub(crate) const CODE: &str = "not-finite";

/// A step into an answer.
#[derive(Clone, PartialEq)]
enum Step {
    Name(Cow<'static, str>),
    Index(usize),
}

/// A field with numbers that are not finite, all elements of a list taken as one.
struct Field {
    /// The first of them.
    path: Vec<Step>,
    nan: usize,
    infinite: usize,
}

impl Field {
    fn is_at(&self, path: &[Step]) -> bool {
        let same = |(one, other): (&Step, &Step)| match (one, other) {
            (Step::Index(_), Step::Index(_)) => true,
            (one, other) => one == other,
        };
        self.path.len() == path.len() && self.path.iter().zip(path).all(same)
    }

    fn warning(&self) -> Warning {
        let why = "JSON has no NaN and no infinity";
        let message = match (self.nan, self.infinite) {
            (1, 0) => format!("is NaN and became null: {why}"),
            (0, 1) => format!("is infinite and became null: {why}"),
            (nan, infinite) => {
                let all = nan + infinite;
                format!(
                    "the first of {all} numbers of this field that became null ({nan} NaN, {infinite} infinite): {why}"
                )
            }
        };
        Warning { code: CODE.to_owned(), message, field: Some(path_text(&self.path)) }
    }
}

fn path_text(path: &[Step]) -> String {
    let mut text = String::new();
    for step in path {
        match step {
            Step::Name(name) => {
                if !text.is_empty() {
                    text.push('.');
                }
                text.push_str(&clip(name, NAME_CHARS));
            }
            Step::Index(index) => text.push_str(&format!("[{index}]")),
        }
    }
    clip(&text, PATH_CHARS).into_owned()
}

/// A serializer that writes nothing and looks at every float.
#[derive(Default)]
struct Search {
    path: Vec<Step>,
    fields: Vec<Field>,
    /// Numbers of fields that are too many.
    others: usize,
}

impl Search {
    fn look(&mut self, number: f64) {
        if number.is_finite() {
            return;
        }
        let at = match self.fields.iter().position(|field| field.is_at(&self.path)) {
            Some(known) => known,
            None if self.fields.len() == MAX_FIELDS => {
                self.others += 1;
                return;
            }
            None => {
                self.fields.push(Field { path: self.path.clone(), nan: 0, infinite: 0 });
                self.fields.len() - 1
            }
        };
        let field = &mut self.fields[at];
        match number.is_nan() {
            true => field.nan += 1,
            false => field.infinite += 1,
        }
    }

    fn within(&mut self, name: &'static str, value: &(impl Serialize + ?Sized)) -> fmt::Result {
        self.path.push(Step::Name(name.into()));
        value.serialize(&mut *self)?;
        self.path.pop();
        Ok(())
    }

    /// A list or object, which takes so many steps out when it ends.
    fn level(&mut self, steps: impl IntoIterator<Item = Step>) -> Level<'_> {
        let outside = self.path.len();
        self.path.extend(steps);
        Level { search: self, outside }
    }
}

macro_rules! nothing_to_see {
    ($($method:ident($($argument:ty),*))*) => {$(
        fn $method(self, $(_: $argument),*) -> fmt::Result {
            Ok(())
        }
    )*};
}

impl<'a> Serializer for &'a mut Search {
    type Ok = ();
    type Error = fmt::Error;
    type SerializeSeq = Level<'a>;
    type SerializeTuple = Level<'a>;
    type SerializeTupleStruct = Level<'a>;
    type SerializeTupleVariant = Level<'a>;
    type SerializeMap = Level<'a>;
    type SerializeStruct = Level<'a>;
    type SerializeStructVariant = Level<'a>;

    nothing_to_see! {
        serialize_bool(bool)
        serialize_i8(i8) serialize_i16(i16) serialize_i32(i32) serialize_i64(i64) serialize_i128(i128)
        serialize_u8(u8) serialize_u16(u16) serialize_u32(u32) serialize_u64(u64) serialize_u128(u128)
        serialize_char(char) serialize_str(&str) serialize_bytes(&[u8])
        serialize_none() serialize_unit() serialize_unit_struct(&'static str)
        serialize_unit_variant(&'static str, u32, &'static str)
    }

    fn serialize_f32(self, number: f32) -> fmt::Result {
        self.look(number.into());
        Ok(())
    }

    fn serialize_f64(self, number: f64) -> fmt::Result {
        self.look(number);
        Ok(())
    }

    fn collect_str<T: fmt::Display + ?Sized>(self, _: &T) -> fmt::Result {
        Ok(())
    }

    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> fmt::Result {
        value.serialize(self)
    }

    fn serialize_newtype_struct<T: Serialize + ?Sized>(self, _: &'static str, value: &T) -> fmt::Result {
        value.serialize(self)
    }

    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        value: &T,
    ) -> fmt::Result {
        self.within(variant, value)
    }

    fn serialize_seq(self, _: Option<usize>) -> Result<Level<'a>, fmt::Error> {
        Ok(self.level([Step::Index(0)]))
    }

    fn serialize_tuple(self, _: usize) -> Result<Level<'a>, fmt::Error> {
        Ok(self.level([Step::Index(0)]))
    }

    fn serialize_tuple_struct(self, _: &'static str, _: usize) -> Result<Level<'a>, fmt::Error> {
        Ok(self.level([Step::Index(0)]))
    }

    fn serialize_tuple_variant(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        _: usize,
    ) -> Result<Level<'a>, fmt::Error> {
        Ok(self.level([Step::Name(variant.into()), Step::Index(0)]))
    }

    fn serialize_map(self, _: Option<usize>) -> Result<Level<'a>, fmt::Error> {
        Ok(self.level([Step::Name(Cow::Borrowed(""))]))
    }

    fn serialize_struct(self, _: &'static str, _: usize) -> Result<Level<'a>, fmt::Error> {
        Ok(self.level([]))
    }

    fn serialize_struct_variant(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        _: usize,
    ) -> Result<Level<'a>, fmt::Error> {
        Ok(self.level([Step::Name(variant.into())]))
    }
}

/// Inside a list or an object.
struct Level<'a> {
    search: &'a mut Search,
    /// The steps of the path outside it.
    outside: usize,
}

impl Level<'_> {
    fn element(&mut self, value: &(impl Serialize + ?Sized)) -> fmt::Result {
        value.serialize(&mut *self.search)?;
        if let Some(Step::Index(index)) = self.search.path.last_mut() {
            *index += 1;
        }
        Ok(())
    }

    fn leave(self) -> fmt::Result {
        self.search.path.truncate(self.outside);
        Ok(())
    }
}

macro_rules! lists {
    ($($list:ident $method:ident)*) => {$(
        impl ser::$list for Level<'_> {
            type Ok = ();
            type Error = fmt::Error;

            fn $method<T: Serialize + ?Sized>(&mut self, value: &T) -> fmt::Result {
                self.element(value)
            }

            fn end(self) -> fmt::Result {
                self.leave()
            }
        }
    )*};
}

lists! {
    SerializeSeq serialize_element
    SerializeTuple serialize_element
    SerializeTupleStruct serialize_field
    SerializeTupleVariant serialize_field
}

macro_rules! structs {
    ($($object:ident)*) => {$(
        impl ser::$object for Level<'_> {
            type Ok = ();
            type Error = fmt::Error;

            fn serialize_field<T: Serialize + ?Sized>(&mut self, name: &'static str, value: &T) -> fmt::Result {
                self.search.within(name, value)
            }

            fn end(self) -> fmt::Result {
                self.leave()
            }
        }
    )*};
}

structs! { SerializeStruct SerializeStructVariant }

impl ser::SerializeMap for Level<'_> {
    type Ok = ();
    type Error = fmt::Error;

    fn serialize_key<T: Serialize + ?Sized>(&mut self, key: &T) -> fmt::Result {
        let name = match serde_json::to_value(key) {
            Ok(serde_json::Value::String(name)) => name,
            Ok(other) => other.to_string(),
            Err(_) => return Err(fmt::Error),
        };
        self.search.path.pop();
        self.search.path.push(Step::Name(name.into()));
        Ok(())
    }

    fn serialize_value<T: Serialize + ?Sized>(&mut self, value: &T) -> fmt::Result {
        value.serialize(&mut *self.search)
    }

    fn end(self) -> fmt::Result {
        self.leave()
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    #[derive(Serialize)]
    enum Shape {
        Unit,
        Newtype(f64),
        Tuple(f64, f32),
        Struct { radius: f64 },
    }

    #[derive(Serialize)]
    struct Pair(i32, f64);

    #[derive(Serialize)]
    struct Row {
        mean: f64,
        names: Vec<String>,
    }

    #[derive(Serialize)]
    struct Answer {
        plain: f64,
        absent: Option<f64>,
        rows: Vec<Row>,
        shapes: Vec<Shape>,
        pair: Pair,
        by_name: BTreeMap<String, Option<f32>>,
        by_number: BTreeMap<u32, [f64; 2]>,
        #[serde(flatten)]
        more: Row,
    }

    fn row(mean: f64) -> Row {
        Row { mean, names: vec!["a".to_owned()] }
    }

    /// The fields that are warned about, in order.
    fn fields(answer: &impl Serialize) -> Vec<String> {
        let mut null = false;
        let mut target = serde_json::Serializer::with_formatter(Vec::new(), NoteNull(&mut null));
        answer.serialize(&mut target).unwrap();
        let written = target.into_inner();
        assert_eq!(written, serde_json::to_vec(answer).unwrap(), "it is written as ever");
        let warnings = warnings(answer);
        assert!(null || warnings.is_empty(), "{warnings:?}");
        // The path leads to a null.
        let written: serde_json::Value = serde_json::from_slice(&written).unwrap();
        for field in warnings.iter().filter_map(|warning| warning.field.as_deref()) {
            let pointer = format!("/{}", field.replace('[', "/").replace(']', "").replace('.', "/")).replace("//", "/");
            assert_eq!(written.pointer(&pointer), Some(&serde_json::Value::Null), "{field}");
        }
        warnings.into_iter().filter_map(|warning| warning.field).collect()
    }

    #[test]
    fn a_float_that_is_not_finite_is_found_wherever_it_stands() {
        let answer = |lost: f64| Answer {
            plain: lost,
            absent: None,
            rows: vec![row(1.0), row(lost), row(lost)],
            shapes: vec![
                Shape::Unit,
                Shape::Newtype(lost),
                Shape::Tuple(1.0, lost as f32),
                Shape::Struct { radius: lost },
            ],
            pair: Pair(1, lost),
            by_name: [("none".to_owned(), None), ("some".to_owned(), Some(lost as f32))].into(),
            by_number: [(7, [1.0, lost])].into(),
            more: row(lost),
        };
        let found = [
            "plain",
            "rows[1].mean",
            "shapes[1].Newtype",
            "shapes[2].Tuple[1]",
            "shapes[3].Struct.radius",
            "pair[1]",
            "by_name.some",
            "by_number.7[1]",
            "mean",
        ];
        assert_eq!(fields(&answer(f64::NAN)), found);
        assert_eq!(fields(&answer(f64::NEG_INFINITY)), found);
        assert_eq!(
            fields(&answer(f64::MAX)),
            if (f64::MAX as f32).is_finite() { vec![] } else { vec!["shapes[2].Tuple[1]", "by_name.some"] }
        );
        assert!(fields(&answer(1.5)).is_empty(), "an absent value is no lost one");
    }

    #[test]
    fn a_field_is_warned_about_once_with_a_count() {
        #[derive(Serialize)]
        struct Rows {
            rows: Vec<Vec<f64>>,
        }
        let mut rows = vec![vec![1.0, f64::NAN]; 1000];
        rows[999][0] = f64::INFINITY;
        let warnings = warnings(&Rows { rows });
        let [warning] = &warnings[..] else { panic!("{warnings:?}") };
        assert_eq!((warning.code.as_str(), warning.field.as_deref()), ("not-finite", Some("rows[0][1]")));
        let count = "the first of 1001 numbers of this field that became null (1000 NaN, 1 infinite)";
        assert!(warning.message.starts_with(count), "{}", warning.message);
    }

    #[test]
    fn fields_without_number_are_counted_together() {
        let columns: BTreeMap<String, f64> = (0..10_000).map(|at| (format!("{at:0>200}"), f64::NAN)).collect();
        let warnings = warnings(&columns);
        assert_eq!(warnings.len(), MAX_FIELDS + 1);
        assert!(warnings[MAX_FIELDS].message.starts_with("9980 more numbers"), "{:?}", warnings[MAX_FIELDS]);
        assert!(warnings.iter().all(|warning| warning.field.as_deref().unwrap_or_default().chars().count() <= 120));
    }
}
