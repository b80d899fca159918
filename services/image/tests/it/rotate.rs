//! Turning and mirroring, against Pillow.

use chassis::testing::{Answer, python};
use serde_json::json;

use crate::{answered, client, pixels, png, shared};

fn rotated(picture: &[u8], options: &str) -> Answer {
    client().post_as("image/png", &format!("/api/v1/image/rotate?{options}"), picture.to_vec())
}

/// Smooth waves, and a soft hole.
fn waves(width: u32, height: u32, alpha: bool) -> Vec<u8> {
    png(width, height, |x, y| {
        let wave = |by: f32| (127.0 + 120.0 * ((x as f32 / by).sin() * (y as f32 / (by + 3.0)).cos())) as u8;
        let hole = x.abs_diff(width / 2).pow(2) + y.abs_diff(height / 2).pow(2);
        [wave(9.0), wave(14.0), wave(23.0), if alpha { (hole * 2).min(255) as u8 } else { 255 }]
    })
}

const PILLOW: &str = r#"
import json, math, sys
from PIL import Image
request = json.load(sys.stdin)
image = Image.frombytes("RGBA", request["size"], bytes(request["samples"]))
way = request["way"]
if way == "turn":
    sin, cos = math.sin(math.radians(request["angle"])), math.cos(math.radians(request["angle"]))
    (width, height), (wide, high) = image.size, request["canvas"]
    x, y = width / 2 - cos * wide / 2 - sin * high / 2, height / 2 + sin * wide / 2 - cos * high / 2
    way = (cos, sin, x, -sin, cos, y)
    image = image.convert("RGBa").transform((wide, high), Image.Transform.AFFINE, way, Image.Resampling.BILINEAR)
    image = image.convert("RGBA")
else:
    image = image.transpose(Image.Transpose[way])
json.dump({"size": image.size, "samples": list(image.tobytes())}, sys.stdout)
"#;

#[test]
fn quarter_turns_and_mirrors_are_those_of_pillow() {
    let source = waves(37, 20, true);
    let (size, samples) = pixels(&source);
    for (options, way) in [
        ("angle=90", "ROTATE_270"),
        ("angle=180", "ROTATE_180"),
        ("angle=-90", "ROTATE_90"),
        ("angle=270", "ROTATE_90"),
        ("flip=true", "FLIP_TOP_BOTTOM"),
        ("flop=true", "FLIP_LEFT_RIGHT"),
        ("angle=90&flop=true", "TRANSPOSE"),
        ("angle=90&flip=true", "TRANSVERSE"),
    ] {
        let way = match way {
            "TRANSPOSE" => "TRANSVERSE",
            "TRANSVERSE" => "TRANSPOSE",
            other => other,
        };
        let request = json!({"size": [size.0, size.1], "samples": samples, "way": way});
        let Some(theirs) = python("image", PILLOW, &request) else { return };
        let (size, samples) = pixels(&rotated(&source, options).body);
        assert_eq!(
            (json!([size.0, size.1]), json!(samples)),
            (theirs["size"].clone(), theirs["samples"].clone()),
            "{options}"
        );
    }
}

/// Pillow has hard edges; inside, pixels are the same but for rounding.
#[test]
fn any_angle_is_that_of_pillow() {
    for (angle, alpha) in [(7.0, false), (33.3, true), (45.0, false), (-120.0, true), (200.5, false)] {
        let source = waves(120, 80, alpha);
        let (size, samples) = pixels(&source);
        let (canvas, ours) = pixels(&rotated(&source, &format!("angle={angle}")).body);
        let request = json!({
            "size": [size.0, size.1], "samples": samples, "way": "turn", "angle": angle, "canvas": [canvas.0, canvas.1],
        });
        let Some(theirs) = python("image", PILLOW, &request) else { return };
        let theirs: Vec<u8> = serde_json::from_value(theirs["samples"].clone()).unwrap();
        let (mut compared, mut worst) = (0, 0);
        for (ours, theirs) in ours.chunks_exact(4).zip(theirs.chunks_exact(4)) {
            // Where a pixel is hardly there, its color is rounding; edges are softer here.
            if ours[3].min(theirs[3]) >= 128 && ours[3].abs_diff(theirs[3]) <= 1 {
                compared += 1;
                worst = worst.max(ours.iter().zip(theirs).map(|(ours, theirs)| ours.abs_diff(*theirs)).max().unwrap());
            }
        }
        assert!(compared > 8500 && worst <= if alpha { 3 } else { 1 }, "{angle}: {worst} over {compared}");
    }
}

#[test]
fn corners_are_of_the_background() {
    let source = waves(50, 40, false);
    let corner = |options: &str| pixels(&rotated(&source, options).body).1[..4].to_vec();
    assert_eq!(corner("angle=30"), [0, 0, 0, 0]);
    assert_eq!(corner("angle=30&background=red"), [255, 0, 0, 255]);
    assert_eq!(corner("angle=30&background=rgba(0,0,255,0.5)"), [0, 0, 255, 128]);
    let white = corner("angle=30&format=jpeg&quality=95");
    assert!(white.iter().all(|sample| *sample > 250), "{white:?}");
}

#[test]
fn a_turned_photo_is_upright_first() {
    let small = |turn: u32, options: &str| {
        let picture = shared(&format!("exif-orientation/Landscape_{turn}.jpg"))?;
        let answer = client().post_as("image/jpeg", &format!("/api/v1/image/rotate?quality=95&{options}"), picture);
        assert_eq!(answered(&answer)["width"], 1200, "{turn}");
        Some(pixels(&answer.body).1)
    };
    let Some(upright) = small(1, "angle=90") else { return };
    for turn in 2..=8 {
        let Some(turned) = small(turn, "angle=90") else { return };
        let sum: u64 = upright.iter().zip(&turned).map(|(a, b)| u64::from(a.abs_diff(*b))).sum();
        assert!((sum as f64) < 8.0 * upright.len() as f64, "{turn}: {}", sum as f64 / upright.len() as f64);
    }
}

#[test]
fn what_cannot_be_is_refused() {
    let source = waves(8, 8, false);
    for (options, status) in [
        ("angle=361", 400),
        ("angle=NaN", 400),
        ("angle=-1e300", 400),
        ("angle=ninety", 400),
        ("angle=", 200),
        ("", 200),
    ] {
        assert_eq!(rotated(&source, options).status, status, "{options}");
    }
    let wide = png(8000, 2000, |x, _| [x as u8, 0, 0, 255]);
    let answer = rotated(&wide, "angle=45");
    assert_eq!(answer.status, 413);
    assert!(answer.message().contains("angle: the picture would have 7072 x 7072 pixels"), "{}", answer.message());
}

#[test]
fn degrees_are_an_angle() {
    let answer = rotated(&waves(20, 10, false), "degrees=90");
    assert_eq!(answered(&answer)["width"], 10);
}
