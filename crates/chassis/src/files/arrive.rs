//! Brings the files of a request that are elsewhere: by URL, by link, by id.

use bytes::{Bytes, BytesMut};
use futures_util::{StreamExt, TryStreamExt, stream};
use tokio::runtime::Handle;
use tokio::time::Instant;

use super::collect::{FileBounds, Found, Pending, Slot, too_large_together};
use super::fetch::{Fetcher, Patience};
use super::file::Content;
use super::source::Place;
use super::store::Store;
use super::stream::{Chunks, STREAM_TIME};
use crate::body::MemoryOf;
use crate::error::{Code, Detail, Error};
use crate::settings::{Settings, Size};
use crate::shares::Holder;

/// Files of one request fetched at once.
const AT_ONCE: usize = 8;

/// What files come from, and go into.
pub(crate) struct Arrivals<'a> {
    pub(crate) settings: &'a Settings,
    pub(crate) memory: MemoryOf<'a>,
    pub(crate) fetcher: &'a Fetcher,
    pub(crate) store: &'a Store,
    /// Whose uploads may be used.
    pub(crate) owner: &'a Holder,
    pub(crate) bounds: FileBounds,
    pub(crate) accepts: &'static [&'static str],
    /// Whether a stream may go on arriving while the operation runs.
    pub(crate) live: bool,
}

/// What has come.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Arrived {
    /// Bytes that are here.
    pub(crate) bytes: usize,
    /// Whether a stream is still arriving.
    pub(crate) live: bool,
}

impl Arrivals<'_> {
    /// Fills every slot, and checks what is in it.
    pub(crate) async fn bring(&self, found: Vec<Found>) -> Result<Arrived, Error> {
        let tasks = found.into_iter().map(|found| self.fill(found));
        // Slots know their content only when they are full, so the sum is checked after; each one is bounded before.
        let arrived: Vec<Arrived> = stream::iter(tasks).buffered(AT_ONCE).try_collect().await?;
        let bytes = arrived.iter().map(|one| one.bytes).sum();
        if bytes > self.bounds.all {
            return Err(too_large_together(self.bounds.all));
        }
        Ok(Arrived { bytes, live: arrived.iter().any(|one| one.live) })
    }

    async fn fill(&self, found: Found) -> Result<Arrived, Error> {
        let Found { field, slot, pending } = found;
        if let Some(Pending { place, name, content_type }) = pending {
            let named = |content: Content| Content {
                name: name.clone().or(content.name),
                content_type: content_type.clone().or(content.content_type),
                ..content
            };
            match (place, &slot) {
                (Place::Url(url), slot) => match self.store.own_link(&url) {
                    Some(link) => {
                        let kept = self.store.follow(&link, Size(self.bounds.each)).await;
                        slot.fill(named(self.kept(&field, kept).await?));
                    }
                    None => self.fetch(&field, &url, slot, named).await?,
                },
                (Place::Id(id), slot) => {
                    let kept = self.store.get(self.owner.id(), &id, Size(self.bounds.each)).await;
                    slot.fill(named(self.kept(&field, kept).await?));
                }
                (Place::Part(_) | Place::Bytes(_), _) => {}
            }
        }
        match &slot {
            Slot::File(file) => {
                super::kind::check(&field, file, self.accepts)?;
                Ok(Arrived { bytes: file.bytes().len(), live: false })
            }
            Slot::Stream(stream) => Ok(Arrived { bytes: stream.at_hand(), live: stream.is_live() }),
        }
    }

    async fn kept(&self, field: &str, kept: Result<Option<Content>, Error>) -> Result<Content, Error> {
        let gone = || Error::field(Code::Unprocessable, field, "there is no such file: it has expired or is not yours");
        let mut kept = kept.map_err(|error| at_field(error, field))?.ok_or_else(gone)?;
        let mut counted = self.memory.gather(Size(self.bounds.each), "the file");
        counted.push(std::mem::take(&mut kept.bytes)).await?;
        kept.bytes = counted.finish();
        Ok(kept)
    }

    async fn fetch(
        &self,
        field: &str,
        url: &str,
        slot: &Slot,
        named: impl Fn(Content) -> Content,
    ) -> Result<(), Error> {
        let live = self.live && matches!(slot, Slot::Stream(_));
        let Settings { fetch_time, stream_idle, stream_limit, .. } = self.settings;
        let patience = if live { Patience::Idle(stream_idle.0) } else { Patience::Whole(fetch_time.0) };
        let mut fetched =
            self.fetcher.open(self.owner, url, patience).await.map_err(|fault| fault.into_error(field))?;
        let about = named(Content {
            name: fetched.name.take(),
            content_type: fetched.content_type.take(),
            url: fetched.url.take(),
            bytes: Bytes::new(),
        });
        if let (true, Slot::Stream(stream)) = (live, slot) {
            let field = field.to_owned();
            let pieces = stream::try_unfold((fetched, field), |(mut fetched, field)| async move {
                let piece = fetched.chunk().await.map_err(|fault| fault.into_error(&field))?;
                Ok(piece.map(|piece| (piece, (fetched, field))))
            });
            let limit = stream_limit.0;
            let (idle, until, handle) = (stream_idle.0, Instant::now() + STREAM_TIME, Handle::current());
            let (ahead, ended, whole) = (BytesMut::new(), false, self.bounds.each);
            let pieces = Box::pin(pieces);
            stream.fill_live(about, Chunks { pieces, limit, taken: 0, whole, ahead, ended, idle, until, handle });
            return Ok(());
        }
        let mut file = self.memory.gather(Size(self.bounds.each), "the file");
        let announced = usize::try_from(fetched.announced.unwrap_or_default()).unwrap_or(usize::MAX);
        file.announce(announced).map_err(|error| at_field(error, field))?;
        while let Some(chunk) = fetched.chunk().await.map_err(|fault| fault.into_error(field))? {
            file.push(chunk).await.map_err(|error| at_field(error, field))?;
        }
        slot.fill(Content { bytes: file.finish(), ..about });
        Ok(())
    }
}

/// The error, said of a field.
fn at_field(mut error: Error, field: &str) -> Error {
    if error.details.is_empty() {
        let message = error.message.into_owned();
        error.message = format!("{field}: {message}").into();
        error.details = vec![Detail { field: field.to_owned(), message }];
    }
    error
}
