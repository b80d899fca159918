//! Whether searching by meaning and by words together finds more than either alone, on judged questions of a public set.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use chassis::testing::skipped;
use serde_json::{Value, json};

use crate::{Served, ids};

/// Documents of a set that are embedded, those first that answer one of the questions: all would take minutes.
const DOCUMENTS: usize = 300;
/// Questions of a set.
const QUESTIONS: usize = 40;

fn testdata(set: &str) -> Option<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/testdata/vector").join(set);
    folder.join("corpus.jsonl").is_file().then_some(folder)
}

fn lines(path: &Path) -> Vec<Value> {
    let text = std::fs::read_to_string(path).unwrap();
    text.lines().filter(|line| !line.trim().is_empty()).map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn key(row: &Value) -> String {
    let id = if row["_id"].is_null() { &row["id"] } else { &row["_id"] };
    id.as_str().map_or_else(|| id.to_string(), str::to_owned)
}

/// Normalized discounted cumulative gain of the first ten.
fn ndcg(ranked: &[&str], relevant: &HashMap<String, f64>) -> f64 {
    let discount = |rank: usize| ((rank + 2) as f64).log2();
    let gain = ranked.iter().take(10).enumerate().map(|(rank, id)| relevant.get(*id).unwrap_or(&0.0) / discount(rank));
    let mut grades: Vec<f64> = relevant.values().copied().collect();
    grades.sort_by(|a, b| b.total_cmp(a));
    let ideal: f64 = grades.iter().take(10).enumerate().map(|(rank, grade)| grade / discount(rank)).sum();
    gain.sum::<f64>() / ideal
}

#[test]
fn both_ways_together_find_at_least_what_either_finds() {
    for set in ["cranfield", "scifact"] {
        let Some(folder) = testdata(set) else {
            skipped("shared/testdata/vector is not there");
            continue;
        };
        let Some(served) = Served::with_model() else { return };
        let mut relevant: HashMap<String, HashMap<String, f64>> = HashMap::new();
        for line in std::fs::read_to_string(folder.join("qrels.tsv")).unwrap().lines() {
            let fields: Vec<&str> = line.split_whitespace().collect();
            let (Some(first), Some(grade)) =
                (fields.first(), fields.last().and_then(|grade| grade.parse::<f64>().ok()))
            else {
                continue;
            };
            if grade > 0.0 && fields.len() >= 3 {
                relevant.entry((*first).to_owned()).or_default().insert(fields[fields.len() - 2].to_owned(), grade);
            }
        }
        let questions: Vec<Value> = lines(&folder.join("queries.jsonl"));
        let questions: Vec<&Value> =
            questions.iter().filter(|row| relevant.contains_key(&key(row))).take(QUESTIONS).collect();
        let judged = |row: &Value| questions.iter().any(|question| relevant[&key(question)].contains_key(&key(row)));
        let (mut corpus, others): (Vec<Value>, Vec<Value>) =
            lines(&folder.join("corpus.jsonl")).into_iter().partition(judged);
        corpus.extend(others);
        corpus.truncate(DOCUMENTS);
        served.ok("POST", "/collections", &json!({ "name": set }));
        for some in corpus.chunks(50) {
            let text = |row: &Value| {
                let (title, text) = (row["title"].as_str().unwrap_or_default(), row["text"].as_str().unwrap());
                format!("{title}. {text}").chars().take(8_000).collect::<String>()
            };
            let points: Vec<Value> = some.iter().map(|row| json!({ "id": key(row), "text": text(row) })).collect();
            served.upsert(set, &json!(points));
        }
        let mut scores = [0.0; 3];
        for question in questions {
            for (mode, sum) in ["dense", "sparse", "hybrid"].iter().zip(&mut scores) {
                let found = served
                    .query(set, &json!({ "text": question["text"], "mode": mode, "withPayload": false, "limit": 10 }));
                *sum += ndcg(&ids(&found), &relevant[&key(question)]);
            }
        }
        let [dense, sparse, hybrid] = scores;
        assert!(hybrid >= dense && hybrid >= sparse, "{set}: dense {dense:.2} sparse {sparse:.2} hybrid {hybrid:.2}");
    }
}
