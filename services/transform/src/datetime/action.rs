//! Steps that are ready to run: checked, their amounts and dates read.

use std::collections::BTreeMap;

use chassis::{Code, Error};
use jiff::Unit;
use jiff::civil::Weekday;
use jiff::tz::TimeZone;

use super::Context;
use super::amount::Amount;
use super::calendar::{add, end_of, on_date, rounded, set, start_of};
use super::difference::{Pair, difference, pair};
use super::moment::Moment;
use super::parts_of::{PARTS, part_of};
use super::step::{DatePart, DateStep, DifferenceUnit, Period, SetParts, TimeRound};
use super::zone;
use crate::tree::{Object, Tree};

/// The date a value is compared with.
pub(super) enum Target {
    /// One for all.
    Fixed(Moment),
    /// That of a column of the same row.
    Column(String),
}

/// A step, ready to run.
pub(super) enum Action {
    Add(Amount),
    ToZone(TimeZone),
    StartOf(Period),
    EndOf(Period),
    Round(TimeRound),
    Set(SetParts),
    Weekday(Weekday, i32),
    Difference(Target, Option<DifferenceUnit>, bool),
    Age(Option<Moment>),
    Compare(Target),
    Part(DatePart),
    Parts,
}

/// What a step leaves: a moment, or a value that ends the steps.
pub(super) enum Outcome {
    Moment(Moment),
    Value(Tree),
}

impl Action {
    /// The one thing a step says.
    pub(super) fn of(step: &DateStep, field: &str, context: &Context) -> Result<Self, Error> {
        let mut said = Vec::new();
        let amount =
            |text: &str, name: &str| Amount::of(text).map_err(|why| Error::impossible(format!("{field}.{name}"), why));
        let fixed = |text: &str, name: &str| {
            context.fixed(text).map_err(|why| Error::impossible(format!("{field}.{name}"), why))
        };
        let target = |to: Option<&String>, column: Option<&String>, name: &str| match (to, column) {
            (Some(to), None) => fixed(to, &format!("{name}.to")).map(Target::Fixed),
            (None, Some(column)) => Ok(Target::Column(column.clone())),
            (None, None) => Err(Error::impossible(
                format!("{field}.{name}.to"),
                "is missing: name the other date in to, or its column in toColumn",
            )),
            _ => Err(Error::impossible(
                format!("{field}.{name}.to"),
                "is there together with toColumn: send one of the two",
            )),
        };
        if let Some(text) = &step.add {
            said.push(Self::Add(amount(text, "add")?));
        }
        if let Some(text) = &step.subtract {
            said.push(Self::Add(amount(text, "subtract")?.negate()));
        }
        if let Some(name) = &step.to_zone {
            said.push(Self::ToZone(zone::zone(name).map_err(|why| Error::impossible(format!("{field}.toZone"), why))?));
        }
        said.extend(step.start_of.map(Self::StartOf));
        said.extend(step.end_of.map(Self::EndOf));
        said.extend(step.round.clone().map(Self::Round));
        said.extend(step.set.clone().map(Self::Set));
        said.extend(step.next.map(|day| Self::Weekday(day.weekday(), 1)));
        said.extend(step.previous.map(|day| Self::Weekday(day.weekday(), -1)));
        if let Some(step) = &step.difference {
            let target = target(step.to.as_ref(), step.to_column.as_ref(), "difference")?;
            said.push(Self::Difference(target, step.unit, step.absolute));
        }
        if let Some(step) = &step.age {
            said.push(Self::Age(step.on.as_deref().map(|on| fixed(on, "age.on")).transpose()?));
        }
        if let Some(step) = &step.compare {
            said.push(Self::Compare(target(step.to.as_ref(), step.to_column.as_ref(), "compare")?));
        }
        said.extend(step.part.map(Self::Part));
        if step.parts == Some(true) {
            said.push(Self::Parts);
        }
        match (said.pop(), said.len()) {
            (Some(only), 0) => Ok(only),
            (None, _) => Err(Error::field(
                Code::ValidationError,
                field,
                "says nothing to do: name one, such as add, toZone, startOf, endOf, round, difference, age or part",
            )),
            _ => Err(Error::field(
                Code::ValidationError,
                field,
                "says several things to do: write a step for each, in their order",
            )),
        }
    }

    /// Whether nothing can follow it.
    pub(super) fn ends(&self) -> bool {
        matches!(self, Self::Difference(..) | Self::Age(_) | Self::Compare(_) | Self::Part(_) | Self::Parts)
    }

    /// The step, done. `other` reads the date of another column.
    pub(super) fn apply(
        &self,
        moment: Moment,
        context: &Context,
        other: &dyn Fn(&str) -> Result<Option<Moment>, String>,
    ) -> Result<Outcome, String> {
        let target = |target: &Target| match target {
            Target::Fixed(moment) => Ok(Some(moment.clone())),
            Target::Column(column) => other(column),
        };
        Ok(match self {
            Self::Add(amount) => Outcome::Moment(add(&moment, amount, context)?),
            Self::ToZone(zone) => Outcome::Moment(match (&moment, &context.zone) {
                (Moment::Zoned(zoned), _) => Moment::Zoned(zoned.with_time_zone(zone.clone())),
                (_, Some(own)) => Moment::Zoned(moment.in_zone(own, context.dst)?.0.with_time_zone(zone.clone())),
                (_, None) => return Err("has no time zone: say in zone which one it is in".to_owned()),
            }),
            Self::StartOf(period) => Outcome::Moment(start_of(&moment, *period, context)?),
            Self::EndOf(period) => Outcome::Moment(end_of(&moment, *period, context)?),
            Self::Round(round) => Outcome::Moment(rounded(moment, round)?),
            Self::Set(parts) => Outcome::Moment(set(&moment, parts, context)?),
            Self::Weekday(weekday, nth) => {
                let date = moment.date().nth_weekday(*nth, *weekday).map_err(|error| error.to_string())?;
                Outcome::Moment(on_date(&moment, date, context)?)
            }
            Self::Difference(to, unit, absolute) => Outcome::Value(match target(to)? {
                Some(other) => difference(&moment, &other, *unit, *absolute, context)?,
                None => Tree::Null,
            }),
            Self::Age(on) => {
                let on = on.clone().unwrap_or_else(|| Moment::Date(context.now.date()));
                let years =
                    moment.date().until((Unit::Year, on.date())).map_err(|error| error.to_string())?.get_years();
                if years < 0 || on.date() < moment.date() {
                    return Err(format!("is after {}: there is no age yet", on.date()));
                }
                Outcome::Value(i64::from(years).into())
            }
            Self::Compare(to) => Outcome::Value(match target(to)? {
                Some(other) => {
                    let order = match pair(&moment, &other)? {
                        Pair::Local(one, two) => one.cmp(&two),
                        Pair::Zoned(one, two) => one.timestamp().cmp(&two.timestamp()),
                    };
                    (order as i64).into()
                }
                None => Tree::Null,
            }),
            Self::Part(part) => Outcome::Value(part_of(&moment, *part, context)),
            Self::Parts => {
                let parts = PARTS.iter().map(|(part, name)| ((*name).to_owned(), part_of(&moment, *part, context)));
                Outcome::Value(parts.collect::<Object<Tree>>().into())
            }
        })
    }
}

/// Dates of columns that were read before, by column and row.
pub(super) type OtherColumns = BTreeMap<String, Vec<Result<Option<Moment>, String>>>;
