//! Equations and inverses.

use faer::Mat;
use faer::linalg::solvers::{DenseSolveCore, Solve};

use super::decompose::{not_converged, rank_condition, singular_values, tolerance};
use super::{MatrixRequest, MatrixResponse, size, small, square, write};
use crate::dd::Dd;
use crate::error::{Error, conflict};

/// The condition of a matrix that must be regular.
fn regular(a: &Mat<f64>) -> Result<f64, Error> {
    square(a)?;
    small(a)?;
    let values = singular_values(a)?;
    #[expect(clippy::cast_precision_loss, reason = "at most a thousand")]
    let tolerance = a.nrows() as f64 * f64::EPSILON;
    let (rank, condition) = rank_condition(&values, tolerance);
    condition.ok_or_else(|| {
        conflict("a", format!("is singular: its rank is {rank} of {}; use least-squares or pseudo-inverse", a.nrows()))
    })
}

/// b - a x, the products added up in double-double.
fn rest(a: &Mat<f64>, x: &Mat<f64>, b: &Mat<f64>) -> Mat<f64> {
    Mat::from_fn(b.nrows(), b.ncols(), |i, j| {
        let products = (0..a.ncols()).map(|k| Dd::product(a[(i, k)], x[(k, j)]));
        (Dd::of(b[(i, j)]) - products.sum::<Dd>()).value()
    })
}

pub(super) fn solve(a: &Mat<f64>, b: &Mat<f64>) -> Result<MatrixResponse, Error> {
    let condition = regular(a)?;
    if b.nrows() != a.nrows() {
        return Err(conflict("b", format!("must have {} rows, as a has", a.nrows())));
    }
    if b.ncols() > super::MAX_SIDE {
        return Err(conflict("b", format!("must have at most {} columns", super::MAX_SIDE)));
    }
    let lu = a.partial_piv_lu();
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
    let condition = regular(a)?;
    let inverse = a.partial_piv_lu().inverse();
    let identity = Mat::<f64>::identity(a.nrows(), a.nrows());
    let left = size(&(a * &inverse - identity));
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
