//! How an answer is found and a change made: on the pool and on the writer's thread, as long as somebody waits.

use std::sync::Arc;

use chassis::{Call, Cost, Error};
use ledger::rusqlite::Connection;

use super::indexer::GRAPH_FROM;
use super::patience::{self, Patience, Waiting};
use super::schema::{Head, Refused, head};
use super::search;
use super::store::{Embedded, Shared};
use super::tenant::Database;
use super::write::Applied;
use crate::filter::Filter;
use crate::store::{Found, Pending, Search};
use crate::tenant::Tenant;

/// What a change wants before it begins.
pub(super) struct Wanted {
    /// The collection.
    pub(super) name: String,
    /// Bytes on the disk.
    pub(super) disk: u64,
    /// Bytes in memory, if the collection is there.
    pub(super) memory: usize,
}

/// What is asked of a collection, as far as it says how long that takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Asking {
    /// Some points, or the nearest ones, by an index.
    Few,
    /// What a filter keeps, or every vector: it takes as long as the collection is large.
    All,
}

impl Asking {
    /// By a filter.
    pub(super) fn by(filter: &Filter) -> Self {
        if filter.is_empty() { Self::Few } else { Self::All }
    }
}

impl Embedded {
    /// What asking a collection costs: light where it is in memory and small, or an index answers.
    fn cost(&self, tenant: &Tenant, name: &str, asking: Asking) -> Cost {
        let known = self.0.opened(&tenant.key).and_then(|database| database.known(database.known_head(name)?.id));
        match known {
            Some(collection) if asking == Asking::Few || collection.size() <= GRAPH_FROM => Cost::Light,
            _ => Cost::Heavy,
        }
    }

    /// Does something with a tenant's database, on the pool.
    pub(super) fn with<'a, T: Send + 'static>(
        &'a self,
        call: &'a Call,
        tenant: &'a Tenant,
        cost: Cost,
        work: impl FnOnce(&Arc<Shared>, &Arc<Database>, i64) -> Result<T, Error> + Send + 'static,
    ) -> Pending<'a, T> {
        let (shared, key, now) = (self.0.clone(), tenant.key.clone(), call.now().as_microsecond());
        let (patience, waits) = Patience::until(call.deadline(), Waiting::Answer);
        let work = move || patience.within(|| work(&shared, &shared.database(&key)?, now));
        Box::pin(async move {
            let done = call.compute(cost, work).await;
            drop(waits);
            done
        })
    }

    /// Asks something of a collection, which is in memory then and has nothing expired.
    pub(super) fn ask<'a, T: Send + 'static>(
        &'a self,
        call: &'a Call,
        tenant: &'a Tenant,
        name: &'a str,
        asking: Asking,
        work: impl FnOnce(&Database, &Connection, &Head) -> Result<T, Error> + Send + 'static,
    ) -> Pending<'a, T> {
        let known = name.to_owned();
        self.with(call, tenant, self.cost(tenant, name, asking), move |shared, database, now| {
            shared.ready(database, &known, now)?;
            reading(database, &known, |snapshot, head| work(database, snapshot, head))
        })
    }

    /// Searches a collection.
    pub(super) fn find<'a>(
        &'a self,
        call: &'a Call,
        tenant: &'a Tenant,
        name: &'a str,
        search: Search,
    ) -> Pending<'a, Found> {
        let asking = if search.exact { Asking::All } else { Asking::by(&search.filter) };
        let known = name.to_owned();
        self.with(call, tenant, self.cost(tenant, name, asking), move |shared, database, now| {
            let bring = || shared.ready(database, &known, now).map(drop);
            bring()?;
            search::search(database, &known, &search, now, bring)
        })
    }

    /// Writes to a tenant's database: what is written is answered when it is on the disk, and no thread waits for that.
    /// `before` comes first, on the pool; what it returns is kept until memory has followed.
    pub(super) fn write<'a, T: Send + 'static, K: Send + 'static>(
        &'a self,
        call: &'a Call,
        tenant: &'a Tenant,
        before: impl FnOnce(&Arc<Shared>, &Arc<Database>, i64) -> Result<K, Error> + Send + 'static,
        work: impl FnOnce(&Connection, i64) -> Result<T, Error> + Send + 'static,
        landed: impl FnOnce(&Arc<Database>, &mut T) + Send + 'static,
    ) -> Pending<'a, T> {
        let (patience, waits) = Patience::until(call.deadline(), Waiting::Change);
        let opened = self.with(call, tenant, Cost::Light, move |shared, database, now| {
            let kept = before(shared, database, now)?;
            let known = database.clone();
            let work = move |connection: &Connection| {
                patience.within(|| {
                    patience::check()?;
                    work(connection, now)
                })
            };
            let work = move |connection: &Connection| work(connection).map_err(Refused);
            Ok(database.ledger.write(work, move |value| {
                landed(&known, value);
                drop(kept);
            }))
        });
        Box::pin(async move {
            let written = opened.await?.await.map_err(|Refused(error)| error);
            drop(waits);
            written
        })
    }

    /// Changes points of a collection: with room for them, and after most of what has expired is gone.
    pub(super) fn changing<'a, T: Send + 'static>(
        &'a self,
        call: &'a Call,
        tenant: &'a Tenant,
        wanted: Wanted,
        work: impl FnOnce(&Connection, i64) -> Result<(T, Applied), Error> + Send + 'static,
    ) -> Pending<'a, T> {
        let before = move |shared: &Arc<Shared>, database: &Arc<Database>, now: i64| {
            database.expire_most(&wanted.name, now)?;
            if wanted.disk > 0 {
                shared.runtime.data.room_for(wanted.disk)?;
            }
            match wanted.memory {
                0 => Ok(None),
                bytes => shared.make_room_for(&wanted.name, bytes, database),
            }
        };
        let written = self.write(call, tenant, before, work, |database, (_, applied)| database.apply(applied));
        Box::pin(async move { Ok(written.await?.0) })
    }
}

/// Reads within one snapshot.
pub(super) fn reading<T>(
    database: &Database,
    name: &str,
    work: impl FnOnce(&Connection, &Head) -> Result<T, Error>,
) -> Result<T, Error> {
    let read = database.ledger.read(|snapshot| -> Result<T, Refused> {
        let head = head(snapshot, name)?;
        Ok(work(snapshot, &head)?)
    });
    read.map_err(|Refused(error)| error)
}
