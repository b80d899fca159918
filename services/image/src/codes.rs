//! Barcodes of all kinds (QR codes, linear barcodes, Data Matrix, PDF417, Aztec), drawn and read.
//!
//! A code is modules first (`Symbol`), pixels second (`Layout`), a format last: each kind of code needs only its encoder, and
//! a module is always a whole number of pixels. Reading is rxing's, with what makes it find more around it (`scan.rs`).
//!
//! | file | job |
//! | --- | --- |
//! | `generate.rs` | a text to a picture of a code |
//! | `symbol.rs` | the modules of a code, whatever its kind |
//! | `qr.rs` | QR: the text in the modes that need the least |
//! | `linear.rs` | linear barcodes: what each can hold, and its check digit |
//! | `matrix.rs` | Data Matrix, PDF417, Aztec |
//! | `gs1.rs` | element strings of GS1 |
//! | `layout.rs` | modules to pixels: where everything stands |
//! | `draw.rs` | a layout as PNG, WebP, JPEG or SVG |
//! | `logo.rs` | a picture in the middle of a QR code |
//! | `read.rs` | the codes in a picture |
//! | `scan.rs` | looking for them, in several treatments of the picture |
//! | `bars.rs` | linear barcodes, scanned line by line |

mod bars;
mod draw;
pub mod generate;
mod gs1;
mod layout;
mod linear;
mod logo;
mod matrix;
mod qr;
pub mod read;
mod scan;
mod symbol;
