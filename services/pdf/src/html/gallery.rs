//! What came with a page: sheets and pictures by their address, and pictures within it (data URIs).

use std::collections::{BTreeSet, HashMap};

use super::Lost;

/// Bytes of all pictures of a page, as files.
const MAX_PICTURES: usize = 50 << 20;

/// The name of a picture among the files of the document, and its size in pixels.
pub(super) type Found = (String, (f64, f64));

/// Pictures of a page, by what they are asked for.
pub(super) struct Gallery<'f> {
    pub(super) files: &'f [(String, Vec<u8>)],
    pub(super) lost: &'f [Lost],
    pub(super) known: HashMap<String, Option<Found>>,
    pub(super) taken: Vec<(String, Vec<u8>)>,
    pub(super) bytes: usize,
    pub(super) missing: BTreeSet<String>,
    pub(super) absent: BTreeSet<String>,
}

/// Why a file is not there.
pub(super) fn reason<'l>(lost: &'l [Lost], source: &str) -> &'l str {
    let told = lost.iter().find(|lost| lost.source == source.trim());
    told.map_or("is not there: send it as one of files, or name it by a whole URL", |lost| &lost.reason)
}

/// The end of an address, for a message.
pub(super) fn short(source: &str) -> String {
    let name = source.rsplit('/').next().unwrap_or(source);
    let name: String = name.chars().take(40).collect();
    if name.is_empty() { "without an address".to_owned() } else { name }
}

/// The last part of an address.
pub(crate) fn file_name(source: &str) -> &str {
    source.split(['?', '#']).next().unwrap_or(source).rsplit('/').next().unwrap_or(source)
}

/// A file that came with the page, by its address or the last part of it.
pub(super) fn file<'f>(files: &'f [(String, Vec<u8>)], source: &str) -> Option<&'f [u8]> {
    let source = source.trim();
    let name = file_name(source);
    let found = files.iter().find(|(known, _)| known == source || known == name);
    found.map(|(_, bytes)| bytes.as_slice())
}

impl Gallery<'_> {
    /// A picture by its address; nothing, and what is said of it, where it is not there.
    pub(super) fn find(&mut self, source: &str) -> Option<Found> {
        let key = source.to_owned();
        if let Some(known) = self.known.get(&key) {
            return known.clone();
        }
        let found = self.load(source);
        self.known.insert(key, found.clone());
        found
    }

    fn load(&mut self, source: &str) -> Option<Found> {
        let source = source.trim();
        let bytes = match source.strip_prefix("data:") {
            Some(data) => unpack(data),
            None => file(self.files, source).map(<[u8]>::to_vec),
        };
        let Some(bytes) = bytes else {
            if source.starts_with("data:") {
                self.missing.insert("a picture that cannot be read".to_owned());
            } else {
                self.absent.insert(format!("the picture {} {}", short(source), reason(self.lost, source)));
            }
            return None;
        };
        self.bytes += bytes.len();
        if self.bytes > MAX_PICTURES {
            let what = format!("pictures of more than {} MB together", MAX_PICTURES >> 20);
            self.missing.insert(what);
            return None;
        }
        let head = pictures::head(&bytes).ok();
        let kind = head.as_ref().and_then(|head| match head.format {
            pictures::Format::Png => Some("png"),
            pictures::Format::Jpeg => Some("jpg"),
            pictures::Format::Gif => Some("gif"),
            pictures::Format::Webp => Some("webp"),
            pictures::Format::Svg => Some("svg"),
            _ => None,
        });
        // What typst cannot decode would end the whole document.
        let options = pictures::DecodeOptions {
            at_least: Some((8, 8)),
            frames: pictures::Frames::One(0),
            ..pictures::DecodeOptions::whole(&|| false)
        };
        let sound = kind.is_some() && pictures::decode(&bytes, &options).is_ok();
        let (Some(head), Some(kind), true) = (head, kind, sound) else {
            self.missing.insert("a picture that cannot be read".to_owned());
            return None;
        };
        let (width, height) = head.upright();
        let name = format!("picture-{}.{kind}", self.taken.len());
        self.taken.push((name.clone(), bytes));
        Some((name, (f64::from(width.max(1)), f64::from(height.max(1)))))
    }
}

/// The bytes of a data URI, behind its scheme.
pub(super) fn unpack(data: &str) -> Option<Vec<u8>> {
    let (kind, body) = data.split_once(',')?;
    let plain = percent_encoding::percent_decode_str(body);
    if !kind.ends_with("base64") {
        return Some(plain.collect());
    }
    let standard = |byte| match byte {
        b'-' => b'+',
        b'_' => b'/',
        other => other,
    };
    base64_simd::forgiving_decode_to_vec(&plain.map(standard).collect::<Vec<u8>>()).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn data_uris_are_unpacked() {
        assert_eq!(unpack("text/plain;base64,aGVsbG8=").unwrap(), b"hello");
        assert_eq!(unpack("text/plain,a%20b").unwrap(), b"a b");
        assert_eq!(unpack("image/png;base64,aGVs%62G8\n").unwrap(), b"hello");
        assert_eq!(unpack("image/png;base64,-_8").unwrap(), [0xfb, 0xff]);
        assert_eq!(unpack("image/svg+xml;utf8,<svg a='50%' b='%23f00'/>").unwrap(), b"<svg a='50%' b='#f00'/>");
        assert_eq!(unpack("image/png;base64,!!"), None);
    }
}
