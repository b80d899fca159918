//! One worker process, from its start to its end, as its parent sees it.

use std::convert::Infallible;
use std::future::pending;
use std::io;
use std::os::unix::process::ExitStatusExt;
use std::path::Path;
use std::process::{ExitStatus, Stdio};
use std::time::Duration;

use bytes::{BufMut, Bytes, BytesMut};
use futures_util::FutureExt;
use rustix::process::{Pid, Signal, kill_process_group};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWriteExt};
use tokio::process::{Child, ChildStderr, ChildStdin, ChildStdout, Command};
use tokio::runtime::Handle;
use tokio::time::timeout;

use super::frames::{Bounds, Broken, Head, LENGTH, MAGIC, Message, Preface, TURN};

/// Of what a worker says on standard error, so much of the end is looked at.
const LAST_WORDS: usize = 4096;
/// Time for the last words to arrive once a worker is dead: they are in the pipe already, unless something it started
/// got away and holds the pipe open.
const LAST_WORDS_TIME: Duration = Duration::from_millis(100);

/// Why a worker gave no answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Death {
    /// It is not our program, or did not get as far as reading.
    Start,
    /// It used up its time.
    Time,
    /// It used up its memory.
    Memory,
    /// Somebody else killed it: the system, out of memory, or a person.
    Killed,
    /// Its answer is larger than may come.
    TooLarge,
    /// What it said belongs to an earlier request: this one may be asked again of another.
    Stale,
    /// It ended of itself: if it had been asked before, perhaps before this request reached it.
    Left,
    /// Anything else.
    Crash,
}

/// A running worker. When this goes, however it goes, the process is killed and reaped.
pub(super) struct Process<G: Send + 'static> {
    child: Option<Child>,
    pipes: Pipes,
    /// Whether it has said that it is there.
    ready: bool,
    turns: u64,
    /// Kept until the process is gone, or given back between two requests.
    guard: Option<G>,
}

struct Pipes {
    stdin: ChildStdin,
    stdout: ChildStdout,
    stderr: ChildStderr,
    last_words: Vec<u8>,
}

/// An answer, and whether the worker may be asked again: it has read all it was sent.
pub(super) struct Answered {
    pub(super) message: Message,
    pub(super) reusable: bool,
}

impl<G: Send + 'static> Process<G> {
    pub(super) fn start(program: &Path, operation: &str, environment: &[(&str, &str)], guard: G) -> io::Result<Self> {
        let mut child = Command::new(program)
            .args(["worker", operation])
            .env_clear()
            .envs(environment.iter().copied())
            .current_dir("/")
            // A group of its own: an interrupt from the terminal is for the parent, which ends its workers itself.
            .process_group(0)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()?;
        let pipes = Pipes {
            stdin: child.stdin.take().expect("standard input is piped"),
            stdout: child.stdout.take().expect("standard output is piped"),
            stderr: child.stderr.take().expect("standard error is piped"),
            last_words: Vec::new(),
        };
        Ok(Self { child: Some(child), pipes, ready: false, turns: 0, guard: Some(guard) })
    }

    /// Sends a request and takes the answer, both at once: neither side waits for the other to have read everything.
    pub(super) async fn ask(
        &mut self,
        request: Message,
        bounds: Bounds,
        limit: usize,
    ) -> Result<Answered, (Death, Option<ExitStatus>)> {
        self.turns += 1;
        let turn = self.turns.to_le_bytes();
        let pieces = [Preface { turn, bounds }.bytes()].into_iter().chain(request.pieces());
        let Pipes { stdin, stdout, stderr, last_words } = &mut self.pipes;
        let (ready, mut sent) = (&mut self.ready, false);
        let write = async {
            for piece in pieces {
                if stdin.write_all(&piece).await.is_err() {
                    // It reads no more; its answer says why, or its end.
                    return pending::<Infallible>().await;
                }
            }
            sent = true;
            // The pipe stays open: the worker ends when it closes.
            pending::<Infallible>().await
        };
        let listen = async {
            keep_end(stderr, last_words).await;
            pending::<Infallible>().await
        };
        let answer = async {
            if !std::mem::replace(ready, true) {
                greeting(stdout).await?;
            }
            receive(stdout, turn, limit).await
        };
        let broken = tokio::select! {
            answer = answer => match answer {
                Ok(message) => return Ok(Answered { message, reusable: sent }),
                Err(broken) => broken,
            },
            never = write => match never {},
            never = listen => match never {},
        };

        // One that ended by itself keeps its own cause of death.
        let child = self.child.as_mut().expect("the child is there until the process is dropped");
        kill_group(child);
        let status = child.wait().await.ok();
        let _ = timeout(LAST_WORDS_TIME, keep_end(&mut self.pipes.stderr, &mut self.pipes.last_words)).await;
        Err((cause(broken, status, &self.pipes.last_words), status))
    }

    /// Whether it waits for a request: it lives, and has said nothing since its last answer.
    pub(super) fn is_waiting(&mut self) -> bool {
        let mut byte = [0];
        // An end is an answer here, too.
        self.pipes.stdout.read(&mut byte).now_or_never().is_none()
    }

    /// Gives the guard back between two requests.
    pub(super) fn release(&mut self) {
        self.guard = None;
    }

    /// Takes a guard for the next request.
    pub(super) fn guard(&mut self, guard: G) {
        self.guard = Some(guard);
    }

    /// Memory it has in use; nothing when the system does not say.
    pub(super) fn resident(&self) -> Option<usize> {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.as_ref()?.id()?)).ok()?;
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
        line.trim().strip_suffix("kB")?.trim().parse::<usize>().ok()?.checked_mul(1024)
    }
}

impl<G: Send + 'static> Drop for Process<G> {
    fn drop(&mut self) {
        let guard = self.guard.take();
        if let Some(mut child) = self.child.take() {
            kill_group(&child);
            if let Ok(runtime) = Handle::try_current() {
                runtime.spawn(async move {
                    let _ = child.wait().await;
                    drop(guard);
                });
            }
        }
    }
}

/// Kills a worker and what it started, unless it is reaped already: then its number may be another's.
fn kill_group(child: &Child) {
    if let Some(pid) = child.id().and_then(|id| i32::try_from(id).ok()).and_then(Pid::from_raw) {
        let _ = kill_process_group(pid, Signal::KILL);
    }
}

/// What a worker says before anything else.
async fn greeting(pipe: &mut (impl AsyncRead + Unpin)) -> Result<(), Broken> {
    let mut magic = [0; MAGIC.len()];
    if pipe.read_exact(&mut magic).await.is_err() || magic != MAGIC { Err(Broken::Unready) } else { Ok(()) }
}

async fn receive(pipe: &mut (impl AsyncRead + Unpin), turn: [u8; TURN], limit: usize) -> Result<Message, Broken> {
    let mut answered = [0; TURN];
    pipe.read_exact(&mut answered).await?;
    if answered != turn {
        // An earlier turn is an answer that came twice.
        let earlier = u64::from_le_bytes(answered) < u64::from_le_bytes(turn);
        return Err(if earlier { Broken::Stale } else { Broken::Garbled });
    }
    let mut prefix = [0; LENGTH];
    pipe.read_exact(&mut prefix).await?;
    let head = receive_piece(pipe, Head::length(prefix)?).await?;
    let head = Head::read(&head, limit)?;
    let mut pieces = Vec::new();
    for size in head.sizes() {
        pieces.push(receive_piece(pipe, size).await?);
    }
    Ok(head.message(pieces))
}

async fn receive_piece(pipe: &mut (impl AsyncRead + Unpin), size: usize) -> Result<Bytes, Broken> {
    // Pages are touched only as the bytes arrive.
    let mut piece = BytesMut::with_capacity(size);
    while piece.len() < size {
        let missing = size - piece.len();
        if pipe.read_buf(&mut (&mut piece).limit(missing)).await? == 0 {
            return Err(Broken::Ended);
        }
    }
    Ok(piece.freeze())
}

/// Reads to the end and keeps the end.
async fn keep_end(pipe: &mut (impl AsyncRead + Unpin), end: &mut Vec<u8>) {
    let mut chunk = [0; LAST_WORDS];
    while let Ok(size @ 1..) = pipe.read(&mut chunk).await {
        end.extend_from_slice(&chunk[..size]);
        end.drain(..end.len().saturating_sub(LAST_WORDS));
    }
}

/// The cause of a death.
fn cause(broken: Broken, status: Option<ExitStatus>, last_words: &[u8]) -> Death {
    let signal = status.and_then(|status| status.signal()).and_then(Signal::from_named_raw);
    match (broken, signal) {
        (Broken::Unready, _) => Death::Start,
        (Broken::TooLarge, _) => Death::TooLarge,
        (Broken::Garbled, _) => Death::Crash,
        (Broken::Stale, _) => Death::Stale,
        (Broken::Ended, Some(Signal::XCPU)) => Death::Time,
        // Its own memory has a bound that ends in an abort: this was not its fault.
        (Broken::Ended, Some(Signal::KILL | Signal::TERM)) => Death::Killed,
        (Broken::Ended, Some(Signal::ABORT)) if tells_of_memory(last_words) => Death::Memory,
        (Broken::Ended, None) if status.is_some_and(|status| status.success()) => Death::Left,
        (Broken::Ended, _) => Death::Crash,
    }
}

/// Whether these are the last words of a program that was refused memory: of Rust (`std::alloc::handle_alloc_error`) or
/// of C++ (`std::terminate` on an allocation).
fn tells_of_memory(last_words: &[u8]) -> bool {
    String::from_utf8_lossy(last_words).lines().any(|line| {
        line.starts_with("memory allocation of ") && line.ends_with(" bytes failed") || line.contains("std::bad_alloc")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_death_has_one_cause() {
        let by = |signal: Signal| Some(ExitStatus::from_raw(signal.as_raw()));
        let exit = |code: i32| Some(ExitStatus::from_raw(code << 8));
        let refused = b"a warning\nmemory allocation of 4096 bytes failed\n".as_slice();
        let thrown = b"terminate called after throwing an instance of 'std::bad_alloc'\n  what():  std::bad_alloc\n";
        for (broken, status, last_words, death) in [
            (Broken::Ended, by(Signal::XCPU), b"".as_slice(), Death::Time),
            (Broken::Ended, by(Signal::ABORT), refused, Death::Memory),
            (Broken::Ended, by(Signal::ABORT), thrown.as_slice(), Death::Memory),
            (Broken::Ended, by(Signal::KILL), b"", Death::Killed),
            (Broken::Ended, by(Signal::TERM), b"", Death::Killed),
            (Broken::Ended, by(Signal::ABORT), b"assertion failed", Death::Crash),
            (Broken::Ended, by(Signal::SEGV), refused, Death::Crash),
            (Broken::Ended, by(Signal::XFSZ), b"", Death::Crash),
            (Broken::Ended, exit(0), b"", Death::Left),
            (Broken::Ended, exit(101), refused, Death::Crash),
            (Broken::Ended, None, b"", Death::Crash),
            (Broken::Garbled, by(Signal::KILL), b"", Death::Crash),
            (Broken::TooLarge, by(Signal::KILL), b"", Death::TooLarge),
            (Broken::Stale, by(Signal::KILL), b"", Death::Stale),
            (Broken::Unready, exit(127), b"", Death::Start),
        ] {
            assert_eq!(cause(broken, status, last_words), death, "{broken:?} {status:?}");
        }
    }

    #[tokio::test]
    async fn of_long_last_words_the_end_is_kept() {
        let mut end = Vec::new();
        keep_end(&mut [b"x".repeat(100_000).as_slice(), b"the end"].concat().as_slice(), &mut end).await;
        assert_eq!(end.len(), LAST_WORDS);
        assert!(end.ends_with(b"xthe end"));
    }
}
