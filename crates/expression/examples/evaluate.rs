//! Evaluates expressions from the command line: `evaluate [--float|--fraction] [--digits=50] [--decimal=,] EXPRESSION ...`.
#![expect(clippy::print_stdout, reason = "a program for the terminal")]

use expression::{Budget, Mode, NumberStyle, Options, Program, Rounding};

fn main() {
    let mut options = Options::default();
    for argument in std::env::args().skip(1) {
        match argument.as_str() {
            "--float" => options.mode = Mode::Float,
            "--fraction" => options.mode = Mode::Fraction,
            "--half-even" => options.rounding = Rounding::HalfEven,
            "--decimal=," => options.style = NumberStyle::Comma,
            "--decimal=." => options.style = NumberStyle::Point,
            other if other.starts_with("--digits=") => options.digits = other[9..].parse().unwrap_or(34),
            source => {
                let mut budget = Budget::new(&|| false);
                let result = Program::parse(source, &options).and_then(|program| {
                    program.warnings().iter().for_each(|warning| println!("   ({})", warning.message));
                    program.evaluate(&|_| None, &mut budget)
                });
                match result {
                    Ok(value) => println!("{source}  =>  {}", value.text(&options)),
                    Err(error) => println!("{source}  =>  error at {:?}: {error} [{:?}]", error.position, error.kind),
                }
                budget.take_warnings().iter().for_each(|warning| println!("   ({})", warning.message));
            }
        }
    }
}
