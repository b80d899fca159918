//! Files taken out of an archive.

use std::collections::HashSet;

use chassis::{Call, Error, File, Operation, WithFiles};
use garde::Validate;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Archive, ArchiveEntry, EntryKind, pattern};
use crate::rows::cell::shown;

/// Files that come out at once.
const MAX_FILES: usize = 500;
/// Letters of the name of a file.
const MAX_NAME: usize = 200;

const DESCRIPTION: &str = "\
Takes files out of a zip, tar, tar.gz or gzip archive: all, those in `names`, or those that fit a `pattern` such as `*.csv` or `reports/**`. One comes as it \
is, several as a zip archive, with `output=base64` or `output=url` each by itself. `rows` has them with their whole names; a file is called by the last part of its name.

Links are never followed, and names that lead out of their folder (`../`) keep only their last part; both are warned of. Entries with a password are 422, \
naming them. What comes out is counted as it is unpacked: at most 100 MB and 500 files.";

/// An archive, and what to take out of it.
#[derive(Serialize, Deserialize, Validate, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[garde(allow_unvalidated)]
pub struct ArchiveExtractRequest {
    /// Archive: zip, tar, tar.gz or gzip, whatever it is called.
    #[serde(alias = "file", alias = "data", alias = "url", alias = "input", alias = "zip")]
    pub archive: File,
    /// Names of the entries, with their folders; all by default.
    #[serde(default)]
    #[garde(length(max = 500))]
    pub names: Vec<String>,
    /// Pattern of names, letters of either case alike: `*` within a folder, `**` across folders, `?` one character; without `/` it is one of the file's name alone.
    #[serde(default)]
    #[garde(length(chars, max = 200))]
    pub pattern: Option<String>,
    /// Encoding of names in a zip archive that are not UTF-8 (default CP437), such as shift_jis.
    #[serde(default)]
    #[garde(length(chars, max = 40))]
    pub encoding: Option<String>,
}

/// What came out.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ArchiveExtractFacts {
    /// Number of files.
    pub count: usize,
    /// Entries, in the order of the files.
    pub rows: Vec<ArchiveEntry>,
}

/// An archive for examples.
pub(super) fn example_archive() -> File {
    let mut archive = Vec::new();
    super::tar::add(&mut archive, "prices/lamps.csv", b"item,price\nlamp,19.90\n", 1_709_629_200);
    super::tar::add(&mut archive, "read me.txt", b"Prices of March\n", 1_709_629_200);
    super::tar::finish(&mut archive);
    File::new("prices.tar", "application/x-tar", archive)
}

fn example() -> ArchiveExtractRequest {
    ArchiveExtractRequest {
        archive: example_archive(),
        names: Vec::new(),
        pattern: Some("*.csv".to_owned()),
        encoding: None,
    }
}

/// What the documents say.
#[must_use]
pub fn about(op: Operation) -> Operation {
    op.summary("Take files out of a zip, tar or gzip archive")
        .description(DESCRIPTION)
        .example(example)
        .answers(&["*/*", "application/zip"])
        .isolated()
}

/// Takes files out of an archive.
///
/// # Errors
/// When it is no archive, has not these files, or they are too large.
pub fn extract(request: ArchiveExtractRequest, call: &Call) -> Result<WithFiles<ArchiveExtractFacts>, Error> {
    let mut archive = Archive::open(&request.archive, request.encoding.as_deref())?;
    let entries = std::mem::take(&mut archive.entries);
    let known: HashSet<&str> = entries.iter().map(|(entry, _)| entry.name.as_str()).collect();
    for (index, name) in request.names.iter().enumerate() {
        if !known.contains(name.as_str()) {
            let names: Vec<String> = entries
                .iter()
                .filter(|(entry, _)| entry.kind == EntryKind::File)
                .take(8)
                .map(|(entry, _)| shown(&entry.name))
                .collect();
            let has = if names.is_empty() { "no files".to_owned() } else { names.join(", ") };
            return Err(Error::impossible(
                format!("names[{index}]"),
                format!("is no file of the archive, which has {has}"),
            ));
        }
    }
    let names: HashSet<&str> = request.names.iter().map(String::as_str).collect();
    let pattern = request.pattern.as_deref().map(str::trim).filter(|pattern| !pattern.is_empty());
    let is_wanted = |entry: &ArchiveEntry| {
        (names.is_empty() || names.contains(entry.name.as_str()))
            && pattern.is_none_or(|pattern| pattern::fits(pattern, &entry.name))
    };
    let wanted: Vec<_> =
        entries.iter().filter(|(entry, _)| entry.kind != EntryKind::Folder && is_wanted(entry)).collect();
    if wanted.is_empty() {
        let what = if pattern.is_some() { "pattern" } else { "archive" };
        return Err(Error::impossible(
            what,
            if pattern.is_some() { "fits no file of the archive" } else { "has no files" },
        ));
    }
    let locked: Vec<String> =
        wanted.iter().filter(|(entry, _)| entry.encrypted).take(5).map(|(entry, _)| shown(&entry.name)).collect();
    if !locked.is_empty() {
        let message = format!(
            "has entries with a password, which are not read: {}; take out others with names or pattern",
            locked.join(", ")
        );
        return Err(Error::impossible("archive", message));
    }
    let (mut files, mut rows): (Vec<File>, Vec<ArchiveEntry>) = (Vec::new(), Vec::new());
    let (mut links, mut renamed) = (Vec::new(), Vec::new());
    for (entry, place) in wanted {
        call.check()?;
        if entry.kind != EntryKind::File {
            links.push(shown(&entry.name));
            continue;
        }
        if files.len() >= MAX_FILES {
            let message = format!("has more than {MAX_FILES} files: take out some, with names or pattern");
            return Err(Error::field(chassis::Code::PayloadTooLarge, "archive", message));
        }
        if entry.unsafe_name {
            renamed.push(shown(&entry.name));
        }
        let content = archive.take(entry, place)?;
        let last =
            entry.name.rsplit(['/', '\\']).find(|step| !step.is_empty() && *step != "..").unwrap_or("file").to_owned();
        let last: String = last.chars().take(MAX_NAME).collect();
        let kind = infer::get(&content).map_or_else(|| by_name(&last), |kind| kind.mime_type());
        rows.push(ArchiveEntry { size: Some(content.len() as u64), ..entry.clone() });
        files.push(File::new(last, kind, content));
    }
    for (code, names, what) in [
        ("links", links, "links and devices are left out"),
        ("unsafe-names", renamed, "names that lead out of their folder keep only their last part"),
    ] {
        if !names.is_empty() {
            let few = names.iter().take(5).cloned().collect::<Vec<_>>().join(", ");
            call.warn(code, Some("archive"), format!("{what}: {few}"));
        }
    }
    if files.is_empty() {
        return Err(Error::impossible("archive", "has links and devices alone, which are not followed"));
    }
    Ok(WithFiles { files, facts: ArchiveExtractFacts { count: rows.len(), rows } })
}

/// The media type that the end of a name says.
fn by_name(name: &str) -> &'static str {
    let end = name.rsplit_once('.').map(|(_, end)| end.to_ascii_lowercase());
    match end.as_deref() {
        Some("csv") => "text/csv",
        Some("tsv") => "text/tab-separated-values",
        Some("txt" | "log") => "text/plain",
        Some("json") => "application/json",
        Some("ndjson" | "jsonl") => "application/x-ndjson",
        Some("xml") => "application/xml",
        Some("html" | "htm") => "text/html",
        Some("md") => "text/markdown",
        Some("yaml" | "yml") => "application/yaml",
        Some("ics") => "text/calendar",
        Some("vcf") => "text/vcard",
        Some("eml") => "message/rfc822",
        Some("svg") => "image/svg+xml",
        _ => "application/octet-stream",
    }
}
