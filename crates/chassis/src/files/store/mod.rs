//! The store: results that are asked for as links and uploads are kept here until they expire. A folder of this machine
//! by default, S3 where several machines share it; either may be shared by any number of processes.

mod blob;
mod download;
mod fault;
mod folder;
mod link;
mod place;
#[cfg(test)]
mod s3_tests;
#[cfg(test)]
mod tests;
mod turns;

use std::collections::VecDeque;
use std::io;
use std::ops::RangeInclusive;
use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use jiff::Timestamp;
use tokio::sync::Mutex as AsyncMutex;
use tokio::time::Instant;

use self::blob::{Blob, Head};
use self::fault::Fault;
use self::link::{Base, Id, Key};
use self::place::Place;
use self::turns::{TIME, Turns, on_disk};
use super::file::Content;
use super::source::media_type_of;
use crate::clock::Clock;
use crate::error::{Code, Error};
use crate::health::{Check, Status};
use crate::settings::{self, Settings, Size};
use crate::shares::{Holder, Most, Share, Shares};

pub(crate) use self::download::{attachment, download};
pub(crate) use self::link::Link;

/// Times files may be kept.
const KEEP: RangeInclusive<u64> = 1..=30 * 24 * 3600;
/// Files go this many seconds after they expired: a download that began in time gets to end, as long as a connection
/// lives.
const GRACE: u64 = 600;
/// Time an answer of [`Store::check`] holds: anyone may ask for the health, and each probe costs.
const CHECK: Duration = Duration::from_secs(10);
/// Characters of a name that are kept.
const NAME: usize = 255;

/// Keeps files. Nothing is touched before the first use: a service that keeps no files needs no place for them.
pub(crate) struct Store {
    choice: Choice,
    base: Base,
    settings: Settings,
    clock: Clock,
    turns: Turns,
    opened: Mutex<Option<Arc<Opened>>>,
    /// Bytes kept: as the last sweep counted, and what was put since.
    kept: AtomicU64,
    /// Room that consumers share, and what was put here with the second it goes. Who puts files through several
    /// processes, or had put some before a restart, has more.
    room: Arc<Shares>,
    taken: Mutex<VecDeque<(u64, Share)>>,
    checked: AsyncMutex<Option<(Instant, Check)>>,
}

/// Where files are to be kept.
enum Choice {
    Default,
    Folder(PathBuf),
    Bucket(Place),
}

struct Opened {
    place: Place,
    key: Key,
}

/// A file that is kept now.
pub(crate) struct Stored {
    /// Its id, for its owner.
    pub(crate) id: String,
    /// Its bytes.
    pub(crate) size: u64,
    /// When it goes.
    pub(crate) expires_at: Timestamp,
    /// A link that opens it to whoever has it.
    pub(crate) url: String,
}

impl Store {
    /// A store as the settings describe it; what is wrong with them otherwise.
    pub(crate) fn new(settings: &Settings, clock: Clock) -> Result<Self, String> {
        let turns = Turns::default();
        let choice = match settings.store.as_deref().map(str::trim) {
            None | Some("") => Choice::Default,
            Some(address) if address.starts_with("s3://") => {
                Choice::Bucket(Place::bucket(settings::s3(), address, turns.clone())?)
            }
            Some(other) if other.contains("://") => {
                return Err("--store: name a folder or s3://bucket/prefix".to_owned());
            }
            Some(folder) => Choice::Folder(folder.into()),
        };
        Self::at(choice, turns, settings, clock)
    }

    fn at(choice: Choice, turns: Turns, settings: &Settings, clock: Clock) -> Result<Self, String> {
        if !KEEP.contains(&settings.store_time.0.as_secs()) {
            return Err("--store-time: choose between 1s and 30 days (43200m)".to_owned());
        }
        Ok(Self {
            choice,
            base: Base::new(settings)?,
            settings: settings.clone(),
            clock,
            turns,
            opened: Mutex::new(None),
            kept: AtomicU64::new(0),
            room: Shares::new(settings.store_limit.0, Most::Threshold),
            taken: Mutex::default(),
            checked: AsyncMutex::new(None),
        })
    }

    /// Keeps a file for its owner, until it expires.
    pub(crate) async fn put(
        &self,
        owner: &Holder,
        name: Option<&str>,
        content_type: Option<&str>,
        bytes: Bytes,
    ) -> Result<Stored, Error> {
        let size = bytes.len() as u64;
        let opened = self.open().await.map_err(Fault::told)?;
        let id = Id::new(self.now() + self.settings.store_time.0.as_secs());
        let head = Head {
            owner: hashed(owner.id()),
            name: name.map(|name| name.chars().take(NAME).collect()),
            content_type: content_type.and_then(media_type_of),
            size,
        };
        self.release();
        let share = self.room.try_take(owner, bytes.len()).ok_or_else(|| Fault::Full.told())?;
        if self.kept.fetch_add(size, Ordering::Relaxed).saturating_add(size) > self.limit() {
            self.forget(size);
            return Err(Fault::Full.told());
        }
        if let Err(fault) = opened.place.write(&id.to_string(), blob::write(&head, bytes)).await {
            self.forget(size);
            return Err(fault.told());
        }
        self.taken().push_back((id.expires() + GRACE, share));
        let expires_at = Timestamp::UNIX_EPOCH + Duration::from_secs(id.expires());
        Ok(Stored { id: id.to_string(), size, expires_at, url: self.base.link(&id, &opened.key) })
    }

    /// The file of an owner. One that is another's, has expired or never was is all the same: nothing.
    pub(crate) async fn get(&self, owner: Option<&str>, id: &str, limit: Size) -> Result<Option<Content>, Error> {
        let Some(id) = Id::parse(id).filter(|id| self.now() < id.expires()) else { return Ok(None) };
        match self.find(id).await? {
            Some(blob) if blob.head.owner == hashed(owner) => content(blob, limit).await.map(Some),
            _ => Ok(None),
        }
    }

    /// Whether a text is written as an id of ours is.
    pub(crate) fn is_id(text: &str) -> bool {
        Id::parse(text).is_some()
    }

    /// The link in a URL that leads to this store. Such a URL is not fetched over the network, but followed here.
    pub(crate) fn own_link(&self, url: &str) -> Option<Link> {
        self.base.own(url)
    }

    /// The file a link leads to, to whoever has the link; nothing when the link is not ours, or not good any more.
    pub(crate) async fn follow(&self, link: &Link, limit: Size) -> Result<Option<Content>, Error> {
        match self.linked(link).await? {
            Some(blob) => content(blob, limit).await.map(Some),
            None => Ok(None),
        }
    }

    /// The same, for reading piece by piece.
    async fn linked(&self, link: &Link) -> Result<Option<Blob>, Error> {
        if Id::parse(&link.id).is_none() {
            return Ok(None);
        }
        let opened = self.open().await.map_err(Fault::told)?;
        match opened.key.open(link, self.now()) {
            Some(id) => self.find(id).await,
            None => Ok(None),
        }
    }

    /// Removes what has expired: to be done every few minutes. Any number of processes may do it at once.
    pub(crate) async fn sweep(&self) -> Result<usize, Error> {
        // Caches are emptied: a folder that went is made again, closed to others as before, and its new secret is ours.
        let opened = self.open_anew().await.map_err(Fault::told)?;
        let swept = opened.place.sweep(self.now().saturating_sub(GRACE)).await.map_err(Fault::told)?;
        self.kept.store(swept.kept, Ordering::Relaxed);
        Ok(swept.removed)
    }

    /// Whether files can be kept.
    pub(crate) async fn check(&self) -> Check {
        let mut checked = self.checked.lock().await;
        if let Some((_, check)) = checked.as_ref().filter(|(when, _)| when.elapsed() < CHECK) {
            return check.clone();
        }
        let probed = match self.open().await {
            Ok(_) if self.kept.load(Ordering::Relaxed) >= self.limit() => Err(Fault::Full),
            Ok(opened) => opened.place.probe().await,
            Err(fault) => Err(fault),
        };
        let check = match probed {
            Ok(()) => Check::healthy(),
            Err(fault) => Check::because(Status::Degraded, fault.told().message()),
        };
        *checked = Some((Instant::now(), check.clone()));
        check
    }

    /// Gives back the room of what is gone.
    fn release(&self) {
        let now = self.now();
        let mut taken = self.taken();
        while taken.front().is_some_and(|(gone, _)| *gone <= now) {
            taken.pop_front();
        }
    }

    fn taken(&self) -> MutexGuard<'_, VecDeque<(u64, Share)>> {
        self.taken.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn limit(&self) -> u64 {
        self.settings.store_limit.0 as u64
    }

    /// Takes back what was counted. A sweep may have counted in between: never below nothing.
    fn forget(&self, size: u64) {
        let less = |kept: u64| Some(kept.saturating_sub(size));
        let _ = self.kept.fetch_update(Ordering::Relaxed, Ordering::Relaxed, less);
    }

    async fn find(&self, id: Id) -> Result<Option<Blob>, Error> {
        let opened = self.open().await.map_err(Fault::told)?;
        Blob::find(&opened.place, id).await.map_err(Fault::told)
    }

    /// The place and the key, found or made at the first use.
    async fn open(&self) -> Result<Arc<Opened>, Fault> {
        let opened = self.opened.lock().unwrap_or_else(PoisonError::into_inner).clone();
        match opened {
            Some(opened) => Ok(opened),
            None => self.open_anew().await,
        }
    }

    async fn open_anew(&self) -> Result<Arc<Opened>, Fault> {
        let place = match &self.choice {
            Choice::Bucket(place) => place.clone(),
            Choice::Folder(path) => {
                let path = path.clone();
                self.folder(move || folder::chosen(&path)).await?
            }
            Choice::Default => {
                let (cache, temporary) = (settings::cache_folder(), settings::temporary_folder());
                self.folder(move || folder::default(cache, &temporary)).await?
            }
        };
        let key = match &self.settings.link_secret {
            Some(secret) => Key::new(secret.reveal().as_bytes()),
            None => Key::new(&place.secret().await?),
        };
        let opened = Arc::new(Opened { place, key });
        *self.opened.lock().unwrap_or_else(PoisonError::into_inner) = Some(opened.clone());
        Ok(opened)
    }

    async fn folder(&self, find: impl FnOnce() -> io::Result<PathBuf> + Send + 'static) -> Result<Place, Fault> {
        let turns = self.turns.clone();
        self.turns.wait(TIME, on_disk(move || Place::folder(find()?, turns))).await
    }

    fn now(&self) -> u64 {
        u64::try_from(self.clock.now().as_second()).unwrap_or_default()
    }
}

/// All of a file, within a limit.
async fn content(blob: Blob, limit: Size) -> Result<Content, Error> {
    if blob.head.size > limit.0 as u64 {
        return Err(Error::new(Code::PayloadTooLarge, format!("the file is larger than the limit of {limit}")));
    }
    let Head { name, content_type, .. } = blob.head.clone();
    let bytes = blob.bytes().await.map_err(Fault::told)?;
    Ok(Content { name, content_type, url: None, bytes })
}

/// An owner as it is kept: of one length, and of no meaning to who reads the folder or the bucket.
fn hashed(owner: Option<&str>) -> Option<String> {
    owner.map(|owner| blake3::hash(owner.as_bytes()).to_hex().to_string())
}
