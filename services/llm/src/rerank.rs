//! Documents in the order of what they say to a query.

use std::sync::Arc;

use chassis::{Call, Error, Operation};
use garde::Validate;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::embed::MAX_CHARS;
use crate::held::Llm;
use crate::vectors::{self, Judged, Texts, cosine};

const DESCRIPTION: &str = "\
Sorts documents by how relevant they are to a query. `method` says how: `bi-encoder` compares the embedding of the \
query with that of each document, which is quick and finds what words alone do not; `cross-encoder` reads query and document together, \
which is better and slower, and is used where the operator has set one (`FLOWFORGE_RERANKER_MODEL`). Documents longer than the model reads (256 \
tokens by default) are judged by their start: cut them first with `chunk`.";

/// A query and documents to sort.
#[derive(Debug, Clone, Serialize, Deserialize, Validate, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct RerankRequest {
    /// What is looked for.
    #[garde(length(chars, min = 1, max = MAX_CHARS))]
    pub query: String,
    /// Documents to sort, at most 1,000.
    #[garde(length(min = 1, max = 1000), inner(length(chars, max = MAX_CHARS)))]
    pub documents: Vec<String>,
    /// Number of results; all without it.
    #[serde(default)]
    #[garde(inner(range(min = 1, max = 1000)))]
    pub top_n: Option<usize>,
    /// Whether the results hold the documents themselves.
    #[serde(default)]
    #[garde(skip)]
    pub return_documents: bool,
}

/// Documents, the most relevant first.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct RerankResponse {
    /// Results, the most relevant first.
    pub results: Vec<RerankedDocument>,
    /// How relevance was judged.
    pub method: RerankMethod,
    /// Name of the model.
    pub model: String,
}

/// A document and how relevant it is.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct RerankedDocument {
    /// Position of the document in the request, from 0.
    pub index: usize,
    /// Relevance: the cosine similarity of the embeddings, from -1 to 1; of a cross-encoder from 0 to 1.
    pub relevance_score: f64,
    /// The document, with `returnDocuments`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub document: Option<String>,
}

/// How relevance is judged.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum RerankMethod {
    /// By comparing the embeddings of query and document.
    BiEncoder,
    /// By a model that reads query and document together.
    CrossEncoder,
}

fn example() -> RerankRequest {
    RerankRequest {
        query: "How long is the warranty?".into(),
        documents: vec![
            "Delivery takes three to five working days.".into(),
            "All our kettles carry a two-year guarantee.".into(),
            "You can return any item within 30 days.".into(),
        ],
        top_n: Some(2),
        return_documents: true,
    }
}

/// Describes the operation for its registration.
pub fn about(op: Operation) -> Operation {
    op.summary("Sort documents by relevance to a query").description(DESCRIPTION).example(example)
}

/// Sorts documents.
///
/// # Errors
/// When there is no model, or a text has nothing it can read.
pub async fn rerank(request: RerankRequest, call: Arc<Call>, llm: Arc<Llm>) -> Result<RerankResponse, Error> {
    let keep = request.return_documents.then(|| request.documents.clone());
    let (method, judged) = match vectors::reranker(&llm)? {
        Some(model) => {
            (RerankMethod::CrossEncoder, vectors::judge(&call, &llm, model, request.query, request.documents).await?)
        }
        None => (RerankMethod::BiEncoder, compare(&call, &llm, request.query, request.documents).await?),
    };
    let mut scores: Vec<(usize, f64)> = judged.scores.into_iter().enumerate().collect();
    // Those that are as good stay in their order.
    scores.sort_by(|a, b| b.1.total_cmp(&a.1));
    scores.truncate(request.top_n.unwrap_or(usize::MAX));
    let result = |(index, relevance_score): (usize, f64)| {
        let document = keep.as_ref().map(|documents: &Vec<String>| documents[index].clone());
        RerankedDocument { index, relevance_score, document }
    };
    Ok(RerankResponse {
        results: scores.into_iter().map(result).collect(),
        method,
        model: judged.model.name().to_owned(),
    })
}

/// How near documents are to a query by their vectors.
async fn compare(call: &Arc<Call>, llm: &Llm, query: String, documents: Vec<String>) -> Result<Judged, Error> {
    let query = vectors::embed(call, llm, Texts::one("query", query).query()).await?;
    let documents = vectors::embed(call, llm, Texts::list("documents", documents)).await?;
    let scores = documents.vectors.iter().map(|vector| cosine(&query.vectors[0], vector)).collect();
    Ok(Judged { model: documents.model, scores })
}
