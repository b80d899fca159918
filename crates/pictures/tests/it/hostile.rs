//! Files cut off anywhere, and files with bytes changed: a picture or an error, never a panic.

use std::io::Cursor;
use std::time::{Duration, Instant};

use pictures::image::{DynamicImage, ImageFormat, RgbaImage};
use pictures::{DecodeOptions, Encoding, Format, Frame, Frames, Keep, Metadata, Picture, Pixels, encode, head, strip};

use crate::AVIF;

/// Changes to a file of each format.
const CHANGES: u32 = 300;

fn pixels() -> DynamicImage {
    RgbaImage::from_fn(24, 16, |x, y| [(x * 10) as u8, (y * 15) as u8, (x * y) as u8, (255 - x) as u8].into()).into()
}

/// A small file of every format, and a moving one where there is.
pub fn files() -> Vec<(&'static str, Vec<u8>)> {
    let still = Picture::still(Format::Png, pixels());
    let frame = |turns: u32| {
        let mut pixels = pixels();
        (0..turns).for_each(|_| pixels = pixels.rotate180());
        Frame { pixels: Pixels::Raster(pixels), delay: Duration::from_millis(100) }
    };
    let moving = Picture { frames: (0..3).map(frame).collect(), ..still.clone() };
    let ours = |picture: &Picture, format| encode(picture, &Encoding::of(format), &|| false).unwrap();
    let lossless = Encoding { lossless: true, ..Encoding::of(Format::Webp) };
    let theirs = |format| {
        let mut bytes = Cursor::new(Vec::new());
        let pixels = if format == ImageFormat::Pnm { pixels().into_rgb8().into() } else { pixels() };
        pixels.write_to(&mut bytes, format).unwrap();
        bytes.into_inner()
    };
    let drawing = r##"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"><defs><linearGradient id="g"><stop stop-color="red"/>
        <stop offset="1"/></linearGradient><filter id="f"><feGaussianBlur stdDeviation="2"/></filter></defs>
        <path d="M1 1 L8 3 A2 2 0 0 1 4 4Z" fill="url(#g)" filter="url(#f)"/><text y="8">Ab</text></svg>"##;
    vec![
        ("png", ours(&still, Format::Png)),
        ("jpeg", ours(&still, Format::Jpeg)),
        (
            "progressive jpeg",
            encode(&still, &Encoding { progressive: true, ..Encoding::of(Format::Jpeg) }, &|| false).unwrap(),
        ),
        ("webp", ours(&still, Format::Webp)),
        ("exact webp", encode(&still, &lossless, &|| false).unwrap()),
        ("moving webp", ours(&moving, Format::Webp)),
        ("gif", ours(&moving, Format::Gif)),
        ("tiff", theirs(ImageFormat::Tiff)),
        ("bmp", theirs(ImageFormat::Bmp)),
        ("ico", theirs(ImageFormat::Ico)),
        ("pnm", theirs(ImageFormat::Pnm)),
        ("avif", AVIF.to_vec()),
        ("svg", drawing.as_bytes().to_vec()),
    ]
}

/// Everything that can be done with a file; whether it is still a picture.
fn use_all(bytes: &[u8]) -> bool {
    if let Ok(head) = head(bytes) {
        let metadata = Metadata::of(bytes, &head);
        let _ = (metadata.exif().map(|exif| (exif.tags(), exif.location())), metadata.xmp(), metadata.iptc());
        if let Ok(stripped) = strip(bytes, &head, Keep { profile: false, rights: true }) {
            let _ = pictures::decode(&stripped.bytes, &DecodeOptions::whole(&|| false));
        }
        if let Ok(stripped) = pictures::strip_location(bytes) {
            assert!(stripped.bytes.len() <= bytes.len() + 1);
        }
    }
    let _ = pictures::decode(bytes, &DecodeOptions { at_least: Some((2, 2)), ..DecodeOptions::whole(&|| false) });
    let _ = pictures::decode(bytes, &DecodeOptions { frames: Frames::One(1), ..DecodeOptions::whole(&|| false) });
    pictures::decode(bytes, &DecodeOptions { frames: Frames::All, ..DecodeOptions::whole(&|| false) }).is_ok()
}

#[test]
fn what_is_cut_off_is_an_error_or_a_picture() {
    for (name, bytes) in files() {
        assert!(use_all(&bytes), "{name} itself");
        let step = bytes.len().div_ceil(300);
        let whole = (0..bytes.len()).step_by(step).filter(|length| use_all(&bytes[..*length])).count();
        println!("{name}: {whole} of {} lengths are a picture", bytes.len().div_ceil(step));
    }
}

#[test]
fn what_is_changed_is_an_error_or_a_picture() {
    // Xorshift (Marsaglia 2003): the same changes each time.
    let mut state = 0x9e37_79b9_7f4a_7c15u64;
    let mut random = move |most: usize| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state >> 11) as usize % most
    };
    for (name, bytes) in files() {
        let (mut whole, mut longest) = (0, Duration::ZERO);
        for _ in 0..CHANGES {
            let mut changed = bytes.clone();
            for _ in 0..=random(4) {
                let at = random(changed.len());
                changed[at] = match random(4) {
                    0 => 0xff,
                    1 => 0,
                    2 => changed[at] ^ 1 << random(8),
                    _ => random(256) as u8,
                };
            }
            let start = Instant::now();
            whole += usize::from(use_all(&changed));
            longest = longest.max(start.elapsed());
        }
        println!("{name}: {whole} of {CHANGES} are a picture, the longest took {longest:?}");
    }
}
