//! Bookmarks: the outline of a document, read as a list with depths and written as a tree.

use std::collections::HashSet;

use lopdf::{Dictionary, Document, Object, ObjectId};

use super::destinations::{Destinations, page_of};
use super::strings;
use super::tree::{entry, resolve};

/// Bookmarks that are read.
const MAX_BOOKMARKS: usize = 20_000;
/// Levels that are read.
const MAX_DEPTH: usize = 32;

/// A bookmark.
#[derive(Debug, Clone)]
pub(crate) struct Bookmark {
    /// Its title.
    pub(crate) title: String,
    /// Its level, 0 for the top.
    pub(crate) depth: usize,
    /// The page it leads to, and the explicit destination; nothing for one that leads elsewhere or nowhere.
    pub(crate) target: Option<(ObjectId, Vec<Object>)>,
    /// Whether what is below it is shown at first.
    pub(crate) open: bool,
    /// Color and style, as they are written.
    pub(crate) look: Dictionary,
}

/// The bookmarks of a document in the order they are shown, each before those below it.
pub(crate) fn read(pdf: &Document, pages: &[ObjectId], destinations: &Destinations) -> Vec<Bookmark> {
    let first = pdf.catalog().ok().and_then(|catalog| entry(pdf, catalog, b"Outlines")).and_then(first_of);
    let mut found = Vec::new();
    let mut seen = HashSet::new();
    let mut stack: Vec<(ObjectId, usize)> = first.map(|id| (id, 0)).into_iter().collect();
    while let Some((id, depth)) = stack.pop() {
        if !seen.insert(id) || found.len() >= MAX_BOOKMARKS {
            continue;
        }
        let Ok(item) = pdf.get_dictionary(id) else { continue };
        if let Ok(next) = item.get(b"Next").and_then(Object::as_reference) {
            stack.push((next, depth));
        }
        if let Some(below) = first_of(&Object::Dictionary(item.clone())).filter(|_| depth + 1 < MAX_DEPTH) {
            stack.push((below, depth + 1));
        }
        found.push(bookmark(pdf, item, depth, pages, destinations));
    }
    found
}

fn first_of(node: &Object) -> Option<ObjectId> {
    node.as_dict().ok()?.get(b"First").and_then(Object::as_reference).ok()
}

fn bookmark(
    pdf: &Document,
    item: &Dictionary,
    depth: usize,
    pages: &[ObjectId],
    destinations: &Destinations,
) -> Bookmark {
    let action = entry(pdf, item, b"A").and_then(|action| action.as_dict().ok());
    let goes =
        action.filter(|action| entry(pdf, action, b"S").is_some_and(|kind| kind.as_name().ok() == Some(b"GoTo")));
    let destination = item.get(b"Dest").ok().or_else(|| goes.and_then(|action| action.get(b"D").ok()));
    let place = destination.and_then(|destination| destinations.resolve(pdf, destination));
    let target = place.and_then(|place| Some((page_of(&place, pages)?, place)));
    let mut look = Dictionary::new();
    for key in [&b"C"[..], b"F"] {
        if let Some(value) = entry(pdf, item, key) {
            look.set(key, plain(pdf, value));
        }
    }
    Bookmark {
        title: entry(pdf, item, b"Title").and_then(strings::text).unwrap_or_default(),
        depth,
        target,
        open: entry(pdf, item, b"Count").and_then(|count| count.as_i64().ok()).is_none_or(|count| count >= 0),
        look,
    }
}

/// A number, or a list of them.
fn plain(pdf: &Document, value: &Object) -> Object {
    match value {
        Object::Array(parts) => Object::Array(parts.iter().take(4).map(|part| resolve(pdf, part).clone()).collect()),
        other => other.clone(),
    }
}

/// Writes bookmarks into a document and returns the root of its outline; nothing when there are none. Targets are pages of
/// this document.
pub(crate) fn write(pdf: &mut Document, bookmarks: &[Bookmark]) -> Option<ObjectId> {
    if bookmarks.is_empty() {
        return None;
    }
    let root = pdf.add_object(Dictionary::new());
    let ids: Vec<ObjectId> = bookmarks.iter().map(|_| pdf.add_object(Dictionary::new())).collect();
    // Where each stands in the tree: its parent, and those below it.
    let mut parents: Vec<Option<usize>> = Vec::with_capacity(bookmarks.len());
    let mut path: Vec<usize> = Vec::new();
    for (index, bookmark) in bookmarks.iter().enumerate() {
        path.truncate(bookmark.depth.min(path.len()));
        parents.push(path.last().copied());
        path.push(index);
    }
    let mut below: Vec<Vec<usize>> = vec![Vec::new(); bookmarks.len()];
    let mut top = Vec::new();
    let mut places = Vec::with_capacity(bookmarks.len());
    for (index, parent) in parents.iter().enumerate() {
        let siblings = parent.map_or(&mut top, |parent| &mut below[parent]);
        places.push(siblings.len());
        siblings.push(index);
    }
    // Entries that are shown when a bookmark is open: from the last one, as those below come after.
    let mut shown = vec![0_i64; bookmarks.len()];
    for index in (0..bookmarks.len()).rev() {
        shown[index] = below[index].iter().map(|kid| 1 + if bookmarks[*kid].open { shown[*kid] } else { 0 }).sum();
    }
    for (index, bookmark) in bookmarks.iter().enumerate() {
        let siblings = parents[index].map_or(&top, |parent| &below[parent]);
        let place = places[index];
        let mut item = bookmark.look.clone();
        item.set("Title", strings::string(&bookmark.title));
        item.set("Parent", parents[index].map_or(root, |parent| ids[parent]));
        if let Some(before) = place.checked_sub(1) {
            item.set("Prev", ids[siblings[before]]);
        }
        if let Some(next) = siblings.get(place + 1) {
            item.set("Next", ids[*next]);
        }
        if let (Some(first), Some(last)) = (below[index].first(), below[index].last()) {
            item.set("First", ids[*first]);
            item.set("Last", ids[*last]);
            item.set("Count", if bookmark.open { shown[index] } else { -shown[index] });
        }
        if let Some((page, place)) = &bookmark.target {
            let mut place = place.clone();
            place[0] = Object::Reference(*page);
            item.set("Dest", Object::Array(place));
        }
        pdf.objects.insert(ids[index], Object::Dictionary(item));
    }
    let mut outlines = Dictionary::new();
    outlines.set("Type", "Outlines");
    if let (Some(first), Some(last)) = (top.first(), top.last()) {
        outlines.set("First", ids[*first]);
        outlines.set("Last", ids[*last]);
    }
    let visible: i64 = top.iter().map(|index| 1 + if bookmarks[*index].open { shown[*index] } else { 0 }).sum();
    outlines.set("Count", visible);
    pdf.objects.insert(root, Object::Dictionary(outlines));
    Some(root)
}
