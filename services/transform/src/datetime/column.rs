//! A column of dates, for operations that have dates among other things.

use chassis::{Call, Error};

use super::columns::Columns;
use super::pattern::Format;
use super::{Context, DatetimeRequest, Dst, Language, PartOrder};
use crate::tree::Tree;
use crate::values::{OnError, Value};

/// How a column of dates is read and written, as [`super::datetime`] does.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct DateColumn<'c> {
    pub(crate) input_format: Option<&'c str>,
    pub(crate) order: Option<PartOrder>,
    pub(crate) format: Option<&'c str>,
    /// Leaves the time of day out.
    pub(crate) date_only: bool,
}

/// What the values of a column become, or why they are no dates; nothing for blanks. Its fields stand in `field`.
///
/// # Errors
/// When a format is none, or the order of the column is open.
pub(crate) fn column(
    values: &[Tree],
    name: &str,
    how: DateColumn<'_>,
    field: &str,
    call: &Call,
) -> Result<Vec<Result<Option<String>, String>>, Error> {
    let format_of = |text: Option<&str>, own: &str| {
        let format = text.map(Format::of).transpose();
        format.map_err(|why| Error::impossible(format!("{field}.{own}"), why))
    };
    let input_format = format_of(how.input_format, "inputFormat")?.filter(|format| *format != Format::Iso);
    let format = format_of(how.format, "format")?.unwrap_or(Format::Iso);
    let request = DatetimeRequest {
        input: Tree::Null,
        input_format: None,
        order: how.order,
        zone: None,
        dst: Dst::Compatible,
        steps: Vec::new(),
        format: None,
        language: Language::En,
        holidays: Vec::new(),
        weekend: None,
        columns: Vec::new(),
        into: None,
        on_error: OnError::Fail,
    };
    let context = Context::of(&request, call)?;
    let place = |value: &Value<'_>| format!("row {}", value.index + 1);
    let mut columns =
        Columns { context: &context, format: input_format.as_ref(), call, changed: Vec::new(), place: &place };
    let values: Vec<Value<'_>> = values
        .iter()
        .enumerate()
        .map(|(index, tree)| Value { tree, index, column: Some(name), row: None, listed: true })
        .collect();
    let read = columns.read(&values).map_err(|error| {
        // Its fields are those of the request.
        let message = error.message();
        match message.split_once(": ") {
            Some(("order", said)) => Error::impossible(format!("{field}.order"), said),
            Some(("input", said)) => Error::impossible(field.to_owned(), said),
            _ => error,
        }
    });
    let (moments, _) = read?;
    columns.say();
    let write = |moment: super::Moment| {
        let moment = if how.date_only { super::Moment::Date(moment.date()) } else { moment };
        match format.write(&moment, Language::En)? {
            Tree::Text(text) => Ok(text.to_string()),
            other => Ok(other.to_json()),
        }
    };
    Ok(moments.into_iter().map(|moment| moment.and_then(|moment| moment.map(write).transpose())).collect())
}
