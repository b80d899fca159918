//! Signed tokens: what is made, what is checked, and what attackers send.

use chassis::Clock;
use chassis::testing::Client;
use data_encoding::BASE64URL_NOPAD;
use serde_json::{Value, json};

mod keys;

const SIGN: &str = "/api/v1/crypto/jwt/sign";
const VERIFY: &str = "/api/v1/crypto/jwt/verify";
const DECODE: &str = "/api/v1/crypto/jwt/decode";
/// 2026-01-01T00:00:00Z.
const NOW: i64 = 1_767_225_600;
const SECRET: &str = "0123456789abcdef0123456789abcdef";
const ED25519: &str = r#"{"kty":"OKP","crv":"Ed25519","d":"nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}"#;
const ED25519_PUBLIC: &str = r#"{"kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}"#;
/// The same, as SPKI.
const ED25519_PEM: &str = "-----BEGIN PUBLIC KEY-----\nMCowBQYDK2VwAyEA11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=\n-----END PUBLIC KEY-----\n";

/// A client whose clock stands at [`NOW`].
fn client() -> Client {
    crate::client_at(Clock::manual(NOW * 1000))
}

/// A client that has named keys.
fn client_with(keyring: &str) -> Client {
    crate::client_with_keys(keyring, Clock::manual(NOW * 1000))
}

fn sign(client: &Client, body: &Value) -> Value {
    let answer = client.post(SIGN, body);
    assert_eq!(answer.status, 200, "{body} {:?}", answer.body);
    answer.json()
}

fn verify(client: &Client, body: &Value) -> Value {
    let answer = client.post(VERIFY, body);
    assert_eq!(answer.status, 200, "{body} {:?}", answer.body);
    let answer = answer.json();
    let (valid, failed) = (answer["valid"] == true, answer["failedChecks"].as_array().unwrap());
    assert_eq!(valid, failed.is_empty(), "{answer}");
    assert_eq!(answer["reason"], failed.first().map_or(Value::Null, |failed| failed["message"].clone()));
    assert!(valid || (answer["claims"].is_null() && answer["payload"].is_null()), "{answer}");
    answer
}

/// The names of the checks that failed.
fn failed(answer: &Value) -> Vec<&str> {
    answer["failedChecks"].as_array().unwrap().iter().map(|failed| failed["check"].as_str().unwrap()).collect()
}

/// A token with this header and payload, rightly signed with [`SECRET`], whatever they say.
fn forged(header: &str, payload: &str) -> String {
    let signed = format!("{}.{}", encoded(header), encoded(payload));
    let body = json!({ "text": signed, "key": SECRET, "outputEncoding": "base64url" });
    let mac = client().post("/api/v1/crypto/hmac", &body).json()["mac"].as_str().unwrap().to_owned();
    format!("{signed}.{mac}")
}

fn encoded(text: &str) -> String {
    BASE64URL_NOPAD.encode(text.as_bytes())
}

fn without(key: &Value, name: &str) -> Value {
    let mut key = key.clone();
    key.as_object_mut().unwrap().remove(name);
    key
}

fn check(token: &str) -> Value {
    check_with(&client(), token)
}

fn check_with(client: &Client, token: &str) -> Value {
    verify(client, &json!({ "token": token, "key": SECRET, "algorithms": ["HS256"] }))
}

/// The example of RFC 7519, section 3.1, on the day it was written and today.
#[test]
fn the_first_token_of_all() {
    let token = "eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ.dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
    let key = "AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow";
    let body = json!({
        "token": token, "key": key, "keyEncoding": "base64url", "algorithms": "HS256", "issuer": "joe",
        "requiredClaims": "http://example.com/is_root",
    });
    let clock = Clock::manual(1_300_819_379_000);
    let client = crate::client_at(clock.clone());
    let answer = verify(&client, &body);
    assert_eq!(answer["claims"], json!({ "iss": "joe", "exp": 1_300_819_380, "http://example.com/is_root": true }));
    assert_eq!((&answer["expiresAt"], &answer["secondsLeft"]), (&json!("2011-03-22T18:43:00Z"), &json!(1)));
    assert_eq!((&answer["algorithm"], &answer["warnings"]), (&json!("HS256"), &json!([])));
    clock.set(1_300_819_380_000);
    let answer = verify(&client, &body);
    assert_eq!(answer["reason"], "it expired 1 second ago, at 2011-03-22T18:43:00Z");
    assert_eq!(failed(&answer), ["expired"]);
    let lenient =
        json!({ "token": token, "key": key, "keyEncoding": "base64url", "algorithms": "HS256", "clockTolerance": 1 });
    assert_eq!(verify(&client, &lenient)["secondsLeft"], 0);
}

#[test]
fn options_become_claims() {
    let answer = sign(
        &client(),
        &json!({
            "claims": { "role": "editor", "n": 12.5 }, "key": SECRET, "expiresIn": "15m", "notBefore": 0, "issuer": "me",
            "subject": "s", "audience": ["you", "them"], "jwtId": "1", "type": "at+jwt", "keyId": "k",
            "headers": { "x5t": "abc" },
        }),
    );
    let claims = json!({
        "role": "editor", "n": 12.5, "exp": NOW + 900, "nbf": NOW, "iat": NOW, "iss": "me", "sub": "s",
        "aud": ["you", "them"], "jti": "1",
    });
    assert_eq!(answer["claims"], claims);
    assert_eq!(answer["header"], json!({ "alg": "HS256", "typ": "at+jwt", "kid": "k", "x5t": "abc" }));
    assert_eq!((&answer["expiresAt"], &answer["warnings"]), (&json!("2026-01-01T00:15:00Z"), &json!([])));
    let checked = verify(
        &client(),
        &json!({
            "token": format!("Bearer {}", answer["token"].as_str().unwrap()), "key": SECRET, "algorithms": ["hs512", "hs256"],
            "issuer": ["other", "me"], "audience": "them", "subject": "s", "jwtId": "1", "type": "application/AT+jwt",
            "maxAge": "1m", "requiredClaims": ["role"], "requireExpiry": true,
        }),
    );
    assert_eq!(
        (&checked["claims"], &checked["header"], &checked["secondsLeft"]),
        (&claims, &answer["header"], &json!(900))
    );

    let answer = sign(&client(), &json!({ "claims": {}, "key": SECRET, "audience": "you", "issuedAt": false }));
    assert_eq!(answer["claims"], json!({ "aud": "you" }));
    assert_eq!(answer["warnings"][0]["code"], "no-expiry");
    let answer = sign(&client(), &json!({ "claims": { "iat": 5 }, "key": SECRET, "generateJwtId": true }));
    assert_eq!((&answer["claims"]["iat"], answer["claims"]["jti"].as_str().unwrap().len()), (&json!(5), 36));
}

#[test]
fn a_text_can_be_signed_too() {
    let answer = sign(&client(), &json!({ "payload": "00ff", "payloadEncoding": "hex", "key": ED25519 }));
    assert_eq!((&answer["header"], &answer["claims"]), (&json!({ "alg": "EdDSA" }), &Value::Null));
    let mut body = json!({ "token": answer["token"], "key": ED25519_PEM, "algorithms": "EdDSA" });
    assert_eq!(failed(&verify(&client(), &body)), ["claims"]);
    body["payloadEncoding"] = json!("hex");
    assert_eq!(verify(&client(), &body)["payload"], "00ff");
    body["payloadEncoding"] = json!("utf8");
    let message = "payloadEncoding: the signed bytes are not UTF-8 text: choose base64 or hex";
    assert_eq!(client().post(VERIFY, &body).message(), message);
}

#[test]
fn every_failed_check_is_told() {
    let claims = r#"{"exp":1,"nbf":4000000000,"iat":1,"iss":"x","aud":"x","sub":"x","jti":"x"}"#;
    let token = forged(r#"{"alg":"HS256","typ":"JWT","crit":["x"]}"#, claims);
    let body = json!({
        "token": token, "key": "another secret", "algorithms": ["HS256"], "issuer": "me", "audience": "you", "subject": "s",
        "jwtId": "1", "type": "at+jwt", "maxAge": 60, "requiredClaims": ["role"],
    });
    let all = [
        "extension",
        "signature",
        "type",
        "expired",
        "not-yet-valid",
        "too-old",
        "issuer",
        "audience",
        "subject",
        "jwt-id",
        "required-claim",
    ];
    let answer = verify(&client(), &body);
    assert_eq!(failed(&answer), all);
    assert_eq!(answer["header"]["crit"], json!(["x"]));
    for secret in ["keyId", "keyRef", "algorithm", "expiresAt", "secondsLeft"] {
        assert!(answer[secret].is_null(), "{secret}");
    }
}

/// RFC 8725, section 2.1: the token says that it needs no signature.
#[test]
fn none_is_never_an_algorithm() {
    for name in ["none", "None", "nOnE", "NONE", " none", "none "] {
        for signature in ["", "AAAA", "c2ln"] {
            let header = json!({ "alg": name }).to_string();
            let token = format!("{}.{}.{signature}", encoded(&header), encoded("{}"));
            let answer = check(&token);
            assert_eq!(failed(&answer), ["algorithm"], "{name}");
            assert!(answer["reason"].as_str().unwrap().contains("not signed"));
        }
    }
    for name in ["hs256", "HS256 ", "Hs256", "", "HS255", "\u{200b}HS256"] {
        let header = json!({ "alg": name }).to_string();
        assert_eq!(failed(&check(&forged(&header, "{}"))), ["algorithm"], "{name}");
    }
    let refused = client().post(VERIFY, &json!({ "token": "", "key": SECRET, "algorithms": ["none"] }));
    assert_eq!(refused.status, 400);
}

/// RFC 8725, section 2.1: everybody has the public key, and signs with it as if it were a secret.
#[test]
fn a_public_key_is_no_shared_secret() {
    let der = "MCowBQYDK2VwAyEA11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=";
    let hex: String =
        data_encoding::BASE64.decode(der.as_bytes()).unwrap().iter().map(|byte| format!("{byte:02x}")).collect();
    let base64_pem = data_encoding::BASE64.encode(ED25519_PEM.as_bytes());
    for (key, encoding) in [
        (ED25519_PEM, "utf8"),
        (&format!("\n  {ED25519_PEM}"), "utf8"),
        ("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----", "utf8"),
        ("-----BEGIN PUBLIC KEY-----", "utf8"),
        (base64_pem.as_str(), "base64"),
        (ED25519_PUBLIC, "utf8"),
        (ED25519, "utf8"),
        ("{ \"kty\": 1 }", "utf8"),
        (der, "base64"),
        (der, "utf8"),
        (hex.as_str(), "hex"),
        ("ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIA", "utf8"),
        ("ecdsa-sha2-nistp256 AAAA", "utf8"),
    ] {
        for (path, body) in [
            (SIGN, json!({ "claims": {}, "key": key, "keyEncoding": encoding, "algorithm": "HS256" })),
            (VERIFY, json!({ "token": "a.b.c", "key": key, "keyEncoding": encoding, "algorithms": ["HS256"] })),
        ] {
            let answer = client().post(path, &body);
            assert_eq!(answer.status, 422, "{body}");
            assert!(answer.message().starts_with("key: is a public or private key"), "{}", answer.message());
        }
    }
    // The token says HS256, and was signed with the text of the public key.
    let signed = format!("{}.{}", encoded(r#"{"alg":"HS256"}"#), encoded("{}"));
    let mac = json!({ "text": signed, "key": ED25519_PEM, "outputEncoding": "base64url" });
    let mac = client().post("/api/v1/crypto/hmac", &mac).json()["mac"].as_str().unwrap().to_owned();
    let body = json!({ "token": format!("{signed}.{mac}"), "key": ED25519_PEM, "algorithms": ["EdDSA"] });
    assert_eq!(failed(&verify(&client(), &body)), ["algorithm"]);
    let mixed = json!({ "token": format!("{signed}.{mac}"), "key": ED25519_PEM, "algorithms": ["EdDSA", "HS256"] });
    assert!(client().post(VERIFY, &mixed).message().starts_with("algorithms: mixes"));
}

#[test]
fn damaged_tokens() {
    let client = client();
    let check = |token: &str| check_with(&client, token);
    let token = sign(&client, &json!({ "claims": { "a": 1 }, "key": SECRET }))["token"].as_str().unwrap().to_owned();
    let [header, payload, signature] = *token.split('.').collect::<Vec<_>>() else { panic!("{token}") };
    for (token, expected) in [
        (String::new(), "format"),
        (" ".to_owned(), "format"),
        ("...".to_owned(), "format"),
        ("..".to_owned(), "format"),
        (format!("{header}.{payload}"), "format"),
        (format!("{header}.{payload}.{signature}."), "format"),
        (format!("{header}.{payload}.{signature}.{signature}"), "format"),
        (format!(".{payload}.{signature}"), "format"),
        (format!("{payload}.{header}.{signature}"), "format"),
        (format!("{header}..{signature}"), "signature"),
        (format!("{header}.{payload}."), "signature"),
        (format!("{header}.{signature}.{payload}"), "signature"),
        (format!("{header}.{header}.{signature}"), "signature"),
        (format!("{header}.{payload}.{signature}="), "format"),
        (format!("{header}.{payload}.{signature}\u{0}"), "format"),
        (format!("{header}.{payload}. {signature}"), "format"),
        (format!("{header}\n.{payload}.{signature}"), "format"),
        (format!("{header}.{payload}.+{}", &signature[1..]), "format"),
        (format!("{header}.{payload}.{signature}AAAA"), "signature"),
        (json!({ "payload": payload, "protected": header, "signature": signature }).to_string(), "format"),
        ("ä.ö.ü".to_owned(), "format"),
    ] {
        assert!(failed(&check(&token)).contains(&expected), "{token} {}", check(&token));
    }
    assert_eq!(check(&format!(" Bearer {token}\n"))["valid"], true);
    for length in 0..signature.len() {
        assert_eq!(check(&format!("{header}.{payload}.{}", &signature[..length]))["valid"], false);
    }
    for place in 0..token.len() {
        let other = if token[place..].starts_with('A') { "B" } else { "A" };
        let changed = format!("{}{other}{}", &token[..place], &token[place + 1..]);
        assert_eq!(check(&changed)["valid"], false, "{changed}");
    }
}

/// What is rightly signed and still not to be read.
#[test]
fn headers_and_claims_that_mislead() {
    let deep = format!("{{\"a\":{}1{}}}", "[".repeat(200), "]".repeat(200));
    for (header, payload, expected) in [
        (r#"{"alg":"HS256","alg":"HS256"}"#, "{}", "format"),
        (r#"{"alg":"HS256","kid":"a","kid":"b"}"#, "{}", "format"),
        (r#"{"alg":"HS256","kid":7}"#, "{}", "format"),
        (r#"["HS256"]"#, "{}", "format"),
        (r#"{"typ":"JWT"}"#, "{}", "format"),
        (deep.as_str(), "{}", "format"),
        (r#"{"alg":"HS256","crit":["exp"],"exp":1}"#, "{}", "extension"),
        (r#"{"alg":"HS256","crit":[]}"#, "{}", "extension"),
        (r#"{"alg":"HS256","b64":false}"#, "{}", "extension"),
        (r#"{"alg":"HS256"}"#, "", "claims"),
        (r#"{"alg":"HS256"}"#, "[]", "claims"),
        (r#"{"alg":"HS256"}"#, "null", "claims"),
        (r#"{"alg":"HS256"}"#, "\"x\"", "claims"),
        (r#"{"alg":"HS256"}"#, r#"{"sub":"a","sub":"b"}"#, "claims"),
        (r#"{"alg":"HS256"}"#, &deep, "claims"),
        (r#"{"alg":"HS256"}"#, r#"{"exp":"9999999999"}"#, "claims"),
        (r#"{"alg":"HS256"}"#, r#"{"exp":null}"#, "claims"),
        (r#"{"alg":"HS256"}"#, r#"{"exp":NaN}"#, "claims"),
        (r#"{"alg":"HS256"}"#, r#"{"exp":1e400}"#, "claims"),
        (r#"{"alg":"HS256"}"#, r#"{"exp":1e300}"#, "claims"),
        (r#"{"alg":"HS256"}"#, r#"{"exp":99999999999999999999999}"#, "claims"),
        (r#"{"alg":"HS256"}"#, r#"{"exp":-1}"#, "expired"),
        (r#"{"alg":"HS256"}"#, r#"{"exp":0}"#, "expired"),
        (r#"{"alg":"HS256"}"#, r#"{"nbf":"0"}"#, "claims"),
        (r#"{"alg":"HS256"}"#, r#"{"iat":"0"}"#, "claims"),
        (r#"{"alg":"HS256"}"#, r#"{"nbf":253402207200}"#, "not-yet-valid"),
        (r#"{"alg":"HS256"}"#, r#"{"aud":7}"#, "claims"),
    ] {
        let answer = check(&forged(header, payload));
        assert_eq!(failed(&answer), [expected], "{header} {payload} {answer}");
    }
    // What the header says of keys is not looked at.
    let own = r#"{"alg":"HS256","jwk":{"kty":"oct","k":"AAAA"},"jku":"http://127.0.0.1/","x5u":"http://127.0.0.1/","x5c":[],"kid":"../../etc"}"#;
    assert_eq!(check(&forged(own, "{}"))["valid"], true);
    let body = json!({ "token": forged(own, "{}"), "key": "AAAA", "keyEncoding": "base64", "algorithms": ["HS256"] });
    assert_eq!(failed(&verify(&client(), &body)), ["signature"]);
}

#[test]
fn requests_that_contradict_themselves() {
    for (change, message) in [
        (
            json!({ "claims": { "exp": 1 }, "expiresIn": 5 }),
            "expiresIn: is also in the claims as exp: leave one of the two out",
        ),
        (
            json!({ "claims": { "iss": "x" }, "issuer": "x" }),
            "issuer: is also in the claims as iss: leave one of the two out",
        ),
        (
            json!({ "claims": { "iat": 1 }, "issuedAt": true }),
            "issuedAt: is also in the claims as iat: leave one of the two out",
        ),
        (json!({ "claims": { "exp": "1" } }), "claims: exp must be a number: seconds since 1970"),
        (
            json!({ "claims": { "exp": 1_767_225_600_000_i64 } }),
            "claims: exp must be seconds since 1970 up to the year 9999, not milliseconds",
        ),
        (json!({ "claims": { "aud": 1 } }), "claims: aud must be a string or an array of strings"),
        (json!({ "expiresIn": 0 }), "expiresIn: must be at least one second, or the token has expired when it is made"),
        (
            json!({ "jwtId": "1", "generateJwtId": true }),
            "generateJwtId: cannot be combined with jwtId: send one of the two",
        ),
        (json!({ "headers": { "alg": "none" } }), "headers: alg is set by algorithm: leave it out"),
        (
            json!({ "headers": { "b64": false } }),
            "headers: b64 changes how the payload is encoded, which is not supported: leave it out",
        ),
        (
            json!({ "headers": { "jwk": { "kty": "oct", "k": "AA" } } }),
            "headers: jwk contains a private key, which anyone could read: send the public key",
        ),
        (json!({ "payload": "x" }), "payload: cannot be combined with claims: send one of the two"),
        (json!({ "claims": null }), "claims: is missing: send claims (they may be empty) or a payload"),
        (
            json!({ "claims": null, "payload": "x", "issuer": "me" }),
            "issuer: applies to claims only: leave it out, or send claims instead of payload",
        ),
        (
            json!({ "claims": { "a": "x".repeat(60_000) } }),
            "claims: makes the token larger than 64 KiB: leave something out",
        ),
        (json!({ "key": ED25519, "algorithm": "ES256" }), "key: is an Ed25519 private key, which ES256 does not use"),
        (json!({ "key": ED25519_PEM }), "key: is an Ed25519 public key: only the private key signs, this one verifies"),
        (json!({ "key": "zz", "keyEncoding": "hex" }), "key: is not hex: invalid character at position 1"),
    ] {
        let mut body = json!({ "claims": {}, "key": SECRET });
        body.as_object_mut().unwrap().extend(change.as_object().unwrap().clone());
        let answer = client().post(SIGN, &body);
        assert_eq!((answer.status, answer.message().as_str()), (422, message), "{body}");
    }
    let rsa: Value = serde_json::from_str(include_str!("../../data/keys/rfc7520-rsa.jwk")).unwrap();
    assert_eq!(sign(&client(), &json!({ "claims": {}, "key": rsa.to_string() }))["algorithm"], rsa["alg"]);
    let answer = client().post(SIGN, &json!({ "claims": {}, "key": without(&rsa, "alg").to_string() }));
    assert!(
        answer.message().starts_with("algorithm: is required: the key is an RSA private key"),
        "{}",
        answer.message()
    );
    let wrong = json!({ "token": "a.b.c", "key": ED25519_PEM, "algorithms": ["ES256", "RS256"] });
    assert!(client().post(VERIFY, &wrong).message().starts_with("key: is an Ed25519 public key, which "));
    let idle =
        json!({ "token": "a.b.c", "key": SECRET, "algorithms": ["HS256"], "payloadEncoding": "hex", "issuer": "x" });
    assert!(client().post(VERIFY, &idle).message().starts_with("issuer: applies to claims only"));
}

#[test]
fn what_is_weak_or_left_out_is_told() {
    let codes = |answer: &Value| -> Vec<String> {
        answer["warnings"].as_array().unwrap().iter().map(|one| one["code"].as_str().unwrap().to_owned()).collect()
    };
    let made = sign(&client(), &json!({ "claims": { "aud": "you" }, "key": "short" }));
    assert_eq!(codes(&made), ["weak-key", "no-expiry"]);
    let body = json!({ "token": made["token"], "key": "short", "algorithms": ["HS256"] });
    assert_eq!(codes(&verify(&client(), &body)), ["weak-key", "no-expiry", "audience-not-checked"]);
    let short = json!({ "kty": "oct", "k": "AAAA", "alg": "HS256" }).to_string();
    let answer = client().post(SIGN, &json!({ "claims": {}, "key": short }));
    assert_eq!(answer.message(), "key: is marked for HS256 and shorter than the 32 bytes it needs");
    let roca = include_str!("../../data/keys/roca.jwk");
    let answer = client().post(VERIFY, &json!({ "token": "a.b.c", "key": roca, "algorithms": ["RS256"] }));
    assert!(answer.message().contains("ROCA"), "{}", answer.message());
}

#[test]
fn looking_inside_proves_nothing() {
    let decode = |token: &str| client().post(DECODE, &json!({ "token": token }));
    let token = forged(r#"{"alg":"none"}"#, r#"{"exp":1767225600,"iat":0,"nbf":1,"x":1}"#);
    let answer = decode(&token).json();
    assert_eq!((&answer["verified"], &answer["header"]), (&json!(false), &json!({ "alg": "none" })));
    assert_eq!((&answer["claims"]["x"], &answer["expired"]), (&json!(1), &json!(true)));
    assert_eq!(
        (&answer["expiresAt"], &answer["issuedAt"]),
        (&json!("2026-01-01T00:00:00Z"), &json!("1970-01-01T00:00:00Z"))
    );
    let answer = decode(&forged(r#"{"alg":"HS256"}"#, "hello")).json();
    assert_eq!((&answer["claims"], &answer["payload"]), (&Value::Null, &json!("aGVsbG8")));
    let answer = decode("eyJhbGciOiJkaXIiLCJlbmMiOiJBMTI4R0NNIn0....").json();
    assert_eq!((&answer["encrypted"], &answer["header"]["alg"]), (&json!(true), &json!("dir")));
    assert_eq!(decode("abc").message(), "token: cannot be read: it has no dots: a token has 3 parts separated by dots");
}

#[test]
fn no_secret_shows() {
    for body in [
        json!({ "claims": {}, "key": "hunter2", "keyEncoding": "hex" }),
        json!({ "claims": {}, "key": { "kty": "oct", "k": "hunter2" } }),
        json!({ "claims": {}, "key": "{\"kty\":\"oct\",\"k\":\"hunter2!\"}" }),
        json!({ "claims": {}, "key": "-----BEGIN PRIVATE KEY-----\nhunter2\n-----END PRIVATE KEY-----", "passphrase": "hunter2" }),
    ] {
        let answer = client().post(SIGN, &body);
        assert!((400..500).contains(&answer.status), "{body} {:?}", answer.body);
        assert!(!String::from_utf8_lossy(&answer.body).contains("hunter2"), "{:?}", answer.body);
    }
    for jwks in [json!({ "keys": [{ "kty": "oct", "k": "hunter2!" }] }), json!({ "hunter2": 1 }), json!(["hunter2"])] {
        let token = forged(r#"{"alg":"HS256"}"#, "{}");
        let answer = client().post(VERIFY, &json!({ "token": token, "jwks": jwks, "algorithms": ["HS256"] }));
        assert!((200..500).contains(&answer.status), "{:?}", answer.body);
        assert!(!String::from_utf8_lossy(&answer.body).contains("hunter2"), "{:?}", answer.body);
    }
}
