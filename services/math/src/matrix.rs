//! Matrices: arithmetic, equations, decompositions.
//!
//! On faer: nalgebra's singular values are wrong for 231 of 841 matrices of ones, by up to 120 % (nalgebra issue 1172), and a
//! wrong singular value is a wrong rank, pseudo-inverse and condition. Every decomposition is multiplied together again,
//! and how far that is from the matrix is in the answer.

mod decompose;
mod functions;
mod solve;

use chassis::{Call, Cost, Missing, Numbers, NumbersOptions, Operation};
use faer::{Mat, MatRef};
use garde::Validate;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::error::{Error, conflict};
use crate::statistics::describe::short;
use crate::statistics::quantiles::length;

const DESCRIPTION: &str = "\
One operation on one or two matrices, each a list of rows. Decompositions and solutions come with their relative \
residual (Frobenius norm), rank and condition number where these show how far to trust the result; a singular matrix \
is refused with a hint on what to use instead. `b` of `solve` and `least-squares` has one column for each right-hand \
side. Decompositions take matrices of up to 1000 rows and columns.";

/// The largest side of a matrix that is decomposed.
const MAX_SIDE: usize = 1000;
/// Numbers of a result.
const MAX_CELLS: usize = 1_000_000;

/// One or two matrices and an operation.
#[derive(Debug, Clone, Serialize, Deserialize, Validate, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[garde(allow_unvalidated)]
pub struct MatrixRequest {
    /// Matrix operation.
    pub operation: MatrixOperation,
    /// First matrix, row by row.
    #[serde(default, alias = "matrix")]
    #[garde(length(max = 5000))]
    pub a: Vec<Vec<f64>>,
    /// File with the numbers: CSV, NDJSON, a JSON list, or doubles of 64 bits; an alternative to lists in the request.
    #[serde(default)]
    pub file: Option<Numbers>,
    /// Whether the decimal mark is a comma, in the file or in cells sent as text: 1.234,56.
    #[serde(default)]
    pub decimal_comma: bool,
    /// Rows and columns of a matrix in a file without rows: a plain list, or doubles of 64 bits row by row.
    #[serde(default)]
    #[garde(inner(length(min = 2, max = 2), inner(range(min = 1, max = 5000))))]
    pub shape: Option<Vec<u32>>,
    /// Second matrix, row by row; for `solve` and `least-squares` one column for each right-hand side.
    #[serde(default)]
    #[garde(length(max = 5000))]
    pub b: Vec<Vec<f64>>,
    /// Exponent of `power`, -1000 to 1000.
    #[serde(default)]
    #[garde(range(min = -1000, max = 1000))]
    pub exponent: Option<i32>,
    /// Factor of `scale`.
    #[serde(default)]
    pub factor: Option<f64>,
    /// Relative tolerance of the rank: singular values below this fraction of the largest count as 0; 2.2e-16 times the
    /// larger dimension when omitted.
    #[serde(default)]
    #[garde(range(min = 0.0, max = 1.0))]
    pub tolerance: Option<f64>,
}

/// Matrix operation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum MatrixOperation {
    /// Sum: a + b.
    Add,
    /// Difference: a - b.
    Subtract,
    /// Matrix product of a and b.
    Multiply,
    /// Element-wise (Hadamard) product of a and b.
    #[serde(alias = "hadamard")]
    Elementwise,
    /// Product of a and the factor.
    Scale,
    /// Transpose of a.
    Transpose,
    /// Matrix power of a.
    Power,
    /// Trace: the sum of the diagonal.
    Trace,
    /// Determinant of a.
    #[serde(alias = "det")]
    Determinant,
    /// Rank: the number of linearly independent rows.
    Rank,
    /// Frobenius, 1-, 2- and infinity norm of a.
    Norms,
    /// Condition number: the largest over the smallest singular value.
    Condition,
    /// Inverse of a.
    #[serde(alias = "inv")]
    Inverse,
    /// Moore-Penrose pseudoinverse of a.
    #[serde(alias = "pinv")]
    PseudoInverse,
    /// Solution x of the linear system a x = b.
    Solve,
    /// Least-squares solution x of a x = b, of minimum norm.
    LeastSquares,
    /// LU decomposition with row pivoting.
    Lu,
    /// QR decomposition.
    Qr,
    /// Cholesky decomposition of a symmetric positive definite matrix.
    Cholesky,
    /// Eigenvalues and eigenvectors of a symmetric matrix.
    #[serde(alias = "eigen-symmetric")]
    SymmetricEigen,
    /// Eigenvalues and eigenvectors of any square matrix.
    Eigen,
    /// Singular value decomposition (SVD).
    Svd,
    /// Orthonormal basis of the null space of a.
    NullSpace,
    /// Matrix exponential of a.
    #[serde(alias = "exp")]
    Exponential,
    /// Kronecker product of a and b.
    Kronecker,
}

/// A matrix in an answer, row by row.
pub type Rows = Vec<Vec<f64>>;

/// Result of a matrix operation.
#[derive(Debug, Default, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct MatrixResponse {
    /// Resulting matrix, row by row; null for a number or a decomposition.
    pub result: Option<Rows>,
    /// Resulting number, as of a trace or determinant; null for others.
    pub value: Option<f64>,
    /// Natural logarithm of the absolute value of the determinant; null for a singular matrix and for other operations.
    pub ln_absolute: Option<f64>,
    /// Relative residual of the decomposition or solution, in the Frobenius norm, estimated from 200 rows on; null for other
    /// operations.
    pub residual: Option<f64>,
    /// Rank: the number of linearly independent rows; null when not computed.
    pub rank: Option<usize>,
    /// Condition number: the largest over the smallest singular value, or of `solve` and `inverse` from 200 rows on that of the
    /// 1-norm; null for a singular matrix or when not computed.
    pub condition: Option<f64>,
    /// Lower triangular factor of LU and Cholesky; null for other operations.
    pub l: Option<Rows>,
    /// Upper triangular factor of LU, or left singular vectors of SVD in columns; null for other operations.
    pub u: Option<Rows>,
    /// Orthogonal factor of QR, in columns; null for other operations.
    pub q: Option<Rows>,
    /// Upper triangular factor of QR; null for other operations.
    pub r: Option<Rows>,
    /// Right singular vectors of SVD, in columns; null for other operations.
    pub v: Option<Rows>,
    /// Row permutation of LU: the index of the row of a at each row of l u, from 0.
    pub permutation: Vec<usize>,
    /// Singular values, in descending order.
    pub singular_values: Vec<f64>,
    /// Real parts of the eigenvalues.
    pub eigenvalues: Vec<f64>,
    /// Imaginary parts of the eigenvalues.
    pub eigenvalues_imaginary: Vec<f64>,
    /// Real parts of the eigenvectors, in columns; null for other operations.
    pub eigenvectors: Option<Rows>,
    /// Imaginary parts of the eigenvectors, in columns; null when all are 0.
    pub eigenvectors_imaginary: Option<Rows>,
    /// Norms of the matrix; null for other operations.
    pub norms: Option<Norms>,
    /// Algorithm used.
    pub method: &'static str,
    /// Result in words.
    pub sentence: String,
}

/// Norms of a matrix.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Norms {
    /// Frobenius norm: the square root of the sum of squares.
    pub frobenius: f64,
    /// 1-norm: the maximum absolute column sum.
    pub one: f64,
    /// 2-norm (spectral norm): the largest singular value.
    pub two: f64,
    /// Infinity norm: the maximum absolute row sum.
    pub infinity: f64,
}

fn example() -> MatrixRequest {
    MatrixRequest {
        operation: MatrixOperation::Solve,
        a: vec![vec![2.0, 1.0], vec![1.0, 3.0]],
        file: None,
        decimal_comma: false,
        shape: None,
        b: vec![vec![3.0], vec![5.0]],
        exponent: None,
        factor: None,
        tolerance: None,
    }
}

/// What the documents say.
#[must_use]
pub fn about(op: Operation) -> Operation {
    op.summary("Compute with matrices: products, linear systems, decompositions")
        .description(DESCRIPTION)
        .example(example)
        .inline(1024)
        .cost_of(
            |request: &MatrixRequest| {
                if request.a.len() > 60 || request.file.is_some() { Cost::Heavy } else { Cost::Light }
            },
        )
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
    Ok(turned(rows.len(), width, |i, j| rows[i][j]))
}

/// The first matrix, of a file.
fn read_file(file: &Numbers, request: &MatrixRequest) -> Result<Mat<f64>, Error> {
    if !request.a.is_empty() {
        return Err(conflict("file", "is there together with a: send one of the two"));
    }
    let shape = match request.shape.as_deref() {
        Some([rows, columns]) => Some([*rows as usize, *columns as usize]),
        _ => None,
    };
    let options = NumbersOptions {
        missing: Missing::Refuse,
        decimal_comma: request.decimal_comma,
        shape,
        ..NumbersOptions::default()
    };
    let table = file.matrix(&options).map_err(Error::File)?;
    let (rows, columns, values) = (table.rows(), table.columns(), table.values());
    if values.is_empty() || values.len() > MAX_CELLS || rows > 5000 {
        return Err(conflict("file", format!("must have at most 5000 rows and from 1 to {MAX_CELLS} numbers")));
    }
    if let Some(index) = values.iter().position(|value| value.abs() > 1e150) {
        return Err(conflict(
            "file",
            format!("holds a number that is too large in row {}: at most 1e150", index / columns + 1),
        ));
    }
    Ok(turned(rows, columns, |i, j| values[i * columns + j]))
}

/// Rows and columns that are turned at once: what lies row by row becomes column by column, block by block, so that each
/// line of memory is read once.
const BLOCK: usize = 32;

/// A matrix by columns of what lies by rows.
fn turned(rows: usize, columns: usize, value: impl Fn(usize, usize) -> f64) -> Mat<f64> {
    let mut matrix = Mat::zeros(rows, columns);
    for (top, left) in blocks(rows, columns) {
        for j in left..(left + BLOCK).min(columns) {
            for i in top..(top + BLOCK).min(rows) {
                matrix[(i, j)] = value(i, j);
            }
        }
    }
    matrix
}

/// The corners of all blocks.
fn blocks(rows: usize, columns: usize) -> impl Iterator<Item = (usize, usize)> {
    (0..rows).step_by(BLOCK).flat_map(move |top| (0..columns).step_by(BLOCK).map(move |left| (top, left)))
}

fn write(matrix: &Mat<f64>) -> Rows {
    let mut rows = vec![vec![0.0; matrix.ncols()]; matrix.nrows()];
    for (top, left) in blocks(matrix.nrows(), matrix.ncols()) {
        for (i, row) in rows.iter_mut().enumerate().skip(top).take(BLOCK) {
            for (j, value) in row.iter_mut().enumerate().skip(left).take(BLOCK) {
                *value = matrix[(i, j)];
            }
        }
    }
    rows
}

/// The root of the sum of all squares.
fn size(matrix: &Mat<f64>) -> f64 {
    matrix.as_ref().norm_l2()
}

/// Rows and columns from which on a residual is estimated.
const ESTIMATED: usize = 200;
/// Vectors of an estimate.
const PROBES: usize = 12;

/// How far the product of factors is from a matrix, relative to its size. Of a large one by products with vectors of random
/// signs, whose mean square is that of all entries: multiplying the factors would cost as much as finding them.
fn remainder(factors: &[MatRef<'_, f64>], wanted: &Mat<f64>) -> f64 {
    if wanted.nrows().min(wanted.ncols()) < ESTIMATED {
        let product = factors[1..].iter().fold(factors[0].to_owned(), |product, factor| &product * *factor);
        return distance(&product, wanted);
    }
    // Xorshift (Marsaglia, 2003): any signs will do, the same each time.
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    let probes = Mat::from_fn(wanted.ncols(), PROBES, |_, _| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        if state & 1 == 0 { 1.0 } else { -1.0 }
    });
    let through = factors.iter().rev().fold(probes.clone(), |vectors, factor| *factor * &vectors);
    let rest = size(&(through - wanted * &probes)) / length(PROBES).sqrt();
    let scale = size(wanted);
    if scale > 0.0 { rest / scale } else { rest }
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
    let a = match &request.file {
        Some(file) => read_file(file, &request)?,
        None => read(&request.a, "a")?,
    };
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
