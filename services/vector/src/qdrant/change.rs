//! Points put in, changed and deleted. A collection is changed by one request of this process at a time, so that counts are
//! true; of several processes the last one wins.

use std::collections::{BTreeSet, HashMap, HashSet};

use chassis::{Call, Error};
use qdrant_client::qdrant::points_update_operation::{Operation, OverwritePayload};
use qdrant_client::qdrant::{PointId, PointsUpdateOperation, ScrollPoints, UpdateBatchPoints};

use super::filters::{has_id, of_filter};
use super::names::point_id;
use super::points::{self, EXPIRES, ID, Own, SEQ, only, text_at, whole_at, with_payload, with_vectors};
use super::registry::Head;
use super::server::POINTS_AT_ONCE;
use super::store::Shared;
use crate::filter::{Condition, Filter};
use crate::json_object::JsonObject;
use crate::plan::MAX_PAYLOAD;
use crate::store::{Change, Changed, Deleted, Parts, PayloadChange, Point, Selection};
use crate::tenant::Tenant;
use crate::text::bm25;

/// Bytes of points in a message: servers refuse long ones.
const MESSAGE: usize = 4 << 20;

impl Shared {
    /// Removes points and puts others in: those that are new come first, so a request that is cut off leaves too much, not too
    /// little.
    pub(super) async fn change(
        &self,
        call: &Call,
        tenant: &Tenant,
        name: &str,
        change: Change,
    ) -> Result<Changed, Error> {
        let (mut head, _turn) = self.held(tenant, name).await?;
        let now = call.now().as_microsecond();
        self.purge(&head, now).await?;
        // Of several points with one id the last stays.
        let (mut last, mut repeated) = (HashMap::new(), 0);
        for (index, point) in change.upsert.iter().enumerate() {
            repeated += u64::from(last.insert(point.id.clone(), index).is_some());
        }
        let known = self.present(&head, last.keys().cloned().collect(), now).await?;
        let mut points: Vec<Point> = Vec::with_capacity(last.len());
        for (index, point) in change.upsert.into_iter().enumerate() {
            if last.get(&point.id) == Some(&index) {
                points.push(point);
            }
        }
        let changed = Changed {
            inserted: (points.len() - known.len()) as u64,
            updated: known.len() as u64 + repeated,
            removed: 0,
        };
        let (points, bytes) = call
            .compute(chassis::Cost::Light, move || {
                let bytes: usize = points.iter().map(points::size).sum();
                Ok((points, bytes))
            })
            .await?;
        self.allow(tenant, &head, changed.inserted, bytes as u64).await?;
        head = self.settled(tenant, head, &points).await?;
        let ids: Vec<PointId> = points.iter().map(|point| point_id(&head.uid, &point.id)).collect();
        self.put(call, tenant, &head, points).await?;
        let Some(filter) = change.remove else { return Ok(changed) };
        let mut gone = of_filter(&head.uid, &filter, now);
        if !ids.is_empty() {
            gone.must_not.push(has_id(ids));
        }
        let removed = self.server.count(&head.shared, gone.clone()).await?;
        if removed > 0 {
            self.server.delete_filter(&head.shared, gone).await?;
        }
        Ok(Changed { removed, ..changed })
    }

    /// The mean length of texts is that of the first ones, for good.
    #[expect(clippy::cast_precision_loss, reason = "counts of words")]
    async fn settled(&self, tenant: &Tenant, head: Head, points: &[Point]) -> Result<Head, Error> {
        if head.spec.average_length.is_some() {
            return Ok(head);
        }
        let texts = points.iter().filter_map(|point| point.text.as_deref());
        let lengths: Vec<u32> =
            texts.map(|text| bm25::length(&bm25::frequencies(text))).filter(|length| *length > 0).collect();
        if lengths.is_empty() {
            return Ok(head);
        }
        let mean = lengths.iter().sum::<u32>() as f32 / lengths.len() as f32;
        self.registry.settle(&self.server, tenant, &head.spec.name, mean.max(1.0)).await
    }

    /// Writes points, in messages of bounded size.
    async fn put(&self, call: &Call, tenant: &Tenant, head: &Head, points: Vec<Point>) -> Result<(), Error> {
        let average = head.spec.average_length.unwrap_or(1.0);
        let mut fields = BTreeSet::new();
        let mut waiting = points.into_iter().peekable();
        while waiting.peek().is_some() {
            call.check()?;
            let (mut some, mut bytes) = (Vec::new(), 0);
            while let Some(point) =
                waiting.next_if(|point| some.is_empty() || bytes + 4 * points::length(point) < MESSAGE)
            {
                bytes += 4 * points::length(&point);
                some.push(point);
            }
            let (tenant, uid, seqs) =
                (tenant.clone(), head.uid.clone(), self.next(call.now().as_microsecond(), some.len()));
            let written = call.compute(chassis::Cost::Light, move || {
                some.into_iter()
                    .zip(seqs)
                    .map(|(point, seq)| points::written(&tenant, &uid, point, seq, average))
                    .collect::<Result<Vec<_>, Error>>()
            });
            let (structs, paths): (Vec<_>, Vec<_>) = written.await?.into_iter().unzip();
            fields.extend(paths.into_iter().flatten());
            self.server.upsert(&head.shared, structs).await?;
        }
        self.registry.note(&self.server, tenant, head, &fields).await
    }

    /// Which of these ids a point has.
    async fn present(&self, head: &Head, ids: Vec<String>, now: i64) -> Result<HashSet<String>, Error> {
        let asked = ids.iter().map(|id| point_id(&head.uid, id)).collect();
        let found = self.server.get(&head.shared, asked, only(&[ID, EXPIRES]), with_vectors(false)).await?;
        let alive = found.into_iter().filter(|point| whole_at(&point.payload, EXPIRES).is_none_or(|at| at > now));
        Ok(alive.filter_map(|point| text_at(&point.payload, ID)).collect())
    }

    /// Deletes points.
    pub(super) async fn delete(
        &self,
        call: &Call,
        tenant: &Tenant,
        name: &str,
        which: Selection,
    ) -> Result<Deleted, Error> {
        let (head, _turn) = self.held(tenant, name).await?;
        let now = call.now().as_microsecond();
        self.purge(&head, now).await?;
        match which {
            Selection::Ids(ids) => {
                let present = self.present(&head, ids.clone(), now).await?;
                let mut not_found: Vec<String> = Vec::new();
                for id in ids {
                    if !present.contains(&id) && !not_found.contains(&id) {
                        not_found.push(id);
                    }
                }
                let gone: Vec<PointId> = present.iter().map(|id| point_id(&head.uid, id)).collect();
                if !gone.is_empty() {
                    self.server.delete_ids(&head.shared, gone).await?;
                }
                Ok(Deleted { deleted: present.len() as u64, not_found })
            }
            Selection::Filter(filter) => {
                let gone = of_filter(&head.uid, &filter, now);
                let deleted = self.server.count(&head.shared, gone.clone()).await?;
                if deleted > 0 {
                    self.server.delete_filter(&head.shared, gone).await?;
                }
                Ok(Deleted { deleted, not_found: Vec::new() })
            }
        }
    }

    /// Changes payloads; the number of points.
    pub(super) async fn payload(
        &self,
        call: &Call,
        tenant: &Tenant,
        name: &str,
        which: Selection,
        change: PayloadChange,
    ) -> Result<u64, Error> {
        let (head, _turn) = self.held(tenant, name).await?;
        let now = call.now().as_microsecond();
        self.purge(&head, now).await?;
        let filter = match which {
            Selection::Ids(ids) => Filter::default().and(Condition::Ids(ids)),
            Selection::Filter(filter) => filter,
        };
        // What is written may no longer be what the filter keeps: so all are found before the first is changed.
        let ids = self.ids_of(call, &head, &filter, now).await?;
        let parts = Parts { payload: true, vector: false };
        let mut fields = BTreeSet::new();
        for some in ids.chunks(POINTS_AT_ONCE) {
            call.check()?;
            let found = self.server.get(&head.shared, some.to_vec(), with_payload(parts), with_vectors(false)).await?;
            let mut operations = Vec::with_capacity(found.len());
            let (mut before, mut after) = (0, 0);
            for point in found {
                let (id, seq) = (point.id.clone(), whole_at(&point.payload, SEQ).unwrap_or(0));
                let Some(stored) = points::read(point, parts) else { continue };
                let known = stored.payload.unwrap_or_else(JsonObject::empty);
                let new = match &change {
                    PayloadChange::Set(entries) => known.merged(entries),
                    PayloadChange::Replace(payload) => payload.clone(),
                    PayloadChange::Remove(names) => known.without(names),
                    PayloadChange::Clear => JsonObject::empty(),
                };
                if new.text().len() > MAX_PAYLOAD {
                    let message = format!("would have more than {MAX_PAYLOAD} bytes with what is there");
                    return Err(Error::impossible("payload", message));
                }
                let counted = |payload: &JsonObject| payload.text().len() + points::payload_weight(payload);
                (before, after) = (before + counted(&known), after + counted(&new));
                let dimensions = head.spec.dimensions;
                let own = Own { id: stored.id, text: stored.text, expires: stored.expires, seq, dimensions };
                let (payload, paths) = points::payload_of(tenant, &head.uid, &own, &new)?;
                fields.extend(paths);
                let points_selector = id.map(|id| vec![id].into());
                let overwrite = OverwritePayload { payload, points_selector, ..OverwritePayload::default() };
                operations.push(PointsUpdateOperation { operation: Some(Operation::OverwritePayload(overwrite)) });
            }
            self.allow(tenant, &head, 0, after.saturating_sub(before) as u64).await?;
            if !operations.is_empty() {
                let request = UpdateBatchPoints {
                    collection_name: head.shared.clone(),
                    wait: Some(true),
                    operations,
                    ..UpdateBatchPoints::default()
                };
                self.server.update(request).await?;
            }
        }
        self.registry.note(&self.server, tenant, &head, &fields).await?;
        Ok(ids.len() as u64)
    }

    /// The ids of all points a filter keeps.
    async fn ids_of(&self, call: &Call, head: &Head, filter: &Filter, now: i64) -> Result<Vec<PointId>, Error> {
        let (mut ids, mut from): (Vec<PointId>, Option<PointId>) = (Vec::new(), None);
        loop {
            call.check()?;
            let request = ScrollPoints {
                collection_name: head.shared.clone(),
                filter: Some(of_filter(&head.uid, filter, now)),
                offset: from.take(),
                limit: Some(10_001),
                with_payload: Some(false.into()),
                with_vectors: Some(with_vectors(false)),
                ..ScrollPoints::default()
            };
            let mut page: Vec<PointId> =
                self.server.scroll(request).await?.into_iter().filter_map(|one| one.id).collect();
            if page.len() == 10_001 {
                from = page.pop();
            }
            ids.append(&mut page);
            if from.is_none() {
                return Ok(ids);
            }
        }
    }
}
