//! The typeface of pictures and documents: Noto Sans, with Latin, Greek and Cyrillic and all their accents.
//!
//! Documents have more than pictures: italics, a typeface of fixed width for code, arrows, signs and emoji in one color,
//! and the Hebrew and Arabic scripts.
//!
//! SIL Open Font License 1.1; the license lies beside the files. No font of the system is ever used: the same request
//! gives the same picture everywhere.

mod face;

use std::sync::LazyLock;

pub use face::Face;

/// The name of the family.
pub const FAMILY: &str = "Noto Sans";

/// Regular, as TrueType.
pub static REGULAR: &[u8] = include_bytes!("../data/NotoSans-Regular.ttf");

/// Bold, as TrueType.
pub static BOLD: &[u8] = include_bytes!("../data/NotoSans-Bold.ttf");

/// Italic, as TrueType.
pub static ITALIC: &[u8] = include_bytes!("../data/NotoSans-Italic.ttf");

/// Bold italic, as TrueType.
pub static BOLD_ITALIC: &[u8] = include_bytes!("../data/NotoSans-BoldItalic.ttf");

/// The name of the family of fixed width.
pub const MONO_FAMILY: &str = "Noto Sans Mono";

/// Fixed width, as TrueType.
pub static MONO: &[u8] = include_bytes!("../data/NotoSansMono-Regular.ttf");

/// The name of the family of formulas and arrows.
pub const MATH_FAMILY: &str = "Noto Sans Math";

/// Formulas and arrows, as OpenType with its table for formulas.
pub static MATH: &[u8] = include_bytes!("../data/NotoSansMath-Regular.ttf");

/// The name of the family of signs: ticks, boxes, stars, dingbats.
pub const SYMBOLS_FAMILY: &str = "Noto Sans Symbols2";

/// Signs, as TrueType.
pub static SYMBOLS: &[u8] = include_bytes!("../data/NotoSansSymbols2-Regular.ttf");

/// The name of the family of emoji.
pub const EMOJI_FAMILY: &str = "Noto Emoji";

/// Emoji in one color, as TrueType.
pub static EMOJI: &[u8] = include_bytes!("../data/NotoEmoji-Regular.ttf");

/// Arabic script, as TrueType.
pub static ARABIC: &[u8] = include_bytes!("../data/NotoSansArabic-Regular.ttf");

/// Hebrew script, as TrueType.
pub static HEBREW: &[u8] = include_bytes!("../data/NotoSansHebrew-Regular.ttf");

/// Every file of documents, text first.
pub static DOCUMENT: [&[u8]; 10] = [REGULAR, BOLD, ITALIC, BOLD_ITALIC, MONO, MATH, SYMBOLS, EMOJI, ARABIC, HEBREW];

/// The typeface, measured.
#[must_use]
pub fn face(bold: bool) -> &'static Face {
    static FACES: [LazyLock<Face>; 2] = [LazyLock::new(|| Face::of(REGULAR)), LazyLock::new(|| Face::of(BOLD))];
    &FACES[usize::from(bold)]
}

/// The typefaces of signs and other scripts, measured: where the typeface lacks a character, one of these may have it.
/// Signs, formulas, emoji, Arabic, Hebrew.
#[must_use]
pub fn other_faces() -> [&'static Face; 5] {
    static FACES: [LazyLock<Face>; 5] = [
        LazyLock::new(|| Face::of(SYMBOLS)),
        LazyLock::new(|| Face::of(MATH)),
        LazyLock::new(|| Face::of(EMOJI)),
        LazyLock::new(|| Face::of(ARABIC)),
        LazyLock::new(|| Face::of(HEBREW)),
    ];
    FACES.each_ref().map(|face| &**face)
}
