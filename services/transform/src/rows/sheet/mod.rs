//! Spreadsheets (Office Open XML) as rows.
//!
//! Own reader over zip and quick-xml rather than calamine: that one fills a rectangle, which two cells make 549 GB; believes
//! the sizes an archive declares; and does not tell a formula that was never computed from an empty cell. Every part is
//! inflated against a budget, whatever its head says. Runs in a worker process.
//!
//! | file | job |
//! | --- | --- |
//! | `book.rs` | the archive: its parts, sheets, shared texts, formats of numbers |
//! | `cells.rs` | the cells of a sheet, row by row |
//! | `date.rs` | serial numbers and dates, both epochs |
//! | `table.rs` | where the table is, its columns, its rows |
//! | `every.rs` | every sheet as it is |

pub mod book;
pub(crate) mod cells;
pub mod date;
mod every;
mod table;

pub use crate::package::{is_archive, is_old};
pub use every::{Uncertain, every};
pub use table::{Sheet, open};
