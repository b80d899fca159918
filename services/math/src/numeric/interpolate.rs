//! Curves through points.

use chassis::{Call, Operation};
use garde::Validate;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::error::{Error, conflict};

const DESCRIPTION: &str = "\
Interpolated values between points: nearest, linear, cubic splines (natural or not-a-knot), or piecewise cubics that \
do not overshoot (pchip, akima); with the slope at each and the integral of the curve from the first point to the \
last. A value beyond the points is an error, unless `extrapolate` is set.";

/// Points to interpolate between, and where to evaluate the curve.
#[derive(Debug, Clone, Serialize, Deserialize, Validate, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[garde(allow_unvalidated)]
pub struct NumericInterpolateRequest {
    /// X coordinates of the points, all different, in any order.
    #[garde(length(min = 2, max = 100_000), inner(range(min = -1e100, max = 1e100)))]
    pub x: Vec<f64>,
    /// Y coordinates of the points.
    #[garde(length(min = 2, max = 100_000), inner(range(min = -1e100, max = 1e100)))]
    pub y: Vec<f64>,
    /// X coordinates to evaluate the curve at.
    #[garde(length(max = 100_000), inner(range(min = -1e100, max = 1e100)))]
    pub at: Vec<f64>,
    /// Interpolation method.
    #[serde(default)]
    pub method: InterpolateMethod,
    /// Whether to extrapolate beyond the points, which is an error otherwise.
    #[serde(default)]
    pub extrapolate: bool,
}

/// Interpolation method.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum InterpolateMethod {
    /// Value of the nearest point.
    Nearest,
    /// Piecewise linear.
    #[default]
    Linear,
    /// Cubic spline with not-a-knot ends, as CubicSpline of SciPy.
    #[serde(alias = "cubic", alias = "not-a-knot")]
    CubicSpline,
    /// Natural cubic spline, with second derivatives of 0 at the ends.
    #[serde(alias = "natural")]
    NaturalSpline,
    /// Monotone piecewise cubic (PCHIP, Fritsch and Butland), without overshoot.
    Pchip,
    /// Akima's piecewise cubic (1970).
    Akima,
}

/// Interpolated values.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct NumericInterpolateResponse {
    /// Interpolated value at each of `at`, in order.
    pub values: Vec<f64>,
    /// Slope (first derivative) of the curve at each of `at`, in order.
    pub slopes: Vec<f64>,
    /// Integral of the curve from the first point to the last; area below zero counts as negative.
    pub area: f64,
    /// Interpolation method used.
    pub method: InterpolateMethod,
}

fn example() -> NumericInterpolateRequest {
    NumericInterpolateRequest {
        x: vec![0.0, 1.0, 2.0, 3.0, 4.0],
        y: vec![0.0, 1.0, 4.0, 9.0, 16.0],
        at: vec![2.5],
        method: InterpolateMethod::CubicSpline,
        extrapolate: false,
    }
}

/// What the documents say.
#[must_use]
pub fn about(op: Operation) -> Operation {
    op.summary("Interpolate between points").description(DESCRIPTION).example(example)
}

/// Interpolates.
///
/// # Errors
/// When points are missing or twice, or a place lies outside of them.
pub fn interpolate(request: NumericInterpolateRequest, _: &Call) -> Result<NumericInterpolateResponse, Error> {
    let n = request.x.len();
    if request.y.len() != n {
        return Err(conflict("y", format!("must be {n} values, one for each x")));
    }
    let mut points: Vec<(f64, f64)> = request.x.iter().copied().zip(request.y.iter().copied()).collect();
    points.sort_by(|a, b| a.0.total_cmp(&b.0));
    if let Some(pair) = points.windows(2).find(|pair| pair[0].0 >= pair[1].0) {
        return Err(conflict("x", format!("has {} twice: each place must have one value", pair[1].0)));
    }
    let (x, y): (Vec<f64>, Vec<f64>) = points.into_iter().unzip();
    let outside = request.at.iter().position(|at| *at < x[0] || *at > x[n - 1]);
    if let Some(index) = outside.filter(|_| !request.extrapolate) {
        let message = format!("lies outside of the points, {} to {}: send extrapolate=true to go on", x[0], x[n - 1]);
        return Err(conflict(format!("at[{index}]"), message));
    }
    let slopes = slopes(&x, &y, request.method);
    let curve = |at: f64| -> (f64, f64) {
        // The piece a place is in; the outer ones go on.
        let piece = x.partition_point(|x| *x <= at).clamp(1, n - 1) - 1;
        let (h, t) = (x[piece + 1] - x[piece], (at - x[piece]) / (x[piece + 1] - x[piece]));
        let (y0, y1) = (y[piece], y[piece + 1]);
        match &slopes {
            None if request.method == InterpolateMethod::Nearest => (if t <= 0.5 { y0 } else { y1 }, 0.0),
            None => (y0 + (y1 - y0) * t, (y1 - y0) / h),
            Some(slopes) => {
                // Hermite's cubic.
                let (d0, d1) = (slopes[piece] * h, slopes[piece + 1] * h);
                let (b, c) = (3.0 * (y1 - y0) - 2.0 * d0 - d1, d0 + d1 - 2.0 * (y1 - y0));
                (y0 + t * (d0 + t * (b + t * c)), (d0 + t * (2.0 * b + 3.0 * t * c)) / h)
            }
        }
    };
    let area = (0..n - 1).map(|piece| {
        let h = x[piece + 1] - x[piece];
        let bend = slopes.as_ref().map_or(0.0, |slopes| h * h * (slopes[piece] - slopes[piece + 1]) / 12.0);
        h * f64::midpoint(y[piece], y[piece + 1]) + bend
    });
    let area: f64 = area.sum();
    let (values, slopes): (Vec<f64>, Vec<f64>) = request.at.iter().map(|at| curve(*at)).unzip();
    if values.iter().chain(&slopes).chain([&area]).any(|value| !value.is_finite()) {
        return Err(conflict("y", "gives values beyond the range of numbers: scale it down"));
    }
    Ok(NumericInterpolateResponse { values, slopes, area, method: request.method })
}

/// The slope of the curve at each point; nothing for straight lines.
fn slopes(x: &[f64], y: &[f64], method: InterpolateMethod) -> Option<Vec<f64>> {
    let h: Vec<f64> = x.windows(2).map(|pair| pair[1] - pair[0]).collect();
    let d: Vec<f64> = y.windows(2).zip(&h).map(|(pair, h)| (pair[1] - pair[0]) / h).collect();
    match method {
        InterpolateMethod::Nearest | InterpolateMethod::Linear => None,
        // One straight line.
        _ if x.len() == 2 => Some(vec![d[0]; 2]),
        InterpolateMethod::CubicSpline => Some(spline(&h, &d, false)),
        InterpolateMethod::NaturalSpline => Some(spline(&h, &d, true)),
        InterpolateMethod::Pchip => Some(pchip(&h, &d)),
        InterpolateMethod::Akima => Some(akima(&d)),
    }
}

/// The slopes of a cubic spline: a tridiagonal system.
fn spline(h: &[f64], d: &[f64], natural: bool) -> Vec<f64> {
    let n = h.len() + 1;
    if !natural && n == 3 {
        // The parabola through three points.
        let bend = (d[1] - d[0]) / (h[0] + h[1]);
        return vec![d[0] - bend * h[0], d[0] + bend * h[0], d[1] + bend * h[1]];
    }
    // Each row: what stands before, on and after the diagonal, and on the right.
    let mut rows: Vec<[f64; 4]> = Vec::with_capacity(n);
    if natural {
        rows.push([0.0, 2.0, 1.0, 3.0 * d[0]]);
    } else {
        let sum = h[0] + h[1];
        rows.push([0.0, h[1], sum, ((h[0] + 2.0 * sum) * h[1] * d[0] + h[0] * h[0] * d[1]) / sum]);
    }
    for i in 1..n - 1 {
        rows.push([h[i], 2.0 * (h[i - 1] + h[i]), h[i - 1], 3.0 * (h[i] * d[i - 1] + h[i - 1] * d[i])]);
    }
    let last = n - 2;
    if natural {
        rows.push([1.0, 2.0, 0.0, 3.0 * d[last]]);
    } else {
        let sum = h[last] + h[last - 1];
        let right = (h[last] * h[last] * d[last - 1] + (2.0 * sum + h[last]) * h[last - 1] * d[last]) / sum;
        rows.push([sum, h[last - 1], 0.0, right]);
    }
    for i in 1..n {
        let factor = rows[i][0] / rows[i - 1][1];
        rows[i][1] -= factor * rows[i - 1][2];
        rows[i][3] -= factor * rows[i - 1][3];
    }
    let mut slopes = vec![0.0; n];
    for i in (0..n).rev() {
        let after = if i + 1 < n { rows[i][2] * slopes[i + 1] } else { 0.0 };
        slopes[i] = (rows[i][3] - after) / rows[i][1];
    }
    slopes
}

/// Weighted harmonic means; the ends by three points, kept from overshooting.
fn pchip(h: &[f64], d: &[f64]) -> Vec<f64> {
    let n = d.len();
    let end = |h0: f64, h1: f64, d0: f64, d1: f64| {
        let slope = ((2.0 * h0 + h1) * d0 - h0 * d1) / (h0 + h1);
        if slope * d0 <= 0.0 {
            0.0
        } else if d0 * d1 < 0.0 && slope.abs() > 3.0 * d0.abs() {
            3.0 * d0
        } else {
            slope
        }
    };
    let mut slopes = vec![end(h[0], h[1], d[0], d[1])];
    for i in 1..n {
        let (w1, w2) = (2.0 * h[i] + h[i - 1], h[i] + 2.0 * h[i - 1]);
        let rises = d[i - 1] * d[i] > 0.0;
        slopes.push(if rises { (w1 + w2) / (w1 / d[i - 1] + w2 / d[i]) } else { 0.0 });
    }
    slopes.push(end(h[n - 1], h[n - 2], d[n - 1], d[n - 2]));
    slopes
}

/// Akima's slopes: of the neighbors, the one that changes less counts more.
fn akima(d: &[f64]) -> Vec<f64> {
    let n = d.len();
    let mut m = vec![0.0; n + 4];
    m[2..n + 2].copy_from_slice(d);
    m[1] = 2.0 * m[2] - m[3];
    m[0] = 2.0 * m[1] - m[2];
    m[n + 2] = 2.0 * m[n + 1] - m[n];
    m[n + 3] = 2.0 * m[n + 2] - m[n + 1];
    let largest = (0..=n).map(|i| (m[i + 3] - m[i + 2]).abs() + (m[i + 1] - m[i]).abs()).fold(0.0, f64::max);
    (0..=n)
        .map(|i| {
            let (after, before) = ((m[i + 3] - m[i + 2]).abs(), (m[i + 1] - m[i]).abs());
            if after + before > 1e-9 * largest {
                (after * m[i + 1] + before * m[i + 2]) / (after + before)
            } else {
                f64::midpoint(m[i + 1], m[i + 2])
            }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn curves_as_scipy_has_them() {
        // SciPy 1.17: CubicSpline (not-a-knot, natural), PchipInterpolator, Akima1DInterpolator; values, then areas.
        for (method, expected, area) in SCIPY {
            let request = NumericInterpolateRequest {
                x: vec![0.0, 1.0, 2.5, 3.0, 5.0, 6.0],
                y: vec![1.0, 3.0, 2.0, 2.5, 7.0, 6.0],
                at: vec![0.5, 2.0, 4.2, 5.5],
                method,
                extrapolate: false,
            };
            let answer = interpolate(request, &Call::detached()).unwrap();
            for (found, expected) in answer.values.iter().zip(expected) {
                assert!((found - expected).abs() < 1e-12, "{method:?} {found} {expected}");
            }
            assert!((answer.area - area).abs() < 1e-11, "{method:?} {} {area}", answer.area);
        }
    }

    const SCIPY: [(InterpolateMethod, [f64; 4], f64); 4] = [
        (
            InterpolateMethod::CubicSpline,
            [2.603217642805495, 2.1935647143890096, 5.44959305856833, 7.056715473608098],
            23.780911062906725,
        ),
        (
            InterpolateMethod::NaturalSpline,
            [2.2707874449339207, 2.290381791483113, 5.644405286343613, 6.761357378854625],
            23.736095814977972,
        ),
        (
            InterpolateMethod::Pchip,
            [2.3833333333333333, 2.2592592592592595, 5.662857142857144, 6.760416666666666],
            23.70595238095238,
        ),
        (
            InterpolateMethod::Akima,
            [2.3717948717948723, 2.1951263866157484, 5.30135593220339, 6.996527777777778],
            23.439016454455512,
        ),
    ];

    #[test]
    fn what_lies_outside_is_asked_for() {
        let request = NumericInterpolateRequest { at: vec![5.0], ..example() };
        assert!(interpolate(request.clone(), &Call::detached()).unwrap_err().to_string().contains("extrapolate"));
        let answer =
            interpolate(NumericInterpolateRequest { extrapolate: true, ..request }, &Call::detached()).unwrap();
        assert!((answer.values[0] - 25.0).abs() < 1e-12);
        let twice = NumericInterpolateRequest { x: vec![0.0, 0.0], y: vec![1.0, 2.0], ..example() };
        assert!(interpolate(twice, &Call::detached()).is_err());
    }
}
