//! The rules of docs/ARCHITECTURE.md that a test can check.

use std::fs;
use std::path::{Path, PathBuf};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize().unwrap()
}

/// Files with an ending below a folder.
fn files(folder: &Path, ending: &str) -> Vec<PathBuf> {
    let Ok(entries) = fs::read_dir(folder) else { return Vec::new() };
    let paths = entries.map(|entry| entry.unwrap().path());
    let (folders, files): (Vec<_>, Vec<_>) = paths.partition(|path| path.is_dir());
    let below = folders.iter().flat_map(|folder| self::files(folder, ending));
    files.into_iter().filter(|path| path.extension().is_some_and(|found| found == ending)).chain(below).collect()
}

fn folders(folder: &str) -> Vec<PathBuf> {
    fs::read_dir(root().join(folder)).unwrap().map(|entry| entry.unwrap().path()).collect()
}

fn name(path: &Path) -> String {
    path.file_name().unwrap().to_string_lossy().into_owned()
}

/// What a package calls itself, which need not be the name of its folder.
fn package_name(package: &Path) -> String {
    let manifest = fs::read_to_string(package.join("Cargo.toml")).unwrap();
    let name = manifest.lines().find_map(|line| line.strip_prefix("name = \""));
    name.unwrap().trim_end_matches('"').to_owned()
}

/// Names of the crates a manifest depends on, for running or for tests.
fn dependencies(package: &Path) -> Vec<String> {
    let manifest = fs::read_to_string(package.join("Cargo.toml")).unwrap();
    let mut inside = false;
    let mut found = Vec::new();
    for line in manifest.lines() {
        if line.starts_with('[') {
            inside = line.contains("dependencies]");
        } else if let Some(end) = line.find(['.', ' ', '=']).filter(|_| inside) {
            found.push(line[..end].to_owned());
        }
    }
    found
}

#[test]
fn capabilities_know_no_http() {
    let mut checked = 0;
    for service in folders("services") {
        for file in files(&service.join("src"), "rs") {
            if ["lib.rs", "main.rs"].contains(&name(&file).as_str()) {
                continue;
            }
            let text = fs::read_to_string(&file).unwrap();
            for word in ["axum", "http::", "hyper::", "tower", "StatusCode", "tokio"] {
                assert!(!text.contains(word), "{} names {word}", file.display());
            }
            checked += 1;
        }
    }
    assert!(checked >= 4, "{checked} files");
}

#[test]
fn dependencies_point_one_way() {
    let services: Vec<String> = folders("services").iter().map(|service| package_name(service)).collect();
    for service in folders("services") {
        for dependency in dependencies(&service) {
            assert!(!services.contains(&dependency), "{} names {dependency}", service.display());
            assert!(!["gateway", "platform", "flowforge", "axum", "hyper"].contains(&dependency.as_str()));
        }
    }
    for engine in ["fonts", "jpeg", "pictures"] {
        for dependency in dependencies(&root().join("crates").join(engine)) {
            assert!(!services.contains(&dependency), "{engine} names {dependency}");
            assert!(!["axum", "chassis", "http"].contains(&dependency.as_str()), "{engine} names {dependency}");
        }
    }
    for package in ["chassis", "gateway", "platform"] {
        let found = dependencies(&root().join("crates").join(package));
        assert!(found.len() > 3, "{package}: {found:?}");
        for dependency in found {
            assert!(!services.contains(&dependency), "{package} names {dependency}");
            assert!(package == "chassis" || dependency != "axum", "{package} names axum");
            assert!(package != "chassis" || !["gateway", "platform"].contains(&dependency.as_str()));
        }
    }
}

#[test]
fn the_gateway_names_no_service() {
    for file in files(&root().join("crates/gateway/src"), "rs") {
        let text = fs::read_to_string(&file).unwrap();
        for service in ["crypto", "math", "pdf", "ocr", "image", "llm", "transform"] {
            assert!(!text.contains(&format!("\"{service}")), "{} names {service}", file.display());
        }
    }
}

/// Types that lose the kind or the place of a wrong value in a request.
#[test]
fn request_types_keep_kind_and_place() {
    for service in folders("services") {
        for file in files(&service.join("src"), "rs") {
            let text = fs::read_to_string(&file).unwrap();
            for (number, line) in text.lines().enumerate() {
                let loose =
                    line.contains("serde(flatten") || line.contains("serde(untagged") || line.contains("serde(tag");
                let after: String = text.lines().skip(number.saturating_sub(2)).take(5).collect();
                assert!(!loose || !after.contains("Deserialize"), "{}:{}", file.display(), number + 1);
            }
        }
    }
}

#[test]
fn one_file_reads_the_environment() {
    let mut readers = Vec::new();
    for folder in ["crates", "services"] {
        for package in folders(folder) {
            for file in files(&package.join("src"), "rs") {
                if fs::read_to_string(&file).unwrap().contains("env::var") {
                    readers.push(name(&file));
                }
            }
        }
    }
    assert_eq!(readers, ["settings.rs"]);
}

#[test]
fn links_of_the_docs_lead_somewhere() {
    let mut checked = 0;
    for file in
        files(&root().join("docs"), "md").into_iter().chain([root().join("README.md"), root().join("bench/README.md")])
    {
        let text = fs::read_to_string(&file).unwrap();
        for target in text.split("](").skip(1).filter_map(|rest| rest.split(')').next()) {
            if target.starts_with("http") || target.starts_with('#') {
                continue;
            }
            let path = file.parent().unwrap().join(target.split('#').next().unwrap());
            assert!(path.exists(), "{} links to {target}", file.display());
            checked += 1;
        }
    }
    assert!(checked > 0);
}
