//! The angle of the lines: feet of letters stand on lines, so their heights gather in few places when seen along these.

use super::components::Component;

/// Degrees that are looked for.
const WIDEST: f64 = 20.0;
const COARSE: f64 = 0.5;
const FINE: f64 = 0.05;
/// Letters that are needed, and looked at at most.
const FEWEST: usize = 40;
const MOST: usize = 20_000;
/// Lines must stand out so much more than without turning.
const GAIN: f64 = 1.25;

/// Degrees by which lines rise to the right; 0 when they are level, or there is nothing to tell it by.
pub(crate) fn skew(letters: &[Component], height: f64) -> f64 {
    if letters.len() < FEWEST || height < 3.0 {
        return 0.0;
    }
    let stride = letters.len().div_ceil(MOST);
    let foot = |letter: &Component| (f64::from(letter.left + letter.right) / 2.0, f64::from(letter.bottom));
    let feet: Vec<(f64, f64)> = letters.iter().step_by(stride).map(foot).collect();
    let bin = (height / 4.0).max(2.0);
    let mut counts = Vec::new();
    let mut score = |degrees: f64| gathered(&feet, degrees, bin, &mut counts);
    let mut best = (0.0, score(0.0));
    let level = best.1;
    let mut look = |from: f64, to: f64, step: f64, best: &mut (f64, f64)| {
        for at in 0..=((to - from) / step).round() as u32 {
            let degrees = from + f64::from(at) * step;
            let score = score(degrees);
            if score > best.1 {
                *best = (degrees, score);
            }
        }
    };
    look(-WIDEST, WIDEST, COARSE, &mut best);
    let around = best.0;
    look(around - COARSE, around + COARSE, FINE, &mut best);
    if best.1 > level * GAIN { (best.0 * 100.0).round() / 100.0 } else { 0.0 }
}

/// How much the feet gather: the sum of the squares of their counts.
fn gathered(feet: &[(f64, f64)], degrees: f64, bin: f64, counts: &mut Vec<u32>) -> f64 {
    let (sine, cosine) = degrees.to_radians().sin_cos();
    let height = |(x, y): &(f64, f64)| (y * cosine + x * sine) / bin;
    let lowest = feet.iter().map(height).fold(f64::MAX, f64::min);
    counts.clear();
    for foot in feet {
        let at = (height(foot) - lowest) as usize;
        if at >= counts.len() {
            counts.resize(at + 1, 0);
        }
        counts[at] += 1;
    }
    counts.iter().map(|count| f64::from(*count).powi(2)).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_angle_of_drawn_lines_is_found() {
        for degrees in [-14.0f64, -3.0, -1.0, 0.0, 0.7, 2.0, 7.0, 15.0] {
            let (sine, cosine) = degrees.to_radians().sin_cos();
            let mut letters = Vec::new();
            for line in 0..30 {
                for letter in 0..60 {
                    let (x, y) = (f64::from(letter) * 20.0 + 600.0, f64::from(line) * 50.0 + 600.0);
                    // Rising to the right: y falls.
                    let (x, y) = (x * cosine + y * sine, y * cosine - x * sine);
                    let (left, bottom) = (x as u32 + 400, y as u32 + 400);
                    letters.push(Component { left, top: bottom - 20, right: left + 12, bottom, pixels: 90 });
                }
            }
            let found = skew(&letters, 20.0);
            assert!((found - degrees).abs() < 0.2, "{degrees}: {found}");
        }
    }
}
