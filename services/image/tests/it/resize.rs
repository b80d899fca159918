//! Sizes, shapes and formats.

use std::time::Duration;

use chassis::testing::Answer;
use pictures::image::{GrayImage, Luma};
use pictures::{Encoding, Format, Frame, Picture, Pixels, encode, head};

use crate::client;

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
        assert!(answer.message().contains("megapixels together"), "{}", answer.message());
    }
}

/// What is written here is read here, and as it was: colours in scans of their own once were not.
#[test]
fn jpegs_survive_a_round_trip() {
    let photo = crate::png(96, 64, |x, y| [(x * 2) as u8, (y * 3) as u8, (255 - x - y) as u8, 255]);
    for quality in [30, 80, 90, 91, 100] {
        for progressive in [false, true] {
            let options = format!("format=jpeg&quality={quality}&progressive={progressive}");
            let path = format!("/api/v1/image/convert?{options}");
            let jpeg = client().post_as("image/png", &path, photo.clone()).body;
            let (size, was) = crate::pixels(&photo);
            let (again, is) = crate::pixels(&jpeg);
            assert_eq!(size, again);
            let apart: u64 = was.iter().zip(&is).map(|(a, b)| u64::from(a.abs_diff(*b))).sum();
            assert!(apart as f64 / (was.len() as f64) < 4.0, "{options}: {}", apart as f64 / was.len() as f64);
        }
    }
}
