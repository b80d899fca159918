//! What the service holds: the engines it works with.

use std::path::PathBuf;
use std::sync::Arc;

use chassis::{Check, Hold, NoSettings, Opening, Status};
use embedder::Embedder;
use models::Store;

/// The engines of the service.
pub struct Llm {
    /// Vectors of texts.
    pub(crate) embedder: Arc<Embedder>,
    /// The folder of models, or why there is none.
    pub(crate) store: Result<PathBuf, String>,
}

impl Llm {
    /// The models that are there.
    pub(crate) fn store(&self) -> Result<Store, String> {
        self.store.clone().map(Store::new)
    }
}

impl Hold for Llm {}

/// Takes the engines that services share.
///
/// # Errors
/// When there is none.
pub async fn open(opening: Opening<NoSettings>) -> Result<Llm, String> {
    Ok(Llm { embedder: opening.engine().await?, store: opening.runtime.data.folder(models::FOLDER) })
}

/// Whether there are embeddings.
pub async fn check(llm: Arc<Llm>) -> Check {
    match llm.embedder.model() {
        Ok(_) => Check::healthy(),
        Err(problem) => Check::because(Status::Degraded, problem.to_string()),
    }
}
