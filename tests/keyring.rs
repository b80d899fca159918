//! Named keys: who may use which, from where they come, and that they stay.

use std::process::Command;

use serde_json::{Value, json};

use crate::server::{ENTERPRISE, FREE, Server, flowforge};

const JSON: &str = "Content-Type: application/json\r\n";
const HMAC: &str = "/api/v1/crypto/hmac";

/// `shared` for all, with two versions, and `orders` for one consumer.
fn keyring() -> String {
    json!({ "keys": {
        "shared": { "consumers": ["*"], "versions": {
            "1": { "key": "Jefe", "keyEncoding": "utf8" },
            "2": { "key": "4a65666532", "keyEncoding": "hex" },
        } },
        "orders": { "consumers": ["demo-enterprise"], "versions": { "7": { "key": "Jefe", "keyEncoding": "utf8" } } },
    } })
    .to_string()
}

fn ask(server: &Server, path: &str, key: &str, body: &Value) -> (u16, Value) {
    let answer = server.post(path, &format!("{JSON}{key}"), body.to_string());
    (answer.status, answer.json())
}

#[test]
fn a_named_key_serves_those_it_is_for() {
    let server = Server::start(&["up"], &[("FLOWFORGE_KEYRING", &keyring())]);
    let text = "what do ya want for nothing?";
    // RFC 4231, section 4.3.
    let mac = "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843";
    let body = json!({ "text": text, "keyRef": "orders" });
    let (status, answer) = ask(&server, HMAC, ENTERPRISE, &body);
    assert_eq!((status, &answer["mac"], &answer["keyRef"]), (200, &json!(mac), &json!("orders@7")));

    // To others it is as unknown as one that is not there.
    let (status, refused) = ask(&server, HMAC, FREE, &body);
    let (_, unknown) = ask(&server, HMAC, FREE, &json!({ "text": text, "keyRef": "nothing" }));
    assert_eq!((status, &refused["error"]["message"]), (422, &unknown["error"]["message"]));

    // The newest version makes, all check, and a version can be named.
    let (_, newest) = ask(&server, HMAC, FREE, &json!({ "text": text, "keyRef": "shared" }));
    assert_eq!(newest["keyRef"], "shared@2");
    for (mac, version) in [(&newest["mac"], "shared@2"), (&json!(mac), "shared@1")] {
        let body = json!({ "text": text, "keyRef": "shared", "mac": mac });
        let (_, checked) = ask(&server, "/api/v1/crypto/hmac/verify", FREE, &body);
        assert_eq!((&checked["valid"], &checked["keyRef"]), (&json!(true), &json!(version)));
    }
    let (_, first) = ask(&server, HMAC, FREE, &json!({ "text": text, "keyRef": "shared@1" }));
    assert_eq!(first["mac"], mac);
}

#[test]
fn without_a_gateway_only_keys_for_everybody_serve() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("keyring.json");
    std::fs::write(&file, keyring()).unwrap();
    let server = Server::start(&["serve", "crypto"], &[("FLOWFORGE_KEYRING", file.to_str().unwrap())]);
    assert_eq!(ask(&server, HMAC, "", &json!({ "text": "a", "keyRef": "shared" })).0, 200);
    // Who says to be somebody without the gateway's secret is nobody.
    let forged = "X-Consumer-ID: 1\r\nX-Consumer-Username: demo-enterprise\r\n";
    assert_eq!(ask(&server, HMAC, forged, &json!({ "text": "a", "keyRef": "orders" })).0, 422);
}

#[test]
fn a_keyring_that_cannot_be_read_stops_the_start_and_is_not_shown() {
    let says = |command: &mut Command| {
        let output = command.output().unwrap();
        assert!(!output.status.success());
        String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned()
    };
    let spoilt = keyring().replace("\"hex\"", "\"hexx\"");
    for arguments in [&["up", "--listen", "127.0.0.1:0", "--status-listen", "127.0.0.1:0"][..], &["serve", "crypto"]] {
        let said = says(flowforge().args(arguments).env("FLOWFORGE_KEYRING", &spoilt));
        assert!(said.contains("keyring") && !said.contains("4a65666532"), "{said}");
        let said = says(flowforge().args(arguments).env("FLOWFORGE_KEYRING", "/nowhere/keyring.json"));
        assert!(said.contains("/nowhere/keyring.json"), "{said}");
    }
}
