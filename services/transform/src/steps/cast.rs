//! Columns in another type: text, numbers, true or false, one cell after the other; dates, of which all must be seen to know the order
//! of their days and months.

use std::borrow::Cow;

use chassis::{Call, Error, Short, Shorthand};
use garde::Validate;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::{Deserializer, Error as _};
use serde::{Deserialize, Serialize};

use crate::datetime::{DateColumn, PartOrder, column};
use crate::rows::cell::{Cell, Columns, Row, shown};
use crate::rows::collect;
use crate::rows::named::Named;
use crate::rows::open::Table;
use crate::rows::source::{Rows, Source};
use crate::rows::types::{ColumnType, Typed};
use crate::tree::Tree;

/// Rows of which columns become dates.
const MAX_DATES: usize = 500_000;

/// What a column becomes.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
#[serde(transparent)]
pub struct Cast(CastOptions);

/// The type, and of dates how they are read and written.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, Validate, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[garde(allow_unvalidated)]
pub struct CastOptions {
    /// The type: text, number, boolean, date, or datetime.
    #[serde(rename = "type", alias = "to")]
    pub kind: String,
    /// Format of the values (default auto): a pattern such as DD/MM/YYYY, or unix, unix-ms, excel, rfc2822.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub input_format: Option<String>,
    /// Order of dates in digits: dmy, mdy, ymd; by default found from the whole column.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub order: Option<PartOrder>,
    /// Format of the results (default iso): a pattern such as D MMMM YYYY, or a name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub format: Option<String>,
}

impl Shorthand for CastOptions {
    fn of(short: Short) -> Option<Self> {
        match short {
            Short::Text(kind) => Some(Self { kind, ..Self::default() }),
            _ => None,
        }
    }
}

impl<'de> Deserialize<'de> for Cast {
    fn deserialize<D: Deserializer<'de>>(source: D) -> Result<Self, D::Error> {
        let options = chassis::short(source)?;
        options.map(Self).ok_or_else(|| D::Error::custom("must be text, number, boolean, date or datetime"))
    }
}

impl JsonSchema for Cast {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "Cast".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        json_schema!({ "anyOf": [
            { "type": "string", "enum": ["text", "number", "boolean", "date", "datetime"] },
            generator.subschema_for::<CastOptions>()
        ] })
    }
}

/// A type by the names people have for it.
enum Kind {
    Cell(ColumnType),
    Date,
    Datetime,
}

fn kind(field: &str, name: &str) -> Result<Kind, Error> {
    Ok(match name.trim().to_ascii_lowercase().replace(['-', '_', ' '], "").as_str() {
        "text" | "string" => Kind::Cell(ColumnType::Text),
        "number" | "integer" | "float" | "decimal" => Kind::Cell(ColumnType::Number),
        "boolean" | "bool" => Kind::Cell(ColumnType::Boolean),
        "date" => Kind::Date,
        "datetime" | "timestamp" | "time" => Kind::Datetime,
        _ => {
            let message = format!("must be text, number, boolean, date or datetime, not {}", shown(name));
            return Err(Error::impossible(field, message));
        }
    })
}

/// Gives columns another type.
pub fn cast(field: &str, types: &Named<Cast>, mut table: Table, call: &Call) -> Result<Table, Error> {
    let (mut typed, mut dates) = (Vec::new(), Vec::new());
    for (name, Cast(options)) in &types.0 {
        let place = table.columns.expect(field, name)?;
        let own = format!("{field}.{name}");
        match kind(&own, &options.kind)? {
            Kind::Cell(kind) => {
                if options.input_format.is_some() || options.order.is_some() || options.format.is_some() {
                    return Err(Error::impossible(own, "has a format or an order, which only dates have"));
                }
                typed.push((name.clone(), Typed::new(kind, true)));
            }
            Kind::Date => dates.push((place, own, options, true)),
            Kind::Datetime => dates.push((place, own, options, false)),
        }
    }
    if !typed.is_empty() {
        table = Table { source: Box::new(Cells { source: table.source, typed, row: 0 }), ..table };
    }
    if dates.is_empty() {
        return Ok(table);
    }
    let mut rows = collect::all(&mut *table.source, &mut table.columns, "cast to dates", call)?;
    table.source.finish(&table.columns, call);
    if rows.len() > MAX_DATES {
        return Err(Error::impossible(field, format!("to dates takes at most {MAX_DATES} rows: filter first")));
    }
    for (place, field, options, date_only) in dates {
        let how = DateColumn {
            input_format: options.input_format.as_deref(),
            order: options.order,
            format: options.format.as_deref(),
            date_only,
        };
        to_dates(&mut rows, place, table.columns.name(place), how, &field, call)?;
    }
    Ok(Table { source: Box::new(Rows::of(rows)), ..table })
}

/// Makes dates of a column.
fn to_dates(
    rows: &mut [Row<'static>],
    place: u32,
    name: &str,
    how: DateColumn<'_>,
    field: &str,
    call: &Call,
) -> Result<(), Error> {
    let value = |row: &Row<'_>| match row.get(place) {
        None | Some(Cell::Null) => Tree::Null,
        Some(cell) => Tree::from(cell.text()),
    };
    let values: Vec<Tree> = rows.iter().map(value).collect();
    let found = column(&values, name, how, field, call)?;
    let (mut first, mut others) = (None, 0_usize);
    for (index, (row, found)) in rows.iter_mut().zip(found).enumerate() {
        match found {
            Ok(Some(text)) => row.set(place, Cell::Text(text.into())),
            // What is blank has no date.
            Ok(None) if row.get(place).is_some() => row.set(place, Cell::Null),
            Ok(None) => {}
            Err(why) => {
                others += usize::from(first.is_some());
                first.get_or_insert((index + 1, why));
            }
        }
    }
    if let Some((row, why)) = first {
        let others = if others == 0 { String::new() } else { format!(", and {others} more like it") };
        let message = format!("row {row}, column {}: {why}; it stayed as it was{others}", shown(name));
        call.warn("mixed-types", Some(field), message);
    }
    Ok(())
}

/// Rows whose cells are cast as they come.
struct Cells {
    source: Box<dyn Source>,
    typed: Vec<(String, Typed)>,
    row: u64,
}

impl Source for Cells {
    fn next(&mut self, columns: &mut Columns) -> Result<Option<Row<'_>>, Error> {
        let Self { source, typed, row } = self;
        let Some(mut next) = source.next(columns)? else { return Ok(None) };
        *row += 1;
        for (column, cell) in &mut next.cells {
            if let Some((_, typed)) = typed.iter_mut().find(|(name, _)| name == columns.name(*column)) {
                let before = std::mem::replace(cell, Cell::Null);
                *cell = typed.recast(before, *row);
            }
        }
        Ok(Some(next))
    }

    fn finish(&mut self, columns: &Columns, call: &Call) {
        self.source.finish(columns, call);
        for (name, typed) in &self.typed {
            typed.warn(name, call);
        }
    }
}
