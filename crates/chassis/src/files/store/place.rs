//! Where blobs lie: a folder or a bucket of S3, through one door at which nobody waits without bound.

use std::io;
use std::ops::Range;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use bytes::Bytes;
use futures_util::{StreamExt, TryStreamExt};
use object_store::aws::{AmazonS3Builder, AmazonS3ConfigKey};
use object_store::local::LocalFileSystem;
use object_store::path::Path;
use object_store::prefix::PrefixStore;
use object_store::{
    ClientConfigKey, GetOptions, ObjectStore, ObjectStoreExt, PutMode, PutOptions, PutPayload, RetryConfig,
};

use super::fault::{Fault, cause};
use super::folder::{self, SECRET_BYTES};
use super::link::Id;
use super::turns::{TIME, Turns, on_disk};

/// Time a sweep has, which may have many thousand files to remove. Nobody waits for it.
const SWEEP_TIME: Duration = Duration::from_secs(300);
/// Time a probe has: less than the two seconds of a health check, so that its answer is known for the next.
const PROBE_TIME: Duration = Duration::from_millis(1500);
/// The name under which the secret of links is kept. No file has such an id.
pub(super) const SECRET: &str = "link-secret";

/// A folder or a bucket.
#[derive(Clone)]
pub(super) struct Place {
    objects: Arc<dyn ObjectStore>,
    folder: Option<PathBuf>,
    turns: Turns,
}

/// What a sweep did.
#[derive(Debug, Default)]
pub(super) struct Swept {
    /// Files removed.
    pub(super) removed: usize,
    /// Bytes that stay.
    pub(super) kept: u64,
}

impl Place {
    /// A folder that is there. This blocks.
    pub(super) fn folder(path: PathBuf, turns: Turns) -> io::Result<Self> {
        let objects = LocalFileSystem::new_with_prefix(&path).map_err(io::Error::other)?;
        Ok(Self { objects: Arc::new(objects), folder: Some(path), turns })
    }

    /// A bucket, by its address `s3://bucket/prefix`. Nothing is asked of it yet.
    pub(super) fn bucket(s3: AmazonS3Builder, address: &str, turns: Turns) -> Result<Self, String> {
        let url = url::Url::parse(address).ok().filter(|url| {
            let bare = url.username().is_empty() && url.password().is_none() && url.port().is_none();
            bare && url.has_host() && url.query().is_none() && url.fragment().is_none()
        });
        let Some(url) = url else {
            return Err("--store: write it as s3://bucket/prefix; keys belong in AWS_ACCESS_KEY_ID and \
                        AWS_SECRET_ACCESS_KEY"
                .to_owned());
        };
        let prefix = Path::from_url_path(url.path()).map_err(|_| "--store: the prefix is not a path")?;
        let time = format!("{} seconds", TIME.as_secs());
        let bucket = s3
            .with_url(format!("s3://{}", url.host_str().unwrap_or_default()))
            .with_config(AmazonS3ConfigKey::Client(ClientConfigKey::Timeout), time)
            // A retry that would start when its caller has gone helps nobody.
            .with_retry(RetryConfig { max_retries: 3, retry_timeout: TIME / 2, ..RetryConfig::default() })
            .build()
            .map_err(|error| format!("--store: {}", cause(&error)))?;
        Ok(Self { objects: Arc::new(PrefixStore::new(bucket, prefix)), folder: None, turns })
    }

    /// Writes an object: in full, or not at all.
    pub(super) async fn write(&self, name: &str, bytes: PutPayload) -> Result<(), Fault> {
        let (objects, path) = (self.objects.clone(), Path::from(name));
        self.turns.wait(TIME, async move { objects.put(&path, bytes).await }).await?;
        Ok(())
    }

    /// Reads a part of an object, or as much of it as there is; and how many bytes it has in all.
    pub(super) async fn read(&self, name: &str, range: Range<u64>) -> Result<(Bytes, u64), Fault> {
        let (objects, path) = (self.objects.clone(), Path::from(name));
        let options = GetOptions { range: Some(range.into()), ..GetOptions::default() };
        let read = async move {
            let found = objects.get_opts(&path, options).await?;
            let size = found.meta.size;
            found.bytes().await.map(|bytes| (bytes, size))
        };
        self.turns.wait(TIME, read).await
    }

    /// The secret of links kept here; made when there is none.
    pub(super) async fn secret(&self) -> Result<Bytes, Fault> {
        let secret = match self.folder.clone() {
            Some(folder) => self.turns.wait(TIME, on_disk(move || folder::secret(&folder))).await?,
            None => self.secret_of_bucket().await?,
        };
        if secret.len() != SECRET_BYTES {
            // Whoever knows it can sign; nothing at all is known to everybody.
            return Err(Fault::Failed(format!("{SECRET} in the store is damaged: remove it")));
        }
        Ok(secret)
    }

    async fn secret_of_bucket(&self) -> Result<Bytes, Fault> {
        let (objects, path) = (self.objects.clone(), Path::from(SECRET));
        let create = PutOptions { mode: PutMode::Create, ..PutOptions::default() };
        let secret = async move {
            let found = match objects.get(&path).await {
                // Who comes second finds the first one's.
                Err(object_store::Error::NotFound { .. }) => {
                    match objects.put_opts(&path, folder::new_secret().into(), create).await {
                        Ok(_) | Err(object_store::Error::AlreadyExists { .. }) => objects.get(&path).await?,
                        Err(error) => return Err(error),
                    }
                }
                found => found?,
            };
            found.bytes().await
        };
        self.turns.wait(TIME, secret).await
    }

    /// Removes what expired before then.
    pub(super) async fn sweep(&self, before: u64) -> Result<Swept, Fault> {
        if let Some(folder) = self.folder.clone() {
            return self.turns.wait(SWEEP_TIME, on_disk(move || folder::sweep(&folder, before))).await;
        }
        let objects = self.objects.clone();
        let sweep = async move {
            let kept = Arc::new(AtomicU64::new(0));
            let count = kept.clone();
            let expired = objects.list(None).try_filter_map(move |found| {
                let id = Id::parse(found.location.as_ref());
                if id.is_some_and(|id| id.expires() >= before) {
                    count.fetch_add(found.size, Ordering::Relaxed);
                }
                let expired = id.filter(|id| id.expires() < before).map(|_| found.location);
                std::future::ready(Ok(expired))
            });
            let removed = objects.delete_stream(expired.boxed()).try_fold(0, async |sum, _| Ok(sum + 1)).await?;
            Ok::<_, object_store::Error>(Swept { removed, kept: kept.load(Ordering::Relaxed) })
        };
        self.turns.wait(SWEEP_TIME, sweep).await
    }

    /// Whether files can be kept: a folder is written to, a bucket only asked, because writing costs money there.
    pub(super) async fn probe(&self) -> Result<(), Fault> {
        let objects = self.objects.clone();
        let folder = self.folder.is_some();
        let probe = async move {
            if folder {
                // A name that has expired: should this process die in between, the next sweep removes it.
                let path = Path::from(Id::new(0).to_string());
                objects.put(&path, PutPayload::from_static(b"probe")).await?;
                return objects.delete(&path).await;
            }
            // A list of what is past the last name: empty, but only from a bucket that is there and lets us list.
            objects.list_with_offset(None, &Path::from("zzz")).try_for_each(async |_| Ok(())).await
        };
        self.turns.wait(PROBE_TIME, probe).await
    }
}
