//! Decimals that mean decimals (mathjs#3100, #316, #2843, #3199, #513, #938), fractions, doubles.

use expression::{Angle, Budget, Mode, Options, Program, Rounding, Value};

use crate::{assert_table, text, text_with, value};

#[test]
fn decimals_mean_decimals() {
    let table = "
        round(0.145*100) => 15
        round(2.135, 2) => 2.14
        0.0749*100 => 7.49
        10.8 mod 1.2 => 0
        10.8 % 1.2 => 0
        0.1+0.2 => 0.3
        0.1+0.2 == 0.3 => true
        round(86.0962*25, 2) => 2152.41
        round(1.005, 2) => 1.01
        1.1*3 => 3.3
        4.35*100 => 435
        1.15+2.30 => 3.45
        8.7/0.3 => 29
        0.3-0.1 => 0.2
        9007199254740993 + 0 => 9007199254740993
        1/3*3 => 1
        floor(1/3*3) => 1
        1/3*3 == 1 => true
        sqrt(2)^2 == 2 => true
        sqrt(2)^2 - 2 => 0
        sin(pi) => 0
        2^100 => 1267650600228229401496703205376
        25! => 15511210043330985984000000
        1e30 + 1 => 1000000000000000000000000000001
        10^40/10^38 => 100
        -7 mod 3 => 2
        7 mod -3 => -2
        0.00000001 * 3 => 0.00000003
        1e-30 => 1e-30
        5e-1 => 0.5
    ";
    assert_table(table, &Options::default());
    let even = Options { rounding: Rounding::HalfEven, ..Options::default() };
    assert_eq!(text_with("round(86.0962*25, 2)", &even), "2152.4");
    assert_eq!(text_with("round(1.005, 2)", &even), "1");
}

#[test]
fn variables_keep_their_text() {
    let options = Options::default();
    let lookup = |name: &str| (name == "x").then(|| Value::number("1.005", &options).unwrap());
    let program = Program::parse("round(x, 2)", &options).unwrap();
    let value = program.evaluate(&lookup, &mut Budget::new(&|| false)).unwrap();
    assert_eq!(value.text(&options), "1.01");
    let long = "12345678901234567890.123456789012345678901234567890";
    let kept = Value::number(long, &options).unwrap();
    assert_eq!(kept.text(&options), "12345678901234567890.12345678901234567890123456789");
}

#[test]
fn a_json_number_only_where_it_says_all() {
    let cases = [
        ("0.1+0.2", Some("0.3")),
        ("1/3", None),
        ("123456789012345", Some("123456789012345")),
        ("1234567890123456", None),
        ("1e400", None),
        ("1e300", Some("1e+300")),
        ("true", None),
        ("5 kg", Some("5")),
        ("10^20", Some("100000000000000000000")),
    ];
    for (source, expected) in cases {
        let options = Options::default();
        assert_eq!(value(source, &options).unwrap().json_number(&options).as_deref(), expected, "{source}");
    }
}

#[test]
fn exactness_is_known() {
    for (source, exact) in [
        ("0.1+0.2", true),
        ("1/8", true),
        ("1/3", false),
        ("sqrt(16)", true),
        ("sqrt(2)", false),
        ("2^-3", true),
        ("3^-2", false),
        ("2^200", true),
        ("log(8, 2)", true),
        ("cbrt(27)", true),
    ] {
        assert_eq!(value(source, &Options::default()).unwrap().is_exact(), exact, "{source}");
    }
}

#[test]
fn fractions() {
    let options = Options { mode: Mode::Fraction, ..Options::default() };
    let table = "
        1/3 + 1/6 => 1/2
        0.125 => 1/8
        (2/3)^-3 => 27/8
        round(7/3, 1) => 23/10
        7/3 mod 1 => 1/3
        1/3 < 0.3333333333333333333333333333333333334 => true
        sqrt(4/9) => 2/3
        sqrt(2) => 1.414213562373095048801688724209698
        average([1, 2, 4]) => 7/3
        12% => 3/25
        floor(-7/2) => -4
        1 in to cm => 127/50 cm
    ";
    assert_table(table, &options);
}

#[test]
fn doubles() {
    let options = Options { mode: Mode::Float, ..Options::default() };
    let table = "
        0.1+0.2 => 0.30000000000000004
        1/3 => 0.3333333333333333
        2^0.5 => 1.4142135623730951
        sin(1) => 0.8414709848078965
        1e308*10 => error: the result is too large for a double (1.8e308): compute in decimals
        1e400 => error: the result is too large for a double (1.8e308): compute in decimals
        0/0 => error: division by zero
        12% => 0.12
        round(1.005, 2) => 1.01
        5! => 120
        ln(0) => error: ln: the logarithm needs a number above 0
        -7 mod 3 => 2
    ";
    assert_table(table, &options);
}

#[test]
fn angles_in_degrees() {
    let options = Options { angle: Angle::Degrees, ..Options::default() };
    let table = "
        sin(30) => 0.5
        cos(60) => 0.5
        tan(45) => 1
        sin(180) => 0
        asin(0.5) => 30
        atan2(1, 1) => 45
        sin(30 deg) => 0.5
        sin(750) => 0.5
    ";
    assert_table(table, &options);
}

#[test]
fn digits_on_request() {
    let few = Options { digits: 5, ..Options::default() };
    assert_eq!(text_with("1/3", &few), "0.33333");
    assert_eq!(text_with("2/3", &few), "0.66667");
    let many = Options { digits: 50, ..Options::default() };
    assert_eq!(text_with("1/3", &many), "0.33333333333333333333333333333333333333333333333333");
}

#[test]
fn fixed_places() {
    let options = Options::default();
    let fixed = |source: &str, places| value(source, &options).unwrap().fixed(places, &options).unwrap();
    assert_eq!(fixed("1.5", 2), "1.50");
    assert_eq!(fixed("2/3", 3), "0.667");
    assert_eq!(fixed("100", 2), "100.00");
    assert_eq!(fixed("-0.005", 2), "-0.01");
    assert_eq!(fixed("1e3", 0), "1000");
    assert_eq!(fixed("5 EUR", 2), "5.00 EUR");
    assert_eq!(text("1.50"), "1.5");
}
