//! Encrypted tokens: keys and passwords of all kinds, and what attackers send.

use chassis::testing::Client;
use data_encoding::BASE64URL_NOPAD;
use serde_json::{Value, json};

const ENCRYPT: &str = "/api/v1/crypto/jwe/encrypt";
const DECRYPT: &str = "/api/v1/crypto/jwe/decrypt";
const UNDECIPHERABLE: &str = "decryption failed: the key, password or aad is wrong, or the message was modified";
const RSA: &str = include_str!("../data/keys/rfc7520-rsa.jwk");
const P256: &str = r#"{"kty":"EC","crv":"P-256","x":"weNJy2HscCSM6AEDTDg04biOvhFhyyWvOHQfeF_PxMQ","y":"e8lnCO-AlStT-NJVX-crhB7QRYhiix03illJOVAOyck","d":"VEmDZpDXXK8p8N0Cndsxs924q6nS1RXFASRl6BfUqdw"}"#;
const X25519: &str = r#"{"kty":"OKP","crv":"X25519","x":"3p7bfXt9wbTTW2HC7OQ1Nz-DQ8hbeGdNrfx-FG-IK08","d":"XasIfmJKikt54X-Lg4AO5m87sSkmGLb9HC-LJ_-I4Os"}"#;
const TEXT: &str = "Live long and prosper. \u{1f596}";

/// The key of RFC 7520 for signatures, without what says so.
fn rsa() -> String {
    let mut key: Value = serde_json::from_str(RSA).unwrap();
    key.as_object_mut().unwrap().retain(|name, _| !matches!(name.as_str(), "alg" | "use" | "kid"));
    key.to_string()
}

fn public(key: &str) -> String {
    let mut key: Value = serde_json::from_str(key).unwrap();
    key.as_object_mut().unwrap().retain(|name, _| !matches!(name.as_str(), "d" | "p" | "q" | "dp" | "dq" | "qi"));
    key.to_string()
}

fn encrypt(client: &Client, body: &Value) -> Value {
    let answer = client.post(ENCRYPT, body);
    assert_eq!(answer.status, 200, "{body} {:?}", answer.body);
    answer.json()
}

fn part(token: &str, index: usize) -> Vec<u8> {
    BASE64URL_NOPAD.decode(token.split('.').nth(index).unwrap().as_bytes()).unwrap()
}

/// The token with another part.
fn with(token: &str, index: usize, bytes: &[u8]) -> String {
    let mut parts: Vec<_> = token.split('.').map(str::to_owned).collect();
    parts[index] = BASE64URL_NOPAD.encode(bytes);
    parts.join(".")
}

#[test]
fn the_key_says_how() {
    let client = Client::of(crate::service());
    let rsa = rsa();
    for (private, algorithm, encryption) in [
        ("0123456789abcdef", "dir", "A128GCM"),
        ("0123456789abcdef01234567", "dir", "A192GCM"),
        ("0123456789abcdef0123456789abcdef", "dir", "A256GCM"),
        ("0123456789abcdef0123456789abcdef0123456789abcdef", "dir", "A192CBC-HS384"),
        ("0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef", "dir", "A256CBC-HS512"),
        (rsa.as_str(), "RSA-OAEP-256", "A256GCM"),
        (P256, "ECDH-ES+A256KW", "A256GCM"),
        (X25519, "ECDH-ES+A256KW", "A256GCM"),
    ] {
        let key = if private.starts_with('{') { public(private) } else { private.to_owned() };
        let made = encrypt(&client, &json!({ "text": TEXT, "key": key, "keyId": "7", "contentType": "text" }));
        assert_eq!((&made["algorithm"], &made["encryption"]), (&json!(algorithm), &json!(encryption)));
        assert_eq!((&made["header"]["kid"], &made["header"]["cty"]), (&json!("7"), &json!("text")));
        let opened = client.post(DECRYPT, &json!({ "token": made["token"], "key": private })).json();
        assert_eq!((&opened["text"], &opened["header"], &opened["bytes"]), (&json!(TEXT), &made["header"], &json!(27)));
        if key != private {
            let answer = client.post(DECRYPT, &json!({ "token": made["token"], "key": key }));
            assert!(answer.message().ends_with("decryption needs the private key"), "{}", answer.message());
        }
    }
    let made = encrypt(&client, &json!({ "text": "", "password": "p", "iterations": 1000 }));
    assert_eq!((&made["algorithm"], &made["header"]["p2c"]), (&json!("PBES2-HS512+A256KW"), &json!(1000)));
    let opened = client.post(DECRYPT, &json!({ "token": made["token"], "password": "p", "outputEncoding": "hex" }));
    assert_eq!(opened.json()["text"], "");
}

#[test]
fn oaep_with_every_hash() {
    let client = Client::of(crate::service());
    let rsa = rsa();
    for algorithm in ["RSA-OAEP", "RSA-OAEP-256", "RSA-OAEP-384", "RSA-OAEP-512"] {
        let body = json!({ "text": TEXT, "key": public(&rsa), "algorithm": algorithm, "encryption": "A256CBC-HS512" });
        let token = encrypt(&client, &body)["token"].clone();
        let opened = client.post(DECRYPT, &json!({ "token": token, "key": rsa, "algorithms": [algorithm] }));
        assert_eq!(opened.json()["text"], TEXT);
        let others = json!({ "token": token, "key": rsa, "algorithms": ["ECDH-ES"] });
        let message = format!("token: was encrypted with {algorithm}, which is not one of algorithms");
        assert_eq!(client.post(DECRYPT, &others).message(), message);
    }
}

/// Whatever is wrong in whatever part: the words are the same.
#[test]
fn one_error_for_every_cause() {
    let client = Client::of(crate::service());
    let rsa = rsa();
    let keys = [
        ("key", "0123456789abcdef", "A128KW"),
        ("key", "0123456789abcdef", "A128GCMKW"),
        ("key", "0123456789abcdef0123456789abcdef", "dir"),
        ("key", rsa.as_str(), "RSA-OAEP"),
        ("key", P256, "ECDH-ES"),
        ("key", X25519, "ECDH-ES+A128KW"),
        ("password", "correct horse", "PBES2-HS256+A128KW"),
    ];
    for (field, private, algorithm) in keys {
        for encryption in ["A256GCM", "A128CBC-HS256"] {
            let iterations = (field == "password").then_some(1000);
            let body = json!({
                "text": TEXT, field: private, "algorithm": algorithm, "encryption": encryption, "iterations": iterations,
            });
            let token = encrypt(&client, &body)["token"].as_str().unwrap().to_owned();
            let open = |token: &str| client.post(DECRYPT, &json!({ "token": token, field: private }));
            assert_eq!(open(&token).json()["text"], TEXT, "{algorithm}");
            for index in 1..5 {
                let bytes = part(&token, index);
                // A message's key that must not be there is another matter.
                if bytes.is_empty() {
                    continue;
                }
                let changes = [0, bytes.len() / 2, bytes.len() - 1].map(|place| {
                    let mut changed = bytes.clone();
                    changed[place] ^= 1;
                    changed
                });
                let cuts = [0, 1, bytes.len() - 1].map(|length| bytes[..length].to_vec());
                let long = [bytes.as_slice(), &[0; 8]].concat();
                for changed in changes.iter().chain(&cuts).chain([&long]) {
                    let answer = open(&with(&token, index, changed));
                    assert_eq!(answer.message(), UNDECIPHERABLE, "{algorithm} {encryption} {index}");
                }
            }
        }
    }
    let token = encrypt(&client, &json!({ "text": TEXT, "key": "0123456789abcdef" }))["token"].clone();
    let answer = client.post(DECRYPT, &json!({ "token": token, "key": "0123456789abcdeg" }));
    assert_eq!(answer.message(), UNDECIPHERABLE);
    let token = encrypt(&client, &json!({ "text": TEXT, "password": "p", "iterations": 1000 }))["token"].clone();
    assert_eq!(client.post(DECRYPT, &json!({ "token": token, "password": "q" })).message(), UNDECIPHERABLE);
}

/// A token with this header and nothing else right.
fn token(header: &Value) -> String {
    format!(
        "{}.AAAA.AAAAAAAAAAAAAAAA.AAAA.AAAAAAAAAAAAAAAAAAAAAA",
        BASE64URL_NOPAD.encode(header.to_string().as_bytes())
    )
}

#[test]
fn headers_that_ask_for_too_much() {
    let client = Client::of(crate::service());
    let pbes2 =
        |p2s: Value, p2c: Value| json!({ "alg": "PBES2-HS256+A128KW", "enc": "A128GCM", "p2s": p2s, "p2c": p2c });
    let salt = json!("AAAAAAAAAAAAAAAA");
    for (header, message) in [
        (json!({ "alg": "RSA1_5", "enc": "A128GCM" }), "RSA1_5 is not supported"),
        (json!({ "alg": "none", "enc": "A128GCM" }), "its algorithm none (alg) is not supported"),
        (json!({ "alg": "HS256", "enc": "A128GCM" }), "its algorithm HS256 (alg) is not supported"),
        (json!({ "alg": "dir" }), "its encryption (enc) is not supported"),
        (json!({ "alg": "dir", "enc": "none" }), "its encryption (enc) is not supported"),
        (json!({ "alg": "dir", "enc": 1 }), "its encryption (enc) is not supported"),
        (json!({ "alg": "dir", "enc": "A128GCM", "zip": "DEF" }), "it is compressed (zip)"),
        (json!({ "alg": "dir", "enc": "A128GCM", "crit": ["exp"] }), "requires extensions"),
        (json!({ "alg": "dir", "enc": "A128GCM" }), "its second part must be empty with dir"),
        (json!({ "alg": "A128GCMKW", "enc": "A128GCM" }), "its header has no iv"),
        (json!({ "alg": "A128GCMKW", "enc": "A128GCM", "iv": 1 }), "its header's iv is not base64url"),
        (pbes2(salt.clone(), json!(1_000_001)), "has too many iterations (p2c)"),
        (pbes2(salt.clone(), json!(u64::MAX)), "has too many iterations (p2c)"),
        (pbes2(salt.clone(), json!(0)), "its header's p2c is not a positive integer"),
        (pbes2(salt.clone(), json!(1000.5)), "its header's p2c is not a positive integer"),
        (pbes2(salt.clone(), json!("1000")), "its header's p2c is not a positive integer"),
        (pbes2(salt, json!(-1)), "its header's p2c is not a positive integer"),
        (json!({ "alg": "PBES2-HS256+A128KW", "enc": "A128GCM", "p2s": "AAAAAAAAAAAAAAAA" }), "its header has no p2c"),
        (pbes2(json!("AAAA"), json!(1000)), "must have 8 to 1024 bytes of salt (p2s)"),
        (pbes2(json!("A".repeat(2000)), json!(1000)), "must have 8 to 1024 bytes of salt (p2s)"),
    ] {
        let is_password = header["alg"].as_str().unwrap().starts_with("PBES2");
        let field = if is_password { "password" } else { "key" };
        let answer = client.post(DECRYPT, &json!({ "token": token(&header), field: "0123456789abcdef" }));
        assert_eq!(answer.status, 422);
        assert!(answer.message().starts_with("token: ") && answer.message().contains(message), "{}", answer.message());
    }
    let header = json!({ "alg": "ECDH-ES+A128KW", "enc": "A128GCM" });
    let missing = client.post(DECRYPT, &json!({ "token": token(&header), "key": P256 }));
    assert_eq!(missing.message(), "token: cannot be read: its header has no epk");
    for epk in [json!(1), json!({}), json!({ "kty": "EC", "crv": "P-256", "x": "AAAA", "y": "AAAA" })] {
        let header = json!({ "alg": "ECDH-ES+A128KW", "enc": "A128GCM", "epk": epk });
        assert_eq!(client.post(DECRYPT, &json!({ "token": token(&header), "key": P256 })).message(), UNDECIPHERABLE);
    }
    for text in ["", "a.b.c", "....", "a.b.c.d.e", "{}"] {
        let answer = client.post(DECRYPT, &json!({ "token": text, "key": "0123456789abcdef" }));
        assert!(answer.message().starts_with("token: cannot be read: "), "{}", answer.message());
    }
}

#[test]
fn a_key_is_used_for_what_it_is() {
    let client = Client::of(crate::service());
    let mut marked: Value = serde_json::from_str(P256).unwrap();
    marked["use"] = json!("sig");
    let secret = "0123456789abcdef";
    for (body, message) in [
        (
            json!({ "key": secret, "algorithm": "A256KW" }),
            "key: must be 32 bytes for A256KW, and is 16: check keyEncoding",
        ),
        (json!({ "key": secret, "algorithm": "RSA-OAEP" }), "key: is secret bytes, which RSA-OAEP does not use"),
        (
            json!({ "key": secret, "algorithm": "PBES2-HS256+A128KW" }),
            "key: is secret bytes, which PBES2-HS256+A128KW does not use",
        ),
        (json!({ "key": "short" }), "key: must be 16, 24, 32, 48 or 64 bytes for dir, and is 5: check keyEncoding"),
        (
            json!({ "key": secret, "encryption": "A256GCM" }),
            "key: must be 32 bytes for dir with A256GCM, and is 16: check keyEncoding",
        ),
        (json!({ "key": marked.to_string() }), "key: says in use that it is not for encryption: send another key"),
        (json!({ "key": P256, "algorithm": "RSA-OAEP" }), "key: is an EC private key, which RSA-OAEP does not use"),
        (json!({ "password": "p", "algorithm": "dir" }), "algorithm: dir needs a key: choose a PBES2 algorithm"),
        (
            json!({ "password": "p", "key": secret }),
            "password: cannot be combined with key or keyRef: send one of them",
        ),
        (json!({ "key": secret, "iterations": 1000 }), "iterations: has no effect without a password: leave it out"),
        (json!({}), "key: is missing: send key or keyRef"),
    ] {
        let mut request = json!({ "text": "x" });
        request.as_object_mut().unwrap().extend(body.as_object().unwrap().clone());
        let answer = client.post(ENCRYPT, &request);
        assert_eq!((answer.status, answer.message().as_str()), (422, message), "{body}");
    }
    let token = encrypt(&client, &json!({ "text": "x", "password": "p", "iterations": 1000 }))["token"].clone();
    let answer = client.post(DECRYPT, &json!({ "token": token, "key": secret }));
    assert_eq!(answer.message(), "password: is missing: the token was encrypted with one (PBES2-HS512+A256KW)");
    let token = encrypt(&client, &json!({ "text": "x", "key": secret }))["token"].clone();
    let answer = client.post(DECRYPT, &json!({ "token": token, "password": "p" }));
    assert!(answer.message().starts_with("token: was encrypted with a password if"), "{}", answer.message());
}
