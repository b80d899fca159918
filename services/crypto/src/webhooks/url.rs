//! Signed URLs: the forms that may have been signed.

use std::borrow::Cow;

use super::scheme::Address;

/// What `HubSpot` undoes before it signs; the question mark that begins the query is one anyway.
const UNESCAPED: [(&str, &str); 12] = [
    ("%3A", ":"),
    ("%2F", "/"),
    ("%3F", "?"),
    ("%40", "@"),
    ("%21", "!"),
    ("%24", "$"),
    ("%27", "'"),
    ("%28", "("),
    ("%29", ")"),
    ("%2A", "*"),
    ("%2C", ","),
    ("%3B", ";"),
];

/// An address in its parts; together they are the whole of it.
#[derive(Clone, Copy)]
struct Parts<'u> {
    /// With `://`.
    scheme: &'u str,
    /// With user and password.
    host: &'u str,
    /// With its colon; empty when there is none.
    port: &'u str,
    /// From the slash on, with the query.
    rest: &'u str,
}

/// Whether it is a whole address of the web.
pub(super) fn is_whole(url: &str) -> bool {
    let lower = url.get(..8).unwrap_or(url).to_ascii_lowercase();
    (lower.starts_with("http://") || lower.starts_with("https://")) && !url.contains(char::is_whitespace)
}

/// The forms of an address that a provider may have signed.
pub(super) fn forms(url: &str, address: Address) -> Vec<Cow<'_, str>> {
    let others = match address {
        Address::AsSent => vec![],
        Address::AnyPort => vec![without_port(url), with_port(url)],
        Address::Unescaped => vec![unescaped(url)],
    };
    let mut forms = vec![Cow::Borrowed(url)];
    for other in others {
        if !forms.contains(&Cow::Borrowed(other.as_str())) {
            forms.push(Cow::Owned(other));
        }
    }
    forms
}

fn unescaped(url: &str) -> String {
    UNESCAPED.iter().fold(url.to_owned(), |url, (escape, character)| {
        url.replace(escape, character).replace(&escape.to_ascii_lowercase(), character)
    })
}

/// From the path on; an empty path is sent as a slash.
pub(super) fn path(url: &str) -> Cow<'_, str> {
    match parts(url).rest {
        rest if rest.starts_with('/') => Cow::Borrowed(rest),
        rest => Cow::Owned(format!("/{rest}")),
    }
}

/// The value of a parameter of the query, as it is written.
pub(super) fn parameter<'u>(url: &'u str, name: &str) -> Option<&'u str> {
    let (_, query) = url.split_once('?')?;
    let query = query.split('#').next().unwrap_or_default();
    query.split('&').filter_map(|pair| pair.split_once('=')).find(|(known, _)| *known == name).map(|(_, value)| value)
}

/// What an address often is by mistake, each with what is different about it.
pub(super) fn mistakes(url: &str) -> Vec<(String, &'static str)> {
    let Parts { scheme, host, port, rest } = parts(url);
    let secure = scheme.eq_ignore_ascii_case("https://");
    let (path, query) = rest.split_at(rest.find('?').unwrap_or(rest.len()));
    let other_slash = match path.strip_suffix('/') {
        Some(shorter) => shorter.to_owned(),
        None => format!("{path}/"),
    };
    let mut mistakes = vec![
        (
            format!("{}{host}{port}{rest}", if secure { "http://" } else { "https://" }),
            if secure { "with http:// in place of https://" } else { "with https:// in place of http://" },
        ),
        (
            format!("{scheme}{host}{port}{other_slash}{query}"),
            if path.ends_with('/') { "without its trailing slash" } else { "with a trailing slash" },
        ),
        (format!("{scheme}{host}{rest}"), "without its port"),
        (with_port(url), "with its port"),
        (format!("{scheme}{host}{port}{path}"), "without its query"),
        (format!("{scheme}{}{port}{rest}", host.to_ascii_lowercase()), "with its host in lowercase"),
        (url.replacen("/webhook-test/", "/webhook/", 1), "with /webhook/ in place of /webhook-test/"),
        (url.replacen("/webhook/", "/webhook-test/", 1), "with /webhook-test/ in place of /webhook/"),
    ];
    mistakes.retain(|(other, _)| other != url);
    mistakes
}

fn without_port(url: &str) -> String {
    let Parts { scheme, host, rest, .. } = parts(url);
    format!("{scheme}{host}{rest}")
}

/// With the usual port when it names none.
fn with_port(url: &str) -> String {
    let Parts { scheme, host, port, rest } = parts(url);
    let usual = if scheme.eq_ignore_ascii_case("http://") { ":80" } else { ":443" };
    format!("{scheme}{host}{}{rest}", if port.is_empty() { usual } else { port })
}

fn parts(url: &str) -> Parts<'_> {
    let start = url.find("://").map_or(0, |at| at + 3);
    let (scheme, after) = url.split_at(start);
    let (authority, rest) = after.split_at(after.find(['/', '?', '#']).unwrap_or(after.len()));
    let name = authority.rfind('@').map_or(0, |at| at + 1);
    // The colons of an IPv6 address are within brackets.
    let name = authority[name..].find(']').map_or(name, |at| name + at);
    let (host, port) = authority.split_at(authority[name..].find(':').map_or(authority.len(), |at| name + at));
    Parts { scheme, host, port, rest }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ports_come_and_go() {
        for (url, without, with) in [
            ("https://a.b/c?d=e:1", "https://a.b/c?d=e:1", "https://a.b:443/c?d=e:1"),
            ("http://a.b", "http://a.b", "http://a.b:80"),
            ("https://u:p@a.b:1234/c", "https://u:p@a.b/c", "https://u:p@a.b:1234/c"),
            ("https://u:p@a.b/c", "https://u:p@a.b/c", "https://u:p@a.b:443/c"),
            ("https://[::1]:8/c", "https://[::1]/c", "https://[::1]:8/c"),
            ("https://[::1]/c", "https://[::1]/c", "https://[::1]:443/c"),
        ] {
            assert_eq!((without_port(url).as_str(), with_port(url).as_str()), (without, with));
            assert_eq!(forms(url, Address::AnyPort).len(), if with == without { 1 } else { 2 }, "{url}");
        }
    }

    #[test]
    fn hubspot_undoes_a_few_escapes() {
        let forms = forms("https://a.b/c%2fd?e=%40%20%2C&f=%3D", Address::Unescaped);
        assert_eq!(forms[1], "https://a.b/c/d?e=@%20,&f=%3D");
    }

    #[test]
    fn odd_addresses_do_no_harm() {
        for url in
            ["", "://", "https://", "https://@", "https://[", "https://]:", "é://ü", "https://ü:é@ß?é#:/", "?", "@:]"]
        {
            let Parts { scheme, host, port, rest } = parts(url);
            assert_eq!([scheme, host, port, rest].concat(), url);
            for address in [Address::AsSent, Address::AnyPort, Address::Unescaped] {
                assert_eq!(forms(url, address)[0], url);
            }
            assert!(mistakes(url).iter().all(|(other, _)| other != url), "{url}");
            assert!(path(url).starts_with('/'), "{url}");
        }
    }

    #[test]
    fn an_address_has_parts() {
        assert_eq!(path("https://a.b"), "/");
        assert_eq!(path("https://a.b?c=d"), "/?c=d");
        assert_eq!(path("https://a.b/c/d?e=f"), "/c/d?e=f");
        assert_eq!(parameter("https://a.b/?x=1&bodySHA256=ab#c", "bodySHA256"), Some("ab"));
        assert_eq!(parameter("https://a.b/", "bodySHA256"), None);
        for url in ["https://a.b", "HTTP://a"] {
            assert!(is_whole(url));
        }
        for url in ["", "a.b", "/c", "ftp://a.b", "https://a b", "é"] {
            assert!(!is_whole(url), "{url}");
        }
    }
}
