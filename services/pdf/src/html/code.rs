//! Values of style as typst writes them.

use super::backdrop::Backdrop;
use super::style::{Align, Line, Style};
use super::value::Length;

/// Pixels as points.
pub(super) fn pt(pixels: f64) -> String {
    // Farther than any paper; what is no number is nothing.
    let pixels = if pixels.is_nan() { 0.0 } else { pixels.clamp(-1e7, 1e7) };
    let points = (pixels * 0.75 * 1000.0).round() / 1000.0;
    if points == 0.0 { "0pt".to_owned() } else { format!("{points}pt") }
}

/// A text as a string of typst.
pub(super) fn literal(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push('"');
    for letter in text.chars() {
        match letter {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            letter if letter.is_control() => out.push(' '),
            letter => out.push(letter),
        }
    }
    out.push('"');
    out
}

pub(super) fn horizontal(align: Align) -> &'static str {
    match align {
        Align::Center => "center",
        Align::Right => "right",
        Align::Left | Align::Justify => "left",
    }
}

/// What fills a box, as an argument.
pub(super) fn fill(style: &Style) -> String {
    match style.backdrop.as_deref() {
        Some(Backdrop::Gradient(gradient)) => format!("fill:{},", gradient.typst(style.ground, style.fade)),
        _ if style.ground.alpha > 0.0 => format!("fill:{},", style.ground.typst()),
        _ => String::new(),
    }
}

/// The corners of a box as an argument, and whether what reaches beyond them is cut off.
pub(super) fn corners(style: &Style) -> String {
    let clip = if style.clip && style.is_round() { "clip:true," } else { "" };
    format!("{}{clip}", radii(style))
}

/// The corners of a box as an argument.
pub(super) fn radii(style: &Style) -> String {
    if !style.is_round() {
        return String::new();
    }
    let names = ["top-left", "top-right", "bottom-right", "bottom-left"];
    let radii = names.iter().zip(&style.radius).map(|(name, radius)| match radius {
        Length::Sum(pixels, part) if *part > 0.0 => format!("{name}:{:.2}%+{},", part * 100.0, pt(*pixels)),
        radius => format!("{name}:{},", pt(radius.or_zero(0.0))),
    });
    format!("radius:({}),", radii.collect::<String>())
}

/// The borders of a box as an argument.
pub(super) fn stroke(style: &Style) -> String {
    let names = ["top", "right", "bottom", "left"];
    let mut text = String::new();
    for (side, name) in names.iter().enumerate() {
        let width = style.edge(side);
        if width <= 0.0 {
            continue;
        }
        let border = style.border[side];
        let paint = border.color.unwrap_or(style.color).faded(style.fade);
        if paint.alpha == 0.0 {
            continue;
        }
        let dash = match border.style {
            Line::Dashed => ",dash:\"dashed\"",
            Line::Dotted => ",dash:\"dotted\"",
            Line::Solid | Line::None => "",
        };
        text.push_str(&format!("{name}:(thickness:{},paint:{}{dash}),", pt(width), paint.typst()));
    }
    match (text.is_empty(), style.ring) {
        (true, Some((width, color))) => format!("stroke:{}+{},", pt(width), color.faded(style.fade).typst()),
        (true, None) => text,
        (false, _) => format!("stroke:({text}),"),
    }
}

/// Strokes of typst lie on the edge of a box, borders within it, rings around it: the distance between as an argument.
pub(super) fn outset(style: &Style) -> String {
    let edges: [f64; 4] = std::array::from_fn(|side| style.edge(side));
    if edges.iter().all(|edge| *edge <= 0.0) {
        return style.ring.map_or_else(String::new, |(width, _)| format!("outset:{},", pt(width / 2.0)));
    }
    let [top, right, bottom, left] = edges.map(|edge| pt(-edge / 2.0));
    format!("outset:(top:{top},right:{right},bottom:{bottom},left:{left}),")
}

/// The padding and borders of a box as an argument.
pub(super) fn inset(style: &Style, around: f64) -> String {
    let names = ["top", "right", "bottom", "left"];
    let sides = names.iter().enumerate().map(|(side, name)| {
        let padding = style.padding[side].or_zero(around).max(0.0) + style.edge(side);
        format!("{name}:{},", pt(padding))
    });
    format!("inset:({}),", sides.collect::<String>())
}

/// White space beside a box in a line.
pub(super) fn space(margin: Length, around: f64) -> String {
    let pixels = margin.or_zero(around);
    if pixels.abs() < 0.01 { String::new() } else { format!("\nh({})\n", pt(pixels)) }
}

/// Content that leads somewhere.
pub(super) fn linked(link: Option<&str>, inner: &str) -> String {
    let address = link.map(str::trim).filter(|address| {
        let lower = address.to_ascii_lowercase();
        ["http://", "https://", "mailto:", "tel:"].iter().any(|scheme| lower.starts_with(scheme))
            && address.len() <= 4000
    });
    match address {
        Some(address) => format!("link({},{{{inner}}})", literal(address)),
        _ => inner.to_owned(),
    }
}
