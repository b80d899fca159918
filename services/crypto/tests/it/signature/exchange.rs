//! Signatures and RSA-OAEP from and to other programs: Node, pyca/cryptography and the openssl command.

use std::path::Path;
use std::process::Command;

use chassis::testing::Client;
use serde_json::{Value, json};

use super::{SIGN, VERIFY, client, done, key};
use crate::node;

const ENCRYPT: &str = "/api/v1/crypto/encrypt";
const DECRYPT: &str = "/api/v1/crypto/decrypt";
const TEXT: &str = "Grüße, 42 €\n";

fn with_node(request: &Value) -> Option<Value> {
    node::run("signature/other_side.mjs", request)
}

fn with_python(request: &Value) -> Option<Value> {
    chassis::testing::python("crypto", include_str!("other_side.py"), request)
}

/// Every algorithm, form and salt, each with a key: what another program is asked for.
fn cases() -> Vec<Value> {
    let case = |algorithm: &str, name: &str, format: Option<&str>, salt: Value| json!({ "algorithm": algorithm, "key": key(name), "format": format, "salt": salt, "text": TEXT });
    let mut cases = vec![case("EdDSA", "ed25519.pem", None, json!(null))];
    for (algorithm, name) in
        [("ES256", "p256.pem"), ("ES384", "p384.pem"), ("ES512", "p521.pem"), ("ES256K", "secp256k1.pem")]
    {
        cases.extend(["der", "p1363"].map(|format| case(algorithm, name, Some(format), json!(null))));
    }
    for name in ["rsa-2048.pem", "rsa-2049.pem"] {
        for hash in [256, 384, 512] {
            cases.push(case(&format!("RS{hash}"), name, None, json!(null)));
            let salts = [json!("hash"), json!("max"), json!(0), json!(20)];
            cases.extend(salts.map(|salt| case(&format!("PS{hash}"), name, None, salt)));
        }
    }
    cases
}

/// What /sign makes of a case.
fn signed(client: &Client, case: &Value) -> Value {
    let request = json!({
        "text": case["text"], "algorithm": case["algorithm"], "key": case["key"], "signatureFormat": case["format"],
        "outputEncoding": "hex",
    });
    done(&client.post(SIGN, &request))["signature"].clone()
}

/// What /verify says of a signature, with nothing said that it can find out, and with all.
fn assert_verified(client: &Client, case: &Value, signature: &Value, valid: bool) {
    let little = json!({
        "text": case["text"], "algorithm": case["algorithm"], "key": case["key"], "signature": signature,
    });
    let mut all = little.clone();
    all["signatureEncoding"] = json!("hex");
    all["signatureFormat"] = case["format"].clone();
    let hash = case["algorithm"].as_str().unwrap()[2..].parse::<u64>().map_or(0, |bits| bits / 8);
    all["saltLength"] = if case["salt"] == "hash" { json!(hash) } else { json!(case["salt"].as_u64()) };
    for request in [little, all] {
        let answer = done(&client.post(VERIFY, &request));
        assert_eq!(answer["valid"], valid, "{request} {answer}");
    }
}

fn other_text(case: &Value) -> Value {
    let mut other = case.clone();
    other["text"] = json!("another text");
    other
}

/// Lets another program check ours, and checks its.
fn exchange_signatures(with: impl Fn(&Value) -> Option<Value>) {
    let client = client();
    let cases = cases();
    let mut ours: Vec<Value> = cases.clone();
    for case in &mut ours {
        case["signature"] = signed(&client, case);
    }
    let changed: Vec<Value> = ours.iter().map(other_text).collect();
    let verify = [ours, changed].concat();
    let request = json!({ "sign": cases, "verify": verify });
    let Some(answer) = with(&request) else { return };
    let verdicts: Vec<bool> = serde_json::from_value(answer["verify"].clone()).unwrap();
    let (right, wrong) = verdicts.split_at(cases.len());
    for (case, (right, wrong)) in cases.iter().zip(right.iter().zip(wrong)) {
        assert!(*right && !wrong, "{case}");
    }
    for (case, signature) in cases.iter().zip(answer["sign"].as_array().unwrap()) {
        assert_verified(&client, case, signature, true);
        assert_verified(&client, &other_text(case), signature, false);
    }
}

#[test]
fn node_checks_ours_and_we_check_nodes() {
    exchange_signatures(with_node);
}

#[test]
fn python_checks_ours_and_we_check_pythons() {
    exchange_signatures(with_python);
}

/// Lets another program decrypt ours, and decrypts its.
fn exchange_secrets(with: impl Fn(&Value) -> Option<Value>) {
    let client = client();
    let mut cases = Vec::new();
    for algorithm in ["rsa-oaep-sha256", "rsa-oaep-sha1", "rsa-oaep-sha384", "rsa-oaep-sha512"] {
        for (text, label) in [("Grüße 🦀", None), ("", None), ("x", Some("customer ü"))] {
            let key = key("rsa-2048.pem");
            cases.push(json!({ "algorithm": algorithm, "key": key, "text": text, "label": label }));
        }
    }
    let mut ours = cases.clone();
    for case in &mut ours {
        let request = json!({
            "text": case["text"], "algorithm": case["algorithm"], "key": case["key"], "aad": case["label"],
            "outputEncoding": "hex",
        });
        case["ciphertext"] = done(&client.post(ENCRYPT, &request))["ciphertext"].clone();
    }
    let Some(answer) = with(&json!({ "encrypt": cases, "decrypt": ours })) else { return };
    for (number, case) in cases.iter().enumerate() {
        assert_eq!(answer["decrypt"][number], case["text"], "{case}");
        let request = json!({
            "ciphertext": answer["encrypt"][number], "inputEncoding": "hex", "algorithm": case["algorithm"],
            "key": case["key"], "aad": case["label"],
        });
        assert_eq!(done(&client.post(DECRYPT, &request))["text"], case["text"], "{case}");
    }
}

#[test]
fn node_decrypts_ours_and_we_decrypt_nodes() {
    exchange_secrets(with_node);
}

#[test]
fn python_decrypts_ours_and_we_decrypt_pythons() {
    exchange_secrets(with_python);
}

/// A folder in which the openssl command works; nothing where there is none.
struct OpenSsl(tempfile::TempDir);

impl OpenSsl {
    fn new() -> Option<Self> {
        if Command::new("openssl").arg("version").output().is_err() {
            println!("skipped: there is no openssl here");
            return None;
        }
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("text"), TEXT).unwrap();
        std::fs::write(folder.path().join("other"), "another text").unwrap();
        Some(Self(folder))
    }

    fn path(&self) -> &Path {
        self.0.path()
    }

    fn write_key(&self, name: &str) {
        std::fs::write(self.path().join("key"), key(name)).unwrap();
    }

    /// Whether a command succeeds.
    fn run(&self, command: &str) -> bool {
        let output = Command::new("openssl").args(command.split(' ')).current_dir(self.path()).output().unwrap();
        output.status.success()
    }

    fn written(&self, file: &str) -> Value {
        json!(data_encoding::HEXLOWER.encode(&std::fs::read(self.path().join(file)).unwrap()))
    }

    fn write(&self, file: &str, hex: &Value) {
        let bytes = data_encoding::HEXLOWER.decode(hex.as_str().unwrap().as_bytes()).unwrap();
        std::fs::write(self.path().join(file), bytes).unwrap();
    }
}

/// Its options for a signature of a case.
fn signing_options(case: &Value) -> String {
    let algorithm = case["algorithm"].as_str().unwrap();
    if algorithm == "EdDSA" {
        return String::new();
    }
    let hash = &algorithm[2..5];
    let salt = match &case["salt"] {
        Value::Null => return format!("-sha{hash}"),
        Value::String(named) if named == "hash" => "digest".to_owned(),
        Value::String(named) => named.clone(),
        number => number.to_string(),
    };
    format!("-sha{hash} -sigopt rsa_padding_mode:pss -sigopt rsa_pss_saltlen:{salt}")
}

#[test]
fn openssl_checks_ours_and_we_check_openssls() {
    let Some(openssl) = OpenSsl::new() else { return };
    let client = client();
    for case in cases().iter().filter(|case| case["format"] != "p1363") {
        let options = signing_options(case);
        std::fs::write(openssl.path().join("key"), case["key"].as_str().unwrap()).unwrap();
        let (sign, verify) = if options.is_empty() {
            (
                "pkeyutl -sign -inkey key -rawin -in text -out signature".to_owned(),
                "pkeyutl -verify -inkey key -rawin -sigfile signature -in ".to_owned(),
            )
        } else {
            // It takes a salt of any length only when it is told so; ours has the length of the hash.
            let any = options.split(" -sigopt rsa_pss_saltlen").next().unwrap();
            (
                format!("dgst {options} -sign key -out signature text"),
                format!("dgst {any} -prverify key -signature signature "),
            )
        };
        assert!(openssl.run(&sign), "{sign}");
        let theirs = openssl.written("signature");
        assert_verified(&client, case, &theirs, true);
        assert_verified(&client, &other_text(case), &theirs, false);

        openssl.write("signature", &signed(&client, case));
        assert!(openssl.run(&format!("{verify}text")), "{case}");
        assert!(!openssl.run(&format!("{verify}other")), "{case}");
    }
}

/// Every form a key may have: with private ones we sign, with public ones we check.
#[test]
fn a_key_may_be_written_in_every_form() {
    let Some(openssl) = OpenSsl::new() else { return };
    let client = client();
    for name in ["ed25519.pem", "p256.pem", "rsa-2048.pem"] {
        openssl.write_key(name);
        for command in [
            "pkcs8 -topk8 -in key -passout pass:secret -out encrypted",
            "pkey -in key -outform DER -out der",
            "pkey -in key -pubout -out public",
            "pkey -in key -pubout -outform DER -out publicder",
            "req -x509 -new -key key -subj /CN=a -days 2 -out certificate",
        ] {
            assert!(openssl.run(command), "{command}");
        }
        let text = |file: &str| std::fs::read_to_string(openssl.path().join(file)).unwrap();
        let base64 = |file: &str| data_encoding::BASE64.encode(&std::fs::read(openssl.path().join(file)).unwrap());
        let public = [text("public"), base64("publicder"), text("certificate"), text("certificate") + &text("key")];
        for (key, passphrase) in [
            (text("key"), None),
            (text("encrypted"), Some("secret")),
            (base64("der"), None),
            (text("certificate") + &text("key"), None),
        ] {
            let request = json!({ "text": TEXT, "key": key, "passphrase": passphrase });
            let signature = done(&client.post(SIGN, &request))["signature"].clone();
            for key in &public {
                let request = json!({ "text": TEXT, "key": key, "signature": signature });
                assert_eq!(done(&client.post(VERIFY, &request))["valid"], true, "{request}");
            }
        }
        for passphrase in [json!(null), json!("wrong")] {
            let request = json!({ "text": TEXT, "key": text("encrypted"), "passphrase": passphrase });
            assert_eq!(client.post(SIGN, &request).status, 422);
        }
        let refused = client.post(SIGN, &json!({ "text": TEXT, "key": text("public") }));
        assert!(refused.message().ends_with("public key"), "{}", refused.message());
    }
}

/// Keys aws-lc has nothing to do with are checked too, with a warning, but sign nothing.
#[test]
fn short_rsa_keys_are_checked_with_a_warning() {
    let Some(openssl) = OpenSsl::new() else { return };
    let client = client();
    for hash in [256, 384, 512] {
        for salt in [json!(null), json!("hash"), json!("max"), json!(7)] {
            let kind = if salt.is_null() { "RS" } else { "PS" };
            // 512 bits of hash and as many of salt, and two bytes, are more than 1024.
            let salt = if hash == 512 && salt == "hash" { json!(61) } else { salt };
            let algorithm = format!("{kind}{hash}");
            let case = json!({ "algorithm": algorithm, "key": key("rsa-1024.pem"), "salt": salt, "text": TEXT });
            openssl.write_key("rsa-1024.pem");
            assert!(openssl.run(&format!("dgst {} -sign key -out signature text", signing_options(&case))), "{case}");
            let signature = openssl.written("signature");
            assert_verified(&client, &case, &signature, true);
            assert_verified(&client, &other_text(&case), &signature, false);
            let request = json!({ "text": TEXT, "algorithm": algorithm, "key": case["key"], "signature": signature });
            assert_eq!(done(&client.post(VERIFY, &request))["warnings"][0]["code"], "weak-key");
            let refused = client.post(SIGN, &json!({ "text": "", "algorithm": algorithm, "key": case["key"] }));
            assert_eq!(refused.status, 422);
            assert!(refused.message().contains("1024 bits"), "{}", refused.message());
        }
    }
}

#[test]
fn openssl_decrypts_ours_and_we_decrypt_openssls() {
    let Some(openssl) = OpenSsl::new() else { return };
    let client = client();
    openssl.write_key("rsa-2048.pem");
    for hash in ["sha256", "sha1", "sha384", "sha512"] {
        let options = format!("-pkeyopt rsa_padding_mode:oaep -pkeyopt rsa_oaep_md:{hash} -pkeyopt rsa_mgf1_md:{hash}");
        // "customer" in hex.
        for (label, option) in [(None, ""), (Some("customer"), " -pkeyopt rsa_oaep_label:637573746f6d6572")] {
            let shared = json!({ "algorithm": format!("rsa-oaep-{hash}"), "key": key("rsa-2048.pem"), "aad": label });
            assert!(openssl.run(&format!("pkeyutl -encrypt -inkey key {options}{option} -in text -out sealed")));
            let mut request = shared.clone();
            request["ciphertext"] = openssl.written("sealed");
            request["inputEncoding"] = json!("hex");
            assert_eq!(done(&client.post(DECRYPT, &request))["text"], TEXT);

            let mut request = shared;
            request["text"] = json!(TEXT);
            request["outputEncoding"] = json!("hex");
            openssl.write("sealed", &done(&client.post(ENCRYPT, &request))["ciphertext"]);
            assert!(openssl.run(&format!("pkeyutl -decrypt -inkey key {options}{option} -in sealed -out opened")));
            assert_eq!(std::fs::read_to_string(openssl.path().join("opened")).unwrap(), TEXT);
        }
    }
}
