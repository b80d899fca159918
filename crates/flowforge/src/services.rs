//! The eight services: the one table that names them.

use std::process::ExitCode;

use chassis::{Service, Settings};
use platform::{Listed, State};

/// Makes a service.
type Build = fn(&Settings) -> Result<Service, String>;

/// A service of the product.
pub struct Entry {
    /// Its name, which is that of its crate.
    pub name: &'static str,
    /// Its name in `kong.yml`.
    pub upstream: &'static str,
    /// What its paths start with.
    pub prefix: &'static str,
    /// What it does in a few words.
    pub title: &'static str,
    /// Its port when it runs alone, and how to make it; nothing when it is not built yet.
    pub build: Option<(u16, Build)>,
}

impl Entry {
    const fn planned(name: &'static str, upstream: &'static str, prefix: &'static str, title: &'static str) -> Self {
        Self { name, upstream, prefix, title, build: None }
    }

    /// The service as the catalogue shows it, when it runs in `state`.
    pub fn listed(&self, service: Option<&Service>, state: State) -> Listed {
        Listed {
            name: self.name.to_owned(),
            title: self.title.to_owned(),
            prefix: self.prefix.to_owned(),
            state,
            operations: service.map(Service::operations).unwrap_or_default(),
        }
    }
}

/// Every service, in the order to show them.
pub static SERVICES: [Entry; 8] = [
    Entry {
        name: "crypto",
        upstream: "crypto-service",
        prefix: "/api/v1/crypto",
        title: "Hashing, encryption, keys and tokens",
        build: Some((crypto::PORT, crypto::service)),
    },
    Entry::planned("math", "math-service", "/api/v1/math", "Expressions, statistics, matrices, finance, forecasts"),
    Entry::planned("pdf", "pdf-service", "/api/v1/pdf", "Generate, merge, split, convert, extract, protect"),
    Entry::planned("ocr", "ocr-service", "/api/v1/ocr", "Text, layout and fields from images and scans"),
    Entry {
        name: "image",
        upstream: "image-service",
        prefix: "/api/v1/image",
        title: "Resize, convert, draw, codes, charts",
        build: Some((image_service::PORT, image_service::service)),
    },
    Entry::planned("llm", "llm-service", "/api/v1/llm", "Embeddings, text tasks, chat, provider routing"),
    Entry::planned("vector", "vector-service", "/api/v1/vector", "Collections, semantic search, retrieval for answers"),
    Entry::planned("data", "data-transform-service", "/api/v1/data", "Convert, query, validate and clean data"),
];

/// A service by its name, and its port.
pub fn built(name: &str, settings: &Settings) -> Result<(Service, u16), String> {
    let entry = SERVICES.iter().find(|entry| entry.name == name);
    match entry.map(|entry| entry.build) {
        Some(Some((port, build))) => Ok((build(settings)?, port)),
        Some(None) => Err(format!("{name} is not part of this version yet")),
        None => {
            let known: Vec<&str> = SERVICES.iter().map(|entry| entry.name).collect();
            Err(format!("there is no service {name}; these are: {}", known.join(", ")))
        }
    }
}

/// Runs one operation in this process, which is a worker.
pub fn work(operation: &str) -> ExitCode {
    let found = operation.split_once('_').and_then(|(name, operation)| {
        let entry = SERVICES.iter().find(|entry| entry.name == name)?;
        let service = entry.build?.1(&Settings::default()).ok()?;
        Some(service.work(operation))
    });
    found.unwrap_or(ExitCode::FAILURE)
}
