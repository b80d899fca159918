//! Names of collections, ids of points, hashes of paths.

use qdrant_client::qdrant::PointId;
use uuid::Builder;

use crate::store::Distance;
use crate::tenant::Tenant;

/// A UUID made of some parts: the same for the same, and no others.
pub(super) fn uuid_of(parts: &[&str]) -> String {
    let mut hash = blake3::Hasher::new_derive_key("flowforge vector 2026 qdrant id");
    for part in parts {
        hash.update(&(part.len() as u64).to_le_bytes());
        hash.update(part.as_bytes());
    }
    let mut bytes = [0; 16];
    bytes.copy_from_slice(&hash.finalize().as_bytes()[..16]);
    // Version 8: of our own making (RFC 9562).
    Builder::from_custom_bytes(bytes).into_uuid().to_string()
}

/// The id of a point in Qdrant.
pub(super) fn point_id(collection: &str, id: &str) -> PointId {
    PointId::from(uuid_of(&["point", collection, id]))
}

/// The id of a collection in the registry.
pub(super) fn registry_id(tenant: &Tenant, name: &str) -> PointId {
    PointId::from(uuid_of(&["collection", &tenant.key, name]))
}

/// A path of a field as a name without dots and brackets, which Qdrant would read as a path of its own.
pub(super) fn path_name(path: &str) -> String {
    blake3::hash(path.as_bytes()).to_hex()[..20].to_owned()
}

/// The collection of Qdrant for vectors of a kind.
pub(super) fn shared(prefix: &str, distance: Distance, dimensions: usize) -> String {
    let distance = match distance {
        Distance::Cosine => "cosine",
        Distance::Dot => "dot",
        Distance::Euclid => "euclid",
        Distance::Manhattan => "manhattan",
    };
    format!("{prefix}_{distance}_{dimensions}")
}

/// The collection of Qdrant that says which logical collections there are.
pub(super) fn registry(prefix: &str) -> String {
    format!("{prefix}_collections")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_of_other_parts_are_others() {
        let all = [["a", "bc"], ["ab", "c"], ["abc", ""], ["", "abc"]].map(|parts| uuid_of(&parts));
        for (index, id) in all.iter().enumerate() {
            assert!(uuid::Uuid::parse_str(id).is_ok() && !all[..index].contains(id), "{id}");
        }
        assert_eq!(uuid_of(&["a", "bc"]), all[0]);
    }
}
