//! Definite integrals of an expression.
//!
//! Globally adaptive bisection with Gauss-Kronrod's 21 points, and Wynn's epsilon algorithm over the bisections, as
//! QUADPACK's QAGS and QAGI have it (Piessens et al., 1983): integrable singularities are extrapolated, infinite ranges are
//! mapped to a finite one. What those two cannot tell is told here: an integral that does not exist. Near a pole
//! the magnitude of the integrand does not shrink with the interval that is bisected, and a place without a value is one
//! that intervals end at, or a part of the range where the expression is not defined.
//!
//! | file | job |
//! | --- | --- |
//! | `rule.rs` | one interval: 21 points, error, magnitude |
//! | `panel.rs` | parts of the range, infinite ones mapped to a finite one |
//! | `adaptive.rs` | which interval is bisected, when it is enough, when there is no integral |
//! | `epsilon.rs` | the limit of a sequence |

mod adaptive;
mod epsilon;
mod panel;
mod rule;

use chassis::{Call, Cost, Operation};
use garde::Validate;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::function::{Bound, Functions, x};
use crate::error::{Error, conflict};
use crate::evaluate::variables::Variables;
use crate::statistics::describe::short;

const DESCRIPTION: &str = "\
Definite integral of an expression over a range, which may be infinite (`inf`, `-inf`), with an estimate of its error: \
adaptive Gauss-Kronrod quadrature with extrapolation, as QUADPACK does, in double precision. Integrable singularities are \
handled, best at the ends of the range or at `points`; an integral that does not exist, as over a pole, is an error that \
says where. A peak much narrower than a hundredth of the range may be missed: name its place in `points`. Angles are in radians.";

/// An integrand and its range.
#[derive(Debug, Serialize, Deserialize, Validate, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[garde(allow_unvalidated)]
pub struct NumericIntegrateRequest {
    /// Expression, as `evaluate` takes it: `exp(-x^2)`.
    #[serde(alias = "integrand", alias = "function")]
    #[garde(length(chars, min = 1, max = 10_000))]
    pub expression: String,
    /// Name of the variable of the function.
    #[serde(default = "x")]
    #[garde(length(chars, max = 100))]
    pub variable: String,
    /// Start of the range: a number, `inf` or `-inf`, or an expression such as `2*pi`.
    pub from: Bound,
    /// End of the range: a number, `inf` or `-inf`, or an expression such as `2*pi`.
    pub to: Bound,
    /// Values of the variables in the expressions, by name.
    #[serde(default)]
    pub variables: Variables,
    /// Places inside the range where the integrand has a singularity, a kink, a jump or a narrow peak.
    #[serde(default)]
    #[garde(length(max = 100), inner(range(min = -1e100, max = 1e100)))]
    pub points: Vec<f64>,
    /// Relative tolerance of the integral, 1e-13 to 0.1.
    #[serde(default = "tolerance")]
    #[garde(range(min = 1e-13, max = 0.1))]
    pub tolerance: f64,
}

fn tolerance() -> f64 {
    1e-10
}

/// A definite integral.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct NumericIntegrateResponse {
    /// Value of the integral.
    pub value: f64,
    /// Estimate of the absolute error of the integral.
    pub error_estimate: f64,
    /// Whether the requested tolerance was met, by estimate.
    pub converged: bool,
    /// Number of evaluations of the expression.
    pub evaluations: u64,
    /// Number of intervals the range was divided into.
    pub intervals: usize,
    /// Algorithm used.
    pub method: &'static str,
    /// Result in words.
    pub sentence: String,
}

fn example() -> NumericIntegrateRequest {
    NumericIntegrateRequest {
        expression: "exp(-x^2 / (2*s^2))".to_owned(),
        variable: x(),
        from: Bound::Text("-inf".to_owned()),
        to: Bound::Text("inf".to_owned()),
        variables: Variables::default().with("s", "2"),
        points: Vec::new(),
        tolerance: tolerance(),
    }
}

/// What the documents say.
#[must_use]
pub fn about(op: Operation) -> Operation {
    op.summary("Integrate an expression numerically")
        .description(DESCRIPTION)
        .example(example)
        .cost_of(|_: &NumericIntegrateRequest| Cost::Heavy)
}

/// Integrates.
///
/// # Errors
/// When the expression cannot be read, has no value in the range, or its integral does not exist or converge.
pub fn integrate(request: NumericIntegrateRequest, call: &Call) -> Result<NumericIntegrateResponse, Error> {
    let (from, to) = (request.from.read("from")?, request.to.read("to")?);
    let functions = Functions::read(
        &[&request.expression],
        "expression",
        std::slice::from_ref(&request.variable),
        &request.variables,
        false,
        call,
    )?;
    let (low, high) = if from <= to { (from, to) } else { (to, from) };
    let width = high - low;
    if low == high || (width.is_infinite() && low.is_finite() && high.is_finite()) {
        if low != high || low.is_infinite() {
            return Err(conflict(
                "to",
                "makes a range that is no range: send two different bounds, each at most 1e300 or infinite",
            ));
        }
        return Ok(answer(0.0, 0.0, true, &functions, 0, &request));
    }
    let panels = panel::panels(low, high, &request.points)?;
    let found = adaptive::integrate(&functions, &panels, request.tolerance, &request.variable)?;
    if !found.converged {
        let message = format!(
            "the tolerance was not met: the error is estimated at {}; name singular places in points, or divide the range",
            short(found.error)
        );
        call.warn("inexact", Some("tolerance"), message);
    }
    if found.value == 0.0 && found.error == 0.0 {
        let message = "every value looked at is 0: if there is a narrow peak somewhere, name its place in points";
        call.warn("all-zero", Some("points"), message);
    }
    let value = if from <= to { found.value } else { -found.value };
    Ok(answer(value, found.error, found.converged, &functions, found.intervals, &request))
}

fn answer(
    value: f64,
    error: f64,
    converged: bool,
    functions: &Functions<'_>,
    intervals: usize,
    request: &NumericIntegrateRequest,
) -> NumericIntegrateResponse {
    let sentence = format!("The integral over {} is {}, to about {}.", request.variable, short(value), short(error));
    NumericIntegrateResponse {
        value,
        error_estimate: error,
        converged,
        evaluations: functions.evaluations(),
        intervals,
        method: "adaptive Gauss-Kronrod quadrature (21 points) with epsilon extrapolation",
        sentence,
    }
}
