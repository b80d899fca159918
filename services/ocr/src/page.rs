//! What was read of a page, as answers have it: blocks of lines of words, each with its place.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A rectangle in pixels of the upright picture, from its top left corner.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
pub struct Area {
    /// Left edge.
    pub x: u32,
    /// Top edge.
    pub y: u32,
    /// Width.
    pub width: u32,
    /// Height.
    pub height: u32,
}

/// A block of text.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Block {
    /// What it is.
    #[serde(rename = "type")]
    pub kind: BlockType,
    /// Where it is.
    #[serde(rename = "box")]
    pub area: Area,
    /// Mean confidence of its words, weighted by their characters, 0 to 1.
    pub confidence: f64,
    /// Its lines, from top to bottom.
    pub lines: Vec<Line>,
}

/// What a block is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum BlockType {
    /// Running text.
    Text,
    /// A heading.
    Heading,
    /// A caption of a picture.
    Caption,
    /// A table.
    Table,
    /// Text set vertically.
    Vertical,
}

/// A line of text.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Line {
    /// Its words with spaces between them.
    pub text: String,
    /// Where it is.
    #[serde(rename = "box")]
    pub area: Area,
    /// Mean confidence of its words, weighted by their characters, 0 to 1.
    pub confidence: f64,
    /// Its words.
    pub words: Vec<Word>,
}

/// A word.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Word {
    /// Its text.
    pub text: String,
    /// Where it is.
    #[serde(rename = "box")]
    pub area: Area,
    /// How sure the engine is of it, 0 to 1.
    pub confidence: f64,
}

/// What was done to a picture before it was read, in this order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Step {
    /// Transparent parts were filled with white.
    OnWhite,
    /// Transparent parts were filled with black, because the rest is light.
    OnBlack,
    /// Turned by quarters, because the text was not upright.
    Turned,
    /// Specks were removed (median filter).
    Denoised,
    /// Uneven lighting was evened out.
    Flattened,
    /// Enlarged, because the letters are small.
    Enlarged,
    /// Made smaller, because the letters are large.
    Reduced,
    /// Rotated by a few degrees to level the lines.
    Deskewed,
    /// Smoothed (Gaussian of one pixel), because the letters are broken or grainy, or there is only black and white.
    Smoothed,
    /// A white border was added around it.
    Bordered,
    /// Read as one block of text, because no layout was found.
    ReadAsBlock,
    /// Read as one line of text, because no layout was found.
    ReadAsLine,
}

/// What was read of one page.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub(crate) struct Page {
    /// Width of the upright page in pixels.
    pub(crate) width: u32,
    /// Height of the upright page in pixels.
    pub(crate) height: u32,
    /// Quarter turns clockwise that made it upright, after those of its EXIF data.
    pub(crate) quarters: u8,
    /// Degrees by which the lines rise to the right.
    pub(crate) skew: f64,
    /// What was done to it.
    pub(crate) steps: Vec<Step>,
    /// What was read.
    pub(crate) blocks: Vec<Block>,
    /// Whether all was read in time.
    pub(crate) complete: bool,
    /// Whether there is anything that looks like letters.
    pub(crate) letters: bool,
}

impl Area {
    /// Its right edge.
    #[must_use]
    pub fn right(&self) -> u32 {
        self.x.saturating_add(self.width)
    }

    /// Its bottom edge.
    #[must_use]
    pub fn bottom(&self) -> u32 {
        self.y.saturating_add(self.height)
    }

    /// The smallest that holds both.
    #[must_use]
    pub fn with(self, other: Self) -> Self {
        if self.width == 0 || self.height == 0 {
            return other;
        }
        if other.width == 0 || other.height == 0 {
            return self;
        }
        let (x, y) = (self.x.min(other.x), self.y.min(other.y));
        let (right, bottom) = (self.right().max(other.right()), self.bottom().max(other.bottom()));
        Self { x, y, width: right - x, height: bottom - y }
    }

    /// The smallest that holds all.
    pub fn around(areas: impl IntoIterator<Item = Self>) -> Self {
        areas.into_iter().fold(Self::default(), Self::with)
    }

    /// The vertical middle.
    #[must_use]
    pub fn middle(&self) -> f64 {
        f64::from(self.y) + f64::from(self.height) / 2.0
    }
}

impl Line {
    /// A line of words.
    #[must_use]
    pub fn of(words: Vec<Word>) -> Self {
        let text = words.iter().map(|word| word.text.as_str()).collect::<Vec<_>>().join(" ");
        let confidence = confidence(&words).unwrap_or_default();
        Self { text, area: Area::around(words.iter().map(|word| word.area)), confidence, words }
    }
}

impl Block {
    /// A block of lines.
    #[must_use]
    pub fn of(kind: BlockType, lines: Vec<Line>) -> Self {
        let confidence = confidence(lines.iter().flat_map(|line| &line.words)).unwrap_or_default();
        Self { kind, area: Area::around(lines.iter().map(|line| line.area)), confidence, lines }
    }
}

impl Page {
    /// Drops words that are less sure than this.
    pub(crate) fn forget_below(&mut self, least: f64) {
        let blocks = std::mem::take(&mut self.blocks).into_iter().filter_map(|block| {
            let lines = block.lines.into_iter().filter_map(|mut line| {
                line.words.retain(|word| word.confidence >= least);
                (!line.words.is_empty()).then(|| Line::of(line.words))
            });
            let lines: Vec<Line> = lines.collect();
            (!lines.is_empty()).then(|| Block::of(block.kind, lines))
        });
        self.blocks = blocks.collect();
    }

    /// Its words.
    pub(crate) fn words(&self) -> impl Iterator<Item = &Word> {
        self.lines().flat_map(|line| &line.words)
    }

    /// Its lines.
    pub(crate) fn lines(&self) -> impl Iterator<Item = &Line> {
        self.blocks.iter().flat_map(|block| &block.lines)
    }

    /// Its text: a line each, an empty one between blocks.
    pub(crate) fn text(&self) -> String {
        text(&self.blocks)
    }

    /// Mean confidence of its words; nothing when there are none.
    pub(crate) fn confidence(&self) -> Option<f64> {
        confidence(self.words())
    }

    /// Whether most of its words run up or down: the engine reads some pictures that lie on their side as they are.
    pub(crate) fn is_sideways(&self) -> bool {
        let (mut all, mut tall) = (0, 0);
        for word in self.words().filter(|word| word.text.chars().count() >= 3) {
            all += 1;
            tall += usize::from(word.area.height > word.area.width);
        }
        all >= 4 && tall * 2 > all
    }

    /// How much was read, and how surely: characters, each by how much surer the engine is of it than a guess.
    pub(crate) fn evidence(&self) -> f64 {
        const GUESS: f64 = 0.4;
        self.words().map(|word| word.text.chars().count() as f64 * (word.confidence - GUESS).max(0.0)).sum()
    }
}

/// The text of blocks: a line each, an empty one between blocks.
pub(crate) fn text(blocks: &[Block]) -> String {
    let block = |block: &Block| block.lines.iter().map(|line| line.text.as_str()).collect::<Vec<_>>().join("\n");
    blocks.iter().map(block).collect::<Vec<_>>().join("\n\n")
}

/// Mean confidence of words, weighted by their characters, with four digits.
pub(crate) fn confidence<'a>(words: impl IntoIterator<Item = &'a Word>) -> Option<f64> {
    let (mut sum, mut count) = (0.0, 0.0);
    for word in words {
        let characters = word.text.chars().count() as f64;
        sum += word.confidence * characters;
        count += characters;
    }
    (count > 0.0).then(|| rounded(sum / count))
}

/// A confidence with four digits.
pub(crate) fn rounded(confidence: f64) -> f64 {
    (confidence * 10_000.0).round() / 10_000.0
}
