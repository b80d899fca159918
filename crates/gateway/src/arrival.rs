//! What a request may not say about itself.

use http::header::CONNECTION;
use http::{HeaderMap, HeaderName};

use crate::proxy;

/// Headers only the gateway may set: they say who is calling.
const IDENTITY: [&str; 8] = [
    "x-consumer-id",
    "x-consumer-username",
    "x-consumer-custom-id",
    "x-consumer-groups",
    "x-credential-identifier",
    "x-anonymous-consumer",
    "x-authenticated-groups",
    "x-gateway-secret",
];

/// Bytes of the shortest of them.
const SHORTEST: usize = "x-consumer-id".len();

/// Takes out what claims an identity and what belongs to the connection. Most requests carry neither: looking through
/// the few headers once is cheaper than looking each of them up.
pub(crate) fn clean(headers: &mut HeaderMap) {
    let (mut claims, mut connection) = (false, false);
    for name in headers.keys() {
        let text = name.as_str().as_bytes();
        claims |= text.len() >= SHORTEST && text[0] == b'x' && claims_one_of(name, &IDENTITY);
        connection |= *name == CONNECTION;
    }
    if claims {
        remove(headers, &IDENTITY);
    }
    if connection {
        proxy::strip_named(headers);
    }
}

/// Removes headers of these names, however they are written.
pub(crate) fn remove(headers: &mut HeaderMap, names: &[&str]) {
    let found: Vec<HeaderName> = headers.keys().filter(|name| claims_one_of(name, names)).cloned().collect();
    for name in found {
        headers.remove(name);
    }
}

/// Whether a service may take a header for one of these. To many (CGI, WSGI, PHP) `_`
/// in a name is as good as `-`.
fn claims_one_of(name: &HeaderName, names: &[&str]) -> bool {
    let name = name.as_str().as_bytes();
    let same = |known: &&str| {
        let known = known.as_bytes();
        known.len() == name.len()
            && known.iter().zip(name).all(|(known, sent)| known == sent || (*known == b'-' && *sent == b'_'))
    };
    names.iter().any(same)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn identities_are_taken_out_however_they_are_written() {
        let mut headers = HeaderMap::new();
        for name in ["x-consumer-id", "x_consumer_id", "x-consumer_id", "X_Gateway_Secret", "x-consumer-ids", "accept"]
        {
            headers.append(name.parse::<HeaderName>().unwrap(), "1".parse().unwrap());
        }
        clean(&mut headers);
        let mut kept: Vec<&str> = headers.keys().map(HeaderName::as_str).collect();
        kept.sort_unstable();
        assert_eq!(kept, ["accept", "x-consumer-ids"]);
        assert!(IDENTITY.contains(&chassis::GATEWAY_SECRET.as_str()));
        assert!(IDENTITY.iter().all(|name| name.len() >= SHORTEST && name.starts_with('x')));
    }
}
