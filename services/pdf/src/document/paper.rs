//! Sizes of paper.

use chassis::{Code, Error};

/// Points per millimeter.
const MM: f64 = 72.0 / 25.4;
/// Longest side of a page in points (ISO 32000-1, annex C).
const LONGEST: f64 = 14_400.0;
/// Shortest side of a page in points (the same).
const SHORTEST: f64 = 3.0;

/// Names with width and height in millimeters, upright.
const NAMED: [(&str, f64, f64); 12] = [
    ("a0", 841.0, 1189.0),
    ("a1", 594.0, 841.0),
    ("a2", 420.0, 594.0),
    ("a3", 297.0, 420.0),
    ("a4", 210.0, 297.0),
    ("a5", 148.0, 210.0),
    ("a6", 105.0, 148.0),
    ("b5", 176.0, 250.0),
    ("letter", 215.9, 279.4),
    ("legal", 215.9, 355.6),
    ("tabloid", 279.4, 431.8),
    ("executive", 184.15, 266.7),
];

/// Width and height in points of a size: a name, or `210x297mm`, `8.5x11in`, `600x800` (points).
///
/// # Errors
/// 400 when it cannot be read, 422 when a page cannot have it.
pub(crate) fn size(field: &str, text: &str) -> Result<(f64, f64), Error> {
    let lower = text.trim().to_ascii_lowercase();
    if let Some((_, width, height)) = NAMED.iter().find(|(name, ..)| *name == lower) {
        return Ok((width * MM, height * MM));
    }
    let unreadable = || {
        let message =
            "must be a name (a4, a5, letter, legal ...) or a width and height, such as 210x297mm or 600x800 (points)";
        Error::field(Code::ValidationError, field, message)
    };
    let (numbers, unit) = match lower.trim_end_matches(|letter: char| letter.is_ascii_alphabetic()) {
        numbers if numbers.len() < lower.len() => (numbers, &lower[numbers.len()..]),
        numbers => (numbers, "pt"),
    };
    let factor = match unit {
        "mm" => MM,
        "cm" => 10.0 * MM,
        "in" => 72.0,
        "pt" => 1.0,
        _ => return Err(unreadable()),
    };
    let (width, height) = numbers.split_once(['x', '\u{d7}', '*']).ok_or_else(unreadable)?;
    let side = |text: &str| text.trim().parse::<f64>().ok().map(|side| side * factor).filter(|side| side.is_finite());
    let (Some(width), Some(height)) = (side(width), side(height)) else { return Err(unreadable()) };
    if [width, height].iter().any(|side| !(SHORTEST..=LONGEST).contains(side)) {
        return Err(Error::impossible(field, "must have sides of 3 to 14400 points (1 to 5080 mm)"));
    }
    Ok((width, height))
}

/// The name of a size, in either orientation, within two points.
pub(crate) fn name(width: f64, height: f64) -> Option<&'static str> {
    let (short, long) = (width.min(height), width.max(height));
    let near = |side: f64, mm: f64| (side - mm * MM).abs() < 2.0;
    NAMED.iter().find(|(_, width, height)| near(short, *width) && near(long, *height)).map(|(name, ..)| *name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_have_names_and_numbers() {
        assert_eq!(name(595.0, 842.0), Some("a4"));
        assert_eq!(name(792.0, 612.0), Some("letter"));
        assert_eq!(name(500.0, 500.0), None);
        let near = |text: &str, width: f64, height: f64| {
            let (w, h) = size("size", text).unwrap();
            assert!((w - width).abs() < 0.1 && (h - height).abs() < 0.1, "{text}: {w} x {h}");
        };
        near("A4", 595.28, 841.89);
        near("8.5x11in", 612.0, 792.0);
        near("600 x 800", 600.0, 800.0);
        near("21x29.7cm", 595.28, 841.89);
        for text in ["", "a99", "12", "1x2parsecs", "x", "axb"] {
            assert_eq!(size("size", text).unwrap_err().code(), Code::ValidationError, "{text:?}");
        }
        assert_eq!(size("size", "1x1").unwrap_err().code(), Code::Unprocessable);
    }
}
