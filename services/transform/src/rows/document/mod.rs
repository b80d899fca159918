//! Formats that hold one document rather than rows, read to a tree and written from one.
//!
//! | file | job |
//! | --- | --- |
//! | `xml/` | XML to a tree and back, in two shapes: handy, and exact |
//! | `yaml.rs` | YAML 1.2 (core schema) |
//! | `toml.rs` | TOML 1.1 |
//! | `query.rs` | query strings, as forms send them |
//! | `table.rs` | the rows in a document |

pub mod query;
pub mod table;
pub mod toml;
pub mod xml;
pub mod yaml;

/// Lists and objects inside each other.
const MAX_DEPTH: usize = 128;
/// Values of a document.
const MAX_VALUES: usize = 1_000_000;
