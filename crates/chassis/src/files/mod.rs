//! Files: how they come in (multipart, raw, URL, data URI, base64, id) and how they go out (bytes, base64, link).

mod address;
mod collect;
mod fetch;
mod file;
mod name;
mod resolve;
mod source;
mod store;
mod stream;

pub(crate) use collect::{Collector, FileBounds, Found, Part, Pending, Slot, at, writing};
pub(crate) use file::{Content, TOKEN};
pub use file::{Data, File};
pub(crate) use source::{Place, media_type_of};
pub(crate) use stream::Chunks;
pub use stream::{FileStream, Reader};
