//! The text of a PDF, page by page, read in a worker process: what interprets it cannot be stopped from within.

use std::time::Instant;

use ::documents::{Document, OpenError};
use chassis::{Code, Error, File, WarmEngine};
use serde::{Deserialize, Serialize};

/// Characters of all pages together.
pub(crate) const MAX_CHARS: usize = 2_000_000;

/// A worker that reads PDFs.
pub struct PdfReader;

/// What is asked of it; the PDF comes beside.
#[derive(Serialize, Deserialize)]
pub struct PdfJob {
    /// The password that opens it.
    pub(crate) password: Option<String>,
}

/// What it answers.
#[derive(Serialize, Deserialize)]
pub struct PdfPages {
    /// The text of each page.
    pub(crate) pages: Vec<String>,
    /// Numbers of pages, from 1, that show text which cannot be read as such.
    pub(crate) unread: Vec<usize>,
}

impl WarmEngine for PdfReader {
    type Key = ();
    type Request = PdfJob;
    type Answer = PdfPages;
    const NAME: &'static str = "pdf";

    fn start((): ()) -> Result<Self, Error> {
        Ok(Self)
    }

    fn answer(&mut self, job: PdfJob, files: Vec<File>, deadline: Instant) -> Result<(PdfPages, Vec<File>), Error> {
        let file = files.first().ok_or_else(Error::internal)?;
        let document = Document::open(file.bytes().to_vec(), job.password.as_deref()).map_err(refused)?;
        let reader = document.reader();
        let (mut read, mut letters) = (PdfPages { pages: Vec::new(), unread: Vec::new() }, 0);
        for index in 0..document.page_count() {
            if Instant::now() > deadline {
                return Err(Error::new(Code::DeadlineExceeded, "file: not read in time: send fewer pages at once"));
            }
            let page = reader
                .page(index)
                .map_err(|error| Error::field(Code::PayloadTooLarge, "file", format!("page {}: {error}", index + 1)))?;
            if page.needs_ocr().is_some() {
                read.unread.push(index + 1);
            }
            let text = page.plain();
            letters += text.chars().count();
            if letters > MAX_CHARS {
                let message = format!("has more than {MAX_CHARS} characters of text: send it in parts");
                return Err(Error::field(Code::PayloadTooLarge, "file", message));
            }
            read.pages.push(text);
        }
        Ok((read, Vec::new()))
    }
}

fn refused(error: OpenError) -> Error {
    match error {
        OpenError::PasswordNeeded => Error::impossible("password", "is missing: the PDF is encrypted"),
        OpenError::PasswordWrong => Error::impossible("password", "is wrong: it does not open the PDF"),
        OpenError::TooManyPages(_) => Error::field(Code::PayloadTooLarge, "file", error.to_string()),
        other => Error::impossible("file", format!("cannot be read: {other}")),
    }
}
