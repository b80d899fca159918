//! The rows in a document: the list it is, or the one list of objects it holds.

use std::borrow::Cow;

use chassis::{Call, Error};

use crate::rows::cell::{Cell, Columns, Row, shown};
use crate::rows::source::Rows;
use crate::tree::{Object, Tree};

/// The cell that a value is.
#[must_use]
pub fn cell(tree: &Tree) -> Cell<'static> {
    match tree {
        Tree::Null => Cell::Null,
        Tree::Bool(value) => Cell::Bool(*value),
        Tree::Number(_) => Cell::Number(Cow::Owned(tree.to_json())),
        Tree::Text(text) => Cell::Text(Cow::Owned(text.to_string())),
        Tree::List(_) | Tree::Object(_) => Cell::Json(Cow::Owned(tree.to_json())),
    }
}

/// The value that a cell is.
///
/// # Errors
/// When its JSON is none, which is our fault.
pub fn tree(cell: &Cell<'_>) -> Result<Tree, Error> {
    Ok(match cell {
        Cell::Null => Tree::Null,
        Cell::Bool(value) => Tree::Bool(*value),
        Cell::Text(text) => Tree::from(text.as_ref()),
        Cell::Number(json) | Cell::Json(json) => crate::tree::read(json).map_err(|_| Error::internal())?,
    })
}

/// The object that a row is.
///
/// # Errors
/// As [`tree`].
pub fn object(columns: &Columns, row: &Row<'_>) -> Result<Object<Tree>, Error> {
    let mut object = Object::default();
    for (column, cell) in &row.cells {
        object.insert(columns.name(*column), tree(cell)?);
    }
    Ok(object)
}

/// The value under a path: `a.b.0.c`.
///
/// # Errors
/// When there is nothing.
pub fn at<'t>(tree: &'t Tree, path: &str) -> Result<&'t Tree, Error> {
    let mut value = tree;
    for step in path.split('.').filter(|step| !step.is_empty() && *step != "$") {
        let next = match value {
            Tree::List(list) => step.parse::<usize>().ok().and_then(|index| list.get(index)),
            other => other.get(step),
        };
        value =
            next.ok_or_else(|| Error::impossible("path", format!("leads to nothing: there is no {}", shown(step))))?;
    }
    Ok(value)
}

/// The rows of a document, their columns, and where they were found when nobody said.
///
/// # Errors
/// When the path leads to nothing, or there are too many columns.
pub fn rows(tree: &Tree, path: Option<&str>, call: &Call) -> Result<(Rows, Columns, Option<String>), Error> {
    let (list, found) = match path {
        Some(path) => (at(tree, path)?, None),
        None => {
            let (list, path) = only_list(tree);
            if let Some(path) = &path {
                call.warn(
                    "found-rows",
                    Some("path"),
                    format!("the rows are the list at {}; path names another", shown(path)),
                );
            }
            (list, path)
        }
    };
    let mut columns = Columns::default();
    let single;
    let values: &[Tree] = match list {
        Tree::List(list) => list,
        other => {
            single = [other.clone()];
            &single
        }
    };
    let mut rows = Vec::with_capacity(values.len());
    for value in values {
        let mut row = Row::default();
        match value {
            Tree::Object(object) => {
                for (key, value) in object.iter() {
                    row.cells.push((columns.place(key)?, cell(value)));
                }
            }
            other => row.cells.push((columns.place("value")?, cell(other))),
        }
        rows.push(row);
    }
    Ok((Rows::of(rows), columns, found))
}

/// The list of objects that a document holds, if there is one, however deep below objects it lies.
fn only_list(tree: &Tree) -> (&Tree, Option<String>) {
    let mut value = tree;
    let mut path: Vec<&str> = Vec::new();
    while let Tree::Object(object) = value {
        let is_table = |value: &Tree| {
            value.as_list().is_some_and(|list| !list.is_empty() && list.iter().all(|row| row.as_object().is_some()))
        };
        let mut lists = object.iter().filter(|(_, value)| is_table(value));
        match (lists.next(), lists.next()) {
            (Some((key, list)), None) => {
                path.push(key);
                return (list, Some(path.join(".")));
            }
            (None, _) if object.len() == 1 => {
                let (key, inner) = object.iter().next().expect("it has one entry");
                path.push(key);
                value = inner;
            }
            _ => break,
        }
    }
    (tree, None)
}
