//! Files made by hand: kinds that are not read, rules that are broken, little files that promise a lot.

use jpeg::{Error, Header, Scale};

use crate::{SCALES, decode, picture};

/// A marker with its segment.
fn segment(marker: u8, payload: &[u8]) -> Vec<u8> {
    let length = (payload.len() as u16 + 2).to_be_bytes();
    [&[0xFF, marker], &length[..], payload].concat()
}

fn quantization() -> Vec<u8> {
    segment(0xDB, &[&[0][..], &[1; 64]].concat())
}

/// A table of one code, `0`, for one symbol.
fn huffman(class_and_index: u8, symbol: u8) -> Vec<u8> {
    segment(0xC4, &[&[class_and_index, 1][..], &[0; 15], &[symbol]].concat())
}

/// A frame header of components given as id and sampling, all with table 0.
fn frame(marker: u8, width: u16, height: u16, components: &[(u8, u8)]) -> Vec<u8> {
    let mut payload = vec![8];
    payload.extend_from_slice(&height.to_be_bytes());
    payload.extend_from_slice(&width.to_be_bytes());
    payload.push(components.len() as u8);
    components.iter().for_each(|&(id, sampling)| payload.extend_from_slice(&[id, sampling, 0]));
    segment(marker, &payload)
}

/// The header of a scan of components with table 0, and no data.
fn scan(components: &[u8], band: [u8; 3]) -> Vec<u8> {
    let parts = components.iter().flat_map(|&id| [id, 0]);
    let payload: Vec<u8> = std::iter::once(components.len() as u8).chain(parts).chain(band).collect();
    segment(0xDA, &payload)
}

fn file(parts: &[Vec<u8>]) -> Vec<u8> {
    [&[0xFF, 0xD8][..], &parts.concat(), &[0xFF, 0xD9]].concat()
}

const GRAY: &[(u8, u8)] = &[(1, 0x11)];
const COLOR: &[(u8, u8)] = &[(1, 0x11), (2, 0x11), (3, 0x11)];
const ALL: [u8; 3] = [0, 63, 0];

/// A gray picture of 8 x 8 samples with one coefficient, and its parts to be spoilt.
fn small() -> Vec<Vec<u8>> {
    vec![quantization(), frame(0xC0, 8, 8, GRAY), huffman(0x00, 0), huffman(0x10, 0), scan(&[1], ALL), vec![0x3F]]
}

/// The small picture with one part in place of another.
fn with(index: usize, part: Vec<u8>) -> Vec<u8> {
    let mut parts = small();
    parts[index] = part;
    file(&parts)
}

#[test]
fn a_picture_by_hand() {
    let planes = decode(&file(&small()), Scale::Half).unwrap();
    assert_eq!(planes.luma.samples, [128; 16]);
    // Fill bytes ahead of markers, applications' segments and comments.
    let mut parts = small();
    parts.insert(1, [&[0xFF; 5][..], &segment(0xFE, b"text"), &segment(0xE7, &[0xFF, 0xDA, 0, 0])].concat());
    assert!(decode(&file(&parts), Scale::Half).unwrap() == planes);
}

#[test]
fn other_kinds_are_unsupported() {
    let twelve_bits = segment(0xC1, &[12, 0, 8, 0, 8, 1, 1, 0x11, 0]);
    let adobe =
        |transform: u8| [segment(0xEE, &[b"Adobe\0\x64\0\0\0\0", &[transform][..]].concat()), frame(0xC0, 8, 8, COLOR)];
    for (what, bytes) in [
        ("arithmetic", picture("arithmetic")),
        ("RGB by an Adobe marker", picture("rgb")),
        ("RGB by an Adobe marker", with(1, adobe(0).concat())),
        ("CMYK", picture("cmyk")),
        ("12 bits", with(1, twelve_bits)),
        ("lossless", with(1, frame(0xC3, 8, 8, GRAY))),
        ("hierarchical", with(1, frame(0xC5, 8, 8, GRAY))),
        ("height later", with(1, frame(0xC0, 8, 0, GRAY))),
        ("two components", with(1, frame(0xC0, 8, 8, &COLOR[..2]))),
        ("RGB by name", with(1, frame(0xC0, 8, 8, &[(b'R', 0x11), (b'G', 0x11), (b'B', 0x11)]))),
        ("one name twice", with(1, frame(0xC0, 8, 8, &[(1, 0x11), (1, 0x11), (3, 0x11)]))),
        ("65,500 x 65,500", with(1, frame(0xC0, 65_500, 65_500, GRAY))),
        ("65,501 x 8", with(1, frame(0xC0, 65_501, 8, GRAY))),
    ] {
        let refused = |result| matches!(result, Err(Error::Unsupported(_)));
        assert!(
            SCALES.iter().all(|&scale| refused(decode(&bytes, scale))),
            "{what}: {:?}",
            decode(&bytes, Scale::Half)
        );
        let header = jpeg::header(&bytes).unwrap_or_else(|error| panic!("{what}: {error}"));
        // The ids are the scan's matter; all else is known ahead of it.
        assert!(!header.supported, "{what}");
    }
}

#[test]
fn broken_rules_are_corrupt() {
    let without = |index: usize| with(index, Vec::new());
    let crowded = segment(0xC4, &[&[0, 3][..], &[0; 15], &[0, 1, 2]].concat());
    let sampled = |sampling| with(1, frame(0xC0, 8, 8, &[(1, sampling), (2, 0x11), (3, 0x11)]));
    let progressive = |scans: &[Vec<u8>]| {
        let frame = frame(0xC2, 8, 8, GRAY);
        file(&[&[quantization(), frame, huffman(0x00, 0), huffman(0x10, 0)][..], scans].concat())
    };
    let first = || [scan(&[1], [0, 0, 0]), vec![0x7F]].concat();
    for (what, bytes) in [
        ("nothing", Vec::new()),
        ("no JPEG", b"\x89PNG\r\n\x1a\n".to_vec()),
        ("only an end", file(&[])),
        ("only tables", file(&[quantization()])),
        ("no quantization table", without(0)),
        ("no frame", without(1)),
        ("no DC table", without(2)),
        ("no AC table", without(3)),
        ("no scan", file(&small()[..4])),
        ("no data", without(5)),
        ("two frames", with(0, [quantization(), frame(0xC0, 8, 8, GRAY)].concat())),
        ("no width", with(1, frame(0xC0, 0, 8, GRAY))),
        ("sampling 0", sampled(0x01)),
        ("sampling 5", sampled(0x15)),
        ("too many codes", with(2, crowded)),
        ("a DC symbol of 17 bits", with(2, huffman(0x00, 17))),
        ("a table index of 4", with(3, huffman(0x14, 0))),
        ("a component there is not", with(4, scan(&[7], ALL))),
        ("a component twice", with(4, scan(&[1, 1], ALL))),
        ("11 blocks", with(1, frame(0xC0, 8, 8, &[(1, 0x42), (2, 0x21), (3, 0x11)]))),
        ("a run beyond the block", with(3, huffman(0x10, 0xF0))),
        ("10,000 x 10,000 in little", with(1, frame(0xC0, 10_000, 10_000, GRAY))),
        ("101 scans", progressive(&vec![first(); 101])),
        ("10,000 scans without data", progressive(&vec![scan(&[1], [1, 63, 0]); 10_000])),
        ("no DC scan", progressive(&[[scan(&[1], [1, 63, 0]), vec![0x7F]].concat()])),
        ("a band beyond the block", progressive(&[scan(&[1], [1, 64, 0])])),
        ("a band backwards", progressive(&[scan(&[1], [9, 8, 0])])),
        ("DC and AC in one", progressive(&[scan(&[1], ALL)])),
        ("two bits at once", progressive(&[first(), scan(&[1], [1, 63, 0x20])])),
        ("14 bits away", progressive(&[scan(&[1], [0, 0, 14])])),
    ] {
        for scale in SCALES {
            let result = decode(&bytes, scale);
            assert!(matches!(result, Err(Error::Corrupt(_))), "{what}, {scale:?}: {result:?}");
        }
    }
    assert!(decode(&progressive(&vec![first(); 100]), Scale::Half).is_ok());
    assert_eq!(
        decode(&progressive(&vec![first(); 101]), Scale::Eighth),
        Err(Error::Corrupt("the picture has more than 100 scans"))
    );
}

#[test]
fn headers() {
    let color = Header { width: 131, height: 93, components: 3, progressive: false, supported: true };
    assert_eq!(jpeg::header(&picture("mixed")), Ok(color));
    assert_eq!(jpeg::header(&picture("progressive")), Ok(Header { progressive: true, ..color }));
    assert_eq!(jpeg::header(&picture("grey")), Ok(Header { components: 1, ..color }));
    let cmyk = jpeg::header(&picture("cmyk")).unwrap();
    assert_eq!((cmyk.components, cmyk.supported), (4, false));
    let huge = jpeg::header(&with(1, frame(0xC0, 65_500, 65_500, GRAY))).unwrap();
    assert_eq!((huge.width, huge.height), (65_500, 65_500));
}

#[test]
fn a_caller_who_left_is_heard() {
    for name in ["420", "progressive"] {
        for scale in SCALES {
            for allowed in 0..4 {
                let asked = std::cell::Cell::new(0);
                let cancelled = || asked.replace(asked.get() + 1) == allowed;
                assert_eq!(jpeg::decode(&picture(name), scale, &cancelled), Err(Error::Cancelled), "{name} {allowed}");
                assert_eq!(asked.get(), allowed + 1);
            }
        }
    }
}
