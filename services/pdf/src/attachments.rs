//! Files attached to a document: listed, added, taken out.

use chassis::{Call, Code, Error, File, Operation, Secret, WithFile, WithFiles};
use garde::Validate;
use lopdf::{Dictionary, Document, Object, Stream};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::document::assemble::stamp;
use crate::document::names::{entries, free_name, name_tree};
use crate::document::tree::{entry, resolve};
use crate::document::{Opened, strings};
use crate::input;

/// Attachments that are read.
const MAX_ATTACHMENTS: usize = 200;
/// Bytes of one attachment, inflated.
const MAX_BYTES: usize = 50 << 20;
/// Bytes of all attachments together.
const MAX_TOTAL: usize = 100 << 20;

/// What the document says of `extract`.
const EXTRACT_DESCRIPTION: &str = "\
Takes the attached files out of a document, such as the XML of an electronic invoice; one comes as it is, several as a zip archive. \
With `names` only those. A document without attachments is 422; `info` lists their names.";

/// What the document says of `add`.
const ADD_DESCRIPTION: &str = "\
Attaches files to a document, for all of it and not to a page. A name that is taken gets a number behind it.";

/// A document whose attachments to take out.
#[derive(Debug, Serialize, Deserialize, Validate, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[garde(allow_unvalidated)]
pub struct AttachmentsExtractRequest {
    /// The document.
    #[serde(alias = "url", alias = "pdf")]
    pub file: File,
    /// Password that opens it, if it needs one.
    #[serde(default)]
    pub password: Option<Secret<String>>,
    /// Names of the attachments; all by default.
    #[serde(default)]
    #[garde(length(max = 200), inner(length(chars, max = 300)))]
    pub names: Vec<String>,
}

/// The attachments.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct AttachmentsExtractFacts {
    /// Number of attachments.
    pub count: usize,
    /// Attachments, in the order of the files.
    pub rows: Vec<Attachment>,
}

/// An attachment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Attachment {
    /// Its name.
    pub name: String,
    /// Media type the document states, if any.
    pub content_type: Option<String>,
    /// Description, if any.
    pub description: Option<String>,
    /// Relation to the document (`Source`, `Data`, `Alternative` ...), if stated.
    pub relationship: Option<String>,
    /// Size in bytes.
    pub bytes: usize,
}

/// A document and files to attach.
#[derive(Debug, Serialize, Deserialize, Validate, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[garde(allow_unvalidated)]
pub struct AttachmentsAddRequest {
    /// The document.
    #[serde(alias = "url", alias = "pdf")]
    pub file: File,
    /// Files to attach.
    #[serde(alias = "files")]
    #[garde(length(min = 1, max = 50))]
    pub attachments: Vec<File>,
    /// Description of the files.
    #[serde(default)]
    #[garde(length(chars, max = 1000))]
    pub description: Option<String>,
    /// Password that opens the document, if it needs one.
    #[serde(default)]
    pub password: Option<Secret<String>>,
    /// Whether a signed document may be changed, whose signature is then no longer valid.
    #[serde(default)]
    pub allow_signed: bool,
}

/// The document with its attachments.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct AttachmentsAddFacts {
    /// Names of all attachments of the document.
    pub names: Vec<String>,
    /// Size in bytes.
    pub bytes: usize,
}

/// A request that works.
#[must_use]
pub fn extract_example() -> AttachmentsExtractRequest {
    let file = File::new("attached.pdf", "application/pdf", &include_bytes!("../data/attached.pdf")[..]);
    AttachmentsExtractRequest { file, password: None, names: Vec::new() }
}

/// A request that works.
#[must_use]
pub fn add_example() -> AttachmentsAddRequest {
    AttachmentsAddRequest {
        file: input::example(),
        attachments: vec![File::new("data.csv", "text/csv", &b"item,price\nchair,49.90\n"[..])],
        description: Some("The items as data".to_owned()),
        password: None,
        allow_signed: false,
    }
}

/// What the document says of `extract`, and how it runs.
#[must_use]
pub fn extract_about(op: Operation) -> Operation {
    input::reads_document(op)
        .answers(&["*/*", "application/zip"])
        .summary("Take the attached files out of a PDF")
        .description(EXTRACT_DESCRIPTION)
        .example(extract_example)
}

/// What the document says of `add`, and how it runs.
#[must_use]
pub fn add_about(op: Operation) -> Operation {
    input::makes_document(op)
        .files(51, &[])
        .summary("Attach files to a PDF")
        .description(ADD_DESCRIPTION)
        .example(add_example)
}

/// Takes attachments out of a document.
///
/// # Errors
/// When the document cannot be opened, or has not these attachments.
pub fn extract(request: AttachmentsExtractRequest, call: &Call) -> Result<WithFiles<AttachmentsExtractFacts>, Error> {
    let opened = input::source(&request.file, request.password.as_ref()).open(call)?;
    let all = attached(&opened.pdf);
    if all.is_empty() {
        return Err(Error::impossible("file", "has no attachments"));
    }
    for (index, name) in request.names.iter().enumerate() {
        if !all.iter().any(|(other, ..)| other == name) {
            let names: Vec<&str> = all.iter().take(10).map(|(name, ..)| name.as_str()).collect();
            let message = format!("is no attachment of the document, which has {}", names.join(", "));
            return Err(Error::impossible(format!("names[{index}]"), message));
        }
    }
    let (mut files, mut rows, mut total) = (Vec::new(), Vec::new(), 0);
    for (name, specification, stream) in all {
        call.check()?;
        if !request.names.is_empty() && !request.names.contains(&name) {
            continue;
        }
        let content = content(stream).ok_or_else(|| {
            let message =
                format!("has an attachment, {name:?}, that is damaged or unpacks to more than {} MB", MAX_BYTES >> 20);
            Error::impossible("file", message)
        })?;
        total += content.len();
        if total > MAX_TOTAL {
            let message =
                format!("has attachments of more than {} MB together: ask for some with names", MAX_TOTAL >> 20);
            return Err(Error::field(Code::PayloadTooLarge, "file", message));
        }
        let pdf = &opened.pdf;
        let content_type =
            entry(pdf, &stream.dict, b"Subtype").and_then(strings::text).filter(|kind| kind.contains('/'));
        rows.push(Attachment {
            name: name.clone(),
            description: entry(pdf, specification, b"Desc").and_then(strings::text),
            relationship: entry(pdf, specification, b"AFRelationship").and_then(strings::text),
            bytes: content.len(),
            content_type: content_type.clone(),
        });
        files.push(File::new(
            plain(&name),
            content_type.unwrap_or_else(|| "application/octet-stream".to_owned()),
            content,
        ));
    }
    Ok(WithFiles { files, facts: AttachmentsExtractFacts { count: rows.len(), rows } })
}

/// Attaches files to a document.
///
/// # Errors
/// When the document cannot be opened, or is signed.
pub fn add(request: AttachmentsAddRequest, call: &Call) -> Result<WithFile<AttachmentsAddFacts>, Error> {
    let mut opened = input::source(&request.file, request.password.as_ref()).open(call)?;
    opened.guard_signatures("file", request.allow_signed, call)?;
    let mut all: Vec<(Vec<u8>, Object)> = Vec::new();
    {
        let pdf = &opened.pdf;
        let names = pdf.catalog().ok().and_then(|catalog| entry(pdf, catalog, b"Names")?.as_dict().ok());
        if let Some(root) = names.and_then(|names| names.get(b"EmbeddedFiles").ok()) {
            for (name, value) in entries(pdf, root, b"Names") {
                if let Ok(name) = name.as_str() {
                    all.push((name.to_vec(), value.clone()));
                }
            }
        }
    }
    let mut taken = all.iter().map(|(name, _)| name.clone()).collect();
    for (index, file) in request.attachments.iter().enumerate() {
        let name = file.name().map_or_else(|| format!("attachment-{}", index + 1), str::to_owned);
        let key = free_name(name.as_bytes(), &mut taken);
        let name = String::from_utf8_lossy(&key).into_owned();
        let specification = specification(&mut opened.pdf, &name, file, request.description.as_deref(), call);
        all.push((key, Object::Reference(opened.pdf.add_object(specification))));
    }
    let tree = opened.pdf.add_object(name_tree(all));
    set_name_tree(&mut opened, tree);
    let names = attached(&opened.pdf).into_iter().map(|(name, ..)| name).collect();
    let name = format!("{}.pdf", input::stem(&request.file, "document"));
    let bytes = opened.save()?;
    let facts = AttachmentsAddFacts { names, bytes: bytes.len() };
    Ok(WithFile { file: File::new(name, "application/pdf", bytes), facts })
}

fn set_name_tree(opened: &mut Opened, tree: lopdf::ObjectId) {
    let pdf = &mut opened.pdf;
    let names = pdf.catalog().ok().and_then(|catalog| entry(pdf, catalog, b"Names")?.as_dict().ok()).cloned();
    let mut names = names.unwrap_or_default();
    names.set("EmbeddedFiles", tree);
    if let Ok(catalog) = pdf.catalog_mut() {
        catalog.set("Names", names);
    }
}

/// A file specification with its file embedded (ISO 32000-2, 7.11.3 and 7.11.4).
fn specification(pdf: &mut Document, name: &str, file: &File, description: Option<&str>, call: &Call) -> Dictionary {
    let mut parameters = Dictionary::new();
    parameters.set("Size", i64::try_from(file.bytes().len()).unwrap_or(i64::MAX));
    stamp(&mut parameters, call);
    let mut dictionary = Dictionary::new();
    dictionary.set("Type", "EmbeddedFile");
    if let Some(kind) = file.content_type() {
        dictionary.set("Subtype", Object::Name(kind.as_bytes().to_vec()));
    }
    dictionary.set("Params", parameters);
    let stream = pdf.add_object(Stream::new(dictionary, file.bytes().to_vec()));
    let mut embedded = Dictionary::new();
    embedded.set("F", stream);
    embedded.set("UF", stream);
    let mut specification = Dictionary::new();
    specification.set("Type", "Filespec");
    specification.set("F", strings::string(name));
    specification.set("UF", strings::string(name));
    specification.set("EF", embedded);
    specification.set("AFRelationship", "Unspecified");
    if let Some(description) = description {
        specification.set("Desc", strings::string(description));
    }
    specification
}

/// Every attachment of a document: its name, its specification, and its file.
fn attached(pdf: &Document) -> Vec<(String, &Dictionary, &Stream)> {
    let names = pdf.catalog().ok().and_then(|catalog| entry(pdf, catalog, b"Names")?.as_dict().ok());
    let Some(root) = names.and_then(|names| names.get(b"EmbeddedFiles").ok()) else { return Vec::new() };
    let found = entries(pdf, root, b"Names").into_iter().take(MAX_ATTACHMENTS).filter_map(|(key, value)| {
        let specification = resolve(pdf, value).as_dict().ok()?;
        let embedded = entry(pdf, specification, b"EF")?.as_dict().ok()?;
        let stream = entry(pdf, embedded, b"UF").or_else(|| entry(pdf, embedded, b"F"))?.as_stream().ok()?;
        let name = entry(pdf, specification, b"UF").or_else(|| entry(pdf, specification, b"F")).and_then(strings::text);
        Some((name.or_else(|| strings::text(key))?, specification, stream))
    });
    found.collect()
}

fn content(stream: &Stream) -> Option<Vec<u8>> {
    match stream.dict.has(b"Filter") {
        true => stream.decompressed_content_with_limit(MAX_BYTES).ok(),
        false => Some(stream.content.clone()),
    }
}

/// A name without folders, as files that come out have.
fn plain(name: &str) -> String {
    let name = name.rsplit(['/', '\\']).next().unwrap_or_default();
    let name: String = name.chars().filter(|letter| !letter.is_control()).take(150).collect();
    if name.trim_matches('.').is_empty() { "attachment".to_owned() } else { name }
}
