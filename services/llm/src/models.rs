//! The models that are there.

use chassis::{Call, Error, Operation};
use garde::Validate;
use models::{Kind, PINNED, pinned};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::held::Llm;

const DESCRIPTION: &str = "\
The models of this server, and whether each is ready. A model that is `missing` is pulled with the command that `reason` names; the \
operations that need it answer 503 until then.";

/// Nothing to say.
#[derive(Debug, Clone, Default, Serialize, Deserialize, Validate, JsonSchema)]
pub struct ModelsRequest {}

/// Models.
#[derive(Debug, Serialize, JsonSchema)]
pub struct ModelsResponse {
    /// The models.
    pub models: Vec<ModelInfo>,
}

/// A model.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ModelInfo {
    /// Its name.
    pub name: String,
    /// What it is for.
    pub kind: ModelKind,
    /// Whether it can be used.
    pub state: ModelState,
    /// What is missing, and how to get it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// Whether requests use it when they name none.
    pub default: bool,
    /// SHA-256 of its weights.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub digest: Option<String>,
    /// Numbers of a vector; embedding models only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub dimensions: Option<usize>,
    /// Tokens of a text it reads.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_tokens: Option<usize>,
    /// License of the weights (SPDX), if known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub license: Option<String>,
}

/// What a model is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum ModelKind {
    /// Texts to vectors.
    Embedding,
    /// Conversations.
    Chat,
}

/// Whether a model can be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum ModelState {
    /// It is there.
    Ready,
    /// It is not.
    Missing,
}

impl From<Kind> for ModelKind {
    fn from(kind: Kind) -> Self {
        match kind {
            Kind::Embedding => Self::Embedding,
            Kind::Chat => Self::Chat,
        }
    }
}

/// Describes the operation for its registration.
pub fn about(op: Operation) -> Operation {
    op.summary("List models").description(DESCRIPTION).example(ModelsRequest::default)
}

/// Lists the models.
///
/// # Errors
/// None.
pub fn models(_: ModelsRequest, _: &Call, llm: &Llm) -> Result<ModelsResponse, Error> {
    let mut models = vec![embedding(llm)];
    let held = llm.store().and_then(|store| store.list().map_err(|problem| problem.to_string())).unwrap_or_default();
    let others = held.iter().filter(|held| held.name() != llm.embedder.model_name());
    models.extend(others.map(|held| ModelInfo {
        name: held.name().to_owned(),
        kind: held.kind().into(),
        state: ModelState::Ready,
        reason: None,
        default: held.kind() == Kind::Chat && held.name() == default_chat(),
        digest: Some(held.digest().to_owned()),
        dimensions: None,
        max_tokens: None,
        license: license(held.name()),
    }));
    let store = llm.store();
    let missing = PINNED.iter().filter(|known| !models.iter().any(|model| model.name == known.name));
    let missing: Vec<ModelInfo> = missing
        .map(|known| ModelInfo {
            name: known.name.to_owned(),
            kind: known.kind.into(),
            state: ModelState::Missing,
            reason: match &store {
                Ok(store) => store.find(known.name).err().map(|problem| problem.to_string()),
                Err(problem) => Some(problem.clone()),
            },
            default: known.kind == Kind::Chat && known.name == default_chat(),
            digest: None,
            dimensions: None,
            max_tokens: None,
            license: license(known.name),
        })
        .collect();
    models.extend(missing);
    Ok(ModelsResponse { models })
}

/// The embedding model that is set.
fn embedding(llm: &Llm) -> ModelInfo {
    let model = llm.embedder.model();
    let name = llm.embedder.model_name().to_owned();
    ModelInfo {
        kind: ModelKind::Embedding,
        state: if model.is_ok() { ModelState::Ready } else { ModelState::Missing },
        reason: model.as_ref().err().map(ToString::to_string),
        default: true,
        digest: model.as_ref().ok().map(|model| model.digest().to_owned()),
        dimensions: model.as_ref().ok().map(|model| model.dimensions()),
        max_tokens: model.as_ref().ok().map(|model| model.limit()),
        license: license(&name),
        name,
    }
}

fn license(name: &str) -> Option<String> {
    pinned(name).map(|known| known.license.to_owned())
}

/// The first known chat model.
fn default_chat() -> &'static str {
    PINNED.iter().find(|known| known.kind == Kind::Chat).map_or("", |known| known.name)
}
