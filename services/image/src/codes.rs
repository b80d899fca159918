//! Barcodes of all kinds (QR codes, linear barcodes, Data Matrix, PDF417, Aztec), drawn and read.
//!
//! A code is modules first (`codes::Symbol`), pixels second (`Layout`), a format last: a module is always a whole number of
//! pixels. The modules, and what finds codes in pictures, are the engine's.
//!
//! | file | job |
//! | --- | --- |
//! | `generate.rs` | a text to a picture of a code |
//! | `layout.rs` | modules to pixels: where everything stands |
//! | `draw.rs` | a layout as PNG, WebP, JPEG or SVG |
//! | `logo.rs` | a picture in the middle of a QR code |
//! | `read.rs` | the codes in a picture |

mod draw;
pub mod generate;
mod layout;
mod logo;
pub mod read;
