//! The typeface of pictures and documents: Noto Sans, which has Latin, Greek and Cyrillic with all their accents.
//!
//! SIL Open Font License 1.1; the licence lies beside the files. No font of the system is ever used: the same request
//! gives the same picture everywhere.

/// The name of the family.
pub const FAMILY: &str = "Noto Sans";

/// Regular, as TrueType.
pub static REGULAR: &[u8] = include_bytes!("../data/NotoSans-Regular.ttf");

/// Bold, as TrueType.
pub static BOLD: &[u8] = include_bytes!("../data/NotoSans-Bold.ttf");
