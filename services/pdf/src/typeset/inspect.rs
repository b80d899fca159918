//! What was laid out. A document is compiled without an error even when letters have no glyph or stand beyond the edge
//! of the paper; whoever sends a thousand invoices does not look at each.

use std::collections::BTreeSet;

use typst::layout::{Frame, FrameItem, Point, Size, Transform};
use typst_layout::PagedDocument;

use super::{NAMED_MISSING, Note, NoteKind};

/// Points beyond the edge that nobody sees.
const TOLERANCE: f64 = 1.0;
/// Levels of frames that are looked into; typst itself makes no more.
const MAX_DEPTH: usize = 512;

/// What was found on the pages.
#[derive(Debug, Default)]
pub(crate) struct Inspection {
    /// Characters that no typeface has.
    pub(crate) missing: BTreeSet<char>,
    /// Characters laid out, without white space.
    pub(crate) characters: usize,
    /// Those of them that stand beyond the edge of their page.
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

/// Whether a character is not drawn: controls, joiners and selectors of variants.
fn is_silent(letter: char) -> bool {
    letter.is_control()
        || matches!(letter, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{fe00}'..='\u{fe0f}')
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
                        let count = written.chars().filter(|letter| !letter.is_whitespace()).count();
                        self.characters += count;
                        if glyph.id == 0 {
                            self.missing.extend(written.chars().filter(|letter| !is_silent(*letter)));
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
