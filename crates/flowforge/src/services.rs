//! The eight services: the one table that names them.

use std::process::ExitCode;
use std::sync::Arc;

use chassis::{Description, Engines, Runtime, Service};
use chat::Chat;
use clap::Command;
use embedder::Embedder;
use platform::{Listed, State};

/// A service of the product.
pub struct Entry {
    /// Its name, which is that of its crate and its prefix.
    pub name: &'static str,
    /// Its name in `kong.yml`.
    pub upstream: &'static str,
    /// What it does in a few words.
    title: &'static str,
    /// Its port when it runs alone.
    pub port: u16,
    /// Describes it.
    pub describe: fn() -> Service,
}

impl Entry {
    const fn new(
        name: &'static str,
        upstream: &'static str,
        title: &'static str,
        port: u16,
        describe: fn() -> Service,
    ) -> Self {
        Self { name, upstream, title, port, describe }
    }

    /// What its paths start with.
    pub fn prefix(&self) -> String {
        format!("/api/v1/{}", self.name)
    }

    /// The service as the catalog shows it, when it runs in `state`.
    pub fn listed(&self, description: Option<Description>, state: State) -> Listed {
        Listed { name: self.name.to_owned(), title: self.title.to_owned(), prefix: self.prefix(), state, description }
    }
}

/// Every service, in the order to show them.
pub static SERVICES: [Entry; 8] = [
    Entry::new("crypto", "crypto-service", "Hashing, encryption, keys and tokens", crypto::PORT, crypto::service),
    Entry::new(
        "math",
        "math-service",
        "Expressions, statistics, finance, forecasts, regression",
        math::PORT,
        math::service,
    ),
    Entry::new("pdf", "pdf-service", "Generate, merge, split, convert, extract, protect", pdf::PORT, pdf::service),
    Entry::new("ocr", "ocr-service", "Text, layout and fields from images and scans", ocr::PORT, ocr::service),
    Entry::new(
        "image",
        "image-service",
        "Resize, convert, draw, codes, charts",
        image_service::PORT,
        image_service::service,
    ),
    Entry::new("llm", "llm-service", "Embeddings, text tasks, chat, provider routing", llm::PORT, llm::service),
    Entry::new(
        "vector",
        "vector-service",
        "Collections, semantic search, retrieval for answers",
        vector::PORT,
        vector::service,
    ),
    Entry::new(
        "data",
        "data-transform-service",
        "Convert, query, validate and clean data",
        transform::PORT,
        transform::service,
    ),
];

/// The engines that services share. Nothing is built before a service asks for it.
pub fn engines() -> Engines {
    Engines::default()
        .declare(|settings: embedder::Settings, runtime: Arc<Runtime>| async move {
            Embedder::open(settings, runtime.data.folder(models::FOLDER))
        })
        .declare(|settings: chat::Settings, runtime: Arc<Runtime>| async move {
            Chat::open(&settings, runtime.data.folder(models::FOLDER))
        })
}

/// Adds the settings of every service and engine to a command line.
pub fn settings(command: Command) -> Command {
    SERVICES.iter().fold(engines().settings(command), |command, entry| (entry.describe)().settings(command))
}

/// A service by its name.
pub fn named(name: &str) -> Result<&'static Entry, String> {
    SERVICES.iter().find(|entry| entry.name == name).ok_or_else(|| {
        let known: Vec<&str> = SERVICES.iter().map(|entry| entry.name).collect();
        format!("there is no service {name}; these are: {}", known.join(", "))
    })
}

/// Runs one operation in this process, which is a worker.
pub fn work(operation: &str) -> ExitCode {
    let found = operation.split_once('_').and_then(|(name, operation)| {
        let entry = SERVICES.iter().find(|entry| entry.name == name)?;
        Some((entry.describe)().work(operation))
    });
    found.unwrap_or(ExitCode::FAILURE)
}
