//! Take a document in.

use std::collections::HashMap;
use std::sync::Arc;

use chassis::{Call, Code, Cost, Error, File, Operation, Secret};
use garde::Validate;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::pdf::{MAX_CHARS, PdfJob, PdfPages};
use super::{DocumentInfo, RESERVED, pieces_of};
use crate::json_object::JsonObject;
use crate::model;
use crate::plan::{MAX_PAYLOAD, MAX_POINTS};
use crate::settings::Vectors;
use crate::store::{Change, Paging, Parts, Point, Spec, Stored};
use crate::tenant::Tenant;
use crate::text::chunk::{Chunk, chunks};
use crate::text::html::text_of;
use crate::vector::fitting;

/// Characters of a piece, unless a request says otherwise: what models of 256 tokens read.
const CHUNK: usize = 1_000;

const DESCRIPTION: &str = "\
Takes a document in: its text is cut into pieces of paragraphs, each is embedded and kept with its place, title, source, section and \
your metadata. The same document again changes nothing and says `unchanged`; with the same `documentId` and another text it is \
replaced in one step, and only pieces that are new are embedded. Without a `documentId` it is known by the hash of its content.\n\n\
Takes plain text, Markdown and HTML, in `text` or as a file, and PDFs as a file. Pages of a PDF whose text cannot be read as such (scans) are \
left out with the warning `needs-ocr`: have those recognized by the ocr service, and send the text. At most 1,000 pieces a document.\n\n\
The payload of a piece has your metadata, and documentId, chunk, chunks, contentHash, title, source, section, page (of a PDF), start, end and \
ingestedAt.";

/// What a document is written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Format {
    /// As the file says, or its first characters do.
    #[default]
    Auto,
    /// Plain text.
    Text,
    /// Markdown.
    Markdown,
    /// HTML.
    Html,
    /// PDF, as a file.
    Pdf,
}

/// A document to take in.
#[derive(Debug, Serialize, Deserialize, Validate, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct IngestRequest {
    /// The collection, which must have a model.
    #[garde(length(chars, min = 1, max = 63))]
    pub collection: String,
    /// Its text, at most 2,000,000 characters.
    #[serde(default)]
    #[garde(inner(length(chars, min = 1, max = 2_000_000)))]
    pub text: Option<String>,
    /// A file instead: text, Markdown or HTML in UTF-8, or a PDF.
    #[serde(default)]
    #[garde(skip)]
    pub file: Option<File>,
    /// Password that opens the PDF, if it needs one.
    #[serde(default)]
    #[garde(skip)]
    pub password: Option<Secret<String>>,
    /// What it is written in: found out by default.
    #[serde(default)]
    #[garde(skip)]
    pub format: Format,
    /// Its id, 1 to 200 characters; the hash of its content by default.
    #[serde(default)]
    #[garde(inner(length(chars, min = 1, max = 200)))]
    pub document_id: Option<String>,
    /// Its title; that of the HTML by default.
    #[serde(default)]
    #[garde(inner(length(chars, min = 1, max = 500)))]
    pub title: Option<String>,
    /// Where it is from: an address, a file name.
    #[serde(default)]
    #[garde(inner(length(chars, min = 1, max = 2_000)))]
    pub source: Option<String>,
    /// Anything to keep with each piece and to filter by; at most 16 KB.
    #[serde(default)]
    #[garde(skip)]
    pub metadata: Option<JsonObject>,
    /// Characters of a piece at most, 100 to 8,000: 1,000 by default.
    #[serde(default)]
    #[garde(range(min = 100, max = 8_000))]
    pub chunk_size: Option<usize>,
}

/// What became of a document.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct IngestResponse {
    /// Its id.
    pub document_id: String,
    /// Whether it was there already, just so.
    pub unchanged: bool,
    /// Number of its pieces.
    pub chunks: u64,
    /// Pieces that were embedded; the vectors of the others were there.
    pub embedded: u64,
    /// Pieces of its old text that are gone.
    pub removed: u64,
    /// Hash of its text and of all that was said of it.
    pub content_hash: String,
}

fn example() -> IngestRequest {
    IngestRequest {
        collection: "animals".into(),
        text: Some(
            "# Owls\n\nOwls hunt at night. They hear mice under snow.\n\n# Cats\n\nCats sleep most of the day.".into(),
        ),
        file: None,
        password: None,
        format: Format::Markdown,
        document_id: Some("animals-1".into()),
        title: Some("Animals".into()),
        source: None,
        metadata: JsonObject::of_text(r#"{"lang":"en"}"#.to_owned()),
        chunk_size: None,
    }
}

/// Describes the operation for its registration.
#[must_use]
pub fn about(op: Operation) -> Operation {
    op.named("documents_ingest")
        .summary("Ingest a document")
        .description(DESCRIPTION)
        .files(1, &["text/*", "application/xhtml+xml", "application/pdf"])
        .cost(Cost::Heavy)
        .example(example)
}

/// Takes a document in.
///
/// # Errors
/// When there is no text in it, the collection has no model or another one, or the plan has no room.
pub async fn ingest(
    mut request: IngestRequest,
    call: Arc<Call>,
    vectors: Arc<Vectors>,
) -> Result<IngestResponse, Error> {
    let tenant = vectors.tenant(&call);
    let spec = vectors.store.spec(&call, &tenant, &request.collection).await?;
    let model = &vectors.model;
    model::check("collection", &spec, model)?;
    check_metadata(request.metadata.as_ref())?;
    let mut read = read(&mut request, &call, &vectors).await?;
    read.title = request.title.clone().or(read.title);
    let collection = request.collection.clone();
    let document = call.compute(Cost::Light, move || Document::new(request, read)).await?;
    let known = known(&call, &vectors, &tenant, &collection, &document.id).await?;
    let first = known.iter().find_map(DocumentInfo::of).filter(|_| !known.is_empty());
    if let Some(first) = first.filter(|first| first.content_hash == document.hash && first.chunks == known.len() as u64)
    {
        return Ok(IngestResponse {
            document_id: document.id,
            unchanged: true,
            chunks: first.chunks,
            embedded: 0,
            removed: 0,
            content_hash: document.hash,
        });
    }
    // What was embedded by the same model need not be again.
    let mut there: HashMap<String, Vec<f32>> =
        known.into_iter().filter_map(|piece| Some((piece.text?, piece.vector?))).collect();
    let wanted: Vec<String> = document
        .pieces
        .iter()
        .filter(|piece| !there.contains_key(&piece.text))
        .map(|piece| piece.text.clone())
        .collect();
    let embedded = wanted.len() as u64;
    let made = model.documents(&call, wanted.clone(), |_| "text".to_owned()).await?;
    there.extend(wanted.into_iter().zip(made));
    let (id, hash, count) = (document.id.clone(), document.hash.clone(), document.pieces.len() as u64);
    let points = document.points(&there, &spec, &call)?;
    let change = Change { remove: Some(pieces_of(&id)), upsert: points };
    let changed = vectors.store.change(&call, &tenant, &collection, change).await?;
    Ok(IngestResponse {
        document_id: id,
        unchanged: false,
        chunks: count,
        embedded,
        removed: changed.removed,
        content_hash: hash,
    })
}

fn check_metadata(metadata: Option<&JsonObject>) -> Result<(), Error> {
    let Some(metadata) = metadata else { return Ok(()) };
    if metadata.text().len() > MAX_PAYLOAD / 4 {
        return Err(Error::field(Code::PayloadTooLarge, "metadata", "has more than 16 KB"));
    }
    let value = metadata.value().ok_or_else(|| Error::impossible("metadata", "is nested too deep"))?;
    crate::filter::leaves::leaves(&value).map_err(|problem| Error::impossible("metadata", problem))?;
    match RESERVED.iter().find(|name| value.get(**name).is_some()) {
        Some(name) => {
            Err(Error::impossible("metadata", format!("may not have {name}, which is a name of the service's own")))
        }
        None => Ok(()),
    }
}

/// A document, read.
#[derive(Default)]
struct Read {
    text: String,
    title: Option<String>,
    /// Where each page of a PDF begins, in characters.
    pages: Vec<usize>,
}

/// The text of the request, and its title if it says one.
async fn read(request: &mut IngestRequest, call: &Call, vectors: &Vectors) -> Result<Read, Error> {
    let wrong = |field: &str, message: &str| Err(Error::field(Code::ValidationError, field, message));
    let text = match (request.text.take(), &request.file) {
        (Some(_), Some(_)) => return wrong("file", "send a text or a file, not both"),
        (None, None) => return wrong("text", "is required, or a file"),
        (Some(_), None) if request.format == Format::Pdf => return wrong("file", "is required: a PDF is a file"),
        (Some(text), None) => text,
        (None, Some(file)) if request.format == Format::Pdf || file.bytes().starts_with(b"%PDF-") => {
            return read_pdf(file.clone(), request.password.as_ref(), call, vectors).await;
        }
        (None, Some(file)) => {
            let bytes = file.bytes();
            if bytes.len() > 8_000_000 {
                return Err(Error::field(Code::PayloadTooLarge, "file", "has more than 8 MB of text"));
            }
            let text = std::str::from_utf8(bytes).map_err(|_| Error::impossible("file", "is not text in UTF-8"))?;
            if text.chars().count() > MAX_CHARS {
                let message = format!("has more than {MAX_CHARS} characters");
                return Err(Error::field(Code::PayloadTooLarge, "file", message));
            }
            text.trim_start_matches('\u{feff}').to_owned()
        }
    };
    let said = request.file.as_ref().and_then(File::content_type).unwrap_or_default();
    let looks_so = || {
        let head: String = text.trim_start().chars().take(200).collect::<String>().to_ascii_lowercase();
        head.starts_with("<!doctype html") || head.starts_with("<html") || said.contains("html")
    };
    match request.format == Format::Html || (request.format == Format::Auto && looks_so()) {
        true => {
            let read = call.compute(Cost::Light, move || Ok(text_of(&text)));
            let (text, title) = read.await?;
            Ok(Read { text, title, pages: Vec::new() })
        }
        false => Ok(Read { text, ..Read::default() }),
    }
}

/// The text of a PDF, an empty line between its pages.
async fn read_pdf(
    file: File,
    password: Option<&Secret<String>>,
    call: &Call,
    vectors: &Vectors,
) -> Result<Read, Error> {
    let job = PdfJob { password: password.map(|password| password.reveal().clone()) };
    let (PdfPages { pages, unread }, _) = vectors.pdf.ask(call, &(), &job, vec![file]).await?;
    let mut read = Read::default();
    let mut chars = 0;
    for page in pages {
        if chars > 0 {
            read.text.push_str("\n\n");
            chars += 2;
        }
        read.pages.push(chars);
        chars += page.chars().count();
        read.text.push_str(&page);
    }
    if !unread.is_empty() {
        let listed: Vec<String> = unread.iter().take(20).map(usize::to_string).collect();
        let more = if unread.len() > 20 { ", ..." } else { "" };
        let pages = format!("pages {}{more}", listed.join(", "));
        if read.text.trim().is_empty() {
            let message =
                "has no text that can be read as such: have it recognized by the ocr service, and send the text";
            return Err(Error::impossible("file", message));
        }
        call.warn("needs-ocr", Some("file"), format!("{pages} have text that cannot be read as such: it is left out"));
    }
    Ok(read)
}

/// The pieces of a document that are there.
async fn known(
    call: &Call,
    vectors: &Vectors,
    tenant: &Tenant,
    collection: &str,
    document: &str,
) -> Result<Vec<Stored>, Error> {
    let parts = Parts { payload: true, vector: true };
    let page = vectors
        .store
        .scroll(call, tenant, collection, pieces_of(document), parts, Paging { limit: MAX_POINTS, cursor: None })
        .await?;
    let mut pieces = page.points;
    pieces.sort_by_key(|piece| super::number_entry(piece.payload.as_ref(), "chunk"));
    Ok(pieces)
}

/// A document, cut.
struct Document {
    id: String,
    hash: String,
    title: Option<String>,
    source: Option<String>,
    metadata: Option<JsonObject>,
    pieces: Vec<Chunk>,
    /// Where each page begins, in characters; nothing for what has no pages.
    pages: Vec<usize>,
}

impl Document {
    fn new(request: IngestRequest, read: Read) -> Result<Self, Error> {
        let Read { text, title, pages } = read;
        let size = request.chunk_size.unwrap_or(CHUNK);
        let pieces = chunks(&text, size);
        if pieces.is_empty() {
            return Err(Error::impossible("text", "has no words in it"));
        }
        if pieces.len() > MAX_POINTS {
            let message = format!(
                "makes {} pieces; a document has at most {MAX_POINTS}: send it in parts, or raise chunkSize",
                pieces.len()
            );
            return Err(Error::impossible("text", message));
        }
        let metadata = request.metadata.as_ref().map_or("", JsonObject::text);
        let said = json!([text, title, request.source, metadata, size]).to_string();
        let hash = |text: &str| blake3::hash(text.as_bytes()).to_hex()[..32].to_owned();
        let id = request.document_id.unwrap_or_else(|| hash(&text));
        Ok(Self { id, hash: hash(&said), title, source: request.source, metadata: request.metadata, pieces, pages })
    }

    /// The page a place is on, from 1.
    fn page(&self, place: usize) -> Option<usize> {
        Some(self.pages.partition_point(|start| *start <= place)).filter(|page| *page > 0)
    }

    /// The points of its pieces.
    fn points(self, vectors: &HashMap<String, Vec<f32>>, spec: &Spec, call: &Call) -> Result<Vec<Point>, Error> {
        let (count, now) = (self.pieces.len(), call.now().to_string());
        let point = |(number, piece): (usize, Chunk)| {
            let mut own = Map::new();
            let mut put = |name: &str, value: Value| {
                if !value.is_null() {
                    own.insert(name.to_owned(), value);
                }
            };
            put("documentId", self.id.as_str().into());
            put("chunk", number.into());
            put("chunks", count.into());
            put("contentHash", self.hash.as_str().into());
            put("title", self.title.clone().into());
            put("source", self.source.clone().into());
            put("section", piece.section.into());
            put("page", self.page(piece.start).into());
            put("start", piece.start.into());
            put("end", piece.end.into());
            put("ingestedAt", now.as_str().into());
            let own = JsonObject::of_value(&own.into()).unwrap_or_else(JsonObject::empty);
            let payload = self.metadata.as_ref().map_or_else(|| own.clone(), |metadata| metadata.merged(&own));
            let vector = vectors.get(&piece.text).cloned().ok_or_else(Error::internal)?;
            let vector = fitting("text", vector, spec)?;
            Ok(Point { id: format!("{}#{number}", self.id), vector, text: Some(piece.text), payload, expires: None })
        };
        self.pieces.iter().cloned().enumerate().map(point).collect()
    }
}
