//! Title, author and other document information, read and written.

use std::collections::BTreeMap;

use chassis::{Call, Error, File, Operation, Secret, WithFile};
use garde::Validate;
use lopdf::{Dictionary, Document, Object};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::document::assemble::stamp;
use crate::document::tree::{entry, resolve};
use crate::document::{strings, xmp};
use crate::input;

/// What the document says of `read`.
const READ_DESCRIPTION: &str = "\
Reads title, author, subject, keywords, the programs and the dates of a document, and the XMP packet as it is. Dates are RFC 3339; \
one that cannot be read is left out.";

/// What the document says of `write`.
const WRITE_DESCRIPTION: &str = "\
Writes title, author, subject, keywords, programs and dates into a document, in the document information and, where the document has \
one, in its XMP packet. What is not sent stays as it is; an empty text removes the entry. Pages, protection and everything else stay \
as they are; a signature is lost.";

/// Document information.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Metadata {
    /// Title.
    pub title: Option<String>,
    /// Author.
    pub author: Option<String>,
    /// Subject.
    pub subject: Option<String>,
    /// Keywords.
    pub keywords: Option<String>,
    /// Program the document was written with.
    pub creator: Option<String>,
    /// Program that made the PDF.
    pub producer: Option<String>,
    /// When it was created (RFC 3339).
    pub created: Option<String>,
    /// When it was last changed (RFC 3339).
    pub modified: Option<String>,
    /// Language (BCP 47).
    pub language: Option<String>,
    /// Other entries.
    pub custom: BTreeMap<String, String>,
}

/// A document whose metadata to read.
#[derive(Debug, Serialize, Deserialize, Validate, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[garde(allow_unvalidated)]
pub struct MetadataReadRequest {
    /// The document.
    #[serde(alias = "url", alias = "pdf")]
    pub file: File,
    /// Password that opens it, if it needs one.
    #[serde(default)]
    pub password: Option<Secret<String>>,
}

/// The metadata of a document.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct MetadataReadResponse {
    /// Document information.
    pub metadata: Metadata,
    /// XMP packet, if there is one of at most 200,000 bytes.
    pub xmp: Option<String>,
}

/// A document and what to write into it.
#[derive(Debug, Serialize, Deserialize, Validate, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[garde(allow_unvalidated)]
pub struct MetadataWriteRequest {
    /// The document.
    #[serde(alias = "url", alias = "pdf")]
    pub file: File,
    /// Password that opens it, if it needs one.
    #[serde(default)]
    pub password: Option<Secret<String>>,
    /// Title; an empty text removes it.
    #[serde(default)]
    #[garde(length(chars, max = 2000))]
    pub title: Option<String>,
    /// Author; an empty text removes it.
    #[serde(default)]
    #[garde(length(chars, max = 2000))]
    pub author: Option<String>,
    /// Subject; an empty text removes it.
    #[serde(default)]
    #[garde(length(chars, max = 2000))]
    pub subject: Option<String>,
    /// Keywords; an empty text removes them.
    #[serde(default)]
    #[garde(length(chars, max = 2000))]
    pub keywords: Option<String>,
    /// Program the document was written with; an empty text removes it.
    #[serde(default)]
    #[garde(length(chars, max = 2000))]
    pub creator: Option<String>,
    /// Program that made the PDF; an empty text removes it.
    #[serde(default)]
    #[garde(length(chars, max = 2000))]
    pub producer: Option<String>,
    /// When it was created: RFC 3339, or a day such as `2024-01-31`.
    #[serde(default)]
    #[garde(length(chars, max = 40))]
    pub created: Option<String>,
    /// Language (BCP 47), such as `en-GB`; an empty text removes it.
    #[serde(default)]
    #[garde(length(chars, max = 40))]
    pub language: Option<String>,
    /// Other entries of the document information; an empty text removes one.
    #[serde(default)]
    #[garde(length(max = 50))]
    pub custom: BTreeMap<String, String>,
    /// Whether a signed document may be changed, whose signature is then no longer valid.
    #[serde(default)]
    pub allow_signed: bool,
}

/// What was written.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct MetadataWriteFacts {
    /// Document information as it is now.
    pub metadata: Metadata,
}

/// A request that works.
#[must_use]
pub fn read_example() -> MetadataReadRequest {
    MetadataReadRequest { file: input::example(), password: None }
}

/// A request that works.
#[must_use]
pub fn write_example() -> MetadataWriteRequest {
    MetadataWriteRequest {
        file: input::example(),
        password: None,
        title: Some("Offer 2024-17".to_owned()),
        author: Some("Example Ltd.".to_owned()),
        subject: None,
        keywords: None,
        creator: None,
        producer: None,
        created: None,
        language: Some("en".to_owned()),
        custom: BTreeMap::new(),
        allow_signed: false,
    }
}

/// What the document says of `read`, and how it runs.
#[must_use]
pub fn read_about(op: Operation) -> Operation {
    input::reads_document(op).summary("Read the metadata of a PDF").description(READ_DESCRIPTION).example(read_example)
}

/// What the document says of `write`, and how it runs.
#[must_use]
pub fn write_about(op: Operation) -> Operation {
    input::makes_document(op)
        .summary("Write title, author and other metadata into a PDF")
        .description(WRITE_DESCRIPTION)
        .example(write_example)
}

/// Reads the metadata of a document.
///
/// # Errors
/// When the document cannot be opened.
pub fn read(request: MetadataReadRequest, call: &Call) -> Result<MetadataReadResponse, Error> {
    let opened = input::source(&request.file, request.password.as_ref()).open(call)?;
    let xmp = xmp::packet(&opened.pdf).filter(|packet| packet.len() <= 200_000);
    Ok(MetadataReadResponse { metadata: read_of(&opened.pdf), xmp })
}

/// Writes metadata into a document.
///
/// # Errors
/// When the document cannot be opened, is signed, or a date cannot be read.
pub fn write(request: MetadataWriteRequest, call: &Call) -> Result<WithFile<MetadataWriteFacts>, Error> {
    let mut opened = input::source(&request.file, request.password.as_ref()).open(call)?;
    opened.guard_signatures("file", request.allow_signed, call)?;
    let created = match request.created.as_deref().filter(|text| !text.is_empty()) {
        Some(time) => Some(strings::date_from_rfc3339(time).ok_or_else(|| {
            Error::impossible("created", "must be a time such as 2024-01-31T12:00:00Z, or a day such as 2024-01-31")
        })?),
        None => None,
    };
    let pdf = &mut opened.pdf;
    let mut info = information(pdf).cloned().unwrap_or_default();
    let texts = [
        ("Title", &request.title),
        ("Author", &request.author),
        ("Subject", &request.subject),
        ("Keywords", &request.keywords),
        ("Creator", &request.creator),
        ("Producer", &request.producer),
    ];
    for (key, text) in texts {
        if let Some(text) = text {
            put(&mut info, key, text);
        }
    }
    for (key, text) in &request.custom {
        if key.is_empty() || key.len() > 100 || STANDARD.contains(&key.as_str()) {
            return Err(Error::impossible(
                "custom",
                "has an entry with a name that is empty, too long, or a field of its own",
            ));
        }
        put(&mut info, key, text);
    }
    if let Some(created) = created {
        info.set("CreationDate", Object::string_literal(created));
    }
    stamp(&mut info, call);
    let information = pdf.add_object(info);
    pdf.trailer.set("Info", information);
    if let (Some(language), Ok(catalog)) = (&request.language, pdf.catalog_mut()) {
        put(catalog, "Lang", language);
    }
    let metadata = read_of(pdf);
    xmp::update(pdf, &metadata);
    let name = format!("{}.pdf", input::stem(&request.file, "document"));
    let file = File::new(name, "application/pdf", opened.save()?);
    Ok(WithFile { file, facts: MetadataWriteFacts { metadata } })
}

/// Entries of the document information that have fields of their own, or are not text.
const STANDARD: [&str; 9] =
    ["Title", "Author", "Subject", "Keywords", "Creator", "Producer", "CreationDate", "ModDate", "Trapped"];

fn put(dictionary: &mut Dictionary, key: &str, text: &str) {
    if text.is_empty() {
        dictionary.remove(key.as_bytes());
    } else {
        dictionary.set(key, strings::string(text));
    }
}

fn information(pdf: &Document) -> Option<&Dictionary> {
    resolve(pdf, pdf.trailer.get(b"Info").ok()?).as_dict().ok()
}

/// The document information of a document.
pub(crate) fn read_of(pdf: &Document) -> Metadata {
    let empty = Dictionary::new();
    let info = information(pdf).unwrap_or(&empty);
    let text = |key: &str| {
        let text = entry(pdf, info, key.as_bytes()).and_then(strings::text)?;
        Some(text.chars().take(10_000).collect::<String>()).filter(|text| !text.is_empty())
    };
    let date = |key: &str| text(key).and_then(|date| strings::date_to_rfc3339(&date));
    let custom = info.iter().take(200).filter_map(|(key, _)| {
        let key = String::from_utf8_lossy(key).into_owned();
        let value = text(&key).filter(|_| !STANDARD.contains(&key.as_str()))?;
        Some((key, value))
    });
    let language = pdf.catalog().ok().and_then(|catalog| entry(pdf, catalog, b"Lang")).and_then(strings::text);
    Metadata {
        title: text("Title"),
        author: text("Author"),
        subject: text("Subject"),
        keywords: text("Keywords"),
        creator: text("Creator"),
        producer: text("Producer"),
        created: date("CreationDate"),
        modified: date("ModDate"),
        language: language.filter(|language| !language.is_empty()),
        custom: custom.collect(),
    }
}

/// The PDF/A conformance a document claims in its XMP packet.
pub(crate) fn pdf_a(pdf: &Document) -> Option<String> {
    let packet = xmp::packet(pdf)?;
    let part = xmp::value(&packet, "pdfaid", "part")?;
    let level = xmp::value(&packet, "pdfaid", "conformance").unwrap_or_default().to_ascii_lowercase();
    Some(format!("{part}{level}"))
}
