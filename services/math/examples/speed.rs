//! CPU time of matrix operations, without HTTP or JSON: a line `solve 1000` on standard input is answered with the
//! milliseconds that operation took on a matrix of that size, everything it does and answers included. `bench/math_speed.py`
//! takes turns with NumPy.
#![expect(clippy::print_stdout, reason = "a measurement for who asked")]

use std::io::{self, BufRead};

use chassis::Call;
use math::matrix::{MatrixOperation, MatrixRequest, compute};

/// CPU time of this thread, in milliseconds.
fn cpu() -> f64 {
    let text = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap_or_default();
    let nanoseconds = text.split_whitespace().next().and_then(|first| first.parse::<f64>().ok());
    nanoseconds.unwrap_or(f64::NAN) / 1e6
}

/// Rows of numbers between -1 and 1 that look random.
fn rows(rows: usize, columns: usize, mut state: u64) -> Vec<Vec<f64>> {
    let mut next = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 11) as f64 / (1_u64 << 52) as f64 - 1.0
    };
    (0..rows).map(|_| (0..columns).map(|_| next()).collect()).collect()
}

fn request(name: &str, n: usize) -> Option<MatrixRequest> {
    let mut a = rows(n, n, 1);
    let (operation, b) = match name {
        "multiply" => (MatrixOperation::Multiply, rows(n, n, 2)),
        "solve" => (MatrixOperation::Solve, rows(n, 1, 2)),
        "inverse" => (MatrixOperation::Inverse, Vec::new()),
        "cholesky" => (MatrixOperation::Cholesky, Vec::new()),
        "qr" => (MatrixOperation::Qr, Vec::new()),
        "symmetric-eigen" => (MatrixOperation::SymmetricEigen, Vec::new()),
        "svd" => (MatrixOperation::Svd, Vec::new()),
        _ => return None,
    };
    if matches!(operation, MatrixOperation::Cholesky | MatrixOperation::SymmetricEigen) {
        for i in 0..n {
            let (above, below) = a.split_at_mut(i + 1);
            below.iter_mut().enumerate().for_each(|(at, row)| row[i] = above[i][i + 1 + at]);
            // Large enough to be positive definite.
            a[i][i] += 2.0 * n as f64;
        }
    }
    Some(MatrixRequest {
        operation,
        a,
        file: None,
        decimal_comma: false,
        shape: None,
        b,
        exponent: None,
        factor: None,
        tolerance: None,
    })
}

fn main() {
    for line in io::stdin().lock().lines().map_while(Result::ok) {
        let mut words = line.split_whitespace();
        let name = words.next().unwrap_or_default();
        let n = words.next().and_then(|size| size.parse().ok()).unwrap_or(1);
        let Some(request) = request(name, n) else {
            println!("unknown");
            continue;
        };
        let before = cpu();
        let answer = compute(request, &Call::detached());
        let spent = cpu() - before;
        match answer {
            Ok(answer) => println!("{spent} {}", answer.residual.unwrap_or(0.0)),
            Err(error) => println!("{error}"),
        }
    }
}
