//! Business days: those that are neither on the weekend nor a holiday.

use std::collections::BTreeSet;

use jiff::civil::Date;

/// Which days count.
#[derive(Debug, Clone)]
pub(super) struct Calendar {
    /// By weekday from Monday, whether it is of the weekend.
    weekend: [bool; 7],
    holidays: BTreeSet<Date>,
}

impl Calendar {
    /// A calendar; nothing when every day is of the weekend.
    pub(super) fn of(weekend: [bool; 7], holidays: BTreeSet<Date>) -> Option<Self> {
        let is_weekend = |date: &Date| weekend[usize::try_from(date.weekday().to_monday_zero_offset()).unwrap_or(0)];
        let holidays = holidays.into_iter().filter(|date| !is_weekend(date)).collect();
        weekend.contains(&false).then_some(Self { weekend, holidays })
    }

    fn is_weekend(&self, date: Date) -> bool {
        self.weekend[usize::try_from(date.weekday().to_monday_zero_offset()).unwrap_or(0)]
    }

    /// Whether a day counts.
    pub(super) fn is_business_day(&self, date: Date) -> bool {
        !self.is_weekend(date) && !self.holidays.contains(&date)
    }

    /// The day so many business days on; from a day that does not count, the first one is the next that does.
    pub(super) fn add(&self, date: Date, days: i64) -> Result<Date, String> {
        let mut date = date;
        let mut left = days.unsigned_abs();
        while left > 0 {
            let next = if days > 0 { date.tomorrow() } else { date.yesterday() };
            date = next.map_err(|_| "leads outside of the years -9999 to 9999".to_owned())?;
            if self.is_business_day(date) {
                left -= 1;
            }
        }
        Ok(date)
    }

    /// Business days after the first day up to the second; of a second that is before the first, those before it down to the
    /// second, negative. So adding them to a first that counts gives a second that counts.
    pub(super) fn between(&self, from: Date, to: Date) -> i64 {
        if to >= from {
            return self.count(from, to);
        }
        let moved = i64::from(self.is_business_day(to)) - i64::from(self.is_business_day(from));
        -(self.count(to, from) + moved)
    }

    /// Business days after one day up to another that is not before it: whole weeks, the rest, and no holidays.
    fn count(&self, from: Date, to: Date) -> i64 {
        let days = from.duration_until(to).as_hours() / 24;
        let a_week = i64::try_from(self.weekend.iter().filter(|weekend| !**weekend).count()).unwrap_or(0);
        let first = usize::try_from(from.weekday().to_monday_zero_offset()).unwrap_or(0);
        let rest = usize::try_from(days % 7).unwrap_or(0);
        let rest = (1..=rest).filter(|day| !self.weekend[(first + day) % 7]).count();
        let holidays = match from.tomorrow() {
            Ok(next) if next <= to => self.holidays.range(next..=to).count(),
            _ => 0,
        };
        days / 7 * a_week + i64::try_from(rest).unwrap_or(0) - i64::try_from(holidays).unwrap_or(0)
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    #[test]
    fn weekends_and_holidays() {
        let weekend = [false, false, false, false, false, true, true];
        let holidays = [date(2024, 12, 25), date(2024, 12, 26), date(2024, 12, 28)];
        let calendar = Calendar::of(weekend, holidays.into_iter().collect()).unwrap();
        for (from, days, to) in [
            (date(2024, 12, 20), 1, date(2024, 12, 23)),
            (date(2024, 12, 24), 1, date(2024, 12, 27)),
            (date(2024, 12, 21), 1, date(2024, 12, 23)),
            (date(2024, 12, 27), -1, date(2024, 12, 24)),
            (date(2024, 12, 23), 10, date(2025, 1, 8)),
        ] {
            assert_eq!(calendar.add(from, days).unwrap(), to, "{from} {days}");
            assert_eq!(calendar.between(from, to), days, "{from} {to}");
        }
        // Counting whole weeks is counting days.
        let start = date(2024, 12, 1);
        for (from, to) in (0..60).flat_map(|from| (0..60).map(move |to| (from, to))) {
            let day = |days: i64| start.checked_add(jiff::Span::new().days(days)).unwrap();
            let (low, high) = if from <= to { (from + 1, to) } else { (to, from - 1) };
            let count = i64::try_from((low..=high).filter(|at| calendar.is_business_day(day(*at))).count()).unwrap();
            let right = if from <= to { count } else { -count };
            assert_eq!(calendar.between(day(from), day(to)), right, "{from} {to}");
        }
        assert!(Calendar::of([true; 7], BTreeSet::new()).is_none());
    }
}
