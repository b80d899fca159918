//! Pictures Pillow makes are read as Pillow reads them, and ours are read by Pillow as we meant them.

use std::time::Duration;

use base64_simd::STANDARD;
use pictures::image::{DynamicImage, Rgb, RgbImage, RgbaImage};
use pictures::{DecodeOptions, Encoding, Format, Frame, Frames, Picture, Pixels, encode, head};
use serde_json::{Map, Value, json};

use super::{decoded, made, png, python};

/// A picture with smooth and sharp parts, in every mode each format has.
const MAKE: &str = r#"
y, x = np.mgrid[0:37, 0:53]
rgb = Image.fromarray(np.stack([x * 4 % 256, y * 6 % 256, (x * y) % 256], -1).astype(np.uint8))
alpha = Image.fromarray((x * 255 // 52).astype(np.uint8))
seen = rgb.copy(); seen.putalpha(alpha)
gray, two = rgb.convert("L"), rgb.convert("1")
few = rgb.quantize(16)
deep = Image.fromarray((x * 1200 + y * 30).astype(np.uint16))
for name, picture in {"rgb": rgb, "gray": gray, "two": two, "few": few}.items():
    keep("bmp " + name, picture, "BMP")
    keep("tiff " + name, picture, "TIFF")
    keep("png " + name, picture, "PNG")
    keep("gif " + name, picture.quantize(64) if name == "rgb" else picture, "GIF")
for compression in ["tiff_lzw", "tiff_deflate", "packbits", "group4"]:
    keep("tiff " + compression, two if compression == "group4" else rgb, "TIFF", compression=compression)
keep("tiff jpeg", rgb, "TIFF", compression="jpeg", quality=95)
keep("tiff alpha", seen, "TIFF")
keep("tiff deep", deep, "TIFF")
keep("tiff inks", rgb.convert("CMYK"), "TIFF")
keep("tiff float", Image.fromarray((x / 52).astype(np.float32)), "TIFF")
keep("bmp alpha", seen, "BMP")
keep("png alpha", seen, "PNG")
keep("png deep", deep, "PNG")
keep("ico", seen.resize((32, 32)), "ICO", sizes=[(32, 32)])
keep("ico bmp", seen.resize((32, 32)), "ICO", sizes=[(32, 32)], bitmap_format="bmp")
keep("ppm", rgb, "PPM")
keep("pgm", gray, "PPM")
keep("pbm", two, "PPM")
keep("webp exact", seen, "WEBP", lossless=True, exact=True)
keep("webp", rgb, "WEBP", quality=80)
keep("webp alpha", seen, "WEBP", quality=80)
keep("jpeg", rgb, "JPEG", quality=90)
keep("jpeg progressive", rgb, "JPEG", quality=90, progressive=True)
keep("jpeg gray", gray, "JPEG", quality=90)
keep("jpeg inks", rgb.convert("CMYK"), "JPEG", quality=90)
keep("avif", rgb, "AVIF", quality=80)
keep("avif whole", rgb, "AVIF", quality=80, subsampling="4:4:4")
keep("avif half", rgb, "AVIF", quality=80, subsampling="4:2:2")
keep("avif narrow", rgb, "AVIF", quality=80, range="limited")
keep("avif alpha", seen, "AVIF", quality=80)
keep("avif gray", gray, "AVIF", quality=80, subsampling="4:0:0")
for turn in range(1, 9):
    for format in ["AVIF", "JPEG", "PNG", "WEBP", "TIFF"]:
        exif = Image.Exif(); exif[0x112] = turn
        keep(f"{format.lower()} turned {turn}", rgb, format, exif=exif)
"#;

/// What is lost, in decibels, where a decoder may round in its own way; else every pixel is right.
fn least(name: &str) -> f64 {
    match name.split(' ').next() {
        // Colors between two samples are not the same in every decoder.
        Some("avif") => 43.0,
        Some("jpeg") => 50.0,
        // Another decoder than that of the JPEG inside.
        _ if name == "tiff jpeg" => 65.0,
        _ => 99.0,
    }
}

#[test]
fn pictures_of_every_kind_are_read() {
    let Some(pictures) = made(MAKE) else { return };
    let mut request = Map::new();
    let mut refused = Vec::new();
    for (name, bytes) in pictures {
        match decoded(&bytes) {
            Ok(picture) => {
                let head = head(&bytes).unwrap();
                assert_eq!(head.upright(), picture.frame_size(), "{name}");
                request.insert(name, json!([STANDARD.encode_to_string(&bytes), png(&picture)]));
            }
            Err(error) => refused.push(format!("{name}: {error}")),
        }
    }
    let program = r#"
answer = {}
for name, (source, ours) in request.items():
    source = opened(source)
    if source.mode == "F":
        source = Image.fromarray((np.asarray(source) * 255 + 0.5).astype(np.uint8))
    answer[name] = psnr(rgba(opened(ours)), rgba(ImageOps.exif_transpose(source)))
print(json.dumps(answer))"#;
    let Some(answer) = python(program, &Value::Object(request)) else { return };
    let near = answer.as_object().unwrap();
    let wrong: Vec<_> =
        near.iter().filter(|(name, near)| near.as_f64().is_none_or(|near| near < least(name))).collect();
    let worst = near.iter().filter_map(|(name, near)| Some((name, near.as_f64()?))).filter(|(_, near)| *near < 99.0);
    println!("not exact: {:?}", worst.collect::<Vec<_>>());
    assert!(wrong.is_empty(), "{wrong:?}");
    // One channel of floating point has no place among our buffers.
    assert_eq!(refused, ["tiff float: this variant of TIFF is not supported: send it as PNG or JPEG"]);
}

/// Three frames with a square that moves, of different lengths.
fn moving(alpha: bool) -> Picture {
    let frame = |index: u32| {
        let mut pixels = RgbaImage::from_fn(40, 30, |x, y| {
            [(x * 6) as u8, (y * 8) as u8, 90, if alpha && x < 10 { 0 } else { 255 }].into()
        });
        for (x, y) in (0..8).flat_map(|x| (0..8).map(move |y| (x + 5 + index * 10, y + 10))) {
            pixels.put_pixel(x, y, [250, 20, 20, 255].into());
        }
        let pixels = DynamicImage::ImageRgba8(pixels);
        let pixels = if alpha { pixels } else { pixels.into_rgb8().into() };
        Frame { pixels: Pixels::Raster(pixels), delay: Duration::from_millis(100 + 50 * u64::from(index)) }
    };
    Picture { format: Format::Png, size: (40, 30), frames: (0..3).map(frame).collect(), loops: 3 }
}

fn all(bytes: &[u8]) -> Picture {
    pictures::decode(bytes, &DecodeOptions { frames: Frames::All, ..DecodeOptions::whole(&|| false) }).unwrap()
}

#[test]
fn animations_are_written_as_they_are() {
    let program = r#"
answer = {}
for name, (file, frames) in request.items():
    file = opened(file)
    found = [(rgba(frame), frame.info["duration"]) for frame in ImageSequence.Iterator(file)]
    near = [psnr(now, rgba(opened(then))) for (now, _), then in zip(found, frames)]
    answer[name] = {"delays": [delay for _, delay in found], "loops": file.info.get("loop"), "near": near}
print(json.dumps(answer))"#;
    let mut request = Map::new();
    for (alpha, format) in [(false, Format::Gif), (true, Format::Gif), (false, Format::Webp), (true, Format::Webp)] {
        let picture = moving(alpha);
        let encoding = Encoding { quality: 95, ..Encoding::of(format) };
        let bytes = encode(&picture, &encoding, &|| false).unwrap();
        let frames =
            picture.frames.iter().map(|frame| png(&Picture::still(Format::Png, frame.pixels.clone().into_raster())));
        let name = format!("{} {alpha}", format.name());
        request.insert(name.clone(), json!([STANDARD.encode_to_string(&bytes), frames.collect::<Vec<_>>()]));
        // We read it as we wrote it, too.
        let again = all(&bytes);
        let delays = |picture: &Picture| picture.frames.iter().map(|frame| frame.delay).collect::<Vec<_>>();
        assert_eq!((delays(&again), again.loops), (delays(&picture), 3), "{name}");
        let motion = head(&bytes).unwrap().animation.unwrap();
        assert_eq!((motion.frames, motion.loops, motion.duration), (3, 3, Duration::from_millis(450)), "{name}");
    }
    let Some(answer) = python(program, &Value::Object(request)) else { return };
    for (name, found) in answer.as_object().unwrap() {
        println!("{name}: {found}");
        assert_eq!(found["delays"], json!([100, 150, 200]), "{name}");
        assert_eq!(found["loops"], 3, "{name}");
        let near = found["near"].as_array().unwrap();
        assert!(near.iter().all(|near| near.as_f64().unwrap() > 29.0), "{name}: {near:?}");
    }
}

#[test]
fn frames_and_pages_are_found_by_their_number() {
    let program = r#"
shades = [Image.new("RGB", (20, 10 + n), (n * 60, 0, 0)) for n in range(4)]
same = [Image.new("RGB", (20, 10), (n * 60, 0, 0)) for n in range(4)]
keep("tiff", shades[0], "TIFF", save_all=True, append_images=shades[1:])
keep("gif", same[0], "GIF", save_all=True, append_images=same[1:])
keep("webp", same[0], "WEBP", save_all=True, append_images=same[1:], lossless=True)
keep("png", same[0], "PNG", save_all=True, append_images=same[1:])
keep("ico", Image.new("RGBA", (64, 64), (180, 0, 0, 255)), "ICO", sizes=[(16, 16), (64, 64), (32, 32)])
"#;
    let Some(pictures) = made(program) else { return };
    assert_eq!(pictures.len(), 5);
    for (name, bytes) in pictures {
        let one = |number| {
            pictures::decode(&bytes, &DecodeOptions { frames: Frames::One(number), ..DecodeOptions::whole(&|| false) })
        };
        if name == "ico" {
            let sides: Vec<u32> = (0..3).map(|page| one(page).unwrap().frame_size().0).collect();
            assert_eq!(sides, [64, 32, 16]);
            assert_eq!(head(&bytes).unwrap().stored, (64, 64));
            continue;
        }
        for number in 0..4 {
            let picture = one(number).unwrap();
            let height = if name == "tiff" { 10 + number } else { 10 };
            assert_eq!((picture.frames.len(), picture.frame_size()), (1, (20, height)), "{name}");
            let red = picture.into_raster().into_rgb8().get_pixel(5, 5).0[0];
            assert!(red.abs_diff(number as u8 * 60) < 2, "{name} {number}: {red}");
        }
        let what = if name == "tiff" { "pages" } else { "frames" };
        let message = one(4).unwrap_err().to_string();
        assert_eq!(message, format!("this picture has 4 {what}, counted from 0: there is no number 4"), "{name}");
        assert_eq!(all(&bytes).frames.len(), if name == "tiff" { 1 } else { 4 }, "{name}");
    }
}

#[test]
fn a_png_has_no_more_bits_than_it_needs() {
    let few = RgbImage::from_fn(64, 64, |x, y| Rgb([(x / 8 * 30) as u8, (y / 32 * 200) as u8, 7]));
    let many = RgbImage::from_fn(64, 64, |x, y| Rgb([(x * 4) as u8, (y * 4) as u8, 7]));
    let seen = RgbaImage::from_fn(9, 5, |x, _| [1, 2, 3, if x < 5 { 0 } else { 255 }].into());
    let two = RgbImage::from_fn(9, 5, |x, y| if (x + y) % 2 == 0 { Rgb([0; 3]) } else { Rgb([255; 3]) });
    let kinds: [(&str, DynamicImage, u8, u8); 7] = [
        ("few", few.into(), 4, 3),
        ("many", many.clone().into(), 8, 2),
        ("seen", seen.into(), 1, 3),
        ("two", two.clone().into(), 1, 3),
        ("black and white", DynamicImage::from(two).into_luma8().into(), 1, 0),
        ("gray", DynamicImage::from(many.clone()).into_luma8().into(), 8, 0),
        ("deep", DynamicImage::from(many).into_rgb16().into(), 16, 2),
    ];
    for (name, pixels, depth, color) in kinds {
        let picture = Picture::still(Format::Png, pixels.clone());
        let bytes = encode(&picture, &Encoding::of(Format::Png), &|| false).unwrap();
        assert_eq!((bytes[24], bytes[25]), (depth, color), "{name}");
        let again = decoded(&bytes).unwrap().into_raster();
        assert_eq!(again.to_rgba16(), pixels.to_rgba16(), "{name}");
    }
}

#[test]
fn avif_is_written() {
    let seen = RgbaImage::from_fn(60, 40, |x, y| [(x * 4) as u8, (y * 6) as u8, 90, (x * 4) as u8].into());
    let mut request = Map::new();
    for (name, pixels) in [
        ("alpha", DynamicImage::from(seen.clone())),
        ("opaque", DynamicImage::from(seen.clone()).into_rgb8().into()),
        ("one pixel", DynamicImage::from(seen).crop_imm(9, 9, 1, 1)),
    ] {
        let picture = Picture::still(Format::Png, pixels);
        let bytes = encode(&picture, &Encoding { quality: 90, ..Encoding::of(Format::Avif) }, &|| false).unwrap();
        let again = decoded(&bytes).unwrap();
        assert_eq!(again.frame_size(), picture.frame_size(), "{name}");
        request.insert(name.into(), json!([STANDARD.encode_to_string(bytes), png(&picture), png(&again)]));
    }
    let program = r#"
answer = {}
for name, (file, then, again) in request.items():
    file = rgba(opened(file))
    answer[name] = [psnr(file, rgba(opened(then))), psnr(file, rgba(opened(again)))]
print(json.dumps(answer))"#;
    let Some(answer) = python(program, &Value::Object(request)) else { return };
    println!("{answer}");
    for (name, near) in answer.as_object().unwrap() {
        assert!(near[0].as_f64().unwrap() > 36.0 && near[1].as_f64().unwrap() > 45.0, "{name}: {near}");
    }
}
