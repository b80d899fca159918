//! Barcodes of all kinds (QR codes, linear barcodes, Data Matrix, PDF417, Aztec): texts to modules, and pictures to texts.
//!
//! Writing ends with modules ([`Symbol`]): pixels or paths are made of them by who draws. Reading is rxing's, with what makes it
//! find more around it (`scan.rs`). **Readers cannot be stopped from outside**, and some pictures keep them for long: call
//! [`Search`] in a worker process.
//!
//! | file | job |
//! | --- | --- |
//! | `symbol.rs` | the modules of a code, whatever its kind |
//! | `qr.rs` | QR: the text in the modes that need the least |
//! | `room.rs` | a QR code with room for a logo in its middle |
//! | `linear.rs` | linear barcodes: what each can hold, and its check digit |
//! | `matrix.rs` | Data Matrix, PDF417, Aztec |
//! | `gs1.rs` | element strings of GS1 |
//! | `read.rs` | the codes in a picture, at the sizes that find most |
//! | `scan.rs` | looking for them, in several treatments of the picture |
//! | `bars.rs` | linear barcodes, scanned line by line |

mod bars;
mod gs1;
pub mod linear;
pub mod matrix;
pub mod qr;
mod read;
pub mod room;
mod scan;
mod symbol;

pub use read::{Found, ReadableType, Search, needed_size};
pub use symbol::{Area, CodeType, ErrorCorrection, Symbol};

/// Why a text cannot be encoded: the field to change, and what to change.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct Error {
    /// Field of a request: `text` or `logo`.
    pub field: &'static str,
    /// What to change.
    pub message: String,
}

pub(crate) fn conflict(field: &'static str, message: impl Into<String>) -> Error {
    Error { field, message: message.into() }
}
