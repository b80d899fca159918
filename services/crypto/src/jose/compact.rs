//! Compact serialization: base64url parts separated by dots (RFC 7515, section 7.1; RFC 7516, section 7.1).

use data_encoding::BASE64URL_NOPAD;

use super::header::Header;

/// Characters of a signed token.
pub(super) const MAX_TOKEN: usize = 64 * 1024;

/// A signed token, taken apart. Nothing of it is proven.
pub(super) struct Signed<'t> {
    pub(super) header: Header,
    pub(super) payload: Vec<u8>,
    pub(super) signature: Vec<u8>,
    /// What the signature is of: header and payload as they came.
    pub(super) signed: &'t str,
}

impl<'t> Signed<'t> {
    /// Takes a token apart.
    ///
    /// # Errors
    /// What is wrong with it.
    pub(super) fn read(token: &'t str) -> Result<Self, String> {
        let token = bare(token);
        let [header, payload, signature] = parts(token)?;
        let signed = &token[..header.len() + 1 + payload.len()];
        Ok(Self {
            header: Header::read(&decode("header", header)?)?,
            payload: decode("payload", payload)?,
            signature: decode("signature", signature)?,
            signed,
        })
    }
}

/// A token without what often stands round it in an HTTP header.
pub(super) fn bare(text: &str) -> &str {
    let text = text.trim_ascii();
    match text.split_at_checked(7) {
        Some((scheme, token)) if scheme.eq_ignore_ascii_case("Bearer ") => token.trim_ascii_start(),
        _ => text,
    }
}

/// How many parts a token has.
pub(super) fn count(token: &str) -> usize {
    token.split('.').count()
}

/// The parts of a token, when it has this many.
///
/// # Errors
/// What it is instead.
pub(super) fn parts<const N: usize>(token: &str) -> Result<[&str; N], String> {
    if token.is_empty() {
        return Err("it is empty".to_owned());
    }
    if token.starts_with('{') {
        return Err(
            "it is in JSON serialization, which is not supported: send the compact one, parts separated by dots"
                .to_owned(),
        );
    }
    let parts: Vec<_> = token.splitn(N + 1, '.').collect();
    parts.try_into().map_err(|_| match (N, count(token)) {
        (3, 5) => "it is encrypted (five parts): open it with /jwe/decrypt first".to_owned(),
        (5, 3) => "it is signed, not encrypted (three parts): check it with /jwt/verify".to_owned(),
        (_, 1) => format!("it has no dots: a token has {N} parts separated by dots"),
        (_, found) => format!("it has {found} parts separated by dots instead of {N}"),
    })
}

/// The bytes of a part. Padding, other characters and bits that belong to no byte are refused: a token has one spelling.
///
/// # Errors
/// When it is not in base64url.
pub(super) fn decode(name: &str, part: &str) -> Result<Vec<u8>, String> {
    BASE64URL_NOPAD.decode(part.as_bytes()).map_err(|_| format!("its {name} is not in base64url without padding"))
}

/// A part.
pub(super) fn encode(bytes: &[u8]) -> String {
    BASE64URL_NOPAD.encode(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_stands_round_a_token_is_left_away() {
        for text in ["a.b.c", " a.b.c\n", "Bearer a.b.c", "bearer  a.b.c", "\tBEARER a.b.c "] {
            assert_eq!(bare(text), "a.b.c");
        }
        for text in ["Bearera.b.c", "Basic a.b.c", "Bearer", "ééééé", ""] {
            assert_eq!(bare(text), text);
        }
    }

    #[test]
    fn parts_and_their_bytes() {
        assert_eq!(parts("a..c"), Ok(["a", "", "c"]));
        for (token, wanted) in
            [("", "empty"), ("{}", "JSON serialization"), ("a", "no dots"), ("a.b", "2 parts"), ("a.b.c.d", "4 parts")]
        {
            assert!(parts::<3>(token).unwrap_err().contains(wanted), "{token}");
        }
        assert!(parts::<3>("a.b.c.d.e").unwrap_err().contains("/jwe/decrypt"));
        assert!(parts::<5>("a.b.c").unwrap_err().contains("/jwt/verify"));
        assert_eq!(decode("header", "-_8"), Ok(vec![0xfb, 0xff]));
        for part in ["-_8=", "+/8", "-_9", "-", "a b", "aa\n", "aaä"] {
            assert_eq!(decode("header", part), Err("its header is not in base64url without padding".to_owned()));
        }
    }
}
