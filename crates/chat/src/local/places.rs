//! Places to compute in, which askers take in turn.
//!
//! An answer may take minutes, so a line alone is not fair: whoever asks first would have all places until the end, and
//! whoever asks most all of the line. So each asker has a line of its own; a free place goes to the one that has the
//! fewest, among equals to the one that was served longest ago; and an answer that is being made gives way now and then
//! ([`Place::give_way`]) when an asker with fewer places waits. What it has seen stays in memory, which is why answers
//! that have begun are bounded too: [`BEGUN`] for each place, and for each asker as many as there are places.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::oneshot::{self, Receiver, Sender};

/// Answers that have begun, for each place.
const BEGUN: usize = 4;
/// Requests that may wait to begin. An asker may fill half of the room that is left; its first one is let in beyond.
const WAITING: usize = 64;

/// The places.
pub(super) struct Places {
    count: usize,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    free: usize,
    begun: usize,
    waiting: usize,
    /// Counts places that were given.
    given: u64,
    accounts: HashMap<Arc<str>, Account>,
}

/// What an asker has, and waits for.
#[derive(Default)]
struct Account {
    /// Places it computes in.
    computing: usize,
    begun: usize,
    /// Answers that have begun and gave way.
    resting: VecDeque<Sender<()>>,
    /// Requests that have not begun.
    line: VecDeque<Sender<Place>>,
    /// When it was last given a place.
    served: u64,
}

/// What is to be told once the lock is free: who hears it may be gone, and gives back what it got.
enum Given {
    New(Sender<Place>, Place),
    Again(Sender<()>),
}

impl Places {
    pub(super) fn new(count: usize) -> Arc<Self> {
        let count = count.max(1);
        Arc::new(Self { count, state: Mutex::new(State { free: count, ..State::default() }) })
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Stands in line for a place; none when there is no room to wait in.
    pub(super) fn ask(self: &Arc<Self>, who: &str) -> Option<Waiting> {
        let who: Arc<str> = who.into();
        let (sender, receiver) = oneshot::channel();
        let given = {
            let mut state = self.state();
            let waits = state.accounts.get(&who).map_or(0, |account| account.line.len());
            let is_full = match waits {
                0 => state.waiting >= 2 * WAITING,
                _ => waits >= WAITING.saturating_sub(state.waiting),
            };
            if is_full {
                return None;
            }
            state.accounts.entry(who.clone()).or_default().line.push_back(sender);
            state.waiting += 1;
            self.give(&mut state)
        };
        tell(given);
        Some(Waiting { places: self.clone(), who, receiver: Some(receiver) })
    }

    /// Gives free places to those whose turn it is.
    fn give(self: &Arc<Self>, state: &mut State) -> Vec<Given> {
        let mut given = Vec::new();
        while state.free > 0 {
            let Some(who) = state.next(self.count) else { break };
            state.given += 1;
            let now = state.given;
            let Some(account) = state.accounts.get_mut(&who) else { break };
            let told = match account.resting.pop_front() {
                Some(rested) => Given::Again(rested),
                None => {
                    let Some(sender) = account.line.pop_front() else { break };
                    state.waiting -= 1;
                    if sender.is_closed() {
                        continue;
                    }
                    account.begun += 1;
                    state.begun += 1;
                    Given::New(sender, Place { places: self.clone(), who, computing: true })
                }
            };
            account.computing += 1;
            account.served = now;
            state.free -= 1;
            given.push(told);
        }
        given
    }
}

impl State {
    /// Whose turn it is, of those that a place can be given to.
    fn next(&self, places: usize) -> Option<Arc<str>> {
        let wanting = self.accounts.iter().filter(|(_, account)| self.wants(account, places));
        let (who, _) = wanting.min_by_key(|(_, account)| (account.computing, account.served))?;
        Some(who.clone())
    }

    fn wants(&self, account: &Account, places: usize) -> bool {
        let may_begin = self.begun < places * BEGUN && account.begun < places;
        !account.resting.is_empty() || may_begin && !account.line.is_empty()
    }

    /// Forgets an asker that has nothing and wants nothing.
    fn tidy(&mut self, who: &str) {
        if self.accounts.get(who).is_some_and(|account| account.begun == 0 && account.line.is_empty()) {
            self.accounts.remove(who);
        }
    }
}

fn tell(given: Vec<Given>) {
    for given in given {
        match given {
            // A place that nobody takes gives itself back.
            Given::New(sender, place) => drop(sender.send(place)),
            Given::Again(sender) => drop(sender.send(())),
        }
    }
}

/// Somebody in line; dropped, it leaves the line.
pub(super) struct Waiting {
    places: Arc<Places>,
    who: Arc<str>,
    receiver: Option<Receiver<Place>>,
}

impl Waiting {
    /// Waits for the place.
    pub(super) async fn place(mut self) -> Option<Place> {
        self.receiver.as_mut()?.await.ok()
    }
}

impl Drop for Waiting {
    fn drop(&mut self) {
        // From here on its sender knows that nobody is there.
        self.receiver = None;
        let mut state = self.places.state();
        if let Some(account) = state.accounts.get_mut(&self.who) {
            let before = account.line.len();
            account.line.retain(|sender| !sender.is_closed());
            state.waiting -= before - account.line.len();
        }
        state.tidy(&self.who);
    }
}

/// A place to compute in, given back when it is dropped.
pub(super) struct Place {
    places: Arc<Places>,
    who: Arc<str>,
    computing: bool,
}

impl Place {
    /// Lets an asker that has fewer places go first, if one waits, and waits for the next turn. For threads.
    pub(super) fn give_way(&mut self) {
        let is_wanted = {
            let state = self.places.state();
            let own = state.accounts.get(&self.who).map_or(0, |account| account.computing);
            let mut others = state.accounts.iter().filter(|(who, _)| **who != self.who);
            others.any(|(_, other)| other.computing < own && state.wants(other, self.places.count))
        };
        if is_wanted {
            self.take_again(true);
        }
    }

    /// Leaves the place to others while something else is done that may take long, and waits for the next turn. For
    /// threads.
    pub(super) fn away<T>(&mut self, work: impl FnOnce() -> T) -> T {
        let given = self.leave(&mut self.places.state());
        tell(given);
        self.computing = false;
        let done = work();
        self.take_again(false);
        done
    }

    /// Stops computing.
    fn leave(&self, state: &mut State) -> Vec<Given> {
        if let Some(account) = state.accounts.get_mut(&self.who) {
            account.computing -= 1;
        }
        state.free += 1;
        self.places.give(state)
    }

    /// Stands in line again, ahead of what has not begun; leaves the place before if it has it.
    fn take_again(&mut self, leave: bool) {
        let (sender, receiver) = oneshot::channel();
        let given = {
            let mut state = self.places.state();
            state.given += 1;
            let now = state.given;
            if let Some(account) = state.accounts.get_mut(&self.who) {
                account.resting.push_back(sender);
                // Among equals it is the last now.
                account.served = if leave { now } else { account.served };
            }
            if leave { self.leave(&mut state) } else { self.places.give(&mut state) }
        };
        tell(given);
        // Whoever tells holds the account as long as this place is there.
        self.computing = receiver.blocking_recv().is_ok();
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let given = {
            let mut state = self.places.state();
            if let Some(account) = state.accounts.get_mut(&self.who) {
                account.begun -= 1;
                account.computing -= usize::from(self.computing);
            }
            state.begun -= 1;
            state.free += usize::from(self.computing);
            state.tidy(&self.who);
            self.places.give(&mut state)
        };
        tell(given);
    }
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt;

    use super::*;

    /// The place, if it can be had now.
    fn now(waiting: Waiting) -> Result<Place, Waiting> {
        let mut waiting = waiting;
        match waiting.receiver.as_mut().unwrap().now_or_never() {
            Some(place) => Ok(place.unwrap()),
            None => Err(waiting),
        }
    }

    fn taken(places: &Arc<Places>, who: &str) -> Place {
        now(places.ask(who).unwrap()).ok().unwrap()
    }

    fn refused(places: &Arc<Places>, who: &str) -> Waiting {
        now(places.ask(who).unwrap()).err().unwrap()
    }

    fn is_nothing_left(places: &Places) -> bool {
        let state = places.state();
        state.free == places.count && state.begun == 0 && state.waiting == 0 && state.accounts.is_empty()
    }

    #[test]
    fn a_place_goes_to_who_has_the_fewest() {
        let places = Places::new(2);
        let (one, other) = (taken(&places, "greedy"), taken(&places, "greedy"));
        let first: Vec<Waiting> = (0..20).map(|_| refused(&places, "greedy")).collect();
        let modest = refused(&places, "modest");
        drop(one);
        // Who came last has nothing yet.
        let modest = now(modest).ok().unwrap();
        let mut first = first.into_iter();
        let waits = now(first.next().unwrap()).err().unwrap();
        drop(other);
        drop(now(waits).ok().unwrap());
        drop((modest, first));
        assert!(is_nothing_left(&places));
    }

    #[test]
    fn an_answer_gives_way_and_goes_on() {
        let places = Places::new(1);
        let mut long = taken(&places, "greedy");
        let more = refused(&places, "greedy");
        // Nobody else waits.
        long.give_way();
        let modest = places.ask("modest").unwrap();
        // It waits in there until the place is free again.
        let thread = std::thread::spawn(move || {
            long.give_way();
            long
        });
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        let modest = runtime.block_on(modest.place()).unwrap();
        let more = now(more).err().unwrap();
        drop(modest);
        // What has begun goes before what has not.
        let long = thread.join().unwrap();
        let more = now(more).err().unwrap();
        drop(long);
        drop(now(more).ok().unwrap());
        assert!(is_nothing_left(&places));
    }

    #[test]
    fn who_is_away_holds_nobody_up() {
        let places = Places::new(1);
        let mut slow = taken(&places, "slow");
        slow.away(|| drop(taken(&places, "quick")));
        drop(refused(&places, "quick"));
        drop(slow);
        assert!(is_nothing_left(&places));
    }

    #[test]
    fn one_asker_does_not_fill_the_room() {
        let places = Places::new(1);
        let place = taken(&places, "greedy");
        let mut waiting = Vec::new();
        while let Some(one) = places.ask("greedy") {
            waiting.push(one);
        }
        assert_eq!(waiting.len(), WAITING / 2);
        // Any number of others get in, each with one at least, up to a bound.
        let others: Vec<Option<Waiting>> = (0..1000).map(|number| places.ask(&format!("other {number}"))).collect();
        let let_in = others.iter().flatten().count();
        assert!((WAITING..2 * WAITING).contains(&let_in), "{let_in}");
        assert!(places.state().accounts.len() <= let_in + 1, "who is refused leaves no trace");
        drop((place, waiting, others));
        assert!(is_nothing_left(&places));
    }

    /// How many of so many askers begin, while each of them waits elsewhere, as for a client that reads slowly.
    fn begun_by(places: &Arc<Places>, askers: usize) -> usize {
        let Ok(mut place) = now(places.ask(&format!("asker {askers}")).unwrap()) else { return 0 };
        1 + place.away(|| begun_by(places, askers - 1))
    }

    #[test]
    fn answers_that_have_begun_are_bounded() {
        let places = Places::new(1);
        assert_eq!(begun_by(&places, 50), BEGUN);
        assert!(is_nothing_left(&places));
    }

    #[test]
    fn who_leaves_the_line_is_passed_over() {
        let places = Places::new(1);
        let place = taken(&places, "one");
        let (left, stays) = (refused(&places, "two"), refused(&places, "three"));
        drop(left);
        drop(place);
        drop(now(stays).ok().unwrap());
        assert!(is_nothing_left(&places));
    }
}
