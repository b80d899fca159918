//! Derived keys through the service; published vectors stand beside the functions and in Wycheproof.

use chassis::testing::Client;
use serde_json::{Value, json};

const DERIVE: &str = "/api/v1/crypto/derive";

fn derive(body: &Value) -> Value {
    let answer = Client::of(crate::service()).post(DERIVE, body);
    assert_eq!(answer.status, 200, "{body} {:?}", answer.body);
    answer.json()
}

/// RFC 7914, section 12 (scrypt), section 11 (PBKDF2); the Argon2 reference implementation, src/test.c.
#[test]
fn published_keys() {
    for (body, key) in [
        (
            json!({ "algorithm": "scrypt", "secret": "pleaseletmein", "salt": "SodiumChloride", "length": 64, "parameters": { "n": 16384, "r": 8, "p": 1 } }),
            "7023bdcb3afd7348461c06cd81fd38ebfda8fbba904f8e3ea9b543f6545da1f2d5432955613f0fcf62d49705242a9af9e61e85dc0d651e40dfcf017b45575887",
        ),
        (
            json!({ "algorithm": "pbkdf2", "secret": "passwd", "salt": "salt", "length": 64, "parameters": { "iterations": 1 } }),
            "55ac046e56e3089fec1691c22544b605f94185216dde0465e68b9d57c20dacbc49ca9cccf179b645991664b39d77ef317c71b845b1e30bd509112041d3a19783",
        ),
        (
            json!({ "algorithm": "argon2id", "secret": "password", "salt": "somesalt", "parameters": { "memoryKib": 65536, "passes": 2 } }),
            "09316115d5cf24ed5a15a31a3ba326e5cf32edc24702987c02b6566f61913cf7",
        ),
    ] {
        let answer = derive(&body);
        assert_eq!((&answer["key"], &answer["warnings"]), (&json!(key), &json!([])));
        assert_eq!(answer["length"], key.len() / 2);
    }
}

#[test]
fn an_answer_says_how_the_key_was_made() {
    let answer = derive(
        &json!({ "algorithm": "pbkdf2", "hash": "SHA-1", "secret": "p", "salt": "s", "parameters": { "iterations": 5 } }),
    );
    assert_eq!((&answer["hash"], &answer["security"]), (&json!("sha1"), &json!("legacy")));
    assert_eq!((&answer["parameters"], &answer["length"]), (&json!({ "iterations": 5 }), &json!(32)));
    assert_eq!(answer["warnings"][0]["code"], "legacy-algorithm");
    let answer = derive(&json!({ "algorithm": "hkdf", "secret": "p", "outputEncoding": "base64", "length": 3 }));
    assert_eq!((&answer["hash"], &answer["parameters"]), (&json!("sha256"), &Value::Null));
    assert_eq!(answer["key"].as_str().unwrap().len(), 4);
}

#[test]
fn a_missing_salt_or_secret_is_warned_of() {
    let cheap = json!({ "iterations": 1 });
    let answer = derive(&json!({ "algorithm": "pbkdf2", "secret": "p", "parameters": cheap }));
    assert_eq!(answer["warnings"][0]["code"], "no-salt");
    let answer = derive(&json!({ "algorithm": "hkdf", "secret": "" }));
    assert_eq!(answer["warnings"][0]["code"], "empty-secret");
}

#[test]
fn wrong_requests_say_what_to_change() {
    let client = Client::of(crate::service());
    for (body, status, message) in [
        (json!({ "secret": "p" }), 400, "algorithm: is required"),
        (json!({ "algorithm": "hkdf" }), 422, "secret: is missing: send secret or keyRef"),
        (json!({ "algorithm": "hkdf", "secret": "p", "length": 0 }), 400, "length: must be at least 1"),
        (
            json!({ "algorithm": "hkdf", "secret": "p", "length": 8161 }),
            422,
            "length: must be at most 8160 for hkdf with this hash",
        ),
        (
            json!({ "algorithm": "scrypt", "secret": "p", "salt": "s", "length": 1025 }),
            422,
            "length: must be at most 1024 for this function",
        ),
        (
            json!({ "algorithm": "argon2id", "secret": "p", "salt": "short" }),
            422,
            "salt: must be at least 8 bytes for argon2id: a random value, stored with the result",
        ),
        (
            json!({ "algorithm": "scrypt", "secret": "p", "salt": "s", "parameters": { "n": 1000 } }),
            422,
            "parameters: scrypt needs n to be a power of two, such as 131072",
        ),
        (
            json!({ "algorithm": "pbkdf2", "secret": "p", "salt": "s", "parameters": { "iterations": 2_000_001 } }),
            400,
            "parameters.iterations: must be at most 2000000",
        ),
        (
            json!({ "algorithm": "pbkdf2", "secret": "p", "salt": "s", "length": 1024, "parameters": { "iterations": 2_000_000 } }),
            422,
            "parameters: pbkdf2 allows at most 125000 iterations for 1024 bytes here",
        ),
        (
            json!({ "algorithm": "hkdf", "secret": "0g", "secretEncoding": "hex" }),
            422,
            "secret: is not hex: invalid character at position 2",
        ),
    ] {
        let answer = client.post(DERIVE, &body);
        assert_eq!((answer.status, answer.message().as_str()), (status, message), "{body}");
    }
}
