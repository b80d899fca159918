//! Where links and bookmarks go: a page and a place on it, given directly or by name.

use std::collections::BTreeMap;

use lopdf::{Document, Object, ObjectId};

use super::names::entries;
use super::tree::{entry, resolve};

/// The named destinations of a document.
pub(crate) struct Destinations {
    /// What each name means: `[page /XYZ ..]`.
    by_name: BTreeMap<Vec<u8>, Vec<Object>>,
}

impl Destinations {
    /// Reads the names of a document: those of PDF 1.1 in the catalog, and those of the name tree.
    pub(crate) fn of(pdf: &Document) -> Self {
        let mut by_name = BTreeMap::new();
        let Ok(catalog) = pdf.catalog() else { return Self { by_name } };
        if let Some(Ok(old)) = entry(pdf, catalog, b"Dests").map(Object::as_dict) {
            for (name, value) in old.iter() {
                if let Some(place) = place(pdf, value) {
                    by_name.insert(name.clone(), place);
                }
            }
        }
        let names = entry(pdf, catalog, b"Names").and_then(|names| names.as_dict().ok());
        if let Some(root) = names.and_then(|names| names.get(b"Dests").ok()) {
            for (name, value) in entries(pdf, root, b"Names") {
                if let (Ok(name), Some(place)) = (name.as_str(), place(pdf, value)) {
                    by_name.insert(name.to_vec(), place);
                }
            }
        }
        Self { by_name }
    }

    /// The destination of a link, an action or a bookmark, as `[page /XYZ ..]`; nothing for one that leads nowhere.
    pub(crate) fn resolve(&self, pdf: &Document, destination: &Object) -> Option<Vec<Object>> {
        match resolve(pdf, destination) {
            Object::Name(name) | Object::String(name, _) => self.by_name.get(name).cloned(),
            other => place(pdf, other),
        }
    }

    /// Every name with where it goes, in order.
    pub(crate) fn all(&self) -> impl Iterator<Item = (&[u8], &[Object])> {
        self.by_name.iter().map(|(name, place)| (name.as_slice(), place.as_slice()))
    }
}

/// An explicit destination, also one wrapped in a dictionary.
fn place(pdf: &Document, value: &Object) -> Option<Vec<Object>> {
    let value = match resolve(pdf, value) {
        Object::Dictionary(wrapped) => entry(pdf, wrapped, b"D")?,
        value => value,
    };
    let place = value.as_array().ok().filter(|place| !place.is_empty() && place.len() <= 8)?;
    // What is behind the page are names and numbers; references there would bring strangers along.
    let rest = place[1..].iter().map(|part| resolve(pdf, part).clone());
    let plain = |part: &Object| matches!(part, Object::Name(_) | Object::Integer(_) | Object::Real(_) | Object::Null);
    Some(std::iter::once(place[0].clone()).chain(rest.filter(plain)).collect())
}

/// The page an explicit destination leads to: an object, or (in files that are wrong, but common) a number.
pub(crate) fn page_of(place: &[Object], pages: &[ObjectId]) -> Option<ObjectId> {
    match place.first()? {
        Object::Reference(id) => Some(*id),
        Object::Integer(index) => usize::try_from(*index).ok().and_then(|index| pages.get(index)).copied(),
        _ => None,
    }
}
