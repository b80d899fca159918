//! The required tests of the JSON Schema test suite (json-schema-org/JSON-Schema-Test-Suite, MIT).

use std::fs;
use std::path::{Path, PathBuf};

use chassis::Data;

use super::{SchemaDraft, ValidateRequest, check};
use crate::tree::{Object, Syntax, Tree, read};

fn files(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "json") {
            found.push(path);
        }
    }
}

fn json(path: &Path) -> Tree {
    read(&fs::read_to_string(path).unwrap()).unwrap()
}

#[test]
#[expect(clippy::print_stdout, reason = "the table is to be seen")]
fn required_tests_of_json_schema() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/testdata/transform/json-schema");
    if !root.is_dir() {
        return chassis::testing::skipped("the tests of JSON Schema are not there");
    }
    let remotes = root.join("remotes");
    let mut paths = Vec::new();
    files(&remotes, &mut paths);
    let remote = |path: &PathBuf| {
        let uri = format!("http://localhost:1234/{}", path.strip_prefix(&remotes).unwrap().display());
        (uri, json(path))
    };
    let schemas: Object<Tree> = paths.iter().map(remote).collect();
    for (name, draft) in [("draft7", SchemaDraft::Draft7), ("draft2020-12", SchemaDraft::Draft202012)] {
        let (mut all, mut missed) = (0, Vec::new());
        for file in fs::read_dir(root.join("tests").join(name)).unwrap() {
            let path = file.unwrap().path();
            if path.is_dir() {
                continue;
            }
            for group in json(&path).as_list().unwrap() {
                let request = ValidateRequest {
                    data: Data::Text(String::new()),
                    syntax: Syntax::Auto,
                    schema: group.get("schema").cloned(),
                    columns: None,
                    draft: Some(draft),
                    schemas: Some(schemas.clone().into()),
                    formats: false,
                    each: false,
                    max_errors: 1,
                };
                for test in group.get("tests").and_then(Tree::as_list).unwrap() {
                    all += 1;
                    let data = test.get("data").cloned().unwrap_or_default();
                    let valid = test.get("valid") == Some(&Tree::Bool(true));
                    let found = check(&request, &data).map(|response| response.valid);
                    if !found.as_ref().is_ok_and(|found| *found == valid) {
                        let about = |tree: &Tree| tree.get("description").map(Tree::to_json);
                        missed.push(format!("{}: {:?} {:?}: {found:?}", path.display(), about(group), about(test)));
                    }
                }
            }
        }
        println!("JSON Schema {name}: {} of {all}", all - missed.len());
        assert!(all > 900 && missed.is_empty(), "{missed:#?}");
    }
}
