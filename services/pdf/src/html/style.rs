//! The cascade: what each element looks like, after sheets, attributes of old, and inheritance.

use std::collections::HashMap;
use std::rc::Rc;

use super::css::{Declaration, Sheet, declarations};
use super::dom::{Dom, NodeId};
use super::selector::{Key, Pseudo};
use super::value::{self, Color, Length, words};

/// Text of a variable after those in it are put in.
const MAX_VALUE: usize = 4096;
/// Variables within variables.
const MAX_VARIABLES: usize = 64;

/// The four sides: top, right, bottom, left.
pub(crate) type Sides<T> = [T; 4];

/// How a box is laid out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Display {
    Block,
    Inline,
    InlineBlock,
    Flex,
    Grid,
    Table,
    RowGroup,
    HeadGroup,
    FootGroup,
    Row,
    Cell,
    Caption,
    ListItem,
    /// Not there itself, only what is in it.
    Contents,
    None,
}

/// A border of one side.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Border {
    pub(crate) width: f64,
    pub(crate) style: Line,
    pub(crate) color: Option<Color>,
}

/// How a border is drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Line {
    None,
    Solid,
    Dashed,
    Dotted,
}

/// How an element looks.
#[derive(Debug, Clone)]
pub(crate) struct Style {
    // Inherited.
    pub(crate) color: Color,
    pub(crate) size: f64,
    pub(crate) weight: u16,
    pub(crate) italic: bool,
    pub(crate) mono: bool,
    /// Line height: a factor of the size, or pixels.
    pub(crate) line: Result<f64, f64>,
    pub(crate) align: Align,
    pub(crate) uppercase: Case,
    pub(crate) pre: Space,
    pub(crate) spacing: f64,
    pub(crate) indent: Length,
    pub(crate) list: String,
    pub(crate) collapse: bool,
    pub(crate) cell_spacing: f64,
    pub(crate) hidden: bool,
    pub(crate) variables: Rc<HashMap<String, String>>,
    // Not inherited.
    pub(crate) display: Display,
    pub(crate) float: Option<Side>,
    pub(crate) clear: bool,
    pub(crate) taken_out: bool,
    pub(crate) width: Length,
    pub(crate) least_width: Length,
    pub(crate) most_width: Length,
    pub(crate) height: Length,
    pub(crate) least_height: Length,
    pub(crate) border_box: bool,
    pub(crate) margin: Sides<Length>,
    pub(crate) padding: Sides<Length>,
    pub(crate) border: Sides<Border>,
    pub(crate) radius: f64,
    pub(crate) ground: Color,
    pub(crate) underline: bool,
    pub(crate) strike: bool,
    pub(crate) raise: Raise,
    pub(crate) valign: Vertical,
    pub(crate) break_before: bool,
    pub(crate) break_after: bool,
    pub(crate) keep: bool,
    pub(crate) column: bool,
    pub(crate) wrap: bool,
    pub(crate) grow: f64,
    pub(crate) shrink: f64,
    pub(crate) basis: Length,
    pub(crate) justify: Justify,
    pub(crate) items: Vertical,
    pub(crate) own_align: Option<Vertical>,
    pub(crate) gap: (f64, f64),
    pub(crate) tracks: String,
    pub(crate) span: Span,
    pub(crate) order: i32,
    /// Text of `content`, for what stands before and after.
    pub(crate) content: Option<String>,
}

/// Columns of a grid item.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Span {
    pub(crate) start: Option<i32>,
    pub(crate) end: Option<i32>,
    pub(crate) count: Option<usize>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Side {
    Left,
    Right,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Align {
    Left,
    Center,
    Right,
    Justify,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Case {
    None,
    Upper,
    Lower,
    Capital,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Space {
    Normal,
    NoWrap,
    Pre,
    /// White space kept, lines broken.
    PreWrap,
    /// Line breaks kept.
    PreLine,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Raise {
    None,
    Sub,
    Super,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Vertical {
    Top,
    Middle,
    Bottom,
    Baseline,
    Stretch,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Justify {
    Start,
    Center,
    End,
    Between,
    Around,
    Evenly,
}

impl Style {
    /// That of the root, before anything is said.
    pub(crate) fn root() -> Self {
        Self {
            color: Color::BLACK,
            size: 16.0,
            weight: 400,
            italic: false,
            mono: false,
            line: Ok(1.2),
            align: Align::Left,
            uppercase: Case::None,
            pre: Space::Normal,
            spacing: 0.0,
            indent: Length::ZERO,
            list: "disc".to_owned(),
            collapse: false,
            cell_spacing: 2.0,
            hidden: false,
            variables: Rc::default(),
            display: Display::Inline,
            float: None,
            clear: false,
            taken_out: false,
            width: Length::Auto,
            least_width: Length::Auto,
            most_width: Length::Auto,
            height: Length::Auto,
            least_height: Length::Auto,
            border_box: false,
            margin: [Length::ZERO; 4],
            padding: [Length::ZERO; 4],
            border: [Border { width: 3.0, style: Line::None, color: None }; 4],
            radius: 0.0,
            ground: Color::CLEAR,
            underline: false,
            strike: false,
            raise: Raise::None,
            valign: Vertical::Baseline,
            break_before: false,
            break_after: false,
            keep: false,
            column: false,
            wrap: false,
            grow: 0.0,
            shrink: 1.0,
            basis: Length::Auto,
            justify: Justify::Start,
            items: Vertical::Stretch,
            own_align: None,
            gap: (0.0, 0.0),
            tracks: String::new(),
            span: Span::default(),
            order: 0,
            content: None,
        }
    }

    /// That of a child before anything is said of it: what is inherited.
    pub(crate) fn child(&self) -> Self {
        Self {
            color: self.color,
            size: self.size,
            weight: self.weight,
            italic: self.italic,
            mono: self.mono,
            line: self.line,
            align: self.align,
            uppercase: self.uppercase,
            pre: self.pre,
            spacing: self.spacing,
            indent: self.indent,
            list: self.list.clone(),
            collapse: self.collapse,
            cell_spacing: self.cell_spacing,
            hidden: self.hidden,
            variables: self.variables.clone(),
            ..Self::root()
        }
    }

    /// The height of a line in pixels.
    pub(crate) fn line_height(&self) -> f64 {
        match self.line {
            Ok(factor) => factor * self.size,
            Err(pixels) => pixels,
        }
    }

    /// The width of a border that is drawn.
    pub(crate) fn edge(&self, side: usize) -> f64 {
        if self.border[side].style == Line::None { 0.0 } else { self.border[side].width }
    }

    /// Whether something of the box itself is seen.
    pub(crate) fn is_dressed(&self) -> bool {
        self.ground.alpha > 0.0 || (0..4).any(|side| self.edge(side) > 0.0)
    }

    /// Padding and border of two sides together.
    pub(crate) fn frame(&self, sides: [usize; 2], around: f64) -> f64 {
        sides.iter().map(|side| self.padding[*side].or_zero(around).max(0.0) + self.edge(*side)).sum()
    }
}

/// What decides between declarations: importance, the sheet, how special the selector is, the place in the sheet.
type Order = (bool, usize, (u32, u32, u32), usize);

/// Sheets, ready to be asked.
pub(crate) struct Cascade<'s> {
    sheets: [&'s Sheet; 2],
    by_key: HashMap<Key<'s>, Vec<(usize, usize)>>,
    unsupported: std::cell::RefCell<Vec<&'static str>>,
}

impl<'s> Cascade<'s> {
    /// Of the sheet every page has, and those of this one.
    pub(crate) fn new(base: &'s Sheet, own: &'s Sheet) -> Self {
        let sheets = [base, own];
        let mut by_key: HashMap<Key<'s>, Vec<(usize, usize)>> = HashMap::new();
        for (which, sheet) in sheets.iter().enumerate() {
            for (index, rule) in sheet.rules.iter().enumerate() {
                by_key.entry(rule.selector.key()).or_default().push((which, index));
            }
        }
        Self { sheets, by_key, unsupported: std::cell::RefCell::default() }
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
                for declaration in &self.sheets[*which].blocks[rule.block] {
                    found.push(((declaration.important, *which, rule.selector.specificity, *index), declaration));
                }
            }
        }
        let inline =
            pseudo.is_none().then(|| element.attribute("style").map(declarations)).flatten().unwrap_or_default();
        for (index, declaration) in inline.iter().enumerate() {
            found.push(((declaration.important, 2, (0, 0, 0), index), declaration));
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
        if style.float.is_some() && matches!(style.display, Display::Inline | Display::InlineBlock) {
            style.display = Display::Block;
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
        if let Some(what) = super::property::set(style, &declaration.property, value.trim(), parent) {
            self.note(what);
        }
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

/// The values of up to four sides: one for all, two for the pairs, three, four.
pub(crate) fn sides<T: Copy>(values: &[T]) -> Option<Sides<T>> {
    Some(match *values {
        [all] => [all; 4],
        [vertical, horizontal] => [vertical, horizontal, vertical, horizontal],
        [top, horizontal, bottom] => [top, horizontal, bottom, horizontal],
        [top, right, bottom, left] => [top, right, bottom, left],
        _ => return None,
    })
}

/// A list of lengths for sides.
pub(crate) fn side_lengths(text: &str, em: f64) -> Option<Sides<Length>> {
    let lengths: Vec<Length> =
        words(text).into_iter().map(|word| value::read(word, em, 16.0)).collect::<Option<_>>()?;
    sides(&lengths)
}
