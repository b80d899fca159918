//! Another product's contract with events: one field of the request says whether the answer comes whole or bit by bit.

use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use chassis::testing::Client;
use chassis::{Call, Code, Error, Event, Events, Listener, Reply, Runtime, Service, Settings, Signals};
use futures_util::{Stream, StreamExt, stream};
use garde::Validate;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use crate::client_with;

const PATH: &str = "/api/v1/words/say";

#[derive(Debug, Serialize, Deserialize, Validate, JsonSchema)]
#[garde(allow_unvalidated)]
struct SayRequest {
    text: String,
    #[serde(default)]
    stream: bool,
}

#[derive(Debug, Serialize, JsonSchema)]
struct Said {
    text: String,
}

/// Sources that are open now, in this process.
static OPEN: AtomicU32 = AtomicU32::new(0);

/// A source that is counted as long as it lives.
struct Counted<S>(S);

impl<S> Counted<S> {
    fn new(source: S) -> Self {
        OPEN.fetch_add(1, Ordering::SeqCst);
        Self(source)
    }
}

impl<S> Drop for Counted<S> {
    fn drop(&mut self) {
        OPEN.fetch_sub(1, Ordering::SeqCst);
    }
}

impl<S: Stream + Unpin> Stream for Counted<S> {
    type Item = S::Item;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<S::Item>> {
        self.0.poll_next_unpin(context)
    }
}

/// Says the words of a text one by one.
async fn say(request: SayRequest, _: Arc<Call>) -> Result<Reply<Said>, Error> {
    let SayRequest { text, stream } = request;
    if text == "never" {
        return Err(Error::impossible("text", "cannot be said"));
    }
    if !stream {
        return Ok(Reply::Whole(Said { text }));
    }
    if text == "for ever" {
        let words = stream::unfold((), |()| async {
            tokio::time::sleep(Duration::from_millis(20)).await;
            Some((Ok(Event::text("again")), ()))
        });
        return Ok(Reply::Events(Events::of(Counted::new(Box::pin(words)))));
    }
    let words: Vec<String> = text.split(' ').map(str::to_owned).collect();
    let word = |word: String| async move {
        match word.as_str() {
            "fail" => Err(Error::new(Code::BadGateway, "the upstream is gone")),
            "hang" => std::future::pending().await,
            _ => Event::json(&json!({ "word": word })),
        }
    };
    let done = stream::iter([Ok(Event::text("[DONE]"))]);
    Ok(Reply::Events(Events::of(stream::iter(words).then(word).chain(done))))
}

fn service() -> Service {
    let shape = |error: &Error| json!({ "error": { "message": error.message(), "type": error.code() } });
    Service::new("words", "Says words")
        .call("POST /say", say, move |op| op.foreign(shape).deadline(Duration::from_secs(3)))
        .call("POST /tell", say, |op| op)
}

fn client() -> Client {
    let settings = Settings { stream_idle: chassis::settings::Span(Duration::from_millis(300)), ..Settings::default() };
    client_with(settings, service())
}

/// The data of the events of an answer.
fn events(client: &Client, text: &str) -> Vec<String> {
    let answer = client.post(PATH, &json!({ "text": text, "stream": true, "model": "of another product" }));
    assert_eq!((answer.status, answer.header("content-type")), (200, "text/event-stream; charset=utf-8"));
    let body = String::from_utf8(answer.body.to_vec()).unwrap();
    assert!(body.ends_with("\n\n"), "{body}");
    body.split_terminator("\n\n").map(|event| event.strip_prefix("data: ").unwrap().to_owned()).collect()
}

#[test]
fn a_field_of_the_request_chooses() {
    let client = client();
    let whole = client.post(PATH, &json!({ "text": "a b", "temperature": 0.5 }));
    assert_eq!((whole.status, whole.json()), (200, json!({ "text": "a b" })));
    assert_eq!(events(&client, "a b"), [r#"{"word":"a"}"#, r#"{"word":"b"}"#, "[DONE]"]);
}

#[test]
fn an_error_before_the_first_event_is_an_error_with_its_status() {
    let client = client();
    for (text, status, message) in [
        ("never", 422, "text: cannot be said"),
        ("fail", 502, "the upstream is gone"),
        ("hang", 504, "not done within 3 seconds: send less at once"),
    ] {
        let answer = client.post(PATH, &json!({ "text": text, "stream": true }));
        assert_eq!((answer.status, answer.header("content-type")), (status, "application/json"), "{text}");
        assert_eq!(answer.json()["error"]["message"], message);
    }
}

#[test]
fn an_error_after_the_first_event_is_the_last_event() {
    let client = client();
    let told = events(&client, "a fail b");
    assert_eq!(told[0], r#"{"word":"a"}"#);
    let error: Value = serde_json::from_str(&told[1]).unwrap();
    assert_eq!(error, json!({ "error": { "message": "the upstream is gone", "type": "BAD_GATEWAY" } }));
    assert_eq!(told.len(), 2, "neither more words nor [DONE]");
    // A source that says nothing for too long.
    let told = events(&client, "a hang");
    assert!(told[1].contains("not complete in time") && told.len() == 2, "{told:?}");
    // In our own contract it has our own shape.
    let answer = client.post("/api/v1/words/tell", &json!({ "text": "a fail", "stream": true }));
    let body = String::from_utf8(answer.body.to_vec()).unwrap();
    assert!(body.contains(r#""code":"BAD_GATEWAY""#) && body.contains("requestId"), "{body}");
}

/// Over a real socket: a client that goes away.
#[test]
fn a_client_that_leaves_frees_its_source() {
    let tokio = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    tokio.block_on(async {
        let shared = Runtime::new(Settings::default(), chassis::Clock::System).unwrap();
        let app = chassis::testing::app(service(), &shared);
        let listener = Listener::bind(([127, 0, 0, 1], 0).into(), app).await.unwrap();
        let address = listener.address().unwrap();
        let server = tokio::spawn(chassis::serve(vec![listener], shared.clone(), Signals::listen()));
        let body = json!({ "text": "for ever", "stream": true }).to_string();
        let request = format!(
            "POST {PATH} HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n{body}",
            body.len()
        );
        let mut clients = Vec::new();
        for _ in 0..100 {
            let mut client = tokio::net::TcpStream::connect(address).await.unwrap();
            client.write_all(request.as_bytes()).await.unwrap();
            let mut some = [0; 16];
            client.read_exact(&mut some).await.unwrap();
            clients.push(client);
        }
        // Far more than there are threads for streams.
        assert_eq!(OPEN.load(Ordering::SeqCst), 100);
        assert!(shared.metrics.text().contains("streams 100"));
        drop(clients);
        let left = Instant::now();
        while OPEN.load(Ordering::SeqCst) > 0 {
            assert!(left.elapsed() < Duration::from_secs(10), "{} sources are still open", OPEN.load(Ordering::SeqCst));
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        server.abort();
    });
}

#[test]
fn the_document_has_both_kinds_of_answer() {
    let content = &service().document()["paths"][PATH]["post"]["responses"]["200"]["content"];
    assert!(content["application/json"].is_object() && content["text/event-stream"].is_object(), "{content}");
}
