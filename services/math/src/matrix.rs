//! Matrices: arithmetic, equations, decompositions.
//!
//! On faer: nalgebra's singular values are wrong for 231 of 841 matrices of ones, by up to 120 % (nalgebra issue 1172), and a
//! wrong singular value is a wrong rank, pseudo-inverse and condition. Every decomposition is multiplied together again,
//! and how far that is from the matrix is in the answer.

mod decompose;
mod functions;
mod solve;

use chassis::{Call, Cost, Operation};
use faer::Mat;
use garde::Validate;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::error::{Error, conflict};
use crate::statistics::describe::short;

const DESCRIPTION: &str = "\
One operation on a matrix, given as a list of rows, or on two. Decompositions and solutions come with their residual (relative, Frobenius), rank and \
condition where they tell how far to trust the result; a singular matrix is refused with a word on what to use instead. `b` of `solve` and \
`least-squares` has a column for each right-hand side. Sizes up to 1000 for decompositions.";

/// The largest side of a matrix that is decomposed.
const MAX_SIDE: usize = 1000;
/// Numbers of a result.
const MAX_CELLS: usize = 1_000_000;

/// A matrix, or two, and what to do.
#[derive(Debug, Clone, Serialize, Deserialize, Validate, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[garde(allow_unvalidated)]
pub struct MatrixRequest {
    /// What to do.
    pub operation: MatrixOperation,
    /// The matrix, row by row.
    #[serde(alias = "matrix")]
    #[garde(length(min = 1, max = 5000))]
    pub a: Vec<Vec<f64>>,
    /// The second matrix.
    #[serde(default)]
    #[garde(length(max = 5000))]
    pub b: Vec<Vec<f64>>,
    /// The exponent of `power`.
    #[serde(default)]
    #[garde(range(min = -1000, max = 1000))]
    pub exponent: Option<i32>,
    /// The factor of `scale`.
    #[serde(default)]
    pub factor: Option<f64>,
    /// Singular values below this part of the largest count as 0; the larger side times 2.2e-16 when it is not given.
    #[serde(default)]
    #[garde(range(min = 0.0, max = 1.0))]
    pub tolerance: Option<f64>,
}

/// What to do with a matrix.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum MatrixOperation {
    /// a + b.
    Add,
    /// a - b.
    Subtract,
    /// The product of a and b.
    Multiply,
    /// Each element of a times that of b.
    #[serde(alias = "hadamard")]
    Elementwise,
    /// The factor times a.
    Scale,
    /// Rows become columns.
    Transpose,
    /// a times itself.
    Power,
    /// The sum of the diagonal.
    Trace,
    /// The determinant.
    #[serde(alias = "det")]
    Determinant,
    /// The number of independent rows.
    Rank,
    /// The Frobenius, 1-, 2- and infinity norm.
    Norms,
    /// The largest singular value over the smallest.
    Condition,
    /// The inverse.
    #[serde(alias = "inv")]
    Inverse,
    /// Moore and Penrose's pseudo-inverse.
    #[serde(alias = "pinv")]
    PseudoInverse,
    /// x with a x = b.
    Solve,
    /// x with the smallest a x - b, and of those the shortest.
    LeastSquares,
    /// Lower and upper triangle, rows exchanged.
    Lu,
    /// Orthogonal columns and a triangle.
    Qr,
    /// The triangle whose square is a symmetric positive definite matrix.
    Cholesky,
    /// Eigenvalues and -vectors of a symmetric matrix.
    #[serde(alias = "eigen-symmetric")]
    SymmetricEigen,
    /// Eigenvalues and -vectors of any square matrix.
    Eigen,
    /// Singular values and vectors.
    Svd,
    /// Directions that a turns into nothing.
    NullSpace,
    /// e to the power of a.
    #[serde(alias = "exp")]
    Exponential,
    /// Every element of a times all of b.
    Kronecker,
}

/// A matrix in an answer, row by row.
pub type Rows = Vec<Vec<f64>>;

/// The result.
#[derive(Debug, Default, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct MatrixResponse {
    /// The resulting matrix; null for a number or a decomposition.
    pub result: Option<Rows>,
    /// The resulting number.
    pub value: Option<f64>,
    /// Its natural logarithm, of a determinant's size.
    pub ln_absolute: Option<f64>,
    /// How far the factors' product, or the solution, is from what was given, relative to its size.
    pub residual: Option<f64>,
    /// The number of independent rows.
    pub rank: Option<usize>,
    /// The largest singular value over the smallest; null for a singular matrix.
    pub condition: Option<f64>,
    /// The lower triangle of LU and Cholesky.
    pub l: Option<Rows>,
    /// The upper triangle of LU; the left singular vectors of SVD.
    pub u: Option<Rows>,
    /// The orthogonal columns of QR.
    pub q: Option<Rows>,
    /// The triangle of QR.
    pub r: Option<Rows>,
    /// The right singular vectors of SVD, in columns.
    pub v: Option<Rows>,
    /// For LU: the row of a that stands at each place of l u.
    pub permutation: Vec<usize>,
    /// The singular values, the largest first.
    pub singular_values: Vec<f64>,
    /// The real parts of the eigenvalues.
    pub eigenvalues: Vec<f64>,
    /// The imaginary parts.
    pub eigenvalues_imaginary: Vec<f64>,
    /// The eigenvectors in columns; their real parts.
    pub eigenvectors: Option<Rows>,
    /// The imaginary parts; null when all are 0.
    pub eigenvectors_imaginary: Option<Rows>,
    /// Norms by their names.
    pub norms: Option<Norms>,
    /// The method.
    pub method: &'static str,
    /// The result in words.
    pub sentence: String,
}

/// The norms of a matrix.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Norms {
    /// The root of the sum of all squares.
    pub frobenius: f64,
    /// The largest sum of a column.
    pub one: f64,
    /// The largest singular value.
    pub two: f64,
    /// The largest sum of a row.
    pub infinity: f64,
}

fn example() -> MatrixRequest {
    MatrixRequest {
        operation: MatrixOperation::Solve,
        a: vec![vec![2.0, 1.0], vec![1.0, 3.0]],
        b: vec![vec![3.0], vec![5.0]],
        exponent: None,
        factor: None,
        tolerance: None,
    }
}

/// What the documents say.
#[must_use]
pub fn about(op: Operation) -> Operation {
    op.summary("Compute with matrices: products, equations, decompositions")
        .description(DESCRIPTION)
        .example(example)
        .cost_of(|request: &MatrixRequest| if request.a.len() > 60 { Cost::Heavy } else { Cost::Light })
}

/// A matrix of a request.
fn read(rows: &[Vec<f64>], field: &'static str) -> Result<Mat<f64>, Error> {
    let width = rows.first().map_or(0, Vec::len);
    if width == 0 {
        return Err(conflict(field, "must be a list of rows of numbers"));
    }
    if let Some(index) = rows.iter().position(|row| row.len() != width) {
        return Err(conflict(format!("{field}[{index}]"), format!("must have {width} numbers, as the first row")));
    }
    if let Some(index) = rows.iter().position(|row| row.iter().any(|value| value.abs() > 1e150)) {
        return Err(conflict(format!("{field}[{index}]"), "holds a number that is too large: at most 1e150"));
    }
    if rows.len() * width > MAX_CELLS {
        return Err(conflict(field, format!("must have at most {MAX_CELLS} numbers")));
    }
    Ok(Mat::from_fn(rows.len(), width, |i, j| rows[i][j]))
}

fn write(matrix: &Mat<f64>) -> Rows {
    (0..matrix.nrows()).map(|i| (0..matrix.ncols()).map(|j| matrix[(i, j)]).collect()).collect()
}

/// The root of the sum of all squares.
fn size(matrix: &Mat<f64>) -> f64 {
    matrix.as_ref().norm_l2()
}

/// How far one matrix is from another, relative to the size of the second.
fn distance(found: &Mat<f64>, wanted: &Mat<f64>) -> f64 {
    let scale = size(wanted);
    let rest = size(&(found - wanted));
    if scale > 0.0 { rest / scale } else { rest }
}

fn square(a: &Mat<f64>) -> Result<(), Error> {
    if a.nrows() == a.ncols() {
        Ok(())
    } else {
        Err(conflict("a", format!("must be square for this (it is {} x {})", a.nrows(), a.ncols())))
    }
}

fn small(a: &Mat<f64>) -> Result<(), Error> {
    if a.nrows().max(a.ncols()) <= MAX_SIDE {
        Ok(())
    } else {
        Err(conflict("a", format!("must be at most {MAX_SIDE} x {MAX_SIDE} for this")))
    }
}

/// An answer that is a matrix.
fn matrix(result: &Mat<f64>) -> MatrixResponse {
    MatrixResponse { result: Some(write(result)), ..MatrixResponse::default() }
}

/// Computes with matrices.
///
/// # Errors
/// When sizes do not fit, a matrix is singular where it must not be, or a result is no number.
pub fn compute(request: MatrixRequest, call: &Call) -> Result<MatrixResponse, Error> {
    use MatrixOperation as Op;
    let a = read(&request.a, "a")?;
    let needs_b = matches!(
        request.operation,
        Op::Add | Op::Subtract | Op::Multiply | Op::Elementwise | Op::Solve | Op::LeastSquares | Op::Kronecker
    );
    if needs_b == request.b.is_empty() {
        let message =
            if needs_b { "is missing: this needs a second matrix" } else { "is not used by this: leave it out" };
        return Err(conflict("b", message));
    }
    let b = if needs_b { read(&request.b, "b")? } else { Mat::zeros(0, 0) };
    let same = || {
        if (a.nrows(), a.ncols()) == (b.nrows(), b.ncols()) {
            Ok(())
        } else {
            Err(conflict("b", format!("must be {} x {} as a is", a.nrows(), a.ncols())))
        }
    };
    let cells = |rows: usize, columns: usize| {
        if rows.saturating_mul(columns) <= MAX_CELLS {
            Ok(())
        } else {
            Err(conflict("b", format!("gives a result of more than {MAX_CELLS} numbers")))
        }
    };
    let answer = match request.operation {
        Op::Add | Op::Subtract | Op::Elementwise => {
            same()?;
            let combine = |x: f64, y: f64| match request.operation {
                Op::Add => x + y,
                Op::Subtract => x - y,
                _ => x * y,
            };
            matrix(&Mat::from_fn(a.nrows(), a.ncols(), |i, j| combine(a[(i, j)], b[(i, j)])))
        }
        Op::Multiply => {
            if a.ncols() != b.nrows() {
                let message = format!("must have {} rows, as many as a has columns (it has {})", a.ncols(), b.nrows());
                return Err(conflict("b", message));
            }
            small(&a)?;
            cells(a.nrows(), b.ncols())?;
            matrix(&(&a * &b))
        }
        Op::Scale => {
            let factor = request.factor.ok_or_else(|| conflict("factor", "is missing: send the factor"))?;
            matrix(&Mat::from_fn(a.nrows(), a.ncols(), |i, j| a[(i, j)] * factor))
        }
        Op::Transpose => matrix(&a.transpose().to_owned()),
        Op::Kronecker => {
            cells(a.nrows() * b.nrows(), a.ncols() * b.ncols())?;
            let (rows, columns) = (b.nrows(), b.ncols());
            matrix(&Mat::from_fn(a.nrows() * rows, a.ncols() * columns, |i, j| {
                a[(i / rows, j / columns)] * b[(i % rows, j % columns)]
            }))
        }
        Op::Trace => {
            square(&a)?;
            let sum = (0..a.nrows()).map(|i| a[(i, i)]).sum();
            MatrixResponse { value: Some(sum), ..MatrixResponse::default() }
        }
        Op::Power => functions::power(&a, request.exponent, call)?,
        Op::Exponential => functions::exponential(&a, call)?,
        Op::Determinant => functions::determinant(&a)?,
        Op::Rank | Op::Norms | Op::Condition => functions::figures(&a, &request)?,
        Op::Inverse => solve::inverse(&a)?,
        Op::PseudoInverse | Op::NullSpace => solve::by_singular_values(&a, &request)?,
        Op::Solve => solve::solve(&a, &b)?,
        Op::LeastSquares => solve::least_squares(&a, &b, &request)?,
        Op::Lu => decompose::lu(&a)?,
        Op::Qr => decompose::qr(&a)?,
        Op::Cholesky => decompose::cholesky(&a)?,
        Op::SymmetricEigen => decompose::symmetric_eigen(&a)?,
        Op::Eigen => decompose::eigen(&a)?,
        Op::Svd => decompose::svd(&a, &request)?,
    };
    finite(&answer)?;
    if let Some(condition) = answer.condition.filter(|condition| *condition > 1e12) {
        let message = format!(
            "the matrix is nearly singular (condition {condition:.1e}): about {:.0} digits of the result are lost",
            condition.log10()
        );
        call.warn("ill-conditioned", Some("a"), message);
    }
    if let Some(residual) = answer.residual.filter(|residual| *residual > 1e-11) {
        let message = format!("the residual is {residual:.1e}: take only that many digits of the result for right");
        call.warn("inexact", Some("a"), message);
    }
    let sentence = match (&answer.value, &answer.result) {
        (Some(value), _) => format!("The result is {}.", short(*value)),
        (None, Some(rows)) => {
            format!("The result has {} rows and {} columns.", rows.len(), rows.first().map_or(0, Vec::len))
        }
        (None, None) => format!("The factors of a matrix of {} x {}.", a.nrows(), a.ncols()),
    };
    Ok(MatrixResponse { sentence, method: if answer.method.is_empty() { "direct" } else { answer.method }, ..answer })
}

/// Refuses a result that left the range of numbers.
fn finite(answer: &MatrixResponse) -> Result<(), Error> {
    let rows = [&answer.result, &answer.l, &answer.u, &answer.q, &answer.r, &answer.v];
    let cells = rows.into_iter().flatten().flatten().flatten();
    if cells.chain(&answer.value).all(|value| value.is_finite()) {
        Ok(())
    } else {
        Err(conflict("a", "gives a result beyond the range of numbers: scale it down"))
    }
}
