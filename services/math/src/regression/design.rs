//! The columns of a regression: the constant, the features or powers of one, and the response.

use chassis::{Call, Matrix, Numbers};

use super::qr::QUICK;
use super::{Model, RegressionRequest};
use crate::bulk;
use crate::cell::{self, Cell};
use crate::dd::Dd;
use crate::error::{Error, conflict, still_wanted};

/// Numbers a regression may have: rows times columns.
const MAX_CELLS: usize = 4_000_000;
/// Work a regression may be: rows times the square of columns.
const MAX_WORK: f64 = 2e8;

/// What is fitted.
pub(super) struct Design {
    pub(super) names: Vec<String>,
    pub(super) columns: Vec<Vec<Dd>>,
    pub(super) y: Vec<Dd>,
    pub(super) weights: Option<Vec<Dd>>,
    /// Names of what a row of values to predict for has.
    pub(super) features: Vec<String>,
    /// The two values of a logistic response: the one that counts as 0, and the one as 1.
    pub(super) labels: Option<[String; 2]>,
}

/// A list with its name.
type List = (String, Vec<Cell>);

fn lists(request: &mut RegressionRequest) -> Result<(List, Vec<List>), Error> {
    if !request.rows.is_empty() {
        let target = request
            .target
            .clone()
            .ok_or_else(|| conflict("target", "is missing: send the name of the column to explain"))?;
        let y = cell::column_of(&request.rows, &target, "target")?;
        let features = if request.features.is_empty() {
            let first = request.rows.iter().take(1).flat_map(|row| &row.0);
            let numeric = first.filter(|(name, cell)| *name != target && cell.number().is_some());
            numeric.map(|(name, _)| name.clone()).collect()
        } else {
            request.features.clone()
        };
        let lists = features.into_iter().map(|name| {
            let cells = cell::column_of(&request.rows, &name, "features")?;
            Ok((name, cells))
        });
        let lists: Result<Vec<List>, Error> = lists.collect();
        return Ok(((target, y), lists?));
    }
    let y = ("y".to_owned(), std::mem::take(&mut request.y));
    let mut lists = std::mem::take(&mut request.columns.0);
    if !request.x.is_empty() {
        if !lists.is_empty() {
            return Err(conflict("columns", "are there together with x: send one of the two"));
        }
        lists = vec![("x".to_owned(), std::mem::take(&mut request.x))];
    }
    Ok((y, lists))
}

/// The columns of a file: the response, and the features.
struct Table {
    table: Matrix,
    target: (String, usize),
    features: Vec<(String, usize)>,
}

impl Table {
    fn of(file: &Numbers, request: &RegressionRequest) -> Result<Self, Error> {
        if !(request.y.is_empty() && request.x.is_empty() && request.columns.0.is_empty() && request.rows.is_empty()) {
            return Err(conflict("file", "is there together with lists or rows: send one of them"));
        }
        let Some(target) = &request.target else {
            return Err(conflict("target", "is missing: send the name or number of the column to explain"));
        };
        let chosen: Vec<String> = match request.features.as_slice() {
            [] => Vec::new(),
            features => std::iter::once(target).chain(features).cloned().collect(),
        };
        let table = bulk::table(file, &chosen, request.decimal_comma)?;
        let name = |index: usize| match (chosen.get(index), table.names().get(index)) {
            (_, Some(name)) | (Some(name), None) => name.clone(),
            (None, None) => format!("column {}", index + 1),
        };
        let at = if chosen.is_empty() {
            let named = table.names().iter().position(|name| name == target);
            let named = named.or_else(|| table.names().iter().position(|name| name.eq_ignore_ascii_case(target)));
            let number = || target.parse().ok().and_then(|number: usize| number.checked_sub(1));
            let at = named.or_else(number).filter(|at| *at < table.columns());
            at.ok_or_else(|| conflict("target", "is no column of the file: send its name, or its number from 1"))?
        } else {
            0
        };
        let features = (0..table.columns()).filter(|index| *index != at).map(|index| (name(index), index)).collect();
        Ok(Self { target: (name(at), at), features, table })
    }

    /// As lists of a request.
    fn lists(&self) -> (List, Vec<List>) {
        let list = |(name, index): &(String, usize)| {
            let values: Vec<f64> = self.table.iter_rows().map(|row| row[*index]).collect();
            (name.clone(), bulk::cells(&values))
        };
        (list(&self.target), self.features.iter().map(list).collect())
    }
}

/// Refuses what takes too long.
fn bounded(rows: usize, count: usize) -> Result<(), Error> {
    if rows.saturating_mul(count) > MAX_CELLS || work(rows, count) > MAX_WORK {
        let message = format!(
            "{rows} rows of {count} columns are more than can be fitted: at most 4000000 numbers, and rows x columns squared at most 2e8"
        );
        return Err(conflict("columns", message));
    }
    Ok(())
}

/// Rows times the square of columns.
#[expect(clippy::cast_precision_loss, reason = "an estimate")]
pub(super) fn work(rows: usize, count: usize) -> f64 {
    rows as f64 * (count as f64).powi(2)
}

impl Design {
    pub(super) fn of(mut request: RegressionRequest, call: &Call) -> Result<Self, Error> {
        let model = request.model;
        let ((target, y_cells), lists) = match request.file.take() {
            Some(file) => {
                let table = Table::of(&file, &request)?;
                if model == Model::Ols {
                    return Self::of_table(table, &request, call);
                }
                bounded(table.table.rows(), table.features.len() + 1)?;
                table.lists()
            }
            None => lists(&mut request)?,
        };
        if lists.is_empty() || y_cells.is_empty() {
            return Err(conflict("y", "and x are needed: send y with x or columns, or rows with a target"));
        }
        let rows = y_cells.len();
        if let Some((name, cells)) = lists.iter().find(|(_, cells)| cells.len() != rows) {
            return Err(conflict(
                name.clone(),
                format!("has {} places, y has {rows}: they must be as many", cells.len()),
            ));
        }
        if model == Model::Polynomial && lists.len() != 1 {
            return Err(conflict("columns", "must be one for the model polynomial"));
        }
        let weights = &request.weights;
        if !weights.is_empty() && model != Model::Wls {
            return Err(conflict("weights", "go with the model wls only"));
        }
        if model == Model::Wls && weights.len() != rows {
            return Err(conflict("weights", format!("must be {rows}, one for each row")));
        }
        let count = if model == Model::Polynomial { request.degree as usize } else { lists.len() } + 1;
        bounded(rows, count)?;
        let labels = (model == Model::Logistic).then(|| labels(&target, &y_cells)).transpose()?;
        let mut design = Self {
            names: Vec::new(),
            columns: Vec::new(),
            y: Vec::new(),
            weights: (model == Model::Wls).then(Vec::new),
            features: lists.iter().map(|(name, _)| name.clone()).collect(),
            labels,
        };
        let mut values: Vec<Vec<Dd>> = vec![Vec::with_capacity(rows); lists.len()];
        let mut left_out = 0;
        for row in 0..rows {
            let y = match &design.labels {
                Some(labels) => label(&y_cells[row]).map(|found| Dd::of(f64::from(u8::from(found == labels[1])))),
                None => cell::checked(&y_cells[row], || format!("{target}[{row}]"))?,
            };
            let numbers = lists.iter().map(|(name, cells)| cell::checked(&cells[row], || format!("{name}[{row}]")));
            let numbers = numbers.collect::<Result<Option<Vec<Dd>>, Error>>()?;
            let Some((y, numbers)) = y.zip(numbers) else {
                left_out += 1;
                continue;
            };
            design.y.push(y);
            values.iter_mut().zip(numbers).for_each(|(column, number)| column.push(number));
            if let Some(kept) = &mut design.weights {
                let weight = weights[row];
                if !(weight > 0.0 && weight <= 1e15) {
                    return Err(conflict(format!("weights[{row}]"), "must be above 0"));
                }
                kept.push(Dd::decimal_of(weight));
            }
        }
        if left_out > 0 {
            call.warn("missing", None, format!("{left_out} rows lack a number and are left out"));
        }
        if design.y.is_empty() {
            return Err(conflict(target, "holds no number"));
        }
        if request.intercept {
            design.names.push("constant".to_owned());
            design.columns.push(vec![Dd::ONE; design.y.len()]);
        }
        if model == Model::Polynomial {
            let base = &values[0];
            let mut power = base.clone();
            for degree in 1..=request.degree {
                design.names.push(power_name(&design.features[0], degree));
                design.columns.push(power.clone());
                power.iter_mut().zip(base).for_each(|(power, base)| *power *= *base);
            }
        } else {
            design.names.extend(lists.into_iter().map(|(name, _)| name));
            design.columns.extend(values);
        }
        if let Some(column) = design
            .columns
            .iter()
            .position(|column| column.iter().any(|value| value.hi().is_nan() || value.hi().abs() >= 1e150))
        {
            return Err(conflict(design.names[column].clone(), "is too large: use smaller numbers or a lower degree"));
        }
        Ok(design)
    }

    /// Ordinary least squares of a file, without a cell for each number.
    fn of_table(table: Table, request: &RegressionRequest, call: &Call) -> Result<Self, Error> {
        let Table { table, target, features } = table;
        if !request.weights.is_empty() {
            return Err(conflict("weights", "go with the model wls only"));
        }
        let count = features.len() + usize::from(request.intercept);
        bounded(table.rows(), count)?;
        if features.is_empty() {
            return Err(conflict("file", "must have a column besides the target"));
        }
        // Doubles as they are where the decomposition is in doubles, else the decimals they are written as.
        let number = if work(table.rows(), count) > QUICK { Dd::of } else { Dd::decimal_of };
        let complete: Vec<&[f64]> = table.iter_rows().filter(|row| !row.iter().any(|value| value.is_nan())).collect();
        let left_out = table.rows() - complete.len();
        if left_out > 0 {
            call.warn("missing", None, format!("{left_out} rows lack a number and are left out"));
        }
        if complete.is_empty() {
            return Err(conflict("file", "holds no row with a number in every column"));
        }
        let rows = complete.len();
        let mut y = Vec::with_capacity(rows);
        let mut names = Vec::with_capacity(count);
        let mut columns = Vec::with_capacity(count);
        if request.intercept {
            names.push("constant".to_owned());
            columns.push(vec![Dd::ONE; rows]);
        }
        let first = columns.len();
        names.extend(features.iter().map(|(name, _)| name.clone()));
        columns.resize_with(count, || Vec::with_capacity(rows));
        // Row by row, as they lie.
        for block in complete.chunks(1_024) {
            still_wanted(call)?;
            for row in block {
                y.push(number(row[target.1]));
                for (column, (_, index)) in columns[first..].iter_mut().zip(&features) {
                    column.push(number(row[*index]));
                }
            }
        }
        let features = features.into_iter().map(|(name, _)| name).collect();
        Ok(Self { names, columns, y, weights: None, features, labels: None })
    }

    /// The row of columns for values of the features.
    pub(super) fn row(&self, values: &[Dd], request: &RegressionRequest) -> Vec<Dd> {
        let mut row = Vec::with_capacity(self.names.len());
        if request.intercept {
            row.push(Dd::ONE);
        }
        if request.model == Model::Polynomial {
            let base = values[0];
            let mut power = base;
            for _ in 0..request.degree {
                row.push(power);
                power *= base;
            }
        } else {
            row.extend_from_slice(values);
        }
        row
    }

    /// The rows to predict for.
    pub(super) fn predict(&self, request: &RegressionRequest) -> Result<Vec<Vec<Dd>>, Error> {
        let checked = |cell: &Cell, place: String| {
            cell::checked(cell, || place.clone())?.ok_or_else(|| conflict(place.clone(), "is missing: send a number"))
        };
        if !request.predict.is_empty() {
            if self.features.len() != 1 {
                return Err(conflict("predict", "is for one feature: send predictRows with a value of each"));
            }
            let numbers = request.predict.iter().enumerate();
            return numbers.map(|(index, cell)| Ok(vec![checked(cell, format!("predict[{index}]"))?])).collect();
        }
        let row = |(index, record): (usize, &cell::Record)| {
            let value = |name: &String| {
                let place = format!("predictRows[{index}].{name}");
                checked(record.get(name).unwrap_or(&Cell::Missing), place)
            };
            self.features.iter().map(value).collect()
        };
        request.predict_rows.iter().enumerate().map(row).collect()
    }
}

fn power_name(name: &str, degree: u32) -> String {
    if degree == 1 { name.to_owned() } else { format!("{name}^{degree}") }
}

/// A value of a response of two kinds.
fn label(cell: &Cell) -> Option<String> {
    match cell {
        Cell::Number(number) | Cell::Grouped(number) => Some(number.value().to_string()),
        Cell::Flag(flag) => Some(flag.to_string()),
        Cell::Text(text) => Some(text.clone()),
        Cell::Missing | Cell::Nested => None,
    }
}

/// The two values of a response, in order.
fn labels(target: &str, cells: &[Cell]) -> Result<[String; 2], Error> {
    let mut found: Vec<String> = Vec::new();
    for label in cells.iter().filter_map(label) {
        if !found.contains(&label) {
            found.push(label);
        }
        if found.len() > 2 {
            break;
        }
    }
    found.sort_unstable();
    found.try_into().map_err(|found: Vec<String>| {
        let count = if found.len() > 2 { "more than two".to_owned() } else { found.len().to_string() };
        conflict(target.to_owned(), format!("must have two different values for logistic regression (it has {count})"))
    })
}
