//! Warm workers that misbehave as they are told: one within its engine, one that speaks the protocol by hand. A service
//! keeps both; `tests/it/warm.rs` asks it.

use std::sync::Arc;
use std::time::{Duration, Instant};

use chassis::settings::{Size, Span};
use chassis::{Call, Code, Error, File, Hold, Opening, Service, WarmEngine, WarmWorkers, Warmth};
use clap::Args;
use garde::Validate;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The name of the service.
pub(crate) const NAME: &str = "warm";

/// What one is told to do.
#[derive(Debug, Clone, Serialize, Deserialize, Validate, JsonSchema)]
#[garde(allow_unvalidated)]
pub(crate) struct Act {
    #[serde(default)]
    pub(crate) language: String,
    pub(crate) act: String,
    #[serde(default)]
    pub(crate) by_hand: bool,
    #[serde(default)]
    pub(crate) file: Option<File>,
}

/// What it says.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub(crate) struct Said {
    said: String,
    language: String,
    pid: u32,
    /// Requests before this one.
    before: u32,
    /// Its environment, one `NAME=value` each.
    environment: Vec<String>,
    /// Bytes of its file.
    file: usize,
}

/// An engine that is dear to start.
struct Parrot {
    language: String,
    before: u32,
    kept: Vec<Vec<u8>>,
}

impl WarmEngine for Parrot {
    type Key = String;
    type Request = String;
    type Answer = Said;
    const NAME: &'static str = "parrot";
    const ENVIRONMENT: &'static [(&'static str, &'static str)] = &[("OMP_THREAD_LIMIT", "1")];

    fn start(language: String) -> Result<Self, Error> {
        match language.as_str() {
            "none" => return Err(Error::new(Code::Unavailable, "no such language is installed")),
            "panic" => panic!("the secret is 12345"),
            "abort" => std::process::abort(),
            "slow" => std::thread::sleep(Duration::from_secs(600)),
            _ => {}
        }
        Ok(Self { language, before: 0, kept: Vec::new() })
    }

    fn answer(&mut self, act: String, files: Vec<File>, _: Instant) -> Result<(Said, Vec<File>), Error> {
        match act.as_str() {
            "refuse" => return Err(Error::impossible("act", "cannot be done")),
            "panic" => panic!("the secret is 12345"),
            "abort" => std::process::abort(),
            "exit" => std::process::exit(0),
            "loop" => loop {
                std::hint::black_box(&act);
            },
            "sleep" => std::thread::sleep(Duration::from_secs(600)),
            "leak" => self.kept.push(vec![1; 24 << 20]),
            "allocate" => loop {
                self.kept.push(std::hint::black_box(vec![0; 4 << 20]));
            },
            // Answers, and is gone before the next request.
            "die-after" => {
                std::thread::spawn(|| {
                    std::thread::sleep(Duration::from_millis(400));
                    std::process::exit(0);
                });
            }
            _ => {}
        }
        self.before += 1;
        let environment = std::env::vars().map(|(name, value)| format!("{name}={value}")).collect();
        let said = Said {
            said: act,
            language: self.language.clone(),
            pid: std::process::id(),
            before: self.before - 1,
            environment,
            file: files.iter().map(|file| file.bytes().len()).sum(),
        };
        Ok((said, Vec::new()))
    }
}

/// One whose process is `by_hand.rs`.
struct ByHand;

impl WarmEngine for ByHand {
    type Key = String;
    type Request = String;
    type Answer = Said;
    const NAME: &'static str = "by-hand";

    fn start(_: String) -> Result<Self, Error> {
        Err(Error::internal())
    }

    fn answer(&mut self, _: String, _: Vec<File>, _: Instant) -> Result<(Said, Vec<File>), Error> {
        Err(Error::internal())
    }
}

/// The service's own settings.
#[derive(Debug, Clone, Args)]
pub(crate) struct WarmSettings {
    #[arg(long, default_value = "1000")]
    requests: u64,
    #[arg(long, default_value = "512MB")]
    resident: Size,
    #[arg(long, default_value = "60s")]
    idle: Span,
}

/// What it holds.
pub(crate) struct Parrots {
    parrot: WarmWorkers<Parrot>,
    by_hand: WarmWorkers<ByHand>,
}

impl Hold for Parrots {
    async fn close(&self) {
        self.parrot.close();
        self.by_hand.close();
    }
}

async fn open(opening: Opening<WarmSettings>) -> Result<Parrots, String> {
    let WarmSettings { requests, resident, idle } = opening.settings.clone();
    let warmth = Warmth { memory: None, requests, resident, idle: idle.0 };
    Ok(Parrots { parrot: opening.warm(warmth), by_hand: opening.warm(warmth) })
}

async fn act(request: Act, call: Arc<Call>, parrots: Arc<Parrots>) -> Result<Said, Error> {
    let Act { language, act, by_hand, file } = request;
    let files = file.into_iter().collect();
    let (said, _) = match by_hand {
        true => parrots.by_hand.ask(&call, &language, &act, files).await?,
        false => parrots.parrot.ask(&call, &language, &act, files).await?,
    };
    Ok(said)
}

/// The service.
pub(crate) fn service() -> Service {
    Service::new(NAME, "Keeps warm workers")
        .holds(open)
        .warm::<Parrot>()
        .warm::<ByHand>()
        .call("POST /act", act, |op| op.deadline(Duration::from_secs(5)))
        .call("POST /patient", act, |op| op.named("patient"))
}
