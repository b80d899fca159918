//! The special functions that distributions stand on.
//!
//! Everything goes through two of them, the incomplete gamma and beta functions, and both are a prefactor times a sum or
//! a fraction. The prefactor (x^a e^-x / gamma(a), and x^a y^b / B(a, b)) is where digits are lost: its logarithm is a small
//! difference of large numbers. It is computed in double-double, which costs two microseconds and leaves no case to think
//! about: statrs loses 7 digits of Student's t at a million degrees of freedom, and returns a floor for small quantiles of
//! gamma and beta. Tails are never one minus the other unless that loses nothing.

pub mod beta;
pub mod gamma;
pub mod normal;

#[cfg(test)]
pub(crate) mod tests_data {
    //! Boost.Math's tables: inputs and results of many digits, one case a row.

    use std::path::Path;

    /// The rows of a table; none, with a word about it, where there is no file.
    pub(crate) fn table(name: &str) -> Vec<Vec<f64>> {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR"));
        let file = format!("{name}.csv");
        let places =
            ["tests/data/boost", "../../../shared/testdata/math/boost"].map(|place| folder.join(place).join(&file));
        let Some(text) = places.iter().find_map(|place| std::fs::read_to_string(place).ok()) else {
            chassis::testing::skipped(&format!("{file} is not here"));
            return Vec::new();
        };
        text.lines().map(|line| line.split(',').map(|cell| cell.trim().parse().unwrap()).collect()).collect()
    }

    /// The worst relative error of a table.
    pub(crate) struct Worst {
        allowed: f64,
        worst: f64,
        case: String,
        seen: usize,
    }

    impl Worst {
        pub(crate) fn new(allowed: f64) -> Self {
            Self { allowed, worst: 0.0, case: String::new(), seen: 0 }
        }

        pub(crate) fn add(&mut self, row: &[f64], found: f64, expected: f64) {
            self.seen += 1;
            // What is no normal double has not all its digits.
            let scale = expected.abs().max(1e-290);
            let error = (found - expected).abs() / scale;
            if error.is_nan() || error > self.worst {
                self.worst = error;
                self.case = format!("{row:?}: {found:e} instead of {expected:e}");
            }
        }

        pub(crate) fn finish(self, at_least: usize) {
            let Self { allowed, worst, case, seen, .. } = self;
            assert!(worst <= allowed, "{worst:e} at {case}");
            assert!(seen == 0 || seen >= at_least, "only {seen} cases");
        }
    }
}
