//! Sizes, shapes and formats.

use chassis::testing::Answer;
use pictures::{Format, head};

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
