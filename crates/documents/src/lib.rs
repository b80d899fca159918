//! PDF pages as pictures and as words with boxes.
//!
//! One interpreter (hayro, safe Rust) reads a page; what it draws is either painted or, glyph by glyph, put together to words,
//! lines and blocks. A file is untrusted: it may make the interpreter work without end or ask for any amount of memory, which
//! nothing here can stop once it has begun. **Call this only in a worker process with limits of its own.** What can be known
//! before the work (pages, their size, the number of content streams, the pixels asked for) is checked before.
//!
//! ```no_run
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let document = documents::Document::open(std::fs::read("letter.pdf")?, None)?;
//! let pixels = document.renderer().render(0, &documents::RenderOptions::dpi(150.0))?;
//! let text = document.reader().page(0)?;
//! println!("{} x {} pixels, {} words: {}", pixels.width, pixels.height, text.words().count(), text.plain());
//! # Ok(()) }
//! ```
//!
//! Coordinates are points (1/72 inch) from the top left corner of the page as it is shown: cropped, and turned by its
//! rotation. A [`Renderer`] and a [`Reader`] keep the fonts of a document between its pages.
//!
//! | file | job |
//! | --- | --- |
//! | `open.rs` | a file to a document: passwords, number and size of pages |
//! | `render.rs` | a page to pixels |
//! | `images.rs` | the pictures of a page, as they are in the file |
//! | `reader.rs` | a page to text: what the other files do, in order |
//! | `glyphs.rs`, `unicode.rs` | what the interpreter draws, noted: glyphs with their characters, pictures, rulings |
//! | `words.rs`, `lines.rs`, `blocks.rs` | glyphs to words, words to lines, lines to blocks in reading order |
//! | `text.rs` | the text of a page, and whether it needs recognition |
//! | `tables/` | the tables of a page, by lines and by gaps |

mod blocks;
mod bounds;
mod glyphs;
mod images;
mod lines;
mod open;
mod reader;
mod render;
mod tables;
mod text;
mod unicode;
mod words;

pub use bounds::Bounds;
pub use images::{ImageContent, PageImage};
pub use open::{Document, MAX_CONTENT, MAX_PAGE_SIDE, MAX_PAGES, OpenError, Page, PageError, spellings};
pub use reader::Reader;
pub use render::{Colors, Pixels, RenderError, RenderOptions, Renderer, Scale};
pub use tables::{Table, TableCell, TableMethod};
pub use text::{Block, Line, NeedsOcr, PageText, PlacedPicture, Word};
pub use unicode::fold;
