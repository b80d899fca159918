//! Read a document's pieces.

use std::sync::Arc;

use chassis::{Call, Code, Error, Operation};
use garde::Validate;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{DocumentInfo, number_entry, pieces_of, text_entry};
use crate::plan::MAX_POINTS;
use crate::settings::Vectors;
use crate::store::{Paging, Parts};

/// Which document.
#[derive(Debug, Serialize, Deserialize, Validate, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct DocumentRequest {
    /// The collection.
    #[garde(length(chars, min = 1, max = 63))]
    pub collection: String,
    /// Its id.
    #[garde(length(chars, min = 1, max = 200))]
    pub document_id: String,
}

pub(super) fn example() -> DocumentRequest {
    DocumentRequest { collection: "animals".into(), document_id: "animals-1".into() }
}

/// A piece of a document.
#[derive(Debug, Serialize, JsonSchema)]
pub struct DocumentChunk {
    /// The id of its point.
    pub id: String,
    /// Its text.
    pub text: String,
    /// Where it starts, in characters from the start of the document's text.
    pub start: u64,
    /// Where it ends, in characters from the start of the document's text.
    pub end: u64,
    /// The heading it stands under, if there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub section: Option<String>,
    /// The page of a PDF it starts on, from 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub page: Option<u64>,
}

/// A document with its pieces.
#[derive(Debug, Serialize, JsonSchema)]
pub struct GetDocumentResponse {
    /// The document.
    pub document: DocumentInfo,
    /// Its pieces, in their order.
    pub rows: Vec<DocumentChunk>,
}

/// Describes the operation for its registration.
#[must_use]
pub fn about(op: Operation) -> Operation {
    op.named("documents_get")
        .summary("Get a document")
        .description("A document with its pieces, in their order.")
        .example(example)
}

/// Reads a document.
///
/// # Errors
/// When there is none of that id.
pub async fn get(
    request: DocumentRequest,
    call: Arc<Call>,
    vectors: Arc<Vectors>,
) -> Result<GetDocumentResponse, Error> {
    let (tenant, parts) = (vectors.tenant(&call), Parts { payload: true, vector: false });
    let filter = pieces_of(&request.document_id);
    let page = vectors
        .store
        .scroll(&call, &tenant, &request.collection, filter, parts, Paging { limit: MAX_POINTS, cursor: None })
        .await?;
    let mut pieces = page.points;
    pieces.sort_by_key(|piece| number_entry(piece.payload.as_ref(), "chunk"));
    let document = pieces.first().and_then(DocumentInfo::of).ok_or_else(|| missing(&request))?;
    let rows = pieces.into_iter().map(|piece| DocumentChunk {
        start: number_entry(piece.payload.as_ref(), "start").unwrap_or(0),
        end: number_entry(piece.payload.as_ref(), "end").unwrap_or(0),
        section: text_entry(piece.payload.as_ref(), "section"),
        page: number_entry(piece.payload.as_ref(), "page"),
        id: piece.id,
        text: piece.text.unwrap_or_default(),
    });
    Ok(GetDocumentResponse { document, rows: rows.collect() })
}

/// There is no such document.
pub(super) fn missing(request: &DocumentRequest) -> Error {
    let DocumentRequest { collection, document_id } = request;
    Error::field(Code::NotFound, "documentId", format!("there is no document {document_id} in {collection}"))
}
