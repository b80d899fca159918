//! Codes on a page: barcodes of all kinds, and the machine-readable zones of identity documents.

pub(crate) mod mrz;

use std::sync::Arc;
use std::time::{Duration, Instant};

use ::codes::{Found, ReadableType, Search};
use chassis::{Call, Error, File, Operation, Secret};
use futures_util::StreamExt;
use futures_util::stream::iter;
use garde::Validate;
use pictures::{Format, Picture};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

pub use mrz::{Mrz, MrzCheck, MrzField, MrzFormat};

use crate::document::{self, DocumentPage, Wanted, is_pdf};
use crate::engine::Readers;
use crate::error::of_picture;
use crate::job::{CodesOf, Done, Job};
use crate::reading::{Layout, Manner};
use crate::recognize::english;
use crate::source::Sheet;

/// What the document says.
const DESCRIPTION: &str = "\
Reads the codes on the pages of a picture or a PDF: QR codes, barcodes, Data Matrix, PDF417, Aztec and others, each with its corners in \
pixels of the page; and, when `kinds` has `mrz`, the machine-readable zones of passports, identity cards and visas (ICAO Doc 9303), whose check \
digits say whether they were read right: `valid` is true when all are.";

/// A picture or PDF with codes.
#[derive(Debug, Serialize, Deserialize, Validate, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[garde(allow_unvalidated)]
pub struct CodesRequest {
    /// The picture or PDF.
    #[serde(alias = "url", alias = "image")]
    pub file: File,
    /// What to look for.
    #[serde(default = "barcodes")]
    #[garde(length(min = 1, max = 2))]
    pub kinds: Vec<CodeKind>,
    /// Symbologies to look for; all by default.
    #[serde(default)]
    #[garde(length(max = 32))]
    pub types: Vec<ReadableType>,
    /// Pages of a PDF or TIFF, such as `1-5,9`; the first five by default. Of an animation, the frame to read.
    #[serde(default, deserialize_with = "chassis::joined")]
    #[garde(length(chars, max = 200))]
    pub pages: Option<String>,
    /// Password of an encrypted PDF.
    #[serde(default)]
    pub password: Option<Secret<String>>,
}

fn barcodes() -> Vec<CodeKind> {
    vec![CodeKind::Barcode]
}

/// A kind of codes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum CodeKind {
    /// QR codes and barcodes of all kinds.
    Barcode,
    /// Machine-readable zones of identity documents.
    Mrz,
}

/// The codes that were found.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct CodesResponse {
    /// Number of codes, machine-readable zones included.
    pub count: usize,
    /// Barcodes, page by page from the top.
    pub rows: Vec<PageCode>,
    /// Machine-readable zones.
    pub mrz: Vec<Mrz>,
}

/// A barcode that was found.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct PageCode {
    /// Symbology.
    #[serde(rename = "type")]
    pub kind: ReadableType,
    /// Decoded text.
    pub text: String,
    /// Corners in pixels of the page, clockwise from the one nearest to the top left; empty if unknown.
    pub corners: Vec<CodeCorner>,
    /// Symbology identifier (ISO/IEC 15424), such as `]C1` for GS1-128, if known.
    pub symbology_id: Option<String>,
    /// Page, from 1.
    pub page: u32,
}

/// A point of a page.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct CodeCorner {
    /// Pixels from the left edge.
    pub x: f64,
    /// Pixels from the top edge.
    pub y: f64,
}

/// A request that works.
#[must_use]
pub fn example() -> CodesRequest {
    CodesRequest {
        file: File::new("code.png", "image/png", &include_bytes!("../../data/code.png")[..]),
        kinds: barcodes(),
        types: Vec::new(),
        pages: None,
        password: None,
    }
}

/// What the document says of the operation, and how it runs.
#[must_use]
pub fn about(op: Operation) -> Operation {
    op.summary("Read barcodes and machine-readable zones in a picture or PDF").description(DESCRIPTION).example(example)
}

/// Pages of a PDF that are read unless more are asked for.
const PAGES: &str = "1-5";
/// Time to look for barcodes on a page: a page without any is looked at in every way there is.
const PATIENCE: Duration = Duration::from_secs(6);

/// Reads codes.
///
/// # Errors
/// When the file cannot be read, or Tesseract is not there.
pub async fn codes(request: CodesRequest, call: Arc<Call>, readers: Arc<Readers>) -> Result<CodesResponse, Error> {
    let file = &request.file;
    let languages = english();
    let password = request.password.as_ref();
    let wanted = |manner: Manner| Wanted {
        languages: &languages,
        pages: request.pages.as_deref(),
        default_pages: PAGES,
        password,
        manner,
    };
    let mut rows = Vec::new();
    if request.kinds.contains(&CodeKind::Barcode) {
        let pages: Vec<(u32, Option<f64>)> = if is_pdf(file) {
            let survey = document::survey(&readers, &call, file, &wanted(Manner::default()), false).await?;
            survey.pages.iter().map(|page| (page.number, Some(page.dpi))).collect()
        } else {
            let pages = document::picture_pages(&call, file, request.pages.as_deref(), PAGES)?;
            pages.into_iter().map(|page| (page, None)).collect()
        };
        let (call, languages, readers, types) = (&call, &languages, &readers, &request.types);
        let looks = iter(pages).map(|(page, dpi)| async move {
            if !document::has_time(call, Duration::ZERO) {
                return Ok((Vec::new(), false));
            }
            let password = password.map(|password| password.reveal().clone());
            let job = Job::Codes(CodesOf { page, dpi, password, types: types.clone() });
            match readers.ask(call, languages, &job, file).await? {
                Done::Codes(found, whole) => Ok((found, whole)),
                _ => Err(Error::internal()),
            }
        });
        let looks: Vec<Result<(Vec<PageCode>, bool), Error>> = looks.buffered(readers.most()).collect().await;
        let all = looks.len();
        let mut whole = 0;
        for look in looks {
            let (found, was_whole) = look?;
            whole += usize::from(was_whole);
            rows.extend(found);
        }
        if whole < all {
            let message = format!(
                "{whole} of {all} pages were looked at in every way before the time was over: send fewer pages, or crop \
                 them closer to their codes"
            );
            call.warn("out-of-time", Some("pages"), message);
        }
    }
    let mut zones = Vec::new();
    if request.kinds.contains(&CodeKind::Mrz) {
        let year = u32::try_from(call.now().to_zoned(jiff::tz::TimeZone::UTC).year()).unwrap_or(2000);
        zones = read_zones(&readers, &call, file, wanted, year).await?;
    }
    if rows.is_empty() && zones.is_empty() {
        let message = "no code was found: send a sharper picture, cropped closer to the code, with some of the light border around it";
        call.warn("nothing-found", Some("file"), message);
    }
    Ok(CodesResponse { count: rows.len() + zones.len(), rows, mrz: zones })
}

/// Reads machine-readable zones: as one block, with their characters alone, and turned when none is found.
async fn read_zones<'a>(
    readers: &Readers,
    call: &Call,
    file: &File,
    wanted: impl Fn(Manner) -> Wanted<'a>,
    year: u32,
) -> Result<Vec<Mrz>, Error> {
    let zones = |read: &DocumentPage| mrz::find(&read.page.lines().collect::<Vec<_>>(), read.number, year);
    // Lines of capitals and fillers do not tell which way is up: what has no zone is turned.
    for quarters in [0, 1, 3, 2] {
        if quarters > 0 && !document::has_time(call, Duration::ZERO) {
            break;
        }
        let characters = mrz::CHARACTERS.to_owned();
        let manner = Manner { characters, layout: Layout::Block, quarters, ..Manner::default() };
        let read = document::read(readers, call, file, wanted(manner)).await?;
        let found: Vec<Mrz> = read.iter().flat_map(zones).collect();
        if !found.is_empty() {
            return Ok(found);
        }
    }
    Ok(Vec::new())
}

/// The barcodes of a page, and whether it was looked at in every way; in a worker.
pub(crate) fn find(
    sheet: Sheet,
    page: u32,
    types: &[ReadableType],
    until: Instant,
) -> Result<(Vec<PageCode>, bool), Error> {
    let until = until.min(Instant::now() + PATIENCE);
    let cancelled = || Instant::now() > until;
    let (width, _) = sheet.size;
    let scale = f64::from(width) / f64::from(sheet.pixels.width());
    let picture = Picture::still(Format::Png, sheet.pixels);
    let search = Search { kinds: types, multiple: true, harder: true, cancelled: &cancelled };
    let found = match search.codes(&picture) {
        // Nothing within the time.
        Err(pictures::Error::Cancelled) => Vec::new(),
        other => other.map_err(of_picture("file"))?,
    };
    Ok((found.into_iter().map(|found| code(found, page, scale)).collect(), !cancelled()))
}

fn code(found: Found, page: u32, scale: f64) -> PageCode {
    let round = |value: f64| (value * scale * 10.0).round() / 10.0;
    PageCode {
        kind: found.kind,
        text: found.text,
        corners: found.corners.into_iter().map(|(x, y)| CodeCorner { x: round(x), y: round(y) }).collect(),
        symbology_id: found.symbology,
        page,
    }
}
