//! All times of something that repeats: those of its rules and those said beside them, without the exceptions.

use std::collections::{HashSet, VecDeque};

use jiff::civil::{Date, DateTime};

use super::repeat::Repeats;
use super::rule::Rule;

/// Times in order, each once.
pub(crate) struct Series {
    rules: Vec<(Repeats, Option<DateTime>)>,
    dates: VecDeque<DateTime>,
    exceptions: HashSet<DateTime>,
    days: HashSet<Date>,
    last: Option<DateTime>,
}

impl Series {
    /// The times from a first one on; each rule may do so much work.
    pub(crate) fn of(rules: Vec<Rule>, start: DateTime, mut dates: Vec<DateTime>, work: u64) -> Self {
        dates.sort_unstable();
        let repeats = |rule| {
            let mut repeats = Repeats::of(rule, start, work);
            let first = repeats.next();
            (repeats, first)
        };
        Self {
            rules: rules.into_iter().map(repeats).collect(),
            dates: dates.into(),
            exceptions: HashSet::new(),
            days: HashSet::new(),
            last: None,
        }
    }

    /// Leaves out a time.
    pub(crate) fn without(&mut self, time: DateTime) {
        self.exceptions.insert(time);
    }

    /// Leaves out a day.
    pub(crate) fn without_day(&mut self, day: Date) {
        self.days.insert(day);
    }

    /// Whether a rule was given up: it hardly ever comes true.
    pub(crate) fn is_worn_out(&self) -> bool {
        self.rules.iter().any(|(repeats, _)| repeats.is_worn_out())
    }

    /// Work that is left of what a rule may do, at the least.
    pub(crate) fn work_left(&self) -> u64 {
        self.rules.iter().map(|(repeats, _)| repeats.work).min().unwrap_or(u64::MAX)
    }
}

impl Iterator for Series {
    type Item = DateTime;

    fn next(&mut self) -> Option<DateTime> {
        loop {
            let of_rules = self.rules.iter().filter_map(|(_, next)| *next).min();
            let time = of_rules.into_iter().chain(self.dates.front().copied()).min()?;
            for (repeats, next) in &mut self.rules {
                if *next == Some(time) {
                    *next = repeats.next();
                }
            }
            while self.dates.front() == Some(&time) {
                self.dates.pop_front();
            }
            if self.last != Some(time) && !self.exceptions.contains(&time) && !self.days.contains(&time.date()) {
                self.last = Some(time);
                return Some(time);
            }
        }
    }
}
