//! Check values of everyday kinds and write them as they are written: numbers, amounts, phone numbers, accounts, names ...
//!
//! | file | job |
//! | --- | --- |
//! | `kind.rs` | the kinds, the styles that each has, and which function is whose |
//! | `outcome.rs` | what a kind finds out about a value |
//! | `exact.rs`, `locale.rs`, `number.rs`, `words.rs`, `roman.rs`, `measure.rs` | numbers |
//! | `countries.rs`, `currencies.rs`, `postal.rs`, `vat/` | what differs by country |
//! | `bank.rs`, `card.rs`, `products.rs` | numbers with check digits |
//! | `email.rs`, `telephone.rs`, `name.rs`, `agent.rs` | people and what they use |
//! | `data/` | tables of public registries, and the program that makes them |

mod agent;
mod bank;
mod card;
mod countries;
mod currencies;
mod email;
mod exact;
mod kind;
mod locale;
mod measure;
mod name;
mod number;
mod outcome;
mod postal;
mod products;
mod roman;
mod telephone;
mod vat;
mod words;

use chassis::{Call, Cost, Error, Operation};
use garde::Validate;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use currencies::Currency;
pub use kind::{Style, Unit, ValueKind};
use locale::Locale;

use crate::extract::Decimal;
use crate::tree::Tree;
use crate::values::{OnError, Value, Values, ValuesResponse};

/// Languages in which countries and currencies have names, in the order of the tables.
const LANGUAGES: [&str; 16] =
    ["en", "de", "fr", "es", "it", "pt", "nl", "pl", "sv", "da", "nb", "fi", "cs", "tr", "ja", "zh"];

const DESCRIPTION: &str = "\
Checks values of a `kind` and writes them in one form. A value, a list, or a column of rows; a value that is wrong is no error: it comes back with `valid: \
false` and a `reason`.

| kind | reads | `style` (the first is the default) |
| --- | --- | --- |
| `number` | `1.234,56`, `1,234.56`, `(12)`, `5 %`, `1e3` | `decimal`, `percent`, `plain` |
| `currency` | the same with a sign or code; `currency` where there is none | `symbol`, `code`, `plain` |
| `phone` | any way of writing; `country` where there is no country code | `e164`, `international`, `national`, `rfc3966` |
| `email` | `Ada <ada@example.com>`; syntax alone | |
| `name` | names of people, to title, given, middle, family, suffix | `full`, `short`, `last-first`, `initials` |
| `country` | ISO 3166 codes, names in 16 languages, flags | `alpha2`, `alpha3`, `numeric`, `name`, `official` |
| `currency-code` | ISO 4217 codes, numbers, signs, names | `code`, `numeric`, `name`, `symbol` |
| `postal-code` | with `country` | |
| `iban`, `bic`, `routing-number`, `card` | accounts, banks, ABA numbers, payment cards with brand | `grouped`, `compact` (IBAN, card) |
| `vat` | VAT numbers of the EU, GB, CH, NO with their check digits | |
| `ean`, `isbn`, `issn`, `isin`, `vin` | with their check digits; `ean` is UPC and GTIN too | `isbn13`, `isbn10` (ISBN) |
| `user-agent` | browser, engine, system, device, bot | |
| `words` | numbers, to English words | `cardinal`, `ordinal`, `cheque` |
| `bytes` | `1536`, `1.5 GB`, `10 MiB` | `decimal` (kB is 1000), `binary` (KiB is 1024) |
| `duration` | seconds (`unit` for others), `1h 30m`, `1:30:00`, `PT1H30M` | `short`, `words`, `clock`, `iso`, `plain` |
| `roman` | numbers and Roman numerals | `roman`, `plain` (default the other) |

A value or a list gives objects: `valid`, `formatted`, `reason` and the parts of the kind; in rows the column gets the formatted text. `returns` says \
otherwise: `details`, `text` or `valid`. `decimals` are by default those of the value, of the currency, or one at most for bytes. With `text` what is not valid becomes null and is named in `failures`, unless `onError` is `keep` or `fail`. \
Nothing is looked up anywhere: whether an account, a number or a mailbox exists, no check digit knows.";

/// What comes back for each value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Returns {
    /// An object: `valid`, `formatted`, `reason` and the parts of the kind.
    Details,
    /// The formatted text.
    #[serde(alias = "formatted")]
    Text,
    /// True or false.
    Valid,
}

/// Values, what they should be, and how they are written.
#[derive(Debug, Serialize, Deserialize, Validate, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[garde(allow_unvalidated)]
pub struct FormatRequest {
    /// A value, a list of values, or rows (a list of objects) with `columns`. Never fetched.
    #[serde(alias = "value", alias = "values", alias = "text", alias = "data", alias = "rows")]
    pub input: Tree,
    /// Columns of the rows to work on.
    #[serde(default, alias = "column")]
    #[garde(length(max = 100))]
    pub columns: Vec<String>,
    /// Column the results go to (default the column of the values).
    #[serde(default)]
    #[garde(length(chars, min = 1, max = 1_000))]
    pub into: Option<String>,
    /// What the values are.
    pub kind: ValueKind,
    /// How they are written; each kind has its own.
    #[serde(default)]
    pub style: Option<Style>,
    /// Country of values that do not name one (ISO 3166 code or name): of phone numbers, postal codes, VAT numbers.
    #[serde(default, alias = "region")]
    #[garde(length(chars, max = 100))]
    pub country: Option<String>,
    /// Language, or language and country, whose habits numbers and names follow (BCP 47): en, de-CH.
    #[serde(default = "english")]
    #[garde(length(chars, min = 1, max = 40))]
    pub locale: String,
    /// Currency of amounts that do not name one (ISO 4217): EUR.
    #[serde(default)]
    #[garde(length(chars, max = 40))]
    pub currency: Option<String>,
    /// Decimals that are written; the description tells the default.
    #[serde(default)]
    #[garde(range(max = 20))]
    pub decimals: Option<u8>,
    /// Mark before the decimals of numbers that are read (default: what each number shows; of `1.234` the locale's).
    #[serde(default)]
    pub decimal_mark: Option<Decimal>,
    /// Whether thousands are grouped.
    #[serde(default = "yes")]
    pub grouping: bool,
    /// Unit of durations that are numbers alone (default seconds).
    #[serde(default)]
    pub unit: Option<Unit>,
    /// What comes back for each value (default details; text with `columns`).
    #[serde(default)]
    pub returns: Option<Returns>,
    /// What becomes of a value that cannot be done.
    #[serde(default = "null")]
    pub on_error: OnError,
}

fn english() -> String {
    "en".to_owned()
}

fn yes() -> bool {
    true
}

fn null() -> OnError {
    OnError::Null
}

fn example() -> FormatRequest {
    FormatRequest {
        input: vec![Tree::from("06 5685 1242"), Tree::from("+1 520-878-2491"), Tree::from("12345")].into(),
        columns: Vec::new(),
        into: None,
        kind: ValueKind::Phone,
        style: Some(Style::International),
        country: Some("IT".to_owned()),
        locale: english(),
        currency: None,
        decimals: None,
        decimal_mark: None,
        grouping: true,
        unit: None,
        returns: None,
        on_error: OnError::Null,
    }
}

/// What the documents say.
#[must_use]
pub fn about(op: Operation) -> Operation {
    op.summary("Check and format numbers, amounts, phone numbers, e-mail addresses, accounts, codes, names")
        .description(DESCRIPTION)
        .example(example)
        .cost_of(|request: &FormatRequest| {
            let many = request.input.as_list().map_or(1, <[Tree]>::len) * request.columns.len().max(1);
            if many > 1_000 { Cost::Heavy } else { Cost::Light }
        })
}

/// A value as the kinds get it.
#[derive(Debug, Clone, Copy)]
struct Input<'t> {
    text: &'t str,
    /// Whether it was a JSON number: its notation is known, and its leading zeros are lost.
    is_number: bool,
}

/// What the request says beside the values, looked up.
#[derive(Debug)]
struct Settings {
    style: Option<Style>,
    country: Option<&'static str>,
    locale: &'static Locale,
    currency: Option<&'static Currency>,
    decimals: Option<usize>,
    mark: Option<char>,
    grouping: bool,
    unit: Option<Unit>,
}

impl Default for Settings {
    fn default() -> Self {
        let locale = Locale::find("en").expect("the table has English");
        Self {
            style: None,
            country: None,
            locale,
            currency: None,
            decimals: None,
            mark: None,
            grouping: true,
            unit: None,
        }
    }
}

impl Settings {
    fn of(request: &FormatRequest) -> Result<Self, Error> {
        let locale = Locale::find(&request.locale)
            .ok_or_else(|| Error::impossible("locale", format!("is none that is known: use {}", locale::KNOWN)))?;
        let given =
            |text: &Option<String>| text.as_deref().map(str::trim).filter(|text| !text.is_empty()).map(str::to_owned);
        let country = given(&request.country).map(|country| {
            let known = country.eq_ignore_ascii_case("XI").then_some("XI").or_else(|| {
                // The European Commission's code of Greece.
                let country = if country.eq_ignore_ascii_case("EL") { "GR" } else { &country };
                countries::Country::find(country).map(|country| country.alpha2)
            });
            known.ok_or_else(|| {
                Error::impossible("country", "is no country of ISO 3166: use a code such as US, or its name")
            })
        });
        let currency = given(&request.currency).map(|code| {
            Currency::of_code(&code)
                .ok_or_else(|| Error::impossible("currency", "is no currency of ISO 4217: use a code such as EUR"))
        });
        let settings = Self {
            style: request.style,
            country: country.transpose()?,
            locale,
            currency: currency.transpose()?,
            decimals: request.decimals.map(usize::from),
            mark: request.decimal_mark.map(|mark| if mark == Decimal::Comma { ',' } else { '.' }),
            grouping: request.grouping,
            unit: request.unit,
        };
        request.kind.check(&settings)?;
        Ok(settings)
    }

    /// The language of the locale.
    fn language(&self) -> &'static str {
        self.locale.tag.split('-').next().unwrap_or("en")
    }
}

/// Capitals without what people put between characters.
fn compact(text: &str) -> String {
    let between = |c: char| c.is_whitespace() || matches!(c, '-' | '\u{2010}'..='\u{2015}' | '\u{200b}' | '\u{feff}');
    let plain = text.chars().filter(|c| !between(*c)).map(|c| crate::phone::digit(c).unwrap_or(c));
    plain.take(200).collect::<String>().to_ascii_uppercase()
}

/// Small letters without accents and signs, words with one space between them: names are compared so.
fn fold(text: &str) -> String {
    use unicode_normalization::UnicodeNormalization;
    let letters = text.nfkd().filter(|c| !unicode_normalization::char::is_combining_mark(*c));
    let plain: String = letters.map(|c| if c.is_alphanumeric() { c } else { ' ' }).collect::<String>().to_lowercase();
    plain.split(' ').filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ")
}

/// Characters in groups of four.
fn in_fours(plain: &str) -> String {
    let mut text = String::with_capacity(plain.len() + plain.len() / 4);
    for (place, c) in plain.chars().enumerate() {
        if place > 0 && place % 4 == 0 {
            text.push(' ');
        }
        text.push(c);
    }
    text
}

/// Checks values and writes them.
///
/// # Errors
/// When an option is none, or does not go with the kind; with `onError` fail when a value is not valid.
pub fn format(request: FormatRequest, call: &Call) -> Result<ValuesResponse, Error> {
    let settings = Settings::of(&request)?;
    let FormatRequest { input, columns, into, kind, returns, on_error, .. } = request;
    let usual = if columns.is_empty() { Returns::Details } else { Returns::Text };
    let returns = returns.unwrap_or(usual);
    let values = Values::of(input, &columns, into.as_deref())?;
    values.change(on_error, call, |value: &Value<'_>| {
        let outcome = match value.text() {
            Ok(_) if value.is_blank() && returns == Returns::Text => return Ok(Tree::Null),
            Ok(_) if value.is_blank() => Err("is empty".into()),
            Ok(text) => {
                let is_number = matches!(value.tree, Tree::Number(_));
                kind.look_at(Input { text: &text, is_number }, &settings)
            }
            Err(problem) => Err(problem.into()),
        };
        match returns {
            Returns::Details => match (on_error, outcome) {
                (OnError::Fail, Err(bad)) => Err(bad.reason),
                (_, outcome) => Ok(outcome::details(outcome)),
            },
            Returns::Text => outcome.map(|good| Tree::from(good.formatted)).map_err(|bad| bad.reason),
            Returns::Valid => Ok(outcome.is_ok().into()),
        }
    })
}
