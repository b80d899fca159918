//! The values of a field, and how many points have each.

use std::collections::HashMap;

use chassis::Error;
use ledger::rusqlite::Connection;
use ledger::rusqlite::types::Value;

use super::patience;
use super::schema::{Head, failed};
use super::select::{remarks, rows_of, unknown};
use crate::facet::order;
use crate::filter::{Filter, Scalar, leaves::Kind};
use crate::store::{Facet, FacetValue};

/// Values of a field that are counted at most under a filter.
const MAX_VALUES: usize = 200_000;
/// Counts the values of a field, the most frequent first; equal counts in the order of the values.
pub(super) fn facet(
    connection: &Connection,
    head: &Head,
    key: &str,
    filter: &Filter,
    limit: usize,
) -> Result<Facet, Error> {
    let key = crate::filter::leaves::path(key);
    let sql = "select id, kind from fields where collection = ? and path = ? and count > 0 and kind in ('s', 'n', 'b')";
    let mut select = connection.prepare_cached(sql).map_err(failed)?;
    let fields = select
        .query_map((head.id, key), |row| Ok((row.get::<_, i64>(0)?, row.get::<_, String>(1)?)))
        .map_err(failed)?;
    let fields = fields.collect::<Result<Vec<_>, _>>().map_err(failed)?;
    let mut facet = Facet::default();
    if fields.is_empty() {
        let (code, _, message) = unknown(connection, head.id, key)?;
        facet.remarks.push((code, "key".to_owned(), message));
    }
    if !filter.is_empty() {
        facet.remarks.extend(remarks(connection, head.id, filter)?);
    }
    let rows = if filter.is_empty() { None } else { Some(rows_of(connection, head.id, filter)?) };
    for (field, kind) in fields {
        let mut counts: HashMap<String, (Scalar, u64)> = HashMap::new();
        let sql = match rows {
            None => format!(
                "select value, count(*) from leaves where field = ? group by value order by 2 desc, 1 limit {limit}"
            ),
            Some(_) => "select value, row from leaves where field = ?".to_owned(),
        };
        let mut select = connection.prepare_cached(&sql).map_err(failed)?;
        let mut found = select.query([field]).map_err(failed)?;
        let mut left_out = false;
        patience::over(|| {
            while let Some(row) = found.next().map_err(failed)? {
                let (value, number): (Value, i64) = (row.get(0).map_err(failed)?, row.get(1).map_err(failed)?);
                let Some(value) = scalar(value, &kind) else { continue };
                let add = match &rows {
                    None => u64::try_from(number).unwrap_or(0),
                    Some(rows) => u64::from(u32::try_from(number).is_ok_and(|row| rows.contains(row))),
                };
                if add == 0 {
                    continue;
                }
                let (name, room) = (format!("{value:?}"), counts.len() < MAX_VALUES);
                match counts.get_mut(&name) {
                    Some((_, count)) => *count += add,
                    None if room => drop(counts.insert(name, (value, add))),
                    None => left_out = true,
                }
            }
            Ok(())
        })?;
        if left_out {
            let message = format!(
                "{key} has more than {MAX_VALUES} values in the points of this filter: only so many of them are counted; narrow the filter"
            );
            facet.remarks.push(("values-left-out", "key".to_owned(), message));
        }
        facet.values.extend(counts.into_values().map(|(value, count)| FacetValue { value, count }));
    }
    order(&mut facet.values, limit);
    Ok(facet)
}

fn scalar(value: Value, kind: &str) -> Option<Scalar> {
    match value {
        Value::Text(text) => Some(Scalar::Text(text)),
        Value::Integer(number) if kind == Kind::Bool.letter() => Some(Scalar::Bool(number != 0)),
        Value::Integer(number) => Some(Scalar::Whole(number)),
        Value::Real(number) => Some(Scalar::Float(number)),
        _ => None,
    }
}
