//! Logical collections: a point each in a collection of Qdrant's, found by tenant and name.

use std::collections::{BTreeSet, HashMap};

use chassis::Error;
use qdrant_client::qdrant::vectors_config::Config;
use qdrant_client::qdrant::{
    CreateCollection, CreateFieldIndexCollection, Distance as TheirDistance, FieldType, Filter, HnswConfigDiff,
    IntegerIndexParams, KeywordIndexParams, Modifier, PayloadIndexParams, PointStruct, RetrievedPoint, ScrollPoints,
    SparseVectorConfig, SparseVectorParams, Struct, Value, VectorParams, VectorParamsMap, VectorsConfig,
    payload_index_params::IndexParams, value::Kind as TheirKind,
};

use super::filters::{has_id, keyword};
use super::names::{registry, registry_id, shared};
use super::points::{COLLECTION, DENSE, EXPIRES, SEQ, SIZE, TENANT, WORDS, text_at, whole_at, with_vectors};
use super::server::Server;
use crate::filter::leaves::Kind;
use crate::filter::remarks::Fields;
use crate::store::{Distance, Model, STAGED, Spec, missing};
use crate::tenant::Tenant;

/// Fields of a collection that are noted, by kind and path; with more, none is called unknown.
const MAX_FIELDS: usize = 2_000;
/// Longest path that is noted, in bytes.
const MAX_PATH: usize = 200;
/// Collections of a tenant that are read; more than any plan has.
const MAX_COLLECTIONS: u32 = 2_000;
/// Links of a graph, within each logical collection.
const LINKS: u64 = 16;

/// A logical collection.
#[derive(Debug, Clone)]
pub(super) struct Head {
    pub(super) spec: Spec,
    /// Its id, which points carry.
    pub(super) uid: String,
    /// When it was made, in microseconds since 1970.
    pub(super) created: i64,
    /// The collection of Qdrant its points are in.
    pub(super) shared: String,
    /// The fields there are or were: kind and path.
    fields: BTreeSet<String>,
}

impl Head {
    pub(super) fn new(prefix: &str, spec: Spec, uid: String, created: i64) -> Self {
        let shared = shared(prefix, spec.distance, spec.dimensions);
        Self { spec, uid, created, shared, fields: BTreeSet::new() }
    }

    fn read(prefix: &str, point: &RetrievedPoint) -> Option<Self> {
        let payload = &point.payload;
        let distance: Distance = serde_json::from_value(text_at(payload, "distance")?.into()).ok()?;
        let model = text_at(payload, "model").and_then(|model| serde_json::from_str::<Model>(&model).ok());
        let average = match payload.get("average").and_then(|value| value.kind.as_ref()) {
            #[expect(clippy::cast_possible_truncation, reason = "it was one")]
            Some(TheirKind::DoubleValue(average)) => Some(*average as f32),
            _ => None,
        };
        let spec = Spec {
            name: text_at(payload, "name")?,
            dimensions: usize::try_from(whole_at(payload, "dimensions")?).ok()?,
            distance,
            model,
            average_length: average,
        };
        let mut head = Self::new(prefix, spec, text_at(payload, "uid")?, whole_at(payload, "created")?);
        if let Some(TheirKind::StructValue(fields)) = payload.get("fields").and_then(|value| value.kind.as_ref()) {
            head.fields = fields.fields.keys().cloned().collect();
        }
        Some(head)
    }

    fn written(&self, tenant: &Tenant) -> PointStruct {
        let distance = serde_json::to_value(self.spec.distance).unwrap_or_default();
        let mut payload: HashMap<String, Value> = HashMap::from([
            (TENANT.to_owned(), tenant.key.as_str().into()),
            ("name".to_owned(), self.spec.name.as_str().into()),
            ("uid".to_owned(), self.uid.as_str().into()),
            ("dimensions".to_owned(), i64::try_from(self.spec.dimensions).unwrap_or(0).into()),
            ("distance".to_owned(), distance.as_str().unwrap_or_default().into()),
            ("created".to_owned(), self.created.into()),
            ("fields".to_owned(), noted(self.fields.iter())),
        ]);
        if let Some(model) = &self.spec.model {
            payload.insert("model".to_owned(), serde_json::to_string(model).unwrap_or_default().into());
        }
        if let Some(average) = self.spec.average_length {
            payload.insert("average".to_owned(), f64::from(average).into());
        }
        PointStruct::new(registry_id(tenant, &self.spec.name), vec![1.0], payload)
    }

    /// Fields that are not noted yet; nothing more once there are too many.
    pub(super) fn new_fields<'f>(&self, fields: &'f BTreeSet<String>) -> Vec<&'f String> {
        let room = (MAX_FIELDS + 1).saturating_sub(self.fields.len());
        fields.iter().filter(|field| field.len() <= MAX_PATH && !self.fields.contains(*field)).take(room).collect()
    }
}

fn noted<'f>(fields: impl Iterator<Item = &'f String>) -> Value {
    let fields = fields.map(|field| (field.clone(), true.into())).collect();
    Value { kind: Some(TheirKind::StructValue(Struct { fields })) }
}

impl Fields for Head {
    type Fault = Error;

    fn kinds(&self, path: &str) -> Result<Vec<Kind>, Error> {
        // Who has too many fields, or too long a path, is not told that they are unknown.
        if self.fields.len() > MAX_FIELDS || path.len() >= MAX_PATH {
            return Ok(vec![Kind::Text, Kind::LongText, Kind::Number, Kind::Bool, Kind::Time]);
        }
        let below = |known: &str| {
            known
                .strip_prefix(path)
                .is_some_and(|rest| rest.is_empty() || rest.starts_with('.') || rest.starts_with("[]"))
        };
        let parts = self.fields.iter().filter_map(|field| field.split_at_checked(1));
        Ok(parts.filter(|(_, known)| below(known)).filter_map(|(letter, _)| Kind::of_letter(letter)).collect())
    }

    fn paths(&self) -> Result<Vec<String>, Error> {
        Ok(self.fields.iter().filter_map(|field| Some(field.split_at_checked(1)?.1.to_owned())).collect())
    }
}

/// The registry of a server.
pub(super) struct Registry {
    prefix: String,
    name: String,
}

impl Registry {
    pub(super) fn new(prefix: &str) -> Self {
        Self { prefix: prefix.to_owned(), name: registry(prefix) }
    }

    /// Makes the collections of Qdrant that a logical one needs.
    pub(super) async fn prepare(&self, server: &Server, head: &Head) -> Result<(), Error> {
        if !server.exists(&self.name).await? {
            let params = VectorParams { size: 1, distance: TheirDistance::Dot.into(), ..VectorParams::default() };
            let request = CreateCollection {
                collection_name: self.name.clone(),
                vectors_config: Some(VectorsConfig { config: Some(Config::Params(params)) }),
                hnsw_config: Some(HnswConfigDiff { m: Some(0), ..HnswConfigDiff::default() }),
                ..CreateCollection::default()
            };
            server.create(request).await?;
        }
        // An index that is there already is as good: the one who made the collection may have ended before.
        server.index(keyword_index(&self.name, TENANT, true)).await?;
        if !server.exists(&head.shared).await? {
            server.create(shared_collection(&head.shared, &head.spec)).await?;
        }
        for request in [
            keyword_index(&head.shared, COLLECTION, true),
            keyword_index(&head.shared, TENANT, false),
            keyword_index(&head.shared, "k", false),
            integer_index(&head.shared, SEQ, false, true),
            integer_index(&head.shared, SIZE, true, false),
            integer_index(&head.shared, EXPIRES, false, true),
        ] {
            server.index(request).await?;
        }
        Ok(())
    }

    /// The collection of a name.
    pub(super) async fn find(&self, server: &Server, tenant: &Tenant, name: &str) -> Result<Head, Error> {
        self.look(server, tenant, name).await?.ok_or_else(|| missing(name))
    }

    /// The collection of a name, if there is one.
    pub(super) async fn look(&self, server: &Server, tenant: &Tenant, name: &str) -> Result<Option<Head>, Error> {
        let ids = vec![registry_id(tenant, name)];
        let found = server.get(&self.name, ids, true.into(), with_vectors(false)).await;
        match found {
            Ok(points) => Ok(points.first().and_then(|point| Head::read(&self.prefix, point))),
            // Nobody has made a collection yet.
            Err(error) => match server.exists(&self.name).await {
                Ok(false) => Ok(None),
                _ => Err(error),
            },
        }
    }

    /// All collections of a tenant, by name; those that are staged, or the others.
    pub(super) async fn list(&self, server: &Server, tenant: &Tenant, staged: bool) -> Result<Vec<Head>, Error> {
        if !server.exists(&self.name).await? {
            return Ok(Vec::new());
        }
        let request = ScrollPoints {
            collection_name: self.name.clone(),
            filter: Some(Filter::must([keyword(TENANT, &tenant.key)])),
            limit: Some(MAX_COLLECTIONS),
            with_payload: Some(true.into()),
            ..ScrollPoints::default()
        };
        let points = server.scroll(request).await?;
        let heads = points.iter().filter_map(|point| Head::read(&self.prefix, point));
        let mut heads: Vec<Head> = heads.filter(|head| head.spec.name.starts_with(STAGED) == staged).collect();
        heads.sort_by(|a, b| a.spec.name.cmp(&b.spec.name));
        Ok(heads)
    }

    /// Writes a collection down.
    pub(super) async fn put(&self, server: &Server, tenant: &Tenant, head: &Head) -> Result<(), Error> {
        server.upsert(&self.name, vec![head.written(tenant)]).await
    }

    /// Strikes a name out.
    pub(super) async fn strike(&self, server: &Server, tenant: &Tenant, name: &str) -> Result<(), Error> {
        server.delete_ids(&self.name, vec![registry_id(tenant, name)]).await
    }

    /// Notes the mean length of texts, unless somebody has.
    pub(super) async fn settle(
        &self,
        server: &Server,
        tenant: &Tenant,
        name: &str,
        average: f32,
    ) -> Result<Head, Error> {
        let mut filter = Filter::must([has_id(vec![registry_id(tenant, name)])]);
        filter.must.push(qdrant_client::qdrant::Condition::is_empty("average"));
        let payload = HashMap::from([("average".to_owned(), f64::from(average).into())]);
        server.set_payload(&self.name, filter, None, payload).await?;
        self.find(server, tenant, name).await
    }

    /// Notes fields.
    pub(super) async fn note(
        &self,
        server: &Server,
        tenant: &Tenant,
        head: &Head,
        fields: &BTreeSet<String>,
    ) -> Result<(), Error> {
        let new = head.new_fields(fields);
        if new.is_empty() {
            return Ok(());
        }
        let filter = Filter::must([has_id(vec![registry_id(tenant, &head.spec.name)])]);
        let payload = new.into_iter().map(|field| (field.clone(), true.into())).collect();
        server.set_payload(&self.name, filter, Some("fields"), payload).await
    }
}

fn shared_collection(name: &str, spec: &Spec) -> CreateCollection {
    let distance = match spec.distance {
        Distance::Cosine => TheirDistance::Cosine,
        Distance::Dot => TheirDistance::Dot,
        Distance::Euclid => TheirDistance::Euclid,
        Distance::Manhattan => TheirDistance::Manhattan,
    };
    let dense = VectorParams { size: spec.dimensions as u64, distance: distance.into(), ..VectorParams::default() };
    let words = SparseVectorParams { modifier: Some(Modifier::Idf.into()), ..SparseVectorParams::default() };
    let map = VectorParamsMap { map: HashMap::from([(DENSE.to_owned(), dense)]) };
    CreateCollection {
        collection_name: name.to_owned(),
        vectors_config: Some(VectorsConfig { config: Some(Config::ParamsMap(map)) }),
        sparse_vectors_config: Some(SparseVectorConfig { map: HashMap::from([(WORDS.to_owned(), words)]) }),
        // A graph within each logical collection, and none over all.
        hnsw_config: Some(HnswConfigDiff { m: Some(0), payload_m: Some(LINKS), ..HnswConfigDiff::default() }),
        ..CreateCollection::default()
    }
}

fn index(collection: &str, field: &str, kind: FieldType, params: IndexParams) -> CreateFieldIndexCollection {
    CreateFieldIndexCollection {
        collection_name: collection.to_owned(),
        wait: Some(true),
        field_name: field.to_owned(),
        field_type: Some(kind.into()),
        field_index_params: Some(PayloadIndexParams { index_params: Some(params) }),
        ..CreateFieldIndexCollection::default()
    }
}

fn keyword_index(collection: &str, field: &str, tenant: bool) -> CreateFieldIndexCollection {
    let params = KeywordIndexParams { is_tenant: tenant.then_some(true), ..KeywordIndexParams::default() };
    index(collection, field, FieldType::Keyword, IndexParams::KeywordIndexParams(params))
}

fn integer_index(collection: &str, field: &str, lookup: bool, range: bool) -> CreateFieldIndexCollection {
    let params = IntegerIndexParams { lookup: Some(lookup), range: Some(range), ..IntegerIndexParams::default() };
    index(collection, field, FieldType::Integer, IndexParams::IntegerIndexParams(params))
}
