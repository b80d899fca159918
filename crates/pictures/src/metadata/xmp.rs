//! XMP (ISO 16684-1): the simple properties of a packet and lists of them.

use roxmltree::{Document, Node};

use super::{Property, TEXTS, shown};
use crate::container::xml;

const RDF: &str = "http://www.w3.org/1999/02/22-rdf-syntax-ns#";

/// Prefixes that are used by all, whatever a packet calls them.
const PREFIXES: &[(&str, &str)] = &[
    ("http://purl.org/dc/elements/1.1/", "dc"),
    ("http://ns.adobe.com/xap/1.0/", "xmp"),
    ("http://ns.adobe.com/xap/1.0/rights/", "xmpRights"),
    ("http://ns.adobe.com/xap/1.0/mm/", "xmpMM"),
    ("http://ns.adobe.com/photoshop/1.0/", "photoshop"),
    ("http://ns.adobe.com/tiff/1.0/", "tiff"),
    ("http://ns.adobe.com/exif/1.0/", "exif"),
    ("http://iptc.org/std/Iptc4xmpCore/1.0/xmlns/", "Iptc4xmpCore"),
];

/// A packet may be this long: no JPEG holds a longer one.
const BYTES: usize = 64 << 10;

pub(super) fn properties(packet: &[u8]) -> Option<Vec<Property>> {
    if packet.len() > BYTES || !xml::has_few_attributes(packet) {
        return None;
    }
    let text = String::from_utf8_lossy(packet);
    // Without document types, so that no entity can grow.
    let document = Document::parse(text.trim_matches(['\0', '\u{feff}', ' ', '\n', '\r'])).ok()?;
    let mut properties = Vec::new();
    let descriptions = document.descendants().filter(|node| node.has_tag_name((RDF, "Description")));
    for description in descriptions.filter(|node| node.parent().is_some_and(|parent| parent.has_tag_name((RDF, "RDF"))))
    {
        for attribute in description.attributes().filter(|attribute| attribute.namespace() != Some(RDF)) {
            let name = name(&description, attribute.namespace(), attribute.name());
            properties.push((name, vec![shown(attribute.value())]));
        }
        for child in description.children().filter(Node::is_element) {
            let name = name(&child, child.tag_name().namespace(), child.tag_name().name());
            let items: Vec<String> = child
                .descendants()
                .filter(|node| node.has_tag_name((RDF, "li")))
                .filter_map(|node| node.text())
                .map(shown)
                .filter(|text| !text.is_empty())
                .take(TEXTS)
                .collect();
            let values = match child.text().map(shown).filter(|text| !text.is_empty()) {
                Some(text) if items.is_empty() => vec![text],
                _ => items,
            };
            if !values.is_empty() {
                properties.push((name, values));
            }
        }
        properties.truncate(TEXTS);
    }
    Some(properties)
}

fn name(node: &Node<'_, '_>, namespace: Option<&str>, name: &str) -> String {
    let Some(namespace) = namespace else { return shown(name) };
    let known = PREFIXES.iter().find(|(known, _)| *known == namespace).map(|(_, prefix)| *prefix);
    match known.or_else(|| node.lookup_prefix(namespace)) {
        Some(prefix) => shown(&format!("{prefix}:{name}")),
        None => shown(name),
    }
}
