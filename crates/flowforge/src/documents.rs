//! The committed OpenAPI documents: one a service, and one of all.

use std::fs;
use std::path::Path;

use chassis::{Service, Settings};
use platform::State;

use crate::services::{Entry, SERVICES};

/// Every document: its file name and its text.
fn documents() -> Result<Vec<(String, String)>, String> {
    let build = |entry: &'static Entry| Some(entry.build?.1(&Settings::default()).map(|service| (entry, service)));
    let built: Vec<_> = SERVICES.iter().filter_map(build).collect::<Result<_, _>>()?;
    let listed: Vec<_> = built.iter().map(|(entry, service)| entry.listed(Some(service), State::Running)).collect();
    let running: Vec<_> = built.iter().map(|(_, service)| service).collect();
    let platform = platform::service(&listed, &running);
    let all = running.into_iter().chain([&platform]);
    let document = |service: &Service| {
        let name = if service.name() == platform.name() { "flowforge" } else { service.name() };
        let text = serde_json::to_string_pretty(&service.openapi()).expect("a document is JSON");
        (format!("{name}.json"), format!("{text}\n"))
    };
    Ok(all.map(document).collect())
}

/// Writes the documents.
pub fn write(folder: &Path) -> Result<String, String> {
    fs::create_dir_all(folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    let documents = documents()?;
    for (name, text) in &documents {
        let path = folder.join(name);
        fs::write(&path, text).map_err(|error| format!("{}: {error}", path.display()))?;
    }
    Ok(format!("{} documents written to {}", documents.len(), folder.display()))
}

/// Fails when a committed document is not what the code says.
pub fn check(folder: &Path) -> Result<String, String> {
    let documents = documents()?;
    for (name, text) in &documents {
        let path = folder.join(name);
        let committed = fs::read_to_string(&path).map_err(|error| format!("{}: {error}", path.display()))?;
        if committed != *text {
            return Err(format!("{} is not what the code says: run `flowforge openapi`", path.display()));
        }
    }
    Ok(format!("{} documents are up to date", documents.len()))
}
