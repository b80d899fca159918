//! Which key a token is checked with: sets of keys, and keys by name.

use serde_json::{Value, json};

use super::{
    ED25519, ED25519_PUBLIC, SECRET, SIGN, VERIFY, client, client_with, failed, forged, sign, verify, without,
};

#[test]
fn sets_of_keys() {
    let client = client();
    let other: Value =
        json!({ "kty": "OKP", "crv": "Ed25519", "kid": "other", "x": "GmJxyR6B9TtAFKzsO3lvD-Iz-6kCSs1GwmnSgKqzIZQ" });
    let mut own: Value = serde_json::from_str(ED25519_PUBLIC).unwrap();
    own["kid"] = json!("own");
    let named = sign(&client, &json!({ "claims": {}, "key": ED25519, "keyId": "own" }))["token"].clone();
    let anonymous = sign(&client, &json!({ "claims": {}, "key": ED25519 }))["token"].clone();
    let check = |token: &Value, keys: Value| {
        verify(&client, &json!({ "token": token, "jwks": { "keys": keys }, "algorithms": ["EdDSA"] }))
    };
    let unknown = json!({ "kty": "AKP", "alg": "ML-DSA-44", "pub": "AAAA" });
    let ec = json!({ "kty": "EC", "crv": "P-256", "kid": "own", "x": "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU", "y": "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0" });
    for token in [&named, &anonymous] {
        let answer = check(token, json!([other, unknown, ec, own]));
        assert_eq!((&answer["valid"], &answer["keyId"]), (&json!(true), &json!("own")));
    }
    assert_eq!(check(&named, json!([without(&own, "kid")]))["valid"], true);
    let missing = check(&named, json!([other]));
    assert_eq!(
        (failed(&missing), missing["reason"].as_str().unwrap().contains("fetch the set again")),
        (vec!["key"], true)
    );
    assert_eq!(failed(&check(&anonymous, json!([other]))), ["signature"]);
    // A key of this id, that is for something else.
    for (name, value) in [("use", json!("enc")), ("alg", json!("ES256")), ("key_ops", json!(["sign"]))] {
        let mut marked = own.clone();
        marked[name] = value;
        assert_eq!(failed(&check(&named, json!([marked]))), ["key"], "{name}");
    }
    // Before the token says which key it needs, none is read; nor is a private half, which checks nothing.
    let mut private = own.clone();
    private["d"] = json!("AAAA");
    assert_eq!(check(&named, json!([private]))["valid"], true);
    let broken = json!({ "kty": "OKP", "crv": "Ed25519", "kid": "broken", "x": "AAAA" });
    assert_eq!(check(&named, json!([broken, own]))["valid"], true);
    assert_eq!(failed(&check(&json!("a.b.c"), json!([broken]))), ["format"]);
    assert_eq!(failed(&check(&json!(forged(r#"{"alg":"HS256"}"#, "{}")), json!([broken]))), ["algorithm"]);
    let answer = check(&anonymous, json!([broken]));
    assert!(answer["reason"].as_str().unwrap().starts_with("the key "), "{answer}");
    let answer = check(&anonymous, json!([ec]));
    assert_eq!(answer["reason"], "no key in jwks is for EdDSA: fetch the set again");
    let as_text = json!({ "keys": [own] }).to_string();
    assert_eq!(verify(&client, &json!({ "token": named, "jwks": as_text, "algorithms": "EdDSA" }))["valid"], true);

    assert_eq!(verify(&client, &json!({ "token": named, "jwks": [other, own], "algorithms": "EdDSA" }))["valid"], true);

    let secret = json!({ "kty": "oct", "k": "AAAA" });
    for (jwks, message) in [
        (
            json!("https://example.auth0.com/.well-known/jwks.json"),
            "jwks: is a URL, which is not followed here: fetch it first, in n8n with an HTTP Request node, and send the response",
        ),
        (json!("geheim"), "jwks: must be an object with an array keys"),
        (json!({}), "jwks: must be an object with an array keys"),
        (own.clone(), "jwks: must be an object with an array keys: this is one key, send it in key"),
        (json!({ "keys": [] }), "jwks: must have 1 to 100 keys, and has 0"),
        (json!({ "keys": vec![&own; 101] }), "jwks: must have 1 to 100 keys, and has 101"),
        (json!({ "keys": [own, secret] }), "jwks: mixes shared secrets (kty oct) with public keys: send one kind only"),
    ] {
        let body = json!({ "token": named, "jwks": jwks, "algorithms": ["EdDSA"] });
        assert_eq!(client.post(VERIFY, &body).message(), message);
    }
    let two = client.post(VERIFY, &json!({ "token": named, "jwks": {}, "key": "x", "algorithms": ["EdDSA"] }));
    assert!(two.message().starts_with("jwks: cannot be combined"));
}

#[test]
fn named_keys() {
    let keyring = json!({ "keys": {
        "session": { "consumers": ["*"], "versions": {
            "1": { "key": "the old secret, long enough for HS256", "keyEncoding": "utf8" },
            "2": { "key": SECRET, "keyEncoding": "utf8" },
        }},
        "issuer": { "consumers": ["*"], "versions": { "1": { "key": ED25519 } } },
    }});
    let client = client_with(&keyring.to_string());
    let made = sign(&client, &json!({ "claims": {}, "keyRef": "session" }));
    assert_eq!((&made["keyRef"], &made["algorithm"]), (&json!("session@2"), &json!("HS256")));
    let old = sign(&client, &json!({ "claims": {}, "keyRef": "session@1" }));
    for (made, reference) in [(&made, "session@2"), (&old, "session@1")] {
        let body = json!({ "token": made["token"], "keyRef": "session", "algorithms": ["HS256"] });
        assert_eq!(verify(&client, &body)["keyRef"], reference);
    }
    let body = json!({ "token": old["token"], "keyRef": "session@2", "algorithms": ["HS256"] });
    assert_eq!(failed(&verify(&client, &body)), ["signature"]);
    // The public half of a named private key must not become a secret.
    assert_eq!(sign(&client, &json!({ "claims": {}, "keyRef": "issuer" }))["algorithm"], "EdDSA");
    let wrong = client.post(SIGN, &json!({ "claims": {}, "keyRef": "issuer", "algorithm": "HS256" }));
    assert_eq!(wrong.message(), "keyRef: is an Ed25519 private key, which HS256 does not use");
}
