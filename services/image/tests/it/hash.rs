//! Hashes and placeholders, against the libraries that made them known.

use serde_json::{Value, json};

use crate::{base64, client, png, shared};

fn hashed(picture: &[u8], algorithms: &str) -> Value {
    let path = format!("/api/v1/image/hash?algorithms={algorithms}");
    let answer = client().post_as("image/png", &path, picture.to_vec());
    assert_eq!(answer.status, 200, "{:?}", answer.body);
    answer.json()
}

fn compared(one: &[u8], two: &[u8]) -> Value {
    let answer = client().post("/api/v1/image/hash", &json!({"image": base64(one), "other": base64(two)}));
    assert_eq!(answer.status, 200, "{:?}", answer.body);
    answer.json()["comparison"].clone()
}

fn distance(one: &str, two: &Value) -> u32 {
    let read = |hash: &str| u64::from_str_radix(hash, 16).unwrap();
    (read(one) ^ read(two.as_str().unwrap())).count_ones()
}

/// `phash`, `dhash` and `average_hash` of imagehash 4.3.2 (Pillow 13.0.0, SciPy 1.17.1), hand-run.
const IMAGEHASH: [(&str, [&str; 3]); 11] = [
    ("sharp/2569067123_aca715a2ee_o.jpg", ["cc7efa1954c403e3", "2333e7f4d4f2e3c2", "d09170327a3b7bf8"]),
    ("sharp/320x240.jpg", ["f39b0466b031edc6", "cc695d5d454d4dcc", "6624efe7e7e72466"]),
    ("sharp/4.webp", ["e619c33e09f424f3", "f2d884062e2f64c0", "003ce2828397f678"]),
    ("sharp/booleanTest.jpg", ["c531ce63d96e9b40", "009a9a9a9acae0f2", "f0ea4ac2eee0f0f8"]),
    ("sharp/centered_image.jpeg", ["eb378149c136c5e5", "033b073b23332f43", "f1818181818181f9"]),
    ("sharp/low-contrast.jpg", ["cc7efa1954c407e1", "2333c7f4d4f2e3c2", "d09171127a3bfbfe"]),
    ("sharp/Flag_of_the_Netherlands.png", ["8080008080000000", "0000000000000000", "0000ffffffff0000"]),
    ("sharp/test-pattern.png", ["d8c0973f4d4d72c2", "b2cc8db3b31deeb2", "98ffe098d804ffd8"]),
    ("sharp/blackbug.png", ["f887877870878b78", "0000000c38310000", "ffffffee80ddffff"]),
    ("sharp/uncompressed_tiff.tiff", ["ee22171da14f57a1", "0a25454192301100", "c0d0e0f0f8d8f0f0"]),
    ("exif-orientation/Landscape_1.jpg", ["d6cd9bb2383264e4", "cc608414248cccd8", "fefcf206c604440c"]),
];

/// Most are the same in every bit; where two numbers are nearly equal, rounding decides.
#[test]
fn hashes_are_those_of_imagehash() {
    let (mut files, mut bits) = (0, 0);
    for (file, expected) in IMAGEHASH {
        let Some(picture) = shared(file) else { continue };
        let answer = hashed(&picture, "phash,dhash,ahash");
        let off = ["phash", "dhash", "ahash"].into_iter().zip(expected);
        let off: Vec<u32> = off.map(|(name, expected)| distance(expected, &answer[name])).collect();
        assert!(off.iter().all(|bits| *bits <= 4), "{file} {off:?}");
        (files, bits) = (files + 1, bits + off.iter().sum::<u32>());
    }
    assert!(bits <= 2 * files, "{bits} bits differ in {files} files");
}

/// blurhash 2.0.5 and thumbhash 0.1.1 (npm), hand-run on the pixels sharp decodes.
#[test]
fn placeholders_are_those_of_their_libraries() {
    let hill = include_bytes!("../../data/hill.png");
    let answer = hashed(hill, "blurhash,thumbhash");
    assert_eq!(answer["blurhash"], "L@Cbi:bdogoIx|WEaeoJMyWBaxj]");
    assert_eq!(answer["thumbhash"], "4oYNRYKIh4h/h3dzh3eIiXZwOPk0");
    for (file, blurhash, thumbhash) in [
        ("sharp/2x2_fdcce6.png", Some("L~T7Y@~mfQ~m~m~9fQ~9fQfQfQfQ"), None),
        ("sharp/d.png", Some("LONdXT~q9YD%j[Rj%MofS^9F0J%M"), Some("MAiKBQAsr5J2ij+FiFGIAJUICFh3h3CDVw==")),
        ("sharp/swiss.png", None, Some("uEgKHwz4h0eGeHl+hJZ3p1d4dJAXCIkB")),
    ] {
        let Some(picture) = shared(file) else { continue };
        let answer = hashed(&picture, "blurhash,thumbhash");
        for (name, expected) in [("blurhash", blurhash), ("thumbhash", thumbhash)] {
            assert!(expected.is_none_or(|expected| answer[name] == expected), "{file} {name} {answer}");
        }
    }
    let lqip = hashed(hill, "lqip")["lqip"].as_str().unwrap().to_owned();
    let bytes = data_encoding::BASE64.decode(lqip.strip_prefix("data:image/webp;base64,").unwrap().as_bytes()).unwrap();
    assert_eq!(pictures::head(&bytes).unwrap().stored, (20, 15));
}

/// scikit-image 0.26.0: `structural_similarity(a, b, gaussian_weights=True, sigma=1.5, use_sample_covariance=False,
/// data_range=255)`, hand-run.
#[test]
fn structural_similarity_is_that_of_scikit_image() {
    let gray = |value: fn(u32, u32, u32) -> u32| {
        png(64, 48, move |x, y| {
            let value = value((x * 7 + y * 13 + x * y % 29 * 3) % 256, x, y) as u8;
            [value, value, value, 255]
        })
    };
    let source = gray(|value, _, _| value);
    for (other, expected) in [
        (gray(|value, x, y| value * 7 / 8 + 16 + (x + y) % 5), 0.988_788_180),
        (gray(|value, _, _| 255 - value), -0.781_037_932),
        (gray(|value, x, y| if (x / 8 + y / 8).is_multiple_of(2) { value } else { 128 }), 0.584_730_301),
    ] {
        let ssim = compared(&source, &other)["ssim"].as_f64().unwrap();
        assert!((ssim - expected).abs() < 1e-5, "{ssim} {expected}");
    }
    assert_eq!(compared(&source, &source)["ssim"], 1.0);
}

#[test]
fn the_same_picture_is_known_again_and_another_is_not() {
    let Some(photo) = shared("sharp/2569067123_aca715a2ee_o.jpg") else { return };
    let photo = client().post_as("image/jpeg", "/api/v1/image/resize?width=800&quality=95", photo).body.to_vec();
    let changed = |options: &str| {
        client().post_as("image/jpeg", &format!("/api/v1/image/{options}"), photo.clone()).body.to_vec()
    };
    for options in [
        "resize?width=300&format=webp",
        "adjust?brightness=15&quality=95",
        "resize?width=500&format=png",
        "rotate?quality=95",
    ] {
        let answer = compared(&photo, &changed(options));
        assert_eq!((&answer["samePicture"], &answer["identical"]), (&json!(true), &json!(false)), "{options} {answer}");
    }
    for options in ["rotate?angle=90&quality=95", "adjust?invert=true&format=webp", "rotate?flop=true&format=webp"] {
        assert_eq!(compared(&photo, &changed(options))["samePicture"], false, "{options}");
    }
    for file in ["sharp/4.webp", "sharp/320x240.jpg", "exif-orientation/Landscape_1.jpg"] {
        let Some(other) = shared(file) else { continue };
        let answer = compared(&photo, &other);
        assert_eq!((&answer["samePicture"], &answer["identical"]), (&json!(false), &json!(false)), "{file} {answer}");
        assert!(answer["similarity"].as_f64().unwrap() < 0.75, "{file} {answer}");
    }
    let png = changed("rotate?format=png");
    assert_eq!(compared(&photo, &png)["identical"], true);
    assert_eq!(compared(&photo, &photo)["identical"], true);
}

#[test]
fn flat_pictures_of_different_colors_are_different() {
    let flat = |color: [u8; 4]| png(40, 40, move |_, _| color);
    let (red, blue, black, white) =
        (flat([255, 0, 0, 255]), flat([0, 0, 255, 255]), flat([0, 0, 0, 255]), flat([255, 255, 255, 255]));
    for (one, two) in [(&red, &blue), (&black, &white), (&red, &white)] {
        assert_eq!(compared(one, two)["samePicture"], false);
    }
    assert_eq!(compared(&red, &red)["samePicture"], true);
    // One sample of one pixel.
    let nearly = png(40, 40, |x, y| if (x, y) == (39, 39) { [255, 0, 1, 255] } else { [255, 0, 0, 255] });
    assert_eq!(compared(&red, &nearly)["identical"], false);
}

#[test]
fn nothing_is_too_small_or_too_clear() {
    let everything = "phash,dhash,ahash,blurhash,thumbhash,lqip";
    for picture in [
        png(1, 1, |_, _| [1, 2, 3, 4]),
        png(1, 300, |_, y| [y as u8, 0, 0, 255]),
        png(300, 1, |x, _| [x as u8, 0, 0, 0]),
        png(10, 10, |_, _| [0, 0, 0, 0]),
    ] {
        let answer = hashed(&picture, everything);
        assert_eq!(answer["phash"].as_str().unwrap().len(), 16);
        let answer = compared(&picture, &png(7, 2, |x, y| [x as u8, y as u8, 9, 255]));
        assert!((-1.0..=1.0).contains(&answer["ssim"].as_f64().unwrap()), "{answer}");
    }
    let picture = png(2, 2, |_, _| [0, 0, 0, 255]);
    for (options, status) in
        [("algorithms=md5", 400), ("algorithms=phash,phash,phash,phash,phash,phash,phash", 400), ("", 200)]
    {
        let answer = client().post_as("image/png", &format!("/api/v1/image/hash?{options}"), picture.clone());
        assert_eq!(answer.status, status, "{options}");
    }
    let answer = client().post("/api/v1/image/hash", &json!({"image": base64(&picture), "other": base64(b"%PDF-1.7")}));
    assert_eq!(answer.status, 415);
    assert!(answer.message().starts_with("other: "), "{}", answer.message());
}
