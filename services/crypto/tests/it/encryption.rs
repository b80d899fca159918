//! Encrypted messages: in every form and back.

mod attacks;
mod exchange;
mod rsa;

use chassis::testing::{Answer, Client};
use chassis::{Call, File, Secret};
use crypto::aead::{decrypt, encrypt};
use crypto::keys::Keyring;
use serde_json::{Value, json};

const ENCRYPT: &str = "/api/v1/crypto/encrypt";
const DECRYPT: &str = "/api/v1/crypto/decrypt";
/// What every failure that has to do with the secret or the content says.
const UNDECIPHERABLE: &str = "decryption failed: the key, password or aad is wrong, or the message was modified";
const AUTHENTICATED: [&str; 7] = [
    "aes-256-gcm",
    "aes-192-gcm",
    "aes-128-gcm",
    "chacha20-poly1305",
    "xchacha20-poly1305",
    "aes-256-gcm-siv",
    "aes-128-gcm-siv",
];

fn client() -> Client {
    Client::of(crate::service())
}

fn done(answer: &Answer) -> Value {
    assert_eq!(answer.status, 200, "{:?}", answer.body);
    answer.json()
}

/// A key of the length a cipher needs, in hex.
fn key(cipher: &str) -> String {
    let bytes = if cipher.contains("128") { 16 } else { 32 - 8 * usize::from(cipher.contains("192")) };
    "5a".repeat(bytes)
}

fn merged(mut base: Value, changes: &Value) -> Value {
    for (name, value) in changes.as_object().unwrap() {
        base[name] = value.clone();
    }
    base
}

#[test]
fn every_cipher_and_form_comes_back() {
    let client = client();
    for cipher in AUTHENTICATED {
        for format in ["compact", "parts"] {
            for text in ["", "a", "Grüße 🦀", &"long ".repeat(1000)] {
                let secret = json!({ "key": key(cipher), "keyEncoding": "hex", "aad": "customer 42" });
                let request = merged(json!({ "text": text, "algorithm": cipher, "format": format }), &secret);
                let sealed = done(&client.post(ENCRYPT, &request));
                assert_eq!((&sealed["bytes"], &sealed["security"]), (&json!(text.len()), &json!("strong")));
                let mut back = merged(json!({ "ciphertext": sealed["ciphertext"] }), &secret);
                if format == "parts" {
                    back =
                        merged(back, &json!({ "nonce": sealed["nonce"], "tag": sealed["tag"], "algorithm": cipher }));
                }
                let opened = done(&client.post(DECRYPT, &back));
                assert_eq!((&opened["text"], &opened["format"]), (&json!(text), &json!(format)), "{cipher}");
                assert_eq!(opened["algorithm"], cipher);
            }
        }
    }
}

#[test]
fn bytes_and_keys_may_be_written_in_several_ways() {
    let client = client();
    let keys = [
        ("0123456789abcdef0123456789abcdef", "utf8"),
        ("MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=", "base64"),
        ("MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY", "base64url"),
        ("3031323334353637383961626364656630313233343536373839616263646566", "hex"),
    ];
    for (sealing, sealing_encoding) in keys {
        let request =
            json!({ "text": "00ff", "inputEncoding": "hex", "key": sealing, "keyEncoding": sealing_encoding });
        let sealed = done(&client.post(ENCRYPT, &request));
        for (opening, opening_encoding) in keys {
            let request =
                json!({ "ciphertext": sealed["ciphertext"], "key": opening, "keyEncoding": opening_encoding });
            for (encoding, text) in [("hex", "00ff"), ("base64", "AP8="), ("base64url", "AP8")] {
                let opened =
                    done(&client.post(DECRYPT, &merged(request.clone(), &json!({ "outputEncoding": encoding }))));
                assert_eq!(opened["text"], text);
            }
            let refused = client.post(DECRYPT, &request);
            let message = "outputEncoding: the decrypted bytes are not UTF-8 text: choose base64 or hex";
            assert_eq!((refused.status, refused.message().as_str()), (422, message));
        }
    }
}

#[test]
fn passwords_work_with_every_function() {
    let client = client();
    for (kdf, parameters) in [
        ("scrypt", json!({ "n": 1024, "r": 8, "p": 2 })),
        ("argon2id", json!({ "memoryKib": 64, "passes": 2, "parallelism": 2 })),
        ("pbkdf2-sha256", json!({ "iterations": 1000 })),
        ("pbkdf2-sha512", json!({ "iterations": 1000 })),
    ] {
        let request = json!({ "text": "text", "password": "correct horse", "kdf": kdf, "parameters": parameters });
        let compact = done(&client.post(ENCRYPT, &request));
        assert_eq!((&compact["kdf"], &compact["parameters"]), (&json!(kdf), &parameters));
        let back = json!({ "ciphertext": compact["ciphertext"], "password": "correct horse" });
        assert_eq!(done(&client.post(DECRYPT, &back))["text"], "text", "the message says the costs itself");

        let parts = done(&client.post(ENCRYPT, &merged(request, &json!({ "format": "parts" }))));
        let mut back = json!({ "password": "correct horse" });
        for field in ["ciphertext", "nonce", "tag", "salt", "kdf", "parameters"] {
            back[field] = parts[field].clone();
        }
        assert_eq!(done(&client.post(DECRYPT, &back))["text"], "text");
        back["password"] = json!("correct hors");
        assert_eq!(client.post(DECRYPT, &back).message(), UNDECIPHERABLE);
    }
    let once = done(&client.post(ENCRYPT, &json!({ "text": "", "password": "p" })));
    let again = done(&client.post(ENCRYPT, &json!({ "text": "", "password": "p" })));
    assert_eq!(once["parameters"], json!({ "n": 131_072, "r": 8, "p": 1 }));
    assert_ne!(once["ciphertext"], again["ciphertext"], "salt and nonce are new each time");
}

#[test]
fn a_nonce_of_the_callers_needs_their_word() {
    let client = client();
    let request = json!({ "text": "a", "key": key("aes-256-gcm"), "keyEncoding": "hex", "nonce": "AAAAAAAAAAAAAAAA" });
    let refused = client.post(ENCRYPT, &request);
    assert_eq!(refused.message(), "nonce: is generated for you: leave it out, or send allowNonce too");
    let sealed = done(&client.post(ENCRYPT, &merged(request.clone(), &json!({ "allowNonce": true }))));
    assert_eq!(sealed["warnings"][0]["code"], "own-nonce");
    let back = json!({ "ciphertext": sealed["ciphertext"], "key": key("aes-256-gcm"), "keyEncoding": "hex" });
    assert_eq!(done(&client.post(DECRYPT, &back))["text"], "a");

    let sealed = done(&client.post(ENCRYPT, &json!({ "text": "a", "key": key("aes-256-gcm"), "keyEncoding": "hex" })));
    assert_eq!(sealed["warnings"], json!([]));
}

#[test]
fn wrong_requests_say_what_to_change() {
    let client = client();
    let key = "0123456789abcdef0123456789abcdef";
    let compact = "ff1.AQAMAAECAwQFBgcICQoLZKf6Mvlcl5ya_ECMQfzxNNY4M6cMjES7AO6LhogFmbV8-KHFizOPjGt--w5M208S";
    for (path, body, status, message) in [
        (ENCRYPT, json!({ "text": "a" }), 422, "key: is missing: send a key, keyRef or a password"),
        (
            ENCRYPT,
            json!({ "text": "a", "key": key, "password": "p" }),
            422,
            "password: cannot be combined with key: send one of the two",
        ),
        (ENCRYPT, json!({ "key": key }), 422, "text: is missing: send text (it may be empty) or a file"),
        (
            ENCRYPT,
            json!({ "text": "a", "key": "short" }),
            422,
            "key: must be 32 bytes for aes-256-gcm, and is 5: check keyEncoding, or send a password instead",
        ),
        (
            ENCRYPT,
            json!({ "text": "a", "key": key, "algorithm": "aes-192-gcm" }),
            422,
            "key: must be 24 bytes for aes-192-gcm, and is 32: check keyEncoding, or send a password instead",
        ),
        (
            ENCRYPT,
            json!({ "text": "a", "key": key, "kdf": "scrypt" }),
            422,
            "kdf: has no effect without a password: leave it out",
        ),
        (
            ENCRYPT,
            json!({ "text": "a", "key": key, "format": "n8n" }),
            422,
            "key: does not apply to format n8n: send a password",
        ),
        (
            ENCRYPT,
            json!({ "text": "a", "password": "p", "format": "n8n", "algorithm": "xchacha20-poly1305" }),
            422,
            "algorithm: must be aes-256-gcm, aes-192-gcm, aes-128-gcm or chacha20-poly1305 with format n8n",
        ),
        (
            ENCRYPT,
            json!({ "text": "a", "password": "p", "format": "n8n", "aad": "x" }),
            422,
            "aad: does not apply to format n8n: leave it out",
        ),
        (
            ENCRYPT,
            json!({ "text": "a", "key": key, "algorithm": "aes-256-cbc", "format": "compact" }),
            422,
            "format: must be parts with AES-CBC, which is not authenticated",
        ),
        (
            ENCRYPT,
            json!({ "text": "a", "key": key, "algorithm": "aes-256-cbc", "aad": "x" }),
            422,
            "aad: does not apply to AES-CBC: leave it out",
        ),
        (
            ENCRYPT,
            json!({ "text": "a", "password": "p", "parameters": { "n": 262_144, "r": 32 } }),
            422,
            "parameters: scrypt with these costs needs 1024 MB of memory; at most 256 are allowed",
        ),
        (
            ENCRYPT,
            json!({ "text": "a", "password": "p", "parameters": { "iterations": 5 } }),
            422,
            "parameters.iterations: does not apply to scrypt: leave it out",
        ),
        (
            ENCRYPT,
            json!({ "text": "a", "password": "p", "parameters": { "n": 1 } }),
            400,
            "parameters.n: must be at least 2",
        ),
        (ENCRYPT, json!({ "text": "a", "password": "" }), 400, "password: must not be empty"),
        (
            ENCRYPT,
            json!({ "text": "a", "key": key, "allowNonce": true, "nonce": "AAAA", "algorithm": "chacha20-poly1305" }),
            422,
            "nonce: must be 12 bytes for chacha20-poly1305, and is 3",
        ),
        (DECRYPT, json!({ "key": key }), 400, "ciphertext: is required"),
        (
            DECRYPT,
            json!({ "ciphertext": "AAAA", "key": key }),
            422,
            "format: is required: the message is not in format compact (ff1.…) and there is no nonce; send parts or n8n",
        ),
        (
            DECRYPT,
            json!({ "ciphertext": compact, "password": "p" }),
            422,
            "password: does not apply: the message was encrypted with a key; send that",
        ),
        (
            DECRYPT,
            json!({ "ciphertext": compact, "key": key, "algorithm": "chacha20-poly1305" }),
            422,
            "algorithm: does not match: the message was encrypted with aes-256-gcm; leave it out",
        ),
        (
            DECRYPT,
            json!({ "ciphertext": compact, "key": key, "nonce": "AAAA" }),
            422,
            "nonce: applies only to format parts: leave it out",
        ),
        (
            DECRYPT,
            json!({ "ciphertext": "ff1.AQ", "key": key }),
            422,
            "ciphertext: is truncated, or was made by a newer version: its header cannot be read",
        ),
        (DECRYPT, json!({ "ciphertext": "ff1.!", "key": key }), 422, "ciphertext: is not base64url: invalid length"),
        (
            DECRYPT,
            json!({ "ciphertext": "ff2.AQ", "format": "compact", "key": key }),
            422,
            "ciphertext: is not in format compact, which starts with ff1.",
        ),
        (
            DECRYPT,
            json!({ "ciphertext": "AgAA", "format": "n8n", "password": "p" }),
            422,
            "ciphertext: is not in format n8n, or truncated",
        ),
        (
            DECRYPT,
            json!({ "ciphertext": "AAAA", "nonce": "AAAAAAAAAAAAAAAA", "key": key }),
            422,
            "ciphertext: is too short to end with a tag: send the tag in tag",
        ),
        (
            DECRYPT,
            json!({ "ciphertext": "", "nonce": "AAAAAAAAAAAAAAAA", "tag": "AAAA", "key": key }),
            422,
            "tag: must be 16 bytes for aes-256-gcm, and is 3",
        ),
        (
            DECRYPT,
            json!({ "ciphertext": "AAAAAAAAAAAAAAAAAAAAAAAA", "nonce": "AAAAAAAAAAAAAAAA", "password": "p" }),
            422,
            "salt: is missing: the key is derived from the password and a salt",
        ),
    ] {
        let answer = client.post(path, &body);
        assert_eq!((answer.status, answer.message().as_str()), (status, message), "{body}");
    }
}

#[test]
fn a_file_is_encrypted_as_its_bytes() {
    let secret = Secret::new("0123456789abcdef0123456789abcdef".to_owned());
    let file = File::new("a.bin", "application/octet-stream", vec![0, 159, 146, 150]);
    let request = encrypt::EncryptRequest {
        text: None,
        file: Some(file),
        key: Some(secret.clone()),
        ..encrypt::EncryptRequest::of("")
    };
    let sealed = encrypt::encrypt(request, &Call::detached(), &Keyring::default()).unwrap();
    assert_eq!(sealed.bytes, 4);
    let request = decrypt::DecryptRequest {
        key: Some(secret),
        output_encoding: decrypt::PlaintextEncoding::Hex,
        ..decrypt::DecryptRequest::of(&sealed.ciphertext)
    };
    assert!(
        decrypt::decrypt(request, &Call::detached(), &Keyring::default()).is_ok_and(|opened| opened.text == "009f9296")
    );
}
