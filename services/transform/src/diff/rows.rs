//! Differences of two sets of rows that belong together by their keys.

use std::collections::HashMap;

use chassis::{Call, Error};

use super::{DiffResponse, Equality, RowDifference};
use crate::tree::{Object, Tree};

/// The rows of one side by their keys.
struct Side<'t> {
    rows: Vec<(String, &'t Object<Tree>, &'t Tree)>,
    places: HashMap<String, usize>,
}

impl<'t> Side<'t> {
    fn of(tree: &'t Tree, field: &str, keys: &[String], equality: &Equality<'_>) -> Result<Self, Error> {
        let list = tree
            .as_list()
            .ok_or_else(|| Error::impossible(field, format!("must be a list of rows, not {}", tree.kind())))?;
        let mut side = Self { rows: Vec::with_capacity(list.len()), places: HashMap::with_capacity(list.len()) };
        for (at, row) in list.iter().enumerate() {
            let number = at + 1;
            let Tree::Object(object) = row else {
                return Err(Error::impossible(field, format!("row {number} is {}, not an object", row.kind())));
            };
            let mut key = String::new();
            for name in keys {
                match object.get(name) {
                    Some(value) => write_key(value, equality.loose, &mut key),
                    None => {
                        return Err(Error::impossible(field, format!("row {number} has no {name}, which is a key")));
                    }
                }
            }
            if let Some(first) = side.places.insert(key.clone(), at) {
                let shown: Vec<String> = keys.iter().filter_map(|name| object.get(name)).map(Tree::to_json).collect();
                let message = format!(
                    "rows {} and {number} have the same keys ({}): name more columns in keys",
                    first + 1,
                    shown.join(", ")
                );
                return Err(Error::impossible(field, message));
            }
            side.rows.push((key, object, row));
        }
        Ok(side)
    }

    fn get(&self, key: &str) -> Option<&(String, &'t Object<Tree>, &'t Tree)> {
        self.places.get(key).map(|at| &self.rows[*at])
    }
}

/// A text that is the same for keys that are equal.
fn write_key(value: &Tree, loose: bool, key: &mut String) {
    match value {
        Tree::Number(number) => match number.as_i64() {
            Some(integer) => Tree::from(integer).write(key),
            None if number.fits_double() => Tree::from(number.as_f64()).write(key),
            None => value.write(key),
        },
        Tree::Text(text) if loose => match crate::tree::Number::parse(text.trim()) {
            Some(number) => return write_key(&number.into(), loose, key),
            None => value.write(key),
        },
        other => other.write(key),
    }
    key.push('\n');
}

pub(super) fn diff(
    left: &Tree,
    right: &Tree,
    keys: &[String],
    equality: &Equality<'_>,
    call: &Call,
) -> Result<DiffResponse, Error> {
    let left = Side::of(left, "left", keys, equality)?;
    let right = Side::of(right, "right", keys, equality)?;
    let (mut only_left, mut different, mut same) = (Vec::new(), Vec::new(), 0);
    for (at, (key, row, tree)) in left.rows.iter().enumerate() {
        if at.is_multiple_of(1_024) {
            call.check()?;
        }
        let Some((_, other, other_tree)) = right.get(key) else {
            only_left.push((*tree).clone());
            continue;
        };
        let columns = columns(row, other, equality);
        if columns.is_empty() {
            same += 1;
            continue;
        }
        let key = keys.iter().map(|name| (name.as_str(), row.get(name).cloned().unwrap_or_default()));
        different.push(RowDifference {
            key: key.collect::<Object<_>>().into(),
            columns,
            left: (*tree).clone(),
            right: (*other_tree).clone(),
        });
    }
    let only_right: Vec<Tree> =
        right.rows.iter().filter(|(key, ..)| left.get(key).is_none()).map(|(_, _, tree)| (*tree).clone()).collect();
    Ok(DiffResponse {
        equal: only_left.is_empty() && only_right.is_empty() && different.is_empty(),
        changes: Vec::new(),
        patch: None,
        only_left,
        only_right,
        different,
        same: Some(same),
    })
}

/// The columns that differ; one that is missing on a side is null there.
fn columns(left: &Object<Tree>, right: &Object<Tree>, equality: &Equality<'_>) -> Vec<String> {
    let all = left.keys().chain(right.keys().filter(|key| !left.contains(key)));
    let cell = |row: &Object<Tree>, key: &str| row.get(key).cloned().unwrap_or_default();
    all.filter(|key| !equality.ignores("", key))
        .filter(|key| {
            let mut path = String::new();
            crate::pointer::push(&mut path, key);
            !equality.equal(&cell(left, key), &cell(right, key), &path)
        })
        .map(ToString::to_string)
        .collect()
}
