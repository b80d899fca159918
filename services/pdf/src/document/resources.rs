//! Which resources a content names.
//!
//! A part of a document must not carry the pictures of the other pages, and must never lose one it shows. So no operator is
//! understood here: every name that stands anywhere in the bytes of a content counts as used, in strings and inline pictures as
//! well. That is more than is used, never less.

use std::collections::{HashMap, HashSet};

use lopdf::{Dictionary, Document, Object, ObjectId, Stream};

use super::tree::{entry, resolve};

/// Bytes of content that are read of a page or form; with more nothing is left out.
const MAX_CONTENT: usize = 64 << 20;
/// Forms within forms that are looked into.
const MAX_FORMS: usize = 10_000;

/// Fonts a page has at most where it is taken at its word.
const FEW_FONTS: usize = 10;

/// Pages whose resources may be more than they use: those that share a dictionary or a picture with other pages, or have many
/// fonts. The content of the others is not read: what writers list for one page alone is what it shows.
pub(crate) fn spacious(pdf: &Document, pages: &[ObjectId]) -> HashSet<ObjectId> {
    let resources = |page: &ObjectId| {
        let page = pdf.get_dictionary(*page).ok()?;
        Some((page.get(b"Resources").ok()?.as_reference().ok(), entry(pdf, page, b"Resources")?.as_dict().ok()?))
    };
    let objects = |resources: &Dictionary| -> Vec<ObjectId> {
        let named = entry(pdf, resources, b"XObject").and_then(|named| named.as_dict().ok());
        named.into_iter().flatten().filter_map(|(_, object)| object.as_reference().ok()).collect()
    };
    let mut users: HashMap<ObjectId, usize> = HashMap::new();
    for (own, resources) in pages.iter().filter_map(resources) {
        let others = own.map_or(0, |own| {
            let count = users.entry(own).or_default();
            *count += 1;
            *count - 1
        });
        // A dictionary of many pages is read once.
        if others == 0 {
            for id in objects(resources) {
                *users.entry(id).or_default() += 1;
            }
        }
    }
    let is_shared = |id: &ObjectId| users.get(id).is_some_and(|users| *users > 1);
    let is_spacious = |page: &&ObjectId| {
        let Some((own, resources)) = resources(page) else { return false };
        let fonts = entry(pdf, resources, b"Font").and_then(|fonts| fonts.as_dict().ok()).map_or(0, Dictionary::len);
        own.as_ref().is_some_and(is_shared) || fonts > FEW_FONTS || objects(resources).iter().any(is_shared)
    };
    pages.iter().filter(is_spacious).copied().collect()
}

/// Names by the content that uses them.
#[derive(Default)]
pub(crate) struct Used {
    by_content: HashMap<ObjectId, Option<HashSet<Vec<u8>>>>,
}

impl Used {
    /// The names a page uses: those in its content, and in forms that have no resources of their own and so use the page's.
    /// Nothing when they cannot be told.
    pub(crate) fn of_page(&mut self, pdf: &Document, page: &Dictionary) -> Option<HashSet<Vec<u8>>> {
        let mut names = HashSet::new();
        match page.get(b"Contents") {
            Ok(contents) => self.add_contents(pdf, contents, &mut names)?,
            Err(_) => return Some(names),
        }
        let resources = entry(pdf, page, b"Resources").and_then(|resources| resources.as_dict().ok())?;
        self.add_dependents(pdf, resources, names)
    }

    /// The names a form uses of its own resources.
    pub(crate) fn of_form(&mut self, pdf: &Document, form: &Stream) -> Option<HashSet<Vec<u8>>> {
        let names = names_in(&content(form)?);
        let resources = entry(pdf, &form.dict, b"Resources").and_then(|resources| resources.as_dict().ok())?;
        self.add_dependents(pdf, resources, names)
    }

    fn add_contents(&mut self, pdf: &Document, contents: &Object, names: &mut HashSet<Vec<u8>>) -> Option<()> {
        match contents {
            Object::Reference(id) => {
                let object = pdf.objects.get(id)?;
                let Object::Stream(stream) = object else { return self.add_contents(pdf, resolve(pdf, object), names) };
                let found = self.by_content.entry(*id).or_insert_with(|| Some(names_in(&content(stream)?)));
                names.extend(found.as_ref()?.iter().cloned());
            }
            Object::Array(parts) => {
                for part in parts {
                    if matches!(part, Object::Reference(_)) {
                        self.add_contents(pdf, part, names)?;
                    }
                }
            }
            _ => {}
        }
        Some(())
    }

    /// Adds what is used by forms, patterns and Type 3 fonts that have no resources of their own.
    fn add_dependents(
        &mut self,
        pdf: &Document,
        resources: &Dictionary,
        mut names: HashSet<Vec<u8>>,
    ) -> Option<HashSet<Vec<u8>>> {
        let mut seen = HashSet::new();
        let mut new: Vec<Vec<u8>> = names.iter().cloned().collect();
        let kinds: Vec<&Dictionary> = [&b"XObject"[..], b"Pattern", b"Font"]
            .iter()
            .filter_map(|kind| entry(pdf, resources, kind)?.as_dict().ok())
            .collect();
        while let Some(name) = new.pop() {
            for kind in &kinds {
                let Ok(value) = kind.get(&name) else { continue };
                if let Object::Reference(id) = value
                    && !seen.insert(*id)
                {
                    continue;
                }
                if seen.len() > MAX_FORMS {
                    return None;
                }
                for inner in borrowed(pdf, resolve(pdf, value))? {
                    if names.insert(inner.clone()) {
                        new.push(inner);
                    }
                }
            }
        }
        Some(names)
    }
}

/// The names something without resources of its own uses of those around it.
fn borrowed(pdf: &Document, object: &Object) -> Option<HashSet<Vec<u8>>> {
    match object {
        Object::Stream(stream) => {
            let kind = stream.dict.get(b"Subtype").and_then(Object::as_name).unwrap_or_default();
            if kind == b"Image" || stream.dict.has(b"Resources") {
                return Some(HashSet::new());
            }
            Some(names_in(&content(stream)?))
        }
        Object::Dictionary(font) if font.has(b"CharProcs") && !font.has(b"Resources") => {
            let mut names = HashSet::new();
            for (_, glyph) in entry(pdf, font, b"CharProcs")?.as_dict().ok()? {
                if let Object::Stream(glyph) = resolve(pdf, glyph) {
                    names.extend(names_in(&content(glyph)?));
                }
            }
            Some(names)
        }
        _ => Some(HashSet::new()),
    }
}

fn content(stream: &Stream) -> Option<Vec<u8>> {
    if stream.dict.has(b"Filter") {
        stream.decompressed_content_with_limit(MAX_CONTENT).ok()
    } else {
        Some(stream.content.clone())
    }
}

/// Every name in a content, with `#` escapes read.
fn names_in(content: &[u8]) -> HashSet<Vec<u8>> {
    let mut names = HashSet::new();
    let mut rest = content;
    while let Some(at) = rest.iter().position(|byte| *byte == b'/') {
        rest = &rest[at + 1..];
        let end = rest.iter().position(|byte| !is_regular(*byte)).unwrap_or(rest.len());
        let name = &rest[..end];
        if name.contains(&b'#') {
            names.insert(unescaped(name));
        } else if !names.contains(name) {
            names.insert(name.to_vec());
        }
        rest = &rest[end..];
    }
    names
}

fn is_regular(byte: u8) -> bool {
    !matches!(
        byte,
        0 | b'\t' | b'\n' | 12 | b'\r' | b' ' | b'(' | b')' | b'<' | b'>' | b'[' | b']' | b'{' | b'}' | b'/' | b'%'
    )
}

fn unescaped(name: &[u8]) -> Vec<u8> {
    let digit = |byte: Option<&u8>| byte.and_then(|byte| char::from(*byte).to_digit(16));
    let mut plain = Vec::with_capacity(name.len());
    let mut at = 0;
    while at < name.len() {
        match (name[at], digit(name.get(at + 1)), digit(name.get(at + 2))) {
            (b'#', Some(high), Some(low)) => {
                plain.push((high * 16 + low) as u8);
                at += 3;
            }
            (byte, ..) => {
                plain.push(byte);
                at += 1;
            }
        }
    }
    plain
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_found_wherever_they_stand() {
        let found = names_in(b"q /Im0 Do/F1 12 Tf (a /String) Tj[/A/B]/C#20D gs ID \x00/\xffx EI /Last");
        for name in [&b"Im0"[..], b"F1", b"String", b"A", b"B", b"C D", b"\xffx", b"Last"] {
            assert!(found.contains(name), "{name:?}");
        }
        assert_eq!(found.len(), 8);
    }
}
