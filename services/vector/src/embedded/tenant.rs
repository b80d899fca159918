//! A tenant's database, and what is in memory of it.

use std::collections::{HashMap, VecDeque};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicI64, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

use chassis::{Code, Error};
use ledger::Ledger;
use ledger::rusqlite::Connection;

use super::graph::Graph;
use super::indexer::{GRAPH_FROM, Indexer};
use super::memory::{Allowed, Memory};
use super::patience;
use super::schema::{Head, Refused, failed, fault, head, head_of, setup};
use super::write::{Applied, read_counts, read_vector, row_number};
use super::{collections, payloads};
use crate::filter::Filter;
use crate::store::IndexKind;
use crate::text::bm25;

/// Real queries that are kept for calibrating.
pub(super) const ASKED: usize = 48;
/// Filters of a collection whose rows are kept.
const FILTERS: usize = 32;

/// A tenant's database, and its collections in memory.
pub(super) struct Database {
    pub(super) ledger: Ledger,
    folder: PathBuf,
    collections: Mutex<HashMap<i64, Arc<Collection>>>,
    heads: Mutex<Heads>,
    /// The right to read a collection into memory: one at a time, so that room is made for each once.
    pub(super) loading: Mutex<()>,
    indexer: Arc<Indexer>,
}

/// What is known of collections by their names, until something about them changes. Not their counts.
#[derive(Default)]
struct Heads {
    known: HashMap<String, Arc<Head>>,
    /// Changes so far: what was read before one is not kept after it.
    changes: u64,
}

/// A collection in memory.
pub(super) struct Collection {
    pub(super) id: i64,
    memory: RwLock<Memory>,
    graph: RwLock<Option<Indexed>>,
    filters: Mutex<VecDeque<KeptFilter>>,
    asked: Mutex<VecDeque<Vec<f32>>>,
    /// When the next point expires.
    expiry: AtomicI64,
    /// When it was last used, by a count of uses of all collections.
    pub(super) used: AtomicU64,
    /// Whether the indexer has been told.
    pub(super) queued: AtomicBool,
    /// Number of its points a moment ago, for those who must not wait for [`Collection::memory`].
    size: AtomicUsize,
}

/// The rows of a filter at a sequence number.
struct KeptFilter {
    filter: Filter,
    seq: i64,
    allowed: Arc<Allowed>,
}

/// A graph and how it is used.
pub(super) struct Indexed {
    pub(super) graph: Graph,
    /// How far it must be walked; nothing when a scan is better.
    pub(super) breadth: Option<usize>,
    /// Nodes it had when that was measured.
    pub(super) calibrated: usize,
    /// Whether it was measured on real queries.
    pub(super) on_real: bool,
    /// Nodes it had when its links were written.
    pub(super) saved: usize,
}

impl Collection {
    pub(super) fn memory(&self) -> RwLockReadGuard<'_, Memory> {
        self.memory.read().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn graph(&self) -> RwLockReadGuard<'_, Option<Indexed>> {
        self.graph.read().unwrap_or_else(PoisonError::into_inner)
    }

    /// For the indexer alone.
    pub(super) fn graph_mut(&self) -> RwLockWriteGuard<'_, Option<Indexed>> {
        self.graph.write().unwrap_or_else(PoisonError::into_inner)
    }

    /// The last queries.
    pub(super) fn asked(&self) -> Vec<Vec<f32>> {
        self.asked.lock().unwrap_or_else(PoisonError::into_inner).iter().cloned().collect()
    }

    /// Notes a query, now and then.
    pub(super) fn note(&self, query: &[f32]) {
        if let Ok(mut asked) = self.asked.try_lock() {
            if asked.len() == ASKED {
                asked.pop_front();
            }
            asked.push_back(query.to_vec());
        }
    }

    /// Whether there are real queries now, and the graph was measured without.
    pub(super) fn wants_measuring(&self) -> bool {
        let is_made_up = |graph: &Option<Indexed>| graph.as_ref().is_some_and(|indexed| !indexed.on_real);
        !self.queued.load(Ordering::Acquire)
            && is_made_up(&self.graph())
            && self.asked.try_lock().is_ok_and(|asked| asked.len() == ASKED)
    }

    /// How it is searched.
    pub(super) fn index(&self) -> IndexKind {
        let memory = self.memory();
        match &*self.graph() {
            Some(indexed) if indexed.breadth.is_some() => IndexKind::Graph,
            Some(_) => IndexKind::Scan,
            None if memory.alive() >= GRAPH_FROM && memory.distance.has_codes() => IndexKind::Building,
            None => IndexKind::Scan,
        }
    }

    /// Number of its points a moment ago.
    pub(super) fn size(&self) -> usize {
        self.size.load(Ordering::Relaxed)
    }

    /// Bytes of memory it takes, about.
    pub(super) fn bytes(&self) -> usize {
        let filters: usize = {
            let filters = self.filters.lock().unwrap_or_else(PoisonError::into_inner);
            filters.iter().map(|kept| kept.allowed.bytes()).sum()
        };
        filters + self.memory().bytes() + self.graph().as_ref().map_or(0, |indexed| indexed.graph.bytes())
    }

    /// Whether there are dead rows in it.
    pub(super) fn has_dead(&self) -> bool {
        let memory = self.memory();
        memory.len() > memory.alive()
    }

    /// Whether a point has expired.
    pub(super) fn is_due(&self, now: i64) -> bool {
        self.expiry.load(Ordering::Acquire) <= now
    }

    /// The slots of a filter, if they are known.
    pub(super) fn kept_filter(&self, filter: &Filter, seq: i64) -> Option<Arc<Allowed>> {
        let filters = self.filters.lock().unwrap_or_else(PoisonError::into_inner);
        filters.iter().find(|kept| kept.seq == seq && kept.filter == *filter).map(|kept| kept.allowed.clone())
    }

    pub(super) fn keep_filter(&self, filter: &Filter, seq: i64, allowed: &Arc<Allowed>) {
        let mut filters = self.filters.lock().unwrap_or_else(PoisonError::into_inner);
        filters.retain(|kept| kept.seq == seq);
        if filters.len() == FILTERS {
            filters.pop_front();
        }
        filters.push_back(KeptFilter { filter: filter.clone(), seq, allowed: allowed.clone() });
    }
}

impl Database {
    /// Opens the database of a folder, or makes it.
    pub(super) fn open(folder: &Path, indexer: Arc<Indexer>) -> Result<Self, Error> {
        let path = folder.join("points.db");
        let ledger = Ledger::open(&path, setup, patience::gives_up).map_err(|error| match &error {
            ledger::Error::Damaged(problem) => {
                tracing::error!(path = %path.display(), problem, "a database of collections is damaged");
                let name = folder.file_name().unwrap_or_default().to_string_lossy().into_owned();
                let message = format!("the database vector/{name}/points.db is damaged: restore it from a backup");
                Error::new(Code::InternalError, message)
            }
            other => fault(other),
        })?;
        let folder = folder.to_owned();
        Ok(Self {
            ledger,
            folder,
            collections: Mutex::default(),
            heads: Mutex::default(),
            loading: Mutex::default(),
            indexer,
        })
    }

    /// Deletes what is left of collections that were dropped, step by step, between the changes of others.
    pub(super) fn sweep(self: &Arc<Self>) {
        let database = self.clone();
        // Nobody waits: what is not deleted now is when the database is next opened, or something is dropped.
        drop(self.ledger.write(
            |connection| collections::sweep(connection).map_err(Refused),
            move |is_more| {
                if *is_more {
                    database.sweep();
                }
            },
        ));
    }

    /// The collection of a name; its counts and sequence number are those of some moment.
    pub(super) fn head(&self, name: &str) -> Result<Arc<Head>, Error> {
        let changes = {
            let heads = self.heads.lock().unwrap_or_else(PoisonError::into_inner);
            if let Some(known) = heads.known.get(name) {
                return Ok(known.clone());
            }
            heads.changes
        };
        let read = self.ledger.read(|snapshot| head(snapshot, name).map_err(Refused::from));
        let head = Arc::new(read.map_err(|Refused(error)| error)?);
        let mut heads = self.heads.lock().unwrap_or_else(PoisonError::into_inner);
        if heads.changes == changes {
            heads.known.insert(name.to_owned(), head.clone());
        }
        Ok(head)
    }

    /// The collection of a name, if it need not be read.
    pub(super) fn known_head(&self, name: &str) -> Option<Arc<Head>> {
        self.heads.lock().unwrap_or_else(PoisonError::into_inner).known.get(name).cloned()
    }

    /// Says that collections are others than before; after the commit, before anybody is answered.
    pub(super) fn heads_changed(&self) {
        let mut heads = self.heads.lock().unwrap_or_else(PoisonError::into_inner);
        heads.known.clear();
        heads.changes += 1;
    }

    fn links(&self, collection: i64) -> PathBuf {
        self.folder.join(format!("{collection}.links"))
    }

    pub(super) fn loaded(&self) -> Vec<Arc<Collection>> {
        self.collections.lock().unwrap_or_else(PoisonError::into_inner).values().cloned().collect()
    }

    /// The collection, if it is in memory.
    pub(super) fn known(&self, id: i64) -> Option<Arc<Collection>> {
        self.collections.lock().unwrap_or_else(PoisonError::into_inner).get(&id).cloned()
    }

    /// Takes a collection out of memory; the next search reads it anew.
    pub(super) fn unload(&self, id: i64) {
        self.collections.lock().unwrap_or_else(PoisonError::into_inner).remove(&id);
    }

    /// Takes a collection out of memory for good, and its file.
    pub(super) fn forget(&self, id: i64) {
        self.unload(id);
        let _ = std::fs::remove_file(self.links(id));
    }

    /// The collection in memory. It is read by the writer, so that no change can come between reading and what follows.
    pub(super) fn collection(self: &Arc<Self>, id: i64) -> Result<Arc<Collection>, Error> {
        if let Some(known) = self.known(id) {
            return Ok(known);
        }
        self.load(id)
    }

    /// The same, where it was not in memory a moment ago.
    pub(super) fn load(self: &Arc<Self>, id: i64) -> Result<Arc<Collection>, Error> {
        let (database, patience) = (self.clone(), patience::carried());
        let reading = move |connection: &Connection| match database.known(id) {
            Some(known) => Ok((known, false)),
            None => patience.within(|| read(connection, id)).map(|read| (read, true)),
        };
        let receipt = self.ledger.write(reading, {
            let database = self.clone();
            // What was there already may have been taken out since, and changes have passed it by.
            move |(collection, is_read): &mut (Arc<Collection>, bool)| {
                if *is_read {
                    database.install(collection);
                }
            }
        });
        receipt.wait().map(|(collection, _)| collection).map_err(|Refused(error)| error)
    }

    fn install(&self, collection: &Arc<Collection>) {
        self.collections.lock().unwrap_or_else(PoisonError::into_inner).insert(collection.id, collection.clone());
        self.tell(collection);
    }

    /// Lets the indexer look at a collection.
    pub(super) fn tell(&self, collection: &Arc<Collection>) {
        let large = {
            let memory = collection.memory();
            memory.alive() >= GRAPH_FROM && memory.distance.has_codes()
        };
        if large || collection.graph().is_some() {
            self.indexer.look_at(collection, self.links(collection.id));
        }
    }

    /// Brings a change that is on the disk to memory; on the writer's thread.
    pub(super) fn apply(&self, applied: &Applied) {
        if applied.settled {
            self.heads_changed();
        }
        let Some(collection) = self.known(applied.collection) else { return };
        let worn = {
            let mut memory = collection.memory.write().unwrap_or_else(PoisonError::into_inner);
            // It was read with this change in it.
            if applied.seq <= memory.seq {
                return;
            }
            let follows = applied.seq == memory.seq + 1;
            if follows {
                memory.apply(applied);
            }
            collection.size.store(memory.alive(), Ordering::Relaxed);
            !follows || memory.is_worn()
        };
        if let Some(expiry) = applied.added.iter().filter_map(|added| added.expires).min() {
            collection.expiry.fetch_min(expiry, Ordering::AcqRel);
        }
        match worn {
            true => self.unload(applied.collection),
            false => self.tell(&collection),
        }
    }

    /// Deletes what has expired, if anything has: in steps, so that others may write between them, and what is done is done.
    pub(super) fn expire(self: &Arc<Self>, collection: &Arc<Collection>, now: i64) -> Result<(), Error> {
        while collection.is_due(now) {
            // Mostly dead, it may have been taken out of memory, and does not follow.
            if self.expire_some(collection.id, now)?.is_none_or(|next| next > now) {
                break;
            }
        }
        Ok(())
    }

    /// Deletes what has expired until so little of it is left that a change can do it by the way.
    pub(super) fn expire_most(self: &Arc<Self>, name: &str, now: i64) -> Result<(), Error> {
        let id = self.head(name)?.id;
        let is_much = || {
            let asked = self.ledger.read(|snapshot| payloads::many_expired(snapshot, id, now).map_err(Refused));
            asked.map_err(|Refused(error)| error)
        };
        while is_much()? {
            self.expire_some(id, now)?;
        }
        Ok(())
    }

    /// Deletes some of what has expired; when the next point does.
    fn expire_some(self: &Arc<Self>, id: i64, now: i64) -> Result<Option<i64>, Error> {
        let (database, patience) = (self.clone(), patience::carried());
        let expiring = move |connection: &Connection| {
            patience.within(|| -> Result<_, Refused> {
                patience::check()?;
                let applied = payloads::expire(connection, id, now)?;
                let next = payloads::next_expiry(connection, id)?;
                Ok((applied, next))
            })
        };
        let receipt = self.ledger.write(expiring, move |(applied, next)| {
            if let Some(collection) = database.known(applied.collection) {
                collection.expiry.store(next.unwrap_or(i64::MAX), Ordering::Release);
            }
            database.apply(applied);
        });
        receipt.wait().map(|(_, next)| next).map_err(|Refused(error)| error)
    }
}

/// Reads a collection from its database.
fn read(connection: &Connection, id: i64) -> Result<Arc<Collection>, Refused> {
    let head = head_of(connection, id)?;
    let spec = &head.spec;
    let mut memory = Memory::new(spec.distance, spec.dimensions, head.seq);
    memory.reserve(usize::try_from(head.points).unwrap_or(0));
    let mut select = connection.prepare_cached(
        "select p.row, v.vector, w.counts from points p indexed by points_of join vectors v on v.row = p.row
         left join words w on w.row = p.row where p.collection = ? order by p.row",
    )?;
    let average = spec.average_length.unwrap_or(1.0);
    let mut rows = select.query([id])?;
    while let Some(row) = rows.next()? {
        patience::check()?;
        let vector = read_vector(row.get_ref(1)?.as_blob().map_err(|error| failed(error.into()))?);
        let counts = row.get_ref(2)?.as_blob_or_null().map_err(|error| failed(error.into()))?;
        let counts: Vec<(u32, u32)> = counts.into_iter().flat_map(read_counts).collect();
        memory.push(row_number(row.get(0)?)?, &vector, &bm25::weights(&counts, average));
    }
    let expiry = payloads::next_expiry(connection, id)?;
    Ok(Arc::new(Collection {
        id,
        size: AtomicUsize::new(memory.alive()),
        memory: RwLock::new(memory),
        graph: RwLock::default(),
        filters: Mutex::default(),
        asked: Mutex::default(),
        expiry: AtomicI64::new(expiry.unwrap_or(i64::MAX)),
        used: AtomicU64::new(0),
        queued: AtomicBool::new(false),
    }))
}
