//! Keys made, inspected and used to agree on a secret.

mod agreement;
mod certificates;
mod hostile;
mod node;
mod openssl;
mod ssh;

use std::io::Write;
use std::process::{Command, Stdio};

use chassis::testing::{Answer, Client};
use serde_json::{Value, json};

const GENERATE: &str = "/api/v1/crypto/keys/generate";
const INSPECT: &str = "/api/v1/crypto/keys/inspect";
const AGREE: &str = "/api/v1/crypto/keys/agree";

const PAIRS: [&str; 7] = ["rsa-2048", "p-256", "p-384", "p-521", "secp256k1", "ed25519", "x25519"];

thread_local! {
    static CLIENT: Client = Client::of(crate::service());
}

fn send(path: &str, body: &Value) -> Answer {
    CLIENT.with(|client| client.post(path, body))
}

fn post(path: &str, body: &Value) -> Value {
    let answer = send(path, body);
    assert_eq!(answer.status, 200, "{body} {:?}", answer.body);
    answer.json()
}

fn refused(path: &str, body: &Value) -> String {
    let answer = send(path, body);
    assert_eq!(answer.status, 422, "{body} {:?}", answer.body);
    answer.message()
}

/// What a program answers to some input; nothing where it is not installed.
fn program(name: &str, arguments: &[&str], input: &[u8]) -> Option<Vec<u8>> {
    let started =
        Command::new(name).args(arguments).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn();
    let Ok(mut child) = started else {
        println!("skipped: there is no {name} here");
        return None;
    };
    // A program that reads no input may have ended already.
    let _ = child.stdin.take().unwrap().write_all(input);
    let output = child.wait_with_output().unwrap();
    let problem = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{name} {arguments:?} {problem}");
    Some(output.stdout)
}

fn text(bytes: Vec<u8>) -> String {
    String::from_utf8(bytes).unwrap()
}

#[test]
fn secrets_have_their_length_and_are_never_alike() {
    for (kind, bits) in [("aes-128", 128), ("aes-192", 192), ("aes-256", 256), ("hmac", 256)] {
        let answers = [(); 2].map(|()| post(GENERATE, &json!({ "type": kind, "outputEncoding": "hex" })));
        for answer in &answers {
            let key = answer["key"].as_str().unwrap();
            assert_eq!((&answer["bits"], key.len() * 4), (&json!(bits), bits));
            let hidden = ["privateKey", "publicKey", "fingerprints", "format"].map(|name| answer[name].is_null());
            assert_eq!(hidden, [true; 4]);
        }
        assert_ne!(answers[0]["key"], answers[1]["key"]);
    }
    let long = post(GENERATE, &json!({ "type": "HMAC", "format": "jwk", "alg": "HS512", "kid": "a" }));
    assert_eq!(
        (&long["key"]["kty"], &long["key"]["alg"], &long["bits"]),
        (&json!("oct"), &json!("HS512"), &json!(512))
    );
    let read = post(INSPECT, &json!({ "key": long["key"].to_string() }));
    assert_eq!((&read["kind"], &read["bits"], &read["kid"]), (&json!("secret-key"), &json!(512), &json!("a")));
    assert!(read["fingerprints"].is_null(), "a guess could be tested");
}

#[test]
fn a_pair_is_what_inspect_says_of_it() {
    for kind in PAIRS {
        let made = post(GENERATE, &json!({ "type": kind, "format": "jwk", "kid": "k1", "use": "enc" }));
        let (private, public) = (made["privateKey"].to_string(), made["publicKey"].to_string());
        for (text, kind) in [(private, "private-key"), (public, "public-key")] {
            let read = post(INSPECT, &json!({ "key": text, "format": "jwk" }));
            assert_eq!(read["kind"], kind);
            assert_eq!((&read["bits"], &read["fingerprints"]), (&made["bits"], &made["fingerprints"]));
            assert_eq!((&read["kid"], &read["use"]), (&json!("k1"), &json!("enc")));
            assert_eq!(read["converted"], made["publicKey"], "only the public half");
        }
        assert!(made["publicKey"]["d"].is_null());
    }
}

#[test]
fn options_without_effect_are_refused() {
    for (body, message) in [
        (json!({ "type": "p-256", "bytes": 32 }), "bytes: applies only to type hmac: leave it out"),
        (
            json!({ "type": "aes-256", "format": "pem" }),
            "format: must be jwk for a symmetric key, or absent for plain bytes",
        ),
        (
            json!({ "type": "p-256", "outputEncoding": "hex" }),
            "outputEncoding: applies only to symmetric keys in plain bytes: leave it out",
        ),
        (json!({ "type": "hmac", "passphrase": "x" }), "passphrase: applies only to private keys: leave it out"),
        (
            json!({ "type": "p-256", "format": "jwk", "passphrase": "x" }),
            "passphrase: applies only to formats pem and der: leave it out",
        ),
        (json!({ "type": "p-256", "kid": "a" }), "kid: needs format jwk or ssh: the other formats cannot hold it"),
        (
            json!({ "type": "hmac", "format": "jwk", "alg": "HS384", "bytes": 32 }),
            "bytes: must be at least 48 for HS384",
        ),
        (json!({ "type": "p-256", "alg": "ES256" }), "alg: needs format jwk: the other formats cannot hold it"),
        (json!({ "type": "secp256k1", "format": "jwk", "alg": "ES256" }), "alg: must be one of ES256K"),
        (
            json!({ "type": "x25519", "format": "ssh" }),
            "format: must be another: SSH does not support an X25519 private key",
        ),
    ] {
        assert_eq!(refused(GENERATE, &body), message);
    }
    let key = post(GENERATE, &json!({ "type": "ed25519" }));
    for (body, message) in [
        (
            json!({ "key": key["privateKey"], "includePrivate": true }),
            "includePrivate: applies only with format: send that too",
        ),
        (
            json!({ "key": key["publicKey"], "format": "pem", "includePrivate": true }),
            "format: must be another: PEM does not support an Ed25519 public key",
        ),
        (json!({}), "key: is missing: send key or keyRef"),
        (json!({ "key": key["publicKey"], "keyRef": "a" }), "keyRef: cannot be combined with key or file: send one"),
        (json!({ "keyRef": "a" }), "keyRef: names no key that this API key may use: see the server's keyring"),
    ] {
        assert_eq!(refused(INSPECT, &body), message);
    }
}

/// What is named stays on the server: only what everybody may see of it is told.
#[test]
fn of_a_named_key_only_the_public_half_is_told() {
    let pair = post(GENERATE, &json!({ "type": "p-256" }));
    let keyring = json!({ "keys": {
        "pair": { "consumers": ["*"], "versions": { "2": { "key": pair["privateKey"] } } },
        "secret": { "consumers": ["*"], "versions": { "1": { "key": "geheim", "keyEncoding": "utf8" } } },
    } });
    let client = crate::client_with_keys(&keyring.to_string(), chassis::Clock::System);
    let told = client.post(INSPECT, &json!({ "keyRef": "pair", "format": "pem" })).json();
    assert_eq!((&told["kind"], &told["keyRef"]), (&json!("private-key"), &json!("pair@2")));
    assert_eq!((&told["converted"], &told["fingerprints"]), (&pair["publicKey"], &pair["fingerprints"]));
    let more = client.post(INSPECT, &json!({ "keyRef": "pair", "format": "pem", "includePrivate": true }));
    assert_eq!(more.message(), "includePrivate: does not apply to a named key: its private key stays on the server");

    let told = client.post(INSPECT, &json!({ "keyRef": "secret" })).json();
    assert_eq!((&told["kind"], &told["bits"]), (&json!("secret-key"), &json!(48)));
    assert!(told["fingerprints"].is_null());
    let pair = pair["publicKey"].clone();
    for (path, body, of) in [
        (INSPECT, json!({ "keyRef": "pair", "passphrase": "x" }), "key"),
        (AGREE, json!({ "keyRef": "pair", "passphrase": "x", "publicKey": pair }), "privateKey"),
    ] {
        let message = client.post(path, &body).message();
        assert_eq!(message, format!("passphrase: applies only to {of}: leave it out"));
    }
    for format in ["jwk", "pem", "der", "ssh"] {
        let answer = client.post(INSPECT, &json!({ "keyRef": "secret", "format": format }));
        assert_eq!(answer.status, 422);
        assert!(!String::from_utf8_lossy(&answer.body).contains("Z2VoZWlt"));
    }
}
