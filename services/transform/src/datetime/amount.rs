//! Amounts of time as people write them: `3 days`, `1 month 2 days`, `-90 minutes`, `P1DT2H`, `5 business days`.

use std::sync::LazyLock;

use jiff::Span;
use regex::Regex;

use super::pattern::shown;

/// An amount of time: calendar and clock units, and business days.
#[derive(Debug, Clone)]
pub(super) struct Amount {
    pub(super) span: Span,
    pub(super) business_days: i64,
}

/// Business days an amount may have.
const MAX_BUSINESS_DAYS: i64 = 20_000;

static BUSINESS: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?i)([+-]?\d{1,9})\s*(?:business|working|work|week)[\s-]*days?\b").expect("the pattern is one")
});
static QUARTERS: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"(?i)(\d{1,5})\s*(?:quarters?|qtrs?)\b").expect("the pattern is one"));
static AND: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"(?i)\s*(?:,\s*and|\band\b|\+)\s*").expect("the pattern is one"));

impl Amount {
    /// What a text says.
    ///
    /// # Errors
    /// When it says no amount, and what to write.
    pub(super) fn of(text: &str) -> Result<Self, String> {
        let wrong = || {
            format!(
                "is no amount of time: {}; write 3 days, 1 month 2 weeks, -90 minutes, 5 business days, or P1DT2H",
                shown(text)
            )
        };
        let trimmed = text.trim();
        let negative = trimmed.starts_with('-') && !trimmed.starts_with("-P");
        let mut business_days: i64 = 0;
        let mut rest = trimmed.to_owned();
        if let Some(found) = BUSINESS.captures(trimmed) {
            business_days = found[1].parse().map_err(|_| wrong())?;
            let whole = found.get(0).map_or(0..0, |whole| whole.range());
            rest = format!("{} {}", &trimmed[..whole.start], &trimmed[whole.end..]);
            if business_days.abs() > MAX_BUSINESS_DAYS {
                return Err(format!("is more than {MAX_BUSINESS_DAYS} business days"));
            }
        }
        let rest = rest.trim();
        if rest.is_empty() {
            return if business_days == 0 && !BUSINESS.is_match(trimmed) {
                Err(wrong())
            } else {
                Ok(Self { span: Span::new(), business_days })
            };
        }
        if rest.trim_start_matches(['+', '-']).starts_with(['P', 'p']) {
            let span: Span = rest.to_ascii_uppercase().parse().map_err(|_| wrong())?;
            return Ok(Self { span, business_days });
        }
        let lower = rest.trim_start_matches('+').trim().to_lowercase();
        let lower = AND.replace_all(&lower, " ");
        let months = QUARTERS.replace_all(&lower, |found: &regex::Captures<'_>| {
            format!("{} months", found[1].parse::<i64>().unwrap_or(0) * 3)
        });
        let span: Span = months.parse().map_err(|_| wrong())?;
        if negative
            && business_days > 0
            && !BUSINESS.is_match(rest)
            && trimmed.find(char::is_numeric) != BUSINESS.find(trimmed).map(|found| found.start())
        {
            business_days = -business_days;
        }
        Ok(Self { span, business_days })
    }

    /// The same amount the other way.
    pub(super) fn negate(self) -> Self {
        Self { span: self.span.negate(), business_days: -self.business_days }
    }

    /// Whether it has units smaller than a day.
    pub(super) fn has_time(&self) -> bool {
        let span = &self.span;
        span.get_hours() != 0
            || span.get_minutes() != 0
            || span.get_seconds() != 0
            || span.get_milliseconds() != 0
            || span.get_microseconds() != 0
            || span.get_nanoseconds() != 0
    }
}

/// A span in words: `1 year 2 months 3 days`.
pub(super) fn words(span: &Span) -> String {
    let parts = [
        (i64::from(span.get_years()), "year"),
        (i64::from(span.get_months()), "month"),
        (i64::from(span.get_weeks()), "week"),
        (i64::from(span.get_days()), "day"),
        (i64::from(span.get_hours()), "hour"),
        (span.get_minutes(), "minute"),
        (span.get_seconds(), "second"),
    ];
    let said: Vec<String> = parts
        .into_iter()
        .filter(|(number, _)| *number != 0)
        .map(|(number, unit)| format!("{} {unit}{}", number.abs(), if number.abs() == 1 { "" } else { "s" }))
        .collect();
    match (said.is_empty(), span.is_negative()) {
        (true, _) => "0 seconds".to_owned(),
        (false, true) => format!("-{}", said.join(" ")),
        (false, false) => said.join(" "),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_as_people_write_them() {
        for (text, iso, business) in [
            ("3 days", "P3D", 0),
            ("+8 hours 1 minute", "PT8H1M", 0),
            ("1 Month, 2 weeks and 3 days", "P1M2W3D", 0),
            ("-90 minutes", "-PT90M", 0),
            ("1.5 hours", "PT1H30M", 0),
            ("P1Y2M", "P1Y2M", 0),
            ("-p1dt2h", "-P1DT2H", 0),
            ("2 quarters", "P6M", 0),
            ("5 business days", "PT0S", 5),
            ("-3 working days", "PT0S", -3),
            ("2h30m", "PT2H30M", 0),
        ] {
            let amount = Amount::of(text).unwrap_or_else(|why| panic!("{text}: {why}"));
            assert_eq!((amount.span.to_string().as_str(), amount.business_days), (iso, business), "{text}");
        }
        for text in ["", "3", "days", "3 parsecs", "1 day 1 day", "99999999999999999999 days", "30000 business days"] {
            assert!(Amount::of(text).is_err(), "{text}");
        }
        assert_eq!(words(&Span::new().years(1).days(2).minutes(1)), "1 year 2 days 1 minute");
    }
}
