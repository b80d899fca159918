//! What `+`, `-`, `*`, `/` and `%` do to each type.

use std::sync::Arc;

use jaq_core::ValR;

use super::{Error, MAX_DEPTH, Val, fail};
use crate::query::arithmetic;
use crate::tree::{Number, Object, Tree};

/// Bytes a text may be made to have.
const MAX_TEXT: usize = 256 * 1024 * 1024;

impl std::ops::Add for Val {
    type Output = ValR<Self>;

    fn add(self, other: Self) -> ValR<Self> {
        match (self.0, other.0) {
            (Tree::Null, value) | (value, Tree::Null) => Ok(Self(value)),
            (Tree::Number(one), Tree::Number(two)) => arithmetic::add(&one, &two).map(Self::of_number).or_else(fail),
            (Tree::Text(one), Tree::Text(two)) => {
                if one.len() + two.len() > MAX_TEXT {
                    return fail("the text gets too long");
                }
                Ok(Self::from([&*one, &*two].concat()))
            }
            (Tree::List(one), Tree::List(two)) => {
                let mut list = Arc::unwrap_or_clone(one);
                match Arc::try_unwrap(two) {
                    Ok(two) => list.extend(two),
                    Err(two) => list.extend_from_slice(&two),
                }
                Ok(Self::list(list))
            }
            (Tree::Object(one), Tree::Object(two)) => {
                let mut object = Arc::unwrap_or_clone(one);
                for (key, value) in Arc::unwrap_or_clone(two) {
                    object.insert(key, value);
                }
                Ok(Self(object.into()))
            }
            (one, two) => Err(Self(one).cannot_both(&Self(two), "added")),
        }
    }
}

impl std::ops::Sub for Val {
    type Output = ValR<Self>;

    fn sub(self, other: Self) -> ValR<Self> {
        match (self.0, other.0) {
            (Tree::Number(one), Tree::Number(two)) => {
                arithmetic::subtract(&one, &two).map(Self::of_number).or_else(fail)
            }
            (Tree::List(one), Tree::List(two)) => {
                let mut gone: Vec<&Tree> = two.iter().collect();
                gone.sort_unstable();
                let left = one.iter().filter(|value| gone.binary_search(value).is_err()).cloned();
                Ok(Self::list(left.collect()))
            }
            (one, two) => Err(Self(one).cannot_both(&Self(two), "subtracted")),
        }
    }
}

/// A text so many times.
fn repeated(text: &str, times: &Number) -> ValR<Val> {
    let times = times.as_f64();
    if times.is_nan() || times < 0.0 {
        return Ok(Val::NULL);
    }
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "not negative; it saturates")]
    let times = times as usize;
    match text.len().checked_mul(times) {
        Some(length) if length <= MAX_TEXT => Ok(Val::from(text.repeat(times))),
        _ => fail("Repeat string result too long"),
    }
}

fn merge(one: Arc<Object<Tree>>, two: Arc<Object<Tree>>, depth: usize) -> Result<Object<Tree>, Error> {
    if depth > MAX_DEPTH {
        return fail("Object merge too deep");
    }
    let mut object = Arc::unwrap_or_clone(one);
    for (key, value) in Arc::unwrap_or_clone(two) {
        match (object.get_mut(&key), value) {
            (Some(Tree::Object(old)), Tree::Object(new)) => {
                let merged = merge(std::mem::take(old), new, depth + 1)?;
                *old = Arc::new(merged);
            }
            (_, value) => drop(object.insert(key, value)),
        }
    }
    Ok(object)
}

impl std::ops::Mul for Val {
    type Output = ValR<Self>;

    fn mul(self, other: Self) -> ValR<Self> {
        match (self.0, other.0) {
            (Tree::Number(one), Tree::Number(two)) => {
                arithmetic::multiply(&one, &two).map(Self::of_number).or_else(fail)
            }
            (Tree::Text(text), Tree::Number(times)) | (Tree::Number(times), Tree::Text(text)) => {
                repeated(&text, &times)
            }
            (Tree::Object(one), Tree::Object(two)) => Ok(Self(merge(one, two, 0)?.into())),
            (one, two) => Err(Self(one).cannot_both(&Self(two), "multiplied")),
        }
    }
}

/// The parts of a text between separators; single characters when there is none.
pub(in crate::query::jq) fn split(text: &str, separator: &str) -> Val {
    if text.is_empty() {
        return Val::list(Vec::new());
    }
    if separator.is_empty() {
        let mut bytes = [0; 4];
        return Val::list(text.chars().map(|c| Tree::from(&*c.encode_utf8(&mut bytes))).collect());
    }
    Val::list(text.split(separator).map(Tree::from).collect())
}

impl std::ops::Div for Val {
    type Output = ValR<Self>;

    fn div(self, other: Self) -> ValR<Self> {
        match (&self.0, &other.0) {
            (Tree::Number(_), Tree::Number(two)) if two.as_f64() == 0.0 => {
                Err(self.cannot_both(&other, "divided because the divisor is zero"))
            }
            (Tree::Number(one), Tree::Number(two)) => Ok(Self::of_number(arithmetic::divide(one, two))),
            (Tree::Text(text), Tree::Text(separator)) => Ok(split(text, separator)),
            _ => Err(self.cannot_both(&other, "divided")),
        }
    }
}

impl std::ops::Rem for Val {
    type Output = ValR<Self>;

    fn rem(self, other: Self) -> ValR<Self> {
        match (&self.0, &other.0) {
            (Tree::Number(one), Tree::Number(two)) => match arithmetic::remainder(one, two) {
                Some(number) => Ok(Self::of_number(number)),
                None => Err(self.cannot_both(&other, "divided (remainder) because the divisor is zero")),
            },
            _ => Err(self.cannot_both(&other, "divided (remainder)")),
        }
    }
}

impl std::ops::Neg for Val {
    type Output = ValR<Self>;

    fn neg(self) -> ValR<Self> {
        match &self.0 {
            Tree::Number(number) => Ok(Self::of_number(arithmetic::negate(number))),
            _ => Err(self.cannot("cannot be negated")),
        }
    }
}
