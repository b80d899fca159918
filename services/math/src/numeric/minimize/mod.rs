//! Minima and maxima of an expression of one or several unknowns.
//!
//! | file | job |
//! | --- | --- |
//! | `line.rs` | one unknown: Brent's method in a bracket |
//! | `problem.rs` | the function with its bounds: values, gradients, starts |
//! | `descent.rs` | several unknowns, smooth: BFGS with bounds |
//! | `simplex.rs` | several unknowns, not smooth: Nelder-Mead |

mod descent;
pub(super) mod line;
mod problem;
mod simplex;

use chassis::{Call, Cost, Operation};
use expression::{Mode, Options, Program};
use garde::Validate;
use problem::{Found, Problem};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::function::Functions;
use super::root::grid;
use crate::error::{Error, conflict};
use crate::evaluate::variables::Variables;
use crate::statistics::describe::short;

const DESCRIPTION: &str = "\
Minimum (or with `maximize` maximum) of an expression by the choice of one to twenty unknowns, each with bounds or \
without. One unknown: the lowest point found on a fine grid over its range, refined by Brent's method. Several: a local \
minimum from `start` by BFGS, checked and where needed continued by Nelder-Mead; when all have both bounds and none has a \
start, from the best of many starting points. Conditions between unknowns can be put into the expression as a penalty: \
`cost + 1e6*max(0, x + y - 10)^2`.";

/// Unknowns of a request.
const MAX_UNKNOWNS: usize = 20;
/// Local minima of one unknown that are refined.
const CANDIDATES: usize = 20;
/// Beyond this an unknown without a bound runs away.
const AWAY: f64 = 1e12;

/// A function to minimize and its unknowns.
#[derive(Debug, Serialize, Deserialize, Validate, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[garde(allow_unvalidated)]
pub struct NumericMinimizeRequest {
    /// Expression, as `evaluate` takes it: `exp(-x^2)`.
    #[serde(alias = "objective", alias = "function")]
    #[garde(length(chars, min = 1, max = 10_000))]
    pub expression: String,
    /// Unknowns to choose; when omitted all names of the expression that are not in `variables`, without bounds.
    #[serde(default)]
    #[garde(length(max = MAX_UNKNOWNS), dive)]
    pub unknowns: Vec<Unknown>,
    /// Values of the variables in the expressions, by name.
    #[serde(default)]
    pub variables: Variables,
    /// Whether to find the maximum instead of the minimum.
    #[serde(default)]
    pub maximize: bool,
    /// Algorithm for several unknowns.
    #[serde(default)]
    pub method: MinimizeMethod,
}

/// An unknown, its bounds and where to start.
#[derive(Debug, Clone, Default, Serialize, Deserialize, Validate, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[garde(allow_unvalidated)]
pub struct Unknown {
    /// Name of the unknown in the expression.
    #[garde(length(chars, min = 1, max = 100))]
    pub name: String,
    /// Value to start from; when omitted 0, or the middle of the bounds.
    #[serde(default)]
    #[garde(inner(range(min = -1e100, max = 1e100)))]
    pub start: Option<f64>,
    /// Lower bound; none when omitted.
    #[serde(default)]
    #[garde(inner(range(min = -1e100, max = 1e100)))]
    pub min: Option<f64>,
    /// Upper bound; none when omitted.
    #[serde(default)]
    #[garde(inner(range(min = -1e100, max = 1e100)))]
    pub max: Option<f64>,
}

/// Algorithm for several unknowns.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum MinimizeMethod {
    /// BFGS, checked by Nelder-Mead.
    #[default]
    Auto,
    /// BFGS (Broyden, Fletcher, Goldfarb, Shanno) with bounds, for smooth functions.
    Bfgs,
    /// Nelder-Mead simplex, for functions with kinks.
    #[serde(alias = "simplex")]
    NelderMead,
}

/// A minimum or maximum.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct NumericMinimizeResponse {
    /// Minimum of the expression, or maximum with `maximize`.
    pub value: f64,
    /// Values of the unknowns there, in order.
    pub rows: Vec<Chosen>,
    /// Whether the requested tolerance was met, by estimate.
    pub converged: bool,
    /// Number of evaluations of the expression.
    pub evaluations: u64,
    /// Algorithm used.
    pub method: &'static str,
    /// Result in words.
    pub sentence: String,
}

/// The value of an unknown at the minimum.
#[derive(Debug, Clone, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Chosen {
    /// Name of the unknown.
    pub name: String,
    /// Value of the unknown.
    pub value: f64,
    /// Whether the value is one of the bounds.
    pub at_bound: bool,
}

fn example() -> NumericMinimizeRequest {
    let unknown = |name: &str| Unknown { name: name.to_owned(), start: Some(1.0), min: Some(0.1), max: None };
    NumericMinimizeRequest {
        expression: "2*(w*h + w*(v/(w*h)) + h*(v/(w*h)))".to_owned(),
        unknowns: vec![unknown("w"), unknown("h")],
        variables: Variables::default().with("v", "27"),
        maximize: false,
        method: MinimizeMethod::Auto,
    }
}

/// What the documents say.
#[must_use]
pub fn about(op: Operation) -> Operation {
    op.summary("Find the minimum or maximum of an expression")
        .description(DESCRIPTION)
        .example(example)
        .cost_of(|_: &NumericMinimizeRequest| Cost::Heavy)
}

/// Finds a minimum.
///
/// # Errors
/// When the expression cannot be read, bounds do not fit, or there is no minimum.
pub fn minimize(request: NumericMinimizeRequest, call: &Call) -> Result<NumericMinimizeResponse, Error> {
    let unknowns = unknowns(&request)?;
    let names: Vec<String> = unknowns.iter().map(|unknown| unknown.name.clone()).collect();
    let functions = Functions::read(&[&request.expression], "expression", &names, &request.variables, false, call)?;
    let problem = Problem::of(&functions, &unknowns, request.maximize)?;
    let (found, method) = match names.len() {
        1 => (single(&problem)?, "grid search, then Brent's method"),
        _ => several(&problem, request.method)?,
    };
    let runs_away =
        |(x, (low, high)): (&f64, &(f64, f64))| (*x > AWAY && high.is_infinite()) || (*x < -AWAY && low.is_infinite());
    if let Some(index) = found.x.iter().zip(&problem.bounds).position(runs_away) {
        let (kind, falls) = if request.maximize { ("maximum", "rises") } else { ("minimum", "falls") };
        let message =
            format!("has no {kind}: it {falls} without end as {} grows; give it bounds in unknowns", names[index]);
        return Err(conflict("expression", message));
    }
    if !found.converged {
        call.warn("inexact", None, "the search ended before the value had settled: start again from the values found");
    }
    let value = if request.maximize { -found.value } else { found.value };
    let rows: Vec<Chosen> = names
        .into_iter()
        .zip(&found.x)
        .zip(&problem.bounds)
        .map(|((name, x), (low, high))| Chosen { name, value: *x, at_bound: x == low || x == high })
        .collect();
    let at: Vec<String> = rows.iter().map(|row| format!("{} = {}", row.name, short(row.value))).collect();
    let kind = if request.maximize { "maximum" } else { "minimum" };
    Ok(NumericMinimizeResponse {
        value,
        converged: found.converged,
        evaluations: functions.evaluations(),
        method,
        sentence: format!("The {kind} found is {}, at {}.", short(value), at.join(", ")),
        rows,
    })
}

/// The unknowns of a request, or those of its expression.
fn unknowns(request: &NumericMinimizeRequest) -> Result<Vec<Unknown>, Error> {
    if !request.unknowns.is_empty() {
        return Ok(request.unknowns.clone());
    }
    let options = Options { mode: Mode::Float, units: false, ..Options::default() };
    let program =
        Program::parse(&request.expression, &options).map_err(|error| conflict("expression", error.message))?;
    let given = request.variables.values(&options)?;
    let names = program.variables().filter(|name| !given.contains_key(*name));
    let unknowns: Vec<Unknown> =
        names.map(|name| Unknown { name: name.to_owned(), ..Unknown::default() }).take(MAX_UNKNOWNS + 1).collect();
    match unknowns.len() {
        0 => Err(conflict("expression", "has no unknown: use a name that is not in variables")),
        count if count > MAX_UNKNOWNS => {
            Err(conflict("expression", format!("has more than {MAX_UNKNOWNS} unknowns: give values in variables")))
        }
        _ => Ok(unknowns),
    }
}

/// One unknown: all dips of a grid.
fn single(problem: &Problem<'_, '_>) -> Result<Found, Error> {
    let (low, high) = problem.bounds[0];
    let start = problem.starts[0].unwrap_or(0.0);
    let places = if low == high { vec![low] } else { grid(low, high, start) };
    let mut values = Vec::with_capacity(places.len());
    for place in &places {
        values.push(problem.value(&[*place])?);
    }
    if values.iter().all(|value| *value == f64::INFINITY) {
        return Err(problem.nowhere(&[start.clamp(low, high)]));
    }
    let value = |at: usize| values.get(at).copied().unwrap_or(f64::INFINITY);
    let is_dip =
        |at: &usize| value(*at) <= value(at + 1) && at.checked_sub(1).is_none_or(|before| value(*at) <= value(before));
    let mut dips: Vec<usize> = (0..places.len()).filter(is_dip).collect();
    let order = |a: f64, x: f64, b: f64, y: f64| a.total_cmp(&b).then((x - start).abs().total_cmp(&(y - start).abs()));
    dips.sort_by(|a, b| order(value(*a), places[*a], value(*b), places[*b]));
    let mut best = (places[dips[0]], value(dips[0]));
    for at in dips.into_iter().take(CANDIDATES) {
        let (before, after) = (places[at.saturating_sub(1)], places[(at + 1).min(places.len() - 1)]);
        if before == after {
            continue;
        }
        let (x, found) = line::minimum(&|x| problem.value(&[x]), before, places[at], after)?;
        // The end of a range is a place of its own.
        if order(found, x, best.1, best.0).is_lt() && found < best.1 {
            best = (x, found);
        }
    }
    Ok(Found { x: vec![best.0], value: best.1, converged: true })
}

/// Several unknowns.
fn several(problem: &Problem<'_, '_>, method: MinimizeMethod) -> Result<(Found, &'static str), Error> {
    let mut best: Option<Found> = None;
    for start in problem.starting_points()? {
        let found = local(problem, start, method)?;
        if best.as_ref().is_none_or(|best| found.value < best.value) {
            best = Some(found);
        }
    }
    let best = best.ok_or_else(|| problem.nowhere(&[]))?;
    let name = match method {
        MinimizeMethod::Auto => "BFGS with bounds, checked by Nelder-Mead",
        MinimizeMethod::Bfgs => "BFGS with bounds",
        MinimizeMethod::NelderMead => "Nelder-Mead simplex",
    };
    Ok((best, name))
}

/// A local minimum from a start.
fn local(problem: &Problem<'_, '_>, start: Vec<f64>, method: MinimizeMethod) -> Result<Found, Error> {
    let value = problem.value(&start)?;
    let mut found = Found { x: start, value, converged: false };
    if method != MinimizeMethod::NelderMead {
        found = descent::minimum(problem, found)?;
    }
    if method == MinimizeMethod::Bfgs {
        return Ok(found);
    }
    // Each goes on from where the other ended, until neither gets lower.
    for _ in 0..12 {
        let before = found.value;
        found = simplex::minimum(problem, found)?;
        if method == MinimizeMethod::Auto {
            found = descent::minimum(problem, found)?;
        }
        let lower = found.value < before - 1e-9 * before.abs() - 1e-300;
        if !lower || found.x.iter().any(|x| x.abs() > 1e3 * AWAY) {
            found.converged = true;
            break;
        }
    }
    Ok(found)
}
