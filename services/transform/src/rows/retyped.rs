//! Columns with the types that were asked for, where cells have types of their own.

use std::collections::HashMap;

use chassis::{Call, Error};

use super::cell::{Cell, Columns, Row};
use super::source::Source;
use super::types::{Typed, Types};

/// The rows with the types that were asked for.
pub(super) fn retyped(source: Box<dyn Source>, types: &Types) -> Box<dyn Source> {
    match types {
        Types::Infer | Types::Text => source,
        Types::Named(named) => {
            let typed = named.iter().map(|(name, kind)| (name.clone(), Typed::new(*kind, true))).collect();
            Box::new(Retyped { source, typed, row: 0 })
        }
    }
}

struct Retyped {
    source: Box<dyn Source>,
    typed: HashMap<String, Typed>,
    row: u64,
}

impl Source for Retyped {
    fn next(&mut self, columns: &mut Columns) -> Result<Option<Row<'_>>, Error> {
        let Self { source, typed, row } = self;
        let Some(mut next) = source.next(columns)? else { return Ok(None) };
        *row += 1;
        for (column, cell) in &mut next.cells {
            let Some(typed) = typed.get_mut(columns.name(*column)) else { continue };
            let before = std::mem::replace(cell, Cell::Null);
            *cell = typed.recast(before, *row);
        }
        Ok(Some(next))
    }

    fn finish(&mut self, columns: &Columns, call: &Call) {
        for name in columns.names() {
            if let Some(typed) = self.typed.get(name) {
                typed.warn(name, call);
            }
        }
        self.source.finish(columns, call);
    }
}
