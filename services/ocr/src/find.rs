//! Find a text or a pattern in a picture or PDF, and where it is.

use std::sync::Arc;

use chassis::{Call, Cost, Error, File, Operation, Secret};
use garde::Validate;
use regex::RegexBuilder;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::document::{self, Wanted};
use crate::engine::Readers;
use crate::page::{Area, Line, rounded};
use crate::pdf::PAGES;
use crate::reading::Manner;
use crate::recognize::{english, example_picture, yes};

/// What the document says.
const DESCRIPTION: &str = "\
Finds a text, or what matches a regular expression, in the lines of a picture or a PDF, and tells where: the boxes of the words it \
covers. Spaces in the text stand for any white space; case does not matter unless `caseSensitive` is true. A text that is not there is \
answered with an empty list.";

/// What to find, and where.
#[derive(Debug, Serialize, Deserialize, Validate, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[garde(allow_unvalidated)]
pub struct FindRequest {
    /// The picture or PDF.
    #[serde(alias = "url", alias = "image")]
    pub file: File,
    /// Text to find.
    #[serde(default)]
    #[garde(length(chars, min = 1, max = 500))]
    pub text: Option<String>,
    /// Regular expression to find, in the syntax of Rust's `regex` (like RE2): no look-around, no back references.
    #[serde(default)]
    #[garde(length(chars, min = 1, max = 500))]
    pub pattern: Option<String>,
    /// Whether upper and lower case differ.
    #[serde(default)]
    pub case_sensitive: bool,
    /// Whether the text must begin and end with whole words; `text` only.
    #[serde(default)]
    pub whole_words: bool,
    /// Languages of the text, the main one first: `en`, `pt-BR`, `German`, or codes of Tesseract such as `deu` and `chi_sim`.
    #[serde(default = "english", deserialize_with = "crate::languages::read", alias = "language", alias = "lang")]
    #[garde(length(min = 1, max = 8), inner(length(chars, min = 2, max = 40)))]
    pub languages: Vec<String>,
    /// Pages of a PDF or TIFF, such as `1-5,9`; the first 20 by default. Of an animation, the frame to read.
    #[serde(default, deserialize_with = "chassis::joined")]
    #[garde(length(chars, max = 200))]
    pub pages: Option<String>,
    /// Whether to prepare pictures where measurements say that it helps.
    #[serde(default = "yes")]
    pub preprocess: bool,
    /// Password of an encrypted PDF.
    #[serde(default)]
    pub password: Option<Secret<String>>,
}

/// What was found.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct FindResponse {
    /// Number of places.
    pub count: usize,
    /// Places, in reading order; at most 1,000.
    pub rows: Vec<Place>,
    /// Sizes of the pages, which boxes lie within.
    pub pages: Vec<PageSize>,
}

/// A place where it was found.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Place {
    /// The text there, as it is written.
    pub text: String,
    /// The line it is in.
    pub line: String,
    /// Page, from 1.
    pub page: u32,
    /// Box around its words; parts of words count as whole ones.
    #[serde(rename = "box")]
    pub area: Area,
    /// Boxes of its words.
    pub boxes: Vec<Area>,
    /// Lowest confidence of its words, 0 to 1.
    pub confidence: f64,
}

/// The size of a page.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct PageSize {
    /// Page, from 1.
    pub page: u32,
    /// Width in pixels.
    pub width: u32,
    /// Height in pixels.
    pub height: u32,
    /// Pixels per inch; null for a picture.
    pub dpi: Option<f64>,
}

/// A request that works.
#[must_use]
pub fn example() -> FindRequest {
    FindRequest {
        file: example_picture(),
        text: Some("total".into()),
        pattern: None,
        case_sensitive: false,
        whole_words: false,
        languages: english(),
        pages: None,
        preprocess: true,
        password: None,
    }
}

/// What the document says of the operation, and how it runs.
#[must_use]
pub fn about(op: Operation) -> Operation {
    op.summary("Find a text or a pattern in a picture or PDF, with its boxes").description(DESCRIPTION).example(example)
}

/// Places of an answer at most.
const MOST: usize = 1_000;
/// Bytes of a line in an answer at most.
const LONGEST_LINE: usize = 2_000;
/// Bytes of a compiled pattern at most.
const PATTERN_BYTES: usize = 1 << 20;

/// Finds a text or a pattern.
///
/// # Errors
/// When neither or both are given, the pattern is wrong, or the file cannot be read.
pub async fn find(request: FindRequest, call: Arc<Call>, readers: Arc<Readers>) -> Result<FindResponse, Error> {
    let (field, pattern) = match (&request.text, &request.pattern) {
        (Some(text), None) => ("text", literal(text, request.whole_words)?),
        (None, Some(pattern)) => ("pattern", pattern.clone()),
        _ => return Err(Error::impossible("text", "send either text or pattern")),
    };
    let regex = RegexBuilder::new(&pattern)
        .case_insensitive(!request.case_sensitive)
        .size_limit(PATTERN_BYTES)
        .build()
        .map_err(|problem| Error::impossible(field, wrong(&problem)))?;
    let wanted = Wanted {
        languages: &request.languages,
        pages: request.pages.as_deref(),
        default_pages: PAGES,
        password: request.password.as_ref(),
        manner: Manner { prepare: request.preprocess, ..Manner::default() },
    };
    let read = document::read(&readers, &call, &request.file, wanted).await?;
    let pages = read.iter().map(|read| {
        let (width, height) = (read.page.width, read.page.height);
        PageSize { page: read.number, width, height, dpi: read.dpi }
    });
    let pages = pages.collect();
    let find = move || {
        let lines = read.iter().flat_map(|read| read.page.lines().map(move |line| (read.number, line)));
        Ok(lines.flat_map(|(number, line)| in_line(&regex, line, number)).take(MOST + 1).collect::<Vec<Place>>())
    };
    let mut places = call.compute(Cost::Light, find).await?;
    if places.len() > MOST {
        places.truncate(MOST);
        call.warn("more-places", None, format!("there are more than {MOST} places: these are the first"));
    }
    Ok(FindResponse { count: places.len(), pages, rows: places })
}

/// A text as a pattern: its words, with any white space between them.
fn literal(text: &str, whole: bool) -> Result<String, Error> {
    let words: Vec<String> = text.split_whitespace().map(regex::escape).collect();
    if words.is_empty() {
        return Err(Error::impossible("text", "must hold more than spaces"));
    }
    let words = words.join(r"\s+");
    Ok(if whole { format!(r"(?:^|\b|\s){words}(?:\b|\s|$)") } else { words })
}

fn wrong(problem: &regex::Error) -> String {
    match problem {
        regex::Error::CompiledTooBig(_) => "is too large: make its repetitions smaller".to_owned(),
        other => {
            let text = other.to_string();
            let reason = text.lines().last().unwrap_or_default().trim_start_matches("error: ").to_owned();
            format!("is no regular expression that is read here: {reason}")
        }
    }
}

/// The places in a line, one more than an answer has at most.
fn in_line(regex: &regex::Regex, line: &Line, page: u32) -> Vec<Place> {
    let mut starts = Vec::with_capacity(line.words.len());
    let mut at = 0;
    for word in &line.words {
        starts.push(at);
        at += word.text.len() + 1;
    }
    let matches = regex.find_iter(&line.text).filter(|found| !found.as_str().trim().is_empty());
    let place = |found: regex::Match<'_>| {
        // Words that end before the place, and those that begin before its end.
        let first = starts.partition_point(|start| *start <= found.start()).saturating_sub(1);
        let end = starts.partition_point(|start| *start < found.end());
        let covered = line.words.get(first..end).unwrap_or_default();
        let words = covered.iter().zip(&starts[first..]);
        let words = words.filter(|(word, start)| **start + word.text.len() > found.start()).map(|(word, _)| word);
        let boxes: Vec<Area> = words.clone().map(|word| word.area).collect();
        let least = words.map(|word| word.confidence).fold(1.0, f64::min);
        Place {
            text: found.as_str().trim().to_owned(),
            line: excerpt(&line.text, found.start()),
            page,
            area: Area::around(boxes.iter().copied()),
            boxes,
            confidence: rounded(least),
        }
    };
    matches.map(place).take(MOST + 1).collect()
}

/// A line, or of a long one what stands around a place.
fn excerpt(line: &str, place: usize) -> String {
    if line.len() <= LONGEST_LINE {
        return line.to_owned();
    }
    let from = line.floor_char_boundary(place.saturating_sub(LONGEST_LINE / 4));
    let to = line.floor_char_boundary((from + LONGEST_LINE).min(line.len()));
    line[from..to].to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::page::Word;

    #[test]
    fn places_have_the_boxes_of_their_words() {
        let word = |(at, text): (usize, &str)| Word {
            text: text.into(),
            area: Area { x: at as u32 * 10, y: 5, width: 8, height: 9 },
            confidence: 0.9 - at as f64 / 10.0,
        };
        let line = Line::of("Zwölf Äpfel für 3,50 € und Birnen".split(' ').enumerate().map(word).collect());
        for (pattern, text, boxes) in [
            ("Äpfel", "Äpfel", vec![10]),
            ("pfel für", "pfel für", vec![10, 20]),
            (" ?3,50 ", "3,50", vec![30]),
            ("wölf.*irn", "wölf Äpfel für 3,50 € und Birn", vec![0, 10, 20, 30, 40, 50, 60]),
        ] {
            let found = in_line(&regex::Regex::new(pattern).unwrap(), &line, 1);
            assert_eq!(found.len(), 1, "{pattern}");
            let lefts: Vec<u32> = found[0].boxes.iter().map(|area| area.x).collect();
            assert_eq!((found[0].text.as_str(), lefts), (text, boxes), "{pattern}");
        }
        assert!(in_line(&regex::Regex::new("x*").unwrap(), &line, 1).is_empty());
    }

    #[test]
    fn a_line_without_end_is_cut_around_its_places() {
        let word = |at: u32| Word { text: "ä1".into(), area: Area { x: at, ..Area::default() }, confidence: 0.9 };
        let line = Line::of((0..200_000).map(word).collect());
        let found = in_line(&regex::Regex::new("1").unwrap(), &line, 1);
        assert_eq!(found.len(), MOST + 1);
        assert!(found.iter().all(|place| place.boxes.len() == 1 && place.line.len() <= LONGEST_LINE));
        assert_eq!(found[700].area.x, 700);
    }
}
