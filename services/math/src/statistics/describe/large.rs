//! The figures of a large sample: doubles, with sums that keep what rounding drops.
//!
//! Sums run in eight lanes, each with its own compensation, so that they cost little more than plain ones. The numbers are put
//! in order by their bits (radix sort), which takes a third of the time of comparing them.

use chassis::Call;

use super::{Figures, Moments, StatisticsDescribeRequest, cut, fences, modes};
use crate::dd::Dd;
use crate::error::{Error, still_wanted};
use crate::statistics::quantiles::{QuantileType, length};

/// Sums side by side.
const LANES: usize = 8;
/// Numbers between two sums that are compensated.
const BLOCK: usize = 512;
/// Bits of a digit of the radix sort, how many digits there are, and the lowest bit of the last.
const DIGIT: usize = 11;
const DIGITS: usize = 3;
const LOWEST: usize = 64 - DIGIT * DIGITS;

/// The sum, to the last digit of a double and further.
fn sum(values: &[f64]) -> Dd {
    let (mut sums, mut rests) = ([0.0; LANES], [0.0; LANES]);
    let (chunks, tail) = values.as_chunks::<LANES>();
    for chunk in chunks {
        for lane in 0..LANES {
            let (sum, value) = (sums[lane], chunk[lane]);
            let total = sum + value;
            let other = total - sum;
            rests[lane] += (sum - (total - other)) + (value - other);
            sums[lane] = total;
        }
    }
    let all = sums.iter().chain(&rests).chain(tail);
    all.map(|value| Dd::of(*value)).sum()
}

/// Mean, and sums of powers of the distance from it.
fn moments(values: &[f64], total: Dd, same: bool) -> Moments {
    let count = length(values.len());
    let mean = if same { Dd::of(values[0]) } else { total / count };
    let mut powers = [Dd::ZERO; 3];
    for block in values.chunks(BLOCK).take(if same { 0 } else { usize::MAX }) {
        let mut sums = [[0.0; LANES]; 3];
        let (chunks, tail) = block.as_chunks::<LANES>();
        let add = |sums: &mut [[f64; LANES]; 3], lane: usize, value: f64| {
            let distance = (value - mean.hi()) - mean.lo();
            let square = distance * distance;
            sums[0][lane] += square;
            sums[1][lane] += square * distance;
            sums[2][lane] += square * square;
        };
        for chunk in chunks {
            chunk.iter().enumerate().for_each(|(lane, value)| add(&mut sums, lane, *value));
        }
        tail.iter().for_each(|value| add(&mut sums, 0, *value));
        for (power, sums) in powers.iter_mut().zip(sums) {
            *power += Dd::of(sums.iter().sum());
        }
    }
    let [squares, cubes, fourths] = powers;
    Moments { size: values.len(), count, mean, squares, cubes, fourths }
}

/// Puts numbers in order, none of them NaN: by the upper half of their bits, then those few that are alike there.
fn sort(values: &mut [f64]) {
    // The order of these is that of the numbers: the sign bit of positive ones, all bits of negative ones turned.
    let key = |value: f64| {
        let bits = value.to_bits();
        if bits >> 63 == 1 { !bits } else { bits | 1 << 63 }
    };
    let number = |key: u64| f64::from_bits(if key >> 63 == 1 { key & !(1 << 63) } else { !key });
    let digit = |key: u64, place: usize| (key >> (LOWEST + place * DIGIT)) as usize & ((1 << DIGIT) - 1);
    let mut from: Vec<u64> = values.iter().map(|value| key(*value)).collect();
    let mut to = vec![0; from.len()];
    let mut counts = vec![[0_usize; 1 << DIGIT]; DIGITS];
    for key in &from {
        for (place, counts) in counts.iter_mut().enumerate() {
            counts[digit(*key, place)] += 1;
        }
    }
    for (place, counts) in counts.iter_mut().enumerate() {
        if counts.contains(&from.len()) {
            continue;
        }
        let mut start = 0;
        for count in counts.iter_mut() {
            start += std::mem::replace(count, start);
        }
        for key in &from {
            let next = &mut counts[digit(*key, place)];
            to[*next] = *key;
            *next += 1;
        }
        std::mem::swap(&mut from, &mut to);
    }
    for alike in from.chunk_by_mut(|a, b| a >> LOWEST == b >> LOWEST) {
        if alike.len() > 1 {
            alike.sort_unstable();
        }
    }
    values.iter_mut().zip(from).for_each(|(value, key)| *value = number(key));
}

/// The median of the distances from a place: from there outward, as they are in order on both sides.
fn absolute_deviation(sorted: &[f64], median: Dd) -> f64 {
    let n = sorted.len();
    let middle = median.hi();
    let mut above = sorted.partition_point(|value| *value < middle);
    let mut below = above;
    let mut last = [0.0; 2];
    for _ in 0..=n / 2 {
        let down = if below > 0 { middle - sorted[below - 1] } else { f64::INFINITY };
        let up = if above < n { sorted[above] - middle } else { f64::INFINITY };
        let next = if down <= up {
            below -= 1;
            sorted[below]
        } else {
            above += 1;
            sorted[above - 1]
        };
        last = [last[1], next];
    }
    let [before, last] = last.map(|value| (Dd::of(value) - median).abs());
    if n.is_multiple_of(2) { ((before + last) / 2.0).value() } else { last.value() }
}

/// The mean of the logarithms of positive numbers: exponents are added, mantissas multiplied.
fn mean_logarithm(values: &[f64]) -> f64 {
    let mut exponents = 0_i64;
    let mut logarithms = Dd::ZERO;
    for block in values.chunks(BLOCK) {
        let mut products = [1.0; LANES];
        for (at, value) in block.iter().enumerate() {
            let bits = value.to_bits();
            if *value < f64::MIN_POSITIVE {
                logarithms += Dd::of(value.ln());
                continue;
            }
            exponents += (bits >> 52).cast_signed() - 1023;
            products[at % LANES] *= f64::from_bits(bits & ((1 << 52) - 1) | 1023 << 52);
        }
        logarithms += Dd::of(products.iter().map(|product| product.ln()).sum());
    }
    let whole = Dd::whole(i128::from(exponents)) * Dd::of(std::f64::consts::LN_2);
    ((logarithms + whole) / length(values.len())).value()
}

/// The figures of at least one number.
pub(super) fn figures(
    mut values: Vec<f64>,
    request: &StatisticsDescribeRequest,
    call: &Call,
) -> Result<Figures, Error> {
    let total = sum(&values);
    let first = values[0];
    let moments = moments(&values, total, values.iter().all(|value| *value == first));
    still_wanted(call)?;
    sort(&mut values);
    still_wanted(call)?;
    let sorted = values;
    let n = sorted.len();
    let kind = request.quantile_type;
    let at = |kind: QuantileType, probability| kind.of_places(n, |index| Dd::of(sorted[index]), probability);
    let (q1, median, q3) = (at(kind, 0.25), at(QuantileType::Type7, 0.5), at(kind, 0.75));
    let (lower, upper) = fences(q1, q3);
    let below = sorted.partition_point(|value| Dd::of(*value) < lower);
    let above = n - sorted.partition_point(|value| Dd::of(*value) <= upper);
    let (modes, distinct) = modes(&sorted, |value| value);
    let cut = cut(n, request.trim);
    let kept = &sorted[cut..n - cut];
    let positive = sorted[0] > 0.0;
    // Blocks of positive numbers lose nothing that shows.
    let inverses = || -> Vec<f64> {
        let block = |block: &[f64]| {
            let mut sums = [0.0; LANES];
            let (chunks, tail) = block.as_chunks::<LANES>();
            for chunk in chunks {
                sums.iter_mut().zip(chunk).for_each(|(sum, value)| *sum += 1.0 / value);
            }
            sums.iter().sum::<f64>() + tail.iter().map(|value| 1.0 / value).sum::<f64>()
        };
        sorted.chunks(BLOCK).map(block).collect()
    };
    Ok(Figures {
        moments,
        sum: total,
        min: Dd::of(sorted[0]),
        max: Dd::of(sorted[n - 1]),
        quantiles: request.quantiles.iter().map(|probability| at(kind, *probability)).collect(),
        absolute_deviation: absolute_deviation(&sorted, median),
        modes,
        distinct,
        trimmed: (sum(kept) / length(kept.len())).value(),
        geometric: positive.then(|| mean_logarithm(&sorted).exp()),
        harmonic: positive.then(|| (Dd::of(length(n)) / sum(&inverses())).value()),
        outliers: below + above,
        q1,
        median,
        q3,
    })
}

#[cfg(test)]
mod tests {
    use super::super::{exact, example};
    use super::*;

    #[test]
    fn large_and_small_samples_are_described_alike() {
        for kind in 0..4 {
            let values: Vec<f64> = (0..2_001_u32)
                .map(|at| {
                    let wild = f64::from(at.wrapping_mul(2_654_435_761) >> 8);
                    match kind {
                        0 => wild / 1e6 + 1.0,
                        1 => f64::from(at % 7) - 3.0,
                        2 => 42.0,
                        _ => (wild - 8e6) * 1e-3 + 1e6,
                    }
                })
                .collect();
            for count in [1, 2, 3, 1_000, 2_001] {
                let request = example();
                let large = figures(values[..count].to_vec(), &request, &Call::detached()).unwrap();
                let small = exact(values[..count].iter().map(|value| Dd::of(*value)).collect(), &request);
                let (large, small) =
                    (super::super::respond(&request, 0, large), super::super::respond(&request, 0, small));
                let (large, small) = (serde_json::to_value(large).unwrap(), serde_json::to_value(small).unwrap());
                for (name, expected) in small.as_object().unwrap() {
                    let found = &large[name];
                    let close = match (found.as_f64(), expected.as_f64()) {
                        (Some(found), Some(expected)) => {
                            (found - expected).abs() <= 2e-14 * expected.abs() || (found - expected).abs() < 1e-12
                        }
                        _ => found == expected,
                    };
                    assert!(close, "{kind} {count} {name}: {found} {expected}");
                }
            }
        }
    }

    #[test]
    fn bits_are_in_the_order_of_numbers() {
        let mut values = vec![3.5, -0.0, 1e300, -2.0, 0.0, 5e-324, -1e-300, f64::MAX, -7.25, 3.5];
        let mut expected = values.clone();
        expected.sort_by(f64::total_cmp);
        sort(&mut values);
        assert_eq!(values, expected);
    }
}
