//! The pdf service alone.

fn main() -> std::process::ExitCode {
    chassis::run(pdf::service(), pdf::PORT, chassis::Engines::default())
}
