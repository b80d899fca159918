//! Input that is broken, empty, or too much.

use std::time::{Duration, Instant};

use chassis::settings::Span;
use chassis::testing::Client;
use chassis::{Clock, Settings};
use pictures::image::codecs::png::PngEncoder;
use pictures::image::codecs::tiff::TiffEncoder;
use pictures::image::{ExtendedColorType, ImageEncoder};
use serde_json::{Value, json};

use crate::{ask, client, file, own, recognized, settings, warnings, words};

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
    ] {
        let answer = client.post("/api/v1/ocr/recognize", &json!({ "image": file(&bytes) }));
        assert!(statuses.contains(&answer.status), "{what}: {} {}", answer.status, answer.message());
        assert!(answer.message().starts_with("image: "), "{what}: {}", answer.message());
    }
}

#[test]
fn a_pdf_where_a_picture_is_wanted_is_sent_to_its_operation() {
    let Some(client) = client() else { return };
    for operation in ["recognize", "text", "orientation"] {
        let body = json!({ "image": file(&own("o8-mixed.pdf")) });
        let answer = client.post(&format!("/api/v1/ocr/{operation}"), &body);
        let message = "image: is a PDF: send it to /api/v1/ocr/pdf, which reads its pages";
        assert_eq!((answer.status, answer.message().as_str()), (415, message), "{operation}");
    }
    // A picture that only speaks of PDFs near its start is a picture.
    let speaking = [&b"P5\n# from %PDF-1.7\n60 20\n255\n"[..], &[255; 60 * 20]].concat();
    assert_eq!(ask(&client, "classify", "file", &speaking, &json!({}))["class"], Value::Null);
}

/// What was read until there was no time any more is the answer, and the warning names the limit. Limits begin with a share of what
/// the whole takes, and grow and shrink until one ends the reading on its way, however busy the machine is.
#[test]
fn what_was_read_in_time_is_the_answer() {
    let Some(patient) = client() else { return };
    let picture = many_words();
    let read = |answer: &Value| words(answer).into_iter().map(|(text, ..)| text).collect::<Vec<String>>();
    recognized(&patient, &own("o4-word.png"), &json!({}));
    let started = Instant::now();
    let all = read(&recognized(&patient, &picture, &json!({})));
    let whole = started.elapsed();
    assert!(all.len() > 600, "{}", all.len());
    let mut seen = Vec::new();
    let mut share = 0.6;
    for _ in 0..20 {
        let limit = Duration::from_secs((2.0 + whole.as_secs_f64() * share).ceil() as u64);
        let settings = Settings { deadline: Span(limit), ..settings() };
        let client = Client::started(ocr::service(), settings, Clock::System, &[]);
        // The worker starts with a small picture.
        client.post("/api/v1/ocr/recognize", &json!({ "image": file(&own("o4-word.png")) }));
        let answer = client.post("/api/v1/ocr/recognize", &json!({ "image": file(&picture) }));
        // Dividing the page into lines took longer than there was.
        if answer.status == 504 {
            seen.push((limit, "nothing"));
            share *= 1.3;
            continue;
        }
        assert_eq!(answer.status, 200, "{}", answer.message());
        let answer = answer.json();
        let some = read(&answer);
        if some.len() == all.len() {
            seen.push((limit, "all"));
            share *= 0.6;
            continue;
        }
        assert_eq!(some, all[..some.len()], "{limit:?}");
        let warning = &answer["warnings"][0];
        assert_eq!(warning["code"], "out-of-time", "{answer}");
        let message = warning["message"].as_str().unwrap();
        assert!(
            message.starts_with(&format!("the time limit of {} s for a request ended", limit.as_secs())),
            "{message}"
        );
        if !some.is_empty() {
            println!("{} of {} words in {limit:?}", some.len(), all.len());
            return;
        }
        seen.push((limit, "no word"));
        share *= 1.2;
    }
    panic!("no limit ended the reading on its way, the whole of which took {whole:?}: {seen:?}");
}

/// A page of more words than can be read in a few seconds.
fn many_words() -> Vec<u8> {
    use pictures::image::imageops;
    let numbers = pictures::image::load_from_memory(&own("o5-numbers.png")).unwrap().to_luma8();
    let part = imageops::crop_imm(&numbers, 60, 60, 1240, 240).to_image();
    let part = imageops::resize(&part, 620, 120, imageops::FilterType::Triangle);
    let mut page = pictures::image::GrayImage::from_pixel(4 * 640 + 80, 30 * 150 + 80, [255].into());
    for at in 0..120 {
        imageops::replace(&mut page, &part, 40 + at % 4 * 640, 40 + at / 4 * 150);
    }
    let mut bytes = Vec::new();
    PngEncoder::new(&mut bytes).write_image(page.as_raw(), page.width(), page.height(), ExtendedColorType::L8).unwrap();
    bytes
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

/// A scan of several pages is one TIFF: all operations on documents read its pages.
#[test]
fn the_pages_of_a_tiff_are_read() {
    let Some(client) = client() else { return };
    let tiff = tiff_of(&["o4-word.png", "o4-date.png", "o4-letters.png"].map(own));
    for (page, text) in [(1, "Hello!"), (2, "20.11.17"), (3, "Y Y Y")] {
        assert_eq!(recognized(&client, &tiff, &json!({ "page": page }))["text"], text);
    }
    let found = ask(&client, "find", "file", &tiff, &json!({ "pattern": r"\d\d\.\d\d" }));
    assert_eq!((&found["rows"][0]["page"], found["pages"].as_array().map(Vec::len)), (&json!(2), Some(3)), "{found}");
    let some = ask(&client, "find", "file", &tiff, &json!({ "text": "Hello!", "pages": "1-2" }));
    assert_eq!((&some["count"], some["pages"].as_array().map(Vec::len)), (&json!(1), Some(2)));
    let listed = ask(&client, "find", "file", &tiff, &json!({ "text": "Hello!", "pages": [1, "2-3"] }));
    assert_eq!((&listed["count"], listed["pages"].as_array().map(Vec::len)), (&json!(1), Some(3)));
    let beyond = client.post("/api/v1/ocr/find", &json!({ "file": file(&tiff), "text": "a", "pages": "4" }));
    assert_eq!((beyond.status, beyond.message().as_str()), (422, "pages: the document has 3 pages"));
    let answer = client.post("/api/v1/ocr/searchable-pdf", &json!({ "file": file(&tiff), "pages": "2-3" }));
    let facts: Value = serde_json::from_str(answer.header("x-result")).unwrap();
    assert_eq!((&facts["recognized"], &facts["words"]), (&json!([2, 3]), &json!(4)), "{facts}");
    let document = documents::Document::open(answer.body.to_vec(), None).unwrap();
    let words_of = |page| document.reader().page(page).unwrap().words().map(|word| word.text.clone()).collect();
    let texts: Vec<Vec<String>> = (0..2).map(words_of).collect();
    assert_eq!(texts, [vec!["20.11.17"], vec!["Y", "Y", "Y"]]);
}

/// Pages that there was no time for are in the PDF all the same, and the warning says how many were read.
#[test]
fn no_page_of_a_long_scan_is_lost_to_time() {
    if client().is_none() {
        return;
    }
    let limit = Duration::from_secs(10);
    let short = Client::started(ocr::service(), Settings { deadline: Span(limit), ..settings() }, Clock::System, &[]);
    let tiff = tiff_of(&vec![own("o5-numbers.png"); 100]);
    let answer = short.post("/api/v1/ocr/searchable-pdf", &json!({ "file": file(&tiff) }));
    assert_eq!(answer.status, 200, "{}", String::from_utf8_lossy(&answer.body));
    let facts: Value = serde_json::from_str(answer.header("x-result")).unwrap();
    let recognized = facts["recognized"].as_array().unwrap().len();
    assert!(recognized < 100, "{recognized}");
    assert_eq!(warnings(&facts), ["out-of-time"], "{facts}");
    assert_eq!(documents::Document::open(answer.body.to_vec(), None).unwrap().page_count(), 100);
}

/// Black and white stays what it was: a bit a pixel, as a scanner sends it.
#[test]
fn a_page_in_black_and_white_loses_nothing() {
    let Some(client) = client() else { return };
    let mut page = pictures::image::load_from_memory(&own("o5-numbers.png")).unwrap().to_luma8();
    page.pixels_mut().for_each(|pixel| pixel.0 = [if pixel.0[0] < 128 { 0 } else { 255 }]);
    let mut png = std::io::Cursor::new(Vec::new());
    page.write_to(&mut png, pictures::image::ImageFormat::Png).unwrap();
    let answer = client.post("/api/v1/ocr/searchable-pdf", &json!({ "file": file(png.get_ref()) }));
    assert_eq!(answer.status, 200);
    let pdf = lopdf::Document::load_mem(&answer.body).unwrap();
    let images = pdf.objects.values().filter_map(|object| object.as_stream().ok());
    let image = images
        .clone()
        .find(|stream| stream.dict.get(b"Subtype").and_then(lopdf::Object::as_name).ok() == Some(b"Image"));
    let bits = image.unwrap().decompressed_content().unwrap();
    let (width, height) = page.dimensions();
    let row = width.div_ceil(8) as usize;
    assert_eq!(bits.len(), row * height as usize);
    for (x, y, pixel) in page.enumerate_pixels() {
        let bit = bits[y as usize * row + x as usize / 8] >> (7 - x % 8) & 1;
        assert_eq!(bit == 1, pixel.0[0] == 255, "{x} {y}");
    }
}

/// A TIFF of gray pictures, one a page, uncompressed (TIFF 6.0, section 4). Equal ones share their pixels.
fn tiff_of(pictures: &[Vec<u8>]) -> Vec<u8> {
    const ENTRIES: u16 = 9;
    let mut bytes = b"II*\0\0\0\0\0".to_vec();
    let mut link = 4;
    let mut known: Vec<(&Vec<u8>, u32)> = Vec::new();
    for picture in pictures {
        let gray = pictures::image::load_from_memory(picture).unwrap().to_luma8();
        let (width, height) = gray.dimensions();
        let start = known.iter().find(|(same, _)| *same == picture).map_or(bytes.len() as u32, |(_, start)| *start);
        if start as usize == bytes.len() {
            bytes.extend_from_slice(gray.as_raw());
            bytes.resize(bytes.len().next_multiple_of(2), 0);
            known.push((picture, start));
        }
        let directory = bytes.len() as u32;
        bytes[link..link + 4].copy_from_slice(&directory.to_le_bytes());
        bytes.extend_from_slice(&ENTRIES.to_le_bytes());
        for (tag, value) in [
            (256, width),
            (257, height),
            (258, 8),
            (259, 1),
            (262, 1),
            (273, start),
            (277, 1),
            (278, height),
            (279, width * height),
        ] {
            bytes.extend_from_slice(&u16::to_le_bytes(tag));
            // One number of 32 bits.
            bytes.extend_from_slice(&[4, 0, 1, 0, 0, 0]);
            bytes.extend_from_slice(&u32::to_le_bytes(value));
        }
        link = bytes.len();
        bytes.extend_from_slice(&[0; 4]);
    }
    bytes
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
