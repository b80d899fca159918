//! Names and values as the tools write them: headers, and form fields.

use std::borrow::Cow;
use std::fmt;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::{Deserialize, Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde::ser::{Serialize, SerializeMap, Serializer};

const MAX_FIELDS: usize = 200;
const MAX_BYTES: usize = 64 * 1024;

/// Names with values: an object with a text, or a list of texts, for each name (n8n); a list of objects with `name` and
/// `value` (Make); or header lines.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Fields(Vec<(String, String)>);

impl Fields {
    /// Every name with every value, exactly as they were sent.
    pub(super) fn exact(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(name, value)| (name.as_str(), value.as_str()))
    }

    /// The values of a header. Spaces around a value are not part of it (RFC 9110, section 5.5).
    pub(super) fn header(&self, name: &str) -> Vec<&str> {
        self.exact().filter(|(sent, _)| same_header(sent, name)).map(|(_, value)| value.trim()).collect()
    }

    /// Whether a header is there at all.
    pub(super) fn has(&self, name: &str) -> bool {
        self.exact().any(|(sent, _)| same_header(sent, name))
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Adds a value.
    pub(super) fn push(&mut self, name: impl Into<String>, value: impl Into<String>) {
        self.0.push((name.into(), value.into()));
    }

    fn add<E: Error>(&mut self, name: &str, values: Values) -> Result<(), E> {
        for value in values.0 {
            self.push(name, value);
        }
        let bytes = self.0.iter().map(|(name, value)| name.len() + value.len()).sum::<usize>();
        if self.0.len() > MAX_FIELDS || bytes > MAX_BYTES {
            return Err(E::custom(format!("must have at most {MAX_FIELDS} entries and {MAX_BYTES} bytes")));
        }
        Ok(())
    }
}

/// Whether a text can be a header's name (RFC 9110, section 5.6.2).
pub(super) fn is_name(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte))
}

/// Whether a text can be a header's value, or the start of one: what is sent as it is must not end the line.
pub(super) fn is_value(text: &str) -> bool {
    text.bytes().all(|byte| byte == b' ' || byte.is_ascii_graphic())
}

/// Whether two names are the same header. CGI and what came after it write `HTTP_X_HUB_SIGNATURE`, Zapier shows that.
pub(super) fn same_header(sent: &str, known: &str) -> bool {
    let plain = |byte: u8| if byte == b'_' { b'-' } else { byte.to_ascii_lowercase() };
    let sent = sent.trim().as_bytes();
    let sent = match sent.get(..5) {
        Some(start) if start.iter().map(|byte| plain(*byte)).eq(*b"http-") => &sent[5..],
        _ => sent,
    };
    sent.iter().map(|byte| plain(*byte)).eq(known.bytes().map(plain))
}

impl<'de> Deserialize<'de> for Fields {
    fn deserialize<D: Deserializer<'de>>(source: D) -> Result<Self, D::Error> {
        source.deserialize_any(FieldsVisitor)
    }
}

struct FieldsVisitor;

impl<'de> Visitor<'de> for FieldsVisitor {
    type Value = Fields;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object of names with values, or a list of objects with name and value")
    }

    /// JSON as text, as forms have it; or header lines.
    fn visit_str<E: Error>(self, text: &str) -> Result<Fields, E> {
        let text = text.trim();
        if text.starts_with(['{', '[']) {
            return serde_json::from_str(text).map_err(|error| {
                let text = error.to_string();
                E::custom(text.split(" at line ").next().unwrap_or_default())
            });
        }
        let mut fields = Fields::default();
        for line in text.lines().filter(|line| !line.trim().is_empty()) {
            let (name, value) = line.split_once(':').ok_or_else(|| {
                E::custom("must be an object such as {\"X-Signature\": \"...\"}: in n8n write {{ JSON.stringify($json.headers) }}")
            })?;
            fields.add(name.trim(), Values(vec![value.trim().to_owned()]))?;
        }
        Ok(fields)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Fields, A::Error> {
        let mut fields = Fields::default();
        while let Some(name) = map.next_key::<Cow<'_, str>>()? {
            let values: Values = map.next_value()?;
            fields.add(&name, values)?;
        }
        Ok(fields)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Fields, A::Error> {
        let mut fields = Fields::default();
        while let Some(Named { name, values }) = list.next_element()? {
            fields.add(&name, values)?;
        }
        Ok(fields)
    }
}

/// The value of a name: one, several, or none.
struct Values(Vec<String>);

impl<'de> Deserialize<'de> for Values {
    fn deserialize<D: Deserializer<'de>>(source: D) -> Result<Self, D::Error> {
        source.deserialize_any(ValuesVisitor)
    }
}

struct ValuesVisitor;

impl<'de> Visitor<'de> for ValuesVisitor {
    type Value = Values;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("text, or a list of texts")
    }

    fn visit_str<E: Error>(self, value: &str) -> Result<Values, E> {
        Ok(Values(vec![value.to_owned()]))
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<Values, E> {
        Ok(Values(vec![value.to_string()]))
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<Values, E> {
        Ok(Values(vec![value.to_string()]))
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<Values, E> {
        Ok(Values(vec![value.to_string()]))
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<Values, E> {
        Ok(Values(vec![value.to_string()]))
    }

    fn visit_unit<E: Error>(self) -> Result<Values, E> {
        Ok(Values(Vec::new()))
    }

    fn visit_none<E: Error>(self) -> Result<Values, E> {
        Ok(Values(Vec::new()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Values, A::Error> {
        let mut values = Vec::new();
        while let Some(value) = list.next_element::<String>()? {
            if values.len() == MAX_FIELDS {
                return Err(A::Error::custom(format!("must have at most {MAX_FIELDS} values")));
            }
            values.push(value);
        }
        Ok(Values(values))
    }

    fn visit_map<A: MapAccess<'de>>(self, _: A) -> Result<Values, A::Error> {
        Err(A::Error::custom(
            "must be a string or an array of strings (you sent an object: of a whole item send only its headers, in \
             n8n {{ JSON.stringify($json.headers) }})",
        ))
    }
}

/// One entry of a list.
struct Named {
    name: String,
    values: Values,
}

impl<'de> Deserialize<'de> for Named {
    fn deserialize<D: Deserializer<'de>>(source: D) -> Result<Self, D::Error> {
        source.deserialize_any(NamedVisitor)
    }
}

struct NamedVisitor;

impl<'de> Visitor<'de> for NamedVisitor {
    type Value = Named;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object with name and value")
    }

    /// As JSON, as forms have it.
    fn visit_str<E: Error>(self, text: &str) -> Result<Named, E> {
        serde_json::from_str(text).map_err(|_| E::custom("must be an object with name and value"))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Named, A::Error> {
        let (mut name, mut values) = (None, None);
        while let Some(key) = map.next_key::<Cow<'_, str>>()? {
            match &*key.to_ascii_lowercase() {
                "name" | "key" => name = Some(map.next_value()?),
                "value" => values = Some(map.next_value()?),
                _ => drop(map.next_value::<IgnoredAny>()?),
            }
        }
        let name = name.ok_or_else(|| A::Error::custom("must be an object with name and value"))?;
        Ok(Named { name, values: values.unwrap_or(Values(Vec::new())) })
    }
}

impl Serialize for Fields {
    fn serialize<S: Serializer>(&self, target: S) -> Result<S::Ok, S::Error> {
        let mut map = target.serialize_map(None)?;
        for (index, (name, _)) in self.0.iter().enumerate() {
            if self.0[..index].iter().any(|(known, _)| known == name) {
                continue;
            }
            let values: Vec<_> = self.0.iter().filter(|(known, _)| known == name).map(|(_, value)| value).collect();
            match values.as_slice() {
                [only] => map.serialize_entry(name, only)?,
                several => map.serialize_entry(name, several)?,
            }
        }
        map.end()
    }
}

impl JsonSchema for Fields {
    fn schema_name() -> Cow<'static, str> {
        "WebhookFields".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        let value = serde_json::json!({
            "anyOf": [{ "type": "string" }, { "type": "array", "maxItems": MAX_FIELDS, "items": { "type": "string" } }]
        });
        json_schema!({
            "description": "Names and values: an object of strings or arrays of strings, or an array of objects with \
                            `name` and `value`. At most 200 entries and 64 KiB.",
            "anyOf": [
                { "type": "object", "maxProperties": MAX_FIELDS, "additionalProperties": value },
                {
                    "type": "array",
                    "maxItems": MAX_FIELDS,
                    "items": {
                        "type": "object",
                        "required": ["name", "value"],
                        "properties": { "name": { "type": "string" }, "value": { "type": "string" } }
                    }
                }
            ]
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(json: &str) -> Result<Vec<(String, String)>, String> {
        serde_json::from_str::<Fields>(json).map(|fields| fields.0).map_err(|error| error.to_string())
    }

    #[test]
    fn every_tool_writes_headers_in_its_own_way() {
        let wanted = vec![("X-A".to_owned(), "1".to_owned()), ("X-B".to_owned(), "2".to_owned())];
        for json in [
            r#"{"X-A": "1", "X-B": "2"}"#,
            r#"{"X-A": 1, "X-B": ["2"], "X-C": null, "X-D": []}"#,
            r#"[{"name": "X-A", "value": "1"}, {"name": "X-B", "value": "2"}]"#,
            r#"[{"key": "X-A", "value": "1"}, {"Name": "X-B", "Value": 2, "more": {}}]"#,
            r#""{\"X-A\": \"1\", \"X-B\": \"2\"}""#,
            r#""X-A: 1\r\nX-B: 2\r\n""#,
        ] {
            assert_eq!(read(json).as_ref(), Ok(&wanted), "{json}");
        }
        assert_eq!(read("{}"), Ok(vec![]));
        for json in
            ["5", "true", r#""none""#, r#"{"X-A": {}}"#, r#"{"X-A": [{}]}"#, r#"["X-A"]"#, r#"[{"value": "1"}]"#]
        {
            assert!(read(json).is_err(), "{json}");
        }
    }

    #[test]
    fn there_is_a_bound() {
        let many = |count: usize| {
            let entries: Vec<_> = (0..count).map(|number| format!("\"x-{number}\": \"1\"")).collect();
            format!("{{{}}}", entries.join(","))
        };
        assert!(read(&many(MAX_FIELDS)).is_ok());
        assert!(read(&many(MAX_FIELDS + 1)).is_err());
        assert!(read(&format!("{{\"x\": [{}\"\"]}}", "\"\",".repeat(MAX_FIELDS))).is_err());
        assert!(read(&format!("{{\"x\": \"{}\"}}", "a".repeat(MAX_BYTES))).is_err());
    }

    #[test]
    fn a_header_is_found_by_any_spelling() {
        for name in
            ["x-hub-signature-256", "X-HUB-SIGNATURE-256", "HTTP_X_HUB_SIGNATURE_256", " Http-X-Hub-Signature-256"]
        {
            assert!(same_header(name, "X-Hub-Signature-256"), "{name}");
        }
        for name in ["x-hub-signature", "x-hub-signature-2566", "", "http", "http-"] {
            assert!(!same_header(name, "X-Hub-Signature-256"), "{name}");
        }
    }
}
