//! Serving: from a socket to an app and back.
//!
//! | file | job |
//! | --- | --- |
//! | `app.rs` | what answers requests: the one type that a router, the gateway and the observer share |
//! | `listen.rs` | addresses, connections with bounded heads and age, the signals to stop, shutdown |
//! | `alone.rs` | one service as a program of its own |
//! | `moving.rs` | a connection that neither speaks nor takes its answer is closed |
//! | `traffic.rs` | what a connection is doing, so that one that does nothing is closed, with HTTP/2 too |
//! | `upload.rs` | an upload nobody reads is taken off the line, so that its refusal arrives |
//!
//! hyper itself is asked for connections, because axum's `serve` exposes none of the bounds that are set here.

mod alone;
mod app;
mod listen;
mod moving;
mod traffic;
mod upload;

pub use alone::{alone, run};
pub use app::App;
pub use listen::{Listener, Stop, serve};
