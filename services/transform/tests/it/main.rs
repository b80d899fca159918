//! The data service: request in, answer out.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]
#![expect(clippy::print_stdout, reason = "what was measured is to be seen")]

use std::path::PathBuf;

use chassis::testing::{Answer, Client};
use chassis::{Clock, Settings};
use serde_json::Value;

mod aggregate;
mod archive;
mod calendar;
mod convert;
mod datetime;
mod diff;
mod extract;
mod feed;
mod format;
mod generate;
mod inspect;
mod json_text;
mod mail;
mod markup;
mod people;
mod query;
mod recurrence;
mod table;
mod template;
mod validate;
mod words;

/// The settings of a service whose worker processes are its own program.
fn settings() -> Settings {
    Settings { worker_program: Some(PathBuf::from(env!("CARGO_BIN_EXE_transform"))), ..Settings::default() }
}

fn client() -> Client {
    Client::started(transform::service(), settings(), Clock::System, &[])
}

/// What an operation answers.
fn answer(client: &Client, path: &str, request: &Value) -> Value {
    let answer = client.post(&format!("/api/v1/data{path}"), request);
    assert_eq!(answer.status, 200, "{path} {request}: {:?}", answer.body);
    answer.json()
}

/// What an operation answers to a request whose text matters, as text.
fn raw(client: &Client, path: &str, request: &str) -> String {
    let answer = client.post_as("application/json", &format!("/api/v1/data{path}"), request.to_owned());
    assert_eq!(answer.status, 200, "{path} {request}: {:?}", answer.body);
    String::from_utf8(answer.body.to_vec()).unwrap()
}

/// The message of a request that is well-formed and cannot be done.
fn refused(client: &Client, path: &str, request: &Value) -> String {
    let answer = client.post(&format!("/api/v1/data{path}"), request);
    assert_eq!(answer.status, 422, "{path} {request}: {:?}", answer.body);
    answer.message()
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
