//! Every test of Wycheproof for what we list, as a request through the router.
//!
//! The project carries a part of the files (tests/data/wycheproof); where more of them lie beside it, all are run. What we
//! refuse on purpose, such as odd lengths of nonces, is counted, and must be little.

mod oaep;
mod signatures;

use std::path::Path;

use chassis::testing::Client;
use serde_json::{Value, json};

/// The tests of a file, each with the fields of its group; nothing when the file is nowhere.
pub(crate) fn tests(file: &str) -> Option<Vec<(Value, Value)>> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let folders = [root.join("../../../shared/testdata/crypto/wycheproof"), root.join("tests/data/wycheproof")];
    let name = format!("{file}_test.json");
    let Some(text) = folders.iter().find_map(|folder| std::fs::read_to_string(folder.join(&name)).ok()) else {
        println!("skipped: {name} is not here");
        return None;
    };
    let document: Value = serde_json::from_str(&text).unwrap();
    let mut tests = Vec::new();
    for group in document["testGroups"].as_array().unwrap() {
        for test in group["tests"].as_array().unwrap() {
            tests.push((group.clone(), test.clone()));
        }
    }
    assert_eq!(document["numberOfTests"], tests.len(), "{name}");
    Some(tests)
}

/// How tests ended: as Wycheproof says, or refused on purpose.
#[derive(Default)]
pub(super) struct Tally {
    pub(super) agreed: usize,
    pub(super) refused: usize,
}

impl Tally {
    pub(super) fn finish(&self, file: &str) {
        println!("{file}: {} agree, {} refused on purpose", self.agreed, self.refused);
        assert!(self.agreed > 0, "{file}");
        assert!(self.refused * 50 <= self.agreed + self.refused, "{file}: more than 2 % are refused");
    }
}

pub(super) fn is_valid(test: &Value) -> bool {
    match test["result"].as_str().unwrap() {
        "valid" => true,
        "invalid" => false,
        other => panic!("{other}"),
    }
}

#[test]
fn ciphers() {
    let client = Client::of(crate::service());
    for (file, name) in [
        ("aes_gcm", "aes-{}-gcm"),
        ("aes_gcm_siv", "aes-{}-gcm-siv"),
        ("aes_cbc_pkcs5", "aes-{}-cbc"),
        ("chacha20_poly1305", "chacha20-poly1305"),
        ("xchacha20_poly1305", "xchacha20-poly1305"),
    ] {
        let Some(tests) = tests(file) else { continue };
        let mut tally = Tally::default();
        for (group, test) in tests {
            let id = format!("{file} {}", test["tcId"]);
            let algorithm = name.replace("{}", &group["keySize"].to_string());
            let aad = (!test["aad"].is_null() && !algorithm.ends_with("cbc")).then(|| test["aad"].clone());
            let decrypted = client.post(
                "/api/v1/crypto/decrypt",
                &json!({
                    "format": "parts", "inputEncoding": "hex", "outputEncoding": "hex", "algorithm": algorithm,
                    "key": test["key"], "keyEncoding": "hex", "nonce": test["iv"], "aad": aad, "aadEncoding": "hex",
                    "ciphertext": test["ct"], "tag": test["tag"],
                }),
            );
            let encrypted = client.post(
                "/api/v1/crypto/encrypt",
                &json!({
                    "format": "parts", "outputEncoding": "hex", "algorithm": algorithm, "key": test["key"],
                    "keyEncoding": "hex", "nonce": test["iv"], "allowNonce": true, "aad": aad, "aadEncoding": "hex",
                    "text": test["msg"], "inputEncoding": "hex",
                }),
            );
            if decrypted.status == 422 && decrypted.message().starts_with("nonce: must be ") {
                assert_eq!(encrypted.status, 422, "{id}");
                // A length Wycheproof calls invalid is rightly refused.
                *(if is_valid(&test) { &mut tally.refused } else { &mut tally.agreed }) += 1;
                continue;
            }
            // What was encrypted otherwise than we would must not be what we make, with the same input.
            assert_eq!(encrypted.status, 200, "{id} {:?}", encrypted.body);
            let ours = encrypted.json();
            let same = ours["ciphertext"] == test["ct"] && ours["tag"] == test["tag"];
            assert_eq!(same, is_valid(&test), "{id}");
            if is_valid(&test) {
                assert_eq!((decrypted.status, &decrypted.json()["text"]), (200, &test["msg"]), "{id}");
            } else if decrypted.message().starts_with("decryption failed") {
                assert_eq!(decrypted.status, 422, "{id}");
            } else {
                // CBC without a block is no message at all, whatever the key.
                let message = "ciphertext: must be a multiple of 16 bytes for AES-CBC";
                assert_eq!((decrypted.status, decrypted.message().as_str()), (422, message), "{id}");
            }
            tally.agreed += 1;
        }
        tally.finish(file);
    }
}

#[test]
fn hmac() {
    let client = Client::of(crate::service());
    for algorithm in [
        "sha1",
        "sha224",
        "sha256",
        "sha384",
        "sha512",
        "sha512_224",
        "sha512_256",
        "sha3_224",
        "sha3_256",
        "sha3_384",
        "sha3_512",
    ] {
        let file = format!("hmac_{algorithm}");
        let Some(tests) = tests(&file) else { continue };
        let mut tally = Tally::default();
        for (_, test) in tests {
            let id = format!("{file} {}", test["tcId"]);
            let mut body = json!({
                "text": test["msg"], "inputEncoding": "hex", "key": test["key"], "keyEncoding": "hex",
                "algorithm": algorithm,
            });
            let answer = client.post("/api/v1/crypto/hmac", &body).json();
            let (mac, tag) = (answer["mac"].as_str().unwrap(), test["tag"].as_str().unwrap());
            assert_eq!(mac.starts_with(tag), is_valid(&test), "{id}");
            body["mac"] = test["tag"].clone();
            let checked = client.post("/api/v1/crypto/hmac/verify", &body).json();
            // Half of the tests cut the code, which a check never takes for right.
            assert_eq!(checked["valid"], is_valid(&test) && tag.len() == mac.len(), "{id}");
            tally.agreed += 1;
        }
        tally.finish(&file);
    }
}

#[test]
fn key_derivation() {
    let client = Client::of(crate::service());
    for hash in ["sha1", "sha256", "sha384", "sha512"] {
        for (file, algorithm) in [(format!("hkdf_{hash}"), "hkdf"), (format!("pbkdf2_hmac{hash}"), "pbkdf2")] {
            let Some(tests) = tests(&file) else { continue };
            let mut tally = Tally::default();
            for (_, test) in tests {
                let id = format!("{file} {}", test["tcId"]);
                let body = if algorithm == "hkdf" {
                    json!({
                        "algorithm": "hkdf", "hash": hash, "secret": test["ikm"], "secretEncoding": "hex",
                        "salt": test["salt"], "saltEncoding": "hex", "info": test["info"], "infoEncoding": "hex",
                        "length": test["size"],
                    })
                } else {
                    json!({
                        "algorithm": "pbkdf2", "hash": hash, "secret": test["password"], "secretEncoding": "hex",
                        "salt": test["salt"], "saltEncoding": "hex", "length": test["dkLen"],
                        "parameters": { "iterations": test["iterationCount"] },
                    })
                };
                let answer = client.post("/api/v1/crypto/derive", &body);
                let expected = if algorithm == "hkdf" { &test["okm"] } else { &test["dk"] };
                match answer.status {
                    200 => {
                        assert_eq!(&answer.json()["key"] == expected, is_valid(&test), "{id}");
                        tally.agreed += 1;
                    }
                    400 | 422 if !is_valid(&test) => tally.agreed += 1,
                    400 | 422 => tally.refused += 1,
                    other => panic!("{id} {other}"),
                }
            }
            tally.finish(&file);
        }
    }
}
