//! A server of the test's own that answers as it is told, and remembers what it was asked.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use serde_json::{Value, json};

/// What it does with a request, step by step; then it closes the connection.
#[derive(Clone)]
pub(crate) enum Step {
    /// Sends bytes.
    Send(Vec<u8>),
    /// Does nothing for a while.
    Wait(Duration),
    /// Keeps on sending these bytes until nobody reads.
    Repeat(Vec<u8>),
}

/// A request it got.
#[derive(Clone)]
pub(crate) struct Asked {
    pub(crate) head: String,
    pub(crate) body: Value,
}

pub(crate) struct Upstream {
    pub(crate) url: String,
    asked: Arc<Mutex<Vec<Asked>>>,
    /// Connections that are open now.
    open: Arc<AtomicUsize>,
}

impl Upstream {
    /// One that answers the first request with the first answer, and so on; the last again and again.
    pub(crate) fn of(answers: Vec<Vec<Step>>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}/v1", listener.local_addr().unwrap());
        let asked: Arc<Mutex<Vec<Asked>>> = Arc::default();
        let open: Arc<AtomicUsize> = Arc::default();
        let (remembered, counted) = (asked.clone(), open.clone());
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                let (asked, answers, open) = (remembered.clone(), answers.clone(), counted.clone());
                std::thread::spawn(move || {
                    let mut stream = stream.unwrap();
                    open.fetch_add(1, Ordering::SeqCst);
                    if let Some(request) = read(&stream) {
                        let number = {
                            let mut asked = asked.lock().unwrap();
                            asked.push(request);
                            asked.len() - 1
                        };
                        answer(&mut stream, &answers[number.min(answers.len() - 1)]);
                    }
                    drop(stream);
                    open.fetch_sub(1, Ordering::SeqCst);
                });
            }
        });
        Self { url, asked, open }
    }

    /// What it was asked.
    pub(crate) fn asked(&self) -> Vec<Asked> {
        self.asked.lock().unwrap().clone()
    }

    /// How often it was asked.
    pub(crate) fn count(&self) -> usize {
        self.asked.lock().unwrap().len()
    }

    /// Connections that are open now.
    pub(crate) fn open(&self) -> usize {
        self.open.load(Ordering::SeqCst)
    }
}

fn read(stream: &TcpStream) -> Option<Asked> {
    let mut reader = BufReader::new(stream);
    let mut head = String::new();
    loop {
        let mut line = String::new();
        if reader.read_line(&mut line).ok()? == 0 {
            return None;
        }
        if line == "\r\n" {
            break;
        }
        head.push_str(&line);
    }
    let length =
        head.lines().find_map(|line| line.to_lowercase().strip_prefix("content-length: ")?.trim().parse().ok());
    let mut body = vec![0; length.unwrap_or(0)];
    reader.read_exact(&mut body).ok()?;
    Some(Asked { head, body: serde_json::from_slice(&body).unwrap_or_default() })
}

fn answer(stream: &mut TcpStream, steps: &[Step]) {
    let _ = stream.set_nodelay(true);
    for step in steps {
        match step {
            Step::Send(bytes) => {
                if stream.write_all(bytes).is_err() {
                    return;
                }
            }
            Step::Wait(time) => std::thread::sleep(*time),
            Step::Repeat(bytes) => {
                while stream.write_all(bytes).is_ok() {
                    std::thread::sleep(Duration::from_millis(5));
                }
            }
        }
    }
}

/// An answer of one kind, whole.
pub(crate) fn reply(status: u16, headers: &str, body: &str) -> Vec<Step> {
    let length = body.len();
    let head = format!(
        "HTTP/1.1 {status} X\r\nContent-Type: application/json\r\nContent-Length: {length}\r\n{headers}Connection: close\r\n\r\n"
    );
    vec![Step::Send([head.as_bytes(), body.as_bytes()].concat())]
}

/// The head of an answer in events, whose end is that of the connection.
pub(crate) fn head() -> Step {
    Step::Send(b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nConnection: close\r\n\r\n".to_vec())
}

/// An event.
pub(crate) fn event(data: &Value) -> Vec<u8> {
    format!("data: {data}\n\n").into_bytes()
}

/// A chunk of text.
pub(crate) fn chunk(text: &str) -> Vec<u8> {
    event(&json!({
        "id": "chatcmpl-up", "object": "chat.completion.chunk", "created": 1, "model": "up",
        "choices": [{ "index": 0, "delta": { "content": text }, "finish_reason": null }],
    }))
}

/// The chunk that says how it ended.
pub(crate) fn finish(reason: &str) -> Vec<u8> {
    event(&json!({ "choices": [{ "index": 0, "delta": {}, "finish_reason": reason }] }))
}

/// The chunk that tells the tokens used.
pub(crate) fn usage(prompt: u64, completion: u64) -> Vec<u8> {
    event(&json!({
        "choices": [],
        "usage": { "prompt_tokens": prompt, "completion_tokens": completion, "total_tokens": prompt + completion },
    }))
}

/// An answer in events, with all that belongs to it.
pub(crate) fn says(texts: &[&str]) -> Vec<Step> {
    let mut bytes: Vec<u8> = texts.iter().flat_map(|text| chunk(text)).collect();
    bytes.extend(finish("stop"));
    bytes.extend(usage(5, 7));
    bytes.extend(b"data: [DONE]\n\n");
    vec![head(), Step::Send(bytes)]
}
