//! The image service alone.

fn main() -> std::process::ExitCode {
    chassis::run(image_service::service(), image_service::PORT, chassis::Engines::default())
}
