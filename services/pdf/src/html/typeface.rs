//! Typefaces that come with a page (`@font-face`): TrueType and OpenType, as data URIs, fetched or sent beside it.

use std::collections::BTreeSet;
use std::rc::Rc;

use typst::foundations::Bytes;
use typst::layout::Abs;
use typst::text::{Font, FontInfo, FontStyle, FontVariant, FontVariations, FontWeight};

use super::css::Declaration;
use super::gallery::{file, reason, short, unpack};
use super::value::{arguments, words};
use super::{Lost, font};

/// Faces of a page, and bytes of all of them.
const MAX_FACES: usize = 30;
const MAX_BYTES: usize = 20 << 20;
/// Characters whose widths are kept: Latin, Greek, Cyrillic and the signs around them.
const KEPT: u32 = 0x2200;

/// A face of a typeface.
#[derive(Debug)]
pub(crate) struct Typeface {
    /// The family as the page names it, in lower case.
    family: String,
    weight: u16,
    italic: bool,
    /// Widths of characters at a size of 1; nothing for those it lacks.
    widths: Vec<Option<f32>>,
    font: Font,
}

impl Typeface {
    fn of(family: String, weight: u16, italic: bool, font: Font) -> Self {
        let custom = FontVariations::default();
        let instance = font.clone().instantiate(variant(weight, italic), Abs::pt(12.0), &custom);
        let width = |code| {
            let glyph = instance.ttf().glyph_index(char::from_u32(code)?)?;
            instance.x_advance(glyph.0).map(|em| em.get() as f32)
        };
        let widths = (0..KEPT).map(width).collect();
        Self { family, weight, italic, widths, font }
    }

    /// The family as typst is told it: no family of ours is called so.
    pub(crate) fn name(&self) -> String {
        format!("page:{}", self.family)
    }

    /// The width of a character at a size of 1, where it is known.
    pub(crate) fn advance(&self, letter: char) -> Option<f64> {
        self.widths.get(letter as usize).copied().flatten().map(f64::from)
    }

    /// The font, and what typst is to know of it.
    pub(crate) fn entry(&self) -> (FontInfo, Font) {
        let info =
            FontInfo { family: self.name(), variant: variant(self.weight, self.italic), ..self.font.info().clone() };
        (info, self.font.clone())
    }
}

fn variant(weight: u16, italic: bool) -> FontVariant {
    let style = if italic { FontStyle::Italic } else { FontStyle::Normal };
    FontVariant { style, weight: FontWeight::from_number(weight), ..FontVariant::default() }
}

/// Reads the faces that sheets declare.
pub(super) fn typefaces(
    declared: &[Vec<Declaration>],
    files: &[(String, Vec<u8>)],
    lost: &[Lost],
    missing: &mut BTreeSet<String>,
    absent: &mut BTreeSet<String>,
) -> Vec<Rc<Typeface>> {
    let mut found: Vec<Rc<Typeface>> = Vec::new();
    let mut room = MAX_BYTES;
    for face in declared {
        let value =
            |property: &str| face.iter().rev().find(|one| one.property == property).map(|one| one.value.as_str());
        let (Some(family), Some(source)) = (value("font-family"), value("src")) else { continue };
        let family = plain(family);
        let weight = value("font-weight").and_then(|weight| font::weight(words(weight).first()?, 400)).unwrap_or(400);
        let italic = value("font-style").is_some_and(|style| style != "normal");
        // Parts of one face for other scripts (`unicode-range`) are faces of the same name.
        if found.len() >= MAX_FACES {
            missing.insert(format!("more than {MAX_FACES} @font-face"));
            break;
        }
        let mut told = None;
        let font = arguments(source).into_iter().find_map(|one| {
            let address = words(one).into_iter().find_map(|word| word.strip_prefix("url(")?.strip_suffix(')'))?;
            let address = address.trim().trim_matches(['"', '\'']).trim();
            let bytes = match address.strip_prefix("data:") {
                Some(data) => unpack(data),
                None => file(files, address).map(<[u8]>::to_vec),
            };
            let compressed = |ending: &str| super::file_name(address).to_ascii_lowercase().ends_with(ending);
            let Some(bytes) = bytes else {
                if !compressed(".woff") && !compressed(".woff2") && !address.starts_with("data:") {
                    absent.insert(format!("the typeface {} {}", short(address), reason(lost, address)));
                }
                return None;
            };
            if bytes.len() > room {
                told = Some(format!("@font-face of {family} (typefaces of more than {} MB)", MAX_BYTES >> 20));
                return None;
            }
            if bytes.starts_with(b"wOF") {
                return None;
            }
            let length = bytes.len();
            let font = Font::new(Bytes::new(bytes), 0);
            if font.is_some() {
                room -= length;
            } else {
                told = Some(format!("@font-face of {family} (what was sent is no font in TrueType or OpenType)"));
            }
            font
        });
        match font {
            Some(font) => found.push(Rc::new(Typeface::of(family, weight, italic, font))),
            None if source.contains("url(") => {
                let unread = "WOFF and EOT are not read: name or send a .ttf or .otf of it";
                missing.insert(told.unwrap_or_else(|| format!("@font-face of {family} ({unread})")));
            }
            // Typefaces of the system are out of reach, and there are others for them.
            None => {}
        }
    }
    found
}

/// The face for a list of families: that of the first which is there, nearest in weight and slant.
pub(super) fn choose<'t>(
    faces: &'t [Rc<Typeface>],
    families: &str,
    weight: u16,
    italic: bool,
) -> Option<&'t Rc<Typeface>> {
    families.split(',').take(MAX_FACES).map(plain).find_map(|family| {
        let of_family = faces.iter().filter(|face| face.family == family);
        of_family.min_by_key(|face| (face.italic != italic, face.weight.abs_diff(weight)))
    })
}

/// A family without its quotes, in lower case.
fn plain(family: &str) -> String {
    family.trim().trim_matches(['"', '\'']).trim().chars().take(100).collect::<String>().to_lowercase()
}
