//! Archives: zip, tar, gzip and tar in gzip. Listed, taken apart, made.
//!
//! Own reader of zip rather than the crate zip, which knows an entry by its name: of two with one name the first is lost, and
//! names that are not UTF-8 are read in one way alone. Nothing an archive says of sizes is believed: what comes out is counted.
//!
//! | file | job |
//! | --- | --- |
//! | `list.rs`, `extract.rs`, `create.rs` | the operations |
//! | `zip.rs` | the entries of a zip archive, inflated within bounds |
//! | `tar.rs` | tar, read and written |
//! | `pattern.rs` | names by pattern |

pub mod create;
pub mod extract;
pub mod list;
mod pattern;
mod tar;
mod zip;

use std::io::Read;

use bytes::Bytes;
use chassis::{Code, Error, File};
use flate2::bufread::MultiGzDecoder;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Entries of an archive.
const MAX_ENTRIES: usize = 20_000;
/// Bytes of all that comes out.
const MAX_BYTES: usize = 100 << 20;

/// Kind of archive.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub enum ArchiveFormat {
    /// Zip.
    #[default]
    #[serde(rename = "zip")]
    Zip,
    /// One file, compressed by gzip.
    #[serde(rename = "gzip", alias = "gz")]
    Gzip,
    /// Tar, not compressed.
    #[serde(rename = "tar")]
    Tar,
    /// Tar, compressed by gzip.
    #[serde(rename = "tar.gz", alias = "tgz", alias = "tar-gz")]
    TarGz,
}

/// What an entry is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum EntryKind {
    /// File.
    File,
    /// Folder.
    Folder,
    /// Link to another file, which is never followed.
    Link,
    /// Device, pipe and the like.
    Other,
}

/// An entry of an archive.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ArchiveEntry {
    /// Name with its folders, parted by `/`.
    pub name: String,
    /// What it is.
    pub kind: EntryKind,
    /// Bytes, as the archive says; null for gzip, which does not say.
    pub size: Option<u64>,
    /// Bytes within a zip archive; null elsewhere.
    pub compressed_size: Option<u64>,
    /// When it was changed: without a zone in zip, in UTC elsewhere.
    pub modified: Option<String>,
    /// Whether a password protects it.
    pub encrypted: bool,
    /// Whether its name leads out of the folder it is unpacked in (`../`, `/etc/`, `C:\`).
    pub unsafe_name: bool,
}

/// Where an entry is.
#[derive(Debug, Clone)]
enum Place {
    Zip(zip::Place),
    /// The bytes of a tar archive from here to there.
    Tar(std::ops::Range<usize>),
    Gzip,
}

/// An archive that was opened.
struct Archive {
    format: ArchiveFormat,
    entries: Vec<(ArchiveEntry, Place)>,
    bytes: Bytes,
    /// Bytes that may still come out.
    left: usize,
}

impl Archive {
    /// Opens an archive, whatever it is called.
    ///
    /// # Errors
    /// When it is none, damaged or too large.
    fn open(file: &File, encoding: Option<&str>) -> Result<Self, Error> {
        let bytes = file.bytes().clone();
        let encoding = encoding
            .filter(|label| !label.trim().is_empty())
            .map(|label| crate::rows::text::named("encoding", label))
            .transpose()?;
        if bytes.starts_with(&[0x1f, 0x8b]) {
            return Self::gzip(file, bytes);
        }
        if tar::is_tar(&bytes) {
            let entries = tar::entries(&bytes)?;
            return Ok(Self { format: ArchiveFormat::Tar, entries, bytes, left: MAX_BYTES });
        }
        if zip::is_zip(&bytes) {
            let entries = zip::entries(&bytes, encoding)?;
            return Ok(Self { format: ArchiveFormat::Zip, entries, bytes, left: MAX_BYTES });
        }
        let other = match bytes.get(..6) {
            Some(b"7z\xbc\xaf\x27\x1c") => "is a 7z archive, which is not read: send zip, tar or gzip",
            Some(b"Rar!\x1a\x07") => "is a RAR archive, which is not read: send zip, tar or gzip",
            Some([b'B', b'Z', b'h', ..]) => "is compressed by bzip2, which is not read: send zip, tar or gzip",
            Some(b"\xfd7zXZ\0") => "is compressed by xz, which is not read: send zip, tar or gzip",
            Some([0x28, 0xb5, 0x2f, 0xfd, ..]) => "is compressed by zstd, which is not read: send zip, tar or gzip",
            _ => "is no zip, tar or gzip archive",
        };
        Err(Error::impossible("archive", other))
    }

    fn gzip(file: &File, bytes: Bytes) -> Result<Self, Error> {
        let mut decoder = MultiGzDecoder::new(&bytes[..]);
        let mut head = Vec::new();
        let broken = |_| Error::impossible("archive", "is damaged: it is no whole gzip file");
        decoder.by_ref().take(1024).read_to_end(&mut head).map_err(broken)?;
        if tar::is_tar(&head) {
            let inflated = inflate(&bytes, MAX_BYTES)?;
            let entries = tar::entries(&inflated)?;
            // What is inflated already is here: it is taken from, not inflated again.
            return Ok(Self { format: ArchiveFormat::TarGz, entries, bytes: inflated.into(), left: MAX_BYTES });
        }
        let decoder = MultiGzDecoder::new(&bytes[..]);
        let header = decoder.header();
        let stated = header.and_then(|header| header.filename()).map(|name| String::from_utf8_lossy(name).into_owned());
        let own = file.name().map(|name| name.strip_suffix(".gz").unwrap_or(name).to_owned());
        let name = stated.or(own).filter(|name| !name.is_empty()).unwrap_or_else(|| "file".to_owned());
        let modified = header.map(flate2::GzHeader::mtime).filter(|time| *time > 0);
        let entry = ArchiveEntry {
            unsafe_name: !is_safe(&name),
            name,
            kind: EntryKind::File,
            size: None,
            compressed_size: Some(bytes.len() as u64),
            modified: modified
                .and_then(|time| jiff::Timestamp::from_second(i64::from(time)).ok())
                .map(|time| time.to_string()),
            encrypted: false,
        };
        Ok(Self { format: ArchiveFormat::Gzip, entries: vec![(entry, Place::Gzip)], bytes, left: MAX_BYTES })
    }

    /// The bytes of an entry.
    ///
    /// # Errors
    /// When it is damaged, or all that comes out is too large.
    fn take(&mut self, entry: &ArchiveEntry, place: &Place) -> Result<Vec<u8>, Error> {
        let taken = match place {
            Place::Zip(place) => zip::read(&self.bytes, place, self.left),
            Place::Tar(range) => match self.bytes.get(range.clone()) {
                Some(bytes) if bytes.len() <= self.left => Ok(bytes.to_vec()),
                Some(_) => Err(Fault::TooLarge),
                None => Err(Fault::Damaged),
            },
            Place::Gzip => inflate(&self.bytes, self.left).map_err(|error| match error.code() {
                Code::PayloadTooLarge => Fault::TooLarge,
                _ => Fault::Damaged,
            }),
        };
        let name = crate::rows::cell::shown(&entry.name);
        let bytes = taken.map_err(|fault| match fault {
            Fault::TooLarge => too_large(),
            Fault::Damaged => Error::impossible("archive", format!("is damaged: {name} cannot be read")),
            Fault::Checksum => Error::impossible("archive", format!("is damaged: the checksum of {name} is another")),
            Fault::Method(method) => Error::impossible(
                "archive",
                format!("has {name}, which is compressed by {method}: only stored and deflated entries are read"),
            ),
        })?;
        self.left -= bytes.len();
        Ok(bytes)
    }
}

/// Why an entry cannot be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fault {
    TooLarge,
    Damaged,
    Checksum,
    Method(&'static str),
}

fn too_large() -> Error {
    let message =
        format!("the files in the archive have more than {} MB: take out some, with names or pattern", MAX_BYTES >> 20);
    Error::new(Code::PayloadTooLarge, message)
}

fn inflate(bytes: &[u8], most: usize) -> Result<Vec<u8>, Error> {
    let mut inflated = Vec::new();
    let read = MultiGzDecoder::new(bytes).take(most as u64 + 1).read_to_end(&mut inflated);
    read.map_err(|_| Error::impossible("archive", "is damaged: it is no whole gzip file"))?;
    if inflated.len() > most { Err(too_large()) } else { Ok(inflated) }
}

/// Whether a name stays within the folder it is unpacked in, on every system.
fn is_safe(name: &str) -> bool {
    let drive = name.as_bytes().get(1) == Some(&b':') && name.as_bytes()[0].is_ascii_alphabetic();
    !name.is_empty()
        && !name.starts_with(['/', '\\'])
        && !drive
        && !name.contains('\0')
        && !name.split(['/', '\\']).any(|step| step == "..")
}
