//! Streams: answers that are written bit by bit, and files that are read as they arrive. Each runs beside its test, as a
//! client does.

use std::io::{self, Write};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use bytes::Bytes;
use chassis::settings::{Size, Span};
use chassis::testing::app;
use chassis::{App, Body, Call, Clock, Code, Error, FileStream, Observer, Output, Response, Runtime, Service};
use chassis::{Request, Settings};
use futures_util::{StreamExt, stream};
use garde::Validate;
use http::header::{ACCEPT, CONTENT_TYPE};
use http_body_util::BodyExt;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

/// Until then everything is done unless something hangs.
const SOON: Duration = Duration::from_secs(20);
/// Rows that do not fit into what is collected before an answer begins.
const MANY: usize = 20_000;

#[derive(Serialize, Deserialize, Validate, JsonSchema)]
#[garde(allow_unvalidated)]
struct RowsRequest {
    count: usize,
    /// What happens after the rows.
    #[serde(default)]
    end: String,
}

#[derive(Serialize)]
struct Row {
    number: usize,
}

fn rows(request: RowsRequest, output: &mut Output, call: &Call) -> Result<(), Error> {
    for number in 0..request.count {
        output.row(&Row { number })?;
    }
    end(&request.end, call)
}

fn end(end: &str, call: &Call) -> Result<(), Error> {
    match end {
        "impossible" => Err(Error::field(Code::Unprocessable, "end", "cannot be done")),
        "panic" => panic!("the secret is 12345"),
        "loop" => {
            let started = Instant::now();
            while !call.cancelled() && started.elapsed() < SOON {
                std::thread::sleep(Duration::from_millis(2));
            }
            Err(Error::new(Code::InternalError, "nobody waits"))
        }
        _ => Ok(()),
    }
}

fn bytes(request: RowsRequest, output: &mut Output, call: &Call) -> Result<(), Error> {
    output.file("text/x-numbers", Some("numbers.txt"));
    for number in 0..request.count {
        writeln!(output, "{number}")?;
    }
    end(&request.end, call)
}

#[derive(Serialize, Deserialize, Validate, JsonSchema)]
struct SumRequest {
    #[garde(skip)]
    file: FileStream,
}

#[derive(Serialize, JsonSchema)]
struct Sum {
    bytes: usize,
    sum: u64,
}

fn sum(request: SumRequest, _: &Call) -> Result<Sum, Error> {
    let (mut bytes, mut sum) = (0, 0);
    while let Some(piece) = request.file.next_piece()? {
        bytes += piece.len();
        sum += piece.iter().map(|byte| u64::from(*byte)).sum::<u64>();
    }
    Ok(Sum { bytes, sum })
}

/// A file in and a file out, both as they go.
fn upper(request: SumRequest, output: &mut Output, _: &Call) -> Result<(), Error> {
    while let Some(piece) = request.file.next_piece()? {
        output.write_all(&piece.to_ascii_uppercase())?;
    }
    Ok(())
}

/// How an endless stream ended: the time and the error.
#[derive(Default)]
struct Ended(Mutex<Option<String>>);

impl Ended {
    fn wait(&self) -> String {
        let started = Instant::now();
        while started.elapsed() < SOON {
            if let Some(error) = self.0.lock().expect("nobody panics with it").take() {
                return error;
            }
            std::thread::sleep(Duration::from_millis(2));
        }
        panic!("the stream goes on though nobody reads");
    }
}

fn service(ended: &Arc<Ended>) -> Service {
    let ended = ended.clone();
    let endless = move |_: crate::Nothing, output: &mut Output, call: &Call| -> Result<(), Error> {
        let line = [b'x'; 1000];
        loop {
            if let Err(error) = output.write_all(&line) {
                let told = format!("{:?} {}", error.kind(), call.cancelled());
                *ended.0.lock().expect("nobody panics with it") = Some(told);
                return Err(error.into());
            }
        }
    };
    Service::new("test", "Streams")
        .stream("POST /rows", rows, |op| op.deadline(Duration::from_secs(5)))
        .stream("POST /bytes", bytes, |op| op)
        .stream("POST /endless", endless, |op: chassis::Operation| op)
        .stream("POST /upper", upper, |op| op)
        .compute("POST /sum", sum, |op| op)
}

/// The service with a runtime on threads of its own.
struct Running {
    app: App,
    tokio: tokio::runtime::Runtime,
    shared: Arc<Runtime>,
    ended: Arc<Ended>,
}

fn running() -> Running {
    with(Settings::default())
}

fn with(settings: Settings) -> Running {
    let shared = Runtime::new(settings, Clock::System).expect("the system starts a runtime");
    let ended = Arc::<Ended>::default();
    let observer = Observer::new(shared.clock.clone(), shared.metrics.clone(), None);
    let tokio = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .expect("the system starts a runtime");
    Running { app: observer.observe(app(service(&ended), &shared)), tokio, shared, ended }
}

/// What came of a response: its status, its type, the bytes, and whether they broke off.
#[derive(Debug)]
struct Came {
    status: u16,
    content_type: String,
    body: Bytes,
    broken: bool,
}

impl Came {
    fn text(&self) -> &str {
        std::str::from_utf8(&self.body).expect("it is UTF-8")
    }

    fn json(&self) -> Value {
        serde_json::from_slice(&self.body).expect("it is JSON")
    }

    fn message(&self) -> String {
        self.json()["error"]["message"].as_str().expect("it is text").to_owned()
    }
}

impl Running {
    fn begin(&self, request: Request) -> Response {
        let answer = self.app.call(request);
        self.tokio.block_on(async { tokio::time::timeout(SOON, answer).await }).expect("it answers")
    }

    fn come(&self, response: Response) -> Came {
        let (parts, mut body) = response.into_parts();
        let content_type = parts.headers[CONTENT_TYPE].to_str().expect("it is text").to_owned();
        let (mut bytes, mut broken) = (Vec::new(), false);
        let all = async {
            while let Some(frame) = body.frame().await {
                match frame {
                    Ok(frame) => bytes.extend_from_slice(frame.data_ref().unwrap_or(&Bytes::new())),
                    Err(_) => broken = true,
                }
            }
        };
        self.tokio.block_on(async { tokio::time::timeout(SOON, all).await }).expect("it ends");
        Came { status: parts.status.as_u16(), content_type, body: bytes.into(), broken }
    }

    fn post(&self, path: &str, accept: &str, body: &Value) -> Came {
        self.come(self.begin(json_request(path, accept, body)))
    }

    /// Sends a body whose length is not known beforehand.
    fn send(&self, path: &str, content_type: &str, pieces: Vec<Result<Bytes, io::Error>>) -> Came {
        self.come(self.begin(raw(path, content_type, Body::from_stream(stream::iter(pieces)))))
    }
}

fn json_request(path: &str, accept: &str, body: &Value) -> Request {
    let request = http::Request::post(format!("/api/v1/test{path}")).header(CONTENT_TYPE, "application/json");
    request.header(ACCEPT, accept).body(body.to_string().into()).expect("the parts are right")
}

fn raw(path: &str, content_type: &str, body: Body) -> Request {
    http::Request::post(format!("/api/v1/test{path}"))
        .header(CONTENT_TYPE, content_type)
        .body(body)
        .expect("the parts are right")
}

fn numbers(rows: impl Iterator<Item = Value>) -> Vec<u64> {
    rows.map(|row| row["number"].as_u64().expect("it is a number")).collect()
}

/// The records of server-sent events.
fn events(text: &str) -> impl Iterator<Item = Value> {
    assert!(text.is_empty() || text.ends_with("\n\n"));
    let data =
        |event: &str| serde_json::from_str(event.strip_prefix("data: ").expect("it is an event")).expect("it is JSON");
    text.split_terminator("\n\n").map(data)
}

fn lines(text: &str) -> impl Iterator<Item = Value> {
    assert!(text.is_empty() || text.ends_with('\n'));
    text.lines().map(|line| serde_json::from_str(line).expect("it is JSON"))
}

#[test]
fn rows_are_lines_or_events_as_the_client_accepts() {
    let running = running();
    for count in [0, 1, 3, MANY] {
        let all: Vec<u64> = (0..count as u64).collect();
        for accept in ["*/*", "application/x-ndjson", "application/json"] {
            let came = running.post("/rows", accept, &json!({ "count": count }));
            assert_eq!((came.status, came.content_type.as_str()), (200, "application/x-ndjson"), "{accept}");
            assert!(!came.broken);
            assert_eq!(numbers(lines(came.text())), all);
        }
        let came = running.post("/rows", "text/event-stream", &json!({ "count": count }));
        assert_eq!((came.status, came.content_type.as_str(), came.broken), (200, "text/event-stream", false));
        assert_eq!(numbers(events(came.text())), all);
    }
}

#[test]
fn bytes_are_a_file() {
    let running = running();
    for count in [0, 1, MANY] {
        let response = running.begin(json_request("/bytes", "*/*", &json!({ "count": count })));
        assert_eq!(response.headers()["content-disposition"], "attachment; filename=\"numbers.txt\"");
        assert_eq!(response.headers()["cache-control"], "no-store");
        let came = running.come(response);
        assert_eq!((came.status, came.content_type.as_str(), came.broken), (200, "text/x-numbers", false));
        assert_eq!(came.text(), (0..count).map(|number| format!("{number}\n")).collect::<String>());
    }
}

#[test]
fn an_error_before_the_first_byte_is_an_error_like_any_other() {
    let running = running();
    let cases =
        [("impossible", 422, "UNPROCESSABLE"), ("panic", 500, "INTERNAL_ERROR"), ("loop", 504, "DEADLINE_EXCEEDED")];
    for accept in ["*/*", "text/event-stream"] {
        for (end, status, code) in cases {
            let came = running.post("/rows", accept, &json!({ "count": 0, "end": end }));
            assert_eq!((came.status, came.content_type.as_str()), (status, "application/json"), "{end}");
            assert_eq!(came.json()["error"]["code"], code);
            assert!(!came.text().contains("12345"));
        }
    }
    // Rows that were collected and not yet sent are not sent.
    let came = running.post("/rows", "*/*", &json!({ "count": 3, "end": "impossible" }));
    assert_eq!((came.status, came.message().as_str()), (422, "end: cannot be done"));
    let came = running.post("/rows", "*/*", &json!({ "count": "many" }));
    assert_eq!(came.status, 400);
}

#[test]
fn an_error_after_the_first_byte_is_the_last_record() {
    let running = running();
    let body = json!({ "count": MANY, "end": "impossible" });
    let check = |mut records: Vec<Value>, broken: bool| {
        let last = records.pop().unwrap();
        assert_eq!((&last["error"]["code"], broken), (&json!("UNPROCESSABLE"), false));
        assert!(last["error"]["requestId"].is_string());
        assert_eq!(records.len(), MANY);
    };
    let came = running.post("/rows", "*/*", &body);
    check(lines(came.text()).collect(), came.broken);
    let came = running.post("/rows", "text/event-stream", &body);
    check(events(came.text()).collect(), came.broken);
}

#[test]
fn bytes_that_cannot_be_completed_break_off() {
    let running = running();
    for end in ["impossible", "panic"] {
        let came = running.post("/bytes", "*/*", &json!({ "count": MANY, "end": end }));
        assert_eq!((came.status, came.broken), (200, true), "{end}");
    }
}

#[test]
fn a_panic_after_the_first_byte_breaks_off() {
    let running = running();
    for accept in ["*/*", "text/event-stream"] {
        let came = running.post("/rows", accept, &json!({ "count": MANY, "end": "panic" }));
        assert_eq!((came.status, came.broken), (200, true), "{accept}");
        assert!(!came.text().contains("secret"));
    }
    // The thread counts when the client has gone.
    let started = Instant::now();
    while !running.shared.metrics.text().contains("panics_total 2") {
        assert!(started.elapsed() < SOON, "{}", running.shared.metrics.text());
        std::thread::sleep(Duration::from_millis(2));
    }
}

#[test]
fn a_client_that_leaves_ends_the_work() {
    let running = running();
    drop(running.begin(json_request("/endless", "*/*", &json!({}))));
    assert_eq!(running.ended.wait(), "BrokenPipe true");
    // It read a while, then left.
    let mut body = running.begin(json_request("/endless", "*/*", &json!({}))).into_body();
    running.tokio.block_on(async {
        for _ in 0..10 {
            body.frame().await.unwrap().unwrap();
        }
    });
    drop(body);
    assert_eq!(running.ended.wait(), "BrokenPipe true");
}

/// Nobody may take a part of an answer for the whole.
#[test]
fn a_client_that_stands_still_does_not_see_an_end() {
    let idle = Duration::from_millis(100);
    let running = with(Settings { stream_idle: Span(idle), ..Settings::default() });
    let response = running.begin(json_request("/endless", "*/*", &json!({})));
    assert_eq!(running.ended.wait(), "TimedOut false");
    // And what the stream still tries to say has been given up too.
    std::thread::sleep(3 * idle);
    assert!(running.come(response).broken);
}

#[test]
fn more_streams_than_places_are_refused() {
    let running = with(Settings { streams: 2, ..Settings::default() });
    let held: Vec<Response> = (0..2).map(|_| running.begin(json_request("/endless", "*/*", &json!({})))).collect();
    for request in [
        json_request("/rows", "*/*", &json!({ "count": 1 })),
        raw("/sum", "x/y", Body::from_stream(stream::iter([Ok::<_, io::Error>("abc")]))),
    ] {
        let response = running.begin(request);
        assert_eq!(response.headers()["retry-after"], "5");
        let came = running.come(response);
        assert_eq!((came.status, &came.json()["error"]["code"]), (503, &json!("UNAVAILABLE")));
    }
    // What is here as a whole needs no place.
    assert_eq!(running.post("/sum", "*/*", &json!({ "file": "AQI=" })).json()["sum"], 3);
    drop(held);
    running.ended.wait();
    assert_eq!(running.post("/rows", "*/*", &json!({ "count": 1 })).status, 200);
}

fn ok(pieces: &[&'static [u8]]) -> Vec<Result<Bytes, io::Error>> {
    pieces.iter().map(|piece| Ok(Bytes::from_static(piece))).collect()
}

#[test]
fn a_body_is_read_as_it_arrives() {
    let running = running();
    for content_type in ["application/octet-stream", "text/csv"] {
        let came = running.send("/sum", content_type, ok(&[b"\x01", b"", b"\x02\x03"]));
        assert_eq!((came.status, came.json()), (200, json!({ "bytes": 3, "sum": 6, "warnings": [] })));
    }
    let large: Vec<Result<Bytes, io::Error>> = (0..300).map(|_| Ok(vec![1; 10_000].into())).collect();
    assert_eq!(running.send("/sum", "x/y", large).json()["sum"], 3_000_000);
    let form = b"--x\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a\"\r\n\r\n";
    let came = running.send("/sum", "multipart/form-data; boundary=x", ok(&[form, b"\x01", b"\x02", b"\r\n--x--\r\n"]));
    assert_eq!(came.json()["sum"], 3);
    let came = running.send("/upper", "text/plain", ok(&[b"abc", b"def"]));
    assert_eq!((came.status, came.text()), (200, "ABCDEF"));
    let came = running.post("/upper", "*/*", &json!({ "file": "data:,abc" }));
    assert_eq!((came.status, came.text()), (200, "ABC"));
}

/// Both ways at once: what goes in comes out while more is on its way.
#[test]
fn an_answer_begins_before_its_request_ends() {
    let running = running();
    let (sender, receiver) = tokio::sync::mpsc::channel::<Bytes>(1);
    let pieces = stream::unfold(receiver, |mut receiver| async move {
        let piece = receiver.recv().await?;
        Some((Ok::<_, io::Error>(piece), receiver))
    });
    let request = raw("/upper", "text/plain", Body::from_stream(pieces));
    let large = Bytes::from(vec![b'a'; 100_000]);
    let answer = running.tokio.spawn(running.app.call(request));
    running.tokio.block_on(async {
        sender.send(large.clone()).await.unwrap();
        let mut body = tokio::time::timeout(SOON, answer).await.expect("it begins").unwrap().into_body();
        let first = body.frame().await.unwrap().unwrap().into_data().unwrap();
        assert!(first.iter().all(|byte| *byte == b'A'));
        sender.send("end".into()).await.unwrap();
        drop(sender);
        let rest = body.collect().await.unwrap().to_bytes();
        assert_eq!(first.len() + rest.len(), large.len() + 3);
        assert!(rest.ends_with(b"END"));
    });
}

#[test]
fn a_sender_that_is_silent_is_not_waited_for() {
    let running = with(Settings { stream_idle: Span(Duration::from_millis(100)), ..Settings::default() });
    for path in ["/sum", "/upper"] {
        let silent = stream::iter([Ok::<_, io::Error>(Bytes::from("abc"))]).chain(stream::pending());
        let came = running.come(running.begin(raw(path, "x/y", Body::from_stream(silent))));
        assert_eq!((came.status, &came.json()["error"]["code"]), (504, &json!("DEADLINE_EXCEEDED")), "{path}");
        assert_eq!(came.message(), "nothing of the file arrived for 0.1 seconds");
    }
}

#[test]
fn a_stream_has_a_limit() {
    let running = with(Settings { stream_limit: Size(1000), ..Settings::default() });
    let pieces = |count: usize| (0..count).map(|_| Ok(vec![1; 100].into())).collect();
    for path in ["/sum", "/upper"] {
        assert_eq!(running.send(path, "x/y", pieces(10)).status, 200);
        let came = running.send(path, "x/y", pieces(11));
        assert_eq!((came.status, &came.json()["error"]["code"]), (413, &json!("PAYLOAD_TOO_LARGE")), "{path}");
        assert!(came.message().contains("1000 bytes"), "{}", came.message());
    }
}

#[test]
fn a_sender_that_breaks_off_is_an_error() {
    let running = running();
    let cut = || vec![Ok("abc".into()), Err(io::ErrorKind::ConnectionReset.into())];
    for path in ["/sum", "/upper"] {
        let came = running.send(path, "x/y", cut());
        assert_eq!((came.status, &came.json()["error"]["code"]), (400, &json!("MALFORMED_REQUEST")), "{path}");
        let form = b"--x\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a\"\r\n\r\nabc";
        let came = running.send(path, "multipart/form-data; boundary=x", ok(&[form]));
        assert_eq!(came.status, 400, "{path}");
    }
    // After the answer has begun, it breaks off with its sender.
    let mut pieces: Vec<Result<Bytes, io::Error>> = (0..10).map(|_| Ok(vec![b'a'; 50_000].into())).collect();
    pieces.push(Err(io::ErrorKind::ConnectionReset.into()));
    let came = running.send("/upper", "x/y", pieces);
    assert_eq!((came.status, came.broken), (200, true));
}

/// A client that leaves while its file arrives leaves nothing behind.
#[test]
fn a_stream_ends_with_its_request() {
    let running = with(Settings { stream_idle: Span(Duration::from_secs(1)), streams: 1, ..Settings::default() });
    let silent = stream::iter([Ok::<_, io::Error>(Bytes::from("abc"))]).chain(stream::pending());
    let request = raw("/sum", "x/y", Body::from_stream(silent));
    let answer = running.tokio.spawn(running.app.call(request));
    std::thread::sleep(Duration::from_millis(20));
    answer.abort();
    // The one place is free again once nothing came for a second; as long is waited for it.
    let again = (0..20).any(|_| running.send("/sum", "x/y", ok(&[b"\x01"])).status == 200);
    assert!(again, "the place is not free");
}
