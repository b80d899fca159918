//! Fewer bytes, and what to do when there are no fewer.

use std::time::Duration;

use chassis::testing::Answer;
use pictures::image::{GrayImage, Luma};
use pictures::{Encoding, Format, Frame, Picture, Pixels, encode};

use crate::{answered, client, pixels, png, shared};

fn operated(operation: &str, picture: &[u8]) -> Answer {
    client().post_as("application/octet-stream", &format!("/api/v1/image/{operation}"), picture.to_vec())
}

/// Soft shapes with the grain of a camera.
fn textured(width: u32, height: u32) -> Vec<u8> {
    let mut state = 7_u32;
    let grain: Vec<f64> = (0..width * height)
        .map(|_| {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            f64::from(state >> 24) / 255.0 - 0.5
        })
        .collect();
    png(width, height, |x, y| {
        let (across, down) = (f64::from(x), f64::from(y));
        let light = 128.0 + 60.0 * (across / 37.0).sin() * (down / 23.0).cos() + 25.0 * (across * down / 900.0).sin();
        let light = light + 8.0 * grain[(y * width + x) as usize];
        [light as u8, (light * 0.8 + 20.0) as u8, (light * 0.6 + 40.0) as u8, 255]
    })
}

#[test]
fn a_photo_of_high_quality_becomes_smaller_by_itself() {
    let textured = textured(640, 480);
    for quality in [92, 95] {
        let photo = operated(&format!("convert?format=jpeg&quality={quality}"), &textured).body;
        let facts = answered(&operated("optimize", &photo));
        println!("{quality}: {facts}");
        assert_eq!(facts["unchanged"], false, "{quality}");
        assert!(facts["savedPercent"].as_f64().unwrap() > 20.0, "{quality}: {facts}");
        assert_eq!(facts["warnings"].as_array().unwrap().len(), 0);
    }
    let Some(photo) = shared("sharp/2569067123_aca715a2ee_o.jpg") else { return };
    let facts = answered(&operated("optimize", &photo));
    println!("photo: {facts}");
    assert_eq!(facts["unchanged"], false);
}

#[test]
fn what_stays_as_it_was_says_what_to_send() {
    let jpeg = operated("convert?format=jpeg&quality=5&progressive=true", &textured(640, 480)).body;
    let facts = answered(&operated("optimize", &jpeg));
    assert_eq!((&facts["unchanged"], &facts["warnings"][0]["code"]), (&true.into(), &"unchanged".into()));
    let said = facts["warnings"][0]["message"].as_str().unwrap();
    assert!(said.contains("similarity") && said.contains("format=webp"), "{said}");
    // A drawing is a few bytes, which no picture of its pixels has.
    let svg = br#"<svg xmlns="http://www.w3.org/2000/svg" width="99" height="99"><circle r="70"/></svg>"#;
    let answer = operated("optimize", svg);
    assert_eq!(answer.status, 422);
    assert!(answer.message().contains("send format=webp or jpeg"), "{}", answer.message());
}

#[test]
fn fewer_pixels_are_said() {
    let source = textured(200, 200);
    let answer = operated("optimize?maxBytes=9000", &source);
    let facts = answered(&answer);
    assert!(answer.body.len() <= 9000 && pixels(&answer.body).0.0 < 200);
    assert_eq!(facts["warnings"][0]["code"], "made-smaller");
    assert!(facts["warnings"][0]["message"].as_str().unwrap().contains("format=webp or jpeg keeps the size"));
    let facts = answered(&operated("optimize?maxBytes=20000&format=jpeg", &source));
    assert_eq!((&facts["width"], facts["warnings"].as_array().unwrap().len()), (&200.into(), 0));
}

#[test]
fn a_jpeg_has_the_form_that_is_smaller() {
    let is_progressive = |jpeg: &[u8]| jpeg.windows(2).any(|two| two == [0xff, 0xc2]);
    for (side, quality) in [(640, 60), (16, 60)] {
        let source = textured(side, side);
        let ours = operated(&format!("optimize?format=jpeg&quality={quality}"), &source).body;
        let form = |progressive| {
            let options = format!("convert?format=jpeg&quality={quality}&progressive={progressive}");
            operated(&options, &source).body
        };
        let (plain, progressive) = (form(false), form(true));
        assert!(is_progressive(&progressive) && !is_progressive(&plain));
        println!("{side}: {} of {} and {}", ours.len(), plain.len(), progressive.len());
        assert_eq!(ours.len(), plain.len().min(progressive.len()), "{side}");
    }
}

#[test]
fn quality_is_for_avif_too() {
    let source = textured(64, 64);
    let bytes = |quality: u8| operated(&format!("optimize?format=avif&quality={quality}"), &source).body.len();
    assert!(bytes(30) < bytes(80));
}

#[test]
fn a_lost_animation_is_said() {
    let frame = |shade: u8| Frame {
        pixels: Pixels::Raster(GrayImage::from_pixel(8, 8, Luma([shade])).into()),
        delay: Duration::from_millis(50),
    };
    let moving =
        Picture { frames: vec![frame(0), frame(200)], ..Picture::still(Format::Gif, GrayImage::new(8, 8).into()) };
    let gif = encode(&moving, &Encoding::of(Format::Gif), &|| false).unwrap();
    let warned = |options: &str| {
        let answer = operated(&format!("optimize?maxBytes=50000&{options}"), &gif);
        answered(&answer)["warnings"].to_string().contains("animation-lost")
    };
    assert!(warned("format=png"));
    assert!(!warned("format=webp"));
}
