//! The cache with a real Redis: shared, killed, mute, damaged, closed. Without a `redis-server` in the PATH these tests
//! say so and do nothing.

use std::cell::RefCell;
use std::io::{ErrorKind, Write};
use std::net::{TcpListener, TcpStream};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use ::redis::{AsyncConnectionConfig, Client, FromRedisValue};
use bytes::Bytes;
use tempfile::TempDir;

use super::{Cache, Entry, Key, Served, Tier};
use crate::health::Status;
use crate::settings::{Settings, Size};

const HOUR: Duration = Duration::from_secs(3_600);
/// More than anything here takes on a busy machine.
const PATIENCE: Duration = Duration::from_secs(60);

/// A Redis of this test, killed when it is dropped.
struct Server {
    port: u16,
    options: Vec<String>,
    folder: TempDir,
    process: Child,
}

impl Server {
    async fn start(options: &[&str]) -> Option<Self> {
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let folder = tempfile::tempdir().unwrap();
        let options: Vec<String> = options.iter().map(|&option| option.to_owned()).collect();
        let process = match Self::launch(port, &options, &folder) {
            Ok(process) => process,
            Err(error) if error.kind() == ErrorKind::NotFound => {
                writeln!(std::io::stderr(), "skipped: there is no redis-server").unwrap();
                return None;
            }
            Err(error) => panic!("redis-server does not start: {error}"),
        };
        let server = Self { port, options, folder, process };
        server.ready().await;
        Some(server)
    }

    fn launch(port: u16, options: &[String], folder: &TempDir) -> std::io::Result<Child> {
        Command::new("redis-server")
            .args(["--port", &port.to_string(), "--bind", "127.0.0.1", "--save", "", "--loglevel", "warning", "--dir"])
            .arg(folder.path())
            .args(options)
            .stdout(Stdio::null())
            .spawn()
    }

    /// Kills it as `kill -9` does.
    fn kill(&mut self) {
        self.process.kill().unwrap();
        self.process.wait().unwrap();
    }

    async fn restart(&mut self) {
        self.process = Self::launch(self.port, &self.options, &self.folder).unwrap();
        self.ready().await;
    }

    async fn ready(&self) {
        eventually("redis-server listens", async || TcpStream::connect(("127.0.0.1", self.port)).is_ok()).await;
    }

    fn url(&self) -> String {
        format!("redis://127.0.0.1:{}", self.port)
    }

    /// What Redis itself says.
    async fn ask<T: FromRedisValue>(&self, command: &[&str]) -> T {
        let client = Client::open(self.url()).unwrap();
        let patient =
            AsyncConnectionConfig::new().set_connection_timeout(Some(PATIENCE)).set_response_timeout(Some(PATIENCE));
        let mut connection = client.get_multiplexed_async_connection_with_config(&patient).await.unwrap();
        let mut asked = ::redis::cmd(command[0]);
        asked.arg(&command[1..]).query_async(&mut connection).await.unwrap()
    }

    /// Asks for a value until it is there: it is put there in the background, and not at all when an answer was late.
    async fn keep(&self, number: usize) {
        eventually("the value is there", async || {
            let cache = redis_only(&self.url());
            cache.check().await;
            get(&cache, number).await;
            self.ask::<usize>(&["EXISTS", &name(&key(number))]).await == 1
        })
        .await;
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// Tries until something holds: in the background, or with a machine so busy that Redis is too slow for a request.
async fn eventually(what: &str, mut holds: impl AsyncFnMut() -> bool) {
    let start = Instant::now();
    while !holds().await {
        assert!(start.elapsed() < PATIENCE, "not so: {what}");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

/// A cache of a process that has just begun.
fn cache(url: &str) -> Cache {
    Cache::new(&Settings { redis: Some(url.parse().unwrap()), ..Settings::default() }, Arc::default()).unwrap()
}

/// A cache that keeps nothing in memory: what it finds is in Redis.
fn redis_only(url: &str) -> Cache {
    let settings = Settings { redis: Some(url.parse().unwrap()), cache_memory: Size(0), ..Settings::default() };
    Cache::new(&settings, Arc::default()).unwrap()
}

fn key(number: usize) -> Key {
    Key::of("test", 1, &number.to_le_bytes(), [])
}

fn name(key: &Key) -> String {
    format!("ff:{}", key.hex())
}

fn value(number: usize) -> Bytes {
    Bytes::from(format!("the value of {number}"))
}

/// Asks for a value and checks it.
async fn get(cache: &Cache, number: usize) -> Served {
    let (answer, served) = cache.get_or_compute(key(number), HOUR, async move { Ok(value(number)) }).await;
    assert_eq!(answer.unwrap(), value(number));
    served
}

/// Asks for values until one is kept and found again.
async fn until_it_is_used(cache: &Cache, first: usize) {
    let mut numbers = first..;
    eventually("Redis is used", async || {
        let number = numbers.next().unwrap();
        get(cache, number).await;
        tokio::time::sleep(Duration::from_millis(20)).await;
        get(cache, number).await == Served::Hit
    })
    .await;
}

#[tokio::test]
async fn two_processes_share_values() {
    let Some(server) = Server::start(&[]).await else { return };
    let first = cache(&server.url());
    assert_eq!(first.check().await.unwrap().status, Status::Healthy);
    assert_eq!(get(&first, 1).await, Served::Miss);
    server.keep(1).await;
    let left: u64 = server.ask(&["PTTL", &name(&key(1))]).await;
    assert!((1..=3_600_000).contains(&left), "{left} ms");
    eventually("a process that has just begun finds it", async || {
        let second = cache(&server.url());
        let found = get(&second, 1).await == Served::Hit && second.places.metrics.cache.redis_hits.get() == 1;
        // From then on it is in the second's memory too.
        found && get(&second, 1).await == Served::Hit && second.places.metrics.cache.memory_hits.get() == 1
    })
    .await;
}

#[tokio::test]
async fn a_value_is_no_older_in_memory_than_in_redis() {
    let Some(server) = Server::start(&[]).await else { return };
    let cache = cache(&server.url());
    server.keep(1).await;
    let _: usize = server.ask(&["PEXPIRE", &name(&key(1)), "60000"]).await;
    eventually("it is found", async || match cache.places.redis.as_ref().unwrap().get(&key(1)).await {
        Some(kept) => {
            assert!(kept.until <= Instant::now() + Duration::from_secs(60));
            true
        }
        None => false,
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn nobody_notices_that_redis_is_killed() {
    let Some(mut server) = Server::start(&[]).await else { return };
    let cache = Arc::new(redis_only(&server.url()));
    until_it_is_used(&cache, 0).await;
    let stop = Arc::new(AtomicBool::new(false));
    let answered = Arc::new(AtomicUsize::new(0));
    let clients: Vec<_> = (0..8)
        .map(|client| {
            let (cache, stop, answered) = (cache.clone(), stop.clone(), answered.clone());
            tokio::spawn(async move {
                for round in 0.. {
                    if stop.load(Ordering::Relaxed) {
                        return;
                    }
                    get(&cache, 1_000 + (round * 7 + client) % 50).await;
                    answered.fetch_add(1, Ordering::Relaxed);
                    // Without Redis nothing else here waits, and the test could not end.
                    tokio::task::yield_now().await;
                }
            })
        })
        .collect();
    let more = async |number: usize| {
        let goal = answered.load(Ordering::Relaxed) + number;
        let wait = async {
            while answered.load(Ordering::Relaxed) < goal {
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
        };
        tokio::time::timeout(PATIENCE, wait).await.expect("requests go on");
    };
    for life in 1..=3 {
        more(500).await;
        server.kill();
        more(500).await;
        server.restart().await;
        until_it_is_used(&cache, life * 10_000).await;
    }
    stop.store(true, Ordering::Relaxed);
    for client in clients {
        client.await.expect("each answer is right");
    }
    assert!(cache.places.metrics.cache.faults.get() >= 3);
}

#[tokio::test(start_paused = true)]
async fn who_accepts_and_never_answers_holds_nobody_up() {
    let mute = TcpListener::bind("127.0.0.1:0").unwrap();
    let cache = redis_only(&format!("redis://{}", mute.local_addr().unwrap()));
    let mut waited = Duration::ZERO;
    for number in 0..1_000 {
        let start = tokio::time::Instant::now();
        assert_eq!(get(&cache, number).await, Served::Bypass);
        waited += start.elapsed();
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    // The first request looks what there is. The others, in ten seconds with several attempts, do not wait at all.
    assert!(waited <= Duration::from_millis(101), "{waited:?}");
    assert!(cache.places.metrics.cache.faults.get() >= 4);
    let check = cache.check().await.unwrap();
    assert_eq!((check.status, check.reason.as_deref()), (Status::Degraded, Some("it does not answer in time")));
}

#[test]
fn an_attempt_to_connect_may_end_with_its_runtime() {
    let mute = TcpListener::bind("127.0.0.1:0").unwrap();
    let cache = redis_only(&format!("redis://{}", mute.local_addr().unwrap()));
    let runtime = || tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    assert_eq!(runtime().block_on(get(&cache, 1)), Served::Bypass);
    let check = runtime().block_on(async { tokio::time::timeout(PATIENCE, cache.check()).await });
    assert_eq!(check.expect("it does not wait for ever").unwrap().status, Status::Degraded);
}

#[tokio::test]
async fn who_falls_silent_holds_nobody_up_and_is_used_again() {
    let Some(server) = Server::start(&[]).await else { return };
    let cache = redis_only(&server.url());
    until_it_is_used(&cache, 0).await;
    let _: () = server.ask(&["CLIENT", "PAUSE", "3000", "ALL"]).await;
    let requests = async {
        for number in 1_000..2_000 {
            get(&cache, number).await;
        }
    };
    tokio::time::timeout(PATIENCE, requests).await.expect("requests go on");
    assert!(cache.places.metrics.cache.faults.get() >= 1);
    until_it_is_used(&cache, 10_000).await;
}

#[tokio::test]
async fn what_is_not_a_value_of_ours_is_a_miss() {
    let Some(server) = Server::start(&[]).await else { return };
    for number in 0..4 {
        server.keep(number).await;
    }
    let [damaged, foreign, endless, moved] = [0, 1, 2, 3].map(|number| name(&key(number)));
    let _: usize = server.ask(&["SETRANGE", &damaged, "30", "!"]).await;
    let _: usize = server.ask(&["DEL", &foreign]).await;
    let _: usize = server.ask(&["LPUSH", &foreign, "a list"]).await;
    let _: usize = server.ask(&["PERSIST", &endless]).await;
    let _: () = server.ask(&["RENAME", &moved, &name(&key(4))]).await;
    let huge = "x".repeat(8 << 20);
    let _: () = server.ask(&["SET", &name(&key(5)), &huge, "PX", "100000"]).await;
    eventually("a key of another type is no fault of Redis", async || {
        let reader = redis_only(&server.url());
        reader.places.redis.as_ref().unwrap().get(&key(1)).await.is_none()
            && reader.places.metrics.cache.faults.get() == 0
            && reader.check().await.unwrap().status == Status::Healthy
    })
    .await;
    let reader = redis_only(&server.url());
    reader.check().await;
    for number in [0, 1, 2, 4, 5] {
        assert_ne!(get(&reader, number).await, Served::Hit, "{number}");
        eventually("what was computed took its place", async || get(&reader, number).await == Served::Hit).await;
    }
}

#[tokio::test]
async fn what_takes_no_values_is_still_read() {
    // Each with how it takes values again.
    let kinds = [
        (["CONFIG", "SET", "maxmemory", "1"], ["CONFIG", "SET", "maxmemory", "0"], "it takes no more data"),
        (["REPLICAOF", "127.0.0.1", "1", ""], ["REPLICAOF", "NO", "ONE", ""], "it is a replica, which takes no data"),
    ];
    for (break_it, mend_it, reason) in kinds {
        let Some(server) = Server::start(&[]).await else { return };
        let said = async |command: [&str; 4]| {
            let words: Vec<&str> = command.into_iter().filter(|word| !word.is_empty()).collect();
            server.ask::<()>(&words).await;
        };
        let cache = redis_only(&server.url());
        until_it_is_used(&cache, 1_000).await;
        server.keep(1).await;
        said(break_it).await;
        let mut numbers = 2..;
        // At once: a connection that is given up and made again would be found, too.
        eventually("it is said why it takes nothing, and read", async || {
            get(&cache, numbers.next().unwrap()).await;
            let check = cache.check().await.unwrap();
            let refuses = (check.status, check.reason.as_deref()) == (Status::Degraded, Some(reason));
            refuses && get(&cache, 1).await == Served::Hit
        })
        .await;
        said(mend_it).await;
        until_it_is_used(&cache, 10_000).await;
        eventually("it is well again", async || cache.check().await.unwrap().status == Status::Healthy).await;
    }
}

#[tokio::test]
async fn values_on_their_way_are_bounded() {
    let Some(server) = Server::start(&[]).await else { return };
    let cache = redis_only(&server.url());
    cache.check().await;
    let redis = cache.places.redis.as_ref().unwrap();
    let put = |number, bytes| {
        redis.put(&key(number), &Entry { value: Bytes::from(vec![7; bytes]), until: Instant::now() + HOUR })
    };
    // One thread, and nothing is awaited: none of them gets away.
    assert_eq!((0..1_000).filter(|&number| put(number, 1)).count(), 128);
    eventually("they arrive", async || put(1_000, 4 << 20)).await;
    assert!(!put(1_001, (4 << 20) + 1), "no value is larger than this");
    assert!(!(0..3).all(|number| put(2_000 + number, 4 << 20)), "12 MB are too much");
}

#[tokio::test]
async fn a_cluster_is_used() {
    let node = ["--cluster-enabled", "yes", "--cluster-config-file", "nodes.conf", "--cluster-port"];
    let mut nodes = Vec::new();
    for slots in [["0", "8191"], ["8192", "16383"]] {
        let bus = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port().to_string();
        let Some(server) = Server::start(&[&node[..], &[&bus]].concat()).await else { return };
        let _: () = server.ask(&["CLUSTER", "ADDSLOTSRANGE", slots[0], slots[1]]).await;
        nodes.push((server, bus));
    }
    let [(first, _), (second, bus)] = nodes.as_slice() else { unreachable!() };
    let _: () = first.ask(&["CLUSTER", "MEET", "127.0.0.1", &second.port.to_string(), bus]).await;
    for server in [first, second] {
        let info = async || server.ask::<String>(&["CLUSTER", "INFO"]).await;
        eventually("the cluster is up", async || info().await.contains("cluster_state:ok")).await;
    }
    let cache = redis_only(&format!("{},{}", first.url(), second.url()));
    until_it_is_used(&cache, 0).await;
    for number in 1_000..1_020 {
        get(&cache, number).await;
    }
    until_it_is_used(&cache, 2_000).await;
    for server in [first, second] {
        assert!(server.ask::<usize>(&["DBSIZE"]).await > 1, "both nodes hold values");
    }
    // One node alone is no Redis to use, and it is said what it is.
    let (alone, mut numbers) = (redis_only(&first.url()), 0..);
    eventually("it is said to be a cluster", async || {
        get(&alone, numbers.next().unwrap()).await;
        alone.check().await.unwrap().reason.as_deref() == Some("it is a cluster: name several of its nodes")
    })
    .await;
}

thread_local! {
    static LINES: RefCell<Vec<u8>> = const { RefCell::new(Vec::new()) };
}

/// Keeps log lines apart by thread, which here is by test.
struct Lines;

impl Write for Lines {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        LINES.with_borrow_mut(|lines| lines.write(bytes))
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

#[tokio::test]
async fn a_loss_and_a_return_are_one_line_each_without_the_address() {
    let Some(mut server) = Server::start(&["--requirepass", "hunter2"]).await else { return };
    tracing_subscriber::fmt().with_ansi(false).with_writer(|| Lines).init();
    let cache = redis_only(&format!("redis://:hunter2@127.0.0.1:{}", server.port));
    until_it_is_used(&cache, 0).await;
    server.kill();
    let faults = || cache.places.metrics.cache.faults.get();
    eventually("it tries again", async || get(&cache, 1_000).await == Served::Bypass && faults() >= 3).await;
    server.restart().await;
    until_it_is_used(&cache, 10_000).await;
    for password in ["", ":hunter3@"] {
        let wrong = redis_only(&format!("redis://{password}127.0.0.1:{}", server.port));
        eventually("it says why", async || {
            wrong.check().await.unwrap().reason.as_deref() == Some("it wants another user or password")
        })
        .await;
        for number in 0..10 {
            assert_eq!(get(&wrong, number).await, Served::Bypass);
        }
    }
    let text = String::from_utf8(LINES.take()).unwrap();
    let lost = text.matches("the cache goes on without Redis").count();
    let found = text.matches("the cache has its Redis again").count();
    // Each of the two wrong ones said so once, and the other was found again as often as it was lost.
    assert!(found >= 1 && lost == found + 2, "{text}");
    assert!(lost < 2 + usize::try_from(faults()).unwrap(), "attempts are not logged: {text}");
    assert!(!text.contains("hunter") && !text.contains("127.0.0.1"), "{text}");
}
