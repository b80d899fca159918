//! Which store answers, and what the one on Qdrant asks of the server.

use serde_json::json;

use crate::Served;
use crate::qdrant::MockQdrant;

fn on(mock: &MockQdrant) -> Served {
    Served::over(tempfile::tempdir().unwrap(), vec![format!("--qdrant-url={}", mock.url)])
}

#[test]
fn health_says_which_store_it_is() {
    let health = |served: &Served| served.client.get("/health").json();
    let embedded = health(&Served::new());
    assert_eq!(
        (&embedded["checks"]["vectors"], &embedded["reasons"]["vectors"]),
        (&json!("healthy"), &json!("embedded"))
    );
    let mock = MockQdrant::start();
    let served = on(&mock);
    let known = health(&served);
    assert_eq!((&known["checks"]["vectors"], &known["reasons"]["vectors"]), (&json!("healthy"), &json!("qdrant")));
    // A server that is away: the service says so and goes on.
    let away = Served::over(tempfile::tempdir().unwrap(), vec!["--qdrant-url=http://127.0.0.1:9".into()]);
    let known = health(&away);
    assert_eq!((&known["checks"]["vectors"], &known["status"]), (&json!("degraded"), &json!("degraded")));
    let (status, message) = away.refused("GET", "/collections", &json!({}));
    assert_eq!((status, message.contains("Qdrant) does not answer")), (503, true), "{message}");
}

#[test]
fn tenants_share_collections_with_a_tenant_index() {
    let mock = MockQdrant::start();
    let served = on(&mock);
    served.create("a", 4, "cosine");
    served.create("b", 4, "cosine");
    served.create("c", 4, "euclid");
    served.upsert("a", &json!([{ "id": "x", "vector": [1, 0, 0, 0], "text": "some words" }]));
    let created = mock.asked("create");
    let names = ["flowforge_collections", "flowforge_cosine_4", "flowforge_euclid_4"];
    assert_eq!(created.len(), names.len(), "{created:?}");
    for (request, name) in created.iter().zip(names) {
        assert!(request.contains(&format!("collection_name: \"{name}\"")), "{request}");
    }
    let indexes = mock.asked("index");
    let of = |field: &str| indexes.iter().find(|index| index.contains(&format!("field_name: \"{field}\""))).unwrap();
    assert!(of("_c").contains("is_tenant: Some(true)") && of("_seq").contains("range: Some(true)"));
    // Both lists in one request; words weighed within the collection; the breadth of the graph said.
    served.query("a", &json!({ "vector": [1, 0, 0, 0], "text": "words", "exact": true }));
    let queries = mock.asked("query");
    assert_eq!(queries.len(), 1, "{queries:?}");
    let both = &queries[0];
    for wanted in [
        "using: Some(\"dense\")",
        "using: Some(\"words\")",
        "IdfParams { corpus: Some(",
        "exact: Some(true)",
        "hnsw_ef: Some(200)",
    ] {
        assert!(both.contains(wanted), "{wanted}: {both}");
    }
    // A collection that goes takes its own points, and no others.
    served.upsert("b", &json!([{ "id": "x", "vector": [1, 0, 0, 0] }]));
    served.ok("DELETE", "/collections/a", &json!({}));
    assert_eq!(served.count("b"), 1);
    assert_eq!(mock.refused(), Vec::<String>::new());
}

/// The same questions to both stores over the same points have the same answers.
#[test]
fn both_stores_answer_alike() {
    let mock = MockQdrant::start();
    let (embedded, qdrant) = (Served::new(), on(&mock));
    let mut chance = crate::Chance(11);
    let points: Vec<serde_json::Value> = (0..400)
        .map(|n| {
            // No two texts are of one length, so no two have one score.
            let words = ["owl", "cat", "snake", "bird", "mouse"];
            let text = format!("{} {} {}", words[n % 5], words[n * 7 % 3], "filler ".repeat(n));
            json!({ "id": format!("p{n}"), "vector": chance.unit(16), "text": text, "payload": { "n": n, "kind": words[n % 5] } })
        })
        .collect();
    for served in [&embedded, &qdrant] {
        for distance in ["cosine", "dot", "euclid", "manhattan"] {
            served.create(distance, 16, distance);
            served.upsert(distance, &json!(points));
        }
    }
    for distance in ["cosine", "dot", "euclid", "manhattan"] {
        for (number, body) in [
            json!({ "vector": chance.unit(16), "limit": 20 }),
            json!({ "vector": chance.unit(16), "limit": 7, "offset": 5, "filter": { "kind": ["owl", "cat"] } }),
            json!({ "vector": chance.unit(16), "text": "owl mouse", "limit": 15, "filter": { "n": { "gte": 50 } } }),
            json!({ "vector": chance.unit(16), "text": "snake", "limit": 10, "fusionK": 2 }),
            json!({ "id": "p7", "limit": 5 }),
            json!({ "text": "owl bird", "mode": "sparse", "limit": 30 }),
        ]
        .iter()
        .enumerate()
        {
            let (a, b) = (embedded.query(distance, body), qdrant.query(distance, body));
            let (a, b) = (a["rows"].as_array().unwrap(), b["rows"].as_array().unwrap());
            assert_eq!(a.len(), b.len(), "{distance} {number}");
            for (a, b) in a.iter().zip(b) {
                assert_eq!(
                    (&a["id"], &a["payload"], &a["text"]),
                    (&b["id"], &b["payload"], &b["text"]),
                    "{distance} {number}"
                );
                for name in ["dense", "sparse", "fused"] {
                    let (a, b) = (a["scores"][name].as_f64(), b["scores"][name].as_f64());
                    assert_eq!(a.is_some(), b.is_some(), "{distance} {number} {name}");
                    assert!(
                        (a.unwrap_or(0.0) - b.unwrap_or(0.0)).abs() < 1e-4,
                        "{distance} {number} {name}: {a:?} {b:?}"
                    );
                }
            }
        }
    }
    assert_eq!(mock.refused(), Vec::<String>::new());
}
