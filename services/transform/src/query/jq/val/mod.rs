//! jq's values over the tree: what `.a`, `.[]`, `|=` and `+` do to each type, with jq's own error texts.
//!
//! Where stock jaq differs from jq on purpose, jq is followed: `null` becomes an object or a list when something is put
//! into it, keys are texts only, `10/2` is 5. Where jq computes with doubles and would show a near number, integers stay
//! exact (`arithmetic.rs`).
//!
//! | file | job |
//! | --- | --- |
//! | `operators.rs` | `+`, `-`, `*`, `/`, `%` |

mod operators;

use std::fmt;
use std::sync::Arc;

use jaq_core::box_iter::{BoxIter, box_once};
use jaq_core::path::Opt;
use jaq_core::{Exn, ValR, ValX, val};

use crate::tree::{Number, Object, Tree};

pub(super) use operators::split;

/// Elements a list may be made to have by setting one of them.
const MAX_LIST: usize = 10_000_000;
/// Levels values may have where jq looks into all of them.
pub(super) const MAX_DEPTH: usize = 10_000;
/// Characters of a value that an error shows, as jq.
const SHOWN: usize = 30;

/// A value of jq.
#[derive(Clone, Debug)]
pub(crate) struct Val(pub(crate) Tree);

pub(super) type Error = jaq_core::Error<Val>;

pub(super) fn fail<T>(message: impl Into<String>) -> Result<T, Error> {
    Err(Error::new(Val::from(message.into())))
}

impl Val {
    pub(super) fn of_number(number: Number) -> Self {
        Self(Tree::Number(number))
    }

    pub(super) const NULL: Self = Self(Tree::Null);

    pub(super) fn list(values: Vec<Tree>) -> Self {
        Self(values.into())
    }

    /// Its type by jq's word.
    pub(super) fn kind(&self) -> &'static str {
        match &self.0 {
            Tree::Null => "null",
            Tree::Bool(_) => "boolean",
            Tree::Number(_) => "number",
            Tree::Text(_) => "string",
            Tree::List(_) => "array",
            Tree::Object(_) => "object",
        }
    }

    /// Its type and the beginning of its text, as errors have it: `number (1)`.
    pub(super) fn shown(&self) -> String {
        format!("{} ({})", self.kind(), self.clipped())
    }

    pub(super) fn clipped(&self) -> String {
        let json = self.0.to_json();
        if json.len() < SHOWN {
            return json;
        }
        let end = if matches!(self.0, Tree::Text(_)) { "...\"" } else { "..." };
        let mut length = SHOWN - 1 - end.len();
        while !json.is_char_boundary(length) {
            length -= 1;
        }
        format!("{}{end}", &json[..length])
    }

    fn cannot(&self, what: &str) -> Error {
        Error::new(format!("{} {what}", self.shown()).into())
    }

    fn cannot_both(&self, other: &Self, what: &str) -> Error {
        Error::new(format!("{} and {} cannot be {what}", self.shown(), other.shown()).into())
    }

    fn cannot_iterate(&self) -> Error {
        let what = match self.0 {
            Tree::Null => "null".to_owned(),
            _ => self.shown(),
        };
        Error::new(format!("Cannot iterate over {what}").into())
    }

    fn cannot_index(&self, index: &Self) -> Error {
        let with = match &index.0 {
            Tree::Object(_) | Tree::List(_) => index.kind().to_owned(),
            _ => index.shown(),
        };
        Error::new(format!("Cannot index {} with {with}", self.kind()).into())
    }

    /// The text of `tostring`.
    pub(super) fn text(&self) -> Arc<str> {
        match &self.0 {
            Tree::Text(text) => text.clone(),
            other => other.to_json().into(),
        }
    }

    pub(super) fn into_list(self) -> Result<Vec<Tree>, Error> {
        match self.0 {
            Tree::List(list) => Ok(Arc::unwrap_or_clone(list)),
            other => {
                let message = format!("{} cannot be sorted, as it is not an array", Self(other).shown());
                fail(message)
            }
        }
    }

    pub(super) fn number(&self) -> Option<&Number> {
        match &self.0 {
            Tree::Number(number) => Some(number),
            _ => None,
        }
    }
}

impl fmt::Display for Val {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl PartialEq for Val {
    fn eq(&self, other: &Self) -> bool {
        let nan = |value: &Self| value.number().and_then(Number::float).is_some_and(f64::is_nan);
        !nan(self) && self.0 == other.0
    }
}

impl Eq for Val {}

impl PartialOrd for Val {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Val {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        // jq has NaN less than every number, itself among them.
        match self.number().and_then(Number::float) {
            Some(float) if float.is_nan() && other.number().is_some() => std::cmp::Ordering::Less,
            _ => self.0.cmp(&other.0),
        }
    }
}

impl From<bool> for Val {
    fn from(value: bool) -> Self {
        Self(value.into())
    }
}

impl From<isize> for Val {
    fn from(value: isize) -> Self {
        Self((value as i64).into())
    }
}

impl From<usize> for Val {
    fn from(value: usize) -> Self {
        Self(value.into())
    }
}

impl From<f64> for Val {
    fn from(value: f64) -> Self {
        Self(value.into())
    }
}

impl From<String> for Val {
    fn from(value: String) -> Self {
        Self(value.into())
    }
}

impl From<val::Range<Self>> for Val {
    fn from(range: val::Range<Self>) -> Self {
        let bound = |bound: Option<Self>| bound.map_or(Tree::Null, |value| value.0);
        let entries = [("start", bound(range.start)), ("end", bound(range.end))];
        Self(Object::from_iter(entries).into())
    }
}

impl FromIterator<Self> for Val {
    fn from_iter<I: IntoIterator<Item = Self>>(values: I) -> Self {
        Self::list(values.into_iter().map(|value| value.0).collect())
    }
}

/// Bounds of a slice within a length, as jq: the start is rounded down, the end up; negative ones count from the end.
fn slice(range: &val::Range<f64>, length: usize) -> std::ops::Range<usize> {
    #[expect(clippy::cast_precision_loss, reason = "a list has fewer elements than a double counts")]
    let all = length as f64;
    let place = |at: f64| if at < 0.0 { at + all } else { at }.clamp(0.0, all);
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "clamped to the length")]
    let (start, end) = (
        range.start.map_or(0, |at| place(at).floor() as usize),
        range.end.map_or(length, |at| place(at).ceil() as usize),
    );
    start..end.max(start)
}

fn bounds(value: &Val, range: &val::Range<&Val>) -> Result<val::Range<f64>, Error> {
    let bound = |bound: Option<&Val>| match bound.map(|bound| &bound.0) {
        None | Some(Tree::Null) => Ok(None),
        Some(Tree::Number(number)) => Ok(Some(number.as_f64()).filter(|float| !float.is_nan())),
        Some(_) => fail(match value.0 {
            Tree::Text(_) | Tree::List(_) | Tree::Null => {
                "Start and end indices of an array slice must be numbers".to_owned()
            }
            _ => format!("Cannot index {} with object", value.kind()),
        }),
    };
    Ok(bound(range.start)?..bound(range.end)?)
}

/// The slice of a text, in characters.
fn characters(text: &str, range: std::ops::Range<usize>) -> &str {
    let at = |place: usize| text.char_indices().nth(place).map_or(text.len(), |(at, _)| at);
    &text[at(range.start)..at(range.end)]
}

/// The slice an object says, `{"start": 1, "end": null}`.
fn slice_of(object: &Object<Tree>) -> (Option<Val>, Option<Val>) {
    let bound = |key: &str| object.get(key).cloned().map(Val);
    (bound("start"), bound("end"))
}

/// The place in a list that a number says; nothing outside of it.
fn place(number: &Number, length: usize) -> Option<usize> {
    let at = number.integer().or_else(|| {
        let at = number.as_f64().floor();
        #[expect(clippy::cast_possible_truncation, reason = "a cast that saturates is what is wanted")]
        (!at.is_nan()).then_some(at as i64)
    })?;
    let at = if at < 0 { at.checked_add(i64::try_from(length).ok()?)? } else { at };
    usize::try_from(at).ok()
}

/// Where a list is found within another.
fn indices(list: &[Tree], part: &[Tree]) -> Val {
    if part.is_empty() {
        return Val::NULL;
    }
    Val::list(
        list.windows(part.len()).enumerate().filter(|(_, window)| *window == part).map(|(at, _)| at.into()).collect(),
    )
}

impl jaq_core::ValT for Val {
    fn from_num(text: &str) -> ValR<Self> {
        let literal = text.trim_start_matches('+');
        // jq writes .5 and 1. too.
        match Number::parse(literal) {
            Some(number) => Ok(Self(number.into())),
            None => match literal.parse::<f64>() {
                Ok(float) => Ok(float.into()),
                Err(_) => fail(format!("Cannot parse {text} as a number")),
            },
        }
    }

    fn from_map<I: IntoIterator<Item = (Self, Self)>>(entries: I) -> ValR<Self> {
        let mut object = Object::default();
        for (key, value) in entries {
            match key.0 {
                Tree::Text(key) => drop(object.insert(key, value.0)),
                _ => return fail(format!("Object keys must be strings, not {}", key.shown())),
            }
        }
        Ok(Self(object.into()))
    }

    fn key_values(self) -> BoxIter<'static, ValR<(Self, Self), Self>> {
        match self.0 {
            Tree::List(list) => {
                let list = Arc::unwrap_or_clone(list);
                Box::new(list.into_iter().enumerate().map(|(at, value)| Ok((Self::from(at), Self(value)))))
            }
            Tree::Object(object) => {
                let object = Arc::unwrap_or_clone(object);
                Box::new(object.into_iter().map(|(key, value)| Ok((Self(Tree::Text(key)), Self(value)))))
            }
            _ => box_once(Err(self.cannot_iterate())),
        }
    }

    fn values(self) -> Box<dyn Iterator<Item = ValR<Self>>> {
        match self.0 {
            // A list that others hold too is not copied for it.
            Tree::List(list) => Box::new((0..list.len()).map(move |at| Ok(Self(list[at].clone())))),
            Tree::Object(object) => {
                let values: Vec<Tree> = match Arc::try_unwrap(object) {
                    Ok(object) => object.into_iter().map(|(_, value)| value).collect(),
                    Err(object) => object.values().cloned().collect(),
                };
                Box::new(values.into_iter().map(|value| Ok(Self(value))))
            }
            _ => box_once(Err(self.cannot_iterate())),
        }
    }

    fn index(self, index: &Self) -> ValR<Self> {
        match (&self.0, &index.0) {
            (Tree::Object(object), Tree::Text(key)) => Ok(Self(object.get(key).cloned().unwrap_or_default())),
            (Tree::List(list), Tree::Number(number)) => {
                Ok(Self(place(number, list.len()).and_then(|at| list.get(at)).cloned().unwrap_or_default()))
            }
            (Tree::Null, Tree::Text(_) | Tree::Number(_) | Tree::Null) => Ok(Self::NULL),
            (Tree::List(list), Tree::List(part)) => Ok(indices(list, part)),
            (Tree::List(_) | Tree::Text(_) | Tree::Null, Tree::Object(object)) => {
                let (start, end) = slice_of(object);
                self.range(start.as_ref()..end.as_ref())
            }
            _ => Err(self.cannot_index(index)),
        }
    }

    fn range(self, range: val::Range<&Self>) -> ValR<Self> {
        let range = bounds(&self, &range)?;
        match &self.0 {
            Tree::Null => Ok(self),
            Tree::List(list) => Ok(Self::list(list[slice(&range, list.len())].to_vec())),
            Tree::Text(text) => {
                let part = characters(text, slice(&range, text.chars().count()));
                Ok(Self(part.into()))
            }
            _ => fail(format!("Cannot index {} with object", self.kind())),
        }
    }

    fn map_values<'a, I: Iterator<Item = ValX<'a, Self>>>(self, opt: Opt, f: impl Fn(Self) -> I) -> ValX<'a, Self> {
        match self.0 {
            Tree::List(list) => {
                let list = Arc::unwrap_or_clone(list);
                let values = list.into_iter().filter_map(|value| f(Self(value)).next());
                Ok(Self(Tree::List(Arc::new(
                    values.map(|value| value.map(|value| value.0)).collect::<Result<_, _>>()?,
                ))))
            }
            Tree::Object(object) => {
                let mut object = Arc::unwrap_or_clone(object);
                let mut gone = Vec::new();
                for (at, value) in object.values_mut().enumerate() {
                    match f(Self(std::mem::take(value))).next() {
                        Some(new) => *value = new?.0,
                        None => gone.push(at),
                    }
                }
                if !gone.is_empty() {
                    let mut at = 0;
                    object.retain(|_, _| {
                        at += 1;
                        gone.binary_search(&(at - 1)).is_err()
                    });
                }
                Ok(Self(object.into()))
            }
            _ => opt.fail(self, |value| Exn::from(value.cannot_iterate())),
        }
    }

    fn map_index<'a, I: Iterator<Item = ValX<'a, Self>>>(
        self,
        index: &Self,
        opt: Opt,
        f: impl Fn(Self) -> I,
    ) -> ValX<'a, Self> {
        match (self.0, &index.0) {
            (tree @ (Tree::Object(_) | Tree::Null), Tree::Text(key)) => {
                let mut object = match tree {
                    Tree::Object(object) => Arc::unwrap_or_clone(object),
                    _ => Object::default(),
                };
                match object.get_mut(key) {
                    Some(value) => match f(Self(std::mem::take(value))).next() {
                        Some(new) => *value = new?.0,
                        None => drop(object.remove(key)),
                    },
                    None => {
                        if let Some(new) = f(Self::NULL).next() {
                            object.insert(key.clone(), new?.0);
                        }
                    }
                }
                Ok(Self(object.into()))
            }
            (tree @ (Tree::List(_) | Tree::Null), Tree::Number(number)) => {
                let mut list = match tree {
                    Tree::List(list) => Arc::unwrap_or_clone(list),
                    _ => Vec::new(),
                };
                let Some(at) = place(number, list.len()) else {
                    if number.as_f64().is_nan() {
                        return fail("Cannot set array element at NaN index").map_err(Exn::from);
                    }
                    return match f(Self::NULL).next() {
                        None => Ok(Self::list(list)),
                        Some(new) => {
                            new?;
                            fail("Out of bounds negative array index").map_err(Exn::from)
                        }
                    };
                };
                match list.get_mut(at) {
                    Some(value) => match f(Self(std::mem::take(value))).next() {
                        Some(new) => *value = new?.0,
                        None => drop(list.remove(at)),
                    },
                    None => {
                        if let Some(new) = f(Self::NULL).next() {
                            let new = new?.0;
                            if at >= MAX_LIST {
                                return fail("Array index too large").map_err(Exn::from);
                            }
                            list.resize(at + 1, Tree::Null);
                            list[at] = new;
                        }
                    }
                }
                Ok(Self::list(list))
            }
            (tree @ (Tree::List(_) | Tree::Null), Tree::Object(object)) => {
                let (start, end) = slice_of(object);
                Self(tree).map_range(start.as_ref()..end.as_ref(), opt, f)
            }
            (tree, _) => opt.fail(Self(tree), |value| Exn::from(value.cannot_index(index))),
        }
    }

    fn map_range<'a, I: Iterator<Item = ValX<'a, Self>>>(
        self,
        range: val::Range<&Self>,
        opt: Opt,
        f: impl Fn(Self) -> I,
    ) -> ValX<'a, Self> {
        let range = bounds(&self, &range)?;
        let mut list = match self.0 {
            Tree::List(list) => Arc::unwrap_or_clone(list),
            Tree::Null => Vec::new(),
            Tree::Text(_) => return fail("Cannot update string slices").map_err(Exn::from),
            _ => {
                return opt.fail(self, |value| {
                    Exn::from(Error::new(format!("Cannot update field at object index of {}", value.kind()).into()))
                });
            }
        };
        let range = slice(&range, list.len());
        let part = Self::list(list[range.clone()].to_vec());
        match f(part).next().transpose()?.map(|new| new.0) {
            Some(Tree::List(new)) => drop(list.splice(range, Arc::unwrap_or_clone(new))),
            None => drop(list.drain(range)),
            Some(_) => return fail("A slice of an array can only be assigned another array").map_err(Exn::from),
        }
        Ok(Self::list(list))
    }

    fn as_bool(&self) -> bool {
        !matches!(self.0, Tree::Null | Tree::Bool(false))
    }

    fn into_string(self) -> Self {
        Self(Tree::Text(self.text()))
    }
}
