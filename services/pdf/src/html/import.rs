//! Sheets within sheets: `@import`, put in where it stands. Cycles end where a sheet would be within itself.

use std::collections::BTreeSet;

use super::Lost;
use super::css::{position, without_comments};
use super::gallery::{file, reason, short, unpack};
use super::value::words;

/// Sheets that are put in, of all sheets of a page together.
const MAX_IMPORTS: usize = 100;
/// Bytes of what is put in.
const MAX_BYTES: usize = 8 << 20;

/// Puts sheets in.
pub(super) struct Imports<'f> {
    files: &'f [(String, Vec<u8>)],
    lost: &'f [Lost],
    left: usize,
    bytes: usize,
    /// Sheets within each other, down to the one that is read.
    around: Vec<String>,
    /// Sheets that are not there, a sentence for each.
    pub(super) absent: BTreeSet<String>,
    /// Whether sheets were left out for their number or size.
    pub(super) overflow: bool,
}

impl<'f> Imports<'f> {
    pub(super) fn of(files: &'f [(String, Vec<u8>)], lost: &'f [Lost]) -> Self {
        let (around, absent) = (Vec::new(), BTreeSet::new());
        Self { files, lost, left: MAX_IMPORTS, bytes: MAX_BYTES, around, absent, overflow: false }
    }

    /// A sheet that is named by address, with what it imports.
    pub(super) fn sheet(&mut self, source: &str) -> Option<String> {
        let source = source.trim();
        if self.around.iter().any(|around| around == source) {
            return None;
        }
        let bytes = match source.strip_prefix("data:") {
            Some(data) => unpack(data),
            None => file(self.files, source).map(<[u8]>::to_vec),
        };
        let Some(bytes) = bytes else {
            self.absent.insert(format!("the style sheet {} {}", short(source), reason(self.lost, source)));
            return None;
        };
        self.around.push(source.to_owned());
        let whole = self.whole(&String::from_utf8_lossy(&bytes));
        self.around.pop();
        Some(whole)
    }

    /// A sheet with what it imports: only what stands before all rules does.
    pub(super) fn whole(&mut self, css: &str) -> String {
        if !css.contains("@import") {
            return css.to_owned();
        }
        let plain = without_comments(css);
        let mut text = String::new();
        let mut rest = plain.trim_start();
        loop {
            rest = rest.trim_start_matches(|c: char| c.is_whitespace() || c == ';');
            if let Some(after) = rest.strip_prefix("<!--") {
                rest = after;
                continue;
            }
            let statement = ["@import", "@charset", "@layer"].iter().any(|name| rest.starts_with(name));
            let Some(end) = position(rest, &[';', '{']).or(Some(rest.len())).filter(|_| statement) else { break };
            if rest[end..].starts_with('{') {
                break;
            }
            match rest[..end].strip_prefix("@import") {
                Some(import) => text.push_str(&self.import(import)),
                None => text.push_str(&format!("{};", &rest[..end])),
            }
            rest = rest.get(end + 1..).unwrap_or_default();
        }
        text.push_str(rest);
        text
    }

    /// What stands for an import: its sheet, in its layer, where its conditions hold.
    fn import(&mut self, import: &str) -> String {
        let parts = words(import.trim());
        let Some((address, conditions)) = parts.split_first() else { return String::new() };
        let address = address.strip_prefix("url(").and_then(|rest| rest.strip_suffix(')')).unwrap_or(address);
        let address = address.trim().trim_matches(['"', '\'']).to_owned();
        if self.left == 0 {
            self.overflow = true;
            return String::new();
        }
        self.left -= 1;
        let Some(mut text) = self.sheet(&address) else { return String::new() };
        match self.bytes.checked_sub(text.len()) {
            Some(left) => self.bytes = left,
            None => {
                self.overflow = true;
                return String::new();
            }
        }
        let mut conditions = conditions.iter().copied().peekable();
        let inside =
            |word: &str, name: &str| Some(word.strip_prefix(name)?.strip_prefix('(')?.strip_suffix(')')?.to_owned());
        let layer = conditions.next_if(|word| *word == "layer" || word.starts_with("layer("));
        if let Some(test) = conditions.peek().and_then(|word| inside(word, "supports")) {
            conditions.next();
            text = format!("@supports ({test}) {{{text}\n}}");
        }
        let media = conditions.collect::<Vec<_>>().join(" ");
        if let Some(layer) = layer {
            text = format!("@layer {} {{{text}\n}}", inside(layer, "layer").unwrap_or_default());
        }
        if media.is_empty() { text } else { format!("@media {media} {{{text}\n}}") }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn imports_are_put_in_and_end() {
        let sheet = |name: &str, css: &str| (name.to_owned(), css.as_bytes().to_vec());
        let files = [
            sheet("a.css", "/* x */ @charset 'utf-8'; @import 'b.css' print; a{}"),
            sheet(
                "b.css",
                "@import url(a.css); @import url(\"c.css\") layer(x.y) supports(display:grid) (min-width: 9px); b{}",
            ),
            sheet("c.css", "c{} @import 'b.css';"),
            sheet("twice.css", "@import 'more.css';@import 'more.css';"),
            sheet("more.css", &"@import 'c.css';".repeat(500)),
        ];
        let mut imports = Imports::of(&files, &[]);
        let whole = imports.whole("@import 'a.css'; @import 'gone.css'; @import 'data:text/css,d%7B%7D'; p{}");
        assert_eq!(
            whole,
            "@charset 'utf-8';@media print {@media (min-width: 9px) {@layer x.y {@supports (display:grid) {c{} @import 'b.css';\n}\n}\n}b{}\n}a{}d{}p{}"
        );
        assert_eq!(imports.absent.len(), 1);
        assert!(!imports.overflow);
        let mut imports = Imports::of(&files, &[]);
        assert!(imports.whole(&"@import 'twice.css';".repeat(9)).len() < 100 * 40);
        assert!(imports.overflow);
    }
}
