//! A PDF whose scans can be searched: the words are put behind the pictures, unseen.

use std::sync::Arc;
use std::time::Duration;

use chassis::{Call, Error, File, Operation, WithFile};
use futures_util::StreamExt;
use futures_util::stream::iter;
use garde::Validate;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::document::{self, DocumentPage, MOST_PAGES, TextSource, Wanted, is_pdf};
use crate::engine::Readers;
use crate::job::{Done, Job};
use crate::layer::{LayerWord, PageLayer, PicturePage};
use crate::page::{Area, Page};
use crate::pdf::PdfMode;
use crate::reading::Manner;
use crate::recognize::{english, example_picture};

/// Time to leave for writing the PDF, and bytes that are written a microsecond at least.
const SPARE: Duration = Duration::from_secs(1);
const WRITTEN_A_MICROSECOND: u64 = 50;

/// What the document says.
const DESCRIPTION: &str = "\
Makes a PDF that can be searched, and whose text can be selected: the pages of a PDF that are scans, or those of a picture, are recognized, \
and the words are put on them unseen, each in its place. Pages that have text of their own are not touched, and no picture is changed. \
With `mode=force` every page is recognized, and only words that a page does not have yet are added. An encrypted PDF is refused. \
Pages that were not read when the time was over stay as they are, and `out-of-time` says so. The pages of a picture become JPEGs, unless they are black and \
white alone or the file is an upright JPEG: then nothing is lost.";

/// A PDF or picture to make searchable.
#[derive(Debug, Serialize, Deserialize, Validate, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[garde(allow_unvalidated)]
pub struct SearchableRequest {
    /// The PDF or picture.
    #[serde(alias = "url", alias = "pdf", alias = "image")]
    pub file: File,
    /// Languages of the text, the main one first: `en`, `pt-BR`, `German`, or codes of Tesseract such as `deu` and `chi_sim`.
    #[serde(default = "english", deserialize_with = "crate::languages::read", alias = "language", alias = "lang")]
    #[garde(length(min = 1, max = 8), inner(length(chars, min = 2, max = 40)))]
    pub languages: Vec<String>,
    /// Pages to recognize, such as `1-5,9`; all by default, at most 100. The others stay as they are; those of a picture are left
    /// out.
    #[serde(default, deserialize_with = "chassis::joined")]
    #[garde(length(chars, max = 200))]
    pub pages: Option<String>,
    /// Which pages are recognized.
    #[serde(default)]
    pub mode: PdfMode,
    /// Pixels per inch of a picture, which say how large its page is.
    #[serde(default = "usual_dpi")]
    #[garde(range(min = 50.0, max = 2400.0))]
    pub dpi: f64,
}

fn usual_dpi() -> f64 {
    300.0
}

/// What was done.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct SearchableFacts {
    /// Number of pages looked at.
    pub pages: usize,
    /// Pages that were recognized, at most 100 of them.
    pub recognized: Vec<u32>,
    /// Number of words added.
    pub words: usize,
    /// Mean confidence of the words added, 0 to 1; null when there are none.
    pub confidence: Option<f64>,
}

/// A request that works.
#[must_use]
pub fn example() -> SearchableRequest {
    SearchableRequest {
        file: example_picture(),
        languages: english(),
        pages: None,
        mode: PdfMode::Auto,
        dpi: usual_dpi(),
    }
}

/// What the document says of the operation, and how it runs.
#[must_use]
pub fn about(op: Operation) -> Operation {
    op.summary("Make a scan a searchable PDF").description(DESCRIPTION).example(example).answers(&["application/pdf"])
}

/// Makes a searchable PDF.
///
/// # Errors
/// When the file cannot be read or is encrypted, a language is not installed, or Tesseract is not there.
pub async fn searchable(
    request: SearchableRequest,
    call: Arc<Call>,
    readers: Arc<Readers>,
) -> Result<WithFile<SearchableFacts>, Error> {
    let file = &request.file;
    let every = format!("1-{MOST_PAGES}");
    let writing = SPARE + Duration::from_micros(file.bytes().len() as u64 / WRITTEN_A_MICROSECOND);
    let wanted = Wanted {
        languages: &request.languages,
        pages: request.pages.as_deref(),
        default_pages: &every,
        password: None,
        manner: Manner { spare: writing, ..Manner::default() },
    };
    let mut pictures = Vec::new();
    let mut files = vec![file.clone()];
    // The pages that a picture has; in a PDF they keep their numbers.
    let mut pages = Vec::new();
    let (read, own) = if is_pdf(file) {
        let force = request.mode == PdfMode::Force;
        let survey = document::survey(&readers, &call, file, &wanted, force).await?;
        let own: Vec<(u32, Page)> = survey.pages.iter().map(|page| (page.number, page.own.clone())).collect();
        (document::recognized(&readers, &call, file, &wanted, survey).await?, own)
    } else {
        pages = document::picture_pages(&call, file, wanted.pages, wanted.default_pages)?;
        (pictures, files) = pictured(&readers, &call, &request, pages.clone()).await?;
        (document::read_pictures(&readers, &call, file, wanted, pages.clone()).await?, Vec::new())
    };
    let looked_at = read.len();
    let mut layers = Vec::new();
    let mut added = Vec::new();
    for read in read.into_iter().filter(|read| read.source == TextSource::Ocr) {
        let known = own.iter().find(|(number, _)| *number == read.number).map(|(_, page)| page);
        let dpi = read.dpi.unwrap_or(request.dpi);
        let place = pages.iter().position(|page| *page == read.number);
        let number = place.map_or(read.number, |place| place as u32 + 1);
        layers.push(PageLayer { number, ..layer(&read, known, dpi) });
        added.push(read);
    }
    let recognized: Vec<u32> = added.iter().map(|read| read.number).collect();
    let words = layers.iter().map(|layer| layer.words.len()).sum();
    let confidence = crate::page::confidence(added.iter().flat_map(|read| read.page.words()));
    let job = Job::Layer { layers, pictures };
    let (done, mut files) = readers.ask_for_files(&call, &request.languages, &job, files).await?;
    let (Done::Layered, Some(made)) = (done, files.pop()) else { return Err(Error::internal()) };
    let name = file.name().map_or("document", |name| name.rsplit_once('.').map_or(name, |(stem, _)| stem));
    let made = File::new(format!("{name}-searchable.pdf"), "application/pdf", made.bytes().clone());
    Ok(WithFile { file: made, facts: SearchableFacts { pages: looked_at, recognized, words, confidence } })
}

/// The pages of a picture as those of a PDF, made side by side: what they are, and their files.
async fn pictured(
    readers: &Readers,
    call: &Call,
    request: &SearchableRequest,
    pages: Vec<u32>,
) -> Result<(Vec<PicturePage>, Vec<File>), Error> {
    let made = iter(pages).map(|page| async move {
        let job = Job::Picture { page, dpi: request.dpi };
        let (done, mut files) =
            readers.ask_for_files(call, &request.languages, &job, vec![request.file.clone()]).await?;
        match (done, files.pop()) {
            (Done::Pictured(page), Some(file)) => Ok((page, file)),
            _ => Err(Error::internal()),
        }
    });
    let made: Vec<Result<(PicturePage, File), Error>> = made.buffered(readers.most()).collect().await;
    let made: Result<Vec<(PicturePage, File)>, Error> = made.into_iter().collect();
    Ok(made?.into_iter().unzip())
}

/// The words of a page that it does not have yet.
fn layer(read: &DocumentPage, own: Option<&Page>, dpi: f64) -> PageLayer {
    let page = &read.page;
    let sideways = page.quarters % 2 == 1;
    let size = if sideways { (page.height, page.width) } else { (page.width, page.height) };
    let known: Vec<Area> = own.map(|own| own.words().map(|word| word.area).collect()).unwrap_or_default();
    let is_new = |area: &Area| {
        // Words of its own lie on the page as it is shown; a page that was turned has none to speak of.
        let (x, y) = (area.x + area.width / 2, area.y + area.height / 2);
        let holds = |own: &Area| own.x <= x && x < own.right() && own.y <= y && y < own.bottom();
        page.quarters != 0 || !known.iter().any(holds)
    };
    let words = page.words().filter(|word| is_new(&word.area)).map(|word| LayerWord {
        text: word.text.clone(),
        x: word.area.x,
        y: word.area.y,
        width: word.area.width,
        height: word.area.height,
    });
    PageLayer { number: read.number, scale: 72.0 / dpi, size, quarters: page.quarters, words: words.collect() }
}
