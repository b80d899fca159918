//! `transform` (CSS Transforms 1): moved, turned, made larger or smaller.

use super::code::pt;
use super::value::{Length, arguments, read, words};

/// Turns, moves and sizes of a box, about its middle.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Transform {
    /// Clockwise, in degrees.
    pub(crate) turn: f64,
    /// To the right and down; parts are those of the box itself.
    pub(crate) shift: (Length, Length),
    pub(crate) scale: (f64, f64),
}

impl Transform {
    pub(crate) const NONE: Self = Self { turn: 0.0, shift: (Length::ZERO, Length::ZERO), scale: (1.0, 1.0) };

    /// Reads a list of functions; what a matrix does is not done.
    pub(crate) fn set(&mut self, value: &str, em: f64) -> Option<&'static str> {
        *self = Self::NONE;
        if value == "none" {
            return None;
        }
        let mut rest = value;
        while let Some((name, after)) = rest.split_once('(') {
            let end = closing(after);
            let list = arguments(&after[..end]);
            rest = after.get(end + 1..).unwrap_or_default();
            let length = |at: usize| list.get(at).and_then(|text| read(text, em, 16.0)).unwrap_or(Length::ZERO);
            let number = |at: usize| {
                list.get(at).and_then(|text| match text.strip_suffix('%') {
                    Some(percent) => percent.parse::<f64>().ok().map(|percent| percent / 100.0),
                    None => text.parse().ok(),
                })
            };
            let sound = |factor: Option<f64>| {
                factor.filter(|factor| factor.is_finite()).map(|factor| factor.clamp(-20.0, 20.0))
            };
            match name.trim() {
                "rotate" | "rotatez" => self.turn += list.first().and_then(|text| angle(text)).unwrap_or(0.0),
                "translate" | "translate3d" => self.shift = (length(0), length(1)),
                "translatex" => self.shift.0 = length(0),
                "translatey" => self.shift.1 = length(0),
                "scale" | "scale3d" => {
                    let x = sound(number(0)).unwrap_or(1.0);
                    self.scale = (x, sound(number(1)).unwrap_or(x));
                }
                "scalex" => self.scale.0 = sound(number(0)).unwrap_or(1.0),
                "scaley" => self.scale.1 = sound(number(0)).unwrap_or(1.0),
                "translatez" | "perspective" => {}
                _ => return Some("transform: skew and matrix"),
            }
        }
        None
    }

    /// Sets one of `translate`, `rotate` and `scale`, which are properties too (CSS Transforms 2).
    pub(crate) fn one(&mut self, property: &str, value: &str, em: f64) -> Option<&'static str> {
        let mut read = Self::NONE;
        let parts = words(value).join(",");
        let missing = if value == "none" { None } else { read.set(&format!("{property}({parts})"), em) };
        match property {
            "translate" => self.shift = read.shift,
            "scale" => self.scale = read.scale,
            // An axis may stand before or after the angle; about the one to the reader it is the same.
            _ => self.turn = words(value).into_iter().filter(|word| *word != "z").find_map(angle).unwrap_or(0.0),
        }
        missing
    }

    /// Together with what is done before it.
    pub(crate) fn after(self, first: Self) -> Self {
        let sum = |a: Length, b: Length| match (a, b) {
            (Length::Sum(pixels, part), Length::Sum(more, parts)) => Length::Sum(pixels + more, part + parts),
            (a, Length::Auto) => a,
            (Length::Auto, b) => b,
        };
        Self {
            turn: self.turn + first.turn,
            shift: (sum(self.shift.0, first.shift.0), sum(self.shift.1, first.shift.1)),
            scale: (self.scale.0 * first.scale.0, self.scale.1 * first.scale.1),
        }
    }

    /// Whether it turns or sizes.
    pub(crate) fn is_seen(&self) -> bool {
        self.turn != 0.0 || self.scale != (1.0, 1.0)
    }

    /// Code before and after content that is turned and sized.
    pub(crate) fn around(&self) -> (String, String) {
        let (mut before, mut after) = (String::new(), String::new());
        if self.turn != 0.0 {
            before.push_str(&format!("rotate({:.3}deg,origin:center+horizon,reflow:false,", self.turn));
            after.push(')');
        }
        if self.scale != (1.0, 1.0) {
            // Nothing is as small as nothing.
            let part = |factor: f64| if factor.abs() < 0.001 { 0.1 } else { factor * 100.0 };
            let (x, y) = (part(self.scale.0), part(self.scale.1));
            before.push_str(&format!("scale(x:{x:.3}%,y:{y:.3}%,origin:center+horizon,reflow:false,"));
            after.push(')');
        }
        (before, after)
    }

    /// How far a box of a size is moved, as code; nothing where it is not.
    pub(crate) fn moved(&self, width: f64, height: f64) -> Option<String> {
        let (x, y) = (self.shift.0.or_zero(width), self.shift.1.or_zero(height));
        (x != 0.0 || y != 0.0).then(|| format!("dx:{},dy:{},", pt(x), pt(y)))
    }
}

/// The end of the arguments of a function.
fn closing(text: &str) -> usize {
    let mut depth = 0_usize;
    for (at, letter) in text.char_indices() {
        match letter {
            '(' => depth += 1,
            ')' if depth == 0 => return at,
            ')' => depth -= 1,
            _ => {}
        }
    }
    text.len()
}

/// An angle in degrees.
pub(crate) fn angle(text: &str) -> Option<f64> {
    let units = [("grad", 0.9), ("deg", 1.0), ("turn", 360.0), ("rad", 180.0 / std::f64::consts::PI)];
    let (number, factor) = units
        .iter()
        .find_map(|(unit, factor)| text.strip_suffix(unit).map(|number| (number, *factor)))
        .unwrap_or((text, 1.0));
    number
        .trim()
        .parse::<f64>()
        .ok()
        .map(|number| number * factor)
        .filter(|degrees| degrees.is_finite())
        .map(|degrees| degrees % 360.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn functions_are_read() {
        let mut transform = Transform::NONE;
        assert_eq!(transform.set("translate(-50%, 4px) rotate(-0.125turn) scale(1.5)", 10.0), None);
        assert_eq!(transform.shift, (Length::Sum(0.0, -0.5), Length::Sum(4.0, 0.0)));
        assert_eq!((transform.turn, transform.scale), (-45.0, (1.5, 1.5)));
        assert_eq!(transform.set("matrix(1, 0, 0, 1, 0, 0)", 10.0), Some("transform: skew and matrix"));
        assert_eq!(transform.set("translatey(4px) rotate(-45deg) scale(1.5)", 10.0), None);
        let mut motion = Transform::NONE;
        for (property, value) in [("translate", "10px -50%"), ("scale", "50% 2"), ("rotate", "z 90deg")] {
            assert_eq!(motion.one(property, value, 10.0), None);
        }
        let both = motion.after(transform);
        assert_eq!(both.shift, (Length::Sum(10.0, 0.0), Length::Sum(4.0, -0.5)));
        assert_eq!((both.turn, both.scale), (45.0, (0.75, 3.0)));
        assert_eq!(transform.set("none", 10.0), None);
        assert_eq!(transform, Transform::NONE);
    }
}
