//! The store as a service holds it.

use std::collections::{HashMap, HashSet};
use std::path::PathBuf;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use chassis::{Call, Code, Cost, Error};
use futures_util::lock::OwnedMutexGuard;
use qdrant_client::qdrant::order_value;
use qdrant_client::qdrant::{
    Direction, FacetCounts, Filter as TheirFilter, OrderBy, ScrollPoints, StartFrom, facet_value, start_from,
};

use super::filters::{expired, keyword, of_collection, of_filter};
use super::points::{self, COLLECTION, SEQ, SIZE, TENANT, whole_at, with_payload, with_vectors};
use super::registry::{Head, Registry};
use super::server::Server;
use crate::facet::order;
use crate::filter::leaves::{Kind, Leaf, leaves, path};
use crate::filter::remarks::{remarks, unknown};
use crate::filter::{Filter, Scalar};
use crate::plan::Quota;
use crate::snapshots::file::{Header, SnapshotWriter};
use crate::store::{Facet, FacetValue, IndexKind, Info, Paging, Parts, STAGED, Spec, Stored, taken};
use crate::tenant::Tenant;
use crate::turns::{Turn, Turns};

/// Time for which what a tenant uses is believed, with what this process has added since.
const BELIEVED: Duration = Duration::from_secs(10);
/// Time between two looks for what has expired in a collection; until then it is left out of answers.
const PURGED: Duration = Duration::from_secs(60);
/// Points whose values are counted by `facet`, at most.
const MAX_FACET: usize = 100_000;
/// Values of a size that are counted: more than there can be.
const SIZES: u64 = 2_000;

/// The store on a Qdrant server.
pub struct Qdrant(pub(super) Arc<Shared>);

pub(super) struct Shared {
    pub(super) server: Server,
    pub(super) registry: Registry,
    prefix: String,
    /// The last number of the sequence that points are ordered by.
    seq: AtomicI64,
    /// Collections of Qdrant that are known to be there.
    prepared: Mutex<HashSet<String>>,
    /// Collections that are being changed.
    turns: Turns,
    usage: Mutex<HashMap<String, Usage>>,
    purged: Mutex<HashMap<String, Instant>>,
}

/// What a tenant has.
#[derive(Debug, Clone, Copy)]
struct Usage {
    points: u64,
    bytes: u64,
    at: Instant,
}

impl Qdrant {
    /// At an address; it need not answer yet.
    ///
    /// # Errors
    /// When the address or the prefix is none.
    pub fn open(url: &str, key: Option<String>, prefix: &str) -> Result<Self, String> {
        crate::names::check("prefix", prefix)
            .map_err(|_| "FLOWFORGE_QDRANT_PREFIX: must have 1 to 63 small letters, digits, - and _".to_owned())?;
        Ok(Self(Arc::new(Shared {
            server: Server::new(url, key)?,
            registry: Registry::new(prefix),
            prefix: prefix.to_owned(),
            seq: AtomicI64::new(0),
            prepared: Mutex::default(),
            turns: Turns::default(),
            usage: Mutex::default(),
            purged: Mutex::default(),
        })))
    }
}

impl Shared {
    /// The right to change a collection.
    pub(super) fn turn(&self, uid: &str) -> Turn {
        self.turns.of(uid)
    }

    /// A collection, and the right to change it: looked for again once the turn has come, because it may have been dropped or
    /// replaced by another meanwhile.
    pub(super) async fn held(&self, tenant: &Tenant, name: &str) -> Result<(Head, OwnedMutexGuard<()>), Error> {
        let mut head = self.registry.find(&self.server, tenant, name).await?;
        loop {
            let turn = self.turn(&head.uid).lock_owned().await;
            let now = self.registry.find(&self.server, tenant, name).await?;
            if now.uid == head.uid {
                return Ok((now, turn));
            }
            head = now;
        }
    }

    /// The next numbers of the sequence: eighths of a microsecond since 2025, always rising. Qdrant reads where a page starts
    /// as a float, which holds every number below 2^53: these come there in 2060.
    pub(super) fn next(&self, now: i64, count: usize) -> std::ops::Range<i64> {
        const SINCE: i64 = 1_735_689_600_000_000;
        let count = i64::try_from(count).unwrap_or(i64::MAX);
        let clock = now.saturating_sub(SINCE).max(0) << 3;
        let after = |last: i64| last.max(clock) + count;
        let before = self.seq.fetch_update(Ordering::AcqRel, Ordering::Acquire, |last| Some(after(last)));
        let end = after(before.unwrap_or_else(|last| last));
        end - count..end
    }

    /// Deletes what has expired, now and then.
    pub(super) async fn purge(&self, head: &Head, now: i64) -> Result<(), Error> {
        {
            let mut purged = self.purged.lock().unwrap_or_else(PoisonError::into_inner);
            if purged.get(&head.uid).is_some_and(|at| at.elapsed() < PURGED) {
                return Ok(());
            }
            if purged.len() > 10_000 {
                purged.clear();
            }
            purged.insert(head.uid.clone(), Instant::now());
        }
        let gone = TheirFilter { must: vec![keyword(COLLECTION, &head.uid), expired(now)], ..TheirFilter::default() };
        self.server.delete_filter(&head.shared, gone).await
    }

    /// Refuses more points and bytes than the plan has.
    pub(super) async fn allow(&self, tenant: &Tenant, head: &Head, points: u64, bytes: u64) -> Result<(), Error> {
        if (points == 0 && bytes == 0) || head.spec.name.starts_with(STAGED) {
            return Ok(());
        }
        let known = self.usage.lock().unwrap_or_else(PoisonError::into_inner).get(&tenant.key).copied();
        let fits = |usage: &Usage| {
            let points = if points > 0 { usage.points + points } else { 0 };
            tenant.quota.allow(points, if bytes > 0 { usage.bytes + bytes } else { 0 })
        };
        let recent = known.filter(|usage| usage.at.elapsed() < BELIEVED && fits(usage).is_ok());
        let usage = match recent {
            Some(usage) => usage,
            None => self.usage(tenant).await?,
        };
        fits(&usage)?;
        let mut all = self.usage.lock().unwrap_or_else(PoisonError::into_inner);
        if all.len() > 10_000 {
            all.clear();
        }
        all.insert(tenant.key.clone(), Usage { points: usage.points + points, bytes: usage.bytes + bytes, ..usage });
        Ok(())
    }

    /// What a tenant has, counted.
    async fn usage(&self, tenant: &Tenant) -> Result<Usage, Error> {
        let heads = self.registry.list(&self.server, tenant, false).await?;
        let staged = self.registry.list(&self.server, tenant, true).await?;
        let shared: HashSet<&str> = heads.iter().map(|head| head.shared.as_str()).collect();
        let mut usage = Usage { points: 0, bytes: 0, at: Instant::now() };
        for collection in shared {
            let filter = TheirFilter {
                must: vec![keyword(TENANT, &tenant.key)],
                must_not: staged.iter().map(|head| keyword(COLLECTION, &head.uid)).collect(),
                ..TheirFilter::default()
            };
            let (points, bytes) = self.sizes(collection, filter).await?;
            usage.points += points;
            usage.bytes += bytes;
        }
        Ok(usage)
    }

    /// Number of points of a filter, and their bytes.
    async fn sizes(&self, collection: &str, filter: TheirFilter) -> Result<(u64, u64), Error> {
        let request = FacetCounts {
            collection_name: collection.to_owned(),
            key: SIZE.to_owned(),
            filter: Some(filter),
            limit: Some(SIZES),
            exact: Some(true),
            ..FacetCounts::default()
        };
        let (mut points, mut bytes) = (0, 0);
        for hit in self.server.facet(request).await? {
            let size = match hit.value.and_then(|value| value.variant) {
                Some(facet_value::Variant::IntegerValue(size)) => u64::try_from(size).unwrap_or(0),
                _ => 0,
            };
            points += hit.count;
            bytes += size * hit.count;
        }
        Ok((points, bytes))
    }

    pub(super) async fn info(&self, head: Head, now: i64) -> Result<Info, Error> {
        let (points, bytes) = self.sizes(&head.shared, of_collection(&head.uid, now)).await?;
        Ok(Info { spec: head.spec, points, bytes, created: head.created, index: IndexKind::Server })
    }

    pub(super) async fn create(&self, call: &Call, tenant: &Tenant, spec: Spec) -> Result<Info, Error> {
        let turn = self.turn(&tenant.key);
        let _turn = turn.lock().await;
        if self.registry.look(&self.server, tenant, &spec.name).await?.is_some() {
            return Err(taken(&spec.name));
        }
        match spec.name.starts_with(STAGED) {
            true => {
                for left in self.registry.list(&self.server, tenant, true).await? {
                    self.drop(tenant, &left).await?;
                }
            }
            false => {
                let present = self.registry.list(&self.server, tenant, false).await?.len();
                tenant.quota.allow_collection(present as u64)?;
            }
        }
        let created = call.now().as_microsecond();
        let head = Head::new(&self.prefix, spec, uuid::Uuid::new_v4().to_string(), created);
        let known = self.prepared.lock().unwrap_or_else(PoisonError::into_inner).contains(&head.shared);
        if !known {
            self.registry.prepare(&self.server, &head).await?;
            self.prepared.lock().unwrap_or_else(PoisonError::into_inner).insert(head.shared.clone());
        }
        self.registry.put(&self.server, tenant, &head).await?;
        Ok(Info { spec: head.spec, points: 0, bytes: 0, created, index: IndexKind::Server })
    }

    /// Deletes the points of a collection, then the collection.
    async fn drop(&self, tenant: &Tenant, head: &Head) -> Result<(), Error> {
        self.server.delete_filter(&head.shared, TheirFilter::must([keyword(COLLECTION, &head.uid)])).await?;
        self.registry.strike(&self.server, tenant, &head.spec.name).await
    }

    pub(super) async fn remove(&self, call: &Call, tenant: &Tenant, name: &str) -> Result<u64, Error> {
        let (head, _turn) = self.held(tenant, name).await?;
        let alive = of_collection(&head.uid, call.now().as_microsecond());
        let points = self.server.count(&head.shared, alive).await?;
        self.drop(tenant, &head).await?;
        self.usage.lock().unwrap_or_else(PoisonError::into_inner).remove(&tenant.key);
        Ok(points)
    }

    pub(super) async fn rename(&self, call: &Call, tenant: &Tenant, name: &str, new: &str) -> Result<Info, Error> {
        let turn = self.turn(&tenant.key);
        let _turn = turn.lock().await;
        let mut head = self.registry.find(&self.server, tenant, name).await?;
        if name != new {
            if self.registry.look(&self.server, tenant, new).await?.is_some() {
                return Err(taken(new));
            }
            new.clone_into(&mut head.spec.name);
            self.registry.put(&self.server, tenant, &head).await?;
            self.registry.strike(&self.server, tenant, name).await?;
        }
        self.info(head, call.now().as_microsecond()).await
    }

    pub(super) async fn replace(&self, call: &Call, tenant: &Tenant, staged: &str, name: &str) -> Result<Info, Error> {
        let turn = self.turn(&tenant.key);
        let _turn = turn.lock().await;
        let now = call.now().as_microsecond();
        let mut head = self.registry.find(&self.server, tenant, staged).await?;
        let old = self.registry.look(&self.server, tenant, name).await?;
        let new = self.info(head.clone(), now).await?;
        let all = self.usage(tenant).await?;
        let before = match &old {
            Some(old) => self.info(old.clone(), now).await.map(|info| (info.points, info.bytes))?,
            None => {
                let present = self.registry.list(&self.server, tenant, false).await?.len();
                tenant.quota.allow_collection(present as u64)?;
                (0, 0)
            }
        };
        let quota: &Quota = &tenant.quota;
        quota.allow(
            all.points + new.points - before.0.min(all.points),
            all.bytes + new.bytes - before.1.min(all.bytes),
        )?;
        // Who changes what is replaced is done first.
        let _old = match &old {
            Some(old) => Some(self.turn(&old.uid).lock_owned().await),
            None => None,
        };
        name.clone_into(&mut head.spec.name);
        // From here on the name leads to the new points.
        self.registry.put(&self.server, tenant, &head).await?;
        self.registry.strike(&self.server, tenant, staged).await?;
        if let Some(old) = old {
            self.server.delete_filter(&old.shared, TheirFilter::must([keyword(COLLECTION, &old.uid)])).await?;
        }
        self.usage.lock().unwrap_or_else(PoisonError::into_inner).remove(&tenant.key);
        Ok(Info { spec: head.spec, ..new })
    }

    pub(super) async fn page(
        &self,
        head: &Head,
        filter: &Filter,
        parts: Parts,
        paging: &Paging,
        now: i64,
    ) -> Result<(Vec<Stored>, Option<String>), Error> {
        let wrong = || Error::field(Code::ValidationError, "cursor", "is none that this service gave");
        let from: Option<i64> = paging.cursor.as_ref().map(|cursor| cursor.parse().map_err(|_| wrong())).transpose()?;
        let start = from.map(|seq| StartFrom { value: Some(start_from::Value::Integer(seq)) });
        let request = ScrollPoints {
            collection_name: head.shared.clone(),
            filter: Some(of_filter(&head.uid, filter, now)),
            // One more says whether there is another page.
            limit: Some(u32::try_from(paging.limit + 1).unwrap_or(u32::MAX)),
            with_payload: Some(with_payload(parts)),
            with_vectors: Some(with_vectors(parts.vector)),
            order_by: Some(OrderBy { key: SEQ.to_owned(), direction: Some(Direction::Asc.into()), start_from: start }),
            ..ScrollPoints::default()
        };
        let mut found = self.server.scroll(request).await?;
        let mut next = None;
        if found.len() > paging.limit {
            let last = found.pop();
            next = last.and_then(|point| {
                let told = point.order_value.and_then(|value| value.variant);
                match told {
                    Some(order_value::Variant::Int(seq)) => Some(seq.to_string()),
                    _ => whole_at(&point.payload, SEQ).map(|seq| seq.to_string()),
                }
            });
        }
        Ok((found.into_iter().filter_map(|point| points::read(point, parts)).collect(), next))
    }

    pub(super) async fn facet(
        &self,
        call: &Call,
        tenant: &Tenant,
        name: &str,
        key: &str,
        filter: &Filter,
        limit: usize,
    ) -> Result<Facet, Error> {
        let head = self.registry.find(&self.server, tenant, name).await?;
        let (key, now) = (path(key).to_owned(), call.now().as_microsecond());
        let mut facet = Facet::default();
        let kinds = crate::filter::remarks::Fields::kinds(&head, &key)?;
        if kinds.is_empty() {
            let (code, _, message) = unknown(&key, &head)?;
            facet.remarks.push((code, "key".to_owned(), message));
        }
        if !filter.is_empty() {
            facet.remarks.extend(remarks(filter, &head)?);
        }
        let parts = Parts { payload: true, vector: false };
        let mut paging = Paging { limit: 1_000, cursor: None };
        let (mut counts, mut seen): (HashMap<String, (Scalar, u64)>, usize) = Default::default();
        loop {
            call.check()?;
            let (points, next) = self.page(&head, filter, parts, &paging, now).await?;
            seen += points.len();
            if seen > MAX_FACET {
                let message = format!("keeps more than {MAX_FACET} points, whose values are not counted: narrow it");
                return Err(Error::impossible("filter", message));
            }
            let key = key.clone();
            let counted = call.compute(Cost::Light, move || {
                points.iter().for_each(|point| count_values(point, &key, &mut counts));
                Ok(counts)
            });
            counts = counted.await?;
            match next {
                Some(_) => paging.cursor = next,
                None => break,
            }
        }
        facet.values = counts.into_values().map(|(value, count)| FacetValue { value, count }).collect();
        order(&mut facet.values, limit);
        Ok(facet)
    }

    pub(super) async fn dump(&self, call: &Call, tenant: &Tenant, name: &str, file: PathBuf) -> Result<u64, Error> {
        let head = self.registry.find(&self.server, tenant, name).await?;
        let now = call.now().as_microsecond();
        let header = Header { collection: head.spec.name.clone(), created: now, spec: (&head.spec).into() };
        let mut writer = call.compute(Cost::Light, move || SnapshotWriter::create(&file, &header)).await?;
        let parts = Parts { payload: true, vector: true };
        let mut paging = Paging { limit: 500, cursor: None };
        loop {
            call.check()?;
            let (points, next) = self.page(&head, &Filter::default(), parts, &paging, now).await?;
            let written = call
                .compute(Cost::Light, move || points.iter().try_for_each(|point| writer.put(point)).map(|()| writer));
            writer = written.await?;
            match next {
                Some(_) => paging.cursor = next,
                None => return call.compute(Cost::Light, move || writer.finish()).await,
            }
        }
    }
}

/// Counts the values of a field of one point.
fn count_values(point: &Stored, key: &str, counts: &mut HashMap<String, (Scalar, u64)>) {
    let value = point.payload.as_ref().and_then(crate::json_object::JsonObject::value);
    let found = value.and_then(|value| leaves(&value).ok()).unwrap_or_default();
    for (_, kind, leaf) in found.into_iter().filter(|(known, ..)| known == key) {
        let scalar = match (kind, leaf) {
            (Kind::Text, Leaf::Text(text)) => Scalar::Text(text),
            (Kind::Bool, Leaf::Whole(truth)) => Scalar::Bool(truth != 0),
            (Kind::Number, Leaf::Whole(number)) => Scalar::Whole(number),
            (Kind::Number, Leaf::Float(number)) => Scalar::Float(number),
            _ => continue,
        };
        counts.entry(format!("{scalar:?}")).or_insert((scalar, 0)).1 += 1;
    }
}
