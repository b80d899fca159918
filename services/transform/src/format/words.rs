//! Numbers in English words.

use super::outcome::{Good, Outcome, number};
use super::{Input, Settings, Style};

const ONES: [&str; 20] = [
    "zero",
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
    "thirteen",
    "fourteen",
    "fifteen",
    "sixteen",
    "seventeen",
    "eighteen",
    "nineteen",
];
const TENS: [&str; 10] = ["", "", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"];
/// Names of powers of a thousand (short scale).
const POWERS: [&str; 12] = [
    "",
    " thousand",
    " million",
    " billion",
    " trillion",
    " quadrillion",
    " quintillion",
    " sextillion",
    " septillion",
    " octillion",
    " nonillion",
    " decillion",
];

/// The words of a number below a thousand.
fn hundreds(number: usize, and: bool) -> String {
    let (hundred, rest) = (number / 100, number % 100);
    let tens = match rest {
        0..20 => ONES[rest].to_owned(),
        _ if rest.is_multiple_of(10) => TENS[rest / 10].to_owned(),
        _ => format!("{}-{}", TENS[rest / 10], ONES[rest % 10]),
    };
    match (hundred, rest) {
        (0, _) => tens,
        (_, 0) => format!("{} hundred", ONES[hundred]),
        _ => format!("{} hundred {}{tens}", ONES[hundred], if and { "and " } else { "" }),
    }
}

/// The words of a whole number; none past the powers there are names for.
fn cardinal(whole: &str, and: bool) -> Option<String> {
    if whole.len() > POWERS.len() * 3 {
        return None;
    }
    let padded = format!("{whole:0>width$}", width = whole.len().div_ceil(3) * 3);
    let groups: Vec<usize> = padded
        .as_bytes()
        .chunks(3)
        .map(|group| group.iter().fold(0, |sum, digit| sum * 10 + usize::from(digit - b'0')))
        .collect();
    let mut words: Vec<String> = Vec::new();
    for (place, group) in groups.iter().enumerate() {
        let power = groups.len() - 1 - place;
        if *group > 0 {
            // One thousand and five: the last group has its and also without hundreds.
            let lone = and && power == 0 && *group < 100 && !words.is_empty();
            words.push(format!("{}{}{}", if lone { "and " } else { "" }, hundreds(*group, and), POWERS[power]));
        }
    }
    Some(if words.is_empty() { ONES[0].to_owned() } else { words.join(" ") })
}

/// The same as an ordinal.
fn ordinal(cardinal: &str) -> String {
    let start = cardinal.rfind([' ', '-']).map_or(0, |place| place + 1);
    let (before, last) = cardinal.split_at(start);
    let last = match last {
        "one" => "first".to_owned(),
        "two" => "second".to_owned(),
        "three" => "third".to_owned(),
        "five" => "fifth".to_owned(),
        "eight" => "eighth".to_owned(),
        "nine" => "ninth".to_owned(),
        "twelve" => "twelfth".to_owned(),
        other => other.strip_suffix('y').map_or_else(|| format!("{other}th"), |stem| format!("{stem}ieth")),
    };
    format!("{before}{last}")
}

fn ending(whole: &str) -> &'static str {
    let tens = whole.len().checked_sub(2).map_or(b'0', |place| whole.as_bytes()[place]);
    match (tens, whole.as_bytes().last()) {
        (b'1', _) => "th",
        (_, Some(b'1')) => "st",
        (_, Some(b'2')) => "nd",
        (_, Some(b'3')) => "rd",
        _ => "th",
    }
}

/// A number in words: counted, in an order, or as an amount on a check.
pub(super) fn check(input: Input<'_>, settings: &Settings) -> Outcome {
    let read = super::number::read(input, settings)?;
    let value = if read.percent { read.number.times_ten_to(-2) } else { read.number };
    let currency = settings.currency.or(read.currency);
    // Americans leave the "and" to the point.
    let and = !matches!(settings.locale.tag, "en" | "en-CA");
    let minus = if value.negative && !value.is_zero() { "minus " } else { "" };
    let too_large = || "is too large for words: they go to 36 digits";
    let is_whole = value.fraction.bytes().all(|byte| byte == b'0');
    let formatted = match settings.style {
        Some(Style::Ordinal) if !is_whole || !minus.is_empty() => {
            return Err("has no ordinal: only whole numbers from 0 have one".into());
        }
        Some(Style::Ordinal) => ordinal(&cardinal(&value.whole, and).ok_or_else(too_large)?),
        Some(Style::Cheque) => {
            if !minus.is_empty() {
                return Err("is negative, and no amount of a check".into());
            }
            let amount = value.rounded(2);
            let words = cardinal(&amount.whole, and).ok_or_else(too_large)?;
            let name = currency.map(|currency| format!(" {}", currency.code)).unwrap_or_default();
            let words = format!("{words} and {}/100{name}", amount.fraction);
            capitalized(&words)
        }
        _ => {
            let value = settings.decimals.map_or_else(|| value.clone(), |decimals| value.rounded(decimals));
            let words = cardinal(&value.whole, and).ok_or_else(too_large)?;
            if value.fraction.len() > 30 {
                return Err("has more than 30 decimals: send decimals to round it".into());
            }
            let decimals: String =
                value.fraction.bytes().map(|digit| format!(" {}", ONES[usize::from(digit - b'0')])).collect();
            format!("{minus}{words}{}{decimals}", if decimals.is_empty() { "" } else { " point" })
        }
    };
    let short = (is_whole && minus.is_empty()).then(|| format!("{}{}", value.whole, ending(&value.whole)));
    Ok(Good::new(formatted).with("value", number(&value.plain())).with("ordinal", short))
}

/// The text with a capital at its start.
fn capitalized(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map(|first| first.to_uppercase().chain(chars).collect()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_of_numbers() {
        for (whole, american, british) in [
            ("0", "zero", "zero"),
            ("21", "twenty-one", "twenty-one"),
            ("110", "one hundred ten", "one hundred and ten"),
            ("1005", "one thousand five", "one thousand and five"),
            ("1000000", "one million", "one million"),
            (
                "12345678",
                "twelve million three hundred forty-five thousand six hundred seventy-eight",
                "twelve million three hundred and forty-five thousand six hundred and seventy-eight",
            ),
        ] {
            assert_eq!(cardinal(whole, false).unwrap(), american);
            assert_eq!(cardinal(whole, true).unwrap(), british);
        }
        assert!(cardinal(&"9".repeat(36), false).is_some() && cardinal(&"9".repeat(37), false).is_none());
        assert_eq!(ordinal("twenty-one"), "twenty-first");
        assert_eq!(ordinal("one hundred forty"), "one hundred fortieth");
        for (whole, end) in [("1", "st"), ("11", "th"), ("112", "th"), ("22", "nd"), ("103", "rd"), ("0", "th")] {
            assert_eq!(ending(whole), end, "{whole}");
        }
    }
}
