//! The data service: request in, answer out.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]
#![expect(clippy::print_stdout, reason = "what was measured is to be seen")]

mod json_text;

use chassis::testing::Client;
use serde_json::{Value, json};

fn client() -> Client {
    Client::of(transform::service())
}

#[test]
fn every_example_runs() {
    chassis::testing::run_examples(transform::service());
}
