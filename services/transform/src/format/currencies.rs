//! Currencies by ISO 4217.

use std::collections::HashMap;
use std::sync::LazyLock;

use super::outcome::{Good, Outcome};
use super::{Input, LANGUAGES, Settings, Style, fold};

const LINES: &str = include_str!("data/currencies.tsv");

/// Signs that several currencies have.
const SHARED: [(&str, &[&str]); 5] = [
    (
        "$",
        &[
            "USD", "CAD", "AUD", "NZD", "HKD", "SGD", "TWD", "MXN", "ARS", "CLP", "COP", "UYU", "JMD", "TTD", "BSD",
            "BBD", "BZD", "NAD", "FJD", "XCD",
        ],
    ),
    ("¥", &["JPY", "CNY"]),
    ("£", &["GBP", "EGP", "FKP", "GIP", "SHP", "LBP", "SYP", "SSP", "SDG"]),
    ("kr", &["SEK", "NOK", "DKK", "ISK"]),
    ("Rs", &["INR", "PKR", "LKR", "NPR", "MUR"]),
];

/// A currency.
#[derive(Debug)]
pub(super) struct Currency {
    pub code: &'static str,
    pub numeric: &'static str,
    /// Digits of its minor unit; none for those that have none, such as gold.
    pub digits: Option<usize>,
    name: &'static str,
    /// By language, in the order of `LANGUAGES`.
    names: Vec<&'static str>,
}

static ALL: LazyLock<Vec<Currency>> = LazyLock::new(|| {
    let currency = |line: &'static str| {
        let fields: Vec<&str> = line.split('\t').collect();
        Currency {
            code: fields[0],
            numeric: fields[1],
            digits: fields[2].parse().ok(),
            name: fields[3],
            names: fields[4..].to_vec(),
        }
    };
    LINES.lines().map(currency).collect()
});

/// Places in `ALL` by folded name. Where languages differ, English counts.
static BY_NAME: LazyLock<HashMap<String, usize>> = LazyLock::new(|| {
    let mut places = HashMap::new();
    let named = |place: usize| {
        move |(at, currency): (usize, &Currency)| (currency.names.get(place).copied().unwrap_or_default(), at)
    };
    let english = ALL.iter().enumerate().map(|(at, currency)| (currency.name, at));
    let others = (0..LANGUAGES.len()).flat_map(|language| ALL.iter().enumerate().map(named(language)));
    for (name, at) in english.chain(others).filter(|(name, _)| !name.is_empty()) {
        places.entry(fold(name)).or_insert(at);
    }
    places
});

impl Currency {
    /// The currency of a code, whatever its case.
    pub(super) fn of_code(code: &str) -> Option<&'static Self> {
        ALL.iter().find(|currency| currency.code.eq_ignore_ascii_case(code))
    }

    /// The currency of a code or sign beside a number.
    pub(super) fn of_sign(sign: &str, settings: &Settings) -> Option<&'static Self> {
        let shared = |code: &str| {
            SHARED.iter().any(|(known, codes)| sign.trim_end_matches('.') == *known && codes.contains(&code))
        };
        let chosen =
            settings.currency.filter(|currency| settings.locale.sign(currency.code) == sign || shared(currency.code));
        chosen
            .or_else(|| Self::of_code(sign))
            .or_else(|| settings.locale.currency_of(sign).and_then(Self::of_code))
            .or_else(|| {
                // What bills say.
                let code = match sign {
                    "US$" | "$" => "USD",
                    "Fr." | "Fr" | "SFr." | "sFr." => "CHF",
                    "zł" => "PLN",
                    "Kč" => "CZK",
                    "Ft" => "HUF",
                    "kr" | "kr." => return None,
                    "₺" | "TL" => "TRY",
                    "₽" => "RUB",
                    "Rs" | "Rs." => "INR",
                    "R$" => "BRL",
                    "¥" | "￥" | "円" => "JPY",
                    "元" => "CNY",
                    "lei" => "RON",
                    "EURO" | "Euro" | "euro" => "EUR",
                    _ => return None,
                };
                Self::of_code(code)
            })
    }

    /// Its name in a language; in English where there is none.
    pub(super) fn name(&self, language: usize) -> &'static str {
        [language, 0]
            .iter()
            .filter_map(|place| self.names.get(*place))
            .find(|name| !name.is_empty())
            .unwrap_or(&self.name)
    }
}

/// A currency by code, number, sign or name.
pub(super) fn check(input: Input<'_>, settings: &Settings) -> Outcome {
    let text = input.text.trim();
    let digits = text.bytes().all(|byte| byte.is_ascii_digit()) && (1..=3).contains(&text.len());
    let found = if digits {
        let numeric = format!("{text:0>3}");
        ALL.iter().find(|currency| currency.numeric == numeric)
    } else {
        let named = || BY_NAME.get(&fold(text)).map(|place| &ALL[*place]);
        Currency::of_code(text).or_else(|| Currency::of_sign(text, settings)).or_else(named)
    };
    let Some(currency) = found.filter(|_| !text.is_empty()) else {
        return Err("is no currency of ISO 4217".into());
    };
    let language = LANGUAGES.iter().position(|known| settings.language() == *known).unwrap_or(0);
    let (name, sign) = (currency.name(language), settings.locale.sign(currency.code));
    let formatted = match settings.style {
        Some(Style::Name) => name,
        Some(Style::Numeric) => currency.numeric,
        Some(Style::Symbol) => sign,
        _ => currency.code,
    };
    Ok(Good::new(formatted)
        .with("code", currency.code)
        .with("numeric", currency.numeric)
        .with("name", name)
        .with("sign", sign)
        .with("digits", currency.digits))
}
