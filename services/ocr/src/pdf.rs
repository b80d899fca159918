//! Read the text of a PDF: its own where it has some, recognized where it has not.

use std::sync::Arc;

use chassis::{Call, Code, Error, File, Operation, Secret};
use garde::Validate;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::document::{self, DocumentPage, Reason, TextSource, Wanted, is_pdf};
use crate::engine::Readers;
use crate::page::{Block, Step};
use crate::reading::Manner;
use crate::recognize::english;

/// What the document says.
const DESCRIPTION: &str = "\
Reads the text of a PDF page by page. A page that has text of its own is answered with that, exactly; only a page that shows text without \
having it (a scan, letters drawn as shapes, fonts without characters) is drawn at 300 dpi and recognized, and `reason` says why. \
`mode=force` recognizes every page. Pages are recognized side by side. Boxes are pixels at the page's `dpi`, from the top left corner \
of the page as it is shown. Pages for which there was no time are left out, with the warning `out-of-time`: send `pages` for them.";

/// A PDF to read.
#[derive(Debug, Serialize, Deserialize, Validate, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[garde(allow_unvalidated)]
pub struct PdfRequest {
    /// The PDF.
    #[serde(alias = "url", alias = "pdf")]
    pub file: File,
    /// Languages of the text, the main one first: `en`, `pt-BR`, `German`, or codes of Tesseract such as `deu` and `chi_sim`.
    #[serde(default = "english", deserialize_with = "crate::languages::read", alias = "language", alias = "lang")]
    #[garde(length(min = 1, max = 8), inner(length(chars, min = 2, max = 40)))]
    pub languages: Vec<String>,
    /// Pages, such as `1-5,9` or `3-`; the first 20 by default, at most 100.
    #[serde(default, deserialize_with = "chassis::joined")]
    #[garde(length(chars, max = 200))]
    pub pages: Option<String>,
    /// Which pages are recognized.
    #[serde(default)]
    pub mode: PdfMode,
    /// Password of an encrypted PDF.
    #[serde(default)]
    pub password: Option<Secret<String>>,
}

/// Which pages are recognized.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum PdfMode {
    /// Those that show text without having it.
    #[default]
    Auto,
    /// All.
    Force,
}

/// What was read.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct PdfResponse {
    /// Number of pages of the document.
    pub page_count: u32,
    /// The text of the pages that were read, an empty line between them.
    pub text: String,
    /// Pages that were read, in order.
    pub pages: Vec<PdfPage>,
}

/// A page that was read.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct PdfPage {
    /// Page number, from 1.
    pub page: u32,
    /// Where its text comes from.
    pub source: TextSource,
    /// Why it was recognized; null when it has text of its own.
    pub reason: Option<Reason>,
    /// Width in pixels; boxes lie within it.
    pub width: u32,
    /// Height in pixels.
    pub height: u32,
    /// Pixels per inch; null for a picture.
    pub dpi: Option<f64>,
    /// Degrees clockwise by which it was turned to make the text upright: 0, 90, 180 or 270.
    pub rotation: u16,
    /// Degrees by which lines rise to the right, where that was corrected.
    pub skew: f64,
    /// Preparations, in order.
    pub steps: Vec<Step>,
    /// Mean confidence of the words, weighted by their characters, 0 to 1; 1 for text of its own, null without text.
    pub confidence: Option<f64>,
    /// The text: a line each, an empty one between blocks.
    pub text: String,
    /// Blocks, in reading order.
    pub blocks: Vec<Block>,
}

impl PdfPage {
    /// A page as answers have it.
    pub(crate) fn of(read: DocumentPage) -> Self {
        let DocumentPage { number, page, source, reason, dpi } = read;
        Self {
            page: number,
            source,
            reason,
            width: page.width,
            height: page.height,
            dpi,
            rotation: u16::from(page.quarters) * 90,
            skew: page.skew,
            confidence: page.confidence(),
            text: page.text(),
            steps: page.steps,
            blocks: page.blocks,
        }
    }
}

/// A request that works.
#[must_use]
pub fn example() -> PdfRequest {
    PdfRequest { file: example_document(), languages: english(), pages: None, mode: PdfMode::Auto, password: None }
}

/// A small PDF for examples: one page of text.
pub(crate) fn example_document() -> File {
    File::new("letter.pdf", "application/pdf", &include_bytes!("../data/letter.pdf")[..])
}

/// What the document says of the operation, and how it runs.
#[must_use]
pub fn about(op: Operation) -> Operation {
    op.summary("Read the text of a PDF: its own, or recognized where it is a scan")
        .description(DESCRIPTION)
        .example(example)
}

/// Pages that are read unless more are asked for.
pub(crate) const PAGES: &str = "1-20";

/// Reads the text of a PDF.
///
/// # Errors
/// When the PDF cannot be read, a language is not installed, or Tesseract is not there.
pub async fn pdf(request: PdfRequest, call: Arc<Call>, readers: Arc<Readers>) -> Result<PdfResponse, Error> {
    expect_pdf(&request.file)?;
    let wanted = Wanted {
        languages: &request.languages,
        pages: request.pages.as_deref(),
        default_pages: PAGES,
        password: request.password.as_ref(),
        manner: Manner::default(),
    };
    let force = request.mode == PdfMode::Force;
    let survey = document::survey(&readers, &call, &request.file, &wanted, force).await?;
    let page_count = survey.count;
    let read = document::recognized(&readers, &call, &request.file, &wanted, survey).await?;
    let pages: Vec<PdfPage> = read.into_iter().map(PdfPage::of).collect();
    let text = pages.iter().map(|page| page.text.as_str()).collect::<Vec<_>>().join("\n\n");
    Ok(PdfResponse { page_count, text, pages })
}

/// Refuses what is no PDF.
pub(crate) fn expect_pdf(file: &File) -> Result<(), Error> {
    if is_pdf(file) {
        return Ok(());
    }
    let message = "must be a PDF: it does not begin as one; for pictures there is recognize";
    Err(Error::field(Code::UnsupportedMediaType, "file", message))
}
