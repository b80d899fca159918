//! What answers requests: the one type that a service's router, the gateway and the observer share.

use std::convert::Infallible;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use axum::Router;
use http_body_util::{BodyExt, Limited};
use tower::ServiceExt;

use crate::context::Context;
use crate::health::{Check, Health, Status};
use crate::message::{Body, Request, Response};
use crate::observe::RouteMetrics;

/// Bytes of another service's health that are read.
const MAX_HEALTH_BYTES: usize = 64 * 1024;

type Answering = Pin<Box<dyn Future<Output = Response> + Send>>;

/// Something that answers every request. Cheap to clone.
#[derive(Clone)]
pub struct App(Arc<dyn Fn(Request) -> Answering + Send + Sync>);

impl App {
    /// An app from an async function.
    pub fn new<F, R>(answer: F) -> Self
    where
        F: Fn(Request) -> R + Send + Sync + 'static,
        R: Future<Output = Response> + Send + 'static,
    {
        Self(Arc::new(move |request| Box::pin(answer(request))))
    }

    /// A router; what it answers outside of an operation counts as `other`.
    pub(crate) fn of_router(router: Router, other: Arc<RouteMetrics>) -> Self {
        Self::new(move |request| {
            let context = Context::of(&request);
            let other = other.clone();
            let answer = router.clone().oneshot(request);
            async move {
                let answer: Result<Response, Infallible> = answer.await;
                let Ok(response) = answer;
                context.set_route(other);
                response
            }
        })
    }

    /// Answers one request.
    #[must_use]
    pub fn call(&self, request: Request) -> Answering {
        (self.0)(request)
    }

    /// Asks its `/health`.
    pub async fn health(&self) -> Check {
        let request = http::Request::get("/health").body(Body::empty()).expect("the path is one");
        let response = self.call(request).await;
        let body = Limited::new(response.into_body(), MAX_HEALTH_BYTES).collect().await;
        let health = body.ok().and_then(|body| serde_json::from_slice::<Health>(&body.to_bytes()).ok());
        match health {
            None => Check::because(Status::Unhealthy, "does not answer"),
            Some(health) if health.status == Status::Healthy => Check::healthy(),
            Some(health) => {
                let reasons: Vec<String> =
                    health.reasons.iter().map(|(name, reason)| format!("{name}: {reason}")).collect();
                Check::because(health.status, reasons.join("; "))
            }
        }
    }
}
