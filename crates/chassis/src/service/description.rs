//! What documents and catalogs say of a service. Cheap to keep; what is dear (schemas, examples) is made when asked for.

use std::fmt;
use std::sync::Arc;

use http::Method;
use serde_json::Value;

use crate::openapi;
use crate::operation::registration::About;

/// A service as documents and catalogs show it.
#[derive(Clone)]
pub struct Description {
    pub(crate) name: &'static str,
    pub(crate) title: &'static str,
    pub(crate) prefix: String,
    pub(crate) operations: Vec<Arc<About>>,
    pub(crate) downloads: Option<&'static str>,
}

/// An operation, as a catalog shows it.
#[derive(Debug, Clone)]
pub struct OperationInfo {
    /// `<service>_<operation>`.
    pub id: String,
    /// The method.
    pub method: Method,
    /// The whole path.
    pub path: String,
    /// A line for lists.
    pub summary: String,
    /// A request that works; nothing for an operation without input.
    pub example: Option<Value>,
}

impl Description {
    /// The name.
    #[must_use]
    pub fn name(&self) -> &'static str {
        self.name
    }

    /// What it does in a few words.
    #[must_use]
    pub fn title(&self) -> &'static str {
        self.title
    }

    /// What its paths start with.
    #[must_use]
    pub fn prefix(&self) -> &str {
        &self.prefix
    }

    /// The operations, as a catalog shows them.
    #[must_use]
    pub fn operations(&self) -> Vec<OperationInfo> {
        let info = |about: &Arc<About>| OperationInfo {
            id: self.id(about),
            method: about.method.clone(),
            path: format!("{}{}", self.prefix, about.path),
            summary: about.summary.clone(),
            example: about.example(),
        };
        self.operations.iter().map(info).collect()
    }

    /// The OpenAPI document.
    #[must_use]
    pub fn document(&self) -> Value {
        openapi::document(self)
    }

    /// `<service>_<operation>`: how the document, the cache, the metrics and workers know an operation.
    pub(crate) fn id(&self, about: &About) -> String {
        format!("{}_{}", self.name, about.name)
    }
}

impl fmt::Debug for Description {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} with {} operations", self.name, self.operations.len())
    }
}
