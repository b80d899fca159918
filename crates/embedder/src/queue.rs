//! Texts of all requests in batches, each consumer in turn.
//!
//! A free thread takes at most so many tokens as one batch should have, one text from each consumer after the other. When
//! nobody waits for a request any more, its texts leave the queue. When several threads could be busy, what waits is parted among them.

use std::collections::{HashMap, VecDeque};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};

use tokio::sync::oneshot;

use crate::Error;
use crate::bert::Scratch;
use crate::model::{Model, Vector};

/// Tokens of one batch, at most, except for a longer text: more only costs memory.
const BATCH: usize = 1024;
/// Tokens for which it is worth to wake a second thread.
const WORTH: usize = 128;
/// Tokens that may wait: about what two cores do in the time of a request.
pub(crate) const WAITING: usize = 300_000;

/// A text that waits.
struct Item {
    model: Arc<Model>,
    ids: Vec<u32>,
    job: Arc<Job>,
    index: usize,
}

/// The texts of one request.
struct Job {
    vectors: Mutex<Vec<Option<Vector>>>,
    left: AtomicUsize,
    done: Mutex<Option<oneshot::Sender<Vec<Vector>>>>,
    gone: Arc<AtomicBool>,
}

impl Job {
    fn deliver(&self, index: usize, vector: Vector) {
        lock(&self.vectors)[index] = Some(vector);
        if self.left.fetch_sub(1, Ordering::AcqRel) == 1 {
            let vectors = std::mem::take(&mut *lock(&self.vectors)).into_iter().flatten().collect();
            if let Some(done) = lock(&self.done).take() {
                // Nobody there any more is no fault.
                let _ = done.send(vectors);
            }
        }
    }
}

/// Takes the texts of a request out of the queue, when whoever waits for them goes.
struct Waiting<'q> {
    queue: &'q Queue,
    who: &'q str,
    gone: Arc<AtomicBool>,
    done: bool,
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        if !self.done {
            self.gone.store(true, Ordering::Relaxed);
            lock(&self.queue.state).forget(self.who);
        }
    }
}

#[derive(Default)]
struct State {
    /// Whose turn is next.
    turns: VecDeque<Arc<str>>,
    lines: HashMap<Arc<str>, Line>,
    tokens: usize,
    closed: bool,
}

/// What waits for one consumer.
#[derive(Default)]
struct Line {
    items: VecDeque<Item>,
    tokens: usize,
}

impl State {
    /// Takes out what nobody waits for of what one consumer sent.
    fn forget(&mut self, who: &str) {
        let Some(line) = self.lines.get_mut(who) else { return };
        line.items.retain(|item| !item.job.gone.load(Ordering::Relaxed));
        let left = line.items.iter().map(|item| item.ids.len()).sum();
        self.tokens -= line.tokens - left;
        line.tokens = left;
    }

    /// The next batch of one model; empty when nothing waits.
    fn batch(&mut self, threads: usize) -> Vec<Item> {
        let budget = BATCH.min((self.tokens / threads).max(WORTH));
        let mut batch: Vec<Item> = Vec::new();
        let mut tokens = 0;
        while let Some(who) = self.turns.front().cloned() {
            let line = self.lines.get_mut(&who).expect("who has a turn has a line");
            let Some(item) = line.items.front() else {
                self.turns.pop_front();
                self.lines.remove(&who);
                continue;
            };
            let length = item.ids.len();
            let other = batch.first().is_some_and(|first| !Arc::ptr_eq(&first.model, &item.model));
            if other || (!batch.is_empty() && tokens + length > budget) {
                break;
            }
            let item = line.items.pop_front().expect("it was there");
            line.tokens -= length;
            self.tokens -= length;
            tokens += length;
            batch.push(item);
            self.turns.rotate_left(1);
        }
        batch
    }
}

/// What waits, and whoever waits for it.
#[derive(Default)]
pub(crate) struct Queue {
    state: Mutex<State>,
    wake: Condvar,
}

impl Queue {
    /// Vectors of texts, in their order.
    pub(crate) async fn run(&self, model: &Arc<Model>, texts: Vec<Vec<u32>>, who: &str) -> Result<Vec<Vector>, Error> {
        if texts.is_empty() {
            return Ok(Vec::new());
        }
        let (done, vectors) = oneshot::channel();
        let gone = Arc::new(AtomicBool::new(false));
        let mut waiting = Waiting { queue: self, who, gone: gone.clone(), done: false };
        let job = Arc::new(Job {
            vectors: Mutex::new(vec![None; texts.len()]),
            left: AtomicUsize::new(texts.len()),
            done: Mutex::new(Some(done)),
            gone,
        });
        self.push(model, texts, who, &job)?;
        // What waits holds the job; when it is lost with a thread, so is the sender.
        drop(job);
        let vectors = vectors.await.map_err(|_| Error::Failed);
        waiting.done = true;
        vectors
    }

    fn push(&self, model: &Arc<Model>, texts: Vec<Vec<u32>>, who: &str, job: &Arc<Job>) -> Result<(), Error> {
        let tokens: usize = texts.iter().map(Vec::len).sum();
        let mut state = lock(&self.state);
        let own = state.lines.get(who).map_or(0, |line| line.tokens);
        let others = state.lines.len() + usize::from(!state.lines.contains_key(who));
        // Who asks for little is served while another fills the queue.
        let fair = own + tokens <= WAITING / others.max(1);
        if state.tokens + tokens > WAITING && !(fair && state.tokens + tokens <= 2 * WAITING) {
            return Err(Error::Overloaded);
        }
        let key: Arc<str> = who.into();
        if !state.lines.contains_key(who) {
            state.turns.push_back(key.clone());
        }
        state.tokens += tokens;
        let line = state.lines.entry(key).or_default();
        line.tokens += tokens;
        line.items.extend(texts.into_iter().enumerate().map(|(index, ids)| Item {
            model: model.clone(),
            ids,
            job: job.clone(),
            index,
        }));
        drop(state);
        if tokens > WORTH {
            self.wake.notify_all();
        } else {
            self.wake.notify_one();
        }
        Ok(())
    }

    /// Computes what waits, until the queue is closed: the work of a thread.
    pub(crate) fn work(&self, threads: usize) {
        let mut scratch = Scratch::default();
        loop {
            let mut state = lock(&self.state);
            let batch = loop {
                if state.closed {
                    return;
                }
                let batch = state.batch(threads);
                if !batch.is_empty() {
                    break batch;
                }
                state = self.wake.wait(state).unwrap_or_else(PoisonError::into_inner);
            };
            drop(state);
            let texts: Vec<&[u32]> = batch.iter().map(|item| item.ids.as_slice()).collect();
            let model = &batch[0].model;
            let computed =
                std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| model.forward(&texts, &mut scratch)));
            match computed {
                Ok(vectors) => {
                    for (item, vector) in batch.iter().zip(vectors) {
                        item.job.deliver(item.index, vector);
                    }
                }
                // The requests learn it as their jobs are dropped.
                Err(_) => scratch = Scratch::default(),
            }
        }
    }

    /// Ends the threads; what waits is dropped.
    pub(crate) fn close(&self) {
        let mut state = lock(&self.state);
        *state = State { closed: true, ..State::default() };
        self.wake.notify_all();
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
