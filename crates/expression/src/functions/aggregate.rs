//! Sums, products, means, counts, extremes.

use std::sync::Arc;

use super::{Body, flattened, numeric};
use crate::error::Error;
use crate::number::Number;
use crate::operate::{Binary, Workspace};
use crate::units::Quantity;
use crate::value::Value;

pub(super) const BODIES: &[(&str, Body)] = &[
    ("sum", Body::Values(sum)),
    ("product", Body::Values(product)),
    ("average", Body::Values(average)),
    ("averagea", Body::Values(average_all)),
    ("count", Body::Values(count)),
    ("counta", Body::Values(count_all)),
    ("countblank", Body::Values(count_blank)),
    ("max", Body::Values(|workspace, values| extreme(workspace, values, Binary::Greater))),
    ("min", Body::Values(|workspace, values| extreme(workspace, values, Binary::Less))),
    ("sumsq", Body::Values(sum_of_squares)),
    ("sumproduct", Body::Values(sum_product)),
    (
        "sumx2my2",
        Body::Values(|workspace, values| {
            pairs(workspace, values, |workspace, x, y| {
                let (x, y) = (squared(workspace, x)?, squared(workspace, y)?);
                workspace.binary(Binary::Subtract, &x, &y)
            })
        }),
    ),
    (
        "sumx2py2",
        Body::Values(|workspace, values| {
            pairs(workspace, values, |workspace, x, y| {
                let (x, y) = (squared(workspace, x)?, squared(workspace, y)?);
                workspace.binary(Binary::Add, &x, &y)
            })
        }),
    ),
    (
        "sumxmy2",
        Body::Values(|workspace, values| {
            pairs(workspace, values, |workspace, x, y| {
                let gap = workspace.binary(Binary::Subtract, x, y)?;
                squared(workspace, &gap)
            })
        }),
    ),
    ("seriessum", Body::Values(series_sum)),
];

/// The sum of numbers or quantities; none for an empty list.
pub(super) fn total(workspace: &mut Workspace, values: &[Value]) -> Result<Option<Value>, Error> {
    let Some((first, rest)) = values.split_first() else { return Ok(None) };
    let mut sum = first.clone();
    for value in rest {
        sum = workspace.binary(Binary::Add, &sum, value)?;
    }
    Ok(Some(sum))
}

fn zero(workspace: &Workspace) -> Value {
    Value::Number(Number::whole(0, workspace.scope.context))
}

fn sum(workspace: &mut Workspace, values: &[Value]) -> Result<Value, Error> {
    let values = numeric(workspace, values)?;
    Ok(total(workspace, &values)?.unwrap_or_else(|| zero(workspace)))
}

fn product(workspace: &mut Workspace, values: &[Value]) -> Result<Value, Error> {
    let values = numeric(workspace, values)?;
    let Some((first, rest)) = values.split_first() else { return Ok(zero(workspace)) };
    rest.iter().try_fold(first.clone(), |product, value| workspace.binary(Binary::Multiply, &product, value))
}

/// The mean of numbers or quantities; of temperatures too, which have no sum.
pub(super) fn mean(workspace: &mut Workspace, values: &[Value]) -> Result<Value, Error> {
    let count = Value::Number(Number::whole(values.len() as i64, workspace.scope.context));
    if let Some(Value::Quantity(first)) = values.first()
        && first.unit.zero().is_some()
    {
        let unit = first.unit.clone();
        let degrees = |value: &Value| match value {
            Value::Quantity(quantity) => quantity.number_in(&unit, workspace.scope).map(Value::Number),
            _ => Err(Error::new(crate::Kind::Units, "some values are temperatures, others have no unit")),
        };
        let numbers: Vec<_> = values.iter().map(degrees).collect::<Result<_, _>>()?;
        let number = mean(workspace, &numbers)?;
        let number = workspace.number_of(&number)?;
        return Ok(Value::Quantity(Arc::new(Quantity { number, unit })));
    }
    let sum = total(workspace, values)?.ok_or_else(Error::division)?;
    workspace.binary(Binary::Divide, &sum, &count)
}

fn average(workspace: &mut Workspace, values: &[Value]) -> Result<Value, Error> {
    let values = numeric(workspace, values)?;
    if values.is_empty() {
        return Err(Error { message: "average: there are no numbers in the list".into(), ..Error::division() });
    }
    mean(workspace, &values)
}

fn average_all(workspace: &mut Workspace, values: &[Value]) -> Result<Value, Error> {
    let mut numbers = Vec::new();
    for value in flattened(workspace, values)? {
        match value {
            Value::Null => {}
            Value::Quantity(_) => numbers.push(value),
            other => numbers.push(Value::Number(
                workspace.number_of(&other).unwrap_or_else(|_| Number::whole(0, workspace.scope.context)),
            )),
        }
    }
    mean(workspace, &numbers)
}

fn counted(
    workspace: &mut Workspace,
    values: &[Value],
    counts: impl Fn(&Workspace, &Value) -> bool,
) -> Result<Value, Error> {
    let values = flattened(workspace, values)?;
    let count = values.iter().filter(|value| counts(workspace, value)).count();
    Ok(Value::Number(Number::whole(count as i64, workspace.scope.context)))
}

fn count(workspace: &mut Workspace, values: &[Value]) -> Result<Value, Error> {
    counted(workspace, values, |workspace, value| match value {
        Value::Number(_) | Value::Quantity(_) => true,
        Value::Text(text) => Value::written(text, workspace.options).is_some(),
        _ => false,
    })
}

fn is_empty(value: &Value) -> bool {
    matches!(value, Value::Null) || matches!(value, Value::Text(text) if text.is_empty())
}

fn count_all(workspace: &mut Workspace, values: &[Value]) -> Result<Value, Error> {
    counted(workspace, values, |_, value| !matches!(value, Value::Null))
}

fn count_blank(workspace: &mut Workspace, values: &[Value]) -> Result<Value, Error> {
    counted(workspace, values, |_, value| is_empty(value))
}

fn extreme(workspace: &mut Workspace, values: &[Value], wanted: Binary) -> Result<Value, Error> {
    let values = numeric(workspace, values)?;
    let mut best: Option<&Value> = None;
    for value in &values {
        let better = match best {
            Some(known) => workspace.compare(wanted, value, known)?,
            None => true,
        };
        if better {
            best = Some(value);
        }
    }
    Ok(best.cloned().unwrap_or_else(|| zero(workspace)))
}

fn squared(workspace: &mut Workspace, value: &Value) -> Result<Value, Error> {
    workspace.binary(Binary::Multiply, value, value)
}

fn sum_of_squares(workspace: &mut Workspace, values: &[Value]) -> Result<Value, Error> {
    let values = numeric(workspace, values)?;
    let squares: Vec<_> = values.iter().map(|value| squared(workspace, value)).collect::<Result<_, _>>()?;
    Ok(total(workspace, &squares)?.unwrap_or_else(|| zero(workspace)))
}

/// A cell of a product: what is no number counts as 0.
fn cell(workspace: &Workspace, value: &Value) -> Value {
    match value {
        Value::Number(_) | Value::Quantity(_) => value.clone(),
        Value::Text(text) => Value::written(text, workspace.options).unwrap_or_else(|| zero(workspace)),
        _ => zero(workspace),
    }
}

fn sum_product(workspace: &mut Workspace, values: &[Value]) -> Result<Value, Error> {
    let mut columns = Vec::with_capacity(values.len());
    for value in values {
        columns.push(flattened(workspace, std::slice::from_ref(value))?);
    }
    let length = columns[0].len();
    if columns.iter().any(|column| column.len() != length) {
        return Err(Error::argument("the lists have different lengths"));
    }
    let mut products = Vec::with_capacity(length);
    for at in 0..length {
        let mut product = cell(workspace, &columns[0][at]);
        for column in &columns[1..] {
            let factor = cell(workspace, &column[at]);
            product = workspace.binary(Binary::Multiply, &product, &factor)?;
        }
        products.push(product);
    }
    // An empty row of a column with units is a bare 0, which goes with everything.
    Ok(total(workspace, &products)?.unwrap_or_else(|| zero(workspace)))
}

fn pairs(
    workspace: &mut Workspace,
    values: &[Value],
    term: impl Fn(&mut Workspace, &Value, &Value) -> Result<Value, Error>,
) -> Result<Value, Error> {
    let (x, y) = super::regression::pairs(workspace, &values[0], &values[1])?;
    let terms: Vec<_> = x.iter().zip(&y).map(|(x, y)| term(workspace, x, y)).collect::<Result<_, _>>()?;
    Ok(total(workspace, &terms)?.unwrap_or_else(|| zero(workspace)))
}

fn series_sum(workspace: &mut Workspace, values: &[Value]) -> Result<Value, Error> {
    let coefficients = numeric(workspace, &values[3..])?;
    let mut exponent = values[1].clone();
    let mut terms = Vec::new();
    for coefficient in &coefficients {
        let power = workspace.binary(Binary::Power, &values[0], &exponent)?;
        terms.push(workspace.binary(Binary::Multiply, coefficient, &power)?);
        exponent = workspace.binary(Binary::Add, &exponent, &values[2])?;
    }
    Ok(total(workspace, &terms)?.unwrap_or_else(|| zero(workspace)))
}
