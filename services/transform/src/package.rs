//! Documents that are zip archives of XML: spreadsheets, texts, slides, books. One way to open them, with bounds.
//!
//! What an archive says of sizes may be a lie: every part is inflated against a budget that all parts share. XML is read event
//! by event: nothing is expanded and nothing is fetched, and a document type that declares anything is refused.

use std::io::{Cursor, Read};

use bytes::Bytes;
use chassis::{Code, Error};
use quick_xml::events::{BytesStart, Event};
use quick_xml::{Reader, XmlVersion};
use zip::ZipArchive;

/// Parts an archive may have.
const MAX_PARTS: usize = 2_000;
/// Bytes its parts may have together, inflated.
const MAX_BYTES: usize = 256 << 20;

/// What kind of document a package is to be, for messages.
#[derive(Debug, Clone, Copy)]
pub struct Kind {
    /// With its article: `a spreadsheet`.
    pub name: &'static str,
    /// What to do with one that cannot be read.
    pub remedy: &'static str,
    /// What to do with one that is too large.
    pub smaller: &'static str,
}

/// An archive of parts.
pub struct Package {
    archive: ZipArchive<Cursor<Bytes>>,
    /// Bytes that may still be inflated.
    left: usize,
    kind: Kind,
}

/// A reference from one part to another.
#[derive(Debug, Clone)]
pub struct Relation {
    /// By which the part names it.
    pub id: String,
    /// Address of its kind.
    pub kind: String,
    /// Part, or address outside.
    pub target: String,
}

/// Whether bytes are a zip archive.
#[must_use]
pub fn is_archive(bytes: &[u8]) -> bool {
    bytes.starts_with(b"PK\x03\x04") || bytes.starts_with(b"PK\x05\x06")
}

/// Whether bytes are an office document of before 2007, or one with a password.
#[must_use]
pub fn is_old(bytes: &[u8]) -> bool {
    bytes.starts_with(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1")
}

impl Kind {
    /// The error of a file that is no such document, or a broken one.
    #[must_use]
    pub fn broken(self, what: &str) -> Error {
        Error::impossible("data", format!("is not {} that can be read: {what}; {}", self.name, self.remedy))
    }

    /// The error of one that has too much.
    #[must_use]
    pub fn too_large(self, what: &str) -> Error {
        let name = self.name.split_once(' ').map_or(self.name, |(_, name)| name);
        Error::new(Code::PayloadTooLarge, format!("the {name} has more than {what}"))
    }
}

impl Package {
    /// Opens an archive.
    ///
    /// # Errors
    /// When it is none, or has too many parts.
    pub fn open(bytes: Bytes, kind: Kind) -> Result<Self, Error> {
        if is_old(&bytes) {
            let message = format!("is {} of before 2007, or protected by a password: {}", kind.name, kind.remedy);
            return Err(Error::impossible("data", message));
        }
        let archive = ZipArchive::new(Cursor::new(bytes)).map_err(|_| kind.broken("it is no zip archive"))?;
        if archive.len() > MAX_PARTS {
            return Err(kind.too_large(&format!("{MAX_PARTS} parts")));
        }
        Ok(Self { archive, left: MAX_BYTES, kind })
    }

    /// Whether there is such a part.
    #[must_use]
    pub fn has(&self, name: &str) -> bool {
        self.archive.index_for_name(name).is_some()
    }

    /// Its kind, for messages.
    #[must_use]
    pub fn kind(&self) -> Kind {
        self.kind
    }

    /// The same archive as another kind of document.
    #[must_use]
    pub fn with_kind(self, kind: Kind) -> Self {
        Self { kind, ..self }
    }

    /// The bytes of a part, if it is there.
    ///
    /// # Errors
    /// When it is damaged, or all parts together are too large.
    pub fn part(&mut self, name: &str) -> Result<Option<Vec<u8>>, Error> {
        let Ok(part) = self.archive.by_name(name) else { return Ok(None) };
        let mut bytes = Vec::new();
        let read = part.take(self.left as u64 + 1).read_to_end(&mut bytes);
        read.map_err(|_| self.kind.broken("a part of it is damaged"))?;
        if bytes.len() > self.left {
            return Err(self.kind.too_large(&format!("256 MB of content: {}", self.kind.smaller)));
        }
        self.left -= bytes.len();
        Ok(Some(bytes))
    }

    /// The bytes of a part without which there is no document.
    ///
    /// # Errors
    /// When it is not there, damaged or too large.
    pub fn needed(&mut self, name: &str) -> Result<Vec<u8>, Error> {
        let kind = self.kind;
        self.part(name)?.ok_or_else(|| kind.broken("a part of it is missing"))
    }

    /// The relations of a part; those of the package itself with an empty name.
    ///
    /// # Errors
    /// When they are damaged.
    pub fn relations(&mut self, part: &str) -> Result<Vec<Relation>, Error> {
        let (folder, file) = part.rsplit_once('/').unwrap_or(("", part));
        let name = if folder.is_empty() { format!("_rels/{file}.rels") } else { format!("{folder}/_rels/{file}.rels") };
        let kind = self.kind;
        let Some(bytes) = self.part(&name)? else { return Ok(Vec::new()) };
        let mut found = Vec::new();
        events(&bytes, |event| {
            if let Event::Start(element) | Event::Empty(element) = event
                && local(element.name().0) == "Relationship"
            {
                let [id, kind, target] =
                    ["Id", "Type", "Target"].map(|name| attribute(element, name).unwrap_or_default());
                found.push(Relation { id, kind, target });
            }
            Ok(())
        })
        .map_err(|_| kind.broken("its list of parts is damaged"))?;
        Ok(found)
    }

    /// The part that holds an office document, and its folder.
    ///
    /// # Errors
    /// When the relations are damaged.
    pub fn main_part(&mut self, usual: &str) -> Result<String, Error> {
        let relations = self.relations("")?;
        let main = relations.iter().find(|relation| relation.kind.ends_with("/officeDocument"));
        Ok(resolved("", main.map_or(usual, |relation| &relation.target)))
    }
}

/// What is wrong with XML.
#[derive(Debug)]
pub struct BadXml;

/// Goes through the events of XML.
///
/// # Errors
/// When it is not well-formed, declares a document type with definitions, or the function refuses.
pub fn events(bytes: &[u8], mut each: impl FnMut(&Event<'_>) -> Result<(), BadXml>) -> Result<(), BadXml> {
    let mut reader = Reader::from_reader(bytes);
    let mut buffer = Vec::new();
    loop {
        buffer.clear();
        match reader.read_event_into(&mut buffer).map_err(|_| BadXml)? {
            Event::Eof => return Ok(()),
            Event::DocType(declared) if declared.contains('[') => return Err(BadXml),
            event => each(&event)?,
        }
    }
}

/// An attribute by its name without a prefix.
#[must_use]
pub fn attribute(element: &BytesStart<'_>, name: &str) -> Option<String> {
    let mut attributes = element.attributes();
    let found = attributes.with_checks(false).flatten().find(|attribute| local(attribute.key.0) == name)?;
    found.normalized_value(XmlVersion::Explicit1_0).ok().map(std::borrow::Cow::into_owned)
}

/// `r:id`, and not an `id` without a prefix.
#[must_use]
pub fn relation_id(element: &BytesStart<'_>) -> Option<String> {
    let mut attributes = element.attributes();
    let found = attributes
        .with_checks(false)
        .flatten()
        .find(|attribute| attribute.key.0.contains(':') && local(attribute.key.0) == "id")?;
    found.normalized_value(XmlVersion::Explicit1_0).ok().map(std::borrow::Cow::into_owned)
}

/// A name without its prefix.
#[must_use]
pub fn local(name: &str) -> &str {
    name.rsplit(':').next().unwrap_or(name)
}

/// Adds what an event has of a text.
pub fn push(event: &Event<'_>, text: &mut String) {
    match event {
        Event::Text(part) => text.push_str(&part.xml10_content()),
        Event::CData(part) => text.push_str(&part.xml10_content()),
        Event::GeneralRef(reference) => match reference.resolve_char_ref() {
            Ok(Some(char)) => text.push(char),
            _ => text.push_str(match reference.xml10_content().as_ref() {
                "lt" => "<",
                "gt" => ">",
                "amp" => "&",
                "quot" => "\"",
                "apos" => "'",
                _ => "",
            }),
        },
        _ => {}
    }
}

/// The name of a part that is written relative to a folder.
#[must_use]
pub fn resolved(folder: &str, target: &str) -> String {
    if let Some(absolute) = target.strip_prefix('/') {
        return absolute.to_owned();
    }
    let mut path: Vec<&str> = folder.split('/').filter(|step| !step.is_empty()).collect();
    for step in target.split('/') {
        match step {
            "." | "" => {}
            ".." => drop(path.pop()),
            step => path.push(step),
        }
    }
    path.join("/")
}

/// The folder of a part.
#[must_use]
pub fn folder(part: &str) -> &str {
    part.rsplit_once('/').map_or("", |(folder, _)| folder)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_by_relative_names() {
        for (folder, target, part) in [
            ("xl", "worksheets/sheet1.xml", "xl/worksheets/sheet1.xml"),
            ("ppt/slides", "../media/a.png", "ppt/media/a.png"),
            ("xl", "/xl/styles.xml", "xl/styles.xml"),
            ("", "../../a", "a"),
        ] {
            assert_eq!(resolved(folder, target), part);
        }
    }

    #[test]
    fn a_document_type_that_defines_is_refused() {
        assert!(events(b"<!DOCTYPE a [<!ENTITY b \"c\">]><a>&b;</a>", |_| Ok(())).is_err());
        let mut text = String::new();
        let read = |event: &Event<'_>| {
            push(event, &mut text);
            Ok(())
        };
        assert!(events(b"<!DOCTYPE html><a>&amp;&#65;&b;</a>", read).is_ok());
        assert_eq!(text, "&A");
    }
}
