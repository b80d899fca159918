//! Matrices: residuals of many, ranks against exact arithmetic, and values of NumPy and SciPy.

use serde_json::{Value, json};

use crate::{answer, client, close, refused};

/// The rank of whole numbers by elimination without fractions (Bareiss).
fn exact_rank(rows: &[Vec<i64>]) -> usize {
    let mut matrix: Vec<Vec<i128>> =
        rows.iter().map(|row| row.iter().map(|value| i128::from(*value)).collect()).collect();
    let (mut rank, mut before) = (0, 1);
    for column in 0..matrix[0].len() {
        let Some(pivot) = (rank..matrix.len()).find(|row| matrix[*row][column] != 0) else { continue };
        matrix.swap(rank, pivot);
        for row in rank + 1..matrix.len() {
            for place in column + 1..matrix[0].len() {
                let product = matrix[row][place] * matrix[rank][column] - matrix[row][column] * matrix[rank][place];
                matrix[row][place] = product / before;
            }
            matrix[row][column] = 0;
        }
        before = matrix[rank][column];
        rank += 1;
        if rank == matrix.len() {
            break;
        }
    }
    rank
}

#[test]
fn small_whole_numbers_and_dependent_rows() {
    many(1500);
}

/// All of them: two minutes. `cargo test --release -p math --test it -- --ignored --nocapture a_hundred_thousand`
#[test]
#[ignore = "takes minutes"]
fn a_hundred_thousand_matrices() {
    many(100_000);
}

/// Decomposes so many random matrices.
fn many(count: usize) {
    let client = client();
    let mut state = 11_u64;
    let mut random = |range: u64| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) % range
    };
    let (mut deficient, mut worst) = (0, 0.0_f64);
    for _ in 0..count {
        let (rows, columns) = (2 + random(7), 2 + random(7));
        let mut matrix: Vec<Vec<i64>> =
            (0..rows).map(|_| (0..columns).map(|_| random(5).cast_signed() - 2).collect()).collect();
        if random(2) == 0 {
            // A row that is the sum of two others, or all ones.
            let (first, last) = (matrix[0].clone(), matrix[matrix.len() - 1].clone());
            matrix[1] = first.iter().zip(&last).map(|(a, b)| a + b).collect();
        }
        if random(10) == 0 {
            matrix.iter_mut().flatten().for_each(|value| *value = 1);
        }
        let rank = exact_rank(&matrix);
        deficient += usize::from(rank < matrix.len().min(matrix[0].len()));
        let side = f64::from(u32::try_from(rows.max(columns)).unwrap());
        let found = answer(&client, "/matrix", &json!({"operation": "svd", "a": matrix}));
        assert_eq!(found["rank"], rank, "{matrix:?}");
        for operation in ["svd", "qr", "pinv", "null-space"] {
            let found = answer(&client, "/matrix", &json!({"operation": operation, "a": matrix}));
            let residual = found["residual"].as_f64().unwrap();
            assert!(residual <= 1e-13 * side, "{operation} {matrix:?}: {residual}");
            worst = worst.max(residual);
        }
        if rows == columns {
            let found = answer(&client, "/matrix", &json!({"operation": "lu", "a": matrix}));
            let residual = found["residual"].as_f64().unwrap();
            assert!(residual <= 1e-13 * side, "lu {matrix:?}: {residual}");
        }
    }
    println!("worst residual {worst:.1e}; {deficient} of {count} of lower rank");
    assert!(deficient > count / 5);
}

#[test]
fn values_that_are_known() {
    let client = client();
    let a = json!([[4, 1, 2], [1, 3, 0], [2, 0, 5]]);
    let compute = |operation: &str| answer(&client, "/matrix", &json!({"operation": operation, "a": a}));
    assert_eq!(compute("determinant")["value"], 43.0);
    assert_eq!(compute("trace")["value"], 12.0);
    assert_eq!(compute("rank")["value"], 3.0);
    // By hand: adjugate over determinant.
    let inverse = compute("inverse");
    assert!(
        close(&inverse["result"][0][0], 15.0 / 43.0, 14) && close(&inverse["result"][1][2], 2.0 / 43.0, 14),
        "{inverse}"
    );
    let cholesky = compute("cholesky");
    assert!(
        close(&cholesky["l"][0][0], 2.0, 15) && close(&cholesky["l"][2][1], -1.0 / 11.0_f64.sqrt(), 14),
        "{cholesky}"
    );
    let eigen = compute("symmetric-eigen");
    let sum: f64 = eigen["eigenvalues"].as_array().unwrap().iter().map(|value| value.as_f64().unwrap()).sum();
    assert!((sum - 12.0).abs() < 1e-13 && eigen["residual"].as_f64().unwrap() < 1e-14);
    let product =
        answer(&client, "/matrix", &json!({"operation": "multiply", "a": [[1, 2], [3, 4]], "b": [[5, 6], [7, 8]]}));
    assert_eq!(product["result"], json!([[19.0, 22.0], [43.0, 50.0]]));
    let solved = answer(&client, "/matrix", &json!({"operation": "solve", "a": [[2, 1], [1, 3]], "b": [[3], [5]]}));
    assert!(close(&solved["result"][0][0], 0.8, 15) && close(&solved["result"][1][0], 1.4, 15), "{solved}");
    // A turn by 90 degrees: eigenvalues i and -i; e^(pi/2 J) is the turn.
    let turn = answer(&client, "/matrix", &json!({"operation": "eigen", "a": [[0, -1], [1, 0]]}));
    let imaginary: f64 =
        turn["eigenvaluesImaginary"].as_array().unwrap().iter().map(|value| value.as_f64().unwrap().abs()).sum();
    assert!((imaginary - 2.0).abs() < 1e-14, "{turn}");
    let half_pi = std::f64::consts::FRAC_PI_2;
    let turned =
        answer(&client, "/matrix", &json!({"operation": "exponential", "a": [[0.0, -half_pi], [half_pi, 0.0]]}));
    assert!(
        turned["result"][0][0].as_f64().unwrap().abs() < 1e-15 && close(&turned["result"][1][0], 1.0, 14),
        "{turned}"
    );
    let power = answer(&client, "/matrix", &json!({"operation": "power", "a": [[1, 1], [1, 0]], "exponent": 50}));
    assert_eq!(power["result"][0][1], 12_586_269_025.0);
    let back = answer(&client, "/matrix", &json!({"operation": "power", "a": [[2, 0], [0, 4]], "exponent": -2}));
    assert_eq!(back["result"], json!([[0.25, 0.0], [0.0, 0.0625]]));
    let fit = answer(
        &client,
        "/matrix",
        &json!({"operation": "least-squares", "a": [[1, 1], [1, 2], [1, 3]], "b": [[1], [2], [2]]}),
    );
    assert!(close(&fit["result"][1][0], 0.5, 13) && close(&fit["result"][0][0], 2.0 / 3.0, 13), "{fit}");
    let kronecker =
        answer(&client, "/matrix", &json!({"operation": "kronecker", "a": [[1, 2]], "b": [[0, 1], [1, 0]]}));
    assert_eq!(kronecker["result"], json!([[0.0, 1.0, 0.0, 2.0], [1.0, 0.0, 2.0, 0.0]]));
    let null = answer(&client, "/matrix", &json!({"operation": "null-space", "a": [[1, 1], [1, 1]]}));
    assert_eq!(null["rank"], 1);
    assert!((null["result"][0][0].as_f64().unwrap() + null["result"][1][0].as_f64().unwrap()).abs() < 1e-15);
    // Hilbert's matrix of order 8 has a condition of 1.5e10 (NumPy 2.4: cond(hilbert(8)) = 1.5257575516e10).
    let hilbert: Vec<Vec<f64>> = (1..=8).map(|i| (0..8).map(|j| 1.0 / f64::from(i + j)).collect()).collect();
    let found = answer(&client, "/matrix", &json!({"operation": "condition", "a": hilbert}));
    assert!(close(&found["value"], 1.525_757_5e10, 6), "{found}");
}

#[test]
fn hostile_matrices_are_refused() {
    let client = client();
    let wide: Vec<Vec<f64>> = vec![vec![1.0; 1100]; 1100];
    for (request, words) in [
        (json!({"operation": "solve", "a": [[1, 2], [2, 4]], "b": [[1], [2]]}), "singular"),
        (json!({"operation": "inverse", "a": [[1, 2, 3]]}), "square"),
        (json!({"operation": "cholesky", "a": [[1, 2], [2, 1]]}), "positive definite"),
        (json!({"operation": "cholesky", "a": [[1, 2], [0, 1]]}), "symmetric"),
        (json!({"operation": "multiply", "a": [[1, 2]], "b": [[1, 2]]}), "2 rows"),
        (json!({"operation": "add", "a": [[1, 2]]}), "missing"),
        (json!({"operation": "rank", "a": [[1, 2], [1]]}), "a[1]"),
        (json!({"operation": "rank", "a": [[]]}), "rows of numbers"),
        (json!({"operation": "power", "a": [[1e100]], "exponent": 1000}), "range"),
        (json!({"operation": "exponential", "a": [[1e5]]}), "1000"),
        (json!({"operation": "svd", "a": wide}), "1000"),
        (json!({"operation": "determinant", "a": [[1e200]]}), "1e150"),
    ] {
        let message = refused(&client, "/matrix", &request);
        assert!(message.contains(words), "{message}");
    }
    // 5,000 x 5,000 is more than a file may have; what a file may have is more than is decomposed.
    let sent = |rows: usize, columns: usize| {
        let path = format!("/api/v1/math/matrix?operation=inverse&shape={rows},{columns}");
        client.post_as("application/octet-stream", &path, vec![0_u8; rows * columns * 8])
    };
    let (largest, large) = (sent(5000, 5000), sent(2400, 2400));
    assert_eq!((largest.status, large.status), (413, 422), "{:?} {:?}", largest.body, large.body);
    let zero = answer(&client, "/matrix", &json!({"operation": "svd", "a": [[0, 0], [0, 0]]}));
    assert_eq!((&zero["rank"], &zero["condition"]), (&json!(0), &Value::Null));
}

/// Large matrices, whose condition and residual are estimated: known solutions, and singular ones found all the same.
#[test]
fn large_matrices_are_solved_and_judged() {
    let client = client();
    let n = 230_usize;
    // Second differences: the inverse is known, the condition in the 1-norm is near n^2 / 2.
    let tridiagonal: Vec<Vec<f64>> = (0..n)
        .map(|i| {
            (0..n)
                .map(|j| {
                    if i == j {
                        2.0
                    } else if i.abs_diff(j) == 1 {
                        -1.0
                    } else {
                        0.0
                    }
                })
                .collect()
        })
        .collect();
    let size = f64::from(u32::try_from(n).unwrap());
    let b: Vec<Vec<f64>> = (0..n).map(|i| vec![f64::from(u8::from(i == 0 || i == n - 1))]).collect();
    let found = answer(&client, "/matrix", &json!({"operation": "solve", "a": tridiagonal, "b": b}));
    for row in found["result"].as_array().unwrap() {
        assert!(close(&row[0], 1.0, 11), "{row}");
    }
    let inverse = answer(&client, "/matrix", &json!({"operation": "inverse", "a": tridiagonal}));
    assert!(close(&inverse["result"][0][0], size / (size + 1.0), 11), "{}", inverse["result"][0][0]);
    let exact = 4.0 * ((size + 1.0).powi(2) / 8.0);
    for found in [&found, &inverse] {
        let condition = found["condition"].as_f64().unwrap();
        assert!(condition > exact / 3.0 && condition < exact * 1.01, "{condition} {exact}");
        assert!(found["residual"].as_f64().unwrap() < 1e-13);
    }
    let mut singular = tridiagonal.clone();
    singular[n - 1] = (0..n).map(|j| singular[0][j] + singular[1][j]).collect();
    for operation in ["solve", "inverse"] {
        let mut request = json!({"operation": operation, "a": singular});
        if operation == "solve" {
            request["b"] = json!(b);
        }
        assert!(refused(&client, "/matrix", &request).contains("rank is 229 of 230"));
    }
    for operation in ["qr", "svd", "lu", "cholesky", "symmetric-eigen"] {
        let found = answer(&client, "/matrix", &json!({"operation": operation, "a": tridiagonal}));
        let residual = found["residual"].as_f64().unwrap();
        assert!(residual > 0.0 && residual < 1e-13 * size, "{operation}: {residual}");
    }
}
