//! The models, as OpenAI lists them.

use chassis::{Call, Code, Error, Operation};
use garde::Validate;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::foreign;
use crate::held::Llm;

/// What the names of embedding models start with: n8n shows only models with "embed" in their names.
const PREFIX: &str = "text-embedding-";

/// Nothing to say.
#[derive(Debug, Clone, Default, Serialize, Deserialize, Validate, JsonSchema)]
pub struct ModelListRequest {}

/// The name of a model.
#[derive(Debug, Clone, Serialize, Deserialize, Validate, JsonSchema)]
pub struct ModelRequest {
    /// Its name.
    #[garde(length(chars, min = 1, max = 200))]
    pub model: String,
}

/// Models.
#[derive(Debug, Serialize, JsonSchema)]
pub struct ModelList {
    /// Always `list`.
    pub object: String,
    /// The models.
    pub data: Vec<ModelObject>,
}

/// A model.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct ModelObject {
    /// Its name.
    pub id: String,
    /// Always `model`.
    pub object: String,
    /// Unix time of its publication, as far as known.
    pub created: i64,
    /// Who runs it.
    pub owned_by: String,
}

/// Describes the list for its registration.
pub fn list_about(op: Operation) -> Operation {
    foreign(op).named("openai_models").summary("List models, as OpenAI does").example(ModelListRequest::default)
}

/// Describes the single model for its registration.
pub fn get_about(op: Operation) -> Operation {
    let example = || ModelRequest { model: "text-embedding-all-minilm-l6-v2".into() };
    foreign(op).named("openai_model").summary("Describe a model, as OpenAI does").example(example)
}

/// The names of the embedding model: its own, and the one that starts as OpenAI's do.
pub(crate) fn embedding_names(llm: &Llm) -> [String; 2] {
    let own = llm.embedder.model_name();
    [format!("{PREFIX}{}", own.to_ascii_lowercase()), own.to_owned()]
}

/// Whether a name means the embedding model: one of its own, or any of OpenAI's embedding models, which clients send unless
/// told otherwise.
pub(crate) fn is_embedding(llm: &Llm, name: &str) -> bool {
    let short = name.rsplit('/').next().unwrap_or(name);
    embedding_names(llm).iter().any(|known| known.eq_ignore_ascii_case(short)) || name.starts_with(PREFIX)
}

/// Every name a request may use: those of embeddings, and those of chat.
fn names(llm: &Llm) -> Vec<String> {
    let chat = llm.chat.models().into_iter().map(|model| model.name);
    embedding_names(llm).into_iter().chain(chat).collect()
}

fn described(id: String) -> ModelObject {
    // The day all-MiniLM-L6-v2 was published; clients only sort by it.
    ModelObject { id, object: "model".to_owned(), created: 1_630_281_600, owned_by: "flowforge".to_owned() }
}

/// Lists models.
///
/// # Errors
/// None.
pub fn list(_: ModelListRequest, _: &Call, llm: &Llm) -> Result<ModelList, Error> {
    let data = names(llm).into_iter().map(described).collect();
    Ok(ModelList { object: "list".to_owned(), data })
}

/// Describes a model.
///
/// # Errors
/// When there is none of this name.
pub fn get(request: ModelRequest, _: &Call, llm: &Llm) -> Result<ModelObject, Error> {
    let known = names(llm).into_iter().find(|known| known.eq_ignore_ascii_case(&request.model));
    known.map(described).ok_or_else(|| unknown(llm, &request.model))
}

/// The error for a name that no model has.
pub(crate) fn unknown(llm: &Llm, name: &str) -> Error {
    let short: String = name.chars().take(60).collect();
    let known = &embedding_names(llm)[0];
    Error::field(Code::NotFound, "model", format!("there is no model {short} here; for embeddings use {known}"))
}
