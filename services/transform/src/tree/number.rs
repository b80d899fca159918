//! A number by its literal. Compared by value and exactly, also past what a double holds.

use std::cmp::Ordering;
use std::fmt;
use std::sync::Arc;

/// Bytes of a literal that need no allocation.
const SHORT: usize = 22;
/// Doubles hold integers up to here one by one.
const EXACT: u64 = 1 << 53;

/// A JSON number. Equality and order are those of its exact value: `1.0` is `1.00`, and 2^60 + 1 is not 2^60.
#[derive(Clone)]
pub struct Number(Form);

#[derive(Clone)]
enum Form {
    /// An integer whose literal is how it is usually written.
    Integer(i64),
    /// The result of a computation.
    Float(f64),
    /// A literal.
    Short(u8, [u8; SHORT]),
    /// A longer one.
    Long(Arc<str>),
}

impl Number {
    /// A number of a literal that is known to be a JSON number.
    pub(crate) fn of_literal(literal: &str) -> Self {
        // An integer is written back as it was read, save -0.
        let plain = literal.len() <= 19 && literal.bytes().all(|byte| byte.is_ascii_digit() || byte == b'-');
        if plain
            && literal != "-0"
            && let Ok(integer) = literal.parse()
        {
            return Self(Form::Integer(integer));
        }
        let mut bytes = [0; SHORT];
        match (bytes.get_mut(..literal.len()), u8::try_from(literal.len())) {
            (Some(room), Ok(length)) => {
                room.copy_from_slice(literal.as_bytes());
                Self(Form::Short(length, bytes))
            }
            _ => Self(Form::Long(literal.into())),
        }
    }

    /// A number of a text, when that is a JSON number (RFC 8259).
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        is_number(text).then(|| Self::of_literal(text))
    }

    /// Its literal; nothing when it was computed as a double.
    #[must_use]
    pub fn literal(&self) -> Option<std::borrow::Cow<'_, str>> {
        match &self.0 {
            Form::Integer(integer) => Some(integer.to_string().into()),
            Form::Float(_) => None,
            Form::Short(length, bytes) => {
                Some(std::str::from_utf8(&bytes[..usize::from(*length)]).unwrap_or_default().into())
            }
            Form::Long(text) => Some((&**text).into()),
        }
    }

    /// The integer it is, when 64 bits hold it; `1.0` and `1e3` are integers too.
    #[must_use]
    pub fn as_i64(&self) -> Option<i64> {
        match &self.0 {
            Form::Integer(integer) => Some(*integer),
            Form::Float(float) => whole(*float),
            _ => {
                let literal = self.literal()?;
                if let Ok(integer) = literal.parse() {
                    return Some(integer);
                }
                let decimal = Decimal::of(&literal);
                let digits = format!("{}{}", decimal.head, decimal.tail);
                let digits = digits.trim_start_matches('0');
                if digits.is_empty() {
                    return Some(0);
                }
                let significant = digits.trim_end_matches('0');
                let zeros = decimal.exponent + i64::try_from(digits.len() - significant.len()).ok()?;
                if !(0..=18).contains(&zeros) || significant.len() > 19 {
                    return None;
                }
                let value: i128 = significant.parse().ok()?;
                let value = value.checked_mul(10_i128.checked_pow(u32::try_from(zeros).ok()?)?)?;
                i64::try_from(if decimal.negative { -value } else { value }).ok()
            }
        }
    }

    /// The nearest double; infinite where there is none.
    #[must_use]
    pub fn as_f64(&self) -> f64 {
        match &self.0 {
            #[expect(clippy::cast_precision_loss, reason = "the nearest double is what is asked for")]
            Form::Integer(integer) => *integer as f64,
            Form::Float(float) => *float,
            _ => self.literal().and_then(|literal| literal.parse().ok()).unwrap_or(f64::NAN),
        }
    }

    /// Whether it is an integer by value.
    #[must_use]
    pub fn is_integer(&self) -> bool {
        match &self.0 {
            Form::Integer(_) => true,
            Form::Float(float) => float.fract() == 0.0,
            _ => {
                let literal = self.literal().unwrap_or_default();
                let decimal = Decimal::of(&literal);
                let digits = format!("{}{}", decimal.head, decimal.tail);
                let significant = digits.trim_end_matches('0');
                let zeros = i64::try_from(digits.len() - significant.len()).unwrap_or(i64::MAX);
                significant.is_empty() || decimal.exponent.saturating_add(zeros) >= 0
            }
        }
    }

    /// Whether a double says all there is of it.
    #[must_use]
    pub fn fits_double(&self) -> bool {
        match &self.0 {
            Form::Integer(integer) => integer.unsigned_abs() <= EXACT || *self == Self::from(self.as_f64()),
            Form::Float(_) => true,
            _ => {
                let float = self.as_f64();
                float.is_finite() && *self == Self(Form::Float(float))
            }
        }
    }

    /// The double it is, when it was computed as one.
    pub(crate) fn float(&self) -> Option<f64> {
        match &self.0 {
            Form::Float(float) => Some(*float),
            _ => None,
        }
    }

    /// The integer it was read as or computed as.
    pub(crate) fn integer(&self) -> Option<i64> {
        match &self.0 {
            Form::Integer(integer) => Some(*integer),
            _ => None,
        }
    }
}

/// A double that is an integer of 64 bits.
fn whole(float: f64) -> Option<i64> {
    #[expect(clippy::cast_precision_loss, reason = "both bounds are powers of two, which are exact")]
    let fits = float.fract() == 0.0 && float >= i64::MIN as f64 && float < i64::MAX as f64;
    #[expect(clippy::cast_possible_truncation, reason = "it is whole and within the bounds")]
    fits.then_some(float as i64)
}

impl From<i64> for Number {
    fn from(value: i64) -> Self {
        Self(Form::Integer(value))
    }
}

impl From<usize> for Number {
    fn from(value: usize) -> Self {
        match i64::try_from(value) {
            Ok(value) => Self(Form::Integer(value)),
            Err(_) => Self::of_literal(&value.to_string()),
        }
    }
}

impl From<f64> for Number {
    /// A double; one that is an integer of at most 53 bits is that integer.
    fn from(value: f64) -> Self {
        match whole(value) {
            Some(integer) if integer.unsigned_abs() <= EXACT && (integer != 0 || value.is_sign_positive()) => {
                Self(Form::Integer(integer))
            }
            _ => Self(Form::Float(value)),
        }
    }
}

impl fmt::Debug for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut text = String::new();
        super::write_number(self, &mut text);
        f.write_str(&text)
    }
}

impl PartialEq for Number {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Number {}

impl PartialOrd for Number {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

/// By exact value; a computed double stands for the shortest decimal that reads as it. Not a number comes before all.
impl Ord for Number {
    fn cmp(&self, other: &Self) -> Ordering {
        match (&self.0, &other.0) {
            (Form::Integer(one), Form::Integer(two)) => return one.cmp(two),
            (Form::Float(one), Form::Float(two)) => {
                return match (one.is_nan(), two.is_nan()) {
                    (true, true) => Ordering::Equal,
                    (true, false) => Ordering::Less,
                    (false, true) => Ordering::Greater,
                    (false, false) => one.partial_cmp(two).unwrap_or(Ordering::Equal),
                };
            }
            _ => {}
        }
        let (one, two) = (self.as_f64(), other.as_f64());
        match one.partial_cmp(&two) {
            Some(Ordering::Equal) => {}
            Some(order) if one.is_finite() && two.is_finite() => return order,
            _ if self.float().is_some_and(f64::is_nan) => return Ordering::Less,
            _ if other.float().is_some_and(f64::is_nan) => return Ordering::Greater,
            _ => {}
        }
        // Different numbers may have one nearest double. One that is infinite was no literal.
        match (self.float().filter(|float| float.is_infinite()), other.float().filter(|float| float.is_infinite())) {
            (Some(one), _) => return one.partial_cmp(&0.0).unwrap_or(Ordering::Equal),
            (None, Some(two)) => return 0.0.partial_cmp(&two).unwrap_or(Ordering::Equal),
            (None, None) => {}
        }
        let text = |number: &Self| number.literal().map_or_else(|| format!("{:e}", number.as_f64()), Into::into);
        Decimal::of(&text(self)).order(&Decimal::of(&text(other)))
    }
}

/// The parts of a literal: the digits `head` and `tail`, one after the other, times ten to the exponent.
struct Decimal<'a> {
    negative: bool,
    head: &'a str,
    tail: &'a str,
    exponent: i64,
}

impl<'a> Decimal<'a> {
    fn of(literal: &'a str) -> Self {
        let (negative, unsigned) = match literal.strip_prefix('-') {
            Some(rest) => (true, rest),
            None => (false, literal),
        };
        let (digits, exponent) = unsigned.split_once(['e', 'E']).unwrap_or((unsigned, "0"));
        let exponent = exponent.parse::<i64>().unwrap_or(match exponent.starts_with('-') {
            // Nobody can write that many digits beside it.
            true => i64::MIN / 4,
            false => i64::MAX / 4,
        });
        let exponent = exponent.clamp(i64::MIN / 4, i64::MAX / 4);
        let (head, tail) = digits.split_once('.').unwrap_or((digits, ""));
        Self { negative, head, tail, exponent: exponent - i64::try_from(tail.len()).unwrap_or(i64::MAX / 4) }
    }

    /// Its digits without zeros at the front, and the power of ten of the first one.
    fn digits(&self) -> (impl Iterator<Item = u8> + Clone + '_, i64) {
        let all = self.head.len() + self.tail.len();
        let zeros = self.head.bytes().chain(self.tail.bytes()).take_while(|digit| *digit == b'0').count();
        let size = i64::try_from(all - zeros).unwrap_or(i64::MAX / 4);
        (self.head.bytes().chain(self.tail.bytes()).skip(zeros), self.exponent + size)
    }

    fn is_zero(&self) -> bool {
        self.head.bytes().chain(self.tail.bytes()).all(|digit| digit == b'0')
    }

    fn order(&self, other: &Self) -> Ordering {
        let sign = |number: &Self| if number.is_zero() { 0 } else { 1 - 2 * i8::from(number.negative) };
        let (one, two) = (sign(self), sign(other));
        if one != two || one == 0 {
            return one.cmp(&two);
        }
        let ((mut first, high), (mut second, low)) = (self.digits(), other.digits());
        let size = high.cmp(&low).then_with(|| {
            loop {
                match (first.next(), second.next()) {
                    (None, None) => return Ordering::Equal,
                    (one, two) => match one.unwrap_or(b'0').cmp(&two.unwrap_or(b'0')) {
                        Ordering::Equal => {}
                        order => return order,
                    },
                }
            }
        });
        if one < 0 { size.reverse() } else { size }
    }
}

/// Whether a text is a JSON number.
fn is_number(text: &str) -> bool {
    let unsigned = text.strip_prefix('-').unwrap_or(text);
    let (decimal, exponent) = match unsigned.split_once(['e', 'E']) {
        Some((decimal, exponent)) => (decimal, exponent.strip_prefix(['+', '-']).unwrap_or(exponent)),
        None => (unsigned, "0"),
    };
    let (whole, fraction) = decimal.split_once('.').unwrap_or((decimal, "0"));
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    digits(whole) && (whole == "0" || !whole.starts_with('0')) && digits(fraction) && digits(exponent)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn number(text: &str) -> Number {
        Number::parse(text).unwrap()
    }

    #[test]
    fn a_literal_stays_as_it_is() {
        for text in [
            "0",
            "-0",
            "1.10",
            "1e3",
            "1E+03",
            "9224851642388483",
            "-9223372036854775808",
            "18446744073709551616",
            "0.1234567890123456789012345678901234567890",
            "1e999999999999",
        ] {
            assert_eq!(number(text).literal().unwrap(), text);
        }
        for text in ["", "-", "01", "1.", ".5", "+1", "1e", "0x1", "NaN", "1_0"] {
            assert!(Number::parse(text).is_none(), "{text}");
        }
    }

    #[test]
    fn order_is_exact() {
        let sorted = [
            "-1e400",
            "-9007199254740993",
            "-9007199254740992",
            "-1.5",
            "-1e-400",
            "0",
            "1e-401",
            "1e-400",
            "0.1",
            "0.10000000000000000000000000001",
            "1",
            "9007199254740992",
            "9007199254740993",
            "9007199254740993.5",
            "70000000021000001",
            "70000000021000002",
            "18446744073709551615",
            "18446744073709551616",
            "1e400",
            "1.0000001e400",
            "1e99999999999999999999",
        ];
        for (index, one) in sorted.iter().enumerate() {
            for (other, two) in sorted.iter().enumerate() {
                assert_eq!(number(one).cmp(&number(two)), index.cmp(&other), "{one} {two}");
            }
        }
        for (one, two) in [
            ("1.0", "1.00"),
            ("-0", "0.0e5"),
            ("100", "1e2"),
            ("0.5", "5E-1"),
            ("18446744073709551616", "18446744073709551616.0"),
        ] {
            assert_eq!(number(one), number(two), "{one} {two}");
        }
        assert_eq!(Number::from(1.0 / 10.0), number("0.1"));
        assert_eq!(Number::from(0.1 + 0.2), number("0.30000000000000004"));
        assert!(Number::from(f64::NAN) < number("-1e400"));
        assert!(Number::from(f64::INFINITY) > number("1e400"));
        assert!(Number::from(f64::NEG_INFINITY) < number("-1e400"));
    }

    #[test]
    fn integers_by_value() {
        for (text, integer) in [
            ("1.0", Some(1)),
            ("1e3", Some(1000)),
            ("-0", Some(0)),
            ("1200e-2", Some(12)),
            ("9223372036854775807", Some(i64::MAX)),
            ("9223372036854775808", None),
            ("1.5", None),
            ("1e400", None),
            ("0e400", Some(0)),
        ] {
            assert_eq!(number(text).as_i64(), integer, "{text}");
        }
        assert!(number("1e400").is_integer());
        assert!(!number("1e-400").is_integer());
        assert!(number("1.500e3").is_integer());
        assert!(!number("9224851642388483").fits_double());
        assert!(number("9224851642388484").fits_double());
        assert!(number("1.10").fits_double());
        assert!(!number("1e400").fits_double());
    }
}
