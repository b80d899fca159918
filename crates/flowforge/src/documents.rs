//! The committed OpenAPI documents: one a service, and one of all.

use std::fs;
use std::path::Path;

use platform::State;

use crate::services::{Entry, SERVICES};

/// Every document: its file name and its text.
fn documents() -> Vec<(String, String)> {
    let built: Vec<(&Entry, _)> = SERVICES.iter().map(|entry| (entry, (entry.describe)().description())).collect();
    let listed = built.iter().map(|(entry, described)| entry.listed(Some(described.clone()), State::Running)).collect();
    let own = built.iter().map(|(entry, described)| (entry.name, described.document()));
    let all = own.chain([("flowforge", platform::service(listed).document())]);
    let text = |(name, document)| {
        let text = serde_json::to_string_pretty(&document).expect("a document is JSON");
        (format!("{name}.json"), format!("{text}\n"))
    };
    all.map(text).collect()
}

/// Writes the documents.
pub fn write(folder: &Path) -> Result<String, String> {
    fs::create_dir_all(folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    let documents = documents();
    for (name, text) in &documents {
        let path = folder.join(name);
        fs::write(&path, text).map_err(|error| format!("{}: {error}", path.display()))?;
    }
    Ok(format!("{} documents written to {}", documents.len(), folder.display()))
}

/// Fails when a committed document is not what the code says.
pub fn check(folder: &Path) -> Result<String, String> {
    let documents = documents();
    for (name, text) in &documents {
        let path = folder.join(name);
        let committed = fs::read_to_string(&path).map_err(|error| format!("{}: {error}", path.display()))?;
        if committed != *text {
            return Err(format!("{} is not what the code says: run `flowforge openapi`", path.display()));
        }
    }
    Ok(format!("{} documents are up to date", documents.len()))
}
