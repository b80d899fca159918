//! A whole Chart.js configuration, as QuickChart takes it: what we know of it becomes fields of the request.

mod relaxed;

use std::borrow::Cow;

use chassis::Call;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::{DeserializeOwned, Error as _};
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::{Map, Value};

use super::data::{ChartData, Dataset, MAX_POINTS, MAX_SERIES, SeriesType};
use super::{ChartRequest, ChartType, Legend};
use crate::error::{Error, conflict};

/// Options a warning lists.
const LISTED: usize = 20;

/// A Chart.js configuration.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ChartConfig(Map<String, Value>);

impl<'de> Deserialize<'de> for ChartConfig {
    fn deserialize<D: Deserializer<'de>>(source: D) -> Result<Self, D::Error> {
        let value = match Value::deserialize(source)? {
            Value::String(text) => relaxed::read(&text, true).map_err(D::Error::custom)?,
            other => other,
        };
        match value {
            Value::Object(map) => Ok(Self(map)),
            _ => Err(D::Error::custom("must be an object")),
        }
    }
}

impl JsonSchema for ChartConfig {
    fn schema_name() -> Cow<'static, str> {
        "ChartConfig".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "description": "A Chart.js object, or its text: JSON, or a JavaScript object literal (names without quotes, single \
                            quotes).",
            "anyOf": [
                { "type": "object", "additionalProperties": true },
                { "type": "string", "maxLength": relaxed::MAX_BYTES }
            ]
        })
    }
}

/// What is sent as data.
const FORM: &str = "{\"labels\": [...], \"datasets\": [{\"data\": [...]}]}";

/// The request with what its configuration says; its own fields come first.
pub(super) fn resolved(mut request: ChartRequest, call: &Call) -> Result<ChartRequest, Error> {
    let mut ignored = Vec::new();
    let mut options = Map::new();
    let field = if request.chart.is_some() { "chart" } else { "data" };
    if let Some(ChartConfig(mut config)) = request.chart.take() {
        if request.data.is_some() {
            return Err(conflict("data", "cannot be combined with chart: send one or the other"));
        }
        if let Some(kind) = config.remove("type") {
            let kind = kind_of(&kind)?;
            request.kind.get_or_insert(kind);
        }
        request.data = Some(data_of(config.remove("data").unwrap_or_default(), "chart.data")?);
        if let Some(Value::Object(map)) = config.remove("options") {
            options = map;
        }
        config.remove("version");
        ignored.extend(config.keys().map(|name| short(name)));
    } else if request.data.is_none() && request.value.is_none() {
        return Err(conflict("data", format!("is missing: send {FORM}")));
    }
    if let Some(ChartConfig(map)) = request.options.take() {
        options.extend(map);
    }
    if let Some(data) = &mut request.data {
        ignored.extend(data.take_passed());
    }
    if !options.is_empty() {
        follow(&mut request, options, &mut ignored);
    }
    if !ignored.is_empty() {
        let more = ignored.len().saturating_sub(LISTED);
        ignored.truncate(LISTED);
        let mut list = ignored.join(", ");
        if more > 0 {
            list.push_str(&format!(" and {more} more"));
        }
        call.warn("unknown-options", Some(field), format!("these options are not supported and were ignored: {list}"));
    }
    clip(&mut request);
    Ok(request)
}

/// Takes from the options of Chart.js what the request does not say itself.
fn follow(request: &mut ChartRequest, options: Map<String, Value>, ignored: &mut Vec<String>) {
    let mut options = Node::of("options", Some(Value::Object(options)));
    let kind = request.kind.get_or_insert_default();
    if options.text("indexAxis").is_some_and(|axis| axis == "y") && *kind == ChartType::Bar {
        *kind = ChartType::HorizontalBar;
    }
    let kind = *kind;
    let mut plugins = options.node("plugins");
    for parent in [&mut options, &mut plugins] {
        let mut title = parent.node("title");
        if title.flag("display") != Some(false) {
            request.title = request.title.take().or(title.text("text"));
        }
        title.rest(ignored);
        let mut subtitle = parent.node("subtitle");
        if subtitle.flag("display") != Some(false) {
            request.subtitle = request.subtitle.take().or(subtitle.text("text"));
        }
        subtitle.rest(ignored);
        let mut legend = parent.node("legend");
        let position = match (legend.flag("display"), legend.text("position").as_deref()) {
            (Some(false), _) => Some(Legend::None),
            (_, Some("top")) => Some(Legend::Top),
            (_, Some("bottom")) => Some(Legend::Bottom),
            (_, Some("right" | "left")) => Some(Legend::Right),
            _ => None,
        };
        request.legend = request.legend.or(position);
        legend.rest(ignored);
    }
    let mut numbers = plugins.node("datalabels");
    request.value_labels |= numbers.is_there && numbers.flag("display") != Some(false);
    numbers.rest(ignored);
    let mut scales = options.node("scales");
    for (new, old) in [("x", "xAxes"), ("y", "yAxes")] {
        for mut axis in [scales.node(new), scales.first(old)] {
            axis_of(&mut axis, new, kind, request);
            axis.rest(ignored);
        }
    }
    scales.rest(ignored);
    plugins.rest(ignored);
    options.rest(ignored);
}

/// Data that came as text.
pub(super) fn data_in(text: &str) -> Result<ChartData, String> {
    data_of(relaxed::read(text, false)?, "data").map_err(|error| match &error {
        Error::Conflict { field, message } => match field.strip_prefix("data.") {
            Some(field) => format!("{field} {message}"),
            None => message.clone(),
        },
        Error::Picture { .. } => error.to_string(),
    })
}

fn kind_of(kind: &Value) -> Result<ChartType, Error> {
    let name = kind.as_str().unwrap_or_default().to_ascii_lowercase().replace(['-', '_'], "");
    Ok(match name.as_str() {
        "bar" | "bars" | "column" | "columns" => ChartType::Bar,
        "horizontalbar" => ChartType::HorizontalBar,
        "stacked" | "stackedbar" => ChartType::Stacked,
        "line" | "lines" => ChartType::Line,
        "area" => ChartType::Area,
        "pie" | "outlabeledpie" => ChartType::Pie,
        "doughnut" | "donut" | "outlabeleddoughnut" => ChartType::Doughnut,
        "scatter" => ChartType::Scatter,
        "sparkline" => ChartType::Sparkline,
        "gauge" | "radialgauge" => ChartType::Gauge,
        _ => {
            let known = "bar, horizontalBar, line, pie, doughnut, scatter, sparkline or gauge";
            return Err(conflict("chart.type", format!("is not a supported chart type: use {known}")));
        }
    })
}

fn data_of(data: Value, at: &'static str) -> Result<ChartData, Error> {
    let Value::Object(mut data) = data else {
        let what = if data.is_null() { "is missing" } else { "is not an object" };
        return Err(conflict(at, format!("{what}: send {FORM}")));
    };
    let mut left = MAX_POINTS;
    let labels = list(data.remove("labels"), &format!("{at}.labels"), &mut MAX_POINTS.clone())?;
    let datasets = match data.remove("datasets") {
        Some(Value::Array(datasets)) if datasets.len() <= MAX_SERIES => datasets,
        Some(Value::Array(datasets)) => {
            let count = datasets.len();
            return Err(conflict(format!("{at}.datasets"), format!("has {count} datasets: the limit is {MAX_SERIES}")));
        }
        _ => return Err(conflict(format!("{at}.datasets"), "must be a list of objects with data")),
    };
    let others = passed(&data, at)?;
    let mut read = Vec::with_capacity(datasets.len());
    for (index, dataset) in datasets.into_iter().enumerate() {
        let path = format!("{at}.datasets[{index}]");
        let Value::Object(mut dataset) = dataset else {
            return Err(conflict(path, "must be an object with data"));
        };
        let kind = dataset.remove("type").and_then(|kind| match kind.as_str() {
            Some("line") => Some(SeriesType::Line),
            _ => None,
        });
        let is_filled = |fill: Value| match fill {
            Value::Null => None,
            Value::Bool(fill) => Some(fill),
            other => Some(other != "false"),
        };
        read.push(Dataset {
            label: dataset.remove("label").map(|label| words(&label)),
            data: list(dataset.remove("data"), &format!("{path}.data"), &mut left)?,
            kind,
            color: None,
            background_color: one(dataset.remove("backgroundColor"), &format!("{path}.backgroundColor"))?,
            border_color: one(dataset.remove("borderColor"), &format!("{path}.borderColor"))?,
            fill: dataset.remove("fill").and_then(is_filled),
            passed: passed(&dataset, &path)?,
        });
    }
    Ok(ChartData { labels, datasets: read, passed: others })
}

fn list<T: DeserializeOwned>(value: Option<Value>, path: &str, left: &mut usize) -> Result<Vec<T>, Error> {
    let values = match value {
        None | Some(Value::Null) => return Ok(Vec::new()),
        Some(Value::Array(values)) => values,
        Some(_) => return Err(conflict(path.to_owned(), "must be a list")),
    };
    *left = left.checked_sub(values.len()).ok_or_else(|| {
        conflict(path.to_owned(), format!("is too long: the limit is {MAX_POINTS} numbers over all datasets"))
    })?;
    let read = values.into_iter().enumerate().map(|(index, value)| {
        serde_json::from_value(value).map_err(|error| conflict(format!("{path}[{index}]"), sentence(&error)))
    });
    read.collect()
}

fn one<T: DeserializeOwned>(value: Option<Value>, path: &str) -> Result<Option<T>, Error> {
    let Some(value) = value.filter(|value| !value.is_null()) else { return Ok(None) };
    serde_json::from_value(value).map(Some).map_err(|error| conflict(path.to_owned(), sentence(&error)))
}

/// What serde says, in our words: without the type it found.
fn sentence(error: &serde_json::Error) -> String {
    let text = error.to_string();
    match text.split_once(", expected ") {
        Some((_, expected)) => format!("must be {expected}"),
        None => text,
    }
}

/// Text, or lines of it.
fn words(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Array(lines) => lines.iter().filter_map(Value::as_str).collect::<Vec<_>>().join(" "),
        Value::Number(number) => number.to_string(),
        _ => String::new(),
    }
}

/// The names of what is passed over. A program in the data changes the chart, so it is not passed over in silence.
fn passed(map: &Map<String, Value>, at: &str) -> Result<Vec<String>, Error> {
    for (name, value) in map {
        let mut open = vec![value];
        while let Some(value) = open.pop() {
            match value {
                Value::String(text) if relaxed::is_function(text) => {
                    let field = format!("{at}.{}", short(name));
                    return Err(conflict(field, format!("is a function, and {}", relaxed::NO_FUNCTIONS)));
                }
                Value::Array(values) => open.extend(values),
                Value::Object(map) => open.extend(map.values()),
                _ => {}
            }
        }
    }
    Ok(map.keys().take(MAX_SERIES).map(|name| short(name)).collect())
}

fn short(name: &str) -> String {
    name.chars().filter(|character| !character.is_control()).take(60).collect()
}

/// An object of options, of which the known ones are taken out.
struct Node {
    path: String,
    is_there: bool,
    map: Map<String, Value>,
}

impl Node {
    fn of(path: impl Into<String>, value: Option<Value>) -> Self {
        let (is_there, map) = match value {
            Some(Value::Object(map)) => (true, map),
            _ => (false, Map::new()),
        };
        Self { path: path.into(), is_there, map }
    }

    fn node(&mut self, name: &str) -> Self {
        // `false` is how a plugin is turned off, and `title: "..."` no object either.
        let value = self.map.get(name).is_some_and(Value::is_object).then(|| self.map.remove(name)).flatten();
        Self::of(format!("{}.{name}", self.path), value)
    }

    /// The first of a list of objects.
    fn first(&mut self, name: &str) -> Self {
        let value = match self.map.remove(name) {
            Some(Value::Array(values)) => values.into_iter().next(),
            other => other,
        };
        Self::of(format!("{}.{name}", self.path), value)
    }

    fn flag(&mut self, name: &str) -> Option<bool> {
        self.map.get(name)?.as_bool().inspect(|_| drop(self.map.remove(name)))
    }

    fn number(&mut self, name: &str) -> Option<f64> {
        let number = self.map.get(name)?.as_f64().filter(|number| number.abs() <= 1e100)?;
        self.map.remove(name);
        Some(number)
    }

    fn text(&mut self, name: &str) -> Option<String> {
        let words = words(self.map.get(name)?);
        if words.is_empty() {
            return None;
        }
        self.map.remove(name);
        Some(words)
    }

    /// What was not taken.
    fn rest(self, ignored: &mut Vec<String>) {
        let path = self.path.strip_prefix("options.").unwrap_or(&self.path);
        ignored.extend(self.map.keys().map(|name| short(&format!("{path}.{name}"))));
    }
}

/// An axis, as Chart.js 3 has it and as Chart.js 2 had it.
fn axis_of(axis: &mut Node, name: &str, kind: ChartType, request: &mut ChartRequest) {
    let is_value = (name == "x") == (kind == ChartType::HorizontalBar);
    if axis.flag("stacked") == Some(true) {
        request.stacked.get_or_insert(true);
    }
    let mut ticks = axis.node("ticks");
    if is_value {
        for node in [&mut *axis, &mut ticks] {
            request.min = request.min.or(node.number("min"));
            request.max = request.max.or(node.number("max"));
            request.begin_at_zero = request.begin_at_zero.or(node.flag("beginAtZero"));
        }
    }
    let (mut new, mut old) = (axis.node("title"), axis.node("scaleLabel"));
    let shown = |node: &mut Node| node.flag("display") != Some(false);
    let label = if shown(&mut new) { new.text("text") } else { None };
    let label = label.or(if shown(&mut old) { old.text("labelString") } else { None });
    let target = if name == "x" { &mut request.x_label } else { &mut request.y_label };
    *target = target.take().or(label);
    for node in [ticks, new, old] {
        let short = node.path.rsplit('.').next().unwrap_or_default().to_owned();
        if !node.map.is_empty() {
            axis.map.insert(short, Value::Object(node.map));
        }
    }
}

/// Texts that did not come through the checks of the fields.
fn clip(request: &mut ChartRequest) {
    let texts = [&mut request.title, &mut request.subtitle, &mut request.x_label, &mut request.y_label];
    let labels = request.data.iter_mut().flat_map(|data| &mut data.datasets).map(|dataset| &mut dataset.label);
    for text in texts.into_iter().chain(labels).flatten() {
        if let Some((end, _)) = text.char_indices().nth(500) {
            text.truncate(end);
        }
    }
}
