//! OpenAI's embeddings.

use std::sync::Arc;

use chassis::{Call, Code, Error, Operation};
use garde::Validate;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{foreign, models};
use crate::embed::{MAX_TEXTS, base64};
use crate::held::Llm;
use crate::vectors::{self, Texts};

const DESCRIPTION: &str = "\
OpenAI's embeddings: change the base URL and the key of a client, and nothing else. Any model name that starts with \
`text-embedding-` means the model that runs here, whose name the answer has. `input` is a text or a list of texts; lists of token \
numbers are those of OpenAI's own tokenizer and are refused (in LangChain set `check_embedding_ctx_length=False`). With \
`dimensions` vectors are cut to their first numbers and brought to length one again, which costs quality with models that were not \
trained for it. Texts longer than the model reads are cut.";

/// Texts to embed, as OpenAI has them.
#[derive(Debug, Clone, Serialize, Deserialize, Validate, JsonSchema)]
pub struct EmbeddingsRequest {
    /// Name of the model.
    #[garde(length(chars, min = 1, max = 200))]
    pub model: String,
    /// A text, or a list of texts.
    #[schemars(with = "EmbeddingsInput")]
    #[garde(skip)]
    pub input: Value,
    /// How vectors are written.
    #[serde(default)]
    #[garde(skip)]
    pub encoding_format: Option<EncodingFormat>,
    /// Numbers of a vector, when it is to have fewer than the model makes.
    #[serde(default)]
    #[garde(inner(range(min = 1, max = 65_536)))]
    pub dimensions: Option<usize>,
}

/// A text, or a list of texts.
#[derive(JsonSchema)]
#[serde(untagged)]
#[expect(dead_code, reason = "only its schema is used")]
enum EmbeddingsInput {
    /// A text.
    One(String),
    /// A list of texts.
    Several(Vec<String>),
}

/// How vectors are written.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum EncodingFormat {
    /// A list of numbers.
    #[default]
    Float,
    /// Little-endian 32-bit floats in Base64.
    Base64,
}

/// Vectors of texts, as OpenAI has them.
#[derive(Debug, Serialize, JsonSchema)]
pub struct EmbeddingsAnswer {
    /// Always `list`.
    pub object: String,
    /// One entry for each text, in their order.
    pub data: Vec<EmbeddingObject>,
    /// Name of the model that made them.
    pub model: String,
    /// What was read.
    pub usage: EmbeddingUsage,
}

/// The vector of a text.
#[derive(Debug, Serialize, JsonSchema)]
pub struct EmbeddingObject {
    /// Always `embedding`.
    pub object: String,
    /// Position of the text in the request, from 0.
    pub index: usize,
    /// The vector.
    pub embedding: EmbeddingValue,
}

/// A vector as it was asked for.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(untagged)]
pub enum EmbeddingValue {
    /// Numbers.
    Numbers(Vec<f32>),
    /// Little-endian 32-bit floats in Base64.
    Base64(String),
}

/// Tokens of a request.
#[derive(Debug, Serialize, JsonSchema)]
pub struct EmbeddingUsage {
    /// Tokens the model read.
    pub prompt_tokens: usize,
    /// The same.
    pub total_tokens: usize,
}

fn example() -> EmbeddingsRequest {
    EmbeddingsRequest {
        model: "text-embedding-all-minilm-l6-v2".into(),
        input: json!(["The new movie is awesome", "The new movie is so great"]),
        encoding_format: None,
        dimensions: Some(8),
    }
}

/// Describes the operation for its registration.
pub fn about(op: Operation) -> Operation {
    foreign(op)
        .named("openai_embeddings")
        .summary("Embed texts, as OpenAI does")
        .description(DESCRIPTION)
        .example(example)
}

fn wrong(field: &str, message: impl Into<String>) -> Error {
    Error::field(Code::ValidationError, field, message)
}

/// The texts of an input; whether it is a single one.
fn texts(input: Value) -> Result<Texts, Error> {
    let many = |texts: usize| wrong("input", format!("has {texts} texts, at most {MAX_TEXTS} are taken at once"));
    match input {
        Value::String(text) => Ok(Texts::one("input", text)),
        Value::Array(items) if items.is_empty() => {
            Err(wrong("input", "is an empty list; send a text or a list of texts"))
        }
        Value::Array(items) if items.iter().any(is_tokens) => Err(wrong(
            "input",
            "token arrays cannot be used with this model, whose tokenizer is another: send texts. \
             In LangChain set check_embedding_ctx_length=False",
        )),
        Value::Array(items) if items.len() > MAX_TEXTS => Err(many(items.len())),
        Value::Array(items) => {
            let text = |(index, item)| match item {
                Value::String(text) => Ok(text),
                _ => Err(wrong(&format!("input[{index}]"), "must be text")),
            };
            Ok(Texts::list("input", items.into_iter().enumerate().map(text).collect::<Result<_, _>>()?))
        }
        _ => Err(wrong("input", "must be text or a list of texts")),
    }
}

fn is_tokens(item: &Value) -> bool {
    item.is_number() || item.as_array().is_some_and(|inner| inner.iter().all(Value::is_number))
}

/// The first numbers of a vector, brought to length one again.
fn shortened(vector: &[f32], dimensions: usize) -> Vec<f32> {
    let part = &vector[..dimensions];
    let length = part.iter().map(|value| f64::from(*value).powi(2)).sum::<f64>().sqrt();
    if length > 0.0 { part.iter().map(|value| (f64::from(*value) / length) as f32).collect() } else { part.to_vec() }
}

/// Embeds texts.
///
/// # Errors
/// When there is no such model, or a text has nothing it can read.
pub async fn embeddings(request: EmbeddingsRequest, call: Arc<Call>, llm: Arc<Llm>) -> Result<EmbeddingsAnswer, Error> {
    if !models::is_embedding(&llm, &request.model) {
        return Err(models::unknown(&llm, &request.model));
    }
    let texts = texts(request.input)?;
    let whole = vectors::model(&llm)?.dimensions();
    let dimensions = request.dimensions.unwrap_or(whole);
    if dimensions > whole {
        return Err(wrong(
            "dimensions",
            format!("the model makes vectors of {whole} numbers; ask for at most so many"),
        ));
    }
    let embedded = vectors::embed(&call, &llm, texts).await?;
    let object = |(index, vector): (usize, &Arc<[f32]>)| {
        let vector = if dimensions == whole { vector.to_vec() } else { shortened(vector, dimensions) };
        let embedding = match request.encoding_format.unwrap_or_default() {
            EncodingFormat::Float => EmbeddingValue::Numbers(vector),
            EncodingFormat::Base64 => EmbeddingValue::Base64(base64(&vector)),
        };
        EmbeddingObject { object: "embedding".to_owned(), index, embedding }
    };
    let tokens = embedded.read.iter().map(|read| read.tokens).sum();
    Ok(EmbeddingsAnswer {
        object: "list".to_owned(),
        data: embedded.vectors.iter().enumerate().map(object).collect(),
        model: embedded.model.name().to_owned(),
        usage: EmbeddingUsage { prompt_tokens: tokens, total_tokens: tokens },
    })
}
