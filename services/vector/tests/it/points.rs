//! Points: kept as they were sent, changed, paged, expired, there after a restart.

use serde_json::{Value, json};

use crate::{Chance, Served, ids};

over_stores! {
    payloads_keep_their_literals_and_order
    points_have_the_names_of_other_products
    payloads_are_set_replaced_and_removed
    pages_have_every_point_once
    everything_is_there_after_a_restart
    points_expire
    what_has_expired_is_not_there_for_changes
    ids_that_are_said_twice_count_once
    whole_numbers_are_one_value_however_written
    points_like_others_and_unlike
    groups_are_sought_among_the_best_alone
    files_of_points_are_lines_or_a_list
}

fn files_of_points_are_lines_or_a_list(served: Served) {
    served.create("p", 1, "dot");
    let import = |file: &str| served.send_lines_as(None, "/collections/p/import", file);
    let lines = import("\u{feff}{\"id\":1,\"vector\":[1]}\r\n\r\n{\"id\":2,\"vector\":[2]}\r\n").json();
    let list = import(" [{\"id\":2,\"vector\":[2],\"payload\":{\"n\":1.50}},\n{\"id\":3,\"vector\":[3]}]").json();
    assert_eq!((&lines["inserted"], &list["inserted"], &list["updated"]), (&json!(2), &json!(1), &json!(1)));
    assert_eq!(served.count("p"), 3);
    for (file, message) in [
        (
            "{\"id\":1,\"vector\":[1]}\n{\"id\":4,\"vectors\":[1]}",
            "file: line 2: vectors: is not a field here; did you mean vector?",
        ),
        ("[{\"id\":4,\"vector\":[1]},[1]]", "file: point 2: send one JSON object, not a list"),
        ("[{\"id\":4,\"vector\":[1]},", "file: begins as a list of points, and is none: EOF"),
        ("id,vector\n1,2\n", "file: line 1: the body is not valid JSON"),
        ("[{\"id\":4,\"vector\":[1, 2]}]", "file: among the points from 1: points[0].vector: has 2 dimensions"),
    ] {
        let answer = import(file);
        assert!(
            answer.status == 422 && answer.message().starts_with(message),
            "{} {}",
            answer.status,
            answer.message()
        );
    }
    assert_eq!(served.count("p"), 3);
}

fn groups_are_sought_among_the_best_alone(served: Served) {
    served.create("p", 1, "dot");
    let points: Vec<Value> =
        (0..60).map(|n| json!({ "id": n, "vector": [100 - n], "payload": { "side": n / 50 } })).collect();
    served.upsert("p", &json!(points));
    let ask = |limit: usize| served.query("p", &json!({ "vector": [1], "groupBy": "side", "limit": limit }));
    let (few, all) = (ask(10), ask(20));
    // Forty of sixty are looked at: the second group may be beyond.
    assert_eq!((ids(&few), crate::warnings(&few)[0].0), (vec!["0"], "groups-bounded"));
    assert_eq!((ids(&all), crate::warnings(&all).len()), (vec!["0", "50"], 0));
}

fn points_have_the_names_of_other_products(served: Served) {
    served.create("p", 1, "dot");
    let body = json!({ "vectors": [{ "id": "a", "values": [1], "metadata": { "x": 1 } }, { "id": "b", "embedding": [2], "pageContent": "soup" }] });
    served.ok("PUT", "/collections/p/points", &body);
    let point = |id: &str| served.ok("GET", &format!("/collections/p/points/{id}"), &json!({}));
    assert_eq!((&point("a")["payload"], &point("b")["text"]), (&json!({ "x": 1 }), &json!("soup")));
}

fn payloads_keep_their_literals_and_order(served: Served) {
    served.create("p", 1, "dot");
    let body = r#"{"points":[{"id":"a","vector":[1],"payload":{"z":1.50,"a":{"y":1e3,"x":[]},"ü":"é"}}]}"#;
    let path = "/api/v1/vector/collections/p/points";
    let request = http::Request::put(path).header("content-type", "application/json").body(body.to_owned()).unwrap();
    assert_eq!(served.client.send(request).status, 200);
    let answer = served.send("GET", "/collections/p/points/a", &json!({}));
    let text = String::from_utf8(answer.body.to_vec()).unwrap();
    assert!(text.contains(r#""payload":{"z":1.50,"a":{"y":1e3,"x":[]},"ü":"é"}"#), "{text}");
}

fn payloads_are_set_replaced_and_removed(served: Served) {
    served.create("p", 1, "dot");
    served.upsert(
        "p",
        &json!([{ "id": "a", "vector": [1], "payload": { "x": 1, "y": 2 } }, { "id": "b", "vector": [2] }]),
    );
    let change = |body: Value| served.ok("PATCH", "/collections/p/points", &body)["updated"].as_u64().unwrap();
    let payload = |id: &str| served.ok("GET", &format!("/collections/p/points/{id}"), &json!({}))["payload"].clone();
    assert_eq!(change(json!({ "ids": ["a", "ghost"], "payload": { "y": 3, "z": 4 } })), 1);
    assert_eq!(payload("a"), json!({ "x": 1, "y": 3, "z": 4 }));
    assert_eq!(change(json!({ "filter": { "z": 4 }, "action": "remove", "keys": ["x"] })), 1);
    assert_eq!(payload("a"), json!({ "y": 3, "z": 4 }));
    assert_eq!(change(json!({ "all": true, "action": "replace", "payload": { "n": 1 } })), 2);
    assert_eq!(payload("b"), json!({ "n": 1 }));
    // Filters follow.
    let count =
        |filter: Value| served.ok("POST", "/collections/p/points/count", &json!({ "filter": filter }))["count"].clone();
    assert_eq!((count(json!({ "y": 3 })), count(json!({ "n": 1 }))), (json!(0), json!(2)));
    assert_eq!(change(json!({ "ids": ["a"], "action": "clear" })), 1);
    assert_eq!(payload("a"), json!({}));
}

fn pages_have_every_point_once(served: Served) {
    served.create("p", 1, "dot");
    let points: Vec<Value> = (0..25).map(|n| json!({ "id": n, "vector": [n], "payload": { "odd": n % 2 } })).collect();
    served.upsert("p", &json!(points));
    let all = |filter: Value| {
        let (mut found, mut cursor) = (Vec::new(), Value::Null);
        loop {
            let page = served.ok(
                "POST",
                "/collections/p/points/scroll",
                &json!({ "limit": 7, "cursor": cursor, "filter": filter }),
            );
            found.extend(ids(&page).iter().map(ToString::to_string));
            cursor = page["nextCursor"].clone();
            if cursor.is_null() {
                return found;
            }
        }
    };
    assert_eq!(all(json!({})), (0..25).map(|n| n.to_string()).collect::<Vec<_>>());
    assert_eq!(all(json!({ "odd": 1 })), (0..25).filter(|n| n % 2 == 1).map(|n| n.to_string()).collect::<Vec<_>>());
    assert_eq!(served.refused("POST", "/collections/p/points/scroll", &json!({ "cursor": "x" })).0, 400);
}

fn everything_is_there_after_a_restart(served: Served) {
    served.create("p", 8, "euclid");
    let mut chance = Chance(3);
    let vectors: Vec<Vec<f32>> = (0..300).map(|_| chance.unit(8)).collect();
    let points = |range: std::ops::Range<usize>| -> Value {
        range
            .map(|n| json!({ "id": n, "vector": vectors[n], "text": format!("number {n}"), "payload": { "n": n } }))
            .collect()
    };
    served.upsert("p", &points(0..300));
    served.upsert("p", &points(50..60));
    served.ok("POST", "/collections/p/points/delete", &json!({ "filter": { "n": { "lt": 50 } } }));
    let ask = |served: &Served| {
        let dense = served.query("p", &json!({ "vector": vectors[7], "limit": 20, "withVector": true }));
        let sparse = served.query("p", &json!({ "text": "number 77", "limit": 5 }));
        let info = served.ok("GET", "/collections/p", &json!({}));
        (dense["rows"].clone(), sparse["rows"].clone(), info["points"].clone(), info["bytes"].clone())
    };
    let before = ask(&served);
    assert_eq!(before.2, 250);
    assert_eq!(before.1[0]["id"], "77");
    let served = served.again();
    assert_eq!(ask(&served), before);
}

fn points_expire(served: Served) {
    served.create("p", 1, "dot");
    let points = json!([{ "id": "a", "vector": [3], "ttlSeconds": 1 }, { "id": "b", "vector": [2], "expiresAt": "2130-01-01T00:10:00Z" }, { "id": "c", "vector": [1] }]);
    served.upsert("p", &points);
    assert_eq!(served.ok("GET", "/collections/p/points/b", &json!({}))["expiresAt"], "2130-01-01T00:10:00Z");
    served.later(1);
    // The list, which looks at no collection, counts them no more.
    assert_eq!(served.ok("GET", "/collections", &json!({}))["rows"][0]["points"], 2);
    assert_eq!(ids(&served.query("p", &json!({ "vector": [1] }))), ["b", "c"]);
    assert_eq!(served.count("p"), 2);
    assert_eq!(served.refused("GET", "/collections/p/points/a", &json!({})).0, 404);
    assert_eq!(served.ok("GET", "/collections/p", &json!({}))["points"], 2);
}

fn what_has_expired_is_not_there_for_changes(served: Served) {
    served.create("p", 1, "dot");
    let points: Vec<Value> = ["a", "b", "c", "d"]
        .iter()
        .map(|id| json!({ "id": id, "vector": [1], "payload": { "k": 1 }, "ttlSeconds": 1 }))
        .collect();
    served.upsert("p", &json!(points));
    served.later(1);
    // No read comes first.
    let written = served.upsert("p", &json!([{ "id": "a", "vector": [2] }]));
    assert_eq!((&written["inserted"], &written["updated"]), (&json!(1), &json!(0)));
    let gone = served.ok("POST", "/collections/p/points/delete", &json!({ "ids": ["b"] }));
    assert_eq!((&gone["deleted"], &gone["notFound"]), (&json!(0), &json!(["b"])));
    let change = json!({ "ids": ["c"], "payload": { "k": 2 } });
    assert_eq!(served.ok("PATCH", "/collections/p/points", &change)["updated"], 0);
    assert_eq!(served.count("p"), 1);
}

fn ids_that_are_said_twice_count_once(served: Served) {
    served.create("p", 1, "dot");
    served.upsert("p", &json!([{ "id": "a", "vector": [1] }]));
    let gone = served.ok("POST", "/collections/p/points/delete", &json!({ "ids": ["ghost", "a", "ghost", "a"] }));
    assert_eq!((&gone["deleted"], &gone["notFound"]), (&json!(1), &json!(["ghost"])));
}

fn whole_numbers_are_one_value_however_written(served: Served) {
    served.create("p", 1, "dot");
    let number: Value = serde_json::from_str("[10000000000000000, 1e16]").unwrap();
    for _ in 0..2 {
        served.upsert("p", &json!([{ "id": "a", "vector": [1], "payload": { "n": number } }]));
    }
    for number in ["10000000000000000", "1e16"] {
        let filter = json!({ "n": serde_json::from_str::<Value>(number).unwrap() });
        let count = served.ok("POST", "/collections/p/points/count", &json!({ "filter": filter }));
        assert_eq!(count["count"], 1, "{number}");
    }
    assert_eq!(served.ok("POST", "/collections/p/points/delete", &json!({ "ids": ["a"] }))["deleted"], 1);
}

fn points_like_others_and_unlike(served: Served) {
    served.create("p", 2, "cosine");
    let at = |id: &str, degrees: f32| json!({ "id": id, "vector": [degrees.to_radians().cos(), degrees.to_radians().sin()], "payload": { "side": id.len() } });
    served.upsert("p", &json!([at("a", 0.0), at("b", 10.0), at("c", 40.0), at("dd", 80.0), at("ee", 90.0)]));
    assert_eq!(ids(&served.query("p", &json!({ "id": "a" }))), ["b", "c", "dd", "ee"]);
    assert_eq!(ids(&served.query("p", &json!({ "positive": ["c"], "negative": ["a"], "limit": 2 }))), ["dd", "ee"]);
    // Pages of them, and with a filter.
    assert_eq!(ids(&served.query("p", &json!({ "id": "a", "limit": 2, "offset": 1 }))), ["c", "dd"]);
    assert_eq!(ids(&served.query("p", &json!({ "id": "a", "limit": 1, "filter": { "side": 2 } }))), ["dd"]);
    assert_eq!(ids(&served.query("p", &json!({ "id": "a", "limit": 1, "exact": true }))), ["b"]);
    let (status, message) = served.refused("POST", "/collections/p/query", &json!({ "id": "ghost" }));
    assert_eq!((status, message.as_str()), (404, "id: there is no point ghost in p"));
    let (_, message) = served.refused("POST", "/collections/p/query", &json!({ "positive": ["ghost"] }));
    assert_eq!(message, "positive: there is no point ghost in p");
    let found = served.query("p", &json!({ "vector": [1, 0], "groupBy": "side", "groupSize": 1 }));
    assert_eq!(ids(&found), ["a", "dd"]);
    // Unlike each other: not the two that are nearly alike.
    let found = served.query("p", &json!({ "vector": [1, 0.05], "diversity": 0.9, "limit": 2 }));
    assert_eq!(ids(&found), ["a", "ee"]);
}
