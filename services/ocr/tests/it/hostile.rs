//! Input that is broken, empty, or too much.

use chassis::testing::Client;
use chassis::{Clock, Settings};
use pictures::image::codecs::png::PngEncoder;
use pictures::image::codecs::tiff::TiffEncoder;
use pictures::image::{ExtendedColorType, ImageEncoder};
use serde_json::{Value, json};

use crate::{client, file, own, recognized, warnings};

fn gray_png(width: u32, height: u32, value: u8) -> Vec<u8> {
    let mut bytes = Vec::new();
    let samples = vec![value; (width * height) as usize];
    PngEncoder::new(&mut bytes).write_image(&samples, width, height, ExtendedColorType::L8).unwrap();
    bytes
}

#[test]
fn without_tesseract_the_service_starts_and_names_the_package() {
    for (arguments, package) in [
        (["--tesseract-library", "/nowhere/libtesseract.so.5"], "tesseract-ocr"),
        (["--tesseract-data", "/nowhere"], "tesseract-ocr-eng"),
    ] {
        let client = Client::started(ocr::service(), Settings::default(), Clock::System, &arguments);
        let health = client.get("/health").json();
        assert_eq!((&health["status"], &health["checks"]["tesseract"]), (&json!("degraded"), &json!("degraded")));
        let image = file(&own("o4-word.png"));
        for (operation, body) in [("recognize", json!({ "image": image })), ("text", json!({ "image": image }))] {
            let answer = client.post(&format!("/api/v1/ocr/{operation}"), &body);
            assert_eq!(answer.status, 503, "{operation}");
            // On a machine without either the library is missed first.
            assert!(answer.message().contains("install the package tesseract-ocr"), "{}", answer.message());
            assert!(answer.message().contains(package) || !std::path::Path::new("/usr/bin/tesseract").exists());
        }
        assert_eq!(client.get("/api/v1/ocr/languages").status, 503);
    }
}

#[test]
fn empty_and_black_pages_have_no_text_and_a_warning() {
    let Some(client) = client() else { return };
    for picture in [gray_png(1240, 1754, 255), gray_png(1240, 1754, 0), gray_png(60, 20, 255), gray_png(1, 1, 0)] {
        let answer = recognized(&client, &picture, &json!({}));
        assert_eq!((&answer["text"], &answer["confidence"]), (&json!(""), &Value::Null));
        assert_eq!(warnings(&answer), ["no-text"]);
    }
}

#[test]
fn what_is_no_picture_or_too_large_is_refused_with_what_to_change() {
    let Some(client) = client() else { return };
    let whole = own("o2-polarity.png");
    let head_of_a_giant = {
        let mut bytes = gray_png(1, 1, 0);
        // The size in the head, and no checksum that fits.
        bytes[16..24].copy_from_slice(&[0, 0, 0x75, 0x30, 0, 0, 0x75, 0x30]);
        bytes
    };
    for (what, bytes, statuses) in [
        ("text", b"hello".to_vec(), [415, 415]),
        ("half a picture", whole[..whole.len() / 2].to_vec(), [422, 422]),
        ("30,000 x 30,000", head_of_a_giant, [413, 422]),
        ("pdf", own("o8-mixed.pdf"), [415, 415]),
    ] {
        let answer = client.post("/api/v1/ocr/recognize", &json!({ "image": file(&bytes) }));
        assert!(statuses.contains(&answer.status), "{what}: {} {}", answer.status, answer.message());
        assert!(answer.message().starts_with("image: "), "{what}: {}", answer.message());
    }
}

#[test]
fn of_many_pages_one_is_read() {
    let Some(client) = client() else { return };
    let tiff = many_pages(200);
    let answer = recognized(&client, &tiff, &json!({}));
    assert_eq!(answer["pages"], 200);
    assert_eq!(
        warnings(&answer),
        ["more-pages", "no-text"].map(String::from).to_vec().iter().rev().cloned().collect::<Vec<_>>()
    );
    let answer = recognized(&client, &tiff, &json!({ "page": 200 }));
    assert_eq!(warnings(&answer), ["no-text"]);
    let answer = client.post("/api/v1/ocr/recognize", &json!({ "image": file(&tiff), "page": 201 }));
    assert_eq!(answer.status, 422, "{}", answer.message());
}

/// A TIFF of empty pages: the same one, each with a directory of its own.
fn many_pages(count: u32) -> Vec<u8> {
    let mut bytes = std::io::Cursor::new(Vec::new());
    TiffEncoder::new(&mut bytes).write_image(&[255; 64 * 48], 64, 48, ExtendedColorType::L8).unwrap();
    let mut bytes = bytes.into_inner();
    let number = |bytes: &[u8], at: usize| u32::from_le_bytes(bytes[at..at + 4].try_into().unwrap());
    let first = number(&bytes, 4) as usize;
    let entries = usize::from(u16::from_le_bytes(bytes[first..first + 2].try_into().unwrap()));
    let directory = bytes[first..first + 2 + entries * 12 + 4].to_vec();
    let mut last = first;
    for _ in 1..count {
        if bytes.len() % 2 == 1 {
            bytes.push(0);
        }
        let here = bytes.len();
        let link = last + 2 + entries * 12;
        bytes[link..link + 4].copy_from_slice(&(here as u32).to_le_bytes());
        bytes.extend_from_slice(&directory);
        last = here;
    }
    bytes
}

#[test]
fn deep_samples_and_animations_are_read() {
    let Some(client) = client() else { return };
    let word = pictures::image::load_from_memory(&own("o4-word.png")).unwrap().to_luma16();
    let mut deep = Vec::new();
    let samples: Vec<u8> = word.as_raw().iter().flat_map(|sample| sample.to_ne_bytes()).collect();
    PngEncoder::new(&mut deep).write_image(&samples, word.width(), word.height(), ExtendedColorType::L16).unwrap();
    assert_eq!(recognized(&client, &deep, &json!({}))["text"], "Hello!");
    let frame = pictures::image::load_from_memory(&own("o4-word.png")).unwrap().to_rgba8();
    let mut gif = Vec::new();
    let mut encoder = pictures::image::codecs::gif::GifEncoder::new(&mut gif);
    for _ in 0..3 {
        encoder.encode_frame(pictures::image::Frame::new(frame.clone())).unwrap();
    }
    drop(encoder);
    assert_eq!(recognized(&client, &gif, &json!({}))["text"], "Hello!");
}
