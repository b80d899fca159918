//! Files: where they come from (a URL, a data URI, base64, an id, the body itself) and where they are kept.
//!
//! | file | job |
//! | --- | --- |
//! | `file.rs` | a file in a request or an answer; `Data`, which may be one |
//! | `numbers/` | numbers in bulk: a list in JSON, CSV, NDJSON, raw |
//! | `stream.rs` | a file that is read as it arrives |
//! | `source.rs`, `object.rs` | how a request says where a file comes from: as text, as an object |
//! | `collect.rs` | the files of the request being read, noted with the slots they are to fill |
//! | `arrive.rs` | brings what is elsewhere and fills the slots |
//! | `named.rs` | files that a file of the request names |
//! | `fetch.rs`, `resolve.rs`, `address.rs` | by URL: guarded client, names, addresses that are closed |
//! | `store/` | kept files and their links |
//! | `name.rs`, `kind.rs` | safe names; kinds by the first bytes |
//!
//! `File::deserialize` cannot fetch, so it notes the source and leaves a slot; what is elsewhere is fetched once the
//! whole request is read, all at once, with no thread held.

mod address;
mod arrive;
mod collect;
mod fetch;
mod file;
mod kind;
mod name;
mod named;
mod numbers;
mod object;
mod resolve;
mod source;
mod store;
mod stream;

pub(crate) use arrive::{Arrivals, Arrived};
pub(crate) use collect::{Collected, Collector, FileBounds, Found, Part, at, too_large_together, writing};
pub(crate) use fetch::Fetcher;
pub(crate) use file::{Content, FileHead, TOKEN};
pub use file::{Data, File};
pub(crate) use name::{part_name, safe_name, said};
pub use named::FetchBounds;
pub(crate) use named::fetch_named;
pub use numbers::{Delimiter, Matrix, Missing, Numbers, NumbersFormat, NumbersOptions};
pub(crate) use source::media_type_of;
pub(crate) use store::{Link, Store, attachment, download};
pub(crate) use stream::{Chunks, STREAM_TIME};
pub use stream::{DataStream, FileStream, Reader};
