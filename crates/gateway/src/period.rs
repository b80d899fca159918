//! Windows of the calendar, in UTC.

use http::HeaderName;
use jiff::Timestamp;
use jiff::tz::TimeZone;

/// The length of a window.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Period {
    Second,
    Minute,
    Hour,
    Day,
    Month,
    Year,
}

impl Period {
    pub(crate) const ALL: [Self; 6] = [Self::Second, Self::Minute, Self::Hour, Self::Day, Self::Month, Self::Year];

    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Second => "second",
            Self::Minute => "minute",
            Self::Hour => "hour",
            Self::Day => "day",
            Self::Month => "month",
            Self::Year => "year",
        }
    }

    /// The names of the headers about it: its limit, and what remains.
    pub(crate) const fn headers(self) -> [HeaderName; 2] {
        let (limit, remaining) = match self {
            Self::Second => ("x-ratelimit-limit-second", "x-ratelimit-remaining-second"),
            Self::Minute => ("x-ratelimit-limit-minute", "x-ratelimit-remaining-minute"),
            Self::Hour => ("x-ratelimit-limit-hour", "x-ratelimit-remaining-hour"),
            Self::Day => ("x-ratelimit-limit-day", "x-ratelimit-remaining-day"),
            Self::Month => ("x-ratelimit-limit-month", "x-ratelimit-remaining-month"),
            Self::Year => ("x-ratelimit-limit-year", "x-ratelimit-remaining-year"),
        };
        [HeaderName::from_static(limit), HeaderName::from_static(remaining)]
    }

    /// The window a moment is in: its start and end, in seconds since 1970, UTC.
    pub(crate) fn window(self, now: Timestamp) -> (i64, i64) {
        let length = match self {
            Self::Second => 1,
            Self::Minute => 60,
            Self::Hour => 3_600,
            Self::Day => 86_400,
            Self::Month | Self::Year => return self.calendar_window(now),
        };
        let start = now.as_second().div_euclid(length) * length;
        (start, start + length)
    }

    fn calendar_window(self, now: Timestamp) -> (i64, i64) {
        let today = now.to_zoned(TimeZone::UTC);
        let date = today.date();
        let (first, next) = match self {
            Self::Year => (date.first_of_year(), date.last_of_year()),
            _ => (date.first_of_month(), date.last_of_month()),
        };
        let seconds = |date: jiff::civil::Date| {
            date.to_zoned(TimeZone::UTC).map_or_else(|_| now.as_second(), |zoned| zoned.timestamp().as_second())
        };
        (seconds(first), seconds(next) + 86_400)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn windows_are_those_of_the_calendar() {
        let now = "2024-02-29T23:59:58.900Z".parse().unwrap();
        let ends: Vec<String> = Period::ALL
            .iter()
            .map(|period| Timestamp::from_second(period.window(now).1).unwrap().to_string())
            .collect();
        let day = "2024-03-01T00:00:00Z";
        assert_eq!(ends, ["2024-02-29T23:59:59Z", day, day, day, day, "2025-01-01T00:00:00Z"]);
        assert_eq!(Period::Month.window(now).0, "2024-02-01T00:00:00Z".parse::<Timestamp>().unwrap().as_second());
    }
}
