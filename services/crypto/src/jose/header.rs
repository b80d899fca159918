//! The header of a token. It is read before anything is verified, so nothing in it selects or fetches a key: `jwk`,
//! `jku`, `x5c` and `x5u` are never used.

use serde_json::{Map, Value};

use super::json;

/// A header, read.
pub(super) struct Header {
    pub(super) fields: Map<String, Value>,
    /// `alg`.
    pub(super) algorithm: String,
    /// `kid`.
    pub(super) key_id: Option<String>,
    /// `typ`.
    pub(super) kind: Option<String>,
}

impl Header {
    /// Reads the JSON of a header.
    ///
    /// # Errors
    /// What is wrong with it.
    pub(super) fn read(bytes: &[u8]) -> Result<Self, String> {
        let fields = json::object(bytes).map_err(|reason| format!("its header {reason}"))?;
        let text = |name: &str| match fields.get(name) {
            None => Ok(None),
            Some(Value::String(text)) => Ok(Some(text.clone())),
            Some(_) => Err(format!("its header's {name} is not a string")),
        };
        let algorithm = text("alg")?.ok_or("its header has no alg")?;
        let (key_id, kind) = (text("kid")?, text("typ")?);
        Ok(Self { algorithm, key_id, kind, fields })
    }

    /// Refuses what would change how the token is to be read (RFC 7515, section 4.1.11; RFC 7797).
    ///
    /// # Errors
    /// What it asks for.
    pub(super) fn check_extensions(&self) -> Result<(), String> {
        if self.fields.contains_key("crit") {
            return Err("its header requires extensions (crit), none of which is supported".to_owned());
        }
        if self.fields.get("b64").is_some_and(|value| *value != Value::Bool(true)) {
            return Err("its payload is not encoded (b64), which is not supported".to_owned());
        }
        Ok(())
    }

    /// Whether it says it is no signed token at all, in whatever spelling.
    pub(super) fn is_unsigned(&self) -> bool {
        self.algorithm.trim().eq_ignore_ascii_case("none")
    }
}

/// Whether two media types are the same; `application/` may be left out (RFC 7515, section 4.1.9).
pub(super) fn same_type(one: &str, other: &str) -> bool {
    let short = |kind: &str| {
        let kind = kind.trim().to_ascii_lowercase();
        kind.strip_prefix("application/").map_or(kind.clone(), str::to_owned)
    };
    short(one) == short(other)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headers_right_and_wrong() {
        let header = Header::read(br#"{"alg":"HS256","kid":"a","typ":"JWT","x":1}"#).unwrap();
        assert_eq!((header.algorithm.as_str(), header.key_id.as_deref()), ("HS256", Some("a")));
        assert!(header.check_extensions().is_ok());
        for (text, wanted) in [
            ("[]", "not a JSON object"),
            ("{}", "no alg"),
            (r#"{"alg":1}"#, "alg is not a string"),
            (r#"{"alg":null}"#, "alg is not a string"),
            (r#"{"alg":"HS256","kid":1}"#, "kid is not a string"),
            (r#"{"alg":"HS256","typ":[]}"#, "typ is not a string"),
            (r#"{"alg":"none","alg":"HS256"}"#, "a duplicate name"),
            (r#"{"alg":"HS256","kid":"a","kid":"b"}"#, "a duplicate name"),
        ] {
            let problem = Header::read(text.as_bytes()).err().unwrap();
            assert!(problem.contains(wanted), "{problem}");
        }
        for text in [r#"{"alg":"HS256","crit":["exp"]}"#, r#"{"alg":"a","crit":[]}"#, r#"{"alg":"a","b64":false}"#] {
            assert!(Header::read(text.as_bytes()).unwrap().check_extensions().is_err());
        }
        assert!(Header::read(br#"{"alg":" nOnE"}"#).unwrap().is_unsigned());
    }

    #[test]
    fn types_may_be_short() {
        assert!(same_type("at+jwt", "application/AT+JWT"));
        assert!(!same_type("JWT", "at+jwt"));
    }
}
