//! A PDF of a request as a tree of objects: opened, its pages found, put together anew, saved.
//!
//! Every operation that changes the structure of a document goes through here, in a worker process: lopdf reads all objects into
//! memory, bounded by [`open::MAX_STREAM`] for what must be inflated to read them. What lopdf does not do is ours: finding the
//! pages of hostile trees, telling why a file cannot be opened, and carrying pages from one document to another with
//! what belongs to them (`assemble.rs`).
//!
//! | file | job |
//! | --- | --- |
//! | `open.rs` | a file to [`Opened`]: passwords, damage, signatures, and the sentences for each |
//! | `tree.rs` | the pages of a document, what they inherit written on each; boxes and rotation |
//! | `selection.rs` | `1-3,5,-1,odd`: which pages |
//! | `strings.rs` | text strings and dates as PDF writes them |
//! | `save.rs` | a document to bytes, protected as it was |
//! | `assemble.rs` | pages of several documents to a new one, with what belongs to them |
//! | `copy.rs`, `resources.rs` | objects from one document to another; which resources a page uses |
//! | `form.rs` | form fields of several documents to one form |
//! | `destinations.rs`, `outline.rs`, `names.rs` | where links go; bookmarks; name trees |
//! | `layers.rs`, `labels.rs` | optional content; page labels |
//! | `picture.rs`, `sheet.rs`, `paper.rs` | pictures in a document, and as pages; sizes of paper |
//! | `shape.rs` | a page turned, cropped, brought to another size |
//! | `shrink.rs` | fewer bytes for the same pages |
//! | `xmp.rs` | the XMP packet, kept in step with the document information |

pub(crate) mod assemble;
pub(crate) mod copy;
pub(crate) mod destinations;
pub(crate) mod form;
pub(crate) mod labels;
pub(crate) mod layers;
pub(crate) mod names;
pub(crate) mod open;
pub(crate) mod outline;
pub(crate) mod paper;
pub(crate) mod picture;
pub(crate) mod resources;
pub(crate) mod save;
pub(crate) mod selection;
pub(crate) mod shape;
pub(crate) mod sheet;
pub(crate) mod shrink;
pub(crate) mod strings;
pub(crate) mod tree;
pub(crate) mod xmp;

pub(crate) use open::{Opened, Source};
pub(crate) use selection::Selection;
