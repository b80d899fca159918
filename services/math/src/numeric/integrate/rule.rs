//! One interval by Gauss-Kronrod's rule of 21 points, with the error estimate of QUADPACK.

use super::panel::Panel;
use crate::error::Error;
use crate::numeric::function::Functions;

/// The points of the rule on one side, outermost first; every second is one of Gauss's ten.
const POINTS: [f64; 10] = [
    0.995_657_163_025_808_1,
    0.973_906_528_517_171_7,
    0.930_157_491_355_708_2,
    0.865_063_366_688_984_5,
    0.780_817_726_586_416_9,
    0.679_409_568_299_024_4,
    0.562_757_134_668_604_7,
    0.433_395_394_129_247_2,
    0.294_392_862_701_460_2,
    0.148_874_338_981_631_2,
];
const WEIGHTS: [f64; 10] = [
    0.011_694_638_867_371_874,
    0.032_558_162_307_964_725,
    0.054_755_896_574_352,
    0.075_039_674_810_919_96,
    0.093_125_454_583_697_6,
    0.109_387_158_802_297_64,
    0.123_491_976_262_065_84,
    0.134_709_217_311_473_34,
    0.142_775_938_577_060_09,
    0.147_739_104_901_338_49,
];
const CENTER: f64 = 0.149_445_554_002_916_9;
/// The weights of Gauss's rule.
const GAUSS: [f64; 5] = [
    0.066_671_344_308_688_14,
    0.149_451_349_150_580_6,
    0.219_086_362_515_982_04,
    0.269_266_719_309_996_35,
    0.295_524_224_714_752_87,
];
/// Points without a value that may be single places; more are a part of the range.
const HOLES: usize = 2;

/// What the rule says of an interval.
pub(super) struct Estimate {
    pub(super) value: f64,
    pub(super) error: f64,
    /// The integral of the absolute value.
    pub(super) magnitude: f64,
    /// A place inside without a value.
    pub(super) hole: Option<f64>,
}

pub(super) fn estimate(functions: &Functions<'_>, panel: &Panel, a: f64, b: f64) -> Result<Estimate, Error> {
    let (middle, half) = (f64::midpoint(a, b), (b - a) / 2.0);
    let mut holes = Vec::new();
    let mut value = |t: f64| -> Result<f64, Error> {
        if let Ok(value) = panel.value(functions, t)? {
            return Ok(value);
        }
        holes.push(t);
        if holes.len() > HOLES {
            return Err(functions.undefined(&[panel.place(t)]));
        }
        Ok(0.0)
    };
    let center = value(middle)?;
    let mut pairs = [(0.0, 0.0); 10];
    for (pair, point) in pairs.iter_mut().zip(POINTS) {
        *pair = (value(middle - half * point)?, value(middle + half * point)?);
    }
    let mut kronrod = center * CENTER;
    let mut magnitude = center.abs() * CENTER;
    let mut gauss = 0.0;
    for (index, ((left, right), weight)) in pairs.iter().zip(WEIGHTS).enumerate() {
        kronrod += weight * (left + right);
        magnitude += weight * (left.abs() + right.abs());
        if index % 2 == 1 {
            gauss += GAUSS[index / 2] * (left + right);
        }
    }
    let mean = kronrod / 2.0;
    let spread =
        pairs.iter().zip(WEIGHTS).map(|((left, right), weight)| weight * ((left - mean).abs() + (right - mean).abs()));
    let spread = (CENTER * (center - mean).abs() + spread.sum::<f64>()) * half;
    let magnitude = magnitude * half;
    let mut error = ((kronrod - gauss) * half).abs();
    if spread > 0.0 && error > 0.0 {
        error = spread * (200.0 * error / spread).powf(1.5).min(1.0);
    }
    error = error.max(50.0 * f64::EPSILON * magnitude);
    let value = kronrod * half;
    if !holes.is_empty() || !value.is_finite() || !magnitude.is_finite() {
        let value = if value.is_finite() { value } else { 0.0 };
        let magnitude = if magnitude.is_finite() { magnitude } else { f64::MAX };
        return Ok(Estimate { value, error: f64::INFINITY, magnitude, hole: holes.first().copied() });
    }
    Ok(Estimate { value, error, magnitude, hole: None })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_rule_is_exact_for_polynomials() {
        // Of degree 31 for 21 points, of 19 for ten.
        for power in (0..=30).step_by(2) {
            let exact = 2.0 / f64::from(power + 1);
            let zero = if power == 0 { CENTER } else { 0.0 };
            let kronrod = zero + POINTS.iter().zip(WEIGHTS).map(|(x, w)| 2.0 * w * x.powi(power)).sum::<f64>();
            assert!((kronrod - exact).abs() < 1e-15, "{power}");
            if power < 20 {
                let gauss =
                    POINTS.iter().skip(1).step_by(2).zip(GAUSS).map(|(x, w)| 2.0 * w * x.powi(power)).sum::<f64>();
                assert!((gauss - exact).abs() < 1e-15, "{power}");
            }
        }
    }
}
