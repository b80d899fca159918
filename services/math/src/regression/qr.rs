//! Least squares by QR in double-double.
//!
//! The normal equations square the condition of a problem: on NIST's Filip they have no right digit, and neither have
//! NumPy's and statsmodels' singular values. Here the columns are scaled by powers of two, made orthogonal by modified
//! Gram-Schmidt with the right-hand side as the last column (Björck, 1967), and all of it is done in 31 digits, so 16 are
//! left at a condition of 1e15. A column that loses 14 digits of its length to those before it is a combination of them,
//! and is told as one.
//!
//! A large problem is made orthogonal in doubles (Householder, by faer) unless its columns are nearly collinear; its solution is
//! refined with residuals in double-double until no digit of it changes (Björck's corrected semi-normal equations, 1987).

use chassis::Call;
use faer::Mat;

use super::design::work;
use crate::dd::Dd;
use crate::error::{Error, still_wanted};

/// What a column keeps of its length when it is not a combination of those before it.
const INDEPENDENT: f64 = 1e-14;

/// Rows times the square of columns from which on doubles are tried first.
pub(super) const QUICK: f64 = 5e6;
/// The condition up to which they are good enough.
const WELL_CONDITIONED: f64 = 1e5;

/// A column that is a combination of those before it: its index, and the factors of them.
#[derive(Debug, Clone)]
pub(super) struct Dependent {
    pub(super) column: usize,
    pub(super) factors: Vec<(usize, f64)>,
}

/// What stands for the orthogonal columns.
enum Basis {
    /// They themselves, of length one.
    Orthogonal(Vec<Vec<Dd>>),
    /// The columns they were made of, scaled: Q is X R^-1.
    Columns(Mat<f64>),
}

/// Columns, made orthogonal.
pub(super) struct Qr {
    basis: Basis,
    /// R by columns: `r[j][i]` with i up to j.
    r: Vec<Vec<Dd>>,
    /// What each column was multiplied by.
    scales: Vec<f64>,
    /// Which columns they are.
    pub(super) kept: Vec<usize>,
    pub(super) dependent: Vec<Dependent>,
}

/// The sum of products.
pub(super) fn dot(a: &[Dd], b: &[Dd]) -> Dd {
    // Two sums side by side: one addition need not wait for the other.
    let (mut even, mut odd) = (Dd::ZERO, Dd::ZERO);
    for (a, b) in a.chunks(2).zip(b.chunks(2)) {
        even += a[0] * b[0];
        if let (Some(a), Some(b)) = (a.get(1), b.get(1)) {
            odd += *a * *b;
        }
    }
    even + odd
}

/// Corrections of a solution at most; each gains as many digits as are left of sixteen after the condition is squared.
const REFINEMENTS: u32 = 6;

/// The numbers of a column.
fn column(columns: &Mat<f64>, index: usize) -> impl Iterator<Item = &f64> {
    columns.col(index).iter()
}

/// The product of each column with a vector.
fn products(columns: &Mat<f64>, vector: &[Dd]) -> Vec<Dd> {
    let product = |index: usize| {
        // Four sums side by side: one addition need not wait for the other.
        let mut sums = [Dd::ZERO; 4];
        for (at, (x, value)) in column(columns, index).zip(vector).enumerate() {
            sums[at % 4] += *value * *x;
        }
        (sums[0] + sums[1]) + (sums[2] + sums[3])
    };
    (0..columns.ncols()).map(product).collect()
}

/// The same in doubles.
fn rough_products(columns: &Mat<f64>, vector: &[Dd]) -> Vec<Dd> {
    let vector: Vec<f64> = vector.iter().map(|value| value.hi()).collect();
    let product = |index: usize| {
        let mut sums = [0.0; 8];
        for (at, (x, value)) in column(columns, index).zip(&vector).enumerate() {
            sums[at % 8] += x * value;
        }
        Dd::of(sums.iter().sum())
    };
    (0..columns.ncols()).map(product).collect()
}

/// A power of two near one over the largest value.
fn scale(column: &[Dd]) -> f64 {
    let largest = column.iter().fold(0.0_f64, |largest, value| largest.max(value.hi().abs()));
    if largest > 0.0 { 2.0_f64.powf(-largest.log2().floor()) } else { 1.0 }
}

impl Qr {
    pub(super) fn of(columns: &[Vec<Dd>], call: &Call) -> Result<Self, Error> {
        if let Some(quick) = Self::in_doubles(columns) {
            return Ok(quick);
        }
        let basis = Basis::Orthogonal(Vec::new());
        let mut qr = Self { basis, r: Vec::new(), scales: Vec::new(), kept: Vec::new(), dependent: Vec::new() };
        let mut orthogonal: Vec<Vec<Dd>> = Vec::with_capacity(columns.len());
        for (index, column) in columns.iter().enumerate() {
            still_wanted(call)?;
            let scale = scale(column);
            let mut column: Vec<Dd> = column.iter().map(|value| value.scale(scale)).collect();
            let length = dot(&column, &column).sqrt();
            let mut row = Vec::with_capacity(orthogonal.len() + 1);
            for q in &orthogonal {
                still_wanted(call)?;
                let part = dot(q, &column);
                for (value, q) in column.iter_mut().zip(q) {
                    *value -= *q * part;
                }
                row.push(part);
            }
            let rest = dot(&column, &column).sqrt();
            if rest.hi() <= INDEPENDENT * length.hi() {
                let factors = qr.back(&row);
                let factors =
                    qr.kept.iter().zip(factors).map(|(kept, factor)| (*kept, factor.scale(1.0 / scale).value()));
                let factors = factors.filter(|(_, factor)| factor.abs() > 1e-9).collect();
                qr.dependent.push(Dependent { column: index, factors });
                continue;
            }
            let inverse = Dd::ONE / rest;
            column.iter_mut().for_each(|value| *value *= inverse);
            row.push(rest);
            orthogonal.push(column);
            qr.r.push(row);
            qr.scales.push(scale);
            qr.kept.push(index);
        }
        qr.basis = Basis::Orthogonal(orthogonal);
        Ok(qr)
    }

    /// The same in doubles: of a large problem with columns that are doubles and far from collinear.
    fn in_doubles(columns: &[Vec<Dd>]) -> Option<Self> {
        let (n, p) = (columns.first()?.len(), columns.len());
        if work(n, p) < QUICK || n < 4 * p || columns.iter().flatten().any(|value| value.lo() != 0.0) {
            return None;
        }
        let scales: Vec<f64> = columns.iter().map(|column| scale(column)).collect();
        let scaled = Mat::from_fn(n, p, |i, j| columns[j][i].hi() * scales[j]);
        let factors = scaled.qr();
        let upper = factors.thin_R();
        let r: Vec<Vec<Dd>> = (0..p).map(|j| (0..=j).map(|i| Dd::of(upper[(i, j)])).collect()).collect();
        let quick = Self { basis: Basis::Columns(scaled), r, scales, kept: (0..p).collect(), dependent: Vec::new() };
        // A diagonal of nothing is no divisor.
        let regular = quick.r.iter().all(|column| {
            let length = dot(column, column).sqrt().hi();
            column.last().is_some_and(|diagonal| diagonal.hi().abs() > length / WELL_CONDITIONED)
        });
        (regular && quick.condition() < WELL_CONDITIONED).then_some(quick)
    }

    pub(super) fn rank(&self) -> usize {
        self.kept.len()
    }

    /// R^-1 times a vector.
    fn back_scaled(&self, vector: &[Dd]) -> Vec<Dd> {
        let mut result = vector.to_vec();
        for j in (0..result.len()).rev() {
            result[j] = result[j] / self.r[j][j];
            for i in 0..j {
                let change = self.r[j][i] * result[j];
                result[i] -= change;
            }
        }
        result
    }

    /// R^-1 times a vector, in the units of the columns.
    fn back(&self, vector: &[Dd]) -> Vec<Dd> {
        self.back_scaled(vector).iter().zip(&self.scales).map(|(value, scale)| value.scale(*scale)).collect()
    }

    /// R^-T times a vector.
    fn forward_scaled(&self, mut vector: Vec<Dd>) -> Vec<Dd> {
        for j in 0..vector.len() {
            for i in 0..j {
                let change = self.r[j][i] * vector[i];
                vector[j] -= change;
            }
            vector[j] = vector[j] / self.r[j][j];
        }
        vector
    }

    /// The coefficients of the kept columns, and the residuals.
    pub(super) fn solve(&self, y: &[Dd]) -> (Vec<Dd>, Vec<Dd>) {
        match &self.basis {
            Basis::Orthogonal(columns) => {
                let mut rest = y.to_vec();
                let mut parts = Vec::with_capacity(columns.len());
                for q in columns {
                    let part = dot(q, &rest);
                    for (value, q) in rest.iter_mut().zip(q) {
                        *value -= *q * part;
                    }
                    parts.push(part);
                }
                (self.back(&parts), rest)
            }
            Basis::Columns(columns) => self.refine(columns, y),
        }
    }

    /// The solution by corrections, each from the residuals of the one before.
    fn refine(&self, columns: &Mat<f64>, y: &[Dd]) -> (Vec<Dd>, Vec<Dd>) {
        let mut solution = vec![Dd::ZERO; columns.ncols()];
        let mut rest = y.to_vec();
        let mut before = 1.0;
        for round in 0..REFINEMENTS {
            // What is not yet right need not be known to 31 digits.
            let products = if round == 0 { rough_products(columns, &rest) } else { products(columns, &rest) };
            let step = self.back_scaled(&self.forward_scaled(products));
            let mut change = 0.0_f64;
            for (j, (value, step)) in solution.iter_mut().zip(&step).enumerate() {
                *value += *step;
                change = change.max(step.hi().abs() / value.hi().abs().max(f64::MIN_POSITIVE));
                for (rest, x) in rest.iter_mut().zip(column(columns, j)) {
                    *rest -= *step * *x;
                }
            }
            // The next step would be smaller by as much as this one was.
            if change * (change / before) < 1e-18 {
                break;
            }
            before = change;
        }
        let solution = solution.iter().zip(&self.scales).map(|(value, scale)| value.scale(*scale)).collect();
        (solution, rest)
    }

    /// R^-T times a vector of the columns' units: its length is the error of a prediction there.
    pub(super) fn forward(&self, vector: &[Dd]) -> Vec<Dd> {
        self.forward_scaled(vector.iter().zip(&self.scales).map(|(value, scale)| value.scale(*scale)).collect())
    }

    /// The diagonal of (X^T X)^-1.
    pub(super) fn inverse_diagonal(&self) -> Vec<Dd> {
        let p = self.rank();
        let mut sums = vec![Dd::ZERO; p];
        for j in 0..p {
            let mut unit = vec![Dd::ZERO; p];
            unit[j] = Dd::ONE;
            for (sum, value) in sums.iter_mut().zip(self.back(&unit)) {
                *sum += value.square();
            }
        }
        sums
    }

    /// The part of a row that its own value has in its fitted one.
    pub(super) fn leverage(&self, row: usize) -> f64 {
        match &self.basis {
            Basis::Orthogonal(columns) => columns.iter().map(|q| q[row].value().powi(2)).sum(),
            Basis::Columns(columns) => {
                let mut values: Vec<f64> = (0..columns.ncols()).map(|j| columns[(row, j)]).collect();
                for j in 0..values.len() {
                    let change: f64 = self.r[j][..j].iter().zip(&values).map(|(r, value)| r.hi() * value).sum();
                    values[j] = (values[j] - change) / self.r[j][j].hi();
                }
                values.iter().map(|value| value * value).sum()
            }
        }
    }

    /// How much of a vector lies in the columns: the square of its length there.
    pub(super) fn explained(&self, vector: &[Dd]) -> Dd {
        match &self.basis {
            Basis::Orthogonal(columns) => columns.iter().map(|q| dot(q, vector).square()).sum(),
            Basis::Columns(columns) => {
                // Of a test's statistic, a few digits are enough.
                self.forward_scaled(rough_products(columns, vector)).iter().map(|part| part.square()).sum()
            }
        }
    }

    /// The condition of the columns when each has length one, in the 1-norm.
    pub(super) fn condition(&self) -> f64 {
        let p = self.rank();
        let lengths: Vec<f64> = self.r.iter().map(|row| dot(row, row).sqrt().value()).collect();
        let norm = |columns: &[Vec<f64>]| {
            columns.iter().map(|column| column.iter().map(|value| value.abs()).sum::<f64>()).fold(0.0, f64::max)
        };
        let unit: Vec<Vec<f64>> = self
            .r
            .iter()
            .zip(&lengths)
            .map(|(row, length)| row.iter().map(|value| value.value() / length).collect())
            .collect();
        let inverse: Vec<Vec<f64>> = (0..p)
            .map(|j| {
                let mut unit = vec![Dd::ZERO; p];
                unit[j] = Dd::ONE;
                let column = self.back(&unit);
                column
                    .iter()
                    .zip(&self.scales)
                    .zip(&lengths)
                    .map(|((value, scale), length)| (value.scale(1.0 / *scale)).value() * length)
                    .collect()
            })
            .collect();
        norm(&unit) * norm(&inverse)
    }
}
