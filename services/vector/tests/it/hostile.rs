//! What must not be done, and is said so.

use serde_json::{Value, json};

use crate::{Served, ids};

over_stores! {
    bounds_are_errors_that_say_what_to_change
    a_request_of_points_is_all_or_nothing
    nothing_is_found_in_an_empty_collection
    collections_are_renamed_and_dropped
}

fn bounds_are_errors_that_say_what_to_change(served: Served) {
    served.create("p", 2, "cosine");
    served.upsert("p", &json!([{ "id": "a", "vector": [1, 0] }]));
    let deep = format!("{}{}", "{\"must\":[".repeat(1_000), "]}".repeat(1_000));
    let deep: Value = json!(deep);
    let large = "x".repeat(70_000);
    let wide: Vec<u32> = (0..5_000).collect();
    for (method, path, body, status, words) in [
        (
            "POST",
            "/collections/p/query",
            json!({ "vector": [1, 0], "limit": 1_000_000 }),
            400,
            "limit: must be at most 1000",
        ),
        (
            "POST",
            "/collections/p/query",
            json!({ "vector": [1, 0], "filter": deep }),
            400,
            "filter: is nested deeper than 16 levels",
        ),
        ("POST", "/collections/p/query", json!({}), 400, "vector: say what to find"),
        (
            "POST",
            "/collections/p/points/delete",
            json!({ "filter": {} }),
            400,
            "filter: is empty, which means every point",
        ),
        (
            "POST",
            "/collections/p/points/delete",
            json!({ "filter": { "must": [{}] } }),
            400,
            "filter.must[0]: is an empty condition",
        ),
        (
            "POST",
            "/collections/p/points/delete",
            json!({ "filter": { "should": [{ "must": null }] } }),
            400,
            "filter: is empty, which means every point",
        ),
        (
            "POST",
            "/collections/p/points/delete",
            json!({ "filter": { "minShould": { "conditions": [], "minCount": 0 } } }),
            400,
            "filter: is empty, which means every point",
        ),
        (
            "POST",
            "/collections/p/points/delete",
            json!({ "filter": { "n": { "lt": null } } }),
            400,
            "filter.n: has no bound",
        ),
        ("POST", "/collections/p/query", json!({ "vector": [0, 0] }), 400, "vector: a vector of zeros"),
        (
            "POST",
            "/collections/p/query",
            json!({ "text": "a", "mode": "dense" }),
            422,
            "text: the collection p has no model",
        ),
        ("POST", "/collections/p/query", json!({ "vector": [1, 0], "mode": "hybrid" }), 400, "text: is required"),
        ("POST", "/collections/p/query", json!({ "negative": ["a"] }), 400, "positive: is required"),
        (
            "POST",
            "/collections/p/query",
            json!({ "text": "a", "mode": "sparse", "scoreThreshold": 0.5 }),
            400,
            "scoreThreshold: is about the score of the vector",
        ),
        ("POST", "/collections/q/query", json!({ "vector": [1, 0] }), 404, "collection: there is no collection q"),
        (
            "PUT",
            "/collections/p/points",
            json!({ "points": [{ "id": "a" }] }),
            400,
            "points[0]: wants a vector or a text",
        ),
        (
            "PUT",
            "/collections/p/points",
            json!({ "points": [{ "text": "a" }] }),
            422,
            "points[0].vector: the collection p has no model",
        ),
        (
            "PUT",
            "/collections/p/points",
            json!({ "points": [{ "vector": [1, 0], "payload": { "a": large } }] }),
            413,
            "points[0].payload: has 70008 bytes",
        ),
        (
            "PUT",
            "/collections/p/points",
            json!({ "points": [{ "vector": [1, 0], "payload": { "a": wide } }] }),
            422,
            "points[0].payload: has more than 4096 values",
        ),
        (
            "PUT",
            "/collections/p/points",
            json!({ "points": [{ "vector": [1, 0], "payload": [1] }] }),
            400,
            "points[0].payload: must be an object",
        ),
        (
            "PUT",
            "/collections/p/points",
            json!({ "points": [{ "vector": [1, 0], "expiresAt": "yesterday" }] }),
            400,
            "points[0].expiresAt: must be a time",
        ),
        (
            "PUT",
            "/collections/p/points",
            json!({ "points": [{ "vector": [1, 0], "expiresAt": "2001-01-01T00:00:00Z" }] }),
            400,
            "points[0].expiresAt: is over",
        ),
        ("POST", "/collections", json!({ "name": "P", "dimensions": 2 }), 400, "name: must have 1 to 63 small letters"),
        (
            "POST",
            "/collections",
            json!({ "name": "../x", "dimensions": 2 }),
            400,
            "name: must have 1 to 63 small letters",
        ),
        ("POST", "/collections", json!({ "name": "p", "dimensions": 2 }), 409, "name: there is a collection p already"),
        ("POST", "/collections", json!({ "name": "q", "dimensions": 5_000 }), 400, "dimensions: must be at most 4096"),
        ("PATCH", "/collections/p", json!({ "name": "P!" }), 400, "name: must have"),
    ] {
        let (found, message) = served.refused(method, path, &body);
        assert!(found == status && message.starts_with(words), "{method} {path}: {found} {message}");
    }
    assert_eq!(served.count("p"), 1);
}

fn a_request_of_points_is_all_or_nothing(served: Served) {
    served.create("p", 2, "cosine");
    let (status, _) =
        served.refused("PUT", "/collections/p/points", &json!({ "points": [{ "vector": [1, 0] }, { "vector": [1] }] }));
    assert_eq!((status, served.count("p")), (400, 0));
}

fn nothing_is_found_in_an_empty_collection(served: Served) {
    for distance in ["cosine", "dot", "euclid", "manhattan"] {
        served.create(distance, 2, distance);
        for query in [
            json!({ "vector": [1, 1] }),
            json!({ "text": "x" }),
            json!({ "vector": [1, 1], "text": "x", "exact": true }),
        ] {
            assert_eq!(ids(&served.query(distance, &query)).len(), 0);
        }
        served.upsert(distance, &json!([{ "id": "a", "vector": [1, 2] }, { "id": "b", "vector": [2, 1] }, { "id": "c", "vector": [-3, 0.5] }]));
        for exact in [true, false] {
            let found = served.query(distance, &json!({ "vector": [2, 1], "exact": exact }));
            assert_eq!(ids(&found), ["b", "a", "c"], "{distance}");
        }
    }
    let info = served.ok("GET", "/collections", &json!({}));
    assert_eq!(info["rows"].as_array().unwrap().len(), 4);
}

fn collections_are_renamed_and_dropped(served: Served) {
    served.create("a", 2, "cosine");
    served.create("b", 2, "cosine");
    served.upsert("a", &json!([{ "id": "x", "vector": [1, 0] }]));
    assert_eq!(served.refused("PATCH", "/collections/a", &json!({ "name": "b" })).0, 409);
    assert_eq!(served.ok("PATCH", "/collections/a", &json!({ "name": "c" }))["points"], 1);
    assert_eq!(ids(&served.query("c", &json!({ "vector": [1, 0] }))), ["x"]);
    assert_eq!(served.refused("GET", "/collections/a", &json!({})).0, 404);
    assert_eq!(served.ok("DELETE", "/collections/c", &json!({}))["points"], 1);
    assert_eq!(served.refused("GET", "/collections/c", &json!({})).0, 404);
    // A new one of the same name has nothing of the old one.
    served.create("c", 3, "dot");
    assert_eq!(served.count("c"), 0);
}
