//! The pdf service: request in, document out.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::path::PathBuf;

use chassis::testing::Client;
use chassis::{Clock, Settings};

/// The settings of a service whose worker processes are its own program.
fn settings() -> Settings {
    Settings { worker_program: Some(PathBuf::from(env!("CARGO_BIN_EXE_pdf"))), ..Settings::default() }
}

fn client() -> Client {
    Client::started(pdf::service(), settings(), Clock::System, &[])
}

#[test]
fn every_example_runs() {
    chassis::testing::run_examples_with(settings(), pdf::service());
}
