//! Countries by ISO 3166-1.

use std::collections::HashMap;
use std::sync::LazyLock;

use super::outcome::{Good, Outcome};
use super::{Input, LANGUAGES, Settings, Style, fold};

const LINES: &str = include_str!("data/countries.tsv");

/// What people call countries besides their names.
const OTHER_NAMES: [(&str, &str); 38] = [
    ("america", "US"),
    ("bolivia", "BO"),
    ("brunei", "BN"),
    ("burma", "MM"),
    ("cabo verde", "CV"),
    ("cote d ivoire", "CI"),
    ("czech republic", "CZ"),
    ("drc", "CD"),
    ("dr congo", "CD"),
    ("east timor", "TL"),
    ("england", "GB"),
    ("great britain", "GB"),
    ("holland", "NL"),
    ("iran", "IR"),
    ("ivory coast", "CI"),
    ("korea", "KR"),
    ("laos", "LA"),
    ("macau", "MO"),
    ("macedonia", "MK"),
    ("moldova", "MD"),
    ("northern ireland", "GB"),
    ("north korea", "KP"),
    ("palestine", "PS"),
    ("republic of ireland", "IE"),
    ("republic of korea", "KR"),
    ("russia", "RU"),
    ("scotland", "GB"),
    ("south korea", "KR"),
    ("swaziland", "SZ"),
    ("syria", "SY"),
    ("taiwan", "TW"),
    ("tanzania", "TZ"),
    ("the netherlands", "NL"),
    ("turkey", "TR"),
    ("uae", "AE"),
    ("uk", "GB"),
    ("vatican", "VA"),
    ("wales", "GB"),
];

/// A country or territory.
#[derive(Debug)]
pub(super) struct Country {
    pub alpha2: &'static str,
    alpha3: &'static str,
    numeric: &'static str,
    calling_code: &'static str,
    currency: &'static str,
    name: &'static str,
    official: &'static str,
    /// By language, in the order of `LANGUAGES`.
    names: Vec<&'static str>,
}

static ALL: LazyLock<Vec<Country>> = LazyLock::new(|| {
    let country = |line: &'static str| {
        let fields: Vec<&str> = line.split('\t').collect();
        Country {
            alpha2: fields[0],
            alpha3: fields[1],
            numeric: fields[2],
            calling_code: fields[3],
            currency: fields[4],
            name: fields[5],
            official: fields[6],
            names: fields[7..].to_vec(),
        }
    };
    LINES.lines().map(country).collect()
});

/// Places in `ALL` by folded name. Where languages differ, English counts.
static BY_NAME: LazyLock<HashMap<String, usize>> = LazyLock::new(|| {
    let mut places = HashMap::new();
    let mut add = |name: &str, place: usize| {
        places.entry(fold(name)).or_insert(place);
    };
    for (place, country) in ALL.iter().enumerate() {
        add(country.name, place);
        add(country.official, place);
    }
    for (name, code) in OTHER_NAMES {
        add(name, ALL.iter().position(|country| country.alpha2 == code).expect("the table has them"));
    }
    for language in 0..LANGUAGES.len() {
        for (place, country) in ALL.iter().enumerate() {
            if let Some(name) = country.names.get(language).filter(|name| !name.is_empty()) {
                add(name, place);
            }
        }
    }
    places
});

impl Country {
    /// A country by its code of two or three letters or digits, or by a name in any of the languages.
    pub(super) fn find(text: &str) -> Option<&'static Self> {
        let text = text.trim();
        if text.is_empty() || text.len() > 200 {
            return None;
        }
        if text.bytes().all(|byte| byte.is_ascii_digit()) {
            let numeric = format!("{text:0>3}");
            return ALL.iter().find(|country| country.numeric == numeric);
        }
        if let Some(flag) = of_flag(text) {
            return ALL.iter().find(|country| country.alpha2 == flag);
        }
        let code = ALL
            .iter()
            .find(|country| country.alpha2.eq_ignore_ascii_case(text) || country.alpha3.eq_ignore_ascii_case(text));
        let initials = || text.contains('.').then(|| text.replace('.', "")).filter(|text| text.len() <= 3);
        code.or_else(|| BY_NAME.get(&fold(text)).map(|place| &ALL[*place]))
            .or_else(|| initials().and_then(|text| Self::find(&text)))
    }

    pub(super) fn name(&self, language: usize) -> &'static str {
        [language, 0]
            .iter()
            .filter_map(|place| self.names.get(*place))
            .find(|name| !name.is_empty())
            .unwrap_or(&self.name)
    }

    fn flag(&self) -> String {
        self.alpha2.bytes().filter_map(|letter| char::from_u32(0x1f1e6 + u32::from(letter - b'A'))).collect()
    }
}

fn of_flag(text: &str) -> Option<String> {
    let letter = |c: char| {
        let place = u32::from(c).checked_sub(0x1f1e6).filter(|place| *place < 26)?;
        char::from_u32(u32::from('A') + place)
    };
    let letters: Option<String> = text.chars().map(letter).collect();
    letters.filter(|letters| letters.len() == 2)
}

/// A country by code, number, name or flag.
pub(super) fn check(input: Input<'_>, settings: &Settings) -> Outcome {
    let Some(country) = Country::find(input.text) else {
        return Err("is no country of ISO 3166".into());
    };
    let language = LANGUAGES.iter().position(|known| settings.language() == *known).unwrap_or(0);
    let name = country.name(language);
    let formatted = match settings.style {
        Some(Style::Name) => name,
        Some(Style::Official) => country.official,
        Some(Style::Alpha3) => country.alpha3,
        Some(Style::Numeric) => country.numeric,
        _ => country.alpha2,
    };
    let some = |text: &'static str| (!text.is_empty()).then_some(text);
    let calling_code = some(country.calling_code).map(|code| format!("+{code}"));
    Ok(Good::new(formatted)
        .with("alpha2", country.alpha2)
        .with("alpha3", country.alpha3)
        .with("numeric", country.numeric)
        .with("name", name)
        .with("officialName", country.official)
        .with("callingCode", calling_code)
        .with("currency", some(country.currency))
        .with("flag", country.flag()))
}
