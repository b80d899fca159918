//! Pages of a PDF in a worker: what text they have, and the picture of one that must be recognized.

use std::time::Instant;

use chassis::{Code, Error, File};
use documents::{Colors, Document, NeedsOcr, OpenError, PageError, PageText, RenderError, RenderOptions};
use pictures::image::{DynamicImage, GrayImage, RgbImage};

use crate::document::{MOST_PAGES, Reason, Survey, Surveyed};
use crate::page::{Area, Block, BlockType, Line, Page, Word};
use crate::pages::{self, Range};
use crate::source::Sheet;

/// Resolution at which pages are recognized.
const DPI: f64 = 300.0;
/// Pixels of a page at most: the resolution is lower for larger pages.
const MOST_PIXELS: f64 = 36_000_000.0;

/// Opens a PDF.
pub(crate) fn open(file: &File, password: Option<&str>) -> Result<Document, Error> {
    Document::open(file.bytes().to_vec(), password).map_err(|error| match error {
        OpenError::PasswordNeeded => Error::impossible("password", "is missing: the PDF is encrypted"),
        OpenError::PasswordWrong => Error::impossible("password", "is wrong: it does not open the PDF"),
        OpenError::TooManyPages(_) => Error::field(Code::PayloadTooLarge, "file", error.to_string()),
        other => Error::impossible("file", other.to_string()),
    })
}

fn of_page(number: u32) -> impl Fn(PageError) -> Error {
    move |error| {
        let code = if let PageError::OutOfRange(_) = error { Code::Unprocessable } else { Code::PayloadTooLarge };
        Error::field(code, "file", format!("page {number}: {error}"))
    }
}

/// Looks at pages: their text, and whether they must be recognized.
pub(crate) fn survey(
    document: &Document,
    ranges: &[Range],
    chosen: bool,
    force: bool,
    until: Instant,
) -> Result<Survey, Error> {
    let count = u32::try_from(document.page_count()).unwrap_or(u32::MAX);
    let numbers = pages::chosen(ranges, count, chosen, MOST_PAGES)?;
    let reader = document.reader();
    let mut pages = Vec::with_capacity(numbers.len());
    for number in numbers {
        if Instant::now() > until {
            return Err(Error::new(Code::DeadlineExceeded, "pages: not done in time: send fewer pages at once"));
        }
        let text = reader.page(number as usize - 1).map_err(of_page(number))?;
        let dpi = resolution(text.width, text.height);
        let reason = match text.needs_ocr() {
            _ if force => Some(Reason::Forced),
            Some(NeedsOcr::Scan) => Some(Reason::Scan),
            Some(NeedsOcr::FontWithoutUnicode) => Some(Reason::FontWithoutUnicode),
            Some(NeedsOcr::DrawnText) => Some(Reason::DrawnText),
            None => None,
        };
        pages.push(Surveyed { number, reason, own: own_text(&text, dpi), dpi });
    }
    Ok(Survey { count, pages })
}

/// Dots per inch for a page of so many points, whole.
fn resolution(width: f64, height: f64) -> f64 {
    let most = (MOST_PIXELS / (width * height).max(1.0)).sqrt() * 72.0;
    DPI.min(most).floor().max(1.0)
}

/// The picture of a page, counted from 1.
pub(crate) fn sheet(document: &Document, number: u32, dpi: f64) -> Result<Sheet, Error> {
    let index = (number as usize).saturating_sub(1);
    let options = RenderOptions { colors: Colors::Rgb, ..RenderOptions::dpi(dpi) };
    let pixels = document.renderer().render(index, &options).map_err(|error| match error {
        RenderError::Page(error) => of_page(number)(error),
        other => Error::field(Code::PayloadTooLarge, "file", format!("page {number}: {other}")),
    })?;
    let (width, height) = (pixels.width, pixels.height);
    let rgb = pixels.data.as_chunks::<3>().0;
    let is_gray = rgb.iter().all(|[red, green, blue]| red == green && green == blue);
    let raster: Option<DynamicImage> = if is_gray {
        let gray = rgb.iter().map(|[red, ..]| *red).collect();
        GrayImage::from_raw(width, height, gray).map(Into::into)
    } else {
        RgbImage::from_raw(width, height, pixels.data).map(Into::into)
    };
    let pixels = raster.ok_or_else(Error::internal)?;
    let pages = u32::try_from(document.page_count()).unwrap_or(u32::MAX);
    Ok(Sheet { pixels, ground: None, size: (width, height), pages })
}

/// The text a page has, with places in pixels.
fn own_text(text: &PageText, dpi: f64) -> Page {
    let scale = dpi / 72.0;
    let side = |points: f64| ((points * scale - 1e-3).ceil().max(1.0)) as u32;
    let (width, height) = (side(text.width), side(text.height));
    let place = |bounds: &documents::Bounds| {
        let within = |points: f64, side: u32| (points * scale).round().clamp(0.0, f64::from(side)) as u32;
        let (x, y) = (within(bounds.left, width), within(bounds.top, height));
        let (right, bottom) = (within(bounds.right, width), within(bounds.bottom, height));
        Area { x, y, width: right.saturating_sub(x), height: bottom.saturating_sub(y) }
    };
    let word = |word: &documents::Word| Word { text: word.text.clone(), area: place(&word.bounds), confidence: 1.0 };
    let line = |line: &documents::Line| Line::of(line.words.iter().map(word).collect());
    let block = |block: &documents::Block| Block::of(BlockType::Text, block.lines.iter().map(line).collect());
    let blocks = text.blocks.iter().map(block).collect();
    Page { width, height, blocks, complete: true, letters: text.letters > 0, ..Page::default() }
}
