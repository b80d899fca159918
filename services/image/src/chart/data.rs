//! The data of a chart, as Chart.js has it.

mod objects;

use std::borrow::Cow;
use std::fmt;

use garde::Validate;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::{Error, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde::ser::{SerializeMap, SerializeSeq};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::color::Color;

/// Points of a chart, over all its series.
pub(super) const MAX_POINTS: usize = 10_000;
/// Series of a chart.
pub(super) const MAX_SERIES: usize = 50;
/// Characters of a label.
const MAX_LABEL: usize = 500;
/// Larger numbers are no data; smaller ones are zero.
const LARGEST: f64 = 1e100;

/// Labels and series of numbers.
#[derive(Debug, Clone, Default, Serialize, Validate, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[garde(allow_unvalidated)]
pub struct ChartData {
    /// Labels, one for each number of a series: text or numbers. Many ISO dates (`2024-05-31`) are thinned out to months or
    /// years.
    #[serde(default)]
    #[garde(length(max = 10_000))]
    pub labels: Vec<Label>,
    /// Series; a pie, a doughnut and a gauge show the first.
    #[garde(length(max = 50), dive)]
    pub datasets: Vec<Dataset>,
    /// What else was there.
    #[serde(skip)]
    pub(super) passed: Vec<String>,
}

/// A series of numbers.
#[derive(Debug, Clone, Default, Serialize, Validate, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[garde(allow_unvalidated)]
pub struct Dataset {
    /// Name in the legend.
    #[serde(default)]
    #[garde(length(chars, max = 500))]
    pub label: Option<String>,
    /// Numbers: `null` for a gap, `{"x": 1, "y": 2}` for a point of a scatter or line chart.
    #[garde(length(max = 10_000))]
    pub data: Vec<Datum>,
    /// Type of this series in a bar chart: `line` draws it as a line.
    #[serde(default, rename = "type")]
    pub kind: Option<SeriesType>,
    /// Color of the series, or one for each number; by default from a palette that color-blind people can tell apart.
    #[serde(default)]
    pub color: Option<Colors>,
    /// Same as `color`; for a line, the color of the area under it.
    #[serde(default)]
    pub background_color: Option<Colors>,
    /// Color of a line, or of the border of bars that have a `backgroundColor`: one, or one for each number.
    #[serde(default)]
    pub border_color: Option<Colors>,
    /// Whether the area under a line is filled; by default only for `area`.
    #[serde(default)]
    pub fill: Option<bool>,
    /// What else was there.
    #[serde(skip)]
    pub(super) passed: Vec<String>,
}

/// Type of a series in a bar chart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum SeriesType {
    /// Bars.
    Bar,
    /// A line over the bars.
    Line,
}

/// One number of a series.
#[derive(Debug, Clone, PartialEq)]
pub enum Datum {
    /// None: a gap.
    Missing,
    /// A number.
    Value(f64),
    /// A number at a place of its own.
    Point(Label, Option<f64>),
}

/// A label: text or a number.
#[derive(Debug, Clone, PartialEq)]
pub enum Label {
    /// A number.
    Number(f64),
    /// Text; empty for `null`.
    Text(String),
}

/// One color, or a list of colors.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Colors(pub Vec<Color>);

impl Label {
    /// As it is shown.
    pub(super) fn text(&self) -> String {
        match self {
            // A number in a label is a name, such as a year: it has no separators.
            Self::Number(number) if number.abs() < 1e15 && (*number == 0.0 || number.abs() >= 1e-6) => {
                number.to_string()
            }
            Self::Number(number) => format!("{number:e}"),
            Self::Text(text) => super::text::clean(text),
        }
    }
}

impl ChartData {
    /// What was there and is not known, each once.
    pub(super) fn take_passed(&mut self) -> Vec<String> {
        let mut names: Vec<String> =
            std::mem::take(&mut self.passed).iter().map(|name| format!("data.{name}")).collect();
        for name in self.datasets.iter_mut().flat_map(|dataset| std::mem::take(&mut dataset.passed)) {
            let name = format!("datasets.{name}");
            if !names.contains(&name) {
                names.push(name);
            }
        }
        names
    }
}

fn number<E: Error>(value: f64) -> Result<f64, E> {
    if value.abs() > LARGEST || value.is_nan() {
        return Err(E::custom("must be between -1e100 and 1e100"));
    }
    Ok(if value.abs() < 1.0 / LARGEST { 0.0 } else { value })
}

fn number_in<E: Error>(text: &str) -> Result<Option<f64>, E> {
    match text.trim() {
        "" => Ok(None),
        text => match text.parse::<f64>() {
            Ok(value) if value.is_finite() => number(value).map(Some),
            _ => Err(E::custom("is not a number: send a number, null for a gap, or {\"x\": ..., \"y\": ...}")),
        },
    }
}

impl<'de> Deserialize<'de> for Datum {
    fn deserialize<D: Deserializer<'de>>(source: D) -> Result<Self, D::Error> {
        source.deserialize_any(DatumVisitor)
    }
}

struct DatumVisitor;

impl<'de> Visitor<'de> for DatumVisitor {
    type Value = Datum;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a number, null, or {\"x\": ..., \"y\": ...}")
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<Datum, E> {
        number(value).map(Datum::Value)
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<Datum, E> {
        Ok(Datum::Value(value as f64))
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<Datum, E> {
        Ok(Datum::Value(value as f64))
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Datum, E> {
        Ok(number_in(text)?.map_or(Datum::Missing, Datum::Value))
    }

    fn visit_unit<E: Error>(self) -> Result<Datum, E> {
        Ok(Datum::Missing)
    }

    fn visit_none<E: Error>(self) -> Result<Datum, E> {
        Ok(Datum::Missing)
    }

    fn visit_bool<E: Error>(self, _: bool) -> Result<Datum, E> {
        Err(E::custom("is not a number: send a number, null for a gap, or {\"x\": ..., \"y\": ...}"))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, _: A) -> Result<Datum, A::Error> {
        Err(A::Error::custom("is a list: send a number, null for a gap, or {\"x\": ..., \"y\": ...}"))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Datum, A::Error> {
        let (mut x, mut y) = (None, None);
        while let Some(key) = map.next_key::<Cow<'_, str>>()? {
            match &*key {
                "x" => x = Some(map.next_value()?),
                "y" => y = Some(map.next_value::<Datum>()?),
                _ => drop(map.next_value::<IgnoredAny>()?),
            }
        }
        match (x, y) {
            (Some(x), Some(Datum::Value(y))) => Ok(Datum::Point(x, Some(y))),
            (Some(x), Some(Datum::Missing)) => Ok(Datum::Point(x, None)),
            _ => Err(A::Error::custom("must have x and y, such as {\"x\": 1, \"y\": 2}")),
        }
    }
}

impl Serialize for Datum {
    fn serialize<S: Serializer>(&self, target: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Missing => target.serialize_none(),
            Self::Value(value) => target.serialize_f64(*value),
            Self::Point(x, y) => {
                let mut map = target.serialize_map(Some(2))?;
                map.serialize_entry("x", x)?;
                map.serialize_entry("y", y)?;
                map.end()
            }
        }
    }
}

impl<'de> Deserialize<'de> for Label {
    fn deserialize<D: Deserializer<'de>>(source: D) -> Result<Self, D::Error> {
        source.deserialize_any(LabelVisitor)
    }
}

struct LabelVisitor;

impl<'de> Visitor<'de> for LabelVisitor {
    type Value = Label;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("text or a number")
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<Label, E> {
        number(value).map(Label::Number)
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<Label, E> {
        Ok(Label::Number(value as f64))
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<Label, E> {
        Ok(Label::Number(value as f64))
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<Label, E> {
        Ok(Label::Text(value.to_string()))
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Label, E> {
        if text.chars().count() > MAX_LABEL {
            return Err(E::custom(format!("must have at most {MAX_LABEL} characters")));
        }
        Ok(Label::Text(text.to_owned()))
    }

    fn visit_unit<E: Error>(self) -> Result<Label, E> {
        Ok(Label::Text(String::new()))
    }

    fn visit_none<E: Error>(self) -> Result<Label, E> {
        Ok(Label::Text(String::new()))
    }

    /// The lines of a label, as Chart.js has them.
    fn visit_seq<A: SeqAccess<'de>>(self, mut lines: A) -> Result<Label, A::Error> {
        let mut text = String::new();
        while let Some(line) = lines.next_element::<Label>()? {
            if !text.is_empty() {
                text.push(' ');
            }
            text.push_str(&line.text());
            if text.len() > 4 * MAX_LABEL {
                return Err(A::Error::custom(format!("must have at most {MAX_LABEL} characters")));
            }
        }
        Ok(Label::Text(text))
    }
}

impl Serialize for Label {
    fn serialize<S: Serializer>(&self, target: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Number(number) => target.serialize_f64(*number),
            Self::Text(text) => target.serialize_str(text),
        }
    }
}

impl<'de> Deserialize<'de> for Colors {
    fn deserialize<D: Deserializer<'de>>(source: D) -> Result<Self, D::Error> {
        source.deserialize_any(ColorsVisitor)
    }
}

struct ColorsVisitor;

impl<'de> Visitor<'de> for ColorsVisitor {
    type Value = Colors;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a color, or a list of them")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Colors, E> {
        Ok(Colors(vec![text.parse().map_err(E::custom)?]))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Colors, A::Error> {
        let mut colors = Vec::new();
        while let Some(color) = list.next_element()? {
            if colors.len() == MAX_POINTS {
                return Err(A::Error::custom(format!("must have at most {MAX_POINTS} colors")));
            }
            colors.push(color);
        }
        Ok(Colors(colors))
    }
}

impl Serialize for Colors {
    fn serialize<S: Serializer>(&self, target: S) -> Result<S::Ok, S::Error> {
        if let [only] = self.0.as_slice() {
            return only.serialize(target);
        }
        let mut list = target.serialize_seq(Some(self.0.len()))?;
        for color in &self.0 {
            list.serialize_element(color)?;
        }
        list.end()
    }
}

impl JsonSchema for Datum {
    fn schema_name() -> Cow<'static, str> {
        "ChartDatum".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let label = generator.subschema_for::<Label>();
        let number = serde_json::json!({ "type": "number", "minimum": -LARGEST, "maximum": LARGEST });
        json_schema!({
            "description": "A number, `null` for a gap, or a point with `x` (a number, or text such as a date) and `y`.",
            "anyOf": [
                number,
                { "type": "null" },
                {
                    "type": "object",
                    "properties": { "x": label, "y": { "anyOf": [number, { "type": "null" }] } },
                    "required": ["x", "y"]
                }
            ]
        })
    }
}

impl JsonSchema for Label {
    fn schema_name() -> Cow<'static, str> {
        "ChartLabel".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "description": "Text or a number.",
            "anyOf": [
                { "type": "string", "maxLength": MAX_LABEL },
                { "type": "number", "minimum": -LARGEST, "maximum": LARGEST },
                { "type": "null" }
            ]
        })
    }
}

impl JsonSchema for Colors {
    fn schema_name() -> Cow<'static, str> {
        "ChartColors".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let color = generator.subschema_for::<Color>();
        json_schema!({
            "description": "A color, or a list with one for each number.",
            "anyOf": [color, { "type": "array", "maxItems": MAX_POINTS, "items": color }]
        })
    }
}
