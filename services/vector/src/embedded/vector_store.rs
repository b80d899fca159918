//! What a store does, here: each as a job of the pool over one tenant's database.

use std::path::PathBuf;
use std::sync::{Arc, PoisonError};

use chassis::{Call, Cost};

use super::jobs::{Asking, Wanted, reading};
use super::schema::{Refused, heads};
use super::store::{Embedded, Place, WORD, bytes_in_memory, info};
use super::{collections, payloads, read, select, values, write};
use crate::filter::Filter;
use crate::store::{
    Change, Changed, Deleted, Facet, Found, IndexKind, Info, Page, Paging, Parts, PayloadChange, Pending, Point,
    Remark, Search, Selection, Spec, Stored, VectorStore,
};
use crate::tenant::Tenant;

/// Bytes of a point on the disk: in the database, its log, and the index of values.
fn on_disk(point: &Point) -> usize {
    3 * (point.vector.len() * 4 + point.payload.text().len() + point.text.as_deref().map_or(0, str::len) + 256)
}

/// Bytes of a point in memory.
fn in_memory(point: &Point) -> usize {
    let words = point.text.as_deref().map_or(0, str::len) / WORD;
    bytes_in_memory(point.vector.len()) + words * 12
}

impl VectorStore for Embedded {
    fn create<'a>(&'a self, call: &'a Call, tenant: &'a Tenant, spec: Spec) -> Pending<'a, Info> {
        let quota = tenant.quota;
        let made = self.write(
            call,
            tenant,
            |shared, _, _| shared.runtime.data.room_for(1),
            move |connection, now| collections::create(connection, &spec, &quota, now),
            |database, (_, left)| {
                database.heads_changed();
                left.iter().for_each(|id| database.forget(*id));
                database.sweep();
            },
        );
        Box::pin(async move {
            let (head, _) = made.await?;
            Ok(Info { spec: head.spec, points: 0, bytes: 0, created: head.created, index: IndexKind::Scan })
        })
    }

    fn list<'a>(&'a self, call: &'a Call, tenant: &'a Tenant) -> Pending<'a, Vec<Info>> {
        self.with(call, tenant, Cost::Light, |_, database, now| {
            let heads = database.ledger.read(|snapshot| {
                let mut heads = heads(snapshot, false)?;
                collections::without_expired(snapshot, &mut heads, now)?;
                Ok::<_, Refused>(heads)
            });
            let heads = heads.map_err(|Refused(error)| error)?;
            Ok(heads.into_iter().map(|head| info(database, head)).collect())
        })
    }

    fn get<'a>(&'a self, call: &'a Call, tenant: &'a Tenant, name: &'a str) -> Pending<'a, Info> {
        self.ask(call, tenant, name, Asking::Few, |database, _, head| Ok(info(database, head.clone())))
    }

    fn spec<'a>(&'a self, call: &'a Call, tenant: &'a Tenant, name: &'a str) -> Pending<'a, Spec> {
        // What is known needs no thread.
        if let Some(head) = self.0.opened(&tenant.key).and_then(|database| database.known_head(name)) {
            return Box::pin(async move { Ok(head.spec.clone()) });
        }
        let name = name.to_owned();
        self.with(call, tenant, Cost::Light, move |_, database, _| Ok(database.head(&name)?.spec.clone()))
    }

    fn rename<'a>(&'a self, call: &'a Call, tenant: &'a Tenant, name: &'a str, new: &'a str) -> Pending<'a, Info> {
        let (name, new) = (name.to_owned(), new.to_owned());
        let renamed = self.write(
            call,
            tenant,
            |_, _, _| Ok(()),
            move |connection, _| collections::rename(connection, &name, &new),
            |database, _| database.heads_changed(),
        );
        Box::pin(async move {
            let head = renamed.await?;
            let name = head.spec.name;
            self.get(call, tenant, &name).await
        })
    }

    fn remove<'a>(&'a self, call: &'a Call, tenant: &'a Tenant, name: &'a str) -> Pending<'a, u64> {
        let name = name.to_owned();
        let dropped = self.write(
            call,
            tenant,
            |_, _, _| Ok(()),
            move |connection, now| collections::remove(connection, &name, now),
            |database, head| {
                database.heads_changed();
                database.forget(head.id);
                database.sweep();
            },
        );
        Box::pin(async move { Ok(dropped.await?.points) })
    }

    fn change<'a>(&'a self, call: &'a Call, tenant: &'a Tenant, name: &'a str, change: Change) -> Pending<'a, Changed> {
        let (known, quota) = (name.to_owned(), tenant.quota);
        let disk = change.upsert.iter().map(on_disk).sum::<usize>() as u64;
        let wanted = Wanted { name: name.to_owned(), disk, memory: change.upsert.iter().map(in_memory).sum() };
        self.changing(call, tenant, wanted, move |connection, now| {
            let mut writer = write::Writer::new(connection, &known, now)?;
            let changed = writer.change(&change)?;
            Ok((changed, writer.finish(Some(&quota))?))
        })
    }

    fn delete<'a>(
        &'a self,
        call: &'a Call,
        tenant: &'a Tenant,
        name: &'a str,
        which: Selection,
    ) -> Pending<'a, Deleted> {
        let known = name.to_owned();
        let wanted = Wanted { name: name.to_owned(), disk: 0, memory: 0 };
        self.changing(call, tenant, wanted, move |connection, now| payloads::delete(connection, &known, &which, now))
    }

    fn payload<'a>(
        &'a self,
        call: &'a Call,
        tenant: &'a Tenant,
        name: &'a str,
        which: Selection,
        change: PayloadChange,
    ) -> Pending<'a, u64> {
        let (known, quota) = (name.to_owned(), tenant.quota);
        let wanted = Wanted { name: name.to_owned(), disk: 1, memory: 0 };
        self.changing(call, tenant, wanted, move |connection, now| {
            payloads::payload(connection, &known, &which, &change, &quota, now)
        })
    }

    fn retrieve<'a>(
        &'a self,
        call: &'a Call,
        tenant: &'a Tenant,
        name: &'a str,
        ids: Vec<String>,
        parts: Parts,
    ) -> Pending<'a, Vec<Stored>> {
        self.ask(call, tenant, name, Asking::Few, move |_, snapshot, head| read::by_ids(snapshot, head, &ids, parts))
    }

    fn scroll<'a>(
        &'a self,
        call: &'a Call,
        tenant: &'a Tenant,
        name: &'a str,
        filter: Filter,
        parts: Parts,
        paging: Paging,
    ) -> Pending<'a, Page> {
        self.ask(call, tenant, name, Asking::by(&filter), move |_, snapshot, head| {
            read::page(snapshot, head, &filter, parts, paging.limit, paging.cursor.as_deref())
        })
    }

    fn count<'a>(
        &'a self,
        call: &'a Call,
        tenant: &'a Tenant,
        name: &'a str,
        filter: Filter,
    ) -> Pending<'a, (u64, Vec<Remark>)> {
        self.ask(call, tenant, name, Asking::by(&filter), move |_, snapshot, head| {
            let remarks = select::remarks(snapshot, head.id, &filter)?;
            Ok((read::count(snapshot, head, &filter)?, remarks))
        })
    }

    fn facet<'a>(
        &'a self,
        call: &'a Call,
        tenant: &'a Tenant,
        name: &'a str,
        key: &'a str,
        filter: Filter,
        limit: usize,
    ) -> Pending<'a, Facet> {
        let key = key.to_owned();
        self.ask(call, tenant, name, Asking::All, move |_, snapshot, head| {
            values::facet(snapshot, head, &key, &filter, limit)
        })
    }

    fn search<'a>(&'a self, call: &'a Call, tenant: &'a Tenant, name: &'a str, search: Search) -> Pending<'a, Found> {
        self.find(call, tenant, name, search)
    }

    fn dump<'a>(&'a self, call: &'a Call, tenant: &'a Tenant, name: &'a str, file: PathBuf) -> Pending<'a, u64> {
        let (name, until) = (name.to_owned(), call.deadline());
        // All of a collection is no light work.
        self.with(call, tenant, Cost::Heavy, move |shared, database, now| {
            shared.ready(database, &name, now)?;
            reading(database, &name, |snapshot, head| {
                shared.runtime.data.room_for(head.bytes)?;
                read::dump(snapshot, head, &file, now, until)
            })
        })
    }

    fn replace<'a>(&'a self, call: &'a Call, tenant: &'a Tenant, staged: &'a str, name: &'a str) -> Pending<'a, Info> {
        let (staged, new, quota) = (staged.to_owned(), name.to_owned(), tenant.quota);
        let replaced = self.write(
            call,
            tenant,
            |_, _, _| Ok(()),
            move |connection, _| collections::replace(connection, &staged, &new, &quota),
            |database, (_, old)| {
                database.heads_changed();
                old.iter().for_each(|id| database.forget(*id));
                database.sweep();
            },
        );
        Box::pin(async move {
            replaced.await?;
            self.get(call, tenant, name).await
        })
    }

    fn name(&self) -> &'static str {
        "embedded"
    }

    fn check(&self) -> Pending<'_, ()> {
        // Whether the disk has room is what `keeps_data` reports.
        Box::pin(async { Ok(()) })
    }

    fn close(&self) {
        self.0.indexer.stop();
        let places: Vec<Arc<Place>> =
            self.0.tenants.lock().unwrap_or_else(PoisonError::into_inner).values().cloned().collect();
        for place in places {
            if let Some(database) = &*place.database.lock().unwrap_or_else(PoisonError::into_inner) {
                database.ledger.close();
            }
        }
    }
}
