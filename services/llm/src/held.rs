//! What the service holds: the engines it works with.

use std::path::PathBuf;
use std::sync::Arc;

use chassis::{Check, Hold, NoSettings, Opening, Status};
use chat::Chat;
use embedder::Embedder;
use models::Store;

/// The engines of the service.
pub struct Llm {
    /// Vectors of texts.
    pub(crate) embedder: Arc<Embedder>,
    /// Models that talk.
    pub(crate) chat: Arc<Chat>,
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
    let (embedder, chat) = (opening.engine().await?, opening.engine().await?);
    Ok(Llm { embedder, chat, store: opening.runtime.data.folder(models::FOLDER) })
}

/// Whether there are embeddings.
pub async fn check(llm: Arc<Llm>) -> Check {
    match llm.embedder.model().and_then(|_| llm.embedder.reranker()) {
        Ok(_) => Check::healthy(),
        Err(problem) => Check::because(Status::Degraded, problem.to_string()),
    }
}

/// Whether there is somebody to talk to.
pub async fn check_chat(llm: Arc<Llm>) -> Check {
    match llm.chat.check() {
        Ok(()) => Check::healthy(),
        Err(problem) => Check::because(Status::Degraded, problem),
    }
}
