//! Shared secrets.

use data_encoding::{BASE64, HEXLOWER};
use serde_json::{Value, json};

use super::{AGREE, GENERATE, post, refused, send};
use crate::wycheproof;

/// RFC 7748, section 6.1.
#[test]
fn the_secret_of_rfc_7748() {
    let jwk = |name: &str, hex: &str| {
        let bytes = HEXLOWER.decode(hex.as_bytes()).unwrap();
        (name.to_owned(), json!(data_encoding::BASE64URL_NOPAD.encode(&bytes)))
    };
    let alice = "8520f0098930a754748b7ddcb43ef75a0dbf3a0d26381af4eba4a98eaa9b4e6a";
    let bob = "de9edb7d7b7dc1b4d35b61c2ece435373f8343c85b78674dadfc7e146f882b4f";
    let bob_private = "5dab087e624a8a4b79e17f8b83800ee66f3bb1292618b6fd1c2f8b27ff88e0eb";
    let okp = |members: Vec<(String, Value)>| {
        let mut jwk = json!({ "kty": "OKP", "crv": "X25519" });
        for (name, value) in members {
            jwk[name] = value;
        }
        jwk.to_string()
    };
    let private = okp(vec![jwk("d", bob_private), jwk("x", bob)]);
    let public = okp(vec![jwk("x", alice)]);
    let answer = post(AGREE, &json!({ "privateKey": private, "publicKey": public, "raw": true }));
    assert_eq!(answer["key"], "4a5d9d5ba4ce2de1728e3bf480350f25e07e21c947d19e3376f09b3c1e161742");
    assert_eq!((&answer["curve"], &answer["hash"]), (&json!("X25519"), &Value::Null));

    let derived =
        post(AGREE, &json!({ "privateKey": private, "publicKey": public, "salt": "s", "info": "i", "length": 48 }));
    let expected = post(
        "/api/v1/crypto/derive",
        &json!({
            "algorithm": "hkdf", "secret": answer["key"], "secretEncoding": "hex", "salt": "s", "info": "i", "length": 48
        }),
    );
    assert_eq!(derived["key"], expected["key"]);
}

#[test]
fn both_sides_come_to_the_same_key() {
    for kind in ["x25519", "p-256", "p-384", "p-521"] {
        let [one, two] = ["pem", "jwk"].map(|format| post(GENERATE, &json!({ "type": kind, "format": format })));
        let text = |key: &Value| key.as_str().map_or_else(|| key.to_string(), str::to_owned);
        let agreed = |own: &Value, other: &Value| {
            let body =
                json!({ "privateKey": text(&own["privateKey"]), "publicKey": text(&other["publicKey"]), "info": "a" });
            post(AGREE, &body)["key"].clone()
        };
        assert_eq!(agreed(&one, &two), agreed(&two, &one));
        assert_ne!(agreed(&one, &two), agreed(&one, &one));
    }
}

#[test]
fn what_does_not_go_together_is_refused() {
    let [x, p, k, ed] =
        ["x25519", "p-256", "secp256k1", "ed25519"].map(|kind| post(GENERATE, &json!({ "type": kind })));
    let signing = post(GENERATE, &json!({ "type": "p-256", "format": "jwk", "use": "sig" }));
    let signing = signing["privateKey"].to_string();
    for (private, public, more, message) in [
        (&x["privateKey"], &p["publicKey"], json!({}), "publicKey: must be a key of X25519, and is an EC public key"),
        (
            &k["privateKey"],
            &k["publicKey"],
            json!({}),
            "privateKey: must be a private key of X25519, P-256, P-384 or P-521, and is an EC private key",
        ),
        (
            &ed["privateKey"],
            &x["publicKey"],
            json!({}),
            "privateKey: must be a private key of X25519, P-256, P-384 or P-521, and is an Ed25519 private key",
        ),
        (
            &x["publicKey"],
            &x["publicKey"],
            json!({}),
            "privateKey: must be a private key of X25519, P-256, P-384 or P-521, and is an X25519 public key",
        ),
        (
            &x["privateKey"],
            &x["privateKey"],
            json!({}),
            "publicKey: must be the other party's public key, and is an X25519 private key",
        ),
        (
            &json!(signing),
            &p["publicKey"],
            json!({}),
            "privateKey: says in use that it is not for encryption: send another key",
        ),
        (
            &x["privateKey"],
            &x["publicKey"],
            json!({ "raw": true, "info": "a" }),
            "info: has no effect with raw: leave one of the two out",
        ),
        (
            &x["privateKey"],
            &x["publicKey"],
            json!({ "length": 10_000 }),
            "length: must be at most 8160 for hkdf with this hash",
        ),
    ] {
        let mut body = json!({ "privateKey": private, "publicKey": public });
        body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        assert_eq!(refused(AGREE, &body), message);
    }
}

/// Every secret is right or refused. Of what Wycheproof calls acceptable, what is refused is: X25519 where the secret is zero;
/// curves given by numbers, and DER that is none, with the others.
#[test]
fn wycheproof_secrets() {
    let plain = |hex: &str| BASE64.encode(&HEXLOWER.decode(hex.as_bytes()).unwrap());
    for file in ["x25519", "x25519_jwk", "ecdh_secp256r1", "ecdh_secp384r1"] {
        let Some(tests) = wycheproof::tests(file) else { continue };
        let (mut agreed, mut refused) = (0, 0);
        for (_, test) in &tests {
            let id = format!("{file} {} {}", test["tcId"], test["comment"]);
            let [own, other, shared] =
                ["private", "public", "shared"].map(|name| test[name].as_str().unwrap_or_default());
            let (private, public) = match file {
                "x25519" => (
                    plain(&format!("302e020100300506032b656e04220420{own}")),
                    plain(&format!("302a300506032b656e032100{other}")),
                ),
                "x25519_jwk" => (test["private"].to_string(), test["public"].to_string()),
                "ecdh_secp256r1" => {
                    (plain(&format!("30310201010420{}a00a06082a8648ce3d030107", number(own, 64))), plain(other))
                }
                _ => (plain(&format!("303e0201010430{}a00706052b81040022", number(own, 96))), plain(other)),
            };
            let answer = send(AGREE, &json!({ "privateKey": private, "publicKey": public, "raw": true }));
            let flags: Vec<_> = test["flags"].as_array().unwrap().iter().filter_map(Value::as_str).collect();
            let is_odd = flags.contains(&"InvalidAsn") || flags.contains(&"UnnamedCurve");
            let is_zero = shared.bytes().all(|digit| digit == b'0');
            match (test["result"].as_str().unwrap(), answer.status) {
                ("valid" | "acceptable", 200) => {
                    assert_eq!(answer.json()["key"], shared, "{id}");
                    agreed += 1;
                }
                ("invalid", 400 | 422) => agreed += 1,
                ("acceptable", 400 | 422) if is_zero || is_odd => refused += 1,
                (result, status) => panic!("{id} is {result}: {status} {}", answer.message()),
            }
        }
        println!("{file}: {agreed} agree, {refused} acceptable ones are refused");
        assert!(agreed > refused, "{file}");
    }
}

/// A number with as many digits as its curve has.
fn number(hex: &str, digits: usize) -> String {
    format!("{:0>digits$}", hex.trim_start_matches('0'))
}
