//! The store in a folder.

use std::fs;

use super::*;
use crate::settings::{Hidden, Span};

pub(super) const NOW: i64 = 1_800_000_000;
pub(super) const LIMIT: Size = Size(50 << 20);

/// A store in a folder of its own.
pub(super) struct Kept {
    pub(super) store: Store,
    pub(super) clock: Clock,
    pub(super) settings: Settings,
    pub(super) folder: tempfile::TempDir,
}

pub(super) fn kept() -> Kept {
    let folder = tempfile::tempdir().unwrap();
    let store = folder.path().join("files").to_str().unwrap().to_owned();
    let settings = Settings { store: Some(store), ..Settings::default() };
    let clock = Clock::manual(NOW * 1000);
    Kept { store: Store::new(&settings, clock.clone()).unwrap(), clock, settings, folder }
}

impl Kept {
    fn path(&self, id: &str) -> PathBuf {
        self.folder.path().join("files").join(id)
    }

    fn files(&self) -> usize {
        fs::read_dir(self.folder.path().join("files")).unwrap().count()
    }
}

async fn put(store: &Store, bytes: &'static str) -> Stored {
    store.put(&Holder::named("ann"), Some("a.txt"), Some("text/plain; charset=utf-8"), bytes.into()).await.unwrap()
}

fn text(content: Option<Content>) -> Option<String> {
    content.map(|content| String::from_utf8(content.bytes.to_vec()).unwrap())
}

async fn get(store: &Store, owner: Option<&str>, id: &str) -> Option<String> {
    text(store.get(owner, id, LIMIT).await.unwrap())
}

async fn follow(store: &Store, url: &str) -> Option<String> {
    text(store.follow(&store.own_link(url).unwrap(), LIMIT).await.unwrap())
}

#[tokio::test]
async fn what_is_kept_comes_back() {
    let Kept { store, .. } = kept();
    let stored = put(&store, "hello").await;
    assert_eq!(stored.size, 5);
    assert_eq!(stored.expires_at.to_string(), "2027-01-15T09:00:00Z");
    assert!(stored.url.starts_with(&format!("http://127.0.0.1:8000/api/v1/files/{}?expires=", stored.id)));
    let content = store.get(Some("ann"), &stored.id, LIMIT).await.unwrap().unwrap();
    assert_eq!(content.name.as_deref(), Some("a.txt"));
    assert_eq!(content.content_type.as_deref(), Some("text/plain"));
    assert_eq!(content.bytes, "hello");
    assert_eq!(follow(&store, &stored.url).await.as_deref(), Some("hello"));
    // Without name, type and owner; and with names nobody should have.
    let stored = store.put(&Holder::default(), None, None, Bytes::new()).await.unwrap();
    let content = store.get(None, &stored.id, LIMIT).await.unwrap().unwrap();
    assert_eq!((content.name, content.content_type, content.bytes), (None, None, Bytes::new()));
    let long = "\0é".repeat(100_000);
    let stored = store.put(&Holder::named(&long), Some(&long), Some(&long), "x".into()).await.unwrap();
    let content = store.get(Some(&long), &stored.id, LIMIT).await.unwrap().unwrap();
    assert_eq!(content.name.unwrap().chars().count(), NAME);
    assert_eq!(content.content_type, None);
}

#[tokio::test]
async fn a_file_is_its_owners() {
    let Kept { store, .. } = kept();
    let anns = put(&store, "hello").await.id;
    let nobodys = store.put(&Holder::default(), None, None, "hello".into()).await.unwrap().id;
    for (owner, id, found) in [
        (Some("ann"), &anns, true),
        (Some("bob"), &anns, false),
        (Some(""), &anns, false),
        (None, &anns, false),
        (None, &nobodys, true),
        (Some("ann"), &nobodys, false),
        (Some(""), &nobodys, false),
    ] {
        assert_eq!(get(&store, owner, id).await.is_some(), found, "{owner:?}");
        // Nor does a limit tell that there is something.
        let limited = store.get(owner, id, Size(4)).await;
        assert_eq!(limited.is_err_and(|error| error.code() == Code::PayloadTooLarge), found, "{owner:?}");
    }
}

#[tokio::test]
async fn a_file_expires() {
    let Kept { store, clock, .. } = kept();
    let stored = put(&store, "hello").await;
    clock.set((NOW + 3600) * 1000 - 1);
    assert!(get(&store, Some("ann"), &stored.id).await.is_some() && follow(&store, &stored.url).await.is_some());
    clock.set((NOW + 3600) * 1000);
    assert!(get(&store, Some("ann"), &stored.id).await.is_none() && follow(&store, &stored.url).await.is_none());
}

#[tokio::test]
async fn ids_are_checked_before_anything_is_touched() {
    let kept = kept();
    for id in ["../secret", "%2e%2e%2fsecret", "link-secret", "", "a\0b", "/etc/passwd", &"0".repeat(100_000)] {
        assert_eq!(get(&kept.store, None, id).await, None);
        let link = Link { id: id.to_owned(), query: String::new() };
        assert!(kept.store.follow(&link, LIMIT).await.unwrap().is_none());
    }
    assert!(!kept.folder.path().join("files").exists(), "not even the folder is made");
}

#[tokio::test]
async fn links_outlive_a_restart_and_work_in_another_process() {
    let kept = kept();
    let url = put(&kept.store, "hello").await.url;
    let again = Store::new(&kept.settings, kept.clock.clone()).unwrap();
    assert_eq!(follow(&again, &url).await.as_deref(), Some("hello"));
    let other: Hidden = "0123456789abcdef".parse().unwrap();
    let settings = Settings { link_secret: Some(other), ..kept.settings.clone() };
    let other = Store::new(&settings, kept.clock.clone()).unwrap();
    assert_eq!(follow(&other, &url).await, None);
    let url = put(&other, "hello").await.url;
    assert!(follow(&other, &url).await.is_some() && follow(&again, &url).await.is_none());
}

#[tokio::test]
async fn a_damaged_file_is_gone() {
    let kept = kept();
    let stored = put(&kept.store, "hello").await;
    let whole = fs::read(kept.path(&stored.id)).unwrap();
    for length in 0..whole.len() {
        fs::write(kept.path(&stored.id), &whole[..length]).unwrap();
        let found = kept.store.get(Some("ann"), &stored.id, LIMIT).await;
        // An empty one has no first byte to read, which is a fault of the store.
        assert_eq!(found.is_ok_and(|found| found.is_none()), length > 0, "cut at {length}");
    }
    fs::write(kept.path(&stored.id), [&whole[..], b"more"].concat()).unwrap();
    assert_eq!(get(&kept.store, Some("ann"), &stored.id).await, None);
    fs::write(kept.path(&stored.id), &whole).unwrap();
    assert!(get(&kept.store, Some("ann"), &stored.id).await.is_some());
    fs::remove_file(kept.path(&stored.id)).unwrap();
    assert_eq!(get(&kept.store, Some("ann"), &stored.id).await, None);
}

#[tokio::test]
async fn a_damaged_secret_signs_nothing() {
    let kept = kept();
    fs::create_dir(kept.folder.path().join("files")).unwrap();
    fs::write(kept.path("link-secret"), "").unwrap();
    let refused = kept.store.put(&Holder::default(), None, None, "x".into()).await;
    assert_eq!(refused.err().unwrap().code(), Code::Unavailable);
    assert_eq!(kept.store.check().await.status, Status::Degraded);
}

#[tokio::test]
async fn sweeping_frees_what_expired() {
    let kept = kept();
    let settings = Settings { store_limit: Size(10), ..kept.settings.clone() };
    let store = Store::new(&settings, kept.clock.clone()).unwrap();
    let all = async |text: &'static str| store.put(&Holder::default(), None, None, text.into()).await.unwrap();
    let first = all("hello").await;
    kept.clock.set((NOW + 60) * 1000);
    let second = all("world").await;
    let full = store.put(&Holder::default(), None, None, "x".into()).await.err().unwrap();
    assert_eq!((full.code(), full.message().contains("no space")), (Code::Unavailable, true));
    assert_eq!(store.check().await.status, Status::Degraded);
    assert_eq!(store.sweep().await.unwrap(), 0);
    // A download that began in time has some more time.
    kept.clock.set((NOW + 3600 + 1) * 1000);
    assert_eq!((store.sweep().await.unwrap(), kept.files()), (0, 3));
    kept.clock.set((NOW + 3600 + 601) * 1000);
    assert_eq!((store.sweep().await.unwrap(), kept.files()), (1, 2));
    assert!(!kept.path(&first.id).exists() && kept.path(&second.id).exists());
    assert_eq!(store.sweep().await.unwrap(), 0);
}

#[tokio::test]
async fn nobody_fills_the_store() {
    let kept = kept();
    let settings = Settings { store_limit: Size(40), ..kept.settings.clone() };
    let store = Store::new(&settings, kept.clock.clone()).unwrap();
    let keep = async |name: &str| store.put(&Holder::named(name), None, None, "hello".into()).await.is_ok();
    let mut anns = 0;
    while keep("ann").await {
        anns += 1;
    }
    assert_eq!(anns, 4, "half of what there is");
    assert!(keep("bob").await && keep("bob").await, "there is room for others");
    assert!(!keep("ann").await);
    kept.clock.set((NOW + 3600 + 601) * 1000);
    store.sweep().await.unwrap();
    assert!(keep("ann").await, "what went gives its room back");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn sweeps_and_writes_do_not_disturb_one_another() {
    let kept = kept();
    let other = Store::new(&kept.settings, kept.clock.clone()).unwrap();
    for _ in 0..20 {
        put(&kept.store, "old").await;
    }
    kept.clock.set((NOW + 2 * 3600) * 1000);
    let sweeps = async |store: &Store| {
        let mut removed = 0;
        for _ in 0..10 {
            removed += store.sweep().await.unwrap();
        }
        removed
    };
    let writes = async {
        let mut ids = Vec::new();
        for _ in 0..20 {
            ids.push(put(&kept.store, "new").await.id);
        }
        ids
    };
    let (one, two, ids) = tokio::join!(sweeps(&kept.store), sweeps(&other), writes);
    assert_eq!(one + two, 20, "each is removed once");
    for id in ids {
        assert_eq!(get(&other, Some("ann"), &id).await.as_deref(), Some("new"));
    }
}

#[tokio::test]
async fn a_folder_that_cannot_be_used_is_said_clearly() {
    let kept = kept();
    fs::write(kept.folder.path().join("files"), "a file, no folder").unwrap();
    let error = kept.store.put(&Holder::default(), None, None, "x".into()).await.err().unwrap();
    assert_eq!(error.code(), Code::Unavailable);
    assert_eq!(error.message(), "files cannot be kept or read right now; the log of the server says why");
    let check = kept.store.check().await;
    assert_eq!((check.status, check.reason), (Status::Degraded, Some(error.message())));
    assert!(kept.store.sweep().await.is_err());
    // As soon as it can, it is.
    fs::remove_file(kept.folder.path().join("files")).unwrap();
    assert_eq!(follow(&kept.store, &put(&kept.store, "x").await.url).await.as_deref(), Some("x"));
}

#[tokio::test]
async fn a_folder_that_was_emptied_is_made_again() {
    let kept = kept();
    assert_eq!(kept.store.check().await.status, Status::Healthy);
    let old = put(&kept.store, "hello").await;
    fs::remove_dir_all(kept.folder.path().join("files")).unwrap();
    assert_eq!(follow(&kept.store, &old.url).await, None);
    kept.store.sweep().await.unwrap();
    let other = Store::new(&kept.settings, kept.clock.clone()).unwrap();
    let new = put(&kept.store, "hello").await;
    assert_eq!(follow(&other, &new.url).await.as_deref(), Some("hello"));
}

#[tokio::test(start_paused = true)]
async fn health_does_not_ask_each_time() {
    let kept = kept();
    assert_eq!(kept.store.check().await.status, Status::Healthy);
    assert_eq!(kept.files(), 1, "the probe is gone, the secret stays");
    fs::remove_dir_all(kept.folder.path().join("files")).unwrap();
    fs::write(kept.folder.path().join("files"), "").unwrap();
    assert_eq!(kept.store.check().await.status, Status::Healthy);
    tokio::time::advance(CHECK).await;
    assert_eq!(kept.store.check().await.status, Status::Degraded);
}

#[test]
fn wrong_settings_are_refused_at_the_start() {
    let refused = |settings: Settings| Store::new(&settings, Clock::System).err().unwrap_or_default();
    for store in ["gs://bucket", "http://host/bucket", "s3://", "s3://key:secret@bucket", "s3://bucket?region=x"] {
        let message = refused(Settings { store: Some(store.to_owned()), ..Settings::default() });
        assert!(message.starts_with("--store") && !message.contains("secret@"), "{store}: {message}");
    }
    for time in [0, 31 * 24 * 3600] {
        let store_time = Span(Duration::from_secs(time));
        assert!(refused(Settings { store_time, ..Settings::default() }).contains("--store-time"));
    }
    let settings = Settings { public_url: Some("flow.example.com".to_owned()), ..Settings::default() };
    assert!(refused(settings).contains("--public-url"));
    for store in [None, Some(""), Some("relative/folder"), Some("s3://bucket/some/prefix")] {
        assert_eq!(refused(Settings { store: store.map(str::to_owned), ..Settings::default() }), "");
    }
}
