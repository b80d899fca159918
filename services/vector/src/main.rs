//! The vector service alone.

fn main() -> std::process::ExitCode {
    chassis::run(vector::service(), vector::PORT, chassis::Engines::default())
}
