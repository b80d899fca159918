//! The compliance tests of JMESPath, JSONPath and JSONata.

use std::fs;
use std::path::{Path, PathBuf};

use super::{Problem, jmespath, jsonata, jsonpath};
use crate::tree::{Object, Tree, read};

fn folder(name: &str) -> Option<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/testdata/transform").join(name);
    if folder.is_dir() {
        return Some(folder);
    }
    chassis::testing::skipped(&format!("the tests of {name} are not there"));
    None
}

fn json(path: &Path) -> Tree {
    read(&fs::read_to_string(path).unwrap()).unwrap()
}

fn list(tree: Option<&Tree>) -> &[Tree] {
    tree.and_then(Tree::as_list).unwrap_or_default()
}

fn text<'t>(tree: &'t Tree, key: &str) -> &'t str {
    tree.get(key).and_then(Tree::as_text).unwrap_or_default()
}

/// Runs something that recurses deep.
fn with_stack<T: Send + 'static>(function: impl FnOnce() -> T + Send + 'static) -> T {
    std::thread::Builder::new().stack_size(1 << 30).spawn(function).unwrap().join().unwrap()
}

#[expect(clippy::print_stdout, reason = "the table is to be seen")]
fn report(name: &str, all: usize, missed: &[String], least: usize) {
    println!("{name}: {} of {all}", all - missed.len());
    for case in missed {
        println!("  {case}");
    }
    assert!(all > 0 && (all - missed.len()) * 1_000 >= all * least, "{name}: {missed:?}");
}

#[test]
fn jmespath_compliance() {
    let Some(folder) = folder("jmespath") else { return };
    let (mut all, mut missed) = (0, Vec::new());
    for file in fs::read_dir(folder).unwrap() {
        let path = file.unwrap().path();
        if path.extension().is_none_or(|extension| extension != "json") {
            continue;
        }
        for suite in list(Some(&json(&path))) {
            let given = suite.get("given").cloned().unwrap_or_default();
            for case in list(suite.get("cases")) {
                if case.get("bench").is_some() {
                    continue;
                }
                all += 1;
                let expression = text(case, "expression");
                let passed = match (jmespath::run(expression, &given), case.get("result")) {
                    (Ok(found), Some(expected)) => found == *expected,
                    (Err(_), None) => true,
                    _ => false,
                };
                if !passed {
                    let found = jmespath::run(expression, &given);
                    missed.push(format!("{expression}: {case} <- {given}: {found:?}"));
                }
            }
        }
    }
    report("JMESPath", all, &missed, 990);
}

#[test]
fn jsonpath_compliance() {
    let Some(folder) = folder("jsonpath") else { return };
    let (mut all, mut missed) = (0, Vec::new());
    for case in list(json(&folder.join("cts.json")).get("tests")) {
        all += 1;
        let document = case.get("document").cloned().unwrap_or_default();
        let found = jsonpath::run(text(case, "selector"), &document).map(Tree::from);
        let passed = match found {
            Err(_) => case.get("invalid_selector").is_some(),
            Ok(found) => case.get("result") == Some(&found) || list(case.get("results")).contains(&found),
        };
        if !passed {
            missed.push(format!("{}: {}", text(case, "name"), text(case, "selector")));
        }
    }
    report("JSONPath", all, &missed, 1_000);
}

/// The cases of JSONata: their place, and whether they pass.
fn jsonata_case(folder: &Path, group: &Path, case: &Tree) -> Result<(), String> {
    let expression = match case.get("expr") {
        Some(_) => text(case, "expr").to_owned(),
        None => fs::read_to_string(group.join(text(case, "expr-file"))).unwrap(),
    };
    let data = match case.get("dataset").and_then(Tree::as_text) {
        Some(name) => json(&folder.join("datasets").join(format!("{name}.json"))),
        None => case.get("data").cloned().unwrap_or_default(),
    };
    let bindings = case.get("bindings").and_then(Tree::as_object).cloned().unwrap_or_else(Object::default);
    let variables: Vec<(String, Tree)> =
        bindings.iter().map(|(name, value)| (name.to_string(), value.clone())).collect();
    // One that never ends is to be stopped by its time; that is a test of the service.
    if case.get("timelimit").is_some() {
        return Ok(());
    }
    let found: Result<Option<Tree>, Problem> = jsonata::run(&expression, &variables, &data);
    let fails = case.get("code").is_some() || case.get("error").is_some();
    match (&found, case.get("result")) {
        (Err(_), None) if fails => Ok(()),
        (Ok(None), None) if !fails => Ok(()),
        (Ok(Some(Tree::List(found))), Some(Tree::List(expected))) if case.get("unordered").is_some() => {
            let (mut found, mut expected) = (found.to_vec(), expected.to_vec());
            found.sort();
            expected.sort();
            if found == expected { Ok(()) } else { Err(format!("{expression}: {found:?}")) }
        }
        (Ok(Some(found)), Some(expected)) if near(found, expected) => Ok(()),
        _ => Err(format!("{expression}: {:?}", found.map(|found| found.map(|tree| tree.to_json())))),
    }
}

/// Whether two are the same, the last digits of doubles aside.
fn near(one: &Tree, two: &Tree) -> bool {
    match (one, two) {
        (Tree::Number(one), Tree::Number(two)) => {
            let (one, two) = (one.as_f64(), two.as_f64());
            one == two || (one - two).abs() <= 1e-14 * two.abs()
        }
        (Tree::List(one), Tree::List(two)) => {
            one.len() == two.len() && one.iter().zip(two.iter()).all(|(one, two)| near(one, two))
        }
        (Tree::Object(one), Tree::Object(two)) => {
            one.len() == two.len() && one.iter().all(|(key, value)| two.get(key).is_some_and(|two| near(value, two)))
        }
        _ => one == two,
    }
}

#[test]
fn jsonata_suite() {
    let Some(folder) = folder("jsonata") else { return };
    let (all, missed) = with_stack(move || {
        let (mut all, mut missed) = (0, Vec::new());
        let mut groups: Vec<PathBuf> =
            fs::read_dir(folder.join("groups")).unwrap().map(|group| group.unwrap().path()).collect();
        groups.sort();
        for group in groups {
            for file in fs::read_dir(&group).unwrap() {
                let path = file.unwrap().path();
                if path.extension().is_none_or(|extension| extension != "json") {
                    continue;
                }
                // Halves of characters are not JSON of ours.
                let Ok(tree) = read(&fs::read_to_string(&path).unwrap()) else {
                    all += 1;
                    missed.push(format!("{}: is not read", path.display()));
                    continue;
                };
                for case in tree.as_list().unwrap_or(std::slice::from_ref(&tree)) {
                    all += 1;
                    if let Err(found) = jsonata_case(&folder, &group, case) {
                        let name = path.file_name().unwrap_or_default().to_string_lossy();
                        missed.push(format!("{} {name}: {found}", text(case, "code")));
                    }
                }
            }
        }
        (all, missed)
    });
    report("JSONata", all, &missed, 990);
}
