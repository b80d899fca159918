//! Rows written.
//!
//! | file | job |
//! | --- | --- |
//! | `json.rs` | JSON and lines of JSON |
//! | `delimited.rs` | CSV and TSV, with the guard against formulas |
//! | `sheet.rs` | spreadsheets |
//! | `document.rs` | YAML, TOML, XML and query strings, a row at a time |

pub mod delimited;
pub mod document;
pub mod json;
pub mod sheet;

use chassis::{Call, Error};

use super::cell::{Columns, Row};

/// Takes rows one after the other.
pub trait Sink {
    /// Writes a row.
    ///
    /// # Errors
    /// When it cannot be written in this format, or nobody takes it.
    fn row(&mut self, columns: &Columns, row: &Row<'_>) -> Result<(), Error>;

    /// Ends.
    ///
    /// # Errors
    /// When it cannot be ended.
    fn finish(&mut self, columns: &Columns, call: &Call) -> Result<(), Error>;
}
