//! What is asked of an engine that reads text, and what it answers.

use std::time::Instant;

/// An engine that reads the text of a picture.
pub trait Engine {
    /// Its name and version, such as `tesseract 5.3.0`.
    fn name(&self) -> String;

    /// Reads a picture. What could not be read in time is left out, and [`Reading::complete`] says so.
    ///
    /// # Errors
    /// When the picture has no pixels or too many, or the engine gives up.
    fn read(&mut self, picture: &Pixels<'_>, options: &ReadOptions<'_>) -> Result<Reading, Error>;

    /// Which way is up, and the script; nothing when there is too little text to tell.
    ///
    /// # Errors
    /// When the picture has no pixels or too many, or the engine cannot tell at all.
    fn orientation(&mut self, picture: &Pixels<'_>) -> Result<Option<Orientation>, Error>;
}

/// Why something was not read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// The library is not there or cannot be opened.
    #[error("{0}")]
    Missing(String),
    /// A language is not there or cannot be used.
    #[error("{0}")]
    Language(String),
    /// The picture cannot be read by this engine.
    #[error("{0}")]
    Picture(String),
    /// The engine gave up.
    #[error("{0}")]
    Failed(String),
}

/// Samples of eight bits.
#[derive(Debug, Clone, Copy)]
pub struct Pixels<'a> {
    /// Width.
    pub width: u32,
    /// Height.
    pub height: u32,
    /// Samples of a pixel.
    pub channels: Channels,
    /// The samples, row by row from the top.
    pub samples: &'a [u8],
    /// Dots per inch, where they are known.
    pub resolution: Option<u32>,
}

/// Samples of a pixel.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Channels {
    /// One: gray.
    Gray,
    /// Three: red, green, blue.
    Rgb,
}

impl Channels {
    /// How many.
    #[must_use]
    pub const fn count(self) -> usize {
        match self {
            Self::Gray => 1,
            Self::Rgb => 3,
        }
    }
}

/// How a picture is read.
#[derive(Debug, Clone, Copy)]
pub struct ReadOptions<'a> {
    /// What is taken for granted of its layout.
    pub segmentation: Segmentation,
    /// The only characters there are; all when empty.
    pub characters: &'a str,
    /// Characters there are not.
    pub except: &'a str,
    /// When to stop.
    pub until: Instant,
}

/// What is taken for granted of the layout of a picture.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Segmentation {
    /// Nothing: columns, blocks and lines are looked for.
    Auto,
    /// One column of text of several sizes.
    Column,
    /// One even block of text.
    Block,
    /// One line.
    Line,
    /// One word.
    Word,
    /// As much text as there is, in no order.
    Sparse,
}

/// What was read.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Reading {
    /// Blocks with text, in reading order.
    pub blocks: Vec<Block>,
    /// Whether all of it was read in time.
    pub complete: bool,
}

/// A block of text.
#[derive(Debug, Clone, PartialEq)]
pub struct Block {
    /// What it is.
    pub kind: BlockKind,
    /// Where it is.
    pub bounds: Bounds,
    /// Its lines, from the top.
    pub lines: Vec<Line>,
}

/// What a block of text is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BlockKind {
    /// Running text.
    Text,
    /// A heading.
    Heading,
    /// A caption of a picture.
    Caption,
    /// A table.
    Table,
    /// Text that runs from top to bottom.
    Vertical,
}

/// A line of text.
#[derive(Debug, Clone, PartialEq)]
pub struct Line {
    /// Where it is.
    pub bounds: Bounds,
    /// Whether it begins a paragraph.
    pub begins_paragraph: bool,
    /// Its words.
    pub words: Vec<Word>,
}

/// A word.
#[derive(Debug, Clone, PartialEq)]
pub struct Word {
    /// Its text, never blank.
    pub text: String,
    /// Where it is.
    pub bounds: Bounds,
    /// How sure the engine is, 0 to 1.
    pub confidence: f64,
}

/// A rectangle of pixels: from its left and top edge to, and without, its right and bottom edge.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[expect(missing_docs, reason = "the names say it all")]
pub struct Bounds {
    pub left: u32,
    pub top: u32,
    pub right: u32,
    pub bottom: u32,
}

/// Which way is up.
#[derive(Debug, Clone, PartialEq)]
pub struct Orientation {
    /// Quarter turns clockwise that make the picture upright.
    pub quarters: u8,
    /// How much surer it is of this than of the next best, from 0; 15 is sure.
    pub margin: f64,
    /// The script, as in `Latin`.
    pub script: String,
    /// How much surer it is of the script than of the next best, from 0.
    pub script_margin: f64,
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A second engine, so that the trait asks for nothing that only Tesseract has.
    struct Dots;

    impl Engine for Dots {
        fn name(&self) -> String {
            "dots".into()
        }

        /// Takes every dark pixel for a full stop.
        fn read(&mut self, picture: &Pixels<'_>, options: &ReadOptions<'_>) -> Result<Reading, Error> {
            if picture.samples.is_empty() {
                return Err(Error::Picture("it has no pixels".into()));
            }
            let dark = picture.samples.chunks(picture.channels.count()).enumerate().filter(|(_, pixel)| pixel[0] < 128);
            let word = |(at, _): (usize, &[u8])| {
                let (left, top) = (at as u32 % picture.width, at as u32 / picture.width);
                let bounds = Bounds { left, top, right: left + 1, bottom: top + 1 };
                Word { text: ".".into(), bounds, confidence: 1.0 }
            };
            let words: Vec<Word> = dark.map(word).collect();
            let bounds = words.first().map(|word| word.bounds).unwrap_or_default();
            let lines = vec![Line { bounds, begins_paragraph: true, words }];
            let blocks = vec![Block { kind: BlockKind::Text, bounds, lines }];
            Ok(Reading { blocks, complete: Instant::now() < options.until })
        }

        fn orientation(&mut self, _: &Pixels<'_>) -> Result<Option<Orientation>, Error> {
            Ok(None)
        }
    }

    #[test]
    fn another_engine_fits() {
        let engine: &mut dyn Engine = &mut Dots;
        let picture = Pixels { width: 2, height: 1, channels: Channels::Gray, samples: &[255, 0], resolution: None };
        let until = Instant::now() + std::time::Duration::from_secs(60);
        let options = ReadOptions { segmentation: Segmentation::Auto, characters: "", except: "", until };
        let reading = engine.read(&picture, &options).unwrap();
        assert_eq!(reading.blocks[0].lines[0].words[0].bounds, Bounds { left: 1, top: 0, right: 2, bottom: 1 });
        assert!(reading.complete);
        assert_eq!(engine.orientation(&picture), Ok(None));
    }
}
