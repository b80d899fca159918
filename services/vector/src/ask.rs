//! Ask a collection of documents: the passages an answer would be found in, with their sources.

use std::sync::Arc;

use chassis::{Call, Error, Operation};
use garde::Validate;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::documents::{number_entry, text_entry};
use crate::json_object::JsonObject;
use crate::model;
use crate::query::{self, MAX_QUERY, Mode, QueryRequest, Scores};
use crate::settings::Vectors;
use crate::text::highlight::{Highlight, highlights};

/// Score of the vector below which a passage says nothing about the question: of 40 questions on the subject the best passage had
/// 0.37 to 0.77, of 40 off it at most 0.23 (all-MiniLM-L6-v2, abstracts of SciFact).
const MIN_SCORE: f32 = 0.30;

const DESCRIPTION: &str = "\
Finds the passages of a collection that are about a question, by meaning and words, with document, title, source, section and place of \
each. Passages whose vector scores under `minScore` (0.30 by default, for cosine) are left out; when none is left, `abstained` is true and \
`reason` says so: better no answer than one made of what is not about it.\n\n\
No chat engine is part of this version, so `answer` is always null and the passages are the answer: give them to a chat model as numbered \
context, and check that it cites only numbers that are there.";

/// A question.
#[derive(Debug, Serialize, Deserialize, Validate, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct AskRequest {
    /// The collection, which must have a model.
    #[garde(length(chars, min = 1, max = 63))]
    pub collection: String,
    /// The question, at most 8,192 characters.
    #[garde(length(chars, min = 1, max = MAX_QUERY))]
    pub question: String,
    /// Number of passages, 1 to 50: 6 by default.
    #[serde(default)]
    #[garde(range(min = 1, max = 50))]
    pub limit: Option<usize>,
    /// Score of the vector a passage must have: 0.30 by default.
    #[serde(default)]
    #[garde(range(min = -1.0, max = 1.0))]
    pub min_score: Option<f32>,
    /// Which points come into question.
    #[serde(default)]
    #[garde(skip)]
    pub filter: Option<JsonObject>,
}

/// Why there is no answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Reason {
    /// No passage is about the question.
    NoRelevantPassage,
    /// No chat engine is there to make an answer of the passages.
    NoChatEngine,
}

/// A passage about the question.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Passage {
    /// Its number, from 1, to cite it by.
    pub number: usize,
    /// The id of its point.
    pub id: String,
    /// Its text.
    pub text: String,
    /// The score that decides the order.
    pub score: f32,
    /// The scores apart.
    pub scores: Scores,
    /// The document it is of, if it is of one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub document_id: Option<String>,
    /// The title of the document.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// Where the document is from.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub source: Option<String>,
    /// The heading it stands under.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub section: Option<String>,
    /// Where it starts, in characters from the start of the document's text.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub start: Option<u64>,
    /// Where it ends, in characters from the start of the document's text.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub end: Option<u64>,
    /// Where the words of the question are in it.
    pub highlights: Vec<Highlight>,
}

/// The passages about a question.
#[derive(Debug, Serialize, JsonSchema)]
pub struct AskResponse {
    /// An answer made of the passages; null without a chat engine.
    pub answer: Option<String>,
    /// Whether there is nothing about the question.
    pub abstained: bool,
    /// Why there is no answer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<Reason>,
    /// The passages, the best first.
    pub passages: Vec<Passage>,
}

/// Describes the operation for its registration.
#[must_use]
pub fn about(op: Operation) -> Operation {
    op.named("ask").summary("Ask a collection").description(DESCRIPTION).example(|| AskRequest {
        collection: "animals".into(),
        question: "When do owls hunt?".into(),
        limit: Some(3),
        min_score: None,
        filter: None,
    })
}

/// Finds the passages about a question.
///
/// # Errors
/// When the collection has no model or another one, or there is no such collection.
pub async fn ask(request: AskRequest, call: Arc<Call>, vectors: Arc<Vectors>) -> Result<AskResponse, Error> {
    let tenant = vectors.tenant(&call);
    let spec = vectors.store.get(&call, &tenant, &request.collection).await?.spec;
    model::check("collection", &spec, &vectors.model)?;
    let query = QueryRequest {
        collection: request.collection,
        text: Some(request.question),
        mode: Some(Mode::Hybrid),
        filter: request.filter,
        limit: Some(request.limit.unwrap_or(6)),
        score_threshold: Some(request.min_score.unwrap_or(MIN_SCORE)),
        ..QueryRequest::default()
    };
    let found = query::search(&query, &spec, &call, &vectors, &tenant).await?;
    let passages: Vec<Passage> = found
        .hits
        .into_iter()
        .filter(|hit| hit.point.text.is_some())
        .enumerate()
        .map(|(index, hit)| {
            let row = query::row(hit, &query, found.mode, &found.terms);
            let (payload, text) = (row.payload.as_ref(), row.text.unwrap_or_default());
            Passage {
                number: index + 1,
                highlights: highlights(&text, &found.terms),
                document_id: text_entry(payload, "documentId"),
                title: text_entry(payload, "title"),
                source: text_entry(payload, "source"),
                section: text_entry(payload, "section"),
                start: number_entry(payload, "start"),
                end: number_entry(payload, "end"),
                id: row.id,
                text,
                score: row.score,
                scores: row.scores,
            }
        })
        .collect();
    let abstained = passages.is_empty();
    let reason = if abstained { Reason::NoRelevantPassage } else { Reason::NoChatEngine };
    Ok(AskResponse { answer: None, abstained, reason: Some(reason), passages })
}
