//! The data service alone.

fn main() -> std::process::ExitCode {
    chassis::run(transform::service(), transform::PORT, chassis::Engines::default())
}
