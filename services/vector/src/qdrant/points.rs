//! A point as Qdrant keeps it, and back.
//!
//! The payload as it was sent is kept as text, so that numbers keep their literals and keys their order; what filters compare
//! is beside it (`filters.rs`), under names of hashes, which no path of a user's can be mistaken for.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use chassis::Error;
use qdrant_client::qdrant::vectors::VectorsOptions;
use qdrant_client::qdrant::with_payload_selector::SelectorOptions;
use qdrant_client::qdrant::{
    DenseVector, ListValue, NamedVectors, PayloadIncludeSelector, PointStruct, RetrievedPoint, SparseVector, Struct,
    Value, Vector, Vectors, VectorsOutput, VectorsSelector, WithPayloadSelector, WithVectorsSelector,
    value::Kind as TheirKind, vector, vector_output, vectors_output, with_vectors_selector,
};

use super::names::{path_name, point_id};
use crate::filter::leaves::{Kind, Leaf, leaves, leaves_kept, weight};
use crate::json_object::JsonObject;
use crate::store::{Parts, Point, Stored};
use crate::tenant::Tenant;
use crate::text::bm25;

/// The id of the logical collection.
pub(super) const COLLECTION: &str = "_c";
/// The key of the tenant.
pub(super) const TENANT: &str = "_t";
/// The caller's id.
pub(super) const ID: &str = "_id";
/// What orders points as they were put in.
pub(super) const SEQ: &str = "_seq";
/// Bytes it counts for, rounded up.
pub(super) const SIZE: &str = "_size";
/// When it goes.
pub(super) const EXPIRES: &str = "_expires";
const PAYLOAD: &str = "_payload";
const TEXT: &str = "_text";
/// The name of the vector.
pub(super) const DENSE: &str = "dense";
/// The name of the weights of words.
pub(super) const WORDS: &str = "words";
/// Longest text that is looked through by `text` conditions, in bytes.
const MAX_SOUGHT: usize = 64 * 1024;
/// Bytes a point counts for besides its vector, payload, text and id.
const OVERHEAD: usize = 64;

/// A value with its kind.
pub(super) fn kind_value(kind: Kind, leaf: &Leaf) -> String {
    match leaf {
        Leaf::Text(text) => format!("{}{text}", kind.letter()),
        Leaf::Whole(number) => format!("{}{number}", kind.letter()),
        Leaf::Float(number) => format!("{}{number:?}", kind.letter()),
    }
}

/// A value with its kind and path.
pub(super) fn token(path: &str, kind: Kind, leaf: &Leaf) -> String {
    format!("{}{}", path_name(path), kind_value(kind, leaf))
}

/// Bytes rounded up to five significant bits, so that a count by value adds them up with few values.
pub(super) fn rounded(bytes: usize) -> i64 {
    let bits = usize::BITS - bytes.leading_zeros();
    let step = 1usize << bits.saturating_sub(5);
    i64::try_from(bytes.div_ceil(step) * step).unwrap_or(i64::MAX)
}

/// Bytes of a point as it came.
pub(super) fn length(point: &Point) -> usize {
    length_of(point.vector.len(), point.payload.text(), point.text.as_deref(), &point.id)
}

/// Bytes a point counts for.
pub(super) fn size(point: &Point) -> usize {
    length(point) + payload_weight(&point.payload)
}

/// Bytes the values of a payload count for.
pub(super) fn payload_weight(payload: &JsonObject) -> usize {
    payload.value().map_or(0, |value| weight(&leaves_kept(&value)))
}

fn length_of(dimensions: usize, payload: &str, text: Option<&str>, id: &str) -> usize {
    dimensions * 4 + payload.len() + text.map_or(0, str::len) + id.len() + OVERHEAD
}

fn list(values: impl IntoIterator<Item = Value>) -> Value {
    Value { kind: Some(TheirKind::ListValue(ListValue { values: values.into_iter().collect() })) }
}

fn lists(entries: BTreeMap<String, Vec<Value>>) -> Value {
    let fields = entries.into_iter().map(|(name, values)| (name, list(values))).collect();
    Value { kind: Some(TheirKind::StructValue(Struct { fields })) }
}

fn texts(values: impl IntoIterator<Item = String>) -> Value {
    list(values.into_iter().map(Value::from))
}

/// The path itself and those above it: `parts`, `parts[]` and `parts[].color` of the last.
fn with_parents(path: &str) -> impl Iterator<Item = &str> {
    let ends = path.char_indices().filter(|(_, c)| matches!(c, '.' | '[')).map(|(index, _)| index);
    ends.map(|end| &path[..end]).filter(|parent| !parent.is_empty()).chain([path])
}

/// What filters compare of a payload.
pub(super) struct Compared {
    entries: HashMap<String, Value>,
    /// The fields there are: kind and path.
    fields: BTreeSet<String>,
    /// Bytes its values count for.
    weight: usize,
}

pub(super) fn compared(payload: &JsonObject) -> Result<Compared, Error> {
    let value = payload.value().ok_or_else(|| Error::impossible("payload", "is nested too deep"))?;
    let (mut tokens, mut has, mut null, mut some) = (Vec::new(), BTreeSet::new(), BTreeSet::new(), BTreeSet::new());
    let mut fields = BTreeSet::new();
    let mut by_path: [BTreeMap<String, Vec<Value>>; 3] = Default::default();
    let [values, numbers, times] = &mut by_path;
    let found = leaves(&value).map_err(|problem| Error::impossible("payload", problem))?;
    let weight = weight(&found);
    for (path, kind, leaf) in found {
        let name = path_name(&path);
        fields.insert(format!("{}{path}", kind.letter()));
        if kind == Kind::Null {
            null.insert(name);
            continue;
        }
        has.extend(with_parents(&path).map(path_name));
        some.insert(format!("{}{name}", kind.letter()));
        if kind != Kind::Time {
            tokens.push(token(&path, kind, &leaf));
            values.entry(name.clone()).or_default().push(kind_value(kind, &leaf).into());
        }
        #[expect(clippy::cast_precision_loss, reason = "bounds are floats too")]
        match (kind, leaf) {
            (Kind::Number, Leaf::Whole(number)) => numbers.entry(name).or_default().push((number as f64).into()),
            (Kind::Number, Leaf::Float(number)) => numbers.entry(name).or_default().push(number.into()),
            (Kind::Time, Leaf::Whole(micros)) => times.entry(name).or_default().push(micros.into()),
            _ => {}
        }
    }
    let mut sought: BTreeMap<String, Vec<Value>> = BTreeMap::new();
    texts_of(&value, &mut String::new(), &mut |path, text| {
        if text.len() <= MAX_SOUGHT {
            sought.entry(path_name(path)).or_default().push(text.into());
        }
    });
    let [values, numbers, times] = by_path;
    let entries = [
        ("k", texts(tokens)),
        ("h", texts(has)),
        ("z", texts(null)),
        ("y", texts(some)),
        ("v", lists(values)),
        ("n", lists(numbers)),
        ("t", lists(times)),
        ("x", lists(sought)),
    ];
    let entries = entries.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
    Ok(Compared { entries, fields, weight })
}

/// Texts with their paths, as `leaves` has them.
fn texts_of(value: &serde_json::Value, path: &mut String, put: &mut impl FnMut(&str, &str)) {
    use serde_json::Value as Json;
    match value {
        Json::Object(entries) => {
            for (name, value) in entries {
                let length = path.len();
                if length > 0 {
                    path.push('.');
                }
                path.push_str(name);
                texts_of(value, path, put);
                path.truncate(length);
            }
        }
        Json::Array(members) => {
            for member in members {
                let length = path.len();
                if matches!(member, Json::Object(_) | Json::Array(_)) {
                    path.push_str("[]");
                }
                texts_of(member, path, put);
                path.truncate(length);
            }
        }
        Json::String(text) => put(path, text),
        _ => {}
    }
}

/// What a point has beside its payload.
#[derive(Debug, Clone)]
pub(super) struct Own {
    pub(super) id: String,
    pub(super) text: Option<String>,
    pub(super) expires: Option<i64>,
    pub(super) seq: i64,
    pub(super) dimensions: usize,
}

/// The whole payload of a point in Qdrant.
pub(super) fn payload_of(
    tenant: &Tenant,
    collection: &str,
    own: &Own,
    payload: &JsonObject,
) -> Result<(HashMap<String, Value>, BTreeSet<String>), Error> {
    let Compared { mut entries, fields, weight } = compared(payload)?;
    let size = length_of(own.dimensions, payload.text(), own.text.as_deref(), &own.id) + weight;
    let mut put = |name: &str, value: Value| drop(entries.insert(name.to_owned(), value));
    put(COLLECTION, collection.into());
    put(TENANT, tenant.key.as_str().into());
    put(ID, own.id.as_str().into());
    put(SEQ, own.seq.into());
    put(SIZE, rounded(size).into());
    put(PAYLOAD, payload.text().into());
    if let Some(text) = &own.text {
        put(TEXT, text.as_str().into());
    }
    if let Some(expires) = own.expires {
        put(EXPIRES, expires.into());
    }
    Ok((entries, fields))
}

/// A point for Qdrant.
pub(super) fn written(
    tenant: &Tenant,
    collection: &str,
    point: Point,
    seq: i64,
    average: f32,
) -> Result<(PointStruct, BTreeSet<String>), Error> {
    let weights =
        point.text.as_deref().map(|text| bm25::weights(&bm25::frequencies(text), average)).unwrap_or_default();
    let own = Own { id: point.id, text: point.text, expires: point.expires, seq, dimensions: point.vector.len() };
    let (payload, fields) = payload_of(tenant, collection, &own, &point.payload)?;
    let dense = vector::Vector::Dense(DenseVector { data: point.vector });
    let mut named = HashMap::from([(DENSE.to_owned(), Vector { vector: Some(dense), ..Vector::default() })]);
    if !weights.is_empty() {
        let (indices, values) = weights.into_iter().unzip();
        let words = vector::Vector::Sparse(SparseVector { values, indices });
        named.insert(WORDS.to_owned(), Vector { vector: Some(words), ..Vector::default() });
    }
    let vectors = Vectors { vectors_options: Some(VectorsOptions::Vectors(NamedVectors { vectors: named })) };
    let id = point_id(collection, &own.id);
    Ok((PointStruct { id: Some(id), payload, vectors: Some(vectors) }, fields))
}

/// Which parts of payloads to send.
pub(super) fn with_payload(parts: Parts) -> WithPayloadSelector {
    let fields: &[&str] = if parts.payload { &[ID, SEQ, EXPIRES, PAYLOAD, TEXT] } else { &[ID, SEQ, EXPIRES] };
    only(fields)
}

/// Some entries of payloads.
pub(super) fn only(fields: &[&str]) -> WithPayloadSelector {
    let fields = fields.iter().map(|field| (*field).to_owned()).collect();
    WithPayloadSelector { selector_options: Some(SelectorOptions::Include(PayloadIncludeSelector { fields })) }
}

/// Which vectors to send.
pub(super) fn with_vectors(wanted: bool) -> WithVectorsSelector {
    use with_vectors_selector::SelectorOptions;
    let options = match wanted {
        true => SelectorOptions::Include(VectorsSelector { names: vec![DENSE.to_owned()] }),
        false => SelectorOptions::Enable(false),
    };
    WithVectorsSelector { selector_options: Some(options) }
}

/// The vector of a point that was sent with one.
pub(super) fn vector_of(vectors: Option<VectorsOutput>) -> Option<Vec<f32>> {
    let vectors_output::VectorsOptions::Vectors(mut named) = vectors?.vectors_options? else { return None };
    #[expect(deprecated, reason = "servers before 1.16 send it there")]
    let (data, vector) = named.vectors.remove(DENSE).map(|found| (found.data, found.vector))?;
    match vector {
        Some(vector_output::Vector::Dense(dense)) => Some(dense.data),
        _ => Some(data).filter(|data| !data.is_empty()),
    }
}

/// An entry that is text.
pub(super) fn text_at(payload: &HashMap<String, Value>, name: &str) -> Option<String> {
    match payload.get(name)?.kind.as_ref()? {
        TheirKind::StringValue(text) => Some(text.clone()),
        _ => None,
    }
}

/// An entry that is a whole number.
pub(super) fn whole_at(payload: &HashMap<String, Value>, name: &str) -> Option<i64> {
    match payload.get(name)?.kind.as_ref()? {
        TheirKind::IntegerValue(number) => Some(*number),
        _ => None,
    }
}

/// A point of Qdrant as it is kept for the caller.
pub(super) fn read(point: RetrievedPoint, parts: Parts) -> Option<Stored> {
    let payload = &point.payload;
    Some(Stored {
        id: text_at(payload, ID)?,
        payload: text_at(payload, PAYLOAD).filter(|_| parts.payload).and_then(JsonObject::of_text),
        text: text_at(payload, TEXT).filter(|_| parts.payload),
        expires: whole_at(payload, EXPIRES),
        vector: vector_of(point.vectors).filter(|_| parts.vector),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_rounded_up_by_little() {
        for bytes in [0, 1, 31, 32, 33, 1_000, 1_600, 65_537, 400_000] {
            let rounded = usize::try_from(rounded(bytes)).unwrap();
            assert!(rounded >= bytes && rounded - bytes <= bytes / 16, "{bytes} {rounded}");
        }
        let values: BTreeSet<i64> = (0..400_000).map(rounded).collect();
        assert!(values.len() < 300, "{}", values.len());
    }

    #[test]
    fn paths_have_their_parents() {
        assert_eq!(with_parents("a.b[].c").collect::<Vec<_>>(), ["a", "a.b", "a.b[]", "a.b[].c"]);
        assert_eq!(with_parents("a").collect::<Vec<_>>(), ["a"]);
    }
}
