//! What a named key says of its own use is kept by every operation.

use chassis::testing::Client;
use serde_json::{Value, json};

/// 32 bytes.
const BYTES: &str = "MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE";

fn client(keys: &Value) -> Client {
    let versions = |list: &Value| -> Value {
        let numbered = list.as_array().unwrap().iter().enumerate();
        numbered
            .map(|(index, version)| ((index + 1).to_string(), version.clone()))
            .collect::<serde_json::Map<_, _>>()
            .into()
    };
    let named = keys.as_object().unwrap().iter();
    let named: serde_json::Map<_, _> =
        named.map(|(name, list)| (name.clone(), json!({ "consumers": ["*"], "versions": versions(list) }))).collect();
    let keyring = json!({ "keys": named }).to_string();
    crate::client_with_keys(&keyring.to_string(), chassis::Clock::System)
}

fn jwk(members: &Value) -> Value {
    let mut jwk = json!({ "kty": "oct", "k": BYTES });
    jwk.as_object_mut().unwrap().extend(members.as_object().unwrap().clone());
    json!({ "key": jwk.to_string() })
}

fn send(client: &Client, path: &str, body: &Value) -> (u16, String) {
    let answer = client.post(&format!("/api/v1/crypto/{path}"), body);
    let said = if answer.status == 200 { String::new() } else { answer.message() };
    (answer.status, said)
}

/// One key for each task, and one that is for none of them.
#[test]
fn an_operation_takes_only_a_key_that_is_for_it() {
    let client = client(&json!({
        "verifies": [jwk(&json!({ "alg": "HS256", "use": "sig", "key_ops": ["verify"] }))],
        "signs": [jwk(&json!({ "key_ops": ["sign"] }))],
        "encrypts": [jwk(&json!({ "alg": "A256GCM", "key_ops": ["encrypt"] }))],
        "opens": [jwk(&json!({ "use": "enc", "key_ops": ["decrypt"] }))],
        "derives": [jwk(&json!({ "key_ops": ["deriveKey"] }))],
        "signatures": [jwk(&json!({ "use": "sig" }))],
        "otp": [jwk(&json!({ "alg": "HS1" }))],
    }));
    let mac = "0".repeat(64);
    let sealed = json!({ "ciphertext": "A".repeat(24), "nonce": "AAAAAAAAAAAAAAAA" });
    let webhook = json!({ "provider": "github", "body": "{}" });
    let aws = json!({ "accessKeyId": "AKID", "method": "GET", "url": "https://sts.us-east-1.amazonaws.com/" });
    let oauth = json!({ "consumerKey": "c", "method": "GET", "url": "https://example.com/" });
    let sent =
        json!({ "provider": "github", "body": "{}", "headers": { "x-hub-signature-256": format!("sha256={mac}") } });
    for (path, body, allowed) in [
        ("hmac", json!({ "text": "a" }), &["signs", "signatures"][..]),
        ("hmac", json!({ "text": "a", "algorithm": "sha512" }), &["signs", "signatures"]),
        ("hmac", json!({ "text": "a", "algorithm": "sha1" }), &["signs", "signatures", "otp"]),
        ("hmac/verify", json!({ "text": "a", "mac": mac }), &["verifies", "signatures"]),
        ("hmac/verify", json!({ "text": "a", "mac": mac, "algorithm": "sha384" }), &["signatures"]),
        ("encrypt", json!({ "text": "a" }), &["encrypts"]),
        ("encrypt", json!({ "text": "a", "algorithm": "aes-256-cbc" }), &[]),
        ("derive", json!({ "algorithm": "hkdf" }), &["derives"]),
        ("otp/generate", json!({}), &["signs", "signatures", "otp"]),
        ("otp/generate", json!({ "algorithm": "sha256" }), &["signs", "signatures"]),
        ("otp/verify", json!({ "code": "000000" }), &["signatures", "otp"]),
        ("otp/verify", json!({ "code": "000000", "algorithm": "sha256" }), &["verifies", "signatures"]),
        ("requests/sign", aws, &["signs", "signatures"]),
        ("requests/sign-oauth1", oauth, &["signs", "signatures", "otp"]),
        ("webhooks/sign", webhook, &["signs", "signatures"]),
        ("webhooks/verify", sent, &["verifies", "signatures"]),
    ] {
        for name in ["verifies", "signs", "encrypts", "opens", "derives", "signatures", "otp"] {
            let mut body = body.clone();
            body["keyRef"] = name.into();
            let (status, message) = send(&client, path, &body);
            if allowed.contains(&name) {
                assert_eq!(status, 200, "{path} {name}: {message}");
            } else {
                assert_eq!(status, 422, "{path} {name}");
                assert!(message.starts_with("keyRef: says in "), "{path} {name}: {message}");
            }
        }
    }
    // What may be opened turns out to be another's; what may not is not tried.
    for (name, said) in
        [("opens", "decryption failed"), ("encrypts", "may not decrypt"), ("derives", "may not decrypt")]
    {
        let mut body = sealed.clone();
        body["keyRef"] = name.into();
        let (status, message) = send(&client, "decrypt", &body);
        assert!(status == 422 && message.contains(said), "{name}: {message}");
    }
    let token = json!({
        "consumerKey": "c", "consumerSecret": "s", "token": "t", "tokenKeyRef": "verifies", "method": "GET",
        "url": "https://example.com/"
    });
    let (_, message) = send(&client, "requests/sign-oauth1", &token);
    assert!(message.starts_with("tokenKeyRef: says in alg"), "{message}");
}

/// A key that was a secret and is a pair now still checks what the secret made.
#[test]
fn versions_of_another_kind_do_not_keep_the_others_from_checking() {
    let pair = include_str!("../data/keys/openssh.pem");
    let secret = json!({ "key": "Jefe", "keyEncoding": "utf8" });
    let client = client(&json!({ "turned": [secret, { "key": pair }], "pair": [{ "key": pair }] }));
    let mac = "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843";
    let mut body = json!({ "text": "what do ya want for nothing?", "mac": mac, "keyRef": "turned" });
    let answer = client.post("/api/v1/crypto/hmac/verify", &body).json();
    assert_eq!((&answer["valid"], &answer["keyRef"]), (&json!(true), &json!("turned@1")));
    body["keyRef"] = "pair".into();
    let (status, message) = send(&client, "hmac/verify", &body);
    assert!(status == 422 && message.starts_with("keyRef: must be a shared secret here"), "{message}");
    let (status, message) = send(&client, "hmac", &json!({ "text": "a", "keyRef": "turned" }));
    assert!(status == 422 && message.starts_with("keyRef: must be"), "the newest makes: {message}");
}

#[test]
fn what_is_wrong_with_a_named_key_is_said_of_key_ref() {
    let pair = include_str!("../data/keys/openssh.pem");
    let client = client(&json!({ "secret": [{ "key": "Jefe", "keyEncoding": "utf8" }], "pair": [{ "key": pair }] }));
    let ciphertext = "A".repeat(24);
    for (path, body) in [
        ("sign", json!({ "text": "a", "keyRef": "secret" })),
        ("sign", json!({ "text": "a", "keyRef": "secret", "algorithm": "RS256" })),
        ("verify", json!({ "text": "a", "keyRef": "secret", "signature": "AAAA" })),
        ("verify", json!({ "text": "a", "keyRef": "secret", "signature": "AAAA", "algorithm": "RS256" })),
        ("hmac", json!({ "text": "a", "keyRef": "pair" })),
        ("encrypt", json!({ "text": "a", "keyRef": "secret", "algorithm": "rsa-oaep-sha256" })),
        ("decrypt", json!({ "ciphertext": ciphertext, "keyRef": "secret", "algorithm": "rsa-oaep-sha256" })),
        ("derive", json!({ "algorithm": "hkdf", "keyRef": "pair" })),
    ] {
        let (status, message) = send(&client, path, &body);
        assert!(status == 422 && message.starts_with("keyRef: "), "{path}: {message}");
    }
}
