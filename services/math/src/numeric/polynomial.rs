//! All roots of a polynomial.

use chassis::{Call, Operation};
use garde::Validate;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::dd::Dd;
use crate::error::{Error, conflict, still_wanted};
use crate::statistics::quantiles::length;

const DESCRIPTION: &str = "\
All roots of a polynomial, real and complex, simultaneously by the Aberth-Ehrlich iteration in 31 digits, so that \
roots close to each other keep their digits too. Coefficients start with that of the highest power: 1, -3, 2 is x^2 - \
3x + 2.";

/// Rounds of the iteration at most.
const MAX_ROUNDS: u32 = 500;

/// A polynomial.
#[derive(Debug, Clone, Serialize, Deserialize, Validate, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[garde(allow_unvalidated)]
pub struct NumericPolynomialRequest {
    /// Coefficients of the polynomial, from the highest power to the constant.
    #[garde(length(min = 2, max = 101), inner(range(min = -1e30, max = 1e30)))]
    pub coefficients: Vec<f64>,
}

/// Roots of a polynomial.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct NumericPolynomialResponse {
    /// Real roots, in ascending order.
    pub real_roots: Vec<f64>,
    /// All roots, real and complex.
    pub rows: Vec<PolynomialRoot>,
    /// Degree of the polynomial.
    pub degree: usize,
}

/// One root of a polynomial.
#[derive(Debug, Clone, Copy, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct PolynomialRoot {
    /// Real part of the root.
    pub real: f64,
    /// Imaginary part of the root.
    pub imaginary: f64,
    /// Relative residual: the value of the polynomial at the root over the sum of the absolute values of its terms.
    pub residual: f64,
}

fn example() -> NumericPolynomialRequest {
    NumericPolynomialRequest { coefficients: vec![1.0, -6.0, 11.0, -6.0] }
}

/// What the documents say.
#[must_use]
pub fn about(op: Operation) -> Operation {
    op.summary("Find all roots of a polynomial").description(DESCRIPTION).example(example).inline(256)
}

/// A complex number in double-double.
#[derive(Clone, Copy)]
struct Complex {
    re: Dd,
    im: Dd,
}

impl Complex {
    const ZERO: Self = Self { re: Dd::ZERO, im: Dd::ZERO };

    fn plus(self, other: Self) -> Self {
        Self { re: self.re + other.re, im: self.im + other.im }
    }

    fn minus(self, other: Self) -> Self {
        Self { re: self.re - other.re, im: self.im - other.im }
    }

    fn times(self, other: Self) -> Self {
        Self { re: self.re * other.re - self.im * other.im, im: self.re * other.im + self.im * other.re }
    }

    fn over(self, other: Self) -> Self {
        let size = other.re.square() + other.im.square();
        let product = self.times(Self { re: other.re, im: -other.im });
        Self { re: product.re / size, im: product.im / size }
    }

    fn size(self) -> f64 {
        self.re.hi().hypot(self.im.hi())
    }
}

/// The polynomial and its derivative at a place, and the sum of the terms' sizes.
fn evaluate(coefficients: &[Dd], at: Complex) -> (Complex, Complex, f64) {
    let (mut value, mut slope, mut size) = (Complex::ZERO, Complex::ZERO, 0.0);
    let radius = at.size();
    for coefficient in coefficients {
        slope = slope.times(at).plus(value);
        value = value.times(at).plus(Complex { re: *coefficient, im: Dd::ZERO });
        size = size * radius + coefficient.hi().abs();
    }
    (value, slope, size)
}

/// Finds all roots.
///
/// # Errors
/// When the polynomial is a constant, or its roots leave the range of numbers.
pub fn polynomial(request: NumericPolynomialRequest, call: &Call) -> Result<NumericPolynomialResponse, Error> {
    let start = request.coefficients.iter().position(|coefficient| *coefficient != 0.0);
    let given = start.map(|start| &request.coefficients[start..]).filter(|given| given.len() > 1);
    let given =
        given.ok_or_else(|| conflict("coefficients", "make a constant: it has no roots, or all numbers are"))?;
    let zeros = given.iter().rev().take_while(|coefficient| **coefficient == 0.0).count();
    let degree = given.len() - 1;
    let coefficients: Vec<Dd> = given[..given.len() - zeros].iter().map(|value| Dd::decimal_of(*value)).collect();
    let mut rows = vec![PolynomialRoot { real: 0.0, imaginary: 0.0, residual: 0.0 }; zeros];
    rows.extend(aberth(&coefficients, call)?);
    if rows.iter().any(|row| !(row.real.is_finite() && row.imaginary.is_finite())) {
        return Err(conflict("coefficients", "have roots beyond the range of numbers: scale them"));
    }
    rows.sort_by(|a, b| a.real.total_cmp(&b.real).then(a.imaginary.total_cmp(&b.imaginary)));
    let mut real_roots: Vec<f64> = rows.iter().filter(|row| row.imaginary == 0.0).map(|row| row.real).collect();
    real_roots.sort_by(f64::total_cmp);
    if rows.iter().any(|row| row.residual > 1e-13) {
        call.warn("inexact", Some("coefficients"), "some roots are not exact: see their residuals");
    }
    Ok(NumericPolynomialResponse { real_roots, rows, degree })
}

/// Newton's steps of all roots at once, each pushed away from the others.
fn aberth(coefficients: &[Dd], call: &Call) -> Result<Vec<PolynomialRoot>, Error> {
    let degree = coefficients.len() - 1;
    if degree == 0 {
        return Ok(Vec::new());
    }
    // The roots start on circles by the slopes of the coefficients' upper hull (Bini, 1996).
    let logs: Vec<f64> = coefficients.iter().rev().map(|value| value.hi().abs().ln()).collect();
    let mut hull: Vec<usize> = Vec::new();
    for at in 0..=degree {
        if logs[at] == f64::NEG_INFINITY {
            continue;
        }
        let slope = |a: usize, b: usize| (logs[b] - logs[a]) / length(b - a);
        while let [.., a, b] = hull[..] {
            if slope(a, b) <= slope(b, at) {
                hull.pop();
            } else {
                break;
            }
        }
        hull.push(at);
    }
    let mut roots = Vec::with_capacity(degree);
    for pair in hull.windows(2) {
        let count = pair[1] - pair[0];
        let radius = ((logs[pair[0]] - logs[pair[1]]) / length(count)).exp();
        for index in 0..count {
            let angle = 2.0 * std::f64::consts::PI * length(index) / length(count) + 0.7 + length(pair[0]);
            roots.push(Complex { re: Dd::of(radius * angle.cos()), im: Dd::of(radius * angle.sin()) });
        }
    }
    let mut done = vec![false; degree];
    for _ in 0..MAX_ROUNDS {
        still_wanted(call)?;
        for (index, done) in done.iter_mut().enumerate() {
            if *done {
                continue;
            }
            let at = roots[index];
            let (value, slope, size) = evaluate(coefficients, at);
            if value.size() <= 1e-30 * size {
                *done = true;
                continue;
            }
            let newton = value.over(slope);
            let mut push = Complex::ZERO;
            for (other, root) in roots.iter().enumerate() {
                let difference = at.minus(*root);
                if other != index && difference.size() > 0.0 {
                    push = push.plus(Complex { re: Dd::ONE, im: Dd::ZERO }.over(difference));
                }
            }
            let rest = Complex { re: Dd::ONE, im: Dd::ZERO }.minus(newton.times(push));
            let step = newton.over(rest);
            if !step.size().is_finite() {
                *done = true;
                continue;
            }
            roots[index] = at.minus(step);
            *done = step.size() <= 1e-31 * at.size();
        }
        if done.iter().all(|done| *done) {
            break;
        }
    }
    let finish = |root: &Complex| {
        // A real root of real coefficients is the only one near its mirror.
        let mirrored = roots
            .iter()
            .filter(|other| (root.re.hi() - other.re.hi()).hypot(root.im.hi() + other.im.hi()) <= 1e-14 * root.size())
            .count();
        let near_axis = root.im.hi().abs() <= 1e-14 * root.size();
        let on_axis = Complex { re: root.re, im: Dd::ZERO };
        let (value, _, size) = evaluate(coefficients, on_axis);
        let real = near_axis && (mirrored <= 1 || value.size() <= 1e-25 * size);
        let place = if real { on_axis } else { *root };
        let (value, _, size) = evaluate(coefficients, place);
        PolynomialRoot { real: place.re.value(), imaginary: place.im.value(), residual: value.size() / size }
    };
    Ok(roots.iter().map(finish).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn roots(coefficients: &[f64]) -> NumericPolynomialResponse {
        let request = NumericPolynomialRequest { coefficients: coefficients.to_vec() };
        polynomial(request, &Call::detached()).unwrap()
    }

    #[test]
    fn roots_that_are_known() {
        for (coefficients, expected) in [
            (vec![1.0, -6.0, 11.0, -6.0], vec![1.0, 2.0, 3.0]),
            (vec![2.0, 0.0, -8.0, 0.0], vec![-2.0, 0.0, 2.0]),
            (vec![1.0, 0.0, 1.0], vec![]),
            (vec![0.0, 0.0, 2.0, -1.0], vec![0.5]),
            // Wilkinson's polynomial of ten roots.
            (
                vec![
                    1.0,
                    -55.0,
                    1320.0,
                    -18_150.0,
                    157_773.0,
                    -902_055.0,
                    3_416_930.0,
                    -8_409_500.0,
                    12_753_576.0,
                    -10_628_640.0,
                    3_628_800.0,
                ],
                (1..=10).map(f64::from).collect(),
            ),
        ] {
            let found = roots(&coefficients).real_roots;
            assert_eq!(found.len(), expected.len(), "{coefficients:?}: {found:?}");
            for (found, expected) in found.iter().zip(expected) {
                assert!((found - expected).abs() < 1e-13, "{coefficients:?}: {found}");
            }
        }
        let complex = roots(&[1.0, 0.0, 1.0]).rows;
        assert!(complex[0].real.abs() < 1e-15 && (complex[0].imaginary + 1.0).abs() < 1e-15, "{complex:?}");
    }

    #[test]
    fn roots_of_unity_and_double_roots() {
        let mut unity = vec![0.0; 101];
        (unity[0], unity[100]) = (1.0, -1.0);
        let found = roots(&unity);
        assert_eq!((found.rows.len(), found.real_roots.len()), (100, 2));
        assert!(found.rows.iter().all(|row| (row.real.hypot(row.imaginary) - 1.0).abs() < 1e-14));
        // (x - 1)^2 (x + 2).
        let double = roots(&[1.0, 0.0, -3.0, 2.0]);
        assert!(double.rows.iter().all(|row| row.residual < 1e-25), "{:?}", double.rows);
        assert!(polynomial(NumericPolynomialRequest { coefficients: vec![0.0, 5.0] }, &Call::detached()).is_err());
    }
}
