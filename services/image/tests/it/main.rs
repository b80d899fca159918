//! The image service: request in, picture out.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::path::PathBuf;

use chassis::testing::Client;
use chassis::{Clock, Settings};

mod codes;
mod resize;

/// The service, whose worker processes are its own program.
fn client() -> Client {
    let settings =
        Settings { worker_program: Some(PathBuf::from(env!("CARGO_BIN_EXE_image-service"))), ..Settings::default() };
    let service = image_service::service(&settings).unwrap();
    Client::with(settings, Clock::System, |runtime| service.app(runtime))
}

#[test]
fn every_example_runs() {
    chassis::testing::run_examples(image_service::service(&Settings::default()).unwrap());
}
