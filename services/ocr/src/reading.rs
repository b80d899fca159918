//! A picture read: measured, prepared, read, and read again in another way where that may be better.
//!
//! The first reading is of the picture as its probe wants it. When that is unsure, the picture as it was is read too; when that
//! is unsure, the picture is turned upright and both are done again. The reading with the most evidence
//! (`Page::evidence`) is kept, so that no step makes an answer worse. What is still unsure is smoothed and read once more:
//! the dots of a matrix printer become strokes. When nothing at all was found although there are letters, a white border is added, and the whole is taken for one block, then for one line.

use std::borrow::Cow;
use std::time::{Duration, Instant};

use chassis::Error;
use pictures::image::{DynamicImage, GrayImage};
use pictures::{orientation, turned};
use recognizer::{Channels, Engine, Pixels, ReadOptions, Reading, Segmentation};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::error::of_engine;
use crate::page::{Area, Block, BlockType, Line, Page, Step, Word, rounded};
use crate::prepare::{Prepared, Probe, Transform, prepare};
use crate::source::Sheet;

/// Mean confidence below which another way is tried: without preparation, and turned upright.
const UNSURE: f64 = 0.8;
const ASTRAY: f64 = 0.6;
/// Another reading is kept when it has so much more evidence.
const BETTER: f64 = 1.02;
/// One that is upright when it has nearly as much.
const AS_WELL: f64 = 0.9;
/// White pixels around what is cut close to its ink.
const BORDER: u32 = 20;
/// A picture with more pixels than this that is empty is empty.
const SMALL: u64 = 1_500_000;
/// How much surer the orientation must be than the next best.
const SURE_MARGIN: f64 = 0.3;

/// How a picture is to be read.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Manner {
    /// The page, counted from 1.
    pub(crate) page: u32,
    /// The part to read, in pixels of the upright picture.
    pub(crate) region: Option<Area>,
    /// The only characters there are; all when empty.
    pub(crate) characters: String,
    /// What is taken for granted of the layout.
    pub(crate) layout: Layout,
    /// Whether it may be prepared and turned.
    pub(crate) prepare: bool,
    /// Words that are less sure are dropped.
    pub(crate) min_confidence: f64,
    /// Time to leave for what follows the reading.
    pub(crate) spare: Duration,
    /// Quarter turns clockwise before anything else.
    pub(crate) quarters: u8,
}

impl Manner {
    /// When to end a reading that must have ended by then.
    pub(crate) fn until(&self, until: Instant) -> Instant {
        until.checked_sub(self.spare).unwrap_or(until)
    }
}

impl Default for Manner {
    fn default() -> Self {
        Self {
            page: 1,
            region: None,
            characters: String::new(),
            layout: Layout::Auto,
            prepare: true,
            min_confidence: 0.0,
            spare: Duration::ZERO,
            quarters: 0,
        }
    }
}

/// What is taken for granted of the layout.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Layout {
    /// Nothing: columns, blocks and lines are looked for (page segmentation mode 3 of Tesseract).
    #[default]
    Auto,
    /// One column of text of several sizes (mode 4).
    Column,
    /// One even block of text (mode 6).
    Block,
    /// One line (mode 7).
    Line,
    /// One word (mode 8).
    Word,
    /// As much text as there is, in no order (mode 11).
    Sparse,
}

impl From<Layout> for Segmentation {
    fn from(layout: Layout) -> Self {
        match layout {
            Layout::Auto => Self::Auto,
            Layout::Column => Self::Column,
            Layout::Block => Self::Block,
            Layout::Line => Self::Line,
            Layout::Word => Self::Word,
            Layout::Sparse => Self::Sparse,
        }
    }
}

/// Reads a picture.
pub(crate) fn read(engine: &mut dyn Engine, sheet: Sheet, manner: &Manner, until: Instant) -> Result<Page, Error> {
    let Sheet { mut pixels, ground, mut size, .. } = sheet;
    if manner.quarters > 0 {
        pixels = turned(pixels, orientation(false, false, manner.quarters));
        size = if manner.quarters % 2 == 1 { (size.1, size.0) } else { size };
    }
    // Where the decoded picture lies in the whole one, when it came smaller.
    let decoded =
        Transform::scale(f64::from(size.0) / f64::from(pixels.width()), f64::from(size.1) / f64::from(pixels.height()));
    let (part, cut) = match manner.region {
        Some(region) => part(&pixels, region, size)?,
        None => (pixels, Transform::IDENTITY),
    };
    let mut reader = Reader { engine, manner, until, size, took: Duration::ZERO };
    let place = cut.then(decoded);
    let mut page = reader.upright(&part, place)?;
    let sure = |page: &Page, least: f64| page.confidence().is_some_and(|confidence| confidence >= least);
    if manner.prepare && page.letters && (!sure(&page, ASTRAY) || page.is_sideways()) && page.complete {
        page = reader.turned_upright(&part, place, page)?;
    }
    let is_smooth = page.steps.contains(&Step::Smoothed);
    let is_broken = !page.blocks.is_empty() && !sure(&page, UNSURE) && page.quarters == 0 && !is_smooth;
    if manner.prepare && is_broken && page.complete && reader.has_time() {
        page = reader.smoothed(&part, place, page)?;
    }
    page.steps.splice(0..0, ground);
    if manner.min_confidence > 0.0 {
        page.forget_below(manner.min_confidence);
    }
    Ok(page)
}

/// The part of a picture that is to be read.
fn part(pixels: &DynamicImage, region: Area, size: (u32, u32)) -> Result<(DynamicImage, Transform), Error> {
    let scale = f64::from(pixels.width()) / f64::from(size.0);
    let Area { x, y, width, height } = region;
    if width == 0 || height == 0 || x >= size.0 || y >= size.1 {
        let message = format!("lies outside the picture, which has {} x {} pixels", size.0, size.1);
        return Err(Error::impossible("region", message));
    }
    let (right, bottom) = (region.right().min(size.0), region.bottom().min(size.1));
    let scaled = |length: u32| (f64::from(length) * scale) as u32;
    let (left, top) = (scaled(x), scaled(y));
    let (width, height) = ((scaled(right) - left).max(1), (scaled(bottom) - top).max(1));
    Ok((pixels.crop_imm(left, top, width, height), Transform::shift(f64::from(left), f64::from(top))))
}

struct Reader<'a> {
    engine: &'a mut dyn Engine,
    manner: &'a Manner,
    until: Instant,
    /// Width and height of the whole picture.
    size: (u32, u32),
    /// What the last reading took.
    took: Duration,
}

impl Reader<'_> {
    /// Reads a picture that is taken to be upright.
    fn upright(&mut self, pixels: &DynamicImage, place: Transform) -> Result<Page, Error> {
        let luma = luma(pixels);
        let probe = Probe::of(&luma);
        let prepared = self.manner.prepare.then(|| prepare(&luma, &probe)).flatten();
        let mut best = match &prepared {
            Some(prepared) => self.attempt(prepared, place, self.manner.layout.into())?,
            None => self.attempt_plain(pixels, place, self.manner.layout.into())?,
        };
        let unsure = best.confidence().is_none_or(|confidence| confidence < UNSURE);
        if prepared.is_some() && unsure && self.has_time() {
            let plain = self.attempt_plain(pixels, place, self.manner.layout.into())?;
            best = better(best, plain);
        }
        best.letters = probe.letters > 0;
        let small = u64::from(pixels.width()) * u64::from(pixels.height()) <= SMALL;
        let may_guess = self.manner.prepare && self.manner.layout == Layout::Auto;
        if best.blocks.is_empty() && best.letters && small && may_guess {
            let source = prepared.unwrap_or_else(|| Prepared::plain(pixels.clone())).bordered(BORDER);
            for (segmentation, step) in
                [(Segmentation::Block, Step::ReadAsBlock), (Segmentation::Line, Step::ReadAsLine)]
            {
                if best.blocks.is_empty() && self.has_time() {
                    let mut page = self.attempt(&source, place, segmentation)?;
                    if !page.blocks.is_empty() {
                        page.steps.push(step);
                        page.letters = true;
                        best = page;
                    }
                }
            }
        }
        Ok(best)
    }

    /// Reads a picture again, smoothed.
    fn smoothed(&mut self, pixels: &DynamicImage, place: Transform, first: Page) -> Result<Page, Error> {
        let luma = luma(pixels);
        let prepared = if first.steps.is_empty() { None } else { prepare(&luma, &Probe::of(&luma)) };
        let source = prepared.unwrap_or_else(|| Prepared::plain(luma.into_owned().into()));
        let page = self.attempt(&source.smoothed(), place, self.manner.layout.into())?;
        let letters = first.letters;
        Ok(Page { letters, ..better(first, page) })
    }

    /// Reads a picture again, turned as its orientation says, or in every way when it is small and that cannot be told.
    fn turned_upright(&mut self, pixels: &DynamicImage, place: Transform, first: Page) -> Result<Page, Error> {
        let told = orientation_of(self.engine, pixels)?;
        let quarters = match told {
            Some(told) if told.quarters > 0 && told.margin >= SURE_MARGIN => vec![told.quarters],
            Some(_) => Vec::new(),
            None if u64::from(pixels.width()) * u64::from(pixels.height()) <= SMALL => vec![1, 2, 3],
            None => Vec::new(),
        };
        let mut best = first;
        let (width, height) = self.size;
        for quarters in quarters {
            if Instant::now() + Duration::from_millis(500) > self.until {
                break;
            }
            let sideways = quarters % 2 == 1;
            // From the turned picture back, then to its place in the whole, then turned with the whole.
            let (part_width, part_height) = (f64::from(pixels.width()), f64::from(pixels.height()));
            let back = unturned(quarters, (part_width, part_height));
            let forth = turning(quarters, (f64::from(width), f64::from(height)));
            let turned = turned(pixels.clone(), orientation(false, false, quarters));
            self.size = if sideways { (height, width) } else { (width, height) };
            let page = self.upright(&turned, back.then(place).then(forth));
            self.size = (width, height);
            let mut page = page?;
            page.quarters = quarters;
            page.steps.insert(0, Step::Turned);
            // What lies on its side is turned for the places of its words, as long as it is read as well.
            let upright = best.is_sideways() && page.evidence() > best.evidence() * AS_WELL;
            best = if upright { page } else { better(best, page) };
        }
        Ok(best)
    }

    /// Whether there is time for a reading as long as the last.
    fn has_time(&self) -> bool {
        Instant::now() + self.took < self.until
    }

    fn attempt_plain(
        &mut self,
        pixels: &DynamicImage,
        place: Transform,
        segmentation: Segmentation,
    ) -> Result<Page, Error> {
        let reading = self.recognize(pixels, segmentation)?;
        Ok(page(&reading, place, self.size))
    }

    fn attempt(&mut self, prepared: &Prepared, place: Transform, segmentation: Segmentation) -> Result<Page, Error> {
        let reading = self.recognize(&prepared.pixels, segmentation)?;
        let page = page(&reading, prepared.transform.then(place), self.size);
        Ok(Page { steps: prepared.steps.clone(), skew: prepared.skew, ..page })
    }

    fn recognize(&mut self, pixels: &DynamicImage, segmentation: Segmentation) -> Result<Reading, Error> {
        let options = ReadOptions { segmentation, characters: &self.manner.characters, except: "", until: self.until };
        let started = Instant::now();
        let reading = self.engine.read(&view(pixels), &options).map_err(of_engine);
        self.took = started.elapsed();
        reading
    }
}

/// A picture in gray.
fn luma(pixels: &DynamicImage) -> Cow<'_, GrayImage> {
    match pixels {
        DynamicImage::ImageLuma8(luma) => Cow::Borrowed(luma),
        other => Cow::Owned(other.to_luma8()),
    }
}

/// What the engine says of the orientation of a picture; at most half as large as one that is read, which is enough.
pub(crate) fn orientation_of(
    engine: &mut dyn Engine,
    pixels: &DynamicImage,
) -> Result<Option<recognizer::Orientation>, Error> {
    const ENOUGH: f64 = 2_500_000.0;
    let scale = (ENOUGH / (f64::from(pixels.width()) * f64::from(pixels.height())).max(1.0)).sqrt();
    let smaller = (scale < 0.9).then(|| {
        let side = |length: u32| ((f64::from(length) * scale) as u32).max(1);
        let filter = pictures::image::imageops::FilterType::Triangle;
        DynamicImage::ImageLuma8(pixels.to_luma8()).resize_exact(side(pixels.width()), side(pixels.height()), filter)
    });
    engine.orientation(&view(smaller.as_ref().unwrap_or(pixels))).map_err(of_engine)
}

fn view(pixels: &DynamicImage) -> Pixels<'_> {
    let channels = if pixels.color().has_color() { Channels::Rgb } else { Channels::Gray };
    let (width, height) = (pixels.width(), pixels.height());
    Pixels { width, height, channels, samples: pixels.as_bytes(), resolution: None }
}

/// From a picture that was turned by quarters back to what it was; `size` is that of what it was.
fn unturned(quarters: u8, (width, height): (f64, f64)) -> Transform {
    match quarters {
        1 => Transform::of((0.0, -1.0), (1.0, 0.0), (0.0, height)),
        2 => Transform::of((-1.0, 0.0), (0.0, -1.0), (width, height)),
        3 => Transform::of((0.0, 1.0), (-1.0, 0.0), (width, 0.0)),
        _ => Transform::IDENTITY,
    }
}

/// From a picture of this size to the same turned by quarters.
fn turning(quarters: u8, (width, height): (f64, f64)) -> Transform {
    match quarters {
        1 => Transform::of((0.0, 1.0), (-1.0, 0.0), (height, 0.0)),
        2 => Transform::of((-1.0, 0.0), (0.0, -1.0), (width, height)),
        3 => Transform::of((0.0, -1.0), (1.0, 0.0), (0.0, width)),
        _ => Transform::IDENTITY,
    }
}

/// Of two readings the one with more evidence; the first, when there is little between them.
fn better(first: Page, second: Page) -> Page {
    if second.evidence() > first.evidence() * BETTER { second } else { first }
}

/// What was read as a page, with places in a picture of this size.
fn page(reading: &Reading, place: Transform, size: (u32, u32)) -> Page {
    let word = |word: &recognizer::Word| Word {
        text: word.text.clone(),
        area: place.area(word.bounds, size),
        confidence: rounded(word.confidence),
    };
    let block = |block: &recognizer::Block| {
        let lines: Vec<Line> = block.lines.iter().map(|line| Line::of(line.words.iter().map(word).collect())).collect();
        Block::of(block_type(block.kind), lines)
    };
    Page {
        width: size.0,
        height: size.1,
        blocks: reading.blocks.iter().map(block).collect(),
        complete: reading.complete,
        ..Page::default()
    }
}

fn block_type(kind: recognizer::BlockKind) -> BlockType {
    match kind {
        recognizer::BlockKind::Text => BlockType::Text,
        recognizer::BlockKind::Heading => BlockType::Heading,
        recognizer::BlockKind::Caption => BlockType::Caption,
        recognizer::BlockKind::Table => BlockType::Table,
        recognizer::BlockKind::Vertical => BlockType::Vertical,
    }
}
