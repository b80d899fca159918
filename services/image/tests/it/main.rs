//! The image service: request in, picture out.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]
#![expect(clippy::print_stdout, reason = "what was measured or counted is to be seen")]

use std::path::PathBuf;

use chassis::testing::{Answer, Client, skipped};
use chassis::{Clock, Settings};
use pictures::image::codecs::png::PngEncoder;
use pictures::image::{ExtendedColorType, ImageEncoder, Rgba, RgbaImage};
use serde_json::Value;

mod adjust;
mod animation;
mod chart;
mod codes;
mod colors;
mod crop;
mod formats;
mod hash;
mod optimize;
mod overlay;
mod resize;
mod rotate;

/// The settings of a service whose worker processes are its own program.
fn settings() -> Settings {
    Settings { worker_program: Some(PathBuf::from(env!("CARGO_BIN_EXE_image-service"))), ..Settings::default() }
}

fn client() -> Client {
    Client::started(image_service::service(), settings(), Clock::System, &[])
}

#[test]
fn every_example_runs() {
    chassis::testing::run_examples_with(settings(), image_service::service());
}

/// A picture whose pixels are painted one by one.
fn png(width: u32, height: u32, paint: impl Fn(u32, u32) -> [u8; 4]) -> Vec<u8> {
    let image = RgbaImage::from_fn(width, height, |x, y| Rgba(paint(x, y)));
    let mut bytes = Vec::new();
    PngEncoder::new(&mut bytes).write_image(&image, width, height, ExtendedColorType::Rgba8).unwrap();
    bytes
}

/// The size and the samples, RGBA, of a picture that came back.
fn pixels(picture: &[u8]) -> ((u32, u32), Vec<u8>) {
    let image =
        pictures::decode(picture, &pictures::DecodeOptions::whole(&|| false)).unwrap().into_raster().into_rgba8();
    (image.dimensions(), image.into_raw())
}

/// What an answer with a picture says of it.
fn answered(answer: &Answer) -> Value {
    assert_eq!(answer.status, 200, "{:?}", answer.body);
    serde_json::from_str(answer.header("x-result")).unwrap()
}

/// A file of the data all services share; nothing where it is not.
fn shared(file: &str) -> Option<Vec<u8>> {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/testdata/image");
    let found = std::fs::read(folder.join(file)).ok();
    if found.is_none() {
        skipped(&format!("{file} is not here"));
    }
    found
}

/// A file as JSON carries it.
fn base64(file: &[u8]) -> String {
    base64_simd::STANDARD.encode_to_string(file)
}
