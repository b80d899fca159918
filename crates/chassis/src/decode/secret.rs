//! A secret in a request: usable, not printable, gone from memory when it is done with.

use garde::rules::length::bytes::HasBytes;
use garde::rules::length::chars::HasChars;
use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use zeroize::{Zeroize, Zeroizing};

/// A secret value. It shows itself to nobody: `Debug` hides it, the schema marks it `writeOnly`, a query string may not
/// hold it (addresses are logged on the way), and an operation that takes one cannot be cached.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Secret<T: Zeroize>(Zeroizing<T>);

impl<T: Zeroize> Secret<T> {
    /// A secret.
    pub fn new(value: T) -> Self {
        Self(Zeroizing::new(value))
    }

    /// The value itself.
    #[must_use]
    pub fn reveal(&self) -> &T {
        &self.0
    }
}

impl<T: Zeroize> std::fmt::Debug for Secret<T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("secret")
    }
}

impl<'de, T: Zeroize + Deserialize<'de>> Deserialize<'de> for Secret<T> {
    fn deserialize<D: Deserializer<'de>>(source: D) -> Result<Self, D::Error> {
        T::deserialize(source).map(Self::new)
    }
}

/// For the examples of a document and for a worker process, never for a cache or a log.
impl<T: Zeroize + Serialize> Serialize for Secret<T> {
    fn serialize<S: Serializer>(&self, target: S) -> Result<S::Ok, S::Error> {
        self.0.serialize(target)
    }
}

impl<T: Zeroize + JsonSchema> JsonSchema for Secret<T> {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        format!("Secret{}", T::schema_name()).into()
    }

    fn inline_schema() -> bool {
        true
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let mut schema = T::json_schema(generator);
        schema.insert("writeOnly".to_owned(), true.into());
        schema
    }
}

impl<T: Zeroize + HasChars> HasChars for Secret<T> {
    fn num_chars(&self) -> usize {
        self.0.num_chars()
    }
}

impl<T: Zeroize + HasBytes> HasBytes for Secret<T> {
    fn num_bytes(&self) -> usize {
        self.0.num_bytes()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_read_and_never_shown() {
        let secret: Secret<String> = serde_json::from_str(r#""correct horse""#).unwrap();
        assert_eq!(secret.reveal(), "correct horse");
        assert_eq!(format!("{:?}", Some(&secret)), "Some(secret)");
        let schema = SchemaGenerator::default().subschema_for::<Secret<String>>();
        assert_eq!(schema.get("writeOnly"), Some(&true.into()));
    }
}
