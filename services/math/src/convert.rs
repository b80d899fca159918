//! Numbers from one unit to another.

use std::borrow::Cow;

use chassis::{Call, Operation};
use expression::{Kind, Number, Options, Value};
use garde::Validate;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::value::RawValue;

use crate::decimal::Rounding;
use crate::error::{Error, conflict, still_wanted};
use crate::evaluate::{Angle, CurrencyRates, DecimalSign, Json, Mode, Settings, Writer, digits};

/// Values in one request.
const MAX_VALUES: usize = 100_000;
/// Values between two looks at whether somebody waits.
const POLL: usize = 256;

const DESCRIPTION: &str = "\
Converts a number, or a list of them, from one unit to another: `km/h` to `mph`, `degC` to `degF`, `MiB` to `MB`, `L/(100 km)` to `mpg`, `kWh` \
to `MJ`. Factors are exact, and the result is rounded once, to `precision` digits or to `decimals` places.

A temperature is a point on its scale: 10 degC is 50 degF. With `difference: true` it is a temperature difference: \
10 degC is 18 degF; so are `deltaC` and `deltaF`. kB, MB and GB are powers of 1000, KiB, MiB and GiB of 1024; b or bit is an \
eighth of B. Currencies are three capital letters and need exchange rates in \
`rates`; the service keeps none.

Symbols of units are case-sensitive (`mW` and `MW`); names are not, and may have a plural s. An unknown unit is 422, \
with the nearest one named.";

/// A value and the units to convert between.
#[derive(Debug, Serialize, Deserialize, Validate, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[garde(allow_unvalidated)]
pub struct ConvertRequest {
    /// Number or list of numbers to convert, also as text; null in a list stays null.
    #[serde(alias = "values", alias = "amount")]
    pub value: Amounts,
    /// Unit to convert from; not needed when `value` is text with its unit, `"5 km"`.
    #[serde(default)]
    #[garde(length(chars, max = 200))]
    pub from: Option<String>,
    /// Unit to convert to.
    #[garde(length(chars, max = 200))]
    pub to: String,
    /// Whether a temperature is a difference and not a point on its scale.
    #[serde(default)]
    pub difference: bool,
    /// Decimal places to round the result to; not rounded to places when omitted.
    #[serde(default)]
    #[garde(range(max = 30))]
    pub decimals: Option<u32>,
    /// Rounding mode of `decimals`.
    #[serde(default)]
    pub rounding: Rounding,
    /// Significant digits of inexact results, 1 to 50.
    #[serde(default = "digits")]
    #[garde(range(min = 1, max = 50))]
    pub precision: u32,
    /// Notation of numbers in text, when written by people; when omitted as programs write them (1234.56, without
    /// groups).
    #[serde(default)]
    pub decimal: Option<DecimalSign>,
    /// Exchange rates between currencies.
    #[serde(default)]
    #[garde(dive)]
    pub rates: Option<CurrencyRates>,
}

/// One number or a list of numbers, by the text of their JSON.
#[derive(Debug, Clone, Serialize)]
#[serde(transparent)]
pub struct Amounts(Box<RawValue>);

impl<'de> Deserialize<'de> for Amounts {
    fn deserialize<D: Deserializer<'de>>(source: D) -> Result<Self, D::Error> {
        Box::<RawValue>::deserialize(source).map(Self)
    }
}

impl JsonSchema for Amounts {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "Amounts".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        let number = json_schema!({ "anyOf": [{ "type": "number" }, { "type": "string" }] });
        json_schema!({
            "description": "A number, the text of one, or a list of at most 100,000 of them; all of their digits count.",
            "anyOf": [
                { "type": "number" },
                { "type": "string" },
                { "type": "array", "items": { "anyOf": [number, { "type": "null" }] }, "maxItems": MAX_VALUES }
            ]
        })
    }
}

/// Converted value.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ConvertResponse {
    /// Converted number with every digit, without its unit; a list in brackets.
    pub text: String,
    /// Converted value as JSON.
    pub value: Json,
    /// Unit of the converted value.
    pub unit: String,
    /// Unit converted from.
    pub from: String,
    /// Physical dimension of both units, such as length; a unit of it when the dimension has no name.
    pub dimension: String,
    /// Conversion factor; null between scales with different zeros, and between a unit and its inverse.
    pub factor: Option<String>,
    /// Whether the result is exact and not rounded.
    pub exact: bool,
    /// Rounding mode of `decimals`.
    pub rounding: Rounding,
}

fn example() -> ConvertRequest {
    let value = RawValue::from_string("5".to_owned()).expect("a number is JSON");
    ConvertRequest {
        value: Amounts(value),
        from: Some("km/h".to_owned()),
        to: "mph".to_owned(),
        difference: false,
        decimals: Some(2),
        rounding: Rounding::HalfUp,
        precision: digits(),
        decimal: None,
        rates: None,
    }
}

/// What the documents say.
#[must_use]
pub fn about(op: Operation) -> Operation {
    op.summary("Convert units, temperatures, data sizes and currencies")
        .description(DESCRIPTION)
        .example(example)
        .inline(1024)
}

/// A number, and its unit when it is written with it.
fn amount(json: &str, field: &str, options: &Options) -> Result<(Number, Option<String>), Error> {
    let not_one = |shown: &str| {
        let shown: String = shown.chars().take(40).collect();
        conflict(field.to_owned(), format!("must be a number (you sent {shown})"))
    };
    let Some(b'"') = json.as_bytes().first() else {
        return match json.starts_with(['-', '0', '1', '2', '3', '4', '5', '6', '7', '8', '9']) {
            true => Number::parse(json, options)
                .map(|number| (number, None))
                .map_err(|error| conflict(field.to_owned(), error.message)),
            false => Err(not_one(json)),
        };
    };
    let text: String = serde_json::from_str(json).map_err(|_| not_one(json))?;
    match Value::written(&text, options) {
        Some(Value::Number(number)) => return Ok((number, None)),
        Some(Value::Quantity(quantity)) => return Ok((quantity.number.clone(), Some(quantity.unit.text()))),
        _ => {}
    }
    // Units of several parts, such as `5 km/h`.
    match text.trim().split_once(' ').map(|(number, unit)| (Value::written(number, options), unit)) {
        Some((Some(Value::Number(number)), unit)) if unit.len() <= 200 => Ok((number, Some(unit.to_owned()))),
        _ => Err(not_one(&text)),
    }
}

/// The texts of the numbers, and whether they are a list.
fn amounts(value: &Amounts) -> Result<(Vec<&RawValue>, bool), Error> {
    let json = value.0.get();
    if !json.starts_with('[') {
        return Ok((vec![&value.0], false));
    }
    // As many commas are in it at least; texts may have more.
    let commas = json.bytes().filter(|byte| *byte == b',').count();
    let many = || conflict("value", format!("has more than {MAX_VALUES} numbers: send them in several requests"));
    if commas > MAX_VALUES * 8 {
        return Err(many());
    }
    let list: Vec<&RawValue> =
        serde_json::from_str(json).map_err(|_| conflict("value", "must be a number or a list"))?;
    if list.len() > MAX_VALUES { Err(many()) } else { Ok((list, true)) }
}

/// The unit at fault: one that is not known, else the target.
fn at_fault(from: &str, to: &str, number: &Number, options: &Options, kind: Kind) -> &'static str {
    if kind == Kind::DivisionByZero || kind == Kind::Argument {
        return "value";
    }
    let known = |unit: &str| expression::convert(number, unit, unit, false, options).is_ok();
    if !known(from) && known(to) { "from" } else { "to" }
}

/// Converts numbers.
///
/// # Errors
/// When a unit is not known, both measure different things, a rate is missing, or a value is no number.
pub fn convert(request: ConvertRequest, call: &Call) -> Result<ConvertResponse, Error> {
    let settings = Settings {
        mode: Mode::Decimal,
        precision: request.precision,
        rounding: request.rounding,
        decimal: request.decimal,
        angle: Angle::Radians,
        units: true,
        rates: request.rates.as_ref(),
    };
    let options = settings.options()?;
    let (list, is_list) = amounts(&request.value)?;
    let (mut values, mut texts) = (Vec::with_capacity(list.len()), Vec::with_capacity(list.len()));
    let mut about = None;
    let mut warned: Vec<&str> = Vec::new();
    let mut exact = true;
    for (at, json) in list.iter().enumerate() {
        if at % POLL == 0 {
            still_wanted(call)?;
        }
        if is_list && json.get() == "null" {
            values.push(Value::Null);
            texts.push("null".to_owned());
            continue;
        }
        let field = if is_list { format!("value[{at}]") } else { "value".to_owned() };
        let (number, own) = amount(json.get(), &field, &options)?;
        let from = match (own, request.from.as_deref().filter(|from| !from.trim().is_empty())) {
            (Some(own), Some(_)) => {
                return Err(conflict(
                    field,
                    format!("has a unit of its own, {own}: send the number, or leave from out"),
                ));
            }
            (Some(own), None) => own,
            (None, Some(from)) => from.to_owned(),
            (None, None) => return Err(conflict("from", "is missing: send the unit the value is in")),
        };
        let to = &request.to;
        let converted = expression::convert(&number, &from, to, request.difference, &options).map_err(|error| {
            let fault = at_fault(&from, to, &number, &options, error.kind);
            let place = match fault {
                "value" => field.clone(),
                "from" if request.from.is_none() => field.clone(),
                unit => unit.to_owned(),
            };
            conflict(place, error.message)
        })?;
        for warning in converted.warnings.iter() {
            if !warned.contains(&warning.code) {
                warned.push(warning.code);
                call.warn(warning.code, Some(&field), warning.message.as_str());
            }
        }
        let value = Value::Number(converted.number);
        exact &= value.is_exact();
        let (value, text) = match request.decimals {
            None => {
                let text = value.text(&options);
                (value, text)
            }
            Some(places) => {
                let rounded =
                    value.rounded(places, &options).map_err(|error| conflict(field.clone(), error.message))?;
                exact &= rounded.text(&options) == value.text(&options);
                let text = rounded.fixed(places, &options).unwrap_or_else(|| rounded.text(&options));
                (rounded, text)
            }
        };
        values.push(value);
        texts.push(text);
        about.get_or_insert((converted.from, converted.to, converted.dimension, converted.factor));
    }
    let Some((from, unit, dimension, factor)) = about else {
        return Err(conflict("value", "has no numbers: send at least one"));
    };
    let value = if is_list { Value::list(values) } else { values.pop().unwrap_or(Value::Null) };
    let written = Writer::new(&options).write(&value).map_err(|message| conflict("value", message))?;
    Ok(ConvertResponse {
        text: if is_list { format!("[{}]", texts.join(", ")) } else { texts.pop().unwrap_or_default() },
        value: written.value,
        unit,
        from,
        dimension,
        factor: factor.map(|factor| Value::Number(factor).text(&options)),
        exact,
        rounding: request.rounding,
    })
}
