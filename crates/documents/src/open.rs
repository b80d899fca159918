//! A file to a document: passwords, number and size of pages.

use std::io::Read;

use flate2::read::ZlibDecoder;
use hayro_syntax::Pdf;
use hayro_syntax::object::{Array, Stream};
use hayro_syntax::page::Rotation;
use hayro_syntax::{DecryptionError, Filter, LoadPdfError};
use unicode_normalization::UnicodeNormalization;

use crate::bounds::Bounds;
use crate::reader::Reader;
use crate::render::Renderer;

/// Maximum number of pages of a document.
pub const MAX_PAGES: usize = 5_000;
/// Maximum width and height of a page in points: 200 inches, the limit of PDF itself (ISO 32000-1, annex C).
pub const MAX_PAGE_SIDE: f64 = 14_400.0;
/// Maximum number of content streams of a page.
const MAX_CONTENT_STREAMS: usize = 1_000;

/// Bytes of a page's content, inflated.
pub const MAX_CONTENT: usize = 64 << 20;
/// How often a byte of deflated data can stand for another at most.
const MOST_INFLATION: usize = 1032;

/// A document that was opened.
pub struct Document {
    pdf: Pdf,
}

/// Why a file cannot be opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum OpenError {
    /// It is encrypted, and there is no password.
    #[error("a password is needed to open it")]
    PasswordNeeded,
    /// The password does not open it.
    #[error("the password is wrong")]
    PasswordWrong,
    /// Its encryption is damaged, or of a kind that is not read.
    #[error("it is encrypted in a way that is not supported")]
    UnsupportedEncryption,
    /// It is no PDF, or too damaged to be read.
    #[error("it is not a PDF, or too damaged to be read")]
    Unreadable,
    /// It has no pages.
    #[error("it has no pages")]
    NoPages,
    /// It has more than [`MAX_PAGES`] pages.
    #[error("it has {0} pages; the limit is {MAX_PAGES}")]
    TooManyPages(usize),
}

/// Why a page cannot be read.
#[derive(Debug, Clone, Copy, PartialEq, thiserror::Error)]
pub enum PageError {
    /// There is no page of this number; the document has so many.
    #[error("the document has {0} pages")]
    OutOfRange(usize),
    /// It is wider or higher than [`MAX_PAGE_SIDE`].
    #[error("the page is {width:.0} x {height:.0} points; the limit is {MAX_PAGE_SIDE} a side")]
    TooLarge {
        /// Width in points.
        width: f64,
        /// Height in points.
        height: f64,
    },
    /// It has too many content streams.
    #[error("the page has {0} content streams; the limit is {MAX_CONTENT_STREAMS}")]
    TooManyStreams(usize),
    /// Its content inflates to more than [`MAX_CONTENT`].
    #[error("the content of the page unpacks to more than {} MB", MAX_CONTENT >> 20)]
    TooMuchContent,
    /// It has too many letters.
    #[error("the page has more than {0} letters")]
    TooMuchText(usize),
}

/// Size and position of a page.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Page {
    /// Width in points as shown: cropped and turned.
    pub width: f64,
    /// Height in points as shown: cropped and turned.
    pub height: f64,
    /// Clockwise rotation in degrees: 0, 90, 180 or 270.
    pub rotation: u16,
}

impl Page {
    /// The whole page.
    #[must_use]
    pub fn bounds(&self) -> Bounds {
        Bounds { left: 0.0, top: 0.0, right: self.width, bottom: self.height }
    }
}

impl Document {
    /// Opens a file, with the password of its user or owner if it has one. A password that has several spellings in
    /// Unicode is tried in each.
    ///
    /// # Errors
    /// When a password is needed or wrong, and when it is no PDF, or one without pages or with too many.
    pub fn open(bytes: Vec<u8>, password: Option<&str>) -> Result<Self, OpenError> {
        let data = std::sync::Arc::new(bytes);
        let mut result = Pdf::new(data.clone());
        if let (Err(LoadPdfError::Decryption(DecryptionError::PasswordProtected)), Some(password)) =
            (result.as_ref().map(|_| ()), password)
        {
            for spelling in spellings(password) {
                result = Pdf::new_with_password(data.clone(), &spelling);
                if !matches!(result, Err(LoadPdfError::Decryption(DecryptionError::PasswordProtected))) {
                    break;
                }
            }
        }
        let pdf = result.map_err(|error| match error {
            LoadPdfError::Decryption(DecryptionError::PasswordProtected) if password.is_none_or(str::is_empty) => {
                OpenError::PasswordNeeded
            }
            LoadPdfError::Decryption(DecryptionError::PasswordProtected) => OpenError::PasswordWrong,
            LoadPdfError::Decryption(_) => OpenError::UnsupportedEncryption,
            LoadPdfError::Invalid => OpenError::Unreadable,
        })?;
        match pdf.pages().len() {
            0 => Err(OpenError::NoPages),
            pages if pages > MAX_PAGES => Err(OpenError::TooManyPages(pages)),
            _ => Ok(Self { pdf }),
        }
    }

    /// Number of pages, at least 1.
    #[must_use]
    pub fn page_count(&self) -> usize {
        self.pdf.pages().len()
    }

    /// Size and rotation of a page, counted from 0, after the checks that need no work.
    ///
    /// # Errors
    /// When there is no such page, it is too large, or has too many content streams.
    pub fn page(&self, index: usize) -> Result<Page, PageError> {
        let page = self.pdf.pages().get(index).ok_or(PageError::OutOfRange(self.page_count()))?;
        let (width, height) = page.render_dimensions();
        let (width, height) = (f64::from(width), f64::from(height));
        if !(width <= MAX_PAGE_SIDE && height <= MAX_PAGE_SIDE) {
            return Err(PageError::TooLarge { width, height });
        }
        let streams = page.raw().get::<Array<'_>>("Contents").map_or(1, |array| array.raw_iter().count());
        if streams > MAX_CONTENT_STREAMS {
            return Err(PageError::TooManyStreams(streams));
        }
        check_content(page)?;
        let rotation = match page.rotation() {
            Rotation::None => 0,
            Rotation::Horizontal => 90,
            Rotation::Flipped => 180,
            Rotation::FlippedHorizontal => 270,
        };
        Ok(Page { width, height, rotation })
    }

    /// Paints pages.
    #[must_use]
    pub fn renderer(&self) -> Renderer<'_> {
        Renderer::new(self)
    }

    /// Reads the text of pages.
    #[must_use]
    pub fn reader(&self) -> Reader<'_> {
        Reader::new(self)
    }

    pub(crate) fn pdf(&self) -> &Pdf {
        &self.pdf
    }
}

/// Counts what the content of a page inflates to, where it could be more than is read; the interpreter has no bound of its own.
fn check_content(page: &hayro_syntax::page::Page<'_>) -> Result<(), PageError> {
    let one = page.raw().get::<Stream<'_>>("Contents");
    let several = page.raw().get::<Array<'_>>("Contents");
    let streams = several.iter().flat_map(Array::iter::<Stream<'_>>).chain(one);
    let mut left = MAX_CONTENT;
    for stream in streams {
        let raw = stream.raw_data();
        let deflated = stream.filters().iter().any(|filter| matches!(filter, Filter::FlateDecode));
        let size = match deflated && raw.len() > left / MOST_INFLATION {
            true => inflated(&raw, left),
            false => raw.len(),
        };
        left = left.checked_sub(size).ok_or(PageError::TooMuchContent)?;
    }
    Ok(())
}

/// Bytes that deflated data stands for, counted to one more than a limit.
fn inflated(data: &[u8], limit: usize) -> usize {
    let mut most = ZlibDecoder::new(data).take(limit as u64 + 1);
    let mut count = 0;
    let mut buffer = [0; 16 * 1024];
    while let Ok(read @ 1..) = most.read(&mut buffer) {
        count += read;
    }
    count
}

/// The ways a password may have been typed: as it is, as SASLprep writes it (which AES-256 demands, but not every
/// writer keeps), composed and decomposed.
#[must_use]
pub fn spellings(password: &str) -> Vec<String> {
    let prepared: String = password
        .chars()
        .filter(|letter| !matches!(letter, '\u{AD}' | '\u{200B}'..='\u{200D}' | '\u{2060}' | '\u{FEFF}' | '\u{FE00}'..='\u{FE0F}'))
        .map(|letter| if letter.is_whitespace() { ' ' } else { letter })
        .nfkc()
        .collect();
    let mut all = vec![password.to_owned()];
    for other in [prepared, password.nfc().collect(), password.nfd().collect()] {
        if !all.contains(&other) {
            all.push(other);
        }
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn passwords_are_tried_in_every_spelling() {
        assert_eq!(spellings("abc"), ["abc"]);
        assert_eq!(spellings("caf\u{e9}"), ["caf\u{e9}", "cafe\u{301}"]);
        assert_eq!(spellings("I\u{AD}\u{2168}"), ["I\u{AD}\u{2168}", "IIX"]);
    }

    #[test]
    fn what_is_no_pdf_is_refused() {
        assert_eq!(Document::open(Vec::new(), None).err(), Some(OpenError::Unreadable));
        assert_eq!(Document::open(b"%PDF-1.7\nhello".to_vec(), None).err(), Some(OpenError::Unreadable));
    }
}
