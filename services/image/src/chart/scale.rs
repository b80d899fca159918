//! From numbers to places: round steps, and a domain that ends on them.

/// Ticks at 1, 2 or 5 times a power of ten, as many as come nearest to `count`: the steps that are nearest on a
/// logarithmic scale, so they change at the geometric means √2, √10 and √50 (as in D3; Heckbert's "Nice numbers for
/// graph labels", Graphics Gems 1990, has 1.5, 3 and 7).
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Step {
    /// 1, 2, 2.5 or 5.
    factor: f64,
    /// The power of ten.
    power: i32,
}

impl Step {
    pub(super) fn of(min: f64, max: f64, count: usize) -> Self {
        let raw = (max - min) / count.max(1) as f64;
        let power = raw.log10().floor() as i32;
        let error = raw / 10_f64.powi(power);
        let factor = match error {
            error if error >= 50_f64.sqrt() => return Self { factor: 1.0, power: power + 1 },
            error if error >= 10_f64.sqrt() => 5.0,
            error if error >= 2_f64.sqrt() => 2.0,
            _ => 1.0,
        };
        Self { factor, power }
    }

    /// Steps of about the same size; 2.5 too.
    fn neighbors(self) -> [Self; 5] {
        let Self { factor, power } = self;
        match factor {
            1.0 => [(5.0, power - 1), (1.0, power), (2.0, power), (2.5, power), (5.0, power)],
            2.0 => [(1.0, power), (2.0, power), (2.5, power), (5.0, power), (1.0, power + 1)],
            _ => [(2.0, power), (2.5, power), (5.0, power), (1.0, power + 1), (2.0, power + 1)],
        }
        .map(|(factor, power)| Self { factor, power })
    }

    pub(super) fn size(self) -> f64 {
        self.at(1.0)
    }

    /// So many steps from zero. Small steps are divisions: 3 / 10 is 0.3, and 3 * 0.1 is not.
    fn at(self, steps: f64) -> f64 {
        if self.power < 0 {
            steps * self.factor / 10_f64.powi(-self.power)
        } else {
            steps * self.factor * 10_f64.powi(self.power)
        }
    }

    /// How many steps a number is from zero.
    fn steps_to(self, number: f64) -> f64 {
        let steps = if self.power < 0 {
            number * 10_f64.powi(-self.power) / self.factor
        } else {
            number / (self.factor * 10_f64.powi(self.power))
        };
        // What is a step but for rounding is one: two roundings, or what nobody sees.
        let whole = steps.round();
        let rounding = 2.0 * f64::EPSILON * whole.abs();
        if (steps - whole).abs() < rounding.max(1e-10) { whole } else { steps }
    }

    pub(super) fn ticks(self, min: f64, max: f64) -> Vec<f64> {
        let (first, last) = (self.steps_to(min).ceil(), self.steps_to(max).floor());
        let count = (last - first).clamp(-1.0, 1000.0) as i64;
        (0..=count).map(|index| self.at(first + index as f64)).collect()
    }
}

/// Numbers on a length.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Linear {
    pub(super) min: f64,
    pub(super) max: f64,
    pub(super) step: f64,
    pub(super) ticks: Vec<f64>,
    /// Where `min` and `max` are.
    pub(super) range: (f64, f64),
}

/// What an axis is made of.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Domain {
    /// The smallest and the largest number; none when there are no numbers.
    pub(super) data: Option<(f64, f64)>,
    /// Whether zero is on it, whatever the numbers are.
    pub(super) zero: bool,
    /// Whether all numbers are whole: then there are no ticks between them.
    pub(super) whole: bool,
    /// Ends that are asked for.
    pub(super) ends: (Option<f64>, Option<f64>),
}

impl Domain {
    /// Widens the axis to ticks, but for ends that are asked for. Of the steps around the wanted one, that is taken which
    /// gives nearly the wanted number of ticks and widens the axis little (the terms "density" and "coverage" of Talbot,
    /// Lin, Hanrahan, "An Extension of Wilkinson's Algorithm for Positioning Tick Labels on Axes", 2010).
    pub(super) fn scale(&self, count: usize, range: (f64, f64)) -> Linear {
        let (min, max) = self.bounds();
        let wanted = Step::of(min, max, count);
        let one = Step { factor: 1.0, power: 0 };
        let fractional = |step: Step| self.whole && (step.size() < 1.0 || step.size() == 2.5);
        let steps = wanted.neighbors().map(|step| if fractional(step) { one } else { step });
        let widened = steps.map(|step| {
            let low = if self.ends.0.is_some() { min } else { step.at(step.steps_to(min).floor()) };
            let high = if self.ends.1.is_some() { max } else { step.at(step.steps_to(max).ceil()) };
            // An end that was asked for may be nearer than a step.
            let (low, high) = if low < high { (low, high) } else { (min, max) };
            let density = ((high - low) / step.size() / count as f64).ln().abs();
            let widening = (high - low) / (max - min) - 1.0;
            // 25 reads less well than 20.
            let oddness = if step.factor == 2.5 { 0.08 } else { 0.0 };
            (density + 1.5 * widening + oddness, step, (low, high))
        });
        let best = widened.into_iter().min_by(|a, b| a.0.total_cmp(&b.0));
        let (_, step, (low, high)) = best.expect("there are neighbors");
        Linear { min: low, max: high, step: step.size(), ticks: step.ticks(low, high), range }
    }

    /// An axis that ends where the numbers do.
    pub(super) fn tight(&self, range: (f64, f64)) -> Linear {
        let (min, max) = self.bounds();
        Linear { min, max, step: max - min, ticks: Vec::new(), range }
    }

    /// Two different numbers, far enough apart for their digits.
    fn bounds(&self) -> (f64, f64) {
        let (mut min, mut max) = self.data.unwrap_or((0.0, 1.0));
        if self.zero {
            (min, max) = (min.min(0.0), max.max(0.0));
        }
        if self.ends == (None, None) && self.data.is_none_or(|_| max == 0.0 && min == 0.0) {
            return (0.0, 1.0);
        }
        min = self.ends.0.unwrap_or(min);
        max = self.ends.1.unwrap_or(max);
        let apart = (max.abs().max(min.abs()) * 1e-9).max(f64::MIN_POSITIVE * 1e20);
        if max - min < apart {
            let room = (max.abs() * 0.5).max(apart);
            match self.ends {
                (Some(_), _) => max = min + room.max(min.abs() * 0.5),
                (None, Some(_)) => min = max - room,
                (None, None) => (min, max) = (min - room * 0.2, max + room * 0.2),
            }
        }
        (min, max)
    }
}

impl Linear {
    /// Where a number is.
    pub(super) fn at(&self, number: f64) -> f64 {
        let (from, to) = self.range;
        from + (number - self.min) / (self.max - self.min) * (to - from)
    }

    /// Where a number is, or the end it is beyond.
    pub(super) fn within(&self, number: f64) -> f64 {
        self.at(number.clamp(self.min, self.max))
    }

    pub(super) fn contains(&self, number: f64) -> bool {
        (self.min..=self.max).contains(&number)
    }

    /// Where bars begin: at zero, or at the end next to it.
    pub(super) fn base(&self) -> f64 {
        0.0_f64.clamp(self.min, self.max)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `ticks(start, stop, count)` and `nice(start, stop, count)` of d3-array 3.2.5, for ranges of all sizes.
    #[test]
    fn ticks_are_those_of_d3_and_axes_no_wider() {
        type Case = (f64, f64, usize, Vec<f64>, (f64, f64));
        let cases: Vec<Case> = serde_json::from_str(include_str!("../../tests/data/d3-ticks.json")).unwrap();
        let (mut ours, mut theirs) = (0.0, 0.0);
        for (min, max, count, ticks, nice) in &cases {
            assert_eq!(&Step::of(*min, *max, *count).ticks(*min, *max), ticks, "{min} to {max} in {count}");
            let scale = Domain { data: Some((*min, *max)), ..Domain::default() }.scale(*count, (0.0, 1.0));
            assert!(scale.min <= *min && scale.max >= *max, "{min} to {max} in {count}: {scale:?}");
            assert_eq!((scale.ticks[0], scale.ticks[scale.ticks.len() - 1]), (scale.min, scale.max), "ends on ticks");
            let intervals = scale.ticks.len() - 1;
            assert!(2 * intervals >= *count && intervals <= 2 * count, "{min} to {max} in {count}: {scale:?}");
            ours += (scale.max - scale.min) / (max - min);
            theirs += (nice.1 - nice.0) / (max - min);
        }
        assert_eq!(cases.len(), 180);
        assert!(ours <= theirs, "wider than d3: {ours} {theirs}");
    }

    #[test]
    fn whole_numbers_have_whole_ticks() {
        for (max, ticks) in
            [(0.0, vec![0.0, 1.0]), (2.0, vec![0.0, 1.0, 2.0]), (9.0, vec![0.0, 2.0, 4.0, 6.0, 8.0, 10.0])]
        {
            let domain = Domain { data: Some((0.0, max)), zero: true, whole: true, ..Domain::default() };
            assert_eq!(domain.scale(4, (0.0, 1.0)).ticks, ticks);
        }
    }

    #[test]
    fn every_domain_has_a_length() {
        for (data, zero, ends) in [
            (None, false, (None, None)),
            (Some((0.0, 0.0)), true, (None, Some(-2e-101))),
            (Some((0.0, 0.0)), true, (Some(2e-101), None)),
            (Some((0.0, 0.0)), true, (None, None)),
            (Some((5.0, 5.0)), false, (None, None)),
            (Some((-1e100, 1e100)), false, (None, None)),
            (Some((1e15, 1e15 + 0.125)), false, (None, None)),
            (Some((1e-99, 2e-99)), false, (None, None)),
            (Some((1e9 + 0.3, 1e9 + 5.5)), false, (None, None)),
            (Some((0.0, 0.0)), false, (Some(5.0), None)),
            (Some((0.0, 10.0)), false, (None, Some(-5.0))),
            (Some((3.0, 4.0)), false, (Some(100.0), None)),
        ] {
            let domain = Domain { data, zero, whole: false, ends };
            let whole = Domain { whole: true, ..domain }.scale(5, (0.0, 100.0));
            assert!(whole.min < whole.max, "{data:?} {ends:?} {whole:?}");
            let scale = domain.scale(5, (0.0, 100.0));
            assert!(scale.min < scale.max && scale.step > 0.0, "{data:?} {ends:?} {scale:?}");
            if let (Some((min, max)), (None, None)) = (data, ends) {
                let rounding = scale.step * 1e-6;
                assert!(scale.min <= min + rounding && scale.max >= max - rounding, "{data:?} {scale:?}");
            }
            assert!(scale.ticks.len() <= 20 && scale.ticks.iter().all(|tick| tick.is_finite()), "{scale:?}");
        }
    }
}
