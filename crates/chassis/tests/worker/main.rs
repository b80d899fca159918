//! A worker that misbehaves as it is told. Its operation is `<what to do>`, or `<what to do>:<any mark>`; or one of the
//! service in `service.rs`.
//!
//! `chassis-worker parent <operation>` is instead a process that runs one worker, to be killed by a test.

mod by_hand;
mod service;
mod warm;

use std::fs::{File, OpenOptions};
use std::io::{Read, Write};
use std::process::{Command, ExitCode, Stdio};
use std::sync::Arc;
use std::thread::sleep;
use std::time::{Duration, Instant};

use chassis::testing::{Parcel, Workers, child};
use chassis::{Code, Confinement, Error, Settings};
use rustix::process::{
    DumpableBehavior, Resource, Signal, dumpable_behavior, getpid, getpriority_process, getrlimit, kill_process,
};
use serde_json::json;

/// Longer than any test waits.
const LONG: Duration = Duration::from_secs(600);

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [mode, operation] = arguments.as_slice() else { return ExitCode::FAILURE };
    if mode == "parent" {
        return parent(operation);
    }
    if let Some(operation) = operation.strip_prefix(service::NAME).and_then(|rest| rest.strip_prefix('_')) {
        return service::service().work(operation);
    }
    if operation == by_hand::OPERATION {
        return by_hand::work();
    }
    if let Some(kind) = operation.strip_prefix(warm::NAME).and_then(|rest| rest.strip_prefix('_')) {
        return warm::service().work(kind);
    }
    let act = operation.split(':').next().unwrap_or_default();
    match act.strip_prefix("raw-") {
        Some(act) => raw(act),
        None => child(|request, deadline| answer(act, request, deadline)),
    }
}

/// Behaves within the protocol.
fn answer(act: &str, request: Parcel, deadline: Instant) -> Result<Parcel, Error> {
    match act {
        "echo" => return Ok(request),
        "sleep" => sleep(LONG),
        "loop" => loop {
            std::hint::black_box(act);
        },
        "allocate" => {
            let mut blocks = Vec::new();
            loop {
                blocks.push(std::hint::black_box(vec![0_u8; 4 << 20]));
            }
        }
        "overflow" => return Ok(answer_of(json!({ "depth": overflow(0) }))),
        "abort" => std::process::abort(),
        "panic" => panic!("the secret is 12345"),
        "exit" => std::process::exit(0),
        "cpu-limit" => die_of(Signal::XCPU),
        "kernel" => die_of(Signal::KILL),
        "segfault" => die_of(Signal::SEGV),
        "print" => {
            let _ = writeln!(std::io::stdout(), "ffwork, said the library").and_then(|()| std::io::stdout().flush());
            return Ok(request);
        }
        "shout" => {
            // More than a pipe holds, on standard error.
            let _ = std::io::stderr().write_all(&vec![b'!'; 1 << 20]);
            return Ok(request);
        }
        "refuse" => {
            return Err(Error::field(Code::Unprocessable, "file", "is encrypted: send the password"));
        }
        "large" => {
            let bytes = vec![7; 2 << 20];
            return Ok(Parcel { json: "{}".into(), files: vec![chassis::File::new("a", "b/c", bytes)] });
        }
        "descriptors" => {
            let open = std::iter::from_fn(|| File::open("/dev/null").ok()).take(10_000).collect::<Vec<_>>().len();
            return Ok(answer_of(json!({ "open": open })));
        }
        "write" => {
            let path = String::from_utf8_lossy(&request.json).into_owned();
            let written = OpenOptions::new().append(true).open(path).and_then(|mut file| file.write_all(b"x"));
            return Ok(answer_of(json!({ "written": written.is_ok() })));
        }
        "grandchild" => {
            let sleeper = Command::new("/bin/sleep").arg("600").stdin(Stdio::null()).spawn();
            return Ok(answer_of(json!({ "pid": sleeper.map_or(0, |sleeper| sleeper.id()) })));
        }
        "report" => {
            let soft = |resource| getrlimit(resource).current;
            return Ok(answer_of(json!({
                "memory": soft(Resource::As),
                "cpu": soft(Resource::Cpu),
                "fileSize": soft(Resource::Fsize),
                "descriptors": soft(Resource::Nofile),
                "core": soft(Resource::Core),
                "dumpable": dumpable_behavior().is_ok_and(|behavior| behavior != DumpableBehavior::NotDumpable),
                "nice": getpriority_process(None).unwrap_or(-100),
                "folder": std::env::current_dir().unwrap_or_default(),
                "environment": std::env::vars_os().count(),
                "millisLeft": u64::try_from(deadline.saturating_duration_since(Instant::now()).as_millis()).ok(),
            })));
        }
        _ => {}
    }
    Err(Error::new(Code::NotFound, "there is no such operation"))
}

fn answer_of(value: serde_json::Value) -> Parcel {
    Parcel { json: value.to_string().into(), files: Vec::new() }
}

#[expect(unconditional_recursion, reason = "it is to overflow the stack")]
fn overflow(depth: u64) -> u64 {
    let frame = std::hint::black_box([depth; 64]);
    overflow(depth + 1) + frame[usize::from(depth > 7)]
}

fn die_of(signal: Signal) {
    loop {
        // Rust's own handler of SIGSEGV takes the first, and leaves the next to the system.
        let _ = kill_process(getpid(), signal);
    }
}

/// Speaks the protocol by hand, or does not.
fn raw(act: &str) -> ExitCode {
    const READY: &[u8] = b"ffwork\0\x02";
    let framed = |head: &str, rest: &[u8]| {
        let length = u32::try_from(head.len()).unwrap_or_default().to_le_bytes();
        [READY, &1_u64.to_le_bytes(), &length, head.as_bytes(), rest].concat()
    };
    let parcel = |size: u64| format!(r#"{{"Parcel":{{"json":{size},"files":[]}}}}"#);
    let said = match act {
        "garbage" => [READY, &[0xAA; 4096]].concat(),
        "head" => framed("{not json", b""),
        "cut" => framed(&parcel(1000), b"{}"),
        "huge" => framed(&parcel(1 << 50), b"{}"),
        // The answer at once, and not a byte of the request read.
        "early" => framed(&parcel(2), b"{}"),
        "other-version" => b"ffwork\0\x63".to_vec(),
        "usage" => b"error: unrecognized subcommand 'worker'".to_vec(),
        "silent" | "deaf" => Vec::new(),
        // Closes its end and lives on.
        "closed" => READY.to_vec(),
        _ => return ExitCode::FAILURE,
    };
    let _ = std::io::stdout().write_all(&said).and_then(|()| std::io::stdout().flush());
    match act {
        "early" | "deaf" => sleep(LONG),
        "closed" => {
            let _ = rustix::stdio::dup2_stdout(std::io::stderr());
            sleep(LONG);
        }
        _ => {}
    }
    ExitCode::SUCCESS
}

/// Runs one worker and nothing else.
fn parent(operation: &str) -> ExitCode {
    let Ok(runtime) = tokio::runtime::Builder::new_current_thread().enable_all().build() else {
        return ExitCode::FAILURE;
    };
    // By default a worker is the program that runs: this one.
    let workers = Workers::new(&Settings::default(), Arc::default());
    // Ends when the test does, whatever happens to it.
    std::thread::spawn(|| {
        let _ = std::io::stdin().read(&mut [0]);
        std::process::exit(1);
    });
    let answer = runtime.block_on(workers.run(
        &chassis::Holder::default(),
        operation,
        Parcel::default(),
        Confinement::default(),
        Instant::now() + LONG,
        1024,
    ));
    if answer.is_ok() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
