//! Read the text of a picture: blocks, lines and words, where each is, and how sure that is.

use std::sync::Arc;

use chassis::{Call, Error, File, Operation};
use garde::Validate;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::engine::Readers;
use crate::job::{Done, Job, ReadPage};
use crate::page::{Area, Block, Page, Step, Word};
use crate::reading::{Layout, Manner};
use crate::source;

/// What the document says.
const DESCRIPTION: &str = "\
Reads the text of a picture: blocks, lines and words, each with its box in pixels of the upright picture, whose size is `width` and \
`height`, and its confidence from 0 to 1. The picture is turned upright by its EXIF data, and by its text when that is not upright; \
specks, uneven light, skew and small letters are corrected where a measurement says that it helps, and `steps` says what was done. \
With `region` a part is read; with `digits` or `characters` only these characters. A picture without text is answered with an empty \
text and a warning. What could not be read in time is left out, and the warning `out-of-time` says so. Of a file with several pages \
one is read: send `page`.";

/// A picture, and how to read it.
#[derive(Debug, Serialize, Deserialize, Validate, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[garde(allow_unvalidated)]
pub struct RecognizeRequest {
    /// The picture.
    #[serde(alias = "url", alias = "file")]
    pub image: File,
    /// Languages of the text, the main one first: `en`, `pt-BR`, `German`, or codes of Tesseract such as `deu` and `chi_sim`.
    /// `GET /languages` lists those installed.
    #[serde(default = "english", deserialize_with = "crate::languages::read", alias = "language", alias = "lang")]
    #[garde(length(min = 1, max = 8), inner(length(chars, min = 2, max = 40)))]
    pub languages: Vec<String>,
    /// The part to read, in pixels of the picture turned upright by its EXIF data.
    #[serde(default)]
    pub region: Option<Region>,
    /// The only characters to read, such as `0123456789ABCDEF`; all by default.
    #[serde(default)]
    #[garde(length(chars, max = 200))]
    pub characters: Option<String>,
    /// Whether to read digits and the signs of numbers (`.`, `,`, `-`) only.
    #[serde(default)]
    pub digits: bool,
    /// Layout to assume.
    #[serde(default)]
    pub layout: Layout,
    /// Whether to prepare the picture where measurements say that it helps. False reads it exactly as it is.
    #[serde(default = "yes")]
    pub preprocess: bool,
    /// Confidence below which words are left out, 0 to 1.
    #[serde(default)]
    #[garde(range(min = 0.0, max = 1.0))]
    pub min_confidence: f64,
    /// The page of a TIFF or the frame of an animation, from 1.
    #[serde(default)]
    #[garde(range(min = 1, max = 10_000))]
    pub page: Option<u32>,
}

/// A part of a picture, in pixels from its top left corner.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Region {
    /// Left edge.
    pub x: u32,
    /// Top edge.
    pub y: u32,
    /// Width.
    pub width: u32,
    /// Height.
    pub height: u32,
}

pub(crate) fn english() -> Vec<String> {
    vec!["eng".to_owned()]
}

pub(crate) fn yes() -> bool {
    true
}

/// What was read.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct RecognizeResponse {
    /// The text: a line each, an empty one between blocks.
    pub text: String,
    /// Mean confidence of the words, weighted by their characters, 0 to 1; null when nothing was read.
    pub confidence: Option<f64>,
    /// Width of the upright picture in pixels; boxes lie within it.
    pub width: u32,
    /// Height of the upright picture in pixels.
    pub height: u32,
    /// Degrees clockwise by which the picture was turned to make the text upright, after its EXIF orientation: 0, 90, 180 or 270.
    pub rotation: u16,
    /// Degrees by which lines rise to the right, where that was corrected; boxes are those of the picture before.
    pub skew: f64,
    /// Preparations, in order.
    pub steps: Vec<Step>,
    /// Number of pages of the file.
    pub pages: u32,
    /// Languages it was read in.
    pub languages: Vec<String>,
    /// Engine and its version.
    pub engine: String,
    /// Blocks, in reading order.
    pub blocks: Vec<Block>,
}

/// A request that works.
#[must_use]
pub fn example() -> RecognizeRequest {
    RecognizeRequest {
        image: example_picture(),
        languages: english(),
        region: None,
        characters: None,
        digits: false,
        layout: Layout::Auto,
        preprocess: true,
        min_confidence: 0.0,
        page: None,
    }
}

/// A small receipt for examples.
pub(crate) fn example_picture() -> File {
    File::new("receipt.png", "image/png", &include_bytes!("../data/receipt.png")[..])
}

/// What the document says of the operation, and how it runs.
#[must_use]
pub fn about(op: Operation) -> Operation {
    op.summary("Read the text of a picture, with the place and confidence of each word")
        .description(DESCRIPTION)
        .example(example)
}

/// Digits and the signs of numbers.
const DIGITS: &str = "0123456789.,-";

/// Reads the text of a picture.
///
/// # Errors
/// When the picture cannot be read, a language is not installed, or Tesseract is not there.
pub async fn recognize(
    request: RecognizeRequest,
    call: Arc<Call>,
    readers: Arc<Readers>,
) -> Result<RecognizeResponse, Error> {
    if request.digits && request.characters.is_some() {
        return Err(Error::impossible("characters", "send either digits or characters, not both"));
    }
    let characters = if request.digits { DIGITS.to_owned() } else { request.characters.unwrap_or_default() };
    let manner = Manner {
        page: request.page.unwrap_or(1),
        region: request.region.map(|Region { x, y, width, height }| Area { x, y, width, height }),
        characters,
        layout: request.layout,
        prepare: request.preprocess,
        min_confidence: request.min_confidence,
        ..Manner::default()
    };
    let ReadPage { page, pages, engine } = read(&readers, &call, &request.languages, manner, &request.image).await?;
    source::warn_of_pages(pages, request.page, &call);
    Ok(RecognizeResponse {
        text: page.text(),
        confidence: page.confidence(),
        width: page.width,
        height: page.height,
        rotation: u16::from(page.quarters) * 90,
        skew: page.skew,
        steps: page.steps,
        pages,
        languages: request.languages,
        engine,
        blocks: page.blocks,
    })
}

/// Has a picture read, and warns of what the answer lacks.
pub(crate) async fn read(
    readers: &Readers,
    call: &Call,
    languages: &[String],
    manner: Manner,
    image: &File,
) -> Result<ReadPage, Error> {
    source::admit(image)?;
    let restricted = !manner.characters.is_empty();
    let Done::Read(read) = readers.ask(call, languages, &Job::Read(manner), image).await? else {
        return Err(Error::internal());
    };
    if !read.page.complete {
        let what = "the reading before its end: send a smaller picture, or the rest by region";
        readers.warn_of_time(call, "image", what);
    }
    warn_of(&read.page, languages, restricted, call);
    Ok(*read)
}

/// Warns of what a page lacks, save for what there was no time for.
pub(crate) fn warn_of(page: &Page, languages: &[String], restricted: bool, call: &Call) {
    if page.blocks.is_empty() {
        if !page.complete {
            return;
        }
        let message = if page.letters {
            "no text was found: send a sharper picture, or a part of it by region"
        } else {
            "no text was found: the picture is empty, or holds nothing that looks like letters"
        };
        call.warn("no-text", Some("image"), message);
    } else if !restricted && seems_foreign(page) {
        let read = languages.join(", ");
        let message = format!("much of the text is no word of {read}: a language is likely missing from languages");
        call.warn("language-missing", Some("languages"), message);
    }
}

/// Whether words look as words do that were read without their letters: unsure, or with signs in their middle, on a page that is
/// otherwise read well.
fn seems_foreign(page: &Page) -> bool {
    const UNSURE: f64 = 0.7;
    const FAIRLY_SURE: f64 = 0.9;
    const WELL: f64 = 0.85;
    let is_long = |word: &&Word| word.text.chars().filter(|letter| letter.is_alphabetic()).count() >= 4;
    let words: Vec<&Word> = page.words().filter(is_long).collect();
    let has_sign = |word: &Word| {
        let middle = word.text.trim_matches(|letter: char| !letter.is_alphanumeric());
        middle.chars().any(|letter| !letter.is_alphanumeric() && !"-'’./@_:,".contains(letter))
    };
    let is_odd = |word: &&&Word| word.confidence < UNSURE || word.confidence < FAIRLY_SURE && has_sign(word);
    let odd = words.iter().filter(is_odd).count();
    let mut sure: Vec<f64> = words.iter().map(|word| word.confidence).collect();
    sure.sort_by(f64::total_cmp);
    let is_read_well = sure.get(sure.len() / 2).is_some_and(|median| *median >= WELL);
    words.len() >= 4 && odd * 8 >= words.len() && is_read_well
}
