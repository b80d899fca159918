//! The data service: request in, answer out.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::path::PathBuf;

use chassis::testing::{Answer, Client};
use chassis::{Clock, Settings};
use serde_json::Value;

mod aggregate;
mod convert;
mod inspect;
mod table;

/// The settings of a service whose worker processes are its own program.
fn settings() -> Settings {
    Settings { worker_program: Some(PathBuf::from(env!("CARGO_BIN_EXE_transform"))), ..Settings::default() }
}

fn client() -> Client {
    Client::started(transform::service(), settings(), Clock::System, &[])
}

#[test]
fn every_example_runs() {
    chassis::testing::run_examples_with(settings(), transform::service());
}

/// The text of an answer that succeeded.
fn text(answer: &Answer) -> String {
    assert_eq!(answer.status, 200, "{:?}", answer.body);
    String::from_utf8(answer.body.to_vec()).unwrap()
}

/// What an answer says: its JSON, or what stands beside its file.
fn facts(answer: &Answer) -> Value {
    assert_eq!(answer.status, 200, "{:?}", answer.body);
    match answer.header("x-result") {
        "" => answer.json(),
        facts => serde_json::from_str(facts).unwrap(),
    }
}

/// The codes of the warnings.
fn warnings(answer: &Answer) -> Vec<String> {
    let facts = facts(answer);
    facts["warnings"].as_array().unwrap().iter().map(|warning| warning["code"].as_str().unwrap().to_owned()).collect()
}
