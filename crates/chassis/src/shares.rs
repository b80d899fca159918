//! What is scarce, taken in turn: places and bytes that consumers share.
//!
//! A plain semaphore is first come, first served: whoever asks a thousand times has a thousand places in its line. Here each
//! consumer has a line of its own, and what is given back goes to the waiting consumer that holds the least for its plan's
//! weight. That alone is fair where things are given back soon (threads). Where they are held for as long as a client
//! likes (streams, bodies), turns never come, so nobody may hold more than its weight times what is left: the threshold
//! of shared-memory switches (Choudhury and Hahne, 1998). A lone Free key gets half, two a third each, and there is always
//! room for who comes next; nothing is set aside for consumers who are not there. The first claim of a consumer goes
//! beyond it, or what is larger than half would never be.
//!
//! Who has no consumer (a service without a gateway) is one line that nothing bounds but the whole.

use std::collections::{HashMap, VecDeque};
use std::hash::{Hash, Hasher};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::oneshot;

use crate::context::Consumer;

/// Who holds something: a consumer, or whoever comes without one.
#[derive(Debug, Clone, Default)]
pub struct Holder(Option<Arc<Consumer>>);

impl Holder {
    /// The holder that a consumer is.
    #[must_use]
    pub fn of(consumer: Option<&Arc<Consumer>>) -> Self {
        Self(consumer.cloned())
    }

    /// A holder of that name, for tests.
    #[cfg(test)]
    pub(crate) fn named(id: &str) -> Self {
        Self(Some(Arc::new(Consumer { id: id.to_owned(), ..Consumer::default() })))
    }

    /// The consumer's id.
    pub(crate) fn id(&self) -> Option<&str> {
        self.0.as_ref().map(|consumer| consumer.id.as_str())
    }

    /// What the plan weighs. Not more than eight times the least: a Free key still gets its turn beside the largest.
    fn weight(&self) -> usize {
        match self.0.as_ref().and_then(|consumer| consumer.plan()) {
            Some("enterprise") => 8,
            Some("pro") => 4,
            Some("basic") => 2,
            _ => 1,
        }
    }
}

impl PartialEq for Holder {
    fn eq(&self, other: &Self) -> bool {
        match (&self.0, &other.0) {
            (Some(one), Some(other)) => Arc::ptr_eq(one, other) || one.id == other.id,
            (None, None) => true,
            _ => false,
        }
    }
}

impl Eq for Holder {}

impl Hash for Holder {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.id().hash(state);
    }
}

/// How much one consumer may hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Most {
    /// All there is, while nobody else waits: for what is given back soon.
    All,
    /// Its weight times what is left: for what is held as long as a client likes.
    Threshold,
}

/// A number of units that consumers share.
pub(crate) struct Shares {
    most: Most,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    free: usize,
    accounts: HashMap<Holder, Account>,
    waiting: usize,
    turn: u64,
}

/// What one consumer holds and waits for.
#[derive(Default)]
struct Account {
    held: usize,
    claims: usize,
    line: VecDeque<Waiter>,
    /// When it was last served: among equals, who waited longest is next.
    served: u64,
}

struct Waiter {
    /// Its place among all that wait.
    ticket: u64,
    units: usize,
    /// Whether it adds to a claim that is there.
    grows: bool,
    granted: oneshot::Sender<()>,
}

impl Shares {
    pub(crate) fn new(units: usize, most: Most) -> Arc<Self> {
        Arc::new(Self { most, state: Mutex::new(State { free: units, ..State::default() }) })
    }

    /// Takes units that can be had at once.
    pub(crate) fn try_take(self: &Arc<Self>, holder: &Holder, units: usize) -> Option<Share> {
        self.try_claim(holder, units, false).then(|| self.share(holder, units))
    }

    /// Takes units, or waits for its turn so long.
    pub(crate) async fn take(self: &Arc<Self>, holder: &Holder, units: usize, patience: Duration) -> Option<Share> {
        self.claim(holder, units, false, patience).await.then(|| self.share(holder, units))
    }

    fn share(self: &Arc<Self>, holder: &Holder, units: usize) -> Share {
        Share { shares: self.clone(), holder: holder.clone(), units }
    }

    fn try_claim(&self, holder: &Holder, units: usize, grows: bool) -> bool {
        let mut state = self.state();
        let possible = state.waiting == 0 && state.admits(self.most, holder, units, grows);
        if possible {
            state.grant(holder, units, grows);
        }
        possible
    }

    async fn claim(&self, holder: &Holder, units: usize, grows: bool, patience: Duration) -> bool {
        if self.try_claim(holder, units, grows) {
            return true;
        }
        let (granted, told) = oneshot::channel();
        {
            let mut state = self.state();
            state.turn += 1;
            let waiter = Waiter { ticket: state.turn, units, grows, granted };
            state.accounts.entry(holder.clone()).or_default().line.push_back(waiter);
            state.waiting += 1;
            state.serve(self.most);
        }
        let mut place = Place { shares: self, holder, units, grows, told: Some(told) };
        let told = place.told.as_mut().expect("it was just put there");
        let granted = tokio::time::timeout(patience, told).await.is_ok_and(|told| told.is_ok());
        if granted {
            place.told = None;
        }
        granted
    }

    /// Takes units back.
    fn give_back(&self, holder: &Holder, units: usize, grown: bool) {
        let mut state = self.state();
        state.free += units;
        if let Some(account) = state.accounts.get_mut(holder) {
            account.held -= units;
            account.claims -= usize::from(!grown);
        }
        state.serve(self.most);
        state.tidy(holder);
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    /// Whether a holder may have so many units more.
    fn admits(&self, most: Most, holder: &Holder, units: usize, grows: bool) -> bool {
        if units > self.free {
            return false;
        }
        let (held, claims) = self.accounts.get(holder).map_or((0, 0), |account| (account.held, account.claims));
        let first = claims <= usize::from(grows);
        most == Most::All || first || holder.0.is_none() || held + units <= holder.weight() * (self.free - units)
    }

    fn grant(&mut self, holder: &Holder, units: usize, grows: bool) {
        self.turn += 1;
        self.free -= units;
        let account = match self.accounts.get_mut(holder) {
            Some(account) => account,
            None => self.accounts.entry(holder.clone()).or_default(),
        };
        account.held += units;
        account.claims += usize::from(!grows);
        account.served = self.turn;
    }

    /// Gives what is free to those who wait.
    fn serve(&mut self, most: Most) {
        while self.waiting > 0
            && let Some(holder) = self.next(most)
        {
            let Some(waiter) = self.accounts.get_mut(&holder).and_then(|account| account.line.pop_front()) else {
                return;
            };
            self.waiting -= 1;
            // Who has left is not there any more; what waited behind it is next.
            if !waiter.granted.is_closed() {
                self.grant(&holder, waiter.units, waiter.grows);
                if waiter.granted.send(()).is_err() {
                    self.free += waiter.units;
                    let account = self.accounts.entry(holder).or_default();
                    account.held -= waiter.units;
                    account.claims -= usize::from(!waiter.grows);
                }
            }
        }
    }

    /// Who is next: of those whose first in line can be served, who holds the least for its weight. A claim that only
    /// lacks free units keeps its place, or small ones would pass it for ever.
    fn next(&self, most: Most) -> Option<Holder> {
        let waiting = self.accounts.iter().filter_map(|(holder, account)| {
            let first = account.line.front()?;
            let within = first.units > self.free || self.admits(most, holder, first.units, first.grows);
            within.then_some((holder, account, first))
        });
        let least = waiting.min_by(|(one, left, first), (other, right, second)| {
            let (lighter, heavier) = (left.held * other.weight(), right.held * one.weight());
            lighter.cmp(&heavier).then(left.served.cmp(&right.served)).then(first.ticket.cmp(&second.ticket))
        });
        least.and_then(|(holder, _, first)| (first.units <= self.free).then(|| holder.clone()))
    }

    fn tidy(&mut self, holder: &Holder) {
        if self.accounts.get(holder).is_some_and(|account| account.claims == 0 && account.line.is_empty()) {
            self.accounts.remove(holder);
        }
    }
}

/// A place in a line, until the units are there or nobody waits for them.
struct Place<'a> {
    shares: &'a Shares,
    holder: &'a Holder,
    units: usize,
    grows: bool,
    told: Option<oneshot::Receiver<()>>,
}

impl Drop for Place<'_> {
    fn drop(&mut self) {
        let Some(mut told) = self.told.take() else { return };
        told.close();
        // It may have been granted while its waiter left.
        if told.try_recv().is_ok() {
            self.shares.give_back(self.holder, self.units, self.grows);
            return;
        }
        let mut state = self.shares.state();
        if let Some(account) = state.accounts.get_mut(self.holder) {
            let before = account.line.len();
            account.line.retain(|waiter| !waiter.granted.is_closed());
            let left = before - account.line.len();
            state.waiting -= left;
        }
        state.serve(self.shares.most);
        state.tidy(self.holder);
    }
}

/// Units somebody holds, until this is dropped.
pub(crate) struct Share {
    shares: Arc<Shares>,
    holder: Holder,
    units: usize,
}

impl Share {
    /// How many they are.
    pub(crate) fn units(&self) -> usize {
        self.units
    }

    /// Makes them more, waiting so long.
    pub(crate) async fn grow(&mut self, more: usize, patience: Duration) -> bool {
        let granted = self.shares.claim(&self.holder, more, true, patience).await;
        self.units += if granted { more } else { 0 };
        granted
    }
}

impl Drop for Share {
    fn drop(&mut self) {
        self.shares.give_back(&self.holder, self.units, false);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SOON: Duration = Duration::from_millis(50);

    fn holder(id: &str, plan: &str) -> Holder {
        let groups = vec![plan.to_owned()];
        Holder(Some(Arc::new(Consumer { id: id.to_owned(), groups, ..Consumer::default() })))
    }

    fn take_all(shares: &Arc<Shares>, holder: &Holder) -> Vec<Share> {
        std::iter::from_fn(|| shares.try_take(holder, 1)).collect()
    }

    #[test]
    fn nobody_takes_it_all_where_things_are_kept_long() {
        let shares = Shares::new(60, Most::Threshold);
        let (ann, bob, pro) = (holder("ann", "free"), holder("bob", "free"), holder("eve", "pro"));
        let anns = take_all(&shares, &ann);
        assert_eq!(anns.len(), 30, "half of what there is");
        assert_eq!(take_all(&shares, &bob).len(), 15, "half of what is left");
        assert_eq!(take_all(&shares, &pro).len(), 24, "four fifths of what is left");
        drop(anns);
        assert_eq!(take_all(&shares, &pro).len(), 48);
    }

    #[test]
    fn who_has_no_consumer_takes_it_all() {
        let shares = Shares::new(8, Most::Threshold);
        assert_eq!(take_all(&shares, &Holder::default()).len(), 8);
    }

    #[tokio::test]
    async fn one_large_claim_is_possible_and_may_grow() {
        let shares = Shares::new(100, Most::Threshold);
        let ann = holder("ann", "free");
        let mut share = shares.try_take(&ann, 70).unwrap();
        assert!(share.grow(20, SOON).await);
        assert_eq!(share.units(), 90);
        assert!(shares.try_take(&ann, 1).is_none(), "another claim is bounded");
        assert!(shares.try_take(&holder("bob", "free"), 5).is_some());
        assert!(!share.grow(20, SOON).await, "there is no more");
        drop(share);
        assert!(shares.try_take(&ann, 100).is_some(), "all came back");
    }

    /// Takes a unit, notes who it was, and gives it back.
    async fn note(shares: Arc<Shares>, name: &'static str, seen: Arc<Mutex<Vec<&'static str>>>) {
        let share = shares.take(&holder(name, "free"), 1, Duration::from_secs(5)).await;
        seen.lock().unwrap().push(name);
        tokio::task::yield_now().await;
        drop(share);
    }

    #[tokio::test]
    async fn what_is_given_back_goes_round() {
        let shares = Shares::new(1, Most::All);
        let seen = Arc::new(Mutex::new(Vec::new()));
        let busy = shares.try_take(&holder("ann", "free"), 1);
        let mut tasks = Vec::new();
        for name in ["ann", "ann", "ann", "ann", "bob", "bob", "eve"] {
            tasks.push(tokio::spawn(note(shares.clone(), name, seen.clone())));
            tokio::task::yield_now().await;
        }
        drop(busy);
        for task in tasks {
            task.await.unwrap();
        }
        assert_eq!(*seen.lock().unwrap(), ["bob", "eve", "ann", "bob", "ann", "ann", "ann"]);
        assert!(shares.state().accounts.is_empty(), "nothing is kept of who has left");
    }

    #[tokio::test]
    async fn who_leaves_the_line_leaves_nothing_behind() {
        let shares = Shares::new(1, Most::All);
        let (ann, bob) = (holder("ann", "free"), holder("bob", "free"));
        let busy = shares.try_take(&ann, 1);
        assert!(shares.take(&bob, 1, Duration::from_millis(5)).await.is_none());
        {
            let waiting = shares.take(&bob, 1, SOON);
            tokio::pin!(waiting);
            assert!(futures_util::poll!(waiting.as_mut()).is_pending());
            drop(busy);
            // Granted, and not taken.
        }
        assert!(shares.try_take(&ann, 1).is_some());
        assert!(shares.state().accounts.is_empty());
        assert_eq!(shares.state().waiting, 0);
    }

    #[tokio::test]
    async fn a_large_claim_is_not_passed_by_small_ones_for_ever() {
        let shares = Shares::new(4, Most::All);
        let (ann, bob) = (holder("ann", "free"), holder("bob", "free"));
        let small = take_all(&shares, &ann);
        let large = shares.take(&bob, 3, SOON);
        tokio::pin!(large);
        assert!(futures_util::poll!(large.as_mut()).is_pending());
        let mut small = small.into_iter();
        drop(small.next());
        assert!(shares.try_take(&ann, 1).is_none(), "somebody waits");
        drop(small.next());
        drop(small.next());
        assert!(large.await.is_some());
    }
}
