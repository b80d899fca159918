//! `models`.

use serde_json::{Value, json};

use crate::{bare, client};

fn named<'a>(answer: &'a Value, name: &str) -> &'a Value {
    let models = answer["models"].as_array().unwrap();
    models.iter().find(|model| model["name"] == name).unwrap_or_else(|| panic!("{answer}"))
}

#[test]
fn models_say_whether_they_are_there() {
    let (bare, _data) = bare();
    let missing = bare.get("/api/v1/llm/models").json();
    for name in ["all-MiniLM-L6-v2", "SmolLM2-135M-Instruct"] {
        let model = named(&missing, name);
        assert_eq!((&model["state"], &model["default"]), (&json!("missing"), &json!(true)), "{model}");
        assert!(model["reason"].as_str().unwrap().contains(&format!("flowforge models pull {name}")), "{model}");
    }
    let Some(client) = client() else { return };
    let ready = client.get("/api/v1/llm/models").json();
    let model = named(&ready, "all-MiniLM-L6-v2");
    assert_eq!(
        (&model["state"], &model["dimensions"], &model["maxTokens"]),
        (&json!("ready"), &json!(384), &json!(256))
    );
    assert_eq!(model["license"], "Apache-2.0");
}
