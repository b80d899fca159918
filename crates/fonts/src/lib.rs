//! The typeface of pictures and documents: Noto Sans, with Latin, Greek and Cyrillic and all their accents.
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

/// The typeface, measured.
#[must_use]
pub fn face(bold: bool) -> &'static Face {
    static FACES: [LazyLock<Face>; 2] = [LazyLock::new(|| Face::of(REGULAR)), LazyLock::new(|| Face::of(BOLD))];
    &FACES[usize::from(bold)]
}
