//! Several expressions, which use each other's values.
//!
//! A list is computed in its order. An object has none that all programs keep (many sort its keys), so its expressions are
//! computed in the order in which they need each other, as the cells of a spreadsheet are.

use std::collections::{BTreeSet, HashMap};

use expression::{Kind, Program, Value};

use super::answer::{Json, Writer, Written};
use super::expressions::Expressions;
use super::{EvaluateProblem, EvaluatedExpression, Failure, Session};
use crate::error::{Error, still_wanted};

type Parsed = Result<Program, Failure>;

/// The order in which named expressions need each other; those that cannot be ordered come last, and are counted.
fn order(names: &[&str], programs: &[Parsed]) -> (Vec<usize>, usize) {
    let places: HashMap<&str, usize> = names.iter().enumerate().map(|(at, name)| (*name, at)).collect();
    let mut needs = vec![0_usize; names.len()];
    let mut needed_by = vec![Vec::new(); names.len()];
    for (at, program) in programs.iter().enumerate() {
        let Ok(program) = program else { continue };
        // Its own name is that of a variable it starts from.
        let used: BTreeSet<usize> = program.names().filter_map(|name| places.get(name).copied()).collect();
        for place in used.into_iter().filter(|place| names[*place] != names[at]) {
            needs[at] += 1;
            needed_by[place].push(at);
        }
    }
    let mut ready: BTreeSet<usize> = (0..names.len()).filter(|at| needs[*at] == 0).collect();
    let mut ordered = Vec::with_capacity(names.len());
    while let Some(at) = ready.pop_first() {
        ordered.push(at);
        for next in &needed_by[at] {
            needs[*next] -= 1;
            if needs[*next] == 0 {
                ready.insert(*next);
            }
        }
    }
    let circular = names.len() - ordered.len();
    ordered.extend((0..names.len()).filter(|at| needs[*at] > 0));
    (ordered, circular)
}

/// Each of several expressions, with the values of those it needs.
pub(super) fn evaluate(
    session: &mut Session<'_, '_>,
    writer: &mut Writer<'_>,
    expressions: &Expressions,
) -> Result<Vec<EvaluatedExpression>, Error> {
    session.options.assignment = !expressions.is_named();
    let items = expressions.items();
    let mut programs = Vec::with_capacity(items.len());
    for (_, source) in items {
        still_wanted(session.call)?;
        programs.push(session.parse(source));
    }
    let (order, circular) = match expressions.is_named() {
        true => {
            let names: Vec<&str> = items.iter().map(|(name, _)| name.as_deref().unwrap_or_default()).collect();
            order(&names, &programs)
        }
        false => ((0..items.len()).collect(), 0),
    };
    let mut programs: Vec<Option<Parsed>> = programs.into_iter().map(Some).collect();
    let mut results: Vec<Option<EvaluatedExpression>> = items.iter().map(|_| None).collect();
    for (turn, at) in order.iter().copied().enumerate() {
        still_wanted(session.call)?;
        let (name, source) = &items[at];
        let field = match name {
            Some(name) => format!("expressions.{}", name.chars().take(60).collect::<String>()),
            None => format!("expressions[{at}]"),
        };
        let program = programs[at].take();
        let own = program.as_ref().and_then(|program| program.as_ref().ok()?.name().map(str::to_owned));
        let name = name.clone().or(own);
        let value = match program {
            Some(Ok(_)) if turn >= items.len() - circular => Err(Failure::because(
                "is computed from itself, by way of other expressions: take one of the names out of the circle",
            )),
            Some(Ok(program)) => session.run(&program, source, &field),
            Some(Err(failure)) => Err(failure),
            None => Err(Failure::because("is there twice")),
        };
        let written = value.and_then(|value| match writer.write(&value) {
            Ok(written) => Ok((value, written)),
            Err(message) => Err(Failure::because(message)),
        });
        results[at] = Some(finish(session, name, source, written)?);
    }
    Ok(results.into_iter().flatten().collect())
}

/// The answer to one expression; its value is there for the others.
fn finish(
    session: &mut Session<'_, '_>,
    name: Option<String>,
    source: &str,
    written: Result<(Value, Written), Failure>,
) -> Result<EvaluatedExpression, Error> {
    let mut result = EvaluatedExpression {
        name: name.clone(),
        expression: source.to_owned(),
        text: None,
        value: Json::Null,
        kind: None,
        unit: None,
        exact: None,
        error: None,
    };
    match written {
        Ok((value, written)) => {
            if let Some(name) = name {
                session.failed.remove(&name);
                session.values.insert(name, value);
            }
            let Written { text, value, kind, unit, exact } = written;
            result.text = Some(text);
            (result.value, result.kind, result.unit, result.exact) = (value, Some(kind), unit, Some(exact));
        }
        Err(Failure { kind: Kind::Cancelled, .. }) => return Err(Error::Cancelled),
        Err(Failure { problem: EvaluateProblem { message, position }, .. }) => {
            if let Some(name) = name {
                // A variable of the same name is not what was meant.
                session.values.remove(&name);
                session.failed.insert(name);
            }
            result.error = Some(EvaluateProblem { message, position });
        }
    }
    Ok(result)
}
