//! Form bodies (application/x-www-form-urlencoded), and what Twilio and Mandrill sign of them.

use std::collections::{BTreeMap, BTreeSet};

use percent_encoding::percent_decode;

use super::fields::Fields;

/// Fields a form may have.
const MAX_FIELDS: usize = 1_000;

/// Reads a form; nothing when it has too many fields.
pub(super) fn read(body: &[u8]) -> Option<Vec<(Vec<u8>, Vec<u8>)>> {
    let pairs = body.split(|byte| *byte == b'&').filter(|pair| !pair.is_empty());
    let mut fields = Vec::new();
    for pair in pairs {
        if fields.len() == MAX_FIELDS {
            return None;
        }
        let middle = pair.iter().position(|byte| *byte == b'=').unwrap_or(pair.len());
        let value = pair.get(middle + 1..).unwrap_or_default();
        fields.push((decode(&pair[..middle]), decode(value)));
    }
    Some(fields)
}

fn decode(encoded: &[u8]) -> Vec<u8> {
    let spaced: Vec<u8> = encoded.iter().map(|byte| if *byte == b'+' { b' ' } else { *byte }).collect();
    percent_decode(&spaced).collect()
}

/// Names and values without anything between, sorted by name. A repeated name has its values sorted, each once
/// (twilio-node, src/webhooks/webhooks.ts).
pub(super) fn joined(fields: impl IntoIterator<Item = (Vec<u8>, Vec<u8>)>) -> Vec<u8> {
    let mut sorted: BTreeMap<Vec<u8>, BTreeSet<Vec<u8>>> = BTreeMap::new();
    for (name, value) in fields {
        sorted.entry(name).or_default().insert(value);
    }
    let mut joined = Vec::new();
    for (name, values) in sorted {
        for value in values {
            joined.extend_from_slice(&name);
            joined.extend_from_slice(&value);
        }
    }
    joined
}

/// The same of fields that were read already.
pub(super) fn joined_fields(fields: &Fields) -> Vec<u8> {
    joined(fields.exact().map(|(name, value)| (name.as_bytes().to_vec(), value.as_bytes().to_vec())))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forms_are_read_and_joined() {
        let fields = read(b"b=2&a=1%2B+x&a=0&a=0&&c&%C3%A9=%FF").unwrap();
        assert_eq!(joined(fields), b"a0a1+ xb2c\xc3\xa9\xff");
        assert_eq!(read(b""), Some(vec![]));
        assert!(read("a=1&".repeat(MAX_FIELDS + 1).as_bytes()).is_none());
    }
}
