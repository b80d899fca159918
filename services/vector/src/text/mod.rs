//! Texts: words for BM25, chunks of documents, highlights.
//!
//! | file | job |
//! | --- | --- |
//! | `tokens.rs` | the words of a text, as BM25 counts them |
//! | `bm25.rs` | weights of words in a document and in a query |
//! | `highlight.rs` | where the words of a query are in a text |
//! | `html.rs` | the text of HTML |
//! | `chunk.rs` | a document in pieces a model can read |

pub mod bm25;
pub mod chunk;
pub mod highlight;
pub mod html;
pub mod tokens;
