//! A field of made-up rows, as a request says it.

use std::borrow::Cow;
use std::fmt;

use garde::Validate;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::value::MapAccessDeserializer;
use serde::de::{self, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::lists::Tongue;
use crate::rows::named::Named;
use crate::tree::Tree;

/// What a field holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum FieldType {
    /// 1, 2, 3: `start`, `step`, and `prefix` with `width` digits.
    #[serde(alias = "id", alias = "row-number", alias = "increment", alias = "counter")]
    Sequence,
    /// A UUID of version 4.
    Uuid,
    /// True or false; `probability` of true.
    #[serde(alias = "bool")]
    Boolean,
    /// A whole number from `min` to `max`.
    #[serde(alias = "int")]
    Integer,
    /// A number with `decimals`.
    #[serde(alias = "float", alias = "decimal")]
    Number,
    /// A price with two decimals.
    #[serde(alias = "amount")]
    Price,
    /// One of `values`, as often as its `weights` say.
    #[serde(alias = "enum")]
    Choice,
    /// The same `value` in every row.
    Constant,
    /// A text that the regular expression `pattern` matches.
    #[serde(alias = "regex")]
    Pattern,
    /// A full name.
    #[serde(alias = "full-name")]
    Name,
    /// The given name.
    #[serde(alias = "first-name")]
    GivenName,
    /// The family name.
    #[serde(alias = "surname", alias = "last-name")]
    FamilyName,
    /// female or male, as the given name.
    Gender,
    /// An e-mail address at example.com, example.org or example.net.
    Email,
    /// A user name.
    #[serde(alias = "user-name")]
    Username,
    /// A phone number of a range kept free for fiction.
    #[serde(alias = "phone-number")]
    Phone,
    /// A day on which a grown-up was born.
    #[serde(alias = "birthday", alias = "date-of-birth")]
    BirthDate,
    /// Street with house number.
    #[serde(alias = "street-address")]
    Street,
    /// City.
    City,
    /// State or region.
    #[serde(alias = "state")]
    Region,
    /// Code of the state or region.
    #[serde(alias = "state-code")]
    RegionCode,
    /// Postal code of the city.
    #[serde(alias = "zip", alias = "postcode")]
    PostalCode,
    /// Country of the locale.
    Country,
    /// Its code (ISO 3166).
    CountryCode,
    /// Street, postal code and city in one line.
    Address,
    /// Latitude.
    Latitude,
    /// Longitude.
    Longitude,
    /// Company.
    Company,
    /// Job.
    #[serde(alias = "job-title")]
    Job,
    /// Department.
    Department,
    /// Product.
    Product,
    /// Date from `from` to `to`.
    Date,
    /// Date and time in UTC from `from` to `to`.
    #[serde(alias = "timestamp")]
    DateTime,
    /// Time of day.
    Time,
    /// A word.
    #[serde(alias = "string")]
    Word,
    /// A sentence.
    Sentence,
    /// Sentences, `min` to `max` of them.
    #[serde(alias = "paragraph", alias = "lorem")]
    Text,
    /// A URL at example.com.
    Url,
    /// A host below example.com.
    Domain,
    /// An IPv4 address of the ranges for documentation.
    #[serde(alias = "ip")]
    Ipv4,
    /// An IPv6 address of the range for documentation.
    Ipv6,
    /// A MAC address that is administered locally.
    Mac,
    /// A color as #rrggbb.
    Color,
    /// The number of a test card.
    Card,
    /// ISO 4217 code of a currency.
    Currency,
}

/// How numbers are distributed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Distribution {
    /// All alike.
    #[default]
    Uniform,
    /// Around `mean`, with `deviation`.
    Normal,
    /// Most of them small, with `mean` above `min`.
    Exponential,
}

/// A field: its type and what goes with that.
#[derive(Debug, Clone, Serialize, Deserialize, Validate, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[garde(allow_unvalidated)]
pub struct Field {
    /// What the field holds.
    #[serde(rename = "type", alias = "kind")]
    pub kind: FieldType,
    /// Least number; of texts the least number of sentences.
    #[serde(default)]
    pub min: Option<f64>,
    /// Greatest number; of texts the greatest number of sentences.
    #[serde(default)]
    pub max: Option<f64>,
    /// Decimals that are written; the description tells the default.
    #[serde(default)]
    #[garde(range(max = 15))]
    pub decimals: Option<u8>,
    /// How numbers are distributed.
    #[serde(default)]
    pub distribution: Distribution,
    /// Mean of numbers that are normal or exponential.
    #[serde(default)]
    pub mean: Option<f64>,
    /// Standard deviation of numbers that are normal.
    #[serde(default)]
    pub deviation: Option<f64>,
    /// Probability of true (default 0.5).
    #[serde(default)]
    #[garde(range(min = 0.0, max = 1.0))]
    pub probability: Option<f64>,
    /// Values to choose from.
    #[serde(default)]
    #[garde(length(max = 10_000))]
    pub values: Vec<Tree>,
    /// How often each of the values comes, against each other (default alike).
    #[serde(default)]
    #[garde(length(max = 10_000))]
    pub weights: Vec<f64>,
    /// Value of every row.
    #[serde(default)]
    pub value: Option<Tree>,
    /// Regular expression that texts match.
    #[serde(default)]
    #[garde(length(chars, max = 1_000))]
    pub pattern: Option<String>,
    /// First date (ISO 8601; default 2020-01-01).
    #[serde(default)]
    #[garde(length(chars, max = 40))]
    pub from: Option<String>,
    /// Last date (ISO 8601; default 2025-12-31).
    #[serde(default)]
    #[garde(length(chars, max = 40))]
    pub until: Option<String>,
    /// First number of a sequence (default 1).
    #[serde(default)]
    pub start: Option<i64>,
    /// Step of a sequence (default 1).
    #[serde(default)]
    pub step: Option<i64>,
    /// Text before the numbers of a sequence, which become texts.
    #[serde(default)]
    #[garde(length(chars, max = 100))]
    pub prefix: Option<String>,
    /// Digits of the numbers of a sequence, with zeros in front.
    #[serde(default)]
    #[garde(range(max = 20))]
    pub width: Option<u8>,
    /// Whether no value comes twice.
    #[serde(default)]
    pub unique: bool,
    /// Share of rows in which the field is null, 0 to 1.
    #[serde(default)]
    #[garde(range(min = 0.0, max = 1.0))]
    pub nulls: f64,
    /// Language of this field (default that of the request).
    #[serde(default)]
    pub locale: Option<Tongue>,
}

/// A field as it is sent: the name of its type, or an object. It is read once its name is known.
#[derive(Debug, Clone)]
pub struct Sent(pub Tree);

impl Serialize for Sent {
    fn serialize<S: Serializer>(&self, target: S) -> Result<S::Ok, S::Error> {
        self.0.serialize(target)
    }
}

impl<'de> Deserialize<'de> for Sent {
    fn deserialize<D: Deserializer<'de>>(source: D) -> Result<Self, D::Error> {
        Tree::deserialize(source).map(Self)
    }
}

/// Fields by their names, in order; also as a list of objects with `name`, or of types that are names too.
#[derive(Debug, Clone, Default)]
pub struct FieldList(pub Named<Sent>);

impl Serialize for FieldList {
    fn serialize<S: Serializer>(&self, target: S) -> Result<S::Ok, S::Error> {
        self.0.serialize(target)
    }
}

impl<'de> Deserialize<'de> for FieldList {
    fn deserialize<D: Deserializer<'de>>(source: D) -> Result<Self, D::Error> {
        struct Fields;
        impl<'de> Visitor<'de> for Fields {
            type Value = FieldList;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object of names and types, or a list of objects with name and type")
            }

            fn visit_str<E: de::Error>(self, json: &str) -> Result<FieldList, E> {
                serde_json::from_str(json).map_err(|_| E::custom("must be an object of names and types"))
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<FieldList, A::Error> {
                Named::deserialize(MapAccessDeserializer::new(map)).map(FieldList)
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<FieldList, A::Error> {
                let mut fields = Vec::new();
                while let Some(Sent(sent)) = list.next_element()? {
                    let place = fields.len();
                    let (name, sent) =
                        named(sent).map_err(|why| de::Error::custom(format!("{why} (field {place})")))?;
                    fields.push((name, Sent(sent)));
                }
                Ok(FieldList(Named(fields)))
            }
        }
        source.deserialize_any(Fields)
    }
}

/// The name of a field in a list, and what is left of it.
fn named(sent: Tree) -> Result<(String, Tree), &'static str> {
    match sent {
        Tree::Text(kind) => Ok((kind.to_string(), Tree::Text(kind))),
        Tree::Object(object) => {
            let mut field = std::sync::Arc::unwrap_or_clone(object);
            let key = ["name", "field", "column", "key"].into_iter().find(|key| field.contains(key));
            let name = key.and_then(|key| field.remove(key));
            match name.as_ref().and_then(Tree::as_text) {
                Some(name) => Ok((name.to_owned(), field.into())),
                None => Err("must have a name beside its type"),
            }
        }
        _ => Err("must be objects with name and type"),
    }
}

impl JsonSchema for FieldList {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "FieldList".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        Named::<Sent>::json_schema(generator)
    }
}

impl JsonSchema for Sent {
    fn schema_name() -> Cow<'static, str> {
        "FieldOrType".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        json_schema!({ "anyOf": [generator.subschema_for::<FieldType>(), generator.subschema_for::<Field>()] })
    }
}
