//! The pages of a file, be it a picture or a PDF: text that is there already is taken, what is only shown is recognized, pages
//! side by side.

use std::time::{Duration, Instant};

use chassis::{Call, Code, Error, File, Secret};
use futures_util::StreamExt;
use futures_util::stream::iter;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::engine::Readers;
use crate::job::{Done, Job, ReadPage};
use crate::page::Page;
use crate::pages;
use crate::reading::Manner;
use crate::recognize::{self, warn_of};
use crate::source;

/// Pages of one request at most.
pub(crate) const MOST_PAGES: usize = 100;
/// Where the header of a PDF may stand at the latest (ISO 32000-1, annex H, note 13).
const HEADER_WITHIN: usize = 1024;
/// A page is not begun with less time left than this.
const SHORTEST: Duration = Duration::from_millis(2_500);

/// How the pages of a file are to be read.
pub(crate) struct Wanted<'a> {
    pub(crate) languages: &'a [String],
    /// Which pages, as the request says.
    pub(crate) pages: Option<&'a str>,
    /// Which pages of a PDF, when it says nothing.
    pub(crate) default_pages: &'a str,
    pub(crate) password: Option<&'a Secret<String>>,
    pub(crate) manner: Manner,
}

/// Where the text of a page comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum TextSource {
    /// The text that the page has.
    TextLayer,
    /// Recognition.
    Ocr,
}

/// Why a page was recognized.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Reason {
    /// It is a scan: pictures with hardly any text.
    Scan,
    /// Its fonts do not say which characters their glyphs are.
    FontWithoutUnicode,
    /// Its letters are drawn as shapes.
    DrawnText,
    /// It was asked for.
    Forced,
    /// The file is a picture.
    Picture,
}

/// A page that was read.
#[derive(Debug, Clone)]
pub(crate) struct DocumentPage {
    /// From 1.
    pub(crate) number: u32,
    pub(crate) page: Page,
    pub(crate) source: TextSource,
    pub(crate) reason: Option<Reason>,
    /// Dots per inch of its pixels; nothing for a picture.
    pub(crate) dpi: Option<f64>,
}

/// What is known of a page of a PDF before it is recognized.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Surveyed {
    pub(crate) number: u32,
    /// Why it must be recognized; nothing when it has text of its own.
    pub(crate) reason: Option<Reason>,
    /// The text it has.
    pub(crate) own: Page,
    /// Dots per inch of its pixels.
    pub(crate) dpi: f64,
}

/// What is known of a PDF before it is recognized.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Survey {
    pub(crate) count: u32,
    pub(crate) pages: Vec<Surveyed>,
}

/// Whether a file is a PDF. What begins as a picture is none, although its metadata may speak of one.
pub(crate) fn is_pdf(file: &File) -> bool {
    let head = &file.bytes()[..file.bytes().len().min(HEADER_WITHIN)];
    head.starts_with(b"%PDF-") || head.windows(5).any(|five| five == b"%PDF-") && pictures::head(file.bytes()).is_err()
}

/// Reads the pages of a file.
pub(crate) async fn read(
    readers: &Readers,
    call: &Call,
    file: &File,
    wanted: Wanted<'_>,
) -> Result<Vec<DocumentPage>, Error> {
    if is_pdf(file) {
        let survey = survey(readers, call, file, &wanted, false).await?;
        return recognized(readers, call, file, &wanted, survey).await;
    }
    let pages = picture_pages(call, file, wanted.pages, wanted.default_pages)?;
    read_pictures(readers, call, file, wanted, pages).await
}

/// Reads pages of a picture.
pub(crate) async fn read_pictures(
    readers: &Readers,
    call: &Call,
    file: &File,
    wanted: Wanted<'_>,
    pages: Vec<u32>,
) -> Result<Vec<DocumentPage>, Error> {
    if let [page] = pages[..] {
        let manner = Manner { page, ..wanted.manner };
        let read = recognize::read(readers, call, wanted.languages, manner, file).await?;
        let reason = Some(Reason::Picture);
        return Ok(vec![DocumentPage { number: page, page: read.page, source: TextSource::Ocr, reason, dpi: None }]);
    }
    let unread = |number| Unread { number, reason: Some(Reason::Picture), own: Page::default(), dpi: None };
    side_by_side(readers, call, file, &wanted, pages.into_iter().map(unread).collect()).await
}

/// The pages of a picture that are asked for: of a TIFF as many as of a PDF, of others one.
pub(crate) fn picture_pages(
    call: &Call,
    file: &File,
    pages: Option<&str>,
    default_pages: &str,
) -> Result<Vec<u32>, Error> {
    let head = source::admit(file).map_err(|error| of_file(&error))?;
    if head.format == pictures::Format::Tiff && head.pages > 1 {
        let ranges = pages::parse(pages.unwrap_or(default_pages))?;
        let chosen = pages::chosen(&ranges, head.pages, pages.is_some(), MOST_PAGES)?;
        warn_of_others(call, pages, head.pages, chosen.len());
        return Ok(chosen);
    }
    let page = one_page(pages)?;
    source::warn_of_pages(head.pages, page, call);
    Ok(vec![page.unwrap_or(1)])
}

/// Warns when not all pages were read and nobody said which to read.
fn warn_of_others(call: &Call, pages: Option<&str>, count: u32, read: usize) {
    if pages.is_none() && read < count as usize {
        let message = format!("the document has {count} pages and the first {read} were read: send pages for others");
        call.warn("more-pages", Some("pages"), message);
    }
}

/// The page of a picture that is asked for.
fn one_page(pages: Option<&str>) -> Result<Option<u32>, Error> {
    let message = "must be the number of one page: of a picture one page is read at a time";
    let number = |page: &str| page.trim().parse().ok().filter(|page| *page > 0);
    pages.map(|page| number(page).ok_or_else(|| Error::impossible("pages", message))).transpose()
}

/// What is no picture may still have been meant as a PDF.
fn of_file(error: &Error) -> Error {
    match error.code() {
        Code::UnsupportedMediaType => {
            Error::field(Code::UnsupportedMediaType, "file", "is neither a picture that is read nor a PDF")
        }
        code => Error::field(code, "file", error.details().first().map_or_else(String::new, |one| one.message.clone())),
    }
}

/// Looks at the pages of a PDF: which there are, what text they have.
pub(crate) async fn survey(
    readers: &Readers,
    call: &Call,
    file: &File,
    wanted: &Wanted<'_>,
    force: bool,
) -> Result<Survey, Error> {
    let job = Job::Survey {
        pages: pages::parse(wanted.pages.unwrap_or(wanted.default_pages))?,
        chosen: wanted.pages.is_some(),
        force,
        password: wanted.password.map(|password| password.reveal().clone()),
    };
    let Done::Surveyed(survey) = readers.ask(call, wanted.languages, &job, file).await? else {
        return Err(Error::internal());
    };
    warn_of_others(call, wanted.pages, survey.count, survey.pages.len());
    Ok(*survey)
}

/// Recognizes the pages of a PDF that need it.
pub(crate) async fn recognized(
    readers: &Readers,
    call: &Call,
    file: &File,
    wanted: &Wanted<'_>,
    survey: Survey,
) -> Result<Vec<DocumentPage>, Error> {
    let unread = |Surveyed { number, reason, own, dpi }| Unread { number, reason, own, dpi: Some(dpi) };
    side_by_side(readers, call, file, wanted, survey.pages.into_iter().map(unread).collect()).await
}

/// A page before it is recognized.
struct Unread {
    number: u32,
    /// Why it must be recognized; nothing when it has text of its own.
    reason: Option<Reason>,
    own: Page,
    /// Dots per inch of its pixels; nothing for a picture.
    dpi: Option<f64>,
}

/// Whether there is time to begin with another page, some time being left for what follows.
pub(crate) fn has_time(call: &Call, spare: Duration) -> bool {
    Instant::now() + SHORTEST + spare + crate::engine::SPARE <= call.deadline()
}

/// Recognizes the pages that need it, as many at once as there are workers.
async fn side_by_side(
    readers: &Readers,
    call: &Call,
    file: &File,
    wanted: &Wanted<'_>,
    pages: Vec<Unread>,
) -> Result<Vec<DocumentPage>, Error> {
    let read = iter(pages).map(|page| async move {
        let Unread { number, reason, own, dpi } = page;
        if reason.is_none() {
            return Ok(Some(DocumentPage { number, page: own, source: TextSource::TextLayer, reason, dpi }));
        }
        if !has_time(call, wanted.manner.spare) {
            return Ok(None);
        }
        let manner = Manner { page: number, ..wanted.manner.clone() };
        let job = match dpi {
            Some(dpi) => {
                let password = wanted.password.map(|password| password.reveal().clone());
                Job::ReadPdf { manner, dpi, password }
            }
            None => Job::Read(manner),
        };
        match readers.ask(call, wanted.languages, &job, file).await? {
            Done::Read(read) => {
                let ReadPage { page, .. } = *read;
                Ok(Some(DocumentPage { number, page, source: TextSource::Ocr, reason, dpi }))
            }
            _ => Err(Error::internal()),
        }
    });
    let read: Vec<Result<Option<DocumentPage>, Error>> = read.buffered(readers.most()).collect().await;
    let all = read.len();
    let mut pages = Vec::with_capacity(all);
    for page in read {
        pages.extend(page?);
    }
    if pages.len() < all || pages.iter().any(|page| !page.page.complete) {
        let whole = pages.iter().filter(|page| page.page.complete).count();
        let what = format!("the reading when {whole} of {all} pages were read whole: send pages for the others");
        readers.warn_of_time(call, "pages", &what);
    }
    if pages.iter().all(|page| page.page.blocks.is_empty() && page.page.complete) && !pages.is_empty() {
        call.warn(
            "no-text",
            Some("file"),
            "no text was found: the pages are empty, or hold nothing that looks like letters",
        );
    }
    for page in pages.iter().filter(|page| page.source == TextSource::Ocr && !page.page.blocks.is_empty()).take(1) {
        warn_of(&page.page, wanted.languages, false, call);
    }
    Ok(pages)
}
