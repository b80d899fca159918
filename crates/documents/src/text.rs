//! The text of a page, and whether it needs recognition.

use crate::bounds::Bounds;

/// A word: letters without a gap.
#[derive(Debug, Clone, PartialEq)]
pub struct Word {
    /// Its characters, in the order they are read. U+FFFD stands for a glyph whose character nobody knows.
    pub text: String,
    /// Its box; the height is that of the font, not of the letters.
    pub bounds: Bounds,
    /// Size of its font in points.
    pub size: f64,
    /// Direction of its baseline: degrees clockwise, 0 to 359.
    pub angle: u16,
    /// Bold, where the font says so.
    pub bold: bool,
    /// Italic, where the font says so.
    pub italic: bool,
    /// Drawn without ink, as the text that recognition puts behind a scan.
    pub invisible: bool,
}

/// Words on one baseline.
#[derive(Debug, Clone, PartialEq)]
pub struct Line {
    /// Box of all words.
    pub bounds: Bounds,
    /// Whether it is a column that is read from the top.
    pub vertical: bool,
    /// Words in reading order; at least one.
    pub words: Vec<Word>,
    /// Where a cell begins: indices into `words`, the first is 0. Cells are as far apart as columns of a table are.
    pub cells: Vec<usize>,
}

impl Line {
    /// Words joined by spaces, cells by tabs.
    #[must_use]
    pub fn text(&self) -> String {
        let mut text = String::new();
        for (index, word) in self.words.iter().enumerate() {
            if index > 0 {
                text.push(if self.cells.contains(&index) { '\t' } else { ' ' });
            }
            text.push_str(&word.text);
        }
        text
    }
}

/// Lines that belong together: a paragraph, a heading, the rows of a table.
#[derive(Debug, Clone, PartialEq)]
pub struct Block {
    /// Box of all lines.
    pub bounds: Bounds,
    /// Lines from the top; at least one.
    pub lines: Vec<Line>,
}

/// A picture where it is drawn on a page.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct PlacedPicture {
    /// Number and generation of its object in the file.
    pub object: (u32, i32),
    /// The part of its box that is on the page.
    pub bounds: Bounds,
    /// Width and height it is drawn with, in points along its own sides.
    pub shown: (f64, f64),
}

/// Why the text of a page is not all there is to read on it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NeedsOcr {
    /// Pictures cover most of the page, and there is hardly any text: a scan.
    Scan,
    /// Its fonts do not say which characters their glyphs are.
    FontWithoutUnicode,
    /// Letters are drawn as shapes.
    DrawnText,
}

/// The text of a page.
#[derive(Debug, Clone, PartialEq)]
pub struct PageText {
    /// Width of the page in points as shown.
    pub width: f64,
    /// Height of the page in points as shown.
    pub height: f64,
    /// Blocks in reading order.
    pub blocks: Vec<Block>,
    /// Pictures on the page.
    pub pictures: Vec<PlacedPicture>,
    /// Number of letters.
    pub letters: usize,
    /// Number of glyphs whose characters nobody knows.
    pub unknown: usize,
    /// Number of shapes drawn.
    pub(crate) shapes: usize,
}

/// From this share of unknown characters on, a page needs recognition.
const UNKNOWN_SHARE: f64 = 0.3;
/// From this share of the page on, pictures are what it shows.
const PICTURE_SHARE: f64 = 0.5;
/// With fewer letters, a page of pictures has no text to speak of (a stamp, a page number).
const FEW_LETTERS: usize = 50;
/// So many shapes without any letter are letters themselves.
const MANY_SHAPES: usize = 60;

impl PageText {
    /// Words in reading order.
    pub fn words(&self) -> impl Iterator<Item = &Word> {
        self.lines().flat_map(|line| &line.words)
    }

    /// Lines in reading order.
    pub fn lines(&self) -> impl Iterator<Item = &Line> {
        self.blocks.iter().flat_map(|block| &block.lines)
    }

    /// Plain text: lines end with a line break, blocks are an empty line apart, cells of a row a tab. A word broken by a
    /// hyphen at the end of a line is whole again when the next line goes on with a small letter.
    #[must_use]
    pub fn plain(&self) -> String {
        let blocks: Vec<String> = self.blocks.iter().map(plain_block).collect();
        let mut text = blocks.join("\n\n");
        if !text.is_empty() {
            text.push('\n');
        }
        text
    }

    /// Whether the page shows text that is not in its text, and why.
    #[must_use]
    pub fn needs_ocr(&self) -> Option<NeedsOcr> {
        let glyphs = self.letters + self.unknown;
        if glyphs > 0 && self.unknown as f64 >= UNKNOWN_SHARE * glyphs as f64 {
            return Some(NeedsOcr::FontWithoutUnicode);
        }
        if self.letters < FEW_LETTERS && self.picture_share() >= PICTURE_SHARE {
            return Some(NeedsOcr::Scan);
        }
        // A small picture with nothing beside it is what a page is about, too.
        if self.letters == 0 && self.picture_share() >= 0.05 {
            return Some(NeedsOcr::Scan);
        }
        (self.letters == 0 && self.shapes >= MANY_SHAPES).then_some(NeedsOcr::DrawnText)
    }

    /// Share of the page that pictures cover, 0 to 1. Overlaps count twice, as strips of a scan do not overlap.
    #[must_use]
    pub fn picture_share(&self) -> f64 {
        let area: f64 = self.pictures.iter().map(|picture| picture.bounds.area()).sum();
        (area / (self.width * self.height).max(f64::MIN_POSITIVE)).min(1.0)
    }
}

fn plain_block(block: &Block) -> String {
    let mut text = String::new();
    for line in &block.lines {
        let next = line.text();
        if text.is_empty() {
            text = next;
        } else if is_broken(&text, &next) {
            text.pop();
            match next.split_once(char::is_whitespace) {
                Some((end, rest)) => {
                    text.push_str(end);
                    text.push('\n');
                    text.push_str(rest);
                }
                None => text.push_str(&next),
            }
        } else {
            text.push('\n');
            text.push_str(&next);
        }
    }
    text
}

/// Whether a word goes on in the next line: letter, hyphen, small letter.
fn is_broken(text: &str, next: &str) -> bool {
    let mut end = text.chars().rev();
    matches!(end.next(), Some('-' | '\u{2010}' | '\u{AD}'))
        && end.next().is_some_and(char::is_alphabetic)
        && next.chars().next().is_some_and(char::is_lowercase)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_goes_on_in_the_next_line_only_with_a_small_letter() {
        assert!(is_broken("an exam-", "ple of it"));
        assert!(!is_broken("Baden-", "Baden"));
        assert!(!is_broken("1-", "a"));
        assert!(!is_broken("word", "word"));
    }
}
