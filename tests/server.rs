//! The binary as a process, the plainest of clients, and a web server to fetch from.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use chassis::testing::model_data;
use serde_json::Value;
use tempfile::TempDir;

pub const FREE: &str = "X-API-Key: ff_demo_free\r\n";
pub const ENTERPRISE: &str = "X-API-Key: ff_demo_enterprise\r\n";

/// A command of the binary, without the environment of whoever runs the tests.
pub fn flowforge() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_flowforge"));
    command.env_clear().current_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/../.."));
    command
}

/// A running server.
pub struct Server {
    child: Child,
    /// Where it answers.
    pub address: SocketAddr,
    /// Where its metrics are, if it is the gateway.
    pub status: Option<SocketAddr>,
    output: Arc<Mutex<String>>,
    /// Where it keeps files and data; gone with it.
    _folders: [TempDir; 2],
}

impl Server {
    /// Everything behind the gateway.
    pub fn up() -> Self {
        Self::start(&["up"], &[])
    }

    /// A command that listens on ports of its own choice and has a store of its own, with some environment.
    pub fn start(arguments: &[&str], environment: &[(&str, &str)]) -> Self {
        let data = tempfile::tempdir().unwrap();
        // Models are only read.
        if let Some(pulled) = model_data() {
            std::os::unix::fs::symlink(pulled.join("models"), data.path().join("models")).unwrap();
        }
        Self::with_data(arguments, environment, data)
    }

    /// The same without models, which are read beside the first requests and would count as memory of those.
    pub fn without_models(arguments: &[&str], environment: &[(&str, &str)]) -> Self {
        Self::with_data(arguments, environment, tempfile::tempdir().unwrap())
    }

    fn with_data(arguments: &[&str], environment: &[(&str, &str)], data: TempDir) -> Self {
        let store = tempfile::tempdir().unwrap();
        let mut command = flowforge();
        command.env("FLOWFORGE_STORE", store.path()).env("FLOWFORGE_DATA", data.path());
        command.args(arguments).envs(environment.iter().copied());
        for name in ["FLOWFORGE_LISTEN", "FLOWFORGE_STATUS_LISTEN", "FLOWFORGE_SERVICE_LISTEN"] {
            command.env(name, "127.0.0.1:0");
        }
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let output = Arc::new(Mutex::new(String::new()));
        let errors = BufReader::new(child.stderr.take().unwrap());
        let mut lines = BufReader::new(child.stdout.take().unwrap());
        collect(errors, output.clone());
        let mut line = String::new();
        let listening = loop {
            line.clear();
            assert_ne!(lines.read_line(&mut line).unwrap(), 0, "it ended: {}", output.lock().unwrap());
            output.lock().unwrap().push_str(&line);
            let event: Value = serde_json::from_str(&line).unwrap_or_default();
            if event["message"] == "listening" {
                break event;
            }
        };
        collect(lines, output.clone());
        let address = |name: &str| listening[name].as_str().map(|address| address.parse().unwrap());
        Self { child, address: address("address").unwrap(), status: address("status"), output, _folders: [store, data] }
    }

    /// The id of the process.
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// Everything it has said so far, to people and to logs.
    pub fn output(&self) -> String {
        self.output.lock().unwrap().clone()
    }

    /// What it has said once it has said this; fails when it does not within a while.
    pub fn said(&self, needle: &str) -> String {
        for _ in 0..6000 {
            let output = self.output();
            if output.contains(needle) {
                return output;
            }
            std::thread::sleep(Duration::from_millis(10));
        }
        panic!("it did not say {needle}: {}", self.output());
    }

    /// Waits until so many hash requests are being answered; fails when it takes long.
    pub fn wait_in_flight(&self, wanted: usize) {
        self.wait_gauge("http_requests_in_flight{service=\"crypto\",operation=\"hash\"}", wanted);
    }

    /// Waits until a metric has a value; fails when it takes long.
    pub fn wait_gauge(&self, name: &str, wanted: usize) {
        let mut line = String::new();
        for _ in 0..6000 {
            let metrics = get(self.status.unwrap(), "/metrics", "").body;
            let prefix = format!("{name} ");
            line = metrics.lines().find_map(|line| line.strip_prefix(&prefix)).unwrap().to_owned();
            if line == wanted.to_string() {
                return;
            }
            std::thread::sleep(Duration::from_millis(10));
        }
        panic!("{name} is {line}, never {wanted}");
    }

    /// Waits until a metric is at least so much; fails when it takes long.
    pub fn wait_gauge_of_at_least(&self, name: &str, wanted: usize) {
        let prefix = format!("{name} ");
        for _ in 0..6000 {
            let metrics = get(self.status.unwrap(), "/metrics", "").body;
            let value = metrics.lines().find_map(|line| line.strip_prefix(&prefix)?.parse::<usize>().ok());
            if value.is_some_and(|value| value >= wanted) {
                return;
            }
            std::thread::sleep(Duration::from_millis(10));
        }
        panic!("{name} never reaches {wanted}");
    }

    /// Bytes of memory it occupies.
    pub fn memory(&self) -> usize {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.id())).unwrap();
        let line = status.lines().find(|line| line.starts_with("VmRSS:")).unwrap();
        line.split_whitespace().nth(1).unwrap().parse::<usize>().unwrap() * 1024
    }

    /// The most memory it has occupied.
    pub fn peak_memory(&self) -> usize {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.id())).unwrap();
        let line = status.lines().find(|line| line.starts_with("VmHWM:")).unwrap();
        line.split_whitespace().nth(1).unwrap().parse::<usize>().unwrap() * 1024
    }

    /// Asks it to stop.
    pub fn terminate(&self) {
        let killed = Command::new("sh").args(["-c", &format!("kill -TERM {}", self.id())]).status().unwrap();
        assert!(killed.success());
    }

    /// Waits until it has ended; its exit code.
    pub fn wait(mut self, patience: Duration) -> Option<i32> {
        let started = Instant::now();
        while started.elapsed() < patience {
            if let Some(status) = self.child.try_wait().unwrap() {
                return status.code();
            }
            std::thread::sleep(Duration::from_millis(10));
        }
        panic!("it does not end: {}", self.output());
    }

    /// Sends bytes as they are and reads until the other end closes, or a while.
    pub fn raw(&self, request: impl AsRef<[u8]>) -> String {
        raw(self.address, request)
    }

    /// Posts JSON with a header line or several.
    pub fn post(&self, path: &str, headers: &str, body: impl AsRef<[u8]>) -> Answer {
        self.send(path, &format!("Content-Type: application/json\r\n{headers}"), body)
    }

    /// Posts a body of a type that the headers name.
    pub fn send(&self, path: &str, headers: &str, body: impl AsRef<[u8]>) -> Answer {
        let body = body.as_ref();
        let head = format!(
            "POST {path} HTTP/1.1\r\nHost: test\r\nConnection: close\r\n{headers}Content-Length: {}\r\n\r\n",
            body.len()
        );
        Answer::parse(&self.raw([head.as_bytes(), body].concat()))
    }

    /// Posts a body whose length nobody knows beforehand, piece by piece.
    pub fn stream(&self, path: &str, headers: &str, pieces: impl Iterator<Item = Vec<u8>>) -> Answer {
        let mut upload = self.upload(path, headers);
        for piece in pieces {
            // A server that has seen enough closes; what it said is still there.
            if upload.write_all(&chunk(&piece)).is_err() {
                break;
            }
        }
        let _ = upload.write_all(b"0\r\n\r\n");
        answer(upload)
    }

    /// Begins such a body: what follows are [`chunk`]s.
    pub fn upload(&self, path: &str, headers: &str) -> TcpStream {
        let mut stream = TcpStream::connect(self.address).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(60))).unwrap();
        let head = format!(
            "POST {path} HTTP/1.1\r\nHost: test\r\nConnection: close\r\n{headers}Transfer-Encoding: chunked\r\n\r\n"
        );
        stream.write_all(head.as_bytes()).unwrap();
        stream
    }

    /// Gets a path with a header line or several.
    pub fn get(&self, path: &str, headers: &str) -> Answer {
        get(self.address, path, headers)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn collect(mut lines: impl BufRead + Send + 'static, output: Arc<Mutex<String>>) {
    std::thread::spawn(move || {
        let mut line = String::new();
        while lines.read_line(&mut line).is_ok_and(|bytes| bytes > 0) {
            output.lock().unwrap().push_str(&line);
            line.clear();
        }
    });
}

/// A piece of a body whose length nobody knows beforehand.
pub fn chunk(piece: &[u8]) -> Vec<u8> {
    [format!("{:x}\r\n", piece.len()).as_bytes(), piece, b"\r\n"].concat()
}

/// What comes until the other end closes.
pub fn answer(mut stream: TcpStream) -> Answer {
    let mut answer = Vec::new();
    let _ = stream.read_to_end(&mut answer);
    Answer::parse(&String::from_utf8_lossy(&answer))
}

/// A form with files: the headers of its request, and its body. Each part has the rest of its disposition.
pub fn multipart(parts: &[(&str, &[u8])]) -> (&'static str, Vec<u8>) {
    let mut body = Vec::new();
    for (about, content) in parts {
        body.extend_from_slice(format!("--part\r\nContent-Disposition: form-data; {about}\r\n\r\n").as_bytes());
        body.extend_from_slice(content);
        body.extend_from_slice(b"\r\n");
    }
    body.extend_from_slice(b"--part--\r\n");
    ("Content-Type: multipart/form-data; boundary=part\r\n", body)
}

pub fn raw(address: SocketAddr, request: impl AsRef<[u8]>) -> String {
    let mut stream = TcpStream::connect(address).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(300))).unwrap();
    // A server that has seen enough may close before everything is sent.
    let _ = stream.write_all(request.as_ref());
    let mut answer = Vec::new();
    let _ = stream.read_to_end(&mut answer);
    String::from_utf8_lossy(&answer).into_owned()
}

pub fn get(address: SocketAddr, path: &str, headers: &str) -> Answer {
    Answer::parse(&raw(address, format!("GET {path} HTTP/1.1\r\nHost: test\r\nConnection: close\r\n{headers}\r\n")))
}

/// What came back.
#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    head: String,
    pub body: String,
}

impl Answer {
    pub fn parse(text: &str) -> Self {
        let (head, body) = text.split_once("\r\n\r\n").unwrap_or((text, ""));
        let status = head.split_whitespace().nth(1).and_then(|status| status.parse().ok()).unwrap_or(0);
        Self { status, head: head.to_ascii_lowercase(), body: body.to_owned() }
    }

    pub fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|_| panic!("no JSON: {self:?}"))
    }

    pub fn message(&self) -> String {
        self.json()["error"]["message"].as_str().unwrap_or_default().to_owned()
    }

    pub fn header(&self, name: &str) -> Option<&str> {
        let mut lines = self.head.lines().filter_map(|line| line.split_once(": "));
        lines.find(|(known, _)| *known == name).map(|(_, value)| value)
    }
}

/// A web server of a test.
pub struct Origin {
    /// Where it answers.
    pub address: SocketAddr,
    visits: Arc<AtomicUsize>,
}

impl Origin {
    /// Answers the path of each request with whatever the function makes of it: an answer from its first line on.
    pub fn at(address: &str, answer: impl Fn(&str) -> Vec<u8> + Send + 'static) -> Self {
        let listener = TcpListener::bind(address).unwrap();
        let address = listener.local_addr().unwrap();
        let visits = Arc::new(AtomicUsize::new(0));
        let counted = visits.clone();
        std::thread::spawn(move || {
            for mut stream in listener.incoming().flatten() {
                counted.fetch_add(1, Ordering::SeqCst);
                let _ = stream.set_read_timeout(Some(Duration::from_secs(5)));
                let mut head = Vec::new();
                let mut byte = [0];
                while !head.ends_with(b"\r\n\r\n") && stream.read_exact(&mut byte).is_ok() {
                    head.extend_from_slice(&byte);
                }
                let head = String::from_utf8_lossy(&head).into_owned();
                let _ = stream.write_all(&answer(head.split_whitespace().nth(1).unwrap_or_default()));
            }
        });
        Self { address, visits }
    }

    /// How many connections it has seen.
    pub fn visits(&self) -> usize {
        // Connections are taken in their order: when it answers this one, it has counted all before.
        get(self.address, "/", "");
        self.visits.fetch_sub(1, Ordering::SeqCst) - 1
    }
}

/// Waits for the next minute when this one is nearly over, so that a test of its limit stays within it.
pub fn early_in_the_minute() {
    #[expect(clippy::disallowed_methods, reason = "the server's clock is the system's")]
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap();
    let left = 60 - now.as_secs() % 60;
    if left < 20 {
        std::thread::sleep(Duration::from_secs(left));
    }
}
