//! Personal data taken out of texts.

use std::collections::BTreeMap;

use chassis::{Call, Code, Error, Operation, Secret};
use garde::Validate;
use patterns::{Finding, Kind, Pseudonyms, UNCOVERED, word_places};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

const DESCRIPTION: &str = "\
Finds personal data by patterns and check digits, and takes it out. Cards must pass Luhn and start as issued cards do, IBANs have \
the length of their country and pass mod 97, national numbers (of 24 countries) pass their own check; numbers whose check is weak \
count only near a word that names them. `uncovered` lists what patterns cannot find, such as names and postal addresses: do not \
publish a text on the strength of this alone. `start` and `end` count characters, so that `text[start:end]` is the finding in Python. \
Besides, words of your own are taken out by `words`.";

/// Characters of the text.
const MAX_CHARS: usize = 1_000_000;

/// A text to redact.
#[derive(Debug, Serialize, Deserialize, Validate, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct RedactRequest {
    /// The text, at most 1,000,000 characters.
    #[garde(length(chars, max = MAX_CHARS))]
    pub text: String,
    /// Kinds of data to take out; all without it.
    #[serde(default)]
    #[garde(length(max = 20))]
    pub types: Vec<EntityType>,
    /// What takes the place of a finding.
    #[serde(default)]
    #[garde(skip)]
    pub strategy: RedactStrategy,
    /// Secret of the hashes, at least 16 characters; with `strategy` hash.
    #[serde(default)]
    #[garde(skip)]
    pub key: Option<Secret<String>>,
    /// Words and phrases of your own to take out, whatever their case.
    #[serde(default)]
    #[garde(length(max = 1000), inner(length(chars, min = 1, max = 200)))]
    pub words: Vec<String>,
    /// Whether to list what looks like a card or an IBAN but fails its check; it stays in the text.
    #[serde(default)]
    #[garde(skip)]
    pub possible: bool,
}

/// A kind of personal data.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum EntityType {
    /// E-mail address.
    Email,
    /// Telephone number.
    Phone,
    /// Number of a payment card.
    Card,
    /// International Bank Account Number.
    Iban,
    /// IPv4 or IPv6 address.
    IpAddress,
    /// Address of a network card.
    MacAddress,
    /// Number that a state gives to a person, such as a social security number.
    #[serde(alias = "ssn")]
    NationalId,
    /// One of the words of the request.
    Word,
}

impl EntityType {
    fn kind(self) -> Option<Kind> {
        Some(match self {
            Self::Email => Kind::Email,
            Self::Phone => Kind::Phone,
            Self::Card => Kind::Card,
            Self::Iban => Kind::Iban,
            Self::IpAddress => Kind::IpAddress,
            Self::MacAddress => Kind::MacAddress,
            Self::NationalId => Kind::NationalId,
            Self::Word => return None,
        })
    }

    pub(crate) fn of(kind: Kind) -> Self {
        match kind {
            Kind::Email => Self::Email,
            Kind::Phone => Self::Phone,
            Kind::Card => Self::Card,
            Kind::Iban => Self::Iban,
            Kind::IpAddress => Self::IpAddress,
            Kind::MacAddress => Self::MacAddress,
            Kind::NationalId => Self::NationalId,
        }
    }
}

/// What takes the place of a finding.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum RedactStrategy {
    /// Its kind, as `[EMAIL]`.
    #[default]
    Label,
    /// Itself with its middle hidden, as `j***@example.com`.
    Mask,
    /// Its kind and a keyed hash, as `[EMAIL:1f3a5c7e90b2]`: the same data has the same hash.
    Hash,
    /// Nothing.
    Remove,
}

/// The text without personal data.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct RedactResponse {
    /// The text, redacted.
    pub text: String,
    /// What was taken out, in the order of the text.
    pub entities: Vec<Entity>,
    /// Number of findings.
    pub count: usize,
    /// What looks like a card or an IBAN but fails its check; with `possible`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub possible: Option<Vec<Entity>>,
    /// Personal data that this does not find.
    pub uncovered: Vec<String>,
}

/// A finding.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Entity {
    /// What it is.
    #[serde(rename = "type")]
    pub kind: EntityType,
    /// First character in the text of the request, counting Unicode code points from 0.
    pub start: usize,
    /// Character behind the last.
    pub end: usize,
    /// Country of a national number or a bank account (ISO 3166).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub country: Option<String>,
    /// What took its place.
    pub replacement: String,
}

fn example() -> RedactRequest {
    RedactRequest {
        text: "Jane (jane.doe@example.com, +1 415-555-2671) paid with 4111 1111 1111 1111.".into(),
        types: Vec::new(),
        strategy: RedactStrategy::Label,
        key: None,
        words: vec!["Jane".into()],
        possible: false,
    }
}

/// Describes the operation for its registration.
pub fn about(op: Operation) -> Operation {
    op.summary("Take personal data out of a text").description(DESCRIPTION).example(example)
}

/// Redacts a text.
///
/// # Errors
/// When hashes have no key.
pub fn redact(request: RedactRequest, call: &Call) -> Result<RedactResponse, Error> {
    let RedactRequest { text, types, strategy, key, words, possible } = request;
    let key = match (strategy, key) {
        (RedactStrategy::Hash, Some(key)) if key.reveal().chars().count() >= 16 => Some(Pseudonyms::new(key.reveal())),
        (RedactStrategy::Hash, Some(_)) => {
            return Err(Error::field(Code::ValidationError, "key", "must have 16 characters at least"));
        }
        (RedactStrategy::Hash, None) => {
            let message = "is required with hash: without a secret, hashes of numbers are undone by trying them all";
            return Err(Error::field(Code::ValidationError, "key", message));
        }
        (_, Some(_)) => return Err(Error::impossible("key", "is for strategy hash")),
        (_, None) => None,
    };
    let kinds: Vec<Kind> =
        if types.is_empty() { Kind::ALL.to_vec() } else { types.iter().filter_map(|kind| kind.kind()).collect() };
    call.check()?;
    let (certain, doubtful): (Vec<Finding>, Vec<Finding>) =
        patterns::find(&text, &kinds, possible).into_iter().partition(|finding| finding.certain);
    let mut spots: Vec<Spot> = certain.iter().map(Spot::of).collect();
    add_words(&text, &words, &mut spots);
    spots.sort_by_key(|spot| spot.start);

    let mut redacted = String::with_capacity(text.len());
    let mut entities = Vec::with_capacity(spots.len());
    let (mut byte, mut characters) = (0, 0);
    for spot in spots {
        let found = &text[spot.start..spot.end];
        let replacement = replacement(found, spot.kind, strategy, key.as_ref());
        redacted.push_str(&text[byte..spot.start]);
        redacted.push_str(&replacement);
        characters += text[byte..spot.start].chars().count();
        let end = characters + found.chars().count();
        let country = spot.country.map(str::to_owned);
        entities.push(Entity { kind: spot.kind, start: characters, end, country, replacement });
        (byte, characters) = (spot.end, end);
    }
    redacted.push_str(&text[byte..]);
    let listed = |finding: &Finding| Entity {
        kind: EntityType::of(finding.kind),
        start: text[..finding.start].chars().count(),
        end: text[..finding.end].chars().count(),
        country: None,
        replacement: text[finding.start..finding.end].to_owned(),
    };
    Ok(RedactResponse {
        text: redacted,
        count: entities.len(),
        entities,
        possible: possible.then(|| doubtful.iter().take(MAX_POSSIBLE).map(listed).collect()),
        uncovered: UNCOVERED.map(str::to_owned).to_vec(),
    })
}

/// Doubtful findings that are listed.
const MAX_POSSIBLE: usize = 1000;

/// A place to redact, in bytes.
struct Spot {
    kind: EntityType,
    start: usize,
    end: usize,
    country: Option<&'static str>,
}

impl Spot {
    fn of(finding: &Finding) -> Self {
        let Finding { start, end, kind, country, .. } = *finding;
        Self { kind: EntityType::of(kind), start, end, country }
    }
}

/// Adds the places of words, where nothing was found.
fn add_words(text: &str, words: &[String], spots: &mut Vec<Spot>) {
    let mut taken: BTreeMap<usize, usize> = spots.iter().map(|spot| (spot.start, spot.end)).collect();
    for (start, end) in word_places(text, words) {
        if taken.range(..end).next_back().is_none_or(|(_, last)| *last <= start) {
            taken.insert(start, end);
            spots.push(Spot { kind: EntityType::Word, start, end, country: None });
        }
    }
}

fn replacement(found: &str, kind: EntityType, strategy: RedactStrategy, key: Option<&Pseudonyms>) -> String {
    let label = kind.kind().map_or("WORD", Kind::label);
    match strategy {
        RedactStrategy::Label => format!("[{label}]"),
        RedactStrategy::Mask => match kind.kind() {
            Some(kind) => patterns::mask(found, kind),
            None => "*".repeat(found.chars().count()),
        },
        RedactStrategy::Hash => {
            let pseudonym = key.map(|key| key.of(found)).unwrap_or_default();
            format!("[{label}:{pseudonym}]")
        }
        RedactStrategy::Remove => String::new(),
    }
}
