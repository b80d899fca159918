//! Which host a request is for. It is named once and as hosts are written, or the request is refused: two names are a
//! trick on whoever stands in between.

use chassis::{Code, Error, Request};
use http::header::HOST;
use http::{HeaderValue, Version};

/// Settles the host of a request: from here on it is the header, also where it came in the address. On HTTP/2 both must
/// name the same; of an HTTP/1.1 request the address counts (RFC 9112, 3.2.2).
pub(crate) fn settle(request: &mut Request) -> Result<(), Error> {
    let wrong = |message: &'static str| Err(Error::new(Code::MalformedRequest, message));
    let headers = request.headers();
    // As many values as names: none is there twice.
    if headers.len() != headers.keys_len() && headers.get_all(HOST).iter().count() > 1 {
        return wrong("send exactly one Host header");
    }
    let sent = headers.get(HOST);
    if sent.is_none() && request.version() == Version::HTTP_11 {
        return wrong("send exactly one Host header");
    }
    let host = match (sent, request.uri().authority()) {
        (None, None) => return Ok(()),
        (Some(host), None) => host,
        (sent, Some(authority)) => {
            let same = |host: &HeaderValue| host.as_bytes().eq_ignore_ascii_case(authority.as_str().as_bytes());
            if request.version() == Version::HTTP_2 && !sent.is_none_or(same) {
                return wrong("the Host header names another host than the address");
            }
            let Ok(host) = authority.as_str().parse::<HeaderValue>() else {
                return wrong("the host is not a name or address");
            };
            request.headers_mut().insert(HOST, host);
            &request.headers()[HOST]
        }
    };
    if !is_host(host.as_bytes()) {
        return wrong("the Host header is not a host, as name, name:port or [address]:port");
    }
    Ok(())
}

/// The characters of a name: unreserved ones, marks and escapes.
const OF_NAMES: [bool; 256] = {
    let mut table = [false; 256];
    let mut byte = 0;
    while byte < 128 {
        let character = byte as u8;
        table[byte] = character.is_ascii_alphanumeric() || matches!(character, b'-' | b'.' | b'_' | b'~' | b'%');
        table[byte] |= matches!(character, b'!' | b'$' | b'&'..=b',' | b';' | b'=');
        byte += 1;
    }
    table
};

/// Whether a text is a host with or without a port (RFC 3986, 3.2.2 and 3.2.3).
fn is_host(text: &[u8]) -> bool {
    let after = match text.strip_prefix(b"[") {
        Some(address) => after_address(address),
        None => after_name(text),
    };
    match after {
        Some([]) => true,
        Some([b':', port @ ..]) => port.iter().all(u8::is_ascii_digit),
        _ => false,
    }
}

/// What follows a name at the start of a text.
fn after_name(text: &[u8]) -> Option<&[u8]> {
    let mut rest = text;
    while let [byte, after @ ..] = rest
        && OF_NAMES[usize::from(*byte)]
    {
        rest = after;
    }
    (rest.len() < text.len()).then_some(rest)
}

/// What follows an address of IPv6 at the start of a text, whose bracket was opened before.
fn after_address(text: &[u8]) -> Option<&[u8]> {
    let (address, after) = text.split_at(text.iter().position(|byte| *byte == b']')?);
    let plain = |byte: &u8| byte.is_ascii_hexdigit() || matches!(byte, b':' | b'.');
    (address.contains(&b':') && address.iter().all(plain)).then_some(&after[1..])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hosts_are_told_from_what_is_none() {
        for good in [
            "a",
            "a.example",
            "a_b.example:8000",
            "127.0.0.1:80",
            "[::1]",
            "[::ffff:1.2.3.4]:80",
            "x:",
            "xn--bcher-kva",
        ] {
            assert!(is_host(good.as_bytes()), "{good}");
        }
        for bad in [
            "",
            ":80",
            "a b",
            "a/b",
            "user@a",
            "a:b",
            "a:80:80",
            "[::1",
            "[::1]x",
            "[]",
            "[a.example]",
            "a\\b",
            "a?b",
            "ä",
        ] {
            assert!(!is_host(bad.as_bytes()), "{bad}");
        }
    }
}
