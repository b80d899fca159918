//! The language a text is written in, or that it cannot be told.
//!
//! Three witnesses: the script, which often leaves one language; frequent words, each counting less the more languages have it;
//! and, for texts that are long enough, trigrams (whatlang). A language is `reliable` when the script leaves no other, when
//! words alone decide by far, or when words and trigrams agree. Trigrams alone are not believed for short texts.

mod words;

use std::collections::HashMap;
use std::sync::LazyLock;

use chassis::{Call, Code, Error, Operation};
use garde::Validate;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use unicode_segmentation::UnicodeSegmentation;
use words::WORDS;

const DESCRIPTION: &str = "\
The language of texts as ISO 639-1 (`en`) and 639-3 (`eng`) codes, with the script. `reliable` says whether to believe it: short texts \
such as names, single words or product titles are told only when their words leave no doubt, else `reliable` is false and \
`language` is a guess, or `und` when there is none. Web addresses, e-mail addresses and numbers do not count. About 70 languages are \
known; mixed texts get the language that most of the text is in.";

/// Characters of one text.
const MAX_CHARS: usize = 200_000;
/// Characters that are looked at: more change nothing.
const ENOUGH: usize = 4_000;

/// Texts.
#[derive(Debug, Clone, Default, Serialize, Deserialize, Validate, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct DetectLanguageRequest {
    /// One text; give either `text` or `texts`.
    #[serde(default)]
    #[garde(inner(length(chars, max = MAX_CHARS)))]
    pub text: Option<String>,
    /// Several texts, at most 1,000.
    #[serde(default)]
    #[garde(length(max = 1000), inner(length(chars, max = MAX_CHARS)))]
    pub texts: Vec<String>,
}

/// Languages of texts.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct DetectLanguageResponse {
    /// One entry for each text, in their order.
    pub results: Vec<DetectedLanguage>,
}

/// The language of a text.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct DetectedLanguage {
    /// Position of the text in the request, from 0.
    pub index: usize,
    /// Language, ISO 639-1 where there is such a code, else 639-3; `und` when it cannot be told.
    pub language: String,
    /// Language, ISO 639-3.
    pub iso639_3: String,
    /// Name of the language in English.
    pub name: String,
    /// Whether to believe it.
    pub reliable: bool,
    /// Confidence from 0 to 1.
    pub confidence: f64,
    /// Script that most letters are in, as Unicode calls it; null without letters.
    pub script: Option<String>,
}

fn example() -> DetectLanguageRequest {
    DetectLanguageRequest {
        texts: vec!["Guten Morgen zusammen, wo ist die Rechnung?".into(), "Stephanie".into()],
        ..DetectLanguageRequest::default()
    }
}

/// Describes the operation for its registration.
pub fn about(op: Operation) -> Operation {
    op.summary("Detect the language of texts").description(DESCRIPTION).example(example)
}

/// Detects languages.
///
/// # Errors
/// When there is no text.
pub fn detect(request: DetectLanguageRequest, call: &Call) -> Result<DetectLanguageResponse, Error> {
    let texts = match (request.text, request.texts) {
        (Some(text), texts) if texts.is_empty() => vec![text],
        (None, texts) if !texts.is_empty() => texts,
        (None, _) => {
            return Err(Error::field(Code::ValidationError, "texts", "is required: a list of texts, or text for one"));
        }
        (Some(_), _) => return Err(Error::impossible("text", "give either text or texts, not both")),
    };
    let one = |(index, text): (usize, &String)| {
        call.check()?;
        Ok(DetectedLanguage { index, ..language(text) })
    };
    Ok(DetectLanguageResponse { results: texts.iter().enumerate().map(one).collect::<Result<_, Error>>()? })
}

/// Frequent words and the languages that have them, as places in the table.
static BY_WORD: LazyLock<HashMap<&'static str, Vec<usize>>> = LazyLock::new(|| {
    let mut by_word: HashMap<&str, Vec<usize>> = HashMap::new();
    for (place, (_, words)) in WORDS.iter().enumerate() {
        for word in words.split_whitespace() {
            let languages = by_word.entry(word).or_default();
            if languages.last() != Some(&place) {
                languages.push(place);
            }
        }
    }
    by_word
});

/// What words say.
struct Said {
    /// The languages that have words of the text, the likeliest first, each with its weight.
    languages: Vec<(&'static str, f64)>,
    /// Words that some language has.
    hits: usize,
    words: usize,
}

/// The language of a text.
pub(crate) fn language(text: &str) -> DetectedLanguage {
    let plain = plain(text);
    let Some(script) = script(&plain) else { return undetermined(None) };
    if let Some(code) = only_language(script, &plain) {
        let letters = plain.chars().filter(|c| c.is_alphabetic()).count();
        return found(code, letters >= 2, 0.99, script);
    }
    let said = said(&plain);
    let letters = plain.chars().filter(|c| c.is_alphabetic()).count();
    let trigrams = whatlang::detect(&plain);
    let trigrams = trigrams.map(|info| (iso1(info.lang()), info.confidence(), info.is_reliable()));
    let (first, weight) = said.languages.first().copied().unwrap_or(("und", 0.0));
    let second = said.languages.get(1).map_or(0.0, |(_, weight)| *weight);
    let share = weight / said.words.max(1) as f64;

    // Words alone: one that no other language has for a greeting, else two words' worth and twice what the next has.
    let by_far = weight >= 2.0 * second;
    let few = said.words <= 2 && said.hits == said.words && weight >= 0.99 * said.words as f64 && letters >= 4;
    let alone = (weight >= 1.5 && by_far && share >= 0.3) || few;
    if let Some((code, confidence, sure)) = trigrams {
        let agree = code == first;
        let known = WORDS.iter().any(|(known, _)| *known == code);
        if agree && (alone || (letters >= 20 && weight >= 0.8 && weight > second)) {
            return found(first, true, confidence.max(0.9), script);
        }
        if alone {
            return found(first, true, 0.9, script);
        }
        // Long texts in languages without a list: few of their words are those of others.
        if sure && !known && letters >= 40 && share < 0.15 {
            return found(code, true, confidence, script);
        }
        if weight > second && weight >= 0.5 {
            return found(first, false, (0.4 + share / 4.0).min(0.6), script);
        }
        return found(code, false, (confidence / 2.0).min(0.4), script);
    }
    if alone { found(first, true, 0.9, script) } else { undetermined(Some(script)) }
}

/// The text without what has no language: addresses, handles, numbers, marks.
fn plain(text: &str) -> String {
    let start = text.char_indices().nth(ENOUGH).map_or(text, |(end, _)| &text[..end]);
    let speaks = |word: &&str| {
        let address = word.contains("://") || word.starts_with("www.") || word.contains('@') || word.starts_with('#');
        let host =
            word.contains('.') && word.trim_matches(|c: char| !c.is_alphanumeric()).contains('.') && word.contains('/');
        !address && !host && word.chars().any(char::is_alphabetic)
    };
    start.split_whitespace().filter(speaks).collect::<Vec<_>>().join(" ")
}

/// The words of a text that languages have.
fn said(text: &str) -> Said {
    let lower = text.to_lowercase().replace('’', "'");
    let mut weights: HashMap<usize, f64> = HashMap::new();
    let (mut hits, mut words) = (0, 0);
    for word in lower.unicode_words() {
        words += 1;
        let Some(languages) = BY_WORD.get(word) else { continue };
        hits += 1;
        for language in languages {
            *weights.entry(*language).or_default() += 1.0 / languages.len() as f64;
        }
    }
    let mut languages: Vec<(usize, f64)> = weights.into_iter().collect();
    languages.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
    let languages = languages.into_iter().map(|(place, weight)| (WORDS[place].0, weight)).collect();
    Said { languages, hits, words }
}

/// The script of most letters.
fn script(text: &str) -> Option<whatlang::Script> {
    whatlang::detect_script(text)
}

/// The language of a script that is written in no other, or hardly.
fn only_language(script: whatlang::Script, text: &str) -> Option<&'static str> {
    use whatlang::Script;
    let has = |from: char, to: char| text.chars().any(|c| (from..=to).contains(&c));
    Some(match script {
        Script::Hiragana | Script::Katakana => "ja",
        // Japanese has kana between its characters.
        Script::Mandarin if has('\u{3040}', '\u{30ff}') => "ja",
        Script::Mandarin => "zh",
        Script::Hangul => "ko",
        Script::Greek => "el",
        Script::Thai => "th",
        Script::Georgian => "ka",
        Script::Armenian => "hy",
        Script::Khmer => "km",
        Script::Tamil => "ta",
        Script::Telugu => "te",
        Script::Kannada => "kn",
        Script::Malayalam => "ml",
        Script::Gujarati => "gu",
        Script::Gurmukhi => "pa",
        Script::Oriya => "or",
        Script::Sinhala => "si",
        Script::Myanmar => "my",
        Script::Ethiopic => "am",
        Script::Bengali => "bn",
        _ => return None,
    })
}

fn undetermined(script: Option<whatlang::Script>) -> DetectedLanguage {
    DetectedLanguage {
        index: 0,
        language: "und".to_owned(),
        iso639_3: "und".to_owned(),
        name: "undetermined".to_owned(),
        reliable: false,
        confidence: 0.0,
        script: script.map(|script| script.name().to_owned()),
    }
}

fn found(code: &str, reliable: bool, confidence: f64, script: whatlang::Script) -> DetectedLanguage {
    let known = NAMES.iter().find(|(one, _, _)| *one == code);
    let (language, iso639_3, name) = match known {
        Some((one, three, name)) => (*one, *three, *name),
        None => (code, code, code),
    };
    let owned = str::to_owned;
    DetectedLanguage {
        index: 0,
        language: owned(language),
        iso639_3: owned(iso639_3),
        name: owned(name),
        reliable,
        confidence: (confidence * 100.0).round() / 100.0,
        script: Some(script.name().to_owned()),
    }
}

/// The short code of a language of whatlang's, where there is one.
fn iso1(language: whatlang::Lang) -> &'static str {
    let three = language.code();
    // Whatlang knows macro-languages by one of theirs.
    let three = match three {
        "cmn" => "zho",
        "pes" => "fas",
        other => other,
    };
    NAMES.iter().find(|(_, known, _)| *known == three).map_or(language.code(), |(one, _, _)| one)
}

/// ISO 639-1, ISO 639-3 and the English name.
const NAMES: [(&str, &str, &str); 79] = [
    ("af", "afr", "Afrikaans"),
    ("am", "amh", "Amharic"),
    ("ar", "ara", "Arabic"),
    ("az", "aze", "Azerbaijani"),
    ("be", "bel", "Belarusian"),
    ("bg", "bul", "Bulgarian"),
    ("bn", "ben", "Bengali"),
    ("ca", "cat", "Catalan"),
    ("cs", "ces", "Czech"),
    ("cy", "cym", "Welsh"),
    ("da", "dan", "Danish"),
    ("de", "deu", "German"),
    ("el", "ell", "Greek"),
    ("en", "eng", "English"),
    ("eo", "epo", "Esperanto"),
    ("es", "spa", "Spanish"),
    ("et", "est", "Estonian"),
    ("eu", "eus", "Basque"),
    ("fa", "fas", "Persian"),
    ("fi", "fin", "Finnish"),
    ("fr", "fra", "French"),
    ("ga", "gle", "Irish"),
    ("gu", "guj", "Gujarati"),
    ("he", "heb", "Hebrew"),
    ("hi", "hin", "Hindi"),
    ("hr", "hrv", "Croatian"),
    ("hu", "hun", "Hungarian"),
    ("hy", "hye", "Armenian"),
    ("id", "ind", "Indonesian"),
    ("is", "isl", "Icelandic"),
    ("it", "ita", "Italian"),
    ("ja", "jpn", "Japanese"),
    ("jv", "jav", "Javanese"),
    ("ka", "kat", "Georgian"),
    ("km", "khm", "Khmer"),
    ("kn", "kan", "Kannada"),
    ("ko", "kor", "Korean"),
    ("la", "lat", "Latin"),
    ("lt", "lit", "Lithuanian"),
    ("lv", "lav", "Latvian"),
    ("mk", "mkd", "Macedonian"),
    ("ml", "mal", "Malayalam"),
    ("mr", "mar", "Marathi"),
    ("ms", "msa", "Malay"),
    ("my", "mya", "Burmese"),
    ("nb", "nob", "Norwegian Bokmål"),
    ("ne", "nep", "Nepali"),
    ("nl", "nld", "Dutch"),
    ("or", "ori", "Oriya"),
    ("pa", "pan", "Punjabi"),
    ("pl", "pol", "Polish"),
    ("pt", "por", "Portuguese"),
    ("ro", "ron", "Romanian"),
    ("ru", "rus", "Russian"),
    ("si", "sin", "Sinhala"),
    ("sk", "slk", "Slovak"),
    ("sl", "slv", "Slovene"),
    ("sn", "sna", "Shona"),
    ("sq", "sqi", "Albanian"),
    ("sr", "srp", "Serbian"),
    ("sv", "swe", "Swedish"),
    ("sw", "swa", "Swahili"),
    ("ta", "tam", "Tamil"),
    ("te", "tel", "Telugu"),
    ("th", "tha", "Thai"),
    ("tk", "tuk", "Turkmen"),
    ("tl", "tgl", "Tagalog"),
    ("tr", "tur", "Turkish"),
    ("uk", "ukr", "Ukrainian"),
    ("ur", "urd", "Urdu"),
    ("uz", "uzb", "Uzbek"),
    ("vi", "vie", "Vietnamese"),
    ("yi", "yid", "Yiddish"),
    ("zh", "zho", "Chinese"),
    ("zu", "zul", "Zulu"),
    ("ak", "aka", "Akan"),
    ("mn", "mon", "Mongolian"),
    ("kk", "kaz", "Kazakh"),
    ("so", "som", "Somali"),
];
