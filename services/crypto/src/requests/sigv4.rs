//! AWS Signature Version 4: <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html>.

use aws_lc_rs::{digest, hmac};
use jiff::Timestamp;
use zeroize::Zeroizing;

use super::fields::Fields;
use super::target::{Query, Target};
use crate::encoding::BinaryEncoding;

pub(super) const UNSIGNED_PAYLOAD: &str = "UNSIGNED-PAYLOAD";
const ALGORITHM: &str = "AWS4-HMAC-SHA256";

/// A request, and who signs it for what.
pub(super) struct Unsigned<'r> {
    pub(super) method: &'r str,
    pub(super) target: &'r Target,
    /// With the host.
    pub(super) fields: Fields,
    /// SHA-256 of the body in hex, or [`UNSIGNED_PAYLOAD`].
    pub(super) payload: &'r str,
    pub(super) access_key_id: &'r str,
    pub(super) secret: &'r [u8],
    pub(super) session_token: Option<&'r str>,
    pub(super) region: &'r str,
    pub(super) service: &'r str,
    pub(super) time: Timestamp,
    pub(super) rules: Rules,
}

/// In what services differ.
#[derive(Debug, Clone, Copy)]
pub(super) struct Rules {
    pub(super) normalize_path: bool,
    pub(super) double_encode: bool,
    /// The hash of the body is a header too.
    pub(super) sign_body: bool,
    pub(super) sign_session_token: bool,
}

/// What a signature was made of, and what came of it.
pub(super) struct Signed {
    /// To call, exactly so.
    pub(super) url: String,
    /// Headers to send besides the caller's own.
    pub(super) headers: Vec<(&'static str, String)>,
    pub(super) signature: String,
    pub(super) signed_headers: String,
    pub(super) scope: String,
    pub(super) canonical_request: String,
    pub(super) string_to_sign: String,
}

impl Unsigned<'_> {
    /// Signs in headers.
    pub(super) fn in_headers(mut self) -> Signed {
        let mut headers = vec![("Host", self.fields.get("host").unwrap_or_default().to_owned())];
        headers.push(("X-Amz-Date", self.stamp()));
        if self.rules.sign_body {
            headers.push(("X-Amz-Content-Sha256", self.payload.to_owned()));
        }
        let token = self.session_token.map(|token| ("X-Amz-Security-Token", token.to_owned()));
        let (signed, late) = if self.rules.sign_session_token { (token, None) } else { (None, token) };
        headers.extend(signed);
        for (name, value) in &headers {
            self.fields.set(&name.to_ascii_lowercase(), value);
        }
        headers.extend(late);

        let mut made = self.sign(&self.target.query);
        let Signed { scope, signed_headers, signature, .. } = &made;
        let authorization = format!(
            "{ALGORITHM} Credential={}/{scope}, SignedHeaders={signed_headers}, Signature={signature}",
            self.access_key_id
        );
        headers.push(("Authorization", authorization));
        made.headers = headers;
        made
    }

    /// Signs in the address, which is then good by itself for so many seconds.
    pub(super) fn in_url(self, expires_in: u32) -> Signed {
        let mut query = self.target.query.clone();
        query.push("X-Amz-Algorithm", ALGORITHM);
        query.push("X-Amz-Credential", &format!("{}/{}", self.access_key_id, self.scope()));
        query.push("X-Amz-Date", &self.stamp());
        query.push("X-Amz-Expires", &expires_in.to_string());
        query.push("X-Amz-SignedHeaders", &self.fields.names());
        let (signed, late) =
            if self.rules.sign_session_token { (self.session_token, None) } else { (None, self.session_token) };
        if let Some(token) = signed {
            query.push("X-Amz-Security-Token", token);
        }
        let mut made = self.sign(&query);
        if let Some(token) = late {
            query.push("X-Amz-Security-Token", token);
        }
        query.push("X-Amz-Signature", &made.signature);
        made.url = self.target.url(&query, self.rules.double_encode);
        made.headers = vec![("Host", self.fields.get("host").unwrap_or_default().to_owned())];
        made
    }

    fn sign(&self, query: &Query) -> Signed {
        let path = self.target.canonical_path(self.rules.normalize_path, self.rules.double_encode);
        let signed_headers = self.fields.names();
        let canonical_request = format!(
            "{}\n{path}\n{}\n{}\n{signed_headers}\n{}",
            self.method,
            query.canonical(),
            self.fields.canonical(),
            self.payload
        );
        let scope = self.scope();
        let hashed = hex_sha256(canonical_request.as_bytes());
        let string_to_sign = format!("{ALGORITHM}\n{}\n{scope}\n{hashed}", self.stamp());
        let signature = BinaryEncoding::Hex.encode(mac(&self.key(), &string_to_sign).as_ref());
        let url = self.target.url(&self.target.query, self.rules.double_encode);
        Signed { url, headers: Vec::new(), signature, signed_headers, scope, canonical_request, string_to_sign }
    }

    /// The key of this day, region and service.
    fn key(&self) -> hmac::Key {
        let secret = Zeroizing::new([b"AWS4", self.secret].concat());
        let first = hmac::Key::new(hmac::HMAC_SHA256, &secret);
        [&self.day(), self.region, self.service, "aws4_request"]
            .into_iter()
            .fold(first, |key, part| hmac::Key::new(hmac::HMAC_SHA256, mac(&key, part).as_ref()))
    }

    fn scope(&self) -> String {
        format!("{}/{}/{}/aws4_request", self.day(), self.region, self.service)
    }

    fn day(&self) -> String {
        self.time.strftime("%Y%m%d").to_string()
    }

    fn stamp(&self) -> String {
        self.time.strftime("%Y%m%dT%H%M%SZ").to_string()
    }
}

fn mac(key: &hmac::Key, text: &str) -> hmac::Tag {
    hmac::sign(key, text.as_bytes())
}

/// The SHA-256 of some bytes, in hex.
pub(super) fn hex_sha256(bytes: &[u8]) -> String {
    BinaryEncoding::Hex.encode(digest::digest(&digest::SHA256, bytes).as_ref())
}
