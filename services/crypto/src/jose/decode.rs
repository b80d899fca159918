//! Decode a token without verifying it.

use chassis::{Call, Operation};
use garde::Validate;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::compact::{self, Signed};
use super::header::Header;
use super::{claims, json};
use crate::Error;
use crate::encoding::BinaryEncoding;
use crate::error::conflict;

/// The description in the OpenAPI document.
const DESCRIPTION: &str = "\
Decodes the header and claims of a token (JWT) without verifying anything: anyone can write such a token, so do not \
act on its content. To verify it, use /jwt/verify. Of an encrypted token, only the header can be read.";

/// The token to decode.
#[derive(Debug, Serialize, Deserialize, Validate, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[garde(allow_unvalidated)]
pub struct JwtDecodeRequest {
    /// The token, in compact serialization. A leading `Bearer ` is ignored.
    #[garde(length(chars, max = 65_536))]
    pub token: String,
}

/// The content of the token, unverified.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct JwtDecodeResponse {
    /// Always false: nothing was verified.
    pub verified: bool,
    /// Whether the token is encrypted; then only its header can be read.
    pub encrypted: bool,
    /// The decoded header.
    pub header: Map<String, Value>,
    /// The claims; null if there are none, or the token was verified and is not valid.
    pub claims: Option<Map<String, Value>>,
    /// The payload in base64url, if it is not a JSON object; otherwise null.
    pub payload: Option<String>,
    /// Time of issue (`iat`), RFC 3339; null if none.
    pub issued_at: Option<String>,
    /// Time from which the token is valid (`nbf`), RFC 3339; null if none.
    pub valid_from: Option<String>,
    /// Expiration time (`exp`), RFC 3339; null if none.
    pub expires_at: Option<String>,
    /// Whether `expiresAt` has passed.
    pub expired: Option<bool>,
}

/// An example request.
#[must_use]
pub fn example() -> JwtDecodeRequest {
    JwtDecodeRequest { token: super::verify::example().token }
}

/// Describes the operation for its registration.
#[must_use]
pub fn about(op: Operation) -> Operation {
    op.summary("Decode a token without verifying it").description(DESCRIPTION).example(example)
}

/// Decodes a token without verifying it.
///
/// # Errors
/// If it is not a token.
pub fn decode(request: JwtDecodeRequest, call: &Call) -> Result<JwtDecodeResponse, Error> {
    let problem = |reason| conflict("token", format!("cannot be read: {reason}"));
    let token = compact::bare(&request.token);
    let mut response = JwtDecodeResponse {
        verified: false,
        encrypted: compact::count(token) == 5,
        header: Map::new(),
        claims: None,
        payload: None,
        issued_at: None,
        valid_from: None,
        expires_at: None,
        expired: None,
    };
    if response.encrypted {
        let [header, ..] = compact::parts::<5>(token).map_err(problem)?;
        let header = compact::decode("header", header).and_then(|bytes| Header::read(&bytes));
        response.header = header.map_err(problem)?.fields;
        return Ok(response);
    }

    let token = Signed::read(token).map_err(problem)?;
    response.header = token.header.fields;
    match json::object(&token.payload) {
        Ok(claims) => {
            let date = |name| claims::date(&claims, name).ok().flatten();
            response.issued_at = date("iat").map(claims::moment);
            response.valid_from = date("nbf").map(claims::moment);
            response.expires_at = date("exp").map(claims::moment);
            response.expired = date("exp").map(|expires| claims::seconds(call.now()) >= expires);
            response.claims = Some(claims);
        }
        Err(_) => response.payload = Some(BinaryEncoding::Base64url.encode(&token.payload)),
    }
    Ok(response)
}
