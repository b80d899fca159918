//! Where work is done.
//!
//! | file | job |
//! | --- | --- |
//! | `pool.rs` | the compute pool: as many threads as cores, a bounded wait |
//! | `streams.rs` | threads for streams, one each |
//! | `worker/` | processes for work that may take its process down |
//!
//! Each has a bounded number of places and a bounded time to wait for one; past it the request is refused with 503 and
//! `Retry-After`. A job keeps its place until it ends, whoever waits for it.

pub(crate) mod pool;
pub(crate) mod streams;
pub(crate) mod worker;
