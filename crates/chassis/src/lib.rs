//! What all services share. A service says what it does, as functions from typed requests to typed responses; the
//! chassis makes an HTTP service of it: decoding, validation, limits, placement, errors, documents, metrics, serving.
//!
//! The only crate that knows axum.

mod app;
mod body;
mod cache;
mod call;
mod clock;
mod context;
mod decode;
mod error;
mod files;
mod health;
mod log;
mod metrics;
mod moving;
mod observe;
mod openapi;
mod operation;
mod pool;
mod runtime;
mod secret;
mod serve;
mod service;
pub mod settings;
pub mod testing;
mod upload;
mod validate;
mod worker;

pub use app::App;
/// What can go wrong with a body on its way.
pub use axum::Error as BodyError;
pub use axum::body::Body;
pub use call::{Call, Warning};
pub use clock::Clock;
pub use context::{Consumer, Context, REQUEST_ID, RequestId, Window};
pub use error::{Code, Detail, Error};
pub use files::{Data, File};
pub use health::{Check, Health, Status};
pub use log::{Lines, Log};
pub use metrics::{Metrics, RouteMetrics};
pub use observe::Observer;
pub use openapi::merge;
pub use operation::{Operation, OperationRequest, OperationResponse};
pub use pool::{Cost, Pool};
pub use runtime::{GATEWAY_SECRET, Runtime};
pub use secret::Secret;
pub use serve::{Listener, Stop, alone, run, serve};
pub use service::{OperationInfo, Service, metrics_app};
pub use settings::Settings;

/// A request with its body.
pub type Request = http::Request<Body>;
/// A response with its body.
pub type Response = http::Response<Body>;

/// The content type of every JSON answer.
pub(crate) const JSON: http::HeaderValue = http::HeaderValue::from_static("application/json");
