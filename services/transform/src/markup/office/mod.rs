//! Office documents and books as HTML, from which everything else is made: their text with headings, lists, tables and links;
//! pictures, headers and comments stay behind.
//!
//! | file | job |
//! | --- | --- |
//! | `docx.rs` | texts (Office Open XML) |
//! | `styles.rs` | what the styles and lists of a text mean |
//! | `pptx.rs` | slides |
//! | `xlsx.rs` | spreadsheets, every sheet |
//! | `epub.rs` | books |

mod docx;
mod epub;
mod pptx;
mod styles;
mod xlsx;

use bytes::Bytes;
use chassis::Error;
use quick_xml::events::Event;

use super::Notices;
use super::metadata::{Metadata, iso};
use crate::package::{BadXml, Kind, Package, events, local, push};

/// Bytes of HTML that a document may become.
const MAX_HTML: usize = 64 << 20;

const DOCUMENT: Kind = Kind {
    name: "a document",
    remedy: "save it as DOCX, PPTX, XLSX or EPUB again, without a password",
    smaller: "send a part of it",
};

/// A kind of document that is an archive.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Office {
    Docx,
    Pptx,
    Xlsx,
    Epub,
}

/// A document as HTML, with what it says of itself.
pub(super) struct Converted {
    pub html: String,
    pub metadata: Metadata,
    pub kind: Office,
}

/// A document as HTML.
///
/// # Errors
/// When it is none of these, damaged or too large.
pub(super) fn convert(bytes: Bytes, notices: &mut Notices) -> Result<Converted, Error> {
    let mut package = Package::open(bytes, DOCUMENT)?;
    let kind = kind_of(&mut package)?;
    let (html, metadata) = match kind {
        Office::Docx => (docx::html(&mut package)?, core(&mut package)?),
        Office::Pptx => (pptx::html(&mut package)?, core(&mut package)?),
        Office::Xlsx => {
            let metadata = core(&mut package)?;
            (xlsx::html(package, notices)?, metadata)
        }
        Office::Epub => epub::html(&mut package)?,
    };
    Ok(Converted { html, metadata, kind })
}

fn kind_of(package: &mut Package) -> Result<Office, Error> {
    if package.has("META-INF/container.xml") && !package.has("word/document.xml") {
        return Ok(Office::Epub);
    }
    let types = package.part("[Content_Types].xml")?.unwrap_or_default();
    let types = String::from_utf8_lossy(&types);
    let has = |word: &str| types.contains(word);
    if has("wordprocessingml.document.main") || has("ms-word.document") || has("wordprocessingml.template.main") {
        Ok(Office::Docx)
    } else if has("presentationml.presentation.main")
        || has("ms-powerpoint.presentation")
        || has("presentationml.slideshow.main")
        || has("presentationml.template.main")
    {
        Ok(Office::Pptx)
    } else if has("spreadsheetml.sheet.main")
        || has("ms-excel.sheet.macroEnabled.main")
        || has("spreadsheetml.template.main")
    {
        Ok(Office::Xlsx)
    } else {
        Err(package.kind().broken("the archive holds no DOCX, PPTX, XLSX or EPUB"))
    }
}

/// What the core properties of an office document say (ECMA-376, part 2, 11).
fn core(package: &mut Package) -> Result<Metadata, Error> {
    let relations = package.relations("")?;
    let part = relations.iter().find(|relation| relation.kind.ends_with("/core-properties"));
    let name = part.map_or("docProps/core.xml".to_owned(), |part| crate::package::resolved("", &part.target));
    let Some(bytes) = package.part(&name)? else { return Ok(Metadata::default()) };
    let mut metadata = Metadata::default();
    let (mut inside, mut text) = (String::new(), String::new());
    let read = |event: &Event<'_>| {
        match event {
            Event::Start(element) => {
                local(element.name().0).clone_into(&mut inside);
                text.clear();
            }
            Event::End(_) => {
                let value = Some(text.trim().to_owned()).filter(|value| !value.is_empty());
                match inside.as_str() {
                    "title" => metadata.title = value,
                    "creator" => metadata.author = value,
                    "created" => metadata.date = value.map(|date| iso(&date)),
                    "language" => metadata.language = value,
                    "description" => metadata.description = value,
                    _ => {}
                }
                inside.clear();
            }
            event => push(event, &mut text),
        }
        Ok(())
    };
    // Properties that are damaged are none.
    let _ = events(&bytes, read);
    Ok(metadata)
}

/// HTML that is being made.
#[derive(Default)]
struct Html(String);

impl Html {
    fn tag(&mut self, tag: &str) {
        self.0.push('<');
        self.0.push_str(tag);
        self.0.push('>');
    }

    fn text(&mut self, text: &str) {
        for c in text.chars() {
            match c {
                '&' => self.0.push_str("&amp;"),
                '<' => self.0.push_str("&lt;"),
                '>' => self.0.push_str("&gt;"),
                '"' => self.0.push_str("&quot;"),
                c => self.0.push(c),
            }
        }
    }

    /// A start tag with one attribute.
    fn with(&mut self, tag: &str, attribute: &str, value: &str) {
        self.0.push('<');
        self.0.push_str(tag);
        self.0.push(' ');
        self.0.push_str(attribute);
        self.0.push_str("=\"");
        self.text(value);
        self.0.push_str("\">");
    }

    fn check(&self) -> Result<(), BadXml> {
        if self.0.len() > MAX_HTML { Err(BadXml) } else { Ok(()) }
    }
}

/// Lists that are open, by the level of their items. One way to set levels in: a list inside the item before it.
#[derive(Default)]
struct Lists {
    /// The tag of each list.
    open: Vec<&'static str>,
}

impl Lists {
    /// Begins an item at a level from 0.
    fn item(&mut self, html: &mut Html, level: usize, tag: &'static str) {
        let level = level.min(8);
        while self.open.len() > level + 1 {
            self.close_one(html);
        }
        if self.open.len() == level + 1 {
            if self.open.last() == Some(&tag) {
                html.tag("/li");
                html.tag("li");
                return;
            }
            self.close_one(html);
        }
        while self.open.len() <= level {
            html.tag(tag);
            html.tag("li");
            self.open.push(tag);
        }
    }

    fn close_one(&mut self, html: &mut Html) {
        if let Some(tag) = self.open.pop() {
            html.tag("/li");
            html.tag(&format!("/{tag}"));
        }
    }

    fn close(&mut self, html: &mut Html) {
        while !self.open.is_empty() {
            self.close_one(html);
        }
    }
}
