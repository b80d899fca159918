//! Keys and certificates that were changed at random: every answer is an answer.

use chassis::{Call, File, Secret};
use crypto::keys::Keyring;
use crypto::keys::inspect::{self, InspectRequest};

const SAMPLES: [&str; 5] = [
    include_str!("../../data/keys/server.pem"),
    include_str!("../../data/keys/request.pem"),
    include_str!("../../data/keys/encrypted.pem"),
    include_str!("../../data/keys/rsa-1024.pem"),
    include_str!("../../data/keys/openssh.pem"),
];
const TEXTS: [&str; 3] = [
    include_str!("../../data/keys/rfc7520-rsa.jwk"),
    "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAINdamAGCsQq31Uv+08lkBzoO4XLz2qYjJa8CGmj3B1Ea a",
    r#"{"keys":[{"kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}]}"#,
];

/// Marsaglia's xorshift, with a fixed start: the same changes each time.
struct Changes(u64);

impl Changes {
    fn below(&mut self, bound: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % bound as u64).unwrap()
    }

    /// One to four changes: a byte set, left out or put in, the end cut off, a part repeated.
    fn change(&mut self, bytes: &mut Vec<u8>) {
        for _ in 0..=self.below(4) {
            if bytes.is_empty() {
                return;
            }
            let place = self.below(bytes.len());
            match self.below(8) {
                0 => bytes.truncate(place),
                1 => drop(bytes.remove(place)),
                2 => bytes.insert(place, [0x00, 0x30, 0x80, 0x84, 0xff][self.below(5)]),
                3 => {
                    let part = bytes[place..bytes.len().min(place + 40)].to_vec();
                    bytes.splice(place..place, part);
                }
                4 => bytes[place] = bytes[place].wrapping_add(1),
                _ => bytes[place] = u8::try_from(self.below(256)).unwrap(),
            }
        }
    }
}

/// How many were read all the same.
fn read(requests: impl Iterator<Item = InspectRequest>) -> (usize, usize) {
    let keys = Keyring::default();
    let answers: Vec<_> = requests.map(|request| inspect::inspect(request, &Call::detached(), &keys)).collect();
    for problem in answers.iter().filter_map(|answer| answer.as_ref().err()) {
        assert!(!problem.to_string().is_empty());
    }
    (answers.iter().filter(|answer| answer.is_ok()).count(), answers.len())
}

fn request(key: Option<String>, file: Option<Vec<u8>>) -> InspectRequest {
    InspectRequest {
        key: key.map(Secret::new),
        file: file.map(|bytes| File::new("key.der", "application/octet-stream", bytes)),
        ..inspect::example()
    }
}

#[test]
fn changed_der_is_read_or_refused() {
    let mut changes = Changes(0x9e37_79b9_7f4a_7c15);
    let mut requests = Vec::new();
    for pem in SAMPLES {
        let body: String = pem.lines().filter(|line| !line.starts_with("-----")).collect();
        let der = data_encoding::BASE64.decode(body.as_bytes()).unwrap();
        let label = pem.lines().next().unwrap();
        for round in 0..1500 {
            let mut der = der.clone();
            changes.change(&mut der);
            requests.push(if round % 2 == 0 {
                request(None, Some(der))
            } else {
                let end = label.replace("BEGIN", "END");
                request(Some(format!("{label}\n{}\n{end}", data_encoding::BASE64.encode(&der))), None)
            });
        }
    }
    let (good, all) = read(requests.into_iter());
    println!("{good} of {all} changed keys were read");
    assert!(good > 0 && good < all);
}

#[test]
fn changed_text_is_read_or_refused() {
    let mut changes = Changes(0x2545_f491_4f6c_dd1d);
    let mut requests = Vec::new();
    for text in SAMPLES.iter().chain(&TEXTS) {
        for _ in 0..500 {
            let mut bytes = text.as_bytes().to_vec();
            changes.change(&mut bytes);
            requests.push(request(Some(String::from_utf8_lossy(&bytes).into_owned()), None));
        }
    }
    let (good, all) = read(requests.into_iter());
    println!("{good} of {all} changed texts were read");
    assert!(good > 0 && good < all);
}
