//! Signatures: made, checked, and never taken for right when they are not.

mod exchange;

use chassis::testing::{Answer, Client};
use chassis::{Call, File};
use crypto::keys::Keyring;
use crypto::signature::{sign, verify};
use serde_json::{Value, json};

const SIGN: &str = "/api/v1/crypto/sign";
const VERIFY: &str = "/api/v1/crypto/verify";
const ALL: [(&str, &str); 11] = [
    ("EdDSA", "ed25519.pem"),
    ("ES256", "p256.pem"),
    ("ES384", "p384.pem"),
    ("ES512", "p521.pem"),
    ("ES256K", "secp256k1.pem"),
    ("RS256", "rsa-2048.pem"),
    ("RS384", "rsa-2048.pem"),
    ("RS512", "rsa-2048.pem"),
    ("PS256", "rsa-2048.pem"),
    ("PS384", "rsa-2048.pem"),
    ("PS512", "rsa-2048.pem"),
];
const ANOTHER: &str = "it does not match: the input or the key is different";

fn client() -> Client {
    Client::of(crate::service())
}

fn done(answer: &Answer) -> Value {
    assert_eq!(answer.status, 200, "{:?}", answer.body);
    answer.json()
}

/// A key of tests/data/keys.
fn key(name: &str) -> String {
    std::fs::read_to_string(format!("{}/tests/data/keys/{name}", env!("CARGO_MANIFEST_DIR"))).unwrap()
}

/// RFC 7520, section 3.4: a JWK whose `use` is `sig`.
fn jwk() -> Value {
    serde_json::from_str(&key("rfc7520-rsa.jwk")).unwrap()
}

fn merged(mut base: Value, changes: &Value) -> Value {
    for (name, value) in changes.as_object().unwrap() {
        base[name] = value.clone();
    }
    base
}

#[test]
fn every_algorithm_signs_and_verifies_in_every_form() {
    let client = client();
    for (algorithm, name) in ALL {
        let formats: &[Value] =
            if algorithm.starts_with("ES") { &[json!(null), json!("der"), json!("p1363")] } else { &[json!(null)] };
        for format in formats {
            for encoding in ["base64", "base64url", "hex"] {
                let request =
                    json!({ "text": "00ff", "inputEncoding": "hex", "algorithm": algorithm, "key": key(name) });
                let made = merged(request.clone(), &json!({ "signatureFormat": format, "outputEncoding": encoding }));
                let made = done(&client.post(SIGN, &made));
                assert_eq!((&made["algorithm"], &made["bytes"]), (&json!(algorithm), &json!(2)));
                let form = if algorithm.starts_with("ES") && format.is_null() { &json!("der") } else { format };
                assert_eq!((&made["signatureFormat"], &made["outputEncoding"]), (form, &json!(encoding)));
                for said in [json!({}), json!({ "signatureFormat": form, "signatureEncoding": encoding })] {
                    let check = merged(merged(request.clone(), &json!({ "signature": made["signature"] })), &said);
                    let answer = done(&client.post(VERIFY, &check));
                    assert_eq!((&answer["valid"], &answer["reason"]), (&json!(true), &json!(null)), "{check}");
                    let other = done(&client.post(VERIFY, &merged(check, &json!({ "text": "00fe" }))));
                    assert_eq!((&other["valid"], &other["reason"]), (&json!(false), &json!(ANOTHER)));
                }
            }
        }
    }
}

#[test]
fn a_changed_signature_is_never_valid() {
    let client = client();
    for (algorithm, name) in ALL {
        for format in if algorithm.starts_with("ES") { &["der", "p1363"][..] } else { &[""] } {
            let format = if format.is_empty() { json!(null) } else { json!(format) };
            let request = json!({ "text": "attack at dawn", "algorithm": algorithm, "key": key(name) });
            let made = merged(request.clone(), &json!({ "signatureFormat": format, "outputEncoding": "hex" }));
            let right = done(&client.post(SIGN, &made))["signature"].as_str().unwrap().to_owned();
            let right = data_encoding::HEXLOWER.decode(right.as_bytes()).unwrap();
            let mut wrong: Vec<Vec<u8>> = (0..right.len()).map(|length| right[..length].to_vec()).collect();
            wrong.extend((1..right.len()).map(|start| right[start..].to_vec()));
            wrong.extend([[&right[..], &[0]].concat(), [&[0], &right[..]].concat(), vec![0; right.len()]]);
            // A bit of each byte, each time another.
            wrong.extend((0..8 * right.len()).step_by(7).map(|bit| {
                let mut changed = right.clone();
                changed[bit / 8] ^= 1 << (bit % 8);
                changed
            }));
            let (half, reversed) = (right.len() / 2, right.iter().rev().copied().collect());
            wrong.extend([[&right[half..], &right[..half]].concat(), reversed, [&right[..], &right].concat()]);
            for said in if format.is_null() { vec![format] } else { vec![json!(null), format] } {
                for wrong in &wrong {
                    let mut check = merged(request.clone(), &json!({ "signatureFormat": said }));
                    check["signature"] = json!(data_encoding::HEXLOWER.encode(wrong));
                    let answer = done(&client.post(VERIFY, &check));
                    assert_eq!(answer["valid"], false, "{check}");
                    assert!(answer["reason"].is_string(), "{check}");
                }
            }
        }
    }
}

#[test]
fn the_reason_says_what_kind_of_wrong_it_is() {
    let client = client();
    let cut = "but signatures of EdDSA with this key have 64: it may be truncated";
    let not_der = "it is not a DER signature for this curve: it may be truncated, or for another key";
    for (name, changes, reason) in [
        ("ed25519.pem", json!({ "signature": "" }), "it is empty".to_owned()),
        ("ed25519.pem", json!({ "signature": " \n" }), "it is empty".to_owned()),
        ("ed25519.pem", json!({ "signature": "AAAz" }), format!("it has 3 bytes, {cut}")),
        ("ed25519.pem", json!({ "signature": "0".repeat(126) }), format!("it has 63 bytes, {cut}")),
        ("ed25519.pem", json!({ "signature": "0".repeat(128) }), ANOTHER.to_owned()),
        ("ed25519.pem", json!({ "signature": "!" }), "it is neither hex nor base64".to_owned()),
        (
            "ed25519.pem",
            json!({ "signature": "AA-_", "signatureEncoding": "base64" }),
            "it is not base64: invalid character at position 3".to_owned(),
        ),
        ("p256.pem", json!({ "signature": "MAAC" }), not_der.to_owned()),
        (
            "p256.pem",
            json!({ "signature": "MAAC", "signatureFormat": "p1363" }),
            "it has 3 bytes, but signatures of ES256 with this key have 64: it may be truncated".to_owned(),
        ),
        ("p256.pem", json!({ "signature": "0".repeat(128), "signatureFormat": "der" }), not_der.to_owned()),
        ("p256.pem", json!({ "signature": "0".repeat(128) }), ANOTHER.to_owned()),
        (
            "rsa-2048.pem",
            json!({ "signature": "0".repeat(512), "algorithm": "PS256", "saltLength": 32 }),
            "it does not match: the input, the key or the salt length is different".to_owned(),
        ),
    ] {
        let answer = done(&client.post(VERIFY, &merged(json!({ "text": "a", "key": key(name) }), &changes)));
        assert_eq!((&answer["valid"], &answer["reason"]), (&json!(false), &json!(reason)), "{changes}");
    }
}

#[test]
fn the_key_chooses_the_algorithm() {
    let client = client();
    for (name, algorithm) in [
        ("ed25519.pem", "EdDSA"),
        ("p256.pem", "ES256"),
        ("p384.pem", "ES384"),
        ("p521.pem", "ES512"),
        ("secp256k1.pem", "ES256K"),
        ("rsa-2048.pem", "RS256"),
    ] {
        let made = done(&client.post(SIGN, &json!({ "text": "a", "key": key(name) })));
        assert_eq!(made["algorithm"], algorithm);
        let check = json!({ "text": "a", "key": key(name), "signature": made["signature"] });
        assert_eq!(done(&client.post(VERIFY, &check))["valid"], true);
    }
    let marked = merged(jwk(), &json!({ "alg": "PS384" })).to_string();
    assert_eq!(done(&client.post(SIGN, &json!({ "text": "a", "key": marked })))["algorithm"], "PS384");
}

#[test]
fn a_key_for_something_else_is_refused() {
    let client = client();
    for (changes, asked, message) in [
        (json!({ "alg": "RS512" }), "RS256", "key: says in alg that it is not for RS256: use what it is for"),
        (json!({ "alg": "RSA-OAEP" }), "RS256", "key: says in alg that it is not for RS256: use what it is for"),
        (json!({ "use": "enc" }), "RS256", "key: says in use that it is not for signatures: send another key"),
        (json!({ "key_ops": ["decrypt"] }), "RS256", "key: says in key_ops that it may not sign: send another key"),
        (json!({ "key_ops": ["verify"] }), "RS256", "key: says in key_ops that it may not sign: send another key"),
    ] {
        let mut jwk = merged(jwk(), &changes);
        if changes["key_ops"].is_array() {
            jwk.as_object_mut().unwrap().remove("use");
        }
        let request = json!({ "text": "a", "algorithm": asked, "key": jwk.to_string() });
        let refused = client.post(SIGN, &request);
        assert_eq!((refused.status, refused.message().as_str()), (422, message), "{changes}");
        let refused = client.post(VERIFY, &merged(request, &json!({ "signature": "AAAA" })));
        if changes["key_ops"] == json!(["verify"]) {
            assert_eq!(done(&refused)["valid"], false);
        } else {
            assert_eq!((refused.status, refused.message()), (422, message.replace("may not sign", "may not verify")));
        }
    }
    for (algorithm, name, message) in [
        ("ES256", "p384.pem", "key: must be a P-256 private key for ES256, and is an EC private key"),
        ("ES256K", "p256.pem", "key: must be a secp256k1 private key for ES256K, and is an EC private key"),
        ("EdDSA", "rsa-2048.pem", "key: must be an Ed25519 private key for EdDSA, and is an RSA private key"),
        ("RS256", "ed25519.pem", "key: must be an RSA private key for RS256, and is an Ed25519 private key"),
    ] {
        let refused = client.post(SIGN, &json!({ "text": "a", "algorithm": algorithm, "key": key(name) }));
        assert_eq!((refused.status, refused.message().as_str()), (422, message));
    }
}

#[test]
fn wrong_requests_say_what_to_change() {
    let client = client();
    let secret = json!({ "kty": "oct", "k": "c2VjcmV0" }).to_string();
    for (path, changes, status, message) in [
        (SIGN, json!({ "key": null }), 422, "key: is missing: send key or keyRef"),
        (SIGN, json!({ "keyRef": "orders" }), 422, "keyRef: cannot be combined with key: send one of the two"),
        (
            SIGN,
            json!({ "key": null, "keyRef": "orders", "passphrase": "p" }),
            422,
            "passphrase: applies only to key: leave it out",
        ),
        (SIGN, json!({ "text": null }), 422, "text: is missing: send text (it may be empty) or a file"),
        (
            SIGN,
            json!({ "signatureFormat": "der" }),
            422,
            "signatureFormat: applies only to ECDSA, and the algorithm is EdDSA: leave it out",
        ),
        (SIGN, json!({ "key": secret }), 422, "key: is a shared secret, not a private key: see /hmac"),
        (VERIFY, json!({ "signature": null }), 400, "signature: is required"),
        (VERIFY, json!({ "saltLength": 32 }), 422, "saltLength: applies only to PS256, PS384 and PS512: leave it out"),
        (VERIFY, json!({ "saltLength": 1025 }), 400, "saltLength: must be at most 1024"),
    ] {
        let base = json!({ "text": "a", "key": key("ed25519.pem") });
        let base = if path == VERIFY { merged(base, &json!({ "signature": "AAAA" })) } else { base };
        let answer = client.post(path, &merged(base, &changes));
        assert_eq!((answer.status, answer.message().as_str()), (status, message), "{changes}");
    }
}

#[test]
fn a_private_key_never_shows() {
    let client = client();
    let jwk = jwk();
    let private = jwk["d"].as_str().unwrap();
    for body in [
        json!({ "text": "a", "key": jwk.to_string(), "algorithm": "ES256" }),
        json!({ "text": "a", "key": jwk.to_string().replace("\"kty\":\"RSA\"", "\"kty\":\"DSA\"") }),
        json!({ "text": "a", "key": jwk.to_string().replace(private, &private[1..]) }),
        json!({ "text": "a", "key": [private] }),
        json!({ "text": "a", "key": private.repeat(100) }),
    ] {
        let answer = client.post(SIGN, &body);
        assert!((400..500).contains(&answer.status), "{body}");
        assert!(!String::from_utf8_lossy(&answer.body).contains(&private[1..20]), "{:?}", answer.body);
    }
}

#[test]
fn a_file_has_the_signature_of_its_bytes() {
    let file = || Some(File::new("a.txt", "text/plain", "order 42: 3 pieces"));
    let (call, keys) = (Call::detached(), Keyring::default());
    let request = sign::SignRequest { text: None, file: file(), ..sign::example() };
    assert_eq!(sign::sign(request, &call, &keys).unwrap().signature, verify::example().signature);
    let request = verify::VerifyRequest { text: None, file: file(), ..verify::example() };
    assert!(verify::verify(request, &call, &keys).unwrap().valid);
}

/// The newest version signs; of another kind, an older one still verifies what it signed.
#[test]
fn named_keys_sign_with_the_newest_version_and_verify_with_all() {
    let keyring = json!({ "keys": {
        "orders": { "consumers": ["*"], "versions": {
            "1": { "key": key("rsa-2048.pem") }, "2": { "key": key("p256.pem") }, "3": { "key": key("ed25519.pem") } } },
        "shared": { "consumers": ["*"], "versions": { "1": { "key": "s", "keyEncoding": "utf8" } } },
    } });
    let client = crate::client_with_keys(&keyring.to_string(), chassis::Clock::System);
    let signed = |key_ref| done(&client.post(SIGN, &json!({ "text": "a", "keyRef": key_ref })));
    let newest = signed("orders");
    assert_eq!((&newest["algorithm"], &newest["keyRef"]), (&json!("EdDSA"), &json!("orders@3")));
    for (key_ref, algorithm) in [("orders@1", "RS256"), ("orders@2", "ES256"), ("orders@3", "EdDSA")] {
        let made = signed(key_ref);
        assert_eq!((&made["algorithm"], &made["keyRef"]), (&json!(algorithm), &json!(key_ref)));
        for said in [json!({}), json!({ "algorithm": algorithm })] {
            let check = json!({ "text": "a", "keyRef": "orders", "signature": made["signature"] });
            let answer = done(&client.post(VERIFY, &merged(check, &said)));
            assert_eq!((&answer["valid"], &answer["keyRef"]), (&json!(true), &json!(key_ref)));
            assert_eq!(answer["algorithm"], algorithm);
        }
        let other = if key_ref == "orders@1" { "orders@2" } else { "orders@1" };
        let check = json!({ "text": "a", "keyRef": other, "signature": made["signature"] });
        let answer = done(&client.post(VERIFY, &check));
        assert_eq!((&answer["valid"], &answer["keyRef"]), (&json!(false), &json!(null)));
    }
    let check = json!({ "text": "a", "keyRef": "orders", "signature": newest["signature"], "algorithm": "ES384" });
    assert_eq!(client.post(VERIFY, &check).status, 422, "no version is for it");
    assert_eq!(client.post(SIGN, &json!({ "text": "a", "keyRef": "shared" })).status, 422);
}
