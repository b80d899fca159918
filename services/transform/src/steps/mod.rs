//! What is done to rows, one step after the other: each takes rows and gives rows.
//!
//! | file | job |
//! | --- | --- |
//! | `columns.rs` | which columns there are, and what they are called |
//! | `cells.rs` | what is in them: computed, filled, trimmed, split |
//! | `cast.rs` | what is in them, in another type |
//! | `choose.rs`, `sort_key.rs` | which rows stay, and in which order |
//! | `window.rs` | columns computed over the rows around each |

mod cast;
mod cells;
mod choose;
mod columns;
mod sort_key;
mod window;

use std::fmt;

use chassis::{Call, Code, Error, Short, Shorthand};
use garde::Validate;
use schemars::JsonSchema;
use serde::de::{self, Deserializer, SeqAccess, Visitor};
use serde::{Deserialize, Serialize};

use crate::rows::named::Named;
use crate::rows::open::Table;
use crate::tree::Tree;
pub use cast::{Cast, CastOptions};
pub use sort_key::SortKey;
pub use window::{Window, WindowFunction, windows};

/// One thing that is done to rows. Exactly one field is set.
#[derive(Debug, Clone, Default, Serialize, Deserialize, Validate, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[garde(allow_unvalidated)]
pub struct Step {
    /// Keeps the rows for which an expression holds: price > 10 and status = "paid".
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[garde(length(chars, min = 1, max = 10_000))]
    pub filter: Option<String>,
    /// Computes columns by expressions, in order: {"total": "round(price * quantity, 2)"}. Exact decimals.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub compute: Option<Named<String>>,
    /// Sorts by columns; a minus in front sorts from the greatest down: ["-price", "name"]. Empty cells come last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[garde(length(min = 1, max = 100))]
    pub sort: Option<Vec<SortKey>>,
    /// Keeps one of the rows that are alike.
    #[serde(default, deserialize_with = "chassis::short", skip_serializing_if = "Option::is_none")]
    pub unique: Option<Unique>,
    /// Renames columns: {"old": "new"}.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rename: Option<Named<String>>,
    /// Keeps these columns, in this order.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[garde(length(min = 1, max = 16_384))]
    pub select: Option<Vec<String>>,
    /// Drops these columns.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[garde(length(min = 1, max = 16_384))]
    pub drop: Option<Vec<String>>,
    /// Gives columns another type: {"zip": "text", "price": "number", "paid": "date", "sent": {"type": "datetime", "order": "dmy"}}. A cell that cannot have it stays, with a warning. Dates have one order for a column.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cast: Option<Named<Cast>>,
    /// Fills empty cells.
    #[serde(default, deserialize_with = "chassis::short", skip_serializing_if = "Option::is_none")]
    #[garde(dive)]
    pub fill: Option<Fill>,
    /// Takes the spaces off both ends of texts in these columns; of all with an empty list.
    #[serde(default, deserialize_with = "columns_or_all", skip_serializing_if = "Option::is_none")]
    pub trim: Option<Vec<String>>,
    /// Splits a column into several, or into rows.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[garde(dive)]
    pub split: Option<Split>,
    /// Joins columns into one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[garde(dive)]
    pub combine: Option<Combine>,
    /// Computes a column over the rows around each: running sums, ranks, the row before, shares, moving averages.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[garde(dive)]
    pub window: Option<Window>,
    /// Passes over so many rows.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub offset: Option<u64>,
    /// Keeps so many rows at most.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limit: Option<u64>,
}

/// Which rows are alike.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Unique {
    /// Columns in which they are alike; all by default.
    #[serde(default)]
    pub by: Vec<String>,
    /// Which of them stays.
    #[serde(default)]
    pub keep: Keep,
    /// Whether 3 is like "3", and Ada like ADA with a space.
    #[serde(default)]
    pub loose: bool,
}

impl Shorthand for Unique {
    fn of(short: Short) -> Option<Self> {
        short.list().map(|by| Self { by, ..Self::default() })
    }
}

/// Which of several rows stays.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Keep {
    /// The first.
    #[default]
    First,
    /// The last.
    Last,
}

/// What empty cells become.
#[derive(Debug, Clone, Default, Serialize, Deserialize, Validate, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[garde(allow_unvalidated)]
pub struct Fill {
    /// Columns; all by default.
    #[serde(default)]
    pub columns: Vec<String>,
    /// What they are filled with.
    #[serde(default)]
    pub value: Tree,
    /// Fill with the cell above instead.
    #[serde(default)]
    pub previous: bool,
}

impl Shorthand for Fill {
    fn of(short: Short) -> Option<Self> {
        let value = match short {
            Short::Text(text) => text.into(),
            Short::Number(number) => number.into(),
            Short::List(_) => return None,
        };
        Some(Self { value, ..Self::default() })
    }
}

/// Columns by their names; with true all of them, which is the empty list.
fn columns_or_all<'de, D: Deserializer<'de>>(source: D) -> Result<Option<Vec<String>>, D::Error> {
    struct Names;
    impl<'de> Visitor<'de> for Names {
        type Value = Option<Vec<String>>;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("a list of columns, or true for all")
        }

        fn visit_unit<E>(self) -> Result<Self::Value, E> {
            Ok(None)
        }

        fn visit_bool<E>(self, all: bool) -> Result<Self::Value, E> {
            Ok(all.then(Vec::new))
        }

        fn visit_str<E: de::Error>(self, name: &str) -> Result<Self::Value, E> {
            // Options of a query are texts.
            match name.trim_start().starts_with('[') {
                true => serde_json::from_str(name).map(Some).map_err(E::custom),
                false => Ok(Some(vec![name.to_owned()])),
            }
        }

        fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Self::Value, A::Error> {
            let mut names = Vec::new();
            while let Some(name) = list.next_element()? {
                names.push(name);
            }
            Ok(Some(names))
        }
    }
    source.deserialize_any(Names)
}

/// How a column is split.
#[derive(Debug, Clone, Default, Serialize, Deserialize, Validate, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[garde(allow_unvalidated)]
pub struct Split {
    /// The column.
    pub column: String,
    /// What stands between two parts (default a comma); not needed for a list.
    #[serde(default)]
    #[garde(length(chars, min = 1, max = 100))]
    pub by: Option<String>,
    /// Names of the columns the parts go to; the last takes the rest.
    #[serde(default)]
    #[garde(length(max = 1_000))]
    pub into: Vec<String>,
    /// Make a row of each part instead.
    #[serde(default)]
    pub rows: bool,
}

/// How columns are joined into one.
#[derive(Debug, Clone, Default, Serialize, Deserialize, Validate, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[garde(allow_unvalidated)]
pub struct Combine {
    /// The columns, in order.
    #[garde(length(min = 1, max = 1_000))]
    pub columns: Vec<String>,
    /// What stands between two of them (default a space). Empty cells are passed over.
    #[serde(default)]
    #[garde(length(chars, max = 100))]
    pub by: Option<String>,
    /// The name of the column they become.
    #[garde(length(chars, min = 1, max = 1_000))]
    pub into: String,
}

/// Does a step.
///
/// # Errors
/// When it asks for what is not there, or needs more rows at once than there may be.
pub fn apply(step: Step, field: &str, table: Table, call: &Call) -> Result<Table, Error> {
    let Step {
        filter,
        compute,
        sort,
        unique,
        rename,
        select,
        drop,
        cast,
        fill,
        trim,
        split,
        combine,
        window,
        offset,
        limit,
    } = step;
    let mut done = 0;
    let mut table = Some(table);
    let mut run = |name: &str, action: &dyn Fn(&str, Table) -> Result<Table, Error>| -> Result<(), Error> {
        done += 1;
        if done == 1
            && let Some(before) = table.take()
        {
            table = Some(action(&format!("{field}.{name}"), before)?);
        }
        Ok(())
    };
    if let Some(filter) = &filter {
        run("filter", &|field, table| choose::filter(field, filter, table))?;
    }
    if let Some(compute) = &compute {
        run("compute", &|field, table| cells::compute(field, compute, table))?;
    }
    if let Some(sort) = &sort {
        run("sort", &|field, table| choose::sort(field, sort, table, call))?;
    }
    if let Some(unique) = &unique {
        run("unique", &|field, table| choose::unique(field, unique, table, call))?;
    }
    if let Some(rename) = &rename {
        run("rename", &|field, table| columns::rename(field, rename, table))?;
    }
    if let Some(select) = &select {
        run("select", &|field, table| columns::select(field, select, table))?;
    }
    if let Some(drop) = &drop {
        run("drop", &|field, table| columns::drop(field, drop, table))?;
    }
    if let Some(types) = &cast {
        run("cast", &|field, table| cast::cast(field, types, table, call))?;
    }
    if let Some(fill) = &fill {
        run("fill", &|field, table| cells::fill(field, fill, table))?;
    }
    if let Some(trim) = &trim {
        run("trim", &|field, table| cells::trim(field, trim, table))?;
    }
    if let Some(split) = &split {
        run("split", &|field, table| cells::split(field, split, table))?;
    }
    if let Some(combine) = &combine {
        run("combine", &|field, table| cells::combine(field, combine, table))?;
    }
    if let Some(window) = &window {
        run("window", &|field, table| windows(field, std::slice::from_ref(window), &[], table, call))?;
    }
    if let Some(offset) = offset {
        run("offset", &|_, table| Ok(choose::offset(offset, table)))?;
    }
    if let Some(limit) = limit {
        run("limit", &|_, table| Ok(choose::limit(limit, table)))?;
    }
    match (done, table) {
        (1, Some(table)) => Ok(table),
        (0, _) => Err(Error::field(
            Code::ValidationError,
            field,
            "says nothing to do: name one of filter, compute, sort, unique, rename, select, drop, cast, fill, trim, split, combine, window, offset, limit",
        )),
        _ => Err(Error::field(
            Code::ValidationError,
            field,
            "says several things to do: write a step for each, in their order",
        )),
    }
}
