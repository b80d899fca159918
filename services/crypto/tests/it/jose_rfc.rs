//! The examples of the RFCs on tokens, and PyJWT and joserfc against us in both directions.

use chassis::testing::Client;
use serde_json::{Value, json};

const SIGN: &str = "/api/v1/crypto/jwt/sign";
const VERIFY: &str = "/api/v1/crypto/jwt/verify";
const ENCRYPT: &str = "/api/v1/crypto/jwe/encrypt";
const DECRYPT: &str = "/api/v1/crypto/jwe/decrypt";

fn examples(kind: &str) -> Vec<Value> {
    let examples: Value = serde_json::from_str(include_str!("../data/jose/rfc.json")).unwrap();
    examples[kind].as_array().unwrap().clone()
}

#[test]
fn signed_examples() {
    let client = Client::of(crate::service());
    for example in examples("signed") {
        let (name, key) = (&example["name"], example["key"].to_string());
        let algorithm = &example["algorithm"];
        let body =
            json!({ "token": example["token"], "key": key, "algorithms": [algorithm], "payloadEncoding": "utf8" });
        let answer = client.post(VERIFY, &body).json();
        assert_eq!((&answer["valid"], &answer["payload"]), (&json!(true), &example["payload"]), "{name} {answer}");
        assert_eq!(answer["keyId"], example["key"]["kid"], "{name}");
        // The same header makes the same token, where the signature is not random.
        if algorithm == "EdDSA" || example["key"].get("kid").is_some() {
            let answer = client.post(SIGN, &json!({ "payload": example["payload"], "key": key })).json();
            assert_eq!(answer["token"], example["token"], "{name}");
        }
    }
}

#[test]
fn encrypted_examples() {
    let client = Client::of(crate::service());
    for example in examples("encrypted") {
        let key = example.get("key").map(Value::to_string);
        let body = json!({ "token": example["token"], "key": key, "password": example.get("password") });
        let answer = client.post(DECRYPT, &body).json();
        assert_eq!(answer["text"], example["text"], "{} {answer}", example["name"]);
    }
}

/// Reads or makes a token with the libraries.
const LIBRARIES: &str = r#"
import json, sys, jwt
from joserfc import jwe, jws, jwk
asked = json.load(sys.stdin)
def key(of):
    if isinstance(of, str):
        return jwk.OctKey.import_key(of.encode())
    return jwk.import_key(of)
answers = []
for one in asked:
    names = [one["algorithm"], one.get("encryption")]
    if one["task"] == "pyjwt-verify":
        found = jwt.decode(one["token"], jwt.PyJWK(one["key"], algorithm=one["algorithm"]).key, algorithms=[one["algorithm"]], audience="you", issuer="me")
    elif one["task"] == "pyjwt-sign":
        found = jwt.encode(one["claims"], jwt.PyJWK(one["key"], algorithm=one["algorithm"]).key, algorithm=one["algorithm"])
    elif one["task"] == "verify":
        found = jws.deserialize_compact(one["token"], key(one["key"]), algorithms=names[:1]).payload.decode()
    elif one["task"] == "sign":
        found = jws.serialize_compact({"alg": one["algorithm"]}, one["text"], key(one["key"]), algorithms=names[:1])
    elif one["task"] == "decrypt":
        found = jwe.decrypt_compact(one["token"], key(one["key"]), algorithms=names).plaintext.decode()
    else:
        header = {"alg": one["algorithm"], "enc": one["encryption"]}
        found = jwe.encrypt_compact(header, one["text"], key(one["key"]), algorithms=names)
    answers.append(found)
json.dump(answers, sys.stdout)
"#;

/// A new key pair, from the library, so that keys too come from elsewhere.
const KEYS: &str = r#"
import json, sys
from joserfc import jwk
pairs = [jwk.ECKey.generate_key(crv, private=True) for crv in ("P-256", "P-384", "P-521", "secp256k1")]
pairs += [jwk.OKPKey.generate_key(crv, private=True) for crv in ("Ed25519", "X25519")]
pairs += [jwk.RSAKey.generate_key(2048, private=True)]
names = ("P-256", "P-384", "P-521", "secp256k1", "Ed25519", "X25519", "RSA")
json.dump({name: {"private": pair.as_dict(private=True), "public": pair.as_dict(private=False)} for name, pair in zip(names, pairs)}, sys.stdout)
"#;

fn without_id(key: &Value) -> Value {
    let mut key = key.clone();
    key.as_object_mut().unwrap().retain(|name, _| name != "kid");
    key
}

/// The key of an algorithm, private and public.
fn pair(keys: &Value, name: &str) -> [Value; 2] {
    let secret = |length: usize| json!({ "kty": "oct", "k": "A".repeat((length * 4).div_ceil(3)) });
    if let Some(bits) = name.strip_prefix("HS") {
        let secret = secret(bits.parse::<usize>().unwrap() / 8);
        return [secret.clone(), secret];
    }
    let name = match name {
        "EdDSA" => "Ed25519",
        "ES256" => "P-256",
        "ES384" => "P-384",
        "ES512" => "P-521",
        "ES256K" => "secp256k1",
        _ => "RSA",
    };
    ["private", "public"].map(|half| without_id(&keys[name][half]))
}

#[test]
fn signatures_of_other_libraries() {
    let Some(keys) = chassis::testing::python("crypto", KEYS, &Value::Null) else { return };
    let client = Client::of(crate::service());
    let claims = json!({ "iss": "me", "aud": ["you", "them"], "n": 1.5, "deep": { "a": [null, true, "ä\u{1f600}"] } });
    let algorithms = [
        "HS256", "HS384", "HS512", "EdDSA", "ES256", "ES384", "ES512", "ES256K", "RS256", "RS384", "RS512", "PS256",
        "PS384", "PS512",
    ];
    let mut asked = Vec::new();
    for algorithm in algorithms {
        let [private, public] = pair(&keys, algorithm);
        let body = json!({
            "claims": claims, "key": private.to_string(), "algorithm": algorithm, "issuedAt": false, "expiresIn": "1h",
        });
        let token = client.post(SIGN, &body).json()["token"].clone();
        asked.push(json!({ "task": "pyjwt-verify", "algorithm": algorithm, "key": public, "token": token }));
        asked.push(json!({ "task": "pyjwt-sign", "algorithm": algorithm, "key": private, "claims": claims }));
        // The text is of another library: what it makes of its own header.
        asked.push(json!({ "task": "sign", "algorithm": algorithm, "key": private, "text": "text" }));
    }
    let answers = chassis::testing::python("crypto", LIBRARIES, &json!(asked)).unwrap();
    let answers = answers.as_array().unwrap();
    assert_eq!(answers.len(), asked.len());
    for (algorithm, answers) in algorithms.iter().zip(answers.chunks(3)) {
        let [_, public] = pair(&keys, algorithm);
        let mut ours = answers[0].clone();
        ours.as_object_mut().unwrap().remove("exp");
        assert_eq!(ours, claims, "{algorithm}");
        let body = json!({ "token": answers[1], "key": public.to_string(), "algorithms": [algorithm], "issuer": "me" });
        let answer = client.post(VERIFY, &body).json();
        assert_eq!((&answer["valid"], &answer["claims"]), (&json!(true), &claims), "{algorithm} {answer}");
        let body = json!({
            "token": answers[2], "key": public.to_string(), "algorithms": [algorithm], "payloadEncoding": "utf8",
        });
        assert_eq!(client.post(VERIFY, &body).json()["payload"], "text", "{algorithm}");
    }
}

#[test]
fn encryption_of_other_libraries() {
    let Some(keys) = chassis::testing::python("crypto", KEYS, &Value::Null) else { return };
    let client = Client::of(crate::service());
    let encryptions = [
        ("A128GCM", 16),
        ("A192GCM", 24),
        ("A256GCM", 32),
        ("A128CBC-HS256", 32),
        ("A192CBC-HS384", 48),
        ("A256CBC-HS512", 64),
    ];
    let mut cases = Vec::new();
    let secret = |length: usize| {
        let key = json!({ "kty": "oct", "k": "A".repeat((length * 4).div_ceil(3)) });
        [key.clone(), key]
    };
    for (encryption, length) in encryptions {
        cases.push(("dir", encryption, secret(length)));
        for (algorithm, length) in
            [("A128KW", 16), ("A192KW", 24), ("A256KW", 32), ("A128GCMKW", 16), ("A192GCMKW", 24), ("A256GCMKW", 32)]
        {
            cases.push((algorithm, encryption, secret(length)));
        }
        for algorithm in ["ECDH-ES", "ECDH-ES+A128KW", "ECDH-ES+A192KW", "ECDH-ES+A256KW"] {
            for name in ["P-256", "P-384", "P-521", "X25519"] {
                let pair = ["private", "public"].map(|half| without_id(&keys[name][half]));
                cases.push((algorithm, encryption, pair));
            }
        }
        for algorithm in ["RSA-OAEP", "RSA-OAEP-256"] {
            let pair = ["private", "public"].map(|half| without_id(&keys["RSA"][half]));
            cases.push((algorithm, encryption, pair));
        }
        for algorithm in ["PBES2-HS256+A128KW", "PBES2-HS384+A192KW", "PBES2-HS512+A256KW"] {
            cases.push((algorithm, encryption, [json!("Tr0ub4dor&3 ä"), json!("Tr0ub4dor&3 ä")]));
        }
    }

    let text = "Live long and prosper. \u{1f596}";
    let mut asked = Vec::new();
    for (algorithm, encryption, [private, public]) in &cases {
        let secret = if public.is_string() { "password" } else { "key" };
        let iterations = public.is_string().then_some(1000);
        let given = public.as_str().map_or_else(|| public.to_string(), str::to_owned);
        let body = json!({
            "text": text, "algorithm": algorithm, "encryption": encryption, secret: given, "iterations": iterations,
        });
        let answer = client.post(ENCRYPT, &body);
        assert_eq!(answer.status, 200, "{algorithm} {encryption} {:?}", answer.body);
        let token = answer.json()["token"].clone();
        let names = json!({ "algorithm": algorithm, "encryption": encryption, "text": text, "token": token });
        for (task, key) in [("decrypt", private), ("encrypt", public)] {
            let mut one = names.clone();
            one["task"] = json!(task);
            one["key"] = key.clone();
            asked.push(one);
        }
    }
    let answers = chassis::testing::python("crypto", LIBRARIES, &json!(asked)).unwrap();
    for ((algorithm, encryption, [private, _]), answers) in cases.iter().zip(answers.as_array().unwrap().chunks(2)) {
        assert_eq!(answers[0], text, "{algorithm} {encryption}");
        let secret = if private.is_string() { "password" } else { "key" };
        let given = private.as_str().map_or_else(|| private.to_string(), str::to_owned);
        let answer = client.post(DECRYPT, &json!({ "token": answers[1], secret: given }));
        assert_eq!(answer.json()["text"], text, "{algorithm} {encryption} {:?}", answer.body);
    }
    println!("{} pairs of algorithm, encryption and key, in both directions", cases.len());
}
