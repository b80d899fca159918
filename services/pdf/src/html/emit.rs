//! Boxes as code of typst. Every text is a string literal, so nothing in a page is ever code; every width is a number that
//! was computed here; heights, lines and pages are typst's.
//!
//! Boxes of which nothing is seen are not emitted: what is in them is, with their indents added up. So the nesting of
//! pages, which is deep, costs none of typst's, which is bounded.

use std::collections::BTreeSet;
use std::rc::Rc;

use super::boxes::{Bx, Content, Inline, keeps_space};
use super::measure;
use super::style::{Align, Line, Raise, Side, Space, Style, Vertical};
use super::value::Length;

/// Levels of typst that are used; it has 64.
const MAX_DEPTH: usize = 58;
/// What a box costs of them.
const BOX: usize = 2;
/// Height of letters above the line and below, at a size of 1: those of Noto Sans.
const ASCENT: f64 = 1.069;
const DESCENT: f64 = 0.293;
/// Pixels by which a negative margin may take back what is around.
const MAX_BACK: f64 = 40.0;
/// Width that indents leave at least.
const LEAST: f64 = 80.0;
/// Part of a page up to which a box is kept in one piece when it asks for that.
const KEPT: f64 = 0.9;

/// Where something goes, in pixels.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Place {
    /// From the left edge of the container of typst.
    pub(crate) left: f64,
    pub(crate) width: f64,
    /// Width of the container.
    pub(crate) container: f64,
    /// Whether pages may be broken here.
    pub(crate) top: bool,
    pub(crate) depth: usize,
    /// Whether the width is that of the box itself, whatever its style asks for: it was computed for its row.
    pub(crate) sized: bool,
}

impl Place {
    pub(super) fn deeper(self, levels: usize) -> Self {
        Self { depth: self.depth + levels, top: false, ..self }
    }

    fn fresh(self, width: f64) -> Self {
        Self { left: 0.0, width, container: width, ..self }
    }
}

/// Whether the margins of the first and of the last in a box are its own, above and below: nothing outside takes them
/// over.
#[derive(Debug, Clone, Copy)]
struct Strong(bool, bool);

impl Strong {
    const BOTH: Self = Self(true, true);

    /// Where padding or a border is between.
    fn of(style: &Style, around: f64) -> Self {
        let between = |side: usize| style.padding[side].or_zero(around) > 0.0 || style.edge(side) > 0.0;
        Self(between(0), between(2))
    }
}

/// What is said of letters so far.
#[derive(Clone, PartialEq)]
struct Letters {
    size: f64,
    weight: u16,
    italic: bool,
    mono: bool,
    color: [u8; 4],
    edges: (f64, f64),
    spacing: f64,
    raise: Raise,
}

impl Letters {
    fn of(style: &Style) -> Self {
        let line = style.line_height();
        let shift = (ASCENT - DESCENT) / 2.0 * style.size;
        let [red, green, blue] = style.color.rgb;
        Self {
            size: style.size,
            weight: style.weight,
            italic: style.italic,
            mono: style.mono,
            color: [red, green, blue, (style.color.alpha * 255.0).round() as u8],
            edges: (line / 2.0 + shift, line / 2.0 - shift),
            spacing: style.spacing,
            raise: style.raise,
        }
    }

    /// Arguments of `text` for what differs.
    fn differing(&self, from: Option<&Self>) -> String {
        let mut text = String::new();
        let differs = |equal: fn(&Self, &Self) -> bool| from.is_none_or(|from| !equal(self, from));
        if differs(|a, b| a.size == b.size) {
            text.push_str(&format!("size:{},", pt(self.size)));
        }
        if differs(|a, b| a.weight == b.weight) {
            text.push_str(&format!("weight:{},", if self.weight >= 600 { 700 } else { 400 }));
        }
        if differs(|a, b| a.italic == b.italic) {
            text.push_str(if self.italic { "style:\"italic\"," } else { "style:\"normal\"," });
        }
        if differs(|a, b| a.mono == b.mono) {
            text.push_str(if self.mono { "font:mono," } else { "font:sans," });
        }
        if differs(|a, b| a.color == b.color) {
            let [red, green, blue, alpha] = self.color;
            text.push_str(&format!("fill:rgb({red},{green},{blue},{alpha}),"));
        }
        if differs(|a, b| a.edges == b.edges) {
            text.push_str(&format!("top-edge:{},bottom-edge:{},", pt(self.edges.0), pt(-self.edges.1)));
        }
        if differs(|a, b| a.spacing == b.spacing) {
            text.push_str(&format!("tracking:{},", pt(self.spacing)));
        }
        if differs(|a, b| a.raise == b.raise) {
            let shift = match self.raise {
                Raise::None => 0.0,
                Raise::Sub => 0.25,
                Raise::Super => -0.45,
            };
            text.push_str(&format!("baseline:{shift}em,"));
        }
        text
    }
}

/// Writes the code.
pub(crate) struct Emitter<'e> {
    out: String,
    /// Letters of the scopes around.
    letters: Vec<Option<Letters>>,
    /// A marker that waits for the first line of its item.
    marker: Option<(String, Rc<Style>)>,
    /// Height of the page between its margins, in pixels.
    page: f64,
    /// Whether nothing is kept in one piece.
    breakable: bool,
    pub(crate) missing: &'e mut BTreeSet<String>,
    /// Characters that were emitted, without white space.
    pub(crate) characters: usize,
}

/// Pixels as points.
pub(super) fn pt(pixels: f64) -> String {
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
        let paint = border.color.unwrap_or(style.color);
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
    if text.is_empty() { text } else { format!("stroke:({text}),") }
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

impl<'e> Emitter<'e> {
    pub(crate) fn new(page: f64, breakable: bool, missing: &'e mut BTreeSet<String>) -> Self {
        Self { out: String::new(), letters: vec![None], marker: None, page, breakable, missing, characters: 0 }
    }

    pub(crate) fn finish(self) -> String {
        self.out
    }

    pub(super) fn push(&mut self, code: &str) {
        self.out.push_str(code);
    }

    pub(super) fn open(&mut self, code: &str) {
        self.out.push_str(code);
    }

    pub(super) fn close(&mut self, code: &str) {
        self.out.push_str(code);
        self.out.push('\n');
    }

    pub(super) fn statement(&mut self, code: &str) {
        self.out.push_str(code);
        self.out.push('\n');
    }

    pub(super) fn page_height(&self) -> f64 {
        if self.breakable { 0.0 } else { self.page }
    }

    fn scope(&mut self, inner: impl FnOnce(&mut Self)) {
        self.out.push('{');
        self.letters.push(self.letters.last().cloned().flatten());
        inner(self);
        self.letters.pop();
        self.out.push('}');
    }

    fn set_letters(&mut self, style: &Style) {
        let letters = Letters::of(style);
        let known = self.letters.last().and_then(Option::as_ref);
        let differing = letters.differing(known);
        if !differing.is_empty() {
            self.out.push_str(&format!("set text({differing})\n"));
        }
        if let Some(last) = self.letters.last_mut() {
            *last = Some(letters);
        }
    }

    /// The page itself.
    pub(crate) fn page(&mut self, bx: &Bx, place: Place) {
        let margin = top_margin(bx);
        if margin > 0.0 {
            self.statement(&format!("v({})", pt(margin)));
        }
        self.block(bx, place);
    }

    /// What is in a box, as the content of a cell: in a scope, at least so high.
    pub(super) fn within(&mut self, bx: &Bx, width: f64, least: f64, place: Place) {
        let place = Place { top: false, ..place.fresh(width) };
        let tall = least > 0.0;
        if tall {
            self.push(&format!("block(width:100%,height:{},", pt(least)));
            if bx.style.valign == Vertical::Middle {
                self.push("align(horizon,");
            }
        }
        self.scope(|emitter| emitter.content(bx, place.deeper(if tall { BOX } else { 0 }), Strong::BOTH));
        if tall {
            if bx.style.valign == Vertical::Middle {
                self.push(")");
            }
            self.push(")");
        }
    }

    /// A box without its outer margins above and below.
    pub(super) fn block(&mut self, bx: &Bx, place: Place) {
        let sized = place.sized;
        let place = Place { sized: false, ..place };
        let collapsed = super::table::without_own_border(bx);
        let style = collapsed.as_ref().unwrap_or(&bx.style);
        let (left, right) = (style.margin[3], style.margin[1]);
        let frame = style.frame([1, 3], place.width);
        let boxed = |width: f64| if style.border_box { width.max(frame) } else { width + frame };
        let natural = || measure::bordered(bx).1;
        let asked = match &bx.content {
            Content::Table(_) => Some(super::table::table_width(style, natural(), place.width)),
            Content::Picture { size, .. } => {
                Some(measure::picture_size(bx, *size, (place.width - frame).max(1.0)).0 + frame)
            }
            _ => style.width.resolve(place.width).map(boxed),
        };
        let asked = asked.filter(|_| !sized);
        let margins = left.or_zero(place.width) + right.or_zero(place.width);
        let mut width = asked.unwrap_or((place.width - margins).max(1.0));
        if let Some(most) = style.most_width.resolve(place.width).filter(|_| !sized) {
            width = width.min(boxed(most));
        }
        if let Some(least) = style.least_width.resolve(place.width).filter(|_| !sized) {
            width = width.max(boxed(least));
        }
        // Wider than the paper is narrower: nothing may be lost beyond the edge.
        // Negative margins take back the padding around, as the rows of frameworks do.
        let back = |margin: Length| (-margin.or_zero(place.width)).clamp(0.0, MAX_BACK);
        let (back_left, back_right) = (back(left), back(right));
        let width = width.min(place.width.max(1.0) + back_left + back_right);
        let free = place.width - width;
        let indent = match (left, right) {
            (Length::Auto, Length::Auto) => free / 2.0,
            (Length::Auto, right) => free - right.or_zero(place.width),
            (left, _) => left.or_zero(place.width).min(free.max(0.0)),
        };
        let indent = if back_left > 0.0 { -back_left } else { indent.max(0.0) };
        let place = Place { left: place.left + indent, width, ..place };
        if style.break_before {
            self.page_break(place);
        }
        let content_height = measure::height(bx, width);
        let least = style.height.resolve(0.0).filter(|_| !style.height.is_relative()).unwrap_or(0.0);
        let least = least.max(style.least_height.resolve(0.0).unwrap_or(0.0));
        let inner_height = {
            let mut bare = (**style).clone();
            (bare.height, bare.least_height) = (Length::Auto, Length::Auto);
            let bare = Bx {
                style: Rc::new(bare),
                content: Content::Blocks(Vec::new()),
                marker: None,
                heading: None,
                measured: std::cell::Cell::new(None),
            };
            if least > 0.0 { self.natural_height(bx, width).max(measure::height(&bare, width)) } else { 0.0 }
        };
        let grows = least > inner_height + 0.5 && !matches!(bx.content, Content::Picture { .. });
        let keeps = style.keep && content_height < self.page_height() * KEPT;
        if let (Some(marker), Content::Lines(_) | Content::Blocks(_)) = (&bx.marker, &bx.content) {
            self.marker = Some((marker.clone(), style.clone()));
        }
        let is_seen = style.is_dressed() || grows || keeps;
        if is_seen && place.depth + BOX <= MAX_DEPTH {
            self.dressed(
                bx,
                place,
                grows.then_some(if style.border_box { least } else { least + style.frame([0, 2], width) }),
                keeps,
            );
        } else {
            if is_seen {
                self.missing.insert("boxes nested this deep".to_owned());
            }
            // What is nested too deep is not indented either: its text would have no room.
            let padding = |side: usize| match is_seen {
                true => 0.0,
                false => style.padding[side].or_zero(width).max(0.0) + style.edge(side),
            };
            let indent = padding(3).min((width - LEAST).max(0.0));
            let outdent = padding(1).min((width - LEAST - indent).max(0.0));
            let (top, bottom) = (padding(0), padding(2));
            if top > 0.0 {
                self.statement(&format!("v({})", pt(top)));
            }
            let inner = Place { left: place.left + indent, width: (width - outdent - indent).max(1.0), ..place };
            self.content(bx, inner, Strong(false, false));
            if bottom > 0.0 {
                self.statement(&format!("v({})", pt(bottom)));
            }
        }
        if style.break_after {
            self.page_break(place);
        }
    }

    /// About how high the content of a box is, whatever height it asks for.
    fn natural_height(&self, bx: &Bx, width: f64) -> f64 {
        let inner = (width - bx.style.frame([1, 3], width)).max(1.0);
        let sum = |boxes: &[Bx]| boxes.iter().map(|one| measure::height(one, inner)).sum::<f64>();
        let inside = match &bx.content {
            Content::Blocks(blocks) => sum(blocks),
            Content::Lines(lines) if lines.is_empty() => 0.0,
            Content::Flex(items) if !bx.style.column => {
                items.iter().map(|one| measure::height(one, inner)).fold(0.0, f64::max)
            }
            Content::Lines(_) => {
                let (_, natural) = measure::inner(bx);
                (natural / inner).ceil().max(1.0) * bx.style.line_height()
            }
            Content::Table(rows) => rows.iter().map(|row| measure::row_height(row, inner)).sum(),
            Content::Flex(items) | Content::Grid(items) => sum(items),
            Content::Picture { size, .. } => measure::picture_size(bx, *size, inner).1,
        };
        inside + bx.style.frame([0, 2], width)
    }

    fn page_break(&mut self, place: Place) {
        if place.top {
            self.statement("pagebreak(weak:true)");
        } else {
            self.missing.insert("page breaks inside boxes, cells and columns".to_owned());
        }
    }

    /// A box that is seen.
    fn dressed(&mut self, bx: &Bx, place: Place, height: Option<f64>, keeps: bool) {
        let collapsed = super::table::without_own_border(bx);
        let style = collapsed.as_ref().unwrap_or(&bx.style);
        let padded = place.left.abs() > 0.01;
        if padded {
            self.push(&format!("pad(left:{},", pt(place.left)));
        }
        self.push(&format!("block(width:{},", pt(place.width)));
        if style.ground.alpha > 0.0 {
            self.push(&format!("fill:{},", style.ground.typst()));
        }
        self.push(&stroke(style));
        self.push(&inset(style, place.width));
        if style.radius > 0.0 {
            self.push(&format!("radius:{},", pt(style.radius)));
        }
        if let Some(height) = height {
            self.push(&format!("height:{},", pt(height)));
        }
        if keeps {
            self.push("breakable:false,");
        }
        let inner = (place.width - style.frame([1, 3], place.width)).max(1.0);
        let strong = Strong::of(style, place.width);
        let levels = if padded { BOX + 1 } else { BOX };
        self.scope(|emitter| emitter.content(bx, Place { top: false, ..place.fresh(inner) }.deeper(levels), strong));
        self.push(")");
        if padded {
            self.push(")");
        }
        self.push("\n");
    }

    /// What is in a box.
    fn content(&mut self, bx: &Bx, place: Place, strong: Strong) {
        let style = &bx.style;
        match &bx.content {
            Content::Blocks(blocks) => {
                let own = Strong::of(style, place.width);
                self.blocks(blocks, place, Strong(strong.0 || own.0, strong.1 || own.1));
                return;
            }
            Content::Lines(lines) if lines.is_empty() && self.marker.is_none() => return,
            _ => {}
        }
        let shifted = place.left.abs() > 0.01 || (place.container - place.width).abs() > 0.5;
        let deep = place.depth + 8 > MAX_DEPTH;
        if deep && !matches!(bx.content, Content::Lines(_) | Content::Picture { .. }) {
            self.missing.insert("tables and columns nested this deep".to_owned());
            self.flat(bx, place);
            return;
        }
        if shifted {
            let right = (place.container - place.width - place.left).max(-MAX_BACK);
            self.push(&format!("pad(left:{},right:{},", pt(place.left), pt(right)));
        }
        let inner = if shifted { place.fresh(place.width).deeper(1) } else { place };
        let wrap = |emitter: &mut Self, body: &mut dyn FnMut(&mut Self)| {
            if shifted {
                emitter.scope(|emitter| body(emitter));
                emitter.push(")\n");
            } else {
                body(emitter);
            }
        };
        match &bx.content {
            Content::Lines(lines) => wrap(self, &mut |emitter| emitter.lines(lines, style, inner.width, bx.heading)),
            Content::Flex(items) => wrap(self, &mut |emitter| emitter.flex(items, style, inner.width, inner)),
            Content::Grid(items) => wrap(self, &mut |emitter| emitter.grid(items, style, inner.width, inner)),
            Content::Table(rows) => wrap(self, &mut |emitter| emitter.table(rows, style, inner.width, inner)),
            Content::Picture { name, size, alt } => {
                let (width, height) = measure::picture_size(bx, *size, inner.width);
                wrap(self, &mut |emitter| emitter.picture(name, (width, height), alt));
            }
            Content::Blocks(_) => {}
        }
    }

    fn picture(&mut self, name: &str, (width, height): (f64, f64), alt: &str) {
        let alt = if alt.trim().is_empty() { String::new() } else { format!(",alt:{}", literal(alt)) };
        self.statement(&format!(
            "image({},width:{},height:{},fit:\"stretch\"{alt})",
            literal(name),
            pt(width),
            pt(height)
        ));
    }

    /// What is nested deeper than typst goes: its texts, one below the other.
    fn flat(&mut self, bx: &Bx, place: Place) {
        match &bx.content {
            Content::Table(rows) => {
                for cell in rows.iter().flat_map(|row| &row.cells) {
                    self.content(&cell.bx, place, Strong::BOTH);
                }
            }
            Content::Flex(items) | Content::Grid(items) | Content::Blocks(items) => {
                for item in items {
                    self.content(item, place, Strong::BOTH);
                }
            }
            Content::Lines(_) | Content::Picture { .. } => self.content(bx, place, Strong::BOTH),
        }
    }

    /// Blocks below each other, their margins collapsed.
    fn blocks(&mut self, blocks: &[Bx], place: Place, strong: Strong) {
        let mut before: Option<f64> = None;
        let mut at = 0;
        while at < blocks.len() {
            let bx = &blocks[at];
            if bx.style.float.is_some() {
                let end = float_group(blocks, at);
                if let Some(margin) = before.filter(|margin| *margin > 0.0) {
                    self.statement(&format!("v({},weak:true)", pt(margin)));
                }
                at = self.floats(&blocks[at..end], at, place);
                before = Some(0.0);
                continue;
            }
            at += 1;
            if is_empty(bx) {
                continue;
            }
            let top = top_margin(bx);
            match before {
                None if strong.0 && top > 0.0 => self.statement(&format!("v({})", pt(top))),
                None => {}
                Some(bottom) => {
                    let margin = if top < 0.0 || bottom < 0.0 { top + bottom } else { top.max(bottom) };
                    if margin > 0.0 {
                        self.statement(&format!("v({},weak:true)", pt(margin)));
                    } else if margin < 0.0 {
                        self.statement(&format!("v({})", pt(margin)));
                    }
                }
            }
            self.block(bx, place);
            before = Some(bottom_margin(bx));
        }
        if let (true, Some(bottom)) = (strong.1, before)
            && bottom > 0.0
        {
            self.statement(&format!("v({})", pt(bottom)));
        }
    }

    /// Floats beside each other, and what stands between them; the place after what was taken.
    fn floats(&mut self, group: &[Bx], start: usize, place: Place) -> usize {
        let floats: Vec<&Bx> = group.iter().take_while(|bx| bx.style.float.is_some()).collect();
        let rest = &group[floats.len()..];
        let wide = |bx: &Bx| {
            let own = bx.style.width.resolve(place.width).map(|width| {
                let frame = bx.style.frame([1, 3], place.width);
                let margins = bx.style.margin[1].or_zero(place.width) + bx.style.margin[3].or_zero(place.width);
                margins + if bx.style.border_box { width } else { width + frame }
            });
            own.unwrap_or_else(|| measure::outer(bx).1).min(place.width)
        };
        let widths: Vec<f64> = floats.iter().map(|bx| wide(bx)).collect();
        // Floats that do not fit beside each other go below.
        let mut rows: Vec<(Vec<usize>, f64)> = Vec::new();
        for (index, width) in widths.iter().enumerate() {
            match rows.last_mut() {
                Some((row, used)) if *used + width <= place.width + 1.0 => {
                    row.push(index);
                    *used += width;
                }
                _ => rows.push((vec![index], *width)),
            }
        }
        let last_row = rows.len().saturating_sub(1);
        let mut taken = 0;
        for (number, (row, used)) in rows.iter().enumerate() {
            let free = place.width - used;
            let tallest = row.iter().map(|index| measure::height(floats[*index], widths[*index])).fold(0.0, f64::max);
            // What follows stands beside the last row, as far as it is not much higher.
            if number == last_row && free > 120.0 {
                let mut height = 0.0;
                for bx in rest {
                    let own = measure::height(bx, free);
                    let fits = height + own <= tallest * 1.25 + 20.0;
                    if !fits
                        || bx.style.width.resolve(place.width).is_some_and(|width| width > free)
                        || matches!(bx.content, Content::Table(_))
                    {
                        break;
                    }
                    height += own + top_margin(bx).max(0.0);
                    taken += 1;
                }
            }
            let side = |side: Side| -> Vec<usize> {
                row.iter().copied().filter(|index| floats[*index].style.float == Some(side)).collect()
            };
            let lefts = side(Side::Left);
            // The first that floats to the right is the outermost.
            let mut rights = side(Side::Right);
            rights.reverse();
            if place.depth + 8 > MAX_DEPTH {
                self.missing.insert("floats nested this deep".to_owned());
                for index in lefts.iter().chain(&rights) {
                    self.content(floats[*index], place, Strong::BOTH);
                }
                continue;
            }
            let shifted = place.left.abs() > 0.01 || (place.container - place.width).abs() > 0.5;
            if shifted {
                self.push(&format!("pad(left:{},", pt(place.left)));
            }
            self.push("grid(columns:(");
            for index in &lefts {
                self.push(&format!("{},", pt(widths[*index])));
            }
            self.push(&format!("{},", pt(free.max(0.0))));
            for index in &rights {
                self.push(&format!("{},", pt(widths[*index])));
            }
            self.push("),align:top+left,");
            let cell_place = place.deeper(8);
            let cell = |emitter: &mut Self, bx: &Bx, width: f64| {
                emitter.scope(|emitter| {
                    let margin = top_margin(bx);
                    if margin > 0.0 {
                        emitter.statement(&format!("v({})", pt(margin)));
                    }
                    emitter.block(bx, Place { top: false, sized: true, ..cell_place.fresh(width) });
                    let margin = bottom_margin(bx);
                    if margin > 0.0 {
                        emitter.statement(&format!("v({})", pt(margin)));
                    }
                });
                emitter.push(",");
            };
            for index in &lefts {
                cell(self, floats[*index], widths[*index]);
            }
            let beside = if number == last_row { &rest[..taken] } else { &[] };
            self.scope(|emitter| {
                emitter.blocks(beside, Place { top: false, ..cell_place.fresh(free.max(1.0)) }, Strong::BOTH);
            });
            self.push(",");
            for index in &rights {
                cell(self, floats[*index], widths[*index]);
            }
            self.push(")");
            if shifted {
                self.push(")");
            }
            self.push("\n");
        }
        start + floats.len() + taken
    }

    /// A paragraph.
    fn lines(&mut self, lines: &[Inline], style: &Style, width: f64, heading: Option<u8>) {
        let marker = self.marker.take();
        let marked = marker.is_some();
        let (content, blank) = self.paragraph(lines, style, width, marker);
        if blank && !marked {
            return;
        }
        self.scope(|emitter| {
            let align = horizontal(style.align);
            emitter.push(&format!("set align({align})\n"));
            if heading.is_some() {
                // The look of headings is theirs until it is said again.
                if let Some(last) = emitter.letters.last_mut() {
                    *last = None;
                }
                emitter.push(&format!("heading(level:{},{{", heading.unwrap_or(1)));
            }
            emitter.set_letters(style);
            let justify = if style.align == Align::Justify { "justify:true," } else { "" };
            let indent = style.indent.or_zero(width);
            let indent = if indent == 0.0 {
                String::new()
            } else {
                format!("first-line-indent:(amount:{},all:true),", pt(indent))
            };
            emitter.push(&format!("par({justify}{indent}{{{content}}})"));
            if heading.is_some() {
                emitter.push("})");
            }
        });
        self.push("\n");
    }

    /// The code of what flows in lines, with white space collapsed; whether there is nothing.
    fn paragraph(
        &mut self,
        lines: &[Inline],
        base: &Style,
        width: f64,
        marker: Option<(String, Rc<Style>)>,
    ) -> (String, bool) {
        let base_letters = Letters::of(base);
        let mut code = String::new();
        let mut blank = true;
        let mut space = true;
        let mut line_empty = true;
        if let Some((marker, style)) = marker {
            let letters = Letters::of(&style).differing(Some(&base_letters));
            let gap = style.size * 0.5;
            let room = measure::width(&marker, &style) + gap + 2.0;
            code.push_str(&format!(
                "h({})\nbox(width:{},align(right,text({letters}{})))\nh({})\n",
                pt(-room),
                pt(room - gap),
                literal(&marker),
                pt(gap)
            ));
        }
        for one in lines {
            match one {
                Inline::Break(style) => {
                    if line_empty {
                        // An empty line is as high as others.
                        code.push_str(&format!("box(width:0pt,height:{})\n", pt(style.line_height())));
                    }
                    code.push_str("linebreak()\n");
                    (space, line_empty) = (true, true);
                    blank = false;
                }
                Inline::Box { bx, link } => {
                    let inner = self.inline_box(bx, width);
                    code.push_str(&linked(link.as_deref(), &inner));
                    code.push('\n');
                    (space, line_empty, blank) = (false, false, false);
                }
                Inline::Text { text, style, link } => {
                    let text = collapse(&measure::shown(text, style), style, &mut space);
                    if text.is_empty() {
                        continue;
                    }
                    let parts: Vec<&str> = text.split('\n').collect();
                    for (index, part) in parts.iter().enumerate() {
                        if index > 0 {
                            if line_empty {
                                code.push_str(&format!("box(width:0pt,height:{})\n", pt(style.line_height())));
                            }
                            code.push_str("linebreak()\n");
                            line_empty = true;
                        }
                        if part.is_empty() {
                            continue;
                        }
                        let letters =
                            part.chars().filter(|letter| !letter.is_whitespace() && *letter != '\u{ad}').count();
                        self.characters += letters;
                        if letters > 0 || keeps_space(style) {
                            line_empty = false;
                            blank = false;
                        }
                        let written = literal(&fitting(part, style, width));
                        let letters = Letters::of(style).differing(Some(&base_letters));
                        let mut inner = if letters.is_empty() {
                            format!("text({written})")
                        } else {
                            format!("text({letters}{written})")
                        };
                        if style.underline {
                            inner = format!("underline({inner})");
                        }
                        if style.strike {
                            inner = format!("strike({inner})");
                        }
                        if style.ground.alpha > 0.0 {
                            inner = format!("highlight(fill:{},extent:1pt,{inner})", style.ground.typst());
                        }
                        code.push_str(&linked(link.as_deref(), &inner));
                        code.push('\n');
                    }
                }
            }
        }
        (code, blank)
    }

    /// A box in a line.
    fn inline_box(&mut self, bx: &Bx, around: f64) -> String {
        let style = &bx.style;
        if let Content::Picture { name, size, alt } = &bx.content {
            let (width, height) = measure::picture_size(bx, *size, around);
            let shift = match style.valign {
                Vertical::Middle => format!(",baseline:{}", pt(height / 2.0 - style.size * 0.25)),
                Vertical::Top => format!(",baseline:{}", pt(height - style.size)),
                _ => String::new(),
            };
            let alt = if alt.trim().is_empty() { String::new() } else { format!(",alt:{}", literal(alt)) };
            let picture =
                format!("image({},width:{},height:{},fit:\"stretch\"{alt})", literal(name), pt(width), pt(height));
            return format!(
                "{}box({picture}{shift}){}",
                space(style.margin[3], around),
                space(style.margin[1], around)
            );
        }
        let natural = measure::bordered(bx).1;
        let frame = style.frame([1, 3], around);
        let width = style
            .width
            .resolve(around)
            .map_or(natural, |width| if style.border_box { width } else { width + frame })
            .min(around);
        let mut inner = Emitter::new(self.page, self.breakable, self.missing);
        inner.push(&format!("box(width:{},", pt(width)));
        if style.ground.alpha > 0.0 {
            inner.push(&format!("fill:{},", style.ground.typst()));
        }
        inner.push(&stroke(style));
        inner.push(&inset(style, around));
        if style.radius > 0.0 {
            inner.push(&format!("radius:{},", pt(style.radius)));
        }
        let place = Place {
            left: 0.0,
            width: (width - frame).max(1.0),
            container: (width - frame).max(1.0),
            top: false,
            depth: 30,
            sized: false,
        };
        inner.scope(|emitter| emitter.content(bx, place, Strong::BOTH));
        inner.push(")");
        let (code, characters) = (inner.out, inner.characters);
        self.characters += characters;
        format!("{}{code}{}", space(style.margin[3], around), space(style.margin[1], around))
    }
}

/// White space beside a box in a line.
fn space(margin: Length, around: f64) -> String {
    let pixels = margin.or_zero(around);
    if pixels.abs() < 0.01 { String::new() } else { format!("\nh({})\n", pt(pixels)) }
}

/// Content that leads somewhere.
fn linked(link: Option<&str>, inner: &str) -> String {
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

/// A text with its white space as CSS has it; line breaks that are kept are line breaks.
fn collapse(text: &str, style: &Style, space: &mut bool) -> String {
    let mut out = String::with_capacity(text.len());
    for letter in text.chars() {
        let blank = matches!(letter, ' ' | '\t' | '\n' | '\u{c}');
        match style.pre {
            Space::Pre | Space::PreWrap => {
                match letter {
                    '\t' => out.push_str("\u{a0}\u{a0}\u{a0}\u{a0}"),
                    // Spaces in a row stay: all but the last do not break.
                    ' ' if style.pre == Space::Pre || out.ends_with([' ', '\u{a0}', '\n']) || out.is_empty() => {
                        out.push('\u{a0}');
                    }
                    letter => out.push(letter),
                }
                *space = letter == '\n';
            }
            Space::PreLine if letter == '\n' => {
                out.push('\n');
                *space = true;
            }
            _ if blank => {
                if !*space {
                    out.push(if style.pre == Space::NoWrap { '\u{a0}' } else { ' ' });
                }
                *space = true;
            }
            _ => {
                out.push(letter);
                *space = false;
            }
        }
    }
    out
}

/// A text whose words all fit in a width: longer ones may be broken anywhere.
fn fitting(text: &str, style: &Style, width: f64) -> String {
    if measure::width(text, style) <= width {
        return text.to_owned();
    }
    let mut out = String::with_capacity(text.len());
    for word in text.split_inclusive(' ') {
        if measure::width(word.trim_end(), style) > width - 1.0 && word.chars().count() > 1 {
            for (place, letter) in word.chars().enumerate() {
                if place > 0 && letter != ' ' {
                    out.push('\u{200b}');
                }
                // Spaces that would not break do here.
                out.push(if letter == '\u{a0}' { ' ' } else { letter });
            }
        } else {
            out.push_str(word);
        }
    }
    out
}

/// The end of what belongs to floats: the floats, and what follows them up to what clears them.
fn float_group(blocks: &[Bx], start: usize) -> usize {
    let floats = blocks[start..]
        .iter()
        .enumerate()
        .take_while(|(index, bx)| bx.style.float.is_some() && (*index == 0 || !bx.style.clear))
        .count();
    let rest = blocks[start + floats..]
        .iter()
        .take_while(|bx| !bx.style.clear && bx.style.float.is_none() && !is_empty(bx))
        .count();
    start + floats + rest
}

/// Whether nothing of a box is seen.
fn is_empty(bx: &Bx) -> bool {
    let style = &bx.style;
    let bare = !style.is_dressed()
        && style.frame([0, 2], 0.0) == 0.0
        && style.height.or_zero(0.0) <= 0.0
        && style.least_height.or_zero(0.0) <= 0.0;
    let nothing = match &bx.content {
        Content::Lines(lines) => lines.is_empty() && bx.marker.is_none(),
        Content::Blocks(blocks) => blocks.is_empty() && bx.marker.is_none(),
        _ => false,
    };
    bare && nothing
        && !style.break_before
        && !style.break_after
        && style.margin[0].or_zero(0.0) == 0.0
        && style.margin[2].or_zero(0.0) == 0.0
}

/// The margin above a box, with those of what is first in it.
pub(super) fn top_margin(bx: &Bx) -> f64 {
    let own = bx.style.margin[0].or_zero(0.0);
    let joins = bx.style.padding[0].or_zero(0.0) <= 0.0 && bx.style.edge(0) <= 0.0;
    match &bx.content {
        Content::Blocks(blocks) if joins => {
            let first =
                blocks.iter().find(|bx| !is_empty(bx)).filter(|bx| bx.style.float.is_none()).map_or(0.0, top_margin);
            own.max(first)
        }
        _ => own,
    }
}

/// The margin below a box, with those of what is last in it.
pub(super) fn bottom_margin(bx: &Bx) -> f64 {
    let own = bx.style.margin[2].or_zero(0.0);
    let joins = bx.style.padding[2].or_zero(0.0) <= 0.0 && bx.style.edge(2) <= 0.0;
    match &bx.content {
        Content::Blocks(blocks) if joins => {
            let last = blocks
                .iter()
                .rev()
                .find(|bx| !is_empty(bx))
                .filter(|bx| bx.style.float.is_none())
                .map_or(0.0, bottom_margin);
            own.max(last)
        }
        _ => own,
    }
}
