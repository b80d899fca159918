//! What properties say of letters: their size, weight and family, and the height of a line.

use super::property::MAX_SIZE;
use super::style::Style;
use super::value::{read, words};

pub(super) fn font_size(value: &str, parent: f64) -> Option<f64> {
    let size = match value {
        "xx-small" => 9.0,
        "x-small" => 10.0,
        "small" => 13.0,
        "medium" => 16.0,
        "large" => 18.0,
        "x-large" => 24.0,
        "xx-large" => 32.0,
        "smaller" => parent / 1.2,
        "larger" => parent * 1.2,
        other => read(other, parent, 16.0)?.resolve(parent)?,
    };
    Some(size.clamp(0.0, MAX_SIZE))
}

pub(super) fn weight(value: &str, parent: u16) -> Option<u16> {
    Some(match value {
        "normal" => 400,
        "bold" => 700,
        "bolder" => {
            if parent < 400 {
                400
            } else {
                700
            }
        }
        "lighter" => {
            if parent > 700 {
                700
            } else {
                400
            }
        }
        other => other.parse::<f64>().ok().filter(|weight| (1.0..=1000.0).contains(weight))? as u16,
    })
}

pub(super) fn mono(families: &str) -> bool {
    let first = families.split(',').next().unwrap_or_default();
    ["mono", "courier", "consolas", "menlo"].iter().any(|name| first.contains(name))
}

pub(super) fn line_height(value: &str, em: f64) -> Option<Result<f64, f64>> {
    if value == "normal" {
        return Some(Ok(1.2));
    }
    if let Ok(factor) = value.parse::<f64>() {
        return (0.0..=20.0).contains(&factor).then_some(Ok(factor));
    }
    read(value, em, 16.0)?.resolve(em).map(|pixels| Err(pixels.clamp(0.0, MAX_SIZE * 4.0)))
}

/// `italic bold 12px/1.5 Arial, sans-serif`.
pub(super) fn font(style: &mut Style, value: &str, parent: &Style) -> Option<&'static str> {
    let parts = words(value);
    let at = parts.iter().position(|part| {
        font_size(part.split('/').next().unwrap_or(part), parent.size).is_some() && weight(part, 400).is_none()
    })?;
    for part in &parts[..at] {
        match *part {
            "italic" | "oblique" => style.italic = true,
            part => style.weight = weight(part, parent.weight).unwrap_or(style.weight),
        }
    }
    let (size, line) = parts[at].split_once('/').unwrap_or((parts[at], ""));
    style.size = font_size(size, parent.size).unwrap_or(style.size);
    style.line = line_height(line, style.size).unwrap_or(Ok(1.2));
    let families = parts[at + 1..].join(" ");
    (style.mono, style.families) = (mono(&families), families.into());
    None
}
