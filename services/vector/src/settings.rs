//! The service's own settings, and what it holds: a store and, if there is one, a model for texts.

use std::sync::Arc;

use chassis::settings::Size;
use chassis::{Call, Check, Hold, Opening, Status};
use clap::Args;

use crate::embedded::{Embedded, EmbeddedSettings};
use crate::model::TextModel;
use crate::store::VectorStore;
use crate::tenant::Tenant;

/// Settings of vector.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "vector")]
pub struct Settings {
    /// Memory for collections in use, all together; what was not used for longest makes room.
    #[arg(global = true, long, env = "FLOWFORGE_VECTOR_MEMORY", default_value = "4GB", value_name = "SIZE")]
    pub vector_memory: Size,
}

/// What the service holds.
pub struct Vectors {
    /// The store of points.
    pub store: Box<dyn VectorStore>,
    /// The model for texts, which may still be missing.
    pub model: TextModel,
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
        self.store.close();
    }
}

/// Opens the store.
///
/// # Errors
/// When there is no folder for data, or Qdrant is not set rightly.
pub async fn open(opening: Opening<Settings>) -> Result<Vectors, String> {
    let folder = opening.runtime.data.folder("vector")?;
    let settings = EmbeddedSettings { folder, memory: opening.settings.vector_memory.0 };
    let store: Box<dyn VectorStore> = Box::new(Embedded::open(settings, opening.runtime.clone())?);
    Ok(Vectors { store, model: TextModel::new(opening.engine().await?) })
}

/// How the store is.
pub async fn check_store(vectors: Arc<Vectors>) -> Check {
    match vectors.store.check().await {
        Ok(()) => Check::healthy(),
        Err(error) => Check::because(Status::Degraded, error.message()),
    }
}

/// Whether there is a model for texts.
pub async fn check_model(vectors: Arc<Vectors>) -> Check {
    match vectors.model.identity() {
        Ok(_) => Check::healthy(),
        Err(problem) => Check::because(Status::Degraded, problem.message()),
    }
}
