//! Take a document in.

use std::collections::HashMap;
use std::sync::Arc;

use chassis::{Call, Code, Cost, Error, File, Operation};
use garde::Validate;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

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
Takes plain text, Markdown and HTML, in `text` or as a file. Of PDFs send the text, which the pdf service extracts. At most 1,000 \
pieces a document.\n\n\
The payload of a piece has your metadata, and documentId, chunk, chunks, contentHash, title, source, section, start, end and ingestedAt.";

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
    /// A file instead: text, Markdown or HTML in UTF-8.
    #[serde(default)]
    #[garde(skip)]
    pub file: Option<File>,
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
        .files(1, &["text/*", "application/xhtml+xml"])
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
    let spec = vectors.store.get(&call, &tenant, &request.collection).await?.spec;
    let model = &vectors.model;
    model::check("collection", &spec, model)?;
    check_metadata(request.metadata.as_ref())?;
    let (text, title) = read(&mut request, &call).await?;
    let title = request.title.clone().or(title);
    let collection = request.collection.clone();
    let document = Document::new(request, text, title)?;
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
    crate::filter::leaves::leaves(&value).map_err(|_| Error::impossible("metadata", "has too many values"))?;
    match RESERVED.iter().find(|name| value.get(**name).is_some()) {
        Some(name) => {
            Err(Error::impossible("metadata", format!("may not have {name}, which is a name of the service's own")))
        }
        None => Ok(()),
    }
}

/// The text of the request, and its title if it says one.
async fn read(request: &mut IngestRequest, call: &Call) -> Result<(String, Option<String>), Error> {
    let text = match (request.text.take(), &request.file) {
        (Some(_), Some(_)) => {
            return Err(Error::field(Code::ValidationError, "file", "send a text or a file, not both"));
        }
        (None, None) => return Err(Error::field(Code::ValidationError, "text", "is required, or a file")),
        (Some(text), None) => text,
        (None, Some(file)) => {
            let bytes = file.bytes();
            if bytes.starts_with(b"%PDF-") {
                let message = "is a PDF: extract its text with the pdf service, and send that";
                return Err(Error::field(Code::UnsupportedMediaType, "file", message));
            }
            if bytes.len() > 8_000_000 {
                return Err(Error::field(Code::PayloadTooLarge, "file", "has more than 8 MB of text"));
            }
            let text = std::str::from_utf8(bytes).map_err(|_| Error::impossible("file", "is not text in UTF-8"))?;
            text.trim_start_matches('\u{feff}').to_owned()
        }
    };
    let said = request.file.as_ref().and_then(File::content_type).unwrap_or_default();
    let looks_so = || {
        let head: String = text.trim_start().chars().take(200).collect::<String>().to_ascii_lowercase();
        head.starts_with("<!doctype html") || head.starts_with("<html") || said.contains("html")
    };
    match request.format == Format::Html || (request.format == Format::Auto && looks_so()) {
        true => call.compute(Cost::Light, move || Ok(text_of(&text))).await,
        false => Ok((text, None)),
    }
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
}

impl Document {
    fn new(request: IngestRequest, text: String, title: Option<String>) -> Result<Self, Error> {
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
        Ok(Self { id, hash: hash(&said), title, source: request.source, metadata: request.metadata, pieces })
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
