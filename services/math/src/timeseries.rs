//! Series in time: looked at, and carried on.

pub mod analyze;
pub mod forecast;
mod models;
mod period;
mod smoothing;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::cell::{self, Cell};
use crate::dd::Dd;
use crate::error::{Error, conflict};

/// Treatment of missing values.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Gaps {
    /// Refuse the series, naming the place.
    #[default]
    Error,
    /// Linear interpolation between the neighbors; the nearest value at the ends.
    Linear,
    /// Carry the previous value forward; the first value at the start.
    Previous,
    /// Take missing values as 0, as where nothing happened.
    Zero,
}

/// The numbers of a series with its gaps filled, and how many there were.
fn filled(field: &str, cells: &[Cell], gaps: Gaps) -> Result<(Vec<Dd>, usize), Error> {
    let known: Vec<Option<Dd>> = cells
        .iter()
        .enumerate()
        .map(|(index, cell)| cell::checked(cell, || format!("{field}[{index}]")))
        .collect::<Result<_, _>>()?;
    let missing = known.iter().filter(|value| value.is_none()).count();
    if missing == known.len() {
        return Err(conflict(field.to_owned(), "holds no number"));
    }
    if let Some(index) = known.iter().position(Option::is_none).filter(|_| gaps == Gaps::Error) {
        let place = format!("{field}[{index}]");
        return Err(conflict(place, "is missing: send a number, or gaps=linear, previous or zero to have it filled"));
    }
    let mut before: Option<(usize, Dd)> = None;
    let mut values = Vec::with_capacity(known.len());
    for (index, value) in known.iter().enumerate() {
        let next = || known[index..].iter().position(Option::is_some).map(|step| index + step);
        let filled = match (value, gaps, before) {
            (Some(value), _, _) => *value,
            (None, Gaps::Zero, _) => Dd::ZERO,
            (None, Gaps::Previous, Some((_, before))) => before,
            (None, _, before) => {
                let next = next().and_then(|place| known[place].map(|value| (place, value)));
                match (before, next) {
                    (Some((from, low)), Some((to, high))) => {
                        let part = Dd::whole((index - from) as i128) / Dd::whole((to - from) as i128);
                        low + (high - low) * part
                    }
                    (Some((_, only)), None) | (None, Some((_, only))) => only,
                    (None, None) => Dd::ZERO,
                }
            }
        };
        if value.is_some() {
            before = Some((index, filled));
        }
        values.push(filled);
    }
    Ok((values, missing))
}
