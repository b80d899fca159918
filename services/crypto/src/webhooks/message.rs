//! A signed request, and the bytes its signature covers.

use std::borrow::Cow;
use std::collections::BTreeMap;

use data_encoding::HEXLOWER;
use serde::Deserialize;
use serde_json::Value;
use sha2::{Digest, Sha256};

use super::fields::Fields;
use super::scheme::{Place, Scheme};
use super::template::Part;
use super::{form, url};
use crate::Error;
use crate::error::conflict;

/// What Twilio puts into the address of a request whose body is no form.
pub(super) const BODY_HASH: &str = "bodySHA256";

/// Bodies larger than this are not looked into: a tree of JSON takes many times its text.
const MAX_JSON: usize = 1024 * 1024;

/// A request.
#[derive(Clone, Copy)]
pub(super) struct Message<'r> {
    pub(super) headers: &'r Fields,
    pub(super) body: &'r [u8],
    pub(super) url: Option<&'r str>,
    pub(super) method: &'r str,
    /// The form's fields, when they were read already.
    pub(super) params: Option<&'r Fields>,
}

/// What of a request is signed besides its body.
#[derive(Clone, Copy, Default)]
pub(super) struct Signed<'r> {
    pub(super) stamp: Option<&'r str>,
    pub(super) id: Option<&'r str>,
}

/// What a request has, to be compared with what a scheme signs.
#[derive(Clone, Copy)]
pub(super) struct Sent<'r> {
    pub(super) url: Option<&'r str>,
    pub(super) method: Option<&'r str>,
    pub(super) body: bool,
    pub(super) params: bool,
}

impl Sent<'_> {
    /// Refuses a request that lacks what the scheme signs.
    ///
    /// # Errors
    /// When the address or the body is missing, or there are two bodies.
    pub(super) fn check(self, scheme: &Scheme<'_>) -> Result<(), Error> {
        if scheme.signs("{url}") || scheme.signs("{path}") {
            let wanted = "the URL the provider knows, with its query";
            let url =
                self.url.ok_or_else(|| conflict("url", format!("is missing, and it is signed: send {wanted}")))?;
            if !url::is_whole(url) {
                return Err(conflict("url", format!("must be a full URL, starting with https://: {wanted}")));
            }
        }
        let form = scheme.signs("{form}") || scheme.place == Place::Body;
        if self.params && !form {
            return Err(conflict("params", "does not apply here: the raw body is signed, so send that as body"));
        }
        if self.params && self.body {
            return Err(conflict("params", "cannot be combined with a body: send one of the two"));
        }
        let bodiless =
            self.method.is_some_and(|method| ["GET", "HEAD"].contains(&method.to_ascii_uppercase().as_str()));
        if self.body || self.params || bodiless {
            return Ok(());
        }
        if form {
            return Err(conflict(
                "body",
                "is missing, and it is signed: send the raw body, or a form's fields as params",
            ));
        }
        if scheme.signs("{body}") {
            return Err(conflict(
                "body",
                "is missing, and it is signed: send the raw body as body, bodyBase64 or file",
            ));
        }
        Ok(())
    }
}

impl<'r> Message<'r> {
    /// The same request with another body.
    pub(super) fn with_body(self, body: &'r [u8]) -> Self {
        Self { body, ..self }
    }

    /// The same request with the fields of its form.
    pub(super) fn with_params(self, params: &'r Fields) -> Self {
        Self { params: Some(params), ..self }
    }

    /// The same request to another address.
    pub(super) fn with_url(self, url: &'r str) -> Self {
        Self { url: Some(url), ..self }
    }

    /// The bytes that may be signed: several when the address may have been written in several ways, none when the
    /// request contradicts itself. Parts that are missing are empty.
    pub(super) fn contents(self, scheme: &Scheme<'_>, parts: &[Part<'_>], signed: Signed<'_>) -> Vec<Cow<'r, [u8]>> {
        if parts == [Part::Body] {
            return vec![Cow::Borrowed(self.body)];
        }
        let urls = url::forms(self.url.unwrap_or_default(), scheme.address);
        urls.iter().filter_map(|url| self.content(parts, signed, url)).map(Cow::Owned).collect()
    }

    fn content(self, parts: &[Part<'_>], signed: Signed<'_>, url: &str) -> Option<Vec<u8>> {
        let mut content = Vec::new();
        for part in parts {
            match part {
                Part::Text(text) => content.extend_from_slice(text.as_bytes()),
                Part::Body => content.extend_from_slice(self.body),
                Part::Timestamp => content.extend_from_slice(signed.stamp.unwrap_or_default().as_bytes()),
                Part::Id => content.extend_from_slice(signed.id.unwrap_or_default().as_bytes()),
                Part::Url => content.extend_from_slice(url.as_bytes()),
                Part::Path => content.extend_from_slice(url::path(url).as_bytes()),
                Part::Method => content.extend_from_slice(self.method.as_bytes()),
                Part::Form => content.extend_from_slice(&self.form(url)?),
                Part::Header(name) => {
                    content.extend_from_slice(self.headers.header(name).first().unwrap_or(&"").as_bytes());
                }
            }
        }
        Some(content)
    }

    /// The joined form. Twilio signs another body by its hash in the address: when that is not the body's, nothing fits.
    fn form(self, url: &str) -> Option<Vec<u8>> {
        if let Some(params) = self.params {
            return Some(form::joined_fields(params));
        }
        match url::parameter(url, BODY_HASH) {
            Some(hash) => hash.eq_ignore_ascii_case(&body_hash(self.body)).then(Vec::new),
            None => form::read(self.body).map(form::joined),
        }
    }

    /// The JSON of a body that is not large.
    pub(super) fn json(self) -> Option<Value> {
        let start = self.body.trim_ascii_start().first()?;
        if *start != b'{' || self.body.len() > MAX_JSON {
            return None;
        }
        serde_json::from_slice(self.body).ok()
    }
}

/// The hash of a body as Twilio writes it.
pub(super) fn body_hash(body: &[u8]) -> String {
    HEXLOWER.encode(&Sha256::digest(body))
}

/// What Mailgun has in the body instead of headers: the members of `signature` in JSON, or the fields of a form.
pub(super) fn carried(body: &[u8], params: Option<&Fields>) -> Fields {
    #[derive(Deserialize)]
    struct Body {
        signature: BTreeMap<String, Value>,
    }
    const NAMES: [&str; 4] = ["timestamp", "token", "signature", "parent-signature"];
    let mut carried = Fields::default();
    if let Some(params) = params {
        for (name, value) in params.exact().filter(|(name, _)| NAMES.contains(name)) {
            carried.push(name, value);
        }
        return carried;
    }
    if let Ok(Body { signature }) = serde_json::from_slice(body) {
        for name in NAMES {
            match signature.get(name) {
                Some(Value::String(text)) => carried.push(name, text.as_str()),
                Some(Value::Number(number)) => carried.push(name, number.to_string()),
                _ => {}
            }
        }
        return carried;
    }
    for (name, value) in form::read(body).unwrap_or_default() {
        if let (Ok(name), Ok(value)) = (String::from_utf8(name), String::from_utf8(value))
            && NAMES.contains(&name.as_str())
        {
            carried.push(name, value);
        }
    }
    carried
}
