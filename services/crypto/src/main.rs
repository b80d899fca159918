//! The crypto service alone.

fn main() -> std::process::ExitCode {
    chassis::run(crypto::service(), crypto::PORT, chassis::Engines::default())
}
