//! The ninth router: the catalog, the caller's account, kept files, and the documents and health of all services together.

mod catalog;
mod files;
mod front;
mod me;

use std::sync::Arc;

use chassis::{App, Description, NoSettings, Opening, Service};

pub use catalog::{Listed, State};

/// The platform's router; services are listed in the order given. Its pages and the merged document are made when they are
/// first asked for.
#[must_use]
pub fn service(listed: Vec<Listed>) -> Service {
    let listed: Arc<[Listed]> = listed.into();
    let catalog = catalog::Catalog::new(listed.clone());
    let platform = Service::new("platform", "Catalog, account and files")
        .prefix("/api/v1")
        .holds(move |_: Opening<NoSettings>| std::future::ready(Ok(catalog.clone())))
        .compute("GET /me", me::me, me::about)
        .compute("GET /catalog", catalog::list, catalog::about)
        .call("POST /files", files::upload, files::about)
        .downloads("/files");
    let own = platform.description();
    let described = listed.clone();
    let document = move || {
        let all: Vec<Description> =
            [own.clone()].into_iter().chain(described.iter().filter_map(|listed| listed.description.clone())).collect();
        chassis::merge(&all, "FlowForge", "Utility services for no-code tools, behind one API key.")
    };
    platform.page("/", "text/html; charset=utf-8", move || front::page(&listed)).with_document(document)
}

/// Adds a service to the health check.
#[must_use]
pub fn watch(platform: Service, name: &str, app: App) -> Service {
    platform.check(name, move || {
        let app = app.clone();
        async move { app.health().await }
    })
}
