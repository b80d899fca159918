//! pdf: documents joined, split, read, protected and painted.
//!
//! An operation is a file; operations never name each other, and meet in these:
//!
//! | file | job |
//! | --- | --- |
//! | `input.rs` | the document of a request, and how operations that read one run |
//! | `document/` | documents as trees of objects: opened, put together, saved |
//! | `separators.rs` | documents whose pages are read or painted; pages with a text or a code on them, blank pages |
//! | `typeset/`, `settings.rs` | typst as a library, in workers that stay warm |
//! | `print.rs`, `named.rs` | pages that are printed; what they name by URL, fetched |
//! | `html/` | pages of HTML as documents of typst |
//! | `page.rs`, `lettering.rs` | drawings on pages that are there; letters of ours in documents of others |
//! | `continued.rs` | tables that go on on the next page |
//! | `find.rs`, `markdown.rs` | a text or expression on a page, with boxes; text as Markdown |
//! | `permissions.rs` | what the owner of a protected document allows |
//!
//! Every operation that reads a document runs in a worker process: parsers of PDF can be made to use any amount of memory
//! and time by a small file.

pub mod attachments;
pub mod compress;
mod continued;
mod document;
mod find;
pub mod forms;
pub mod from_html;
pub mod from_images;
pub mod from_markdown;
pub mod generate;
mod html;
pub mod images;
pub mod info;
mod input;
mod lettering;
mod markdown;
pub mod merge;
pub mod metadata;
mod named;
mod page;
pub mod pages;
pub mod permissions;
pub mod print;
pub mod protect;
pub mod render;
mod separators;
mod settings;
pub mod split;
pub mod stamp;
pub mod tables;
pub mod templates;
pub mod text;
mod typeset;

use chassis::Service;
use forms::{fields, fill, flatten};
pub use settings::{Settings, Workshop};
pub use typeset::Typesetter;

/// The port the service has when it runs alone.
pub const PORT: u16 = 3003;

/// The service: every operation in one list.
#[must_use]
pub fn service() -> Service {
    Service::new("pdf", "Generate, merge, split, convert, extract, protect")
        .holds(settings::open)
        .warm::<Typesetter>()
        .compute("POST /info", info::info, info::about)
        .compute("POST /metadata/read", metadata::read, metadata::read_about)
        .compute("POST /metadata/write", metadata::write, metadata::write_about)
        .compute("POST /merge", merge::merge, merge::about)
        .compute("POST /split", split::split, split::about)
        .compute("POST /pages", pages::pages, pages::about)
        .compute("POST /from-images", from_images::from_images, from_images::about)
        .compute("POST /protect", protect::protect, protect::about)
        .compute("POST /text", text::text, text::about)
        .compute("POST /tables", tables::tables, tables::about)
        .compute("POST /images", images::images, images::about)
        .compute("POST /compress", compress::compress, compress::about)
        .compute("POST /attachments/extract", attachments::extract, attachments::extract_about)
        .compute("POST /attachments/add", attachments::add, attachments::add_about)
        .compute("POST /render", render::render, render::about)
        .compute("GET /templates", templates::templates, templates::about)
        .call("POST /generate", generate::generate, generate::about)
        .call("POST /from-html", from_html::from_html, from_html::about)
        .call("POST /from-markdown", from_markdown::from_markdown, from_markdown::about)
        .compute("POST /forms/fields", fields::fields, fields::about)
        .compute("POST /forms/fill", fill::fill, fill::about)
        .compute("POST /forms/flatten", flatten::flatten, flatten::about)
        .compute("POST /stamp", stamp::stamp, stamp::about)
}
