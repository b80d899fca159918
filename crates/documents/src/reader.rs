//! A page to text: what is drawn is noted, glyphs become words, words lines, lines blocks.

use std::cell::RefCell;

use hayro_interpret::kurbo::Rect;
use hayro_interpret::{Context, InterpreterCache, InterpreterSettings, TransformExt, interpret_page};

use crate::blocks::blocks;
use crate::glyphs::{MAX_GLYPHS, NoteTaker, Notes};
use crate::lines::lines;
use crate::open::{Document, PageError};
use crate::tables::{Rulings, Table, TableMethod, tables};
use crate::text::{Block, PageText};
use crate::unicode::Characters;
use crate::words::pieces;

/// Reads the text of a document's pages; fonts are kept between them.
pub struct Reader<'a> {
    document: &'a Document,
    cache: InterpreterCache<'a>,
    characters: RefCell<Characters>,
    keep_forms: bool,
}

impl<'a> Reader<'a> {
    pub(crate) fn new(document: &'a Document) -> Self {
        Self {
            document,
            cache: InterpreterCache::new(),
            characters: RefCell::new(Characters::default()),
            keep_forms: false,
        }
    }

    /// Keeps presentation forms (such as the ligature U+FB01) instead of folding them to their letters.
    #[must_use]
    pub fn keeping_presentation_forms(mut self, keep: bool) -> Self {
        self.keep_forms = keep;
        self
    }

    /// The text of a page, counted from 0: what is on the page as it is shown, the text behind a scan included.
    ///
    /// # Errors
    /// When there is no such page, or it is too large in some way.
    pub fn page(&self, index: usize) -> Result<PageText, PageError> {
        self.read(index, false).map(|(text, _)| text)
    }

    /// The text of a page, counted from 0, and its tables from the top. Words end at lines that run down.
    ///
    /// # Errors
    /// The same as for [`Reader::page`].
    pub fn tables(&self, index: usize, method: TableMethod) -> Result<(PageText, Vec<Table>), PageError> {
        let (text, rulings) = self.read(index, true)?;
        let tables = tables(&text, &rulings, method);
        Ok((text, tables))
    }

    fn read(&self, index: usize, with_rulings: bool) -> Result<(PageText, Rulings), PageError> {
        let facts = self.document.page(index)?;
        let Some(page) = self.document.pdf().pages().get(index) else {
            return Err(PageError::OutOfRange(self.document.page_count()));
        };
        let mut characters = self.characters.borrow_mut();
        let mut notes = NoteTaker::new(facts.bounds(), &mut characters, self.keep_forms);
        if with_rulings {
            notes = notes.noting_drawing();
        }
        let mut context = Context::new(
            page.initial_transform(true).to_kurbo(),
            Rect::new(0.0, 0.0, facts.width, facts.height),
            &self.cache,
            page.xref(),
            InterpreterSettings::default(),
        );
        interpret_page(page, &mut context, &mut notes);
        let Notes { mut glyphs, unknown, overflow, pictures, shapes, drawing } = notes.into_notes();
        if overflow {
            return Err(PageError::TooMuchText(MAX_GLYPHS));
        }
        let page = facts.bounds();
        let rulings = drawing.map(|drawing| Rulings::of(drawing, &page)).unwrap_or_default();
        glyphs.retain(|glyph| {
            let slack = glyph.size;
            glyph.origin.x >= page.left - slack
                && glyph.origin.x <= page.right
                && glyph.origin.y >= page.top
                && glyph.origin.y <= page.bottom + slack / 4.0
        });
        let letters = glyphs.iter().filter(|glyph| !glyph.text.trim().is_empty() && glyph.text != "\u{FFFD}").count();
        let mut ordered: Vec<(u32, Block)> = pieces(&glyphs, &rulings)
            .into_iter()
            .flat_map(|(direction, pieces)| blocks(lines(pieces, direction)))
            .collect();
        ordered.sort_by_key(|(order, _)| *order);
        let text = PageText {
            width: facts.width,
            height: facts.height,
            blocks: ordered.into_iter().map(|(_, block)| block).collect(),
            pictures,
            letters,
            unknown,
            shapes,
        };
        Ok((text, rulings))
    }
}
