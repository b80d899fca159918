//! pdf: documents joined, split, read, protected and painted.
//!
//! An operation is a file; operations never name each other, and meet in these:
//!
//! | file | job |
//! | --- | --- |
//! | `input.rs` | the document of a request, and how operations that read one run |
//! | `document/` | documents as trees of objects: opened, put together, saved |
//! | `separators.rs` | documents whose pages are read or painted; pages with a text or a code on them, blank pages |
//! | `permissions.rs` | what the owner of a protected document allows |
//!
//! Every operation that reads a document runs in a worker process: parsers of PDF can be made to use any amount of memory
//! and time by a small file.

mod document;
pub mod from_images;
pub mod info;
mod input;
pub mod merge;
pub mod metadata;
pub mod permissions;
pub mod protect;
pub mod render;
mod separators;
pub mod split;

use chassis::Service;

/// The port the service has when it runs alone.
pub const PORT: u16 = 3003;

/// The service: every operation in one list.
#[must_use]
pub fn service() -> Service {
    Service::new("pdf", "Generate, merge, split, convert, extract, protect")
        .compute("POST /info", info::info, info::about)
        .compute("POST /metadata/read", metadata::read, metadata::read_about)
        .compute("POST /metadata/write", metadata::write, metadata::write_about)
        .compute("POST /merge", merge::merge, merge::about)
        .compute("POST /split", split::split, split::about)
        .compute("POST /from-images", from_images::from_images, from_images::about)
        .compute("POST /protect", protect::protect, protect::about)
        .compute("POST /render", render::render, render::about)
}
