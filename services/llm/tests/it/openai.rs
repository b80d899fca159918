//! OpenAI's embeddings and models.

use base64_simd::STANDARD;
use serde_json::{Value, json};

use crate::client;

const EMBEDDINGS: &str = "/api/v1/llm/openai/embeddings";

#[test]
fn embeddings_in_both_forms_and_fewer_dimensions() {
    let Some(client) = client() else { return };
    let ask = |more: Value| {
        let mut body =
            json!({ "model": "text-embedding-3-small", "input": ["The cat sits outside", "x"], "user": "u" });
        body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        let answer = client.post(EMBEDDINGS, &body);
        assert_eq!(answer.status, 200, "{:?}", answer.body);
        answer.json()
    };
    let floats = ask(json!({ "encoding_format": "float" }));
    assert_eq!((&floats["object"], &floats["model"]), (&json!("list"), &json!("all-MiniLM-L6-v2")));
    assert_eq!(floats["usage"], json!({ "prompt_tokens": 9, "total_tokens": 9 }));
    let numbers: Vec<f32> = serde_json::from_value(floats["data"][0]["embedding"].clone()).unwrap();
    let base64 = ask(json!({ "encoding_format": "base64" }));
    let bytes = STANDARD.decode_to_vec(base64["data"][0]["embedding"].as_str().unwrap()).unwrap();
    let decoded: Vec<f32> = bytes.as_chunks::<4>().0.iter().map(|bytes| f32::from_le_bytes(*bytes)).collect();
    assert_eq!(numbers, decoded);
    assert_eq!(base64["data"][1]["index"], 1);
    let short: Vec<f32> =
        serde_json::from_value(ask(json!({ "dimensions": 64 }))["data"][0]["embedding"].clone()).unwrap();
    let length: f32 = short.iter().map(|value| value * value).sum();
    assert!(short.len() == 64 && (length - 1.0).abs() < 1e-5);
    assert!((short[0] / short[1] - numbers[0] / numbers[1]).abs() < 1e-3);
}

#[test]
fn errors_come_in_openai_shape() {
    let Some(client) = client() else { return };
    for (body, status, param, words) in [
        (
            json!({ "model": "text-embedding-ada-002", "input": [[57668, 53901]] }),
            400,
            "input",
            "check_embedding_ctx_length=False",
        ),
        (
            json!({ "model": "text-embedding-ada-002", "input": [57668, 53901] }),
            400,
            "input",
            "check_embedding_ctx_length=False",
        ),
        (json!({ "model": "text-embedding-ada-002", "input": [] }), 400, "input", "empty list"),
        (json!({ "model": "text-embedding-ada-002", "input": "" }), 400, "input", "nothing in it"),
        (json!({ "model": "text-embedding-ada-002", "input": ["a", ""] }), 400, "input[1]", "nothing in it"),
        (json!({ "model": "text-embedding-ada-002", "input": ["a", {}] }), 400, "input[1]", "text"),
        (json!({ "model": "text-embedding-ada-002", "input": 5 }), 400, "input", "text"),
        (json!({ "model": "text-embedding-ada-002" }), 400, "input", "required"),
        (json!({ "input": "a" }), 400, "model", "required"),
        (json!({ "model": "gpt-4o", "input": "a" }), 404, "model", "no model gpt-4o"),
        (json!({ "model": "text-embedding-3-large", "input": "a", "dimensions": 3072 }), 400, "dimensions", "384"),
        (json!({ "model": "text-embedding-3-large", "input": "a", "dimensions": 0 }), 400, "dimensions", "1"),
    ] {
        let answer = client.post(EMBEDDINGS, &body);
        let error = &answer.json()["error"];
        assert_eq!((answer.status, &error["param"]), (status, &json!(param)), "{body}: {error}");
        assert_eq!(error["type"], "invalid_request_error");
        assert!(error["message"].as_str().unwrap().contains(words), "{error}");
    }
}

#[test]
fn models_are_listed_and_found() {
    let Some(client) = client() else { return };
    let list = client.get("/api/v1/llm/openai/models").json();
    let ids: Vec<&str> = list["data"].as_array().unwrap().iter().map(|model| model["id"].as_str().unwrap()).collect();
    assert!(ids.contains(&"text-embedding-all-minilm-l6-v2") && ids.contains(&"all-MiniLM-L6-v2"), "{ids:?}");
    let one = client.get("/api/v1/llm/openai/models/all-MiniLM-L6-v2");
    assert_eq!((one.status, &one.json()["object"]), (200, &json!("model")));
    let none = client.get("/api/v1/llm/openai/models/nothing");
    assert_eq!((none.status, &none.json()["error"]["param"]), (404, &json!("model")));
}
