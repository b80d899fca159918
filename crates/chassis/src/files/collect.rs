//! Slots: while a request is read, its files note where they are to come from; what is to be fetched is fetched after,
//! all at once. While a request is written (for a cache key or a worker), its files are set aside as parts.

use std::cell::RefCell;

use super::file::{Content, File};
use super::source::{Place, Source};
use super::stream::{Chunks, FileStream};
use crate::error::{Code, Error};
use crate::settings::Size;

/// What files a request may have.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct FileBounds {
    /// Files at most.
    pub(crate) count: usize,
    /// Bytes of one.
    pub(crate) each: usize,
    /// Bytes of all together.
    pub(crate) all: usize,
}

/// A file that came with the request itself: as its body, in a multipart body, or in a frame.
pub(crate) enum Part {
    /// All of it.
    Whole(Content),
    /// Still arriving; the content has no bytes.
    Live(Content, Chunks),
}

/// A file of a request.
pub(crate) struct Found {
    /// The field it stands in.
    pub(crate) field: String,
    pub(crate) slot: Slot,
    /// Where it is to come from, when it is not here yet.
    pub(crate) pending: Option<Pending>,
}

/// Where the content goes.
pub(crate) enum Slot {
    File(File),
    Stream(FileStream),
}

/// A file that is to be fetched.
pub(crate) struct Pending {
    pub(crate) place: Place,
    pub(crate) name: Option<String>,
    pub(crate) content_type: Option<String>,
}

/// Bounds of the files of a request, and what was found.
#[derive(Default)]
pub(crate) struct Collector {
    parts: Vec<Option<Part>>,
    bounds: FileBounds,
    found: Vec<Found>,
    bytes: usize,
    too_large: bool,
    path: String,
}

/// The files a request was found to have.
pub(crate) struct Collected {
    pub(crate) files: Vec<Found>,
    /// Whether reading ended at a file that is too large.
    pub(crate) too_large: bool,
}

thread_local! {
    static READING: RefCell<Option<Collector>> = const { RefCell::new(None) };
    static WRITING: RefCell<Option<Vec<File>>> = const { RefCell::new(None) };
    static FAILED: RefCell<Option<Error>> = const { RefCell::new(None) };
}

impl Collector {
    pub(crate) fn new(parts: Vec<Part>, bounds: FileBounds) -> Self {
        Self { parts: parts.into_iter().map(Some).collect(), bounds, ..Self::default() }
    }

    /// Runs something that reads a request, and gives the files it found.
    pub(crate) fn collect<T>(self, read: impl FnOnce() -> T) -> (T, Collected) {
        let before = READING.replace(Some(self));
        let value = read();
        let collector = READING.replace(before).unwrap_or_default();
        (value, Collected { files: collector.found, too_large: collector.too_large })
    }

    fn note(&mut self, source: Source, slot: Slot) -> Result<(), String> {
        if self.found.len() >= self.bounds.count {
            return Err(match self.bounds.count {
                0 | 1 => "is one file too many: send one file".to_owned(),
                most => format!("is one file too many: send at most {most} files"),
            });
        }
        let Source { name, content_type, place } = source;
        let pending = match place {
            Place::Bytes(bytes) => {
                self.count(bytes.len())?;
                slot.fill(Content { name, content_type, url: None, bytes });
                None
            }
            Place::Part(index) => {
                let part = self.parts.get_mut(index).and_then(Option::take);
                match (part.ok_or("names a part that is not there")?, &slot) {
                    (Part::Whole(content), slot) => slot.fill(content),
                    (Part::Live(content, chunks), Slot::Stream(stream)) => stream.fill_live(content, chunks),
                    (Part::Live(..), Slot::File(_)) => return Err("names a part that is not there".to_owned()),
                }
                None
            }
            place => Some(Pending { place, name, content_type }),
        };
        self.found.push(Found { field: self.path.clone(), slot, pending });
        Ok(())
    }

    /// Counts the bytes of a file against the bounds.
    fn count(&mut self, bytes: usize) -> Result<(), String> {
        self.bytes += bytes;
        self.too_large = bytes > self.bounds.each || self.bytes > self.bounds.all;
        if bytes > self.bounds.each {
            return Err(format!("is larger than the limit of {}", Size(self.bounds.each)));
        }
        if self.bytes > self.bounds.all {
            return Err(format!("makes the files larger than the limit of {} together", Size(self.bounds.all)));
        }
        Ok(())
    }
}

impl Slot {
    pub(crate) fn fill(&self, content: Content) {
        match self {
            Self::File(file) => file.fill(content),
            Self::Stream(stream) => stream.fill_whole(content),
        }
    }
}

/// The error of files that are too large as a whole.
pub(crate) fn too_large_together(limit: usize) -> Error {
    let limit = Size(limit);
    let message = format!("the files are larger than the limit of {limit} together: send less at once");
    Error::new(Code::PayloadTooLarge, message)
}

/// Notes a file of the request that is being read.
pub(super) fn note(source: Source, slot: Slot) -> Result<(), String> {
    READING.with_borrow_mut(|reading| match reading {
        Some(collector) => collector.note(source, slot),
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

/// Where the file that is read stands, when a request is read.
pub(super) fn place() -> Option<String> {
    READING.with_borrow(|reading| reading.as_ref().map(|collector| collector.path.clone()))
}

/// Runs something that writes a request; its files are set aside in order, and stand as parts in the text.
///
/// # Errors
/// When one of them did not arrive.
pub(crate) fn writing<T>(write: impl FnOnce() -> T) -> Result<(T, Vec<File>), Error> {
    let before = WRITING.replace(Some(Vec::new()));
    let value = write();
    let files = WRITING.replace(before).unwrap_or_default();
    match FAILED.take() {
        Some(error) => Err(error),
        None => Ok((value, files)),
    }
}

/// Says that a file of the request that is being written did not arrive.
pub(super) fn fail(error: Error) {
    if WRITING.with_borrow(Option::is_some) {
        FAILED.set(Some(error));
    }
}

/// The number under which a file is set aside, when files are.
pub(super) fn set_aside(file: &File) -> Option<usize> {
    WRITING.with_borrow_mut(|writing| {
        let files = writing.as_mut()?;
        files.push(file.clone());
        Some(files.len() - 1)
    })
}
