//! OpenAI's own clients, and LangChain's, get embeddings from the binary: base URL and key are all that is set.

use chassis::testing::{model_data, node, python};
use serde_json::{Value, json};

use crate::server::Server;

const PYTHON: &str = r#"
import json, sys
import openai

request = json.load(sys.stdin)
http_client = openai.DefaultHttpxClient(trust_env=False)
client = openai.OpenAI(base_url=request["url"], api_key=request["key"], max_retries=0, http_client=http_client)
model, texts = "text-embedding-3-small", ["The cat sits outside", "A man is playing guitar"]

def error_of(**arguments):
    try:
        client.embeddings.create(**arguments)
    except openai.OpenAIError as error:
        return {"class": type(error).__name__, "status": error.status_code, "param": error.param, "message": str(error)}

whole = client.embeddings.create(model=model, input=texts)
json.dump({
    "default": [entry.embedding for entry in whole.data],
    "order": [entry.index for entry in whole.data],
    "model": whole.model,
    "tokens": whole.usage.prompt_tokens,
    "float": client.embeddings.create(model=model, input=texts[0], encoding_format="float").data[0].embedding,
    "short": client.embeddings.create(model=model, input=texts[0], dimensions=16).data[0].embedding,
    "models": [entry.id for entry in client.models.list()],
    "one": client.models.retrieve("all-MiniLM-L6-v2").id,
    "token arrays": error_of(model=model, input=[[57668, 53901]]),
    "empty": error_of(model=model, input=[]),
    "nothing": error_of(model=model, input=["a", ""]),
    "no such model": error_of(model="gpt-4o", input="a"),
}, sys.stdout)
"#;

const NODE: &str = r#"
import { readFileSync, writeSync } from "node:fs";
import OpenAI from "openai";

const request = JSON.parse(readFileSync(0, "utf8"));
const client = new OpenAI({ baseURL: request.url, apiKey: request.key, maxRetries: 0 });
const model = "text-embedding-3-small", texts = ["The cat sits outside", "A man is playing guitar"];
const errorOf = (body) => client.embeddings.create(body).then(() => null, (error) => ({
  class: error.constructor.name, status: error.status, param: error.param, message: error.message,
}));
const whole = await client.embeddings.create({ model, input: texts });
const models = [];
for await (const entry of client.models.list()) models.push(entry.id);
writeSync(1, JSON.stringify({
  default: whole.data.map((entry) => entry.embedding),
  order: whole.data.map((entry) => entry.index),
  model: whole.model,
  tokens: whole.usage.prompt_tokens,
  float: (await client.embeddings.create({ model, input: texts[0], encoding_format: "float" })).data[0].embedding,
  short: (await client.embeddings.create({ model, input: texts[0], dimensions: 16 })).data[0].embedding,
  models,
  one: (await client.models.retrieve("all-MiniLM-L6-v2")).id,
  "token arrays": await errorOf({ model, input: [[57668, 53901]] }),
  empty: await errorOf({ model, input: [] }),
  nothing: await errorOf({ model, input: ["a", ""] }),
  "no such model": await errorOf({ model: "gpt-4o", input: "a" }),
}));
"#;

const LANGCHAIN: &str = r#"
import json, sys
import openai, tiktoken
from langchain_openai import OpenAIEmbeddings

request = json.load(sys.stdin)
texts = ["The cat sits outside", "A man is playing guitar"]
# Tokens are those of bytes: what LangChain makes of texts by itself, without the table it would fetch.
single = {bytes([byte]): byte for byte in range(256)}
tiktoken.encoding_for_model = lambda name: tiktoken.Encoding("bytes", pat_str=r".", mergeable_ranks=single, special_tokens={})

def embeddings(**more):
    http_client = openai.DefaultHttpxClient(trust_env=False)
    return OpenAIEmbeddings(base_url=request["url"], api_key=request["key"], model="text-embedding-3-small", max_retries=0, http_client=http_client, **more)

def error_of(make):
    try:
        make()
    except openai.OpenAIError as error:
        return {"class": type(error).__name__, "status": error.status_code, "param": error.param, "message": str(error)}

plain = embeddings(check_embedding_ctx_length=False)
json.dump({
    "documents": plain.embed_documents(texts),
    "query": plain.embed_query(texts[0]),
    "short": embeddings(check_embedding_ctx_length=False, dimensions=16).embed_query(texts[0]),
    "many": len(embeddings(check_embedding_ctx_length=False, chunk_size=7).embed_documents(texts * 10)),
    "by default": error_of(lambda: embeddings().embed_documents(texts)),
    "empty": error_of(lambda: plain.embed_query("")),
}, sys.stdout)
"#;

fn judge(answer: &Value) {
    let vectors: Vec<Vec<f32>> = serde_json::from_value(answer["default"].clone()).unwrap();
    assert_eq!(vectors.iter().map(Vec::len).collect::<Vec<_>>(), [384, 384]);
    for (found, right) in vectors[0].iter().zip([0.139_191, 0.003_029, 0.047_015]) {
        assert!((found - right).abs() < 2e-6, "{found}");
    }
    let cosine: f32 = vectors[0].iter().zip(&vectors[1]).map(|(a, b)| a * b).sum();
    assert!((cosine - 0.036_33).abs() < 1e-4, "{cosine}");
    let float: Vec<f32> = serde_json::from_value(answer["float"].clone()).unwrap();
    assert_eq!(float, vectors[0], "Base64 and numbers are the same vector");
    assert_eq!(answer["short"].as_array().unwrap().len(), 16);
    assert_eq!((&answer["order"], &answer["model"]), (&json!([0, 1]), &json!("all-MiniLM-L6-v2")));
    assert_eq!((&answer["tokens"], &answer["one"]), (&json!(13), &json!("all-MiniLM-L6-v2")));
    assert!(answer["models"].as_array().unwrap().contains(&json!("text-embedding-all-minilm-l6-v2")), "{answer}");
    for (case, class, status, param, words) in [
        ("token arrays", "BadRequestError", 400, "input", "check_embedding_ctx_length=False"),
        ("empty", "BadRequestError", 400, "input", "empty list"),
        ("nothing", "BadRequestError", 400, "input[1]", "nothing in it"),
        ("no such model", "NotFoundError", 404, "model", "no model gpt-4o"),
    ] {
        let error = &answer[case];
        assert_eq!(
            (&error["class"], &error["status"], &error["param"]),
            (&json!(class), &json!(status), &json!(param))
        );
        assert!(error["message"].as_str().unwrap().contains(words), "{error}");
    }
}

#[test]
fn openai_clients_get_embeddings() {
    if model_data().is_none() {
        return;
    }
    let server = Server::up();
    for path in ["/v1", "/api/v1/llm/openai"] {
        let request = json!({ "url": format!("http://{}{path}", server.address), "key": "ff_demo_enterprise" });
        for answer in [python("openai", PYTHON, &request), node("openai", NODE, &request)].into_iter().flatten() {
            judge(&answer);
        }
    }
}

#[test]
fn langchain_gets_embeddings() {
    if model_data().is_none() {
        return;
    }
    let server = Server::up();
    let request = json!({ "url": format!("http://{}/v1", server.address), "key": "ff_demo_enterprise" });
    let Some(answer) = python("llm", LANGCHAIN, &request) else { return };
    let vector = |value: &Value| -> Vec<f32> { serde_json::from_value(value.clone()).unwrap() };
    let cosine = |one: &[f32], other: &[f32]| one.iter().zip(other).map(|(a, b)| a * b).sum::<f32>();
    let [cat, man] = [0, 1].map(|index| vector(&answer["documents"][index]));
    assert!((cosine(&cat, &man) - 0.036_33).abs() < 1e-4, "{}", cosine(&cat, &man));
    assert_eq!(vector(&answer["query"]), cat);
    assert_eq!((vector(&answer["short"]).len(), &answer["many"]), (16, &json!(20)));
    // Without `check_embedding_ctx_length=False` it sends numbers of tokens, which the error says how to change.
    for (case, says) in [("by default", "set check_embedding_ctx_length=False"), ("empty", "nothing in it")] {
        let error = &answer[case];
        assert_eq!((&error["class"], &error["status"]), (&json!("BadRequestError"), &json!(400)), "{case}: {error}");
        assert!(error["message"].as_str().unwrap().contains(says), "{case}: {error}");
    }
}
