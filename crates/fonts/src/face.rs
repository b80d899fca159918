//! Widths of text, from the advance widths of the typeface it is drawn with.

use skrifa::charmap::Charmap;
use skrifa::instance::{LocationRef, Size};
use skrifa::metrics::GlyphMetrics;
use skrifa::{FontRef, MetadataProvider};

/// Characters whose widths are kept: Latin, Greek, Cyrillic and the signs around them.
const KEPT: u32 = 0x2200;

/// A typeface and its metrics, at a font size of 1.
pub struct Face {
    /// The file.
    pub data: &'static [u8],
    charmap: Charmap<'static>,
    advances: GlyphMetrics<'static>,
    units: f64,
    kept: Vec<f64>,
    /// Ascent, from the baseline up.
    pub ascent: f64,
    /// Descent, from the baseline down.
    pub descent: f64,
}

impl Face {
    pub(crate) fn of(data: &'static [u8]) -> Self {
        let font = FontRef::new(data).expect("our typeface is a font");
        let advances = font.glyph_metrics(Size::unscaled(), LocationRef::default());
        let metrics = font.metrics(Size::unscaled(), LocationRef::default());
        let units = f64::from(metrics.units_per_em);
        let (ascent, descent) = (f64::from(metrics.ascent) / units, -f64::from(metrics.descent) / units);
        let mut face = Self { data, charmap: font.charmap(), advances, units, kept: Vec::new(), ascent, descent };
        face.kept = (0..KEPT).map(|code| char::from_u32(code).map_or(0.0, |character| face.find(character))).collect();
        face
    }

    /// Whether it has a glyph for a character.
    #[must_use]
    pub fn has(&self, character: char) -> bool {
        self.charmap.map(character).is_some()
    }

    /// Its glyph for a character, by its number in the file.
    #[must_use]
    pub fn glyph(&self, character: char) -> Option<u16> {
        self.charmap.map(character).and_then(|glyph| u16::try_from(glyph.to_u32()).ok())
    }

    /// Advance width of a character; 1 for one the typeface lacks.
    #[must_use]
    pub fn advance(&self, character: char) -> f64 {
        let kept = self.kept.get(character as usize);
        kept.copied().unwrap_or_else(|| self.find(character))
    }

    /// Width of a text: the sum of its advance widths, without kerning.
    #[must_use]
    pub fn width(&self, text: &str) -> f64 {
        text.chars().map(|character| self.advance(character)).sum()
    }

    fn find(&self, character: char) -> f64 {
        let glyph = self.charmap.map(character);
        let advance = glyph.and_then(|glyph| self.advances.advance_width(glyph));
        advance.map_or(1.0, |advance| f64::from(advance) / self.units)
    }
}

#[cfg(test)]
mod tests {
    /// Advance widths of Noto Sans Regular as fontTools reads them from `hmtx`: A 639, space 260, 0 572, of 1000.
    #[test]
    fn widths_are_those_of_the_typeface() {
        assert!((crate::face(false).width("A 0") - 1.471).abs() < 1e-5);
        assert!(crate::face(true).width("Total") > crate::face(false).width("Total"));
        assert!(crate::face(false).has('Ж') && !crate::face(false).has('東'));
    }
}
