//! Tokens in the compact form: signed (RFC 7515), encrypted (RFC 7516), with claims in them (RFC 7519), as the best practices
//! of RFC 8725 have it.
//!
//! `compact` takes a token apart, `header` reads its first part, `algorithm` says which keys an algorithm may use, `given`
//! and `jwks` read the keys of a request, `claims` and `lifetime` are about times and names. `sign`, `verify` and `decode`
//! are the operations on signed tokens; `jwe` is everything about encrypted ones.

mod algorithm;
mod claims;
mod compact;
pub mod decode;
mod given;
mod header;
mod json;
pub mod jwe;
mod jwks;
mod lifetime;
pub mod sign;
pub mod verify;

pub use algorithm::JwsAlgorithm;
pub use claims::{Check, FailedCheck};
pub use jwks::KeySet;
pub use lifetime::Lifetime;
