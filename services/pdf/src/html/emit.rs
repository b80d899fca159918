//! Boxes as code of typst. Every text is a string literal, so nothing in a page is ever code; every width is a number that
//! was computed here; heights, lines and pages are typst's.
//!
//! Boxes of which nothing is seen are not emitted: what is in them is, with their indents added up. So the nesting of
//! pages, which is deep, costs none of typst's, which is bounded.

use std::collections::BTreeSet;
use std::rc::Rc;

use super::boxes::{Bx, Content};
use super::code::{inset, literal, pt, stroke};
use super::float::float_group;
use super::letters::Letters;
use super::margin::{bottom_margin, is_empty, top_margin};
use super::measure;
use super::style::{Style, Vertical};
use super::value::Length;

/// Levels of typst that are used; it has 64.
pub(super) const MAX_DEPTH: usize = 58;
/// What a box costs of them.
const BOX: usize = 2;
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
    fn of(style: &Style, around: f64) -> Self {
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
    pub(super) fn content(&mut self, bx: &Bx, place: Place, strong: Strong) {
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
    pub(super) fn blocks(&mut self, blocks: &[Bx], place: Place, strong: Strong) {
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
}
