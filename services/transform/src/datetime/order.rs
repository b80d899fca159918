//! One order of day and month for a whole column.
//!
//! `3/5/2024` is 3 May or March 5. Deciding it value by value, as many readers do, flips months in the middle of a column. Here all
//! values of a column decide together: one that can be read in one way alone (`17/4/2024`) decides for the others; two that
//! contradict each other are an error that names both; where none decides, the request has to say it.

use jiff::civil::Date;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::moment::Moment;
use super::parts::{no_such_day, year_of};
use super::pattern::shown;
use super::read::Digits;

/// Order of the parts of a date in digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum PartOrder {
    /// Day, month, year.
    Dmy,
    /// Month, day, year.
    Mdy,
    /// Year, month, day; where the year has two digits.
    Ymd,
}

impl PartOrder {
    fn name(self) -> &'static str {
        match self {
            Self::Dmy => "dmy",
            Self::Mdy => "mdy",
            Self::Ymd => "ymd",
        }
    }
}

impl Digits {
    /// Its numbers as they were written.
    pub(super) fn text(&self) -> String {
        self.numbers.join(if self.points { "." } else { "/" })
    }

    /// What it means in an order.
    pub(super) fn moment(&self, order: PartOrder) -> Result<Moment, String> {
        let [one, two, three] = &self.numbers;
        let (year, month, day) = match order {
            PartOrder::Dmy => (three, two, one),
            PartOrder::Mdy => (three, one, two),
            PartOrder::Ymd if three.len() <= 2 => (one, two, three),
            PartOrder::Ymd => return Err(format!("is no date in the order ymd: {}", shown(&self.text()))),
        };
        let year = year_of(year).ok_or("is no date")?;
        let (month, day) = (month.parse().unwrap_or(0), day.parse().unwrap_or(0));
        if Date::new(year, month, day).is_err() {
            return Err(format!(
                "{}, in the order {}: {}",
                no_such_day(year, month, day),
                order.name(),
                shown(&self.text())
            ));
        }
        let mut parts = self.parts.clone();
        (parts.year, parts.month, parts.day) = (Some(year), Some(month), Some(day));
        parts.moment().map_err(|why| format!("{why}: {}", shown(&self.text())))
    }

    fn fits(&self, order: PartOrder) -> bool {
        self.moment(order).is_ok()
    }
}

/// What was found of a column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Found {
    /// An order; whether points alone decided it, which only a day stands before.
    Order(PartOrder, bool),
    /// No value needs one.
    Any,
    /// Two values contradict each other, by their places.
    Conflict(usize, usize),
    /// Nothing decides; the place of the first that may be two.
    Open(usize),
}

/// The order of a column, by the places of its dates in digits.
pub(super) fn of_column(column: &[(usize, &Digits)]) -> Found {
    let only = |wanted: PartOrder, other: PartOrder| {
        column.iter().find(|(_, digits)| digits.fits(wanted) && !digits.fits(other)).map(|(place, _)| *place)
    };
    let (day_first, month_first) = (only(PartOrder::Dmy, PartOrder::Mdy), only(PartOrder::Mdy, PartOrder::Dmy));
    match (day_first, month_first) {
        (Some(one), Some(two)) => Found::Conflict(one.min(two), one.max(two)),
        (Some(_), None) => Found::Order(PartOrder::Dmy, false),
        (None, Some(_)) => Found::Order(PartOrder::Mdy, false),
        (None, None) => {
            let differs = |digits: &Digits| {
                digits.fits(PartOrder::Dmy)
                    && digits.numbers[0].trim_start_matches('0') != digits.numbers[1].trim_start_matches('0')
            };
            let open = column.iter().find(|(_, digits)| differs(digits));
            match open {
                Some(_) if column.iter().all(|(_, digits)| digits.points || !differs(digits)) => {
                    Found::Order(PartOrder::Dmy, true)
                }
                Some((place, _)) => Found::Open(*place),
                // Two digits may be a year in front, where nothing else fits.
                None if column
                    .iter()
                    .any(|(_, digits)| !digits.fits(PartOrder::Dmy) && digits.fits(PartOrder::Ymd)) =>
                {
                    Found::Order(PartOrder::Ymd, false)
                }
                None => Found::Any,
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::parts::Parts;
    use super::*;

    fn found(column: &[&str]) -> Found {
        let digits: Vec<Digits> = column
            .iter()
            .map(|text| {
                let numbers: Vec<String> = text.split(['/', '.']).map(str::to_owned).collect();
                Digits { numbers: numbers.try_into().unwrap(), points: text.contains('.'), parts: Parts::default() }
            })
            .collect();
        of_column(&digits.iter().enumerate().collect::<Vec<_>>())
    }

    #[test]
    fn the_column_decides() {
        for (column, right) in [
            (&["17/4/2021", "18/4/2021", "3/5/2021"][..], Found::Order(PartOrder::Dmy, false)),
            (&["3/5/2021", "4/25/2021"], Found::Order(PartOrder::Mdy, false)),
            (&["3/5/2021", "4/6/2021"], Found::Open(0)),
            (&["3/3/2021", "4/6/2021"], Found::Open(1)),
            (&["17/4/2021", "4/25/2021"], Found::Conflict(0, 1)),
            (&["3/3/2021", "04/4/2021"], Found::Any),
            (&["3.5.2021", "4.6.2021"], Found::Order(PartOrder::Dmy, true)),
            (&["31/02/2020"], Found::Any),
            (&["99/12/31", "98/01/30"], Found::Order(PartOrder::Ymd, false)),
            (&[], Found::Any),
        ] {
            assert_eq!(found(column), right, "{column:?}");
        }
    }
}
