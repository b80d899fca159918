//! The times of a rule of recurrence, as they come.
//!
//! The way of dateutil, against which it is tested: one year, month, week, day or smaller unit after the other; its days and times
//! that every part of the rule lets through, in order; of these the positions that are asked for. All in times of day: what they are
//! in a zone is for whoever knows the zone. Where days are let through that rarely come, whole days are passed over at once, and the
//! work is counted, because some rules never come true.

use std::collections::VecDeque;

use jiff::Span;
use jiff::civil::{Date, DateTime, Time};

use super::rule::{Frequency, Rule, since, week_of};

/// Work of passing over days, hours or minutes at once.
const PASSING: u64 = 10;

/// The times of a rule.
pub(crate) struct Repeats {
    rule: Rule,
    start: DateTime,
    /// The unit that comes next, in the unit of the rule.
    at: Option<DateTime>,
    found: VecDeque<DateTime>,
    given: u64,
    /// Days and times that may still be looked at.
    pub(crate) work: u64,
}

impl Repeats {
    /// The times from a first one on, for so much work: days and times that are looked at.
    pub(crate) fn of(mut rule: Rule, start: DateTime, work: u64) -> Self {
        let nothing =
            rule.weeks.is_empty() && rule.year_days.is_empty() && rule.month_days.is_empty() && rule.days.is_empty();
        // What the rule leaves open is as in its first time.
        if nothing {
            match rule.frequency {
                Frequency::Yearly => {
                    if rule.months.is_empty() {
                        rule.months = vec![start.month().into()];
                    }
                    rule.month_days = vec![start.day().into()];
                }
                Frequency::Monthly => rule.month_days = vec![start.day().into()],
                Frequency::Weekly => rule.days = vec![(0, start.weekday())],
                _ => {}
            }
        }
        if rule.hours.is_empty() && rule.frequency < Frequency::Hourly {
            rule.hours = vec![start.hour().into()];
        }
        if rule.minutes.is_empty() && rule.frequency < Frequency::Minutely {
            rule.minutes = vec![start.minute().into()];
        }
        if rule.seconds.is_empty() && rule.frequency < Frequency::Secondly {
            rule.seconds = vec![start.second().into()];
        }
        for numbers in [&mut rule.hours, &mut rule.minutes, &mut rule.seconds] {
            numbers.sort_unstable();
            numbers.dedup();
        }
        let at = match rule.frequency {
            Frequency::Yearly => Date::new(start.year(), 1, 1).ok().map(|date| date.at(0, 0, 0, 0)),
            Frequency::Monthly => Some(start.date().first_of_month().at(0, 0, 0, 0)),
            Frequency::Weekly => {
                let back = Span::new().days(since(start.weekday(), rule.week_start));
                start.date().checked_sub(back).ok().map(|date| date.at(0, 0, 0, 0))
            }
            _ => Some(start),
        };
        Self { rule, start, at, found: VecDeque::new(), given: 0, work }
    }

    /// Whether the work was used up before the end.
    pub(crate) fn is_worn_out(&self) -> bool {
        self.work == 0
    }

    /// The unit after one.
    fn after(&self, at: DateTime) -> Option<DateTime> {
        let interval = self.rule.interval;
        let step = match self.rule.frequency {
            Frequency::Yearly => Span::new().try_years(interval),
            Frequency::Monthly => Span::new().try_months(interval),
            Frequency::Weekly => Span::new().try_weeks(interval),
            Frequency::Daily => Span::new().try_days(interval),
            Frequency::Hourly => Span::new().try_hours(interval),
            Frequency::Minutely => Span::new().try_minutes(interval),
            Frequency::Secondly => Span::new().try_seconds(interval),
        };
        at.checked_add(step.ok()?).ok()
    }

    /// The first unit of the rule at or after a time, where units are smaller than days.
    fn on_or_after(&self, at: DateTime, time: DateTime) -> Option<DateTime> {
        let seconds = match self.rule.frequency {
            Frequency::Hourly => 3_600,
            Frequency::Minutely => 60,
            _ => 1,
        } * self.rule.interval;
        let missing = time.duration_since(at).as_secs();
        let steps = missing.div_euclid(seconds) + i64::from(missing.rem_euclid(seconds) > 0);
        at.checked_add(Span::new().try_seconds(steps.checked_mul(seconds)?).ok()?).ok()
    }

    /// Takes the days and times of the next unit that has any; none at the end of time, or of the work.
    fn fill(&mut self) -> Option<()> {
        while self.found.is_empty() {
            let at = self.at?;
            self.spend(1)?;
            self.at = self.after(at);
            let mut times = Vec::new();
            match self.rule.frequency {
                Frequency::Yearly | Frequency::Monthly => self.month_times(at.date(), &mut times)?,
                Frequency::Weekly => {
                    for day in 0..7 {
                        let Ok(date) = at.date().checked_add(Span::new().days(day)) else { break };
                        self.day_times(date, &mut times)?;
                    }
                }
                Frequency::Daily => self.day_times(at.date(), &mut times)?,
                _ => self.unit_times(at, &mut times)?,
            }
            times.sort_unstable();
            times.dedup();
            if !self.rule.positions.is_empty() {
                times = chosen(&times, &self.rule.positions);
            }
            self.found.extend(times.into_iter().filter(|time| *time >= self.start));
        }
        Some(())
    }

    /// The times of a year or a month.
    fn month_times(&mut self, first: Date, times: &mut Vec<DateTime>) -> Option<()> {
        let last = match self.rule.frequency {
            Frequency::Yearly => first.last_of_year(),
            _ => first.last_of_month(),
        };
        let mut date = first;
        loop {
            // A month that the rule does not name is passed over.
            if !self.rule.months.is_empty() && !self.rule.months.contains(&date.month().into()) {
                date = date.last_of_month();
            } else {
                self.day_times(date, times)?;
            }
            if date >= last {
                return Some(());
            }
            date = date.tomorrow().ok()?;
        }
    }

    /// The times of a day.
    fn day_times(&mut self, date: Date, times: &mut Vec<DateTime>) -> Option<()> {
        self.spend(1)?;
        if !self.has_day(date) {
            return Some(());
        }
        self.spend((self.rule.hours.len() * self.rule.minutes.len() * self.rule.seconds.len()) as u64)?;
        for hour in &self.rule.hours {
            for minute in &self.rule.minutes {
                for second in &self.rule.seconds {
                    times.extend(time(*hour, *minute, *second).map(|time| date.to_datetime(time)));
                }
            }
        }
        Some(())
    }

    /// The times of an hour, a minute, a second; where it is not to be, goes to the next that may be.
    fn unit_times(&mut self, at: DateTime, times: &mut Vec<DateTime>) -> Option<()> {
        let (hour, minute) = (i16::from(at.hour()), i16::from(at.minute()));
        if !self.has_day(at.date()) {
            self.spend(PASSING)?;
            self.at = self.on_or_after(at, at.date().tomorrow().ok()?.at(0, 0, 0, 0));
            return Some(());
        }
        let next_hour = |at: DateTime| {
            let begun = at.date().at(at.hour(), 0, 0, 0);
            begun.checked_add(Span::new().hours(1)).ok()
        };
        if !self.rule.hours.is_empty() && !self.rule.hours.contains(&hour) {
            self.spend(PASSING)?;
            self.at = self.on_or_after(at, next_hour(at)?);
            return Some(());
        }
        if self.rule.frequency == Frequency::Hourly {
            self.spend((self.rule.minutes.len() * self.rule.seconds.len()) as u64)?;
            for minute in &self.rule.minutes {
                for second in &self.rule.seconds {
                    times.extend(time(hour, *minute, *second).map(|time| at.date().to_datetime(time)));
                }
            }
            return Some(());
        }
        if !self.rule.minutes.is_empty() && !self.rule.minutes.contains(&minute) {
            let begun = at.date().at(at.hour(), at.minute(), 0, 0);
            self.spend(PASSING)?;
            self.at = self.on_or_after(at, begun.checked_add(Span::new().minutes(1)).ok()?);
            return Some(());
        }
        match self.rule.frequency {
            Frequency::Minutely => {
                self.spend(self.rule.seconds.len() as u64)?;
                for second in &self.rule.seconds {
                    times.extend(time(hour, minute, *second).map(|time| at.date().to_datetime(time)));
                }
            }
            _ if self.rule.seconds.is_empty() || self.rule.seconds.contains(&at.second().into()) => times.push(at),
            _ => {}
        }
        Some(())
    }

    fn spend(&mut self, work: u64) -> Option<()> {
        self.work = self.work.saturating_sub(work);
        (self.work > 0).then_some(())
    }

    /// Whether every part of the rule lets a day through.
    fn has_day(&self, date: Date) -> bool {
        let rule = &self.rule;
        let listed = |numbers: &[i16], number: i16, length: i16| {
            numbers.is_empty() || numbers.contains(&number) || numbers.contains(&(number - length - 1))
        };
        (rule.months.is_empty() || rule.months.contains(&date.month().into()))
            && listed(&rule.month_days, date.day().into(), date.days_in_month().into())
            && listed(&rule.year_days, date.day_of_year(), date.days_in_year())
            && (rule.weeks.is_empty()
                || week_of(date, rule.week_start).is_some_and(|(week, weeks)| listed(&rule.weeks, week, weeks)))
            && (rule.days.is_empty()
                || rule.days.iter().any(|(which, day)| date.weekday() == *day && self.is_nth(date, *which)))
    }

    /// Whether a date is that one of its weekdays in the month or the year.
    fn is_nth(&self, date: Date, which: i16) -> bool {
        let (place, length) = match self.rule.frequency {
            Frequency::Yearly if self.rule.months.is_empty() => (date.day_of_year(), date.days_in_year()),
            Frequency::Yearly | Frequency::Monthly => (date.day().into(), date.days_in_month().into()),
            _ => return true,
        };
        match which {
            0 => true,
            1.. => (place - 1) / 7 + 1 == which,
            _ => (length - place) / 7 + 1 == -which,
        }
    }
}

fn time(hour: i16, minute: i16, second: i16) -> Option<Time> {
    Time::new(hour.try_into().ok()?, minute.try_into().ok()?, second.try_into().ok()?, 0).ok()
}

/// Those at some places, from the end where negative.
fn chosen(times: &[DateTime], positions: &[i16]) -> Vec<DateTime> {
    let place = |position: &i16| match *position {
        from_start @ 1.. => usize::try_from(from_start - 1).ok(),
        from_end => times.len().checked_sub(usize::from(from_end.unsigned_abs())),
    };
    let mut chosen: Vec<DateTime> =
        positions.iter().filter_map(|position| times.get(place(position)?).copied()).collect();
    chosen.sort_unstable();
    chosen.dedup();
    chosen
}

impl Iterator for Repeats {
    type Item = DateTime;

    fn next(&mut self) -> Option<DateTime> {
        if self.rule.count.is_some_and(|count| self.given >= count) {
            return None;
        }
        self.fill()?;
        let time = self.found.pop_front()?;
        if self.rule.until.is_some_and(|(until, _)| time > until) {
            self.at = None;
            self.found.clear();
            return None;
        }
        self.given += 1;
        Some(time)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn times(rule: &str, start: &str, most: usize) -> Vec<String> {
        let repeats = Repeats::of(Rule::parse(rule).unwrap(), start.parse().unwrap(), 10_000_000);
        repeats.take(most).map(|time| time.to_string()).collect()
    }

    #[test]
    fn examples_of_the_standard() {
        for (rule, start, right) in [
            ("FREQ=DAILY;COUNT=2", "1997-09-02T09:00:00", &["1997-09-02T09:00:00", "1997-09-03T09:00:00"][..]),
            ("FREQ=MONTHLY;BYDAY=-1FR;COUNT=2", "1997-09-05T09:00:00", &["1997-09-26T09:00:00", "1997-10-31T09:00:00"]),
            (
                "FREQ=MONTHLY;BYMONTHDAY=-3;COUNT=2",
                "1997-09-28T09:00:00",
                &["1997-09-28T09:00:00", "1997-10-29T09:00:00"],
            ),
            ("FREQ=YEARLY;BYDAY=20MO;COUNT=2", "1997-05-19T09:00:00", &["1997-05-19T09:00:00", "1998-05-18T09:00:00"]),
            (
                "FREQ=YEARLY;BYWEEKNO=20;BYDAY=MO;COUNT=2",
                "1997-05-12T09:00:00",
                &["1997-05-12T09:00:00", "1998-05-11T09:00:00"],
            ),
            ("FREQ=MONTHLY;BYDAY=FR;BYMONTHDAY=13;COUNT=1", "1997-09-02T09:00:00", &["1998-02-13T09:00:00"]),
            (
                "FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-2;COUNT=2",
                "1997-09-29T09:00:00",
                &["1997-09-29T09:00:00", "1997-10-30T09:00:00"],
            ),
            (
                "FREQ=MINUTELY;INTERVAL=90;COUNT=2",
                "1997-09-02T09:00:00",
                &["1997-09-02T09:00:00", "1997-09-02T10:30:00"],
            ),
            (
                "FREQ=WEEKLY;INTERVAL=2;COUNT=4;BYDAY=TU,SU;WKST=SU",
                "1997-08-05T09:00:00",
                &["1997-08-05T09:00:00", "1997-08-17T09:00:00", "1997-08-19T09:00:00", "1997-08-31T09:00:00"],
            ),
            (
                "FREQ=MONTHLY;BYDAY=MO,2TU;COUNT=3",
                "2024-01-01T09:00:00",
                &["2024-01-01T09:00:00", "2024-01-08T09:00:00", "2024-01-09T09:00:00"],
            ),
        ] {
            assert_eq!(times(rule, start, 10), right, "{rule}");
        }
    }

    #[test]
    fn rules_that_never_come_true_end() {
        for rule in [
            "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30",
            "FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30",
            "FREQ=SECONDLY;BYMONTH=2;BYMONTHDAY=30",
            "FREQ=SECONDLY;INTERVAL=2;BYSECOND=1",
            "FREQ=MINUTELY;INTERVAL=60;BYMINUTE=5",
            "FREQ=MONTHLY;BYSETPOS=300",
        ] {
            let mut repeats = Repeats::of(Rule::parse(rule).unwrap(), "2024-01-01T00:00:00".parse().unwrap(), 500_000);
            assert_eq!(repeats.next(), None, "{rule}");
        }
    }
}
