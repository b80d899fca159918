//! Names of units, found.

use std::collections::HashMap;
use std::sync::OnceLock;

use super::table;
use crate::decimal::Decimal;
use crate::fraction::Fraction;

/// Powers of length, mass, time, current, temperature, amount, luminosity, angle, data.
pub(crate) type Dimension = [i8; 9];

const LETTERS: &[u8; 9] = b"LMTIKNJAB";

/// A unit of the table.
#[derive(Debug)]
pub(crate) struct Definition {
    pub symbol: &'static str,
    pub name: &'static str,
    pub factor: Fraction,
    /// Power of pi in the factor.
    pub pi: i8,
    pub dimension: Dimension,
    prefixes: Prefixes,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Prefixes {
    None,
    Decimal,
    Data,
}

/// Which prefix stands before a unit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Prefix {
    /// A power of ten.
    Ten(i8),
    /// A power of 1024.
    Binary(i8),
}

struct Registry {
    definitions: Vec<Definition>,
    symbols: HashMap<&'static str, u16>,
    names: HashMap<&'static str, u16>,
}

fn fraction(text: &str) -> Option<Fraction> {
    let (above, below) = text.split_once('/').unwrap_or((text, "1"));
    let part = |text: &str| Fraction::from_decimal(&Decimal::parse(text.trim())?).ok();
    part(above)?.divide(&part(below)?).ok()
}

/// `M L2 T-3` as powers.
pub(super) fn dimension(text: &str) -> Option<Dimension> {
    let mut powers = [0; 9];
    for part in text.split_whitespace() {
        let at = LETTERS.iter().position(|letter| part.as_bytes()[0] == *letter)?;
        powers[at] = if part.len() == 1 { 1 } else { part[1..].parse().ok()? };
    }
    Some(powers)
}

fn read_line(line: &'static str) -> Option<(Definition, Vec<&'static str>, Vec<&'static str>)> {
    let fields: Vec<&str> = line.split(';').map(str::trim).collect();
    let [symbols, names, factor, powers, prefixes] = fields[..] else { return None };
    let list = |text: &'static str| text.split(',').map(str::trim).collect::<Vec<_>>();
    let (symbols, names) = (list(symbols), list(names));
    let (factor, pi) = match (factor.strip_suffix("/pi"), factor.strip_suffix(" pi")) {
        (Some(rest), _) => (rest, -1),
        (_, Some(rest)) => (rest, 1),
        _ => (factor, 0),
    };
    let prefixes = match prefixes {
        "si" => Prefixes::Decimal,
        "data" => Prefixes::Data,
        _ => Prefixes::None,
    };
    let (symbol, name) = (*symbols.first()?, *names.first()?);
    let definition =
        Definition { symbol, name, factor: fraction(factor)?, pi, dimension: dimension(powers)?, prefixes };
    Some((definition, symbols, names))
}

fn registry() -> &'static Registry {
    static REGISTRY: OnceLock<Registry> = OnceLock::new();
    REGISTRY.get_or_init(|| {
        let mut registry = Registry { definitions: Vec::new(), symbols: HashMap::new(), names: HashMap::new() };
        for line in table::UNITS.lines().filter(|line| !line.is_empty()) {
            let (definition, symbols, names) =
                read_line(line).expect("every line of the table is complete: a test reads it");
            let index = registry.definitions.len() as u16;
            registry.definitions.push(definition);
            for symbol in symbols {
                registry.symbols.entry(symbol).or_insert(index);
            }
            for name in names {
                registry.names.entry(name).or_insert(index);
            }
        }
        registry
    })
}

pub(crate) fn definition(index: u16) -> &'static Definition {
    &registry().definitions[usize::from(index)]
}

/// The unit with this symbol.
pub(super) fn by_symbol(symbol: &str) -> Option<u16> {
    registry().symbols.get(symbol).copied()
}

/// All symbols and names.
pub(crate) fn known() -> impl Iterator<Item = &'static str> {
    registry().symbols.keys().chain(registry().names.keys()).copied()
}

/// Every unit once: its symbol, its name and the name of what it measures.
pub fn list() -> Vec<(&'static str, &'static str, Option<&'static str>)> {
    let named = |definition: &Definition| (definition.symbol, definition.name, dimension_name(&definition.dimension));
    registry().definitions.iter().map(named).collect()
}

/// What a dimension is called.
pub(super) fn dimension_name(powers: &Dimension) -> Option<&'static str> {
    table::DIMENSIONS.iter().find(|(text, _)| dimension(text).as_ref() == Some(powers)).map(|(_, name)| *name)
}

/// The unit a name stands for: a symbol with its case, or a name in any.
pub(crate) fn find(name: &str) -> Option<(u16, Prefix)> {
    if name.len() > 48 {
        return None;
    }
    find_symbol(name).or_else(|| find_name(&name.to_lowercase())).or_else(|| {
        // `KG`, `Km`, `LBS`: as most people mean them.
        let lower = name.to_lowercase();
        (name.chars().count() >= 2 && lower != name).then(|| find_symbol(&lower)).flatten()
    })
}

fn find_symbol(name: &str) -> Option<(u16, Prefix)> {
    let registry = registry();
    if let Some(index) = registry.symbols.get(name) {
        return Some((*index, Prefix::Ten(0)));
    }
    let allows = |index: u16, data_only: bool| match registry.definitions[usize::from(index)].prefixes {
        Prefixes::None => false,
        Prefixes::Decimal => !data_only,
        Prefixes::Data => true,
    };
    for (prefix, _, power) in table::BINARY_PREFIXES {
        if let Some(index) = name.strip_prefix(prefix).and_then(|rest| registry.symbols.get(rest))
            && allows(*index, true)
        {
            return Some((*index, Prefix::Binary(*power)));
        }
    }
    for (prefix, _, power) in table::DECIMAL_PREFIXES {
        if let Some(index) = name.strip_prefix(prefix).and_then(|rest| registry.symbols.get(rest))
            && allows(*index, false)
        {
            return Some((*index, Prefix::Ten(*power)));
        }
    }
    let index = *registry.symbols.get(name.strip_prefix('K')?)?;
    allows(index, true).then_some((index, Prefix::Ten(3)))
}

fn find_name(lower: &str) -> Option<(u16, Prefix)> {
    let registry = registry();
    let lower = lower.replace(['-', ' '], "_");
    let single = |name: &str| registry.names.get(name).or_else(|| registry.names.get(name.strip_suffix('s')?)).copied();
    if let Some(index) = single(&lower) {
        return Some((index, Prefix::Ten(0)));
    }
    for (_, prefix, power) in table::BINARY_PREFIXES {
        if let Some(index) = lower.strip_prefix(prefix).and_then(&single)
            && registry.definitions[usize::from(index)].prefixes == Prefixes::Data
        {
            return Some((index, Prefix::Binary(*power)));
        }
    }
    for (_, prefix, power) in table::DECIMAL_PREFIXES {
        if let Some(index) = lower.strip_prefix(prefix).and_then(&single)
            && registry.definitions[usize::from(index)].prefixes != Prefixes::None
        {
            return Some((index, Prefix::Ten(*power)));
        }
    }
    None
}

/// The symbol of a prefix.
pub(super) fn prefix_symbol(prefix: Prefix) -> &'static str {
    match prefix {
        Prefix::Ten(power) => {
            table::DECIMAL_PREFIXES.iter().find(|(_, _, known)| *known == power).map_or("", |(symbol, _, _)| symbol)
        }
        Prefix::Binary(power) => {
            table::BINARY_PREFIXES.iter().find(|(_, _, known)| *known == power).map_or("", |(symbol, _, _)| symbol)
        }
    }
}
