//! The llm service: request in, answer out.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::sync::Arc;

use ::chat::Chat;
use chassis::testing::{Client, model_data};
use chassis::{Engines, Runtime, Settings};
use embedder::Embedder;
use serde_json::json;
use upstream::{Upstream, says};

mod chat;
mod chat_tasks;
mod chunk;
mod clients;
mod embed;
mod extract;
mod language;
mod local;
mod models;
mod openai;
mod redact;
mod tasks;
mod tokenize;
mod upstream;

/// The engines of the service.
fn engines() -> Engines {
    Engines::default()
        .declare(|settings: embedder::Settings, runtime: Arc<Runtime>| async move {
            Embedder::open(settings, runtime.data.folder(::models::FOLDER))
        })
        .declare(|settings: ::chat::Settings, runtime: Arc<Runtime>| async move {
            Chat::open(&settings, runtime.data.folder(::models::FOLDER))
        })
}

/// The same, with a model of an upstream for what that of this process cannot do.
fn engines_beside_an_upstream() -> Engines {
    let upstream = Upstream::of(vec![says(&["Buenos días"])]);
    let config = json!({
        "upstreams": { "up": { "kind": "openai", "url": upstream.url } },
        "models": { "default": ["local/SmolLM2-135M-Instruct", "up/x"] },
    });
    Engines::default()
        .declare(|settings: embedder::Settings, runtime: Arc<Runtime>| async move {
            Embedder::open(settings, runtime.data.folder(::models::FOLDER))
        })
        .declare(move |mut settings: ::chat::Settings, runtime: Arc<Runtime>| {
            settings.chat = config.to_string().parse().ok();
            async move { Chat::open(&settings, runtime.data.folder(::models::FOLDER)) }
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
        chassis::testing::run_examples_on(engines_beside_an_upstream(), settings, llm::service());
    }
}
