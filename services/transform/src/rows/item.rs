//! Items of n8n: `{"json": {...}, "binary": {...}, "pairedItem": 0}`, of which what stands in `json` is the row. Code nodes hand
//! them on as they are. A document that stays a document keeps them.

use chassis::Call;

use crate::tree::Tree;

/// Where the row of an item stands.
pub(crate) const JSON: &str = "json";

/// Whether an object with these keys, whose `json` is an object, is an item: it has no other keys, or those that nobody else
/// gives to rows.
pub(crate) fn has_keys<'k>(keys: impl IntoIterator<Item = &'k str>) -> bool {
    let (mut rows, mut marks, mut others) = (0, 0, 0);
    for key in keys {
        match key {
            JSON => rows += 1,
            "binary" | "pairedItem" => marks += 1,
            "error" | "index" | "executionIndex" | "evaluationData" | "metadata" => others += 1,
            _ => return false,
        }
    }
    rows == 1 && (marks > 0 || others == 0)
}

/// The row of an item.
pub(crate) fn row(tree: &Tree) -> Option<&Tree> {
    let object = tree.as_object()?;
    object.get(JSON).filter(|row| row.as_object().is_some() && has_keys(object.keys().map(AsRef::as_ref)))
}

/// The row of an item alone, else the same.
pub(crate) fn unwrapped<'t>(tree: &'t Tree, call: &Call) -> &'t Tree {
    match row(tree) {
        Some(row) => {
            warn(call);
            row
        }
        None => tree,
    }
}

/// Says that items were unwrapped.
pub(crate) fn warn(call: &Call) {
    warn_of("data", call);
}

/// Says so of a field that is called otherwise.
pub(crate) fn warn_of(field: &str, call: &Call) {
    // A source may end twice: when its rows are held, and when they are written.
    if call.warnings().iter().any(|before| before.code == "unwrapped-items") {
        return;
    }
    call.warn("unwrapped-items", Some(field), "the rows are the items of n8n: what stands in json of each is the row");
}
