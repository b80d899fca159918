//! `@supports` (CSS Conditional Rules 3, 6): whether something is done here, as a page may ask.

use super::value::{color, is_deep, read, words};

/// Properties that are done here.
const PROPERTIES: [&str; 97] = [
    "align-items",
    "align-self",
    "background",
    "background-clip",
    "background-color",
    "background-image",
    "background-position",
    "background-repeat",
    "background-size",
    "border",
    "border-bottom",
    "border-collapse",
    "border-color",
    "border-left",
    "border-radius",
    "border-right",
    "border-spacing",
    "border-style",
    "border-top",
    "border-width",
    "bottom",
    "box-sizing",
    "break-after",
    "break-before",
    "break-inside",
    "caption-side",
    "clear",
    "color",
    "column-count",
    "column-gap",
    "column-width",
    "columns",
    "content",
    "counter-increment",
    "counter-reset",
    "direction",
    "display",
    "flex",
    "flex-basis",
    "flex-direction",
    "flex-flow",
    "flex-grow",
    "flex-shrink",
    "flex-wrap",
    "float",
    "font",
    "font-family",
    "font-size",
    "font-style",
    "font-weight",
    "gap",
    "grid",
    "grid-area",
    "grid-auto-flow",
    "grid-auto-rows",
    "grid-column",
    "grid-row",
    "grid-template",
    "grid-template-areas",
    "grid-template-columns",
    "grid-template-rows",
    "height",
    "inset",
    "justify-content",
    "justify-items",
    "justify-self",
    "left",
    "letter-spacing",
    "line-height",
    "list-style",
    "list-style-type",
    "margin",
    "max-width",
    "min-height",
    "min-width",
    "object-fit",
    "opacity",
    "order",
    "overflow",
    "padding",
    "page-break-inside",
    "place-items",
    "position",
    "quotes",
    "right",
    "rotate",
    "scale",
    "text-align",
    "text-decoration",
    "text-indent",
    "text-transform",
    "top",
    "transform",
    "translate",
    "visibility",
    "white-space",
    "width",
];

/// Whether a condition holds; one that cannot be read does not.
pub(super) fn holds(condition: &str) -> bool {
    !is_deep(condition) && read_condition(&condition.to_ascii_lowercase()).unwrap_or(false)
}

fn read_condition(condition: &str) -> Option<bool> {
    let spaced = condition.replace(")and", ") and").replace(")or", ") or").replace("not(", "not (");
    let parts = words(&spaced);
    match parts.as_slice() {
        [one] => group(one),
        ["not", one] => Some(!group(one)?),
        [first, rest @ ..] if rest.len() % 2 == 0 && matches!(rest[0], "and" | "or") => {
            let all = rest[0] == "and";
            let mut held = group(first)?;
            for pair in rest.chunks(2) {
                if pair[0] != rest[0] {
                    return None;
                }
                let next = group(pair[1])?;
                held = if all { held && next } else { held || next };
            }
            Some(held)
        }
        _ => None,
    }
}

/// `(property: value)`, `selector(...)`, or a condition in brackets.
fn group(text: &str) -> Option<bool> {
    if let Some(selector) = text.strip_prefix("selector(").and_then(|rest| rest.strip_suffix(')')) {
        return Some(!super::selector::selectors(selector).is_empty());
    }
    let Some(inner) = text.strip_prefix('(').and_then(|rest| rest.strip_suffix(')')) else {
        // A function of its own, such as `font-tech()`.
        return text.ends_with(')').then_some(false);
    };
    let inner = inner.trim();
    if inner.starts_with('(')
        || inner.starts_with("not ")
        || inner.starts_with("not(")
        || inner.starts_with("selector(")
    {
        return read_condition(inner);
    }
    let (property, value) = inner.split_once(':')?;
    Some(is_done(property.trim(), value.trim()))
}

fn is_done(property: &str, value: &str) -> bool {
    if property.starts_with("--") {
        return true;
    }
    let side =
        ["-top", "-right", "-bottom", "-left", "-inline", "-block"].iter().find_map(|end| property.strip_suffix(end));
    let known = |name: &str| PROPERTIES.binary_search(&name).is_ok();
    if !known(property) && !side.is_some_and(|name| matches!(name, "margin" | "padding")) {
        return false;
    }
    match property {
        "display" => !value.contains("ruby") && !value.contains("subgrid"),
        "color" | "background-color" => value == "inherit" || value == "currentcolor" || color(value).is_some(),
        "grid-template-columns" | "grid-template-rows" => !matches!(value, "subgrid" | "masonry"),
        "width" | "height" | "top" | "left" => value == "inherit" || read(value, 16.0, 16.0).is_some(),
        _ => true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn conditions_are_judged() {
        for (condition, expected) in [
            ("(display: grid)", true),
            ("not (display: grid)", false),
            ("not (backdrop-filter: blur(2px))", true),
            ("(display: flex) and (gap: 1em)", true),
            ("(display: flex) and (mask-image: none)", false),
            ("(clip-path: none) or (top: 0)", true),
            ("((position: sticky) and (not (display: none)))", false),
            ("(margin-inline: 1px)", true),
            ("(--x: red)", true),
            ("(color: color-mix(in lab, red, red))", true),
            ("(color: rgb(from red r g b))", false),
            ("(width: 12furlong)", false),
            ("selector(a > b)", true),
            ("font-tech(color-colrv1)", false),
            (
                "((-webkit-hyphens: none) and (not (margin-trim: inline))) or ((-moz-orient: inline) and (not (color:rgb(from red r g b))))",
                false,
            ),
            ("nonsense", false),
            ("", false),
            ("(top: 0) and (left: 0) or (width: 1px)", false),
        ] {
            assert_eq!(holds(condition), expected, "{condition}");
        }
        assert!(PROPERTIES.is_sorted());
        assert!(!holds(&format!("{}top:0{}", "(".repeat(50_000), ")".repeat(50_000))));
    }
}
