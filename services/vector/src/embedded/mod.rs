//! The embedded store: SQLite is the truth, what is fast is made of it.
//!
//! Each tenant has a folder with one database, written by group commit (`crates/ledger`): a change is answered once it is on
//! the disk. Beside it, in memory, each collection that is used has what a search wants: int8 and float rows, the words of
//! texts, a graph. All of it can be made again of the database, and none of it is believed where the two disagree: a
//! search reads the collection's sequence number in its snapshot of the database and takes memory only at that number. So
//! a search sees one moment, payloads included.
//!
//! Rows are never used twice. A point that changes its vector gets a new row and its old one is dead, so nothing an index
//! holds can ever come to mean another point.
//!
//! | file | job |
//! | --- | --- |
//! | `schema.rs` | tables; heads of collections |
//! | `write.rs`, `payloads.rs` | changes, within a transaction |
//! | `select.rs`, `values.rs` | filters to sets of rows; values of fields |
//! | `patience.rs` | how long the work of a thread is waited for |
//! | `memory.rs` | a collection in memory: rows, which are alive, words |
//! | `postings.rs` | words to rows, for BM25 |
//! | `scan.rs` | the nearest rows by comparing all |
//! | `graph.rs`, `walk.rs` | the nearest rows by a graph (HNSW): built; walked |
//! | `calibrate.rs`, `indexer.rs`, `links.rs` | how far a graph must be walked; building in the background; the file of its links |
//! | `search.rs` | a search: one moment, both lists, fused |
//! | `read.rs` | points by id, page and number |
//! | `tenant.rs`, `collections.rs` | a tenant's database and what is in memory of it; its collections |
//! | `store.rs`, `jobs.rs`, `vector_store.rs` | the store as a service holds it; how it is asked and changed; what it does |
//!
//! **Chosen against**: qdrant-edge loses acknowledged points on `kill -9` and ends the process on a full disk; FTS5 is 130
//! times slower than postings in memory and orders differently; hnsw_rs and usearch take 3 to 10 times as long at the same
//! recall, because they compare floats.

mod calibrate;
mod collections;
mod graph;
mod indexer;
mod jobs;
mod links;
mod memory;
mod patience;
mod payloads;
mod postings;
mod read;
mod scan;
mod schema;
mod search;
mod select;
mod store;
mod tenant;
#[cfg(test)]
mod tests;
mod values;
mod vector_store;
mod walk;
mod write;

pub use store::{Embedded, EmbeddedSettings};
