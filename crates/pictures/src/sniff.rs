//! Which format bytes have, by their signature: names and media types are often wrong.

use crate::error::Error;
use crate::format::Format;

impl Format {
    /// The format of some bytes.
    ///
    /// # Errors
    /// When they are not a picture, or of a format we do not read; the message says which, and what to send.
    pub fn of(bytes: &[u8]) -> Result<Self, Error> {
        let at = |start: usize, mark: &[u8]| bytes.get(start..).is_some_and(|rest| rest.starts_with(mark));
        let found = match bytes {
            [0xff, 0xd8, 0xff, ..] => Some(Self::Jpeg),
            [0x89, b'P', b'N', b'G', ..] => Some(Self::Png),
            [b'G', b'I', b'F', b'8', ..] => Some(Self::Gif),
            [b'R', b'I', b'F', b'F', ..] if at(8, b"WEBP") => Some(Self::Webp),
            [b'I', b'I', 42 | 43, 0, ..] | [b'M', b'M', 0, 42 | 43, ..] => Some(Self::Tiff),
            [b'B', b'M', ..] => Some(Self::Bmp),
            [0, 0, 1, 0, count, 0, ..] if *count > 0 => Some(Self::Ico),
            [b'P', b'1'..=b'7', b' ' | b'\n' | b'\r' | b'\t' | b'#', ..] => Some(Self::Pnm),
            _ if at(4, b"ftyp") => return Self::of_brands(bytes),
            _ if is_svg(bytes) => Some(Self::Svg),
            _ => None,
        };
        found.ok_or_else(|| Error::Unreadable(refusal(bytes)))
    }

    /// The brands of an ISO base media file (ISO 14496-12): AVIF, or a relative we do not read.
    fn of_brands(bytes: &[u8]) -> Result<Self, Error> {
        let size = bytes.first_chunk().map_or(0, |size| u32::from_be_bytes(*size) as usize);
        let brands = bytes.get(8..size.min(bytes.len()).min(256)).unwrap_or_default();
        let has = |brand: &[u8]| brands.chunks_exact(4).any(|found| found == brand);
        if has(b"avif") || has(b"avis") {
            return Ok(Self::Avif);
        }
        let what = if [b"heic", b"heix", b"heim", b"heis", b"hevc", b"mif1"].iter().any(|brand| has(*brand)) {
            "a HEIC picture, which is not supported: set the phone's camera to \"most compatible\", or send it as JPEG"
        } else {
            "a video, not a picture: send a picture"
        };
        Err(Error::Unreadable(format!("this is {what}")))
    }
}

/// Whether a text has an `svg` element near its start, after whatever may come before it; or is compressed, as `svgz`.
fn is_svg(bytes: &[u8]) -> bool {
    if bytes.starts_with(&[0x1f, 0x8b]) {
        return true;
    }
    let start = &bytes[..bytes.len().min(4096)];
    let text = start.strip_prefix(b"\xef\xbb\xbf").unwrap_or(start).trim_ascii_start();
    text.first() == Some(&b'<') && text.windows(4).any(|part| part == b"<svg" || part == b":svg")
}

/// What to say of bytes that are no picture we read.
fn refusal(bytes: &[u8]) -> String {
    let what = match bytes {
        [] => "this file is empty: send a picture",
        [b'%', b'P', b'D', b'F', ..] => "this is a PDF: convert its pages to pictures first",
        [0xff, 0x0a, ..] | [0, 0, 0, 0x0c, b'J', b'X', b'L', ..] => "JPEG XL is not supported: send JPEG, PNG or WebP",
        [0, 0, 0, 0x0c, b'j', b'P', ..] | [0xff, 0x4f, 0xff, 0x51, ..] => {
            "JPEG 2000 is not supported: send JPEG, PNG or WebP"
        }
        [b'8', b'B', b'P', b'S', ..] => "Photoshop files are not supported: export it as PNG or JPEG",
        [b'<', ..] => "this is a web page or XML, not a picture: does the URL lead to the picture itself?",
        [b'{' | b'[', ..] => "this is JSON, not a picture: does the URL lead to the picture itself?",
        _ => "this is not a supported picture: send JPEG, PNG, WebP, GIF, AVIF, TIFF, BMP, ICO or SVG",
    };
    what.to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_picture_is_named() {
        for (bytes, word) in [
            (&b""[..], "empty"),
            (b"%PDF-1.7", "PDF"),
            (b"<!doctype html><title>x</title>", "web page"),
            (b"\0\0\0\x18ftypheic\0\0\0\0mif1heic", "HEIC"),
            (b"\0\0\0\x18ftypisom\0\0\0\0mp41isom", "video"),
        ] {
            let Err(Error::Unreadable(message)) = Format::of(bytes) else { panic!("{word}") };
            assert!(message.contains(word), "{message}");
        }
    }

    #[test]
    fn svg_is_found_behind_its_preamble() {
        let svg = b"\xef\xbb\xbf<?xml version='1.0'?><!-- drawn --><!DOCTYPE svg><svg/>";
        assert_eq!(Format::of(svg), Ok(Format::Svg));
    }
}
