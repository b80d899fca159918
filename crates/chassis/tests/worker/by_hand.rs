//! A warm worker that speaks the protocol by hand, and breaks it as it is told.

use std::io::{Read, Write};
use std::process::ExitCode;

/// What its processes are started with.
pub(crate) const OPERATION: &str = "warm_by-hand";

/// Speaks the protocol by hand, and breaks it as it is told.
pub(crate) fn work() -> ExitCode {
    let mut input = std::io::stdin();
    let mut take = move |size: usize| {
        let mut bytes = vec![0; size];
        input.read_exact(&mut bytes).map(|()| bytes)
    };
    let mut greeted = false;
    let mut before = 0;
    let mut last = Vec::new();
    loop {
        let Ok(preface) = take(40) else { return ExitCode::SUCCESS };
        let turn = preface[8..16].to_vec();
        let Ok(length) = take(4) else { return ExitCode::FAILURE };
        let length = u32::from_le_bytes([length[0], length[1], length[2], length[3]]) as usize;
        let Ok(head) = take(length) else { return ExitCode::FAILURE };
        let head: serde_json::Value = serde_json::from_slice(&head).unwrap_or_default();
        let size = head["Parcel"]["json"].as_u64().unwrap_or_default();
        let Ok(json) = take(usize::try_from(size).unwrap_or_default()) else { return ExitCode::FAILURE };
        let act = String::from_utf8_lossy(&json).trim_matches('"').to_owned();

        let mut said = Vec::new();
        if !std::mem::replace(&mut greeted, true) {
            said.extend_from_slice(b"ffwork\0\x02");
        }
        let answer = serde_json::json!({
            "said": act, "language": "", "pid": std::process::id(), "before": before, "environment": [], "file": 0,
        });
        let answer = answer.to_string();
        let head = format!(r#"{{"Parcel":{{"json":{},"files":[]}}}}"#, answer.len());
        let length = u32::try_from(head.len()).unwrap_or_default().to_le_bytes();
        let framed = [&turn, length.as_slice(), head.as_bytes(), answer.as_bytes()].concat();
        before += 1;
        match act.as_str() {
            "twice" => said.extend_from_slice(&[framed.clone(), framed.clone()].concat()),
            "garbage-after" => said.extend_from_slice(&[framed.clone(), vec![0xAA; 64]].concat()),
            "garbage" => said.extend_from_slice(&[0xAA; 4096]),
            // The last answer instead of this one, and no word while it is idle.
            "stale" => said.extend_from_slice(&last),
            _ => said.extend_from_slice(&framed),
        }
        last = framed;
        let mut output = std::io::stdout();
        if output.write_all(&said).and_then(|()| output.flush()).is_err() {
            return ExitCode::FAILURE;
        }
    }
}
