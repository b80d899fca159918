//! Animations: what is done is done to every frame, and only where the result can move.

use std::time::Duration;

use chassis::testing::Answer;
use pictures::image::{DynamicImage, Rgb, RgbImage};
use pictures::{DecodeOptions, Encoding, Format, Frame, Frames, Picture, Pixels};

use crate::{answered, client, shared};

/// An animation whose frames are as bright as their number, each shown a little longer than the one before.
fn moving(format: Format, count: u8, (width, height): (u32, u32)) -> Vec<u8> {
    let frame = |index: u8| {
        let image = RgbImage::from_fn(width, height, |x, _| Rgb([index, (x % 2) as u8 * 200, 90]));
        let delay = Duration::from_millis(20 + 10 * u64::from(index % 5));
        Frame { pixels: Pixels::Raster(DynamicImage::ImageRgb8(image)), delay }
    };
    let picture = Picture { format, size: (width, height), frames: (0..count).map(frame).collect(), loops: 3 };
    pictures::encode(&picture, &Encoding::of(format), &|| false).unwrap()
}

fn sent(picture: &[u8], request: &str) -> Answer {
    client().post_as("image/gif", &format!("/api/v1/image/{request}"), picture.to_vec())
}

/// How long each frame is shown, and how often all are.
fn times(picture: &[u8]) -> (Vec<Duration>, u16) {
    let picture =
        pictures::decode(picture, &DecodeOptions { frames: Frames::All, ..DecodeOptions::whole(&|| false) }).unwrap();
    (picture.frames.iter().map(|frame| frame.delay).collect(), picture.loops)
}

/// How many of the animations are our own: no two frames of theirs are the same in any part.
const MADE: usize = 2;

const REQUESTS: [&str; 5] = [
    "crop?x=10&y=10&width=80&height=80&unit=percent",
    "rotate?angle=30",
    "adjust?blur=2&border=1",
    "overlay?text=Hi",
    "crop?aspect=1:1&position=attention",
];

#[test]
fn frames_and_their_times_stay() {
    let mut sources: Vec<Vec<u8>> =
        [Format::Gif, Format::Webp].map(|format| moving(format, 7, (40, 30))).into_iter().collect();
    sources.extend(["sharp/animated-loop-3.gif", "sharp/animated-loop-3.webp"].iter().filter_map(|file| shared(file)));
    for (index, source) in sources.iter().enumerate() {
        let expected = times(source);
        assert!(expected.0.len() > 1);
        for request in REQUESTS {
            let answer = sent(source, request);
            let facts = answered(&answer);
            let (delays, loops) = times(&answer.body);
            assert_eq!(facts["frames"], delays.len(), "{request} {facts}");
            let sum = |delays: &[Duration]| delays.iter().sum::<Duration>();
            assert_eq!((sum(&delays), loops), (sum(&expected.0), expected.1), "{request}");
            // Frames that show the same in the part that stays may be written as one.
            if index < MADE {
                assert_eq!(delays, expected.0, "{request}");
            }
        }
    }
}

#[test]
fn a_still_result_needs_one_frame() {
    // More frames than are ever decoded: only the first can have been.
    let many = moving(Format::Gif, 201, (4, 4));
    for request in ["crop?width=2", "rotate?angle=90", "adjust?blur=2", "overlay?text=Hi"] {
        assert_eq!(sent(&many, request).status, 413, "{request}");
        let answer = sent(&many, &format!("{request}&format=png"));
        let facts = answered(&answer);
        assert_eq!(facts["frames"], 1, "{request}");
        let warnings = facts["warnings"].as_array().unwrap();
        assert!(warnings.iter().any(|warning| warning["code"] == "animation-lost"), "{request} {facts}");
    }
}

#[test]
fn frames_that_grow_are_bounded_together() {
    // 200 frames of 1002 x 1002 pixels by a border, of 425 x 425 by turning.
    for (source, request) in [
        (moving(Format::Gif, 200, (2, 2)), "adjust?border=500"),
        (moving(Format::Gif, 200, (900, 1)), "rotate?angle=45"),
    ] {
        let answer = sent(&source, request);
        assert_eq!(answer.status, 413, "{request}");
        assert!(answer.message().contains("60 megapixels"), "{}", answer.message());
        assert_eq!(answered(&sent(&source, &format!("{request}&format=png")))["frames"], 1, "{request}");
    }
}
