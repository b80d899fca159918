//! What n8n's OpenAI nodes send, byte by byte: recorded in `tests/n8n/openai/` from n8n 1.123.81 (its nodes for
//! LangChain 1.122.57) between it and this gateway, whose answers it took. The host was changed to ours, nothing else; that of a
//! picture is changed when it is sent, because pictures are fetched. A
//! recorded answer of an upstream stands behind the gateway; embeddings come from the model of this process.
//!
//! | file | what sent it |
//! | --- | --- |
//! | `credential`, `models-chat` | the test of a credential; the list of models in the editor |
//! | `message*` | node *OpenAI* 1.8, *Message a Model*: as it is, *Output Content as JSON*, with a tool and its result |
//! | `response*`, `image-analyze` | node *OpenAI* 2 and 2.1, *Message a Model*: the same, all options, *Background Mode*; *Analyze Image* |
//! | `chain-completions*`, `chain-picture` | *Basic LLM Chain* and *OpenAI Chat Model* 1.2 |
//! | `chain-responses*` | the same with *OpenAI Chat Model* 1.3, *Use Responses API* on |
//! | `agent-*`, `stream-*` | *AI Agent* 2.2 and 3 with a tool, whole and streamed; `-result` is the second request, with what the tool said |
//! | `extractor`, `classifier` | *Information Extractor*, *Text Classifier* |
//! | `embed-*` | *Embeddings OpenAI* 1.2 under a vector store: documents, a query, *Dimensions* |
//! | `moderate` | node *OpenAI* 2.1, *Classify Text for Violations*, which is not here |

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpListener;
use std::sync::{Arc, LazyLock, Mutex};

use chassis::testing::model_data;
use data_encoding::BASE64;
use serde_json::{Value, json};

use crate::server::{Answer, Server};

macro_rules! recorded {
    ($name:literal) => {
        &include_bytes!(concat!("n8n/openai/", $name, ".http"))[..]
    };
}

/// Sends a recorded request, which brings its own key. One at a time, so connections are not kept.
fn replay(server: &Server, request: &[u8]) -> Answer {
    let request = std::str::from_utf8(request).unwrap();
    let request =
        request.replacen("connection: keep-alive", "connection: close", 1).replace(RECORDED_PICTURE, &PICTURE);
    let Answer { status, body, .. } = &Answer::parse(&server.raw(&request));
    let head = format!("HTTP/1.1 {status} X\r\n\r\n");
    Answer::parse(&(head + &unchunked(body)))
}

/// The picture that the requests link to.
const RECORDED_PICTURE: &str = "https://example.com/a.png";
const PNG: &[u8] = b"\x89PNG\r\n\x1a\n...";

/// The same on this machine, where it is fetched: an address as long, so that lengths stay right.
static PICTURE: LazyLock<String> = LazyLock::new(|| {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/", listener.local_addr().unwrap());
    std::thread::spawn(move || {
        for mut stream in listener.incoming().flatten() {
            let _ = stream.read(&mut [0; 4096]);
            let head = format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\nConnection: close\r\n\r\n", PNG.len());
            let _ = stream.write_all(&[head.as_bytes(), PNG].concat());
        }
    });
    format!("{url:a<width$}", width = RECORDED_PICTURE.len())
});

/// A body without the framing of its chunks, where it has one.
fn unchunked(body: &str) -> String {
    let mut rest = body;
    let mut whole = String::new();
    while let Some((size, after)) = rest.split_once("\r\n") {
        let Ok(size) = usize::from_str_radix(size, 16) else { return body.to_owned() };
        if size == 0 {
            return whole;
        }
        whole.push_str(&after[..size]);
        rest = after[size..].trim_start_matches("\r\n");
    }
    body.to_owned()
}

/// The data of events.
fn events(answer: &Answer) -> Vec<Value> {
    let data = answer.body.lines().filter_map(|line| line.strip_prefix("data: "));
    data.filter(|data| *data != "[DONE]").map(|data| serde_json::from_str(data).unwrap()).collect()
}

/// A chat server that remembers what it was asked. It calls the first tool there is, once, and says JSON where it is to.
struct Upstream {
    url: String,
    asked: Arc<Mutex<Vec<Value>>>,
}

impl Upstream {
    fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}/v1", listener.local_addr().unwrap());
        let asked: Arc<Mutex<Vec<Value>>> = Arc::default();
        let remembered = asked.clone();
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let mut reader = BufReader::new(&stream);
                let mut length = 0;
                let mut line = String::new();
                while reader.read_line(&mut line).unwrap() > 2 {
                    if let Some(value) = line.to_lowercase().strip_prefix("content-length: ") {
                        length = value.trim().parse().unwrap();
                    }
                    line.clear();
                }
                let mut body = vec![0; length];
                reader.read_exact(&mut body).unwrap();
                let request: Value = serde_json::from_slice(&body).unwrap();
                let answer = answer(&request);
                remembered.lock().unwrap().push(request);
                let head = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nConnection: close\r\n\r\n";
                (&stream).write_all([head, &answer].concat().as_bytes()).unwrap();
            }
        });
        Self { url, asked }
    }

    /// What it was asked last.
    fn last(&self) -> Value {
        self.asked.lock().unwrap().last().cloned().unwrap_or_default()
    }
}

fn answer(request: &Value) -> String {
    let messages = request["messages"].as_array().unwrap();
    let tool = request["tools"][0]["function"]["name"].as_str();
    let (deltas, reason) = match tool.filter(|_| messages.iter().all(|message| message["role"] != "tool")) {
        Some(name) => {
            let call = json!({ "index": 0, "id": "call_1", "type": "function", "function": { "name": name, "arguments": "" } });
            let rest = json!({ "index": 0, "function": { "arguments": "{\"input\":\"6*7\"}" } });
            ([json!({ "tool_calls": [call] }), json!({ "tool_calls": [rest] })], "tool_calls")
        }
        None if request["response_format"].is_object() => {
            ([json!({ "content": "{\"city\":" }), json!({ "content": " \"Paris\"}" })], "stop")
        }
        None => ([json!({ "content": "It is " }), json!({ "content": "Paris." })], "stop"),
    };
    let choice = |delta: &Value, reason: Value| json!([{ "index": 0, "delta": delta, "finish_reason": reason }]);
    let mut chunks: Vec<Value> = deltas.iter().map(|delta| json!({ "choices": choice(delta, Value::Null) })).collect();
    chunks.push(json!({ "choices": choice(&json!({}), reason.into()) }));
    chunks.push(json!({ "choices": [], "usage": { "prompt_tokens": 11, "completion_tokens": 4, "total_tokens": 15 } }));
    let events = chunks.iter().map(|chunk| format!("data: {chunk}\n\n"));
    events.chain(["data: [DONE]\n\n".to_owned()]).collect()
}

/// The gateway, before an upstream that answers to every name.
fn server() -> (Server, Upstream) {
    let upstream = Upstream::start();
    let chat = json!({ "upstreams": { "up": { "kind": "openai", "url": upstream.url } }, "models": { "*": ["up/m"] } });
    let allowed = ("FLOWFORGE_FETCH_ALLOW", "127.0.0.1/32");
    let server = Server::start(&["up"], &[("FLOWFORGE_CHAT", &chat.to_string()), allowed]);
    (server, upstream)
}

/// What a whole answer of either contract says, or what it calls.
fn said(answer: &Value) -> String {
    let choice = &answer["choices"][0];
    let message = &choice["message"];
    let item = &answer["output"][0];
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    match (choice["finish_reason"].as_str(), item["type"].as_str()) {
        (Some("stop"), _) => text(&message["content"]),
        (Some("tool_calls"), _) => {
            // The node pushes this message back as it is, and LangChain reads its calls.
            let call = &message["tool_calls"][0];
            assert_eq!((&call["id"], &call["type"]), (&json!("call_1"), &json!("function")), "{answer}");
            format!("{}({})", text(&call["function"]["name"]), text(&call["function"]["arguments"]))
        }
        (_, Some("message")) => {
            assert_eq!((&answer["status"], &answer["error"]), (&json!("completed"), &Value::Null), "{answer}");
            assert_eq!(item["content"][0]["type"], "output_text", "{answer}");
            text(&item["content"][0]["text"])
        }
        (_, Some("function_call")) => {
            assert_eq!(item["call_id"], "call_1", "{answer}");
            format!("{}({})", text(&item["name"]), text(&item["arguments"]))
        }
        _ => panic!("{answer}"),
    }
}

const PARIS: &str = "It is Paris.";
const JSON: &str = r#"{"city": "Paris"}"#;

#[test]
fn nodes_of_n8n_get_their_answers() {
    let (server, upstream) = server();
    for (name, request, right) in [
        ("message", recorded!("message"), PARIS),
        ("message-json", recorded!("message-json"), JSON),
        ("message-tools", recorded!("message-tools"), r#"message-tools-calc({"input":"6*7"})"#),
        ("message-tools-result", recorded!("message-tools-result"), PARIS),
        ("response", recorded!("response"), PARIS),
        ("response-options", recorded!("response-options"), JSON),
        ("response-json", recorded!("response-json"), JSON),
        ("response-tools", recorded!("response-tools"), r#"response-tools-calc({"input":"6*7"})"#),
        ("response-tools-result", recorded!("response-tools-result"), PARIS),
        ("image-analyze", recorded!("image-analyze"), PARIS),
        ("chain-completions", recorded!("chain-completions"), PARIS),
        ("chain-completions-options", recorded!("chain-completions-options"), JSON),
        ("chain-completions-reasoning", recorded!("chain-completions-reasoning"), PARIS),
        ("chain-picture", recorded!("chain-picture"), PARIS),
        ("chain-responses", recorded!("chain-responses"), PARIS),
        ("chain-responses-schema", recorded!("chain-responses-schema"), JSON),
        ("chain-responses-json", recorded!("chain-responses-json"), JSON),
        ("agent-completions", recorded!("agent-completions"), r#"agent-completions-calc({"input":"6*7"})"#),
        ("agent-completions-result", recorded!("agent-completions-result"), PARIS),
        ("agent-responses", recorded!("agent-responses"), r#"agent-responses-calc({"input":"6*7"})"#),
        ("agent-responses-result", recorded!("agent-responses-result"), PARIS),
        ("extractor", recorded!("extractor"), PARIS),
        ("classifier", recorded!("classifier"), PARIS),
    ] {
        let answer = replay(&server, request);
        assert_eq!(answer.status, 200, "{name}: {answer:?}");
        assert_eq!(said(&answer.json()), right, "{name}");
        // What arrives at the upstream is the request's own, whichever contract it came in.
        let body = request.split(|byte| *byte == b'\n').next_back().unwrap();
        let (sent, asked): (Value, Value) = (serde_json::from_slice(body).unwrap(), upstream.last());
        for (field, of_responses) in
            [("temperature", "temperature"), ("top_p", "top_p"), ("max_tokens", "max_output_tokens")]
        {
            let wanted = [field, of_responses, "max_completion_tokens"].map(|name| &sent[name]);
            let wanted =
                wanted.into_iter().take(if field == "max_tokens" { 3 } else { 2 }).find(|value| !value.is_null());
            assert_eq!(asked[field].as_f64(), wanted.and_then(Value::as_f64), "{name} {field}: {asked}");
        }
    }
}

#[test]
fn what_n8n_asks_arrives_at_the_upstream() {
    let (server, upstream) = server();
    let asked = |request: &[u8]| {
        assert_eq!(replay(&server, request).status, 200);
        upstream.last()
    };
    let message = |role: &str, content: &str| json!({ "role": role, "content": content });

    let options = asked(recorded!("response-options"));
    let data = format!("data:image/png;base64,{}", BASE64.encode(PNG));
    let picture = json!([{ "type": "image_url", "image_url": { "url": data, "detail": "auto" } }]);
    let messages = json!([
        message("system", "Answer as json."),
        message("system", "Be brief."),
        message("user", "The capital of France"),
        { "role": "user", "content": picture },
    ]);
    assert_eq!(options["messages"], messages);
    assert_eq!(options["response_format"]["json_schema"]["schema"]["required"], json!(["city"]));
    assert_eq!(options["reasoning_effort"], "medium");

    let options = asked(recorded!("chain-completions-options"));
    assert_eq!((&options["frequency_penalty"], &options["presence_penalty"]), (&json!(0.5), &json!(0.5)));
    assert_eq!(options["response_format"], json!({ "type": "json_object" }));
    assert_eq!(asked(recorded!("chain-completions-reasoning"))["reasoning_effort"], "low");

    // A tool's result goes with the call it answers, whichever contract and node it came from.
    for request in [
        recorded!("message-tools-result"),
        recorded!("response-tools-result"),
        recorded!("agent-completions-result"),
        recorded!("agent-responses-result"),
    ] {
        let asked = asked(request);
        let messages = asked["messages"].as_array().unwrap();
        let [.., call, result] = messages.as_slice() else { panic!("{asked}") };
        assert_eq!((&call["role"], &result["role"]), (&json!("assistant"), &json!("tool")), "{asked}");
        assert_eq!(call["tool_calls"][0]["id"], result["tool_call_id"], "{asked}");
        let arguments = call["tool_calls"][0]["function"]["arguments"].as_str().unwrap();
        assert!(arguments.contains("6*7"), "{asked}");
    }
    // A tool, however it was written, is one as chat completions write it.
    for request in [recorded!("response-tools"), recorded!("agent-responses"), recorded!("message-tools")] {
        let asked = asked(request);
        let function = &asked["tools"][0]["function"];
        assert_eq!(function["parameters"]["properties"]["input"], json!({ "type": "string" }), "{asked}");
        assert!(function["description"].as_str().unwrap().starts_with("Useful for getting the result"), "{asked}");
    }
}

#[test]
fn an_agent_of_n8n_streams() {
    let (server, _) = server();
    for (call, result) in [
        (recorded!("stream-completions"), recorded!("stream-completions-result")),
        (recorded!("stream-responses"), recorded!("stream-responses-result")),
    ] {
        let answer = replay(&server, call);
        assert_eq!(answer.status, 200, "{answer:?}");
        let events_of_call = events(&answer);
        let arguments: String = events_of_call.iter().filter_map(arguments_of).collect();
        assert_eq!(arguments, r#"{"input":"6*7"}"#, "{answer:?}");
        let answer = replay(&server, result);
        let events = events(&answer);
        let text = |event: &Value| {
            let delta = &event["choices"][0]["delta"]["content"];
            delta.as_str().or_else(|| event["delta"].as_str()).map(str::to_owned)
        };
        assert_eq!(events.iter().filter_map(text).collect::<String>(), PARIS, "{answer:?}");
        let last = events.last().unwrap();
        // The agent counts tokens by what comes last.
        let total = [&last["usage"], &last["response"]["usage"]].map(|usage| usage["total_tokens"].as_u64());
        assert!(total.contains(&Some(15)), "{last}");
        assert!(answer.body.trim_end().ends_with("[DONE]") || last["type"] == "response.completed", "{answer:?}");
    }
}

/// The arguments of a call in an event.
fn arguments_of(event: &Value) -> Option<String> {
    let of_chunk = event["choices"][0]["delta"]["tool_calls"][0]["function"]["arguments"].as_str();
    let is_delta = event["type"] == "response.function_call_arguments.delta";
    of_chunk.or_else(|| event["delta"].as_str().filter(|_| is_delta)).map(str::to_owned)
}

#[test]
fn what_n8n_asks_and_is_not_here_is_said() {
    let (server, _) = server();
    for (request, status, says) in [
        // The node would ask again and again for an answer that nobody kept.
        (recorded!("response-background"), 400, "background: nothing is stored here to be fetched later"),
        (recorded!("moderate"), 404, "there is nothing at"),
    ] {
        let answer = replay(&server, request);
        assert_eq!(answer.status, status, "{answer:?}");
        assert!(answer.message().starts_with(says), "{answer:?}");
    }
}

#[test]
fn n8n_finds_models_and_embeds() {
    if model_data().is_none() {
        return;
    }
    let (server, _) = server();
    for request in [recorded!("credential"), recorded!("models-chat")] {
        let list = replay(&server, request).json();
        let ids: Vec<&str> =
            list["data"].as_array().unwrap().iter().map(|model| model["id"].as_str().unwrap()).collect();
        // Embeddings OpenAI lists models with "embed" in their names, from any server; the others list all.
        assert!(ids.contains(&"text-embedding-all-minilm-l6-v2"), "{ids:?}");
    }
    let vector = |request: &[u8]| {
        let answer = replay(&server, request).json();
        let bytes = BASE64.decode(answer["data"][0]["embedding"].as_str().unwrap().as_bytes()).unwrap();
        bytes.chunks_exact(4).map(|four| f32::from_le_bytes(four.try_into().unwrap())).collect::<Vec<f32>>()
    };
    let length = |vector: &[f32]| vector.iter().map(|value| value * value).sum::<f32>();
    let cosine = |one: &[f32], other: &[f32]| one.iter().zip(other).map(|(a, b)| a * b).sum::<f32>();
    let [documents, query] = [recorded!("embed-documents"), recorded!("embed-query")].map(vector);
    assert_eq!((documents.len(), query.len()), (384, 384));
    // "Who plays?" against "The cat sits outside. A man is playing guitar.", as n8n's own store scored it.
    assert!((cosine(&documents, &query) - 0.079_510_5).abs() < 1e-5, "{}", cosine(&documents, &query));
    let short = vector(recorded!("embed-dimensions"));
    assert_eq!(short.len(), 256);
    assert!((length(&short) - 1.0).abs() < 1e-5);
    assert!((cosine(&short, &query[..256]) / length(&query[..256]).sqrt() - 1.0).abs() < 1e-5);
}
