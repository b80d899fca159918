//! Certificates and requests, made by OpenSSL and told by us.

use std::fs;
use std::path::Path;

use chassis::Clock;
use serde_json::{Value, json};

use super::openssl::openssl;
use super::{INSPECT, post, text};

/// A chain, a key and a request, made anew.
struct Authority {
    folder: tempfile::TempDir,
}

impl Authority {
    /// Nothing where there is no OpenSSL.
    fn new() -> Option<Self> {
        let authority = Self { folder: tempfile::tempdir().unwrap() };
        let (root, key) = (authority.path("root.pem"), authority.path("root.key"));
        let subject = "/C=DE/O=Example_Trust/CN=Root";
        openssl(
            &format!(
                "req -x509 -newkey rsa:2048 -nodes -sha256 -days 3650 -set_serial 0x8f01020304050607 -subj {subject} -keyout {key} -out {root}"
            ),
            "",
        )?;
        let (leaf, request) = (authority.path("leaf.key"), authority.path("leaf.csr"));
        let subject = "/C=DE/ST=Berlin/L=Berlin/O=B\u{fc}cher,Inc+OU=a\"b/CN=example.com/emailAddress=me@example.com";
        let names = "DNS:example.com,DNS:*.example.com,IP:192.0.2.7,IP:2001:db8::1,email:me@example.com,URI:https://example.com/a,dirName:dir,RID:1.2.3.4";
        let settings = authority.path("leaf.cnf");
        let extensions = format!(
            "[req]\nprompt=no\ndistinguished_name=none\nreq_extensions=ext\nutf8=yes\nstring_mask=utf8only\n[none]\n\
             [ext]\nsubjectAltName={names}\nkeyUsage=critical,digitalSignature,keyAgreement\n\
             extendedKeyUsage=serverAuth,clientAuth,1.2.3.4.5\nbasicConstraints=CA:FALSE\n[dir]\nCN=inner\n"
        );
        fs::write(&settings, extensions).unwrap();
        openssl(&format!("genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out {leaf}"), "")?;
        openssl(
            &format!("req -new -utf8 -multivalue-rdn -key {leaf} -config {settings} -subj {subject} -out {request}"),
            "",
        )?;
        let certificate = authority.path("leaf.pem");
        openssl(
            &format!(
                "x509 -req -in {request} -CA {root} -CAkey {key} -set_serial 0x0102030405060708090a -days 40 -sha384 -extfile \
                 {settings} -extensions ext -out {certificate}"
            ),
            "",
        )?;
        Some(authority)
    }

    fn path(&self, name: &str) -> String {
        self.folder.path().join(name).to_str().unwrap().to_owned()
    }

    fn read(&self, name: &str) -> String {
        fs::read_to_string(Path::new(&self.path(name))).unwrap()
    }
}

#[test]
fn a_chain_says_what_openssl_says_of_it() {
    let Some(authority) = Authority::new() else { return };
    let chain = authority.read("leaf.pem") + &authority.read("root.pem");
    let told = post(INSPECT, &json!({ "key": chain }));
    assert_eq!((&told["kind"], &told["type"], &told["curve"]), (&json!("certificate"), &json!("ec"), &json!("P-256")));
    let [leaf, root] = [&told["certificates"][0], &told["certificates"][1]];
    assert_eq!(told["certificates"].as_array().unwrap().len(), 2);
    for (file, told) in [("leaf.pem", leaf), ("root.pem", root)] {
        let pem = authority.read(file);
        let asked = |what: &str| text(openssl(&format!("x509 -noout {what}"), &pem).unwrap());
        let value = |what: &str| asked(what).trim_end().split_once('=').unwrap().1.to_owned();
        let plain = |text: &str| text.replace(':', "").to_lowercase();
        assert_eq!(told["sha256"], plain(&value("-fingerprint -sha256")));
        assert_eq!(told["sha1"], plain(&value("-fingerprint -sha1")));
        assert_eq!(told["serial"], plain(&value("-serial")));
        // RFC 2253 with its UTF-8, as RFC 4514 asks.
        for name in ["subject", "issuer"] {
            let openssl = value(&format!("-{name} -nameopt RFC2253,-esc_msb,utf8"));
            assert_eq!(told[name]["text"], openssl, "{name}");
        }
        let dates = asked("-dates -dateopt iso_8601");
        for (name, told) in [("notBefore", &told["notBefore"]), ("notAfter", &told["notAfter"])] {
            let date = dates.lines().find_map(|line| line.strip_prefix(&format!("{name}="))).unwrap();
            assert_eq!(told, &date.replace(' ', "T"));
        }
        assert!(asked("-text").contains(told["signatureAlgorithm"].as_str().unwrap()));
    }
    assert_eq!(
        leaf["alternativeNames"],
        json!([
            { "type": "dns", "value": "example.com" },
            { "type": "dns", "value": "*.example.com" },
            { "type": "ip", "value": "192.0.2.7" },
            { "type": "ip", "value": "2001:db8::1" },
            { "type": "email", "value": "me@example.com" },
            { "type": "uri", "value": "https://example.com/a" },
            { "type": "directory", "value": "CN=inner" },
            { "type": "other", "value": "2a0304" },
        ])
    );
    assert_eq!(leaf["keyUsages"], json!(["digitalSignature", "keyAgreement"]));
    assert_eq!(leaf["extendedKeyUsages"], json!(["serverAuth", "clientAuth", "1.2.3.4.5"]));
    assert_eq!(leaf["subject"]["attributes"][0], json!({ "name": "C", "value": "DE" }));
    let flags = |told: &Value| ["ca", "selfSigned", "signedByNext"].map(|name| told[name].clone());
    assert_eq!(flags(leaf), [json!(false), json!(false), json!(true)]);
    assert_eq!(flags(root), [json!(true), json!(true), json!(null)]);
    assert_eq!(told["warnings"], json!([]));

    let der = openssl("x509 -outform DER", authority.read("leaf.pem")).unwrap();
    let file = json!({ "base64": data_encoding::BASE64.encode(&der), "name": "leaf.der" });
    let alone = post(INSPECT, &json!({ "file": file }));
    assert_eq!((&alone["kind"], &alone["certificates"][0]["sha256"]), (&json!("certificate"), &leaf["sha256"]));

    let turned = authority.read("root.pem") + &authority.read("leaf.pem");
    assert_eq!(post(INSPECT, &json!({ "key": turned }))["certificates"][0]["signedByNext"], false);
    for (key, matches) in [("leaf.key", true), ("root.key", false)] {
        let told = post(INSPECT, &json!({ "key": authority.read("leaf.pem") + &authority.read(key) }));
        assert_eq!((&told["kind"], &told["certificates"][0]["matchesKey"]), (&json!("private-key"), &json!(matches)));
    }
}

#[test]
fn a_request_says_what_is_asked_for() {
    let Some(authority) = Authority::new() else { return };
    let told = post(INSPECT, &json!({ "key": authority.read("leaf.csr"), "format": "pem" }));
    assert_eq!((&told["kind"], &told["request"]["signatureValid"]), (&json!("certificate-request"), &json!(true)));
    assert_eq!(told["request"]["alternativeNames"][0], json!({ "type": "dns", "value": "example.com" }));
    assert_eq!(told["request"]["signatureAlgorithm"], "ecdsa-with-SHA256");
    let public = openssl("pkey -pubout", authority.read("leaf.key")).map(text).unwrap();
    assert_eq!(told["converted"], public);
}

#[test]
fn a_certificate_expires() {
    let pem = include_str!("../../data/keys/server.pem");
    // Valid from 2024-01-01 to 2034-01-01.
    for (now, expired, days, warnings) in [
        ("2023-12-31T23:59:59Z", false, 3653, vec!["long-validity", "not-yet-valid"]),
        ("2024-01-01T00:00:00Z", false, 3653, vec!["long-validity"]),
        ("2033-12-31T12:00:00Z", false, 0, vec!["long-validity"]),
        ("2034-01-01T00:00:01Z", true, -1, vec!["long-validity", "expired"]),
    ] {
        let now: jiff::Timestamp = now.parse().unwrap();
        let client = crate::client_at(Clock::manual(now.as_millisecond()));
        let told = client.post(INSPECT, &json!({ "key": pem })).json();
        let certificate = &told["certificates"][0];
        assert_eq!((&certificate["expired"], &certificate["daysLeft"]), (&json!(expired), &json!(days)), "{now}");
        let codes: Vec<_> = told["warnings"].as_array().unwrap().iter().map(|warning| &warning["code"]).collect();
        assert_eq!(codes, warnings, "{now}");
    }
}

#[test]
fn what_is_weak_is_told() {
    let Some(authority) = Authority::new() else { return };
    let codes = |key: String| -> Vec<Value> {
        let told = post(INSPECT, &json!({ "key": key }));
        told["warnings"].as_array().unwrap().iter().map(|warning| warning["code"].clone()).collect()
    };
    let [request, root, key] = ["leaf.csr", "root.pem", "root.key"].map(|name| authority.path(name));
    let sha1 = format!("x509 -req -in {request} -CA {root} -CAkey {key} -set_serial 1 -sha1");
    assert_eq!(codes(text(openssl(&sha1, "").unwrap())), ["weak-signature"]);
    assert_eq!(codes(include_str!("../../data/keys/rsa-1024.pem").to_owned()), ["weak-key"]);
    assert_eq!(codes(include_str!("../../data/keys/roca.jwk").to_owned()), ["broken-key"]);
    assert_eq!(codes(authority.read("root.pem")), Vec::<Value>::new());
}
