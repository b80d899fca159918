//! Initial value problems of ordinary differential equations.

use chassis::{Call, Cost, Operation};
use garde::Validate;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::function::Functions;
use crate::error::{Error, conflict};
use crate::evaluate::variables::Variables;
use crate::statistics::describe::short;
use crate::statistics::quantiles::length;

const DESCRIPTION: &str = "\
Solves a system of first-order ordinary differential equations from its start values: Dormand and Prince's method of \
order 5 with error control (as ode45 and RK45 do), values at the times asked for from its interpolant of order 4. An equation \
of higher order is sent as several: y'' = -y is `y` with derivative `v` and `v` with derivative `-y`. Stiff systems, which need \
more steps than a request may take, are refused.";

/// Steps at most.
const MAX_STEPS: u32 = 200_000;
/// Times of a solution that is asked for without any.
const TIMES: u32 = 100;

/// Equations, start values and times.
#[derive(Debug, Serialize, Deserialize, Validate, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[garde(allow_unvalidated)]
pub struct NumericOdeRequest {
    /// Equations, one for each unknown function.
    #[garde(length(min = 1, max = 50), dive)]
    pub equations: Vec<OdeEquation>,
    /// Name of the independent variable, usually time.
    #[serde(default = "time", alias = "variable")]
    #[garde(length(chars, max = 100))]
    pub independent: String,
    /// Where the start values hold.
    #[serde(default)]
    #[garde(range(min = -1e15, max = 1e15))]
    pub from: f64,
    /// Where the solution ends; below `from` it goes backward.
    #[garde(range(min = -1e15, max = 1e15))]
    pub to: f64,
    /// Times between `from` and `to` to give the solution at, in order; when omitted 101, evenly spaced.
    #[serde(default)]
    #[garde(length(max = 20_000), inner(range(min = -1e15, max = 1e15)))]
    pub times: Vec<f64>,
    /// Values of the variables in the expressions, by name.
    #[serde(default)]
    pub variables: Variables,
    /// Relative tolerance of each step, 1e-12 to 0.01.
    #[serde(default = "tolerance")]
    #[garde(range(min = 1e-12, max = 0.01))]
    pub step_tolerance: f64,
}

/// An unknown function, its derivative and start value.
#[derive(Debug, Clone, Serialize, Deserialize, Validate, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[garde(allow_unvalidated)]
pub struct OdeEquation {
    /// Name of the function in the expressions.
    #[garde(length(chars, min = 1, max = 100))]
    pub name: String,
    /// Derivative of the function: an expression in the functions and the independent variable.
    #[garde(length(chars, min = 1, max = 10_000))]
    pub derivative: String,
    /// Start value of the function.
    #[garde(range(min = -1e100, max = 1e100))]
    pub start: f64,
}

fn time() -> String {
    "t".to_owned()
}

fn tolerance() -> f64 {
    1e-8
}

/// A solution.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct NumericOdeResponse {
    /// Times of the values.
    pub times: Vec<f64>,
    /// Solution, one series for each equation.
    pub series: Vec<OdeSeries>,
    /// Number of steps taken.
    pub steps: u32,
    /// Number of evaluations of the expression.
    pub evaluations: u64,
    /// Algorithm used.
    pub method: &'static str,
    /// Result in words.
    pub sentence: String,
}

/// One function of a solution.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct OdeSeries {
    /// Name of the function.
    pub name: String,
    /// Values of the function at the times, in order.
    pub solution: Vec<f64>,
}

fn example() -> NumericOdeRequest {
    let equation = |name: &str, derivative: &str, start| OdeEquation {
        name: name.to_owned(),
        derivative: derivative.to_owned(),
        start,
    };
    NumericOdeRequest {
        equations: vec![
            equation("rabbits", "a*rabbits - b*rabbits*foxes", 10.0),
            equation("foxes", "b*rabbits*foxes/4 - foxes", 5.0),
        ],
        independent: time(),
        from: 0.0,
        to: 10.0,
        times: vec![0.0, 2.5, 5.0, 7.5, 10.0],
        variables: Variables::default().with("a", "1.5").with("b", "0.4"),
        step_tolerance: tolerance(),
    }
}

/// What the documents say.
#[must_use]
pub fn about(op: Operation) -> Operation {
    op.summary("Solve ordinary differential equations")
        .description(DESCRIPTION)
        .example(example)
        .cost_of(|_: &NumericOdeRequest| Cost::Heavy)
}

/// Where the stages of a step are, in parts of it.
const C: [f64; 7] = [0.0, 0.2, 0.3, 0.8, 8.0 / 9.0, 1.0, 1.0];
/// What each stage is made of; the last row is the solution of order 5.
const A: [[f64; 6]; 7] = [
    [0.0; 6],
    [0.2, 0.0, 0.0, 0.0, 0.0, 0.0],
    [3.0 / 40.0, 9.0 / 40.0, 0.0, 0.0, 0.0, 0.0],
    [44.0 / 45.0, -56.0 / 15.0, 32.0 / 9.0, 0.0, 0.0, 0.0],
    [19_372.0 / 6_561.0, -25_360.0 / 2_187.0, 64_448.0 / 6_561.0, -212.0 / 729.0, 0.0, 0.0],
    [9_017.0 / 3_168.0, -355.0 / 33.0, 46_732.0 / 5_247.0, 49.0 / 176.0, -5_103.0 / 18_656.0, 0.0],
    [35.0 / 384.0, 0.0, 500.0 / 1_113.0, 125.0 / 192.0, -2_187.0 / 6_784.0, 11.0 / 84.0],
];
/// The difference to the solution of order 4.
const E: [f64; 7] =
    [71.0 / 57_600.0, 0.0, -71.0 / 16_695.0, 71.0 / 1_920.0, -17_253.0 / 339_200.0, 22.0 / 525.0, -1.0 / 40.0];
/// The interpolant inside a step (Hairer, Nørsett, Wanner: Solving Ordinary Differential Equations I, II.6).
const D: [f64; 7] = [
    -12_715_105_075.0 / 11_282_082_432.0,
    0.0,
    87_487_479_700.0 / 32_700_410_799.0,
    -10_690_763_975.0 / 1_880_347_072.0,
    701_980_252_875.0 / 199_316_789_632.0,
    -1_453_857_185.0 / 822_651_844.0,
    69_997_945.0 / 29_380_423.0,
];

/// Solves the equations.
///
/// # Errors
/// When an expression cannot be read or has no value on the way, or the solution runs away or needs too many steps.
pub fn ode(request: NumericOdeRequest, call: &Call) -> Result<NumericOdeResponse, Error> {
    let NumericOdeRequest { from, to, .. } = request;
    if from == to {
        return Err(conflict("to", "must be another place than from"));
    }
    let times = times(&request)?;
    let mut names = vec![request.independent.clone()];
    names.extend(request.equations.iter().map(|equation| equation.name.clone()));
    let sources: Vec<&str> = request.equations.iter().map(|equation| equation.derivative.as_str()).collect();
    let functions = Functions::read(&sources, "equations", &names, &request.variables, false, call)?;
    let start = request.equations.iter().map(|equation| equation.start).collect();
    let mut solver = Solver { functions: &functions, tolerance: request.step_tolerance, name: &request.independent };
    let (values, steps) = solver.run(from, to, start, &times)?;
    let series: Vec<OdeSeries> = request
        .equations
        .iter()
        .zip(values)
        .map(|(equation, values)| OdeSeries { name: equation.name.clone(), solution: values })
        .collect();
    let ends: Vec<String> = series
        .iter()
        .take(3)
        .filter_map(|series| Some(format!("{} = {}", series.name, short(*series.solution.last()?))))
        .collect();
    let last = times.last().copied().unwrap_or(to);
    Ok(NumericOdeResponse {
        sentence: format!("At {} = {} the solution is {}.", request.independent, short(last), ends.join(", ")),
        times,
        series,
        steps,
        evaluations: functions.evaluations(),
        method: "Dormand-Prince 5(4) with dense output",
    })
}

/// The times of the answer, in the order the solution passes them.
fn times(request: &NumericOdeRequest) -> Result<Vec<f64>, Error> {
    let NumericOdeRequest { from, to, .. } = *request;
    if request.times.is_empty() {
        let at = |part: u32| from + (to - from) * (f64::from(part) / f64::from(TIMES));
        return Ok((0..=TIMES).map(at).collect());
    }
    let forward = to > from;
    let inside = |time: &f64| if forward { (from..=to).contains(time) } else { (to..=from).contains(time) };
    if let Some(index) = request.times.iter().position(|time| !inside(time)) {
        return Err(conflict(format!("times[{index}]"), format!("lies outside of {from} to {to}")));
    }
    if let Some(index) = request.times.windows(2).position(|pair| (pair[0] > pair[1]) == forward && pair[0] != pair[1])
    {
        return Err(conflict(format!("times[{}]", index + 1), "must not lie before the one in front of it"));
    }
    Ok(request.times.clone())
}

struct Solver<'a, 'b> {
    functions: &'a Functions<'b>,
    tolerance: f64,
    name: &'a str,
}

impl Solver<'_, '_> {
    /// All derivatives at a place; none where one has no value.
    fn slopes(&self, time: f64, y: &[f64], place: &mut Vec<f64>) -> Result<Option<Vec<f64>>, Error> {
        place.clear();
        place.push(time);
        place.extend_from_slice(y);
        let mut slopes = Vec::with_capacity(y.len());
        for which in 0..y.len() {
            match self.functions.at(which, place)? {
                Ok(slope) => slopes.push(slope),
                Err(_) => return Ok(None),
            }
        }
        Ok(Some(slopes))
    }

    /// The values at the times, by function, and how many steps it took.
    fn run(&mut self, from: f64, to: f64, start: Vec<f64>, times: &[f64]) -> Result<(Vec<Vec<f64>>, u32), Error> {
        let direction = (to - from).signum();
        let n = start.len();
        let mut values = vec![Vec::with_capacity(times.len()); n];
        let mut next = 0;
        let (mut time, mut y) = (from, start);
        let mut place = Vec::with_capacity(n + 1);
        let mut first = self.slopes(time, &y, &mut place)?.ok_or_else(|| self.functions.undefined(&place))?;
        let mut step = self.first_step(&y, &first).min((to - from).abs());
        let (mut steps, mut rejected) = (0, false);
        while next < times.len() {
            if steps == MAX_STEPS {
                let message = format!(
                    "need more than {MAX_STEPS} steps (at {} = {}): they are stiff or oscillate fast; use a shorter range or a larger tolerance",
                    self.name,
                    short(time)
                );
                return Err(conflict("equations", message));
            }
            steps += 1;
            let left = (to - time).abs();
            let last = step >= left * (1.0 - 1e-12);
            if last {
                step = left;
            }
            if step <= 16.0 * f64::EPSILON * time.abs().max(f64::MIN_POSITIVE) && times[next] != time {
                return Err(self.stuck(time, &y));
            }
            let h = step * direction;
            let Some((stages, new, error)) = self.step(time, h, &y, &first, &mut place)? else {
                // No value there: nearer there may be one.
                step /= 4.0;
                rejected = true;
                continue;
            };
            if error.is_nan() || error > 1.0 {
                step *= (0.9 * error.powf(-0.2)).clamp(0.1, 0.9);
                if !step.is_finite() {
                    return Err(self.stuck(time, &y));
                }
                rejected = true;
                continue;
            }
            let end = if last { to } else { time + h };
            while next < times.len() && (times[next] - end) * direction <= 0.0 {
                let part = ((times[next] - time) / h).clamp(0.0, 1.0);
                for (index, values) in values.iter_mut().enumerate() {
                    values.push(if part >= 1.0 {
                        new[index]
                    } else {
                        dense(y[index], new[index], h, part, &stages, index)
                    });
                }
                next += 1;
            }
            (time, y) = (end, new);
            if last && next < times.len() {
                break;
            }
            let [.., slopes] = stages;
            first = slopes;
            let most = if rejected { 1.0 } else { 5.0 };
            step *= if error == 0.0 { most } else { (0.9 * error.powf(-0.2)).clamp(0.2, most) };
            rejected = false;
            if y.iter().any(|y| !y.is_finite() || y.abs() > 1e150) {
                return Err(self.stuck(time, &y));
            }
        }
        Ok((values, steps))
    }

    /// A step that is surely not too large.
    fn first_step(&self, y: &[f64], slopes: &[f64]) -> f64 {
        let scale = |y: f64| self.tolerance * (1e-3 + y.abs());
        let size =
            |values: &[f64]| y.iter().zip(values).map(|(y, value)| (value / scale(*y)).powi(2)).sum::<f64>().sqrt();
        let (here, slope) = (size(y), size(slopes));
        if here > 1e-5 && slope > 1e-5 { 0.01 * here / slope } else { 1e-6 }
    }

    /// One step: its stages, the new values, and the error in parts of what is allowed.
    #[expect(clippy::type_complexity, reason = "three results of one step, used once")]
    fn step(
        &self,
        time: f64,
        h: f64,
        y: &[f64],
        first: &[f64],
        place: &mut Vec<f64>,
    ) -> Result<Option<([Vec<f64>; 7], Vec<f64>, f64)>, Error> {
        let mut stages: [Vec<f64>; 7] = std::array::from_fn(|_| Vec::new());
        stages[0] = first.to_vec();
        let mut new = y.to_vec();
        for stage in 1..7 {
            for (index, new) in new.iter_mut().enumerate() {
                let sum: f64 = (0..stage).map(|before| A[stage][before] * stages[before][index]).sum();
                *new = y[index] + h * sum;
            }
            if new.iter().any(|value| !value.is_finite()) {
                return Ok(None);
            }
            let Some(slopes) = self.slopes(time + C[stage] * h, &new, place)? else { return Ok(None) };
            stages[stage] = slopes;
        }
        let error = |index: usize| {
            let difference: f64 = (0..7).map(|stage| E[stage] * stages[stage][index]).sum::<f64>() * h;
            // A thousandth of one counts as nothing: what goes to zero need not be followed for ever.
            let scale = self.tolerance * (1e-3 + y[index].abs().max(new[index].abs()));
            (difference / scale).powi(2)
        };
        let error = ((0..y.len()).map(error).sum::<f64>() / length(y.len())).sqrt();
        Ok(Some((stages, new, error)))
    }

    fn stuck(&self, time: f64, y: &[f64]) -> Error {
        let largest = y.iter().fold(0.0_f64, |most, y| most.max(y.abs()));
        let why = if largest > 1e6 { "it grows without end" } else { "an expression has no value or jumps there" };
        conflict("equations", format!("have no solution beyond {} = {}: {why}; end before it", self.name, short(time)))
    }
}

/// The value inside a step.
fn dense(y: f64, new: f64, h: f64, part: f64, stages: &[Vec<f64>; 7], index: usize) -> f64 {
    let difference = new - y;
    let bend = h * stages[0][index] - difference;
    let other = difference - h * stages[6][index] - bend;
    let last: f64 = h * (0..7).map(|stage| D[stage] * stages[stage][index]).sum::<f64>();
    let rest = 1.0 - part;
    y + part * (difference + rest * (bend + part * (other + rest * last)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn solve(equations: &[(&str, &str, f64)], to: f64, times: &[f64]) -> Result<NumericOdeResponse, Error> {
        let equation = |(name, derivative, start): &(&str, &str, f64)| OdeEquation {
            name: (*name).to_owned(),
            derivative: (*derivative).to_owned(),
            start: *start,
        };
        let request = NumericOdeRequest {
            equations: equations.iter().map(equation).collect(),
            to,
            times: times.to_vec(),
            variables: Variables::default(),
            step_tolerance: 1e-10,
            ..example()
        };
        ode(request, &Call::detached())
    }

    #[test]
    fn solutions_that_are_known() {
        // y' = -y; y'' = -y; y' = y (1 - y); y' = 2 t y.
        let times = [0.0, 0.3, 1.7, 4.0];
        for (equations, exact) in [
            (vec![("y", "-y", 1.0)], (|t: f64| (-t).exp()) as fn(f64) -> f64),
            (vec![("y", "v", 0.0), ("v", "-y", 1.0)], f64::sin),
            (vec![("y", "y*(1-y)", 0.1)], |t| 1.0 / (1.0 + 9.0 * (-t).exp())),
            (vec![("y", "2*t*y", 1.0)], |t| (t * t).exp()),
        ] {
            let found = solve(&equations, 4.0, &times).unwrap();
            for (time, value) in times.iter().zip(&found.series[0].solution) {
                assert!(
                    (value - exact(*time)).abs() < 1e-8 * exact(*time).abs().max(1.0),
                    "{equations:?} {time}: {value}"
                );
            }
        }
        let back = solve(&[("y", "-y", 1.0)], -2.0, &[-1.0, -2.0]).unwrap();
        assert!((back.series[0].solution[1] - 2.0_f64.exp()).abs() < 1e-8);
    }

    #[test]
    fn an_orbit_comes_back() {
        // The Arenstorf orbit's little brother: Kepler's ellipse of eccentricity 0.5, one turn in 2 pi.
        let equations = [
            ("x", "u", 0.5),
            ("y", "v", 0.0),
            ("u", "-x/(x^2+y^2)^1.5", 0.0),
            ("v", "-y/(x^2+y^2)^1.5", 3.0_f64.sqrt()),
        ];
        let turn = std::f64::consts::TAU;
        let found = solve(&equations, turn, &[turn]).unwrap();
        for ((_, _, start), series) in equations.iter().zip(&found.series) {
            assert!((series.solution[0] - start).abs() < 1e-6, "{}: {}", series.name, series.solution[0]);
        }
    }

    #[test]
    fn what_has_no_solution_is_refused() {
        // y' = y^2 runs away at t = 1; sqrt of what becomes negative; a stiff system.
        let message = solve(&[("y", "y^2", 1.0)], 2.0, &[2.0]).unwrap_err().to_string();
        assert!(message.contains("t = 1") && message.contains("grows"), "{message}");
        let message = solve(&[("y", "-1/y", 1.0)], 2.0, &[2.0]).unwrap_err().to_string();
        assert!(message.contains("t = 0.5"), "{message}");
        let message = solve(&[("y", "-1e9*(y - cos(t))", 0.0)], 10.0, &[10.0]).unwrap_err().to_string();
        assert!(message.contains("stiff") || message.contains("evaluations"), "{message}");
        for times in [vec![1.0, 0.5], vec![3.0]] {
            assert!(solve(&[("y", "y", 1.0)], 2.0, &times).is_err());
        }
    }
}
