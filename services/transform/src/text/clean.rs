//! Spaces, accents, kinds of characters, slugs.

use deunicode::deunicode_char;
use garde::Validate;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;
use unicode_segmentation::UnicodeSegmentation;

/// Ends of a text.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Side {
    /// Both ends.
    #[default]
    #[serde(alias = "true")]
    Both,
    /// The start.
    #[serde(alias = "left")]
    Start,
    /// The end.
    #[serde(alias = "right")]
    End,
}

impl Side {
    /// A text without the spaces at its ends, also those that have no width.
    pub(super) fn trim(self, text: &str) -> &str {
        let space = |c: char| c.is_whitespace() || matches!(c, '\u{200b}' | '\u{2060}' | '\u{feff}' | '\0');
        match self {
            Self::Both => text.trim_matches(space),
            Self::Start => text.trim_start_matches(space),
            Self::End => text.trim_end_matches(space),
        }
    }
}

/// What becomes of spaces and line breaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Whitespace {
    /// Several in a row become one space, those at the ends go; line breaks stay.
    Collapse,
    /// All go.
    Remove,
    /// Several in a row, line breaks among them, become one space.
    SingleLine,
}

impl Whitespace {
    pub(super) fn of(self, text: &str) -> String {
        match self {
            Self::Remove => text.chars().filter(|c| !c.is_whitespace()).collect(),
            Self::SingleLine => text.split_whitespace().collect::<Vec<_>>().join(" "),
            Self::Collapse => {
                let lines = text.trim().lines().map(|line| line.split_whitespace().collect::<Vec<_>>().join(" "));
                lines.collect::<Vec<_>>().join("\n")
            }
        }
    }
}

/// Texts to take off the ends.
#[derive(Debug, Clone, Default, Serialize, Deserialize, Validate, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Strip {
    /// Text to take off the start.
    #[serde(default)]
    #[garde(length(chars, max = 10_000))]
    pub prefix: Option<String>,
    /// Text to take off the end.
    #[serde(default)]
    #[garde(length(chars, max = 10_000))]
    pub suffix: Option<String>,
}

impl Strip {
    pub(super) fn of<'t>(&self, text: &'t str) -> &'t str {
        let prefix = self.prefix.as_deref().unwrap_or_default();
        let text = text.strip_prefix(prefix).unwrap_or(text);
        text.strip_suffix(self.suffix.as_deref().unwrap_or_default()).unwrap_or(text)
    }
}

/// A kind of characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum CharacterClass {
    /// Accents and other marks on letters: é becomes e.
    Accents,
    /// Control characters but line breaks and tabs, and those that have no width.
    Control,
    /// Digits of any script.
    #[serde(alias = "numbers")]
    Digits,
    /// Emoji.
    Emoji,
    /// Letters of any script.
    Letters,
    /// Line breaks.
    LineBreaks,
    /// What is not ASCII.
    NonAscii,
    /// Punctuation.
    Punctuation,
    /// Symbols: currency, mathematics, arrows.
    Symbols,
    /// Spaces, tabs and line breaks.
    #[serde(alias = "spaces")]
    Whitespace,
}

impl CharacterClass {
    fn has(self, c: char) -> bool {
        match self {
            Self::Accents => is_combining_mark(c),
            Self::Control => {
                (c.is_control() && !matches!(c, '\n' | '\r' | '\t'))
                    || matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}' | '\u{ad}')
            }
            Self::Digits => c.is_numeric(),
            Self::Emoji => is_emoji(c),
            Self::Letters => c.is_alphabetic(),
            Self::LineBreaks => matches!(c, '\n' | '\r' | '\u{b}' | '\u{c}' | '\u{85}' | '\u{2028}' | '\u{2029}'),
            Self::NonAscii => !c.is_ascii(),
            Self::Punctuation => is_punctuation(c),
            Self::Symbols => {
                !c.is_alphanumeric()
                    && !c.is_whitespace()
                    && !c.is_control()
                    && !is_punctuation(c)
                    && !is_combining_mark(c)
                    && !is_emoji(c)
            }
            Self::Whitespace => c.is_whitespace(),
        }
    }
}

/// The general categories of punctuation, as far as people meet them: ASCII but its symbols, the blocks of general and CJK
/// punctuation, and what Latin-1 has.
fn is_punctuation(c: char) -> bool {
    match c {
        '$' | '+' | '<' | '=' | '>' | '^' | '`' | '|' | '~' => false,
        c if c.is_ascii_punctuation() => true,
        '¡' | '§' | '«' | '¶' | '·' | '»' | '¿' | '\u{2010}'..='\u{2027}' | '\u{2030}'..='\u{205e}' => true,
        '\u{55a}'..='\u{55f}'
        | '\u{589}'
        | '\u{5be}'
        | '\u{60c}'
        | '\u{61b}'
        | '\u{61f}'
        | '\u{66a}'..='\u{66d}'
        | '\u{6d4}'
        | '\u{964}'
        | '\u{965}' => true,
        '\u{3001}'..='\u{3003}' | '\u{3008}'..='\u{3011}' | '\u{3014}'..='\u{301f}' | '\u{30fb}' => true,
        '\u{ff01}'..='\u{ff03}'
        | '\u{ff05}'..='\u{ff0a}'
        | '\u{ff0c}'..='\u{ff0f}'
        | '\u{ff1a}'
        | '\u{ff1b}'
        | '\u{ff1f}'
        | '\u{ff20}'
        | '\u{ff3b}'..='\u{ff3d}'
        | '\u{ff3f}'
        | '\u{ff5b}'
        | '\u{ff5d}'
        | '\u{ff5f}'..='\u{ff65}' => true,
        _ => false,
    }
}

/// What is drawn as a picture, or joins such.
fn is_emoji(c: char) -> bool {
    matches!(c,
        '\u{1f000}'..='\u{1faff}' | '\u{2600}'..='\u{27bf}' | '\u{2b00}'..='\u{2bff}' | '\u{231a}' | '\u{231b}' | '\u{23e9}'..='\u{23fa}'
        | '\u{fe0e}' | '\u{fe0f}' | '\u{20e3}' | '\u{200d}' | '\u{e0020}'..='\u{e007f}')
}

/// A text without, or with nothing but, the characters of some kinds.
pub(super) fn filter(text: &str, classes: &[CharacterClass], keep: bool) -> String {
    let accents = classes.contains(&CharacterClass::Accents);
    if accents && !keep {
        let plain: String = text.nfd().filter(|c| !is_combining_mark(*c)).nfc().collect();
        let others: Vec<CharacterClass> =
            classes.iter().copied().filter(|class| *class != CharacterClass::Accents).collect();
        return if others.is_empty() { plain } else { filter(&plain, &others, false) };
    }
    let emoji = classes.contains(&CharacterClass::Emoji);
    let kept = |cluster: &str| {
        // A keycap or a flag is one picture of several characters.
        let pictured = emoji && cluster.chars().any(|c| is_emoji(c) && c != '\u{200d}');
        let of_kind = |c: char| pictured || classes.iter().any(|class| class.has(c));
        cluster.chars().filter(|c| of_kind(*c) == keep).collect::<String>()
    };
    text.graphemes(true).map(kept).collect()
}

/// How letters become ASCII.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Fold {
    /// ü is u, å is a.
    #[default]
    #[serde(alias = "true")]
    Plain,
    /// ä, ö, ü are ae, oe, ue.
    German,
    /// å is aa, ø and ö are oe, æ and ä are ae.
    Nordic,
}

impl Fold {
    pub(super) fn of(self, text: &str) -> String {
        let mut folded = String::with_capacity(text.len());
        let text: String = text.nfc().collect();
        let mut chars = text.chars().peekable();
        while let Some(c) = chars.next() {
            if c.is_ascii() {
                folded.push(c);
                continue;
            }
            let own = match (self, c.to_lowercase().next().unwrap_or(c)) {
                (Self::German | Self::Nordic, 'ä') => Some("ae"),
                (Self::German | Self::Nordic, 'ö') | (Self::Nordic, 'ø') => Some("oe"),
                (Self::German, 'ü') => Some("ue"),
                (Self::Nordic, 'å') => Some("aa"),
                (Self::Nordic, 'æ') => Some("ae"),
                _ => None,
            };
            match own {
                // Ä is Ae before a small letter, AE in capitals.
                Some(own) if c.is_uppercase() => {
                    let loud = chars.peek().is_some_and(|next| next.is_uppercase())
                        || (chars.peek().is_none_or(|next| !next.is_alphabetic())
                            && folded.ends_with(|c: char| c.is_uppercase()));
                    let mut letters = own.chars();
                    folded.extend(letters.next().map(|c| c.to_ascii_uppercase()));
                    folded.extend(letters.map(|c| if loud { c.to_ascii_uppercase() } else { c }));
                }
                Some(own) => folded.push_str(own),
                None if is_emoji(c) => {}
                None => folded.push_str(deunicode_char(c).unwrap_or_default()),
            }
        }
        // Words of scripts without spaces come with one behind each.
        if text.ends_with(char::is_whitespace) { folded } else { folded.trim_end().to_owned() }
    }
}

/// A Unicode normalization form (UAX #15).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum NormalForm {
    /// Composed: é is one code point.
    Nfc,
    /// Decomposed: é is e and an accent.
    Nfd,
    /// Composed, with compatible characters made one: ﬁ is fi, ① is 1.
    Nfkc,
    /// Decomposed, with compatible characters made one.
    Nfkd,
}

impl NormalForm {
    pub(super) fn of(self, text: &str) -> String {
        match self {
            Self::Nfc => text.nfc().collect(),
            Self::Nfd => text.nfd().collect(),
            Self::Nfkc => text.nfkc().collect(),
            Self::Nfkd => text.nfkd().collect(),
        }
    }
}

/// How a slug is made.
#[derive(Debug, Clone, Default, Serialize, Deserialize, Validate, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[garde(allow_unvalidated)]
pub struct Slug {
    /// Text between two words (default -).
    #[serde(default)]
    #[garde(length(chars, max = 10))]
    pub separator: Option<String>,
    /// Characters at most; it ends at a word.
    #[serde(default)]
    #[garde(range(min = 1, max = 10_000))]
    pub max_length: Option<usize>,
    /// How letters become ASCII.
    #[serde(default)]
    pub fold: Fold,
    /// Whether capitals stay.
    #[serde(default)]
    pub keep_case: bool,
}

impl Slug {
    pub(super) fn of(&self, text: &str) -> String {
        let separator = self.separator.as_deref().unwrap_or("-");
        let folded = self.fold.of(text);
        let folded = if self.keep_case { folded } else { folded.to_lowercase() };
        let mut slug = String::new();
        // An apostrophe within a word is no end of it.
        for word in folded.replace(['\'', '`'], "").split(|c: char| !c.is_ascii_alphanumeric()) {
            if word.is_empty() {
                continue;
            }
            let mark = if slug.is_empty() { "" } else { separator };
            if let Some(max) = self.max_length
                && slug.len() + mark.len() + word.len() > max
            {
                if slug.is_empty() {
                    slug.push_str(&word[..max]);
                }
                break;
            }
            slug.push_str(mark);
            slug.push_str(word);
        }
        slug
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds_of_characters() {
        use CharacterClass::{Accents, Digits, Emoji, Letters, LineBreaks, NonAscii, Punctuation, Symbols, Whitespace};
        for (text, classes, keep, right) in [
            ("+49 (30) 12-34", &[Digits][..], true, "49301234"),
            ("a1 b2", &[Letters], true, "ab"),
            ("café Ångström", &[Accents], false, "cafe Angstrom"),
            ("ok 👍🏽 5️⃣ 🇩🇪!", &[Emoji], false, "ok   !"),
            ("a,b.c!", &[Punctuation], false, "abc"),
            ("5 € + 3", &[Symbols, Whitespace], false, "53"),
            ("a\r\nb", &[LineBreaks], false, "ab"),
            ("naïve ☕", &[NonAscii], false, "nave "),
            ("क़्षि", &[Letters, Accents], true, "क़्षि"),
        ] {
            assert_eq!(filter(text, classes, keep), right, "{text}");
        }
    }

    #[test]
    fn letters_become_ascii() {
        for (fold, text, right) in [
            (Fold::Plain, "Straße, Łódź, Ærø, Þór, œuvre", "Strasse, Lodz, AEro, Thor, oeuvre"),
            (Fold::Plain, "Москва", "Moskva"),
            (Fold::German, "Über ÄPFEL und Öl, MÜ", "Ueber AEPFEL und Oel, MUE"),
            (Fold::German, "u\u{308}ben", "ueben"),
            (Fold::Nordic, "Ålborg, Tromsø", "Aalborg, Tromsoe"),
            (Fold::Plain, "“quoted” – it’s 5 €", "\"quoted\" - it's 5 EUR"),
        ] {
            assert_eq!(fold.of(text), right, "{text}");
        }
    }

    #[test]
    fn slugs() {
        let slug = |text: &str| Slug::default().of(text);
        for (text, right) in [
            ("Über uns!", "uber-uns"),
            ("  It's --- a/b_c  ", "its-a-b-c"),
            ("Party 🎉 2024", "party-2024"),
            ("影師嗎", "ying-shi-ma"),
            ("", ""),
            ("!!!", ""),
        ] {
            assert_eq!(slug(text), right, "{text}");
        }
        let short = Slug { max_length: Some(10), separator: Some("_".to_owned()), ..Slug::default() };
        assert_eq!(
            (short.of("the quick fox"), short.of("extraordinary")),
            ("the_quick".to_owned(), "extraordin".to_owned())
        );
    }

    #[test]
    fn spaces() {
        assert_eq!(Side::Both.trim("\u{feff}\u{a0} a b\u{200b}\n"), "a b");
        assert_eq!(Whitespace::Collapse.of(" a  b \n\n c\td "), "a b\n\nc d");
        assert_eq!(Whitespace::SingleLine.of(" a  b \n\n c\td "), "a b c d");
        assert_eq!(Whitespace::Remove.of(" a  b \n"), "ab");
    }
}
