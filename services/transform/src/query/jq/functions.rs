//! jq's functions that are not written in jq: those on values. Those on texts are in `texts.rs`.
//!
//! Numbers and times are the standard library's of jaq. Left out on purpose: whatever reaches beyond the input (`env`,
//! `input`, `halt`, modules).

use std::sync::Arc;

use jaq_core::native::{Filter, bome, run, unary, v};
use jaq_core::{Native, RunPtr, ValR, data};

use super::texts;
use super::val::{Error, MAX_DEPTH, Val, fail};
use crate::query::arithmetic;
use crate::tree::{Limits, Number, Object, Tree, Unwritable, read_within};

pub(super) type Data = data::JustLut<Val>;
pub(super) type Function = Filter<RunPtr<Data>>;

/// Functions of jaq's library that are not taken over: they reach out, or ours are nearer to jq.
const REPLACED: &[&str] = &[
    "env",
    "halt",
    "debug_empty",
    "stderr_empty",
    "length",
    "utf8bytelength",
    "tojson",
    "fromjson",
    "tonumber",
    "sort",
    "reverse",
    "explode",
    "implode",
    "ascii_downcase",
    "ascii_upcase",
    "startswith",
    "endswith",
    "ltrimstr",
    "rtrimstr",
    "trim",
    "ltrim",
    "rtrim",
    "escape_sh",
    "escape_html",
    "unescape_html",
    "encode_uri",
    "decode_uri",
    "encode_base64",
    "decode_base64",
    "matches",
    "split_matches",
    "split_",
    "localtime",
    "strflocaltime",
    "keys_unsorted",
    "fabs",
    "floor",
    "round",
    "ceil",
    "contains",
    "has",
    "indices",
];

/// All functions.
pub(super) fn all() -> impl Iterator<Item = Filter<Native<Data>>> {
    // Those of the prelude, which look at the count, call these.
    let renamed = |name| match name {
        "limit" => "limit_unchecked",
        "skip" => "skip_unchecked",
        "strftime" => "strftime_of_parts",
        "mktime" => "mktime_of_parts",
        name => name,
    };
    let core = jaq_core::funs::<Data>().filter(|(name, ..)| !REPLACED.contains(name));
    let library = jaq_std::funs::<Data>().filter(|(name, ..)| !REPLACED.contains(name));
    let theirs = core.chain(library).map(move |(name, takes, function)| (renamed(name), takes, function));
    theirs.chain(values().into_iter().chain(texts::functions()).map(|function| run::<Data>(function)))
}

fn values() -> Vec<Function> {
    vec![
        ("length", v(0), |cv| bome(length(&cv.1))),
        ("type", v(0), |cv| bome(Ok(cv.1.kind().to_owned().into()))),
        ("keys", v(0), |cv| bome(keys(&cv.1, true))),
        ("keys_unsorted", v(0), |cv| bome(keys(&cv.1, false))),
        ("has", v(1), |cv| unary(cv, |value, key| has(&value, &key))),
        ("contains", v(1), |cv| unary(cv, |value, part| contains(&value, &part))),
        ("tojson", v(0), |cv| bome(Ok(cv.1.0.to_json().into()))),
        ("fromjson", v(0), |cv| bome(from_json(&cv.1))),
        ("tonumber", v(0), |cv| bome(to_number(cv.1))),
        ("toboolean", v(0), |cv| bome(to_boolean(cv.1))),
        ("abs", v(0), |cv| bome(absolute(cv.1))),
        ("sort", v(0), |cv| bome(sorted(cv.1))),
        ("unique", v(0), |cv| bome(unique(cv.1))),
        ("reverse", v(0), |cv| bome(reversed(cv.1))),
        ("flatten_to", v(1), |cv| unary(cv, |value, depth| flatten(&value, &depth))),
        ("indices_of", v(1), |cv| unary(cv, indices)),
        ("bsearch", v(1), |cv| unary(cv, |list, value| search(&list, &value))),
        ("delpaths", v(1), |cv| unary(cv, delete_paths)),
        ("transpose", v(0), |cv| bome(transpose(&cv.1))),
        ("isnan", v(0), |cv| bome(float(&cv.1).map(|float| float.is_nan().into()))),
        ("isinfinite", v(0), |cv| bome(float(&cv.1).map(|float| float.is_infinite().into()))),
        ("isnormal", v(0), |cv| bome(float(&cv.1).map(|float| float.is_normal().into()))),
        ("nan", v(0), |_| bome(Ok(f64::NAN.into()))),
        ("infinite", v(0), |_| bome(Ok(f64::INFINITY.into()))),
        ("floor", v(0), |cv| bome(rounded(&cv.1, f64::floor))),
        ("ceil", v(0), |cv| bome(rounded(&cv.1, f64::ceil))),
        ("round", v(0), |cv| bome(rounded(&cv.1, f64::round))),
        ("fabs", v(0), |cv| bome(float(&cv.1).map(|float| float.abs().into()))),
    ]
}

fn length(value: &Val) -> ValR<Val> {
    match &value.0 {
        Tree::Null => Ok(Val::from(0_usize)),
        Tree::Bool(_) => fail(format!("{} has no length", value.shown())),
        Tree::Number(_) => absolute(value.clone()),
        Tree::Text(text) => Ok(text.chars().count().into()),
        Tree::List(list) => Ok(list.len().into()),
        Tree::Object(object) => Ok(object.len().into()),
    }
}

fn keys(value: &Val, sort: bool) -> ValR<Val> {
    match &value.0 {
        Tree::List(list) => Ok(Val::list((0..list.len()).map(Tree::from).collect())),
        Tree::Object(object) => {
            let mut keys: Vec<Arc<str>> = object.keys().cloned().collect();
            if sort {
                keys.sort_unstable();
            }
            Ok(Val::list(keys.into_iter().map(Tree::Text).collect()))
        }
        _ => fail(format!("{} has no keys", value.shown())),
    }
}

fn has(value: &Val, key: &Val) -> ValR<Val> {
    match (&value.0, &key.0) {
        (Tree::Object(object), Tree::Text(key)) => Ok(object.contains(key).into()),
        #[expect(clippy::cast_precision_loss, reason = "a list has fewer elements than a double counts")]
        (Tree::List(list), Tree::Number(number)) => {
            let at = number.as_f64();
            Ok((at >= 0.0 && at.floor() < list.len() as f64).into())
        }
        _ => fail(format!("Cannot check whether {} has a {} key", value.kind(), key.kind())),
    }
}

fn holds(whole: &Tree, part: &Tree) -> bool {
    match (whole, part) {
        (Tree::Object(whole), Tree::Object(part)) => {
            part.iter().all(|(key, part)| whole.get(key).is_some_and(|whole| holds(whole, part)))
        }
        (Tree::List(whole), Tree::List(part)) => part.iter().all(|part| whole.iter().any(|whole| holds(whole, part))),
        (Tree::Text(whole), Tree::Text(part)) => whole.contains(&**part),
        _ => whole == part,
    }
}

fn contains(value: &Val, part: &Val) -> ValR<Val> {
    let alike = std::mem::discriminant(&value.0) == std::mem::discriminant(&part.0);
    if alike && part.0.weigh(MAX_DEPTH, usize::MAX) == Err(Unwritable::TooDeep) {
        return fail("Containment check too deep");
    }
    if alike {
        return Ok(holds(&value.0, &part.0).into());
    }
    fail(format!("{} and {} cannot have their containment checked", value.shown(), part.shown()))
}

fn from_json(value: &Val) -> ValR<Val> {
    let Tree::Text(text) = &value.0 else {
        return fail(format!("{} cannot be parsed as JSON, as it is not a string", value.shown()));
    };
    // jq reads this as a number.
    if matches!(text.trim(), "nan" | "NaN" | "-nan" | "-NaN") {
        return Ok(f64::NAN.into());
    }
    let limits = Limits { depth: MAX_DEPTH, ..Limits::default() };
    match read_within(text, limits) {
        Ok(tree) => Ok(Val(tree)),
        Err(error) if error.message.contains("nested") => {
            fail(format!("Exceeds depth limit for parsing (while parsing {})", value.clipped()))
        }
        Err(error) => fail(format!("{error} (while parsing {})", value.clipped())),
    }
}

fn to_number(value: Val) -> ValR<Val> {
    match &value.0 {
        Tree::Number(_) => Ok(value),
        Tree::Text(text) => match number_of(text) {
            Some(number) => Ok(Val::of_number(number)),
            None => fail(format!("{} cannot be parsed as a number", value.shown())),
        },
        _ => fail(format!("{} cannot be parsed as a number", value.shown())),
    }
}

/// A number of a text. jq reads leading zeros and bare points too.
fn number_of(text: &str) -> Option<Number> {
    if let Some(number) = Number::parse(text) {
        return Some(number);
    }
    let plain = text.bytes().all(|byte| byte.is_ascii_digit() || matches!(byte, b'.' | b'e' | b'E' | b'+' | b'-'));
    if text == "nan" {
        return Some(f64::NAN.into());
    }
    let float: f64 = text.parse().ok().filter(|_| plain)?;
    // The digits are kept all the same.
    Some(Number::parse(text.trim_start_matches(['0', '+'])).unwrap_or_else(|| float.into()))
}

fn to_boolean(value: Val) -> ValR<Val> {
    match (&value.0, value.0.as_text()) {
        (Tree::Bool(_), _) => Ok(value),
        (_, Some("true")) => Ok(true.into()),
        (_, Some("false")) => Ok(false.into()),
        _ => fail(format!("{} cannot be parsed as a boolean", value.shown())),
    }
}

fn absolute(value: Val) -> ValR<Val> {
    if matches!(value.0, Tree::Text(_)) {
        return Ok(value);
    }
    match value.number() {
        Some(number) if number < &Number::from(0_i64) => Ok(Val::of_number(arithmetic::negate(number))),
        Some(_) => Ok(value),
        None => fail(format!("{} has no absolute value", value.shown())),
    }
}

fn sorted(value: Val) -> ValR<Val> {
    let mut list: Vec<Val> = value.into_list()?.into_iter().map(Val).collect();
    list.sort();
    Ok(list.into_iter().collect())
}

fn unique(value: Val) -> ValR<Val> {
    let mut list: Vec<Val> = value.into_list()?.into_iter().map(Val).collect();
    list.sort();
    list.dedup();
    Ok(list.into_iter().collect())
}

fn reversed(value: Val) -> ValR<Val> {
    match value.0 {
        Tree::Null => Ok(Val::list(Vec::new())),
        Tree::Text(text) => Ok(text.chars().rev().collect::<String>().into()),
        Tree::List(list) => {
            let mut list = Arc::unwrap_or_clone(list);
            list.reverse();
            Ok(Val::list(list))
        }
        _ => fail(format!("Cannot reverse {}", value.shown())),
    }
}

fn flatten(value: &Val, depth: &Val) -> ValR<Val> {
    fn add(list: &[Tree], depth: f64, flat: &mut Vec<Tree>) {
        for value in list {
            match value {
                Tree::List(list) if depth >= 1.0 => add(list, depth - 1.0, flat),
                other => flat.push(other.clone()),
            }
        }
    }
    let depth = depth.number().map_or(f64::INFINITY, Number::as_f64);
    if depth < 0.0 {
        return fail("flatten depth must not be negative");
    }
    let mut flat = Vec::new();
    match &value.0 {
        Tree::List(list) => add(list, depth, &mut flat),
        Tree::Object(object) => add(&object.values().cloned().collect::<Vec<_>>(), depth, &mut flat),
        _ => return fail(format!("Cannot iterate over {}", value.shown())),
    }
    Ok(Val::list(flat))
}

fn indices(value: Val, part: Val) -> ValR<Val> {
    match (&value.0, &part.0) {
        (Tree::Null, _) => Ok(Val::NULL),
        (Tree::Text(text), Tree::Text(part)) => Ok(texts::places(text, part)),
        (Tree::List(_), Tree::List(_)) => jaq_core::ValT::index(value, &part),
        (Tree::List(list), _) => Ok(Val::list(
            list.iter().enumerate().filter(|(_, value)| **value == part.0).map(|(at, _)| at.into()).collect(),
        )),
        _ => jaq_core::ValT::index(value, &part),
    }
}

fn search(list: &Val, value: &Val) -> ValR<Val> {
    let Tree::List(list) = &list.0 else {
        return fail(format!("{} cannot be searched from", list.shown()));
    };
    let found = list.binary_search_by(|known| Val(known.clone()).cmp(value));
    Ok(match found {
        Ok(at) => at.into(),
        Err(at) => Val::from(-1 - isize::try_from(at).unwrap_or(isize::MAX - 1)),
    })
}

fn transpose(value: &Val) -> ValR<Val> {
    let Tree::List(rows) = &value.0 else { return fail(format!("Cannot iterate over {}", value.shown())) };
    let mut lists = Vec::new();
    for row in rows.iter() {
        match row {
            Tree::List(row) => lists.push(row),
            _ => return fail(format!("Cannot index {} with number", Val(row.clone()).kind())),
        }
    }
    let width = lists.iter().map(|row| row.len()).max().unwrap_or(0);
    let column = |at: usize| lists.iter().map(|row| row.get(at).cloned().unwrap_or_default()).collect::<Tree>();
    Ok(Val::list((0..width).map(column).collect()))
}

fn float(value: &Val) -> Result<f64, Error> {
    match value.number() {
        Some(number) => Ok(number.as_f64()),
        None => fail(format!("{} number required", value.shown())),
    }
}

fn rounded(value: &Val, round: fn(f64) -> f64) -> ValR<Val> {
    match value.number() {
        // An integer of any length is round already.
        Some(number) if number.literal().is_some() && number.is_integer() => Ok(value.clone()),
        _ => Ok(round(float(value)?).into()),
    }
}

/// Takes out what stands at the paths, the last first, so that the others stay where they are.
fn delete_paths(value: Val, paths: Val) -> ValR<Val> {
    let Tree::List(list) = paths.0 else { return fail("Paths must be specified as an array") };
    let mut paths = Vec::new();
    for path in list.iter() {
        match path {
            Tree::List(path) if path.len() > MAX_DEPTH => return fail("Path too deep"),
            Tree::List(path) => plain_paths(&value.0, path, &mut paths),
            _ => return fail("Path must be specified as an array"),
        }
    }
    paths.sort();
    paths.dedup();
    paths.iter().rev().try_fold(value.0, |tree, path| delete(tree, path)).map(Val)
}

/// A path with places in lists counted from the front; one that ends in a slice, as the paths of all its elements.
fn plain_paths(tree: &Tree, path: &[Tree], paths: &mut Vec<Vec<Tree>>) {
    let mut plain = Vec::with_capacity(path.len());
    let mut at = Some(tree.clone());
    for (index, step) in path.iter().enumerate() {
        let list = at.as_ref().and_then(|at| at.as_list().map(<[Tree]>::len));
        match (list, step) {
            (Some(length), Tree::Number(number)) => {
                #[expect(clippy::cast_precision_loss, reason = "a list has fewer elements than a double counts")]
                let place = number.as_f64().floor() + if number.as_f64() < 0.0 { length as f64 } else { 0.0 };
                plain.push(place.into());
            }
            (Some(length), Tree::Object(_)) if index + 1 == path.len() => {
                let places = Val::list((0..length).map(Tree::from).collect());
                if let Ok(Val(Tree::List(places))) = jaq_core::ValT::index(places, &Val(step.clone())) {
                    paths.extend(places.iter().map(|place| [&plain[..], std::slice::from_ref(place)].concat()));
                    return;
                }
                plain.push(step.clone());
            }
            _ => plain.push(step.clone()),
        }
        at = at.and_then(|at| jaq_core::ValT::index(Val(at), &Val(step.clone())).ok()).map(|value| value.0);
    }
    paths.push(plain);
}

fn delete(tree: Tree, path: &[Tree]) -> Result<Tree, Error> {
    let Some((step, rest)) = path.split_first() else { return Ok(Tree::Null) };
    if matches!(tree, Tree::Null) {
        return Ok(Tree::Null);
    }
    if !rest.is_empty() {
        let inner = jaq_core::ValT::index(Val(tree.clone()), &Val(step.clone()))?;
        if matches!(inner.0, Tree::Null) {
            return Ok(tree);
        }
        let new = Val(delete(inner.0, rest)?);
        let set = jaq_core::ValT::map_index(Val(tree), &Val(step.clone()), jaq_core::path::Opt::Essential, |_| {
            std::iter::once(Ok(new.clone()))
        });
        return set.map(|value| value.0).map_err(|exception| match exception.get_err() {
            Ok(error) => error,
            Err(_) => Error::new(Val::from("cannot be deleted".to_owned())),
        });
    }
    match (tree, step) {
        (Tree::Object(object), Tree::Text(key)) => {
            let mut object: Object<Tree> = Arc::unwrap_or_clone(object);
            object.remove(key);
            Ok(object.into())
        }
        (Tree::List(list), Tree::Number(number)) => {
            let at = number.as_f64().floor();
            #[expect(clippy::cast_precision_loss, reason = "a list has fewer elements than a double counts")]
            let at = if at < 0.0 { at + list.len() as f64 } else { at };
            let mut list = Arc::unwrap_or_clone(list);
            #[expect(
                clippy::cast_possible_truncation,
                clippy::cast_sign_loss,
                reason = "it is not negative; it saturates"
            )]
            if at >= 0.0 && (at as usize) < list.len() {
                list.remove(at as usize);
            }
            Ok(list.into())
        }
        (Tree::List(list), Tree::Object(_)) => {
            let set = jaq_core::ValT::map_index(
                Val(Tree::List(list)),
                &Val(step.clone()),
                jaq_core::path::Opt::Essential,
                |_| std::iter::empty(),
            );
            set.map(|value| value.0).map_err(|exception| match exception.get_err() {
                Ok(error) => error,
                Err(_) => Error::new(Val::from("cannot be deleted".to_owned())),
            })
        }
        (Tree::Object(_), step) => fail(format!(
            "Cannot delete field at object index of {}",
            if matches!(step, Tree::Object(_)) { "object" } else { "array" }
        )),
        (Tree::List(_), _) => fail("Cannot delete field at array index of array"),
        (tree, step) => {
            fail(format!("Cannot delete field at {} index of {}", Val(step.clone()).kind(), Val(tree).kind()))
        }
    }
}

impl jaq_std::ValT for Val {
    fn into_seq<S: FromIterator<Self>>(self) -> Result<S, Self> {
        match self.0 {
            Tree::List(list) => Ok(Arc::unwrap_or_clone(list).into_iter().map(Self).collect()),
            _ => Err(self),
        }
    }

    fn is_int(&self) -> bool {
        self.number().is_some_and(|number| number.as_i64().is_some())
    }

    fn as_isize(&self) -> Option<isize> {
        isize::try_from(self.number()?.as_i64()?).ok()
    }

    fn as_f64(&self) -> Option<f64> {
        Some(self.number()?.as_f64())
    }

    fn is_utf8_str(&self) -> bool {
        matches!(self.0, Tree::Text(_))
    }

    fn as_bytes(&self) -> Option<&[u8]> {
        self.0.as_text().map(str::as_bytes)
    }

    fn as_sub_str(&self, part: &[u8]) -> Self {
        String::from_utf8_lossy(part).into_owned().into()
    }

    fn from_utf8_bytes(bytes: impl AsRef<[u8]> + Send + 'static) -> Self {
        String::from_utf8_lossy(bytes.as_ref()).into_owned().into()
    }
}
