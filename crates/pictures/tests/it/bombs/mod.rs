//! Little files that would be much: each is refused, or read, without taking memory for what it claims.

use std::io::Write;

use flate2::Compression;
use flate2::write::ZlibEncoder;
use pictures::{DecodeOptions, Error, Frames, head};

use crate::{AVIF, chunk};

mod drawings;

/// What must not be exceeded by all tests of this program together, in kB: no bomb is allowed what it asks for.
const PEAK: u64 = 500_000;

fn deflated(length: usize) -> Vec<u8> {
    let mut encoder = ZlibEncoder::new(Vec::new(), Compression::fast());
    let zeros = vec![0; 1 << 16];
    for _ in 0..length >> 16 {
        encoder.write_all(&zeros).unwrap();
    }
    encoder.finish().unwrap()
}

fn png(width: u32, height: u32, depth: u8, chunks: &[Vec<u8>]) -> Vec<u8> {
    let header = [&width.to_be_bytes()[..], &height.to_be_bytes(), &[depth, 0, 0, 0, 0]].concat();
    [b"\x89PNG\r\n\x1a\n".to_vec(), chunk(b"IHDR", &header), chunks.concat(), chunk(b"IEND", &[])].concat()
}

/// A PNG of one pixel with chunks before its data.
fn pixel(chunks: &[Vec<u8>]) -> Vec<u8> {
    let mut data = ZlibEncoder::new(Vec::new(), Compression::fast());
    data.write_all(&[0, 7]).unwrap();
    png(1, 1, 8, &[chunks.concat(), chunk(b"IDAT", &data.finish().unwrap())])
}

fn gif(width: u16, height: u16, frames: usize) -> Vec<u8> {
    let size = [width.to_le_bytes(), height.to_le_bytes()].concat();
    let mut bytes = [b"GIF89a", &size[..], &[0x80, 0, 0, 0, 0, 0, 255, 255, 255]].concat();
    let frame = [&[0x21, 0xf9, 4, 0, 1, 0, 0, 0, 0x2c, 0, 0, 0, 0, 1, 0, 1, 0, 0, 2, 2, 0x44, 1, 0][..]].concat();
    (0..frames).for_each(|_| bytes.extend_from_slice(&frame));
    bytes.push(0x3b);
    bytes
}

fn riff(chunks: &[(&[u8; 4], Vec<u8>)]) -> Vec<u8> {
    let mut body = b"WEBP".to_vec();
    for (kind, data) in chunks {
        body.extend_from_slice(*kind);
        body.extend_from_slice(&(data.len() as u32).to_le_bytes());
        body.extend_from_slice(data);
        body.resize(body.len().next_multiple_of(2), 0);
    }
    [b"RIFF", &(body.len() as u32).to_le_bytes()[..], &body].concat()
}

fn webp(side: u32, frames: usize) -> Vec<u8> {
    let three = |number: u32| number.to_le_bytes()[..3].to_vec();
    let size = [three(side - 1), three(side - 1)].concat();
    let lossless = [&b"VP8L\x0d\0\0\0\x2f\0\0\0\x10\x07\x10\x11\x11\x88\x88\xfe\x07\0\0"[..]].concat();
    let frame = [&[0; 6][..], &[0; 6], &three(1), &[0], &lossless].concat();
    let mut chunks = vec![(b"VP8X", [&[2, 0, 0, 0][..], &size].concat()), (b"ANIM", vec![0; 6])];
    chunks.extend((0..frames).map(|_| (b"ANMF", frame.clone())));
    riff(&chunks)
}

fn tiff(width: u32, height: u32, strips: u32, strip_bytes: u32) -> Vec<u8> {
    let entries = [
        (256u16, 1, width),
        (257, 1, height),
        (258, 1, 8),
        (259, 1, 1),
        (262, 1, 1),
        (273, strips, 8),
        (277, 1, 1),
        (278, 1, height),
        (279, strips, strip_bytes),
    ];
    let mut bytes = [&b"II\x2a\0\x08\0\0\0"[..], &(entries.len() as u16).to_le_bytes()].concat();
    for (tag, count, value) in entries {
        bytes
            .extend([&tag.to_le_bytes()[..], &4u16.to_le_bytes(), &count.to_le_bytes(), &value.to_le_bytes()].concat());
    }
    bytes.extend([0; 4]);
    bytes
}

fn bmp(width: i32, height: i32, bits: u16) -> Vec<u8> {
    let header = [
        &40u32.to_le_bytes()[..],
        &width.to_le_bytes(),
        &height.to_le_bytes(),
        &1u16.to_le_bytes(),
        &bits.to_le_bytes(),
        &[0; 24],
    ]
    .concat();
    [b"BM", &1000u32.to_le_bytes()[..], &[0; 4], &54u32.to_le_bytes(), &header, &[0; 64]].concat()
}

fn ico(content: &[u8]) -> Vec<u8> {
    let length = (content.len() as u32).to_le_bytes();
    [&[0, 0, 1, 0, 1, 0, 0, 0, 0, 0, 1, 0, 32, 0][..], &length, &22u32.to_le_bytes(), content].concat()
}

fn jpeg(side: u16) -> Vec<u8> {
    let side = side.to_be_bytes();
    let tables = [&[0xff, 0xd8, 0xff, 0xdb, 0, 67, 0][..], &[1; 64]].concat();
    [
        &tables,
        &[0xff, 0xc0, 0, 11, 8][..],
        &side,
        &side,
        &[1, 1, 0x11, 0, 0xff, 0xda, 0, 8, 1, 1, 0, 0, 63, 0, 0, 0xff, 0xd9],
    ]
    .concat()
}

/// The AVIF with another size in its property.
fn avif(width: u32, height: u32) -> Vec<u8> {
    let mut bytes = AVIF.to_vec();
    let places: Vec<usize> = (4..bytes.len()).filter(|at| bytes[*at..].starts_with(b"ispe")).collect();
    for at in places {
        bytes[at + 8..at + 12].copy_from_slice(&width.to_be_bytes());
        bytes[at + 12..at + 16].copy_from_slice(&height.to_be_bytes());
    }
    bytes
}

fn all(bytes: &[u8]) -> Result<pictures::Picture, Error> {
    let options = DecodeOptions { frames: Frames::All, ..DecodeOptions::whole(&|| false) };
    // Never asked for so much that the smallest options differs from the whole.
    let small = pictures::decode(bytes, &DecodeOptions { at_least: Some((8, 8)), ..DecodeOptions::whole(&|| false) });
    assert!(small.is_err() || head(bytes).is_ok());
    pictures::decode(bytes, &options)
}

#[test]
fn sizes_are_refused_before_there_is_room_for_them() {
    let rows = deflated(16_384 * 2_049);
    let cases: Vec<(&str, Vec<u8>)> = vec![
        ("png of 268 megapixels", png(16_384, 16_384, 1, &[chunk(b"IDAT", &rows)])),
        ("png", png(65_535, 65_535, 8, &[chunk(b"IDAT", &deflated(1 << 16))])),
        ("png of 16 bit", png(7_000, 7_000, 16, &[chunk(b"IDAT", &deflated(1 << 16))])),
        ("png that is long", png(2_000_000, 1, 8, &[chunk(b"IDAT", &deflated(1 << 16))])),
        ("png of 32 bit sides", png(0x7fff_ffff, 0x7fff_ffff, 16, &[])),
        ("jpeg", jpeg(65_535)),
        ("gif", gif(65_535, 65_535, 1)),
        ("moving gif", gif(7_000, 7_000, 2)),
        ("webp", webp(16_777_216, 1)),
        ("moving webp", webp(7_000, 2)),
        ("tiff", tiff(65_535, 65_535, 1, 100)),
        ("tiff of 32 bit sides", tiff(u32::MAX, u32::MAX, 1, 100)),
        ("bmp", bmp(65_535, 65_535, 24)),
        ("ico", ico(&png(65_535, 65_535, 8, &[]))),
        ("ppm", b"P6 65535 65535 255\n\0\0\0".to_vec()),
        ("pam", b"P7\nWIDTH 65535\nHEIGHT 65535\nDEPTH 4\nMAXVAL 255\nTUPLTYPE RGB_ALPHA\nENDHDR\n".to_vec()),
        ("avif", avif(17_000, 17_000)),
        ("svg", br#"<svg xmlns="http://www.w3.org/2000/svg" width="65535" height="65535"/>"#.to_vec()),
    ];
    for (name, bytes) in cases {
        let error = all(&bytes).unwrap_err();
        assert!(matches!(error, Error::TooLarge(_)), "{name}: {error:?}");
        assert!(error.to_string().contains("limit"), "{name}: {error}");
    }
}

#[test]
fn a_size_is_what_the_decoder_will_make_of_it() {
    let lossless = |width: u32, height: u32| {
        let bits = (width - 1) | (height - 1) << 14;
        [&[0x2f][..], &bits.to_le_bytes(), b"\x07\x10\x11\x11\x88\x88\xfe\x07\0\0"].concat()
    };
    let canvas = (b"VP8X", vec![0; 10]);
    let bytes = riff(&[(b"VP8L", lossless(16_383, 16_383)), canvas.clone()]);
    assert_eq!(head(&bytes).unwrap().stored, (16_383, 16_383));
    assert!(matches!(all(&bytes), Err(Error::TooLarge(_))), "{:?}", all(&bytes));
    // What only its head's reader takes for a size is none.
    let bytes = riff(&[(b"JUNK", vec![0; 10]), canvas, (b"VP8L", lossless(16_383, 16_383))]);
    assert!(matches!(all(&bytes), Err(Error::Damaged(..))), "{:?}", all(&bytes));
}

#[test]
fn frames_are_counted_before_one_is_decoded() {
    let control = |number: u32| {
        let mut data = vec![0; 26];
        data[..4].copy_from_slice(&number.to_be_bytes());
        (data[7], data[11]) = (1, 1);
        data
    };
    let mut chunks = vec![chunk(b"acTL", &[0, 1, 0x86, 0xa0, 0, 0, 0, 0])];
    chunks.extend((0..100_000).map(|number| chunk(b"fcTL", &control(number))));
    for (name, bytes) in [("gif", gif(1, 1, 100_000)), ("webp", webp(1, 100_000)), ("png", pixel(&chunks))] {
        assert_eq!(head(&bytes).unwrap().animation.unwrap().frames, 100_000, "{name}");
        let error = all(&bytes).unwrap_err();
        assert!(matches!(&error, Error::TooLarge(message) if message.contains("200")), "{name}: {error:?}");
        // One frame of it is a picture like any other.
        let first = pictures::decode(&bytes, &DecodeOptions::whole(&|| false));
        assert!(first.is_ok() || name == "webp", "{name}: {first:?}");
    }
}

#[test]
fn metadata_do_not_inflate() {
    let zeros = deflated(64 << 20);
    let profile = chunk(b"iCCP", &[&b"name\0\0"[..], &zeros].concat());
    let text = chunk(b"zTXt", &[&b"name\0\0"[..], &zeros].concat());
    let wide = chunk(b"iTXt", &[&b"name\0\x01\0\0\0"[..], &zeros].concat());
    let bytes = pixel(&[profile, text, wide]);
    let head = head(&bytes).unwrap();
    assert_eq!(head.profile, None);
    assert!(pictures::Metadata::of(&bytes, &head).texts.is_empty());
    // The picture itself is nothing special; its decoder may refuse what it finds beside it.
    if let Err(error) = all(&bytes) {
        assert!(matches!(error, Error::TooLarge(_) | Error::Damaged(..)), "{error:?}");
    }
    let many: Vec<u8> = (0..20_000).flat_map(|_| chunk(b"tEXt", b"name\0text")).collect();
    let bytes = pixel(&[many]);
    assert_eq!(pictures::Metadata::of(&bytes, &pictures::head(&bytes).unwrap()).texts.len(), 100);
}

#[test]
fn lengths_that_are_not_there_are_not_believed() {
    for (name, bytes) in [
        ("strips", tiff(1_000, 1_000, 1, u32::MAX)),
        ("strip list", tiff(1_000, 1_000, 0x3fff_ffff, 8)),
        ("bmp", bmp(5_000, 5_000, 32)),
        ("bmp upside down", bmp(5_000, i32::MIN, 32)),
        ("bmp negative", bmp(-5, 5, 32)),
        ("ico", ico(&bmp(256, 512, 32)[14..])),
        ("ppm", b"P6 5000 5000 255\n\0".to_vec()),
        ("avif of one pixel", avif(1, 1)),
        ("avif that is wide", avif(100, 16)),
    ] {
        let error = all(&bytes).unwrap_err();
        assert!(!matches!(error, Error::Cancelled), "{name}: {error:?}");
    }
}

/// EXIF of so many entries that all have their value in the same bytes.
fn exif(entries: u16, kind: u16, count: u32, length: usize) -> Vec<u8> {
    let mut bytes = [&b"MM\0\x2a\0\0\0\x08"[..], &entries.to_be_bytes()].concat();
    for tag in 0..entries {
        let tag = 0x9000 + tag % 0x1000;
        bytes.extend([&tag.to_be_bytes()[..], &kind.to_be_bytes(), &count.to_be_bytes(), &[0, 0, 0, 8]].concat());
    }
    bytes.resize(length, 0);
    bytes
}

#[test]
fn values_that_share_their_bytes_are_not_copied() {
    let tags = |exif: &[u8]| {
        let bytes = pixel(&[chunk(b"eXIf", exif)]);
        pictures::Metadata::of(&bytes, &head(&bytes).unwrap()).exif().map(|exif| exif.tags().len())
    };
    // Undefined bytes, fractions, texts; and many entries of next to nothing.
    for (entries, kind, count) in
        [(3_000, 7, 1_000_000), (900, 7, 1_000_000), (300, 5, 125_000), (2, 2, 600_000), (65_535, 3, 1)]
    {
        assert_eq!(tags(&exif(entries, kind, count, 1 << 20)), None, "{entries} of {kind}");
    }
    assert_eq!(tags(&exif(20, 3, 1, 1 << 10)), Some(20));
    assert_eq!(tags(&exif(1, 5, 100, 1 << 10)), Some(0), "too long to be shown");
}

#[test]
fn packets_are_looked_at_before_they_are_parsed() {
    let packet = |attributes: usize, length: usize| {
        let attributes: String = (0..attributes).map(|n| format!(" x:a{n}='1'")).collect();
        let packet = format!(
            "<rdf:RDF xmlns:rdf='http://www.w3.org/1999/02/22-rdf-syntax-ns#'><rdf:Description xmlns:x='urn:x'{attributes}/></rdf:RDF>"
        );
        let packet = packet + &" ".repeat(length);
        let bytes = pixel(&[chunk(b"iTXt", &[b"XML:com.adobe.xmp\0\0\0\0\0", packet.as_bytes()].concat())]);
        pictures::Metadata::of(&bytes, &head(&bytes).unwrap()).xmp().len()
    };
    assert_eq!(packet(50, 0), 50);
    assert_eq!(packet(300, 0), 0);
    assert_eq!(packet(60_000, 0), 0);
    assert_eq!(packet(1, 70_000), 0);
}

#[test]
fn little_is_inflated() {
    let packed = |text: &[u8]| {
        let mut encoder = ZlibEncoder::new(Vec::new(), Compression::fast());
        encoder.write_all(text).unwrap();
        encoder.finish().unwrap()
    };
    let text = |name: &str, content: &[u8]| chunk(b"zTXt", &[name.as_bytes(), b"\0\0", &packed(content)].concat());
    // A hundred that are none, and one that is never come to.
    let mut chunks = vec![chunk(b"zTXt", b"wrong\0\0wrong"); 99];
    chunks.extend([text("first", b"1"), text("second", b"2")]);
    let bytes = pixel(&chunks);
    let texts = pictures::Metadata::of(&bytes, &head(&bytes).unwrap()).texts;
    assert_eq!(texts, [("first".to_owned(), "1".to_owned())]);
    let profile = |content: &[u8]| chunk(b"iCCP", &[b"name\0\0", &packed(content)[..]].concat());
    let bytes = pixel(&[chunk(b"iCCP", b"name\0\0wrong"), profile(&[7; 200]), profile(&[8; 200])]);
    assert_eq!(head(&bytes).unwrap().profile, None, "the first is the one that counts");
    assert!(all(&bytes).is_ok(), "{:?}", all(&bytes));
}

#[test]
fn a_frame_is_as_much_as_all_before_it() {
    let one = |bytes: &[u8], frame| {
        pictures::decode(bytes, &DecodeOptions { frames: Frames::One(frame), ..DecodeOptions::whole(&|| false) })
    };
    assert!(one(&gif(8, 8, 2_000), 199).is_ok());
    let error = one(&gif(8, 8, 2_000), 1_999).unwrap_err();
    assert!(matches!(&error, Error::TooLarge(message) if message.contains("200")), "{error:?}");
    assert!(matches!(one(&gif(7_000, 7_000, 9), 8), Err(Error::TooLarge(_))));
}

#[test]
fn items_are_not_made_of_nothing() {
    let boxed = |kind: &[u8; 4], data: &[u8]| [&(data.len() as u32 + 8).to_be_bytes()[..], kind, data].concat();
    let file = |items: u16, extents: u16| {
        let ids = 1..=items;
        let infos: Vec<u8> = ids
            .clone()
            .flat_map(|id| boxed(b"infe", &[&[2, 0, 0, 0][..], &id.to_be_bytes(), &[0, 0], b"av01"].concat()))
            .collect();
        let places: Vec<u8> =
            ids.flat_map(|id| [&id.to_be_bytes()[..], &[0, 0], &extents.to_be_bytes()].concat()).collect();
        let size = boxed(b"ispe", &[0, 0, 0, 0, 0, 0, 0, 8, 0, 0, 0, 8]);
        let properties = [boxed(b"ipco", &size), boxed(b"ipma", &[0, 0, 0, 0, 0, 0, 0, 1, 0, 1, 1, 1])].concat();
        let meta = [
            vec![0; 4],
            boxed(b"pitm", &[0, 0, 0, 0, 0, 1]),
            boxed(b"iinf", &[&[0; 4][..], &items.to_be_bytes(), &infos].concat()),
            // Offsets, lengths and bases of no bytes.
            boxed(b"iloc", &[&[0; 6][..], &items.to_be_bytes(), &places].concat()),
            boxed(b"iprp", &properties),
        ]
        .concat();
        [boxed(b"ftyp", b"avif\0\0\0\0avifmif1"), boxed(b"meta", &meta)].concat()
    };
    assert!(head(&file(1, 1)).is_ok());
    assert!(head(&file(4, 1_000)).is_ok());
    assert!(matches!(head(&file(400, 65_535)), Err(Error::Damaged(..))));
    // And where nothing can be taken out, nothing is parsed.
    let error = pictures::strippable(&file(400, 65_535)).unwrap_err();
    assert!(matches!(&error, Error::Impossible(message) if message.contains("AVIF")), "{error:?}");
}

#[test]
fn metadata_that_are_claimed_and_missing_are_no_damage() {
    let lossless = b"\x2f\0\0\0\x10\x07\x10\x11\x11\x88\x88\xfe\x07\0".to_vec();
    for flags in [0, 0x08, 0x04, 0x0c] {
        let bytes = riff(&[(b"VP8X", [&[flags][..], &[0; 9]].concat()), (b"VP8L", lossless.clone())]);
        assert_eq!(all(&bytes).unwrap().frame_size(), (1, 1), "{flags}");
    }
}

/// Runs last by its name: the peak is that of every test before it.
#[test]
fn zz_memory_stayed_small() {
    let Ok(status) = std::fs::read_to_string("/proc/self/status") else {
        println!("skipped: this system does not tell the memory of a process");
        return;
    };
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
    let peak: u64 = peak.trim().trim_end_matches(" kB").parse().unwrap();
    println!("peak: {peak} kB");
    assert!(peak < PEAK, "{peak} kB");
}
