//! Numbers as people read them.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Thousands and decimal separators.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Separators {
    /// 1,234.5
    #[default]
    Comma,
    /// 1.234,5
    Point,
    /// 1 234,5
    Space,
    /// 1234.5
    None,
}

/// How the numbers of a chart are written.
#[derive(Debug, Clone, Default)]
pub(super) struct Numbers {
    pub(super) prefix: String,
    pub(super) suffix: String,
    pub(super) decimals: Option<u8>,
    pub(super) separators: Separators,
}

/// Thousands, and what they are called in short.
const UNITS: [(f64, &str); 4] = [(1e12, "T"), (1e9, "B"), (1e6, "M"), (1e3, "k")];
/// Above and below, numbers are written with a power of ten.
const PLAIN: std::ops::Range<f64> = 1e-4..1e15;

impl Numbers {
    /// The ticks of an axis: all with the same unit and as many decimals as their step needs.
    pub(super) fn ticks(&self, ticks: &[f64], step: f64) -> Vec<String> {
        let largest = ticks.iter().fold(0.0_f64, |largest, tick| largest.max(tick.abs()));
        if largest != 0.0 && (!PLAIN.contains(&largest) || step < PLAIN.start * 1e-3) {
            let digits = (largest / step).log10().ceil().clamp(0.0, 15.0) as usize;
            return ticks.iter().map(|tick| self.scientific(*tick, digits)).collect();
        }
        let short = |(unit, _): &&(f64, &str)| {
            let decimals = decimals_of(step / unit);
            largest >= 10.0 * unit && decimals <= 2 || largest >= *unit && *unit > 1e3 && decimals <= 1
        };
        let (unit, name) = UNITS.iter().find(short).copied().unwrap_or((1.0, ""));
        let decimals = self.decimals.map_or_else(|| decimals_of(step / unit), usize::from);
        // Nothing is nothing in every unit.
        let own = |tick: f64| if tick == 0.0 && unit > 1.0 { (1.0, "", 0) } else { (unit, name, decimals) };
        let write = |tick: &f64| {
            let (unit, name, decimals) = own(*tick);
            self.plain(*tick, unit, name, decimals)
        };
        ticks.iter().map(write).collect()
    }

    /// One value: short, and exact as far as a reader wants to know.
    pub(super) fn value(&self, value: f64) -> String {
        let size = value.abs();
        if size != 0.0 && !PLAIN.contains(&size) {
            return self.scientific(value, 2);
        }
        if let Some(decimals) = self.decimals {
            return self.plain(value, 1.0, "", usize::from(decimals));
        }
        let (unit, name) = UNITS.iter().find(|(unit, _)| size >= *unit && size >= 1e6).copied().unwrap_or((1.0, ""));
        let scaled = size / unit;
        let most: i32 = match scaled {
            100_000.0.. => 0,
            100.0.. => 1,
            1.0.. => 2,
            _ => (2.0 - scaled.max(1e-9).log10().floor()) as i32,
        };
        // As few as give the same number.
        let round = |decimals: i32| format!("{scaled:.*}", decimals as usize);
        let exact: f64 = round(most).parse().unwrap_or(scaled);
        let fewer = (0..most).find(|decimals| round(*decimals).parse::<f64>().is_ok_and(|number| number == exact));
        self.plain(value, unit, name, fewer.unwrap_or(most) as usize)
    }

    /// One value in at most three figures, such as 31.5k, where there is little room.
    pub(super) fn short(&self, value: f64) -> String {
        let size = value.abs();
        let unit = UNITS.iter().find(|(unit, _)| size >= *unit);
        let Some((unit, name)) = unit.filter(|_| self.decimals.is_none() && PLAIN.contains(&size)) else {
            return self.value(value);
        };
        // 999,999 is 1000k: three figures are enough for all but that.
        let most = match size / unit {
            100.0.. => 0,
            10.0.. => 1,
            _ => 2,
        };
        let written = format!("{:.most$}", size / unit);
        let zeros = written.len() - written.trim_end_matches('0').len();
        let decimals = if most == 0 { 0 } else { most - zeros.min(most) };
        self.plain(value, *unit, name, decimals)
    }

    fn plain(&self, value: f64, unit: f64, name: &str, decimals: usize) -> String {
        let digits = format!("{:.decimals$}", value.abs() / unit);
        let (whole, fraction) = digits.split_once('.').unwrap_or((&digits, ""));
        let (between, point) = match self.separators {
            Separators::Comma => (",", "."),
            Separators::Point => (".", ","),
            Separators::Space => ("\u{a0}", ","),
            Separators::None => ("", "."),
        };
        let mut text = String::new();
        for (index, digit) in whole.chars().enumerate() {
            if index > 0 && (whole.len() - index) % 3 == 0 {
                text.push_str(between);
            }
            text.push(digit);
        }
        if !fraction.is_empty() {
            text.push_str(point);
            text.push_str(fraction);
        }
        let is_zero = digits.bytes().all(|byte| matches!(byte, b'0' | b'.'));
        self.dressed(value < 0.0 && !is_zero, &format!("{text}{name}"))
    }

    fn scientific(&self, value: f64, digits: usize) -> String {
        let written = format!("{:.digits$e}", value.abs());
        let (mantissa, power) = written.split_once('e').unwrap_or((&written, "0"));
        let mantissa =
            if mantissa.contains('.') { mantissa.trim_end_matches('0').trim_end_matches('.') } else { mantissa };
        let comma = matches!(self.separators, Separators::Point | Separators::Space);
        let mantissa = if comma { mantissa.replace('.', ",") } else { mantissa.to_owned() };
        let number = if value == 0.0 { "0".to_owned() } else { format!("{mantissa}e{power}") };
        self.dressed(value < 0.0, &number)
    }

    /// The sign comes before the currency, as in -$5.
    fn dressed(&self, negative: bool, number: &str) -> String {
        format!("{}{}{number}{}", if negative { "-" } else { "" }, self.prefix, self.suffix)
    }
}

/// Decimals a step of 1, 2 or 5 times a power of ten needs, and any other up to six figures.
fn decimals_of(step: f64) -> usize {
    let enough = |decimals: &i32| {
        let scaled = step.abs() * 10_f64.powi(*decimals);
        (scaled - scaled.round()).abs() < 1e-6 * scaled.max(1e-6)
    };
    (0..12).find(enough).unwrap_or(12) as usize
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plain() -> Numbers {
        Numbers::default()
    }

    #[test]
    fn ticks_share_a_unit_and_their_decimals() {
        for (ticks, step, written) in [
            (vec![0.0, 0.5, 1.0], 0.5, vec!["0.0", "0.5", "1.0"]),
            (vec![0.0, 2000.0, 4000.0], 2000.0, vec!["0", "2,000", "4,000"]),
            (vec![0.0, 20_000.0, 40_000.0], 20_000.0, vec!["0", "20k", "40k"]),
            (vec![999_999.0, 1_000_000.0], 1.0, vec!["999,999", "1,000,000"]),
            (vec![-2.5e6, 0.0, 2.5e6], 2.5e6, vec!["-2.5M", "0", "2.5M"]),
            (vec![0.0, 5e14], 5e14, vec!["0", "500T"]),
            (vec![0.0, 1e15, 2e15], 1e15, vec!["0", "1e15", "2e15"]),
            (vec![0.0, 5e-10, 1e-9], 5e-10, vec!["0", "5e-10", "1e-9"]),
        ] {
            assert_eq!(plain().ticks(&ticks, step), written);
        }
    }

    #[test]
    fn values_are_short() {
        for (value, written) in [
            (0.0, "0"),
            (-0.0, "0"),
            (1234.0, "1,234"),
            (1234.5, "1,234.5"),
            (99.95, "99.95"),
            (12.5, "12.5"),
            (0.1 + 0.2, "0.3"),
            (-1_230_000.0, "-1.23M"),
            (0.001234, "0.00123"),
            (1e-9, "1e-9"),
            (1.5e18, "1.5e18"),
        ] {
            assert_eq!(plain().value(value), written);
        }
        for (value, written) in [
            (31_512.0, "31.5k"),
            (-31_000.0, "-31k"),
            (1_204.0, "1.2k"),
            (100_400.0, "100k"),
            (999.0, "999"),
            (2_345_678.0, "2.35M"),
            (0.0, "0"),
        ] {
            assert_eq!(plain().short(value), written);
        }
        let euro = Numbers { suffix: " €".into(), separators: Separators::Point, decimals: Some(2), ..plain() };
        assert_eq!(euro.value(-1234.5), "-1.234,50 €");
        let dollar = Numbers { prefix: "$".into(), ..plain() };
        assert_eq!(dollar.value(-5.0), "-$5");
    }
}
