//! How alike texts are in meaning.

use std::sync::Arc;

use chassis::{Call, Code, Error, Operation, Short, Shorthand};
use garde::Validate;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::embed::MAX_CHARS;
use crate::held::Llm;
use crate::vectors::{self, Texts, cosine};

const DESCRIPTION: &str = "\
Cosine similarity of the meaning of texts, from -1 to 1: of one text with several (`source` and `targets`), of pairs, or of all \
texts of a list with each other (`texts`). With the default model, paraphrases score about 0.7 to 1 and unrelated texts about 0 to \
0.2. It compares meaning, not truth: a sentence and its negation are alike.";

/// Texts of a matrix.
const MAX_MATRIX: usize = 300;

/// Texts to compare: `source` with `targets`, `pairs`, or `texts` with each other.
#[derive(Debug, Clone, Default, Serialize, Deserialize, Validate, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct SimilarityRequest {
    /// Text to compare with each of `targets`.
    #[serde(default)]
    #[garde(inner(length(chars, max = MAX_CHARS)))]
    pub source: Option<String>,
    /// Texts to compare `source` with, at most 2,000.
    #[serde(default)]
    #[garde(length(max = 2000), inner(length(chars, max = MAX_CHARS)))]
    pub targets: Vec<String>,
    /// Pairs of texts, at most 1,000; a list of two texts will do for a pair.
    #[serde(default, deserialize_with = "chassis::shorts")]
    #[garde(length(max = 1000), dive)]
    pub pairs: Vec<TextPair>,
    /// Texts to compare with each other, at most 300.
    #[serde(default)]
    #[garde(length(max = MAX_MATRIX), inner(length(chars, max = MAX_CHARS)))]
    pub texts: Vec<String>,
}

/// Two texts.
#[derive(Debug, Clone, Serialize, Deserialize, Validate, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct TextPair {
    /// One text.
    #[garde(length(chars, max = MAX_CHARS))]
    pub a: String,
    /// Another.
    #[garde(length(chars, max = MAX_CHARS))]
    pub b: String,
}

impl Shorthand for TextPair {
    fn of(short: Short) -> Option<Self> {
        let [a, b] = short.list()?.try_into().ok()?;
        Some(Self { a, b })
    }
}

/// Similarities of texts.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct SimilarityResponse {
    /// Cosine similarity of each target with the source, or of each pair, in their order.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub scores: Option<Vec<f64>>,
    /// Position of the most similar target or pair.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub best: Option<usize>,
    /// Cosine similarity of all texts with each other, with `texts`: row i, column j is that of text i and text j.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub matrix: Option<Vec<Vec<f64>>>,
    /// Name of the model.
    pub model: String,
}

fn example() -> SimilarityRequest {
    SimilarityRequest {
        source: Some("How do I reset my password?".into()),
        targets: vec!["I forgot my login and cannot get in".into(), "What does shipping cost?".into()],
        ..SimilarityRequest::default()
    }
}

/// Describes the operation for its registration.
pub fn about(op: Operation) -> Operation {
    op.summary("Compare texts by meaning").description(DESCRIPTION).example(example)
}

/// Compares texts.
///
/// # Errors
/// When there is no model, or a text has nothing it can read.
pub async fn similarity(
    request: SimilarityRequest,
    call: Arc<Call>,
    llm: Arc<Llm>,
) -> Result<SimilarityResponse, Error> {
    let SimilarityRequest { source, targets, pairs, texts } = request;
    match (source, targets.is_empty(), pairs.is_empty(), texts.is_empty()) {
        (Some(source), false, true, true) => of_source(source, targets, &call, &llm).await,
        (None, true, false, true) => of_pairs(pairs, &call, &llm).await,
        (None, true, true, false) => of_all(texts, call, &llm).await,
        _ => Err(Error::field(
            Code::ValidationError,
            "source",
            "give source and targets, or pairs, or texts: one of the three",
        )),
    }
}

async fn of_source(
    source: String,
    targets: Vec<String>,
    call: &Arc<Call>,
    llm: &Llm,
) -> Result<SimilarityResponse, Error> {
    let source = vectors::embed(call, llm, Texts::one("source", source)).await?;
    let targets = vectors::embed(call, llm, Texts::list("targets", targets)).await?;
    let scores = targets.vectors.iter().map(|target| cosine(&source.vectors[0], target)).collect();
    Ok(scored(scores, source.model.name()))
}

async fn of_pairs(pairs: Vec<TextPair>, call: &Arc<Call>, llm: &Llm) -> Result<SimilarityResponse, Error> {
    let (left, right): (Vec<_>, Vec<_>) = pairs
        .into_iter()
        .enumerate()
        .map(|(index, pair)| ((format!("pairs[{index}].a"), pair.a), (format!("pairs[{index}].b"), pair.b)))
        .unzip();
    let left = vectors::embed(call, llm, Texts::each(left)).await?;
    let right = vectors::embed(call, llm, Texts::each(right)).await?;
    let scores = left.vectors.iter().zip(&right.vectors).map(|(a, b)| cosine(a, b)).collect();
    Ok(scored(scores, left.model.name()))
}

async fn of_all(texts: Vec<String>, call: Arc<Call>, llm: &Llm) -> Result<SimilarityResponse, Error> {
    let embedded = vectors::embed(&call, llm, Texts::list("texts", texts)).await?;
    let vectors = embedded.vectors;
    let matrix = call
        .compute(chassis::Cost::Light, move || {
            Ok(vectors.iter().map(|a| vectors.iter().map(|b| cosine(a, b)).collect()).collect())
        })
        .await?;
    let model = embedded.model.name().to_owned();
    Ok(SimilarityResponse { scores: None, best: None, matrix: Some(matrix), model })
}

fn scored(scores: Vec<f64>, model: &str) -> SimilarityResponse {
    let best = scores.iter().enumerate().max_by(|a, b| a.1.total_cmp(b.1).then(b.0.cmp(&a.0))).map(|(index, _)| index);
    SimilarityResponse { scores: Some(scores), best, matrix: None, model: model.to_owned() }
}
