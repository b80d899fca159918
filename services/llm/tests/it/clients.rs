//! OpenAI's own clients (Python; npm 4, 5 and 6) and LangChain's with base URL and key alone, against the service on a socket.

use std::sync::Arc;

use chassis::testing::{node, python};
use chassis::{Clock, Ground, Listener, Observer, Runtime, Settings, Signals, serve};
use serde_json::{Value, json};

use crate::engines;
use crate::upstream::{Step, Upstream, chunk, event, finish, head, reply, says};

/// The base URL of a service that runs while the tests do, with these settings of chat.
fn serving(chat: &Value) -> String {
    let (tell, told) = std::sync::mpsc::channel();
    let chat = chat.to_string();
    std::thread::spawn(move || {
        let tokio = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
        tokio.block_on(async {
            let data = std::env::temp_dir().join("flowforge-llm-tests-without-models");
            let settings = Settings { data: Some(data), ..Settings::default() };
            let shared = Runtime::new(settings, Clock::System).unwrap();
            let service = llm::service();
            let ground = Ground::of_arguments(&service, engines(), &["--chat", &chat]).unwrap();
            let app = service.start(&shared, &ground).await.unwrap();
            let observer = Observer::new(shared.clock.clone(), shared.metrics.clone(), None);
            let listener = Listener::bind(([127, 0, 0, 1], 0).into(), observer.observe(app)).await.unwrap();
            tell.send(format!("http://{}/api/v1/llm/openai", listener.address().unwrap())).unwrap();
            serve(vec![listener], Arc::clone(&shared), Signals::listen()).await;
        });
    });
    told.recv().unwrap()
}

/// Models by what their server does.
fn scenario() -> Value {
    let call = event(&json!({ "choices": [{ "index": 0, "delta": { "tool_calls": [
        { "index": 0, "id": "call_1", "type": "function", "function": { "name": "look", "arguments": "{\"a\":1}" } }] } }] }));
    let servers = [
        ("fine", says(&["one", " two", " three"])),
        ("json", says(&["{\"city\": ", "\"Paris\"}"])),
        ("calls", vec![head(), Step::Send([call, finish("tool_calls")].concat())]),
        ("broken", vec![head(), Step::Send([chunk("one"), chunk(" two")].concat())]),
        ("refusing", reply(400, "", r#"{"error":{"message":"too long"}}"#)),
        ("down", reply(500, "", "{}")),
    ];
    let mut chat = json!({ "upstreams": {}, "models": {}, "times": { "idleMs": 2000, "firstPieceMs": 2000 } });
    for (name, steps) in servers {
        let upstream = Upstream::of(vec![steps]);
        chat["upstreams"][name] = json!({ "kind": "openai", "url": upstream.url });
        chat["models"][name] = json!([format!("{name}/x")]);
    }
    chat
}

fn judge(answer: &Value, case: &str) {
    let look = json!({ "name": "look", "arguments": "{\"a\":1}" });
    assert_eq!(answer["whole"], json!({ "content": "one two three", "reason": "stop", "tokens": 12 }), "{case}");
    assert_eq!(answer["streamed"], json!({ "content": "one two three", "reason": "stop", "tokens": 12 }), "{case}");
    assert_eq!((&answer["call"], &answer["streamed call"]), (&look, &look), "{case}");
    assert_eq!(answer["response"], "one two three", "{case}");
    assert_eq!(answer["response events"], json!(["response.created", "response.completed", "one two three"]), "{case}");
    assert_eq!(answer["response call"], look, "{case}");
    for kind in ["broken", "broken response"] {
        assert_eq!(answer[kind]["content"], "one two", "{case} {kind}: {answer}");
        assert!(answer[kind]["error"].as_str().unwrap().contains("broke off"), "{case} {kind}: {answer}");
    }
    for (model, status, says) in
        [("nobody", 404, "there is no chat model nobody"), ("refusing", 422, "too long"), ("down", 502, "failed")]
    {
        let error = &answer["errors"][model];
        assert_eq!(error["status"], status, "{case} {model}: {error}");
        assert!(error["message"].as_str().unwrap().contains(says), "{case} {model}: {error}");
    }
}

#[test]
fn the_client_for_python_works() {
    let request = json!({ "url": serving(&scenario()) });
    let Some(answer) = python("openai", include_str!("clients/chat.py"), &request) else { return };
    judge(&answer, "Python");
}

#[test]
fn the_clients_for_node_work() {
    for package in ["openai", "openai-5", "openai-4"] {
        let program = include_str!("clients/chat.mjs").replace("PACKAGE", package);
        let request = json!({ "url": serving(&scenario()) });
        let Some(answer) = node("openai", &program, &request) else { return };
        judge(&answer, package);
    }
}

#[test]
fn langchain_works() {
    let request = json!({ "url": serving(&scenario()) });
    let Some(answer) = python("llm", include_str!("clients/langchain.py"), &request) else { return };
    for contract in ["completions", "responses"] {
        let answer = &answer[contract];
        assert_eq!(answer["whole"], json!({ "text": "one two three", "tokens": 12 }), "{contract}");
        let streamed = json!({ "text": "one two three", "tokens": 12, "pieces": 3 });
        assert_eq!(answer["streamed"], streamed, "{contract}");
        assert_eq!(answer["called"], json!({ "name": "look", "args": { "a": 1 } }), "{contract}");
        for form in ["structured", "object"] {
            assert_eq!(answer[form], json!({ "city": "Paris" }), "{contract} {form}");
        }
        assert_eq!(answer["broken"]["text"], "one two", "{contract}");
        assert!(answer["broken"]["error"].as_str().unwrap().contains("broke off"), "{contract}: {answer}");
        for (model, status, says) in
            [("nobody", 404, "no chat model nobody"), ("refusing", 422, "too long"), ("down", 502, "failed")]
        {
            let error = &answer["errors"][model];
            assert_eq!(error["status"], status, "{contract} {model}: {error}");
            assert!(error["message"].as_str().unwrap().contains(says), "{contract} {model}: {error}");
        }
    }
}
