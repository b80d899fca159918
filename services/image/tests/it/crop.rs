//! Parts of pictures: which pixels stay, and what is refused.

use chassis::testing::Answer;
use serde_json::{Value, json};

use crate::{answered, client, pixels, png, shared};

/// A picture whose pixels say where they are.
fn places(width: u32, height: u32) -> Vec<u8> {
    png(width, height, |x, y| [x as u8, y as u8, (x / 2 + y) as u8, 255])
}

fn cropped(picture: &[u8], options: &str) -> Answer {
    client().post_as("image/png", &format!("/api/v1/image/crop?{options}"), picture.to_vec())
}

fn part(answer: &Answer) -> [u64; 4] {
    let facts = answered(answer);
    ["x", "y", "width", "height"].map(|name| facts[name].as_u64().unwrap())
}

#[test]
fn a_part_has_exactly_the_pixels_of_its_place() {
    let picture = places(200, 100);
    for (options, expected) in [
        ("x=10&y=20&width=30&height=40", [10, 20, 30, 40]),
        ("x=10&y=20", [10, 20, 190, 80]),
        ("y=99", [0, 99, 200, 1]),
        ("x=10&y=10&width=50&height=50&unit=percent", [20, 10, 100, 50]),
        ("width=50&height=20", [75, 40, 50, 20]),
        ("width=50&height=20&position=bottom-right", [150, 80, 50, 20]),
        ("width=50", [75, 0, 50, 100]),
        ("aspect=1:1", [50, 0, 100, 100]),
        ("aspect=1:1&position=left", [0, 0, 100, 100]),
        ("aspect=4:1", [0, 25, 200, 50]),
        ("aspect=1:1&width=20&position=top-left", [0, 0, 20, 20]),
        ("aspect=2.0&height=30&position=top-left", [0, 0, 60, 30]),
    ] {
        let answer = cropped(&picture, options);
        assert_eq!(answer.status, 200, "{options} {:?}", answer.body);
        assert_eq!(part(&answer), expected, "{options}");
        let (size, samples) = pixels(&answer.body);
        assert_eq!(size, (expected[2] as u32, expected[3] as u32), "{options}");
        let last = [expected[0] + expected[2] - 1, expected[1] + expected[3] - 1];
        assert_eq!(samples[..2], [expected[0] as u8, expected[1] as u8], "{options}");
        assert_eq!(samples[samples.len() - 4..][..2], [last[0] as u8, last[1] as u8], "{options}");
        assert_eq!(answered(&answer)["warnings"], json!([]), "{options}");
    }
}

#[test]
fn what_reaches_beyond_is_cut_off_and_said() {
    for (options, expected) in [
        ("x=150&y=50&width=100&height=100", [150, 50, 50, 50]),
        ("x=0&y=0&width=65535&height=65535", [0, 0, 200, 100]),
        ("width=300&height=50", [0, 25, 200, 50]),
        ("aspect=1:1&width=150", [50, 0, 100, 100]),
    ] {
        let answer = cropped(&places(200, 100), options);
        assert_eq!((answer.status, part(&answer)), (200, expected), "{options}");
        assert_eq!(answered(&answer)["warnings"][0]["code"], "clipped", "{options}");
    }
}

#[test]
fn what_cannot_be_is_refused_in_words() {
    for (options, status, words) in [
        ("", 422, "width: is missing"),
        ("x=200&y=0", 422, "x: lies outside: this picture has 200 x 100 pixels"),
        ("x=0&y=100.0", 422, "y: lies outside: this picture has 200 x 100 pixels"),
        ("x=-1&y=0", 400, "x"),
        ("x=4294967296&y=0", 400, "x"),
        ("x=NaN&y=0", 400, "x"),
        ("x=inf", 400, "x"),
        ("x=1e400", 400, "x"),
        ("width=0&height=10", 400, "width"),
        ("x=100&unit=percent", 422, "x: lies outside"),
        ("aspect=wide", 422, "aspect: is not an aspect ratio"),
        ("aspect=1:1&x=3", 422, "aspect: is placed by position"),
        ("aspect=1:1&width=3&height=4", 422, "aspect: goes with at most one"),
        ("trim=true&width=10", 422, "trim: finds the box itself"),
        ("x=1&position=top", 422, "position: cannot be combined with x and y"),
        ("aspect=1:1&threshold=3", 422, "threshold: applies only to trim"),
    ] {
        let answer = cropped(&places(200, 100), options);
        assert_eq!(answer.status, status, "{options} {:?}", answer.body);
        assert!(answer.message().contains(words), "{options} {}", answer.message());
    }
}

/// sharp 0.35.5 gives the same for `.trim({ threshold: 10 })`: hand-run.
#[test]
fn borders_of_one_color_are_cut_off() {
    let framed = png(60, 40, |x, y| match (10..50).contains(&x) && (5..30).contains(&y) {
        true => [200, 10, (x * 4) as u8, 255],
        false => [250 + (x % 3) as u8, 251, 252, 255],
    });
    let answer = cropped(&framed, "trim=true");
    assert_eq!(part(&answer), [10, 5, 40, 25]);
    let clear = png(30, 30, |x, y| if x == 12 && y == 20 { [9, 9, 9, 255] } else { [x as u8, y as u8, 3, 0] });
    assert_eq!(part(&cropped(&clear, "trim=true")), [12, 20, 1, 1]);
    let answer = cropped(&png(9, 7, |_, _| [5, 5, 5, 255]), "trim=true");
    assert_eq!(
        (part(&answer), answered(&answer)["warnings"][0]["code"].clone()),
        ([0, 0, 9, 7], json!("nothing-left"))
    );
}

/// Where the subject of pictures is, in fractions of their width, by eye: a smart crop keeps it.
#[test]
fn a_smart_crop_keeps_the_subject() {
    for (file, aspect, left, right) in [
        // A saw, and the hands that hold it.
        ("sharp/2569067123_aca715a2ee_o.jpg", "1:2", 0.2, 0.57),
        // The trunk of a tree and the crown above it.
        ("sharp/4.webp", "1:2", 0.45, 0.7),
        // Writing on white.
        ("sharp/blackbug.png", "1:2", 0.5, 0.6),
    ] {
        let Some(picture) = shared(file) else { continue };
        for position in ["attention", "entropy"] {
            let answer = cropped(&picture, &format!("aspect={aspect}&position={position}"));
            let [x, _, width, _] = part(&answer).map(|value| value as f64);
            let whole = answered(&answer)["sourceWidth"].as_f64().unwrap();
            assert!(x <= left * whole && right * whole <= x + width, "{file} {position}: {x} {width} of {whole}");
        }
    }
}

#[test]
fn resize_knows_the_smart_places_too() {
    let picture = png(300, 100, |x, y| {
        let inside = x.abs_diff(250).pow(2) + y.abs_diff(50).pow(2) < 400;
        if inside { [230, 20, 20, 255] } else { [90, 120, 150, 255] }
    });
    for position in ["attention", "entropy"] {
        let path = format!("/api/v1/image/resize?width=50&height=50&position={position}");
        let answer = client().post_as("image/png", &path, picture.clone());
        let (_, samples) = pixels(&answer.body);
        let red = samples.chunks_exact(4).filter(|pixel| pixel[0] > 200).count();
        assert!(red > 250, "{position}: {red} of about 314 pixels of the disc");
    }
}

#[test]
fn a_turned_photo_is_cropped_upright() {
    for turn in 1..=8 {
        let Some(picture) = shared(&format!("exif-orientation/Landscape_{turn}.jpg")) else { continue };
        let answer = client().post_as("image/jpeg", "/api/v1/image/crop?x=10&y=20&width=50&height=40", picture);
        let facts = answered(&answer);
        assert_eq!((facts["sourceWidth"].clone(), facts["sourceHeight"].clone()), (json!(1800), json!(1200)), "{turn}");
        assert_eq!((facts["width"].clone(), facts["height"].clone()), (Value::from(50), json!(40)), "{turn}");
    }
}

#[test]
fn a_fraction_of_a_pixel_is_refused() {
    let answer = cropped(&places(200, 100), "x=0.25&y=0.25&width=0.5&height=0.5");
    assert_eq!(answer.status, 422);
    assert!(answer.message().contains("unit=percent, such as 25"), "{}", answer.message());
    assert_eq!(part(&cropped(&places(200, 100), "x=0&width=0.5&height=50&unit=percent")), [0, 0, 1, 50]);
}

#[test]
fn places_have_other_names() {
    for (ours, others) in [
        ("top-left", "north-west,left-top,top left,NorthWest"),
        ("top-right", "north-east,right top"),
        ("bottom-left", "southwest,left bottom"),
        ("bottom-right", "south-east,right-bottom"),
        ("top", "north"),
        ("bottom", "south"),
        ("left", "west"),
        ("right", "east"),
        ("center", "centre,middle"),
        ("attention", "face,faces,smart,auto"),
    ] {
        let at = |name: &str| {
            part(&cropped(&places(200, 100), &format!("width=50&height=20&position={}", name.replace(' ', "%20"))))
        };
        for other in others.split(',') {
            assert_eq!(at(ours), at(other), "{other}");
        }
    }
}
