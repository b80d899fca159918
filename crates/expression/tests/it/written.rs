//! Numbers as people write them.

use expression::{NumberStyle, Options, Value};

use crate::{assert_table, text, text_with};

fn styled(style: NumberStyle) -> Options {
    Options { style, ..Options::default() }
}

#[test]
fn a_decimal_comma() {
    let table = "
        1.234,56 EUR => 1234.56 EUR
        1.234,56 € * 2 => 2469.12 EUR
        12 % => 0.12
        12,5 % * 200 => 25
        1.234.567 => 1234567
        1.234 + 1 => 1235
        ROUND(2,675; 2) => 2.68
        max(1,5; 2) => 2
        max(1, 2) => 2
        0,1 + 0,2 => 0.3
        1.5 => error: 1.5 is no number with a decimal comma: write 1,5
    ";
    assert_table(table, &styled(NumberStyle::Comma));
}

#[test]
fn a_decimal_point_with_groups() {
    let table = "
        1,234.56 => 1234.56
        $1,234.56 + $0.44 => 1235 USD
        1,234,567 * 2 => 2469134
        max(1, 2) => 2
        max(1;2) => 2
        £12.50 => 12.5 GBP
        USD 5 => 5 USD
        12% => 0.12
    ";
    assert_table(table, &styled(NumberStyle::Point));
}

#[test]
fn plain_numbers_do_not_guess() {
    assert!(text("1,234.56").starts_with("error: a comma separates arguments"));
    assert!(text("1.234.567").contains("two points"));
    assert_eq!(text("max(1,234)"), "234");
    assert_eq!(text("1e3"), "1000");
    assert_eq!(text(".5 + 2."), "2.5");
}

#[test]
fn texts_of_cells() {
    let cases = [
        (NumberStyle::Comma, "1.234,56 EUR", Some("1234.56 EUR")),
        (NumberStyle::Comma, "-1.234,56 €", Some("-1234.56 EUR")),
        (NumberStyle::Comma, "€ 5,00", Some("5 EUR")),
        (NumberStyle::Comma, "12 %", Some("0.12")),
        (NumberStyle::Comma, "1 234,5", Some("1234.5")),
        (NumberStyle::Comma, "1\u{202f}234,5", Some("1234.5")),
        (NumberStyle::Comma, "12.34", None),
        (NumberStyle::Point, "$1,234.56", Some("1234.56 USD")),
        (NumberStyle::Point, "(1,234.56)", Some("-1234.56")),
        (NumberStyle::Point, "5.00-", Some("-5")),
        (NumberStyle::Point, "1'234.5", Some("1234.5")),
        (NumberStyle::Point, "1,23", None),
        (NumberStyle::Plain, "12.5", Some("12.5")),
        (NumberStyle::Plain, "5 kg", Some("5 kg")),
        (NumberStyle::Plain, "1,5", None),
        (NumberStyle::Plain, "abc", None),
        (NumberStyle::Plain, "", None),
        (NumberStyle::Plain, "NaN", None),
    ];
    for (style, written, expected) in cases {
        let options = styled(style);
        let found = Value::written(written, &options).map(|value| value.text(&options));
        assert_eq!(found.as_deref(), expected, "{written} {style:?}");
    }
    assert_eq!(text_with("\"1.234,50\" * 2", &styled(NumberStyle::Comma)), "2469");
    assert!(text("\"abc\" * 2").contains("is a text, not a number"));
}
