//! Planted secrets: every place a secret may be sent to or set in, and every place it may come out of.

use std::io::Read;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::time::Duration;

use data_encoding::{BASE64, BASE64URL, HEXLOWER};
use serde_json::{Value, json};

use crate::server::{ENTERPRISE, Origin, Server, flowforge, get, multipart};

const JSON: &str = "Content-Type: application/json\r\n";
const FORM: &str = "Content-Type: application/x-www-form-urlencoded\r\n";
const BYTES: &str = "Content-Type: application/octet-stream\r\n";

/// What must not come out.
#[derive(Default)]
struct Planted(Vec<String>);

impl Planted {
    /// A secret nobody else has.
    fn plant(&mut self, place: &str) -> String {
        let mut chance = [0; 12];
        std::fs::File::open("/dev/urandom").unwrap().read_exact(&mut chance).unwrap();
        let secret = format!("planted-{place}-{}", HEXLOWER.encode(&chance));
        self.0.push(secret.clone());
        // As a password goes over the line.
        self.0.push(BASE64.encode(format!("user:{secret}").as_bytes()));
        self.0.push(BASE64.encode(secret.as_bytes()).trim_end_matches('=').to_owned());
        self.0.push(HEXLOWER.encode(secret.as_bytes()));
        secret
    }

    fn is_absent_from(&self, place: &str, text: &[u8]) {
        let text = String::from_utf8_lossy(text).to_lowercase();
        for secret in &self.0 {
            assert!(!text.contains(&secret.to_lowercase()), "{secret} is in {place}: {text}");
        }
    }
}

/// Files below a folder, with what is in them.
fn files(folder: &Path) -> Vec<(String, Vec<u8>)> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(files(&path));
        } else {
            found.push((path.display().to_string(), std::fs::read(&path).unwrap()));
        }
    }
    found
}

/// A setting that is refused is named, never shown: what a server says at its start ends up in a journal.
#[test]
fn a_secret_that_is_refused_is_not_said() {
    let mut planted = Planted::default();
    let secret = planted.plant("setting");
    for (name, value) in [
        ("FLOWFORGE_GATEWAY_SECRET", format!("{secret} with spaces")),
        ("FLOWFORGE_LINK_SECRET", format!("{secret} with spaces")),
        ("FLOWFORGE_REDIS", format!("redis://user:{secret}@127.0.0.1:port")),
        ("FLOWFORGE_REDIS", format!("http://user:{secret}@127.0.0.1")),
        ("FLOWFORGE_PUBLIC_URL", format!("https://user:{secret}@127.0.0.1")),
    ] {
        let output = flowforge().arg("up").env(name, value).output().unwrap();
        let said = [output.stdout, output.stderr].concat();
        assert!(!output.status.success(), "{name}");
        let flag = name.trim_start_matches("FLOWFORGE_").to_lowercase().replace('_', "-");
        let text = String::from_utf8_lossy(&said);
        assert!(text.contains(name) || text.contains(&flag), "{name} is named: {text}");
        planted.is_absent_from(name, &said);
    }
    let secrets =
        [("FLOWFORGE_GATEWAY_SECRET", &secret), ("FLOWFORGE_LINK_SECRET", &secret), ("FLOWFORGE_REDIS", &secret)];
    let help = flowforge().args(["up", "--help"]).envs(secrets).output().unwrap();
    planted.is_absent_from("the help", &help.stdout);
}

#[test]
fn what_is_secret_stays_inside() {
    let mut planted = Planted::default();
    let folder = tempfile::tempdir().unwrap();
    let store = folder.path().join("store");
    let contract = folder.path().join("kong.yml");
    let own_key = planted.plant("own-key");
    let consumer = format!(
        "\n  - username: planted\n    keyauth_credentials: [{{key: {own_key}}}]\n    acls: [{{group: enterprise}}]\n    plugins:\n      - name: rate-limiting\n        config: {{minute: 1000, limit_by: consumer, policy: local}}\n"
    );
    std::fs::write(&contract, include_str!("../kong.yml").to_owned() + &consumer).unwrap();
    let origin = Origin::at("127.0.0.1:0", {
        let (location, user) = (planted.plant("location"), planted.plant("location-user"));
        move |path| {
            let location = format!("http://user:{user}@127.0.0.2:9/{location}?token={location}");
            let (status, location) = match path.starts_with("/redirect") {
                true => ("302 Found", format!("Location: {location}\r\n")),
                false => ("401 Unauthorized", String::new()),
            };
            format!("HTTP/1.1 {status}\r\nConnection: close\r\nContent-Length: 0\r\n{location}\r\n").into_bytes()
        }
    });
    let environment = [
        ("FLOWFORGE_LOG", "trace".to_owned()),
        ("FLOWFORGE_KONG", contract.to_str().unwrap().to_owned()),
        ("FLOWFORGE_STORE", store.to_str().unwrap().to_owned()),
        ("FLOWFORGE_FETCH_ALLOW", "127.0.0.1/32".to_owned()),
        ("FLOWFORGE_PUBLIC_URL", "https://files.test".to_owned()),
        ("FLOWFORGE_LINK_SECRET", planted.plant("link-secret")),
        ("FLOWFORGE_GATEWAY_SECRET", planted.plant("gateway-secret")),
        ("FLOWFORGE_REDIS", format!("redis://user:{}@127.0.0.1:1/0", planted.plant("redis"))),
        ("AWS_ACCESS_KEY_ID", planted.plant("aws-id")),
        ("AWS_SECRET_ACCESS_KEY", planted.plant("aws-key")),
    ];
    let environment: Vec<(&str, &str)> = environment.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let server = Server::start(&["up"], &environment);

    let key = format!("X-API-Key: {own_key}\r\n");
    let mut answers = Vec::new();
    let mut send = |path: &str, headers: &str, body: &str, status: u16| {
        let headers = if headers.contains("X-API-Key") { headers.to_owned() } else { format!("{headers}{key}") };
        let answer = server.send(&format!("/api/v1/{path}"), &headers, body);
        assert_eq!(answer.status, status, "{path} {headers} {body} {answer:?}");
        answers.push(format!("{answer:?}"));
        answer
    };
    let mut plant = |place: &str| planted.plant(place);

    // Where they belong.
    send("crypto/hmac", JSON, &json!({ "text": "x", "key": plant("hmac-key") }).to_string(), 200);
    let text = plant("encrypt-text");
    let secret = json!({ "text": text, "password": plant("encrypt-password"), "aad": plant("aad") });
    let encrypted = send("crypto/encrypt", JSON, &secret.to_string(), 200).json();
    send("crypto/passwords/hash", JSON, &json!({ "password": plant("password") }).to_string(), 200);
    send("crypto/passwords/hash", FORM, &format!("password={}", plant("form-password")), 200);
    send("crypto/derive", JSON, &json!({ "algorithm": "hkdf", "secret": plant("derive-secret") }).to_string(), 200);
    let (form, body) = multipart(&[
        (r#"name="key""#, plant("multipart-key").as_bytes()),
        (r#"name="file"; filename="a.txt""#, plant("multipart-file").as_bytes()),
    ]);
    send("crypto/hmac", form, &String::from_utf8(body).unwrap(), 200);
    send("crypto/hash", BYTES, &plant("raw"), 200);
    let items = json!({ "items": [
        { "text": plant("batch-text"), "key": plant("batch-key") },
        { "text": "x", "key": format!("!{}", plant("batch-base64")), "keyEncoding": "base64" },
        { "text": "x", "key": [plant("batch-list")] },
        plant("batch-item"),
    ] });
    send("crypto/hmac/batch", JSON, &items.to_string(), 200);

    // Where they are wrong.
    let ciphertext = &encrypted["ciphertext"];
    send(
        "crypto/decrypt",
        JSON,
        &json!({ "ciphertext": ciphertext, "password": plant("wrong-password") }).to_string(),
        422,
    );
    send("crypto/decrypt", JSON, &json!({ "ciphertext": ciphertext, "key": plant("wrong-key") }).to_string(), 422);
    let kept = "$argon2id$v=19$m=19456,t=2,p=1$c29tZXNhbHRzb21l$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
    send("crypto/passwords/verify", JSON, &json!({ "password": plant("verify"), "hash": kept }).to_string(), 200);
    send("crypto/passwords/verify", JSON, &json!({ "password": "x", "hash": plant("verify-hash") }).to_string(), 422);
    for encoding in ["base64", "base64url", "hex"] {
        let body = json!({ "text": "x", "key": format!("!{}", plant("bad-key")), "keyEncoding": encoding });
        send("crypto/hmac", JSON, &body.to_string(), 422);
    }
    for body in [
        json!({ "text": "x", "key": [plant("list")] }),
        json!({ "text": "x", "key": { "value": plant("object") } }),
        json!({ "text": { "value": plant("text-object") }, "key": plant("beside-object") }),
        json!({ "text": "x", "kee": plant("unknown-field") }),
        json!({ "text": "x", "key": plant("beside-unknown"), "nothing": 1 }),
        json!({ "text": "x", "key": plant("long-key").repeat(200) }),
        json!([plant("array")]),
        json!(plant("lone")),
    ] {
        send("crypto/hmac", JSON, &body.to_string(), 400);
    }
    send(
        "crypto/derive",
        JSON,
        &json!({ "algorithm": "hkdf", "secret": "x", "length": plant("length") }).to_string(),
        400,
    );
    send(
        "crypto/encrypt",
        JSON,
        &json!({ "text": "x", "password": "x", "parameters": plant("parameters") }).to_string(),
        400,
    );
    send("crypto/encrypt", JSON, &json!({ "text": "x", "key": plant("short-key") }).to_string(), 422);
    send(
        "crypto/encrypt",
        JSON,
        &json!({ "text": "x", "key": plant("both-key"), "password": plant("both-password") }).to_string(),
        422,
    );
    let conflict = json!({ "text": "x", "file": "aGVsbG8=", "key": plant("beside-conflict") });
    send("crypto/hmac", JSON, &conflict.to_string(), 422);
    send("crypto/hmac", JSON, &format!(r#"{{"text":"x","key":"{}"#, plant("cut-off")), 400);
    send("crypto/hmac", JSON, &plant("no-json"), 400);
    send("crypto/hmac", JSON, &format!(r#"{{"key":"{}","key":"{}","text":"x"}}"#, plant("twice"), plant("twice")), 400);
    send("crypto/hmac", FORM, &format!("text=x&key={}&key={}", plant("form-twice"), plant("form-twice")), 400);
    send("crypto/passwords/hash", "Content-Type: text/plain\r\n", &plant("plain-text"), 415);
    send("crypto/hmac", "Content-Type: multipart/form-data\r\n", &plant("no-boundary"), 400);
    send(
        "crypto/hmac",
        form,
        &format!("--part\r\nContent-Disposition: form-data; name=\"key\"\r\n\r\n{}", plant("no-end")),
        400,
    );
    send("crypto/hmac/batch", JSON, &json!({ "items": plant("no-items") }).to_string(), 400);
    send("crypto/hmac/batch", JSON, &json!({ "item": [{ "key": plant("wrong-items") }] }).to_string(), 400);

    // In addresses: of the request, and of a file.
    for query in [
        "crypto/hmac?text=x&key=",
        "crypto/hmac?text=x&KEY=",
        "crypto/hmac/verify?key=",
        "crypto/passwords/hash?password=",
        "crypto/derive?secret=",
    ] {
        send(&format!("{query}{}", plant("query")), JSON, "{}", 400);
    }
    send(&format!("crypto/nothing?key={}", plant("nowhere")), JSON, "{}", 404);
    send(&format!("files/?signature={}", plant("signature")), JSON, "{}", 404);
    let answered =
        server.get(&format!("/api/v1/files/{}?expires=1&signature={}", "0".repeat(42), plant("bad-signature")), "");
    assert_eq!(answered.status, 404);
    let port = origin.address.port();
    for (place, status) in [
        ("127.0.0.2:9", 400),
        ("169.254.169.254", 400),
        ("[bad", 400),
        ("127.0.0.1:1", 422),
        (&format!("127.0.0.1:{port}"), 422),
        (&format!("127.0.0.1:{port}/redirect"), 400),
    ] {
        for path in ["crypto/hash", "crypto/hash/batch", "files"] {
            let url =
                format!("http://user:{}@{place}/{}?token={}", plant("url-user"), plant("url-path"), plant("url-query"));
            let (body, status) = match path.ends_with("batch") {
                true => (json!({ "items": [{ "file": { "url": url } }] }), 200),
                false => (json!({ "file": url }), status),
            };
            send(path, JSON, &body.to_string(), status);
        }
    }
    send(
        "crypto/hash",
        JSON,
        &json!({ "file": { "url": format!("ftp://user:{}@a.b/", plant("ftp")) } }).to_string(),
        400,
    );
    send("crypto/hash", JSON, &json!({ "file": { "id": plant("id") } }).to_string(), 422);
    send("crypto/hash", JSON, &json!({ "file": plant("file") }).to_string(), 400);

    // In headers.
    let wrong = plant("wrong-key");
    for headers in [
        format!("X-API-Key: {wrong}\r\n"),
        format!("X-API-Key: \r\napikey: {wrong}\r\n"),
        format!("X-API-Key: \r\nAuthorization: Bearer {wrong}\r\n"),
    ] {
        send("crypto/hash", &format!("{JSON}{headers}"), r#"{"text":"x"}"#, 401);
    }
    let headers = format!("{JSON}X-Gateway-Secret: {}\r\nCookie: session={}\r\n", plant("forged"), plant("cookie"));
    send("crypto/hash", &headers, r#"{"text":"x"}"#, 200);

    // What is kept: an upload that is its owner's alone.
    let content = "what somebody left here";
    let kept = send("files", BYTES, content, 200).json();
    let me = server.get("/api/v1/me", &key).json();
    let health = server.get("/health", "");
    assert_eq!(server.post("/api/v1/crypto/hash", ENTERPRISE, r#"{"text":"x"}"#).status, 200);

    for answer in &answers {
        planted.is_absent_from("an answer", answer.as_bytes());
    }
    planted.is_absent_from("the health", format!("{health:?}").as_bytes());
    let metrics = get(server.status.unwrap(), "/metrics", "").body;
    assert!(metrics.contains("http_requests_total"), "{metrics}");
    planted.is_absent_from("the metrics", metrics.as_bytes());

    let kept_files = files(&store);
    assert!(kept_files.iter().any(|(name, _)| name.contains(kept["file"]["id"].as_str().unwrap())), "{kept_files:?}");
    assert_eq!(std::fs::metadata(&store).unwrap().permissions().mode() & 0o77, 0, "for nobody else");
    for (name, bytes) in &kept_files {
        planted.is_absent_from(name, bytes);
        planted.is_absent_from("a name", name.as_bytes());
        let text = String::from_utf8_lossy(bytes);
        for owner in [me["id"].as_str().unwrap(), "planted"] {
            assert!(!text.contains(owner), "the owner {owner} is in {text}");
        }
    }

    let process = |name: &str| std::fs::read_to_string(format!("/proc/{}/{name}", server.id())).unwrap();
    planted.is_absent_from("the command line", process("cmdline").as_bytes());
    let limits = process("limits");
    let core = limits.lines().find(|line| line.starts_with("Max core file size")).unwrap();
    assert_eq!(core.split_whitespace().collect::<Vec<_>>()[4..6], ["0", "0"], "a crash leaves no memory on disk");

    server.terminate();
    let output = server.said("\"message\":\"stopped\"");
    assert!(output.matches("\"message\":\"request\"").count() > 50, "the access log is on: {output}");
    planted.is_absent_from("the output", output.as_bytes());
    assert_eq!(server.wait(Duration::from_secs(10)), Some(0));
}

/// An Ed25519 key as it may be written; made up, and used nowhere.
const SEED: &str = "d4ee72dbf913584ad5b6d8f1f769f8ad3afe7c28cbf1d4fbe097a88f44755842";
const PAIR: &str = "-----BEGIN PRIVATE KEY-----\nMC4CAQAwBQYDK2VwBCIEINTuctv5E1hK1bbY8fdp+K06/nwoy/HU++CXqI9EdVhC\n-----END PRIVATE KEY-----\n";

/// Keys of the server and of requests, in everything that signs, checks and encrypts with them.
#[test]
fn what_is_signed_with_stays_inside() {
    let mut planted = Planted::default();
    let seed = HEXLOWER.decode(SEED.as_bytes()).unwrap();
    planted.0.extend([SEED.to_owned(), BASE64.encode(&seed[..30]), BASE64URL.encode(&seed[..30])]);
    planted.0.push("INTuctv5E1hK1bbY8fdp".to_owned());
    let named = planted.plant("named");
    let keyring = json!({ "keys": {
        "shared": { "consumers": ["*"], "versions": { "3": { "key": named, "keyEncoding": "utf8" } } },
        "pair": { "consumers": ["*"], "versions": { "1": { "key": PAIR } } },
    } });
    let environment = [("FLOWFORGE_LOG", "trace"), ("FLOWFORGE_KEYRING", &keyring.to_string())];
    let server = Server::start(&["up"], &environment);
    let mut answers = Vec::new();
    let mut send = |path: &str, body: Value, status: u16| {
        let answer = server.post(&format!("/api/v1/crypto/{path}"), &format!("{JSON}{ENTERPRISE}"), body.to_string());
        assert_eq!(answer.status, status, "{path} {body} {answer:?}");
        answers.push(format!("{path}: {answer:?}"));
        answer.json()
    };
    let mut plant = |place: &str| planted.plant(place);
    let (shared, pair) = (json!("shared"), json!("pair"));

    // Named.
    let sealed = send("encrypt", json!({ "text": "x", "keyRef": shared }), 422);
    assert!(sealed["error"]["message"].as_str().unwrap().contains("32 bytes"), "{sealed}");
    send("hmac", json!({ "text": "x", "keyRef": shared }), 200);
    send("derive", json!({ "algorithm": "hkdf", "keyRef": shared }), 200);
    let token = send("jwt/sign", json!({ "claims": {}, "keyRef": shared }), 200);
    send("jwt/verify", json!({ "token": token["token"], "keyRef": shared, "algorithms": ["HS256"] }), 200);
    send("jwt/sign", json!({ "claims": {}, "keyRef": pair }), 200);
    send("jwt/sign", json!({ "claims": {}, "keyRef": pair, "algorithm": "HS256" }), 422);
    send("jwe/encrypt", json!({ "text": "x", "keyRef": pair }), 422);
    let signed = send("sign", json!({ "text": "x", "keyRef": pair }), 200);
    send("verify", json!({ "text": "x", "keyRef": pair, "signature": signed["signature"] }), 200);
    send("sign", json!({ "text": "x", "keyRef": shared }), 422);
    send("hmac", json!({ "text": "x", "keyRef": pair }), 422);
    send("keys/inspect", json!({ "keyRef": shared }), 200);
    for format in ["pem", "der", "jwk", "ssh"] {
        for include in [false, true] {
            let body = json!({ "keyRef": pair, "format": format, "includePrivate": include });
            let answer = server.post("/api/v1/crypto/keys/inspect", &format!("{JSON}{ENTERPRISE}"), body.to_string());
            assert!([200, 422].contains(&answer.status), "{answer:?}");
            Planted(vec![named.clone(), SEED.into(), "INTuctv5E1hK1bbY8fdp".into(), "1O5y2_kTWErVttjx92n4".into()])
                .is_absent_from("keys/inspect", format!("{answer:?}").as_bytes());
        }
    }
    let request = json!({ "method": "GET", "url": "https://example.com/", "explain": true, "keyRef": shared });
    let aws = json!({ "accessKeyId": "id", "region": "eu-central-1", "service": "s3" });
    send("requests/sign", merged(&request, &aws), 200);
    send("requests/sign", merged(&merged(&request, &aws), &json!({ "presigned": true })), 200);
    send("requests/sign-oauth1", merged(&request, &json!({ "consumerKey": "id" })), 200);
    send("webhooks/sign", json!({ "provider": "github", "body": "{}", "keyRef": shared }), 200);
    send("webhooks/sign", json!({ "provider": "gitlab", "body": "{}", "keyRef": shared }), 422);
    let headers = json!({ "X-Hub-Signature-256": format!("sha256={}", "00".repeat(32)) });
    send("webhooks/verify", json!({ "provider": "github", "body": "{}", "keyRef": shared, "headers": headers }), 200);
    send("otp/generate", json!({ "keyRef": shared }), 200);
    send("otp/verify", json!({ "keyRef": shared, "code": "000000" }), 200);

    // Sent, where they belong and where they are wrong.
    for (path, field, rest) in [
        ("jwt/sign", "key", json!({ "claims": { "sub": "1" } })),
        ("jwt/verify", "key", json!({ "token": token["token"], "algorithms": ["HS256"] })),
        ("webhooks/verify", "secret", json!({ "provider": "github", "body": "{ }", "headers": headers })),
        ("webhooks/sign", "secret", json!({ "provider": "stripe", "body": "{}" })),
        ("requests/sign", "secretAccessKey", merged(&aws, &json!({ "url": "https://example.com/", "explain": true }))),
        ("requests/sign-oauth1", "consumerSecret", json!({ "consumerKey": "id", "url": "https://example.com/" })),
    ] {
        let mut body = rest.clone();
        body[field] = plant(path).into();
        send(path, body, 200);
    }
    for (path, field, rest) in [
        ("sign", "key", json!({ "text": "x" })),
        ("sign", "passphrase", json!({ "text": "x", "key": PAIR })),
        ("verify", "key", json!({ "text": "x", "signature": "00" })),
        ("jwe/decrypt", "key", json!({ "token": token["token"] })),
        ("jwe/decrypt", "password", json!({ "token": "a.b.c.d.e" })),
        ("jwe/encrypt", "key", json!({ "text": "x" })),
        ("jwt/sign", "key", json!({ "claims": {}, "algorithm": "ES256" })),
        ("jwt/verify", "jwks", json!({ "token": token["token"], "algorithms": ["HS256"] })),
        ("keys/agree", "privateKey", json!({ "publicKey": "x" })),
        ("keys/inspect", "key", json!({})),
        ("otp/generate", "secret", json!({})),
        ("otp/verify", "uri", json!({ "code": "000000" })),
        ("webhooks/verify", "secret", json!({ "provider": "discord", "body": "{}", "headers": {} })),
        ("webhooks/sign", "privateKey", json!({ "provider": "discord", "body": "{}" })),
        ("requests/sign", "secretAccessKey", merged(&aws, &json!({ "url": "no address" }))),
    ] {
        for secret in [plant(path), format!("-----BEGIN PRIVATE KEY-----\n{}", plant(path))] {
            let mut body = rest.clone();
            body[field] = secret.into();
            let answer =
                server.post(&format!("/api/v1/crypto/{path}"), &format!("{JSON}{ENTERPRISE}"), body.to_string());
            // A passphrase that is not needed does no harm.
            let wanted = if field == "passphrase" { 200 } else { answer.status.max(400) };
            assert!(answer.status == wanted && wanted < 500, "{path} {field} {answer:?}");
            answers.push(format!("{path}: {answer:?}"));
        }
    }

    for answer in &answers {
        planted.is_absent_from("an answer", answer.as_bytes());
    }
    planted.is_absent_from("the metrics", get(server.status.unwrap(), "/metrics", "").body.as_bytes());
    let process = std::fs::read_to_string(format!("/proc/{}/cmdline", server.id())).unwrap();
    planted.is_absent_from("the command line", process.as_bytes());
    server.terminate();
    planted.is_absent_from("the output", server.said("\"message\":\"stopped\"").as_bytes());
    assert_eq!(server.wait(Duration::from_secs(10)), Some(0));
}

/// The fields of both.
fn merged(one: &Value, other: &Value) -> Value {
    let fields = |value: &Value| value.as_object().unwrap().clone();
    fields(one).into_iter().chain(fields(other)).collect()
}
