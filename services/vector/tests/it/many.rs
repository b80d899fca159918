//! Many consumers and many requests at once: databases that nobody uses are closed, memory has its bound, nothing is lost.

use std::collections::HashSet;
use std::path::PathBuf;

use chassis::Consumer;
use serde_json::{Value, json};

use crate::{Served, ids};

fn consumer(number: usize) -> Option<Consumer> {
    let name = format!("c{number}");
    Some(Consumer { id: name.clone(), username: name, groups: vec!["pro".into()], ..Consumer::default() })
}

/// The databases of a folder that this process has open.
fn open(served: &Served) -> HashSet<PathBuf> {
    let folder = served.data.path().canonicalize().unwrap();
    let files = std::fs::read_dir("/proc/self/fd").unwrap().flatten();
    let files = files.filter_map(|entry| std::fs::read_link(entry.path()).ok());
    files.filter(|file| file.starts_with(&folder) && file.ends_with("points.db")).collect()
}

#[test]
fn databases_that_nobody_uses_are_closed() {
    let served = Served::over(tempfile::tempdir().unwrap(), vec!["--vector-open=3".into()]);
    let send = |number: usize, method: &str, path: &str, body: &Value| {
        let answer = served.send_as(consumer(number), method, path, body);
        assert_eq!(answer.status, 200, "{number} {method} {path}: {}", answer.message());
        answer.json()
    };
    for number in 0..20 {
        send(number, "POST", "/collections", &json!({ "name": "mine", "dimensions": 2 }));
        let points = json!({ "points": [{ "id": number, "vector": [1, number], "text": format!("word{number}") }] });
        send(number, "PUT", "/collections/mine/points", &points);
        assert!(open(&served).len() <= 3, "{:?}", open(&served));
    }
    // Whoever comes again finds all there was, and nobody else's.
    for number in (0..20).rev() {
        let found = send(number, "POST", "/collections/mine/query", &json!({ "vector": [1, 1], "text": "word3" }));
        assert_eq!(ids(&found), [number.to_string()]);
    }
    assert!(open(&served).len() <= 3);
}

#[test]
fn closing_does_not_lose_what_is_under_way() {
    let served = Served::over(tempfile::tempdir().unwrap(), vec!["--vector-open=1".into()]);
    for number in 0..6 {
        let body = json!({ "name": "mine", "dimensions": 2 });
        assert_eq!(served.send_as(consumer(number), "POST", "/collections", &body).status, 200);
    }
    // All write at once where one database may stay open: each change is there.
    std::thread::scope(|scope| {
        for number in 0..6 {
            let served = &served;
            scope.spawn(move || {
                for step in 0..30 {
                    let points = json!({ "points": [{ "id": step, "vector": [1, step] }] });
                    let answer = served.send_as(consumer(number), "PUT", "/collections/mine/points", &points);
                    assert_eq!(answer.status, 200, "{}", answer.message());
                }
            });
        }
    });
    for number in 0..6 {
        let answer = served.send_as(consumer(number), "POST", "/collections/mine/points/count", &json!({}));
        assert_eq!(answer.json()["count"], 30);
    }
}

#[test]
fn what_is_larger_than_memory_turns_out_nobody() {
    // Enough for one of the small collections and not for the large one.
    let served = Served::over(tempfile::tempdir().unwrap(), vec!["--vector-memory=1MB".into()]);
    served.create("small", 2, "cosine");
    served.create("large", 512, "cosine");
    served.upsert("small", &json!([{ "id": "a", "vector": [1, 0] }]));
    let vector: Vec<u32> = (1..=512).collect();
    let points = |from: usize| -> Value { (from..from + 100).map(|n| json!({ "id": n, "vector": vector })).collect() };
    // Nobody searches, so nothing of it is in memory.
    for part in 0..10 {
        served.upsert("large", &points(part * 100));
    }
    assert_eq!(ids(&served.query("small", &json!({ "vector": [1, 0] }))), ["a"]);
    for _ in 0..2 {
        let (status, message) = served.refused("POST", "/collections/large/query", &json!({ "vector": vector }));
        assert!(status == 503 && message.contains("FLOWFORGE_VECTOR_MEMORY"), "{status} {message}");
    }
    // What grows while it is in memory has the same bound, and nothing of what is refused is kept.
    served.create("grows", 512, "cosine");
    assert_eq!(ids(&served.query("grows", &json!({ "vector": vector }))).len(), 0);
    let put = |part: usize| served.send("PUT", "/collections/grows/points", &json!({ "points": points(part * 100) }));
    let taken = (0..20).find(|part| put(*part).status == 503).unwrap();
    assert!((1..10).contains(&taken), "{taken}");
    assert_eq!(served.count("grows"), taken as u64 * 100);
    assert_eq!(ids(&served.query("small", &json!({ "vector": [1, 0] }))), ["a"]);
}

#[test]
fn nothing_is_lost_where_many_change_and_ask() {
    const WRITERS: usize = 4;
    const ROUNDS: usize = 60;
    // Longer where the environment says so.
    let seconds: u64 = crate::environment("FLOWFORGE_VECTOR_SECONDS").parse().unwrap_or(0);
    let until = std::time::Instant::now() + std::time::Duration::from_secs(seconds);
    let served = Served::new();
    served.create("p", 2, "dot");
    let done = std::sync::atomic::AtomicBool::new(false);
    let path = "/collections/p/points";
    let last: Vec<usize> = std::thread::scope(|scope| {
        let (served, done) = (&served, &done);
        let writers: Vec<_> = (0..WRITERS)
            .map(|writer| {
                scope.spawn(move || {
                    let mut round = 0;
                    while round < ROUNDS || std::time::Instant::now() < until {
                        let point = |n: usize| json!({ "id": format!("{writer}-{n}"), "vector": [writer + 1, round], "payload": { "writer": writer, "round": round } });
                        served.upsert("p", &json!([point(0), point(1), point(2)]));
                        // What was answered is seen by whoever asks next, by vector and by filter.
                        let filter = json!({ "writer": writer, "round": round });
                        let found = served.query("p", &json!({ "vector": [1, 1], "filter": filter, "limit": 10 }));
                        assert_eq!(ids(&found).len(), 3, "{writer} {round}");
                        let gone = served.ok("POST", &format!("{path}/delete"), &json!({ "ids": [format!("{writer}-2")] }));
                        assert_eq!(gone["deleted"], 1);
                        let found = served.query("p", &json!({ "vector": [1, 1], "filter": { "writer": writer }, "limit": 10 }));
                        assert_eq!(ids(&found).len(), 2, "{writer} {round}");
                        round += 1;
                    }
                    round - 1
                })
            })
            .collect();
        scope.spawn(move || {
            while !done.load(std::sync::atomic::Ordering::Relaxed) {
                // A point has one payload at any moment, so no two of an answer are the same.
                let found = served.query("p", &json!({ "vector": [1, 1], "limit": 100 }));
                let found: Vec<&str> = ids(&found);
                let different: HashSet<&&str> = found.iter().collect();
                assert_eq!(different.len(), found.len(), "{found:?}");
            }
        });
        let ended: Vec<_> = writers.into_iter().map(std::thread::ScopedJoinHandle::join).collect();
        done.store(true, std::sync::atomic::Ordering::Relaxed);
        ended.into_iter().map(Result::unwrap).collect()
    });
    assert_eq!(served.count("p"), WRITERS as u64 * 2);
    let served = served.again();
    for (writer, round) in last.into_iter().enumerate() {
        let filter = json!({ "writer": writer, "round": round });
        assert_eq!(ids(&served.ok("POST", &format!("{path}/scroll"), &json!({ "filter": filter }))).len(), 2);
    }
}
