//! Change JSON by a patch: JSON Patch (RFC 6902) or merge patch (RFC 7396). What the patch does not name stays as it was
//! written.

use std::sync::Arc;

use chassis::{Call, Data, Error, Operation};
use garde::Validate;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::pointer;
use crate::result::{MAX_DEPTH, writable};
use crate::tree::{Object, Syntax, Tree, structure_of, tree_of};

/// Operations of a patch at most.
const MAX_OPERATIONS: usize = 100_000;
/// Bytes that all copies of a patch may take together.
const MAX_COPIED: usize = 64 * 1024 * 1024;

const DESCRIPTION: &str = "\
Applies a patch to a JSON document. A list is a **JSON Patch** (RFC 6902): operations `add`, `remove`, `replace`, `move`, `copy` and `test` \
with JSON Pointers, one after the other, all or none: `[{\"op\": \"replace\", \"path\": \"/items/0/price\", \"value\": 1.10}]`. An object is a **merge patch** \
(RFC 7396): its fields replace those of the document, objects are merged, null removes: `{\"status\": \"paid\", \"note\": null}`. `kind` says which it is, where an object of yours has `op` and `path` itself.

Numbers keep their digits, objects the order of their keys. An operation that cannot be done, or a `test` that fails, is 422 and names the operation.";

/// A document and what to change.
#[derive(Serialize, Deserialize, Validate, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[garde(allow_unvalidated)]
pub struct PatchRequest {
    /// Document to change.
    #[serde(alias = "document", alias = "input", alias = "json")]
    pub data: Data,
    /// What a text or a file in `data` holds.
    #[serde(default)]
    pub syntax: Syntax,
    /// Patch: a list of operations (JSON Patch), or an object (merge patch).
    pub patch: Tree,
    /// What the patch is, where its form does not say so.
    #[serde(default, alias = "type", alias = "mode", alias = "format")]
    pub kind: PatchForm,
}

/// What a patch is taken for.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum PatchForm {
    /// By its form: a list, or an object that is one operation, is a JSON Patch; another object a merge patch.
    #[default]
    Auto,
    /// JSON Patch (RFC 6902).
    #[serde(alias = "rfc6902")]
    JsonPatch,
    /// Merge patch (RFC 7396): also of objects that have op and path themselves; a list or a value replaces the document.
    #[serde(alias = "merge", alias = "json-merge-patch", alias = "rfc7396")]
    MergePatch,
}

/// Kind of a patch.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum PatchKind {
    /// JSON Patch (RFC 6902).
    JsonPatch,
    /// Merge patch (RFC 7396).
    MergePatch,
}

/// The document, changed.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct PatchResponse {
    /// Document after the patch.
    pub result: Tree,
    /// Whether it is another value than before.
    pub changed: bool,
    /// Kind of the patch.
    pub kind: PatchKind,
}

fn example() -> PatchRequest {
    PatchRequest {
        data: serde_json::from_str(r#"{"id":9224851642388483,"price":1.10,"tags":["new"]}"#).expect("it is JSON"),
        syntax: Syntax::Auto,
        patch: crate::tree::read(
            r#"[{"op":"test","path":"/price","value":1.1},{"op":"add","path":"/tags/-","value":"sale"}]"#,
        )
        .expect("it is JSON"),
        kind: PatchForm::Auto,
    }
}

/// What the documents say.
#[must_use]
pub fn about(op: Operation) -> Operation {
    op.summary("Change JSON by a JSON Patch or a merge patch").description(DESCRIPTION).example(example)
}

/// Applies a patch.
///
/// # Errors
/// When the data is no JSON, or the patch is none or cannot be applied.
pub fn patch(request: PatchRequest, call: &Call) -> Result<PatchResponse, Error> {
    let before = tree_of(&request.data, request.syntax, "data")?;
    let patch = match (request.kind, request.patch) {
        // Not a document that is written as text: it is what the document becomes.
        (PatchForm::MergePatch, patch @ Tree::Text(_)) => structure_of(patch.clone(), "patch").unwrap_or(patch),
        (_, patch) => structure_of(patch, "patch")?,
    };
    let (result, kind) = match &patch {
        _ if request.kind == PatchForm::MergePatch => (merge(before.clone(), &patch), PatchKind::MergePatch),
        Tree::Object(_) if request.kind == PatchForm::JsonPatch => {
            (apply(before.clone(), std::slice::from_ref(&patch), call)?, PatchKind::JsonPatch)
        }
        Tree::List(operations) => (apply(before.clone(), operations, call)?, PatchKind::JsonPatch),
        Tree::Object(operation) if is_operation(operation) => {
            call.warn(
                "one-operation",
                Some("patch"),
                "is read as the one operation of a JSON Patch; kind: merge-patch merges it",
            );
            (apply(before.clone(), std::slice::from_ref(&patch), call)?, PatchKind::JsonPatch)
        }
        Tree::Object(_) => (merge(before.clone(), &patch), PatchKind::MergePatch),
        other => {
            let message = format!("must be a list of operations or an object, not {}", other.kind());
            return Err(Error::impossible("patch", message));
        }
    };
    writable(&result, "patch")?;
    Ok(PatchResponse { changed: result != before, result, kind })
}

/// Whether an object is an operation of a JSON Patch and hardly anything else.
fn is_operation(object: &Object<Tree>) -> bool {
    let text = |name: &str| object.get(name).and_then(Tree::as_text);
    matches!(text("op"), Some("add" | "remove" | "replace" | "move" | "copy" | "test"))
        && text("path").is_some_and(|path| path.is_empty() || path.starts_with('/'))
        && object.keys().all(|name| matches!(name.as_ref(), "op" | "path" | "value" | "from"))
}

/// Merges a patch into a value.
pub(crate) fn merge(value: Tree, patch: &Tree) -> Tree {
    let Tree::Object(patch) = patch else { return patch.clone() };
    let mut object = match value {
        Tree::Object(object) => Arc::unwrap_or_clone(object),
        _ => Object::default(),
    };
    for (key, change) in patch.iter() {
        if matches!(change, Tree::Null) {
            object.remove(key);
            continue;
        }
        let old = object.get_mut(key).map(std::mem::take).unwrap_or_default();
        object.insert(key.clone(), merge(old, change));
    }
    object.into()
}

/// Applies the operations of a JSON Patch.
pub(crate) fn apply(document: Tree, operations: &[Tree], call: &Call) -> Result<Tree, Error> {
    if operations.len() > MAX_OPERATIONS {
        return Err(Error::impossible("patch", format!("has more than {MAX_OPERATIONS} operations")));
    }
    let mut document = document;
    let mut copied = 0;
    for (at, operation) in operations.iter().enumerate() {
        if at.is_multiple_of(256) {
            call.check()?;
        }
        step(&mut document, operation, &mut copied)
            .map_err(|message| Error::impossible(format!("patch[{at}]"), message))?;
    }
    Ok(document)
}

fn step(document: &mut Tree, operation: &Tree, copied: &mut usize) -> Result<(), String> {
    let Tree::Object(operation) = operation else {
        return Err(format!("must be an operation with op and path, not {}", operation.kind()));
    };
    let text = |key: &str| match operation.get(key) {
        Some(Tree::Text(text)) => Ok(&**text),
        Some(other) => Err(format!("has {} as {key}, which must be text", other.kind())),
        None => Err(format!("has no {key}")),
    };
    let pointer = |key: &str| {
        let pointer = text(key)?;
        let steps = pointer::steps(pointer)
            .ok_or_else(|| format!("has {pointer} as {key}, which is no JSON Pointer: it begins with /"))?;
        if steps.len() > MAX_DEPTH { Err(format!("has a {key} of more than {MAX_DEPTH} steps")) } else { Ok(steps) }
    };
    let value = || operation.get("value").cloned().ok_or_else(|| "has no value".to_owned());
    let op = text("op")?;
    let path = pointer("path")?;
    match op {
        "add" => add(document, &path, value()?),
        "remove" => remove(document, &path).map(drop),
        "replace" => {
            let new = value()?;
            *find_mut(document, &path)? = new;
            Ok(())
        }
        "move" => {
            let from = pointer("from")?;
            if path.len() > from.len() && path.starts_with(&from) {
                return Err("cannot move a value into itself".to_owned());
            }
            let moved = remove(document, &from)?;
            add(document, &path, moved)
        }
        "copy" => {
            let value = find(document, &pointer("from")?)?.clone();
            // Values share their parts, so that a few copies of copies would be written without end.
            let weight = value.weigh(MAX_DEPTH.saturating_sub(path.len()), MAX_COPIED - *copied);
            *copied += weight.map_err(|_| "copies more than fits into a document".to_owned())?;
            add(document, &path, value)
        }
        "test" => {
            let expected = value()?;
            let found = find(document, &path)?;
            if *found == expected {
                Ok(())
            } else {
                Err(format!("test failed: {} is not what was expected", text("path")?))
            }
        }
        other => Err(format!("has {other} as op; use add, remove, replace, move, copy or test")),
    }
}

fn shown(path: &[String]) -> String {
    let mut shown = String::new();
    for step in path {
        pointer::push(&mut shown, step);
    }
    if shown.is_empty() { "the document".to_owned() } else { shown }
}

fn find<'t>(tree: &'t Tree, path: &[String]) -> Result<&'t Tree, String> {
    let mut found = tree;
    for (at, step) in path.iter().enumerate() {
        let inner = match found {
            Tree::Object(object) => object.get(step),
            Tree::List(list) => pointer::place(step).and_then(|place| list.get(place)),
            _ => None,
        };
        found = inner.ok_or_else(|| format!("there is no {}", shown(&path[..=at])))?;
    }
    Ok(found)
}

fn find_mut<'t>(tree: &'t mut Tree, path: &[String]) -> Result<&'t mut Tree, String> {
    let mut found = tree;
    for (at, step) in path.iter().enumerate() {
        let inner = match found {
            Tree::Object(object) => Arc::make_mut(object).get_mut(step),
            Tree::List(list) => pointer::place(step).and_then(|place| Arc::make_mut(list).get_mut(place)),
            _ => None,
        };
        found = inner.ok_or_else(|| format!("there is no {}", shown(&path[..=at])))?;
    }
    Ok(found)
}

fn add(tree: &mut Tree, path: &[String], value: Tree) -> Result<(), String> {
    let Some((last, parents)) = path.split_last() else {
        *tree = value;
        return Ok(());
    };
    match find_mut(tree, parents)? {
        Tree::Object(object) => drop(Arc::make_mut(object).insert(last.as_str(), value)),
        Tree::List(list) => {
            let list = Arc::make_mut(list);
            let place = if last == "-" { Some(list.len()) } else { pointer::place(last) };
            match place.filter(|place| *place <= list.len()) {
                Some(place) => list.insert(place, value),
                None => return Err(format!("{} is no place of the list, which has {}", shown(path), list.len())),
            }
        }
        other => return Err(format!("{} is {}, into which nothing is put", shown(parents), other.kind())),
    }
    Ok(())
}

fn remove(tree: &mut Tree, path: &[String]) -> Result<Tree, String> {
    let Some((last, parents)) = path.split_last() else { return Ok(std::mem::take(tree)) };
    let missing = || format!("there is no {}", shown(path));
    match find_mut(tree, parents)? {
        Tree::Object(object) => Arc::make_mut(object).remove(last).ok_or_else(missing),
        Tree::List(list) => {
            let list = Arc::make_mut(list);
            let place = pointer::place(last).filter(|place| *place < list.len()).ok_or_else(missing)?;
            Ok(list.remove(place))
        }
        _ => Err(missing()),
    }
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::path::Path;

    use super::*;
    use crate::tree::read;

    fn json(text: &str) -> Tree {
        read(text).unwrap()
    }

    #[test]
    fn what_a_patch_is_can_be_said() {
        let patched = |patch: &str, kind| {
            let request = PatchRequest {
                data: Data::Text(r#"{"op":"replace","path":"/a","n":1}"#.to_owned()),
                syntax: Syntax::Auto,
                patch: json(patch),
                kind,
            };
            patch_of(request)
        };
        let operation = r#"{"op":"add","path":"/a","value":1}"#;
        for (patch, kind, right) in [
            (operation, PatchForm::Auto, r#"{"op":"replace","path":"/a","n":1,"a":1}"#),
            (operation, PatchForm::JsonPatch, r#"{"op":"replace","path":"/a","n":1,"a":1}"#),
            (operation, PatchForm::MergePatch, r#"{"op":"add","path":"/a","n":1,"value":1}"#),
            (r#"{"op":"add","path":null}"#, PatchForm::Auto, r#"{"op":"add","n":1}"#),
            ("[1]", PatchForm::MergePatch, "[1]"),
            (r#""x""#, PatchForm::MergePatch, r#""x""#),
            ("null", PatchForm::MergePatch, "null"),
            (r#""{\"n\":2}""#, PatchForm::MergePatch, r#"{"op":"replace","path":"/a","n":2}"#),
        ] {
            assert_eq!(patched(patch, kind).as_deref(), Ok(right), "{patch}");
        }
        assert!(patched(r#"{"n":2}"#, PatchForm::JsonPatch).unwrap_err().contains("has no op"));
        assert!(patched("5", PatchForm::Auto).unwrap_err().contains("must be a list of operations or an object"));
    }

    fn patch_of(request: PatchRequest) -> Result<String, String> {
        let answer = patch(request, &Call::detached()).map_err(|error| error.message())?;
        Ok(answer.result.to_json())
    }

    /// github.com/json-patch/json-patch-tests, Apache-2.0.
    #[test]
    #[expect(clippy::print_stdout, reason = "the table is to be seen")]
    fn json_patch_tests() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/testdata/transform/json-patch");
        if !folder.is_dir() {
            return chassis::testing::skipped("the tests of JSON Patch are not there");
        }
        for name in ["tests.json", "spec_tests.json"] {
            let tests = json(&fs::read_to_string(folder.join(name)).unwrap());
            let mut run = 0;
            for test in tests.as_list().unwrap() {
                let (Some(document), Some(patch)) = (test.get("doc"), test.get("patch").and_then(Tree::as_list)) else {
                    continue;
                };
                if test.get("disabled").is_some() {
                    continue;
                }
                let found = apply(document.clone(), patch, &Call::detached());
                match test.get("expected") {
                    Some(expected) => assert_eq!(&found.unwrap(), expected, "{test}"),
                    None if test.get("error").is_some() => assert!(found.is_err(), "{test}: {found:?}"),
                    None => assert!(found.is_ok(), "{test}"),
                }
                run += 1;
            }
            println!("JSON Patch {name}: {run} of {run}");
            assert!(run > 10);
        }
    }

    /// The examples of RFC 7396, appendix A.
    #[test]
    fn merge_patches_of_the_rfc() {
        for (document, patch, expected) in [
            (r#"{"a":"b"}"#, r#"{"a":"c"}"#, r#"{"a":"c"}"#),
            (r#"{"a":"b"}"#, r#"{"b":"c"}"#, r#"{"a":"b","b":"c"}"#),
            (r#"{"a":"b"}"#, r#"{"a":null}"#, "{}"),
            (r#"{"a":"b","b":"c"}"#, r#"{"a":null}"#, r#"{"b":"c"}"#),
            (r#"{"a":["b"]}"#, r#"{"a":"c"}"#, r#"{"a":"c"}"#),
            (r#"{"a":"c"}"#, r#"{"a":["b"]}"#, r#"{"a":["b"]}"#),
            (r#"{"a":{"b":"c"}}"#, r#"{"a":{"b":"d","c":null}}"#, r#"{"a":{"b":"d"}}"#),
            (r#"{"a":[{"b":"c"}]}"#, r#"{"a":[1]}"#, r#"{"a":[1]}"#),
            (r#"["a","b"]"#, r#"["c","d"]"#, r#"["c","d"]"#),
            (r#"{"a":"foo"}"#, "null", "null"),
            (r#"{"a":"foo"}"#, "\"bar\"", "\"bar\""),
            (r#"{"e":null}"#, r#"{"a":1}"#, r#"{"e":null,"a":1}"#),
            ("[1,2]", r#"{"a":"b","c":null}"#, r#"{"a":"b"}"#),
            ("{}", r#"{"a":{"bb":{"ccc":null}}}"#, r#"{"a":{"bb":{}}}"#),
        ] {
            assert_eq!(merge(json(document), &json(patch)).to_json(), expected, "{document} {patch}");
        }
    }

    #[test]
    fn what_is_not_named_stays_as_it_was_written() {
        let document = json(r#"{"z":9224851642388483,"price":1.10,"a":[1e3,{"y":-0,"b":2.50}]}"#);
        let patch = json(r#"[{"op":"replace","path":"/a/1/b","value":3.00},{"op":"move","from":"/z","path":"/id"}]"#);
        let found = apply(document, patch.as_list().unwrap(), &Call::detached()).unwrap();
        assert_eq!(found.to_json(), r#"{"price":1.10,"a":[1e3,{"y":-0,"b":3.00}],"id":9224851642388483}"#);
    }

    #[test]
    fn copies_of_copies_end() {
        let copy = r#"{"op":"copy","from":"","path":"/a"}"#;
        let patch = json(&format!("[{}{copy}]", format!("{copy},").repeat(2_000)));
        assert!(apply(json("{}"), patch.as_list().unwrap(), &Call::detached()).is_err());
        let copy = r#"{"op":"copy","from":"","path":"/-"}"#;
        let patch = json(&format!("[{}{copy}]", format!("{copy},").repeat(100)));
        assert!(apply(json("[1]"), patch.as_list().unwrap(), &Call::detached()).is_err());
    }
}
