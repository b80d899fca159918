//! What all services share. A service says what it does, as functions from typed requests to typed responses; the
//! chassis makes an HTTP service of it: decoding, validation, limits, placement, errors, documents, metrics, serving.
//!
//! The only crate that knows axum.

mod answer;
mod app;
mod batch;
mod body;
mod cache;
mod call;
mod clock;
mod context;
mod decode;
mod error;
mod files;
mod flow;
mod health;
mod inflate;
mod log;
mod metrics;
mod mount;
mod moving;
mod observe;
mod openapi;
mod operation;
mod output;
mod pool;
mod runtime;
mod secret;
mod serve;
mod service;
pub mod settings;
mod task;
pub mod testing;
mod upload;
mod validate;
mod worker;

pub use answer::{Answer, Makes, OperationResponse, WithFile, WithFiles};
pub use app::App;
/// What can go wrong with a body on its way.
pub use axum::Error as BodyError;
pub use axum::body::Body;
pub use call::{Call, KeptFile, Warning};
pub use clock::Clock;
pub use context::{Consumer, Context, REQUEST_ID, RequestId, Window};
pub use error::{Code, Detail, Error};
pub use files::{Data, File, FileStream, Reader};
pub use health::{Check, Health, Status};
pub use log::{Lines, Log};
pub use metrics::{Metrics, RouteMetrics};
pub use observe::Observer;
pub use openapi::merge;
pub use operation::{Operation, OperationRequest};
pub use output::Output;
pub use pool::{Cost, Pool};
pub use runtime::{GATEWAY_SECRET, Runtime};
pub use secret::Secret;
pub use serve::{Listener, Stop, alone, run, serve};
pub use service::{OperationInfo, Service, metrics_app};
pub use settings::Settings;

pub use worker::worker_operation;

/// A request with its body.
pub type Request = http::Request<Body>;
/// A response with its body.
pub type Response = http::Response<Body>;

/// The content type of every JSON answer.
pub(crate) const JSON: http::HeaderValue = http::HeaderValue::from_static("application/json");
