//! Letters of ours in documents of others: stamps, filled fields.
//!
//! What Windows-1252 can write and is wanted in Helvetica or Courier is written in the standard fonts, which every reader
//! has and nothing is added for. Everything else is Noto Sans, of which the letters that are used are embedded (a
//! composite font with the map back to Unicode, so that the text can be searched and copied).

use std::collections::{BTreeMap, BTreeSet};

use chassis::Call;
use fonts::Face;
use lopdf::{Dictionary, Document, Object, ObjectId, Stream, dictionary};
use subsetter::GlyphRemapper;
use unicode_normalization::UnicodeNormalization;

/// A typeface that is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Typeface {
    /// Helvetica where it is enough.
    Helvetica,
    /// Courier where it is enough.
    Courier,
    /// Noto Sans.
    Sans,
    /// Noto Sans Bold.
    SansBold,
}

/// A font in the document.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Font {
    Helvetica,
    Courier,
    Regular,
    Bold,
    Symbols,
    Math,
    Emoji,
}

impl Font {
    /// Its name in resources.
    fn name(self) -> &'static str {
        match self {
            Self::Helvetica => "FfHelv",
            Self::Courier => "FfCour",
            Self::Regular => "FfSans",
            Self::Bold => "FfBold",
            Self::Symbols => "FfSign",
            Self::Math => "FfMath",
            Self::Emoji => "FfEmoj",
        }
    }

    fn face(self) -> Option<&'static Face> {
        match self {
            Self::Helvetica | Self::Courier => None,
            Self::Regular => Some(fonts::face(false)),
            Self::Bold => Some(fonts::face(true)),
            Self::Symbols => Some(fonts::other_faces()[0]),
            Self::Math => Some(fonts::other_faces()[1]),
            Self::Emoji => Some(fonts::other_faces()[2]),
        }
    }
}

/// A text, chosen letter by letter from the fonts that have them.
#[derive(Debug, Clone)]
pub(crate) struct Line {
    letters: Vec<(Font, char)>,
}

/// The fonts that a document gets.
#[derive(Default)]
pub(crate) struct Lettering {
    fonts: BTreeMap<Font, Used>,
    /// Characters no typeface has.
    missing: BTreeSet<char>,
}

/// A font and what is used of it.
struct Used {
    id: ObjectId,
    glyphs: GlyphRemapper,
    /// Characters by the numbers of their glyphs in the part that is embedded.
    characters: BTreeMap<u16, char>,
}

impl Line {
    /// Chooses the fonts of a text. Control characters are spaces.
    pub(crate) fn new(text: &str, typeface: Typeface) -> Self {
        let plain = text.nfc().map(|letter| if letter.is_control() || letter == '\u{2028}' { ' ' } else { letter });
        let letters: Vec<char> = plain
            .filter(|letter| {
                !matches!(letter, '\u{200b}' | '\u{200d}' | '\u{fe0e}' | '\u{fe0f}' | '\u{feff}' | '\u{ad}')
            })
            .collect();
        let standard = match typeface {
            Typeface::Helvetica => Some(Font::Helvetica),
            Typeface::Courier => Some(Font::Courier),
            Typeface::Sans | Typeface::SansBold => None,
        };
        if let Some(font) = standard
            && letters.iter().all(|letter| windows_1252(*letter).is_some())
        {
            return Self { letters: letters.into_iter().map(|letter| (font, letter)).collect() };
        }
        let own = if typeface == Typeface::SansBold { Font::Bold } else { Font::Regular };
        let choice = |letter: char| {
            let has = |font: &Font| font.face().is_some_and(|face| face.has(letter));
            [own, Font::Symbols, Font::Math, Font::Emoji].into_iter().find(has).unwrap_or(own)
        };
        Self { letters: letters.into_iter().map(|letter| (choice(letter), letter)).collect() }
    }

    /// Its width at a size of 1.
    pub(crate) fn width(&self) -> f64 {
        self.letters.iter().map(|(font, letter)| advance(*font, *letter)).sum()
    }

    /// The letters themselves.
    #[cfg(test)]
    fn text(&self) -> String {
        self.letters.iter().map(|(_, letter)| *letter).collect()
    }

    /// Breaks it into lines no wider than this at a size of 1, at spaces where there are any.
    pub(crate) fn wrapped(&self, width: f64) -> Vec<Self> {
        let mut lines = Vec::new();
        let mut line: Vec<(Font, char)> = Vec::new();
        let (mut used, mut space) = (0.0, None);
        for &(font, letter) in &self.letters {
            let step = advance(font, letter);
            if used + step > width && !line.is_empty() && letter != ' ' {
                let rest = match space {
                    Some(at) => line.split_off(at),
                    None => Vec::new(),
                };
                lines.push(Self { letters: std::mem::replace(&mut line, rest) });
                used = line.iter().map(|(font, letter)| advance(*font, *letter)).sum();
                space = None;
            }
            line.push((font, letter));
            used += step;
            if letter == ' ' {
                space = Some(line.len());
            }
        }
        lines.push(Self { letters: line });
        lines
    }

    /// Each letter as a line of its own.
    pub(crate) fn split(&self) -> impl Iterator<Item = Self> + '_ {
        self.letters.iter().map(|letter| Self { letters: vec![*letter] })
    }
}

impl Lettering {
    /// The operators that show a line where the text matrix stands, in a size.
    pub(crate) fn show(&mut self, pdf: &mut Document, line: &Line, size: f64) -> Vec<u8> {
        let mut operators = Vec::new();
        let mut at = 0;
        while let Some((font, _)) = line.letters.get(at) {
            let run = line.letters[at..].iter().take_while(|(other, _)| other == font).count();
            let letters = line.letters[at..at + run].iter().map(|(_, letter)| *letter);
            operators.extend_from_slice(format!("/{} {size:.3} Tf <", font.name()).as_bytes());
            for letter in letters {
                operators.extend_from_slice(self.code(pdf, *font, letter).as_bytes());
            }
            operators.extend_from_slice(b"> Tj\n");
            at += run;
        }
        operators
    }

    fn code(&mut self, pdf: &mut Document, font: Font, letter: char) -> String {
        let used = self.fonts.entry(font).or_insert_with(|| Used {
            id: pdf.new_object_id(),
            glyphs: GlyphRemapper::new(),
            characters: BTreeMap::new(),
        });
        let Some(face) = font.face() else {
            return format!("{:02X}", windows_1252(letter).unwrap_or(b'?'));
        };
        let Some(glyph) = face.glyph(letter) else {
            self.missing.insert(letter);
            return "0000".to_owned();
        };
        let number = used.glyphs.remap(glyph);
        used.characters.entry(number).or_insert(letter);
        format!("{number:04X}")
    }

    /// The fonts, as entries of the resources of a stream.
    pub(crate) fn resources(&self) -> Dictionary {
        let mut fonts = Dictionary::new();
        for (font, used) in &self.fonts {
            fonts.set(font.name(), used.id);
        }
        fonts
    }

    /// Writes the fonts into the document, and says which characters none of them has.
    pub(crate) fn finish(self, pdf: &mut Document, field: &str, call: &Call) {
        for (font, used) in self.fonts {
            let object = match font.face() {
                None => standard(if font == Font::Courier { "Courier" } else { "Helvetica" }),
                Some(face) => embed(pdf, font, face, &used),
            };
            pdf.objects.insert(used.id, Object::Dictionary(object));
        }
        if !self.missing.is_empty() {
            let named: Vec<String> =
                self.missing.iter().take(20).map(|letter| format!("U+{:04X} {letter}", u32::from(*letter))).collect();
            let message = format!("no typeface has {}: boxes are shown instead", named.join(", "));
            call.warn("missing-glyphs", Some(field), message);
        }
    }
}

/// One of the fonts every reader has.
pub(crate) fn standard(name: &str) -> Dictionary {
    dictionary! { "Type" => "Font", "Subtype" => "Type1", "BaseFont" => name, "Encoding" => "WinAnsiEncoding" }
}

/// A composite font with the letters that are used.
fn embed(pdf: &mut Document, font: Font, face: &Face, used: &Used) -> Dictionary {
    let program = subsetter::subset(face.data, 0, &used.glyphs).unwrap_or_else(|_| face.data.to_vec());
    let mut widths = Vec::with_capacity(used.characters.len() * 2);
    let mut map = String::from(
        "/CIDInit /ProcSet findresource begin\n12 dict begin\nbegincmap\n/CIDSystemInfo << /Registry (Adobe) /Ordering (UCS) \
         /Supplement 0 >> def\n/CMapName /Adobe-Identity-UCS def\n/CMapType 2 def\n1 begincodespacerange\n<0000> \
         <FFFF>\nendcodespacerange\n",
    );
    let thousand = |value: f64| Object::Integer((value * 1000.0).round() as i64);
    let entries: Vec<(u16, char)> = used.characters.iter().map(|(number, letter)| (*number, *letter)).collect();
    for part in entries.chunks(100) {
        map.push_str(&format!("{} beginbfchar\n", part.len()));
        for (number, letter) in part {
            let mut units = [0; 2];
            let utf16: String = letter.encode_utf16(&mut units).iter().map(|unit| format!("{unit:04X}")).collect();
            map.push_str(&format!("<{number:04X}> <{utf16}>\n"));
            widths.push(Object::Integer(i64::from(*number)));
            widths.push(Object::Array(vec![thousand(face.advance(*letter))]));
        }
        map.push_str("endbfchar\n");
    }
    map.push_str("endcmap\nCMapName currentdict /CMap defineresource pop\nend\nend");
    let tag: String = entries
        .iter()
        .fold(17_u64, |tag, (_, letter)| tag.wrapping_mul(31).wrapping_add(u64::from(u32::from(*letter))))
        .to_le_bytes()
        .iter()
        .take(6)
        .map(|byte| char::from(b'A' + byte % 26))
        .collect();
    let name = match font {
        Font::Bold => "NotoSans-Bold",
        Font::Symbols => "NotoSansSymbols2-Regular",
        Font::Math => "NotoSansMath-Regular",
        Font::Emoji => "NotoEmoji-Regular",
        _ => "NotoSans-Regular",
    };
    let name = format!("{tag}+{name}");
    let length = Object::Integer(i64::try_from(program.len()).unwrap_or_default());
    let program = pdf.add_object(Stream::new(dictionary! { "Length1" => length }, program));
    let descriptor = pdf.add_object(dictionary! {
        "Type" => "FontDescriptor",
        "FontName" => name.as_str(),
        "Flags" => 4,
        "FontBBox" => vec![(-620).into(), (-389).into(), 2800.into(), 1200.into()],
        "ItalicAngle" => 0,
        "Ascent" => thousand(face.ascent),
        "Descent" => thousand(-face.descent),
        "CapHeight" => 714,
        "StemV" => if font == Font::Bold { 140 } else { 80 },
        "FontFile2" => program,
    });
    let descendant = pdf.add_object(dictionary! {
        "Type" => "Font",
        "Subtype" => "CIDFontType2",
        "BaseFont" => name.as_str(),
        "CIDSystemInfo" => dictionary! {
            "Registry" => Object::string_literal("Adobe"),
            "Ordering" => Object::string_literal("Identity"),
            "Supplement" => 0,
        },
        "FontDescriptor" => descriptor,
        "CIDToGIDMap" => "Identity",
        "DW" => 1000,
        "W" => widths,
    });
    let map = pdf.add_object(Stream::new(Dictionary::new(), map.into_bytes()));
    dictionary! {
        "Type" => "Font",
        "Subtype" => "Type0",
        "BaseFont" => name.as_str(),
        "Encoding" => "Identity-H",
        "DescendantFonts" => vec![descendant.into()],
        "ToUnicode" => map,
    }
}

/// The width of a letter at a size of 1.
fn advance(font: Font, letter: char) -> f64 {
    match font {
        Font::Courier => 0.6,
        Font::Helvetica => f64::from(helvetica(letter)) / 1000.0,
        _ => font.face().map_or(0.5, |face| face.advance(letter)),
    }
}

/// Widths of Helvetica from space to tilde, by thousandths: Adobe's metrics of the core 14 fonts.
const HELVETICA: [u16; 95] = [
    278, 278, 355, 556, 556, 889, 667, 191, 333, 333, 389, 584, 278, 333, 278, 278, 556, 556, 556, 556, 556, 556, 556,
    556, 556, 556, 278, 278, 584, 584, 584, 556, 1015, 667, 667, 722, 722, 667, 611, 778, 722, 278, 500, 667, 556, 833,
    722, 778, 667, 778, 722, 667, 611, 722, 667, 944, 667, 667, 611, 278, 278, 278, 469, 556, 333, 556, 556, 500, 556,
    556, 278, 556, 556, 222, 222, 500, 222, 833, 556, 556, 556, 556, 333, 500, 278, 556, 500, 722, 500, 500, 500, 334,
    260, 334, 584,
];

fn helvetica(letter: char) -> u16 {
    match letter {
        ' '..='~' => HELVETICA[letter as usize - 32],
        '\u{a0}' => 278,
        '…' | '‰' | 'Œ' | 'Æ' | '™' | '—' => 1000,
        'œ' => 944,
        'æ' => 889,
        '‘' | '’' | '‚' | '·' => 222,
        '“' | '”' | '„' | '¨' | '¯' | '¸' | '´' | 'ª' | '²' | '³' | '¹' => 333,
        '•' => 350,
        '°' => 400,
        'º' => 365,
        '©' | '®' => 737,
        '¼' | '½' | '¾' => 834,
        'Ø' => 778,
        'ø' | 'ß' | 'þ' => 611,
        'Ð' => 722,
        'Þ' => 667,
        '¦' => 260,
        '¡' => 333,
        '¿' => 611,
        '¶' => 537,
        '×' | '÷' | '±' | '¬' => 584,
        'ì' | 'í' | 'î' | 'ï' => 278,
        other => match std::iter::once(other).nfd().next() {
            Some(base @ ' '..='~') if base != other => HELVETICA[base as usize - 32],
            _ => 556,
        },
    }
}

/// The byte of a character in Windows-1252 (ISO 32000-2, annex D: WinAnsiEncoding).
fn windows_1252(letter: char) -> Option<u8> {
    const HIGH: [(char, u8); 27] = [
        ('€', 0x80),
        ('‚', 0x82),
        ('ƒ', 0x83),
        ('„', 0x84),
        ('…', 0x85),
        ('†', 0x86),
        ('‡', 0x87),
        ('ˆ', 0x88),
        ('‰', 0x89),
        ('Š', 0x8a),
        ('‹', 0x8b),
        ('Œ', 0x8c),
        ('Ž', 0x8e),
        ('‘', 0x91),
        ('’', 0x92),
        ('“', 0x93),
        ('”', 0x94),
        ('•', 0x95),
        ('–', 0x96),
        ('—', 0x97),
        ('˜', 0x98),
        ('™', 0x99),
        ('š', 0x9a),
        ('›', 0x9b),
        ('œ', 0x9c),
        ('ž', 0x9e),
        ('Ÿ', 0x9f),
    ];
    match letter {
        ' '..='~' | '\u{a0}'..='\u{ff}' => u8::try_from(u32::from(letter)).ok(),
        other => HIGH.iter().find(|(known, _)| *known == other).map(|(_, byte)| *byte),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_font_is_chosen_that_has_the_letters() {
        let fonts = |text: &str| {
            let mut fonts: Vec<Font> =
                Line::new(text, Typeface::Helvetica).letters.iter().map(|(font, _)| *font).collect();
            fonts.dedup();
            fonts
        };
        assert_eq!(fonts("Müller €"), [Font::Helvetica]);
        assert_eq!(fonts("Łódź Ελλάδα"), [Font::Regular]);
        assert_eq!(fonts("a → ✓"), [Font::Regular, Font::Math, Font::Regular, Font::Symbols]);
    }

    #[test]
    fn lines_break_at_spaces_and_long_words_anywhere() {
        let line = Line::new("aaa bbb cccccccc", Typeface::Courier);
        let wrapped: Vec<String> = line.wrapped(0.6 * 5.0).iter().map(Line::text).collect();
        assert_eq!(wrapped, ["aaa ", "bbb ", "ccccc", "ccc"]);
    }

    /// Widths of Helvetica from its metrics: "Hello" is 722 + 556 + 222 + 222 + 556.
    #[test]
    fn widths_are_those_of_helvetica() {
        assert!((Line::new("Hello", Typeface::Helvetica).width() - 2.278).abs() < 1e-9);
        assert_eq!((helvetica('é'), helvetica('Ä'), helvetica('ž')), (556, 667, 500));
    }
}
