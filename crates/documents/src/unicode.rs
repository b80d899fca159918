//! Characters of glyphs: what fonts say, mended where they say nothing or say it in presentation forms.

use std::collections::HashMap;

use hayro_interpret::font::{Glyph, OutlineGlyph};
use hayro_interpret::hayro_cmap::BfString;
use skrifa::MetadataProvider;
use unicode_normalization::UnicodeNormalization;

/// Characters by glyph of one font.
type ByGlyph = HashMap<u32, char>;

/// The `cmap` tables of embedded fonts, read backwards, by the font's hash.
#[derive(Default)]
pub(crate) struct Characters {
    fonts: HashMap<u128, ByGlyph>,
}

impl Characters {
    /// What a glyph says, or `None` where nobody knows: by the file's own table or the glyph's name, by the embedded
    /// font's table, and by the code itself for fonts that have only names (Type 1 with its 256 codes).
    pub(crate) fn of(&mut self, glyph: &Glyph<'_>) -> Option<String> {
        let known = glyph.as_unicode().map(|text| match text {
            BfString::Char(letter) => letter.to_string(),
            BfString::String(text) => text,
        });
        let known = known.filter(|text| !text.is_empty() && text.chars().all(is_known));
        known.or_else(|| match glyph {
            Glyph::Outline(outline) => self.by_font(outline),
            Glyph::Type3(_) => latin(glyph.char_code()),
        })
    }

    fn by_font(&mut self, glyph: &OutlineGlyph) -> Option<String> {
        let Some(font) = glyph.font_data() else { return latin(glyph.char_code()) };
        let table = self.fonts.entry(font.cache_key).or_insert_with(|| backwards((*font.data).as_ref()));
        table.get(&glyph.glyph_id().to_u32()).map(char::to_string)
    }
}

/// Neither a control character nor one of private use, which says nothing outside its font.
fn is_known(letter: char) -> bool {
    !matches!(letter, '\0'..='\x08' | '\x0E'..='\x1F' | '\u{7F}' | '\u{E000}'..='\u{F8FF}' | '\u{FFFD}' | '\u{FFFF}' | '\u{F0000}'..)
}

/// The character of a code as Latin-1 reads it.
fn latin(code: u32) -> Option<String> {
    u8::try_from(code).ok().map(char::from).filter(|letter| !letter.is_control()).map(String::from)
}

/// Which character each glyph stands for. Symbol fonts keep Latin-1 at U+F000.
fn backwards(font: &[u8]) -> ByGlyph {
    let mut table = HashMap::new();
    let Ok(font) = skrifa::FontRef::new(font) else { return table };
    for (code, glyph) in font.charmap().mappings() {
        let code = if (0xF020..=0xF0FF).contains(&code) { code - 0xF000 } else { code };
        if let Some(letter) = char::from_u32(code).filter(|letter| is_known(*letter) && !letter.is_control()) {
            table.entry(glyph.to_u32()).or_insert(letter);
        }
    }
    table
}

/// Text without presentation forms: ligatures such as U+FB01 as their letters, Arabic letters in their basic form,
/// CJK compatibility ideographs as the unified ones. Everything else stays as it is.
#[must_use]
pub fn fold(text: &str) -> String {
    if !text.chars().any(is_presentation_form) {
        return text.to_owned();
    }
    let mut folded = String::with_capacity(text.len() + 4);
    for letter in text.chars() {
        if is_presentation_form(letter) {
            folded.extend(std::iter::once(letter).nfkc());
        } else {
            folded.push(letter);
        }
    }
    folded
}

fn is_presentation_form(letter: char) -> bool {
    matches!(letter, '\u{F900}'..='\u{FAFF}' | '\u{FB00}'..='\u{FDFF}' | '\u{FE70}'..='\u{FEFE}')
}

/// Whether a letter is written from right to left.
pub(crate) fn is_right_to_left(letter: char) -> bool {
    matches!(letter, '\u{590}'..='\u{8FF}' | '\u{FB1D}'..='\u{FDFF}' | '\u{FE70}'..='\u{FEFE}' | '\u{10800}'..='\u{10FFF}' | '\u{1E800}'..='\u{1EFFF}')
        && !is_digit(letter)
}

/// A digit, which is written from left to right in every script.
pub(crate) fn is_digit(letter: char) -> bool {
    letter.is_ascii_digit() || matches!(letter, '\u{660}'..='\u{669}' | '\u{6F0}'..='\u{6F9}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn presentation_forms_are_folded_and_nothing_else() {
        assert_eq!(fold("di\u{FB03}cult o\u{FB03}ce"), "difficult office");
        assert_eq!(fold("\u{FEFB}\u{FE8D}"), "\u{644}\u{627}\u{627}");
        assert_eq!(fold("\u{F900}"), "\u{8C48}");
        assert_eq!(fold("x\u{B2} \u{2460} \u{FF21}"), "x\u{B2} \u{2460} \u{FF21}");
    }
}
