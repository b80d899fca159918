//! Units made of units: `kg/s`, `J/(g degC)`, `EUR/h`.

use std::collections::HashSet;
use std::sync::OnceLock;

use dashu_int::{IBig, UBig};

use super::rates::Rates;
use super::registry::{self, Dimension, Prefix};
use super::table;
use crate::error::{Error, Kind};
use crate::fraction::Fraction;

/// Largest power of a unit.
const MAX_POWER: i32 = 60;

/// A code of letters, padded with zeros.
pub(crate) type Code = [u8; 5];

/// What a factor of a unit is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Base {
    Known { index: u16, prefix: Prefix },
    Currency(Code),
}

/// A unit to a power.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Factor {
    pub base: Base,
    pub power: i8,
}

/// A product of units.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unit {
    pub(crate) factors: Vec<Factor>,
}

/// How large a unit is in SI units, exactly, and what it measures.
#[derive(Debug, Clone)]
pub(crate) struct Size {
    pub factor: Fraction,
    pub pi: i32,
    pub dimension: Dimension,
    /// Currencies and their powers; empty when there are rates for them.
    pub currencies: Vec<(Code, i8)>,
    /// Power of money in the base of the rates.
    pub money: i8,
}

impl Size {
    pub fn measures_the_same(&self, other: &Self) -> bool {
        self.dimension == other.dimension && self.currencies == other.currencies && self.money == other.money
    }

    /// Whether one is per what the other is, as miles per gallon and liters per 100 km.
    pub fn is_inverse_of(&self, other: &Self) -> bool {
        let money = self.currencies.is_empty() && other.currencies.is_empty() && self.money == -other.money;
        money && self.dimension != [0; 9] && (0..9).all(|at| self.dimension[at] == -other.dimension[at])
    }
}

pub(crate) fn code(text: &str) -> Option<Code> {
    let bytes = text.as_bytes();
    if !(3..=5).contains(&bytes.len()) || !bytes.iter().all(u8::is_ascii_uppercase) {
        return None;
    }
    let mut code = [0; 5];
    code[..bytes.len()].copy_from_slice(bytes);
    Some(code)
}

fn code_text(code: &Code) -> String {
    code.iter().take_while(|byte| **byte != 0).map(|byte| char::from(*byte)).collect()
}

fn prefix_factor(prefix: Prefix) -> Fraction {
    let (base, power) = match prefix {
        Prefix::Ten(power) => (10u16, power),
        Prefix::Binary(power) => (1024, power),
    };
    let size = UBig::from(base).pow(usize::from(power.unsigned_abs()));
    let value = Fraction { numerator: IBig::from(size), denominator: UBig::ONE };
    if power < 0 { value.inverted().unwrap_or(value) } else { value }
}

impl Base {
    /// The factor to SI, the power of pi, the dimension.
    fn size(self, rates: Option<&Rates>) -> (Fraction, i8, Dimension) {
        match self {
            Self::Known { index, prefix } => {
                let definition = registry::definition(index);
                let factor = definition.factor.multiply(&prefix_factor(prefix));
                (factor.unwrap_or_else(|_| definition.factor.clone()), definition.pi, definition.dimension)
            }
            Self::Currency(code) => {
                let worth = rates.and_then(|rates| rates.worth(&code));
                (worth.unwrap_or_else(|| Fraction::whole(1)), 0, [0; 9])
            }
        }
    }

    fn is_same_kind(self, other: Self, rates: Option<&Rates>) -> bool {
        match (self, other) {
            (Self::Known { index: one, .. }, Self::Known { index: other, .. }) => {
                let dimension = registry::definition(one).dimension;
                dimension == registry::definition(other).dimension && dimension != [0; 9]
            }
            (Self::Currency(one), Self::Currency(other)) => {
                let rated = |code| rates.is_some_and(|rates| rates.worth(&code).is_some());
                one == other || (rated(one) && rated(other))
            }
            _ => false,
        }
    }

    fn text(self) -> String {
        match self {
            Self::Known { index, prefix } => {
                format!("{}{}", registry::prefix_symbol(prefix), registry::definition(index).symbol)
            }
            Self::Currency(code) => code_text(&code),
        }
    }
}

impl Unit {
    /// The unit a name stands for, currencies included.
    pub(crate) fn find(name: &str, rates: Option<&Rates>) -> Option<Self> {
        let single = |base| Self { factors: vec![Factor { base, power: 1 }] };
        if let Some((index, prefix)) = registry::find(name) {
            return Some(single(Base::Known { index, prefix }));
        }
        // `m2`, `cm3`, and the `s2` of `m/s2`.
        if let Some(power @ (b'2' | b'3')) = name.as_bytes().last()
            && let Some((index, prefix)) = registry::find(&name[..name.len() - 1])
            && matches!(registry::definition(index).symbol, "m" | "s" | "ft" | "in" | "yd" | "mi")
        {
            let power = (power - b'0') as i8;
            return Some(Self { factors: vec![Factor { base: Base::Known { index, prefix }, power }] });
        }
        let plain = name.bytes().all(|byte| byte.is_ascii_alphanumeric());
        if let Some((_, text)) = table::SIGNS.iter().find(|(sign, _)| !plain && *sign == name) {
            return Some(single(Base::Currency(code(text)?)));
        }
        let code = code(name)?;
        static CURRENCIES: OnceLock<HashSet<&'static str>> = OnceLock::new();
        let known = CURRENCIES.get_or_init(|| table::CURRENCIES.split_whitespace().collect()).contains(name);
        (known || rates.is_some_and(|rates| rates.worth(&code).is_some())).then(|| single(Base::Currency(code)))
    }

    pub(crate) fn is_none(&self) -> bool {
        self.factors.is_empty()
    }

    /// The table's symbol of a unit that is one unit to the first power, and its prefix.
    fn single(&self) -> Option<(&'static str, Prefix)> {
        match self.factors[..] {
            [Factor { base: Base::Known { index, prefix }, power: 1 }] => {
                Some((registry::definition(index).symbol, prefix))
            }
            _ => None,
        }
    }

    /// Where the zero of a scale lies that has its own: degrees below it to absolute zero.
    pub(crate) fn zero(&self) -> Option<&'static str> {
        match self.single()?.0 {
            "degC" => Some("273.15"),
            "degF" => Some("459.67"),
            _ => None,
        }
    }

    /// The unit of differences on such a scale.
    pub(crate) fn difference(&self) -> Option<Self> {
        let symbol = match self.single()?.0 {
            "degC" => "deltaC",
            "degF" => "deltaF",
            _ => return None,
        };
        Self::find(symbol, None)
    }

    pub(crate) fn is_temperature(&self) -> bool {
        self.single().is_some_and(|_| self.size(None).dimension == [0, 0, 0, 0, 1, 0, 0, 0, 0])
    }

    /// Whether it is a unit of differences of temperatures and nothing else.
    pub(crate) fn is_difference(&self) -> bool {
        matches!(self.single(), Some(("deltaC" | "deltaF", _)))
    }

    pub(crate) fn is_angle(&self) -> bool {
        self.size(None).dimension == [0, 0, 0, 0, 0, 0, 0, 1, 0]
    }

    pub(crate) fn size(&self, rates: Option<&Rates>) -> Size {
        let mut size = Size { factor: Fraction::whole(1), pi: 0, dimension: [0; 9], currencies: Vec::new(), money: 0 };
        for factor in &self.factors {
            let (one, pi, dimension) = factor.base.size(rates);
            // Powers are bounded, so are the factors of the table.
            let power = one.power(i64::from(factor.power)).and_then(|power| size.factor.multiply(&power));
            size.factor = power.unwrap_or(size.factor);
            size.pi += i32::from(pi) * i32::from(factor.power);
            for (sum, part) in size.dimension.iter_mut().zip(dimension) {
                *sum = sum.saturating_add(part.saturating_mul(factor.power));
            }
            if let Base::Currency(code) = factor.base {
                if rates.is_some_and(|rates| rates.worth(&code).is_some()) {
                    size.money = size.money.saturating_add(factor.power);
                } else {
                    size.currencies.push((code, factor.power));
                }
            }
        }
        size.currencies.sort_unstable();
        size
    }

    /// The product with another to a power, and what the number has to be multiplied with: units of one kind are
    /// brought together in the first.
    pub(crate) fn times(&self, other: &Self, power: i8, rates: Option<&Rates>) -> Result<(Self, Fraction, i32), Error> {
        let mut factors = self.factors.clone();
        let mut scale = Fraction::whole(1);
        let mut pi = 0;
        for factor in &other.factors {
            let added = i32::from(factor.power) * i32::from(power);
            match factors.iter_mut().find(|known| known.base.is_same_kind(factor.base, rates)) {
                Some(known) => {
                    let (theirs, their_pi, _) = factor.base.size(rates);
                    let (ours, our_pi, _) = known.base.size(rates);
                    scale = scale.multiply(&theirs.divide(&ours)?.power(i64::from(added))?)?;
                    pi += (i32::from(their_pi) - i32::from(our_pi)) * added;
                    known.power = bounded(i32::from(known.power) + added)?;
                }
                None => factors.push(Factor { base: factor.base, power: bounded(added)? }),
            }
        }
        factors.retain(|factor| factor.power != 0);
        Ok((Self { factors }, scale, pi))
    }

    /// The unit to a whole power.
    pub(crate) fn power(&self, power: i64) -> Result<Self, Error> {
        let power = i32::try_from(power).unwrap_or(i32::MAX);
        let mut factors = self.factors.clone();
        for factor in &mut factors {
            factor.power = bounded(i32::from(factor.power).saturating_mul(power))?;
        }
        factors.retain(|factor| factor.power != 0);
        Ok(Self { factors })
    }

    /// The unit whose square it is.
    pub(crate) fn root(&self, degree: i8) -> Option<Self> {
        let mut factors = self.factors.clone();
        for factor in &mut factors {
            if factor.power % degree != 0 {
                return None;
            }
            factor.power /= degree;
        }
        Some(Self { factors })
    }

    /// The named unit that a product of SI units is (`J/s` is `W`), and the power of ten between them.
    pub(crate) fn derived(&self, rates: Option<&Rates>) -> Option<(u16, i64)> {
        if self.factors.len() < 2 {
            return None;
        }
        let size = self.size(rates);
        if size.pi != 0 || size.money != 0 || !size.currencies.is_empty() {
            return None;
        }
        let tens = |number: &UBig| {
            let digits = number.to_string();
            (digits.trim_end_matches('0') == "1").then(|| digits.len() as i64 - 1)
        };
        let (_, above) = size.factor.numerator.clone().into_parts();
        let power = tens(&above)? - tens(&size.factor.denominator)?;
        let fits = |symbol: &&str| {
            let index = registry::by_symbol(symbol)?;
            (registry::definition(index).dimension == size.dimension).then_some(index)
        };
        table::DERIVED.iter().find_map(fits).map(|index| (index, power))
    }

    /// A unit of the table with a power of ten before it.
    pub(crate) fn prefixed(index: u16, tens: i8) -> Self {
        Self { factors: vec![Factor { base: Base::Known { index, prefix: Prefix::Ten(tens) }, power: 1 }] }
    }

    /// `J/(g degC)`.
    #[must_use]
    pub fn text(&self) -> String {
        let part = |factor: &Factor, power: i8| match power {
            1 => factor.base.text(),
            power => format!("{}^{power}", factor.base.text()),
        };
        let above: Vec<_> = self.factors.iter().filter(|factor| factor.power > 0).collect();
        let below: Vec<_> = self.factors.iter().filter(|factor| factor.power < 0).collect();
        if above.is_empty() {
            let parts: Vec<_> = below.iter().map(|factor| part(factor, factor.power)).collect();
            return parts.join(" ");
        }
        let upper = above.iter().map(|factor| part(factor, factor.power)).collect::<Vec<_>>().join(" ");
        let lower = below.iter().map(|factor| part(factor, -factor.power)).collect::<Vec<_>>().join(" ");
        match below.len() {
            0 => upper,
            1 => format!("{upper}/{lower}"),
            _ => format!("{upper}/({lower})"),
        }
    }

    /// What it measures, in words.
    pub(crate) fn measures(&self, rates: Option<&Rates>) -> String {
        let size = self.size(rates);
        let money = size.money != 0 || !size.currencies.is_empty();
        match registry::dimension_name(&size.dimension) {
            _ if money && self.factors.len() == 1 => "currency".to_owned(),
            Some(name) if !money => name.to_owned(),
            _ => self.text(),
        }
    }
}

fn bounded(power: i32) -> Result<i8, Error> {
    match i8::try_from(power) {
        Ok(small) if power.abs() <= MAX_POWER => Ok(small),
        _ => Err(Error::new(Kind::TooLarge, format!("a unit has at most the power {MAX_POWER}"))),
    }
}

impl Unit {
    /// Whether it is a currency and nothing else.
    pub(crate) fn is_currency(&self) -> bool {
        matches!(self.factors[..], [Factor { base: Base::Currency(_), power: 1 }])
    }
}
