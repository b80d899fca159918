//! Digests against published values.

use chassis::testing::Client;
use serde_json::{Value, json};

const HASH: &str = "/api/v1/crypto/hash";

fn hash(body: &Value) -> Value {
    let answer = Client::of(crate::service()).post(HASH, body);
    assert_eq!(answer.status, 200, "{body} {:?}", answer.body);
    answer.json()
}

/// Values of "abc", each from its own document: FIPS 180-4 and FIPS 202 examples (csrc.nist.gov), RFC 1321 A.5 (MD5),
/// RFC 7693 appendices A and B (BLAKE2), the BLAKE3 team's test for "abc", the check value of CRC-32/ISO-HDLC and
/// CRC-32/ISCSI is of "123456789" and stands below, RFC 1950 by hand for Adler-32, xxHash's own program for XXH.
const ABC: [(&str, &str); 19] = [
    ("sha224", "23097d223405d8228642a477bda255b32aadbce4bda0b3f7e36c9da7"),
    ("sha256", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
    ("sha384", "cb00753f45a35e8bb5a03d699ac65007272c32ab0eded1631a8b605a43ff5bed8086072ba1e7cc2358baeca134c825a7"),
    (
        "sha512",
        "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f",
    ),
    ("sha512-224", "4634270f707b6a54daae7530460842e20e37ed265ceee9a43e8924aa"),
    ("sha512-256", "53048e2681941ef99b2e29b76b4c7dabe4c2d0c634fc6d46e0e2f13107e7af23"),
    ("sha3-224", "e642824c3f8cf24ad09234ee7d3c766fc9a3a5168d0c94ad73b46fdf"),
    ("sha3-256", "3a985da74fe225b2045c172d6bd390bd855f086e3e9d525b46bfe24511431532"),
    ("sha3-384", "ec01498288516fc926459f58e2c6ad8df9b473cb0fc08c2596da7cf0e49be4b298d88cea927ac7f539f1edf228376d25"),
    (
        "sha3-512",
        "b751850b1a57168a5693cd924b6b096e08f621827444f70d884f5d0240d2712e10e116e9192af3c91a7ec57647e3934057340b4cf408d5a56592f8274eec53f0",
    ),
    ("md5", "900150983cd24fb0d6963f7d28e17f72"),
    ("sha1", "a9993e364706816aba3e25717850c26c9cd0d89d"),
    (
        "blake2b",
        "ba80a53f981c4d0d6a2797b69f12f6e94c212f14685ac4b74b12bb6fdbffa2d17d87c5392aab792dc252d5de4533cc9518d38aa8dbf1925ab92386edd4009923",
    ),
    ("blake2s", "508c5e8c327c14e2e1a72ba34eeb452f37458b209ed63a294d999b4c86675982"),
    ("blake3", "6437b3ac38465133ffb63b75273a8db548c558465d79db03fd359c6cd5bd9d85"),
    ("adler32", "024d0127"),
    ("xxh64", "44bc2cf5ad770999"),
    ("xxh3", "78af5f94892f3950"),
    ("xxh3-128", "06b05ab6733a618578af5f94892f3950"),
];

#[test]
fn published_digests_of_abc() {
    let names: Vec<&str> = ABC.iter().map(|(name, _)| *name).collect();
    let answer = hash(&json!({ "text": "abc", "algorithms": names }));
    for ((name, digest), row) in ABC.iter().zip(answer["rows"].as_array().unwrap()) {
        assert_eq!((&row["algorithm"], &row["hash"]), (&json!(name), &json!(digest)));
        assert_eq!(row["bits"], digest.len() * 4);
    }
    assert_eq!((&answer["hash"], &answer["algorithm"]), (&json!(ABC[0].1), &json!("sha224")), "the first");
}

/// The check values of the CRC catalog (reveng.sourceforge.io), which are of "123456789".
#[test]
fn check_values_of_the_crc_catalog() {
    let answer = hash(&json!({ "text": "123456789", "algorithms": ["crc32", "crc32c"] }));
    assert_eq!(answer["rows"][0]["hash"], "cbf43926");
    assert_eq!(answer["rows"][1]["hash"], "e3069283");
}

/// FIPS 180-4 and FIPS 202: messages longer than a block, and none at all.
#[test]
fn published_digests_of_other_lengths() {
    let long = "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq";
    for (text, algorithm, digest) in [
        ("", "sha256", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
        ("", "sha3-256", "a7ffc6f8bf1ed76651c14756a061d662f580ff4de43b49fa82d80a4b80f8434a"),
        ("", "md5", "d41d8cd98f00b204e9800998ecf8427e"),
        ("", "crc32", "00000000"),
        ("", "adler32", "00000001"),
        ("", "xxh64", "ef46db3751d8e999"),
        ("", "xxh3", "2d06800538d394c2"),
        ("", "blake3", "af1349b9f5f9a1a6a0404dea36dcc9499bcb25c9adc112b7cc9a93cae41f3262"),
        (long, "sha256", "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"),
        (long, "sha1", "84983e441c3bd26ebaae4aa1f95129e5e54670f1"),
        (long, "sha3-256", "41c0dba2a9d6240849100376a8235e2c82e1b9998a999e21db32dd97496d3376"),
    ] {
        assert_eq!(hash(&json!({ "text": text, "algorithm": algorithm }))["hash"], digest, "{algorithm} {text}");
    }
    let million = hash(&json!({ "text": "a".repeat(1_000_000), "algorithm": "sha256" }));
    assert_eq!(million["hash"], "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

#[test]
fn text_may_stand_for_bytes_and_digests_be_written_otherwise() {
    let digest = "ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0=";
    for (text, encoding) in
        [("abc", "utf8"), ("616263", "hex"), ("616263", "HEX"), ("YWJj", "base64"), ("YWJj", "base64url")]
    {
        let answer = hash(&json!({ "text": text, "inputEncoding": encoding, "outputEncoding": "base64" }));
        assert_eq!((&answer["hash"], &answer["bytes"]), (&json!(digest), &json!(3)), "{encoding}");
    }
    let url = hash(&json!({ "text": "abc", "outputEncoding": "base64url" }));
    assert_eq!(url["hash"], digest.replace('+', "-").replace('/', "_").trim_end_matches('='));
    assert_eq!(hash(&json!({ "text": "ä" }))["bytes"], 2);
}

#[test]
fn broken_algorithms_are_marked() {
    let answer = hash(&json!({ "text": "abc", "algorithms": ["md5", "sha256", "crc32"] }));
    let security: Vec<&Value> = answer["rows"].as_array().unwrap().iter().map(|row| &row["security"]).collect();
    assert_eq!(security, ["legacy", "strong", "checksum"]);
    assert_eq!(answer["warnings"][0]["code"], "legacy-algorithm");
    assert_eq!(hash(&json!({ "text": "abc" }))["warnings"], json!([]));
}

#[test]
fn wrong_requests_say_what_to_change() {
    let client = Client::of(crate::service());
    for (body, status, start) in [
        (json!({ "text": "a", "algorithm": "sha265" }), 400, "algorithm: use sha256, sha512,"),
        (json!({ "algorithm": "sha256" }), 422, "text: is missing: send text (it may be empty) or a file"),
        (json!({ "text": "abz", "inputEncoding": "hex" }), 422, "text: is not hex: invalid length"),
        (
            json!({ "text": "a", "algorithm": "md5", "algorithms": ["sha1"] }),
            422,
            "algorithms: cannot be combined with",
        ),
        (json!({ "text": "a", "algorithms": vec!["md5"; 22] }), 400, "algorithms: must have a length of at most 21"),
    ] {
        let answer = client.post(HASH, &body);
        assert_eq!(answer.status, status, "{body}");
        assert!(answer.message().starts_with(start), "{}", answer.message());
        assert!(answer.message().chars().count() <= 300);
    }
    let wrong = client.post(HASH, &json!({ "text": "a", "algorithm": "sha265" }));
    assert!(wrong.message().ends_with("(you sent sha265)"), "{}", wrong.message());
}
