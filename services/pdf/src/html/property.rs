//! Properties into a style. What is known and not done is named, so that it can be told.

use std::rc::Rc;

use super::backdrop::layers;
use super::border::{corner, round, shadow, sided};
use super::font::{font, font_size, line_height, mono, weight};
use super::style::{
    Align, Case, Display, Justify, Position, Raise, Side, Space, Span, Style, Vertical, side_lengths, sides,
};
use super::value::{Color, Length, arguments, color, length, read, words};

/// Largest size of letters in pixels.
pub(super) const MAX_SIZE: f64 = 800.0;

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
        "position" => {
            style.position = match lower.as_str() {
                "absolute" => Position::Absolute,
                "fixed" => Position::Fixed,
                "relative" | "sticky" | "-webkit-sticky" => Position::Relative,
                _ => Position::Static,
            };
        }
        "top" => style.inset[0] = sized(&lower).unwrap_or(style.inset[0]),
        "right" | "inset-inline-end" => style.inset[1] = sized(&lower).unwrap_or(style.inset[1]),
        "bottom" => style.inset[2] = sized(&lower).unwrap_or(style.inset[2]),
        "left" | "inset-inline-start" => style.inset[3] = sized(&lower).unwrap_or(style.inset[3]),
        "inset" => style.inset = side_lengths(&lower, em).unwrap_or(style.inset),
        "z-index" => style.level = lower.parse().unwrap_or(0),
        "transform" | "-webkit-transform" => return style.transform.set(&lower, em),
        "rotate" | "translate" | "scale" => return style.motion.one(property, &lower, em),
        "overflow" | "overflow-x" | "overflow-y" => style.clip = matches!(lower.as_str(), "hidden" | "clip"),
        "object-fit" => {
            style.fit = match lower.as_str() {
                "cover" => "cover",
                "contain" | "scale-down" => "contain",
                _ => "stretch",
            };
        }
        "direction" => style.rtl = lower == "rtl",
        "caption-side" => style.caption_below = lower == "bottom",
        "box-shadow" => shadow(style, value),
        "float" => {
            style.float = match lower.as_str() {
                "left" | "inline-start" => Some(Side::Left),
                "right" | "inline-end" => Some(Side::Right),
                _ => None,
            };
        }
        "clear" => style.clear = lower != "none",
        "visibility" => style.hidden = lower != "visible",
        "opacity" => {
            let opacity = match lower.strip_suffix('%') {
                Some(percent) => percent.parse::<f64>().ok().map(|percent| percent / 100.0),
                None => lower.parse::<f64>().ok(),
            };
            let opacity = opacity.filter(|opacity| opacity.is_finite()).unwrap_or(1.0).clamp(0.0, 1.0);
            style.fade = parent.fade * opacity;
        }
        "color" => style.color = color(value).unwrap_or(style.color),
        "background-color" => {
            style.ground = color(value).unwrap_or(if lower == "currentcolor" { style.color } else { style.ground });
        }
        "background" => {
            style.ground = Color::CLEAR;
            style.ground_in_text = words(&lower).contains(&"text");
            // The color stands in the last layer.
            let last = arguments(value).pop().unwrap_or_default();
            if let Some(color) = words(last).into_iter().find_map(color) {
                style.ground = color;
            }
            let layers = layers(value, em);
            (style.backdrop, style.hanging) = (layers.backdrop.map(Rc::new), layers.hanging);
            return layers.missing;
        }
        "background-image" => {
            let layers = layers(value, em);
            style.backdrop = layers.backdrop.map(Rc::new);
            return layers.missing;
        }
        "background-clip" | "-webkit-background-clip" => style.ground_in_text = lower == "text",
        // Of several layers the picture is the last.
        "background-size" => style.hanging.resize(arguments(&lower).pop().unwrap_or_default(), em),
        "background-position" => style.hanging.place(arguments(&lower).pop().unwrap_or_default(), em),
        "background-repeat" => style.hanging.repeat(arguments(&lower).pop().unwrap_or_default()),
        "font-size" => style.size = font_size(&lower, parent.size).unwrap_or(style.size),
        "font-weight" => style.weight = weight(&lower, parent.weight).unwrap_or(style.weight),
        "font-style" => style.italic = lower != "normal",
        "font-family" => (style.mono, style.families) = (mono(&lower), Rc::from(lower.as_str())),
        "font" => return font(style, &lower, parent),
        "line-height" => style.line = line_height(&lower, em).unwrap_or(style.line),
        "outline" if words(&lower).iter().any(|word| matches!(*word, "solid" | "double" | "dashed" | "dotted")) => {
            return (!lower.contains("transparent")).then_some("outline");
        }
        "letter-spacing" => style.spacing = pixels(&lower).unwrap_or(0.0).clamp(-10.0, 100.0),
        // Heads of cells are centered where nobody has said otherwise (HTML Standard, 15.3.8).
        "text-align" if lower == "-internal-center" => {
            if !style.aligned {
                (style.align, style.aligned) = (Align::Center, true);
            }
        }
        "text-align" => {
            style.aligned = true;
            style.old_align = lower.starts_with("-webkit-") && lower != "-webkit-match-parent";
            style.align = match lower.as_str() {
                "center" | "-webkit-center" => Align::Center,
                "right" | "-webkit-right" => Align::Right,
                "end" if style.rtl => Align::Left,
                "end" => Align::Right,
                "justify" => Align::Justify,
                "left" | "-webkit-left" => Align::Left,
                "start" if style.rtl => Align::Right,
                "start" => Align::Left,
                "match-parent" | "-webkit-match-parent" => parent.align,
                _ => style.align,
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
        "max-height" => style.most_height = sized(&lower).unwrap_or(style.most_height),
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
            let first = lower.split('/').next().unwrap_or_default();
            let corners: Vec<Length> = words(first).into_iter().filter_map(sized).map(corner).collect();
            style.radius = sides(&corners).unwrap_or(style.radius);
        }
        "border-top-left-radius" | "border-start-start-radius" => round(style, 0, &lower),
        "border-top-right-radius" | "border-start-end-radius" => round(style, 1, &lower),
        "border-bottom-right-radius" | "border-end-end-radius" => round(style, 2, &lower),
        "border-bottom-left-radius" | "border-end-start-radius" => round(style, 3, &lower),
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
        "grid-template-rows" => (style.row_tracks, style.auto_rows) = (lower, false),
        // Rows that are named have sizes of their own.
        "grid-auto-rows" if style.row_tracks.is_empty() || style.auto_rows => {
            (style.row_tracks, style.auto_rows) = (lower, true);
        }
        "grid-auto-flow" => {
            style.flow_columns = lower.contains("column");
            style.dense = lower.contains("dense");
        }
        "grid-template-areas" => style.areas = Rc::new(areas(value)),
        "grid-template" | "grid" => {
            let (rows, columns) = lower.rsplit_once('/').unwrap_or((&lower, ""));
            if rows.contains(['"', '\'']) {
                style.areas = Rc::new(areas(value));
                let heights: Vec<&str> =
                    words(rows).into_iter().filter(|word| !word.starts_with(['"', '\'', '['])).collect();
                style.row_tracks = heights.join(" ");
            } else {
                style.row_tracks = rows.trim().to_owned();
            }
            columns.trim().clone_into(&mut style.tracks);
        }
        "grid-area" => match value.split_once('/') {
            None if value.trim().parse::<i32>().is_err() => style.area = Some(Rc::from(value.trim())),
            None => line(&mut style.row_span, &lower, true),
            Some(_) => {
                let parts: Vec<&str> = lower.split('/').collect();
                for (at, part) in parts.iter().enumerate().take(4) {
                    line(if at % 2 == 0 { &mut style.row_span } else { &mut style.span }, part, at < 2);
                }
            }
        },
        "grid-column" | "grid-column-start" | "grid-column-end" => span(&mut style.span, property, &lower),
        "grid-row" | "grid-row-start" | "grid-row-end" => span(&mut style.row_span, property, &lower),
        "justify-items" => style.justify_items = Some(vertical(&lower)),
        "justify-self" => style.own_justify = (lower != "auto").then(|| vertical(&lower)),
        "place-items" => {
            let parts = words(&lower);
            style.items = vertical(parts.first().copied().unwrap_or_default());
            style.justify_items = parts.last().map(|last| vertical(last));
        }
        "place-self" => {
            let parts = words(&lower);
            style.own_align = parts.first().map(|first| vertical(first));
            style.own_justify = parts.last().map(|last| vertical(last));
        }
        "content" => style.content = Some(value.to_owned()),
        "columns" => {
            style.columns = words(&lower).iter().find_map(|word| word.parse().ok());
            style.column_width = words(&lower).into_iter().find_map(pixels).filter(|width| *width > 0.0);
        }
        "column-count" => style.columns = lower.parse().ok(),
        "column-width" => style.column_width = pixels(&lower).filter(|width| *width > 0.0),
        "quotes" => style.quotes = (lower != "auto").then(|| Rc::from(value)),
        "counter-reset" => style.counters[0] = (lower != "none").then(|| Rc::from(value)),
        "counter-increment" => style.counters[1] = (lower != "none").then(|| Rc::from(value)),
        _ => return sided(style, property, value),
    }
    None
}

fn inherit(style: &mut Style, property: &str, parent: &Style) -> Option<&'static str> {
    match property {
        "color" => style.color = parent.color,
        "font-size" => style.size = parent.size,
        "font-weight" => style.weight = parent.weight,
        "font-style" => style.italic = parent.italic,
        "font-family" => (style.mono, style.families) = (parent.mono, parent.families.clone()),
        "font" => {
            (style.size, style.weight, style.italic) = (parent.size, parent.weight, parent.italic);
            (style.mono, style.families, style.line) = (parent.mono, parent.families.clone(), parent.line);
        }
        "line-height" => style.line = parent.line,
        "text-align" => (style.align, style.old_align) = (parent.align, parent.old_align),
        "text-transform" => style.uppercase = parent.uppercase,
        "white-space" => style.pre = parent.pre,
        "letter-spacing" => style.spacing = parent.spacing,
        "list-style" | "list-style-type" => style.list.clone_from(&parent.list),
        "border-collapse" => style.collapse = parent.collapse,
        "border" => style.border = parent.border,
        "border-color" => {
            for (own, around) in style.border.iter_mut().zip(&parent.border) {
                own.color = around.color.or(Some(parent.color));
            }
        }
        "border-style" => {
            for (own, around) in style.border.iter_mut().zip(&parent.border) {
                own.style = around.style;
            }
        }
        "border-width" => {
            for (own, around) in style.border.iter_mut().zip(&parent.border) {
                own.width = around.width;
            }
        }
        "border-radius" => style.radius = parent.radius,
        "margin" => style.margin = parent.margin,
        "padding" => style.padding = parent.padding,
        "width" => style.width = parent.width,
        "min-width" => style.least_width = parent.least_width,
        "max-width" => style.most_width = parent.most_width,
        "height" => style.height = parent.height,
        "display" => style.display = parent.display,
        "background-color" => style.ground = parent.ground,
        "background" => {
            style.ground = parent.ground;
            (style.backdrop, style.hanging) = (parent.backdrop.clone(), parent.hanging);
        }
        "text-decoration" => (style.underline, style.strike) = (parent.underline, parent.strike),
        "box-sizing" => style.border_box = parent.border_box,
        "vertical-align" => style.valign = parent.valign,
        // What is inherited anyway has not been touched.
        _ => {}
    }
    None
}

fn display(style: &mut Style, value: &str) -> Option<&'static str> {
    style.inline_level = value.starts_with("inline-") && value != "inline-block";
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

/// Rows of names: `"head head" "side main"`.
fn areas(value: &str) -> Vec<Vec<String>> {
    let rows = words(value).into_iter().filter_map(|word| {
        let quote = word.chars().next().filter(|quote| matches!(quote, '"' | '\''))?;
        let inner = word[1..].strip_suffix(quote)?;
        Some(inner.split_whitespace().take(60).map(str::to_owned).collect())
    });
    rows.take(200).collect()
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

fn span(span: &mut Span, property: &str, value: &str) {
    match value.split_once('/') {
        Some((start, end)) => {
            line(span, start, true);
            line(span, end, false);
        }
        None => line(span, value, !property.ends_with("-end")),
    }
}

/// A line of a grid, or how far an item reaches.
fn line(span: &mut Span, text: &str, is_start: bool) {
    let text = text.trim();
    if let Some(count) = text.strip_prefix("span") {
        span.count = count.trim().parse().ok().filter(|count| (1..=100).contains(count));
    } else if let Some(line) = text.parse::<i32>().ok().filter(|line| *line != 0) {
        let line = line.clamp(-1000, 1000);
        if is_start { span.start = Some(line) } else { span.end = Some(line) }
    }
}
