//! ocr: text, layout and fields from pictures and scans.
//!
//! An operation is a file; operations meet in these:
//!
//! | file | job |
//! | --- | --- |
//! | `engine.rs` | the worker processes that have Tesseract, and the way there |
//! | `job.rs` | what a worker is asked, and answers |
//! | `source.rs` | the picture of a request |
//! | `prepare/` | what a picture needs before it can be read |
//! | `reading.rs` | a picture read, in another way where the first is unsure |
//! | `page.rs`, `rows.rs` | what was read, as answers have it; lines side by side as rows |
//! | `document.rs`, `pages.rs` | the pages of a picture or PDF, side by side; which are meant |
//! | `pdf_page.rs`, `layer.rs` | pages of PDFs in a worker: their text and picture; words put on them |
//! | `error.rs` | what is refused, and its code |

pub mod classify;
pub mod codes;
pub mod document;
mod engine;
mod error;
pub mod export;
pub mod extract;
pub mod find;
mod job;
pub mod languages;
mod layer;
pub mod orientation;
pub mod page;
mod pages;
pub mod pdf;
mod pdf_page;
mod prepare;
mod reading;
pub mod recognize;
mod rows;
pub mod searchable;
mod source;
pub mod tables;
pub mod text;

use chassis::Service;
pub use engine::{Reader, Readers, Settings};
pub use reading::Layout;

/// The port the service has when it runs alone.
pub const PORT: u16 = 3004;

/// The service: every operation in one list.
#[must_use]
pub fn service() -> Service {
    Service::new("ocr", "Text, layout and fields from images and scans")
        .holds(engine::open)
        .check_held("tesseract", engine::check)
        .warm::<Reader>()
        .call("POST /recognize", recognize::recognize, recognize::about)
        .call("POST /text", text::text, text::about)
        .call("GET /languages", languages::languages, languages::about)
        .call("POST /orientation", orientation::orientation, orientation::about)
        .call("POST /pdf", pdf::pdf, pdf::about)
        .call("POST /searchable-pdf", searchable::searchable, searchable::about)
        .call("POST /find", find::find, find::about)
        .call("POST /extract", extract::extract, extract::about)
        .call("POST /tables", tables::tables, tables::about)
        .call("POST /codes", codes::codes, codes::about)
        .call("POST /export", export::export, export::about)
        .call("POST /classify", classify::classify, classify::about)
}
