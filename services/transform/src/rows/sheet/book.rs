//! The archive of a spreadsheet: its parts, what its sheets are called, its shared texts, which cells are dates.

use std::collections::HashMap;

use bytes::Bytes;
use chassis::{Code, Error};
use quick_xml::Reader;
use quick_xml::events::Event;

use super::date::{Shown, of_builtin, of_code};
use crate::package::{Kind, Package, folder, relation_id, resolved};
pub(super) use crate::package::{attribute, local, push};

/// Shared texts a spreadsheet may have.
const MAX_TEXTS: usize = 5_000_000;
/// What a spreadsheet is called.
pub(crate) const SPREADSHEET: Kind = Kind {
    name: "a spreadsheet",
    remedy: "save it as XLSX without a password",
    smaller: "send fewer rows, or CSV, which is read as it arrives",
};

/// A spreadsheet.
pub struct Book {
    package: Package,
    /// Names of sheets and the parts they are in.
    sheets: Vec<(String, String)>,
    /// Whether days count from 1904.
    pub is_1904: bool,
}

/// The error of a file that is no spreadsheet, or a broken one.
pub(super) fn broken(what: &str) -> Error {
    SPREADSHEET.broken(what)
}

impl Book {
    /// Opens a spreadsheet.
    ///
    /// # Errors
    /// When it is none.
    pub fn open(bytes: Bytes) -> Result<Self, Error> {
        Self::of(Package::open(bytes, SPREADSHEET)?)
    }

    /// The spreadsheet in a package.
    ///
    /// # Errors
    /// When there is none.
    pub fn of(package: Package) -> Result<Self, Error> {
        let mut book = Self { package: package.with_kind(SPREADSHEET), sheets: Vec::new(), is_1904: false };
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
        let bytes = self.package.part(&part)?.ok_or_else(|| broken("a sheet is missing"))?;
        Ok((name, bytes))
    }

    fn read_sheets(&mut self) -> Result<(), Error> {
        let workbook = self.package.main_part("xl/workbook.xml")?;
        let bytes = self.package.part(&workbook)?.ok_or_else(|| broken("it is another kind of document"))?;
        let parts = self.package.relations(&workbook)?;
        let folder = folder(&workbook);
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
        let Some(bytes) = self.package.part("xl/sharedStrings.xml")? else { return Ok(Vec::new()) };
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
        let Some(bytes) = self.package.part("xl/styles.xml")? else { return Ok(Vec::new()) };
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
