//! Answers made of passages by a chat model; the model is the test's own server.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpListener;
use std::sync::{Arc, Mutex};

use serde_json::{Value, json};

use crate::{Served, warnings};

/// A server of OpenAI's chat completions that says one thing, or fails, and remembers what it was asked.
struct Upstream {
    url: String,
    asked: Arc<Mutex<Vec<Value>>>,
}

impl Upstream {
    fn saying(said: &'static str) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}/v1", listener.local_addr().unwrap());
        let asked: Arc<Mutex<Vec<Value>>> = Arc::default();
        let remembered = asked.clone();
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                let stream = stream.unwrap();
                let mut reader = BufReader::new(&stream);
                let (mut length, mut line) = (0, String::new());
                while reader.read_line(&mut line).unwrap_or(0) > 2 {
                    if let Some(value) = line.to_lowercase().strip_prefix("content-length:") {
                        length = value.trim().parse().unwrap();
                    }
                    line.clear();
                }
                let mut body = vec![0; length];
                if reader.read_exact(&mut body).is_err() || length == 0 {
                    continue;
                }
                remembered.lock().unwrap().push(serde_json::from_slice(&body).unwrap());
                let answer = match said {
                    "" => "HTTP/1.1 500 X\r\nContent-Length: 0\r\nConnection: close\r\n\r\n".to_owned(),
                    said => {
                        let chunk =
                            json!({ "choices": [{ "index": 0, "delta": { "content": said }, "finish_reason": null }] });
                        let end = json!({ "choices": [{ "index": 0, "delta": {}, "finish_reason": "stop" }] });
                        let usage = json!({ "choices": [], "usage": { "prompt_tokens": 9, "completion_tokens": 4, "total_tokens": 13 } });
                        format!(
                            "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nConnection: close\r\n\r\ndata: {chunk}\n\ndata: {end}\n\ndata: {usage}\n\ndata: [DONE]\n\n"
                        )
                    }
                };
                let _ = (&stream).write_all(answer.as_bytes());
            }
        });
        Self { url, asked }
    }

    /// What the last request told the model.
    fn last(&self) -> String {
        self.asked.lock().unwrap().last().unwrap()["messages"].to_string()
    }
}

/// A service with this model, and a collection about birds.
fn served(upstream: &Upstream) -> Option<Served> {
    let chat = json!({ "upstreams": { "up": { "kind": "openai", "url": upstream.url, "key": "sk-secret" } }, "models": { "m": ["up/big"] } });
    let served = Served::with_model_and(vec![format!("--chat={chat}")])?;
    served.ok("POST", "/collections", &json!({ "name": "docs" }));
    for (id, text) in [("owls", "Owls hunt mice at night."), ("storks", "Storks fly to Africa in autumn.")] {
        served.ok("POST", "/collections/docs/documents", &json!({ "documentId": id, "text": text }));
    }
    Some(served)
}

fn ask(served: &Served, body: &Value) -> Value {
    served.ok("POST", "/collections/docs/ask", body)
}

#[test]
fn answers_cite_what_is_there() {
    let upstream = Upstream::saying("They hunt at night [1]. They are clever [7].");
    let Some(served) = served(&upstream) else { return };
    let question = json!({ "question": "When do owls hunt?" });
    let answer = ask(&served, &question);
    assert_eq!(answer["answer"], "They hunt at night [1]. They are clever.");
    assert_eq!((&answer["abstained"], &answer["reason"]), (&json!(false), &Value::Null));
    assert_eq!((&answer["servedBy"], &answer["usage"]["totalTokens"]), (&json!("up/big"), &json!(13)));
    assert_eq!((&answer["passages"][0]["cited"], &answer["passages"][0]["documentId"]), (&json!(true), &json!("owls")));
    assert_eq!(warnings(&answer)[0].0, "invented-citations");
    let told = upstream.last();
    assert!(told.contains("[1] Owls hunt mice at night.") && told.contains("Question: When do owls hunt?"), "{told}");
    // Passages alone cost no tokens; nor does a question that nothing is about.
    let before = upstream.asked.lock().unwrap().len();
    let answer = ask(&served, &json!({ "question": "When do owls hunt?", "answer": false }));
    assert_eq!((&answer["answer"], &answer["reason"]), (&Value::Null, &json!("not-asked")));
    let answer = ask(&served, &json!({ "question": "How is a bond priced?", "answer": true }));
    assert_eq!((&answer["abstained"], &answer["reason"]), (&json!(true), &json!("no-relevant-passage")));
    assert_eq!(upstream.asked.lock().unwrap().len(), before);
    let (status, message) =
        served.refused("POST", "/collections/docs/ask", &json!({ "question": "When do owls hunt?", "chatModel": "x" }));
    assert!(status == 404 && message.starts_with("chatModel: there is no chat model x"), "{message}");
}

#[test]
fn a_model_that_does_not_know_is_no_answer() {
    let upstream = Upstream::saying("NOT IN TEXT.");
    let Some(served) = served(&upstream) else { return };
    let answer = ask(&served, &json!({ "question": "When do owls hunt?" }));
    assert_eq!((&answer["answer"], &answer["reason"]), (&Value::Null, &json!("not-in-passages")));
    assert_eq!((&answer["abstained"], answer["passages"].as_array().unwrap().is_empty()), (&json!(false), false));
}

#[test]
fn a_model_that_fails_leaves_the_passages() {
    let upstream = Upstream::saying("");
    let Some(served) = served(&upstream) else { return };
    let answer = ask(&served, &json!({ "question": "When do owls hunt?" }));
    assert_eq!((&answer["answer"], &answer["reason"]), (&Value::Null, &json!("chat-failed")));
    assert_eq!((warnings(&answer)[0].0, &answer["passages"][0]["documentId"]), ("chat-failed", &json!("owls")));
    // Where an answer is demanded, it is an error.
    let (status, message) =
        served.refused("POST", "/collections/docs/ask", &json!({ "question": "When do owls hunt?", "answer": true }));
    assert!(status == 502 && !message.contains("sk-secret"), "{status} {message}");
}
