//! Name trees and number trees (ISO 32000-2, 7.9.6 and 7.9.7), read and written flat.

use std::collections::HashSet;

use lopdf::{Dictionary, Document, Object};

use super::tree::{entry, resolve};

/// Entries of a tree that are read.
const MAX_ENTRIES: usize = 100_000;

/// The entries of a tree whose leaves have `leaf` (`Names` or `Nums`): each key with its value as it stands there.
pub(crate) fn entries<'p>(pdf: &'p Document, root: &'p Object, leaf: &[u8]) -> Vec<(&'p Object, &'p Object)> {
    let mut found = Vec::new();
    let mut seen = HashSet::new();
    let mut stack = vec![root];
    while let Some(node) = stack.pop() {
        if let Object::Reference(id) = node
            && !seen.insert(*id)
        {
            continue;
        }
        let Ok(node) = resolve(pdf, node).as_dict() else { continue };
        if let Some(pairs) = entry(pdf, node, leaf).and_then(|pairs| pairs.as_array().ok()) {
            for pair in pairs.chunks_exact(2) {
                if found.len() >= MAX_ENTRIES {
                    return found;
                }
                found.push((resolve(pdf, &pair[0]), &pair[1]));
            }
        }
        if let Some(kids) = entry(pdf, node, b"Kids").and_then(|kids| kids.as_array().ok()) {
            // Directly nested nodes end where the parser's depth does; references are visited once.
            stack.extend(kids.iter().rev().take(MAX_ENTRIES));
        }
    }
    found
}

/// A name tree of these entries, sorted as it must be.
pub(crate) fn name_tree(mut entries: Vec<(Vec<u8>, Object)>) -> Dictionary {
    entries.sort_by(|one, other| one.0.cmp(&other.0));
    let pairs = entries.into_iter().flat_map(|(name, value)| [Object::string_literal(name), value]).collect();
    let mut tree = Dictionary::new();
    tree.set("Names", Object::Array(pairs));
    tree
}

/// A name that is not taken yet, and is now: itself, or with the first number behind it that makes it new.
pub(crate) fn free_name(wanted: &[u8], taken: &mut HashSet<Vec<u8>>) -> Vec<u8> {
    let mut name = wanted.to_vec();
    let mut number = 2;
    while !taken.insert(name.clone()) {
        name = [wanted, format!("_{number}").as_bytes()].concat();
        number += 1;
    }
    name
}
