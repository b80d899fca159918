//! An archive made of files.

use std::collections::HashSet;
use std::io::{Cursor, Write};

use ::zip::write::SimpleFileOptions;
use ::zip::{CompressionMethod, DateTime, ZipWriter};
use chassis::{Call, Code, Cost, Error, File, Operation, WithFile};
use flate2::{Compression, GzBuilder};
use garde::Validate;
use jiff::tz::TimeZone;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{ArchiveFormat, is_safe, tar};
use crate::rows::cell::shown;

/// Files of an archive.
const MAX_FILES: usize = 200;

const DESCRIPTION: &str = "\
Makes a zip, tar, tar.gz or gzip archive of files. `names` has their names in the archive, with folders if wanted (`2024/march.csv`), in the order of the files; by default \
they are called as they came. Files with one name get a number. Gzip holds one file.";

/// Files, and the archive to make of them.
#[derive(Serialize, Deserialize, Validate, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[garde(allow_unvalidated)]
pub struct ArchiveCreateRequest {
    /// Files, at most 200.
    #[serde(alias = "file", alias = "data", alias = "attachments")]
    #[garde(length(min = 1, max = MAX_FILES))]
    pub files: Vec<File>,
    /// Names of the files in the archive, in their order, with folders if wanted.
    #[serde(default)]
    #[garde(length(max = MAX_FILES), inner(length(chars, max = 500)))]
    pub names: Vec<String>,
    /// Kind of archive.
    #[serde(default, alias = "to")]
    pub format: ArchiveFormat,
    /// Name of the archive.
    #[serde(default)]
    #[garde(length(chars, max = 200))]
    pub filename: Option<String>,
}

/// What there is to say about the archive.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ArchiveCreateFacts {
    /// Names of the files in the archive.
    pub names: Vec<String>,
    /// Bytes of the archive.
    pub size: usize,
    /// Bytes of the files.
    pub total_size: usize,
}

fn example() -> ArchiveCreateRequest {
    ArchiveCreateRequest {
        files: vec![
            File::new("lamps.csv", "text/csv", &b"item,price\nlamp,19.90\n"[..]),
            File::new("note.txt", "text/plain", &b"Prices of March\n"[..]),
        ],
        names: vec!["prices/lamps.csv".to_owned(), "read me.txt".to_owned()],
        format: ArchiveFormat::Zip,
        filename: Some("prices.zip".to_owned()),
    }
}

/// What the documents say.
#[must_use]
pub fn about(op: Operation) -> Operation {
    op.summary("Make a zip, tar or gzip archive of files")
        .description(DESCRIPTION)
        .example(example)
        .files(MAX_FILES, &[])
        .answers(&["application/zip", "application/gzip", "application/x-tar"])
        .cost(Cost::Heavy)
}

/// Makes an archive.
///
/// # Errors
/// When a name leads out of the archive, or gzip is to hold several files.
pub fn create(request: ArchiveCreateRequest, call: &Call) -> Result<WithFile<ArchiveCreateFacts>, Error> {
    let names = names(&request, call)?;
    let now = call.now();
    let (kind, end) = match request.format {
        ArchiveFormat::Zip => ("application/zip", "zip"),
        ArchiveFormat::Gzip => ("application/gzip", "gz"),
        ArchiveFormat::Tar => ("application/x-tar", "tar"),
        ArchiveFormat::TarGz => ("application/gzip", "tar.gz"),
    };
    let time = now.as_second();
    let bytes = match request.format {
        ArchiveFormat::Zip => zipped(&request.files, &names, now, call)?,
        ArchiveFormat::Gzip => {
            if request.files.len() > 1 {
                return Err(Error::impossible("format", "holds one file: use zip or tar.gz for several"));
            }
            gzipped(request.files[0].bytes(), Some(&names[0]), time)?
        }
        ArchiveFormat::Tar | ArchiveFormat::TarGz => {
            let mut archive = Vec::new();
            for (file, name) in request.files.iter().zip(&names) {
                call.check()?;
                tar::add(&mut archive, name, file.bytes(), time);
            }
            tar::finish(&mut archive);
            if request.format == ArchiveFormat::TarGz { gzipped(&archive, None, time)? } else { archive }
        }
    };
    let default = match request.format {
        ArchiveFormat::Gzip => format!("{}.gz", names[0].rsplit('/').next().unwrap_or(&names[0])),
        _ => format!("archive.{end}"),
    };
    let name = request.filename.filter(|name| !name.trim().is_empty()).unwrap_or(default);
    let total_size = request.files.iter().map(|file| file.bytes().len()).sum();
    let facts = ArchiveCreateFacts { names, size: bytes.len(), total_size };
    Ok(WithFile { file: File::new(name, kind, bytes), facts })
}

/// The names of the files in the archive, each its own.
fn names(request: &ArchiveCreateRequest, call: &Call) -> Result<Vec<String>, Error> {
    if !request.names.is_empty() && request.names.len() != request.files.len() {
        let message = format!("has {} names for {} files: give one for each", request.names.len(), request.files.len());
        return Err(Error::field(Code::Unprocessable, "names", message));
    }
    let mut taken = HashSet::new();
    let mut names = Vec::new();
    let mut alike = Vec::new();
    for (at, file) in request.files.iter().enumerate() {
        let asked = request.names.get(at).map(|name| name.trim().replace('\\', "/")).filter(|name| !name.is_empty());
        let wished = asked.unwrap_or_else(|| file.name().map_or_else(|| format!("file-{}", at + 1), str::to_owned));
        let wished = wished.trim_start_matches("./").to_owned();
        if !is_safe(&wished) || wished.ends_with('/') || wished.contains(char::is_control) {
            let message = format!("must be a name within the archive, such as folder/file.txt, not {}", shown(&wished));
            return Err(Error::impossible(format!("names[{at}]"), message));
        }
        let mut name = wished.clone();
        let mut number = 1;
        while !taken.insert(name.to_lowercase()) {
            number += 1;
            let at = wished.rfind('/').map_or(0, |at| at + 1);
            name = match wished[at..].rfind('.').filter(|dot| *dot > 0) {
                Some(dot) => format!("{} ({number}){}", &wished[..at + dot], &wished[at + dot..]),
                None => format!("{wished} ({number})"),
            };
        }
        if number > 1 {
            alike.push(shown(&name));
        }
        names.push(name);
    }
    if !alike.is_empty() {
        let few = alike.iter().take(5).cloned().collect::<Vec<_>>().join(", ");
        call.warn("renamed-files", Some("names"), format!("files are called alike; they are now {few}"));
    }
    Ok(names)
}

fn gzipped(bytes: &[u8], name: Option<&str>, time: i64) -> Result<Vec<u8>, Error> {
    let mut builder = GzBuilder::new().mtime(u32::try_from(time).unwrap_or(0));
    // RFC 1952 has names in Latin 1.
    if let Some(name) = name.and_then(|name| name.rsplit('/').next()).filter(|name| name.is_ascii()) {
        builder = builder.filename(name);
    }
    let mut encoder = builder.write(Vec::new(), Compression::default());
    encoder.write_all(bytes).map_err(|_| Error::internal())?;
    encoder.finish().map_err(|_| Error::internal())
}

fn zipped(files: &[File], names: &[String], now: jiff::Timestamp, call: &Call) -> Result<Vec<u8>, Error> {
    let civil = now.to_zoned(TimeZone::UTC).datetime();
    let part = |value: i8| value.unsigned_abs();
    let moment = DateTime::from_date_and_time(
        civil.year().unsigned_abs(),
        part(civil.month()),
        part(civil.day()),
        part(civil.hour()),
        part(civil.minute()),
        part(civil.second()),
    )
    .unwrap_or_default();
    let mut archive = ZipWriter::new(Cursor::new(Vec::new()));
    for (file, name) in files.iter().zip(names) {
        call.check()?;
        // What is compressed already only takes time.
        let is_compressed = infer::get(file.bytes()).is_some_and(|kind| {
            matches!(
                kind.mime_type(),
                "image/jpeg"
                    | "image/png"
                    | "image/webp"
                    | "application/zip"
                    | "application/gzip"
                    | "video/mp4"
                    | "audio/mpeg"
            )
        });
        let method = if is_compressed { CompressionMethod::Stored } else { CompressionMethod::Deflated };
        let options = SimpleFileOptions::default().compression_method(method).last_modified_time(moment);
        let written = archive.start_file(name.as_str(), options).and_then(|()| Ok(archive.write_all(file.bytes())?));
        written.map_err(|_| Error::internal())?;
    }
    archive.finish().map(Cursor::into_inner).map_err(|_| Error::internal())
}
