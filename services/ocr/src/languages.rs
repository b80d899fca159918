//! The languages that are installed.

use std::sync::Arc;

use chassis::{Call, Error, Operation};
use garde::Validate;
use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, Serialize};

use crate::engine::Readers;

/// Asks for the languages.
#[derive(Debug, Serialize, Deserialize, Validate, JsonSchema)]
pub struct LanguagesRequest {}

/// The languages that text can be read in.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct LanguagesResponse {
    /// Number of languages.
    pub count: usize,
    /// Languages, by code.
    pub rows: Vec<Language>,
    /// Whether orientation and script can be told.
    pub orientation: bool,
}

/// A language.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Language {
    /// Its code in Tesseract, as in `languages` of a request; mostly ISO 639-2/T.
    pub code: String,
    /// Its name in English, where it is known.
    pub name: Option<String>,
}

/// Languages that Tesseract has: code, ISO 639-1, name in English.
const NAMES: [(&str, &str, &str); 110] = [
    ("afr", "af", "Afrikaans"),
    ("amh", "am", "Amharic"),
    ("ara", "ar", "Arabic"),
    ("asm", "as", "Assamese"),
    ("aze", "az", "Azerbaijani"),
    ("bel", "be", "Belarusian"),
    ("ben", "bn", "Bengali"),
    ("bod", "bo", "Tibetan"),
    ("bos", "bs", "Bosnian"),
    ("bre", "br", "Breton"),
    ("bul", "bg", "Bulgarian"),
    ("cat", "ca", "Catalan"),
    ("ceb", "", "Cebuano"),
    ("ces", "cs", "Czech"),
    ("chi_sim", "", "Chinese, simplified"),
    ("chi_tra", "", "Chinese, traditional"),
    ("chr", "", "Cherokee"),
    ("cos", "co", "Corsican"),
    ("cym", "cy", "Welsh"),
    ("dan", "da", "Danish"),
    ("deu", "de", "German"),
    ("div", "dv", "Dhivehi"),
    ("dzo", "dz", "Dzongkha"),
    ("ell", "el", "Greek"),
    ("eng", "en", "English"),
    ("epo", "eo", "Esperanto"),
    ("est", "et", "Estonian"),
    ("eus", "eu", "Basque"),
    ("fao", "fo", "Faroese"),
    ("fas", "fa", "Persian"),
    ("fil", "tl", "Filipino"),
    ("fin", "fi", "Finnish"),
    ("fra", "fr", "French"),
    ("fry", "fy", "Frisian"),
    ("gla", "gd", "Scottish Gaelic"),
    ("gle", "ga", "Irish"),
    ("glg", "gl", "Galician"),
    ("guj", "gu", "Gujarati"),
    ("hat", "ht", "Haitian"),
    ("heb", "he", "Hebrew"),
    ("hin", "hi", "Hindi"),
    ("hrv", "hr", "Croatian"),
    ("hun", "hu", "Hungarian"),
    ("hye", "hy", "Armenian"),
    ("iku", "iu", "Inuktitut"),
    ("ind", "id", "Indonesian"),
    ("isl", "is", "Icelandic"),
    ("ita", "it", "Italian"),
    ("jav", "jv", "Javanese"),
    ("jpn", "ja", "Japanese"),
    ("kan", "kn", "Kannada"),
    ("kat", "ka", "Georgian"),
    ("kaz", "kk", "Kazakh"),
    ("khm", "km", "Khmer"),
    ("kir", "ky", "Kyrgyz"),
    ("kmr", "ku", "Kurdish"),
    ("kor", "ko", "Korean"),
    ("lao", "lo", "Lao"),
    ("lat", "la", "Latin"),
    ("lav", "lv", "Latvian"),
    ("lit", "lt", "Lithuanian"),
    ("ltz", "lb", "Luxembourgish"),
    ("mal", "ml", "Malayalam"),
    ("mar", "mr", "Marathi"),
    ("mkd", "mk", "Macedonian"),
    ("mlt", "mt", "Maltese"),
    ("mon", "mn", "Mongolian"),
    ("mri", "mi", "Maori"),
    ("msa", "ms", "Malay"),
    ("mya", "my", "Burmese"),
    ("nep", "ne", "Nepali"),
    ("nld", "nl", "Dutch"),
    ("nor", "no", "Norwegian"),
    ("oci", "oc", "Occitan"),
    ("ori", "or", "Odia"),
    ("pan", "pa", "Punjabi"),
    ("pol", "pl", "Polish"),
    ("por", "pt", "Portuguese"),
    ("pus", "ps", "Pashto"),
    ("que", "qu", "Quechua"),
    ("ron", "ro", "Romanian"),
    ("rus", "ru", "Russian"),
    ("san", "sa", "Sanskrit"),
    ("sin", "si", "Sinhala"),
    ("slk", "sk", "Slovak"),
    ("slv", "sl", "Slovenian"),
    ("snd", "sd", "Sindhi"),
    ("spa", "es", "Spanish"),
    ("sqi", "sq", "Albanian"),
    ("srp", "sr", "Serbian"),
    ("srp_latn", "", "Serbian, Latin script"),
    ("sun", "su", "Sundanese"),
    ("swa", "sw", "Swahili"),
    ("swe", "sv", "Swedish"),
    ("syr", "", "Syriac"),
    ("tam", "ta", "Tamil"),
    ("tat", "tt", "Tatar"),
    ("tel", "te", "Telugu"),
    ("tgk", "tg", "Tajik"),
    ("tha", "th", "Thai"),
    ("tir", "ti", "Tigrinya"),
    ("ton", "to", "Tongan"),
    ("tur", "tr", "Turkish"),
    ("uig", "ug", "Uyghur"),
    ("ukr", "uk", "Ukrainian"),
    ("urd", "ur", "Urdu"),
    ("uzb", "uz", "Uzbek"),
    ("vie", "vi", "Vietnamese"),
    ("yid", "yi", "Yiddish"),
    ("yor", "yo", "Yoruba"),
];

/// Other codes they go by: the older ones of ISO 639-2, those of what Tesseract has as one, and those with a script.
const OTHERS: [(&str, &str); 27] = [
    ("alb", "sqi"),
    ("arm", "hye"),
    ("baq", "eus"),
    ("bur", "mya"),
    ("chinese", "chi_sim"),
    ("chi", "chi_sim"),
    ("cze", "ces"),
    ("dut", "nld"),
    ("farsi", "fas"),
    ("fre", "fra"),
    ("geo", "kat"),
    ("ger", "deu"),
    ("gre", "ell"),
    ("ice", "isl"),
    ("mac", "mkd"),
    ("mao", "mri"),
    ("may", "msa"),
    ("nb", "nor"),
    ("nn", "nor"),
    ("per", "fas"),
    ("rum", "ron"),
    ("slo", "slk"),
    ("sr_latn", "srp_latn"),
    ("tib", "bod"),
    ("wel", "cym"),
    ("zh", "chi_sim"),
    ("zho", "chi_sim"),
];

/// Where Chinese is written in the traditional way.
const TRADITIONAL: [&str; 4] = ["hant", "tw", "hk", "mo"];

/// Reads languages as people write them, `de`, `pt-BR` or `German`, to codes of Tesseract. What is none of these stays, for
/// it may be a language that the operator has trained.
pub(crate) fn read<'de, D: Deserializer<'de>>(source: D) -> Result<Vec<String>, D::Error> {
    let written = Vec::<String>::deserialize(source)?;
    // `deu,eng` and `deu+eng` are two, however they are sent.
    let codes = written.iter().flat_map(|some| some.split([',', '+'])).map(|one| code(one.trim()));
    let mut different = Vec::new();
    for code in codes {
        if !different.contains(&code) {
            different.push(code);
        }
    }
    Ok(different)
}

fn code(written: &str) -> String {
    let lower = written.to_lowercase().replace('-', "_");
    let mut parts = lower.split('_');
    let language = parts.next().unwrap_or_default();
    if language == "zh" && parts.any(|part| TRADITIONAL.contains(&part)) {
        return "chi_tra".to_owned();
    }
    let named = |wanted: &str| {
        let one =
            NAMES.iter().find(|(code, iso, name)| *code == wanted || *iso == wanted || name.to_lowercase() == wanted);
        one.map(|(code, ..)| *code).or_else(|| OTHERS.iter().find(|(other, _)| *other == wanted).map(|(_, code)| *code))
    };
    // A region says nothing of how letters look; what follows a code of Tesseract does.
    let known = named(&lower).or_else(|| (language.len() == 2).then(|| named(language)).flatten());
    known.unwrap_or(written).to_owned()
}

/// A request that works.
#[must_use]
pub fn example() -> LanguagesRequest {
    LanguagesRequest {}
}

/// What the document says of the operation, and how it runs.
#[must_use]
pub fn about(op: Operation) -> Operation {
    op.summary("List the languages that text can be read in").example(example)
}

/// Lists the languages that are installed.
///
/// # Errors
/// When Tesseract is not there.
pub async fn languages(_: LanguagesRequest, _: Arc<Call>, readers: Arc<Readers>) -> Result<LanguagesResponse, Error> {
    let installation = readers.installation()?;
    let name = |code: &str| NAMES.iter().find(|(known, ..)| *known == code).map(|(.., name)| (*name).to_owned());
    let rows: Vec<Language> =
        installation.languages().into_iter().map(|code| Language { name: name(&code), code }).collect();
    Ok(LanguagesResponse { count: rows.len(), rows, orientation: installation.tells_orientation() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn languages_as_people_write_them() {
        for (written, codes) in [
            ("eng", "eng"),
            ("en", "eng"),
            ("EN-us", "eng"),
            ("pt_BR", "por"),
            ("German", "deu"),
            (" ger ", "deu"),
            ("de+en", "deu eng"),
            ("fr, Italian", "fra ita"),
            ("zh", "chi_sim"),
            ("zh-CN", "chi_sim"),
            ("zh-Hant-HK", "chi_tra"),
            ("chi_tra", "chi_tra"),
            ("chi_sim_vert", "chi_sim_vert"),
            ("sr-Latn", "srp_latn"),
            ("nb", "nor"),
            ("deu_latf", "deu_latf"),
            ("Own_Model", "Own_Model"),
            ("xx", "xx"),
        ] {
            let read = read(serde_json::json!([written])).unwrap();
            assert_eq!(read.join(" "), codes, "{written}");
        }
        let codes =
            NAMES.iter().flat_map(|(code, iso, name)| [*code, *iso, *name]).chain(OTHERS.map(|(other, _)| other));
        let mut codes: Vec<&str> = codes.filter(|code| !code.is_empty()).collect();
        codes.sort_unstable();
        let all = codes.len();
        codes.dedup();
        assert_eq!(codes.len(), all, "a code is of two languages");
    }
}
