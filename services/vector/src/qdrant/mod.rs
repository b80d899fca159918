//! The store on a Qdrant server, by gRPC: where points outgrow one machine.
//!
//! Collections of all tenants that have the same distance and number of dimensions share one collection of Qdrant, in which
//! `_c`, the id of the logical collection, is the tenant index (Qdrant's own advice for many small tenants: a graph for each
//! value, none over all). What logical collections there are is in a collection of its own, the registry. Every request about
//! points carries the condition on `_c`, and ids of points are made of that of the collection, so nothing reaches another's.
//!
//! Answers are those of the embedded store: filters are compared with values taken out of payloads by the same code
//! (`filter/leaves.rs`), words weigh the same, and lists are fused here, with the same constant. What differs: several requests
//! make one change, so it is not in one step for others (new points come before old ones go); counts of bytes are rounded up
//! by at most a sixteenth; points with equal scores come in any order.
//!
//! | file | job |
//! | --- | --- |
//! | `vector_store.rs` | the trait of stores: each of its functions |
//! | `store.rs` | what it holds, and what several of these functions do |
//! | `registry.rs` | logical collections |
//! | `names.rs` | names of collections, ids of points |
//! | `points.rs` | a point as Qdrant keeps it, and back |
//! | `filters.rs` | filters in Qdrant's language |
//! | `change.rs` | points put in, changed and deleted |
//! | `search.rs` | a search: both lists, fused; missing scores |
//! | `server.rs` | the client: requests with their faults as ours |

mod change;
mod filters;
mod names;
mod points;
mod registry;
mod search;
mod server;
mod store;
mod vector_store;

pub use store::Qdrant;
