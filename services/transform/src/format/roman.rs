//! Roman numerals, both ways.

use super::outcome::{Good, Outcome};
use super::{Input, Settings, Style};

const SIGNS: [(u32, &str); 13] = [
    (1000, "M"),
    (900, "CM"),
    (500, "D"),
    (400, "CD"),
    (100, "C"),
    (90, "XC"),
    (50, "L"),
    (40, "XL"),
    (10, "X"),
    (9, "IX"),
    (5, "V"),
    (4, "IV"),
    (1, "I"),
];

fn written(mut number: u32) -> String {
    let mut text = String::new();
    for (value, sign) in SIGNS {
        while number >= value {
            text.push_str(sign);
            number -= value;
        }
    }
    text
}

fn read(text: &str) -> Option<u32> {
    let (mut rest, mut number) = (text, 0);
    for (value, sign) in SIGNS {
        while let Some(after) = rest.strip_prefix(sign) {
            (rest, number) = (after, number + value);
        }
    }
    // Only what would be written so is one: IIII and IC are not.
    (rest.is_empty() && number > 0 && number < 4000 && written(number) == text).then_some(number)
}

/// A number from 1 to 3999 as a numeral, or a numeral as a number.
pub(super) fn check(input: Input<'_>, settings: &Settings) -> Outcome {
    let text = input.text.trim();
    let is_number = text.bytes().all(|byte| byte.is_ascii_digit()) && !text.is_empty();
    let number = if is_number {
        text.parse().ok().filter(|number| (1..4000).contains(number))
    } else {
        // Longer ones are none.
        (text.len() <= 15).then(|| text.to_ascii_uppercase()).and_then(|text| read(&text))
    };
    let Some(number) = number else {
        return Err(
            if is_number { "has no Roman numeral: these go from 1 to 3999" } else { "is no Roman numeral" }.into()
        );
    };
    let numeral = written(number);
    let as_number = settings.style.map_or(!is_number, |style| style == Style::Plain);
    let formatted = if as_number { number.to_string() } else { numeral.clone() };
    Ok(Good::new(formatted).with("value", number as usize).with("numeral", numeral))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_numeral_reads_back() {
        for number in 1..4000 {
            assert_eq!(read(&written(number)), Some(number));
        }
        for text in ["IIII", "IC", "VX", "", "MMMM", "XIIX", "A"] {
            assert_eq!(read(text), None, "{text}");
        }
        assert_eq!((written(1994).as_str(), written(2026).as_str()), ("MCMXCIV", "MMXXVI"));
    }
}
