//! Node's own crypto, which n8n runs on. Where there is no Node, tests say so and pass.

use std::io::Write;
use std::process::{Command, Stdio};

use serde_json::Value;

/// What a script of this folder makes of a request: JSON on its standard input, JSON on its output.
pub fn run(script: &str, request: &Value) -> Option<Value> {
    let script = format!("{}/tests/it/{script}", env!("CARGO_MANIFEST_DIR"));
    let started =
        Command::new("node").arg(script).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn();
    let Ok(mut child) = started else {
        println!("skipped: there is no node here");
        return None;
    };
    child.stdin.take().unwrap().write_all(request.to_string().as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success(), "{request} {}", String::from_utf8_lossy(&output.stderr));
    Some(serde_json::from_slice(&output.stdout).unwrap())
}
