//! Against mpmath, fractions and decimal: tests/data/generate.py.

use expression::{Options, Rounding, Value};

use crate::{text_with, value};

fn lines(table: &str) -> Vec<[&str; 3]> {
    let fields = |line: &'static str| -> [&'static str; 3] { line.split('\t').collect::<Vec<_>>().try_into().unwrap() };
    let table: &'static str = Box::leak(table.to_owned().into_boxed_str());
    table.lines().map(fields).collect()
}

#[test]
fn every_digit_is_right() {
    let mut wrong = Vec::new();
    let cases = lines(include_str!("../data/truth.tsv"));
    for [digits, source, expected] in &cases {
        let options = Options { digits: digits.parse().unwrap(), ..Options::default() };
        let found = text_with(source, &options);
        // Written out or in scientific notation, the digits are the same.
        let same = text_with(&format!("{found} = {expected}"), &options);
        if same != "true" {
            wrong.push(format!("{source} at {digits}\n  {found}\n  {expected}"));
        }
    }
    assert!(cases.len() > 600);
    assert!(wrong.is_empty(), "{} of {}\n{}", wrong.len(), cases.len(), wrong.join("\n"));
}

#[test]
fn rounding_is_that_of_the_decimal_specification() {
    let cases = lines(include_str!("../data/rounding.tsv"));
    let modes = [
        ("half-up", Rounding::HalfUp),
        ("half-even", Rounding::HalfEven),
        ("half-down", Rounding::HalfDown),
        ("up", Rounding::Up),
        ("down", Rounding::Down),
        ("ceiling", Rounding::Ceiling),
        ("floor", Rounding::Floor),
    ];
    for [mode, source, expected] in &cases {
        let rounding = modes.iter().find(|(name, _)| name == mode).unwrap().1;
        let options = Options { rounding, ..Options::default() };
        let expected = Value::number(expected, &options).unwrap().text(&options);
        assert_eq!(text_with(source, &options), expected, "{source} {mode}");
    }
    assert!(cases.len() > 300);
}

#[test]
fn conversions_are_those_of_pint() {
    let cases = lines(include_str!("../data/units.tsv"));
    let mut wrong = Vec::new();
    for [digits, source, expected] in &cases {
        let options = Options { digits: digits.parse().unwrap(), ..Options::default() };
        let found = value(source, &options).map(|value| value.text(&options));
        let number = found.as_ref().map_or("", |text| text.split(' ').next().unwrap());
        let expected = Value::number(expected, &options).unwrap().text(&options);
        if number != expected {
            wrong.push(format!("{source}: {found:?}, not {expected}"));
        }
    }
    assert!(cases.len() > 55);
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
