//! The llm service: request in, answer out.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use chassis::testing::Client;
use serde_json::{Value, json};

fn client() -> Client {
    Client::of(llm::service())
}

#[test]
fn every_example_runs() {
    chassis::testing::run_examples(llm::service());
}
