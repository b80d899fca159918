//! An object as JavaScript writes it: names without quotes, single quotes, commas at the end, comments. Nothing is run.

use serde_json::{Map, Number, Value};

/// A configuration may be this long.
pub(super) const MAX_BYTES: usize = 1_000_000;
/// Levels of objects and lists.
const MAX_DEPTH: usize = 32;
/// Why functions are refused, and what to do.
pub(super) const NO_FUNCTIONS: &str =
    "JavaScript is not run here: remove it; prefix, suffix, decimals and separators say how numbers are written";

/// Whether a text is a function of JavaScript.
pub(super) fn is_function(text: &str) -> bool {
    let text = text.trim_start();
    text.starts_with("function")
        || text.contains("=>") && text.starts_with(|first: char| first == '(' || first.is_alphabetic())
}

/// Reads an object. The programs of a whole configuration are read as `null`, but for those in its type and data.
pub(super) fn read(text: &str, is_configuration: bool) -> Result<Value, String> {
    if text.len() > MAX_BYTES {
        return Err(format!("must have at most {MAX_BYTES} bytes"));
    }
    let mut reader = Reader { text, at: 0, skips: is_configuration };
    let value = reader.value(0)?;
    reader.space();
    match reader.peek() {
        None | Some(';') => Ok(value),
        Some(_) => Err(reader.wrong("the end")),
    }
}

struct Reader<'t> {
    text: &'t str,
    at: usize,
    /// Whether programs are passed over where we are.
    skips: bool,
}

impl Reader<'_> {
    fn peek(&self) -> Option<char> {
        self.text[self.at..].chars().next()
    }

    fn next(&mut self) -> Option<char> {
        let next = self.peek()?;
        self.at += next.len_utf8();
        Some(next)
    }

    fn take(&mut self, wanted: char) -> bool {
        self.space();
        let found = self.peek() == Some(wanted);
        if found {
            self.at += wanted.len_utf8();
        }
        found
    }

    /// Over spaces and comments.
    fn space(&mut self) {
        loop {
            let rest = &self.text[self.at..];
            let trimmed = rest.trim_start();
            self.at += rest.len() - trimmed.len();
            let end = match trimmed {
                line if line.starts_with("//") => line.find('\n'),
                block if block.starts_with("/*") => block.find("*/").map(|end| end + 2),
                _ => return,
            };
            self.at = end.map_or(self.text.len(), |end| self.at + end);
        }
    }

    fn wrong(&self, wanted: &str) -> String {
        let rest = &self.text[self.at..];
        if is_function(rest) || rest.starts_with("=>") || rest.starts_with("new ") {
            return format!("has a function, and {NO_FUNCTIONS}");
        }
        let place = self.text[..self.at].chars().count() + 1;
        match rest.chars().next() {
            Some(found) => format!("is not a configuration: {wanted} is expected at character {place}, not {found:?}"),
            None => format!("is not a configuration: it ends where {wanted} is expected"),
        }
    }

    fn value(&mut self, depth: usize) -> Result<Value, String> {
        if depth > MAX_DEPTH {
            return Err(format!("has more than {MAX_DEPTH} levels"));
        }
        self.space();
        match self.peek() {
            Some('{') => self.object(depth),
            Some('[') => self.list(depth),
            Some('"' | '\'' | '`') => self.string().map(Value::String),
            _ => {
                let start = self.at;
                if let Some(value) = self.word() {
                    return Ok(value);
                }
                if self.skips && self.program(start) {
                    return Ok(Value::Null);
                }
                self.at = start;
                Err(self.wrong("a value"))
            }
        }
    }

    /// Passes over a program: to the comma or bracket that ends it.
    fn program(&mut self, start: usize) -> bool {
        self.at = start;
        let mut open = Vec::new();
        loop {
            self.space();
            match self.peek() {
                None => return false,
                Some('"' | '\'' | '`') => {
                    let quote = self.next();
                    while let Some(next) = self.next()
                        && Some(next) != quote
                    {
                        if next == '\\' {
                            self.next();
                        }
                    }
                    continue;
                }
                Some('(') => open.push(')'),
                Some('[') => open.push(']'),
                Some('{') => open.push('}'),
                Some(',') if open.is_empty() => return self.at > start,
                Some(end @ (')' | ']' | '}')) => match open.pop() {
                    None => return self.at > start,
                    Some(wanted) if wanted != end => return false,
                    Some(_) => {}
                },
                Some(_) => {}
            }
            self.next();
        }
    }

    fn object(&mut self, depth: usize) -> Result<Value, String> {
        self.next();
        let mut map = Map::new();
        while !self.take('}') {
            let name = match self.peek() {
                Some('"' | '\'') => self.string()?,
                _ => self.name()?,
            };
            if !self.take(':') {
                // `callback(value) { ... }`
                let is_method = self.peek() == Some('(');
                if is_method && self.skips && self.program(self.at) {
                    map.insert(name, Value::Null);
                    if !self.take(',') && self.peek() != Some('}') {
                        return Err(self.wrong("a comma or }"));
                    }
                    continue;
                }
                return Err(if is_method {
                    format!("has a function, and {NO_FUNCTIONS}")
                } else {
                    self.wrong("a colon")
                });
            }
            let skips = self.skips;
            self.skips &= depth > 0 || !matches!(name.as_str(), "type" | "data");
            let value = self.value(depth + 1)?;
            self.skips = skips;
            map.insert(name, value);
            if !self.take(',') && self.peek() != Some('}') {
                return Err(self.wrong("a comma or }"));
            }
        }
        Ok(Value::Object(map))
    }

    fn list(&mut self, depth: usize) -> Result<Value, String> {
        self.next();
        let mut list = Vec::new();
        while !self.take(']') {
            list.push(self.value(depth + 1)?);
            if !self.take(',') && self.peek() != Some(']') {
                return Err(self.wrong("a comma or ]"));
            }
        }
        Ok(Value::Array(list))
    }

    fn name(&mut self) -> Result<String, String> {
        let rest = &self.text[self.at..];
        let is_end = |character: char| !character.is_alphanumeric() && !matches!(character, '_' | '$');
        let length = rest.find(is_end).unwrap_or(rest.len());
        if length == 0 {
            return Err(self.wrong("a name"));
        }
        self.at += length;
        Ok(rest[..length].to_owned())
    }

    /// A number, `true`, `false`, `null` or `undefined`.
    fn word(&mut self) -> Option<Value> {
        let rest = &self.text[self.at..];
        let is_end =
            |character: char| !character.is_ascii_alphanumeric() && !matches!(character, '+' | '-' | '.' | '_');
        let length = rest.find(is_end).unwrap_or(rest.len());
        let value = match &rest[..length] {
            "true" => Value::Bool(true),
            "false" => Value::Bool(false),
            "null" | "undefined" => Value::Null,
            word => {
                let numeric =
                    word.starts_with(|first: char| first.is_ascii_digit() || matches!(first, '-' | '+' | '.'));
                let number = numeric.then(|| word.parse::<f64>().ok()).flatten().and_then(Number::from_f64);
                Value::Number(number?)
            }
        };
        self.at += length;
        Some(value)
    }

    fn string(&mut self) -> Result<String, String> {
        let quote = self.next();
        let mut text = String::new();
        loop {
            match self.next() {
                None => return Err(self.wrong("a quote")),
                end if end == quote => return Ok(text),
                Some('$') if quote == Some('`') && self.peek() == Some('{') => {
                    return Err(format!("has a template, and {NO_FUNCTIONS}"));
                }
                Some('\\') => match self.next() {
                    Some('n') => text.push('\n'),
                    Some('t') => text.push('\t'),
                    Some('r') => text.push('\r'),
                    Some('u') => text.push(self.unicode()?),
                    Some('\n') => {}
                    Some(other) => text.push(other),
                    None => return Err(self.wrong("a quote")),
                },
                Some(other) => text.push(other),
            }
        }
    }

    /// The four digits of `\u`; two of them for what is beyond U+FFFF.
    fn unicode(&mut self) -> Result<char, String> {
        let mut unit = || {
            let digits = self.text.get(self.at..self.at + 4)?;
            self.at += 4;
            u16::from_str_radix(digits, 16).ok()
        };
        let first = unit();
        let mut units: Vec<u16> = first.into_iter().collect();
        if first.is_some_and(|first| (0xd800..0xdc00).contains(&first)) && self.text[self.at..].starts_with("\\u") {
            self.at += 2;
            let digits = self.text.get(self.at..self.at + 4);
            units.extend(digits.and_then(|digits| u16::from_str_radix(digits, 16).ok()));
            self.at += digits.map_or(0, str::len);
        }
        let character = char::decode_utf16(units).next().and_then(Result::ok);
        character.ok_or_else(|| "has an escape \\u without a character".to_owned())
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn objects_are_read_as_javascript_writes_them() {
        let text = "{type:'bar', // a comment\n data:{labels:[\"Q1\",'it\\'s','\\u00e9\\ud83d\\ude80',],datasets:[{data:[1,-2.5,.5,null,undefined,1e3,],},]}, /* b */ $x_1: true};";
        let read = read(text, false).unwrap();
        let data = json!({
            "type": "bar", "$x_1": true,
            "data": { "labels": ["Q1", "it's", "é🚀"], "datasets": [{ "data": [1.0, -2.5, 0.5, null, null, 1000.0] }] }
        });
        assert_eq!(read, data);
    }

    #[test]
    fn json_is_read_as_serde_json_does() {
        for text in [r#"{"a":[1.5,"\"\\\/é",{},[]],"b":false}"#, "[]", r#""x""#, " { \"a\" : null } "] {
            assert_eq!(read(text, false).unwrap(), serde_json::from_str::<Value>(text).unwrap(), "{text}");
        }
    }

    #[test]
    fn programs_are_refused_and_so_is_nonsense() {
        for text in [
            "{a: function(v) { return v }}",
            "{a: (v) => v}",
            "{a: v => v}",
            "{callback(v) { return 1 }}",
            "{a: new Date()}",
            "{a: `x${1}`}",
        ] {
            assert!(
                read(text, false).unwrap_err().contains("JavaScript is not run here"),
                "{text}: {:?}",
                read(text, false)
            );
        }
        for text in [
            "",
            "{",
            "{a",
            "{a:",
            "{a:1",
            "[1",
            "'a",
            "{a:1}}",
            "{:1}",
            "{a b}",
            "'\\u12",
            "'\\ud800\\u",
            "1e999",
            "\\é",
            "'\\u€€",
        ] {
            assert!(read(text, false).is_err(), "{text}");
        }
        assert!(read(&"[".repeat(100_000), false).unwrap_err().contains("levels"));
    }
}
