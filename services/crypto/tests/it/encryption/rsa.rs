//! RSA-OAEP: short texts for the holder of a private key.

use serde_json::{Value, json};

use super::{DECRYPT, ENCRYPT, UNDECIPHERABLE, client, done, merged};

fn pem(name: &str) -> String {
    std::fs::read_to_string(format!("{}/tests/data/keys/{name}", env!("CARGO_MANIFEST_DIR"))).unwrap()
}

/// What /decrypt needs of an answer.
fn back(sealed: &Value) -> Value {
    json!({ "ciphertext": sealed["ciphertext"], "algorithm": sealed["algorithm"] })
}

#[test]
fn as_much_as_fits_comes_back() {
    let client = client();
    for (algorithm, most, security) in [
        ("rsa-oaep-sha256", 190, "strong"),
        ("rsa-oaep-sha384", 158, "strong"),
        ("rsa-oaep-sha512", 126, "strong"),
        ("rsa-oaep-sha1", 214, "legacy"),
    ] {
        let request = json!({ "algorithm": algorithm, "key": pem("rsa-2048.pem") });
        for length in [0, 1, most] {
            let text = "a".repeat(length);
            let sealed = done(&client.post(ENCRYPT, &merged(request.clone(), &json!({ "text": text }))));
            assert_eq!((&sealed["bytes"], &sealed["security"]), (&json!(length), &json!(security)));
            assert_eq!((&sealed["format"], &sealed["nonce"]), (&json!("parts"), &json!(null)));
            let legacy = if security == "legacy" { json!("legacy-algorithm") } else { json!(null) };
            assert_eq!(sealed["warnings"][0]["code"], legacy);
            let opened = done(&client.post(DECRYPT, &merged(request.clone(), &back(&sealed))));
            assert_eq!((&opened["text"], &opened["algorithm"]), (&json!(text), &json!(algorithm)));
        }
        let refused = client.post(ENCRYPT, &merged(request, &json!({ "text": "a".repeat(most + 1) })));
        let message = format!(
            "text: has {} bytes, but RSA-OAEP with this key and hash takes at most {most}: encrypt it with a random AES \
             key, and that key with RSA",
            most + 1
        );
        assert_eq!((refused.status, refused.message()), (422, message));
    }
}

/// Changed, cut, made up, with another key, hash or label: one sentence.
#[test]
fn nothing_tells_why_it_cannot_be_decrypted() {
    let client = client();
    let request = json!({ "algorithm": "rsa-oaep-sha256", "key": pem("rsa-2048.pem"), "aad": "customer 42" });
    let sealed =
        done(&client.post(ENCRYPT, &merged(request.clone(), &json!({ "text": "key", "outputEncoding": "hex" }))));
    let right = merged(merged(request, &back(&sealed)), &json!({ "inputEncoding": "hex" }));
    assert_eq!(done(&client.post(DECRYPT, &right))["text"], "key");
    let ciphertext = sealed["ciphertext"].as_str().unwrap();
    let changed = |place: usize| {
        let mut changed = ciphertext.to_owned();
        changed.replace_range(place..=place, if &ciphertext[place..=place] == "0" { "1" } else { "0" });
        json!({ "ciphertext": changed })
    };
    for change in [
        changed(0),
        changed(255),
        changed(511),
        json!({ "ciphertext": "" }),
        json!({ "ciphertext": ciphertext[..510] }),
        json!({ "ciphertext": format!("{ciphertext}00") }),
        json!({ "ciphertext": "0".repeat(512) }),
        json!({ "ciphertext": "f".repeat(512) }),
        json!({ "algorithm": "rsa-oaep-sha1" }),
        json!({ "algorithm": "rsa-oaep-sha512" }),
        json!({ "aad": "customer 43" }),
        json!({ "aad": null }),
        json!({ "key": pem("rsa-2049.pem") }),
    ] {
        let answer = client.post(DECRYPT, &merged(right.clone(), &change));
        assert_eq!((answer.status, answer.message().as_str()), (422, UNDECIPHERABLE), "{change}");
        assert!(answer.json()["error"]["details"].is_null(), "no field is named");
    }
}

#[test]
fn wrong_requests_say_what_to_change() {
    let client = client();
    let marked = pem("rfc7520-rsa.jwk");
    let mut other: Value = serde_json::from_str(&marked).unwrap();
    other.as_object_mut().unwrap().remove("alg");
    let mut public = other.clone();
    for member in ["d", "p", "q", "dp", "dq", "qi", "use"] {
        public.as_object_mut().unwrap().remove(member);
    }
    for (path, changes, message) in [
        (ENCRYPT, json!({ "password": "p" }), "password: does not apply to RSA-OAEP: leave it out"),
        (ENCRYPT, json!({ "keyEncoding": "hex" }), "keyEncoding: does not apply to RSA-OAEP: leave it out"),
        (ENCRYPT, json!({ "format": "compact" }), "format: does not apply to RSA-OAEP: leave it out"),
        (ENCRYPT, json!({ "nonce": "AAAA", "allowNonce": true }), "nonce: does not apply to RSA-OAEP: leave it out"),
        (DECRYPT, json!({ "tag": "AAAA" }), "tag: does not apply to RSA-OAEP: leave it out"),
        (ENCRYPT, json!({ "key": null }), "key: is missing: send key or keyRef"),
        (
            DECRYPT,
            json!({ "key": pem("rsa-1024.pem"), "algorithm": null }),
            "algorithm: is required with this key: send rsa-oaep-sha256, or rsa-oaep-sha1, the default in Node and Java",
        ),
        (DECRYPT, json!({ "key": pem("rsa-1024.pem") }), "key: is an RSA key of 1024 bits: use one of at least 2048"),
        (
            ENCRYPT,
            json!({ "key": pem("p256.pem") }),
            "key: must be an RSA key for RSA-OAEP-256, and is an EC public key",
        ),
        (ENCRYPT, json!({ "key": pem("rsa-1024.pem") }), "key: must have at least 2048 bits to encrypt, and has 1024"),
        (ENCRYPT, json!({ "key": marked }), "key: says in alg that it is not for RSA-OAEP-256: use what it is for"),
        (
            DECRYPT,
            json!({ "key": other.to_string() }),
            "key: says in use that it is not for encryption: send another key",
        ),
        (DECRYPT, json!({ "key": public.to_string() }), "key: is an RSA public key: decryption needs the private key"),
        (
            ENCRYPT,
            json!({ "algorithm": "aes-256-gcm", "passphrase": "p" }),
            "passphrase: applies only to private keys, for RSA-OAEP: leave it out",
        ),
    ] {
        let base = json!({ "algorithm": "rsa-oaep-sha256", "key": pem("rsa-2048.pem") });
        let what = if path == ENCRYPT { json!({ "text": "a" }) } else { json!({ "ciphertext": "AAAA" }) };
        let answer = client.post(path, &merged(merged(base, &what), &changes));
        assert_eq!((answer.status, answer.message().as_str()), (422, message), "{changes}");
    }
}

#[test]
fn named_keys_encrypt_with_the_newest_version_and_decrypt_with_all() {
    let shared = |byte: &str| json!({ "key": byte.repeat(32), "keyEncoding": "hex" });
    let keyring = json!({ "keys": {
        "shared": { "consumers": ["*"], "versions": {
            "1": shared("11"), "2": shared("22"), "3": { "key": "too short", "keyEncoding": "utf8" }, "4": shared("44") } },
        "pair": { "consumers": ["*"], "versions": {
            "1": { "key": pem("rsa-2048.pem") }, "2": { "key": pem("rsa-2049.pem") } } },
        "short": { "consumers": ["*"], "versions": { "1": shared("11"), "2": { "key": "short", "keyEncoding": "utf8" } } },
    } });
    let client = crate::client_with_keys(&keyring.to_string(), chassis::Clock::System);
    for (name, newest, others, algorithm) in [
        ("shared", "shared@4", ["shared@1", "shared@2"], "aes-256-gcm"),
        ("shared", "shared@4", ["shared@1", "shared@2"], "xchacha20-poly1305"),
        ("pair", "pair@2", ["pair@1", "pair@1"], "rsa-oaep-sha256"),
    ] {
        let seal = |key_ref: &str| {
            let request = json!({ "text": "secret", "algorithm": algorithm, "keyRef": key_ref, "aad": "a" });
            done(&client.post(ENCRYPT, &request))
        };
        assert_eq!(seal(name)["keyRef"], newest);
        for key_ref in [newest, others[0], others[1]] {
            let request = merged(back(&seal(key_ref)), &json!({ "keyRef": name, "aad": "a" }));
            let opened = done(&client.post(DECRYPT, &request));
            assert_eq!((&opened["text"], &opened["keyRef"]), (&json!("secret"), &json!(key_ref)), "{algorithm}");
            let named = done(&client.post(DECRYPT, &merged(request.clone(), &json!({ "keyRef": key_ref }))));
            assert_eq!(named["text"], "secret");
            let other = if key_ref == newest { others[0] } else { newest };
            for change in [json!({ "keyRef": other }), json!({ "aad": "b" })] {
                let refused = client.post(DECRYPT, &merged(request.clone(), &change));
                assert_eq!((refused.status, refused.message().as_str()), (422, UNDECIPHERABLE), "{algorithm}");
            }
        }
    }
    for (path, body, message) in [
        (
            DECRYPT,
            json!({ "ciphertext": "A".repeat(22), "nonce": "A".repeat(22), "algorithm": "aes-256-cbc", "keyRef": "shared" }),
            "keyRef: must name a version with AES-CBC, such as orders@2: it cannot tell which of them is the right one",
        ),
        (ENCRYPT, json!({ "text": "a", "keyRef": "short" }), "keyRef: must be 32 bytes for aes-256-gcm, and is 5"),
        (
            ENCRYPT,
            json!({ "text": "a", "keyRef": "pair" }),
            "keyRef: must be a shared secret here, and is an RSA private key",
        ),
        (
            ENCRYPT,
            json!({ "text": "a", "keyRef": "shared", "password": "p" }),
            "password: cannot be combined with keyRef: send one of the two",
        ),
        (
            ENCRYPT,
            json!({ "text": "a", "keyRef": "nobodys" }),
            "keyRef: names no key that this API key may use: see the server's keyring",
        ),
    ] {
        let answer = client.post(path, &body);
        assert_eq!((answer.status, answer.message().as_str()), (422, message), "{body}");
    }

    let derive = |body: &Value| done(&client.post("/api/v1/crypto/derive", body));
    let named = derive(&json!({ "algorithm": "hkdf", "keyRef": "shared", "info": "invoices" }));
    assert_eq!(named["keyRef"], "shared@4");
    let sent = json!({ "algorithm": "hkdf", "secret": "44".repeat(32), "secretEncoding": "hex", "info": "invoices" });
    assert_eq!(named["key"], derive(&sent)["key"]);
}
