//! Form fields of several documents to one form.
//!
//! A viewer knows a field by its name: two documents that both have a field `name` would show one value in both. So the topmost
//! name of a field that is taken gets a number, and who asked is told.

use std::collections::{HashMap, HashSet};

use lopdf::{Dictionary, Document, Object, ObjectId};

use super::copy::Copier;
use super::names::free_name;
use super::strings;
use super::tree::{entry, resolve};

/// Levels of a field's name.
const MAX_DEPTH: usize = 64;
/// What a field keeps to itself: its place among the fields.
const PLACE: [&[u8]; 2] = [b"Parent", b"Kids"];

/// A field that was renamed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Renamed {
    pub(crate) from: String,
    pub(crate) to: String,
}

/// The form of a document that is being put together.
#[derive(Default)]
pub(crate) struct Form {
    /// Topmost fields, in the order of their widgets.
    fields: Vec<Object>,
    taken: HashSet<Vec<u8>>,
    resources: Dictionary,
    need_appearances: bool,
    /// Whether a source had an XFA form, which stays behind.
    pub(crate) xfa_lost: bool,
}

/// A widget that was copied, without its place among the fields.
pub(crate) struct Widget {
    pub(crate) from: ObjectId,
    pub(crate) to: ObjectId,
    /// Which copy of its page it is on: 0 for the first.
    pub(crate) copy: usize,
}

impl Form {
    /// Adds the fields of widgets of one document, and what their form says for all of them.
    pub(crate) fn add(
        &mut self,
        source: &Document,
        widgets: &[Widget],
        copier: &mut Copier<'_>,
        target: &mut Document,
    ) -> Vec<Renamed> {
        if widgets.is_empty() {
            return Vec::new();
        }
        let empty = Dictionary::new();
        let form = source.catalog().ok().and_then(|catalog| entry(source, catalog, b"AcroForm")?.as_dict().ok());
        let form = form.unwrap_or(&empty);
        self.xfa_lost |= form.has(b"XFA");
        self.need_appearances |=
            entry(source, form, b"NeedAppearances").is_some_and(|value| matches!(value, Object::Boolean(true)));
        let fonts = self.add_resources(source, form, copier, target);
        let mut roots = Vec::new();
        let mut nodes: HashMap<(ObjectId, usize), ObjectId> = HashMap::new();
        for widget in widgets {
            let (mut from, mut to) = (widget.from, widget.to);
            let mut is_new = true;
            for _ in 0..MAX_DEPTH {
                let parent = source.get_dictionary(from).and_then(|field| field.get(b"Parent"));
                let parent = parent.and_then(Object::as_reference).ok();
                let Some(parent) = parent.filter(|parent| source.get_dictionary(*parent).is_ok()) else { break };
                let known = nodes.get(&(parent, widget.copy)).copied();
                let above = known.unwrap_or_else(|| {
                    let id = target.new_object_id();
                    nodes.insert((parent, widget.copy), id);
                    let field = source.get_dictionary(parent).cloned().unwrap_or_default();
                    let copy = copier.dictionary(&field, &PLACE, target);
                    target.objects.insert(id, Object::Dictionary(copy));
                    id
                });
                attach(target, above, to);
                (from, to) = (parent, above);
                if known.is_some() {
                    is_new = false;
                    break;
                }
            }
            if is_new {
                roots.push(to);
            }
        }
        self.add_roots(source, form, &roots, &fonts, target)
    }

    /// Names the topmost fields, and writes on each what their form said for all.
    fn add_roots(
        &mut self,
        source: &Document,
        form: &Dictionary,
        roots: &[ObjectId],
        fonts: &[(Vec<u8>, Vec<u8>)],
        target: &mut Document,
    ) -> Vec<Renamed> {
        let mut renamed = Vec::new();
        for root in roots {
            let Ok(field) = target.get_dictionary_mut(*root) else { continue };
            for key in [&b"DA"[..], b"Q"] {
                if let (false, Some(value)) = (field.has(key), entry(source, form, key)) {
                    field.set(key, value.clone());
                }
            }
            let name = field.get(b"T").ok().and_then(strings::text);
            if let Some(name) = name {
                let free = free_name(name.as_bytes(), &mut self.taken);
                let free = String::from_utf8_lossy(&free).into_owned();
                if free != name {
                    field.set("T", strings::string(&free));
                    renamed.push(Renamed { from: name, to: free });
                }
            }
            self.fields.push(Object::Reference(*root));
        }
        if !fonts.is_empty() {
            rename_fonts(target, roots, fonts);
        }
        renamed
    }

    /// Adds the default resources of a form; returns which fonts have other names now.
    fn add_resources(
        &mut self,
        source: &Document,
        form: &Dictionary,
        copier: &mut Copier<'_>,
        target: &mut Document,
    ) -> Vec<(Vec<u8>, Vec<u8>)> {
        let mut fonts = Vec::new();
        let Some(resources) = entry(source, form, b"DR").and_then(|resources| resources.as_dict().ok()) else {
            return fonts;
        };
        for (kind, values) in resources {
            let Ok(values) = resolve(source, values).as_dict() else { continue };
            for (name, value) in values {
                let copied = copier.copy(value, target);
                copier.finish(target);
                let there = match self.resources.get_mut(kind).and_then(Object::as_dict_mut) {
                    Ok(there) => there,
                    Err(_) => {
                        self.resources.set(kind.clone(), Dictionary::new());
                        let made = self.resources.get_mut(kind).and_then(Object::as_dict_mut);
                        made.expect("it was just made")
                    }
                };
                match there.get(name) {
                    Err(_) => there.set(name.clone(), copied),
                    Ok(other) if resolve(target, other) == resolve(target, &copied) => {}
                    Ok(_) => {
                        let mut taken = there.iter().map(|(name, _)| name.clone()).collect();
                        let free = free_name(name, &mut taken);
                        there.set(free.clone(), copied);
                        if kind == b"Font" {
                            fonts.push((name.clone(), free));
                        }
                    }
                }
            }
        }
        fonts
    }

    /// The form as an object of the catalog; nothing when there are no fields.
    pub(crate) fn finish(self, target: &mut Document) -> Option<ObjectId> {
        if self.fields.is_empty() {
            return None;
        }
        let mut form = Dictionary::new();
        form.set("Fields", self.fields);
        if !self.resources.is_empty() {
            form.set("DR", self.resources);
        }
        form.set("DA", Object::string_literal("/Helv 0 Tf 0 g"));
        if self.need_appearances {
            form.set("NeedAppearances", true);
        }
        Some(target.add_object(form))
    }
}

/// Puts a field or widget below another field.
fn attach(target: &mut Document, above: ObjectId, below: ObjectId) {
    if let Ok(kid) = target.get_dictionary_mut(below) {
        kid.set("Parent", above);
    }
    if let Ok(field) = target.get_dictionary_mut(above) {
        match field.get_mut(b"Kids").and_then(Object::as_array_mut) {
            Ok(kids) => kids.push(Object::Reference(below)),
            Err(_) => field.set("Kids", vec![Object::Reference(below)]),
        }
    }
}

/// Writes the new names of fonts into the default appearances of fields and all below them.
fn rename_fonts(target: &mut Document, roots: &[ObjectId], fonts: &[(Vec<u8>, Vec<u8>)]) {
    let mut waiting = roots.to_vec();
    while let Some(id) = waiting.pop() {
        let Ok(field) = target.get_dictionary_mut(id) else { continue };
        if let Ok(Object::String(appearance, _)) = field.get_mut(b"DA") {
            let text = String::from_utf8_lossy(appearance).into_owned();
            let words = text.split_ascii_whitespace().map(|word| {
                let font = fonts.iter().find(|(from, _)| word.as_bytes().strip_prefix(b"/") == Some(from));
                font.map_or_else(|| word.to_owned(), |(_, to)| format!("/{}", String::from_utf8_lossy(to)))
            });
            *appearance = words.collect::<Vec<_>>().join(" ").into_bytes();
        }
        if let Ok(kids) = field.get(b"Kids").and_then(Object::as_array) {
            waiting.extend(kids.iter().filter_map(|kid| kid.as_reference().ok()));
        }
    }
}
