//! What was laid out. A document is compiled without an error even when letters have no glyph or stand beyond the edge
//! of the paper; whoever sends a thousand invoices does not look at each.

use std::collections::{BTreeSet, HashMap};

use typst::layout::{Frame, FrameItem, Point, Size, Transform};
use typst::syntax::Span;
use typst_layout::PagedDocument;

use super::{NAMED_MISSING, Note, NoteKind};
use crate::html::is_seen;

/// Points beyond the edge that nobody sees.
const TOLERANCE: f64 = 1.0;
/// Levels of frames that are looked into; typst itself makes no more.
const MAX_DEPTH: usize = 512;

/// What was found on the pages.
#[derive(Debug, Default)]
pub(crate) struct Inspection {
    /// Characters that no typeface has.
    pub(crate) missing: BTreeSet<char>,
    /// Characters laid out, by the text of the document they are of and their place in it: what stands on every page is
    /// one text, which makes up for no other.
    texts: HashMap<Span, Vec<u64>>,
    /// Those of which nobody knows where they are from.
    unplaced: usize,
    /// Characters that stand beyond the edge of their page.
    pub(crate) off_page: usize,
    /// Pages with such.
    pages_off: BTreeSet<usize>,
}

/// Looks at every page.
pub(crate) fn inspect(document: &PagedDocument) -> Inspection {
    let mut inspection = Inspection::default();
    for (number, page) in document.pages().iter().enumerate() {
        inspection.look(&page.frame, Transform::identity(), page.frame.size(), number + 1, 0);
    }
    inspection
}

impl Inspection {
    fn look(&mut self, frame: &Frame, transform: Transform, page: Size, number: usize, depth: usize) {
        if depth > MAX_DEPTH {
            return;
        }
        for (at, item) in frame.items() {
            match item {
                FrameItem::Group(group) => {
                    let inner = transform.pre_concat(Transform::translate(at.x, at.y)).pre_concat(group.transform);
                    self.look(&group.frame, inner, page, number, depth + 1);
                }
                FrameItem::Text(text) => {
                    let mut x = at.x;
                    for glyph in &text.glyphs {
                        let written = text.text.get(glyph.range()).unwrap_or_default();
                        let mut count = 0;
                        for (place, letter) in written.char_indices().filter(|(_, letter)| is_seen(*letter)) {
                            count += 1;
                            self.note(glyph.span, place);
                            if glyph.id == 0 {
                                self.missing.insert(letter);
                            }
                        }
                        let advance = glyph.x_advance.at(text.size);
                        let middle = Point::new(x + advance / 2.0, at.y - text.size / 4.0).transform(transform);
                        x += advance;
                        let beyond = |place: f64, edge: f64| place < -TOLERANCE || place > edge + TOLERANCE;
                        let off = beyond(middle.x.to_pt(), page.x.to_pt()) || beyond(middle.y.to_pt(), page.y.to_pt());
                        if off && count > 0 {
                            self.off_page += count;
                            self.pages_off.insert(number);
                        }
                    }
                }
                FrameItem::Shape(..) | FrameItem::Image(..) | FrameItem::Link(..) | FrameItem::Tag(_) => {}
            }
        }
    }

    fn note(&mut self, (span, start): (Span, u16), place: usize) {
        if span.is_detached() {
            self.unplaced += 1;
            return;
        }
        let at = usize::from(start) + place;
        let seen = self.texts.entry(span).or_default();
        if seen.len() <= at / 64 {
            seen.resize(at / 64 + 1, 0);
        }
        seen[at / 64] |= 1 << (at % 64);
    }

    /// How many characters of the texts in some parts of the document are on its pages, each once.
    pub(crate) fn shown(&self, is_within: impl Fn(Span) -> bool) -> usize {
        let within = self.texts.iter().filter(|(span, _)| is_within(**span));
        within.flat_map(|(_, seen)| seen).map(|bits| bits.count_ones() as usize).sum::<usize>() + self.unplaced
    }

    /// What is to be told of it.
    pub(crate) fn notes(&self) -> Vec<Note> {
        let mut notes = Vec::new();
        if !self.missing.is_empty() {
            let named = self.missing.iter().take(NAMED_MISSING);
            let named: Vec<String> = named.map(|letter| format!("U+{:04X} {letter}", u32::from(*letter))).collect();
            let more = if self.missing.len() > NAMED_MISSING { ", ..." } else { "" };
            let message = format!("no typeface has {}{more}: boxes are shown instead", named.join(", "));
            notes.push(Note { kind: NoteKind::MissingGlyphs, message });
        }
        if let Some(page) = self.pages_off.first() {
            let message =
                format!("{} characters stand beyond the edge of the paper (first on page {page})", self.off_page);
            notes.push(Note { kind: NoteKind::OffPage, message });
        }
        notes
    }
}
