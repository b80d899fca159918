//! Whose turn it is to change something that has a name: one at a time, and nobody waits for what has another name.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

/// The right to change one thing, waited for without holding a thread.
pub(crate) type Turn = Arc<futures_util::lock::Mutex<()>>;

/// Forgotten are those that nobody has or waits for, once there are more than this.
const MANY: usize = 1_000;

/// The turns of all that is being changed, by name.
#[derive(Default)]
pub(crate) struct Turns(Mutex<HashMap<String, Turn>>);

impl Turns {
    /// The turn of a name.
    pub(crate) fn of(&self, name: &str) -> Turn {
        let mut turns = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if turns.len() > MANY {
            turns.retain(|_, turn| Arc::strong_count(turn) > 1);
        }
        turns.entry(name.to_owned()).or_default().clone()
    }
}
