//! Encrypted tokens (RFC 7516): a new key for each message, and that key for whoever may read it.
//!
//! `algorithm` says how the key goes to the reader, `content` how the message is encrypted with it; `wrap` and `agree` are
//! the primitives of the first, `recipient` puts them together. `encrypt` and `decrypt` are the operations.

mod agree;
mod algorithm;
mod content;
pub mod decrypt;
pub mod encrypt;
mod recipient;
mod wrap;

pub use algorithm::JweAlgorithm;
pub use content::JweEncryption;
