//! Lists made, ordered, searched.

use super::statistics::sorted;
use super::{Body, flattened, whole};
use crate::error::Error;
use crate::number::Number;
use crate::operate::{Binary, Workspace};
use crate::options::Rounding;
use crate::value::Value;

pub(super) const BODIES: &[(&str, Body)] = &[
    ("length", Body::Values(length)),
    ("index", Body::Values(nth)),
    ("match", Body::Values(match_)),
    ("xlookup", Body::Values(look_up)),
    ("lookup", Body::Values(look_up_sorted)),
    ("sequence", Body::Values(sequence)),
    ("range", Body::Values(|workspace, values| range(workspace, &values[0], values.get(2), &values[1]))),
    ("sort", Body::Values(sort)),
    ("unique", Body::Values(unique)),
    ("filter", Body::Values(filter)),
    ("reverse", Body::Values(reverse)),
    (
        "concat",
        Body::Values(|workspace, values| {
            let values = flattened(workspace, values)?;
            workspace.budget.allocate(values.len())?;
            Ok(Value::list(values))
        }),
    ),
    ("take", Body::Values(|workspace, values| cut(workspace, values, true))),
    ("drop", Body::Values(|workspace, values| cut(workspace, values, false))),
    ("cumsum", Body::Values(running_sum)),
    ("diff", Body::Values(differences)),
    ("frequency", Body::Values(frequency)),
];

fn list_of(value: &Value) -> &[Value] {
    match value {
        Value::List(list) => list,
        other => std::slice::from_ref(other),
    }
}

fn length(workspace: &mut Workspace, values: &[Value]) -> Result<Value, Error> {
    let length = match &values[0] {
        Value::Null => 0,
        Value::Text(text) => text.chars().count(),
        other => list_of(other).len(),
    };
    Ok(Value::Number(Number::whole(length as i64, workspace.scope.context)))
}

/// An element by its place, from 1; by a list of places, a list.
pub(crate) fn index(workspace: &mut Workspace, list: &Value, place: &Value) -> Result<Value, Error> {
    let Value::List(elements) = list else {
        return Err(Error::argument(format!("[n] takes an element of a list, and this is a {}", list.kind())));
    };
    if let Value::List(places) = place {
        workspace.budget.allocate(places.len())?;
        return places.iter().map(|place| index(workspace, list, place)).collect::<Result<_, _>>().map(Value::List);
    }
    let at = workspace.number_of(place)?.to_i64(workspace.scope.context).unwrap_or(0);
    let count = elements.len();
    match usize::try_from(at).ok().and_then(|at| elements.get(at.checked_sub(1)?)) {
        Some(value) => Ok(value.clone()),
        None => Err(Error::argument(format!(
            "the list has the places 1 to {count}, and this is place {at}: places begin at 1"
        ))),
    }
}

fn nth(workspace: &mut Workspace, values: &[Value]) -> Result<Value, Error> {
    let row = index(workspace, &values[0], &values[1])?;
    match values.get(2) {
        Some(column) if matches!(row, Value::List(_)) => index(workspace, &row, column),
        _ => Ok(row),
    }
}

fn position(workspace: &mut Workspace, x: &Value, list: &[Value]) -> Result<Option<usize>, Error> {
    workspace.budget.spend(list.len() as u64)?;
    for (at, value) in list.iter().enumerate() {
        let equal = match (x, value) {
            (Value::Text(one), Value::Text(other)) => one.to_lowercase() == other.to_lowercase(),
            (Value::List(_), _) | (_, Value::List(_)) => false,
            _ => workspace.compare(Binary::Equal, value, x)?,
        };
        if equal {
            return Ok(Some(at));
        }
    }
    Ok(None)
}

fn missing() -> Error {
    Error::argument("the value is not in the list")
}

/// The last place whose value is at most x in a rising list, or at least x in a falling one.
fn last_before(workspace: &mut Workspace, x: &Value, list: &[Value], falling: bool) -> Result<usize, Error> {
    workspace.budget.spend(list.len() as u64)?;
    let operator = if falling { Binary::GreaterOrEqual } else { Binary::LessOrEqual };
    let mut found = None;
    for (at, value) in list.iter().enumerate() {
        if !workspace.compare(operator, value, x)? {
            break;
        }
        found = Some(at);
    }
    found.ok_or_else(|| Error::argument("the value lies before the first of the list"))
}

fn match_(workspace: &mut Workspace, values: &[Value]) -> Result<Value, Error> {
    let kind = match values.get(2) {
        Some(kind) => whole(workspace, kind, "the kind of match", -1, 1)?,
        None => 0,
    };
    super::elementwise(workspace, &values[..1], &|workspace, one| {
        let list = list_of(&values[1]);
        let at = match kind {
            0 => position(workspace, &one[0], list)?.ok_or_else(missing)?,
            kind => last_before(workspace, &one[0], list, kind < 0)?,
        };
        Ok(Value::Number(Number::whole(at as i64 + 1, workspace.scope.context)))
    })
}

fn value_at(list: &[Value], at: usize) -> Result<Value, Error> {
    list.get(at).cloned().ok_or_else(|| Error::argument("the list of values is shorter than the list that is searched"))
}

fn look_up(workspace: &mut Workspace, values: &[Value]) -> Result<Value, Error> {
    super::elementwise(workspace, &values[..1], &|workspace, one| match (
        position(workspace, &one[0], list_of(&values[1]))?,
        values.get(3),
    ) {
        (Some(at), _) => value_at(list_of(&values[2]), at),
        (None, Some(otherwise)) => Ok(otherwise.clone()),
        (None, None) => Err(missing()),
    })
}

fn look_up_sorted(workspace: &mut Workspace, values: &[Value]) -> Result<Value, Error> {
    super::elementwise(workspace, &values[..1], &|workspace, one| {
        let at = last_before(workspace, &one[0], list_of(&values[1]), false)?;
        value_at(list_of(values.get(2).unwrap_or(&values[1])), at)
    })
}

fn progression(workspace: &mut Workspace, count: i64, first: Value, step: &Value) -> Result<Value, Error> {
    workspace.budget.allocate(count as usize)?;
    let mut values = Vec::with_capacity(count as usize);
    let mut value = first;
    for at in 0..count {
        if at > 0 {
            value = workspace.binary(Binary::Add, &value, step)?;
        }
        values.push(value.clone());
    }
    Ok(Value::list(values))
}

fn sequence(workspace: &mut Workspace, values: &[Value]) -> Result<Value, Error> {
    let count = whole(workspace, &values[0], "the count", 0, 1_000_000_000)?;
    let one = Value::Number(Number::whole(1, workspace.scope.context));
    let first = values.get(1).unwrap_or(&one).clone();
    progression(workspace, count, first, values.get(2).unwrap_or(&one))
}

/// The numbers from one to another, counted before they are made.
pub(crate) fn range(
    workspace: &mut Workspace,
    first: &Value,
    step: Option<&Value>,
    last: &Value,
) -> Result<Value, Error> {
    let context = workspace.scope.context;
    let one = Value::Number(Number::whole(1, context));
    let step = step.unwrap_or(&one);
    let (from, to, by) = (workspace.number_of(first)?, workspace.number_of(last)?, workspace.number_of(step)?);
    if by.is_zero() {
        return Err(Error::argument("the step of a range is not 0"));
    }
    let count = to
        .subtract(&from, context)?
        .quotient(&by, Rounding::Floor, context)?
        .add(&Number::whole(1, context), context)?;
    if count.is_negative() || count.is_zero() {
        return Ok(Value::list(Vec::new()));
    }
    let limit = workspace.budget.elements();
    let count = count.to_i64(context).filter(|count| (*count as u64) <= limit).ok_or_else(|| {
        Error::too_large(format!("this range has more than {limit} numbers: use a smaller one, or a larger step"))
    })?;
    progression(workspace, count, Value::Number(from), &Value::Number(by))
}

fn sort(workspace: &mut Workspace, values: &[Value]) -> Result<Value, Error> {
    let falling = match values.get(2).or(values.get(1)) {
        Some(order) => workspace.number_of(order)?.is_negative(),
        None => false,
    };
    let list = list_of(&values[0]);
    workspace.budget.allocate(list.len())?;
    let (texts, rest): (Vec<_>, Vec<_>) = list.iter().cloned().partition(|value| matches!(value, Value::Text(_)));
    let (numbers, others): (Vec<_>, Vec<_>) =
        rest.into_iter().partition(|value| matches!(value, Value::Number(_) | Value::Quantity(_)));
    let mut order = sorted(workspace, numbers)?;
    let mut texts = texts;
    texts.sort_by_cached_key(|value| if let Value::Text(text) = value { text.to_lowercase() } else { String::new() });
    // Numbers, texts, and what has no order last, as spreadsheets have them.
    order.extend(texts);
    if falling {
        order.reverse();
    }
    order.extend(others);
    Ok(Value::list(order))
}

fn same(workspace: &mut Workspace, one: &Value, other: &Value) -> bool {
    match (one, other) {
        (Value::Text(one), Value::Text(other)) => one == other,
        (Value::Text(_), _) | (_, Value::Text(_)) => false,
        (Value::Null, Value::Null) => true,
        (Value::Null, _) | (_, Value::Null) => false,
        (Value::List(one), Value::List(other)) => {
            one.len() == other.len() && one.iter().zip(other.iter()).all(|(one, other)| same(workspace, one, other))
        }
        (Value::List(_), _) | (_, Value::List(_)) => false,
        _ => workspace.compare(Binary::Equal, one, other).unwrap_or(false),
    }
}

fn unique(workspace: &mut Workspace, values: &[Value]) -> Result<Value, Error> {
    let list = list_of(&values[0]);
    workspace.budget.allocate(list.len())?;
    // By text where that says it all; numbers that are equal are written alike.
    let mut seen = std::collections::HashSet::new();
    let mut found: Vec<Value> = Vec::new();
    for value in list {
        let fresh = match value {
            Value::Quantity(_) | Value::List(_) => {
                workspace.budget.spend(found.len() as u64)?;
                !found.iter().any(|known| same(workspace, known, value))
            }
            other => seen.insert((other.kind(), other.text(workspace.options))),
        };
        if fresh {
            found.push(value.clone());
        }
    }
    Ok(Value::list(found))
}

fn filter(workspace: &mut Workspace, values: &[Value]) -> Result<Value, Error> {
    let (list, conditions) = (list_of(&values[0]), list_of(&values[1]));
    if list.len() != conditions.len() {
        return Err(Error::argument("the list and the conditions have different lengths"));
    }
    workspace.budget.allocate(list.len())?;
    let mut kept = Vec::new();
    for (value, condition) in list.iter().zip(conditions) {
        if condition.is_true()? {
            kept.push(value.clone());
        }
    }
    match values.get(2) {
        Some(otherwise) if kept.is_empty() => Ok(otherwise.clone()),
        _ => Ok(Value::list(kept)),
    }
}

fn reverse(workspace: &mut Workspace, values: &[Value]) -> Result<Value, Error> {
    let list = list_of(&values[0]);
    workspace.budget.allocate(list.len())?;
    Ok(Value::list(list.iter().rev().cloned().collect()))
}

fn cut(workspace: &mut Workspace, values: &[Value], keep: bool) -> Result<Value, Error> {
    let list = list_of(&values[0]);
    let count = whole(workspace, &values[1], "the count", -1_000_000_000, 1_000_000_000)?;
    workspace.budget.allocate(list.len())?;
    let size = (count.unsigned_abs() as usize).min(list.len());
    let part = match (keep, count >= 0) {
        (true, true) => &list[..size],
        (true, false) => &list[list.len() - size..],
        (false, true) => &list[size..],
        (false, false) => &list[..list.len() - size],
    };
    Ok(Value::list(part.to_vec()))
}

fn running_sum(workspace: &mut Workspace, values: &[Value]) -> Result<Value, Error> {
    let list = list_of(&values[0]);
    workspace.budget.allocate(list.len())?;
    let mut sums: Vec<Value> = Vec::with_capacity(list.len());
    for value in list {
        let next = match sums.last() {
            Some(sum) => workspace.binary(Binary::Add, sum, value)?,
            None if matches!(value, Value::Null) => Value::Number(Number::whole(0, workspace.scope.context)),
            None => value.clone(),
        };
        sums.push(next);
    }
    Ok(Value::list(sums))
}

fn differences(workspace: &mut Workspace, values: &[Value]) -> Result<Value, Error> {
    let list = list_of(&values[0]);
    workspace.budget.allocate(list.len())?;
    let steps = list.windows(2).map(|pair| workspace.binary(Binary::Subtract, &pair[1], &pair[0]));
    steps.collect::<Result<_, _>>().map(Value::List)
}

fn frequency(workspace: &mut Workspace, values: &[Value]) -> Result<Value, Error> {
    let list = super::numeric(workspace, &values[..1])?;
    let bounds = super::numeric(workspace, &values[1..])?;
    let bounds = sorted(workspace, bounds)?;
    workspace.budget.allocate(bounds.len() + 1)?;
    let mut counts = vec![0i64; bounds.len() + 1];
    for value in &list {
        workspace.budget.spend(bounds.len() as u64 / 4 + 1)?;
        let mut at = 0;
        while at < bounds.len() && workspace.order(value, &bounds[at])?.is_gt() {
            at += 1;
        }
        counts[at] += 1;
    }
    let context = workspace.scope.context;
    Ok(Value::list(counts.into_iter().map(|count| Value::Number(Number::whole(count, context))).collect()))
}
