//! Tone, color, blur and shape, against CSS filters as resvg has them, Pillow, and the Gaussian itself.

use chassis::testing::{Answer, python};
use pictures::image::DynamicImage;
use pictures::{Drawing, Limits};
use serde_json::json;

use crate::{answered, client, pixels, png, shared};

fn adjusted(picture: &[u8], options: &str) -> Answer {
    client().post_as("image/png", &format!("/api/v1/image/adjust?{options}"), picture.to_vec())
}

fn samples(picture: &[u8], options: &str) -> Vec<u8> {
    let answer = adjusted(picture, &format!("format=png&{options}"));
    assert_eq!(answer.status, 200, "{options} {:?}", answer.body);
    pixels(&answer.body).1
}

/// Colors from all over the cube.
const COLORS: [[u8; 3]; 12] = [
    [0, 0, 0],
    [255, 255, 255],
    [128, 128, 128],
    [255, 0, 0],
    [0, 255, 0],
    [0, 0, 255],
    [200, 100, 50],
    [50, 100, 200],
    [30, 220, 120],
    [240, 230, 20],
    [100, 20, 90],
    [13, 77, 61],
];

#[test]
fn colors_change_as_css_filters_change_them() {
    let source = png(COLORS.len() as u32, 1, |x, _| {
        let [red, green, blue] = COLORS[x as usize];
        [red, green, blue, 255]
    });
    for (options, filter) in [
        ("brightness=40", "brightness(1.4)"),
        ("brightness=-30", "brightness(0.7)"),
        ("contrast=50", "contrast(1.5)"),
        ("contrast=-60", "contrast(0.4)"),
        ("saturation=100", "saturate(2)"),
        ("saturation=-45", "saturate(0.55)"),
        ("saturation=-100", "saturate(0)"),
        ("hue=90", "hue-rotate(90deg)"),
        ("hue=-33", "hue-rotate(-33deg)"),
        ("grayscale=true", "grayscale(1)"),
        ("sepia=true", "sepia(1)"),
        ("invert=true", "invert(1)"),
        ("", "none"),
    ] {
        let ours = samples(&source, options);
        let boxes: String = COLORS
            .iter()
            .enumerate()
            .map(|(x, [red, green, blue])| {
                format!("<rect x='{x}' width='1' height='1' fill='rgb({red},{green},{blue})' filter='{filter}'/>")
            })
            .collect();
        let svg = format!("<svg xmlns='http://www.w3.org/2000/svg' width='{}' height='1'>{boxes}</svg>", COLORS.len());
        let drawing = Drawing::read(svg.as_bytes()).unwrap();
        let theirs = drawing.draw((COLORS.len() as u32, 1), &Limits::DEFAULT).unwrap();
        let theirs = theirs.into_rgba8().into_raw();
        for (index, (ours, theirs)) in ours.chunks_exact(4).zip(theirs.chunks_exact(4)).enumerate() {
            let off = ours.iter().zip(theirs).map(|(ours, theirs)| ours.abs_diff(*theirs)).max().unwrap();
            assert!(off <= 2, "{options} {:?}: {ours:?} {theirs:?}", COLORS[index]);
        }
    }
}

const PILLOW: &str = r#"
import json, math, sys
import numpy
from PIL import Image, ImageFilter, ImageOps
request = json.load(sys.stdin)
image = Image.frombytes("RGBA", request["size"], bytes(request["samples"])).convert("RGB")
way, value = request["way"], request.get("value")
def gaussian(image, sigma):
    reach = math.ceil(4 * sigma)
    kernel = numpy.exp(-0.5 * (numpy.arange(-reach, reach + 1) / sigma) ** 2)
    kernel /= kernel.sum()
    rows = numpy.asarray(image, dtype=float)
    for _ in (0, 1):
        length = rows.shape[0]
        padded = numpy.pad(rows, [(reach, reach), (0, 0), (0, 0)], mode="edge")
        rows = sum(weight * padded[step:step + length] for step, weight in enumerate(kernel))
        rows = rows.transpose(1, 0, 2)
    return rows
if way == "gaussian":
    out = gaussian(image, value)
elif way == "unsharp":
    rows = numpy.asarray(image, dtype=float)
    out = rows + (rows - gaussian(image, 1.0)) * value / 100
elif way == "gamma":
    out = 255 * (numpy.asarray(image) / 255) ** (1 / value)
elif way == "threshold":
    rows = numpy.asarray(image, dtype=float)
    gray = rows @ [0.2126, 0.7152, 0.0722]
    out = numpy.repeat(numpy.where(numpy.round(gray) >= value, 255, 0)[..., None], 3, 2)
elif way == "autocontrast":
    out = numpy.asarray(ImageOps.autocontrast(image.convert("L"), cutoff=1).convert("RGB"))
elif way == "pixelate":
    width, height = image.size
    small = image.resize((width // value, height // value), Image.Resampling.BOX)
    out = numpy.asarray(small.resize(image.size, Image.Resampling.NEAREST))
json.dump(numpy.clip(numpy.round(out), 0, 255).astype(int).ravel().tolist(), sys.stdout)
"#;

/// How far ours is from theirs at most, but for a margin, and in the mean.
fn against(options: &str, way: &str, value: f64, source: &[u8], margin: u32) -> Option<(f64, f64)> {
    let (size, before) = pixels(source);
    let value = if way == "pixelate" { json!(value as u32) } else { json!(value) };
    let request = json!({"size": [size.0, size.1], "samples": before, "way": way, "value": value});
    let theirs: Vec<u8> = serde_json::from_value(python("image", PILLOW, &request)?).unwrap();
    let ours = samples(source, options);
    let (mut most, mut sum) = (0, 0);
    for (index, (ours, theirs)) in ours.chunks_exact(4).zip(theirs.chunks_exact(3)).enumerate() {
        let (x, y) = (index as u32 % size.0, index as u32 / size.0);
        let inside = x.min(y).min(size.0 - 1 - x).min(size.1 - 1 - y) >= margin;
        for (ours, theirs) in ours.iter().zip(theirs) {
            let off = ours.abs_diff(*theirs);
            (most, sum) = (most.max(if inside { off } else { 0 }), sum + u64::from(off));
        }
    }
    Some((f64::from(most), sum as f64 / theirs.len() as f64))
}

fn photo() -> Option<Vec<u8>> {
    let photo = shared("sharp/2569067123_aca715a2ee_o.jpg")?;
    let path = "/api/v1/image/crop?x=400&y=700&width=180&height=120&format=png";
    Some(client().post_as("image/jpeg", path, photo).body.to_vec())
}

/// A small blur is the Gaussian but for rounding. A large one is off by a few levels; near the edges by more, where the
/// mean of the pixels there goes on rather than the last one.
#[test]
fn a_blur_is_the_gaussian() {
    let Some(photo) = photo() else { return };
    let noise = png(160, 120, |x, y| {
        let mix = x.wrapping_mul(2_654_435_761) ^ y.wrapping_mul(2_246_822_519);
        [(mix >> 8) as u8, (mix >> 16) as u8, if x > 80 { 255 } else { 0 }, 255]
    });
    for (sigma, most) in [(0.5, 1.0), (1.0, 1.0), (2.9, 1.0), (3.0, 3.0), (4.0, 3.0), (8.0, 3.0), (25.0, 3.0)] {
        for (source, mean) in [(&photo, 1.3), (&noise, 2.5)] {
            let margin = if sigma < 3.0 { 0 } else { (2.0 * sigma) as u32 };
            let Some(off) = against(&format!("blur={sigma}"), "gaussian", sigma, source, margin) else { return };
            assert!(off.0 <= most && off.1 <= mean, "{sigma}: {off:?}");
        }
    }
}

#[test]
fn tones_are_those_of_pillow_and_numpy() {
    let Some(photo) = photo() else { return };
    for (options, way, value, most) in [
        ("gamma=2.2", "gamma", 2.2, 1.0),
        ("gamma=0.4", "gamma", 0.4, 1.0),
        ("sharpen=100", "unsharp", 100.0, 2.0),
        ("sharpen=300", "unsharp", 300.0, 4.0),
        ("pixelate=6", "pixelate", 6.0, 1.0),
        ("pixelate=30", "pixelate", 30.0, 1.0),
    ] {
        let Some(off) = against(options, way, value, &photo, 0) else { return };
        assert!(off.0 <= most, "{options}: {off:?}");
    }
    let gray = samples(&photo, "grayscale=true");
    let gray = png(180, 120, |x, y| {
        let value = gray[((y * 180 + x) * 4) as usize] / 3 + 60;
        [value, value, value, 255]
    });
    let Some(off) = against("normalize=true", "autocontrast", 0.0, &gray, 0) else { return };
    assert!(off.0 <= 2.0, "{off:?}");
    let Some(off) = against("threshold=100", "threshold", 100.0, &photo, 0) else { return };
    // Where brightness is a rounding from the threshold, it may be either.
    assert!(off.1 < 0.2, "{off:?}");
}

#[test]
fn a_tint_keeps_black_and_white_and_its_own_tone() {
    let source = png(3, 1, |x, _| {
        if x == 0 {
            [0, 0, 0, 255]
        } else if x == 1 {
            [255, 255, 255, 9]
        } else {
            [54, 54, 54, 255]
        }
    });
    assert_eq!(samples(&source, "tint=red"), [0, 0, 0, 255, 255, 255, 255, 9, 254, 0, 0, 255]);
}

#[test]
fn areas_are_changed_and_nothing_else() {
    let source = png(40, 30, |x, y| [(x * 6) as u8, (y * 8) as u8, ((x ^ y) * 4) as u8, 255]);
    let before = pixels(&source).1;
    for change in ["pixelate=5", "blur=6"] {
        let areas =
            "[{\"x\":10,\"y\":5,\"width\":10,\"height\":10},{\"x\":35,\"y\":25,\"width\":65535,\"height\":65535}]";
        let path = format!(
            "/api/v1/image/adjust?{change}&areas={}",
            areas.replace('"', "%22").replace('{', "%7B").replace('}', "%7D")
        );
        let answer = client().post_as("image/png", &path, source.clone());
        assert_eq!(answer.status, 200, "{:?}", answer.body);
        let after = pixels(&answer.body).1;
        for (index, (before, after)) in before.chunks_exact(4).zip(after.chunks_exact(4)).enumerate() {
            let (x, y) = (index % 40, index / 40);
            let inside = ((10..20).contains(&x) && (5..15).contains(&y)) || (x >= 35 && y >= 25);
            assert!(inside || before == after, "{change} {x} {y}");
        }
        assert_ne!(before, after);
    }
    let body =
        json!({"image": crate::base64(&source), "pixelate": 4, "areas": [{"x": 40, "y": 0, "width": 1, "height": 1}]});
    let answer = client().post("/api/v1/image/adjust", &body);
    assert_eq!(answer.status, 422);
    let whole = json!({"x": 0, "y": 0, "width": 65535, "height": 65535});
    let often = json!({"image": crate::base64(&source), "blur": 4, "areas": [whole, whole, whole, whole, whole]});
    let refused = client().post("/api/v1/image/adjust", &often);
    assert_eq!(refused.status, 422);
    assert!(refused.message().contains("areas: cover the picture more than four times"), "{}", refused.message());
    assert!(answer.message().contains("areas: has an area at 40, 0, which lies outside: this picture has 40 x 30"));
}

#[test]
fn corners_circles_and_borders() {
    let source = png(60, 40, |_, _| [10, 200, 30, 255]);
    let at = |samples: &[u8], width: usize, x: usize, y: usize| samples[(y * width + x) * 4..][..4].to_vec();
    let rounded = samples(&source, "radius=20");
    assert_eq!(
        (at(&rounded, 60, 0, 0)[3], at(&rounded, 60, 59, 39)[3], at(&rounded, 60, 30, 0)),
        (0, 0, vec![10, 200, 30, 255])
    );
    // The area of the picture less that of the corners: 60 x 40 - (4 - pi) r^2.
    let area: f64 = rounded.chunks_exact(4).map(|pixel| f64::from(pixel[3]) / 255.0).sum();
    assert!((area - (2400.0 - (4.0 - std::f64::consts::PI) * 400.0)).abs() < 6.0, "{area}");
    let answer = adjusted(&source, "circle=true");
    let (size, circle) = pixels(&answer.body);
    let area: f64 = circle.chunks_exact(4).map(|pixel| f64::from(pixel[3]) / 255.0).sum();
    assert_eq!(size, (40, 40));
    assert!((area - std::f64::consts::PI * 400.0).abs() < 6.0, "{area}");
    let ring = samples(&source, "circle=true&border=5&borderColor=red");
    assert_eq!(
        (at(&ring, 50, 2, 25), at(&ring, 50, 25, 25), at(&ring, 50, 0, 0)[3]),
        (vec![255, 0, 0, 255], vec![10, 200, 30, 255], 0)
    );
    // On the diagonal, between the circles: the border; inside both, the picture.
    assert_eq!((at(&ring, 50, 9, 9), at(&ring, 50, 14, 14)), (vec![255, 0, 0, 255], vec![10, 200, 30, 255]));
    let (size, framed) = pixels(&adjusted(&source, "border=3").body);
    assert_eq!(
        (size, at(&framed, 66, 0, 0), at(&framed, 66, 3, 3)),
        ((66, 46), vec![0, 0, 0, 255], vec![10, 200, 30, 255])
    );
    assert_eq!(at(&samples(&source, "opacity=50"), 60, 5, 5), [10, 200, 30, 128]);
}

#[test]
fn what_becomes_transparent_is_no_longer_a_jpeg() {
    let jpeg = client().post_as(
        "image/png",
        "/api/v1/image/rotate?format=jpeg&quality=95",
        png(20, 20, |_, _| [9, 9, 9, 255]),
    );
    for (options, kind) in [
        ("circle=true", "image/png"),
        ("circle=true&format=webp", "image/webp"),
        ("circle=true&background=red", "image/jpeg"),
        ("circle=true&format=jpeg", "image/jpeg"),
        ("opacity=50", "image/png"),
        ("opacity=100", "image/jpeg"),
        ("sepia=true", "image/jpeg"),
    ] {
        assert_eq!(adjusted(&jpeg.body, options).header("content-type"), kind, "{options}");
    }
}

#[test]
fn every_kind_of_pixel_goes_through_everything() {
    let everything = "normalize=true&gamma=1.2&brightness=5&contrast=5&saturation=9&hue=9&sepia=true&tint=blue&invert=true&\
        blur=5&sharpen=50&pixelate=2&circle=true&border=2&borderColor=rgba(255,0,0,0.5)&radius=3&opacity=90";
    let mut sources: Vec<(String, Vec<u8>)> = vec![("1x1".into(), png(1, 1, |_, _| [1, 2, 3, 4]))];
    for image in [
        DynamicImage::new_luma8(3, 2),
        DynamicImage::new_luma_a8(3, 2),
        DynamicImage::new_rgb8(3, 2),
        DynamicImage::new_luma16(3, 2),
        DynamicImage::new_luma_a16(3, 2),
        DynamicImage::new_rgb16(3, 2),
        DynamicImage::new_rgba16(3, 2),
    ] {
        let mut bytes = std::io::Cursor::new(Vec::new());
        image.write_to(&mut bytes, pictures::image::ImageFormat::Png).unwrap();
        sources.push((format!("{:?}", image.color()), bytes.into_inner()));
    }
    for (name, source) in &sources {
        for options in
            everything.split('&').chain([everything, "grayscale=true", "threshold=9", "threshold=9&tint=red"])
        {
            if options.starts_with("borderColor") {
                continue;
            }
            let answer = adjusted(source, options);
            assert_eq!(answer.status, 200, "{name} {options} {:?}", answer.body);
        }
    }
}

#[test]
fn values_outside_their_range_are_refused() {
    let source = png(4, 4, |_, _| [1, 2, 3, 255]);
    for options in [
        "brightness=101",
        "contrast=-101",
        "saturation=NaN",
        "hue=inf",
        "gamma=0",
        "blur=0.1",
        "blur=101",
        "blur=1e400",
        "sharpen=-1",
        "sharpen=501",
        "pixelate=1",
        "pixelate=4294967296",
        "threshold=256",
        "radius=0",
        "border=-1",
        "border=1001",
        "opacity=101",
        "tint=blurple",
    ] {
        assert_eq!(adjusted(&source, options).status, 400, "{options}");
    }
    assert_eq!(adjusted(&source, "borderColor=red").status, 422);
    assert_eq!(adjusted(&source, "areas=%5B%7B%22x%22:0,%22y%22:0,%22width%22:1,%22height%22:1%7D%5D").status, 422);
    assert_eq!(answered(&adjusted(&source, "blur=100&radius=4096&pixelate=1000"))["width"], 4);
}

#[test]
fn other_names_and_fractions_are_understood() {
    let source = png(8, 8, |x, _| [x as u8 * 30, 9, 200, 255]);
    for (ours, others) in
        [("grayscale=true", "greyscale=true"), ("radius=3", "cornerRadius=3"), ("radius=3", "borderRadius=3")]
    {
        assert_eq!(samples(&source, ours), samples(&source, others), "{others}");
    }
    for (options, words) in [
        ("brightness=1.2", "send 20 for 1.2 times"),
        ("saturation=0.5", "send -50 for 0.5 times"),
        ("opacity=0.5", "send 50 if you mean"),
    ] {
        let warnings = &answered(&adjusted(&source, options))["warnings"];
        assert_eq!(warnings[0]["code"], "percent", "{options}");
        assert!(warnings[0]["message"].as_str().unwrap().contains(words), "{options} {warnings}");
    }
    for options in ["brightness=1", "contrast=20", "opacity=50", "saturation=-0.5", "opacity=0"] {
        assert_eq!(answered(&adjusted(&source, options))["warnings"], json!([]), "{options}");
    }
}
