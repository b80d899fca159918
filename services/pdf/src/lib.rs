//! pdf: documents joined, split, read, protected and painted.
//!
//! An operation is a file; operations never name each other, and meet in these:
//!
//! | file | job |
//! | --- | --- |
//! | `input.rs` | the document of a request, and how operations that read one run |
//! | `document/` | documents as trees of objects: opened, put together, saved |
//! | `separators.rs` | documents whose pages are read or painted; pages with a text or a code on them, blank pages |
//! | `find.rs`, `markdown.rs` | a text or expression on a page, with boxes; text as Markdown |
//! | `permissions.rs` | what the owner of a protected document allows |
//!
//! Every operation that reads a document runs in a worker process: parsers of PDF can be made to use any amount of memory
//! and time by a small file.

pub mod attachments;
pub mod compress;
mod document;
mod find;
pub mod from_images;
pub mod images;
pub mod info;
mod input;
mod markdown;
pub mod merge;
pub mod metadata;
pub mod pages;
pub mod permissions;
pub mod protect;
pub mod render;
mod separators;
pub mod split;
pub mod text;

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
        .compute("POST /pages", pages::pages, pages::about)
        .compute("POST /from-images", from_images::from_images, from_images::about)
        .compute("POST /protect", protect::protect, protect::about)
        .compute("POST /text", text::text, text::about)
        .compute("POST /images", images::images, images::about)
        .compute("POST /compress", compress::compress, compress::about)
        .compute("POST /attachments/extract", attachments::extract, attachments::extract_about)
        .compute("POST /attachments/add", attachments::add, attachments::add_about)
        .compute("POST /render", render::render, render::about)
}
