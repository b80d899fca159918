//! Keys to and from Node's crypto, which n8n runs on.

use serde_json::{Value, json};

use super::{GENERATE, INSPECT, PAIRS, post, program};

/// What Node makes of a request to other_side.mjs; nothing where there is no Node.
fn node(request: &Value) -> Option<Value> {
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it/keys/other_side.mjs");
    let answer = program("node", &[script], request.to_string().as_bytes())?;
    Some(serde_json::from_slice(&answer).unwrap())
}

#[test]
fn node_reads_what_we_make() {
    for kind in PAIRS {
        let jwk = post(GENERATE, &json!({ "type": kind, "format": "jwk" }));
        let request = json!({ "action": "read", "format": "jwk", "key": jwk["privateKey"] });
        let Some(read) = node(&request) else { return };
        let back = |text: &Value| serde_json::from_str::<Value>(text.as_str().unwrap()).unwrap();
        assert_eq!(
            (back(&read["private"][3]), back(&read["public"][1])),
            (jwk["privateKey"].clone(), jwk["publicKey"].clone())
        );

        for passphrase in [json!(null), json!("x")] {
            let pem = post(GENERATE, &json!({ "type": kind, "passphrase": passphrase }));
            let request =
                json!({ "action": "read", "format": "pem", "key": pem["privateKey"], "passphrase": passphrase });
            assert_eq!(node(&request).unwrap()["public"][0], pem["publicKey"], "{kind}");
        }
    }
}

#[test]
fn we_read_what_node_makes() {
    for (kind, options) in [
        ("rsa", json!({ "modulusLength": 2048 })),
        ("rsa", json!({ "modulusLength": 2048, "publicExponent": 3 })),
        ("ec", json!({ "namedCurve": "P-256" })),
        ("ec", json!({ "namedCurve": "P-384" })),
        ("ec", json!({ "namedCurve": "P-521" })),
        ("ec", json!({ "namedCurve": "secp256k1" })),
        ("ed25519", json!({})),
        ("x25519", json!({})),
    ] {
        let Some(made) = node(&json!({ "action": "make", "type": kind, "options": options })) else { return };
        let (pem, jwk) = (made["private"][0].clone(), made["private"][3].as_str().unwrap());
        let jwk: Value = serde_json::from_str(jwk).unwrap();
        for form in made["private"].as_array().unwrap() {
            let mut body = json!({ "key": form, "passphrase": "x", "includePrivate": true, "format": "pem" });
            assert_eq!(post(INSPECT, &body)["converted"], pem, "{kind} {options}");
            body["format"] = json!("jwk");
            assert_eq!(post(INSPECT, &body)["converted"], jwk);
        }
        for form in made["public"].as_array().unwrap() {
            let read = post(INSPECT, &json!({ "key": form, "format": "pem" }));
            assert_eq!((&read["kind"], &read["converted"]), (&json!("public-key"), &made["public"][0]));
        }
    }
}
