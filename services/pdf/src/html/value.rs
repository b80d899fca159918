//! Values of properties: lengths with their units and `calc`, colors, numbers.

/// A length that may depend on the width around it.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub(crate) enum Length {
    #[default]
    Auto,
    /// CSS pixels plus a part of what is around: `calc(100% - 20px)` is `(-20, 1)`.
    Sum(f64, f64),
}

impl Length {
    pub(crate) const ZERO: Self = Self::Sum(0.0, 0.0);

    /// In pixels, in a width; nothing for `auto`.
    pub(crate) fn resolve(self, around: f64) -> Option<f64> {
        match self {
            Self::Auto => None,
            Self::Sum(pixels, part) => Some(pixels + part * around),
        }
    }

    /// In pixels; `auto` is nothing.
    pub(crate) fn or_zero(self, around: f64) -> f64 {
        self.resolve(around).unwrap_or(0.0)
    }

    /// Whether it depends on what is around.
    pub(crate) fn is_relative(self) -> bool {
        matches!(self, Self::Sum(_, part) if part != 0.0)
    }
}

/// The largest length that is believed.
const MAX_PIXELS: f64 = 200_000.0;

/// Reads a length, with the font size of the element and of the root.
pub(crate) fn read(text: &str, em: f64, rem: f64) -> Option<Length> {
    let text = text.trim();
    let lower = text.to_ascii_lowercase();
    match lower.as_str() {
        "auto" | "none" | "max-content" | "min-content" | "fit-content" => return Some(Length::Auto),
        "" => return None,
        _ => {}
    }
    if let Some(inner) = lower.strip_prefix("calc(").and_then(|rest| rest.strip_suffix(')')) {
        return calc(inner, em, rem, 0);
    }
    for (name, pick) in [("min(", true), ("max(", false)] {
        if let Some(inner) = lower.strip_prefix(name).and_then(|rest| rest.strip_suffix(')')) {
            // Of lengths that depend on the width, the first stands for all.
            let all: Vec<Length> = arguments(inner).iter().filter_map(|one| read(one, em, rem)).collect();
            let fixed = all.iter().filter_map(|one| match one {
                Length::Sum(pixels, part) if *part == 0.0 => Some(*pixels),
                _ => None,
            });
            let best = if pick { fixed.fold(f64::INFINITY, f64::min) } else { fixed.fold(f64::NEG_INFINITY, f64::max) };
            return if best.is_finite() { Some(Length::Sum(best, 0.0)) } else { all.first().copied() };
        }
    }
    if let Some(inner) = lower.strip_prefix("clamp(").and_then(|rest| rest.strip_suffix(')')) {
        return arguments(inner).first().and_then(|least| read(least, em, rem));
    }
    let split = lower.find(|c: char| !(c.is_ascii_digit() || matches!(c, '.' | '-' | '+'))).unwrap_or(lower.len());
    let number: f64 = lower[..split].parse().ok().filter(|number: &f64| number.is_finite())?;
    let factor = match &lower[split..] {
        "" if number == 0.0 => 1.0,
        "px" => 1.0,
        "pt" => 4.0 / 3.0,
        "pc" => 16.0,
        "in" => 96.0,
        "cm" => 96.0 / 2.54,
        "mm" => 96.0 / 25.4,
        "q" => 96.0 / 101.6,
        "em" => em,
        "rem" => rem,
        "ex" | "ch" => em * 0.5,
        "%" => return Some(Length::Sum(0.0, number.clamp(-10_000.0, 10_000.0) / 100.0)),
        // Of a page as wide as A4 between its margins.
        "vw" | "vmin" => return Some(Length::Sum(0.0, number / 100.0)),
        "vh" | "vmax" => 10.0,
        _ => return None,
    };
    Some(Length::Sum((number * factor).clamp(-MAX_PIXELS, MAX_PIXELS), 0.0))
}

/// Reads a length in pixels that depends on nothing; a bare number is one too.
pub(crate) fn length(text: &str, em: f64, rem: f64) -> Option<f64> {
    match read(text, em, rem)? {
        Length::Sum(pixels, 0.0) => Some(pixels),
        _ => None,
    }
}

/// A value of an old attribute: a number is pixels.
pub(crate) fn attribute(text: &str) -> Option<Length> {
    let text = text.trim().trim_end_matches(';');
    text.parse::<f64>()
        .ok()
        .filter(|n| n.is_finite())
        .map_or_else(|| read(text, 16.0, 16.0), |pixels| Some(Length::Sum(pixels.clamp(0.0, MAX_PIXELS), 0.0)))
}

/// A sum of products.
fn calc(text: &str, em: f64, rem: f64, depth: usize) -> Option<Length> {
    if depth > 8 {
        return None;
    }
    let mut total = (0.0, 0.0);
    for (sign, term) in terms(text, &['+', '-'], true) {
        let mut product: Option<(f64, f64)> = None;
        let mut scale = 1.0;
        for (operator, factor) in terms(term, &['*', '/'], false) {
            let factor = factor.trim();
            if let Ok(number) = factor.parse::<f64>() {
                scale = if operator == '/' { scale / number } else { scale * number };
                continue;
            }
            let inner = factor.strip_prefix("calc").unwrap_or(factor);
            let value = match inner.strip_prefix('(').and_then(|rest| rest.strip_suffix(')')) {
                Some(inner) => calc(inner, em, rem, depth + 1)?,
                None => read(factor, em, rem)?,
            };
            let Length::Sum(pixels, part) = value else { return None };
            product = Some((pixels, part));
        }
        let (pixels, part) = product.unwrap_or((0.0, 0.0));
        let scale = if sign == '-' { -scale } else { scale };
        total = (total.0 + pixels * scale, total.1 + part * scale);
    }
    (total.0.is_finite() && total.1.is_finite()).then_some(Length::Sum(total.0.clamp(-MAX_PIXELS, MAX_PIXELS), total.1))
}

/// Parts of a formula with the operators before them; signs count only where spaces are around them.
fn terms<'t>(text: &'t str, operators: &[char], spaced: bool) -> Vec<(char, &'t str)> {
    let mut found = Vec::new();
    let (mut depth, mut start, mut operator) = (0, 0, operators[0]);
    let bytes = text.as_bytes();
    for (at, letter) in text.char_indices() {
        match letter {
            '(' => depth += 1,
            ')' => depth -= 1,
            _ if depth == 0 && operators.contains(&letter) => {
                let free = !spaced || (at > 0 && bytes[at - 1] == b' ');
                if free && !text[start..at].trim().is_empty() {
                    found.push((operator, text[start..at].trim()));
                    operator = letter;
                    start = at + 1;
                }
            }
            _ => {}
        }
    }
    found.push((operator, text[start..].trim()));
    found
}

/// The arguments of a function.
pub(crate) fn arguments(text: &str) -> Vec<&str> {
    let (mut parts, mut depth, mut start) = (Vec::new(), 0, 0);
    for (at, letter) in text.char_indices() {
        match letter {
            '(' => depth += 1,
            ')' => depth -= 1,
            ',' if depth == 0 => {
                parts.push(text[start..at].trim());
                start = at + 1;
            }
            _ => {}
        }
    }
    parts.push(text[start..].trim());
    parts
}

/// Words of a value, with functions and strings whole.
pub(crate) fn words(text: &str) -> Vec<&str> {
    let (mut parts, mut depth, mut start, mut quote) = (Vec::new(), 0, None, None);
    for (at, letter) in text.char_indices() {
        match (quote, letter) {
            (Some(open), letter) => {
                if letter == open {
                    quote = None;
                }
                continue;
            }
            (None, '"' | '\'') => quote = Some(letter),
            (None, '(') => depth += 1,
            (None, ')') => depth -= 1,
            _ => {}
        }
        if letter.is_whitespace() && depth == 0 && quote.is_none() {
            if let Some(start) = start.take() {
                parts.push(&text[start..at]);
            }
        } else if start.is_none() {
            start = Some(at);
        }
    }
    if let Some(start) = start {
        parts.push(&text[start..]);
    }
    parts
}

/// A color: red, green, blue, opacity.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Color {
    pub(crate) rgb: [u8; 3],
    pub(crate) alpha: f64,
}

impl Color {
    pub(crate) const BLACK: Self = Self { rgb: [0, 0, 0], alpha: 1.0 };
    pub(crate) const CLEAR: Self = Self { rgb: [0, 0, 0], alpha: 0.0 };

    /// As typst writes it.
    pub(crate) fn typst(self) -> String {
        let [red, green, blue] = self.rgb;
        match self.alpha >= 1.0 {
            true => format!("rgb({red},{green},{blue})"),
            false => format!("rgb({red},{green},{blue},{})", (self.alpha * 255.0).round() as u8),
        }
    }
}

/// Reads a color; nothing for what is none, or `currentcolor`.
pub(crate) fn color(text: &str) -> Option<Color> {
    let text = text.trim().to_ascii_lowercase();
    let opaque = |rgb: u32| Color { rgb: [(rgb >> 16) as u8, (rgb >> 8) as u8, rgb as u8], alpha: 1.0 };
    if let Some(hex) = text.strip_prefix('#') {
        let digits: Vec<u8> = hex.chars().map(|c| c.to_digit(16).map(|digit| digit as u8)).collect::<Option<_>>()?;
        let pair = |at: usize| digits[at] * 16 + digits[at + 1];
        let double = |at: usize| digits[at] * 17;
        return match digits.len() {
            3 => Some(Color { rgb: [double(0), double(1), double(2)], alpha: 1.0 }),
            4 => Some(Color { rgb: [double(0), double(1), double(2)], alpha: f64::from(double(3)) / 255.0 }),
            6 => Some(Color { rgb: [pair(0), pair(2), pair(4)], alpha: 1.0 }),
            8 => Some(Color { rgb: [pair(0), pair(2), pair(4)], alpha: f64::from(pair(6)) / 255.0 }),
            _ => None,
        };
    }
    if let Some((name, rest)) = text.split_once('(') {
        let inner = rest.strip_suffix(')')?.replace([',', '/'], " ");
        let parts: Vec<&str> = inner.split_whitespace().collect();
        let part = |at: usize, whole: f64| -> Option<f64> {
            let text = parts.get(at)?;
            match text.strip_suffix('%') {
                Some(percent) => percent.parse::<f64>().ok().map(|percent| percent / 100.0 * whole),
                None => text.trim_end_matches("deg").parse().ok(),
            }
        };
        let alpha = part(3, 1.0).unwrap_or(1.0).clamp(0.0, 1.0);
        return match name {
            "rgb" | "rgba" => {
                let byte = |at| part(at, 255.0).map(|value| value.clamp(0.0, 255.0).round() as u8);
                Some(Color { rgb: [byte(0)?, byte(1)?, byte(2)?], alpha })
            }
            "hsl" | "hsla" => {
                let (hue, saturation, light) = (part(0, 360.0)?, part(1, 1.0)?, part(2, 1.0)?);
                let channel = |n: f64| {
                    let k = (n + hue / 30.0).rem_euclid(12.0);
                    let a = saturation * light.min(1.0 - light);
                    let value = light - a * (k - 3.0).min(9.0 - k).clamp(-1.0, 1.0);
                    (value * 255.0).round().clamp(0.0, 255.0) as u8
                };
                Some(Color { rgb: [channel(0.0), channel(8.0), channel(4.0)], alpha })
            }
            _ => None,
        };
    }
    // The names people use (CSS Color 4, section 6.1).
    Some(match text.as_str() {
        "transparent" => Color::CLEAR,
        "black" => opaque(0x000000),
        "white" => opaque(0xffffff),
        "gray" | "grey" => opaque(0x808080),
        "silver" => opaque(0xc0c0c0),
        "darkgray" | "darkgrey" => opaque(0xa9a9a9),
        "lightgray" | "lightgrey" => opaque(0xd3d3d3),
        "dimgray" | "dimgrey" => opaque(0x696969),
        "gainsboro" => opaque(0xdcdcdc),
        "whitesmoke" => opaque(0xf5f5f5),
        "slategray" | "slategrey" => opaque(0x708090),
        "red" => opaque(0xff0000),
        "darkred" => opaque(0x8b0000),
        "crimson" => opaque(0xdc143c),
        "firebrick" => opaque(0xb22222),
        "maroon" => opaque(0x800000),
        "tomato" => opaque(0xff6347),
        "coral" => opaque(0xff7f50),
        "salmon" => opaque(0xfa8072),
        "orange" => opaque(0xffa500),
        "darkorange" => opaque(0xff8c00),
        "gold" => opaque(0xffd700),
        "yellow" => opaque(0xffff00),
        "lightyellow" => opaque(0xffffe0),
        "beige" => opaque(0xf5f5dc),
        "ivory" => opaque(0xfffff0),
        "khaki" => opaque(0xf0e68c),
        "olive" => opaque(0x808000),
        "green" => opaque(0x008000),
        "darkgreen" => opaque(0x006400),
        "lime" => opaque(0x00ff00),
        "limegreen" => opaque(0x32cd32),
        "forestgreen" => opaque(0x228b22),
        "seagreen" => opaque(0x2e8b57),
        "lightgreen" => opaque(0x90ee90),
        "teal" => opaque(0x008080),
        "aqua" | "cyan" => opaque(0x00ffff),
        "turquoise" => opaque(0x40e0d0),
        "skyblue" => opaque(0x87ceeb),
        "lightblue" => opaque(0xadd8e6),
        "steelblue" => opaque(0x4682b4),
        "cornflowerblue" => opaque(0x6495ed),
        "dodgerblue" => opaque(0x1e90ff),
        "royalblue" => opaque(0x4169e1),
        "blue" => opaque(0x0000ff),
        "mediumblue" => opaque(0x0000cd),
        "darkblue" => opaque(0x00008b),
        "navy" => opaque(0x000080),
        "midnightblue" => opaque(0x191970),
        "indigo" => opaque(0x4b0082),
        "purple" => opaque(0x800080),
        "rebeccapurple" => opaque(0x663399),
        "violet" => opaque(0xee82ee),
        "fuchsia" | "magenta" => opaque(0xff00ff),
        "pink" => opaque(0xffc0cb),
        "hotpink" => opaque(0xff69b4),
        "lavender" => opaque(0xe6e6fa),
        "brown" => opaque(0xa52a2a),
        "chocolate" => opaque(0xd2691e),
        "sienna" => opaque(0xa0522d),
        "tan" => opaque(0xd2b48c),
        "aliceblue" => opaque(0xf0f8ff),
        "ghostwhite" => opaque(0xf8f8ff),
        "azure" => opaque(0xf0ffff),
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_and_sums_are_read() {
        for (text, pixels, part) in [
            ("12px", 12.0, 0.0),
            ("9pt", 12.0, 0.0),
            ("2.54cm", 96.0, 0.0),
            ("1.5em", 15.0, 0.0),
            ("50%", 0.0, 0.5),
            ("calc(100% - 2 * 10px)", -20.0, 1.0),
            ("calc((100% + 10px) / 2)", 5.0, 0.5),
            ("0", 0.0, 0.0),
            ("-3px", -3.0, 0.0),
            ("max(3px, 5px)", 5.0, 0.0),
        ] {
            let Some(Length::Sum(got, share)) = read(text, 10.0, 16.0) else { panic!("{text}") };
            assert!((got - pixels).abs() < 1e-9 && (share - part).abs() < 1e-9, "{text}: {got} {share}");
        }
        assert_eq!(read("12furlong", 10.0, 16.0), None);
        assert_eq!(read("auto", 10.0, 16.0), Some(Length::Auto));
    }

    #[test]
    fn colors_are_read() {
        assert_eq!(color("#f80"), color("rgb(255, 136, 0)"));
        assert_eq!(color("#ff8800"), color("hsl(32 100% 50%)"));
        assert_eq!(color("rgba(0 0 0 / 50%)").unwrap().alpha, 0.5);
        assert_eq!(color("currentcolor"), None);
    }
}
