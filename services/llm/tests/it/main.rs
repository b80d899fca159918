//! The llm service: request in, answer out.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::sync::Arc;

use chassis::testing::{Client, model_data};
use chassis::{Engines, Runtime, Settings};
use embedder::Embedder;

mod chunk;
mod embed;
mod language;
mod models;
mod openai;
mod redact;
mod tasks;
mod tokenize;

/// The engines of the service.
fn engines() -> Engines {
    Engines::default().declare(|settings: embedder::Settings, runtime: Arc<Runtime>| async move {
        Embedder::open(settings, runtime.data.folder(::models::FOLDER))
    })
}

/// A client of the service with its model; nothing where that has not been pulled.
fn client() -> Option<Client> {
    let settings = Settings { data: Some(model_data()?), ..Settings::default() };
    Some(Client::on(llm::service(), engines(), settings, &[]))
}

/// A client of the service without any model.
fn bare() -> (Client, tempfile::TempDir) {
    let data = tempfile::tempdir().unwrap();
    let settings = Settings { data: Some(data.path().to_owned()), ..Settings::default() };
    (Client::on(llm::service(), engines(), settings, &[]), data)
}

#[test]
fn every_example_runs() {
    if let Some(data) = model_data() {
        let settings = Settings { data: Some(data), ..Settings::default() };
        chassis::testing::run_examples_on(engines(), settings, llm::service());
    }
}
