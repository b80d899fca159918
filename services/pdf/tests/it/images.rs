//! Pictures to pages, and pages to pictures.

use pictures::image::codecs::jpeg::JpegEncoder;
use pictures::image::codecs::png::PngEncoder;
use pictures::image::{ExtendedColorType, ImageEncoder, Rgb, RgbImage, Rgba, RgbaImage};
use serde_json::json;

use super::{A, assert_sound, base64, bytes, client, done, file, oracle};

/// A picture that is red at the upper left, blue elsewhere.
fn photo(width: u32, height: u32) -> RgbImage {
    RgbImage::from_fn(
        width,
        height,
        |x, y| if x < width / 2 && y < height / 2 { Rgb([200, 0, 0]) } else { Rgb([0, 0, 90]) },
    )
}

fn jpeg(width: u32, height: u32, orientation: u8) -> Vec<u8> {
    let mut bytes = Vec::new();
    JpegEncoder::new_with_quality(&mut bytes, 90).encode_image(&photo(width, height)).unwrap();
    // EXIF with one entry: the orientation.
    let mut exif = b"\xff\xe1\x00\x22Exif\0\0MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0".to_vec();
    exif.extend([orientation, 0, 0, 0, 0, 0, 0]);
    bytes.splice(2..2, exif);
    bytes
}

#[test]
fn the_bytes_of_a_jpeg_are_untouched_and_it_stands_upright() {
    let client = client();
    for orientation in 1..=8_u8 {
        let picture = jpeg(80, 40, orientation);
        let made = done(&client, "/from-images", &json!({ "files": [file("p.jpg", &picture)] }));
        let document = bytes(&made["file"]);
        assert_sound(&document, 0);
        let Some(streams) = oracle("streams", &[("d", &document)], &json!(["d"])) else { return };
        assert_eq!(streams, json!([base64(&picture)]), "orientation {orientation}");
        // Painted by pdfium it is what the picture is, decoded upright.
        let body = json!({ "file": file("d.pdf", &document), "dpi": 96, "format": "png" });
        let page = client.post("/render", &body);
        assert_eq!(page.status, 200, "{:?}", page.body);
        let options = pictures::DecodeOptions::whole(&|| false);
        let upright = pictures::decode(&picture, &options).unwrap().into_raster().into_rgb8();
        let painted = pictures::decode(&page.body, &options).unwrap().into_raster().into_rgb8();
        assert_eq!(painted.dimensions(), upright.dimensions(), "orientation {orientation}");
        let differs = painted
            .pixels()
            .zip(upright.pixels())
            .filter(|(one, other)| one.0.iter().zip(other.0).any(|(a, b)| a.abs_diff(b) > 40));
        assert!(differs.count() < 200, "orientation {orientation}");
    }
}

#[test]
fn transparent_and_gray_pictures_are_kept_without_loss() {
    let client = client();
    let mut clear = Vec::new();
    let image = RgbaImage::from_fn(60, 40, |x, _| Rgba([10, 200, 30, if x < 30 { 255 } else { 0 }]));
    PngEncoder::new(&mut clear).write_image(&image, 60, 40, ExtendedColorType::Rgba8).unwrap();
    let made = done(&client, "/from-images", &json!({ "files": [file("c.png", &clear)], "size": "a6", "margin": 20 }));
    let document = bytes(&made["file"]);
    assert_sound(&document, 0);
    let Some(sizes) = oracle("sizes", &[("d", &document)], &json!(["d"])) else { return };
    // Wide pictures lie on wide paper.
    assert!(sizes[0][2].as_f64().unwrap() > sizes[0][3].as_f64().unwrap(), "{sizes}");
    let ink = oracle("ink", &[("d", &document)], &json!(["d", 0, 72])).unwrap();
    assert!(ink[2].as_f64().unwrap() < ink[4].as_f64().unwrap() / 2.0 + 2.0, "half of it is paper: {ink}");
    let text = client.post("/from-images", &json!({ "files": [file("a.txt", b"hello")] }));
    assert_eq!(text.status, 415, "{:?}", text.body);
}

#[test]
fn pages_are_painted_in_every_format() {
    let client = client();
    for (format, kind) in [("png", "image/png"), ("jpeg", "image/jpeg"), ("webp", "image/webp")] {
        let answer =
            client.post("/render", &json!({ "file": file("a.pdf", A), "pages": "2", "format": format, "width": 300 }));
        assert_eq!((answer.status, answer.header("content-type")), (200, kind), "{:?}", answer.body);
        let head = pictures::head(&answer.body).unwrap();
        assert_eq!(head.stored.0, 300);
    }
    let several = client.post("/render", &json!({ "file": file("a.pdf", A), "pages": "1-3", "dpi": 36 }));
    assert_eq!((several.status, several.header("content-type")), (200, "application/zip"));
    let large = client.post("/render", &json!({ "file": file("a.pdf", A), "pages": "1", "dpi": 1200 }));
    assert_eq!(large.status, 413, "{:?}", large.body);
}

/// Pictures that were put in come out: a JPEG to the byte, others to the pixel, with what is transparent.
#[test]
fn pictures_come_out_as_they_went_in() {
    let client = client();
    let photo = jpeg(80, 40, 1);
    let mut clear = Vec::new();
    let image = RgbaImage::from_fn(60, 40, |x, y| Rgba([x as u8, y as u8, 30, if x < 30 { 255 } else { 90 }]));
    PngEncoder::new(&mut clear).write_image(&image, 60, 40, ExtendedColorType::Rgba8).unwrap();
    let files = json!([file("p.jpg", &photo), file("c.png", &clear)]);
    let document = bytes(&done(&client, "/from-images", &json!({ "files": files }))["file"]);
    let taken = done(&client, "/images", &json!({ "file": file("d.pdf", &document) }));
    assert_eq!((&taken["count"], &taken["rows"][1]["page"]), (&json!(2), &json!(2)));
    assert_eq!(bytes(&taken["files"][0]), photo);
    let back = pictures::decode(&bytes(&taken["files"][1]), &pictures::DecodeOptions::whole(&|| false)).unwrap();
    assert_eq!(back.into_raster().into_rgba8(), image);
    let large = client.post("/images", &json!({ "file": file("d.pdf", &document), "minSize": 100 }));
    assert_eq!(large.status, 422, "{:?}", large.body);
    let none = client.post("/images", &json!({ "file": file("a.pdf", A) }));
    assert_eq!(none.status, 422);
}
