//! What a model was seen not to take, so that it is sent otherwise: models that reason call the limit of an answer by a
//! newer name, and take no temperature. Only what the request does as well without is left out: a temperature that its
//! sender chose is refused with the server's own words.

use std::collections::BTreeSet;
use std::sync::{Mutex, PoisonError};

use serde_json::{Map, Value};

use crate::fault::Fault;
use crate::prompt::Prompt;

const OLD_LIMIT: &str = "max_tokens";
const NEW_LIMIT: &str = "max_completion_tokens";
const TEMPERATURE: &str = "temperature";

/// What a model wants otherwise.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Habit {
    NewLimit,
    NoTemperature,
}

impl Habit {
    /// The one that a refusal tells of.
    fn told(message: &str) -> Option<Self> {
        match message {
            _ if message.contains(NEW_LIMIT) => Some(Self::NewLimit),
            _ if message.contains(TEMPERATURE) => Some(Self::NoTemperature),
            _ => None,
        }
    }

    /// Changes a request to it; whether there was something to change.
    fn meet(self, body: &mut Map<String, Value>, prompt: &Prompt) -> bool {
        match self {
            Self::NewLimit => body.remove(OLD_LIMIT).map(|limit| body.insert(NEW_LIMIT.to_owned(), limit)).is_some(),
            Self::NoTemperature => prompt.temperature.is_none() && body.remove(TEMPERATURE).is_some(),
        }
    }
}

/// The habits of a server's models, as far as they are known.
#[derive(Default)]
pub(super) struct Habits(Mutex<BTreeSet<(String, Habit)>>);

impl Habits {
    /// Changes a request to what is known of its model.
    pub(super) fn meet(&self, model: &str, body: &mut Map<String, Value>, prompt: &Prompt) {
        for habit in [Habit::NewLimit, Habit::NoTemperature] {
            if self.lock().contains(&(model.to_owned(), habit)) {
                habit.meet(body, prompt);
            }
        }
    }

    /// Learns from a refusal; whether the request is another one now, and may be asked again.
    pub(super) fn learn(&self, model: &str, fault: &Fault, body: &mut Map<String, Value>, prompt: &Prompt) -> bool {
        let Fault::Refused(message) = fault else { return false };
        let Some(habit) = Habit::told(message).filter(|habit| habit.meet(body, prompt)) else { return false };
        self.lock().insert((model.to_owned(), habit));
        true
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, BTreeSet<(String, Habit)>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
