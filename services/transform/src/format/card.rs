//! Numbers of payment cards.

use patterns::{Brand, brand, digits, luhn};

use super::outcome::{Good, Outcome};
use super::{Input, Settings, Style, in_fours};

fn name(brand: Brand) -> &'static str {
    match brand {
        Brand::AmericanExpress => "American Express",
        Brand::Diners => "Diners Club",
        Brand::Discover => "Discover",
        Brand::Jcb => "JCB",
        Brand::Maestro => "Maestro",
        Brand::Mastercard => "Mastercard",
        Brand::Mir => "Mir",
        Brand::UnionPay => "UnionPay",
        Brand::Visa => "Visa",
    }
}

/// A card number by its length, check digit and brand. It says nothing of whether the card exists.
pub(super) fn check(input: Input<'_>, settings: &Settings) -> Outcome {
    let plain: String = input.text.chars().filter(|c| !matches!(c, ' ' | '-' | '\u{a0}')).collect();
    if !(12..=19).contains(&plain.len()) || !plain.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err("is no card number: it has 12 to 19 digits".into());
    }
    let all = digits(&plain);
    if all.iter().all(|digit| *digit == all[0]) {
        return Err("is no card number: all its digits are the same".into());
    }
    if !luhn(&plain) {
        return Err("fails the check of card numbers (Luhn): is there a typo?".into());
    }
    let brand = brand(&plain);
    let formatted = match (settings.style, brand) {
        (Some(Style::Compact), _) => plain.clone(),
        (_, Some(Brand::AmericanExpress)) => format!("{} {} {}", &plain[..4], &plain[4..10], &plain[10..]),
        (_, Some(Brand::Diners)) if plain.len() == 14 => format!("{} {} {}", &plain[..4], &plain[4..10], &plain[10..]),
        _ => in_fours(&plain),
    };
    let last4 = &plain[plain.len() - 4..];
    Ok(Good::new(formatted)
        .with("brand", brand.map(name))
        .with("last4", last4)
        .with("masked", format!("{}{last4}", "*".repeat(plain.len() - 4))))
}
