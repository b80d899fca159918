//! Labels that are dates: where to put a tick, and how much of the date to write.

/// A date of ISO 8601, as far as a chart needs it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Date {
    year: u16,
    month: u8,
    day: u8,
    /// Since midnight.
    minute: u16,
}

/// Ticks: which labels are shown, and as what.
pub(super) type Ticks = Vec<(usize, String)>;

/// Ways to thin out labels that are dates in order, from many ticks to few: each day, month, quarter, year and so on
/// shows the first label that is in it. Nothing when the labels are no such dates.
pub(super) fn thinned(labels: &[String]) -> Option<Vec<Ticks>> {
    if labels.len() < 3 {
        return None;
    }
    let dates: Vec<Date> = labels.iter().map(|label| parse(label)).collect::<Option<_>>()?;
    if !dates.is_sorted() {
        return None;
    }
    let hours = |every: u32| move |date: Date| date.number() * 24 / every + u32::from(date.minute) / 60 / every;
    let months = |every: u32| move |date: Date| (u32::from(date.year) * 12 + u32::from(date.month) - 1) / every;
    let timed = dates.iter().any(|date| date.minute != 0);
    let mut ways = Vec::new();
    if timed {
        for every in [1, 3, 6, 12] {
            ways.push(firsts(&dates, labels, hours(every), &time_of));
        }
    }
    for every in [1, 2, 7, 14] {
        ways.push(firsts(&dates, labels, move |date| date.number() / every, &day_of));
    }
    for every in [1, 3, 6] {
        ways.push(firsts(&dates, labels, months(every), &month_of));
    }
    for every in [1, 2, 5, 10, 20, 50, 100] {
        ways.push(firsts(&dates, labels, move |date| u32::from(date.year) / every, &year_of));
    }
    Some(ways)
}

/// The first label of each period. The first period may have begun before the first label: its tick is left out when the
/// next one is near.
fn firsts(dates: &[Date], labels: &[String], period: impl Fn(Date) -> u32, name: &dyn Fn(&str) -> &str) -> Ticks {
    let starts = (0..dates.len()).filter(|index| *index == 0 || period(dates[*index]) != period(dates[*index - 1]));
    let mut starts: Vec<usize> = starts.collect();
    if let [first, second, third, ..] = starts[..]
        && second - first < third - second
    {
        starts.remove(0);
    }
    starts.into_iter().map(|index| (index, name(&labels[index]).to_owned())).collect()
}

/// The day where it begins, else the time.
fn time_of(label: &str) -> &str {
    label.get(11..16).filter(|time| *time != "00:00").unwrap_or_else(|| day_of(label))
}

fn day_of(label: &str) -> &str {
    label.get(..10).unwrap_or(label)
}

fn month_of(label: &str) -> &str {
    label.get(..7).unwrap_or(label)
}

fn year_of(label: &str) -> &str {
    label.get(..4).unwrap_or(label)
}

impl Date {
    /// Days in order, each with a number of its own: the days since an epoch, by the formula of the Gregorian calendar.
    fn number(self) -> u32 {
        let (year, month) = (u32::from(self.year), u32::from(self.month));
        let (year, month) = if month < 3 { (year + 399, month + 9) } else { (year + 400, month - 3) };
        365 * year + year / 4 - year / 100 + year / 400 + (153 * month + 2) / 5 + u32::from(self.day)
    }
}

/// `2024-05`, `2024-05-31`, `2024-05-31T12:00` and what follows that.
fn parse(label: &str) -> Option<Date> {
    let field = |from: usize, to: usize| {
        let digits = label.get(from..to)?;
        digits.bytes().all(|byte| byte.is_ascii_digit()).then(|| digits.parse::<u16>().ok()).flatten()
    };
    let mark = |at: usize, marks: &[u8]| label.as_bytes().get(at).is_some_and(|byte| marks.contains(byte));
    if !label.is_ascii() || label.len() < 7 || !mark(4, b"-") {
        return None;
    }
    let (year, month) = (field(0, 4)?, u8::try_from(field(5, 7)?).ok()?);
    let day = match label.len() {
        7 => 1,
        10.. if mark(7, b"-") => u8::try_from(field(8, 10)?).ok()?,
        _ => return None,
    };
    let minute = match label.len() {
        ..=10 => 0,
        16.. if mark(10, b"T ") && mark(13, b":") => field(11, 13)?.checked_mul(60)? + field(14, 16)?,
        _ => return None,
    };
    let sane = (1..=12).contains(&month) && (1..=31).contains(&day) && minute < 24 * 60;
    sane.then_some(Date { year, month, day, minute })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_thinned_at_months_and_years() {
        let mut labels = Vec::new();
        for year in 2022..=2024 {
            for month in 1..=12 {
                labels.extend((1..=28).map(|day| format!("{year}-{month:02}-{day:02}")));
            }
        }
        let ways = thinned(&labels).unwrap();
        let years = ways.iter().find(|ticks| ticks.len() == 3).unwrap();
        assert_eq!(years[1], (336, "2023".to_owned()));
        let months = ways.iter().find(|ticks| ticks.len() == 36).unwrap();
        assert_eq!(months[13], (13 * 28, "2023-02".to_owned()));
    }

    #[test]
    fn what_is_no_date_is_left_alone() {
        for labels in
            [["Mon", "Tue", "Wed"], ["2024-01-01", "2024-01-03", "2024-01-02"], ["2024-13-01"; 3], ["1234567"; 3]]
        {
            assert_eq!(thinned(&labels.map(str::to_owned)), None, "{labels:?}");
        }
        assert!(thinned(&["2024-02-28T10:00:00Z", "2024-02-29 00:30", "2024-03-01"].map(str::to_owned)).is_some());
    }

    /// Day numbers as Python's `date.toordinal` counts them, but for the epoch.
    #[test]
    fn days_are_counted_as_in_the_calendar() {
        let number = |text: &str| parse(text).unwrap().number();
        assert_eq!(number("2024-03-01") - number("2024-02-28"), 2);
        assert_eq!(number("2023-03-01") - number("2023-02-28"), 1);
        assert_eq!(number("2024-01-01") - number("1900-01-01"), 738_886 - 693_596);
    }
}
