//! Sums, counts and means of what meets a criterion, as spreadsheets write them: `5`, `">5"`, `"<>paid"`, `"north*"`.

use super::aggregate::{mean, total};
use super::{Body, flattened};
use crate::error::Error;
use crate::number::Number;
use crate::operate::{Binary, Workspace};
use crate::value::Value;

pub(super) const BODIES: &[(&str, Body)] = &[
    ("sumif", Body::Values(|workspace, values| single(workspace, values, Fold::Sum))),
    ("averageif", Body::Values(|workspace, values| single(workspace, values, Fold::Mean))),
    ("countif", Body::Values(|workspace, values| single(workspace, values, Fold::Count))),
    ("sumifs", Body::Values(|workspace, values| several(workspace, values, Fold::Sum))),
    ("averageifs", Body::Values(|workspace, values| several(workspace, values, Fold::Mean))),
    ("maxifs", Body::Values(|workspace, values| several(workspace, values, Fold::Max))),
    ("minifs", Body::Values(|workspace, values| several(workspace, values, Fold::Min))),
    ("countifs", Body::Values(count_several)),
];

#[derive(Clone, Copy, PartialEq, Eq)]
enum Fold {
    Sum,
    Mean,
    Count,
    Max,
    Min,
}

/// What a value is asked for.
enum Criterion {
    Compare(Binary, Value),
    /// A pattern with `*` and `?`, in lower case; `true` when it must not fit.
    Pattern(Vec<Wild>, bool),
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Wild {
    Any,
    One,
    Letter(char),
}

impl Criterion {
    fn read(workspace: &Workspace, value: &Value) -> Result<Self, Error> {
        let Value::Text(text) = value else {
            return match value {
                Value::List(_) => Err(Error::argument("a criterion is one value, such as \">5\"")),
                // An empty cell as a criterion is a 0.
                Value::Null => {
                    Ok(Self::Compare(Binary::Equal, Value::Number(Number::whole(0, workspace.scope.context))))
                }
                other => Ok(Self::Compare(Binary::Equal, other.clone())),
            };
        };
        let signs = [
            ("<>", Binary::NotEqual),
            ("<=", Binary::LessOrEqual),
            (">=", Binary::GreaterOrEqual),
            ("!=", Binary::NotEqual),
            ("==", Binary::Equal),
            ("=", Binary::Equal),
            ("<", Binary::Less),
            (">", Binary::Greater),
        ];
        let text = text.trim();
        let found = signs.iter().find_map(|(sign, operator)| Some((*operator, text.strip_prefix(sign)?.trim())));
        let (operator, rest) = found.unwrap_or((Binary::Equal, text));
        if let Some(number) = Value::written(rest, workspace.options) {
            return Ok(Self::Compare(operator, number));
        }
        match (operator, rest.to_ascii_lowercase().as_str()) {
            (Binary::Equal | Binary::NotEqual, "true") => Ok(Self::Compare(operator, Value::Bool(true))),
            (Binary::Equal | Binary::NotEqual, "false") => Ok(Self::Compare(operator, Value::Bool(false))),
            (Binary::Equal | Binary::NotEqual, _) => Ok(Self::Pattern(pattern(rest), operator == Binary::NotEqual)),
            _ => Ok(Self::Compare(operator, Value::text_of(rest))),
        }
    }

    fn is_met(&self, workspace: &mut Workspace, value: &Value) -> Result<bool, Error> {
        match self {
            Self::Compare(operator, wanted) => {
                let negative = *operator == Binary::NotEqual;
                // Empty cells and cells of another kind meet no criterion but "<>".
                let alike = match (value, wanted) {
                    (Value::Null | Value::List(_), _) => false,
                    (Value::Bool(_), Value::Bool(_)) => true,
                    (Value::Bool(_), _) | (_, Value::Bool(_)) => false,
                    (Value::Text(text), Value::Number(_) | Value::Quantity(_)) => {
                        Value::written(text, workspace.options).is_some()
                    }
                    (Value::Number(_) | Value::Quantity(_), Value::Text(_)) => false,
                    _ => true,
                };
                if alike { workspace.compare(*operator, value, wanted) } else { Ok(negative) }
            }
            Self::Pattern(pattern, negative) => {
                let fits = match value {
                    Value::Text(text) => fits(pattern, &text.to_lowercase()),
                    Value::Null => pattern.is_empty(),
                    _ => false,
                };
                Ok(fits != *negative)
            }
        }
    }
}

fn pattern(text: &str) -> Vec<Wild> {
    let mut pattern = Vec::new();
    let lower = text.to_lowercase();
    let mut letters = lower.chars();
    while let Some(letter) = letters.next() {
        pattern.push(match letter {
            '*' => Wild::Any,
            '?' => Wild::One,
            '~' => Wild::Letter(letters.next().unwrap_or('~')),
            other => Wild::Letter(other),
        });
    }
    pattern
}

/// Whether a pattern fits; a star that failed takes one letter more, so the time is the product of the lengths.
fn fits(pattern: &[Wild], text: &str) -> bool {
    let letters: Vec<char> = text.chars().collect();
    let (mut at, mut place) = (0, 0);
    let mut star = None;
    while place < letters.len() {
        match pattern.get(at) {
            Some(Wild::Any) => {
                star = Some((at + 1, place));
                at += 1;
            }
            Some(Wild::One) => (at, place) = (at + 1, place + 1),
            Some(Wild::Letter(letter)) if *letter == letters[place] => (at, place) = (at + 1, place + 1),
            _ => match star {
                Some((after, from)) => {
                    star = Some((after, from + 1));
                    (at, place) = (after, from + 1);
                }
                None => return false,
            },
        }
    }
    pattern[at..].iter().all(|wild| *wild == Wild::Any)
}

fn met(workspace: &mut Workspace, list: &[Value], criterion: &Value) -> Result<Vec<bool>, Error> {
    let read = Criterion::read(workspace, criterion)?;
    if let Criterion::Pattern(pattern, _) = &read {
        let letters: usize = list.iter().map(|value| if let Value::Text(text) = value { text.len() } else { 1 }).sum();
        workspace.budget.spend((pattern.len() * letters / 16) as u64)?;
    }
    workspace.budget.spend(list.len() as u64)?;
    list.iter().map(|value| read.is_met(workspace, value)).collect()
}

fn fold(workspace: &mut Workspace, values: &[Value], kept: &[bool], fold: Fold) -> Result<Value, Error> {
    let zero = Value::Number(Number::whole(0, workspace.scope.context));
    if fold == Fold::Count {
        let count = kept.iter().filter(|kept| **kept).count();
        return Ok(Value::Number(Number::whole(count as i64, workspace.scope.context)));
    }
    if values.len() != kept.len() {
        return Err(Error::argument("the list and the values have different lengths"));
    }
    let chosen = values.iter().zip(kept).filter(|(_, kept)| **kept);
    let list = Value::list(chosen.map(|(value, _)| value.clone()).collect());
    let numbers = super::numeric(workspace, &[list])?;
    match fold {
        Fold::Sum | Fold::Count => Ok(total(workspace, &numbers)?.unwrap_or(zero)),
        Fold::Mean if numbers.is_empty() => {
            Err(Error { message: "no value meets the criterion, so there is no mean".into(), ..Error::division() })
        }
        Fold::Mean => mean(workspace, &numbers),
        Fold::Max | Fold::Min => {
            let wanted = if fold == Fold::Max { Binary::Greater } else { Binary::Less };
            let mut best = None;
            for number in numbers {
                let better = match &best {
                    Some(known) => workspace.compare(wanted, &number, known)?,
                    None => true,
                };
                if better {
                    best = Some(number);
                }
            }
            Ok(best.unwrap_or(zero))
        }
    }
}

/// With a list of criteria, a list of answers.
fn single(workspace: &mut Workspace, values: &[Value], kind: Fold) -> Result<Value, Error> {
    if let Value::List(criteria) = &values[1] {
        workspace.budget.allocate(criteria.len())?;
        let answers = criteria.iter().map(|criterion| {
            let mut one = values.to_vec();
            one[1] = criterion.clone();
            single(workspace, &one, kind)
        });
        return answers.collect::<Result<_, _>>().map(Value::List);
    }
    let list = flattened(workspace, &values[..1])?;
    let kept = met(workspace, &list, &values[1])?;
    match values.get(2) {
        Some(other) => {
            let other = flattened(workspace, std::slice::from_ref(other))?;
            fold(workspace, &other, &kept, kind)
        }
        None => fold(workspace, &list, &kept, kind),
    }
}

fn all_met(workspace: &mut Workspace, pairs: &[Value], length: usize) -> Result<Vec<bool>, Error> {
    if !pairs.len().is_multiple_of(2) {
        return Err(Error::argument("each list needs a criterion behind it"));
    }
    let mut kept = vec![true; length];
    for pair in pairs.chunks_exact(2) {
        let list = flattened(workspace, &pair[..1])?;
        if list.len() != length {
            return Err(Error::argument("the lists have different lengths"));
        }
        for (kept, met) in kept.iter_mut().zip(met(workspace, &list, &pair[1])?) {
            *kept &= met;
        }
    }
    Ok(kept)
}

fn several(workspace: &mut Workspace, values: &[Value], kind: Fold) -> Result<Value, Error> {
    let summed = flattened(workspace, &values[..1])?;
    let kept = all_met(workspace, &values[1..], summed.len())?;
    fold(workspace, &summed, &kept, kind)
}

fn count_several(workspace: &mut Workspace, values: &[Value]) -> Result<Value, Error> {
    let length = flattened(workspace, &values[..1])?.len();
    let kept = all_met(workspace, values, length)?;
    fold(workspace, &[], &kept, Fold::Count)
}
