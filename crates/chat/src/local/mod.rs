//! Generation in this process: a small model from a GGUF file.
//!
//! | file | job |
//! | --- | --- |
//! | `mod.rs` | the backend: a thread for each answer, the loop that makes it |
//! | `places.rs` | places to compute in, taken in turn by asker |
//! | `weights.rs`, `tokens.rs`, `template.rs` | what the file holds: facts and tensors, vocabulary, chat template |
//! | `llama.rs`, `matrix.rs`, `block.rs` | the forward pass, its products, and what the processor does for them |
//! | `sample.rs`, `object.rs`, `tail.rs` | the next token, only such as make a JSON object, as text that may be shown |
//!
//! An answer has a thread of its own, and only one: as many are computed at once as there are places, each slower than it
//! could be alone, and none that keeps all cores. Between tokens it gives way to an asker that has fewer, and while its
//! reader is slow to all. The thread ends when nobody takes its pieces any more.

#[cfg(test)]
mod behavior;
mod block;
mod llama;
mod matrix;
mod object;
mod places;
#[cfg(test)]
mod reference;
mod sample;
mod tail;
mod template;
mod tokens;
mod weights;

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use futures_util::stream;
use serde_json::Map;
use tokio::sync::mpsc::{self, error::TrySendError};
use tokio::time::timeout;

use crate::fault::Fault;
use crate::piece::{Finish, Piece, Pieces, Usage};
use crate::prompt::{Format, Part, Prompt};
use crate::{Backend, Opening};
use llama::{Llama, Seen};
use object::Object;
use places::{Place, Places};
use sample::{Choice, Sampler};
use tail::{Shown, Tail};
use template::Template;
use tokens::Tokens;
use weights::Weights;

/// Time a request waits for a place.
const PATIENCE: Duration = Duration::from_secs(15);
/// Pieces that may lie ready before the thread waits for its reader.
const AHEAD: usize = 16;
/// Tokens of an answer, and of a prompt, after which another asker may go first.
const SLICE: usize = 8;
const PROMPT_SLICE: usize = 64;
/// What its makers recommend for SmolLM2.
const TEMPERATURE: f64 = 0.2;
const TOP_P: f64 = 0.9;

/// What an answer may take.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// Answers made at once.
    pub sequences: usize,
    /// Tokens of a prompt and its answer together; the model may allow fewer.
    pub context: usize,
    /// Tokens of an answer, where the request does not say.
    pub answer: usize,
    /// Time for an answer; then it ends as if its number of tokens was reached.
    pub time: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self { sequences: 2, context: 4096, answer: 512, time: Duration::from_secs(120) }
    }
}

/// Finds the file, or says what to do to get it.
type Find = dyn Fn() -> Result<PathBuf, String> + Send + Sync;

/// A model of this process. It is read when it is first asked.
pub struct Local {
    name: String,
    find: Box<Find>,
    model: Arc<Mutex<Option<Arc<Model>>>>,
    limits: Limits,
    places: Arc<Places>,
}

struct Model {
    llama: Llama,
    tokens: Tokens,
    template: Template,
}

impl Local {
    /// A model by its name, and how its file is found.
    pub fn new(
        name: impl Into<String>,
        limits: Limits,
        find: impl Fn() -> Result<PathBuf, String> + Send + Sync + 'static,
    ) -> Self {
        Self {
            name: name.into(),
            find: Box::new(find),
            model: Arc::default(),
            limits,
            places: Places::new(limits.sequences),
        }
    }

    /// Its name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Whether its file is there.
    ///
    /// # Errors
    /// What to do to get it.
    pub fn check(&self) -> Result<(), String> {
        match self.loaded() {
            Some(_) => Ok(()),
            None => (self.find)().map(|_| ()),
        }
    }

    fn loaded(&self) -> Option<Arc<Model>> {
        // While it is being read, nobody waits here for it.
        self.model.try_lock().ok()?.clone()
    }

    async fn place(&self, asker: Option<&str>) -> Result<Place, Fault> {
        let busy = || Fault::Busy { retry_after: Some(Duration::from_secs(5)) };
        let waiting = self.places.ask(asker.unwrap_or_default()).ok_or_else(busy)?;
        timeout(PATIENCE, waiting.place()).await.ok().flatten().ok_or_else(busy)
    }
}

impl Backend for Local {
    fn open<'a>(&'a self, _: &'a str, prompt: &'a Arc<Prompt>) -> Opening<'a> {
        Box::pin(async move {
            self.refuse(prompt)?;
            let path = match self.loaded() {
                Some(_) => None,
                None => Some((self.find)().map_err(Fault::NotReady)?),
            };
            let place = self.place(prompt.asker.as_deref()).await?;
            let (sender, mut receiver) = mpsc::channel(AHEAD);
            let (model, prompt, limits) = (self.model.clone(), prompt.clone(), self.limits);
            let work = move || {
                let mut reader = Reader { sender, place };
                let answered =
                    loaded(&model, path.as_deref()).and_then(|model| model.answer(&prompt, limits, &mut reader));
                if let Err(fault) = answered {
                    // Nobody may be there any more.
                    reader.take(Err(fault));
                }
            };
            let thread = std::thread::Builder::new().name("chat".to_owned()).spawn(work);
            thread.map_err(|_| Fault::Busy { retry_after: None })?;
            let pieces = stream::poll_fn(move |context| receiver.poll_recv(context));
            Ok(Box::pin(pieces) as Pieces)
        })
    }
}

impl Local {
    /// Refuses what it cannot do, before there is work.
    fn refuse(&self, prompt: &Prompt) -> Result<(), Fault> {
        let impossible = |field, message: &str| Err(Fault::Impossible { field, message: message.to_owned() });
        let pictures = prompt.messages.iter().flat_map(|message| &message.content);
        if pictures.clone().any(|part| matches!(part, Part::Image { .. })) {
            return impossible("messages", "the model of this process reads no pictures: use a model of an upstream");
        }
        if !prompt.tools.is_empty() {
            return impossible("tools", "the model of this process calls no tools: use a model of an upstream");
        }
        if matches!(prompt.format, Format::Schema { .. }) {
            let message = "the model of this process is held to JSON objects, not to schemas: use json_object";
            return impossible("response_format", message);
        }
        Ok(())
    }
}

/// The model, which the first to come reads; the others wait for it.
fn loaded(model: &Mutex<Option<Arc<Model>>>, path: Option<&Path>) -> Result<Arc<Model>, Fault> {
    let mut model = model.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(model) = model.as_ref() {
        return Ok(model.clone());
    }
    let path = path.ok_or(Fault::Broken)?;
    let read = Model::read(path).map_err(|problem| {
        tracing::error!(%problem, file = %path.display(), "a chat model cannot be read");
        Fault::NotReady("the model of this process cannot be read: the log says why".to_owned())
    })?;
    Ok(model.insert(Arc::new(read)).clone())
}

impl Model {
    fn read(path: &Path) -> candle_core::Result<Self> {
        let mut weights = Weights::open(path)?;
        let tokens = Tokens::read(&weights)?;
        let llama = Llama::read(&mut weights)?;
        let word = |key: &str| weights.token(key).and_then(|token| tokens.word(token)).unwrap_or_default().to_owned();
        let (begin, end) = (word("tokenizer.ggml.bos_token_id"), word("tokenizer.ggml.eos_token_id"));
        let template = Template::new(weights.text("tokenizer.chat_template")?, begin, end);
        Ok(Self { llama, tokens, template: template.map_err(candle_core::Error::Msg)? })
    }

    /// Makes an answer, piece by piece.
    fn answer(&self, prompt: &Prompt, limits: Limits, reader: &mut Reader) -> Result<(), Fault> {
        let started = Instant::now();
        let written = self.template.render(&prompt.messages, &self.tokens);
        let written = written.map_err(|message| Fault::Impossible { field: "messages", message })?;
        let tokens = self.tokens.of(&written).map_err(|problem| {
            tracing::error!(%problem, "a prompt has no tokens");
            Fault::Broken
        })?;
        let context = limits.context.min(self.llama.context());
        let most = prompt.max_tokens.map_or(limits.answer, |most| most as usize);
        if tokens.is_empty() || tokens.len() >= context {
            let message = format!("{} tokens; with its answer a prompt may have {context}", tokens.len());
            return Err(Fault::Impossible { field: "messages", message });
        }
        let most = most.min(context - tokens.len());
        let sender = reader.sender.clone();
        let stop = || sender.is_closed();
        let mut answer = Making {
            model: self,
            seen: self.llama.fresh(),
            sampler: sampler(prompt),
            object: matches!(prompt.format, Format::Object).then(Object::new),
            tail: Tail::new(&prompt.stop),
        };
        let mut logits = Vec::new();
        for part in tokens.chunks(PROMPT_SLICE) {
            reader.place.give_way();
            logits = self.llama.see(part, &mut answer.seen, &stop).map_err(|_| Fault::Broken)?;
        }
        let mut said = 0;
        let finish = loop {
            if said == most || started.elapsed() > limits.time {
                break Finish::Length;
            }
            let Some(token) = answer.next(&mut logits) else { break Finish::Stop };
            said += 1;
            let Shown { text, stopped } = answer.tail.push(self.tokens.bytes(token));
            if !text.is_empty() && !reader.take(Ok(Piece::text(text))) {
                return Ok(());
            }
            let is_done = answer.object.as_ref().is_some_and(Object::is_done);
            if stopped || is_done {
                break Finish::Stop;
            }
            if said < most {
                if said % SLICE == 0 {
                    reader.place.give_way();
                }
                let Ok(next) = self.llama.see(&[token], &mut answer.seen, &stop) else { return Ok(()) };
                logits = next;
            }
        };
        let usage = Usage { prompt: tokens.len() as u64, completion: said as u64, details: Map::new() };
        let last = Piece { finish: Some(finish), usage: Some(usage), ..Piece::text(answer.tail.finish()) };
        reader.take(Ok(last));
        Ok(())
    }
}

/// Whoever reads an answer, and the place it is made in.
struct Reader {
    sender: mpsc::Sender<Result<Piece, Fault>>,
    place: Place,
}

impl Reader {
    /// Hands out a piece. While the reader is slow, others have the place. Whether anybody is there.
    fn take(&mut self, piece: Result<Piece, Fault>) -> bool {
        match self.sender.try_send(piece) {
            Ok(()) => true,
            Err(TrySendError::Closed(_)) => false,
            Err(TrySendError::Full(piece)) => self.place.away(|| self.sender.blocking_send(piece).is_ok()),
        }
    }
}

/// An answer that is being made.
struct Making<'a> {
    model: &'a Model,
    seen: Seen,
    sampler: Sampler,
    /// How far the JSON object has come that it is to be.
    object: Option<Object>,
    tail: Tail,
}

impl Making<'_> {
    /// The next token; none when the model is done.
    fn next(&mut self, logits: &mut [f32]) -> Option<u32> {
        let tokens = &self.model.tokens;
        let token = match self.object {
            None => self.sampler.next(logits, &|token| tokens.is_end(token) || !tokens.bytes(token).is_empty()),
            Some(object) => self.sampler.next(logits, &|token| object.after(tokens.bytes(token)).is_some()),
        }?;
        if let Some(object) = &mut self.object {
            *object = object.after(tokens.bytes(token))?;
        }
        (!tokens.is_end(token)).then_some(token)
    }
}

fn sampler(prompt: &Prompt) -> Sampler {
    let choice = Choice {
        temperature: prompt.wished_temperature().unwrap_or(TEMPERATURE) as f32,
        top_p: prompt.top_p.unwrap_or(TOP_P) as f32,
        presence: prompt.presence_penalty.unwrap_or(0.0) as f32,
        frequency: prompt.frequency_penalty.unwrap_or(0.0) as f32,
    };
    let seed = prompt.seed.map_or_else(|| getrandom::u64().unwrap_or(0), i64::cast_unsigned);
    Sampler::new(choice, seed)
}
