//! Powers, the exponential, and figures of a matrix.

use chassis::Call;
use faer::Mat;
use faer::linalg::solvers::{DenseSolveCore, Solve};

use super::decompose::{eliminate, rank_condition, singular_values, tolerance};
use super::{MatrixOperation, MatrixRequest, MatrixResponse, Norms, matrix, size, small, square};
use crate::error::{Error, conflict, still_wanted};

pub(super) fn power(a: &Mat<f64>, exponent: Option<i32>, call: &Call) -> Result<MatrixResponse, Error> {
    square(a)?;
    small(a)?;
    let exponent = exponent.ok_or_else(|| conflict("exponent", "is missing: send the exponent"))?;
    let mut base = if exponent < 0 {
        if rank_condition(&singular_values(a)?, f64::EPSILON).1.is_none() {
            return Err(conflict("a", "is singular: it has no negative power"));
        }
        a.partial_piv_lu().inverse()
    } else {
        a.clone()
    };
    let mut result = Mat::<f64>::identity(a.nrows(), a.nrows());
    let mut left = exponent.unsigned_abs();
    while left > 0 {
        still_wanted(call)?;
        if left & 1 == 1 {
            result = &result * &base;
        }
        left >>= 1;
        if left > 0 {
            base = &base * &base;
        }
    }
    Ok(matrix(&result))
}

/// The coefficients of Padé's approximant of degree 13.
const PADE: [f64; 14] = [
    64_764_752_532_480_000.0,
    32_382_376_266_240_000.0,
    7_771_770_303_897_600.0,
    1_187_353_796_428_800.0,
    129_060_195_264_000.0,
    10_559_470_521_600.0,
    670_442_572_800.0,
    33_522_128_640.0,
    1_323_241_920.0,
    40_840_800.0,
    960_960.0,
    16_380.0,
    182.0,
    1.0,
];

/// Scaling and squaring (Higham, 2005).
pub(super) fn exponential(a: &Mat<f64>, call: &Call) -> Result<MatrixResponse, Error> {
    square(a)?;
    small(a)?;
    let n = a.nrows();
    let norm = one_norm(a);
    if norm > 1000.0 {
        return Err(conflict(
            "a",
            "is too large: its exponential leaves the range of numbers; its 1-norm must be at most 1000",
        ));
    }
    let squarings = if norm > 5.37 { (norm / 5.37).log2().ceil() } else { 0.0 };
    let scale = 2.0_f64.powf(-squarings);
    let a = Mat::from_fn(n, n, |i, j| a[(i, j)] * scale);
    let a2 = &a * &a;
    let a4 = &a2 * &a2;
    let a6 = &a4 * &a2;
    let combine = |c: [f64; 4]| {
        Mat::from_fn(n, n, |i, j| {
            c[0] * a6[(i, j)] + c[1] * a4[(i, j)] + c[2] * a2[(i, j)] + if i == j { c[3] } else { 0.0 }
        })
    };
    still_wanted(call)?;
    let odd = &a * (&a6 * combine([PADE[13], PADE[11], PADE[9], 0.0]) + combine([PADE[7], PADE[5], PADE[3], PADE[1]]));
    let even = &a6 * combine([PADE[12], PADE[10], PADE[8], 0.0]) + combine([PADE[6], PADE[4], PADE[2], PADE[0]]);
    let mut result = (&even - &odd).partial_piv_lu().solve(&even + &odd);
    let mut step = 0.0;
    while step < squarings {
        still_wanted(call)?;
        result = &result * &result;
        step += 1.0;
    }
    Ok(MatrixResponse { method: "scaling and squaring with Padé's approximant", ..matrix(&result) })
}

pub(super) fn one_norm(a: &Mat<f64>) -> f64 {
    let column = |j: usize| (0..a.nrows()).map(|i| a[(i, j)].abs()).sum::<f64>();
    (0..a.ncols()).map(column).fold(0.0, f64::max)
}

pub(super) fn determinant(a: &Mat<f64>) -> Result<MatrixResponse, Error> {
    square(a)?;
    small(a)?;
    let (_, u, permutation) = eliminate(a);
    let mut seen = vec![false; permutation.len()];
    let mut sign = 1.0;
    for start in 0..permutation.len() {
        let mut at = start;
        let mut length = 0;
        while !seen[at] {
            seen[at] = true;
            at = permutation[at];
            length += 1;
        }
        if length > 0 && length % 2 == 0 {
            sign = -sign;
        }
    }
    let mut logarithm = 0.0;
    let mut value = sign;
    for i in 0..a.nrows() {
        logarithm += u[(i, i)].abs().ln();
        value *= u[(i, i)];
    }
    // Of whole numbers it is a whole number, as long as rounding cannot reach the next one.
    let whole = (0..a.nrows()).all(|i| (0..a.ncols()).all(|j| a[(i, j)].fract() == 0.0));
    if whole && value.abs() < 1e9 {
        value = value.round();
    }
    if !value.is_finite() {
        return Err(conflict(
            "a",
            format!("has a determinant beyond the range of numbers: its logarithm is {logarithm}"),
        ));
    }
    Ok(MatrixResponse {
        value: Some(value),
        ln_absolute: Some(logarithm).filter(|logarithm| logarithm.is_finite()),
        method: "LU with partial pivoting",
        ..MatrixResponse::default()
    })
}

/// Rank, norms or condition.
pub(super) fn figures(a: &Mat<f64>, request: &MatrixRequest) -> Result<MatrixResponse, Error> {
    small(a)?;
    let values = singular_values(a)?;
    let (rank, condition) = rank_condition(&values, tolerance(a, request));
    let row = |i: usize| (0..a.ncols()).map(|j| a[(i, j)].abs()).sum::<f64>();
    let norms = Norms {
        frobenius: size(a),
        one: one_norm(a),
        two: values.first().copied().unwrap_or(0.0),
        infinity: (0..a.nrows()).map(row).fold(0.0, f64::max),
    };
    #[expect(clippy::cast_precision_loss, reason = "at most a thousand")]
    let value = match request.operation {
        MatrixOperation::Rank => Some(rank as f64),
        MatrixOperation::Condition => condition,
        _ => Some(norms.frobenius),
    };
    Ok(MatrixResponse {
        value,
        rank: Some(rank),
        condition,
        norms: Some(norms),
        singular_values: values,
        method: "singular values",
        ..MatrixResponse::default()
    })
}
