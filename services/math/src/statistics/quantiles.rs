//! The nine quantiles of Hyndman and Fan (The American Statistician 50, 1996), by the names people know them by.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::dd::Dd;

/// Definition of quantiles, by its number (Hyndman and Fan) or by a program that uses it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum QuantileType {
    /// Type 1: inverse of the empirical distribution function.
    #[serde(rename = "type-1", alias = "1")]
    Type1,
    /// Type 2: inverse of the empirical distribution function, with averages at discontinuities; quartiles as taught at
    /// school.
    #[serde(rename = "type-2", alias = "2", alias = "school")]
    Type2,
    /// Type 3: nearest order statistic, the even one of two.
    #[serde(rename = "type-3", alias = "3")]
    Type3,
    /// Type 4: linear interpolation of the empirical distribution function.
    #[serde(rename = "type-4", alias = "4")]
    Type4,
    /// Type 5: linear interpolation between the midpoints of its steps; used in hydrology.
    #[serde(rename = "type-5", alias = "5", alias = "matlab")]
    Type5,
    /// Type 6: linear interpolation at (n + 1) p.
    #[serde(rename = "type-6", alias = "6")]
    Type6,
    /// Type 7: linear interpolation at (n - 1) p + 1.
    #[default]
    #[serde(rename = "type-7", alias = "7")]
    Type7,
    /// Type 8: median-unbiased for any distribution.
    #[serde(rename = "type-8", alias = "8")]
    Type8,
    /// Type 9: approximately unbiased for the normal distribution.
    #[serde(rename = "type-9", alias = "9")]
    Type9,
    /// Type 7: PERCENTILE.INC, QUARTILE.INC and PERCENTILE of Excel.
    #[serde(alias = "excel")]
    ExcelInc,
    /// Type 6: PERCENTILE.EXC and QUARTILE.EXC of Excel; refused where they give #NUM!.
    ExcelExc,
    /// Type 7: default of NumPy, pandas and R.
    #[serde(alias = "pandas", alias = "r")]
    Numpy,
    /// Type 6: Minitab.
    Minitab,
    /// Type 6: SPSS.
    Spss,
    /// Type 2: SAS, whose own number for it is 5 (QNTLDEF=5).
    Sas,
}

impl QuantileType {
    /// Its number.
    #[must_use]
    pub const fn number(self) -> u8 {
        match self {
            Self::Type1 => 1,
            Self::Type2 | Self::Sas => 2,
            Self::Type3 => 3,
            Self::Type4 => 4,
            Self::Type5 => 5,
            Self::Type6 | Self::ExcelExc | Self::Minitab | Self::Spss => 6,
            Self::Type7 | Self::ExcelInc | Self::Numpy => 7,
            Self::Type8 => 8,
            Self::Type9 => 9,
        }
    }

    /// Whether there is such a quantile; the clamped ones of PERCENTILE.EXC are not.
    #[must_use]
    pub fn allows(self, count: usize, probability: f64) -> bool {
        let place = length(count + 1) * probability;
        self != Self::ExcelExc || (place >= 1.0 - 1e-12 && place <= length(count) + 1e-12)
    }

    /// The quantile of values in order; at least one.
    #[must_use]
    pub fn of(self, sorted: &[Dd], probability: f64) -> Dd {
        self.of_places(sorted.len(), |index| sorted[index], probability)
    }

    /// The same of so many values, each by its place in order, from 0.
    pub(crate) fn of_places(self, count: usize, value: impl Fn(usize) -> Dd, probability: f64) -> Dd {
        let n = length(count);
        let at = |place: f64| {
            #[expect(
                clippy::cast_possible_truncation,
                clippy::cast_sign_loss,
                reason = "clamped to the places there are"
            )]
            let index = place.clamp(1.0, n) as usize;
            value(index - 1)
        };
        // A place that should be whole and is not, because 0.1 is no double, is whole.
        let place = |exact: f64| {
            let near = exact.round();
            if (exact - near).abs() < 4.0 * f64::EPSILON * n.max(1.0) { near } else { exact }
        };
        let discontinuous = |place: f64, halves: fn(f64, bool) -> f64| {
            let whole = place.floor();
            let weight = if place > whole { 1.0 } else { halves(0.0, whole % 2.0 == 0.0) };
            at(whole) * (1.0 - weight) + at(whole + 1.0) * weight
        };
        match self.number() {
            1 => discontinuous(place(n * probability), |_, _| 0.0),
            2 => discontinuous(place(n * probability), |_, _| 0.5),
            3 => discontinuous(place(n * probability - 0.5), |_, even| if even { 0.0 } else { 1.0 }),
            continuous => {
                let (a, b) = match continuous {
                    4 => (0.0, 1.0),
                    5 => (0.5, 0.5),
                    6 => (0.0, 0.0),
                    8 => (1.0 / 3.0, 1.0 / 3.0),
                    9 => (0.375, 0.375),
                    _ => (1.0, 1.0),
                };
                let exact = place(a + probability * (n + 1.0 - a - b));
                let whole = exact.floor();
                let (below, above) = (at(whole), at(whole + 1.0));
                below + (above - below) * (exact - whole)
            }
        }
    }
}

/// A count as a double.
#[expect(clippy::cast_precision_loss, reason = "at most a few millions")]
pub(crate) const fn length(count: usize) -> f64 {
    count as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    fn quantiles(kind: QuantileType, values: &[f64], at: &[f64]) -> Vec<f64> {
        let sorted: Vec<Dd> = values.iter().map(|value| Dd::of(*value)).collect();
        at.iter().map(|probability| kind.of(&sorted, *probability).value()).collect()
    }

    #[test]
    fn all_nine_as_r_has_them() {
        // quantile(c(1, 3, 4, 8, 9, 15, 16, 23), c(.1, .25, .5, .9), type = 1:9), by the definitions in exact fractions.
        let values = [1.0, 3.0, 4.0, 8.0, 9.0, 15.0, 16.0, 23.0];
        for (number, expected) in [
            (QuantileType::Type1, [1.0, 3.0, 8.0, 23.0]),
            (QuantileType::Type2, [1.0, 3.5, 8.5, 23.0]),
            (QuantileType::Type3, [1.0, 3.0, 8.0, 16.0]),
            (QuantileType::Type4, [1.0, 3.0, 8.0, 17.4]),
            (QuantileType::Type5, [1.6, 3.5, 8.5, 20.9]),
            (QuantileType::Type6, [1.0, 3.25, 8.5, 23.0]),
            (QuantileType::Type7, [2.4, 3.75, 8.5, 18.1]),
            (QuantileType::Type8, [1.0 + 2.0 / 6.0, 3.0 + 5.0 / 12.0, 8.5, 21.0 + 5.0 / 6.0]),
            (QuantileType::Type9, [1.4, 3.4375, 8.5, 21.6]),
        ] {
            let found = quantiles(number, &values, &[0.1, 0.25, 0.5, 0.9]);
            let close = found.iter().zip(expected).all(|(found, expected)| (found - expected).abs() < 1e-12);
            assert!(close, "{number:?}: {found:?} {expected:?}");
        }
    }

    #[test]
    fn quartiles_people_argue_about() {
        // The cases of numpy 10736, 17322 and 26379, by hand.
        assert_eq!(quantiles(QuantileType::ExcelInc, &[1.0, 2.0, 3.0, 4.0], &[0.25, 0.75]), [1.75, 3.25]);
        assert_eq!(quantiles(QuantileType::ExcelExc, &[1.0, 2.0, 3.0, 4.0], &[0.25, 0.75]), [1.25, 3.75]);
        let values = [1.0, 2.0, 2.0, 3.0, 3.0, 4.0, 5.0, 5.0, 7.0, 9.0];
        assert_eq!(quantiles(QuantileType::Type7, &values, &[0.25, 0.75]), [2.25, 5.0]);
        assert_eq!(quantiles(QuantileType::Sas, &values, &[0.25, 0.75]), [2.0, 5.0]);
        let values = [41.0, 42.0, 52.0, 55.0, 60.0, 61.0, 61.0, 65.0, 68.0];
        assert_eq!(quantiles(QuantileType::Minitab, &values, &[0.25, 0.75]), [47.0, 63.0]);
        assert_eq!(quantiles(QuantileType::Type2, &values, &[0.25, 0.75]), [52.0, 61.0]);
        assert_eq!(quantiles(QuantileType::Type7, &values, &[0.25, 0.75]), [52.0, 61.0]);
        assert!(!QuantileType::ExcelExc.allows(2, 0.9));
        assert!(QuantileType::Type6.allows(2, 0.9));
    }
}
