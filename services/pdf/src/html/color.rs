//! Colors (CSS Color 4 and 5), in sRGB: names, numbers in the spaces that frameworks write, mixtures.

use super::value::{arguments, words};

/// Mixtures within each other.
const MAX_DEPTH: usize = 8;

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

    /// Seen through.
    pub(crate) fn faded(self, by: f64) -> Self {
        Self { alpha: self.alpha * by, ..self }
    }

    /// Over another color.
    pub(crate) fn over(self, ground: Self) -> Self {
        let alpha = self.alpha + ground.alpha * (1.0 - self.alpha);
        if alpha <= 0.0 {
            return Self::CLEAR;
        }
        let mut rgb = [0; 3];
        for (out, (top, below)) in rgb.iter_mut().zip(self.rgb.into_iter().zip(ground.rgb)) {
            let sum = f64::from(top) * self.alpha + f64::from(below) * ground.alpha * (1.0 - self.alpha);
            *out = (sum / alpha).round().clamp(0.0, 255.0) as u8;
        }
        Self { rgb, alpha }
    }

    /// A part of it and the rest of another, seen through as they are.
    fn mixed(self, part: f64, other: Self) -> Self {
        let alpha = self.alpha * part + other.alpha * (1.0 - part);
        if alpha <= 0.0 {
            return Self::CLEAR;
        }
        let mut rgb = [0; 3];
        for (out, (one, two)) in rgb.iter_mut().zip(self.rgb.into_iter().zip(other.rgb)) {
            let sum = f64::from(one) * self.alpha * part + f64::from(two) * other.alpha * (1.0 - part);
            *out = (sum / alpha).round().clamp(0.0, 255.0) as u8;
        }
        Self { rgb, alpha }
    }
}

/// Reads a color; nothing for what is none, or `currentcolor`.
pub(crate) fn color(text: &str) -> Option<Color> {
    read(&text.trim().to_ascii_lowercase(), 0)
}

fn read(text: &str, depth: usize) -> Option<Color> {
    if let Some(hex) = text.strip_prefix('#') {
        return hexadecimal(hex);
    }
    if let Some((name, rest)) = text.split_once('(') {
        let inner = rest.strip_suffix(')')?;
        return if name == "color-mix" { mixture(inner, depth) } else { function(name, inner) };
    }
    if text == "transparent" {
        return Some(Color::CLEAR);
    }
    let at = NAMES.binary_search_by(|(name, _)| (*name).cmp(text)).ok()?;
    let rgb = NAMES[at].1;
    Some(Color { rgb: [(rgb >> 16) as u8, (rgb >> 8) as u8, rgb as u8], alpha: 1.0 })
}

fn hexadecimal(hex: &str) -> Option<Color> {
    let digits: Vec<u8> = hex.chars().map(|c| c.to_digit(16).map(|digit| digit as u8)).collect::<Option<_>>()?;
    let pair = |at: usize| digits[at] * 16 + digits[at + 1];
    let double = |at: usize| digits[at] * 17;
    match digits.len() {
        3 => Some(Color { rgb: [double(0), double(1), double(2)], alpha: 1.0 }),
        4 => Some(Color { rgb: [double(0), double(1), double(2)], alpha: f64::from(double(3)) / 255.0 }),
        6 => Some(Color { rgb: [pair(0), pair(2), pair(4)], alpha: 1.0 }),
        8 => Some(Color { rgb: [pair(0), pair(2), pair(4)], alpha: f64::from(pair(6)) / 255.0 }),
        _ => None,
    }
}

fn function(name: &str, inner: &str) -> Option<Color> {
    let inner = inner.replace([',', '/'], " ");
    let parts: Vec<&str> = inner.split_whitespace().collect();
    let part = |at: usize, whole: f64| -> Option<f64> {
        let text = parts.get(at)?;
        match text.strip_suffix('%') {
            Some(percent) => percent.parse::<f64>().ok().map(|percent| percent / 100.0 * whole),
            None if *text == "none" => Some(0.0),
            None => text.trim_end_matches("deg").parse().ok(),
        }
    };
    let alpha = part(3, 1.0).unwrap_or(1.0).clamp(0.0, 1.0);
    match name {
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
        "oklab" => Some(Color { rgb: oklab(part(0, 1.0)?, part(1, 0.4)?, part(2, 0.4)?), alpha }),
        "oklch" => {
            let (light, chroma, hue) = (part(0, 1.0)?, part(1, 0.4)?, part(2, 360.0)?.to_radians());
            Some(Color { rgb: oklab(light, chroma * hue.cos(), chroma * hue.sin()), alpha })
        }
        _ => None,
    }
}

/// `in oklab, red 40%, transparent`; mixed in sRGB, whatever space is asked for.
fn mixture(inner: &str, depth: usize) -> Option<Color> {
    if depth >= MAX_DEPTH {
        return None;
    }
    let parts = arguments(inner);
    let [_, one, two] = parts.as_slice() else { return None };
    let read_part = |text: &str| -> Option<(Color, Option<f64>)> {
        let mut found = (None, None);
        for word in words(text) {
            match word.strip_suffix('%').and_then(|part| part.parse::<f64>().ok()) {
                Some(percent) => found.1 = Some((percent / 100.0).clamp(0.0, 1.0)),
                None => found.0 = read(word, depth + 1),
            }
        }
        Some((found.0?, found.1))
    };
    let ((one, first), (two, second)) = (read_part(one)?, read_part(two)?);
    let part = match (first, second) {
        (Some(first), Some(second)) if first + second > 0.0 => first / (first + second),
        (Some(first), _) => first,
        (None, Some(second)) => 1.0 - second,
        (None, None) => 0.5,
    };
    Some(one.mixed(part, two))
}

/// Björn Ottosson's Oklab (CSS Color 4, section 9.2) in sRGB; what is outside is cut off.
fn oklab(light: f64, a: f64, b: f64) -> [u8; 3] {
    let l = (light + 0.396_337_777_4 * a + 0.215_803_757_3 * b).powi(3);
    let m = (light - 0.105_561_345_8 * a - 0.063_854_172_8 * b).powi(3);
    let s = (light - 0.089_484_177_5 * a - 1.291_485_548 * b).powi(3);
    [
        4.076_741_662_1 * l - 3.307_711_591_3 * m + 0.230_969_929_2 * s,
        -1.268_438_004_6 * l + 2.609_757_401_1 * m - 0.341_319_396_5 * s,
        -0.004_196_086_3 * l - 0.703_418_614_7 * m + 1.707_614_701 * s,
    ]
    .map(|linear| {
        let value = if linear <= 0.003_130_8 { 12.92 * linear } else { 1.055 * linear.powf(1.0 / 2.4) - 0.055 };
        (value * 255.0).round().clamp(0.0, 255.0) as u8
    })
}

/// The names of CSS Color 4, section 6.1, in their order.
const NAMES: [(&str, u32); 148] = [
    ("aliceblue", 0xf0f8ff),
    ("antiquewhite", 0xfaebd7),
    ("aqua", 0x00ffff),
    ("aquamarine", 0x7fffd4),
    ("azure", 0xf0ffff),
    ("beige", 0xf5f5dc),
    ("bisque", 0xffe4c4),
    ("black", 0x000000),
    ("blanchedalmond", 0xffebcd),
    ("blue", 0x0000ff),
    ("blueviolet", 0x8a2be2),
    ("brown", 0xa52a2a),
    ("burlywood", 0xdeb887),
    ("cadetblue", 0x5f9ea0),
    ("chartreuse", 0x7fff00),
    ("chocolate", 0xd2691e),
    ("coral", 0xff7f50),
    ("cornflowerblue", 0x6495ed),
    ("cornsilk", 0xfff8dc),
    ("crimson", 0xdc143c),
    ("cyan", 0x00ffff),
    ("darkblue", 0x00008b),
    ("darkcyan", 0x008b8b),
    ("darkgoldenrod", 0xb8860b),
    ("darkgray", 0xa9a9a9),
    ("darkgreen", 0x006400),
    ("darkgrey", 0xa9a9a9),
    ("darkkhaki", 0xbdb76b),
    ("darkmagenta", 0x8b008b),
    ("darkolivegreen", 0x556b2f),
    ("darkorange", 0xff8c00),
    ("darkorchid", 0x9932cc),
    ("darkred", 0x8b0000),
    ("darksalmon", 0xe9967a),
    ("darkseagreen", 0x8fbc8f),
    ("darkslateblue", 0x483d8b),
    ("darkslategray", 0x2f4f4f),
    ("darkslategrey", 0x2f4f4f),
    ("darkturquoise", 0x00ced1),
    ("darkviolet", 0x9400d3),
    ("deeppink", 0xff1493),
    ("deepskyblue", 0x00bfff),
    ("dimgray", 0x696969),
    ("dimgrey", 0x696969),
    ("dodgerblue", 0x1e90ff),
    ("firebrick", 0xb22222),
    ("floralwhite", 0xfffaf0),
    ("forestgreen", 0x228b22),
    ("fuchsia", 0xff00ff),
    ("gainsboro", 0xdcdcdc),
    ("ghostwhite", 0xf8f8ff),
    ("gold", 0xffd700),
    ("goldenrod", 0xdaa520),
    ("gray", 0x808080),
    ("green", 0x008000),
    ("greenyellow", 0xadff2f),
    ("grey", 0x808080),
    ("honeydew", 0xf0fff0),
    ("hotpink", 0xff69b4),
    ("indianred", 0xcd5c5c),
    ("indigo", 0x4b0082),
    ("ivory", 0xfffff0),
    ("khaki", 0xf0e68c),
    ("lavender", 0xe6e6fa),
    ("lavenderblush", 0xfff0f5),
    ("lawngreen", 0x7cfc00),
    ("lemonchiffon", 0xfffacd),
    ("lightblue", 0xadd8e6),
    ("lightcoral", 0xf08080),
    ("lightcyan", 0xe0ffff),
    ("lightgoldenrodyellow", 0xfafad2),
    ("lightgray", 0xd3d3d3),
    ("lightgreen", 0x90ee90),
    ("lightgrey", 0xd3d3d3),
    ("lightpink", 0xffb6c1),
    ("lightsalmon", 0xffa07a),
    ("lightseagreen", 0x20b2aa),
    ("lightskyblue", 0x87cefa),
    ("lightslategray", 0x778899),
    ("lightslategrey", 0x778899),
    ("lightsteelblue", 0xb0c4de),
    ("lightyellow", 0xffffe0),
    ("lime", 0x00ff00),
    ("limegreen", 0x32cd32),
    ("linen", 0xfaf0e6),
    ("magenta", 0xff00ff),
    ("maroon", 0x800000),
    ("mediumaquamarine", 0x66cdaa),
    ("mediumblue", 0x0000cd),
    ("mediumorchid", 0xba55d3),
    ("mediumpurple", 0x9370db),
    ("mediumseagreen", 0x3cb371),
    ("mediumslateblue", 0x7b68ee),
    ("mediumspringgreen", 0x00fa9a),
    ("mediumturquoise", 0x48d1cc),
    ("mediumvioletred", 0xc71585),
    ("midnightblue", 0x191970),
    ("mintcream", 0xf5fffa),
    ("mistyrose", 0xffe4e1),
    ("moccasin", 0xffe4b5),
    ("navajowhite", 0xffdead),
    ("navy", 0x000080),
    ("oldlace", 0xfdf5e6),
    ("olive", 0x808000),
    ("olivedrab", 0x6b8e23),
    ("orange", 0xffa500),
    ("orangered", 0xff4500),
    ("orchid", 0xda70d6),
    ("palegoldenrod", 0xeee8aa),
    ("palegreen", 0x98fb98),
    ("paleturquoise", 0xafeeee),
    ("palevioletred", 0xdb7093),
    ("papayawhip", 0xffefd5),
    ("peachpuff", 0xffdab9),
    ("peru", 0xcd853f),
    ("pink", 0xffc0cb),
    ("plum", 0xdda0dd),
    ("powderblue", 0xb0e0e6),
    ("purple", 0x800080),
    ("rebeccapurple", 0x663399),
    ("red", 0xff0000),
    ("rosybrown", 0xbc8f8f),
    ("royalblue", 0x4169e1),
    ("saddlebrown", 0x8b4513),
    ("salmon", 0xfa8072),
    ("sandybrown", 0xf4a460),
    ("seagreen", 0x2e8b57),
    ("seashell", 0xfff5ee),
    ("sienna", 0xa0522d),
    ("silver", 0xc0c0c0),
    ("skyblue", 0x87ceeb),
    ("slateblue", 0x6a5acd),
    ("slategray", 0x708090),
    ("slategrey", 0x708090),
    ("snow", 0xfffafa),
    ("springgreen", 0x00ff7f),
    ("steelblue", 0x4682b4),
    ("tan", 0xd2b48c),
    ("teal", 0x008080),
    ("thistle", 0xd8bfd8),
    ("tomato", 0xff6347),
    ("turquoise", 0x40e0d0),
    ("violet", 0xee82ee),
    ("wheat", 0xf5deb3),
    ("white", 0xffffff),
    ("whitesmoke", 0xf5f5f5),
    ("yellow", 0xffff00),
    ("yellowgreen", 0x9acd32),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn colors_are_read() {
        assert_eq!(color("#f80"), color("rgb(255, 136, 0)"));
        assert_eq!(color("#ff8800"), color("hsl(32 100% 50%)"));
        assert_eq!(color("rgba(0 0 0 / 50%)").unwrap().alpha, 0.5);
        assert_eq!(color("currentcolor"), None);
    }

    #[test]
    fn colors_of_frameworks_are_read() {
        // Tailwind 4: indigo-600 and its older value.
        let indigo = color("oklch(51.1% 0.262 276.966)").unwrap();
        assert!(indigo.rgb.iter().zip([79_u8, 57, 246]).all(|(one, two)| one.abs_diff(two) <= 2), "{indigo:?}");
        assert_eq!(color("oklch(1 0 none)").unwrap().rgb, [255; 3]);
        let half = color("color-mix(in oklab, red 50%, transparent)").unwrap();
        assert_eq!((half.rgb, half.alpha), ([255, 0, 0], 0.5));
        assert!(NAMES.is_sorted_by_key(|(name, _)| *name));
    }
}
