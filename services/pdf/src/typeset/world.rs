//! What a document sees: typst's library, our fonts, and the files it is handed.

use std::collections::HashMap;
use std::path::PathBuf;

use typst::diag::{FileError, FileResult};
use typst::foundations::{Bytes, Datetime, Duration};
use typst::syntax::{FileId, RootedPath, Source, VirtualPath, VirtualRoot};
use typst::text::{Font, FontBook, FontInfo};
use typst::utils::LazyHash;
use typst::{Library, LibraryExt, World};

/// The name of the document itself.
const MAIN: &str = "main.typ";

/// What all documents share: the library and the fonts.
pub struct Shelf {
    library: LazyHash<Library>,
    book: LazyHash<FontBook>,
    fonts: Vec<Font>,
}

impl Shelf {
    /// Our fonts, and those in more files.
    ///
    /// # Errors
    /// Which file cannot be read, or has no font.
    pub fn with(more: &[PathBuf]) -> Result<Self, String> {
        let ours = fonts::DOCUMENT.into_iter().map(Bytes::new);
        let mut faces: Vec<Font> = ours.flat_map(Font::iter).collect();
        for path in more {
            let bytes = std::fs::read(path).map_err(|problem| format!("{}: {problem}", path.display()))?;
            let before = faces.len();
            faces.extend(Font::iter(Bytes::new(bytes)));
            if faces.len() == before {
                return Err(format!("{}: is not a font in TrueType or OpenType", path.display()));
            }
        }
        let book = FontBook::from_fonts(&faces);
        Ok(Self { library: LazyHash::new(Library::default()), book: LazyHash::new(book), fonts: faces })
    }
}

/// What one document sees.
pub(super) struct Desk<'a> {
    shelf: &'a Shelf,
    main: FileId,
    sources: HashMap<FileId, Source>,
    files: HashMap<FileId, Bytes>,
    /// Fonts of the document's own behind those of the shelf, and the book of all.
    own: Option<(LazyHash<FontBook>, Vec<Font>)>,
    today: Option<Datetime>,
}

impl<'a> Desk<'a> {
    pub(super) fn new(shelf: &'a Shelf, today: Option<Datetime>) -> Self {
        let main = named(MAIN).expect("it is a path");
        Self { shelf, main, sources: HashMap::new(), files: HashMap::new(), own: None, today }
    }

    /// Adds fonts for this document alone.
    pub(super) fn equip(&mut self, fonts: impl Iterator<Item = (FontInfo, Font)>) {
        let mut book: FontBook = (*self.shelf.book).clone();
        let mut own = Vec::new();
        for (info, font) in fonts {
            book.push(info);
            own.push(font);
        }
        self.own = (!own.is_empty()).then(|| (LazyHash::new(book), own));
    }

    /// Writes the document.
    pub(super) fn write(&mut self, text: &str) {
        self.sources.insert(self.main, Source::new(self.main, text.to_owned()));
    }

    /// Adds a file by its name. One whose name is no path cannot be asked for.
    pub(super) fn lay(&mut self, name: &str, bytes: Vec<u8>) {
        let Some(id) = named(name) else { return };
        if name.ends_with(".typ") {
            let text = String::from_utf8(bytes).unwrap_or_default();
            self.sources.insert(id, Source::new(id, text));
        } else {
            self.files.insert(id, Bytes::new(bytes));
        }
    }

    fn missing(&self, id: FileId) -> FileError {
        match id.get().root() {
            VirtualRoot::Package(_) => {
                FileError::Other(Some("packages cannot be used here: put what you need into the template".into()))
            }
            VirtualRoot::Project => FileError::NotFound(id.get().vpath().get_without_slash().into()),
        }
    }
}

fn named(name: &str) -> Option<FileId> {
    let path = VirtualPath::new(name).ok()?;
    Some(RootedPath::new(VirtualRoot::Project, path).intern())
}

impl World for Desk<'_> {
    fn library(&self) -> &LazyHash<Library> {
        &self.shelf.library
    }

    fn book(&self) -> &LazyHash<FontBook> {
        self.own.as_ref().map_or(&self.shelf.book, |(book, _)| book)
    }

    fn main(&self) -> FileId {
        self.main
    }

    fn source(&self, id: FileId) -> FileResult<Source> {
        self.sources.get(&id).cloned().ok_or_else(|| self.missing(id))
    }

    fn file(&self, id: FileId) -> FileResult<Bytes> {
        if let Some(source) = self.sources.get(&id) {
            return Ok(Bytes::from_string(source.clone()));
        }
        self.files.get(&id).cloned().ok_or_else(|| self.missing(id))
    }

    fn font(&self, index: usize) -> Option<Font> {
        let own = || self.own.as_ref()?.1.get(index.checked_sub(self.shelf.fonts.len())?);
        self.shelf.fonts.get(index).or_else(own).cloned()
    }

    fn today(&self, _: Option<Duration>) -> Option<Datetime> {
        self.today
    }
}
