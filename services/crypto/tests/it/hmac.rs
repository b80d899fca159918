//! HMAC against published values, and what a check must not let through.

use chassis::testing::Client;
use chassis::{Call, File};
use crypto::hmac;
use crypto::keys::Keyring;
use serde_json::{Value, json};

const HMAC: &str = "/api/v1/crypto/hmac";
const VERIFY: &str = "/api/v1/crypto/hmac/verify";

fn post(path: &str, body: &Value) -> Value {
    let answer = Client::of(crate::service()).post(path, body);
    assert_eq!(answer.status, 200, "{body} {:?}", answer.body);
    answer.json()
}

/// RFC 4231, sections 4.2 to 4.8, but 4.6, whose output is cut: key, data, and the codes with SHA-224, SHA-256, SHA-384
/// and SHA-512.
fn rfc_4231() -> [(String, String, [&'static str; 4]); 6] {
    let hex = |text: &str| text.bytes().map(|byte| format!("{byte:02x}")).collect::<String>();
    [
        (
            "0b".repeat(20),
            hex("Hi There"),
            [
                "896fb1128abbdf196832107cd49df33f47b4b1169912ba4f53684b22",
                "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7",
                "afd03944d84895626b0825f4ab46907f15f9dadbe4101ec682aa034c7cebc59cfaea9ea9076ede7f4af152e8b2fa9cb6",
                "87aa7cdea5ef619d4ff0b4241a1d6cb02379f4e2ce4ec2787ad0b30545e17cdedaa833b7d6b8a702038b274eaea3f4e4be9d914eeb61f1702e696c203a126854",
            ],
        ),
        (
            hex("Jefe"),
            hex("what do ya want for nothing?"),
            [
                "a30e01098bc6dbbf45690f3a7e9e6d0f8bbea2a39e6148008fd05e44",
                "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843",
                "af45d2e376484031617f78d2b58a6b1b9c7ef464f5a01b47e42ec3736322445e8e2240ca5e69e2c78b3239ecfab21649",
                "164b7a7bfcf819e2e395fbe73b56e0a387bd64222e831fd610270cd7ea2505549758bf75c05a994a6d034f65f8f0e6fdcaeab1a34d4a6b4b636e070a38bce737",
            ],
        ),
        (
            "aa".repeat(20),
            "dd".repeat(50),
            [
                "7fb3cb3588c6c1f6ffa9694d7d6ad2649365b0c1f65d69d1ec8333ea",
                "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe",
                "88062608d3e6ad8a0aa2ace014c8a86f0aa635d947ac9febe83ef4e55966144b2a5ab39dc13814b94e3ab6e101a34f27",
                "fa73b0089d56a284efb0f0756c890be9b1b5dbdd8ee81a3655f83e33b2279d39bf3e848279a722c806b485a47e67c807b946a337bee8942674278859e13292fb",
            ],
        ),
        (
            (1..=25).map(|byte| format!("{byte:02x}")).collect(),
            "cd".repeat(50),
            [
                "6c11506874013cac6a2abc1bb382627cec6a90d86efc012de7afec5a",
                "82558a389a443c0ea4cc819899f2083a85f0faa3e578f8077a2e3ff46729665b",
                "3e8a69b7783c25851933ab6290af6ca77a9981480850009cc5577c6e1f573b4e6801dd23c4a7d679ccf8a386c674cffb",
                "b0ba465637458c6990e5a8c5f61d4af7e576d97ff94b872de76f8050361ee3dba91ca5c11aa25eb4d679275cc5788063a5f19741120c4f2de2adebeb10a298dd",
            ],
        ),
        (
            "aa".repeat(131),
            hex("Test Using Larger Than Block-Size Key - Hash Key First"),
            [
                "95e9a0db962095adaebe9b2d6f0dbce2d499f112f2d2b7273fa6870e",
                "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54",
                "4ece084485813e9088d2c63a041bc5b44f9ef1012a2b588f3cd11f05033ac4c60c2ef6ab4030fe8296248df163f44952",
                "80b24263c7c1a3ebb71493c1dd7be8b49b46d1f41b4aeec1121b013783f8f3526b56d037e05f2598bd0fd2215d6a1e5295e64f73f63f0aec8b915a985d786598",
            ],
        ),
        (
            "aa".repeat(131),
            hex(
                "This is a test using a larger than block-size key and a larger than block-size data. The key needs to be hashed before being used by the HMAC algorithm.",
            ),
            [
                "3a854166ac5d9f023f54d517d0b39dbd946770db9c2b95c9f6f565d1",
                "9b09ffa71b942fcb27635fbcd5b0e944bfdc63644f0713938a7f51535c3a35e2",
                "6617178e941f020d351e2f254e8fd32c602420feb0b8fb9adccebb82461e99c5a678cc31e799176d3860e6110c46523e",
                "e37b6a775dc87dbaa4dfa9f96e5e3ffddebd71f8867289865df5a32d20cdc944b6022cac3c4982b10d5eeb55c3e4de15134676fb6de0446065c97440fa8c6a58",
            ],
        ),
    ]
}

#[test]
fn codes_of_rfc_4231() {
    for (key, data, codes) in rfc_4231() {
        for (algorithm, code) in ["sha224", "sha256", "sha384", "sha512"].iter().zip(codes) {
            let mut body = json!({
                "text": data, "inputEncoding": "hex", "key": key, "keyEncoding": "hex", "algorithm": algorithm
            });
            let answer = post(HMAC, &body);
            assert_eq!((&answer["mac"], &answer["security"]), (&json!(code), &json!("strong")), "{algorithm}");
            body["mac"] = json!(code);
            assert_eq!(post(VERIFY, &body)["valid"], true);
        }
    }
}

/// RFC 2202, test cases 2 and 6 of MD5 and SHA-1.
#[test]
fn codes_of_rfc_2202_are_marked() {
    let long = "Test Using Larger Than Block-Size Key - Hash Key First";
    let key = "aa".repeat(80);
    for (algorithm, key, encoding, text, code) in [
        ("md5", "Jefe", "utf8", "what do ya want for nothing?", "750c783e6ab0b503eaa86e310a5db738"),
        ("sha1", "Jefe", "utf8", "what do ya want for nothing?", "effcdf6ae5eb2fa2d27416d5f184df9c259a7c79"),
        ("md5", &key, "hex", long, "6b1ab7fe4bd7bf8f0b62e6ce61b9d0cd"),
        ("sha1", &key, "hex", long, "aa4ae5e15272d00e95705637ce8a3b55ed402112"),
    ] {
        let answer = post(HMAC, &json!({ "text": text, "key": key, "keyEncoding": encoding, "algorithm": algorithm }));
        assert_eq!((&answer["mac"], &answer["security"]), (&json!(code), &json!("legacy")));
        assert_eq!(answer["warnings"][0]["code"], "legacy-algorithm");
    }
}

#[test]
fn a_code_may_be_written_in_several_ways() {
    let body = |mac: &str| json!({ "text": "what do ya want for nothing?", "key": "Jefe", "mac": mac });
    let hex = "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843";
    let base64 = "W9zBRr9gdU5qBCQmCJV1x1oAPwidJzmDnexYuWTsOEM=";
    for mac in [
        hex,
        &hex.to_uppercase(),
        &format!("  {hex}\n"),
        base64,
        base64.trim_end_matches('='),
        &base64.replace('+', "-").replace('/', "_"),
    ] {
        let answer = post(VERIFY, &body(mac));
        assert_eq!((&answer["valid"], &answer["reason"]), (&json!(true), &Value::Null), "{mac}");
    }
    for encoding in ["base64", "base64url"] {
        let answer = post(HMAC, &json!({ "text": "a", "key": "k", "outputEncoding": encoding }));
        let checked = post(VERIFY, &json!({ "text": "a", "key": "k", "mac": answer["mac"] }));
        assert_eq!(checked["valid"], true);
    }
}

/// Libraries have let through empty and shortened codes: a comparison that stops at the shorter one finds no difference.
#[test]
fn an_empty_cut_or_changed_code_is_never_valid() {
    let right = "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843";
    let check = |mac: &str| {
        let answer = post(VERIFY, &json!({ "text": "what do ya want for nothing?", "key": "Jefe", "mac": mac }));
        assert_eq!(answer["valid"], false, "{mac}");
        answer["reason"].as_str().unwrap().to_owned()
    };
    assert_eq!(check(""), "it is empty");
    let length = "it is not 32 bytes in hex (64 characters) or base64 (43 without padding)";
    for mac in
        [&right[..2], &right[..32], &right[..62], &format!("{right}00"), "W9zB", "=", "v1,", "sha256=5bdc", "äöü"]
    {
        assert_eq!(check(mac), length);
    }
    assert_eq!(check(&right.replace('5', "g")), length, "no hex");
    for place in 0..64 {
        let mut other = right.to_owned();
        let digit = if right[place..].starts_with('0') { "1" } else { "0" };
        other.replace_range(place..=place, digit);
        assert_eq!(check(&other), "it does not match: the input or the key is different");
    }
}

#[test]
fn a_file_has_the_code_of_its_bytes() {
    let file = || Some(File::new("a.txt", "text/plain", "what do ya want for nothing?"));
    let request = hmac::HmacRequest { text: None, file: file(), ..hmac::example() };
    let expected = hmac::verify_example().mac;
    assert_eq!(hmac::hmac(request, &Call::detached(), &Keyring::default()).unwrap().mac, expected);
    let request = hmac::HmacVerifyRequest { text: None, file: file(), ..hmac::verify_example() };
    assert!(hmac::verify(request, &Call::detached(), &Keyring::default()).unwrap().valid);
}

#[test]
fn wrong_requests_say_what_to_change() {
    let client = Client::of(crate::service());
    for (path, body, status, message) in [
        (HMAC, json!({ "text": "a" }), 422, "key: is missing: send key or keyRef"),
        (HMAC, json!({ "text": "a", "key": "" }), 400, "key: must not be empty"),
        (HMAC, json!({ "key": "k" }), 422, "text: is missing: send text (it may be empty) or a file"),
        (
            HMAC,
            json!({ "text": "a", "key": "zz", "keyEncoding": "hex" }),
            422,
            "key: is not hex: invalid character at position 1",
        ),
        (VERIFY, json!({ "text": "a", "key": "k" }), 400, "mac: is required"),
    ] {
        let answer = client.post(path, &body);
        assert_eq!((answer.status, answer.message().as_str()), (status, message), "{body}");
    }
    let wrong = client.post(HMAC, &json!({ "text": "a", "key": "k", "algorithm": "crc32" }));
    assert_eq!(wrong.status, 400);
    assert!(wrong.message().starts_with("algorithm: use sha256, sha512,"), "{}", wrong.message());
}

#[test]
fn a_key_never_shows() {
    let client = Client::of(crate::service());
    for body in [
        json!({ "text": "a", "key": "hunter2", "keyEncoding": "hex" }),
        json!({ "text": "a", "key": ["hunter2"] }),
        json!({ "text": "a", "key": "hunter2".repeat(1000) }),
    ] {
        let answer = client.post(HMAC, &body);
        assert!((400..500).contains(&answer.status));
        assert!(!String::from_utf8_lossy(&answer.body).contains("hunter2"), "{:?}", answer.body);
    }
}
