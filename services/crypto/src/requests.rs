//! Request signing: authenticate your own requests to other services.
//!
//! `sign` is AWS Signature Version 4: `endpoint` derives region and service from the host, `fields` reads the headers,
//! and `sigv4` computes the signature. `oauth1` is OAuth 1.0a. `target` parses the URL for both.

mod endpoint;
mod fields;
pub mod oauth1;
pub mod sign;
mod sigv4;
mod target;

use chassis::Secret;
use zeroize::Zeroizing;

use crate::Error;
use crate::error::conflict;
use crate::keys::Key;

/// A method as it is signed.
fn method(sent: Option<&str>) -> Result<String, Error> {
    let method = sent.unwrap_or("GET").trim().to_ascii_uppercase();
    let is_word = !method.is_empty() && method.bytes().all(|byte| byte.is_ascii_uppercase() || byte == b'-');
    if is_word { Ok(method) } else { Err(conflict("method", "must be a word such as GET, PUT or POST")) }
}

/// A secret that was copied from somewhere: its text is the key.
fn secret_key(field: &'static str, text: &Secret<String>) -> Result<Key, Error> {
    let text = text.reveal();
    if text.trim() != text {
        return Err(conflict(field, "begins or ends with a space or line break: remove it"));
    }
    Ok(Key::secret(Zeroizing::new(text.as_bytes().to_vec())))
}
