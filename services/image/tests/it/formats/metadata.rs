//! Metadata Pillow writes: read, taken out, and never in what we make.

use base64_simd::STANDARD;
use serde_json::{Value, json};

use super::{made, python};
use crate::{answered, client};

/// Every secret a picture may carry, each with a word that can be looked for.
const MAKE: &str = r#"
y, x = np.mgrid[0:40, 0:60]
rgb = Image.fromarray(np.stack([x * 4, y * 6, x * 2 + y], -1).astype(np.uint8))
exif = Image.Exif()
exif[0x112] = 6
exif[0x10f], exif[0x110] = "Hidden Maker", "Hidden Model"
exif[0x13b], exif[0x8298] = "Hidden Artist", "Hidden Rights"
exif.get_ifd(0x8769)[0x9003] = "2024:05:01 12:30:00"
exif.get_ifd(0x8769)[0x829d] = 2.8
exif.get_ifd(0x8769)[0x927c] = b"Hidden Notes" * 9
exif.get_ifd(0x8825)[1], exif.get_ifd(0x8825)[2] = "N", (52.0, 31.0, 12.0)
exif.get_ifd(0x8825)[3], exif.get_ifd(0x8825)[4] = "W", (11.0, 34.0, 30.0)
exif.get_ifd(0x8825)[29] = "1999:12:31"
xmp = ('<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
    '<rdf:Description rdf:about="" xmlns:p="http://ns.adobe.com/photoshop/1.0/" p:City="Hidden City" '
    'xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:exif="http://ns.adobe.com/exif/1.0/" exif:GPSLatitude="48,8.25N">'
    '<dc:creator><rdf:Seq><rdf:li>Hidden Creator</rdf:li><rdf:li>Other</rdf:li></rdf:Seq></dc:creator>'
    '</rdf:Description></rdf:RDF></x:xmpmeta>').encode()
profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
options = dict(exif=exif.tobytes(), xmp=xmp, icc_profile=profile)
keep("jpeg", rgb, "JPEG", quality=90, comment="Hidden Comment", dpi=(300, 300), **options)
keep("webp", rgb, "WEBP", quality=90, **options)
from PIL.PngImagePlugin import PngInfo
texts = PngInfo()
texts.add_text("Comment", "Hidden Comment"); texts.add_text("Author", "Hidden Artist"); texts.add_itxt("Title", "Hidden Title", zip=True)
texts.add_itxt("XML:com.adobe.xmp", xmp.decode())
keep("png", rgb, "PNG", pnginfo=texts, exif=options["exif"], icc_profile=profile, dpi=(300, 300))
keep("gif", rgb.quantize(64), "GIF", comment=b"Hidden Comment", save_all=True, append_images=[rgb.rotate(90).quantize(64)], loop=2)
keep("avif", rgb, "AVIF", **options)
exif[700] = xmp
keep("tiff", rgb, "TIFF", exif=exif.tobytes(), icc_profile=profile)
# Photoshop's resources, with IPTC in them, and a second picture behind the first.
jpeg = base64.b64decode(made["jpeg"])
iptc = b"".join(bytes([0x1c, 2, set, 0, len(text)]) + text for set, text in [(80, b"Hidden Byline"), (25, b"sea"), (25, b"sand")])
iptc = b"8BIM\x04\x04\x00\x00" + len(iptc).to_bytes(4, "big") + iptc + b"\0" * (len(iptc) % 2)
iptc = b"Photoshop 3.0\0" + iptc
made["jpeg"] = base64.b64encode(jpeg[:2] + b"\xff\xed" + (len(iptc) + 2).to_bytes(2, "big") + iptc + jpeg[2:] + b"Hidden Trailer").decode()
"#;

fn post(path: &str, bytes: &[u8], options: &Value) -> chassis::testing::Answer {
    let mut request = json!({"image": STANDARD.encode_to_string(bytes)});
    request.as_object_mut().unwrap().extend(options.as_object().unwrap().clone());
    client().post(&format!("/api/v1/image/{path}"), &request)
}

fn holds(bytes: &[u8], word: &[u8]) -> bool {
    bytes.windows(word.len()).any(|part| part == word)
}

/// The words that must not be in a file; `GPS` is a name of XMP, the date that of a satellite.
const WORDS: &[&[u8]] = &[b"Hidden", b"1999:12:31", b"xmpmeta", b"8BIM", b"GPSLatitude", b"2024:05:01"];

#[test]
fn what_a_picture_says_is_read() {
    let Some(pictures) = made(MAKE) else { return };
    for (name, bytes) in pictures {
        let info = post("info", &bytes, &json!({})).json();
        let expected = if name == "avif" || name == "gif" { 1 } else { 6 };
        let upright = if name == "gif" { (60, 40) } else { (40, 60) };
        assert_eq!((&info["width"], &info["height"]), (&json!(upright.0), &json!(upright.1)), "{name}: {info}");
        if expected == 6 {
            assert_eq!((&info["orientation"], &info["storedWidth"]), (&json!(6), &json!(60)), "{name}");
        }
        assert_eq!(info["gps"], Value::Null, "{name}");
        assert_eq!(info["colorModel"], "rgb", "{name}");
        let read = post("metadata/read", &bytes, &json!({})).json();
        let placed = post("metadata/read", &bytes, &json!({"gps": true})).json();
        if name == "gif" {
            assert_eq!(read["texts"], json!([{"name": "comment", "text": "Hidden Comment"}]));
            assert_eq!((&info["frames"], &info["animated"], &info["loops"]), (&json!(2), &json!(true), &json!(2)));
            continue;
        }
        assert_eq!(info["hasGps"], true, "{name}");
        assert_eq!(info["camera"]["model"], "Hidden Model", "{name}");
        assert_eq!(info["camera"]["takenAt"], "2024-05-01 12:30:00", "{name}");
        assert_eq!(info["camera"]["aperture"], "f/2.8", "{name}");
        assert!(info["profile"].as_str().unwrap().contains("sRGB"), "{name}");
        assert_eq!(read["exif"]["Artist"], "Hidden Artist", "{name}");
        assert!(!read.to_string().contains("GPS\"") && !read.to_string().contains("GPSL"), "{name}: {read}");
        assert_eq!(read["gps"], Value::Null, "{name}");
        let (latitude, longitude) = (&placed["gps"]["latitude"], &placed["gps"]["longitude"]);
        assert_eq!((latitude, longitude), (&json!(52.52), &json!(-11.575)), "{name}");
        assert_eq!(read["xmp"]["dc:creator"], json!(["Hidden Creator", "Other"]), "{name}: {read}");
        assert_eq!(read["xmp"]["photoshop:City"], json!(["Hidden City"]), "{name}");
        if name == "jpeg" {
            assert_eq!(read["iptc"], json!({"creator": ["Hidden Byline"], "keywords": ["sea", "sand"]}));
            assert_eq!(info["dpi"], 300.0);
        }
    }
}

#[test]
fn nothing_of_it_is_in_what_we_make() {
    let Some(pictures) = made(MAKE) else { return };
    for (name, bytes) in pictures {
        for format in ["jpeg", "png", "webp", "gif", "avif"] {
            for path in ["convert", "resize"] {
                let width =
                    if path == "resize" { json!({"format": format, "width": 20}) } else { json!({"format": format}) };
                let answer = post(path, &bytes, &width);
                assert_eq!(answer.status, 200, "{name} to {format}: {:?}", answer.body);
                for word in WORDS {
                    assert!(
                        !holds(&answer.body, word),
                        "{path} of {name} to {format}: {:?}",
                        String::from_utf8_lossy(word)
                    );
                }
                for mark in [&b"Exif\0"[..], b"eXIf", b"EXIF", b"http://ns.adobe.com", b"ICC_PROFILE", b"iCCP", b"tEXt"]
                {
                    assert!(
                        !holds(&answer.body, mark),
                        "{path} of {name} to {format}: {:?}",
                        String::from_utf8_lossy(mark)
                    );
                }
            }
        }
    }
}

#[test]
fn stripping_touches_no_pixel() {
    let Some(pictures) = made(MAKE) else { return };
    let mut request = serde_json::Map::new();
    for (name, bytes) in pictures {
        let answer = post("metadata/strip", &bytes, &json!({}));
        if name == "tiff" || name == "avif" {
            assert_eq!(answer.status, 422, "{name}");
            assert!(answer.message().contains("convert"), "{}", answer.message());
            continue;
        }
        assert_eq!(answer.status, 200, "{name}: {:?}", answer.body);
        assert!(answer.body.len() < bytes.len(), "{name}");
        for word in WORDS {
            assert!(!holds(&answer.body, word), "{name}: {:?}", String::from_utf8_lossy(word));
        }
        let facts = answered(&answer);
        assert_eq!(facts["sourceBytes"], bytes.len(), "{name}");
        assert_eq!(facts["removed"].as_array().unwrap().contains(&json!("gps")), name != "gif", "{name}: {facts}");
        let rights = post("metadata/strip", &bytes, &json!({"keepRights": true}));
        assert_eq!(holds(&rights.body, b"Hidden Artist"), name != "gif", "{name}");
        assert!(!holds(&rights.body, b"Hidden Model") && !holds(&rights.body, b"1999:12:31"), "{name}");
        let bare = post("metadata/strip", &bytes, &json!({"profile": false}));
        for mark in [&b"ICC_PROFILE"[..], b"iCCP", b"ICCP"] {
            assert!(!holds(&bare.body, mark), "{name}");
        }
        let again = post("metadata/strip", &answer.body, &json!({}));
        assert_eq!(again.body, answer.body, "{name}");
        let files = [&bytes[..], &answer.body, &rights.body, &bare.body].map(|file| STANDARD.encode_to_string(file));
        request.insert(name, json!(files));
    }
    // All four decode to the same pixels, turned the same way; the profile is the same or gone.
    let program = r#"
answer = {}
for name, files in request.items():
    files = [opened(file) for file in files]
    frames = [[np.asarray(frame.convert("RGBA")).tobytes() for frame in ImageSequence.Iterator(file)] for file in files]
    turns = [file.getexif().get(0x112, 1) for file in files]
    profiles = [file.info.get("icc_profile") for file in files]
    loops = [file.info.get("loop") for file in files]
    answer[name] = {
        "pixels": all(frame == frames[0] for frame in frames), "turns": all(turn == turns[0] for turn in turns),
        "profile": profiles[0] == profiles[1] == profiles[2] and profiles[3] is None, "loops": all(one == loops[0] for one in loops),
        "rights": files[2].getexif().get(0x8298), "gone": 0x110 in files[2].getexif() or len(files[1].getexif()) > 1}
print(json.dumps(answer))"#;
    let Some(answer) = python(program, &Value::Object(request)) else { return };
    assert_eq!(answer.as_object().unwrap().len(), 4);
    for (name, found) in answer.as_object().unwrap() {
        let rights = if name == "gif" { Value::Null } else { json!("Hidden Rights") };
        let expected =
            json!({"pixels": true, "turns": true, "profile": true, "loops": true, "rights": rights, "gone": false});
        assert_eq!(found, &expected, "{name}");
    }
}

#[test]
fn only_the_place_goes() {
    let Some(pictures) = made(MAKE) else { return };
    let mut request = serde_json::Map::new();
    for (name, bytes) in pictures {
        let answer = post("metadata/strip", &bytes, &json!({"onlyGps": true}));
        if name == "tiff" || name == "avif" {
            assert_eq!(answer.status, 422, "{name}");
            continue;
        }
        assert_eq!(answer.status, 200, "{name}: {:?}", answer.body);
        for gone in [&b"1999:12:31"[..], b"GPSLatitude", b"Hidden City", b"Hidden Notes", b"Hidden Trailer"] {
            assert!(!holds(&answer.body, gone), "{name}: {:?}", String::from_utf8_lossy(gone));
        }
        let stays: &[&[u8]] = match name.as_str() {
            "gif" => &[b"Hidden Comment"],
            "jpeg" => &[b"Hidden Comment", b"Hidden Byline", b"Hidden Model", b"2024:05:01", b"ICC_PROFILE"],
            "png" => &[b"Hidden Comment", b"Hidden Artist", b"Hidden Model", b"2024:05:01", b"iCCP"],
            _ => &[b"Hidden Model", b"Hidden Artist", b"2024:05:01", b"ICCP"],
        };
        for word in stays {
            assert!(holds(&answer.body, word), "{name}: {:?}", String::from_utf8_lossy(word));
        }
        let removed = match name.as_str() {
            "gif" => json!([]),
            "jpeg" => json!(["gps", "maker-note", "other", "xmp"]),
            _ => json!(["gps", "maker-note", "xmp"]),
        };
        assert_eq!(answered(&answer)["removed"], removed, "{name}");
        let read = post("metadata/read", &answer.body, &json!({"gps": true})).json();
        assert_eq!((&read["hasGps"], &read["gps"], &read["xmp"]), (&json!(false), &Value::Null, &json!({})), "{name}");
        if name != "gif" {
            assert_eq!(read["exif"]["FNumber"], "f/2.8", "{name}");
        }
        let again = post("metadata/strip", &answer.body, &json!({"onlyGps": true}));
        assert_eq!((again.status, &again.body), (200, &answer.body), "{name}");
        request.insert(name, json!([STANDARD.encode_to_string(&bytes), STANDARD.encode_to_string(&answer.body)]));
    }
    let program = r#"
answer = {}
for name, files in request.items():
    before, after = [opened(file) for file in files]
    tags, left = [{tag: str(value) for tag, value in file.getexif().items() if tag not in (0x8769, 0x8825)} for file in (before, after)]
    within = [{tag: str(value) for tag, value in file.getexif().get_ifd(0x8769).items() if tag != 0x927c} for file in (before, after)]
    answer[name] = {
        "pixels": np.asarray(before).tobytes() == np.asarray(after).tobytes(), "tags": tags == left and (name == "gif" or len(tags) > 4),
        "exif": within[0] == within[1], "gps": len(after.getexif().get_ifd(0x8825)),
        "profile": before.info.get("icc_profile") == after.info.get("icc_profile")}
print(json.dumps(answer))"#;
    let Some(answer) = python(program, &Value::Object(request)) else { return };
    assert_eq!(answer.as_object().unwrap().len(), 4);
    for (name, found) in answer.as_object().unwrap() {
        let expected = json!({"pixels": true, "tags": true, "exif": true, "gps": 0, "profile": true});
        assert_eq!(found, &expected, "{name}");
    }
}
