//! Signatures of Wycheproof, checked by /verify.

use chassis::testing::Client;
use serde_json::{Value, json};

use super::{Tally, is_valid, tests};

const SIGN: &str = "/api/v1/crypto/sign";
const VERIFY: &str = "/api/v1/crypto/verify";

/// Checks every test of a file for whose group there are options, with every form of the key there is.
fn check(file: &str, options: impl Fn(&Value) -> Option<Value>) {
    check_if(file, options, is_valid);
}

fn check_if(file: &str, options: impl Fn(&Value) -> Option<Value>, is_valid: impl Fn(&Value) -> bool) {
    let client = Client::of(crate::service());
    let Some(tests) = tests(file) else { return };
    let mut tally = Tally::default();
    for (group, test) in tests {
        let Some(mut body) = options(&group) else { continue };
        let id = format!("{file} {}", test["tcId"]);
        body["text"] = test["msg"].clone();
        body["inputEncoding"] = json!("hex");
        body["signature"] = test["sig"].clone();
        for key in ["publicKeyPem", "publicKeyJwk", "keyJwk"] {
            let Some(key) = group.get(key) else { continue };
            body["key"] = json!(key.as_str().map_or_else(|| key.to_string(), str::to_owned));
            let answer = client.post(VERIFY, &body);
            assert_eq!(answer.status, 200, "{id} {:?}", answer.body);
            let answer = answer.json();
            assert_eq!(answer["valid"], is_valid(&test), "{id} {answer}");
            assert_eq!(answer["reason"].is_null(), is_valid(&test), "{id} {answer}");
        }
        tally.agreed += 1;
    }
    tally.finish(file);
}

#[test]
fn ecdsa() {
    for (curve, hash, algorithm) in [
        ("secp256r1", "sha256", "ES256"),
        ("secp384r1", "sha384", "ES384"),
        ("secp521r1", "sha512", "ES512"),
        ("secp256k1", "sha256", "ES256K"),
    ] {
        let der = json!({ "algorithm": algorithm, "signatureFormat": "der", "signatureEncoding": "hex" });
        check(&format!("ecdsa_{curve}_{hash}"), |_| Some(der.clone()));
        let p1363 = json!({ "algorithm": algorithm, "signatureFormat": "p1363", "signatureEncoding": "hex" });
        check(&format!("ecdsa_{curve}_{hash}_p1363"), |_| Some(p1363.clone()));
        // Nothing said: a signature of another curve or in another form must not slip through.
        check(&format!("ecdsa_{curve}_{hash}"), |_| Some(json!({})));
        check(&format!("ecdsa_{curve}_{hash}_p1363"), |_| Some(json!({})));
    }
}

#[test]
fn ed25519() {
    check("ed25519", |_| Some(json!({})));
}

#[test]
fn rsa_pkcs1() {
    for (bits, hash) in
        [(2048, 256), (2048, 384), (2048, 512), (3072, 256), (3072, 384), (3072, 512), (4096, 256), (4096, 512)]
    {
        let algorithm = format!("RS{hash}");
        check(&format!("rsa_signature_{bits}_sha{hash}"), |_| Some(json!({ "algorithm": algorithm })));
    }
}

/// Of a group: what we call its algorithm, when it is one we list (the mask's hash is the same, as JOSE wants it).
fn pss(group: &Value) -> Option<String> {
    let (hash, mask) = (group["sha"].as_str().unwrap(), group["mgfSha"].as_str().unwrap());
    let listed = hash == mask && matches!(hash, "SHA-256" | "SHA-384" | "SHA-512");
    listed.then(|| hash.replace("SHA-", "PS"))
}

#[test]
fn rsa_pss() {
    for file in [
        "rsa_pss_2048_sha256_mgf1_0",
        "rsa_pss_2048_sha256_mgf1_32",
        "rsa_pss_2048_sha384_mgf1_48",
        "rsa_pss_3072_sha256_mgf1_32",
        "rsa_pss_4096_sha384_mgf1_48",
        "rsa_pss_4096_sha512_mgf1_64",
        "rsa_pss_misc",
    ] {
        check(file, |group| Some(json!({ "algorithm": pss(group)?, "saltLength": group["sLen"] })));
    }
    // A salt of any length: only what is wrong for another reason stays wrong.
    for file in ["rsa_pss_2048_sha256_mgf1_0", "rsa_pss_2048_sha384_mgf1_48", "rsa_pss_misc"] {
        let other_length = |test: &Value| test["comment"].as_str().unwrap().starts_with("s_len changed");
        let is_valid = |test: &Value| is_valid(test) || other_length(test);
        check_if(file, |group| Some(json!({ "algorithm": pss(group)? })), is_valid);
    }
}

/// PKCS #1 v1.5 has one signature of a text.
#[test]
fn rsa_signing() {
    let client = Client::of(crate::service());
    let file = "rsa_pkcs1_2048_sig_gen";
    let Some(tests) = tests(file) else { return };
    let mut tally = Tally::default();
    for (group, test) in tests {
        let hash = group["sha"].as_str().unwrap();
        if !matches!(hash, "SHA-256" | "SHA-384" | "SHA-512") {
            continue;
        }
        let mut body = json!({
            "text": test["msg"], "inputEncoding": "hex", "algorithm": hash.replace("SHA-", "RS"),
            "key": group["privateKeyPem"], "outputEncoding": "hex",
        });
        let answer = client.post(SIGN, &body).json();
        assert_eq!(answer["signature"], test["sig"], "{file} {}", test["tcId"]);
        body.as_object_mut().unwrap().remove("outputEncoding");
        body["signature"] = test["sig"].clone();
        assert_eq!(client.post(VERIFY, &body).json()["valid"], true, "{file} {}", test["tcId"]);
        tally.agreed += 1;
    }
    tally.finish(file);
}
