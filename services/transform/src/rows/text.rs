//! Text that arrives as bytes in some encoding, read piece by piece into a `String`.
//!
//! Everything after this knows UTF-8 alone. A byte that does not fit the encoding is an error, never a replacement: data that
//! was guessed wrong must not come out changed.

use std::io::Read;

use chardetng::{EncodingDetector, Iso2022JpDetection, Utf8Detection};
use chassis::{Code, Error};
use encoding_rs::{Decoder, DecoderResult, Encoding, UTF_8, UTF_16BE, UTF_16LE};

/// Bytes that are read at once.
const PIECE: usize = 128 * 1024;
/// Bytes in which the zeros of UTF-16 are looked for.
const ZEROS: usize = 64 * 1024;

/// The encoding of a text, and how it is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Charset {
    /// The encoding.
    pub encoding: &'static Encoding,
    /// Bytes of the byte order mark in front.
    pub bom: usize,
}

/// The encoding a request names.
///
/// # Errors
/// When there is none of that name.
pub fn named(field: &str, label: &str) -> Result<&'static Encoding, Error> {
    let missing = || {
        let message = "is no encoding we read: use utf-8, utf-16le, windows-1252, iso-8859-2, shift_jis or another of the WHATWG's names";
        Error::field(Code::ValidationError, field, message)
    };
    Encoding::for_label(label.trim().as_bytes()).ok_or_else(missing)
}

/// Detects the encoding by a byte order mark, else by what the bytes are. `complete` says that the sample is all there is.
#[must_use]
pub fn detect(sample: &[u8], complete: bool) -> Charset {
    if let Some((encoding, bom)) = Encoding::for_bom(sample) {
        return Charset { encoding, bom };
    }
    let without_bom = |encoding| Charset { encoding, bom: 0 };
    let valid = match std::str::from_utf8(sample) {
        Ok(_) => true,
        // It ends in the middle of a character.
        Err(error) => !complete && error.error_len().is_none(),
    };
    // UTF-16 shows at its start.
    let start = &sample[..sample.len().min(ZEROS)];
    let zeros = |from: usize| start.iter().skip(from).step_by(2).filter(|byte| **byte == 0).count();
    // Most letters of Latin scripts have a zero beside them.
    let many = start.len() * 3 / 10;
    if sample.len() >= 4 && zeros(1) > many && zeros(0) == 0 {
        return without_bom(UTF_16LE);
    }
    if sample.len() >= 4 && zeros(0) > many && zeros(1) == 0 {
        return without_bom(UTF_16BE);
    }
    if valid {
        return without_bom(UTF_8);
    }
    let mut detector = EncodingDetector::new(Iso2022JpDetection::Deny);
    detector.feed(sample, complete);
    without_bom(detector.guess(None, Utf8Detection::Deny))
}

/// Reads text.
pub struct TextReader {
    source: Box<dyn Read + Send>,
    decoder: Decoder,
    encoding: &'static Encoding,
    piece: Vec<u8>,
    ended: bool,
    /// Lines that have been read, for errors.
    lines: u64,
}

impl TextReader {
    /// A reader of bytes in this encoding.
    #[must_use]
    pub fn new(source: impl Read + Send + 'static, encoding: &'static Encoding) -> Self {
        let decoder = encoding.new_decoder_with_bom_removal();
        Self { source: Box::new(source), decoder, encoding, piece: vec![0; PIECE], ended: false, lines: 1 }
    }

    /// Reads more to the end of a text; false when there is no more.
    ///
    /// # Errors
    /// When the sender left, or a byte does not fit the encoding.
    pub fn more(&mut self, text: &mut String) -> Result<bool, Error> {
        if self.ended {
            return Ok(false);
        }
        let count = self.source.read(&mut self.piece)?;
        self.ended = count == 0;
        let mut bytes = &self.piece[..count];
        let start = text.len();
        text.reserve(self.decoder.max_utf8_buffer_length_without_replacement(count).unwrap_or(count * 3 + 16));
        loop {
            let (result, read) = self.decoder.decode_to_string_without_replacement(bytes, text, self.ended);
            bytes = &bytes[read..];
            match result {
                DecoderResult::InputEmpty => break,
                DecoderResult::OutputFull => text.reserve(bytes.len() * 3 + 16),
                DecoderResult::Malformed(..) => {
                    let line = self.lines + newlines(&text[start..]);
                    return Err(not_this(self.encoding, line));
                }
            }
        }
        self.lines += newlines(&text[start..]);
        Ok(!self.ended || text.len() > start)
    }

    /// Reads all there is.
    ///
    /// # Errors
    /// As [`TextReader::more`].
    pub fn all(mut self) -> Result<String, Error> {
        let mut text = String::new();
        while self.more(&mut text)? {}
        Ok(text)
    }
}

fn newlines(text: &str) -> u64 {
    // So few that a byte counts them, which a processor does for many at once.
    let few = |bytes: &[u8]| bytes.iter().map(|byte| u8::from(*byte == b'\n')).sum::<u8>();
    text.as_bytes().chunks(255).map(|bytes| u64::from(few(bytes))).sum()
}

fn not_this(encoding: &'static Encoding, line: u64) -> Error {
    let name = encoding.name();
    let message = match encoding == UTF_8 {
        true => format!("line {line} is not valid UTF-8: say the encoding of the file, such as windows-1252"),
        false => format!("line {line} is not valid {name}: say the encoding of the file"),
    };
    Error::impossible("encoding", message)
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use super::*;

    fn read(bytes: &[u8]) -> (String, String) {
        let charset = detect(bytes, true);
        let text = TextReader::new(Cursor::new(bytes.to_vec()), charset.encoding).all().unwrap();
        (charset.encoding.name().to_owned(), text)
    }

    #[test]
    fn encodings_are_told_apart() {
        assert_eq!(read("naïve, 東京".as_bytes()), ("UTF-8".into(), "naïve, 東京".into()));
        assert_eq!(read(b"\xef\xbb\xbfa,b"), ("UTF-8".into(), "a,b".into()));
        assert_eq!(read(b"\xff\xfea\0,\0\xe4\0"), ("UTF-16LE".into(), "a,ä".into()));
        assert_eq!(read(b"a\0,\0b\0\n\0"), ("UTF-16LE".into(), "a,b\n".into()));
        let (name, text) = read(b"Stra\xdfe;Gr\xf6\xdfe;M\xfcnchen \x80 5\n");
        assert_eq!((name.as_str(), text.as_str()), ("windows-1252", "Straße;Größe;München € 5\n"));
    }

    #[test]
    fn what_does_not_fit_is_an_error() {
        let error = TextReader::new(Cursor::new(b"a\nb\nc\xff".to_vec()), UTF_8).all().unwrap_err();
        assert_eq!(
            error.message(),
            "encoding: line 3 is not valid UTF-8: say the encoding of the file, such as windows-1252"
        );
    }
}
