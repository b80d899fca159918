//! The archive of a spreadsheet: its parts, what its sheets are called, its shared texts, which cells are dates.

use std::collections::HashMap;
use std::io::{Cursor, Read};

use bytes::Bytes;
use chassis::{Code, Error};
use quick_xml::events::{BytesStart, Event};
use quick_xml::{Reader, XmlVersion};
use zip::ZipArchive;

use super::date::{Shown, of_builtin, of_code};

/// Parts an archive may have.
const MAX_PARTS: usize = 2_000;
/// Bytes its parts may have together, inflated.
const MAX_BYTES: usize = 256 << 20;
/// Shared texts it may have.
const MAX_TEXTS: usize = 5_000_000;

/// A spreadsheet.
pub struct Book {
    archive: ZipArchive<Cursor<Bytes>>,
    /// Bytes that may still be inflated.
    left: usize,
    /// Names of sheets and the parts they are in.
    sheets: Vec<(String, String)>,
    /// Whether days count from 1904.
    pub is_1904: bool,
}

/// The error of a file that is no spreadsheet, or a broken one.
pub(super) fn broken(what: &str) -> Error {
    Error::impossible("data", format!("is not a spreadsheet that can be read: {what}; save it as XLSX again"))
}

/// An attribute by its name without a prefix.
pub(super) fn attribute(element: &BytesStart<'_>, name: &str) -> Option<String> {
    let mut attributes = element.attributes();
    let found = attributes.with_checks(false).flatten().find(|attribute| local(attribute.key.0) == name)?;
    found.normalized_value(XmlVersion::Explicit1_0).ok().map(std::borrow::Cow::into_owned)
}

/// A name without its prefix.
pub(super) fn local(name: &str) -> &str {
    name.rsplit(':').next().unwrap_or(name)
}

/// Whether bytes are an archive that may be a spreadsheet.
#[must_use]
pub fn is_archive(bytes: &[u8]) -> bool {
    bytes.starts_with(b"PK\x03\x04") || bytes.starts_with(b"PK\x05\x06")
}

/// Whether bytes are a spreadsheet of before 2007, or one with a password.
#[must_use]
pub fn is_old(bytes: &[u8]) -> bool {
    bytes.starts_with(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1")
}

impl Book {
    /// Opens a spreadsheet.
    ///
    /// # Errors
    /// When it is none.
    pub fn open(bytes: Bytes) -> Result<Self, Error> {
        if is_old(&bytes) {
            return Err(Error::impossible(
                "data",
                "is a spreadsheet of before 2007, or protected by a password: save it as XLSX without one",
            ));
        }
        let archive = ZipArchive::new(Cursor::new(bytes)).map_err(|_| broken("it is no zip archive"))?;
        if archive.len() > MAX_PARTS {
            return Err(Error::new(Code::PayloadTooLarge, format!("the spreadsheet has more than {MAX_PARTS} parts")));
        }
        let mut book = Self { archive, left: MAX_BYTES, sheets: Vec::new(), is_1904: false };
        book.read_sheets()?;
        Ok(book)
    }

    /// The names of the sheets.
    #[must_use]
    pub fn sheets(&self) -> Vec<String> {
        self.sheets.iter().map(|(name, _)| name.clone()).collect()
    }

    /// The bytes of the sheet that is asked for, by name or by number from 1; the first when none is.
    ///
    /// # Errors
    /// When there is no such sheet, or it is too large.
    pub fn sheet(&mut self, wanted: Option<&str>) -> Result<(String, Vec<u8>), Error> {
        let place = match wanted.map(str::trim).filter(|wanted| !wanted.is_empty()) {
            None => Some(0),
            Some(wanted) => {
                let named = self.sheets.iter().position(|(name, _)| name == wanted);
                let named =
                    named.or_else(|| self.sheets.iter().position(|(name, _)| name.eq_ignore_ascii_case(wanted)));
                named.or_else(|| wanted.parse::<usize>().ok()?.checked_sub(1))
            }
        };
        let Some((name, part)) = place.and_then(|place| self.sheets.get(place)).cloned() else {
            let names = self
                .sheets()
                .iter()
                .take(10)
                .map(|name| super::super::cell::shown(name))
                .collect::<Vec<_>>()
                .join(", ");
            return Err(Error::impossible("sheet", format!("there is no such sheet; there are {names}")));
        };
        let bytes = self.part(&part)?.ok_or_else(|| broken("a sheet is missing"))?;
        Ok((name, bytes))
    }

    /// The bytes of a part, if it is there.
    fn part(&mut self, name: &str) -> Result<Option<Vec<u8>>, Error> {
        let Ok(part) = self.archive.by_name(name) else { return Ok(None) };
        // What it says of its size may be a lie.
        let mut bytes = Vec::new();
        let read = part.take(self.left as u64 + 1).read_to_end(&mut bytes);
        read.map_err(|_| broken("a part of it is damaged"))?;
        if bytes.len() > self.left {
            return Err(Error::new(
                Code::PayloadTooLarge,
                "the spreadsheet has more than 256 MB of content: send fewer rows, or CSV, which is read as it arrives",
            ));
        }
        self.left -= bytes.len();
        Ok(Some(bytes))
    }

    fn read_sheets(&mut self) -> Result<(), Error> {
        let root = self.part("_rels/.rels")?.map(|bytes| relations(&bytes)).transpose()?.unwrap_or_default();
        let of_kind = |relations: &Relations, kind: &str| {
            relations.iter().find(|relation| relation.kind.ends_with(kind)).map(|relation| relation.target.clone())
        };
        let workbook = of_kind(&root, "/officeDocument").unwrap_or_else(|| "xl/workbook.xml".to_owned());
        let workbook = resolved("", &workbook);
        let bytes = self.part(&workbook)?.ok_or_else(|| broken("it is another kind of document"))?;
        let (folder, file) = workbook.rsplit_once('/').unwrap_or(("", &workbook));
        let relations_of =
            if folder.is_empty() { format!("_rels/{file}.rels") } else { format!("{folder}/_rels/{file}.rels") };
        let parts = self.part(&relations_of)?.map(|bytes| relations(&bytes)).transpose()?.unwrap_or_default();
        let mut reader = Reader::from_reader(&bytes[..]);
        let mut buffer = Vec::new();
        loop {
            buffer.clear();
            match reader.read_event_into(&mut buffer).map_err(|_| broken("its list of sheets is damaged"))? {
                Event::Start(element) | Event::Empty(element) => match local(element.name().0) {
                    "workbookPr" => {
                        self.is_1904 = attribute(&element, "date1904")
                            .is_some_and(|value| matches!(value.as_str(), "1" | "true" | "on"));
                    }
                    "sheet" => {
                        let (Some(name), Some(id)) = (attribute(&element, "name"), relation_id(&element)) else {
                            continue;
                        };
                        let Some(target) = parts.iter().find(|relation| relation.id == id) else { continue };
                        if target.kind.ends_with("/worksheet") {
                            self.sheets.push((name, resolved(folder, &target.target)));
                        }
                    }
                    "!DOCTYPE" => return Err(broken("it has a document type")),
                    _ => {}
                },
                Event::DocType(_) => return Err(broken("it has a document type")),
                Event::Eof => break,
                _ => {}
            }
        }
        if self.sheets.is_empty() { Err(broken("it has no sheets")) } else { Ok(()) }
    }

    /// The texts that cells share.
    ///
    /// # Errors
    /// When there are too many.
    pub fn texts(&mut self) -> Result<Vec<Box<str>>, Error> {
        let Some(bytes) = self.part("xl/sharedStrings.xml")? else { return Ok(Vec::new()) };
        let mut reader = Reader::from_reader(&bytes[..]);
        let mut buffer = Vec::new();
        let (mut texts, mut text) = (Vec::new(), String::new());
        let (mut inside, mut phonetic) = (false, false);
        loop {
            buffer.clear();
            match reader.read_event_into(&mut buffer).map_err(|_| broken("its texts are damaged"))? {
                Event::Start(element) => match local(element.name().0) {
                    "si" => text.clear(),
                    "t" => inside = !phonetic,
                    // How a name is read aloud is not part of it.
                    "rPh" => phonetic = true,
                    _ => {}
                },
                Event::Empty(element) if local(element.name().0) == "si" => texts.push(Box::from("")),
                Event::End(element) => match local(element.name().0) {
                    "si" => texts.push(unescaped(&text)),
                    "t" => inside = false,
                    "rPh" => phonetic = false,
                    _ => {}
                },
                event => {
                    if inside {
                        push(&event, &mut text);
                    }
                    if matches!(event, Event::Eof) {
                        break;
                    }
                }
            }
            if texts.len() > MAX_TEXTS {
                return Err(Error::new(Code::PayloadTooLarge, "the spreadsheet has more than 5 million texts"));
            }
        }
        Ok(texts)
    }

    /// What the styles of cells show, by their number.
    ///
    /// # Errors
    /// When they are damaged.
    pub fn styles(&mut self) -> Result<Vec<Shown>, Error> {
        let Some(bytes) = self.part("xl/styles.xml")? else { return Ok(Vec::new()) };
        let mut reader = Reader::from_reader(&bytes[..]);
        let mut buffer = Vec::new();
        let (mut codes, mut styles, mut inside) = (HashMap::new(), Vec::new(), false);
        loop {
            buffer.clear();
            match reader.read_event_into(&mut buffer).map_err(|_| broken("its styles are damaged"))? {
                Event::Start(element) | Event::Empty(element) => match local(element.name().0) {
                    "numFmt" => {
                        let id = attribute(&element, "numFmtId").and_then(|id| id.parse::<u32>().ok());
                        if let (Some(id), Some(code)) = (id, attribute(&element, "formatCode")) {
                            codes.insert(id, of_code(&code));
                        }
                    }
                    "cellXfs" => inside = true,
                    "xf" if inside => {
                        let id = attribute(&element, "numFmtId").and_then(|id| id.parse().ok()).unwrap_or(0);
                        styles.push(codes.get(&id).copied().unwrap_or_else(|| of_builtin(id)));
                    }
                    _ => {}
                },
                Event::End(element) if local(element.name().0) == "cellXfs" => inside = false,
                Event::Eof => break,
                _ => {}
            }
        }
        Ok(styles)
    }
}

/// Adds what an event has of a text.
pub(super) fn push(event: &Event<'_>, text: &mut String) {
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

/// `_x000D_` is how a text holds what XML cannot.
pub(super) fn unescaped(text: &str) -> Box<str> {
    if !text.contains("_x") {
        return text.into();
    }
    let mut plain = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find("_x") {
        plain.push_str(&rest[..at]);
        rest = &rest[at..];
        let code = rest.get(2..6).filter(|_| rest.as_bytes().get(6) == Some(&b'_'));
        match code.and_then(|code| u32::from_str_radix(code, 16).ok()).and_then(char::from_u32) {
            Some(char) => {
                plain.push(char);
                rest = &rest[7..];
            }
            None => {
                plain.push_str("_x");
                rest = &rest[2..];
            }
        }
    }
    plain.push_str(rest);
    plain.into()
}

struct Relation {
    id: String,
    kind: String,
    target: String,
}
type Relations = Vec<Relation>;

fn relations(bytes: &[u8]) -> Result<Relations, Error> {
    let mut reader = Reader::from_reader(bytes);
    let mut buffer = Vec::new();
    let mut found = Vec::new();
    loop {
        buffer.clear();
        match reader.read_event_into(&mut buffer).map_err(|_| broken("its list of parts is damaged"))? {
            Event::Start(element) | Event::Empty(element) if local(element.name().0) == "Relationship" => {
                let [id, kind, target] =
                    ["Id", "Type", "Target"].map(|name| attribute(&element, name).unwrap_or_default());
                found.push(Relation { id, kind, target });
            }
            Event::DocType(_) => return Err(broken("it has a document type")),
            Event::Eof => return Ok(found),
            _ => {}
        }
    }
}

/// `r:id`, and not an `id` without a prefix.
fn relation_id(element: &BytesStart<'_>) -> Option<String> {
    let mut attributes = element.attributes();
    let found = attributes
        .with_checks(false)
        .flatten()
        .find(|attribute| attribute.key.0.contains(':') && local(attribute.key.0) == "id")?;
    found.normalized_value(XmlVersion::Explicit1_0).ok().map(std::borrow::Cow::into_owned)
}

/// The name of a part that is written relative to a folder.
fn resolved(folder: &str, target: &str) -> String {
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
