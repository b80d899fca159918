//! The lines of iCalendar: folded, with parameters and escapes (RFC 5545, 3.1; RFC 6868).

/// A line: its name and parameters in capitals.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Line {
    pub name: String,
    pub parameters: Vec<(String, String)>,
    pub value: String,
}

impl Line {
    /// The value of a parameter.
    pub(crate) fn parameter(&self, name: &str) -> Option<&str> {
        self.parameters.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    /// The value as text.
    pub(crate) fn text(&self) -> String {
        unescaped(&self.value)
    }
}

/// The lines of a text; what is no line is passed over.
pub(crate) fn lines(text: &str) -> impl Iterator<Item = Line> {
    let mut unfolded: Vec<String> = Vec::new();
    for line in text.split('\n') {
        let line = line.strip_suffix('\r').unwrap_or(line);
        match (line.strip_prefix([' ', '\t']), unfolded.last_mut()) {
            (Some(rest), Some(last)) => last.push_str(rest),
            _ if line.trim().is_empty() => {}
            _ => unfolded.push(line.to_owned()),
        }
    }
    unfolded.into_iter().filter_map(|line| parsed(&line))
}

fn parsed(text: &str) -> Option<Line> {
    let mut quoted = false;
    let mut parts = Vec::new();
    let mut start = 0;
    let mut colon = None;
    for (at, c) in text.char_indices() {
        match c {
            '"' => quoted = !quoted,
            ';' if !quoted => {
                parts.push(&text[start..at]);
                start = at + 1;
            }
            ':' if !quoted => {
                parts.push(&text[start..at]);
                colon = Some(at);
                break;
            }
            _ => {}
        }
    }
    let value = text[colon? + 1..].to_owned();
    let mut parts = parts.into_iter();
    let name = parts.next()?.trim().to_ascii_uppercase();
    // A property of a group: `item1.EMAIL`.
    let name = name.rsplit('.').next().unwrap_or(&name).to_owned();
    let parameter = |part: &str| {
        // vCard 2.1 has kinds without their name.
        let (key, value) = part.split_once('=').unwrap_or(("TYPE", part));
        let value = value.trim().trim_matches('"');
        (key.trim().to_ascii_uppercase(), value.replace("^n", "\n").replace("^'", "\"").replace("^^", "^"))
    };
    Some(Line { name, parameters: parts.map(parameter).collect(), value })
}

/// A text without its escapes.
pub(crate) fn unescaped(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut chars = text.chars();
    while let Some(c) = chars.next() {
        match c {
            '\\' => match chars.next() {
                Some('n' | 'N') => plain.push('\n'),
                Some(other) => plain.push(other),
                None => plain.push('\\'),
            },
            c => plain.push(c),
        }
    }
    plain
}

/// The texts of a list, parted by commas that are not escaped.
pub(crate) fn list(text: &str) -> Vec<String> {
    let mut found = vec![String::new()];
    let mut escaped = false;
    for c in text.chars() {
        if c == ',' && !escaped {
            found.push(String::new());
            continue;
        }
        escaped = c == '\\' && !escaped;
        if let Some(last) = found.last_mut() {
            last.push(c);
        }
    }
    found.iter().map(|text| unescaped(text).trim().to_owned()).filter(|text| !text.is_empty()).collect()
}

/// The components of a value, parted by semicolons that are not escaped; empty ones are none.
pub(crate) fn components<const N: usize>(text: &str) -> [Option<String>; N] {
    let mut found: [Option<String>; N] = std::array::from_fn(|_| None);
    let (mut start, mut number, mut escaped) = (0, 0, false);
    for (at, c) in text.char_indices().chain([(text.len(), ';')]) {
        if c == ';' && (!escaped || at == text.len()) {
            if let Some(component) = found.get_mut(number) {
                *component = Some(unescaped(&text[start..at]).trim().to_owned()).filter(|text| !text.is_empty());
            }
            number += 1;
            start = at + 1;
        }
        escaped = c == '\\' && !escaped;
    }
    found
}

/// A text with its escapes.
pub(crate) fn escaped(text: &str) -> String {
    let mut written = String::with_capacity(text.len());
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '\\' | ';' | ',' => {
                written.push('\\');
                written.push(c);
            }
            '\r' => {
                if chars.peek() != Some(&'\n') {
                    written.push_str("\\n");
                }
            }
            '\n' => written.push_str("\\n"),
            c if c.is_control() && c != '\t' => {}
            c => written.push(c),
        }
    }
    written
}

/// The value of a parameter, quoted where it must be.
pub(crate) fn parameter(text: &str) -> String {
    let plain: String = text.replace('^', "^^").replace('"', "^'").replace(['\r', '\n'], " ");
    let plain: String = plain.chars().filter(|c| !c.is_control()).collect();
    if plain.contains([':', ';', ',']) { format!("\"{plain}\"") } else { plain }
}

/// Adds a line, folded after at most 75 bytes.
pub(crate) fn write(out: &mut String, line: &str) {
    let mut length = 0;
    for c in line.chars() {
        if length + c.len_utf8() > 75 {
            out.push_str("\r\n ");
            length = 1;
        }
        out.push(c);
        length += c.len_utf8();
    }
    out.push_str("\r\n");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folded_and_escaped() {
        let text = "äöü; a, b\\c\nnext ".repeat(10);
        let mut out = String::new();
        write(&mut out, &format!("DESCRIPTION;X=\"a:b\":{}", escaped(&text)));
        assert!(out.lines().all(|line| line.len() <= 75), "{out}");
        let read: Vec<Line> = lines(&out).collect();
        assert_eq!((read.len(), read[0].text(), read[0].parameter("X")), (1, text, Some("a:b")));
        assert_eq!(list("a\\,b,c, ,d"), ["a,b", "c", "d"]);
        assert_eq!(components::<3>("a\\;b;;c;d"), [Some("a;b".to_owned()), None, Some("c".to_owned())]);
        assert_eq!(components::<2>("a\\"), [Some("a\\".to_owned()), None]);
        assert_eq!(lines("no line\nA:b\r\n c\n\n").map(|line| line.value).collect::<Vec<_>>(), ["bc"]);
    }
}
