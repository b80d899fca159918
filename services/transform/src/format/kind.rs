//! The kinds of values, and the styles that each may be written in.

use chassis::Error;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::outcome::Outcome;
use super::{Input, Settings};
use super::{
    agent, bank, card, countries, currencies, email, measure, name, number, postal, products, roman, telephone, vat,
    words,
};

/// What a value is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum ValueKind {
    /// A number.
    Number,
    /// An amount of money.
    #[serde(alias = "money", alias = "amount")]
    Currency,
    /// A telephone number.
    #[serde(alias = "telephone")]
    Phone,
    /// An e-mail address.
    Email,
    /// The name of a person.
    Name,
    /// A country.
    Country,
    /// A currency.
    CurrencyCode,
    /// A postal code.
    #[serde(alias = "zip", alias = "postcode", alias = "postal")]
    PostalCode,
    /// An International Bank Account Number.
    Iban,
    /// A Business Identifier Code, also called SWIFT code.
    #[serde(alias = "swift")]
    Bic,
    /// A routing number of the American Bankers Association.
    #[serde(alias = "aba", alias = "routing")]
    RoutingNumber,
    /// The number of a payment card.
    #[serde(alias = "credit-card")]
    Card,
    /// A VAT number.
    #[serde(alias = "vat-id", alias = "vat-number")]
    Vat,
    /// A Global Trade Item Number: EAN or UPC.
    #[serde(alias = "upc", alias = "gtin")]
    Ean,
    /// An International Standard Book Number.
    Isbn,
    /// An International Standard Serial Number.
    Issn,
    /// An International Securities Identification Number.
    Isin,
    /// A vehicle identification number.
    Vin,
    /// The user agent of a browser.
    UserAgent,
    /// A number in words.
    #[serde(alias = "number-words")]
    Words,
    /// An amount of data.
    #[serde(alias = "file-size")]
    Bytes,
    /// A length of time.
    Duration,
    /// A Roman numeral.
    Roman,
}

/// How a value is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Style {
    /// Number with the marks of the locale; bytes in steps of 1000.
    Decimal,
    /// Percentage: 0.5 is 50%.
    Percent,
    /// Digits with a point alone.
    Plain,
    /// Sign of the currency.
    Symbol,
    /// Code of the currency.
    Code,
    /// E.164.
    E164,
    /// International form of a phone number.
    International,
    /// National form of a phone number.
    National,
    /// RFC 3966 (tel:).
    Rfc3966,
    /// All parts of a name.
    Full,
    /// Given and family name; a duration as 1h 30m.
    Short,
    /// Family name first.
    LastFirst,
    /// Initials.
    Initials,
    /// Two letters (ISO 3166-1).
    Alpha2,
    /// Three letters (ISO 3166-1).
    Alpha3,
    /// Three digits.
    Numeric,
    /// Name in the language of the locale.
    Name,
    /// Official name in English.
    Official,
    /// Groups of four.
    Grouped,
    /// Without spaces.
    Compact,
    /// ISBN of 13 digits.
    Isbn13,
    /// ISBN of 10 digits.
    Isbn10,
    /// One, two, three.
    Cardinal,
    /// First, second, third.
    Ordinal,
    /// Amount on a check: "One hundred and 50/100".
    #[serde(alias = "check")]
    Cheque,
    /// Bytes in steps of 1024.
    Binary,
    /// Words.
    Words,
    /// Hours, minutes and seconds: 1:30:00.
    Clock,
    /// ISO 8601.
    Iso,
    /// Roman numeral.
    Roman,
}

/// A unit of time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
#[schemars(rename = "DurationUnit")]
pub enum Unit {
    /// Milliseconds.
    #[serde(alias = "ms", alias = "millisecond")]
    Milliseconds,
    /// Seconds.
    #[serde(alias = "s", alias = "second")]
    Seconds,
    /// Minutes.
    #[serde(alias = "minute")]
    Minutes,
    /// Hours.
    #[serde(alias = "hour")]
    Hours,
    /// Days.
    #[serde(alias = "day")]
    Days,
}

impl Unit {
    pub(super) fn milliseconds(self) -> i64 {
        match self {
            Self::Milliseconds => 1,
            Self::Seconds => 1_000,
            Self::Minutes => 60_000,
            Self::Hours => 3_600_000,
            Self::Days => 86_400_000,
        }
    }
}

impl ValueKind {
    fn styles(self) -> &'static [Style] {
        match self {
            Self::Number => &[Style::Decimal, Style::Percent, Style::Plain],
            Self::Currency => &[Style::Symbol, Style::Code, Style::Plain],
            Self::Phone => &[Style::E164, Style::International, Style::National, Style::Rfc3966],
            Self::Name => &[Style::Full, Style::Short, Style::LastFirst, Style::Initials],
            Self::Country => &[Style::Alpha2, Style::Alpha3, Style::Numeric, Style::Name, Style::Official],
            Self::CurrencyCode => &[Style::Code, Style::Numeric, Style::Name, Style::Symbol],
            Self::Iban | Self::Card => &[Style::Grouped, Style::Compact],
            Self::Isbn => &[Style::Isbn13, Style::Isbn10],
            Self::Words => &[Style::Cardinal, Style::Ordinal, Style::Cheque],
            Self::Bytes => &[Style::Decimal, Style::Binary],
            Self::Duration => &[Style::Short, Style::Words, Style::Clock, Style::Iso, Style::Plain],
            Self::Roman => &[Style::Roman, Style::Plain],
            _ => &[],
        }
    }

    /// Whether the settings go with the kind.
    pub(super) fn check(self, settings: &Settings) -> Result<(), Error> {
        if let Some(style) = settings.style
            && !self.styles().contains(&style)
        {
            let names: Vec<String> = self.styles().iter().map(|style| word(*style)).collect();
            let message = match names.is_empty() {
                true => format!("does not go with {}: it has one form", word(self)),
                false => format!("of {} is one of {}", word(self), names.join(", ")),
            };
            return Err(Error::impossible("style", message));
        }
        if self == Self::Words && settings.language() != "en" {
            return Err(Error::impossible("locale", "must be English for words: en, or en-GB with its \"and\""));
        }
        if self == Self::PostalCode && settings.country.is_none() {
            return Err(Error::impossible("country", "is required for postal codes: send a code such as US"));
        }
        if let Some(country) = settings.country.filter(|country| self == Self::Phone && !crate::phone::knows(country)) {
            return Err(Error::impossible("country", format!("has no phone numbers that are known: {country}")));
        }
        Ok(())
    }

    /// Looks at a value of this kind.
    pub(super) fn look_at(self, input: Input<'_>, settings: &Settings) -> Outcome {
        match self {
            Self::Number => number::decimal(input, settings),
            Self::Currency => number::amount(input, settings),
            Self::Phone => telephone::check(input, settings),
            Self::Email => email::check(input),
            Self::Name => name::check(input, settings),
            Self::Country => countries::check(input, settings),
            Self::CurrencyCode => currencies::check(input, settings),
            Self::PostalCode => postal::check(input, settings),
            Self::Iban => bank::iban(input, settings),
            Self::Bic => bank::bic(input),
            Self::RoutingNumber => bank::routing(input),
            Self::Card => card::check(input, settings),
            Self::Vat => vat::check(input, settings),
            Self::Ean => products::gtin(input),
            Self::Isbn => products::isbn(input, settings),
            Self::Issn => products::issn(input),
            Self::Isin => products::isin(input),
            Self::Vin => products::vin(input),
            Self::UserAgent => agent::check(input),
            Self::Words => words::check(input, settings),
            Self::Bytes => measure::bytes(input, settings),
            Self::Duration => measure::duration(input, settings),
            Self::Roman => roman::check(input, settings),
        }
    }
}

/// The word of a choice, as it is sent.
fn word(choice: impl Serialize) -> String {
    serde_json::to_value(choice).ok().and_then(|value| value.as_str().map(str::to_owned)).unwrap_or_default()
}
