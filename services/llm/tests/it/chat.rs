//! Chat through upstreams: streams that break, servers that fail, names, budgets. The servers are the test's own.

use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;

use chassis::testing::{Answer, Client};
use chassis::{Consumer, Context, Settings};
use serde_json::{Value, json};

use crate::engines;
use crate::upstream::{Step, Upstream, chunk, event, finish, head, reply, says, usage};

const COMPLETIONS: &str = "/api/v1/llm/openai/chat/completions";

/// A service whose model `m` is served by these upstreams, in their order.
pub(crate) fn served_by(upstreams: &[&Upstream]) -> Client {
    configured(upstreams, &json!({}), &json!({}))
}

/// The same with short patience where an upstream falls silent, and much where it does not.
fn served_in(case: &str, upstreams: &[&Upstream]) -> Client {
    let patience = if case.starts_with("silence") { 400 } else { 60_000 };
    configured(upstreams, &json!({ "idleMs": patience, "firstPieceMs": patience, "wholeMs": 120_000 }), &json!({}))
}

pub(crate) fn configured(upstreams: &[&Upstream], times: &Value, tokens: &Value) -> Client {
    let server = |(number, upstream): (usize, &&Upstream)| {
        (format!("up{number}"), json!({ "kind": "openai", "url": upstream.url, "key": "sk-secret" }))
    };
    let servers: serde_json::Map<String, Value> = upstreams.iter().enumerate().map(server).collect();
    let targets: Vec<String> = (0..upstreams.len()).map(|number| format!("up{number}/model-{number}")).collect();
    let chat = json!({ "upstreams": servers, "models": { "m": targets }, "times": times, "tokensPerDay": tokens });
    with(&chat)
}

pub(crate) fn with(chat: &Value) -> Client {
    with_settings(chat, Settings::default())
}

/// The same where files may be fetched from this machine.
pub(crate) fn with_files_of_this_machine(chat: &Value) -> Client {
    with_settings(chat, Settings { fetch_allow: vec!["127.0.0.1/32".parse().unwrap()], ..Settings::default() })
}

fn with_settings(chat: &Value, settings: Settings) -> Client {
    let data = std::env::temp_dir().join("flowforge-llm-tests-without-models");
    let settings = Settings { data: Some(data), ..settings };
    Client::on(llm::service(), engines(), settings, &["--chat", &chat.to_string()])
}

fn ask(stream: bool) -> Value {
    json!({
        "model": "m", "messages": [{ "role": "user", "content": "hello" }], "stream": stream,
        "stream_options": { "include_usage": true },
    })
}

/// The data of the events of an answer.
pub(crate) fn events(answer: &Answer) -> Vec<String> {
    assert_eq!((answer.status, answer.header("content-type")), (200, "text/event-stream; charset=utf-8"));
    let body = String::from_utf8(answer.body.to_vec()).unwrap();
    let data = |event: &str| event.lines().find_map(|line| line.strip_prefix("data: ")).map(str::to_owned);
    body.split_terminator("\n\n").filter_map(data).collect()
}

/// The text of chunks, how they ended, and the error at the end if there was one.
fn told(answer: &Answer) -> (String, Option<String>, Option<Value>) {
    let (mut text, mut finish, mut error) = (String::new(), None, None);
    for data in events(answer) {
        let Ok(chunk) = serde_json::from_str::<Value>(&data) else {
            assert_eq!(data, "[DONE]");
            continue;
        };
        assert!(error.is_none(), "nothing follows an error");
        if !chunk["error"].is_null() {
            error = Some(chunk["error"].clone());
            continue;
        }
        for choice in chunk["choices"].as_array().unwrap() {
            text.push_str(choice["delta"]["content"].as_str().unwrap_or_default());
            finish = choice["finish_reason"].as_str().map(str::to_owned).or(finish);
        }
    }
    (text, finish, error)
}

#[test]
fn a_stream_goes_through() {
    let upstream = Upstream::of(vec![says(&["one", " two", " three"])]);
    let client = served_by(&[&upstream]);
    let answer = client.post(COMPLETIONS, &ask(true));
    assert_eq!(told(&answer), ("one two three".into(), Some("stop".into()), None));
    let events = events(&answer);
    assert_eq!(events.last().unwrap(), "[DONE]");
    let last: Value = serde_json::from_str(&events[events.len() - 2]).unwrap();
    assert_eq!((&last["usage"]["total_tokens"], &last["choices"]), (&json!(12), &json!([])));
    let first: Value = serde_json::from_str(&events[0]).unwrap();
    assert_eq!((&first["choices"][0]["delta"]["role"], &first["model"]), (&json!("assistant"), &json!("m")));

    let whole = client.post(COMPLETIONS, &ask(false)).json();
    assert_eq!(whole["choices"][0]["message"]["content"], "one two three");
    assert_eq!((&whole["object"], &whole["usage"]["prompt_tokens"]), (&json!("chat.completion"), &json!(5)));
    let asked = &upstream.asked()[0];
    assert!(
        asked.head.starts_with("POST /v1/chat/completions ") && asked.head.contains("authorization: Bearer sk-secret")
    );
    assert_eq!((&asked.body["model"], &asked.body["stream"]), (&json!("model-0"), &json!(true)));
}

#[test]
fn what_openai_has_is_passed_through() {
    let call = |index: u32, part: Value| {
        event(
            &json!({ "choices": [{ "index": 0, "delta": { "tool_calls": [{ "index": index, "function": part }] } }] }),
        )
    };
    let mut first = json!({ "choices": [{ "index": 0, "delta": { "reasoning_content": "hm", "tool_calls": [
        { "index": 0, "id": "call_1", "type": "function", "function": { "name": "look", "arguments": "" } }] } }] });
    first["choices"][0]["logprobs"] = json!({ "content": [{ "token": "a", "logprob": -0.5 }] });
    let steps = [
        event(&first),
        call(0, json!({ "arguments": "{\"a\":" })),
        call(0, json!({ "arguments": "1}" })),
        finish("tool_calls"),
    ];
    let upstream = Upstream::of(vec![vec![head(), Step::Send(steps.concat())]]);
    let client = served_by(&[&upstream]);
    let mut request = json!({
        "model": "m", "max_completion_tokens": 9, "temperature": 0.5, "top_p": 0.75, "seed": 7, "stop": "x", "logprobs": true,
        "tools": [{ "type": "function", "function": { "name": "look", "parameters": { "type": "object" } } }],
        "tool_choice": { "type": "function", "function": { "name": "look" } }, "reasoning_effort": "low",
        "response_format": { "type": "json_schema", "json_schema": { "name": "n", "schema": { "type": "object" }, "strict": true } },
        "messages": [
            { "role": "developer", "content": "be brief" },
            { "role": "user", "content": [
                { "type": "text", "text": "what is this?" },
                { "type": "image_url", "image_url": { "url": "data:image/png;base64,AAAA", "detail": "low" } }] },
            { "role": "assistant", "content": null, "tool_calls": [
                { "id": "c", "type": "function", "function": { "name": "look", "arguments": "{}" } }] },
            { "role": "tool", "tool_call_id": "c", "content": "a cat" },
        ],
        "of_nobody": { "deep": 1 },
    });
    let whole = client.post(COMPLETIONS, &request).json();
    let choice = &whole["choices"][0];
    assert_eq!(
        (&choice["finish_reason"], &choice["message"]["content"]),
        (&json!("tool_calls"), &Value::Null),
        "{whole}"
    );
    let called =
        json!([{ "id": "call_1", "type": "function", "function": { "name": "look", "arguments": "{\"a\":1}" } }]);
    assert_eq!((&choice["message"]["tool_calls"], &choice["message"]["reasoning_content"]), (&called, &json!("hm")));
    assert_eq!(choice["logprobs"]["content"][0]["token"], "a");
    let body = &upstream.asked()[0].body;
    for same in
        ["temperature", "top_p", "seed", "tools", "tool_choice", "response_format", "reasoning_effort", "logprobs"]
    {
        assert_eq!(body[same], request[same], "{same}");
    }
    assert_eq!((&body["max_tokens"], &body["stop"], &body["of_nobody"]), (&json!(9), &json!(["x"]), &Value::Null));
    assert_eq!(body["messages"][0], json!({ "role": "system", "content": "be brief" }));
    for same in 1..4 {
        assert_eq!(body["messages"][same], request["messages"][same], "{same}");
    }

    request["stream"] = json!(true);
    let chunks: Vec<Value> =
        events(&client.post(COMPLETIONS, &request)).iter().filter_map(|data| serde_json::from_str(data).ok()).collect();
    let parts = chunks
        .iter()
        .filter_map(|chunk| chunk["choices"][0]["delta"]["tool_calls"][0]["function"]["arguments"].as_str());
    assert_eq!(parts.collect::<String>(), "{\"a\":1}");
    assert_eq!(chunks[0]["choices"][0]["delta"]["tool_calls"][0]["id"], "call_1");
}

/// Case 5 a and c, and other ways to break off: what came is passed on, then an error; nobody is asked again.
#[test]
fn a_broken_stream_never_looks_finished() {
    let cut = |bytes: &str| {
        // A chunked body that ends within a chunk.
        let head = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n";
        vec![Step::Send(format!("{head}{:x}\r\n{bytes}", bytes.len() + 100).into_bytes())]
    };
    let two = [chunk("one"), chunk(" two")].concat();
    let and = |more: Vec<u8>| vec![head(), Step::Send([two.clone(), more].concat())];
    let failed = event(&json!({ "error": { "message": "it melted", "type": "server_error" } }));
    for (case, steps, says) in [
        ("a clean end without a reason", and(Vec::new()), "broke off"),
        ("only [DONE]", and(b"data: [DONE]\n\n".to_vec()), "broke off"),
        ("an error", and(failed), "it melted"),
        ("half an event", and(b"data: {\"choi".to_vec()), "broke off"),
        ("no JSON", and(b"data: {oops}\n\n".to_vec()), "not valid JSON"),
        ("no object", and(b"data: 7\n\n".to_vec()), "no object"),
        ("another type", and(event(&json!({ "choices": [{ "delta": { "content": 5 } }] }))), "no text"),
        ("the connection", cut(std::str::from_utf8(&two).unwrap()), "broke off"),
        ("silence", vec![head(), Step::Send(two.clone()), Step::Wait(Duration::from_secs(30))], "too long"),
    ] {
        let (upstream, other) = (Upstream::of(vec![steps]), Upstream::of(vec![crate::upstream::says(&["other"])]));
        let client = served_in(case, &[&upstream, &other]);
        let answer = client.post(COMPLETIONS, &ask(true));
        let (text, finish, error) = told(&answer);
        assert_eq!((text.as_str(), finish), ("one two", None), "{case}");
        let error = error.unwrap_or_else(|| panic!("{case}: no error"));
        assert!(error["message"].as_str().unwrap().contains(says), "{case}: {error}");
        assert!(!events(&answer).contains(&"[DONE]".to_owned()), "{case}");
        let whole = client.post(COMPLETIONS, &ask(false));
        assert!(whole.status >= 500, "{case}: {whole:?}");
        assert_eq!((upstream.count(), other.count()), (2, 0), "{case}: nobody is asked again");
    }
}

/// Case 5 b and e: before the first piece the next server is asked, or the error is one with a status.
#[test]
fn before_the_first_piece_another_is_asked() {
    let failed = event(&json!({ "error": { "message": "no capacity", "type": "server_error" } }));
    let hang = || vec![head(), Step::Wait(Duration::from_secs(30))];
    let wrong_kind = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 4\r\n\r\nhtml".to_vec();
    for (case, steps, status) in [
        ("500", reply(500, "", "{}"), 502),
        ("503", reply(503, "Retry-After: 0\r\n", ""), 502),
        ("429 that lasts", reply(429, "Retry-After: 100\r\n", "{}"), 503),
        ("an error as first event", vec![head(), Step::Send(failed)], 502),
        ("no events", vec![head()], 502),
        ("silence", hang(), 504),
        ("silence before the head", vec![Step::Wait(Duration::from_secs(30))], 504),
        ("no answer", Vec::new(), 502),
        ("another protocol", vec![Step::Send(b"220 smtp\r\n".to_vec())], 502),
        ("a wrong key", reply(401, "", r#"{"error":{"message":"wrong key sk-secret"}}"#), 502),
        ("no such model", reply(404, "", "{}"), 502),
        ("a page", vec![Step::Send(wrong_kind)], 502),
        ("JSON that is none", reply(200, "", "{"), 502),
        ("JSON of another shape", reply(200, "", r#"{"choices":[]}"#), 502),
        ("an error in 200", reply(200, "", r#"{"error":{"message":"no"}}"#), 502),
        ("too much", vec![head(), Step::Repeat(vec![b'x'; 1 << 20])], 502),
    ] {
        let (upstream, other) = (Upstream::of(vec![steps]), Upstream::of(vec![says(&["fine"])]));
        let both = served_in(case, &[&upstream, &other]);
        assert_eq!(told(&both.post(COMPLETIONS, &ask(true))), ("fine".into(), Some("stop".into()), None), "{case}");
        assert_eq!((upstream.count(), other.count()), (1, 1), "{case}");

        let alone = served_in(case, &[&upstream]);
        let answer = alone.post(COMPLETIONS, &ask(true));
        assert_eq!(answer.status, status, "{case}: {:?}", answer.body);
        assert!(answer.json()["error"]["message"].is_string(), "{case}");
        assert!(!String::from_utf8_lossy(&answer.body).contains("sk-secret"), "{case}");
        assert!(upstream.count() <= 3, "{case}: asked twice at most");
    }
}

/// A server is silent when nothing comes, not when nothing is said yet.
#[test]
fn a_model_that_thinks_is_waited_for() {
    let thinks = || vec![Step::Send(event(&json!({ "choices": [{ "delta": { "reasoning_content": "hmm" } }] })))];
    let waits = || vec![Step::Wait(Duration::from_millis(700)), Step::Send(b": processing\n\n".to_vec())];
    let thinks_long = || [thinks(), waits(), thinks(), waits(), thinks(), waits()].concat();
    let fine = || vec![Step::Send([chunk("fine"), finish("stop")].concat())];
    let steps = [vec![head()], thinks_long(), vec![Step::Send(chunk("so "))], thinks_long(), fine()].concat();
    let upstream = Upstream::of(vec![steps]);
    let times = json!({ "idleMs": 1500, "firstPieceMs": 1500 });
    let answer = configured(&[&upstream], &times, &json!({})).post(COMPLETIONS, &ask(true));
    assert_eq!(told(&answer), ("so fine".into(), Some("stop".into()), None));
    assert_eq!(upstream.count(), 1);
}

/// Case 5 d: 429 once, then fine: one clean answer.
#[test]
fn one_that_is_busy_is_asked_again_after_the_time_it_says() {
    for streamed in [true, false] {
        let upstream = Upstream::of(vec![reply(429, "Retry-After: 1\r\n", "{}"), says(&["fine"])]);
        let answer = served_by(&[&upstream]).post(COMPLETIONS, &ask(streamed));
        assert_eq!((answer.status, upstream.count()), (200, 2));
        assert_eq!(String::from_utf8_lossy(&answer.body).matches("fine").count(), 1);
    }
    // Where nobody is: tried again, then an error with its status.
    let closed = { std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap() };
    let chat = json!({
        "upstreams": { "up": { "kind": "openai", "url": format!("http://{closed}/v1") } }, "models": { "m": ["up/x"] },
    });
    assert_eq!(with(&chat).post(COMPLETIONS, &ask(true)).status, 502);
}

/// Case 5 f, g, h: whatever pieces the network makes, the text is that of the source.
#[test]
fn pieces_of_the_network_do_not_matter() {
    let mut bytes = b": ping\n\n".to_vec();
    bytes.extend(chunk("na\u{ef}ve caf\u{e9} "));
    bytes.extend(b": ping\r\n\r\nid: 7\r\nevent: message\r\n");
    bytes.extend(String::from_utf8(chunk("東京 😀")).unwrap().replace('\n', "\r\n").bytes());
    bytes.extend(finish("stop"));
    bytes.extend(usage(3, 4));
    bytes.extend(b"data: [DONE]\n\n");
    let sizes = [1, 3, 50];
    let answers = sizes.map(|size| {
        let mut steps = vec![head()];
        for part in bytes.chunks(size) {
            steps.push(Step::Send(part.to_vec()));
            if size > 1 {
                steps.push(Step::Wait(Duration::from_millis(1)));
            }
        }
        steps
    });
    let upstream = Upstream::of(answers.to_vec());
    let client = served_by(&[&upstream]);
    for size in sizes {
        let answer = client.post(COMPLETIONS, &ask(true));
        assert_eq!(told(&answer), ("naïve café 東京 😀".into(), Some("stop".into()), None), "{size}");
        assert!(String::from_utf8_lossy(&answer.body).contains("\"total_tokens\":7"), "{size}");
    }
}

/// A server that does not stream is understood all the same.
#[test]
fn an_answer_that_comes_whole_is_taken() {
    let body = json!({
        "choices": [{ "index": 0, "message": { "role": "assistant", "content": "whole" }, "finish_reason": "length" }],
        "usage": { "prompt_tokens": 1, "completion_tokens": 2, "total_tokens": 3 },
    });
    let upstream = Upstream::of(vec![reply(200, "", &body.to_string())]);
    let client = served_by(&[&upstream]);
    assert_eq!(told(&client.post(COMPLETIONS, &ask(true))), ("whole".into(), Some("length".into()), None));
    assert_eq!(client.post(COMPLETIONS, &ask(false)).json()["usage"]["total_tokens"], 3);
}

#[test]
fn what_the_server_refuses_is_the_clients_to_change() {
    let refusal =
        r#"{"error":{"message":"maximum context length is 8192 tokens, sk-secret","type":"invalid_request_error"}}"#;
    let (upstream, other) = (Upstream::of(vec![reply(400, "", refusal)]), Upstream::of(vec![says(&["x"])]));
    let answer = served_by(&[&upstream, &other]).post(COMPLETIONS, &ask(true));
    let message = answer.message();
    assert_eq!(answer.status, 422, "{message}");
    assert!(message.contains("maximum context length") && !message.contains("sk-secret"), "{message}");
    assert_eq!((upstream.count(), other.count()), (1, 0));
}

#[test]
fn a_server_that_keeps_failing_is_left_alone() {
    let upstream = Upstream::of(vec![reply(500, "", "{}")]);
    let client = served_by(&[&upstream]);
    let statuses: Vec<u16> = (0..6).map(|_| client.post(COMPLETIONS, &ask(false)).status).collect();
    assert_eq!(upstream.count(), 5, "five failures open the circuit: {statuses:?}");
    let answer = client.post(COMPLETIONS, &ask(false));
    assert_eq!((answer.status, upstream.count()), (503, 5));
    let seconds: u64 = answer.header("retry-after").parse().unwrap();
    assert!((1..=30).contains(&seconds), "{seconds}");
}

/// A client that leaves stops the work at the server.
#[test]
fn who_leaves_stops_the_server() {
    let upstream = Upstream::of(vec![vec![head(), Step::Repeat(chunk("again "))]]);
    let times = json!({ "wholeMs": 3000 });
    let client = configured(&[&upstream], &times, &json!({}));
    // The whole time is over: the answer ends with an error, and the connection with it.
    let (text, finish, error) = told(&client.post(COMPLETIONS, &ask(true)));
    assert!(text.starts_with("again again") && finish.is_none() && error.is_some());
    for _ in 0..3000 {
        client.idle(Duration::from_millis(20));
        if upstream.open() == 0 {
            return;
        }
    }
    panic!("the connection is still open");
}

#[test]
fn names_lead_to_models() {
    let upstream = Upstream::of(vec![says(&["x"])]);
    let server = json!({ "kind": "openai", "url": upstream.url });
    let client =
        with(&json!({ "upstreams": { "up": server }, "models": { "small": ["up/a/b"], "default": ["up/c"] } }));
    for (model, asked) in [("small", "a/b"), ("default", "c")] {
        let request = json!({ "model": model, "messages": [{ "role": "user", "content": "x" }] });
        assert_eq!(client.post(COMPLETIONS, &request).status, 200);
        assert_eq!(upstream.asked().last().unwrap().body["model"], asked);
    }
    assert_eq!(client.post("/api/v1/llm/chat", &json!({ "prompt": "x" })).json()["servedBy"], "up/c");
    let unknown =
        client.post(COMPLETIONS, &json!({ "model": "gpt-9", "messages": [{ "role": "user", "content": "x" }] }));
    assert_eq!((unknown.status, unknown.message().contains("default, small")), (404, true), "{:?}", unknown.body);

    let any = with(
        &json!({ "upstreams": { "up": { "kind": "openai", "url": upstream.url } }, "models": { "*": ["up/any"] } }),
    );
    assert_eq!(
        any.post(COMPLETIONS, &json!({ "model": "gpt-9", "messages": [{ "role": "user", "content": "x" }] })).status,
        200
    );
}

#[test]
fn wrong_requests_are_refused_before_anybody_is_asked() {
    let upstream = Upstream::of(vec![says(&["x"])]);
    let client = served_by(&[&upstream]);
    for (change, field) in [
        (json!({ "messages": [] }), "messages"),
        (json!({ "messages": [{ "role": "king", "content": "x" }] }), "messages[0].role"),
        (json!({ "messages": [{ "role": "user", "content": 5 }] }), "messages[0].content"),
        (json!({ "messages": [{ "role": "user" }] }), "messages[0].content"),
        (json!({ "messages": [{ "role": "user", "content": [{ "type": "audio" }] }] }), "messages[0].content[0].type"),
        (
            json!({ "messages": [{ "role": "user", "content": [{ "type": "image_url", "image_url": { "url": "file:///etc/passwd" } }] }] }),
            "messages[0].content[0].image_url",
        ),
        (json!({ "messages": [{ "role": "assistant", "tool_calls": [{ "id": 5 }] }] }), "messages[0].tool_calls[0]"),
        (json!({ "n": 2 }), "n"),
        (json!({ "temperature": 3 }), "temperature"),
        (json!({ "stop": [1] }), "stop"),
        (json!({ "response_format": { "type": "yaml" } }), "response_format.type"),
        (json!({ "response_format": { "type": "json_schema" } }), "response_format.json_schema.schema"),
        (json!({ "max_tokens": 0 }), "max_tokens"),
    ] {
        let mut request = ask(true);
        for (name, value) in change.as_object().unwrap() {
            request[name] = value.clone();
        }
        let answer = client.post(COMPLETIONS, &request);
        assert_eq!(
            (answer.status, &answer.json()["error"]["param"]),
            (400, &json!(field)),
            "{change}: {:?}",
            answer.body
        );
    }
    assert_eq!(upstream.count(), 0);
}

/// A request as the gateway brings it: somebody's, of a plan.
fn of_plan(plan: &str, body: &Value) -> http::Request<String> {
    let request =
        http::Request::post(COMPLETIONS).header("content-type", "application/json").body(body.to_string()).unwrap();
    let context = Context::of(&http::Request::new(chassis::Body::empty()));
    let consumer = Consumer { id: "alice".into(), groups: vec![plan.into()], ..Consumer::default() };
    context.set_consumer(Arc::new(consumer));
    let mut request = request;
    request.extensions_mut().insert(context);
    request
}

#[test]
fn a_plan_has_so_many_tokens_a_day() {
    let mut long = vec![head()];
    let text: Vec<u8> = (0..20).flat_map(|_| chunk("word ")).collect();
    long.push(Step::Send([text, finish("stop"), usage(30, 60), b"data: [DONE]\n\n".to_vec()].concat()));
    let upstream = Upstream::of(vec![long]);
    let client = configured(&[&upstream], &json!({}), &json!({ "free": 200 }));
    let request = ask(false);
    assert_eq!(client.send(of_plan("free", &request)).status, 200);
    // What is left bounds the answer.
    assert!(upstream.asked()[0].body["max_tokens"].as_u64().unwrap() < 200);
    assert_eq!(client.send(of_plan("free", &request)).status, 200);
    assert!(upstream.asked()[1].body["max_tokens"].as_u64().unwrap() < 110);
    assert_eq!(client.send(of_plan("free", &request)).status, 200);
    let spent = client.send(of_plan("free", &request));
    assert_eq!((spent.status, upstream.count()), (429, 3), "{:?}", spent.body);
    assert!(spent.message().contains("200 tokens") && spent.header("retry-after").parse::<u64>().unwrap() <= 86_400);
    assert_eq!(client.send(of_plan("pro", &request)).status, 200);
}

#[test]
fn settings_that_make_no_sense_are_refused_at_the_start() {
    let start = |chat: &str| {
        let data = std::env::temp_dir().join("flowforge-llm-tests-without-models");
        let settings = Settings { data: Some(data), ..Settings::default() };
        std::panic::catch_unwind(AssertUnwindSafe(|| {
            Client::on(llm::service(), engines(), settings, &["--chat", chat])
        }))
        .err()
        .and_then(|problem| problem.downcast_ref::<String>().cloned())
        .unwrap_or_default()
    };
    for (chat, says) in [
        (r#"{"models":{"m":["nobody/x"]}}"#, "there is no upstream"),
        (r#"{"models":{"m":[]}}"#, "at least one"),
        (r#"{"upstreams":{"a":{"kind":"openai","url":"ftp://x"}}}"#, "url"),
        (r#"{"upstreams":{"a":{"kind":"openai","url":"http://user:sk-secret@x/v1"}}}"#, "belongs into key"),
        (r#"{"upstreams":{"a":{"kind":"openai","url":"http://x","key":"sk-secret\n"}}}"#, "key"),
        (r#"{"upstreams":{"local":{"kind":"openai","url":"http://x"}}}"#, "cannot be the name"),
        (r#"{"upstreams":{"a":{"kind":"openai","url":"http://x","sk-secret":1}}}"#, "expected"),
        ("/no/such/file", "FLOWFORGE_CHAT"),
    ] {
        let problem = start(chat);
        assert!(problem.contains(says) && !problem.contains("sk-secret"), "{chat}: {problem}");
    }
}
