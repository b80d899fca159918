//! Nobody reaches what is another's, by any route; and what a plan may keep.

use chassis::Consumer;
use serde_json::{Value, json};

use crate::{Served, ids};

#[test]
fn what_has_expired_counts_for_no_plan() {
    let served = Served::new();
    let free = consumer("f", "free");
    let send = |method: &str, path: &str, body: &Value| served.send_as(free.clone(), method, path, body);
    for name in ["a", "b"] {
        assert_eq!(send("POST", "/collections", &json!({ "name": name, "dimensions": 1 })).status, 200);
    }
    for part in 0..10 {
        let points: Vec<Value> =
            (0..1_000).map(|n| json!({ "id": part * 1_000 + n, "vector": [1], "ttlSeconds": 6 })).collect();
        assert_eq!(send("PUT", "/collections/a/points", &json!({ "points": points })).status, 200);
    }
    served.later(6);
    let one = json!({ "points": [{ "id": "new", "vector": [1] }] });
    assert_eq!(send("PUT", "/collections/b/points", &one).status, 200);
    assert_eq!(send("PUT", "/collections/a/points", &one).status, 200);
    assert_eq!(send("POST", "/collections/a/points/count", &json!({})).json()["count"], 1);
}

/// Names that differ from point to point leave nothing behind, and have a bound.
#[test]
fn names_of_fields_are_bounded() {
    let served = Served::new();
    served.create("p", 1, "dot");
    let points = |round: usize, count: usize| -> Value {
        let payload = |n: usize| {
            (0..if round == 9 { 12 } else { 10 })
                .map(|k| (format!("k{round}-{n}-{k}"), json!(1)))
                .collect::<serde_json::Map<_, _>>()
        };
        (0..count).map(|n| json!({ "id": n, "vector": [1], "payload": payload(n) })).collect()
    };
    for round in 0..4 {
        served.upsert("p", &points(round, 900));
    }
    let (status, message) = served.refused("PUT", "/collections/p/points", &json!({ "points": points(9, 900) }));
    assert!(
        status == 422 && message.starts_with("payload: the fields of the collection would be more than 10000"),
        "{message}"
    );
    assert_eq!(served.count("p"), 900);
}

over_stores! {
    nobody_reaches_what_is_anothers
    plans_bound_what_is_kept
    paths_of_payloads_are_bounded_and_count
}

/// A long name above many values is many long paths: they have a bound, and count for the plan.
fn paths_of_payloads_are_bounded_and_count(served: Served) {
    let named = |name: &str, values: usize| {
        let values: serde_json::Map<_, _> = (0..values).map(|value| (value.to_string(), json!(value))).collect();
        json!({ name: values })
    };
    served.create("p", 1, "dot");
    let put = |payload: Value| {
        served.send(
            "PUT",
            "/collections/p/points",
            &json!({ "points": [{ "id": "a", "vector": [1], "payload": payload }] }),
        )
    };
    for (name, values) in [("k".repeat(1_023), 1), ("k".repeat(40_000), 1_000)] {
        let answer = put(named(&name, values));
        let length = name.len() + 2;
        let words = format!(
            "points[0].payload: has a name of {length} bytes, with those above it; the limit of a path is 1024"
        );
        assert!(answer.status == 422 && answer.message().starts_with(&words), "{} {}", answer.status, answer.message());
    }
    assert_eq!(put(named(&"k".repeat(1_020), 1_000)).status, 200);
    let bytes = |served: &Served| served.ok("GET", "/collections/p", &json!({}))["bytes"].as_u64().unwrap();
    assert!(bytes(&served) > 1_000 * 1_020, "{}", bytes(&served));
    // What takes values away takes off as much, and a change cannot name what a point may not.
    let path = "/collections/p/points";
    let (status, message) =
        served.refused("PATCH", path, &json!({ "ids": ["a"], "payload": named(&"k".repeat(2_000), 1) }));
    assert!(status == 422 && message.starts_with("payload: has a name of 2002 bytes"), "{status} {message}");
    served.ok("PATCH", path, &json!({ "ids": ["a"], "action": "clear" }));
    assert!(bytes(&served) < 100, "{}", bytes(&served));
    served.ok("POST", "/collections/p/points/delete", &json!({ "ids": ["a"] }));
    assert_eq!(bytes(&served), 0);
    // A plan that is small enough for payloads alone is used up by their paths.
    let free = consumer("paths", "free");
    let send = |method: &str, path: &str, body: &Value| served.send_as(free.clone(), method, path, body);
    assert_eq!(send("POST", "/collections", &json!({ "name": "p", "dimensions": 1 })).status, 200);
    let payload = named(&"k".repeat(1_000), 2_000);
    let full = (0..60).find_map(|n| {
        let answer = send(
            "PUT",
            "/collections/p/points",
            &json!({ "points": [{ "id": n, "vector": [1], "payload": payload }] }),
        );
        (answer.status != 200).then(|| (n, answer.status, answer.message()))
    });
    let (number, status, message) = full.unwrap();
    assert!(
        number > 40 && status == 403 && message.starts_with("the limit bytes of the plan Free"),
        "{number} {status} {message}"
    );
}

fn consumer(id: &str, plan: &str) -> Option<Consumer> {
    Some(Consumer { id: id.into(), username: id.into(), groups: vec![plan.into()], ..Consumer::default() })
}

fn nobody_reaches_what_is_anothers(served: Served) {
    let alice = consumer("alice", "pro");
    let make = |who: &Option<Consumer>, name: &str| {
        let body = json!({ "name": name, "dimensions": 2 });
        assert_eq!(served.send_as(who.clone(), "POST", "/collections", &body).status, 200);
    };
    make(&alice, "secret");
    let points = json!({ "points": [{ "id": "p1", "vector": [1, 0], "text": "the password is swordfish", "payload": { "k": "v" } }] });
    assert_eq!(served.send_as(alice.clone(), "PUT", "/collections/secret/points", &points).status, 200);
    let kept = json!({ "snapshot": "kept" });
    assert_eq!(served.send_as(alice.clone(), "POST", "/collections/secret/snapshots", &kept).status, 200);
    // Others, among them one without a key, one whose id is made to look alike, and one with no id at all.
    for other in
        [consumer("bob", "pro"), consumer("alice ", "pro"), consumer("Alice", "pro"), consumer("", "pro"), None]
    {
        let send = |method: &str, path: &str, body: &Value| served.send_as(other.clone(), method, path, body);
        assert_eq!(send("GET", "/collections", &json!({})).json()["rows"], json!([]));
        for name in ["secret", "%73ecret", "..%2Fsecret", "secret%00"] {
            for (method, path, body) in [
                ("GET", "", json!({})),
                ("PATCH", "", json!({ "name": "mine" })),
                ("DELETE", "", json!({})),
                ("PUT", "/points", points.clone()),
                ("GET", "/points/p1", json!({})),
                ("POST", "/points/get", json!({ "ids": ["p1"] })),
                ("PATCH", "/points", json!({ "all": true, "action": "clear" })),
                ("POST", "/points/scroll", json!({})),
                ("POST", "/points/count", json!({})),
                ("POST", "/points/delete", json!({ "all": true })),
                ("POST", "/query", json!({ "vector": [1, 0] })),
                ("POST", "/query", json!({ "text": "password" })),
                ("POST", "/query", json!({ "id": "p1" })),
                ("POST", "/facet", json!({ "key": "k" })),
                ("POST", "/documents", json!({ "text": "mine now", "documentId": "d" })),
                ("GET", "/documents", json!({})),
                ("GET", "/documents/d", json!({})),
                ("DELETE", "/documents/d", json!({})),
                ("POST", "/ask", json!({ "question": "what is the password?" })),
                ("POST", "/export", json!({})),
                ("POST", "/snapshots", json!({ "snapshot": "stolen" })),
            ] {
                let answer = send(method, &format!("/collections/{name}{path}"), &body);
                let text = String::from_utf8_lossy(&answer.body).into_owned();
                assert!((400..500).contains(&answer.status), "{method} {name}{path}: {} {text}", answer.status);
                assert!(!text.contains("swordfish"), "{text}");
            }
        }
        let line = r#"{"id":"p1","vector":[0,1]}"#;
        let imported = served.send_lines_as(other.clone(), "/collections/secret/import", line);
        assert!((400..500).contains(&imported.status), "{}", imported.status);
        assert_eq!(send("GET", "/snapshots", &json!({})).json()["rows"], json!([]));
        let restored = send("POST", "/snapshots/kept/restore", &json!({ "into": "mine" }));
        assert_eq!(restored.status, 404, "{}", restored.message());
        assert_eq!(send("DELETE", "/snapshots/kept", &json!({})).status, 404);
        // A collection of the same name is another one, and ids and filters find nothing of the first.
        make(&other, "secret");
        let found = send(
            "POST",
            "/collections/secret/query",
            &json!({ "vector": [1, 0], "filter": { "must": [{ "hasId": ["p1"] }] } }),
        );
        assert_eq!(ids(&found.json()).len(), 0);
        assert_eq!(send("POST", "/collections/secret/points/delete", &json!({ "all": true })).json()["deleted"], 0);
        assert_eq!(send("DELETE", "/collections/secret", &json!({})).status, 200);
    }
    assert_eq!(served.send_as(alice.clone(), "GET", "/snapshots", &json!({})).json()["rows"][0]["snapshot"], "kept");
    let found = served.send_as(alice, "POST", "/collections/secret/query", &json!({ "text": "password" })).json();
    assert_eq!(ids(&found), ["p1"]);
}

fn plans_bound_what_is_kept(served: Served) {
    let free = consumer("f", "free");
    let send = |method: &str, path: &str, body: &Value| served.send_as(free.clone(), method, path, body);
    for name in ["a", "b", "c"] {
        assert_eq!(send("POST", "/collections", &json!({ "name": name, "dimensions": 1 })).status, 200);
    }
    let answer = send("POST", "/collections", &json!({ "name": "d", "dimensions": 1 }));
    assert_eq!(answer.status, 403);
    assert!(answer.message().starts_with("the limit collections of the plan Free is 3"), "{}", answer.message());
    let points = |from: usize, count: usize| -> Value {
        json!({ "points": (from..from + count).map(|n| json!({ "id": n, "vector": [1] })).collect::<Vec<_>>() })
    };
    for part in 0..10 {
        assert_eq!(send("PUT", "/collections/a/points", &points(part * 1_000, 1_000)).status, 200);
    }
    // The limit is of all collections together, and nothing of what is too much is kept.
    let answer = send("PUT", "/collections/b/points", &points(0, 1));
    assert_eq!(
        (answer.status, answer.message().starts_with("the limit points of the plan Free is 10000")),
        (403, true)
    );
    assert_eq!(send("POST", "/collections/b/points/count", &json!({})).json()["count"], 0);
    // What replaces others is no more than before; what was deleted makes room.
    assert_eq!(send("PUT", "/collections/a/points", &points(0, 1_000)).json()["updated"], 1_000);
    assert_eq!(send("POST", "/collections/a/points/delete", &json!({ "ids": ["1"] })).json()["deleted"], 1);
    assert_eq!(send("PUT", "/collections/b/points", &points(0, 1)).status, 200);
}
