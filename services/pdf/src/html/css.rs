//! Style sheets: rules with selectors and declarations, `@media`, `@page`. What cannot be read is left out, as browsers do.

use super::layer::Layers;
use super::selector::{Selector, selectors};
use super::supports;

/// Rules of all sheets together.
const MAX_RULES: usize = 20_000;
/// Bytes of the selectors of a rule within a rule.
const MAX_PRELUDE: usize = 10_000;
/// Faces of typefaces that are looked at.
const MAX_FACES: usize = 200;
/// Levels of `@media` and of rules within each other.
const MAX_DEPTH: usize = 16;

/// A declaration: `color: red !important`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Declaration {
    pub(crate) property: String,
    pub(crate) value: String,
    pub(crate) important: bool,
}

/// A rule.
#[derive(Debug)]
pub(crate) struct Rule {
    pub(crate) selector: Selector,
    /// Its layer; 0 is what is in none.
    pub(crate) layer: usize,
    /// Declarations, shared by the selectors of a rule.
    pub(crate) block: usize,
}

/// What the sheets say.
#[derive(Debug, Default)]
pub(crate) struct Sheet {
    pub(crate) rules: Vec<Rule>,
    pub(crate) blocks: Vec<Vec<Declaration>>,
    pub(crate) layers: Layers,
    /// Declarations of each `@font-face`.
    pub(crate) faces: Vec<Vec<Declaration>>,
    /// Declarations of `@page`, and of its margin boxes by their names.
    pub(crate) page: Vec<Declaration>,
    pub(crate) margin_boxes: Vec<(String, Vec<Declaration>)>,
    /// The margin boxes of the first page, where they are others.
    pub(crate) first_boxes: Vec<(String, Vec<Declaration>)>,
    /// Names of what is not supported.
    pub(crate) unsupported: Vec<&'static str>,
}

impl Sheet {
    /// Adds a sheet, for a page of this width in CSS pixels.
    pub(crate) fn add(&mut self, css: &str, width: f64) {
        let plain = without_comments(css);
        self.read(&plain, width, 0);
    }

    fn note(&mut self, what: &'static str) {
        if !self.unsupported.contains(&what) {
            self.unsupported.push(what);
        }
    }

    fn read(&mut self, css: &str, width: f64, depth: usize) {
        let mut rest = css.trim_start();
        while !rest.is_empty() && self.rules.len() < MAX_RULES {
            rest = rest.trim_start_matches(|c: char| c.is_whitespace() || c == ';' || c == '}');
            let rest_after = rest.strip_prefix("<!--").or_else(|| rest.strip_prefix("-->"));
            if let Some(after) = rest_after {
                rest = after;
                continue;
            }
            let end = position(rest, &['{', ';']).unwrap_or(rest.len());
            let prelude = rest[..end].trim();
            match rest[end..].chars().next() {
                Some('{') => {
                    let (body, after) = block(&rest[end..]);
                    self.rule(prelude, body, width, depth);
                    rest = after;
                }
                Some(_) => {
                    if let Some(names) = prelude.strip_prefix("@layer") {
                        for name in names.split(',') {
                            let around = self.layers.enter(name.trim());
                            self.layers.now = around;
                        }
                    }
                    if prelude.to_ascii_lowercase().starts_with("@import") {
                        self.note("@import behind other rules");
                    }
                    rest = &rest[end + 1..];
                }
                None => break,
            }
        }
    }

    fn rule(&mut self, prelude: &str, body: &str, width: f64, depth: usize) {
        if let Some(at) = prelude.strip_prefix('@') {
            let (name, query) = at.split_once(|c: char| c.is_whitespace() || c == '(' || c == ':').unwrap_or((at, ""));
            let query = &at[at.len() - query.len() - usize::from(at[name.len()..].starts_with(['(', ':']))..];
            match name.to_ascii_lowercase().as_str() {
                "media" if depth < MAX_DEPTH && media(query, width) => self.read(body, width, depth + 1),
                "supports" if depth < MAX_DEPTH && supports::holds(query) => self.read(body, width, depth + 1),
                "layer" if depth < MAX_DEPTH => {
                    let around = self.layers.enter(query.trim());
                    self.read(body, width, depth + 1);
                    self.layers.now = around;
                }
                "scope" if depth < MAX_DEPTH => self.read(body, width, depth + 1),
                "container" => self.note("@container"),
                "page" if query.trim().is_empty() => {
                    let (page, mut boxes) = page_rule(body);
                    self.page.extend(page);
                    self.margin_boxes.append(&mut boxes);
                }
                "page" if query.trim().eq_ignore_ascii_case(":first") => {
                    let (page, mut boxes) = page_rule(body);
                    if !page.is_empty() {
                        self.note("@page :first, except what stands in its margins");
                    }
                    self.first_boxes.append(&mut boxes);
                }
                "page" if query.trim().starts_with(':') => self.note("@page :left, :right and :blank"),
                "page" => self.note("named pages"),
                "font-face" if self.faces.len() < MAX_FACES => self.faces.push(declarations(body)),
                // What a variable is where nothing sets it.
                "property" => {
                    let initial = declarations(body).into_iter().find(|one| one.property == "initial-value");
                    if let Some(Declaration { value, .. }) = initial {
                        self.rule(":where(:root)", &format!("{}:{value}", query.trim()), width, MAX_DEPTH);
                    }
                }
                _ => {}
            }
            return;
        }
        let block = declarations(body);
        let index = self.blocks.len();
        self.blocks.push(block);
        for selector in selectors(prelude) {
            self.rules.push(Rule { selector, layer: self.layers.now, block: index });
        }
        if body.contains('{') && depth < MAX_DEPTH {
            self.nested(prelude, body, width, depth + 1);
        }
    }

    /// The rules within a rule (CSS Nesting).
    fn nested(&mut self, parent: &str, body: &str, width: f64, depth: usize) {
        let mut rest = body;
        while let Some(end) = position(rest, &[';', '{']) {
            if rest[end..].starts_with(';') {
                rest = &rest[end + 1..];
                continue;
            }
            let prelude = rest[..end].trim();
            let (inner, after) = block(&rest[end..]);
            rest = after;
            if self.rules.len() >= MAX_RULES {
                return;
            }
            match prelude.strip_prefix('@') {
                Some(at) => {
                    let (name, query) = at.split_once(|c: char| c.is_whitespace() || c == '(').unwrap_or((at, ""));
                    let query = &at[at.len() - query.len() - usize::from(at[name.len()..].starts_with('('))..];
                    let holds = match name.to_ascii_lowercase().as_str() {
                        "media" => media(query, width),
                        "supports" => supports::holds(query),
                        "layer" => true,
                        "container" => {
                            self.note("@container");
                            false
                        }
                        _ => false,
                    };
                    if holds {
                        self.rule(parent, inner, width, depth);
                    }
                }
                None => {
                    let joined = joined(parent, prelude);
                    if joined.len() <= MAX_PRELUDE {
                        self.rule(&joined, inner, width, depth);
                    }
                }
            }
        }
    }
}

/// Declarations of `@page`, and of its margin boxes by their names.
fn page_rule(body: &str) -> (Vec<Declaration>, Vec<(String, Vec<Declaration>)>) {
    let (mut page, mut boxes) = (Vec::new(), Vec::new());
    let mut rest = body;
    while let Some(at) = rest.find('@') {
        page.extend(declarations(&rest[..at]));
        let Some(open) = rest[at..].find('{') else { return (page, boxes) };
        let name = rest[at + 1..at + open].trim().to_ascii_lowercase();
        let (inner, after) = block(&rest[at + open..]);
        boxes.push((name, declarations(inner)));
        rest = after;
    }
    page.extend(declarations(rest));
    (page, boxes)
}

/// The selectors of a rule within a rule: `&` is the rule around it, which otherwise is an ancestor.
fn joined(parent: &str, nested: &str) -> String {
    let mut all = String::new();
    for one in super::selector::split(nested, ',') {
        for around in super::selector::split(parent, ',') {
            let (one, around) = (one.trim(), around.trim());
            if !all.is_empty() {
                all.push(',');
            }
            if one.len() + one.matches('&').count() * around.len() > MAX_PRELUDE {
                // Too long to be written out, and refused as such.
                return " ".repeat(MAX_PRELUDE + 1);
            }
            all.push_str(&if one.contains('&') { one.replace('&', around) } else { format!("{around} {one}") });
            if all.len() > MAX_PRELUDE {
                return all;
            }
        }
    }
    all
}

/// Reads declarations: those of a rule, or of a `style` attribute.
pub(crate) fn declarations(text: &str) -> Vec<Declaration> {
    let mut found = Vec::new();
    let mut rest = text;
    while !rest.trim().is_empty() {
        let end = position(rest, &[';', '{']).unwrap_or(rest.len());
        let one = &rest[..end];
        if rest[end..].starts_with('{') {
            // A rule within the rule.
            rest = block(&rest[end..]).1;
            continue;
        }
        rest = rest.get(end + 1..).unwrap_or_default();
        let Some((property, value)) = one.split_once(':') else { continue };
        let property = property.trim();
        let property = if property.starts_with("--") { property.to_owned() } else { property.to_ascii_lowercase() };
        let value = value.trim();
        let (value, important) = match value.rfind('!') {
            Some(at) if value[at + 1..].trim().eq_ignore_ascii_case("important") => (value[..at].trim_end(), true),
            _ => (value, false),
        };
        if !property.is_empty() && (!value.is_empty() || property.starts_with("--")) {
            found.push(Declaration { property, value: value.to_owned(), important });
        }
    }
    found
}

/// The place of the first of some characters outside strings and parentheses.
pub(super) fn position(text: &str, wanted: &[char]) -> Option<usize> {
    let (mut quote, mut depth, mut escaped) = (None, 0_usize, false);
    for (at, letter) in text.char_indices() {
        if escaped {
            escaped = false;
            continue;
        }
        match (quote, letter) {
            (_, '\\') => escaped = true,
            (Some(open), letter) if letter == open => quote = None,
            (Some(_), _) => {}
            (None, '"' | '\'') => quote = Some(letter),
            (None, '(' | '[') => depth += 1,
            (None, ')' | ']') => depth = depth.saturating_sub(1),
            (None, letter) if depth == 0 && wanted.contains(&letter) => return Some(at),
            _ => {}
        }
    }
    None
}

/// The inside of a block that begins here, and what follows it.
fn block(text: &str) -> (&str, &str) {
    let (mut quote, mut depth) = (None, 0_usize);
    for (at, letter) in text.char_indices() {
        match (quote, letter) {
            (Some(open), letter) if letter == open => quote = None,
            (Some(_), _) => {}
            (None, '"' | '\'') => quote = Some(letter),
            (None, '{') => depth += 1,
            (None, '}') => {
                depth = depth.saturating_sub(1);
                if depth == 0 {
                    return (&text[1..at], &text[at + 1..]);
                }
            }
            _ => {}
        }
    }
    (text.get(1..).unwrap_or_default(), "")
}

pub(super) fn without_comments(css: &str) -> String {
    let mut plain = String::with_capacity(css.len());
    let mut rest = css;
    while let Some(start) = rest.find("/*") {
        plain.push_str(&rest[..start]);
        plain.push(' ');
        match rest[start + 2..].find("*/") {
            Some(end) => rest = &rest[start + end + 4..],
            None => return plain,
        }
    }
    plain.push_str(rest);
    plain
}

/// Whether a media query holds for paper of a width.
fn media(query: &str, width: f64) -> bool {
    query.to_ascii_lowercase().split(',').any(|query| {
        let negated = query.trim().starts_with("not ");
        let holds = query.replace('(', " ( ").split(" and ").all(|part| {
            let part = part.trim().trim_start_matches("only ").trim_start_matches("not ").trim();
            if !part.contains('(') {
                return matches!(part, "" | "all" | "print");
            }
            let inner: String = part.chars().filter(|c| !"()".contains(*c)).collect();
            if inner.contains(['<', '>']) {
                return range(&inner, width);
            }
            let (name, value) = inner.split_once(':').unwrap_or((&inner, ""));
            let pixels = super::value::length(value.trim(), 16.0, 16.0);
            match (name.trim(), pixels) {
                ("min-width", Some(least)) => width >= least,
                ("max-width", Some(most)) => width <= most,
                ("orientation", _) => value.trim() == "portrait",
                ("prefers-color-scheme", _) => value.trim() == "light",
                ("prefers-reduced-motion", _) => value.trim() == "reduce",
                _ => false,
            }
        });
        holds != negated
    })
}

/// `width >= 40rem`, `400px < width <= 700px`.
fn range(text: &str, width: f64) -> bool {
    let mut sides = Vec::new();
    let mut signs = Vec::new();
    let mut rest = text;
    while let Some(at) = rest.find(['<', '>']) {
        sides.push(rest[..at].trim());
        let length = if rest[at + 1..].starts_with('=') { 2 } else { 1 };
        signs.push(&rest[at..at + length]);
        rest = &rest[at + length..];
    }
    sides.push(rest.trim());
    let value = |side: &str| if side == "width" { Some(width) } else { super::value::length(side, 16.0, 16.0) };
    signs.iter().zip(sides.windows(2)).all(|(sign, pair)| match (value(pair[0]), value(pair[1])) {
        (Some(one), Some(two)) => match *sign {
            "<" => one < two,
            "<=" => one <= two,
            ">" => one > two,
            _ => one >= two,
        },
        _ => false,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rules_media_and_pages_are_read() {
        let mut sheet = Sheet::default();
        let css = "a, b > c { color: red; background: url(data:x;y) } /* } */ @media screen { d { color: blue } } \
                   @media print { e { width: 1px !important } } @media (max-width: 500px) { f { } } \
                   @page { size: A4; margin: 2cm; @bottom-center { content: 'p' counter(page) } }";
        sheet.add(css, 700.0);
        assert_eq!(sheet.rules.len(), 3);
        assert_eq!(sheet.blocks[0][1].value, "url(data:x;y)");
        assert!(sheet.blocks[1][0].important);
        assert_eq!(sheet.page.len(), 2);
        assert_eq!(sheet.margin_boxes[0].0, "bottom-center");
    }

    #[test]
    fn rules_within_rules_are_read() {
        let mut sheet = Sheet::default();
        sheet.add("a, b { color: red; &.c { color: blue } > d { width: 1px; & + e { height: 2px } } @media print { top: 1px } @media screen { f { left: 0 } } margin: 0 }", 700.0);
        let all: Vec<(&str, usize)> =
            sheet.rules.iter().map(|rule| (sheet.blocks[rule.block][0].property.as_str(), rule.block)).collect();
        assert_eq!(all.iter().filter(|(name, _)| *name == "color").count(), 4);
        assert_eq!(all.iter().filter(|(name, _)| *name == "width").count(), 2);
        assert_eq!(all.iter().filter(|(name, _)| *name == "height").count(), 2);
        assert_eq!(all.iter().filter(|(name, _)| *name == "top").count(), 2);
        assert_eq!(sheet.blocks[0].len(), 2, "what follows a rule within is the rule's own");
    }

    #[test]
    fn what_is_asked_of_the_program_is_judged() {
        let mut sheet = Sheet::default();
        sheet.add(
            "@supports (display: grid) { a { top: 0 } } @supports not (display: grid) { b { top: 0 } c { top: 0 } } \
             @container (width > 10px) { d { top: 0 } } e { @supports (clip-path: none) { top: 0 } @container x (width > 1px) { top: 1px } }",
            700.0,
        );
        assert_eq!(sheet.rules.len(), 2, "{:?}", sheet.rules);
        assert_eq!(sheet.unsupported, ["@container"]);
    }

    #[test]
    fn media_queries_are_judged_for_paper() {
        for (query, holds) in [
            ("print", true),
            ("screen", false),
            ("all and (min-width: 600px)", true),
            ("screen, print", true),
            ("only screen and (max-width: 600px)", false),
            ("not screen", true),
            ("(max-width: 40em)", false),
            ("(width >= 40rem)", true),
            ("(width < 600px)", false),
            ("(400px <= width <= 800px)", true),
        ] {
            assert_eq!(media(query, 700.0), holds, "{query}");
        }
    }
}
