//! Convert, query, check and clean data.

pub mod aggregate;
pub mod archive;
pub mod calendar;
pub mod contacts;
pub mod convert;
pub mod cron;
pub mod datetime;
pub mod diff;
pub mod encode;
pub mod extract;
pub mod feed;
pub mod flatten;
pub mod format;
pub mod generate;
pub mod inspect;
pub mod join;
pub mod lookup;
pub mod mail;
pub mod markup;
pub mod mask;
mod package;
pub mod patch;
mod phone;
mod pointer;
pub mod query;
pub mod recurrence;
mod result;
pub mod rows;
pub mod sql;
pub mod steps;
pub mod table;
pub mod template;
pub mod text;
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
        .compute("POST /text", text::text, text::about)
        .compute("POST /datetime", datetime::datetime, datetime::about)
        .compute("POST /cron", cron::cron, cron::about)
        .compute("POST /recurrence", recurrence::recurrence, recurrence::about)
        .compute("POST /encode", encode::encode, encode::about)
        .compute("POST /mask", mask::mask, mask::about)
        .compute("POST /markup", markup::markup, markup::about)
        .compute("POST /mail/read", mail::read::read, mail::read::about)
        .compute("POST /mail/attachments", mail::attachments::attachments, mail::attachments::about)
        .compute("POST /mail/write", mail::write::write, mail::write::about)
        .compute("POST /mail/addresses", mail::addresses::addresses, mail::addresses::about)
        .compute("POST /calendar/read", calendar::read::read, calendar::read::about)
        .compute("POST /calendar/write", calendar::write::write, calendar::write::about)
        .compute("POST /contacts/read", contacts::read::read, contacts::read::about)
        .compute("POST /contacts/write", contacts::write::write, contacts::write::about)
        .compute("POST /feed", feed::feed, feed::about)
        .compute("POST /archive/list", archive::list::list, archive::list::about)
        .compute("POST /archive/extract", archive::extract::extract, archive::extract::about)
        .compute("POST /archive/create", archive::create::create, archive::create::about)
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
