//! Group rows and compute over the groups; pivot.

mod measure;
pub(crate) mod sum;

use std::collections::HashMap;

use chassis::{Call, Code, Cost, DataStream, Error, Flow, Operation};
use garde::Validate;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::rows::answer::{Answering, MEDIA_TYPES, TableResponse, Target, WriteOptions};
use crate::rows::cell::{Cell, Columns, Row, shown};
use crate::rows::key::Key;
use crate::rows::open::{self, ReadOptions, Table, Want};
use crate::rows::source::Rows;
use crate::steps::{self, Step, Window};
use measure::Gathering;
pub use measure::{Function, Measure};

/// Groups there may be, and columns a pivot may make.
const MAX_GROUPS: usize = 1_000_000;
const MAX_PIVOTED: usize = 2_000;

/// What the document says.
const DESCRIPTION: &str = "\
Groups the rows of a table in any format that `convert` reads by the values of columns, and computes over each group: count, distinct, sum, mean, \
median, quantile, min, max, std, variance, first, last, concat, list. Without `by` all rows are one group; without `measures` groups are counted. `pivot` makes a \
column of each value of a column; `window` keeps all rows and gives them running sums, ranks, values of the row before, shares of the total, moving averages.

Sums of decimals are exact: 0.1 and 0.2 are 0.3. Texts that say a number (0.10) count as one. Empty cells are passed over; other texts too where numbers are wanted, with a warning. `std` and `variance` are \
those of a sample (n - 1); quantiles are interpolated linearly, as by default in NumPy and Excel. Groups come in the order of their first row; \
`then` takes steps as `rows` does: [{\"sort\": [\"-total\"]}].";

/// A table and what is computed of it.
#[derive(Debug, Serialize, Deserialize, Validate, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[garde(allow_unvalidated)]
pub struct AggregateRequest {
    /// The table: text, a file, or JSON itself.
    #[serde(alias = "file", alias = "rows", alias = "json", alias = "input", alias = "url")]
    pub data: DataStream,
    /// Columns by whose values rows are grouped.
    #[serde(default, alias = "groupBy")]
    #[garde(length(max = 100))]
    pub by: Vec<String>,
    /// What is computed over each group. By default how many rows it has.
    #[serde(default, deserialize_with = "chassis::shorts")]
    #[garde(length(max = 200), dive)]
    pub measures: Vec<Measure>,
    /// A column each of whose values becomes a column.
    #[serde(default)]
    pub pivot: Option<String>,
    /// Columns that are computed over the rows around each, instead of groups: all rows stay. `by` groups them.
    #[serde(default, alias = "windows")]
    #[garde(length(max = 100), dive)]
    pub window: Vec<Window>,
    /// Steps that are done to the result, as in rows.
    #[serde(default)]
    #[garde(length(max = 100), dive)]
    pub then: Vec<Step>,
    /// Format of the answer: rows in its JSON (default), or a file.
    #[serde(default)]
    pub to: Target,
    /// How the table is read. Everything is detected.
    #[serde(default)]
    #[garde(dive)]
    pub read: Option<ReadOptions>,
    /// How the answer is written.
    #[serde(default)]
    #[garde(dive)]
    pub write: Option<WriteOptions>,
}

fn example() -> AggregateRequest {
    let text = "region,product,amount\nnorth,a,0.10\nsouth,a,5\nnorth,b,0.20\n";
    AggregateRequest {
        data: DataStream::Text(text.to_owned()),
        by: vec!["region".to_owned()],
        measures: vec![
            Measure { function: Function::Sum, column: Some("amount".to_owned()), ..Measure::default() },
            Measure { function: Function::Count, name: Some("orders".to_owned()), ..Measure::default() },
        ],
        pivot: None,
        window: Vec::new(),
        then: Vec::new(),
        to: Target::Rows,
        read: None,
        write: None,
    }
}

/// What the document says of the operation, and how it runs.
#[must_use]
pub fn about(op: Operation) -> Operation {
    op.summary("Group rows: sums, means, counts; pivot tables")
        .description(DESCRIPTION)
        .answers(MEDIA_TYPES)
        .cost(Cost::Heavy)
        .isolated_when(|request: &AggregateRequest| {
            let read = request.read.clone().unwrap_or_default();
            open::is_for_worker(&request.data, &read).then(chassis::Confinement::default)
        })
        .example(example)
}

/// Groups rows and computes over the groups.
///
/// # Errors
/// When the data is no table, or a column is not there.
pub fn aggregate(request: AggregateRequest, call: &Call) -> Result<Flow<TableResponse>, Error> {
    let AggregateRequest { data, by, measures, pivot, window, then, to, read, write } = request;
    let table = open::rows(&data, &read.unwrap_or_default(), Want::Columns, call)?;
    let mut result = match window.is_empty() {
        true => grouped(table, &by, measures, pivot.as_deref(), call)?,
        false if measures.is_empty() && pivot.is_none() => steps::windows("window", &window, &by, table, call)?,
        false => return Err(Error::impossible("window", "keeps all rows, so it goes without measures and pivot")),
    };
    for (index, step) in then.into_iter().enumerate() {
        result = steps::apply(step, &format!("then[{index}]"), result, call)?;
    }
    let write = WriteOptions { to, ..write.unwrap_or_default() };
    Answering::to(&data, write, call).answer(result, call)
}

/// A group: its values, and what is gathered of it, by value of the pivot.
struct Group {
    values: Vec<Cell<'static>>,
    gathered: HashMap<u32, Vec<Gathering>>,
}

fn grouped(
    table: Table,
    by: &[String],
    measures: Vec<Measure>,
    pivot: Option<&str>,
    call: &Call,
) -> Result<Table, Error> {
    let Table { mut source, mut columns, detected } = table;
    let by: Vec<u32> = by.iter().map(|name| columns.expect("by", name)).collect::<Result<_, _>>()?;
    let pivot = pivot.map(|name| columns.expect("pivot", name)).transpose()?;
    let measures = if measures.is_empty() { vec![Measure::default()] } else { measures };
    let measured: Vec<Option<u32>> = measures
        .iter()
        .enumerate()
        .map(|(index, measure)| measure.place(&format!("measures[{index}]"), &mut columns))
        .collect::<Result<_, _>>()?;
    let mut groups: Vec<Group> = Vec::new();
    let mut places: HashMap<Vec<Key>, usize> = HashMap::new();
    let mut pivoted: Vec<String> = Vec::new();
    let mut pivoted_places: HashMap<Key, u32> = HashMap::new();
    let mut rows: u64 = 0;
    while let Some(row) = source.next(&mut columns)? {
        rows += 1;
        if rows.is_multiple_of(1024) {
            call.check()?;
        }
        let keys: Vec<Key> = by.iter().map(|column| Key::of(row.get(*column))).collect();
        let place = match places.get(&keys) {
            Some(place) => *place,
            None => {
                if groups.len() >= MAX_GROUPS {
                    return Err(Error::new(
                        Code::PayloadTooLarge,
                        "there are more than 1,000,000 groups: group by fewer columns",
                    ));
                }
                let values =
                    by.iter().map(|column| row.get(*column).map_or(Cell::Null, |cell| cell.clone().into_owned()));
                groups.push(Group { values: values.collect(), gathered: HashMap::new() });
                places.insert(keys, groups.len() - 1);
                groups.len() - 1
            }
        };
        let value = match pivot {
            None => 0,
            Some(column) => {
                let key = Key::of(row.get(column));
                match pivoted_places.get(&key) {
                    Some(place) => *place,
                    None => {
                        if pivoted.len() >= MAX_PIVOTED {
                            return Err(Error::impossible(
                                "pivot",
                                format!("has more than {MAX_PIVOTED} different values"),
                            ));
                        }
                        let name = row.get(column).map_or("", Cell::text);
                        pivoted.push(if name.is_empty() { "empty".to_owned() } else { name.to_owned() });
                        pivoted_places.insert(key, pivoted.len() as u32 - 1);
                        pivoted.len() as u32 - 1
                    }
                }
            }
        };
        let gathered =
            groups[place].gathered.entry(value).or_insert_with(|| measures.iter().map(Gathering::of).collect());
        for (gathering, column) in gathered.iter_mut().zip(&measured) {
            gathering.take(column.map(|column| row.get(column)))?;
        }
    }
    source.finish(&columns, call);
    if groups.is_empty() && by.is_empty() && pivot.is_none() {
        groups.push(Group {
            values: Vec::new(),
            gathered: HashMap::from([(0, measures.iter().map(Gathering::of).collect())]),
        });
    }
    warn(&groups, &measures, call);
    let mut result = Columns::default();
    for column in &by {
        result.add(columns.name(*column).to_owned())?;
    }
    let values: Vec<Option<&String>> = if pivot.is_some() { pivoted.iter().map(Some).collect() } else { vec![None] };
    for value in &values {
        for measure in &measures {
            let name = match (value, measures.len()) {
                (None, _) => measure.title(),
                (Some(value), 1) => (*value).clone(),
                (Some(value), _) => format!("{value}_{}", measure.title()),
            };
            result.add(name)?;
        }
    }
    let mut answer = Vec::with_capacity(groups.len());
    for group in groups {
        let Group { values: own, mut gathered } = group;
        let mut cells = own;
        for value in 0..values.len() as u32 {
            match gathered.remove(&value) {
                Some(gathered) => {
                    for gathering in gathered {
                        cells.push(gathering.finish()?);
                    }
                }
                None => cells.extend(measures.iter().map(|_| Cell::Null)),
            }
        }
        let cells = cells.into_iter().enumerate().map(|(column, cell)| (column as u32, cell));
        answer.push(Row { cells: cells.collect() });
    }
    Ok(Table { source: Box::new(Rows::of(answer)), columns: result, detected })
}

/// Warns of cells that are no numbers where numbers are wanted.
fn warn(groups: &[Group], measures: &[Measure], call: &Call) {
    let mut passed = vec![0; measures.len()];
    for gathered in groups.iter().flat_map(|group| group.gathered.values()) {
        for (passed, gathering) in passed.iter_mut().zip(gathered) {
            *passed += gathering.passed_over();
        }
    }
    // Said once for each column, and for a few: a hundred measures are no hundred warnings.
    let mut columns: Vec<(&str, u64)> = Vec::new();
    for (measure, passed) in measures.iter().zip(passed).filter(|(_, passed)| *passed > 0) {
        let name = measure.column.as_deref().unwrap_or_default();
        match columns.iter_mut().find(|(known, _)| *known == name) {
            Some((_, most)) => *most = passed.max(*most),
            None => columns.push((name, passed)),
        }
    }
    let Some((first, passed)) = columns.first() else { return };
    let others = match columns.len() - 1 {
        0 => String::new(),
        1 => format!(", also of column {}", shown(columns[1].0)),
        more => format!(", also of {more} other columns"),
    };
    let message = format!(
        "{passed} cells of column {} are no numbers and were passed over{others}; read.decimal: \",\" reads 1,5 as one",
        shown(first)
    );
    call.warn("not-numbers", Some("measures"), message);
}
