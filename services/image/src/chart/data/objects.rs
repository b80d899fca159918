//! The objects of the data. Chart.js has many options for a series that are not known here: they are noted and passed over.

use std::fmt;
use std::marker::PhantomData;

use serde::de::value::StrDeserializer;
use serde::de::{Deserialize, Deserializer, Error, IgnoredAny, IntoDeserializer, MapAccess, SeqAccess, Visitor};

use super::super::config;
use super::{ChartData, Dataset};

/// How data is sent.
const FORM: &str = "{\"labels\": [...], \"datasets\": [{\"data\": [...]}]}";
/// Names that are noted of an object, and their characters.
const MOST: usize = 50;
const LONGEST: usize = 60;

impl<'de> Deserialize<'de> for ChartData {
    fn deserialize<D: Deserializer<'de>>(source: D) -> Result<Self, D::Error> {
        source.deserialize_any(DataVisitor)
    }
}

struct DataVisitor;

impl<'de> Visitor<'de> for DataVisitor {
    type Value = ChartData;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object: send ")?;
        f.write_str(FORM)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<ChartData, A::Error> {
        let mut data = ChartData::default();
        let mut datasets = None;
        while let Some(name) = map.next_key::<String>()? {
            match letters(&name).as_str() {
                "labels" => data.labels = map.next_value::<Option<List<_>>>()?.unwrap_or_default().0,
                "datasets" => datasets = map.next_value()?,
                _ => pass(&mut map, name, &mut data.passed)?,
            }
        }
        data.datasets = datasets.ok_or_else(|| A::Error::missing_field("datasets"))?;
        Ok(data)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, _: A) -> Result<ChartData, A::Error> {
        Err(A::Error::custom(format!("is a list: send {FORM}")))
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<ChartData, E> {
        config::data_in(text).map_err(E::custom)
    }
}

impl<'de> Deserialize<'de> for Dataset {
    fn deserialize<D: Deserializer<'de>>(source: D) -> Result<Self, D::Error> {
        source.deserialize_map(DatasetVisitor)
    }
}

struct DatasetVisitor;

impl<'de> Visitor<'de> for DatasetVisitor {
    type Value = Dataset;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object with data")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Dataset, A::Error> {
        let mut dataset = Dataset::default();
        let mut data: Option<List<_>> = None;
        while let Some(name) = map.next_key::<String>()? {
            match letters(&name).as_str() {
                "label" => dataset.label = map.next_value()?,
                "data" => data = map.next_value()?,
                "type" => dataset.kind = map.next_value()?,
                "color" => dataset.color = map.next_value()?,
                "backgroundcolor" => dataset.background_color = map.next_value()?,
                "bordercolor" => dataset.border_color = map.next_value()?,
                "fill" => dataset.fill = map.next_value()?,
                _ => pass(&mut map, name, &mut dataset.passed)?,
            }
        }
        dataset.data = data.ok_or_else(|| A::Error::missing_field("data"))?.0;
        Ok(dataset)
    }
}

/// A name without what people write differently.
fn letters(name: &str) -> String {
    name.chars().filter(|letter| !matches!(letter, '-' | '_' | ' ')).map(|letter| letter.to_ascii_lowercase()).collect()
}

fn pass<'de, A: MapAccess<'de>>(map: &mut A, name: String, passed: &mut Vec<String>) -> Result<(), A::Error> {
    map.next_value::<IgnoredAny>()?;
    if passed.len() < MOST {
        passed.push(name.chars().filter(|character| !character.is_control()).take(LONGEST).collect());
    }
    Ok(())
}

/// A list, or its text: JSON, or values with commas.
struct List<T>(Vec<T>);

impl<T> Default for List<T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<'de, T: for<'text> Deserialize<'text>> Deserialize<'de> for List<T> {
    fn deserialize<D: Deserializer<'de>>(source: D) -> Result<Self, D::Error> {
        source.deserialize_any(ListVisitor(PhantomData))
    }
}

struct ListVisitor<T>(PhantomData<T>);

impl<'de, T: for<'text> Deserialize<'text>> Visitor<'de> for ListVisitor<T> {
    type Value = List<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<List<T>, A::Error> {
        let mut values = Vec::new();
        while let Some(value) = list.next_element()? {
            values.push(value);
        }
        Ok(List(values))
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<List<T>, E> {
        if text.trim_start().starts_with('[') {
            return serde_json::from_str(text).map(List).map_err(E::custom);
        }
        let pieces = text.split(',').map(str::trim).filter(|piece| !piece.is_empty());
        let read = |piece: &str| {
            let piece: StrDeserializer<'_, E> = piece.into_deserializer();
            T::deserialize(piece)
        };
        pieces.map(read).collect::<Result<_, _>>().map(List)
    }
}
