//! Texts to vectors.

use std::sync::Arc;

use base64_simd::STANDARD;
use chassis::{Call, Code, Error, Operation};
use embedder::{Cut, Purpose};
use garde::Validate;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::held::Llm;
use crate::vectors::{self, Texts};

const DESCRIPTION: &str = "\
The embedding vectors of texts, by a model that runs here. Vectors have length one, so the dot product of two is their cosine \
similarity. A text has the same vector to the bit alone and among others. The default model, all-MiniLM-L6-v2, has 384 \
dimensions, reads 256 tokens (about 200 words) and knows English: what it cannot read carries the warning `unknown-tokens`, a \
text that is cut the warning `truncated`. A text without anything the model can read is refused, and never given a vector.";

/// Texts of one request.
pub(crate) const MAX_TEXTS: usize = 2048;
/// Characters of one text.
pub(crate) const MAX_CHARS: usize = 2_000_000;

/// Texts to embed.
#[derive(Debug, Clone, Default, Serialize, Deserialize, Validate, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct EmbedRequest {
    /// One text; give either `text` or `texts`.
    #[serde(default)]
    #[garde(inner(length(chars, max = MAX_CHARS)))]
    pub text: Option<String>,
    /// Several texts, at most 2,048.
    #[serde(default, alias = "inputs", alias = "input")]
    #[garde(length(max = MAX_TEXTS), inner(length(chars, max = MAX_CHARS)))]
    pub texts: Vec<String>,
    /// Whether the texts are passages or queries; only models trained with prompts (E5, BGE) tell them apart.
    #[serde(default)]
    #[garde(skip)]
    pub purpose: TextPurpose,
    /// Whether a text longer than the model reads is cut, with a warning, or refused.
    #[serde(default = "yes")]
    #[garde(skip)]
    pub truncate: bool,
    /// How the vectors are written.
    #[serde(default)]
    #[garde(skip)]
    pub encoding: VectorEncoding,
}

fn yes() -> bool {
    true
}

/// What a text is for.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum TextPurpose {
    /// Something to be found, or compared.
    #[default]
    #[serde(alias = "document")]
    Passage,
    /// Something to find others by.
    Query,
}

impl From<TextPurpose> for Purpose {
    fn from(purpose: TextPurpose) -> Self {
        match purpose {
            TextPurpose::Passage => Self::Passage,
            TextPurpose::Query => Self::Query,
        }
    }
}

/// How vectors are written.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum VectorEncoding {
    /// A list of numbers.
    #[default]
    Float,
    /// Little-endian 32-bit floats in Base64.
    Base64,
}

/// Vectors of texts.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct EmbedResponse {
    /// Name of the model.
    pub model: String,
    /// SHA-256 of the model's weights: only vectors with the same one may be compared.
    pub model_digest: String,
    /// Numbers of a vector.
    pub dimensions: usize,
    /// One entry for each text, in their order.
    pub embeddings: Vec<TextEmbedding>,
    /// Tokens the model read, all texts together.
    pub total_tokens: usize,
}

/// The vector of a text.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct TextEmbedding {
    /// Position of the text in the request, from 0.
    pub index: usize,
    /// The vector, of length one; with `encoding` float.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub embedding: Option<Vec<f32>>,
    /// The vector as little-endian 32-bit floats in Base64; with `encoding` base64.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub base64: Option<String>,
    /// Tokens the model read, those that mark start and end included.
    pub tokens: usize,
    /// Whether the text was longer than the model reads.
    pub truncated: bool,
    /// Share of the text's pieces that the model does not know, 0 to 1.
    pub unknown_share: f64,
}

fn example() -> EmbedRequest {
    EmbedRequest {
        texts: vec!["The new movie is awesome".into(), "The new movie is so great".into()],
        truncate: true,
        ..EmbedRequest::default()
    }
}

/// Describes the operation for its registration.
pub fn about(op: Operation) -> Operation {
    op.summary("Embed texts as vectors").description(DESCRIPTION).example(example)
}

/// The texts of a request that has one or several.
///
/// # Errors
/// When it has neither or both.
pub(crate) fn either(text: Option<String>, texts: Vec<String>) -> Result<Texts, Error> {
    match (text, texts.is_empty()) {
        (Some(text), true) => Ok(Texts::one("text", text)),
        (None, false) => Ok(Texts::list("texts", texts)),
        (None, true) => {
            Err(Error::field(Code::ValidationError, "texts", "is required: a list of texts, or text for one"))
        }
        (Some(_), false) => Err(Error::impossible("text", "give either text or texts, not both")),
    }
}

/// Embeds texts.
///
/// # Errors
/// When there is no model, or a text has nothing it can read.
pub async fn embed(request: EmbedRequest, call: Arc<Call>, llm: Arc<Llm>) -> Result<EmbedResponse, Error> {
    let cut = if request.truncate { Cut::At } else { Cut::Refuse };
    let texts = either(request.text, request.texts)?.read_as(request.purpose.into(), cut);
    let embedded = vectors::embed(&call, &llm, texts).await?;
    let written = |(index, (vector, read)): (usize, (&Arc<[f32]>, &vectors::Read))| {
        let is_float = request.encoding == VectorEncoding::Float;
        TextEmbedding {
            index,
            embedding: is_float.then(|| vector.to_vec()),
            base64: (!is_float).then(|| base64(vector)),
            tokens: read.tokens,
            truncated: read.truncated,
            unknown_share: read.unknown,
        }
    };
    Ok(EmbedResponse {
        model: embedded.model.name().to_owned(),
        model_digest: embedded.model.digest().to_owned(),
        dimensions: embedded.model.dimensions(),
        embeddings: embedded.vectors.iter().zip(&embedded.read).enumerate().map(written).collect(),
        total_tokens: embedded.read.iter().map(|read| read.tokens).sum(),
    })
}

/// A vector as little-endian 32-bit floats in Base64.
pub(crate) fn base64(vector: &[f32]) -> String {
    let bytes: Vec<u8> = vector.iter().flat_map(|value| value.to_le_bytes()).collect();
    STANDARD.encode_to_string(bytes)
}
