//! What users of other stores report, as they report it.

use serde_json::{Value, json};

use crate::{Chance, Served, ids, warnings};

over_stores! {
    delete_then_ask
    how_many_were_deleted
    filter_keys_as_users_write_them
    vectors_that_do_not_fit
    fusion_has_a_constant_and_scores_apart
    filters_do_not_eat_results
}

/// chroma 4275: after a delete the nearest was wrong.
fn delete_then_ask(served: Served) {
    served.create("abc", 3, "euclid");
    let point = |id: &str, vector: [f32; 3]| json!({ "id": id, "vector": vector });
    served
        .upsert("abc", &json!([point("A", [1.0, 1.0, 1.0]), point("B", [3.0, 4.0, 5.0]), point("C", [9.0, 9.0, 9.0])]));
    let deleted = served.ok("POST", "/collections/abc/points/delete", &json!({ "ids": ["A"] }));
    assert_eq!(deleted["deleted"], 1);
    let near = |limit: u32| served.query("abc", &json!({ "vector": [1, 1, 1], "limit": limit }));
    let found = near(1);
    assert_eq!(ids(&found), ["B"]);
    assert!((found["rows"][0]["score"].as_f64().unwrap() - 5.385).abs() < 1e-3);
    assert_eq!(ids(&near(3)), ["B", "C"]);
    served.upsert("abc", &json!([point("A", [1.0, 1.0, 1.0])]));
    assert_eq!(ids(&near(3)), ["A", "B", "C"]);
}

/// chroma 7772, 2841: counting the ids sent, not those deleted.
fn how_many_were_deleted(served: Served) {
    served.create("ab", 2, "cosine");
    served.upsert(
        "ab",
        &json!([{ "id": "a", "vector": [1, 0] }, { "id": "b", "vector": [0, 1], "payload": { "n": 1 } }]),
    );
    let delete = |body: &Value| served.ok("POST", "/collections/ab/points/delete", body);
    let deleted = delete(&json!({ "ids": ["b", "ghost"] }));
    assert_eq!((&deleted["deleted"], &deleted["notFound"]), (&json!(1), &json!(["ghost"])));
    assert_eq!(delete(&json!({ "ids": ["b", "ghost"] }))["deleted"], 0);
    assert_eq!(delete(&json!({ "ids": ["a", "a"] }))["deleted"], 1);
    assert_eq!(delete(&json!({ "filter": { "n": 7 } }))["deleted"], 0);
    let path = "/collections/ab/points/delete";
    for (body, words) in [
        (json!({ "ids": [] }), "ids: is empty"),
        (json!({ "filter": {} }), "filter: is empty"),
        (json!({}), "ids: say which points"),
        (json!({ "ids": ["a"], "filter": { "n": 1 } }), "filter: send ids or a filter"),
    ] {
        let (status, message) = served.refused("POST", path, &body);
        assert!(status == 400 && message.starts_with(words), "{message}");
    }
    served.upsert("ab", &json!([{ "id": "a", "vector": [1, 0] }]));
    assert_eq!(delete(&json!({ "all": true }))["deleted"], 1);
    assert_eq!(served.count("ab"), 0);
}

/// Flowise 2253, qdrant 8022, n8n 14960: filters that match nothing, in silence.
fn filter_keys_as_users_write_them(served: Served) {
    served.create("docs", 2, "cosine");
    served.upsert(
        "docs",
        &json!([
            { "id": "1", "vector": [1, 0], "payload": { "metadata": { "source": "a", "page": 3 }, "lang": "en" } },
            { "id": "2", "vector": [0, 1], "payload": { "metadata": { "source": "b", "page": 4 }, "lang": "de" } }
        ]),
    );
    let query = |filter: Value| served.query("docs", &json!({ "vector": [1, 1], "filter": filter }));
    for filter in [
        json!({ "metadata.source": "a" }),
        json!({ "must": [{ "key": "metadata.source", "match": { "value": "a" } }] }),
        json!({ "metadata": { "source": "a" } }),
        json!({ "must_not": [{ "key": "lang", "match": { "value": "de" } }] }),
        json!({ "mustNot": [{ "key": "lang", "match": { "value": "de" } }] }),
        json!({ "metadata.page": { "lt": 4 } }),
        json!({ "metadata.page": 3.0 }),
    ] {
        let found = query(filter.clone());
        assert_eq!((ids(&found), warnings(&found).len()), (vec!["1"], 0), "{filter}");
        // Payloads come by default, with the literals that were sent.
        assert_eq!(found["rows"][0]["payload"]["metadata"]["page"], 3);
    }
    let found = query(json!({ "page": 3 }));
    assert_eq!(ids(&found).len(), 0);
    assert_eq!(warnings(&found), [("unknown-field", "no point has a field page; did you mean metadata.page?")]);
    let found = query(json!({ "metadata.page": "3" }));
    assert_eq!((ids(&found).len(), warnings(&found)[0].0), (0, "other-type"));
}

/// open-webui 11279, chroma 1905, R2R 861: another number of dimensions; numbers that are none.
fn vectors_that_do_not_fit(served: Served) {
    served.create("small", 384, "cosine");
    let put = |vector: Value| {
        served.refused("PUT", "/collections/small/points", &json!({ "points": [{ "id": "a", "vector": vector }] }))
    };
    let (status, message) = put(json!(vec![0.5; 768]));
    assert_eq!((status, message.as_str()), (400, "points[0].vector: has 768 dimensions; the collection small has 384"));
    let (status, message) = served.refused("POST", "/collections/small/query", &json!({ "vector": vec![0.5; 768] }));
    assert_eq!((status, message.as_str()), (400, "vector: has 768 dimensions; the collection small has 384"));
    let mut huge = vec![json!(0.5); 384];
    huge[7] = json!(1e39);
    let (status, message) = put(json!(huge));
    assert_eq!(
        (status, message.as_str()),
        (400, "points[0].vector: the component at index 7 is not a finite 32-bit number")
    );
    huge[7] = json!("NaN");
    let (status, message) = put(json!(huge));
    assert!(status == 400 && message.starts_with("points[0].vector[7]: "), "{message}");
    let (status, message) = put(json!(vec![0.0; 384]));
    assert!(status == 400 && message.contains("zeros has no direction"), "{message}");
    assert_eq!(served.count("small"), 0);
}

/// nextcloud-mcp-server 1199, qdrant 5116: the constant of the fusion decides.
fn fusion_has_a_constant_and_scores_apart(served: Served) {
    served.create("fused", 2, "cosine");
    // Dense order X, d1, d2, Y; sparse order s1, s2, s3, Y: shorter texts score higher.
    let filler = |words: usize| "filler ".repeat(words);
    let near = |angle: f32| json!([angle.cos(), angle.sin()]);
    served.upsert(
        "fused",
        &json!([
            { "id": "X", "vector": near(0.0) }, { "id": "d1", "vector": near(0.1) }, { "id": "d2", "vector": near(0.2) },
            { "id": "Y", "vector": near(0.3), "text": format!("wanted {}", filler(40)) },
            { "id": "s1", "vector": near(2.0), "text": "wanted" }, { "id": "s2", "vector": near(2.1), "text": format!("wanted {}", filler(8)) },
            { "id": "s3", "vector": near(2.2), "text": format!("wanted {}", filler(20)) }
        ]),
    );
    let query = |k: u32| {
        served.query(
            "fused",
            &json!({ "vector": [1, 0], "text": "wanted", "fusionK": k, "scoreThreshold": -0.9, "limit": 7 }),
        )
    };
    let dense = served.query("fused", &json!({ "vector": [1, 0], "mode": "dense" }));
    assert_eq!(ids(&dense)[..4], ["X", "d1", "d2", "Y"]);
    let sparse = served.query("fused", &json!({ "text": "wanted", "mode": "sparse" }));
    assert_eq!(ids(&sparse), ["s1", "s2", "s3", "Y"]);
    // All seven are in the dense list here, so ranks are by hand: Y 3 and 3, s1 4 and 0, X 0.
    let score = |found: &Value, id: &str| {
        let row = found["rows"].as_array().unwrap().iter().find(|row| row["id"] == id).unwrap();
        row["scores"]["fused"].as_f64().unwrap()
    };
    let found = query(60);
    assert!((score(&found, "Y") - 2.0 / 63.0).abs() < 1e-6);
    assert!((score(&found, "s1") - (1.0 / 60.0 + 1.0 / 64.0)).abs() < 1e-6);
    assert!((score(&query(2), "X") - 0.5).abs() < 1e-6);
    let row = &found["rows"][0]["scores"];
    assert!(row["dense"].is_number() && row["fused"].is_number(), "{row}");
    // A threshold is about the dense score, in every list.
    let found = served.query("fused", &json!({ "vector": [1, 0], "text": "wanted", "scoreThreshold": 0.9 }));
    let mut found = ids(&found);
    found.sort_unstable();
    assert_eq!(found, ["X", "Y", "d1", "d2"]);
}

/// pgvector 259, 719, 740; qdrant 9926: fewer results than asked for under a strict filter.
fn filters_do_not_eat_results(served: Served) {
    served.create("rows", 64, "cosine");
    let mut chance = Chance(7);
    let vectors: Vec<Vec<f32>> = (0..6_000).map(|_| chance.unit(64)).collect();
    for (start, chunk) in vectors.chunks(1_000).enumerate() {
        let points: Vec<Value> = chunk
            .iter()
            .enumerate()
            .map(|(index, vector)| {
                let n = start * 1_000 + index + 1;
                json!({ "id": n.to_string(), "vector": vector, "payload": { "n": n, "cat": (n % 100).to_string(), "tags": [format!("t{}", n % 7), "all"] } })
            })
            .collect();
        served.upsert("rows", &json!(points));
    }
    let query = chance.unit(64);
    let exact = |keep: &dyn Fn(usize) -> bool, k: usize| {
        let mut scored: Vec<(f32, usize)> = (1..=6_000)
            .filter(|n| keep(*n))
            .map(|n| (vectors[n - 1].iter().zip(&query).map(|(a, b)| a * b).sum::<f32>(), n))
            .collect();
        scored.sort_by(|a, b| b.0.total_cmp(&a.0));
        scored.into_iter().take(k).map(|(_, n)| n.to_string()).collect::<Vec<_>>()
    };
    let small: Vec<usize> = (1..=60).collect();
    type Case<'a> = (Value, &'a dyn Fn(usize) -> bool);
    let cases: [Case<'_>; 7] = [
        (json!({ "cat": "3" }), &|n| n % 100 == 3),
        (json!({ "n": { "lte": 60 } }), &|n| n <= 60),
        (json!({ "n": small }), &|n| n <= 60),
        (json!({ "cat": ["0", "10", "20", "30", "40", "50", "60", "70", "80", "90"] }), &|n| n % 10 == 0),
        (
            json!({ "must": [{ "key": "tags", "match": { "value": "t3" } }], "mustNot": [{ "key": "n", "range": { "gt": 3000 } }] }),
            &|n| n % 7 == 3 && n <= 3_000,
        ),
        (json!({ "should": [{ "n": 5 }, { "n": 6 }] }), &|n| n == 5 || n == 6),
        (json!({ "cat": "none" }), &|_| false),
    ];
    for (filter, keep) in cases {
        for k in [10, 50] {
            let found = served.query("rows", &json!({ "vector": query, "filter": filter, "limit": k }));
            assert_eq!(ids(&found), exact(keep, k), "{filter}");
        }
    }
}
