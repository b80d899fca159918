//! Serving: from a socket to an app and back.
//!
//! | file | job |
//! | --- | --- |
//! | `app.rs` | what answers requests: the one type that a router, the gateway and the observer share |
//! | `listen.rs` | addresses, connections with bounded heads and age, shutdown |
//! | `signals.rs` | the signals to stop and to read again |
//! | `alone.rs` | one service as a program of its own |
//! | `moving.rs` | a socket that neither speaks nor takes anything is closed |
//! | `tls.rs` | TLS, where no proxy in front speaks it |
//! | `traffic.rs` | an HTTP/2 client that takes nothing of its answer, or asks nothing, is closed, whatever pings it answers |
//! | `upload.rs` | an upload nobody reads is taken off the line, so that its refusal arrives |
//!
//! hyper itself is asked for connections, because axum's `serve` exposes none of the bounds that are set here.

mod alone;
mod app;
mod listen;
mod moving;
mod signals;
mod tls;
mod traffic;
mod upload;

pub use alone::{LAST_MOMENT, alone, run};
pub use app::App;
pub use listen::{Listener, serve};
pub use signals::Signals;
pub use tls::Tls;
