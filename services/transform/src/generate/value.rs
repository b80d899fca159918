//! The values of a field, row by row.

use std::collections::HashSet;

use chassis::Error;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

use super::chance::{Chance, hashed};
use super::field::{Distribution, Field, FieldType};
use super::lists::{Person, Place, Tongue, ascii, digits, phone};
use super::pattern::Pattern;
use crate::tree::{Number, Tree};

/// Tries for a value that has not come yet.
const TRIES: u64 = 200;
const SENTENCES: (f64, f64) = (3.0, 6.0);
/// Sentences of a text at most.
const MAX_SENTENCES: f64 = 100.0;
const SECONDS_OF_DAY: i64 = 86_400;
/// Numbers that the networks publish for tests.
const CARDS: [&str; 8] = [
    "4242424242424242",
    "4000056655665556",
    "5555555555554444",
    "2223003122003222",
    "378282246310005",
    "6011111111111117",
    "3056930009020004",
    "3566002020360505",
];
const CURRENCIES: [&str; 12] = ["USD", "EUR", "GBP", "JPY", "CHF", "CAD", "AUD", "SEK", "NOK", "PLN", "CZK", "DKK"];

/// A field that is made.
pub(super) struct Maker {
    pub name: String,
    /// What its chance depends on.
    hash: u64,
    field: Field,
    tongue: Tongue,
    pattern: Option<Pattern>,
    /// Sums of the weights up to each value.
    sums: Vec<f64>,
    /// Seconds since 1970.
    from: i64,
    until: i64,
    /// Hashes of the values that came.
    seen: HashSet<u64>,
}

impl Maker {
    /// The maker of a field.
    ///
    /// # Errors
    /// When what the field says does not go together.
    pub(super) fn of(name: &str, field: Field, tongue: Tongue) -> Result<Self, Error> {
        let at = |part: &str| format!("fields.{name}.{part}");
        let wrong = |part: &str, message: &str| Err(Error::impossible(at(part), message));
        if let (Some(min), Some(max)) = (field.min, field.max)
            && min > max
        {
            return wrong("min", "is greater than max");
        }
        if field.kind == FieldType::Choice && field.values.is_empty() {
            return wrong("values", "is required for a choice: send the values to choose from");
        }
        if field.kind == FieldType::Constant && field.value.is_none() {
            return wrong("value", "is required for a constant");
        }
        if field.kind == FieldType::Text && field.max.is_some_and(|max| max > MAX_SENTENCES) {
            return wrong("max", "is more than 100 sentences");
        }
        let mut sums = Vec::with_capacity(field.weights.len());
        if !field.weights.is_empty() {
            if field.weights.len() != field.values.len() {
                return wrong("weights", "must be as many as values");
            }
            let mut sum = 0.0;
            for weight in &field.weights {
                if !(0.0..=1e12).contains(weight) {
                    return wrong("weights", "must be numbers from 0 to 1e12");
                }
                sum += weight;
                sums.push(sum);
            }
            if sum <= 0.0 {
                return wrong("weights", "are all 0: one at least must be more");
            }
        }
        let pattern = match (&field.pattern, field.kind) {
            (Some(pattern), _) => Some(Pattern::parse(pattern, &at("pattern"))?),
            (None, FieldType::Pattern) => {
                return wrong("pattern", "is required: send a regular expression such as ORD-[0-9]{6}");
            }
            (None, _) => None,
        };
        let (first, last) = match field.kind {
            FieldType::BirthDate => ("1945-01-01", "2006-12-31"),
            _ => ("2020-01-01", "2025-12-31"),
        };
        let from = seconds(field.from.as_deref().unwrap_or(first), false, &at("from"))?;
        let until = seconds(field.until.as_deref().unwrap_or(last), true, &at("until"))?;
        if from > until {
            return wrong("from", "is after until");
        }
        let tongue = field.locale.unwrap_or(tongue);
        let hash = hashed(name);
        Ok(Self { name: name.to_owned(), hash, field, tongue, pattern, sums, from, until, seen: HashSet::new() })
    }

    /// The value of a row.
    ///
    /// # Errors
    /// When it must not come twice and no other was found.
    pub(super) fn make(&mut self, seed: u64, row: u64) -> Result<Tree, Error> {
        if self.field.nulls > 0.0 && Chance::of(seed, self.hash, row, u64::MAX).happens(self.field.nulls) {
            return Ok(Tree::Null);
        }
        if !self.field.unique {
            return Ok(self.value(seed, row, 0));
        }
        for again in 0..TRIES {
            let value = self.value(seed, row, again);
            if self.seen.insert(hashed(&value.to_json())) {
                return Ok(value);
            }
        }
        let message = format!(
            "has no more values that differ: after {} rows none was found that had not come; ask for fewer rows, or leave unique off",
            self.seen.len()
        );
        Err(Error::impossible(format!("fields.{}.unique", self.name), message))
    }

    fn value(&self, seed: u64, row: u64, again: u64) -> Tree {
        let mut chance = Chance::of(seed, self.hash, row, again);
        let chance = &mut chance;
        let tongue = self.tongue;
        // Fields of one row speak of the same person and place.
        let person = || Person::of(tongue, &mut Chance::of(seed, hashed("\u{1}person"), row, again));
        let same_person = || Person::of(tongue, &mut Chance::of(seed, hashed("\u{1}person"), row, 0));
        let place = || Place::of(tongue, &mut Chance::of(seed, hashed("\u{1}place"), row, again));
        let street = |chance: &mut Chance| {
            let (street, number) =
                (tongue.pick("streets", chance), chance.between(1, if tongue == Tongue::En { 9999 } else { 150 }));
            match tongue {
                Tongue::En | Tongue::Fr => format!("{number} {street}"),
                Tongue::De => format!("{street} {number}"),
                Tongue::Es => format!("{street}, {number}"),
            }
        };
        let field = &self.field;
        match field.kind {
            FieldType::Sequence => {
                let number =
                    i128::from(field.start.unwrap_or(1)) + i128::from(field.step.unwrap_or(1)) * i128::from(row);
                match (&field.prefix, field.width) {
                    (None, None) => Number::parse(&number.to_string()).map_or(Tree::Null, Tree::from),
                    (prefix, width) => {
                        let width = usize::from(width.unwrap_or(0));
                        format!("{}{number:0width$}", prefix.as_deref().unwrap_or_default()).into()
                    }
                }
            }
            FieldType::Uuid => {
                let bits = (u128::from(chance.next()) << 64 | u128::from(chance.next()))
                    & !(0xf_u128 << 76)
                    & !(0b11_u128 << 62);
                let hex = format!("{:032x}", bits | 4 << 76 | 0b10 << 62);
                format!("{}-{}-{}-{}-{}", &hex[..8], &hex[8..12], &hex[12..16], &hex[16..20], &hex[20..]).into()
            }
            FieldType::Boolean => chance.happens(field.probability.unwrap_or(0.5)).into(),
            FieldType::Integer => self.number(chance, (0.0, 100.0), 0),
            FieldType::Number => self.number(chance, (0.0, 100.0), field.decimals.unwrap_or(2)),
            FieldType::Price => self.number(chance, (1.0, 500.0), field.decimals.unwrap_or(2)),
            FieldType::Choice => self.choice(chance),
            FieldType::Constant => field.value.clone().unwrap_or_default(),
            FieldType::Pattern => self.pattern.as_ref().map(|pattern| pattern.text(chance)).into(),
            FieldType::Name => {
                let person = person();
                format!("{} {}", person.given, person.family).into()
            }
            FieldType::GivenName => person().given.into(),
            FieldType::FamilyName => person().family.into(),
            FieldType::Gender => (if person().female { "female" } else { "male" }).into(),
            FieldType::Email => {
                let host = chance.pick(&["example.com", "example.org", "example.net"]).copied().unwrap_or_default();
                let number = again_number(again, 3, chance);
                let Person { given, family, .. } = same_person();
                format!("{}.{}{number}@{host}", ascii(given), ascii(&family)).into()
            }
            FieldType::Username => {
                let number = again_number(again, 1, chance);
                let Person { given, family, .. } = same_person();
                let family = ascii(&family).replace('-', "");
                format!("{}{family}{number}", &ascii(given)[..1]).into()
            }
            FieldType::Phone => phone(tongue, chance).into(),
            FieldType::BirthDate | FieldType::Date => {
                let days = (self.from.div_euclid(SECONDS_OF_DAY), self.until.div_euclid(SECONDS_OF_DAY));
                time(chance.between(days.0, days.1) * SECONDS_OF_DAY).date().to_string().into()
            }
            FieldType::DateTime => format!("{}Z", time(chance.between(self.from, self.until))).into(),
            FieldType::Time => time(chance.between(0, SECONDS_OF_DAY - 1)).time().to_string().into(),
            FieldType::Street => street(chance).into(),
            FieldType::City => place().city.into(),
            FieldType::Region => place().region.into(),
            FieldType::RegionCode => place().region_code.into(),
            FieldType::PostalCode => place().postal_code.into(),
            FieldType::Country => tongue.list("country")[0].split('|').next().into(),
            FieldType::CountryCode => tongue.list("country")[0].split('|').nth(1).into(),
            FieldType::Address => {
                let (street, place) = (street(chance), place());
                match tongue {
                    Tongue::En => format!("{street}, {}, {} {}", place.city, place.region_code, place.postal_code),
                    _ => format!("{street}, {} {}", place.postal_code, place.city),
                }
                .into()
            }
            FieldType::Latitude => self.number(chance, (-90.0, 90.0), field.decimals.unwrap_or(6)),
            FieldType::Longitude => self.number(chance, (-180.0, 180.0), field.decimals.unwrap_or(6)),
            FieldType::Company => match chance.below(3) {
                0 => format!("{} {}", tongue.pick("family", chance), tongue.pick("company-ends", chance)),
                _ => format!("{} {}", tongue.pick("companies", chance), tongue.pick("company-ends", chance)),
            }
            .into(),
            FieldType::Job => tongue.pick("jobs", chance).into(),
            FieldType::Department => tongue.pick("departments", chance).into(),
            FieldType::Product => tongue.pick("products", chance).into(),
            FieldType::Word => tongue.pick("words", chance).into(),
            FieldType::Sentence => sentence(tongue, chance).into(),
            FieldType::Text => {
                let (least, most) = (field.min.unwrap_or(SENTENCES.0), field.max.unwrap_or(SENTENCES.1));
                let many = chance.between(least.max(0.0) as i64, most.max(least).clamp(0.0, MAX_SENTENCES) as i64);
                (0..many).map(|_| sentence(tongue, chance)).collect::<Vec<_>>().join(" ").into()
            }
            FieldType::Url => format!("https://{}.example.com/{}", word(tongue, chance), word(tongue, chance)).into(),
            FieldType::Domain => format!("{}{}.example.com", word(tongue, chance), chance.below(1000)).into(),
            FieldType::Ipv4 => {
                let net = chance.pick(&["192.0.2", "198.51.100", "203.0.113"]).copied().unwrap_or_default();
                format!("{net}.{}", chance.between(1, 254)).into()
            }
            FieldType::Ipv6 => {
                let groups: Vec<String> = (0..6).map(|_| format!("{:x}", chance.below(0xffff) + 1)).collect();
                format!("2001:db8:{}", groups.join(":")).into()
            }
            FieldType::Mac => {
                let pairs: Vec<String> = (0..5).map(|_| format!("{:02x}", chance.below(256))).collect();
                format!("02:{}", pairs.join(":")).into()
            }
            FieldType::Color => format!("#{:06x}", chance.below(0x0100_0000)).into(),
            FieldType::Card => chance.pick(&CARDS).copied().unwrap_or_default().into(),
            FieldType::Currency => chance.pick(&CURRENCIES).copied().unwrap_or_default().into(),
        }
    }

    fn number(&self, chance: &mut Chance, (least, most): (f64, f64), decimals: u8) -> Tree {
        let field = &self.field;
        let min = field.min.unwrap_or_else(|| field.max.map_or(least, |max| least.min(max)));
        let max = field.max.unwrap_or_else(|| most.max(min));
        let drawn = match field.distribution {
            Distribution::Uniform if decimals == 0 => {
                let number = chance.between(min.ceil() as i64, max.floor().max(min.ceil()) as i64);
                return number.into();
            }
            Distribution::Uniform => min + chance.unit() * (max - min),
            Distribution::Normal => {
                let mean = field.mean.unwrap_or(min / 2.0 + max / 2.0);
                let deviation = field.deviation.unwrap_or((max - min) / 6.0).abs();
                bounded(field, || mean + chance.normal() * deviation)
            }
            Distribution::Exponential => {
                let start = field.min.unwrap_or(0.0);
                let mean = field.mean.unwrap_or(start + (max - start) / 5.0);
                bounded(field, || start + chance.exponential() * (mean - start).abs())
            }
        };
        let written = format!("{drawn:.*}", usize::from(decimals));
        // No zero has a sign.
        let zero = written.starts_with('-') && written.bytes().all(|byte| matches!(byte, b'-' | b'0' | b'.'));
        Number::parse(if zero { &written[1..] } else { &written }).map_or(Tree::Null, Tree::from)
    }

    fn choice(&self, chance: &mut Chance) -> Tree {
        let values = &self.field.values;
        let Some(sum) = self.sums.last() else { return chance.pick(values).cloned().unwrap_or_default() };
        let drawn = chance.unit() * sum;
        let place = self.sums.partition_point(|sum| *sum <= drawn);
        values.get(place.min(values.len() - 1)).cloned().unwrap_or_default()
    }
}

/// A number within the bounds that a field says.
fn bounded(field: &Field, mut draw: impl FnMut() -> f64) -> f64 {
    let inside = |value: &f64| field.min.is_none_or(|min| *value >= min) && field.max.is_none_or(|max| *value <= max);
    let drawn = (0..50).map(|_| draw()).find(inside);
    drawn.unwrap_or_else(|| draw().clamp(field.min.unwrap_or(f64::MIN), field.max.unwrap_or(f64::MAX)))
}

/// Digits behind a name: none in most rows, more of them the more often one was taken.
fn again_number(again: u64, every: u64, chance: &mut Chance) -> String {
    match again {
        0 if chance.below(every + 1) > 0 => String::new(),
        0 => chance.below(100).to_string(),
        _ => chance.below(10_u64.saturating_pow((again + 1).min(9) as u32)).to_string(),
    }
}

fn word(tongue: Tongue, chance: &mut Chance) -> String {
    ascii(tongue.pick("words", chance))
}

fn sentence(tongue: Tongue, chance: &mut Chance) -> String {
    let words: Vec<&str> = (0..chance.between(5, 12)).map(|_| tongue.pick("words", chance)).collect();
    let text = words.join(" ");
    let mut letters = text.chars();
    let first = letters.next().map(|first| first.to_uppercase().to_string()).unwrap_or_default();
    format!("{first}{}.", letters.as_str())
}

/// The date and time so many seconds from 1970 on.
fn time(seconds: i64) -> DateTime {
    let moment = Timestamp::UNIX_EPOCH.checked_add(SignedDuration::from_secs(seconds)).unwrap_or(Timestamp::MAX);
    moment.to_zoned(TimeZone::UTC).datetime()
}

/// Seconds since 1970 of a date, or date and time; of a date its start or end.
fn seconds(text: &str, end: bool, field: &str) -> Result<i64, Error> {
    let text = text.trim();
    let zoned = text.parse::<Timestamp>().ok().map(Timestamp::as_second);
    let local = || {
        let date: DateTime = text.trim_end_matches('Z').parse().ok()?;
        let moment = date.to_zoned(TimeZone::UTC).ok()?.timestamp().as_second();
        let is_date = !text.contains([':', 'T', 't']);
        Some(if end && is_date { moment + SECONDS_OF_DAY - 1 } else { moment })
    };
    zoned
        .or_else(local)
        .ok_or_else(|| Error::impossible(field, "is no date: write it as 2025-01-31, or 2025-01-31T08:00:00"))
}

/// A field of a type with nothing said beside it, for what a schema asks for.
pub(super) fn plain(kind: FieldType, tongue: Tongue, name: &str, seed: u64, row: u64) -> Tree {
    let field: Option<Field> = serde_json::to_value(kind)
        .ok()
        .and_then(|kind| serde_json::from_value(serde_json::json!({ "type": kind })).ok());
    let maker = field.and_then(|field| Maker::of(name, field, tongue).ok());
    maker.map_or(Tree::Null, |maker| maker.value(seed, row, 0))
}

/// A text of digits, for what has a length.
pub(super) fn letters(many: usize, tongue: Tongue, chance: &mut Chance) -> String {
    let mut text = String::new();
    while text.chars().count() < many {
        if !text.is_empty() {
            text.push(' ');
        }
        text.push_str(tongue.pick("words", chance));
    }
    let cut: String = text.chars().take(many).collect();
    // A space at its end would be lost on its way.
    match cut.strip_suffix(' ') {
        Some(rest) => format!("{rest}{}", digits("#", chance)),
        None => cut,
    }
}
