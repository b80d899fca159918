//! Encrypted tokens (RFC 7516): a new content encryption key for each message, encrypted for the recipient.
//!
//! `algorithm` is key management, `content` is content encryption; `wrap` and `agree` are the primitives of the first,
//! `recipient` puts them together. `encrypt` and `decrypt` are the operations.

mod agree;
mod algorithm;
mod content;
pub mod decrypt;
pub mod encrypt;
mod recipient;
mod wrap;

pub use algorithm::JweAlgorithm;
pub use content::JweEncryption;
