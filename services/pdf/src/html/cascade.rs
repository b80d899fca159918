//! The cascade: what is said of each element by sheets, attributes of old and those around it.

use std::collections::HashMap;
use std::rc::Rc;

use super::backdrop::Backdrop;
use super::css::{Declaration, Sheet, declarations};
use super::dom::{Dom, NodeId};
use super::selector::{Key, Pseudo};
use super::style::{Align, Display, Style};
use super::typeface::{Typeface, choose};
use super::value::{Color, Length, in_viewport};

/// Text of a variable after those in it are put in.
const MAX_VALUE: usize = 4096;
/// Variables within variables.
const MAX_VARIABLES: usize = 64;

/// What decides between declarations: importance, the sheet, the layer, how special the selector is, the place in the sheet.
type Order = (bool, usize, usize, (u32, u32, u32), usize);

/// Sheets, ready to be asked.
pub(crate) struct Cascade<'s> {
    sheets: [&'s Sheet; 2],
    /// The places of their layers.
    layers: [Vec<usize>; 2],
    by_key: HashMap<Key<'s>, Vec<(usize, usize)>>,
    typefaces: &'s [Rc<Typeface>],
    unsupported: std::cell::RefCell<Vec<&'static str>>,
    /// Width and height of a page between its margins, in pixels.
    viewport: (f64, f64),
}

impl<'s> Cascade<'s> {
    /// Of the sheet every page has, and those of this one.
    pub(crate) fn new(base: &'s Sheet, own: &'s Sheet, typefaces: &'s [Rc<Typeface>], viewport: (f64, f64)) -> Self {
        let sheets = [base, own];
        let mut by_key: HashMap<Key<'s>, Vec<(usize, usize)>> = HashMap::new();
        for (which, sheet) in sheets.iter().enumerate() {
            for (index, rule) in sheet.rules.iter().enumerate() {
                by_key.entry(rule.selector.key()).or_default().push((which, index));
            }
        }
        let layers = sheets.map(|sheet| sheet.layers.places());
        Self { sheets, layers, by_key, typefaces, unsupported: std::cell::RefCell::default(), viewport }
    }

    /// Names of what was asked for and is not done.
    pub(crate) fn unsupported(&self) -> Vec<&'static str> {
        self.unsupported.borrow().clone()
    }

    fn note(&self, what: &'static str) {
        let mut known = self.unsupported.borrow_mut();
        if !known.contains(&what) {
            known.push(what);
        }
    }

    /// The style of an element, or of what stands before or after its content.
    pub(crate) fn style(&self, dom: &Dom, id: NodeId, parent: &Style, pseudo: Option<Pseudo>) -> Option<Style> {
        let element = dom.element(id)?;
        let mut keys = vec![Key::Any];
        let tag = element.tag().to_ascii_lowercase();
        keys.push(Key::Tag(&tag));
        keys.extend(element.attribute("id").map(Key::Id));
        keys.extend(element.attribute("class").into_iter().flat_map(str::split_ascii_whitespace).map(Key::Class));
        let mut found: Vec<(Order, &Declaration)> = Vec::new();
        for key in keys {
            for (which, index) in self.by_key.get(&key).into_iter().flatten() {
                let rule = &self.sheets[*which].rules[*index];
                if rule.selector.pseudo != pseudo || !rule.selector.matches(dom, id) {
                    continue;
                }
                let layer = self.layers[*which][rule.layer];
                for declaration in &self.sheets[*which].blocks[rule.block] {
                    let layer = if declaration.important { usize::MAX - layer } else { layer };
                    found
                        .push(((declaration.important, *which, layer, rule.selector.specificity, *index), declaration));
                }
            }
        }
        let inline =
            pseudo.is_none().then(|| element.attribute("style").map(declarations)).flatten().unwrap_or_default();
        for (index, declaration) in inline.iter().enumerate() {
            found.push(((declaration.important, 2, 0, (0, 0, 0), index), declaration));
        }
        if pseudo.is_some() && found.is_empty() {
            return None;
        }
        found.sort_by_key(|(order, _)| *order);
        let mut style = parent.child();
        let variables: Vec<(&String, &String)> = found
            .iter()
            .filter(|(_, one)| one.property.starts_with("--"))
            .map(|(_, one)| (&one.property, &one.value))
            .collect();
        if !variables.is_empty() {
            let mut own = (*style.variables).clone();
            for (name, value) in variables {
                own.insert(name.clone(), value.clone());
            }
            style.variables = Rc::new(own);
        }
        // Attributes of old stand between the sheet every page has and those of this one.
        let split =
            found.iter().position(|((important, which, ..), _)| *important || *which > 0).unwrap_or(found.len());
        let (base, own) = found.split_at(split);
        // The size of the font first: other lengths are measured by it.
        for part in [base, own] {
            for (_, one) in part.iter().filter(|(_, one)| matches!(one.property.as_str(), "font-size" | "font")) {
                self.apply(&mut style, one, parent);
            }
        }
        for (_, one) in base.iter().filter(|(_, one)| !matches!(one.property.as_str(), "font-size" | "font")) {
            self.apply(&mut style, one, parent);
        }
        if pseudo.is_none() {
            super::hints::apply(&mut style, dom, id);
        }
        for (_, one) in own.iter().filter(|(_, one)| !matches!(one.property.as_str(), "font-size" | "font")) {
            self.apply(&mut style, one, parent);
        }
        // What floats or is a flex item is a block.
        if (style.float.is_some() || style.is_out()) && matches!(style.display, Display::Inline | Display::InlineBlock)
        {
            style.display = Display::Block;
        }
        if style.float.is_some() || style.is_out() {
            style.inline_level = false;
        }
        if !self.typefaces.is_empty() {
            style.typeface = choose(self.typefaces, &style.families, style.weight, style.italic).cloned();
        }
        finish(&mut style, parent);
        if matches!(style.backdrop.as_deref(), Some(Backdrop::Gradient(_))) && !style.hanging.is_whole() {
            self.note("background-size of gradients");
        }
        Some(style)
    }

    fn apply(&self, style: &mut Style, declaration: &Declaration, parent: &Style) {
        if declaration.property.starts_with("--") {
            return;
        }
        let expanded;
        let value = if declaration.value.contains("var(") {
            match expand(&declaration.value, &style.variables, &mut 0) {
                Some(text) => {
                    expanded = text;
                    expanded.as_str()
                }
                None => return,
            }
        } else {
            declaration.value.as_str()
        };
        let plain = declaration.property == "content" || value.contains(['"', '\'']) || value.contains("url(");
        let sized = if plain { None } else { in_viewport(value, self.viewport) };
        let value = sized.as_deref().unwrap_or(value);
        if let Some(what) = super::property::set(style, &declaration.property, value.trim(), parent) {
            self.note(what);
        }
    }
}

/// What follows from all that was said of an element.
fn finish(style: &mut Style, parent: &Style) {
    style.transform = style.motion.after(style.transform);
    // A part of a height is known where the height around is.
    if let Length::Sum(around, 0.0) = parent.height {
        let around = if parent.border_box { (around - parent.frame([0, 2], 0.0)).max(0.0) } else { around };
        for length in [&mut style.height, &mut style.least_height, &mut style.most_height] {
            if length.is_relative() {
                *length = Length::Sum(length.or_zero(around), 0.0);
            }
        }
    }
    // Letters that are cut out of a gradient have its first color.
    if style.ground_in_text {
        let first = match style.backdrop.as_deref() {
            Some(Backdrop::Gradient(gradient)) => gradient.first(),
            _ => None,
        };
        let ground = (style.ground.alpha > 0.0).then_some(style.ground);
        if let (Some(color), true) = (first.or(ground), style.color.alpha == 0.0 || first.is_some()) {
            style.color = color;
        }
        (style.backdrop, style.ground) = (None, Color::CLEAR);
    }
    if style.fade < 1.0 {
        style.ground = style.ground.faded(style.fade);
    }
    // Alignments of old move tables, and end there.
    if style.display == Display::Table && parent.old_align {
        if style.margin[1] == Length::ZERO && style.margin[3] == Length::ZERO {
            match parent.align {
                Align::Center => (style.margin[1], style.margin[3]) = (Length::Auto, Length::Auto),
                Align::Right => style.margin[3] = Length::Auto,
                Align::Left | Align::Justify => {}
            }
        }
        style.align = Align::Left;
        (style.aligned, style.old_align) = (false, false);
    }
}

/// A value with its variables put in.
fn expand(text: &str, variables: &HashMap<String, String>, used: &mut usize) -> Option<String> {
    let mut out = String::new();
    let mut rest = text;
    while let Some(start) = rest.find("var(") {
        *used += 1;
        if *used > MAX_VARIABLES || out.len() > MAX_VALUE {
            return None;
        }
        out.push_str(&rest[..start]);
        let inner = &rest[start + 4..];
        let mut depth = 1;
        let end = inner.char_indices().find_map(|(at, letter)| {
            match letter {
                '(' => depth += 1,
                ')' => depth -= 1,
                _ => {}
            }
            (depth == 0).then_some(at)
        })?;
        let (name, fallback) =
            inner[..end].split_once(',').map_or((&inner[..end], None), |(name, fallback)| (name, Some(fallback)));
        let value = match (variables.get(name.trim()), fallback) {
            (Some(value), _) => expand(value, variables, used)?,
            (None, Some(fallback)) => expand(fallback, variables, used)?,
            (None, None) => return None,
        };
        out.push_str(&value);
        rest = &inner[end + 1..];
    }
    out.push_str(rest);
    (out.len() <= MAX_VALUE).then_some(out)
}
