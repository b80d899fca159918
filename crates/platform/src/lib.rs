//! The ninth router: the catalog, the caller's account, kept files, and the documents and health of all services together.

mod catalog;
mod files;
mod front;
mod me;

use chassis::{App, Check, Service};

pub use catalog::{Listed, State};

/// The platform's router; services are listed in the order given.
#[must_use]
pub fn service(listed: &[Listed], running: &[&Service]) -> Service {
    let platform = operations(catalog::Catalog::new(listed));
    let mut documented = vec![&platform];
    documented.extend_from_slice(running);
    let document = chassis::merge(&documented, "FlowForge", "Utility services for no-code tools, behind one API key.");
    platform.page("/", "text/html; charset=utf-8", front::page(listed)).with_document(document)
}

/// Adds a service to the health check.
#[must_use]
pub fn watch(platform: Service, name: &str, app: App) -> Service {
    platform.check(name, move || {
        let app = app.clone();
        async move { app.health().await }
    })
}

/// The operations, in one list.
fn operations(catalog: catalog::Catalog) -> Service {
    Service::new("platform", "Catalog, account and files")
        .prefix("/api/v1")
        .compute("GET /me", me::me, me::about)
        .compute("GET /catalog", move |request, _: &_| catalog.list(request), catalog::about)
        .call("POST /files", files::upload, files::about)
        .downloads("/files")
}
