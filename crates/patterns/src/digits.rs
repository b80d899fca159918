//! Check digits.

/// The digits of a text, whatever stands between them.
#[must_use]
pub fn digits(text: &str) -> Vec<u32> {
    text.chars().filter_map(|c| c.to_digit(10)).collect()
}

/// Whether digits pass the Luhn check (ISO/IEC 7812-1); spaces and hyphens between them do not count.
#[must_use]
pub fn luhn(text: &str) -> bool {
    let digits = digits(text);
    let double = |digit: u32| if digit > 4 { 2 * digit - 9 } else { 2 * digit };
    let weighed =
        digits.iter().rev().enumerate().map(|(place, digit)| if place % 2 == 1 { double(*digit) } else { *digit });
    digits.len() > 1 && weighed.sum::<u32>() % 10 == 0
}

/// The remainder by 97 of letters and digits as ISO 7064 reads them (A is 10); nothing for other characters.
#[must_use]
pub fn mod97(text: &str) -> Option<u32> {
    text.chars().try_fold(0, |rest, c| {
        let value = c.to_digit(36)?;
        Some((if value > 9 { rest * 100 + value } else { rest * 10 + value }) % 97)
    })
}

/// The sum of digits, each with its weight.
#[must_use]
pub fn weighed(digits: &[u32], weights: &[u32]) -> u32 {
    digits.iter().zip(weights).map(|(digit, weight)| digit * weight).sum()
}

/// Whether digits pass ISO 7064 Mod 11, 10, as German tax numbers do.
#[must_use]
pub fn mod_11_10(digits: &[u32]) -> bool {
    let Some((check, body)) = digits.split_last() else { return false };
    let product = body.iter().fold(10, |product, digit| {
        let sum = (digit + product) % 10;
        (if sum == 0 { 10 } else { sum }) * 2 % 11
    });
    (11 - product) % 10 == *check
}

/// Whether digits pass the check of Verhoeff, which works in the group of the symmetries of a pentagon.
pub(crate) fn verhoeff(digits: &[u32]) -> bool {
    // Rotations are 0 to 4, reflections 5 to 9.
    let multiply = |a: u32, b: u32| match (a < 5, b < 5) {
        (true, true) => (a + b) % 5,
        (true, false) => 5 + (a + b - 5) % 5,
        (false, true) => 5 + (a - 5 + 5 - b) % 5,
        (false, false) => (a - b + 5) % 5,
    };
    const PERMUTATION: [u32; 10] = [1, 5, 7, 6, 2, 8, 3, 0, 9, 4];
    let permuted = |digit: u32, times: usize| (0..times).fold(digit, |digit, _| PERMUTATION[digit as usize]);
    let check =
        digits.iter().rev().enumerate().fold(0, |check, (place, digit)| multiply(check, permuted(*digit, place % 8)));
    check == 0
}

/// Whether a day of the Gregorian calendar is meant, in any year of two or four digits.
pub(crate) fn is_day(month: u32, day: u32) -> bool {
    let days = match month {
        2 => 29,
        4 | 6 | 9 | 11 => 30,
        1..=12 => 31,
        _ => return false,
    };
    (1..=days).contains(&day)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn checks_of_the_standards() {
        assert!(luhn("4111 1111 1111 1111") && !luhn("4111 1111 1111 1112") && !luhn("0"));
        // ISO 13616: the country and check digits go to the end.
        assert_eq!(mod97("370400440532013000DE89"), Some(1));
        assert_eq!(mod97("a-b"), None);
        // Verhoeff's own example.
        assert!(verhoeff(&[2, 3, 6, 3]) && !verhoeff(&[2, 3, 6, 4]));
        assert!(is_day(2, 29) && !is_day(2, 30) && !is_day(13, 1) && !is_day(0, 1) && !is_day(4, 31));
    }
}
