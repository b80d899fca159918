//! Source to tokens.

use crate::error::Error;
use crate::operate::Binary;
use crate::options::{NumberStyle, Options};
use crate::units::table;
use crate::written;

/// A piece of the source.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Token {
    /// A number, as programs write it.
    Number(String),
    /// A text in quotes.
    Text(String),
    /// A name; `true` when it was quoted, and so is never a keyword or a unit.
    Name(String, bool),
    Operator(Binary),
    And,
    Or,
    Not,
    Exclamation,
    Percent,
    Question,
    Colon,
    Comma,
    Semicolon,
    Open,
    Close,
    OpenList,
    CloseList,
    CloseBrace,
    To,
    /// `in`: a conversion, or inches.
    In,
    /// `of`, after a percentage.
    Of,
    End,
}

/// A token and where it begins, in characters.
#[derive(Debug, Clone)]
pub(crate) struct Placed {
    pub token: Token,
    pub position: usize,
}

/// The tokens of a source; the last is [`Token::End`]. The flag says that it began with `=`.
pub(crate) fn tokens(source: &str, options: &Options) -> Result<(Vec<Placed>, bool), Error> {
    // Bytes bound characters from above, and are known at once.
    if source.len() > options.max_source {
        let count = source.chars().take(options.max_source + 1).count();
        if count > options.max_source {
            return Err(Error::too_large(format!(
                "an expression has at most {} characters: send long data as variables",
                options.max_source
            )));
        }
    }
    let characters: Vec<char> = source.chars().collect();
    let mut lexer = Lexer { characters: &characters, at: 0, options, tokens: Vec::new() };
    lexer.skip_spaces();
    let leading = lexer.peek(0) == Some('=') && lexer.peek(1) != Some('=');
    if leading {
        lexer.at += 1;
    }
    lexer.run()?;
    Ok((lexer.tokens, leading))
}

struct Lexer<'a> {
    characters: &'a [char],
    at: usize,
    options: &'a Options,
    tokens: Vec<Placed>,
}

impl Lexer<'_> {
    fn peek(&self, ahead: usize) -> Option<char> {
        self.characters.get(self.at + ahead).copied()
    }

    fn skip_spaces(&mut self) {
        while self.peek(0).is_some_and(|c| c.is_whitespace() || c == '\u{feff}') {
            self.at += 1;
        }
    }

    fn push(&mut self, token: Token, length: usize) {
        self.tokens.push(Placed { token, position: self.at });
        self.at += length;
    }

    fn run(&mut self) -> Result<(), Error> {
        loop {
            self.skip_spaces();
            let Some(character) = self.peek(0) else {
                self.push(Token::End, 0);
                return Ok(());
            };
            let next_digit = self.peek(1).is_some_and(|c| c.is_ascii_digit());
            let point = if self.options.style == NumberStyle::Comma { ',' } else { '.' };
            let fraction = character == point && next_digit && point == '.';
            if character.is_ascii_digit() || fraction {
                self.number()?;
            } else if let Some(sign) = self.currency_sign() {
                let length = sign.0.chars().count();
                self.push(Token::Name(sign.1.to_owned(), false), length);
            } else if is_name_start(character) {
                self.name();
            } else {
                self.symbol(character)?;
            }
        }
    }

    fn number(&mut self) -> Result<(), Error> {
        let rest = &self.characters[self.at..];
        // A space groups digits where two numbers in a row would make no sense anyway.
        let spaces = self.options.style != NumberStyle::Plain;
        let scanned = written::scan(rest, self.options.style, spaces);
        match scanned.map_err(|message| Error::syntax(self.at, message))? {
            Some((length, text)) => {
                let more = self.characters.get(self.at + length).copied();
                if more == Some('.') && self.characters.get(self.at + length + 1).is_some_and(char::is_ascii_digit) {
                    let shown: String = rest.iter().take(length + 4).collect();
                    return Err(Error::syntax(
                        self.at,
                        format!("{shown} has two points: set decimal to \",\" or write it with one"),
                    ));
                }
                self.push(Token::Number(text), length);
                Ok(())
            }
            None => Err(Error::syntax(self.at, "a number is not complete here")),
        }
    }

    fn currency_sign(&self) -> Option<(&'static str, &'static str)> {
        let is_here = |sign: &str| sign.chars().enumerate().all(|(at, c)| self.peek(at) == Some(c));
        let sign = table::SIGNS.iter().find(|(sign, _)| is_here(sign))?;
        // `zł` and `R$` are not the start of a longer name.
        let after = self.peek(sign.0.chars().count());
        let letters = sign.0.chars().last().is_some_and(char::is_alphabetic);
        (!letters || !after.is_some_and(is_name_part)).then_some(*sign)
    }

    fn name(&mut self) {
        let start = self.at;
        let mut end = start + 1;
        while let Some(character) = self.characters.get(end).copied() {
            let dotted = character == '.'
                && self.characters.get(end + 1).copied().is_some_and(|c| c.is_alphabetic() || c == '_');
            if !is_name_part(character) && !dotted {
                break;
            }
            end += 1;
        }
        let mut text: String = self.characters[start..end].iter().collect();
        // `m²` is `m^2`.
        let power = match text.chars().last() {
            Some('²') => Some("2"),
            Some('³') => Some("3"),
            _ => None,
        };
        if power.is_some() {
            text.pop();
        }
        let token = match text.as_str() {
            _ if power.is_some() => None,
            "to" | "TO" => Some(Token::To),
            "in" => Some(Token::In),
            "of" => Some(Token::Of),
            _ => match text.to_ascii_lowercase().as_str() {
                _ if text.len() > 3 || self.characters.get(end) == Some(&'(') => None,
                "and" => Some(Token::And),
                "or" => Some(Token::Or),
                "xor" => Some(Token::Operator(Binary::Xor)),
                "mod" => Some(Token::Operator(Binary::Modulo)),
                "not" => Some(Token::Not),
                _ => None,
            },
        };
        self.push(token.unwrap_or(Token::Name(text, false)), end - start);
        if let Some(power) = power {
            self.tokens.push(Placed { token: Token::Operator(Binary::Power), position: end - 1 });
            self.tokens.push(Placed { token: Token::Number(power.to_owned()), position: end - 1 });
        }
    }

    /// What stands between two marks.
    fn quoted(&mut self, close: char) -> Result<String, Error> {
        let start = self.at;
        let mut text = String::new();
        let mut at = start + 1;
        loop {
            match self.characters.get(at) {
                None => return Err(Error::syntax(start, format!("the {close} that closes this is missing"))),
                Some(c) if *c == close && self.characters.get(at + 1) == Some(&close) && close == '"' => {
                    text.push(close);
                    at += 2;
                }
                Some(c) if *c == close => break,
                Some('\\') if close != '}' && matches!(self.characters.get(at + 1), Some('\\' | '"' | '\'' | '`')) => {
                    text.push(self.characters[at + 1]);
                    at += 2;
                }
                Some(c) => {
                    text.push(*c);
                    at += 1;
                }
            }
        }
        self.tokens.push(Placed { token: Token::End, position: start });
        self.at = at + 1;
        Ok(text)
    }

    fn replace_last(&mut self, token: Token) {
        if let Some(last) = self.tokens.last_mut() {
            last.token = token;
        }
    }

    fn symbol(&mut self, character: char) -> Result<(), Error> {
        let next = self.peek(1);
        let (token, length) = match (character, next) {
            ('"' | '\'', _) => {
                let text = self.quoted(character)?;
                self.replace_last(Token::Text(text));
                return Ok(());
            }
            ('`', _) => {
                let text = self.quoted('`')?;
                self.replace_last(Token::Name(text, true));
                return Ok(());
            }
            // `{Unit price}` is a name as tables write them, `{1;2}` a list as spreadsheets do.
            ('{', _)
                if self.characters[self.at + 1..]
                    .iter()
                    .find(|c| !c.is_whitespace())
                    .is_some_and(|c| c.is_alphabetic() || *c == '_') =>
            {
                let text = self.quoted('}')?;
                self.replace_last(Token::Name(text.trim().to_owned(), true));
                return Ok(());
            }
            ('{', _) => (Token::OpenList, 1),
            ('}', _) => (Token::CloseBrace, 1),
            ('*', Some('*')) => (Token::Operator(Binary::Power), 2),
            ('.', Some('*')) => (Token::Operator(Binary::Multiply), 2),
            ('.', Some('/')) => (Token::Operator(Binary::Divide), 2),
            ('.', Some('^')) => (Token::Operator(Binary::Power), 2),
            ('=', Some('=')) => {
                let strict = self.peek(2) == Some('=');
                (Token::Operator(Binary::Equal), if strict { 3 } else { 2 })
            }
            ('!', Some('=')) => {
                let strict = self.peek(2) == Some('=');
                (Token::Operator(Binary::NotEqual), if strict { 3 } else { 2 })
            }
            ('<', Some('>')) => (Token::Operator(Binary::NotEqual), 2),
            ('<', Some('=')) => (Token::Operator(Binary::LessOrEqual), 2),
            ('>', Some('=')) => (Token::Operator(Binary::GreaterOrEqual), 2),
            ('<', Some('<')) => (Token::Operator(Binary::ShiftLeft), 2),
            ('>', Some('>')) => (Token::Operator(Binary::ShiftRight), 2),
            ('&', Some('&')) => (Token::And, 2),
            ('|', Some('|')) => (Token::Or, 2),
            ('&', _) => {
                let message = "& is not used here: write and between conditions, bitand(a, b) for bits, concatenate(a, b) for texts";
                return Err(Error::syntax(self.at, message));
            }
            ('|', _) => {
                return Err(Error::syntax(
                    self.at,
                    "| is not used here: write or between conditions, bitor(a, b) for bits",
                ));
            }
            ('+', _) => (Token::Operator(Binary::Add), 1),
            ('-' | '−' | '–', _) => (Token::Operator(Binary::Subtract), 1),
            ('*' | '×' | '·' | '⋅', _) => (Token::Operator(Binary::Multiply), 1),
            ('/' | '÷' | ':', _) if character != ':' => (Token::Operator(Binary::Divide), 1),
            (':', _) => (Token::Colon, 1),
            ('^', _) => (Token::Operator(Binary::Power), 1),
            ('²', _) | ('³', _) => {
                self.tokens.push(Placed { token: Token::Operator(Binary::Power), position: self.at });
                (Token::Number(if character == '²' { "2" } else { "3" }.to_owned()), 1)
            }
            ('=', _) => (Token::Operator(Binary::Equal), 1),
            ('≠', _) => (Token::Operator(Binary::NotEqual), 1),
            ('<', _) => (Token::Operator(Binary::Less), 1),
            ('>', _) => (Token::Operator(Binary::Greater), 1),
            ('≤', _) => (Token::Operator(Binary::LessOrEqual), 1),
            ('≥', _) => (Token::Operator(Binary::GreaterOrEqual), 1),
            ('!', _) => (Token::Exclamation, 1),
            ('%', _) => (Token::Percent, 1),
            ('?', _) => (Token::Question, 1),
            (',', _) => (Token::Comma, 1),
            (';', _) => (Token::Semicolon, 1),
            ('(', _) => (Token::Open, 1),
            (')', _) => (Token::Close, 1),
            ('[', _) => (Token::OpenList, 1),
            (']', _) => (Token::CloseList, 1),
            _ => {
                return Err(Error::syntax(self.at, format!("the character {character} has no meaning here")));
            }
        };
        self.push(token, length);
        Ok(())
    }
}

fn is_name_start(character: char) -> bool {
    character.is_alphabetic() || matches!(character, '_' | '°' | 'µ' | '℃' | '℉' | '′' | '″' | '‰')
}

fn is_name_part(character: char) -> bool {
    is_name_start(character) || character.is_ascii_digit() || matches!(character, '²' | '³')
}
