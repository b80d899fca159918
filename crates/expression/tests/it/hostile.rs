//! What is sent to do harm: bounded, and a clear error.

use std::cell::Cell;

use expression::{Budget, Kind, Options, Program};

use crate::{text, value};

fn kind(source: &str) -> Kind {
    value(source, &Options::default()).unwrap_err().kind
}

#[test]
fn numbers_that_are_too_large() {
    for source in [
        "9^9^9^9",
        "10^10000000",
        "1e999999 * 1e999999",
        "exp(10^9)",
        "1000000!",
        "gamma(1e7)",
        "1 << 1000000",
        "5!!!",
        "combin(1000000, 500000)",
        "sum(1:10^9)",
        "sequence(10^8)",
        "sin(10^2000)",
    ] {
        assert_eq!(kind(source), Kind::TooLarge, "{source}: {}", text(source));
    }
    assert_eq!(text("1e400"), "1e+400");
    assert_eq!(text("20000!"), "1.819206320230345134827641756866459e+77337");
    assert_eq!(text("exp(-10^9)"), "0");
    assert!(text("NaN").contains("NaN is not given"));
    assert!(text("1e99999999999").contains("is not a number"));
    assert!(text("7^1000").len() > 840);
}

#[test]
fn depth_and_length() {
    let nested = format!("{}1{}", "(".repeat(100_000), ")".repeat(100_000));
    let wide = Options { max_source: 1_000_000, ..Options::default() };
    assert!(value(&nested, &wide).unwrap_err().message.starts_with("more than 250 brackets"));
    assert_eq!(kind(&nested), Kind::TooLarge);
    assert_eq!(kind(&"1+".repeat(500_000)), Kind::TooLarge);
    for hostile in ["-", "not ", "!", "[", "if(1;", "2^", "1?", "1+(", "sum(", "1 and not "] {
        let source = hostile.repeat(10_000);
        assert_eq!(kind(&source[..source.len().min(60_000)]), Kind::Syntax, "{hostile}");
    }
    let names: String = (0..9_000).map(|n| format!("v{n}+")).collect();
    assert_eq!(kind(&format!("{names}1")), Kind::Syntax);
    // A chain takes no depth.
    assert_eq!(text(&format!("0{}", "+1".repeat(30_000))), "30000");
    assert_eq!(text(&format!("true{}", " and true".repeat(6_000))), "true");
    assert_eq!(text(&format!("{}7{}", "(".repeat(200), ")".repeat(200))), "7");
}

/// Exact fractions grow with each period.
#[test]
fn long_lives_and_many_flows_are_bounded() {
    let exact = Options { mode: expression::Mode::Fraction, ..Options::default() };
    for source in [
        "npv(1/3, sequence(100000))",
        "mirr(concat(sequence(50000, -7, 0), sequence(50000)), 1/3, 1/7)",
        "fvschedule(1, sequence(100000) / 7)",
        "vdb(1e9, 1/7, 10000, 0, 9999, 3/7)",
        "db(1e9, 1/7, 10000, 10000)",
        "cumipmt(1/3, 1000000, 7, 1, 1000000)",
        "rate(1000000, -1/7, 3)",
        "irr(concat(sequence(5000, -7, 0), sequence(5000)))",
    ] {
        for options in [&exact, &Options::default()] {
            let found = value(source, options);
            if let Err(error) = found {
                assert!(matches!(error.kind, Kind::TooLarge | Kind::Argument), "{source}: {error:?}");
            }
        }
    }
}

#[test]
fn work_and_memory_have_a_budget() {
    // Products of numbers of 20,000 digits, element by element.
    for source in [
        "(1:100000) ^ 4000",
        "[(1:1000)!, (1:1000)!, (1:1000)!, 1:1000000, 1:1000000, 1:1000000, 1:1000000]",
        "sum(sin(1:1000000))",
    ] {
        assert_eq!(kind(source), Kind::TooLarge, "{source}");
    }
    let program = Program::parse("sum(sin(1:2000))", &Options::default()).unwrap();
    let asked = Cell::new(0);
    let cancelled = || {
        asked.set(asked.get() + 1);
        asked.get() > 3
    };
    let error = program.evaluate(&|_| None, &mut Budget::new(&cancelled)).unwrap_err();
    assert_eq!(error.kind, Kind::Cancelled);
    assert_eq!(asked.get(), 4);
}

#[test]
fn programs_go_to_other_threads() {
    fn goes<T: Send + Sync>() {}
    goes::<Program>();
    goes::<expression::Value>();
}

#[test]
fn iferror_hides_no_limit() {
    assert_eq!(kind("iferror(9^9^9^9, 0)"), Kind::TooLarge);
}

/// Pieces of expressions in random order: an answer or an error, never a panic.
#[test]
fn nonsense_is_an_error() {
    let pieces = [
        "1", "2.5", "x", "(", ")", "[", "]", ",", ";", "+", "-", "*", "/", "^", "%", "!", "?", ":", "if(", "sum(",
        "\"t\"", "kg", "degC", " to ", " in ", "=", "<", " and ", "not ", "1e30", "{", "}", "°", "²", "round(", "null",
        "0", "`a`", "1:3", "max(", "pi", "sqrt(", "0.1", "1/0", "of", "EUR", "$",
    ];
    let mut seed = 12_345u64;
    let mut next = move || {
        seed ^= seed << 13;
        seed ^= seed >> 7;
        seed ^= seed << 17;
        seed as usize
    };
    let mut values = 0;
    for _ in 0..60_000 {
        let source: String = (0..1 + next() % 9).map(|_| pieces[next() % pieces.len()]).collect();
        let result = Program::parse(&source, &Options::default())
            .and_then(|program| program.evaluate(&|_| None, &mut Budget::with_limits(100_000, 10_000, &|| false)));
        values += usize::from(result.is_ok());
    }
    assert!(values > 1_000, "{values}");
}
