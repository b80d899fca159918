//! Codes found in pictures: where, how many, in any direction; and none where there are none.

use base64_simd::STANDARD;
use chassis::{Call, File};
use image_service::codes::generate::generate;
use image_service::codes::read::{CodesReadRequest, CodesReadResponse, read};
use pictures::image::{DynamicImage, GrayImage, ImageFormat, Luma, RgbImage, imageops};
use serde_json::json;

use super::{Random, TYPES, text_for};
use crate::client;

const READ: &str = "/api/v1/image/codes/read";

fn png(picture: impl Into<DynamicImage>) -> Vec<u8> {
    let mut bytes = std::io::Cursor::new(Vec::new());
    picture.into().write_to(&mut bytes, ImageFormat::Png).unwrap();
    bytes.into_inner()
}

fn codes_of(bytes: Vec<u8>, types: &[&str], try_harder: bool) -> CodesReadResponse {
    let types = types.iter().map(|name| serde_json::from_value(json!(name)).unwrap()).collect();
    let image = File::new("code.png", "image/png", bytes);
    read(CodesReadRequest { image, types, multiple: true, try_harder }, &Call::detached()).unwrap()
}

fn drawn(request: serde_json::Value) -> DynamicImage {
    let made = generate(serde_json::from_value(request).unwrap(), &Call::detached()).unwrap();
    pictures::image::load_from_memory(made.file.bytes()).unwrap()
}

/// 300 texts of each kind come back as they went in.
#[test]
fn what_is_drawn_is_read() {
    let mut random = Random(3);
    for code in TYPES {
        let mut wrong = Vec::new();
        for _ in 0..300 {
            let length = 1 + random.below(40);
            let text = text_for(code, length, &mut random);
            let mut request = json!({ "text": text, "type": code });
            if !matches!(code, "qr" | "data-matrix" | "pdf417" | "aztec") {
                request["height"] = json!(24);
            }
            let made = generate(serde_json::from_value(request).unwrap(), &Call::detached()).unwrap();
            let expected = match code {
                // What starts with 0 is a UPC-A to every reader.
                "ean13" | "ean8" | "upc-a" => made.facts.text.unwrap(),
                _ => text.clone(),
            };
            let read = codes_of(made.file.bytes().to_vec(), &[code], false);
            let right = |read: &str| read == expected || (code == "ean13" && format!("0{read}") == expected);
            if !read.rows.iter().any(|row| right(&row.text)) {
                wrong.push((text, read.rows.into_iter().map(|row| row.text).collect::<Vec<_>>()));
            }
        }
        println!("{code}: {} of 300 are read", 300 - wrong.len());
        assert!(wrong.is_empty(), "{code}: {} of 300 are not read: {:?}", wrong.len(), &wrong[..wrong.len().min(5)]);
    }
}

/// Several codes on one page, each where it stands, whichever way the page lies.
#[test]
fn several_codes_are_found_where_they_are() {
    let mut page = RgbImage::from_pixel(1000, 800, [255; 3].into());
    let texts = [("qr", "one"), ("qr", "two"), ("data-matrix", "three"), ("code128", "four")];
    for (index, (code, text)) in texts.iter().enumerate() {
        let size = if *code == "code128" { 400 } else { 200 };
        let one = drawn(json!({ "text": text, "type": code, "size": size })).into_rgb8();
        imageops::replace(&mut page, &one, 50 + 500 * (index as i64 % 2), 50 + 400 * (index as i64 / 2));
    }
    let page = DynamicImage::ImageRgb8(page);
    for (turned, name) in
        [(page.clone(), "upright"), (page.rotate90(), "90"), (page.rotate180(), "180"), (page.rotate270(), "270")]
    {
        let mut read = codes_of(png(turned), &[], true).rows;
        read.sort_by(|a, b| a.text.cmp(&b.text));
        let found: Vec<&str> = read.iter().map(|row| row.text.as_str()).collect();
        assert_eq!(found, ["four", "one", "three", "two"], "{name}");
        assert!(read.iter().all(|row| row.corners.len() == 4), "{name}");
    }
    let read = codes_of(png(page), &[], true).rows;
    let corner = |text: &str| read.iter().find(|row| row.text == text).unwrap().corners[0];
    // 29 modules in 200 pixels are 6 each: 174, in the middle, and 4 of them are margin.
    let (one, two) = (corner("one"), corner("two"));
    assert!((one.x - (50.0 + 13.0 + 24.0)).abs() < 3.0 && (one.y - (50.0 + 13.0 + 24.0)).abs() < 3.0, "{one:?}");
    assert!((two.x - one.x - 500.0).abs() < 3.0 && (two.y - one.y).abs() < 3.0, "{two:?}");
}

#[test]
fn light_codes_on_dark_ground_are_found() {
    for code in ["qr", "code128", "data-matrix", "aztec"] {
        let picture = drawn(json!({ "text": "WHITE", "type": code, "color": "white", "background": "#123" }));
        assert_eq!(codes_of(png(picture), &[], true).rows[0].text, "WHITE", "{code}");
    }
}

/// A large picture is read with few pixels first, and small codes need more.
#[test]
fn large_and_small_codes_of_a_large_picture_are_found() {
    let mut page = GrayImage::from_pixel(4000, 3000, Luma([255]));
    for (text, size, x, y) in [("LARGE", 1000, 100, 100), ("SMALL", 145, 3000, 2500)] {
        let code = drawn(json!({ "text": text, "size": size })).to_luma8();
        imageops::replace(&mut page, &code, x, y);
    }
    let read = codes_of(png(page), &[], true);
    let texts: Vec<&str> = read.rows.iter().map(|row| row.text.as_str()).collect();
    assert_eq!(texts, ["LARGE", "SMALL"]);
}

#[test]
fn nothing_found_is_an_answer() {
    let client = client();
    let hill = STANDARD.encode_to_string(include_bytes!("../../../data/hill.png"));
    let answer = client.post(READ, &json!({ "image": hill })).json();
    assert_eq!((&answer["count"], &answer["rows"]), (&json!(0), &json!([])));
    assert_eq!(answer["warnings"][0]["code"], "nothing-found");
    let code = STANDARD.encode_to_string(include_bytes!("../../../data/code.png"));
    let answer = client.post(READ, &json!({ "image": code })).json();
    let row = &answer["rows"][0];
    assert_eq!((&row["type"], &row["text"]), (&json!("qr"), &json!("https://example.com/abc")));
    let answer = client.post(READ, &json!({ "image": code, "types": "ean13, code_128" })).json();
    assert_eq!(answer["count"], 0);
    let answer = client.post(READ, &json!({ "image": STANDARD.encode_to_string("no picture") }));
    assert_eq!(answer.status, 415);
}

/// Some of rxing's readers never end in a picture of a few pixels: ours do, and read nothing in noise.
#[test]
fn noise_ends_and_says_nothing() {
    let mut random = Random(5);
    let mut sizes: Vec<(u32, u32)> = (1..=8).flat_map(|width| (1..=8).map(move |height| (width, height))).collect();
    sizes.extend([(30, 30), (200, 3), (3, 200), (120, 90), (200, 200)]);
    for (width, height) in sizes {
        for cell in [1, 3] {
            let cells: Vec<u8> = (0..65_536).map(|_| if random.below(2) == 0 { 0 } else { 255 }).collect();
            let noise = GrayImage::from_fn(width, height, |x, y| Luma([cells[(y / cell * 256 + x / cell) as usize]]));
            let read = codes_of(png(noise), &[], true);
            assert_eq!(read.count, 0, "{width} x {height}: {:?}", read.rows);
        }
    }
}
