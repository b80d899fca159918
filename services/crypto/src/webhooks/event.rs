//! The provider's event id.

use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};

use super::fields::Fields;
use super::message::Signed;
use super::scheme::Event;

/// Characters of an id.
const MAX_CHARS: usize = 256;

impl Event<'_> {
    /// The id, when there is one.
    pub(super) fn id(self, signed: Signed<'_>, content: &[u8], headers: &Fields, body: &[u8]) -> Option<String> {
        let id = match self {
            Self::Unknown => None,
            Self::Id => signed.id.map(str::to_owned),
            Self::Content => std::str::from_utf8(content).ok().map(str::to_owned),
            Self::Headers(names) => {
                let values = names.iter().flat_map(|name| headers.header(name));
                values.map(str::to_owned).find(|value| !value.is_empty())
            }
            Self::Body(pointer) => {
                let path: Vec<&str> = pointer.split('/').skip(1).collect();
                At(&path).deserialize(&mut serde_json::Deserializer::from_slice(body)).ok().flatten()
            }
        };
        id.filter(|id| !id.is_empty() && id.chars().count() <= MAX_CHARS)
    }
}

/// A text or whole number at a path of names; the rest of the JSON is passed over.
#[derive(Clone, Copy)]
struct At<'p>(&'p [&'p str]);

impl At<'_> {
    fn here(self, text: impl ToString) -> Option<String> {
        self.0.is_empty().then(|| text.to_string())
    }
}

impl<'de> DeserializeSeed<'de> for At<'_> {
    type Value = Option<String>;

    fn deserialize<D: Deserializer<'de>>(self, source: D) -> Result<Option<String>, D::Error> {
        source.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for At<'_> {
    type Value = Option<String>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Option<String>, E> {
        Ok(self.here(text))
    }

    fn visit_u64<E: Error>(self, number: u64) -> Result<Option<String>, E> {
        Ok(self.here(number))
    }

    fn visit_i64<E: Error>(self, number: i64) -> Result<Option<String>, E> {
        Ok(self.here(number))
    }

    fn visit_f64<E: Error>(self, _: f64) -> Result<Option<String>, E> {
        Ok(None)
    }

    fn visit_bool<E: Error>(self, _: bool) -> Result<Option<String>, E> {
        Ok(None)
    }

    fn visit_unit<E: Error>(self) -> Result<Option<String>, E> {
        Ok(None)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Option<String>, A::Error> {
        while list.next_element::<IgnoredAny>()?.is_some() {}
        Ok(None)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Option<String>, A::Error> {
        let mut found = None;
        while let Some(name) = map.next_key::<String>()? {
            match self.0.split_first() {
                Some((wanted, rest)) if *wanted == name => found = map.next_value_seed(At(rest))?,
                _ => drop(map.next_value::<IgnoredAny>()?),
            }
        }
        Ok(found)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_found_in_json_and_nowhere_else() {
        let id = |body: &str| Event::Body("/event/id").id(Signed::default(), b"", &Fields::default(), body.as_bytes());
        for (body, wanted) in [
            (r#"{"event": {"a": [1, {"id": "x"}], "id": "e1", "b": null}, "id": "y"}"#, Some("e1")),
            (r#"{"event": {"id": 42}}"#, Some("42")),
            (r#"{"event": {"id": ""}}"#, None),
            (r#"{"event": {"id": {"id": "x"}}}"#, None),
            (r#"{"event": "id"}"#, None),
            (r#"{"id": "x"}"#, None),
            (r#"{"event": {"id": "e1"}"#, None),
            ("event=id", None),
            ("", None),
        ] {
            assert_eq!(id(body).as_deref(), wanted, "{body}");
        }
        assert_eq!(id(&format!("{{\"event\": {{\"id\": \"{}\"}}}}", "x".repeat(257))), None);
        assert_eq!(id(&"[".repeat(100_000)), None);
    }
}
