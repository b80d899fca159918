//! The ocr service alone.

fn main() -> std::process::ExitCode {
    chassis::run(ocr::service(), ocr::PORT, chassis::Engines::default())
}
