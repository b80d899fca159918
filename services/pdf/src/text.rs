//! The text of a document: plain, as words with boxes, or as Markdown; and where something stands in it.

use chassis::{Call, Code, Error, File, Operation, Secret};
use documents::{NeedsOcr, PageText};
use garde::Validate;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::document::Selection;
use crate::find::{self, Pattern};
use crate::input;
use crate::markdown;
use crate::separators::{open, refused};

/// Words of an answer.
const MAX_WORDS: usize = 200_000;
/// Bytes of text of an answer.
const MAX_TEXT: usize = 8 << 20;

/// What the document says.
const DESCRIPTION: &str = "\
Reads the text of the visible pages in reading order, with or without a layer of recognized text: plain, as words with boxes, or as \
Markdown. Ligatures and other presentation forms are written as their letters unless `keepPresentationForms` is true; words that are \
broken at the end of a line are joined in plain text. Cells of a table row are a tab apart. `find` answers with the pages and boxes of \
a text or a regular expression. `needsOcr` of a page says why it has text that cannot be read: `scan` (pictures without text), \
`font-without-unicode` (letters nobody knows the characters of) or `drawn-text` (letters drawn as shapes): send it to ocr. Boxes are in \
points (1/72 inch) from the top left corner of the page as shown.";

/// A document whose text to read.
#[derive(Debug, Serialize, Deserialize, Validate, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[garde(allow_unvalidated)]
pub struct TextRequest {
    /// The document.
    #[serde(alias = "url", alias = "pdf")]
    pub file: File,
    /// Password that opens it, if it needs one.
    #[serde(default)]
    pub password: Option<Secret<String>>,
    /// Pages, such as `1-3,5,-1`; all by default.
    #[serde(default, deserialize_with = "chassis::joined", alias = "page")]
    #[garde(length(chars, max = 2000))]
    pub pages: Option<String>,
    /// Form of the text.
    #[serde(default, alias = "mode", alias = "format")]
    pub output: TextForm,
    /// Text, or regular expression with `regex`, to look for.
    #[serde(default)]
    #[garde(length(chars, min = 1, max = 500))]
    pub find: Option<String>,
    /// Whether `find` is a regular expression.
    #[serde(default)]
    pub regex: bool,
    /// Whether upper and lower case differ in `find`.
    #[serde(default)]
    pub match_case: bool,
    /// Whether ligatures and other presentation forms stay as they are.
    #[serde(default)]
    pub keep_presentation_forms: bool,
}

/// Form of a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum TextForm {
    /// Plain text with line breaks, blocks an empty line apart.
    #[default]
    #[serde(alias = "text")]
    Plain,
    /// Words with boxes, and the plain text.
    Words,
    /// Markdown: headings by size, lists, bold and italic words where the font says so.
    #[serde(alias = "md")]
    Markdown,
}

/// The text of a document.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct TextResponse {
    /// Text of all pages, an empty line between them.
    pub text: String,
    /// Pages that were read.
    pub pages: Vec<TextPage>,
    /// Number of pages of the document.
    pub page_count: usize,
    /// Whether any page needs recognition.
    pub needs_ocr: bool,
    /// Where `find` was found, at most 1,000; none without it.
    pub matches: Vec<Match>,
}

/// The text of a page.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct TextPage {
    /// Page, counted from 1.
    pub page: usize,
    /// Width in points as shown.
    pub width: f64,
    /// Height in points as shown.
    pub height: f64,
    /// Its text.
    pub text: String,
    /// Its words; with `output` `words` only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub words: Option<Vec<TextWord>>,
    /// Why it needs recognition, if it does.
    pub needs_ocr: Option<OcrReason>,
}

/// A word.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct TextWord {
    /// Its text.
    pub text: String,
    /// Its box.
    #[serde(rename = "box")]
    pub bounds: TextBox,
    /// Size of its font in points.
    pub size: f64,
    /// Line it is in, counted from 0 on the page.
    pub line: usize,
    /// Block (paragraph) it is in, counted from 0 on the page.
    pub block: usize,
    /// Bold, where the font says so.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub bold: bool,
    /// Italic, where the font says so.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub italic: bool,
    /// Direction of its baseline in degrees clockwise, if it is not 0.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub angle: u16,
    /// Without ink, as the text behind a scan is.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub invisible: bool,
}

fn is_zero(angle: &u16) -> bool {
    *angle == 0
}

/// A box in points from the top left corner of the page.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct TextBox {
    /// From the left edge.
    pub x: f64,
    /// From the top edge.
    pub y: f64,
    /// Width.
    pub width: f64,
    /// Height.
    pub height: f64,
}

impl From<documents::Bounds> for TextBox {
    fn from(bounds: documents::Bounds) -> Self {
        let round = |value: f64| (value * 100.0).round() / 100.0;
        Self {
            x: round(bounds.left),
            y: round(bounds.top),
            width: round(bounds.width()),
            height: round(bounds.height()),
        }
    }
}

/// Why a page needs recognition.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum OcrReason {
    /// Pictures without text: a scan.
    Scan,
    /// Fonts that do not say which characters their letters are.
    FontWithoutUnicode,
    /// Letters drawn as shapes.
    DrawnText,
}

impl From<NeedsOcr> for OcrReason {
    fn from(reason: NeedsOcr) -> Self {
        match reason {
            NeedsOcr::Scan => Self::Scan,
            NeedsOcr::FontWithoutUnicode => Self::FontWithoutUnicode,
            NeedsOcr::DrawnText => Self::DrawnText,
        }
    }
}

/// A place where something was found.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Match {
    /// Page, counted from 1.
    pub page: usize,
    /// Text that was found.
    pub text: String,
    /// Boxes of its words, one for each line it stands on.
    pub boxes: Vec<TextBox>,
}

/// A request that works.
#[must_use]
pub fn example() -> TextRequest {
    TextRequest {
        file: input::example(),
        password: None,
        pages: None,
        output: TextForm::Plain,
        find: Some("chairs".to_owned()),
        regex: false,
        match_case: false,
        keep_presentation_forms: false,
    }
}

/// What the document says of the operation, and how it runs.
#[must_use]
pub fn about(op: Operation) -> Operation {
    input::reads_document(op)
        .summary("Read the text of a PDF: plain, words with boxes, Markdown; find a text in it")
        .description(DESCRIPTION)
        .example(example)
}

/// Reads the text of a document.
///
/// # Errors
/// When the document cannot be opened, has not these pages, or the regular expression cannot be read.
pub fn text(request: TextRequest, call: &Call) -> Result<TextResponse, Error> {
    let pattern =
        request.find.as_deref().map(|find| Pattern::read(find, request.regex, request.match_case)).transpose()?;
    let document = open(&request.file, request.password.as_ref())?;
    let selection = Selection::read("pages", request.pages.as_deref(), document.page_count())?;
    let reader = document.reader().keeping_presentation_forms(request.keep_presentation_forms);
    let (mut pages, mut matches, mut whole) = (Vec::new(), Vec::new(), String::new());
    let mut words = 0;
    for page in selection.0 {
        call.check()?;
        let text = reader.page(page).map_err(|error| refused(page, error))?;
        words += text.words().count();
        if words > MAX_WORDS && request.output == TextForm::Words {
            let message = format!("have more than {MAX_WORDS} words: ask for some pages at a time");
            return Err(Error::field(Code::PayloadTooLarge, "pages", message));
        }
        if let Some(pattern) = &pattern {
            find::on_page(&text, pattern, page + 1, &mut matches);
        }
        let content = match request.output {
            TextForm::Plain | TextForm::Words => text.plain(),
            TextForm::Markdown => markdown::of_page(&text),
        };
        if whole.len() + content.len() > MAX_TEXT {
            let message = format!("have more than {} MB of text: ask for some pages at a time", MAX_TEXT >> 20);
            return Err(Error::field(Code::PayloadTooLarge, "pages", message));
        }
        if !whole.is_empty() && !content.is_empty() {
            whole.push('\n');
        }
        whole.push_str(&content);
        pages.push(TextPage {
            page: page + 1,
            width: text.width,
            height: text.height,
            words: (request.output == TextForm::Words).then(|| words_of(&text)),
            needs_ocr: text.needs_ocr().map(OcrReason::from),
            text: content,
        });
    }
    let needs_ocr = pages.iter().any(|page| page.needs_ocr.is_some());
    if needs_ocr {
        let message = "some pages have text that cannot be read as such (needsOcr): send them to ocr";
        call.warn("needs-ocr", Some("file"), message);
    }
    Ok(TextResponse { text: whole, pages, page_count: document.page_count(), needs_ocr, matches })
}

fn words_of(text: &PageText) -> Vec<TextWord> {
    let mut words = Vec::new();
    let mut number = 0;
    for (block, lines) in text.blocks.iter().enumerate() {
        for line in &lines.lines {
            words.extend(line.words.iter().map(|word| TextWord {
                text: word.text.clone(),
                bounds: word.bounds.into(),
                size: (word.size * 100.0).round() / 100.0,
                line: number,
                block,
                bold: word.bold,
                italic: word.italic,
                angle: word.angle,
                invisible: word.invisible,
            }));
            number += 1;
        }
    }
    words
}
