//! Slots: while a request is read, its files note where they are to come from; what is to be fetched is fetched after,
//! all at once. While a request is written (for a cache key or a worker), its files are set aside as parts.

use std::cell::RefCell;

use bytes::Bytes;

use super::file::{Content, File};
use super::source::{Place, Source};
use crate::settings::Size;

/// Bounds of the files of a request, and what was found.
#[derive(Default)]
pub(crate) struct Collector {
    /// Files of the request itself, by number.
    pub(crate) parts: Vec<Content>,
    /// Files a request may have.
    pub(crate) max_files: usize,
    pub(crate) file_limit: usize,
    pub(crate) files_limit: usize,
    /// Files found so far, and their bytes where they are known.
    pub(crate) found: Vec<Found>,
    pub(crate) bytes: usize,
    path: String,
}

/// A file of a request.
pub(crate) struct Found {
    /// The field it stands in.
    pub(crate) field: String,
    pub(crate) file: File,
    /// Where it is to come from, when it is not here yet.
    pub(crate) pending: Option<Pending>,
}

/// A file that is to be fetched.
pub(crate) struct Pending {
    pub(crate) place: Place,
    pub(crate) name: Option<String>,
    pub(crate) content_type: Option<String>,
}

thread_local! {
    static READING: RefCell<Option<Collector>> = const { RefCell::new(None) };
    static WRITING: RefCell<Option<Vec<File>>> = const { RefCell::new(None) };
}

impl Collector {
    /// Runs something that reads a request; the files it finds are in the collector afterwards.
    pub(crate) fn collect<T>(self, read: impl FnOnce() -> T) -> (T, Self) {
        let before = READING.replace(Some(self));
        let value = read();
        let collector = READING.replace(before).unwrap_or_default();
        (value, collector)
    }

    fn note(&mut self, source: Source) -> Result<File, String> {
        if self.found.len() >= self.max_files {
            return Err(match self.max_files {
                0 | 1 => "is one file too many: send one file".to_owned(),
                most => format!("is one file too many: send at most {most} files"),
            });
        }
        let Source { name, content_type, place } = source;
        let (file, pending) = match place {
            Place::Bytes(bytes) => {
                self.count(bytes.len())?;
                (File::of(Content { name, content_type, bytes }), None)
            }
            Place::Part(index) => {
                let part = self.parts.get(index).ok_or("names a part that is not there")?;
                let name = name.or_else(|| part.name.clone());
                let content_type = content_type.or_else(|| part.content_type.clone());
                (File::of(Content { name, content_type, bytes: part.bytes.clone() }), None)
            }
            place => (File::awaited(), Some(Pending { place, name, content_type })),
        };
        self.found.push(Found { field: self.path.clone(), file: file.clone(), pending });
        Ok(file)
    }

    /// Counts the bytes of a file against the bounds.
    fn count(&mut self, bytes: usize) -> Result<(), String> {
        self.bytes += bytes;
        if bytes > self.file_limit {
            return Err(format!("is larger than the limit of {}", Size(self.file_limit)));
        }
        if self.bytes > self.files_limit {
            return Err(format!("makes the files larger than the limit of {} together", Size(self.files_limit)));
        }
        Ok(())
    }
}

/// Notes a file of the request that is being read.
pub(super) fn note(source: Source) -> Result<File, String> {
    READING.with_borrow_mut(|reading| match reading {
        Some(collector) => collector.note(source),
        None => Err("is a file where none is expected".to_owned()),
    })
}

/// Says where the file that is read next stands.
pub(crate) fn at(path: impl FnOnce() -> String) {
    READING.with_borrow_mut(|reading| {
        if let Some(collector) = reading {
            collector.path = path();
        }
    });
}

/// Runs something that writes a request or an answer; its files are set aside in order, and stand as parts in the text.
pub(crate) fn writing<T>(write: impl FnOnce() -> T) -> (T, Vec<File>) {
    let before = WRITING.replace(Some(Vec::new()));
    let value = write();
    let files = WRITING.replace(before).unwrap_or_default();
    (value, files)
}

/// The number under which a file is set aside, when files are.
pub(super) fn set_aside(file: &File) -> Option<usize> {
    WRITING.with_borrow_mut(|writing| {
        let files = writing.as_mut()?;
        files.push(file.clone());
        Some(files.len() - 1)
    })
}

/// Bytes alone, as a part.
impl From<Bytes> for Content {
    fn from(bytes: Bytes) -> Self {
        Self { bytes, ..Self::default() }
    }
}
