//! What is known of the telephone numbers of each region, as Google's libphonenumber publishes it.

use std::collections::HashMap;
use std::sync::{Arc, LazyLock, PoisonError, RwLock};

use regex::{Regex, RegexBuilder};
use serde::Deserialize;

/// One region a line; `../format/data/README.md` says where it comes from.
const LINES: &str = include_str!("metadata.jsonl");
/// Compiled patterns that are kept. There are some three thousand; most callers need those of a few regions.
const MAX_PATTERNS: usize = 512;

/// The numbers of a region.
#[derive(Debug, Deserialize)]
pub(super) struct Region {
    /// ISO 3166, or 001 for numbers of no country.
    pub region: String,
    /// Country calling code.
    pub code: u16,
    /// What is dialed before a call abroad.
    pub abroad: String,
    /// National prefix, with what stands for carriers.
    pub prefix: String,
    /// What a national prefix with groups becomes.
    pub transform: String,
    /// What stands before an extension, where it is not ` ext. `.
    pub extension: String,
    /// First digits by which regions of one code are told apart.
    pub leading: String,
    /// What numbers look like: all of them, then each type in the order of `TYPES`.
    pub types: [Option<Shape>; 11],
    /// How they are written.
    pub formats: Vec<Form>,
    /// How they are written abroad, where that differs.
    pub international: Vec<Form>,
}

/// Pattern, lengths, and lengths of numbers that are dialed without an area code.
#[derive(Debug, Deserialize)]
pub(super) struct Shape(pub String, pub Vec<usize>, pub Vec<usize>);

/// Pattern, how it is written, first digits, and how the national prefix is written.
#[derive(Debug, Deserialize)]
pub(super) struct Form(pub String, pub String, pub String, pub String);

impl Region {
    pub(super) fn general(&self) -> Option<&Shape> {
        self.types[0].as_ref()
    }
}

struct Table {
    regions: Vec<Region>,
    by_region: HashMap<&'static str, usize>,
    /// The main region of a code first.
    by_code: HashMap<u16, Vec<usize>>,
}

static TABLE: LazyLock<Table> = LazyLock::new(|| {
    let regions: Vec<Region> =
        LINES.lines().map(|line| serde_json::from_str(line).expect("the table is well-formed")).collect();
    let mut by_code: HashMap<u16, Vec<usize>> = HashMap::new();
    for (place, region) in regions.iter().enumerate() {
        by_code.entry(region.code).or_default().push(place);
    }
    let by_region = LINES.lines().enumerate().filter_map(|(place, line)| {
        let name = line.strip_prefix("{\"region\":\"")?.split('"').next()?;
        (name != "001").then_some((name, place))
    });
    Table { by_region: by_region.collect(), by_code, regions }
});

/// The region of this name, in capitals.
pub(super) fn region(name: &str) -> Option<&'static Region> {
    TABLE.by_region.get(name).map(|place| &TABLE.regions[*place])
}

/// The regions of a calling code, the main one first.
pub(super) fn regions_of(code: u16) -> impl Iterator<Item = &'static Region> {
    TABLE.by_code.get(&code).into_iter().flatten().map(|place| &TABLE.regions[*place])
}

/// How a pattern is held to a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Anchor {
    /// From its start.
    Start,
    /// From its start to its end.
    Whole,
}

/// A pattern of the table, compiled.
pub(super) fn pattern(source: &'static str, anchor: Anchor) -> Arc<Regex> {
    type Compiled = HashMap<(&'static str, Anchor), Arc<Regex>>;
    static COMPILED: LazyLock<RwLock<Compiled>> = LazyLock::new(RwLock::default);
    let known = COMPILED.read().unwrap_or_else(PoisonError::into_inner).get(&(source, anchor)).cloned();
    known.unwrap_or_else(|| {
        let anchored = match anchor {
            Anchor::Start => format!("^(?:{source})"),
            Anchor::Whole => format!("^(?:{source})$"),
        };
        let compiled =
            RegexBuilder::new(&anchored).unicode(false).build().expect("the table's patterns are well-formed");
        let compiled = Arc::new(compiled);
        let mut all = COMPILED.write().unwrap_or_else(PoisonError::into_inner);
        if all.len() >= MAX_PATTERNS {
            all.clear();
        }
        all.insert((source, anchor), compiled.clone());
        compiled
    })
}

/// Whether a text starts with a pattern.
pub(super) fn starts(source: &'static str, text: &str) -> bool {
    pattern(source, Anchor::Start).is_match(text)
}

/// Whether a text is a pattern as a whole.
pub(super) fn is_whole(source: &'static str, text: &str) -> bool {
    pattern(source, Anchor::Whole).is_match(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_whole() {
        assert_eq!(region("DE").unwrap().code, 49);
        assert_eq!(regions_of(1).next().unwrap().region, "US");
        assert_eq!(regions_of(800).next().unwrap().region, "001");
        assert!(region("001").is_none() && regions_of(0).next().is_none());
        for region in TABLE.regions.iter() {
            let shapes = region.types.iter().flatten().map(|shape| &shape.0);
            let forms = region.formats.iter().chain(&region.international).flat_map(|form| [&form.0, &form.2]);
            for source in shapes.chain(forms).chain([&region.abroad, &region.prefix, &region.leading]) {
                pattern(source, Anchor::Start);
            }
        }
    }
}
