//! What a worker is asked to do, and what it answers.

use std::time::Instant;

use ::codes::ReadableType;
use chassis::{Error, File};
use recognizer::Engine;
use serde::{Deserialize, Serialize};

use crate::codes::{self, PageCode};
use crate::document::Survey;
use crate::layer::{self, PageLayer, PicturePage};
use crate::orientation::Uprightness;
use crate::page::Page;
use crate::pages::Range;
use crate::pdf_page;
use crate::reading::{self, Manner};
use crate::source::{self, Sheet};
use crate::tables::{Table, cells};

/// A job for a worker, on the file that comes with it.
#[derive(Clone, Serialize, Deserialize)]
pub enum Job {
    /// Read a picture.
    Read(Manner),
    /// Look at the pages of a PDF.
    Survey {
        /// Which pages.
        pages: Vec<Range>,
        /// Whether they were asked for, and so must be there.
        chosen: bool,
        /// Whether all are to be recognized.
        force: bool,
        /// Its password.
        password: Option<String>,
    },
    /// Read a page of a PDF as it is shown.
    ReadPdf {
        /// How, and which page.
        manner: Manner,
        /// Pixels per inch.
        dpi: f64,
        /// Its password.
        password: Option<String>,
    },
    /// Look for barcodes on a page.
    Codes(CodesOf),
    /// Read the tables of a page.
    Tables(TablesOf),
    /// Make a page of a picture one of a PDF.
    Picture {
        /// The page, from 1.
        page: u32,
        /// Pixels per inch of the picture.
        dpi: f64,
    },
    /// Put words on the pages of a PDF, or on those that pictures become.
    Layer {
        /// The words, page by page.
        layers: Vec<PageLayer>,
        /// What the files are, when they are pictures; none for a PDF.
        pictures: Vec<PicturePage>,
    },
    /// Tell which way is up.
    Orient {
        /// The page of a document, from 1.
        page: u32,
    },
}

/// What was done.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub enum Done {
    /// What was read, and of how many pages of the file.
    Read(Box<ReadPage>),
    /// What a PDF is like.
    Surveyed(Box<Survey>),
    /// Barcodes of a page, and whether it was looked at in every way.
    Codes(Vec<PageCode>, bool),
    /// The tables of a page, and whether all of them was read in time.
    Tables(Vec<Table>, bool),
    /// The PDF is the file that comes with this.
    Layered,
    /// What a page of a picture is as one of a PDF; the file has its bytes.
    Pictured(PicturePage),
    /// Which way is up, if there was enough to tell.
    Oriented(Box<Uprightness>),
}

/// A page that was read.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct ReadPage {
    pub(crate) page: Page,
    pub(crate) pages: u32,
    pub(crate) engine: String,
}

/// The page whose tables are to be read.
#[derive(Clone, Serialize, Deserialize)]
pub struct TablesOf {
    /// From 1.
    pub(crate) page: u32,
    /// Pixels per inch, of a PDF.
    pub(crate) dpi: Option<f64>,
    /// The text the page has.
    pub(crate) own: Option<Page>,
    /// Password of the PDF.
    pub(crate) password: Option<String>,
}

/// The page whose barcodes are looked for.
#[derive(Clone, Serialize, Deserialize)]
pub struct CodesOf {
    /// From 1.
    pub(crate) page: u32,
    /// Pixels per inch, of a PDF.
    pub(crate) dpi: Option<f64>,
    /// Password of the PDF.
    pub(crate) password: Option<String>,
    /// Symbologies; all when there are none.
    pub(crate) types: Vec<ReadableType>,
}

/// The picture of a page: of a PDF when it has a resolution.
fn page_of(file: &File, page: u32, dpi: Option<f64>, password: Option<&str>, until: Instant) -> Result<Sheet, Error> {
    match dpi {
        Some(dpi) => pdf_page::sheet(&pdf_page::open(file, password)?, page, dpi),
        None => source::sheet(file, page, until),
    }
}

impl Job {
    /// Does it, until some time.
    pub(crate) fn run(
        self,
        engine: &mut dyn Engine,
        files: &[File],
        until: Instant,
    ) -> Result<(Done, Vec<File>), Error> {
        let file = files.first().ok_or_else(Error::internal)?;
        let done = match self {
            Self::Read(manner) => {
                let sheet = source::sheet(file, manner.page, until)?;
                let pages = sheet.pages;
                let page = reading::read(engine, sheet, &manner, manner.until(until))?;
                Done::Read(Box::new(ReadPage { page, pages, engine: engine.name() }))
            }
            Self::Survey { pages, chosen, force, password } => {
                let document = pdf_page::open(file, password.as_deref())?;
                Done::Surveyed(Box::new(pdf_page::survey(&document, &pages, chosen, force, until)?))
            }
            Self::ReadPdf { manner, dpi, password } => {
                let document = pdf_page::open(file, password.as_deref())?;
                let sheet = pdf_page::sheet(&document, manner.page, dpi)?;
                drop(document);
                let pages = sheet.pages;
                let page = reading::read(engine, sheet, &manner, manner.until(until))?;
                Done::Read(Box::new(ReadPage { page, pages, engine: engine.name() }))
            }
            Self::Codes(CodesOf { page, dpi, password, types }) => {
                let sheet = page_of(file, page, dpi, password.as_deref(), until)?;
                let (found, whole) = codes::find(sheet, page, &types, until)?;
                Done::Codes(found, whole)
            }
            Self::Tables(TablesOf { page, dpi, own, password }) => {
                let sheet = page_of(file, page, dpi, password.as_deref(), until)?;
                let (tables, complete) = cells::tables(engine, &sheet.pixels, page, own.as_ref(), until)?;
                Done::Tables(tables, complete)
            }
            Self::Picture { page, dpi } => {
                let (page, made) = source::as_page(file, page, 72.0 / dpi, until)?;
                return Ok((Done::Pictured(page), vec![made]));
            }
            Self::Layer { layers, pictures } => {
                let pdf = if pictures.is_empty() {
                    layer::open(file)?
                } else {
                    layer::of_pictures(pictures.into_iter().zip(files))
                };
                let made = layer::with_layers(pdf, &layers, file.bytes().len())?;
                return Ok((Done::Layered, vec![File::new("document.pdf", "application/pdf", made)]));
            }
            Self::Orient { page } => {
                let sheet: Sheet = source::sheet(file, page, until)?;
                Done::Oriented(Box::new(crate::orientation::tell(engine, &sheet)?))
            }
        };
        Ok((done, Vec::new()))
    }
}
