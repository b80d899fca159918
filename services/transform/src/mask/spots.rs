//! The places in a text that are hidden: by the engine's patterns, words and patterns of the request, or all of it.

use chassis::Error;
use fancy_regex::{Regex, RegexBuilder};
use garde::Validate;
use patterns::{Kind, word_places};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Steps back that a pattern may take for one match.
const MAX_BACKTRACKS: usize = 1_000_000;
/// Bytes a compiled pattern may have.
const MAX_PROGRAM: usize = 4 * 1024 * 1024;

/// A kind of personal data.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum PersonalData {
    /// E-mail address.
    Email,
    /// Telephone number.
    Phone,
    /// Number of a payment card.
    #[serde(alias = "credit-card")]
    Card,
    /// International Bank Account Number.
    Iban,
    /// IPv4 or IPv6 address.
    #[serde(alias = "ip")]
    IpAddress,
    /// Address of a network card.
    #[serde(alias = "mac")]
    MacAddress,
    /// Number that a state gives to a person, such as a social security number.
    #[serde(alias = "ssn")]
    NationalId,
}

impl PersonalData {
    fn kind(self) -> Kind {
        match self {
            Self::Email => Kind::Email,
            Self::Phone => Kind::Phone,
            Self::Card => Kind::Card,
            Self::Iban => Kind::Iban,
            Self::IpAddress => Kind::IpAddress,
            Self::MacAddress => Kind::MacAddress,
            Self::NationalId => Kind::NationalId,
        }
    }
}

/// A pattern of the request.
#[derive(Debug, Clone, Serialize, Deserialize, Validate, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct CustomPattern {
    /// Name of what it finds, in capitals: ORDER_NUMBER.
    #[garde(length(chars, min = 1, max = 40), pattern("^[A-Z][A-Z0-9_]*$"))]
    pub name: String,
    /// Regular expression.
    #[garde(length(chars, min = 1, max = 10_000))]
    pub pattern: String,
}

/// A place in a text, in bytes.
#[derive(Debug, Clone)]
pub(super) struct Spot {
    pub(super) start: usize,
    pub(super) end: usize,
    pub(super) label: String,
    /// The kind; none for words, patterns of the request, and whole values.
    pub(super) kind: Option<Kind>,
    pub(super) country: Option<&'static str>,
}

/// What is looked for.
pub(super) struct Seeker {
    kinds: Vec<Kind>,
    words: Vec<String>,
    patterns: Vec<(String, Regex)>,
    whole: bool,
}

impl Seeker {
    pub(super) fn of(
        types: &[PersonalData],
        words: Vec<String>,
        patterns: &[CustomPattern],
        whole: bool,
    ) -> Result<Self, Error> {
        let compiled = patterns.iter().enumerate().map(|(at, pattern)| {
            let mut builder = RegexBuilder::new(&pattern.pattern);
            builder.backtrack_limit(MAX_BACKTRACKS).delegate_size_limit(MAX_PROGRAM);
            let regex = builder.build().map_err(|error| {
                let reason: String = error.to_string().lines().last().unwrap_or_default().chars().take(150).collect();
                Error::impossible(format!("patterns[{at}].pattern"), format!("is no regular expression: {reason}"))
            })?;
            Ok((pattern.name.clone(), regex))
        });
        let kinds = match types.is_empty() {
            true => Kind::ALL.to_vec(),
            false => types.iter().map(|kind| kind.kind()).collect(),
        };
        Ok(Self { kinds, words, patterns: compiled.collect::<Result<_, Error>>()?, whole })
    }

    /// The places in a text, in their order, none overlapping another. Patterns of the request come first, then the engine's, then words.
    pub(super) fn spots(&self, text: &str) -> Result<Vec<Spot>, String> {
        if self.whole {
            let all = Spot { start: 0, end: text.len(), label: "VALUE".to_owned(), kind: None, country: None };
            return Ok(if text.trim().is_empty() { Vec::new() } else { vec![all] });
        }
        let mut ranked: Vec<(usize, Spot)> = Vec::new();
        for (rank, (name, pattern)) in self.patterns.iter().enumerate() {
            for found in pattern.find_iter(text) {
                let found = found.map_err(|_| "makes a pattern take too many steps: a simpler pattern is needed")?;
                if !found.range().is_empty() {
                    let spot =
                        Spot { start: found.start(), end: found.end(), label: name.clone(), kind: None, country: None };
                    ranked.push((rank, spot));
                }
            }
        }
        let rank = self.patterns.len();
        for found in patterns::find(text, &self.kinds, false) {
            let (label, kind) = (found.kind.label().to_owned(), Some(found.kind));
            ranked.push((rank, Spot { start: found.start, end: found.end, label, kind, country: found.country }));
        }
        for (start, end) in word_places(text, &self.words) {
            ranked.push((rank + 1, Spot { start, end, label: "WORD".to_owned(), kind: None, country: None }));
        }
        Ok(apart(ranked))
    }
}

/// Spots of which none overlaps another: a smaller rank wins.
fn apart(mut ranked: Vec<(usize, Spot)>) -> Vec<Spot> {
    ranked.sort_by_key(|(rank, spot)| (*rank, spot.start));
    let mut taken = std::collections::BTreeMap::new();
    for (_, spot) in ranked {
        let before =
            taken.range(..=spot.start).next_back().is_none_or(|(_, other): (_, &Spot)| other.end <= spot.start);
        let after = taken.range(spot.start..).next().is_none_or(|(start, _)| *start >= spot.end);
        if before && after {
            taken.insert(spot.start, spot);
        }
    }
    taken.into_values().collect()
}
