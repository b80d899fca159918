//! Chat in our own contract, prompts, answers, translations, summaries: by a server of the test's own, and without any.

use serde_json::{Value, json};

use crate::chat::{events, served_by, with, with_files_of_this_machine};
use crate::upstream::{Step, Upstream, chunk, event, finish, head, reply, says};

fn path(operation: &str) -> String {
    format!("/api/v1/llm/{operation}")
}

#[test]
fn a_chat_comes_whole_or_in_events() {
    let upstream = Upstream::of(vec![says(&["Good ", "morning"])]);
    let client = served_by(&[&upstream]);
    let request = json!({ "prompt": "Greet me.", "system": "Be kind.", "model": "m", "maxTokens": 9 });
    let answer = client.post(&path("chat"), &request).json();
    assert_eq!(
        (&answer["text"], &answer["finishReason"], &answer["servedBy"]),
        (&json!("Good morning"), &json!("stop"), &json!("up0/model-0"))
    );
    assert_eq!(
        (&answer["usage"]["totalTokens"], &answer["data"], &answer["warnings"]),
        (&json!(12), &Value::Null, &json!([]))
    );
    let messages = json!([{ "role": "system", "content": "Be kind." }, { "role": "user", "content": "Greet me." }]);
    assert_eq!(
        (&upstream.asked()[0].body["messages"], &upstream.asked()[0].body["max_tokens"]),
        (&messages, &json!(9))
    );

    let mut streamed = request.clone();
    streamed["stream"] = json!(true);
    let answer = client.post(&path("chat"), &streamed);
    let told = events(&answer);
    assert_eq!(told[..2], [r#"{"text":"Good "}"#, r#"{"text":"morning"}"#]);
    let done: Value = serde_json::from_str(&told[2]).unwrap();
    assert_eq!((&done["finishReason"], &done["usage"]["completionTokens"]), (&json!("stop"), &json!(7)));
    assert!(String::from_utf8_lossy(&answer.body).contains("event: done\n"));

    let broken = Upstream::of(vec![vec![head(), Step::Send(chunk("half"))]]);
    let answer = served_by(&[&broken]).post(&path("chat"), &streamed);
    assert!(!String::from_utf8_lossy(&answer.body).contains("event: done"));
    let last: Value = serde_json::from_str(events(&answer).last().unwrap()).unwrap();
    assert_eq!(last["error"]["code"], "BAD_GATEWAY");
}

#[test]
fn a_chat_in_json_is_parsed() {
    let upstream = Upstream::of(vec![says(&[r#"{"a": [1]}"#]), says(&["no"])]);
    let client = served_by(&[&upstream]);
    let request =
        json!({ "prompt": "x", "model": "m", "format": "json", "images": ["data:image/png;base64,iVBORw0KGgo="] });
    assert_eq!(client.post(&path("chat"), &request).json()["data"], json!({ "a": [1] }));
    let body = &upstream.asked()[0].body;
    assert_eq!(body["response_format"], json!({ "type": "json_object" }));
    let image = &body["messages"][0]["content"][1]["image_url"]["url"];
    assert!(image.as_str().unwrap().starts_with("data:image/png;base64,iVBORw0KGgo"), "{image}");
    assert_eq!(client.post(&path("chat"), &request).json()["data"], Value::Null);
    for wrong in [json!({}), json!({ "system": "only" }), json!({ "messages": [{ "role": "tool", "content": "x" }] })] {
        assert_eq!(client.post(&path("chat"), &wrong).status, 400, "{wrong}");
    }
}

#[test]
fn a_prompt_is_filled_and_run() {
    let upstream = Upstream::of(vec![says(&["Hello Ada"])]);
    let client = served_by(&[&upstream]);
    let mut request = json!({
        "template": "Greet {{ name | upper }}{% for item in items %}, {{ item.n }}{% endfor %}", "system": "In {{ language }}.",
        "variables": { "name": "Ada", "items": [{ "n": 1 }, { "n": 2 }], "language": "English", "other": true }, "model": "m",
    });
    let answer = client.post(&path("prompt"), &request).json();
    assert_eq!(
        (&answer["prompt"], &answer["system"], &answer["text"]),
        (&json!("Greet ADA, 1, 2"), &json!("In English."), &Value::Null)
    );
    assert_eq!((&answer["unused"], upstream.count()), (&json!(["other"]), 0));
    request["run"] = json!(true);
    let answer = client.post(&path("prompt"), &request).json();
    assert_eq!((&answer["text"], upstream.count()), (&json!("Hello Ada"), 1));
    assert_eq!(upstream.asked()[0].body["messages"][1]["content"], "Greet ADA, 1, 2");
    for (template, status) in
        [("{{ nobody }}", 422), ("{% set x = 1 %}", 400), ("{{ a ~ a }}", 400), ("{{ (", 400), ("{% if true %}", 400)]
    {
        assert_eq!(client.post(&path("prompt"), &json!({ "template": template })).status, status, "{template}");
    }
}

#[test]
fn an_answer_rests_on_passages() {
    let text = format!(
        "The key lies under the mat. {} The door is red.",
        "Nothing else is of interest in this sentence. ".repeat(30)
    );
    let upstream =
        Upstream::of(vec![says(&["Under the mat [1]. Or not [9]."]), says(&["NOT IN TEXT"]), says(&["Somewhere."])]);
    let client = served_by(&[&upstream]);
    let request = json!({ "text": text, "question": "Where is the key?", "passages": 2, "model": "m" });
    let answer = client.post(&path("answer"), &request).json();
    assert_eq!(answer["answer"], "Under the mat [1]. Or not.");
    let passage = &answer["passages"][0];
    let place = |name: &str| usize::try_from(passage[name].as_u64().unwrap()).unwrap();
    assert_eq!(&text[place("start")..place("end")], passage["text"].as_str().unwrap());
    assert!(passage["text"].as_str().unwrap().contains("under the mat"));
    assert_eq!(answer["warnings"][0]["code"], "invented-citations");
    let answer = client.post(&path("answer"), &request).json();
    assert_eq!((&answer["answer"], &answer["passages"]), (&Value::Null, &json!([])));
    let answer = client.post(&path("answer"), &request).json();
    assert_eq!((&answer["answer"], &answer["warnings"][0]["code"]), (&json!("Somewhere."), &json!("uncited")));
    // No passage has a word of it: nobody is asked.
    let answer = client
        .post(&path("answer"), &json!({ "text": text, "question": "Xylophone?", "passages": 2, "model": "m" }))
        .json();
    assert_eq!((&answer["answer"], upstream.count()), (&Value::Null, 3));
}

#[test]
fn a_translation_is_whole_or_none() {
    let cut = vec![head(), Step::Send([chunk("Buenos"), finish("length")].concat())];
    let upstream = Upstream::of(vec![says(&["Buenos días"]), cut]);
    let client = served_by(&[&upstream]);
    let request = json!({ "text": "Good morning", "to": "Spanish", "formality": "formal", "model": "m" });
    assert_eq!(client.post(&path("translate"), &request).json()["text"], "Buenos días");
    assert!(upstream.asked()[0].body["messages"][0]["content"].as_str().unwrap().contains("Spanish"));
    assert_eq!(client.post(&path("translate"), &request).status, 422);
}

#[test]
fn a_summary_is_by_a_model_where_there_is_one() {
    let upstream = Upstream::of(vec![says(&["Short."])]);
    let client = served_by(&[&upstream]);
    let mut request = json!({ "text": "One thing. Another thing. A third thing.", "sentences": 1, "model": "m" });
    let answer = client.post(&path("summarize"), &request).json();
    assert_eq!(
        (&answer["summary"], &answer["mode"], &answer["servedBy"]),
        (&json!("Short."), &json!("abstractive"), &json!("up0/model-0"))
    );
    request["mode"] = json!("extractive");
    let answer = client.post(&path("summarize"), &request).json();
    assert_eq!(
        (&answer["mode"], answer["sentences"].as_array().unwrap().len(), upstream.count()),
        (&json!("extractive"), 1, 1)
    );
}

/// Without weights and upstreams there is no text, and an error that says what to do.
#[test]
fn without_a_model_nothing_is_made_up() {
    let client = with(&json!({}));
    let message = json!([{ "role": "user", "content": "x" }]);
    for (operation, request) in [
        ("chat", json!({ "prompt": "x" })),
        ("chat", json!({ "prompt": "x", "stream": true })),
        ("openai/chat/completions", json!({ "model": "default", "messages": message })),
        ("openai/responses", json!({ "model": "default", "input": "x" })),
        ("prompt", json!({ "template": "x", "run": true })),
        ("extract", json!({ "text": "x", "schema": {} })),
        ("answer", json!({ "text": "x", "question": "x" })),
        ("summarize", json!({ "text": "x", "mode": "abstractive" })),
    ] {
        let answer = client.post(&path(operation), &request);
        assert_eq!(answer.status, 503, "{operation}: {:?}", answer.body);
        assert!(answer.message().contains("flowforge models pull"), "{operation}: {}", answer.message());
        assert!(answer.header("retry-after").parse::<u64>().is_ok(), "{operation}");
    }
    let answer = client.post(&path("translate"), &json!({ "text": "x", "to": "German" }));
    assert_eq!((answer.status, answer.message().contains("FLOWFORGE_CHAT")), (503, true), "{:?}", answer.body);
    let health = client.get("/api/v1/llm/health").json();
    assert_eq!((&health["status"], &health["checks"]["chat"]), (&json!("degraded"), &json!("degraded")), "{health}");
    // What needs no model works.
    let answer = client.post(&path("summarize"), &json!({ "text": "One thing. Another." }));
    assert_eq!((answer.status, &answer.json()["mode"]), (200, &json!("extractive")));
    assert_eq!(client.post(&path("prompt"), &json!({ "template": "x" })).status, 200);
}

fn anthropic(upstream: &Upstream) -> chassis::testing::Client {
    let url = upstream.url.trim_end_matches("/v1");
    with(&json!({
        "upstreams": { "claude": { "kind": "anthropic", "url": url, "key": "sk-ant" } }, "models": { "m": ["claude/claude-x"] },
        "times": { "idleMs": 400, "firstPieceMs": 400 },
    }))
}

fn named(kind: &str, mut data: Value) -> Vec<u8> {
    data["type"] = kind.into();
    [format!("event: {kind}\n").into_bytes(), event(&data)].concat()
}

/// Anthropic's messages, as its documentation shows the stream of a text and a call of a tool.
#[test]
fn anthropic_speaks_too() {
    let events = [
        named("message_start", json!({ "message": { "usage": { "input_tokens": 10, "cache_read_input_tokens": 5 } } })),
        named("content_block_start", json!({ "index": 0, "content_block": { "type": "text", "text": "" } })),
        named("ping", json!({})),
        named("content_block_delta", json!({ "index": 0, "delta": { "type": "text_delta", "text": "Let me " } })),
        named("content_block_delta", json!({ "index": 0, "delta": { "type": "text_delta", "text": "look." } })),
        named("content_block_stop", json!({ "index": 0 })),
        named(
            "content_block_start",
            json!({ "index": 1, "content_block": { "type": "tool_use", "id": "toolu_1", "name": "look", "input": {} } }),
        ),
        named(
            "content_block_delta",
            json!({ "index": 1, "delta": { "type": "input_json_delta", "partial_json": "{\"place\":" } }),
        ),
        named(
            "content_block_delta",
            json!({ "index": 1, "delta": { "type": "input_json_delta", "partial_json": "\"here\"}" } }),
        ),
        named("message_delta", json!({ "delta": { "stop_reason": "tool_use" }, "usage": { "output_tokens": 9 } })),
    ];
    let stop = named("message_stop", json!({}));
    let whole = Step::Send([events.concat(), stop].concat());
    let overloaded = named("error", json!({ "error": { "type": "overloaded_error", "message": "Overloaded" } }));
    let upstream = Upstream::of(vec![
        vec![head(), whole],
        vec![head(), Step::Send(events.concat())],
        vec![head(), Step::Send([events[..5].concat(), overloaded].concat())],
        reply(529, "", r#"{"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}}"#),
    ]);
    let client = anthropic(&upstream);
    let tool = json!({ "type": "function", "function": { "name": "look", "description": "Looks.", "parameters": { "type": "object" } } });
    let request = json!({
        "model": "m", "max_tokens": 50, "temperature": 1.5, "stop": ["END", " "], "tools": [tool], "tool_choice": "required",
        "messages": [
            { "role": "system", "content": "Be brief." },
            { "role": "user", "content": [{ "type": "text", "text": "See:" }, { "type": "image_url", "image_url": { "url": "data:image/png;base64,AAAA" } }] },
            { "role": "assistant", "content": "", "tool_calls": [{ "id": "t", "type": "function", "function": { "name": "look", "arguments": "{\"a\":1}" } }] },
            { "role": "tool", "tool_call_id": "t", "content": "a cat" },
            { "role": "user", "content": "And?" },
        ],
    });
    let answer = client.post(&path("openai/chat/completions"), &request).json();
    let choice = &answer["choices"][0];
    assert_eq!(
        (&choice["message"]["content"], &choice["finish_reason"]),
        (&json!("Let me look."), &json!("tool_calls")),
        "{answer}"
    );
    assert_eq!(
        choice["message"]["tool_calls"][0]["function"],
        json!({ "name": "look", "arguments": "{\"place\":\"here\"}" })
    );
    assert_eq!((&answer["usage"]["prompt_tokens"], &answer["usage"]["completion_tokens"]), (&json!(15), &json!(9)));
    let asked = &upstream.asked()[0];
    assert!(
        asked.head.starts_with("POST /v1/messages ")
            && asked.head.contains("x-api-key: sk-ant")
            && asked.head.contains("anthropic-version: 2023-06-01")
    );
    assert_eq!(
        asked.body,
        json!({
            "model": "claude-x", "max_tokens": 50, "temperature": 1.0, "stop_sequences": ["END"], "system": "Be brief.", "stream": true,
            "tools": [{ "name": "look", "description": "Looks.", "input_schema": { "type": "object" } }], "tool_choice": { "type": "any" },
            "messages": [
                { "role": "user", "content": [{ "type": "text", "text": "See:" }, { "type": "image", "source": { "type": "base64", "media_type": "image/png", "data": "AAAA" } }] },
                { "role": "assistant", "content": [{ "type": "tool_use", "id": "t", "name": "look", "input": { "a": 1 } }] },
                { "role": "user", "content": [{ "type": "tool_result", "tool_use_id": "t", "content": [{ "type": "text", "text": "a cat" }] }, { "type": "text", "text": "And?" }] },
            ],
        })
    );
    // Without the last event it is not finished, whatever came before.
    for _ in 0..2 {
        assert!(client.post(&path("openai/chat/completions"), &request).status >= 502);
    }
    assert_eq!(client.post(&path("chat"), &json!({ "model": "m", "prompt": "x" })).status, 502);
}

/// Responses: what n8n's OpenAI nodes of today call.
#[test]
fn responses_are_made_of_chat() {
    let call = event(&json!({ "choices": [{ "index": 0, "delta": { "tool_calls": [
        { "index": 0, "id": "call_1", "function": { "name": "look", "arguments": "{}" } }] } }] }));
    let calls = vec![head(), Step::Send([chunk("Wait."), call, finish("tool_calls")].concat())];
    let cut = vec![head(), Step::Send([chunk("ha"), finish("length")].concat())];
    let upstream = Upstream::of(vec![
        says(&["Hi ", "there"]),
        says(&["Hi ", "there"]),
        calls.clone(),
        calls,
        cut,
        vec![head(), Step::Send(chunk("ha"))],
    ]);
    let client = served_by(&[&upstream]);
    let mut request = json!({
        "model": "m", "instructions": "Be brief.", "max_output_tokens": 20, "metadata": { "k": "v" }, "store": true,
        "text": { "format": { "type": "json_schema", "name": "n", "schema": { "type": "object" }, "strict": true } },
        "tools": [{ "type": "function", "name": "look", "parameters": { "type": "object" } }], "tool_choice": { "type": "function", "name": "look" },
        "input": [
            { "role": "user", "content": [{ "type": "input_text", "text": "Hello" }, { "type": "input_image", "image_url": "data:image/png;base64,AAAA" }] },
            { "type": "message", "role": "assistant", "content": [{ "type": "output_text", "text": "Yes?" }] },
            { "type": "reasoning", "summary": [] },
            { "type": "function_call", "call_id": "c", "name": "look", "arguments": "{}" },
            { "type": "function_call_output", "call_id": "c", "output": "a cat" },
        ],
    });
    let answer = client.post(&path("openai/responses"), &request).json();
    assert_eq!(
        (&answer["object"], &answer["status"], &answer["metadata"]["k"]),
        (&json!("response"), &json!("completed"), &json!("v")),
        "{answer}"
    );
    assert_eq!(answer["output"][0]["content"][0]["text"], "Hi there");
    assert_eq!((&answer["usage"]["input_tokens"], &answer["usage"]["total_tokens"]), (&json!(5), &json!(12)));
    let body = &upstream.asked()[0].body;
    assert_eq!(
        body["messages"],
        json!([
            { "role": "system", "content": "Be brief." },
            { "role": "user", "content": [{ "type": "text", "text": "Hello" }, { "type": "image_url", "image_url": { "url": "data:image/png;base64,AAAA" } }] },
            { "role": "assistant", "content": "Yes?", "tool_calls": [{ "id": "c", "type": "function", "function": { "name": "look", "arguments": "{}" } }] },
            { "role": "tool", "content": "a cat", "tool_call_id": "c" },
        ])
    );
    assert_eq!(
        body["tools"],
        json!([{ "type": "function", "function": { "name": "look", "parameters": { "type": "object" } } }])
    );
    assert_eq!(
        (&body["tool_choice"]["function"]["name"], &body["response_format"]["json_schema"]["name"]),
        (&json!("look"), &json!("n"))
    );
    assert_eq!(body["max_tokens"], 20);

    request["stream"] = json!(true);
    let kinds = |answer: &chassis::testing::Answer| -> Vec<String> {
        let event = |data: &String| serde_json::from_str::<Value>(data).unwrap();
        events(answer).iter().map(|data| event(data)["type"].as_str().unwrap_or("error").to_owned()).collect()
    };
    let answer = client.post(&path("openai/responses"), &request);
    let delta = "response.output_text.delta";
    assert_eq!(
        kinds(&answer),
        [
            "response.created",
            "response.in_progress",
            "response.output_item.added",
            "response.content_part.added",
            delta,
            delta,
            "response.output_text.done",
            "response.content_part.done",
            "response.output_item.done",
            "response.completed",
        ]
    );
    for (number, data) in events(&answer).iter().enumerate() {
        assert_eq!(serde_json::from_str::<Value>(data).unwrap()["sequence_number"], number);
    }
    let answer = client.post(&path("openai/responses"), &request);
    assert!(kinds(&answer).contains(&"response.function_call_arguments.done".to_owned()), "{:?}", kinds(&answer));
    request["stream"] = json!(false);
    let answer = client.post(&path("openai/responses"), &request).json();
    assert_eq!(
        (&answer["output"][1]["type"], &answer["output"][1]["call_id"]),
        (&json!("function_call"), &json!("call_1")),
        "{answer}"
    );
    let answer = client.post(&path("openai/responses"), &request).json();
    assert_eq!(
        (&answer["status"], &answer["incomplete_details"]["reason"]),
        (&json!("incomplete"), &json!("max_output_tokens"))
    );
    request["stream"] = json!(true);
    let kinds = kinds(&client.post(&path("openai/responses"), &request));
    assert_eq!(kinds.last().unwrap(), "error");
    assert!(!kinds.iter().any(|kind| kind.ends_with("completed")));

    for (change, field) in [
        (json!({ "previous_response_id": "resp_1" }), "previous_response_id"),
        (json!({ "input": [] }), "input"),
        (json!({ "input": [{ "type": "item_reference", "id": "x" }] }), "input[0].type"),
        (json!({ "tools": [{ "type": "web_search" }] }), "tools[0].type"),
        (json!({ "text": { "format": { "type": "yaml" } } }), "text.format.type"),
    ] {
        let mut request = json!({ "model": "m", "input": "x" });
        for (name, value) in change.as_object().unwrap() {
            request[name] = value.clone();
        }
        let answer = client.post(&path("openai/responses"), &request);
        assert_eq!((answer.status, &answer.json()["error"]["param"]), (400, &json!(field)), "{change}");
    }
}

/// An upstream may stand where it reaches what a stranger must not: no link reaches it, the picture does.
#[test]
fn pictures_by_link_are_fetched_and_passed_on_in_place() {
    let file = |bytes: &[u8]| {
        let head = format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\nConnection: close\r\n\r\n", bytes.len());
        vec![Step::Send([head.as_bytes(), bytes].concat())]
    };
    let picture = Upstream::of(vec![file(b"\x89PNG\r\n\x1a\n...")]);
    let page = Upstream::of(vec![file(b"<!doctype html>secret")]);
    let upstream = Upstream::of(vec![says(&["A cat."])]);
    let model = json!({
        "upstreams": { "up": { "kind": "openai", "url": upstream.url, "key": "sk-secret" } }, "models": { "m": ["up/model"] },
    });
    let completion = |url: &str| {
        let parts = json!([{ "type": "text", "text": "See:" }, { "type": "image_url", "image_url": { "url": url, "detail": "low" } }]);
        (
            path("openai/chat/completions"),
            json!({ "model": "m", "messages": [{ "role": "user", "content": parts }] }),
            "messages[0].content[1].image_url",
        )
    };
    let response = |url: &str| {
        let parts = json!([{ "type": "input_text", "text": "See:" }, { "type": "input_image", "image_url": url, "detail": "low" }]);
        (
            path("openai/responses"),
            json!({ "model": "m", "input": [{ "role": "user", "content": parts }] }),
            "input[0].content[1].image_url",
        )
    };
    let client = with_files_of_this_machine(&model);
    for (path, request, _) in [completion(&picture.url), response(&picture.url)] {
        let answer = client.post(&path, &request);
        assert_eq!(answer.status, 200, "{:?}", answer.body);
        let asked = upstream.asked().pop().unwrap();
        let data = json!({ "url": "data:image/png;base64,iVBORw0KGgouLi4=", "detail": "low" });
        assert_eq!(asked.body["messages"][0]["content"][1]["image_url"], data);
    }
    let count = upstream.count();
    // What is no picture is not passed on, nor is anything fetched from within.
    let closed = with(&model);
    for (client, url, says) in
        [(&client, &page.url, "leads to no picture"), (&closed, &picture.url, "no public address")]
    {
        for (path, request, field) in [completion(url), response(url)] {
            let answer = client.post(&path, &request);
            let error = answer.json()["error"].clone();
            assert_eq!((answer.status, &error["param"]), (422, &json!(field)), "{error}");
            assert!(error["message"].as_str().unwrap().contains(says), "{error}");
        }
    }
    assert_eq!((upstream.count(), picture.count()), (count, 2));
    let links = vec![json!({ "type": "image_url", "image_url": { "url": picture.url } }); 51];
    let answer = client.post(
        &path("openai/chat/completions"),
        &json!({ "model": "m", "messages": [{ "role": "user", "content": links }] }),
    );
    assert_eq!((answer.status, &answer.json()["error"]["param"]), (400, &json!("messages[0].content[50].image_url")));
    assert_eq!(picture.count(), 2);
}

/// Models that reason take no temperature, and call the limit of an answer by a newer name.
#[test]
fn what_a_model_does_not_take_is_sent_otherwise() {
    let unsupported = |name: &str, message: &str| {
        let error = json!({ "error": { "message": message, "type": "invalid_request_error", "param": name, "code": "unsupported_value" } });
        reply(400, "", &error.to_string())
    };
    let cold =
        "Unsupported value: 'temperature' does not support 0 with this model. Only the default (1) value is supported.";
    let upstream = Upstream::of(vec![
        unsupported("temperature", cold),
        says(&["A translation."]),
        says(&["Another."]),
        unsupported("temperature", cold),
        unsupported(
            "max_tokens",
            "Unsupported parameter: 'max_tokens' is not supported with this model. Use 'max_completion_tokens' instead.",
        ),
        says(&["Yes."]),
        says(&["No."]),
    ]);
    let client = served_by(&[&upstream]);
    let translate = json!({ "text": "Guten Tag", "to": "English", "model": "m" });
    for (asked, text) in [(2, "A translation."), (3, "Another.")] {
        let answer = client.post(&path("translate"), &translate);
        assert_eq!((answer.status, &answer.json()["text"]), (200, &json!(text)), "{:?}", answer.body);
        assert_eq!(upstream.count(), asked);
    }
    let temperatures: Vec<Value> = upstream.asked().iter().map(|asked| asked.body["temperature"].clone()).collect();
    assert_eq!(temperatures, [json!(0.0), Value::Null, Value::Null]);
    // One that was chosen is not left out: the server's own words say what to change.
    let chosen = json!({ "prompt": "Well?", "model": "m", "temperature": 0.2 });
    let answer = client.post(&path("chat"), &chosen);
    assert_eq!((answer.status, upstream.count()), (422, 4), "{:?}", answer.body);
    assert!(answer.json()["error"]["message"].as_str().unwrap().contains("Only the default"), "{:?}", answer.body);
    let limited = json!({ "model": "m", "messages": [{ "role": "user", "content": "Well?" }], "max_tokens": 9 });
    for asked in [6, 7] {
        assert_eq!(client.post(&path("openai/chat/completions"), &limited).status, 200);
        assert_eq!(upstream.count(), asked);
        let body = upstream.asked().pop().unwrap().body;
        assert_eq!((&body["max_completion_tokens"], &body["max_tokens"]), (&json!(9), &Value::Null));
    }
}

/// A request that is refused within an answer is as wrong as one that is refused before: nobody is asked again.
#[test]
fn a_refusal_within_an_answer_is_the_requests() {
    let wrong = json!({ "error": { "message": "context length exceeded", "type": "BadRequestError", "code": 400 } });
    let upstream = Upstream::of(vec![vec![head(), Step::Send(event(&wrong))], says(&["x"])]);
    let client = served_by(&[&upstream]);
    let answer = client.post(&path("chat"), &json!({ "prompt": "Well?", "model": "m" }));
    assert_eq!((answer.status, upstream.count()), (422, 1), "{:?}", answer.body);
}
