//! Sizes, shapes and formats.

use std::time::Duration;

use chassis::testing::Answer;
use pictures::image::{GrayImage, Luma};
use pictures::{Encoding, Format, Frame, Picture, Pixels, encode, head};
use serde_json::{Value, json};

use crate::{answered, client, pixels, png, shared};

const HILL: &[u8] = include_bytes!("../../data/hill.png");

fn resized(options: &str) -> Answer {
    client().post_as("image/png", &format!("/api/v1/image/resize?{options}"), HILL)
}

#[test]
fn a_raw_picture_comes_back_smaller() {
    let answer = resized("width=32&format=webp");
    assert_eq!((answer.status, answer.header("content-type")), (200, "image/webp"));
    let head = head(&answer.body).unwrap();
    assert_eq!((head.format, head.stored), (Format::Webp, (32, 24)));
}

#[test]
fn a_side_is_asked_for() {
    let answer = resized("fit=cover");
    assert_eq!((answer.status, answer.message().as_str()), (422, "width: is missing: send width, height, or both"));
}

/// Small files of many frames must not become large pictures of many frames.
#[test]
fn frames_count_when_pictures_grow() {
    let frames: Vec<_> = (0..60)
        .map(|shade| Frame {
            pixels: Pixels::Raster(GrayImage::from_pixel(2, 2, Luma([shade * 4])).into()),
            delay: Duration::from_millis(50),
        })
        .collect();
    let moving = Picture { frames, ..Picture::still(Format::Gif, GrayImage::new(2, 2).into()) };
    let gif = encode(&moving, &Encoding::of(Format::Gif), &|| false).unwrap();
    assert!(gif.len() < 10_000);
    for (operation, options) in [
        ("resize", "width=4000&height=4000&fit=contain"),
        ("resize", "width=4000&height=4000&enlarge=true"),
        ("thumbnail", "sizes=4000x4000&fit=contain"),
        ("adjust", "border=1000"),
    ] {
        let answer = client().post_as("image/gif", &format!("/api/v1/image/{operation}?{options}"), gif.clone());
        assert_eq!(answer.status, 413, "{operation}: {:?}", answer.body.len());
        assert!(answer.message().contains("together"), "{}", answer.message());
    }
}

/// What is written here is read here, and as it was: colors in scans of their own once were not.
#[test]
fn jpegs_survive_a_round_trip() {
    let photo = png(96, 64, |x, y| [(x * 2) as u8, (y * 3) as u8, (255 - x - y) as u8, 255]);
    for quality in [30, 80, 90, 91, 100] {
        for progressive in [false, true] {
            let options = format!("format=jpeg&quality={quality}&progressive={progressive}");
            let path = format!("/api/v1/image/convert?{options}");
            let jpeg = client().post_as("image/png", &path, photo.clone()).body;
            let (size, was) = pixels(&photo);
            let (again, is) = pixels(&jpeg);
            assert_eq!(size, again);
            let apart: u64 = was.iter().zip(&is).map(|(a, b)| u64::from(a.abs_diff(*b))).sum();
            assert!(apart as f64 / (was.len() as f64) < 4.0, "{options}: {}", apart as f64 / was.len() as f64);
        }
    }
}

fn codes(answer: &Answer) -> Vec<(String, String)> {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let warnings = answered(answer)["warnings"].clone();
    warnings.as_array().unwrap().iter().map(|warning| (text(&warning["code"]), text(&warning["field"]))).collect()
}

fn flat(width: u32, height: u32) -> Vec<u8> {
    png(width, height, |x, _| [x as u8, 9, 9, 255])
}

fn operated(operation: &str, picture: Vec<u8>) -> Answer {
    client().post_as("application/octet-stream", &format!("/api/v1/image/{operation}"), picture)
}

#[test]
fn a_box_that_cannot_be_filled_keeps_its_shape_and_it_is_said() {
    let not_enlarged = vec![("not-enlarged".to_owned(), "enlarge".to_owned())];
    for (options, size, warned) in [
        ("width=300&height=150", (80, 40), true),
        ("width=300&height=150&enlarge=true", (300, 150), false),
        ("width=300", (80, 60), true),
        ("width=300&height=150&fit=inside", (80, 60), false),
        ("width=40&height=20", (40, 20), false),
    ] {
        let answer = operated(&format!("resize?{options}"), flat(80, 60));
        assert_eq!(pixels(&answer.body).0, size, "{options}");
        assert_eq!(codes(&answer), if warned { not_enlarged.clone() } else { Vec::new() }, "{options}");
    }
    let message = answered(&operated("resize?width=300&height=150", flat(80, 60)))["warnings"][0]["message"].clone();
    let said = "the picture is too small: it became 80x40 instead of 300x150; send enlarge=true to enlarge it";
    assert_eq!(message, said);
}

#[test]
fn a_drawing_has_any_size() {
    let svg = br#"<svg xmlns="http://www.w3.org/2000/svg" width="10" height="10"><path d="M0 0h5v10H0z"/></svg>"#;
    for operation in ["resize?width=200", "thumbnail?sizes=200"] {
        let answer = operated(operation, svg.to_vec());
        let (size, samples) = pixels(&answer.body);
        assert_eq!((size, codes(&answer)), ((200, 200), Vec::new()), "{operation}");
        // Its edge is drawn in that size, not enlarged.
        assert_eq!((samples[99 * 4 + 3], samples[100 * 4 + 3]), (255, 0), "{operation}");
    }
}

#[test]
fn options_that_do_nothing_are_named() {
    for (options, field) in [
        ("convert?format=jpeg&lossless=true", "lossless"),
        ("convert?format=png&quality=50", "quality"),
        ("convert?format=gif&progressive=true", "progressive"),
        ("resize?width=9&position=top", "position"),
        ("resize?width=9&height=9&fit=fill&position=top", "position"),
        ("thumbnail?sizes=9&quality=50", "quality"),
        ("thumbnail?sizes=9x&position=top", "position"),
        ("optimize?quality=50", "quality"),
        ("rotate?angle=90&quality=50", "quality"),
    ] {
        let warnings = codes(&operated(options, flat(20, 20)));
        let named: Vec<_> = warnings.iter().filter(|(code, _)| code == "no-effect").map(|(_, field)| field).collect();
        assert_eq!(named, [field], "{options}");
    }
    for options in ["convert?format=webp&lossless=true", "convert?format=jpeg&quality=50&progressive=true"] {
        assert_eq!(codes(&operated(options, flat(20, 20))), [], "{options}");
    }
}

#[test]
fn a_background_is_put_behind_what_can_be_seen_through() {
    let glass = || png(4, 4, |_, _| [255, 0, 0, 0]);
    for (options, pixel) in [
        ("convert?format=png&background=white", [255, 255, 255, 255]),
        ("convert?format=webp&lossless=true&background=blue", [0, 0, 255, 255]),
        ("resize?width=2&background=white", [255, 255, 255, 255]),
    ] {
        assert_eq!(pixels(&operated(options, glass()).body).1[..4], pixel, "{options}");
    }
    assert_eq!(pixels(&operated("convert?format=png", glass()).body).1[3], 0);
}

/// A TIFF of pages of one gray pixel.
fn tiff(pages: u32) -> Vec<u8> {
    let mut bytes = b"II\x2a\0\x08\0\0\0".to_vec();
    for page in 0..pages {
        let start = bytes.len() as u32;
        let sample = start + 2 + 8 * 12 + 4;
        let entries = [(256, 1), (257, 1), (258, 8), (259, 1), (262, 1), (273, sample), (278, 1), (279, 1)];
        bytes.extend(8u16.to_le_bytes());
        for (tag, value) in entries {
            bytes.extend(u16::to_le_bytes(tag));
            bytes.extend(4u16.to_le_bytes());
            bytes.extend(1u32.to_le_bytes());
            bytes.extend(u32::to_le_bytes(value));
        }
        let next = if page + 1 < pages { sample + 4 } else { 0 };
        bytes.extend(next.to_le_bytes());
        bytes.extend([page as u8 * 100, 0, 0, 0]);
    }
    bytes
}

#[test]
fn lost_pages_are_counted() {
    let lost = vec![("pages-lost".to_owned(), "image".to_owned())];
    for operation in ["convert?format=png", "resize?width=1", "thumbnail?sizes=1"] {
        let answer = operated(operation, tiff(3));
        assert_eq!(codes(&answer), lost, "{operation}");
    }
    let message = answered(&operated("convert?format=png", tiff(3)))["warnings"][0]["message"].clone();
    assert_eq!(message, "this TIFF has 3 pages, and only the first is used: convert reads each, with page=0 to 2");
    let second = operated("convert?format=png&page=1", tiff(3));
    assert_eq!((codes(&second), pixels(&second.body).1[0]), (Vec::new(), 100));
    assert_eq!(codes(&operated("convert?format=png", tiff(1))), []);
}

#[test]
fn an_avif_stays_one() {
    let avif = operated("convert?format=avif", flat(20, 20)).body;
    let answer = operated("resize?width=10", avif.to_vec());
    assert_eq!((answer.status, answer.header("content-type")), (200, "image/avif"));
}

#[test]
fn thumbnails_say_what_was_asked_for() {
    let answer = operated("thumbnail?sizes=avatar,20,20,og&output=base64", flat(80, 60));
    assert_eq!(answer.status, 200, "{:?}", answer.body);
    let json = answer.json();
    let column = |list: &str, name: &str| -> Vec<String> {
        json[list].as_array().unwrap().iter().map(|row| row[name].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(column("rows", "size"), ["avatar", "20x20", "20x20", "og"]);
    let names = ["picture-avatar.png", "picture-20x20.png", "picture-20x20-2.png", "picture-og.png"];
    assert_eq!(
        (column("rows", "name"), column("files", "name")),
        (names.map(Into::into).into(), names.map(Into::into).into())
    );
    assert_eq!((&json["rows"][0]["width"], &json["rows"][3]["height"]), (&60.into(), &42.into()));
    assert_eq!(json["warnings"].as_array().unwrap().len(), 1);
    let said = json["warnings"][0]["message"].as_str().unwrap();
    assert!(said.contains("avatar became 60x60 instead of 256x256, og became 80x42 instead of 1200x630"), "{said}");
    assert_eq!(pixels(&operated("thumbnail?sizes=avatar&enlarge=true", flat(80, 60)).body).0, (256, 256));
}

#[test]
fn a_still_thumbnail_of_an_animation_says_so() {
    let Some(moving) = shared("sharp/animated-loop-3.gif") else { return };
    let answer = operated("thumbnail?sizes=20&format=jpeg", moving);
    assert_eq!(codes(&answer), [("animation-lost".to_owned(), "format".to_owned())]);
}

/// The names other interfaces have for the same, and a file as n8n has it.
#[test]
fn what_others_call_it_is_understood() {
    let picture = base64_simd::STANDARD.encode_to_string(include_bytes!("../../data/hill.png"));
    let size = json!({"width": 20, "height": 10, "position": "top-right"});
    let with = |fields: Value| {
        let mut request = size.clone();
        request.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
        client().post("/api/v1/image/resize", &request)
    };
    let plain = with(json!({"image": picture}));
    assert_eq!(plain.status, 200);
    let binary = json!({"data": picture, "mimeType": "image/png", "fileName": "a.png", "fileSize": "3 kB"});
    for same in
        [json!({"file": picture}), json!({"url": format!("data:image/png;base64,{picture}")}), json!({"image": binary})]
    {
        assert_eq!(with(same).body, plain.body);
    }
    for gravity in ["north-east", "northeast", "NorthEast", "right top"] {
        let request = json!({"image": picture, "width": 20, "height": 10, "gravity": gravity});
        let answer = client().post("/api/v1/image/resize", &request);
        assert_eq!((answer.status, &answer.body), (200, &plain.body), "{gravity}");
    }
}
