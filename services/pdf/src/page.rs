//! More on a page that is there: drawings over and under its content, whatever state that leaves behind.

use lopdf::{Dictionary, Document, Object, ObjectId, Stream};

use crate::document::tree::{entry, resolve};

/// Bytes of the content of a page that are looked through.
const MAX_CONTENT: usize = 32 << 20;

/// Drawings on their way to a page.
pub(crate) struct Canvas {
    page: ObjectId,
    content: Vec<u8>,
    /// Names in the resources of the page that are drawn by.
    drawings: Vec<(String, ObjectId)>,
    states: Vec<(String, Object)>,
    taken: Vec<Vec<u8>>,
}

impl Canvas {
    pub(crate) fn new(pdf: &Document, page: ObjectId) -> Self {
        let resources = pdf.get_dictionary(page).ok().and_then(|page| entry(pdf, page, b"Resources")?.as_dict().ok());
        let names = |kind: &[u8]| {
            let known = resources.and_then(|resources| entry(pdf, resources, kind)?.as_dict().ok());
            known.into_iter().flat_map(|known| known.iter().map(|(name, _)| name.clone())).collect::<Vec<_>>()
        };
        let taken = [names(b"XObject"), names(b"ExtGState")].concat();
        Self { page, content: Vec::new(), drawings: Vec::new(), states: Vec::new(), taken }
    }

    /// Draws a form or a picture by a matrix.
    pub(crate) fn draw(&mut self, drawing: ObjectId, matrix: [f64; 6]) {
        self.draw_with(drawing, matrix, None);
    }

    /// The same, with a graphics state of its own.
    pub(crate) fn draw_with(&mut self, drawing: ObjectId, matrix: [f64; 6], state: Option<Object>) {
        let name = self.free("Ff");
        let [a, b, c, d, e, f] = matrix;
        self.content.extend_from_slice(b"q\n");
        if let Some(state) = state {
            let name = self.free("FfGs");
            self.content.extend_from_slice(format!("/{name} gs\n").as_bytes());
            self.states.push((name, state));
        }
        self.content
            .extend_from_slice(format!("{a:.5} {b:.5} {c:.5} {d:.5} {e:.3} {f:.3} cm\n/{name} Do\nQ\n").as_bytes());
        self.drawings.push((name, drawing));
    }

    /// A name that the page does not have.
    fn free(&mut self, stem: &str) -> String {
        let name = (0..)
            .map(|number| format!("{stem}{number}"))
            .find(|name| !self.taken.iter().any(|taken| taken == name.as_bytes()));
        let name = name.expect("a page has fewer names than there are numbers");
        self.taken.push(name.clone().into_bytes());
        name
    }

    /// Puts the drawings over the content of the page, or under it.
    pub(crate) fn finish(self, pdf: &mut Document, over: bool) {
        if self.content.is_empty() {
            return;
        }
        let mut resources = self.resources(pdf);
        let contents = contents(pdf, self.page);
        let open = pdf.add_object(Stream::new(Dictionary::new(), b"q\n".to_vec()));
        let unclosed = unclosed(pdf, &contents);
        let closing = "\nQ".repeat(unclosed + 1);
        let mut all = vec![Object::Reference(open)];
        if over {
            let after = [closing.as_bytes(), b"\n", &self.content].concat();
            let after = pdf.add_object(Stream::new(Dictionary::new(), after));
            all.extend(contents.into_iter().map(Object::Reference));
            all.push(after.into());
        } else {
            let before = pdf.add_object(Stream::new(Dictionary::new(), self.content));
            let close = pdf.add_object(Stream::new(Dictionary::new(), closing.into_bytes()));
            all.insert(0, before.into());
            all.extend(contents.into_iter().map(Object::Reference));
            all.push(close.into());
        }
        let (page, drawings, states) = (self.page, self.drawings, self.states);
        add(pdf, &mut resources, b"XObject", drawings.into_iter().map(|(name, id)| (name, id.into())).collect());
        add(pdf, &mut resources, b"ExtGState", states);
        if let Ok(dictionary) = pdf.get_dictionary_mut(page) {
            dictionary.set("Contents", all);
            dictionary.set("Resources", resources);
        }
    }

    /// The resources of the page, for it alone: several pages may share one dictionary.
    fn resources(&self, pdf: &Document) -> Dictionary {
        let page = pdf.get_dictionary(self.page).ok();
        page.and_then(|page| entry(pdf, page, b"Resources")?.as_dict().ok()).cloned().unwrap_or_default()
    }
}

/// Adds entries to a kind of resources.
fn add(pdf: &Document, resources: &mut Dictionary, kind: &[u8], entries: Vec<(String, Object)>) {
    if entries.is_empty() {
        return;
    }
    let mut known = entry(pdf, resources, kind).and_then(|known| known.as_dict().ok()).cloned().unwrap_or_default();
    for (name, value) in entries {
        known.set(name, value);
    }
    resources.set(kind.to_vec(), known);
}

/// The streams of a page's content.
fn contents(pdf: &mut Document, page: ObjectId) -> Vec<ObjectId> {
    let Some(contents) = pdf.get_dictionary(page).ok().and_then(|page| page.get(b"Contents").ok()).cloned() else {
        return Vec::new();
    };
    let own = |pdf: &Document, object: &Object| match object {
        Object::Reference(id) if matches!(resolve(pdf, object), Object::Stream(_)) => Some(*id),
        _ => None,
    };
    match &contents {
        Object::Reference(_) => match resolve(pdf, &contents) {
            Object::Array(parts) => parts.iter().filter_map(|part| own(pdf, part)).collect(),
            _ => own(pdf, &contents).into_iter().collect(),
        },
        Object::Array(parts) => parts.iter().filter_map(|part| own(pdf, part)).collect(),
        _ => Vec::new(),
    }
}

/// How many graphics states the content of a page leaves open.
fn unclosed(pdf: &Document, contents: &[ObjectId]) -> usize {
    let mut all = Vec::new();
    for id in contents {
        let Ok(Object::Stream(stream)) = pdf.get_object(*id) else { continue };
        let room = MAX_CONTENT.saturating_sub(all.len());
        let Ok(part) = stream.get_plain_content_with_limit(room) else { return 0 };
        all.extend_from_slice(&part);
        all.push(b'\n');
    }
    open_states(&all)
}

/// How many `q` of a content have no `Q`.
fn open_states(content: &[u8]) -> usize {
    let mut open = 0_usize;
    let mut at = 0;
    let is_space = |byte: u8| matches!(byte, b' ' | b'\n' | b'\r' | b'\t' | 0 | 12);
    while at < content.len() {
        match content[at] {
            b'(' => at = after_string(content, at),
            b'<' if content.get(at + 1) != Some(&b'<') => {
                at = content[at..].iter().position(|byte| *byte == b'>').map_or(content.len(), |end| at + end + 1);
            }
            b'%' => {
                at = content[at..]
                    .iter()
                    .position(|byte| matches!(byte, b'\n' | b'\r'))
                    .map_or(content.len(), |end| at + end);
            }
            byte if is_space(byte) || matches!(byte, b'<' | b'>' | b'[' | b']' | b'{' | b'}' | b')') => at += 1,
            _ => {
                let start = at;
                at += 1;
                while at < content.len() && !is_space(content[at]) && !b"()<>[]{}/%".contains(&content[at]) {
                    at += 1;
                }
                match &content[start..at] {
                    b"q" => open += 1,
                    b"Q" => open = open.saturating_sub(1),
                    // The bytes of a picture are no operators.
                    b"ID" => {
                        let ends = |window: &[u8]| is_space(window[0]) && &window[1..3] == b"EI" && is_space(window[3]);
                        at = content[at..].windows(4).position(ends).map_or(content.len(), |end| at + end + 3);
                    }
                    _ => {}
                }
            }
        }
    }
    open
}

/// The place after a string, whose parentheses are in pairs.
fn after_string(content: &[u8], start: usize) -> usize {
    let (mut depth, mut at) = (0_usize, start);
    while at < content.len() {
        match content[at] {
            b'\\' => at += 1,
            b'(' => depth += 1,
            b')' if depth == 1 => return at + 1,
            b')' => depth -= 1,
            _ => {}
        }
        at += 1;
    }
    content.len()
}

#[cfg(test)]
mod tests {
    use super::open_states;

    #[test]
    fn states_that_are_left_open_are_counted() {
        for (content, open) in [
            (&b"q 1 0 0 1 0 0 cm Q"[..], 0),
            (b"q q Q (q q \\( q) Tj", 1),
            (b"Q Q q", 1),
            (b"BI /W 1 ID q q q q EI Q q", 1),
            (b"<71> Tj /q gs q% q\nq", 2),
        ] {
            assert_eq!(open_states(content), open, "{}", String::from_utf8_lossy(content));
        }
    }
}
