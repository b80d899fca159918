//! Snapshots: made, listed, restored, deleted; whole or not at all; nobody else's.

use chassis::Consumer;
use serde_json::{Value, json};

use crate::{Served, ids};

over_stores! {
    what_is_restored_is_what_was_kept
    a_restore_is_whole_or_nothing
    snapshots_are_their_owners
    those_made_at_once_are_counted_one_by_one
}

/// As many come at once as would each find room alone: the plan has three.
fn those_made_at_once_are_counted_one_by_one(served: Served) {
    let free =
        Some(Consumer { id: "f".into(), username: "f".into(), groups: vec!["free".into()], ..Consumer::default() });
    let send = |method: &str, path: &str, body: &Value| served.send_as(free.clone(), method, path, body);
    assert_eq!(send("POST", "/collections", &json!({ "name": "p", "dimensions": 1, "distance": "dot" })).status, 200);
    let points: Vec<Value> = (0..500).map(|n| json!({ "id": n, "vector": [1] })).collect();
    assert_eq!(send("PUT", "/collections/p/points", &json!({ "points": points })).status, 200);
    let made: Vec<(u16, String)> = std::thread::scope(|scope| {
        let send = &send;
        let making: Vec<_> = (0..8)
            .map(|n| {
                scope.spawn(move || {
                    let answer = send("POST", "/collections/p/snapshots", &json!({ "snapshot": format!("s{n}") }));
                    (answer.status, String::from_utf8_lossy(&answer.body).into_owned())
                })
            })
            .collect();
        making.into_iter().map(|one| one.join().unwrap()).collect()
    });
    let refused: Vec<&(u16, String)> = made.iter().filter(|(status, _)| *status != 200).collect();
    assert!(
        refused.len() == 5
            && refused.iter().all(|(status, message)| {
                *status == 403 && message.contains("the limit snapshots of the plan Free is 3")
            }),
        "{made:?}"
    );
    assert_eq!(send("GET", "/snapshots", &json!({})).json()["rows"].as_array().unwrap().len(), 3);
}

fn filled(served: &Served) {
    served.create("p", 3, "euclid");
    let points: Vec<Value> = (0..2_500)
        .map(|n| json!({ "id": n, "vector": [n, 1, 0.5], "text": format!("number {n}"), "payload": { "n": n, "z": 1, "a": [] } }))
        .collect();
    for some in points.chunks(1_000) {
        served.upsert("p", &json!(some));
    }
}

fn what_is_restored_is_what_was_kept(served: Served) {
    filled(&served);
    served.upsert("p", &json!([{ "id": "late", "vector": [9_999, 0, 0], "expiresAt": "2130-01-01T00:00:00Z" }]));
    let ask = |name: &str| {
        let near = served.query(name, &json!({ "vector": [700.2, 1, 0], "limit": 5, "withVector": true }));
        let words = served.query(name, &json!({ "text": "number 77", "limit": 3 }));
        let page = served.ok("POST", &format!("/collections/{name}/points/scroll"), &json!({ "limit": 1_000 }));
        let late = served.ok("GET", &format!("/collections/{name}/points/late"), &json!({}));
        (near["rows"].clone(), words["rows"][0].clone(), page["rows"].clone(), late["expiresAt"].clone())
    };
    let before = ask("p");
    let made = served.ok("POST", "/collections/p/snapshots", &json!({ "snapshot": "s1" }));
    assert_eq!((&made["points"], &made["collection"]), (&json!(2_501), &json!("p")));
    let (status, message) = served.refused("POST", "/collections/p/snapshots", &json!({ "snapshot": "s1" }));
    assert!(status == 409 && message.starts_with("snapshot: there is a snapshot s1 already"), "{message}");
    served.ok("POST", "/collections/p/points/delete", &json!({ "filter": { "n": { "lt": 2_000 } } }));
    // Beside what there is, and in its place.
    let restored = served.ok("POST", "/snapshots/s1/restore", &json!({ "into": "q" }));
    assert_eq!((&restored["name"], &restored["points"]), (&json!("q"), &json!(2_501)));
    assert_eq!((ask("q"), served.count("p")), (before.clone(), 501));
    let (status, message) = served.refused("POST", "/snapshots/s1/restore", &json!({}));
    assert!(status == 409 && message.starts_with("into: there is a collection p already"), "{message}");
    served.ok("POST", "/snapshots/s1/restore", &json!({ "overwrite": true }));
    assert_eq!(ask("p"), before);
    // Snapshots outlive their collection.
    served.ok("DELETE", "/collections/p", &json!({}));
    let named = served.ok("POST", "/collections/q/snapshots", &json!({}));
    assert!(named["snapshot"].as_str().unwrap().starts_with("q-20"), "{named}");
    let rows = |path: &str| served.ok("GET", path, &json!({}))["rows"].as_array().unwrap().len();
    assert_eq!((rows("/snapshots"), rows("/snapshots?collection=p"), rows("/snapshots?collection=x")), (2, 1, 0));
    served.ok("POST", "/snapshots/s1/restore", &json!({}));
    assert_eq!(served.count("p"), 2_501);
    served.ok("DELETE", "/snapshots/s1", &json!({}));
    assert_eq!(served.refused("DELETE", "/snapshots/s1", &json!({})).0, 404);
    assert_eq!(served.refused("POST", "/snapshots/s1/restore", &json!({})).0, 404);
    for name in ["..", "../s1", "S1", ".s1", "a/b"] {
        let path = format!("/snapshots/{}/restore", name.replace('/', "%2F"));
        assert!((400..500).contains(&served.refused("POST", &path, &json!({})).0), "{name}");
        let status = served.refused("POST", "/collections/p/snapshots", &json!({ "snapshot": name })).0;
        assert_eq!(status, 400, "{name}");
    }
}

fn a_restore_is_whole_or_nothing(served: Served) {
    filled(&served);
    served.ok("POST", "/collections/p/snapshots", &json!({ "snapshot": "s" }));
    served.ok("POST", "/collections/p/points/delete", &json!({ "filter": { "n": { "gte": 3 } } }));
    // Damaged near its end: the points before are not taken either.
    let file = find(served.data.path(), "s.snapshot").unwrap();
    let whole = std::fs::read(&file).unwrap();
    let mut damaged = whole.clone();
    let place = damaged.len() - 60;
    damaged[place] ^= 1;
    std::fs::write(&file, &damaged).unwrap();
    let (status, message) = served.refused("POST", "/snapshots/s/restore", &json!({ "overwrite": true }));
    assert!(status == 500 && message.contains("is damaged"), "{message}");
    assert_eq!(served.count("p"), 3);
    let rows = served.ok("GET", "/collections", &json!({}))["rows"].clone();
    assert_eq!(rows.as_array().unwrap().len(), 1, "{rows}");
    std::fs::write(&file, &whole).unwrap();
    served.ok("POST", "/snapshots/s/restore", &json!({ "overwrite": true }));
    assert_eq!(served.count("p"), 2_500);
}

fn find(folder: &std::path::Path, name: &str) -> Option<std::path::PathBuf> {
    let entries: Vec<_> = std::fs::read_dir(folder).ok()?.flatten().map(|entry| entry.path()).collect();
    let here = entries.iter().find(|path| path.ends_with(name)).cloned();
    here.or_else(|| entries.iter().filter(|path| path.is_dir()).find_map(|path| find(path, name)))
}

fn snapshots_are_their_owners(served: Served) {
    let consumer = |id: &str, plan: &str| {
        Some(Consumer { id: id.into(), username: id.into(), groups: vec![plan.into()], ..Consumer::default() })
    };
    let alice = consumer("alice", "free");
    let send = |who: &Option<Consumer>, method: &str, path: &str, body: &Value| {
        served.send_as(who.clone(), method, path, body)
    };
    let ok = |who: &Option<Consumer>, method: &str, path: &str, body: &Value| {
        let answer = send(who, method, path, body);
        assert_eq!(answer.status, 200, "{method} {path}: {}", answer.message());
        answer.json()
    };
    ok(&alice, "POST", "/collections", &json!({ "name": "p", "dimensions": 1, "distance": "dot" }));
    let points: Vec<Value> = (0..600).map(|n| json!({ "id": n, "vector": [1] })).collect();
    ok(&alice, "PUT", "/collections/p/points", &json!({ "points": points }));
    ok(&alice, "POST", "/collections/p/snapshots", &json!({ "snapshot": "s" }));
    for other in [consumer("bob", "pro"), consumer("Alice", "pro"), None] {
        assert_eq!(ok(&other, "GET", "/snapshots", &json!({}))["rows"], json!([]));
        assert_eq!(send(&other, "POST", "/snapshots/s/restore", &json!({ "into": "mine" })).status, 404);
        assert_eq!(send(&other, "DELETE", "/snapshots/s", &json!({})).status, 404);
    }
    // A plan bounds what is restored as it bounds what is put in: nothing changes when it does not fit.
    for name in ["q", "r"] {
        ok(&alice, "POST", "/snapshots/s/restore", &json!({ "into": name }));
    }
    let answer = send(&alice, "POST", "/snapshots/s/restore", &json!({ "into": "t" }));
    assert!(answer.status == 403 && answer.message().starts_with("the limit collections of the plan Free is 3"));
    let many = |from: usize| -> Value { (from..from + 1_000).map(|n| json!({ "id": n, "vector": [1] })).collect() };
    for part in 0..8 {
        ok(&alice, "PUT", "/collections/q/points", &json!({ "points": many(part * 1_000) }));
    }
    ok(&alice, "POST", "/collections/q/snapshots", &json!({ "snapshot": "large" }));
    // In the place of the large one it fits; beside it, it does not.
    ok(&alice, "POST", "/snapshots/large/restore", &json!({ "overwrite": true }));
    let answer = send(&alice, "POST", "/snapshots/large/restore", &json!({ "into": "p", "overwrite": true }));
    assert!(answer.status == 403 && answer.message().starts_with("the limit points"), "{}", answer.message());
    assert_eq!(ok(&alice, "POST", "/collections/p/points/count", &json!({}))["count"], 600);
    ok(&alice, "POST", "/collections/p/snapshots", &json!({ "snapshot": "third" }));
    let answer = send(&alice, "POST", "/collections/p/snapshots", &json!({ "snapshot": "fourth" }));
    assert!(answer.status == 403 && answer.message().starts_with("the limit snapshots of the plan Free is 3"));
    let found = ok(&alice, "POST", "/collections/p/query", &json!({ "vector": [1], "limit": 1 }));
    assert_eq!(ids(&found).len(), 1);
}
