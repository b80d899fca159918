//! Other implementations, in Python. `scripts/install unit` installs them; where they are not, tests say so and pass.

use std::io::Write;
use std::process::{Command, Stdio};

use serde_json::Value;

/// What a program answers to a request: JSON on its standard input, JSON on its output. `packages` is the folder of the
/// Python that has what it imports.
pub fn run(packages: &str, program: &str, request: &Value) -> Option<Value> {
    // A shell knows where things are; tests read no environment.
    let python = format!("${{FLOWFORGE_CACHE:-$HOME/.cache/flowforge}}/{packages}-venv/bin/python");
    let command = format!("test -x \"{python}\" || exit 77; exec \"{python}\" -c \"$0\"");
    let mut child = Command::new("sh")
        .args(["-c", &command, program])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // One that is not there does not read.
    let _ = child.stdin.take().unwrap().write_all(request.to_string().as_bytes());
    let output = child.wait_with_output().unwrap();
    if output.status.code() == Some(77) {
        println!("skipped: no Python with {packages}; scripts/install unit installs it");
        return None;
    }
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    Some(serde_json::from_slice(&output.stdout).unwrap())
}
