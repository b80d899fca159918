//! QR: the text in the modes that need the least, then the modules by qrcodegen.
//!
//! Text that is not ASCII is UTF-8 and says so (ECI 26). Where all of that is kanji or kana, it is written as kanji instead,
//! in 13 bits and not 24. Never both: readers disagree on what kanji mean once a character set was named.

use encoding_rs::SHIFT_JIS;
use qrcodegen::{QrCode, QrCodeEcc, QrSegment, QrSegmentMode, Version};

use crate::symbol::{ErrorCorrection, Symbol};
use crate::{Error, conflict};

/// The character set of the text, for ECI: UTF-8.
const ECI_UTF8: u32 = 26;

/// A code, and what there is to say about it.
pub struct Qr {
    /// Its modules.
    pub symbol: Symbol,
    /// Version, 1 to 40.
    pub version: u8,
    /// Error correction level.
    pub error_correction: ErrorCorrection,
}

/// A text as a code of at least this version: the smallest it fits in, and as much error correction as fits into that.
///
/// # Errors
/// When the text does not fit.
pub fn encode(text: &str, level: ErrorCorrection, at_least: u8) -> Result<Qr, Error> {
    let groups = [(1, 9), (10, 26), (27, 40)].into_iter().zip(LENGTH_BITS);
    for ((first, last), length_bits) in groups.filter(|((_, last), _)| at_least <= *last) {
        let segments = segments(text, length_bits);
        let versions = (Version::new(first.max(at_least)), Version::new(last));
        let Ok(code) = QrCode::encode_segments_advanced(&segments, level.into(), versions.0, versions.1, None, true)
        else {
            continue;
        };
        let size = code.size().unsigned_abs();
        return Ok(Qr {
            symbol: Symbol::new(size, size, |x, y| code.get_module(x as i32, y as i32)),
            version: code.version().value(),
            error_correction: code.error_correction_level().into(),
        });
    }
    let most = match level {
        ErrorCorrection::L => 2953,
        ErrorCorrection::M => 2331,
        ErrorCorrection::Q => 1663,
        ErrorCorrection::H => 1273,
    };
    Err(conflict(
        "text",
        format!(
            "is too long for a QR code: with errorCorrection {} it holds about {most} bytes, more of digits: shorten it{}",
            format!("{level:?}").to_lowercase(),
            if level == ErrorCorrection::L { "" } else { ", or send errorCorrection l" }
        ),
    ))
}

impl From<ErrorCorrection> for QrCodeEcc {
    fn from(level: ErrorCorrection) -> Self {
        match level {
            ErrorCorrection::L => Self::Low,
            ErrorCorrection::M => Self::Medium,
            ErrorCorrection::Q => Self::Quartile,
            ErrorCorrection::H => Self::High,
        }
    }
}

impl From<QrCodeEcc> for ErrorCorrection {
    fn from(level: QrCodeEcc) -> Self {
        match level {
            QrCodeEcc::Low => Self::L,
            QrCodeEcc::Medium => Self::M,
            QrCodeEcc::Quartile => Self::Q,
            QrCodeEcc::High => Self::H,
        }
    }
}

const MODES: [QrSegmentMode; 4] =
    [QrSegmentMode::Byte, QrSegmentMode::Alphanumeric, QrSegmentMode::Numeric, QrSegmentMode::Kanji];

/// Bits of a segment's length in each of them, for each group of versions: ISO/IEC 18004, table 3.
const LENGTH_BITS: [[u64; 4]; 3] = [[8, 9, 10, 8], [16, 11, 12, 10], [16, 13, 14, 12]];

/// The segments of a text that need the fewest bits: the cheapest way through the modes, character by
/// character. Costs are sixths of a bit, because three digits take 10 bits and two letters 11.
fn segments(text: &str, length_bits: [u64; 4]) -> Vec<QrSegment> {
    let header = length_bits.map(|bits| (4 + bits) * 6);
    let writing = Writing::of(text);
    let mut costs = header;
    let mut steps: Vec<[usize; 4]> = Vec::with_capacity(text.len());
    for symbol in text.chars() {
        let mut reached = [u64::MAX; 4];
        let mut from = [0; 4];
        for (mode, cost) in cost_of(symbol, writing).into_iter().enumerate() {
            if let Some(cost) = cost {
                (reached[mode], from[mode]) = (costs[mode].saturating_add(cost), mode);
            }
        }
        // A segment may end behind this character, which fills its last bits, and another begin.
        let ends = reached;
        for (to, &begin) in header.iter().enumerate() {
            for (mode, &end) in ends.iter().enumerate() {
                let cost = end.saturating_add(5) / 6 * 6 + begin;
                if end != u64::MAX && cost < reached[to] {
                    (reached[to], from[to]) = (cost, mode);
                }
            }
        }
        costs = reached;
        steps.push(from);
    }
    let mut mode = (0..MODES.len()).min_by_key(|&mode| costs[mode]).expect("there are modes");
    let mut modes = vec![0; steps.len()];
    for (at, from) in steps.iter().enumerate().rev() {
        mode = from[mode];
        modes[at] = mode;
    }
    let mut all = Vec::new();
    if writing == Writing::Utf8 {
        all.push(QrSegment::make_eci(ECI_UTF8));
    }
    let symbols: Vec<(char, usize)> = text.chars().zip(modes).collect();
    for run in symbols.chunk_by(|a, b| a.1 == b.1) {
        let part: String = run.iter().map(|(symbol, _)| symbol).collect();
        all.push(match MODES[run[0].1] {
            QrSegmentMode::Numeric => QrSegment::make_numeric(&part),
            QrSegmentMode::Alphanumeric => QrSegment::make_alphanumeric(&part),
            QrSegmentMode::Kanji => make_kanji(&part),
            _ => QrSegment::make_bytes(part.as_bytes()),
        });
    }
    all
}

/// How what is not ASCII is written.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Writing {
    Ascii,
    Kanji,
    Utf8,
}

impl Writing {
    fn of(text: &str) -> Self {
        match text {
            text if text.is_ascii() => Self::Ascii,
            text if text.chars().all(|symbol| symbol.is_ascii() || kanji(symbol).is_some()) => Self::Kanji,
            _ => Self::Utf8,
        }
    }
}

/// What a character costs in each of the modes, where it can be written in it.
fn cost_of(symbol: char, writing: Writing) -> [Option<u64>; 4] {
    [
        (symbol.is_ascii() || writing == Writing::Utf8).then_some(symbol.len_utf8() as u64 * 48),
        QrSegment::is_alphanumeric(symbol.encode_utf8(&mut [0; 4])).then_some(33),
        symbol.is_ascii_digit().then_some(20),
        (writing == Writing::Kanji && kanji(symbol).is_some()).then_some(78),
    ]
}

/// A kanji in 13 bits: ISO/IEC 18004, 7.4.6.
fn kanji(symbol: char) -> Option<u32> {
    if symbol.is_ascii() {
        return None;
    }
    let text = symbol.to_string();
    let (bytes, _, lossy) = SHIFT_JIS.encode(&text);
    let &[high, low] = bytes.as_ref() else { return None };
    let code = u32::from(high) << 8 | u32::from(low);
    let base = match code {
        _ if lossy => return None,
        0x8140..=0x9ffc => code - 0x8140,
        0xe040..=0xebbf => code - 0xc140,
        _ => return None,
    };
    // The same byte pair must come back as the same character: a few stand for two.
    let (back, _) = SHIFT_JIS.decode_without_bom_handling(&bytes);
    (back == text).then_some((base >> 8) * 0xc0 + (base & 0xff))
}

fn make_kanji(part: &str) -> QrSegment {
    let values: Vec<u32> = part.chars().filter_map(kanji).collect();
    let bits = values.iter().flat_map(|value| (0..13).rev().map(move |bit| value >> bit & 1 == 1)).collect();
    QrSegment::new(QrSegmentMode::Kanji, values.len(), bits)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn modes(text: &str) -> Vec<QrSegmentMode> {
        segments(text, LENGTH_BITS[0]).iter().map(QrSegment::mode).collect()
    }

    /// The examples of ISO/IEC 18004, annex J, and of the kanji of 7.4.6.
    #[test]
    fn modes_change_where_that_is_shorter() {
        use QrSegmentMode::{Alphanumeric, Byte, Eci, Kanji, Numeric};
        assert_eq!(modes("01234567"), [Numeric]);
        assert_eq!(modes("AC-42"), [Alphanumeric]);
        assert_eq!(modes("https://example.com/00000000000000"), [Byte, Numeric]);
        assert_eq!(modes("abc1def"), [Byte]);
        assert_eq!(modes("é"), [Eci, Byte]);
        assert_eq!(modes("点茗"), [Kanji]);
        assert_eq!(modes("点é"), [Eci, Byte]);
        assert_eq!((kanji('点'), kanji('茗')), (Some(0x0d9f), Some(0x1aaa)));
        assert_eq!(modes(""), []);
    }
}
