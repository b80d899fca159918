//! Worker processes: whatever becomes of one is one plain error, and nothing is left of it. The worker is
//! `tests/worker/main.rs`, which misbehaves as it is told.

use std::fs;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use chassis::settings::Size;
use chassis::testing::{Parcel, Workers};
use chassis::{Code, Confinement, Error, File, Holder, Metrics, Settings};
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use serde_json::{Value, json};
use tokio::task::JoinSet;

const PROGRAM: &str = env!("CARGO_BIN_EXE_chassis-worker");
/// Until then everything is done unless something hangs.
const SOON: Duration = Duration::from_secs(20);
const LIMIT: usize = 1 << 20;

/// Who takes the turns: no consumer.
fn nobody() -> &'static Holder {
    static NOBODY: std::sync::LazyLock<Holder> = std::sync::LazyLock::new(Holder::default);
    &NOBODY
}

fn settings() -> Settings {
    Settings { worker_program: Some(PROGRAM.into()), workers: Some(2), ..Settings::default() }
}

fn workers() -> (Arc<Workers>, Arc<Metrics>) {
    with(settings())
}

fn with(settings: Settings) -> (Arc<Workers>, Arc<Metrics>) {
    let metrics = Arc::new(Metrics::default());
    (Arc::new(Workers::new(&settings, metrics.clone())), metrics)
}

fn parcel(json: &str) -> Parcel {
    Parcel { json: json.to_owned().into(), files: Vec::new() }
}

fn in_time(time: Duration) -> Instant {
    Instant::now() + time
}

/// What an operation says of itself, as JSON.
async fn told(workers: &Workers, operation: &str, request: &str) -> Value {
    let answer = workers
        .run(nobody(), operation, parcel(request), Confinement::default(), in_time(SOON), LIMIT)
        .await
        .expect("it answers");
    serde_json::from_slice(&answer.json).expect("in JSON")
}

/// The state of a process: `R`, `S`, `Z` and so on; none when it is gone.
fn state(pid: u64) -> Option<char> {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    stat.rsplit_once(") ")?.1.chars().next()
}

/// The processes that run an operation, by the mark in its name.
fn running(operation: &str) -> Vec<u64> {
    let pids = fs::read_dir("/proc")
        .expect("/proc is there")
        .filter_map(|entry| entry.ok()?.file_name().to_str()?.parse().ok());
    let runs = |pid: &u64| {
        let line = fs::read(format!("/proc/{pid}/cmdline")).unwrap_or_default();
        line.split(|byte| *byte == 0).skip(1).eq([b"worker".as_slice(), operation.as_bytes(), b""])
    };
    pids.filter(runs).collect()
}

/// Waits until something is so.
async fn until(what: &str, so: impl Fn() -> bool) {
    let end = in_time(SOON);
    while !so() {
        assert!(Instant::now() < end, "{what}");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

async fn is_gone(pid: u64) {
    // A process whose parent died first may wait for a lazy init: it runs no more.
    until("the process is gone", || matches!(state(pid), None | Some('Z'))).await;
}

#[tokio::test]
async fn json_and_files_go_in_and_come_out() {
    let (workers, metrics) = workers();
    let files = vec![File::new("ä b.pdf", "application/pdf", "%PDF-1.7"), File::new("", "text/plain", "")];
    let request = Parcel { json: r#"{"files":[{"part":0},{"part":1}]}"#.into(), files: files.clone() };
    let answer =
        workers.run(nobody(), "echo", request.clone(), Confinement::default(), in_time(SOON), LIMIT).await.unwrap();
    assert_eq!((&answer.json, answer.files.len()), (&request.json, 2));
    for (file, sent) in answer.files.iter().zip(&files) {
        assert_eq!((file.name(), file.content_type(), file.bytes()), (sent.name(), sent.content_type(), sent.bytes()));
    }
    until("the slot is free", || metrics.text().contains("workers_running 0")).await;
    assert!(metrics.text().contains(r#"worker_runs_total{operation="echo",outcome="ok"} 1"#), "{}", metrics.text());
}

#[tokio::test]
async fn large_files_cross_both_ways() {
    let (workers, _) = workers();
    let bytes: Vec<u8> = (0..50_u32 << 20).map(|index| (index.wrapping_mul(2_654_435_761) >> 24) as u8).collect();
    let request = Parcel { json: "{}".into(), files: vec![File::new("large", "image/tiff", bytes.clone())] };
    let answer = workers.run(nobody(), "echo", request, Confinement::default(), in_time(SOON), 51 << 20).await.unwrap();
    assert!(answer.files[0].bytes() == &bytes[..], "50 MB arrive as they were sent");
}

#[tokio::test]
async fn an_error_of_the_operation_arrives_as_it_is() {
    let (workers, metrics) = workers();
    let error = workers
        .run(nobody(), "refuse", Parcel::default(), Confinement::default(), in_time(SOON), LIMIT)
        .await
        .unwrap_err();
    assert_eq!(
        (error.code(), error.message().as_str()),
        (Code::Unprocessable, "file: is encrypted: send the password")
    );
    assert_eq!(error.details()[0].field, "file");
    assert!(metrics.text().contains(r#"{operation="refuse",outcome="error"} 1"#));
}

/// What a worker may do, and what the caller hears of it.
const DEATHS: [(&str, Code, &str, &str); 18] = [
    ("abort", Code::Unprocessable, "crash", "could not be processed"),
    ("overflow", Code::Unprocessable, "crash", "could not be processed"),
    ("segfault", Code::Unprocessable, "crash", "could not be processed"),
    ("panic", Code::Unprocessable, "crash", "could not be processed"),
    ("exit", Code::Unprocessable, "crash", "could not be processed"),
    ("large", Code::Unprocessable, "crash", "larger than the limit of 1 MB"),
    ("raw-garbage", Code::Unprocessable, "crash", "could not be processed"),
    ("raw-head", Code::Unprocessable, "crash", "could not be processed"),
    ("raw-cut", Code::Unprocessable, "crash", "could not be processed"),
    ("raw-huge", Code::Unprocessable, "crash", "larger than the limit of 1 MB"),
    ("allocate", Code::PayloadTooLarge, "memory", "more memory than the limit of 128 MB"),
    ("kernel", Code::Unavailable, "killed", "ended from outside"),
    ("cpu-limit", Code::DeadlineExceeded, "time", "not done in time"),
    ("sleep", Code::DeadlineExceeded, "time", "not done in time"),
    ("loop", Code::DeadlineExceeded, "time", "not done in time"),
    ("raw-silent", Code::Unavailable, "start", "try again"),
    ("raw-usage", Code::Unavailable, "start", "try again"),
    ("raw-other-version", Code::Unavailable, "start", "try again"),
];

/// Time for those that would go on for ever; the others die of something else before.
fn time_for(outcome: &str, act: &str) -> Duration {
    if outcome == "time" && act != "cpu-limit" { Duration::from_secs(2) } else { SOON }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_death_is_one_plain_error_and_others_are_answered_meanwhile() {
    let (workers, metrics) = with(Settings { worker_memory: Size(128 << 20), ..settings() });
    for (act, code, outcome, message) in DEATHS {
        until("the slots are free", || metrics.text().contains("workers_running 0")).await;
        let dies =
            workers.run(nobody(), act, parcel("{}"), Confinement::default(), in_time(time_for(outcome, act)), LIMIT);
        let lives = workers.run(nobody(), "echo", parcel("alive"), Confinement::default(), in_time(SOON), LIMIT);
        let (dead, alive) = tokio::join!(dies, lives);
        let error: Error = dead.unwrap_err();
        assert_eq!(error.code(), code, "{act}: {error}");
        assert!(error.message().contains(message), "{act}: {error}");
        assert!(!error.message().contains("12345"), "{act}: {error}");
        assert_eq!(alive.unwrap().json, "alive", "beside {act}");
        let counted = format!(r#"worker_runs_total{{operation="{act}",outcome="{outcome}"}} 1"#);
        assert!(metrics.text().contains(&counted), "{counted} in {}", metrics.text());
    }
    assert!(metrics.text().contains("panics_total 1"));
}

#[tokio::test]
async fn what_a_library_prints_is_no_answer() {
    let (workers, _) = workers();
    for act in ["print", "shout"] {
        let answer =
            workers.run(nobody(), act, parcel("{}"), Confinement::default(), in_time(SOON), LIMIT).await.unwrap();
        assert_eq!(answer.json, "{}", "{act}");
    }
}

#[tokio::test]
async fn neither_side_waits_for_the_other_to_have_read() {
    let (workers, _) = workers();
    let large = || Parcel { json: vec![b' '; 50 << 20].into(), files: Vec::new() };
    let answer =
        workers.run(nobody(), "raw-early", large(), Confinement::default(), in_time(SOON), LIMIT).await.unwrap();
    assert_eq!(answer.json, "{}", "answered before it was asked");
    let error = workers
        .run(nobody(), "raw-deaf", large(), Confinement::default(), in_time(Duration::from_millis(300)), LIMIT)
        .await
        .unwrap_err();
    assert_eq!(error.code(), Code::DeadlineExceeded);
    let error =
        workers.run(nobody(), "raw-closed", large(), Confinement::default(), in_time(SOON), LIMIT).await.unwrap_err();
    assert_ne!(error.code(), Code::DeadlineExceeded, "one that closed its pipe is not waited for");
}

#[tokio::test]
async fn a_worker_is_confined() {
    let (workers, _) = workers();
    let report = told(&workers, "report", "{}").await;
    let own = rustix::process::getpriority_process(None).unwrap();
    for (name, value) in [
        ("memory", json!(1 << 30)),
        ("cpu", json!(SOON.as_secs())),
        ("fileSize", json!(0)),
        ("descriptors", json!(32)),
        ("core", json!(0)),
        ("dumpable", json!(false)),
        ("nice", json!((own + 10).min(19))),
        ("folder", json!("/")),
        ("environment", json!(0)),
    ] {
        assert_eq!(report[name], value, "{name}");
    }
    let left = report["millisLeft"].as_u64().unwrap();
    assert!(left > 0 && left <= 20_000, "the deadline is known: {left}");

    let open = told(&workers, "descriptors", "{}").await["open"].as_u64().unwrap();
    assert!((20..32).contains(&open), "{open} descriptors");

    let file = tempfile::NamedTempFile::new().unwrap();
    let path = parcel(file.path().to_str().unwrap());
    let error = workers.run(nobody(), "write", path, Confinement::default(), in_time(SOON), LIMIT).await.unwrap_err();
    assert_eq!((error.code(), file.path().metadata().unwrap().len()), (Code::Unprocessable, 0));
}

#[tokio::test]
async fn what_a_worker_started_goes_with_it() {
    let (workers, _) = workers();
    let pid = told(&workers, "grandchild", "{}").await["pid"].as_u64().unwrap();
    assert_ne!(pid, 0, "something was started");
    is_gone(pid).await;
}

#[tokio::test]
async fn a_program_that_cannot_be_started_is_no_fault_of_the_input() {
    let folder = PathBuf::from("/");
    for program in ["/nowhere/flowforge".into(), folder, "/bin/true".into()] {
        let (workers, metrics) = with(Settings { worker_program: Some(program), ..settings() });
        let error = workers
            .run(nobody(), "echo", Parcel::default(), Confinement::default(), in_time(SOON), LIMIT)
            .await
            .unwrap_err();
        assert_eq!(error.code(), Code::Unavailable, "{error}");
        assert!(error.respond("id").headers().contains_key("retry-after"));
        assert!(metrics.text().contains(r#"{operation="echo",outcome="start"} 1"#));
        until("the slot is free", || metrics.text().contains("workers_running 0")).await;
    }
}

#[tokio::test]
async fn the_program_may_be_given_from_here() {
    let here = std::env::current_dir().unwrap();
    // Through a folder that is here and not where workers run.
    let up: PathBuf = ["src", ".."].into_iter().chain(here.components().skip(1).map(|_| "..")).collect();
    let program = up.join(PathBuf::from(PROGRAM).strip_prefix("/").unwrap());
    let (workers, _) = with(Settings { worker_program: Some(program), ..settings() });
    assert!(
        workers.run(nobody(), "echo", Parcel::default(), Confinement::default(), in_time(SOON), LIMIT).await.is_ok()
    );
}

#[tokio::test]
async fn waiting_is_bounded_in_time_and_number() {
    let (workers, metrics) = with(Settings { workers: Some(1), ..settings() });
    let mut tasks = JoinSet::new();
    let mut ask = |operation: &'static str, time: Duration| {
        let workers = workers.clone();
        tasks.spawn(async move {
            workers.run(nobody(), operation, Parcel::default(), Confinement::default(), in_time(time), LIMIT).await
        });
    };
    ask("sleep", SOON);
    until("one runs", || metrics.text().contains("workers_running 1")).await;
    let waits = workers.run(
        nobody(),
        "echo",
        Parcel::default(),
        Confinement::default(),
        in_time(Duration::from_millis(50)),
        LIMIT,
    );
    let error = tokio::time::timeout(SOON / 4, waits).await.expect("nobody waits past the deadline").unwrap_err();
    assert_eq!(error.code(), Code::Unavailable, "waited too long");
    for _ in 0..256 {
        ask("echo", SOON);
    }
    until("all wait", || metrics.text().contains("workers_waiting 256")).await;
    let error = workers
        .run(nobody(), "echo", Parcel::default(), Confinement::default(), in_time(SOON), LIMIT)
        .await
        .unwrap_err();
    assert_eq!(error.code(), Code::Unavailable, "no room to wait");
    assert!(error.respond("id").headers().contains_key("retry-after"));
    drop(tasks);
    until("all left", || metrics.text().contains("workers_waiting 0")).await;
    until("the slot is free", || metrics.text().contains("workers_running 0")).await;
    let text = metrics.text();
    assert!(text.contains(r#"shed_total{reason="worker-queue-full"} 1"#), "{text}");
    assert!(text.contains(r#"shed_total{reason="worker-waited-too-long"} 1"#), "{text}");
    assert!(
        workers.run(nobody(), "echo", Parcel::default(), Confinement::default(), in_time(SOON), LIMIT).await.is_ok()
    );
}

#[tokio::test]
async fn a_client_that_leaves_ends_its_worker() {
    let (workers, metrics) = workers();
    let operation = format!("sleep:left-by-{}", std::process::id());
    let run = tokio::spawn({
        let (workers, operation) = (workers.clone(), operation.clone());
        async move {
            workers.run(nobody(), &operation, Parcel::default(), Confinement::default(), in_time(SOON), LIMIT).await
        }
    });
    until("it runs", || running(&operation).len() == 1).await;
    let pid = running(&operation)[0];
    run.abort();
    until("it is reaped", || state(pid).is_none()).await;
    until("the slot is free", || metrics.text().contains("workers_running 0")).await;
    assert!(metrics.text().contains(&format!(r#"{{operation="{operation}",outcome="left"}} 1"#)));
}

#[tokio::test]
async fn a_parent_that_is_killed_leaves_no_orphan() {
    for act in ["sleep", "loop"] {
        let operation = &*format!("{act}:orphan-of-{}", std::process::id());
        let mut parent = Command::new(PROGRAM).args(["parent", operation]).stdin(Stdio::piped()).spawn().unwrap();
        until("its worker runs", || running(operation).len() == 1).await;
        // Past its start, where it waits for its request anyway.
        let pid = running(operation)[0];
        until("it is at work", || fs::read_dir(format!("/proc/{pid}/task")).is_ok_and(|tasks| tasks.count() == 2))
            .await;
        parent.kill().unwrap();
        parent.wait().unwrap();
        is_gone(pid).await;
    }
}

/// In a process of its own, where nobody else opens descriptors or starts processes.
#[test]
fn a_thousand_deaths_leave_nothing() {
    let mut alone = Command::new(std::env::current_exe().unwrap());
    alone.args(["--exact", "workers::a_thousand_deaths", "--ignored", "--nocapture"]);
    let output = alone.output().unwrap();
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success() && text.contains("1 passed"), "{text}{}", String::from_utf8_lossy(&output.stderr));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "runs in a process of its own: a_thousand_deaths_leave_nothing"]
async fn a_thousand_deaths() {
    let descriptors = || fs::read_dir("/proc/self/fd").unwrap().count();
    let children = || {
        let tasks = fs::read_dir("/proc/self/task").unwrap().map(|task| task.unwrap().path().join("children"));
        tasks.map(|path| fs::read_to_string(path).unwrap()).collect::<String>()
    };
    let (workers, metrics) = with(Settings { workers: Some(4), worker_memory: Size(128 << 20), ..settings() });
    assert!(
        workers.run(nobody(), "echo", Parcel::default(), Confinement::default(), in_time(SOON), LIMIT).await.is_ok()
    );
    until("the first is gone", || children().is_empty()).await;
    let before = descriptors();

    let mut lanes = JoinSet::new();
    for lane in 0..8 {
        let workers = workers.clone();
        lanes.spawn(async move {
            for number in 0..125 {
                if number % 8 == lane {
                    let left =
                        workers.run(nobody(), "sleep", Parcel::default(), Confinement::default(), in_time(SOON), LIMIT);
                    let patience = Duration::from_millis(number % 16);
                    assert!(tokio::time::timeout(patience, left).await.is_err(), "nobody waits for this one");
                    continue;
                }
                let (act, code, outcome, _) = DEATHS[(number as usize + lane as usize) % DEATHS.len()];
                let time = if outcome == "time" { Duration::from_millis(100) } else { SOON };
                let error = workers
                    .run(nobody(), act, parcel("{}"), Confinement::default(), in_time(time), LIMIT)
                    .await
                    .unwrap_err();
                // One that has little time may spend it waiting for its turn.
                assert!(
                    error.code() == code || outcome == "time" && error.code() == Code::Unavailable,
                    "{act}: {error}"
                );
            }
        });
    }
    while let Some(lane) = lanes.join_next().await {
        lane.unwrap();
    }

    // Out of descriptors, at every step of a start.
    let few = Rlimit { current: Some(128), ..getrlimit(Resource::Nofile) };
    setrlimit(Resource::Nofile, few).unwrap();
    let mut refused = 0;
    for free in 0..16 {
        let mut taken: Vec<_> = std::iter::from_fn(|| fs::File::open("/dev/null").ok()).collect();
        taken.truncate(taken.len() - free);
        let answer =
            workers.run(nobody(), "echo", Parcel::default(), Confinement::default(), in_time(SOON), LIMIT).await;
        drop(taken);
        if let Err(error) = answer {
            assert_eq!(error.code(), Code::Unavailable, "{free} free: {error}");
            refused += 1;
        }
        until("the slot is free", || metrics.text().contains("workers_running 0")).await;
    }
    assert!((1..16).contains(&refused), "{refused} of 16 starts were refused");

    until("all slots are free", || metrics.text().contains("workers_running 0")).await;
    assert_eq!(children(), "", "no child, not even a zombie");
    assert_eq!(descriptors(), before, "no descriptor more than before");
    assert!(
        workers.run(nobody(), "echo", Parcel::default(), Confinement::default(), in_time(SOON), LIMIT).await.is_ok(),
        "it goes on"
    );
}
