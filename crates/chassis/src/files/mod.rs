//! Files: how they come in (multipart, raw, URL, data URI, base64, id) and how they go out (bytes, base64, link).

mod address;
mod collect;
mod fetch;
mod file;
mod name;
mod resolve;
mod source;

pub(crate) use collect::{Collector, Pending, at};
pub(crate) use file::TOKEN;
pub use file::{Data, File};
pub(crate) use source::Source;
