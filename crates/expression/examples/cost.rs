//! Nanoseconds an evaluation takes: reading and evaluating, and evaluating alone with other variables.
#![expect(clippy::print_stdout, reason = "a measurement for the terminal")]

use std::hint::black_box;
use std::time::Instant;

use expression::{Budget, Mode, Options, Program, Value};

const SOURCES: &[&str] = &[
    "0.1 + 0.2",
    "price * quantity",
    "round(price * quantity * (1 + 19%), 2)",
    "IF(price > 100; price * 0.9; price)",
    "price > 10 and quantity < 5",
    "price / quantity",
    "sqrt(price)",
    "ln(price)",
    "sin(price)",
    "price ^ 0.3",
    "sum(1:100)",
    "5 km to mi",
];

fn nanoseconds(mut work: impl FnMut()) -> f64 {
    let mut rounds = 1u32;
    loop {
        let start = Instant::now();
        for _ in 0..rounds {
            work();
        }
        let elapsed = start.elapsed();
        if elapsed.as_millis() >= 50 {
            return elapsed.as_nanos() as f64 / f64::from(rounds);
        }
        rounds *= 2;
    }
}

fn main() {
    for mode in [Mode::Decimal, Mode::Float] {
        let options = Options { mode, ..Options::default() };
        println!("{mode:?}: read and evaluate, evaluate (ns)");
        let (Ok(price), Ok(quantity)) = (Value::number("149.95", &options), Value::number("3", &options)) else {
            return;
        };
        let lookup = |name: &str| match name {
            "price" => Some(price.clone()),
            "quantity" => Some(quantity.clone()),
            _ => None,
        };
        for source in SOURCES {
            let Ok(program) = Program::parse(source, &options) else { continue };
            let evaluate = nanoseconds(|| {
                let _ = black_box(program.evaluate(&lookup, &mut Budget::new(&|| false)));
            });
            let both = nanoseconds(|| {
                if let Ok(program) = Program::parse(black_box(source), &options) {
                    let _ = black_box(program.evaluate(&lookup, &mut Budget::new(&|| false)));
                }
            });
            println!("{source:45} {both:9.0} {evaluate:9.0}");
        }
    }
}
