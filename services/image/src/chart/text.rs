//! Text as wide as it will be: measured with the advance widths of the typeface it is drawn with.

use std::sync::LazyLock;

use skrifa::charmap::Charmap;
use skrifa::instance::{LocationRef, Size};
use skrifa::metrics::GlyphMetrics;
use skrifa::{FontRef, MetadataProvider};

/// Where a text is too long.
const ELLIPSIS: char = '…';

/// Characters of a text that are shown at most, in however many lines.
const MAX_SHOWN: usize = 500;

/// Characters whose widths are kept: Latin, Greek, Cyrillic and the signs around them.
const KEPT: u32 = 0x2200;

struct Face {
    charmap: Charmap<'static>,
    advances: GlyphMetrics<'static>,
    units: f64,
    kept: Vec<f64>,
}

impl Face {
    fn of(data: &'static [u8]) -> Self {
        let font = FontRef::new(data).expect("our typeface is a font");
        let advances = font.glyph_metrics(Size::unscaled(), LocationRef::default());
        let units = f64::from(font.metrics(Size::unscaled(), LocationRef::default()).units_per_em);
        let mut face = Self { charmap: font.charmap(), advances, units, kept: Vec::new() };
        face.kept = (0..KEPT).map(|code| char::from_u32(code).map_or(0.0, |character| face.find(character))).collect();
        face
    }

    /// In ems.
    fn advance(&self, character: char) -> f64 {
        let kept = self.kept.get(character as usize);
        kept.copied().unwrap_or_else(|| self.find(character))
    }

    /// What the typeface lacks is as wide as the typefaces that have it make it.
    fn find(&self, character: char) -> f64 {
        let glyph = self.charmap.map(character);
        let advance = glyph.and_then(|glyph| self.advances.advance_width(glyph));
        advance.map_or(1.0, |advance| f64::from(advance) / self.units)
    }
}

static REGULAR: LazyLock<Face> = LazyLock::new(|| Face::of(fonts::REGULAR));
static BOLD: LazyLock<Face> = LazyLock::new(|| Face::of(fonts::BOLD));

/// From one base line to the next.
pub(super) fn leading(size: f64) -> f64 {
    size * 1.3
}

/// From the middle of capitals and figures down to the base line: half their height, 0.714 em in Noto Sans.
pub(super) fn drop(size: f64) -> f64 {
    size * 0.357
}

/// How wide a text is.
pub(super) fn width(text: &str, size: f64, bold: bool) -> f64 {
    let face = if bold { &*BOLD } else { &*REGULAR };
    text.chars().map(|character| face.advance(character)).sum::<f64>() * size
}

/// The widest of several.
pub(super) fn widest<S: AsRef<str>>(texts: &[S], size: f64) -> f64 {
    texts.iter().map(|text| width(text.as_ref(), size, false)).fold(0.0, f64::max)
}

/// Text that can stand in one line of XML: no controls, nothing that turns the direction of what follows.
pub(super) fn clean(text: &str) -> String {
    let kept = text.chars().filter_map(|character| match character {
        '\n' | '\r' | '\t' => Some(' '),
        '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{fffe}' | '\u{ffff}' => None,
        character if character.is_control() => None,
        character => Some(character),
    });
    kept.collect::<String>().split(' ').filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ")
}

/// As much of a text as a chart could show; the rest is not measured ten thousand times.
pub(super) fn start(text: &str) -> &str {
    text.char_indices().nth(MAX_SHOWN).map_or(text, |(end, _)| &text[..end])
}

/// Whether the typeface has all of a text; without what it lacks and is no letter, such as emoji.
pub(super) fn drawable(text: &str) -> (String, bool) {
    let lacks = |character: char| REGULAR.charmap.map(character).is_none();
    if !text.chars().any(lacks) {
        return (text.to_owned(), true);
    }
    let kept: String = text.chars().filter(|character| character.is_alphanumeric() || !lacks(*character)).collect();
    (clean(&kept), false)
}

/// A text in one line, with an ellipsis where it is too wide.
pub(super) fn clip(text: &str, size: f64, bold: bool, most: f64) -> String {
    let face = if bold { &*BOLD } else { &*REGULAR };
    let mut free = most / size;
    let is_over = text.chars().any(|character| {
        free -= face.advance(character);
        free < 0.0
    });
    if !is_over {
        return text.to_owned();
    }
    let mut room = most / size - face.advance(ELLIPSIS);
    let fits = text.chars().take_while(|character| {
        room -= face.advance(*character);
        room >= 0.0
    });
    let mut kept: String = fits.collect();
    if kept.is_empty() {
        return kept;
    }
    kept.truncate(kept.trim_end().len());
    kept.push(ELLIPSIS);
    kept
}

/// A text in lines between words, the last with an ellipsis where it is too long; words wider than a line are clipped.
pub(super) fn wrap(text: &str, size: f64, bold: bool, most: f64, lines: usize) -> Vec<String> {
    let mut wrapped: Vec<String> = Vec::new();
    let mut rest = text;
    while !rest.is_empty() && wrapped.len() < lines {
        if wrapped.len() + 1 == lines {
            wrapped.push(clip(rest, size, bold, most));
            break;
        }
        let line = first_line(rest, size, bold, most);
        wrapped.push(clip(line, size, bold, most));
        rest = rest[line.len()..].trim_start();
    }
    wrapped
}

/// As many words as fit; at least one.
fn first_line(text: &str, size: f64, bold: bool, most: f64) -> &str {
    let mut end = 0;
    for (index, _) in text.match_indices(' ').chain([(text.len(), "")]) {
        if end > 0 && width(&text[..index], size, bold) > most {
            break;
        }
        end = index;
    }
    &text[..end]
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Advance widths of Noto Sans Regular 2.015 as fontTools reads them from `hmtx`: A 639, space 260, 0 572, of 1000.
    #[test]
    fn widths_are_those_of_the_typeface() {
        assert!(
            (width("A 0", 1000.0, false) - (639.0 + 260.0 + 572.0)).abs() < 0.01,
            "{}",
            width("A 0", 1000.0, false)
        );
        assert!(width("Total", 10.0, true) > width("Total", 10.0, false));
    }

    #[test]
    fn long_text_is_wrapped_between_words_and_ends_in_an_ellipsis() {
        let most = width("one two", 10.0, false) + 0.1;
        assert_eq!(wrap("one two three four", 10.0, false, most, 3), ["one two", "three", "four"]);
        assert_eq!(wrap("one two three four", 10.0, false, most, 2), ["one two", "three…"]);
        assert_eq!(wrap("", 10.0, false, most, 2), Vec::<String>::new());
        for text in ["Donaudampfschifffahrtsgesellschaft", "a b c d e f g h", "汉字汉字汉字", "Ωμέγα"] {
            for line in wrap(text, 10.0, false, 30.0, 2) {
                assert!(width(&line, 10.0, false) <= 30.0, "{line}");
            }
        }
    }

    #[test]
    fn what_cannot_be_drawn_is_known() {
        assert_eq!(drawable("Übergröße Ελλάδα Київ 5 °C €"), ("Übergröße Ελλάδα Київ 5 °C €".to_owned(), true));
        assert_eq!(drawable("🚀 Launch 🎉"), ("Launch".to_owned(), false));
        assert_eq!(drawable("東京"), ("東京".to_owned(), false));
        assert_eq!(clean("a\u{0}b\n\u{202e}c  d"), "ab c d");
    }
}
