//! Attributes of old that say how things look: mails and invoices are full of them.

use super::dom::{Dom, NodeId};
use super::style::{Align, Border, Line, Side, Style, Vertical};
use super::value::{Color, Length, attribute, color};

/// The color of borders of old.
const GRAY: Color = Color { rgb: [128; 3], alpha: 1.0 };

/// What the attributes of an element say.
pub(super) fn apply(style: &mut Style, dom: &Dom, id: NodeId) {
    let Some(element) = dom.element(id) else { return };
    let tag = element.tag();
    for (name, value) in &element.attributes {
        match (name.as_str(), tag) {
            ("width", "table" | "td" | "th" | "img" | "svg" | "col" | "hr") => {
                style.width = attribute(value).unwrap_or(style.width);
            }
            ("height", "table" | "td" | "th" | "tr" | "img" | "svg") => {
                style.height = attribute(value).unwrap_or(style.height);
            }
            ("bgcolor", _) => {
                let hex = format!("#{}", value.trim().trim_start_matches('#'));
                style.ground = color(value).or_else(|| color(&hex)).unwrap_or(style.ground);
            }
            ("align", "table" | "img") => {
                // One that is as wide as all has nothing beside it.
                let whole = element.attribute("width").is_some_and(|width| width.trim() == "100%");
                match value.to_ascii_lowercase().as_str() {
                    "center" if tag == "table" => (style.margin[1], style.margin[3]) = (Length::Auto, Length::Auto),
                    "left" if !whole => style.float = Some(Side::Left),
                    "right" if !whole => style.float = Some(Side::Right),
                    _ => {}
                }
            }
            ("align", _) => {
                style.aligned = true;
                style.align = match value.to_ascii_lowercase().as_str() {
                    "center" | "middle" => Align::Center,
                    "right" => Align::Right,
                    "justify" => Align::Justify,
                    "left" => Align::Left,
                    _ => style.align,
                };
                // Browsers let these move boxes as well, and end at tables.
                style.old_align = matches!(tag, "td" | "th" | "tr" | "tbody" | "thead" | "div" | "p");
            }
            ("dir", _) => style.rtl = value.eq_ignore_ascii_case("rtl"),
            ("background", "body" | "table" | "td" | "th") => {
                style.backdrop =
                    super::backdrop::layers(&format!("url({value})"), style.size).backdrop.map(std::rc::Rc::new);
            }
            ("valign", _) => {
                style.valign = match value.to_ascii_lowercase().as_str() {
                    "top" => Vertical::Top,
                    "bottom" => Vertical::Bottom,
                    "baseline" => Vertical::Baseline,
                    _ => Vertical::Middle,
                };
            }
            ("nowrap", "td" | "th") => style.pre = super::style::Space::NoWrap,
            ("color", "font") => style.color = color(value).unwrap_or(style.color),
            ("size", "font") => {
                let sizes = [10.0, 13.0, 16.0, 18.0, 24.0, 32.0, 48.0];
                if let Ok(step) = value.trim().parse::<usize>() {
                    style.size = sizes[step.clamp(1, 7) - 1];
                }
            }
            ("border", "table") => {
                let width = value.trim().parse::<f64>().unwrap_or(1.0);
                if width > 0.0 {
                    style.border = [Border { width, style: Line::Solid, color: Some(GRAY) }; 4];
                }
            }
            ("cellspacing", "table") => style.cell_spacing = value.trim().parse().unwrap_or(style.cell_spacing),
            ("type", "ol" | "ul" | "li") => {
                style.list = match value.as_str() {
                    "a" => "lower-alpha",
                    "A" => "upper-alpha",
                    "i" => "lower-roman",
                    "I" => "upper-roman",
                    "1" => "decimal",
                    other => other,
                }
                .to_owned();
            }
            ("hidden", _) => style.display = super::style::Display::None,
            _ => {}
        }
    }
    if matches!(tag, "td" | "th") {
        cell(style, dom, id);
    }
}

/// What the table says of its cells.
fn cell(style: &mut Style, dom: &Dom, id: NodeId) {
    let mut above = dom.parent_element(id);
    for _ in 0..4 {
        let Some(place) = above else { return };
        let Some(element) = dom.element(place) else { return };
        if element.tag() == "table" {
            if let Some(padding) = element.attribute("cellpadding").and_then(attribute) {
                style.padding = [padding; 4];
            }
            if element.attribute("border").is_some_and(|width| width.trim() != "0") {
                style.border = [Border { width: 1.0, style: Line::Solid, color: Some(GRAY) }; 4];
            }
            return;
        }
        if element.tag() == "tr"
            && let Some(valign) = element.attribute("valign")
        {
            style.valign = match valign.to_ascii_lowercase().as_str() {
                "top" => Vertical::Top,
                "bottom" => Vertical::Bottom,
                _ => Vertical::Middle,
            };
        }
        above = dom.parent_element(place);
    }
}
