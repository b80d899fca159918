//! Objects from one document to another, by what refers to them.
//!
//! Whatever a page refers to goes along once, however many pages refer to it. What would drag the rest of the document along does
//! not: other pages, nodes of the page tree, the catalog, the structure tree. References to those become null.

use std::collections::{HashMap, HashSet};

use lopdf::{Dictionary, Document, Object, ObjectId, Stream};

use super::resources;
use super::tree::{entry, resolve};

/// Annotations of a page that are read.
const MAX_ANNOTATIONS: usize = 20_000;
/// Forms within forms whose resources are looked into; what is deeper is copied as it is.
const MAX_DEPTH: usize = 100;
/// Types of objects that stay behind.
const LEFT_BEHIND: [&[u8]; 6] = [b"Pages", b"Page", b"Catalog", b"StructTreeRoot", b"StructElem", b"ObjStm"];
/// What a page does not take along: its place in the old tree, in the structure tree, and in article threads.
const NOT_OF_A_PAGE: [&[u8]; 5] = [b"Parent", b"StructParents", b"B", b"Annots", b"Resources"];

/// Copies from one document.
pub(crate) struct Copier<'s> {
    source: &'s Document,
    /// Where objects went.
    moved: HashMap<ObjectId, ObjectId>,
    /// Objects that are referred to and not copied yet.
    waiting: Vec<(ObjectId, ObjectId)>,
    /// Every page of the source.
    pages: &'s HashSet<ObjectId>,
    /// Names that contents use.
    used: resources::Used,
    /// Forms within forms that are being looked into.
    depth: usize,
}

impl<'s> Copier<'s> {
    pub(crate) fn new(source: &'s Document, pages: &'s HashSet<ObjectId>) -> Self {
        Self { source, moved: HashMap::new(), waiting: Vec::new(), pages, used: resources::Used::default(), depth: 0 }
    }

    /// Says where an object of the source is in the target, so that references lead there.
    pub(crate) fn settle(&mut self, from: ObjectId, to: ObjectId) {
        self.moved.insert(from, to);
    }

    /// A copy of an object, its references leading into the target. What they lead to is copied by [`Copier::finish`].
    pub(crate) fn copy(&mut self, object: &Object, target: &mut Document) -> Object {
        match object {
            Object::Reference(id) => self.reference(*id, target),
            Object::Array(parts) => Object::Array(parts.iter().map(|part| self.copy(part, target)).collect()),
            Object::Dictionary(dictionary) => Object::Dictionary(self.dictionary(dictionary, &[], target)),
            Object::Stream(stream) => {
                let mut copy = Stream::new(self.dictionary(&stream.dict, &[], target), stream.content.clone());
                copy.allows_compression = stream.allows_compression;
                Object::Stream(copy)
            }
            plain => plain.clone(),
        }
    }

    /// A copy of a dictionary without some keys.
    pub(crate) fn dictionary(&mut self, from: &Dictionary, without: &[&[u8]], target: &mut Document) -> Dictionary {
        let mut to = Dictionary::new();
        for (key, value) in from {
            if !without.contains(&key.as_slice()) {
                to.set(key.clone(), self.copy(value, target));
            }
        }
        to
    }

    fn reference(&mut self, id: ObjectId, target: &mut Document) -> Object {
        if let Some(to) = self.moved.get(&id) {
            return Object::Reference(*to);
        }
        let stays = match self.source.objects.get(&id) {
            None => true,
            Some(_) if self.pages.contains(&id) => true,
            Some(object) => object.as_dict().is_ok_and(|dictionary| {
                dictionary.get(b"Type").and_then(Object::as_name).is_ok_and(|kind| LEFT_BEHIND.contains(&kind))
            }),
        };
        if stays {
            return Object::Null;
        }
        let to = target.new_object_id();
        self.moved.insert(id, to);
        self.waiting.push((id, to));
        Object::Reference(to)
    }

    /// Copies everything that was referred to, and what that refers to.
    pub(crate) fn finish(&mut self, target: &mut Document) {
        while let Some((from, to)) = self.waiting.pop() {
            let Some(object) = self.source.objects.get(&from) else { continue };
            let copy = self.copy(object, target);
            target.objects.insert(to, copy);
        }
    }

    /// A page without its annotations. With `prune` it has only those resources that its content names.
    pub(crate) fn page(&mut self, page: &Dictionary, prune: bool, target: &mut Document) -> Dictionary {
        let mut copy = self.dictionary(page, &NOT_OF_A_PAGE, target);
        let resources = entry(self.source, page, b"Resources").and_then(|resources| resources.as_dict().ok());
        let copied = match resources {
            Some(resources) if prune => {
                let used = self.used.of_page(self.source, page);
                match used {
                    Some(names) => Object::Dictionary(self.pruned(resources, &names, target)),
                    None => Object::Dictionary(self.dictionary(resources, &[], target)),
                }
            }
            Some(_) => page.get(b"Resources").map_or(Object::Null, |object| self.copy(object, target)),
            None => Object::Dictionary(Dictionary::new()),
        };
        copy.set("Resources", copied);
        copy
    }

    /// Resources with only the names that are used.
    fn pruned(&mut self, resources: &Dictionary, names: &HashSet<Vec<u8>>, target: &mut Document) -> Dictionary {
        let mut kept = Dictionary::new();
        for (kind, values) in resources {
            let Ok(values) = resolve(self.source, values).as_dict() else {
                kept.set(kind.clone(), self.copy(values, target));
                continue;
            };
            let mut named = Dictionary::new();
            for (name, value) in values {
                if names.contains(name) {
                    let value =
                        if kind == b"XObject" { self.x_object(value, target) } else { self.copy(value, target) };
                    named.set(name.clone(), value);
                }
            }
            if !named.is_empty() {
                kept.set(kind.clone(), Object::Dictionary(named));
            }
        }
        kept
    }

    /// A picture, or a form with only those resources that its own content names.
    fn x_object(&mut self, value: &Object, target: &mut Document) -> Object {
        let Object::Reference(id) = value else { return self.copy(value, target) };
        if let Some(to) = self.moved.get(id) {
            return Object::Reference(*to);
        }
        let Some(Object::Stream(form)) = self.source.objects.get(id) else { return self.copy(value, target) };
        let resources = entry(self.source, &form.dict, b"Resources").and_then(|resources| resources.as_dict().ok());
        let is_form = form.dict.get(b"Subtype").and_then(Object::as_name).is_ok_and(|kind| kind == b"Form");
        let (Some(resources), true) = (resources, is_form && self.depth < MAX_DEPTH) else {
            return self.copy(value, target);
        };
        let Some(names) = self.used.of_form(self.source, form) else { return self.copy(value, target) };
        let to = target.new_object_id();
        // Known before its resources are read: forms that hold themselves end here.
        self.moved.insert(*id, to);
        self.depth += 1;
        let kept = self.pruned(resources, &names, target);
        self.depth -= 1;
        let mut dictionary = self.dictionary(&form.dict, &[b"Resources"], target);
        dictionary.set("Resources", kept);
        target.objects.insert(to, Object::Stream(Stream::new(dictionary, form.content.clone())));
        Object::Reference(to)
    }

    /// The annotations of a page: each with its number, if it is an object of its own.
    pub(crate) fn annotations(&self, page: &'s Dictionary) -> Vec<(Option<ObjectId>, &'s Dictionary)> {
        let list = entry(self.source, page, b"Annots").and_then(|list| list.as_array().ok());
        let found = list.into_iter().flatten().take(MAX_ANNOTATIONS).filter_map(|annotation| {
            let dictionary = resolve(self.source, annotation).as_dict().ok()?;
            Some((annotation.as_reference().ok(), dictionary))
        });
        found.collect()
    }
}
