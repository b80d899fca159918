//! The engine: names of models to what serves them, and the one loop that tries again.
//!
//! A name leads to targets, tried in their order until one hands out its first piece. When all have failed for reasons
//! that may pass, there is one more round, after the shortest time a server asked for. From the first piece on nothing
//! is tried again; what follows is bounded in time, counted, and is an error when it ends without having said how.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use futures_util::{StreamExt, stream};
use models::Store;
use tokio::time::{sleep, timeout_at};

use crate::budget::{Asker, Budgets, Reserved};
use crate::circuit::Circuit;
use crate::config::{Config, Times};
use crate::fault::Fault;
use crate::local::{Limits, Local};
use crate::piece::{Finish, Piece, Pieces};
use crate::prompt::Prompt;
use crate::settings::Settings;
use crate::{Backend, upstream};

/// The longest pause before the second round.
const LONGEST_PAUSE: Duration = Duration::from_secs(10);
/// The pause when no server says how long.
const PAUSE: Duration = Duration::from_millis(250);
const LOCAL: &str = "local";
const DEFAULT: &str = "default";
const ANY: &str = "*";

/// Chat with whatever the operator has configured.
pub struct Chat {
    upstreams: BTreeMap<String, Upstream>,
    models: BTreeMap<String, Vec<Target>>,
    local: Option<Arc<Local>>,
    budgets: Budgets,
    times: Times,
}

struct Upstream {
    backend: Arc<dyn Backend>,
    circuit: Circuit,
    /// Whether its tokens cost the operator money.
    metered: bool,
}

#[derive(Clone, PartialEq)]
struct Target {
    upstream: String,
    model: String,
}

/// An answer that has begun.
pub struct Answering {
    /// What serves it: `upstream/model`.
    pub served_by: String,
    /// Its pieces.
    pub pieces: Pieces,
}

/// A model, by the name requests call it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ModelInfo {
    /// The name.
    pub name: String,
    /// What serves it, in order: `upstream/model`.
    pub served_by: Vec<String>,
    /// Whether one of them is elsewhere.
    pub elsewhere: bool,
}

impl Chat {
    /// As it is set; models of this process lie in a folder, or there is a reason why there is none.
    ///
    /// # Errors
    /// What is wrong with the settings. No key is quoted.
    pub fn open(settings: &Settings, models: Result<PathBuf, String>) -> Result<Self, String> {
        let cores = std::thread::available_parallelism().map_or(2, usize::from);
        let limits = Limits {
            sequences: settings.chat_sequences.unwrap_or_else(|| cores.div_ceil(2)),
            context: settings.chat_context.clamp(64, 1 << 17),
            time: Duration::from_secs(settings.chat_seconds.clamp(1, 3600)),
            ..Limits::default()
        };
        let name = settings.chat_model.clone();
        let local = (name != "none").then(|| {
            Local::new(name.clone(), limits, move || {
                let held = Store::new(models.clone()?).find(&name).map_err(|problem| problem.to_string())?;
                held.weights_path().map_err(|problem| problem.to_string())
            })
        });
        Self::of(&settings.config()?, local).map_err(|problem| format!("FLOWFORGE_CHAT: {problem}"))
    }

    /// From what the operator writes, and a model of this process.
    ///
    /// # Errors
    /// What is wrong with the configuration. No key is quoted.
    pub fn of(config: &Config, local: Option<Local>) -> Result<Self, String> {
        let client = match config.upstreams.is_empty() {
            true => None,
            false => Some(upstream::client(&config.times)?),
        };
        let mut upstreams = BTreeMap::new();
        for (name, written) in &config.upstreams {
            if name == LOCAL || name.is_empty() || name.contains('/') {
                return Err(format!("upstreams: {name:?} cannot be the name of one"));
            }
            let Some(client) = &client else { continue };
            let backend = upstream::open(name, written, client)?;
            upstreams.insert(name.clone(), Upstream { backend, circuit: Circuit::default(), metered: true });
        }
        let mut models = BTreeMap::new();
        for (name, targets) in &config.models {
            let targets = targets.iter().map(|target| Target::read(name, target, &upstreams));
            let targets: Vec<Target> = targets.collect::<Result<_, _>>()?;
            if name.is_empty() || targets.is_empty() {
                return Err(format!("models.{name}: name at least one `upstream/model`"));
            }
            models.insert(name.clone(), targets);
        }
        let local = local.map(Arc::new);
        if let Some(local) = &local {
            let own = Target { upstream: LOCAL.to_owned(), model: local.name().to_owned() };
            models.entry(own.model.clone()).or_insert_with(|| vec![own.clone()]);
            // Who configures no model gets the one there is.
            if !models.contains_key(DEFAULT) && config.models.is_empty() {
                models.insert(DEFAULT.to_owned(), vec![own]);
            }
            let backend = local.clone();
            upstreams.insert(LOCAL.to_owned(), Upstream { backend, circuit: Circuit::default(), metered: false });
        }
        let first = config.models.keys().find(|name| name.as_str() != ANY);
        if let Some(targets) = first.and_then(|first| models.get(first)).cloned() {
            models.entry(DEFAULT.to_owned()).or_insert(targets);
        }
        Ok(Self { upstreams, models, local, budgets: Budgets::new(config.budgets()), times: config.times })
    }

    /// Whether there is something to answer: an upstream, or the model of this process.
    ///
    /// # Errors
    /// What to do to have one.
    pub fn check(&self) -> Result<(), String> {
        match &self.local {
            _ if self.is_elsewhere(None) => Ok(()),
            Some(local) => local.check(),
            None if self.models.is_empty() => {
                Err("no chat model: set FLOWFORGE_CHAT, or FLOWFORGE_CHAT_MODEL".to_owned())
            }
            None => Ok(()),
        }
    }

    /// The models there are.
    #[must_use]
    pub fn models(&self) -> Vec<ModelInfo> {
        let named = self.models.iter().filter(|(name, _)| name.as_str() != ANY);
        let info = |(name, targets): (&String, &Vec<Target>)| ModelInfo {
            name: name.clone(),
            served_by: targets.iter().map(Target::written).collect(),
            elsewhere: targets.iter().any(|target| target.upstream != LOCAL),
        };
        named.map(info).collect()
    }

    /// Whether a model of this name, or the default, is served by a server elsewhere.
    #[must_use]
    pub fn is_elsewhere(&self, model: Option<&str>) -> bool {
        self.targets(model).is_ok_and(|targets| targets.iter().any(|target| target.upstream != LOCAL))
    }

    fn targets(&self, model: Option<&str>) -> Result<&[Target], Fault> {
        let name = model.filter(|name| !name.is_empty()).unwrap_or(DEFAULT);
        let found = self.models.get(name).or_else(|| self.models.get(ANY));
        found.map(Vec::as_slice).ok_or(Fault::UnknownModel)
    }

    /// Begins to answer: when this returns, the first piece is there.
    ///
    /// # Errors
    /// Why nothing answers.
    pub async fn answer(
        &self,
        model: Option<&str>,
        mut prompt: Prompt,
        asker: Option<&Asker>,
    ) -> Result<Answering, Fault> {
        let targets: Vec<&Target> =
            self.targets(model)?.iter().filter(|target| !prompt.elsewhere || target.upstream != LOCAL).collect();
        if targets.is_empty() {
            let message =
                "this needs a model of an upstream, which is not configured: set FLOWFORGE_CHAT (docs/chat.md)";
            return Err(Fault::NotReady(message.to_owned()));
        }
        let until = Instant::now() + self.times.whole();
        let metered = targets.iter().any(|target| self.upstreams.get(&target.upstream).is_some_and(|one| one.metered));
        let reserved = match metered {
            true => self.budgets.reserve(asker, prompt.estimate(), prompt.max_tokens.map(u64::from))?,
            false => None,
        };
        if let Some(answer) = reserved.as_ref().and_then(|reserved| reserved.answer) {
            prompt.max_tokens = Some(u32::try_from(answer).unwrap_or(u32::MAX));
        }
        prompt.asker = asker.map(|asker| asker.id.clone());
        let prompt = Arc::new(prompt);
        match self.begin(&targets, &prompt, until).await {
            Ok((target, first, rest)) => {
                let upstream = self.upstreams.get(&target.upstream);
                let metered = upstream.is_some_and(|upstream| upstream.metered);
                let meter = match reserved {
                    Some(reserved) if !metered => {
                        reserved.give_back();
                        None
                    }
                    reserved => reserved,
                };
                let guard =
                    Guard { rest, ready: Some(first), times: self.times, until, finished: false, meter, seen: 0 };
                let pieces = Box::pin(stream::unfold(Some(guard), |guard| async { guard?.next().await }));
                Ok(Answering { served_by: target.written(), pieces })
            }
            Err(fault) => {
                if let Some(reserved) = reserved {
                    reserved.give_back();
                }
                Err(fault)
            }
        }
    }

    /// The first piece of the first target that has one.
    async fn begin<'a>(
        &self,
        targets: &[&'a Target],
        prompt: &Arc<Prompt>,
        until: Instant,
    ) -> Result<(&'a Target, Piece, Pieces), Fault> {
        let mut open: Vec<&Target> = targets.to_vec();
        let mut last = Fault::Unreachable;
        for round in 0..2 {
            let mut again = Vec::new();
            let mut pause: Option<Duration> = None;
            for target in open {
                let is_last = targets.last() == Some(&target);
                match self.attempt(target, is_last, prompt, until).await {
                    Ok((first, rest)) => return Ok((target, first, rest)),
                    Err(fault) => {
                        tracing::warn!(
                            model = target.written(),
                            fault = fault.kind(),
                            round,
                            "a model does not answer"
                        );
                        if !fault.is_the_servers() && !matches!(fault, Fault::Resting { .. }) {
                            // What one model cannot do, another may: a picture, a long text.
                            if !matches!(fault, Fault::Impossible { .. }) || target.written() == last_of(targets) {
                                return Err(fault);
                            }
                        }
                        if fault.is_brief() {
                            let asked = fault.retry_after().unwrap_or(PAUSE);
                            pause = Some(pause.map_or(asked, |pause| pause.min(asked)));
                            again.push(target);
                        }
                        last = fault;
                    }
                }
            }
            let Some(pause) = pause.filter(|pause| *pause <= LONGEST_PAUSE) else { break };
            if round == 1 || again.is_empty() || Instant::now() + pause >= until {
                break;
            }
            sleep(pause).await;
            open = again;
        }
        Err(last)
    }

    /// One attempt at one target: its first piece, with no silence before it that is too long.
    async fn attempt(
        &self,
        target: &Target,
        is_last: bool,
        prompt: &Arc<Prompt>,
        until: Instant,
    ) -> Result<(Piece, Pieces), Fault> {
        let absent = || Fault::NotReady("the model of this process is not configured".to_owned());
        let upstream = self.upstreams.get(&target.upstream).ok_or_else(absent)?;
        let attempt = upstream.circuit.attempt(Instant::now()).map_err(|retry_after| Fault::Resting { retry_after })?;
        let patience = || until.min(Instant::now() + self.times.first_piece(is_last)).into();
        let begun = async {
            let open = timeout_at(patience(), upstream.backend.open(&target.model, prompt));
            let mut pieces = open.await.unwrap_or(Err(Fault::TooSlow))?;
            loop {
                let piece = timeout_at(patience(), pieces.next()).await.unwrap_or(Some(Err(Fault::TooSlow)));
                let piece = piece.unwrap_or(Err(Fault::Broken))?;
                if !piece.is_empty() {
                    return Ok((piece, pieces));
                }
            }
        };
        let begun: Result<(Piece, Pieces), Fault> = begun.await;
        match &begun {
            Ok(_) => attempt.succeeded(),
            Err(fault) if fault.is_an_outage() && upstream.metered => attempt.failed(Instant::now()),
            Err(_) => {}
        }
        begun
    }
}

fn last_of(targets: &[&Target]) -> String {
    targets.last().map(|target| target.written()).unwrap_or_default()
}

impl Target {
    fn read(name: &str, written: &str, upstreams: &BTreeMap<String, Upstream>) -> Result<Self, String> {
        let (upstream, model) = written
            .split_once('/')
            .filter(|(_, model)| !model.is_empty())
            .ok_or_else(|| format!("models.{name}: write {written:?} as `upstream/model`"))?;
        if upstream != LOCAL && !upstreams.contains_key(upstream) {
            return Err(format!("models.{name}: there is no upstream {upstream:?}"));
        }
        Ok(Self { upstream: upstream.to_owned(), model: model.to_owned() })
    }

    fn written(&self) -> String {
        format!("{}/{}", self.upstream, self.model)
    }
}

/// Watches over an answer that has begun.
struct Guard {
    rest: Pieces,
    ready: Option<Piece>,
    times: Times,
    until: Instant,
    finished: bool,
    meter: Option<Reserved>,
    /// Bytes of text so far: tokens of a server that does not count.
    seen: u64,
}

impl Guard {
    /// The next piece that says something: an empty one says only that the server is not silent.
    async fn more(&mut self) -> Result<Option<Piece>, Fault> {
        if let Some(piece) = self.ready.take() {
            return Ok(Some(piece));
        }
        loop {
            let by = self.until.min(Instant::now() + self.times.idle());
            let piece = timeout_at(by.into(), self.rest.next()).await.map_or(Err(Fault::TooSlow), Option::transpose);
            if !piece.as_ref().is_ok_and(|piece| piece.as_ref().is_some_and(Piece::is_empty)) {
                return piece;
            }
        }
    }

    async fn next(mut self) -> Option<(Result<Piece, Fault>, Option<Self>)> {
        let piece = self.more().await;
        match piece {
            Ok(Some(mut piece)) => {
                self.finished |= piece.finish.is_some();
                if self.is_spent(&piece) && !self.finished {
                    piece.finish = Some(Finish::Length);
                    return Some((Ok(piece), None));
                }
                Some((Ok(piece), Some(self)))
            }
            Ok(None) if self.finished => None,
            // It said how it ended; that its connection stays open is not missed.
            Err(Fault::TooSlow) if self.finished => None,
            Ok(None) => Some((Err(Fault::Broken), None)),
            Err(fault) => Some((Err(fault), None)),
        }
    }

    /// Counts a piece; whether the answer has had all it may have.
    fn is_spent(&mut self, piece: &Piece) -> bool {
        let Some(meter) = &mut self.meter else { return false };
        if let Some(usage) = &piece.usage {
            meter.settle(usage.total());
            return false;
        }
        let bytes = piece.text.len() + piece.calls.iter().map(|call| call.arguments.len()).sum::<usize>();
        let before = self.seen / 4;
        self.seen += bytes as u64;
        meter.use_up(self.seen / 4 - before);
        // A server that holds to `max_tokens` ends by itself: a token is rarely more than 4 bytes on average.
        meter.answer.is_some_and(|answer| self.seen / 4 > 2 * answer + 64)
    }
}
