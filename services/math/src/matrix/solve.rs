//! Equations and inverses.

use faer::Mat;
use faer::linalg::solvers::{DenseSolveCore, PartialPivLu, Solve};

use super::decompose::{not_converged, rank_condition, singular_values, tolerance};
use super::functions::one_norm;
use super::{ESTIMATED, MatrixRequest, MatrixResponse, remainder, size, small, square, write};
use crate::dd::Dd;
use crate::error::{Error, conflict};
use crate::statistics::quantiles::length;

/// Corrections of the estimate of a norm at most.
const ROUNDS: u32 = 5;

/// A regular matrix, ready to be solved with, and its condition. Of a small one by its singular values; of a large one in the
/// 1-norm, because these cost ten times what the solution does.
fn regular(a: &Mat<f64>) -> Result<(PartialPivLu<f64>, f64), Error> {
    square(a)?;
    small(a)?;
    let tolerance = length(a.nrows()) * f64::EPSILON;
    if a.nrows() >= ESTIMATED {
        let lu = a.partial_piv_lu();
        let condition = one_norm(a) * inverse_norm(&lu, a.nrows());
        if condition < 1.0 / tolerance {
            return Ok((lu, condition));
        }
    }
    let (rank, condition) = rank_condition(&singular_values(a)?, tolerance);
    let condition = condition.ok_or_else(|| {
        conflict("a", format!("is singular: its rank is {rank} of {}; use least-squares or pseudo-inverse", a.nrows()))
    })?;
    Ok((a.partial_piv_lu(), condition))
}

/// The 1-norm of the inverse, estimated from below (Hager, 1984; Higham, 1988); infinite when there is none.
fn inverse_norm(lu: &PartialPivLu<f64>, n: usize) -> f64 {
    let mut x = Mat::from_fn(n, 1, |_, _| 1.0 / length(n));
    let mut norm = 0.0;
    let mut last = n;
    for _ in 0..ROUNDS {
        let y = lu.solve(&x);
        let found: f64 = (0..n).map(|i| y[(i, 0)].abs()).sum();
        if !found.is_finite() {
            return f64::INFINITY;
        }
        if found <= norm {
            break;
        }
        norm = found;
        let signs = Mat::from_fn(n, 1, |i, _| if y[(i, 0)] < 0.0 { -1.0 } else { 1.0 });
        let z = lu.solve_transpose(&signs);
        let Some(steepest) = (0..n).max_by(|i, j| z[(*i, 0)].abs().total_cmp(&z[(*j, 0)].abs())) else { break };
        if steepest == last {
            break;
        }
        last = steepest;
        x = Mat::from_fn(n, 1, |i, _| f64::from(u8::from(i == steepest)));
    }
    // A vector of growing alternating entries catches what the search misses.
    let x = Mat::from_fn(n, 1, |i, _| {
        let size = 1.0 + length(i) / length(n.max(2) - 1);
        if i % 2 == 0 { size } else { -size }
    });
    let y = lu.solve(&x);
    norm.max(2.0 * (0..n).map(|i| y[(i, 0)].abs()).sum::<f64>() / (3.0 * length(n)))
}

/// b - a x, the products added up in double-double; column by column, as they lie.
fn rest(a: &Mat<f64>, x: &Mat<f64>, b: &Mat<f64>) -> Mat<f64> {
    let mut rest = Mat::zeros(b.nrows(), b.ncols());
    for j in 0..b.ncols() {
        let mut sums: Vec<Dd> = (0..b.nrows()).map(|i| Dd::of(b[(i, j)])).collect();
        for k in 0..a.ncols() {
            let factor = -x[(k, j)];
            sums.iter_mut().zip(a.col(k).iter()).for_each(|(sum, value)| *sum += Dd::product(*value, factor));
        }
        sums.iter().enumerate().for_each(|(i, sum)| rest[(i, j)] = sum.value());
    }
    rest
}

pub(super) fn solve(a: &Mat<f64>, b: &Mat<f64>) -> Result<MatrixResponse, Error> {
    square(a)?;
    if b.nrows() != a.nrows() {
        return Err(conflict("b", format!("must have {} rows, as a has", a.nrows())));
    }
    if b.ncols() > super::MAX_SIDE {
        return Err(conflict("b", format!("must have at most {} columns", super::MAX_SIDE)));
    }
    let (lu, condition) = regular(a)?;
    let mut x = lu.solve(b);
    // One correction takes the error of elimination out, where the right-hand sides are few.
    if b.ncols() <= 10 {
        let correction = lu.solve(rest(a, &x, b));
        x = &x + &correction;
    }
    let scale = size(a) * size(&x) + size(b);
    let left = size(&(a * &x - b));
    Ok(MatrixResponse {
        residual: Some(if scale > 0.0 { left / scale } else { 0.0 }),
        rank: Some(a.nrows()),
        condition: Some(condition),
        result: Some(write(&x)),
        method: "LU with partial pivoting and one correction",
        ..MatrixResponse::default()
    })
}

pub(super) fn inverse(a: &Mat<f64>) -> Result<MatrixResponse, Error> {
    let (lu, condition) = regular(a)?;
    let inverse = lu.inverse();
    let identity = Mat::<f64>::identity(a.nrows(), a.nrows());
    let left = remainder(&[a.as_ref(), inverse.as_ref()], &identity) * size(&identity);
    Ok(MatrixResponse {
        residual: Some(left / (size(a) * size(&inverse))),
        rank: Some(a.nrows()),
        condition: Some(condition),
        result: Some(write(&inverse)),
        method: "LU with partial pivoting",
        ..MatrixResponse::default()
    })
}

/// The pseudo-inverse and its rank.
fn pseudo_inverse(a: &Mat<f64>, request: &MatrixRequest) -> Result<(Mat<f64>, usize, Option<f64>), Error> {
    small(a)?;
    let svd = a.thin_svd().map_err(|_| not_converged())?;
    let values: Vec<f64> = (0..a.nrows().min(a.ncols())).map(|i| svd.S().column_vector()[i]).collect();
    let (rank, condition) = rank_condition(&values, tolerance(a, request));
    let (u, v) = (svd.U(), svd.V());
    let scaled = Mat::from_fn(a.ncols(), rank, |i, j| v[(i, j)] / values[j]);
    let left = Mat::from_fn(rank, a.nrows(), |i, j| u[(j, i)]);
    Ok((&scaled * &left, rank, condition))
}

/// The pseudo-inverse, or the null space.
pub(super) fn by_singular_values(a: &Mat<f64>, request: &MatrixRequest) -> Result<MatrixResponse, Error> {
    if request.operation == super::MatrixOperation::PseudoInverse {
        let (inverse, rank, condition) = pseudo_inverse(a, request)?;
        let back = a * &inverse * a;
        return Ok(MatrixResponse {
            residual: Some(super::distance(&back, a)),
            rank: Some(rank),
            condition,
            result: Some(write(&inverse)),
            method: "singular value decomposition",
            ..MatrixResponse::default()
        });
    }
    small(a)?;
    let svd = a.svd().map_err(|_| not_converged())?;
    let values: Vec<f64> = (0..a.nrows().min(a.ncols())).map(|i| svd.S().column_vector()[i]).collect();
    let (rank, condition) = rank_condition(&values, tolerance(a, request));
    let v = svd.V();
    let basis = Mat::from_fn(a.ncols(), a.ncols() - rank, |i, j| v[(i, rank + j)]);
    let scale = size(a);
    let left = if basis.ncols() > 0 { size(&(a * &basis)) } else { 0.0 };
    Ok(MatrixResponse {
        residual: Some(if scale > 0.0 { left / scale } else { left }),
        rank: Some(rank),
        condition,
        result: Some(write(&basis)),
        method: "singular value decomposition",
        ..MatrixResponse::default()
    })
}

pub(super) fn least_squares(a: &Mat<f64>, b: &Mat<f64>, request: &MatrixRequest) -> Result<MatrixResponse, Error> {
    if b.nrows() != a.nrows() {
        return Err(conflict("b", format!("must have {} rows, as a has", a.nrows())));
    }
    let (inverse, rank, condition) = pseudo_inverse(a, request)?;
    let mut x = &inverse * b;
    if b.ncols() <= 10 {
        let correction = &inverse * rest(a, &x, b);
        x = &x + &correction;
    }
    // What remains must stand at right angles to the columns.
    let left = rest(a, &x, b);
    let scale = size(a) * (size(a) * size(&x) + size(b));
    let slope = size(&(a.transpose() * &left));
    Ok(MatrixResponse {
        residual: Some(if scale > 0.0 { slope / scale } else { 0.0 }),
        value: Some(size(&left)),
        rank: Some(rank),
        condition,
        result: Some(write(&x)),
        method: "singular value decomposition, the shortest solution; value is the length of a x - b",
        ..MatrixResponse::default()
    })
}
