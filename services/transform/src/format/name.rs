//! Names of people, cut into their parts. A name says little of itself: what is found is what is usual in Europe and America.

use super::outcome::{Good, Outcome};
use super::{Input, Settings, Style, fold};

/// Words before a name, without their dots.
const TITLES: [&str; 47] = [
    "mr",
    "mrs",
    "ms",
    "miss",
    "mx",
    "dr",
    "doctor",
    "prof",
    "professor",
    "sir",
    "dame",
    "lord",
    "lady",
    "rev",
    "reverend",
    "fr",
    "father",
    "hon",
    "judge",
    "capt",
    "captain",
    "col",
    "gen",
    "lt",
    "maj",
    "sgt",
    "herr",
    "frau",
    "dipl ing",
    "ing",
    "mag",
    "m",
    "mme",
    "mlle",
    "monsieur",
    "madame",
    "senor",
    "senora",
    "srta",
    "sra",
    "don",
    "dona",
    "sig",
    "signor",
    "signora",
    "dott",
    "univ prof",
];
/// Words that follow a title and belong to it.
const FIELDS: [&str; 11] = ["med", "jur", "phil", "rer", "nat", "dent", "vet", "habil", "h", "c", "ing"];
/// Words between two titles.
const JOINED: [&str; 6] = ["and", "&", "und", "et", "y", "e"];
/// Words behind a name, without their dots.
const SUFFIXES: [&str; 37] = [
    "jr", "sr", "ii", "iii", "iv", "phd", "md", "mds", "esq", "esquire", "dds", "dvm", "mba", "cpa", "rn", "jd", "llm",
    "llb", "qc", "kc", "obe", "cbe", "mbe", "msc", "bsc", "ba", "bs", "ma", "mpa", "mph", "pe", "edd", "cfa", "pmp",
    "ret", "junior", "fils",
];
/// Words that belong to the family name behind them.
const PARTICLES: [&str; 42] = [
    "van", "von", "vom", "der", "den", "de", "het", "t", "del", "della", "delle", "degli", "dei", "di", "da", "dal",
    "do", "dos", "das", "du", "des", "la", "las", "le", "los", "bin", "ibn", "bint", "al", "el", "ter", "ten", "zu",
    "zum", "zur", "af", "av", "st", "mac", "san", "santa", "op",
];

fn bare(word: &str) -> String {
    fold(word)
}

/// A name in its parts.
pub(super) fn check(input: Input<'_>, settings: &Settings) -> Outcome {
    let text = input.text.split_whitespace().collect::<Vec<_>>().join(" ");
    if text.chars().count() > 200 {
        return Err("is no name of a person: it is longer than 200 characters".into());
    }
    if !text.chars().any(char::is_alphabetic) {
        return Err("is no name: it has no letters".into());
    }
    if text.contains(['@', '/', '<', '>', '=', '{', '}', '|']) || text.chars().any(char::is_numeric) {
        return Err("is no name of a person: it has digits or signs".into());
    }
    let (text, nickname) = without_nickname(&text);
    let mut name = Name { nickname, ..Name::default() };
    let mut parts = text.split(',').map(str::trim).filter(|part| !part.is_empty());
    let first = parts.next().unwrap_or_default();
    let mut rest: Vec<&str> = parts.collect();
    // What stands behind a last comma may be suffixes.
    while let Some(last) = rest.last()
        && last.split(' ').all(|word| SUFFIXES.contains(&bare(word).as_str()))
    {
        name.suffix.splice(0..0, last.split(' ').map(str::to_owned));
        rest.pop();
    }
    let locale = settings.language();
    if rest.is_empty() {
        name.take(first.split(' ').filter(|word| !word.is_empty()).collect(), None, locale);
    } else {
        let given = rest.join(" ");
        name.take(given.split(' ').filter(|word| !word.is_empty()).collect(), Some(first), locale);
    }
    if name.given.is_empty() && name.family.is_empty() {
        return Err("is no name: it is a title alone".into());
    }
    name.fix_case();
    let join = |words: &[&[String]]| words.concat().join(" ");
    let initials: Vec<String> = [&name.given[..], &name.middle, &name.family]
        .concat()
        .iter()
        .filter(|word| !PARTICLES.contains(&bare(word).as_str()))
        .filter_map(|word| word.chars().find(|c| c.is_alphabetic()))
        .map(|first| first.to_uppercase().to_string())
        .collect();
    let full = join(&[&name.title, &name.given, &name.middle, &name.family, &name.suffix]);
    let formatted = match settings.style {
        Some(Style::Initials) => initials.concat(),
        Some(Style::LastFirst) if !name.family.is_empty() => {
            let given = join(&[&name.given, &name.middle]);
            let mark = if given.is_empty() { "" } else { ", " };
            format!("{}{mark}{given}", name.family.join(" "))
        }
        Some(Style::Short) => join(&[&name.given, &name.family]),
        _ => full,
    };
    let some = |words: &[String]| (!words.is_empty()).then(|| words.join(" "));
    Ok(Good::new(formatted)
        .with("title", some(&name.title))
        .with("given", some(&name.given))
        .with("middle", some(&name.middle))
        .with("family", some(&name.family))
        .with("suffix", some(&name.suffix))
        .with("nickname", name.nickname)
        .with("initials", initials.concat()))
}

/// What stands in quotation marks or brackets.
fn without_nickname(text: &str) -> (String, Option<String>) {
    for (open, close) in
        [('"', '"'), ('(', ')'), ('\u{201c}', '\u{201d}'), ('\u{201e}', '\u{201c}'), ('\u{ab}', '\u{bb}')]
    {
        if let Some((before, rest)) = text.split_once(open)
            && let Some((inner, after)) = rest.split_once(close)
        {
            let inner = inner.trim();
            let nickname = (!inner.is_empty()).then(|| inner.to_owned());
            return (format!("{} {}", before.trim(), after.trim()).trim().to_owned(), nickname);
        }
    }
    (text.to_owned(), None)
}

#[derive(Default)]
struct Name {
    title: Vec<String>,
    given: Vec<String>,
    middle: Vec<String>,
    family: Vec<String>,
    suffix: Vec<String>,
    nickname: Option<String>,
}

impl Name {
    /// Takes the words of a name apart; the family name may have stood before a comma.
    fn take(&mut self, mut words: Vec<&str>, family: Option<&str>, locale: &str) {
        let owned = |words: &[&str]| words.iter().map(|&word| word.to_owned()).collect::<Vec<_>>();
        let titles = many_titles(&words, locale);
        self.title = owned(&words[..titles]);
        words.drain(..titles);
        let mut suffixes = Vec::new();
        while words.len() > 1
            && let Some(last) = words.last()
            && SUFFIXES.contains(&bare(last).as_str())
            // "V" and the like are initials where a dot or nothing before them says so.
            && (words.len() > 2 || family.is_some() || bare(last).len() > 1)
        {
            suffixes.insert(0, words.pop().unwrap_or_default().to_owned());
        }
        suffixes.append(&mut self.suffix);
        self.suffix = suffixes;
        if let Some(family) = family {
            let mut family: Vec<&str> = family.split(' ').collect();
            let titles = many_titles(&family, locale);
            if titles < family.len() {
                self.title.splice(0..0, owned(&family[..titles]));
                family.drain(..titles);
            }
            self.family = owned(&family);
        } else if words.len() > 1 {
            let mut start = words.len() - if locale == "es" && words.len() > 2 { 2 } else { 1 };
            while start > 1 && is_particle(words[start - 1]) {
                start -= 1;
            }
            if self.title.is_empty() || words.len() > 1 {
                self.family = owned(&words.split_off(start));
            }
        } else if !self.title.is_empty() {
            // Mr. Smith.
            self.family = owned(&words);
            words.clear();
        }
        if let Some((given, middle)) = words.split_first() {
            self.given = vec![(*given).to_owned()];
            self.middle = owned(middle);
        }
    }

    /// Names all in capitals or all in small letters are written as names are.
    fn fix_case(&mut self) {
        let all = [&self.given[..], &self.middle, &self.family].concat().concat();
        let letters = || all.chars().filter(|c| c.is_alphabetic());
        let upper = letters().all(|c| !c.is_lowercase()) && letters().count() > 3;
        let lower = letters().all(|c| !c.is_uppercase());
        if !upper && !lower {
            return;
        }
        for (place, word) in self.given.iter_mut().chain(&mut self.middle).chain(&mut self.family).enumerate() {
            *word = if place > 0 && is_particle(word) { word.to_lowercase() } else { capitalized(word) };
        }
        for word in &mut self.title {
            *word = capitalized(word);
        }
    }
}

/// How many words at the start are a title: `Prof. Dr. med.`, `Mr. and Mrs.`.
fn many_titles(words: &[&str], locale: &str) -> usize {
    let is_title = |word: &&str| {
        let plain = bare(word);
        // An M. is a Monsieur in French alone.
        TITLES.contains(&plain.as_str()) && (plain != "m" || locale == "fr")
    };
    let mut many = 0;
    while let Some(word) = words.get(many) {
        let goes_on = many > 0 && FIELDS.contains(&bare(word).as_str()) && word.ends_with('.');
        let joined =
            many > 0 && JOINED.contains(&word.to_lowercase().as_str()) && words.get(many + 1).is_some_and(is_title);
        if !(is_title(word) || goes_on || joined) {
            break;
        }
        many += 1;
    }
    many
}

fn is_particle(word: &str) -> bool {
    PARTICLES.contains(&bare(word).as_str())
}

/// `o'brien-smith` as O'Brien-Smith, `mcdonald` as McDonald.
fn capitalized(word: &str) -> String {
    let mut text = String::with_capacity(word.len());
    let mut first = true;
    for c in word.to_lowercase().chars() {
        if first && c.is_alphabetic() {
            text.extend(c.to_uppercase());
            first = false;
        } else {
            text.push(c);
        }
        let apostrophe = matches!(c, '\'' | '\u{2019}') && text.chars().count() == 2;
        first |= c == '-' || c == '.' || apostrophe;
    }
    if let Some(rest) = text.strip_prefix("Mc").filter(|rest| rest.chars().count() > 2) {
        return format!("Mc{}", capitalized(rest));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Title, given, middle, family, suffix, nickname.
    #[test]
    fn names_of_many_kinds() {
        for (text, parts) in [
            ("Ada Lovelace", ["", "Ada", "", "Lovelace", "", ""]),
            ("Dr. Martin Luther King, Jr.", ["Dr.", "Martin", "Luther", "King", "Jr.", ""]),
            ("Lovelace, Ada King", ["", "Ada", "King", "Lovelace", "", ""]),
            ("Prof. Dr. Ludwig van Beethoven", ["Prof. Dr.", "Ludwig", "", "van Beethoven", "", ""]),
            ("Vincent Willem van der Berg PhD", ["", "Vincent", "Willem", "van der Berg", "PhD", ""]),
            ("Robert \"Bob\" Smith III", ["", "Robert", "", "Smith", "III", "Bob"]),
            ("JOHN MCDONALD", ["", "John", "", "McDonald", "", ""]),
            ("sean o'brien-smith", ["", "Sean", "", "O'Brien-Smith", "", ""]),
            ("Mr. Smith", ["Mr.", "", "", "Smith", "", ""]),
            ("Cher", ["", "Cher", "", "", "", ""]),
            ("de la Cruz, María", ["", "María", "", "de la Cruz", "", ""]),
            ("ÖZLEM TÜRECI", ["", "Özlem", "", "Türeci", "", ""]),
            ("Dr. med. Anna-Lena von der Heide", ["Dr. med.", "Anna-Lena", "", "von der Heide", "", ""]),
            ("Mr and Mrs Smith", ["Mr and Mrs", "", "", "Smith", "", ""]),
            ("M. Night Shyamalan", ["", "M.", "Night", "Shyamalan", "", ""]),
            ("Sammy Davis, Jr.", ["", "Sammy", "", "Davis", "Jr.", ""]),
            ("Frau Angela Merkel", ["Frau", "Angela", "", "Merkel", "", ""]),
        ] {
            let settings = Settings::default();
            let good = check(Input { text, is_number: false }, &settings).unwrap();
            let parts_found: Vec<String> =
                good.parts.iter().take(6).map(|(_, part)| part.as_text().unwrap_or_default().to_owned()).collect();
            assert_eq!(parts_found, parts, "{text}");
        }
        for text in ["", "12", "a@b.c", "Dr.", "<b>"] {
            assert!(check(Input { text, is_number: false }, &Settings::default()).is_err(), "{text}");
        }
    }
}
