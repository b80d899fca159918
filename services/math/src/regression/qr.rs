//! Least squares by QR in double-double.
//!
//! The normal equations square the condition of a problem: on NIST's Filip they have no right digit, and neither have
//! NumPy's and statsmodels' singular values. Here the columns are scaled by powers of two, made orthogonal by modified
//! Gram-Schmidt with the right-hand side as the last column (Björck, 1967), and all of it is done in 31 digits, so 16 are
//! left at a condition of 1e15. A column that loses 14 digits of its length to those before it is a combination of them,
//! and is told as one.

use chassis::Call;

use crate::dd::Dd;
use crate::error::{Error, still_wanted};

/// What a column keeps of its length when it is not a combination of those before it.
const INDEPENDENT: f64 = 1e-14;

/// A column that is a combination of those before it: its index, and the factors of them.
#[derive(Debug, Clone)]
pub(super) struct Dependent {
    pub(super) column: usize,
    pub(super) factors: Vec<(usize, f64)>,
}

/// Columns, made orthogonal.
pub(super) struct Qr {
    /// The independent columns, of length one.
    q: Vec<Vec<Dd>>,
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

/// A power of two near one over the largest value.
fn scale(column: &[Dd]) -> f64 {
    let largest = column.iter().fold(0.0_f64, |largest, value| largest.max(value.hi().abs()));
    if largest > 0.0 { 2.0_f64.powf(-largest.log2().floor()) } else { 1.0 }
}

impl Qr {
    pub(super) fn of(columns: &[Vec<Dd>], call: &Call) -> Result<Self, Error> {
        let mut qr = Self { q: Vec::new(), r: Vec::new(), scales: Vec::new(), kept: Vec::new(), dependent: Vec::new() };
        for (index, column) in columns.iter().enumerate() {
            still_wanted(call)?;
            let scale = scale(column);
            let mut column: Vec<Dd> = column.iter().map(|value| value.scale(scale)).collect();
            let length = dot(&column, &column).sqrt();
            let mut row = Vec::with_capacity(qr.q.len() + 1);
            for q in &qr.q {
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
            qr.q.push(column);
            qr.r.push(row);
            qr.scales.push(scale);
            qr.kept.push(index);
        }
        Ok(qr)
    }

    pub(super) fn rank(&self) -> usize {
        self.kept.len()
    }

    /// R^-1 times a vector, in the units of the columns.
    fn back(&self, vector: &[Dd]) -> Vec<Dd> {
        let mut result = vector.to_vec();
        for j in (0..result.len()).rev() {
            result[j] = result[j] / self.r[j][j];
            for i in 0..j {
                let change = self.r[j][i] * result[j];
                result[i] -= change;
            }
        }
        result.iter().zip(&self.scales).map(|(value, scale)| value.scale(*scale)).collect()
    }

    /// The coefficients of the kept columns, and the residuals.
    pub(super) fn solve(&self, y: &[Dd]) -> (Vec<Dd>, Vec<Dd>) {
        let mut rest = y.to_vec();
        let mut parts = Vec::with_capacity(self.q.len());
        for q in &self.q {
            let part = dot(q, &rest);
            for (value, q) in rest.iter_mut().zip(q) {
                *value -= *q * part;
            }
            parts.push(part);
        }
        (self.back(&parts), rest)
    }

    /// R^-T times a vector of the columns' units: its length is the error of a prediction there.
    pub(super) fn forward(&self, vector: &[Dd]) -> Vec<Dd> {
        let mut result: Vec<Dd> = vector.iter().zip(&self.scales).map(|(value, scale)| value.scale(*scale)).collect();
        for j in 0..result.len() {
            for i in 0..j {
                let change = self.r[j][i] * result[i];
                result[j] -= change;
            }
            result[j] = result[j] / self.r[j][j];
        }
        result
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
        self.q.iter().map(|q| q[row].value().powi(2)).sum()
    }

    /// How much of a vector lies in the columns: the square of its length there.
    pub(super) fn explained(&self, vector: &[Dd]) -> Dd {
        self.q.iter().map(|q| dot(q, vector).square()).sum()
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
