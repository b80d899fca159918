//! Files in every way they come and go, through the gateway.

use data_encoding::{BASE64, HEXLOWER};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::server::{ENTERPRISE, FREE, Origin, Server, chunk, get, multipart, raw};

const HASH: &str = "/api/v1/crypto/hash";
const HMAC: &str = "/api/v1/crypto/hmac";
const FILES: &str = "/api/v1/files";
const BYTES: &str = "Content-Type: application/octet-stream\r\n";
const LOOPBACK: (&str, &str) = ("FLOWFORGE_FETCH_ALLOW", "127.0.0.1/32");
/// Links start with this: nobody answers there, so whoever follows one asks the store.
const PUBLIC: (&str, &str) = ("FLOWFORGE_PUBLIC_URL", "https://files.test");

/// Bytes that are no text, no base64 and no JSON.
fn content() -> Vec<u8> {
    (0..100_000_u32).map(|number| (u64::from(number).pow(2) >> 3) as u8).collect()
}

/// A file as a web server sends it.
fn served(bytes: &[u8]) -> Vec<u8> {
    let head = format!("HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: {}\r\n\r\n", bytes.len());
    [head.as_bytes(), bytes].concat()
}

fn redirected(to: &str) -> Vec<u8> {
    format!("HTTP/1.1 302 Found\r\nConnection: close\r\nContent-Length: 0\r\nLocation: {to}\r\n\r\n").into_bytes()
}

/// Keeps a file; what is said about it.
fn keep(server: &Server, key: &str, bytes: &[u8]) -> Value {
    let answer = server.send(FILES, &format!("{key}{BYTES}"), bytes);
    assert_eq!(answer.status, 200, "{answer:?}");
    answer.json()["file"].clone()
}

/// The path and query of a link.
fn path(link: &str) -> &str {
    link.strip_prefix(PUBLIC.1).unwrap()
}

#[test]
fn a_file_has_one_hash_however_it_comes() {
    let content = content();
    let origin = Origin::at("127.0.0.1:0", {
        let file = served(&content);
        move |_| file.clone()
    });
    let server = Server::start(&["up"], &[LOOPBACK, PUBLIC]);
    let kept = keep(&server, ENTERPRISE, &content);
    assert_eq!(kept["size"], content.len());
    let (url, base64) = (format!("http://{}/a.bin", origin.address), BASE64.encode(&content));
    let json = |file: Value| server.post(HASH, ENTERPRISE, json!({ "file": file }).to_string());
    let (form, parts) = multipart(&[(r#"name="file"; filename="a.bin""#, &content)]);
    let (_, nameless) = multipart(&[(r#"name="data"; filename="a.bin""#, &content)]);
    let answers = [
        ("url", json(json!(url))),
        ("url in an object", json(json!({ "url": url }))),
        ("base64", json(json!(base64))),
        ("base64 in an object", json(json!({ "base64": base64, "name": "a.bin" }))),
        ("data URI", json(json!(format!("data:application/octet-stream;base64,{base64}")))),
        ("id", json(json!({ "id": kept["id"] }))),
        ("link", json(kept["url"].clone())),
        (
            "form field",
            server.send(
                HASH,
                &format!("{ENTERPRISE}Content-Type: application/x-www-form-urlencoded\r\n"),
                format!("file={url}"),
            ),
        ),
        ("query", server.send(&format!("{HASH}?file={url}"), ENTERPRISE, "")),
        ("raw", server.send(HASH, &format!("{ENTERPRISE}{BYTES}"), &content)),
        (
            "raw of unknown length",
            server.stream(HASH, &format!("{ENTERPRISE}{BYTES}"), content.chunks(7_001).map(<[u8]>::to_vec)),
        ),
        ("multipart", server.send(HASH, &format!("{ENTERPRISE}{form}"), &parts)),
        ("multipart by another name", server.send(HASH, &format!("{ENTERPRISE}{form}"), &nameless)),
        (
            "multipart of unknown length",
            server.stream(HASH, &format!("{ENTERPRISE}{form}"), parts.chunks(7_001).map(<[u8]>::to_vec)),
        ),
    ];
    let expected = HEXLOWER.encode(&Sha256::digest(&content));
    for (way, answer) in answers {
        assert_eq!(answer.status, 200, "{way}: {answer:?}");
        let answer = answer.json();
        assert_eq!((&answer["hash"], &answer["bytes"]), (&json!(expected), &json!(content.len())), "{way}");
    }
    let items =
        json!({ "items": [{ "file": url }, { "file": base64 }, { "file": { "id": kept["id"] } }, { "file": "!" }] });
    let batch = server.post(&format!("{HASH}/batch"), ENTERPRISE, items.to_string()).json();
    for item in &batch["items"].as_array().unwrap()[..3] {
        assert_eq!(item["result"]["hash"], expected, "{item}");
    }
    assert_eq!(batch["items"][3]["error"]["details"][0]["field"], "file", "{batch}");
}

#[test]
fn an_upload_is_its_owners_and_a_link_anybodys() {
    let server = Server::start(&["up"], &[PUBLIC]);
    let hello = keep(&server, ENTERPRISE, b"hello");
    let other = keep(&server, FREE, b"other");
    let ask = |key: &str, file: &Value| server.post(HASH, key, json!({ "file": file }).to_string());
    let id = json!({ "id": hello["id"] });
    assert_eq!(ask(ENTERPRISE, &id).status, 200);
    let foreign = ask(FREE, &id);
    assert_eq!(
        (foreign.status, foreign.message().as_str()),
        (422, "file: there is no such file: it has expired or is not yours")
    );
    let never = ask(FREE, &json!({ "id": "0".repeat(42) }));
    assert_eq!((never.status, never.message()), (foreign.status, foreign.message()), "whether it exists is not told");
    assert_eq!(ask(FREE, &hello["url"]).status, 200, "the link is what opens it");

    let link = path(hello["url"].as_str().unwrap());
    let opened = server.get(link, "");
    assert_eq!((opened.status, opened.body.as_str()), (200, "hello"), "{opened:?}");
    assert_eq!(opened.header("x-content-type-options"), Some("nosniff"));
    assert!(opened.header("content-disposition").unwrap().starts_with("attachment"));
    let head = raw(server.address, format!("HEAD {link} HTTP/1.1\r\nHost: test\r\nConnection: close\r\n\r\n"));
    assert!(
        head.starts_with("HTTP/1.1 200 OK") && head.contains("content-length: 5") && head.ends_with("\r\n\r\n"),
        "{head}"
    );

    let (bare, query) = link.split_once('?').unwrap();
    let (expires, signature) = query.split_once("&signature=").unwrap();
    let another = path(other["url"].as_str().unwrap()).split('?').next().unwrap();
    let flipped =
        if signature.starts_with('A') { signature.replacen('A', "B", 1) } else { format!("A{}", &signature[1..]) };
    let later = expires.split_once('=').unwrap().1.parse::<u64>().unwrap() + 1;
    for wrong in [
        format!("{bare}?{expires}&signature={flipped}"),
        format!("{bare}?{expires}&signature={}", &signature[1..]),
        format!("{bare}?{expires}&signature="),
        format!("{bare}?{expires}"),
        format!("{bare}?signature={signature}"),
        format!("{bare}?expires={later}&signature={signature}"),
        format!("{another}?{query}"),
        bare.to_owned(),
        format!("{FILES}/link-secret?{query}"),
        format!("{FILES}/..%2flink-secret?{query}"),
    ] {
        for key in ["", ENTERPRISE] {
            let answer = server.get(&wrong, key);
            assert_eq!(
                (answer.status, answer.json()["error"]["code"].as_str()),
                (404, Some("NOT_FOUND")),
                "{wrong} {answer:?}"
            );
        }
        let as_file = ask(ENTERPRISE, &json!(format!("{}{wrong}", PUBLIC.1)));
        assert!([400, 422].contains(&as_file.status), "{wrong} {as_file:?}");
        assert_eq!(as_file.json()["error"]["details"][0]["field"], "file", "{wrong} {as_file:?}");
    }
}

#[test]
fn files_are_signed_encrypted_and_decrypted() {
    let server = Server::start(&["up"], &[PUBLIC]);
    // RFC 4231, section 4.3.
    let (key, data) = ("Jefe", b"what do ya want for nothing?");
    let mac = "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843";
    let (form, body) = multipart(&[(r#"name="key""#, key.as_bytes()), (r#"name="file"; filename="a.txt""#, data)]);
    let parts = server.send(HMAC, &format!("{ENTERPRISE}{form}"), body);
    assert_eq!(parts.json()["mac"], mac, "{parts:?}");
    let kept = keep(&server, ENTERPRISE, data);
    for file in [json!({ "id": kept["id"] }), kept["url"].clone(), json!(BASE64.encode(data))] {
        let made = server.post(HMAC, ENTERPRISE, json!({ "file": file, "key": key }).to_string());
        assert_eq!(made.json()["mac"], mac, "{made:?}");
        for (mac, valid) in [(mac.to_owned(), true), (mac.replace('5', "6"), false)] {
            let body = json!({ "file": file, "key": key, "mac": mac }).to_string();
            let verified = server.post("/api/v1/crypto/hmac/verify", ENTERPRISE, body);
            assert_eq!((verified.status, &verified.json()["valid"]), (200, &json!(valid)), "{verified:?}");
        }
    }

    let content = content();
    let kept = keep(&server, ENTERPRISE, &content);
    let base64 = BASE64.encode(&content);
    let key = "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f";
    for secret in [json!({ "password": "correct horse" }), json!({ "key": key, "keyEncoding": "hex" })] {
        let with = |fields: Value| {
            let mut all = secret.clone();
            all.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
            all.to_string()
        };
        let encrypt = |file: Value| server.post("/api/v1/crypto/encrypt", ENTERPRISE, with(json!({ "file": file })));
        let options: Vec<(String, String)> = secret
            .as_object()
            .unwrap()
            .iter()
            .map(|(name, value)| (format!("name=\"{name}\""), value.as_str().unwrap().to_owned()))
            .collect();
        let mut parts: Vec<(&str, &[u8])> =
            options.iter().map(|(name, value)| (name.as_str(), value.as_bytes())).collect();
        parts.push((r#"name="file"; filename="a.bin""#, &content));
        let (form, body) = multipart(&parts);
        let encrypted = [
            encrypt(json!({ "id": kept["id"] })),
            encrypt(kept["url"].clone()),
            encrypt(json!(base64)),
            server.send("/api/v1/crypto/encrypt", &format!("{ENTERPRISE}{form}"), body),
        ];
        for encrypted in encrypted {
            assert_eq!(encrypted.status, 200, "{encrypted:?}");
            let ciphertext = &encrypted.json()["ciphertext"];
            let body = with(json!({ "ciphertext": ciphertext, "outputEncoding": "base64" }));
            let decrypted = server.post("/api/v1/crypto/decrypt", ENTERPRISE, body);
            assert!(decrypted.json()["text"] == base64, "{}: {}", decrypted.status, &decrypted.body[..200]);
        }
    }
}

/// A URL that must not be followed: refused with the field's name, in every operation that takes a file.
fn refused(server: &Server, url: &str) {
    for (path, body) in [
        (HASH, json!({ "file": url })),
        (HMAC, json!({ "file": { "url": url }, "key": "k" })),
        (FILES, json!({ "file": url })),
    ] {
        let answer = server.post(path, ENTERPRISE, body.to_string());
        assert_eq!(answer.status, 400, "{path} {url} {answer:?}");
        assert_eq!(answer.json()["error"]["details"][0]["field"], "file", "{path} {url} {answer:?}");
    }
    let batch = server.post(&format!("{HASH}/batch"), ENTERPRISE, json!({ "items": [{ "file": url }] }).to_string());
    assert_eq!(batch.json()["items"][0]["status"], 400, "{url} {batch:?}");
}

#[test]
fn no_url_leads_inside() {
    let inside = Origin::at("127.0.0.1:0", |_| served(b"secret"));
    let port = inside.address.port();
    // Where there is no IPv6 there is nothing to reach by it either.
    let inside_v6 = std::net::TcpListener::bind(("::1", port)).ok();
    if let Some(listener) = &inside_v6 {
        listener.set_nonblocking(true).unwrap();
    }
    let server = Server::up();
    for host in [
        "127.0.0.1",
        "127.1",
        "127.0.1",
        "127.255.255.254",
        "localhost",
        "LOCALHOST",
        "2130706433",
        "017700000001",
        "0177.0.0.1",
        "0x7f000001",
        "0x7f.0.0.1",
        "0x7F.1",
        "0",
        "0.0.0.0",
        "[::1]",
        "[0:0:0:0:0:0:0:1]",
        "[::]",
        "[::ffff:127.0.0.1]",
        "[::ffff:7f00:1]",
        "[::127.0.0.1]",
        "[64:ff9b::127.0.0.1]",
        "[64:ff9b::7f00:1]",
        "[2002:7f00:1::]",
        "%31%32%37.0.0.1",
        "①②⑦.⓪.⓪.①",
        "127。0。0。1",
        "user:word@127.0.0.1",
        "example.com@127.0.0.1",
        "example.com%40@127.0.0.1",
        "example.com:80@localhost",
    ] {
        refused(&server, &format!("http://{host}:{port}/"));
    }
    for url in [
        format!("HTTP://127.0.0.1:{port}"),
        format!("  http://127.0.0.1:{port}/  "),
        format!("http:\\\\127.0.0.1:{port}/"),
        format!("http:///127.0.0.1:{port}/"),
        format!("https://127.0.0.1:{port}/"),
        format!("http://127.0.0.1:{port}\\@example.com/"),
        format!("http://127.0.0.1:{port}#@example.com/"),
        format!("http://{}/metrics", server.status.unwrap()),
        format!("http://{}/health", server.address),
        "http://169.254.169.254/latest/meta-data/".to_owned(),
        "http://2852039166/".to_owned(),
        "http://0xa9fea9fe/".to_owned(),
        "http://[::ffff:169.254.169.254]/".to_owned(),
        "http://[fe80::a9fe:a9fe]/".to_owned(),
        "http://[fd00:ec2::254]/".to_owned(),
        "http://metadata.google.internal/computeMetadata/v1/".to_owned(),
        "http://METADATA.google.internal./".to_owned(),
        "http://metadata/".to_owned(),
        "http://100.100.100.200/".to_owned(),
        "http://10.0.0.1/".to_owned(),
        "http://172.16.0.1/".to_owned(),
        "http://192.168.0.1/".to_owned(),
        "http://100.64.0.1/".to_owned(),
        "http://[fc00::1]/".to_owned(),
        "http://255.255.255.255/".to_owned(),
        "http://224.0.0.1/".to_owned(),
        "file:///etc/passwd".to_owned(),
        format!("gopher://127.0.0.1:{port}/_GET"),
        format!("ftp://127.0.0.1:{port}/"),
    ] {
        refused(&server, &url);
    }
    // Whether there is such a name is for the system's resolver to say.
    for host in ["localhost.", "any.localhost", "localhost.localdomain", "ip6-localhost"] {
        let body = json!({ "file": format!("http://{host}:{port}/") }).to_string();
        // A resolver that cannot be reached takes all the time there is.
        assert!([400, 422, 504].contains(&server.post(HASH, ENTERPRISE, body).status), "{host}");
    }
    assert_eq!(inside.visits(), 0);
    if let Some(listener) = inside_v6 {
        assert!(listener.accept().is_err(), "nobody came by IPv6 either");
    }
}

#[test]
fn a_redirect_leads_no_further_than_a_url() {
    let beside = Origin::at("127.0.0.2:0", |_| served(b"secret"));
    let targets = [
        format!("http://{}/", beside.address),
        format!("//{}/", beside.address),
        format!("http://2130706434:{}/", beside.address.port()),
        format!("http://[::ffff:127.0.0.2]:{}/", beside.address.port()),
        "http://169.254.169.254/latest/meta-data/".to_owned(),
        "http://metadata.google.internal/".to_owned(),
        "http://10.0.0.1/".to_owned(),
        "http://[::1]/".to_owned(),
    ];
    let origin = Origin::at("127.0.0.1:0", {
        let targets = targets.clone();
        move |path| match path.strip_prefix("/to/") {
            Some("file") => redirected("file:///etc/passwd"),
            Some("twice") => redirected("/to/0"),
            Some("good") => redirected("/a.bin"),
            Some(number) => redirected(&targets[number.parse::<usize>().unwrap()]),
            None => served(b"hello"),
        }
    });
    let server = Server::start(&["up"], &[LOOPBACK]);
    let url = |path: &str| format!("http://{}/to/{path}", origin.address);
    let good = server.post(HASH, ENTERPRISE, json!({ "file": url("good") }).to_string());
    assert_eq!(good.json()["bytes"], 5, "{good:?}");
    for number in 0..targets.len() {
        refused(&server, &url(&number.to_string()));
    }
    refused(&server, &url("twice"));
    let file = server.post(HASH, ENTERPRISE, json!({ "file": url("file") }).to_string());
    assert_eq!((file.status, file.json()["error"]["details"][0]["field"].as_str()), (422, Some("file")), "{file:?}");
    assert_eq!(beside.visits(), 0);

    let open =
        Server::start(&["up"], &[("FLOWFORGE_FETCH_ALLOW", "0.0.0.0/0,::/0,metadata.google.internal,169.254.169.254")]);
    let reached = open.post(HASH, ENTERPRISE, json!({ "file": url("0") }).to_string());
    assert_eq!(reached.status, 200, "{reached:?}");
    assert_eq!(beside.visits(), 1, "whoever comes is counted");
    for closed in
        ["http://169.254.169.254/", "http://metadata.google.internal/", "http://[fd00:ec2::254]/", &url("4"), &url("5")]
    {
        refused(&open, closed);
    }
}

/// A service that runs alone takes files through the gateway, and finds those that were left with the gateway.
#[test]
fn files_pass_to_another_process() {
    let store = tempfile::tempdir().unwrap();
    let shared =
        [("FLOWFORGE_STORE", store.path().to_str().unwrap()), ("FLOWFORGE_GATEWAY_SECRET", "0123456789abcdef"), PUBLIC];
    let crypto = Server::start(&["serve", "crypto"], &shared);
    let upstream = format!("crypto-service=http://{}", crypto.address);
    let gateway = Server::start(&["up"], &[&shared[..], &[("FLOWFORGE_UPSTREAMS", &upstream)]].concat());
    let content: Vec<u8> = (0..20 << 20_u32).map(|number: u32| (number >> 7) as u8).collect();
    let expected = HEXLOWER.encode(&Sha256::digest(&content));
    let (form, parts) =
        multipart(&[(r#"name="outputEncoding""#, b"hex"), (r#"name="file"; filename="a.bin""#, &content)]);
    let pieces = |body: &[u8]| body.chunks(1 << 20).map(<[u8]>::to_vec).collect::<Vec<_>>().into_iter();
    for (way, answer) in [
        ("raw", gateway.send(HASH, &format!("{ENTERPRISE}{BYTES}"), &content)),
        ("raw of unknown length", gateway.stream(HASH, &format!("{ENTERPRISE}{BYTES}"), pieces(&content))),
        ("multipart", gateway.send(HASH, &format!("{ENTERPRISE}{form}"), &parts)),
        ("multipart of unknown length", gateway.stream(HASH, &format!("{ENTERPRISE}{form}"), pieces(&parts))),
    ] {
        assert_eq!(answer.status, 200, "{way}: {answer:?}");
        assert_eq!(answer.json()["hash"], expected, "{way}");
    }
    let metrics = get(crypto.address, "/metrics", "").body;
    assert!(metrics.contains(r#"operation="hash",status="200"} 4"#), "the other process answered: {metrics}");

    let kept = keep(&gateway, ENTERPRISE, b"hello");
    let ask = |key: &str, file: &Value| gateway.post(HASH, key, json!({ "file": file }).to_string());
    assert_eq!(ask(ENTERPRISE, &json!({ "id": kept["id"] })).json()["bytes"], 5);
    assert_eq!(ask(FREE, &json!({ "id": kept["id"] })).status, 422);
    assert_eq!(ask(FREE, &kept["url"]).json()["bytes"], 5);

    // Who knows no secret is nobody, whatever name is on the request.
    let claimed = "X-Consumer-ID: somebody\r\nX-Gateway-Secret: fedcba9876543210\r\n";
    let direct = crypto.post(HASH, claimed, json!({ "file": { "id": kept["id"] } }).to_string());
    assert_eq!(direct.status, 422, "{direct:?}");

    // A client that leaves takes its request along.
    let mut left = gateway.upload(HASH, &format!("{ENTERPRISE}{BYTES}"));
    std::io::Write::write_all(&mut left, &chunk(&content[..2 << 20])).unwrap();
    let streams = |wanted: &str| {
        (0..500).any(|_| {
            std::thread::sleep(std::time::Duration::from_millis(10));
            get(crypto.address, "/metrics", "").body.lines().any(|line| line == format!("streams {wanted}"))
        })
    };
    assert!(streams("1"), "it arrives");
    drop(left);
    assert!(streams("0"), "it is given up");
}
