//! Decompositions, each with its residual.

use faer::Mat;
use faer::Side;

use super::{BLOCK, MatrixRequest, MatrixResponse, blocks, remainder, size, small, square, write};
use crate::error::{Error, conflict};

/// What a decomposition says that did not converge.
pub(super) fn not_converged() -> Error {
    conflict("a", "could not be decomposed: its iteration did not converge; scale it, or change it a little")
}

/// Singular values below this part of the largest count as nothing.
pub(super) fn tolerance(a: &Mat<f64>, request: &MatrixRequest) -> f64 {
    #[expect(clippy::cast_precision_loss, reason = "at most a thousand")]
    let side = a.nrows().max(a.ncols()) as f64;
    request.tolerance.unwrap_or(side * f64::EPSILON)
}

/// Singular values, the largest first; of a matrix that is all zeros too.
pub(super) fn singular_values(a: &Mat<f64>) -> Result<Vec<f64>, Error> {
    let mut values = a.singular_values().map_err(|_| not_converged())?;
    values.sort_by(|x, y| y.total_cmp(x));
    Ok(values)
}

/// Elimination with the largest of each column as its pivot; a column without one is passed over, where faer's divides by it.
pub(super) fn eliminate(a: &Mat<f64>) -> (Mat<f64>, Mat<f64>, Vec<usize>) {
    let n = a.nrows();
    let mut rows = write(a);
    let mut permutation: Vec<usize> = (0..n).collect();
    for column in 0..n {
        let size = |row: &usize| rows[*row][column].abs();
        let Some(pivot) = (column..n).max_by(|x, y| size(x).total_cmp(&size(y))) else { break };
        if size(&pivot) == 0.0 {
            continue;
        }
        rows.swap(column, pivot);
        permutation.swap(column, pivot);
        let (done, below) = rows.split_at_mut(column + 1);
        let top = &done[column];
        for row in below {
            let factor = row[column] / top[column];
            row[column] = factor;
            if factor != 0.0 {
                row[column + 1..].iter_mut().zip(&top[column + 1..]).for_each(|(value, top)| *value -= factor * top);
            }
        }
    }
    let one = |i: usize, j: usize| f64::from(u8::from(i == j));
    let l = Mat::from_fn(n, n, |i, j| if i > j { rows[i][j] } else { one(i, j) });
    let u = Mat::from_fn(n, n, |i, j| if i <= j { rows[i][j] } else { 0.0 });
    (l, u, permutation)
}

pub(super) fn lu(a: &Mat<f64>) -> Result<MatrixResponse, Error> {
    square(a)?;
    small(a)?;
    let (l, u, permutation) = eliminate(a);
    let moved = Mat::from_fn(a.nrows(), a.ncols(), |i, j| a[(permutation[i], j)]);
    Ok(MatrixResponse {
        residual: Some(remainder(&[l.as_ref(), u.as_ref()], &moved)),
        l: Some(write(&l)),
        u: Some(write(&u)),
        permutation,
        method: "LU with partial pivoting",
        ..MatrixResponse::default()
    })
}

pub(super) fn qr(a: &Mat<f64>) -> Result<MatrixResponse, Error> {
    small(a)?;
    let qr = a.qr();
    let (q, r) = (qr.compute_thin_Q(), qr.thin_R().to_owned());
    Ok(MatrixResponse {
        residual: Some(remainder(&[q.as_ref(), r.as_ref()], a)),
        q: Some(write(&q)),
        r: Some(write(&r)),
        method: "Householder QR",
        ..MatrixResponse::default()
    })
}

/// Refuses what is not symmetric but for rounding.
fn symmetric(a: &Mat<f64>) -> Result<(), Error> {
    square(a)?;
    small(a)?;
    let scale = size(a);
    let n = a.nrows();
    for (top, left) in blocks(n, n).filter(|(top, left)| left <= top) {
        for j in left..(left + BLOCK).min(n) {
            for i in top.max(j + 1)..(top + BLOCK).min(n) {
                if (a[(i, j)] - a[(j, i)]).abs() > 1e-12 * scale {
                    let message =
                        format!("must be symmetric for this: row {} column {} differs from its mirror", i + 1, j + 1);
                    return Err(conflict("a", message));
                }
            }
        }
    }
    Ok(())
}

pub(super) fn cholesky(a: &Mat<f64>) -> Result<MatrixResponse, Error> {
    symmetric(a)?;
    let refused =
        || conflict("a", "is not positive definite: it has no Cholesky decomposition; use lu or symmetric-eigen");
    let l = a.llt(Side::Lower).map_err(|_| refused())?.L().to_owned();
    let residual = remainder(&[l.as_ref(), l.transpose()], a);
    if residual.is_nan() || residual > 1e-8 {
        return Err(refused());
    }
    Ok(MatrixResponse { residual: Some(residual), l: Some(write(&l)), method: "Cholesky", ..MatrixResponse::default() })
}

pub(super) fn symmetric_eigen(a: &Mat<f64>) -> Result<MatrixResponse, Error> {
    symmetric(a)?;
    let eigen = a.self_adjoint_eigen(Side::Lower).map_err(|_| not_converged())?;
    let vectors = eigen.U().to_owned();
    let values: Vec<f64> = (0..a.nrows()).map(|i| eigen.S().column_vector()[i]).collect();
    let scaled = Mat::from_fn(a.nrows(), a.ncols(), |i, j| vectors[(i, j)] * values[j]);
    Ok(MatrixResponse {
        residual: Some(remainder(&[scaled.as_ref(), vectors.transpose()], a)),
        eigenvalues_imaginary: vec![0.0; values.len()],
        eigenvalues: values,
        eigenvectors: Some(write(&vectors)),
        method: "symmetric eigendecomposition",
        ..MatrixResponse::default()
    })
}

pub(super) fn eigen(a: &Mat<f64>) -> Result<MatrixResponse, Error> {
    square(a)?;
    small(a)?;
    let eigen = a.eigen().map_err(|_| not_converged())?;
    let (vectors, n) = (eigen.U(), a.nrows());
    let values: Vec<(f64, f64)> =
        (0..n).map(|i| eigen.S().column_vector()[i]).map(|value| (value.re, value.im)).collect();
    let part =
        |imaginary: bool| Mat::from_fn(n, n, |i, j| if imaginary { vectors[(i, j)].im } else { vectors[(i, j)].re });
    let (real, imaginary) = (part(false), part(true));
    // A v = lambda v, in parts; a defective matrix has no inverse of its vectors to multiply with.
    let scaled = |x: &Mat<f64>, y: &Mat<f64>, sign: f64| {
        Mat::from_fn(n, n, |i, j| x[(i, j)] * values[j].0 + sign * y[(i, j)] * values[j].1)
    };
    let rest = (size(&(a * &real - scaled(&real, &imaginary, -1.0))).powi(2)
        + size(&(a * &imaginary - scaled(&imaginary, &real, 1.0))).powi(2))
    .sqrt();
    let complex = values.iter().any(|(_, imaginary)| *imaginary != 0.0);
    Ok(MatrixResponse {
        residual: Some(rest / size(a).max(f64::MIN_POSITIVE)),
        eigenvalues: values.iter().map(|(real, _)| *real).collect(),
        eigenvalues_imaginary: values.iter().map(|(_, imaginary)| *imaginary).collect(),
        eigenvectors: Some(write(&real)),
        eigenvectors_imaginary: complex.then(|| write(&imaginary)),
        method: "eigendecomposition by Hessenberg form and QR",
        ..MatrixResponse::default()
    })
}

pub(super) fn svd(a: &Mat<f64>, request: &MatrixRequest) -> Result<MatrixResponse, Error> {
    small(a)?;
    let svd = a.thin_svd().map_err(|_| not_converged())?;
    let (u, v) = (svd.U().to_owned(), svd.V().to_owned());
    let values: Vec<f64> = (0..a.nrows().min(a.ncols())).map(|i| svd.S().column_vector()[i]).collect();
    let scaled = Mat::from_fn(a.nrows(), values.len(), |i, j| u[(i, j)] * values[j]);
    let (rank, condition) = rank_condition(&values, tolerance(a, request));
    Ok(MatrixResponse {
        residual: Some(remainder(&[scaled.as_ref(), v.transpose()], a)),
        rank: Some(rank),
        condition,
        singular_values: values,
        u: Some(write(&u)),
        v: Some(write(&v)),
        method: "singular value decomposition",
        ..MatrixResponse::default()
    })
}

/// How many singular values count, and the largest over the smallest.
pub(super) fn rank_condition(values: &[f64], tolerance: f64) -> (usize, Option<f64>) {
    let largest = values.first().copied().unwrap_or(0.0);
    let rank = values.iter().filter(|value| **value > tolerance * largest && **value > 0.0).count();
    let smallest = values.last().copied().unwrap_or(0.0);
    (rank, (rank == values.len() && smallest > 0.0).then(|| largest / smallest))
}
