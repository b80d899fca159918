//! `embed`, `similarity` and `rerank`.

use std::fs;
use std::path::Path;

use base64_simd::STANDARD;
use chassis::Settings;
use chassis::testing::{Client, skipped};
use serde_json::{Value, json};

use crate::{bare, client, engines};

const EMBED: &str = "/api/v1/llm/embed";

/// The vector that an answer has for a text.
fn vectors(answer: &Value) -> Vec<Vec<f32>> {
    let embeddings = answer["embeddings"].as_array().unwrap_or_else(|| panic!("{answer}"));
    let numbers = |entry: &Value| serde_json::from_value(entry["embedding"].clone()).unwrap();
    embeddings.iter().map(numbers).collect()
}

fn embedded(client: &Client, texts: &[String]) -> Vec<Vec<f32>> {
    let answer = client.post(EMBED, &json!({ "texts": texts }));
    assert_eq!(answer.status, 200, "{:?}", answer.body);
    vectors(&answer.json())
}

fn cosine(a: &[f32], b: &[f32]) -> f64 {
    let dot = |a: &[f32], b: &[f32]| a.iter().zip(b).map(|(a, b)| f64::from(*a) * f64::from(*b)).sum::<f64>();
    dot(a, b) / (dot(a, a) * dot(b, b)).sqrt()
}

fn floats(base64: &str) -> Vec<f32> {
    let bytes = STANDARD.decode_to_vec(base64).unwrap();
    bytes.as_chunks::<4>().0.iter().map(|bytes| f32::from_le_bytes(*bytes)).collect()
}

/// Vectors of an independent implementation in double precision: `tests/data/vectors.json` says which.
#[test]
fn vectors_are_those_of_the_referee() {
    let Some(client) = client() else { return };
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/vectors.json");
    let referee: Value = serde_json::from_slice(&fs::read(file).unwrap()).unwrap();
    let cases = referee["texts"].as_array().unwrap();
    assert!(cases.len() > 30);
    let texts: Vec<String> = cases.iter().map(|case| case["text"].as_str().unwrap().to_owned()).collect();
    let answer = client.post(EMBED, &json!({ "texts": texts })).json();
    for ((case, found), entry) in cases.iter().zip(vectors(&answer)).zip(answer["embeddings"].as_array().unwrap()) {
        let right = floats(case["vector"].as_str().unwrap());
        assert_eq!(entry["tokens"], case["tokens"], "{}", case["text"]);
        let furthest = right.iter().zip(&found).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max);
        assert!(furthest < 2e-6, "{furthest} {}", case["text"]);
        assert!(cosine(&found, &right) > 0.999_999, "{}", case["text"]);
    }
}

#[test]
fn a_text_has_one_vector_whatever_travels_with_it() {
    let Some(client) = client() else { return };
    let words: Vec<&str> = "one river runs through the old town where nobody sells paper any more".split(' ').collect();
    let text = |index: usize| -> String {
        let many = 1 + index * 6;
        (0..many).map(|word| words[(word * 7 + index) % words.len()]).collect::<Vec<_>>().join(" ")
    };
    let texts: Vec<String> = (0..40).map(text).collect();
    let together = embedded(&client, &texts);
    let backwards: Vec<String> = texts.iter().rev().cloned().collect();
    let mut again = embedded(&client, &backwards);
    again.reverse();
    assert_eq!(together, again);
    // Each of these knows nothing of the vectors before: a client of its own has an empty cache.
    let fresh = crate::client().unwrap();
    let bodies: Vec<Value> = texts.iter().map(|text| json!({ "text": text })).collect();
    for (at_once, client) in [(16, &fresh), (1, &client)] {
        for (answer, whole) in client.post_at_once(EMBED, &bodies, at_once).iter().zip(&together) {
            assert_eq!(vectors(&answer.json())[0], *whole, "to the bit");
        }
    }
    // And the other way: first alone, then among others.
    let other = crate::client().unwrap();
    for (body, whole) in bodies.iter().zip(&together).take(8) {
        assert_eq!(vectors(&other.post(EMBED, body).json())[0], *whole);
    }
}

#[test]
fn known_similarities() {
    let Some(client) = client() else { return };
    let answer = client.post(
        "/api/v1/llm/similarity",
        &json!({ "pairs": [
            { "a": "The new movie is awesome", "b": "The new movie is so great" },
            { "a": "The cat sits outside", "b": "A man is playing guitar" },
        ] }),
    );
    let scores = answer.json()["scores"].clone();
    for (index, right) in [0.893_90, 0.036_33].into_iter().enumerate() {
        assert!((scores[index].as_f64().unwrap() - right).abs() < 1e-5, "{scores}");
    }
    let first = vectors(&client.post(EMBED, &json!({ "text": "The cat sits outside" })).json()).remove(0);
    for (found, right) in first.iter().zip([0.139_191, 0.003_029, 0.047_015]) {
        assert!((found - right).abs() < 2e-6, "{first:?}");
    }
}

#[test]
fn long_texts_are_cut_where_the_model_stops_reading() {
    let Some(client) = client() else { return };
    let apples = |many: usize| vec!["apple"; many].join(" ");
    for (words, tokens, truncated) in
        [(252, 254, false), (253, 255, false), (254, 256, false), (255, 256, true), (300, 256, true)]
    {
        let answer = client.post(EMBED, &json!({ "text": apples(words) })).json();
        let entry = &answer["embeddings"][0];
        assert_eq!((&entry["tokens"], &entry["truncated"]), (&json!(tokens), &json!(truncated)), "{words}");
        let warned = answer["warnings"][0]["code"] == "truncated";
        assert_eq!(warned, truncated, "{answer}");
        let strict = client.post(EMBED, &json!({ "texts": ["short", apples(words)], "truncate": false }));
        assert_eq!(strict.status, if truncated { 400 } else { 200 }, "{words}");
        if truncated {
            let message = strict.message();
            let both = message.contains(&(words + 2).to_string()) && message.contains("256");
            assert!(message.starts_with("texts[1]: ") && both, "{message}");
        }
    }
    let cut = embedded(&client, &[format!("{} the quick brown fox", apples(254)), apples(254)]);
    assert_eq!(cut[0], cut[1]);
    // The tokenizer's own file would cut at 128.
    let fruits = format!("{} {}", apples(100), vec!["bridge"; 100].join(" "));
    let [whole, half] = embedded(&client, &[fruits, apples(126)]).try_into().unwrap();
    assert!(cosine(&whole, &half) < 0.95);
    let long = client.post(EMBED, &json!({ "text": "a long story ".repeat(5200) }));
    assert_eq!(long.json()["embeddings"][0]["truncated"], true, "67,000 characters are cut, not refused");
    let batch = client.post(
        "/api/v1/llm/embed/batch",
        &json!({ "items": [{ "text": apples(300), "truncate": false }, { "text": "fine" }] }),
    );
    assert_eq!((&batch.json()["items"][0]["status"], &batch.json()["items"][1]["status"]), (&json!(400), &json!(200)));
}

#[test]
fn what_the_model_cannot_read_gets_no_vector_or_a_warning() {
    let Some(client) = client() else { return };
    for empty in ["", " ", "\u{0}", "\u{200b}", "\n\t\r\n"] {
        let answer = client.post(EMBED, &json!({ "texts": ["fine", empty] }));
        assert_eq!(answer.status, 400, "{empty:?}");
        assert!(answer.message().starts_with("texts[1]: "), "{}", answer.message());
    }
    for strange in ["😀", "１２３", &"a".repeat(1000), "ᚠᚢᚦ ᚨᚱᚲ"] {
        let answer = client.post(EMBED, &json!({ "text": strange })).json();
        assert_eq!(answer["warnings"][0]["code"], "unknown-tokens", "{strange}: {answer}");
        assert_eq!(answer["embeddings"][0]["unknownShare"], 1.0, "{answer}");
    }
    let accents = embedded(&client, &["naïve café".to_owned(), "naive cafe".to_owned()]);
    assert_eq!(accents[0], accents[1], "accents are folded");
    let plain = client.post(EMBED, &json!({ "text": "Don't stop, it's 5 o'clock." })).json();
    assert_eq!(plain["warnings"], json!([]));
}

#[test]
fn hostile_texts_are_answered() {
    let Some(client) = client() else { return };
    let lone = client.post_as("application/json", EMBED, r#"{"text":"\ud800 lone"}"#);
    assert_eq!(lone.status, 400, "{:?}", lone.body);
    let nul = client.post(EMBED, &json!({ "text": "before\u{0}after" }));
    assert_eq!(nul.status, 200);
    let megabyte = client.post(EMBED, &json!({ "text": "x".repeat(1_000_000) }));
    assert_eq!(megabyte.json()["warnings"][0]["code"], "unknown-tokens");
    let many: Vec<String> = (0..10_000).map(|number| number.to_string()).collect();
    let refused = client.post(EMBED, &json!({ "texts": many }));
    assert_eq!(refused.status, 400);
    assert!(refused.message().contains("2048"), "{}", refused.message());
    let huge: Vec<String> = (0..2000).map(|number| format!("{number} {}", "word ".repeat(300))).collect();
    let refused = client.post(EMBED, &json!({ "texts": huge }));
    assert_eq!((refused.status, refused.message().contains("300000 tokens")), (413, true), "{}", refused.message());
    for (body, field) in [
        (json!({}), "texts"),
        (json!({ "texts": [] }), "texts"),
        (json!({ "text": "a", "texts": ["b"] }), "text"),
        (json!({ "text": 5.5, "texts": [{}] }), "text"),
        (json!({ "txt": "a" }), "txt"),
    ] {
        let answer = client.post(EMBED, &body);
        assert!([400, 422].contains(&answer.status), "{body}: {:?}", answer.body);
        assert!(answer.message().starts_with(field), "{body}: {}", answer.message());
    }
}

#[test]
fn base64_is_the_same_vector() {
    let Some(client) = client() else { return };
    let both = ["float", "base64"]
        .map(|encoding| client.post(EMBED, &json!({ "text": "The cat sits outside", "encoding": encoding })).json());
    assert_eq!(floats(both[1]["embeddings"][0]["base64"].as_str().unwrap()), vectors(&both[0])[0]);
}

#[test]
fn without_weights_there_are_no_vectors() {
    let (client, _data) = bare();
    let health = client.get("/health").json();
    assert_eq!((&health["status"], &health["checks"]["embeddings"]), (&json!("degraded"), &json!("degraded")));
    for (path, body) in [
        (EMBED, json!({ "text": "a" })),
        ("/api/v1/llm/similarity", json!({ "source": "a", "targets": ["b"] })),
        ("/api/v1/llm/rerank", json!({ "query": "a", "documents": ["b"] })),
        ("/api/v1/llm/openai/embeddings", json!({ "model": "text-embedding-3-small", "input": "a" })),
    ] {
        let answer = client.post(path, &body);
        assert_eq!(answer.status, 503, "{path}");
        assert!(answer.message().contains("flowforge models pull all-MiniLM-L6-v2"), "{}", answer.message());
        assert!(!answer.header("retry-after").is_empty());
    }
}

#[test]
fn similarity_of_one_with_many_and_all_with_all() {
    let Some(client) = client() else { return };
    let path = "/api/v1/llm/similarity";
    let texts = ["How do I reset my password?", "I forgot my login", "What does shipping cost?"];
    let one = client.post(path, &json!({ "source": texts[0], "targets": &texts[1..] })).json();
    assert_eq!(one["best"], 0);
    let all = client.post(path, &json!({ "texts": texts })).json();
    for (row, column) in [(0, 1), (0, 2), (2, 0)] {
        assert_eq!(all["matrix"][row][column], all["matrix"][column][row]);
    }
    assert!((all["matrix"][1][1].as_f64().unwrap() - 1.0).abs() < 1e-6);
    assert_eq!(all["matrix"][0][1], one["scores"][0]);
    let empty = client.post(path, &json!({ "pairs": [{ "a": "x", "b": "y" }, { "a": "x", "b": " " }] }));
    assert!(empty.message().starts_with("pairs[1].b: "), "{}", empty.message());
    for body in [json!({}), json!({ "source": "a" }), json!({ "source": "a", "targets": ["b"], "texts": ["c"] })] {
        assert_eq!(client.post(path, &body).status, 400, "{body}");
    }
}

#[test]
fn documents_are_sorted_by_relevance() {
    let Some(client) = client() else { return };
    let documents = [
        "Delivery takes three to five working days.",
        "All our kettles carry a two-year guarantee.",
        "You can return any item within 30 days.",
        "The office is closed on public holidays.",
    ];
    let body =
        json!({ "query": "How long is the warranty?", "documents": documents, "topN": 2, "returnDocuments": true });
    let answer = client.post("/api/v1/llm/rerank", &body).json();
    let results = answer["results"].as_array().unwrap();
    assert_eq!((results.len(), &results[0]["index"], &answer["method"]), (2, &json!(1), &json!("bi-encoder")));
    assert_eq!(results[0]["document"], documents[1]);
    assert!(results[0]["relevanceScore"].as_f64() > results[1]["relevanceScore"].as_f64());
    assert_eq!(client.post("/api/v1/llm/rerank", &json!({ "query": "q", "documents": [""] })).status, 400);
}

/// Ranks, equal values with their mean.
fn ranks(values: &[f64]) -> Vec<f64> {
    let mut order: Vec<usize> = (0..values.len()).collect();
    order.sort_by(|a, b| values[*a].total_cmp(&values[*b]));
    let mut ranks = vec![0.0; values.len()];
    for group in order.chunk_by(|a, b| values[*a].total_cmp(&values[*b]).is_eq()) {
        let start = order.iter().position(|index| *index == group[0]).unwrap();
        group.iter().for_each(|index| ranks[*index] = start as f64 + (group.len() - 1) as f64 / 2.0);
    }
    ranks
}

fn spearman(a: &[f64], b: &[f64]) -> f64 {
    let (a, b) = (ranks(a), ranks(b));
    let mean = (a.len() - 1) as f64 / 2.0;
    let product = |x: &[f64], y: &[f64]| x.iter().zip(y).map(|(x, y)| (x - mean) * (y - mean)).sum::<f64>();
    product(&a, &b) / (product(&a, &a) * product(&b, &b)).sqrt()
}

/// STS Benchmark: the correlation with what people say is that of the reference implementation.
#[test]
fn sts_benchmark() {
    let Some(client) = client() else { return };
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/testdata/llm/stsb/stsb.tsv");
    let Ok(text) = fs::read_to_string(file) else { return skipped("the STS benchmark is not there") };
    let rows: Vec<Vec<&str>> = text.lines().skip(1).map(|line| line.split('\t').collect()).collect();
    let (mut found, mut right) = (Vec::new(), Vec::new());
    for rows in rows.chunks(250) {
        let pairs: Vec<Value> = rows.iter().map(|row| json!({ "a": row[5], "b": row[6] })).collect();
        let answer = client.post("/api/v1/llm/similarity", &json!({ "pairs": pairs })).json();
        found.extend(answer["scores"].as_array().unwrap().iter().map(|score| score.as_f64().unwrap()));
        right.extend(rows.iter().map(|row| row[4].parse::<f64>().unwrap()));
    }
    assert_eq!(found.len(), 1000);
    let correlation = spearman(&found, &right);
    assert!((correlation - REFERENCE).abs() < 0.001, "{correlation}");
}

/// What the independent implementation gets on the same pairs.
const REFERENCE: f64 = 0.872_120;

/// A cross-encoder that is set judges, whether or not there are embeddings; the reference is that of the embedder's tests.
#[test]
fn a_cross_encoder_reranks_where_one_is_set() {
    let published = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../crates/embedder/tests/data/cross-encoder");
    let cases: Value = serde_json::from_slice(&fs::read(published.join("cases.json")).unwrap()).unwrap();
    let data = tempfile::tempdir().unwrap();
    let client = |model: &str| {
        let settings = Settings { data: Some(data.path().to_owned()), ..Settings::default() };
        Client::on(llm::service(), engines(), settings, &["--reranker-model", model])
    };
    let request = json!({
        "query": "where is the river ?", "documents": ["the river is hot .", "cups of tea"], "returnDocuments": true,
    });
    let rerank = "/api/v1/llm/rerank";
    let missing = client("cross").post(rerank, &request);
    assert_eq!(missing.status, 503);
    assert!(missing.message().contains("flowforge models pull cross"), "{}", missing.message());
    ::models::Store::new(data.path().join("models")).pull("cross", &published, &|_| Ok(())).unwrap();
    let client = client("cross");
    let answer = client.post(rerank, &request).json();
    assert_eq!((&answer["method"], &answer["model"]), (&json!("cross-encoder"), &json!("cross")), "{answer}");
    let case = |query: &str, text: &str| {
        let case = cases.as_array().unwrap().iter().find(|case| case["query"] == query && case["text"] == text);
        case.unwrap()["score"].as_f64().unwrap()
    };
    for (place, index) in [(0, 1), (1, 0)] {
        let (result, document) = (&answer["results"][place], &request["documents"][index]);
        assert_eq!((&result["index"], &result["document"]), (&json!(index), document), "{answer}");
        let right = case("where is the river ?", document.as_str().unwrap());
        assert!((result["relevanceScore"].as_f64().unwrap() - right).abs() < 1e-6, "{result}");
    }
    let long = json!({ "query": "tea ".repeat(500), "documents": ["cup ".repeat(500), "zebra zebras"] });
    let warned = client.post(rerank, &long).json();
    let warnings = warned["warnings"].as_array().unwrap().iter();
    let warnings = warnings.map(|one| (one["code"].as_str().unwrap(), one["field"].as_str().unwrap()));
    let right = [("truncated", "query"), ("truncated", "documents[0]"), ("unknown-tokens", "documents[1]")];
    assert_eq!(warnings.collect::<Vec<_>>(), right);
    for (wrong, says) in [
        (json!({ "query": "tea", "documents": ["cup", " "] }), "documents[1]: has nothing in it"),
        (json!({ "query": "\u{200b}", "documents": ["cup"] }), "query: has nothing in it"),
    ] {
        let answer = client.post(rerank, &wrong);
        assert_eq!(answer.status, 400, "{wrong}");
        assert!(answer.message().starts_with(says), "{}", answer.message());
    }
}
