//! The grammar of RFC 9535, strictly: what it does not allow is an error and not a guess.

use super::{Comparison, Condition, Operand, Query, Segment, Selector};
use crate::query::Problem;
use crate::tree::{Number, Tree};

/// Brackets inside each other; filters are read by recursion.
const MAX_NESTING: usize = 64;
/// Integers up to here are the same everywhere (RFC 7493).
const MAX_INTEGER: i64 = (1 << 53) - 1;

pub(super) fn query(text: &str) -> Result<Query, Problem> {
    let mut parser = Parser { text, at: 0, depth: 0 };
    if !parser.take("$") {
        return Err(parser.problem("a JSONPath begins with $"));
    }
    let segments = parser.segments()?;
    match parser.peek() {
        None => Ok(Query { absolute: true, segments }),
        Some(_) => Err(parser.problem("expected the end, . or [")),
    }
}

struct Parser<'t> {
    text: &'t str,
    at: usize,
    depth: usize,
}

/// What a function of a filter gives.
enum Function {
    Value(Operand),
    Condition(Condition),
}

impl<'t> Parser<'t> {
    fn problem(&self, message: impl Into<String>) -> Problem {
        Problem::at(self.text, self.at, message)
    }

    fn rest(&self) -> &'t str {
        &self.text[self.at..]
    }

    fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }

    fn take(&mut self, word: &str) -> bool {
        let taken = self.rest().starts_with(word);
        if taken {
            self.at += word.len();
        }
        taken
    }

    fn expect(&mut self, word: &str) -> Result<(), Problem> {
        if self.take(word) { Ok(()) } else { Err(self.problem(format!("expected {word}"))) }
    }

    fn space(&mut self) {
        self.at = self.text.len() - self.rest().trim_start_matches([' ', '\t', '\n', '\r']).len();
    }

    fn deeper<T>(&mut self, read: impl FnOnce(&mut Self) -> Result<T, Problem>) -> Result<T, Problem> {
        if self.depth == MAX_NESTING {
            return Err(self.problem(format!("is nested more than {MAX_NESTING} deep")));
        }
        self.depth += 1;
        let value = read(self)?;
        self.depth -= 1;
        Ok(value)
    }

    fn segments(&mut self) -> Result<Vec<Segment>, Problem> {
        let mut segments = Vec::new();
        loop {
            // Spaces belong to the segment after them; without one they are not ours.
            let before = self.at;
            self.space();
            let descendant = self.take("..");
            let selectors = match self.peek() {
                Some('[') => self.deeper(Self::bracketed)?,
                _ if descendant => vec![self.shorthand()?],
                Some('.') => {
                    self.at += 1;
                    vec![self.shorthand()?]
                }
                _ => {
                    self.at = before;
                    return Ok(segments);
                }
            };
            segments.push(Segment { descendant, selectors });
        }
    }

    fn shorthand(&mut self) -> Result<Selector, Problem> {
        if self.take("*") {
            return Ok(Selector::Wildcard);
        }
        let first = |c: char| c.is_ascii_alphabetic() || c == '_' || !c.is_ascii();
        let length = self.rest().find(|c| !(first(c) || char::is_ascii_digit(&c))).unwrap_or(self.rest().len());
        let name = &self.rest()[..length];
        if !name.chars().next().is_some_and(first) {
            return Err(self.problem("expected a name or *; other names stand in brackets and quotes: ['a-b']"));
        }
        self.at += length;
        Ok(Selector::Name(name.to_owned()))
    }

    fn bracketed(&mut self) -> Result<Vec<Selector>, Problem> {
        self.expect("[")?;
        let mut selectors = Vec::new();
        loop {
            self.space();
            selectors.push(self.selector()?);
            self.space();
            if self.take("]") {
                return Ok(selectors);
            }
            if !self.take(",") {
                return Err(self.problem("expected , or ]"));
            }
        }
    }

    fn selector(&mut self) -> Result<Selector, Problem> {
        match self.peek() {
            Some('*') => {
                self.at += 1;
                Ok(Selector::Wildcard)
            }
            Some('\'' | '"') => self.string().map(Selector::Name),
            Some('?') => {
                self.at += 1;
                self.space();
                self.condition().map(Selector::Filter)
            }
            Some(':' | '-' | '0'..='9') => self.index_or_slice(),
            _ => Err(self.problem("expected a name in quotes, a number, a slice, * or ?")),
        }
    }

    fn index_or_slice(&mut self) -> Result<Selector, Problem> {
        let start = self.optional_integer()?;
        let after = self.at;
        self.space();
        if !self.take(":") {
            self.at = after;
            return start.map(Selector::Index).ok_or_else(|| self.problem("expected a number"));
        }
        self.space();
        let end = self.optional_integer()?;
        let after = self.at;
        self.space();
        if !self.take(":") {
            self.at = after;
            return Ok(Selector::Slice(start, end, 1));
        }
        let after = self.at;
        self.space();
        let step = self.optional_integer()?;
        if step.is_none() {
            self.at = after;
        }
        Ok(Selector::Slice(start, end, step.unwrap_or(1)))
    }

    fn optional_integer(&mut self) -> Result<Option<i64>, Problem> {
        let rest = self.rest();
        let digits = rest.strip_prefix('-').unwrap_or(rest);
        let length = digits.find(|c: char| !c.is_ascii_digit()).unwrap_or(digits.len());
        let written = &rest[..rest.len() - digits.len() + length];
        if written.is_empty() {
            return Ok(None);
        }
        let number = &digits[..length];
        let plain = !number.is_empty() && (number == "0" || !number.starts_with('0')) && written != "-0";
        match written.parse::<i64>().ok().filter(|number| plain && (-MAX_INTEGER..=MAX_INTEGER).contains(number)) {
            Some(number) => {
                self.at += written.len();
                Ok(Some(number))
            }
            None => Err(self.problem("is no number of a place: without zeros in front, at most 2^53 - 1")),
        }
    }

    fn string(&mut self) -> Result<String, Problem> {
        let begun = self.at;
        let quote = self.peek().unwrap_or('\'');
        self.at += 1;
        let mut text = String::new();
        loop {
            let Some(c) = self.peek() else {
                self.at = begun;
                return Err(self.problem("the text that begins here has no end"));
            };
            match c {
                c if c == quote => {
                    self.at += 1;
                    return Ok(text);
                }
                '\\' => text.push(self.escape(quote)?),
                c if c < ' ' => return Err(self.problem("control characters are written as escapes")),
                c => {
                    self.at += c.len_utf8();
                    text.push(c);
                }
            }
        }
    }

    fn escape(&mut self, quote: char) -> Result<char, Problem> {
        let escape = self.rest().chars().nth(1);
        let plain = match escape {
            Some('b') => '\u{8}',
            Some('f') => '\u{c}',
            Some('n') => '\n',
            Some('r') => '\r',
            Some('t') => '\t',
            Some('/') => '/',
            Some('\\') => '\\',
            Some(c) if c == quote => c,
            Some('u') => return self.unicode(),
            _ => return Err(self.problem("is no escape of JSONPath")),
        };
        self.at += 2;
        Ok(plain)
    }

    fn unicode(&mut self) -> Result<char, Problem> {
        let first = self.hex()?;
        if !(0xD800..0xE000).contains(&first) {
            return char::from_u32(first).ok_or_else(|| self.problem("is no character"));
        }
        if first >= 0xDC00 || !self.rest().starts_with("\\u") {
            return Err(self.problem("half of a character (a lone surrogate)"));
        }
        let second = self.hex()?;
        if !(0xDC00..0xE000).contains(&second) {
            return Err(self.problem("half of a character (a lone surrogate)"));
        }
        let code = 0x10000 + ((first - 0xD800) << 10) + (second - 0xDC00);
        char::from_u32(code).ok_or_else(|| self.problem("is no character"))
    }

    /// The code of `\uXXXX`.
    fn hex(&mut self) -> Result<u32, Problem> {
        let digits = self.rest().get(2..6).filter(|digits| digits.bytes().all(|byte| byte.is_ascii_hexdigit()));
        let code = digits.and_then(|digits| u32::from_str_radix(digits, 16).ok());
        let code = code.ok_or_else(|| self.problem("\\u is followed by four hexadecimal digits"))?;
        self.at += 6;
        Ok(code)
    }

    fn condition(&mut self) -> Result<Condition, Problem> {
        let any = self.series("||", |parser| {
            let all = parser.series("&&", Self::basic)?;
            Ok(one_or(all, Condition::And))
        })?;
        Ok(one_or(any, Condition::Or))
    }

    /// Conditions with an operator between them.
    fn series(
        &mut self,
        operator: &str,
        read: impl Fn(&mut Self) -> Result<Condition, Problem>,
    ) -> Result<Vec<Condition>, Problem> {
        let mut conditions = vec![read(self)?];
        loop {
            let after = self.at;
            self.space();
            if !self.take(operator) {
                self.at = after;
                return Ok(conditions);
            }
            self.space();
            conditions.push(read(self)?);
        }
    }

    fn basic(&mut self) -> Result<Condition, Problem> {
        if self.peek() == Some('!') {
            self.at += 1;
            self.space();
            let inner = match self.peek() {
                Some('(') => self.deeper(Self::grouped)?,
                _ => self.test()?,
            };
            return Ok(Condition::Not(Box::new(inner)));
        }
        if self.peek() == Some('(') {
            return self.deeper(Self::grouped);
        }
        let begun = self.at;
        if let Some('@' | '$') = self.peek() {
            let query = self.deeper(Self::filter_query)?;
            let Some(comparison) = self.comparison() else { return Ok(Condition::Exists(query)) };
            if !query.is_singular() {
                self.at = begun;
                return Err(self.problem("only a query that selects one node at most can be compared"));
            }
            return self.compared(Operand::Node(query), comparison);
        }
        if self.at_function() {
            return match self.deeper(Self::function)? {
                Function::Condition(condition) => match self.comparison() {
                    None => Ok(condition),
                    Some(_) => {
                        self.at = begun;
                        Err(self.problem("the result of this function is not compared"))
                    }
                },
                Function::Value(operand) => match self.comparison() {
                    Some(comparison) => self.compared(operand, comparison),
                    None => Err(self.problem("expected a comparison: the function gives a value")),
                },
            };
        }
        let literal = self.literal()?;
        match self.comparison() {
            Some(comparison) => self.compared(Operand::Literal(literal), comparison),
            None => Err(self.problem("expected a comparison: a value alone is no condition")),
        }
    }

    fn grouped(&mut self) -> Result<Condition, Problem> {
        self.expect("(")?;
        self.space();
        let condition = self.condition()?;
        self.space();
        self.expect(")")?;
        Ok(condition)
    }

    /// What may stand after `!` without brackets.
    fn test(&mut self) -> Result<Condition, Problem> {
        let begun = self.at;
        let condition = match self.peek() {
            Some('@' | '$') => Condition::Exists(self.deeper(Self::filter_query)?),
            _ if self.at_function() => match self.deeper(Self::function)? {
                Function::Condition(condition) => condition,
                Function::Value(_) => {
                    self.at = begun;
                    return Err(self.problem("the function gives a value, which is no condition"));
                }
            },
            _ => return Err(self.problem("expected a query, a function or (")),
        };
        if self.comparison().is_some() {
            self.at = begun;
            return Err(self.problem("a comparison stands in brackets after !"));
        }
        Ok(condition)
    }

    fn filter_query(&mut self) -> Result<Query, Problem> {
        let absolute = self.peek() == Some('$');
        self.at += 1;
        Ok(Query { absolute, segments: self.segments()? })
    }

    fn comparison(&mut self) -> Option<Comparison> {
        const COMPARISONS: [(&str, Comparison); 6] = [
            ("==", Comparison::Equal),
            ("!=", Comparison::NotEqual),
            ("<=", Comparison::LessOrEqual),
            (">=", Comparison::GreaterOrEqual),
            ("<", Comparison::Less),
            (">", Comparison::Greater),
        ];
        let before = self.at;
        self.space();
        let found = COMPARISONS.iter().find(|(written, _)| self.take(written)).map(|(_, comparison)| *comparison);
        match found {
            Some(_) => self.space(),
            None => self.at = before,
        }
        found
    }

    fn compared(&mut self, left: Operand, comparison: Comparison) -> Result<Condition, Problem> {
        let right = self.operand()?;
        Ok(Condition::Compare(left, comparison, right))
    }

    /// A value: a literal, a node, or what a function gives.
    fn operand(&mut self) -> Result<Operand, Problem> {
        let begun = self.at;
        if let Some('@' | '$') = self.peek() {
            let query = self.deeper(Self::filter_query)?;
            if query.is_singular() {
                return Ok(Operand::Node(query));
            }
            self.at = begun;
            return Err(self.problem("only a query that selects one node at most has a value"));
        }
        if self.at_function() {
            return match self.deeper(Self::function)? {
                Function::Value(operand) => Ok(operand),
                Function::Condition(_) => {
                    self.at = begun;
                    Err(self.problem("the function gives no value"))
                }
            };
        }
        self.literal().map(Operand::Literal)
    }

    /// Whether a name with a bracket right behind it comes.
    fn at_function(&self) -> bool {
        let name = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
        let rest = self.rest();
        let length = rest.find(|c| !name(c)).unwrap_or(rest.len());
        rest.starts_with(|c: char| c.is_ascii_lowercase()) && rest[length..].starts_with('(')
    }

    fn function(&mut self) -> Result<Function, Problem> {
        let name = self.rest().split('(').next().unwrap_or_default();
        let begun = self.at;
        self.at += name.len() + 1;
        self.space();
        let function = match name {
            "length" => Function::Value(Operand::Length(Box::new(self.operand()?))),
            "count" => Function::Value(Operand::Count(self.nodes()?)),
            "value" => Function::Value(Operand::Value(self.nodes()?)),
            "match" | "search" => {
                let text = self.operand()?;
                self.space();
                self.expect(",")?;
                self.space();
                let pattern = self.operand()?;
                Function::Condition(Condition::Matches { whole: name == "match", text, pattern })
            }
            _ => {
                self.at = begun;
                return Err(self.problem("there is no such function; use length, count, value, match or search"));
            }
        };
        self.space();
        self.expect(")")?;
        Ok(function)
    }

    fn nodes(&mut self) -> Result<Query, Problem> {
        match self.peek() {
            Some('@' | '$') => self.deeper(Self::filter_query),
            _ => Err(self.problem("expected a query that begins with @ or $")),
        }
    }

    fn literal(&mut self) -> Result<Tree, Problem> {
        if let Some('\'' | '"') = self.peek() {
            return self.string().map(Tree::from);
        }
        for (word, value) in [("true", Tree::Bool(true)), ("false", Tree::Bool(false)), ("null", Tree::Null)] {
            if self.take(word) {
                return Ok(value);
            }
        }
        let part = |c: char| c.is_ascii_digit() || matches!(c, '-' | '+' | '.' | 'e' | 'E');
        let length = self.rest().find(|c| !part(c)).unwrap_or(self.rest().len());
        let number = Number::parse(&self.rest()[..length]);
        let number = number.ok_or_else(|| self.problem("expected a query (@ or $), a function or a value"))?;
        self.at += length;
        Ok(number.into())
    }
}

fn one_or(mut conditions: Vec<Condition>, several: fn(Vec<Condition>) -> Condition) -> Condition {
    match conditions.len() {
        1 => conditions.remove(0),
        _ => several(conditions),
    }
}
