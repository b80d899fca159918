//! Pages with a text or a code on them, and pages with nothing on them.

use chassis::{Call, Code, Error, File, Secret};
use codes::Search;
use documents::{Colors, Document, OpenError, PageError, RenderError, RenderOptions};
use pictures::image::{DynamicImage, GrayImage};
use pictures::{Format, Picture};

/// Resolution in which codes are looked for.
const CODE_DPI: f64 = 150.0;
/// Resolution in which ink is looked for.
const BLANK_DPI: f64 = 40.0;
/// A sample darker than this is ink.
const INK: u8 = 235;
/// With a smaller share of ink a page is blank: dust of a scan.
const DUST: f64 = 0.000_2;

/// Opens a document to read or paint its pages.
///
/// # Errors
/// The sentences of the structure's reader, for what only this one finds.
pub(crate) fn open(file: &File, password: Option<&Secret<String>>) -> Result<Document, Error> {
    let bytes = file.bytes().to_vec();
    Document::open(bytes, password.map(|password| password.reveal().as_str())).map_err(|error| match error {
        OpenError::PasswordNeeded => {
            Error::impossible("password", "is missing: the document is encrypted and needs its password to open")
        }
        OpenError::PasswordWrong => Error::impossible("password", "is wrong: it does not open the document"),
        OpenError::TooManyPages(_) => Error::field(Code::PayloadTooLarge, "file", error.to_string()),
        _ => Error::impossible("file", format!("cannot be read: {error}")),
    })
}

/// An error about a page.
pub(crate) fn refused(page: usize, error: PageError) -> Error {
    let message = format!("page {}: {error}", page + 1);
    match error {
        PageError::OutOfRange(_) => Error::impossible("pages", message),
        _ => Error::field(Code::PayloadTooLarge, "file", message),
    }
}

/// An error about a page that is painted.
pub(crate) fn unpainted(page: usize, error: RenderError) -> Error {
    match error {
        RenderError::Page(error) => refused(page, error),
        RenderError::TooManyPixels { .. } => {
            Error::field(Code::PayloadTooLarge, "dpi", format!("page {}: {error}: ask for less", page + 1))
        }
    }
}

/// Pages that have a text, with it.
pub(crate) fn with_text(
    file: &File,
    password: Option<&Secret<String>>,
    text: &str,
    call: &Call,
) -> Result<Vec<(usize, Option<String>)>, Error> {
    let wanted = plain(text);
    let document = open(file, password)?;
    let reader = document.reader();
    let mut found = Vec::new();
    for page in 0..document.page_count() {
        call.check()?;
        let text = reader.page(page).map_err(|error| refused(page, error))?;
        if plain(&text.plain()).contains(&wanted) {
            found.push((page, None));
        }
    }
    Ok(found)
}

/// Small letters with single spaces, as texts are compared.
fn plain(text: &str) -> String {
    text.to_lowercase().split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Pages that have a code of a text (`*` for any), with the code's text.
pub(crate) fn with_code(
    file: &File,
    password: Option<&Secret<String>>,
    wanted: &str,
    call: &Call,
) -> Result<Vec<(usize, Option<String>)>, Error> {
    let document = open(file, password)?;
    let renderer = document.renderer();
    let cancelled = || call.cancelled();
    let search = Search { kinds: &[], multiple: true, harder: false, cancelled: &cancelled };
    let options = RenderOptions { colors: Colors::Gray, ..RenderOptions::dpi(CODE_DPI) };
    let mut found = Vec::new();
    for page in 0..document.page_count() {
        call.check()?;
        let pixels = renderer.render(page, &options).map_err(|error| unpainted(page, error))?;
        let Some(gray) = GrayImage::from_raw(pixels.width, pixels.height, pixels.data) else { continue };
        let picture = Picture::still(Format::Png, DynamicImage::ImageLuma8(gray));
        let codes = search.codes(&picture).map_err(|_| Error::cancelled())?;
        if let Some(code) = codes.into_iter().find(|code| wanted == "*" || code.text.trim() == wanted.trim()) {
            found.push((page, Some(code.text)));
        }
    }
    Ok(found)
}

/// Whether a page shows nothing: hardly a sample is darker than paper.
pub(crate) fn is_blank(document: &Document, page: usize) -> Result<bool, Error> {
    let options = RenderOptions { colors: Colors::Gray, ..RenderOptions::dpi(BLANK_DPI) };
    let pixels = document.renderer().render(page, &options).map_err(|error| unpainted(page, error))?;
    let ink = pixels.data.iter().filter(|sample| **sample < INK).count();
    Ok(ink as f64 <= DUST * pixels.data.len() as f64)
}
