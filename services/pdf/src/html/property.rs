//! Properties into a style. What is known and not done is named, so that it can be told.

use super::style::{
    Align, Border, Case, Display, Justify, Line, Raise, Side, Space, Style, Vertical, side_lengths, sides,
};
use super::value::{Length, color, length, read, words};

/// Largest size of letters in pixels.
const MAX_SIZE: f64 = 800.0;

/// Sets a property; answers with the name of what is not supported.
pub(super) fn set(style: &mut Style, property: &str, value: &str, parent: &Style) -> Option<&'static str> {
    let lower = value.to_ascii_lowercase();
    let em = style.size;
    match lower.as_str() {
        "inherit" => return inherit(style, property, parent),
        "initial" | "unset" | "revert" if !matches!(property, "display") => return None,
        _ => {}
    }
    let pixels = |text: &str| length(text, em, 16.0);
    let sized = |text: &str| read(text, em, 16.0);
    match property {
        "display" => return display(style, &lower),
        "position" => match lower.as_str() {
            "absolute" | "fixed" => {
                style.taken_out = true;
                return Some("position: absolute and fixed");
            }
            _ => style.taken_out = false,
        },
        "float" => {
            style.float = match lower.as_str() {
                "left" | "inline-start" => Some(Side::Left),
                "right" | "inline-end" => Some(Side::Right),
                _ => None,
            };
        }
        "clear" => style.clear = lower != "none",
        "visibility" => style.hidden = lower != "visible",
        "opacity" => style.hidden = style.hidden || lower.parse::<f64>().is_ok_and(|opacity| opacity == 0.0),
        "color" => style.color = color(value).unwrap_or(style.color),
        "background-color" => style.ground = color(value).unwrap_or(style.ground),
        "background" => {
            if lower == "none" {
                style.ground = super::value::Color::CLEAR;
            }
            if let Some(color) = words(value).into_iter().find_map(color) {
                style.ground = color;
            }
            return background(&lower);
        }
        "background-image" => return background(&lower),
        "font-size" => style.size = font_size(&lower, parent.size).unwrap_or(style.size),
        "font-weight" => style.weight = weight(&lower, parent.weight).unwrap_or(style.weight),
        "font-style" => style.italic = lower != "normal",
        "font-family" => style.mono = mono(&lower),
        "font" => return font(style, &lower, parent),
        "line-height" => style.line = line_height(&lower, em).unwrap_or(style.line),
        "letter-spacing" => style.spacing = pixels(&lower).unwrap_or(0.0).clamp(-10.0, 100.0),
        "text-align" => {
            style.align = match lower.as_str() {
                "center" | "-webkit-center" => Align::Center,
                "right" | "end" => Align::Right,
                "justify" => Align::Justify,
                _ => Align::Left,
            };
        }
        "text-decoration" | "text-decoration-line" => {
            style.underline = lower.contains("underline");
            style.strike = lower.contains("line-through");
        }
        "text-transform" => {
            style.uppercase = match lower.as_str() {
                "uppercase" => Case::Upper,
                "lowercase" => Case::Lower,
                "capitalize" => Case::Capital,
                _ => Case::None,
            };
        }
        "text-indent" => style.indent = sized(&lower).unwrap_or(style.indent),
        "white-space" => {
            style.pre = match lower.as_str() {
                "nowrap" => Space::NoWrap,
                "pre" => Space::Pre,
                "pre-wrap" | "break-spaces" => Space::PreWrap,
                "pre-line" => Space::PreLine,
                _ => Space::Normal,
            };
        }
        "vertical-align" => {
            style.raise = Raise::None;
            style.valign = match lower.as_str() {
                "top" | "text-top" => Vertical::Top,
                "middle" => Vertical::Middle,
                "bottom" | "text-bottom" => Vertical::Bottom,
                _ => Vertical::Baseline,
            };
            match lower.as_str() {
                "sub" => style.raise = Raise::Sub,
                "super" => style.raise = Raise::Super,
                _ => {}
            }
        }
        "list-style" | "list-style-type" => {
            let known = words(&lower)
                .into_iter()
                .find(|word| !matches!(*word, "inside" | "outside") && !word.starts_with("url("));
            style.list = known.unwrap_or("disc").to_owned();
        }
        "width" => style.width = sized(&lower).unwrap_or(style.width),
        "min-width" => style.least_width = sized(&lower).unwrap_or(style.least_width),
        "max-width" => style.most_width = sized(&lower).unwrap_or(style.most_width),
        "height" => style.height = sized(&lower).unwrap_or(style.height),
        "min-height" => style.least_height = sized(&lower).unwrap_or(style.least_height),
        "box-sizing" => style.border_box = lower == "border-box",
        "margin" => style.margin = side_lengths(&lower, em).unwrap_or(style.margin),
        "padding" => style.padding = side_lengths(&lower, em).unwrap_or(style.padding),
        "margin-inline" | "padding-inline" | "margin-block" | "padding-block" => {
            let lengths: Vec<Length> = words(&lower).into_iter().filter_map(sized).collect();
            let (Some(first), Some(last)) = (lengths.first().copied(), lengths.last().copied()) else { return None };
            let target = if property.starts_with("margin") { &mut style.margin } else { &mut style.padding };
            let [start, end] = if property.ends_with("inline") { [3, 1] } else { [0, 2] };
            (target[start], target[end]) = (first, last);
        }
        "border-radius" => {
            let first = words(&lower).first().and_then(|word| sized(word)).unwrap_or(Length::ZERO);
            // A circle is a corner as large as the box; nothing else is.
            style.radius = first.resolve(40.0).unwrap_or(0.0).clamp(0.0, 500.0);
        }
        "border-collapse" => style.collapse = lower == "collapse",
        "border-spacing" => {
            style.cell_spacing = words(&lower).first().and_then(|word| pixels(word)).unwrap_or(style.cell_spacing);
        }
        "page-break-before" | "break-before" => style.break_before = is_break(&lower),
        "page-break-after" | "break-after" => style.break_after = is_break(&lower),
        "page-break-inside" | "break-inside" => style.keep = lower.starts_with("avoid"),
        "flex-direction" => style.column = lower.starts_with("column"),
        "flex-wrap" => style.wrap = lower.starts_with("wrap"),
        "flex-flow" => {
            style.column = lower.contains("column");
            style.wrap = lower.contains("wrap") && !lower.contains("nowrap");
        }
        "flex-grow" => style.grow = lower.parse().unwrap_or(0.0),
        "flex-shrink" => style.shrink = lower.parse().unwrap_or(1.0),
        "flex-basis" => style.basis = sized(&lower).unwrap_or(style.basis),
        "flex" => flex(style, &lower, em),
        "order" => style.order = lower.parse().unwrap_or(0),
        "justify-content" => {
            style.justify = match lower.as_str() {
                "center" => Justify::Center,
                "end" | "flex-end" | "right" => Justify::End,
                "space-between" => Justify::Between,
                "space-around" => Justify::Around,
                "space-evenly" => Justify::Evenly,
                _ => Justify::Start,
            };
        }
        "align-items" => style.items = vertical(&lower),
        "align-self" => style.own_align = (lower != "auto").then(|| vertical(&lower)),
        "gap" | "grid-gap" => {
            let parts: Vec<f64> = words(&lower).into_iter().filter_map(pixels).collect();
            if let (Some(row), Some(column)) = (parts.first(), parts.last()) {
                style.gap = (row.max(0.0), column.max(0.0));
            }
        }
        "row-gap" | "grid-row-gap" => style.gap.0 = pixels(&lower).unwrap_or(0.0).max(0.0),
        "column-gap" | "grid-column-gap" => style.gap.1 = pixels(&lower).unwrap_or(0.0).max(0.0),
        "grid-template-columns" => style.tracks = lower,
        "grid-template" | "grid-template-areas" | "grid-area" => return Some("grid areas"),
        "grid-column" | "grid-column-start" | "grid-column-end" => span(style, property, &lower),
        "content" => style.content = Some(value.to_owned()),
        "columns" | "column-count" => return (lower != "auto" && lower != "1").then_some("columns of text"),
        "transform" => return (lower != "none").then_some("transform"),
        "counter-increment" | "counter-reset" => return (lower != "none").then_some("counters"),
        _ => return sided(style, property, value),
    }
    None
}

fn inherit(style: &mut Style, property: &str, parent: &Style) -> Option<&'static str> {
    match property {
        "color" => style.color = parent.color,
        "width" => style.width = parent.width,
        "display" => style.display = parent.display,
        "background-color" | "background" => style.ground = parent.ground,
        "text-decoration" => (style.underline, style.strike) = (parent.underline, parent.strike),
        "box-sizing" => style.border_box = parent.border_box,
        "vertical-align" => style.valign = parent.valign,
        // What is inherited anyway has not been touched.
        _ => {}
    }
    None
}

fn display(style: &mut Style, value: &str) -> Option<&'static str> {
    style.display = match value {
        "none" => Display::None,
        "inline" => Display::Inline,
        "inline-block" => Display::InlineBlock,
        "flex" | "-webkit-flex" | "inline-flex" => Display::Flex,
        "grid" | "inline-grid" => Display::Grid,
        "table" | "inline-table" => Display::Table,
        "table-row-group" => Display::RowGroup,
        "table-header-group" => Display::HeadGroup,
        "table-footer-group" => Display::FootGroup,
        "table-row" => Display::Row,
        "table-cell" => Display::Cell,
        "table-caption" => Display::Caption,
        "table-column" | "table-column-group" => Display::None,
        "list-item" => Display::ListItem,
        "contents" => Display::Contents,
        "block" | "flow-root" => Display::Block,
        _ => return None,
    };
    None
}

fn background(value: &str) -> Option<&'static str> {
    match () {
        () if value.contains("gradient(") => Some("gradients"),
        () if value.contains("url(") => Some("background pictures"),
        () => None,
    }
}

fn is_break(value: &str) -> bool {
    matches!(value, "always" | "page" | "left" | "right" | "recto" | "verso")
}

fn vertical(value: &str) -> Vertical {
    match value {
        "center" => Vertical::Middle,
        "end" | "flex-end" => Vertical::Bottom,
        "start" | "flex-start" => Vertical::Top,
        "baseline" => Vertical::Baseline,
        _ => Vertical::Stretch,
    }
}

fn font_size(value: &str, parent: f64) -> Option<f64> {
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

fn weight(value: &str, parent: u16) -> Option<u16> {
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

fn mono(families: &str) -> bool {
    let first = families.split(',').next().unwrap_or_default();
    ["mono", "courier", "consolas", "menlo"].iter().any(|name| first.contains(name))
}

fn line_height(value: &str, em: f64) -> Option<Result<f64, f64>> {
    if value == "normal" {
        return Some(Ok(1.2));
    }
    if let Ok(factor) = value.parse::<f64>() {
        return (0.0..=20.0).contains(&factor).then_some(Ok(factor));
    }
    read(value, em, 16.0)?.resolve(em).map(|pixels| Err(pixels.clamp(0.0, MAX_SIZE * 4.0)))
}

/// `italic bold 12px/1.5 Arial, sans-serif`.
fn font(style: &mut Style, value: &str, parent: &Style) -> Option<&'static str> {
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
    style.mono = mono(&parts[at + 1..].join(" "));
    None
}

fn flex(style: &mut Style, value: &str, em: f64) {
    (style.grow, style.shrink, style.basis) = match value {
        "none" => (0.0, 0.0, Length::Auto),
        "auto" => (1.0, 1.0, Length::Auto),
        "initial" => (0.0, 1.0, Length::Auto),
        _ => (0.0, 1.0, Length::ZERO),
    };
    if matches!(value, "none" | "auto" | "initial") {
        return;
    }
    let mut numbers = Vec::new();
    let mut basis = None;
    for word in words(value) {
        match word.parse::<f64>() {
            Ok(number) if number.is_finite() => numbers.push(number),
            _ => basis = read(word, em, 16.0).or(basis),
        }
    }
    style.grow = numbers.first().copied().unwrap_or(1.0).max(0.0);
    style.shrink = numbers.get(1).copied().unwrap_or(1.0).max(0.0);
    // A third number can only be a basis of 0.
    style.basis = basis.unwrap_or(Length::ZERO);
}

fn span(style: &mut Style, property: &str, value: &str) {
    let mut read = |text: &str, is_start: bool| {
        let text = text.trim();
        if let Some(count) = text.strip_prefix("span") {
            style.span.count = count.trim().parse().ok().filter(|count| (1..=100).contains(count));
        } else if let Ok(line) = text.parse::<i32>() {
            if is_start { style.span.start = Some(line) } else { style.span.end = Some(line) }
        }
    };
    match (property, value.split_once('/')) {
        ("grid-column", Some((start, end))) => {
            read(start, true);
            read(end, false);
        }
        ("grid-column-end", _) => read(value, false),
        _ => read(value, true),
    }
}

/// Properties of single sides, and those of all borders.
fn sided(style: &mut Style, property: &str, value: &str) -> Option<&'static str> {
    let side = |name: &str| match name {
        "top" | "block-start" => Some(0),
        "right" | "inline-end" => Some(1),
        "bottom" | "block-end" => Some(2),
        "left" | "inline-start" => Some(3),
        _ => None,
    };
    let em = style.size;
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
        "color" => border.color = color(value).or(border.color),
        _ => {}
    }
}
