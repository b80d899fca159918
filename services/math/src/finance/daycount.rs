//! Days and parts of years between two dates, as bonds and contracts count them.

use chassis::{Call, Operation};
use garde::Validate;
use jiff::civil;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::Error;
use crate::date::Date;

const DESCRIPTION: &str = "\
Days and year fraction between two dates, by the day count convention of a contract: 30/360 (US and European), \
actual/actual (ISDA, or as YEARFRAC of spreadsheets), actual/360, actual/365. Days are negative when the end is \
before the start.";

/// Two dates and a day count convention.
#[derive(Debug, Serialize, Deserialize, Validate, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[garde(allow_unvalidated)]
pub struct FinanceDaycountRequest {
    /// Start date.
    pub start: Date,
    /// End date.
    pub end: Date,
    /// Day count convention.
    #[serde(default, alias = "basis")]
    pub convention: DayCount,
}

/// Day count convention.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
pub enum DayCount {
    /// 30/360 US (NASD): months of 30 days. Basis 0 of spreadsheets.
    #[default]
    #[serde(rename = "30-360-us", alias = "30-360", alias = "0")]
    Thirty360Us,
    /// 30E/360: the 31st counts as the 30th. Basis 4 of spreadsheets.
    #[serde(rename = "30e-360", alias = "30-360-european", alias = "4")]
    Thirty360European,
    /// Actual/actual as in YEARFRAC of spreadsheets: actual days over the average length of the years. Basis 1.
    #[serde(rename = "actual-actual", alias = "1")]
    ActualActual,
    /// Actual/actual ISDA: days in leap years over 366, other days over 365.
    #[serde(rename = "actual-actual-isda")]
    ActualActualIsda,
    /// Actual/360: actual days over 360. Basis 2 of spreadsheets.
    #[serde(rename = "actual-360", alias = "2")]
    Actual360,
    /// Actual/365: actual days over 365. Basis 3 of spreadsheets.
    #[serde(rename = "actual-365", alias = "3")]
    Actual365,
}

/// Days and fraction of a year between two dates.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct FinanceDaycountResponse {
    /// Days between the dates by the day count convention; negative when the end is before the start.
    pub days: i64,
    /// Calendar days between the dates; negative when the end is before the start.
    pub actual_days: i64,
    /// Time between the dates in years.
    pub year_fraction: f64,
    /// Weekdays (Monday to Friday) from the start date up to the day before the end date.
    pub weekdays: i64,
    /// Day count convention.
    pub convention: DayCount,
}

fn example() -> FinanceDaycountRequest {
    let date = |month, day| Date(civil::date(2012, month, day));
    FinanceDaycountRequest { start: date(1, 1), end: date(7, 30), convention: DayCount::Thirty360Us }
}

/// What the documents say.
#[must_use]
pub fn about(op: Operation) -> Operation {
    op.summary("Count days and year fractions between dates").description(DESCRIPTION).example(example).inline(4096)
}

/// Counts the days between two dates.
///
/// # Errors
/// Never so far.
pub fn daycount(request: FinanceDaycountRequest, _: &Call) -> Result<FinanceDaycountResponse, Error> {
    let FinanceDaycountRequest { start, end, convention } = request;
    let (early, late, sign) = if start <= end { (start, end, 1) } else { (end, start, -1) };
    #[expect(clippy::cast_precision_loss, reason = "a sign")]
    let signed = convention.years(early, late) * sign as f64;
    Ok(FinanceDaycountResponse {
        days: sign * convention.days(early, late),
        actual_days: end.days_since(start),
        year_fraction: signed,
        weekdays: sign * weekdays(early, late),
        convention,
    })
}

/// Mondays to Fridays.
fn weekdays(start: Date, end: Date) -> i64 {
    let days = end.days_since(start);
    let first = i64::from(start.0.weekday().to_monday_zero_offset());
    let rest = (0..days % 7).filter(|day| (first + day) % 7 < 5).count();
    days / 7 * 5 + i64::try_from(rest).unwrap_or_default()
}

impl DayCount {
    /// Days from a date to a later one.
    pub(super) fn days(self, start: Date, end: Date) -> i64 {
        let parts = |date: Date| (i64::from(date.0.year()), i64::from(date.0.month()), i64::from(date.0.day()));
        let ((y1, m1, mut d1), (y2, m2, mut d2)) = (parts(start), parts(end));
        match self {
            Self::Thirty360Us => {
                let february = |date: Date| date.0.month() == 2 && date.is_month_end();
                if february(start) && february(end) {
                    d2 = 30;
                }
                if february(start) {
                    d1 = 30;
                }
                if d2 == 31 && d1 >= 30 {
                    d2 = 30;
                }
                d1 = d1.min(30);
            }
            Self::Thirty360European => (d1, d2) = (d1.min(30), d2.min(30)),
            _ => return end.days_since(start),
        }
        (y2 - y1) * 360 + (m2 - m1) * 30 + d2 - d1
    }

    /// Years from a date to a later one.
    #[expect(clippy::cast_precision_loss, reason = "days between two dates are below 2^23")]
    pub(super) fn years(self, start: Date, end: Date) -> f64 {
        let days = self.days(start, end) as f64;
        match self {
            Self::Thirty360Us | Self::Thirty360European | Self::Actual360 => days / 360.0,
            Self::Actual365 => days / 365.0,
            Self::ActualActual => days / average_year(start.0, end.0),
            Self::ActualActualIsda => {
                let (first, last) = (start.0, end.0);
                let part = |date: civil::Date| f64::from(date.day_of_year() - 1) / f64::from(date.days_in_year());
                f64::from(last.year()) - f64::from(first.year()) + part(last) - part(first)
            }
        }
    }
}

/// Days of the year that YEARFRAC divides by: within a year 366 when a leap day is in between, else the mean.
fn average_year(start: civil::Date, end: civil::Date) -> f64 {
    let within_a_year = start.year() == end.year()
        || (start.year() + 1 == end.year() && (start.month(), start.day()) >= (end.month(), end.day()));
    if !within_a_year {
        let years = start.year()..=end.year();
        let count = f64::from(end.year() - start.year() + 1);
        let days: i32 = years.map(|year| i32::from(civil::date(year, 1, 1).days_in_year())).sum();
        return f64::from(days) / count;
    }
    let leap_day = |year: i16| civil::Date::new(year, 2, 29).ok();
    let leaps = if start.year() == end.year() {
        start.in_leap_year()
    } else {
        [start.year(), end.year()].into_iter().filter_map(leap_day).any(|day| start <= day && day <= end)
    };
    if leaps { 366.0 } else { 365.0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn year_fractions_of_the_spreadsheets() {
        // YEARFRAC of Microsoft's documentation: 1/1/2012 to 7/30/2012.
        for (convention, expected) in [
            (DayCount::Thirty360Us, 0.580_555_555_555_555_6),
            (DayCount::ActualActual, 0.576_502_732_240_437_2),
            (DayCount::Actual365, 0.578_082_191_780_821_9),
        ] {
            let answer = daycount(FinanceDaycountRequest { convention, ..example() }, &Call::detached()).unwrap();
            assert!((answer.year_fraction - expected).abs() < 1e-15, "{convention:?} {}", answer.year_fraction);
        }
    }

    #[test]
    fn the_ends_of_months() {
        let days = |convention: DayCount, start: &str, end: &str| {
            convention.days(Date(start.parse().unwrap()), Date(end.parse().unwrap()))
        };
        // 2006 ISDA Definitions, 4.16 (f) and (g), and the NASD rule for February.
        assert_eq!(days(DayCount::Thirty360Us, "2011-01-31", "2011-03-31"), 60);
        assert_eq!(days(DayCount::Thirty360Us, "2011-01-30", "2011-03-31"), 60);
        assert_eq!(days(DayCount::Thirty360Us, "2011-01-15", "2011-03-31"), 76);
        assert_eq!(days(DayCount::Thirty360European, "2011-01-15", "2011-03-31"), 75);
        assert_eq!(days(DayCount::Thirty360Us, "2011-02-28", "2011-03-31"), 30);
        assert_eq!(days(DayCount::Thirty360Us, "2008-02-29", "2009-02-28"), 360);
        assert_eq!(days(DayCount::Actual360, "2008-02-28", "2008-03-01"), 2);
    }

    #[test]
    fn actual_actual_of_isda() {
        // ISDA, EMU and market conventions: recent developments (1998): 1 November 2003 to 1 May 2004.
        let (start, end) = (Date(civil::date(2003, 11, 1)), Date(civil::date(2004, 5, 1)));
        let years = DayCount::ActualActualIsda.years(start, end);
        assert!((years - (61.0 / 365.0 + 121.0 / 366.0)).abs() < 1e-15, "{years}");
    }

    #[test]
    fn weekends_are_left_out() {
        let request = FinanceDaycountRequest {
            start: Date(civil::date(2024, 3, 1)),
            end: Date(civil::date(2024, 3, 12)),
            convention: DayCount::Actual365,
        };
        // Friday the 1st; 4 to 8; Monday the 11th.
        assert_eq!(daycount(request, &Call::detached()).unwrap().weekdays, 7);
    }
}
