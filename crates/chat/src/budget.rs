//! Tokens of upstreams a day, by plan: a free key must not spend the operator's money.
//!
//! Tokens are reserved before a request goes out (the prompt's, and those of the answer it may have), so that many at
//! once cannot pass the limit together, and settled by what was used. Days are those of UTC. Counts are of this process
//! and start anew with it.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use crate::fault::Fault;

const DAY: i64 = 24 * 60 * 60;
/// Tokens an answer has at most when the request does not say and the plan is limited.
const ANSWER: u64 = 4096;

/// Whose tokens are spent.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Asker {
    /// The consumer's id.
    pub id: String,
    /// Its plan.
    pub plan: Option<String>,
    /// The time of day, in seconds since 1970 (UTC).
    pub now: i64,
}

/// Tokens a day.
#[derive(Debug)]
pub struct Budgets {
    /// By plan; a plan that is not here is unlimited.
    plans: BTreeMap<String, u64>,
    spent: Arc<Mutex<Spent>>,
}

#[derive(Debug, Default)]
struct Spent {
    day: i64,
    by: HashMap<String, u64>,
}

/// Tokens that are set aside. Dropped, it is settled with what has been counted so far.
#[derive(Debug)]
pub(crate) struct Reserved {
    spent: Arc<Mutex<Spent>>,
    id: String,
    day: i64,
    tokens: u64,
    used: u64,
    /// What the answer may have; none where there is no limit.
    pub(crate) answer: Option<u64>,
}

impl Budgets {
    pub(crate) fn new(plans: BTreeMap<String, u64>) -> Self {
        Self { plans, spent: Arc::default() }
    }

    /// Sets tokens aside for a prompt and an answer of at most so many tokens.
    pub(crate) fn reserve(
        &self,
        asker: Option<&Asker>,
        prompt: u64,
        answer: Option<u64>,
    ) -> Result<Option<Reserved>, Fault> {
        let limited = asker.and_then(|asker| Some((asker, *self.plans.get(asker.plan.as_deref()?)?)));
        let Some((asker, limit)) = limited else { return Ok(None) };
        let day = asker.now.div_euclid(DAY);
        let mut spent = self.spent.lock().unwrap_or_else(PoisonError::into_inner);
        if spent.day != day {
            *spent = Spent { day, by: HashMap::new() };
        }
        let by = spent.by.entry(asker.id.clone()).or_default();
        let left = limit.saturating_sub(*by);
        // There must be room for the prompt and a word; an answer gets what is left, at most.
        let room = left.saturating_sub(prompt);
        if room == 0 {
            let seconds = DAY - asker.now.rem_euclid(DAY);
            let retry_after = Duration::from_secs(seconds.unsigned_abs());
            return Err(Fault::Spent { limit, retry_after });
        }
        let answer = answer.unwrap_or(ANSWER).min(room);
        let tokens = prompt + answer;
        *by += tokens;
        let used = prompt;
        Ok(Some(Reserved { spent: self.spent.clone(), id: asker.id.clone(), day, tokens, used, answer: Some(answer) }))
    }
}

impl Reserved {
    /// Counts tokens as they come.
    pub(crate) fn use_up(&mut self, tokens: u64) {
        self.used = self.used.saturating_add(tokens);
    }

    /// What was really used, as the server says.
    pub(crate) fn settle(&mut self, tokens: u64) {
        self.used = tokens;
    }

    /// Nothing was used.
    pub(crate) fn give_back(mut self) {
        self.used = 0;
    }
}

impl Drop for Reserved {
    fn drop(&mut self) {
        let mut spent = self.spent.lock().unwrap_or_else(PoisonError::into_inner);
        if spent.day == self.day
            && let Some(by) = spent.by.get_mut(&self.id)
        {
            *by = by.saturating_sub(self.tokens).saturating_add(self.used);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn budgets() -> Budgets {
        Budgets::new(BTreeMap::from([("free".to_owned(), 1000)]))
    }

    fn asker(id: &str, plan: &str, now: i64) -> Asker {
        Asker { id: id.to_owned(), plan: Some(plan.to_owned()), now }
    }

    #[test]
    fn a_day_has_so_many_tokens() {
        let budgets = budgets();
        let alice = asker("a", "free", 100);
        let first = budgets.reserve(Some(&alice), 100, Some(500)).unwrap().unwrap();
        // While the first may still use 600 the second gets what is left.
        let second = budgets.reserve(Some(&alice), 100, None).unwrap().unwrap();
        assert_eq!(second.answer, Some(300));
        let spent = budgets.reserve(Some(&alice), 1, None).unwrap_err();
        assert_eq!(spent, Fault::Spent { limit: 1000, retry_after: Duration::from_secs(86_300) });
        assert!(budgets.reserve(Some(&asker("b", "free", 100)), 1, None).is_ok());
        first.give_back();
        drop(second);
        // 100 of the second's prompt were used.
        let mut third = budgets.reserve(Some(&alice), 10, Some(5_000)).unwrap().unwrap();
        assert_eq!(third.answer, Some(890));
        third.use_up(5);
        third.settle(900);
        drop(third);
        assert!(budgets.reserve(Some(&alice), 1, None).is_err());
        assert!(budgets.reserve(Some(&asker("a", "free", DAY)), 1, None).is_ok(), "the next day");
    }

    #[test]
    fn some_are_not_limited() {
        let budgets = budgets();
        assert!(budgets.reserve(None, 5_000, None).unwrap().is_none());
        assert!(budgets.reserve(Some(&asker("a", "pro", 0)), 5_000, None).unwrap().is_none());
        assert!(budgets.reserve(Some(&Asker { plan: None, ..asker("a", "", 0) }), 5_000, None).unwrap().is_none());
    }

    #[test]
    fn what_yesterday_reserved_is_not_todays() {
        let budgets = budgets();
        let late = budgets.reserve(Some(&asker("a", "free", DAY - 1)), 10, Some(900)).unwrap();
        let mut today = budgets.reserve(Some(&asker("a", "free", DAY)), 10, Some(900)).unwrap().unwrap();
        drop(late);
        today.settle(10);
        drop(today);
        assert_eq!(budgets.reserve(Some(&asker("a", "free", DAY)), 0, Some(5_000)).unwrap().unwrap().answer, Some(990));
    }
}
