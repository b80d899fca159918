//! What was answered is there after `kill -9`: the program as a process, killed amid writes.

use std::collections::HashMap;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Mutex;
use std::time::Duration;

use serde_json::{Value, json};

/// Times it is killed.
const ROUNDS: u64 = 6;
const DIMENSIONS: usize = 16;

struct Server {
    child: Child,
    address: SocketAddr,
}

impl Server {
    fn start(data: &Path) -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_vector"));
        command.env_clear().env("FLOWFORGE_DATA", data).env("FLOWFORGE_DATA_RESERVE", "1MB");
        command.env("FLOWFORGE_SERVICE_LISTEN", "127.0.0.1:0").env("FLOWFORGE_NO_ACCESS_LOG", "true");
        command.env("FLOWFORGE_STORE", data.join("files"));
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap());
        let address = loop {
            let mut line = String::new();
            assert_ne!(lines.read_line(&mut line).unwrap(), 0, "it ended");
            let event: Value = serde_json::from_str(&line).unwrap_or_default();
            if event["message"] == "listening" {
                break event["address"].as_str().unwrap().parse().unwrap();
            }
        };
        std::thread::spawn(move || std::io::copy(&mut lines, &mut std::io::sink()));
        Self { child, address }
    }

    fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}

/// A connection; every answer, or nothing once the other end is gone.
struct Connection(BufReader<TcpStream>);

impl Connection {
    fn to(address: SocketAddr) -> Option<Self> {
        let stream = TcpStream::connect(address).ok()?;
        stream.set_read_timeout(Some(Duration::from_secs(60))).ok()?;
        Some(Self(BufReader::new(stream)))
    }

    fn send(&mut self, method: &str, path: &str, body: &Value) -> Option<(u16, Value)> {
        let body = body.to_string();
        let head = format!(
            "{method} /api/v1/vector{path} HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n",
            body.len()
        );
        self.0.get_mut().write_all(&[head.as_bytes(), body.as_bytes()].concat()).ok()?;
        let (mut status, mut length) = (0, 0);
        loop {
            let mut line = String::new();
            if self.0.read_line(&mut line).ok()? == 0 {
                return None;
            }
            let line = line.trim_end().to_ascii_lowercase();
            if let Some(rest) = line.strip_prefix("http/1.1 ") {
                status = rest[..3].parse().ok()?;
            } else if let Some(rest) = line.strip_prefix("content-length: ") {
                length = rest.parse().ok()?;
            } else if line.is_empty() {
                break;
            }
        }
        let mut bytes = vec![0; length];
        self.0.read_exact(&mut bytes).ok()?;
        Some((status, serde_json::from_slice(&bytes).ok()?))
    }
}

fn vector(number: u64) -> Vec<f32> {
    let mut state = number.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    (0..DIMENSIONS)
        .map(|_| {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            (state >> 40) as f32 / (1u64 << 23) as f32 - 1.0
        })
        .collect()
}

/// What must be there, by id: the number its vector and payload are made of; nothing for what was deleted.
type Known = Mutex<HashMap<String, Option<u64>>>;

/// Writes until the connection breaks. Ids are the writer's own, so nobody else changes them.
fn write(address: SocketAddr, writer: u64, round: u64, known: &Known) {
    let Some(mut connection) = Connection::to(address) else { return };
    let path = "/collections/k/points";
    for step in 0u64.. {
        let base = writer * 1_000_000 + round * 10_000 + step * 10;
        let many = if writer == 0 { 50 } else { 1 };
        let point = |number: u64| json!({ "id": format!("w{writer}-{}", number % 997), "vector": vector(number), "payload": { "n": number }, "text": format!("word{number}") });
        let numbers: Vec<u64> = (base..base + many).collect();
        let points: Vec<Value> = numbers.iter().map(|number| point(*number)).collect();
        let ids: Vec<String> = points.iter().map(|point| point["id"].as_str().unwrap().to_owned()).collect();
        // What is under way may or may not be there.
        for id in &ids {
            known.lock().unwrap().remove(id);
        }
        match connection.send("PUT", path, &json!({ "points": points })) {
            Some((200, _)) => known.lock().unwrap().extend(ids.iter().cloned().zip(numbers.into_iter().map(Some))),
            Some((status, answer)) => panic!("{status} {answer}"),
            None => return,
        }
        if step % 3 == 2 {
            let id = ids[0].clone();
            known.lock().unwrap().remove(&id);
            match connection.send("POST", "/collections/k/points/delete", &json!({ "ids": [id] })) {
                Some((200, answer)) => {
                    assert_eq!(answer["deleted"], 1);
                    known.lock().unwrap().insert(id, None);
                }
                Some((status, answer)) => panic!("{status} {answer}"),
                None => return,
            }
        }
    }
}

#[test]
fn what_was_answered_is_there_after_a_kill() {
    let data = tempfile::tempdir().unwrap();
    let known: Known = Mutex::default();
    for round in 0..=ROUNDS {
        let server = Server::start(data.path());
        let mut connection = Connection::to(server.address).unwrap();
        if round == 0 {
            let body = json!({ "name": "k", "dimensions": DIMENSIONS, "distance": "euclid" });
            assert_eq!(connection.send("POST", "/collections", &body).unwrap().0, 200);
        }
        let all: Vec<(String, Option<u64>)> = known.lock().unwrap().clone().into_iter().collect();
        for part in all.chunks(500) {
            let ids: Vec<&str> = part.iter().map(|(id, _)| id.as_str()).collect();
            let (status, answer) =
                connection.send("POST", "/collections/k/points/get", &json!({ "ids": ids })).unwrap();
            assert_eq!(status, 200, "{answer}");
            let there: HashMap<&str, u64> = answer["rows"]
                .as_array()
                .unwrap()
                .iter()
                .map(|row| (row["id"].as_str().unwrap(), row["payload"]["n"].as_u64().unwrap()))
                .collect();
            for (id, number) in part {
                assert_eq!(there.get(id.as_str()), number.as_ref(), "round {round}: {id}");
            }
        }
        for (id, number) in all.iter().filter_map(|(id, number)| Some((id, (*number)?))).take(40) {
            let (_, answer) = connection
                .send("POST", "/collections/k/query", &json!({ "vector": vector(number), "limit": 1 }))
                .unwrap();
            assert_eq!(answer["rows"][0]["id"], json!(id), "round {round}");
            let (_, answer) =
                connection.send("POST", "/collections/k/query", &json!({ "text": format!("word{number}") })).unwrap();
            assert!(answer["rows"].as_array().unwrap().iter().any(|row| row["id"] == json!(id)), "round {round}: {id}");
        }
        if round == ROUNDS {
            assert!(!all.is_empty());
            return server.kill();
        }
        let address = server.address;
        std::thread::scope(|scope| {
            for writer in 0..4 {
                let known = &known;
                scope.spawn(move || write(address, writer, round, known));
            }
            std::thread::sleep(Duration::from_millis(250 + 97 * (round * 7 % 6)));
            server.kill();
        });
    }
}
