//! The pages of a document. Trees of strangers loop, fan out and lack types, so the walk is our own: each node once, no
//! deeper than a tree is, no more pages than [`MAX_PAGES`].

use std::collections::HashSet;

use lopdf::{Dictionary, Document, Object, ObjectId};

use super::open::MAX_PAGES;

/// Depth of nodes; balanced trees of the largest documents have four levels.
const MAX_DEPTH: usize = 64;
/// How many references may lead to an object, one to the next.
const MAX_REFERENCES: usize = 16;
/// What a page may have from the nodes above it (ISO 32000-1, table 30).
const INHERITED: [&[u8]; 4] = [b"Resources", b"MediaBox", b"CropBox", b"Rotate"];

/// A4, for pages without a box.
const A4: [f64; 4] = [0.0, 0.0, 595.276, 841.89];

/// A rectangle on a page in points, from its lower left corner as PDF has it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct PageBox {
    pub(crate) left: f64,
    pub(crate) bottom: f64,
    pub(crate) right: f64,
    pub(crate) top: f64,
}

impl PageBox {
    pub(crate) fn width(&self) -> f64 {
        self.right - self.left
    }

    pub(crate) fn height(&self) -> f64 {
        self.top - self.bottom
    }

    /// The part that lies in both, or nothing where they do not meet.
    pub(crate) fn intersection(&self, other: &Self) -> Option<Self> {
        let both = Self {
            left: self.left.max(other.left),
            bottom: self.bottom.max(other.bottom),
            right: self.right.min(other.right),
            top: self.top.min(other.top),
        };
        (both.width() > 0.0 && both.height() > 0.0).then_some(both)
    }

    /// As PDF writes it.
    pub(crate) fn to_object(self) -> Object {
        Object::Array([self.left, self.bottom, self.right, self.top].map(number).to_vec())
    }
}

/// A number as an object: whole ones without a fraction.
pub(crate) fn number(value: f64) -> Object {
    if value.fract() == 0.0 && value.abs() < 1e9 { Object::Integer(value as i64) } else { Object::Real(value as f32) }
}

/// Finds the pages, in order, and writes on each what it inherits. More than [`MAX_PAGES`] are the error, with their
/// number as far as it was counted.
pub(crate) fn pages(pdf: &mut Document) -> Result<Vec<ObjectId>, usize> {
    let Some(root) = root(pdf) else { return Ok(Vec::new()) };
    let mut seen = HashSet::from([root]);
    let mut found = Vec::new();
    let mut stack = vec![(root, Dictionary::new(), 0_usize)];
    while let Some((id, inherited, depth)) = stack.pop() {
        let Ok(node) = pdf.get_dictionary(id) else { continue };
        let Some(kids) = node.get(b"Kids").ok().and_then(|kids| resolve(pdf, kids).as_array().ok()) else {
            if depth == 0 || node.has_type(b"Pages") || node.has_type(b"Catalog") {
                continue;
            }
            found.push((id, inherited));
            if found.len() > MAX_PAGES {
                return Err(found.len());
            }
            continue;
        };
        if depth >= MAX_DEPTH {
            continue;
        }
        let kids: Vec<ObjectId> = kids.iter().filter_map(|kid| kid.as_reference().ok()).take(MAX_PAGES + 1).collect();
        let inherited = inherit(pdf, id, inherited);
        for kid in kids.into_iter().rev() {
            if seen.insert(kid) {
                stack.push((kid, inherited.clone(), depth + 1));
            }
        }
    }
    let pages = found.iter().map(|(id, _)| *id).collect();
    for (id, inherited) in found {
        if let Ok(page) = pdf.get_dictionary_mut(id) {
            for (key, value) in inherited {
                if !page.has(&key) {
                    page.set(key, value);
                }
            }
        }
    }
    Ok(pages)
}

/// The root of the page tree.
fn root(pdf: &Document) -> Option<ObjectId> {
    let mut object = pdf.catalog().ok()?.get(b"Pages").ok()?;
    let mut id = None;
    for _ in 0..MAX_REFERENCES {
        let Object::Reference(next) = object else { break };
        id = Some(*next);
        object = pdf.objects.get(next)?;
    }
    id
}

/// What the kids of a node inherit. A dictionary of resources becomes an object of its own, so that a thousand pages do
/// not get a thousand copies.
fn inherit(pdf: &mut Document, node: ObjectId, mut above: Dictionary) -> Dictionary {
    let shared = match pdf.get_dictionary(node).and_then(|node| node.get(b"Resources")) {
        Ok(Object::Dictionary(resources)) => Some(resources.clone()),
        _ => None,
    };
    if let Some(resources) = shared {
        let id = pdf.add_object(resources);
        if let Ok(node) = pdf.get_dictionary_mut(node) {
            node.set("Resources", id);
        }
    }
    if let Ok(node) = pdf.get_dictionary(node) {
        for key in INHERITED {
            if let Ok(value) = node.get(key) {
                above.set(key, value.clone());
            }
        }
    }
    above
}

/// An object, at the end of the references that lead to it.
pub(crate) fn resolve<'p>(pdf: &'p Document, object: &'p Object) -> &'p Object {
    let mut object = object;
    for _ in 0..MAX_REFERENCES {
        let Object::Reference(id) = object else { return object };
        match pdf.objects.get(id) {
            Some(next) => object = next,
            None => return &Object::Null,
        }
    }
    &Object::Null
}

/// An entry of a dictionary, at the end of the references that lead to it.
pub(crate) fn entry<'p>(pdf: &'p Document, dictionary: &'p Dictionary, key: &[u8]) -> Option<&'p Object> {
    dictionary.get(key).ok().map(|object| resolve(pdf, object)).filter(|object| !object.is_null())
}

/// The box of a page by its key, its corners in order; nothing when it has none that is one.
pub(crate) fn page_box(pdf: &Document, page: &Dictionary, key: &[u8]) -> Option<PageBox> {
    let sides = entry(pdf, page, key)?.as_array().ok()?;
    let sides: Vec<f64> = sides.iter().filter_map(|side| real(resolve(pdf, side))).collect();
    let [a, b, c, d] = sides.try_into().ok()?;
    let bounds = PageBox { left: a.min(c), bottom: b.min(d), right: a.max(c), top: b.max(d) };
    (bounds.width() > 0.0 && bounds.height() > 0.0).then_some(bounds)
}

/// A number.
pub(crate) fn real(object: &Object) -> Option<f64> {
    object.as_float().ok().map(f64::from).filter(|value| value.is_finite())
}

/// The paper a page is on.
pub(crate) fn media_box(pdf: &Document, page: &Dictionary) -> PageBox {
    let [left, bottom, right, top] = A4;
    page_box(pdf, page, b"MediaBox").unwrap_or(PageBox { left, bottom, right, top })
}

/// What is shown of a page.
pub(crate) fn crop_box(pdf: &Document, page: &Dictionary) -> PageBox {
    let media = media_box(pdf, page);
    page_box(pdf, page, b"CropBox").and_then(|crop| crop.intersection(&media)).unwrap_or(media)
}

/// By how much a page is turned clockwise when it is shown: 0, 90, 180 or 270 degrees.
pub(crate) fn rotation(pdf: &Document, page: &Dictionary) -> u16 {
    let degrees = entry(pdf, page, b"Rotate").and_then(real).unwrap_or(0.0);
    let degrees = degrees.rem_euclid(360.0);
    if degrees % 90.0 == 0.0 { degrees as u16 } else { 0 }
}

/// Width and height of a page as it is shown.
pub(crate) fn shown_size(pdf: &Document, page: &Dictionary) -> (f64, f64) {
    let crop = crop_box(pdf, page);
    match rotation(pdf, page) {
        90 | 270 => (crop.height(), crop.width()),
        _ => (crop.width(), crop.height()),
    }
}

/// Makes these the pages of a document, in this order.
pub(crate) fn write(pdf: &mut Document, pages: &[ObjectId]) {
    let root = pdf.new_object_id();
    for id in pages {
        if let Ok(page) = pdf.get_dictionary_mut(*id) {
            page.set("Parent", root);
        }
    }
    let kids: Vec<Object> = pages.iter().map(|id| Object::Reference(*id)).collect();
    let mut node = Dictionary::new();
    node.set("Type", "Pages");
    node.set("Count", i64::try_from(pages.len()).unwrap_or(i64::MAX));
    node.set("Kids", kids);
    pdf.objects.insert(root, Object::Dictionary(node));
    if let Ok(catalog) = pdf.catalog_mut() {
        catalog.set("Pages", root);
    }
}
