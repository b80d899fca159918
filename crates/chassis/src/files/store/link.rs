//! Ids and links. A file has an id that nobody can guess; a link opens it to whoever holds it, and only we can make one.

use std::fmt;
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr};

use data_encoding::{BASE64URL_NOPAD, HEXLOWER};
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use url::{Url, form_urlencoded};
use uuid::Uuid;

use crate::settings::Settings;

/// Where files are below the public URL.
const PATH: &str = "/api/v1/files/";
/// Bytes of an id that say when its file expires.
const EXPIRY: usize = 5;
const ID: usize = EXPIRY + 16;
/// Longer addresses are none of ours.
const MAX_URL: usize = 2048;

/// The id of a file, which is also the name of its blob: when it expires, then 122 bits of chance, in hexadecimal. It
/// says nothing of the file and nothing of its owner; because it says when it expires, a listing is enough to sweep.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Id([u8; ID]);

impl Id {
    /// A new id of a file that expires then, in seconds since 1970.
    pub(super) fn new(expires: u64) -> Self {
        let mut id = [0; ID];
        id[..EXPIRY].copy_from_slice(&expires.to_be_bytes()[size_of::<u64>() - EXPIRY..]);
        id[EXPIRY..].copy_from_slice(Uuid::new_v4().as_bytes());
        Self(id)
    }

    /// Reads an id in the one form we write. Nothing else ever reaches the store.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let mut id = [0; ID];
        let fits = text.len() == 2 * ID;
        (fits && HEXLOWER.decode_mut(text.as_bytes(), &mut id).is_ok()).then_some(Self(id))
    }

    /// When the file expires, in seconds since 1970.
    pub(super) fn expires(&self) -> u64 {
        self.0[..EXPIRY].iter().fold(0, |number, byte| number << 8 | u64::from(*byte))
    }
}

impl fmt::Display for Id {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&HEXLOWER.encode(&self.0))
    }
}

/// A link as it came: nothing of it is believed yet.
#[derive(Clone)]
pub(crate) struct Link {
    /// What stands in the path where an id should.
    pub(crate) id: String,
    /// The query.
    pub(crate) query: String,
}

/// The address links start with: the public URL, and `/api/v1/files/` below it.
pub(super) struct Base(Url);

impl Base {
    /// From the settings alone, never from a `Host` header: whoever asks does not say where links lead.
    pub(super) fn new(settings: &Settings) -> Result<Self, String> {
        let text = match settings.public_url.as_deref().map(str::trim) {
            None | Some("") if settings.tls_certificate.is_some() => format!("https://{}", reachable(settings.listen)),
            None | Some("") => format!("http://{}", reachable(settings.listen)),
            Some(text) => text.to_owned(),
        };
        let mut url =
            Url::parse(&text).ok().filter(plain).ok_or("--public-url: write it as https://flow.example.com")?;
        url.set_path(&format!("{}{PATH}", url.path().trim_end_matches('/')));
        Ok(Self(url))
    }

    /// The link to a file, signed.
    pub(super) fn link(&self, id: &Id, key: &Key) -> String {
        let expires = id.expires().to_string();
        let signature = BASE64URL_NOPAD.encode(&key.mac(id, &expires).finalize().into_bytes());
        format!("{}{id}?expires={expires}&signature={signature}", self.0)
    }

    /// The link in an address that is one of ours.
    pub(super) fn own(&self, url: &str) -> Option<Link> {
        let url = Url::parse(url).ok().filter(|_| url.len() <= MAX_URL)?;
        let place =
            |url: &Url| (url.scheme().to_owned(), url.host_str().map(str::to_owned), url.port_or_known_default());
        let id = url.path().strip_prefix(self.0.path())?;
        let query = url.query().unwrap_or_default();
        (place(&url) == place(&self.0)).then(|| Link { id: id.to_owned(), query: query.to_owned() })
    }
}

/// Whether an address is nothing but scheme, host, port and path.
fn plain(url: &Url) -> bool {
    let bare =
        url.username().is_empty() && url.password().is_none() && url.query().is_none() && url.fragment().is_none();
    bare && url.has_host() && matches!(url.scheme(), "http" | "https")
}

/// The address itself; loopback for "all addresses", which nobody can go to.
fn reachable(mut listen: SocketAddr) -> SocketAddr {
    match listen {
        SocketAddr::V4(v4) if v4.ip().is_unspecified() => listen.set_ip(Ipv4Addr::LOCALHOST.into()),
        SocketAddr::V6(v6) if v6.ip().is_unspecified() => listen.set_ip(Ipv6Addr::LOCALHOST.into()),
        _ => {}
    }
    listen
}

/// What signs links.
pub(super) struct Key(Hmac<Sha256>);

impl Key {
    pub(super) fn new(secret: &[u8]) -> Self {
        Self(Hmac::new_from_slice(secret).expect("HMAC takes keys of any length"))
    }

    /// The id of a link that is ours and still good.
    pub(super) fn open(&self, link: &Link, now: u64) -> Option<Id> {
        let id = Id::parse(&link.id)?;
        let only = |name| {
            let mut values = form_urlencoded::parse(link.query.as_bytes()).filter(|(key, _)| key == name);
            values.next().filter(|_| values.next().is_none()).map(|(_, value)| value)
        };
        let (expires, signature) = (only("expires")?, only("signature")?);
        let signature = BASE64URL_NOPAD.decode(signature.as_bytes()).ok()?;
        // Compares in constant time. What is signed is the text as it came: it has one form only.
        self.mac(&id, &expires).verify_slice(&signature).ok()?;
        (now < expires.parse().ok()? && now < id.expires()).then_some(id)
    }

    fn mac(&self, id: &Id, expires: &str) -> Hmac<Sha256> {
        self.0.clone().chain_update("flowforge link 1\n").chain_update(id.0).chain_update(expires)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: u64 = 1_800_000_000;

    fn base(public_url: &str) -> Base {
        Base::new(&Settings { public_url: Some(public_url.to_owned()), ..Settings::default() }).unwrap()
    }

    #[test]
    fn an_id_is_read_only_in_the_form_it_is_written_in() {
        let id = Id::new(NOW);
        let text = id.to_string();
        assert_eq!(Id::parse(&text), Some(id));
        assert_eq!(id.expires(), NOW);
        assert_ne!(Id::new(NOW), id);
        assert!(Id::new(NOW).to_string() < Id::new(NOW + 1).to_string(), "ids sort by their expiry");
        let hostile = [
            "",
            ".",
            "..",
            "../../etc/passwd",
            "%2e%2e%2fetc",
            "link-secret",
            "a\0b",
            "/",
            "é",
            &text[1..],
            &text[..41],
            &format!("{text}0"),
            &format!("../{}", &text[3..]),
            &format!("{}\0", &text[1..]),
            &text.to_uppercase(),
            &format!("{}é", &text[2..]),
            &format!(" {}", &text[1..]),
            &"0".repeat(1 << 20),
        ];
        for text in hostile {
            assert_eq!(Id::parse(text), None, "{text:.60}");
        }
    }

    #[test]
    fn links_start_with_the_public_url() {
        let start = |base: &Base| base.link(&Id::new(NOW), &Key::new(b"secret")).split(PATH).next().unwrap().to_owned();
        for (public, expected) in [
            ("https://flow.example.com", "https://flow.example.com"),
            ("https://flow.example.com/", "https://flow.example.com"),
            (" https://Flow.Example.com:443/tools// ", "https://flow.example.com/tools"),
            ("http://[::1]:8000/a/b", "http://[::1]:8000/a/b"),
            ("", "http://127.0.0.1:8000"),
        ] {
            assert_eq!(start(&base(public)), expected);
        }
        for (listen, expected) in [
            ("127.0.0.1:80", "http://127.0.0.1"),
            ("0.0.0.0:8000", "http://127.0.0.1:8000"),
            ("[::]:8000", "http://[::1]:8000"),
            ("10.1.2.3:9000", "http://10.1.2.3:9000"),
        ] {
            let settings = Settings { listen: listen.parse().unwrap(), ..Settings::default() };
            assert_eq!(start(&Base::new(&settings).unwrap()), expected);
        }
        for wrong in ["flow.example.com", "ftp://a.b", "https://", "https://a.b?c", "https://a.b#c", "https://u:p@a.b"]
        {
            let settings = Settings { public_url: Some(wrong.to_owned()), ..Settings::default() };
            assert!(Base::new(&settings).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_link_is_good_until_it_expires() {
        let (base, key, id) = (base("https://flow.example.com/tools"), Key::new(b"secret"), Id::new(NOW));
        let url = base.link(&id, &key);
        let link = base.own(&url).unwrap();
        assert_eq!(key.open(&link, NOW - 1), Some(id));
        assert_eq!(key.open(&link, NOW), None);
        assert_eq!(Key::new(b"another").open(&link, NOW - 1), None);
        assert_eq!(key.open(&base.own(&format!("{url}&utm_source=mail#top")).unwrap(), NOW - 1), Some(id));
        // The query says less than the id: both count.
        let shorter = key.mac(&id, "1700000000").finalize().into_bytes();
        let query = format!("expires=1700000000&signature={}", BASE64URL_NOPAD.encode(&shorter));
        assert_eq!(key.open(&Link { id: id.to_string(), query }, NOW - 1), None);
    }

    #[test]
    fn a_link_with_any_byte_changed_is_refused() {
        let (base, key, id) = (base("https://flow.example.com"), Key::new(b"secret"), Id::new(NOW));
        let url = base.link(&id, &key);
        let start = url.find(PATH).unwrap() + PATH.len();
        for place in start..url.len() {
            for byte in [b'0', b'1', b'A', b'a', b'&', b'=', b'+', b'%', b' ', b'/', b'?'] {
                let mut changed = url.clone().into_bytes();
                changed[place] = byte;
                let changed = String::from_utf8(changed).unwrap();
                if let Some(link) = base.own(&changed).filter(|_| changed != url) {
                    assert_eq!(key.open(&link, NOW - 1), None, "{changed}");
                }
            }
            let cut = base.own(&url[..place]).unwrap();
            assert_eq!(key.open(&cut, NOW - 1), None, "cut at {place}");
        }
        let link = base.own(&url).unwrap();
        for query in [
            format!("{0}&{0}", link.query),
            link.query.replace("expires=", "expires=0"),
            link.query.replace("expires=", "expires=%2B"),
            link.query.replace("signature=", "signature=A"),
            format!("{}=", link.query),
            format!("{}AAAA", link.query),
        ] {
            assert_eq!(key.open(&Link { query, ..link.clone() }, NOW - 1), None);
        }
    }

    #[test]
    fn only_addresses_below_the_public_url_are_ours() {
        let base = base("https://flow.example.com/tools");
        let ours = |url: &str| base.own(url).map(|link| (link.id, link.query));
        let expected = Some(("x".to_owned(), "a=b".to_owned()));
        assert_eq!(ours("https://flow.example.com/tools/api/v1/files/x?a=b"), expected);
        assert_eq!(ours("HTTPS://FLOW.example.com:443/tools/api/v1/files/x?a=b#c"), expected);
        assert_eq!(ours("https://flow.example.com/tools/./api/v1/no/../files/x?a=b"), expected);
        for other in [
            "http://flow.example.com/tools/api/v1/files/x",
            "https://flow.example.com:8443/tools/api/v1/files/x",
            "https://flow.example.com.evil.org/tools/api/v1/files/x",
            "https://evil.org/tools/api/v1/files/x",
            "https://flow.example.com@evil.org/tools/api/v1/files/x",
            "https://flow.example.com/api/v1/files/x",
            "https://flow.example.com/tools/api/v1/files/../me",
            "https://flow.example.com/tools/api/v1/me",
            "/tools/api/v1/files/x",
            "",
        ] {
            assert_eq!(ours(other), None, "{other}");
        }
        assert_eq!(ours(&format!("https://flow.example.com/tools/api/v1/files/{}", "x".repeat(MAX_URL))), None);
    }
}
