//! Filters, each condition of the language.

use serde_json::{Value, json};

use crate::{Served, ids};

over_stores! {
    every_condition_keeps_what_it_says
    values_are_counted
    filters_of_changes_are_remarked_on
}

/// Before it is made: afterwards the field may be gone with the points.
fn filters_of_changes_are_remarked_on(served: Served) {
    served.create("p", 1, "dot");
    served.upsert("p", &json!([{ "id": "a", "vector": [1], "payload": { "color": "red", "size": 3 } }]));
    let codes = |answer: &Value| crate::warnings(answer).iter().map(|(code, _)| (*code).to_owned()).collect::<Vec<_>>();
    let delete = |filter: Value| served.ok("POST", "/collections/p/points/delete", &json!({ "filter": filter }));
    let change = |filter: Value| {
        served.ok("PATCH", "/collections/p/points", &json!({ "filter": filter, "payload": { "x": 1 } }))
    };
    for (filter, code, words) in [
        (json!({ "colour": "red" }), "unknown-field", "did you mean color?"),
        (json!({ "size": "3" }), "other-type", "size has numbers, and is compared with text"),
    ] {
        let (deleted, changed) = (delete(filter.clone()), change(filter));
        assert_eq!((&deleted["deleted"], &changed["updated"]), (&json!(0), &json!(0)));
        for answer in [&deleted, &changed] {
            assert_eq!(codes(answer), [code]);
            assert!(crate::warnings(answer)[0].1.contains(words), "{answer}");
        }
    }
    // What is there is no remark, though it is gone with the change.
    let changed = change(json!({ "size": 3 }));
    let deleted = delete(json!({ "size": 3 }));
    assert_eq!(
        (changed["updated"].clone(), codes(&changed), deleted["deleted"].clone(), codes(&deleted)),
        (json!(1), vec![], json!(1), vec![])
    );
}

fn every_condition_keeps_what_it_says(served: Served) {
    served.create("zoo", 2, "dot");
    served.upsert(
        "zoo",
        &json!([
            { "id": "a", "vector": [1, 0], "payload": { "name": "owl", "legs": 2, "wild": true, "born": "2020-05-01T00:00:00Z", "tags": ["night", "bird"] } },
            { "id": "b", "vector": [1, 0], "payload": { "name": "cat", "legs": 4, "wild": false, "born": "2021-01-01", "tags": [] } },
            { "id": "c", "vector": [1, 0], "payload": { "name": "snake", "legs": 0, "weight": 2.5, "wild": true, "tags": null, "home": { "rooms": [{ "size": 3 }, { "size": 9 }] } } },
            { "id": "d", "vector": [1, 0], "payload": { "text": format!("{} needle {}", "x".repeat(300), "y".repeat(300)) } }
        ]),
    );
    for (filter, wanted) in [
        (json!({ "name": "owl" }), "a"),
        (json!({ "legs": [2, 4] }), "ab"),
        (json!({ "legs": { "gte": 2 } }), "ab"),
        (json!({ "legs": { "gt": 0, "lt": 4 } }), "a"),
        (json!({ "weight": 2.5 }), "c"),
        (
            json!({ "must": [{ "key": "text", "match": { "text": "needle" } }, { "key": "text", "match": { "text": "xxx" } }] }),
            "d",
        ),
        (
            json!({ "must": [{ "key": "text", "match": { "text": "needle" } }, { "key": "text", "match": { "text": "zzz" } }] }),
            "",
        ),
        (
            json!({ "should": [{ "must": [{ "key": "text", "match": { "text": "needle" } }] }, { "key": "name", "match": { "text": "ow" } }] }),
            "ad",
        ),
        (json!({ "wild": vec![true; 5_000] }), "ac"),
        (json!({ "must": [{ "key": "name", "match": { "except": vec!["owl"; 5_000] } }] }), "bc"),
        (json!({ "wild": true }), "ac"),
        (json!({ "wild": true, "legs": 0 }), "c"),
        (json!({ "born": { "gte": "2021-01-01T00:00:00Z" } }), "b"),
        (json!({ "born": { "lt": "2020-12-31" } }), "a"),
        (json!({ "tags": "bird" }), "a"),
        (json!({ "home.rooms[].size": 9 }), "c"),
        (json!({ "must": [{ "isEmpty": { "key": "tags" } }] }), "bcd"),
        (json!({ "must": [{ "is_null": { "key": "tags" } }] }), "c"),
        (json!({ "tags": null }), "c"),
        (json!({ "must": [{ "isEmpty": { "key": "home" } }] }), "abd"),
        (json!({ "must": [{ "hasId": ["a", "d", "x"] }] }), "ad"),
        (json!({ "must": [{ "key": "name", "match": { "except": ["owl"] } }] }), "bc"),
        (json!({ "must": [{ "key": "name", "match": { "text": "na" } }] }), "c"),
        (json!({ "must": [{ "key": "text", "match": { "text": "needle" } }] }), "d"),
        (json!({ "mustNot": [{ "key": "name", "match": { "value": "owl" } }] }), "bcd"),
        (json!({ "should": [{ "name": "owl" }, { "name": "cat" }] }), "ab"),
        (json!({ "must": [{ "should": [{ "name": "owl" }, { "legs": 4 }] }, { "wild": false }] }), "b"),
        (
            json!({ "minShould": { "minCount": 2, "conditions": [{ "wild": true }, { "legs": 0 }, { "name": "owl" }] } }),
            "ac",
        ),
        (json!({ "minShould": { "minCount": 4, "conditions": [{ "wild": true }] } }), ""),
        (json!({}), "abcd"),
    ] {
        let body = json!({ "filter": filter });
        let page = served.ok("POST", "/collections/zoo/points/scroll", &body);
        let mut found = ids(&page);
        found.sort_unstable();
        assert_eq!(found.concat(), wanted, "{filter}");
        let count = served.ok("POST", "/collections/zoo/points/count", &body);
        assert_eq!(count["count"].as_u64().unwrap() as usize, wanted.len(), "{filter}");
        let hits = served.query("zoo", &json!({ "vector": [1, 1], "filter": filter }));
        assert_eq!(ids(&hits).len(), wanted.len(), "{filter}");
    }
}

fn values_are_counted(served: Served) {
    served.create("zoo", 1, "dot");
    let point = |id: usize, tags: Value| json!({ "id": id, "vector": [1], "payload": { "tags": tags, "even": id.is_multiple_of(2) } });
    served.upsert(
        "zoo",
        &json!([point(1, json!(["a", "b"])), point(2, json!(["a", "a"])), point(3, json!(7)), point(4, json!("b"))]),
    );
    let facet = |body: Value| {
        let found = served.ok("POST", "/collections/zoo/facet", &body);
        let rows = found["rows"].as_array().unwrap();
        rows.iter().map(|row| (row["value"].clone(), row["count"].as_u64().unwrap())).collect::<Vec<_>>()
    };
    assert_eq!(facet(json!({ "key": "tags" })), [(json!("a"), 2), (json!("b"), 2), (json!(7), 1)]);
    assert_eq!(facet(json!({ "key": "tags", "filter": { "even": true } })), [(json!("a"), 1), (json!("b"), 1)]);
    assert_eq!(facet(json!({ "key": "even", "limit": 1 })), [(json!(false), 2)]);
    let found = served.ok("POST", "/collections/zoo/facet", &json!({ "key": "tag" }));
    assert_eq!(found["warnings"][0]["code"], "unknown-field");
}
