//! What n8n sends, byte by byte: requests of its HTTP Request node (n8n 1.123.81, node version 4.2), recorded in
//! `tests/n8n/` behind a Webhook node with *Raw Body* on, or (`named`) behind a download. Their paths and hosts were
//! changed to ours, nothing else.
//!
//! | file | what the node was told |
//! | --- | --- |
//! | `verify-*` | *Form-Data*: `file` as *n8n Binary File*, `headers` = `{{ JSON.stringify($json.headers) }}` |
//! | `form-named` | *Form-Data*: `file` as *n8n Binary File* that has a name |
//! | `form-other-name` | *Form-Data*: *n8n Binary File* under the name `data` |
//! | `raw-*` | *n8n Binary File* as the body |
//! | `json-binary-data`, `json-binary` | *JSON*: `file` = `{{ $binary.data }}`, `{{ $binary }}` |
//! | `json-input-data`, `json-input` | *JSON*: `file` = `{{ $input.item.binary.data }}`, `{{ $input.item.binary }}` |
//! | `json-input-named`, `json-input-on-disk` | the same with a download, n8n keeping files in memory or on disk |
//! | `urlencoded-base64` | *Form Urlencoded*: `file` = `{{ $input.item.binary.data.data }}` |
//!
//! The raw body of a webhook has no file name and the type the sender gave it, or `application/json`. `headers` as an
//! object beside a file (`{{ $json.headers }}`) is never sent: n8n stops with `source.on is not a function`.

use crate::server::{Answer, ENTERPRISE, Server};

/// SHA-256 of `Hello, World!`, of the bytes fb ff, and of the CSV that was downloaded.
const HELLO: &str = "dffd6021bb2bd5b0af676290809ec3a53191dd81c7f70a4b28688a362182986f";
const OCTETS: &str = "db8fed54159afe40ace5b49d702259fd88c9c4009307181824487baab5c6bdea";
const CSV: &str = "492d5ea496056f1a6a6592241032fab764c321596317930b4fa0e1e8bc3b7470";

/// Sends a recorded request, with a key.
fn replay(server: &Server, request: &[u8]) -> Answer {
    let line = request.iter().position(|byte| *byte == b'\n').unwrap() + 1;
    Answer::parse(&server.raw([&request[..line], ENTERPRISE.as_bytes(), &request[line..]].concat()))
}

macro_rules! recorded {
    ($($name:literal),* $(,)?) => {
        [$(($name, &include_bytes!(concat!("n8n/", $name, ".http"))[..])),*]
    };
}

#[test]
fn the_recipe_for_webhooks_works() {
    let server = Server::up();
    // GitHub's own example, as text, without a type, and with the file last.
    for (name, request) in recorded!["verify-text", "verify-untyped", "verify-headers-first"] {
        let answer = replay(&server, request);
        assert_eq!(answer.status, 200, "{name}: {answer:?}");
        assert_eq!(answer.json()["valid"], true, "{name}: {answer:?}");
    }
    // Bodies of other types are the file, too; these were not signed.
    for (name, request) in recorded!["verify-json", "verify-form", "verify-octets"] {
        let answer = replay(&server, request);
        assert_eq!(answer.status, 200, "{name}: {answer:?}");
        assert_eq!(answer.json()["reason"], "missing-signature", "{name}: {answer:?}");
    }
    // The part is the file whatever it is called: what is missing is something else.
    let [(_, request)] = recorded!["form-other-name"];
    let answer = replay(&server, request);
    assert!(!answer.message().is_empty() && !answer.message().contains("data"), "{answer:?}");
}

#[test]
fn a_file_of_n8n_has_one_hash_however_it_comes() {
    let server = Server::up();
    let hello = recorded!["raw-text", "json-input", "json-input-data", "urlencoded-base64"].map(|one| (one, HELLO));
    let octets = recorded!["raw-octets"].map(|one| (one, OCTETS));
    let csv = recorded!["form-named", "raw-named", "json-input-named"].map(|one| (one, CSV));
    for ((name, request), hash) in hello.into_iter().chain(octets).chain(csv) {
        let answer = replay(&server, request);
        assert_eq!(answer.status, 200, "{name}: {answer:?}");
        assert_eq!(answer.json()["hash"], hash, "{name}: {answer:?}");
    }
}

#[test]
fn what_is_no_file_yet_says_what_to_write() {
    let server = Server::up();
    for (name, request) in recorded!["json-binary", "json-binary-data"] {
        let answer = replay(&server, request);
        assert_eq!(answer.status, 400, "{name}: {answer:?}");
        let message = answer.message();
        assert!(message.starts_with("file") && message.contains("bytes are missing"), "{name}: {message}");
        assert!(message.contains("{{ $input.item.binary.data }}"), "{name}: {message}");
    }
    let [(_, request)] = recorded!["json-input-on-disk"];
    let answer = replay(&server, request);
    assert_eq!(answer.status, 400, "{answer:?}");
    assert!(answer.message().contains("n8n Binary File"), "{answer:?}");
}
