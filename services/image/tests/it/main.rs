//! The image service: request in, picture out.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]
#![expect(clippy::print_stdout, reason = "what was counted is to be seen")]

use std::path::PathBuf;

use chassis::testing::Client;
use chassis::{Clock, Settings};

mod codes;
mod resize;

/// The settings of a service whose worker processes are its own program.
fn settings() -> Settings {
    Settings { worker_program: Some(PathBuf::from(env!("CARGO_BIN_EXE_image-service"))), ..Settings::default() }
}

fn client() -> Client {
    let service = image_service::service(&settings()).unwrap();
    Client::with(settings(), Clock::System, |runtime| service.app(runtime))
}

#[test]
fn every_example_runs() {
    chassis::testing::run_examples_with(settings(), image_service::service(&settings()).unwrap());
}
