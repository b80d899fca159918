//! RSA-OAEP of Wycheproof, opened by /decrypt.

use chassis::testing::Client;
use serde_json::json;

use super::{Tally, is_valid, tests};

#[test]
fn rsa_oaep() {
    let client = Client::of(crate::service());
    for (bits, hash) in [
        (2048, "sha1"),
        (2048, "sha256"),
        (2048, "sha384"),
        (2048, "sha512"),
        (3072, "sha256"),
        (4096, "sha256"),
        (4096, "sha512"),
    ] {
        let file = format!("rsa_oaep_{bits}_{hash}_mgf1{hash}");
        let Some(tests) = tests(&file) else { continue };
        let mut tally = Tally::default();
        for (group, test) in tests {
            let id = format!("{file} {}", test["tcId"]);
            let request = json!({
                "algorithm": format!("rsa-oaep-{hash}"), "key": group["privateKeyPem"], "ciphertext": test["ct"],
                "inputEncoding": "hex", "outputEncoding": "hex", "aad": test["label"], "aadEncoding": "hex",
            });
            let answer = client.post("/api/v1/crypto/decrypt", &request);
            if is_valid(&test) {
                assert_eq!((answer.status, &answer.json()["text"]), (200, &test["msg"]), "{id} {:?}", answer.body);
            } else {
                assert_eq!(answer.status, 422, "{id}");
                assert!(answer.message().starts_with("decryption failed: "), "{id} {}", answer.message());
            }
            tally.agreed += 1;
        }
        tally.finish(&file);
    }
}
