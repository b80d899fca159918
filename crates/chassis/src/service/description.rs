//! What documents and catalogs say of a service. Cheap to keep; what is dear (schemas, examples) is made when asked for.

use std::fmt;
use std::sync::Arc;

use http::Method;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
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
    /// Whether it speaks another product's contract.
    pub foreign: bool,
    /// A request that works; nothing for an operation without input.
    pub example: Option<Value>,
}

impl OperationInfo {
    /// The example as it is sent: the path with its parameters filled in, the query of what comes in no body, and the
    /// body.
    #[must_use]
    pub fn request(&self) -> (String, Option<Value>) {
        let mut example = self.example.clone();
        let mut take = |name: &str| {
            let value = example.as_mut()?.as_object_mut()?.remove(name)?;
            let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
            Some(utf8_percent_encode(&text, NON_ALPHANUMERIC).to_string())
        };
        let segment = |segment: &str| match segment.strip_prefix('{').and_then(|rest| rest.strip_suffix('}')) {
            Some(name) => take(name).unwrap_or_default(),
            None => segment.to_owned(),
        };
        let mut path = self.path.split('/').map(segment).collect::<Vec<_>>().join("/");
        if self.method != Method::GET && self.method != Method::DELETE {
            return (path, example);
        }
        let fields =
            example.as_ref().and_then(Value::as_object).map(|fields| fields.keys().cloned().collect::<Vec<_>>());
        for (index, name) in fields.unwrap_or_default().into_iter().enumerate() {
            let value = example.as_mut().and_then(|fields| fields.as_object_mut()?.remove(&name)).unwrap_or_default();
            let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
            path.push(if index == 0 { '?' } else { '&' });
            path.push_str(&format!("{name}={}", utf8_percent_encode(&text, NON_ALPHANUMERIC)));
        }
        (path, None)
    }
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
            foreign: about.foreign.is_some(),
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
