//! The math service alone.

fn main() -> std::process::ExitCode {
    chassis::run(math::service(), math::PORT, chassis::Engines::default())
}
