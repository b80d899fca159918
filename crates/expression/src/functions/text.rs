//! Texts: what they hold, parts of them, put together. Characters are code points; numbers count as they are written.

use super::{Body, elementwise, flattened};
use crate::error::Error;
use crate::operate::Workspace;
use crate::value::Value;

/// Bytes a text may become.
const MAX_BYTES: usize = 1_000_000;
/// Bytes that are gone through in a unit of work.
const BYTES: u64 = 64;

pub(super) const BODIES: &[(&str, Body)] = &[
    ("contains", Body::Values(|workspace, values| search(workspace, values, |text, part| text.contains(part)))),
    ("startswith", Body::Values(|workspace, values| search(workspace, values, |text, part| text.starts_with(part)))),
    ("endswith", Body::Values(|workspace, values| search(workspace, values, |text, part| text.ends_with(part)))),
    ("lower", Body::Values(|workspace, values| change(workspace, values, str::to_lowercase))),
    ("upper", Body::Values(|workspace, values| change(workspace, values, str::to_uppercase))),
    ("trim", Body::Values(|workspace, values| change(workspace, values, trimmed))),
    ("concatenate", Body::Values(concatenate)),
    ("left", Body::Values(|workspace, values| part(workspace, values, Part::Left))),
    ("right", Body::Values(|workspace, values| part(workspace, values, Part::Right))),
    ("mid", Body::Values(|workspace, values| part(workspace, values, Part::Mid))),
    ("substitute", Body::Values(substitute)),
];

/// The text of a value; empty of nothing.
fn text_of(workspace: &mut Workspace, value: &Value) -> Result<String, Error> {
    let text = match value {
        Value::Null => String::new(),
        Value::Failed(error) => return Err((**error).clone()),
        other => other.text(workspace.options),
    };
    spend(workspace, text.len())?;
    Ok(text)
}

fn spend(workspace: &mut Workspace, bytes: usize) -> Result<(), Error> {
    if bytes > MAX_BYTES {
        return Err(Error::argument("this makes a text of more than 1,000,000 characters"));
    }
    workspace.budget.spend(1 + bytes as u64 / BYTES)
}

/// Spaces off both ends, several between words become one, as spreadsheets have it.
fn trimmed(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn search(workspace: &mut Workspace, values: &[Value], found: fn(&str, &str) -> bool) -> Result<Value, Error> {
    elementwise(workspace, values, &|workspace, values| {
        let (text, part) = (text_of(workspace, &values[0])?, text_of(workspace, &values[1])?);
        Ok(Value::Bool(found(&text, &part)))
    })
}

fn change(workspace: &mut Workspace, values: &[Value], change: fn(&str) -> String) -> Result<Value, Error> {
    elementwise(workspace, values, &|workspace, values| {
        let text = text_of(workspace, &values[0])?;
        Ok(Value::text_of(&change(&text)))
    })
}

fn concatenate(workspace: &mut Workspace, values: &[Value]) -> Result<Value, Error> {
    let mut all = String::new();
    for value in flattened(workspace, values)? {
        all.push_str(&text_of(workspace, &value)?);
        spend(workspace, all.len())?;
    }
    Ok(Value::text_of(&all))
}

#[derive(Clone, Copy)]
enum Part {
    Left,
    Right,
    Mid,
}

fn part(workspace: &mut Workspace, values: &[Value], part: Part) -> Result<Value, Error> {
    elementwise(workspace, values, &|workspace, values| {
        let text = text_of(workspace, &values[0])?;
        let number = |at: usize| match values.get(at) {
            None => Ok(1),
            Some(value) => {
                let number = workspace.number_of(value)?.to_i64(workspace.scope.context);
                let number = number.and_then(|number| usize::try_from(number).ok());
                number.ok_or_else(|| Error::argument("the number of characters is a whole number from 0"))
            }
        };
        let (from, count) = match part {
            Part::Left => (0, number(1)?),
            Part::Right => {
                let count = number(1)?;
                (text.chars().count().saturating_sub(count), count)
            }
            Part::Mid => {
                let from = number(1)?.checked_sub(1).ok_or_else(|| Error::argument("characters are counted from 1"))?;
                (from, number(2)?)
            }
        };
        Ok(Value::text_of(&text.chars().skip(from).take(count).collect::<String>()))
    })
}

fn substitute(workspace: &mut Workspace, values: &[Value]) -> Result<Value, Error> {
    elementwise(workspace, values, &|workspace, values| {
        let text = text_of(workspace, &values[0])?;
        let (old, new) = (text_of(workspace, &values[1])?, text_of(workspace, &values[2])?);
        if old.is_empty() {
            return Ok(Value::text_of(&text));
        }
        let times = text.matches(old.as_str()).count();
        spend(workspace, text.len().saturating_add(times.saturating_mul(new.len())))?;
        Ok(Value::text_of(&text.replace(&old, &new)))
    })
}
