//! The samples of a test, by whichever way they come.

use chassis::Call;

use super::StatisticsTestRequest;
use crate::cell::{self, Cell};
use crate::dd::Dd;
use crate::error::{Error, conflict};

/// A sample with its name.
pub(crate) struct Sample {
    pub(crate) name: String,
    pub(crate) values: Vec<Dd>,
}

impl StatisticsTestRequest {
    /// The samples, by whichever way they came.
    pub(super) fn samples(&self) -> Result<Vec<Sample>, Error> {
        if !self.rows.is_empty() {
            return self.samples_of_rows();
        }
        let sample = |name: String, cells: &[Cell]| {
            let values = cell::numbers(&name, cells)?.values;
            Ok(Sample { name, values })
        };
        if !self.groups.is_empty() {
            return self
                .groups
                .iter()
                .enumerate()
                .map(|(index, cells)| sample(format!("groups[{index}]"), cells))
                .collect();
        }
        let both = [("x", &self.x), ("y", &self.y)].into_iter().filter(|(_, cells)| !cells.is_empty());
        both.map(|(name, cells)| sample(name.to_owned(), cells)).collect()
    }

    fn samples_of_rows(&self) -> Result<Vec<Sample>, Error> {
        let column =
            self.column.as_deref().ok_or_else(|| conflict("column", "is missing: send the name of the column"))?;
        let cells = cell::column_of(&self.rows, column, "column")?;
        if let Some(second) = &self.column2 {
            let others = cell::column_of(&self.rows, second, "column2")?;
            let sample = |name: &str, cells: &[Cell]| {
                Ok(Sample { name: name.to_owned(), values: cell::numbers(name, cells)?.values })
            };
            return Ok(vec![sample(column, &cells)?, sample(second, &others)?]);
        }
        let Some(group) = &self.group_column else {
            return Ok(vec![Sample { name: column.to_owned(), values: cell::numbers(column, &cells)?.values }]);
        };
        let names = cell::column_of(&self.rows, group, "groupColumn")?;
        let mut samples: Vec<Sample> = Vec::new();
        for (index, (cell, name)) in cells.iter().zip(&names).enumerate() {
            let name = match name {
                Cell::Text(text) => text.clone(),
                Cell::Number(number) | Cell::Grouped(number) => number.value().to_string(),
                Cell::Flag(flag) => flag.to_string(),
                Cell::Missing | Cell::Nested => continue,
            };
            let Some(value) = cell::checked(cell, || format!("rows[{index}].{column}"))? else { continue };
            match samples.iter().position(|known| known.name == name) {
                Some(known) => samples[known].values.push(value),
                None if samples.len() >= 200 => {
                    return Err(conflict("groupColumn", "has more than 200 groups: choose a column with fewer"));
                }
                None => samples.push(Sample { name, values: vec![value] }),
            }
        }
        Ok(samples)
    }

    /// One sample with at least so many numbers.
    pub(super) fn one(&self, least: usize) -> Result<Sample, Error> {
        let mut samples = self.samples()?;
        if samples.len() > 1 {
            return Err(conflict("y", "is not used by this test: it has one sample"));
        }
        let sample = samples.pop().ok_or_else(|| conflict("x", "is missing: send the sample"))?;
        enough(sample, least)
    }

    /// Two samples with at least so many numbers each.
    pub(super) fn two(&self, least: usize) -> Result<[Sample; 2], Error> {
        let samples = self.samples()?;
        let count = samples.len();
        let pair: Result<[Sample; 2], _> = samples.try_into();
        let Ok([x, y]) = pair else {
            return Err(conflict("y", format!("and x are needed: this test has two samples (you sent {count})")));
        };
        Ok([enough(x, least)?, enough(y, least)?])
    }

    /// Pairs, those without one of their numbers left out.
    pub(super) fn pairs(&self, call: &Call) -> Result<(Sample, Sample), Error> {
        let (first, second) = match (self.rows.is_empty(), &self.column, &self.column2) {
            (true, _, _) => (("x".to_owned(), self.x.clone()), ("y".to_owned(), self.y.clone())),
            (false, Some(first), Some(second)) => (
                (first.clone(), cell::column_of(&self.rows, first, "column")?),
                (second.clone(), cell::column_of(&self.rows, second, "column2")?),
            ),
            _ => return Err(conflict("column2", "is missing: pairs need column and column2")),
        };
        if first.1.len() != second.1.len() {
            let message = format!("pairs need as many numbers in {} as in {}", first.0, second.0);
            return Err(conflict("y", message));
        }
        let mut pair = (Sample { name: first.0, values: Vec::new() }, Sample { name: second.0, values: Vec::new() });
        let mut left_out = 0;
        for (index, (a, b)) in first.1.iter().zip(&second.1).enumerate() {
            let a = cell::checked(a, || format!("{}[{index}]", pair.0.name))?;
            let b = cell::checked(b, || format!("{}[{index}]", pair.1.name))?;
            match a.zip(b) {
                Some((a, b)) => {
                    pair.0.values.push(a);
                    pair.1.values.push(b);
                }
                None => left_out += 1,
            }
        }
        if left_out > 0 {
            call.warn("missing", Some("x"), format!("{left_out} pairs lack a number and are left out"));
        }
        Ok(pair)
    }
}

pub(super) fn enough(sample: Sample, least: usize) -> Result<Sample, Error> {
    if sample.values.len() >= least {
        return Ok(sample);
    }
    Err(conflict(sample.name.clone(), format!("needs at least {least} numbers (it has {})", sample.values.len())))
}
