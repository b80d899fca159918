//! Text recognition by Tesseract 5, opened at run time. No HTTP, no service.
//!
//! What is asked of an engine is the trait [`Engine`]; [`Tesseract`] is the one there is. The only crate that calls it, and so
//! the only one with `unsafe` for it: a small set of functions of its C interface, looked up by name in the library that
//! the system has (`library.rs`), behind a face that is safe (`tesseract.rs`). The crates `tesseract` and `leptess` are left
//! aside, because they want libclang on every machine that builds and the library on every machine that starts.
//!
//! | file | job |
//! | --- | --- |
//! | `engine.rs` | what is asked of an engine, and what it answers |
//! | `installation.rs` | where the library and its languages are, without opening them |
//! | `library.rs` | the functions of the library |
//! | `tesseract.rs` | Tesseract as an engine |

mod engine;
mod installation;
mod library;
mod tesseract;

pub use engine::{Block, BlockKind, Bounds, Channels, Engine, Error, Line, Orientation, Pixels, ReadOptions, Reading};
pub use engine::{Segmentation, Word};
pub use installation::{DEFAULT_PLACES, Installation, Places};
pub use tesseract::Tesseract;
