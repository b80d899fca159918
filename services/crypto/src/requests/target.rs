//! The URL of a request, parsed for signing and written for sending.
//!
//! A signature covers one spelling of the URL, and a client that writes it differently breaks the signature. So the URL
//! is returned as it must be called, with everything escaped that needs to be.

use std::net::Ipv6Addr;

use percent_encoding::{AsciiSet, CONTROLS, NON_ALPHANUMERIC, percent_decode_str, percent_encode, utf8_percent_encode};

use crate::Error;
use crate::encoding::URI_RESERVED;
use crate::error::conflict;

/// What a path must not hold as it is (RFC 3986, section 3.3); an escape stays one.
const OUTSIDE_PATH: &AsciiSet = &CONTROLS
    .add(b' ')
    .add(b'"')
    .add(b'<')
    .add(b'>')
    .add(b'[')
    .add(b'\\')
    .add(b']')
    .add(b'^')
    .add(b'`')
    .add(b'{')
    .add(b'|')
    .add(b'}');
/// What the canonical form of a path escapes: all but the unreserved characters and the slashes.
const OUTSIDE_CANONICAL_PATH: &AsciiSet =
    &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~').remove(b'/');

/// An address.
pub(super) struct Target {
    /// `http` or `https`.
    scheme: &'static str,
    /// The host in lower case, with its port unless it is the usual one.
    pub(super) host: String,
    /// Begins with a slash; escaped as little as it may be.
    path: String,
    pub(super) query: Query,
}

/// The parameters of an address, decoded, in their order.
#[derive(Clone, Default)]
pub(super) struct Query(Vec<(Vec<u8>, Option<Vec<u8>>)>);

impl Target {
    pub(super) fn read(url: &str) -> Result<Self, Error> {
        let refused = |message: &str| Err(conflict("url", message));
        let url = url.trim();
        if url.chars().any(|c| c.is_ascii_control()) {
            return refused("must not contain line breaks or other control characters");
        }
        if url.contains('#') {
            return refused(
                "must not contain '#', which is never sent to a server: write %23 where it is part of a name",
            );
        }
        let Some((scheme, rest)) = url.split_once("://") else {
            return refused("must be a full URL, such as https://bucket.s3.eu-central-1.amazonaws.com/key?x=1");
        };
        let (scheme, usual_port) = match scheme {
            _ if scheme.eq_ignore_ascii_case("https") => ("https", ":443"),
            _ if scheme.eq_ignore_ascii_case("http") => ("http", ":80"),
            _ => return refused("must begin with https:// or http://"),
        };
        let (authority, rest) = rest.split_at(rest.find(['/', '?']).unwrap_or(rest.len()));
        let (path, query) = rest.split_once('?').unwrap_or((rest, ""));
        if authority.contains('@') {
            return refused("must not contain a user or password: the signature identifies the sender");
        }
        if !is_authority(authority) {
            return refused(
                "must have a host of ASCII letters, digits, '.' and '-' (internationalized names as xn--...), and a \
                 port, if any, from 1 to 65535",
            );
        }
        if has_stray_percent(path) || has_stray_percent(query) {
            return refused("contains a '%' that does not begin an escape: write %25 for the character itself");
        }
        let host = authority.to_ascii_lowercase();
        let path = utf8_percent_encode(path, OUTSIDE_PATH).to_string();
        Ok(Self {
            scheme,
            host: host.strip_suffix(usual_port).map(str::to_owned).unwrap_or(host),
            path: if path.is_empty() { "/".to_owned() } else { path },
            query: Query::read(query),
        })
    }

    /// The path as AWS writes it for signing. `double`: what was escaped for sending is escaped again, as all services but
    /// S3 want it.
    pub(super) fn canonical_path(&self, normalize: bool, double: bool) -> String {
        let path = if normalize { normalized(&self.path) } else { self.path.clone() };
        if double {
            return utf8_percent_encode(&path, OUTSIDE_CANONICAL_PATH).to_string();
        }
        let decoded: Vec<u8> = percent_decode_str(&path).collect();
        percent_encode(&decoded, OUTSIDE_CANONICAL_PATH).to_string()
    }

    /// The address to call, exactly so. A path that is escaped once for signing is written in that very form, because
    /// some servers sign what they got, and others what they understood.
    pub(super) fn url(&self, query: &Query, double: bool) -> String {
        let path = if double { self.path.clone() } else { self.canonical_path(false, false) };
        let Self { scheme, host, .. } = self;
        let query = query.written();
        if query.is_empty() { format!("{scheme}://{host}{path}") } else { format!("{scheme}://{host}{path}?{query}") }
    }

    /// The address to call, less its query.
    pub(super) fn without_query(&self) -> String {
        self.url(&Query::default(), true)
    }
}

impl Query {
    fn read(text: &str) -> Self {
        // A plus is a space, as forms write it; the answer says %20, which everybody reads so.
        let decoded = |text: &str| percent_decode_str(&text.replace('+', " ")).collect();
        let pairs = text.split('&').filter(|pair| !pair.is_empty()).map(|pair| match pair.split_once('=') {
            Some((name, value)) => (decoded(name), Some(decoded(value))),
            None => (decoded(pair), None),
        });
        Self(pairs.collect())
    }

    pub(super) fn push(&mut self, name: &str, value: &str) {
        self.0.push((name.as_bytes().to_vec(), Some(value.as_bytes().to_vec())));
    }

    /// Whether there is a parameter of this name, in whatever case.
    pub(super) fn has(&self, name: &str) -> bool {
        self.0.iter().any(|(found, _)| found.eq_ignore_ascii_case(name.as_bytes()))
    }

    /// As it is sent: in its order, a name without a value without one.
    fn written(&self) -> String {
        let pairs = self.0.iter().map(|(name, value)| match value {
            Some(value) => format!("{}={}", escaped(name), escaped(value)),
            None => escaped(name),
        });
        pairs.collect::<Vec<_>>().join("&")
    }

    /// As it is signed: sorted by name, then value, as they are escaped.
    pub(super) fn canonical(&self) -> String {
        let pair = |(name, value): &(Vec<u8>, Option<Vec<u8>>)| {
            (escaped(name), value.as_deref().map(escaped).unwrap_or_default())
        };
        let mut pairs: Vec<_> = self.0.iter().map(pair).collect();
        pairs.sort();
        pairs.iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join("&")
    }
}

/// Whether this is a host, alone or with a port (RFC 3986, section 3.2.2).
pub(super) fn is_authority(text: &str) -> bool {
    let (is_host, port) = match text.strip_prefix('[').map(|rest| rest.split_once(']')) {
        Some(None) => return false,
        Some(Some((address, port))) => (address.parse::<Ipv6Addr>().is_ok(), port),
        None => {
            let (name, port) = text.split_at(text.find(':').unwrap_or(text.len()));
            let fits = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
            let is_label = |label: &str| !label.is_empty() && label.bytes().all(fits);
            (name.strip_suffix('.').unwrap_or(name).split('.').all(is_label), port)
        }
    };
    // A zero in front would be taken away on the way.
    let is_port = |port: &str| port.starts_with(|c: char| matches!(c, '1'..='9')) && port.parse::<u16>().is_ok();
    is_host && (port.is_empty() || port.strip_prefix(':').is_some_and(is_port))
}

fn escaped(bytes: &[u8]) -> String {
    percent_encode(bytes, URI_RESERVED).to_string()
}

fn has_stray_percent(text: &str) -> bool {
    text.split('%').skip(1).any(|after| {
        let mut digits = after.bytes();
        !(0..2).all(|_| digits.next().is_some_and(|byte| byte.is_ascii_hexdigit()))
    })
}

/// Without empty segments, `.` and `..` (RFC 3986, section 5.2.4).
fn normalized(path: &str) -> String {
    let mut segments = Vec::new();
    for segment in path.split('/') {
        match segment {
            "" | "." => {}
            ".." => {
                segments.pop();
            }
            name => segments.push(name),
        }
    }
    let is_folder = ["/", "/.", "/.."].iter().any(|end| path.ends_with(end));
    let end = if is_folder && !segments.is_empty() { "/" } else { "" };
    format!("/{}{end}", segments.join("/"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn target(url: &str) -> Target {
        Target::read(url).unwrap_or_else(|error| panic!("{url} {error}"))
    }

    #[test]
    fn an_address_is_escaped_as_little_as_it_may_be() {
        for (url, sent) in [
            ("https://a.example", "https://a.example/"),
            ("HTTPS://A.Example:443/x", "https://a.example/x"),
            ("http://[::1]:9000/x", "http://[::1]:9000/x"),
            ("http://a.example:443?b", "http://a.example:443/?b"),
            ("https://a.example/ä b/%C3%a4%2F@:$&'()*+,;=~", "https://a.example/%C3%A4%20b/%C3%a4%2F@:$&'()*+,;=~"),
            ("https://a.example/../x//y/.", "https://a.example/../x//y/."),
            ("https://a.example/a\\b|{c}", "https://a.example/a%5Cb%7C%7Bc%7D"),
            ("https://a.example/?b=1&a=ä+ü%2B&&a=&c&a=%ff", "https://a.example/?b=1&a=%C3%A4%20%C3%BC%2B&a=&c&a=%FF"),
        ] {
            let target = target(url);
            assert_eq!(target.url(&target.query, true), sent);
        }
    }

    #[test]
    fn a_path_is_escaped_once_or_twice() {
        for (path, once, twice) in [
            ("/ä b", "/%C3%A4%20b", "/%25C3%25A4%2520b"),
            ("/%c3%A4%7E+@", "/%C3%A4~%2B%40", "/%25c3%25A4%257E%2B%40"),
            ("", "/", "/"),
            ("/a%2Fb", "/a/b", "/a%252Fb"),
        ] {
            let target = target(&format!("https://a.example{path}"));
            assert_eq!(target.canonical_path(true, false), once);
            assert_eq!(target.canonical_path(true, true), twice);
            assert_eq!(target.url(&target.query, false), format!("https://a.example{once}"));
        }
    }

    /// RFC 3986, section 5.2.4, and what S3 must leave alone.
    #[test]
    fn dots_and_empty_segments_go_when_they_should() {
        for (path, wanted) in [
            ("/a/b/c/./../../g", "/a/g"),
            ("/..", "/"),
            ("/../../x/", "/x/"),
            ("/a/..", "/"),
            ("/a/b/..", "/a/"),
            ("/a/.", "/a/"),
            ("//a///b//", "/a/b/"),
            ("/...", "/..."),
            ("/a/.b", "/a/.b"),
        ] {
            assert_eq!(normalized(path), wanted, "{path}");
            assert_eq!(target(&format!("https://a.example{path}")).canonical_path(false, false), path);
        }
    }

    #[test]
    fn parameters_are_sorted_as_they_are_escaped() {
        for (query, wanted) in [
            ("b=2&a=1&b=1&B=3", "B=3&a=1&b=1&b=2"),
            ("Param-3=Value3&Param=Value2&%E1%88%B4=Value1", "%E1%88%B4=Value1&Param=Value2&Param-3=Value3"),
            ("acl&a=&=x&=", "=&=x&a=&acl="),
            ("a=b=c&a=%3d", "a=%3D&a=b%3Dc"),
            ("q=a+b%20c%2Bd", "q=a%20b%20c%2Bd"),
        ] {
            assert_eq!(target(&format!("https://a.example/?{query}")).query.canonical(), wanted);
        }
    }

    #[test]
    fn a_host_is_one() {
        for host in ["a", "a.example", "a.example.", "my_bucket.s3.example:65535", "127.0.0.1:9000", "[::1]", "[::1]:1"]
        {
            assert!(is_authority(host), "{host}");
            assert!(Target::read(&format!("http://{host}/x")).is_ok(), "{host}");
        }
        for host in [
            "",
            ".",
            "..",
            "a..b",
            ".a",
            ":80",
            "a:",
            "a:0",
            "a:080",
            "a:99999",
            "a:+1",
            "a:b:c",
            "::1",
            "[::1",
            "]",
            "[]",
            "[a]",
            "[::1]1",
            "[::1]:",
            "x y",
            "evil.com/a",
            "a@b",
            "a,b",
        ] {
            assert!(!is_authority(host), "{host}");
            assert!(host.contains('/') || Target::read(&format!("http://{host}/x")).is_err(), "{host}");
        }
    }

    #[test]
    fn what_is_no_address_is_refused() {
        for (url, message) in [
            ("", "must be a full URL"),
            ("a.example/x", "must be a full URL"),
            ("ftp://a.example/x", "must begin with https://"),
            ("https:///x", "must have a host"),
            ("https://bücher.example/", "must have a host"),
            ("https://a b/", "must have a host"),
            ("https://user:pass@a.example/", "must not contain a user"),
            ("https://a.example/#x", "must not contain '#'"),
            ("https://a.example/\r\nHost: b", "must not contain line breaks"),
            ("https://a.example/100%", "contains a '%' that does not begin an escape"),
            ("https://a.example/?a=%4", "contains a '%' that does not begin an escape"),
            ("https://a.example/?a=%ä0", "contains a '%' that does not begin an escape"),
        ] {
            let error = Target::read(url).err().unwrap_or_else(|| panic!("{url}")).to_string();
            assert!(error.starts_with(message), "{url} {error}");
        }
    }
}
