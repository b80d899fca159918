//! Bytes of tokens to text that may be shown: whole characters, nothing of a stop string, nor what may become one.

/// The end of what was said, as far as it is held back.
pub(super) struct Tail {
    stops: Vec<String>,
    /// The beginning of a character.
    bytes: Vec<u8>,
    held: String,
}

/// What may be shown now.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Shown {
    pub(super) text: String,
    /// A stop string was met.
    pub(super) stopped: bool,
}

impl Tail {
    pub(super) fn new(stops: &[String]) -> Self {
        let stops = stops.iter().filter(|stop| !stop.is_empty()).cloned().collect();
        Self { stops, bytes: Vec::new(), held: String::new() }
    }

    /// Takes what a token says.
    pub(super) fn push(&mut self, bytes: &[u8]) -> Shown {
        self.bytes.extend_from_slice(bytes);
        let bytes = std::mem::take(&mut self.bytes);
        let mut chunks = bytes.utf8_chunks().peekable();
        while let Some(chunk) = chunks.next() {
            self.held.push_str(chunk.valid());
            let invalid = chunk.invalid();
            // What is at the end may be the beginning of a character; anything else will never be one.
            match chunks.peek().is_none() && is_begun(invalid) {
                true => self.bytes.extend_from_slice(invalid),
                false if invalid.is_empty() => {}
                false => self.held.push(char::REPLACEMENT_CHARACTER),
            }
        }
        let first = self.stops.iter().filter_map(|stop| self.held.find(stop.as_str())).min();
        if let Some(at) = first {
            self.held.truncate(at);
            return Shown { text: std::mem::take(&mut self.held), stopped: true };
        }
        let kept = self.held.split_off(self.held.len() - self.doubtful());
        Shown { text: std::mem::replace(&mut self.held, kept), stopped: false }
    }

    /// What is left when nothing more comes.
    pub(super) fn finish(self) -> String {
        let mut text = self.held;
        if !self.bytes.is_empty() {
            text.push(char::REPLACEMENT_CHARACTER);
        }
        text
    }

    /// Bytes at the end that may be the beginning of a stop string.
    fn doubtful(&self) -> usize {
        let begun = |stop: &String| {
            let lengths = stop.char_indices().map(|(at, _)| at).filter(|at| *at > 0);
            lengths.filter(|length| self.held.ends_with(&stop[..*length])).max()
        };
        self.stops.iter().filter_map(begun).max().unwrap_or(0)
    }
}

/// Whether bytes that are no character may still become one.
fn is_begun(bytes: &[u8]) -> bool {
    let length = match bytes.first() {
        Some(0xc2..=0xdf) => 2,
        Some(0xe0..=0xef) => 3,
        Some(0xf0..=0xf4) => 4,
        _ => return false,
    };
    bytes.len() < length && bytes[1..].iter().all(|byte| (0x80..=0xbf).contains(byte))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(stops: &[&str], pieces: &[&[u8]]) -> (Vec<String>, bool) {
        let mut tail = Tail::new(&stops.iter().map(|stop| (*stop).to_owned()).collect::<Vec<_>>());
        let mut all = Vec::new();
        for piece in pieces {
            let Shown { text, stopped } = tail.push(piece);
            all.push(text);
            if stopped {
                return (all, true);
            }
        }
        all.push(tail.finish());
        (all, false)
    }

    #[test]
    fn characters_are_whole() {
        let (texts, _) = shown(&[], &[b"a\xf0\x9f", b"\x98", b"\x80b", b"\xe9x", b"\xc3"]);
        assert_eq!(texts, ["a", "", "😀b", "\u{fffd}x", "", "\u{fffd}"]);
    }

    #[test]
    fn nothing_of_a_stop_string_is_shown() {
        assert_eq!(shown(&["END"], &[b"abE", b"N", b"Dcd"]), (vec!["ab".into(), String::new(), String::new()], true));
        let (texts, stopped) = shown(&["END"], &[b"abE", b"N", b"x"]);
        assert_eq!((texts, stopped), (vec!["ab".into(), String::new(), "ENx".into(), String::new()], false));
        assert_eq!(shown(&["b", "ab"], &[b"xab"]), (vec!["x".into()], true));
        let (texts, _) = shown(&["\n\n"], &[b"a\n", b"b\n"]);
        assert_eq!(texts.concat(), "a\nb\n");
        assert_eq!(shown(&["é"], &[b"a\xc3", b"\xa9b"]), (vec!["a".into(), String::new()], true));
    }
}
