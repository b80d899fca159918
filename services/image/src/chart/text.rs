//! Text as wide as it will be: measured with the advance widths of the typeface it is drawn with.

use fonts::face;

/// Where a text is too long.
const ELLIPSIS: char = '…';

/// Characters of a text that are shown at most, in however many lines.
const MAX_SHOWN: usize = 500;

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
    face(bold).width(text) * size
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
    let lacks = |character: char| !face(false).has(character);
    if !text.chars().any(lacks) {
        return (text.to_owned(), true);
    }
    let kept: String = text.chars().filter(|character| character.is_alphanumeric() || !lacks(*character)).collect();
    (clean(&kept), false)
}

/// A text in one line, with an ellipsis where it is too wide.
pub(super) fn clip(text: &str, size: f64, bold: bool, most: f64) -> String {
    let face = face(bold);
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
