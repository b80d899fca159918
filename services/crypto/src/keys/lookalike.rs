//! Keys mistaken for secrets. Anyone has a public key, and could sign with it (algorithm confusion; RFC 8725, section
//! 2.1). So the bytes of a shared secret are examined for keys of other types, in any format and encoding. Only their
//! structure counts: a key that cannot be used here is not a secret either.

use data_encoding::{BASE64_NOPAD, HEXLOWER_PERMISSIVE};
use zeroize::Zeroizing;

use super::{Key, Material, pem};

/// What stands in every PEM, in the public file of RFC 4716, and in every JWK.
const MARKS: [&str; 3] = ["-----BEGIN", "---- BEGIN", "\"kty\""];
/// How the names of SSH's kinds begin.
const SSH_KINDS: [&str; 4] = ["ssh-", "ecdsa-sha2-", "sk-ssh-", "sk-ecdsa-"];
/// How OpenSSH's private file begins, without its PEM.
const SSH_FILE: &[u8] = b"openssh-key-v1\0";
/// How often a text is decoded once more.
const LAYERS: usize = 2;

/// Whether bytes are a public or private key, a certificate or the like, or a text of one.
pub(crate) fn is_asymmetric(bytes: &[u8]) -> bool {
    within(bytes, LAYERS)
}

impl Key {
    /// Whether it is a shared secret only in name.
    pub(crate) fn is_lookalike(&self) -> bool {
        matches!(&self.material, Material::Secret(bytes) if is_asymmetric(bytes))
    }
}

fn within(bytes: &[u8], layers: usize) -> bool {
    if is_der(bytes) || is_ssh(bytes) {
        return true;
    }
    // Windows writes text with a zero after each character.
    let plain = Zeroizing::new(bytes.iter().copied().filter(|byte| *byte != 0).collect::<Vec<_>>());
    if MARKS.iter().any(|mark| plain.windows(mark.len()).any(|part| part == mark.as_bytes())) {
        return true;
    }
    let Ok(text) = std::str::from_utf8(&plain) else { return false };
    let text = text.trim_start_matches('\u{feff}').trim();
    SSH_KINDS.iter().any(|kind| text.starts_with(kind))
        || text.split_whitespace().any(is_ssh_word)
        || (layers > 0 && decoded(text).iter().any(|bytes| within(bytes, layers - 1)))
}

/// The bytes a text could stand for, in any wrapping.
fn decoded(text: &str) -> Vec<Zeroizing<Vec<u8>>> {
    let digits = Zeroizing::new(text.bytes().filter(|c| !c.is_ascii_whitespace() && *c != b':').collect::<Vec<_>>());
    let hex = HEXLOWER_PERMISSIVE.decode(&digits).ok().map(Zeroizing::new);
    hex.into_iter().chain(pem::base64("key", text)).collect()
}

/// Whether bytes are a sequence of ASN.1 in DER, as all keys and certificates are: it begins with a number, a name or another
/// sequence, has more than that, and ends where it says. Of random bytes one in a hundred million does.
fn is_der(bytes: &[u8]) -> bool {
    const SEQUENCE: u8 = 0x30;
    let Some((SEQUENCE, mut content, rest)) = value(bytes) else { return false };
    if !rest.iter().all(|byte| byte.is_ascii_whitespace() || *byte == 0) {
        return false;
    }
    let mut tags = Vec::new();
    while let Some((tag, _, rest)) = value(content) {
        tags.push(tag);
        content = rest;
    }
    content.is_empty() && tags.len() > 1 && matches!(tags[0], 0x02 | 0x06 | SEQUENCE)
}

/// The first value of DER: its tag, its content, and what stands after it (X.690, section 8.1).
fn value(bytes: &[u8]) -> Option<(u8, &[u8], &[u8])> {
    let (&[tag, first], rest) = bytes.split_first_chunk()?;
    let (length, rest) = match first {
        0..=0x7f => (usize::from(first), rest),
        0x81..=0x84 => {
            let (digits, rest) = rest.split_at_checked(usize::from(first & 0x7f))?;
            (digits.iter().fold(0, |length, digit| length << 8 | usize::from(*digit)), rest)
        }
        _ => return None,
    };
    let (content, rest) = rest.split_at_checked(length)?;
    Some((tag, content, rest))
}

/// Whether bytes begin as a key of SSH does: with its kind, and the kind's length (RFC 4253, section 6.6).
fn is_ssh(bytes: &[u8]) -> bool {
    let kind = bytes.split_first_chunk().and_then(|(length, rest)| {
        let length = usize::try_from(u32::from_be_bytes(*length)).ok()?;
        rest.get(..length)
    });
    bytes.starts_with(SSH_FILE)
        || kind.is_some_and(|kind| SSH_KINDS.iter().any(|begin| kind.starts_with(begin.as_bytes())))
}

/// Whether a word is such a key in base64. Lines of `authorized_keys` may have much before it.
fn is_ssh_word(word: &str) -> bool {
    word.starts_with("AAAA")
        && BASE64_NOPAD.decode(word.trim_end_matches('=').as_bytes()).is_ok_and(|bytes| is_ssh(&Zeroizing::new(bytes)))
}

#[cfg(test)]
mod tests {
    use data_encoding::{BASE64, HEXLOWER};
    use sha2::{Digest, Sha256};

    use super::*;

    #[test]
    fn random_secrets_are_none_in_any_spelling() {
        let mut secret = Sha256::digest(b"seed").to_vec();
        for _ in 0..20_000 {
            secret = Sha256::digest(&secret).to_vec();
            assert!(!is_asymmetric(&secret));
            assert!(!is_asymmetric(BASE64.encode(&secret).as_bytes()));
            assert!(!is_asymmetric(HEXLOWER.encode(&secret).as_bytes()));
            // As often as can be what a key begins with.
            secret[..2].copy_from_slice(&[0x30, 30]);
            assert!(!is_asymmetric(&secret));
        }
    }

    #[test]
    fn a_sequence_ends_where_it_says() {
        for (hex, is) in [
            ("3006020101020101", true),
            ("30060201010201010a", true),
            ("308106020101020101", true),
            ("300602010102010130", false),
            ("3007020101020101", false),
            ("3003020101", false),
            ("3006040101020101", false),
            ("3006020101020201", false),
            ("3080020101020101", false),
            ("3085ffffffffff", false),
            ("3084ffffffff", false),
            ("30", false),
            ("", false),
        ] {
            assert_eq!(is_der(&HEXLOWER.decode(hex.as_bytes()).unwrap()), is, "{hex}");
        }
    }

    #[test]
    fn a_key_of_ssh_says_its_kind() {
        for (bytes, is) in [
            (b"\0\0\0\x07ssh-rsa\0".as_slice(), true),
            (b"\0\0\0\x07secret!\0", false),
            (b"\0\0\0\x09ssh-rsa", false),
            (b"\xff\xff\xff\xffssh-rsa", false),
            (b"openssh-key-v1\0", true),
            (b"\0\0\0", false),
        ] {
            assert_eq!(is_ssh(bytes), is);
        }
    }
}
