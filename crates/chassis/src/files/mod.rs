//! Files: how they come in (multipart, raw, URL, data URI, base64, id) and how they go out (bytes, base64, link).

mod collect;
mod file;
mod source;

pub(crate) use collect::{Collector, Pending, at};
pub(crate) use file::Content;
pub(crate) use file::TOKEN;
pub use file::{Data, File};
pub(crate) use source::Source;
