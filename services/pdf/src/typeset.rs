//! Typesetting: typst as a library, in a worker process that lives on.
//!
//! Typst's standard library and our fonts take longer to read than an invoice takes to set, so workers are kept warm. A
//! document sees what it is handed and nothing else: no file system, no packages, no network, no fonts of the system.
//! What a hostile template can still do (loops without end, memory without bound) ends its worker, not the service.
//!
//! | file | job |
//! | --- | --- |
//! | `typeset.rs` | the engine: a task in, a PDF and what there is to say about it out |
//! | `world.rs` | what a document sees |
//! | `inspect.rs` | what was laid out: letters without a glyph, letters off the page |
//! | `problem.rs` | typst's errors and warnings in our words |

mod inspect;
mod problem;
mod world;

use std::path::PathBuf;
use std::time::Instant;

use chassis::{Call, Error, File, WarmEngine};
use serde::{Deserialize, Serialize};
use typst::foundations::{Datetime, Smart};
use typst::{World, WorldExt};
use typst_layout::PagedDocument;
use typst_pdf::{PdfOptions, PdfStandard, PdfStandards, Timestamp};

use inspect::{Inspection, inspect};
use world::Desk;
pub use world::Shelf;

use crate::generate::Template;
use crate::html::{Converted, HtmlPage};

/// The media type of what is made.
pub(crate) const PDF: &str = "application/pdf";
/// Requests after which what no longer helps is forgotten.
const CACHE_AGE: usize = 2;
/// Pages of a document.
const MAX_PAGES: usize = 5_000;
/// Characters without a glyph that a warning names.
const NAMED_MISSING: usize = 20;

/// Typst, with its library and fonts in memory.
pub struct Typesetter {
    shelf: Shelf,
}

/// What is to be typeset.
#[derive(Debug, Serialize, Deserialize)]
pub struct Task {
    /// The document.
    pub(crate) manuscript: Manuscript,
    /// The standard the PDF keeps.
    pub(crate) standard: Standard,
    /// The date of the document: year, month, day, hour, minute, second (UTC).
    pub(crate) created: [i32; 6],
    /// The names by which the document knows the files that come beside the task, in their order.
    pub(crate) assets: Vec<String>,
}

/// What a document is made of.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) enum Manuscript {
    /// A template of ours and what it shows, as JSON.
    Template(Template, String),
    /// A template in typst and its data, as JSON.
    Typst(String, String),
    /// A page in HTML.
    Html(HtmlPage),
}

/// A standard for PDFs.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Standard {
    /// PDF 1.7, tagged.
    #[default]
    None,
    /// PDF/A-2b (ISO 19005-2): for archives; fonts and colors are in the file.
    #[serde(rename = "a-2b", alias = "pdf-a-2b", alias = "pdfa-2b", alias = "a2b")]
    A2b,
}

/// What there is to say about a document that was made.
#[derive(Debug, Serialize, Deserialize)]
pub struct Made {
    /// Its pages.
    pub(crate) pages: usize,
    /// What is to be known.
    pub(crate) notes: Vec<Note>,
}

/// A warning on its way out of a worker.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Note {
    pub(crate) kind: NoteKind,
    pub(crate) message: String,
}

/// What a warning is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum NoteKind {
    /// Characters no typeface has.
    MissingGlyphs,
    /// Letters beyond the edge of their page.
    OffPage,
    /// Something typst says of a template.
    Template,
    /// A file that a page names and that is not there.
    FileMissing,
    /// Something of a page that is not shown as in a browser.
    NotSupported,
    /// Characters of a page that are on no paper.
    TextLost,
}

impl NoteKind {
    fn code(self) -> &'static str {
        match self {
            Self::MissingGlyphs => "missing-glyphs",
            Self::OffPage => "off-page",
            Self::Template => "template",
            Self::FileMissing => "file-missing",
            Self::NotSupported => "not-supported",
            Self::TextLost => "text-lost",
        }
    }
}

impl Note {
    /// Adds it to the answer.
    pub(crate) fn tell(self, field: Option<&str>, call: &Call) {
        call.warn(self.kind.code(), field, self.message);
    }
}

impl WarmEngine for Typesetter {
    /// Files of fonts that the operator has added.
    type Key = Vec<PathBuf>;
    type Request = Task;
    type Answer = Made;
    const NAME: &'static str = "typesetter";

    fn start(key: Vec<PathBuf>) -> Result<Self, Error> {
        let shelf = Shelf::with(&key).map_err(|problem| Error::new(chassis::Code::InternalError, problem))?;
        Ok(Self { shelf })
    }

    fn answer(&mut self, task: Task, files: Vec<File>, _: Instant) -> Result<(Made, Vec<File>), Error> {
        let made = self.make(&task, &files);
        typst::comemo::evict(CACHE_AGE);
        let (made, pdf) = made?;
        Ok((made, vec![File::new("document.pdf", PDF, pdf)]))
    }
}

impl Typesetter {
    fn make(&self, task: &Task, files: &[File]) -> Result<(Made, Vec<u8>), Error> {
        if let Manuscript::Html(page) = &task.manuscript {
            return self.print(page, task, files);
        }
        let created = moment(task.created);
        let mut desk = Desk::new(&self.shelf, created);
        for (name, file) in task.assets.iter().zip(files) {
            desk.lay(name, file.bytes().to_vec());
        }
        let (field, shift) = match &task.manuscript {
            Manuscript::Template(template, data) => {
                desk.lay("data.json", data.clone().into_bytes());
                desk.write(template.source());
                for (name, source) in crate::generate::SHARED_SOURCES {
                    desk.lay(name, source.as_bytes().to_vec());
                }
                ("data", 0)
            }
            Manuscript::Typst(source, data) => {
                desk.lay("data.json", data.clone().into_bytes());
                desk.write(&format!("{PRELUDE}{source}"));
                ("typst", PRELUDE.chars().count())
            }
            Manuscript::Html(_) => return Err(Error::internal()),
        };
        let (document, mut notes) = set(&desk, field, shift)?;
        let inspection = inspect(&document);
        notes.extend(inspection.notes());
        let pdf = export(&desk, &document, task.standard, created, field, shift)?;
        Ok((Made { pages: document.pages().len(), notes }, pdf))
    }
}

impl Typesetter {
    /// Sets a page of HTML. When letters are beyond the edge or missing, once more with nothing kept in one piece.
    fn print(&self, page: &HtmlPage, task: &Task, files: &[File]) -> Result<(Made, Vec<u8>), Error> {
        let page = page.filled()?;
        let created = moment(task.created);
        let named = task.assets.iter().zip(files);
        let files: Vec<(String, Vec<u8>)> = named.map(|(name, file)| (name.clone(), file.bytes().to_vec())).collect();
        let mut best: Option<(Desk<'_>, PagedDocument, Vec<Note>, usize)> = None;
        for breakable in [false, true] {
            let mut converted = page.convert(&files, breakable);
            let mut desk = Desk::new(&self.shelf, created);
            for (name, bytes) in std::mem::take(&mut converted.pictures) {
                desk.lay(&name, bytes);
            }
            if !converted.typefaces.is_empty() {
                desk.equip(converted.typefaces.iter().map(|typeface| typeface.entry()));
            }
            desk.write(&converted.source);
            let (document, _) = set(&desk, "html", 0)?;
            let inspection = inspect(&document);
            let lost = lost_characters(&desk, &converted, &inspection);
            let mut notes: Vec<Note> = converted
                .missing
                .into_iter()
                .map(|name| Note {
                    kind: NoteKind::NotSupported,
                    message: format!("{name}: not supported, left out or shown plainly"),
                })
                .collect();
            let absent = converted.absent.into_iter();
            notes.extend(absent.map(|message| Note { kind: NoteKind::FileMissing, message }));
            notes.extend(inspection.notes());
            if lost > 0 {
                let message = format!("{lost} characters are on no page: simplify what is nested or positioned");
                notes.push(Note { kind: NoteKind::TextLost, message });
            }
            // A roll of paper that became longer than readers show.
            let long = document.pages().iter().any(|page| page.frame.height().to_pt() > MAX_LENGTH);
            let bad = inspection.off_page + lost + usize::from(long);
            if best.as_ref().is_none_or(|(.., known)| bad < *known) {
                best = Some((desk, document, notes, bad));
            }
            if bad == 0 {
                break;
            }
        }
        let Some((desk, document, notes, _)) = best else { return Err(Error::internal()) };
        if page.strict
            && let Some(first) = notes.first()
        {
            let more = if notes.len() > 1 { format!(" (and {} more)", notes.len() - 1) } else { String::new() };
            return Err(Error::impossible("html", format!("{}{more}", first.message)));
        }
        let pdf = export(&desk, &document, task.standard, created, "html", 0)?;
        Ok((Made { pages: document.pages().len(), notes }, pdf))
    }
}

/// How many characters of a page are on no paper.
fn lost_characters(desk: &Desk<'_>, converted: &Converted, inspection: &Inspection) -> usize {
    // Heads and feet in the margins, which stand before the texts of the page in the code, were not counted.
    let within = |span| desk.range(span).is_some_and(|range| converted.texts.contains(&range.start));
    converted.characters.saturating_sub(inspection.shown(within))
}

/// The time of a task as typst has it.
fn moment([year, month, day, hour, minute, second]: [i32; 6]) -> Option<Datetime> {
    let small = |number: i32| u8::try_from(number).unwrap_or_default();
    Datetime::from_ymd_hms(year, small(month), small(day), small(hour), small(minute), small(second))
}

/// The longest side of a page that readers show, in points (ISO 32000-1, annex C).
const MAX_LENGTH: f64 = 14_400.0;

/// Makes the data of a template known to it, without moving its lines.
const PRELUDE: &str = "#let data = json(\"data.json\");";

/// Lays a document out.
fn set(desk: &Desk<'_>, field: &str, shift: usize) -> Result<(PagedDocument, Vec<Note>), Error> {
    let compiled = typst::compile::<PagedDocument>(desk as &dyn World);
    let document = compiled.output.map_err(|problems| problem::error(desk, &problems, field, shift))?;
    match document.pages().len() {
        0 => Err(Error::impossible(field, "makes no pages")),
        pages if pages > MAX_PAGES => Err(Error::impossible(
            field,
            format!("makes {pages} pages, more than the limit of {MAX_PAGES}: make less at once"),
        )),
        _ => Ok(()),
    }?;
    Ok((document, problem::notes(desk, &compiled.warnings, shift)))
}

/// Writes a document as a PDF.
fn export(
    desk: &Desk<'_>,
    document: &PagedDocument,
    standard: Standard,
    created: Option<Datetime>,
    field: &str,
    shift: usize,
) -> Result<Vec<u8>, Error> {
    let kept: &[PdfStandard] = match standard {
        Standard::None => &[],
        Standard::A2b => &[PdfStandard::A_2b],
    };
    let options = PdfOptions {
        creator: Smart::Custom(Some("FlowForge".to_owned())),
        timestamp: created.map(Timestamp::new_utc),
        standards: PdfStandards::new(kept).map_err(|told| Error::impossible("standard", told.message().as_str()))?,
        ..PdfOptions::default()
    };
    typst_pdf::pdf(document, &options).map_err(|problems| problem::error(desk, &problems, field, shift))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Heads of tables and boxes on every page stand there often: they make up for no word that is lost.
    #[test]
    fn a_lost_word_is_noticed_among_repeated_ones() {
        let rows = "<tr><td>row</td></tr>".repeat(300);
        let html = format!(
            "<style>@page {{ @bottom-center {{ content: 'lost lost' }} }}</style><ul><li>lost<li>last</ul>\
             <p style='position:fixed;top:0'>lost too</p><table><thead><tr><th>lost</th></tr></thead>{rows}</table><p>word, {}</p>",
            "long ".repeat(30_000)
        );
        let page = HtmlPage { html, ..HtmlPage::default() };
        let shelf = Shelf::with(&[]).unwrap();
        let converted = page.convert(&[], false);
        for (source, lost) in [
            (converted.source.clone(), 0),
            (converted.source.replacen("text(\"last\")", "", 1), 4),
            (converted.source.replacen("\"lost too\"", "\" too\"", 1), 4),
        ] {
            let mut desk = Desk::new(&shelf, None);
            desk.write(&source);
            let (document, _) = set(&desk, "html", 0).unwrap();
            assert_eq!(lost_characters(&desk, &converted, &inspect(&document)), lost);
        }
    }

    /// Fonts of the document, in the order of its texts.
    fn fonts_of(frame: &typst::layout::Frame, found: &mut Vec<String>) {
        for (_, item) in frame.items() {
            match item {
                typst::layout::FrameItem::Group(group) => fonts_of(&group.frame, found),
                typst::layout::FrameItem::Text(text) => found.push(text.font.font().info().family.clone()),
                _ => {}
            }
        }
    }

    #[test]
    fn a_page_brings_its_typefaces() {
        let file = |name: &str, bytes: &[u8]| (name.to_owned(), bytes.to_vec());
        let files = [
            file("own.ttf", fonts::MONO),
            file("none.ttf", b"no font"),
            file("cut.ttf", &fonts::BOLD[..9000]),
            file("web.woff2", b"wOF2..."),
        ];
        let shelf = Shelf::with(&[]).unwrap();
        for (source, family, told) in [
            ("local(x), url(gone.woff2) format('woff2'), url('own.ttf') format('truetype')", "Noto Sans Mono", ""),
            ("url(none.ttf)", "Noto Sans", "@font-face of own (what was sent is no font"),
            ("url(cut.ttf)", "Noto Sans", "@font-face of own (what was sent is no font"),
            ("url(web.woff2)", "Noto Sans", "@font-face of own (WOFF and EOT are not read"),
            ("url(data:font/ttf;base64,AAAA)", "Noto Sans", "@font-face of own (what was sent is no font"),
            ("local(Arial)", "Noto Sans", ""),
        ] {
            let css = format!("@font-face{{font-family:'Own';src:{source}}}p{{font:12px Own,serif}}");
            let html = format!("<style>{css}</style><p>wide</p>");
            let converted = HtmlPage { html, ..HtmlPage::default() }.convert(&files, false);
            let missing: Vec<&String> = converted.missing.iter().collect();
            assert_eq!(missing.is_empty(), told.is_empty(), "{source}: {missing:?}");
            assert!(missing.iter().all(|one| one.starts_with(told)), "{source}: {missing:?}");
            let mut desk = Desk::new(&shelf, None);
            desk.equip(converted.typefaces.iter().map(|typeface| typeface.entry()));
            desk.write(&converted.source);
            let (document, _) = set(&desk, "html", 0).unwrap();
            let mut found = Vec::new();
            fonts_of(&document.pages()[0].frame, &mut found);
            assert_eq!(found, [family], "{source}");
            export(&desk, &document, Standard::A2b, moment([2026, 1, 1, 0, 0, 0]), "html", 0).unwrap();
        }
    }
}
