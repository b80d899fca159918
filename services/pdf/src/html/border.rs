//! Properties of the sides of a box: margins, padding, borders, corners, and the shadow that fills it.

use super::style::{Border, Line, Style, sides};
use super::value::{Length, arguments, color, length, read, words};

/// Shadows that are no shadows: one that fills the box, as frameworks paint the stripes of tables, and one without blur around
/// it, which is a line. Others are left out.
pub(super) fn shadow(style: &mut Style, value: &str) {
    style.ring = None;
    for one in arguments(value) {
        let parts = words(one);
        let Some(color) = parts.iter().find_map(|part| color(part)).filter(|color| color.alpha > 0.0) else { continue };
        let lengths: Vec<f64> = parts.iter().filter_map(|part| length(part, style.size, 16.0)).collect();
        let spread = lengths.get(3).copied().unwrap_or(0.0);
        if parts.iter().any(|part| part.eq_ignore_ascii_case("inset")) {
            if spread >= 100.0 {
                style.ground = color.over(style.ground);
            }
        } else if lengths.iter().take(3).all(|length| *length == 0.0) && (0.1..=20.0).contains(&spread) {
            style.ring = Some((spread, color));
        }
    }
}

/// Radii are bounded: some say 9999 pixels for round.
pub(super) fn corner(length: Length) -> Length {
    match length {
        Length::Sum(pixels, part) => Length::Sum(pixels.clamp(0.0, 2_000.0), part.clamp(0.0, 1.0)),
        Length::Auto => Length::ZERO,
    }
}

pub(super) fn round(style: &mut Style, at: usize, value: &str) {
    if let Some(length) = words(value).first().and_then(|word| read(word, style.size, 16.0)) {
        style.radius[at] = corner(length);
    }
}

/// Properties of single sides, and those of all borders.
pub(super) fn sided(style: &mut Style, property: &str, value: &str) -> Option<&'static str> {
    let side = |name: &str| match name {
        "top" | "block-start" => Some(0),
        "right" | "inline-end" => Some(1),
        "bottom" | "block-end" => Some(2),
        "left" | "inline-start" => Some(3),
        _ => None,
    };
    let em = style.size;
    if let Some((property, axis)) = property.rsplit_once('-').filter(|(_, axis)| matches!(*axis, "inline" | "block"))
        && property.starts_with("border")
    {
        let names = if axis == "inline" { ["left", "right"] } else { ["top", "bottom"] };
        for name in names {
            sided(style, &format!("{property}-{name}"), value);
        }
        return None;
    }
    if let Some(axis) = property.strip_prefix("inset-") {
        let sides = if axis == "inline" { [3, 1] } else { [0, 2] };
        let lengths: Vec<Length> = words(value).into_iter().filter_map(|word| read(word, em, 16.0)).collect();
        if let (Some(first), Some(last)) = (lengths.first(), lengths.last()) {
            (style.inset[sides[0]], style.inset[sides[1]]) = (*first, *last);
        }
        return None;
    }
    let (kind, rest) = property.split_once('-').unwrap_or((property, ""));
    match (kind, side(rest)) {
        ("margin", Some(side)) => style.margin[side] = read(value, em, 16.0).unwrap_or(style.margin[side]),
        ("padding", Some(side)) => style.padding[side] = read(value, em, 16.0).unwrap_or(style.padding[side]),
        ("border", Some(side)) => style.border[side] = border(value, em),
        ("border", None) => match rest {
            "" => style.border = [border(value, em); 4],
            "width" | "style" | "color" => {
                let parts = words(value);
                let four = sides(&parts)?;
                for (place, part) in four.into_iter().enumerate() {
                    border_part(&mut style.border[place], rest, part, em);
                }
            }
            _ => {
                let (name, part) = rest.rsplit_once('-')?;
                let side = side(name)?;
                border_part(&mut style.border[side], part, value, em);
            }
        },
        _ => {}
    }
    None
}

fn border(value: &str, em: f64) -> Border {
    let mut found = Border { width: 3.0, style: Line::None, color: None };
    for word in words(value) {
        for part in ["width", "style", "color"] {
            border_part(&mut found, part, word, em);
        }
    }
    found
}

fn border_part(border: &mut Border, part: &str, value: &str, em: f64) {
    let lower = value.to_ascii_lowercase();
    match part {
        "width" => {
            let width = match lower.as_str() {
                "thin" => Some(1.0),
                "medium" => Some(3.0),
                "thick" => Some(5.0),
                other => length(other, em, 16.0),
            };
            border.width = width.unwrap_or(border.width).clamp(0.0, 200.0);
        }
        "style" => {
            border.style = match lower.as_str() {
                "none" | "hidden" => Line::None,
                "solid" | "double" | "groove" | "ridge" | "inset" | "outset" => Line::Solid,
                "dashed" => Line::Dashed,
                "dotted" => Line::Dotted,
                _ => return,
            };
        }
        "color" if lower == "currentcolor" => border.color = None,
        "color" => border.color = color(value).or(border.color),
        _ => {}
    }
}
