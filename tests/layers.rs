//! The rules of docs/ARCHITECTURE.md that a test can check.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};

/// The crates that are no engines: what all services share, and what puts them together.
const GROUND: [&str; 4] = ["chassis", "flowforge", "gateway", "platform"];

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
    // Whatever is not one of the four is an engine: one that is new is held to this without being named anywhere.
    let engines: Vec<PathBuf> =
        folders("crates").into_iter().filter(|package| !GROUND.contains(&name(package).as_str())).collect();
    assert!(engines.len() >= 3, "{engines:?}");
    for engine in engines {
        for dependency in dependencies(&engine) {
            let engine = engine.display();
            assert!(!services.contains(&dependency), "{engine} names {dependency}");
            assert!(!["axum", "http", "hyper"].contains(&dependency.as_str()), "{engine} names {dependency}");
            assert!(!GROUND.contains(&dependency.as_str()), "{engine} names {dependency}");
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

/// Every path that the docs name as code, such as `crates/chassis/` or `docs/charts.md`, is there.
#[test]
fn paths_of_the_docs_exist() {
    let mut checked = 0;
    for file in files(&root().join("docs"), "md")
        .into_iter()
        .chain(["README.md", "bench/README.md"].map(|name| root().join(name)))
    {
        let text = fs::read_to_string(&file).unwrap();
        // Examples of code have paths of their own.
        let prose: String = text.split("```").step_by(2).collect();
        for word in
            prose.split('`').skip(1).step_by(2).filter(|word| !word.contains([' ', '<', '*', '{', '(', '$', '=', ':']))
        {
            let tops = [
                "crates/",
                "services/",
                "tests/",
                "bench/",
                "docs/",
                "openapi/",
                "scripts/",
                "integrations/",
                "deploy/",
            ];
            if !tops.iter().any(|top| word.starts_with(top)) {
                continue;
            }
            assert!(root().join(word).exists(), "{} names {word}", file.display());
            checked += 1;
        }
    }
    assert!(checked >= 8, "{checked}");
}

/// A field of the same name and type reads the same in every request of a service, and in every answer, unless it is
/// listed as one that means another thing in each place.
#[test]
fn one_field_has_one_text() {
    let mut fields = 0;
    let mut wrong = Vec::new();
    for file in files(&root().join("openapi"), "json").into_iter().filter(|file| name(file) != "flowforge.json") {
        let document: Value = serde_json::from_str(&fs::read_to_string(&file).unwrap()).unwrap();
        let service = name(&file).trim_end_matches(".json").to_owned();
        for direction in ["requestBody", "responses"] {
            let mut texts: BTreeMap<(String, String), BTreeSet<String>> = BTreeMap::new();
            for schema in reached(&document, direction) {
                let properties = document["components"]["schemas"][&schema]["properties"].as_object();
                for (field, about) in properties.into_iter().flatten() {
                    let Some(text) = about["description"].as_str() else { continue };
                    let kind = json!([about["type"], about["$ref"], about["anyOf"], about["items"]]).to_string();
                    texts.entry((field.clone(), kind)).or_default().insert(text.to_owned());
                }
            }
            fields += texts.len();
            let listed = |field: &str| {
                OWN_MEANINGS.iter().any(|(of, list)| *of == service && list.split(' ').any(|known| known == field))
            };
            let several = texts.into_iter().filter(|((field, _), texts)| texts.len() > 1 && !listed(field));
            wrong.extend(several.map(|((field, _), texts)| format!("{service} {field} ({direction}): {texts:#?}")));
        }
    }
    assert!(fields > 200, "{fields}");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// The schemas that requests or answers refer to, by way of others too.
fn reached(document: &Value, direction: &str) -> BTreeSet<String> {
    fn targets(value: &Value, found: &mut Vec<String>) {
        match value {
            Value::Object(entries) => {
                found.extend(
                    entries
                        .get("$ref")
                        .and_then(Value::as_str)
                        .and_then(|target| target.rsplit('/').next())
                        .map(str::to_owned),
                );
                entries.values().for_each(|value| targets(value, found));
            }
            Value::Array(values) => values.iter().for_each(|value| targets(value, found)),
            _ => {}
        }
    }
    let mut next = Vec::new();
    let operations = document["paths"].as_object().unwrap().values().filter_map(Value::as_object);
    operations.flat_map(|methods| methods.values()).for_each(|operation| targets(&operation[direction], &mut next));
    let mut reached = BTreeSet::new();
    while let Some(schema) = next.pop() {
        if reached.insert(schema.clone()) {
            targets(&document["components"]["schemas"][&schema], &mut next);
        }
    }
    reached
}

/// Fields whose name means another thing in each place: of keys and tokens, of what a hash or a signature is made of, of
/// pixels and modules, of what a number is the mean or the rate of. `warnings` are those of an answer, or of a batch.
const OWN_MEANINGS: [(&str, &str); 8] = [
    (
        "crypto",
        "audience bits bytes code counter encrypted expiresAt file format hash headers issuer iterations jwtId key keyRef \
         length message method nonce passphrase payload privateKey salt secondsLeft secret sha256 signature \
         signatureFormat subject text type url valid warnings",
    ),
    (
        "llm",
        "count data end index instructions label maxTokens message model name object parallel_tool_calls score seed servedBy start \
         stream system temperature text texts tool_choice tools totalTokens truncated usage warnings words",
    ),
    (
        "data",
        "after author baseUrl bom by categories column columns contentType count data date decimal delimiter \
         description detected each encoding encrypted filename first format free from header ignoreCase image \
         item language left length limit lineEnding message name names offset path pattern prefix quote read \
         result right root rowCount rows schema separator sheet sheetName size start step suffix summary syntax \
         text threshold times timeZone title to totalSize uid until updated url valid values warnings whole xml \
         zone",
    ),
    (
        "ocr",
        "box code confidence count currency file height languages message name page pages passed preprocess rotation skew text \
         warnings width words",
    ),
    (
        "pdf",
        "allowSigned bytes count css data encrypted file files from height margin message metadata name page pages paper \
         password permissions size text title version warnings width x xfa y",
    ),
    (
        "vector",
        "chunks collection contentHash count cursor documentId end filter id ids limit message model name nextCursor notFound \
         payload points rows section source start text title updated vector warnings",
    ),
    ("image", "background color height margin message name quality text threshold warnings width x y"),
    (
        "math",
        "after amount amounts area bearing before center column columns confidence correlation count date dates days decimal decimals distance distinct \
         estimate exact failed hash high index low mase max mean meanHigh meanLow median message method min \
         missing name pValue payment \
         period places precision price rate rates residual rounding rows standardDeviation standardError statistic text total type value \
         unit variance warnings west south x y",
    ),
];
