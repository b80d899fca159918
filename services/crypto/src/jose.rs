//! JSON Web Tokens in compact serialization: signed (JWS, RFC 7515), encrypted (JWE, RFC 7516), with claims (JWT, RFC
//! 7519), following the best current practices of RFC 8725.
//!
//! `compact` splits a token, `header` reads its first part, `algorithm` tells which keys an algorithm may use, `given`
//! and `jwks` read the keys of a request, `claims` and `lifetime` are about dates and names. `sign`, `verify` and
//! `decode` are the operations on signed tokens; `jwe` is everything about encrypted ones.

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
