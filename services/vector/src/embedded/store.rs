//! The store as a service holds it: tenants by their keys, opened when they are first asked for.

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use chassis::{Code, Error, Runtime};

use super::indexer::Indexer;
use super::schema::{Head, Refused, head};
use super::tenant::{Collection, Database};
use crate::store::{IndexKind, Info};

/// Bytes of text that hold a word, about.
pub(super) const WORD: usize = 6;

/// What the store is given.
pub struct EmbeddedSettings {
    /// The folder of all tenants.
    pub folder: PathBuf,
    /// Memory for collections, all together.
    pub memory: usize,
    /// Databases that stay open while nobody uses them.
    pub open: usize,
}

/// The embedded store.
pub struct Embedded(pub(super) Arc<Shared>);

pub(super) struct Shared {
    pub(super) settings: EmbeddedSettings,
    pub(super) runtime: Arc<Runtime>,
    pub(super) indexer: Arc<Indexer>,
    pub(super) tenants: Mutex<HashMap<String, Arc<Place>>>,
    uses: AtomicU64,
    /// Bytes of memory that were promised to what is under way.
    promised: Mutex<usize>,
}

/// Bytes of memory that nobody else is promised for as long as it is kept.
pub(super) struct Promise {
    shared: Arc<Shared>,
    bytes: usize,
}

impl Drop for Promise {
    fn drop(&mut self) {
        *self.shared.promised.lock().unwrap_or_else(PoisonError::into_inner) -= self.bytes;
    }
}

/// The place of a tenant's database; whoever finds it empty opens it, the others wait.
#[derive(Default)]
pub(super) struct Place {
    pub(super) database: Mutex<Option<Arc<Database>>>,
    /// When it was last asked for, by a count of uses of all collections.
    used: AtomicU64,
}

impl Embedded {
    /// Opens the store; nothing of any tenant yet.
    ///
    /// # Errors
    /// When the system starts no thread.
    pub fn open(settings: EmbeddedSettings, runtime: Arc<Runtime>) -> Result<Self, String> {
        let indexer = Arc::new(Indexer::start()?);
        let (tenants, uses, promised) = Default::default();
        Ok(Self(Arc::new(Shared { settings, runtime, indexer, tenants, uses, promised })))
    }
}

impl Shared {
    pub(super) fn database(&self, key: &str) -> Result<Arc<Database>, Error> {
        let now = self.uses.fetch_add(1, Ordering::Relaxed);
        let (place, idle) = {
            let mut tenants = self.tenants.lock().unwrap_or_else(PoisonError::into_inner);
            let idle = if tenants.contains_key(key) { Vec::new() } else { idle(&mut tenants, self.settings.open) };
            (tenants.entry(key.to_owned()).or_default().clone(), idle)
        };
        // Closing writes the log back; who opens one of them meanwhile waits for no more than that.
        idle.iter().for_each(|database| database.ledger.close());
        drop(idle);
        place.used.store(now, Ordering::Relaxed);
        let mut database = place.database.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(database) = &*database {
            return Ok(database.clone());
        }
        let folder = self.settings.folder.join(key);
        std::fs::create_dir_all(&folder).map_err(|error| {
            tracing::error!(%error, path = %folder.display(), "no folder for collections");
            Error::new(Code::Unavailable, "the folder for collections cannot be made: the disk is full or closed")
                .retry_after(60)
        })?;
        let opened = Arc::new(Database::open(&folder, self.indexer.clone())?);
        opened.sweep();
        *database = Some(opened.clone());
        Ok(opened)
    }

    /// A tenant's database, if it is open and nobody opens it just now.
    pub(super) fn opened(&self, key: &str) -> Option<Arc<Database>> {
        let place = self.tenants.lock().unwrap_or_else(PoisonError::into_inner).get(key)?.clone();
        place.used.store(self.uses.fetch_add(1, Ordering::Relaxed), Ordering::Relaxed);
        place.database.try_lock().ok()?.clone()
    }

    /// All collections in memory.
    fn loaded(&self) -> Vec<(Arc<Database>, Arc<Collection>)> {
        let places: Vec<Arc<Place>> =
            self.tenants.lock().unwrap_or_else(PoisonError::into_inner).values().cloned().collect();
        let open = places.iter().filter_map(|place| place.database.try_lock().ok()?.clone());
        open.flat_map(|database| database.loaded().into_iter().map(move |collection| (database.clone(), collection)))
            .collect()
    }

    /// Makes room in memory for so many bytes, by taking out what was not used for longest, and promises them.
    fn make_room(self: &Arc<Self>, bytes: usize, but: i64, of: &Arc<Database>) -> Result<Promise, Error> {
        let mut promised = self.promised.lock().unwrap_or_else(PoisonError::into_inner);
        let mut loaded: Vec<(u64, usize, Arc<Database>, i64)> = self
            .loaded()
            .into_iter()
            .map(|(database, one)| (one.used.load(Ordering::Relaxed), one.bytes(), database, one.id))
            .collect();
        let message = "the memory for collections is used up: raise FLOWFORGE_VECTOR_MEMORY, or keep fewer points";
        let full = || Error::new(Code::Unavailable, message).retry_after(60);
        let is_it = |database: &Arc<Database>, id: i64| id == but && Arc::ptr_eq(database, of);
        let own: usize =
            loaded.iter().filter(|(_, _, database, id)| is_it(database, *id)).map(|(_, own, ..)| own).sum();
        if own.saturating_add(bytes) > self.settings.memory {
            // It would be in vain.
            return Err(full());
        }
        let mut total: usize = bytes + *promised + loaded.iter().map(|(_, bytes, ..)| bytes).sum::<usize>();
        loaded.sort_by_key(|(used, ..)| *used);
        for (_, bytes, database, id) in loaded {
            if total <= self.settings.memory {
                break;
            }
            if is_it(&database, id) {
                continue;
            }
            database.unload(id);
            total -= bytes;
        }
        if total > self.settings.memory {
            return Err(full());
        }
        *promised += bytes;
        Ok(Promise { shared: self.clone(), bytes })
    }

    /// Makes room for so many bytes that a change adds to a collection, if it is in memory.
    pub(super) fn make_room_for(
        self: &Arc<Self>,
        name: &str,
        bytes: usize,
        database: &Arc<Database>,
    ) -> Result<Option<Promise>, Error> {
        let Some(collection) = database.known_head(name).and_then(|head| database.known(head.id)) else {
            return Ok(None);
        };
        let made = self.make_room(bytes, collection.id, database);
        if made.is_err() && collection.has_dead() {
            // Read anew, it takes less.
            database.unload(collection.id);
            return Ok(None);
        }
        made.map(Some)
    }

    /// The collection of a name, in memory and without what has expired.
    pub(super) fn ready(
        self: &Arc<Self>,
        database: &Arc<Database>,
        name: &str,
        now: i64,
    ) -> Result<Arc<Collection>, Error> {
        let known = database.head(name)?;
        let collection = match database.known(known.id) {
            Some(collection) => collection,
            None => self.load(database, name)?,
        };
        collection.used.store(self.uses.fetch_add(1, Ordering::Relaxed), Ordering::Relaxed);
        database.expire(&collection, now)?;
        Ok(collection)
    }

    /// Reads a collection into memory, once there is room.
    fn load(self: &Arc<Self>, database: &Arc<Database>, name: &str) -> Result<Arc<Collection>, Error> {
        let _alone = database.loading.lock().unwrap_or_else(PoisonError::into_inner);
        let head = database.ledger.read(|snapshot| head(snapshot, name).map_err(Refused::from));
        let head = head.map_err(|Refused(error)| error)?;
        // Whoever came first may have read it.
        if let Some(collection) = database.known(head.id) {
            return Ok(collection);
        }
        let points = usize::try_from(head.points).unwrap_or(usize::MAX);
        let bytes = points.saturating_mul(bytes_in_memory(head.spec.dimensions));
        let _promise = self.make_room(bytes, head.id, database)?;
        database.collection(head.id)
    }
}

/// Bytes of memory a point takes, about, without its words: floats, codes, and its part of a graph.
pub(super) const fn bytes_in_memory(dimensions: usize) -> usize {
    dimensions * 5 + 200
}

/// Takes out databases that nobody uses until there is room for one more, those first that were not used for longest. A
/// database that is used, or written to, is held by whoever does, so it is never among them; nor is one whose place
/// somebody has just been given.
fn idle(tenants: &mut HashMap<String, Arc<Place>>, most: usize) -> Vec<Arc<Database>> {
    let excess = (tenants.len() + 1).saturating_sub(most.max(1));
    if excess == 0 {
        return Vec::new();
    }
    let is_idle = |place: &Arc<Place>| {
        let unused = |database: &Option<Arc<Database>>| database.as_ref().is_none_or(|one| Arc::strong_count(one) == 1);
        Arc::strong_count(place) == 1 && place.database.try_lock().is_ok_and(|database| unused(&database))
    };
    let mut idle: Vec<(u64, String)> = tenants
        .iter()
        .filter(|(_, place)| is_idle(place))
        .map(|(key, place)| (place.used.load(Ordering::Relaxed), key.clone()))
        .collect();
    idle.sort_unstable();
    let places = idle.into_iter().take(excess).filter_map(|(_, key)| tenants.remove(&key));
    places.filter_map(|place| place.database.lock().unwrap_or_else(PoisonError::into_inner).take()).collect()
}

pub(super) fn info(database: &Database, head: Head) -> Info {
    let index = database.known(head.id).map_or(IndexKind::Scan, |collection| collection.index());
    Info { spec: head.spec, points: head.points, bytes: head.bytes, created: head.created, index }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Changes that come together do not each get the room that is there once.
    #[test]
    fn memory_is_promised_once() {
        let folder = tempfile::tempdir().unwrap();
        let runtime = Runtime::new(chassis::Settings::default(), chassis::Clock::System).unwrap();
        let settings = EmbeddedSettings { folder: folder.path().to_owned(), memory: 1_000_000, open: 4 };
        let shared = Embedded::open(settings, runtime).unwrap().0;
        let database = shared.database("tenant").unwrap();
        let spec = |name: &str| crate::store::Spec {
            name: name.into(),
            dimensions: 2,
            distance: crate::store::Distance::Cosine,
            model: None,
            average_length: None,
        };
        for name in ["a", "b"] {
            let spec = spec(name);
            let made = database.ledger.write(
                move |connection| {
                    super::super::collections::create(connection, &spec, &crate::plan::Quota::of(None), 0)
                        .map_err(Refused)
                },
                |_| {},
            );
            assert!(made.wait().is_ok());
            assert!(shared.ready(&database, name, 0).is_ok());
        }
        let first = shared.make_room_for("a", 600_000, &database).unwrap();
        assert!(first.is_some());
        // Taking out the other one is not enough: what is promised is not there yet.
        let second = shared.make_room_for("b", 600_000, &database);
        assert_eq!(second.map(|_| ()).unwrap_err().code(), Code::Unavailable);
        drop(first);
        assert!(shared.ready(&database, "b", 0).is_ok());
        assert!(shared.make_room_for("b", 600_000, &database).unwrap().is_some());
        shared.indexer.stop();
        database.ledger.close();
    }
}
