//! The store on S3: the same behaviour as in a folder, against moto, a server that is not ours. `scripts/install unit`
//! installs it; where it is not, these tests say so and pass.

use std::io::{BufRead, BufReader, Write};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;

use http::Method;
use http_body_util::BodyExt;
use object_store::aws::AmazonS3Builder;
use object_store::{ObjectStore, ObjectStoreExt};

use super::tests::{LIMIT, NOW};
use super::*;

/// Serves S3 on a free port, which it says, until its standard input ends: that is when this process does.
const SERVER: &str = "
import sys, boto3
from moto.server import ThreadedMotoServer
server = ThreadedMotoServer(ip_address='127.0.0.1', port=0, verbose=False)
server.start()
port = server.get_host_and_port()[1]
boto3.client('s3', endpoint_url=f'http://127.0.0.1:{port}', region_name='us-east-1', aws_access_key_id='key',
             aws_secret_access_key='secret').create_bucket(Bucket='files')
print(port, flush=True)
sys.stdin.read()
server.stop()
";

/// The server's port; one server for all tests.
fn server() -> Option<u16> {
    static SERVER_PORT: OnceLock<Option<(Child, u16)>> = OnceLock::new();
    let started = SERVER_PORT.get_or_init(|| {
        let cache = settings::variable("FLOWFORGE_CACHE").map(PathBuf::from);
        let cache = cache.or_else(|| Some(PathBuf::from(settings::variable("HOME")?).join(".cache/flowforge")))?;
        let python = cache.join("s3-venv/bin/python");
        let mut child = Command::new(python)
            .args(["-c", SERVER])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .ok()?;
        let mut port = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut port).unwrap();
        Some((child, port.trim().parse().expect("the S3 server starts")))
    });
    started.as_ref().map(|(_, port)| *port)
}

/// A client of the bucket; nothing, and a line that says so, where there is no server.
fn client(bucket_port: Option<u16>) -> Option<AmazonS3Builder> {
    let Some(port) = bucket_port else {
        // Past the harness, which keeps what passing tests print.
        writeln!(io::stderr(), "skipped: no S3 server; scripts/install unit installs one").unwrap();
        return None;
    };
    let builder = AmazonS3Builder::new()
        .with_endpoint(format!("http://127.0.0.1:{port}"))
        .with_allow_http(true)
        .with_access_key_id("key")
        .with_secret_access_key("secret");
    Some(builder)
}

fn store(client: &AmazonS3Builder, address: &str, clock: &Clock) -> Store {
    let turns = Turns::default();
    let place = Place::bucket(client.clone(), address, turns.clone()).unwrap();
    Store::at(Choice::Bucket(place), turns, &Settings::default(), clock.clone()).unwrap()
}

async fn put(store: &Store, bytes: impl Into<Bytes>) -> Stored {
    store.put(&Holder::named("ann"), Some("ä.txt"), Some("text/plain"), bytes.into()).await.unwrap()
}

#[tokio::test]
async fn what_is_kept_comes_back() {
    let Some(client) = client(server()) else { return };
    let clock = Clock::manual(NOW * 1000);
    let store = store(&client, "s3://files/round/trip", &clock);
    assert_eq!(store.check().await.status, Status::Healthy);
    for size in [0, 5, 70_000, 3_000_000] {
        let bytes: Bytes = (0..size).map(|number: u32| number.to_le_bytes()[1]).collect::<Vec<u8>>().into();
        let stored = put(&store, bytes.clone()).await;
        let content = store.get(Some("ann"), &stored.id, LIMIT).await.unwrap().unwrap();
        assert_eq!(content.name.as_deref(), Some("ä.txt"));
        assert!(content.bytes == bytes, "{size}");
        assert!(store.get(Some("bob"), &stored.id, LIMIT).await.unwrap().is_none());
        let link = store.own_link(&stored.url).unwrap();
        assert!(store.follow(&link, LIMIT).await.unwrap().unwrap().bytes == bytes);
        let response = download(&store, &link, &Method::GET).await.unwrap();
        assert!(response.into_body().collect().await.unwrap().to_bytes() == bytes);
    }
    let unknown = Id::new(NOW.unsigned_abs() + 60).to_string();
    assert!(store.get(Some("ann"), &unknown, LIMIT).await.unwrap().is_none());
}

#[tokio::test]
async fn processes_that_share_a_bucket_share_its_secret() {
    let Some(client) = client(server()) else { return };
    let clock = Clock::manual(NOW * 1000);
    let stores: Vec<Store> = (0..4).map(|_| store(&client, "s3://files/shared", &clock)).collect();
    let stored = futures_util::future::join_all(stores.iter().map(|store| put(store, "hello"))).await;
    for store in &stores {
        for stored in &stored {
            let link = store.own_link(&stored.url).unwrap();
            assert_eq!(store.follow(&link, LIMIT).await.unwrap().unwrap().bytes, "hello");
        }
    }
    let elsewhere = store(&client, "s3://files/other", &clock);
    let link = elsewhere.own_link(&stored[0].url).unwrap();
    assert!(elsewhere.follow(&link, LIMIT).await.unwrap().is_none());
}

#[tokio::test]
async fn sweeping_removes_only_what_expired() {
    let Some(client) = client(server()) else { return };
    let clock = Clock::manual(NOW * 1000);
    let (one, two) = (store(&client, "s3://files/swept", &clock), store(&client, "s3://files/swept", &clock));
    let bucket = client.clone().with_bucket_name("files").build().unwrap();
    let old = futures_util::future::join_all((0..5).map(|_| put(&one, "old"))).await;
    let outside = object_store::path::Path::from(old[0].id.clone());
    let foreign = object_store::path::Path::from(format!("swept/{}.txt", old[0].id));
    for path in [&outside, &foreign] {
        bucket.put(path, "somebody's".into()).await.unwrap();
    }
    clock.set((NOW + 3600 + 601) * 1000);
    let new = put(&two, "new").await;
    let (first, second) = tokio::join!(one.sweep(), two.sweep());
    // S3 does not tell whether there was something to remove: both may count the same.
    assert!((5..=10).contains(&(first.unwrap() + second.unwrap())));
    assert_eq!(one.kept.load(Ordering::Relaxed), two.kept.load(Ordering::Relaxed));
    assert_eq!(one.sweep().await.unwrap(), 0);
    let left: Vec<_> = futures_util::TryStreamExt::try_collect(bucket.list(Some(&"swept".into()))).await.unwrap();
    assert_eq!(left.len(), 3, "the new one, the secret and the foreign one: {left:?}");
    assert!(one.get(Some("ann"), &new.id, LIMIT).await.unwrap().is_some());
    assert!(bucket.head(&outside).await.is_ok());
}

#[tokio::test]
async fn a_bucket_that_is_not_there_is_said_clearly() {
    let Some(client) = client(server()) else { return };
    let store = store(&client, "s3://no-such-bucket", &Clock::manual(NOW * 1000));
    let error = store.put(&Holder::default(), None, None, "x".into()).await.err().unwrap();
    assert_eq!(error.code(), Code::Unavailable);
    assert_eq!(store.check().await.status, Status::Degraded);
    assert!(store.sweep().await.is_err());
}

#[tokio::test(start_paused = true)]
async fn a_server_that_does_not_answer_is_not_waited_for_without_end() {
    // It takes connections and says nothing.
    let silent = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let client = client(Some(silent.local_addr().unwrap().port())).unwrap();
    let store = store(&client, "s3://files", &Clock::manual(NOW * 1000));
    let started = Instant::now();
    assert_eq!(store.put(&Holder::default(), None, None, "x".into()).await.err().unwrap().code(), Code::Unavailable);
    assert!(started.elapsed() < 3 * TIME);
}
