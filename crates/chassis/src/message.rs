//! The messages of HTTP as everything here passes them on.

use http::HeaderValue;

/// What can go wrong with a body on its way.
pub use axum::Error as BodyError;
pub use axum::body::Body;

/// A request with its body.
pub type Request = http::Request<Body>;
/// A response with its body.
pub type Response = http::Response<Body>;

/// The content type of every JSON answer.
pub(crate) const JSON: HeaderValue = HeaderValue::from_static("application/json");
