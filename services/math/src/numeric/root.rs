//! Roots of an expression, or solutions of an equation, of one unknown.
//!
//! A root is bracketed before it is computed: the range is looked at in a grid that is even and, towards zero and
//! towards infinity, geometric. Where the sign changes, Brent's method (1973) closes in to neighboring doubles; where the
//! absolute value has a dip, its bottom is looked for, so that a root that only touches zero is found too. What
//! changes its sign without becoming small is a pole or a jump, and no root.

use chassis::{Call, Cost, Operation};
use garde::Validate;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::function::{Bound, Functions, x};
use super::minimize::line;
use crate::error::{Error, conflict};
use crate::evaluate::variables::Variables;
use crate::statistics::describe::short;

const DESCRIPTION: &str = "\
Solutions of an equation (`x^3 = 2*x + 5`) or roots of an expression (`cos(x) - x`) of one unknown: all that are found \
between `from` and `to`, or else the 100 nearest to `guess` (or to 0), each to the last digit of a double. Roots \
without a sign change, as of x^2, are found too; poles and jumps are not taken for roots. Roots closer together than a \
thousandth of the range may be missed: use a smaller range. For polynomials `numeric/polynomial-roots` finds all, complex ones too.";

/// Roots of an answer.
const MAX_ROOTS: usize = 100;
/// Parts of the even grid.
const EVEN: u32 = 2_000;
/// Parts of the geometric grid for each power of ten.
const DECADE: u32 = 12;
/// The range when none is given.
const FAR: f64 = 1e9;
/// What stands for infinity in a grid.
const INFINITE: f64 = 1e30;
/// A value below this part of those around it is zero, where the sign does not change.
const TOUCHES: f64 = 1e-10;
/// A value below this part of those around it is zero, where the sign does change.
const SMALL: f64 = 0.1;

/// An equation and where to solve it.
#[derive(Debug, Serialize, Deserialize, Validate, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[garde(allow_unvalidated)]
pub struct NumericRootRequest {
    /// Equation with one `=`, or expression whose roots are wanted.
    #[serde(alias = "expression", alias = "function")]
    #[garde(length(chars, min = 1, max = 10_000))]
    pub equation: String,
    /// Name of the variable of the function.
    #[serde(default = "x")]
    #[garde(length(chars, max = 100))]
    pub variable: String,
    /// Start of the range to search; -1e9 when omitted.
    #[serde(default)]
    pub from: Option<Bound>,
    /// End of the range to search; 1e9 when omitted.
    #[serde(default)]
    pub to: Option<Bound>,
    /// Guess of the root: the one nearest to it comes first.
    #[serde(default)]
    #[garde(inner(range(min = -1e100, max = 1e100)))]
    pub guess: Option<f64>,
    /// Values of the variables in the expressions, by name.
    #[serde(default)]
    pub variables: Variables,
}

/// Roots of a function.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct NumericRootResponse {
    /// Root nearest to `guess`, or else the smallest; null when none was found.
    pub root: Option<f64>,
    /// Number of roots found.
    pub count: usize,
    /// Roots, in ascending order.
    pub rows: Vec<Root>,
    /// Poles and jumps: places where the sign changes without a root.
    pub poles: Vec<f64>,
    /// Number of evaluations of the expression.
    pub evaluations: u64,
    /// Algorithm used.
    pub method: &'static str,
    /// Result in words.
    pub sentence: String,
}

/// One root of a function.
#[derive(Debug, Clone, Copy, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Root {
    /// Value of the unknown.
    pub x: f64,
    /// Value of the expression at the root, or difference of the two sides of the equation.
    pub residual: f64,
    /// Whether the expression changes its sign at the root.
    pub crossing: bool,
}

fn example() -> NumericRootRequest {
    NumericRootRequest {
        equation: "x^3 = 2*x + 5".to_owned(),
        variable: x(),
        from: Some(Bound::Number(0.0)),
        to: Some(Bound::Number(10.0)),
        guess: None,
        variables: Variables::default(),
    }
}

/// What the documents say.
#[must_use]
pub fn about(op: Operation) -> Operation {
    op.summary("Solve an equation numerically: find its roots")
        .description(DESCRIPTION)
        .example(example)
        .cost_of(|_: &NumericRootRequest| Cost::Heavy)
}

/// Finds roots.
///
/// # Errors
/// When the equation cannot be read, or has no value anywhere in the range.
pub fn root(request: NumericRootRequest, call: &Call) -> Result<NumericRootResponse, Error> {
    let functions = Functions::read(
        &[&request.equation],
        "equation",
        std::slice::from_ref(&request.variable),
        &request.variables,
        true,
        call,
    )?;
    let bound = |bound: &Option<Bound>, field, default| bound.as_ref().map_or(Ok(default), |bound| bound.read(field));
    let (from, to) = (bound(&request.from, "from", -FAR)?, bound(&request.to, "to", FAR)?);
    if from == to {
        return Err(conflict("to", "must be another place than from"));
    }
    let (low, high) = if from < to { (from, to) } else { (to, from) };
    let near = request.guess.unwrap_or(0.0);
    let grid = grid(low, high, near);
    let mut search = Search { functions: &functions, roots: Vec::new(), poles: Vec::new() };
    search.all(&grid)?;
    let Search { mut roots, mut poles, .. } = search;
    roots.sort_by(|a, b| a.x.total_cmp(&b.x));
    // A root at a place of the grid is found from both sides.
    roots.dedup_by(|a, b| (a.x - b.x).abs() <= 4.0 * f64::EPSILON * a.x.abs().max(b.x.abs()));
    let found = roots.len();
    if found > MAX_ROOTS {
        roots.sort_by(|a, b| (a.x - near).abs().total_cmp(&(b.x - near).abs()));
        roots.truncate(MAX_ROOTS);
        roots.sort_by(|a, b| a.x.total_cmp(&b.x));
        let message =
            format!("there are more roots: these are the {MAX_ROOTS} nearest to {}; use a smaller range", short(near));
        call.warn("more-roots", None, message);
    }
    poles.sort_by(f64::total_cmp);
    poles.dedup();
    poles.truncate(MAX_ROOTS);
    let nearest = |guess: f64| roots.iter().min_by(|a, b| (a.x - guess).abs().total_cmp(&(b.x - guess).abs()));
    let first = request.guess.map_or_else(|| roots.first(), nearest).map(|root| root.x);
    let name = &request.variable;
    let sentence = match (first, roots.as_slice()) {
        (None, _) => format!("No root was found from {} to {}.", short(low), short(high)),
        (Some(_), [only]) => format!("{name} = {} is the only root found.", short(only.x)),
        (Some(first), roots) => format!("{} roots were found; {name} = {} is the first.", roots.len(), short(first)),
    };
    Ok(NumericRootResponse {
        root: first,
        count: roots.len(),
        rows: roots,
        poles,
        evaluations: functions.evaluations(),
        method: "bracketing on a grid, then Brent's method",
        sentence,
    })
}

/// The places that are looked at, in order: evenly through the range, and geometrically away from zero, from the guess and
/// towards infinity.
pub(super) fn grid(low: f64, high: f64, near: f64) -> Vec<f64> {
    let (low, high) = (low.max(-INFINITE), high.min(INFINITE));
    let mut places = vec![low, high];
    let even = |from: f64, to: f64, places: &mut Vec<f64>| {
        for part in 1..EVEN {
            // A little off, so that symmetric functions do not have their poles and roots right there.
            places.push(from + (to - from) * (f64::from(part) / f64::from(EVEN)));
        }
    };
    even(low, high, &mut places);
    if high - low > 4000.0 {
        // Whole numbers are where people's roots are.
        even((near - 100.0).max(low), (near + 100.0).min(high), &mut places);
    }
    for center in [0.0, near] {
        for power in -9 * DECADE.cast_signed()..=30 * DECADE.cast_signed() {
            let away = 10.0_f64.powf(f64::from(power) / f64::from(DECADE));
            places.extend([center - away, center + away]);
        }
        places.push(center);
    }
    places.retain(|place| *place >= low && *place <= high);
    places.sort_by(f64::total_cmp);
    places.dedup();
    places
}

struct Search<'a, 'b> {
    functions: &'a Functions<'b>,
    roots: Vec<Root>,
    poles: Vec<f64>,
}

impl Search<'_, '_> {
    /// The value at a place; not a number where there is none.
    fn value(&self, x: f64) -> Result<f64, Error> {
        Ok(self.functions.value(x)?.unwrap_or(f64::NAN))
    }

    fn all(&mut self, grid: &[f64]) -> Result<(), Error> {
        let mut values = Vec::with_capacity(grid.len());
        for place in grid {
            values.push(self.value(*place)?);
        }
        if values.iter().all(|value| value.is_nan()) {
            return Err(self.functions.undefined(&[grid[grid.len() / 2]]));
        }
        let zeros = values.iter().filter(|value| **value == 0.0).count();
        if zeros > MAX_ROOTS && zeros * 4 > values.len() {
            return Err(conflict("equation", "holds on a whole range, not at single places: it has no roots to list"));
        }
        for (at, value) in values.iter().enumerate().filter(|(_, value)| **value == 0.0) {
            let before = at.checked_sub(1).map_or(0.0, |before| values[before]);
            let after = values.get(at + 1).copied().unwrap_or(0.0);
            self.roots.push(Root { x: grid[at], residual: *value, crossing: before * after < 0.0 });
        }
        // Enough for the nearest hundred, however many there are.
        for (pair, ends) in values.windows(2).zip(grid.windows(2)) {
            if self.roots.len() > 50 * MAX_ROOTS {
                break;
            }
            match (pair[0].is_nan(), pair[1].is_nan()) {
                (false, false) if pair[0] != 0.0 && pair[1] != 0.0 && (pair[0] < 0.0) != (pair[1] < 0.0) => {
                    self.close_in(ends[0], ends[1], pair[0], pair[1])?;
                }
                (true, false) => self.edge(ends[0], ends[1], pair[1])?,
                (false, true) => self.edge(ends[1], ends[0], pair[0])?,
                _ => {}
            }
        }
        for (triple, places) in values.windows(3).zip(grid.windows(3)) {
            let [a, b, c] = triple else { continue };
            let dips = a.signum() == b.signum() && b.signum() == c.signum() && b.abs() <= a.abs() && b.abs() <= c.abs();
            // Where nothing changes there is no dip.
            if dips && *b != 0.0 && (b.abs() < a.abs() || b.abs() < c.abs()) {
                self.dip(places[0], places[1], places[2], a.abs().max(c.abs()))?;
            }
        }
        Ok(())
    }

    /// Looks for the bottom of a dip.
    fn dip(&mut self, low: f64, middle: f64, high: f64, around: f64) -> Result<(), Error> {
        let functions = self.functions;
        let sign = self.value(middle)?.signum();
        let value = |x: f64| Ok(functions.value(x)?.map_or(f64::INFINITY, |value| value * sign));
        let (x, found) = line::minimum(&value, low, middle, high)?;
        if found < 0.0 {
            // Two roots close together.
            for end in [low, high] {
                let other = self.value(end)?;
                if other * sign > 0.0 {
                    self.close_in(
                        end.min(x),
                        end.max(x),
                        if end < x { other } else { found * sign },
                        if end < x { found * sign } else { other },
                    )?;
                }
            }
        } else if found <= TOUCHES * around {
            self.roots.push(Root { x, residual: found * sign, crossing: false });
        }
        Ok(())
    }

    /// The edge of the domain, which may be a root, as of `sqrt(x - 2)`.
    fn edge(&mut self, mut outside: f64, mut inside: f64, around: f64) -> Result<(), Error> {
        let mut last = around;
        let first = inside;
        for _ in 0..1_100 {
            let middle = f64::midpoint(outside, inside);
            if middle == outside || middle == inside {
                break;
            }
            let value = self.value(middle)?;
            if value.is_nan() {
                outside = middle;
            } else {
                (inside, last) = (middle, value);
            }
        }
        if last * around < 0.0 {
            let (a, b) =
                if first < inside { ((first, around), (inside, last)) } else { ((inside, last), (first, around)) };
            return self.close_in(a.0, b.0, a.1, b.1);
        }
        if last.abs() <= 1e-6 * around.abs() && inside != first {
            self.roots.push(Root { x: inside, residual: last, crossing: false });
        }
        Ok(())
    }

    /// Closes in on the change of sign in a bracket, by Brent's method.
    fn close_in(&mut self, low: f64, high: f64, at_low: f64, at_high: f64) -> Result<(), Error> {
        let around = at_low.abs().max(at_high.abs());
        let (mut a, mut fa, mut b, mut fb) = (low, at_low, high, at_high);
        let (mut c, mut fc) = (a, fa);
        let (mut step, mut before) = (b - a, b - a);
        for round in 0..3_000 {
            if (fb > 0.0) == (fc > 0.0) {
                (c, fc) = (a, fa);
                (step, before) = (b - a, b - a);
            }
            if fc.abs() < fb.abs() {
                (a, fa) = (b, fb);
                (b, fb) = (c, fc);
                (c, fc) = (a, fa);
            }
            let tolerance = f64::EPSILON * b.abs() / 2.0 + f64::MIN_POSITIVE;
            let half = (c - b) / 2.0;
            if half.abs() <= tolerance || fb == 0.0 {
                break;
            }
            // After a hundred rounds only halves: Brent's method may crawl.
            if before.abs() < tolerance || fa.abs() <= fb.abs() || round > 100 {
                (step, before) = (half, half);
            } else {
                let s = fb / fa;
                let (mut p, mut q) = if a == c {
                    (2.0 * half * s, 1.0 - s)
                } else {
                    let (q, r) = (fa / fc, fb / fc);
                    (s * (2.0 * half * q * (q - r) - (b - a) * (r - 1.0)), (q - 1.0) * (r - 1.0) * (s - 1.0))
                };
                if p > 0.0 {
                    q = -q;
                } else {
                    p = -p;
                }
                if 2.0 * p < (3.0 * half * q - (tolerance * q).abs()).min((before * q).abs()) {
                    (before, step) = (step, p / q);
                } else {
                    (step, before) = (half, half);
                }
            }
            (a, fa) = (b, fb);
            b += if step.abs() > tolerance { step } else { tolerance.copysign(half) };
            fb = self.value(b)?;
            if fb.is_nan() {
                // No value between two signs: the pole itself.
                self.poles.push(b);
                return Ok(());
            }
        }
        if fb.abs() <= SMALL * around {
            self.roots.push(Root { x: b, residual: fb, crossing: true });
        } else {
            self.poles.push(b);
        }
        Ok(())
    }
}
