//! Rows: read from any format, written to any, in constant memory where the format lets them.
//!
//! | file | job |
//! | --- | --- |
//! | `cell.rs` | cells, rows, columns |
//! | `number.rs` | which texts are numbers, and which are ids |
//! | `text.rs` | bytes in some encoding, as text |
//! | `types.rs` | types of columns, asked for or inferred |
//! | `format.rs` | formats, by name and by look |
//! | `delimited/`, `json.rs`, `sheet/` | CSV and TSV, JSON, spreadsheets as rows |
//! | `item.rs` | items of n8n, whose rows stand in `json` |
//! | `document/` | XML, YAML, TOML, query strings as trees, and the rows in them |
//! | `source.rs`, `write/` | where rows come from and go to |
//! | `open.rs` | from the data of a request to rows or a tree |
//! | `retyped.rs` | columns with the types that were asked for |
//! | `answer.rs` | from rows to the answer of an operation: in JSON, as a file, as they come |

pub mod answer;
pub mod cell;
pub mod collect;
pub mod delimited;
pub mod document;
pub mod format;
pub mod formula;
pub(crate) mod item;
pub mod json;
pub mod key;
pub mod named;
pub mod number;
pub mod open;
mod retyped;
pub mod sheet;
pub mod source;
pub mod text;
pub mod types;
pub mod write;
