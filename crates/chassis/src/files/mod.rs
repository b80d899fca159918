//! Files: how they come in (multipart, raw, URL, data URI, base64, id) and how they go out (bytes, base64, link).

mod address;
mod arrive;
mod collect;
mod fetch;
mod file;
mod incoming;
mod kind;
mod name;
mod outgoing;
mod resolve;
mod source;
mod store;
mod stream;

pub(crate) use arrive::{Arrivals, Arrived};
pub(crate) use collect::{Collector, FileBounds, Found, Part, at, writing};
pub(crate) use fetch::Fetcher;
pub(crate) use file::{Content, TOKEN};
pub use file::{Data, File};
pub(crate) use incoming::{Incoming, Reading};
pub(crate) use outgoing::{Delivery, json_response};
pub(crate) use store::{Link, Store, attachment, download};
pub use stream::{FileStream, Reader};
pub(crate) use stream::{Pieces, STREAM_TIME};
