//! The worker's side: bounds itself, reads a request, runs it, answers, ends; a warm one goes on to the next. No runtime:
//! its start must be fast.

use std::fs::File;
use std::io::{self, Read, Write};
use std::os::fd::AsFd;
use std::panic::{AssertUnwindSafe, catch_unwind, set_hook};
use std::process::ExitCode;
use std::sync::{Mutex, PoisonError, mpsc};
use std::time::{Duration, Instant};

use bytes::Bytes;
use rustix::process::{
    DumpableBehavior, Resource, Rlimit, Signal, getpid, getrlimit, kill_process, kill_process_group, nice,
    set_dumpable_behavior, setrlimit,
};
use rustix::time::{ClockId, clock_gettime};

use super::frames::{Bounds, Broken, Head, LENGTH, MAGIC, Message, Parcel, Preface, TURN};
use crate::error::Error;

/// Descriptors a worker may have; it starts with five.
const DESCRIPTORS: u64 = 32;
/// Workers give way to the process that answers.
const NICENESS: i32 = 10;
/// Stack of the thread that watches the pipe: it does nothing else.
const WATCHER_STACK: usize = 64 * 1024;
/// Stack of the thread that reads requests.
const READER_STACK: usize = 512 * 1024;

/// Runs one operation for the process at the other end of standard input and output: the whole `main` of a worker.
/// `answer` is given the request and the moment after which nobody waits for its answer.
#[must_use]
pub fn child(answer: impl FnOnce(Parcel, Instant) -> Result<Parcel, Error> + Send) -> ExitCode {
    exit(once(answer))
}

/// Answers one request after another: the whole `main` of a warm worker. What `start` is given is the JSON of what makes
/// this worker warm, which comes as the first request; what it makes answers the others.
#[must_use]
pub fn warm_child<E>(
    start: impl FnOnce(Parcel) -> Result<E, Error>,
    answer: impl FnMut(&mut E, Parcel, Instant) -> Result<Parcel, Error>,
) -> ExitCode {
    exit(repeatedly(start, answer))
}

fn exit(worked: Result<(), Broken>) -> ExitCode {
    match worked {
        Ok(()) => ExitCode::SUCCESS,
        // The other end is gone, or knows from the missing answer.
        Err(_) => ExitCode::FAILURE,
    }
}

fn once(answer: impl FnOnce(Parcel, Instant) -> Result<Parcel, Error> + Send) -> Result<(), Broken> {
    let (mut requests, mut answers) = pipes()?;
    let Preface { turn, bounds } = preface(&mut requests)?;
    let deadline = Instant::now() + bounds.time;
    confine(bounds, Lifetime::OneRequest)?;
    answers.write_all(&MAGIC)?;
    let request = parcel(&mut requests)?;
    end_with(requests)?;
    let answer = || guarded(|| answer(request, deadline));
    let message = match usize::try_from(bounds.stack).unwrap_or(usize::MAX) {
        0 => answer(),
        stack => std::thread::scope(|scope| {
            let thread = std::thread::Builder::new().stack_size(stack).spawn_scoped(scope, answer)?;
            thread.join().map_err(|_| Broken::Ended)
        })?,
    };
    reply(&mut answers, turn, message)
}

fn repeatedly<E>(
    start: impl FnOnce(Parcel) -> Result<E, Error>,
    mut answer: impl FnMut(&mut E, Parcel, Instant) -> Result<Parcel, Error>,
) -> Result<(), Broken> {
    let (mut requests, mut answers) = pipes()?;
    let Preface { turn, bounds } = preface(&mut requests)?;
    confine(bounds, Lifetime::ManyRequests)?;
    answers.write_all(&MAGIC)?;
    let key = parcel(&mut requests)?;
    let mut engine = None;
    let started = guarded(|| start(key).map(|started| engine = Some(started)).map(|()| Parcel::default()));
    reply(&mut answers, turn, started)?;
    let mut engine = engine.ok_or(Broken::Ended)?;
    // Requests are read by a thread of their own, so that the end of the pipe is seen while one is being answered.
    let (sender, receiver) = mpsc::sync_channel(0);
    let read = move || {
        while let Ok(request) = preface(&mut requests).and_then(|preface| Ok((preface, parcel(&mut requests)?))) {
            if sender.send(request).is_err() {
                break;
            }
        }
        die();
    };
    std::thread::Builder::new().stack_size(READER_STACK).spawn(read)?;
    while let Ok((Preface { turn, bounds }, request)) = receiver.recv() {
        grant(bounds.time)?;
        let deadline = Instant::now() + bounds.time;
        reply(&mut answers, turn, guarded(|| answer(&mut engine, request, deadline)))?;
    }
    Ok(())
}

fn preface(requests: &mut File) -> Result<Preface, Broken> {
    let mut preface = [0; Preface::SIZE];
    requests.read_exact(&mut preface)?;
    Preface::read(&preface)
}

fn parcel(requests: &mut File) -> Result<Parcel, Broken> {
    match read(requests)? {
        Message::Parcel(parcel) => Ok(parcel),
        Message::Error(_) | Message::Panic(_) => Err(Broken::Garbled),
    }
}

fn reply(answers: &mut File, turn: [u8; TURN], message: Message) -> Result<(), Broken> {
    answers.write_all(&turn)?;
    for piece in message.pieces() {
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

/// How long a worker lives.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Lifetime {
    OneRequest,
    ManyRequests,
}

/// Sets the limits of this process, or those it was born with where they are narrower.
fn confine(Bounds { memory, time, .. }: Bounds, lifetime: Lifetime) -> io::Result<()> {
    let limits = [
        (Resource::As, memory, memory),
        (Resource::Fsize, 0, 0),
        (Resource::Nofile, DESCRIPTORS, DESCRIPTORS),
        (Resource::Core, 0, 0),
    ];
    for (resource, soft, hard) in limits {
        limit(resource, soft, Some(hard))?;
    }
    match lifetime {
        // The first limit is SIGXCPU, by which the parent knows the cause; the second SIGKILL.
        Lifetime::OneRequest => limit(Resource::Cpu, seconds(time), Some(seconds(time).saturating_add(1)))?,
        Lifetime::ManyRequests => grant(time)?,
    }
    // A core limit of 0 does not hold for dumps that are piped to a program: core(5).
    set_dumpable_behavior(DumpableBehavior::NotDumpable)?;
    nice(NICENESS)?;
    Ok(())
}

/// Lets this process compute for so long from now on.
fn grant(time: Duration) -> io::Result<()> {
    let used = clock_gettime(ClockId::ProcessCPUTime);
    let used = u64::try_from(used.tv_sec).unwrap_or_default().saturating_add(1);
    limit(Resource::Cpu, used.saturating_add(seconds(time)), None)
}

fn seconds(time: Duration) -> u64 {
    u64::try_from(time.as_millis().div_ceil(1000)).unwrap_or(u64::MAX).max(1)
}

/// Sets a limit; the hard one stays where none is given.
fn limit(resource: Resource, soft: u64, hard: Option<u64>) -> io::Result<()> {
    let most = getrlimit(resource).maximum.unwrap_or(u64::MAX);
    let maximum = hard.map_or(most, |hard| hard.min(most));
    // The highest number stands for no limit.
    let maximum = Some(maximum).filter(|maximum| *maximum != u64::MAX);
    setrlimit(resource, Rlimit { current: Some(soft.min(most)), maximum })?;
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
        die();
    };
    std::thread::Builder::new().stack_size(WATCHER_STACK).spawn(watch).map(drop)
}

/// Not `exit`: its handlers would run beside a library at work. What the operation started goes with it.
fn die() {
    let _ = kill_process_group(getpid(), Signal::KILL);
    let _ = kill_process(getpid(), Signal::KILL);
}

/// Runs the operation; of a panic only its place is told, because its text may quote the request.
fn guarded(answer: impl FnOnce() -> Result<Parcel, Error>) -> Message {
    static PLACE: Mutex<String> = Mutex::new(String::new());
    set_hook(Box::new(|info| {
        if let Some(place) = info.location() {
            *PLACE.lock().unwrap_or_else(PoisonError::into_inner) = format!("{}:{}", place.file(), place.line());
        }
    }));
    match catch_unwind(AssertUnwindSafe(answer)) {
        Ok(Ok(parcel)) => Message::Parcel(parcel),
        Ok(Err(error)) => Message::Error(error),
        Err(_) => Message::Panic(PLACE.lock().unwrap_or_else(PoisonError::into_inner).clone()),
    }
}
