//! What all services share. A service says what it does, as functions from typed requests to typed responses; the
//! chassis makes an HTTP service of it: decoding, validation, limits, placement, errors, documents, metrics, serving.
//!
//! The only crate that knows axum. From the outside in:
//!
//! | folder | job |
//! | --- | --- |
//! | `serve/` | sockets: connections, uploads, shutdown |
//! | `observe/` | the one middleware, metrics, the log |
//! | `service/` | a service: its operations in one list, its start, the router made of it |
//! | `operation/` | an operation: registered, mounted, batched; bodies in, answers out |
//! | `decode/` | from a request's parts to its type: JSON, forms, bounds, secrets |
//! | `files/` | files by URL, data URI, base64, id; the store |
//! | `body/` | bodies on their way in: bounded, inflated |
//! | `cache/` | answers kept in memory and Redis |
//! | `run/` | where work is done: pool, threads of streams, worker processes |
//! | `openapi/` | the document, from the types |
//!
//! `runtime.rs` holds what the services of a process share while they run, `held.rs` what one of them holds, `call.rs` what
//! an operation may know of its request. On the ground lies what all use: messages, errors, warnings, the context of a request, clock, settings,
//! health, and the shares in which consumers hold what is scarce.

mod body;
mod cache;
mod call;
mod clock;
mod context;
mod data;
mod decode;
mod error;
mod files;
mod health;
mod held;
mod message;
mod observe;
mod openapi;
mod operation;
mod run;
mod runtime;
mod serve;
mod service;
pub mod settings;
mod shares;
pub mod testing;
mod warning;

pub use call::{Call, KeptFile};
pub use clock::Clock;
pub use context::{Consumer, Context, REQUEST_ID, RequestId, Window};
pub use data::DataFolder;
pub use decode::exact::ExactNumber;
pub use decode::joined::joined;
pub use decode::secret::Secret;
pub use decode::short::{Short, Shorthand, short, shorts};
pub use error::{Code, Detail, Error};
pub use files::{
    Data, DataStream, Delimiter, FetchBounds, File, FileStream, Matrix, Missing, Numbers, NumbersFormat,
    NumbersOptions, Reader,
};
pub use health::{Check, Health, Status};
pub use held::Hold;
pub use message::{Body, BodyError, Request, Response};
pub use observe::{Lines, Log, Metrics, Observer, RouteMetrics};
pub use openapi::merge;
pub use operation::answer::{Answer, Flow, Makes, OperationResponse, WithFile, WithFiles};
pub use operation::events::{Event, Events, Reply};
pub use operation::output::Output;
pub use operation::registration::Operation;
pub use operation::task::OperationRequest;
pub use run::pool::{Cost, Pool};
pub use run::worker::{Confinement, WarmEngine, WarmWorkers, Warmth, worker_operation};
pub use runtime::{GATEWAY_SECRET, Runtime};
pub use serve::{App, LAST_MOMENT, Listener, Signals, Tls, alone, run, serve};
pub use service::{Description, Engines, Ground, NoSettings, Opening, OperationInfo, Service, metrics_app};
pub use settings::Settings;
pub use shares::Holder;
pub use warning::Warning;
