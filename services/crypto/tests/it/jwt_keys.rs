//! Keys that must not be what they are sent as, and keys of several versions.

use chassis::Settings;
use chassis::testing::Client;
use data_encoding::{BASE64, BASE64_MIME, BASE64URL_NOPAD, HEXLOWER};
use serde_json::{Value, json};

const SIGN: &str = "/api/v1/crypto/jwt/sign";
const VERIFY: &str = "/api/v1/crypto/jwt/verify";
const ENCRYPT: &str = "/api/v1/crypto/jwe/encrypt";
const DECRYPT: &str = "/api/v1/crypto/jwe/decrypt";
const SECRET: &str = "0123456789abcdef0123456789abcdef";
const ED25519: &str = r#"{"kty":"OKP","crv":"Ed25519","d":"nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}"#;
const X25519: &str = r#"{"kty":"OKP","crv":"X25519","x":"3p7bfXt9wbTTW2HC7OQ1Nz-DQ8hbeGdNrfx-FG-IK08","d":"XasIfmJKikt54X-Lg4AO5m87sSkmGLb9HC-LJ_-I4Os"}"#;
const PEM: &str = "-----BEGIN PUBLIC KEY-----\nMCowBQYDK2VwAyEA11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=\n-----END PUBLIC KEY-----\n";
const SSH: &str = "AAAAC3NzaC1lZDI1NTE5AAAAINdamAGCsQq31Uv+08lkBzoO4XLz2qYjJa8CGmj3B1Ea";
const REFUSED: &str = "is a public or private key";

/// Public keys and the like that OpenSSL has made, some of kinds that cannot be used here: Ed25519, Ed448, RSA-PSS, RSA of
/// 512 bits as SPKI and as PKCS #1, a certificate, and an EC private key.
const DER: [&str; 7] = [
    "MCowBQYDK2VwAyEA11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=",
    "MEMwBQYDK2VxAzoAChYj6OpbZ8ulALpLLKES8mdcGe/IoWlpnJ4Z0d6HdgCVwZTHNW11KdTAWKAlXkXP7H2EcAypjdCA",
    "MIGdMAsGCSqGSIb3DQEBCgOBjQAwgYkCgYEArKEr+h3OXTWO3BzMcUhQcch7AuMi2rL6KwfD68C3u9J7L/DvUjILwp3LDs8uWotlmL9IxGRrEbO1XWmeNBn+YhP1IcIuCspjcKem0DPVemx0J8CdEBA+oCCankLXTFFIgWuRM2Pt7ModVBv5SDVvIx6w/nqkHX7icUu32L6v+JkCAwEAAQ==",
    "MFwwDQYJKoZIhvcNAQEBBQADSwAwSAJBAM0k6UXrKxGt2amp/N9sEBWuJPWl8/naIIt+tGSirWufxuEvBPpmBgdAbbwqXfwEzXATNr75d8dpmeWFBiOKJrcCAwEAAQ==",
    "MEgCQQDNJOlF6ysRrdmpqfzfbBAVriT1pfP52iCLfrRkoq1rn8bhLwT6ZgYHQG28Kl38BM1wEza++XfHaZnlhQYjiia3AgMBAAE=",
    "MIIBbDCCAROgAwIBAgIUCFu5EU2gsWfDWBlm08gE1XKLIXUwCgYIKoZIzj0EAwIwDDEKMAgGA1UEAwwBYTAeFw0yNjExMjExNjQwMzBaFw0yNjExMjIxNjQwMzBaMAwxCjAIBgNVBAMMAWEwWTATBgcqhkjOPQIBBggqhkjOPQMBBwNCAASDl7lWqRDscoBUbKpq5EXUEQNQ2Pg6gYTskld9D5Y03/9mtnOolSJiDRfarSDiX7Nwr/KepzbP/S+1rNCi0MYmo1MwUTAdBgNVHQ4EFgQUz5Zm86EGthUptY0A6kkqy7pH6mgwHwYDVR0jBBgwFoAUz5Zm86EGthUptY0A6kkqy7pH6mgwDwYDVR0TAQH/BAUwAwEB/zAKBggqhkjOPQQDAgNHADBEAiB9w8o8jRbKITTc9biXPmMbOUwWsYZ+DcMxR1C30Bt9mAIgWiGe+jD7ox0FPKNM3FnqF5jG4MkJY71xKQ/Td1lpWrY=",
    "MHcCAQEEIFxV38+S0QaQnO6Xm1ggx2gdo/m+jTqh7ost3XiwRcP2oAoGCCqGSM49AwEHoUQDQgAEg5e5VqkQ7HKAVGyqauRF1BEDUNj4OoGE7JJXfQ+WNN//ZrZzqJUiYg0X2q0g4l+zcK/ynqc2z/0vtazQotDGJg==",
];

fn client() -> Client {
    Client::of(crate::service())
}

fn client_with(keyring: &Value) -> Client {
    crate::client_with_keys(&keyring.to_string(), chassis::Clock::System)
}

fn oct(bytes: &[u8]) -> Value {
    json!({ "kty": "oct", "k": BASE64URL_NOPAD.encode(bytes) })
}

/// A key as bytes, and every text and encoding it could be sent in.
fn spellings(bytes: &[u8]) -> Vec<(String, &'static str)> {
    let base64 = BASE64.encode(bytes);
    let wrapped = BASE64_MIME.encode(bytes);
    let hex = HEXLOWER.encode(bytes);
    let colons: Vec<_> = hex.as_bytes().chunks(2).map(|pair| std::str::from_utf8(pair).unwrap()).collect();
    vec![
        (base64.clone(), "base64"),
        (base64.clone(), "utf8"),
        (wrapped.clone(), "utf8"),
        (BASE64URL_NOPAD.encode(bytes), "utf8"),
        (hex.clone(), "hex"),
        (hex.clone(), "utf8"),
        (hex.to_ascii_uppercase(), "utf8"),
        (colons.join(":"), "utf8"),
        (BASE64.encode(base64.as_bytes()), "base64"),
        (BASE64.encode(wrapped.as_bytes()), "base64"),
        (BASE64.encode(base64.as_bytes()), "utf8"),
        (HEXLOWER.encode(wrapped.as_bytes()), "hex"),
        (BASE64.encode(hex.as_bytes()), "base64"),
        (oct(bytes).to_string(), "utf8"),
        (oct(base64.as_bytes()).to_string(), "utf8"),
    ]
}

/// RFC 8725, section 2.1.
#[test]
fn what_anybody_has_is_no_secret_in_any_form() {
    let client = client();
    let mut keys: Vec<_> = DER.iter().map(|der| BASE64.decode(der.as_bytes()).unwrap()).collect();
    keys.push(BASE64.decode(SSH.as_bytes()).unwrap());
    let utf16: Vec<u8> = PEM.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let texts = [
        PEM.to_owned(),
        format!("\u{feff}{PEM}"),
        format!("subject=CN = a\nissuer=CN = a\n{PEM}"),
        PEM.replace('\n', "\\n"),
        format!("ssh-ed25519 {SSH} me@here"),
        format!("from=\"10.0.0.0/8\",no-pty ssh-ed25519 {SSH} me@here"),
        SSH.to_owned(),
        "sk-ssh-ed25519@openssh.com AAAAGnNr".to_owned(),
        json!([serde_json::from_str::<Value>(ED25519).unwrap()]).to_string(),
    ];
    keys.extend(texts.iter().map(|text| text.clone().into_bytes()));
    keys.push([&[0xff, 0xfe], utf16.as_slice()].concat());
    let spelled = keys.iter().flat_map(|key| spellings(key)).chain(texts.iter().map(|text| (text.clone(), "utf8")));
    for (key, encoding) in spelled {
        for (path, body) in [
            (SIGN, json!({ "claims": {}, "key": key, "keyEncoding": encoding, "algorithm": "HS256" })),
            (VERIFY, json!({ "token": "a.b.c", "key": key, "keyEncoding": encoding, "algorithms": ["HS256"] })),
        ] {
            let answer = client.post(path, &body);
            assert_eq!(answer.status, 422, "{body}");
            assert!(answer.message().contains(REFUSED), "{} {body}", answer.message());
        }
        // Without a name for the algorithm it may sign as what it is, or not at all.
        let answer = client.post(SIGN, &json!({ "claims": {}, "key": key, "keyEncoding": encoding }));
        assert!(answer.status == 422 || answer.json()["algorithm"] != "HS256", "{key}");
        let named = json!({ "keys": { "a": { "consumers": ["*"], "versions": { "1": {
            "key": key, "keyEncoding": if key.starts_with('{') { Value::Null } else { json!(encoding) },
        } } } } });
        let arguments = ["--keyring", &named.to_string()];
        let started = Client::try_started(crate::service(), Settings::default(), chassis::Clock::System, &arguments);
        assert!(started.err().unwrap().contains("leave keyEncoding out"), "{key}");
    }
    // The forged token of a set whose only key is a secret made of a public key.
    for bytes in &keys {
        let forged = forged(&client, bytes);
        let body = json!({ "token": forged, "jwks": { "keys": [oct(bytes)] }, "algorithms": ["HS256"] });
        let answer = client.post(VERIFY, &body).json();
        assert_eq!((&answer["valid"], &answer["failedChecks"][0]["check"]), (&json!(false), &json!("key")));
    }
}

/// A token that is signed with the bytes of a public key.
fn forged(client: &Client, key: &[u8]) -> String {
    let signed = format!("{}.{}", BASE64URL_NOPAD.encode(br#"{"alg":"HS256"}"#), BASE64URL_NOPAD.encode(b"{}"));
    let body = json!({
        "text": signed, "key": BASE64.encode(key), "keyEncoding": "base64", "outputEncoding": "base64url",
    });
    format!("{signed}.{}", client.post("/api/v1/crypto/hmac", &body).json()["mac"].as_str().unwrap())
}

#[test]
fn secrets_are_taken_as_they_are() {
    let client = client();
    let mut keys = vec![
        ("{not JSON at all".to_owned(), "utf8"),
        ("sk-proj-abcdefgh".to_owned(), "utf8"),
        ("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw".to_owned(), "utf8"),
        ("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA".to_owned(), "utf8"),
        ("00112233445566778899aabbccddeeff".to_owned(), "utf8"),
        ("0000000000000000000000000000000000000000000000000000".to_owned(), "utf8"),
        (oct(SECRET.as_bytes()).to_string(), "utf8"),
        (BASE64.encode(&[0x30; 32]), "base64"),
    ];
    keys.extend((0..64).map(|first| (HEXLOWER.encode(&[[first; 2], [0x30, 0x1e]].concat().repeat(8)), "hex")));
    for (key, encoding) in keys {
        let body = json!({ "claims": {}, "key": key, "keyEncoding": encoding });
        let answer = client.post(SIGN, &body);
        assert_eq!(answer.status, 200, "{body} {:?}", answer.body);
        assert_eq!(answer.json()["algorithm"], "HS256");
    }
}

/// As Google gives them out.
#[test]
fn a_file_with_a_key_in_it_is_no_secret() {
    let account = json!({ "type": "service_account", "private_key": PEM, "client_email": "a@b.iam" });
    let other = json!({ "secret": "geheim" });
    for (key, message) in [
        (&account, "key: is JSON that contains a key: send only the value of private_key, and name algorithm"),
        (&other, "key: is JSON but not a JWK, because it has no kty: send only the key"),
    ] {
        for text in [key.to_string(), serde_json::to_string_pretty(key).unwrap()] {
            for algorithm in [Value::Null, json!("HS256"), json!("RS256")] {
                let answer = client().post(SIGN, &json!({ "claims": {}, "key": text, "algorithm": algorithm }));
                assert_eq!((answer.status, answer.message().as_str()), (422, message), "{algorithm}");
            }
            for algorithm in ["HS256", "RS256"] {
                let answer = client().post(VERIFY, &json!({ "token": "a.b.c", "key": text, "algorithms": algorithm }));
                assert_eq!(answer.message(), message, "{algorithm}");
            }
            let answer = client().post(ENCRYPT, &json!({ "text": "", "key": text }));
            assert_eq!(answer.message(), message);
        }
    }
}

#[test]
fn what_to_send_instead_is_said() {
    let encrypted = include_str!("../data/keys/encrypted.pem");
    let own: Value = serde_json::from_str(ED25519).unwrap();
    for (key, message) in [
        (encrypted.to_owned(), "key: is an encrypted private key: send the public key"),
        (json!({ "keys": [own, own] }).to_string(), "key: is a set of keys (JWKS): send it in jwks"),
        (json!([own]).to_string(), "key: is a set of keys (JWKS): send it in jwks"),
    ] {
        let answer = client().post(VERIFY, &json!({ "token": "a.b.c", "key": key, "algorithms": ["EdDSA"] }));
        assert_eq!((answer.status, answer.message().as_str()), (422, message));
    }
    let answer = client().post(ENCRYPT, &json!({ "text": "", "key": encrypted }));
    assert_eq!(answer.message(), "key: is an encrypted private key: send the public key");
    let message = "passphrase: is for an encrypted private key in key, and there is none: leave it out";
    let client = client_with(&versions(&json!(ED25519), &json!(SECRET)));
    for (path, body) in [
        (SIGN, json!({ "claims": {}, "keyRef": "a", "passphrase": "x" })),
        (SIGN, json!({ "claims": {}, "key": SECRET, "algorithm": "HS256", "passphrase": "x" })),
        (DECRYPT, json!({ "token": dir(&client), "keyRef": "a", "passphrase": "x" })),
        (DECRYPT, json!({ "token": dir(&client), "password": "a", "passphrase": "x" })),
    ] {
        assert_eq!(client.post(path, &body).message(), message, "{body}");
    }
}

/// To compute what is missing of a private key takes long, and checks nothing.
#[test]
fn who_checks_reads_no_private_half() {
    let client = client();
    let token = client.post(SIGN, &json!({ "claims": {}, "key": ED25519 })).json()["token"].clone();
    let mut own: Value = serde_json::from_str(ED25519).unwrap();
    own["d"] = json!("AAAA");
    own["key_ops"] = json!(["sign"]);
    for (name, value) in [("key", json!(own.to_string())), ("jwks", json!({ "keys": [own] }))] {
        let answer = client.post(VERIFY, &json!({ "token": token, name: value, "algorithms": ["EdDSA"] }));
        assert_eq!(answer.json()["valid"], true, "{name} {:?}", answer.body);
    }
}

fn dir(client: &Client) -> Value {
    client.post(ENCRYPT, &json!({ "text": "hello", "key": SECRET })).json()["token"].clone()
}

/// A named key with an old version and a new one; those that are no JWK are secrets.
fn versions(old: &Value, new: &Value) -> Value {
    let version = |key: &Value| {
        let jwk = key.as_str().unwrap().starts_with('{');
        json!({ "key": key, "keyEncoding": if jwk { Value::Null } else { json!("utf8") } })
    };
    json!({ "keys": { "a": { "consumers": ["*"], "versions": { "1": version(old), "2": version(new) } } } })
}

#[test]
fn an_old_version_of_another_kind_still_checks_and_opens() {
    let client = client();
    let token = |key: &str| client.post(SIGN, &json!({ "claims": {}, "key": key })).json()["token"].clone();
    for (old, new, algorithm) in [(SECRET, ED25519, "HS256"), (ED25519, SECRET, "EdDSA")] {
        let body = json!({ "token": token(old), "keyRef": "a", "algorithms": [algorithm] });
        let answer = client_with(&versions(&json!(old), &json!(new))).post(VERIFY, &body).json();
        assert_eq!((&answer["valid"], &answer["keyRef"]), (&json!(true), &json!("a@1")), "{algorithm}");
    }
    let misfit = json!({ "token": token(SECRET), "keyRef": "a", "algorithms": ["ES256"] });
    let answer = client_with(&versions(&json!(ED25519), &json!(SECRET))).post(VERIFY, &misfit);
    assert!(answer.message().starts_with("keyRef: is "), "{}", answer.message());

    let agreed = client.post(ENCRYPT, &json!({ "text": "hello", "key": X25519 })).json()["token"].clone();
    for (old, new, token) in [(SECRET, X25519, dir(&client)), (X25519, SECRET, agreed)] {
        let answer = client_with(&versions(&json!(old), &json!(new)));
        let answer = answer.post(DECRYPT, &json!({ "token": token, "keyRef": "a" })).json();
        assert_eq!((&answer["text"], &answer["keyRef"]), (&json!("hello"), &json!("a@1")));
    }
}
