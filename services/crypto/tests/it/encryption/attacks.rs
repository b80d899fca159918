//! Messages that were changed, cut or made up, and what must not come out.

use serde_json::json;

use super::{AUTHENTICATED, DECRYPT, ENCRYPT, UNDECIPHERABLE, client, done, key, merged};

/// A wrong key, password, tag, nonce, head, `aad` or ciphertext: one sentence, nothing besides.
#[test]
fn nothing_tells_why_a_message_cannot_be_decrypted() {
    let client = client();
    for cipher in AUTHENTICATED {
        let secret = json!({ "key": key(cipher), "keyEncoding": "hex", "aad": "a" });
        let request = merged(json!({ "text": "attack", "algorithm": cipher, "format": "parts" }), &secret);
        let sealed = done(&client.post(ENCRYPT, &request));
        let mut right = merged(json!({ "algorithm": cipher }), &secret);
        for field in ["ciphertext", "nonce", "tag"] {
            right[field] = sealed[field].clone();
        }
        assert_eq!(client.post(DECRYPT, &right).status, 200);
        let zeros = |field: &str| "A".repeat(right[field].as_str().unwrap().trim_end_matches('=').len());
        for change in [
            json!({ "key": key(cipher).replace("5a", "5b") }),
            json!({ "aad": "b" }),
            json!({ "aad": null }),
            json!({ "ciphertext": zeros("ciphertext") }),
            json!({ "ciphertext": "" }),
            json!({ "nonce": zeros("nonce") }),
            json!({ "tag": zeros("tag") }),
        ] {
            let answer = client.post(DECRYPT, &merged(right.clone(), &change));
            assert_eq!((answer.status, answer.message().as_str()), (422, UNDECIPHERABLE), "{cipher} {change}");
            assert!(answer.json()["error"]["details"].is_null(), "no field is named");
        }
    }
}

/// With CBC a padding that looks right by chance must not differ from one that does not, where text is expected.
#[test]
fn cbc_does_not_tell_whether_the_padding_was_right() {
    let client = client();
    let secret = json!({ "key": key("aes-128-cbc"), "keyEncoding": "hex", "algorithm": "aes-128-cbc" });
    let sealed = done(&client.post(ENCRYPT, &merged(json!({ "text": "0123456789abcdef0123" }), &secret)));
    assert_eq!((&sealed["format"], &sealed["security"]), (&json!("parts"), &json!("legacy")));
    assert_eq!(sealed["warnings"][0]["code"], "legacy-algorithm");
    let iv = sealed["nonce"].clone();
    let mut failures = 0;
    // Every value of the byte that is added to the last byte of the padding: one of them makes a padding of one byte.
    for value in 0..=255_u8 {
        let mut ciphertext = data_encoding::BASE64.decode(sealed["ciphertext"].as_str().unwrap().as_bytes()).unwrap();
        ciphertext[15] ^= value;
        let request = json!({ "ciphertext": data_encoding::BASE64.encode(&ciphertext), "nonce": iv });
        let answer = client.post(DECRYPT, &merged(request, &secret));
        if answer.status == 200 {
            assert_eq!(answer.json()["warnings"][0]["code"], "legacy-algorithm");
            continue;
        }
        failures += 1;
        assert_eq!((answer.status, answer.message().as_str()), (422, UNDECIPHERABLE));
    }
    assert!(failures >= 254, "{failures}");
    for ciphertext in ["", "AAAA", "AAAAAAAAAAAAAAAAAAAAAAAA"] {
        let answer = client.post(DECRYPT, &merged(json!({ "ciphertext": ciphertext, "nonce": iv }), &secret));
        let message = "ciphertext: must be a multiple of 16 bytes for AES-CBC";
        assert_eq!(answer.message(), message, "what is no message at all reveals nothing");
    }
}

/// xorshift64*: the same numbers on every run.
struct Numbers(u64);

impl Numbers {
    fn next(&mut self, bound: usize) -> usize {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        usize::try_from(self.0.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 33).unwrap() % bound
    }
}

#[test]
fn changed_and_made_up_messages_are_refused_plainly() {
    let client = client();
    let mut numbers = Numbers(20_260_514);
    let seeds = [
        "ff1.AQAMAAECAwQFBgcICQoLZKf6Mvlcl5ya_ECMQfzxNNY4M6cMjES7AO6LhogFmbV8-KHFizOPjGt--w5M208S",
        "ff1.AQMAAAPoAAECAwQFBgcICQoLDA0ODwwQERITFBUWFxgZGhu5bRDTU7y3r3eK1HOORpLV53usAQwB_Q",
        "AQABAgMEBQYHCAkKCwwNDg8QERITFBUWFxgZGhvI/kHE1MDM5t5Z5dZL0foI2uJWK8yodEn95XYM/wo8",
        "ff1.",
        "",
    ];
    let alphabet: Vec<char> = "ABCabc019-_+/=. äé\u{0}\n".chars().collect();
    for round in 0..3000 {
        let mut message: Vec<char> = seeds[numbers.next(seeds.len())].chars().collect();
        for _ in 0..=numbers.next(4) {
            let place = numbers.next(message.len() + 1);
            match numbers.next(4) {
                0 => message.truncate(place),
                1 => message.insert(place, alphabet[numbers.next(alphabet.len())]),
                _ if place < message.len() => message[place] = alphabet[numbers.next(alphabet.len())],
                _ => message.extend((0..numbers.next(60)).map(|_| alphabet[numbers.next(alphabet.len())])),
            }
        }
        let message: String = message.into_iter().collect();
        // A password costs time where the changed costs are still within bounds: less often.
        let secret = if round % 200 == 0 {
            json!({ "password": "another" })
        } else {
            json!({ "key": "another key of thirty-two bytes." })
        };
        let formats = [
            json!({}),
            json!({ "format": "compact" }),
            json!({ "format": "n8n" }),
            json!({
                "format": "parts", "nonce": "AAAAAAAAAAAAAAAA", "inputEncoding": "base64url"
            }),
        ];
        let format = &formats[numbers.next(formats.len())];
        let request = merged(merged(json!({ "ciphertext": message }), &secret), format);
        let answer = client.post(DECRYPT, &request);
        assert_eq!(answer.status, 422, "{request} {:?}", answer.body);
        let message = answer.message();
        let plain = ["decryption failed", "ciphertext: ", "format: ", "key: ", "password: ", "salt: "];
        assert!(plain.iter().any(|start| message.starts_with(start)), "{request} {message}");
    }
}

#[test]
fn secrets_never_show_in_errors() {
    let client = client();
    for (path, body) in [
        (ENCRYPT, json!({ "text": "a", "key": "hunter2" })),
        (ENCRYPT, json!({ "text": "a", "key": "hunter2", "keyEncoding": "base64" })),
        (ENCRYPT, json!({ "text": "a", "password": ["hunter2"] })),
        (ENCRYPT, json!({ "text": "a", "password": "hunter2".repeat(200) })),
        (DECRYPT, json!({ "ciphertext": "hunter2", "key": "hunter2", "format": "compact" })),
    ] {
        let answer = client.post(path, &body);
        assert!((400..500).contains(&answer.status), "{body}");
        assert!(!String::from_utf8_lossy(&answer.body).contains("hunter2"), "{:?}", answer.body);
    }
}
