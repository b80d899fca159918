//! JSON as different programs serialize it. It undoes what parsing and serializing again has changed in a body: the
//! order of members and the form of numbers are kept, the rest can be tried.

use serde::de::IgnoredAny;

/// How much longer than the text a spelling may get: deep nesting with indents would grow without bound.
const MAX_GROWTH: usize = 8;

/// A spelling.
#[derive(Clone, Copy)]
pub(super) struct Style {
    pub(super) spacing: Spacing,
    /// Letters beyond ASCII.
    pub(super) letters: Letters,
    /// Slashes with a backslash before them, as PHP writes.
    pub(super) slashes: Slashes,
    /// `&`, `<` and `>`, and the two line separators of Unicode, as Rails and Go write.
    pub(super) markup: Markup,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Spacing {
    None,
    /// A space after commas and colons, as Python writes.
    Spaced,
    /// Lines, with so many spaces for each level.
    Lines(usize),
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Letters {
    Kept,
    Escaped,
    Plain,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Slashes {
    Kept,
    Escaped,
    Plain,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Markup {
    Kept,
    Escaped,
    Plain,
}

/// The spellings to try.
pub(super) const STYLES: [(Style, &str); 20] = {
    use Letters::{Escaped, Kept, Plain};
    use Spacing::{Lines, None, Spaced};
    const fn style(spacing: Spacing, letters: Letters, slashes: Slashes) -> Style {
        Style { spacing, letters, slashes, markup: Markup::Kept }
    }
    const fn with(markup: Markup, style: Style) -> Style {
        Style { markup, ..style }
    }
    const COMPACT: &str = "without the spaces and line breaks between its values";
    const SPACED: &str = "with a space after each comma and colon, as Python writes it";
    const LINES: &str = "with line breaks and indents";
    const ESCAPES: &str = "with its special letters written as \\u escapes";
    const LETTERS: &str = "with its \\u escapes written as letters";
    const SLASHES: &str = "with its slashes escaped (\\/), as PHP writes them";
    const MARKUP: &str = "with its &, < and > written as \\u escapes, as Rails and Go write them";
    const PLAIN_MARKUP: &str = "with its &, < and > not written as \\u escapes";
    const PLAIN_SLASHES: &str = "with its slashes not escaped";
    [
        (style(None, Kept, Slashes::Kept), COMPACT),
        (style(None, Escaped, Slashes::Kept), ESCAPES),
        (style(None, Plain, Slashes::Kept), LETTERS),
        (style(None, Kept, Slashes::Escaped), SLASHES),
        (style(None, Escaped, Slashes::Escaped), SLASHES),
        (style(None, Kept, Slashes::Plain), PLAIN_SLASHES),
        (style(None, Plain, Slashes::Plain), PLAIN_SLASHES),
        (with(Markup::Escaped, style(None, Kept, Slashes::Kept)), MARKUP),
        (with(Markup::Escaped, style(None, Plain, Slashes::Plain)), MARKUP),
        (with(Markup::Plain, style(None, Kept, Slashes::Kept)), PLAIN_MARKUP),
        (with(Markup::Plain, style(None, Plain, Slashes::Plain)), PLAIN_MARKUP),
        (style(Spaced, Kept, Slashes::Kept), SPACED),
        (style(Spaced, Escaped, Slashes::Kept), SPACED),
        (style(Spaced, Plain, Slashes::Kept), SPACED),
        (style(Lines(2), Kept, Slashes::Kept), LINES),
        (style(Lines(2), Escaped, Slashes::Kept), LINES),
        (style(Lines(2), Escaped, Slashes::Escaped), LINES),
        (style(Lines(2), Plain, Slashes::Plain), LINES),
        (style(Lines(4), Kept, Slashes::Kept), LINES),
        (style(Lines(4), Escaped, Slashes::Escaped), LINES),
    ]
};

/// Whether a text is JSON.
pub(super) fn is_json(text: &str) -> bool {
    serde_json::from_str::<IgnoredAny>(text).is_ok()
}

/// A JSON text in another spelling; nothing when it gets too long.
pub(super) fn respell(json: &str, style: Style) -> Option<String> {
    let mut writer = Writer { style, out: String::with_capacity(json.len()), depth: 0, opened: false };
    let limit = MAX_GROWTH * json.len() + 1024;
    let mut rest = json.chars();
    while let Some(c) = rest.next() {
        match c {
            '"' => {
                writer.value();
                writer.string(&mut rest);
            }
            ' ' | '\t' | '\n' | '\r' => {}
            '{' | '[' => writer.open(c),
            '}' | ']' => writer.close(c),
            ',' => writer.comma(),
            ':' => writer.out.push_str(if style.spacing == Spacing::None { ":" } else { ": " }),
            _ => {
                writer.value();
                writer.out.push(c);
            }
        }
        if writer.out.len() > limit {
            return None;
        }
    }
    Some(writer.out)
}

struct Writer {
    style: Style,
    out: String,
    depth: usize,
    /// Nothing has been written since the last bracket was opened.
    opened: bool,
}

impl Writer {
    fn open(&mut self, bracket: char) {
        self.value();
        self.out.push(bracket);
        self.depth += 1;
        self.opened = true;
    }

    fn close(&mut self, bracket: char) {
        self.depth = self.depth.saturating_sub(1);
        if !self.opened {
            self.line();
        }
        self.opened = false;
        self.out.push(bracket);
    }

    fn comma(&mut self) {
        self.out.push(',');
        match self.style.spacing {
            Spacing::None => {}
            Spacing::Spaced => self.out.push(' '),
            Spacing::Lines(_) => self.line(),
        }
    }

    /// The first value after an opened bracket is on its own line.
    fn value(&mut self) {
        if std::mem::take(&mut self.opened) {
            self.line();
        }
    }

    fn line(&mut self) {
        if let Spacing::Lines(indent) = self.style.spacing {
            self.out.push('\n');
            self.out.extend(std::iter::repeat_n(' ', indent * self.depth));
        }
    }

    fn string(&mut self, rest: &mut std::str::Chars<'_>) {
        self.out.push('"');
        while let Some(c) = rest.next() {
            match c {
                '"' => break,
                '\\' => self.escape(rest),
                '/' if self.style.slashes == Slashes::Escaped => self.out.push_str("\\/"),
                _ if !self.is_escaped(c) => self.out.push(c),
                _ => {
                    for unit in c.encode_utf16(&mut [0; 2]) {
                        self.out.push_str(&format!("\\u{unit:04x}"));
                    }
                }
            }
        }
        self.out.push('"');
    }

    fn is_escaped(&self, c: char) -> bool {
        let letter = !c.is_ascii() && self.style.letters == Letters::Escaped;
        letter || is_markup(c) && self.style.markup == Markup::Escaped
    }

    fn escape(&mut self, rest: &mut std::str::Chars<'_>) {
        match rest.next() {
            Some('/') if self.style.slashes == Slashes::Plain => self.out.push('/'),
            Some('u') if self.style.letters == Letters::Plain || self.style.markup == Markup::Plain => {
                self.unescape(rest);
            }
            Some(c) => {
                self.out.push('\\');
                self.out.push(c);
            }
            None => {}
        }
    }

    fn is_plain(&self, letter: &str) -> bool {
        if letter.chars().all(is_markup) {
            return self.style.markup == Markup::Plain;
        }
        !letter.is_ascii() && self.style.letters == Letters::Plain
    }

    /// A letter of its code, or of the two halves of it; what must stay an escape stays one.
    fn unescape(&mut self, rest: &mut std::str::Chars<'_>) {
        let unit = |rest: &mut std::str::Chars<'_>| {
            let digits = rest.as_str().get(..4)?;
            let unit = u16::from_str_radix(digits, 16).ok()?;
            rest.nth(3);
            Some(unit)
        };
        let start = rest.as_str();
        let Some(first) = unit(rest) else { return };
        let mut units = vec![first];
        if (0xd800..0xdc00).contains(&first) && rest.as_str().starts_with("\\u") {
            rest.nth(1);
            units.extend(unit(rest));
        }
        match String::from_utf16(&units) {
            Ok(letter) if self.is_plain(&letter) => self.out.push_str(&letter),
            _ => {
                let taken = start.len() - rest.as_str().len();
                self.out.push_str("\\u");
                self.out.push_str(&start[..taken]);
            }
        }
    }
}

fn is_markup(c: char) -> bool {
    matches!(c, '&' | '<' | '>' | '\u{2028}' | '\u{2029}')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn spelled(json: &str, spacing: Spacing, letters: Letters, slashes: Slashes) -> String {
        respell(json, Style { spacing, letters, slashes, markup: Markup::Kept }).unwrap()
    }

    #[test]
    fn json_is_spelled_as_others_do() {
        let json =
            " {\"b\" : [1.0, 2e3,\n{}], \"a\\\"\" :\t\"x/y \\/ é\\u00e9 \\ud83d\\ude00 \\u0000 , : {\",\"c\":[ ]} ";
        let (kept, as_is) = (Letters::Kept, Slashes::Kept);
        assert_eq!(
            spelled(json, Spacing::None, kept, as_is),
            r#"{"b":[1.0,2e3,{}],"a\"":"x/y \/ é\u00e9 \ud83d\ude00 \u0000 , : {","c":[]}"#
        );
        assert_eq!(
            spelled(json, Spacing::Spaced, Letters::Escaped, Slashes::Escaped),
            r#"{"b": [1.0, 2e3, {}], "a\"": "x\/y \/ \u00e9\u00e9 \ud83d\ude00 \u0000 , : {", "c": []}"#
        );
        assert_eq!(
            spelled(json, Spacing::None, Letters::Plain, Slashes::Plain),
            r#"{"b":[1.0,2e3,{}],"a\"":"x/y / éé 😀 \u0000 , : {","c":[]}"#
        );
        assert_eq!(
            spelled(r#"{"a":[1,{"b":{}}]}"#, Spacing::Lines(2), kept, as_is),
            "{\n  \"a\": [\n    1,\n    {\n      \"b\": {}\n    }\n  ]\n}"
        );
    }

    #[test]
    fn markup_is_escaped_and_not() {
        let spelled = |json: &str, letters, markup| {
            respell(json, Style { spacing: Spacing::None, letters, slashes: Slashes::Kept, markup }).unwrap()
        };
        let (plain, escaped) = ("{\"<a>\":\"é&\u{2028}\"}", r#"{"\u003ca\u003e":"é\u0026\u2028"}"#);
        assert_eq!(spelled(plain, Letters::Kept, Markup::Escaped), escaped);
        assert_eq!(spelled(escaped, Letters::Kept, Markup::Plain), plain);
        assert_eq!(spelled(escaped, Letters::Plain, Markup::Kept), escaped);
        assert_eq!(spelled(r#""\u00e9\u0026""#, Letters::Plain, Markup::Escaped), r#""é\u0026""#);
        assert_eq!(spelled(r#""\u00e9\u0026""#, Letters::Kept, Markup::Plain), r#""\u00e9&""#);
    }

    #[test]
    fn odd_text_does_no_harm() {
        for text in ["", "}", "]]]", "\"\\", "\"\\u", "\"\\u12", "\"\\ud83d\\u", "\"\\ud83dx\"", "é", "{\"", "\\"] {
            for (style, _) in STYLES {
                respell(text, style);
            }
        }
        let deep = "[".repeat(10_000);
        assert_eq!(
            respell(
                &deep,
                Style {
                    spacing: Spacing::Lines(4),
                    letters: Letters::Kept,
                    slashes: Slashes::Kept,
                    markup: Markup::Kept
                }
            ),
            None
        );
    }
}
