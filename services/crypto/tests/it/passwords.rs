//! Passwords hashed and checked through the service.

use chassis::testing::Client;
use serde_json::{Value, json};

const HASH: &str = "/api/v1/crypto/passwords/hash";
const VERIFY: &str = "/api/v1/crypto/passwords/verify";

fn post(path: &str, body: &Value) -> Value {
    let answer = Client::of(crate::service()).post(path, body);
    assert_eq!(answer.status, 200, "{body} {:?}", answer.body);
    answer.json()
}

#[test]
fn every_algorithm_writes_its_form_and_reads_it() {
    let long = "ä".repeat(200);
    for (request, start, scheme, needs_rehash) in [
        (json!({}), "$argon2id$v=19$m=19456,t=2,p=1$", "argon2id", false),
        (
            json!({ "parameters": { "memoryKib": 64, "passes": 3, "parallelism": 2 } }),
            "$argon2id$v=19$m=64,t=3,p=2$",
            "argon2id",
            true,
        ),
        (json!({ "algorithm": "bcrypt" }), "$2b$12$", "bcrypt", false),
        (json!({ "algorithm": "bcrypt", "parameters": { "cost": 4 } }), "$2b$04$", "bcrypt", true),
        (
            json!({ "algorithm": "bcrypt", "parameters": { "cost": 4 }, "preHash": true, "password": long }),
            "$bcrypt-sha256$v=2,t=2b,r=4$",
            "bcrypt-sha256",
            true,
        ),
        (json!({ "algorithm": "scrypt" }), "$scrypt$ln=17,r=8,p=1$", "scrypt", false),
        (json!({ "algorithm": "scrypt", "parameters": { "n": 16 } }), "$scrypt$ln=4,r=8,p=1$", "scrypt", true),
        (json!({ "algorithm": "pbkdf2-sha256" }), "$pbkdf2-sha256$i=600000,l=32$", "pbkdf2-sha256", false),
        (
            json!({ "algorithm": "pbkdf2-sha512", "password": long }),
            "$pbkdf2-sha512$i=210000,l=32$",
            "pbkdf2-sha512",
            false,
        ),
    ] {
        let mut request = request;
        let password = request["password"].as_str().unwrap_or("correct horse").to_owned();
        request["password"] = json!(password);
        let answer = post(HASH, &request);
        let hash = answer["hash"].as_str().unwrap();
        assert!(hash.starts_with(start), "{hash}");
        assert_ne!(post(HASH, &request)["hash"], hash, "the salt is new each time");

        let right = post(VERIFY, &json!({ "password": password, "hash": hash }));
        let expected = json!({
            "valid": true, "reason": null, "algorithm": scheme, "needsRehash": needs_rehash, "warnings": []
        });
        assert_eq!(right, expected, "{hash}");
        let wrong = post(VERIFY, &json!({ "password": format!("{password} "), "hash": hash }));
        assert_eq!(
            (&wrong["valid"], &wrong["reason"]),
            (&json!(false), &json!("the password does not match the hash"))
        );
        assert_eq!(post(VERIFY, &json!({ "password": "", "hash": hash }))["valid"], false);
    }
}

/// The costs that are used are told, and can be sent again.
#[test]
fn costs_are_told() {
    let answer = post(HASH, &json!({ "password": "p" }));
    assert_eq!(answer["parameters"], json!({ "memoryKib": 19456, "passes": 2, "parallelism": 1 }));
    let answer = post(HASH, &json!({ "password": "p", "algorithm": "bcrypt", "parameters": { "cost": 5 } }));
    assert_eq!((&answer["algorithm"], &answer["parameters"]), (&json!("bcrypt"), &json!({ "cost": 5 })));
}

/// Only the first 72 bytes are in such a hash; other programs let the rest go by without a word.
#[test]
fn a_long_password_with_bcrypt_is_refused_or_warned_of() {
    let client = Client::of(crate::service());
    let (fits, longer) = ("x".repeat(72), "x".repeat(73));
    let refused = client.post(HASH, &json!({ "password": longer, "algorithm": "bcrypt" }));
    let message = "password: has 73 bytes, but bcrypt takes at most 72: send preHash, or choose argon2id";
    assert_eq!((refused.status, refused.message().as_str()), (422, message));

    let cheap = json!({ "password": fits, "algorithm": "bcrypt", "parameters": { "cost": 4 } });
    let hash = post(HASH, &cheap)["hash"].clone();
    assert_eq!(post(VERIFY, &json!({ "password": fits, "hash": hash }))["warnings"], json!([]));
    let checked = post(VERIFY, &json!({ "password": longer, "hash": hash }));
    assert_eq!((&checked["valid"], &checked["warnings"][0]["code"]), (&json!(true), &json!("password-truncated")));
}

#[test]
fn wrong_requests_say_what_to_change() {
    let client = Client::of(crate::service());
    let rest = "AAECAwQFBgcICQoLDA0ODw$og/NU45XtAaBYGQ/ZqmROTSzWDNB87kDX0f4W3yHe98";
    for (path, body, status, message) in [
        (HASH, json!({}), 400, "password: is required"),
        (HASH, json!({ "password": "" }), 400, "password: must not be empty"),
        (
            HASH,
            json!({ "password": "p", "parameters": { "cost": 10 } }),
            422,
            "parameters.cost: does not apply to argon2id: leave it out",
        ),
        (
            HASH,
            json!({ "password": "p", "parameters": { "memoryKib": 262_144, "passes": 10 } }),
            422,
            "parameters: argon2 allows memory in KiB times passes of at most 1048576 here",
        ),
        (
            HASH,
            json!({ "password": "p", "parameters": { "memoryKib": 300_000 } }),
            400,
            "parameters.memoryKib: must be at most 262144",
        ),
        (
            HASH,
            json!({ "password": "p", "algorithm": "bcrypt", "parameters": { "cost": 15 } }),
            400,
            "parameters.cost: must be at most 14",
        ),
        (
            HASH,
            json!({ "password": "ze\u{0}ro", "algorithm": "bcrypt" }),
            422,
            "password: contains a zero byte, at which many bcrypt implementations stop",
        ),
        (
            HASH,
            json!({ "password": "p", "preHash": true }),
            422,
            "preHash: applies only to bcrypt; the others take passwords of any length: leave it out",
        ),
        (
            HASH,
            json!({ "password": "p", "algorithm": "pbkdf2-sha256", "parameters": { "iterations": 999 } }),
            422,
            "parameters.iterations: must be at least 1000 to store a password",
        ),
        (
            VERIFY,
            json!({ "password": "p", "hash": "5f4dcc3b5aa765d61d8327deb882cf99" }),
            422,
            "hash: has an unknown format; supported are $argon2id$, $argon2i$, $argon2d$, $2a$, $2b$, $2y$, $bcrypt-sha256$v=2, $scrypt$, $pbkdf2-sha256$, $pbkdf2-sha512$ and pbkdf2_sha256$",
        ),
        (
            VERIFY,
            json!({ "password": "p", "hash": format!("$argon2id$v=19$m=4194304,t=3,p=1${rest}") }),
            422,
            "hash: argon2 with these costs needs 4096 MB of memory; at most 256 are allowed",
        ),
        (
            VERIFY,
            json!({ "password": "p", "hash": format!("$2b$31${}", "C".repeat(53)) }),
            422,
            "hash: has bcrypt cost 31: 4 to 14 are supported",
        ),
        (
            VERIFY,
            json!({ "password": "p", "hash": "$argon2id$v=19$m=64,t=2,p=1$" }),
            422,
            "hash: is not a complete argon2id hash",
        ),
    ] {
        let answer = client.post(path, &body);
        assert_eq!((answer.status, answer.message().as_str()), (status, message), "{body}");
    }
}
