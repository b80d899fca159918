//! Random values, each with its actual entropy.

mod dice;
mod password;

use chassis::{Call, Operation};
use garde::Validate;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use uuid::Builder;

use self::dice::Dice;
use self::password::Rules;
use crate::Error;
use crate::encoding::BinaryEncoding;
use crate::error::conflict;

/// Whole numbers that JSON readers keep exact: 2^53 - 1.
const SAFE_INTEGER: i64 = 9_007_199_254_740_991;
/// Bytes or characters of one answer.
const MAX_CHARACTERS: usize = 1 << 20;
const DEFAULT_BYTES: usize = 32;
const DEFAULT_NANOID: usize = 21;
const NANOID_ALPHABET: &str = "useandom-26T198340PX75pxJACKVERYMINDBUSHWOLF_GQZbfghjklqvwyzrict";
/// Crockford's base32, as ULID writes it.
const CROCKFORD: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/// The description in the OpenAPI document.
const DESCRIPTION: &str = "\
Generates values from the operating system's cryptographically secure random number generator. `entropyBits` measures \
how hard a value is to guess: for a UUID or ULID, only its random bits count; for a password, the number of passwords \
that the rules allow. A password contains at least one character of each included class, and is drawn uniformly from \
all passwords that do. `uuid7` and `ulid` begin with a timestamp and sort by time.";

/// What to generate, and how many.
#[derive(Debug, Serialize, Deserialize, Validate, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[garde(allow_unvalidated)]
pub struct RandomRequest {
    /// Kind of value.
    #[serde(default)]
    pub kind: Kind,
    /// Number of values; `count` times `length` may be at most 1048576.
    #[serde(default = "one")]
    #[garde(range(min = 1, max = 1000))]
    #[schemars(extend("default" = 1))]
    pub count: usize,
    /// Length of `bytes` in bytes (32 if absent), of `nanoid` (21) or `password` (20) in characters.
    #[serde(default)]
    #[garde(range(min = 1, max = 4096))]
    pub length: Option<usize>,
    /// Encoding of `bytes`; `hex` if absent.
    #[serde(default)]
    pub encoding: Option<BinaryEncoding>,
    /// Smallest `integer`; 1 if absent.
    #[serde(default)]
    #[garde(range(min = -SAFE_INTEGER, max = SAFE_INTEGER))]
    pub min: Option<i64>,
    /// Largest `integer`; 100 if absent.
    #[serde(default)]
    #[garde(range(min = -SAFE_INTEGER, max = SAFE_INTEGER))]
    pub max: Option<i64>,
    /// Characters of `nanoid`, without repetition.
    #[serde(default)]
    #[garde(length(chars, min = 2, max = 256))]
    pub alphabet: Option<String>,
    /// Include lowercase letters in `password`; true if absent.
    #[serde(default)]
    pub lowercase: Option<bool>,
    /// Include uppercase letters in `password`; true if absent.
    #[serde(default)]
    pub uppercase: Option<bool>,
    /// Include digits in `password`; true if absent.
    #[serde(default)]
    pub digits: Option<bool>,
    /// Include symbols in `password`; true if absent.
    #[serde(default)]
    pub symbols: Option<bool>,
    /// Exclude characters that are easily confused from `password`: `0 O 1 l I |`.
    #[serde(default)]
    pub avoid_ambiguous: Option<bool>,
}

/// Kind of random value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// Random bytes.
    Bytes,
    /// A random UUID (RFC 9562, version 4).
    #[default]
    Uuid4,
    /// A time-ordered UUID (RFC 9562, version 7).
    Uuid7,
    /// A ULID: 26 characters, time-ordered.
    Ulid,
    /// A short, URL-safe id.
    Nanoid,
    /// A uniformly distributed integer from `min` to `max`, both inclusive.
    Integer,
    /// A password.
    Password,
}

/// The generated values.
#[derive(Debug, PartialEq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct RandomResponse {
    /// The first value.
    pub value: RandomValue,
    /// All values.
    pub values: Vec<RandomValue>,
    /// Kind of value.
    pub kind: Kind,
    /// Entropy of each value in bits, rounded down to a tenth.
    pub entropy_bits: f64,
}

/// A random value: a number for `integer`, otherwise text.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, JsonSchema)]
#[serde(untagged)]
pub enum RandomValue {
    /// An integer.
    Integer(i64),
    /// Any other value.
    Text(String),
}

fn one() -> usize {
    1
}

/// An example request.
#[must_use]
pub fn example() -> RandomRequest {
    RandomRequest { kind: Kind::Password, length: Some(24), ..RandomRequest::of(Kind::Password) }
}

/// Describes the operation for its registration.
#[must_use]
pub fn about(op: Operation) -> Operation {
    op.summary("Generate random bytes, ids, integers and passwords").description(DESCRIPTION).example(example)
}

impl RandomRequest {
    /// One value of a kind, with defaults.
    #[must_use]
    pub fn of(kind: Kind) -> Self {
        Self {
            kind,
            count: 1,
            length: None,
            encoding: None,
            min: None,
            max: None,
            alphabet: None,
            lowercase: None,
            uppercase: None,
            digits: None,
            symbols: None,
            avoid_ambiguous: None,
        }
    }

    /// Refuses options that the kind has no use for: they would be silently without effect.
    fn check_options(&self) -> Result<(), Error> {
        let password = &[Kind::Password][..];
        for (field, given, kinds) in [
            ("length", self.length.is_some(), &[Kind::Bytes, Kind::Nanoid, Kind::Password][..]),
            ("encoding", self.encoding.is_some(), &[Kind::Bytes]),
            ("min", self.min.is_some(), &[Kind::Integer]),
            ("max", self.max.is_some(), &[Kind::Integer]),
            ("alphabet", self.alphabet.is_some(), &[Kind::Nanoid]),
            ("lowercase", self.lowercase.is_some(), password),
            ("uppercase", self.uppercase.is_some(), password),
            ("digits", self.digits.is_some(), password),
            ("symbols", self.symbols.is_some(), password),
            ("avoidAmbiguous", self.avoid_ambiguous.is_some(), password),
        ] {
            if given && !kinds.contains(&self.kind) {
                return Err(conflict(field, "does not apply to this kind: leave it out"));
            }
        }
        Ok(())
    }
}

/// Generates random values.
///
/// # Errors
/// If options conflict with the kind or each other, or the random number generator is unavailable.
pub fn random(request: RandomRequest, call: &Call) -> Result<RandomResponse, Error> {
    draw(&request, call.now().as_millisecond().unsigned_abs(), system)
}

/// Fills bytes from the operating system.
pub(crate) fn system(bytes: &mut [u8]) -> Result<(), Error> {
    getrandom::fill(bytes).map_err(|_| Error::NoRandomness)
}

fn draw(
    request: &RandomRequest,
    unix_millis: u64,
    source: fn(&mut [u8]) -> Result<(), Error>,
) -> Result<RandomResponse, Error> {
    request.check_options()?;
    if request.count * request.length.unwrap_or_default() > MAX_CHARACTERS {
        return Err(conflict("count", format!("count times length must be at most {MAX_CHARACTERS}")));
    }
    let mut dice = Dice { source };
    let (values, entropy_bits) = match request.kind {
        Kind::Bytes => {
            let length = request.length.unwrap_or(DEFAULT_BYTES);
            let encoding = request.encoding.unwrap_or_default();
            let values = repeat(request.count, || {
                let mut bytes = vec![0; length];
                source(&mut bytes)?;
                Ok(RandomValue::Text(encoding.encode(&bytes)))
            })?;
            (values, 8.0 * to_f64(length))
        }
        Kind::Uuid4 => {
            let values = repeat(request.count, || {
                let uuid = Builder::from_random_bytes(dice.bytes()?).into_uuid();
                Ok(RandomValue::Text(uuid.to_string()))
            })?;
            (values, 122.0)
        }
        Kind::Uuid7 => {
            let values = repeat(request.count, || {
                let uuid = Builder::from_unix_timestamp_millis(unix_millis, &dice.bytes()?).into_uuid();
                Ok(RandomValue::Text(uuid.to_string()))
            })?;
            (values, 74.0)
        }
        Kind::Ulid => {
            let values = repeat(request.count, || Ok(RandomValue::Text(ulid(unix_millis, dice.bytes()?))))?;
            (values, 80.0)
        }
        Kind::Nanoid => {
            let alphabet = alphabet(request.alphabet.as_deref().unwrap_or(NANOID_ALPHABET))?;
            let length = request.length.unwrap_or(DEFAULT_NANOID);
            let values = repeat(request.count, || Ok(RandomValue::Text(dice.word(&alphabet, length)?)))?;
            (values, to_f64(length) * to_f64(alphabet.len()).log2())
        }
        Kind::Integer => {
            let (min, max) = (request.min.unwrap_or(1), request.max.unwrap_or(100));
            if min > max {
                return Err(conflict("min", "must not be larger than max"));
            }
            let choices = max.abs_diff(min) + 1;
            let values = repeat(request.count, || {
                // Both ends are within 2^53, so neither step leaves i64.
                let offset = i64::try_from(dice.below(choices)?).map_err(|_| Error::NoRandomness)?;
                Ok(RandomValue::Integer(min + offset))
            })?;
            #[expect(clippy::cast_precision_loss, reason = "at most 2^54, and only its logarithm is wanted")]
            (values, (choices as f64).log2())
        }
        Kind::Password => {
            let rules = Rules::of(request)?;
            let values = repeat(request.count, || Ok(RandomValue::Text(rules.password(&mut dice)?)))?;
            (values, rules.entropy_bits())
        }
    };
    let mut values = values;
    if matches!(request.kind, Kind::Uuid7 | Kind::Ulid) {
        values.sort();
    }
    Ok(RandomResponse {
        value: values[0].clone(),
        values,
        kind: request.kind,
        entropy_bits: (entropy_bits * 10.0).floor() / 10.0,
    })
}

fn repeat(count: usize, mut draw: impl FnMut() -> Result<RandomValue, Error>) -> Result<Vec<RandomValue>, Error> {
    (0..count).map(|_| draw()).collect()
}

#[expect(clippy::cast_precision_loss, reason = "lengths and alphabets are small")]
fn to_f64(number: usize) -> f64 {
    number as f64
}

fn alphabet(text: &str) -> Result<Vec<char>, Error> {
    let characters: Vec<char> = text.chars().collect();
    let mut sorted = characters.clone();
    sorted.sort_unstable();
    sorted.dedup();
    if sorted.len() < characters.len() {
        return Err(conflict("alphabet", "contains a character twice, which would make it more likely"));
    }
    Ok(characters)
}

/// 48 bits of time and 80 random ones, as 26 characters.
fn ulid(unix_millis: u64, random: [u8; 10]) -> String {
    let random = random.iter().fold(0_u128, |number, byte| number << 8 | u128::from(*byte));
    let number = u128::from(unix_millis) << 80 | random;
    (0..26).rev().map(|place| char::from(CROCKFORD[(number >> (5 * place) & 31) as usize])).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn zeros(bytes: &mut [u8]) -> Result<(), Error> {
        bytes.fill(0);
        Ok(())
    }

    fn texts(request: &RandomRequest) -> Vec<String> {
        let values = draw(request, 1_700_000_000_000, system).unwrap().values;
        values
            .into_iter()
            .map(|value| match value {
                RandomValue::Text(text) => text,
                RandomValue::Integer(number) => number.to_string(),
            })
            .collect()
    }

    /// Pearson's statistic; for 9 degrees of freedom a value over 60 happens once in about a thousand million runs.
    fn chi_squared(counts: &[u64]) -> f64 {
        #[expect(clippy::cast_precision_loss, reason = "counts are small")]
        let expected = counts.iter().sum::<u64>() as f64 / counts.len() as f64;
        #[expect(clippy::cast_precision_loss, reason = "counts are small")]
        counts.iter().map(|count| (*count as f64 - expected).powi(2) / expected).sum()
    }

    /// The example of RFC 9562, appendix A.6: the time, and the random bits it shows.
    #[test]
    fn uuid7_of_the_rfc() {
        let random = [0x0C, 0xC3, 0x18, 0xC4, 0xDC, 0x0C, 0x0C, 0x07, 0x39, 0x8F];
        let uuid = Builder::from_unix_timestamp_millis(0x017F_22E2_79B0, &random).into_uuid();
        assert_eq!(uuid.to_string(), "017f22e2-79b0-7cc3-98c4-dc0c0c07398f");
    }

    /// The example time of the ULID specification: `ulid(1469918176385)` starts with `01ARYZ6S41`.
    #[test]
    fn ulid_of_the_specification() {
        assert_eq!(ulid(1_469_918_176_385, [0; 10]), "01ARYZ6S410000000000000000");
        assert_eq!(ulid((1 << 48) - 1, [255; 10]), "7ZZZZZZZZZZZZZZZZZZZZZZZZZ");
    }

    #[test]
    fn uuid4_has_its_version_and_variant() {
        for uuid in texts(&RandomRequest { count: 50, ..RandomRequest::of(Kind::Uuid4) }) {
            assert_eq!((uuid.len(), &uuid[14..15]), (36, "4"));
            assert!("89ab".contains(&uuid[19..20]), "{uuid}");
        }
    }

    #[test]
    fn times_come_sorted() {
        for kind in [Kind::Uuid7, Kind::Ulid] {
            let values = texts(&RandomRequest { count: 100, ..RandomRequest::of(kind) });
            assert!(values.is_sorted());
        }
    }

    #[test]
    fn integers_are_even_and_within_their_bounds() {
        let request = RandomRequest { count: 1000, min: Some(-3), max: Some(6), ..RandomRequest::of(Kind::Integer) };
        let mut counts = [0_u64; 10];
        for number in (0..20).flat_map(|_| texts(&request)) {
            let index = usize::try_from(number.parse::<i64>().unwrap() + 3).unwrap();
            counts[index] += 1;
        }
        assert!(chi_squared(&counts) < 60.0, "{counts:?}");
    }

    #[test]
    fn words_are_even_over_an_alphabet_that_does_not_divide_256() {
        let request = RandomRequest {
            count: 100,
            length: Some(200),
            alphabet: Some("abcdefghij".to_owned()),
            ..RandomRequest::of(Kind::Nanoid)
        };
        let mut counts = [0_u64; 10];
        for byte in texts(&request).iter().flat_map(|word| word.bytes()) {
            counts[usize::from(byte - b'a')] += 1;
        }
        assert!(chi_squared(&counts) < 60.0, "{counts:?}");
    }

    #[test]
    fn the_widest_integers_stay_exact() {
        let request =
            RandomRequest { min: Some(-SAFE_INTEGER), max: Some(SAFE_INTEGER), ..RandomRequest::of(Kind::Integer) };
        let drawn = draw(&request, 0, zeros).unwrap();
        assert_eq!(drawn.value, RandomValue::Integer(-SAFE_INTEGER));
        assert_eq!(drawn.entropy_bits, 54.0, "2^54 - 1 choices");
    }

    #[test]
    fn an_option_without_effect_is_refused() {
        let request = RandomRequest { min: Some(1), ..RandomRequest::of(Kind::Uuid4) };
        assert!(matches!(draw(&request, 0, zeros), Err(Error::Conflict { field: "min", .. })));
        let request = RandomRequest { min: Some(2), max: Some(1), ..RandomRequest::of(Kind::Integer) };
        assert!(matches!(draw(&request, 0, zeros), Err(Error::Conflict { field: "min", .. })));
        let request = RandomRequest { alphabet: Some("aab".to_owned()), ..RandomRequest::of(Kind::Nanoid) };
        assert!(matches!(draw(&request, 0, zeros), Err(Error::Conflict { field: "alphabet", .. })));
    }
}
