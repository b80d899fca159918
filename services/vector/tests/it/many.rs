//! Many consumers at once: databases that nobody uses are closed.

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
