//! Webhooks: whether a request is from whom it says it is, and the headers of one's own requests.
//!
//! Nearly every provider does the same thing in its own words: an HMAC of the body and a few other parts, in some header,
//! written in some way. So a scheme is data ([`scheme`]), the providers are a table of it ([`table`]), and a scheme of one's
//! own (`generic`) goes the same road.

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
