//! Whatever may be hidden in a file beside its pixels is gone when it is stripped, and the pixels are the same.

use pictures::{DecodeOptions, Frames, Keep, head, strip};

use crate::{chunk, hostile};

const SECRET: &[u8] = b"52.5200 N, 13.4050 E";

fn holds_secret(bytes: &[u8]) -> bool {
    bytes.windows(SECRET.len()).any(|part| part == SECRET)
}

fn sample(name: &str) -> Vec<u8> {
    hostile::files().into_iter().find(|(found, _)| *found == name).unwrap().1
}

/// The file with the secret put in at a place.
fn with(bytes: &[u8], at: usize, part: &[u8]) -> Vec<u8> {
    [&bytes[..at], part, &bytes[at..]].concat()
}

fn place_of(bytes: &[u8], part: &[u8]) -> usize {
    bytes.windows(part.len()).position(|found| found == part).unwrap()
}

fn pixels(bytes: &[u8]) -> Vec<Vec<u8>> {
    let picture =
        pictures::decode(bytes, &DecodeOptions { frames: Frames::All, ..DecodeOptions::whole(&|| false) }).unwrap();
    picture.frames.iter().map(|frame| frame.pixels.clone().into_raster().to_rgba8().into_raw()).collect()
}

/// Strips what carries the secret: it must be named as removed, and be gone.
fn gone(name: &str, original: &[u8], carrier: &[u8]) {
    assert!(holds_secret(carrier), "{name}");
    let stripped = strip(carrier, &head(carrier).unwrap(), Keep { profile: true, rights: true }).unwrap();
    assert!(!holds_secret(&stripped.bytes), "{name}");
    assert!(!stripped.removed.is_empty(), "{name}");
    assert_eq!(pixels(&stripped.bytes), pixels(original), "{name}");
}

#[test]
fn nothing_stays_in_a_jpeg() {
    for name in ["jpeg", "progressive jpeg"] {
        let bytes = sample(name);
        let segment = |marker: u8| [&[0xff, marker, 0, SECRET.len() as u8 + 2], SECRET].concat();
        let scan = place_of(&bytes, &[0xff, 0xda]);
        // Applications, comments, extensions, reserved markers.
        for marker in (0xe1..=0xff - 1).chain(0x02..=0xbf).chain([0xc8, 0xde, 0xdf]) {
            gone(&format!("{name}, {marker:02x} first"), &bytes, &with(&bytes, 2, &segment(marker)));
            gone(&format!("{name}, {marker:02x} before the scan"), &bytes, &with(&bytes, scan, &segment(marker)));
        }
        gone("behind the end", &bytes, &[&bytes, SECRET].concat());
        gone("a second picture", &bytes, &[&bytes, &with(&bytes, 2, &segment(0xe1))[..]].concat());
        let adobe = [&[0xff, 0xee, 0, 34][..], b"Adobe\0\x64\0\0\0\0\x01", SECRET].concat();
        gone("behind what Adobe says", &bytes, &with(&bytes, 2, &adobe));
    }
    // Between two scans, also where no segment is.
    let bytes = sample("progressive jpeg");
    let scans: Vec<usize> =
        (0..bytes.len() - 1).filter(|at| matches!(bytes[*at..*at + 2], [0xff, 0xc4 | 0xda])).skip(2).collect();
    let last = *scans.last().unwrap();
    for marker in [0xe1, 0xed, 0xfe, 0xf0, 0x42] {
        let segment = [&[0xff, marker, 0, SECRET.len() as u8 + 2], SECRET].concat();
        gone(&format!("{marker:02x} between scans"), &bytes, &with(&bytes, last, &segment));
    }
}

#[test]
fn nothing_stays_in_a_png() {
    let bytes = sample("png");
    let data = place_of(&bytes, b"IDAT") - 4;
    let end = bytes.len() - 12;
    let texts = [b"tEXt", b"zTXt", b"iTXt", b"eXIf", b"tIME", b"prVt", b"vpAg", b"caBX", b"sPLT", b"hIST", b"iDOT"];
    // Those that are kept when they are as long as they should be, and those of animations.
    for kind in texts.into_iter().chain([b"gAMA", b"sRGB", b"pHYs", b"sBIT", b"fdAT"]) {
        for at in [33, data, end] {
            let carrier = with(&bytes, at, &chunk(kind, SECRET));
            gone(&String::from_utf8_lossy(kind), &bytes, &carrier);
        }
    }
    gone("behind the end", &bytes, &[&bytes, SECRET].concat());
}

#[test]
fn nothing_stays_in_a_webp() {
    let chunk = |kind: &[u8; 4]| [&kind[..], &(SECRET.len() as u32).to_le_bytes(), SECRET].concat();
    let sized = |mut bytes: Vec<u8>| {
        let size = bytes.len() as u32 - 8;
        bytes[4..8].copy_from_slice(&size.to_le_bytes());
        bytes
    };
    for name in ["webp", "moving webp"] {
        let bytes = sample(name);
        for kind in [b"EXIF", b"XMP ", b"ABCD"] {
            let carrier = sized([&bytes, &chunk(kind)[..]].concat());
            gone(&format!("{name}, {}", String::from_utf8_lossy(kind)), &bytes, &carrier);
        }
        gone(name, &bytes, &[&bytes, SECRET].concat());
    }
    // A second picture.
    let bytes = sample("webp");
    gone("a second picture", &bytes, &sized([&bytes, &chunk(b"VP8 ")[..]].concat()));
    // Within a frame, behind its pixels.
    let bytes = sample("moving webp");
    let frame = place_of(&bytes, b"ANMF");
    let length = u32::from_le_bytes(bytes[frame + 4..frame + 8].try_into().unwrap());
    let mut carrier = with(&bytes, frame + 8 + length as usize, &chunk(b"ABCD"));
    carrier[frame + 4..frame + 8].copy_from_slice(&(length + 8 + SECRET.len() as u32).to_le_bytes());
    gone("within a frame", &bytes, &sized(carrier));
}

#[test]
fn nothing_stays_in_a_gif() {
    let bytes = sample("gif");
    let frame = place_of(&bytes, &[0x21, 0xf9]);
    let text = [&[SECRET.len() as u8], SECRET, &[0]].concat();
    for (name, block) in [
        ("comment", [&[0x21, 0xfe], &text[..]].concat()),
        ("plain text", [&[0x21, 0x01, 12][..], &[0; 12], &text].concat()),
        ("application", [&b"\x21\xff\x0bMGK8BIM0000"[..], &text].concat()),
        ("loops", [&b"\x21\xff\x0bNETSCAPE2.0\x03\x01\0\0"[..], &text].concat()),
        ("xmp", [&b"\x21\xff\x0bXMP DataXMP"[..], &text].concat()),
    ] {
        gone(name, &bytes, &with(&bytes, frame, &block));
        gone(name, &bytes, &with(&bytes, bytes.len() - 1, &block));
    }
    gone("behind the end", &bytes, &[&bytes, SECRET].concat());
}

/// What takes long is refused or left out, not gone through: this test would not end.
#[test]
fn hostile_metadata_are_not_gone_through() {
    // A million chunks of a WebP, no two of one kind.
    let bytes = sample("webp");
    let chunks = (0..1_000_000u32).flat_map(|kind| [(kind | 0x8000_0000).to_le_bytes(), [0; 4]]).flatten();
    let mut carrier: Vec<u8> = bytes.iter().copied().chain(chunks).collect();
    let size = carrier.len() as u32 - 8;
    carrier[4..8].copy_from_slice(&size.to_le_bytes());
    let stripped = strip(&carrier, &head(&carrier).unwrap(), Keep { profile: true, rights: true }).unwrap();
    assert_eq!(pixels(&stripped.bytes), pixels(&bytes));
    assert!(stripped.bytes.len() < 2 * bytes.len());
    // EXIF of a PNG, 20 MB, whose directories have 60,000 notes each as long as all of it: in the tenth of those that follow
    // one another, and in one that a number of two bytes leads to.
    let note = |at: u32| [&[0x92, 0x7c, 0, 7][..], &20_000_000u32.to_be_bytes(), &at.to_be_bytes()].concat();
    let notes = [&60_000u16.to_be_bytes()[..], &note(8).repeat(60_000), &[0; 4]].concat();
    let chain: Vec<u8> =
        (0..10u32).flat_map(|page| [&[0, 0][..], &(8 + 6 * (page + 1)).to_be_bytes()].concat()).collect();
    let short = [&[0, 1, 0x87, 0x69, 0, 3, 0, 0, 0, 1, 0, 0, 0, 26, 0, 0, 0, 0][..]].concat();
    let bytes = sample("png");
    for directories in [chain, short] {
        let mut exif = [&b"MM\0\x2a\0\0\0\x08"[..], &directories, &notes].concat();
        exif.resize(20_000_100, 0);
        let stripped = pictures::strip_location(&with(&bytes, 33, &chunk(b"eXIf", &exif))).unwrap();
        assert_eq!(pixels(&stripped.bytes), pixels(&bytes));
    }
}
