//! Tokens to the steps of a program.
//!
//! Operator precedence, from loose to tight: `?:`, or, xor, and, not, comparisons, shifts, `to`/`in`, ranges, sums, products,
//! products by juxtaposition, signs, powers (from the right), `!` `%` and `[n]`. Depth is counted, so recursion is bounded
//! whatever is sent; a chain of operators takes no depth.

mod names;

use crate::error::{Error, Warning};
use crate::lexer::{self, Placed, Token};
use crate::number::Number;
use crate::operate::{Binary, shown};
use crate::options::Options;
use crate::program::{Program, Step};
use crate::value::Value;

const CONDITION: u8 = 1;
const OR: u8 = 2;
const XOR: u8 = 3;
const AND: u8 = 4;
const NOT: u8 = 5;
const COMPARISON: u8 = 6;
const SHIFT: u8 = 7;
const CONVERSION: u8 = 8;
const RANGE: u8 = 9;
const SUM: u8 = 10;
const PRODUCT: u8 = 11;
const BESIDE: u8 = 12;
const SIGN: u8 = 13;
const POWER: u8 = 14;
const POSTFIX: u8 = 15;

/// Reads a source; `unit` says that it is a unit, in which names at the start stand for units too.
pub(crate) fn parse(source: &str, options: &Options, unit: bool) -> Result<Program, Error> {
    let (tokens, leading) = lexer::tokens(source, options)?;
    let program = Program {
        steps: Vec::new(),
        positions: Vec::new(),
        constants: Vec::new(),
        names: Vec::new(),
        options: options.clone(),
        warnings: Vec::new(),
        name: None,
    };
    let mut parser = Parser {
        tokens,
        at: 0,
        depth: 0,
        ranges: true,
        spreadsheet: leading,
        unit,
        percent: None,
        fraction: None,
        program,
    };
    parser.assignment(leading);
    if parser.token() == &Token::End {
        return Err(Error::syntax(0, "the expression is empty"));
    }
    parser.expression(0, false)?;
    match parser.token() {
        Token::End => Ok(parser.program),
        _ => Err(parser.unexpected()),
    }
}

struct Parser {
    tokens: Vec<Placed>,
    at: usize,
    depth: usize,
    /// Whether a colon makes a range here; between `?` and `:` it does not.
    ranges: bool,
    spreadsheet: bool,
    unit: bool,
    /// Where the last percentage ended, as a step.
    percent: Option<usize>,
    /// Where the last fraction of two plain numbers ended, as a step.
    fraction: Option<usize>,
    program: Program,
}

impl Parser {
    fn token(&self) -> &Token {
        &self.tokens[self.at].token
    }

    fn ahead(&self, by: usize) -> &Token {
        self.tokens.get(self.at + by).map_or(&Token::End, |placed| &placed.token)
    }

    fn position(&self) -> usize {
        self.tokens[self.at].position
    }

    fn advance(&mut self) {
        if self.at + 1 < self.tokens.len() {
            self.at += 1;
        }
    }

    fn emit(&mut self, step: Step, position: usize) {
        self.program.steps.push(step);
        self.program.positions.push(position as u32);
    }

    fn length(&self) -> usize {
        self.program.steps.len()
    }

    fn warn(&mut self, code: &'static str, message: String) {
        let warnings = &mut self.program.warnings;
        if warnings.len() < 20 && !warnings.iter().any(|known| known.message == message) {
            warnings.push(Warning { code, message });
        }
    }

    fn assignment(&mut self, leading: bool) {
        let equals = self.ahead(1) == &Token::Operator(Binary::Equal);
        if let (true, false, true, Token::Name(name, _)) =
            (self.program.options.assignment, leading, equals, self.token().clone())
        {
            self.program.name = Some(name);
            self.at += 2;
        }
    }

    fn unexpected(&self) -> Error {
        let position = self.position();
        let message = match self.token() {
            Token::End => "the expression ends too early: something is missing at its end".to_owned(),
            Token::Close => "there is a ) too many here, or something is missing before it".to_owned(),
            Token::CloseList => "there is a ] too many here, or something is missing before it".to_owned(),
            Token::CloseBrace => "there is a } too many here, or something is missing before it".to_owned(),
            Token::Comma if self.program.options.style == crate::NumberStyle::Plain => {
                "a comma separates arguments; for numbers such as 1,234.56 or 1,5 say which decimal sign they have"
                    .to_owned()
            }
            Token::Comma | Token::Semicolon => "a separator is used inside brackets only".to_owned(),
            Token::Number(text) => format!("an operator is missing before {}", shown(text)),
            Token::Text(_) => "an operator is missing before this text".to_owned(),
            Token::Name(name, _) => format!("an operator is missing before {}", shown(name)),
            Token::Colon => "a colon makes ranges (1:10) or ends a ? here".to_owned(),
            Token::Operator(operator) => format!("a value is missing before {}", operator.sign()),
            _ => "a value or an operator is missing here".to_owned(),
        };
        Error::syntax(position, message)
    }

    fn deeper(&mut self) -> Result<(), Error> {
        self.depth += 1;
        if self.depth > self.program.options.max_depth {
            let limit = self.program.options.max_depth;
            return Err(Error::syntax(
                self.position(),
                format!(
                    "more than {limit} brackets, signs or conditions inside each other: split it into several expressions"
                ),
            ));
        }
        Ok(())
    }

    /// An expression whose operators bind tighter than a bound. `divided` says that a division stands before it.
    fn expression(&mut self, bound: u8, divided: bool) -> Result<(), Error> {
        self.deeper()?;
        self.operand()?;
        let mut compared = false;
        loop {
            let position = self.position();
            let token = self.token().clone();
            let strength = match &token {
                Token::Question => CONDITION,
                Token::Or => OR,
                Token::Operator(Binary::Xor) => XOR,
                Token::And => AND,
                Token::To => CONVERSION,
                Token::In if self.is_conversion() => CONVERSION,
                Token::Colon if self.ranges => RANGE,
                Token::Operator(operator) => strength_of(*operator),
                Token::Percent if self.is_modulo() => PRODUCT,
                Token::Percent | Token::Exclamation | Token::OpenList => POSTFIX,
                Token::Name(..) | Token::Open | Token::In => BESIDE,
                Token::Of if self.percent == Some(self.length()) => PRODUCT,
                _ => break,
            };
            if strength <= bound {
                break;
            }
            if strength == BESIDE && !self.may_be_beside(&token) {
                return Err(self.unexpected());
            }
            match token {
                Token::Question => self.condition(position)?,
                Token::Or | Token::And => self.logical(&token, strength, position)?,
                Token::To | Token::In if strength == CONVERSION => {
                    self.advance();
                    self.expression(CONVERSION, false)?;
                    self.emit(Step::Convert, position);
                }
                Token::Colon => {
                    self.advance();
                    self.expression(RANGE, false)?;
                    let three = self.token() == &Token::Colon;
                    if three {
                        self.advance();
                        self.expression(RANGE, false)?;
                    }
                    self.emit(Step::Range(three), position);
                }
                Token::Percent if strength == POSTFIX => {
                    self.advance();
                    self.emit(Step::Percent, position);
                    self.percent = Some(self.length());
                }
                Token::Exclamation => {
                    self.advance();
                    self.emit(Step::Factorial, position);
                }
                Token::OpenList => {
                    self.advance();
                    self.bracketed(|parser| parser.expression(0, false))?;
                    self.close(&Token::CloseList, position)?;
                    self.emit(Step::Index, position);
                }
                Token::Name(..) | Token::Open | Token::In => {
                    let divided = divided || self.fraction == Some(self.length());
                    self.expression(BESIDE, divided)?;
                    self.emit(Step::Beside(divided), position);
                }
                Token::Of => {
                    self.advance();
                    self.expression(PRODUCT, false)?;
                    self.emit(Step::Binary(Binary::Multiply), position);
                }
                Token::Percent => self.binary(Binary::Modulo, strength, position)?,
                Token::Operator(operator) => {
                    if strength == COMPARISON && compared {
                        let message = "comparisons do not chain: write 1 < x and x < 5";
                        return Err(Error::syntax(position, message));
                    }
                    compared |= strength == COMPARISON;
                    self.binary(operator, strength, position)?;
                }
                _ => return Err(self.unexpected()),
            }
        }
        self.depth -= 1;
        Ok(())
    }

    fn binary(&mut self, operator: Binary, strength: u8, position: usize) -> Result<(), Error> {
        let percent_before = self.percent == Some(self.length());
        let lone = operator == Binary::Divide && self.is_lone_number() && matches!(self.ahead(1), Token::Number(_));
        self.advance();
        // Powers are built from the right, everything else from the left.
        let (bound, divided) = match operator {
            Binary::Power => (SIGN, false),
            // `1/2 inch` is half an inch.
            Binary::Divide if lone => (BESIDE, false),
            _ => (strength, matches!(operator, Binary::Divide | Binary::Modulo)),
        };
        let start = self.length();
        self.expression(bound, divided)?;
        let percent_after = self.percent == Some(self.length()) && self.length() - start == 2;
        if matches!(operator, Binary::Add | Binary::Subtract) && percent_after && !percent_before {
            let sign = operator.sign();
            let message = format!(
                "a {sign} 5% adds the number 0.05, as in spreadsheets; to change a by 5% write a * (1 {sign} 5%)"
            );
            self.warn("percent-is-a-number", message);
        }
        if operator == Binary::Power && self.spreadsheet && self.token() == &Token::Operator(Binary::Power) {
            self.warn("power-order", "a^b^c is a^(b^c) here; spreadsheets compute (a^b)^c".to_owned());
        }
        let per_quantity = operator == Binary::Divide && matches!(self.program.steps.last(), Some(Step::Beside(true)));
        self.emit(if per_quantity { Step::Per } else { Step::Binary(operator) }, position);
        if lone {
            self.fraction = Some(self.length());
        }
        Ok(())
    }

    fn logical(&mut self, token: &Token, strength: u8, position: usize) -> Result<(), Error> {
        self.advance();
        let at = self.length();
        self.emit(Step::And(0), position);
        self.expression(strength, false)?;
        let length = (self.length() - at - 1) as u32;
        self.program.steps[at] = if token == &Token::And { Step::And(length) } else { Step::Or(length) };
        Ok(())
    }

    fn condition(&mut self, position: usize) -> Result<(), Error> {
        self.advance();
        let at = self.length();
        self.emit(Step::Choose(0, 0), position);
        let outside = std::mem::replace(&mut self.ranges, false);
        self.expression(0, false)?;
        self.ranges = outside;
        if self.token() != &Token::Colon {
            return Err(Error::syntax(self.position(), "the : of this condition is missing: write a ? b : c"));
        }
        self.advance();
        let middle = self.length();
        self.expression(0, false)?;
        let lengths = (middle - at - 1, self.length() - middle);
        self.program.steps[at] = Step::Choose(lengths.0 as u32, lengths.1 as u32);
        Ok(())
    }

    /// Whether the number before is all there is before a sign or a bracket.
    fn is_lone_number(&self) -> bool {
        let before = |back: usize| self.at.checked_sub(back).map(|at| &self.tokens[at].token);
        let is_number = matches!(before(1), Some(Token::Number(_)));
        let joined = match before(2) {
            Some(Token::Operator(operator)) => strength_of(*operator) > SUM,
            Some(Token::Name(..) | Token::Close | Token::CloseList | Token::CloseBrace | Token::Number(_)) => true,
            Some(Token::Percent | Token::Exclamation | Token::In | Token::Of) => true,
            _ => false,
        };
        is_number && !joined
    }

    /// Whether `%` here is the remainder: a value follows, and no sign.
    fn is_modulo(&self) -> bool {
        matches!(self.ahead(1), Token::Number(_) | Token::Name(..) | Token::Open)
    }

    /// Whether `in` here converts: a unit follows. Else it is inches.
    fn is_conversion(&self) -> bool {
        match self.ahead(1) {
            Token::Name(..) | Token::Open => true,
            Token::In => !matches!(self.ahead(2), Token::Name(..) | Token::Open),
            _ => false,
        }
    }

    /// Products without a sign: `2 x`, `2(x + 1)`, `(a)(b)`, `5 kg m`, but not `x(2)`, which is a function.
    fn may_be_beside(&self, token: &Token) -> bool {
        let before = self.at.checked_sub(1).map(|at| &self.tokens[at].token);
        matches!(
            (before, token),
            (Some(Token::Number(_) | Token::Close), _)
                | (Some(Token::Name(..) | Token::In), Token::Name(..) | Token::In)
                | (Some(Token::CloseList | Token::Exclamation), Token::Name(..))
        )
    }

    fn operand(&mut self) -> Result<(), Error> {
        let position = self.position();
        match self.token().clone() {
            Token::Number(text) => {
                self.advance();
                let number = Number::parse(&text, &self.program.options).map_err(|error| error.at(position))?;
                self.constant(Value::Number(number), position);
            }
            Token::Text(text) => {
                self.advance();
                self.constant(Value::text_of(&text), position);
            }
            Token::Name(name, quoted) => self.name(&name, quoted, position)?,
            Token::In => self.name("in", false, position)?,
            Token::Operator(Binary::Subtract) => {
                self.advance();
                let bare = matches!(self.token(), Token::Number(_) | Token::Name(..));
                if self.spreadsheet && bare && self.ahead(1) == &Token::Operator(Binary::Power) {
                    self.warn("sign-of-power", "-a^b is -(a^b) here; spreadsheets compute (-a)^b".to_owned());
                }
                self.expression(SIGN, false)?;
                self.emit(Step::Negate, position);
            }
            Token::Operator(Binary::Add) => {
                self.advance();
                self.expression(SIGN, false)?;
            }
            Token::Not => {
                self.advance();
                self.expression(NOT, false)?;
                self.emit(Step::Not, position);
            }
            Token::Exclamation => {
                self.advance();
                self.expression(SIGN, false)?;
                self.emit(Step::Not, position);
            }
            Token::Open => {
                self.advance();
                self.bracketed(|parser| parser.expression(0, false))?;
                self.close(&Token::Close, position)?;
            }
            Token::OpenList => self.list(position)?,
            _ => return Err(self.unexpected()),
        }
        Ok(())
    }

    fn constant(&mut self, value: Value, position: usize) {
        self.program.constants.push(value);
        self.emit(Step::Constant(self.program.constants.len() as u32 - 1), position);
    }

    /// Inside brackets a colon makes a range again.
    fn bracketed(&mut self, read: impl FnOnce(&mut Self) -> Result<(), Error>) -> Result<(), Error> {
        let outside = std::mem::replace(&mut self.ranges, true);
        read(self)?;
        self.ranges = outside;
        Ok(())
    }

    fn close(&mut self, token: &Token, opened: usize) -> Result<(), Error> {
        if self.token() == token {
            self.advance();
            return Ok(());
        }
        if self.token() == &Token::End {
            return Err(Error::syntax(opened, "the bracket that opens here is not closed"));
        }
        Err(self.unexpected())
    }

    fn list(&mut self, position: usize) -> Result<(), Error> {
        self.advance();
        let closes = |token: &Token| matches!(token, Token::CloseList | Token::CloseBrace);
        let mut count = 0;
        while !closes(self.token()) {
            self.bracketed(|parser| parser.expression(0, false))?;
            count += 1;
            match self.token() {
                Token::Comma | Token::Semicolon => self.advance(),
                token if closes(token) => {}
                Token::End => return Err(Error::syntax(position, "the list that opens here is not closed")),
                _ => return Err(self.unexpected()),
            }
        }
        self.advance();
        self.emit(Step::List(count), position);
        Ok(())
    }
}

fn strength_of(operator: Binary) -> u8 {
    match operator {
        Binary::Add | Binary::Subtract => SUM,
        Binary::Multiply | Binary::Divide | Binary::Modulo => PRODUCT,
        Binary::Power => POWER,
        Binary::ShiftLeft | Binary::ShiftRight => SHIFT,
        Binary::Xor => XOR,
        _ => COMPARISON,
    }
}
