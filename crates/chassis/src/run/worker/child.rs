//! The worker's side: bounds itself, reads one request, runs it, answers, ends. No runtime: its start must be fast.

use std::fs::File;
use std::io::{self, Read, Write};
use std::os::fd::AsFd;
use std::panic::{AssertUnwindSafe, catch_unwind, set_hook};
use std::process::ExitCode;
use std::sync::OnceLock;
use std::time::Instant;

use bytes::Bytes;
use rustix::process::{
    DumpableBehavior, Resource, Rlimit, Signal, getpid, getrlimit, kill_process, kill_process_group, nice,
    set_dumpable_behavior, setrlimit,
};

use super::frames::{Bounds, Broken, Head, LENGTH, MAGIC, Message, Parcel};
use crate::error::Error;

/// Descriptors a worker may have; it starts with five.
const DESCRIPTORS: u64 = 32;
/// Workers give way to the process that answers.
const NICENESS: i32 = 10;
/// Stack of the thread that watches the pipe: it does nothing else.
const WATCHER_STACK: usize = 64 * 1024;

/// Runs one operation for the process at the other end of standard input and output: the whole `main` of a worker.
/// `answer` is given the request and the moment after which nobody waits for its answer.
#[must_use]
pub fn child(answer: impl FnOnce(Parcel, Instant) -> Result<Parcel, Error>) -> ExitCode {
    match work(answer) {
        Ok(()) => ExitCode::SUCCESS,
        // The other end is gone, or knows from the missing answer.
        Err(_) => ExitCode::FAILURE,
    }
}

fn work(answer: impl FnOnce(Parcel, Instant) -> Result<Parcel, Error>) -> Result<(), Broken> {
    let (mut requests, mut answers) = pipes()?;
    let mut preface = [0; Bounds::PREFACE];
    requests.read_exact(&mut preface)?;
    let bounds = Bounds::of_preface(&preface)?;
    let deadline = Instant::now() + bounds.time;
    confine(bounds)?;
    answers.write_all(&MAGIC)?;

    let Message::Parcel(request) = read(&mut requests)? else { return Err(Broken::Garbled) };
    end_with(requests)?;
    for piece in guarded(|| answer(request, deadline)).pieces() {
        answers.write_all(&piece)?;
    }
    Ok(())
}

/// The pipes to the parent, for us alone: what a library prints goes where standard error goes, not into the answer.
fn pipes() -> io::Result<(File, File)> {
    let requests = io::stdin().as_fd().try_clone_to_owned()?;
    let answers = io::stdout().as_fd().try_clone_to_owned()?;
    rustix::stdio::dup2_stdout(io::stderr())?;
    Ok((requests.into(), answers.into()))
}

/// Sets the limits of this process, or those it was born with where they are narrower.
fn confine(Bounds { memory, time }: Bounds) -> io::Result<()> {
    let seconds = u64::try_from(time.as_millis().div_ceil(1000)).unwrap_or(u64::MAX).max(1);
    let limits = [
        (Resource::As, memory, memory),
        // The first limit is SIGXCPU, by which the parent knows the cause; the second SIGKILL.
        (Resource::Cpu, seconds, seconds.saturating_add(1)),
        (Resource::Fsize, 0, 0),
        (Resource::Nofile, DESCRIPTORS, DESCRIPTORS),
        (Resource::Core, 0, 0),
    ];
    for (resource, soft, hard) in limits {
        let most = getrlimit(resource).maximum.unwrap_or(u64::MAX);
        setrlimit(resource, Rlimit { current: Some(soft.min(most)), maximum: Some(hard.min(most)) })?;
    }
    // A core limit of 0 does not hold for dumps that are piped to a program: core(5).
    set_dumpable_behavior(DumpableBehavior::NotDumpable)?;
    nice(NICENESS)?;
    Ok(())
}

fn read(pipe: &mut File) -> Result<Message, Broken> {
    let mut prefix = [0; LENGTH];
    pipe.read_exact(&mut prefix)?;
    let head = read_piece(pipe, Head::length(prefix)?)?;
    // The parent is trusted; what does not fit ends this process as any lack of memory does.
    let head = Head::read(&head, usize::MAX)?;
    let pieces = head.sizes().into_iter().map(|size| read_piece(pipe, size)).collect::<Result<_, _>>()?;
    Ok(head.message(pieces))
}

fn read_piece(pipe: &mut File, size: usize) -> Result<Bytes, Broken> {
    let mut piece = Vec::with_capacity(size);
    pipe.take(size as u64).read_to_end(&mut piece)?;
    if piece.len() == size { Ok(piece.into()) } else { Err(Broken::Ended) }
}

/// Ends this process when the other end of the pipe is closed: nobody waits for the answer, the parent may be dead.
fn end_with(mut pipe: File) -> io::Result<()> {
    let watch = move || {
        let _ = io::copy(&mut pipe, &mut io::sink());
        // Not `exit`: its handlers would run beside a library at work. What the operation started goes with it.
        let _ = kill_process_group(getpid(), Signal::KILL);
        let _ = kill_process(getpid(), Signal::KILL);
    };
    std::thread::Builder::new().stack_size(WATCHER_STACK).spawn(watch).map(drop)
}

/// Runs the operation; of a panic only its place is told, because its text may quote the request.
fn guarded(answer: impl FnOnce() -> Result<Parcel, Error>) -> Message {
    static PLACE: OnceLock<String> = OnceLock::new();
    set_hook(Box::new(|info| {
        if let Some(place) = info.location() {
            let _ = PLACE.set(format!("{}:{}", place.file(), place.line()));
        }
    }));
    match catch_unwind(AssertUnwindSafe(answer)) {
        Ok(Ok(parcel)) => Message::Parcel(parcel),
        Ok(Err(error)) => Message::Error(error),
        Err(_) => Message::Panic(PLACE.get().cloned().unwrap_or_default()),
    }
}
