//! Damaged and truncated pictures: an error or a picture, never a panic, never half a picture.

use jpeg::{Error, Scale};

use crate::{SCALES, decode, picture};

/// Marsaglia's xorshift64: the same damage each time.
struct Random(u64);

impl Random {
    fn below(&mut self, bound: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % bound as u64) as usize
    }
}

#[test]
fn damage_is_survived() {
    let mut random = Random(0x5EED);
    let (mut read, mut refused) = (0, 0);
    for name in [
        "grey",
        "420",
        "422",
        "mixed",
        "restart-blocks",
        "separate",
        "optimised",
        "q100",
        "17x33",
        "progressive",
        "progressive-bits",
        "progressive-restart",
        "progressive-444",
        "7x9-progressive",
    ] {
        let whole = picture(name);
        for _ in 0..300 {
            let mut bytes = whole.clone();
            for _ in 0..=random.below(6) {
                let at = random.below(bytes.len());
                match random.below(6) {
                    0 => bytes[at] = 0xFF,
                    1 => bytes[at] = 0,
                    2 => bytes[at] ^= 1 << random.below(8),
                    3 => drop(bytes.drain(at..(at + 1 + random.below(30)).min(bytes.len()))),
                    4 => {
                        let piece = bytes[at..(at + 1 + random.below(200)).min(bytes.len())].to_vec();
                        let to = random.below(bytes.len());
                        bytes.splice(to..to, piece);
                    }
                    _ => bytes[at] = random.below(256) as u8,
                }
                if bytes.is_empty() {
                    break;
                }
            }
            // A size that was damaged is still bounded by what the file can hold.
            let _ = jpeg::header(&bytes);
            for scale in SCALES {
                match decode(&bytes, scale) {
                    Ok(planes) => {
                        assert!(planes.luma.samples.len() <= bytes.len() * 8 * 16);
                        read += 1;
                    }
                    Err(_) => refused += 1,
                }
            }
        }
    }
    // Both happen, or this tests nothing.
    assert!(read > 1000 && refused > 1000, "{read} read, {refused} refused");
}

#[test]
fn a_truncated_picture_is_an_error() {
    for name in ["grey", "420", "restart", "separate", "progressive", "progressive-bits", "17x33", "1x1"] {
        let whole = picture(name);
        assert!(whole.ends_with(&[0xFF, 0xD9]));
        // All lengths near the ends, some between.
        let near = |length: &usize| *length < 700 || length + 100 > whole.len() || length.is_multiple_of(7);
        for length in (0..whole.len() - 2).filter(near) {
            for scale in SCALES {
                let refused = matches!(decode(&whole[..length], scale), Err(Error::Corrupt(_)));
                assert!(refused, "{name}, {length} of {} bytes, {scale:?}", whole.len());
            }
        }
    }
}

#[test]
fn the_end_marker_may_be_missing_and_anything_may_follow_it() {
    for name in ["grey", "420", "restart", "separate"] {
        let whole = picture(name);
        for scale in SCALES {
            let planes = decode(&whole, scale).unwrap();
            assert!(decode(&whole[..whole.len() - 2], scale).unwrap() == planes, "{name}");
            assert!(
                decode(&[&whole[..], &[0xFF, 0xD8, 0xFF, 0xC0, 1, 2, 3]].concat(), scale).unwrap() == planes,
                "{name}"
            );
        }
    }
    // The last scan of this one is read at every scale but 1/8. Where it is not read, nothing tells whether it is
    // whole.
    let whole = picture("progressive-bands");
    let short = &whole[..whole.len() - 2];
    assert_eq!(decode(short, Scale::Eighth), Err(Error::Corrupt("the file ends in the middle of the picture")));
    assert!(decode(short, Scale::Half).unwrap() == decode(&whole, Scale::Half).unwrap());
}

#[test]
fn pictures_of_others() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/testdata/image/sharp");
    for (name, expected) in [
        ("corrupt-header.jpg", Err(true)),
        ("truncated.jpg", Err(true)),
        ("Channel_digital_image_CMYK_color.jpg", Err(false)),
        ("gamma_dalai_lama_gray.jpg", Ok((33, 28))),
        ("2569067123_aca715a2ee_o.jpg", Ok((341, 279))),
    ] {
        let Ok(bytes) = std::fs::read(folder.join(name)) else {
            println!("skipped: {name} is not here");
            continue;
        };
        match (decode(&bytes, Scale::Eighth), expected) {
            (Ok(planes), Ok(size)) => assert_eq!((planes.width, planes.height), size, "{name}"),
            (Err(Error::Corrupt(_)), Err(true)) | (Err(Error::Unsupported(_)), Err(false)) => {}
            (other, _) => panic!("{name}: {:?}", other.map(|planes| (planes.width, planes.height))),
        }
    }
}
