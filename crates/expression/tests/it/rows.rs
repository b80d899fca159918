//! One program, many rows; lists, conditions, empty cells, texts.

use std::collections::HashMap;

use expression::{Budget, Kind, NumberStyle, Options, Program, Value};

use crate::{assert_table, text, value};

#[test]
fn a_program_is_read_once() {
    let options = Options::default();
    let program = Program::parse("IF(status = \"paid\", round(price * quantity, 2), 0)", &options).unwrap();
    assert_eq!(program.variables().collect::<Vec<_>>(), ["status", "price", "quantity"]);
    assert_eq!(Program::parse("a + 2 a + b * a", &options).unwrap().variables().collect::<Vec<_>>(), ["a", "b"]);
    let rows = [("paid", "9.995", "3", "29.99"), ("open", "1", "1", "0"), ("paid", "0.145", "100", "14.5")];
    let mut budget = Budget::new(&|| false);
    for (status, price, quantity, expected) in rows {
        // Cells of a table are texts.
        let row = HashMap::from([("status", status), ("price", price), ("quantity", quantity)]);
        let lookup = |name: &str| row.get(name).map(|cell| Value::text_of(cell));
        assert_eq!(program.evaluate(&lookup, &mut budget).unwrap().text(&options), expected);
    }
}

#[test]
fn names_with_spaces_and_constants_that_are_hidden() {
    let options = Options::default();
    let lookup = |name: &str| match name {
        "Unit price" | "e" | "m" | "sum" | "item.price" => Some(Value::number("2", &options).unwrap()),
        _ => None,
    };
    for source in
        ["`Unit price` * 3", "{Unit price} * 3", "e * 3", "m * 3", "sum * 3", "sum([e, m, sum])", "item.price * 3"]
    {
        let program = Program::parse(source, &options).unwrap();
        let value = program.evaluate(&lookup, &mut Budget::new(&|| false)).unwrap();
        assert_eq!(value.text(&options), "6", "{source}");
    }
}

#[test]
fn a_name_that_is_missing_names_the_nearest() {
    let options = Options::default();
    let lookup = |name: &str| (name == "price").then(|| Value::number("2", &options).unwrap());
    let program = Program::parse("price + prize", &options).unwrap();
    let error = program.evaluate(&lookup, &mut Budget::new(&|| false)).unwrap_err();
    assert_eq!((error.kind, error.position), (Kind::Unknown, Some(8)));
    assert_eq!(error.message, "prize is not given as a variable; did you mean price?");
    assert!(text("roudn(2.5)").contains("did you mean round?"));
    assert!(text("SUMPRODCT(1; 2)").contains("did you mean sumproduct?"));
    assert!(text("round()").contains("round takes 1 to 2 arguments, not 0: round(x, places)"));
}

#[test]
fn empty_cells() {
    let table = "
        null + 1 => 1
        null * 5 => 0
        null = 0 => true
        null = null => true
        null = \"\" => true
        IF(null, 1, 2) => 2
        sum([1, null, 2]) => 3
        average([1, null, 3]) => 2
        count([1, null, \"x\"]) => 1
        counta([1, null, \"x\"]) => 2
        countblank([1, null, \"\"]) => 2
        max([null, -5]) => -5
        isblank(null) => true
        coalesce(null, 5) => 5
        null => null
    ";
    assert_table(table, &Options::default());
}

#[test]
fn lists() {
    let table = "
        [10, 20] * [2, 3] => [20, 60]
        sum([10, 20] * [2, 3]) => 80
        [1, 2, 3] > 1 => [false, true, true]
        sum(([1, 2, 3] > 1) * [10, 20, 30]) => 50
        IF([1, 2, 3] > 1, \"big\", \"small\") => [small, big, big]
        [1, 2, 3] > 1 ? 1 : 0 => [0, 1, 1]
        [1, 2] + [1, 2, 3] => error: + goes through two lists element by element, and these have 2 and 3 elements
        -[1, 2] => [-1, -2]
        round([1.25, 1.35], 1) => [1.3, 1.4]
        1:5 => [1, 2, 3, 4, 5]
        1:0.5:3 => [1, 1.5, 2, 2.5, 3]
        5:-2:1 => [5, 3, 1]
        [5, 6, 7][2] => 6
        [5, 6, 7][0] => error: the list has the places 1 to 3, and this is place 0: places begin at 1
        [[1, 2], [3, 4]] * 2 => [[2, 4], [6, 8]]
        sort([3, 1, 2]) => [1, 2, 3]
        sort([3, 1, 2], 1, -1) => [3, 2, 1]
        unique([1, 1.0, 2, \"a\", \"a\"]) => [1, 2, a]
        filter([1, 2, 3], [1, 2, 3] > 1) => [2, 3]
        cumsum([1, 2, 3]) => [1, 3, 6]
        sequence(3, 10, 5) => [10, 15, 20]
        take([1, 2, 3], -2) => [2, 3]
        xlookup(\"b\", [\"a\", \"b\"], [1, 2]) => 2
        lookup(150, [0, 100, 200], [0.1, 0.2, 0.3]) => 0.2
        length([1, 2, 3]) => 3
        [] => []
        and([true, 1 > 0]) => true
        [true, false] and true => [true, false]
    ";
    assert_table(table, &Options::default());
}

#[test]
fn conditions() {
    let table = "
        1 < 2 and 2 < 3 => true
        1 > 2 or not 2 > 3 => true
        !true => false
        1 <> 2 => true
        1 != 1 => false
        1 === 1 => true
        true xor true => false
        1 > 2 ? \"a\" : 2 > 1 ? \"b\" : \"c\" => b
        IF(false, 1/0, 7) => 7
        true or 1/0 => true
        false and 1/0 => false
        iferror(1/0, -1) => -1
        iferror(ln(-1), -1) => -1
        iserror(1/0) => true
        iferror([1, 2] / [0, 4], 0) => [0, 0.5]
        sum(iferror([1, 2] / [0, 4], 0)) => 0.5
        iferror(sum([1, 2] / [0, 4]), -1) => -1
        iserror([1, 2] / [0, 4]) => [true, false]
        iferror(sqrt([4, -4]), null) => [2, null]
        1 < 2 < 3 => error: comparisons do not chain: write 1 < x and x < 5
        \"b\" > \"a\" => true
        \"a\" = \"A\" => false
        5 = \"5\" => true
        \"10\" > \"9\" => true
        switch(3, 1, \"a\", \"other\") => other
    ";
    assert_table(table, &Options::default());
    let error = value("iferror(unknown, 1)", &Options::default()).unwrap_err();
    assert_eq!(error.kind, Kind::Unknown);
}

#[test]
fn syntax_as_it_is_written_elsewhere() {
    let table = "
        2(3+4) => 14
        (2)(3) => 6
        2 pi == tau => true
        3 × 4 ÷ 2 − 1 => 5
        2**3 => 8
        2²  => 4
        5! => 120
        -2^2 => -4
        2^-1 => 0.5
        2^3^2 => 512
        7 % 4 => 3
        7% => 0.07
        20% of 50 => 10
        10 mod 4 => 2
        +5 => 5
        1 << 10 => 1024
        6/2(1+2) => error: this can be read in two ways: write a/(b*c) or (a/b)*c
        sin 30 => error: brackets are missing after sin: write sin(...)
        2 3 => error: an operator is missing before 3
        1 + => error: the expression ends too early: something is missing at its end
        (1 + 2 => error: the bracket that opens here is not closed
        1 + 2) => error: there is a ) too many here, or something is missing before it
        a & b => error: & is not used here: write and between conditions, bitand(a, b) for bits, concatenate(a, b) for texts
    ";
    assert_table(table, &Options::default());
}

#[test]
fn texts_are_searched_cut_and_put_together() {
    let table = "
        contains(\"Größe XL\", \"XL\") => true
        contains(\"abc\", \"B\") => false
        contains(lower(\"ABC\"), \"b\") => true
        startswith(\"DE-123\", \"DE\") and not endswith(\"DE-123\", \"4\") => true
        upper(\"straße\") => STRASSE
        trim(\"  a   b \") => a b
        concatenate(\"a\", 1.5, \"-\", [1, 2]) => a1.5-12
        left(\"Größe\", 3) => Grö
        right(\"Größe\", 2) => ße
        right(\"ab\", 5) => ab
        mid(\"Größe\", 2, 3) => röß
        substitute(\"a-b-c\", \"-\", \"\") => abc
        len(\"Größe\") => 5
        length([1, 2]) => 2
        left(\"ab\", -1) => error: left: the number of characters is a whole number from 0
        mid(\"ab\", 0, 1) => error: mid: characters are counted from 1
    ";
    assert_table(table, &Options::default());
}

#[test]
fn positions_are_characters() {
    for (source, position) in
        [("1 + $", 4), ("ä + )", 4), ("((1)", 0), ("\"a", 0), ("1 + 2 3", 6), ("foo(1)", 0), ("1/0", 1)]
    {
        let error = value(source, &Options::default()).unwrap_err();
        assert_eq!(error.position, Some(position), "{source}: {error}");
    }
}

#[test]
fn a_value_is_given_a_name() {
    let options = Options { assignment: true, ..Options::default() };
    let program = Program::parse("total = 2 + 3", &options).unwrap();
    assert_eq!(program.name(), Some("total"));
    assert_eq!(program.evaluate(&|_| None, &mut Budget::new(&|| false)).unwrap().text(&options), "5");
    assert_eq!(Program::parse("=a = 3", &options).unwrap().name(), None);
}

#[test]
fn every_function_is_documented_and_found() {
    let all: Vec<_> = expression::functions().collect();
    assert!(all.len() > 180, "{}", all.len());
    for function in all {
        assert!(function.usage.starts_with(function.name), "{}", function.name);
        assert!(function.about.ends_with('.'), "{}", function.name);
        let upper = format!("{}({})", function.name.to_uppercase(), vec!["1"; function.arity.least].join("; "));
        if let Err(error) = Program::parse(&upper, &Options { style: NumberStyle::Plain, ..Options::default() }) {
            panic!("{upper}: {error}");
        }
    }
}
