//! Webhooks: verify the signature of received requests, and sign your own.
//!
//! Nearly every provider does the same in its own way: an HMAC of the body and a few other parts, in some header, in
//! some encoding. So a scheme is data ([`scheme`]), the providers are a table of it ([`table`]), and a custom scheme
//! (`generic`) takes the same path.

mod body;
mod custom;
mod event;
mod evidence;
mod fields;
mod form;
mod handshake;
mod hint;
mod keys;
mod message;
mod proof;
mod provider;
mod scheme;
pub mod sign;
mod table;
mod template;
mod time;
mod url;
pub mod verify;

pub use body::RawBody;
pub use custom::Custom;
pub use fields::Fields;
pub use handshake::RespondWith;
pub use provider::Provider;
