//! Convert, query, check and clean data.

pub mod aggregate;
pub mod convert;
pub mod diff;
pub mod extract;
pub mod flatten;
pub mod format;
pub mod generate;
pub mod inspect;
pub mod join;
pub mod lookup;
pub mod patch;
mod phone;
mod pointer;
pub mod query;
mod result;
pub mod rows;
pub mod sql;
pub mod steps;
pub mod table;
pub mod template;
pub mod tree;
pub mod validate;
pub mod values;
mod worker;

use chassis::Service;

/// The port the service has when it runs alone.
pub const PORT: u16 = 3008;

/// The service: every operation in one list.
#[must_use]
pub fn service() -> Service {
    Service::new("data", "Convert, query, validate and clean data")
        .compute("POST /query", query::query, query::about)
        .compute("POST /validate", validate::validate, validate::about)
        .compute("POST /diff", diff::diff, diff::about)
        .compute("POST /patch", patch::patch, patch::about)
        .compute("POST /template", template::template, template::about)
        .compute("POST /extract", extract::extract, extract::about)
        .compute("POST /convert", convert::convert, convert::about)
        .compute("POST /inspect", inspect::inspect, inspect::about)
        .compute("POST /rows", table::rows, table::about)
        .compute("POST /aggregate", aggregate::aggregate, aggregate::about)
        .compute("POST /join", join::join, join::about)
        .compute("POST /flatten", flatten::flatten, flatten::about)
        .compute("POST /lookup", lookup::lookup, lookup::about)
        .compute("POST /sql", sql::sql, sql::about)
        .compute("POST /format", format::format, format::about)
        .compute("POST /generate", generate::generate, generate::about)
}
