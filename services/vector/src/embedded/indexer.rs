//! Graphs are built and kept up to date in the background, by one thread.
//!
//! A collection with few points has none: a scan of 20,000 rows takes a tenth of a millisecond. Above, a graph is built
//! aside while searches scan; then it takes in what came meanwhile, slot by slot. Searches walk it and scan what it does not
//! have yet. Mostly dead or grown too large for its number of links, it is built anew.
//!
//! One collection is worked on for a while, then the next one that waits: whoever has a million points does not keep those
//! waiting who have a few thousand.

use std::collections::VecDeque;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{self, Receiver, Sender};
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use super::calibrate;
use super::graph::Graph;
use super::links;
use super::tenant::{ASKED, Collection, Indexed};
use super::walk::Walker;

/// Points from which on a collection has a graph.
pub(super) const GRAPH_FROM: usize = 20_000;
/// Slots that are put in between two looks at whether somebody writes.
const STRIDE: usize = 8;

/// Time for which one collection is worked on while others wait.
const SLICE: Duration = Duration::from_millis(200);

/// A collection whose graph may want work, and the file of its links.
type Task = (Weak<Collection>, PathBuf);

/// A task under way.
struct Work {
    collection: Weak<Collection>,
    path: PathBuf,
    /// What is built of a graph so far.
    half: Option<Graph>,
}

/// Until when to work on one collection.
struct Turn<'s> {
    until: Instant,
    stopping: &'s AtomicBool,
}

impl Turn<'_> {
    fn is_over(&self) -> bool {
        self.stopping.load(Ordering::Acquire) || Instant::now() >= self.until
    }
}

/// The thread that builds.
pub(super) struct Indexer {
    tasks: Mutex<Option<Sender<Task>>>,
    stopping: Arc<AtomicBool>,
    thread: Mutex<Option<JoinHandle<()>>>,
}

impl Indexer {
    /// Starts the thread.
    pub(super) fn start() -> Result<Self, String> {
        let (sender, receiver) = mpsc::channel();
        let stopping = Arc::new(AtomicBool::new(false));
        let stop = stopping.clone();
        let thread = std::thread::Builder::new().name("vector-index".to_owned()).spawn(move || run(&receiver, &stop));
        let thread = thread.map_err(|error| format!("no thread for building indexes: {error}"))?;
        Ok(Self { tasks: Mutex::new(Some(sender)), stopping, thread: Mutex::new(Some(thread)) })
    }

    /// Says that a collection has changed.
    pub(super) fn look_at(&self, collection: &Arc<Collection>, path: PathBuf) {
        if collection.queued.swap(true, Ordering::AcqRel) {
            return;
        }
        if let Some(tasks) = &*self.tasks.lock().unwrap_or_else(PoisonError::into_inner) {
            // Nobody listens at the end.
            let _ = tasks.send((Arc::downgrade(collection), path));
        }
    }

    /// Ends the thread; what it builds is left.
    pub(super) fn stop(&self) {
        self.stopping.store(true, Ordering::Release);
        drop(self.tasks.lock().unwrap_or_else(PoisonError::into_inner).take());
        if let Some(thread) = self.thread.lock().unwrap_or_else(PoisonError::into_inner).take() {
            let _ = thread.join();
        }
    }
}

fn run(tasks: &Receiver<Task>, stopping: &AtomicBool) {
    let mut walker = Walker::default();
    let mut waiting: VecDeque<Work> = VecDeque::new();
    loop {
        let first = match waiting.is_empty() {
            true => tasks.recv().ok(),
            false => None,
        };
        for (collection, path) in first.into_iter().chain(tasks.try_iter()) {
            if !waiting.iter().any(|work| work.collection.ptr_eq(&collection)) {
                waiting.push_back(Work { collection, path, half: None });
            }
        }
        let Some(mut work) = waiting.pop_front() else { break };
        if stopping.load(Ordering::Acquire) {
            break;
        }
        let Some(collection) = work.collection.upgrade() else { continue };
        // Changes from here on are another task.
        collection.queued.store(false, Ordering::Release);
        let turn = Turn { until: Instant::now() + SLICE, stopping };
        let tending = std::panic::AssertUnwindSafe(|| tend(&collection, &mut work, &mut walker, &turn));
        match std::panic::catch_unwind(tending) {
            Ok(true) => {}
            Ok(false) => waiting.push_back(work),
            Err(_) => {
                tracing::error!("building an index broke off: the collection is scanned");
                *collection.graph_mut() = None;
            }
        }
    }
}

/// Brings a collection's graph to what it should be, as far as its turn allows; whether it is that.
fn tend(collection: &Arc<Collection>, work: &mut Work, walker: &mut Walker, turn: &Turn<'_>) -> bool {
    let alive = collection.memory().alive();
    if alive < GRAPH_FROM {
        *collection.graph_mut() = None;
        return true;
    }
    if collection.graph().is_none() && work.half.is_none() {
        restore(collection, &work.path);
    }
    let fits = collection.graph().as_ref().is_some_and(|indexed| {
        // Dead ones that it has; those it was built without do not count.
        let nodes = indexed.graph.nodes;
        indexed.graph.m >= Graph::new(alive / 2).m && nodes.saturating_sub(alive) * 5 < nodes.max(1)
    });
    if !fits {
        let mut graph = work.half.take().unwrap_or_else(|| Graph::new(alive));
        if !build(collection, &mut graph, walker, turn) {
            work.half = Some(graph);
            return false;
        }
        let asked = collection.asked();
        let breadth = calibrate::breadth(|| collection.memory(), &graph, &asked);
        let (calibrated, on_real) = (graph.nodes, asked.len() == ASKED);
        *collection.graph_mut() = Some(Indexed { graph, breadth, calibrated, on_real, saved: 0 });
    }
    if !catch_up(collection, walker, turn) {
        return false;
    }
    settle(collection, &work.path, turn.stopping);
    true
}

/// Takes the graph of the file, if it is whole.
fn restore(collection: &Collection, path: &std::path::Path) {
    match links::load(path, collection.id) {
        Ok(Some(links)) => {
            let graph = links.graph(&collection.memory());
            let breadth = Some(links.breadth).filter(|breadth| *breadth > 0);
            // Calibrated anew once it has caught up.
            *collection.graph_mut() =
                Some(Indexed { saved: graph.nodes, graph, breadth, calibrated: 0, on_real: false });
        }
        Ok(None) => {}
        Err(problem) => {
            tracing::warn!(problem, "the file of an index is damaged: it is built anew");
            let _ = std::fs::remove_file(path);
        }
    }
}

/// Builds a graph of all points aside; whether it has all.
fn build(collection: &Collection, graph: &mut Graph, walker: &mut Walker, turn: &Turn<'_>) -> bool {
    loop {
        let memory = collection.memory();
        if graph.covered >= memory.len() {
            return true;
        }
        let until = (graph.covered + STRIDE).min(memory.len());
        for slot in graph.covered..until {
            let slot = u32::try_from(slot).unwrap_or(u32::MAX);
            if memory.is_live(slot) {
                let plan = graph.plan(&memory, walker, slot);
                graph.link(&memory, &plan);
            }
        }
        graph.pass(until);
        drop(memory);
        if turn.is_over() {
            return false;
        }
    }
}

/// Puts in what the graph does not have yet; whether it has all.
fn catch_up(collection: &Collection, walker: &mut Walker, turn: &Turn<'_>) -> bool {
    loop {
        let memory = collection.memory();
        let (slot, plan) = {
            let graph = collection.graph();
            let Some(indexed) = graph.as_ref() else { return true };
            let slot = indexed.graph.covered;
            if slot >= memory.len() {
                return true;
            }
            let number = u32::try_from(slot).unwrap_or(u32::MAX);
            (slot, memory.is_live(number).then(|| indexed.graph.plan(&memory, walker, number)))
        };
        if let Some(indexed) = collection.graph_mut().as_mut() {
            if let Some(plan) = plan {
                indexed.graph.link(&memory, &plan);
            }
            indexed.graph.pass(slot + 1);
        }
        if turn.is_over() {
            return false;
        }
    }
}

/// Calibrates and saves a graph that has changed much.
fn settle(collection: &Collection, path: &std::path::Path, stopping: &AtomicBool) {
    let graph = collection.graph();
    let Some(indexed) = graph.as_ref() else { return };
    let nodes = indexed.graph.nodes;
    let asked = collection.asked();
    let is_real = asked.len() == ASKED;
    let stale = nodes > indexed.calibrated + indexed.calibrated / 4 || (is_real && !indexed.on_real);
    let breadth = match stale {
        true => calibrate::breadth(|| collection.memory(), &indexed.graph, &asked),
        false => indexed.breadth,
    };
    let unsaved = nodes > indexed.saved + indexed.saved / 10;
    if unsaved && !stopping.load(Ordering::Acquire) {
        let saved = links::save(path, collection.id, &collection.memory(), &indexed.graph, breadth.unwrap_or(0));
        if let Err(error) = saved {
            tracing::warn!(%error, "the file of an index cannot be written: the next start builds it anew");
        }
    }
    drop(graph);
    if let Some(indexed) = collection.graph_mut().as_mut() {
        indexed.breadth = breadth;
        indexed.calibrated = if stale { nodes } else { indexed.calibrated };
        indexed.on_real |= stale && is_real;
        indexed.saved = if unsaved { nodes } else { indexed.saved };
    }
}
