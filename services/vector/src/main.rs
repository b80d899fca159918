//! The vector service alone.

use std::sync::Arc;

use chassis::{Engines, Runtime};
use chat::Chat;
use embedder::Embedder;

fn main() -> std::process::ExitCode {
    let engines = Engines::default()
        .declare(|settings: embedder::Settings, runtime: Arc<Runtime>| async move {
            Embedder::open(settings, runtime.data.folder(models::FOLDER))
        })
        .declare(|settings: chat::Settings, runtime: Arc<Runtime>| async move {
            Chat::open(&settings, runtime.data.folder(models::FOLDER))
        });
    chassis::run(vector::service(), vector::PORT, engines)
}
