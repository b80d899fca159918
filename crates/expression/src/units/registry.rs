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

/// Every symbol and name with every prefix it takes, so that a name is found by one look.
struct Registry {
    definitions: Vec<Definition>,
    symbols: HashMap<String, (u16, Prefix)>,
    names: HashMap<String, (u16, Prefix)>,
    /// Symbols, and names with every prefix, in order.
    suggestions: Vec<String>,
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
        let mut registry = Registry {
            definitions: Vec::new(),
            symbols: HashMap::new(),
            names: HashMap::new(),
            suggestions: Vec::new(),
        };
        let mut entries = Vec::new();
        for line in table::UNITS.lines().filter(|line| !line.is_empty()) {
            let (definition, symbols, names) =
                read_line(line).expect("every line of the table is complete: a test reads it");
            let index = registry.definitions.len() as u16;
            entries.push((index, definition.prefixes, symbols, names));
            registry.definitions.push(definition);
        }
        // What stands in the table comes before what a prefix makes: `min` is no milliinch, `Pa` no petayear.
        for (index, _, symbols, names) in &entries {
            let unit = (*index, Prefix::Ten(0));
            for symbol in symbols {
                registry.symbols.entry((*symbol).to_owned()).or_insert(unit);
            }
            for name in names {
                registry.names.entry((*name).to_owned()).or_insert(unit);
            }
            registry.suggestions.extend(symbols.iter().map(|symbol| (*symbol).to_owned()));
        }
        for (index, prefixes, symbols, names) in &entries {
            let binary = table::BINARY_PREFIXES.iter().filter(|_| *prefixes == Prefixes::Data);
            let binary = binary.map(|(symbol, name, power)| (*symbol, *name, Prefix::Binary(*power)));
            // There are no millibytes, and dB is no decibyte.
            let decimal = table::DECIMAL_PREFIXES.iter().filter(|(_, _, power)| match prefixes {
                Prefixes::None => false,
                Prefixes::Decimal => true,
                Prefixes::Data => *power >= 3,
            });
            let decimal = decimal.map(|(symbol, name, power)| (*symbol, *name, Prefix::Ten(*power)));
            let kilo = (*prefixes == Prefixes::Data).then_some(("K", "kilo", Prefix::Ten(3)));
            for (before, long, prefix) in binary.chain(decimal).chain(kilo) {
                for symbol in symbols {
                    registry.symbols.entry(format!("{before}{symbol}")).or_insert((*index, prefix));
                }
                for name in names {
                    registry.names.entry(format!("{long}{name}")).or_insert((*index, prefix));
                }
            }
        }
        registry.suggestions.extend(registry.names.keys().cloned());
        registry.suggestions.sort_unstable();
        registry
    })
}

pub(crate) fn definition(index: u16) -> &'static Definition {
    &registry().definitions[usize::from(index)]
}

/// The unit with this symbol.
pub(super) fn by_symbol(symbol: &str) -> Option<u16> {
    registry().symbols.get(symbol).map(|(index, _)| *index)
}

/// Symbols without prefixes, and names with them.
pub(crate) fn known() -> impl Iterator<Item = &'static str> {
    registry().suggestions.iter().map(String::as_str)
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

/// The unit a name stands for: a symbol with its case, or a name in any, with a plural s or without.
pub(crate) fn find(name: &str) -> Option<(u16, Prefix)> {
    if name.len() > 48 {
        return None;
    }
    let registry = registry();
    if let Some(found) = registry.symbols.get(name) {
        return Some(*found);
    }
    let lower = name.to_lowercase();
    let long = lower.replace(['-', ' '], "_");
    let found = registry.names.get(&long).or_else(|| registry.names.get(long.strip_suffix('s')?));
    // `KG`, `Km`, `LBS`: as most people mean them.
    let meant = || registry.symbols.get(&lower).filter(|_| name.chars().count() >= 2);
    found.or_else(meant).copied()
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
