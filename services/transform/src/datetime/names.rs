//! Names of months and weekdays, to read and to write.

use std::sync::LazyLock;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A language of names of months and weekdays.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Language {
    /// English.
    #[default]
    En,
    /// German.
    De,
    /// French.
    Fr,
    /// Spanish.
    Es,
    /// Italian.
    It,
    /// Portuguese.
    Pt,
    /// Dutch.
    Nl,
}

/// Names of a language (Unicode CLDR 46): wide, then abbreviated; weekdays from Monday.
struct Names {
    months: [&'static str; 12],
    months_short: [&'static str; 12],
    weekdays: [&'static str; 7],
    weekdays_short: [&'static str; 7],
}

const EN: Names = Names {
    months: [
        "January",
        "February",
        "March",
        "April",
        "May",
        "June",
        "July",
        "August",
        "September",
        "October",
        "November",
        "December",
    ],
    months_short: ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"],
    weekdays: ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"],
    weekdays_short: ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"],
};
const DE: Names = Names {
    months: [
        "Januar",
        "Februar",
        "März",
        "April",
        "Mai",
        "Juni",
        "Juli",
        "August",
        "September",
        "Oktober",
        "November",
        "Dezember",
    ],
    months_short: ["Jan.", "Feb.", "März", "Apr.", "Mai", "Juni", "Juli", "Aug.", "Sept.", "Okt.", "Nov.", "Dez."],
    weekdays: ["Montag", "Dienstag", "Mittwoch", "Donnerstag", "Freitag", "Samstag", "Sonntag"],
    weekdays_short: ["Mo", "Di", "Mi", "Do", "Fr", "Sa", "So"],
};
const FR: Names = Names {
    months: [
        "janvier",
        "février",
        "mars",
        "avril",
        "mai",
        "juin",
        "juillet",
        "août",
        "septembre",
        "octobre",
        "novembre",
        "décembre",
    ],
    months_short: ["janv.", "févr.", "mars", "avr.", "mai", "juin", "juil.", "août", "sept.", "oct.", "nov.", "déc."],
    weekdays: ["lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche"],
    weekdays_short: ["lun.", "mar.", "mer.", "jeu.", "ven.", "sam.", "dim."],
};
const ES: Names = Names {
    months: [
        "enero",
        "febrero",
        "marzo",
        "abril",
        "mayo",
        "junio",
        "julio",
        "agosto",
        "septiembre",
        "octubre",
        "noviembre",
        "diciembre",
    ],
    months_short: ["ene", "feb", "mar", "abr", "may", "jun", "jul", "ago", "sept", "oct", "nov", "dic"],
    weekdays: ["lunes", "martes", "miércoles", "jueves", "viernes", "sábado", "domingo"],
    weekdays_short: ["lun", "mar", "mié", "jue", "vie", "sáb", "dom"],
};
const IT: Names = Names {
    months: [
        "gennaio",
        "febbraio",
        "marzo",
        "aprile",
        "maggio",
        "giugno",
        "luglio",
        "agosto",
        "settembre",
        "ottobre",
        "novembre",
        "dicembre",
    ],
    months_short: ["gen", "feb", "mar", "apr", "mag", "giu", "lug", "ago", "set", "ott", "nov", "dic"],
    weekdays: ["lunedì", "martedì", "mercoledì", "giovedì", "venerdì", "sabato", "domenica"],
    weekdays_short: ["lun", "mar", "mer", "gio", "ven", "sab", "dom"],
};
const PT: Names = Names {
    months: [
        "janeiro",
        "fevereiro",
        "março",
        "abril",
        "maio",
        "junho",
        "julho",
        "agosto",
        "setembro",
        "outubro",
        "novembro",
        "dezembro",
    ],
    months_short: ["jan.", "fev.", "mar.", "abr.", "mai.", "jun.", "jul.", "ago.", "set.", "out.", "nov.", "dez."],
    weekdays: ["segunda-feira", "terça-feira", "quarta-feira", "quinta-feira", "sexta-feira", "sábado", "domingo"],
    weekdays_short: ["seg.", "ter.", "qua.", "qui.", "sex.", "sáb.", "dom."],
};
const NL: Names = Names {
    months: [
        "januari",
        "februari",
        "maart",
        "april",
        "mei",
        "juni",
        "juli",
        "augustus",
        "september",
        "oktober",
        "november",
        "december",
    ],
    months_short: ["jan", "feb", "mrt", "apr", "mei", "jun", "jul", "aug", "sep", "okt", "nov", "dec"],
    weekdays: ["maandag", "dinsdag", "woensdag", "donderdag", "vrijdag", "zaterdag", "zondag"],
    weekdays_short: ["ma", "di", "wo", "do", "vr", "za", "zo"],
};

const ALL: [&Names; 7] = [&EN, &DE, &FR, &ES, &IT, &PT, &NL];

impl Language {
    fn names(self) -> &'static Names {
        match self {
            Self::En => &EN,
            Self::De => &DE,
            Self::Fr => &FR,
            Self::Es => &ES,
            Self::It => &IT,
            Self::Pt => &PT,
            Self::Nl => &NL,
        }
    }

    /// The name of a month from 1.
    pub(super) fn month(self, month: i8, short: bool) -> &'static str {
        let names = if short { &self.names().months_short } else { &self.names().months };
        names[usize::try_from(month - 1).unwrap_or(0).min(11)]
    }

    /// The name of a weekday, from 0 for Monday.
    pub(super) fn weekday(self, weekday: i8, short: bool) -> &'static str {
        let names = if short { &self.names().weekdays_short } else { &self.names().weekdays };
        names[usize::try_from(weekday).unwrap_or(0).min(6)]
    }
}

/// Words without their accents, points and capitals, and the months they mean.
static MONTHS: LazyLock<Vec<(String, i8)>> = LazyLock::new(|| {
    let mut months: Vec<(String, i8)> = Vec::new();
    for names in ALL {
        for (at, name) in names.months.iter().chain(&names.months_short).enumerate() {
            months.push((plain(name), i8::try_from(at % 12 + 1).unwrap_or(1)));
        }
    }
    months.push(("sept".to_owned(), 9));
    months.push(("janner".to_owned(), 1));
    months
});

static WEEKDAYS: LazyLock<Vec<String>> = LazyLock::new(|| {
    let names = ALL.iter().flat_map(|names| names.weekdays.iter().chain(&names.weekdays_short));
    names.map(|name| plain(name)).chain(["tues", "weds", "thur", "thurs"].map(str::to_owned)).collect()
});

fn plain(word: &str) -> String {
    use unicode_normalization::UnicodeNormalization;
    let letters = word.nfd().filter(|c| c.is_alphanumeric() || *c == '-');
    letters.flat_map(char::to_lowercase).collect()
}

/// The month a word means, in any of the languages.
pub(super) fn month_of(word: &str) -> Option<i8> {
    let word = plain(word);
    MONTHS.iter().find(|(name, _)| *name == word).map(|(_, month)| *month)
}

/// Whether a word is a weekday, in any of the languages.
pub(super) fn is_weekday(word: &str) -> bool {
    let word = plain(word);
    WEEKDAYS.contains(&word)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_read_in_every_language() {
        for (word, month) in [
            ("April", 4),
            ("apr.", 4),
            ("MÄRZ", 3),
            ("mars", 3),
            ("août", 8),
            ("dic", 12),
            ("settembre", 9),
            ("março", 3),
            ("mrt", 3),
            ("Sept", 9),
        ] {
            assert_eq!(month_of(word), Some(month), "{word}");
        }
        assert_eq!(month_of("Monday"), None);
        assert!(is_weekday("Sat") && is_weekday("mié") && is_weekday("Donnerstag") && !is_weekday("noon"));
        // A word means one month, whatever the language.
        for (name, month) in MONTHS.iter() {
            assert!(MONTHS.iter().all(|(other, number)| other != name || number == month), "{name}");
        }
    }
}
