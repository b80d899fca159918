//! How a language and a country write numbers, money and dates, and the words of our templates.
//!
//! Patterns follow CLDR 44 for the languages listed; another language is written as English with ISO dates, and a
//! warning says so.

use super::money::Decimal;
use super::words::{self, Words};

/// A language and country, as far as documents need to know.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Locale {
    /// ISO 639-1.
    pub(crate) language: &'static str,
    /// Decimal sign.
    pub(super) decimal: char,
    group: &'static str,
    /// Where the sign of a currency stands.
    sign: Sign,
    date: DatePattern,
    /// Whether paper is Letter.
    pub(crate) letter: bool,
    /// Whether its words are known.
    pub(crate) known: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Sign {
    /// `$1.00`
    Before,
    /// `€ 1,00`
    BeforeSpaced,
    /// `1,00 €`
    After,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum DatePattern {
    /// November 30, 2026
    MonthDayYear,
    /// 30 November 2026
    DayMonthYear,
    /// With day and month in two digits, and this between them.
    Digits(&'static str),
    /// 30. 11. 2026 and alike: day and month without zeros.
    Short(&'static str),
    /// 2026-11-30
    Iso,
}

/// No-break space, which keeps a number and its sign on one line.
const SPACE: &str = "\u{a0}";
/// Narrow no-break space, the group separator of French.
const NARROW: &str = "\u{202f}";

const MONTHS: [&str; 12] = [
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
];

impl Locale {
    /// The locale of a tag such as `de-AT`, `en_US` or `fr`.
    pub(crate) fn of(tag: &str) -> Self {
        let tag = tag.replace('_', "-").to_ascii_lowercase();
        let mut parts = tag.split('-');
        let language = parts.next().unwrap_or_default();
        let region = parts.rfind(|part| part.len() == 2).unwrap_or_default();
        let base = |language, decimal, group, sign, date| Self {
            language,
            decimal,
            group,
            sign,
            date,
            letter: matches!(region, "us" | "ca" | "mx" | "ph" | "cl" | "co"),
            known: true,
        };
        use DatePattern::{DayMonthYear, Digits, Iso, MonthDayYear, Short};
        use Sign::{After, Before, BeforeSpaced};
        match (language, region) {
            ("en", "us" | "" | "ph") => {
                Self { letter: !region.is_empty(), ..base("en", '.', ",", Before, MonthDayYear) }
            }
            ("en", "ca") => base("en", '.', ",", Before, MonthDayYear),
            ("en", "za") => base("en", ',', SPACE, Before, DayMonthYear),
            ("en", _) => base("en", '.', ",", Before, DayMonthYear),
            ("de", "ch" | "li") => base("de", '.', "’", BeforeSpaced, Digits(".")),
            ("de", "at") => base("de", ',', SPACE, BeforeSpaced, Digits(".")),
            ("de", _) => base("de", ',', ".", After, Digits(".")),
            ("fr", "ch") => base("fr", ',', NARROW, After, Digits(".")),
            ("fr", "ca") => base("fr", ',', SPACE, After, Iso),
            ("fr", _) => base("fr", ',', NARROW, After, Digits("/")),
            ("es", "mx" | "us") => base("es", '.', ",", Before, Digits("/")),
            ("es", _) => base("es", ',', ".", After, Digits("/")),
            ("it", "ch") => base("it", '.', "’", BeforeSpaced, Digits(".")),
            ("it", _) => base("it", ',', ".", After, Digits("/")),
            ("nl", _) => base("nl", ',', ".", BeforeSpaced, Digits("-")),
            ("pt", "br") => base("pt", ',', ".", BeforeSpaced, Digits("/")),
            ("pt", _) => base("pt", ',', SPACE, After, Digits("/")),
            ("pl", _) => base("pl", ',', SPACE, After, Digits(".")),
            ("sv", _) => base("sv", ',', SPACE, After, Iso),
            ("da", _) => base("da", ',', ".", After, Digits(".")),
            ("nb" | "no" | "nn", _) => base("nb", ',', SPACE, After, Digits(".")),
            ("fi", _) => base("fi", ',', SPACE, After, Short(".")),
            ("cs", _) => base("cs", ',', SPACE, After, Short(". ")),
            ("el", _) => base("el", ',', ".", After, Digits("/")),
            ("ro", _) => base("ro", ',', ".", After, Digits(".")),
            ("hu", _) => base("hu", ',', SPACE, After, Iso),
            ("uk", _) => base("uk", ',', SPACE, After, Digits(".")),
            _ => Self { known: false, letter: false, ..base("en", '.', ",", Before, Iso) },
        }
    }

    /// Its words.
    pub(crate) fn words(&self) -> Words {
        let mut words = words::of(self.language);
        // Where the month stands first, sales are not taxed by their value added.
        if self.language == "en" && self.date == DatePattern::MonthDayYear {
            for (key, word) in [("tax", "Tax"), ("includedTax", "incl. tax"), ("taxId", "Tax ID")] {
                words.insert(key, word.to_owned());
            }
        }
        words
    }

    /// A number with groups, with the places it has but no fewer than so many.
    pub(crate) fn number(&self, number: Decimal, at_least: u32) -> String {
        let (whole, fraction) = number.digits(at_least);
        let mut text = String::with_capacity(whole.len() + whole.len() / 3 + fraction.len() + 2);
        if number.is_negative() && !number.is_zero() {
            text.push('\u{2212}');
        }
        // Spanish, Polish and Portuguese have no group in four digits; neither looks wrong with one in a table.
        for (place, digit) in whole.chars().enumerate() {
            if place > 0 && (whole.len() - place).is_multiple_of(3) {
                text.push_str(self.group);
            }
            text.push(digit);
        }
        if !fraction.is_empty() {
            text.push(self.decimal);
            text.push_str(&fraction);
        }
        text
    }

    /// A sum of money, rounded to the places of its currency.
    pub(crate) fn money(&self, amount: Decimal, currency: &Currency) -> String {
        let number = self.number(amount.rounded(currency.places), currency.places);
        let sign = currency.sign(self);
        let (minus, digits) = number.strip_prefix('\u{2212}').map_or(("", number.as_str()), |rest| ("\u{2212}", rest));
        match self.sign {
            // A sign of letters needs a space in any language.
            Sign::Before if sign.ends_with(char::is_alphabetic) => format!("{minus}{sign}{SPACE}{digits}"),
            Sign::Before => format!("{minus}{sign}{digits}"),
            Sign::BeforeSpaced => format!("{sign}{SPACE}{number}"),
            Sign::After => format!("{number}{SPACE}{sign}"),
        }
    }

    /// A percentage.
    pub(crate) fn percent(&self, number: Decimal) -> String {
        let spaced = matches!(self.language, "de" | "fr" | "es" | "sv" | "da" | "nb" | "fi" | "cs" | "ro");
        format!("{}{}%", self.number(number, 0), if spaced { SPACE } else { "" })
    }

    /// A date as people write it; what is no date stays as it is.
    pub(crate) fn date(&self, text: &str) -> String {
        let Some((year, month, day)) = date(text) else { return text.trim().to_owned() };
        let name = MONTHS[usize::from(month) - 1];
        match self.date {
            DatePattern::MonthDayYear => format!("{name} {day}, {year}"),
            DatePattern::DayMonthYear => format!("{day} {name} {year}"),
            DatePattern::Digits(between) if between == "-" || between == "/" || between == "." => {
                format!("{day:02}{between}{month:02}{between}{year}")
            }
            DatePattern::Digits(between) | DatePattern::Short(between) => {
                format!("{day}{between}{month}{between}{year}")
            }
            DatePattern::Iso => format!("{year:04}-{month:02}-{day:02}"),
        }
    }
}

/// Year, month and day of a date as programs write it, with or without a time: `2026-11-30`, `2026-11-30T10:00:00Z`.
pub(crate) fn date(text: &str) -> Option<(i16, u8, u8)> {
    let text = text.trim();
    let day = text.get(..10)?;
    let rest = &text[10..];
    let plausible = rest.is_empty() || rest.starts_with(['T', 't', ' ']);
    let date: jiff::civil::Date = day.parse().ok().filter(|_| plausible && day.as_bytes()[4] == b'-')?;
    Some((date.year(), u8::try_from(date.month()).ok()?, u8::try_from(date.day()).ok()?))
}

/// A currency by its code (ISO 4217).
#[derive(Debug, Clone)]
pub(crate) struct Currency {
    pub(crate) code: String,
    /// Digits after the point.
    pub(crate) places: u32,
}

impl Currency {
    /// The currency of a code of three letters.
    pub(crate) fn of(code: &str) -> Option<Self> {
        let code = code.trim().to_ascii_uppercase();
        let letters = code.len() == 3 && code.bytes().all(|letter| letter.is_ascii_uppercase());
        // ISO 4217, column "minor unit".
        let places = match code.as_str() {
            "BIF" | "CLP" | "DJF" | "GNF" | "ISK" | "JPY" | "KMF" | "KRW" | "PYG" | "RWF" | "UGX" | "VND" | "VUV"
            | "XAF" | "XOF" | "XPF" => 0,
            "BHD" | "IQD" | "JOD" | "KWD" | "LYD" | "OMR" | "TND" => 3,
            _ => 2,
        };
        letters.then_some(Self { code, places })
    }

    /// The sign it has in a language: `kr` means another krone elsewhere, and `$` another dollar.
    fn sign(&self, locale: &Locale) -> &str {
        match (self.code.as_str(), locale.language) {
            ("EUR", _) => "€",
            ("GBP", _) => "£",
            ("USD", "en" | "es") => "$",
            ("JPY", _) => "¥",
            ("INR", _) => "₹",
            ("KRW", _) => "₩",
            ("ILS", _) => "₪",
            ("VND", _) => "₫",
            ("BRL", _) => "R$",
            ("CAD", "en" | "fr") => "CA$",
            ("AUD", "en") => "A$",
            ("NZD", "en") => "NZ$",
            ("MXN", _) => "MX$",
            ("PLN", "pl") => "zł",
            ("CZK", "cs") => "Kč",
            ("SEK", "sv") | ("NOK", "nb") => "kr",
            ("DKK", "da") => "kr.",
            ("HUF", "hu") => "Ft",
            ("RON", "ro") => "lei",
            ("UAH", _) => "₴",
            ("TRY", _) => "₺",
            (code, _) => code,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn money(locale: &str, currency: &str, amount: &str) -> String {
        let amount = Decimal::read(&amount.parse().unwrap(), "amount").unwrap();
        Locale::of(locale).money(amount, &Currency::of(currency).unwrap()).replace(['\u{a0}', '\u{202f}'], " ")
    }

    /// As Intl.NumberFormat of Node 20 writes them (ICU 73), save that a minus sign is a minus sign everywhere.
    #[test]
    fn money_is_written_as_in_its_country() {
        for (locale, currency, amount, written) in [
            ("en-US", "USD", "1234567.5", "$1,234,567.50"),
            ("en-US", "USD", "-5", "−$5.00"),
            ("en-GB", "GBP", "0.5", "£0.50"),
            ("en-GB", "CHF", "12", "CHF 12.00"),
            ("de-DE", "EUR", "1234.5", "1.234,50 €"),
            ("de-AT", "EUR", "1234.5", "€ 1 234,50"),
            ("de-CH", "CHF", "1234.5", "CHF 1’234.50"),
            ("fr-FR", "EUR", "1234.5", "1 234,50 €"),
            ("nl-NL", "EUR", "1234.5", "€ 1.234,50"),
            ("pt-BR", "BRL", "1234.5", "R$ 1.234,50"),
            ("pl", "PLN", "12345.6", "12 345,60 zł"),
            ("sv-SE", "SEK", "1234.5", "1 234,50 kr"),
            ("ja-JP", "JPY", "1234.5", "¥1,235"),
            ("en", "KWD", "1.5", "KWD 1.500"),
        ] {
            assert_eq!(money(locale, currency, amount), written, "{locale}");
        }
    }

    #[test]
    fn dates_are_written_as_in_their_country() {
        for (locale, written) in [
            ("en-US", "November 3, 2026"),
            ("en-GB", "3 November 2026"),
            ("de", "03.11.2026"),
            ("fr", "03/11/2026"),
            ("nl", "03-11-2026"),
            ("sv", "2026-11-03"),
            ("fi", "3.11.2026"),
            ("xx", "2026-11-03"),
        ] {
            assert_eq!(Locale::of(locale).date("2026-11-03T10:00:00Z"), written, "{locale}");
        }
        assert_eq!(Locale::of("de").date(" Ende November "), "Ende November");
        assert_eq!(Locale::of("de").date("2026-13-03"), "2026-13-03");
    }
}
