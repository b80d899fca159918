//! Upper and lower case, and names for programs.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Upper or lower case, or the form of a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Case {
    /// THE QUICK FOX.
    Upper,
    /// The quick fox, all in lower case.
    Lower,
    /// The Quick Fox: each word; words with capitals inside (`McDonald`) stay.
    Title,
    /// The Fox and the Hound: as title, but short English words in lower case.
    Headline,
    /// The quick fox. It runs: each sentence, the rest in lower case.
    Sentence,
    /// The quick FOX: the first letter alone, the rest as it is.
    Capitalize,
    /// tHE QUICK FOX: upper to lower and lower to upper.
    Swap,
    /// theQuickFox.
    Camel,
    /// TheQuickFox.
    Pascal,
    /// the_quick_fox.
    Snake,
    /// THE_QUICK_FOX.
    Constant,
    /// the-quick-fox.
    Kebab,
    /// The-Quick-Fox.
    Train,
    /// the.quick.fox.
    Dot,
}

/// Words of headlines that stay small within them.
const SMALL: [&str; 24] = [
    "a", "an", "and", "as", "at", "but", "by", "en", "for", "if", "in", "nor", "of", "on", "or", "per", "so", "than",
    "the", "to", "v", "via", "vs", "with",
];

impl Case {
    /// A text in this case.
    pub(super) fn of(self, text: &str) -> String {
        let joined = |mark: &str, word: fn(&str) -> String| {
            words(text).iter().map(|piece| word(piece)).collect::<Vec<_>>().join(mark)
        };
        match self {
            Self::Upper => text.to_uppercase(),
            Self::Lower => text.to_lowercase(),
            Self::Title => title(text, false),
            Self::Headline => title(text, true),
            Self::Sentence => sentences(text),
            Self::Capitalize => first_upper(text),
            Self::Swap => text.chars().flat_map(swapped).collect(),
            Self::Camel => {
                let all = joined("", capital);
                let first = words(text).first().map_or(0, |word| capital(word).len());
                all[..first].to_lowercase() + &all[first..]
            }
            Self::Pascal => joined("", capital),
            Self::Snake => joined("_", str::to_lowercase),
            Self::Constant => joined("_", str::to_uppercase),
            Self::Kebab => joined("-", str::to_lowercase),
            Self::Train => joined("-", capital),
            Self::Dot => joined(".", str::to_lowercase),
        }
    }
}

fn swapped(c: char) -> Vec<char> {
    if c.is_uppercase() { c.to_lowercase().collect() } else { c.to_uppercase().collect() }
}

/// The words of a name: between signs, and where a capital begins one (`parseHTTPRequest` is parse, HTTP, Request).
fn words(text: &str) -> Vec<String> {
    let mut words = Vec::new();
    let mut word = String::new();
    let mut chars = text.chars().peekable();
    let mut before: Option<char> = None;
    while let Some(c) = chars.next() {
        // An apostrophe within a word is no end of it: don't is dont.
        let apostrophe =
            matches!(c, '\'' | '’') && !word.is_empty() && chars.peek().is_some_and(|next| next.is_alphabetic());
        let mark = unicode_normalization::char::is_combining_mark(c);
        if apostrophe {
            continue;
        }
        if !c.is_alphanumeric() && !mark {
            if !word.is_empty() {
                words.push(std::mem::take(&mut word));
            }
            before = None;
            continue;
        }
        let next_is_lower = chars.peek().is_some_and(|next| next.is_lowercase());
        let starts = c.is_uppercase()
            && before.is_some_and(|before| !before.is_uppercase() || next_is_lower)
            && !word.is_empty();
        if starts {
            words.push(std::mem::take(&mut word));
        }
        word.push(c);
        if !mark {
            before = Some(c);
        }
    }
    if !word.is_empty() {
        words.push(word);
    }
    words
}

fn capital(word: &str) -> String {
    first_upper(&word.to_lowercase())
}

/// A text whose first letter is a capital, whatever stands before it.
fn first_upper(text: &str) -> String {
    let Some((at, first)) = text.char_indices().find(|(_, c)| c.is_alphanumeric()) else { return text.to_owned() };
    let mut upper = String::with_capacity(text.len() + 2);
    upper.push_str(&text[..at]);
    upper.extend(titled(first));
    upper.push_str(&text[at + first.len_utf8()..]);
    upper
}

/// The capital that begins a word: `ﬂ` is Fl there, not FL.
fn titled(c: char) -> Vec<char> {
    let upper: Vec<char> = c.to_uppercase().collect();
    match upper.split_first() {
        Some((first, rest)) if !rest.is_empty() => {
            std::iter::once(*first).chain(rest.iter().flat_map(|c| c.to_lowercase())).collect()
        }
        _ => upper,
    }
}

/// Each sentence with a capital. Where one ends says a mark before a space; that of UAX #29 wants the next to begin with a capital.
fn sentences(text: &str) -> String {
    let lower = text.to_lowercase();
    let mut cased = String::with_capacity(lower.len());
    let (mut begins, mut ended) = (true, false);
    for c in lower.chars() {
        begins |= (ended && c.is_whitespace()) || c == '\n';
        if begins && c.is_alphanumeric() {
            cased.extend(titled(c));
            begins = false;
        } else {
            cased.push(c);
        }
        // A quotation mark or bracket may close behind the end.
        ended = matches!(c, '.' | '!' | '?' | '…' | '。') || (ended && matches!(c, '"' | '”' | '\'' | '’' | ')' | '»'));
    }
    cased
}

fn title(text: &str, headline: bool) -> String {
    let letters = || text.chars().filter(|c| c.is_alphabetic());
    // What is all capitals says nothing by them.
    let loud = letters().any(char::is_uppercase) && !letters().any(char::is_lowercase);
    let lowered;
    let text = if loud {
        lowered = text.to_lowercase();
        &lowered
    } else {
        text
    };
    let ends_word = |c: char| {
        c.is_whitespace() || matches!(c, '-' | '–' | '—' | '/' | '(' | '[' | '"' | '“' | '.' | '_' | '&' | '+')
    };
    let pieces: Vec<&str> = text.split_inclusive(ends_word).collect();
    let of_words = |piece: &&str| piece.chars().any(char::is_alphanumeric);
    let (first, last) = (pieces.iter().position(of_words), pieces.iter().rposition(of_words));
    let mut titled = String::with_capacity(text.len());
    for (at, piece) in pieces.iter().enumerate() {
        let word = piece.trim_end_matches(ends_word);
        let alone: String = word.chars().filter(|c| c.is_alphanumeric()).collect::<String>().to_lowercase();
        let small = headline && Some(at) != first && Some(at) != last && SMALL.contains(&alone.as_str());
        let inner = word.chars().skip_while(|c| !c.is_alphanumeric()).skip(1).any(char::is_uppercase);
        if small {
            titled.push_str(&piece.to_lowercase());
        } else if inner {
            // iPhone, McDonald, USA.
            titled.push_str(piece);
        } else {
            titled.push_str(&after_particle(&first_upper(&piece.to_lowercase())));
        }
    }
    titled
}

/// O'brien to O'Brien, D'angelo to D'Angelo, but not It's.
fn after_particle(word: &str) -> String {
    let mut chars = word.char_indices().skip_while(|(_, c)| !c.is_alphanumeric());
    let (Some(_), Some((_, '\'' | '’')), Some((at, _)), Some(_)) =
        (chars.next(), chars.next(), chars.next(), chars.next())
    else {
        return word.to_owned();
    };
    format!("{}{}", &word[..at], first_upper(&word[at..]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_for_programs() {
        for (text, camel, snake, train) in [
            ("The quick fox", "theQuickFox", "the_quick_fox", "The-Quick-Fox"),
            ("parseHTTPRequest", "parseHttpRequest", "parse_http_request", "Parse-Http-Request"),
            ("user_id-2 name", "userId2Name", "user_id_2_name", "User-Id-2-Name"),
            ("  don't   stop! ", "dontStop", "dont_stop", "Dont-Stop"),
            ("Größe in m²", "größeInM²", "größe_in_m²", "Größe-In-M²"),
            ("ÉtatCivil", "étatCivil", "état_civil", "État-Civil"),
            ("ABC", "abc", "abc", "Abc"),
            ("", "", "", ""),
            ("--", "", "", ""),
        ] {
            assert_eq!(Case::Camel.of(text), camel, "{text}");
            assert_eq!(Case::Snake.of(text), snake, "{text}");
            assert_eq!(Case::Train.of(text), train, "{text}");
        }
        assert_eq!(
            (Case::Constant.of("maxSize"), Case::Kebab.of("maxSize"), Case::Dot.of("maxSize")),
            ("MAX_SIZE".into(), "max-size".into(), "max.size".into())
        );
    }

    #[test]
    fn texts_for_people() {
        for (case, text, right) in [
            (Case::Upper, "straße", "STRASSE"),
            (Case::Lower, "ΣΑΣ", "σας"),
            (Case::Title, "the quick-brown fox", "The Quick-Brown Fox"),
            (Case::Title, "JOHN O'BRIEN", "John O'Brien"),
            (Case::Title, "it's McDonald's iPhone at IBM", "It's McDonald's iPhone At IBM"),
            (Case::Title, "élan vital", "Élan Vital"),
            (Case::Headline, "the lord OF the rings: a story to live by", "The Lord of the Rings: a Story to Live By"),
            (Case::Sentence, "HELLO WORLD. how ARE you? fine.", "Hello world. How are you? Fine."),
            (Case::Capitalize, "  «ada LOVELACE", "  «Ada LOVELACE"),
            (Case::Swap, "aBc", "AbC"),
        ] {
            assert_eq!(case.of(text), right, "{text}");
        }
    }
}
