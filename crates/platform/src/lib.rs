//! The ninth router: what runs, who is calling, and the documents and health of all services together.

mod catalog;
mod files;
mod front;
mod me;

use chassis::{App, Check, Service};

pub use catalog::{Listed, State};

/// The router over all services, listed in the order to show them.
#[must_use]
pub fn service(listed: &[Listed], running: &[&Service]) -> Service {
    let platform = operations(catalog::Catalog::new(listed));
    let mut documented = vec![&platform];
    documented.extend_from_slice(running);
    let document = chassis::merge(&documented, "FlowForge", "Utility services for no-code tools, behind one API key.");
    platform.page("/", "text/html; charset=utf-8", front::page(listed)).with_document(document)
}

/// Makes the health of a service part of the health of all.
#[must_use]
pub fn watch(platform: Service, name: &str, app: App) -> Service {
    platform.check(name, move || {
        let app = app.clone();
        async move { app.health().await }
    })
}

/// The operations: every one in one list.
fn operations(catalog: catalog::Catalog) -> Service {
    Service::new("platform", "What runs, who is calling, and what is left of the plan")
        .prefix("/api/v1")
        .compute("GET /me", me::me, |op| {
            op.summary("Whose key this is, its plan and what is left of it")
                .description("The credential test of every connector. `limits` is empty when the gateway is another process; its `RateLimit-*` headers say the same.")
                .inline(1024)
        })
        .compute("GET /catalog", move |request, _: &_| catalog.list(request), |op| {
            op.summary("Every service and its operations").public().inline(1024)
        })
        .call("POST /files", files::upload, |op| {
            op.summary("Keep a file for other requests, or for whoever gets its link")
                .description(files::DESCRIPTION)
                .example(files::example())
        })
        .downloads("/files")
}
