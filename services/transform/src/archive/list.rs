//! What is in an archive.

use chassis::{Call, Error, File, Operation};
use garde::Validate;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Archive, ArchiveEntry, ArchiveFormat, EntryKind};

/// An archive.
#[derive(Serialize, Deserialize, Validate, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[garde(allow_unvalidated)]
pub struct ArchiveListRequest {
    /// Archive: zip, tar, tar.gz or gzip, whatever it is called.
    #[serde(alias = "file", alias = "data", alias = "url", alias = "input", alias = "zip")]
    pub archive: File,
    /// Encoding of names in a zip archive that are not UTF-8 (default CP437), such as shift_jis.
    #[serde(default)]
    #[garde(length(chars, max = 40))]
    pub encoding: Option<String>,
}

/// What is in an archive.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ArchiveListResponse {
    /// Entries in the order of the archive.
    pub rows: Vec<ArchiveEntry>,
    /// Number of rows.
    pub row_count: usize,
    /// Kind of archive.
    pub format: ArchiveFormat,
    /// Number of files.
    pub files: usize,
    /// Bytes of all files, as the archive says.
    pub total_size: u64,
    /// Whether any entry needs a password.
    pub encrypted: bool,
}

fn example() -> ArchiveListRequest {
    ArchiveListRequest { archive: super::extract::example_archive(), encoding: None }
}

/// What the documents say.
#[must_use]
pub fn about(op: Operation) -> Operation {
    op.summary("List what is in a zip, tar or gzip archive")
        .description(
            "Lists the entries of a zip, tar, tar.gz or gzip archive, of which nothing is unpacked: names (UTF-8, CP437 or as `encoding` says), sizes, dates, \
             whether a password is needed and whether a name leads out of its folder. At most 20,000 entries.",
        )
        .example(example)
        .isolated()
}

/// Lists what is in an archive.
///
/// # Errors
/// When it is none, damaged or has too many entries.
pub fn list(request: ArchiveListRequest, call: &Call) -> Result<ArchiveListResponse, Error> {
    let archive = Archive::open(&request.archive, request.encoding.as_deref())?;
    let rows: Vec<ArchiveEntry> = archive.entries.into_iter().map(|(entry, _)| entry).collect();
    let files = || rows.iter().filter(|row| row.kind == EntryKind::File);
    let unsafe_names = rows.iter().filter(|row| row.unsafe_name).count();
    if unsafe_names > 0 {
        let message =
            format!("{unsafe_names} names lead out of the folder they are unpacked in: unpack this archive with care");
        call.warn("unsafe-names", Some("archive"), message);
    }
    Ok(ArchiveListResponse {
        row_count: rows.len(),
        format: archive.format,
        files: files().count(),
        total_size: files().filter_map(|row| row.size).fold(0, u64::saturating_add),
        encrypted: rows.iter().any(|row| row.encrypted),
        rows,
    })
}
