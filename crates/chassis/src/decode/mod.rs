//! From a request's parts to a typed request: JSON bodies, forms, query strings and path parameters, by one road.
//!
//! Everything is JSON text in the end: a body as it came, options from a query or form as JSON strings. One wrapping
//! deserializer over serde_json reads it, so that a wrong name, a `null` or a blank number is settled before serde sees it.
//!
//! | file | job |
//! | --- | --- |
//! | `form.rs` | options of a query or form |
//! | `layout.rs` | a type as far as reading it needs to know: its fields, files, secrets, scalars |
//! | `object.rs`, `value.rs`, `container.rs` | objects of known fields; single values; lists and maps, which stream without a tree |
//! | `reader.rs` | the place in a request, the bounds, and an unknown name with the nearest known one ("did you mean") |
//! | `names.rs` | names people send against names we know |
//! | `problem.rs` | what is wrong, and where |
//! | `validate.rs` | bounds of what was read, in sentences |
//! | `identifiers.rs`, `trial.rs`, `maker.rs` | the names clients have for what validation found, from requests that are made up |
//! | `exact.rs`, `secret.rs`, `short.rs`, `joined.rs` | numbers that keep their digits; secrets; objects that may be said shortly; texts that may come as lists |

mod container;
pub(crate) mod exact;
mod form;
mod identifiers;
pub(crate) mod joined;
mod layout;
mod maker;
mod names;
mod object;
mod problem;
mod reader;
pub(crate) mod secret;
pub(crate) mod short;
mod trial;
pub(crate) mod validate;
mod value;

use std::cell::OnceCell;

use serde::de::DeserializeOwned;

pub(crate) use form::options_of;
pub(crate) use layout::{FileField, Layout};
pub(crate) use names::{nearest, same as same_name};

use crate::error::{Code, Error};
use crate::files::{Collected, Collector, FileBounds, Found, Part};
use crate::operation::task::OperationRequest;
use crate::warning::Warning;
use object::Root;
use problem::Problem;
use reader::Reader;

/// Nesting a body may have; as deep as serde_json itself goes.
pub(crate) const MAX_DEPTH: u32 = 128;
/// Values (list elements, object entries) a body may hold.
pub(crate) const MAX_VALUES: u32 = 5_000_000;
/// Values of a request that may be JSON written as text.
const MAX_JSON_TEXTS: usize = 256;

/// One option that came beside the body: its name and its value as JSON text.
pub(crate) struct Pair {
    pub(crate) name: String,
    pub(crate) json: String,
}

/// What a request is read from.
#[derive(Default)]
pub(crate) struct Input<'a> {
    /// A JSON object, or nothing.
    pub(crate) body: &'a str,
    /// Options of the query, the form and the path.
    pub(crate) options: &'a [Pair],
    /// Whether unknown fields are warned about instead of refused.
    pub(crate) lenient: bool,
    /// Files that came with the request; its JSON names them by number.
    pub(crate) parts: Vec<Part>,
    /// What files it may have.
    pub(crate) bounds: FileBounds,
    /// Whether `output` may say how files go out.
    pub(crate) takes_output: bool,
}

/// What a request asks of the chassis itself, as JSON text.
#[derive(Debug, Default)]
pub(crate) struct Reserved {
    /// How files go out.
    pub(crate) output: Option<String>,
}

/// A request, read.
pub(crate) struct Decoded<T> {
    pub(crate) request: T,
    pub(crate) warnings: Vec<Warning>,
    /// Its files, some of them still to be fetched.
    pub(crate) files: Vec<Found>,
    pub(crate) reserved: Reserved,
}

/// Reads a request.
pub(crate) fn decode<T: DeserializeOwned>(input: Input<'_>, layout: &Layout) -> Result<Decoded<T>, Error> {
    let texts = Texts::default();
    let reader = Reader::new(layout, &texts, input.lenient, input.takes_output);
    let collector = Collector::new(input.parts, input.bounds);
    let root = Root { reader: &reader, body: input.body, options: input.options };
    let (result, Collected { files, too_large }) = collector.collect(|| T::deserialize(root));
    match result {
        Ok(request) => {
            let (warnings, reserved) = reader.into_notes();
            Ok(Decoded { request, warnings, files, reserved })
        }
        Err(problem) => {
            let error = reader.locate(problem);
            Err(if too_large { Error { code: Code::PayloadTooLarge, ..error } } else { error })
        }
    }
}

/// Reads JSON that stands in a request as data, once it is known what it has to be: by the rules requests are read by,
/// and with the same sentences. Errors name the field below `field`. It has no files.
pub(crate) fn read<T: OperationRequest>(field: &str, json: &str, lenient: bool) -> Result<(T, Vec<Warning>), Error> {
    let below = |mut error: Error| {
        for detail in &mut error.details {
            let dot = if detail.field.starts_with('[') { "" } else { "." };
            detail.field = format!("{field}{dot}{}", detail.field);
        }
        match error.details.is_empty() {
            true => Error::field(error.code, field, error.message),
            false => Error::fields(error.code, error.details),
        }
    };
    let input = Input { body: json, lenient, ..Input::default() };
    let Decoded { request, warnings, .. } = decode::<T>(input, &Layout::of::<T>()).map_err(below)?;
    validate::check(&request).map_err(below)?;
    Ok((request, warnings))
}

impl From<Problem> for Error {
    fn from(problem: Problem) -> Self {
        match problem {
            Problem::Field { field, message } => Self::field(Code::ValidationError, field, message),
            Problem::Request { message } => Self::new(Code::ValidationError, message),
            Problem::Syntax { message } => Self::new(Code::MalformedRequest, message),
        }
    }
}

/// JSON texts found inside JSON strings, kept as long as the input: an append-only list that hands out references.
#[derive(Default)]
struct Texts(OnceCell<Box<(String, Self)>>);

impl Texts {
    /// Keeps a text; nothing when there are too many.
    fn keep(&self, text: String) -> Option<&str> {
        let mut slot = self;
        for _ in 0..MAX_JSON_TEXTS {
            match slot.0.get() {
                Some(taken) => slot = &taken.1,
                None => return Some(&slot.0.get_or_init(|| Box::new((text, Self::default()))).0),
            }
        }
        None
    }
}
