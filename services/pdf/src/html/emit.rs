//! Boxes as code of typst. Every text is a string literal, so nothing in a page is ever code; every width is a number that
//! was computed here; heights, lines and pages are typst's.
//!
//! Boxes of which nothing is seen are not emitted: what is in them is, with their indents added up. So the nesting of
//! pages, which is deep, costs none of typst's, which is bounded.

use std::collections::BTreeSet;
use std::rc::Rc;

use super::boxes::{Bx, Content};
use super::code::{literal, pt};
use super::float::float_group;
use super::letters::Letters;
use super::margin::{bottom_margin, is_empty, top_margin};
use super::measure;
use super::position::Bounds;
use super::style::{Align, Style, Vertical};
use super::value::Length;

/// Levels of typst that are used; it has 64.
pub(super) const MAX_DEPTH: usize = 58;
/// What a box costs of them.
pub(super) const BOX: usize = 2;
/// Pixels by which a negative margin may take back what is around.
const MAX_BACK: f64 = 40.0;
/// Width that indents leave at least.
const LEAST: f64 = 80.0;
/// Layouts within each other that are done twice.
pub(super) const MAX_TWICE: usize = 3;
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
    /// Whether margins and shifts have been seen to: it stands out of the flow.
    pub(crate) placed: bool,
}

/// A height that the next box is to have, whatever its content needs.
#[derive(Debug, Clone, Copy)]
pub(super) enum Tall {
    /// The variable `hh` of the code around less some pixels; where that is `auto`, as its content needs, but at least so many
    /// pixels.
    Row { less: f64, least: f64 },
    /// Pixels.
    Fixed(f64),
}

impl Place {
    /// The page, as wide as it is between its margins.
    pub(crate) fn page(width: f64) -> Self {
        Self { left: 0.0, width, container: width, top: true, depth: 0, sized: false, placed: false }
    }

    pub(super) fn deeper(self, levels: usize) -> Self {
        Self { depth: self.depth + levels, top: false, ..self }
    }

    pub(super) fn fresh(self, width: f64) -> Self {
        Self { left: 0.0, width, container: width, ..self }
    }
}

/// Whether the margins of the first and of the last in a box are its own, above and below: nothing outside takes them
/// over.
#[derive(Debug, Clone, Copy)]
pub(super) struct Strong(bool, bool);

impl Strong {
    pub(super) const BOTH: Self = Self(true, true);

    /// Where padding or a border is between.
    pub(super) fn of(style: &Style, around: f64) -> Self {
        let between = |side: usize| style.padding[side].or_zero(around) > 0.0 || style.edge(side) > 0.0;
        Self(between(0), between(2))
    }
}

/// Writes the code.
pub(crate) struct Emitter<'e> {
    pub(super) out: String,
    /// Letters of the scopes around.
    pub(super) letters: Vec<Option<Letters>>,
    /// A marker that waits for the first line of its item.
    pub(super) marker: Option<(String, Rc<Style>)>,
    /// A height that waits for the box it is for.
    pub(super) tall: Option<Tall>,
    /// Layouts within layouts that are done twice, to know a height.
    pub(super) twice: usize,
    /// Height of the page between its margins, in pixels.
    pub(super) page: f64,
    /// Whether nothing is kept in one piece.
    pub(super) breakable: bool,
    pub(crate) missing: &'e mut BTreeSet<String>,
    /// Characters that were emitted, without white space.
    pub(crate) characters: usize,
}

impl<'e> Emitter<'e> {
    pub(crate) fn new(page: f64, breakable: bool, missing: &'e mut BTreeSet<String>) -> Self {
        Self {
            out: String::new(),
            letters: vec![None],
            marker: None,
            tall: None,
            twice: 0,
            page,
            breakable,
            missing,
            characters: 0,
        }
    }

    pub(crate) fn finish(self) -> String {
        self.out
    }

    pub(super) fn push(&mut self, code: &str) {
        self.out.push_str(code);
    }

    pub(super) fn statement(&mut self, code: &str) {
        self.out.push_str(code);
        self.out.push('\n');
    }

    pub(super) fn page_height(&self) -> f64 {
        if self.breakable { 0.0 } else { self.page }
    }

    pub(super) fn scope(&mut self, inner: impl FnOnce(&mut Self)) {
        self.out.push('{');
        self.letters.push(self.letters.last().cloned().flatten());
        inner(self);
        self.letters.pop();
        self.out.push('}');
    }

    pub(super) fn set_letters(&mut self, style: &Style) {
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
    pub(crate) fn page(&mut self, bx: &Bx, placed: &[Bx], place: Place) {
        let page = Bounds { width: place.width, height: Some(self.page), shift: [0.0; 4] };
        self.placed(placed, page, place, false);
        let margin = top_margin(bx);
        if margin > 0.0 {
            self.statement(&format!("v({})", pt(margin)));
        }
        self.block(bx, place);
        self.placed(placed, page, place, true);
    }

    /// Boxes that stand on every page.
    pub(crate) fn every_page(&mut self, boxes: &[Bx], place: Place) {
        let page = Bounds { width: place.width, height: Some(self.page), shift: [0.0; 4] };
        self.placed(boxes, page, Place { top: false, ..place }, false);
        self.placed(boxes, page, Place { top: false, ..place }, true);
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
        self.scope(|emitter| emitter.content(bx, place.deeper(if tall { BOX } else { 0 }), Strong::BOTH, None));
        if tall {
            if bx.style.valign == Vertical::Middle {
                self.push(")");
            }
            self.push(")");
        }
    }

    /// A box without its outer margins above and below.
    pub(super) fn block(&mut self, bx: &Bx, place: Place) {
        let Place { sized, placed, .. } = place;
        let place = Place { sized: false, placed: false, ..place };
        let tall = self.tall.take();
        let collapsed = super::table::without_own_border(bx);
        let style = collapsed.as_ref().unwrap_or(&bx.style);
        let (left, right) = if placed { (Length::ZERO, Length::ZERO) } else { (style.margin[3], style.margin[1]) };
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
        let by_hand = style.old_align && left == Length::ZERO && right == Length::ZERO && !placed;
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
            _ if by_hand && style.align == Align::Center => free / 2.0,
            _ if by_hand && style.align == Align::Right => free,
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
            let bare = Bx::new(Rc::new(bare), Content::Blocks(Vec::new()));
            if least > 0.0 { self.natural_height(bx, width).max(measure::height(&bare, width)) } else { 0.0 }
        };
        let grows = least > inner_height + 0.5 && !matches!(bx.content, Content::Picture { .. });
        let (moved, turned) = self.moves(bx, placed, width, content_height);
        let keeps = style.keep && content_height < self.page_height() * KEPT;
        if let (Some(marker), Content::Lines(_) | Content::Blocks(_)) = (&bx.marker, &bx.content) {
            self.marker = Some((marker.clone(), style.clone()));
        }
        let is_seen = style.is_dressed() || grows || keeps || !bx.placed.is_empty();
        // A height that was found for a row goes to the box in it that is seen.
        let (tall, handed) = match tall {
            Some(tall) if is_seen || matches!(bx.content, Content::Flex(_)) => (Some(tall), None),
            Some(tall) => (None, self.hand_down(bx, tall, width)),
            None => (None, None),
        };
        let is_seen = is_seen || tall.is_some();
        self.push(&moved.0);
        self.push(&turned.0);
        if !moved.0.is_empty() || !turned.0.is_empty() {
            self.push("{");
        }
        let least = if style.border_box { least } else { least + style.frame([0, 2], width) };
        if is_seen && place.depth + BOX <= MAX_DEPTH {
            self.dressed(
                bx,
                place,
                match (tall, grows.then_some(least)) {
                    (Some(Tall::Row { less, .. }), Some(least)) => Some(Tall::Row { less, least }),
                    (Some(tall), _) => Some(tall),
                    (None, least) => least.map(Tall::Fixed),
                },
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
            self.tall = handed;
            self.content(bx, inner, Strong(false, false), None);
            self.tall = None;
            if bottom > 0.0 {
                self.statement(&format!("v({})", pt(bottom)));
            }
        }
        if !moved.0.is_empty() || !turned.0.is_empty() {
            self.push("}");
            self.push(&turned.1);
            self.push(&moved.1);
            self.push("\n");
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

    /// What is in a box.
    pub(super) fn content(&mut self, bx: &Bx, place: Place, strong: Strong, tall: Option<Tall>) {
        if bx.placed.is_empty() {
            self.filled(bx, place, strong, tall);
            return;
        }
        let style = &bx.style;
        let padding = |side: usize| style.padding[side].or_zero(place.width).max(0.0);
        let shift = [padding(0), padding(1), padding(2), padding(3)];
        let height = match tall {
            Some(Tall::Fixed(height)) => Some(height - style.edge(0) - style.edge(2)),
            _ => Some(
                measure::height(bx, place.width + style.frame([1, 3], place.width)) - style.edge(0) - style.edge(2),
            ),
        };
        let bounds = Bounds { width: place.width + shift[1] + shift[3], height, shift };
        self.placed(&bx.placed, bounds, place, false);
        self.filled(bx, place, strong, tall);
        self.placed(&bx.placed, bounds, place, true);
    }

    /// What flows in a box.
    fn filled(&mut self, bx: &Bx, place: Place, strong: Strong, tall: Option<Tall>) {
        let style = &bx.style;
        if style.columns.is_some_and(|count| count > 1)
            && matches!(&bx.content, Content::Lines(lines) if lines.len() > 1 || measure::bordered(bx).1 > place.width / 2.0)
        {
            self.missing.insert("columns within one block of text".to_owned());
        }
        match &bx.content {
            Content::Blocks(blocks) if self.columns(blocks, style, place) => return,
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
            Content::Flex(items) => wrap(self, &mut |emitter| emitter.flex(items, style, inner, tall)),
            Content::Grid(items) => wrap(self, &mut |emitter| emitter.grid(items, style, inner, tall)),
            Content::Table(rows) => wrap(self, &mut |emitter| emitter.table(rows, style, inner.width, inner)),
            Content::Picture { name, size, alt } => {
                let (width, height) = measure::picture_size(bx, *size, inner.width);
                wrap(self, &mut |emitter| emitter.picture(name, (width, height), alt, style.fit));
            }
            Content::Blocks(_) => {}
        }
    }

    fn picture(&mut self, name: &str, (width, height): (f64, f64), alt: &str, fit: &str) {
        let alt = if alt.trim().is_empty() { String::new() } else { format!(",alt:{}", literal(alt)) };
        self.statement(&format!(
            "image({},width:{},height:{},fit:\"{fit}\"{alt})",
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
                    self.content(&cell.bx, place, Strong::BOTH, None);
                }
            }
            Content::Flex(items) | Content::Grid(items) | Content::Blocks(items) => {
                for item in items {
                    self.content(item, place, Strong::BOTH, None);
                }
            }
            Content::Lines(_) | Content::Picture { .. } => self.content(bx, place, Strong::BOTH, None),
        }
    }

    /// Blocks below each other, their margins collapsed.
    pub(super) fn blocks(&mut self, blocks: &[Bx], place: Place, strong: Strong) {
        let mut before: Option<f64> = None;
        let mut at = 0;
        while at < blocks.len() {
            let bx = &blocks[at];
            if bx.style.is_out() {
                // Where it would be in the flow, which does not know of it.
                at += 1;
                self.push("place(left,");
                self.scope(|emitter| emitter.block(bx, place.deeper(BOX)));
                self.push(")\n");
                continue;
            }
            if bx.style.float.is_some() {
                let end = float_group(blocks, at);
                if let Some(margin) = before.filter(|margin| *margin > 0.0) {
                    self.statement(&format!("v({},weak:true)", pt(margin)));
                }
                let above = before.unwrap_or(0.0).max(0.0);
                let (next, margin) = self.floats(&blocks[at..end], (at, above), place);
                (at, before) = (next, Some(margin));
                continue;
            }
            at += 1;
            if is_empty(bx) {
                continue;
            }
            let top = top_margin(bx);
            match before {
                None if strong.0 && top != 0.0 => self.statement(&format!("v({})", pt(top.max(-MAX_BACK)))),
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
}
