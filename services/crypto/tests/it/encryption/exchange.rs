//! Messages from and to other programs.

use serde_json::{Value, json};

use super::{DECRYPT, ENCRYPT, UNDECIPHERABLE, client, done, key, merged};
use crate::node;

/// Made by other_side.mjs with salt 00..0f and nonce 10..1b (the first: nonce 00..0b), password "correct horse".
#[test]
fn messages_of_another_implementation() {
    let client = client();
    for (request, text) in [
        (
            json!({
                "ciphertext": "ff1.AQAMAAECAwQFBgcICQoLZKf6Mvlcl5ya_ECMQfzxNNY4M6cMjES7AO6LhogFmbV8-KHFizOPjGt--w5M208S",
                "key": "0123456789abcdef0123456789abcdef", "aad": "customer 42"
            }),
            "IBAN DE02 1203 0000 0000 2020 51",
        ),
        (
            json!({
                "ciphertext": "ff1.BAEOCAEAAQIDBAUGBwgJCgsMDQ4PDBAREhMUFRYXGBkaG9k6yDsxiVbzmsuxaicFLH9taxISMLT9",
                "password": "correct horse"
            }),
            "Grüße",
        ),
        (
            json!({
                "ciphertext": "ff1.AQMAAAPoAAECAwQFBgcICQoLDA0ODwwQERITFBUWFxgZGhu5bRDTU7y3r3eK1HOORpLV53usAQwB_Q",
                "password": "correct horse", "aad": "a"
            }),
            "Grüße",
        ),
        (
            json!({
                "ciphertext": "AQABAgMEBQYHCAkKCwwNDg8QERITFBUWFxgZGhvI/kHE1MDM5t5Z5dZL0foI2uJWK8yodEn95XYM/wo8",
                "password": "correct horse", "format": "n8n"
            }),
            "Grüße aus n8n",
        ),
        (
            json!({
                "ciphertext": "AQABAgMEBQYHCAkKCwwNDg8QERITFBUWFxgZGhscVf7OnuA0vLMaaNuY2jBZ",
                "password": "correct horse", "format": "n8n", "algorithm": "chacha20-poly1305"
            }),
            "",
        ),
        (
            json!({
                "ciphertext": "AQABAgMEBQYHCAkKCwwNDg8QERITFBUWFxgZGhstcBQQEeyG3Xy2RRVfgcZAww==",
                "password": "correct horse", "format": "n8n", "algorithm": "aes-192-gcm"
            }),
            "x",
        ),
    ] {
        assert_eq!(done(&client.post(DECRYPT, &request))["text"], text);
        let other = if request["key"].is_null() {
            json!({ "password": "correct horsf" })
        } else {
            json!({ "key": "0123456789abcdef0123456789abcdeg" })
        };
        assert_eq!(client.post(DECRYPT, &merged(request, &other)).message(), UNDECIPHERABLE);
    }
}

fn node(request: &Value) -> Option<Value> {
    node::run("encryption/other_side.mjs", request)
}

#[test]
fn n8n_reads_ours_and_we_read_n8ns() {
    let client = client();
    for cipher in ["aes-256-gcm", "aes-192-gcm", "aes-128-gcm", "chacha20-poly1305"] {
        let password = "Grüße & co";
        let theirs = json!({ "action": "n8nEncrypt", "cipher": cipher, "password": password, "text": "von dort ä" });
        let Some(theirs) = node(&theirs) else { return };
        let request = json!({ "ciphertext": theirs, "password": password, "format": "n8n", "algorithm": cipher });
        assert_eq!(done(&client.post(DECRYPT, &request))["text"], "von dort ä");

        let request = json!({ "text": "von hier ß", "password": password, "format": "n8n", "algorithm": cipher });
        let ours = done(&client.post(ENCRYPT, &request))["ciphertext"].clone();
        let request = json!({ "action": "n8nDecrypt", "cipher": cipher, "password": password, "ciphertext": ours });
        assert_eq!(node(&request), Some(json!("von hier ß")));
    }
}

/// Node programs often use nonces of 16 bytes with GCM.
#[test]
fn node_reads_our_parts_and_we_read_its() {
    let client = client();
    for (cipher, iv) in [
        ("aes-256-gcm", "16"),
        ("aes-192-gcm", "16"),
        ("aes-128-gcm", "16"),
        ("aes-256-gcm", "12"),
        ("aes-256-gcm", "7"),
        ("aes-128-gcm", "64"),
        ("chacha20-poly1305", "12"),
        ("aes-256-cbc", "16"),
        ("aes-192-cbc", "16"),
        ("aes-128-cbc", "16"),
    ] {
        let (key, iv) = (key(cipher), "c7".repeat(iv.parse().unwrap()));
        let cbc = cipher.ends_with("cbc");
        let aad = if cbc { json!(null) } else { json!("bound") };
        let common = json!({
            "algorithm": cipher, "key": key, "keyEncoding": "hex", "nonce": iv, "aad": aad, "format": "parts"
        });
        let to_node = json!({ "cipher": cipher, "key": key, "iv": iv, "aad": if cbc { "" } else { "bound" } });

        let request = merged(to_node.clone(), &json!({ "action": "seal", "text": "von dort ä" }));
        let Some(theirs) = node(&request) else { return };
        let mut request =
            merged(common.clone(), &json!({ "inputEncoding": "hex", "ciphertext": theirs["ciphertext"] }));
        let appended = theirs["ciphertext"].as_str().unwrap().to_owned() + theirs["tag"].as_str().unwrap();
        if !cbc {
            request["tag"] = theirs["tag"].clone();
        }
        assert_eq!(done(&client.post(DECRYPT, &request))["text"], "von dort ä", "{cipher}");
        // As Java, Go and WebCrypto hand it over: the tag at the end.
        let request = merged(request, &json!({ "ciphertext": appended, "tag": null }));
        assert_eq!(done(&client.post(DECRYPT, &request))["text"], "von dort ä", "{cipher}");

        let request = json!({ "text": "von hier ß", "allowNonce": true, "outputEncoding": "hex" });
        let ours = done(&client.post(ENCRYPT, &merged(common, &request)));
        let tag = if cbc { json!("") } else { ours["tag"].clone() };
        let request = json!({ "action": "open", "ciphertext": ours["ciphertext"], "tag": tag });
        assert_eq!(node(&merged(to_node, &request)), Some(json!("von hier ß")), "{cipher}");
    }
}
