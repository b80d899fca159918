//! The llm service alone.

fn main() -> std::process::ExitCode {
    chassis::run(llm::service(), llm::PORT, chassis::Engines::default())
}
