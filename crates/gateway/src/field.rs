//! The kinds of value that fields of Kong 3.9.3 have, with their ranges: what Kong would refuse is refused here too, and
//! named by its path.

use std::marker::PhantomData;
use std::ops::Deref;

use serde::{Deserialize, Deserializer};

use crate::path;

/// Text that a rule allows. No text of Kong's is empty.
#[derive(Debug)]
pub(crate) struct Text<R = Any>(String, PhantomData<R>);

/// What a text may be.
pub(crate) trait Rule {
    /// What is wrong with a text that is not empty.
    fn check(text: &str) -> Result<(), String>;
}

impl<'de, R: Rule> Deserialize<'de> for Text<R> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let checked = if text.is_empty() { Err("must not be empty".to_owned()) } else { R::check(&text) };
        checked.map_err(serde::de::Error::custom)?;
        Ok(Self(text, PhantomData))
    }
}

impl<R> Deref for Text<R> {
    type Target = str;

    fn deref(&self) -> &str {
        &self.0
    }
}

impl<R> Text<R> {
    pub(crate) fn into_string(self) -> String {
        self.0
    }
}

/// A whole number between two others, both included.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Number<const LEAST: u32, const MOST: u32>(pub(crate) u32);

impl<'de, const LEAST: u32, const MOST: u32> Deserialize<'de> for Number<LEAST, MOST> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let number = i64::deserialize(deserializer)?;
        let within = u32::try_from(number).ok().filter(|number| (LEAST..=MOST).contains(number));
        within.map(Self).ok_or_else(|| serde::de::Error::custom(format!("must be from {LEAST} to {MOST}")))
    }
}

/// A port.
pub(crate) type Port = Number<0, 65_535>;
/// How often a service is tried again.
pub(crate) type Retries = Number<0, 32_767>;
/// Milliseconds a service may take.
pub(crate) type Timeout = Number<1, 2_147_483_646>;
/// Milliseconds a server that plugins use may take.
pub(crate) type ServerTimeout = Number<0, 2_147_483_646>;

/// Any text.
#[derive(Debug)]
pub(crate) struct Any;

impl Rule for Any {
    fn check(_: &str) -> Result<(), String> {
        Ok(())
    }
}

/// The name of a service, route or plugin instance.
#[derive(Debug)]
pub(crate) struct Name;

impl Rule for Name {
    fn check(text: &str) -> Result<(), String> {
        let plain = |c: char| c.is_ascii_alphanumeric() || ".-_~".contains(c) || !c.is_ascii();
        if text.chars().all(plain) { Ok(()) } else { Err(format!("{text} must be of letters, digits, and .-_~")) }
    }
}

/// A tag.
#[derive(Debug)]
pub(crate) struct Tag;

impl Rule for Tag {
    fn check(text: &str) -> Result<(), String> {
        let plain = |c: char| !c.is_ascii() || ((' '..='~').contains(&c) && c != ',' && c != '/');
        if text.chars().all(plain) { Ok(()) } else { Err(format!("{text} must be printable, without , and /")) }
    }
}

/// A UUID.
#[derive(Debug)]
pub(crate) struct Id;

impl Rule for Id {
    fn check(text: &str) -> Result<(), String> {
        let is_uuid = text.len() == 36 && uuid::Uuid::try_parse(text).is_ok();
        if is_uuid { Ok(()) } else { Err(format!("{text} is not a UUID")) }
    }
}

/// A host without a port.
#[derive(Debug)]
pub(crate) struct Host;

impl Rule for Host {
    fn check(text: &str) -> Result<(), String> {
        let is_address = text.parse::<std::net::IpAddr>().is_ok();
        let is_name = text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-._".contains(&byte));
        if is_address || is_name { Ok(()) } else { Err(format!("{text} must be a name or address, without a port")) }
    }
}

/// The path of a service.
#[derive(Debug)]
pub(crate) struct Path;

impl Rule for Path {
    fn check(text: &str) -> Result<(), String> {
        if !text.starts_with('/') {
            return Err(format!("{text} must start with /"));
        }
        is_path(text)
    }
}

/// A path of a route: a prefix, or a pattern after `~`.
#[derive(Debug)]
pub(crate) struct RoutePath;

impl Rule for RoutePath {
    fn check(text: &str) -> Result<(), String> {
        if !text.starts_with('/') && !text.starts_with("~/") {
            return Err(format!("{text} must start with / or with ~/ for a pattern"));
        }
        if text.contains("//") {
            return Err(format!("{text} must not have empty segments"));
        }
        if text.starts_with('~') {
            return Ok(());
        }
        is_path(text)?;
        let normal = path::normalize(text);
        if normal == text { Ok(()) } else { Err(format!("{text} must be written {normal}")) }
    }
}

/// Whether a text is of the characters of a path (RFC 3986).
fn is_path(text: &str) -> Result<(), String> {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~/%:@!$&'()*+,;=".contains(&byte);
    if !text.bytes().all(plain) {
        return Err(format!("{text} holds characters that must be escaped"));
    }
    if text.contains("//") {
        return Err(format!("{text} must not have empty segments"));
    }
    let escaped = |rest: &str| rest.len() >= 2 && rest.bytes().take(2).all(|byte| byte.is_ascii_hexdigit());
    if text.split('%').skip(1).all(escaped) { Ok(()) } else { Err(format!("{text} holds a % that escapes nothing")) }
}

/// An HTTP method.
#[derive(Debug)]
pub(crate) struct Method;

impl Rule for Method {
    fn check(text: &str) -> Result<(), String> {
        let is_method = text.bytes().all(|byte| byte.is_ascii_uppercase());
        if is_method { Ok(()) } else { Err(format!("{text} is no method, which is in capital letters")) }
    }
}

/// A host that a route answers for: a name, `*.name` or `name.*`.
#[derive(Debug)]
pub(crate) struct RouteHost;

impl Rule for RouteHost {
    fn check(text: &str) -> Result<(), String> {
        let name = text.strip_prefix("*.").or_else(|| text.strip_suffix(".*")).unwrap_or(text);
        Host::check(name).map_err(|_| format!("{text} must be a name, *.name or name.*"))
    }
}

/// The name of a header.
#[derive(Debug)]
pub(crate) struct Header;

impl Rule for Header {
    fn check(text: &str) -> Result<(), String> {
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
        if text.bytes().all(plain) { Ok(()) } else { Err(format!("{text} is not a header name")) }
    }
}

/// An API key: what a client can send in a header.
#[derive(Debug)]
pub(crate) struct ApiKey;

impl Rule for ApiKey {
    /// The key is not repeated: messages end up in journals.
    fn check(text: &str) -> Result<(), String> {
        if text.trim() != text {
            return Err("must not begin or end with white space, which is not sent".to_owned());
        }
        let sendable = text.parse::<http::HeaderValue>().is_ok();
        if sendable { Ok(()) } else { Err("holds characters that cannot be sent".to_owned()) }
    }
}

/// What a request must use: `http`, or both. `https` alone is not told apart here.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Protocol {
    Http,
    Https,
}

/// The protocols of a route or plugin.
#[derive(Debug)]
pub(crate) struct Protocols;

impl<'de> Deserialize<'de> for Protocols {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let list = Vec::<Protocol>::deserialize(deserializer)?;
        if list.contains(&Protocol::Http) {
            return Ok(Self);
        }
        Err(serde::de::Error::custom("must hold http: what is for https alone is not supported"))
    }
}

#[cfg(test)]
mod tests {
    use serde::de::DeserializeOwned;
    use serde_json::{Value, json};

    use super::*;

    fn table<T: DeserializeOwned>(good: &[Value], bad: &[Value]) {
        for value in good {
            serde_json::from_value::<T>(value.clone()).unwrap_or_else(|error| panic!("{value}: {error}"));
        }
        for value in bad {
            assert!(serde_json::from_value::<T>(value.clone()).is_err(), "{value}");
        }
    }

    #[test]
    fn values_have_the_ranges_of_kong() {
        table::<Port>(&[json!(0), json!(65_535)], &[json!(-1), json!(65_536), json!("80"), json!(1.5)]);
        table::<Retries>(&[json!(0), json!(32_767)], &[json!(32_768)]);
        table::<Timeout>(&[json!(1), json!(2_147_483_646)], &[json!(0), json!(2_147_483_647), json!("60s")]);
        table::<ServerTimeout>(&[json!(0)], &[json!(-1)]);
        table::<Text>(&[json!("x")], &[json!(""), json!(5), json!(true)]);
        table::<Text<Name>>(
            &[json!("a.b-c_d~1"), json!("käse")],
            &[json!(""), json!("a b"), json!("a/b"), json!("a:b")],
        );
        table::<Text<Tag>>(&[json!("a b!"), json!("käse")], &[json!("a,b"), json!("a/b"), json!("a\tb"), json!("")]);
        table::<Text<Id>>(
            &[json!("6ba7b810-9dad-41d1-80b4-00c04fd430c8")],
            &[json!("1"), json!("6ba7b8109dad41d180b400c04fd430c8")],
        );
        table::<Text<Host>>(&[json!("a.example"), json!("10.0.0.1"), json!("::1")], &[json!("a:1"), json!("http://a")]);
        table::<Text<Path>>(
            &[json!("/"), json!("/a/b/"), json!("/a%20b"), json!("/a:b@c!")],
            &[
                json!("a"),
                json!("//"),
                json!("/a//b"),
                json!("/a b"),
                json!("/a?b"),
                json!("/a%2"),
                json!("/ä"),
                json!("/a%zz"),
            ],
        );
        table::<Text<RoutePath>>(
            &[json!("/"), json!("/a/"), json!("~/a/(b|c)$"), json!("/a%2Fb")],
            &[
                json!("a"),
                json!("~a"),
                json!("/a//b"),
                json!("~/a//b"),
                json!("/a/../b"),
                json!("/a/./b"),
                json!("/%61"),
                json!("/a%2fb"),
                json!("/ä"),
            ],
        );
        table::<Text<Method>>(&[json!("GET"), json!("PURGE")], &[json!("get"), json!("G T"), json!("")]);
        table::<Text<RouteHost>>(
            &[json!("a"), json!("*.a.example"), json!("a.example.*")],
            &[json!("*a"), json!("a.*.b"), json!("*.a.*"), json!("*"), json!("a:80")],
        );
        table::<Text<Header>>(&[json!("X-A_1")], &[json!("X A"), json!("X:A"), json!("é")]);
        table::<Text<ApiKey>>(
            &[json!("k"), json!("Bearer k")],
            &[json!(""), json!("k "), json!(" k"), json!("k\n"), json!("\tk"), json!("k\u{0}k"), json!(5)],
        );
        table::<Protocols>(
            &[json!(["http"]), json!(["https", "http"])],
            &[json!([]), json!(["https"]), json!(["http", "grpc"]), json!("http")],
        );
    }
}
