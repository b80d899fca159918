//! The service's own settings, and what it holds: a store and, if there is one, a model for texts.

use std::convert::Infallible;
use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use chassis::settings::Size;
use chassis::{Call, Check, Hold, Opening, Status, WarmWorkers, Warmth};
use chat::Chat;
use clap::Args;

use crate::documents::PdfReader;
use crate::embedded::{Embedded, EmbeddedSettings};
use crate::model::TextModel;
use crate::qdrant::Qdrant;
use crate::snapshots::Shelf;
use crate::store::VectorStore;
use crate::tenant::Tenant;

/// Settings of vector.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "vector")]
pub struct Settings {
    /// Memory for collections in use, all together; what was not used for longest makes room.
    #[arg(global = true, long, env = "FLOWFORGE_VECTOR_MEMORY", default_value = "4GB", value_name = "SIZE")]
    pub vector_memory: Size,

    /// Databases of consumers that stay open while nobody uses them.
    #[arg(global = true, long, env = "FLOWFORGE_VECTOR_OPEN", default_value = "64", value_name = "NUMBER")]
    pub vector_open: usize,

    /// Address of a Qdrant server's gRPC, such as http://localhost:6334; without one points are kept in the data folder.
    #[arg(global = true, long, env = "QDRANT_URL", value_name = "URL")]
    pub qdrant_url: Option<String>,

    /// Key of the Qdrant server.
    #[arg(global = true, long, env = "QDRANT_API_KEY", hide_env_values = true, value_name = "KEY")]
    pub qdrant_api_key: Option<QdrantKey>,

    /// What the names of collections on the Qdrant server begin with.
    #[arg(global = true, long, env = "FLOWFORGE_QDRANT_PREFIX", default_value = "flowforge", value_name = "NAME")]
    pub qdrant_prefix: String,
}

/// A key, which shows itself to nobody.
#[derive(Clone)]
pub struct QdrantKey(String);

impl fmt::Debug for QdrantKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("hidden")
    }
}

impl FromStr for QdrantKey {
    type Err = Infallible;

    fn from_str(text: &str) -> Result<Self, Infallible> {
        Ok(Self(text.to_owned()))
    }
}

/// What the service holds.
pub struct Vectors {
    /// The store of points.
    pub store: Box<dyn VectorStore>,
    /// The model for texts, which may still be missing.
    pub model: TextModel,
    /// Models that make answers of passages.
    pub chat: Arc<Chat>,
    /// Workers that read PDFs.
    pub pdf: WarmWorkers<PdfReader>,
    /// Where snapshots are kept.
    pub(crate) snapshots: Shelf,
}

impl Vectors {
    /// The caller as a tenant.
    #[must_use]
    pub fn tenant(&self, call: &Call) -> Tenant {
        Tenant::of(call)
    }
}

impl Hold for Vectors {
    async fn close(&self) {
        self.pdf.close();
        self.store.close();
    }
}

/// Opens the store.
///
/// # Errors
/// When there is no folder for data, or Qdrant is not set rightly.
pub async fn open(opening: Opening<Settings>) -> Result<Vectors, String> {
    let folder = opening.runtime.data.folder("vector")?;
    let snapshots = Shelf::new(folder.clone());
    let Settings { vector_memory, vector_open, qdrant_url, qdrant_api_key, qdrant_prefix } = opening.settings.clone();
    let store: Box<dyn VectorStore> = match qdrant_url.filter(|url| !url.trim().is_empty()) {
        Some(url) => {
            let key = qdrant_api_key.map(|QdrantKey(key)| key).filter(|key| !key.is_empty());
            Box::new(Qdrant::open(url.trim(), key, &qdrant_prefix)?)
        }
        None => {
            let settings = EmbeddedSettings { folder, memory: vector_memory.0, open: vector_open };
            Box::new(Embedded::open(settings, opening.runtime.clone())?)
        }
    };
    let pdf = opening.warm(Warmth::default());
    Ok(Vectors { store, model: TextModel::new(opening.engine().await?), chat: opening.engine().await?, pdf, snapshots })
}

/// Which store it is, and how it is.
pub async fn check_store(vectors: Arc<Vectors>) -> Check {
    match vectors.store.check().await {
        Ok(()) => Check::because(Status::Healthy, vectors.store.name()),
        Err(error) => Check::because(Status::Degraded, format!("{}: {}", vectors.store.name(), error.message())),
    }
}

/// Whether there is a model for texts.
pub async fn check_model(vectors: Arc<Vectors>) -> Check {
    match vectors.model.identity() {
        Ok(_) => Check::healthy(),
        Err(problem) => Check::because(Status::Degraded, problem.message()),
    }
}
