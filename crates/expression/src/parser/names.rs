//! Names: functions with their arguments, constants, units, variables.

use super::Parser;
use crate::constants;
use crate::error::{Error, nearest};
use crate::functions::{self, Arity, Function};
use crate::lexer::Token;
use crate::number::Number;
use crate::operate::{Binary, shown};
use crate::program::{Name, Step};
use crate::units::Unit;
use crate::value::Value;

/// More are no formula, and finding one again takes a look at all.
const MAX_NAMES: usize = 1_000;

impl Parser {
    pub(super) fn name(&mut self, name: &str, quoted: bool, position: usize) -> Result<(), Error> {
        let beside = self.stands_as_unit();
        self.advance();
        if self.token() == &Token::Open && !quoted {
            return self.call(name, position);
        }
        let lower = name.to_ascii_lowercase();
        let constant = match lower.as_str() {
            _ if quoted => None,
            "e" if name != "e" => None,
            lower => constants::find(lower, self.program.options.context())?,
        };
        let options = &self.program.options;
        let known = options.units || options.style != crate::NumberStyle::Plain;
        // Elsewhere it is a variable, and need not be looked for.
        let wanted = beside || matches!(self.token(), Token::Number(_));
        let options = &self.program.options;
        let unit = match constant {
            None if !quoted && known && wanted => {
                Unit::find(name, options.rates.as_deref()).filter(|unit| options.units || unit.is_currency())
            }
            _ => None,
        };
        // `$5` and `EUR 5`.
        if let (Some(unit), Token::Number(text)) = (&unit, self.token().clone())
            && unit.is_currency()
        {
            let number_at = self.position();
            self.advance();
            let number = Number::parse(&text, &self.program.options).map_err(|error| error.at(number_at))?;
            let quantity = crate::units::Quantity { number, unit: unit.clone().into() };
            self.constant(Value::Quantity(quantity.into()), position);
            return Ok(());
        }
        if let Token::Number(_) = self.token() {
            let message = match functions::find(name) {
                Some(_) => format!("brackets are missing after {0}: write {0}(...)", shown(name)),
                None => format!("an operator is missing after {}", shown(name)),
            };
            return Err(Error::syntax(self.position(), message));
        }
        let same = |known: &Name| known.text == name && known.beside == beside;
        let known = self.program.names.iter().position(same);
        if known.is_none() && self.program.names.len() == MAX_NAMES {
            return Err(Error::syntax(position, format!("an expression has at most {MAX_NAMES} different names")));
        }
        let index = known.unwrap_or_else(|| {
            self.program.names.push(Name { text: name.to_owned(), constant, unit, beside });
            self.program.names.len() - 1
        });
        self.emit(Step::Name(index as u32), position);
        Ok(())
    }

    /// Whether the name here stands where a unit can.
    fn stands_as_unit(&self) -> bool {
        let before = |back: usize| self.at.checked_sub(back).map(|at| &self.tokens[at].token);
        let mut back = 1;
        while before(back) == Some(&Token::Open) {
            back += 1;
        }
        match before(back) {
            None => self.unit,
            Some(Token::Number(_) | Token::Name(..) | Token::Close | Token::CloseList | Token::To | Token::In) => true,
            Some(Token::Operator(Binary::Multiply | Binary::Divide)) => true,
            _ => false,
        }
    }

    fn call(&mut self, name: &str, position: usize) -> Result<(), Error> {
        let Some(function) = functions::find(name) else {
            let message = match nearest(name, functions::names()) {
                Some(near) => format!("{} is no function; did you mean {near}?", shown(name)),
                None => format!("{0} is no function; to multiply write {0} * (...)", shown(name)),
            };
            return Err(Error { kind: crate::Kind::Unknown, ..Error::syntax(position, message) });
        };
        let opened = self.position();
        self.advance();
        let at = self.length();
        let lazy = function.is_lazy();
        if lazy {
            self.emit(Step::Lazy(function, Box::new([])), position);
        }
        let mut lengths = Vec::new();
        while self.token() != &Token::Close {
            let start = self.length();
            if matches!(self.token(), Token::Comma | Token::Semicolon) {
                // An argument that is left out, as in IF(a;;b).
                self.constant(Value::Null, self.position());
            } else {
                self.bracketed(|parser| parser.expression(0, false))?;
            }
            lengths.push((self.length() - start) as u32);
            match self.token() {
                Token::Comma | Token::Semicolon => self.advance(),
                Token::Close => {}
                Token::End => return Err(Error::syntax(opened, "the bracket that opens here is not closed")),
                _ => return Err(self.unexpected()),
            }
        }
        self.advance();
        self.check_arity(function, name, lengths.len(), position)?;
        self.hint(function, name, lengths.len());
        if lazy {
            self.program.steps[at] = Step::Lazy(function, lengths.into());
        } else {
            self.emit(Step::Call(function, lengths.len() as u32), position);
        }
        Ok(())
    }

    fn check_arity(&self, function: &Function, name: &str, count: usize, position: usize) -> Result<(), Error> {
        let Arity { least, most } = function.arity;
        if (least..=most).contains(&count) {
            return Ok(());
        }
        let plural = |count: usize| if count == 1 { "" } else { "s" };
        let wanted = match (least, most) {
            (least, most) if least == most => format!("{least} argument{}", plural(least)),
            (least, usize::MAX) => format!("at least {least} argument{}", plural(least)),
            (least, most) => format!("{least} to {most} arguments"),
        };
        let name = shown(name);
        Err(Error::syntax(position, format!("{name} takes {wanted}, not {count}: {}", function.usage)))
    }

    fn hint(&mut self, function: &Function, name: &str, count: usize) {
        match (function.name, count) {
            ("log", 1) if !name.eq_ignore_ascii_case("log10") => {
                self.warn(
                    "log-is-base-10",
                    "log(x) is to base 10, as in spreadsheets; the natural logarithm is ln(x)".to_owned(),
                );
            }
            ("floor", 2) if name == "floor" => {
                let message = "floor(x, n) goes down to a multiple of n, as in spreadsheets; to cut after n decimals write rounddown(x, n)";
                self.warn("floor-takes-a-multiple", message.to_owned());
            }
            _ => {}
        }
    }
}
