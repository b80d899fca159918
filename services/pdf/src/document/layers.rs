//! Optional content (layers) of several documents to one: which there are, which are shown, and how they are listed.

use lopdf::{Dictionary, Document, Object};

use super::copy::Copier;
use super::tree::entry;

/// Lists of the default configuration (ISO 32000-2, table 99) that are joined.
const LISTS: [&[u8]; 6] = [b"ON", b"OFF", b"Order", b"RBGroups", b"Locked", b"AS"];

/// The layers of a document that is being put together.
#[derive(Default)]
pub(crate) struct Layers {
    groups: Vec<Object>,
    lists: Vec<(&'static [u8], Vec<Object>)>,
}

impl Layers {
    /// Adds the layers of a document.
    pub(crate) fn add(&mut self, source: &Document, copier: &mut Copier<'_>, target: &mut Document) {
        let properties =
            source.catalog().ok().and_then(|catalog| entry(source, catalog, b"OCProperties")?.as_dict().ok());
        let Some(properties) = properties else { return };
        let Some(groups) = entry(source, properties, b"OCGs").and_then(|groups| groups.as_array().ok()) else { return };
        let copied: Vec<Object> = groups.iter().map(|group| copier.copy(group, target)).collect();
        let configuration = entry(source, properties, b"D").and_then(|default| default.as_dict().ok());
        let empty = Dictionary::new();
        let configuration = configuration.unwrap_or(&empty);
        for key in LISTS {
            let list = entry(source, configuration, key).and_then(|list| list.as_array().ok());
            let parts: Vec<Object> = list.into_iter().flatten().map(|part| copier.copy(part, target)).collect();
            self.extend(key, parts);
        }
        // All are shown unless listed; a document that hides all unless listed lists them here.
        let hidden =
            entry(source, configuration, b"BaseState").is_some_and(|state| state.as_name().ok() == Some(b"OFF"));
        if hidden {
            let shown = entry(source, configuration, b"ON").and_then(|list| list.as_array().ok());
            let shown: Vec<Object> = shown.into_iter().flatten().map(|part| copier.copy(part, target)).collect();
            let off = copied.iter().filter(|group| !shown.contains(group)).cloned().collect();
            self.extend(b"OFF", off);
        }
        self.groups.extend(copied);
    }

    fn extend(&mut self, key: &'static [u8], parts: Vec<Object>) {
        if parts.is_empty() {
            return;
        }
        match self.lists.iter_mut().find(|(other, _)| *other == key) {
            Some((_, list)) => list.extend(parts),
            None => self.lists.push((key, parts)),
        }
    }

    /// As an entry of the catalog; nothing when there are no layers.
    pub(crate) fn finish(self) -> Option<Dictionary> {
        if self.groups.is_empty() {
            return None;
        }
        let mut configuration = Dictionary::new();
        for (key, list) in self.lists {
            configuration.set(key, list);
        }
        let mut properties = Dictionary::new();
        properties.set("OCGs", self.groups);
        properties.set("D", configuration);
        Some(properties)
    }
}
