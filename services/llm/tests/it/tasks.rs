//! `classify`, `cluster` and `keywords`.

use serde_json::{Value, json};

use crate::client;

fn labels() -> Value {
    json!([
        { "name": "billing", "examples": ["I was billed the wrong amount", "Refund my payment please", "Your invoice has an error"] },
        { "name": "delivery", "examples": ["Where is my order?", "The package arrived damaged", "Shipping takes too long"] },
        { "name": "account", "examples": ["I cannot log in", "Reset my password", "Change my e-mail address"] },
    ])
}

#[test]
fn texts_get_the_label_of_like_examples() {
    let Some(client) = client() else { return };
    let texts = [
        "You charged my card twice",
        "the parcel never came",
        "my login does not work",
        "What is the capital of Peru?",
    ];
    let body = json!({ "texts": texts, "labels": labels(), "other": true });
    let answer = client.post("/api/v1/llm/classify", &body).json();
    let found: Vec<&Value> = answer["results"].as_array().unwrap().iter().map(|result| &result["label"]).collect();
    assert_eq!(found, ["billing", "delivery", "account", "other"], "{answer}");
    assert_eq!(answer["method"], "few-shot");
    for result in answer["results"].as_array().unwrap() {
        let shares: f64 =
            result["scores"].as_array().unwrap().iter().map(|score| score["share"].as_f64().unwrap()).sum();
        assert!((shares - 1.0).abs() < 1e-9);
        assert_eq!(result["score"], result["scores"][0]["score"]);
    }
    let never = client.post("/api/v1/llm/classify", &json!({ "texts": texts, "labels": labels() })).json();
    assert!(never["results"].as_array().unwrap().iter().all(|result| result["isOther"] == false));
}

#[test]
fn labels_may_be_described() {
    let Some(client) = client() else { return };
    let body = json!({
        "texts": ["The striker scored twice in the second half", "Shares fell after the bank cut its forecast"],
        "labels": [
            { "name": "sports", "description": "matches, teams, players and results" },
            { "name": "business", "description": "companies, markets, shares and the economy" },
        ],
    });
    let answer = client.post("/api/v1/llm/classify", &body).json();
    assert_eq!(
        (&answer["results"][0]["label"], &answer["results"][1]["label"]),
        (&json!("sports"), &json!("business"))
    );
    assert_eq!(answer["method"], "zero-shot");
}

/// The first forms that people try.
#[test]
fn a_name_alone_is_a_label_and_two_texts_are_a_pair() {
    let Some(client) = client() else { return };
    for labels in [json!(["refund", "praise", "weather"]), json!("refund, praise,weather")] {
        let body = json!({ "text": "Give me my money back", "labels": labels });
        let answer = client.post("/api/v1/llm/classify", &body).json();
        assert_eq!(
            (&answer["results"][0]["label"], &answer["method"]),
            (&json!("refund"), &json!("zero-shot")),
            "{answer}"
        );
    }
    let pairs = json!({ "pairs": [["a cat", "a cat"], { "a": "a cat", "b": "a kitten" }] });
    let answer = client.post("/api/v1/llm/similarity", &pairs).json();
    assert_eq!(answer["scores"].as_array().map(Vec::len), Some(2), "{answer}");
    let three = client.post("/api/v1/llm/similarity", &json!({ "pairs": [["a", "b", "c"]] }));
    assert_eq!((three.status, three.json()["error"]["details"][0]["field"].clone()), (400, json!("pairs[0]")));
    let groups = client.post("/api/v1/llm/cluster", &json!({ "texts": ["a cat", "a dog", "a car"], "k": 2 })).json();
    assert_eq!(
        (groups["clusters"].as_array().map(Vec::len), &groups["method"]),
        (Some(2), &json!("k-means")),
        "{groups}"
    );
    let chunks = json!({ "text": "word ".repeat(100), "chunkSize": 50, "chunkOverlap": 10 });
    assert!(client.post("/api/v1/llm/chunk", &chunks).json()["chunks"].as_array().unwrap().len() > 9);
}

#[test]
fn labels_that_cannot_be_used_are_refused() {
    let Some(client) = client() else { return };
    for (labels, words) in [
        (json!([]), "labels"),
        (json!([{ "name": "only" }]), "labels"),
        (json!([{ "name": "a" }, { "name": "a" }]), "labels[1].name"),
        (json!([{ "name": "a" }, { "name": "" }]), "labels[1].name"),
        (json!([{ "name": "a" }, { "name": "b", "examples": ["x", ""] }]), "labels[1].examples[1]"),
    ] {
        let answer = client.post("/api/v1/llm/classify", &json!({ "text": "x", "labels": labels }));
        assert_eq!(answer.status, 400, "{labels}");
        assert!(answer.message().contains(words), "{}", answer.message());
    }
}

const TEXTS: [&str; 7] = [
    "Where is my parcel?",
    "I want my money back",
    "My order has not arrived",
    "Please refund me",
    "The package is late",
    "Refund, please",
    "please refund me!",
];

fn groups(answer: &Value) -> Vec<Vec<u64>> {
    let clusters = answer["clusters"].as_array().unwrap_or_else(|| panic!("{answer}"));
    let members = |cluster: &Value| serde_json::from_value(cluster["members"].clone()).unwrap();
    let mut groups: Vec<Vec<u64>> = clusters.iter().map(members).collect();
    groups.sort();
    groups
}

#[test]
fn texts_are_grouped_by_meaning() {
    let Some(client) = client() else { return };
    let path = "/api/v1/llm/cluster";
    for body in [json!({ "texts": TEXTS, "method": "k-means", "k": 2 }), json!({ "texts": TEXTS, "threshold": 0.35 })] {
        let answer = client.post(path, &body).json();
        assert_eq!(groups(&answer), [vec![0, 2, 4], vec![1, 3, 5, 6]], "{answer}");
        let first = &answer["clusters"][0];
        assert_eq!((&first["size"], &answer["assignments"][1]), (&json!(4), &json!(0)));
        assert!(first["members"].as_array().unwrap().contains(&first["representative"]));
        assert_eq!(answer, client.post(path, &body).json(), "the same again");
    }
    let twins = client.post(path, &json!({ "texts": TEXTS, "method": "duplicates", "threshold": 0.87 })).json();
    assert!(groups(&twins).contains(&vec![3, 5, 6]), "{twins}");
    // Every threshold gives groups that are parts of those of a lower one.
    let all = client.post(path, &json!({ "texts": TEXTS, "threshold": -1.0 })).json();
    assert_eq!(all["clusters"].as_array().unwrap().len(), 1);
    let none = client.post(path, &json!({ "texts": TEXTS, "threshold": 1.0 })).json();
    assert!(none["clusters"].as_array().unwrap().len() >= 6);
    let each = client.post(path, &json!({ "texts": TEXTS, "method": "k-means", "k": 7 })).json();
    assert_eq!(
        each["clusters"].as_array().unwrap().iter().map(|cluster| cluster["size"].as_u64().unwrap()).sum::<u64>(),
        7
    );
    for (body, status) in [
        (json!({ "texts": TEXTS, "method": "duplicates", "k": 2 }), 422),
        (json!({ "texts": TEXTS, "method": "k-means" }), 400),
        (json!({ "texts": TEXTS, "method": "k-means", "k": 8 }), 422),
        (json!({ "texts": TEXTS, "method": "k-means", "k": 2, "threshold": 0.5 }), 422),
        (json!({ "texts": ["one"] }), 400),
    ] {
        assert_eq!(client.post(path, &body).status, status, "{body}");
    }
}

/// Average linkage by its definition: the two groups most alike are joined, again and again.
#[test]
fn agglomeration_is_that_of_the_definition() {
    let Some(client) = client() else { return };
    let topics = ["the price of tea", "a broken kettle", "rain in spring", "a late train", "good bread"];
    let texts: Vec<String> = (0..40)
        .map(|number| format!("{} {}", topics[number % 5], ["again", "today", "maybe", "indeed"][number / 5 % 4]))
        .collect();
    let matrix = client.post("/api/v1/llm/similarity", &json!({ "texts": texts })).json();
    let alike = |a: usize, b: usize| matrix["matrix"][a][b].as_f64().unwrap();
    for threshold in [0.3, 0.5, 0.7] {
        let mut groups: Vec<Vec<usize>> = (0..texts.len()).map(|index| vec![index]).collect();
        loop {
            let mut best = (f64::MIN, 0, 0);
            for a in 0..groups.len() {
                for b in a + 1..groups.len() {
                    let pairs = groups[a].iter().flat_map(|one| groups[b].iter().map(move |other| alike(*one, *other)));
                    let mean = pairs.sum::<f64>() / (groups[a].len() * groups[b].len()) as f64;
                    if mean > best.0 {
                        best = (mean, a, b);
                    }
                }
            }
            if groups.len() < 2 || best.0 < threshold {
                break;
            }
            let joined = groups.remove(best.2);
            groups[best.1].extend(joined);
        }
        groups.iter_mut().for_each(|group| group.sort_unstable());
        groups.sort();
        let answer = client.post("/api/v1/llm/cluster", &json!({ "texts": texts, "threshold": threshold })).json();
        let found: Vec<Vec<usize>> = self::groups(&answer)
            .into_iter()
            .map(|group| group.into_iter().map(|index| usize::try_from(index).unwrap()).collect())
            .collect();
        assert_eq!(found, groups, "{threshold}");
    }
}

#[test]
fn keywords_say_what_a_text_is_about() {
    let Some(client) = client() else { return };
    let text = "Ältere Hinweis. Espresso machines need descaling: lime in hard water clogs the pump of an espresso machine. \
                Citric acid dissolves lime, and the machine runs quietly again.";
    let answer = client.post("/api/v1/llm/keywords", &json!({ "text": text, "topN": 5 })).json();
    let keywords = answer["keywords"].as_array().unwrap_or_else(|| panic!("{answer}"));
    assert_eq!(keywords.len(), 5);
    assert!(keywords[0]["keyword"].as_str().unwrap().to_lowercase().contains("espresso machine"), "{answer}");
    let characters: Vec<char> = text.chars().collect();
    for keyword in keywords {
        let place = |name: &str| usize::try_from(keyword[name].as_u64().unwrap()).unwrap();
        let part: String = characters[place("start")..place("end")].iter().collect();
        assert_eq!(keyword["keyword"], part);
        for stop in ["the ", "in ", "of ", "and "] {
            assert!(!part.starts_with(stop), "{part}");
        }
    }
    let one =
        client.post("/api/v1/llm/keywords", &json!({ "text": text, "maxWords": 1, "stopWords": ["espresso"] })).json();
    assert!(
        one["keywords"].as_array().unwrap().iter().all(|keyword| !keyword["keyword"].as_str().unwrap().contains(' '))
    );
    assert_eq!(client.post("/api/v1/llm/keywords", &json!({ "text": "the of and" })).json()["keywords"], json!([]));
    assert_eq!(client.post("/api/v1/llm/keywords", &json!({ "text": "\u{200b}" })).status, 400);
    let long = "a longer story about rivers and bridges in old towns. ".repeat(3000);
    assert_eq!(client.post("/api/v1/llm/keywords", &json!({ "text": long })).status, 200);
}
